//! What a resource looks like: the `aps` section by the kind of answer, the properties, the links.
//!
//! | answer | `schema` | `package` | link stubs |
//! |---|---|---|---|
//! | [`Listed`](Detail::Listed) in a list or below a link | – | – | – |
//! | [`Whole`](Detail::Whole), read by its id | yes | yes | yes |
//! | [`Changed`](Detail::Changed): created, changed, linked anew | – | yes | yes |

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::identity::{package, path};
use super::kind::{Head, Thing};
use super::property::{MASK, Shade};
use super::reading::Reach;
use super::registry;
use super::relation::{Link, Many, Strength};
use super::rql::Selection;
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

/// What of a resource is wanted, and how far links may be followed for it.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) selection: &'a Selection,
    pub(super) reach: &'a Reach,
}

/// Shows a resource. What is selected of it is shown and nothing else but the `aps` section; a link
/// that is selected is shown as what it leads to, beside all properties if only links are.
pub(super) fn show(
    cx: Cx<'_>,
    thing: &dyn Thing,
    detail: Detail,
    wish: Option<Wish<'_>>,
) -> Result<Value, Error> {
    let mut shown = Map::new();
    if thing.kind().about().is_of_resources() {
        shown.insert("aps".to_owned(), section(thing, thing.head(cx)?, detail));
    }
    let links = thing.kind().links();
    let selection = wish.map_or(&Selection::WHOLE, |it| it.selection);
    let names_links_alone = selection.parts().all(|it| links.iter().any(|link| link.name == it.0));
    let wanted = if names_links_alone { &Selection::WHOLE } else { selection };
    for property in thing.kind().traits() {
        let Some(part) = wanted.part(property.name) else { continue };
        let value = match property.shade {
            Shade::Told => part.prune(thing.property(cx, property.name)?),
            Shade::Masked => json!(MASK),
        };
        if !value.is_null() {
            shown.insert(property.name.to_owned(), value);
        }
    }
    for link in links.into_iter().filter(|it| thing.has(it.name)) {
        let part = selection.parts().find(|it| it.0 == link.name);
        let part = wish.zip(part).map(|(wish, part)| Wish { selection: part.1, ..wish });
        let value = match (part, detail) {
            (Some(part), _) => Some(expanded(cx, thing, link, part)?),
            (None, Detail::Listed) => None,
            (None, Detail::Whole | Detail::Changed) if !wanted.is_whole() => None,
            (None, Detail::Whole | Detail::Changed) => stub(cx, thing, link)?,
        };
        shown.extend(value.map(|it| (link.name.to_owned(), it)));
    }
    Ok(Value::Object(shown))
}

/// The `aps` section.
fn section(thing: &dyn Thing, head: Head, detail: Detail) -> Value {
    let (kind, number) = head.kind(thing.kind().about());
    let mut section = Map::new();
    let mut say = |name: &str, value: Value| drop(section.insert(name.to_owned(), value));
    say("type", json!(kind));
    say("id", json!(head.id));
    say("status", json!(head.status.word()));
    say("revision", json!(head.revision));
    say("modified", json!(time(head.modified)));
    match detail {
        Detail::Listed => {}
        Detail::Whole => {
            say("schema", json!(format!("/aps/2/types/{number}")));
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
fn expanded(cx: Cx<'_>, thing: &dyn Thing, link: &Link, wish: Wish<'_>) -> Result<Value, Error> {
    let mut shown = Vec::new();
    for id in thing.targets(cx, link.name)? {
        if let Some(target) = registry::target(cx, link, id)? {
            wish.reach.take(1)?;
            shown.push(show(cx, &*target, Detail::Listed, Some(wish))?);
        }
    }
    Ok(match link.many {
        Many::One => shown.into_iter().next().unwrap_or(Value::Null),
        Many::Any => Value::Array(shown),
    })
}
