//! Reports of usage: what is wrong with an event is said once, and of its own field.

use std::collections::BTreeSet;

use expect_test::expect;
use serde_json::{Value, from_str, json};

use crate::harness::client::Client;
use crate::harness::house::invite;
use crate::harness::market::{Market, monthly, text};

#[test]
fn what_is_wrong_with_an_event_is_said_with_one_pointer() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let of = market.order(&account, &market.offer("Base", &[monthly("Base", "EUR", "5")]), 1);
    let event = |id: &str, source: &str, quantity: &str| {
        json!({
            "id": id, "source": source, "subscription": of, "meter": "traffic",
            "quantity": quantity,
        })
    };
    let events = [
        event("", "api", "1"),
        event("a b", "api", "1"),
        event("a", "no code", "1"),
        event("a", "api", "many"),
        json!({ "id": "a", "subscription": of, "meter": "traffic" }),
        json!({ "id": "a", "subscription": of, "meter": "calls", "quantity": "1" }),
        event("a", "api", "79228162514264337593543950335"),
        event("a", "api", "1"),
    ];
    let said = market.operator().post("/usage", &json!({ "events": events }));
    assert_eq!(said["accepted"], 1, "what is right beside them is taken: {said}");
    let told = said["rejected"].as_array().unwrap().iter();
    let told = told.map(|it: &Value| format!("{}: {}\n", it["index"], text(&it["message"])));
    expect![[r#"
        0: `/id` must be 1 to 128 visible ASCII characters
        1: `/id` must be 1 to 128 visible ASCII characters
        2: `/source` must be 1 to 100 letters, digits, `_`, `-`, `.` or `:`
        3: `/quantity` `many` is not a decimal number of at most 28 digits
        4: `/quantity` must be given
        5: `calls` is not there
        6: `/quantity` must be at most 1000000000000000, with 18 places after the point
    "#]]
    .assert_eq(&told.collect::<String>());
}

#[test]
fn an_event_without_a_time_is_the_same_when_it_comes_again_later() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let of = market.order(&account, &market.offer("Base", &[monthly("Base", "EUR", "5")]), 1);
    let report = |quantity: &str, at: Option<&str>| {
        let mut event = json!({
            "id": "a", "subscription": of, "meter": "traffic", "quantity": quantity,
        });
        if let Some(at) = at {
            event["at"] = json!(at);
        }
        let said = market.operator().post("/usage", &json!({ "events": [event] }));
        let refused = said["rejected"].as_array().unwrap().len();
        format!("{} new, {} known, {refused} refused", said["accepted"], said["duplicates"])
    };
    assert_eq!(report("12.5", None), "1 new, 0 known, 0 refused");
    market.advance_to("2026-01-03");
    assert_eq!(report("12.50", None), "0 new, 1 known, 0 refused");
    assert_eq!(report("13", None), "0 new, 0 known, 1 refused");
    let second = Some("2026-01-02T00:00:00Z");
    assert_eq!(report("12.5", second), "0 new, 0 known, 1 refused", "this one says when");
}

/// Else anybody who knows an id could write what somebody else reads.
#[test]
fn what_is_refused_of_anothers_subscription_is_in_the_list_of_who_offered_it() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let account = json!({ "id": house.customer.account });
    let of = market.order(&account, &market.offer("Base", &[monthly("Base", "EUR", "5")]), 1);
    let [north, south] = [&house.north.admin, &house.south.admin].map(|it| house.client(it));
    let event =
        |id: &str| json!({ "id": id, "subscription": of, "meter": "calls", "quantity": "1" });
    north.post("/usage", &json!({ "events": [event("theirs")] }));
    market.operator().post("/usage", &json!({ "events": [event("ours")] }));
    let list = |by: &Client<'_>| {
        let all = by.get("/usage/rejected");
        let all = all["items"].as_array().unwrap().iter();
        all.map(|it| text(&it["message"])).collect::<Vec<_>>()
    };
    let refused = format!("`{of}` is not there");
    assert_eq!(list(&north), std::slice::from_ref(&refused));
    assert!(list(&south).is_empty());
    let ours = "`calls` is not there".to_owned();
    assert_eq!(list(&market.operator()), [ours.clone(), refused]);
    let vera =
        invite(&house.app, &house.operator, &house.operator.account, "v@p.test", "vendor_admin");
    assert!(list(&house.client(&vera)).contains(&ours));
}

#[test]
fn a_long_list_is_given_out_whole_part_by_part() {
    let market = Market::on("2026-01-01");
    let account = json!({ "id": market.house.customer.account });
    let of = market.order(&account, &market.offer("Base", &[monthly("Base", "EUR", "5")]), 1);
    let event = |id: usize| {
        json!({
            "id": format!("e{id}"), "subscription": of, "meter": market.meter, "quantity": "1",
            "at": "2026-01-01T00:00:00Z",
        })
    };
    let operator = market.operator();
    for from in (0..2_500).step_by(500) {
        let events: Vec<_> = (from..from + 500).map(event).collect();
        assert_eq!(operator.post("/usage", &json!({ "events": events }))["accepted"], 500);
    }
    let list = |what: &str| {
        let answer = operator.call(&format!("GET /usage/export.{what}"), None);
        assert_eq!(answer.status, 200, "{what}");
        String::from_utf8(answer.body).unwrap()
    };
    let lines = list("jsonl");
    let ids: BTreeSet<_> =
        lines.lines().map(|it| text(&from_str::<Value>(it).unwrap()["event_id"])).collect();
    assert_eq!((lines.lines().count(), ids.len()), (2_500, 2_500));
    let rows = list("csv");
    let named = rows.lines().filter(|it| it.starts_with("source,event_id,")).count();
    assert_eq!((rows.lines().count(), named), (2_501, 1));
    // Who takes nothing of it holds a place, and its account has no more than two.
    let buyer = market.house.client(&market.house.customer.admin);
    let held = ["csv", "jsonl"].map(|it| buyer.begin(&format!("/usage/export.{it}")));
    assert!(held.iter().all(|it| it.status() == 200));
    assert_eq!(buyer.call("GET /usage/export.csv", None).status, 503);
    assert_eq!(list("jsonl").lines().count(), 2_500, "others are served");
    drop(held);
    assert_eq!(buyer.call("GET /usage/export.csv", None).status, 200);
}
