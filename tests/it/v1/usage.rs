//! Reports of usage: what is wrong with an event is said once, and of its own field.

use expect_test::expect;
use serde_json::{Value, json};

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
    ];
    let said = market.operator().post("/usage", &json!({ "events": events }));
    let told = said["rejected"].as_array().unwrap().iter();
    let told = told.map(|it: &Value| format!("{}: {}\n", it["index"], text(&it["message"])));
    expect![[r#"
        0: `/id` must be 1 to 128 visible ASCII characters
        1: `/id` must be 1 to 128 visible ASCII characters
        2: `/source` must be 1 to 100 letters, digits, `_`, `-`, `.` or `:`
        3: `/quantity` `many` is not a decimal number of at most 28 digits
    "#]]
    .assert_eq(&told.collect::<String>());
}
