//! Provisioning tasks: what must be done elsewhere, how often it was tried, and what came back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::connector::Connector;
use super::lifecycle::{State, Trigger, next};
use crate::domain::attribute::Attribute;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{OrderId, ResourceId, SeatId, SubscriptionId, TaskId};
use crate::domain::sealed::Sealed;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name, Prose, WebAddress};
use crate::domain::time::Instant;
use crate::domain::word::words;

words! {
    /// What is to be done.
    Work {
        /// Bring the service about.
        Create = "create";
        /// Make it what it is now bought as.
        Change = "change";
        /// Stop it for a while.
        Hold = "hold";
        /// Let it go on.
        Release = "release";
        /// Stop it for good.
        Remove = "remove";
    }
}

/// How a buyer reaches what was brought about. The buyer alone may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Where it is.
    pub link: Option<WebAddress>,
    /// How to get in.
    pub credentials: Option<Sealed>,
}

/// What came back from the other system.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// How the buyer reaches it.
    pub access: Option<Access>,
    /// What the subscription says of itself from now on.
    pub attributes: Vec<Attribute>,
    /// The other system's name for what it made.
    pub reference: Option<String>,
    /// Its names for what it made of single resources.
    pub resources: BTreeMap<ResourceId, Name>,
}

/// An item of an order that waits for a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The order.
    pub order: OrderId,
    /// The item's key in it.
    pub item: text::Code,
}

/// How failures are spaced: the wait doubles with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backoff {
    /// The wait after the first failure.
    pub first_seconds: u32,
    /// The longest wait.
    pub seconds_max: u32,
    /// After so many attempts there is no further one.
    pub attempts_max: u32,
}

impl Backoff {
    /// From ten seconds up to six hours, for about two days.
    pub const DEFAULT: Self = Self { first_seconds: 10, seconds_max: 21_600, attempts_max: 18 };

    /// How long to wait after so many failed attempts, or `None` if there is no further one.
    /// `jitter`, of 65,536 parts, lengthens the wait by up to a quarter, so that what failed
    /// together is not tried together.
    #[must_use]
    pub fn wait_seconds(self, attempts: u32, jitter: u16) -> Option<i64> {
        if attempts == 0 || attempts >= self.attempts_max {
            return None;
        }
        let doubled = u64::from(self.first_seconds).checked_shl(attempts - 1).unwrap_or(u64::MAX);
        let wait = if attempts > 32 { u64::MAX } else { doubled }.min(u64::from(self.seconds_max));
        let longer = wait * u64::from(jitter) / (4 * 65_536);
        i64::try_from(wait + longer).ok()
    }
}

/// What must be done in another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Whose it is, and its number.
    pub stamp: Stamp,
    /// What is to be done.
    pub work: Work,
    /// For which subscription.
    pub subscription: SubscriptionId,
    /// For which of its seats, if it is for one.
    pub seat: Option<SeatId>,
    /// What waits for it.
    pub cause: Option<Cause>,
    /// Who does it, as the specification said when it was queued.
    pub connector: Connector,
    state: State,
    attempts: u32,
    next_attempt_at: Option<Instant>,
    last_error: Option<Prose>,
    outcome: Outcome,
    /// When work on it began last, or was last said to go on, in wall time.
    pub started_at: Option<Instant>,
    /// When it was settled, in business time.
    pub settled_at: Option<Instant>,
}

/// What somebody asks to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueTask {
    /// What is to be done.
    pub work: Work,
    /// For which subscription.
    pub subscription: SubscriptionId,
    /// For which of its seats, if it is for one.
    pub seat: Option<SeatId>,
    /// What waits for it.
    pub cause: Option<Cause>,
    /// Who is to do it.
    pub connector: Connector,
}

impl Task {
    /// A task that waits for its turn.
    #[must_use]
    pub fn new(id: TaskId, stamp: Stamp, asked: QueueTask) -> Self {
        Self {
            id,
            stamp,
            work: asked.work,
            subscription: asked.subscription,
            seat: asked.seat,
            cause: asked.cause,
            connector: asked.connector,
            state: State::Queued,
            attempts: 0,
            next_attempt_at: None,
            last_error: None,
            outcome: Outcome::default(),
            started_at: None,
            settled_at: None,
        }
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// How often it was tried.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// When it is to be tried next, in wall time; at once if it is queued and nothing is said.
    #[must_use]
    pub const fn next_attempt_at(&self) -> Option<Instant> {
        self.next_attempt_at
    }

    /// Why it could not be done last time.
    #[must_use]
    pub const fn last_error(&self) -> Option<&Prose> {
        self.last_error.as_ref()
    }

    /// What came back.
    #[must_use]
    pub const fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Whether it is its turn at a moment of wall time.
    #[must_use]
    pub fn is_ready(&self, wall: Instant) -> bool {
        self.state == State::Queued && self.next_attempt_at.is_none_or(|it| it <= wall)
    }

    /// The task with work on it begun.
    ///
    /// # Errors
    /// If it is not queued.
    pub fn start(self, wall: Instant) -> Result<(Self, Verb), Rejection> {
        let attempts = self.attempts.saturating_add(1);
        let (task, verb) = self.on(Trigger::Start)?;
        Ok((Self { attempts, next_attempt_at: None, started_at: Some(wall), ..task }, verb))
    }

    /// The task, of which somebody said at wall time that work on it goes on.
    #[must_use]
    pub fn heard(self, wall: Instant) -> Self {
        Self { started_at: Some(wall), ..self }
    }

    /// The task done, with what came back.
    ///
    /// # Errors
    /// If nobody works on it.
    pub fn complete(self, outcome: Outcome, now: Instant) -> Result<(Self, Verb), Rejection> {
        let (task, verb) = self.on(Trigger::Complete)?;
        Ok((Self { outcome, last_error: None, settled_at: Some(now), ..task }, verb))
    }

    /// The task after an attempt that came to nothing: queued again, after `wait_seconds`, or
    /// failed if there is no further attempt.
    ///
    /// # Errors
    /// If nobody works on it.
    pub fn fail(
        self,
        error: Prose,
        wait_seconds: Option<i64>,
        clocks: Clocks,
    ) -> Result<(Self, Verb), Rejection> {
        let last_error = Some(error);
        match wait_seconds {
            Some(seconds) => {
                let (task, verb) = self.on(Trigger::Delay)?;
                let next_attempt_at = Some(clocks.wall.plus_seconds(seconds));
                Ok((Self { next_attempt_at, last_error, ..task }, verb))
            }
            None => {
                let (task, verb) = self.on(Trigger::Fail)?;
                Ok((Self { last_error, settled_at: Some(clocks.now), ..task }, verb))
            }
        }
    }

    /// The task to be tried again from the start, for somebody has mended what was wrong.
    ///
    /// # Errors
    /// If it has not failed.
    pub fn retry(self) -> Result<(Self, Verb), Rejection> {
        let (task, verb) = self.on(Trigger::Retry)?;
        Ok((Self { attempts: 0, next_attempt_at: None, settled_at: None, ..task }, verb))
    }

    /// The task no longer wanted.
    ///
    /// # Errors
    /// If it is done, or was canceled before.
    pub fn cancel(self, now: Instant) -> Result<(Self, Verb), Rejection> {
        let (task, verb) = self.on(Trigger::Cancel)?;
        Ok((Self { next_attempt_at: None, settled_at: Some(now), ..task }, verb))
    }

    fn on(self, trigger: Trigger) -> Result<(Self, Verb), Rejection> {
        let Some(state) = next(self.state, trigger) else {
            let why = format!("cannot {trigger} a provisioning task that is `{}`", self.state);
            return Err(Rejection::new(Code::TaskStateForbids, why));
        };
        Ok((Self { state, ..self }, trigger.verb()))
    }
}

/// The two clocks, where a step looks at both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// Business time.
    pub now: Instant,
    /// Wall time.
    pub wall: Instant,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::stamp::SellerNumber;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000).expect("in range")
    }

    fn clocks(wall: i64) -> Clocks {
        Clocks { now: at(7), wall: at(wall) }
    }

    fn error() -> Prose {
        "no answer".parse().expect("a text")
    }

    fn task() -> Task {
        let asked = QueueTask {
            work: Work::Create,
            subscription: SubscriptionId::from_uuid(Uuid::from_u128(1)),
            seat: None,
            cause: None,
            connector: Connector::Instant,
        };
        let stamp = Stamp::new(SellerNumber::PROVIDER, None, at(0));
        Task::new(TaskId::from_uuid(Uuid::from_u128(1)), stamp, asked)
    }

    fn started() -> Task {
        task().start(at(100)).expect("queued").0
    }

    #[test]
    fn what_failed_is_tried_again_after_its_wait() {
        let delayed = started().fail(error(), Some(30), clocks(100)).expect("started").0;
        assert_eq!((delayed.state(), delayed.attempts()), (State::Queued, 1));
        let ready = [129, 130].map(|it| delayed.is_ready(at(it)));
        assert_eq!(ready, [false, true]);
        let again = delayed.start(at(130)).expect("queued").0;
        assert_eq!((again.attempts(), again.next_attempt_at()), (2, None));
    }

    #[test]
    fn what_failed_for_good_waits_for_somebody_and_then_begins_anew() {
        let (failed, verb) = started().fail(error(), None, clocks(100)).expect("started");
        assert_eq!(
            (failed.state(), verb, failed.settled_at),
            (State::Failed, Verb::Failed, Some(at(7)))
        );
        assert_eq!(failed.last_error(), Some(&error()));
        let retried = failed.retry().expect("failed").0;
        assert_eq!((retried.attempts(), retried.is_ready(at(0))), (0, true));
    }

    #[test]
    fn what_is_done_keeps_what_came_back_and_stays_done() {
        let outcome = Outcome { reference: Some("vm-17".to_owned()), ..Outcome::default() };
        let (done, verb) = started().complete(outcome.clone(), at(9)).expect("started");
        assert_eq!((done.outcome(), verb), (&outcome, Verb::Completed));
        assert_eq!(
            done.clone().cancel(at(9)).map_err(|it| it.code).err(),
            Some(Code::TaskStateForbids)
        );
        let refused = done.complete(outcome, at(9)).map_err(|it| it.to_string()).err();
        let expected = "cannot complete a provisioning task that is `completed`";
        assert_eq!(refused.as_deref(), Some(expected));
    }

    #[test]
    fn waits_double_up_to_the_longest_and_end() {
        let backoff = Backoff { first_seconds: 10, seconds_max: 100, attempts_max: 7 };
        let waits = [0, 1, 2, 3, 4, 5, 6, 7].map(|it| backoff.wait_seconds(it, 0));
        let expected = [None, Some(10), Some(20), Some(40), Some(80), Some(100), Some(100), None];
        assert_eq!(waits, expected);
        assert_eq!(backoff.wait_seconds(1, u16::MAX), Some(12));
    }

    proptest! {
        #[test]
        fn a_wait_never_shrinks_and_is_never_more_than_a_quarter_over_the_longest(
            first_seconds in 1..1000_u32,
            seconds_max in 1..1_000_000_u32,
            attempts in 1..1000_u32,
            jitter in any::<u16>(),
        ) {
            let backoff = Backoff { first_seconds, seconds_max, attempts_max: u32::MAX };
            let wait = backoff.wait_seconds(attempts, 0).expect("a further attempt");
            let later = backoff.wait_seconds(attempts + 1, 0).expect("a further attempt");
            prop_assert!(wait <= later);
            let spread = backoff.wait_seconds(attempts, jitter).expect("a further attempt");
            prop_assert!(wait <= spread && spread <= wait + wait / 4 + 1);
            prop_assert!(wait <= i64::from(seconds_max));
        }
    }
}
