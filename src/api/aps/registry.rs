//! All types and services of the bus, and finding a resource whatever its type.

use uuid::Uuid;

use super::kind::{AnyKind, Thing, Version};
use super::operation::Service;
use super::relation::{Birth, Link, Many, Strength};
use super::{
    account, admin_user, bss_account_information, bss_resource, bss_subscription, customer_class,
    notification_template, order_management, pa_subscription, resource_type, service_plan,
    service_plan_category, service_template, service_terms, sku, tax_category, user,
};
use crate::services::{Cx, Error};

/// Every type. Ids are asked for in this order.
pub(super) static KINDS: &[&dyn AnyKind] = &[
    &account::KIND,
    &bss_account_information::KIND,
    &customer_class::KIND,
    &user::KIND,
    &admin_user::KIND,
    &service_plan::KIND,
    &service_plan_category::KIND,
    &bss_resource::KIND,
    &service_terms::KIND,
    &tax_category::KIND,
    &notification_template::KIND,
    &service_template::KIND,
    &bss_subscription::KIND,
    &pa_subscription::KIND,
];

/// Every service.
pub(super) static SERVICES: &[&Service] = &[&sku::SERVICE, &order_management::SERVICE];

/// The older versions as which resources are shown that were created so, with their types.
pub(super) fn older() -> impl Iterator<Item = (&'static Version, &'static dyn AnyKind)> {
    let kind: &dyn AnyKind = &bss_resource::KIND;
    resource_type::OLDER.iter().map(move |it| (it, kind))
}

/// The type with a full id, or an older version of which `id` is.
pub(super) fn kind(id: &str) -> Option<&'static dyn AnyKind> {
    KINDS.iter().copied().find(|it| it.about().is(id))
}

/// What older clients call a collection.
const FORMER_ALIASES: &[(&str, &str)] = &[("pa-admin-users", "admin-users")];

/// The type whose collection has an alias.
pub(super) fn collection(alias: &str) -> Option<&'static dyn AnyKind> {
    let former = FORMER_ALIASES.iter().find(|it| it.0 == alias);
    let alias = former.map_or(alias, |it| it.1);
    KINDS.iter().copied().find(|it| it.about().alias == Some(alias))
}

/// The types of which a resource may stand where `id` is asked for.
pub(super) fn implementing(id: &str) -> Vec<&'static dyn AnyKind> {
    KINDS.iter().copied().filter(|it| it.about().is_a(id)).collect()
}

/// The types of which new resources can be made through a link from one of type `owner`, each with
/// its own link back, without which they cannot be.
pub(super) fn made_through(
    owner: &'static dyn AnyKind,
    link: &Link,
) -> Vec<(&'static dyn AnyKind, &'static Link)> {
    let back = |kind: &dyn AnyKind| {
        let is_back = |it: &&'static Link| {
            it.strength == Strength::Strong
                && it.at_birth != Birth::Settled
                && owner.about().is_a(it.to)
        };
        kind.links().into_iter().find(is_back)
    };
    let is_made = |it: &&'static dyn AnyKind| link.many == Many::Any && it.create().is_some();
    let kinds = implementing(link.to).into_iter().filter(is_made);
    kinds.filter_map(|it| Some((it, back(it)?))).collect()
}

/// The resource with an id, if the caller may see it.
pub(super) fn find(cx: Cx<'_>, id: Uuid) -> Result<Option<Box<dyn Thing>>, Error> {
    for kind in KINDS {
        if let Some(thing) = kind.find(cx, id)? {
            return Ok(Some(thing));
        }
    }
    Ok(None)
}

/// The resource with an id.
pub(super) fn get(cx: Cx<'_>, id: Uuid) -> Result<Box<dyn Thing>, Error> {
    find(cx, id)?.ok_or_else(|| Error::not_found(id))
}

/// The resource with an id that a link leads to, if the caller may see it.
pub(super) fn target(cx: Cx<'_>, link: &Link, id: Uuid) -> Result<Option<Box<dyn Thing>>, Error> {
    for kind in implementing(link.to) {
        if let Some(thing) = kind.find(cx, id)? {
            return Ok(Some(thing));
        }
    }
    Ok(None)
}
