//! The way back along a link: from a resource to those that are linked with it.

use super::kind::{AnyKind, Thing};
use super::lookup::{Find, Lookup};
use super::plan::Found;
use super::registry;
use super::relation::Link;
use crate::services::{Cx, Error};

/// What leads back from the other end of a link.
enum Back {
    /// An index by the id of what is there.
    Index(&'static Lookup),
    /// A link of what is there.
    Link(&'static str),
}

/// Whether a link of resources of a type leads back from whatever is at its other end.
pub(super) fn leads_back(kind: &dyn AnyKind, link: &Link) -> bool {
    let targets = registry::implementing(link.to);
    !targets.is_empty() && targets.into_iter().all(|it| way(kind, link, it).is_some())
}

/// The resources of a type that have a link to one, as far as something leads to them.
pub(super) fn back(
    cx: Cx<'_>,
    (kind, link): (&dyn AnyKind, &Link),
    target: &dyn Thing,
    found: &mut Found,
) -> Result<(), Error> {
    match way(kind, link, target.kind()) {
        Some(Back::Index(lookup)) => {
            if let Find::Text(find) = lookup.find {
                found.things.extend(find(cx, &target.head(cx)?.id.to_string())?);
            }
        }
        Some(Back::Link(name)) if target.has(name) => {
            found.resources.extend(target.targets(cx, name)?);
        }
        Some(Back::Link(_)) | None => {}
    }
    Ok(())
}

fn way(kind: &dyn AnyKind, link: &Link, there: &dyn AnyKind) -> Option<Back> {
    let path = [link.name, "aps", "id"].map(str::to_owned);
    if let Some(lookup) = kind.lookups().iter().find(|it| it.is_by(&path)) {
        return Some(Back::Index(lookup));
    }
    let leads_here = |it: &&Link| kind.about().is_a(it.to);
    let is_other_end = |it: &Link| {
        link.is_mirror_of(it.name) || (it.is_mirror_of(link.name) && link.mirrors.is_none())
    };
    let back = there.links().into_iter().filter(leads_here).find(|it| is_other_end(it));
    back.map(|it| Back::Link(it.name))
}
