//! On and off the marketplace: what a seller lets others have on their shelves.

use std::collections::BTreeSet;

use super::prices;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::Price;
use crate::domain::error::{Code, Rejection, Violation};
use crate::domain::event::Verb;
use crate::domain::id::OfferId;
use crate::domain::money::Currency;
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::stamp::SellerNumber;
use crate::services::{Act, Cx, Error, account, marketplace};
use crate::store::catalog::PRICE_BY_OFFER;
use crate::store::{Along, Key, Records};

/// Lists an offer: sellers that carry the marketplace have it on their shelves from now on.
///
/// # Errors
/// If something keeps it from there, or the caller may not.
pub fn list_on_market(act: &mut Act<'_>, id: OfferId) -> Result<Offer, Error> {
    let offer: Offer = act.get(id)?;
    act.must(Permission::CatalogPublish, &offer.stamp)?;
    if offer.is_listed() {
        return Ok(offer);
    }
    let seller = account::of_seller(act.cx(), offer.stamp.seller)?;
    if seller.state().is_leaving() {
        let why = format!(
            "`{id}` cannot be on the marketplace: its seller's account is `{}`",
            seller.state()
        );
        return Err(Rejection::new(Code::AccountStateForbids, why).into());
    }
    must_be_listable(act.cx(), &offer)?;
    act.keep((offer.listed(), Verb::Changed))
}

/// Takes an offer off the marketplace: it stands on its seller's own shelf alone. Who bought it keeps it.
///
/// # Errors
/// If one that is listed bundles it or adds to it, or the caller may not.
pub fn take_off_market(act: &mut Act<'_>, id: OfferId) -> Result<Offer, Error> {
    let offer: Offer = act.get(id)?;
    act.must(Permission::CatalogPublish, &offer.stamp)?;
    if !offer.is_listed() {
        return Ok(offer);
    }
    let names = |it: &Offer| {
        it.is_listed()
            && (it.content.adds_to == Some(id) || it.content.parts.iter().any(|it| it.offer == id))
    };
    let own = act.cx().every::<Offer>(&Along::Sellers(vec![offer.stamp.seller]))?;
    if let Some(other) = own.iter().find(|it| names(it)) {
        let why = format!("`{id}` is named by `{}`, which is on the marketplace", other.id);
        return Err(Rejection::new(Code::InUse, why).into());
    }
    act.keep((offer.taken_off(), Verb::Changed))
}

/// Takes all that a seller lists off the marketplace, because it goes.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn take_all_off_market(
    act: &mut Act<'_>,
    seller: SellerNumber,
) -> Result<(), Error> {
    for offer in act.every::<Offer>(&Along::Sellers(vec![seller]))? {
        if offer.is_listed() {
            act.keep((offer.taken_off(), Verb::Changed))?;
        }
    }
    Ok(())
}

/// What keeps an offer from the marketplace; nothing if nothing does.
///
/// # Errors
/// If the store fails.
pub fn listing_obstacles(cx: Cx<'_>, offer: &Offer) -> Result<Vec<Violation>, Error> {
    let content = &offer.content;
    let named = content.parts.iter().map(|it| it.offer).chain(content.adds_to);
    let named = named.map(|id| cx.view.find::<Offer>(id)).collect::<Result<Vec<_>, _>>()?;
    let named: Vec<_> = named.into_iter().flatten().collect();
    let mut found = offer.listing_obstacles(&named);
    found.extend(priced_for_nobody(cx, offer)?);
    Ok(found)
}

/// What has prices that no seller of the marketplace can bill is on no shelf to any purpose. Neither all sellers
/// nor all prices are looked at where one finds one that goes with it.
fn priced_for_nobody(cx: Cx<'_>, offer: &Offer) -> Result<Option<Violation>, Error> {
    let along = Along::Index(PRICE_BY_OFFER, Key::new().id(offer.id).bytes());
    let is_priced = |is_meant: &mut dyn FnMut(&Price) -> bool| {
        let found = cx.view.list::<Price>(&along, &PageRequest::first(1), is_meant)?;
        Ok::<_, Error>(!found.items.is_empty() || found.next.is_some())
    };
    if !is_priced(&mut |_| true)? {
        return Ok(None);
    }
    let mut is_found = false;
    let billed = marketplace::currencies(cx, offer.stamp.seller, |currency| {
        is_found = is_priced(&mut |it| it.currency == currency)?;
        Ok(is_found)
    })?;
    if is_found || billed.is_empty() {
        return Ok(None);
    }
    let priced: BTreeSet<_> = prices(cx, offer.id)?.iter().map(|it| it.currency).collect();
    let words = |all: &BTreeSet<Currency>| {
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let message = format!(
        "has prices in {} alone, and who carries it bills in {}",
        words(&priced),
        words(&billed)
    );
    Ok(Some(Violation::new("/prices", "conflict", message)))
}

pub(super) fn must_be_listable(cx: Cx<'_>, offer: &Offer) -> Result<(), Error> {
    let obstacles = listing_obstacles(cx, offer)?;
    if obstacles.is_empty() {
        return Ok(());
    }
    let why: Vec<_> = obstacles.iter().map(ToString::to_string).collect();
    let why = format!("`{}` cannot be on the marketplace: {}", offer.id, why.join("; "));
    Err(Rejection::new(Code::CatalogStateForbids, why).into())
}
