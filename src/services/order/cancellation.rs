//! Calling orders off: at once while nobody has begun with them, with what was paid for them.

use super::deed::{Deed, permission};
use super::paid_first::give_money_back;
use super::{is_begun, open_of};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, OrderId};
use crate::domain::order::lifecycle::Phase;
use crate::domain::order::{Decision, Order};
use crate::domain::subscription::change::{Cancellation, RefundTo};
use crate::domain::text::Prose;
use crate::services::{Act, Cx, Error, checkout, coupon, subscription};

/// Calls off an order with which nobody has begun, of which everything is still to be had. What was
/// paid for it goes back.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn cancel(act: &mut Act<'_>, id: OrderId, reason: Option<Prose>) -> Result<Order, Error> {
    let order: Order = act.get(id)?;
    act.must(permission(&order, Deed::Cancel), &order.stamp)?;
    if order.is_untouched() && !any_begun(act.cx(), &order)? {
        return withdraw(act, &order, reason);
    }
    called_off(act, order, reason)
}

/// Whether somebody has begun with a piece of an order.
pub(super) fn any_begun(cx: Cx<'_>, order: &Order) -> Result<bool, Error> {
    for it in order.items() {
        if is_begun(cx, order.id, it)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Calls off what is open of a released order, with all that it was to make.
pub(super) fn withdraw(
    act: &mut Act<'_>,
    order: &Order,
    reason: Option<Prose>,
) -> Result<Order, Error> {
    let open = order.items().iter().filter(|it| !it.state().is_final());
    let made = open.filter_map(|it| it.subscription).collect();
    let why = Cancellation { reason: None, comment: None, refund_to: RefundTo::Method };
    subscription::cancel_these(act, made, &why)?;
    let order: Order = act.load(order.id)?;
    let order = act.keep((order.explained(reason), Verb::Changed))?;
    give_money_back(act, &order)?;
    Ok(order)
}

/// Calls off an order that nobody works on, and the payment that it waits for.
pub(super) fn called_off(
    act: &mut Act<'_>,
    order: Order,
    reason: Option<Prose>,
) -> Result<Order, Error> {
    let awaited = order.awaited_payment();
    let canceled = order.cancel(reason, act.now())?;
    let order = act.keep(canceled)?;
    coupon::give_back(act, &order)?;
    match awaited {
        Some(payment) => checkout::call_off(act, payment)?,
        None => give_money_back(act, &order)?,
    }
    Ok(order)
}

/// Calls off an order, or says why that cannot be; then nothing of it was kept.
///
/// # Errors
/// If the store fails.
pub fn cancel_or_refuse(
    act: &mut Act<'_>,
    id: OrderId,
    reason: Option<Prose>,
) -> Result<Result<(), String>, Error> {
    match act.attempt(|act| cancel(act, id, reason)) {
        Ok(_) => Ok(Ok(())),
        Err(Error::Rejected(it)) => Ok(Err(it.to_string())),
        Err(error @ (Error::NotFound { .. } | Error::Forbidden { .. })) => {
            Ok(Err(error.to_string()))
        }
        Err(other) => Err(other),
    }
}

/// Calls off all orders of an account that nobody works on: for when it is called off itself. What
/// others bring about ends with its subscription.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn cancel_all_of(
    act: &mut Act<'_>,
    account: AccountId,
) -> Result<(), Error> {
    for order in open_of(act.cx(), account)? {
        let order = match order.phase() {
            Phase::Pending | Phase::Held if order.was_stopped() => continue,
            Phase::Acknowledged | Phase::Pending | Phase::Held => order,
            Phase::AssessingAcknowledged | Phase::AssessingPending | Phase::AssessingHeld => {
                order.decide(Decision::Granted, act.now())?.0
            }
            Phase::Released
            | Phase::AssessingReleased
            | Phase::Canceling
            | Phase::Canceled
            | Phase::Rejected => continue,
        };
        called_off(act, order, None)?;
    }
    Ok(())
}
