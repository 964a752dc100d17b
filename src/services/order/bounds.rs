//! Bounds: nothing is ordered that comes to more than can be billed.

use super::{held, is_switch};
use crate::domain::billing::most;
use crate::domain::catalog::price::Price;
use crate::domain::order::resolution::Resolved;
use crate::domain::subscription::change::{Deal, TakenPrices};
use crate::domain::time::Date;
use crate::services::{Act, Cx, Error, subscription};

/// Refuses a deal that comes to more than can be billed at prices that it takes on a day.
///
/// # Errors
/// [`Code::AmountOutOfRange`](crate::domain::error::Code::AmountOutOfRange); if the store fails.
pub(in crate::services) fn must_be_billable(
    cx: Cx<'_>,
    deal: &Deal,
    (prices, on): (&TakenPrices, Date),
) -> Result<(), Error> {
    let found = prices.keys().map(|id| cx.shared::<Price>(*id));
    let found: Vec<_> = found.collect::<Result<_, _>>()?;
    let found = found.iter().flatten().map(AsRef::as_ref);
    Ok(most::must_be_billable(deal, prices, found, on)?)
}

/// The same of what is asked of a subscription that is there, at the prices that it has; a switch is to others, at
/// which it is asked of it when they are taken.
///
/// # Errors
/// The same.
pub(super) fn must_stay_billable(act: &Act<'_>, asked: &Resolved) -> Result<(), Error> {
    let Some(deal) = asked.deal.as_ref().filter(|_| asked.item.subscription.is_some()) else {
        return Ok(());
    };
    let held = held(act, &asked.item)?;
    if is_switch(act.cx(), &held, asked)? {
        return Ok(());
    }
    let today = subscription::today(act.cx(), &held)?;
    must_be_billable(act.cx(), deal, (&held.deal().prices, today))
}
