//! What is foretold before anybody decides, and comes: the first invoice of an order, and what an ending
//! gives back.

use serde_json::{Value, json};

use crate::harness::market::{Market, lines, monthly, text};

/// Puts a bundle on the shelf: 49.00 once, and in it two of mail and one of disk.
fn bundle(market: &Market) -> String {
    let operator = market.operator();
    let mail = market.offer("Mail", &[monthly("Month", "EUR", "31")]);
    let disk = market.offer("Disk", &[monthly("Month", "EUR", "10")]);
    let parts = [(mail, 2), (disk, 1)];
    let parts = parts.map(|(it, count)| json!({ "offer": it, "min": 1, "default": count }));
    let body = json!({ "name": { "en": "Office" }, "bundle": parts });
    let id = text(&operator.post("/offers", &body)["id"]);
    let setup = json!({
        "name": "Putting it together", "kind": "one_time", "fee": "setup", "currency": "EUR",
        "model": { "kind": "flat", "amount": "49" }, "offer": id,
    });
    operator.post("/prices", &setup);
    for verb in ["test", "activate", "launch"] {
        operator.post(&format!("/offers/{id}/{verb}"), &json!({}));
    }
    id
}

#[test]
fn the_first_invoice_says_what_the_order_was_foretold_to_cost() {
    let market = Market::on("2026-01-01");
    let (operator, account) = (market.operator(), market.customer("Blue Whale", "EUR"));
    let body = json!({ "account": account["id"], "items": [{ "offer": bundle(&market) }] });
    let foretold = operator.post("/orders/preview", &body);
    let piece = |it: &Value| format!("{} × {}", it["quantity"], text(&it["offer_name"]));
    let pieces: Vec<_> = foretold["items"].as_array().unwrap().iter().map(piece).collect();
    assert_eq!(pieces.len(), 3, "{foretold}");
    assert!(pieces.contains(&"2 × Mail".to_owned()), "{pieces:?}");
    let [invoice] = foretold["invoices"].as_array().unwrap().as_slice() else {
        panic!("one invoice: {foretold}")
    };
    assert_eq!(foretold["credit"], json!(null), "nothing was paid before");
    assert_eq!(operator.get("/orders")["items"], json!([]), "a preview places nothing");

    operator.post("/orders", &body);
    market.house.app.keep_duties();
    let [came] = &*market.invoices(&account) else { panic!("one invoice") };
    assert_eq!(lines(came), lines(invoice));
    let sums = |it: &Value| ["net", "tax", "gross"].map(|sum| text(&it[sum]["amount"]));
    assert_eq!(sums(came), sums(invoice));
    assert_eq!(came["issued_on"], invoice["on"]);
    market.must_be_whole();
}

#[test]
fn an_order_that_is_refused_is_refused_before_it_is_placed() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "USD");
    let offer = market.offer("Mail", &[monthly("Month", "EUR", "31")]);
    let body = json!({ "account": account["id"], "items": [{ "offer": offer }] });
    let status = |path: &str| {
        let refused = market.operator().call(path, Some(&body));
        (refused.status, refused.json()["type"].clone())
    };
    assert_eq!(status("POST /orders/preview"), status("POST /orders"));
    assert_ne!(status("POST /orders").0, 201);
}

#[test]
fn an_ending_gives_back_what_was_foretold() {
    let market = Market::on("2026-01-01");
    let (operator, account) = (market.operator(), market.customer("Blue Whale", "EUR"));
    let offer = market.offer("Mail", &[monthly("Month", "EUR", "31")]);
    let subscription = market.order(&account, &offer, 1);
    market.house.app.keep_duties();
    market.advance_to("2026-01-11");
    let path = |rest: &str| format!("/subscriptions/{subscription}{rest}");
    let before = operator.get(&path(""));
    assert_eq!(before["charged_until"], "2026-02-01");
    let foretold = |at: &str| operator.post(&path("/cancel/preview"), &json!({ "at": at }));
    let later = foretold("period_end");
    assert_eq!((&later["on"], &later["credit"]["lines"]), (&json!("2026-02-01"), &json!([])));
    assert_eq!(later["credit"]["gross"]["amount"], "0.00");
    // 21 of 31 days at 31.00, and 20 % on it.
    let now = foretold("now");
    assert_eq!(
        (&now["on"], &now["credit"]["net"]["amount"]),
        (&json!("2026-01-11"), &json!("21.00"))
    );
    assert_eq!(now["credit"]["lines"][0]["text"], "Mail: Month");
    assert_eq!(operator.get(&path("")), before, "a preview changes nothing");
    let notes = || operator.get(&format!("/credit_notes?account={}", text(&account["id"])));
    assert_eq!(notes()["items"], json!([]));

    operator.post(&path("/cancel"), &json!({ "at": "now" }));
    assert_eq!(notes()["items"][0]["gross"], now["credit"]["gross"]);
    assert_eq!(now["credit"]["gross"]["amount"], "25.20");
    market.must_be_whole();
}
