//! The days on which terms began, of which one decides on the version of a price.

use crate::domain::time::Date;

/// The days on which the terms of a subscription began, as far as they are known.
#[derive(Debug, Clone, Copy)]
pub struct TermDays<'a> {
    /// That of its first term.
    pub first: Date,
    /// Those of the terms that it was renewed into, in order.
    pub renewals: &'a [Date],
    /// That of its current term.
    pub last: Date,
}

impl TermDays<'_> {
    /// The first day of the term in which a day lies.
    pub(super) fn of(&self, on: Date) -> Date {
        let begun = self.renewals.iter().chain([&self.last]).filter(|it| **it <= on);
        begun.max().copied().unwrap_or(self.first)
    }
}
