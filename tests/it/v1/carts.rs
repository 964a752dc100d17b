//! Carts: filled by their owners alone, ordered whole, and what is kept for another time stays.

use serde_json::{Value, json};

use crate::harness::client::{Client, Protocol};
use crate::harness::market::{Market, monthly, text};

/// What lies in a cart: key, offer, quantity, and whether it is ordered with it.
fn lies(cart: &Value) -> String {
    let line = |it: &Value| {
        format!("{} {} x{} {}", it["key"], it["offer_name"], it["quantity"], it["state"])
    };
    let lines: Vec<_> = cart["items"].as_array().unwrap().iter().map(line).collect();
    lines.join("; ").replace('"', "")
}

/// A buyer, and its cart.
fn with_cart(market: &Market) -> (Client<'_>, String) {
    let buyer = market.house.client(&market.house.customer.admin);
    let cart = buyer.post("/carts", &json!({}));
    assert_eq!(cart["account"], json!(market.house.customer.account), "the buyer's own");
    (buyer, text(&cart["id"]))
}

#[test]
fn what_is_put_into_a_cart_stays_there_until_it_is_ordered() {
    let market = Market::on("2026-01-01");
    let [mail, disk] = ["Mail", "Disk"].map(|it| market.offer(it, &[monthly("Base", "EUR", "10")]));
    let (buyer, id) = with_cart(&market);
    let items = format!("/carts/{id}/items");
    buyer.post(&items, &json!({ "offer": mail, "quantity": 2 }));
    let cart = buyer.post(&items, &json!({ "offer": disk }));
    assert_eq!(lies(&cart), "1 Mail x2 active; 2 Disk xnull active");
    let twice = buyer.call(&format!("POST {items}"), Some(&json!({ "offer": mail })));
    assert_eq!(
        (twice.status.as_u16(), &twice.json()["type"]),
        (409, &json!("/problems/duplicate"))
    );
    let cart = buyer.patch(&format!("{items}/1"), &json!({ "quantity": 3 }));
    assert_eq!(lies(&cart), "1 Mail x3 active; 2 Disk xnull active");
    buyer.patch(&format!("{items}/2"), &json!({ "state": "saved" }));
    assert_eq!(buyer.get("/carts")["items"][0]["id"], json!(id), "it is found again");
    let order = buyer.post(&format!("/carts/{id}/order"), &json!({ "external_id": "PO-1" }));
    assert_eq!((&order["state"], &order["external_id"]), (&json!("completed"), &json!("PO-1")));
    let bought = &order["items"];
    assert_eq!((bought.as_array().unwrap().len(), &bought[0]["quantity"]), (1, &json!(3)));
    assert_eq!(lies(&buyer.get(&format!("/carts/{id}"))), "2 Disk xnull saved");
    let nothing = buyer.call(&format!("POST /carts/{id}/order"), Some(&json!({})));
    assert_eq!(nothing.status, 409);
    let emptied = buyer.post(&format!("/carts/{id}/empty"), &json!({}));
    assert_eq!(lies(&emptied), "");
    assert_eq!(buyer.call(&format!("DELETE /carts/{id}"), None).status, 204);
    assert_eq!(buyer.get("/carts")["items"], json!([]));
    market.must_be_whole();
}

#[test]
fn a_cart_takes_only_what_can_be_had_and_is_nobody_elses() {
    let market = Market::on("2026-01-01");
    let mail = market.offer("Mail", &[monthly("Base", "EUR", "10")]);
    let retired = market.offer("Fax", &[monthly("Base", "EUR", "10")]);
    market.operator().post(&format!("/offers/{retired}/retire"), &json!({}));
    let (buyer, id) = with_cart(&market);
    let said = Protocol::default();
    let refused = |line: Value| {
        let answer = buyer.call(&format!("POST /carts/{id}/items"), Some(&line)).json();
        said.note(&format!("{} {}", answer["status"], answer["detail"]));
    };
    refused(json!({ "offer": retired }));
    refused(json!({ "offer": "ofr_00000000-0000-7000-8000-000000000000" }));
    refused(json!({ "offer": mail, "quantity": 0 }));
    expect_test::expect![[r#"
        409 "`{ofr1}` is not on sale now"
        422 "`/offer` `{ofr2}` is not there"
        422 "`/quantity` must be 1 to 999999"
    "#]]
    .assert_eq(&said.text());
    buyer.post(&format!("/carts/{id}/items"), &json!({ "offer": mail }));
    assert_eq!(buyer.call(&format!("DELETE /carts/{id}/items/7"), None).status, 404);
    let house = &market.house;
    let member = house.client(&house.customer.member);
    assert_eq!(member.get("/carts")["items"], json!([]), "one's own alone is listed");
    for stranger in [&house.north.customer.admin, &house.north.admin] {
        let stranger = house.client(stranger);
        for what in ["GET /carts/{}", "DELETE /carts/{}", "POST /carts/{}/order"] {
            let body = what.starts_with("POST").then(|| json!({}));
            let answer = stranger.call(&what.replace("{}", &id), body.as_ref());
            assert_eq!(answer.status, 404, "{what}");
        }
    }
    assert_eq!(lies(&buyer.get(&format!("/carts/{id}"))), "1 Mail xnull active");
}

#[test]
fn a_cart_that_changed_since_it_was_seen_is_not_ordered() {
    let market = Market::on("2026-01-01");
    market.operator().post("/gateways", &json!({ "kind": "sandbox" }));
    let account = &market.house.customer.account;
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    market.operator().patch(&format!("/accounts/{account}"), &json!({ "address": address }));
    let [mail, disk] = ["Mail", "Disk"].map(|it| market.offer(it, &[monthly("Base", "EUR", "10")]));
    let (buyer, id) = with_cart(&market);
    let items = format!("/carts/{id}/items");
    let seen = buyer.post(&items, &json!({ "offer": mail }))["revision"].to_string();
    let changed = buyer.post(&items, &json!({ "offer": disk }))["revision"].to_string();
    let known = |revision: &str| buyer.header("if-match", &format!("\"{revision}\""));
    for way in ["order", "checkout"] {
        let refused = known(&seen).call(&format!("POST /carts/{id}/{way}"), Some(&json!({})));
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["type"]),
            (412, &json!("/problems/stale"))
        );
    }
    assert_eq!(buyer.get("/orders")["items"], json!([]), "nothing was ordered");
    assert_eq!(
        lies(&buyer.get(&format!("/carts/{id}"))),
        "1 Mail xnull active; 2 Disk xnull active"
    );
    let ordered = known(&changed).call(&format!("POST /carts/{id}/order"), Some(&json!({})));
    assert_eq!(ordered.ok()["items"].as_array().map(Vec::len), Some(2), "what was seen is ordered");
    market.must_be_whole();
}
