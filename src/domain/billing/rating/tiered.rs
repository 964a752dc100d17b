//! Tiered prices: graduated, volume and stairstep.

use super::{Bounds, Part, Range};
use crate::domain::billing::policy::ZeroUsage;
use crate::domain::catalog::price::Figure;
use crate::domain::catalog::price::tier::{Reach, Tiers};
use crate::domain::money::MoneyError;
use crate::domain::quantity::Quantity;

/// Each unit at the price of the tier it falls into; a tier's fee when it is entered.
///
/// # Errors
/// If there are too many blocks to be counted.
pub fn graduated(
    tiers: &Tiers,
    range: Range,
    zero_usage: ZeroUsage,
) -> Result<Vec<Part>, MoneyError> {
    let range = in_units_of(tiers, range)?;
    if range.upto.is_zero() {
        return Ok(unused(tiers, zero_usage));
    }
    let rows = tiers.as_slice();
    let last = tiers.reached_by(range.upto);
    let first = if range.before.is_zero() { 0 } else { tiers.reached_by(range.before) };
    let mut parts = Vec::with_capacity(last + 1 - first);
    for place in first..=last {
        let floor = rows[place].floor;
        let ceiling = rows.get(place + 1).map_or(range.upto, |it| it.floor.min(range.upto));
        let units = ceiling.above(floor.max(range.before));
        let entered = enters(tiers.reach(), floor, range);
        let fee = if entered { rows[place].fee } else { Figure::ZERO };
        if entered || !units.is_zero() {
            parts.push(Part { fee, ..part(tiers, place, units) });
        }
    }
    Ok(parts)
}

/// All units at the price of the tier that the whole quantity reaches, and its fee.
///
/// # Errors
/// If there are too many blocks to be counted.
pub fn volume(tiers: &Tiers, range: Range, zero_usage: ZeroUsage) -> Result<Vec<Part>, MoneyError> {
    let range = in_units_of(tiers, range)?;
    if range.upto.is_zero() {
        return Ok(unused(tiers, zero_usage));
    }
    let rows = tiers.as_slice();
    let place = tiers.reached_by(range.upto);
    let known = !range.before.is_zero() && tiers.reached_by(range.before) == place;
    let fee = if known { Figure::ZERO } else { rows[place].fee };
    Ok(vec![Part { fee, ..part(tiers, place, range.units()) }])
}

/// The fee of the tier that the quantity reaches, less that of the tier reached before.
///
/// # Errors
/// If there are too many blocks to be counted.
pub fn stairstep(
    tiers: &Tiers,
    range: Range,
    zero_usage: ZeroUsage,
) -> Result<Vec<Part>, MoneyError> {
    let range = in_units_of(tiers, range)?;
    if range.upto.is_zero() {
        return Ok(unused(tiers, zero_usage));
    }
    let rows = tiers.as_slice();
    let place = tiers.reached_by(range.upto);
    let charged = match range.before.is_zero() {
        true => Figure::ZERO,
        false => rows[tiers.reached_by(range.before)].fee,
    };
    let fee = Figure::new(rows[place].fee.decimal() - charged.decimal());
    Ok(vec![Part { fee, ..part(tiers, place, Quantity::ZERO) }])
}

fn in_units_of(tiers: &Tiers, range: Range) -> Result<Range, MoneyError> {
    tiers.block().map_or(Ok(range), |size| range.in_blocks(size))
}

fn unused(tiers: &Tiers, zero_usage: ZeroUsage) -> Vec<Part> {
    let rows = tiers.as_slice();
    match zero_usage {
        ZeroUsage::FirstTierFee => {
            vec![Part { fee: rows[0].fee, ..part(tiers, 0, Quantity::ZERO) }]
        }
        ZeroUsage::Nothing => Vec::new(),
    }
}

/// Whether the units of a range are the first to come into the tier above `floor`.
fn enters(reach: Reach, floor: Quantity, range: Range) -> bool {
    match reach {
        Reach::Above => range.before <= floor && floor < range.upto,
        Reach::From if floor.is_zero() => range.before.is_zero(),
        Reach::From => range.before < floor && floor <= range.upto,
    }
}

fn part(tiers: &Tiers, place: usize, units: Quantity) -> Part {
    let (rows, tier) =
        (tiers.as_slice(), u8::try_from(place).expect("a price has at most 100 tiers"));
    let bounds = Bounds {
        reach: tiers.reach(),
        floor: rows[place].floor,
        ceiling: rows.get(place + 1).map(|it| it.floor),
    };
    let bounds = (rows.len() > 1).then_some(bounds);
    Part { tier, bounds, ..Part::of(units, rows[place].unit_price) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::rating::rows::{self, rated};

    #[test]
    fn graduated_prices_each_unit_where_it_falls() {
        rows::check(
            "
            W001 | graduated 10: 10 + 2, 20: 5 + 3, *: 5 + 3         | 0, 1, 10, 11, 12, 21 => 2, 12, 102, 110, 115, 163
            W003 | graduated 10: 2 + 100, *: 1 + 50                  | 0            => 100
            W021 | graduated 5: 7, 10: 6.5, *: 6                     | 5, 6, 20, 25 => 35, 41.5, 127.5, 157.5
            W023 | graduated 5: 5, 10: 4, 15: 3, 20: 2, *: 1         | 6, 20, 25    => 29, 70, 75
            W025 | graduated/10 100: 1, *: 0.5                       | 1500         => 125
            W025 | graduated 1024: 0.5, *: 0.1                       | 2048         => 614.4
            W027 | graduated 20: 2, *: 20                            | 120          => 2040
            W027 | graduated *: 10                                   | 10           => 100
            W031 | graduated 5: 0 + 100, 10: 0 + 50, 15: 5, *: 1     | 22           => 182
            W035 | graduated-from 0: 1, 100: 0.5, 200: 0.25          | 150          => 125
            W037 | graduated 1000: 0.01, 10000: 0.008, *: 0.005      | 15000        => 107
            aps  | graduated 10: 10, 20: 5, *: 3                     | 10, 20, 30   => 100, 150, 180
            aps  | graduated 10: 1.5, 20: 1.2, *: 10                 | 10, 20, 21   => 15, 27, 37
            from | graduated-from 0: 1, 100: 0.5 + 7                 | 99.99, 100, 101 => 99.99, 107, 107.5
            part | graduated 10: 10 + 2, *: 5 + 3                    | 10.5         => 107.5
        ",
        );
    }

    #[test]
    fn volume_prices_all_units_by_the_tier_reached() {
        rows::check(
            "
            W005 | volume 100: 2 + 10, 200: 1, *: 0.5 + 50 | 0, 1, 100, 100.5, 101, 200, 210, 300 => 10, 12, 210, 100.5, 101, 200, 155, 200
            W007 | volume 10000: 0.001 + 10, 50000: 0.0008 + 10, 100000: 0.0006 + 10, *: 0.0004 + 10 | 65000 => 49
            W027 | volume 20: 2, *: 20                     | 120          => 2400
            W033 | volume 5: 0 + 100, 10: 0 + 150, 15: 10, *: 5 | 0, 3, 5, 14 => 100, 100, 100, 140
            W035 | volume-from 0: 1, 100: 0.5, 200: 0.25   | 150          => 75
            W039 | volume 65000: 0.0006, *: 0.0004         | 65000        => 39
            from | volume-from 0: 1, 100: 0.5              | 99, 100      => 99, 50
        ",
        );
    }

    #[test]
    fn stairstep_charges_the_step_and_not_the_units() {
        rows::check(
            "
            W039 | stairstep 1000: 50, 5000: 200, *: 350 | 1500, 4500 => 200, 200
            edge | stairstep 1000: 50, 5000: 200, *: 350 | 0, 1, 1000, 1000.5, 5001 => 50, 50, 50, 200, 350
        ",
        );
    }

    #[test]
    fn nothing_used_costs_nothing_where_the_policy_says_so() {
        rows::check_with(
            ZeroUsage::Nothing,
            "
            W001 | graduated 10: 10 + 2, *: 5 + 3   | 0, 1 => 0, 12
            W005 | volume 100: 2 + 10, *: 1         | 0, 1 => 0, 12
            W033 | volume 5: 0 + 100, *: 5          | 0    => 0
            step | stairstep 1000: 50, *: 200       | 0    => 0
        ",
        );
    }

    #[test]
    fn an_explanation_names_the_tiers_entered_and_no_others() {
        let rated = rated("graduated 5: 7 + 1, 10: 6.5, *: 6", "8".parse().expect("a quantity"));
        let parts: Vec<_> = rated
            .parts
            .iter()
            .map(|it| format!("{}: {} x {} + {}", it.tier, it.units, it.unit_price, it.fee))
            .collect();
        assert_eq!(parts, ["0: 5 x 7 + 1", "1: 3 x 6.5 + 0"]);
        let bounds = |model: &str, quantity: &str| {
            let rated = rows::rated(model, quantity.parse().expect("a quantity"));
            let told =
                |it: Bounds| format!("{}..{:?}", it.floor, it.ceiling.map(|it| it.to_string()));
            rated.parts.iter().map(|it| it.bounds.map(told)).collect::<Vec<_>>()
        };
        let some = |text: &str| Some(text.to_owned());
        let both = [some("0..Some(\"5\")"), some("5..Some(\"10\")")];
        assert_eq!(bounds("graduated 5: 7, 10: 6.5, *: 6", "8"), both);
        assert_eq!(bounds("volume 5: 7, 10: 6.5, *: 6", "80"), [some("10..None")]);
        assert_eq!(bounds("stairstep 5: 7, *: 6", "1"), [some("0..Some(\"5\")")]);
        assert_eq!(bounds("graduated *: 6", "80"), [None], "there is one tier");
    }
}
