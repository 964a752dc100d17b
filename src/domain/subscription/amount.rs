//! Amounts: how much a subscription had before, and up to which day, so that each day is charged for
//! what was held on it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Subscription;
use super::change::Entitlement;
use crate::domain::id::ResourceId;
use crate::domain::quantity::Quantity;
use crate::domain::time::Date;

/// So many former amounts are kept: more than a year of daily changes.
pub const FORMER_MAX: usize = 400;

/// How much a subscription had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// The first day on which it had something else.
    pub until_on: Date,
    /// How many units it had.
    pub quantity: u32,
    /// How much of each resource it had on top of what is included.
    pub resources: BTreeMap<ResourceId, Quantity>,
}

impl Former {
    /// How much a price was to multiply: of its resource, or of the subscription itself.
    #[must_use]
    pub fn units(&self, of: Option<ResourceId>) -> Quantity {
        match of {
            Some(id) => self.resources.get(&id).copied().unwrap_or(Quantity::ZERO),
            None => Quantity::whole(self.quantity.into()),
        }
    }
}

impl Subscription {
    /// How much it had before, the oldest first.
    #[must_use]
    pub fn former(&self) -> &[Former] {
        &self.former
    }

    /// The subscription after a change on a day, of what it was. A day counts for what was held when
    /// it ended: what was changed twice on it was changed once.
    #[must_use]
    pub fn remembering(mut self, before: &Self, on: Date) -> Self {
        let former = before.amounts(on);
        let is_known = self.former.last().is_some_and(|it| on <= it.until_on);
        if is_known || former == self.amounts(on) {
            return self;
        }
        if self.former.len() == FORMER_MAX {
            self.former.remove(0);
        }
        self.former.push(former);
        self
    }

    /// Whether it has less of anything than it had before.
    #[must_use]
    pub fn gives_back(&self, before: &Self) -> bool {
        let less = |it: (&ResourceId, &Entitlement)| {
            self.deal.resources.get(it.0).is_none_or(|now| now.amount() < it.1.amount())
        };
        self.deal.quantity < before.deal.quantity || before.deal.resources.iter().any(less)
    }

    fn amounts(&self, until_on: Date) -> Former {
        let resources = self.deal.resources.iter().map(|(id, it)| (*id, it.additional));
        Former { until_on, quantity: self.deal.quantity, resources: resources.collect() }
    }
}
