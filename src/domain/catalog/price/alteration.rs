//! Price alterations: discounts and fees that a price itself declares.
//!
//! Their shape is FIWARE's and TM Forum's. An alteration belongs to a price and holds for whoever
//! buys at it; what a single customer is granted is a discount. This module owns to which charges an
//! alteration applies; what it makes of a charge is
//! [`billing::charge`](crate::domain::billing::charge).

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Figure;
use crate::domain::error::Invalid;
use crate::domain::quantity::Percent;
use crate::domain::text::Name;
use crate::domain::time::{Date, Span};
use crate::domain::word::words;

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

words! {
    /// Whether an alteration lowers or raises a charge.
    Effect {
        /// It lowers the charge, never below zero.
        Discount = "discount";
        /// It raises the charge.
        Fee = "fee";
    }
}

/// By how much a charge is altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// A part of the charge.
    Percent(Percent),
    /// An amount, on the price's own base.
    Fixed(Figure),
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(it) => write!(f, "{it}"),
            Self::Fixed(it) => write!(f, "{it}"),
        }
    }
}

/// To which charges of a price an alteration applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Applies {
    /// Only to the first.
    Once,
    /// To every one.
    EveryCharge,
    /// To those whose days begin within so long a time from the first charged day on.
    For(Span),
    /// To those whose days begin before a day. No price says that of itself: what ends so is the bundle in
    /// which somebody has it.
    Before(Date),
}

/// What must be true of a charge's gross total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalCondition {
    /// How the total compares.
    pub comparison: Comparison,
    /// With what.
    pub amount: Figure,
}

words! {
    /// How two amounts compare.
    Comparison {
        /// They are the same.
        Equal = "eq";
        /// The first is less.
        Less = "lt";
        /// The first is less or the same.
        AtMost = "le";
        /// The first is more.
        More = "gt";
        /// The first is more or the same.
        AtLeast = "ge";
    }
}

/// Which charge of a price it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The first.
    First,
    /// More of what the first was for: units that were added to it, use that was late.
    OfFirst,
    /// A later one.
    Later,
}

/// A charge of a price as its alterations look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// Which one.
    pub turn: Turn,
    /// The day on which the price was obtained.
    pub obtained_on: Date,
    /// The first day that is charged at all.
    pub charged_from: Date,
    /// The first of the days that this charge is for.
    pub on: Date,
}

impl PriceAlteration {
    /// Whether it applies to a charge, as far as that does not depend on the total.
    #[must_use]
    pub fn applies_to(&self, charge: &Occurrence) -> bool {
        let obtained_on = charge.obtained_on;
        let is_obtained = self.valid_from.is_none_or(|from| from <= obtained_on)
            && self.valid_until.is_none_or(|until| obtained_on < until);
        is_obtained
            && match self.applies {
                Applies::EveryCharge => true,
                Applies::For(span) => charge.on < span.after(charge.charged_from, 1),
                Applies::Before(day) => charge.on < day,
                Applies::Once => match charge.turn {
                    Turn::First => true,
                    Turn::OfFirst => !self.comes_once(),
                    Turn::Later => false,
                },
            }
    }

    /// Whether it is an amount that stands on the first charge and is not divided by days: a fee for
    /// the beginning is due in full, however short the first period is.
    #[must_use]
    pub fn comes_once(&self) -> bool {
        matches!((self.applies, self.by), (Applies::Once, By::Fixed(_)))
    }

    /// Refuses what alters nothing or cannot be told apart.
    ///
    /// # Errors
    /// With the field that is wrong, relative to the alteration.
    pub fn check(&self) -> Result<(), Invalid> {
        let refused = |field: &str, message: &str| Err(Invalid::one(field, "range", message));
        match self.by {
            By::Percent(it) if it <= Percent::ZERO || Percent::WHOLE < it => {
                return refused("/percent", "must be more than 0 and at most 100");
            }
            By::Fixed(it) if it.is_zero() || !it.is_sellable() => {
                return refused("/amount", "must be more than 0 and what a price may be");
            }
            By::Percent(_) | By::Fixed(_) => {}
        }
        if let Applies::For(span) = self.applies
            && !(1..=1200).contains(&span.count)
        {
            return refused("/duration", "must be 1 to 1200 units of time");
        }
        if self.condition.is_some_and(|it| !it.amount.is_sellable()) {
            return refused("/condition/amount", Figure::RULE);
        }
        match (self.valid_from, self.valid_until) {
            (Some(from), Some(until)) if until <= from => {
                refused("/valid_until", "must be after `valid_from`")
            }
            (None | Some(_), None | Some(_)) => Ok(()),
        }
    }
}

impl TotalCondition {
    /// Whether it is true of a gross total.
    #[must_use]
    pub fn holds(&self, gross: Decimal) -> bool {
        let amount = self.amount.decimal();
        match self.comparison {
            Comparison::Equal => gross == amount,
            Comparison::Less => gross < amount,
            Comparison::AtMost => gross <= amount,
            Comparison::More => gross > amount,
            Comparison::AtLeast => gross >= amount,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alteration(applies: Applies, by: By) -> PriceAlteration {
        PriceAlteration {
            name: "Welcome".parse().expect("a name"),
            effect: Effect::Discount,
            by,
            applies,
            condition: None,
            valid_from: None,
            valid_until: None,
        }
    }

    fn day(text: &str) -> Date {
        text.parse().expect(text)
    }

    const TENTH: By = By::Percent(Percent::new(Decimal::TEN));
    const FIVE: By = By::Fixed(Figure::new(Decimal::from_parts(5, 0, 0, false, 0)));

    #[test]
    fn an_alteration_holds_for_the_charges_it_names() {
        let two_months = Applies::For(Span::months(2));
        let table = [
            (Applies::EveryCharge, TENTH, [true, true, true, true]),
            (Applies::Once, TENTH, [true, true, false, false]),
            (Applies::Once, FIVE, [true, false, false, false]),
            (two_months, TENTH, [true, true, true, false]),
            (two_months, FIVE, [true, true, true, false]),
        ];
        for (applies, by, expected) in table {
            let charges = [
                (Turn::First, "2026-01-15"),
                (Turn::OfFirst, "2026-01-15"),
                (Turn::Later, "2026-03-14"),
                (Turn::Later, "2026-03-15"),
            ];
            let found = charges.map(|(turn, on)| {
                let (obtained_on, charged_from) = (day("2026-01-01"), day("2026-01-15"));
                let charge = Occurrence { turn, obtained_on, charged_from, on: day(on) };
                alteration(applies, by).applies_to(&charge)
            });
            assert_eq!(found, expected, "{applies:?} {by:?}");
        }
    }

    #[test]
    fn it_is_kept_by_who_obtained_it_within_its_validity() {
        let it = PriceAlteration {
            valid_from: Some(day("2026-01-01")),
            valid_until: Some(day("2026-02-01")),
            ..alteration(Applies::EveryCharge, TENTH)
        };
        let table = [
            ("2025-12-31", false),
            ("2026-01-01", true),
            ("2026-01-31", true),
            ("2026-02-01", false),
        ];
        for (obtained, expected) in table {
            let charge = Occurrence {
                turn: Turn::Later,
                obtained_on: day(obtained),
                charged_from: day(obtained),
                on: day("2027-01-01"),
            };
            assert_eq!(it.applies_to(&charge), expected, "{obtained}");
        }
    }

    #[test]
    fn a_condition_compares_as_it_says() {
        let amount: Figure = "200".parse().expect("a figure");
        let found = Comparison::ALL.iter().map(|it| {
            let condition = TotalCondition { comparison: *it, amount };
            let holds = ["199.99", "200", "200.01"].map(|it| {
                let gross = it.parse().expect(it);
                if condition.holds(gross) { "yes" } else { "no" }
            });
            format!("{it}: {}", holds.join(" "))
        });
        let table: Vec<_> = found.collect();
        let expected =
            ["eq: no yes no", "lt: yes no no", "le: yes yes no", "gt: no no yes", "ge: no yes yes"];
        assert_eq!(table, expected);
    }

    #[test]
    fn what_alters_nothing_is_refused() {
        let plain = || alteration(Applies::EveryCharge, TENTH);
        let percent = |it: i64| By::Percent(Percent::new(it.into()));
        let never = Applies::For(Span::months(0));
        let table = [
            (alteration(Applies::Once, percent(0)), "/percent"),
            (alteration(Applies::Once, percent(101)), "/percent"),
            (alteration(Applies::Once, By::Fixed(Figure::ZERO)), "/amount"),
            (alteration(never, TENTH), "/duration"),
            (
                PriceAlteration {
                    valid_from: Some(day("2026-01-02")),
                    valid_until: Some(day("2026-01-02")),
                    ..plain()
                },
                "/valid_until",
            ),
        ];
        for (it, field) in table {
            assert_eq!(it.check().expect_err(field).violations[0].field, field);
        }
        assert_eq!(plain().check(), Ok(()));
        assert_eq!(alteration(Applies::Once, percent(100)).check(), Ok(()));
    }
}
