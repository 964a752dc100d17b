//! Groups: what of a billing account stands together on an invoice.

use super::{Bill, Billing, bill};
use crate::domain::billing::coupon::Redeemed;
use crate::domain::billing::policy::Grouping;
use crate::domain::error::Rejection;

/// Bills all that is due on a day, each group for itself: at least one bill. A use of a coupon that was
/// given on one of them has been given when the next is computed.
///
/// # Errors
/// As [`bill`]: nothing is billed then, of any group.
pub fn bills(billing: &Billing<'_>) -> Result<Vec<Bill>, Rejection> {
    let is_one = billing.subscriptions.len() < 2;
    if is_one || billing.policy.grouping == Grouping::BillingAccount {
        return Ok(vec![bill(billing)?]);
    }
    let mut uses: Vec<_> = billing.coupons.iter().map(|it| it.redemption.clone()).collect();
    let mut found = Vec::with_capacity(billing.subscriptions.len());
    for one in billing.subscriptions {
        let coupons = billing.coupons.iter().zip(&uses);
        let coupons = coupons.map(|(it, redemption)| Redeemed { redemption, ..*it });
        let coupons: Vec<_> = coupons.collect();
        let (coupons, subscriptions) = (coupons.as_slice(), std::slice::from_ref(one));
        let of_one = bill(&Billing { coupons, subscriptions, ..*billing })?;
        for it in uses.iter_mut().filter(|it| of_one.coupons.contains(&it.id)) {
            *it = it.clone().billed();
        }
        found.push(of_one);
    }
    Ok(found)
}
