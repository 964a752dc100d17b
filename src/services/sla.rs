//! Service level agreements: what the seller of an offer promises of it.

use super::{Act, Cx, Error, offer};
use crate::domain::catalog::offer::Offer;
use crate::domain::id::OfferId;
use crate::domain::operator::{Decision, Permission};
use crate::domain::review::{Metric, Sla};
use crate::store::review::SLA_BY_OFFER;
use crate::store::{Key, Records};

/// What is promised of an offer; nothing if nothing is.
///
/// # Errors
/// If the offer is not there or not for the caller.
pub fn of_offer(cx: Cx<'_>, id: OfferId) -> Result<Option<Sla>, Error> {
    let offer = offer::get(cx, id)?;
    promised(cx, offer.id)
}

fn promised(cx: Cx<'_>, offer: OfferId) -> Result<Option<Sla>, Error> {
    Ok(cx.view.first_along(SLA_BY_OFFER, Key::new().id(offer))?)
}

/// Promises something of an offer, in the place of what was promised before.
///
/// # Errors
/// If a promise is in wrong units or said twice; if the offer is not there, or another seller's.
pub fn promise(act: &mut Act<'_>, offer: OfferId, metrics: Vec<Metric>) -> Result<Sla, Error> {
    let offer = kept(act, offer)?;
    match promised(act.cx(), offer.id)? {
        Some(before) => {
            let revised = before.revise(metrics)?;
            act.keep(revised)
        }
        None => {
            let (id, stamp) = (act.new_id(), act.cx().stamp(offer.stamp.seller, None));
            act.keep_new(Sla::promise(id, stamp, offer.id, metrics)?)
        }
    }
}

/// Promises nothing of an offer any more.
///
/// # Errors
/// If the offer is not there, or another seller's.
pub fn withdraw(act: &mut Act<'_>, offer: OfferId) -> Result<(), Error> {
    let offer = kept(act, offer)?;
    match promised(act.cx(), offer.id)? {
        Some(it) => act.delete(&it),
        None => Ok(()),
    }
}

/// An offer that the caller sells.
fn kept(act: &Act<'_>, id: OfferId) -> Result<Offer, Error> {
    let permission = Permission::CatalogWrite;
    let offer = offer::get(act.cx(), id)?;
    let may = act.actor().may(permission, &offer.stamp) == Decision::Yes;
    if may { Ok(offer) } else { Err(Error::Forbidden { permission }) }
}
