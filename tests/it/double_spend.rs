//! Double spending: what is there once is wanted by many at once, and one of them gets it.

use serde_json::{Value, json};
use tillbox::domain::time::Zone;
use tillbox::services::{clock, duty};

use crate::harness::app::Answer;
use crate::harness::market::{Market, monthly, text};
use crate::harness::scale::rounds;

/// How many want it at once.
const CLIENTS: usize = 64;

/// The answer to the one who got it; all others must have been refused for one of some reasons.
#[track_caller]
fn winner(answers: &[Answer], refusals: &[&str]) -> Value {
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status.is_success());
    assert_eq!((won.len(), answers.len()), (1, CLIENTS), "one got it");
    for it in lost {
        let problem = it.json();
        let name = text(&problem["type"]);
        let is_known = refusals.iter().any(|it| name == format!("/problems/{it}"));
        assert!(is_known, "{problem}");
    }
    won[0].json()
}

fn euros(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// What is due of an invoice.
fn due(market: &Market, invoice: &str) -> String {
    text(&market.operator().get(&format!("/invoices/{invoice}"))["due"]["amount"])
}

#[test]
fn of_many_who_allocate_or_refund_one_payment_at_once_one_does() {
    let market = Market::on("2026-01-01");
    let (operator, account) = (market.operator(), market.customer("Payer", "EUR"));
    market.order(&account, &market.offer("Flat", &[monthly("Base", "EUR", "10")]), 1);
    let invoice = text(&market.invoices(&account)[0]["id"]);
    let paid = json!({ "account": account["id"], "amount": euros("12"), "allocations": [] });
    let settles = json!({ "allocations": [{ "invoice": invoice, "amount": euros("12") }] });
    let rounds = rounds(1_000, 50_000);
    for round in 0..rounds {
        let payment = text(&operator.post("/payments", &paid)["id"]);
        let path = format!("POST /payments/{payment}/allocate");
        let got = operator.at_once(CLIENTS, &path, Some(&settles));
        let allocated = winner(&got, &["reference_unknown", "payment_exceeds"]);
        assert_eq!(allocated["unallocated"], euros("0.00"));
        assert_eq!(due(&market, &invoice), "0.00", "round {round}");
        let path = format!("POST /payments/{payment}/refund");
        let (amount, left) =
            [("12", "0"), ("6.01", "5.99"), ("11.99", "0.01")][(round % 3) as usize];
        let amount = json!({ "amount": euros(amount), "reopens": true });
        winner(&operator.at_once(CLIENTS, &path, Some(&amount)), &["payment_exceeds"]);
        // What is left goes back too, so that the invoice is open for the next round.
        operator.call(&path, Some(&json!({ "amount": euros(left), "reopens": true })));
        assert_eq!(due(&market, &invoice), "12.00", "round {round}");
    }
    market.must_be_whole();
    println!("{rounds} rounds of {CLIENTS} clients");
}

#[test]
fn of_many_payments_that_would_settle_one_invoice_at_once_one_does() {
    let market = Market::on("2026-01-01");
    let (operator, account) = (market.operator(), market.customer("Payer", "EUR"));
    market.order(&account, &market.offer("Flat", &[monthly("Base", "EUR", "10")]), 1);
    let invoice = text(&market.invoices(&account)[0]["id"]);
    let settles = json!([{ "invoice": invoice, "amount": euros("12") }]);
    let pay = json!({ "account": account["id"], "amount": euros("12"), "allocations": settles });
    for round in 0..rounds(1_000, 50_000) {
        let got = operator.at_once(CLIENTS, "POST /payments", Some(&pay));
        let payment = text(&winner(&got, &["reference_unknown"])["id"]);
        assert_eq!(due(&market, &invoice), "0.00", "round {round}");
        let back = json!({ "amount": euros("12"), "reopens": true });
        operator.post(&format!("/payments/{payment}/refund"), &back);
    }
    market.must_be_whole();
}

#[test]
fn of_many_who_credit_or_write_off_one_invoice_at_once_one_does() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = operator.post(
        "/accounts",
        &json!({
            "name": "Daily", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
            "billing": { "currency": "EUR", "cycle": { "period": "1 day" } },
        }),
    );
    let mut daily = monthly("Base", "EUR", "10");
    daily["period"] = json!("1 day");
    market.order(&account, &market.offer("Daily", &[daily]), 1);
    let newest = format!("/invoices?limit=1&account={}", text(&account["id"]));
    for round in 0..rounds(1_000, 50_000) {
        let invoice = operator.get(&newest)["items"][0].clone();
        assert_eq!((&invoice["due"], &invoice["state"]), (&euros("12.00"), &json!("open")));
        let id = text(&invoice["id"]);
        let (verb, body, refusal) = match round % 3 {
            0 => ("credit", json!({ "reason": "Kindness" }), "credit_exceeds"),
            1 => {
                let more_than_half = json!([{ "line": 0, "net": euros("5.01") }]);
                ("credit", json!({ "reason": "Half", "lines": more_than_half }), "credit_exceeds")
            }
            _ => ("write_off", json!({}), "invoice_state_forbids"),
        };
        let path = format!("POST /invoices/{id}/{verb}");
        winner(&operator.at_once(CLIENTS, &path, Some(&body)), &[refusal]);
        let left = ["0.00", "5.99", "0.00"][(round % 3) as usize];
        assert_eq!(due(&market, &id), left, "round {round}");
        operator.post("/clock/advance", &json!({ "by": "1 day" }));
    }
    market.must_be_whole();
}

#[test]
fn of_many_who_bring_a_coupon_for_its_last_use_at_once_one_does() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Payer", "EUR");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let unlocked = json!({
        "name": { "en": "Spring" }, "percent": "10", "access": "coupon", "lasting": "always",
    });
    let unlocked = operator.post("/discounts", &unlocked)["id"].clone();
    for round in 0..rounds(100, 2_000) {
        let code = format!("LAST{round}");
        let last = json!({ "code": code, "discount": unlocked, "uses_max": 1 });
        let coupon = text(&operator.post("/coupons", &last)["id"]);
        let (path, body) = match round % 2 {
            0 => ("POST /redemptions", json!({ "account": account["id"], "code": code })),
            _ => {
                let items = json!([{ "offer": offer }]);
                let it = json!({ "account": account["id"], "items": items, "coupons": [code] });
                ("POST /orders", it)
            }
        };
        winner(&operator.at_once(CLIENTS, path, Some(&body)), &["coupon_forbids"]);
        assert_eq!(operator.get(&format!("/coupons/{coupon}"))["used"], 1, "round {round}");
    }
    market.must_be_whole();
}

/// Of what is used and not billed yet some is reported while the last bill is written. Whatever comes first:
/// what was taken is on that bill.
#[test]
fn what_is_reported_while_the_last_bill_is_written_is_charged_or_refused() {
    let market = Market::on("2026-01-01");
    let (operator, bss) = (market.operator(), &market.house.app.bss);
    let used = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    });
    let offer = market.offer("Traffic", &[used]);
    let buyers: Vec<_> = (0..rounds(20, 400))
        .map(|it| {
            let account = market.customer(&format!("Buyer {it}"), "EUR");
            let subscription = market.order(&account, &offer, 1);
            (account, subscription)
        })
        .collect();
    let event = |subscription: &str, id: &str, quantity: &str| {
        json!({
            "id": format!("{id}-{subscription}"), "subscription": subscription,
            "meter": market.meter, "quantity": quantity, "at": "2026-01-10T12:00:00Z",
        })
    };
    market.advance_to("2026-01-11");
    for (_, subscription) in &buyers {
        let events = json!({ "events": [event(subscription, "first", "1")] });
        assert_eq!(operator.post("/usage", &events)["accepted"], 1);
        operator.post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    }
    // The first of the next month is there, and nobody has billed anything yet.
    clock::make_movable(bss, Zone::UTC.start_of("2026-02-01".parse().unwrap())).unwrap();
    let bills = {
        let bss = std::sync::Arc::clone(bss);
        std::thread::spawn(move || duty::run_all(&bss).map(drop))
    };
    let mut expected = Vec::new();
    for (account, subscription) in buyers.iter().rev() {
        let said =
            operator.post("/usage", &json!({ "events": [event(subscription, "last", "10")] }));
        let amount = if said["accepted"] == 1 { "11.00" } else { "1.00" };
        expected.push((account, amount, said));
    }
    bills.join().unwrap().unwrap();
    market.advance_to("2026-03-02");
    for (account, amount, said) in expected {
        let invoices = market.invoices(account);
        let nets: Vec<_> = invoices.iter().map(|it| text(&it["net"]["amount"])).collect();
        assert_eq!(nets, [amount], "{said}");
    }
}
