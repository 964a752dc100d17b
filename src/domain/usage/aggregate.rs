//! Buckets: the quarters of an hour of UTC in which tallies are kept.
//!
//! A day begins at a quarter of an hour of UTC in every zone that is in use, also where the offset
//! is :30 or :45, so that the days of a period are whole buckets.

use serde::{Deserialize, Serialize};

use crate::domain::time::{Instant, Period, Zone};

const BUCKET_MICROS: i64 = 15 * 60 * 1_000_000;

/// A quarter of an hour of UTC, counted from the beginning of 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Bucket(i32);

impl Bucket {
    /// The bucket in which a moment falls.
    ///
    /// Returns `None` further from 1970 than 60,000 years.
    #[must_use]
    pub fn of(at: Instant) -> Option<Self> {
        i32::try_from(at.micros().div_euclid(BUCKET_MICROS)).ok().map(Self)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The bucket of a number.
    #[must_use]
    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// The moment at which it begins.
    #[must_use]
    pub fn start(self) -> Option<Instant> {
        Instant::from_micros(i64::from(self.0) * BUCKET_MICROS)
    }
}

/// The buckets from the first up to but not including the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buckets {
    /// The first.
    pub from: Bucket,
    /// The first that is no longer meant.
    pub until: Bucket,
}

/// The buckets that a period consists of in a zone.
///
/// Returns `None` where one of its days begins inside a bucket, as in zones of the nineteenth
/// century: its events must then be read one by one.
#[must_use]
pub fn buckets(period: Period, zone: Zone) -> Option<Buckets> {
    let bucket = |date| {
        let start = zone.start_of(date);
        let bucket = Bucket::of(start)?;
        (bucket.start() == Some(start)).then_some(bucket)
    };
    Some(Buckets { from: bucket(period.start())?, until: bucket(period.end())? })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::time::Date;

    fn period(start: &str, end: &str) -> Period {
        let date = |text: &str| text.parse::<Date>().expect(text);
        Period::new(date(start), date(end)).expect("a period")
    }

    fn count(start: &str, end: &str, zone: &str) -> Option<i32> {
        let found = buckets(period(start, end), zone.parse().expect(zone))?;
        Some(found.until.number() - found.from.number())
    }

    #[test]
    fn a_day_has_as_many_buckets_as_quarters_of_an_hour() {
        assert_eq!(count("2026-01-01", "2026-01-02", "Europe/Berlin"), Some(96));
        assert_eq!(count("2026-03-29", "2026-03-30", "Europe/Berlin"), Some(92));
        assert_eq!(count("2026-10-25", "2026-10-26", "Europe/Berlin"), Some(100));
        assert_eq!(count("2026-10-04", "2026-10-05", "Australia/Lord_Howe"), Some(94));
        assert_eq!(count("2026-02-01", "2026-03-01", "Asia/Kathmandu"), Some(28 * 96));
        assert_eq!(count("1890-01-01", "1890-01-02", "Europe/Berlin"), None);
    }

    #[test]
    fn a_moment_before_1970_falls_into_the_bucket_before() {
        let bucket = |micros| Bucket::of(Instant::from_micros(micros).expect("an instant"));
        assert_eq!(bucket(-1), Some(Bucket(-1)));
        assert_eq!(bucket(0), Some(Bucket(0)));
        assert_eq!(bucket(BUCKET_MICROS), Some(Bucket(1)));
    }

    proptest! {
        #[test]
        fn every_moment_lies_in_its_bucket(micros in -2_000_000_000_000_000..4_000_000_000_000_000_i64) {
            let at = Instant::from_micros(micros).expect("an instant");
            let bucket = Bucket::of(at).expect("a bucket");
            prop_assert!(bucket.start().expect("a start") <= at);
            prop_assert!(at < Bucket(bucket.0 + 1).start().expect("a start"));
        }
    }
}
