//! Percentage: a part of each amount that passes through, and so much for each event.
//!
//! The first events are free, up to a number or a sum, whichever is reached first; of the event that
//! exceeds the sum, the part within it is free. An event that is charged costs no less than the
//! least and no more than the most.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Part;
use crate::domain::catalog::price::Figure;
use crate::domain::catalog::price::model::Percentage;
use crate::domain::money::MoneyError;
use crate::domain::quantity::Quantity;
use crate::domain::time::Instant;

/// Which amounts of a period are charged in which way. Those that are free are in none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    /// What is charged at the percentage.
    pub amount: Quantity,
    /// Of how many events that is the sum.
    pub events: u64,
    /// How many events cost the least that one may.
    pub at_min: u64,
    /// How many cost the most.
    pub at_max: u64,
}

impl Amounts {
    /// None.
    pub const NONE: Self = Self { amount: Quantity::ZERO, events: 0, at_min: 0, at_max: 0 };
}

impl Percentage {
    /// Whether it charges one event otherwise than another of the same amount.
    #[must_use]
    pub fn tells_events_apart(&self) -> bool {
        let has_free = self.free_events > 0 || !self.free_amount.is_zero();
        has_free || self.event_min.is_some() || self.event_max.is_some()
    }

    /// What a single event of an amount comes to; nothing of no amount.
    ///
    /// # Errors
    /// If it is too large.
    pub fn alone(&self, amount: Quantity) -> Result<Amounts, MoneyError> {
        let mut sorting = self.sorting();
        if !amount.is_zero() {
            sorting.take(amount)?;
        }
        Ok(sorting.found)
    }

    /// What amounts come to.
    #[must_use]
    pub fn parts(&self, it: &Amounts) -> Vec<Part> {
        let of = |tier, count: u64, price: Figure| {
            let units = Quantity::new(Decimal::from(count));
            Part { tier, ..Part::of(units, price) }
        };
        let mut parts = vec![Part::of(it.amount, Figure::new(self.share()))];
        if !self.per_event.is_zero() && it.events > 0 {
            parts.push(of(1, it.events, self.per_event));
        }
        let bounds = [(2, it.at_min, self.event_min), (3, it.at_max, self.event_max)];
        let bounds = bounds.into_iter().filter(|it| it.1 > 0);
        parts.extend(bounds.filter_map(|(tier, count, price)| Some(of(tier, count, price?))));
        parts
    }

    /// The percentage as a price of a unit: 0.013 of 1.3 %.
    fn share(&self) -> Decimal {
        self.percent.decimal() * Decimal::new(1, 2)
    }

    /// What an event comes to of which so much is charged.
    fn fee(&self, charged: Quantity) -> Result<Decimal, MoneyError> {
        let part = self.share().checked_mul(charged.decimal());
        let fee = part.and_then(|it| it.checked_add(self.per_event.decimal()));
        fee.ok_or(MoneyError::TooLarge)
    }
}

/// Sorts the amounts of events, which are read by rising time.
#[derive(Debug)]
pub struct Sorting<'a> {
    of: &'a Percentage,
    found: Amounts,
    /// How many events there were, and their sum.
    seen: (u64, Quantity),
    /// What happened at the last instant: who of them is free follows from their amounts.
    at: Option<Instant>,
    waiting: Vec<Quantity>,
}

impl<'a> Sorting<'a> {
    pub(crate) const fn new(of: &'a Percentage) -> Self {
        let (found, seen) = (Amounts::NONE, (0, Quantity::ZERO));
        Self { of, found, seen, at: None, waiting: Vec::new() }
    }

    /// Reads the next event.
    ///
    /// # Errors
    /// If a sum is too large.
    pub fn read(&mut self, at: Instant, amount: Quantity) -> Result<(), MoneyError> {
        if self.at != Some(at) {
            self.take_waiting()?;
            self.at = Some(at);
        }
        self.waiting.push(amount);
        Ok(())
    }

    /// Which amounts are charged in which way.
    ///
    /// # Errors
    /// If a sum is too large.
    pub fn amounts(mut self) -> Result<Amounts, MoneyError> {
        self.take_waiting()?;
        Ok(self.found)
    }

    fn take_waiting(&mut self) -> Result<(), MoneyError> {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_unstable();
        waiting.into_iter().try_for_each(|it| self.take(it))
    }

    fn take(&mut self, amount: Quantity) -> Result<(), MoneyError> {
        let free = self.free_of(amount);
        let sum = self.seen.1.plus(amount).ok_or(MoneyError::TooLarge)?;
        self.seen = (self.seen.0 + 1, sum);
        let charged = match free {
            Some(free) if free == amount => return Ok(()),
            Some(free) => amount.above(free),
            None => amount,
        };
        let fee = self.of.fee(charged)?;
        if self.of.event_min.is_some_and(|it| fee < it.decimal()) {
            self.found.at_min += 1;
        } else if self.of.event_max.is_some_and(|it| it.decimal() < fee) {
            self.found.at_max += 1;
        } else {
            self.found.amount = self.found.amount.plus(charged).ok_or(MoneyError::TooLarge)?;
            self.found.events += 1;
        }
        Ok(())
    }

    /// How much of the next event is free; `None` if nothing is free any more.
    fn free_of(&self, amount: Quantity) -> Option<Quantity> {
        let Percentage { free_events, free_amount, .. } = *self.of;
        let (events, sum) = self.seen;
        let most = Quantity::new(free_amount.decimal());
        let has_any = free_events > 0 || !most.is_zero();
        let is_many = free_events > 0 && events >= u64::from(free_events);
        let is_much = !most.is_zero() && sum >= most;
        if !has_any || is_many || is_much {
            return None;
        }
        Some(if most.is_zero() { amount } else { amount.min(most.above(sum)) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::domain::billing::rating::rows;

    #[test]
    fn a_percentage_is_of_each_amount_with_what_comes_beside() {
        rows::check_events(
            "
            W013 | percent 1.3 + 2                       | 100 200 300 200        => 18.4
            W013 | percent 0 + 2                         | 100 200 300 200        => 8
            W015 | percent 1.2 + 0.1; free 3 or 500      | 100 100 100 50         => 0.7
            W017 | percent 1 + 1; min 1.75; max 12       | 100                    => 2
            W017 | percent 1 + 1; min 1.75; max 12       | 100 1000               => 13
            W017 | percent 1 + 1; min 1.75; max 12       | 100 1000 10000         => 25
            min  | percent 1 + 1; min 1.75; max 12       | 10 75 76               => 5.26
            none | percent 1.3 + 2                       |                        => 0
            part | percent 2; free 0 or 500              | 400 300 100            => 6
            many | percent 1.2 + 0.1; free 3 or 500      | 100 450                => 0.7
            last | percent 10; free 2 or 0               | 5 6 7                  => 0.7
            all  | percent 10 + 1; free 2 or 0           | 5 6                    => 0
        ",
        );
    }

    #[test]
    fn each_part_of_a_graduated_percentage_is_at_its_own_rate() {
        rows::check(
            "
            W019 | graduated-percent 100: 5, *: 2 + 10   | 50, 150     => 2.5, 16
            edge | graduated-percent 100: 5, *: 2 + 10   | 0, 100      => 0, 5
        ",
        );
    }

    proptest! {
        /// Where nothing hangs on the single event, it does not matter into how many it is split.
        #[test]
        fn a_sum_costs_the_same_in_one_event_as_in_many(
            amounts in prop::collection::vec(0..1_000_000_i64, 1..8),
        ) {
            let whole: i64 = amounts.iter().sum();
            let price = "percent 1.37";
            let parts: Vec<_> = amounts.iter().map(ToString::to_string).collect();
            let (split, whole) = (parts.join(" "), whole.to_string());
            prop_assert_eq!(rows::events(price, &split), rows::events(price, &whole));
        }

        /// An event never costs less than the least nor more than the most.
        #[test]
        fn an_event_keeps_within_its_bounds(amount in 1..10_000_000_i64) {
            let fee = rows::events("percent 1 + 1; min 1.75; max 12", &amount.to_string());
            prop_assert!(fee >= rust_decimal::Decimal::new(175, 2) && fee <= 12.into(), "{}", fee);
        }
    }
}
