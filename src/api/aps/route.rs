//! Which request is which: from method and path to what is to be done.

use axum::http::Method;

use super::bus::Asked;
use super::operation::Said;
use super::{list, platform, resource, service};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::{Job, Work};

/// What a request asks for. A slash at the end of a path says nothing.
pub(super) fn job(mut asked: Asked) -> Result<Job, Fault> {
    let path = std::mem::take(&mut asked.path);
    let segments: Vec<_> = path.split('/').filter(|it| !it.is_empty()).collect();
    let (once, author) = (asked.once.take(), asked.author());
    let work = match segments.as_slice() {
        ["aps"] => platform::about(&asked)?,
        ["aps", "2", rest @ ..] => below(asked, rest, &path)?,
        _ => return Err(Fault::NoRoute { path }),
    };
    Ok(Job { work, once, author })
}

fn below(asked: Asked, segments: &[&str], path: &str) -> Result<Work, Fault> {
    let no_route = || Fault::NoRoute { path: path.to_owned() };
    match (segments, &asked.method) {
        (["resources"], &Method::GET) => list::all(asked),
        (["resources"], &Method::POST) => resource::create(asked),
        (["resources"], &Method::PUT) => resource::change(asked, None),
        (["resources", id], _) => resource::one(asked, id),
        (["resources", id, rest @ ..], _) => resource::part(asked, id, rest),
        (["collections", alias], &Method::GET) => list::collection(asked, alias),
        (["types", rest @ ..], &Method::GET) => platform::types(&asked, rest),
        (["packages", id], &Method::GET) => platform::package(id),
        (["services", alias, rest @ ..], _) => service::call(asked, alias, rest),
        (["resources" | "types", ..] | ["collections" | "packages", _], _) => {
            Err(Fault::NoMethod { method: asked.method.to_string() })
        }
        _ => Err(no_route()),
    }
}

/// What was said with a call, for an operation whose path has these parameters.
pub(super) fn said(asked: Asked, path: std::collections::BTreeMap<&'static str, String>) -> Said {
    Said { path, query: asked.query, body: asked.body }
}
