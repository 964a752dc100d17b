//! What the body of a request says of a resource, held against the properties of its type.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::kind::{AnyKind, Body, Thing};
use super::property::{Access, Need, Shade, Trait};
use super::registry;
use super::relation::{Link, Many};
use crate::domain::error::{Invalid, Violation};
use crate::services::{Cx, Error};

/// A resource as a request has it: the `aps` section apart from what it says.
#[derive(Debug, Clone)]
pub(super) struct Element {
    /// The type, if it is said.
    pub(super) kind: Option<String>,
    /// The id, if it is said.
    pub(super) id: Option<Uuid>,
    /// The properties and links.
    pub(super) body: Body,
}

impl Element {
    /// Reads an element.
    pub(super) fn read(value: &Value) -> Result<Self, Invalid> {
        let Some(object) = value.as_object() else {
            return Err(Invalid::one("/", "type", "must be an object"));
        };
        let mut body = object.clone();
        let section = match body.remove("aps") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(section)) => section,
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                return Err(Invalid::one("/aps", "type", "must be an object"));
            }
        };
        let kind = text(&section, "type")?;
        let id = text(&section, "id")?.map(|it| uuid("/aps/id", it)).transpose()?;
        Ok(Self { kind: kind.map(str::to_owned), id, body })
    }

    /// The type that is named, which must be one of ours.
    pub(super) fn known_kind(&self) -> Result<&'static dyn AnyKind, Invalid> {
        let Some(named) = &self.kind else {
            return Err(Invalid::one("/aps/type", "required", "must be given"));
        };
        registry::kind(named).ok_or_else(|| {
            Invalid::one("/aps/type", "unknown_type", format!("`{named}` is no type of this bus"))
        })
    }

    /// Refuses a type that is not the one of the resource.
    pub(super) fn must_be(&self, kind: &dyn AnyKind) -> Result<(), Invalid> {
        let about = kind.about();
        match &self.kind {
            Some(named) if !about.is_a(named) => {
                Err(Invalid::one("/aps/type", "type", format!("must be `{}`", about.id)))
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn text<'a>(section: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Invalid> {
    match section.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Err(Invalid::one(format!("/aps/{name}"), "type", "must be a string"))
        }
    }
}

fn uuid(at: &str, text: &str) -> Result<Uuid, Invalid> {
    Uuid::try_parse(text).map_err(|_| Invalid::one(at, "format", "must be a UUID"))
}

/// The id that a link in a body names: `{"aps": {"id": "…"}}`.
pub(super) fn link_id(at: &str, value: &Value) -> Result<Uuid, Invalid> {
    let id = value.get("aps").and_then(|it| it.get("id")).and_then(Value::as_str);
    let place = if at.is_empty() { "/" } else { at };
    let wanted = || Invalid::one(place, "type", "must be `{\"aps\": {\"id\": \"<id>\"}}`");
    uuid(&format!("{at}/aps/id"), id.ok_or_else(wanted)?)
}

/// What stands in a body for a name of the type.
enum Named {
    Property(&'static Trait),
    Link(&'static Link),
}

fn named(kind: &dyn AnyKind, name: &str) -> Option<Named> {
    let property = kind.traits().into_iter().find(|it| it.name == name);
    let link = || kind.links().into_iter().find(|it| it.name == name);
    property.map(Named::Property).or_else(|| link().map(Named::Link))
}

fn unknown(kind: &dyn AnyKind, name: &str) -> Violation {
    let what = format!("is no property or link of `{}`", kind.about().id);
    Violation::new(format!("/{name}"), "unknown_property", what)
}

/// Refuses a body from which no resource of a type can be made.
pub(super) fn check_new(kind: &dyn AnyKind, body: &Body) -> Result<(), Invalid> {
    let mut found = Vec::new();
    for (name, value) in body {
        let at = format!("/{name}");
        match named(kind, name) {
            None => found.push(unknown(kind, name)),
            Some(Named::Link(link)) => found.extend(link_violations(link, &at, value)),
            Some(Named::Property(it)) if it.access == Access::ReadOnly => {
                found.push(Violation::new(at, "read_only", "is for the platform to say"));
            }
            Some(Named::Property(it)) if value.is_null() && it.need == Need::Optional => {}
            Some(Named::Property(it)) => found.extend(it.form.violations(&at, value)),
        }
    }
    let needed = kind.traits().into_iter().filter(|it| it.need == Need::Required);
    let missing = needed.filter(|it| !body.contains_key(it.name));
    found.extend(
        missing.map(|it| Violation::new(format!("/{}", it.name), "required", "must be given")),
    );
    Invalid::unless_empty(found)
}

fn link_violations(link: &Link, at: &str, value: &Value) -> Vec<Violation> {
    if link.at_birth == super::relation::Birth::Settled {
        return vec![Violation::new(at, "read_only", "is for the platform to link")];
    }
    let ids: Vec<_> = match (link.many, value.as_array()) {
        (Many::Any, Some(all)) => {
            let places = all.iter().enumerate();
            places.map(|(n, it)| link_id(&format!("{at}/{n}"), it)).collect()
        }
        (Many::Any, None) => return vec![Violation::new(at, "type", "must be an array")],
        (Many::One, _) => vec![link_id(at, value)],
    };
    ids.into_iter().filter_map(Result::err).flat_map(|it| it.violations).collect()
}

/// What is to become of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tying {
    /// It no longer leads here.
    Loose(Uuid),
    /// It leads here; to the resource at a place among others, if the body names several.
    Fast(Uuid, Option<usize>),
}

/// What a body changes of a resource.
pub(super) struct Changes {
    /// The properties that are to be other than they are.
    pub(super) properties: Body,
    /// The links that are to lead elsewhere, and where.
    pub(super) links: Vec<(&'static Link, Tying)>,
}

/// What a body changes of a resource: properties that are other than they are, and links that lead
/// elsewhere. What is sent back as it was read is no change; what may not be changed is refused.
pub(super) fn changes(cx: Cx<'_>, thing: &dyn Thing, body: &Body) -> Result<Changes, Error> {
    let (mut properties, mut links, mut found) = (Body::new(), Vec::new(), Vec::new());
    for (name, value) in body {
        let at = format!("/{name}");
        match named(thing.kind(), name) {
            None => found.push(unknown(thing.kind(), name)),
            Some(Named::Link(link)) => {
                let ties = other_ends(cx, thing, link, value)?.into_iter();
                links.extend(ties.map(|it| (link, it)));
            }
            Some(Named::Property(it)) if is_as_read(cx, thing, it, value)? => {}
            Some(Named::Property(it)) => {
                let violations = property_violations(it, &at, value);
                if violations.is_empty() {
                    properties.insert(name.clone(), value.clone());
                }
                found.extend(violations);
            }
        }
    }
    Invalid::unless_empty(found)?;
    Ok(Changes { properties, links })
}

fn property_violations(it: &Trait, at: &str, value: &Value) -> Vec<Violation> {
    match it.access {
        Access::ReadOnly => vec![Violation::new(at, "read_only", "is for the platform to say")],
        Access::Final => vec![Violation::new(at, "final", "is said once, at creation")],
        Access::Open if value.is_null() && it.need == Need::Optional => Vec::new(),
        Access::Open => it.form.violations(at, value),
    }
}

/// Whether a value is what a client reads in a property.
fn is_as_read(cx: Cx<'_>, thing: &dyn Thing, it: &Trait, value: &Value) -> Result<bool, Error> {
    match it.shade {
        Shade::Told => Ok(thing.property(cx, it.name)? == *value),
        Shade::Masked => Ok(value.as_str() == Some(super::property::MASK)),
    }
}

/// What is to become of a link for it to lead where a body says. What is sent back as it was read is
/// no change: the stub of a collection, or what a selected link was expanded to, of which the caller
/// has not seen what is not for it to see.
fn other_ends(
    cx: Cx<'_>,
    thing: &dyn Thing,
    link: &'static Link,
    value: &Value,
) -> Result<Vec<Tying>, Error> {
    let at = format!("/{}", link.name);
    let wanted: Vec<_> = match (link.many, value) {
        (Many::Any, Value::Object(_)) if is_stub(value) => return Ok(Vec::new()),
        (Many::Any, Value::Array(all)) => {
            let places = all.iter().enumerate();
            places.map(|(n, it)| link_id(&format!("{at}/{n}"), it)).collect::<Result<_, _>>()?
        }
        (Many::Any, _) => return Err(Invalid::one(at, "type", "must be an array").into()),
        (Many::One, Value::Null) => Vec::new(),
        (Many::One, _) => vec![link_id(&at, value)?],
    };
    let present = if thing.has(link.name) { thing.targets(cx, link.name)? } else { Vec::new() };
    let place = |n: usize| (link.many == Many::Any).then_some(n);
    let new = wanted.iter().enumerate().filter(|it| !present.contains(it.1));
    let new: Vec<_> = new.map(|(n, id)| Tying::Fast(*id, place(n))).collect();
    // One that takes the place of another takes it by itself.
    let is_replaced = link.many == Many::One && !new.is_empty();
    let mut ties = Vec::new();
    for id in present.iter().filter(|it| !is_replaced && !wanted.contains(it)) {
        if registry::target(cx, link, *id)?.is_some() {
            ties.push(Tying::Loose(*id));
        }
    }
    Ok(ties.into_iter().chain(new).collect())
}

/// Whether a value is a collection as a whole resource shows it.
fn is_stub(value: &Value) -> bool {
    value.pointer("/aps/link").and_then(Value::as_str) == Some("collection")
}
