//! What waits for its day: an order asks for the rights of what it will do when it is placed, and
//! what can no longer be had on its day stands in nobody's way.

use serde_json::{Value, json};
use tillbox::domain::id::{Id, OrderId};
use tillbox::domain::operator::Actor;
use tillbox::domain::order::Order;
use tillbox::services::{Author, duty};
use tillbox::store::Record;

use crate::harness::client::Client;
use crate::harness::house::Person;
use crate::harness::market::{Market, monthly, text};

/// An order of one item that waits until February.
fn waiting(account: &Value, item: &Value) -> Value {
    json!({ "account": account, "items": [item], "requested_start_on": "2026-02-01" })
}

/// A key of somebody that opens no more than the ordering.
fn ordering<'a>(market: &'a Market, of: &Person) -> Client<'a> {
    let scopes = ["account_read", "offer_browse", "subscription_read", "order_place"];
    let key = json!({ "name": "shop", "scopes": scopes });
    let secret = market.house.client(of).post("/tokens", &key)["secret"].clone();
    Client::with_token(&market.house.app, &text(&secret))
}

fn state(market: &Market, path: &str) -> String {
    text(&market.operator().get(path)["state"])
}

#[test]
fn an_order_for_later_asks_for_what_the_caller_could_not_do_at_once() {
    let market = Market::on("2026-01-01");
    let customer = &market.house.customer;
    let offer = market.offer("Base", &[monthly("Fee", "EUR", "10")]);
    let account = json!({ "id": customer.account });
    let subscription = market.order(&account, &offer, 1);
    let path = format!("/subscriptions/{subscription}");
    let shop = ordering(&market, &customer.admin);
    for action in ["delete", "modify", "renew"] {
        let mut item = json!({ "action": action, "subscription": subscription });
        if action == "modify" {
            item["quantity"] = json!(1);
        }
        let order = waiting(&account["id"], &item);
        assert_eq!(shop.call("POST /orders", Some(&order)).status, 403, "{action}");
        let member = market.house.client(&customer.member).call("POST /orders", Some(&order));
        assert_eq!(member.status, 403, "{action}");
    }
    shop.post("/orders", &waiting(&account["id"], &json!({ "offer": offer })));
    let delete = json!({ "action": "delete", "subscription": subscription });
    let order = waiting(&account["id"], &delete);
    let admin = market.house.client(&customer.admin).post("/orders", &order);
    market.advance_to("2026-01-31");
    assert_eq!(state(&market, &path), "active");
    market.advance_to("2026-02-02");
    assert_eq!(state(&market, &format!("/orders/{}", text(&admin["id"]))), "completed");
    assert_eq!(state(&market, &path), "recoverable", "who may call it off may do so for later");
}

#[test]
fn an_order_that_can_no_longer_be_had_on_its_day_is_rejected_with_the_reason() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let fee = [monthly("Fee", "EUR", "10")];
    let (gone, kept) = (market.offer("Gone", &fee), market.offer("Kept", &fee));
    let account = market.customer("Blue Whale", "EUR")["id"].clone();
    let place = |offer: &str| {
        let order = operator.post("/orders", &waiting(&account, &json!({ "offer": offer })));
        format!("/orders/{}", text(&order["id"]))
    };
    let (first, second) = (place(&gone), place(&kept));
    operator.post(&format!("/offers/{gone}/retire"), &json!({}));
    market.advance_to("2026-02-02");
    let rejected = operator.get(&first);
    assert_eq!(
        (&rejected["state"], &rejected["items"][0]["state"]),
        (&json!("rejected"), &json!("rejected"))
    );
    assert!(text(&rejected["reason"]).contains("offer"), "{rejected}");
    assert_eq!(state(&market, &second), "completed");
    let jobs = operator.get("/jobs");
    let orders = jobs["items"].as_array().unwrap().iter().find(|it| it["name"] == "orders");
    let orders = orders.unwrap();
    assert_eq!((&orders["waiting"], &orders["trouble"]), (&json!(0), &Value::Null), "{orders}");
}

#[test]
fn an_account_that_is_held_on_the_day_gets_nothing_of_what_it_ordered_before() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let offer = market.offer("Base", &[monthly("Fee", "EUR", "10")]);
    let account = market.customer("Blue Whale", "EUR")["id"].clone();
    let order = operator.post("/orders", &waiting(&account, &json!({ "offer": offer })));
    let hold = json!({ "kind": "credit", "reason": "OVERDUE" });
    operator.post(&format!("/accounts/{}/hold", text(&account)), &hold);
    market.advance_to("2026-02-02");
    let order = operator.get(&format!("/orders/{}", text(&order["id"])));
    assert_eq!(order["state"], "rejected");
    assert!(text(&order["reason"]).contains("cannot order"), "{order}");
    let had = operator.get(&format!("/subscriptions?account={}", text(&account)));
    assert_eq!(had["items"], json!([]));
}

/// A row that cannot be read, where an order was.
fn spoil_behind(market: &Market, order: &str) {
    let id: OrderId = order.parse().unwrap();
    let spoil = move |act: &mut tillbox::services::Act<'_>| {
        act.batch().set(Order::TABLE, &id.to_bytes(), b"\xffno order")?;
        Ok(())
    };
    market.house.app.bss.act(Author::of(Actor::duty("test")), spoil).wait().unwrap();
}

#[test]
fn what_cannot_be_read_stops_neither_what_is_due_behind_it_nor_other_duties() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let offer = market.offer("Base", &[monthly("Fee", "EUR", "10")]);
    let account = market.customer("Blue Whale", "EUR");
    market.order(&account, &offer, 1);
    let place =
        |item: &Value| text(&operator.post("/orders", &waiting(&account["id"], item))["id"]);
    let (spoiled, whole) = (place(&json!({ "offer": offer })), place(&json!({ "offer": offer })));
    spoil_behind(&market, &spoiled);
    let month = json!({ "to": "2026-02-01T00:00:00Z" });
    operator.post("/clock/advance", &month);
    assert_eq!(state(&market, &format!("/orders/{whole}")), "completed");
    assert_eq!(market.invoices(&account).len(), 2, "that of the start, and that of February");
    // It is looked at again after a while, and not each time.
    assert!(duty::keep_inside(&market.house.app.bss).is_ok());
    let later = json!({ "to": "2026-02-01T00:06:00Z" });
    operator.post("/clock/advance", &later);
    let jobs = operator.get("/jobs");
    let orders = jobs["items"].as_array().unwrap().iter().find(|it| it["name"] == "orders");
    assert_eq!(orders.unwrap()["state"], "failed", "{jobs}");
}

#[test]
fn an_account_that_is_called_off_gets_nothing_of_what_waits() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let offer = market.offer("Base", &[monthly("Fee", "EUR", "10")]);
    let account = market.customer("Blue Whale", "EUR")["id"].clone();
    let order = operator.post("/orders", &waiting(&account, &json!({ "offer": offer })));
    let path = format!("/accounts/{}", text(&account));
    assert_eq!(operator.post(&format!("{path}/close"), &json!({}))["state"], "closed");
    assert_eq!(state(&market, &format!("/orders/{}", text(&order["id"]))), "canceled");
    market.advance_to("2026-02-02");
    let had = operator.get(&format!("/subscriptions?account={}", text(&account)));
    assert_eq!(had["items"], json!([]));
}
