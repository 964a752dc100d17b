//! Billing accounts: a default one, further ones, and changes that wait for a cycle.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::Protocol;
use crate::harness::house::House;

#[test]
fn an_account_has_one_default_and_may_have_more() {
    let house = House::on("2026-01-15");
    let (buyer, said) = (house.client(&house.north.customer.admin), Protocol::default());
    let account = &house.north.customer.account;
    let first = &house.north.customer.billing_account;
    said.say(&buyer, "buyer", &format!("GET /billing_accounts/{first}"), None);
    let body = json!({
        "account": account, "name": "Dollars", "currency": "USD", "zone": "Europe/Berlin",
        "cycle": { "period": "1 month", "anchor_day": 1, "shift_days": 2 },
        "formats": ["pdf", "ubl"], "media": ["mail"], "email": "bills@north.test",
    });
    let second = said.say(&buyer, "buyer", "POST /billing_accounts", Some(&body)).ok();
    let second = second["id"].as_str().unwrap();
    let post = |what: &str| {
        let what = format!("POST /billing_accounts/{what}?fields=state,default");
        said.say(&buyer, "buyer", &what, Some(&json!({})));
    };
    post(&format!("{first}/close"));
    post(&format!("{second}/default"));
    post(&format!("{first}/close"));
    post(&format!("{first}/default"));
    post(&format!("{second}/suspend"));
    let list = format!("GET /billing_accounts?account={account}&fields=name,state,default");
    said.say(&buyer, "buyer", &list, None);
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn what_decides_on_periods_changes_at_once_while_nothing_was_billed() {
    let house = House::on("2026-01-15");
    let (buyer, said) = (house.client(&house.north.customer.admin), Protocol::default());
    let path = format!("/billing_accounts/{}", house.north.customer.billing_account);
    let patch = |body: Value| {
        let fields = "name,currency,cycle,planned,next_bill_on,email,formats";
        said.say(&buyer, "buyer", &format!("PATCH {path}?fields={fields}"), Some(&body));
    };
    patch(json!({ "name": "Bills", "email": "bills@north.test" }));
    patch(json!({ "currency": "USD", "cycle": { "anchor_day": 1 } }));
    patch(json!({ "cycle": { "period": "2 weeks" } }));
    patch(json!({ "cycle": { "period": "2 weeks", "anchor_day": null } }));
    patch(json!({ "currency": "XYZ" }));
    patch(json!({ "formats": [] }));
    patch(json!({ "formats": ["papyrus"] }));
    patch(json!({ "zone": "Mars/Olympus" }));
    patch(json!({ "state": "closed" }));
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn nobody_opens_one_for_an_account_of_somebody_else() {
    let house = House::on("2026-01-15");
    let said = Protocol::default();
    let body = json!({ "account": house.south.customer.account });
    for (who, name) in [(&house.north.admin, "north"), (&house.north.customer.admin, "buyer")] {
        said.say(&house.client(who), name, "POST /billing_accounts", Some(&body));
    }
    let path = format!("PATCH /billing_accounts/{}", house.south.customer.billing_account);
    said.say(&house.client(&house.north.admin), "north", &path, Some(&json!({ "name": "x" })));
    expect![[""]].assert_eq(&said.text());
}
