//! What takes time because another system is at work on it: what each answer says meanwhile.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::bus::path;
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

/// A market with a customer that has a subscription whose service people bring about.
fn bought() -> (Market, String, String) {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "USD");
    let by_hand = (json!({}), json!({ "connector": "manual" }));
    let offer = market.offer_like("Server", &[monthly("Base", "USD", "10")], by_hand);
    let item = json!({ "offer": offer, "quantity": 2 });
    let body = json!({ "account": account["id"], "items": [item] });
    let order = market.operator().post("/orders", &body);
    (market, text(&account["id"]), text(&order["items"][0]["subscription"]))
}

/// Does a step of what is to be done by hand: `start` or `complete`.
fn step(operator: &Client<'_>, step: &str) {
    let state = if step == "start" { "queued" } else { "started" };
    let found = operator.get(&format!("/tasks?state={state}"));
    let [task] = found["items"].as_array().unwrap().as_slice() else { panic!("one: {found}") };
    operator.post(&format!("/tasks/{}/{step}", text(&task["id"])), &json!({}));
}

#[test]
fn a_service_is_at_each_stage_what_the_other_system_has_made_of_it() {
    let (market, account, subscription) = bought();
    let (operator, bss) = (market.operator(), path(&subscription));
    let mut told = String::new();
    let mut say = |what: &str| {
        let it = operator.get(&bss);
        let facts = [&it["aps"]["status"], &it["status"], &it["serviceStatus"]].map(text);
        told.push_str(&format!("{what}: {}\n", facts.join(" ")));
    };
    let mut through = |what: &str| {
        say(&format!("{what}, to be done"));
        step(&operator, "start");
        say(&format!("{what}, begun"));
        step(&operator, "complete");
        say(&format!("{what}, done"));
    };
    through("create");
    let more = json!({ "action": "modify", "subscription": subscription, "quantity": 3 });
    operator.post("/orders", &json!({ "account": account, "items": [more] }));
    through("change");
    let why = json!({ "reason": "OTHER", "comment": "a test" });
    operator.call(&format!("POST {bss}/putOnHold"), Some(&why));
    through("hold");
    operator.call(&format!("POST {bss}/releaseFromHold"), Some(&why));
    through("release");
    let status = operator.call(&format!("DELETE {bss}"), None).status.as_u16();
    assert_eq!(status, 202, "it is on its way out");
    through("remove");
    assert_eq!(operator.call(&format!("DELETE {bss}"), None).status.as_u16(), 409);
    expect![[r#"
        create, to be done: aps:provisioning NEW CREATING
        create, begun: aps:provisioning NEW CREATING
        create, done: aps:ready ACTIVE ACTIVE
        change, to be done: aps:ready ACTIVE ACTIVE
        change, begun: aps:ready ACTIVE CHANGING_PLAN
        change, done: aps:ready ACTIVE ACTIVE
        hold, to be done: aps:ready ADMINISTRATIVE_HOLD STOPPED
        hold, begun: aps:ready ADMINISTRATIVE_HOLD STOPPING
        hold, done: aps:ready ADMINISTRATIVE_HOLD STOPPED
        release, to be done: aps:ready ACTIVE ACTIVE
        release, begun: aps:ready ACTIVE STARTING
        release, done: aps:ready ACTIVE ACTIVE
        remove, to be done: aps:deleted TERMINATED REMOVING
        remove, begun: aps:deleted TERMINATED REMOVING
        remove, done: aps:ready TERMINATED STOPPED
    "#]]
    .assert_eq(&told);
    market.must_be_whole();
}

#[test]
fn an_account_goes_when_the_last_of_it_has_gone() {
    let (market, account, _) = bought();
    let operator = market.operator();
    step(&operator, "start");
    step(&operator, "complete");
    let (pa, status) = (path(&account), |what: &str| operator.call(what, None).status.as_u16());
    let shown = || {
        let it = operator.get(&format!("{pa}?select(bssAccountInfo)"));
        [&it["aps"]["status"], &it["bssAccountInfo"]["status"]].map(Value::clone)
    };
    assert_eq!(shown(), [json!("aps:ready"), json!("ACTIVE")]);
    assert_eq!(status(&format!("DELETE {pa}")), 202, "it still has something");
    assert_eq!(shown()[0], json!("aps:deleted"));
    step(&operator, "start");
    step(&operator, "complete");
    market.house.app.keep_duties();
    assert_eq!(shown(), [json!("aps:deleted"), json!("CANCELLED")]);
    let empty = path(&text(&market.customer("Empty", "USD")["id"]));
    assert_eq!(status(&format!("DELETE {empty}")), 204, "it has nothing");
    market.must_be_whole();
}
