//! Promotions: what is announced of offers, for who sees those.

use super::{Cx, Error, offer};
use crate::domain::catalog::lifecycle::State;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::promotion::Promotion;
use crate::domain::id::{Kind, PromotionId};
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::store::{Along, Records};

/// Whether the caller may see a promotion: who keeps it always, everybody else what is launched and
/// announces something that it sees.
fn shows(cx: Cx<'_>, it: &Promotion) -> Result<bool, Error> {
    if cx.actor.sees(Kind::Promotion, &it.stamp) {
        return Ok(true);
    }
    let is_before_shelf = cx.actor.may(Permission::OfferBrowse, &it.stamp) == Decision::Yes;
    if it.life.state() != State::Launched || !is_before_shelf {
        return Ok(false);
    }
    for id in &it.offers {
        if cx.view.find::<Offer>(*id)?.is_some_and(|it| offer::shows(cx, &it)) {
            return Ok(true);
        }
    }
    Ok(it.offers.is_empty())
}

/// The promotion with an id.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn get(cx: Cx<'_>, id: PromotionId) -> Result<Promotion, Error> {
    let found = cx.view.find::<Promotion>(id)?.ok_or_else(|| Error::not_found(id))?;
    if shows(cx, &found)? { Ok(found) } else { Err(Error::not_found(id)) }
}

/// A page of the promotions that the caller may see.
///
/// # Errors
/// If the store fails.
pub fn list(cx: Cx<'_>, page: &PageRequest) -> Result<Page<Promotion>, Error> {
    let found = cx.view.list::<Promotion>(&Along::All, page, &mut |_| true)?;
    let mut items = Vec::with_capacity(found.items.len());
    for it in found.items {
        if shows(cx, &it)? {
            items.push(it);
        }
    }
    Ok(Page { items, next: found.next })
}
