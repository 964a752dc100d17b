//! Coupons on a bill: what they take off its lines, and what those say then.

use super::{Billing, Charge, Draft};
use crate::domain::billing::coupon::{self, CouponShare, CouponTerms, Reducible};
use crate::domain::billing::invoice::explanation::Step;
use crate::domain::billing::invoice::line::LineKind;
use crate::domain::billing::proration::Measure;
use crate::domain::error::Rejection;
use crate::domain::id::RedemptionId;
use crate::domain::money::Money;
use crate::domain::time::Period;

impl<'a> Draft<'a> {
    /// A charge as coupons look at it. A fee for a term is charged once, on its first day.
    pub(super) fn reducible(&self, it: &Charge<'a>) -> Reducible<'a> {
        let Billing { discounts, policy, currency, .. } = *self.billing;
        let is_for_days =
            matches!(it.kind, LineKind::Recurring | LineKind::Usage | LineKind::TrueUp);
        let days = it.service.filter(|_| is_for_days);
        Reducible {
            subject: discounts.subject(it.of, it.price),
            order: it.of.order,
            days,
            on: days.map_or(it.on, Period::start),
            by: Measure { unit: policy.proration, zone: it.of.zone },
            served_from: it.of.served_from,
            charged_from: it.of.charged_from,
            amount: Money::zero(currency),
        }
    }

    /// Takes off what coupons give; answers which were given.
    pub(super) fn reduce(&mut self) -> Result<Vec<RedemptionId>, Rejection> {
        let Billing { coupons, discounts, currency, policy, cycle, .. } = *self.billing;
        let reducible = self.lines.iter().zip(&self.reducible);
        let lines: Vec<_> =
            reducible.map(|(line, it)| Reducible { amount: line.amount, ..*it }).collect();
        let (order, rounding) = (policy.coupon_order, policy.rounding);
        let terms = CouponTerms { order, rounding, currency, period: cycle.period };
        let taken = coupon::taken(coupons, &lines, terms)?;
        for it in &taken {
            for share in &it.shares {
                self.take(share.place, CouponShare::of(it.by, *share, discounts.locale))?;
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
