//! Lists: all resources, those of one collection, those below a link.

use std::ops::ControlFlow;

use serde_json::Value;
use uuid::Uuid;

use super::anatomy::{Detail, show};
use super::bus::{Asked, shown};
use super::kind::{AnyKind, Breadth, Thing};
use super::registry::{self, KINDS};
use super::relation::Link;
use super::route::Work;
use crate::api::edge::fault::Fault;
use crate::domain::error::Invalid;
use crate::services::idempotency::Answer;
use crate::services::{Cx, Error};

/// So many elements has an answer at most; of more, the first are shown.
const LIMIT: usize = 1000;

/// What a list goes over.
enum Source<'a> {
    /// The resources of some types.
    Kinds(Vec<&'static dyn AnyKind>),
    /// What a link leads to.
    Link(Uuid, &'a str),
}

/// `GET /aps/2/resources?implementing(…)`.
pub(super) fn all(asked: Asked) -> Result<Work, Fault> {
    let seen = |it: &&&'static dyn AnyKind| asked.actor.may_at_all(it.about().reads);
    let kinds = KINDS.iter().filter(seen).copied().collect();
    listed(&asked, kinds)
}

/// `GET /aps/2/collections/{alias}`.
pub(super) fn collection(asked: Asked, alias: &str) -> Result<Work, Fault> {
    let Some(kind) = registry::collection(alias) else {
        return Err(Error::not_found(alias).into());
    };
    let permission = kind.about().reads;
    if !asked.actor.may_at_all(permission) {
        return Err(Error::Forbidden { permission }.into());
    }
    listed(&asked, vec![kind])
}

/// `GET /aps/2/resources/{id}/{relation}`.
pub(super) fn linked(cx: Cx<'_>, id: Uuid, relation: &str, asked: &Asked) -> Result<Answer, Error> {
    must_be_plain(asked)?;
    answer(cx, &Source::Link(id, relation), asked.breadth)
}

fn listed(asked: &Asked, kinds: Vec<&'static dyn AnyKind>) -> Result<Work, Fault> {
    must_be_plain(asked)?;
    let breadth = asked.breadth;
    Ok(Work::scans(move |cx| answer(cx, &Source::Kinds(kinds), breadth)))
}

fn must_be_plain(asked: &Asked) -> Result<(), Invalid> {
    match asked.query.as_str() {
        "" => Ok(()),
        _ => Err(Invalid::one("query", "format", "is not understood here")),
    }
}

fn answer(cx: Cx<'_>, source: &Source<'_>, breadth: Breadth) -> Result<Answer, Error> {
    let (mut items, mut count) = (Vec::new(), 0);
    each(cx, source, breadth, &mut |thing| {
        if count < LIMIT {
            items.push(show(cx, &*thing, Detail::Listed, None)?);
        }
        count += 1;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(page(items, 0, count))
}

fn each(
    cx: Cx<'_>,
    source: &Source<'_>,
    breadth: Breadth,
    visit: &mut super::kind::Visit<'_>,
) -> Result<(), Error> {
    match source {
        Source::Kinds(kinds) => kinds.iter().try_for_each(|it| it.visit(cx, breadth, visit)),
        Source::Link(id, name) => {
            let owner = registry::get(cx, *id)?;
            for thing in registry::targets(cx, &*owner, link(&*owner, name)?)? {
                if visit(thing)?.is_break() {
                    break;
                }
            }
            Ok(())
        }
    }
}

/// The link of a resource with a name.
pub(super) fn link(owner: &dyn Thing, name: &str) -> Result<&'static Link, Error> {
    let link = owner.kind().links().into_iter().find(|it| it.name == name);
    link.filter(|it| owner.has(it.name)).ok_or_else(|| Error::not_found(name))
}

/// A list that begins at an element of `count` in all: 206 if it does not show them all.
pub(super) fn page(items: Vec<Value>, start: usize, count: usize) -> Answer {
    let (shown_here, is_part) = (items.len(), items.len() < count);
    let mut answer = shown(Value::Array(items));
    let range = match shown_here {
        0 => format!("items */{count}"),
        some => format!("items {start}-{}/{count}", start + some - 1),
    };
    answer.headers.push(("content-range".to_owned(), range));
    if is_part {
        answer.status = 206;
    }
    answer
}
