//! Contracts: what a subscription is charged, price by price, and what is lowered for it.

use std::sync::Arc;

use super::contained::Contained;
use super::gather::{discounts_of, gathered};
use super::policy;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::charge::{Charging, Units};
use crate::domain::billing::discount::Discounts;
use crate::domain::billing::due::{Billable, BillablePrice};
use crate::domain::billing::policy::Policy;
use crate::domain::billing::tax::on_one;
use crate::domain::catalog::discount::Discount;
use crate::domain::catalog::price::alteration::Turn;
use crate::domain::catalog::price::{Base, Occasion, Price, PriceKind, PriceVersion};
use crate::domain::catalog::tax::Treatment;
use crate::domain::money::Money;
use crate::domain::quantity::Percent;
use crate::domain::subscription::lifecycle::State;
use crate::domain::subscription::{Start, Subscription};
use crate::domain::time::Date;
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

/// What a subscription is charged at a price.
#[derive(Debug, Clone)]
pub struct Worth {
    /// The price.
    pub price: Arc<Price>,
    /// Without tax, for a whole period and all that is held of it today; `None` of what is used, and of what
    /// has no figures yet.
    pub net: Option<Money>,
}

/// What a subscription is charged, price by price: of one that is still to come, as if it were there today;
/// nothing of what never was there.
///
/// # Errors
/// If something is missing that billing needs, or an amount is too large; if the store fails.
pub fn worth(cx: Cx<'_>, it: &Subscription) -> Result<Vec<Worth>, Error> {
    let Some(billing_account) = cx.shared::<BillingAccount>(it.billing_account())? else {
        return Ok(Vec::new());
    };
    let today = billing_account.terms().zone.date_of(cx.now);
    let mut it = it.clone();
    if it.state() == State::Pending {
        it = it.activate(Start::open(today), cx.now)?.0;
    }
    let Some((account, gathered)) = gathered(cx, &billing_account, &it)? else {
        return Ok(Vec::new());
    };
    let all = discount::of_seller(cx, account.stamp.seller)?;
    let (discounts, cycle) = (discounts_of(&account, &all), billing_account.terms().cycle);
    let policy = policy(cx, account.stamp.seller)?;
    let prices = gathered.prices();
    let of = gathered.billable(&prices);
    let mut contained = Contained::default();
    let each = prices.iter().zip(gathered.own_prices()).map(|(it, price)| {
        let given = discounts.on_next(&of, it, cycle);
        let tax = contained.for_buyer(cx, (&*account, &*billing_account), (it.price, today))?;
        let net = net((&of, it), (&policy, today, tax.as_ref()), (&discounts, given))?;
        Ok(Worth { price: Arc::clone(price), net })
    });
    each.collect()
}

/// What a whole period of a price comes to without tax, for what is held today. Where the price contains tax and
/// nothing says how much, it is not known.
fn net(
    (of, it): (&Billable<'_>, &BillablePrice<'_>),
    (policy, today, tax): (&Policy, Date, Option<&Treatment>),
    (discounts, given): (&Discounts<'_>, Option<&Discount>),
) -> Result<Option<Money>, Error> {
    let turn = match it.price.kind {
        PriceKind::Usage { .. } => return Ok(None),
        PriceKind::OneTime(_) => Turn::First,
        PriceKind::Recurring { .. } => Turn::Later,
    };
    let Ok(version) = it.version_on(today, of.term_days(), policy) else { return Ok(None) };
    let charging = Charging {
        price: it.price,
        version,
        occurrence: of.occurrence(it, turn, today),
        tax: tax.map_or(Percent::ZERO, Treatment::percent),
        zero_usage: policy.zero_usage,
        rounding: policy.rounding,
    };
    let mut explanation = charging.whole(Units::of(it.units))?;
    discounts.lower(&mut explanation, given)?;
    let charged = explanation.unrounded()?.book(policy.rounding)?;
    match (it.price.base, tax) {
        (Base::Net, _) => Ok(Some(charged)),
        // What is deposited bears no tax.
        (Base::Gross, None) if it.price.kind == PriceKind::OneTime(Occasion::Deposit) => {
            Ok(Some(charged))
        }
        (Base::Gross, None) => Ok(None),
        (Base::Gross, Some(tax)) => {
            Ok(Some(on_one(charged, (Base::Gross, tax), policy.rounding)?.net))
        }
    }
}
