//! Returns: what a buyer gives back by itself, within the days that its seller allows for that sort of thing.

use super::zone;
use crate::domain::billing::policy::Returned;
use crate::domain::catalog::specification::{Delivery, Specification};
use crate::domain::error::Invalid;
use crate::domain::operator::{Decision, Permission};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::{CancelAt, Cancellation, RefundTo};
use crate::domain::time::Date;
use crate::services::{Act, Cx, Error, billing};

/// The last day on which the buyer of a subscription can give it back by itself; `None` if it has to ask, or nothing is
/// there yet.
///
/// # Errors
/// If the store fails.
pub fn return_until(cx: Cx<'_>, it: &Subscription) -> Result<Option<Date>, Error> {
    let Some(had_on) = it.began_on() else { return Ok(None) };
    let returns = billing::policy(cx, it.stamp.seller)?.returns;
    Ok(returns.until(sort_of(cx, it)?, had_on))
}

/// Refuses to give something back on a later day.
///
/// # Errors
/// If it is said to end later.
pub(super) fn must_be_now(at: CancelAt, cancellation: &Cancellation) -> Result<(), Invalid> {
    if cancellation.refund_to == RefundTo::Return && at != CancelAt::Now {
        let message = "must be `now`: what is given back ends at once";
        return Err(Invalid::one("/at", "conflict", message));
    }
    Ok(())
}

/// The day on which what is called off now ends. Refuses a return that its seller does not allow to buyers. Whoever may hold an account gives back for it at any
/// time: it was asked.
///
/// # Errors
/// [`Code::SubscriptionStateForbids`](crate::domain::error::Code::SubscriptionStateForbids) with the last day, or that
/// its seller is to be asked.
pub(super) fn ends_today(act: &Act<'_>, it: &Subscription, to: RefundTo) -> Result<Date, Error> {
    let on = zone(act.cx(), it)?.date_of(act.now());
    let is_asked = act.actor().may(Permission::AccountHold, &it.stamp) == Decision::Yes;
    let Some(had_on) = it.began_on().filter(|_| to == RefundTo::Return && !is_asked) else {
        return Ok(on);
    };
    let returns = billing::policy(act.cx(), it.stamp.seller)?.returns;
    returns.must_take_back(sort_of(act.cx(), it)?, had_on, on)?;
    Ok(on)
}

/// What sort of thing a subscription is to.
fn sort_of(cx: Cx<'_>, it: &Subscription) -> Result<Returned, Error> {
    let delivered = it.deal().specification;
    let found = delivered.map(|id| cx.shared::<Specification>(id)).transpose()?.flatten();
    Ok(match found.as_ref().map(|it| &it.content) {
        Some(it) if it.delivery == Delivery::Physical => Returned::Physical,
        Some(it) if !it.assets.is_empty() => Returned::Digital,
        Some(_) | None => Returned::Service,
    })
}
