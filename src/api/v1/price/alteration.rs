//! Discounts and fees that a price declares itself, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::v1::wire::{Decimal, absent, parse, parse_optional};
use crate::domain::catalog::price::alteration::{Applies, By, PriceAlteration, TotalCondition};
use crate::domain::error::Invalid;
use crate::domain::quantity::{Percent, Quantity};

/// A discount or fee that a price declares itself.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Alteration {
    /// What the customer reads.
    name: String,
    /// `discount` or `fee`; a discount takes no more than is there.
    effect: String,
    /// By which part of the charge, in percent; else by an `amount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<Decimal>,
    /// By how much, with or without tax as the price has it; else by `percent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Decimal>,
    /// `every_charge`, `once`: the first charge alone; or `for` a `duration`.
    applies: String,
    /// For how long from the first charged day on, such as `2 months`.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
    /// Only if the total of the charge, with tax and before any alteration, is so; always if nothing
    /// is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
    /// The first day on which it can be obtained.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    /// The first day on which it can no longer be obtained.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
}

/// How a total must compare with an amount.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Condition {
    /// `eq`, `lt`, `le`, `gt` or `ge`.
    is: String,
    amount: Decimal,
}

impl From<&PriceAlteration> for Alteration {
    fn from(it: &PriceAlteration) -> Self {
        let (percent, amount) = match it.by {
            By::Percent(by) => (Some(Decimal(by.decimal().normalize().to_string())), None),
            By::Fixed(by) => (None, Some(Decimal::from(&by))),
        };
        let (applies, duration) = match it.applies {
            Applies::Once => ("once", None),
            Applies::EveryCharge | Applies::Before(_) => ("every_charge", None),
            Applies::For(span) => ("for", Some(span.to_string())),
        };
        let condition = it.condition.map(|it| Condition {
            is: it.comparison.to_string(),
            amount: Decimal::from(&it.amount),
        });
        Self {
            name: it.name.to_string(),
            effect: it.effect.to_string(),
            percent,
            amount,
            applies: applies.to_owned(),
            duration,
            condition,
            valid_from: it.valid_from.map(|it| it.to_string()),
            valid_until: it.valid_until.map(|it| it.to_string()),
        }
    }
}

impl Alteration {
    pub(super) fn read(&self, at: &str) -> Result<PriceAlteration, Invalid> {
        let of = |field: &str| format!("{at}/{field}");
        let condition = self.condition.as_ref().map(|it| {
            let comparison = parse(&of("condition/is"), &it.is)?;
            let amount = it.amount.read(&of("condition/amount"))?;
            Ok::<_, Invalid>(TotalCondition { comparison, amount })
        });
        Ok(PriceAlteration {
            name: parse(&of("name"), &self.name)?,
            effect: parse(&of("effect"), &self.effect)?,
            by: self.by(at)?,
            applies: self.applies(at)?,
            condition: condition.transpose()?,
            valid_from: parse_optional(&of("valid_from"), self.valid_from.as_deref())?,
            valid_until: parse_optional(&of("valid_until"), self.valid_until.as_deref())?,
        })
    }

    fn by(&self, at: &str) -> Result<By, Invalid> {
        match (&self.percent, &self.amount) {
            (Some(percent), None) => {
                let percent: Quantity = percent.read(&format!("{at}/percent"))?;
                Ok(By::Percent(Percent::new(percent.decimal())))
            }
            (None, Some(amount)) => Ok(By::Fixed(amount.read(&format!("{at}/amount"))?)),
            (None, None) | (Some(_), Some(_)) => {
                let rule = "must be given, or `amount`, and not both";
                Err(Invalid::one(format!("{at}/percent"), "required", rule))
            }
        }
    }

    fn applies(&self, at: &str) -> Result<Applies, Invalid> {
        let pointer = format!("{at}/duration");
        let kind = self.applies.as_str();
        if kind != "for" {
            absent(&pointer, self.duration.as_ref(), kind)?;
        }
        match kind {
            "every_charge" => Ok(Applies::EveryCharge),
            "once" => Ok(Applies::Once),
            "for" => {
                let missing = || Invalid::one(&pointer, "required", "must say for how long");
                let span = self.duration.as_deref().ok_or_else(missing)?;
                Ok(Applies::For(parse(&pointer, span)?))
            }
            _ => {
                let rule = "must be every_charge, once or for";
                Err(Invalid::one(format!("{at}/applies"), "enum", rule))
            }
        }
    }
}
