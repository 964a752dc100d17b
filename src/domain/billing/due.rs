//! What is due: which prices of a subscription are to be charged on a day, and for which days.
//!
//! Each price has a mark, the day up to which it is charged. What is due lies between the mark and
//! the billing day, cut into the periods of the cycle, so that it does not matter how often, or how
//! late, somebody asks: no day is charged twice or never.

pub use super::billable::{Billable, BillablePrice, FormerUnits};
pub use super::charge_days::{ChargeDays, charge_days, is_charged_out, running};
use super::cycle::{bills_on, period_of, with_length};
pub use super::held::Hold;
use super::held::held_days;
use super::invoice::line::LineKind;
use super::policy::{MovedAnchor, Policy, RemovedUnits, WhileHeld};
use super::proration::{Measure, ProrationUnit, Share};
pub use super::term_days::TermDays;
pub use super::usage_total::UsageTotal;
use crate::domain::account::cycle::Cycle;
use crate::domain::catalog::price::alteration::Turn;
use crate::domain::catalog::price::{Occasion, PriceKind, Timing};
use crate::domain::error::{Code, Rejection};
use crate::domain::quantity::Quantity;
use crate::domain::subscription::ChargedDays;
use crate::domain::time::{Date, Period};

/// How many charges of one price may come on one invoice; what is left comes on the next.
pub const DUES_MAX: usize = 1000;

/// Which part of a whole period some days of it are, those on hold taken off if they cost nothing. Where
/// a part costs as much as the whole, one day that costs something is enough for that.
///
/// # Errors
/// If they are not a part of it.
pub fn part_of(
    of: &Billable<'_>,
    policy: &Policy,
    (days, whole): (Period, Period),
) -> Result<Share, Rejection> {
    let by = Measure { unit: policy.proration, zone: of.zone };
    let share = by.share(days, whole)?;
    let held: &[Hold] = match policy.while_held {
        WhileHeld::Pause => of.held,
        WhileHeld::Charge => &[],
    };
    let off = held_days(of.gone, (days, by)).saturating_add(held_days(held, (days, by)));
    let is_undivided = policy.proration == ProrationUnit::None && i64::from(off) < by.of(days);
    Ok(if is_undivided { share } else { share.without(off) })
}

/// One charge that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The place of its price among the subscription's.
    pub place: usize,
    /// Which charge of its price it is.
    pub turn: Turn,
    /// What sort of charge.
    pub kind: LineKind,
    /// For how many units, unless a meter counts them.
    pub units: Quantity,
    /// For how many of them those days are charged already; `None`: not at all.
    pub less: Option<Quantity>,
    /// The most units that were charged for earlier days of the same whole period; `None`: it has none.
    pub most: Option<Quantity>,
    /// For which days; `None`: for none in particular.
    pub service: Option<Period>,
    /// The whole period by which those are measured, if it recurs.
    pub whole: Option<Period>,
    /// Which part of that they are.
    pub share: Share,
    /// The day whose price version is used.
    pub priced_on: Date,
    /// The mark of the price when this is charged.
    pub until: Date,
    /// Up to which day it is known what was on hold, and how many units there were.
    pub as_of: Date,
    /// Whether what those days were charged goes back, because they were on hold and cost nothing.
    pub rests: bool,
}

impl Due {
    /// For what the days up to its mark are charged then, if it recurs.
    #[must_use]
    pub fn days(&self) -> Option<ChargedDays> {
        let whole = self.whole?;
        Some(ChargedDays { units: self.units, as_of: self.as_of, from: self.priced_on, whole })
    }
}

/// A day on which something is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BillDay {
    /// The day.
    pub on: Date,
    /// The day up to which what is charged afterwards is charged, as if a period ended there.
    pub cut_on: Option<Date>,
    /// The first day of another cycle, by which what is paid ahead is charged from then on.
    pub turns: Option<(Date, Cycle)>,
}

impl BillDay {
    /// A day on which nothing turns.
    #[must_use]
    pub const fn of(on: Date) -> Self {
        Self { on, cut_on: None, turns: None }
    }
}

/// All that is due of a subscription on a day, price by price, the oldest first.
///
/// # Errors
/// If a day lies beyond what can be written.
pub fn dues(
    of: &Billable<'_>,
    cycle: Cycle,
    policy: &Policy,
    day: BillDay,
) -> Result<Vec<Due>, Rejection> {
    let mut found = Vec::with_capacity(of.prices.len());
    for (place, price) in of.prices.iter().enumerate() {
        let clock = Clock { of, price, cycle, policy, day };
        match price.price.kind {
            PriceKind::OneTime(occasion) => clock.once(place, occasion, &mut found),
            PriceKind::Recurring { every, timing } => {
                let cycle = with_length(cycle, every);
                let turns = day.turns.map(|(on, it)| (on, with_length(it, every)));
                let clock = Clock { cycle, day: BillDay { turns, ..day }, ..clock };
                clock.periods(place, LineKind::Recurring, timing, &mut found)?;
            }
            PriceKind::Usage { .. } => {
                clock.periods(place, LineKind::Usage, Timing::InArrears, &mut found)?;
            }
        }
    }
    Ok(found)
}

/// Another number of units on days that are charged already.
pub(super) struct Recount {
    /// From when on.
    pub(super) on: Date,
    /// How many were charged before.
    pub(super) before: Quantity,
    /// How many then.
    pub(super) units: Quantity,
}

/// One price on a billing day.
#[derive(Clone, Copy)]
pub(super) struct Clock<'a> {
    pub(super) of: &'a Billable<'a>,
    pub(super) price: &'a BillablePrice<'a>,
    pub(super) cycle: Cycle,
    pub(super) policy: &'a Policy,
    pub(super) day: BillDay,
}

impl Clock<'_> {
    fn once(&self, place: usize, occasion: Occasion, found: &mut Vec<Due>) {
        let kind = match occasion {
            Occasion::Plain => LineKind::OneTime,
            Occasion::Setup => LineKind::Setup,
            Occasion::Deposit => LineKind::Deposit,
            Occasion::Renewal => LineKind::Renewal,
        };
        if kind == LineKind::Deposit && self.of.ends_on.is_some_and(|it| it <= self.day.on) {
            // Nothing is left that it would secure.
            return;
        }
        let first = self.uncharged(occasion).next().filter(|_| self.price.charged_until.is_none());
        let due = |day: Date| Due {
            place,
            turn: if Some(day) == first { Turn::First } else { Turn::Later },
            kind,
            units: self.price.units_on(day),
            less: None,
            most: None,
            service: (kind == LineKind::Renewal).then(|| self.renewed(day)).flatten(),
            whole: None,
            share: Share::WHOLE,
            priced_on: day,
            until: day.plus_days(1),
            as_of: day,
            rests: false,
        };
        let days = self.uncharged(occasion).filter(|day| *day <= self.day.on);
        found.extend(days.take(DUES_MAX).map(due));
    }

    /// The term that a renewal on a day is for: up to the next renewal, or the end of the last term.
    fn renewed(&self, day: Date) -> Option<Period> {
        let next = self.of.renewals.iter().find(|it| day < **it);
        Period::new(day, next.copied().or(self.of.term_until)?)
    }

    /// The days of a price that comes once which are not charged yet, in order.
    fn uncharged(&self, occasion: Occasion) -> impl Iterator<Item = Date> {
        let days = match occasion {
            Occasion::Plain | Occasion::Setup | Occasion::Deposit => {
                std::slice::from_ref(&self.of.charged_from)
            }
            Occasion::Renewal => self.of.renewals,
        };
        days.iter().copied().filter(|day| {
            let is_charged = self.price.charged_until.is_some_and(|until| *day < until);
            !is_charged && !self.has_ended(*day) && self.price.held_from(*day) == *day
        })
    }

    /// Whether nothing is charged any more for a day. What ends on the day on which it begins to be
    /// served was delivered all the same.
    fn has_ended(&self, day: Date) -> bool {
        let is_over = |it: Option<Date>| it.is_some_and(|ends_on| ends_on <= day);
        is_over(self.price.ends_on) || is_over(self.of.ends_on) && day != self.of.served_from
    }

    fn periods(
        &self,
        place: usize,
        kind: LineKind,
        timing: Timing,
        found: &mut Vec<Due>,
    ) -> Result<(), Rejection> {
        let is_paid_ahead = kind == LineKind::Recurring && timing == Timing::InAdvance;
        let mut from = self.of.charged_from;
        if let Some(until) = self.price.charged_until {
            if let Some(days) = self.price.charged_days.filter(|_| is_paid_ahead)
                && let Some(paid) = Period::new(days.from, until)
            {
                self.again(place, paid, days, found)?;
            }
            from = from.max(until);
        }
        for _ in 0..DUES_MAX {
            let Some(first) = self.charged_from(from, is_paid_ahead) else { return Ok(()) };
            from = first;
            let cycle = self.cycle_from(from, is_paid_ahead);
            let full = period_of(cycle, self.of.began_on, from).ok_or_else(beyond)?;
            let cut = self.day.cut_on.filter(|it| !is_paid_ahead && from < *it);
            let ends = self.ends_on().into_iter().chain(self.price.held_until(from)).chain(cut);
            let until = ends.fold(full.end(), Date::min);
            let Some(service) = Period::new(from, until) else { return Ok(()) };
            let is_cut = cut == Some(until) && until < full.end();
            if !is_cut && bills_on(cycle, service, timing) > self.day.on {
                return Ok(());
            }
            let full = self.measured_by((full, from), cycle);
            if kind == LineKind::Recurring && timing == Timing::InArrears {
                self.held_units(place, (service, full), found)?;
            } else {
                let (priced_on, units) = (service.start(), self.price.units_on(service.start()));
                found.push(Due {
                    place,
                    turn: self.turn(service, full),
                    kind,
                    units,
                    less: None,
                    most: self.most_before(service.start(), full),
                    service: Some(service),
                    whole: (kind == LineKind::Recurring).then_some(full),
                    share: self.share(kind, timing, service, full)?,
                    priced_on,
                    until,
                    as_of: service.start(),
                    rests: false,
                });
            }
            if is_paid_ahead {
                let (from, whole) = (service.start(), full);
                let units = self.price.units_on(from);
                let days = ChargedDays { units, as_of: from, from, whole };
                self.again(place, service, days, found)?;
            }
            from = until;
        }
        Ok(())
    }

    /// The cycle by which the days from a day on are cut.
    fn cycle_from(&self, from: Date, is_paid_ahead: bool) -> Cycle {
        let turned = self.day.turns.filter(|(on, _)| is_paid_ahead && *on <= from);
        turned.map_or(self.cycle, |(_, cycle)| cycle)
    }

    /// The whole period by which the days from a day on are measured. What lies between the days that
    /// are charged and a new billing day may be a part of the period that was left, as long as that is.
    fn measured_by(&self, (full, from): (Period, Date), cycle: Cycle) -> Period {
        let is_taken = self.price.taken.is_some_and(|it| from <= it.on.max(it.charged_from));
        let is_left = full.start() < from && self.price.charged_until == Some(from) && !is_taken;
        let other = match self.policy.moved_anchor {
            MovedAnchor::FormerPeriod => Period::new(from, cycle.period.after(from, 1)),
            MovedAnchor::CountedBack => Period::new(cycle.period.before(full.end()), full.end()),
            MovedAnchor::OwnPeriod => None,
        };
        let is_whole = |it: &Period| it.start() <= from && full.end() <= it.end();
        other.filter(|it| is_left && is_whole(it)).unwrap_or(full)
    }

    /// The first day that is not charged any more.
    pub(super) fn ends_on(&self) -> Option<Date> {
        let all = match self.price.price.kind {
            PriceKind::OneTime(_) | PriceKind::Recurring { .. } => self.of.ends_on,
            PriceKind::Usage { .. } => self.of.used_until,
        };
        all.into_iter().chain(self.price.ends_on).min()
    }

    /// The days of a period that is over, each stretch for the units that were held in it.
    fn held_units(
        &self,
        place: usize,
        (service, full): (Period, Period),
        found: &mut Vec<Due>,
    ) -> Result<(), Rejection> {
        let mut from = service.start();
        let is_within = |on: &Date| service.start() < *on && *on < service.end();
        for until in self.price.changes().filter(is_within).chain([service.end()]) {
            let Some(stretch) = Period::new(from, until) else { continue };
            found.push(Due {
                place,
                turn: self.turn(stretch, full),
                kind: LineKind::Recurring,
                units: self.price.units_on(from),
                less: None,
                most: self.most_before(from, full),
                service: Some(stretch),
                whole: Some(full),
                share: self.share(LineKind::Recurring, Timing::InArrears, stretch, full)?,
                priced_on: service.start(),
                until,
                as_of: from,
                rests: false,
            });
            from = until;
        }
        Ok(())
    }

    /// What days that are charged already cost less, because they were on hold, or for another number of
    /// units. All of it is looked at up to the billing day, and so once.
    fn again(
        &self,
        place: usize,
        paid: Period,
        days: ChargedDays,
        found: &mut Vec<Due>,
    ) -> Result<(), Rejection> {
        let first = found.len();
        self.rested(place, paid, days, found)?;
        self.added(place, paid, days, found)?;
        let changed = &mut found[first..];
        let as_of = changed.iter().map(|it| it.as_of).max();
        for due in changed {
            due.as_of = as_of.unwrap_or(due.as_of);
        }
        Ok(())
    }

    /// Units that came within days that are charged already: what they cost more, from then on.
    /// Those that went are given back from then on, or run on to the end of the period.
    fn added(
        &self,
        place: usize,
        paid: Period,
        days: ChargedDays,
        found: &mut Vec<Due>,
    ) -> Result<(), Rejection> {
        let ends_on = self.ends_on().map_or(paid.end(), |it| it.min(paid.end()));
        for Recount { on: change, before, units } in self.recounted(days) {
            if ends_on <= change {
                continue;
            }
            for service in self.price.held_on(change, ends_on) {
                let share =
                    self.share(LineKind::Recurring, Timing::InAdvance, service, days.whole)?;
                found.push(Due {
                    place,
                    turn: self.turn_within(days.whole),
                    kind: LineKind::Recurring,
                    units,
                    less: Some(before),
                    most: self.most_before(change, days.whole),
                    service: Some(service),
                    whole: Some(days.whole),
                    share,
                    priced_on: paid.start(),
                    until: paid.end(),
                    as_of: service.start(),
                    rests: false,
                });
            }
        }
        Ok(())
    }

    /// From when on days that are charged already cost as much as for another number of units: those that went
    /// are given back from then on, or run on to the end of the period.
    pub(super) fn recounted(&self, days: ChargedDays) -> Vec<Recount> {
        let (mut before, mut found) = (days.units, Vec::new());
        let is_new = |it: &Date| days.as_of <= *it && *it <= self.day.on;
        for on in self.price.changes().filter(is_new) {
            let units = self.price.units_on(on);
            let differs = match self.policy.removed_units {
                RemovedUnits::Now => before != units,
                RemovedUnits::PeriodEnd => before < units,
            };
            if differs {
                found.push(Recount { on, before, units });
                before = units;
            }
        }
        found
    }

    /// Which charge it is that changes one of a period.
    pub(super) fn turn_within(&self, whole: Period) -> Turn {
        if self.is_first(whole) { Turn::OfFirst } else { Turn::Later }
    }

    /// The most units that were held on the charged days of a whole period before one of them.
    pub(super) fn most_before(&self, day: Date, full: Period) -> Option<Quantity> {
        let first = full.start().max(self.first_day());
        let changes = self.price.changes().filter(|it| first < *it && *it < day);
        let days = (first < day).then_some(first).into_iter().chain(changes);
        days.map(|it| self.price.units_on(it)).max()
    }

    /// The day of a one-time charge, as one that was or one that will be.
    pub(super) fn once_days(&self, occasion: Occasion) -> (Option<Date>, Option<Date>) {
        let last = self.price.charged_until.map(|it| it.plus_days(-1));
        (last, self.uncharged(occasion).next())
    }

    /// The day on which the last period that is charged was, and that on which the next will be.
    pub(super) fn period_days(&self, timing: Timing) -> (Option<Date>, Option<Date>) {
        let first = self.of.charged_from;
        let period = |day| period_of(self.cycle, self.of.began_on, day);
        let last = self.price.charged_until.and_then(|until| {
            let from = period(until.plus_days(-1))?.start().max(first);
            Some(bills_on(self.cycle, Period::new(from, until)?, timing))
        });
        let from = self.price.charged_until.map_or(first, |until| until.max(first));
        let Some(from) = self.charged_from(from, timing == Timing::InAdvance) else {
            return (last, None);
        };
        let next = period(from).and_then(|full| {
            let ends = self.ends_on().into_iter().chain(self.price.held_until(from));
            let until = ends.fold(full.end(), Date::min);
            Some(bills_on(self.cycle, Period::new(from, until)?, timing))
        });
        (last, next)
    }

    /// Whether a period is the first that is charged.
    fn is_first(&self, full: Period) -> bool {
        let first = self.first_day();
        full.start() <= first && first < full.end()
    }

    /// Which charge it is that is for some days of a period.
    fn turn(&self, service: Period, full: Period) -> Turn {
        match (service.start() == self.first_day(), self.is_first(full)) {
            (true, _) => Turn::First,
            (false, true) => Turn::OfFirst,
            (false, false) => Turn::Later,
        }
    }

    /// The first day that is charged, after a hold at the very beginning if that costs nothing, and after
    /// days on which the price was not held.
    fn first_day(&self) -> Date {
        let is_paid_ahead = match self.price.price.kind {
            PriceKind::Recurring { timing, .. } => timing == Timing::InAdvance,
            PriceKind::OneTime(_) | PriceKind::Usage { .. } => false,
        };
        let first = self.of.first_of(self.price);
        self.charged_from(first, is_paid_ahead).unwrap_or(first)
    }

    /// The first day from `from` on that is charged: on which the price was held, and of what is paid
    /// ahead one that costs something. `None` while nothing does.
    pub(super) fn charged_from(&self, from: Date, is_paid_ahead: bool) -> Option<Date> {
        let mut day = self.price.held_from(from);
        if !is_paid_ahead {
            return Some(day);
        }
        loop {
            let released = self.price.held_from(self.released(day)?);
            if released == day {
                return Some(day);
            }
            day = released;
        }
    }

    /// The first day from `from` on that is charged; `None` while it is on hold and that costs nothing.
    fn released(&self, from: Date) -> Option<Date> {
        let held = match self.policy.while_held {
            WhileHeld::Charge => &[],
            WhileHeld::Pause => self.of.held,
        };
        let mut day = from;
        while let Some(it) = self.of.gone.iter().chain(held).find(|it| it.has(day)) {
            day = it.until?;
        }
        Some(day)
    }

    /// Which part of the whole period is charged.
    fn share(
        &self,
        kind: LineKind,
        timing: Timing,
        service: Period,
        full: Period,
    ) -> Result<Share, Rejection> {
        if kind == LineKind::Usage {
            return Ok(Share::WHOLE);
        }
        match timing {
            Timing::InArrears => part_of(self.of, self.policy, (service, full)),
            Timing::InAdvance => {
                let by = Measure { unit: self.policy.proration, zone: self.of.zone };
                by.share(service, full)
            }
        }
    }
}

fn beyond() -> Rejection {
    let why = "a billing period lies beyond the years that can be written";
    Rejection::new(Code::BillingInputIncomplete, why)
}
