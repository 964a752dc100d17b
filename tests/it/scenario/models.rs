//! Price models that look at more than a quantity: offered, calculated, billed, explained, and
//! refused where they mean nothing.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, shown, text};

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
    expect![[r#"
        2026-02-01 25.00 + 5.00 = 30.00 EUR, due 30.00
        Payments: Use | 2026-01-01..2026-02-01 | 25.00
            percentage of each amount, as of 2026-01-01
            11100 counted in 3 records
            1100 × 1 % = 11
            2 × 1 = 2
            1 × 12 = 12
            = 25.00 EUR

        2026-03-01 1.75 + 0.35 = 2.10 EUR, due 2.10
        Payments: Use | 2026-01-01..2026-02-01 | 1.75
            percentage of each amount, as of 2026-01-01
            11110 counted in 4 records
            1100 × 1 % = 11
            2 × 1 = 2
            1 × 1.75 = 1.75
            1 × 12 = 12
            less 25, which was charged before
            = 1.75 EUR
    "#]]
    .assert_eq(&shown(&market, &account));
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
    expect![[r#"
        2026-02-01 0.70 + 0.14 = 0.84 EUR, due 0.84
        Payments: Use | 2026-01-01..2026-02-01 | 0.70
            percentage of each amount, as of 2026-01-01
            350 counted in 4 records
            50 × 1.2 % = 0.6
            1 × 0.1 = 0.1
            = 0.70 EUR
    "#]]
    .assert_eq(&shown(&market, &account));
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
    expect![[r#"
        2026-02-01 16.00 + 3.20 = 19.20 EUR, due 19.20
        Payments: Use | 2026-01-01..2026-02-01 | 16.00
            each part of the amount at the percentage of its tier, as of 2026-01-01
            150 counted in 1 records
            tier 1: 100 × 5 % = 5
            tier 2: 50 × 2 % + 10 = 11
            = 16.00 EUR
    "#]]
    .assert_eq(&shown(&market, &account));
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
    expect![[r#"
        2026-02-01 30.00 + 6.00 = 36.00 EUR, due 36.00
        Hosting: Use | 2026-01-01..2026-02-01 | 30.00
            each value at its own price, as of 2026-01-01
            20 counted in 4 records
            eu: 5 × 2 = 10
            us: tier 1: 10 × 1 = 10
            us: tier 2: 2 × 0.5 = 1
            other: 3 × 3 = 9
            = 30.00 EUR

        2026-03-01 1.50 + 0.30 = 1.80 EUR, due 1.80
        Hosting: Use | 2026-01-01..2026-02-01 | 1.50
            each value at its own price, as of 2026-01-01
            23 counted in 5 records
            eu: 5 × 2 = 10
            us: tier 1: 10 × 1 = 10
            us: tier 2: 5 × 0.5 = 2.5
            other: 3 × 3 = 9
            less 30, which was charged before
            = 1.50 EUR
    "#]]
    .assert_eq(&shown(&market, &account));
}

fn per_unit(price: &str) -> Value {
    json!({ "kind": "per_unit", "per_unit": price })
}

#[test]
fn what_is_missing_to_a_minimum_is_charged_when_the_month_is_over() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let model = json!({
        "kind": "minimum", "amount": "100", "of": "subscription", "model": per_unit("10"),
    });
    let base = json!({
        "name": "Base", "kind": "recurring", "currency": "EUR", "timing": "arrears",
        "model": { "kind": "flat", "amount": "50" },
    });
    let offer = market.offer("Cloud", &[base, of_use(&market.meter, model.clone())]);
    let kept = &market.operator().get(&format!("/offers/{offer}/prices"))["items"][1];
    assert_eq!(kept["versions"][0]["model"], model, "it is shown as it was written");
    // W084.
    let wish = json!({
        "currency": "EUR", "country": "DE", "usage": { market.meter.as_str(): "3" },
    });
    let told = market.operator().post(&format!("/offers/{offer}/calculate"), &wish);
    let nets: Vec<_> =
        told["lines"].as_array().unwrap().iter().map(|it| text(&it["net"]["amount"])).collect();
    assert_eq!(
        (nets.join(" "), text(&told["net"]["amount"])),
        ("50.00 30.00 20.00".into(), "100.00".into())
    );
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-01-20");
    market.uses(&subscription, ("a", "2026-01-10T12:00:00Z", "3"));
    market.advance_to("2026-02-02");
    market.uses(&subscription, ("late", "2026-01-11T12:00:00Z", "5"));
    market.uses(&subscription, ("b", "2026-02-01T12:00:00Z", "6"));
    market.advance_to("2026-03-02");
    expect![[r#"
        2026-02-01 100.00 + 20.00 = 120.00 EUR, due 120.00
        Cloud: Base | 2026-01-01..2026-02-01 | 50.00
            flat price, as of 2026-01-01
            50
            = 50.00 EUR
        Cloud: Use | 2026-01-01..2026-02-01 | 30.00
            price per unit, as of 2026-01-01
            3 counted in 1 records
            3 × 10 = 30
            = 30.00 EUR
        Cloud: Use | 2026-01-01..2026-02-01 | 20.00
            minimum of the period, as of 2026-01-01
            100
            of which 80 is charged besides
            = 20.00 EUR

        2026-03-01 140.00 + 28.00 = 168.00 EUR, due 168.00
        Cloud: Base | 2026-02-01..2026-03-01 | 50.00
            flat price, as of 2026-01-01
            50
            = 50.00 EUR
        Cloud: Use | 2026-02-01..2026-03-01 | 60.00
            price per unit, as of 2026-01-01
            6 counted in 1 records
            6 × 10 = 60
            = 60.00 EUR
        Cloud: Use | 2026-01-01..2026-02-01 | 50.00
            price per unit, as of 2026-01-01
            8 counted in 2 records
            8 × 10 = 80
            less 30, which was charged before
            = 50.00 EUR
        Cloud: Use | 2026-01-01..2026-02-01 | -20.00
            minimum of the period, as of 2026-01-01
            100
            of which 130 is charged besides
            less 20, which was charged before
            = -20.00 EUR
    "#]]
    .assert_eq(&shown(&market, &account));
}

#[test]
fn what_goes_beyond_a_commitment_costs_a_multiple() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let model = json!({
        "kind": "commitment", "amount": "20", "overage_factor": "1.5", "model": per_unit("2"),
    });
    let offer = market.offer("Cloud", &[of_use(&market.meter, model.clone())]);
    let kept = &market.operator().get(&format!("/offers/{offer}/prices"))["items"][0];
    assert_eq!(kept["versions"][0]["model"], model, "it is shown as it was written");
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-01-20");
    // W088.
    market.uses(&subscription, ("a", "2026-01-10T12:00:00Z", "15"));
    market.advance_to("2026-03-02");
    expect![[r#"
        2026-02-01 35.00 + 7.00 = 42.00 EUR, due 42.00
        Cloud: Use | 2026-01-01..2026-02-01 | 35.00
            price per unit, as of 2026-01-01
            15 counted in 1 records
            15 × 2 = 30
            20 committed to, what goes beyond × 1.5
            = 35.00 EUR

        2026-03-01 20.00 + 4.00 = 24.00 EUR, due 24.00
        Cloud: Use | 2026-02-01..2026-03-01 | 20.00
            price per unit, as of 2026-01-01
            0 counted in 0 records
            0
            20 committed to, what goes beyond × 1.5
            = 20.00 EUR
    "#]]
    .assert_eq(&shown(&market, &account));
}

#[test]
fn a_model_that_means_nothing_where_it_stands_is_refused_with_its_field() {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Cloud", &[]);
    let readings = json!({
        "code": "readings", "name": "Readings", "unit": "W", "aggregation": "latest",
    });
    let readings = text(&market.operator().post("/meters", &readings)["id"]);
    let unit = || per_unit("1");
    let minimum = || json!({ "kind": "minimum", "amount": "10", "model": unit() });
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
        (on(sums, json!({ "kind": "minimum", "amount": "10" })), "/model/model"),
        (on(sums, with(minimum(), "model", minimum())), "/model/model/kind"),
        (on(sums, with(minimum(), "model", per_unit("-1"))), "/model/model/per_unit"),
        (on(sums, with(minimum(), "of", json!("account"))), "/model/of"),
        (on(sums, with(minimum(), "overage_factor", json!("2"))), "/model/overage_factor"),
    ];
    for (mut price, pointer) in table {
        price["offer"] = json!(offer);
        let refused = market.operator().call("POST /prices", Some(&price));
        assert_eq!(refused.status, 422, "{price} {}", refused.json());
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{price}");
    }
}
