//! Usage that no price charges: it is taken, and told wherever somebody would miss it.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::house::invite;
use crate::harness::market::{Market, monthly, text};

/// A price for what the market's meter counts.
fn traffic(market: &Market) -> Value {
    json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    })
}

fn report(market: &Market, events: &[Value]) -> Value {
    market.operator().post("/usage", &json!({ "events": events }))
}

#[test]
fn usage_without_a_price_is_taken_and_told_until_it_has_one() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let calls = json!({ "code": "calls", "name": "Calls", "unit": "call" });
    let calls = text(&operator.post("/meters", &calls)["id"]);
    let priced = market.order(&account, &market.offer("Traffic", &[traffic(&market)]), 1);
    let flat = market.order(&account, &market.offer("Flat", &[monthly("Base", "EUR", "5")]), 1);
    market.advance_to("2026-01-05");
    let event = |id: &str, of: &str, meter: &str, quantity: &str| {
        json!({
            "id": id, "subscription": of, "meter": meter, "quantity": quantity,
            "at": "2026-01-04T12:00:00Z",
        })
    };
    let events = [
        event("a", &priced, "traffic", "7"),
        event("b", &priced, &calls, "2"),
        event("c", &flat, "traffic", "3"),
        event("d", &flat, "traffic", "4.5"),
    ];
    let told = |said: &Value| {
        let unrated = said["unrated"].as_array().unwrap().iter();
        let unrated = unrated.map(|it| format!("{} {} {}", it["index"], it["id"], it["rule"]));
        let unrated: Vec<_> = unrated.collect();
        format!(
            "{} new, {} known, {} refused\n{}",
            said["accepted"],
            said["duplicates"],
            said["rejected"].as_array().unwrap().len(),
            unrated.join("\n")
        )
    };
    expect![[r#"
        4 new, 0 known, 0 refused
        1 "b" "price_missing"
        2 "c" "price_missing"
        3 "d" "price_missing""#]]
    .assert_eq(&told(&report(&market, &events)));
    expect![[r#"
        0 new, 4 known, 0 refused
        1 "b" "price_missing"
        2 "c" "price_missing"
        3 "d" "price_missing""#]]
    .assert_eq(&told(&report(&market, &events)));

    market.advance_to("2026-02-02");
    let left = operator.get("/billing_runs/left");
    assert_eq!(left["nothing_left"], true, "{left}");
    assert_eq!(left["unrated_events"], 3, "{left}");
    let listed = |query: &str| {
        let found = operator.get(&format!("/usage/unrated{query}"));
        let rows = found["items"].as_array().unwrap().iter().map(|it| {
            let of = if it["subscription"] == json!(flat) { "flat" } else { "priced" };
            let meter = if it["meter"] == json!(calls) { "calls" } else { "traffic" };
            format!("{of} {meter}: {} events, {}", it["events"], text(&it["quantity"]))
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort();
        rows.join("\n")
    };
    expect![[r#"
        flat traffic: 2 events, 7.5
        priced calls: 1 events, 2"#]]
    .assert_eq(&listed(""));
    assert_eq!(listed(&format!("?subscription={flat}")), "flat traffic: 2 events, 7.5");

    operator.post(&format!("/subscriptions/{flat}/cancel"), &json!({}));
    market.advance_to("2026-04-02");
    let left = operator.get("/billing_runs/left");
    assert_eq!(left["unrated_events"], 1, "what is over for long is left out: {left}");
}

#[test]
fn a_buyer_sees_what_of_its_own_has_no_price_and_nothing_of_others() {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "5")]);
    let both = ["Blue Whale", "Red Fox"].map(|name| {
        let account = market.customer(name, "EUR");
        let subscription = market.order(&account, &offer, 1);
        market.uses(&subscription, (name.split(' ').next().unwrap(), "2026-01-01T00:00:00Z", "1"));
        (account, subscription)
    });
    let (house, account) = (&market.house, text(&both[0].0["id"]));
    let email = "wanda@whale.test";
    let buyer = invite(&house.app, &house.operator, &account, email, "customer_admin");
    let found = house.client(&buyer).get("/usage/unrated");
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{found}");
    assert_eq!(items[0]["subscription"], json!(both[0].1));
}
