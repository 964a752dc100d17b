//! Price alterations: discounts and fees that a price itself declares.
//!
//! Their shape is FIWARE's and TM Forum's. Billing has no rule for them, so a price that has one
//! cannot be published.

use serde::{Deserialize, Serialize};

use super::Figure;
use crate::domain::quantity::Percent;
use crate::domain::text::Name;
use crate::domain::time::{Date, Span};

/// One discount or fee of a price, applied in the order in which the price lists them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceAlteration {
    /// What the customer reads.
    pub name: Name,
    /// Whether it lowers or raises the charge.
    pub effect: Effect,
    /// By how much.
    pub by: By,
    /// To which charges it applies.
    pub applies: Applies,
    /// What must be true of the charge's gross total; `None` for always.
    pub condition: Option<TotalCondition>,
    /// The first day on which it can be obtained; `None` since ever.
    pub valid_from: Option<Date>,
    /// The first day on which it can no longer be obtained; `None` for no end.
    pub valid_until: Option<Date>,
}

/// Whether an alteration lowers or raises a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// It lowers the charge, never below zero.
    Discount,
    /// It raises the charge.
    Fee,
}

/// By how much a charge is altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// A part of the charge.
    Percent(Percent),
    /// An amount, on the price's own base.
    Fixed(Figure),
}

/// To which charges of a price an alteration applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Applies {
    /// Only to the first.
    Once,
    /// To every one.
    EveryCharge,
    /// To those of so long a time from the start.
    For(Span),
}

/// What must be true of a charge's gross total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalCondition {
    /// How the total compares.
    pub comparison: Comparison,
    /// With what.
    pub amount: Figure,
}

/// How two amounts compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// They are the same.
    Equal,
    /// The first is less.
    Less,
    /// The first is less or the same.
    AtMost,
    /// The first is more.
    More,
    /// The first is more or the same.
    AtLeast,
}
