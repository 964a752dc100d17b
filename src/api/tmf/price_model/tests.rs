//! Prices of every model, as TMF620 says them and back.

use std::collections::BTreeSet;

use super::*;
use crate::domain::billing::invoice::sample::{id, stamp};
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::price::{Base, PriceKind, Versions};
use crate::domain::time::Validity;

fn figure(text: &str) -> Figure {
    text.parse().expect(text)
}

fn quantity(text: &str) -> Quantity {
    text.parse().expect(text)
}

fn day(text: &str) -> Date {
    text.parse().expect(text)
}

fn tiers(rows: &[(&str, &str, &str)]) -> Tiers {
    let row = |(floor, unit_price, fee): &(&str, &str, &str)| Tier {
        floor: quantity(floor),
        unit_price: figure(unit_price),
        fee: figure(fee),
    };
    Tiers::new(Reach::Above, rows.iter().map(row).collect()).expect("tiers")
}

/// Each model that a price may have, and what in it may be or not be.
fn models() -> Vec<PriceModel> {
    let steps = || tiers(&[("0", "0.015", "0"), ("2000", "0.0125", "5"), ("10000.5", "0", "0")]);
    let one = || Box::new(PriceModel::PerUnit(figure("1")));
    let percentage = Percentage {
        percent: Percent::new("1.3".parse().expect("a number")),
        per_event: Figure::ZERO,
        free_events: 0,
        free_amount: Figure::ZERO,
        event_min: None,
        event_max: None,
    };
    let code = |it: &str| it.parse().expect(it);
    let minimum = |of| PriceModel::Minimum { amount: figure("10"), of, model: one() };
    vec![
        PriceModel::Flat(figure("4.90")),
        PriceModel::PerUnit(figure("0.000000000001")),
        PriceModel::Graduated(steps()),
        PriceModel::Graduated(steps().reached(Reach::From)),
        PriceModel::Volume(steps().in_blocks(quantity("100")).expect("blocks")),
        PriceModel::Stairstep(tiers(&[("0", "0", "3"), ("10", "0", "20")])),
        PriceModel::Package { size: quantity("10000"), price: figure("6") },
        PriceModel::Percentage(percentage.clone()),
        PriceModel::Percentage(Percentage {
            per_event: figure("0.25"),
            free_events: 7,
            free_amount: figure("100"),
            event_min: Some(figure("0.5")),
            event_max: Some(figure("12")),
            ..percentage
        }),
        PriceModel::GraduatedPercentage(tiers(&[("0", "0.055", "1"), ("500", "0.01", "0")])),
        minimum(MinimumOf::Price),
        minimum(MinimumOf::Subscription),
        PriceModel::Commitment {
            amount: figure("500"),
            overage_factor: quantity("1.5"),
            model: Box::new(PriceModel::Volume(steps())),
        },
        PriceModel::PerDimension {
            dimension: code("region"),
            values: vec![
                (code("eu"), PriceModel::Package { size: quantity("5"), price: figure("1") }),
                (code("us"), PriceModel::Flat(figure("2"))),
            ],
            otherwise: one(),
        },
    ]
}

fn price(versions: Vec<PriceVersion>) -> Price {
    Price {
        id: id(1),
        stamp: stamp(),
        name: "Traffic".parse().expect("a name"),
        names: std::collections::BTreeMap::new(),
        description: None,
        offer: id(2),
        plan: None,
        term: None,
        currency: Currency::EUR,
        tax_category: None,
        base: Base::Net,
        resource: None,
        kind: PriceKind::Usage { meter: id(3) },
        conditions: Vec::new(),
        alterations: Vec::new(),
        life: Life::new(State::Active, Validity::ALWAYS).expect("a life"),
        versions: Versions::of(versions).expect("versions"),
        next_at: None,
    }
}

#[test]
fn whatever_the_model_it_is_read_as_it_is_shown() {
    for model in models() {
        for included in ["0", "500.5"] {
            let first = PriceVersion {
                valid_from: day("2026-01-01"),
                included: quantity(included),
                model: model.clone(),
            };
            let later = PriceVersion {
                valid_from: day("2026-03-01"),
                included: Quantity::ZERO,
                model: PriceModel::Flat(figure("1")),
            };
            for versions in
                [vec![first.clone()], vec![first.clone(), later.clone()], vec![later, first]]
            {
                let Ok(_) = Versions::of(versions.clone()) else { continue };
                let it = price(versions.clone());
                let Some(said) = shown(&it, Some("GB")) else {
                    let only = &versions[0];
                    assert!(matches!(only.model, PriceModel::PerUnit(_)), "{only:?}");
                    assert!(only.included.is_zero(), "{only:?}");
                    continue;
                };
                let read = read(Some(&said), day("2030-01-01")).expect("right");
                assert_eq!(read, Some((Currency::EUR, versions)), "{said}");
                assert!(agrees(&said, &it), "{said}");
            }
        }
    }
}

#[test]
fn tiers_and_what_is_included_are_shown_as_they_are_charged() {
    let steps = tiers(&[("0", "0.015", "0"), ("2000", "0.011", "0")]);
    let version = PriceVersion {
        valid_from: day("2026-01-01"),
        included: quantity("500"),
        model: PriceModel::Graduated(steps),
    };
    let said = shown(&price(vec![version]), Some("GB")).expect("shown");
    let expected = json!([{
        "id": "1", "@type": "PriceModel", "@baseType": "PricingLogicAlgorithm",
        "@schemaLocation": "/ui/@schema/ui/schema/price-model.json", "name": "graduated",
        "validFor": { "startDateTime": "2026-01-01T00:00:00Z" },
        "included": { "amount": 500, "units": "GB" },
        "tier": [
            { "upTo": 2000, "unitPrice": { "unit": "EUR", "value": 0.015 },
              "fee": { "unit": "EUR", "value": 0 } },
            { "unitPrice": { "unit": "EUR", "value": 0.011 }, "fee": { "unit": "EUR", "value": 0 } },
        ],
    }]);
    assert_eq!(said.to_string(), expected.to_string());
}

#[test]
fn what_makes_no_price_is_refused_where_it_stands() {
    let euro = |value: i64| json!({ "unit": "EUR", "value": value });
    let told = |mut model: Value| {
        model["@type"] = json!(CLASS);
        let refused = read(Some(&json!([model])), day("2026-01-01")).expect_err("refused");
        let all = refused.violations.iter().map(|it| {
            format!("{} {}", it.field.trim_start_matches("pricingLogicAlgorithm/0/"), it.message)
        });
        all.collect::<Vec<_>>().join("; ")
    };
    let tiered = |rows: Value| json!({ "name": "graduated", "tier": rows });
    expect_test::expect![[r#"
        name must be given
        name must be `flat`, `per_unit`, `graduated`, `volume`, `package`, `stairstep`, `percentage`, `graduated_percentage`, `per_dimension`, `minimum` or `commitment`
        tier is nothing that `flat` looks at
        price must be given
        price must have the currency as `unit`
        price must be 0 to 1000000000000 with at most 12 decimal places
        packageSize must be more than 0
        tier must have 1 to 100 tiers
        tier/0/upTo must have an upper bound: only the last tier is open
        tier/1/upTo must be absent from the last tier, so that every quantity has a price
        tier/0/upTo must be more than 0
        tier/1/fee must be in one currency with the others
        tier/0/unitPrice must be 0 to 1000000000000 with at most 12 decimal places
        model/name must be a model of quantities, not `minimum`
        included must not be negative
        validFor/endDateTime must be absent: it ends where the next one begins"#]]
    .assert_eq(
        &[
            json!({}),
            json!({ "name": "haggled" }),
            json!({ "name": "flat", "price": euro(1), "tier": [] }),
            json!({ "name": "flat" }),
            json!({ "name": "flat", "price": { "value": 1 } }),
            json!({ "name": "flat", "price": euro(-1) }),
            json!({ "name": "package", "price": euro(1), "packageSize": 0 }),
            tiered(json!([])),
            tiered(json!([{ "fee": euro(1) }, { "fee": euro(1) }])),
            tiered(json!([{ "fee": euro(1), "upTo": 5 }, { "fee": euro(1), "upTo": 10 }])),
            tiered(json!([{ "fee": euro(1), "upTo": 0 }, { "fee": euro(1) }])),
            tiered(json!([{ "fee": euro(1), "upTo": 5 }, { "fee": { "unit": "USD", "value": 1 } }])),
            tiered(json!([{ "unitPrice": euro(-1) }])),
            json!({ "name": "minimum", "price": euro(1), "model": {
                "name": "minimum", "price": euro(1), "model": { "name": "flat", "price": euro(1) },
            } }),
            json!({ "name": "flat", "price": euro(1), "included": -1 }),
            json!({ "name": "flat", "price": euro(1), "validFor": { "endDateTime": "2027-01-01T00:00:00Z" } }),
        ]
        .map(told)
        .join("\n"),
    );
}

#[test]
fn algorithms_of_others_are_none_of_ours() {
    let others = json!([{ "name": "Complex", "plaSpecId": "7", "@type": "Other" }, { "id": "8" }]);
    assert_eq!(read(Some(&others), day("2026-01-01")), Ok(None));
    let mixed =
        json!([{ "@type": CLASS, "name": "flat", "price": { "unit": "EUR", "value": 1 } }, {}]);
    let refused = read(Some(&mixed), day("2026-01-01")).expect_err("one of ours");
    assert_eq!(
        refused.to_string(),
        "`pricingLogicAlgorithm/1/@type` must be `PriceModel`, as of the others"
    );
}

#[test]
fn the_schema_describes_each_attribute_and_no_other() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../assets/ui/schema/price-model.json"))
            .expect("a schema");
    let described: BTreeSet<&str> =
        schema["properties"].as_object().expect("an object").keys().map(String::as_str).collect();
    let names = schema["properties"]["name"]["enum"].as_array().expect("a list");
    let names: BTreeSet<&str> = names.iter().filter_map(Value::as_str).collect();
    assert_eq!(names, models().iter().map(PriceModel::name).collect());
    let own = names.iter().filter_map(|it| attributes(it)).flatten().copied();
    let known: BTreeSet<&str> = own.chain(["@type", "included", "name", "validFor"]).collect();
    assert_eq!(described, known);
}
