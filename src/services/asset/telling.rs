//! Telling who holds an asset that there is a newer version of it, so many at a time.

use std::collections::BTreeSet;

use super::specifications_with;
use crate::domain::catalog::asset::Asset;
use crate::domain::catalog::offer::Offer;
use crate::domain::event::Verb;
use crate::domain::id::{AssetId, OfferId, SubscriptionId};
use crate::domain::page::PageRequest;
use crate::domain::subscription::Subscription;
use crate::services::{Act, Cx, Error};
use crate::store::catalog::OFFER_BY_SPECIFICATION;
use crate::store::subscription::SUBSCRIPTION_BY_OFFER;
use crate::store::{Along, Key, Records};

/// How many holders are looked at in one act.
const LOOKED_AT_MAX: usize = 100;

/// Tells the next holders of an asset of its newest version, once it is time. Returns whether there was
/// anything to do.
///
/// # Errors
/// If the store fails.
pub fn tell(act: &mut Act<'_>, id: AssetId) -> Result<bool, Error> {
    let it: Asset = act.load(id)?;
    let Some(telling) = it.telling().filter(|it| it.at <= act.now()) else { return Ok(false) };
    let mut last = telling.after;
    let (from, mut room) = (last.map(|it| it.0), LOOKED_AT_MAX);
    for offer in offers_with(act.cx(), id)?.into_iter().filter(|it| Some(*it) >= from) {
        let after = last.filter(|it| it.0 == offer).map(|it| it.1);
        let holders = holders(act.cx(), (offer, after), room)?;
        room -= holders.len();
        for holder in holders {
            last = Some((offer, holder.id));
            if holder.state().is_running() {
                act.keep((holder, Verb::AssetUpgraded))?;
            }
        }
        if room == 0 {
            act.put_quietly(&it.told_to(last))?;
            return Ok(true);
        }
    }
    act.put_quietly(&it.told_to(None))?;
    Ok(true)
}

/// The offers whose specification delivers an asset itself.
pub(super) fn offers_with(cx: Cx<'_>, id: AssetId) -> Result<BTreeSet<OfferId>, Error> {
    let mut offers = BTreeSet::new();
    for of in specifications_with(cx, id)? {
        let prefix = Key::new().id(of.id);
        let found = cx.view.ids_along::<Offer>(OFFER_BY_SPECIFICATION, prefix, &mut |_| true)?;
        offers.extend(found);
    }
    Ok(offers)
}

/// The next subscriptions to an offer, at most so many, whoever has them.
fn holders(
    cx: Cx<'_>,
    (offer, after): (OfferId, Option<SubscriptionId>),
    most: usize,
) -> Result<Vec<Subscription>, Error> {
    let after = after.map(|it| Key::new().id(offer).id(it).bytes());
    let request = PageRequest { after, ..PageRequest::oldest(most) };
    let along = Along::Index(SUBSCRIPTION_BY_OFFER, Key::new().id(offer).bytes());
    Ok(cx.view.list::<Subscription>(&along, &request, &mut |_| true)?.items)
}
