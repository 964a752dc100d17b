//! What was used so far in the periods that run, and what that comes to: as it would be charged if nothing
//! more were used, whatever of it an interim bill has charged already. Coupons, and what fills up a minimum,
//! are left for the bill.

use super::{Billable, BillablePrice, Billing, Draft, UsageTotal, explain};
use crate::domain::catalog::price::Base;
use crate::domain::error::Rejection;
use crate::domain::id::PriceId;
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::time::{Instant, Period};

/// What was used so far in a period of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoFar {
    /// The price.
    pub price: PriceId,
    /// The period.
    pub period: Period,
    /// The moment from which it is counted.
    pub from_at: Instant,
    /// The moment up to which it will be.
    pub until_at: Instant,
    /// How much was counted.
    pub used: Quantity,
    /// How much costs nothing of its own: what is in the base price, and what was bought besides.
    pub included: Quantity,
    /// What it comes to.
    pub amount: Money,
    /// Whether that contains tax.
    pub base: Base,
}

impl SoFar {
    /// How much of what is included is left.
    #[must_use]
    pub fn left(&self) -> Quantity {
        self.included.above(self.used)
    }

    /// How much was used beyond what is included.
    #[must_use]
    pub fn beyond(&self) -> Quantity {
        self.used.above(self.included)
    }
}

/// What was used so far, of each price the totals that it has.
///
/// # Errors
/// If a price has no version in force, or a quantity or an amount is too large.
pub fn so_far(billing: &Billing<'_>) -> Result<Vec<SoFar>, Rejection> {
    let draft = Draft::new(billing);
    let mut found = Vec::new();
    for subscription in billing.subscriptions {
        for price in subscription.prices {
            for total in price.usage {
                found.push(draft.used_so_far((subscription, price), total)?);
            }
        }
    }
    Ok(found)
}

impl<'a> Draft<'a> {
    fn used_so_far(
        &self,
        (of, price): (&'a Billable<'a>, &'a BillablePrice<'a>),
        total: &'a UsageTotal,
    ) -> Result<SoFar, Rejection> {
        let turn = of.turn_of_late(price, total.period);
        let occurrence = of.occurrence(price, turn, total.period.start());
        let (at, service) = (total.charged_terms.as_ref(), Some(total.period));
        let charging = self.charging(of, price, (occurrence, service, at))?;
        let offered = self.offered(of, price, charging, (service, at));
        let units = self.used((of, price), charging.version, total)?;
        let mut explanation = explain(offered, units)?;
        charging.once(&mut explanation)?;
        Ok(SoFar {
            price: price.price.id,
            period: total.period,
            from_at: total.from_at,
            until_at: total.until_at,
            used: total.quantity,
            included: explanation.included,
            amount: explanation.unrounded()?.book(self.billing.policy.rounding)?,
            base: price.price.base,
        })
    }
}
