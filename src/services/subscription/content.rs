//! What a subscription is to: its offer, what it delivers, and the resources in it.
//!
//! Whoever may see a subscription may see this, whether or not it is still on the shelf.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::resource::Resource;
use crate::domain::catalog::specification::Specification;
use crate::domain::id::ResourceId;
use crate::domain::subscription::Subscription;
use crate::services::{Cx, Error};
use crate::store::Records;

/// The offer that a subscription is to, as it is now.
///
/// # Errors
/// If the store fails.
pub fn offer(cx: Cx<'_>, it: &Subscription) -> Result<Option<Arc<Offer>>, Error> {
    cx.shared(it.deal().offer)
}

/// What a subscription delivers; nothing of its own if it is to a bundle.
///
/// # Errors
/// If the store fails.
pub fn specification(cx: Cx<'_>, it: &Subscription) -> Result<Option<Arc<Specification>>, Error> {
    it.deal().specification.map_or(Ok(None), |id| cx.shared(id))
}

/// All resources that have to do with a subscription: that it has, that its offer has, and that what
/// it delivers is made of.
///
/// # Errors
/// If the store fails.
pub fn resources(cx: Cx<'_>, it: &Subscription) -> Result<BTreeMap<ResourceId, Resource>, Error> {
    let offered = offer(cx, it)?.map(|it| it.content.resources.clone()).unwrap_or_default();
    let delivered = specification(cx, it)?;
    let delivered = delivered.map(|it| it.content.resources.clone()).unwrap_or_default();
    let ids = it.deal().resources.keys().copied();
    let ids = ids.chain(offered.iter().map(|it| it.resource)).chain(delivered);
    let mut found = BTreeMap::new();
    for id in ids {
        if !found.contains_key(&id)
            && let Some(resource) = cx.view.find::<Resource>(id)?
        {
            found.insert(id, resource);
        }
    }
    Ok(found)
}
