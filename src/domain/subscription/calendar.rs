//! When a subscription falls due, and for what.
//!
//! There are the ends of its trial, its term, its grace and its hold, and what was agreed on for a
//! day.

use serde::{Deserialize, Serialize};

use super::Subscription;
use super::change::Plan;
use super::lifecycle::State;
use super::term::RunningTerm;
use crate::domain::catalog::service_terms::{AfterHold, Aftermath, ServiceTerms};
use crate::domain::time::{Date, Instant, Zone};
use crate::domain::word::words;

words! {
    /// What falls due. Of two on one day, the earlier in this list comes first.
    Step {
        /// Something that was agreed on for this day happens.
        Scheduled = "scheduled";
        /// The trial is over, and charges begin.
        EndTrial = "end_trial";
        /// It is told that the term ends soon.
        Warn = "warn";
        /// The next term begins by itself.
        Renew = "renew";
        /// The term is over unrenewed.
        Grace = "grace";
        /// The grace is over.
        Expire = "expire";
        /// The time for renewing is over.
        Terminate = "terminate";
        /// What was kept is destroyed.
        Destroy = "destroy";
    }
}

/// So many days before its end it is told that a term ends; of one that is not twice as long, when
/// half of it is over.
const WARNING_DAYS: i64 = 14;

/// What falls due next, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextStep {
    /// The day, in the time zone of the billing account.
    pub on: Date,
    /// The moment at which that day begins there.
    pub at: Instant,
    /// What falls due.
    pub step: Step,
}

/// How a subscription comes to its end, once it is not served for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shutdown {
    /// The first day without service.
    pub stopped_on: Date,
    /// The day on which it can no longer come back by itself, or is destroyed.
    pub over_on: Date,
}

impl Subscription {
    /// How it comes to its end under its service terms; `None` while it is served, or only held.
    #[must_use]
    pub fn shutdown(&self, terms: Option<&ServiceTerms>) -> Option<Shutdown> {
        let aftermath = self.aftermath(terms);
        let expiry = self.term_end_on().map(|it| aftermath.grace_ends_on(it));
        let is_kept = match self.state() {
            State::Expired => {
                let over_on = self.term_end_on().map(|it| aftermath.hold_ends_on(it));
                return expiry
                    .zip(over_on)
                    .map(|(stopped_on, over_on)| Shutdown { stopped_on, over_on });
            }
            State::Terminating | State::Recoverable | State::Destroyed => true,
            State::Pending
            | State::Active
            | State::HeldAdministratively
            | State::HeldForCredit
            | State::HeldForBoth
            | State::Graced
            | State::Aborted
            | State::Canceled => false,
        };
        let ended_on = self.ended_on?;
        // What was called off is kept for the days of the hold, what has expired has had them.
        Some(match self.cancellation.is_some() {
            true if is_kept => {
                let over_on = ended_on.plus_days(i64::from(aftermath.hold_days));
                Shutdown { stopped_on: ended_on, over_on }
            }
            true => Shutdown { stopped_on: ended_on, over_on: ended_on },
            false => {
                let stopped_on = expiry.filter(|it| *it < ended_on).unwrap_or(ended_on);
                Shutdown { stopped_on, over_on: ended_on }
            }
        })
    }

    /// What falls due next under its service terms, in the time zone of its billing account;
    /// `None` if nothing ever does by itself.
    #[must_use]
    pub fn next_due(&self, terms: Option<&ServiceTerms>, zone: Zone) -> Option<NextStep> {
        let aftermath = self.aftermath(terms);
        let candidates: [Option<(Date, Step)>; 4] = match self.state() {
            State::Pending | State::Terminating => [None; 4],
            State::Destroyed | State::Aborted | State::Canceled => [None; 4],
            State::Active => {
                [self.scheduled_on(), self.trial_step(), self.warning(), self.term_step()]
            }
            State::HeldAdministratively | State::HeldForCredit | State::HeldForBoth => {
                [self.scheduled_end_on(), None, None, None]
            }
            State::Graced => {
                let expiry =
                    self.term_end_on().map(|it| (aftermath.grace_ends_on(it), Step::Expire));
                [self.scheduled_on(), expiry, None, None]
            }
            State::Expired => {
                let end =
                    self.term_end_on().map(|it| (aftermath.hold_ends_on(it), Step::Terminate));
                [self.scheduled_end_on(), end, None, None]
            }
            State::Recoverable => [self.destruction(aftermath), None, None, None],
        };
        let (on, step) = candidates.into_iter().flatten().min()?;
        Some(NextStep { on, at: zone.start_of(on), step })
    }

    /// What happens after its term: by its service terms, as a trial or as what was paid for.
    #[must_use]
    pub fn aftermath(&self, terms: Option<&ServiceTerms>) -> Aftermath {
        let is_trial = self.trial().is_running();
        terms.map_or(Aftermath::NONE, |it| if is_trial { it.trial } else { it.paid })
    }

    fn term_end_on(&self) -> Option<Date> {
        self.term().and_then(RunningTerm::end_on)
    }

    fn scheduled_on(&self) -> Option<(Date, Step)> {
        self.scheduled.iter().map(|it| (it.on, Step::Scheduled)).min()
    }

    /// Of what was agreed on, only its end: what is stopped is not changed, but it can be ended.
    fn scheduled_end_on(&self) -> Option<(Date, Step)> {
        let ends = self.scheduled.iter().filter(|it| match it.plan {
            Plan::Cancel(_) => true,
            Plan::Change(_) | Plan::Switch(_) => false,
        });
        ends.map(|it| (it.on, Step::Scheduled)).min()
    }

    /// The day on which it is called off, as was agreed on.
    #[must_use]
    pub fn ends_on(&self) -> Option<Date> {
        self.scheduled_end_on().map(|it| it.0)
    }

    /// The day on which what is paid for is over, after today: of a trial its end, else the last day
    /// that a price is charged for in advance, or the end of the billing period, `cycle_end`.
    #[must_use]
    pub fn period_end_on(&self, today: Date, cycle_end: Option<Date>) -> Option<Date> {
        // A mark without units is of what is charged once, or of days that nobody is charged for.
        let ahead = self.charged.values().filter(|it| it.days.is_some() && today < it.on);
        let charged = ahead.map(|it| it.on).max();
        let term_end = self.term_end_on();
        let end = self.trial().until_on().or(charged).or(cycle_end);
        // What does not renew by itself is over with its term anyway.
        let is_last = self.term().is_some_and(|it| !it.renewal().is_automatic());
        let end = if is_last { end.into_iter().chain(term_end).min() } else { end };
        end.filter(|it| today < *it)
    }

    /// A trial that takes the whole term ends with the term.
    fn trial_step(&self) -> Option<(Date, Step)> {
        let until_on = self.trial().until_on()?;
        let whole = self.term_end_on().is_some_and(|it| it <= until_on);
        (!whole).then_some((until_on, Step::EndTrial))
    }

    /// When it is told that its term ends, if it does and that was not told yet.
    fn warning(&self) -> Option<(Date, Step)> {
        let term = self.term().filter(|it| !it.renewal().is_automatic())?;
        let end_on = term.end_on().filter(|it| self.warned_of != Some(*it))?;
        let days = end_on.days_since(term.start_on());
        let early = end_on.plus_days(-WARNING_DAYS.min(days / 2));
        (early < end_on).then_some((early, Step::Warn))
    }

    fn term_step(&self) -> Option<(Date, Step)> {
        // What is called off with its term, or before, is not renewed first.
        let is_called_off =
            self.ends_on().zip(self.term_end_on()).is_some_and(|(on, end)| on <= end);
        let renewal = self.term().and_then(RunningTerm::renews_on).filter(|_| !is_called_off);
        let end = || self.term_end_on().map(|it| (it, Step::Grace));
        renewal.map(|it| (it, Step::Renew)).or_else(end)
    }

    /// What was called off is kept for the days of the hold, what has expired has had them.
    fn destruction(&self, aftermath: Aftermath) -> Option<(Date, Step)> {
        let ended_on = self.ended_on?;
        let days = if self.cancellation.is_some() { aftermath.hold_days } else { 0 };
        match aftermath.after_hold {
            AfterHold::Keep => None,
            AfterHold::Destroy => Some((ended_on.plus_days(i64::from(days)), Step::Destroy)),
        }
    }
}
