//! Rating: from a quantity and a price version to an amount and how it came about.
//!
//! Nothing is rounded here: the amount is booked where the invoice line is made. Where some units
//! are owned already, only the additional ones are charged, at the tiers they reach (as APS does).

pub mod dimension;
pub mod flat;
pub mod package;
pub mod percentage;
#[cfg(test)]
pub(crate) mod rows;
pub mod tiered;
pub mod unit;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::policy::ZeroUsage;
use crate::domain::catalog::price::tier::Reach;
use crate::domain::catalog::price::{Figure, PriceModel, PriceVersion};
use crate::domain::error::{Code, Rejection};
use crate::domain::money::{Amount, Currency, MoneyError};
use crate::domain::quantity::Quantity;
use crate::domain::text;
use crate::domain::usage::detail::{Detail, OfValue};

/// By which rule an amount came about, with what the rule needs to be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// The same whatever the quantity.
    Flat,
    /// So much for each unit.
    PerUnit,
    /// Each unit at its tier's price.
    Graduated,
    /// All units at the price of the tier reached.
    Volume,
    /// So much for each started package of a size.
    Package(Quantity),
    /// The fee of the tier reached.
    Stairstep,
    /// Not computed from a price: stated by a person or another system.
    Stated,
    /// A part of each amount, and so much for each event.
    Percentage,
    /// Each part of an amount at its tier's percentage.
    GraduatedPercentage,
    /// Each value of a dimension by a model of its own.
    PerDimension,
    /// What is missing to a minimum.
    Minimum,
}

/// Units at one price: the whole quantity, or what falls into one tier.
///
/// Of a percentage the amount is the units and the share of it the price of one; the events that cost
/// something besides, and those that cost the least or the most, are parts of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Of which value of a dimension; `None` where there is no dimension, and of all values that the
    /// price does not name.
    pub value: Option<text::Code>,
    /// Which tier, counted from 0; 0 where there are no tiers.
    pub tier: u8,
    /// How many units, or packages.
    pub units: Quantity,
    /// What one costs.
    pub unit_price: Figure,
    /// What is charged besides, once.
    pub fee: Figure,
    /// From where to where its tier goes; `None` where there is only one.
    pub bounds: Option<Bounds>,
}

/// From where to where a tier goes, in the units that it is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Which tier a quantity at a bound is in.
    pub reach: Reach,
    /// The units that belong to the tiers before.
    pub floor: Quantity,
    /// Where the next tier begins; `None` of the last.
    pub ceiling: Option<Quantity>,
}

impl Part {
    /// So many units of the only tier.
    #[must_use]
    pub const fn of(units: Quantity, unit_price: Figure) -> Self {
        Self { value: None, tier: 0, units, unit_price, fee: Figure::ZERO, bounds: None }
    }

    /// A fee without units.
    #[must_use]
    pub const fn fee(fee: Figure) -> Self {
        let (units, unit_price) = (Quantity::ZERO, Figure::ZERO);
        Self { value: None, tier: 0, units, unit_price, fee, bounds: None }
    }

    /// What it comes to, before any rounding.
    ///
    /// # Errors
    /// If that is too large.
    pub fn amount(&self) -> Result<Decimal, MoneyError> {
        let units = self.unit_price.decimal().checked_mul(self.units.decimal());
        let amount = units.and_then(|it| it.checked_add(self.fee.decimal()));
        amount.ok_or(MoneyError::TooLarge)
    }
}

/// The sum of parts, before any rounding.
///
/// # Errors
/// If it is too large.
pub fn sum(parts: &[Part], currency: Currency) -> Result<Amount, MoneyError> {
    let add =
        |sum: Decimal, part: &Part| sum.checked_add(part.amount()?).ok_or(MoneyError::TooLarge);
    Ok(Amount::new(parts.iter().try_fold(Decimal::ZERO, add)?, currency))
}

/// How many units are to be charged, and after how many others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The units that were charged before and are still owned.
    pub owned: Quantity,
    /// The units beyond those.
    pub quantity: Quantity,
}

impl Count {
    /// So many units, counted from the first.
    #[must_use]
    pub const fn of(quantity: Quantity) -> Self {
        Self { owned: Quantity::ZERO, quantity }
    }
}

/// The units above `before` and up to `upto`: what a rule is given, free units taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The last unit that is not charged.
    pub before: Quantity,
    /// The last unit that is.
    pub upto: Quantity,
}

impl Range {
    fn new(count: Count, included: Quantity) -> Option<Self> {
        let upto = count.owned.plus(count.quantity)?;
        Some(Self { before: count.owned.above(included), upto: upto.above(included) })
    }

    /// How many units it has.
    #[must_use]
    pub fn units(self) -> Quantity {
        self.upto.above(self.before)
    }

    /// The same in started blocks of `size` units.
    ///
    /// # Errors
    /// If there are too many to be counted.
    pub fn in_blocks(self, size: Quantity) -> Result<Self, MoneyError> {
        let blocks = |units| blocks(units, size).ok_or(MoneyError::TooLarge);
        Ok(Self { before: blocks(self.before)?, upto: blocks(self.upto)? })
    }
}

/// How many blocks of `size` are started by `quantity`.
///
/// The rest is taken off first, so that the division is exact: a quotient that is rounded to 28
/// digits could hide a block that was only just started.
fn blocks(quantity: Quantity, size: Quantity) -> Option<Quantity> {
    let (quantity, size) = (quantity.decimal(), size.decimal());
    let rest = quantity.checked_rem(size)?;
    let whole = quantity.checked_sub(rest)?.checked_div(size)?;
    let started = if rest.is_zero() { Decimal::ZERO } else { Decimal::ONE };
    whole.checked_add(started).map(Quantity::new)
}

/// What a rule makes of a quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rated {
    /// The rule.
    pub rule: Rule,
    /// The tiers entered, or the one part there is.
    pub parts: Vec<Part>,
    /// Their sum.
    pub amount: Amount,
}

/// Rates a quantity at a price version; `detail` is what the model asks for beyond it.
///
/// # Errors
/// If the quantity is negative, billing has no rule for the model, or the amount is too large.
pub fn rate(
    version: &PriceVersion,
    count: Count,
    detail: &Detail,
    currency: Currency,
    zero_usage: ZeroUsage,
) -> Result<Rated, Rejection> {
    let range = range(count, version.included)?;
    let (rule, parts) = match (&version.model, detail) {
        (PriceModel::Percentage(it), Detail::Amounts(amounts)) => {
            (Rule::Percentage, it.parts(amounts))
        }
        (PriceModel::Percentage(it), Detail::Total | Detail::Values(_)) => {
            (Rule::Percentage, it.parts(&it.alone(range.units())?))
        }
        (PriceModel::PerDimension { values, otherwise, .. }, Detail::Values(used)) => {
            (Rule::PerDimension, dimension::parts(values, otherwise, used, zero_usage)?)
        }
        (
            PriceModel::PerDimension { values, otherwise, .. },
            Detail::Total | Detail::Amounts(_),
        ) => {
            let all = [OfValue { value: None, quantity: range.units() }];
            (Rule::PerDimension, dimension::parts(values, otherwise, &all, zero_usage)?)
        }
        (model, _) => by_quantity(model, range, zero_usage)?,
    };
    let amount = sum(&parts, currency)?;
    Ok(Rated { rule, parts, amount })
}

fn range(count: Count, included: Quantity) -> Result<Range, Rejection> {
    let negative = count.owned.is_negative() || count.quantity.is_negative();
    let range = if negative { None } else { Range::new(count, included) };
    range.ok_or_else(|| {
        let why = format!("`{}` units cannot be rated: use 0 or more", count.quantity);
        Rejection::new(Code::UsageRefused, why)
    })
}

/// What a model makes of a quantity, counted from its first unit.
///
/// # Errors
/// As [`rate`].
pub(crate) fn quantity_parts(
    model: &PriceModel,
    quantity: Quantity,
    zero_usage: ZeroUsage,
) -> Result<Vec<Part>, Rejection> {
    let range = range(Count::of(quantity), Quantity::ZERO)?;
    Ok(by_quantity(model, range, zero_usage)?.1)
}

fn by_quantity(
    model: &PriceModel,
    range: Range,
    zero_usage: ZeroUsage,
) -> Result<(Rule, Vec<Part>), Rejection> {
    Ok(match model {
        PriceModel::Flat(amount) => (Rule::Flat, flat::parts(*amount, range)),
        PriceModel::PerUnit(price) => (Rule::PerUnit, unit::parts(*price, range)),
        PriceModel::Graduated(tiers) => {
            (Rule::Graduated, tiered::graduated(tiers, range, zero_usage)?)
        }
        PriceModel::Volume(tiers) => (Rule::Volume, tiered::volume(tiers, range, zero_usage)?),
        PriceModel::Package { size, price } => {
            (Rule::Package(*size), package::parts(*size, *price, range)?)
        }
        PriceModel::Stairstep(tiers) => {
            (Rule::Stairstep, tiered::stairstep(tiers, range, zero_usage)?)
        }
        PriceModel::GraduatedPercentage(tiers) => {
            (Rule::GraduatedPercentage, tiered::graduated(tiers, range, zero_usage)?)
        }
        PriceModel::Minimum { model, .. } | PriceModel::Commitment { model, .. } => {
            return by_quantity(model, range, zero_usage);
        }
        PriceModel::Percentage(_) | PriceModel::PerDimension { .. } => {
            return Err(unruled(model));
        }
    })
}

fn unruled(model: &PriceModel) -> Rejection {
    let why = format!("billing has no rule for the model `{}`", model.name());
    Rejection::new(Code::PriceNotRated, why)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::rows::{price, rated};
    use super::*;

    const MODELS: [&str; 7] = [
        "unit 0.37",
        "graduated 10: 10 + 2, 20: 5 + 3, *: 5 + 3",
        "graduated-from 0: 1, 100: 0.5 + 7, 200: 0.25",
        "graduated/7 10: 3 + 1, *: 2",
        "package 12: 4.5; included 3",
        "stairstep 100: 5, 200: 9, *: 20",
        "graduated-percent 100: 5, *: 2 + 10",
    ];

    fn hundredths(units: i64) -> Quantity {
        Quantity::new(Decimal::new(units, 2))
    }

    fn amount(version: &PriceVersion, owned: i64, quantity: i64) -> Decimal {
        let count = Count { owned: hundredths(owned), quantity: hundredths(quantity) };
        let rated = rate(version, count, &Detail::Total, Currency::EUR, ZeroUsage::Nothing);
        rated.expect("rated").amount.value()
    }

    #[test]
    fn a_negative_or_unruled_charge_is_refused() {
        let minus = Count::of(Quantity::whole(-1));
        let rate =
            |price, count| rate(price, count, &Detail::Total, Currency::EUR, ZeroUsage::Nothing);
        let flat = price("flat 1");
        let refused = rate(&flat, minus);
        assert_eq!(refused.map_err(|it| it.code), Err(Code::UsageRefused));
        let inner = Box::new(price("percent 1").model);
        let model = PriceModel::Commitment {
            amount: Figure::ZERO,
            overage_factor: Quantity::ONE,
            model: inner,
        };
        let version = PriceVersion { model, ..flat };
        let refused = rate(&version, Count::of(Quantity::ONE));
        assert_eq!(refused.map_err(|it| it.code), Err(Code::PriceNotRated));
    }

    #[test]
    fn a_charge_beyond_what_can_be_counted_is_refused() {
        let most = Count::of(Quantity::new(Decimal::MAX));
        for model in ["unit 2", "graduated 1: 1, *: 2", "volume *: 2", "package 0.5: 2"] {
            let refused =
                rate(&price(model), most, &Detail::Total, Currency::EUR, ZeroUsage::Nothing);
            assert!(refused.is_err(), "{model}");
        }
    }

    #[test]
    fn free_units_are_taken_off_first() {
        rows::check(
            "
            free  | unit 2; included 10                     | 0, 9.5, 10, 10.5, 12 => 0, 0, 0, 1, 4
            tiers | graduated 5: 3, *: 1; included 10       | 10, 12, 15, 18       => 0, 6, 15, 18
        ",
        );
    }

    proptest! {
        #[test]
        fn more_units_never_cost_less(units in 0..100_000_i64, more in 0..100_000_i64) {
            for model in MODELS {
                let version = price(model);
                prop_assert!(amount(&version, 0, units) <= amount(&version, 0, units + more), "{}", model);
            }
        }

        #[test]
        fn units_cost_the_same_whether_they_come_at_once_or_in_two_lots(first in 0..100_000_i64, second in 0..100_000_i64) {
            for model in MODELS {
                let version = price(model);
                let lots = amount(&version, 0, first) + amount(&version, first, second);
                prop_assert_eq!(lots, amount(&version, 0, first + second), "{}", model);
            }
        }

        #[test]
        fn the_parts_of_a_charge_hold_all_its_units(units in 1..100_000_i64) {
            for model in ["unit 0.37", "graduated 10: 10 + 2, 20: 5 + 3, *: 5 + 3", "volume 10: 2, *: 1"] {
                let rated = rated(model, hundredths(units));
                let sum: Decimal = rated.parts.iter().map(|it| it.units.decimal()).sum();
                prop_assert_eq!(Quantity::new(sum), hundredths(units));
            }
        }
    }
}
