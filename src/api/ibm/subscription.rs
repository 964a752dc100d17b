//! Subscriptions: what customers have.

use std::collections::BTreeSet;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::duration::{Duration, FREQUENCIES};
use super::error::{Refusal, Said};
use super::field::{self, Field, Fields, Form};
use super::order::quantity;
use super::route::{Asked, By, Row};
use super::wire::{day, listed, midnight, moment, nothing, shown};
use super::{customer, duration, message};
use crate::api::edge::work::Work;
use crate::domain::account::Account;
use crate::domain::account::lifecycle::HoldKind;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::Price;
use crate::domain::operator::{Permission, Role};
use crate::domain::order::item::Wish;
use crate::domain::quantity::Quantity;
use crate::domain::subscription::change::{Cancellation, Change, RefundTo};
use crate::domain::subscription::lifecycle::State;
use crate::domain::subscription::pool::Room;
use crate::domain::subscription::term::{RunningTerm, period_end};
use crate::domain::subscription::{Hold, Release, Start, Subscription as Ours, seat as seats};
use crate::domain::text::Prose;
use crate::domain::time::{Date, Span};
use crate::services::idempotency::Answer;
use crate::services::{Act, Cx, Error, finding, order, seat, subscription};

const ALL: &str = "resource/subscription";
const ONE: &str = "resource/subscription/{id}";

/// What only a vendor does.
const LISTS: (Permission, Role) = (Permission::SubscriptionRead, Role::VendorAdmin);
const CHANGES: (Permission, Role) = (Permission::SubscriptionChange, Role::VendorAdmin);
const CANCELS: (Permission, Role) = (Permission::SubscriptionCancel, Role::VendorAdmin);
const HOLDS: (Permission, Role) = (Permission::SubscriptionHold, Role::VendorAdmin);
/// What the administrators of a customer do as well.
const READS: (Permission, Role) = (Permission::SubscriptionRead, Role::CustomerAdmin);

/// What can be asked of subscriptions that are there.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, ALL, By::Path, LISTS, list),
    Row::new(Method::GET, ALL, By::Query("getSubscriptionByCustomer"), READS, by_customer),
    Row::new(Method::GET, ONE, By::Path, READS, get),
    Row::new(Method::PUT, ONE, By::Path, CHANGES, update),
    Row::new(Method::DELETE, ONE, By::Path, CANCELS, cancel),
    Row::new(Method::POST, ONE, By::Operation("suspendSubscription"), HOLDS, suspend),
    Row::new(Method::POST, ONE, By::Operation("unsuspendSubscription"), HOLDS, unsuspend),
];

/// What can be changed of a subscription.
const FIELDS: Fields = &[
    Field::optional("NumberOfSeats", Form::Number),
    Field::optional("PartQuantity", Form::Number),
    Field::optional("ExpirationDate", Form::Text(19)),
];

/// A subscription on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Subscription {
    id: u64,
    oid: u64,
    customer_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    part_number: Option<String>,
    subscription_state: &'static str,
    entitlement_quantity: u64,
    entitlement_quantity_available: u64,
    max_number_of_seats: u32,
    number_of_seats: u32,
    number_of_available_seats: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_units: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_frequency: Option<&'static str>,
    purchase_date: String,
    effective_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_date: Option<String>,
    is_automatically_renewed: bool,
    is_trial: bool,
    is_beta: bool,
    is_free: bool,
    parent_subscription_id: i64,
    created: String,
    modified: String,
    deleted: bool,
}

/// What may be said of a subscription; all else that it shows says nothing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Update {
    number_of_seats: Option<Value>,
    part_quantity: Option<Value>,
    expiration_date: Option<String>,
}

/// The state of a subscription, in the contract's words; nothing of what is gone.
const fn state(of: State) -> Option<&'static str> {
    match of {
        State::Pending => Some("PENDING"),
        State::Active | State::Graced => Some("ACTIVE"),
        State::HeldAdministratively
        | State::HeldForCredit
        | State::HeldForBoth
        | State::Expired => Some("SUSPENDED"),
        State::Terminating => Some("CANCEL_PENDING"),
        State::Recoverable | State::Destroyed | State::Aborted | State::Canceled => None,
    }
}

/// Whether a subscription is still there.
pub(super) const fn is_here(it: &Ours) -> bool {
    state(it.state()).is_some()
}

/// That there is no subscription with a number.
pub(super) fn missing(number: u64) -> Error {
    Error::not_found(format!("Subscription with ID {number}"))
}

/// The subscription with a number, if the caller may see it.
pub(super) fn find(cx: Cx<'_>, number: u64) -> Result<Ours, Error> {
    let id = finding::by_number::<Ours>(cx, number)?.into_iter().next();
    let found = id.map(|it| cx.find::<Ours>(it)).transpose()?.flatten().filter(is_here);
    found.ok_or_else(|| missing(number))
}

/// How much there is for users, and how much is left.
struct Count {
    all: u64,
    left: u64,
    seats_left: u32,
}

impl Count {
    fn of(cx: Cx<'_>, it: &Ours) -> Result<Self, Error> {
        Ok(match seat::room(cx, it)? {
            Room::Seats(count) => {
                let seats_left = count.saturating_sub(seat::taken(cx, it.id)?);
                Self { all: count.into(), left: seats_left.into(), seats_left }
            }
            Room::Pool(size) => {
                let held = seat::of(cx, it.id)?;
                let given = seats::allocated(held.iter()).unwrap_or(size);
                let whole = |it: Quantity| u64::from(it.units_up());
                Self { all: whole(size), left: whole(size.above(given)), seats_left: it.quantity() }
            }
        })
    }
}

/// How often a subscription is billed, by what it is charged.
fn frequency(cx: Cx<'_>, it: &Ours, offer: Option<&Offer>) -> Result<Option<&'static str>, Error> {
    let Some(offer) = offer else { return Ok(None) };
    let key = it.term_key();
    let term = offer.content.terms.iter().find(|it| Some(&it.key) == key);
    let prices = it.deal().prices.keys().map(|id| cx.shared::<Price>(*id));
    let prices: Vec<_> = prices.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    let found = duration::frequencies(offer, term, prices.iter().map(AsRef::as_ref));
    Ok(FREQUENCIES.iter().copied().find(|it| found.contains(it)))
}

/// How long it is had for: of what has no end, from one period to the next.
fn period(term: &RunningTerm, offer: Option<&Offer>) -> Option<Span> {
    let endless = || {
        let offer = offer?;
        let own = offer.content.terms.iter().find(|it| Some(&it.key) == term.key());
        Some(Duration::of(offer, own).length)
    };
    term.length().or_else(endless)
}

/// The first day for which it is not had any more, or for which it goes on by itself.
fn expires_on(
    cx: Cx<'_>,
    it: &Ours,
    (term, period): (&RunningTerm, Option<Span>),
) -> Result<Option<Date>, Error> {
    if let Some(on) = term.end_on() {
        return Ok(Some(on));
    }
    let began_on = it.began_on().unwrap_or(term.start_on());
    let today = subscription::today(cx, it)?;
    Ok(period.and_then(|it| period_end(it, began_on, today)))
}

/// The day that is shown as its end.
fn shown_end(cx: Cx<'_>, it: &Ours) -> Result<Option<Date>, Error> {
    let term = subscription::planned(cx, it)?.term;
    let period = period(&term, subscription::offer(cx, it)?.as_deref());
    expires_on(cx, it, (&term, period))
}

fn wire(cx: Cx<'_>, it: &Ours) -> Result<Subscription, Error> {
    let missing = || Error::internal("a subscription is of an account");
    let account = cx.shared::<Account>(it.account())?.ok_or_else(missing)?;
    let offer = subscription::offer(cx, it)?;
    let parent = it.parent().map(|it| cx.shared::<Ours>(it.0)).transpose()?.flatten();
    let parent = parent.and_then(|it| i64::try_from(it.stamp.number).ok());
    let count = Count::of(cx, it)?;
    let Start { term, trial } = subscription::planned(cx, it)?;
    let period = period(&term, offer.as_deref());
    let length = period.map(duration::shown);
    let expires_on = expires_on(cx, it, (&term, period))?;
    let frequency = frequency(cx, it, offer.as_deref())?;
    Ok(Subscription {
        id: it.stamp.number,
        oid: it.stamp.number,
        customer_id: account.stamp.number,
        part_number: offer.and_then(|it| it.content.part_number.clone()).map(|it| it.to_string()),
        subscription_state: state(it.state()).unwrap_or("CANCEL_PENDING"),
        entitlement_quantity: count.all,
        entitlement_quantity_available: count.left,
        max_number_of_seats: it.quantity(),
        number_of_seats: it.quantity(),
        number_of_available_seats: count.seats_left,
        duration_length: length.map(|it| it.0),
        duration_units: length.map(|it| it.1),
        billing_frequency: frequency,
        purchase_date: moment(it.ordered_at()),
        effective_date: midnight(it.began_on().unwrap_or(term.start_on())),
        expiration_date: expires_on.map(midnight),
        is_automatically_renewed: term.renewal().is_automatic() || term.end_on().is_none(),
        is_trial: trial.is_running(),
        is_beta: false,
        is_free: it.deal().prices.is_empty(),
        parent_subscription_id: parent.unwrap_or(-1),
        created: moment(it.stamp.created_at),
        modified: moment(it.stamp.changed_at),
        deleted: false,
    })
}

fn shown_all(cx: Cx<'_>, items: &[Ours]) -> Result<Answer, Error> {
    let items: Result<Vec<_>, Error> = items.iter().map(|it| wire(cx, it)).collect();
    Ok(listed(&items?))
}

fn list(mut asked: Asked) -> Result<Work, Refusal> {
    let wanted = asked.page()?;
    Ok(Work::scans(move |cx| {
        let found = wanted.of(|page| subscription::list(cx, (None, None), page, is_here))?;
        shown_all(cx, &found)
    }))
}

fn by_customer(mut asked: Asked) -> Result<Work, Refusal> {
    let (wanted, number) = (asked.page()?, asked.number("customerId")?);
    Ok(Work::scans(move |cx| {
        let of = (Some(customer::find(cx, number)?.id), None);
        shown_all(cx, &wanted.of(|page| subscription::list(cx, of, page, is_here))?)
    }))
}

fn get(asked: Asked) -> Result<Work, Refusal> {
    let number = asked.id(0, "Subscription")?;
    Ok(Work::reads(move |cx| Ok(shown("Subscription", wire(cx, &find(cx, number)?)?))))
}

fn update(asked: Asked) -> Result<Work, Refusal> {
    let number = asked.id(0, "Subscription")?;
    let said: Update = field::read(asked.body, "Subscription", FIELDS)?;
    let units = |name, said: Option<&Value>| said.map(|it| quantity(name, it)).transpose();
    let seats = units("NumberOfSeats", said.number_of_seats.as_ref())?;
    let part = units("PartQuantity", said.part_quantity.as_ref())?;
    let end_on = said.expiration_date.as_deref().filter(|it| !it.trim().is_empty());
    let end_on = end_on.map(expiration).transpose()?;
    Ok(Work::writes(move |act| {
        let it = find(act.cx(), number)?;
        // What is sent back as it was shown is not to be changed.
        let asked = [part, seats].into_iter().flatten().filter(|to| *to != it.quantity());
        let asked: BTreeSet<_> = asked.collect();
        if 1 < asked.len() {
            let form = "must be the same number as NumberOfSeats, if both are to change";
            return Err(message::RULE_BROKEN.with(["PartQuantity", form]).into());
        }
        if let Some(quantity) = asked.first() {
            resize(act, &it, *quantity)?;
        }
        let shown_on = shown_end(act.cx(), &it)?;
        if let Some(on) = end_on.filter(|on| Some(*on) != shown_on) {
            subscription::change(act, it.id, Change::TermEnd(on))?;
        }
        Ok(nothing())
    }))
}

fn expiration(text: &str) -> Result<Date, Said> {
    let form = "must be of the form MM/dd/yyyy HH:mm:ss";
    day(text).ok_or_else(|| message::RULE_BROKEN.with(["ExpirationDate", form]))
}

/// Gives a subscription another number of seats.
fn resize(act: &mut Act<'_>, it: &Ours, quantity: u32) -> Result<(), Error> {
    match seat::room(act.cx(), it)? {
        Room::Pool(_) => Err(message::POOL_GROWS_BY_ORDER.with([]).into()),
        Room::Seats(_) => {
            let wish = Wish { quantity: Some(quantity), ..Wish::default() };
            order::change(act, (it.id, None), (&wish, None)).map(drop)
        }
    }
}

fn cancel(asked: Asked) -> Result<Work, Refusal> {
    let number = asked.id(0, "Subscription")?;
    Ok(Work::writes(move |act| {
        let it = find(act.cx(), number)?;
        let plain = Cancellation { reason: None, comment: None, refund_to: RefundTo::Balance };
        subscription::cancel(act, it.id, &plain)?;
        Ok(nothing())
    }))
}

fn comment(text: &str) -> Result<Option<Prose>, Error> {
    Ok(Some(text.parse().map_err(Error::internal)?))
}

fn suspend(asked: Asked) -> Result<Work, Refusal> {
    let number = asked.id(0, "Subscription")?;
    Ok(Work::writes(move |act| {
        let it = find(act.cx(), number)?;
        let hold = Hold {
            reason: "OTHER".parse().map_err(Error::internal)?,
            comment: comment("suspendSubscription")?,
            since_at: act.now(),
        };
        subscription::hold(act, it.id, HoldKind::Administrative, hold)?;
        Ok(nothing())
    }))
}

fn unsuspend(asked: Asked) -> Result<Work, Refusal> {
    let number = asked.id(0, "Subscription")?;
    Ok(Work::writes(move |act| {
        let it = find(act.cx(), number)?;
        let why =
            Release { reason: None, comment: comment("unsuspendSubscription")?, at: act.now() };
        subscription::resume(act, it.id, &why)?;
        Ok(nothing())
    }))
}
