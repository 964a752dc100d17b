//! Services of the platform, by their aliases: `/aps/2/services/{alias}`.

use axum::http::Method;
use serde_json::json;
use uuid::Uuid;

use super::anatomy::time;
use super::bus::{Asked, nothing, shown};
use super::identity::package;
use super::operation::{Call, Operations, Service, Way, answer};
use super::registry::SERVICES;
use super::route::said;
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::services::{Error, account};

/// What is asked of a service: itself, or an operation.
pub(super) fn call(asked: Asked, alias: &str, rest: &[&str]) -> Result<Work, Fault> {
    let Some(service) = SERVICES.iter().copied().find(|it| it.alias == alias) else {
        return Err(Error::not_found(alias).into());
    };
    of(asked, service, rest)
}

/// The service whose resource has an id.
pub(super) fn with_id(id: Uuid) -> Option<&'static Service> {
    SERVICES.iter().copied().find(|it| it.id == id)
}

/// What is asked of a service, by its alias or by the id of its resource.
pub(super) fn of(asked: Asked, service: &'static Service, rest: &[&str]) -> Result<Work, Fault> {
    if rest.is_empty() {
        return itself(&asked, service);
    }
    let calls = service.operations.calls();
    let fits = |it: &&&'static Call| it.matches(rest).is_some();
    let mut fitting = calls.iter().filter(fits).peekable();
    if fitting.peek().is_none() {
        return Err(Error::not_found(rest.join("/")).into());
    }
    let Some(call) = fitting.find(|it| it.verb.word() == asked.method.as_str()) else {
        return Err(Fault::NoMethod { method: asked.method.to_string() });
    };
    if !asked.actor.may_at_all(call.needs) {
        return Err(Error::Forbidden { permission: call.needs }.into());
    }
    asked.actor.must_operate(service.kind, call.verb.word()).map_err(Error::from)?;
    call.check(&asked.body)?;
    let said = said(asked, call.matches(rest).unwrap_or_default());
    let name = match call.unless {
        Some((flag, other)) if said.flag(flag)? == Some(true) => other,
        Some(_) | None => call.name,
    };
    let operations = &service.operations;
    Ok(match operations.way(name) {
        Some(Way::Writes) => Work::writes(move |act| operations.write(act, None, (name, &said))),
        Some(Way::Works(labour)) => {
            Work::works(move |bss, author| labour(bss, author, &said).map(answer))
        }
        Some(Way::Reads) | None => Work::scans(move |cx| {
            Ok(operations.read(cx, None, (name, &said))?.unwrap_or_else(nothing))
        }),
    })
}

fn itself(asked: &Asked, service: &'static Service) -> Result<Work, Fault> {
    if asked.method != Method::GET {
        return Err(Fault::NoMethod { method: asked.method.to_string() });
    }
    Ok(Work::reads(move |cx| {
        // It is there since the appliance was set up.
        let since = account::provider(cx)?.stamp.created_at;
        let aps = json!({
            "type": service.kind,
            "id": service.id,
            "status": "aps:ready",
            "revision": 1,
            "modified": time(since),
            "schema": format!("/aps/2/types/{}", service.number),
            "package": package(),
        });
        Ok(shown(json!({ "aps": aps })))
    }))
}
