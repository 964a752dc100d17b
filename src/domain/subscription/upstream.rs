//! A subscription as the vendor that sells it on would have it: for what it costs the vendor.

use std::collections::BTreeMap;

use super::change::Deal;
use super::taking::Away;
use super::{ChargedUntil, Subscription};
use crate::domain::id::{AccountId, BillingAccountId, PriceId};
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::text::Name;
use crate::domain::time::Date;

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
        let away = self.away_as(answers);
        Self { account, billing_account, deal, charged, away, ..self }
    }

    /// The same as a reseller has it that sells it on, bought of its vendor under a name and charged up to
    /// `marks`. What was never charged begins on the day `from`, if that was later than the
    /// subscription, or on the day on which it was taken. `answers` names prices of the deal, each with
    /// the one of the subscription that it answers to.
    #[must_use]
    pub fn sold_on(
        self,
        (account, billing_account, vendor): (AccountId, BillingAccountId, SellerNumber),
        (deal, answers, name): (Deal, &[(PriceId, PriceId)], Name),
        (mut marks, from): (BTreeMap<PriceId, ChargedUntil>, Date),
    ) -> Self {
        let from = Some(from).filter(|it| self.began_on.is_some_and(|began_on| began_on < *it));
        for (id, price) in &deal.prices {
            let taken_from = price.taken.map(|it| it.charged_from);
            if let Some(first) = from.max(taken_from) {
                marks.entry(*id).or_insert_with(|| first.into());
            }
        }
        let (name, away) = (Some(name), self.away_as(answers));
        let stamp = Stamp { seller: vendor, ..self.stamp };
        Self { account, billing_account, stamp, deal, name, charged: marks, away, ..self }
    }

    /// On which days prices were not charged that answer to those of the subscription. One that answers
    /// to several went on while another of them was held.
    fn away_as(&self, answers: &[(PriceId, PriceId)]) -> BTreeMap<PriceId, Vec<Away>> {
        let is_alone = |own| answers.iter().filter(|it| it.0 == own).count() == 1;
        let alone = answers.iter().filter(|it| is_alone(it.0));
        alone.filter_map(|(own, to)| Some((*own, self.away.get(to)?.clone()))).collect()
    }
}
