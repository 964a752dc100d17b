//! How much of what is counted an offer has, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::{Decimal, parse, parse_optional};
use crate::domain::catalog::offer::{OfferContent, ResourceRate};
use crate::domain::error::Invalid;
use crate::domain::quantity::Quantity;

/// A countable thing in an offer. What is not shown here of it, such as the steps in which it is
/// had, stays as long as it is named for the same term.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfferResource {
    resource: String,
    /// The key of the term that this holds for; every other term if nothing is said.
    term: Option<String>,
    /// How many units come with it.
    included: Option<Decimal>,
    min: Option<Decimal>,
    max: Option<Decimal>,
}

impl OfferResource {
    pub(super) fn of(it: &ResourceRate) -> Self {
        Self {
            resource: it.resource.to_string(),
            term: it.term.as_ref().map(ToString::to_string),
            included: Some(Decimal::from(&it.included)),
            min: Some(Decimal::from(&it.amount_min)),
            max: it.amount_max.as_ref().map(Decimal::from),
        }
    }

    /// How much of it there is after a change of an offer.
    pub(super) fn read(&self, at: &str, before: &OfferContent) -> Result<ResourceRate, Invalid> {
        let resource = parse(&format!("{at}/resource"), &self.resource)?;
        let term = parse_optional(&format!("{at}/term"), self.term.as_deref())?;
        let was = before.resources.iter().find(|it| it.resource == resource && it.term == term);
        let amount = |field: &str, it: &Option<Decimal>| match it {
            Some(it) => it.read::<Quantity>(&format!("{at}/{field}")).map(Some),
            None => Ok(None),
        };
        Ok(ResourceRate {
            included: amount("included", &self.included)?.unwrap_or(Quantity::ZERO),
            amount_min: amount("min", &self.min)?.unwrap_or(Quantity::ZERO),
            amount_max: amount("max", &self.max)?,
            term,
            ..was.cloned().unwrap_or_else(|| ResourceRate::of(resource))
        })
    }
}
