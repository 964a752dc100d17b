//! What the bus says of itself: types, packages, the controller.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::bus::{Asked, shown};
use super::event_subscription::NUMBER;
use super::identity::{PACKAGE, package as reference};
use super::kind::AnyKind;
use super::registry::{self, KINDS, SERVICES};
use super::rql::{Expr, Problem, Query, Reads, Relation};
use super::{list, schema};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::services::Error;

/// `GET /aps`.
pub(super) fn about(asked: &Asked) -> Result<Work, Fault> {
    if asked.method != Method::GET {
        return Err(Fault::NoMethod { method: asked.method.to_string() });
    }
    let controller = json!({
        "name": "Tillbox",
        "version": env!("CARGO_PKG_VERSION"),
        "apsVersion": "2.0",
        "package": reference(),
    });
    Ok(Work::reads(move |_| Ok(shown(controller))))
}

/// `GET /aps/2/types?<RQL>` and `GET /aps/2/types/{number}`.
pub(super) fn types(asked: &Asked, rest: &[&str]) -> Result<Work, Fault> {
    let answer = match rest {
        [] => found(asked)?,
        [number] => numbered(number).ok_or_else(|| Error::not_found(number))?,
        _ => return Err(Error::not_found(rest.join("/")).into()),
    };
    Ok(Work::reads(move |_| Ok(shown(answer))))
}

/// The document of the type with a number.
fn numbered(text: &str) -> Option<Value> {
    let number: u32 = text.parse().ok()?;
    let kind = KINDS.iter().find(|it| it.about().number == number);
    let older = || registry::older().find(|it| it.0.number == number);
    let service = || SERVICES.iter().find(|it| it.number == number);
    let events = || (number == NUMBER).then(schema::of_event_subscriptions);
    kind.map(|it| schema::of_kind(*it))
        .or_else(|| older().map(|(version, kind)| schema::of_version(version, kind)))
        .or_else(|| service().map(|it| schema::of_service(it)))
        .or_else(events)
}

/// The documents of all types for which a filter holds.
fn found(asked: &Asked) -> Result<Value, Fault> {
    let query = list::query(&asked.query)?;
    for path in query.paths() {
        if !matches!(path.names.as_slice(), [name] if ["id", "name"].contains(&name.as_str())) {
            let refused = Problem::NoProperty(path.to_string()).at(path.at);
            return Err(Invalid::one("query", "property", refused.to_string()).into());
        }
    }
    let filtering = Query { filter: query.filter.clone(), ..Query::default() };
    if query != filtering {
        return Err(Invalid::one("query", "format", "can only filter types").into());
    }
    let mut all = Vec::new();
    for document in documents() {
        if query.filter.as_ref().map_or(Ok(true), |it| it.holds(&document))? {
            all.push(document.schema);
        }
    }
    if let (true, Some(Expr::Compare(path, Relation::Equal, id))) = (all.is_empty(), &query.filter)
        && path.names == ["id"]
    {
        // A version of which nothing is known apart is one of the type that covers it.
        let covering = id.text().and_then(registry::kind);
        all.extend(covering.map(schema::of_kind));
    }
    Ok(Value::Array(all))
}

/// The documents of all types.
fn documents() -> impl Iterator<Item = Document> {
    let kinds = KINDS.iter().map(|it| Document::of_kind(*it));
    let older = registry::older().map(|(version, kind)| Document {
        kind: Some(kind),
        schema: schema::of_version(version, kind),
    });
    let services = SERVICES.iter().map(|it| schema::of_service(it));
    let services = services.chain(std::iter::once_with(schema::of_event_subscriptions));
    let services = services.map(|schema| Document { kind: None, schema });
    kinds.chain(older).chain(services)
}

/// A type as a filter looks at it.
struct Document {
    kind: Option<&'static dyn AnyKind>,
    schema: Value,
}

impl Document {
    fn of_kind(kind: &'static dyn AnyKind) -> Self {
        Self { kind: Some(kind), schema: schema::of_kind(kind) }
    }
}

impl Reads for Document {
    fn read(&self, path: &[String]) -> Result<Vec<Value>, Error> {
        let value = path.first().and_then(|it| self.schema.get(it));
        Ok(value.cloned().into_iter().collect())
    }

    fn implements(&self, name: &str) -> bool {
        let all = &self.schema["implements"];
        let is_said = |it: &serde_json::Value| it == name;
        let is_own =
            is_said(&self.schema["id"]) || all.as_array().is_some_and(|it| it.iter().any(is_said));
        is_own || self.kind.is_some_and(|it| it.about().is_a(name))
    }

    fn composes(&self, name: &str) -> bool {
        let own = self.kind.map(|it| it.about().id);
        own.is_some_and(|own| registry::kind(name).is_some_and(|it| it.about().is_a(own)))
    }

    fn is_linked_with(&self, _: &str) -> Result<bool, Error> {
        Ok(false)
    }
}

/// `GET /aps/2/packages/{id}`.
pub(super) fn package(id: &str) -> Result<Work, Fault> {
    match Uuid::try_parse(id) {
        Ok(PACKAGE) => Ok(Work::reads(|_| {
            let version = env!("CARGO_PKG_VERSION");
            Ok(shown(
                json!({ "id": PACKAGE, "name": "Tillbox", "version": version, "release": "1" }),
            ))
        })),
        Ok(_) | Err(_) => Err(Error::not_found(id).into()),
    }
}
