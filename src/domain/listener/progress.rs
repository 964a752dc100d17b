//! How telling a listener goes, and how long one that does not answer is waited for.

use serde::{Deserialize, Serialize};

use crate::domain::provisioning::task::Backoff;
use crate::domain::text::Prose;
use crate::domain::time::Instant;

/// How telling a listener goes. All times are wall time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// How many messages it took.
    pub delivered: u64,
    /// When it took the last one.
    pub delivered_at: Option<Instant>,
    /// When it was called last.
    pub attempted_at: Option<Instant>,
    /// How often in a row it did not take the next one.
    pub failures: u32,
    /// When it is called again; at once if nothing is said.
    pub next_attempt_at: Option<Instant>,
    /// The status of its last answer, if there was one.
    pub status: Option<u16>,
    /// Why it did not take the last one.
    pub trouble: Option<Prose>,
}

/// A message that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// What went wrong.
    pub trouble: Prose,
    /// For how many seconds the other side asks to be left alone.
    pub pause_seconds: Option<i64>,
    /// Whether it makes sense to call again.
    pub hope: Hope,
}

/// Whether it makes sense to call again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hope {
    /// It may go better next time.
    Some,
    /// It never will: the other side says so, or the address is out of reach.
    None,
}

impl Progress {
    /// The progress after a call that began at wall time.
    #[must_use]
    pub fn attempted(self, wall: Instant) -> Self {
        Self { attempted_at: Some(wall), ..self }
    }

    /// The progress after a message was taken.
    #[must_use]
    pub fn took(self, status: u16, wall: Instant) -> Self {
        Self {
            delivered: self.delivered.saturating_add(1),
            delivered_at: Some(wall),
            attempted_at: self.attempted_at,
            failures: 0,
            next_attempt_at: None,
            status: Some(status),
            trouble: None,
        }
    }

    /// The progress after a message was not taken. There is no next attempt if all were made, or
    /// none makes sense. `jitter` is as for [`Backoff::wait_seconds`].
    #[must_use]
    pub fn missed(self, miss: Miss, jitter: u16, wall: Instant) -> Self {
        let failures = self.failures.saturating_add(1);
        let wait = match miss.hope {
            Hope::Some => Backoff::DEFAULT.wait_seconds(failures, jitter),
            Hope::None => None,
        };
        let longest = i64::from(Backoff::DEFAULT.seconds_max);
        let pause = miss.pause_seconds.unwrap_or_default().min(longest);
        let next_attempt_at = wait.map(|it| wall.plus_seconds(it.max(pause)));
        let (status, trouble) = (miss.status, Some(miss.trouble));
        Self { failures, next_attempt_at, status, trouble, ..self }
    }

    /// Whether the other side failed when it was called last.
    #[must_use]
    pub const fn is_troubled(&self) -> bool {
        self.failures > 0
    }

    /// Whether it may be called at a moment of wall time.
    #[must_use]
    pub fn is_ready(&self, wall: Instant) -> bool {
        self.next_attempt_at.is_none_or(|it| it <= wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(0).expect("in range").plus_seconds(seconds)
    }

    fn miss(pause_seconds: Option<i64>, hope: Hope) -> Miss {
        let trouble = "it answered 503".parse().expect("a text");
        Miss { status: Some(503), trouble, pause_seconds, hope }
    }

    #[test]
    fn patience_grows_and_ends_after_two_days_or_so() {
        let (mut progress, mut wall, mut waits) = (Progress::default(), at(0), Vec::new());
        loop {
            progress = progress.missed(miss(None, Hope::Some), 0, wall);
            let Some(next) = progress.next_attempt_at else { break };
            waits.push(next.seconds_since(wall));
            assert!(!progress.is_ready(wall) && progress.is_ready(next));
            wall = next;
        }
        let expected = [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10_240, 20_480];
        assert_eq!((&waits[..12], waits.len(), progress.failures), (&expected[..], 17, 18));
        assert!((40..60).contains(&(wall.seconds_since(at(0)) / 3600)), "in hours");
    }

    #[test]
    fn what_was_taken_ends_the_trouble() {
        let troubled = Progress::default().missed(miss(None, Hope::Some), 0, at(0));
        assert!(troubled.is_troubled());
        let well = troubled.attempted(at(10)).took(204, at(11));
        let expected = Progress {
            delivered: 1,
            delivered_at: Some(at(11)),
            attempted_at: Some(at(10)),
            status: Some(204),
            ..Progress::default()
        };
        assert_eq!(well, expected);
    }

    #[test]
    fn who_asks_for_a_pause_gets_it_within_reason() {
        for (pause, expected) in [(5, 10), (60, 60), (1_000_000, 21_600), (-7, 10)] {
            let missed = Progress::default().missed(miss(Some(pause), Hope::Some), 0, at(0));
            assert_eq!(missed.next_attempt_at, Some(at(expected)), "{pause}");
        }
    }

    #[test]
    fn who_is_gone_is_not_called_again() {
        let missed = Progress::default().missed(miss(None, Hope::None), 0, at(0));
        assert_eq!((missed.next_attempt_at, missed.failures), (None, 1));
    }
}
