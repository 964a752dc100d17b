//! The way to the resources of a type for which a filter holds: along indices where some lead
//! there, else past each of them.
//!
//! A way may lead past more than is wanted, never past less: the whole filter is held against each
//! resource on it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::kind::{AnyKind, Breadth, Visit};
use super::lookup::{ByName, ByNumber, ByText, Find, Lookup, Spread};
use super::rql::{Expr, Literal, Path, Pattern, Relation};
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
    path: &'static str,
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
        let (mut direct, mut ids) = (Vec::new(), Vec::new());
        for step in steps {
            match &step.by {
                By::Id(id) => direct.push(*id),
                By::Text(find, text) => ids.extend(find(cx, text)?),
                By::Number(find, number) => ids.extend(find(cx, *number)?),
                By::Names(find, pattern) => {
                    let accepts = |it: &str| pattern.fits_folded(it);
                    let names = Names { beginning: &pattern.beginning(), accepts: &accepts };
                    ids.extend(find(cx, names)?);
                }
            }
        }
        let mut passed = Vec::new();
        for id in each_once(direct) {
            let Some(thing) = kind.find(cx, id)? else { continue };
            passed.push(id);
            if kind.reaches(cx, &*thing, breadth)? && visit(thing)?.is_break() {
                return Ok(());
            }
        }
        for id in each_once(ids) {
            let Some(thing) = kind.load(cx, id)? else { continue };
            let is_passed = !passed.is_empty() && passed.contains(&thing.head(cx)?.id);
            let is_next = !is_passed && kind.reaches(cx, &*thing, breadth)?;
            if is_next && visit(thing)?.is_break() {
                return Ok(());
            }
        }
        Ok(())
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

fn each_once(mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

impl Step {
    fn explained(&self) -> Value {
        json!({ "lookup": self.path, "condition": self.condition })
    }
}

/// What leads to all that a condition can hold for; `None` if nothing but looking at each does.
fn steps(kind: &dyn AnyKind, filter: &Expr) -> Option<Vec<Step>> {
    match filter {
        Expr::Compare(path, Relation::Equal, literal) => {
            step(kind, path, literal).map(|it| it.into_iter().collect())
        }
        Expr::In(path, literals) => {
            let each = literals.iter().map(|it| step(kind, path, it));
            each.collect::<Option<Vec<_>>>().map(|it| it.into_iter().flatten().collect())
        }
        Expr::Like(path, pattern) => like(kind, (filter, path), pattern).map(|it| vec![it]),
        Expr::All(all) => all.iter().filter_map(|it| steps(kind, it)).min_by_key(|it| weight(it)),
        Expr::Any(any) => {
            let each = any.iter().map(|it| steps(kind, it)).collect::<Option<Vec<_>>>();
            each.map(|it| it.into_iter().flatten().collect())
        }
        Expr::Compare(..)
        | Expr::Out(..)
        | Expr::Not(_)
        | Expr::Implementing(_)
        | Expr::Composing(_)
        | Expr::LinkedWith(_) => None,
    }
}

/// How much lies along some steps, as far as one can tell before going.
fn weight(steps: &[Step]) -> u64 {
    let each = steps.iter().map(|it| match (&it.by, it.spread) {
        (By::Names(_, pattern), _) if pattern.beginning().is_empty() => 100_000,
        (_, Spread::One) => 1,
        (_, Spread::Few) => 100,
        (_, Spread::Many) => 10_000,
    });
    each.sum()
}

fn lookup(kind: &dyn AnyKind, path: &Path) -> Option<&'static Lookup> {
    kind.lookups().iter().find(|it| it.is_by(&path.names))
}

/// What leads to the resources with a value: `Some(None)` if no resource can have it, `None` if
/// nothing leads there.
fn step(kind: &dyn AnyKind, path: &Path, literal: &Literal) -> Option<Option<Step>> {
    let condition = || format!("{}({path},{literal})", Relation::Equal);
    let text = literal.text()?;
    if path.names == ["aps", "id"] {
        let id = Uuid::try_parse(text).ok();
        let by = |id| Step {
            path: "aps.id",
            condition: condition(),
            spread: Spread::One,
            by: By::Id(id),
        };
        return Some(id.map(by));
    }
    let lookup = lookup(kind, path)?;
    let by = match lookup.find {
        Find::Text(find) => Some(By::Text(find, text.to_owned())),
        Find::Number(find) => literal.whole().map(|it| By::Number(find, it)),
        Find::Names(find) => Some(By::Names(find, literal.exactly()?)),
    };
    let (path, spread) = (lookup.path, lookup.spread);
    Some(by.map(|by| Step { path, condition: condition(), spread, by }))
}

fn like(kind: &dyn AnyKind, (said, path): (&Expr, &Path), pattern: &Pattern) -> Option<Step> {
    let lookup = lookup(kind, path)?;
    let Find::Names(find) = lookup.find else { return None };
    let (path, condition) = (lookup.path, said.to_string());
    Some(Step { path, condition, spread: lookup.spread, by: By::Names(find, pattern.clone()) })
}
