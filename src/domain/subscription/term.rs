//! The running term of a subscription: the days for which it was bought, and how it goes on.

use serde::{Deserialize, Serialize};

use crate::domain::catalog;
use crate::domain::catalog::term::Renewal;
use crate::domain::text::Code;
use crate::domain::time::{Date, Period, Span, SpanUnit};

/// The days for which a subscription was bought, in the time zone of its billing account.
///
/// Invariant: if it ends, it ends after it starts, and by its length, counted from the anchor, so
/// that a term from the 31st never drifts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningTerm {
    key: Option<Code>,
    length: Option<Span>,
    renewal: Renewal,
    renews_into: Option<Code>,
    anchor_on: Date,
    start_on: Date,
    end_on: Option<Date>,
    count: u32,
}

impl RunningTerm {
    /// A term that begins on a day. It renews as it says, or else as `renewal` of its offer does.
    #[must_use]
    pub fn of(term: &catalog::term::Term, renewal: Renewal, start_on: Date) -> Self {
        let renewal = term.renewal.unwrap_or(renewal);
        let renews_into = term.renews_into.clone();
        let key = Some(term.key.clone());
        Self { key, renewal, renews_into, ..Self::lasting(term.length, start_on) }
    }

    /// A term that no offer names, which does not renew by itself.
    #[must_use]
    pub fn lasting(length: Option<Span>, start_on: Date) -> Self {
        let length = length.filter(|it| it.count > 0);
        Self {
            key: None,
            length,
            renewal: Renewal::OnOrder,
            renews_into: None,
            anchor_on: start_on,
            start_on,
            end_on: length.map(|it| it.after(start_on, 1)),
            count: 1,
        }
    }

    /// What the offer calls it.
    #[must_use]
    pub const fn key(&self) -> Option<&Code> {
        self.key.as_ref()
    }

    /// How long one committed; without end if nothing is said.
    #[must_use]
    pub const fn length(&self) -> Option<Span> {
        self.length
    }

    /// How it renews.
    #[must_use]
    pub const fn renewal(&self) -> Renewal {
        self.renewal
    }

    /// The term it renews into, if not into itself.
    #[must_use]
    pub const fn renews_into(&self) -> Option<&Code> {
        self.renews_into.as_ref()
    }

    /// Its first day.
    #[must_use]
    pub const fn start_on(&self) -> Date {
        self.start_on
    }

    /// The first day that is no longer in it; `None` if it has no end.
    #[must_use]
    pub const fn end_on(&self) -> Option<Date> {
        self.end_on
    }

    /// Which of an unbroken row of equal terms it is: 1 for the first.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Its days; `None` if it has no end.
    #[must_use]
    pub fn period(&self) -> Option<Period> {
        Period::new(self.start_on, self.end_on?)
    }

    /// The day on which it renews by itself; `None` if it does not. Never before its first day.
    #[must_use]
    pub fn renews_on(&self) -> Option<Date> {
        let end_on = self.end_on.filter(|_| self.renewal.is_automatic())?;
        let early = end_on.plus_days(-i64::from(self.renewal.days_before()));
        Some(early.max(self.start_on.plus_days(1)))
    }

    /// The equal term that follows it without a gap; `None` if it has no end.
    #[must_use]
    pub fn next(&self) -> Option<Self> {
        let (length, start_on) = (self.length?, self.end_on?);
        let count = self.count.saturating_add(1);
        let end_on = Some(length.after(self.anchor_on, count));
        Some(Self { start_on, end_on, count, ..self.clone() })
    }

    /// The same days as another term that is as long: what it is called and what follows it are that
    /// one's, how it renews stays as it was said.
    #[must_use]
    pub fn called(self, term: &catalog::term::Term) -> Self {
        Self { key: Some(term.key.clone()), renews_into: term.renews_into.clone(), ..self }
    }

    /// The same with another way of renewing.
    #[must_use]
    pub fn renewing(self, renewal: Renewal) -> Self {
        Self { renewal, ..self }
    }

    /// The same that ends on a day at the latest, as far as it has begun by then, and is not renewed by
    /// itself.
    #[must_use]
    pub fn ending_by(self, on: Date) -> Self {
        let ends_later = self.end_on.is_none_or(|it| on < it);
        let cut = if ends_later { self.clone().ending(on) } else { None };
        cut.unwrap_or(self).renewing(Renewal::OnOrder)
    }

    /// The same with another last day; the next one is counted from there. `None` if it would end
    /// before it starts.
    #[must_use]
    pub fn ending(self, end_on: Date) -> Option<Self> {
        (self.start_on < end_on).then_some(Self {
            anchor_on: end_on,
            end_on: Some(end_on),
            count: 0,
            ..self
        })
    }
}

/// The first day after `day` on which one of the periods ends that are so long, counted from `anchor`, so
/// that none drifts; `None` of a period of nothing.
#[must_use]
pub fn period_end(period: Span, anchor: Date, day: Date) -> Option<Date> {
    let (unit, count) = period.in_smallest();
    let days_max = if unit == SpanUnit::Day { 1 } else { 31 };
    let days_max = i64::try_from(count).ok()?.checked_mul(days_max)?;
    // No more of them are over than if each were as long as can be.
    let over = day.days_since(anchor).max(0).checked_div(days_max)?;
    let over = u32::try_from(over).ok()?;
    (over.max(1)..=u32::MAX).map(|it| period.after(anchor, it)).find(|it| day < *it)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect(text)
    }

    fn term(length: &str, renewal: Renewal, start_on: &str) -> RunningTerm {
        let term = catalog::term::Term::of("m".parse().expect("a code"), length.parse().ok());
        RunningTerm::of(&term, renewal, date(start_on))
    }

    fn ends(mut term: RunningTerm, rounds: usize) -> Vec<String> {
        let mut ends = Vec::new();
        for _ in 0..rounds {
            ends.extend(term.end_on().map(|it| it.to_string()));
            term = term.next().expect("it ends");
        }
        ends
    }

    #[test]
    fn terms_follow_one_another_and_the_31st_never_drifts() {
        let term = term("1 month", Renewal::OnOrder, "2028-01-31");
        assert_eq!(ends(term, 4), ["2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]);
    }

    #[test]
    fn a_term_of_three_months_ends_on_the_same_day_of_the_month() {
        let term = term("3 months", Renewal::OnOrder, "2019-03-12");
        assert_eq!(term.end_on(), Some(date("2019-06-12")));
    }

    #[test]
    fn after_a_moved_end_the_next_is_counted_from_there() {
        let term = term("1 month", Renewal::OnOrder, "2026-01-31");
        let moved = term.clone().ending(date("2026-03-15")).expect("after the start");
        assert_eq!(ends(moved, 3), ["2026-03-15", "2026-04-15", "2026-05-15"]);
        assert_eq!(term.ending(date("2026-01-31")), None);
    }

    #[test]
    fn a_term_that_is_to_end_by_a_day_ends_no_later_than_it_would() {
        let term = term("1 month", Renewal::OnLastDay, "2026-01-31");
        for (day, end) in [("2026-02-10", "2026-02-10"), ("2026-03-15", "2026-02-28")] {
            let cut = term.clone().ending_by(date(day));
            assert_eq!((cut.end_on(), cut.renews_on()), (Some(date(end)), None));
        }
        let open = RunningTerm::lasting(None, date("2026-01-01")).ending_by(date("2026-02-03"));
        assert_eq!((open.end_on(), open.next()), (Some(date("2026-02-03")), None));
    }

    #[test]
    fn it_renews_by_itself_so_many_days_before_its_end_but_not_before_it_starts() {
        let renews = |renewal, start| term("1 month", renewal, start).renews_on();
        assert_eq!(renews(Renewal::OnOrder, "2026-01-01"), None);
        assert_eq!(renews(Renewal::OnLastDay, "2026-01-01"), Some(date("2026-02-01")));
        assert_eq!(renews(Renewal::DaysBefore(5), "2026-01-01"), Some(date("2026-01-27")));
        assert_eq!(renews(Renewal::DaysBefore(60), "2026-01-01"), Some(date("2026-01-02")));
    }

    #[test]
    fn a_term_without_end_has_no_next_and_never_renews() {
        let open = RunningTerm::lasting(None, date("2026-01-01")).renewing(Renewal::OnLastDay);
        assert_eq!((open.next(), open.renews_on(), open.period()), (None, None, None));
    }

    #[test]
    fn a_term_renews_as_it_says_and_else_as_its_offer() {
        let mut term = catalog::term::Term::of("m".parse().expect("a code"), Some(Span::months(1)));
        let renewal = |it: &catalog::term::Term| {
            RunningTerm::of(it, Renewal::OnLastDay, date("2026-01-01")).renewal()
        };
        assert_eq!(renewal(&term), Renewal::OnLastDay);
        term.renewal = Some(Renewal::OnOrder);
        assert_eq!(renewal(&term), Renewal::OnOrder);
    }

    proptest! {
        #[test]
        fn terms_tile_the_calendar(days in 0..40_000_i64, count in 1..40_u32, rounds in 1..40_usize) {
            let start_on = date("1990-01-01").plus_days(days);
            for length in [Span::days(count), Span::months(count)] {
                let mut term = RunningTerm::lasting(Some(length), start_on);
                for _ in 0..rounds {
                    let next = term.next().expect("it ends");
                    prop_assert_eq!(term.end_on(), Some(next.start_on()));
                    prop_assert!(next.period().is_some());
                    term = next;
                }
            }
        }
    }

    #[test]
    fn the_next_end_of_a_period_is_counted_from_the_anchor() {
        for (span, anchor, day, expected) in [
            ("1 month", "2026-01-31", "2026-01-31", "2026-02-28"),
            ("1 month", "2026-01-31", "2026-02-27", "2026-02-28"),
            ("1 month", "2026-01-31", "2026-02-28", "2026-03-31"),
            ("1 month", "2026-01-31", "2056-03-31", "2056-04-30"),
            ("3 months", "2026-01-01", "2025-06-01", "2026-04-01"),
            ("1 year", "2024-02-29", "2026-03-01", "2027-02-28"),
            ("10 days", "2026-01-01", "2126-01-01", "2126-01-07"),
            ("2 weeks", "2026-01-01", "2026-01-15", "2026-01-29"),
        ] {
            let span: Span = span.parse().expect("a span");
            let found = period_end(span, date(anchor), date(day));
            assert_eq!(found, Some(date(expected)), "{span:?} {anchor} {day}");
        }
        let nothing = period_end(Span::days(0), date("2026-01-01"), date("2026-01-02"));
        assert_eq!(nothing, None);
    }
}
