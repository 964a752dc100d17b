//! Durations: `DurationUnits` and `DurationLength`, and how often something is billed.

use std::collections::BTreeSet;

use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::{Price, PriceKind};
use crate::domain::catalog::term::Term;
use crate::domain::time::{Instant, Span, SpanUnit};

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

/// How long an offer can be had for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Duration<'a> {
    /// The term; none of an offer without.
    pub(super) term: Option<&'a Term>,
    /// How long it is.
    pub(super) length: Span,
}

impl<'a> Duration<'a> {
    /// How long an offer is had for on a term: as long as that lasts. What has no end is had from one
    /// of the periods for which it is billed to the next.
    pub(super) fn of(offer: &Offer, term: Option<&'a Term>) -> Self {
        let length = term.and_then(|it| it.length.or(it.billing_period));
        Self { term, length: length.unwrap_or(offer.content.billing.period) }
    }

    /// Whether it goes on by itself for ever.
    pub(super) fn is_endless(&self) -> bool {
        self.term.is_none_or(|it| it.length.is_none())
    }

    /// How many times it is had at once for as long as is wanted, if it can be.
    pub(super) fn times(&self, wanted: Span) -> Option<u32> {
        let most = if self.is_endless() { 1 } else { self.term.map_or(1, |it| it.times_max) };
        self.length.times_in(wanted).filter(|times| *times <= most)
    }
}

/// For how long an offer can be had at an instant.
pub(super) fn offered(of: &Offer, now: Instant) -> Vec<Duration<'_>> {
    if of.content.terms.is_empty() {
        return vec![Duration::of(of, None)];
    }
    let open = of.content.terms.iter().filter(|it| it.is_open(now));
    open.map(|it| Duration::of(of, Some(it))).collect()
}

/// How often something is billed of which a period is so long, if there is a word for it.
fn frequency(period: Span) -> Option<&'static str> {
    let months = [1, 3, 12].map(Span::months);
    let found = FREQUENCIES.iter().zip(months).find(|it| it.1.times_in(period) == Some(1));
    found.map(|it| *it.0)
}

/// How often units of an offer are billed on a term, by those prices of it that are meant; as the
/// offer says where none of them recurs.
pub(super) fn frequencies<'a>(
    of: &Offer,
    term: Option<&Term>,
    prices: impl Iterator<Item = &'a Price>,
) -> BTreeSet<&'static str> {
    let every = |it: &Price| match it.kind {
        PriceKind::Recurring { every, .. } if it.resource.is_none() => Some(every),
        PriceKind::Recurring { .. } | PriceKind::OneTime(_) | PriceKind::Usage { .. } => None,
    };
    let key = term.map(|it| &it.key);
    let own = prices.filter(|it| it.term.is_none() || it.term.as_ref() == key);
    let mut periods: Vec<_> = own.filter_map(every).collect();
    if periods.is_empty() {
        let said = term.and_then(|it| it.billing_period);
        periods.push(said.unwrap_or(of.content.billing.period));
    }
    periods.into_iter().filter_map(frequency).collect()
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
    fn what_is_billed_monthly_quarterly_and_yearly_has_a_word() {
        let told = [1, 2, 3, 12].map(|it| frequency(Span::months(it)));
        assert_eq!(told, [Some("MRC"), None, Some("QRC"), Some("ARC")]);
    }
}
