//! A subscription as the vendor that sells it on would have it: for what it costs the vendor.

use super::change::Deal;
use super::{ChargedUntil, Subscription};
use crate::domain::id::{AccountId, BillingAccountId, PriceId};

impl Subscription {
    /// The same as if another account had bought another deal, for what that would be charged.
    /// `answers` names prices of the deal, each with the present one up to whose mark it is charged.
    #[must_use]
    pub fn bought_by(
        self,
        (account, billing_account): (AccountId, BillingAccountId),
        deal: Deal,
        answers: &[(PriceId, PriceId)],
    ) -> Self {
        // What was given back of another price was given back in the buyer's money, and what stands on
        // invoices stands on the buyer's.
        let mark = |to| {
            let it = self.charged.get(to).cloned()?;
            Some(ChargedUntil { given_back: None, charged_terms: None, ..it })
        };
        let marks = answers.iter().filter_map(|(own, to)| Some((*own, mark(to)?)));
        let charged = marks.collect();
        Self { account, billing_account, deal, charged, ..self }
    }
}
