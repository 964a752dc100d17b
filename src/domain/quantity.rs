//! Quantities: exact decimal counts of something that is not money.
//!
//! What is rounded, and when, is decided where a quantity meets a price
//! ([`Rate::charge`](super::money::Rate::charge)), never here.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A count of units, possibly a fraction: 12.5 GB, 3 seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Quantity(#[serde(with = "exact")] Decimal);

/// A text that is not a decimal number, or one too large to count with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not a decimal number of at most 28 digits")]
pub struct QuantityError {
    text: String,
}

impl QuantityError {
    /// The refusal of a text that is not a decimal number.
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.chars().take(80).collect() }
    }
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// A single unit.
    pub const ONE: Self = Self(Decimal::ONE);

    /// The quantity that a decimal number is.
    #[must_use]
    pub const fn new(decimal: Decimal) -> Self {
        Self(decimal)
    }

    /// A whole number of units.
    #[must_use]
    pub fn whole(units: i64) -> Self {
        Self(Decimal::from(units))
    }

    /// The decimal number.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Whether it is less than nothing.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The sum, or `None` if it does not fit into 28 digits.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` if it does not fit into 28 digits.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// What is above `floor`: nothing if it is not reached, however far below it lies.
    #[must_use]
    pub fn above(self, floor: Self) -> Self {
        Self(self.0.saturating_sub(floor.0).max(Decimal::ZERO))
    }

    /// The least number of whole units that is no less; none of what is negative, and as many as can
    /// be counted of what is more.
    #[must_use]
    pub fn units_up(self) -> u32 {
        let units = self.0.max(Decimal::ZERO).ceil();
        units.to_string().parse().unwrap_or(u32::MAX)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.normalize())
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        decimal(text).map(Self).ok_or_else(|| QuantityError::new(text))
    }
}

/// A share in hundredths, exactly: 19 is 19 %, and a fee may be 1.3 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Percent(#[serde(with = "exact")] Decimal);

impl Percent {
    /// Nothing of it.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// All of it.
    pub const WHOLE: Self = Self(Decimal::ONE_HUNDRED);

    /// So many hundredths.
    #[must_use]
    pub const fn new(hundredths: Decimal) -> Self {
        Self(hundredths)
    }

    /// The number of hundredths.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0.normalize())
    }
}

/// A decimal number from its text, exactly, or `None` where that would need rounding.
#[must_use]
pub fn decimal(text: &str) -> Option<Decimal> {
    if text.len() > 60 {
        return None;
    }
    match text.contains(['e', 'E']) {
        true => Decimal::from_scientific(text).ok(),
        false => Decimal::from_str_exact(text).ok(),
    }
}

/// Decimals in the store: a varint mantissa and a scale, so that the value comes back digit for
/// digit and takes few bytes.
pub mod exact {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    /// Writes mantissa and scale.
    ///
    /// # Errors
    /// Only those of the serializer.
    pub fn serialize<S: Serializer>(decimal: &Decimal, to: S) -> Result<S::Ok, S::Error> {
        (decimal.mantissa(), decimal.scale()).serialize(to)
    }

    /// Reads what [`serialize`] wrote.
    ///
    /// # Errors
    /// If the bytes are not a decimal of at most 28 digits.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
        let (mantissa, scale) = <(i128, u32)>::deserialize(from)?;
        Decimal::try_from_i128_with_scale(mantissa, scale).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_back_digit_for_digit() {
        for text in [
            "0",
            "0.1",
            "1.10",
            "-3",
            "0.1234567890123456789012345678",
            "79228162514264337593543950335",
        ] {
            let quantity: Quantity = text.parse().expect(text);
            let bytes = postcard::to_allocvec(&quantity).expect("encodes");
            let back: Quantity = postcard::from_bytes(&bytes).expect("decodes");
            assert_eq!(back.decimal().to_string(), text);
        }
    }

    #[test]
    fn what_cannot_be_counted_exactly_is_refused() {
        for text in [
            "",
            "one",
            "1,5",
            "1e1000000",
            "0.00000000000000000000000000001",
            "NaN",
            &"9".repeat(40),
        ] {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_above_a_floor_is_never_negative() {
        assert_eq!(Quantity::whole(3).above(Quantity::whole(5)), Quantity::ZERO);
        assert_eq!(Quantity::whole(8).above(Quantity::whole(5)), Quantity::whole(3));
        let least: Quantity = "-79228162514264337593543950335".parse().expect("28 digits and more");
        assert_eq!(least.above(Quantity::whole(5)), Quantity::ZERO, "it is no reason to panic");
    }
}
