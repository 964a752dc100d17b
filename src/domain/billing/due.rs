//! What is due: which prices of a subscription are to be charged on a day, and for which days.
//!
//! Each price has a mark, the day up to which it is charged. What is due lies between the mark and
//! the billing day, cut into the periods of the cycle, so that it does not matter how often, or how
//! late, somebody asks: no day is charged twice or never.

use rust_decimal::Decimal;

use super::charged_terms::ChargedTerms;
use super::cycle::{bills_on, period_of, with_length};
pub use super::held::Hold;
use super::held::held_days;
use super::invoice::line::LineKind;
use super::policy::{MovedAnchor, Policy, PriceVersionAt, RemovedUnits, WhileHeld};
use super::proration::{self, Share};
pub use super::term_days::TermDays;
pub use super::usage_total::UsageTotal;
use crate::domain::account::cycle::Cycle;
use crate::domain::catalog::price::alteration::{Occurrence, Turn};
use crate::domain::catalog::price::{Figure, Occasion, Price, PriceKind, PriceVersion, Timing};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{OfferId, OrderId, SubscriptionId, TaxCategoryId};
use crate::domain::money::MoneyError;
use crate::domain::quantity::Quantity;
use crate::domain::subscription::ChargedDays;
use crate::domain::subscription::change::Taken;
use crate::domain::text::{self, Name};
use crate::domain::time::{Date, Period};

/// How many charges of one price may come on one invoice; what is left comes on the next.
pub const DUES_MAX: usize = 1000;

/// To so many digits after the point an average of units is rounded.
const HELD_DIGITS: u32 = 10;

/// A subscription as billing sees it.
#[derive(Debug, Clone, Copy)]
pub struct Billable<'a> {
    /// Which it is.
    pub id: SubscriptionId,
    /// What it is a subscription to.
    pub offer: OfferId,
    /// The term that was chosen of it.
    pub term: Option<&'a text::Code>,
    /// The order that it comes from, if it was ordered.
    pub order: Option<OrderId>,
    /// What the invoice calls it.
    pub subject: &'a Name,
    /// The day from which anniversaries are counted.
    pub began_on: Date,
    /// The first day on which it is served.
    pub served_from: Date,
    /// The first day that is charged: after a trial, the day on which it ends.
    pub charged_from: Date,
    /// The first day on which it is no longer served; `None`: it runs on.
    pub ends_on: Option<Date>,
    /// The first day on which its use counts no longer: after the day on which it ended, until whose
    /// end it may have been used; `None`: it runs on.
    pub used_until: Option<Date>,
    /// The first day of its current term.
    pub term_from: Date,
    /// The first day after it; `None`: it has no end.
    pub term_until: Option<Date>,
    /// The days on which it was renewed, in order: at least those that are not charged yet.
    pub renewals: &'a [Date],
    /// When it was on hold, in order.
    pub held: &'a [Hold],
    /// When it was not there, from its end until it went on: that costs nothing, whatever the policy.
    pub gone: &'a [Hold],
    /// What it is charged.
    pub prices: &'a [BillablePrice<'a>],
}

impl Billable<'_> {
    /// A charge of one of its prices as the alterations of that look at it.
    #[must_use]
    pub fn occurrence(&self, price: &BillablePrice<'_>, turn: Turn, on: Date) -> Occurrence {
        let obtained_on = price.taken.map_or(self.served_from, |it| it.on);
        Occurrence { turn, obtained_on, charged_from: self.first_of(price), on }
    }

    /// Which charge of a usage price it is that sums a period again.
    #[must_use]
    pub fn turn_of_late(&self, price: &BillablePrice<'_>, period: Period) -> Turn {
        let first = self.first_of(price);
        let is_first = period.start() <= first && first < period.end();
        if is_first { Turn::First } else { Turn::Later }
    }

    /// The first day that is charged at a price.
    fn first_of(&self, price: &BillablePrice<'_>) -> Date {
        price.taken.map_or(self.charged_from, |it| it.charged_from.max(self.charged_from))
    }

    /// The days on which its terms began.
    #[must_use]
    pub const fn term_days(&self) -> TermDays<'_> {
        TermDays { first: self.served_from, renewals: self.renewals, last: self.term_from }
    }
}

/// Which part of a whole period some days of it are, those on hold taken off if they cost nothing.
///
/// # Errors
/// If they are not a part of it, or billing has no rule for the policy's proration.
pub fn part_of(
    of: &Billable<'_>,
    policy: &Policy,
    (days, whole): (Period, Period),
) -> Result<Share, Rejection> {
    let share = proration::share(policy.proration, days, whole)?;
    let share = share.without(held_days(of.gone, (days, policy.proration)));
    Ok(match policy.while_held {
        WhileHeld::Pause => share.without(held_days(of.held, (days, policy.proration))),
        WhileHeld::Charge => share,
    })
}

/// A price of a subscription as billing sees it.
#[derive(Debug, Clone, Copy)]
pub struct BillablePrice<'a> {
    /// The price.
    pub price: &'a Price,
    /// What its line says, in the language of the invoice.
    pub label: &'a Name,
    /// The day at which it was frozen; `None`: it follows the versions.
    pub frozen_on: Option<Date>,
    /// Up to which day it is charged already; `None`: not at all.
    pub charged_until: Option<Date>,
    /// For what its last days were charged; `None` if nobody knows.
    pub charged_days: Option<ChargedDays>,
    /// At what that period was charged; `None` if nobody knows.
    pub charged_terms: Option<&'a ChargedTerms>,
    /// When it was taken, if that was not with the subscription.
    pub taken: Option<Taken>,
    /// What was given back of the price whose place this one took in mid period, up to the first
    /// charge from the day up to which it is charged.
    pub given_back: Option<Figure>,
    /// The offer whose price it is and what the invoice calls it, if the subscription is to another
    /// one now.
    pub sold_as: Option<(OfferId, &'a Name)>,
    /// The first day for which it is not charged any more; `None`: as long as the subscription is.
    pub ends_on: Option<Date>,
    /// How many units it is charged for, unless a meter counts them.
    pub units: Quantity,
    /// How many it was to be charged for before, in order.
    pub former: &'a [FormerUnits],
    /// Of what, as the invoice says it.
    pub unit: Option<&'a Name>,
    /// How it is taxed: its own category or its offer's.
    pub tax_category: Option<TaxCategoryId>,
    /// What its meter counted, for each period that is due or was charged and may have late usage.
    pub usage: &'a [UsageTotal],
}

impl<'a> BillablePrice<'a> {
    /// How many of the units that a meter counted in a period are paid for by another price: what was
    /// bought of the resource whose use it is, beyond what is included. Each day of the period
    /// counts for what was held on it, so that it does not matter when the period is billed.
    ///
    /// # Errors
    /// If it is too much.
    pub fn bought(&self, period: Period) -> Result<Quantity, MoneyError> {
        match (self.price.kind, self.price.resource) {
            (PriceKind::Usage { .. }, Some(_)) => self.held_in(period),
            (PriceKind::Usage { .. }, None)
            | (PriceKind::OneTime(_) | PriceKind::Recurring { .. }, _) => Ok(Quantity::ZERO),
        }
    }

    /// What was given back of the price whose place this one took, if a charge is its first.
    pub(super) fn given_back_before(&self, due: &Due) -> Option<Figure> {
        let is_first =
            due.kind == LineKind::Recurring && due.service.map(Period::start) == self.charged_until;
        self.given_back.filter(|_| is_first)
    }

    /// The figures that hold for a charge of a day, in a term that began on another.
    ///
    /// # Errors
    /// If none is in force then.
    pub fn version_on(
        &self,
        on: Date,
        terms: TermDays<'_>,
        policy: &Policy,
    ) -> Result<&'a PriceVersion, Rejection> {
        let term_from = terms.of(on);
        let on = match policy.price_version {
            PriceVersionAt::Period => on,
            // That of the first day of its term, or that on which the price was taken within it.
            PriceVersionAt::Renewal => {
                self.taken.map_or(term_from, |it| it.on.max(term_from)).min(on)
            }
        };
        self.price.in_force(on, self.frozen_on).ok_or_else(|| {
            let why = format!("the price `{}` has no version in force on `{on}`", self.price.name);
            Rejection::new(Code::PriceMissing, why)
        })
    }

    /// How many units were held in a period, on the average of its days.
    fn held_in(&self, period: Period) -> Result<Quantity, MoneyError> {
        let is_within = |on: &Date| period.start() < *on && *on < period.end();
        let ends: Vec<_> = self.changes().filter(is_within).chain([period.end()]).collect();
        let (mut from, mut sum) = (period.start(), Decimal::ZERO);
        if ends.len() == 1 {
            return Ok(self.units_on(from));
        }
        for until in ends {
            let units = self.units_on(from).decimal();
            let part = units.checked_mul(until.days_since(from).into());
            sum = part.and_then(|it| sum.checked_add(it)).ok_or(MoneyError::TooLarge)?;
            from = until;
        }
        let average = sum.checked_div(period.days().into()).ok_or(MoneyError::TooLarge)?;
        Ok(Quantity::new(average.round_dp(HELD_DIGITS).normalize()))
    }

    /// How many units were held on a day.
    fn units_on(&self, day: Date) -> Quantity {
        let former = self.former.iter().find(|it| day < it.until);
        former.map_or(self.units, |it| it.units)
    }

    /// The days on which the number of units changed, in order.
    fn changes(&self) -> impl Iterator<Item = Date> {
        self.former.iter().map(|it| it.until)
    }
}

/// How many units a price multiplied before they changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormerUnits {
    /// The first day on which it was another number.
    pub until: Date,
    /// How many.
    pub units: Quantity,
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
}

impl Due {
    /// For what the days up to its mark are charged then, if it recurs.
    #[must_use]
    pub fn days(&self) -> Option<ChargedDays> {
        let (service, whole) = (self.service?, self.whole?);
        Some(ChargedDays { units: self.units, as_of: service.start(), from: self.priced_on, whole })
    }
}

/// All that is due of a subscription on a day, price by price, the oldest first. What is charged
/// afterwards is charged up to `cut_on`, if that is a day, as if a period ended there.
///
/// # Errors
/// If a day lies beyond what can be written, or billing has no rule for the policy's proration.
pub fn dues(
    of: &Billable<'_>,
    cycle: Cycle,
    policy: &Policy,
    (on, cut_on): (Date, Option<Date>),
) -> Result<Vec<Due>, Rejection> {
    let mut found = Vec::with_capacity(of.prices.len());
    for (place, price) in of.prices.iter().enumerate() {
        let clock = Clock { of, price, cycle, policy, on, cut_on };
        match price.price.kind {
            PriceKind::OneTime(occasion) => clock.once(place, occasion, &mut found),
            PriceKind::Recurring { every, timing } => {
                let cycle = with_length(cycle, every);
                let clock = Clock { cycle, ..clock };
                clock.periods(place, LineKind::Recurring, timing, &mut found)?;
            }
            PriceKind::Usage { .. } => {
                clock.periods(place, LineKind::Usage, Timing::InArrears, &mut found)?;
            }
        }
    }
    Ok(found)
}

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
        let on = of.charged_from;
        let clock = Clock { of, price, cycle, policy, on, cut_on: None };
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

/// One price on a billing day.
#[derive(Clone, Copy)]
struct Clock<'a> {
    of: &'a Billable<'a>,
    price: &'a BillablePrice<'a>,
    cycle: Cycle,
    policy: &'a Policy,
    on: Date,
    cut_on: Option<Date>,
}

impl Clock<'_> {
    fn once(&self, place: usize, occasion: Occasion, found: &mut Vec<Due>) {
        let kind = match occasion {
            Occasion::Plain => LineKind::OneTime,
            Occasion::Setup => LineKind::Setup,
            Occasion::Deposit => LineKind::Deposit,
            Occasion::Renewal => LineKind::Renewal,
        };
        if kind == LineKind::Deposit && self.of.ends_on.is_some_and(|it| it <= self.on) {
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
        };
        let days = self.uncharged(occasion).filter(|day| *day <= self.on);
        found.extend(days.take(DUES_MAX).map(due));
    }

    /// The term that a renewal on a day is for: up to the next renewal, or the end of the last term.
    fn renewed(&self, day: Date) -> Option<Period> {
        let next = self.of.renewals.iter().find(|it| day < **it);
        Period::new(day, next.copied().or(self.of.term_until)?)
    }

    /// The days of a one-time price that are not charged yet, in order.
    fn uncharged(&self, occasion: Occasion) -> impl Iterator<Item = Date> {
        let days = match occasion {
            Occasion::Plain | Occasion::Setup | Occasion::Deposit => {
                std::slice::from_ref(&self.of.charged_from)
            }
            Occasion::Renewal => self.of.renewals,
        };
        days.iter().copied().filter(|day| {
            let is_charged = self.price.charged_until.is_some_and(|until| *day < until);
            !is_charged && !self.has_ended(*day)
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
                self.added(place, paid, days, found)?;
            }
            from = from.max(until);
        }
        for _ in 0..DUES_MAX {
            if is_paid_ahead {
                let Some(released) = self.released(from) else { return Ok(()) };
                from = released;
            }
            let full = period_of(self.cycle, self.of.began_on, from).ok_or_else(beyond)?;
            let cut = self.cut_on.filter(|it| !is_paid_ahead && from < *it);
            let ends = self.ends_on().into_iter().chain(cut);
            let until = ends.fold(full.end(), Date::min);
            let Some(service) = Period::new(from, until) else { return Ok(()) };
            let is_cut = cut == Some(until) && until < full.end();
            if !is_cut && bills_on(self.cycle, service, timing) > self.on {
                return Ok(());
            }
            let full = self.measured_by(full, from);
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
                });
            }
            if is_paid_ahead {
                let (from, whole) = (service.start(), full);
                let units = self.price.units_on(from);
                let days = ChargedDays { units, as_of: from, from, whole };
                self.added(place, service, days, found)?;
            }
            from = until;
        }
        Ok(())
    }

    /// The whole period by which the days from a day on are measured. What lies between the days that
    /// are charged and a new billing day may be a part of the period that was left, as long as that is.
    fn measured_by(&self, full: Period, from: Date) -> Period {
        let is_taken = self.price.taken.is_some_and(|it| from <= it.on.max(it.charged_from));
        let is_left = full.start() < from && self.price.charged_until == Some(from) && !is_taken;
        let other = match self.policy.moved_anchor {
            MovedAnchor::FormerPeriod => Period::new(from, self.cycle.period.after(from, 1)),
            MovedAnchor::CountedBack => {
                Period::new(self.cycle.period.before(full.end()), full.end())
            }
            MovedAnchor::OwnPeriod => None,
        };
        let is_whole = |it: &Period| it.start() <= from && full.end() <= it.end();
        other.filter(|it| is_left && is_whole(it)).unwrap_or(full)
    }

    /// The first day that is not charged any more.
    fn ends_on(&self) -> Option<Date> {
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
            });
            from = until;
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
        let mut paid_for = days.units;
        let is_new = |it: &Date| days.as_of <= *it && *it <= self.on;
        for change in self.price.changes().filter(is_new) {
            let units = self.price.units_on(change);
            let differs = match self.policy.removed_units {
                RemovedUnits::Now => paid_for != units,
                RemovedUnits::PeriodEnd => paid_for < units,
            };
            let Some(service) = Period::new(change, ends_on).filter(|_| differs) else {
                continue;
            };
            found.push(Due {
                place,
                turn: if self.is_first(days.whole) { Turn::OfFirst } else { Turn::Later },
                kind: LineKind::Recurring,
                units,
                less: Some(paid_for),
                most: self.most_before(change, days.whole),
                service: Some(service),
                whole: Some(days.whole),
                share: self.share(LineKind::Recurring, Timing::InAdvance, service, days.whole)?,
                priced_on: paid.start(),
                until: paid.end(),
            });
            paid_for = units;
        }
        Ok(())
    }

    /// The most units that were held on the charged days of a whole period before one of them.
    fn most_before(&self, day: Date, full: Period) -> Option<Quantity> {
        let first = full.start().max(self.first_day());
        let changes = self.price.changes().filter(|it| first < *it && *it < day);
        let days = (first < day).then_some(first).into_iter().chain(changes);
        days.map(|it| self.price.units_on(it)).max()
    }

    /// The day of a one-time charge, as one that was or one that will be.
    fn once_days(&self, occasion: Occasion) -> (Option<Date>, Option<Date>) {
        let last = self.price.charged_until.map(|it| it.plus_days(-1));
        (last, self.uncharged(occasion).next())
    }

    /// The day on which the last period that is charged was, and that on which the next will be.
    fn period_days(&self, timing: Timing) -> (Option<Date>, Option<Date>) {
        let first = self.of.charged_from;
        let period = |day| period_of(self.cycle, self.of.began_on, day);
        let last = self.price.charged_until.and_then(|until| {
            let from = period(until.plus_days(-1))?.start().max(first);
            Some(bills_on(self.cycle, Period::new(from, until)?, timing))
        });
        let from = self.price.charged_until.map_or(first, |until| until.max(first));
        let from = match timing {
            // Days that cost nothing, because it was held on them, are charged by nobody.
            Timing::InAdvance => match self.released(from) {
                Some(released) => released,
                None => return (last, None),
            },
            Timing::InArrears => from,
        };
        let next = period(from).and_then(|full| {
            let until = self.ends_on().map_or(full.end(), |it| it.min(full.end()));
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

    /// The first day that is charged, after a hold at the very beginning if that costs nothing.
    fn first_day(&self) -> Date {
        let is_paid_ahead = match self.price.price.kind {
            PriceKind::Recurring { timing, .. } => timing == Timing::InAdvance,
            PriceKind::OneTime(_) | PriceKind::Usage { .. } => false,
        };
        let first = self.of.first_of(self.price);
        if is_paid_ahead { self.released(first).unwrap_or(first) } else { first }
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
            Timing::InAdvance => proration::share(self.policy.proration, service, full),
        }
    }
}

fn beyond() -> Rejection {
    let why = "a billing period lies beyond the years that can be written";
    Rejection::new(Code::BillingInputIncomplete, why)
}
