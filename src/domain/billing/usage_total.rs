//! What meters counted, as billing sees it: all of a period, and how much of that is charged already.

use super::charged_terms::ChargedTerms;
use crate::domain::catalog::price::Figure;
use crate::domain::quantity::Quantity;
use crate::domain::time::{Instant, Period};
use crate::domain::usage::detail::Detail;

/// What a meter counted in one service period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageTotal {
    /// The period.
    pub period: Period,
    /// The moment from which it was counted: where the period before ended, also if that was in
    /// another zone.
    pub from_at: Instant,
    /// The moment up to which it was counted.
    pub until_at: Instant,
    /// How much, by the meter's aggregation.
    pub quantity: Quantity,
    /// What the price asks of it beyond that.
    pub detail: Detail,
    /// Whether nothing of it was ever charged.
    pub is_new: bool,
    /// How much of it is on invoices already.
    pub charged: Quantity,
    /// What the price asked of that.
    pub charged_detail: Detail,
    /// How much of what was charged counted towards the minimum of the price; `None` if it had none.
    pub towards: Option<Figure>,
    /// At what that was charged; `None` if nothing was, or nobody knows.
    pub charged_terms: Option<ChargedTerms>,
    /// At what stands what was missing to the minimum; `None` if nothing was.
    pub true_up: Option<ChargedTerms>,
    /// How many units of that were paid for by another price; `None` if nothing was charged, or nobody
    /// wrote it down.
    pub bought: Option<Quantity>,
    /// Of how many records.
    pub records: u64,
}

impl UsageTotal {
    /// Whether something came in or was corrected since it was charged.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.quantity != self.charged || self.detail != self.charged_detail
    }
}
