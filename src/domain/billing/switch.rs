//! Switches: what of an issued invoice is given back when a subscription goes on at other prices in
//! mid period.
//!
//! What recurs and was paid in advance is given back for the days from the switch on: exactly what
//! those days would be charged at, so that a switch back at the same instant comes to nothing, but
//! never more than earlier credits left. What was charged once, and what was used, stays charged.
//!
//! Units that are given up with the switch are as units that are given up without one: where these run
//! on to the end of the period, only what the others were charged goes back.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::coupon::{of_some_days, shares_of};
use super::credit::Credit;
use super::invoice::Invoice;
use super::invoice::explanation::{Explanation, Step};
use super::invoice::line::{Line, LineKind};
use super::policy::{CreditBase, Policy, RemovedUnits};
use super::proration::{Measure, ProrationUnit, Share};
use super::rating::Rule;
use super::unused::{GivenBack, Left, found, given_already};
use crate::domain::error::Rejection;
use crate::domain::id::{PriceId, SubscriptionId};
use crate::domain::money::{Amount, Money, MoneyError};
use crate::domain::quantity::Quantity;
use crate::domain::time::{Date, Zone};

/// Prices that a subscription is charged no more.
#[derive(Debug, Clone, Copy)]
pub struct Replaced<'a> {
    /// Of which subscription.
    pub subscription: SubscriptionId,
    /// The first day on which it is charged others.
    pub on: Date,
    /// Which they are.
    pub prices: &'a BTreeSet<PriceId>,
    /// How many units are kept of those of which some are given up.
    pub kept: &'a BTreeMap<PriceId, Quantity>,
    /// Where its days begin.
    pub zone: Zone,
}

/// Whether a seller gives anything back when prices are replaced: where a part of a period costs as
/// much as the whole, what is paid runs on instead.
#[must_use]
pub fn gives_back(policy: &Policy) -> bool {
    policy.credit_base == CreditBase::FullCharge || policy.proration != ProrationUnit::None
}

impl Replaced<'_> {
    /// What of an invoice goes back. Never more of a line than earlier credits left.
    ///
    /// # Errors
    /// If the invoice is a draft, or an amount is too large.
    pub fn of(
        &self,
        invoice: &Invoice,
        before: &[Credit],
        policy: &Policy,
    ) -> Result<Vec<GivenBack>, Rejection> {
        found(invoice, before, self.subscription, |line| self.of_line(line, policy))
    }

    /// What of that the invoice itself gave back already, where units went.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn given_already(&self, invoice: &Invoice, policy: &Policy) -> Result<Money, MoneyError> {
        given_already(invoice, self.subscription, |line| self.of_line(line, policy))
    }

    /// What coupons had taken off what goes back of an invoice, as its prices are meant: nobody gets that
    /// back, and it lowers nothing else.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn lost(&self, invoice: &Invoice, policy: &Policy) -> Result<Money, MoneyError> {
        let mut sum = Money::zero(invoice.content().currency);
        let lines = invoice.content().lines.iter();
        for line in lines.filter(|it| it.subscription == Some(self.subscription)) {
            let Some(days) = self.left_of(line, policy) else { continue };
            let mut off = Amount::new(Decimal::ZERO, sum.currency());
            for share in shares_of(line) {
                let (left, of) = match (policy.credit_base, share.days) {
                    (CreditBase::FullCharge, _) => (1, 1),
                    (CreditBase::UnusedPart, None) => (days.left, days.of),
                    (CreditBase::UnusedPart, Some(given)) => {
                        let late = Left::from(self.on, given, self.measure(policy));
                        (late.left, late.of)
                    }
                };
                let all = Amount::new(share.amount.decimal(), sum.currency());
                off = off.plus(all.part(left.into(), of.max(1).into())?)?;
            }
            sum = sum.plus(off.book(policy.rounding)?)?;
        }
        Ok(sum)
    }

    /// What is left of the days of a line that is charged at prices which are replaced; nothing of others.
    fn left_of(&self, line: &Line, policy: &Policy) -> Option<Left> {
        let is_replaced = line.price.is_some_and(|it| self.prices.contains(&it));
        let recurs = matches!(line.kind, LineKind::Recurring | LineKind::TrueUp);
        let recurs = recurs && is_replaced && gives_back(policy);
        let period = line.service_period.filter(|it| recurs && self.on < it.end())?;
        Some(Left::from(self.on, period, self.measure(policy)))
    }

    const fn measure(&self, policy: &Policy) -> Measure {
        Measure { unit: policy.proration, zone: self.zone }
    }

    fn of_line(
        &self,
        line: &Line,
        policy: &Policy,
    ) -> Result<Option<(Money, Option<Left>)>, MoneyError> {
        let Some(days) = self.left_of(line, policy) else { return Ok(None) };
        let (net, days) = match policy.credit_base {
            CreditBase::FullCharge => {
                (line.explanation.by_days(line.net)?.book(policy.rounding)?, None)
            }
            CreditBase::UnusedPart => {
                // Of a coupon that was given on some of the days, those that are left had their part.
                let by = (self.measure(policy), policy.rounding);
                let (off, off_late) = of_some_days(line, self.on, by)?;
                let net = unused(line, (days, off), policy)?.minus(off_late)?;
                (net, Some(days))
            }
        };
        let kept = line.price.and_then(|it| self.kept.get(&it)).filter(|_| runs_on(line, policy));
        let net = kept.map_or(Ok(net), |kept| of_units(&line.explanation, net, (*kept, policy)))?;
        Ok(Some((net, days)))
    }
}

/// Whether units of a line that are given up run on to the end of its period.
fn runs_on(line: &Line, policy: &Policy) -> bool {
    let is_by_unit = !matches!(line.explanation.rule, Rule::Flat | Rule::Stated);
    is_by_unit && policy.removed_units == RemovedUnits::PeriodEnd
}

/// What of an amount is for the units that are kept, each unit of a line weighing the same. A line for
/// units that came within the period is for those above the ones that were charged before.
fn of_units(
    of: &Explanation,
    net: Money,
    (kept, policy): (Quantity, &Policy),
) -> Result<Money, MoneyError> {
    let counted = of.counted.decimal();
    let less = of.steps.iter().position(|it| matches!(it, Step::Less(_)));
    let above = match less.map(|place| (place, &of.steps[place])) {
        Some((place, Step::Less(before))) => {
            let whole = Explanation { steps: of.steps[..place].to_vec(), ..of.clone() };
            let whole = whole.unrounded()?.value();
            counted.checked_mul(before.decimal()).and_then(|it| it.checked_div(whole))
        }
        Some(_) | None => None,
    };
    let above = above.unwrap_or_default();
    let (units, kept) = (counted - above, kept.decimal().min(counted) - above);
    if units <= Decimal::ZERO {
        return Ok(net);
    }
    net.amount().part(kept.max(Decimal::ZERO), units)?.book(policy.rounding)
}

/// What the last days of a line's period are worth: of what was computed for them the same part as
/// the line is of what was computed for it, so that discounts and contained tax are given back too.
/// Where coupons took something `off` for some days alone, as if they had not.
fn unused(line: &Line, (days, off): (Left, Money), policy: &Policy) -> Result<Money, MoneyError> {
    let narrowed = narrowed(&line.explanation, days);
    let charged = narrowed.as_ref().map(Explanation::unrounded).transpose()?;
    match charged {
        Some(charged) if line.net == line.amount => charged.book(policy.rounding),
        Some(charged) if !line.amount.is_zero() => {
            let part = line.net.amount().part(charged.value(), line.amount.decimal())?;
            part.book(policy.rounding)
        }
        Some(_) | None => {
            let (left, of) = (Decimal::from(days.left), Decimal::from(days.of.max(1)));
            let all = line.explanation.by_days(line.net)?.plus(off.amount())?;
            all.part(left, of)?.book(policy.rounding)
        }
    }
}

/// The same explanation for the last days of the period alone; nothing if it was not reckoned by
/// what is given back by.
fn narrowed(of: &Explanation, days: Left) -> Option<Explanation> {
    let (left, all) = (u32::try_from(days.left).ok()?, u32::try_from(days.of).ok()?);
    let share = |of| Share::counted(days.counts, (left, of));
    // What a fixed discount or a coupon took of the whole is not what it would take of a part, and
    // what covers a minimum is not what would cover one of fewer days; fees of tiers are for no days.
    let is_of_all = |it: &Step| match it {
        Step::Altered(_)
        | Step::Coupon(_)
        | Step::Covered(_)
        | Step::NeverPaid(_)
        | Step::Undivided(_)
        | Step::Booked(_)
        | Step::Prepaid(_)
        | Step::OfPrepaid(_) => true,
        Step::Prorated(_)
        | Step::Reversed
        | Step::Less(_)
        | Step::InPlaceOf(_)
        | Step::Lowered(_)
        | Step::Committed(_)
        | Step::ChosenFor(_) => false,
    };
    if of.steps.iter().any(is_of_all) {
        return None;
    }
    let mut narrowed = of.clone();
    let prorated = narrowed.steps.iter_mut().find_map(|it| match it {
        Step::Prorated(share) => Some(share),
        Step::Reversed
        | Step::Less(_)
        | Step::Altered(_)
        | Step::InPlaceOf(_)
        | Step::Lowered(_)
        | Step::Coupon(_)
        | Step::Committed(_)
        | Step::Covered(_)
        | Step::NeverPaid(_)
        | Step::Undivided(_)
        | Step::Booked(_)
        | Step::Prepaid(_)
        | Step::OfPrepaid(_)
        | Step::ChosenFor(_) => None,
    });
    match prorated {
        Some(it) if it.used() == all && it.counts() == days.counts => *it = share(it.of())?,
        Some(_) => return None,
        None => narrowed.steps.push(Step::Prorated(share(all)?)),
    }
    Some(narrowed)
}
