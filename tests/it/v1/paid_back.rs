//! Money that was paid for an order: what of it goes back by itself, and what of it waits.

use serde_json::{Value, json};

use super::paid_first::Shop;
use crate::harness::client::Client;
use crate::harness::market::text;

/// The mails of an occasion, as subject and text.
fn told(shop: &Shop, occasion: &str) -> Vec<String> {
    let mails = shop.market.operator().get("/mails?limit=50")["items"].clone();
    let mails = mails.as_array().unwrap().iter().filter(|it| it["occasion"] == occasion);
    mails.map(|it| text(&it["subject"])).collect()
}

#[test]
fn what_was_paid_for_an_order_that_is_called_off_is_said_to_go_back() {
    let shop = Shop::open();
    let order = shop.order(&shop.parcel);
    let path = format!("/orders/{}", text(&order["id"]));
    let can = |by: &Client<'_>| by.get(&path)["can"].clone();
    assert_eq!(can(&shop.buyer()), json!(["cancel"]), "who has not paid may leave it");
    shop.choose(&order, "pay");
    assert_eq!(can(&shop.buyer()), json!(["cancel"]));
    assert_eq!(can(&shop.market.operator()), json!(["hold", "ask", "cancel"]));
    shop.buyer().post(&format!("{path}/cancel"), &json!({}));
    let payment = shop.buyer().get(&path)["payment"].clone();
    assert_eq!(
        (&payment["amount"]["amount"], &payment["going_back"]["amount"]),
        (&json!("60.00"), &json!("60.00"))
    );
    shop.market.house.app.keep_duties();
    assert_eq!(shop.stands(&order), "canceled, fully_refunded, owes 0.00, has 0.00");
    let payment = shop.buyer().get(&path)["payment"].clone();
    assert_eq!(
        (&payment["going_back"], &payment["gone_back"]["amount"]),
        (&Value::Null, &json!("60.00"))
    );
    assert_eq!(told(&shop, "refund_made"), ["EUR 60.00 go back to you"]);
    let sent = shop.market.house.app.outside.sent();
    let letter = sent.iter().find(|it| it.subject.contains("go back")).expect("a letter");
    let named = format!("for your order {}", order["number"]);
    assert!(
        letter.text.contains(&named) && letter.text.contains("came to nothing"),
        "{}",
        letter.text
    );
    assert_eq!(can(&shop.buyer()), json!([]), "nothing is offered that is refused");
    shop.market.must_be_whole();
}

#[test]
fn what_was_paid_for_a_piece_that_fails_goes_back_by_itself() {
    let shop = Shop::open();
    let account = &shop.market.house.customer.account;
    let items = json!([{ "offer": shop.mail }, { "offer": shop.parcel }, { "offer": shop.parcel }]);
    let body = json!({ "order": { "account": account, "items": items } });
    let order = shop.buyer().post("/orders/checkout", &body);
    assert_eq!(order["payment"]["amount"]["amount"], "132.00");
    let comes_to = |it: &Value| text(&it["totals"][0]["gross"]["amount"]);
    let pieces = order["items"].as_array().unwrap().iter().map(comes_to);
    assert_eq!(pieces.collect::<Vec<_>>(), ["12.00", "60.00", "60.00"], "{order}");
    assert_eq!(
        (comes_to(&order), &order["totals"][0]["charged"]),
        ("132.00".to_owned(), &json!("once"))
    );
    shop.choose(&order, "pay");
    let operator = shop.market.operator();
    let path = format!("/orders/{}", text(&order["id"]));
    assert_eq!(operator.get(&path)["can"], json!(["hold", "ask"]), "a piece of it is done");
    let refused = operator.call(&format!("POST {path}/cancel"), Some(&json!({})));
    assert_eq!(refused.status, 409);
    operator.post(&format!("{path}/items/2/fail"), &json!({ "reason": "It is sold out." }));
    shop.market.house.app.keep_duties();
    assert_eq!(operator.get(&path)["payment"]["gone_back"]["amount"], "60.00", "and no more");
    // What is paid for no more is not tried again.
    let tasks = operator.get("/tasks?state=failed");
    let task = text(&tasks["items"][0]["id"]);
    let again = operator.call(&format!("POST /tasks/{task}/retry"), Some(&json!({})));
    assert_eq!(again.status, 409, "{again:?}");
    operator.post(&format!("{path}/items/3/complete"), &json!({}));
    shop.market.house.app.keep_duties();
    assert_eq!(operator.get(&path)["state"], "partial");
    assert_eq!(operator.get(&path)["payment"]["gone_back"]["amount"], "60.00");
    assert_eq!(told(&shop, "refund_made"), ["EUR 60.00 go back to you"]);
    let fell_short = format!("Not all of your order {} can be had", order["number"]);
    assert_eq!(told(&shop, "order_fell_short"), [fell_short]);
    let sent = shop.market.house.app.outside.sent();
    for subject in ["go back", "Not all"] {
        let letter = sent.iter().find(|it| it.subject.contains(subject)).expect("a letter");
        assert!(letter.text.contains("1 x Parcel: It is sold out."), "{}", letter.text);
    }
    shop.market.must_be_whole();
}

/// What was paid for a piece that is still to come pays nothing that was owed before.
#[test]
fn what_was_paid_for_an_order_waits_for_its_bills() {
    let shop = Shop::open();
    let (account, operator) = (&shop.market.house.customer.account, shop.market.operator());
    let owed = json!({ "account": account, "items": [{ "offer": shop.mail }] });
    shop.buyer().post("/orders", &owed);
    shop.market.house.app.keep_duties();
    let items = json!([{ "offer": shop.mail }, { "offer": shop.parcel }]);
    let body = json!({ "order": { "account": account, "items": items } });
    let order = shop.buyer().post("/orders/checkout", &body);
    shop.choose(&order, "pay");
    assert_eq!(shop.stands(&order), "in_progress, captured, owes 12.00, has 60.00");
    let more = json!({ "amount": "20", "currency": "EUR" });
    let more = json!({ "account": account, "amount": more, "allocations": [] });
    let more = text(&operator.post("/payments", &more)["id"]);
    shop.market.advance_to("2026-01-12");
    assert_eq!(shop.stands(&order), "in_progress, captured, owes 0.00, has 68.00");
    let settles = operator.get(&format!("/payments/{more}"))["allocations"].clone();
    assert_eq!(settles[0]["amount"]["amount"], "12.00", "{settles}");
    let path = format!("/orders/{}/items/2/complete", text(&order["id"]));
    operator.post(&path, &json!({}));
    shop.market.house.app.keep_duties();
    assert_eq!(shop.stands(&order), "completed, captured, owes 0.00, has 68.00");
    // Two mails of 10.00, and 50.00 with 20 of 31 days before, with tax of 20 %.
    shop.market.advance_to("2026-02-01");
    assert_eq!(shop.stands(&order), "completed, captured, owes 54.71, has 0.00");
    shop.market.must_be_whole();
}
