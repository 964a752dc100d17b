//! Bundles that somebody has: what is left of one that is not whole any more costs what it costs by itself.

use super::keep;
use crate::domain::catalog::bundle::is_short;
use crate::domain::catalog::offer::Offer;
use crate::domain::id::{OfferId, SubscriptionId};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::tree::Belonging;
use crate::domain::time::Date;
use crate::services::{Act, Cx, Error};
use crate::store::subscription::SUBSCRIPTION_BY_PARENT;
use crate::store::{Along, Key, Records};

/// Sees to what is left of a bundle once there is less of a part, or none of it, as of a day: where the bundle
/// has fewer of that than must be taken, the other parts cost less no more, in periods that begin from then on.
///
/// # Errors
/// If the store fails.
pub(super) fn follow(act: &mut Act<'_>, part: &Subscription, on: Date) -> Result<(), Error> {
    for it in left(act.cx(), part, None)? {
        if let Some(alone) = it.left_of_its_bundle(on) {
            keep(act, alone)?;
        }
    }
    Ok(())
}

/// What would cost less no more without a part of a bundle.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn alone_without(
    cx: Cx<'_>,
    part: &Subscription,
    on: Date,
) -> Result<Vec<OfferId>, Error> {
    let left = left(cx, part, Some((part.id, 0)))?.into_iter();
    let alone = left.filter_map(|it| it.left_of_its_bundle(on)).map(|it| it.0.deal().offer);
    Ok(alone.collect())
}

/// A part of a bundle as it will be after a change as of a day, and the other parts that cost less no more by that,
/// as they will be.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn after_change(
    cx: Cx<'_>,
    (before, after): (&Subscription, Subscription),
    on: Date,
) -> Result<(Subscription, Vec<Subscription>), Error> {
    let is_same = before.deal().offer == after.deal().offer;
    let stay = if is_same { after.quantity() } else { 0 };
    if is_same && before.quantity() <= stay {
        return Ok((after, Vec::new()));
    }
    let left = left(cx, before, Some((before.id, stay)))?;
    if left.is_empty() {
        return Ok((after, left));
    }
    let after = after.clone().left_of_its_bundle(on).map_or(after, |it| it.0);
    let alone = left.into_iter().filter_map(|it| it.left_of_its_bundle(on)).map(|it| it.0);
    Ok((after, alone.collect()))
}

/// The parts that are left of a bundle, but for one, of which so many stay, if it has fewer of an offer than must
/// be taken.
fn left(
    cx: Cx<'_>,
    part: &Subscription,
    but: Option<(SubscriptionId, u32)>,
) -> Result<Vec<Subscription>, Error> {
    let (Some((bundle, Belonging::Part)), Some(bundled)) = (part.parent(), &part.deal().bundled)
    else {
        return Ok(Vec::new());
    };
    let whole = cx.view.find::<Subscription>(bundle)?.filter(|it| it.state().is_living());
    let (Some(whole), Some(sold)) = (whole, cx.shared::<Offer>(bundled.bundle)?) else {
        return Ok(Vec::new());
    };
    let along = Along::Index(SUBSCRIPTION_BY_PARENT, Key::new().id(bundle).bytes());
    let is_part = |it: &Subscription| it.parent() == Some((bundle, Belonging::Part));
    let mut left = cx.every::<Subscription>(&along)?;
    left.retain(|it| it.state().is_living() && is_part(it) && Some(it.id) != but.map(|it| it.0));
    let offer = part.deal().offer;
    let same = left.iter().filter(|it| it.deal().offer == offer).map(Subscription::quantity);
    let stay = but.map_or(0, |it| it.1);
    let count = same.fold(stay, u32::saturating_add) / whole.quantity().max(1);
    Ok(if is_short(&sold.content.parts, offer, count) { left } else { Vec::new() })
}
