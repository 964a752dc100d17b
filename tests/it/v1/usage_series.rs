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
