//! The terms of use of what is ordered: which an order accepts, and that it must.
//!
//! Who buys a bundle accepts those of its parts as well as its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::catalog::bundle;
use crate::domain::catalog::offer::Offer;
use crate::domain::error::{Invalid, Violation};
use crate::domain::id::OfferId;
use crate::domain::order::item::{Action, Item, Parent};
use crate::domain::order::{Acceptance, unaccepted};
use crate::domain::subscription::tree::Belonging;
use crate::domain::text::Code;
use crate::services::{Cx, Error};

/// That the caller accepts a version of the terms of use of an offer.
#[must_use]
pub fn acceptance(cx: Cx<'_>, offer: OfferId, version: Code) -> Acceptance {
    Acceptance { offer, version, by: cx.actor.user(), at: cx.now }
}

/// That the caller accepts the terms of use of all that some items buy, as they are now: for a
/// contract whose orders accept them as a whole.
///
/// # Errors
/// If the store fails.
pub fn accepting_all(cx: Cx<'_>, items: &[Item]) -> Result<Vec<Acceptance>, Error> {
    let offers = with_terms(cx, items)?;
    let accepted = offers.iter().filter_map(|it| {
        let terms = it.content.terms_of_use.as_ref()?;
        Some(acceptance(cx, it.id, terms.version.clone()))
    });
    Ok(accepted.collect())
}

/// The offers with terms of use of all that some items buy, each once: with the parts of a bundle that
/// are taken of it, as they are chosen or by default.
///
/// # Errors
/// If the store fails.
pub fn with_terms(cx: Cx<'_>, items: &[Item]) -> Result<Vec<Arc<Offer>>, Error> {
    let with_parts: BTreeSet<&Code> = items.iter().filter_map(bundle_of).collect();
    let mut found = BTreeMap::new();
    for item in items {
        let named = item.wish.offer.map(|id| cx.shared::<Offer>(id)).transpose()?.flatten();
        let Some(offer) = named else { continue };
        // Where parts are items of their own, these are what is taken.
        if item.action == Action::Add && !with_parts.contains(&item.key) {
            let counts = bundle::counts(&offer.content.parts, &item.wish.parts);
            for (part, _) in counts.into_iter().filter(|it| it.1 > 0) {
                found.extend(cx.shared::<Offer>(part)?.map(|it| (part, it)));
            }
        }
        found.insert(offer.id, offer);
    }
    Ok(found.into_values().filter(|it| it.content.terms_of_use.is_some()).collect())
}

/// The bundle that an item is a part of, as an item of the same order.
fn bundle_of(item: &Item) -> Option<&Code> {
    match &item.parent {
        Some(Parent::Item(key, Belonging::Part)) => Some(key),
        Some(Parent::Item(..) | Parent::Subscription(..)) | None => None,
    }
}

/// Refuses to sell what has terms of use that were not accepted.
pub(super) fn must_accept(offers: &[Arc<Offer>], accepted: &[Acceptance]) -> Result<(), Error> {
    let offers = offers.iter().map(AsRef::as_ref);
    let open = unaccepted(offers, accepted).into_iter().map(|(offer, version)| {
        let message = format!("must accept version `{version}` of the terms of use of `{offer}`");
        Violation::new("/accepted_terms", "required", message)
    });
    Ok(Invalid::unless_empty(open.collect())?)
}
