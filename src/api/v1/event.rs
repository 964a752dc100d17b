//! `/events`: what happened to which thing, by whom, and what of the thing was changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::entity::{self, Sides};
use super::route::{Needs, Route, read_much};
use super::wire::{List, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::event::{Cause, Fact, Verb};
use crate::domain::id::Kind;
use crate::domain::operator::Permission;
use crate::domain::word::WordError;
use crate::services::event::{self, Filter};
use crate::services::{Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::AuditRead);
    vec![read_much("/events", reads, "Who did what, and when", list)]
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
struct AuditEvent {
    /// Its place among all that happened: rises with time and has no gaps.
    sequence: u64,
    at: String,
    /// `subscription.activated`.
    name: String,
    subject: EventSubject,
    /// Whose the thing is.
    account: Option<String>,
    cause: EventCause,
    /// The request that it belongs to, as in the server's log; empty for the house itself.
    request: String,
    /// What of the thing was changed; nothing of things that have no form here.
    changes: Vec<EventChange>,
}

impl Wire for AuditEvent {}

/// The thing that something happened to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct EventSubject {
    /// `subscription`, as in the event's name.
    pub(super) kind: String,
    pub(super) id: String,
    /// What people call it: its name, or the number on it.
    pub(super) label: String,
}

/// Who caused it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventCause {
    /// `user`, `duty` or `door`.
    kind: &'static str,
    /// The user, if it was one.
    id: Option<String>,
    /// The name of the user, if the caller may see it, of the duty, or of the door.
    label: Option<String>,
}

impl EventCause {
    pub(super) fn of(cx: Cx<'_>, it: &Cause) -> Result<Self, Error> {
        let label = event::cause_name(cx, it)?;
        Ok(match it {
            Cause::User(id) => Self { kind: "user", id: Some(id.to_string()), label },
            Cause::Duty(_) => Self { kind: "duty", id: None, label },
            Cause::Door(_) => Self { kind: "door", id: None, label },
        })
    }
}

/// A value that was changed.
#[derive(Debug, Serialize, ToSchema)]
struct EventChange {
    /// Where it stands in the thing as its resource shows it, as a JSON pointer: `/address/city`.
    path: String,
    /// Nothing if it was not there.
    before: Option<Value>,
    /// Nothing if it is not there any more.
    after: Option<Value>,
}

/// What is different in a thing with each change, and so says nothing.
const UNTOLD: [&str; 2] = ["/revision", "/changed_at"];

/// The paths at which two sides of a thing differ.
fn changes(sides: &Sides) -> Vec<EventChange> {
    let leaves = |side: &Option<Value>| {
        let mut leaves = BTreeMap::new();
        side.iter().for_each(|it| flatten(String::new(), it, &mut leaves));
        leaves
    };
    let (mut before, after) = (leaves(&sides.before), leaves(&sides.after));
    let mut found = Vec::new();
    for (path, after) in after {
        let before = before.remove(&path);
        if before.as_ref() != Some(&after) {
            found.push(EventChange { path, before, after: Some(after) });
        }
    }
    let gone = before.into_iter();
    found.extend(gone.map(|(path, it)| EventChange { path, before: Some(it), after: None }));
    found.retain(|it| !UNTOLD.contains(&it.path.as_str()));
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// The values in a tree by their paths; what is empty or `null` is not there.
fn flatten(path: String, it: &Value, to: &mut BTreeMap<String, Value>) {
    match it {
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            to.insert(path, it.clone());
        }
        Value::Array(all) => {
            for (place, it) in all.iter().enumerate() {
                flatten(format!("{path}/{place}"), it, to);
            }
        }
        Value::Object(all) => {
            for (name, it) in all {
                let name = name.replace('~', "~0").replace('/', "~1");
                flatten(format!("{path}/{name}"), it, to);
            }
        }
    }
}

/// The paths of first rank at which two sides differ: `address`, `name`.
pub(super) fn changed_fields(sides: &Sides) -> Vec<String> {
    let first = |it: EventChange| it.path.split('/').nth(1).unwrap_or_default().to_owned();
    let mut fields: Vec<_> = changes(sides).into_iter().map(first).collect();
    fields.dedup();
    fields
}

/// The thing that a fact is about, called as it is called on the newer side.
pub(super) fn subject(fact: &Fact, sides: &Sides) -> EventSubject {
    let id = fact.subject.to_string();
    let label = sides.after.as_ref().or(sides.before.as_ref()).and_then(label);
    EventSubject { kind: fact.subject.kind.noun(), label: label.unwrap_or_else(|| id.clone()), id }
}

/// What people call a thing: by its name, else its address for mails, its code, its number.
fn label(it: &Value) -> Option<String> {
    ["name", "email", "code", "number"].iter().find_map(|field| match it.get(field)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(texts) => {
            let text = texts.get("en").or_else(|| texts.values().next())?;
            text.as_str().map(str::to_owned)
        }
        Value::Null | Value::Bool(_) | Value::Array(_) => None,
    })
}

impl AuditEvent {
    fn of(cx: Cx<'_>, fact: &Fact) -> Result<Self, Error> {
        let sides = entity::sides_with_settings(fact)?;
        Ok(Self {
            sequence: fact.sequence,
            at: fact.at.to_string(),
            name: fact.name(),
            subject: subject(fact, &sides),
            account: fact.owner.map(|it| it.to_string()),
            cause: EventCause::of(cx, &fact.cause)?,
            request: fact.request.clone(),
            changes: changes(&sides),
        })
    }
}

/// Which events are wanted; all that the caller may see if nothing is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EventQuery {
    /// What happened to one thing, by its id.
    subject: Option<String>,
    /// What happened to the things of an account.
    account: Option<String>,
    /// What happened to things of a kind: `invoice`.
    kind: Option<String>,
    /// What happened in this way: `issued`.
    verb: Option<String>,
    /// What happened after the event with this `sequence`; the oldest is told first then.
    after: Option<String>,
}

fn none_of(parameter: &str, text: &str, all: impl Iterator<Item = String>) -> Invalid {
    let all: Vec<_> = all.collect();
    let all: Vec<_> = all.iter().map(String::as_str).collect();
    Invalid::one(parameter, "enum", WordError::new(text, &all).to_string())
}

impl EventQuery {
    fn read(&self) -> Result<Filter, Invalid> {
        let kind = |text: &str| {
            let kind = Kind::ALL.iter().copied().find(|it| it.noun() == text);
            let nouns = Kind::ALL.iter().map(|it| it.noun());
            kind.ok_or_else(|| none_of("kind", text, nouns))
        };
        let verb = |text: &str| {
            let verb = Verb::ALL.iter().copied().find(|it| it.name() == text);
            let names = Verb::ALL.iter().map(|it| it.name().to_owned());
            verb.ok_or_else(|| none_of("verb", text, names))
        };
        let after = |text: &str| {
            let message = "must be the `sequence` of an event";
            text.parse().map_err(|_| Invalid::one("after", "format", message))
        };
        Ok(Filter {
            subject: self.subject.as_deref().map(|it| parse("subject", it)).transpose()?,
            account: parse_optional("account", self.account.as_deref())?,
            kind: self.kind.as_deref().map(kind).transpose()?,
            verb: self.verb.as_deref().map(verb).transpose()?,
            after: self.after.as_deref().map(after).transpose()?,
        })
    }
}

fn list(cx: Cx<'_>, call: &Call, query: EventQuery) -> Result<Reply<List<AuditEvent>>, Error> {
    let page = event::audit(cx, &query.read()?, &call.page)?;
    Ok(Reply::ok(List::each(page, |it| AuditEvent::of(cx, &it))?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: Value, after: Value) -> Vec<String> {
        let sides = Sides { before: Some(before), after: Some(after) };
        let shown = |it: &Option<Value>| it.as_ref().map_or("-".to_owned(), Value::to_string);
        let line =
            |it: EventChange| format!("{} {} {}", it.path, shown(&it.before), shown(&it.after));
        changes(&sides).into_iter().map(line).collect()
    }

    #[test]
    fn what_differs_is_told_by_its_path() {
        let before =
            json!({ "revision": 1, "name": "A", "all": [1, 2], "in": { "a/b": 1, "c": null } });
        let after =
            json!({ "revision": 2, "name": "B", "all": [1], "in": { "a/b": 1, "c": true } });
        assert_eq!(told(before, after), ["/all/1 2 -", "/in/c - true", "/name \"A\" \"B\""]);
        assert!(told(json!({ "changed_at": 1 }), json!({ "changed_at": 2 })).is_empty());
    }

    #[test]
    fn a_thing_is_called_by_its_name_or_else_its_number() {
        assert_eq!(label(&json!({ "number": 7, "name": "Acme" })).as_deref(), Some("Acme"));
        assert_eq!(
            label(&json!({ "name": { "de": "Post", "en": "Mail" } })).as_deref(),
            Some("Mail")
        );
        assert_eq!(label(&json!({ "number": "INV-1", "name": null })).as_deref(), Some("INV-1"));
        assert_eq!(label(&json!({ "id": "quo_1" })), None);
    }
}
