//! Holds as billing sees them: days that may cost nothing.

use super::proration::Measure;
use crate::domain::time::{Date, Period};

/// Days on which a subscription is on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The first of them.
    pub from: Date,
    /// The first after them; `None`: it is still on hold.
    pub until: Option<Date>,
}

impl Hold {
    /// Whether a day is one of them.
    pub(super) fn has(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

/// How many days or seconds of a stretch of service were on hold.
pub(super) fn held_days(held: &[Hold], (service, by): (Period, Measure)) -> u32 {
    let days = held.iter().filter_map(|hold| {
        let until = hold.until.unwrap_or(service.end());
        Some(by.of(Period::new(hold.from, until)?.overlap(service)?))
    });
    u32::try_from(days.sum::<i64>()).expect("no more is on hold than a share can count")
}
