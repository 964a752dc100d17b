//! Cycles: how time is cut into the periods that are billed.
//!
//! What a cycle is belongs to the account; here is its arithmetic. A period ends on the
//! *anniversary* of its start or on a fixed day of the *calendar*. Both count
//! from the anchor, never from the last period, so that an anchor of the 31st bills on 29 February
//! and on 31 March: the day does not drift.

use crate::domain::account::cycle::{BillingDay, Cycle};
use crate::domain::catalog::price::Timing;
use crate::domain::time::{Date, Period, Span, SpanUnit};

/// The same anchor and shift for periods of another length, as a price may have. Days and weeks
/// do not follow the months, so such periods follow the anniversary whatever the cycle does.
#[must_use]
pub fn with_length(cycle: Cycle, period: Span) -> Cycle {
    Cycle { period, day: cycle.day.filter(|_| months_in(period).is_some()), ..cycle }
}

/// The whole period in which a day lies, for a service that began on `began_on`.
///
/// Periods of several months that turn on a day of the month are counted from January on. Returns
/// `None` for a day before the service began, beyond the years that can be written, and for a cycle
/// without length.
#[must_use]
pub fn period_of(cycle: Cycle, began_on: Date, on: Date) -> Option<Period> {
    if on < began_on || cycle.period.count == 0 {
        return None;
    }
    match (cycle.day, months_in(cycle.period)) {
        (Some(day), Some(months)) => calendar(day, months, on),
        (Some(_) | None, _) => anniversary(cycle.period, began_on, on),
    }
}

/// The day on which a stretch of service is charged.
#[must_use]
pub fn bills_on(cycle: Cycle, service: Period, timing: Timing) -> Date {
    let day = match timing {
        Timing::InAdvance => service.start(),
        Timing::InArrears => service.end(),
    };
    day.plus_days(cycle.shift_days.into())
}

fn anniversary(every: Span, began_on: Date, on: Date) -> Option<Period> {
    let mut times = times_about(every, began_on, on)?;
    while every.after(began_on, times) > on {
        times = times.checked_sub(1)?;
    }
    while every.after(began_on, times.checked_add(1)?) <= on {
        times += 1;
    }
    Period::new(every.after(began_on, times), every.after(began_on, times + 1))
}

/// About how many periods have passed: at most one more or less than really.
fn times_about(every: Span, began_on: Date, on: Date) -> Option<u32> {
    let count = i64::from(every.count);
    let passed = match every.unit {
        SpanUnit::Day => on.days_since(began_on) / count,
        SpanUnit::Week => on.days_since(began_on) / (7 * count),
        SpanUnit::Month => i64::from(month_of(on) - month_of(began_on)) / count,
        SpanUnit::Year => i64::from(on.year() - began_on.year()) / count,
    };
    u32::try_from(passed).ok()
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
    if day_in(day, first)? > on {
        first = first.checked_sub(months)?;
    }
    Period::new(day_in(day, first)?, day_in(day, first.checked_add(months)?)?)
}

/// A day of the month in a month counted from the year 0, or the month's last.
fn day_in(day: BillingDay, month: i32) -> Option<Date> {
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12).unsigned_abs() + 1);
    let day = u32::from(day.get());
    (day.min(28)..=day).rev().find_map(|it| Date::new(year, month, it))
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
        Cycle { period: every.parse().expect(text), day, shift_days: 0 }
    }

    /// Rows of the form `id | cycle | began on | on => period`.
    fn check(rows: &str) {
        for row in rows.lines().map(str::trim).filter(|it| !it.is_empty()) {
            let (case, expected) = row.split_once(" => ").expect(row);
            let fields: Vec<_> = case.split('|').map(str::trim).collect();
            let [_id, text, began_on, on] = fields[..] else { panic!("{row}") };
            let period = period_of(cycle(text), date(began_on), date(on));
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
            none | 0 months       | 2026-05-05 | 2026-05-05 => -
            none | 0 months on 1  | 2026-05-05 | 2026-05-05 => -
        ",
        );
    }

    #[test]
    fn a_period_is_billed_at_its_start_or_end_and_shifted() {
        let cycle = Cycle { shift_days: 3, ..Cycle::MONTHLY };
        let service = Period::new(date("2026-01-31"), date("2026-02-28")).expect("a period");
        assert_eq!(bills_on(cycle, service, Timing::InAdvance), date("2026-02-03"));
        assert_eq!(bills_on(cycle, service, Timing::InArrears), date("2026-03-03"));
    }

    #[test]
    fn a_price_in_days_follows_the_anniversary_whatever_the_account_does() {
        let first = cycle("1 month on 1");
        assert_eq!(with_length(first, Span::days(1)).day, None);
        let yearly = with_length(first, Span { count: 1, unit: SpanUnit::Year });
        assert_eq!(yearly.day, BillingDay::new(1));
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
            let period = period_of(cycle, began_on, on).expect("a period");
            prop_assert!(period.contains(on), "{} {}", period, on);
            let next = period_of(cycle, began_on, period.end()).expect("a period");
            prop_assert_eq!(next.start(), period.end());
        }
    }
}
