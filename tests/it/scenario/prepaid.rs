//! Who pays in beforehand is told when little is left of it, once, and pays in more.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, text};

fn pay(market: &Market, account: &Value, amount: &str) -> String {
    let amount = json!({ "amount": amount, "currency": "EUR" });
    let body = json!({ "account": account["id"], "amount": amount });
    text(&market.operator().post("/payments", &body)["id"])
}

/// What a buyer was written about what is left, the oldest first.
fn told(market: &Market) -> String {
    market.house.app.keep_duties();
    let found = market.operator().get("/mails?limit=1000&order=oldest");
    let mails = found["items"].as_array().unwrap().iter();
    let own = mails.filter(|it| it["occasion"] == "low_balance");
    own.map(|it| format!("{} {}\n", &text(&it["created_at"])[..10], text(&it["subject"]))).collect()
}

#[test]
fn who_has_little_left_is_told_once_and_anew_after_paying_in_more() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let contact = json!({ "family_name": "Lee", "email": "ann@whale.test" });
    let account = operator.post(
        "/accounts",
        &json!({
            "name": "Blue Whale", "billing": { "currency": "EUR" },
            "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
            "contacts": { "billing": contact },
        }),
    );
    let path = format!("/billing_accounts/{}", text(&account["billing_account"]));
    let euros = |it: &str| json!({ "amount": it, "currency": "EUR" });
    let refused = operator.call(
        &format!("PATCH {path}"),
        Some(&json!({ "alert_below": { "amount": "1", "currency": "USD" } })),
    );
    assert_eq!(refused.status, 422, "{}", refused.json());
    pay(&market, &account, "50");
    let changed = operator.patch(&path, &json!({ "alert_below": euros("20") }));
    assert_eq!(changed["alert_below"], euros("20.00"));
    // 12.00 a month: 38.00 are left, 26.00, 14.00 and 2.00.
    market.order(&account, &market.offer("Fee", &[monthly("Fee", "EUR", "10")]), 1);
    market.advance_to("2026-05-01");
    let mut said = told(&market);
    let payment = pay(&market, &account, "30");
    market.must_be_whole();
    said += &format!("paid in\n{}", told(&market));
    // What goes back is not left.
    operator.post(&format!("/payments/{payment}/refund"), &json!({ "amount": euros("10") }));
    market.must_be_whole();
    said += &format!("given back\n{}", told(&market));
    // Who is told at less is told of that.
    operator.patch(&path, &json!({ "alert_below": euros("5") }));
    market.advance_to("2026-07-02");
    said += &format!("told at less\n{}", told(&market));
    expect![[r#"
        2026-03-01 Your balance is down to EUR 14.00
        paid in
        2026-03-01 Your balance is down to EUR 14.00
        given back
        2026-03-01 Your balance is down to EUR 14.00
        2026-05-01 Your balance is down to EUR 10.00
        told at less
        2026-03-01 Your balance is down to EUR 14.00
        2026-05-01 Your balance is down to EUR 10.00
        2026-06-01 Your balance is down to EUR -2.00
    "#]]
    .assert_eq(&said);
}
