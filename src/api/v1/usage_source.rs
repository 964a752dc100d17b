//! `/accounts/{id}/usage_sources`: systems that count for a seller and are asked regularly for what is new, and
//! the words in which they answer.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::usage::NewUsage;
use super::wire::{NoQuery, Whole, parse, word};
use crate::api::edge::body;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::text::Code;
use crate::domain::usage::source::{SourceState, UsageSource as Source};
use crate::services::usage::{self, Entry, Fetched, NewSource};
use crate::services::{Act, Cx, Error};

/// So many events of an answer are read at most.
const EVENTS_MAX: usize = 10_000;
/// How often a source is asked if nothing is said, in minutes.
const MINUTES: u32 = 60;

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::SettingsRead);
    let writes = Needs::Permission(Permission::SettingsWrite);
    let one = "/accounts/{id}/usage_sources/{code}";
    vec![
        read("/accounts/{id}/usage_sources", reads, "List the sources of usage of a seller", list),
        write(Method::PUT, one, writes, "Have a source of usage asked", put),
        write(Method::DELETE, one, writes, "Have a source of usage asked no more", remove),
        write(
            Method::POST,
            "/accounts/{id}/usage_sources/{code}/ask",
            writes,
            "Have a source of usage asked now",
            ask,
        ),
    ]
}

/// A system that counts for a seller.
#[derive(Debug, Serialize, ToSchema)]
struct UsageSource {
    /// Under which `source` its events are kept.
    code: String,
    /// Where it is asked, with `?cursor=…` once it has given one. It answers with
    /// `{"events": […], "cursor": "…"}`; events are as `POST /usage` takes them, and their `id` is the source's
    /// own: what comes twice counts once.
    address: String,
    /// Whether it knows us by a token, sent as `Authorization: Bearer …`.
    has_token: bool,
    every_minutes: u32,
    /// `active` or `paused`.
    state: String,
    /// From where it is asked on.
    cursor: Option<String>,
    /// When it is asked next, in time of the machine; `null` while it is paused.
    next_at: Option<String>,
    /// When it was asked last.
    asked_at: Option<String>,
    /// How often in a row it has not answered as it must.
    misses: u32,
    /// Why, the last time.
    trouble: Option<String>,
    /// How many events were taken from it.
    accepted: u64,
    /// How many were refused: they stand under `/usage/rejected`.
    refused: u64,
}

impl Wire for UsageSource {}

impl From<&Source> for UsageSource {
    fn from(it: &Source) -> Self {
        let next_at = Some(it.next_at).filter(|_| it.state == SourceState::Active);
        Self {
            code: it.code.to_string(),
            address: it.address.to_string(),
            has_token: it.token.is_some(),
            every_minutes: it.every_minutes,
            state: it.state.to_string(),
            cursor: it.cursor.clone(),
            next_at: next_at.map(|it| it.to_string()),
            asked_at: it.asked_at.map(|it| it.to_string()),
            misses: it.misses,
            trouble: it.trouble.clone(),
            accepted: it.accepted,
            refused: it.refused,
        }
    }
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Whole<UsageSource>>, Error> {
    let all = usage::sources(cx, call.id("id")?)?;
    Ok(Reply::ok(Whole::of(all.iter().map(UsageSource::from).collect())))
}

/// How a source is to be asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PutUsageSource {
    /// Where. Elsewhere than before it is asked from the beginning.
    address: String,
    /// What it knows us by; as before if nothing is said and the address stays.
    token: Option<String>,
    /// How often, in minutes; every hour if nothing is said.
    every_minutes: Option<u32>,
    /// `active` or `paused`; active if nothing is said.
    state: Option<String>,
}

fn code(call: &Call) -> Result<Code, Invalid> {
    parse("code", call.path.get("code").map(String::as_str).unwrap_or_default())
}

fn put(act: &mut Act<'_>, call: &Call, body: PutUsageSource) -> Result<Reply<UsageSource>, Error> {
    let new = NewSource {
        address: parse("/address", &body.address)?,
        token: body.token,
        every_minutes: body.every_minutes.unwrap_or(MINUTES),
        state: word("/state", body.state.as_deref())?.unwrap_or(SourceState::Active),
    };
    let it = usage::put_source(act, (call.id("id")?, code(call)?), new)?;
    Ok(Reply::ok(UsageSource::from(&it)))
}

fn remove(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    usage::drop_source(act, (call.id("id")?, &code(call)?))?;
    Ok(Reply::no_content())
}

fn ask(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<UsageSource>, Error> {
    let it = usage::ask_source(act, (call.id("id")?, &code(call)?))?;
    Ok(Reply::ok(UsageSource::from(&it)))
}

/// What a source answers.
#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    events: Vec<Value>,
    cursor: Option<String>,
}

/// The events of an answer, each of which is refused alone if it is none.
///
/// # Errors
/// [`Error::Invalid`] if it is no answer, or has too many.
pub(super) fn fetched(bytes: &[u8]) -> Result<Fetched, Error> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Fetched { entries: Vec::new(), cursor: None });
    }
    body::must_be_few(body::values(bytes, body::VALUES_MAX))?;
    let answer: Answer = serde_json::from_slice(bytes)
        .map_err(|it| Invalid::one("", "format", format!("its answer cannot be read: {it}")))?;
    if answer.events.len() > EVENTS_MAX {
        let why = format!("must have at most {EVENTS_MAX}: give the rest with the next question");
        return Err(Invalid::one("/events", "range", why).into());
    }
    let entry = |it: Value| {
        let text = it.to_string().into_bytes();
        let wrong = |it: serde_json::Error| Invalid::one("", "format", it.to_string());
        match serde_json::from_value::<NewUsage>(it) {
            Ok(event) => Entry { text, ..event.entry() },
            Err(error) => Entry { offered: Err(wrong(error)), text },
        }
    };
    let entries = answer.events.into_iter().map(entry).collect();
    Ok(Fetched { entries, cursor: answer.cursor })
}
