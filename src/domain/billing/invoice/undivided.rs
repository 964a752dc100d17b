//! Fees of tiers that are not divided by days: who reaches a tier pays its fee in full, once in a period.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::billing::proration::Share;
use crate::domain::catalog::price::Figure;
use crate::domain::money::{Amount, MoneyError};

/// A part of a period that bears fees of tiers in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undivided {
    /// Which part of the whole period is charged.
    pub share: Share,
    /// How much of what it is taken of are fees of tiers.
    pub of: Figure,
    /// How much of those was not charged in the period before.
    pub fees: Figure,
}

impl Undivided {
    /// What is charged of an amount for a whole period.
    ///
    /// # Errors
    /// If it is too large.
    pub(super) fn charged(&self, amount: Amount) -> Result<Amount, MoneyError> {
        let currency = amount.currency();
        let units = amount.plus(Amount::new(-self.of.decimal(), currency))?;
        self.share.part_of(units)?.plus(Amount::new(self.fees.decimal(), currency))
    }
}

impl fmt::Display for Undivided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "units for {}, fees of tiers in full: {}", self.share, self.fees)
    }
}
