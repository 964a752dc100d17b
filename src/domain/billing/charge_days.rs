//! Days of charges: when something of a subscription is charged, which period of use runs, and whether
//! anything is left to charge.

use super::cycle::{period_of, with_length};
use super::due::{BillDay, Billable, BillablePrice, Clock};
use super::policy::Policy;
use crate::domain::account::cycle::Cycle;
use crate::domain::catalog::price::{Occasion, PriceKind, Timing};
use crate::domain::time::{Date, Period};

/// The days on which something of a subscription is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChargeDays {
    /// The last of those that were.
    pub last: Option<Date>,
    /// The next; `None` if nothing is left to charge.
    pub next: Option<Date>,
}

/// On which days something of a subscription was charged last, and is charged next.
#[must_use]
pub fn charge_days(of: &Billable<'_>, cycle: Cycle, policy: &Policy) -> ChargeDays {
    let mut days = ChargeDays::default();
    for price in of.prices {
        let clock = Clock { of, price, cycle, policy, day: BillDay::of(of.charged_from) };
        let (last, next) = match price.price.kind {
            PriceKind::OneTime(occasion) => clock.once_days(occasion),
            PriceKind::Recurring { every, timing } => {
                Clock { cycle: with_length(cycle, every), ..clock }.period_days(timing)
            }
            PriceKind::Usage { .. } => clock.period_days(Timing::InArrears),
        };
        days.last = days.last.max(last);
        days.next = days.next.into_iter().chain(next).min();
    }
    days
}

/// Whether nothing is left to charge of a price of a subscription that ends, nor to give back of it for days on
/// hold. Days that cost nothing, because it was on hold on them, are waited for by nobody.
#[must_use]
pub fn is_charged_out(
    of: &Billable<'_>,
    price: &BillablePrice<'_>,
    cycle: Cycle,
    policy: &Policy,
) -> bool {
    let clock = Clock { of, price, cycle, policy, day: BillDay::of(of.charged_from) };
    if clock.ends_on().is_none() {
        return false;
    }
    match price.price.kind {
        // Nothing is left that it would secure.
        PriceKind::OneTime(Occasion::Deposit) => true,
        PriceKind::OneTime(occasion) => clock.once_days(occasion).1.is_none(),
        PriceKind::Recurring { every, timing } => {
            let cycle = with_length(cycle, every);
            let next = Clock { cycle, ..clock }.period_days(timing).1;
            let gives_back = timing == Timing::InAdvance && clock.rests_are_left();
            next.is_none() && !gives_back
        }
        PriceKind::Usage { .. } => clock.period_days(Timing::InArrears).1.is_none(),
    }
}

/// The period of a usage price that runs on a day: the one that is charged next, if that has begun and
/// not ended, apart from what was held before the price was taken again.
#[must_use]
pub fn running(
    of: &Billable<'_>,
    price: &BillablePrice<'_>,
    (cycle, policy): (Cycle, &Policy),
    on: Date,
) -> Option<Period> {
    if !matches!(price.price.kind, PriceKind::Usage { .. }) {
        return None;
    }
    let clock = Clock { of, price, cycle, policy, day: BillDay::of(on) };
    let mut from = price.charged_until.map_or(of.charged_from, |it| it.max(of.charged_from));
    loop {
        from = clock.charged_from(from, false)?;
        let full = period_of(cycle, of.began_on, from)?;
        let left_on = price.held_until(from);
        let until = clock.ends_on().into_iter().chain(left_on).fold(full.end(), Date::min);
        if on < until || left_on != Some(until) {
            return Period::new(from, until).filter(|it| it.start() <= on && on < it.end());
        }
        from = until;
    }
}
