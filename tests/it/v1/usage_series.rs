//! Usage looked at: event by event, and by steps as it is billed.

use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, text};

/// A subscription with some events on a meter of an aggregation, and the meter.
fn used(market: &Market, aggregation: &str, events: &[(&str, &str)]) -> (String, String) {
    let operator = market.operator();
    let meter = json!({
        "code": aggregation, "name": aggregation, "unit": "GB", "aggregation": aggregation,
    });
    let meter = text(&operator.post("/meters", &meter)["id"]);
    let offer = market.offer(aggregation, &[monthly("Base", "EUR", "10")]);
    let subscription = market.order(&market.customer(aggregation, "EUR"), &offer, 1);
    market.advance_to("2026-01-05");
    let event = |(place, (at, quantity)): (usize, &(&str, &str))| {
        json!({
            "id": format!("{aggregation}-{place}"), "subscription": subscription, "meter": meter,
            "quantity": quantity, "at": at,
        })
    };
    let events: Vec<_> = events.iter().enumerate().map(event).collect();
    let said = operator.post("/usage", &json!({ "events": events }));
    assert_eq!(said["accepted"], events.len(), "{said}");
    (subscription, meter)
}

const EVENTS: &[(&str, &str)] = &[
    ("2026-01-01T06:00:00Z", "100"),
    ("2026-01-01T18:00:00Z", "80"),
    ("2026-01-02T06:00:00Z", "120"),
    ("2026-01-04T06:00:00Z", "90"),
];

/// What is shown is what is billed: 100 GB that are stored all month are not 3,100.
#[test]
fn a_series_counts_as_its_meter_does() {
    for (aggregation, points, total) in [
        ("sum", "180 120 0 90", "390"),
        ("count", "2 1 0 1", "4"),
        ("max", "100 120 0 90", "120"),
        ("latest", "80 120 0 90", "90"),
    ] {
        let market = Market::on("2026-01-01");
        let (subscription, meter) = used(&market, aggregation, EVENTS);
        let stretch = "from=2026-01-01T00:00:00Z&to=2026-01-05T00:00:00Z";
        let path = format!("/subscriptions/{subscription}/usage?meter={meter}&{stretch}");
        let series = market.operator().get(&path);
        let shown = series["points"].as_array().unwrap().iter();
        let shown: Vec<_> = shown.map(|it| text(&it["quantity"])).collect();
        assert_eq!((shown.join(" ").as_str(), series["total"].as_str()), (points, Some(total)));
        assert_eq!(series["events"], 4, "{aggregation}");
    }
}

#[test]
fn the_latest_events_come_first_unless_the_first_are_asked_for() {
    let market = Market::on("2026-01-01");
    let (subscription, meter) = used(&market, "sum", EVENTS);
    let pages = |order: &str| {
        let path = format!("/usage?subscription={subscription}&meter={meter}&limit=3{order}");
        let first = market.operator().get(&path);
        let cursor = text(&first["next_cursor"]);
        let second = market.operator().get(&format!("{path}&cursor={cursor}"));
        assert_eq!(second["next_cursor"], Value::Null);
        let all = [first, second].map(|it| it["items"].as_array().unwrap().clone()).concat();
        all.iter().map(|it| text(&it["quantity"])).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(pages(""), "90 120 80 100");
    assert_eq!(pages("&order=newest"), "90 120 80 100");
    assert_eq!(pages("&order=oldest"), "100 80 120 90");
}

/// A subscription with the events on each of two meters, and the meters.
fn used_twice(market: &Market) -> (String, [String; 2]) {
    let (subscription, sum) = used(market, "sum", EVENTS);
    let operator = market.operator();
    let meter = json!({ "code": "max", "name": "max", "unit": "GB", "aggregation": "max" });
    let max = text(&operator.post("/meters", &meter)["id"]);
    let event = |(place, (at, quantity)): (usize, &(&str, &str))| {
        json!({
            "id": format!("max-{place}"), "subscription": subscription, "meter": "max",
            "quantity": quantity, "at": at,
        })
    };
    let events: Vec<_> = EVENTS.iter().enumerate().map(event).collect();
    let said = operator.post("/usage", &json!({ "events": events }));
    assert_eq!(said["accepted"], EVENTS.len(), "{said}");
    (subscription, [sum, max])
}

/// The events of a list, each by its id.
fn ids(list: &Value) -> String {
    let all = list["items"].as_array().unwrap().iter();
    all.map(|it| text(&it["id"])).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_list_of_usage_leaves_nothing_out_that_nobody_said() {
    let market = Market::on("2026-01-01");
    let (of, [sum, max]) = used_twice(&market);
    // What is older than a month is there all the same.
    market.advance_to("2026-03-01");
    let operator = market.operator();
    let list = |query: &str| ids(&operator.get(&format!("/usage?order=oldest{query}")));
    let all = "sum-0 sum-1 sum-2 sum-3 max-0 max-1 max-2 max-3";
    assert_eq!(list(""), all);
    assert_eq!(list(&format!("&subscription={of}")), all);
    assert_eq!(list(&format!("&meter={max}")), "max-0 max-1 max-2 max-3");
    assert_eq!(list(&format!("&subscription={of}&meter={sum}")), "sum-0 sum-1 sum-2 sum-3");
    let day = "&from=2026-01-01T12:00:00Z&to=2026-01-04T06:00:00Z";
    assert_eq!(list(day), "sum-1 sum-2 max-1 max-2");
    assert_eq!(list(&format!("{day}&subscription={of}&meter={sum}")), "sum-1 sum-2");
    assert_eq!(list("&from=2026-02-01T00:00:00Z"), "");
    assert_eq!(list("&to=2026-01-01T00:00:00Z"), "");
    let newest = ids(&operator.get(&format!("/usage?subscription={of}")));
    assert_eq!(newest, "sum-3 sum-2 sum-1 sum-0 max-3 max-2 max-1 max-0");
    let stranger = market.house.client(&market.house.north.admin);
    assert_eq!(ids(&stranger.get("/usage")), "");
    let hidden = stranger.call(&format!("GET /usage?subscription={of}"), None);
    assert_eq!(hidden.status.as_u16(), 404);
}

#[test]
fn a_list_of_usage_goes_on_from_series_to_series() {
    let market = Market::on("2026-01-01");
    used_twice(&market);
    let operator = market.operator();
    let (mut all, mut path) = (Vec::new(), "/usage?limit=3".to_owned());
    loop {
        let page = operator.get(&path);
        all.push(ids(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/usage?limit=3&cursor={cursor}");
    }
    assert_eq!(all, ["sum-3 sum-2 sum-1", "sum-0 max-3 max-2", "max-1 max-0"]);
}

#[test]
fn an_export_of_usage_gives_what_is_asked_for() {
    let market = Market::on("2026-01-01");
    let (of, [_, max]) = used_twice(&market);
    let operator = market.operator();
    let export = |what: &str| operator.call(&format!("GET /usage/export.{what}"), None);
    let ids = |query: &str| {
        let lines = String::from_utf8(export(&format!("jsonl?{query}")).body).unwrap();
        let id = |it: &str| text(&serde_json::from_str::<Value>(it).unwrap()["event_id"]);
        lines.lines().map(id).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ids(""), "sum-0 sum-1 sum-2 sum-3 max-0 max-1 max-2 max-3");
    assert_eq!(ids(&format!("subscription={of}&from=2026-01-04T00:00:00Z")), "sum-3 max-3");
    let csv = export(&format!("csv?meter={max}"));
    assert_eq!(String::from_utf8(csv.body).unwrap().lines().count(), 5, "four below their names");
    let backwards = export("csv?from=2026-01-03T00:00:00Z&to=2026-01-03T00:00:00Z");
    assert_eq!(backwards.status.as_u16(), 422);
    assert_eq!(backwards.json()["errors"][0]["message"], "must lie before `to`");
    let unknown = export("jsonl?subscription=sub_none");
    assert_eq!(unknown.json()["errors"][0]["pointer"], "subscription");
}
