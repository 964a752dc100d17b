//! Proration by months of 30 and years of 360 days: the 31st of a month counts for nothing, and the
//! last day of February for all that February lacks.
//!
//! Each day has a place in such a year, and a stretch counts for the places between its ends, so that
//! stretches which follow each other count for what they do together.

use super::Share;
use crate::domain::time::{Date, Period};

/// For how many days a stretch counts.
#[must_use]
pub fn days(stretch: Period) -> i64 {
    place(stretch.end()) - place(stretch.start())
}

/// The days of `used` over those of `full`, or `None` if it is not a part of it.
#[must_use]
pub fn share(used: Period, full: Period) -> Option<Share> {
    let is_part = full.start() <= used.start() && used.end() <= full.end();
    let of = u32::try_from(days(full)).ok()?;
    if used == full && of == 0 {
        // The one day that counts for nothing.
        return Some(Share::WHOLE);
    }
    let used = u32::try_from(days(used)).ok()?;
    if is_part { Share::new(used, of) } else { None }
}

fn place(date: Date) -> i64 {
    i64::from(date.year()) * 360 + i64::from(date.month()) * 30 + i64::from(date.day().min(30))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::proration::tests::period;

    #[test]
    fn a_month_has_30_days_and_a_year_360() {
        for (stretch, expected) in [
            ("2026-01-01..2026-02-01", 30),
            ("2026-02-01..2026-03-01", 30),
            ("2024-02-15..2024-03-01", 16),
            ("2026-01-16..2026-02-01", 15),
            ("2026-01-30..2026-01-31", 0),
            ("2026-01-31..2026-02-01", 1),
            ("2026-02-28..2026-03-01", 3),
            ("2026-01-31..2026-02-28", 28),
            ("2026-01-01..2027-01-01", 360),
        ] {
            assert_eq!(days(period(stretch)), expected, "{stretch}");
        }
    }

    #[test]
    fn a_part_is_its_days_over_those_of_the_whole() {
        let of = |used, full| share(period(used), period(full)).map(|it| (it.used(), it.of()));
        let january = "2026-01-01..2026-02-01";
        assert_eq!(of("2026-01-16..2026-02-01", january), Some((15, 30)));
        assert_eq!(of(january, january), Some((30, 30)));
        assert_eq!(of("2026-01-30..2026-01-31", "2026-01-30..2026-01-31"), Some((1, 1)));
        assert_eq!(of("2026-01-16..2026-02-02", january), None);
    }
}
