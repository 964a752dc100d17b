//! What offers cost as they lie on the shelf: all that is due, as whoever looks is told prices.

use serde_json::json;

use super::chromium::chromium;
use super::shop::opened;
use crate::harness::market::monthly;

/// Companies reckon without tax; persons, and who is not known, are told what they pay.
#[test]
fn a_card_says_all_that_is_due_as_its_reader_is_told_prices() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let fee = |fee: &str, amount: &str| {
        json!({
            "name": fee, "kind": "one_time", "fee": fee, "currency": "EUR",
            "model": { "kind": "flat", "amount": amount },
        })
    };
    let base = monthly("Base", "EUR", "10");
    stage.market.offer("Lighthouse", &[fee("setup", "100"), fee("renewal", "5"), base]);
    let mut with_tax = monthly("Base", "EUR", "12");
    with_tax["includes_tax"] = json!(true);
    stage.market.offer("Buoy", &[with_tax]);
    stage.market.offer("Pier", &[monthly("Base", "EUR", "0")]);
    let customer = &stage.market.house.customer;
    let tab = stage.signed_in(chromium, &customer.admin.email);
    tab.go("/ui/shop?q=lighthouse");
    tab.sees("€100.00 once + €5.00 at each renewal + €10.00 every month plus VAT");
    tab.go("/ui/shop?q=buoy");
    tab.sees("€10.00 every month plus VAT");
    tab.go("/ui/shop?q=pier");
    tab.sees("Free");
    let account = format!("/accounts/{}", customer.account);
    stage.market.operator().patch(&account, &json!({ "nature": "person" }));
    tab.go("/ui/shop?q=lighthouse");
    tab.sees("€120.00 once + €6.00 at each renewal + €12.00 every month incl. VAT");
    tab.go("/ui/shop?q=buoy");
    tab.sees("€12.00 every month incl. VAT");
    tab.must_be_content();
    // Who is not known is taxed as one at home: where that is has to be known.
    let seller = format!("/accounts/{}", stage.market.house.operator.account);
    let address = json!({ "street": "Ring 2", "city": "Berlin", "country": "DE" });
    stage.market.operator().patch(&seller, &json!({ "address": address }));
    let guest = stage.window(chromium).tab();
    guest.go("/ui/shop?q=buoy");
    guest.sees("€12.00 every month incl. VAT");
    guest.must_be_content();
}
