//! Jumps: the machine's clock says what waiting alone cannot have brought about.
//!
//! A clock that is set to another year by mistake would bill years at once. So what goes by the
//! calendar waits until somebody has confirmed that it is really so late. Back, business time does
//! not go in any case, so only a jump ahead is one.

use super::error::{Code, Rejection};
use super::time::Instant;

/// For so long nobody may have looked at the clock without being asked: 48 hours.
const UNSEEN_SECONDS_MAX: i64 = 48 * 3600;

/// A stretch of wall time in which nobody looked at the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jump {
    /// When somebody looked last.
    pub from: Instant,
    /// What it says now.
    pub to: Instant,
}

impl Jump {
    /// The jump from what the clock said last to what it says now; `None` if it is not long enough
    /// to be one.
    #[must_use]
    pub fn between(from: Instant, to: Instant) -> Option<Self> {
        (to > from.plus_seconds(UNSEEN_SECONDS_MAX)).then_some(Self { from, to })
    }

    /// Why what goes by the calendar waits.
    #[must_use]
    pub fn refusal(self) -> Rejection {
        let Self { from, to } = self;
        let why = format!(
            "the machine's clock went from `{from}` to `{to}` unseen: billing and all that goes by \
             the calendar wait until that is confirmed (`tillbox clock confirm`)"
        );
        Rejection::new(Code::ClockForbids, why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_longer_than_48_hours_unseen_is_a_jump() {
        let at = |text: &str| text.parse::<Instant>().expect(text);
        let table = [
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", false),
            ("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", false),
            ("2026-01-01T00:00:00Z", "2026-01-03T00:00:00.000001Z", true),
            ("2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z", true),
            ("2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z", false),
        ];
        for (from, to, is_one) in table {
            let jump = Jump::between(at(from), at(to));
            assert_eq!(jump.is_some(), is_one, "{from} {to}");
        }
    }
}
