//! Money: what is booked, what is multiplied, and the one gate between them.
//!
//! There are two numeric worlds. A [`Money`] is *booked*: a whole number of minor units (cents)
//! that adds up exactly. A [`Rate`] is *multiplied*: a decimal price per unit that may be finer
//! than a cent. Only [`Rate::charge`] and [`Amount::book`] lead from the second to the first, and
//! they take the rounding as an argument, so that every rounding in the program is written at a
//! call site where a reader can question it.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use super::quantity::{Quantity, decimal, exact};

/// Why an amount could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Two currencies met where only one may be.
    #[error("{left} and {right} cannot be added")]
    Currencies {
        /// The currency of the first amount.
        left: Currency,
        /// The currency of the second.
        right: Currency,
    },
    /// The result is beyond what can be booked.
    #[error("the amount is beyond what can be booked")]
    TooLarge,
    /// The text is not an amount of the currency.
    #[error("`{text}` is not an amount in {currency}, which has {digits} decimal places")]
    Text {
        /// What was given.
        text: String,
        /// The currency it was to be in.
        currency: Currency,
        /// How many decimal places it has.
        digits: u32,
    },
}

/// A text that is not the code of a currency.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not a currency code of ISO 4217, such as `EUR`")]
pub struct CurrencyError {
    text: String,
}

/// A currency of ISO 4217 that amounts can be booked in.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The Euro.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);
    /// The United States Dollar.
    pub const USD: Self = Self(iso_currency::Currency::USD);

    /// Three upper-case letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimal places an amount has: 2 for EUR, 0 for JPY, 3 for KWD.
    #[must_use]
    pub fn digits(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let known = iso_currency::Currency::from_code(text).filter(|it| it.exponent().is_some());
        known.map(Self).ok_or_else(|| CurrencyError { text: text.chars().take(20).collect() })
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let code = self.code().as_bytes();
        [code[0], code[1], code[2]].serialize(to)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let code = <[u8; 3]>::deserialize(from)?;
        let code = std::str::from_utf8(&code).map_err(de::Error::custom)?;
        code.parse().map_err(de::Error::custom)
    }
}

/// How a rate becomes an amount. The choice is a policy of the seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rounding {
    /// Half a unit goes away from zero: what merchants do.
    HalfUp,
    /// Half a unit goes to the even neighbor: what banks do.
    HalfEven,
}

impl Rounding {
    const fn strategy(self) -> RoundingStrategy {
        match self {
            Self::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Self::HalfEven => RoundingStrategy::MidpointNearestEven,
        }
    }
}

/// A booked amount: a whole number of minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// So many minor units.
    #[must_use]
    pub const fn minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::minor(0, currency)
    }

    /// The amount that a text such as `19.99` says.
    ///
    /// # Errors
    /// If it is not a number, or has more decimal places than the currency.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let refused = || MoneyError::Text {
            text: text.chars().take(80).collect(),
            currency,
            digits: currency.digits(),
        };
        let amount = decimal(text).ok_or_else(refused)?;
        if amount.normalize().scale() > currency.digits() {
            return Err(refused());
        }
        Amount::new(amount, currency).book(Rounding::HalfUp)
    }

    /// The number of minor units.
    #[must_use]
    pub const fn as_minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount in major units, exactly.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        Decimal::new(self.minor, self.currency.digits())
    }

    /// The same amount in the world where it can be multiplied.
    #[must_use]
    pub fn amount(self) -> Amount {
        Amount::new(self.decimal(), self.currency)
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether it is less than nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The sum.
    ///
    /// # Errors
    /// If the currencies differ or the sum is too large.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    /// The difference.
    ///
    /// # Errors
    /// If the currencies differ or the difference is too large.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.plus(other.negated()?)
    }

    /// The amount with the other sign.
    ///
    /// # Errors
    /// If it is the one amount whose opposite cannot be booked.
    pub fn negated(self) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_neg().ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    /// The sum of amounts in `currency`; nothing if there are none.
    ///
    /// # Errors
    /// If one is in another currency or the sum is too large.
    pub fn sum(
        amounts: impl IntoIterator<Item = Self>,
        currency: Currency,
    ) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    /// The lesser of two amounts: this one, but no more than `most`.
    ///
    /// # Errors
    /// If the currencies differ.
    pub fn at_most(self, most: Self) -> Result<Self, MoneyError> {
        self.same_currency(most)?;
        Ok(if self.minor < most.minor { self } else { most })
    }

    /// Books parts of this amount that were reckoned exactly, so that they sum to it: each gets the
    /// whole minor units that are its own, and what is left goes one each to those with the largest
    /// remainders, the earlier first.
    ///
    /// # Errors
    /// If a part is too large, or the parts are not those of this amount: less than a minor unit for
    /// each is left.
    pub fn apportioned(self, exact: &[Decimal]) -> Result<Vec<Self>, MoneyError> {
        let unit = Decimal::new(1, self.currency.digits());
        let mut parts = Vec::with_capacity(exact.len());
        let mut remainders = Vec::with_capacity(exact.len());
        for (place, exact) in exact.iter().enumerate() {
            let rest = exact.checked_rem(unit).ok_or(MoneyError::TooLarge)?;
            let is_below = rest.is_sign_negative() && !rest.is_zero();
            let rest = if is_below { rest + unit } else { rest };
            let whole = exact.checked_sub(rest).ok_or(MoneyError::TooLarge)?;
            parts.push(Amount::new(whole, self.currency).book(Rounding::HalfUp)?);
            remainders.push((rest, place));
        }
        let left = self.minus(Self::sum(parts.iter().copied(), self.currency)?)?;
        // Beyond the digits that can be reckoned with, remainders say nothing any more.
        let left = usize::try_from(left.minor).map_err(|_| MoneyError::TooLarge)?;
        if left > parts.len() {
            return Err(MoneyError::TooLarge);
        }
        if left > 0 {
            remainders.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        }
        for (_, place) in remainders.into_iter().take(left) {
            parts[place] = parts[place].plus(Self::minor(1, self.currency))?;
        }
        Ok(parts)
    }

    /// Splits the amount in proportion to `weights`, losing nothing.
    ///
    /// The parts always sum to `self`. Cents that do not divide evenly go one each to the parts
    /// with the largest remainders, earlier parts first, so the result does not depend on anything
    /// but the arguments.
    ///
    /// Returns `None` if the weights sum to zero: there is nobody to give to.
    #[must_use]
    pub fn split(self, weights: &[u64]) -> Option<Vec<Self>> {
        let total: i128 = weights.iter().map(|it| i128::from(*it)).sum();
        if total == 0 {
            return None;
        }
        let whole = i128::from(self.minor).abs();
        let sign = i128::from(self.minor.signum());
        let mut parts: Vec<i128> = Vec::with_capacity(weights.len());
        let mut remainders: Vec<(i128, usize)> = Vec::with_capacity(weights.len());
        for (place, weight) in weights.iter().enumerate() {
            let share = whole * i128::from(*weight);
            parts.push(share / total);
            remainders.push((-(share % total), place));
        }
        let left = whole - parts.iter().sum::<i128>();
        remainders.sort_unstable();
        for (_, place) in remainders.iter().take(usize::try_from(left).ok()?) {
            parts[*place] += 1;
        }
        assert_eq!(parts.iter().sum::<i128>(), whole, "a split loses nothing");
        parts
            .into_iter()
            .map(|it| Some(Self { minor: i64::try_from(it * sign).ok()?, ..self }))
            .collect()
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::Currencies { left: self.currency, right: other.currency })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

/// A price per unit that may be finer than a minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rate {
    #[serde(with = "exact")]
    per_unit: Decimal,
    currency: Currency,
}

impl Rate {
    /// So much per unit.
    #[must_use]
    pub const fn new(per_unit: Decimal, currency: Currency) -> Self {
        Self { per_unit, currency }
    }

    /// The price of one unit, in major units.
    #[must_use]
    pub const fn per_unit(self) -> Decimal {
        self.per_unit
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// What `quantity` units cost before any rounding.
    ///
    /// # Errors
    /// If the product is too large.
    pub fn times(self, quantity: Quantity) -> Result<Amount, MoneyError> {
        let product = self.per_unit.checked_mul(quantity.decimal()).ok_or(MoneyError::TooLarge)?;
        Ok(Amount::new(product, self.currency))
    }

    /// What `quantity` units cost, rounded once and for all.
    ///
    /// # Errors
    /// If the product is too large.
    pub fn charge(self, quantity: Quantity, rounding: Rounding) -> Result<Money, MoneyError> {
        self.times(quantity)?.book(rounding)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.per_unit.normalize(), self.currency)
    }
}

/// An amount that has not been rounded yet: the sum of tiers, a tax before it is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Amount {
    #[serde(with = "exact")]
    value: Decimal,
    currency: Currency,
}

impl Amount {
    /// So many major units.
    #[must_use]
    pub const fn new(value: Decimal, currency: Currency) -> Self {
        Self { value, currency }
    }

    /// Nothing, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(Decimal::ZERO, currency)
    }

    /// The number of major units, exactly.
    #[must_use]
    pub const fn value(self) -> Decimal {
        self.value
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum.
    ///
    /// # Errors
    /// If the currencies differ or the sum is too large.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Currencies { left: self.currency, right: other.currency });
        }
        let value = self.value.checked_add(other.value).ok_or(MoneyError::TooLarge)?;
        Ok(Self { value, ..self })
    }

    /// The part of the amount that `numerator / denominator` is.
    ///
    /// # Errors
    /// If the product is too large or the denominator is zero.
    pub fn part(self, numerator: Decimal, denominator: Decimal) -> Result<Self, MoneyError> {
        let product = self.value.checked_mul(numerator).ok_or(MoneyError::TooLarge)?;
        let value = product.checked_div(denominator).ok_or(MoneyError::TooLarge)?;
        Ok(Self { value, ..self })
    }

    /// The amount as it is booked, rounded once and for all.
    ///
    /// # Errors
    /// If it is too large to be booked.
    pub fn book(self, rounding: Rounding) -> Result<Money, MoneyError> {
        let digits = self.currency.digits();
        let rounded = self.value.round_dp_with_strategy(digits, rounding.strategy());
        let shift = 10_i128.pow(digits.saturating_sub(rounded.scale()));
        let minor = rounded.mantissa().checked_mul(shift).ok_or(MoneyError::TooLarge)?;
        let minor = i64::try_from(minor).map_err(|_| MoneyError::TooLarge)?;
        Ok(Money::minor(minor, self.currency))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value.normalize(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(text: &str) -> Money {
        let (amount, currency) = text.split_once(' ').expect("amount and currency");
        Money::parse(amount, currency.parse().expect(currency)).expect(text)
    }

    #[test]
    fn a_rate_is_rounded_once_and_as_asked() {
        let table = [
            ("0.125 EUR", "1", Rounding::HalfUp, "0.13 EUR"),
            ("0.125 EUR", "1", Rounding::HalfEven, "0.12 EUR"),
            ("-0.125 EUR", "1", Rounding::HalfUp, "-0.13 EUR"),
            ("0.001 USD", "100", Rounding::HalfUp, "0.10 USD"),
            ("1.5 JPY", "3", Rounding::HalfUp, "5 JPY"),
            ("0.0005 KWD", "1", Rounding::HalfUp, "0.001 KWD"),
            ("0.0000000001 EUR", "10000000000", Rounding::HalfUp, "1.00 EUR"),
        ];
        for (rate, quantity, rounding, expected) in table {
            let (per_unit, currency) = rate.split_once(' ').expect(rate);
            let rate =
                Rate::new(decimal(per_unit).expect(per_unit), currency.parse().expect(currency));
            let charged = rate.charge(quantity.parse().expect(quantity), rounding);
            assert_eq!(charged.map(|it| it.to_string()), Ok(expected.to_owned()), "{rate:?}");
        }
    }

    #[test]
    fn an_amount_has_no_more_places_than_its_currency() {
        assert_eq!(money("19.99 EUR").as_minor(), 1999);
        assert_eq!(money("19.9 EUR").as_minor(), 1990);
        assert_eq!(money("1500 JPY").as_minor(), 1500);
        for (text, currency) in [("19.999", "EUR"), ("1.5", "JPY"), ("", "EUR"), ("1e400", "EUR")] {
            assert!(Money::parse(text, currency.parse().expect(currency)).is_err(), "{text}");
        }
    }

    #[test]
    fn the_lesser_of_two_amounts_is_in_their_one_currency() {
        let least = |one: &str, other: &str| {
            money(one).at_most(money(other)).map(|it| it.to_string()).map_err(|it| it.to_string())
        };
        assert_eq!(least("1 EUR", "2 EUR"), Ok("1.00 EUR".to_owned()));
        assert_eq!(least("2 EUR", "-3 EUR"), Ok("-3.00 EUR".to_owned()));
        assert_eq!(least("1 EUR", "2 USD"), Err("EUR and USD cannot be added".to_owned()));
    }

    #[test]
    fn exact_parts_are_booked_by_remainder_and_sum_to_the_whole() {
        let parts = |total: &str, exact: &[&str]| {
            let exact: Vec<_> = exact.iter().map(|it| decimal(it).expect(it)).collect();
            let parts = money(total).apportioned(&exact)?;
            Ok(parts.iter().map(|it| it.decimal().to_string()).collect::<Vec<_>>().join(" "))
        };
        let table = [
            ("0.02 EUR", &["0.005", "0.005", "0.005"] as &[&str], Ok("0.01 0.01 0.00")),
            ("0.00 EUR", &["0.025", "-0.025"], Ok("0.03 -0.03")),
            ("-0.05 EUR", &["-0.024", "-0.026"], Ok("-0.02 -0.03")),
            ("10 JPY", &["3.3", "3.3", "3.4"], Ok("3 3 4")),
            ("0 EUR", &[], Ok("")),
            ("0.03 EUR", &["0.005", "0.005"], Err(MoneyError::TooLarge)),
        ];
        for (total, exact, expected) in table {
            assert_eq!(parts(total, exact), expected.map(str::to_owned), "{total} {exact:?}");
        }
    }

    #[test]
    fn two_currencies_never_add() {
        let refused = money("1 EUR").plus(money("1 USD")).map_err(|it| it.to_string());
        assert_eq!(refused, Err("EUR and USD cannot be added".to_owned()));
    }

    #[test]
    fn what_is_too_large_is_refused_and_not_bent() {
        let most = Money::minor(i64::MAX, Currency::EUR);
        assert_eq!(most.plus(Money::minor(1, Currency::EUR)), Err(MoneyError::TooLarge));
        assert_eq!(Money::minor(i64::MIN, Currency::EUR).negated(), Err(MoneyError::TooLarge));
        let rate = Rate::new(Decimal::MAX, Currency::EUR);
        assert_eq!(rate.charge(Quantity::whole(2), Rounding::HalfUp), Err(MoneyError::TooLarge));
        assert_eq!(rate.charge(Quantity::ONE, Rounding::HalfUp), Err(MoneyError::TooLarge));
    }

    #[test]
    fn cents_that_do_not_divide_go_to_the_largest_remainders() {
        let parts = |minor, weights: &[u64]| {
            let parts = Money::minor(minor, Currency::EUR).split(weights)?;
            Some(parts.into_iter().map(Money::as_minor).collect::<Vec<_>>())
        };
        assert_eq!(parts(100, &[1, 1, 1]), Some(vec![34, 33, 33]));
        assert_eq!(parts(-100, &[1, 1, 1]), Some(vec![-34, -33, -33]));
        assert_eq!(parts(150_070, &[255, 604, 51, 90]), Some(vec![38268, 90642, 7654, 13506]));
        assert_eq!(parts(5, &[0, 0]), None);
    }

    proptest! {
        #[test]
        fn a_split_loses_nothing(minor in any::<i64>(), weights in prop::collection::vec(0..1_000_000_u64, 1..9)) {
            if let Some(parts) = Money::minor(minor, Currency::EUR).split(&weights) {
                let sum: i128 = parts.iter().map(|it| i128::from(it.as_minor())).sum();
                prop_assert_eq!(sum, i128::from(minor));
            }
        }

        #[test]
        fn an_amount_is_read_back_from_its_text(minor in any::<i64>()) {
            for code in ["EUR", "JPY", "KWD"] {
                let money = Money::minor(minor, code.parse().expect(code));
                prop_assert_eq!(Money::parse(&money.decimal().to_string(), money.currency()), Ok(money));
            }
        }
    }
}
