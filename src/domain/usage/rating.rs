//! Rating of single events: what a piece of use costs by itself, and how it counts against what is
//! included.
//!
//! A bill rates what all events of a period come to. Where each unit costs the same whatever comes after
//! it, the pieces of single events add up to just that: an event costs what it adds to those before it.

use crate::domain::billing::policy::ZeroUsage;
use crate::domain::billing::rating::{Count, rate};
use crate::domain::catalog::price::{PriceModel, PriceVersion};
use crate::domain::error::Rejection;
use crate::domain::money::{Amount, Currency};
use crate::domain::quantity::Quantity;
use crate::domain::usage::detail::Detail;
use crate::domain::word::words;

words! {
    /// Whether the base price includes what was used.
    RatingKind {
        /// It is charged by use alone.
        Usage = "usage";
        /// The base price includes it.
        IncludedUsage = "included_usage";
        /// It is beyond what the base price includes.
        NonIncludedUsage = "non_included_usage";
    }
}

/// A piece of an event that is rated in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// How it counts against what is included.
    pub kind: RatingKind,
    /// How much of the event it is.
    pub quantity: Quantity,
    /// What it costs, before any rounding.
    pub amount: Amount,
    /// Of what is included: what it would cost if it were not.
    pub bucket: Option<Amount>,
}

/// Whether single events cost what they add to those before them.
const fn adds_up(model: &PriceModel) -> bool {
    match model {
        PriceModel::PerUnit(_) | PriceModel::Graduated(_) | PriceModel::Package { .. } => true,
        PriceModel::Flat(_)
        | PriceModel::Volume(_)
        | PriceModel::Stairstep(_)
        | PriceModel::Percentage(_)
        | PriceModel::GraduatedPercentage(_)
        | PriceModel::Minimum { .. }
        | PriceModel::Commitment { .. }
        | PriceModel::PerDimension { .. } => false,
    }
}

/// The pieces of an event that comes after so many units of its period; nothing where what an event costs
/// depends on those after it.
///
/// # Errors
/// If a quantity is negative, or an amount too large.
pub fn pieces(
    version: &PriceVersion,
    (before, quantity): (Quantity, Quantity),
    currency: Currency,
) -> Result<Vec<Piece>, Rejection> {
    if !adds_up(&version.model) {
        return Ok(Vec::new());
    }
    let costs = |version: &PriceVersion, owned: Quantity, quantity: Quantity| {
        let count = Count { owned, quantity };
        rate(version, count, &Detail::Total, currency, ZeroUsage::Nothing).map(|it| it.amount)
    };
    if version.included.is_zero() {
        let amount = costs(version, before, quantity)?;
        return Ok(vec![Piece { kind: RatingKind::Usage, quantity, amount, bucket: None }]);
    }
    let left = version.included.above(before);
    let inside = quantity.min(left);
    let (owned, beyond) = (before.plus(inside).unwrap_or(before), quantity.above(inside));
    let mut found = Vec::new();
    if !left.is_zero() {
        let all_charged = PriceVersion { included: Quantity::ZERO, ..version.clone() };
        found.push(Piece {
            kind: RatingKind::IncludedUsage,
            quantity: inside,
            amount: costs(version, before, inside)?,
            bucket: Some(costs(&all_charged, before, inside)?),
        });
    }
    if left.is_zero() || !beyond.is_zero() {
        found.push(Piece {
            kind: RatingKind::NonIncludedUsage,
            quantity: beyond,
            amount: costs(version, owned, beyond)?,
            bucket: None,
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;
    use crate::domain::billing::rating::rows::price;

    fn told(version: &str, before: &str, quantity: &str) -> String {
        let number = |it: &str| it.parse::<Quantity>().expect(it);
        let of = (number(before), number(quantity));
        let found = pieces(&price(version), of, Currency::EUR).expect("rated");
        let told = |it: &Piece| {
            let bucket = it.bucket.map(|it| format!(" of {}", it.value().normalize()));
            let amount = it.amount.value().normalize();
            format!("{} {} = {amount}{}", it.quantity, it.kind, bucket.unwrap_or_default())
        };
        found.iter().map(told).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn an_event_is_rated_after_those_before_it_in_and_beyond_what_is_included() {
        for (version, before, quantity, expected) in [
            ("unit 0.5", "0", "12", "12 usage = 6"),
            ("unit 0.5", "100", "12", "12 usage = 6"),
            ("unit 2; included 10", "0", "4", "4 included_usage = 0 of 8"),
            (
                "unit 2; included 10",
                "8",
                "5",
                "2 included_usage = 0 of 4, 3 non_included_usage = 6",
            ),
            ("unit 2; included 10", "10", "5", "5 non_included_usage = 10"),
            ("unit 2; included 10", "0", "10", "10 included_usage = 0 of 20"),
            ("graduated 5: 3, *: 1", "4", "3", "3 usage = 5"),
            ("package 10: 100", "8", "1", "1 usage = 0"),
            ("package 10: 100", "10", "1", "1 usage = 100"),
            ("volume 5: 3, *: 1", "0", "3", ""),
        ] {
            assert_eq!(told(version, before, quantity), expected, "{version} {before} {quantity}");
        }
    }

    proptest! {
        /// Whatever comes in whichever pieces costs what all of it costs together.
        #[test]
        fn the_pieces_of_events_add_up_to_the_bill(
            which in 0..4_usize, events in prop::collection::vec(0..3_000_i64, 1..12),
        ) {
            let version = price([
                "unit 0.37; included 12", "graduated 10: 10 + 2, 20: 5 + 3, *: 5 + 3",
                "package 12: 4.5; included 3", "unit 0.37",
            ][which]);
            let hundredths = |it: i64| Quantity::new(Decimal::new(it, 2));
            let (mut before, mut sum) = (0, Decimal::ZERO);
            for it in &events {
                let found = pieces(&version, (hundredths(before), hundredths(*it)), Currency::EUR);
                sum += found.expect("rated").iter().map(|it| it.amount.value()).sum::<Decimal>();
                before += it;
            }
            let all = Count::of(hundredths(before));
            let whole = rate(&version, all, &Detail::Total, Currency::EUR, ZeroUsage::Nothing);
            prop_assert_eq!(sum, whole.expect("rated").amount.value());
        }
    }
}
