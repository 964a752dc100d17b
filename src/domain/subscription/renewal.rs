//! Renewals: the next term of a subscription, and what of its deal changes where that is another one.

use super::change::{Entitlements, Taken, TakenPrice, TakenPrices};
use super::lifecycle::Trigger;
use super::{ChargedUntil, RENEWALS_MAX, Start, Subscription, TrialRun};
use crate::domain::catalog::price::{Occasion, Price, PriceKind};
use crate::domain::error::Rejection;
use crate::domain::event::Verb;
use crate::domain::id::PriceId;
use crate::domain::time::{Date, Instant, Period};

/// Another term that a renewal leads into, and what comes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The term.
    pub start: Start,
    /// What is charged in it.
    pub prices: TakenPrices,
    /// How much of each resource there is.
    pub resources: Entitlements,
}

impl Subscription {
    /// The subscription in a new term. A trial that was left by it is over.
    ///
    /// # Errors
    /// If its state does not allow it, or if all of it was given back when it ended.
    pub fn renew(self, start: Start, now: Instant) -> Result<(Self, Verb), Rejection> {
        self.must_be_charged()?;
        let (mut it, verb) = self.on(Trigger::Renew, now)?;
        let trial = match (it.trial, start.trial) {
            (TrialRun::Until(_), TrialRun::None) => TrialRun::Over(start.term.start_on()),
            (TrialRun::None | TrialRun::Over(_), TrialRun::None) => it.trial,
            (_, trial @ (TrialRun::Until(_) | TrialRun::Over(_))) => trial,
        };
        if it.renewals.len() == RENEWALS_MAX {
            it.renewals.remove(0);
        }
        it.renewals.push(start.term.start_on());
        let back = Self { ended_on: None, cancellation: None, ..it };
        Ok((Self { term: Some(start.term), trial, ..back }, verb))
    }

    /// The subscription that goes on, on a day on which it had ended before: on the days between it was
    /// not there, and nothing is charged for them.
    #[must_use]
    pub fn gone(mut self, ended_on: Option<Date>, until: Date) -> Self {
        if let Some(gap) = ended_on.and_then(|from| Period::new(from, until)) {
            if self.gaps.len() == RENEWALS_MAX {
                self.gaps.remove(0);
            }
            self.gaps.push(gap);
        }
        self
    }

    /// The subscription renewed into another term. What is charged in both goes on. What belongs to
    /// the old one is charged up to its end; what is new, from then on, or from the day up to which
    /// what it takes the place of is paid. Nothing is set up anew: a renewal has a fee of its own.
    ///
    /// `all` are the prices of its offer.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn renew_into(
        self,
        next: Next,
        all: &[Price],
        now: Instant,
    ) -> Result<(Self, Verb), Rejection> {
        let on = next.start.term.start_on();
        let before = self.clone();
        let (mut it, verb) = self.renew(next.start, now)?;
        let goes_on = |it: &TakenPrice| it.until_on.is_none();
        let present = it.deal.prices.iter().filter(|it| goes_on(it.1));
        let (kept, over): (Vec<PriceId>, Vec<PriceId>) =
            present.map(|it| *it.0).partition(|id| next.prices.contains_key(id));
        let find = |id: PriceId| all.iter().find(|it| it.id == id);
        for (id, taken) in next.prices.into_iter().filter(|(id, _)| !kept.contains(id)) {
            let replaced = over.iter().filter_map(|id| find(*id));
            let mark = find(id).map(|price| it.begins_on(price, on, replaced));
            it.charged.extend(mark.map(|on| (id, ChargedUntil::from(on))));
            let now = Taken { on, charged_from: mark.unwrap_or(on) };
            let taken = taken.taken_on(now, it.deal.prices.get(&id));
            it.deal.prices.insert(id, taken);
        }
        for id in over {
            it.deal.prices.entry(id).and_modify(|it| it.until_on = Some(on));
        }
        it.deal.resources = next.resources;
        Ok((it.remembering(&before, on), verb))
    }

    /// The mark with which a price begins on a day, whatever renewals lie before. `over` are the
    /// prices whose place the new ones take: what one of them was charged, for a stretch of days or
    /// for a renewal, the new one is not charged again.
    pub(super) fn begins_on<'a>(
        &self,
        price: &Price,
        on: Date,
        over: impl Iterator<Item = &'a Price>,
    ) -> Date {
        match price.kind {
            PriceKind::OneTime(Occasion::Plain | Occasion::Setup | Occasion::Deposit) => {
                on.plus_days(1)
            }
            PriceKind::Usage { .. } => on,
            PriceKind::OneTime(Occasion::Renewal) => {
                self.paid_until(over.filter(|it| it.kind == price.kind)).map_or(on, |it| it.max(on))
            }
            PriceKind::Recurring { .. } => {
                let recurs = |it: &&Price| matches!(it.kind, PriceKind::Recurring { .. });
                let before = over.filter(recurs).filter(|it| it.resource == price.resource);
                self.paid_until(before).map_or(on, |it| it.max(on))
            }
        }
    }

    /// The latest of the days up to which prices are charged.
    fn paid_until<'a>(&self, prices: impl Iterator<Item = &'a Price>) -> Option<Date> {
        prices.filter_map(|it| self.charged.get(&it.id)).map(|it| it.on).max()
    }
}
