//! What must be chosen for a price to apply, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::v1::wire::{Decimal, parse};
use crate::domain::catalog::price::condition::{self as domain, Matches};
use crate::domain::error::Invalid;
use crate::domain::quantity::Quantity;

/// What must be chosen of a characteristic for a price to apply: one of some values, or a number within
/// bounds.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceCondition {
    /// What the specification calls it.
    characteristic: String,
    /// One of these values; else a number `from` and `to`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
    /// The least number.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Decimal>,
    /// The largest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Decimal>,
}

impl From<&domain::Condition> for PriceCondition {
    fn from(it: &domain::Condition) -> Self {
        let (values, from, to) = match &it.is {
            Matches::OneOf(values) => (values.clone(), None, None),
            Matches::Between(from, to) => (Vec::new(), *from, *to),
        };
        let bound = |it: Option<Quantity>| it.as_ref().map(Decimal::from);
        Self { characteristic: it.key.to_string(), values, from: bound(from), to: bound(to) }
    }
}

impl PriceCondition {
    pub(super) fn read(&self, at: &str) -> Result<domain::Condition, Invalid> {
        let bound = |field: &str, it: &Option<Decimal>| {
            it.as_ref().map(|it| it.read::<Quantity>(&format!("{at}/{field}"))).transpose()
        };
        let key = parse(&format!("{at}/characteristic"), &self.characteristic)?;
        let (from, to) = (bound("from", &self.from)?, bound("to", &self.to)?);
        let is = match (self.values.is_empty(), from.is_some() || to.is_some()) {
            (false, true) => {
                let message = "must be left out: there are bounds";
                return Err(Invalid::one(format!("{at}/values"), "conflict", message));
            }
            (false, false) => Matches::OneOf(self.values.clone()),
            (true, _) => Matches::Between(from, to),
        };
        Ok(domain::Condition { key, is })
    }
}
