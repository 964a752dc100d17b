//! How tests write prices and what they come to: one row for one worked case.

use super::{Count, Rated, rate, sum};
use crate::domain::billing::policy::ZeroUsage;
use crate::domain::catalog::price::tier::{Reach, Tier, Tiers, UpTo};
use crate::domain::catalog::price::{Figure, PriceModel, PriceVersion};
use crate::domain::money::Currency;
use crate::domain::quantity::Quantity;
use crate::domain::time::Date;

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
                let rated = rate(&version, Count::of(quantity), Currency::EUR, zero_usage);
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
    let rated = rate(&price(text), Count::of(quantity), Currency::EUR, ZeroUsage::FirstTierFee);
    rated.expect(text)
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
        "package" => {
            let (size, price) = figures.split_once(':').expect(text);
            PriceModel::Package { size: size.trim().parse().expect(text), price: figure(price) }
        }
        unknown => panic!("`{unknown}` is not a model that tests can write"),
    }
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
