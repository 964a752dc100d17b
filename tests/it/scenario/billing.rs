//! Lives of accounts that are billed: from the order to a balance of nothing.

use std::collections::BTreeSet;

use expect_test::expect;
use proptest::prelude::*;
use serde_json::{Value, json};
use tillbox::domain::time::Zone;
use tillbox::services::clock;
use tillbox::services::duty::Progress;
use tillbox::store::Store;

use crate::harness::app::App;
use crate::harness::house::House;
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

/// An offer with a setup fee, a base price and traffic in tiers.
fn cloud(market: &Market) -> String {
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
    market.offer("Cloud", &[setup, monthly("Base", "EUR", "19.99"), usage])
}

#[test]
fn from_the_order_over_usage_and_invoice_to_a_balance_of_nothing() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let offer = cloud(&market);
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
        assert_eq!((&check["is_right"], &check["faults"]), (&json!(true), &json!([])));
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
    expect![[r#"{"balances":[{"credit":{"amount":"0.00","currency":"EUR"},"currency":"EUR","deposits":{"amount":"0.00","currency":"EUR"},"overdue":{"amount":"0.00","currency":"EUR"},"receivable":{"amount":"0.00","currency":"EUR"}}]}"#]].assert_eq(&balance.to_string());
    let left = operator.get("/billing_runs/left");
    assert_eq!(
        left,
        json!({ "nothing_left": true, "due": 0, "failed": 0, "failures": [], "proposed": 0, "unrated_events": 0 })
    );
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
    assert_eq!(
        (&left["nothing_left"], &left["due"], &left["failed"]),
        (&json!(false), &json!(0), &json!(1))
    );
    assert_eq!(left["failures"].as_array().map(Vec::len), Some(1), "{left}");
    assert!(text(&left["failures"][0]["reason"]).contains("has no version in force"), "{left}");
    let plan = operator.get("/billing_runs/plan");
    assert_eq!(plan["total"], 1, "a run tries it again: {plan}");
    assert_eq!(plan["failures"], left["failures"], "{plan}");
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

#[test]
fn a_run_that_is_interrupted_between_pages_neither_loses_nor_doubles_an_invoice() {
    const ACCOUNTS: usize = 120;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("till.redb");
    let open = |times| App::over_again(Store::open(&path, 8 << 20).unwrap(), "2026-01-01", times);
    let market = Market::in_house(House::in_app(open(1)), "2026-01-01");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    for number in 0..ACCOUNTS {
        let account = market.customer(&format!("Number {number}"), "EUR");
        let body = json!({ "account": account["id"], "items": [{ "offer": offer }] });
        market.operator().post("/orders", &body);
    }
    market.house.app.keep_duties();
    clock::make_movable(&market.house.app.bss, Zone::UTC.start_of("2026-02-01".parse().unwrap()))
        .unwrap();
    let mut market = market;
    let mut interruptions = 0;
    while bill_a_page(&market) {
        interruptions += 1;
        let Market { house, meter } = market;
        let House { app, operator, customer, north, south } = house;
        drop(app);
        let house = House { app: open(1 + interruptions), operator, customer, north, south };
        market = Market { house, meter };
    }
    assert!(interruptions >= 3, "there were {interruptions} pages");
    market.must_be_whole();
    let found =
        market.operator().get("/invoices?limit=1000&order=oldest&fields=number,account,issued_on");
    let found = found["items"].as_array().unwrap().clone();
    let numbers: BTreeSet<_> = found.iter().map(|it| text(&it["number"])).collect();
    let expected: BTreeSet<_> = (1..=2 * ACCOUNTS).map(|it| format!("INV-2026-{it:06}")).collect();
    assert_eq!(numbers, expected, "numbers have no gaps");
    let each: BTreeSet<_> =
        found.iter().map(|it| (text(&it["account"]), text(&it["issued_on"]))).collect();
    assert_eq!((each.len(), found.len()), (2 * ACCOUNTS, 2 * ACCOUNTS), "one each month");
}

/// One step of the billing duty, as if the power failed after it.
fn bill_a_page(market: &Market) -> bool {
    let bss = &market.house.app.bss;
    let duty = bss.duties().iter().find(|it| it.name() == "billing").unwrap();
    duty.step(bss).unwrap() != Progress::Idle
}

/// Something that happens to an account.
#[derive(Debug, Clone)]
enum Happens {
    Month,
    Use(u16),
    Pay(u16),
    Refund(u16),
    Credit,
    WriteOff,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        3 => Just(Happens::Month),
        2 => (1..500_u16).prop_map(Happens::Use),
        3 => (1..20_000_u16).prop_map(Happens::Pay),
        1 => (1..5_000_u16).prop_map(Happens::Refund),
        1 => Just(Happens::Credit),
        1 => Just(Happens::WriteOff),
    ]
}

fn euros(cents: u16) -> Value {
    let amount = format!("{}.{:02}", cents / 100, cents % 100);
    json!({ "amount": amount, "currency": "EUR" })
}

/// Money that goes back, and what stands on invoices in its place.
fn refund(cents: u16) -> Value {
    let amount = euros(cents);
    match cents % 3 {
        0 => json!({ "amount": amount }),
        1 => json!({ "amount": amount, "credit_note": true, "reason": "Kindness" }),
        _ => json!({ "amount": amount, "reopens": true }),
    }
}

/// Lets something happen. That it is refused, as giving back what was never paid, is no fault.
fn happen(
    market: &Market,
    (account, subscription): (&Value, &str),
    (step, what): (usize, &Happens),
) {
    let operator = market.operator();
    let first = |path: &str| {
        let found = operator.get(path)["items"].as_array().unwrap().first().cloned();
        found.map(|it| text(&it["id"]))
    };
    let of = text(&account["id"]);
    let asked = match what {
        Happens::Month => Some(("/clock/advance".to_owned(), json!({ "by": "1 month" }))),
        Happens::Use(quantity) => {
            let at = operator.get("/clock")["now"].clone();
            let event = json!({
                "id": step.to_string(), "subscription": subscription, "meter": market.meter,
                "quantity": quantity, "at": at,
            });
            Some(("/usage".to_owned(), json!({ "events": [event] })))
        }
        Happens::Pay(cents) => {
            Some(("/payments".to_owned(), json!({ "account": of, "amount": euros(*cents) })))
        }
        Happens::Refund(cents) => first(&format!("/payments?account={of}"))
            .map(|id| (format!("/payments/{id}/refund"), refund(*cents))),
        Happens::Credit => first(&format!("/invoices?account={of}"))
            .map(|id| (format!("/invoices/{id}/credit"), json!({ "reason": "Kindness" }))),
        Happens::WriteOff => first(&format!("/invoices?account={of}&state=overdue"))
            .map(|id| (format!("/invoices/{id}/write_off"), json!({}))),
    };
    if let Some((path, body)) = asked {
        let status = operator.call(&format!("POST {path}"), Some(&body)).status;
        assert!(status.is_success() || status == 409, "{path} {body}: {status}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_books_balance(all in prop::collection::vec(happens(), 1..14)) {
        let market = Market::on("2026-01-31");
        let account = market.customer("Somebody", "EUR");
        let offer = cloud(&market);
        let subscription = market.order(&account, &offer, 1);
        for it in all.iter().enumerate() {
            happen(&market, (&account, &subscription), it);
            market.must_be_whole();
        }
        for invoice in market.invoices(&account) {
            let check = format!("/invoices/{}/check", text(&invoice["id"]));
            prop_assert_eq!(&market.operator().get(&check)["is_right"], &json!(true));
        }
    }
}
