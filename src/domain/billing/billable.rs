//! A subscription and its prices as billing sees them: what was held on which days, and at which figures.

use rust_decimal::Decimal;

use super::charged_terms::ChargedTerms;
use super::due::Due;
use super::held::Hold;
use super::invoice::line::LineKind;
use super::policy::Policy;
use super::proration::Measure;
use super::term_days::TermDays;
use super::usage_total::UsageTotal;
use crate::domain::catalog::price::alteration::{Occurrence, Turn};
use crate::domain::catalog::price::{Figure, Price, PriceKind, PriceVersion};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{OfferId, OrderId, SubscriptionId, TaxCategoryId};
use crate::domain::money::MoneyError;
use crate::domain::quantity::Quantity;
use crate::domain::subscription::ChargedDays;
use crate::domain::subscription::change::Taken;
use crate::domain::subscription::taking::Away;
use crate::domain::text::{self, Name};
use crate::domain::time::{Date, Period, Zone};

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
    /// Where its days begin.
    pub zone: Zone,
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
    pub(super) fn first_of(&self, price: &BillablePrice<'_>) -> Date {
        price.taken.map_or(self.charged_from, |it| it.charged_from.max(self.charged_from))
    }

    /// The days on which its terms began.
    #[must_use]
    pub const fn term_days(&self) -> TermDays<'_> {
        TermDays {
            first: self.served_from,
            renewals: self.renewals,
            last: self.term_from,
            until: self.term_until,
        }
    }
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
    /// On which days it was not held before it was taken again, in order.
    pub away: &'a [Away],
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
    /// counts for what was held on it, as parts of periods are measured, so that it does not matter when the
    /// period is billed.
    ///
    /// # Errors
    /// If it is too much.
    pub fn bought(&self, period: Period, by: Measure) -> Result<Quantity, MoneyError> {
        match (self.price.kind, self.price.resource) {
            (PriceKind::Usage { .. }, Some(_)) => self.held_in(period, by),
            (PriceKind::Usage { .. }, None)
            | (PriceKind::OneTime(_) | PriceKind::Recurring { .. }, _) => Ok(Quantity::ZERO),
        }
    }

    /// What was given back of the price whose place this one took, if a charge is its first.
    pub(super) fn given_back_before(&self, due: &Due) -> Option<Figure> {
        let taken_on = self.away.last().map(|it| it.until).max(self.charged_until);
        let is_first = due.kind == LineKind::Recurring
            && !due.rests
            && due.service.map(Period::start) == taken_on;
        self.given_back.filter(|_| is_first)
    }

    /// The first day from a day on at which it was held.
    pub(super) fn held_from(&self, day: Date) -> Date {
        self.away.iter().fold(day, |day, it| if it.has(day) { it.until } else { day })
    }

    /// The first day after one at which it was held on which it was not.
    pub(super) fn held_until(&self, day: Date) -> Option<Date> {
        self.away.iter().map(|it| it.from).filter(|it| day < *it).min()
    }

    /// The stretches of some days at which it was held.
    pub(super) fn held_on(&self, mut from: Date, until: Date) -> impl Iterator<Item = Period> {
        std::iter::from_fn(move || {
            let start = self.held_from(from);
            from = self.held_until(start).map_or(until, |it| it.min(until));
            Period::new(start, from)
        })
    }

    /// The day whose version held for good on a day; `None`: the current one.
    fn frozen_on(&self, day: Date) -> Option<Date> {
        let left = self.away.iter().find(|it| day < it.from);
        left.map_or(self.frozen_on, |it| it.frozen_on)
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
        let (taken_on, frozen_on) = (self.taken.map(|it| it.on), self.frozen_on(on));
        let on = terms.priced_on(policy.price_version, on, taken_on);
        self.price.billed_at(on, frozen_on).ok_or_else(|| {
            let why = format!("the price `{}` has no version in force on `{on}`", self.price.name);
            Rejection::new(Code::PriceMissing, why)
        })
    }

    /// How many units were held in a period, on the average of its days or seconds.
    fn held_in(&self, period: Period, by: Measure) -> Result<Quantity, MoneyError> {
        let is_within = |on: &Date| period.start() < *on && *on < period.end();
        let ends: Vec<_> = self.changes().filter(is_within).chain([period.end()]).collect();
        let (mut from, mut sum) = (period.start(), Decimal::ZERO);
        if ends.len() == 1 {
            return Ok(self.units_on(from));
        }
        for until in ends {
            let units = self.units_on(from).decimal();
            let counts = Period::new(from, until).map_or(0, |it| by.of(it));
            let part = units.checked_mul(counts.into());
            sum = part.and_then(|it| sum.checked_add(it)).ok_or(MoneyError::TooLarge)?;
            from = until;
        }
        let average = sum.checked_div(by.of(period).into()).ok_or(MoneyError::TooLarge)?;
        Ok(Quantity::new(average.round_dp(HELD_DIGITS).normalize()))
    }

    /// How many units were held on a day.
    pub(super) fn units_on(&self, day: Date) -> Quantity {
        let former = self.former.iter().find(|it| day < it.until);
        former.map_or(self.units, |it| it.units)
    }

    /// The days on which the number of units changed, in order.
    pub(super) fn changes(&self) -> impl Iterator<Item = Date> {
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
