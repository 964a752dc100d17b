//! What the bus says of itself: types, packages, the controller.

use axum::http::Method;
use serde_json::json;
use uuid::Uuid;

use super::bus::{Asked, shown};
use super::identity::{PACKAGE, package as reference};
use super::registry::KINDS;
use super::route::Work;
use crate::api::edge::fault::Fault;
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

/// `GET /aps/2/types`.
pub(super) fn types(_: &Asked, rest: &[&str]) -> Result<Work, Fault> {
    match rest {
        [] => {
            let all = KINDS.iter().map(|it| {
                let about = it.about();
                json!({ "id": about.id, "name": about.name, "href": format!("/aps/2/types/{}", about.number) })
            });
            let all = serde_json::Value::Array(all.collect());
            Ok(Work::reads(move |_| Ok(shown(all))))
        }
        _ => Err(Error::not_found(rest.join("/")).into()),
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
