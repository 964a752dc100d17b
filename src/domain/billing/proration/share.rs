//! Shares: so many days, or seconds, of so many.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::money::{Amount, MoneyError};

/// What a share counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Counts {
    /// Days.
    Days,
    /// Seconds.
    Seconds,
}

/// So many days, or seconds, of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    used: u32,
    of: u32,
    counts: Counts,
}

impl Share {
    /// All of it.
    pub const WHOLE: Self = Self { used: 1, of: 1, counts: Counts::Days };
    /// Nothing of it.
    pub const NOTHING: Self = Self { used: 0, of: 1, counts: Counts::Days };

    /// `used` of `of` days, or `None` if that is more than the whole or a part of nothing.
    #[must_use]
    pub const fn new(used: u32, of: u32) -> Option<Self> {
        Self::counted(Counts::Days, (used, of))
    }

    /// The same of seconds.
    #[must_use]
    pub const fn seconds(used: u32, of: u32) -> Option<Self> {
        Self::counted(Counts::Seconds, (used, of))
    }

    /// The same of either.
    #[must_use]
    pub const fn counted(counts: Counts, (used, of): (u32, u32)) -> Option<Self> {
        if of == 0 || used > of { None } else { Some(Self { used, of, counts }) }
    }

    /// The days or seconds used.
    #[must_use]
    pub const fn used(self) -> u32 {
        self.used
    }

    /// The days or seconds there are.
    #[must_use]
    pub const fn of(self) -> u32 {
        self.of
    }

    /// Which of both it counts.
    #[must_use]
    pub const fn counts(self) -> Counts {
        self.counts
    }

    /// Whether nothing is missing.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.used == self.of
    }

    /// The same with some of what was used taken off: none is left if more is taken than was used.
    #[must_use]
    pub const fn without(self, off: u32) -> Self {
        Self { used: self.used.saturating_sub(off), ..self }
    }

    /// That part of an amount, before any rounding.
    ///
    /// # Errors
    /// If the amount is too large.
    pub fn part_of(self, amount: Amount) -> Result<Amount, MoneyError> {
        match self.is_whole() {
            true => Ok(amount),
            false => amount.part(Decimal::from(self.used), Decimal::from(self.of)),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = match self.counts {
            Counts::Days => "days",
            Counts::Seconds => "seconds",
        };
        write!(f, "{} of {} {counts}", self.used, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_were_not_served_are_taken_off() {
        let share = Share::new(21, 28).expect("a share");
        assert_eq!(share.without(7), Share::new(14, 28).expect("a share"));
        assert_eq!(share.without(30).used(), 0);
        assert_eq!((Share::new(2, 1), Share::new(0, 0)), (None, None));
        assert_eq!(share.to_string(), "21 of 28 days");
        let seconds = Share::seconds(3_600, 86_400).expect("a share");
        assert_eq!(seconds.to_string(), "3600 of 86400 seconds");
    }
}
