//! Reading a resource along a path: `name.en_US`, `aps.status`, `bssAccountInfo.status`.
//!
//! Only what the path names is read. A path through a collection or an array has many values.

use serde_json::{Value, json};

use super::anatomy::time;
use super::kind::{AnyKind, Thing};
use super::property::Shade;
use super::registry;
use crate::domain::error::Invalid;
use crate::services::{Cx, Error};

/// Refuses a path that no resource of a type can have, or whose values may not be told.
pub(super) fn check(kind: &dyn AnyKind, path: &[&str]) -> Result<(), Invalid> {
    let refused = |what: String| Err(Invalid::one(path.join("."), "unknown_property", what));
    let Some((name, rest)) = path.split_first() else { return Ok(()) };
    let about = kind.about();
    if *name == "aps" {
        let known = ["id", "type", "status", "revision", "modified", "subscription"];
        return match rest {
            [field] if known.contains(field) => Ok(()),
            _ => refused("is no part of the `aps` section that can be searched".to_owned()),
        };
    }
    if let Some(property) = kind.traits().into_iter().find(|it| it.name == *name) {
        return match property.shade {
            Shade::Told => Ok(()),
            Shade::Masked => refused("cannot be searched".to_owned()),
        };
    }
    let Some(link) = kind.links().into_iter().find(|it| it.name == *name) else {
        return refused(format!("is no property or link of `{}`", about.id));
    };
    let targets = registry::implementing(link.to);
    let mut refusals = targets.iter().filter_map(|it| check(*it, rest).err());
    match refusals.next() {
        Some(first) if refusals.count() + 1 == targets.len() => Err(first),
        Some(_) | None => Ok(()),
    }
}

/// What a resource says along a path; nothing if it says nothing there.
pub(super) fn read(cx: Cx<'_>, thing: &dyn Thing, path: &[&str]) -> Result<Vec<Value>, Error> {
    let Some((name, rest)) = path.split_first() else { return Ok(Vec::new()) };
    if *name == "aps" {
        return head(cx, thing, rest);
    }
    let property = thing.kind().traits().into_iter().find(|it| it.name == *name);
    if let Some(property) = property {
        return match property.shade {
            Shade::Told => Ok(within(thing.property(cx, name)?, rest)),
            Shade::Masked => Ok(Vec::new()),
        };
    }
    let link = thing.kind().links().into_iter().find(|it| it.name == *name);
    let Some(link) = link.filter(|it| thing.has(it.name)) else { return Ok(Vec::new()) };
    if rest == ["aps", "id"] {
        return Ok(thing.targets(cx, name)?.into_iter().map(|it| json!(it)).collect());
    }
    let mut values = Vec::new();
    for target in registry::targets(cx, thing, link)? {
        values.extend(read(cx, &*target, rest)?);
    }
    Ok(values)
}

fn head(cx: Cx<'_>, thing: &dyn Thing, path: &[&str]) -> Result<Vec<Value>, Error> {
    let head = thing.head(cx)?;
    let value = match path {
        ["id"] => json!(head.id),
        ["type"] => json!(thing.kind().about().id),
        ["status"] => json!(head.status.word()),
        ["revision"] => json!(head.revision),
        ["modified"] => json!(time(head.modified)),
        ["subscription"] => head.subscription.map_or(Value::Null, |it| json!(it)),
        _ => Value::Null,
    };
    Ok(within(value, &[]))
}

/// The values at a path within a value.
fn within(value: Value, path: &[&str]) -> Vec<Value> {
    match (value, path) {
        (Value::Null, _) => Vec::new(),
        (Value::Array(values), _) => values.into_iter().flat_map(|it| within(it, path)).collect(),
        (Value::Object(mut fields), [name, rest @ ..]) => {
            fields.remove(*name).map(|it| within(it, rest)).unwrap_or_default()
        }
        (value, []) => vec![value],
        (Value::Bool(_) | Value::Number(_) | Value::String(_), [_, ..]) => Vec::new(),
    }
}
