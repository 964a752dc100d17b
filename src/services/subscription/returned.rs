//! Returns: what a buyer gives back by itself, within the days that its seller allows for that sort of thing.

use super::{reached, zone};
use crate::domain::billing::policy::Returned;
use crate::domain::catalog::specification::{Delivery, Specification};
use crate::domain::error::{Invalid, Rejection};
use crate::domain::operator::{Decision, Permission};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::{CancelAt, Cancellation, RefundTo};
use crate::domain::subscription::lifecycle::Trigger;
use crate::domain::time::Date;
use crate::services::{Act, Cx, Error, billing};
use crate::store::Records;

/// The last day on which the buyer of a subscription can give it back by itself, with what goes with it; `None` if
/// it has to ask, or nothing is there yet.
///
/// # Errors
/// If the store fails.
pub fn return_until(cx: Cx<'_>, it: &Subscription) -> Result<Option<Date>, Error> {
    let returns = billing::policy(cx, it.stamp.seller)?.returns;
    let mut first: Option<Date> = None;
    for (part, had_on) in had(cx, it)? {
        let Some(until) = returns.until(sort_of(cx, &part)?, had_on) else { return Ok(None) };
        first = Some(first.map_or(until, |it| it.min(until)));
    }
    Ok(first)
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

/// The day on which what is called off now ends. Refuses a return that its seller does not allow to buyers, be it of
/// a part alone. Whoever may hold an account gives back for it at any time: it was asked.
///
/// # Errors
/// [`Code::SubscriptionStateForbids`](crate::domain::error::Code::SubscriptionStateForbids) with what cannot be given
/// back, and the last day, or that its seller is to be asked.
pub(super) fn ends_today(act: &Act<'_>, it: &Subscription, to: RefundTo) -> Result<Date, Error> {
    let on = zone(act.cx(), it)?.date_of(act.now());
    let is_asked = act.actor().may(Permission::AccountHold, &it.stamp) == Decision::Yes;
    if to != RefundTo::Return || is_asked {
        return Ok(on);
    }
    let returns = billing::policy(act.cx(), it.stamp.seller)?.returns;
    for (part, had_on) in had(act.cx(), it)? {
        let taken = returns.must_take_back(sort_of(act.cx(), &part)?, had_on, on);
        taken.map_err(|it| Rejection::new(it.code, format!("`{}`: {}", part.id, it.detail)))?;
    }
    Ok(on)
}

/// What ends with a subscription and is there, itself first or last, with the day on which it was had.
fn had(cx: Cx<'_>, root: &Subscription) -> Result<Vec<(Subscription, Date)>, Error> {
    let mut found = Vec::new();
    for id in reached(cx, root, Trigger::Cancel)? {
        let Some(it) = cx.view.find::<Subscription>(id)? else { continue };
        if it.id == root.id || it.state().is_living() {
            found.extend(it.began_on().map(|on| (it, on)));
        }
    }
    Ok(found)
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
