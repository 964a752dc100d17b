//! Consumption: how much of its resources a subscription has used in the billing period that runs.

use std::collections::BTreeMap;

use super::counted::{self, Want};
use super::shelf::Shelf;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::cycle::period_of;
use crate::domain::catalog::price::PriceKind;
use crate::domain::id::ResourceId;
use crate::domain::quantity::Quantity;
use crate::domain::subscription::Subscription;
use crate::services::{Cx, Error};
use crate::store::Records;

/// How much of each resource whose use is charged was counted in the billing period that runs.
///
/// # Errors
/// If a quantity is too large; if the store fails.
pub fn resource_usage(
    cx: Cx<'_>,
    it: &Subscription,
) -> Result<BTreeMap<ResourceId, Quantity>, Error> {
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
    let want = |meter| Want { subscription: it.id, meter, period };
    let wants: Vec<_> = meters.iter().map(|it| want(&*it.1)).collect();
    let mut used: BTreeMap<ResourceId, Quantity> = BTreeMap::new();
    for ((resource, _), total) in meters.iter().zip(counted::totals(cx, &wants, terms.zone)?) {
        let before = used.get(resource).copied().unwrap_or(Quantity::ZERO);
        used.insert(*resource, before.plus(total.quantity).unwrap_or(before));
    }
    Ok(used)
}
