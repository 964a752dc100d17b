//! What clients publish in topics that they wrote down (TMF688).
//!
//! The last event of a topic stands in its document, so that each is a fact of it: told to who listens to
//! the topic, read in the audit, and forgotten like every other fact.

use serde_json::{Value, json};

use super::entity::tree;
use super::form;
use super::list::Found;
use super::path::Path;
use super::query::Query;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use super::wire::{self, Part, Place};
use crate::api::edge::work::Work;
use crate::domain::document::Document;
use crate::domain::error::Invalid;
use crate::domain::event::Fact;
use crate::domain::id::{DocumentId, Id, Kind, Subject};
use crate::domain::page::PageRequest;
use crate::domain::time::Instant;
use crate::services::dialect::Message;
use crate::services::document::{self, Customer, Text};
use crate::services::idempotency::Answer;
use crate::services::{Cx, Error, event};

/// What topics are kept as.
pub(super) const TOPICS: Registered = Registered("topic");
/// Where in the document of a topic its last event is.
pub(super) const LAST: &str = "@lastEvent";
/// So many pages of what happened to a topic are looked at for its events.
const PAGES_MAX: usize = 10;

/// An event as a body says it.
const EVENT: Resource = Resource::of("event", &TOPICS);

fn missing(id: &str) -> Error {
    Error::not_found(id.chars().take(80).collect::<String>())
}

/// The topic with an id that somebody wrote down.
///
/// # Errors
/// If there is none for the caller.
pub(super) fn topic(cx: Cx<'_>, id: &str) -> Result<Document, Error> {
    let found = id.parse::<DocumentId>().ok();
    let found = found.map(|it| document::find(cx, TOPICS.0, it)).transpose()?.flatten();
    found.ok_or_else(|| missing(id))
}

fn said(of: &Document) -> Result<Tree, Error> {
    Ok(tree(serde_json::from_slice(of.body()).map_err(Error::internal)?))
}

/// Publishes an event in a topic.
pub(super) fn publish(
    id: String,
    (body, place, now): (Value, Place, Instant),
) -> Result<Work, Invalid> {
    let mut event = form::made(&EVENT, body, now)?;
    Ok(Work::writes(move |act| {
        let topic = topic(act.cx(), &id)?;
        let mut kept = said(&topic)?;
        let id = act.new_id::<DocumentId>().uuid().to_string();
        event.entry("eventId").or_insert_with(|| json!(id));
        event.entry("eventTime").or_insert_with(|| json!(now.to_string()));
        event.insert("id".to_owned(), json!(id));
        must_fit(&kept, &event)?;
        kept.insert(LAST.to_owned(), Value::Object(event.clone()));
        let body = serde_json::to_vec(&kept).map_err(Error::internal)?;
        let text =
            Text { name: topic.name().clone(), state: None, body, customer: Customer::AsBefore };
        document::revise(act, (TOPICS.0, topic.id), text)?;
        Ok(wire::created(place.linked(event), None))
    }))
}

/// Refuses an event that the queries of its topic keep out of it.
fn must_fit(topic: &Tree, event: &Tree) -> Result<(), Error> {
    let content = event.get("event").cloned().unwrap_or_else(|| json!({}));
    for (name, of) in [("contentQuery", content), ("headerQuery", Value::Object(event.clone()))] {
        let Some(query) = topic.get(name).and_then(Value::as_str) else { continue };
        let read = Query::read(query).map_err(|it| Invalid::one(name, "format", it.to_string()))?;
        if !read.filter.accepts(&of) {
            let message = format!("does not fit `{query}`, which the topic has as its `{name}`");
            return Err(Invalid::one("event", "query", message).into());
        }
    }
    Ok(())
}

/// The event of which a fact tells, if it does.
fn told(fact: &Fact) -> Result<Option<Tree>, Error> {
    let last = |side: &Option<Vec<u8>>| -> Result<Option<Value>, Error> {
        let Some(side) = side else { return Ok(None) };
        let it: Document = event::read(side)?;
        let is_topic = it.sort().key == TOPICS.0;
        Ok(if is_topic { said(&it)?.remove(LAST) } else { None })
    };
    if fact.subject.kind != Kind::Document {
        return Ok(None);
    }
    let (before, after) = (last(&fact.before)?, last(&fact.after)?);
    Ok(after.filter(|it| before.as_ref() != Some(it)).map(tree))
}

/// What who listens to a topic is told of a fact.
pub(super) fn messages(
    (code, public): (&str, &str),
    (fact, query): (&Fact, &Query),
) -> Result<Vec<Message>, Error> {
    let Some(event) = told(fact)?.filter(|_| fact.subject.uuid.to_string() == code) else {
        return Ok(Vec::new());
    };
    let base = super::table::topics().base;
    let list = format!("{}{base}/topic/{code}/event", public.trim_end_matches('/'));
    let event = Place { list }.linked(event);
    if !query.filter.accepts(&event) {
        return Ok(Vec::new());
    }
    let event = match &query.fields {
        Some(fields) => Path::pruned(&event, fields, &["id", "href", "eventId", "eventType"]),
        None => event,
    };
    let body = serde_json::to_vec(&event).map_err(Error::internal)?;
    Ok(vec![Message { id: event::id(fact), body }])
}

/// The last events of a topic, the newest first.
fn all(cx: Cx<'_>, topic: &Document) -> Result<Vec<Tree>, Error> {
    let subject = Subject { kind: Kind::Document, uuid: topic.id.uuid() };
    let filter = event::Filter { subject: Some(subject), ..event::Filter::default() };
    let mut page = PageRequest::first(PageRequest::LIMIT_MAX);
    let mut events = Vec::new();
    for _ in 0..PAGES_MAX {
        let some = event::audit(cx, &filter, &page)?;
        for fact in &some.items {
            if !event::repeats(cx, fact)? {
                events.extend(told(fact)?);
            }
        }
        page.after = some.next;
        if page.after.is_none() {
            break;
        }
    }
    Ok(events)
}

/// The events of a topic that somebody wrote down.
pub(super) fn events(
    cx: Cx<'_>,
    id: &str,
    (query, place): (&Query, &Place),
) -> Result<Answer, Error> {
    let mut found = Found::of(query);
    for it in all(cx, &topic(cx, id)?)? {
        found.offer(place.linked(it))?;
    }
    found.must_be_sortable("event")?;
    let part = Part { offset: query.offset, limit: query.limit, total: found.total() };
    Ok(wire::listed(found.part(), query.fields.as_deref(), part, (place, &query.rest)))
}

/// One event of a topic that somebody wrote down.
pub(super) fn event_of(
    cx: Cx<'_>,
    (of, id): (&str, &str),
    (query, place): (&Query, &Place),
) -> Result<Answer, Error> {
    let is = |it: &Tree| it.get("id").and_then(Value::as_str) == Some(id);
    let found = all(cx, &topic(cx, of)?)?.into_iter().find(is).ok_or_else(|| missing(id))?;
    Ok(wire::shown(place.linked(found), query.fields.as_deref()))
}

/// The code under which who listens to a topic is kept.
pub(super) fn code(cx: Cx<'_>, id: &str) -> Result<String, Error> {
    Ok(topic(cx, id)?.id.uuid().to_string())
}
