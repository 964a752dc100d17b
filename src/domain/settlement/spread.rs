//! Spreading: amounts that are multiplied as one and rounded once, each with its part of the outcome.

use rust_decimal::Decimal;

use crate::domain::money::{Amount, Currency, Money, MoneyError, Rounding};

/// What each amount comes to when all of them are multiplied by `numerator / denominator`. Their sum
/// is booked once; each gets the whole minor units that are its own, and what is left goes one each
/// to those with the largest remainders, the earlier first.
///
/// # Errors
/// If an amount is too large, or the denominator is nothing.
pub(super) fn spread(
    amounts: &[Money],
    (numerator, denominator): (Decimal, Decimal),
    (currency, rounding): (Currency, Rounding),
) -> Result<Vec<Money>, MoneyError> {
    let sum = Money::sum(amounts.iter().copied(), currency)?;
    let total = sum.amount().part(numerator, denominator)?.book(rounding)?;
    let mut parts = Vec::with_capacity(amounts.len());
    let mut rests = Vec::with_capacity(amounts.len());
    for (place, it) in amounts.iter().enumerate() {
        let (whole, rest) = whole_units(it.amount().part(numerator, denominator)?)?;
        parts.push(whole);
        rests.push((rest, place));
    }
    let left = total.minus(Money::sum(parts.iter().copied(), currency)?)?;
    // Beyond the digits that can be reckoned with, rests say nothing any more.
    let left = usize::try_from(left.as_minor()).map_err(|_| MoneyError::TooLarge)?;
    if left > rests.len() {
        return Err(MoneyError::TooLarge);
    }
    rests.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    for (_, place) in rests.into_iter().take(left) {
        parts[place] = parts[place].plus(Money::minor(1, currency))?;
    }
    Ok(parts)
}

/// The whole minor units that are in an amount, rounded down, and what is left of it.
fn whole_units(exact: Amount) -> Result<(Money, Decimal), MoneyError> {
    let unit = Decimal::new(1, exact.currency().digits());
    let rest = exact.value().checked_rem(unit).ok_or(MoneyError::TooLarge)?;
    let rest = if rest.is_sign_negative() && !rest.is_zero() { rest + unit } else { rest };
    let whole = exact.value().checked_sub(rest).ok_or(MoneyError::TooLarge)?;
    Ok((Amount::new(whole, exact.currency()).book(Rounding::HalfUp)?, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The parts sum to what all come to, and none is a minor unit away from its own.
        #[test]
        fn what_is_spread_is_rounded_once(
            minors in proptest::collection::vec(-100_000..100_000_i64, 0..12),
            (numerator, denominator) in (0..100_000_i64, 1..100_000_i64),
        ) {
            let euros = |minor: i64| Money::minor(minor, Currency::EUR);
            let amounts: Vec<_> = minors.iter().map(|it| euros(*it)).collect();
            let ratio = (Decimal::from(numerator), Decimal::from(denominator));
            let parts = spread(&amounts, ratio, (Currency::EUR, Rounding::HalfUp)).expect("small");
            let sum = euros(minors.iter().sum()).amount().part(ratio.0, ratio.1).expect("small");
            prop_assert_eq!(
                Money::sum(parts.iter().copied(), Currency::EUR),
                sum.book(Rounding::HalfUp)
            );
            for (it, part) in amounts.iter().zip(&parts) {
                let exact = it.amount().part(ratio.0, ratio.1).expect("small").value();
                let off = (part.decimal() - exact).abs();
                prop_assert!(off < Decimal::new(1, 2), "{part} is not {exact}");
            }
        }
    }
}
