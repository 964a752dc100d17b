//! What the bus says of itself: types, packages, the controller.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::bus::{Asked, shown};
use super::identity::{PACKAGE, package as reference};
use super::kind::AnyKind;
use super::list;
use super::registry::{self, KINDS};
use super::route::Work;
use super::rql::{Problem, Query, Reads};
use crate::api::edge::fault::Fault;
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

/// `GET /aps/2/types`, of which a filter can ask for those that implement a type, or that a type
/// is derived from.
pub(super) fn types(asked: &Asked, rest: &[&str]) -> Result<Work, Fault> {
    if !rest.is_empty() {
        return Err(Error::not_found(rest.join("/")).into());
    }
    let query = list::query(&asked.query)?;
    for path in query.paths() {
        let is_known = matches!(path.names.as_slice(), [name] if FIELDS.contains(&name.as_str()));
        let unknown = || Problem::NoProperty(path.to_string()).at(path.at).to_string();
        if !is_known {
            return Err(Invalid::one("query", "property", unknown()).into());
        }
    }
    let filtering = Query { filter: query.filter.clone(), ..Query::default() };
    if query != filtering {
        let message = "can only filter types";
        return Err(Invalid::one("query", "format", message).into());
    }
    Ok(Work::reads(move |_| {
        let mut found = Vec::new();
        for kind in KINDS.iter().map(|it| Type(*it)) {
            let holds = query.filter.as_ref().map(|it| it.holds(&kind)).transpose()?;
            found.extend(holds.unwrap_or(true).then(|| kind.shown()));
        }
        Ok(shown(Value::Array(found)))
    }))
}

/// What a list says of a type.
const FIELDS: [&str; 3] = ["id", "name", "href"];

/// A type as a filter looks at it.
struct Type(&'static dyn AnyKind);

impl Type {
    fn shown(&self) -> Value {
        let about = self.0.about();
        let href = format!("/aps/2/types/{}", about.number);
        json!({ "id": about.id, "name": about.name, "href": href })
    }
}

impl Reads for Type {
    fn read(&self, path: &[String]) -> Result<Vec<Value>, Error> {
        Ok(path.first().map(|name| self.shown()[name].clone()).into_iter().collect())
    }

    fn implements(&self, name: &str) -> bool {
        self.0.about().is_a(name)
    }

    fn composes(&self, name: &str) -> bool {
        registry::kind(name).is_some_and(|it| it.about().is_a(self.0.about().id))
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
