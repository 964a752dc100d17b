//! Renewals: the next term of a subscription, and what of its deal changes where that is another one.

use super::change::{Entitlements, TakenPrice, TakenPrices};
use super::lifecycle::Trigger;
use super::{RENEWALS_MAX, Start, Subscription, TrialRun};
use crate::domain::catalog::price::Price;
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
    /// The subscription in a new term. A trial that ends with the former one is over then; another runs
    /// on to its own end, for it was promised up to there.
    ///
    /// # Errors
    /// If its state does not allow it, or if all of it was given back when it ended.
    pub fn renew(self, start: Start, now: Instant) -> Result<(Self, Verb), Rejection> {
        self.must_be_charged()?;
        let (mut it, verb) = self.on(Trigger::Renew, now)?;
        let trial = match (it.trial, start.trial) {
            (TrialRun::Until(on), TrialRun::None) if on == start.term.start_on() => {
                TrialRun::Over(on)
            }
            (TrialRun::None | TrialRun::Until(_) | TrialRun::Over(_), TrialRun::None) => it.trial,
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
        let replaced: Vec<_> = over.iter().filter_map(|id| find(*id)).collect();
        for (id, taken) in next.prices.into_iter().filter(|(id, _)| !kept.contains(id)) {
            it.take((id, taken), find(id), (on, &replaced));
        }
        for id in over {
            it.deal.prices.entry(id).and_modify(|it| it.until_on = Some(on));
        }
        it.deal.resources = next.resources;
        Ok((it.remembering(&before, on), verb))
    }
}
