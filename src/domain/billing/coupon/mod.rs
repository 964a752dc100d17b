//! Coupons on bills: what they take off the lines in their scope, before tax.
//!
//! Coupons come after line discounts and minimums. Each takes what its discount says off what the
//! ones before it left of the lines in its scope, spread over them in proportion by the remainder
//! rule; nothing falls below zero, and nothing is carried to the next bill.
//!
//! One that lasts for a time is given on the days of that time, whenever they are billed: of a line that
//! has others besides, on the part that its days are of all. The free days of a trial use nothing of it up.
//! An amount is given by it on no more bills than whole billing periods fit into that time, and on one at least.

mod days;

use std::cmp::Reverse;
use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use self::days::{of_some_days, shares_of};
use super::policy::CouponOrder;
use super::proration::{Measure, ProrationUnit};
use crate::domain::catalog::coupon::Redemption;
use crate::domain::catalog::discount::{Discount, Lasting, Reduction, Subject};
use crate::domain::catalog::price::Figure;
use crate::domain::id::OrderId;
use crate::domain::money::{Amount, Currency, Money, MoneyError, Rounding};
use crate::domain::quantity::Percent;
use crate::domain::text::{self, Locale, Name};
use crate::domain::time::{Date, Period, Span};

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
    /// For which days; `None` of what is charged once.
    pub days: Option<Period>,
    /// The first of them, or the day of what is charged once.
    pub on: Date,
    /// How days are measured.
    pub by: Measure,
    /// The first day on which its subscription was served.
    pub served_from: Date,
    /// The first day that it is charged: after its trial, if it has one.
    pub charged_from: Date,
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
    /// How long a billing period is.
    pub period: Span,
}

/// What one coupon takes off.
#[derive(Debug, Clone)]
pub struct Taken<'a> {
    /// By which use.
    pub by: Redeemed<'a>,
    /// What it takes off each line.
    pub shares: Vec<TakenShare>,
}

/// What a coupon takes off a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenShare {
    /// The place of the line.
    pub place: usize,
    /// How much it is less.
    pub off: Money,
    /// For which of its days, if not for all of them.
    pub days: Option<Period>,
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
    /// For which days of the line, if not for all of them.
    pub days: Option<Period>,
}

impl CouponShare {
    /// The share of a line, named in a language.
    #[must_use]
    pub fn of(by: Redeemed<'_>, share: TakenShare, locale: &Locale) -> Self {
        Self {
            code: by.redemption.code.clone(),
            name: by.discount.terms().name.text(locale).clone(),
            amount: Figure::new(share.off.decimal()),
            days: share.days,
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
        write!(f, "{} off with the coupon {}: {}", self.amount, self.code, self.name)?;
        self.days.map_or(Ok(()), |days| write!(f, ", for {days}"))
    }
}

impl Redeemed<'_> {
    fn is_open(&self, terms: CouponTerms) -> bool {
        let it = self.discount.terms();
        let fits = it.reduction.currency().is_none_or(|it| it == terms.currency);
        fits && self.redemption.is_left(it.lasting) && !self.is_spent(terms.period)
    }

    /// Whether an amount that is given for a time was given on as many bills as whole billing periods fit into it.
    fn is_spent(&self, period: Span) -> bool {
        let it = self.discount.terms();
        let (Reduction::Amount(_), Lasting::For(span)) = (it.reduction, it.lasting) else {
            return false;
        };
        let (on, bills) = (self.redemption.redeemed_on, self.redemption.invoices());
        bills > 0 && span.after(on, 1) < period.after(on, bills.saturating_add(1))
    }

    fn covers(&self, line: &Reducible<'_>) -> bool {
        let is_of_order = self.redemption.order.is_none_or(|it| Some(it) == line.order);
        is_of_order && line.subject.is_some_and(|it| self.discount.terms().scope.covers(&it))
    }

    /// From when and until when it is given on what a line charges, where others come before; `None`: always.
    /// What an earlier use of the same coupon is given on, is not lowered by that once more.
    fn window(
        &self,
        line: &Reducible<'_>,
        before: &[&Redeemed<'_>],
    ) -> (Option<Date>, Option<Date>) {
        let (mut from, mut until) = self.own_window(line);
        for it in before.iter().filter(|it| it.is_same(self) && it.covers(line)) {
            let (Some((start, end)), (Some(first), Some(last))) =
                (from.zip(until), it.own_window(line))
            else {
                continue;
            };
            if first <= start && start < last {
                from = Some(last);
            } else if start < first && first < end {
                until = Some(first);
            }
        }
        (from, until)
    }

    fn is_same(&self, other: &Self) -> bool {
        self.redemption.coupon == other.redemption.coupon
    }

    /// The same where no other comes before.
    fn own_window(&self, line: &Reducible<'_>) -> (Option<Date>, Option<Date>) {
        let (from, until) = match self.discount.terms().lasting {
            Lasting::For(span) => {
                let from = self.begins(line, span);
                (Some(from), Some(span.after(from, 1)))
            }
            Lasting::Once | Lasting::Always | Lasting::Charges(_) => (None, None),
        };
        (from, until.into_iter().chain(self.discount.ended_on()).min())
    }

    /// The first day on which what lasts for a time is given on what a subscription is charged. What an
    /// order bought has it from the day on from which that is charged; all else from the day on which the coupon
    /// was brought, or so much later as days of that time are free.
    fn begins(&self, line: &Reducible<'_>, span: Span) -> Date {
        let brought_on = self.redemption.redeemed_on;
        if self.redemption.order.is_some() {
            return line.charged_from.max(brought_on);
        }
        let free_from = line.served_from.max(brought_on);
        let is_in_time = free_from < span.after(brought_on, 1);
        let free_days = if is_in_time { line.charged_from.days_since(free_from) } else { 0 };
        brought_on.plus_days(free_days.max(0))
    }

    /// How much of what is left of a line it is given on, and for which of its days if not for all. Where
    /// a part costs as much as the whole, the first day decides. What the same coupon took off it was for other days.
    fn part(
        &self,
        line: &Reducible<'_>,
        (left, same): (Money, Money),
        (before, rounding): (&[&Redeemed<'_>], Rounding),
    ) -> Result<Option<(Money, Option<Period>)>, MoneyError> {
        if left.as_minor() <= 0 || !self.covers(line) {
            return Ok(None);
        }
        let (from, until) = self.window(line, before);
        let is_divided = |it: &Period| line.by.unit != ProrationUnit::None && line.by.of(*it) > 0;
        let Some(all) = line.days.filter(is_divided) else {
            let is_given =
                from.is_none_or(|it| it <= line.on) && until.is_none_or(|it| line.on < it);
            return Ok(is_given.then_some((left, None)));
        };
        let (start, end) = (all.start(), all.end());
        let given = Period::new(
            from.map_or(start, |it| it.max(start)),
            until.map_or(end, |it| it.min(end)),
        );
        match given {
            None => Ok(None),
            Some(given) if given == all => Ok(Some((left, None))),
            Some(given) => {
                let (used, of) = (line.by.of(given), line.by.of(all));
                let whole = left.plus(same)?.amount();
                let part = whole.part(used.into(), of.into())?.book(rounding)?;
                Ok(Some((part.at_most(left)?, Some(given))))
            }
        }
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
    for (turn, coupon) in open.iter().enumerate() {
        let before = &open[..turn];
        let mut parts = Vec::with_capacity(lines.len());
        for (place, line) in lines.iter().enumerate() {
            let same = taken_by_same(&found, coupon, (place, terms.currency))?;
            let part = coupon.part(line, (left[place], same), (before, terms.rounding))?;
            parts.extend(part.map(|(off, days)| TakenShare { place, off, days }));
        }
        let sum = Money::sum(parts.iter().map(|it| it.off), terms.currency)?;
        let off = coupon.off(sum, terms.rounding)?;
        if off.is_zero() {
            continue;
        }
        let weights: Vec<_> = parts.iter().map(|it| it.off.as_minor().unsigned_abs()).collect();
        let shares = off.split(&weights).ok_or(MoneyError::TooLarge)?;
        for (part, share) in parts.iter_mut().zip(shares) {
            part.off = share;
            left[part.place] = left[part.place].minus(share)?;
        }
        parts.retain(|it| !it.off.is_zero());
        let shares = parts;
        found.push(Taken { by: **coupon, shares });
    }
    Ok(found)
}

/// What earlier uses of the same coupon took off a line.
fn taken_by_same(
    found: &[Taken<'_>],
    coupon: &Redeemed<'_>,
    (place, currency): (usize, Currency),
) -> Result<Money, MoneyError> {
    let same = found.iter().filter(|it| it.by.is_same(coupon)).flat_map(|it| &it.shares);
    Money::sum(same.filter(|it| it.place == place).map(|it| it.off), currency)
}

#[cfg(test)]
mod tests;
