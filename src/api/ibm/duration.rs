//! Durations: `DurationUnits` and `DurationLength`, and how often something is billed.

use crate::domain::time::{Span, SpanUnit};

/// The units of durations.
pub(super) const UNITS: &[&str] = &["YEARS", "MONTHS", "DAYS"];

/// How often something is billed.
pub(super) const FREQUENCIES: &[&str] = &["MRC", "QRC", "ARC"];

/// Nothing lasts longer than so many units.
pub(super) const LENGTH_MAX: u32 = 1200;

/// So many of a unit; nothing if that is none, or too long.
pub(super) fn read(length: u64, unit: &str) -> Option<Span> {
    let units = [SpanUnit::Year, SpanUnit::Month, SpanUnit::Day];
    let unit = UNITS.iter().zip(units).find(|it| it.0.eq_ignore_ascii_case(unit.trim()))?.1;
    let count = u32::try_from(length).ok().filter(|it| (1..=LENGTH_MAX).contains(it))?;
    Some(Span { count, unit })
}

/// A duration as it is shown; weeks are days.
pub(super) fn shown(it: Span) -> (u64, &'static str) {
    let count = u64::from(it.count);
    match it.unit {
        SpanUnit::Day => (count, "DAYS"),
        SpanUnit::Week => (count * 7, "DAYS"),
        SpanUnit::Month => (count, "MONTHS"),
        SpanUnit::Year => (count, "YEARS"),
    }
}

/// Whether two durations are the same, however they are written: a year is twelve months.
pub(super) fn are_alike(one: Span, other: Span) -> bool {
    let smallest = |it: Span| match shown(it) {
        (count, "YEARS") => (count * 12, "MONTHS"),
        other => other,
    };
    smallest(one) == smallest(other)
}

/// How often something is billed of which a period is so long, if there is a word for it.
pub(super) fn frequency(period: Span) -> Option<&'static str> {
    let months = [1, 3, 12].map(Span::months);
    FREQUENCIES.iter().zip(months).find(|it| are_alike(it.1, period)).map(|it| *it.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_shown_in_the_units_of_the_contract() {
        assert_eq!(read(2, "years").map(shown), Some((2, "YEARS")));
        assert_eq!(read(1200, "DAYS").map(shown), Some((1200, "DAYS")));
        assert_eq!(shown(Span { count: 2, unit: SpanUnit::Week }), (14, "DAYS"));
        for (length, unit) in [(0, "DAYS"), (1201, "DAYS"), (1, "WEEKS")] {
            assert_eq!(read(length, unit), None, "{length} {unit}");
        }
    }

    #[test]
    fn a_year_is_twelve_months_and_no_number_of_days() {
        let of = |length, unit| read(length, unit).expect("a duration");
        assert!(are_alike(of(1, "YEARS"), of(12, "MONTHS")));
        assert!(!are_alike(of(1, "YEARS"), of(365, "DAYS")));
        assert!(are_alike(Span { count: 1, unit: SpanUnit::Week }, of(7, "DAYS")));
    }

    #[test]
    fn what_is_billed_monthly_quarterly_and_yearly_has_a_word() {
        let told = [1, 2, 3, 12].map(|it| frequency(Span::months(it)));
        assert_eq!(told, [Some("MRC"), None, Some("QRC"), Some("ARC")]);
    }
}
