//! Revenue: what was charged is earned by the days of the service, to the cent, and what is given back is
//! taken from what is deferred.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::domain::journal::Ledger;
use tillbox::domain::money::{Currency, Money};
use tillbox::domain::operator::Actor;
use tillbox::domain::stamp::SellerNumber;
use tillbox::store::journal;

use crate::harness::client::Protocol;
use crate::harness::market::{Market, monthly, text};

/// A price that recurs every year, in advance.
fn yearly(amount: &str) -> Value {
    let mut price = monthly("Year", "EUR", amount);
    price["period"] = json!("1 year");
    price
}

/// Each month as `2026-01: charged earned deferred`.
fn told(market: &Market, query: &str) -> String {
    let found = market.operator().get(&format!("/revenue?{query}"));
    let months = found["currencies"][0]["months"].as_array().cloned().unwrap_or_default();
    let row = |it: &Value| {
        let sums = ["charged", "earned", "deferred"].map(|key| text(&it[key]["amount"]));
        format!("{}: {}", text(&it["month"]), sums.join(" "))
    };
    months.iter().map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_year_that_is_paid_in_advance_is_earned_day_by_day_and_given_back_from_what_is_left() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Payer", "EUR");
    let offer = market.offer("Yearly", &[yearly("365")]);
    let subscription = market.order(&account, &offer, 1);
    expect![[r#"
        2025-12: 0.00 0.00 0.00
        2026-01: 365.00 31.00 334.00
        2026-02: 0.00 28.00 306.00
        2026-03: 0.00 31.00 275.00
        2026-04: 0.00 30.00 245.00
        2026-05: 0.00 31.00 214.00
        2026-06: 0.00 30.00 184.00
        2026-07: 0.00 31.00 153.00
        2026-08: 0.00 31.00 122.00
        2026-09: 0.00 30.00 92.00
        2026-10: 0.00 31.00 61.00
        2026-11: 0.00 30.00 31.00
        2026-12: 0.00 31.00 0.00
        2027-01: 0.00 0.00 0.00"#]]
    .assert_eq(&told(&market, "from=2025-12&to=2027-01"));
    let id = text(&market.invoices(&account)[0]["id"]);
    let schedule = market.operator().get(&format!("/invoices/{id}/revenue"));
    let months = schedule["lines"][0]["months"].as_array().unwrap();
    let cents = |it: &Value| text(&it["earned"]["amount"]).replace('.', "").parse::<i64>().unwrap();
    assert_eq!((months.len(), months.iter().map(cents).sum::<i64>()), (12, 36_500));
    market.advance_to("2026-04-01");
    let path = format!("/subscriptions/{subscription}/cancel");
    market.operator().post(&path, &json!({}));
    market.must_be_whole();
    expect![[r#"
        2026-01: 365.00 31.00 334.00
        2026-02: 0.00 28.00 306.00
        2026-03: 0.00 31.00 275.00
        2026-04: -275.00 0.00 0.00
        2026-05: 0.00 0.00 0.00
        2026-06: 0.00 0.00 0.00
        2026-07: 0.00 0.00 0.00
        2026-08: 0.00 0.00 0.00
        2026-09: 0.00 0.00 0.00
        2026-10: 0.00 0.00 0.00
        2026-11: 0.00 0.00 0.00
        2026-12: 0.00 0.00 0.00"#]]
    .assert_eq(&told(&market, "from=2026-01&to=2026-12"));
}

#[test]
fn months_that_are_none_are_refused_and_others_are_not_shown() {
    let market = Market::on("2026-01-01");
    let protocol = Protocol::default();
    let operator = market.operator();
    for query in ["from=2026-02&to=2026-01", "from=2026", "from=2016-01&to=2026-01"] {
        protocol.say(&operator, "operator", &format!("GET /revenue?{query}"), None);
    }
    let north = market.house.client(&market.house.north.admin);
    let query = format!("seller={}", market.house.south.account);
    protocol.say(&north, "north", &format!("GET /revenue?{query}"), None);
    protocol.say(&north, "north", "GET /revenue", None);
    expect![[r#"
        > GET /revenue?from=2026-02&to=2026-01 [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`to` must be the same month as `from` or one of the 120 from it on","request_id":"…","errors":[{"pointer":"to","rule":"range","message":"must be the same month as `from` or one of the 120 from it on"}]}
        > GET /revenue?from=2026 [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`from` must be a month such as `2026-11`","request_id":"…","errors":[{"pointer":"from","rule":"format","message":"must be a month such as `2026-11`"}]}
        > GET /revenue?from=2016-01&to=2026-01 [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`to` must be the same month as `from` or one of the 120 from it on","request_id":"…","errors":[{"pointer":"to","rule":"range","message":"must be the same month as `from` or one of the 120 from it on"}]}
        > GET /revenue?seller={acc1} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/seller` `{acc1}` is not there","request_id":"…","errors":[{"pointer":"/seller","rule":"reference","message":"`{acc1}` is not there"}]}
        > GET /revenue [north]
        200 OK {"currencies":[]}
    "#]].assert_eq(&protocol.text());
}

/// What the journal of the provider says is not earned yet.
fn deferred(market: &Market) -> String {
    let bss = &market.house.app.bss;
    let all = bss.read(&Actor::duty("test"), |cx| {
        Ok(journal::balances_of_seller(cx.view, SellerNumber::PROVIDER)?)
    });
    let all = all.unwrap().into_iter();
    let own = all.filter(|it| it.key.ledger == Ledger::DeferredRevenue);
    let minor: i64 = own.map(|it| -it.amount.as_minor()).sum();
    Money::minor(minor, Currency::EUR).decimal().to_string()
}

#[test]
fn what_is_deferred_is_revenue_in_the_journal_when_its_month_is_over() {
    let market = Market::on("2026-01-16");
    let operator = market.operator();
    let path = format!("/accounts/{}/billing_policy", market.house.operator.account);
    operator.patch(&path, &json!({ "recognition": "over_period" }));
    let account = market.customer("Payer", "EUR");
    let mut arrears = monthly("Use", "EUR", "12");
    arrears["timing"] = json!("arrears");
    let offer = market.offer("Both", &[yearly("365"), monthly("Month", "EUR", "31"), arrears]);
    let subscription = market.order(&account, &offer, 1);
    assert_eq!(deferred(&market), "396.00", "all of it is for days to come");
    let mut told = String::new();
    for (month, over) in [
        ("2026-01", "2026-02-02"),
        ("2026-02", "2026-03-02"),
        ("2026-03", "2026-04-02"),
        ("2026-04", "2026-05-02"),
    ] {
        market.advance_to(over);
        let found = operator.get(&format!("/revenue?from={month}&to={month}"));
        let said = text(&found["currencies"][0]["months"][0]["deferred"]["amount"]);
        assert_eq!(deferred(&market), said, "{month}");
        told += &format!("{month} {said}\n");
    }
    // What is given back is taken from it, and what is charged by another policy is earned at once.
    operator.post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    market.must_be_whole();
    told += &format!("given back {}\n", deferred(&market));
    operator.patch(&path, &json!({ "recognition": "at_issue" }));
    market.order(&market.customer("Other", "EUR"), &offer, 1);
    told += &format!("another way {}\n", deferred(&market));
    operator.patch(&path, &json!({ "recognition": "over_period" }));
    market.order(&market.customer("Third", "EUR"), &offer, 1);
    told += &format!("again {}\n", deferred(&market));
    market.advance_to("2026-06-01");
    told += &format!("a day too early {}\n", deferred(&market));
    market.advance_to("2027-07-01");
    expect![[r#"
        2026-01 364.00
        2026-02 337.61
        2026-03 305.00
        2026-04 275.50
        given back 2.03
        another way 2.03
        again 398.03
        a day too early 398.03
        at last 734.16"#]]
    .assert_eq(&format!("{told}at last {}", deferred(&market)));
}
