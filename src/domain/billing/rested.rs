//! Rests: days on hold that were charged before anybody knew of them, and cost nothing. What they were charged
//! goes back with the next bill, so that a price costs the same in advance and in arrears.
//!
//! Only the period that was charged last is looked at, up to the billing day. Where a bill is written so much ahead
//! that a later period is charged before one is over, the days that are left of the earlier one stay charged as
//! they were: neither a hold in them nor units that come or go in them are looked at.

use super::due::{Clock, Due, Recount};
use super::invoice::line::LineKind;
use super::policy::WhileHeld;
use super::proration::{Measure, ProrationUnit};
use crate::domain::error::Rejection;
use crate::domain::quantity::Quantity;
use crate::domain::subscription::ChargedDays;
use crate::domain::time::{Date, Period};

impl Clock<'_> {
    /// Gives back what days on hold cost among those that are charged already, as far as they are over.
    pub(super) fn rested(
        &self,
        place: usize,
        paid: Period,
        days: ChargedDays,
        found: &mut Vec<Due>,
    ) -> Result<(), Rejection> {
        let recounted = self.recounted(days);
        let by = Measure { unit: self.policy.proration, zone: self.of.zone };
        for rest in self.rests(paid, days.as_of, self.day.on) {
            for (service, units) in of_units(rest, &recounted, days.units) {
                let earlier = self.most_before(service.start(), days.whole);
                found.push(Due {
                    place,
                    turn: self.turn_within(days.whole),
                    kind: LineKind::Recurring,
                    units,
                    less: None,
                    // Fees of tiers are for no days: they stay.
                    most: Some(earlier.map_or(units, |it| it.max(units))),
                    service: Some(service),
                    whole: Some(days.whole),
                    share: by.share(service, days.whole)?,
                    priced_on: paid.start(),
                    until: paid.end(),
                    as_of: rest.end(),
                    rests: true,
                });
            }
        }
        Ok(())
    }

    /// Whether days on hold that are charged already have not been given back yet.
    pub(super) fn rests_are_left(&self) -> bool {
        let Some((days, until)) = self.price.charged_days.zip(self.price.charged_until) else {
            return false;
        };
        let paid = Period::new(days.from, until);
        paid.is_some_and(|paid| !self.rests(paid, days.as_of, paid.end()).is_empty())
    }

    /// The stretches of paid days from one on, up to another, that were on hold and cost nothing. Where a part
    /// costs as much as the whole, it is all of them or none.
    fn rests(&self, paid: Period, from: Date, until: Date) -> Vec<Period> {
        let until = self.ends_on().into_iter().chain([paid.end(), until]).fold(until, Date::min);
        let (Some(seen), WhileHeld::Pause) =
            (Period::new(from.max(paid.start()), until), self.policy.while_held)
        else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for hold in self.of.held {
            let on_hold = Period::new(hold.from, hold.until.unwrap_or(until).min(until));
            if let Some(it) = on_hold.and_then(|it| it.overlap(seen)) {
                found.extend(self.price.held_on(it.start(), it.end()));
            }
        }
        let all: i64 = found.iter().map(|it| it.days()).sum();
        let is_divided = self.policy.proration != ProrationUnit::None;
        if is_divided || all == paid.days() { found } else { Vec::new() }
    }
}

/// A rest cut where it is for another number of units.
fn of_units(
    rest: Period,
    recounted: &[Recount],
    first: Quantity,
) -> impl Iterator<Item = (Period, Quantity)> {
    let within =
        recounted.iter().map(|it| it.on).filter(move |on| rest.start() < *on && *on < rest.end());
    let mut from = rest.start();
    within.chain([rest.end()]).filter_map(move |until| {
        let before = recounted.iter().rev().find(|it| it.on <= from);
        let units = before.map_or(first, |it| it.units);
        let stretch = Period::new(from, until);
        from = until;
        stretch.map(|it| (it, units))
    })
}
