//! Consumption: how much of its resources a subscription has used in the billing period that runs.

use std::collections::BTreeMap;

use super::counted::{self, Want};
use super::gather::{self, Consumed};
use super::shelf::Shelf;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::cycle::period_of;
use crate::domain::catalog::price::PriceKind;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::ResourceId;
use crate::domain::operator::{Decision, Permission};
use crate::domain::quantity::Quantity;
use crate::domain::subscription::Subscription;
use crate::services::{Cx, Error};
use crate::store::Records;

/// How much of each resource whose use is charged was counted in the billing period that runs; nothing
/// for whoever sees the subscription and may not read its usage.
///
/// # Errors
/// If a quantity is too large; if the store fails.
pub fn resource_usage(
    cx: Cx<'_>,
    it: &Subscription,
) -> Result<Option<BTreeMap<ResourceId, Quantity>>, Error> {
    let may_read = cx.actor.may(Permission::UsageRead, &it.stamp) == Decision::Yes;
    may_read.then(|| counted_of(cx, it)).transpose()
}

/// What was used so far of each price of a subscription whose use is charged, in the period that runs, with
/// what is included and what that comes to; nothing for whoever sees the subscription and may not read its
/// usage.
///
/// # Errors
/// [`Error::Rejected`] if it cannot be rated; if the store fails.
pub fn consumption(cx: Cx<'_>, it: &Subscription) -> Result<Option<Vec<Consumed>>, Error> {
    let may_read = cx.actor.may(Permission::UsageRead, &it.stamp) == Decision::Yes;
    may_read.then(|| consumed_of(cx, it)).transpose()
}

fn consumed_of(cx: Cx<'_>, it: &Subscription) -> Result<Vec<Consumed>, Error> {
    match cx.view.find::<BillingAccount>(it.billing_account())? {
        Some(billing_account) => gather::so_far(cx, &mut Shelf::default(), &billing_account, it),
        None => Ok(Vec::new()),
    }
}

fn counted_of(cx: Cx<'_>, it: &Subscription) -> Result<BTreeMap<ResourceId, Quantity>, Error> {
    let Some(billing_account) = cx.view.find::<BillingAccount>(it.billing_account())? else {
        return Ok(BTreeMap::new());
    };
    let terms = billing_account.terms();
    let (today, began_on) = (terms.zone.date_of(cx.now), billing_account.began_on());
    let Some(period) = period_of(terms.cycle, began_on, today) else { return Ok(BTreeMap::new()) };
    let mut shelf = Shelf::default();
    let mut meters = Vec::new();
    for id in it.deal().prices.keys() {
        let price = shelf.price(cx, *id)?;
        let PriceKind::Usage { meter } = price.kind else { continue };
        let meter = shelf.meter(cx, meter)?;
        meters.extend(price.resource.or(meter.resource).map(|resource| (resource, meter)));
    }
    let [from_at, until_at] = [period.start(), period.end()].map(|on| terms.zone.start_of(on));
    let want = |meter| Want { subscription: it.id, meter, from_at, until_at, model: None };
    let wants: Vec<_> = meters.iter().map(|it| want(&*it.1)).collect();
    let mut used: BTreeMap<ResourceId, Quantity> = BTreeMap::new();
    for ((resource, _), total) in meters.iter().zip(counted::totals(cx, &wants)?) {
        add(&mut used, *resource, total.quantity)?;
    }
    Ok(used)
}

/// Adds what one meter has counted to what others have of the same resource.
fn add(
    used: &mut BTreeMap<ResourceId, Quantity>,
    resource: ResourceId,
    quantity: Quantity,
) -> Result<(), Rejection> {
    let before = used.get(&resource).copied().unwrap_or(Quantity::ZERO);
    let sum = before.plus(quantity).ok_or_else(|| {
        let why = format!("what was used of `{resource}` does not fit into 28 digits");
        Rejection::new(Code::UsageRefused, why)
    })?;
    used.insert(resource, sum);
    Ok(())
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::domain::id::Id;

    #[test]
    fn meters_of_one_resource_are_added_up_and_what_is_too_much_is_refused() {
        let (resource, other) = (
            ResourceId::from_uuid(uuid::Uuid::from_u128(1)),
            ResourceId::from_uuid(uuid::Uuid::from_u128(2)),
        );
        let mut used = BTreeMap::new();
        for (of, quantity) in [(resource, 2), (other, 7), (resource, 3)] {
            add(&mut used, of, Quantity::whole(quantity)).expect("a sum");
        }
        let sums = BTreeMap::from([(resource, Quantity::whole(5)), (other, Quantity::whole(7))]);
        assert_eq!(used, sums);
        let refused = add(&mut used, resource, Quantity::new(Decimal::MAX)).map_err(|it| it.code);
        assert_eq!((refused, used), (Err(Code::UsageRefused), sums));
    }
}
