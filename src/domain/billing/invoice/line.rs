//! Lines: one priced thing on an invoice, with its explanation.

use serde::{Deserialize, Serialize};

use super::explanation::{Explanation, Step};
use crate::domain::catalog::price::Base;
use crate::domain::id::{OfferId, PriceId, SubscriptionId};
use crate::domain::money::{Amount, Money, MoneyError};
use crate::domain::quantity::Quantity;
use crate::domain::text::Name;
use crate::domain::time::Period;
use crate::domain::word::words;

words! {
    /// What sort of charge a line is.
    LineKind {
        /// Charged once.
        OneTime = "one_time";
        /// Charged once for setting up.
        Setup = "setup";
        /// Charged once for renewing.
        Renewal = "renewal";
        /// Charged for a period.
        Recurring = "recurring";
        /// Charged for what was used.
        Usage = "usage";
        /// What was charged before is given back.
        Credit = "credit";
        /// Charged for paying late.
        LateFee = "late_fee";
        /// Stated by a person or another system.
        Stated = "stated";
        /// What is missing to a minimum of a period.
        TrueUp = "true_up";
        /// Security that goes back at the end: it is not earned, and bears no tax.
        Deposit = "deposit";
    }
}

/// One priced thing on an invoice. All of it is copied in: nothing is looked up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What sort of charge it is.
    pub kind: LineKind,
    /// For which subscription.
    pub subscription: Option<SubscriptionId>,
    /// Of which offer.
    pub offer: Option<OfferId>,
    /// At which price.
    pub price: Option<PriceId>,
    /// What it is about: the subscription or offer as it was called.
    pub subject: Name,
    /// What is charged: the price as it was called.
    pub label: Name,
    /// When the service was or will be rendered.
    pub service_period: Option<Period>,
    /// How many units.
    pub quantity: Quantity,
    /// Of what.
    pub unit: Option<Name>,
    /// Whether `amount` contains tax.
    pub base: Base,
    /// What the explanation comes to.
    pub amount: Money,
    /// The amount without tax.
    pub net: Money,
    /// The tax on it, such that the lines' taxes sum to the invoice's.
    pub tax: Money,
    /// The place of its tax in the invoice's taxes.
    pub tax_place: u16,
    /// As what it is taxed, as that category was called; `None` if it has none.
    pub tax_category: Option<Name>,
    /// How the amount came about.
    pub explanation: Explanation,
}

impl Line {
    /// What it came to before coupons, and what goes of that where a credit note takes `net` off it, without
    /// tax: both as its price is meant.
    ///
    /// # Errors
    /// If an amount is too large, or it charges nothing.
    pub fn credited(&self, net: Money) -> Result<(Amount, Amount), MoneyError> {
        let is_taken =
            |it: &Step| matches!(it, Step::Coupon(_) | Step::Prepaid(_) | Step::OfPrepaid(_));
        let steps = self.explanation.steps.iter().take_while(|it| !is_taken(it)).cloned().collect();
        let before = Explanation { steps, ..self.explanation.clone() };
        let credited = net.amount().part(self.amount.decimal(), self.net.decimal())?;
        Ok((before.unrounded()?, credited))
    }

    /// Whether it is what the prepaid balance pays, or gets back, of a charge.
    #[must_use]
    pub fn is_prepaid(&self) -> bool {
        matches!(self.explanation.steps.last(), Some(Step::OfPrepaid(_)))
    }
}
