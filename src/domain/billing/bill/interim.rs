//! Interim bills: what was used in the periods that run, charged before they are over. When they are, what
//! was charged is taken off: together both come to what the whole period costs.
//!
//! Of what is used of a resource, what was bought of that is taken off as if nothing more of it came or went
//! until the end: if something does, the bill at the end gives back or charges the difference.
//!
//! What is charged for a whole period whatever was used, a commitment or what is missing to a minimum, waits
//! until that is over. A coupon that takes an amount off a bill does so on that.

use super::{Bill, Billable, BillablePrice, Billing, Draft, Due, UsageTotal};
use crate::domain::billing::invoice::line::LineKind;
use crate::domain::catalog::discount::Reduction;
use crate::domain::catalog::price::PriceModel;
use crate::domain::catalog::price::model::MinimumOf;
use crate::domain::error::Rejection;
use crate::domain::time::Date;

/// Bills what was used in the periods that run and is not charged yet: of each price the totals that it has.
///
/// # Errors
/// As [`bill`](super::bill).
pub fn interim(billing: &Billing<'_>) -> Result<Bill, Rejection> {
    let is_share = |it: &&super::Redeemed<'_>| match it.discount.terms().reduction {
        Reduction::Share(_) => true,
        Reduction::Amount(_) | Reduction::Fee(_) => false,
    };
    let coupons: Vec<_> = billing.coupons.iter().filter(is_share).copied().collect();
    let billing = Billing { coupons: &coupons, ..*billing };
    let mut draft = Draft::new(&billing);
    for subscription in billing.subscriptions {
        for price in subscription.prices {
            draft.charge_running(subscription, price)?;
        }
    }
    // The bill at the end of the period counts as the use of a coupon.
    Ok(Bill { coupons: Vec::new(), ..draft.finish()? })
}

/// The use of a period that is due, if some of it was charged by an interim bill.
pub(super) fn charged_before<'a>(price: &BillablePrice<'a>, due: &Due) -> Option<&'a UsageTotal> {
    let found = price.usage.iter().find(|it| Some(it.period) == due.service);
    found.filter(|it| due.kind == LineKind::Usage && !it.is_new)
}

impl<'a> Draft<'a> {
    fn charge_running(
        &mut self,
        of: &'a Billable<'a>,
        price: &'a BillablePrice<'a>,
    ) -> Result<(), Rejection> {
        for total in price.usage.iter().filter(|it| it.differs()) {
            let version = self.version(of, price, total.period.start())?;
            let waits = self.is_filled_up(of, total.period.start());
            if !waits && !version.model.is_for_a_whole_period() {
                self.charge_again((of, price), total, None)?;
            }
        }
        Ok(())
    }

    /// Whether all that is used of a subscription counts towards a minimum.
    fn is_filled_up(&self, of: &Billable<'_>, on: Date) -> bool {
        let (terms, policy) = (of.term_days(), self.billing.policy);
        let models = of.prices.iter().filter_map(|it| it.version_on(on, terms, policy).ok());
        models
            .map(|it| &it.model)
            .any(|it| matches!(it, PriceModel::Minimum { of: MinimumOf::Subscription, .. }))
    }
}
