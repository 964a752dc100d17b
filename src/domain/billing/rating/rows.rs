//! How tests write prices and what they come to: one row for one worked case.

use rust_decimal::Decimal;

use super::{Count, Rated, rate, sum};
use crate::domain::billing::policy::ZeroUsage;
use crate::domain::catalog::price::model::{MinimumOf, Percentage};
use crate::domain::catalog::price::tier::{Reach, Tier, Tiers, UpTo};
use crate::domain::catalog::price::{Figure, PriceModel, PriceVersion};
use crate::domain::money::Currency;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::time::{Date, Instant};
use crate::domain::usage::detail::{Detail, OfValue};

/// Checks rows of the form `id | price | quantity, … => amount, …`, first-tier fee at zero usage.
pub(crate) fn check(rows: &str) {
    check_with(ZeroUsage::FirstTierFee, rows);
}

/// Checks rows as [`check`] does under a policy for zero usage.
pub(crate) fn check_with(zero_usage: ZeroUsage, rows: &str) {
    for row in rows.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let (case, expected) = row.split_once("=>").expect(row);
        let mut fields = case.splitn(3, '|').map(str::trim);
        let mut field = || fields.next().expect(row);
        let (_id, version, quantities) = (field(), price(field()), field());
        let amounts: Vec<String> = quantities
            .split(',')
            .map(|it| {
                let quantity = it.trim().parse().expect(it);
                let count = Count::of(quantity);
                let rated = rate(&version, count, &Detail::Total, Currency::EUR, zero_usage);
                let rated = rated.expect(row);
                assert_eq!(sum(&rated.parts, Currency::EUR), Ok(rated.amount), "{row}");
                rated.amount.value().normalize().to_string()
            })
            .collect();
        let expected: Vec<&str> = expected.split(',').map(str::trim).collect();
        assert_eq!(amounts, expected, "{row}");
    }
}

/// What a price makes of a quantity.
pub(crate) fn rated(text: &str, quantity: Quantity) -> Rated {
    rated_in_detail(text, quantity, &Detail::Total)
}

/// The same of a price that asks for more than a quantity.
pub(crate) fn rated_in_detail(text: &str, quantity: Quantity, detail: &Detail) -> Rated {
    let (count, zero_usage) = (Count::of(quantity), ZeroUsage::FirstTierFee);
    let rated = rate(&price(text), count, detail, Currency::EUR, zero_usage).expect(text);
    assert_eq!(sum(&rated.parts, Currency::EUR), Ok(rated.amount), "{text}");
    rated
}

/// What a percentage makes of the amounts of events, one after the other.
pub(crate) fn events(text: &str, amounts: &str) -> Decimal {
    let version = price(text);
    let PriceModel::Percentage(percentage) = &version.model else { panic!("{text}") };
    let (mut sorting, mut sum) = (percentage.sorting(), Quantity::ZERO);
    for (second, amount) in (0..).zip(amounts.split_whitespace()) {
        let at = Instant::from_micros(second * 1_000_000).expect("an instant");
        let amount: Quantity = amount.parse().expect(amount);
        sorting.read(at, amount).expect(text);
        sum = sum.plus(amount).expect(text);
    }
    let detail = Detail::Amounts(sorting.amounts().expect(text));
    rated_in_detail(text, sum, &detail).amount.value()
}

/// Checks rows of the form `id | percentage | amount of an event … => amount`.
pub(crate) fn check_events(rows: &str) {
    for row in rows.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let (case, expected) = row.split_once("=>").expect(row);
        let fields: Vec<_> = case.split('|').map(str::trim).collect();
        let found = events(fields[1], fields[2]).normalize().to_string();
        assert_eq!(found, expected.trim(), "{row}");
    }
}

/// What a price by a dimension makes of `value quantity, …`; `*` is a value that it does not name.
pub(crate) fn rated_values(text: &str, used: &str) -> Rated {
    let mut values: Vec<OfValue> = Vec::new();
    let mut sum = Quantity::ZERO;
    for it in used.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        let (value, quantity) = it.split_once(' ').expect(it);
        let value = (value != "*").then(|| value.parse().expect(value));
        let quantity = quantity.parse().expect(quantity);
        sum = sum.plus(quantity).expect(used);
        match values.iter_mut().find(|it| it.value == value) {
            Some(it) => it.quantity = it.quantity.plus(quantity).expect(used),
            None => values.push(OfValue { value, quantity }),
        }
    }
    rated_in_detail(text, sum, &Detail::Values(values))
}

/// What it comes to.
pub(crate) fn values(text: &str, used: &str) -> Decimal {
    rated_values(text, used).amount.value().normalize()
}

/// A price version as tests write it: `graduated 10: 5 + 2, *: 3; included 1`.
pub(crate) fn price(text: &str) -> PriceVersion {
    let (model, included) = text.split_once("; included ").unwrap_or((text, "0"));
    PriceVersion {
        valid_from: Date::new(2000, 1, 1).expect("a day"),
        included: included.parse().expect(text),
        model: model_of(model),
    }
}

fn model_of(text: &str) -> PriceModel {
    if let Some(by) = text.strip_prefix("by ") {
        return by_dimension(by);
    }
    if let Some((bound, model)) = text.split_once(" of ") {
        return bounded(bound, Box::new(model_of(model)));
    }
    let (name, figures) = text.split_once(' ').expect(text);
    let (name, block) =
        name.split_once('/').map_or((name, None), |(name, size)| (name, Some(size)));
    let tiers = || match block {
        Some(size) => up_to(figures).in_blocks(size.parse().expect(text)).expect(text),
        None => up_to(figures),
    };
    match name {
        "flat" => PriceModel::Flat(figure(figures)),
        "unit" => PriceModel::PerUnit(figure(figures)),
        "graduated" => PriceModel::Graduated(tiers()),
        "graduated-from" => PriceModel::Graduated(from(figures)),
        "volume" => PriceModel::Volume(tiers()),
        "volume-from" => PriceModel::Volume(from(figures)),
        "stairstep" => PriceModel::Stairstep(steps(figures)),
        "graduated-percent" => PriceModel::GraduatedPercentage(percents(figures)),
        "percent" => PriceModel::Percentage(percentage(figures)),
        "package" => {
            let (size, price) = figures.split_once(':').expect(text);
            PriceModel::Package { size: size.trim().parse().expect(text), price: figure(price) }
        }
        unknown => panic!("`{unknown}` is not a model that tests can write"),
    }
}

/// `region eu = unit 2; us = unit 1; else unit 3`.
fn by_dimension(text: &str) -> PriceModel {
    let (dimension, rest) = text.split_once(' ').expect(text);
    let (named, otherwise) = rest.split_once("; else ").expect(text);
    let value = |it: &str| {
        let (value, model) = it.split_once(" = ").expect(it);
        (value.trim().parse().expect(it), model_of(model))
    };
    PriceModel::PerDimension {
        dimension: dimension.parse().expect(text),
        values: named.split(';').map(value).collect(),
        otherwise: Box::new(model_of(otherwise)),
    }
}

/// `least 10 of unit 1`, `least 10 in all of unit 1`, `committed 20 x 1.5 of unit 2`.
fn bounded(text: &str, model: Box<PriceModel>) -> PriceModel {
    let (name, figures) = text.split_once(' ').expect(text);
    match (name, figures.split_once(' ')) {
        ("least", None) => {
            PriceModel::Minimum { amount: figure(figures), of: MinimumOf::Price, model }
        }
        ("least", Some((amount, _))) => {
            PriceModel::Minimum { amount: figure(amount), of: MinimumOf::Subscription, model }
        }
        ("committed", Some((amount, factor))) => PriceModel::Commitment {
            amount: figure(amount),
            overage_factor: factor.trim_start_matches("x ").parse().expect(text),
            model,
        },
        _ => panic!("`{text}` is not a model that tests can write"),
    }
}

/// `percent + per event; free events or amount; min figure; max figure`.
fn percentage(text: &str) -> Percentage {
    let mut fields = text.split(';').map(str::trim);
    let (percent, per_event) =
        fields.next().map(|it| it.split_once('+').unwrap_or((it, "0"))).expect(text);
    let mut it = Percentage {
        percent: Percent::new(percent.trim().parse().expect(text)),
        per_event: figure(per_event),
        free_events: 0,
        free_amount: Figure::ZERO,
        event_min: None,
        event_max: None,
    };
    for field in fields {
        match field.split_once(' ').expect(field) {
            ("free", free) => {
                let (events, amount) = free.split_once(" or ").expect(field);
                (it.free_events, it.free_amount) = (events.parse().expect(field), figure(amount));
            }
            ("min", least) => it.event_min = Some(figure(least)),
            ("max", most) => it.event_max = Some(figure(most)),
            _ => panic!("`{field}` is not a part of a percentage"),
        }
    }
    it
}

/// Tiers whose prices are percentages.
fn percents(text: &str) -> Tiers {
    let row = |(bound, percent, fee): (&str, Figure, Figure)| UpTo {
        bound: (bound != "*").then(|| bound.parse().expect(bound)),
        unit_price: Figure::new(percent.decimal() * Decimal::new(1, 2)),
        fee,
    };
    Tiers::up_to(&fields(text).map(row).collect::<Vec<_>>()).expect(text)
}

fn figure(text: &str) -> Figure {
    text.trim().parse().expect(text)
}

/// `bound: unit price + fee` for each tier, `*` for the last bound.
fn fields(text: &str) -> impl Iterator<Item = (&str, Figure, Figure)> {
    text.split(',').map(|it| {
        let (bound, price) = it.split_once(':').expect(it);
        let (unit_price, fee) = price.split_once('+').unwrap_or((price, "0"));
        (bound.trim(), figure(unit_price), figure(fee))
    })
}

fn up_to(text: &str) -> Tiers {
    let row = |(bound, unit_price, fee): (&str, Figure, Figure)| UpTo {
        bound: (bound != "*").then(|| bound.parse().expect(bound)),
        unit_price,
        fee,
    };
    Tiers::up_to(&fields(text).map(row).collect::<Vec<_>>()).expect(text)
}

fn steps(text: &str) -> Tiers {
    let row = |(bound, fee, _): (&str, Figure, Figure)| UpTo {
        bound: (bound != "*").then(|| bound.parse().expect(bound)),
        unit_price: Figure::ZERO,
        fee,
    };
    Tiers::up_to(&fields(text).map(row).collect::<Vec<_>>()).expect(text)
}

fn from(text: &str) -> Tiers {
    let tier = |(floor, unit_price, fee): (&str, Figure, Figure)| Tier {
        floor: floor.parse().expect(floor),
        unit_price,
        fee,
    };
    Tiers::new(Reach::From, fields(text).map(tier).collect()).expect(text)
}
