//! `recurringChargePeriod`: the words of this contract for how long a period is.

use crate::domain::time::{Span, SpanUnit};

/// The words, and what they mean: periods of the calendar, where the contract counted days.
pub(super) const ALL: &[(&str, Span)] = &[
    ("daily", Span { count: 1, unit: SpanUnit::Day }),
    ("weekly", Span { count: 1, unit: SpanUnit::Week }),
    ("monthly", Span { count: 1, unit: SpanUnit::Month }),
    ("quarterly", Span { count: 3, unit: SpanUnit::Month }),
    ("yearly", Span { count: 1, unit: SpanUnit::Year }),
    ("quinquennial", Span { count: 5, unit: SpanUnit::Year }),
];

/// The word for a period, if it has one.
pub(super) fn word(of: Span) -> Option<&'static str> {
    ALL.iter().find(|it| it.1 == of).map(|it| it.0)
}
