//! Customer classes: a default one that stays, and others that go when nobody is in them.

use expect_test::expect;
use serde_json::json;

use crate::harness::client::Protocol;
use crate::harness::house::House;

#[test]
fn a_vendor_lays_down_classes_and_puts_customers_in_them() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    said.say(&north, "north", "GET /classes", None);
    let body = json!({
        "name": "Gold", "due_days": 30, "members_may_buy": true,
        "credit_limits": [{ "amount": "1000", "currency": "EUR" }],
        "cycle": { "period": "1 month", "anchor_day": 1 },
    });
    let gold = said.say(&north, "north", "POST /classes", Some(&body)).ok();
    let gold = gold["id"].as_str().unwrap();
    let open = json!({ "name": "Golden", "class": gold });
    let opened = north.post("/accounts", &open);
    let billing = opened["billing_account"].as_str().unwrap();
    said.say(&north, "north", &format!("GET /billing_accounts/{billing}?fields=cycle"), None);
    let path = format!("/classes/{gold}");
    said.say(&north, "north", &format!("DELETE {path}"), None);
    let due = json!({ "due_days": 14 });
    said.say(&north, "north", &format!("PATCH {path}?fields=due_days,name"), Some(&due));
    let account = format!("PATCH /accounts/{}", opened["id"].as_str().unwrap());
    let default = north.get("/classes?order=oldest")["items"][0]["id"].clone();
    assert!(north.call(&account, Some(&json!({ "class": default }))).status.is_success());
    said.say(&north, "north", &format!("DELETE {path}"), None);
    said.say(&north, "north", &format!("GET {path}"), None);
    let what = format!("DELETE /classes/{}", default.as_str().unwrap());
    said.say(&north, "north", &what, None);
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn terms_that_cannot_hold_and_classes_of_others_are_refused() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let foreign = house.client(&house.south.admin).get("/classes")["items"][0]["id"].clone();
    let limit = |amount: &str, currency: &str| json!({ "amount": amount, "currency": currency });
    for body in [
        json!({ "name": "" }),
        json!({ "due_days": -1 }),
        json!({ "credit_limits": [limit("-1", "EUR"), limit("2", "EUR")] }),
        json!({ "credit_limits": [limit("1.001", "EUR")] }),
        json!({ "credit_limits": [limit("1", "Euro")] }),
        json!({ "billing_type": "later" }),
        json!({ "colour": "gold" }),
    ] {
        said.say(&north, "north", "POST /classes", Some(&body));
    }
    let body = json!({ "name": "Spy", "class": foreign });
    said.say(&north, "north", "POST /accounts", Some(&body));
    said.say(&house.client(&house.north.customer.admin), "buyer", "GET /classes", None);
    expect![[""]].assert_eq(&said.text());
}
