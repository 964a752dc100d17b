//! `/subscriptions` and `/seats`: what accounts have.

use std::collections::BTreeMap;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attribute::{self, Attributes};
use super::characteristic::show_choices;
use super::merge::MergePatch;
use super::route::{Needs, Route, read, write};
use super::switch::ScheduledSwitch;
use super::wire::{Decimal, List, NoQuery, SoldBy, Whole, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::account::lifecycle::HoldKind;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, OfferId};
use crate::domain::operator::Permission;
use crate::domain::subscription as domain;
use crate::domain::subscription::seat as seats;
use crate::domain::subscription::term::RunningTerm;
use crate::domain::subscription::{Hold as DomainHold, Release};
use crate::services::label::Labels;
use crate::services::seat::Terms;
use crate::services::subscription::Said;
use crate::services::{Act, Cx, Error, seat, subscription};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::SubscriptionRead);
    let holds = Needs::Permission(Permission::SubscriptionHold);
    let changes = Needs::Permission(Permission::SubscriptionChange);
    let seats_read = Needs::Permission(Permission::SeatRead);
    let seats_write = Needs::Permission(Permission::SeatWrite);
    let post = || Method::POST;
    vec![
        read("/subscriptions", reads, "List subscriptions", list),
        read("/subscriptions/{id}", reads, "Read a subscription", show),
        write(
            Method::PATCH,
            "/subscriptions/{id}",
            changes,
            "Change the name or attributes of a subscription",
            describe,
        ),
        write(post(), "/subscriptions/{id}/hold", holds, "Hold a subscription", hold),
        write(post(), "/subscriptions/{id}/release", holds, "Release a subscription", release),
        write(post(), "/subscriptions/{id}/renew", changes, "Renew for another term", renew),
        read("/subscriptions/{id}/seats", seats_read, "List the seats", list_seats),
        write(post(), "/subscriptions/{id}/seats", seats_write, "Give a seat to a user", assign),
        write(Method::DELETE, "/seats/{id}", seats_write, "Take a seat back", free),
    ]
}

/// What an account has.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Subscription {
    id: String,
    number: u64,
    revision: u32,
    name: Option<String>,
    account: String,
    /// What the account is called, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
    billing_account: String,
    offer: String,
    /// What the offer is called, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_name: Option<String>,
    offer_version: u32,
    state: String,
    holds: Vec<SubscriptionHold>,
    /// Why a hold was taken back last.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_release: Option<SubscriptionRelease>,
    /// The subscription that it adds to.
    parent: Option<String>,
    quantity: u32,
    /// Amounts by resource, with what is included.
    resources: BTreeMap<String, Decimal>,
    /// Its characteristics: what was chosen, taken by default or follows from others; left out where it has
    /// none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    characteristics: BTreeMap<String, String>,
    term: Option<SubscriptionTerm>,
    trial_until: Option<String>,
    started_on: Option<String>,
    ended_on: Option<String>,
    /// The first day for which nothing recurring is charged in advance yet; nothing if none is.
    charged_until: Option<String>,
    /// The first day without it, if it is agreed on that it ends.
    ends_on: Option<String>,
    /// The other offer, plan or term that is agreed on for a later day.
    #[serde(skip_serializing_if = "Option::is_none")]
    switch: Option<ScheduledSwitch>,
    /// When something is due for it next.
    next_due_at: Option<String>,
    order: Option<String>,
    /// Custom attributes by name.
    attributes: Attributes,
}

impl Wire for Subscription {}

/// What holds a subscription.
#[derive(Debug, Serialize, ToSchema)]
struct SubscriptionHold {
    /// `administrative` or `credit`.
    kind: String,
    /// `direct`, `account` or `parent`.
    origin: String,
    reason: String,
    comment: Option<String>,
    since: String,
}

/// Why a hold was taken back.
#[derive(Debug, Serialize, ToSchema)]
struct SubscriptionRelease {
    reason: Option<String>,
    comment: Option<String>,
    at: String,
}

impl From<&Release> for SubscriptionRelease {
    fn from(it: &Release) -> Self {
        Self {
            reason: it.reason.as_ref().map(ToString::to_string),
            comment: it.comment.as_ref().map(ToString::to_string),
            at: it.at.to_string(),
        }
    }
}

/// The time that is paid for.
#[derive(Debug, Serialize, ToSchema)]
struct SubscriptionTerm {
    key: Option<String>,
    start: String,
    end: Option<String>,
    auto_renew: bool,
    /// Which term in a row it is.
    count: u32,
}

impl From<&RunningTerm> for SubscriptionTerm {
    fn from(it: &RunningTerm) -> Self {
        Self {
            key: it.key().map(ToString::to_string),
            start: it.start_on().to_string(),
            end: it.end_on().map(|it| it.to_string()),
            auto_renew: it.renewal().is_automatic(),
            count: it.count(),
        }
    }
}

impl From<&domain::Subscription> for Subscription {
    fn from(it: &domain::Subscription) -> Self {
        let deal = it.deal();
        let hold = |((kind, origin), hold): (&(HoldKind, _), &DomainHold)| SubscriptionHold {
            kind: kind.to_string(),
            origin: domain::lifecycle::HoldOrigin::to_string(origin),
            reason: hold.reason.to_string(),
            comment: hold.comment.as_ref().map(ToString::to_string),
            since: hold.since_at.to_string(),
        };
        let amounts = deal.resources.iter();
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            name: it.name().map(ToString::to_string),
            account: it.account().to_string(),
            account_name: None,
            sold_by: SoldBy::default(),
            billing_account: it.billing_account().to_string(),
            offer: deal.offer.to_string(),
            offer_name: None,
            offer_version: deal.offer_version,
            state: it.state().to_string(),
            holds: it.holds().iter().map(hold).collect(),
            last_release: it.last_release().map(SubscriptionRelease::from),
            parent: it.parent().map(|it| it.0.to_string()),
            quantity: deal.quantity,
            resources: amounts
                .map(|(id, it)| (id.to_string(), Decimal::from(&it.amount())))
                .collect(),
            characteristics: show_choices(&deal.characteristics),
            term: it.term().map(SubscriptionTerm::from),
            trial_until: it.trial().until_on().map(|it| it.to_string()),
            started_on: it.began_on().map(|it| it.to_string()),
            ended_on: it.ended_on().map(|it| it.to_string()),
            charged_until: it.charged_until_on().map(|it| it.to_string()),
            ends_on: it.ends_on().map(|it| it.to_string()),
            switch: it.scheduled().iter().find_map(ScheduledSwitch::of),
            next_due_at: it.due_at().map(|it| it.to_string()),
            order: it.origin.as_ref().map(|it| it.0.to_string()),
            attributes: attribute::show(&it.attributes),
        }
    }
}

/// A subscription as an event tells of it.
pub(super) fn told(it: &domain::Subscription) -> impl Wire + use<> {
    Subscription::from(it)
}

impl Subscription {
    fn labeled(labels: &mut Labels<'_>, it: &domain::Subscription) -> Result<Self, Error> {
        let account_name = labels.account(it.account())?;
        let offer_name = labels.offer(it.deal().offer)?;
        let sold_by = SoldBy::of(labels, &it.stamp)?;
        Ok(Self { account_name, offer_name, sold_by, ..Self::from(it) })
    }
}

pub(super) fn tagged(cx: Cx<'_>, it: &domain::Subscription) -> Result<Reply<Subscription>, Error> {
    let shown = Subscription::labeled(&mut Labels::new(cx), it)?;
    Ok(Reply::ok(shown).tagged(it.stamp.revision))
}

/// Which subscriptions are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubscriptionQuery {
    account: Option<String>,
    /// A state such as `active`.
    state: Option<String>,
    offer: Option<String>,
}

fn list(
    cx: Cx<'_>,
    call: &Call,
    query: SubscriptionQuery,
) -> Result<Reply<List<Subscription>>, Error> {
    let account = parse_optional::<AccountId>("account", query.account.as_deref())?;
    let offer = parse_optional::<OfferId>("offer", query.offer.as_deref())?;
    let state = word("state", query.state.as_deref())?;
    let page = subscription::list(cx, (account, offer), &call.page, |it| {
        state.is_none_or(|state| it.state() == state)
            && offer.is_none_or(|offer| it.deal().offer == offer)
    })?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| Subscription::labeled(&mut labels, &it))?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Subscription>, Error> {
    tagged(cx, &cx.get(call.id("id")?)?)
}

/// What may be said of a subscription.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubscriptionForm {
    /// What its buyer calls it, on invoices too.
    name: Option<String>,
    /// Whether its term renews by itself, if it has one that ends.
    auto_renew: Option<bool>,
    /// The maker's number of this very piece, for who sells it to say.
    serial_number: Option<String>,
    /// Custom attributes by name.
    #[serde(default)]
    attributes: Attributes,
}

impl SubscriptionForm {
    fn read(&self, was: &Said) -> Result<Said, Invalid> {
        Ok(Said {
            name: parse_optional("/name", self.name.as_deref())?,
            renews: self.auto_renew.unwrap_or(was.renews),
            serial_number: parse_optional("/serial_number", self.serial_number.as_deref())?,
            attributes: attribute::read(&self.attributes, &was.attributes)?,
        })
    }
}

fn describe(
    act: &mut Act<'_>,
    call: &Call,
    patch: MergePatch<SubscriptionForm>,
) -> Result<Reply<Subscription>, Error> {
    let it = subscription::describe(act, call.id("id")?, call.if_match, |was| {
        let form = patch.onto(&SubscriptionForm {
            name: was.name.as_ref().map(ToString::to_string),
            auto_renew: None,
            serial_number: was.serial_number.as_ref().map(ToString::to_string),
            attributes: attribute::show(&was.attributes),
        })?;
        Ok(form.read(was)?)
    })?;
    tagged(act.cx(), &it)
}

/// How a subscription is to be held.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HoldSubscription {
    /// `administrative` or `credit`; administrative if nothing is said.
    kind: Option<String>,
    /// Why, as a stable word: `OTHER`.
    reason: Option<String>,
    comment: Option<String>,
}

fn kind(text: Option<&str>) -> Result<HoldKind, Invalid> {
    Ok(parse_optional("/kind", text)?.unwrap_or(HoldKind::Administrative))
}

fn hold(
    act: &mut Act<'_>,
    call: &Call,
    body: HoldSubscription,
) -> Result<Reply<Subscription>, Error> {
    let hold = DomainHold {
        reason: parse("/reason", body.reason.as_deref().unwrap_or("OTHER"))?,
        comment: parse_optional("/comment", body.comment.as_deref())?,
        since_at: act.now(),
    };
    let it = subscription::hold(act, call.id("id")?, kind(body.kind.as_deref())?, hold)?;
    tagged(act.cx(), &it)
}

/// Which hold is to be taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReleaseSubscription {
    /// `administrative` or `credit`; administrative if nothing is said.
    kind: Option<String>,
    /// Why, as a stable word: `OTHER`.
    reason: Option<String>,
    comment: Option<String>,
}

fn release(
    act: &mut Act<'_>,
    call: &Call,
    body: ReleaseSubscription,
) -> Result<Reply<Subscription>, Error> {
    let release = Release {
        reason: parse_optional("/reason", body.reason.as_deref())?,
        comment: parse_optional("/comment", body.comment.as_deref())?,
        at: act.now(),
    };
    let it = subscription::release(act, call.id("id")?, kind(body.kind.as_deref())?, release)?;
    tagged(act.cx(), &it)
}

fn renew(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Subscription>, Error> {
    let it = subscription::renew(act, call.id("id")?, None)?;
    tagged(act.cx(), &it)
}

/// A unit of a subscription, given to a user.
#[derive(Debug, Serialize, ToSchema)]
struct Seat {
    id: String,
    number: u64,
    revision: u32,
    subscription: String,
    user: String,
    state: String,
    /// How much of a pool the user has.
    allocated: Option<Decimal>,
    /// The version of the terms of use that were accepted for it.
    accepted_terms: Option<String>,
}

impl Wire for Seat {}

impl From<&seats::Seat> for Seat {
    fn from(it: &seats::Seat) -> Self {
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            subscription: it.subscription().to_string(),
            user: it.user().to_string(),
            state: it.state().to_string(),
            allocated: it.allocated.as_ref().map(Decimal::from),
            accepted_terms: it.accepted.as_ref().map(|it| it.version.to_string()),
        }
    }
}

/// A seat as an event tells of it.
pub(super) fn told_seat(it: &seats::Seat) -> impl Wire + use<> {
    Seat::from(it)
}

fn list_seats(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Whole<Seat>>, Error> {
    let it: domain::Subscription = cx.get(call.id("id")?)?;
    let seats = seat::of(cx, it.id)?;
    Ok(Reply::ok(Whole::of(seats.iter().map(Seat::from).collect())))
}

/// Who gets a seat.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSeat {
    user: String,
}

fn assign(act: &mut Act<'_>, call: &Call, body: NewSeat) -> Result<Reply<Seat>, Error> {
    let which = (call.id("id")?, parse("/user", &body.user)?);
    let it = seat::assign(act, which, Terms::Open)?;
    let path = format!("/api/v1/seats/{}", it.id);
    Ok(Reply::created(path, Seat::from(&it)).tagged(it.stamp.revision))
}

fn free(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    seat::release(act, call.id("id")?)?;
    Ok(Reply::no_content())
}
