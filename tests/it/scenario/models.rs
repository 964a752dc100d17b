//! Price models that look at more than a quantity: offered, calculated, billed, explained, and
//! refused where they mean nothing.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, lines, sums, text};

/// A usage price of a meter.
fn of_use(meter: &str, model: Value) -> Value {
    json!({ "name": "Use", "kind": "usage", "currency": "EUR", "meter": meter, "model": model })
}

/// A meter that sums, with a dimension.
fn by_region(market: &Market) -> String {
    let meter = json!({
        "code": "hours", "name": "Hours", "unit": "h", "dimensions": ["region"],
    });
    text(&market.operator().post("/meters", &meter)["id"])
}

/// Reports events `(id, instant, quantity, region)`.
fn uses(market: &Market, (subscription, meter): (&str, &str), events: &[[&str; 4]]) {
    let events: Vec<_> = events
        .iter()
        .map(|[id, at, quantity, region]| {
            let mut event = json!({
                "id": id, "subscription": subscription, "meter": meter,
                "quantity": quantity, "at": at,
            });
            if !region.is_empty() {
                event["dimensions"] = json!({ "region": region });
            }
            event
        })
        .collect();
    let said = market.operator().post("/usage", &json!({ "events": events }));
    assert_eq!(said["accepted"], events.len(), "{said}");
}

fn shown(market: &Market, account: &Value) -> String {
    let each = market.invoices(account).into_iter().map(|it| {
        let check = market.operator().get(&format!("/invoices/{}/check", text(&it["id"])));
        assert_eq!(check["faults"], json!([]), "every line comes out again");
        format!("{} {}\n{}", text(&it["issued_on"]), sums(&it), lines(&it))
    });
    each.collect::<Vec<_>>().join("\n")
}

fn percentage() -> Value {
    json!({
        "kind": "percentage", "percent": "1", "per_event": "1", "event_min": "1.75",
        "event_max": "12",
    })
}

#[test]
fn a_percentage_is_charged_event_by_event_and_late_events_for_what_they_add() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Payments", &[of_use(&market.meter, percentage())]);
    let kept = &market.operator().get(&format!("/offers/{offer}/prices"))["items"][0];
    assert_eq!(kept["versions"][0]["model"], percentage(), "it is shown as it was written");
    let wish = json!({
        "currency": "EUR", "country": "DE", "usage": { market.meter.as_str(): "1000" },
    });
    let told = market.operator().post(&format!("/offers/{offer}/calculate"), &wish);
    assert_eq!(told["net"]["amount"], "11.00", "as one event");
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-01-20");
    let of = (subscription.as_str(), market.meter.as_str());
    let day = "2026-01-10T12:00:00Z";
    // W017, which came in the wrong order.
    uses(&market, of, &[["c", "2026-01-12T12:00:00Z", "10000", ""], ["a", day, "100", ""]]);
    uses(&market, of, &[["b", "2026-01-11T12:00:00Z", "1000", ""]]);
    market.advance_to("2026-02-02");
    uses(&market, of, &[["late", "2026-01-15T12:00:00Z", "10", ""]]);
    market.advance_to("2026-03-02");
    expect![""].assert_eq(&shown(&market, &account));
}

#[test]
fn free_events_are_the_first_that_happened_whatever_came_first() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let model = json!({
        "kind": "percentage", "percent": "1.2", "per_event": "0.1", "free_events": 3,
        "free_amount": "500",
    });
    let subscription =
        market.order(&account, &market.offer("Payments", &[of_use(&market.meter, model)]), 1);
    market.advance_to("2026-01-20");
    let of = (subscription.as_str(), market.meter.as_str());
    // W015: the fourth event is of 50.
    uses(&market, of, &[["4", "2026-01-14T12:00:00Z", "50", ""]]);
    for it in ["1", "2", "3"] {
        uses(&market, of, &[[it, &format!("2026-01-1{it}T12:00:00Z"), "100", ""]]);
    }
    market.advance_to("2026-02-02");
    expect![""].assert_eq(&shown(&market, &account));
}

#[test]
fn each_part_of_an_amount_is_charged_at_the_percentage_of_its_tier() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let model = json!({ "kind": "graduated_percentage", "tiers": [
        { "up_to": "100", "percent": "5", "flat": "0" },
        { "up_to": null, "percent": "2", "flat": "10" },
    ] });
    let offer = market.offer("Payments", &[of_use(&market.meter, model.clone())]);
    let kept = &market.operator().get(&format!("/offers/{offer}/prices"))["items"][0];
    assert_eq!(kept["versions"][0]["model"], model, "it is shown as it was written");
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-01-20");
    market.uses(&subscription, ("a", "2026-01-10T12:00:00Z", "150"));
    market.advance_to("2026-02-02");
    expect![""].assert_eq(&shown(&market, &account));
}

#[test]
fn each_region_has_its_price_and_what_is_not_named_one_of_its_own() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let meter = by_region(&market);
    let model = json!({
        "kind": "per_dimension", "dimension": "region", "values": [
            { "value": "eu", "model": { "kind": "per_unit", "per_unit": "2" } },
            { "value": "us", "model": { "kind": "graduated", "tiers": [
                { "up_to": "10", "per_unit": "1", "flat": "0" },
                { "up_to": null, "per_unit": "0.5", "flat": "0" },
            ] } },
        ],
        "otherwise": { "kind": "per_unit", "per_unit": "3" },
    });
    let offer = market.offer("Hosting", &[of_use(&meter, model.clone())]);
    let kept = &market.operator().get(&format!("/offers/{offer}/prices"))["items"][0];
    assert_eq!(kept["versions"][0]["model"], model, "it is shown as it was written");
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-01-20");
    let (of, day) = ((subscription.as_str(), meter.as_str()), "2026-01-10T12:00:00Z");
    uses(&market, of, &[["1", day, "5", "eu"], ["2", day, "12", "us"], ["3", day, "2", "mars"]]);
    uses(&market, of, &[["4", day, "1", ""]]);
    market.advance_to("2026-02-02");
    uses(&market, of, &[["late", day, "3", "us"]]);
    market.advance_to("2026-03-02");
    expect![""].assert_eq(&shown(&market, &account));
}

#[test]
fn a_model_that_means_nothing_where_it_stands_is_refused_with_its_field() {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Cloud", &[]);
    let readings = json!({
        "code": "readings", "name": "Readings", "unit": "W", "aggregation": "latest",
    });
    let readings = text(&market.operator().post("/meters", &readings)["id"]);
    let unit = || json!({ "kind": "per_unit", "per_unit": "1" });
    let dimension = |value: Value| {
        let values = json!([{ "value": "eu", "model": value }]);
        let kind = "per_dimension";
        json!({ "kind": kind, "dimension": "region", "values": values, "otherwise": unit() })
    };
    let with = |mut model: Value, field: &str, value: Value| {
        model[field] = value;
        model
    };
    let on = |meter: &str, model: Value| of_use(meter, model);
    let sums = market.meter.as_str();
    let tier = json!([{ "up_to": null, "percent": "101" }]);
    let recurring = json!({
        "name": "Base", "kind": "recurring", "currency": "EUR", "model": percentage(),
    });
    let mut with_free = on(sums, percentage());
    with_free["included"] = json!("5");
    let table = [
        (on(sums, with(percentage(), "percent", json!("101"))), "/model/percent"),
        (on(sums, with(percentage(), "event_max", json!("1"))), "/model/event_max"),
        (on(sums, with(percentage(), "tiers", json!([{ "up_to": null }]))), "/model/tiers"),
        (on(sums, json!({ "kind": "percentage" })), "/model/percent"),
        (
            on(sums, json!({ "kind": "graduated_percentage", "tiers": tier })),
            "/model/tiers/0/percent",
        ),
        (on(&readings, percentage()), "/meter"),
        (recurring, "/model/kind"),
        (with_free, "/included"),
        (on(sums, dimension(unit())), "/model/dimension"),
        (on(sums, dimension(percentage())), "/model/values/0/model/kind"),
        (on(sums, dimension(json!({ "kind": "per_unit" }))), "/model/values/0/model/per_unit"),
        (on(sums, with(dimension(unit()), "values", json!([]))), "/model/values"),
        (on(sums, with(unit(), "percent", json!("1"))), "/model/percent"),
    ];
    for (mut price, pointer) in table {
        price["offer"] = json!(offer);
        let refused = market.operator().call("POST /prices", Some(&price));
        assert_eq!(refused.status, 422, "{price} {}", refused.json());
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{price}");
    }
}
