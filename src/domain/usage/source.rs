//! Sources of usage: what of a seller counts for it elsewhere and is asked regularly for what is new.
//!
//! A source is asked with the cursor that it gave with its last answer, which is kept only once all that came
//! with it is on the disk. What comes twice all the same counts once, by the id that the source gives each
//! event. Who does not answer is asked again later, ever more seldom, and its seller is told.

use serde::{Deserialize, Serialize};

use crate::domain::error::Invalid;
use crate::domain::provisioning::task::Backoff;
use crate::domain::sealed::Sealed;
use crate::domain::text::{Code, WebAddress};
use crate::domain::time::Instant;
use crate::domain::word::words;

/// So many sources a seller has at most.
pub const SOURCES_MAX: usize = 20;
/// In how many bytes a cursor is said at most.
pub const CURSOR_BYTES_MAX: usize = 1000;
/// The longest time between two questions: a week.
const MINUTES_MAX: u32 = 7 * 24 * 60;
/// After so many misses the wait grows no more.
const MISSES_MAX: u32 = 12;

words! {
    /// Whether a source is asked.
    SourceState {
        /// It is.
        Active = "active";
        /// It is not until somebody says so.
        Paused = "paused";
    }
}

/// A source of usage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageSource {
    /// Under which source its events are kept; once for each seller.
    pub code: Code,
    /// Where it is asked.
    pub address: WebAddress,
    /// What it knows us by.
    pub token: Option<Sealed>,
    /// How often, in minutes.
    pub every_minutes: u32,
    /// Whether it is.
    pub state: SourceState,
    /// What it gave us with its last answer, to ask on from there.
    pub cursor: Option<String>,
    /// When it is asked next, in wall time.
    pub next_at: Instant,
    /// When it was asked last.
    pub asked_at: Option<Instant>,
    /// How often in a row it has not answered in its words.
    pub misses: u32,
    /// Why, the last time.
    pub trouble: Option<String>,
    /// How many events were taken from it.
    pub accepted: u64,
    /// How many of it were refused; they stand among what was rejected.
    pub refused: u64,
}

/// What came of a question that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// How many events were taken.
    pub accepted: u64,
    /// How many were refused.
    pub refused: u64,
    /// From where to ask on; as before if nothing is said.
    pub cursor: Option<String>,
}

impl UsageSource {
    /// A source that is asked as soon as may be.
    ///
    /// # Errors
    /// With the field, if it would be asked too often or too seldom.
    pub fn new(
        (code, address): (Code, WebAddress),
        token: Option<Sealed>,
        every_minutes: u32,
        now: Instant,
    ) -> Result<Self, Invalid> {
        let it = Self {
            code,
            address,
            token,
            every_minutes,
            state: SourceState::Active,
            cursor: None,
            next_at: now,
            asked_at: None,
            misses: 0,
            trouble: None,
            accepted: 0,
            refused: 0,
        };
        it.check().map(|()| it)
    }

    /// Refuses an interval that is none.
    ///
    /// # Errors
    /// With the field.
    pub fn check(&self) -> Result<(), Invalid> {
        if (1..=MINUTES_MAX).contains(&self.every_minutes) {
            return Ok(());
        }
        let message = format!("must be 1 to {MINUTES_MAX}");
        Err(Invalid::one("/every_minutes", "range", message))
    }

    /// Whether it is to be asked.
    #[must_use]
    pub fn is_due(&self, now: Instant) -> bool {
        self.state == SourceState::Active && self.next_at <= now
    }

    /// The same after an answer. Where something new that is good came with another cursor there may be more: it
    /// is asked on at once.
    #[must_use]
    pub fn heard(self, it: Heard, now: Instant) -> Self {
        let goes_on = it.accepted > 0 && it.cursor.is_some() && it.cursor != self.cursor;
        let wait = if goes_on { 0 } else { i64::from(self.every_minutes) * 60 };
        Self {
            cursor: it.cursor.or(self.cursor),
            next_at: now.plus_seconds(wait),
            asked_at: Some(now),
            misses: 0,
            trouble: None,
            accepted: self.accepted + it.accepted,
            refused: self.refused + it.refused,
            ..self
        }
    }

    /// The same after it did not answer, or not in its words. The wait doubles with each time, up to some hours,
    /// and is never shorter than usual.
    #[must_use]
    pub fn missed(self, why: String, (now, jitter): (Instant, u16)) -> Self {
        let misses = self.misses.saturating_add(1);
        let backoff = Backoff { attempts_max: MISSES_MAX + 1, ..Backoff::DEFAULT };
        let wait = backoff.wait_seconds(misses.min(MISSES_MAX), jitter);
        let wait = wait.unwrap_or(i64::from(backoff.seconds_max));
        Self {
            next_at: now.plus_seconds(wait),
            asked_at: Some(now),
            misses,
            trouble: Some(why),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000).expect("in range")
    }

    fn source() -> UsageSource {
        let code = "meterhouse".parse().expect("a code");
        let address = "https://meter.example.com/usage".parse().expect("an address");
        UsageSource::new((code, address), None, 60, at(0)).expect("a source")
    }

    fn heard(accepted: u64, cursor: Option<&str>) -> Heard {
        Heard { accepted, refused: 0, cursor: cursor.map(str::to_owned) }
    }

    #[test]
    fn it_is_asked_on_at_once_while_there_is_more_and_then_after_its_time() {
        let first = source().heard(heard(2, Some("a")), at(10));
        assert_eq!(
            (first.next_at, first.accepted, first.cursor.as_deref()),
            (at(10), 2, Some("a"))
        );
        // What is refused alone is no reason to hurry.
        let bad = Heard { refused: 7, ..heard(0, Some("b")) };
        assert_eq!(first.clone().heard(bad, at(10)).next_at, at(3610));
        for (answer, next) in
            [(heard(0, Some("a")), 3610), (heard(2, Some("a")), 3610), (heard(2, None), 3610)]
        {
            let after = first.clone().heard(answer, at(10));
            assert_eq!((after.next_at, after.cursor.as_deref()), (at(next), Some("a")));
        }
    }

    #[test]
    fn who_does_not_answer_is_asked_ever_more_seldom_and_is_forgiven() {
        let mut it = source();
        let mut waits = Vec::new();
        for _ in 0..14 {
            it = it.missed("it is away".to_owned(), (at(0), 0));
            waits.push(it.next_at.micros() / 1_000_000);
        }
        assert_eq!(waits[..4], [10, 20, 40, 80]);
        assert_eq!(waits[11..], [20_480, 20_480, 20_480], "it is asked as long as it is there");
        assert_eq!((it.misses, it.trouble.as_deref()), (14, Some("it is away")));
        let back = it.heard(heard(0, None), at(5));
        assert_eq!((back.misses, back.trouble), (0, None));
    }

    #[test]
    fn what_is_paused_is_not_asked_and_an_interval_is_one() {
        let paused = UsageSource { state: SourceState::Paused, ..source() };
        assert!(source().is_due(at(0)) && !paused.is_due(at(99)));
        for (minutes, is_right) in [(0, false), (1, true), (10_080, true), (10_081, false)] {
            let it = UsageSource { every_minutes: minutes, ..source() };
            assert_eq!(it.check().is_ok(), is_right, "{minutes}");
        }
    }
}
