//! Groups: what of a billing account stands together on an invoice.

use super::{Bill, Billing, bill, interim};
use crate::domain::billing::coupon::Redeemed;
use crate::domain::billing::policy::Grouping;
use crate::domain::error::Rejection;

/// Bills all that is due on a day, each group for itself: at least one bill. A use of a coupon that was
/// given on one of them has been given when the next is computed; so has what was paid in before, with all
/// that is left to be settled of that one.
///
/// # Errors
/// As [`bill`]: nothing is billed then, of any group.
pub fn bills(billing: &Billing<'_>) -> Result<Vec<Bill>, Rejection> {
    grouped(billing, bill)
}

/// The same of what was used in the periods that run, before they are over.
///
/// # Errors
/// As [`interim()`].
pub fn interims(billing: &Billing<'_>) -> Result<Vec<Bill>, Rejection> {
    grouped(billing, interim)
}

fn grouped(
    billing: &Billing<'_>,
    make: impl Fn(&Billing<'_>) -> Result<Bill, Rejection>,
) -> Result<Vec<Bill>, Rejection> {
    let is_one = billing.subscriptions.len() < 2;
    if is_one || billing.policy.grouping == Grouping::BillingAccount {
        return Ok(vec![make(billing)?]);
    }
    let mut uses: Vec<_> = billing.coupons.iter().map(|it| it.redemption.clone()).collect();
    let (mut found, mut prepaid) =
        (Vec::with_capacity(billing.subscriptions.len()), billing.prepaid);
    for one in billing.subscriptions {
        let coupons = billing.coupons.iter().zip(&uses);
        let coupons = coupons.map(|(it, redemption)| Redeemed { redemption, ..*it });
        let coupons: Vec<_> = coupons.collect();
        let (coupons, subscriptions) = (coupons.as_slice(), std::slice::from_ref(one));
        let of_one = make(&Billing { coupons, subscriptions, prepaid, ..*billing })?;
        // Credit settles what is open of it besides, a deposit perhaps, before the next is issued.
        let gross = of_one.content.as_ref().map_or(of_one.prepaid, |it| it.totals.gross);
        let goes =
            if gross.as_minor() > of_one.prepaid.as_minor() { gross } else { of_one.prepaid };
        prepaid = prepaid.minus(goes.at_most(prepaid)?)?;
        for it in uses.iter_mut().filter(|it| of_one.coupons.contains(&it.id)) {
            *it = it.clone().billed();
        }
        found.push(of_one);
    }
    Ok(found)
}
