//! Provisioning: what must be done in other systems so that a service exists.
//!
//! A task whose connector is instant is done as soon as it is asked for. All others are queued,
//! and the order goes on when somebody says that they are done: a person, or the system that a
//! [`connector`] has asked.

pub mod connector;

use std::collections::BTreeSet;

use super::order::Handling;
use super::{Act, Cx, Error, asset, order, seat, shipment, subscription};
use crate::domain::catalog::specification::Specification;
use crate::domain::id::{AccountId, OrderId, SpecificationId, SubscriptionId, TaskId};
use crate::domain::operator::Permission;
use crate::domain::order::Order;
use crate::domain::page::{Page, PageRequest};
use crate::domain::provisioning::connector::Connector;
use crate::domain::provisioning::lifecycle::State;
use crate::domain::provisioning::task::{Clocks, Outcome, QueueTask, Task, Work};
use crate::domain::subscription::Subscription;
use crate::domain::text::Prose;
use crate::store::order::TASK_BY_SUBSCRIPTION;
use crate::store::{Along, Key, Records};

/// The sequence that tasks are numbered by.
const NUMBERS: &str = "task";

/// How what a specification describes comes to be.
///
/// # Errors
/// If the store fails.
pub fn connector_of(act: &mut Act<'_>, of: Option<SpecificationId>) -> Result<Connector, Error> {
    let Some(id) = of else { return Ok(Connector::Instant) };
    let found = act.batch().find::<Specification>(id)?;
    Ok(found.map_or(Connector::Instant, |it| it.content.connector))
}

/// How somebody who buys what a specification describes comes to have it.
///
/// # Errors
/// If the store fails.
pub fn maker_of(act: &mut Act<'_>, of: Option<SpecificationId>) -> Result<Connector, Error> {
    let Some(id) = of else { return Ok(Connector::Instant) };
    let Some(it) = act.batch().find::<Specification>(id)? else { return Ok(Connector::Instant) };
    let hooked = asset::hooked(act.cx(), &it.content, Work::Create)?;
    Ok(hooked.unwrap_or_else(|| it.content.maker()))
}

/// Who sees to it that what a specification describes is stopped, goes on or is taken away.
///
/// # Errors
/// If the store fails.
pub fn keeper_of(
    act: &mut Act<'_>,
    of: Option<SpecificationId>,
    work: Work,
) -> Result<Connector, Error> {
    let Some(id) = of else { return Ok(Connector::Instant) };
    let Some(it) = act.batch().find::<Specification>(id)? else { return Ok(Connector::Instant) };
    Ok(asset::hooked(act.cx(), &it.content, work)?.unwrap_or(it.content.connector))
}

/// Asks for something to be done for a subscription, and does it at once if there is nothing to
/// do elsewhere; whoever asks for an order tells the order then.
///
/// # Errors
/// If the store fails, or what follows from it being done is refused.
pub fn queue(act: &mut Act<'_>, of: &Subscription, asked: QueueTask) -> Result<Task, Error> {
    let stamp = act.cx().stamp(of.stamp.seller, of.stamp.owner);
    let stamp = stamp.numbered(act.next_number(NUMBERS)?);
    let task = Task::new(act.new_id(), stamp, asked);
    let task = act.keep((task, crate::domain::event::Verb::Created))?;
    match task.connector {
        Connector::Instant => {
            begin(act, task.id)?;
            return done(act, task.id, Outcome::default());
        }
        Connector::Shipment => shipment::prepare(act, &task)?,
        Connector::Webhook { .. } | Connector::Manual { .. } => {}
    }
    Ok(task)
}

fn begin(act: &mut Act<'_>, id: TaskId) -> Result<Task, Error> {
    let task: Task = act.load(id)?;
    let begun = task.start(act.wall())?;
    act.keep(begun)
}

/// Somebody begins with a task.
///
/// # Errors
/// If its state forbids it, its order is kept back, or the caller may not.
pub fn start(act: &mut Act<'_>, id: TaskId) -> Result<Task, Error> {
    must_work(act, id)?;
    order::must_go_on(act.cx(), &act.load(id)?)?;
    let task = begin(act, id)?;
    shipment::follow(act, &task)?;
    Ok(task)
}

/// Somebody says that a task is done.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn complete(act: &mut Act<'_>, id: TaskId, outcome: Outcome) -> Result<Task, Error> {
    must_work(act, id)?;
    let task = finish(act, id, outcome)?;
    shipment::follow(act, &task)?;
    Ok(task)
}

/// Lets a task be done, and its subscription know.
fn done(act: &mut Act<'_>, id: TaskId, outcome: Outcome) -> Result<Task, Error> {
    let task: Task = act.load(id)?;
    let done = task.complete(outcome, act.now())?;
    let task = act.keep(done)?;
    match task.seat {
        Some(seat) => seat::provisioned(act, seat, &task)?,
        None => subscription::provisioned(act, &task)?,
    }
    Ok(task)
}

fn finish(act: &mut Act<'_>, id: TaskId, outcome: Outcome) -> Result<Task, Error> {
    let task = done(act, id, outcome)?;
    if let Some(cause) = task.cause.clone() {
        order::item_done(act, &cause)?;
    }
    Ok(task)
}

/// Somebody says that a task cannot be done.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn fail(act: &mut Act<'_>, id: TaskId, why: Prose) -> Result<Task, Error> {
    must_work(act, id)?;
    let task = give_up(act, id, why)?;
    shipment::follow(act, &task)?;
    Ok(task)
}

fn give_up(act: &mut Act<'_>, id: TaskId, why: Prose) -> Result<Task, Error> {
    let task: Task = act.load(id)?;
    let clocks = Clocks { now: act.now(), wall: act.wall() };
    let failed = task.fail(why.clone(), None, clocks)?;
    let task = act.keep(failed)?;
    // Who was to get a seat waits until somebody has it tried again, or takes the seat back.
    if task.seat.is_none() {
        subscription::not_provisioned(act, &task)?;
    }
    if let Some(cause) = task.cause.clone() {
        order::item_failed(act, &cause, why)?;
    }
    Ok(task)
}

/// Does with a task what was said of the item of an order that waits for it, by who may say it there.
///
/// # Errors
/// If its state forbids it.
pub(super) fn by_hand(
    act: &mut Act<'_>,
    id: TaskId,
    (begins, handling): (bool, Handling),
) -> Result<(), Error> {
    let mut task: Task = act.load(id)?;
    if begins {
        order::must_go_on(act.cx(), &task)?;
        task = begin(act, id)?;
        // What cannot be had was never sent.
        if !matches!(handling, Handling::Failed(_)) {
            shipment::follow(act, &task)?;
        }
    }
    let task = match handling {
        Handling::Begun => return Ok(()),
        Handling::Done => finish(act, task.id, Outcome::default())?,
        Handling::Failed(why) => give_up(act, task.id, why)?,
    };
    shipment::follow(act, &task)
}

/// Somebody has a task tried again that failed: what waits for it, and what was given up with it,
/// is open again.
///
/// # Errors
/// If it has not failed, the account cannot buy any more, or the caller may not.
pub fn retry(act: &mut Act<'_>, id: TaskId) -> Result<Task, Error> {
    must_work(act, id)?;
    let task: Task = act.load(id)?;
    let queued = task.retry()?;
    let task = act.keep(queued)?;
    if task.seat.is_none() {
        subscription::tried_again(act, &task)?;
    }
    if let Some(cause) = task.cause.clone() {
        order::item_tried_again(act, &cause)?;
    }
    if task.connector == Connector::Shipment {
        shipment::prepare(act, &task)?;
    }
    Ok(task)
}

/// A parcel is on its way.
///
/// # Errors
/// If its order is kept back.
pub(super) fn shipped(act: &mut Act<'_>, id: TaskId) -> Result<(), Error> {
    let task: Task = act.load(id)?;
    if task.state() == State::Queued {
        order::must_go_on(act.cx(), &task)?;
        begin(act, id)?;
    }
    Ok(())
}

/// A parcel has arrived. What was called off meanwhile stays so.
///
/// # Errors
/// If what follows from it is refused.
pub(super) fn arrived(act: &mut Act<'_>, id: TaskId) -> Result<(), Error> {
    let task: Task = act.load(id)?;
    match task.state() {
        State::Started => finish(act, id, Outcome::default()).map(|_| ()),
        State::Queued | State::Completed | State::Failed | State::Canceled => Ok(()),
    }
}

/// A parcel came back. What was called off meanwhile stays so.
///
/// # Errors
/// If what follows from it is refused.
pub(super) fn came_back(act: &mut Act<'_>, id: TaskId, why: Prose) -> Result<(), Error> {
    let task: Task = act.load(id)?;
    match task.state() {
        State::Started => give_up(act, id, why).map(|_| ()),
        State::Queued | State::Completed | State::Failed | State::Canceled => Ok(()),
    }
}

fn must_work(act: &Act<'_>, id: TaskId) -> Result<(), Error> {
    let task: Task = act.get(id)?;
    act.must(Permission::ProvisioningWork, &task.stamp)
}

/// What was to be done for a subscription, the oldest first. Who may see the subscription may see
/// how far it has come.
///
/// # Errors
/// If the store fails.
pub fn of(cx: Cx<'_>, subscription: SubscriptionId) -> Result<Vec<Task>, Error> {
    let along = Along::Index(TASK_BY_SUBSCRIPTION, Key::new().id(subscription).bytes());
    cx.every(&along)
}

/// Whether somebody has begun to bring a subscription about.
///
/// # Errors
/// If the store fails.
pub fn is_begun(cx: Cx<'_>, subscription: SubscriptionId) -> Result<bool, Error> {
    let begun = |it: &Task| it.work == Work::Create && it.attempts() > 0;
    Ok(of(cx, subscription)?.iter().any(begun))
}

/// A page of the tasks that the caller may see, of one account if that is named.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    account: Option<AccountId>,
    page: &PageRequest,
    accept: impl FnMut(&Task) -> bool,
) -> Result<Page<Task>, Error> {
    cx.list(account.map(Along::Owner), page, accept)
}

/// Takes for done what an order waits for: to see what comes of it.
///
/// # Errors
/// If what follows from it being done is refused.
pub(super) fn suppose_done(act: &mut Act<'_>, order: OrderId) -> Result<(), Error> {
    let order: Order = act.load(order)?;
    let mut items = BTreeSet::new();
    for subscription in order.items().iter().filter_map(|it| it.subscription) {
        for task in of(act.cx(), subscription)? {
            let is_awaited = task.cause.as_ref().is_some_and(|it| it.order == order.id);
            if is_awaited && task.state() == State::Queued {
                begin(act, task.id)?;
                let done = done(act, task.id, Outcome::default())?;
                items.extend(done.cause.map(|it| it.item));
            }
        }
    }
    match items.is_empty() {
        true => Ok(()),
        false => order::items_done(act, order.id, &items),
    }
}

/// Calls off what is still to be done for a subscription that was never there and is no longer
/// wanted. What somebody has begun to bring about may be there by now: it is asked to be removed.
///
/// # Errors
/// If the store fails.
pub(super) fn call_off(act: &mut Act<'_>, it: &Subscription) -> Result<(), Error> {
    let mut begun = None;
    for task in of(act.cx(), it.id)? {
        if task.state().is_settled() {
            continue;
        }
        let canceled = task.cancel(act.now())?;
        let task = act.keep(canceled)?;
        if let Some(cause) = &task.cause {
            order::item_called_off(act, cause)?;
        }
        if task.connector == Connector::Shipment {
            // What is on its way is not made again by anybody: it arrives or comes back.
            shipment::follow(act, &task)?;
            continue;
        }
        begun = begun.or((task.attempts() > 0).then_some(task));
    }
    begun.map_or(Ok(()), |task| unmake(act, &task))
}

/// Calls off what of these tasks is still to be done, or could be tried again. Returns whether somebody
/// has begun with one of them.
///
/// # Errors
/// If the store fails.
pub(super) fn withdraw(act: &mut Act<'_>, tasks: &[TaskId]) -> Result<bool, Error> {
    let mut is_begun = false;
    for id in tasks {
        let task: Task = act.load(*id)?;
        is_begun |= task.attempts() > 0;
        match task.state() {
            State::Queued | State::Started | State::Failed => {
                let canceled = task.cancel(act.now())?;
                act.keep(canceled)?;
            }
            State::Completed | State::Canceled => {}
        }
    }
    Ok(is_begun)
}

/// Asks who was asked for what is not wanted any more to remove it.
fn unmake(act: &mut Act<'_>, made_by: &Task) -> Result<(), Error> {
    let it: Subscription = act.load(made_by.subscription)?;
    let asked = plain(Work::Remove, &it, made_by.connector.clone());
    queue(act, &it, QueueTask { seat: made_by.seat, ..asked }).map(|_| ())
}

/// A task of a kind for a subscription, without an order behind it.
#[must_use]
pub fn plain(work: Work, of: &Subscription, connector: Connector) -> QueueTask {
    QueueTask { work, subscription: of.id, seat: None, cause: None, connector }
}
