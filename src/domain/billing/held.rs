//! Holds as billing sees them: days that may cost nothing.

use super::proration::ProrationUnit;
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

/// How many days of a stretch of service were on hold, as a unit measures them.
pub(super) fn held_days(held: &[Hold], (service, unit): (Period, ProrationUnit)) -> u32 {
    let days = held.iter().filter_map(|hold| {
        let until = hold.until.unwrap_or(service.end());
        Some(unit.measure(Period::new(hold.from, until)?.overlap(service)?))
    });
    u32::try_from(days.sum::<i64>()).expect("a period has fewer days than 32 bits")
}
