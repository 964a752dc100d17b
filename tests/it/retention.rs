//! What is kept for a time only is gone after it, and what was told of it stays.

use serde_json::json;
use tillbox::domain::operator::{Actor, ConsumerKey, Session, Token};
use tillbox::domain::page::PageRequest;
use tillbox::store::fact::Facts;

use crate::harness::client::Client;
use crate::harness::house::{House, PASSWORD};
use crate::harness::market::text;

/// How many sessions, tokens and facts there are.
fn kept(house: &House) -> (usize, usize, u64) {
    let all = PageRequest::oldest(1000);
    let read = house.app.bss.read(&Actor::duty("test"), |cx| {
        let sessions = cx.list::<Session>(None, &all, |_| true)?.items.len();
        let tokens = cx.list::<Token>(None, &all, |_| true)?.items.len();
        Ok((sessions, tokens, cx.view.last_fact()?))
    });
    read.unwrap()
}

#[test]
fn sessions_and_tokens_go_a_month_after_their_end_and_their_facts_stay() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let body = json!({ "name": "brief", "expires_at": "2026-01-02T00:00:00Z" });
    operator.post("/tokens", &body);
    house.app.keep_duties();
    let (sessions, tokens, _) = kept(&house);
    assert!(sessions > 5, "everybody has signed in once: {sessions}");
    house.app.pass("31 days");
    house.app.keep_duties();
    assert_eq!(kept(&house).1, tokens, "the month is not over");
    house.app.pass("1 day");
    let sign_in = json!({ "email": house.operator.email, "password": PASSWORD });
    Client::nobody(&house.app).post("/session", &sign_in);
    let facts = kept(&house).2;
    house.app.keep_duties();
    assert_eq!(kept(&house), (1, tokens - 1, facts), "the new session and the lasting tokens stay");
}

#[test]
fn consumer_keys_go_a_month_after_their_end() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let body = json!({ "name": "brief", "expires_at": "2026-01-02T00:00:00Z" });
    operator.post("/consumer_keys", &body);
    let revoked = operator.post("/consumer_keys", &json!({ "name": "taken back" }));
    operator.post("/consumer_keys", &json!({ "name": "lasting" }));
    operator.call(&format!("DELETE /consumer_keys/{}", text(&revoked["id"])), None);
    let kept = || {
        let all = PageRequest::oldest(1000);
        let read = house.app.bss.read(&Actor::duty("test"), |cx| {
            Ok(cx.list::<ConsumerKey>(None, &all, |_| true)?.items.len())
        });
        read.unwrap()
    };
    for (pass, expected) in [("30 days", 3), ("1 day", 2), ("1 day", 1)] {
        house.app.pass(pass);
        house.app.keep_duties();
        assert_eq!(kept(), expected, "after {pass} more");
    }
}

#[test]
fn answers_to_requests_that_may_be_sent_again_go_after_a_day() {
    let house = House::on("2026-01-01");
    house.operator().header("idempotency-key", "a").post("/tokens", &json!({ "name": "ci" }));
    let count = || {
        let report = house.app.bss.read(&Actor::duty("test"), |cx| {
            Ok(tillbox::store::check::check(cx.view).rows["idempotency"])
        });
        report.unwrap()
    };
    house.app.keep_duties();
    assert_eq!(count(), 1);
    house.app.pass("2 days");
    house.app.keep_duties();
    assert_eq!(count(), 0);
}

#[test]
fn a_key_that_is_used_again_after_its_day_is_kept_for_a_day_again() {
    let house = House::on("2026-01-01");
    let create = || {
        let once = house.operator().header("idempotency-key", "nightly");
        text(&once.post("/tokens", &json!({ "name": "ci" }))["id"])
    };
    let first = create();
    house.app.pass("2 days");
    let second = create();
    assert_ne!(second, first, "the day of the first is over");
    house.app.keep_duties();
    assert_eq!(create(), second, "the day of the second is not");
    let report = house
        .app
        .bss
        .read(&Actor::duty("test"), |cx| Ok(tillbox::store::check::check(cx.view).findings.len()));
    assert_eq!(report.unwrap(), 0);
}
