//! Amounts: how much of each resource an item asks for, with what others provide.

use std::collections::{BTreeMap, BTreeSet};

use super::{Asked, Desk, Objection};
use crate::domain::catalog::offer::{Offer, ResourceRate};
use crate::domain::catalog::resource::{DependencyKind, Resource};
use crate::domain::error::Code;
use crate::domain::id::ResourceId;
use crate::domain::quantity::Quantity;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::{Entitlement, Entitlements};
use crate::domain::text;

type Rates<'a> = BTreeMap<ResourceId, &'a ResourceRate>;
type Amounts = BTreeMap<ResourceId, Quantity>;

impl Desk<'_> {
    /// How much of each resource: what was asked for, what there was, or what is taken by default;
    /// and at least what others provide. Of a subscription to another offer, what there was as far as
    /// this one has it.
    pub(super) fn amounts(
        &self,
        asked: &Asked,
        (offer, term): (&Offer, Option<&text::Code>),
        target: Option<&Subscription>,
    ) -> Result<Entitlements, Vec<Objection>> {
        let (same, other) = match target {
            Some(it) if it.deal().offer == offer.id => (Some(it), None),
            other => (None, other),
        };
        let ids: BTreeSet<_> = offer.content.resources.iter().map(|it| it.resource).collect();
        let rates: Rates<'_> =
            ids.into_iter().filter_map(|it| Some((it, offer.content.rate(it, term)?))).collect();
        let before = same.map(|it| it.deal().resources.clone()).unwrap_or_default();
        let wanted = &asked.item.wish.resources;
        let provided = same.map(|it| self.came_by_itself(it, &rates)).unwrap_or_default();
        let amount = |(id, rate): (&ResourceId, &&ResourceRate)| {
            // What came with others goes with them.
            let held = same.filter(|_| !provided.contains(id)).map(|it| held(it, *id));
            let carried = other.and_then(|it| it.deal().resources.get(id)).map(|it| it.amount());
            let carried = carried.filter(|it| rate.fault(*it).is_none());
            let there_was = held.or(carried);
            let amount =
                wanted.get(id).copied().or(there_was).unwrap_or_else(|| rate.amount_default());
            (*id, amount)
        };
        let mut amounts: Amounts = rates.iter().map(amount).collect();
        let mut found = Vec::new();
        if let Err(id) = self.provide(&mut amounts, &rates) {
            found.push(fault(asked, id, "provided_by", "would be provided in endless numbers"));
        }
        found.extend(self.faults(asked, &rates, &amounts, same));
        let mut entitlements = before;
        entitlements.extend(rates.iter().map(|(id, rate)| {
            let amount = amounts.get(id).copied().unwrap_or(Quantity::ZERO);
            (*id, Entitlement::of(amount, rate.included))
        }));
        if found.is_empty() { Ok(entitlements) } else { Err(found) }
    }

    /// What of a subscription is just as much as comes with what else there is in it.
    fn came_by_itself(&self, it: &Subscription, rates: &Rates<'_>) -> BTreeSet<ResourceId> {
        let amounts = rates.keys().map(|id| (*id, held(it, *id))).collect();
        let is_provided = |(id, rate): &(&ResourceId, &&ResourceRate)| {
            let Some(resource) = self.shelf.resources.get(*id) else { return false };
            let provided = provision(resource, &amounts).filter(|it| !it.is_zero());
            provided.is_some_and(|provided| {
                rate.rounded_up(whole(resource, provided)) == held(it, **id)
            })
        };
        rates.iter().filter(is_provided).map(|it| *it.0).collect()
    }

    /// Raises each amount to what the others provide, as long as something rises. Each round ends
    /// at least one chain of provisions, so that more rounds than resources mean a circle.
    fn provide(&self, amounts: &mut Amounts, rates: &Rates<'_>) -> Result<(), ResourceId> {
        let mut risen = None;
        for _ in 0..=rates.len() {
            risen = None;
            for (id, rate) in rates {
                let Some(resource) = self.shelf.resources.get(id) else { continue };
                let provided = provision(resource, amounts).ok_or(*id)?;
                let amount = amounts.entry(*id).or_insert(Quantity::ZERO);
                // Less than nothing is no amount, and is told so.
                if *amount < provided && !amount.is_negative() {
                    *amount = rate.rounded_up(whole(resource, provided));
                    risen = Some(*id);
                }
            }
            if risen.is_none() {
                return Ok(());
            }
        }
        risen.map_or(Ok(()), Err)
    }

    fn faults(
        &self,
        asked: &Asked,
        rates: &Rates<'_>,
        amounts: &Amounts,
        same: Option<&Subscription>,
    ) -> Vec<Objection> {
        let wanted = &asked.item.wish.resources;
        let strange = wanted.keys().filter(|it| !rates.contains_key(it));
        let mut found: Vec<_> = strange
            .map(|id| fault(asked, *id, "reference", "is no resource of what is offered"))
            .collect();
        for (id, rate) in rates {
            let amount = amounts.get(id).copied().unwrap_or(Quantity::ZERO);
            // What stays as it is, is not judged anew: the offer may have changed meanwhile.
            if same.is_some_and(|it| held(it, *id) == amount) {
                continue;
            }
            if let Some(message) = rate.fault(amount) {
                found.push(fault(asked, *id, "range", &message));
            }
            if self.shelf.resources.get(id).is_some_and(|it| !it.counts(amount)) {
                found.push(fault(asked, *id, "unit", "must be a whole number, not negative"));
            }
            let in_trial = same.is_some_and(|it| it.trial().is_running());
            if in_trial && !rate.is_changeable_in_trial {
                found.push(fault(asked, *id, "trial", "cannot be changed during the trial"));
            }
        }
        found
    }
}

/// How much of a resource a subscription has.
fn held(subscription: &Subscription, id: ResourceId) -> Quantity {
    subscription.deal().resources.get(&id).map_or(Quantity::ZERO, |it| it.amount())
}

/// How much of a resource the others provide; `None` if that is more than can be counted.
fn provision(resource: &Resource, amounts: &Amounts) -> Option<Quantity> {
    let mut most = Quantity::ZERO;
    for it in resource.dependencies(DependencyKind::ProvidedBy) {
        let amount = amounts.get(&it.on).map_or(Quantity::ZERO, |it| *it);
        let provided = amount.decimal().checked_mul(it.multiplier.decimal())?;
        most = most.max(Quantity::new(provided));
    }
    Some(most)
}

fn whole(resource: &Resource, amount: Quantity) -> Quantity {
    match resource.content.unit.is_divisible {
        true => amount,
        false => Quantity::new(amount.decimal().ceil()),
    }
}

fn fault(asked: &Asked, id: ResourceId, rule: &'static str, message: &str) -> Objection {
    asked.object(&format!("/resources/{id}"), Code::ResourceConflict, rule, message).about(id)
}
