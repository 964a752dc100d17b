//! `/listeners`: who wants to be told of what, where, and how that goes.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::message;
use super::route::{Needs, Route, read, work, write};
use super::wire::{List, NoQuery, OwnedQuery, parse, parse_optional};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::listener::{self as domain, EventPattern, ListenerTrigger, Wish};
use crate::domain::operator::Permission;
use crate::domain::stamp::Contract;
use crate::services::listener::{self, SetUp, WithSecret};
use crate::services::webhook::SigningSecret;
use crate::services::{Act, Bss, Cx, Error, delivery};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::ListenerRead);
    let writes = Needs::Permission(Permission::ListenerWrite);
    let post = || Method::POST;
    vec![
        read("/listeners", reads, "List listeners", list),
        write(post(), "/listeners", writes, "Set up a listener", set_up),
        read("/listeners/{id}", reads, "Read a listener", show),
        write(Method::PATCH, "/listeners/{id}", writes, "Change a listener", revise),
        write(Method::DELETE, "/listeners/{id}", writes, "Take a listener away", delete),
        write(post(), "/listeners/{id}/pause", writes, "Stop telling a listener", pause),
        write(post(), "/listeners/{id}/resume", writes, "Go on telling a listener", resume),
        write(post(), "/listeners/{id}/rotate", writes, "Give a listener another secret", rotate),
        work(
            post(),
            "/listeners/{id}/test",
            writes,
            "Send a listener a ping and wait for its answer",
            (ORDINARY_BYTES_MAX, test),
        ),
        read("/listeners/{id}/deliveries", reads, "How telling a listener goes", deliveries),
    ]
}

/// Somebody who is told of what happens.
#[derive(Debug, Serialize, ToSchema)]
struct Listener {
    id: String,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// Whose it is.
    account: Option<String>,
    /// Whose events it may hear: `account`, `branch` or `everything`.
    audience: &'static str,
    /// `active`, `paused`, or `broken` if it did not answer for too long.
    state: &'static str,
    /// In whose words: `native`, or `aps` for one that was set up on the bus.
    contract: &'static str,
    /// Where it is told.
    callback: String,
    /// Of what: `invoice.issued`, `subscription.*`, `*.created`; empty for everything. One of the bus
    /// hears of these what its own condition holds for.
    patterns: Vec<String>,
    /// Why it did not take the last message.
    last_error: Option<String>,
    /// What messages are signed with, by Standard Webhooks; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl Wire for Listener {}

impl From<&domain::Listener> for Listener {
    fn from(it: &domain::Listener) -> Self {
        Self {
            id: it.id.to_string(),
            revision: it.stamp.revision,
            created_at: it.stamp.created_at.to_string(),
            changed_at: it.stamp.changed_at.to_string(),
            account: it.stamp.owner.map(|it| it.to_string()),
            audience: it.audience().word(),
            state: it.state().word(),
            contract: it.wish().contract.word(),
            callback: it.wish().callback.to_string(),
            patterns: it.wish().patterns.iter().map(ToString::to_string).collect(),
            last_error: it.progress().trouble.as_ref().map(ToString::to_string),
            secret: None,
        }
    }
}

/// A listener as an event tells of it.
pub(super) fn told(it: &domain::Listener) -> impl Wire + use<> {
    Listener::from(it)
}

fn tagged(it: &domain::Listener) -> Reply<Listener> {
    Reply::ok(Listener::from(it)).tagged(it.stamp.revision)
}

impl From<WithSecret> for Listener {
    fn from(it: WithSecret) -> Self {
        Self { secret: Some(it.secret.text()), ..Self::from(&it.listener) }
    }
}

fn list(cx: Cx<'_>, call: &Call, query: OwnedQuery) -> Result<Reply<List<Listener>>, Error> {
    let page = listener::list(cx, query.read()?, &call.page)?;
    Ok(Reply::ok(List::of(page, |it| Listener::from(&it))))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Listener>, Error> {
    Ok(tagged(&cx.get(call.id("id")?)?))
}

/// A listener to be set up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewListener {
    /// Whose events it hears; the caller's own account's if nothing is said.
    account: Option<String>,
    /// `account`, `branch` or `everything`; as much as the caller may see if nothing is said.
    audience: Option<String>,
    /// Where it is told: an address on the web.
    callback: String,
    /// Of what: `invoice.issued`, `subscription.*`, `*.created`; everything if nothing is said.
    #[serde(default)]
    patterns: Vec<String>,
    /// What messages are signed with, `whsec_` and base64; one is made if nothing is said.
    secret: Option<String>,
}

fn patterns(all: &[String]) -> Result<BTreeSet<EventPattern>, Invalid> {
    let read = |(place, it): (usize, &String)| parse(&format!("/patterns/{place}"), it);
    all.iter().enumerate().map(read).collect()
}

fn secret(text: Option<&str>) -> Result<Option<SigningSecret>, Invalid> {
    parse_optional("/secret", text)
}

fn set_up(act: &mut Act<'_>, _: &Call, body: NewListener) -> Result<Reply<Listener>, Error> {
    let command = SetUp {
        account: parse_optional("/account", body.account.as_deref())?,
        audience: parse_optional("/audience", body.audience.as_deref())?,
        contract: Contract::Native,
        callback: parse("/callback", &body.callback)?,
        patterns: patterns(&body.patterns)?,
        query: None,
        secret: secret(body.secret.as_deref())?,
    };
    let made = listener::set_up(act, command)?;
    let (path, revision) =
        (format!("/api/v1/listeners/{}", made.listener.id), made.listener.stamp.revision);
    Ok(Reply::created(path, Listener::from(made)).tagged(revision))
}

/// What is to be another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ListenerPatch {
    callback: Option<String>,
    patterns: Option<Vec<String>>,
}

fn revise(act: &mut Act<'_>, call: &Call, body: ListenerPatch) -> Result<Reply<Listener>, Error> {
    let it = listener::revise(act, call.id("id")?, call.if_match, |wish| {
        let callback = parse_optional("/callback", body.callback.as_deref())?;
        let wanted = body.patterns.as_deref().map(patterns).transpose()?;
        Ok(Wish {
            callback: callback.unwrap_or(wish.callback),
            patterns: wanted.unwrap_or(wish.patterns),
            ..wish
        })
    })?;
    Ok(tagged(&it))
}

fn delete(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    listener::delete(act, call.id("id")?)?;
    Ok(Reply::no_content())
}

fn pause(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Listener>, Error> {
    Ok(tagged(&listener::on(act, call.id("id")?, ListenerTrigger::Pause)?))
}

fn resume(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Listener>, Error> {
    Ok(tagged(&listener::on(act, call.id("id")?, ListenerTrigger::Resume)?))
}

/// The secret that takes the place of another, which signs beside it for a day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSecret {
    /// `whsec_` and base64; one is made if nothing is said.
    secret: Option<String>,
}

fn rotate(act: &mut Act<'_>, call: &Call, body: NewSecret) -> Result<Reply<Listener>, Error> {
    let made = listener::rotate(act, call.id("id")?, secret(body.secret.as_deref())?)?;
    let revision = made.listener.stamp.revision;
    Ok(Reply::ok(Listener::from(made)).tagged(revision))
}

/// What came of a ping.
#[derive(Debug, Serialize, ToSchema)]
struct ListenerTest {
    /// Whether the listener took it.
    delivered: bool,
    /// The status of its answer, if there was one.
    status: Option<u16>,
    /// Why it did not take it.
    error: Option<String>,
}

impl Wire for ListenerTest {}

fn test(bss: &Arc<Bss>, call: &Call, _: Nothing) -> Result<Reply<ListenerTest>, Error> {
    let id: crate::domain::id::ListenerId = call.id("id")?;
    let trial = delivery::try_out(bss, &call.actor, id, |random, now| {
        message::ping(format!("evt_ping_{random}"), now.to_string(), &id.to_string())
    })?;
    let (status, error) = (trial.status, trial.trouble);
    Ok(Reply::ok(ListenerTest { delivered: error.is_none(), status, error }))
}

/// How telling a listener goes. All times are wall time.
#[derive(Debug, Serialize, ToSchema)]
struct ListenerDeliveries {
    state: &'static str,
    /// The `sequence` of the last event that it took, or that was not for it.
    cursor: u64,
    /// How many events wait for it, of those that come next in the log; 0 if it was told everything.
    waiting: u64,
    /// How many messages it took.
    delivered: u64,
    last_delivered_at: Option<String>,
    last_attempt_at: Option<String>,
    /// How often in a row it did not take the next one.
    failures: u32,
    /// When it is tried again, if it is waited for.
    next_attempt_at: Option<String>,
    /// The status of its last answer, if there was one.
    last_status: Option<u16>,
    /// Why it did not take the last message.
    last_error: Option<String>,
}

impl Wire for ListenerDeliveries {}

fn deliveries(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<ListenerDeliveries>, Error> {
    let it: domain::Listener = cx.get(call.id("id")?)?;
    let position = delivery::position(cx, &it)?;
    let (progress, text) =
        (it.progress(), |at: Option<crate::domain::time::Instant>| at.map(|it| it.to_string()));
    Ok(Reply::ok(ListenerDeliveries {
        state: it.state().word(),
        cursor: position.cursor,
        waiting: position.waiting,
        delivered: progress.delivered,
        last_delivered_at: text(progress.delivered_at),
        last_attempt_at: text(progress.attempted_at),
        failures: progress.failures,
        next_attempt_at: text(progress.next_attempt_at),
        last_status: progress.status,
        last_error: progress.trouble.as_ref().map(ToString::to_string),
    }))
}
