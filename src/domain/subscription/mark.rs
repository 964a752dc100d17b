//! Marks: up to where billing has charged a subscription, and which renewals it has yet to charge.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Subscription;
use super::term::RunningTerm;
use crate::domain::billing::charged_terms::ChargedTerms;
use crate::domain::billing::invoice::line::Line;
use crate::domain::catalog::price::Figure;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::PriceId;
use crate::domain::money::{Money, MoneyError};
use crate::domain::quantity::Quantity;
use crate::domain::time::{Date, Period};

/// Up to where a price of a subscription has been charged. Kept by billing alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargedUntil {
    /// The first day that has not been charged; of a one-time price, the day of the charge.
    pub on: Date,
    /// How many periods have been charged.
    pub periods: u32,
    /// How the last of them was, of a recurring price that billing has charged.
    pub days: Option<ChargedDays>,
    /// Of a price that took the place of another in mid period and was not charged yet: what was
    /// given back of that one, without tax.
    pub given_back: Option<Figure>,
    /// At what that last period was charged; nothing if nobody knows.
    pub charged_terms: Option<ChargedTerms>,
}

impl From<Date> for ChargedUntil {
    /// Nothing was charged, and nothing is before a day.
    fn from(on: Date) -> Self {
        Self { on, periods: 0, days: None, given_back: None, charged_terms: None }
    }
}

impl ChargedUntil {
    /// The same when a credit note took so much, without tax, off a line: what was credited does not go back
    /// once more with units that go. Nothing where the line is not for the days that were charged last.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn credited(&self, line: &Line, net: Money) -> Result<Option<Self>, MoneyError> {
        let of_last = self.days.zip(line.service_period).is_some_and(|(days, it)| {
            days.whole.start() <= it.start() && it.end() <= days.whole.end()
        });
        let Some(terms) = self.charged_terms.clone().filter(|_| of_last) else { return Ok(None) };
        let (of, credited) = line.credited(net)?;
        let charged_terms = Some(terms.credited(of, credited)?);
        Ok(Some(Self { charged_terms, ..self.clone() }))
    }
}

/// For what some days of a recurring price were charged. It is written down because the cycle by
/// which they were cut may be another when units are added to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargedDays {
    /// For how many units.
    pub units: Quantity,
    /// The day whose number of units that is.
    pub as_of: Date,
    /// The first of those days.
    pub from: Date,
    /// The whole period by which they were measured.
    pub whole: Period,
}

impl ChargedDays {
    /// The same when on a day all that they were charged went back: of what was before it, neither days on hold
    /// nor units that went or came are looked at any more.
    #[must_use]
    pub fn given_back(self, on: Date) -> Self {
        Self { as_of: self.as_of.max(on), ..self }
    }
}

impl Subscription {
    /// The first days of the terms that it was renewed into, in order: the last one, and at least
    /// those that were not billed yet.
    #[must_use]
    pub fn renewals(&self) -> &[Date] {
        &self.renewals
    }

    /// The first day that no recurring price is charged for yet; nothing as long as none is.
    #[must_use]
    pub fn charged_until_on(&self) -> Option<Date> {
        // A mark without units is of what is charged once, or of days that nobody is charged for.
        self.charged.values().filter(|it| it.days.is_some()).map(|it| it.on).max()
    }

    /// The recurring prices that are charged up to a day after `on`.
    pub fn charged_beyond(&self, on: Date) -> impl Iterator<Item = PriceId> {
        let is_beyond = move |it: &ChargedUntil| it.days.is_some() && on < it.on;
        self.charged.iter().filter(move |it| is_beyond(it.1)).map(|it| *it.0)
    }

    /// The subscription with these prices charged up to a day at most: what was charged beyond was
    /// given back.
    #[must_use]
    pub fn charged_up_to(mut self, on: Date, prices: &BTreeSet<PriceId>) -> Self {
        let given_back = self.charged.iter_mut().filter(|it| prices.contains(it.0));
        given_back.for_each(|it| it.1.on = it.1.on.min(on));
        self
    }

    /// The same with all given back that the last period of these prices was charged, also for the days before.
    #[must_use]
    pub fn given_back_fully(mut self, on: Date, prices: &BTreeSet<PriceId>) -> Self {
        let given_back = self.charged.iter_mut().filter(|it| prices.contains(it.0));
        given_back.for_each(|it| it.1.days = it.1.days.map(|days| days.given_back(on)));
        self
    }

    /// The subscription with nothing to be charged for its term any more, for all of that was given
    /// back when it ended on a day: neither what `prices` charge, which recur or come once, nor, after
    /// that day, what is used.
    #[must_use]
    pub fn given_back_whole(mut self, on: Date, prices: &BTreeSet<PriceId>) -> Self {
        let Some(term_from) = self.term.as_ref().map(RunningTerm::start_on) else { return self };
        for (id, taken) in &mut self.deal.prices {
            let until = if prices.contains(id) { term_from } else { on.plus_days(1) };
            taken.until_on = Some(taken.until_on.map_or(until, |it| it.min(until)));
        }
        self
    }

    /// That it can go on after its end.
    ///
    /// # Errors
    /// If nothing is charged for it any more, because everything was given back.
    pub(super) fn must_be_charged(&self) -> Result<(), Rejection> {
        let Some(on) = self.ended_on else { return Ok(()) };
        let mut all = self.deal.prices.values();
        if self.deal.prices.is_empty() || all.any(|it| it.until_on.is_none()) {
            return Ok(());
        }
        let why = format!(
            "all that was charged for subscription `{}` was given back when it ended on `{on}`; order \
             it anew",
            self.id
        );
        Err(Rejection::new(Code::SubscriptionStateForbids, why))
    }

    /// The subscription with all that was due on a billing date on its bill.
    #[must_use]
    pub fn billed(mut self, on: Date) -> Self {
        let last = self.renewed_on();
        self.renewals.retain(|day| on < *day || Some(*day) == last);
        self.forgetting_away(on)
    }
}
