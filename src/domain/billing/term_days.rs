//! The days on which terms began, of which one decides on the version of a price.

use super::policy::PriceVersionAt;
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
    /// The first day after its current term; `None`: that has no end.
    pub until: Option<Date>,
}

impl TermDays<'_> {
    /// The first day of the term in which a day lies.
    fn of(&self, on: Date) -> Date {
        let begun = self.renewals.iter().chain([&self.last]).filter(|it| **it <= on);
        begun.max().copied().unwrap_or(self.first)
    }

    /// Whether the term in which a day lies has an end. Those before the current one ended with it.
    fn binds(&self, on: Date) -> bool {
        self.until.is_some() || self.of(on) < self.last
    }

    /// The day whose version of a price holds for a charge of a day: that day, the first of its term, or that
    /// on which the price was taken within the term.
    #[must_use]
    pub fn priced_on(&self, at: PriceVersionAt, on: Date, taken_on: Option<Date>) -> Date {
        let of_term = || {
            let term_from = self.of(on);
            taken_on.map_or(term_from, |it| it.max(term_from)).min(on)
        };
        match at {
            PriceVersionAt::Renewal => of_term(),
            PriceVersionAt::Commitment if self.binds(on) => of_term(),
            PriceVersionAt::Commitment | PriceVersionAt::Period => on,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    #[test]
    fn a_price_holds_for_a_day_a_term_or_a_term_that_binds() {
        let renewals = [day("2027-01-01")];
        let terms = |until: Option<&str>| TermDays {
            first: day("2026-01-01"),
            renewals: &renewals,
            last: day("2027-01-01"),
            until: until.map(day),
        };
        let (period, renewal, commitment) =
            (PriceVersionAt::Period, PriceVersionAt::Renewal, PriceVersionAt::Commitment);
        let (yearly, endless) = (terms(Some("2028-01-01")), terms(None));
        let table = [
            (yearly, period, "2027-05-01", None, "2027-05-01"),
            (yearly, renewal, "2027-05-01", None, "2027-01-01"),
            (yearly, commitment, "2027-05-01", None, "2027-01-01"),
            (yearly, commitment, "2026-12-01", None, "2026-01-01"),
            (yearly, commitment, "2027-05-01", Some("2027-03-10"), "2027-03-10"),
            (yearly, commitment, "2027-05-01", Some("2026-03-10"), "2027-01-01"),
            (yearly, commitment, "2027-05-01", Some("2027-06-01"), "2027-05-01"),
            (endless, renewal, "2027-05-01", None, "2027-01-01"),
            (endless, commitment, "2027-05-01", None, "2027-05-01"),
            (endless, commitment, "2026-05-01", None, "2026-01-01"),
        ];
        for (terms, at, on, taken_on, expected) in table {
            let found = terms.priced_on(at, day(on), taken_on.map(day));
            assert_eq!(found, day(expected), "{at} {on} {taken_on:?}");
        }
    }
}
