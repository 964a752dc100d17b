//! Parties: persons and organizations as such.

use expect_test::expect;
use serde_json::json;

use crate::harness::client::Protocol;
use crate::harness::house::House;

#[test]
fn a_person_is_registered_changed_and_ends() {
    let house = House::on("2026-01-01");
    let (buyer, said) = (house.client(&house.north.customer.admin), Protocol::default());
    let body = json!({
        "person": { "given_name": "Ann", "family_name": "Lee", "born_on": "1970-01-02" },
        "media": [{ "email": "ann@north.test", "preferred": true },
                  { "phone": "+49 30 1234", "phone_use": "mobile" }],
        "identifications": [{ "kind": "passport", "number": "C01X" }],
        "attributes": { "hobby": "chess" },
    });
    let ann = said.say(&buyer, "buyer", "POST /parties", Some(&body)).ok();
    let path = format!("/parties/{}", ann["id"].as_str().unwrap());
    let patch = |body: serde_json::Value| {
        said.say(&buyer, "buyer", &format!("PATCH {path}?fields=name,person,media"), Some(&body));
    };
    patch(json!({ "person": { "family_name": "Lane", "born_on": null }, "media": [] }));
    patch(json!({ "organization": { "trading_name": "Ann Inc" } }));
    patch(json!({ "person": null, "organization": { "trading_name": "Ann Inc" } }));
    patch(json!({ "media": [{ "email": "a@b.c", "network": "x" }] }));
    patch(json!({ "person": { "born_on": "2000-01-01", "died_on": "1999-01-01" } }));
    said.say(&buyer, "buyer", &format!("POST {path}/validate?fields=state"), Some(&json!({})));
    said.say(&buyer, "buyer", &format!("POST {path}/end?fields=state"), Some(&json!({})));
    patch(json!({ "attributes": {} }));
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn an_account_is_somebody_and_others_do_not_learn_who() {
    let house = House::on("2026-01-01");
    let said = Protocol::default();
    let buyer = house.client(&house.north.customer.admin);
    said.say(&buyer, "buyer", "GET /parties", None);
    let id = buyer.get("/parties")["items"][0]["id"].as_str().unwrap().to_owned();
    let south = house.client(&house.south.admin);
    said.say(&south, "south", &format!("GET /parties/{id}"), None);
    said.say(&south, "south", &format!("PATCH /parties/{id}"), Some(&json!({})));
    let member = house.client(&house.north.customer.member);
    said.say(&member, "member", "GET /parties", None);
    said.say(&buyer, "buyer", "POST /parties", Some(&json!({})));
    expect![[""]].assert_eq(&said.text());
}
