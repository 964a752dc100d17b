//! On what occasion and how often prices are charged, in the words of this contract.

use crate::domain::catalog::price::{Price, PriceKind};
use crate::domain::time::{Span, SpanUnit};

/// On what occasion a price is charged, in the words of this contract.
pub(super) const fn occasion(of: PriceKind) -> &'static str {
    match of {
        PriceKind::OneTime(_) => "oneTime",
        PriceKind::Recurring { .. } => "recurring",
        PriceKind::Usage { .. } => "usage",
    }
}

/// How long a period is, in the words of this contract.
pub(super) fn period(every: Span) -> (&'static str, u32) {
    match every.unit {
        SpanUnit::Day => ("day", every.count),
        SpanUnit::Week => ("week", every.count),
        SpanUnit::Month => ("month", every.count),
        SpanUnit::Year => ("year", every.count),
    }
}

/// In which period a price is charged, if in any: `month`, `3 months`.
pub(super) fn recurs(of: &Price) -> Option<String> {
    let PriceKind::Recurring { every, .. } = of.kind else { return None };
    let (unit, count) = period(every);
    Some(if count == 1 { unit.to_owned() } else { format!("{count} {unit}s") })
}
