//! Spreading: amounts that are multiplied as one and rounded once, each with its part of the outcome.

use rust_decimal::Decimal;

use crate::domain::money::{Currency, Money, MoneyError, Rounding};

/// What each amount comes to when all of them are multiplied by `numerator / denominator`. Their sum
/// is booked once, and parted by the remainder rule.
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
    let exact = amounts.iter().map(|it| Ok(it.amount().part(numerator, denominator)?.value()));
    total.apportioned(&exact.collect::<Result<Vec<_>, _>>()?)
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
