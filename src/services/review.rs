//! Reviews: what buyers say of what they bought, and what sellers answer.
//!
//! An account says it once for each offer; saying it again takes the place of what it said. What is
//! shown is read by everybody before the shelf, without the name of who said it; what the seller hid
//! only by the seller and by who said it.

use super::{Act, Cx, Error, offer};
use crate::domain::account::Account;
use crate::domain::catalog::offer::Offer;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, Kind, OfferId, ReviewId};
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::domain::review::{Reputation, Review, Stars, Visibility, WriteReview};
use crate::domain::subscription::Subscription;
use crate::domain::text::Prose;
use crate::store::review::{REVIEW_BY_BUYER, REVIEW_BY_OFFER};
use crate::store::{Along, Key, Records, review};

/// What somebody thinks.
#[derive(Debug, Clone)]
pub struct Said {
    /// How much one likes it.
    pub stars: Stars,
    /// Why.
    pub text: Option<Prose>,
}

/// Says what the caller's account thinks of an offer that it bought; what it said before goes, with
/// the seller's answer to it.
///
/// # Errors
/// [`Code::ReviewForbids`] if the account never had it; [`Code::NotForOneself`] if it sells it; if
/// the offer is not there or not for the caller, or the caller belongs to no account.
pub fn set(
    act: &mut Act<'_>,
    (pointer, offer): (&str, OfferId),
    said: Said,
) -> Result<Review, Error> {
    let permission = Permission::ReviewWrite;
    let offer = offer::named(act.cx(), pointer, offer)?;
    let standing = act.actor().standing().cloned().ok_or(Error::Forbidden { permission })?;
    if let Some(before) = by(act.cx(), offer.id, standing.account)? {
        act.must(permission, &before.stamp)?;
        return act.keep(before.revise(said.stars, said.text));
    }
    let stamp = act.cx().stamp(offer.stamp.seller, Some(standing.account));
    let stamp = stamp.of_person(standing.user);
    act.must(permission, &stamp)?;
    let account: Account = act.load(standing.account)?;
    if account.seller_number() == Some(offer.stamp.seller) {
        let why = "who sells an offer does not review it";
        return Err(Rejection::new(Code::NotForOneself, why).into());
    }
    must_have_had(act.cx(), account.id, offer.id)?;
    let (id, offer) = (act.new_id(), offer.id);
    let Said { stars, text } = said;
    let written = Review::write(WriteReview { id, stamp, offer, stars, text })?;
    act.keep_new(written)
}

/// What an account says of an offer.
///
/// # Errors
/// If the store fails.
pub fn by(cx: Cx<'_>, offer: OfferId, account: AccountId) -> Result<Option<Review>, Error> {
    Ok(cx.view.first_along(REVIEW_BY_BUYER, Key::new().id(offer).id(account))?)
}

/// Refuses an account to which an offer was never delivered.
fn must_have_had(cx: Cx<'_>, account: AccountId, offer: OfferId) -> Result<(), Error> {
    let mut page = PageRequest::first(1);
    loop {
        let had = |it: &Subscription| it.deal().offer == offer && it.activated_at().is_some();
        let found = cx.view.list(&Along::Owner(account), &page, &mut |it| had(it))?;
        page.after = found.next;
        match (found.items.is_empty(), &page.after) {
            (false, _) => return Ok(()),
            (true, Some(_)) => {}
            (true, None) => {
                let why = format!("the account never had `{offer}`");
                return Err(Rejection::new(Code::ReviewForbids, why).into());
            }
        }
    }
}

/// Takes back what the caller's account said.
///
/// # Errors
/// If it is not there, or another account's; [`Code::ReviewForbids`] if it is hidden: who says it again
/// would show it again.
pub fn remove(act: &mut Act<'_>, id: ReviewId) -> Result<(), Error> {
    let permission = Permission::ReviewWrite;
    let it = get(act.cx(), id)?;
    let own = act.actor().standing().map(|it| it.account);
    if own != it.stamp.owner {
        return Err(Error::Forbidden { permission });
    }
    act.must(permission, &it.stamp)?;
    if it.visibility() == Visibility::Hidden {
        let why = "a review that its seller has hidden stays: say something else in it";
        return Err(Rejection::new(Code::ReviewForbids, why).into());
    }
    act.delete(&it)
}

/// Answers a review, in the place of what was answered before.
///
/// # Errors
/// If it is not there, or the caller does not sell what it is about.
pub fn answer(act: &mut Act<'_>, id: ReviewId, text: Prose) -> Result<Review, Error> {
    let it = moderated(act, id)?;
    let answered = it.answer(text, act.now());
    act.keep(answered)
}

/// Shows a review to others, or hides it from them.
///
/// # Errors
/// As [`answer`].
pub fn moderate(act: &mut Act<'_>, id: ReviewId, to: Visibility) -> Result<Review, Error> {
    let it = moderated(act, id)?;
    act.keep(it.moderate(to))
}

/// A review that the caller may answer and hide.
fn moderated(act: &Act<'_>, id: ReviewId) -> Result<Review, Error> {
    let permission = Permission::ReviewModerate;
    let it = get(act.cx(), id)?;
    let may = act.actor().may(permission, &it.stamp) == Decision::Yes;
    if may { Ok(it) } else { Err(Error::Forbidden { permission }) }
}

/// Whether the caller may read a review.
fn shows(cx: Cx<'_>, it: &Review) -> bool {
    let is_before_shelf = || {
        let of = cx.shared::<Offer>(it.offer()).ok().flatten();
        cx.actor.may(Permission::OfferBrowse, &it.stamp) == Decision::Yes
            || of.is_some_and(|it| it.was_listed() && offer::shows(cx, &it))
    };
    cx.actor.sees(Kind::Review, &it.stamp)
        || it.visibility() == Visibility::Shown && is_before_shelf()
}

/// The review with an id.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn get(cx: Cx<'_>, id: ReviewId) -> Result<Review, Error> {
    let found = cx.view.find::<Review>(id)?.filter(|it| shows(cx, it));
    found.ok_or_else(|| Error::not_found(id))
}

/// A page of what is said of an offer, as far as the caller may read it.
///
/// # Errors
/// If the offer is not there or not for the caller.
pub fn of_offer(cx: Cx<'_>, id: OfferId, page: &PageRequest) -> Result<Page<Review>, Error> {
    let offer = offer::get(cx, id)?;
    let along = Along::Index(REVIEW_BY_OFFER, Key::new().id(offer.id).bytes());
    Ok(cx.view.list(&along, page, &mut |it| shows(cx, it))?)
}

/// A page of the reviews that the caller said or has to answer.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    page: &PageRequest,
    accept: impl FnMut(&Review) -> bool,
) -> Result<Page<Review>, Error> {
    cx.list_with_own(page, accept)
}

/// What all buyers together think of an offer.
///
/// # Errors
/// If the store fails.
pub fn reputation(cx: Cx<'_>, offer: OfferId) -> Result<Reputation, Error> {
    Ok(review::reputation(cx.view, offer)?)
}

/// What all buyers together think of each offer of which something is said and that the caller sees.
///
/// # Errors
/// If the store fails.
pub fn reputations(cx: Cx<'_>) -> Result<Vec<(OfferId, Reputation)>, Error> {
    let mut all = review::reputations(cx.view)?;
    let mut shown = Vec::with_capacity(all.len());
    for (id, reputation) in all.drain(..) {
        if cx.view.find::<Offer>(id)?.is_some_and(|it| offer::shows(cx, &it)) {
            shown.push((id, reputation));
        }
    }
    Ok(shown)
}
