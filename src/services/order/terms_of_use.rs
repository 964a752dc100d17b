//! The terms of use of what is ordered: which an order accepts, and that it must.

use std::collections::BTreeSet;

use crate::domain::catalog::offer::Offer;
use crate::domain::error::{Invalid, Violation};
use crate::domain::id::OfferId;
use crate::domain::order::item::Item;
use crate::domain::order::{Acceptance, unaccepted};
use crate::domain::text::Code;
use crate::services::{Act, Cx, Error};

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
    let mut accepted = Vec::new();
    for id in bought(items) {
        let offer = cx.shared::<Offer>(id)?;
        let terms = offer.as_deref().and_then(|it| it.content.terms_of_use.as_ref());
        accepted.extend(terms.map(|it| acceptance(cx, id, it.version.clone())));
    }
    Ok(accepted)
}

/// The offers that some items buy, each once.
pub(super) fn bought(items: &[Item]) -> BTreeSet<OfferId> {
    items.iter().filter_map(|it| it.wish.offer).collect()
}

/// Refuses to sell what has terms of use that were not accepted.
pub(super) fn must_accept(
    act: &Act<'_>,
    offers: BTreeSet<OfferId>,
    accepted: &[Acceptance],
) -> Result<(), Error> {
    let offers = offers.into_iter().map(|id| act.load::<Offer>(id));
    let offers = offers.collect::<Result<Vec<_>, _>>()?;
    let open = unaccepted(&offers, accepted).into_iter().map(|(offer, version)| {
        let message = format!("must accept version `{version}` of the terms of use of `{offer}`");
        Violation::new("/accepted_terms", "required", message)
    });
    Ok(Invalid::unless_empty(open.collect())?)
}
