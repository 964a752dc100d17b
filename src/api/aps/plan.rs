//! The way to the resources of a type for which a filter holds: along indices where some lead
//! there, else past each of them.
//!
//! A way may lead past more than is wanted, never past less: the whole filter is held against each
//! resource on it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use serde_json::{Value, json};
use uuid::Uuid;

use super::kind::{AnyKind, Breadth, Visit};
use super::lookup::{ByName, ByNumber, ByText, Find, Lookup, Spread};
use super::relation::Link;
use super::rql::{Expr, Literal, Pattern, Relation};
use super::{registry, trace};
use crate::services::finding::Names;
use crate::services::{Cx, Error};

/// The way to resources of one type.
pub(super) enum Way {
    /// Past each of them.
    All,
    /// Past those that some steps lead to, each resource once.
    Along(Vec<Step>),
}

/// What leads to some resources.
pub(super) struct Step {
    /// The property, as the filter names it.
    path: String,
    /// The condition, written out.
    condition: String,
    spread: Spread,
    by: By,
}

enum By {
    /// The id of the resource.
    Id(Uuid),
    Text(ByText, String),
    Number(ByNumber, u64),
    Names(ByName, Pattern),
    /// A link to a resource of a type to which a step leads.
    Through(&'static Link, &'static dyn AnyKind, Box<Step>),
    /// Whatever link to a resource.
    LinkedWith(Uuid),
}

impl Way {
    /// The way to what a filter holds for, among the resources of a type.
    pub(super) fn to(kind: &dyn AnyKind, filter: Option<&Expr>) -> Self {
        filter.and_then(|it| steps(kind, it)).map_or(Self::All, Self::Along)
    }

    /// Goes the way, until told to stop.
    pub(super) fn each(
        &self,
        cx: Cx<'_>,
        (kind, breadth): (&'static dyn AnyKind, Breadth),
        visit: &mut Visit<'_>,
    ) -> Result<(), Error> {
        let Self::Along(steps) = self else { return kind.visit(cx, breadth, visit) };
        let mut found = Found::default();
        for step in steps {
            step.find(cx, kind, &mut found)?;
        }
        found.each(cx, kind, &mut |thing| {
            let is_next = kind.reaches(cx, &*thing, breadth)?;
            if is_next { visit(thing) } else { Ok(ControlFlow::Continue(())) }
        })
    }

    /// The way, for who wants to know why an answer takes its time.
    pub(super) fn explained(&self, kind: &dyn AnyKind) -> Value {
        let along = match self {
            Self::All => Value::Null,
            Self::Along(steps) => steps.iter().map(Step::explained).collect(),
        };
        json!({ "type": kind.about().id, "along": along })
    }
}

/// What was found along some steps.
#[derive(Default)]
pub(super) struct Found {
    /// Ids of resources.
    pub(super) resources: Vec<Uuid>,
    /// Ids of the things of ours that resources show.
    pub(super) things: Vec<Uuid>,
}

impl Found {
    /// Goes past each resource of a type that was found, once, until told to stop.
    fn each(
        self,
        cx: Cx<'_>,
        kind: &'static dyn AnyKind,
        visit: &mut Visit<'_>,
    ) -> Result<(), Error> {
        let mut passed = BTreeSet::new();
        for id in each_once(self.resources) {
            let Some(thing) = kind.find(cx, id)? else { continue };
            passed.insert(id);
            if visit(thing)?.is_break() {
                return Ok(());
            }
        }
        for id in each_once(self.things) {
            let Some(thing) = kind.load(cx, id)? else { continue };
            let is_passed = !passed.is_empty() && passed.contains(&thing.head(cx)?.id);
            if !is_passed && visit(thing)?.is_break() {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn each_once(mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

impl Step {
    fn explained(&self) -> Value {
        json!({ "lookup": self.path, "condition": self.condition })
    }

    fn find(&self, cx: Cx<'_>, kind: &'static dyn AnyKind, found: &mut Found) -> Result<(), Error> {
        match &self.by {
            By::Id(id) => found.resources.push(*id),
            By::Text(find, text) => found.things.extend(find(cx, text)?),
            By::Number(find, number) => found.things.extend(find(cx, *number)?),
            By::Names(find, pattern) => {
                let accepts = |it: &str| pattern.fits_folded(it);
                let names = Names { beginning: &pattern.beginning(), accepts: &accepts };
                found.things.extend(find(cx, names)?);
            }
            By::Through(link, to, step) => {
                let mut there = Found::default();
                step.find(cx, *to, &mut there)?;
                there.each(cx, *to, &mut |target| {
                    trace::back(cx, (kind, link), &*target, found)?;
                    Ok(ControlFlow::Continue(()))
                })?;
            }
            By::LinkedWith(id) => {
                let Some(target) = registry::find(cx, *id)? else { return Ok(()) };
                let links = kind.links().into_iter();
                for link in links.filter(|it| target.kind().about().is_a(it.to)) {
                    trace::back(cx, (kind, link), &*target, found)?;
                }
            }
        }
        Ok(())
    }
}

/// What leads to all that a condition can hold for; `None` if nothing but looking at each does.
fn steps(kind: &dyn AnyKind, filter: &Expr) -> Option<Vec<Step>> {
    match filter {
        Expr::Compare(path, Relation::Equal, literal) => equal(kind, &path.names, literal),
        Expr::In(path, literals) => {
            let each = literals.iter().map(|it| equal(kind, &path.names, it));
            each.collect::<Option<Vec<_>>>().map(|it| it.into_iter().flatten().collect())
        }
        Expr::Like(path, pattern) => like(kind, &path.names, pattern),
        Expr::All(all) => all.iter().filter_map(|it| steps(kind, it)).min_by_key(|it| weight(it)),
        Expr::Any(any) => {
            let each = any.iter().map(|it| steps(kind, it)).collect::<Option<Vec<_>>>();
            each.map(|it| it.into_iter().flatten().collect())
        }
        Expr::LinkedWith(id) => linked_with(kind, id),
        Expr::Compare(..)
        | Expr::Out(..)
        | Expr::Not(_)
        | Expr::Implementing(_)
        | Expr::Composing(_) => None,
    }
}

/// How much lies along some steps, as far as one can tell before going.
fn weight(steps: &[Step]) -> u64 {
    let each = steps.iter().map(|it| match (&it.by, it.spread) {
        (by, _) if by.is_past_all_names() => 100_000,
        (_, Spread::One) => 1,
        (_, Spread::Few) => 100,
        (_, Spread::Many) => 10_000,
    });
    each.sum()
}

impl By {
    /// Whether it leads past all names there are.
    fn is_past_all_names(&self) -> bool {
        match self {
            Self::Names(_, pattern) => pattern.beginning().is_empty(),
            Self::Through(_, _, step) => step.by.is_past_all_names(),
            Self::Id(_) | Self::Text(..) | Self::Number(..) | Self::LinkedWith(_) => false,
        }
    }
}

fn lookup(kind: &dyn AnyKind, path: &[String]) -> Option<&'static Lookup> {
    kind.lookups().iter().find(|it| it.is_by(path))
}

/// What leads to the resources with a value: no step if no resource can have it, `None` if nothing
/// leads there.
fn equal(kind: &dyn AnyKind, path: &[String], literal: &Literal) -> Option<Vec<Step>> {
    let text = literal.text()?;
    let condition = format!("{}({},{literal})", Relation::Equal, path.join("."));
    let step = |lookup: &str, spread, by| Step { path: lookup.to_owned(), condition, spread, by };
    if path == ["aps", "id"] {
        let id = Uuid::try_parse(text).ok();
        return Some(id.map(|id| step("aps.id", Spread::One, By::Id(id))).into_iter().collect());
    }
    let Some(lookup) = lookup(kind, path) else {
        return through(kind, path, &|to, rest| equal(to, rest, literal));
    };
    let by = match lookup.find {
        Find::Text(find) => Some(By::Text(find, text.to_owned())),
        Find::Number(find) => literal.whole().map(|it| By::Number(find, it)),
        Find::Names(find) => Some(By::Names(find, literal.exactly()?)),
    };
    Some(by.map(|by| step(lookup.path, lookup.spread, by)).into_iter().collect())
}

fn like(kind: &dyn AnyKind, path: &[String], pattern: &Pattern) -> Option<Vec<Step>> {
    let Some(lookup) = lookup(kind, path) else {
        return through(kind, path, &|to, rest| like(to, rest, pattern));
    };
    let find = match lookup.find {
        Find::Names(find) => find,
        Find::Text(_) | Find::Number(_) => lookup.like?,
    };
    let condition = format!("like({},{pattern})", path.join("."));
    let (path, by) = (lookup.path.to_owned(), By::Names(find, pattern.clone()));
    Some(vec![Step { path, condition, spread: lookup.spread, by }])
}

type Steps<'a> = dyn Fn(&'static dyn AnyKind, &[String]) -> Option<Vec<Step>> + 'a;

/// What leads to resources through a link: to what is there, and from there back. The id of what is
/// there may be asked for by who may not see it, so that needs a lookup of its own.
fn through(kind: &dyn AnyKind, path: &[String], steps: &Steps<'_>) -> Option<Vec<Step>> {
    let (name, rest) = path.split_first()?;
    let link = kind.links().into_iter().find(|it| it.name == name)?;
    if rest.is_empty() || rest == ["aps", "id"] || !trace::leads_back(kind, link) {
        return None;
    }
    let mut all = Vec::new();
    for to in registry::implementing(link.to) {
        for step in steps(to, rest)? {
            let (path, condition) = (format!("{name}.{}", step.path), step.condition.clone());
            let condition = condition.replacen('(', &format!("({name}."), 1);
            let spread = step.spread.max(Spread::Few);
            all.push(Step { path, condition, spread, by: By::Through(link, to, Box::new(step)) });
        }
    }
    Some(all)
}

/// What leads to the resources that are linked with one, whichever it is.
fn linked_with(kind: &dyn AnyKind, id: &str) -> Option<Vec<Step>> {
    if !kind.links().into_iter().all(|it| trace::leads_back(kind, it)) {
        return None;
    }
    let condition = format!("linkedWith({id})");
    let id = Uuid::try_parse(id).ok();
    let step = |id| Step {
        path: "linkedWith".to_owned(),
        condition,
        spread: Spread::Few,
        by: By::LinkedWith(id),
    };
    Some(id.map(step).into_iter().collect())
}
