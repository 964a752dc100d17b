//! Shipments: what is physical on its way from a seller to a buyer.
//!
//! An item of a physical offer becomes a task that is done when its parcel has arrived. The seller
//! says how far it is, of the parcel or of the task: whichever it is said of, the other follows.

use std::sync::Arc;

use super::{Act, Cx, Error, order, provisioning};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::profile::{AddressUse, Matter};
use crate::domain::error::Invalid;
use crate::domain::event::Verb;
use crate::domain::id::{Kind, OrderId, ShipmentId};
use crate::domain::operator::Permission;
use crate::domain::order::Order;
use crate::domain::order::shipment::{Carriage, Destination, Shipment, State, Trigger};
use crate::domain::page::{Page, PageRequest};
use crate::domain::provisioning::connector::Connector;
use crate::domain::provisioning::lifecycle::State as TaskState;
use crate::domain::provisioning::task::Task;
use crate::domain::subscription::Subscription;
use crate::domain::text::Prose;
use crate::store::order::SHIPMENT_BY_ORDER;
use crate::store::{Along, Key, Records};

/// The sequence that shipments are numbered by.
const NUMBERS: &str = "shipment";

/// So many pages of orders are looked through for a page of what one sends.
const LOOKS_MAX: usize = 20;

/// Has what a task is about packed for the buyer.
///
/// # Errors
/// [`Error::Invalid`] if nobody knows where the buyer lives; if the store fails.
pub(super) fn prepare(act: &mut Act<'_>, task: &Task) -> Result<(), Error> {
    let Some(cause) = task.cause.clone() else { return Ok(()) };
    let order: Order = act.load(cause.order)?;
    let said = order.item(&cause.item).and_then(|it| it.deliver_to.clone());
    let destination = said.map_or_else(|| destination(act, task), Ok)?;
    let stamp = act.cx().stamp(order.stamp.seller, Some(order.account()));
    let mut stamp = stamp.numbered(act.next_number(NUMBERS)?);
    stamp.person = order.stamp.person;
    let of = (order.id, cause.item, task.id);
    let shipment = Shipment::new(act.new_id(), stamp, of, destination);
    act.keep((shipment, Verb::Created))?;
    Ok(())
}

/// Where the account of a task has goods sent to.
fn destination(act: &Act<'_>, task: &Task) -> Result<Destination, Error> {
    let subscription: Subscription = act.load(task.subscription)?;
    let account: Account = act.load(subscription.account())?;
    let bills_to = act.cx().view.find::<BillingAccount>(subscription.billing_account())?;
    let known = destinations(&account, bills_to.as_ref()).into_iter().next();
    let message = "must have an address: what is ordered is sent there";
    known.ok_or_else(|| Invalid::one("/account", "required", message).into())
}

/// Where goods can be sent that an account buys, each once: first where it has them sent to, or else where
/// it lives; last where its bills go.
#[must_use]
pub fn destinations(of: &Account, bills_to: Option<&BillingAccount>) -> Vec<Destination> {
    let profile = of.profile();
    let phone = profile.contact(Matter::Administration).and_then(|it| it.phone.clone());
    let phone = phone.or_else(|| profile.phone.clone());
    let first = profile.address(AddressUse::Shipping);
    let of_bills = bills_to.and_then(|it| it.profile().address.as_ref());
    let all = first.into_iter().chain(profile.addresses.values()).chain(of_bills);
    let mut found: Vec<Destination> = Vec::new();
    for address in all.filter(|it| !it.is_empty()) {
        if found.iter().all(|it| it.address != *address) {
            let (recipient, address) = (profile.name.clone(), address.clone());
            found.push(Destination { recipient, address, phone: phone.clone() });
        }
    }
    found
}

/// The parcel of a task follows what was said of the task. What is not wanted any more is not sent; what
/// has left by then arrives or comes back.
///
/// # Errors
/// If the store fails.
pub(super) fn follow(act: &mut Act<'_>, task: &Task) -> Result<(), Error> {
    let Some(cause) = task.cause.as_ref().filter(|_| task.connector == Connector::Shipment) else {
        return Ok(());
    };
    for mut it in of(act.cx(), cause.order)?.into_iter().filter(|it| it.task() == task.id) {
        for trigger in steps(it.state(), task.state()) {
            let moved = it.on(*trigger, act.now())?;
            it = act.keep(moved)?;
        }
    }
    Ok(())
}

/// What happens to a parcel for it to be where its task is.
const fn steps(parcel: State, task: TaskState) -> &'static [Trigger] {
    use {State as P, TaskState as T};
    match (parcel, task) {
        (P::Prepared, T::Started) => &[Trigger::Ship],
        (P::Prepared, T::Completed) => &[Trigger::Ship, Trigger::Deliver],
        (P::Shipped, T::Completed) => &[Trigger::Deliver],
        (P::Prepared, T::Failed | T::Canceled) => &[Trigger::Cancel],
        (P::Shipped, T::Failed) => &[Trigger::Return],
        (P::Prepared | P::Shipped, T::Queued)
        | (P::Shipped, T::Started | T::Canceled)
        | (
            P::Delivered | P::Returned | P::Canceled,
            T::Queued | T::Started | T::Completed | T::Failed | T::Canceled,
        ) => &[],
    }
}

/// The shipments of an order, the oldest first, whoever asks.
///
/// # Errors
/// If the store fails.
pub fn of(cx: Cx<'_>, order: OrderId) -> Result<Vec<Shipment>, Error> {
    cx.every(&along(order))
}

fn along(order: OrderId) -> Along {
    Along::Index(SHIPMENT_BY_ORDER, Key::new().id(order).bytes())
}

/// A page of the shipments that the caller may see: of one order if that is named.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    order: Option<OrderId>,
    page: &PageRequest,
    mut accept: impl FnMut(&Shipment) -> bool,
) -> Result<Page<Shipment>, Error> {
    let Some(order) = order else { return cx.list(None, page, accept) };
    let mut is_shown = |it: &Shipment| is_for(cx, it) && accept(it);
    Ok(cx.view.list(&along(order), page, &mut is_shown)?)
}

/// A page of the shipments that the caller's account sends for who sells what is in them, in the order of
/// the orders: all of an order are on one page, and of many orders with none that passes `accept`, there
/// may be fewer on it than there are.
///
/// # Errors
/// If the store fails.
pub fn supplied(
    cx: Cx<'_>,
    page: &PageRequest,
    accept: impl Fn(&Shipment) -> bool,
) -> Result<Page<Shipment>, Error> {
    let (mut items, mut request) = (Vec::new(), page.clone());
    for _ in 0..LOOKS_MAX {
        let orders = order::supplied(cx, &request, |_| true)?;
        for it in orders.items {
            let parcels = of(cx, it.id)?.into_iter();
            let is_own = |parcel: &Shipment| it.item(parcel.item()).is_some() && accept(parcel);
            items.extend(parcels.filter(is_own));
        }
        request.after = orders.next;
        if request.after.is_none() || items.len() >= page.limit {
            break;
        }
    }
    Ok(Page { items, next: request.after })
}

/// The order that a shipment belongs to, for who sees the shipment.
///
/// # Errors
/// If the store fails.
pub fn order_of(cx: Cx<'_>, it: &Shipment) -> Result<Option<Arc<Order>>, Error> {
    cx.shared::<Order>(it.order())
}

/// Whether the caller sees a shipment, or its account delivers what is in it.
fn is_for(cx: Cx<'_>, it: &Shipment) -> bool {
    // What cannot be read is for nobody.
    cx.actor.sees(Kind::Shipment, &it.stamp) || is_supplied(cx, it).unwrap_or(false)
}

fn is_supplied(cx: Cx<'_>, it: &Shipment) -> Result<bool, Error> {
    let order = cx.shared::<Order>(it.order())?;
    Ok(order.is_some_and(|order| {
        order.item(it.item()).is_some_and(|item| order::supplies(cx, &order, item))
    }))
}

/// The shipment with an id, for whoever sees it or delivers what is in it.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn get(cx: Cx<'_>, id: ShipmentId) -> Result<Shipment, Error> {
    let found = cx.view.find::<Shipment>(id)?.filter(|it| is_for(cx, it));
    found.ok_or_else(|| Error::not_found(id))
}

fn writable(act: &Act<'_>, id: ShipmentId) -> Result<Shipment, Error> {
    let it = get(act.cx(), id)?;
    if !is_supplied(act.cx(), &it)? {
        act.must(Permission::ShipmentWrite, &it.stamp)?;
    }
    Ok(it)
}

/// Says who carries a shipment and where it goes, while nobody has it yet, and what else there is to say
/// at any time.
///
/// # Errors
/// If it has changed since, another destination is said of what has left, `change` refuses, or the
/// caller may not.
pub fn revise(
    act: &mut Act<'_>,
    (id, revision): (ShipmentId, Option<u32>),
    change: impl FnOnce(&mut Shipment) -> Result<(), Invalid>,
) -> Result<Shipment, Error> {
    let it: Shipment = act.get(id)?;
    act.must(Permission::ShipmentWrite, &it.stamp)?;
    act.expect_revision(&it.stamp, revision)?;
    let mut changed = it.clone();
    change(&mut changed)?;
    if it.state() != State::Prepared && it.destination != changed.destination {
        let message = "cannot be changed: it has left";
        return Err(Invalid::one("/address", "fixed", message).into());
    }
    act.keep((changed, Verb::Changed))
}

/// The carrier takes a shipment.
///
/// # Errors
/// If its state forbids it, nobody said who carries it, or the caller may not.
pub fn ship(
    act: &mut Act<'_>,
    id: ShipmentId,
    carriage: Option<Carriage>,
) -> Result<Shipment, Error> {
    let mut it = writable(act, id)?;
    it.carriage = carriage.or(it.carriage);
    let (shipped, verb) = it.on(Trigger::Ship, act.now())?;
    if shipped.carriage.is_none() {
        return Err(Invalid::one("/carrier", "required", "must be named").into());
    }
    let shipped = act.keep((shipped, verb))?;
    provisioning::shipped(act, shipped.task())?;
    Ok(shipped)
}

/// The buyer has got a shipment: its item is done, and its subscription begins.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn deliver(act: &mut Act<'_>, id: ShipmentId) -> Result<Shipment, Error> {
    let delivered = writable(act, id)?.on(Trigger::Deliver, act.now())?;
    let delivered = act.keep(delivered)?;
    provisioning::arrived(act, delivered.task())?;
    Ok(delivered)
}

/// A shipment came back: its item has failed, until somebody has it tried again.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn bring_back(act: &mut Act<'_>, id: ShipmentId, why: Prose) -> Result<Shipment, Error> {
    let (mut returned, verb) = writable(act, id)?.on(Trigger::Return, act.now())?;
    returned.remark = Some(why.clone());
    let returned = act.keep((returned, verb))?;
    provisioning::came_back(act, returned.task(), why)?;
    Ok(returned)
}
