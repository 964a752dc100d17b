//! Service terms: what happens to a subscription after its term has ended unrenewed.

use serde::{Deserialize, Serialize};

use crate::domain::id::ServiceTermsId;
use crate::domain::stamp::Stamp;
use crate::domain::text::Name;
use crate::domain::time::Date;
use crate::domain::word::words;

words! {
    /// What becomes of what the service holds when the time for coming back is over.
    AfterHold {
        /// It is kept, and can be restored.
        Keep = "keep";
        /// It is destroyed for good.
        Destroy = "destroy";
    }
}

/// What follows the end of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aftermath {
    /// For how many days the service goes on.
    pub grace_days: u32,
    /// For how many days after that it is stopped but can be renewed.
    pub hold_days: u32,
    /// What happens then.
    pub after_hold: AfterHold,
}

impl Aftermath {
    /// No grace, no hold, and nothing destroyed: what holds where no service terms are named.
    pub const NONE: Self = Self { grace_days: 0, hold_days: 0, after_hold: AfterHold::Keep };

    /// The first day without service, for a term that ended on a day.
    #[must_use]
    pub fn grace_ends_on(self, term_end_on: Date) -> Date {
        term_end_on.plus_days(i64::from(self.grace_days))
    }

    /// The first day on which it can no longer be renewed, for a term that ended on a day.
    #[must_use]
    pub fn hold_ends_on(self, term_end_on: Date) -> Date {
        self.grace_ends_on(term_end_on).plus_days(i64::from(self.hold_days))
    }
}

/// What happens after expiry: to what was paid for, and to trials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceTerms {
    /// Their id.
    pub id: ServiceTermsId,
    /// Whose they are.
    pub stamp: Stamp,
    /// What they are called.
    pub name: Name,
    /// What happens to what was paid for.
    pub paid: Aftermath,
    /// What happens to trials.
    pub trial: Aftermath,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grace_and_hold_follow_one_another() {
        let terms = Aftermath { grace_days: 10, hold_days: 30, after_hold: AfterHold::Keep };
        let end: Date = "2019-06-12".parse().expect("a date");
        assert_eq!(terms.grace_ends_on(end).to_string(), "2019-06-22");
        assert_eq!(terms.hold_ends_on(end).to_string(), "2019-07-22");
        assert_eq!(Aftermath::NONE.hold_ends_on(end), end);
    }
}
