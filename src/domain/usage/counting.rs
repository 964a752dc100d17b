//! Counting: what events come to where no sum tells it: which was the largest or the last, how many
//! values there were, and what a gauge stood at for how long.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::meter::{Aggregation, Meter};
use super::record::UsageEvent;
use super::tally::Tally;
use crate::domain::error::{Code, Rejection};
use crate::domain::quantity::Quantity;
use crate::domain::time::Instant;

/// To so many digits after the point a quantity is rounded that time weighs.
const DIGITS: u32 = 10;

/// The events of a stretch of time, counted one by one.
#[derive(Debug)]
pub struct Counting<'a> {
    meter: &'a Meter,
    /// From when to when.
    stretch: (Instant, Instant),
    /// At what a gauge stood when it began.
    before: Quantity,
    tally: Tally,
    /// What came, each times the microseconds for which it was there.
    weighted: Decimal,
    values: BTreeSet<String>,
}

impl<'a> Counting<'a> {
    /// No events yet, of a meter that stood at `before` when the stretch began.
    #[must_use]
    pub const fn new(meter: &'a Meter, stretch: (Instant, Instant), before: Quantity) -> Self {
        Self {
            meter,
            stretch,
            before,
            tally: Tally::NOTHING,
            weighted: Decimal::ZERO,
            values: BTreeSet::new(),
        }
    }

    /// Counts an event.
    ///
    /// # Errors
    /// If it is too much to be counted.
    pub fn read(&mut self, event: &UsageEvent) -> Result<(), Rejection> {
        self.tally = self.tally.merge(Tally::of(event.quantity, event.at))?;
        match self.meter.aggregation {
            Aggregation::WeightedSum => {
                let left = Decimal::from(self.stretch.1.micros() - event.at.micros());
                let weighted = event.quantity.decimal().checked_mul(left);
                let sum = weighted.and_then(|it| self.weighted.checked_add(it));
                self.weighted = sum.ok_or_else(too_much)?;
            }
            Aggregation::UniqueCount => {
                let said = self.meter.unique_by.as_ref().and_then(|it| event.dimensions.get(it));
                self.values.extend(said.cloned());
            }
            Aggregation::Count
            | Aggregation::Sum
            | Aggregation::Max
            | Aggregation::Latest
            | Aggregation::Average => {}
        }
        Ok(())
    }

    /// What all of them come to.
    ///
    /// # Errors
    /// If it is too much to be counted.
    pub fn quantity(self) -> Result<Quantity, Rejection> {
        match self.meter.aggregation {
            Aggregation::WeightedSum => {
                let (from, until) = self.stretch;
                let length = Decimal::from((until.micros() - from.micros()).max(1));
                let weighted = self.weighted.checked_div(length).ok_or_else(too_much)?;
                let sum = self.before.decimal().checked_add(weighted).ok_or_else(too_much)?;
                Ok(Quantity::new(sum.round_dp(DIGITS).normalize()))
            }
            Aggregation::UniqueCount => {
                let values = i64::try_from(self.values.len()).map_err(|_| too_much())?;
                Ok(Quantity::whole(values))
            }
            by @ (Aggregation::Count
            | Aggregation::Sum
            | Aggregation::Max
            | Aggregation::Latest
            | Aggregation::Average) => self.tally.quantity(by),
        }
    }
}

fn too_much() -> Rejection {
    Rejection::new(Code::UsageRefused, "what was used is too much to be counted")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::invoice::sample::{date, id, stamp};
    use crate::domain::stamp::{Carried, SellerNumber};
    use crate::domain::time::Zone;
    use crate::domain::usage::meter::CarryOver;

    fn at(day: &str) -> Instant {
        Zone::UTC.start_of(date(day))
    }

    fn meter(aggregation: Aggregation) -> Meter {
        let user: crate::domain::text::Code = "user".parse().expect("a code");
        Meter {
            id: id(1),
            stamp: stamp(),
            code: "disk".parse().expect("a code"),
            name: "Disk".parse().expect("a name"),
            names: BTreeMap::new(),
            unit: "GB".parse().expect("a name"),
            units: BTreeMap::new(),
            resource: None,
            aggregation,
            unique_by: Some(user.clone()),
            carry_over: CarryOver::Carry,
            dimensions: vec![user],
        }
    }

    fn event(at: Instant, quantity: &str, user: &str) -> UsageEvent {
        let said = [("user".parse().expect("a code"), user.to_owned())];
        UsageEvent {
            seller: SellerNumber::PROVIDER,
            source: "test".parse().expect("a code"),
            event_id: "1".parse().expect("an id"),
            subscription: id(1),
            meter: id(1),
            quantity: quantity.parse().expect(quantity),
            at,
            dimensions: said.into_iter().filter(|it| !it.1.is_empty()).collect::<BTreeMap<_, _>>(),
            carried: Carried::default(),
        }
    }

    fn counted(by: Aggregation, days: (&str, &str), before: &str, events: &[UsageEvent]) -> String {
        let meter = meter(by);
        let before = before.parse().expect(before);
        let mut counting = Counting::new(&meter, (at(days.0), at(days.1)), before);
        events.iter().for_each(|it| counting.read(it).expect("few"));
        counting.quantity().expect("few").to_string()
    }

    #[test]
    fn a_gauge_counts_for_as_long_as_it_stood_there() {
        let by = Aggregation::WeightedSum;
        let march = [event(at("2023-03-05"), "2500", "")];
        let found = counted(by, ("2023-03-01", "2023-04-01"), "0", &march);
        assert_eq!(found, "2177.4193548387", "W059: 2500 x 27 / 31");
        let april = [event(at("2023-04-04"), "-2000", ""), event(at("2023-04-06"), "-200", "")];
        let found = counted(by, ("2023-04-01", "2023-05-01"), "2500", &april);
        assert_eq!(found, "533.3333333333", "W059: (2500 x 3 + 500 x 2 + 300 x 25) / 30");
        assert_eq!(counted(by, ("2023-05-01", "2023-06-01"), "300", &[]), "300");
    }

    #[test]
    fn each_value_counts_once_and_a_mean_is_of_all() {
        let day = at("2026-01-02");
        let events = ["ann", "bob", "ann", ""].map(|user| event(day, "3", user));
        let january = ("2026-01-01", "2026-02-01");
        assert_eq!(counted(Aggregation::UniqueCount, january, "0", &events), "2");
        let events = ["1", "2", "6"].map(|it| event(day, it, "ann"));
        assert_eq!(counted(Aggregation::Average, january, "0", &events), "3");
        assert_eq!(counted(Aggregation::Average, january, "0", &[]), "0");
    }

    proptest! {
        /// Whatever comes in whichever order, and in one event or in parts.
        #[test]
        fn a_gauge_does_not_depend_on_how_it_was_told(
            mut all in prop::collection::vec((0..31_i64, -500..500_i64), 0..12), first in 0..500_i64,
        ) {
            let told = |all: &[(i64, i64)]| {
                let events: Vec<_> = all.iter().map(|(day, quantity)| {
                    let at = Zone::UTC.start_of(date("2026-01-01").plus_days(*day));
                    event(at, &quantity.to_string(), "")
                }).collect();
                counted(Aggregation::WeightedSum, ("2026-01-01", "2026-02-01"), &first.to_string(), &events)
            };
            let before = told(&all);
            all.reverse();
            prop_assert_eq!(told(&all), before.clone());
            let parts: Vec<_> = all.iter().flat_map(|(day, it)| [(*day, it / 2), (*day, it - it / 2)]).collect();
            prop_assert_eq!(told(&parts), before);
        }
    }
}
