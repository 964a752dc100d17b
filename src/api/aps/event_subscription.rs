//! Event subscriptions: whom a resource has told of what, `…/aps/subscriptions` below it.
//!
//! One is a [listener](crate::domain::listener) in the words of the bus: the resource is whose
//! events it hears, and what the request says is kept as its condition.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::bus::{nothing, shown};
use super::event::{self, EVENTS, Interest};
use super::kind::{TYPE_BYTES_MAX, Thing};
use super::property::{Field, Form, Structure};
use super::wire::{optional, read, renamed, text};
use super::{account, registry};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Id, ListenerId};
use crate::domain::listener::Listener;
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::stamp::Contract;
use crate::domain::text::WebAddress;
use crate::services::idempotency::Answer;
use crate::services::listener::{self, SetUp};
use crate::services::{Act, Cx, Error};

static SOURCE: Structure = Structure {
    name: "EventSource",
    fields: &[Field::optional("type", Form::Text), Field::optional("id", Form::Text)],
};

/// The full id of the type.
pub(super) const ID: &str = "http://aps-standard.org/types/core/event/subscription/1.0";

/// Its place in `/aps/2/types/{number}`; never given to another type.
pub(super) const NUMBER: u32 = 30;

/// What one has.
pub(super) static SUBSCRIPTION: Structure = Structure {
    name: "EventSubscription",
    fields: &[
        Field::required("event", Form::Words(EVENTS)),
        Field::required("source", Form::Structure(&SOURCE)),
        Field::optional("relation", Form::Text),
        Field::required("handler", Form::Text),
        Field::optional("secret", Form::Text),
    ],
};

/// `POST …/aps/subscriptions`.
pub(super) fn create(
    act: &mut Act<'_>,
    subscriber: &dyn Thing,
    body: &Value,
) -> Result<Answer, Error> {
    Invalid::unless_empty(Form::Structure(&SUBSCRIPTION).violations("", body))?;
    let interest = interest(act.cx(), subscriber, body)?;
    let callback: WebAddress = read("/handler", text(body, "handler").unwrap_or_default())?;
    let secret = optional("", body, "secret")?;
    let command = SetUp {
        account: account_of(act.cx(), subscriber)?,
        audience: None,
        contract: Contract::Aps,
        callback,
        patterns: interest.patterns(),
        query: Some(interest.written()?),
        secret,
    };
    let made = listener::set_up(act, command).map_err(in_words_of_the_bus)?;
    let mut told = told(&made.listener)?;
    told.insert("secret".to_owned(), json!(made.secret.text()));
    Ok(shown(Value::Object(told)))
}

/// What a request wants to hear of.
fn interest(cx: Cx<'_>, subscriber: &dyn Thing, body: &Value) -> Result<Interest, Error> {
    let source = body.get("source").unwrap_or(&Value::Null);
    let (named, id) = (text(source, "type"), text(source, "id"));
    let source = id.map(|it| found(cx, it)).transpose()?;
    let kind = match (named, &source) {
        (Some(named), _) => named,
        (None, Some(source)) => source.kind().about().id,
        (None, None) => {
            let message = "must have a `type` or an `id`";
            return Err(Invalid::one("/source", "required", message).into());
        }
    };
    if kind.len() > TYPE_BYTES_MAX {
        let message = format!("must have at most {TYPE_BYTES_MAX} bytes");
        return Err(Invalid::one("/source/type", "length", message).into());
    }
    let kinds = registry::implementing(kind);
    if kinds.is_empty() {
        let message = format!("`{kind}` is no type of this bus");
        return Err(Invalid::one("/source/type", "unknown_type", message).into());
    }
    if source.as_ref().is_some_and(|it| !it.kind().about().is_a(kind)) {
        let message = format!("must be the id of a resource of type `{kind}`");
        return Err(Invalid::one("/source/id", "type", message).into());
    }
    let relation = text(body, "relation");
    if relation
        .is_some_and(|name| !kinds.iter().any(|it| it.links().iter().any(|it| it.name == name)))
    {
        let message = format!("is no relation of `{kind}`");
        return Err(Invalid::one("/relation", "unknown_property", message).into());
    }
    Ok(Interest {
        subscriber: subscriber.head(cx)?.id,
        event: event::Event::of(text(body, "event").unwrap_or_default())?,
        kind: kind.to_owned(),
        id: source.map(|it| it.head(cx)).transpose()?.map(|it| it.id),
        relation: relation.map(str::to_owned),
    })
}

fn found(cx: Cx<'_>, id: &str) -> Result<Box<dyn Thing>, Error> {
    let found = Uuid::try_parse(id).ok().map(|id| registry::find(cx, id)).transpose()?.flatten();
    let missing = || Invalid::one("/source/id", "reference", format!("`{id}` is not there"));
    found.ok_or_else(|| missing().into())
}

/// The account whose events a resource hears: its own, or that of who has it.
fn account_of(cx: Cx<'_>, subscriber: &dyn Thing) -> Result<Option<AccountId>, Error> {
    if subscriber.kind().about().is(account::ID) {
        return Ok(Some(AccountId::from_uuid(subscriber.head(cx)?.id)));
    }
    let ways = ["paAccount", "account", "organization", "vendor"];
    let Some(way) = ways.into_iter().find(|it| subscriber.has(it)) else { return Ok(None) };
    Ok(subscriber.targets(cx, way)?.first().copied().map(AccountId::from_uuid))
}

fn in_words_of_the_bus(error: Error) -> Error {
    renamed(error, &[("/callback", "/handler"), ("/account", "/aps/id")])
}

/// `GET …/aps/subscriptions`: those that the caller may see.
pub(super) fn list(cx: Cx<'_>, subscriber: &dyn Thing) -> Result<Answer, Error> {
    must_read(cx)?;
    let mut told_of = Vec::new();
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    let (account, id) = (account_of(cx, subscriber)?, subscriber.head(cx)?.id);
    loop {
        let found = listener::list(cx, (account, None), &page)?;
        for it in found.items.iter().filter(|it| is_of(it, id)) {
            told_of.push(Value::Object(told(it)?));
        }
        page.after = found.next;
        if page.after.is_none() {
            return Ok(shown(Value::Array(told_of)));
        }
    }
}

fn must_read(cx: Cx<'_>) -> Result<(), Error> {
    let permission = Permission::ListenerRead;
    if cx.actor.may_at_all(permission) { Ok(()) } else { Err(Error::Forbidden { permission }) }
}

/// `GET …/aps/subscriptions/{id}`.
pub(super) fn show(cx: Cx<'_>, subscriber: &dyn Thing, id: &str) -> Result<Answer, Error> {
    must_read(cx)?;
    let found = find(cx, subscriber, id)?;
    Ok(shown(Value::Object(told(&found)?)))
}

/// `DELETE …/aps/subscriptions/{id}`: what it has not heard it never will.
pub(super) fn delete(act: &mut Act<'_>, subscriber: &dyn Thing, id: &str) -> Result<Answer, Error> {
    let found = find(act.cx(), subscriber, id)?;
    listener::delete(act, found.id)?;
    Ok(nothing())
}

fn find(cx: Cx<'_>, subscriber: &dyn Thing, id: &str) -> Result<Listener, Error> {
    let missing = || Error::not_found(id.chars().take(80).collect::<String>());
    let uuid = Uuid::try_parse(id).map_err(|_| missing())?;
    let found: Option<Listener> = cx.find(ListenerId::from_uuid(uuid))?;
    let of = subscriber.head(cx)?.id;
    found.filter(|it| is_of(it, of)).ok_or_else(missing)
}

/// Whether a listener is a subscription of a resource.
fn is_of(it: &Listener, subscriber: Uuid) -> bool {
    Interest::of(it).is_ok_and(|it| it.is_some_and(|it| it.subscriber == subscriber))
}

/// A subscription as the bus shows it.
fn told(it: &Listener) -> Result<Map<String, Value>, Error> {
    let interest = Interest::of(it)?;
    let interest = interest.ok_or_else(|| Error::internal("a listener of another contract"))?;
    let mut source = json!({ "type": interest.kind });
    if let Some(id) = interest.id {
        source["id"] = json!(id);
    }
    let mut told = Map::new();
    told.insert("id".to_owned(), json!(it.id.uuid()));
    told.insert("event".to_owned(), json!(interest.event.word()));
    told.insert("source".to_owned(), source);
    if let Some(relation) = interest.relation {
        told.insert("relation".to_owned(), json!(relation));
    }
    told.insert("handler".to_owned(), json!(it.wish().callback.as_str()));
    Ok(told)
}
