//! Seats: who is entitled to what. They are shown with their subscribers, too.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{Refusal, Said};
use super::field::{self, Field, Fields, Form, count, number};
use super::route::{Asked, By, Row};
use super::wire::{moment, nothing, shown};
use super::{customer, message, subscriber, subscription};
use crate::api::edge::work::Work;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::operator::{Permission, Role, User};
use crate::domain::provisioning::task::Task;
use crate::domain::quantity::Quantity;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::seat::{Seat as Ours, State};
use crate::services::seat::{self, Terms};
use crate::services::{Cx, Error, finding};

pub(super) const ENTITLED: &str = "resource/subscriber/{id}/subscription/{id}";
const HELD: &str = "resource/subscriber/{id}/seat/{id}";
const ONE: &str = "resource/subscription/{id}/seat/{id}";

/// Everybody may entitle itself.
const TAKES: (Permission, Role) = (Permission::SeatTake, Role::Member);
const WRITES: (Permission, Role) = (Permission::SeatWrite, Role::CustomerAdmin);
const READS: (Permission, Role) = (Permission::SeatRead, Role::CustomerAdmin);

/// What can be asked of seats.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::POST, ENTITLED, By::Operation("entitleSubscriber"), TAKES, entitle),
    Row::new(Method::POST, HELD, By::Operation("revokeSubscriber"), WRITES, revoke),
    Row::new(Method::GET, ONE, By::Path, READS, get),
    Row::new(Method::POST, ONE, By::Operation("transferSeat"), WRITES, transfer),
    Row::new(Method::POST, ONE, By::Operation("changeQuota"), WRITES, change_quota),
];

/// What changeQuota reads of a seat.
const FIELDS: Fields = &[
    Field::required("SubscriptionId", Form::Number),
    Field::required("EntitlementQuantityAllocated", Form::Count),
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Quota {
    subscription_id: Value,
    entitlement_quantity_allocated: Value,
}

/// Which seats of which subscriptions somebody got.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entitled {
    key: [u64; 1],
    value: [u64; 1],
}

/// A seat on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Seat {
    id: u64,
    oid: u64,
    subscription_id: u64,
    subscriber_id: u64,
    seat_state: &'static str,
    has_accepted_terms_of_use: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms_of_use_id: Option<u64>,
    entitlement_quantity_allocated: u64,
    seat_service_product_attribute_set: [(); 0],
    provisioning_workflow_id: u64,
    workflow_id_list: Vec<u64>,
    owner: u64,
    vendor_id: u64,
    version: u32,
    optimistic_lock: u64,
    created: String,
    modified: String,
    deleted: bool,
}

/// The state of a seat, in the contract's words.
const fn state(of: State) -> &'static str {
    match of {
        State::Entitling => "ENTITLE_PENDING",
        State::Assigned | State::Released => "ASSIGNED",
    }
}

/// A seat as the contract shows it: of a subscriber and of a customer with these numbers.
pub(super) fn wire(cx: Cx<'_>, it: &Ours, (subscriber, owner): (u64, u64)) -> Result<Seat, Error> {
    let subscription = cx.shared::<Subscription>(it.subscription())?;
    let tasks = it.tasks.iter().map(|id| cx.shared::<Task>(*id));
    let tasks = tasks.filter_map(Result::transpose);
    let workflows: Vec<_> =
        tasks.map(|it| it.map(|it| it.stamp.number)).collect::<Result<_, _>>()?;
    let missing = || Error::internal(format!("seat {} is of no subscription", it.id.uuid()));
    let allocated = it.allocated.and_then(|it| it.decimal().trunc().to_string().parse().ok());
    Ok(Seat {
        id: it.stamp.number,
        oid: it.stamp.number,
        subscription_id: subscription.ok_or_else(missing)?.stamp.number,
        subscriber_id: subscriber,
        seat_state: state(it.state()),
        has_accepted_terms_of_use: it.accepted.is_some(),
        terms_of_use_id: it.accepted.as_ref().and_then(|it| it.version.as_str().parse().ok()),
        entitlement_quantity_allocated: allocated.unwrap_or(0),
        seat_service_product_attribute_set: [],
        provisioning_workflow_id: workflows.last().copied().unwrap_or(0),
        workflow_id_list: workflows,
        owner,
        vendor_id: customer::vendor_number(cx, it.stamp.seller)?,
        version: it.stamp.revision,
        optimistic_lock: 0,
        created: moment(it.stamp.created_at),
        modified: moment(it.stamp.changed_at),
        deleted: !it.is_taken(),
    })
}

/// The number in the path of a seat.
fn seat_id(asked: &Asked) -> Result<u64, Said> {
    match asked.id(1, "Seat")? {
        0 => Err(message::ID_INVALID.with(["Seat"])),
        number => Ok(number),
    }
}

/// The seat with a number, if somebody has it and the caller may see it.
fn find(cx: Cx<'_>, number: u64) -> Result<Option<Ours>, Error> {
    let id = finding::by_number::<Ours>(cx, number)?.into_iter().next();
    let found = id.map(|it| cx.find::<Ours>(it)).transpose()?.flatten();
    Ok(found.filter(Ours::is_taken))
}

/// The seat of a subscription: it is looked for in the order that the contract prescribes.
fn of_subscription(cx: Cx<'_>, (of, number): (u64, u64)) -> Result<Ours, Error> {
    let of = subscription::find(cx, of)?;
    let found = find(cx, number)?.ok_or_else(|| message::SEAT_GONE.with([]))?;
    match found.subscription() == of.id {
        true => Ok(found),
        false => Err(message::SEAT_ELSEWHERE.with(["Subscription"]).into()),
    }
}

fn entitle(mut asked: Asked) -> Result<Work, Refusal> {
    let (number, of) = (asked.id(0, "Subscriber")?, asked.id(1, "Subscription")?);
    let terms = match asked.flag("acceptTOU", true)? {
        true => Terms::Accepted,
        false => Terms::Open,
    };
    Ok(Work::writes(move |act| {
        let user = subscriber::to_change(act.cx(), number)?;
        let of = offered(act.cx(), of, &user)?;
        let it = seat::assign(act, (of.id, user.id), terms)?;
        let entitled = Entitled { key: [of.stamp.number], value: [it.stamp.number] };
        Ok(shown("HashMap", entitled))
    }))
}

/// The subscription with a number, of which somebody is to get a seat.
pub(super) fn offered(cx: Cx<'_>, number: u64, to: &User) -> Result<Subscription, Error> {
    let missing = || subscription::missing(number);
    let id = finding::by_number::<Subscription>(cx, number)?.into_iter().next();
    let id = id.ok_or_else(missing)?;
    let found = seat::of_which(cx, id, to).map_or_else(Error::or_nothing, |it| Ok(Some(it)))?;
    found.filter(subscription::is_here).ok_or_else(missing)
}

/// Whether it is forced changes nothing: nothing that could be would keep it from being done.
fn revoke(mut asked: Asked) -> Result<Work, Refusal> {
    let (number, id) = (asked.id(0, "Subscriber")?, seat_id(&asked)?);
    asked.flag("_force", false)?;
    Ok(Work::writes(move |act| {
        let user = subscriber::find(act.cx(), number)?;
        let it = find(act.cx(), id)?.ok_or_else(|| message::SEAT_GONE.with([]))?;
        if it.user() != user.id {
            return Err(message::SEAT_ELSEWHERE.with(["Subscriber"]).into());
        }
        seat::release(act, it.id)?;
        Ok(nothing())
    }))
}

fn get(asked: Asked) -> Result<Work, Refusal> {
    let place = (asked.id(0, "Subscription")?, seat_id(&asked)?);
    Ok(Work::reads(move |cx| {
        let it = of_subscription(cx, place)?;
        let missing = || Error::internal(format!("seat {} is of no user", it.id.uuid()));
        let user = cx.shared::<User>(it.user())?.ok_or_else(missing)?;
        let owner = it.stamp.owner.map(|it| cx.shared::<Account>(it)).transpose()?.flatten();
        let owner = owner.ok_or_else(missing)?;
        Ok(shown("Seat", wire(cx, &it, (user.stamp.number, owner.stamp.number))?))
    }))
}

fn transfer(mut asked: Asked) -> Result<Work, Refusal> {
    let place = (asked.id(0, "Subscription")?, seat_id(&asked)?);
    let to = asked.number("targetSubscription")?;
    Ok(Work::writes(move |act| {
        let it = of_subscription(act.cx(), place)?;
        let to = subscription::find(act.cx(), to)?;
        seat::transfer(act, it.id, to.id)?;
        Ok(nothing())
    }))
}

fn change_quota(asked: Asked) -> Result<Work, Refusal> {
    let (of, id) = (asked.id(0, "Subscription")?, seat_id(&asked)?);
    let said: Quota = field::read(asked.body, "Seat", FIELDS)?;
    let named = number(&said.subscription_id);
    let part = count(&said.entitlement_quantity_allocated).and_then(|it| i64::try_from(it).ok());
    let part = Quantity::whole(part.unwrap_or_default());
    Ok(Work::writes(move |act| {
        let gone = |what: &'static str| move || Error::not_found(what);
        let found = subscription::find(act.cx(), of);
        let of_it = found.map_or_else(Error::or_nothing, |it| Ok(Some(it)))?;
        let of_it = of_it.ok_or_else(gone("Subscription"))?;
        let it = find(act.cx(), id)?.ok_or_else(gone("Seat"))?;
        if named != Some(of) {
            return Err(message::SUBSCRIPTIONS_DIFFER.with([]).into());
        }
        if it.subscription() != of_it.id {
            return Err(message::SEAT_ELSEWHERE.with(["Subscription"]).into());
        }
        seat::allocate(act, it.id, part)?;
        Ok(nothing())
    }))
}
