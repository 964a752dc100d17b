//! Handling: what people do about the items of an order that no system does for them, and what buyer
//! and seller say to one another.

use super::supply;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::OrderId;
use crate::domain::operator::{Decision, Permission};
use crate::domain::order::Order;
use crate::domain::order::item::Item;
use crate::domain::order::note::Note;
use crate::domain::provisioning::connector::Connector;
use crate::domain::provisioning::lifecycle::State;
use crate::domain::provisioning::task::Task;
use crate::domain::text::{self, Name, Prose};
use crate::services::{Act, Cx, Error, provisioning};

/// What the seller says of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handling {
    /// Somebody has begun with it: it is packed, or on its way.
    Begun,
    /// It is done: it has arrived.
    Done,
    /// It cannot be done, and why.
    Failed(Prose),
}

/// Does with an item of an order what its seller says.
///
/// # Errors
/// If there is no such item, nobody works on the order yet, the item is over or a system sees to it, or
/// the caller may not.
pub fn handle(
    act: &mut Act<'_>,
    (id, key): (OrderId, &text::Code),
    handling: Handling,
) -> Result<Order, Error> {
    let order: Order = supply::seen(act.cx(), id)?;
    let item = order.item(key).ok_or_else(|| Error::not_found(key))?;
    supply::must_work_on(act.cx(), &order, item)?;
    let Some(task) = open_task(act.cx(), id, item)? else {
        let why =
            format!("nothing is to be done for the item `{key}`, which is `{}`", item.state());
        return Err(Rejection::new(Code::OrderStateForbids, why).into());
    };
    match task.connector {
        Connector::Manual { .. } | Connector::Shipment | Connector::Instant => {}
        Connector::Webhook { .. } => {
            let why = format!("a system sees to the item `{key}`, and says when it is done");
            return Err(Rejection::new(Code::OrderStateForbids, why).into());
        }
    }
    let begins = task.state() == State::Queued || handling == Handling::Begun;
    provisioning::by_hand(act, task.id, (begins, handling))?;
    supply::seen(act.cx(), id)
}

/// What is still to be done elsewhere for an item.
fn open_task(cx: Cx<'_>, order: OrderId, item: &Item) -> Result<Option<Task>, Error> {
    Ok(task_of(cx, order, item)?.filter(|it| !it.state().is_settled()))
}

fn task_of(cx: Cx<'_>, order: OrderId, item: &Item) -> Result<Option<Task>, Error> {
    let Some(subscription) = item.subscription else { return Ok(None) };
    let is_for = |it: &Task| {
        it.cause.as_ref().is_some_and(|cause| cause.order == order && cause.item == item.key)
    };
    Ok(provisioning::of(cx, subscription)?.into_iter().find(is_for))
}

/// Whether somebody has begun with what an item needs, or it is over: until then it can be called off.
///
/// # Errors
/// If the store fails.
pub fn is_begun(cx: Cx<'_>, order: OrderId, item: &Item) -> Result<bool, Error> {
    if item.state().is_final() {
        return Ok(true);
    }
    let task = task_of(cx, order, item)?;
    Ok(task.is_some_and(|it| it.attempts() > 0 || it.state() != State::Queued))
}

/// Adds what buyer or seller says to the notes of an order; nothing of them is ever changed.
///
/// # Errors
/// If it is not there, has 200 already, or the caller neither orders for its account nor sells to it.
pub fn note(act: &mut Act<'_>, id: OrderId, said: (Prose, Option<Name>)) -> Result<Order, Error> {
    notes(act, id, vec![said])
}

/// How many notes an order has at most.
const NOTES_MAX: usize = 200;

/// Adds several at once.
///
/// # Errors
/// As [`note`]; if it would have more than 200.
pub fn notes(
    act: &mut Act<'_>,
    id: OrderId,
    said: Vec<(Prose, Option<Name>)>,
) -> Result<Order, Error> {
    let seen: Order = supply::seen(act.cx(), id)?;
    let supplies = supply::supplier(act.cx(), seen.stamp.seller)
        .is_some_and(|own| seen.suppliers().contains(&own));
    if !supplies && act.actor().may(Permission::OrderDecide, &seen.stamp) != Decision::Yes {
        act.must(Permission::OrderPlace, &seen.stamp)?;
    }
    let order: Order = act.load(id)?;
    if order.notes().len() + said.len() > NOTES_MAX {
        let why = format!("an order has at most {NOTES_MAX} notes");
        return Err(Rejection::new(Code::OrderStateForbids, why).into());
    }
    let (user, at) = (act.actor().user(), act.now());
    let noted = said
        .into_iter()
        .fold(order, |it, (text, author)| it.noted(Note { user, author, text, at }));
    act.keep((noted, Verb::Changed))?;
    supply::seen(act.cx(), id)
}
