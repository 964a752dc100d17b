//! What is chosen of a product decides what it costs: prices that are meant for some choices, taken with an
//! order, followed by a change, calculated before, and explained on the invoice.

use serde_json::{Value, json};

use crate::harness::market::{Market, lines, monthly, text};

/// A server of two sizes, whose memory follows from its cores, and which may be watched.
fn server() -> Value {
    json!([
        { "name": "Size", "configurable": true, "values": [{ "value": "S", "default": true }, { "value": "L" }] },
        { "name": "Cores", "kind": "number", "configurable": true, "values": [{ "from": "1", "to": "16", "step": "1" }] },
        { "name": "Memory", "kind": "number", "formula": "Cores * 4" },
        { "name": "Watched", "kind": "flag", "configurable": true },
    ])
}

/// A price for what is chosen.
fn price(name: &str, amount: &str, conditions: Value) -> Value {
    let mut price = monthly(name, "EUR", amount);
    price["conditions"] = conditions;
    price
}

fn prices() -> Vec<Value> {
    let of = |name: &str, values: Value| json!([{ "characteristic": name, "values": values }]);
    vec![
        price("Small", "10", of("Size", json!(["S"]))),
        price("Large", "30", of("Size", json!(["L"]))),
        price("Much memory", "7", json!([{ "characteristic": "Memory", "from": "32" }])),
        price("Watching", "5", of("Watched", json!(["true"]))),
    ]
}

fn with_server() -> (Market, String) {
    let market = Market::on("2026-01-01");
    let about = json!({ "characteristics": server() });
    let offer = market.offer_like("Server", &prices(), (json!({}), about));
    (market, offer)
}

/// The names and amounts of what a choice comes to.
fn calculated(market: &Market, offer: &str, chosen: &Value) -> String {
    let wish = json!({ "currency": "EUR", "characteristics": chosen });
    let found = market.operator().post(&format!("/offers/{offer}/calculate"), &wish);
    let lines = found["lines"].as_array().unwrap().iter();
    let told = |it: &Value| format!("{} {}", text(&it["name"]), text(&it["net"]["amount"]));
    lines.map(told).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_is_chosen_decides_what_it_costs() {
    let (market, offer) = with_server();
    for (chosen, expected) in [
        (json!({}), "Small 10.00"),
        (json!({ "Size": "L" }), "Large 30.00"),
        (json!({ "Cores": "7" }), "Small 10.00"),
        (
            json!({ "Cores": "8", "Watched": "true" }),
            "Small 10.00, Much memory 7.00, Watching 5.00",
        ),
        (json!({ "Watched": "false" }), "Small 10.00"),
    ] {
        assert_eq!(calculated(&market, &offer, &chosen), expected, "{chosen}");
    }
    let shown = market.operator().get(&format!("/offers/{offer}"));
    let seen: Vec<_> =
        shown["characteristics"].as_array().unwrap().iter().map(|it| text(&it["name"])).collect();
    assert_eq!(seen, ["Size", "Cores", "Memory", "Watched"], "a buyer sees what can be chosen");
    let conditions = &shown["prices"][2]["conditions"];
    assert_eq!(*conditions, json!([{ "characteristic": "Memory", "from": "32" }]));
}

#[test]
fn a_calculation_tells_what_cannot_be_chosen_where_it_was_said() {
    let (market, offer) = with_server();
    let path = format!("POST /offers/{offer}/calculate");
    for (chosen, expected) in [
        (json!({ "Size": "XL" }), "/characteristics/Size value: does not allow the value `XL`"),
        (json!({ "Cores": "17" }), "/characteristics/Cores value: does not allow the value `17`"),
        (
            json!({ "Weight": "1" }),
            "/characteristics/Weight reference: is no characteristic of what is offered",
        ),
    ] {
        let wish = json!({ "currency": "EUR", "characteristics": chosen });
        let answer = market.operator().call(&path, Some(&wish));
        assert_eq!(answer.status, 422);
        let error = answer.json()["errors"][0].clone();
        let told = format!(
            "{} {}: {}",
            text(&error["pointer"]),
            text(&error["rule"]),
            text(&error["message"])
        );
        assert_eq!(told, expected);
    }
}

#[test]
fn a_price_is_for_what_can_be_chosen() {
    let (market, offer) = with_server();
    for (condition, expected) in [
        (json!({ "characteristic": "Size", "values": ["L"] }), "taken"),
        (
            json!({ "characteristic": "Weight", "values": ["1"] }),
            "/conditions/0/characteristic reference",
        ),
        (
            json!({ "characteristic": "Size", "values": ["L", "XL"] }),
            "/conditions/0/values/1 value",
        ),
        (json!({ "characteristic": "Size", "from": "1" }), "/conditions/0/from format"),
        (json!({ "characteristic": "Cores", "from": "4", "to": "2" }), "/conditions/0/to range"),
        (json!({ "characteristic": "Cores" }), "/conditions/0/values required"),
        (
            json!({ "characteristic": "Cores", "values": ["1"], "to": "2" }),
            "/conditions/0/values conflict",
        ),
    ] {
        let mut body = price("More", "1", json!([condition]));
        body["offer"] = json!(offer);
        let answer = market.operator().call("POST /prices", Some(&body));
        let told = match answer.status.is_success() {
            true => "taken".to_owned(),
            false => {
                let error = answer.json()["errors"][0].clone();
                format!("{} {}", text(&error["pointer"]), text(&error["rule"]))
            }
        };
        assert_eq!(told, expected, "{condition}");
    }
}

#[test]
fn what_was_chosen_is_billed_changed_and_explained() {
    let (market, offer) = with_server();
    let operator = market.operator();
    let account = market.customer("Buyer", "EUR");
    let items = json!([{ "offer": offer, "characteristics": { "Size": "L", "Cores": "8" } }]);
    let order = operator.post("/orders", &json!({ "account": account["id"], "items": items }));
    market.house.app.keep_duties();
    let order = operator.get(&format!("/orders/{}", text(&order["id"])));
    let whole = json!({ "Size": "L", "Cores": "8", "Memory": "32" });
    assert_eq!(order["items"][0]["characteristics"], whole);
    let id = text(&order["items"][0]["subscription"]);
    let held = || operator.get(&format!("/subscriptions/{id}"))["characteristics"].clone();
    assert_eq!(held(), whole);
    market.advance_to("2026-02-01");
    let first = &market.invoices(&account)[0];
    let told = lines(first);
    assert!(told.contains("Large") && told.contains("Much memory"), "{told}");
    assert!(!told.contains("Small"), "{told}");
    let chosen: Vec<_> = first["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["explanation"]["chosen"].clone())
        .collect();
    assert_eq!(chosen, [json!(["Size: L"]), json!(["Memory: ≥ 32"])]);

    // Half a month later it is small: the rest of what was paid goes back, and what it costs then comes.
    market.advance_to("2026-02-15");
    let change = json!({ "characteristics": { "Size": "S" } });
    let preview = operator.post(&format!("/subscriptions/{id}/change/preview"), &change);
    assert_eq!(preview["credit"]["lines"].as_array().unwrap().len(), 1, "{preview}");
    operator.post(&format!("/subscriptions/{id}/change"), &change);
    assert_eq!(held(), json!({ "Size": "S", "Cores": "8", "Memory": "32" }));
    market.advance_to("2026-03-02");
    let told = lines(market.invoices(&account).last().unwrap());
    assert!(told.contains("Small") && !told.contains("Large"), "{told}");

    // What costs the same either way is changed as it is.
    let change = json!({ "characteristics": { "Cores": "9" } });
    operator.post(&format!("/subscriptions/{id}/change"), &change);
    assert_eq!(held(), json!({ "Size": "S", "Cores": "9", "Memory": "36" }));
    let refused = json!({ "characteristics": { "Size": "XL" } });
    let answer = operator.call(&format!("POST /subscriptions/{id}/change"), Some(&refused));
    assert_eq!(answer.status, 409, "{}", answer.json());
    market.must_be_whole();
}

#[test]
fn what_has_no_price_for_a_choice_cannot_be_had_for_nothing() {
    let market = Market::on("2026-01-01");
    let about = json!({ "characteristics": server() });
    let large = json!([{ "characteristic": "Size", "values": ["L"] }]);
    let offer = market.offer_like("Server", &[price("Large", "30", large)], (json!({}), about));
    let account = &market.house.customer.account;
    let order = json!({ "account": account, "items": [{ "offer": offer }] });
    let answer = market.operator().call("POST /orders", Some(&order));
    let refused = answer.json();
    assert_eq!(refused["type"], "/problems/price_missing", "{refused}");
    let why = text(&refused["detail"]);
    assert!(why.ends_with("has no price for what was chosen of it"), "{why}");
}

#[test]
fn a_cart_keeps_what_is_chosen_of_a_line_and_changes_it() {
    let (market, offer) = with_server();
    let buyer = market.house.client(&market.house.customer.admin);
    let cart = text(&buyer.post("/carts", &json!({}))["id"]);
    let line = json!({ "offer": offer, "characteristics": { "Size": "L", "Cores": "2" } });
    buyer.post(&format!("/carts/{cart}/items"), &line);
    let changed = buyer
        .patch(&format!("/carts/{cart}/items/1"), &json!({ "characteristics": { "Size": "S" } }));
    assert_eq!(changed["items"][0]["characteristics"], json!({ "Size": "S", "Cores": "2" }));
    let order = buyer.post(&format!("/carts/{cart}/order"), &json!({}));
    let whole = json!({ "Size": "S", "Cores": "2", "Memory": "8" });
    assert_eq!(order["items"][0]["characteristics"], whole);
}
