//! Cycles: how time is cut into the periods that are billed.
//!
//! A period ends on the *anniversary* of its start or on a fixed day of the *calendar*. Both count
//! from the anchor, never from the last period, so that an anchor of the 31st bills on 29 February
//! and on 31 March: the day does not drift.

use serde::{Deserialize, Serialize};

use crate::domain::catalog::price::Timing;
use crate::domain::error::Invalid;
use crate::domain::time::{Date, Period, Span, SpanUnit};

/// By how many days a billing date may lie before or after the period's own.
pub const SHIFT_DAYS_MAX: i16 = 90;

/// How time is cut into periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cycle {
    every: Span,
    anchor: Anchor,
    shift_days: i16,
}

/// On which day a period begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Anchor {
    /// On the day on which the service began.
    Anniversary,
    /// On this day of the month, and where the period has several months, from January on.
    Calendar(BillingDay),
}

/// A day of the month, 1 to 31; in shorter months the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BillingDay(u8);

impl BillingDay {
    /// The first of the month.
    pub const FIRST: Self = Self(1);

    /// The day, or `None` if no month has it.
    #[must_use]
    pub fn new(day: u8) -> Option<Self> {
        (1..=31).contains(&day).then_some(Self(day))
    }

    /// The number of the day.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The day itself in a month counted from the year 0, or the month's last.
    fn in_month(self, month: i32) -> Option<Date> {
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12).unsigned_abs() + 1);
        let day = u32::from(self.0);
        (day.min(28)..=day).rev().find_map(|it| Date::new(year, month, it))
    }
}

impl Cycle {
    /// A month from the first to the last, billed without a shift.
    pub const CALENDAR_MONTH: Self =
        Self { every: Span::months(1), anchor: Anchor::Calendar(BillingDay::FIRST), shift_days: 0 };

    /// Periods of a length from an anchor, billed so many days after their own day.
    ///
    /// # Errors
    /// If the length is none, or not of months where a day of the month is the anchor, or the shift
    /// is too large.
    pub fn new(every: Span, anchor: Anchor, shift_days: i16) -> Result<Self, Invalid> {
        if every.count == 0 || every.count > 1200 {
            return Err(Invalid::one("/every", "range", "must be 1 to 1200 units of time"));
        }
        if months_in(every).is_none() && anchor != Anchor::Anniversary {
            let rule = "must be an anniversary: days and weeks do not follow the months";
            return Err(Invalid::one("/anchor", "range", rule));
        }
        if shift_days.unsigned_abs() > SHIFT_DAYS_MAX.unsigned_abs() {
            return Err(Invalid::one("/shift_days", "range", "must be -90 to 90"));
        }
        Ok(Self { every, anchor, shift_days })
    }

    /// How long a period is.
    #[must_use]
    pub const fn every(self) -> Span {
        self.every
    }

    /// On which day it begins.
    #[must_use]
    pub const fn anchor(self) -> Anchor {
        self.anchor
    }

    /// How many days after its own day it is billed.
    #[must_use]
    pub const fn shift_days(self) -> i16 {
        self.shift_days
    }

    /// The same anchor and shift for periods of another length, as a price may have.
    #[must_use]
    pub fn with_length(self, every: Span) -> Self {
        let anchor = if months_in(every).is_some() { self.anchor } else { Anchor::Anniversary };
        Self { every, anchor, ..self }
    }

    /// The whole period in which a day lies, for a service that began on `began_on`.
    ///
    /// Returns `None` for a day before that, and beyond the years that can be written.
    #[must_use]
    pub fn period_of(self, began_on: Date, on: Date) -> Option<Period> {
        if on < began_on {
            return None;
        }
        match (self.anchor, months_in(self.every)) {
            (Anchor::Calendar(day), Some(months)) => calendar(day, months, on),
            (Anchor::Calendar(_) | Anchor::Anniversary, _) => self.anniversary(began_on, on),
        }
    }

    /// The day on which a stretch of service is charged.
    #[must_use]
    pub fn bills_on(self, service: Period, timing: Timing) -> Date {
        let day = match timing {
            Timing::InAdvance => service.start(),
            Timing::InArrears => service.end(),
        };
        day.plus_days(self.shift_days.into())
    }

    fn anniversary(self, began_on: Date, on: Date) -> Option<Period> {
        let mut times = self.times_at_most(began_on, on)?;
        while self.every.after(began_on, times) > on {
            times = times.checked_sub(1)?;
        }
        while self.every.after(began_on, times.checked_add(1)?) <= on {
            times += 1;
        }
        Period::new(self.every.after(began_on, times), self.every.after(began_on, times + 1))
    }

    /// About how many periods have passed: at most one more or less than really.
    fn times_at_most(self, began_on: Date, on: Date) -> Option<u32> {
        let count = i64::from(self.every.count);
        let passed = match self.every.unit {
            SpanUnit::Day => on.days_since(began_on) / count,
            SpanUnit::Week => on.days_since(began_on) / (7 * count),
            SpanUnit::Month => i64::from(month_of(on) - month_of(began_on)) / count,
            SpanUnit::Year => i64::from(on.year() - began_on.year()) / count,
        };
        u32::try_from(passed).ok()
    }
}

fn months_in(every: Span) -> Option<i32> {
    let count = i32::try_from(every.count).ok()?;
    match every.unit {
        SpanUnit::Day | SpanUnit::Week => None,
        SpanUnit::Month => Some(count),
        SpanUnit::Year => count.checked_mul(12),
    }
}

/// Months since the year 0.
fn month_of(date: Date) -> i32 {
    let month = i32::try_from(date.month()).expect("a month is 1 to 12");
    date.year() * 12 + month - 1
}

fn calendar(day: BillingDay, months: i32, on: Date) -> Option<Period> {
    let month = month_of(on);
    let mut first = month - month.rem_euclid(months);
    if day.in_month(first)? > on {
        first -= months;
    }
    Period::new(day.in_month(first)?, day.in_month(first + months)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect(text)
    }

    /// A cycle as tests write it: `1 month`, `3 months on 31`.
    fn cycle(text: &str) -> Cycle {
        let (every, day) = text.split_once(" on ").unwrap_or((text, ""));
        let day = day.parse().ok().and_then(BillingDay::new);
        let anchor = day.map_or(Anchor::Anniversary, Anchor::Calendar);
        Cycle::new(every.parse().expect(text), anchor, 0).expect(text)
    }

    /// Rows of the form `id | cycle | began on | on => period`.
    fn check(rows: &str) {
        for row in rows.lines().map(str::trim).filter(|it| !it.is_empty()) {
            let (case, expected) = row.split_once(" => ").expect(row);
            let fields: Vec<_> = case.split('|').map(str::trim).collect();
            let [_id, text, began_on, on] = fields[..] else { panic!("{row}") };
            let period = cycle(text).period_of(date(began_on), date(on));
            let period = period.map_or_else(|| "-".to_owned(), |it| it.to_string());
            assert_eq!(period, expected, "{row}");
        }
    }

    #[test]
    fn a_day_lies_in_the_period_of_its_cycle() {
        check(
            "
            W113 | 1 month        | 2024-01-31 | 2024-02-28 => 2024-01-31..2024-02-29
            W113 | 1 month        | 2024-01-31 | 2024-02-29 => 2024-02-29..2024-03-31
            W113 | 1 month        | 2024-01-31 | 2024-03-31 => 2024-03-31..2024-04-30
            W113 | 1 month        | 2024-01-30 | 2024-03-29 => 2024-02-29..2024-03-30
            W113 | 1 month        | 2024-01-30 | 2024-04-29 => 2024-03-30..2024-04-30
            W119 | 1 month on 31  | 2023-01-01 | 2023-02-28 => 2023-02-28..2023-03-31
            W119 | 1 month on 31  | 2023-01-01 | 2024-02-29 => 2024-02-29..2024-03-31
            W119 | 1 month on 31  | 2023-01-01 | 2023-04-30 => 2023-04-30..2023-05-31
            W041 | 1 month on 1   | 2026-08-10 | 2026-08-10 => 2026-08-01..2026-09-01
            W047 | 1 year         | 2023-07-19 | 2023-11-19 => 2023-07-19..2024-07-19
            week | 1 week         | 2026-01-01 | 2026-01-14 => 2026-01-08..2026-01-15
            days | 10 days        | 2026-01-01 | 2026-01-31 => 2026-01-31..2026-02-10
            quar | 3 months on 15 | 2026-01-01 | 2026-04-14 => 2026-01-15..2026-04-15
            quar | 3 months on 15 | 2026-01-01 | 2026-01-10 => 2025-10-15..2026-01-15
            half | 6 months on 1  | 2026-01-01 | 2026-07-01 => 2026-07-01..2027-01-01
            year | 1 year on 1    | 2026-05-05 | 2026-05-05 => 2026-01-01..2027-01-01
            leap | 1 year         | 2024-02-29 | 2025-02-28 => 2025-02-28..2026-02-28
            past | 1 month        | 2026-05-05 | 2026-05-04 => -
            end  | 1 month        | 2026-05-05 | 2026-05-05 => 2026-05-05..2026-06-05
        ",
        );
    }

    #[test]
    fn a_period_is_billed_at_its_start_or_end_and_shifted() {
        let cycle = Cycle::new(Span::months(1), Anchor::Anniversary, 3).expect("a cycle");
        let service = Period::new(date("2026-01-31"), date("2026-02-28")).expect("a period");
        assert_eq!(cycle.bills_on(service, Timing::InAdvance), date("2026-02-03"));
        assert_eq!(cycle.bills_on(service, Timing::InArrears), date("2026-03-03"));
    }

    #[test]
    fn a_cycle_that_cuts_nothing_is_refused() {
        let first = Anchor::Calendar(BillingDay::FIRST);
        let table = [
            (Span::months(0), Anchor::Anniversary, 0, "/every"),
            (Span::days(7), first, 0, "/anchor"),
            (Span { count: 2, unit: SpanUnit::Week }, first, 0, "/anchor"),
            (Span::months(1), first, 91, "/shift_days"),
            (Span::months(1), first, i16::MIN, "/shift_days"),
        ];
        for (every, anchor, shift_days, field) in table {
            let refused = Cycle::new(every, anchor, shift_days).expect_err(field);
            assert_eq!(refused.violations[0].field, field);
        }
        assert_eq!((BillingDay::new(0), BillingDay::new(32)), (None, None));
    }

    #[test]
    fn a_price_in_days_follows_the_anniversary_whatever_the_account_does() {
        let daily = Cycle::CALENDAR_MONTH.with_length(Span::days(1));
        assert_eq!(daily.anchor(), Anchor::Anniversary);
        let yearly = Cycle::CALENDAR_MONTH.with_length(Span { count: 1, unit: SpanUnit::Year });
        assert_eq!(yearly.anchor(), Anchor::Calendar(BillingDay::FIRST));
    }

    proptest! {
        #[test]
        fn periods_tile_the_calendar_and_hold_their_day(
            began in 0..20_000_i64,
            later in 0..8_000_i64,
            length in 0..8_usize,
        ) {
            let lengths = ["1 month", "3 months", "1 year", "1 week", "10 days", "1 month on 31", "6 months on 30", "5 months on 29"];
            let (began_on, cycle) = (date("1990-01-01").plus_days(began), cycle(lengths[length]));
            let on = began_on.plus_days(later);
            let period = cycle.period_of(began_on, on).expect("a period");
            prop_assert!(period.contains(on), "{} {}", period, on);
            let next = cycle.period_of(began_on, period.end()).expect("a period");
            prop_assert_eq!(next.start(), period.end());
        }
    }
}
