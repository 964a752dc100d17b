//! Lives of accounts that are billed: from the order to a balance of nothing.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, lines, monthly, sums, text};

/// The statement of an account, as one reads it.
fn statement(market: &Market, account: &Value) -> String {
    let path = format!("/accounts/{}/statement", text(&account["id"]));
    let found = market.operator().get(&path);
    let mut out = String::new();
    for statement in found["statements"].as_array().unwrap() {
        for line in statement["lines"].as_array().unwrap() {
            let amount = |name: &str| line[name]["amount"].as_str().unwrap_or("-").to_owned();
            let (on, text) = (text(&line["on"]), text(&line["text"]));
            let sums =
                format!("{} | {} | {}", amount("debit"), amount("credit"), amount("balance"));
            out.push_str(&format!("{on} | {text} | {sums}\n"));
        }
    }
    out
}

#[test]
fn from_the_order_over_usage_and_invoice_to_a_balance_of_nothing() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let usage = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "graduated", "tiers": [
            { "up_to": "10", "per_unit": "1.5", "flat": "2" },
            { "up_to": "20", "per_unit": "1.2" },
            { "up_to": null, "per_unit": "1" },
        ] },
    });
    let setup = json!({
        "name": "Setup", "kind": "one_time", "fee": "setup", "currency": "EUR",
        "model": { "kind": "flat", "amount": "50" },
    });
    let offer = market.offer("Cloud", &[setup, monthly("Base", "EUR", "19.99"), usage]);
    let subscription = market.order(&account, &offer, 1);
    let first = market.invoices(&account);
    assert_eq!(first.len(), 1, "what begins on a billing date is billed on it");
    market.advance_to("2026-01-20");
    market.uses(&subscription, ("a", "2026-01-10T12:00:00Z", "12"));
    market.uses(&subscription, ("b", "2026-01-20T00:00:00Z", "10"));
    market.advance_to("2026-02-01");
    let invoices = market.invoices(&account);
    let shown: Vec<_> = invoices
        .iter()
        .map(|it| format!("{} {}\n{}", text(&it["number"]), sums(it), lines(it)))
        .collect();
    expect![[r#"
        INV-2026-000001 69.99 + 14.00 = 83.99 EUR, due 83.99
        Cloud: Setup | - | 50.00
            flat price, as of 2026-01-01
            50
            = 50.00 EUR
        Cloud: Base | 2026-01-01..2026-02-01 | 19.99
            flat price, as of 2026-01-01
            19.99
            = 19.99 EUR

        INV-2026-000002 50.99 + 10.20 = 61.19 EUR, due 61.19
        Cloud: Base | 2026-02-01..2026-03-01 | 19.99
            flat price, as of 2026-01-01
            19.99
            = 19.99 EUR
        Cloud: Traffic | 2026-01-01..2026-02-01 | 31.00
            each unit at the price of its tier, as of 2026-01-01
            22 counted in 2 records
            tier 1: 10 × 1.5 + 2 = 17
            tier 2: 10 × 1.2 = 12
            tier 3: 2 × 1 = 2
            = 31.00 EUR
    "#]]
    .assert_eq(&shown.join("\n"));
    let operator = market.operator();
    for invoice in &invoices {
        let check = operator.get(&format!("/invoices/{}/check", text(&invoice["number"])));
        assert_eq!(check, json!({ "is_right": true, "faults": [] }));
    }
    let paid = json!({
        "account": account["id"], "amount": { "amount": "145.18", "currency": "EUR" },
        "reference": "INV 1 and 2",
    });
    let payment = operator.post("/payments", &paid);
    assert_eq!(payment["allocations"].as_array().unwrap().len(), 2, "{payment}");
    market.must_be_whole();
    expect![[r#"
        2026-01-01 | invoice INV-2026-000001 | 83.99 | - | 83.99
        2026-02-01 | invoice INV-2026-000002 | 61.19 | - | 145.18
        2026-02-01 | payment by bank transfer: INV 1 and 2 | - | 145.18 | 0.00
    "#]]
    .assert_eq(&statement(&market, &account));
    let balance = operator.get(&format!("/accounts/{}/balance", text(&account["id"])));
    expect![[r#"{"balances":[{"credit":{"amount":"0.00","currency":"EUR"},"currency":"EUR","overdue":{"amount":"0.00","currency":"EUR"},"receivable":{"amount":"0.00","currency":"EUR"}}]}"#]].assert_eq(&balance.to_string());
    let left = operator.get("/billing_runs/left");
    assert_eq!(left, json!({ "nothing_left": true, "due": 0, "failed": 0 }));
}

#[test]
fn the_31st_is_billed_on_the_last_day_of_short_months() {
    let market = Market::on("2028-01-31");
    let account = market.customer("Month End", "EUR");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "31")]);
    market.order(&account, &offer, 2);
    market.advance_to("2028-05-01");
    let days: Vec<_> = market
        .invoices(&account)
        .iter()
        .map(|it| format!("{} {}", text(&it["issued_on"]), sums(it)))
        .collect();
    expect![[r#"
        2028-01-31 31.00 + 6.20 = 37.20 EUR, due 37.20
        2028-02-29 31.00 + 6.20 = 37.20 EUR, due 37.20
        2028-03-31 31.00 + 6.20 = 37.20 EUR, due 37.20
        2028-04-30 31.00 + 6.20 = 37.20 EUR, due 37.20"#]]
    .assert_eq(&days.join("\n"));
}

#[test]
fn two_currencies_are_billed_and_booked_each_by_itself() {
    let market = Market::on("2026-01-01");
    let prices = [monthly("Base", "EUR", "10"), monthly("Base", "JPY", "1500")];
    let offer = market.offer("Flat", &prices);
    let euros = market.customer("Euro", "EUR");
    let yen = market.customer("Yen", "JPY");
    market.order(&euros, &offer, 1);
    market.order(&yen, &offer, 1);
    market.advance_to("2026-02-01");
    let all: Vec<_> = [&euros, &yen]
        .iter()
        .flat_map(|it| market.invoices(it))
        .map(|it| format!("{} {}", text(&it["number"]), sums(&it)))
        .collect();
    expect![[r#"
        INV-2026-000001 10.00 + 2.00 = 12.00 EUR, due 12.00
        INV-2026-000003 10.00 + 2.00 = 12.00 EUR, due 12.00
        INV-2026-000002 1500 + 300 = 1800 JPY, due 1800
        INV-2026-000004 1500 + 300 = 1800 JPY, due 1800"#]]
    .assert_eq(&all.join("\n"));
    let runs = market.operator().get("/billing_runs?order=oldest");
    let runs: Vec<_> = runs["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| format!("{} {} of {} {}", it["state"], it["done"], it["total"], it["amounts"]))
        .collect();
    expect![[r#"
        "done" 1 of 1 [{"currency":"EUR","gross":{"amount":"12.00","currency":"EUR"},"invoices":1,"net":{"amount":"10.00","currency":"EUR"},"tax":{"amount":"2.00","currency":"EUR"}}]
        "done" 1 of 1 [{"currency":"JPY","gross":{"amount":"1800","currency":"JPY"},"invoices":1,"net":{"amount":"1500","currency":"JPY"},"tax":{"amount":"300","currency":"JPY"}}]
        "done" 2 of 2 [{"currency":"EUR","gross":{"amount":"12.00","currency":"EUR"},"invoices":1,"net":{"amount":"10.00","currency":"EUR"},"tax":{"amount":"2.00","currency":"EUR"}},{"currency":"JPY","gross":{"amount":"1800","currency":"JPY"},"invoices":1,"net":{"amount":"1500","currency":"JPY"},"tax":{"amount":"300","currency":"JPY"}}]"#]].assert_eq(&runs.join("\n"));
}

#[test]
fn one_account_that_cannot_be_billed_is_told_and_stops_nobody_else() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let only = json!({ "code": "ONLY", "name": "Nowhere known" });
    let category = operator.post("/tax_categories", &only);
    let mut untaxed = monthly("Base", "EUR", "10");
    untaxed["valid_from"] = json!("2026-03-01");
    let later = market.offer("Later", &[untaxed]);
    let now = market.offer("Now", &[monthly("Base", "EUR", "10")]);
    assert!(category["id"].is_string());
    let failing = market.customer("Too early", "EUR");
    let other = market.customer("In time", "EUR");
    market.order(&failing, &later, 1);
    market.order(&other, &now, 1);
    market.advance_to("2026-01-02");
    assert_eq!(market.invoices(&failing).len(), 0);
    assert_eq!(market.invoices(&other).len(), 1);
    let left = operator.get("/billing_runs/left");
    assert_eq!(left, json!({ "nothing_left": false, "due": 0, "failed": 1 }));
    let runs = operator.get("/billing_runs?fields=failures,failed&order=oldest");
    let reasons: Vec<_> = runs["items"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|it| it["failures"].as_array().unwrap().clone())
        .map(|it| text(&it["reason"]))
        .collect();
    assert!(reasons.iter().all(|it| it.contains("has no version in force on `2026-01-01`")));
    assert!(!reasons.is_empty());
}
