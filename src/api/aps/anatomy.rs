//! What a resource looks like: the `aps` section by the kind of answer, the properties, the links.
//!
//! | answer | `schema` | `package` | link stubs |
//! |---|---|---|---|
//! | [`Listed`](Detail::Listed) in a list or below a link | – | – | – |
//! | [`Whole`](Detail::Whole), read by its id | yes | yes | yes |
//! | [`Changed`](Detail::Changed): created, changed, linked anew | – | yes | yes |

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::identity::{package, path};
use super::kind::{Head, Thing};
use super::property::{MASK, Shade};
use super::registry;
use super::relation::{Link, Many, Strength};
use crate::domain::time::Instant;
use crate::services::{Cx, Error};

/// How much of a resource an answer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// An element of a list.
    Listed,
    /// All of it.
    Whole,
    /// What a change made of it.
    Changed,
}

/// Which properties and links of a resource are wanted, as a tree: `select(a.b,link.c)`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selection {
    below: BTreeMap<String, Self>,
}

impl Selection {
    /// The selection of some paths.
    pub(super) fn of<'a>(paths: impl IntoIterator<Item = &'a [String]>) -> Self {
        let mut root = Self::default();
        for path in paths {
            let mut at = &mut root;
            for name in path {
                at = at.below.entry(name.clone()).or_default();
            }
        }
        root
    }

    fn below(&self, name: &str) -> Option<&Self> {
        self.below.get(name)
    }

    /// Whether only links are named: a link that is asked for is shown beside all properties.
    fn names_links_alone(&self, links: &[&Link]) -> bool {
        self.below.keys().all(|name| links.iter().any(|it| it.name == name))
    }
}

/// Shows a resource. What is selected of it is shown and nothing else but the `aps` section; a link
/// that is selected is shown as what it leads to.
pub(super) fn show(
    cx: Cx<'_>,
    thing: &dyn Thing,
    detail: Detail,
    selection: Option<&Selection>,
) -> Result<Value, Error> {
    let mut shown = Map::new();
    shown.insert("aps".to_owned(), section(thing, thing.head(cx)?, detail));
    let links = thing.kind().links();
    let wanted = selection.filter(|it| !it.names_links_alone(&links));
    for property in thing.kind().traits() {
        let part = wanted.map(|it| it.below(property.name));
        let Some(part) = part.map_or(Some(None), |it| it.map(Some)) else { continue };
        let value = match property.shade {
            Shade::Told => prune(thing.property(cx, property.name)?, part),
            Shade::Masked => json!(MASK),
        };
        if !value.is_null() {
            shown.insert(property.name.to_owned(), value);
        }
    }
    for link in links.into_iter().filter(|it| thing.has(it.name)) {
        let part = selection.and_then(|it| it.below(link.name));
        let value = match (part, detail) {
            (Some(part), _) => Some(expanded(cx, thing, link, part)?),
            (None, Detail::Listed) => None,
            (None, Detail::Whole | Detail::Changed) if wanted.is_some() => None,
            (None, Detail::Whole | Detail::Changed) => stub(cx, thing, link)?,
        };
        shown.extend(value.map(|it| (link.name.to_owned(), it)));
    }
    Ok(Value::Object(shown))
}

/// The `aps` section.
fn section(thing: &dyn Thing, head: Head, detail: Detail) -> Value {
    let about = thing.kind().about();
    let mut section = Map::new();
    let mut say = |name: &str, value: Value| drop(section.insert(name.to_owned(), value));
    say("type", json!(about.id));
    say("id", json!(head.id));
    say("status", json!(head.status.word()));
    say("revision", json!(head.revision));
    say("modified", json!(time(head.modified)));
    if let Some(subscription) = head.subscription {
        say("subscription", json!(subscription));
    }
    match detail {
        Detail::Listed => {}
        Detail::Whole => {
            say("schema", json!(format!("/aps/2/types/{}", about.number)));
            say("package", package());
        }
        Detail::Changed => say("package", package()),
    }
    Value::Object(section)
}

/// A moment as the bus writes it: in seconds.
pub(super) fn time(at: Instant) -> String {
    at.chrono().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A link as a whole resource shows it; nothing where it leads nowhere.
fn stub(cx: Cx<'_>, thing: &dyn Thing, link: &Link) -> Result<Option<Value>, Error> {
    if link.many == Many::Any {
        let href = format!("{}/{}", path(thing.head(cx)?.id), link.name);
        return Ok(Some(json!({ "aps": { "link": "collection", "href": href } })));
    }
    let strength = match link.strength {
        Strength::Strong => "strong",
        Strength::Weak => "weak",
    };
    let target = thing.targets(cx, link.name)?.into_iter().next();
    Ok(target
        .map(|id| json!({ "aps": { "link": strength, "href": path(id), "id": id.to_string() } })))
}

/// What a link leads to, as far as the caller may see it.
fn expanded(
    cx: Cx<'_>,
    thing: &dyn Thing,
    link: &Link,
    selection: &Selection,
) -> Result<Value, Error> {
    let selection = (*selection != Selection::default()).then_some(selection);
    let targets = registry::targets(cx, thing, link)?.into_iter();
    let mut shown = targets.map(|it| show(cx, &*it, Detail::Listed, selection));
    match link.many {
        Many::One => Ok(shown.next().transpose()?.unwrap_or(Value::Null)),
        Many::Any => Ok(Value::Array(shown.collect::<Result<_, _>>()?)),
    }
}

/// Leaves of a value what is selected of it.
fn prune(value: Value, selection: Option<&Selection>) -> Value {
    let Some(selection) = selection.filter(|it| !it.below.is_empty()) else { return value };
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter_map(|(name, value)| {
                let part = selection.below(&name)?;
                Some((name, prune(value, Some(part))))
            });
            Value::Object(fields.collect())
        }
        Value::Array(values) => {
            let values = values.into_iter().map(|it| prune(it, Some(selection)));
            Value::Array(values.collect())
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}
