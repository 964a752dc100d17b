//! What is in a bundle, and how often, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::parse;
use crate::domain::catalog::bundle::Part;
use crate::domain::error::Invalid;

/// An offer in a bundle, and how often.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfferPart {
    offer: String,
    min: u32,
    max: Option<u32>,
    default: u32,
}

impl OfferPart {
    pub(super) fn of(it: &Part) -> Self {
        let (min, max, default) = (it.count_min, it.count_max, it.count_default);
        Self { offer: it.offer.to_string(), min, max, default }
    }

    pub(super) fn read(&self, at: &str) -> Result<Part, Invalid> {
        Ok(Part {
            offer: parse(&format!("{at}/offer"), &self.offer)?,
            count_min: self.min,
            count_max: self.max,
            count_default: self.default,
        })
    }
}
