//! What the bus says of itself: types, packages, the controller.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::bus::{Asked, shown};
use super::identity::{PACKAGE, package as reference};
use super::kind::AnyKind;
use super::registry::{self, KINDS, SERVICES};
use super::rql::{Problem, Query, Reads};
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
    let service = || SERVICES.iter().find(|it| it.number == number);
    kind.map(|it| schema::of_kind(*it)).or_else(|| service().map(|it| schema::of_service(it)))
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
    let documents = KINDS.iter().map(|it| Document::of_kind(*it));
    let documents = documents
        .chain(SERVICES.iter().map(|it| Document { kind: None, schema: schema::of_service(it) }));
    let mut all = Vec::new();
    for document in documents {
        if query.filter.as_ref().map_or(Ok(true), |it| it.holds(&document))? {
            all.push(document.schema);
        }
    }
    Ok(Value::Array(all))
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
