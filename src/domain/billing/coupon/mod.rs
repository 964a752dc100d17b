//! Coupons on bills: what they take off the lines in their scope, before tax.
//!
//! Coupons come after line discounts and minimums. Each takes what its discount says off what the
//! ones before it left of the lines in its scope, spread over them in proportion by the remainder
//! rule; nothing falls below zero, and nothing is carried to the next bill.

use std::cmp::Reverse;
use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::policy::CouponOrder;
use crate::domain::catalog::coupon::Redemption;
use crate::domain::catalog::discount::{Discount, Reduction, Subject};
use crate::domain::catalog::price::Figure;
use crate::domain::id::OrderId;
use crate::domain::money::{Amount, Currency, Money, MoneyError, Rounding};
use crate::domain::quantity::Percent;
use crate::domain::text::{self, Locale, Name};
use crate::domain::time::Date;

/// A use of a coupon with what it unlocked.
#[derive(Debug, Clone, Copy)]
pub struct Redeemed<'a> {
    /// The use.
    pub redemption: &'a Redemption,
    /// What it unlocked.
    pub discount: &'a Discount,
}

/// A line as coupons look at it.
#[derive(Debug, Clone, Copy)]
pub struct Reducible<'a> {
    /// What is charged; `None` of what no coupon touches.
    pub subject: Option<Subject<'a>>,
    /// The order that its subscription comes from.
    pub order: Option<OrderId>,
    /// What it comes to before.
    pub amount: Money,
}

/// How coupons are given on a bill.
#[derive(Debug, Clone, Copy)]
pub struct CouponTerms {
    /// In which order.
    pub order: CouponOrder,
    /// How shares of an amount are rounded.
    pub rounding: Rounding,
    /// In what everything is.
    pub currency: Currency,
    /// The billing day.
    pub on: Date,
}

/// What one coupon takes off.
#[derive(Debug, Clone)]
pub struct Taken<'a> {
    /// By which use.
    pub by: Redeemed<'a>,
    /// The place of each line with how much it is less.
    pub shares: Vec<(usize, Money)>,
}

/// What a coupon took off a line: all that is needed to do it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponShare {
    /// The code.
    pub code: text::Code,
    /// What that unlocked, as it was called.
    pub name: Name,
    /// The part of the line.
    pub amount: Figure,
}

impl CouponShare {
    /// The share of a line, named in a language.
    #[must_use]
    pub fn of(by: Redeemed<'_>, share: Money, locale: &Locale) -> Self {
        Self {
            code: by.redemption.code.clone(),
            name: by.discount.terms().name.text(locale).clone(),
            amount: Figure::new(share.decimal()),
        }
    }

    /// What is left of an amount: never less than nothing, so that a share of what was rounded up
    /// does not turn what was not.
    ///
    /// # Errors
    /// If it is too large.
    pub fn left_of(&self, amount: Amount) -> Result<Amount, MoneyError> {
        let left = amount.value().checked_sub(self.amount.decimal());
        let left = left.ok_or(MoneyError::TooLarge)?.max(Decimal::ZERO);
        Ok(Amount::new(left, amount.currency()))
    }
}

impl fmt::Display for CouponShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} off with the coupon {}: {}", self.amount, self.code, self.name)
    }
}

impl Redeemed<'_> {
    fn is_open(&self, terms: CouponTerms) -> bool {
        let it = self.discount.terms();
        let fits = it.reduction.currency().is_none_or(|it| it == terms.currency);
        fits && !self.discount.is_over(terms.on) && self.redemption.lasts(it.lasting, terms.on)
    }

    fn covers(&self, line: &Reducible<'_>) -> bool {
        let is_of_order = self.redemption.order.is_none_or(|it| Some(it) == line.order);
        is_of_order && line.subject.is_some_and(|it| self.discount.terms().scope.covers(&it))
    }

    /// Which comes first: the narrowest scope, a percentage before an amount or the other way round
    /// by policy, then the higher priority, then the older use.
    fn place(&self, order: CouponOrder) -> impl Ord + use<> {
        let terms = self.discount.terms();
        let is_percent = matches!(terms.reduction, Reduction::Share(_));
        let by_kind = (order == CouponOrder::PercentFirst).then_some(Reverse(is_percent));
        (by_kind, Reverse(terms.scope.rank()), Reverse(terms.priority), self.redemption.id)
    }

    /// How much it takes off a sum.
    fn off(&self, sum: Money, rounding: Rounding) -> Result<Money, MoneyError> {
        match self.discount.terms().reduction {
            Reduction::Share(share) => {
                let part = sum.amount().part(share.decimal(), Percent::WHOLE.decimal())?;
                part.book(rounding)
            }
            Reduction::Amount(off) => Ok(if off.as_minor() < sum.as_minor() { off } else { sum }),
            // No coupon unlocks a fee: a discount that replaces prices needs none.
            Reduction::Fee(_) => Ok(Money::zero(sum.currency())),
        }
    }
}

/// What coupons take off lines, coupon by coupon in the order in which they are given. One that takes
/// nothing off is not among them.
///
/// # Errors
/// If the lines come to more than can be booked.
pub fn taken<'a>(
    coupons: &[Redeemed<'a>],
    lines: &[Reducible<'_>],
    terms: CouponTerms,
) -> Result<Vec<Taken<'a>>, MoneyError> {
    let mut open: Vec<_> = coupons.iter().filter(|it| it.is_open(terms)).collect();
    open.sort_by_cached_key(|it| it.place(terms.order));
    let mut left: Vec<Money> = lines.iter().map(|it| it.amount).collect();
    let mut found = Vec::new();
    for coupon in open {
        let in_scope = |place: &usize| left[*place].as_minor() > 0 && coupon.covers(&lines[*place]);
        let places: Vec<usize> = (0..lines.len()).filter(in_scope).collect();
        let amounts: Vec<_> = places.iter().map(|it| left[*it]).collect();
        let sum = Money::sum(amounts.iter().copied(), terms.currency)?;
        let off = coupon.off(sum, terms.rounding)?;
        if off.is_zero() {
            continue;
        }
        let weights: Vec<_> = amounts.iter().map(|it| it.as_minor().unsigned_abs()).collect();
        let shares = off.split(&weights).ok_or(MoneyError::TooLarge)?;
        for (place, share) in places.iter().zip(&shares) {
            left[*place] = left[*place].minus(*share)?;
        }
        let shares = places.into_iter().zip(shares).filter(|it| !it.1.is_zero()).collect();
        found.push(Taken { by: *coupon, shares });
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
