//! Coupons on a bill: what they take off its lines, and what those say then.

use super::{Billing, Draft};
use crate::domain::billing::coupon::{self, CouponShare, CouponTerms, Reducible};
use crate::domain::billing::invoice::explanation::Step;
use crate::domain::error::Rejection;
use crate::domain::id::RedemptionId;

impl Draft<'_> {
    /// Takes off what coupons give; answers which were given.
    pub(super) fn reduce(&mut self) -> Result<Vec<RedemptionId>, Rejection> {
        let Billing { coupons, discounts, currency, policy, on, .. } = *self.billing;
        let reducible = self.lines.iter().zip(&self.reducible);
        let lines: Vec<_> = reducible
            .map(|(line, (subject, order))| Reducible {
                subject: *subject,
                order: *order,
                amount: line.amount,
            })
            .collect();
        let (order, rounding) = (policy.coupon_order, policy.rounding);
        let terms = CouponTerms { order, rounding, currency, on };
        let taken = coupon::taken(coupons, &lines, terms)?;
        for it in &taken {
            for (place, share) in &it.shares {
                self.take(*place, CouponShare::of(it.by, *share, discounts.locale))?;
            }
        }
        Ok(taken.iter().map(|it| it.by.redemption.id).collect())
    }

    fn take(&mut self, place: usize, share: CouponShare) -> Result<(), Rejection> {
        self.change(place, Step::Coupon(share))
    }

    /// Does one thing more to a line.
    pub(super) fn change(&mut self, place: usize, step: Step) -> Result<(), Rejection> {
        let line = &mut self.lines[place];
        line.explanation.steps.push(step);
        let exact = line.explanation.unrounded()?;
        line.amount = exact.book(self.billing.policy.rounding)?;
        line.net = line.amount;
        let taxable = &mut self.taxables[place];
        (taxable.exact, taxable.booked) = (exact.value(), line.amount);
        Ok(())
    }
}
