//! Discounts and fees of a price that applied to a line, kept as they were then.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::catalog::price::alteration::{By, Effect, PriceAlteration};
use crate::domain::money::{Amount, MoneyError};
use crate::domain::text::Name;

/// A discount or fee that applied, copied in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Altered {
    /// What the customer reads.
    pub name: Name,
    /// Whether it lowered or raised the charge.
    pub effect: Effect,
    /// By how much.
    pub by: By,
    /// Whether that is an amount that comes once and is not divided by days.
    pub is_once: bool,
}

impl From<&PriceAlteration> for Altered {
    fn from(it: &PriceAlteration) -> Self {
        let is_once = it.comes_once();
        Self { name: it.name.clone(), effect: it.effect, by: it.by, is_once }
    }
}

impl Altered {
    /// By how much an amount changes: a discount takes no more than is there.
    ///
    /// # Errors
    /// If it is too large.
    pub(super) fn change(&self, amount: Amount) -> Result<Amount, MoneyError> {
        let by = match self.by {
            By::Percent(it) => amount.part(it.decimal(), Decimal::ONE_HUNDRED)?,
            By::Fixed(it) => Amount::new(it.decimal(), amount.currency()),
        };
        Ok(match self.effect {
            Effect::Fee => by,
            Effect::Discount => {
                let most = amount.value().max(Decimal::ZERO);
                Amount::new(-by.value().min(most), amount.currency())
            }
        })
    }
}

impl fmt::Display for Altered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} of {}", self.name, self.effect, self.by)
    }
}
