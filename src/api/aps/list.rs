//! Lists: all resources, those of one collection, those below a link; and what RQL asks of each.

use std::cell::Cell;
use std::ops::ControlFlow;

use serde_json::{Value, json};
use uuid::Uuid;

use super::anatomy::{Detail, Wish, show};
use super::bus::{Asked, shown};
use super::gather::{Sorted, Stretch, Sum};
use super::kind::{AnyKind, Breadth, Thing, Visit};
use super::plan::Way;
use super::reading::{self, Reach, Reader};
use super::registry::{self, KINDS};
use super::relation::Link;
use super::rql::{self, Query, Selection};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::services::idempotency::Answer;
use crate::services::{Cx, Error};

/// What a list goes over.
enum Source {
    /// The resources of some types.
    Kinds(Vec<&'static dyn AnyKind>, Breadth),
    /// What a link leads to.
    Link(Box<dyn Thing>, &'static Link),
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

fn listed(asked: &Asked, mut kinds: Vec<&'static dyn AnyKind>) -> Result<Work, Fault> {
    let query = query(&asked.query)?;
    kinds.retain(|it| query.implementing().is_none_or(|name| it.about().is_a(name)));
    let breadth = asked.breadth;
    Ok(Work::scans(move |cx| answer(cx, &Source::Kinds(kinds, breadth), &query)))
}

/// `GET /aps/2/resources/{id}/{relation}`.
pub(super) fn linked(cx: Cx<'_>, id: Uuid, relation: &str, asked: &Asked) -> Result<Answer, Error> {
    let query = query(&asked.query)?;
    let owner = registry::get(cx, id)?;
    let link = link(&*owner, relation)?;
    answer(cx, &Source::Link(owner, link), &query)
}

/// `GET /aps/2/resources/{id}`, of which a query selects.
pub(super) fn one(cx: Cx<'_>, id: Uuid, query: &Query) -> Result<Answer, Error> {
    let thing = registry::get(cx, id)?;
    let (selection, reach) = (Selection::of(&query.select), Reach::of(Reach::SHOWN_MAX));
    let wish = Wish { selection: &selection, reach: &reach };
    Ok(shown(show(cx, &*thing, Detail::Whole, Some(wish))?))
}

/// What an operation lists: things of a kind that are no resources of their own.
pub(super) fn of_kind(cx: Cx<'_>, kind: &'static dyn AnyKind, text: &str) -> Result<Answer, Error> {
    answer(cx, &Source::Kinds(vec![kind], Breadth::Full), &query(text)?)
}

/// Reads a query.
pub(super) fn query(text: &str) -> Result<Query, Invalid> {
    rql::parse(text).map_err(|it| Invalid::one("query", "format", it.to_string()))
}

/// Reads a query that selects and does nothing else.
pub(super) fn selecting(text: &str) -> Result<Query, Invalid> {
    let read = query(text)?;
    let selecting = Query { select: read.select.clone(), ..Query::default() };
    let refused = || Invalid::one("query", "format", "can only select from one resource");
    if read == selecting { Ok(read) } else { Err(refused()) }
}

/// The link of a resource with a name.
pub(super) fn link(owner: &dyn Thing, name: &str) -> Result<&'static Link, Error> {
    let link = owner.kind().links().into_iter().find(|it| it.name == name);
    link.filter(|it| owner.has(it.name)).ok_or_else(|| Error::not_found(name))
}

impl Source {
    fn kinds(&self) -> Vec<&'static dyn AnyKind> {
        match self {
            Self::Kinds(kinds, _) => kinds.clone(),
            Self::Link(_, link) => registry::implementing(link.to),
        }
    }

    /// How many resources there are, if that is known without looking at them.
    fn count(&self, cx: Cx<'_>, query: &Query) -> Result<Option<usize>, Error> {
        let Self::Kinds(kinds, breadth) = self else { return Ok(None) };
        if query.filter.is_some() {
            return Ok(None);
        }
        kinds.iter().try_fold(Some(0), |sum, kind| {
            let count = kind.count(cx, *breadth)?;
            Ok(sum.zip(count).map(|(sum, count)| sum + count))
        })
    }

    /// Goes over the resources for which a filter holds, until told to stop.
    fn each(
        &self,
        cx: Cx<'_>,
        (query, reach): (&Query, &Reach),
        visit: &mut Visit<'_>,
    ) -> Result<(), Error> {
        let is_over = Cell::new(false);
        let mut each = |thing: Box<dyn Thing>| {
            let reader = Reader { cx, thing: &*thing, reach };
            match &query.filter {
                Some(filter) if !filter.holds(&reader)? => Ok(ControlFlow::Continue(())),
                Some(_) | None => {
                    let flow = visit(thing)?;
                    is_over.set(flow.is_break());
                    Ok(flow)
                }
            }
        };
        match self {
            Self::Kinds(kinds, breadth) => {
                for kind in kinds {
                    let way = Way::to(*kind, query.filter.as_ref());
                    way.each(cx, (*kind, *breadth), &mut each)?;
                    if is_over.get() {
                        break;
                    }
                }
            }
            Self::Link(owner, link) => {
                for id in owner.targets(cx, link.name)? {
                    let Some(thing) = registry::target(cx, link, id)? else { continue };
                    if each(thing)?.is_break() {
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}

fn answer(cx: Cx<'_>, source: &Source, query: &Query) -> Result<Answer, Error> {
    for path in query.paths() {
        let checked = reading::check(&source.kinds(), path);
        checked.map_err(|it| Invalid::one("query", "property", it.to_string()))?;
    }
    if query.explain {
        return Ok(shown(explained(source, query)));
    }
    let reach = Reach::of(Reach::READ_MAX);
    if let Some(aggregate) = &query.aggregate {
        let mut sum = Sum::new(aggregate);
        source.each(cx, (query, &reach), &mut |thing| {
            sum.take(cx, &*thing, &reach)?;
            Ok(ControlFlow::Continue(()))
        })?;
        return Ok(shown(sum.shown()));
    }
    let (selection, shown_reach) = (Selection::of(&query.select), Reach::of(Reach::SHOWN_MAX));
    let wish = Wish { selection: &selection, reach: &shown_reach };
    match query.sort.is_empty() {
        true => found(cx, source, query, (&reach, wish)),
        false => sorted(cx, source, query, (&reach, wish)),
    }
}

/// A stretch of the resources in the order in which they came to be.
fn found(
    cx: Cx<'_>,
    source: &Source,
    query: &Query,
    (reach, wish): (&Reach, Wish<'_>),
) -> Result<Answer, Error> {
    let limit = query.limit.unwrap_or_default();
    let count = source.count(cx, query)?;
    let mut stretch = Stretch::new(limit, wish);
    source.each(cx, (query, reach), &mut |thing| stretch.take(cx, &*thing, count.is_some()))?;
    let total = if stretch.is_open { count } else { Some(stretch.found) };
    Ok(page(stretch.items, limit.start, total))
}

/// A stretch of the resources in the order of some values.
fn sorted(
    cx: Cx<'_>,
    source: &Source,
    query: &Query,
    (reach, wish): (&Reach, Wish<'_>),
) -> Result<Answer, Error> {
    let limit = query.limit.unwrap_or_default();
    let mut sorted = Sorted::new(&query.sort, limit);
    source.each(cx, (query, reach), &mut |thing| {
        sorted.take(cx, &*thing, reach)?;
        Ok(ControlFlow::Continue(()))
    })?;
    let count = sorted.found;
    Ok(page(sorted.shown(cx, limit, wish)?, limit.start, Some(count)))
}

/// The ways to an answer, for who wants to know why it takes its time.
fn explained(source: &Source, query: &Query) -> Value {
    let filter = query.filter.as_ref();
    let ways: Vec<_> = match source {
        Source::Kinds(kinds, _) => {
            kinds.iter().map(|it| Way::to(*it, filter).explained(*it)).collect()
        }
        Source::Link(owner, link) => {
            vec![json!({ "type": owner.kind().about().id, "link": link.name })]
        }
    };
    json!({ "filter": filter.map(ToString::to_string), "ways": ways })
}

/// A part of a list from an element on: 206 if it is not all of it. How many elements there are is
/// told if it is known.
pub(super) fn page(items: Vec<Value>, start: usize, count: Option<usize>) -> Answer {
    let here = items.len();
    let total = count.map_or("*".to_owned(), |it| it.to_string());
    let range = match here {
        0 => format!("items */{total}"),
        some => format!("items {start}-{}/{total}", start + some - 1),
    };
    let mut answer = shown(Value::Array(items));
    answer.headers.push(("content-range".to_owned(), range));
    if here > 0 && count != Some(here) {
        answer.status = 206;
    }
    answer
}
