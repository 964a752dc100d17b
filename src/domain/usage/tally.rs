//! Tallies: what is kept of many events, so that they need not be read again to be billed.
//!
//! A tally of the events of one quarter of an hour is merged with those of others into that of a
//! period. In whatever order this happens, the result is the same.

use serde::{Deserialize, Serialize};

use rust_decimal::Decimal;

use super::meter::Aggregation;
use crate::domain::error::{Code, Rejection};
use crate::domain::quantity::Quantity;
use crate::domain::time::Instant;

/// To so many digits after the point a mean is rounded.
const AVERAGE_DIGITS: u32 = 10;

/// What is kept of many events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    records: u64,
    sum: Quantity,
    max: Option<Quantity>,
    latest: Option<(Instant, Quantity)>,
}

impl Tally {
    /// Of no events.
    pub const NOTHING: Self = Self { records: 0, sum: Quantity::ZERO, max: None, latest: None };

    /// Of one event.
    #[must_use]
    pub const fn of(quantity: Quantity, at: Instant) -> Self {
        Self { records: 1, sum: quantity, max: Some(quantity), latest: Some((at, quantity)) }
    }

    /// How many events it is of.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// Of the events of both. Of two that are latest at one instant the larger counts.
    ///
    /// # Errors
    /// If the sum is too large to be counted.
    pub fn merge(self, other: Self) -> Result<Self, Rejection> {
        let sum = self.sum.plus(other.sum).ok_or_else(|| {
            let why =
                format!("`{}` and `{}` units are too many to be counted", self.sum, other.sum);
            Rejection::new(Code::UsageRefused, why)
        })?;
        let records = self.records.saturating_add(other.records);
        let (max, latest) = (self.max.max(other.max), self.latest.max(other.latest));
        Ok(Self { records, sum, max, latest })
    }

    /// The quantity that the events come to; nothing if there are none.
    ///
    /// # Errors
    /// If there is no rule for the aggregation.
    pub fn quantity(&self, aggregation: Aggregation) -> Result<Quantity, Rejection> {
        match aggregation {
            Aggregation::Count => {
                let records = i64::try_from(self.records).expect("fewer than 2^63 events");
                Ok(Quantity::whole(records))
            }
            Aggregation::Sum => Ok(self.sum),
            Aggregation::Max => Ok(self.max.unwrap_or(Quantity::ZERO)),
            Aggregation::Latest => Ok(self.latest.map_or(Quantity::ZERO, |it| it.1)),
            Aggregation::Average => {
                let records = Decimal::from(self.records.max(1));
                let mean = self.sum.decimal().checked_div(records).unwrap_or_default();
                Ok(Quantity::new(mean.round_dp(AVERAGE_DIGITS).normalize()))
            }
            Aggregation::UniqueCount | Aggregation::WeightedSum => {
                let why = format!("there is no rule for `{aggregation}`");
                Err(Rejection::new(Code::MeterNotRated, why))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Instant {
        Instant::from_micros(second * 1_000_000).expect("an instant")
    }

    fn tally(events: &[(i64, i64)]) -> Tally {
        let one = |it: &(i64, i64)| Tally::of(Quantity::new(Decimal::new(it.1, 2)), at(it.0));
        let merge = |sum: Tally, it| sum.merge(one(it));
        events.iter().try_fold(Tally::NOTHING, merge).expect("a tally")
    }

    #[test]
    fn events_become_the_quantity_that_the_meter_asks_for() {
        let events = tally(&[(10, 250), (30, 100), (20, 400)]);
        let quantity = |tally: Tally, by| tally.quantity(by).map(|it| it.to_string());
        assert_eq!(quantity(events, Aggregation::Count).as_deref(), Ok("3"));
        assert_eq!(quantity(events, Aggregation::Sum).as_deref(), Ok("7.5"));
        assert_eq!(quantity(events, Aggregation::Max).as_deref(), Ok("4"));
        assert_eq!(quantity(events, Aggregation::Latest).as_deref(), Ok("1"));
        for by in [Aggregation::Count, Aggregation::Sum, Aggregation::Max, Aggregation::Latest] {
            assert_eq!(Tally::NOTHING.quantity(by), Ok(Quantity::ZERO), "{by}");
        }
        assert_eq!(quantity(events, Aggregation::Average).as_deref(), Ok("2.5"));
        for by in [Aggregation::UniqueCount, Aggregation::WeightedSum] {
            assert_eq!(events.quantity(by).map_err(|it| it.code), Err(Code::MeterNotRated));
        }
    }

    #[test]
    fn too_many_units_are_refused_and_not_bent() {
        let most = Tally::of(Quantity::new(Decimal::MAX), at(1));
        assert_eq!(most.merge(most).map_err(|it| it.code), Err(Code::UsageRefused));
    }

    proptest! {
        #[test]
        fn the_order_in_which_events_arrive_does_not_matter(
            mut events in prop::collection::vec((0..20_i64, 0..100_000_i64), 0..20), cut in 0..20_usize,
        ) {
            let in_order = tally(&events);
            let (one, other) = events.split_at(cut.min(events.len()));
            prop_assert_eq!(tally(one).merge(tally(other)), Ok(in_order));
            prop_assert_eq!(tally(other).merge(tally(one)), Ok(in_order));
            events.reverse();
            prop_assert_eq!(tally(&events), in_order);
        }
    }
}
