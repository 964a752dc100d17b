//! Time: instants, civil dates, half-open periods and the zone that relates them.
//!
//! An [`Instant`] is when something happened. A [`Date`] is a day as people write it, and begins
//! at a different instant in each [`Zone`]. Billing counts days; the clock counts instants; only a
//! zone leads from one to the other. Nothing here assumes that a day has 24 hours or a month 30
//! days.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeZone, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// A text that is not a time of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not {expected}")]
pub struct TimeError {
    text: String,
    expected: &'static str,
}

impl TimeError {
    fn new(text: &str, expected: &'static str) -> Self {
        Self { text: text.chars().take(80).collect(), expected }
    }
}

/// A moment, to the microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(DateTime<Utc>);

impl Instant {
    /// The moment `micros` microseconds after the beginning of 1970, UTC.
    ///
    /// Returns `None` beyond the years that dates can be written for.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(micros).map(Self)
    }

    /// The moment of a chrono time, its nanoseconds cut off.
    #[must_use]
    pub fn from_chrono(at: DateTime<Utc>) -> Self {
        Self(DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at))
    }

    /// Microseconds since the beginning of 1970, UTC.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0.timestamp_micros()
    }

    /// The same moment as chrono has it.
    #[must_use]
    pub const fn chrono(self) -> DateTime<Utc> {
        self.0
    }

    /// The moment `seconds` later, or earlier if negative; the nearest that can be written.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let bound = if seconds < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
        let span = chrono::TimeDelta::try_seconds(seconds);
        Self(span.and_then(|it| self.0.checked_add_signed(it)).unwrap_or(bound))
    }

    /// The moment `micros` microseconds later, or earlier if negative.
    #[must_use]
    pub fn plus_micros(self, micros: i64) -> Self {
        let span = chrono::TimeDelta::microseconds(micros);
        Self(self.0.checked_add_signed(span).unwrap_or(self.0))
    }

    /// The seconds from `earlier` to here; negative if it is later.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).num_seconds()
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

impl FromStr for Instant {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let refused = || TimeError::new(text, "an instant of the form `2026-01-31T12:00:00Z`");
        let at = DateTime::parse_from_rfc3339(text).map_err(|_| refused())?;
        Ok(Self::from_chrono(at.to_utc()))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.micros().serialize(to)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let micros = i64::deserialize(from)?;
        Self::from_micros(micros).ok_or_else(|| de::Error::custom("an instant out of range"))
    }
}

/// A day of the civil calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    /// The day, or `None` if the calendar has no such day.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self)
    }

    /// The day of a chrono date.
    #[must_use]
    pub const fn from_chrono(date: NaiveDate) -> Self {
        Self(date)
    }

    /// The same day as chrono has it.
    #[must_use]
    pub const fn chrono(self) -> NaiveDate {
        self.0
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> u32 {
        self.0.day()
    }

    /// The day `days` later, or earlier if negative; the nearest that can be written.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let span = Days::new(days.unsigned_abs());
        match days < 0 {
            true => Self(self.0.checked_sub_days(span).unwrap_or(NaiveDate::MIN)),
            false => Self(self.0.checked_add_days(span).unwrap_or(NaiveDate::MAX)),
        }
    }

    /// The same day of the month `months` later, or the month's last where it is shorter.
    ///
    /// Count from the anchor, not from the last result: 31 January, plus one and then one month,
    /// would have drifted to 28 March.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        Self(self.0.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX))
    }

    /// The day so many months before, in the same way.
    #[must_use]
    pub fn minus_months(self, months: u32) -> Self {
        Self(self.0.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN))
    }

    /// How many days lie between `earlier` and here; negative if it is later.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).num_days()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Date {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let refused = || TimeError::new(text, "a date of the form `2026-01-31`");
        if text.len() != 10 {
            return Err(refused());
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self).map_err(|_| refused())
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.num_days_from_ce().serialize(to)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let days = i32::deserialize(from)?;
        let date = NaiveDate::from_num_days_from_ce_opt(days);
        date.map(Self).ok_or_else(|| de::Error::custom("a date out of range"))
    }
}

/// A stretch of days, from `start` up to but *not including* `end`.
///
/// Half-open, so that consecutive periods tile the calendar: the end of May is the start of June,
/// and no day is billed twice or never.
///
/// Invariant: `start < end`. An empty period cannot be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    start: Date,
    end: Date,
}

impl Period {
    /// The days from `start` to the day before `end`, or `None` if there are none.
    #[must_use]
    pub fn new(start: Date, end: Date) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// The first day.
    #[must_use]
    pub const fn start(self) -> Date {
        self.start
    }

    /// The first day that is no longer in it.
    #[must_use]
    pub const fn end(self) -> Date {
        self.end
    }

    /// How many days it has: at least one.
    #[must_use]
    pub fn days(self) -> i64 {
        self.end.days_since(self.start)
    }

    /// Whether a day lies in it.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        self.start <= date && date < self.end
    }

    /// Cuts the period in two at `date`, if `date` lies strictly inside.
    #[must_use]
    pub fn split_at(self, date: Date) -> Option<(Self, Self)> {
        Some((Self::new(self.start, date)?, Self::new(date, self.end)?))
    }

    /// The days that both have, or `None` if there are none.
    #[must_use]
    pub fn overlap(self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// When something holds: from a moment on, up to but not including another; either may be open.
///
/// Invariant: if both ends are said, `from < until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Validity {
    from: Option<Instant>,
    until: Option<Instant>,
}

impl Validity {
    /// Holds at any time.
    pub const ALWAYS: Self = Self { from: None, until: None };

    /// Holds from `from` up to `until`, or `None` if that is never.
    #[must_use]
    pub fn new(from: Option<Instant>, until: Option<Instant>) -> Option<Self> {
        let never = from.zip(until).is_some_and(|(from, until)| from >= until);
        (!never).then_some(Self { from, until })
    }

    /// The first moment at which it holds; `None` if it always has.
    #[must_use]
    pub const fn from(self) -> Option<Instant> {
        self.from
    }

    /// The first moment at which it no longer holds; `None` if it has no end.
    #[must_use]
    pub const fn until(self) -> Option<Instant> {
        self.until
    }

    /// Whether it holds at a moment.
    #[must_use]
    pub fn contains(self, at: Instant) -> bool {
        self.from.is_none_or(|it| it <= at) && self.until.is_none_or(|it| at < it)
    }
}

/// A time zone of the IANA database, which says when a day begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(chrono_tz::Tz);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(chrono_tz::UTC);

    /// The name in the IANA database, such as `Europe/Berlin`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The day on which a moment falls here.
    #[must_use]
    pub fn date_of(self, at: Instant) -> Date {
        Date(at.0.with_timezone(&self.0).date_naive())
    }

    /// The moment at which a day begins here: midnight, or the first moment after it where the
    /// clock skips midnight, or the whole day; the first of the two where it strikes twice.
    #[must_use]
    pub fn start_of(self, date: Date) -> Instant {
        let midnight = date.0.and_time(chrono::NaiveTime::MIN);
        for minutes in (0..=24 * 60).step_by(15) {
            let local = midnight + chrono::TimeDelta::minutes(minutes);
            if let Some(at) = self.0.from_local_datetime(&local).earliest() {
                return Instant::from_chrono(at.to_utc());
            }
        }
        Instant::from_chrono(midnight.and_utc())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let refused = || TimeError::new(text, "a time zone of the form `Europe/Berlin`");
        chrono_tz::Tz::from_str(text).map(Self).map_err(|_| refused())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.name().serialize(to)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        <&str>::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// A length of time as contracts say it: so many days, weeks, months or years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: SpanUnit,
}

/// What a [`Span`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SpanUnit {
    /// Civil days.
    Day,
    /// Seven civil days.
    Week,
    /// Months of the calendar.
    Month,
    /// Twelve months of the calendar.
    Year,
}

impl Span {
    /// So many days.
    #[must_use]
    pub const fn days(count: u32) -> Self {
        Self { count, unit: SpanUnit::Day }
    }

    /// So many months.
    #[must_use]
    pub const fn months(count: u32) -> Self {
        Self { count, unit: SpanUnit::Month }
    }

    /// So many of them in a row; `None` if that is more than can be counted.
    #[must_use]
    pub fn times(self, count: u32) -> Option<Self> {
        Some(Self { count: self.count.checked_mul(count)?, ..self })
    }

    /// How many of them in a row are as long as `whole`: a year is twelve months and a week seven
    /// days, but no month is a number of days. `None` where none are.
    #[must_use]
    pub fn times_in(self, whole: Self) -> Option<u32> {
        let (own, of_days) = self.smallest();
        let (all, all_of_days) = whole.smallest();
        let fits = own > 0 && all > 0 && of_days == all_of_days && all.is_multiple_of(own);
        if fits { u32::try_from(all / own).ok() } else { None }
    }

    /// How many days or months it has, and whether they are days.
    fn smallest(self) -> (u64, bool) {
        let count = u64::from(self.count);
        match self.unit {
            SpanUnit::Day => (count, true),
            SpanUnit::Week => (count * 7, true),
            SpanUnit::Month => (count, false),
            SpanUnit::Year => (count * 12, false),
        }
    }

    /// The day on which the `times`-th such span after `anchor` ends.
    ///
    /// Counted from the anchor, so that the 31st never drifts to the 28th.
    #[must_use]
    pub fn after(self, anchor: Date, times: u32) -> Date {
        let total = u64::from(self.count) * u64::from(times);
        let days = |each: u64| anchor.plus_days(i64::try_from(total * each).unwrap_or(i64::MAX));
        let months =
            |each: u64| anchor.plus_months(u32::try_from(total * each).unwrap_or(u32::MAX));
        match self.unit {
            SpanUnit::Day => days(1),
            SpanUnit::Week => days(7),
            SpanUnit::Month => months(1),
            SpanUnit::Year => months(12),
        }
    }

    /// The same in days or months.
    #[must_use]
    pub fn in_smallest(self) -> (SpanUnit, u64) {
        let count = u64::from(self.count);
        match self.unit {
            SpanUnit::Day => (SpanUnit::Day, count),
            SpanUnit::Week => (SpanUnit::Day, count * 7),
            SpanUnit::Month => (SpanUnit::Month, count),
            SpanUnit::Year => (SpanUnit::Month, count * 12),
        }
    }

    /// Whether it is as long as another, however they are written: a year is twelve months.
    #[must_use]
    pub fn is_as_long_as(self, other: Self) -> bool {
        self.in_smallest() == other.in_smallest()
    }

    /// The day one such span before another.
    #[must_use]
    pub fn before(self, day: Date) -> Date {
        let days = |each: i64| day.plus_days(-i64::from(self.count) * each);
        match self.unit {
            SpanUnit::Day => days(1),
            SpanUnit::Week => days(7),
            SpanUnit::Month => day.minus_months(self.count),
            SpanUnit::Year => day.minus_months(self.count.saturating_mul(12)),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            SpanUnit::Day => "day",
            SpanUnit::Week => "week",
            SpanUnit::Month => "month",
            SpanUnit::Year => "year",
        };
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {unit}{plural}", self.count)
    }
}

impl FromStr for Span {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let refused = || TimeError::new(text, "a span such as `1 month` or `14 days`");
        let digits = text.find(|it: char| !it.is_ascii_digit()).ok_or_else(refused)?;
        let (count, unit) = text.split_at(digits);
        let count = count.parse().map_err(|_| refused())?;
        let unit = unit.trim();
        let unit = match unit.strip_suffix('s').unwrap_or(unit) {
            "day" | "d" => SpanUnit::Day,
            "week" | "w" => SpanUnit::Week,
            "month" | "m" => SpanUnit::Month,
            "year" | "y" => SpanUnit::Year,
            _ => return Err(refused()),
        };
        Ok(Self { count, unit })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect(text)
    }

    #[test]
    fn a_year_is_twelve_months_a_week_is_seven_days_and_no_month_is_days() {
        let span = |text: &str| text.parse::<Span>().expect(text);
        for (unit, whole, expected) in [
            ("1 month", "8 months", Some(8)),
            ("1 month", "2 years", Some(24)),
            ("1 year", "36 months", Some(3)),
            ("12 months", "1 year", Some(1)),
            ("1 week", "14 days", Some(2)),
            ("1 year", "8 months", None),
            ("3 months", "8 months", None),
            ("1 month", "30 days", None),
            ("1 month", "0 months", None),
        ] {
            assert_eq!(span(unit).times_in(span(whole)), expected, "{unit} {whole}");
        }
        assert_eq!(span("2 weeks").times(3), Some(span("6 weeks")));
        assert_eq!(Span::days(u32::MAX).times(2), None);
    }

    #[test]
    fn the_31st_never_drifts() {
        let anchor = date("2028-01-31");
        let month = Span::months(1);
        let days: Vec<_> = (1..=4).map(|it| month.after(anchor, it).to_string()).collect();
        assert_eq!(days, ["2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]);
    }

    #[test]
    fn a_day_begins_at_its_zones_midnight_even_where_the_clock_skips_it() {
        let start = |zone: &str, day: &str| {
            zone.parse::<Zone>().expect(zone).start_of(date(day)).to_string()
        };
        assert_eq!(start("Europe/Berlin", "2026-01-01"), "2025-12-31T23:00:00Z");
        assert_eq!(start("Europe/Berlin", "2026-07-01"), "2026-06-30T22:00:00Z");
        assert_eq!(start("America/Sao_Paulo", "2018-11-04"), "2018-11-04T03:00:00Z");
        // Samoa went over the date line, from the 29th to the 31st.
        assert_eq!(start("Pacific/Apia", "2011-12-30"), "2011-12-30T10:00:00Z");
        assert_eq!(start("Pacific/Apia", "2011-12-31"), "2011-12-30T10:00:00Z");
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in
            ["2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-1", "tomorrow", ""]
        {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_holds_from_a_moment_on_no_longer_holds_at_its_end() {
        let at = |micros| Instant::from_micros(micros);
        let validity = Validity::new(at(10), at(20)).expect("a while");
        let held: Vec<_> =
            (9..=20).filter(|it| at(*it).is_some_and(|it| validity.contains(it))).collect();
        assert_eq!(held, (10..20).collect::<Vec<_>>());
        assert_eq!((Validity::new(at(20), at(20)), Validity::new(at(21), at(20))), (None, None));
        assert!(at(0).is_some_and(|it| Validity::ALWAYS.contains(it)));
    }

    #[test]
    fn a_year_is_twelve_months_and_no_number_of_days() {
        let alike = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|it| it.parse::<Span>().expect(it));
            one.is_as_long_as(other)
        };
        assert!(alike("1 year", "12 months"));
        assert!(alike("2 weeks", "14 days"));
        assert!(!alike("1 month", "30 days"));
    }

    #[test]
    fn what_lies_a_span_before_lies_after_it_unless_a_month_is_shorter() {
        for (text, day, before) in [
            ("3 days", "2026-03-01", "2026-02-26"),
            ("2 weeks", "2026-03-01", "2026-02-15"),
            ("1 month", "2026-03-31", "2026-02-28"),
            ("1 year", "2028-02-29", "2027-02-28"),
        ] {
            let (span, day) = (text.parse::<Span>().expect(text), day.parse().expect(day));
            assert_eq!(span.before(day).to_string(), before, "{text}");
        }
    }

    #[test]
    fn a_span_is_read_as_people_write_it() {
        for (text, expected) in [
            ("1month", "1 month"),
            ("2 weeks", "2 weeks"),
            ("14d", "14 days"),
            ("1 year", "1 year"),
        ] {
            assert_eq!(text.parse::<Span>().map(|it| it.to_string()), Ok(expected.to_owned()));
        }
        for text in ["month", "1", "-1 month", "1 fortnight", "99999999999 days"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_parts_of_a_period_tile_it(start in 0..100_000_i64, days in 1..4000_i64, cut in -10..4010_i64) {
            let start = date("1900-01-01").plus_days(start);
            let period = Period::new(start, start.plus_days(days)).expect("not empty");
            match period.split_at(start.plus_days(cut)) {
                Some((before, after)) => {
                    prop_assert_eq!(before.days() + after.days(), period.days());
                    prop_assert_eq!(before.end(), after.start());
                }
                None => prop_assert!(cut <= 0 || cut >= days),
            }
        }

        #[test]
        fn every_moment_lies_in_the_day_its_zone_says(micros in 0..4_000_000_000_000_000_i64) {
            let at = Instant::from_micros(micros).expect("in range");
            for zone in ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"] {
                let zone: Zone = zone.parse().expect(zone);
                let day = zone.date_of(at);
                prop_assert!(zone.start_of(day) <= at);
                prop_assert!(at < zone.start_of(day.plus_days(1)));
            }
        }
    }
}
