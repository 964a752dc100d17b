//! Cycles: how often statements are made, on which day, and how long after the period begins.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::error::Violation;
use crate::domain::time::{Span, SpanUnit};

/// The day of the month on which a cycle turns: 1 to 31; 31 means the last, and so do 29 and 30
/// where a month is shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BillingDay(u8);

impl BillingDay {
    /// The day, or `None` if no month has it.
    #[must_use]
    pub const fn new(day: u8) -> Option<Self> {
        if day >= 1 && day <= 31 { Some(Self(day)) } else { None }
    }

    /// The day as a number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// When statements are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cycle {
    /// How long a billing period is.
    pub period: Span,
    /// On which day of the month it turns; `None` for the day on which the account began.
    pub day: Option<BillingDay>,
    /// The billing date lies so many days after the period's start, or before it if negative.
    pub shift_days: i16,
}

impl Cycle {
    /// Every month, on the day on which the account began.
    pub const MONTHLY: Self = Self { period: Span::months(1), day: None, shift_days: 0 };

    /// No cycle is longer than ten years of days, and none shifts by more than one.
    pub const DAYS_MAX: u32 = 3660;
    /// The billing date lies within a year of the period's start.
    pub const SHIFT_DAYS_MAX: u16 = 366;

    /// What is wrong with it, if anything.
    #[must_use]
    pub fn violations(self, field: &str) -> Vec<Violation> {
        let mut found = Vec::new();
        let days_each = match self.period.unit {
            SpanUnit::Day => 1,
            SpanUnit::Week => 7,
            SpanUnit::Month => 30,
            SpanUnit::Year => 366,
        };
        if !(1..=Self::DAYS_MAX / days_each).contains(&self.period.count) {
            let message = "must be at least one day and at most ten years";
            found.push(Violation::new(format!("{field}/period"), "range", message));
        }
        let turns_on_a_day = match self.period.unit {
            SpanUnit::Month | SpanUnit::Year => true,
            SpanUnit::Day | SpanUnit::Week => false,
        };
        if self.day.is_some() && !turns_on_a_day {
            let message = "must be absent: only months and years turn on a day of the month";
            found.push(Violation::new(format!("{field}/day"), "range", message));
        }
        if self.shift_days.unsigned_abs() > Self::SHIFT_DAYS_MAX {
            let message = format!("must be within {} days", Self::SHIFT_DAYS_MAX);
            found.push(Violation::new(format!("{field}/shift_days"), "range", message));
        }
        found
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "every {}", self.period)?;
        if let Some(day) = self.day {
            write!(f, " on day {}", day.0)?;
        }
        match self.shift_days {
            0 => Ok(()),
            shift => write!(f, " {shift:+} days"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cycle(period: &str, day: Option<u8>, shift_days: i16) -> Cycle {
        let day = day.map(|it| BillingDay::new(it).expect("a day"));
        Cycle { period: period.parse().expect(period), day, shift_days }
    }

    #[test]
    fn only_what_can_be_billed_is_a_cycle() {
        for (cycle, expected) in [
            (Cycle::MONTHLY, ""),
            (cycle("1 month", Some(31), 14), ""),
            (cycle("2 weeks", None, -3), ""),
            (cycle("10 years", None, 0), ""),
            (cycle("0 months", None, 0), "/cycle/period"),
            (cycle("11 years", None, 0), "/cycle/period"),
            (cycle("4000000000 months", None, 0), "/cycle/period"),
            (cycle("2 weeks", Some(1), 0), "/cycle/day"),
            (cycle("1 month", None, 367), "/cycle/shift_days"),
            (cycle("1 month", None, i16::MIN), "/cycle/shift_days"),
        ] {
            let found: Vec<_> = cycle.violations("/cycle").into_iter().map(|it| it.field).collect();
            assert_eq!(found.join(" "), expected, "{cycle}");
        }
    }

    #[test]
    fn a_month_has_no_day_0_and_no_day_32() {
        let days = [0, 1, 31, 32].map(|it| BillingDay::new(it).map(BillingDay::get));
        assert_eq!(days, [None, Some(1), Some(31), None]);
    }

    #[test]
    fn a_cycle_reads_as_one_says_it() {
        assert_eq!(cycle("1 month", Some(5), -2).to_string(), "every 1 month on day 5 -2 days");
        assert_eq!(cycle("2 weeks", None, 0).to_string(), "every 2 weeks");
    }
}
