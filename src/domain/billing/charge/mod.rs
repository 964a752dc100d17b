//! Charges: what a price comes to for so many units, its own discounts and fees included.
//!
//! Whoever says what something costs asks here: a bill, an estimate, a calculation, a figure of the
//! overview. So what is foretold is what is billed.
//!
//! An alteration changes the price of a whole period, which is then divided by days like any other
//! price. Thus it does not matter into how many pieces a period is cut, and what is given back for
//! days that are not used is a part of what was charged. Only an amount that comes once is not
//! divided: it stands on the first charge in full. Where nothing is counted and nothing is charged for
//! that, nothing is altered either: no units bear no fee. Conditions look at the total of the whole period
//! before any alteration, tax included, as it would be booked.

use rust_decimal::Decimal;

use super::invoice::explanation::{Altered, Committed, Explanation, Step, UsageSource};
use super::policy::{Policy, ZeroUsage};
use super::proration::Share;
use super::rating::{Count, Rule, rate};
use crate::domain::catalog::price::alteration::{Occurrence, PriceAlteration, Turn};
use crate::domain::catalog::price::{Base, Price, PriceKind, PriceModel, PriceVersion};
use crate::domain::error::Rejection;
use crate::domain::money::{Amount, MoneyError, Rounding};
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::time::Date;
use crate::domain::usage::detail::Detail;

/// A price that is charged.
#[derive(Debug, Clone, Copy)]
pub struct Charging<'a> {
    /// The price.
    pub price: &'a Price,
    /// The figures that hold.
    pub version: &'a PriceVersion,
    /// Which of its charges it is.
    pub occurrence: Occurrence,
    /// The tax that comes on top of a price without tax; only conditions of alterations look at it.
    pub tax: Percent,
    /// What a tiered price charges where nothing was used.
    pub zero_usage: ZeroUsage,
    /// How the result is rounded.
    pub rounding: Rounding,
}

/// The units that a charge is for.
#[derive(Debug, Clone, Copy)]
pub struct Units<'a> {
    /// How many.
    pub counted: Quantity,
    /// How many of those that a meter counted are paid for by another price.
    pub bought: Quantity,
    /// Of how many records of use they are the sum.
    pub records: u64,
    /// What the price asks of usage beyond its quantity.
    pub detail: &'a Detail,
    /// Of which part of the whole period it was used: what is committed to is divided so.
    pub share: Share,
}

impl Units<'static> {
    /// So many, of which nothing else is known.
    #[must_use]
    pub const fn of(counted: Quantity) -> Self {
        Self {
            counted,
            bought: Quantity::ZERO,
            records: 0,
            detail: &Detail::Total,
            share: Share::WHOLE,
        }
    }
}

impl<'a> Charging<'a> {
    /// The price as it is charged in the long run on a day: what comes only at first is left away.
    #[must_use]
    pub fn in_the_long_run(price: &'a Price, version: &'a PriceVersion, on: Date) -> Self {
        let ages = 100 * 365;
        let charged_from = on.plus_days(-ages);
        Self {
            price,
            version,
            occurrence: Occurrence { turn: Turn::Later, obtained_on: on, charged_from, on },
            tax: Percent::ZERO,
            zero_usage: ZeroUsage::Nothing,
            rounding: Policy::DEFAULT.rounding,
        }
    }

    /// What units come to for a whole period, altered but for what comes once.
    ///
    /// # Errors
    /// If the quantity cannot be rated, or an amount is too large.
    pub fn whole(&self, of: Units<'_>) -> Result<Explanation, Rejection> {
        let Units { counted, bought, records, detail, share } = of;
        let version = self.version.with_more(bought)?;
        let currency = self.price.currency;
        let rated = rate(&version, Count::of(counted), detail, currency, self.zero_usage)?;
        let usage = match self.price.kind {
            PriceKind::Usage { meter } => Some(UsageSource { meter, records }),
            PriceKind::OneTime(_) | PriceKind::Recurring { .. } => None,
        };
        let mut explanation = Explanation {
            version_from: Some(version.valid_from),
            included: version.included,
            usage,
            ..Explanation::of(rated, counted, self.rounding)
        };
        explanation.steps.extend(self.price.conditions.iter().cloned().map(Step::ChosenFor));
        if let PriceModel::Commitment { amount, overage_factor, .. } = version.model {
            let committed = Committed { amount, share, factor: overage_factor };
            explanation.steps.push(Step::Committed(committed));
        }
        self.alter(&mut explanation, |it| !it.comes_once())?;
        Ok(explanation)
    }

    /// Adds to a charge, whose days are taken off already, what comes once.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn once(&self, explanation: &mut Explanation) -> Result<(), MoneyError> {
        self.alter(explanation, PriceAlteration::comes_once)
    }

    fn alter(
        &self,
        explanation: &mut Explanation,
        is_meant: impl Fn(&PriceAlteration) -> bool,
    ) -> Result<(), MoneyError> {
        if self.price.alterations.is_empty() || charges_nothing(explanation)? {
            return Ok(());
        }
        let applies = |it: &&PriceAlteration| is_meant(it) && it.applies_to(&self.occurrence);
        for it in self.price.alterations.iter().filter(applies) {
            let holds = match it.condition {
                None => true,
                Some(condition) => condition.holds(self.gross(explanation)?),
            };
            if holds {
                explanation.steps.push(Step::Altered(Altered::from(it)));
            }
        }
        Ok(())
    }

    /// The total of the whole period with tax, before anything was done to it.
    fn gross(&self, explanation: &Explanation) -> Result<Decimal, MoneyError> {
        let total = explanation.at_price()?;
        let gross = match self.price.base {
            Base::Gross => total,
            Base::Net => {
                let tax = total.part(self.tax.decimal(), Decimal::ONE_HUNDRED)?;
                total.plus(tax)?
            }
        };
        Ok(gross.book(self.rounding)?.decimal())
    }

    /// What so many units come to in the long run, before any rounding.
    ///
    /// # Errors
    /// If the quantity cannot be rated, or an amount is too large.
    pub fn amount(&self, counted: Quantity) -> Result<Amount, Rejection> {
        Ok(self.whole(Units::of(counted))?.unrounded()?)
    }
}

/// Whether there is nothing that a price is for: no units, and no amount that it asks for without any.
fn charges_nothing(of: &Explanation) -> Result<bool, MoneyError> {
    let is_by_unit = !matches!(of.rule, Rule::Flat | Rule::Stated);
    let amount = of.at_price()?;
    Ok(is_by_unit && of.counted.is_zero() && amount.value().is_zero())
}

#[cfg(test)]
mod tests;
