//! Bundles that somebody has: what is left of one that is not whole any more costs what it costs by itself.

use super::keep;
use crate::domain::catalog::bundle::is_short;
use crate::domain::catalog::offer::Offer;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::tree::Belonging;
use crate::domain::time::Date;
use crate::services::{Act, Error};
use crate::store::subscription::SUBSCRIPTION_BY_PARENT;
use crate::store::{Along, Key};

/// Sees to what is left of a bundle once there is less of a part, or none of it, as of a day: where the bundle
/// has fewer of that than must be taken, the other parts cost less no more, in periods that begin from then on.
///
/// # Errors
/// If the store fails.
pub(super) fn follow(act: &mut Act<'_>, part: &Subscription, on: Date) -> Result<(), Error> {
    let (Some((bundle, Belonging::Part)), Some(bundled)) = (part.parent(), &part.deal().bundled)
    else {
        return Ok(());
    };
    let whole: Subscription = act.load(bundle)?;
    let sold = act.cx().shared::<Offer>(bundled.bundle)?;
    let Some(sold) = sold.filter(|_| whole.state().is_living()) else { return Ok(()) };
    let along = Along::Index(SUBSCRIPTION_BY_PARENT, Key::new().id(bundle).bytes());
    let mut left = act.every::<Subscription>(&along)?;
    left.retain(|it| it.state().is_living() && it.parent() == Some((bundle, Belonging::Part)));
    let offer = part.deal().offer;
    let same = left.iter().filter(|it| it.deal().offer == offer).map(Subscription::quantity);
    let count = same.fold(0, u32::saturating_add) / whole.quantity().max(1);
    if !is_short(&sold.content.parts, offer, count) {
        return Ok(());
    }
    for it in left {
        if let Some(alone) = it.left_of_its_bundle(on) {
            keep(act, alone)?;
        }
    }
    Ok(())
}
