//! Changes of subscriptions as the seller's policy has them: when less begins, what goes back, by what a
//! period is divided, and whose prices hold.

use expect_test::expect;
use serde_json::{Value, json};

use super::changes::Metals;
use crate::harness::market::{Market, monthly, text};

#[test]
fn the_seller_says_when_less_begins_and_what_goes_back() {
    let metals = Metals::of_may();
    let operator = metals.market.operator();
    let own = text(&json!(metals.market.house.operator.account));
    let path = format!("/accounts/{own}/billing_policy");
    let before = operator.get(&path);
    assert_eq!(
        (&before["downgrade"], &before["credit_base"]),
        (&json!("period_end"), &json!("unused_part"))
    );
    metals.market.advance_to("2026-05-11");
    let full = json!({ "credit_base": "full_charge", "downgrade": "now" });
    let set = operator.patch(&path, &full);
    assert_eq!((&set["downgrade"], &set["credit_base"]), (&json!("now"), &json!("full_charge")));
    metals.change(&json!({ "offer": metals.gold }));
    let preview = metals.preview(&json!({ "offer": metals.silver }));
    assert_eq!((&preview["at"], &preview["direction"]), (&json!("now"), &json!("downgrade")));
    expect!["Changed on 2026-05-11 to Gold: Month: 12.00"].assert_eq(&metals.notes().join("\n"));
    let set = operator.patch(&path, &json!({ "preset": "stripe" }));
    assert_eq!((&set["proration"], &set["removed_units"]), (&json!("second"), &json!("now")));
    let buys = format!("/accounts/{}/billing_policy", text(&metals.account["id"]));
    assert_eq!(operator.call(&format!("GET {buys}"), None).status, 409);
}

#[test]
fn a_change_is_divided_by_the_seconds_of_days_where_the_seller_says_so() {
    let market = Market::on("2026-09-30");
    bills(&market, &json!({ "proration": "second" }));
    let operator = market.operator();
    // October has 745 hours in Berlin.
    let cycle = json!({ "period": "1 month", "anchor_day": 1 });
    let billing = json!({ "currency": "EUR", "cycle": cycle, "zone": "Europe/Berlin" });
    let account = json!({
        "name": "Blue Whale", "billing": billing,
        "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
    });
    let account = operator.post("/accounts", &account);
    let small = market.offer("Small", &[monthly("Month", "EUR", "745")]);
    let large = market.offer("Large", &[monthly("Month", "EUR", "1490")]);
    let switches = json!({ "switches": [{ "to": large, "direction": "upgrade" }] });
    operator.patch(&format!("/offers/{small}"), &switches);
    let subscription = market.order(&account, &small, 1);
    operator.post("/clock/advance", &json!({ "to": "2026-10-26T12:00:00Z" }));
    let path = format!("/subscriptions/{subscription}/change");
    let preview = operator.post(&format!("{path}/preview"), &json!({ "offer": large }));
    let line = &preview["credit"]["lines"][0];
    assert_eq!(line["days"], Value::Null);
    assert_eq!(line["seconds"], json!({ "used": 144 * 3_600, "of": 745 * 3_600 }));
    assert_eq!(line["net"]["amount"], "144.00");
    let charged = &preview["charge"]["lines"][0]["explanation"];
    assert_eq!((&charged["days"], &charged["seconds"]), (&Value::Null, &line["seconds"]));
    operator.post(&path, &json!({ "offer": large }));
    operator.post("/clock/advance", &json!({ "to": "2026-11-02T12:00:00Z" }));
    let notes = format!("/credit_notes?account={}", text(&account["id"]));
    let note = &operator.get(&notes)["items"][0];
    assert_eq!(
        note["reason"],
        "Changed on 2026-10-26 to Large: Month for 518400 of 2682000 seconds"
    );
    let nets: Vec<_> =
        market.invoices(&account).iter().map(|it| text(&it["net"]["amount"])).collect();
    // A day of 24 hours of the 720 of September and October; 144 hours of that at the new price and November.
    assert_eq!(nets, ["769.83", "1778.00"]);
    market.must_be_whole();
}

/// Says how the provider bills.
fn bills(market: &Market, policy: &Value) {
    let own = text(&json!(market.house.operator.account));
    market.operator().patch(&format!("/accounts/{own}/billing_policy"), policy);
}

#[test]
fn units_that_go_give_back_what_was_paid_for_them_whatever_holds_by_then() {
    let market = Market::on("2026-04-01");
    let operator = market.operator();
    bills(&market, &json!({ "removed_units": "now" }));
    let unit = json!({
        "name": "Seat", "kind": "recurring", "currency": "EUR",
        "period": "1 month", "model": { "kind": "per_unit", "per_unit": "10" },
    });
    let offer = market.offer("Mail", &[unit]);
    let all = json!({
        "name": { "en": "Free" }, "percent": "100", "access": "coupon", "lasting": "always",
    });
    let all = operator.post("/discounts", &all)["id"].clone();
    operator.post("/coupons", &json!({ "code": "FREE", "discount": all }));
    let free = market.customer("Blue Whale", "EUR");
    operator.post("/redemptions", &json!({ "account": free["id"], "code": "FREE" }));
    let paid = market.customer("Red Whale", "EUR");
    let half = json!({
        "name": { "en": "Half" }, "percent": "50", "scope": { "accounts": [paid["id"]] },
        "access": "automatic", "lasting": "always",
    });
    let half = operator.post("/discounts", &half)["id"].clone();
    let ten = [&free, &paid].map(|it| market.order(it, &offer, 10));
    market.advance_to("2026-04-16");
    operator.patch(&format!("/discounts/{}", text(&half)), &json!({ "percent": "10" }));
    for it in &ten {
        operator.post(&format!("/subscriptions/{it}/change"), &json!({ "quantity": 1 }));
    }
    market.advance_to("2026-05-02");
    let nets = |account: &Value| {
        let all = market.invoices(account);
        all.iter().map(|it| text(&it["net"]["amount"])).collect::<Vec<_>>()
    };
    // Nothing was paid, and nothing goes back: its bills come to nothing.
    assert_eq!(nets(&free), Vec::<String>::new());
    // 9 of 10 for half of the month at half the price; then one at nine tenths.
    assert_eq!(nets(&paid), ["50.00", "-13.50"]);
    market.must_be_whole();
}

#[test]
fn a_switch_takes_the_version_and_the_alterations_of_its_day() {
    let metals = Metals::of_may();
    let operator = metals.market.operator();
    bills(&metals.market, &json!({ "price_version": "renewal" }));
    metals.market.advance_to("2026-05-05");
    let mut month = monthly("Month", "EUR", "31");
    month["alterations"] = json!([{
        "name": "Welcome", "effect": "discount", "percent": "50", "applies": "for",
        "duration": "1 month",
    }]);
    let platinum = metals.market.offer("Platinum", &[month]);
    let leads = json!({ "switches": [{ "to": platinum, "direction": "upgrade" }] });
    operator.patch(&format!("/offers/{}", metals.silver), &leads);
    metals.market.advance_to("2026-05-11");
    metals.change(&json!({ "offer": platinum }));
    metals.market.advance_to("2026-07-02");
    let all = metals.market.invoices(&metals.account);
    let nets: Vec<_> = all[1..].iter().map(|it| text(&it["net"]["amount"])).collect();
    // 21 of 31 days and June begin within a month; July does not.
    assert_eq!(nets, ["26.00", "31.00"]);
}
