//! Contracts: what a subscription is charged, price by price, and what is lowered for it.

use std::sync::Arc;

use super::gather::{discounts_of, gathered};
use super::policy;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::catalog::discount::Discount;
use crate::domain::catalog::price::{Price, PriceVersion};
use crate::domain::subscription::Subscription;
use crate::services::{Cx, Error, discount};

/// A price of a subscription as it stands today.
#[derive(Debug, Clone)]
pub struct ContractPrice {
    /// The price.
    pub price: Arc<Price>,
    /// The figures that hold today, or at which it was frozen; none if none are in force yet.
    pub version: Option<PriceVersion>,
    /// What lowers its next charge.
    pub discount: Option<Discount>,
}

/// The prices of a subscription in the order of its deal; none of what never was there.
///
/// # Errors
/// If something is missing that billing needs; if the store fails.
pub fn contract(cx: Cx<'_>, it: &Subscription) -> Result<Vec<ContractPrice>, Error> {
    let Some(billing_account) = cx.shared::<BillingAccount>(it.billing_account())? else {
        return Ok(Vec::new());
    };
    let Some((account, gathered)) = gathered(cx, &billing_account, it)? else {
        return Ok(Vec::new());
    };
    let all = discount::of_seller(cx, account.stamp.seller)?;
    let (discounts, cycle) = (discounts_of(&account, &all), billing_account.terms().cycle);
    let today = billing_account.terms().zone.date_of(cx.now);
    let prices = gathered.prices();
    let of = gathered.billable(&prices);
    let policy = policy(cx, account.stamp.seller)?;
    let shown = prices.iter().zip(gathered.own_prices()).map(|(it, price)| ContractPrice {
        price: Arc::clone(price),
        version: it.version_on(today, of.term_days(), &policy).ok().cloned(),
        discount: discounts.on_next(&of, it, cycle).cloned(),
    });
    Ok(shown.collect())
}
