//! Proration by second: the seconds between the moments at which days begin in a zone. The day on which
//! the clock is set has 23 or 25 hours there, and counts for those.

use super::Share;
use crate::domain::time::{Period, Zone};

/// How many seconds a stretch of days has.
#[must_use]
pub fn seconds(stretch: Period, zone: Zone) -> i64 {
    zone.start_of(stretch.end()).seconds_since(zone.start_of(stretch.start()))
}

/// The seconds of `used` over those of `full`, or `None` if it is not a part of it.
#[must_use]
pub fn share(used: Period, full: Period, zone: Zone) -> Option<Share> {
    let is_part = full.start() <= used.start() && used.end() <= full.end();
    let of = u32::try_from(seconds(full, zone)).ok()?;
    if used == full && of == 0 {
        // The one day that a zone skipped.
        return Some(Share::WHOLE);
    }
    let used = u32::try_from(seconds(used, zone)).ok()?;
    if is_part { Share::seconds(used, of) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::proration::tests::period;

    fn zone(name: &str) -> Zone {
        name.parse().expect(name)
    }

    #[test]
    fn a_day_counts_for_the_hours_that_it_has_in_its_zone() {
        for (name, stretch, hours) in [
            ("UTC", "2026-03-29..2026-03-30", 24),
            ("Europe/Berlin", "2026-03-28..2026-03-29", 24),
            ("Europe/Berlin", "2026-03-29..2026-03-30", 23),
            ("Europe/Berlin", "2026-10-25..2026-10-26", 25),
            ("Europe/Berlin", "2026-03-01..2026-04-01", 31 * 24 - 1),
            ("Europe/Berlin", "2026-10-01..2026-11-01", 31 * 24 + 1),
            ("Europe/Berlin", "2026-01-01..2027-01-01", 365 * 24),
            // Midnight is skipped.
            ("America/Santiago", "2024-09-08..2024-09-09", 23),
            // The whole day is.
            ("Pacific/Apia", "2011-12-30..2011-12-31", 0),
            ("Pacific/Apia", "2011-12-29..2012-01-01", 48),
        ] {
            assert_eq!(seconds(period(stretch), zone(name)), hours * 3600, "{name} {stretch}");
        }
        let half = ("Australia/Lord_Howe", "2026-04-05..2026-04-06");
        assert_eq!(seconds(period(half.1), zone(half.0)), 24 * 3600 + 1800);
    }

    #[test]
    fn a_part_is_its_seconds_over_those_of_the_whole() {
        let of = |used, full, name| share(period(used), period(full), zone(name));
        let march = "2026-03-01..2026-04-01";
        let (used, all) = (3 * 86_400 - 3_600, 31 * 86_400 - 3_600);
        assert_eq!(of("2026-03-29..2026-04-01", march, "Europe/Berlin"), Share::seconds(used, all));
        assert_eq!(of(march, march, "Europe/Berlin"), Share::seconds(all, all));
        assert_eq!(of("2026-03-29..2026-04-02", march, "Europe/Berlin"), None);
        let skipped = "2011-12-30..2011-12-31";
        assert_eq!(of(skipped, skipped, "Pacific/Apia"), Some(Share::WHOLE));
    }
}
