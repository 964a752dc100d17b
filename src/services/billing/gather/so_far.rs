//! What was used so far of a subscription, in the periods that run.

use std::sync::Arc;

use super::usage::{What, count};
use super::{account_of, gather, made};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::bill::{self, SoFar};
use crate::domain::catalog::price::Price;
use crate::domain::subscription::Subscription;
use crate::domain::text::Name;
use crate::domain::usage::meter::Meter;
use crate::services::billing::shelf::Shelf;
use crate::services::{Cx, Error};

/// What was used so far of a price, as its meter counts it.
#[derive(Debug, Clone)]
pub struct Consumed {
    /// The price.
    pub price: Arc<Price>,
    /// What its line says, in the language of who is billed.
    pub label: Name,
    /// What counts.
    pub meter: Arc<Meter>,
    /// How much, and what that comes to.
    pub so_far: SoFar,
}

/// What was used so far of a subscription, price by price.
///
/// # Errors
/// [`Error::Rejected`] if it cannot be rated; if the store fails.
pub(in crate::services::billing) fn so_far(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    billing_account: &BillingAccount,
    it: &Subscription,
) -> Result<Vec<Consumed>, Error> {
    let account = account_of(cx, billing_account)?;
    let seller = shelf.seller(cx, account.stamp.seller)?;
    let Some(mut of) = gather(cx, shelf, billing_account, (&account, it))? else {
        return Ok(Vec::new());
    };
    let (terms, policy) = (billing_account.terms(), seller.policy);
    let today = terms.zone.date_of(cx.now);
    let running = of.running((terms.cycle, &policy), today);
    count(cx, &mut of, &running, (terms.zone, &policy, What::Running))?;
    let discounts = shelf.discounts(cx, account.stamp.seller)?;
    let from = (&*account, &*seller, discounts.as_slice());
    let gathered = std::slice::from_ref(&of);
    let found = made(cx, from, (billing_account, &[]), (gathered, today), bill::so_far)?;
    let consumed = found.into_iter().filter_map(|so_far| {
        let of = of.prices.iter().find(|it| it.price.id == so_far.price)?;
        let (price, label) = (Arc::clone(&of.price), of.label.clone());
        Some(Consumed { price, label, meter: of.meter.clone()?, so_far })
    });
    Ok(consumed.collect())
}
