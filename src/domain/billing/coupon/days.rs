//! What coupons that were given on some of a line's days took off it: whoever is given back days gets what
//! those were charged at.

use rust_decimal::Decimal;

use super::CouponShare;
use crate::domain::billing::invoice::explanation::{Explanation, Step};
use crate::domain::billing::invoice::line::Line;
use crate::domain::billing::proration::Measure;
use crate::domain::money::{Money, MoneyError, Rounding};
use crate::domain::time::{Date, Period};

/// What coupons took off a line for some of its days, without tax: in all, and of that for the days from one
/// on. Nothing of coupons that were given on all days.
///
/// # Errors
/// If an amount is too large.
pub fn of_some_days(
    line: &Line,
    from: Date,
    (by, rounding): (Measure, Rounding),
) -> Result<(Money, Money), MoneyError> {
    let nothing = Money::zero(line.net.currency());
    let (mut all, mut late) = (nothing, nothing);
    let of_days = shares_of(line).filter_map(|it| Some((it.amount.decimal(), it.days?)));
    for (off, days) in of_days {
        let whole = before_prepaid(line)?;
        if whole.is_zero() {
            continue;
        }
        let off = line.net.amount().part(off, whole)?.book(rounding)?;
        let left = Period::new(from.max(days.start()), days.end()).map_or(0, |it| by.of(it));
        let part = off.amount().part(left.into(), by.of(days).max(1).into())?;
        (all, late) = (all.plus(off)?, late.plus(part.book(rounding)?)?);
    }
    Ok((all, late))
}

/// What coupons took off a line, in order.
pub fn shares_of(line: &Line) -> impl Iterator<Item = &CouponShare> {
    line.explanation.steps.iter().filter_map(|it| match it {
        Step::Coupon(share) => Some(share),
        Step::Prorated(_)
        | Step::Reversed
        | Step::Less(_)
        | Step::Altered(_)
        | Step::InPlaceOf(_)
        | Step::Lowered(_)
        | Step::Committed(_)
        | Step::Covered(_)
        | Step::NeverPaid(_)
        | Step::Undivided(_)
        | Step::Booked(_)
        | Step::Prepaid(_)
        | Step::OfPrepaid(_)
        | Step::ChosenFor(_) => None,
    })
}

/// What a line came to before some of it was paid from what was paid in.
fn before_prepaid(line: &Line) -> Result<Decimal, MoneyError> {
    let is_prepaid = |it: &Step| matches!(it, Step::Prepaid(_) | Step::OfPrepaid(_));
    let steps = line.explanation.steps.iter().take_while(|it| !is_prepaid(it));
    let before = Explanation { steps: steps.cloned().collect(), ..line.explanation.clone() };
    Ok(before.unrounded()?.value())
}
