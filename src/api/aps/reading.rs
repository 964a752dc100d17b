//! Reading a resource along a path: `name.en_US`, `aps.status`, `bssAccountInfo.status`.
//!
//! Only what the path names is read. A path through a collection or an array has many values.

use std::cell::Cell;

use serde_json::{Value, json};
use uuid::Uuid;

use super::anatomy::time;
use super::kind::{AnyKind, Thing};
use super::property::{Form, Shade};
use super::registry;
use super::rql::{Path, Problem, Reads, RqlError};
use crate::domain::error::Invalid;
use crate::services::{Cx, Error};

/// How many more resources may be looked at through links for one request. What is looked up for a
/// property counts as some.
///
/// A path through collections back and forth multiplies: this is where it ends.
pub(super) struct Reach(Cell<usize>);

impl Reach {
    /// Enough to read through a link of each resource of a large shop.
    pub(super) const READ_MAX: usize = 1_000_000;
    /// More than anybody can look at.
    pub(super) const SHOWN_MAX: usize = 20_000;
    /// How many resources a property that is looked up counts as.
    const LOOKED_UP: usize = 10;

    pub(super) const fn of(resources: usize) -> Self {
        Self(Cell::new(resources))
    }

    /// Counts some more resources.
    pub(super) fn take(&self, resources: usize) -> Result<(), Error> {
        let message = "leads through links and to what is looked up for too many resources: \
                       ask for less at once, or by what an index leads to (`explain()`)";
        let left = self.0.get().checked_sub(resources);
        self.0.set(left.ok_or_else(|| Invalid::one("query", "too_much", message))?);
        Ok(())
    }
}

/// One resource as a filter looks at it.
pub(super) struct Reader<'a> {
    pub(super) cx: Cx<'a>,
    pub(super) thing: &'a dyn Thing,
    pub(super) reach: &'a Reach,
}

impl Reads for Reader<'_> {
    fn read(&self, path: &[String]) -> Result<Vec<Value>, Error> {
        read(self.cx, self.thing, path, self.reach)
    }

    fn implements(&self, name: &str) -> bool {
        self.thing.kind().about().is_a(name)
    }

    fn composes(&self, name: &str) -> bool {
        let own = self.thing.kind().about().id;
        registry::kind(name).is_some_and(|it| it.about().is_a(own))
    }

    fn is_linked_with(&self, id: &str) -> Result<bool, Error> {
        let Ok(id) = Uuid::try_parse(id) else { return Ok(false) };
        for link in self.thing.kind().links().iter().filter(|it| self.thing.has(it.name)) {
            let targets = self.thing.targets(self.cx, link.name)?;
            self.reach.take(targets.len())?;
            if targets.contains(&id) && registry::target(self.cx, link, id)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Refuses a path that no resource of some types can have, or whose values may not be told.
pub(super) fn check(kinds: &[&'static dyn AnyKind], path: &Path) -> Result<(), RqlError> {
    let found: Vec<_> = kinds.iter().map(|it| can_read(*it, &path.names)).collect();
    if found.contains(&Readable::Masked) {
        return Err(Problem::Masked(path.to_string()).at(path.at));
    }
    if !found.is_empty() && !found.contains(&Readable::Yes) {
        return Err(Problem::NoProperty(path.to_string()).at(path.at));
    }
    Ok(())
}

/// Whether resources of a type can say something along a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Readable {
    Yes,
    No,
    Masked,
}

fn can_read(kind: &dyn AnyKind, path: &[String]) -> Readable {
    let Some((name, rest)) = path.split_first() else { return Readable::Yes };
    let yes_if = |it: bool| if it { Readable::Yes } else { Readable::No };
    if name == "aps" {
        let known = ["id", "type", "status", "revision", "modified"];
        let is_known = matches!(rest, [field] if known.contains(&field.as_str()));
        return yes_if(is_known && kind.about().is_of_resources());
    }
    if let Some(property) = kind.traits().into_iter().find(|it| it.name == *name) {
        return match property.shade {
            Shade::Told => yes_if(has(property.form, rest)),
            Shade::Masked => Readable::Masked,
        };
    }
    let Some(link) = kind.links().into_iter().find(|it| it.name == *name) else {
        return Readable::No;
    };
    let targets = registry::implementing(link.to);
    let found: Vec<_> = targets.into_iter().map(|it| can_read(it, rest)).collect();
    let best = [Readable::Masked, Readable::Yes].into_iter().find(|it| found.contains(it));
    best.unwrap_or(Readable::No)
}

/// Whether a value of a form can have something at a path within it.
fn has(form: Form, path: &[String]) -> bool {
    let Some((name, rest)) = path.split_first() else { return true };
    match form {
        Form::Structure(structure) => {
            let field = structure.fields.iter().find(|it| it.name == name);
            field.is_some_and(|it| has(it.form, rest))
        }
        Form::List(each) => has(*each, path),
        Form::ByLocale => rest.is_empty(),
        Form::Any => true,
        Form::Text
        | Form::Integer
        | Form::Number
        | Form::NumberText
        | Form::Flag
        | Form::Words(_)
        | Form::Time
        | Form::Day
        | Form::ResourceId => false,
    }
}

/// What a resource says along a path; nothing if it says nothing there. A path that ends with a
/// link leads to the id of what is there.
fn read(
    cx: Cx<'_>,
    thing: &dyn Thing,
    path: &[String],
    reach: &Reach,
) -> Result<Vec<Value>, Error> {
    let Some((name, rest)) = path.split_first() else { return Ok(Vec::new()) };
    if name == "aps" {
        return head(cx, thing, rest);
    }
    let property = thing.kind().traits().into_iter().find(|it| it.name == *name);
    if let Some(property) = property {
        if property.is_looked_up {
            reach.take(Reach::LOOKED_UP)?;
        }
        return match property.shade {
            Shade::Told => Ok(within(thing.property(cx, name)?, rest)),
            Shade::Masked => Ok(Vec::new()),
        };
    }
    let link = thing.kind().links().into_iter().find(|it| it.name == *name);
    let Some(link) = link.filter(|it| thing.has(it.name)) else { return Ok(Vec::new()) };
    let targets = thing.targets(cx, name)?;
    reach.take(targets.len())?;
    if rest.is_empty() || rest == ["aps", "id"] {
        return Ok(targets.into_iter().map(|it| json!(it)).collect());
    }
    let mut values = Vec::new();
    for id in targets {
        if let Some(target) = registry::target(cx, link, id)? {
            values.extend(read(cx, &*target, rest, reach)?);
        }
    }
    Ok(values)
}

fn head(cx: Cx<'_>, thing: &dyn Thing, path: &[String]) -> Result<Vec<Value>, Error> {
    let head = thing.head(cx)?;
    let field = if let [field] = path { field.as_str() } else { "" };
    let value = match field {
        "id" => json!(head.id),
        "type" => json!(head.kind(thing.kind().about()).0),
        "status" => json!(head.status.word()),
        "revision" => json!(head.revision),
        "modified" => json!(time(head.modified)),
        _ => Value::Null,
    };
    Ok(within(value, &[]))
}

/// The values at a path within a value.
fn within(value: Value, path: &[String]) -> Vec<Value> {
    match (value, path) {
        (Value::Null, _) => Vec::new(),
        (Value::Array(values), _) => values.into_iter().flat_map(|it| within(it, path)).collect(),
        (Value::Object(mut fields), [name, rest @ ..]) => {
            fields.remove(name).map(|it| within(it, rest)).unwrap_or_default()
        }
        (value, []) => vec![value],
        (Value::Bool(_) | Value::Number(_) | Value::String(_), [_, ..]) => Vec::new(),
    }
}
