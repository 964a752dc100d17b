//! Custom attributes: what vendors lay down of them, and what accounts, subscriptions and orders
//! then say.

use expect_test::expect;
use serde_json::json;

use crate::harness::client::Protocol;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

#[test]
fn an_account_says_what_its_vendor_asks_of_each() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let body =
        json!({ "name": "external_id", "applies_to": "account", "description": "In the ERP" });
    let definition = said.say(&north, "north", "POST /attribute_definitions", Some(&body)).ok();
    let path = format!("/attribute_definitions/{}", definition["id"].as_str().unwrap());
    let open = |attributes: serde_json::Value| {
        let body = json!({ "name": "Acme", "attributes": attributes });
        let what = "POST /accounts?fields=attributes";
        said.say(&north, "north", what, Some(&body))
    };
    let before = open(json!({})).ok();
    said.say(&north, "north", &format!("PATCH {path}"), Some(&json!({ "required": true })));
    open(json!({}));
    open(json!({ "external_id": "" }));
    open(json!({ "External_ID": "1" }));
    let after = open(json!({ "external_id": "1111-2222-3333", "tier": "gold" })).ok();
    let patch = |account: &serde_json::Value, body: serde_json::Value| {
        let id = account["id"].as_str().unwrap();
        said.say(&north, "north", &format!("PATCH /accounts/{id}?fields=attributes"), Some(&body));
    };
    patch(&after, json!({ "attributes": { "external_id": null } }));
    patch(&after, json!({ "attributes": { "tier": null } }));
    patch(&before, json!({ "description": "was there before" }));
    patch(&before, json!({ "attributes": { "tier": "silver" } }));
    patch(&before, json!({ "attributes": { "tier": "silver", "external_id": "7" } }));
    said.say(&north, "north", &format!("DELETE {path}"), None);
    patch(&after, json!({ "attributes": { "external_id": null } }));
    expect![""].assert_eq(&said.text());
}

#[test]
fn what_a_vendor_lays_down_is_its_own() {
    let house = House::on("2026-01-01");
    let (north, south) = (house.client(&house.north.admin), house.client(&house.south.admin));
    let said = Protocol::default();
    let body = json!({ "name": "vat_group", "applies_to": "account", "required": true });
    let made = north.post("/attribute_definitions", &body);
    let path = format!("/attribute_definitions/{}", made["id"].as_str().unwrap());
    said.say(&north, "north", "POST /attribute_definitions", Some(&body));
    let other = json!({ "name": "vat_group", "applies_to": "order" });
    said.say(&north, "north", "POST /attribute_definitions?fields=applies_to", Some(&other));
    let wrong = json!({ "name": "two words", "applies_to": "invoice" });
    said.say(&north, "north", "POST /attribute_definitions", Some(&wrong));
    said.say(&north, "north", "GET /attribute_definitions?applies_to=account&fields=name", None);
    said.say(&north, "north", "GET /attribute_definitions?applies_to=invoice", None);
    said.say(&south, "south", "GET /attribute_definitions", None);
    said.say(&south, "south", &format!("GET {path}"), None);
    said.say(&south, "south", &format!("DELETE {path}"), None);
    said.say(&south, "south", "POST /accounts?fields=name", Some(&json!({ "name": "Free" })));
    let foreign = json!({ "seller": house.north.account, "name": "x", "applies_to": "order" });
    said.say(&south, "south", "POST /attribute_definitions", Some(&foreign));
    let buyer = house.client(&house.north.customer.admin);
    said.say(&buyer, "buyer", "GET /attribute_definitions", None);
    expect![""].assert_eq(&said.text());
}

#[test]
fn orders_keep_what_was_said_of_a_subscription_when_they_were_placed() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Acme", "EUR");
    let offer = market.offer("Mail", &[monthly("Fee", "EUR", "10")]);
    let asks = |name: &str, of: &str| {
        let body = json!({ "name": name, "applies_to": of, "required": true });
        operator.post("/attribute_definitions", &body);
    };
    asks("PONumber", "subscription");
    asks("channel", "order");
    let said = Protocol::default();
    let place = |order: serde_json::Value, item: serde_json::Value| {
        let body = json!({ "account": account["id"], "items": [item], "attributes": order });
        said.say(&operator, "operator", "POST /orders?fields=attributes,kind", Some(&body))
    };
    let shop = json!({ "channel": "shop" });
    place(json!({}), json!({ "offer": offer }));
    place(shop.clone(), json!({ "offer": offer, "attributes": { "PONumber": " " } }));
    let item = json!({ "offer": offer, "attributes": { "PONumber": "1", "PODetails": "a" } });
    let sold = text(&place(shop.clone(), item).ok()["id"]);
    market.house.app.keep_duties();
    let order = |id: &str| operator.get(&format!("/orders/{id}"));
    let subscription = text(&order(&sold)["items"][0]["subscription"]);
    let more = |quantity: u32| {
        let item =
            json!({ "action": "modify", "subscription": subscription, "quantity": quantity });
        place(shop.clone(), item)
    };
    let before = text(&more(2).ok()["id"]);
    let path = format!("PATCH /subscriptions/{subscription}?fields=attributes");
    for attributes in [
        json!({ "PONumber": null }),
        json!({ "PONumber": "2", "PODetails": "b" }),
        json!({ "PODetails": null, "note": "x" }),
    ] {
        said.say(&operator, "operator", &path, Some(&json!({ "attributes": attributes })));
    }
    let after = text(&more(3).ok()["id"]);
    let item = json!({
        "action": "modify", "subscription": subscription, "quantity": 4,
        "attributes": { "PONumber": "3" },
    });
    place(shop.clone(), item);
    let mut carries = Vec::new();
    for (which, id) in [("sold", sold), ("before", before), ("after", after)] {
        let carried = &order(&id)["items"][0]["attributes"];
        carries.push(format!("{which}: {carried}"));
    }
    expect![""].assert_eq(&said.text());
    expect![""].assert_eq(&carries.join("\n"));
}
