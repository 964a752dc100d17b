//! Keeping orders back: while the buyer has to say something, or an issue of the seller's is open; and
//! refusing them.
//!
//! Nothing more of an order that is kept back is begun. What somebody has begun with may end, and the
//! order with it.

use super::{begin, give_money_back, note};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::OrderId;
use crate::domain::operator::Permission;
use crate::domain::order::{Missing, Order};
use crate::domain::provisioning::task::Task;
use crate::domain::text::Prose;
use crate::domain::time::Instant;
use crate::services::{Act, Cx, Error, checkout, coupon};
use crate::store::Records;

/// So long a buyer has to say what is missing, if the seller does not say until when.
const ANSWER_DAYS: i64 = 30;

/// An order that the caller decides on, if it does not wait for its payment: that it does by itself.
fn decided(act: &Act<'_>, id: OrderId) -> Result<Order, Error> {
    let order: Order = act.get(id)?;
    act.must(Permission::OrderDecide, &order.stamp)?;
    if order.awaited_payment().is_none() {
        return Ok(order);
    }
    let why = "the order waits for its payment: it goes on or ends with that";
    Err(Rejection::new(Code::OrderStateForbids, why).into())
}

/// Keeps an order back, of which `why` becomes a note.
///
/// # Errors
/// If its state forbids it, it waits for its payment, or the caller may not.
pub fn hold(act: &mut Act<'_>, id: OrderId, why: Option<Prose>) -> Result<Order, Error> {
    let order = decided(act, id)?;
    let order = match why {
        Some(text) => note(act, id, (text, None))?,
        None => order,
    };
    let held = order.hold(act.now())?;
    act.keep(held)
}

/// Lets an order wait for what the buyer has to say or do, which is told to it. Without it until then,
/// or within 30 days if nothing is said, what is open of the order is called off.
///
/// # Errors
/// If its state forbids it, `until` is not to come, it waits for its payment or was paid and not yet
/// begun with, or the caller may not.
pub fn ask(
    act: &mut Act<'_>,
    id: OrderId,
    (what, until): (Prose, Option<Instant>),
) -> Result<Order, Error> {
    let order = decided(act, id)?;
    if order.payment.is_some() && order.released_at().is_none() {
        let why = "the order is paid and waits for its day: keep it back until then";
        return Err(Rejection::new(Code::OrderStateForbids, why).into());
    }
    if until.is_some_and(|it| it <= act.now()) {
        return Err(Invalid::one("/until", "range", "must be to come").into());
    }
    let until_at = until.unwrap_or_else(|| act.now().plus_seconds(ANSWER_DAYS * 24 * 60 * 60));
    let asked = order.ask(Missing { what, until_at }, act.now())?;
    act.keep(asked)
}

/// Lets an order go on that was kept back: where it had begun, and else from its beginning.
///
/// # Errors
/// If it was not kept back, waits for its payment, cannot be had any more, or the caller may not.
pub fn resume(act: &mut Act<'_>, id: OrderId) -> Result<Order, Error> {
    let resumed = decided(act, id)?.resume(act.now())?;
    let order = act.keep(resumed)?;
    match order.released_at() {
        Some(_) => Ok(order),
        None => begin(act, order),
    }
}

/// Refuses an order with which nobody has begun, and says why. What was paid for it goes back.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn reject(act: &mut Act<'_>, id: OrderId, why: Prose) -> Result<Order, Error> {
    let order: Order = act.get(id)?;
    act.must(Permission::OrderDecide, &order.stamp)?;
    let awaited = order.awaited_payment();
    let rejected = order.reject(why, act.now())?;
    let order = act.keep(rejected)?;
    coupon::give_back(act, &order)?;
    match awaited {
        Some(payment) => checkout::call_off(act, payment)?,
        None => give_money_back(act, &order)?,
    }
    Ok(order)
}

/// Says when an order is expected to be done; `None` that nobody knows.
///
/// # Errors
/// If it is over or was placed later, or the caller may not.
pub fn expect(act: &mut Act<'_>, id: OrderId, at: Option<Instant>) -> Result<Order, Error> {
    let order: Order = act.get(id)?;
    act.must(Permission::OrderDecide, &order.stamp)?;
    let expected = order.expect(at)?;
    act.keep(expected)
}

/// Whether the order of a task is kept back, so that nobody begins with it.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn is_kept_back(cx: Cx<'_>, task: &Task) -> Result<bool, Error> {
    let Some(cause) = &task.cause else { return Ok(false) };
    Ok(cx.view.find::<Order>(cause.order)?.is_some_and(|it| it.is_kept_back()))
}

/// Refuses to begin with a task whose order is kept back.
///
/// # Errors
/// If it is.
pub(in crate::services) fn must_go_on(cx: Cx<'_>, task: &Task) -> Result<(), Error> {
    match is_kept_back(cx, task)? {
        false => Ok(()),
        true => {
            let why = "the order is kept back: nobody begins with it before it goes on";
            Err(Rejection::new(Code::OrderStateForbids, why).into())
        }
    }
}
