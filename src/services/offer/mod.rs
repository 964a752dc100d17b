//! Offers: what can be bought, its prices, and when it is on the shelf.

mod copy;
mod market;
mod price;
mod sale;

use std::collections::BTreeSet;

pub use self::copy::{copied, copy, synchronize};
use self::market::must_be_listable;
pub(super) use self::market::take_all_off_market;
pub use self::market::{list_on_market, listing_obstacles, take_off_market};
pub use self::price::{
    Chosen, add_price, add_price_as, begin_version, characteristics, drop_price,
    is_priced_otherwise, kinds, page_of_prices, price, prices, promised_prices, redraft_price,
    rename_price, reprice, revise_price, taken_prices, unit, units,
};
pub use self::sale::{publish, remove, unpublish};
use super::catalog::{self, New};
use super::{Act, Cx, Error, account, marketplace, publication, service_terms};
use crate::domain::catalog::category::{Audience, Catalog, Category};
use crate::domain::catalog::lifecycle::{Life, State, Trigger};
use crate::domain::catalog::offer::{Direction, Offer, OfferContent};
use crate::domain::catalog::resource::Resource;
use crate::domain::catalog::service_terms::ServiceTerms;
use crate::domain::catalog::specification::{RelationKind, Specification};
use crate::domain::error::{Code, Invalid, Rejection, Violation};
use crate::domain::id::{AccountId, CatalogId, OfferId};
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::domain::text;
use crate::store::catalog::of_seller as catalog_key;
use crate::store::catalog::{
    OFFER_BY_CATALOG, OFFER_BY_CATEGORY, OFFER_BY_PART_NUMBER, OFFER_BY_SPECIFICATION,
};
use crate::store::{Along, Key, Records};

/// Whether the caller may see an offer: its seller always; who buys what is on the shelf or was,
/// because it may still hold it; who is not known what everybody can buy now.
#[must_use]
pub fn shows(cx: Cx<'_>, offer: &Offer) -> bool {
    is_before(cx, offer) || cx.actor.is_known() && marketplace::is_held(cx, offer)
}

/// The same of what stands on a shelf before the caller, that of its seller or of who carries it.
pub(super) fn is_before(cx: Cx<'_>, offer: &Offer) -> bool {
    let may = |permission| cx.actor.may(permission, &offer.stamp) == Decision::Yes;
    may(Permission::CatalogRead)
        || (may(Permission::OfferBrowse) || marketplace::is_carried(cx, offer))
            && if cx.actor.is_known() { offer.life.was_on_market() } else { is_public(cx, offer) }
}

/// Whether an offer is for everybody: on sale now, for no chosen few, and published by itself
/// nowhere, or in a catalog for everybody.
fn is_public(cx: Cx<'_>, offer: &Offer) -> bool {
    let catalogs = &offer.content.catalogs;
    // What cannot be read is for nobody.
    let find = |id: &CatalogId| cx.view.find::<Catalog>(*id).ok().flatten();
    offer.life.is_on_sale(cx.now)
        && !is_for_few(&offer.content)
        && (catalogs.is_empty() || catalogs.iter().filter_map(find).any(|it| is_open(cx, &it)))
}

/// Whether an offer is for chosen accounts or classes of accounts alone.
pub(super) fn is_for_few(it: &OfferContent) -> bool {
    !it.eligibility.accounts.is_empty() || !it.eligibility.classes.is_empty()
}

/// Whether a catalog is before everybody now.
fn is_open(cx: Cx<'_>, it: &Catalog) -> bool {
    it.audience == Audience::Everybody && it.life.is_on_sale(cx.now)
}

/// The catalogs that are before everybody now.
///
/// # Errors
/// If the store fails.
pub(super) fn open_catalogs(cx: Cx<'_>) -> Result<BTreeSet<CatalogId>, Error> {
    let all = cx.every::<Catalog>(&Along::All)?;
    Ok(all.into_iter().filter(|it| is_open(cx, it)).map(|it| it.id).collect())
}

/// The offer with an id.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn get(cx: Cx<'_>, id: OfferId) -> Result<Offer, Error> {
    let found = cx.view.find::<Offer>(id)?.filter(|it| shows(cx, it));
    found.ok_or_else(|| Error::not_found(id))
}

/// The offers of a seller that the caller may see, the oldest first.
///
/// # Errors
/// If the store fails.
pub fn of_seller(cx: Cx<'_>, seller: SellerNumber) -> Result<Vec<Offer>, Error> {
    let all = cx.every::<Offer>(&Along::Sellers(vec![seller]))?;
    Ok(all.into_iter().filter(|it| shows(cx, it)).collect())
}

/// A page of the offers that a catalog publishes by themselves and that the caller may see.
///
/// # Errors
/// If the store fails.
pub fn in_catalog(cx: Cx<'_>, id: CatalogId, page: &PageRequest) -> Result<Page<Offer>, Error> {
    let along = Along::Index(OFFER_BY_CATALOG, Key::new().id(id).bytes());
    Ok(cx.view.list(&along, page, &mut |it| shows(cx, it))?)
}

/// The offer that the input names at `pointer`.
///
/// # Errors
/// [`Error::Invalid`] with the field if it is not there, or not for the caller.
pub fn named(cx: Cx<'_>, pointer: &str, id: OfferId) -> Result<Offer, Error> {
    let missing = || Invalid::one(pointer, "reference", format!("`{id}` is not there"));
    let found = cx.view.find::<Offer>(id)?.filter(|it| shows(cx, it));
    found.ok_or_else(|| missing().into())
}

/// Why an offer cannot be had by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// It is not there, or not for the caller.
    NotThere,
    /// It is not on sale now.
    NotOnSale,
    /// It is sold as a part of others.
    InBundlesOnly,
}

/// What keeps an offer from being had by itself; nothing if nothing does.
///
/// # Errors
/// If the store fails.
pub fn obstacle(cx: Cx<'_>, id: OfferId) -> Result<Option<Obstacle>, Error> {
    let found = get(cx, id).map(Some).or_else(Error::or_nothing)?;
    Ok(match found {
        None => Some(Obstacle::NotThere),
        Some(it) if !it.life.is_on_sale(cx.now) => Some(Obstacle::NotOnSale),
        Some(it) if !it.content.is_sellable => Some(Obstacle::InBundlesOnly),
        Some(_) => None,
    })
}

/// The offer that a seller sells under a part number, if the caller may see it: its own before what others
/// list.
///
/// # Errors
/// If the store fails.
pub fn by_part_number(
    cx: Cx<'_>,
    seller: SellerNumber,
    number: &text::Code,
) -> Result<Option<Offer>, Error> {
    let numbered = |of: SellerNumber| {
        let key = catalog_key(of, number.as_str()).bytes();
        let found = cx.every::<Offer>(&Along::Index(OFFER_BY_PART_NUMBER, key))?;
        let is_meant = |it: &Offer| {
            of == seller || it.is_listed() && it.life.is_on_sale(cx.now) && it.content.is_sellable
        };
        Ok::<_, Error>(found.into_iter().find(|it| shows(cx, it) && is_meant(it)))
    };
    let own = numbered(seller)?;
    if own.is_some() || marketplace::kept_by(cx, seller)?.is_none() {
        return Ok(own);
    }
    let mut listed = Vec::new();
    for other in account::sellers(cx)?.into_iter().filter(|it| *it != seller) {
        listed.extend(numbered(other)?);
    }
    // Whose of several is meant, nobody can say.
    Ok(listed.pop().filter(|_| listed.is_empty()))
}

/// A page of the offers that the caller may see.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    category: Option<crate::domain::id::CategoryId>,
    page: &PageRequest,
    mut accept: impl FnMut(&Offer) -> bool,
) -> Result<Page<Offer>, Error> {
    let along = match category {
        Some(id) => Along::Index(OFFER_BY_CATEGORY, Key::new().id(id).bytes()),
        None => Along::All,
    };
    Ok(cx.view.list(&along, page, &mut |it| is_before(cx, it) && accept(it))?)
}

/// Creates an offer.
///
/// # Errors
/// If a rule is broken, something it names is not there, or the caller may not.
pub fn create(
    act: &mut Act<'_>,
    new: impl Into<New<OfferId>>,
    life: Life,
    content: OfferContent,
) -> Result<Offer, Error> {
    let new: New<OfferId> = new.into();
    named_by(act.cx(), &content, None)?;
    must_bundle_own(act.cx(), new.seller, (&content, None))?;
    if let Some(supplier) = content.supplier {
        super::order::must_be_supplier(act.cx(), new.seller, supplier)?;
    }
    let is_launched = life.state() == State::Launched;
    let offer: Offer = catalog::create(act, new, Permission::CatalogWrite, |id, stamp| {
        Offer::new(id, stamp, life, content)
    })?;
    must_have_its_own_part_number(act, &offer)?;
    if is_launched {
        must_be_launchable(act.cx(), &offer)?;
    }
    Ok(offer)
}

/// Gives an offer another content.
///
/// # Errors
/// As [`create`]; if it has changed since.
pub fn revise(
    act: &mut Act<'_>,
    id: OfferId,
    revision: Option<u32>,
    change: impl FnOnce(OfferContent) -> Result<OfferContent, Error>,
) -> Result<Offer, Error> {
    let offer: Offer = act.get(id)?;
    let (seller, before) = (offer.stamp.seller, offer.content);
    let content = change(before.clone())?;
    if let Some(supplier) = content.supplier.filter(|it| Some(*it) != before.supplier) {
        super::order::must_be_supplier(act.cx(), seller, supplier)?;
    }
    named_by(act.cx(), &content, Some(&before))?;
    must_bundle_own(act.cx(), seller, (&content, Some(&before)))?;
    let what = (id, revision);
    let offer =
        catalog::revise(act, what, Permission::CatalogWrite, |it: Offer| it.changed(content))?;
    must_have_its_own_part_number(act, &offer)?;
    if offer.life.state() == State::Launched {
        must_be_launchable(act.cx(), &offer)?;
        if offer.is_listed() {
            must_be_listable(act.cx(), &offer)?;
        }
    }
    if offer.content.service_terms != before.service_terms {
        service_terms::follow(act, [id])?;
    }
    Ok(offer)
}

/// Moves an offer along its life, up to retirement: no trigger here needs to know who holds it.
///
/// # Errors
/// If its state forbids it, something keeps it from the shelf, or the caller may not.
pub fn on(act: &mut Act<'_>, id: OfferId, trigger: Trigger) -> Result<Offer, Error> {
    let offer: Offer = act.get(id)?;
    act.must(Permission::CatalogPublish, &offer.stamp)?;
    if trigger == Trigger::Launch {
        must_be_launchable(act.cx(), &offer)?;
    }
    let moved = offer.on(trigger, 0)?;
    act.keep(moved)
}

/// What keeps an offer from the shelf; nothing if nothing does.
///
/// # Errors
/// If the store fails.
pub fn launch_obstacles(cx: Cx<'_>, offer: &Offer) -> Result<Vec<Violation>, Error> {
    let specification = match offer.content.specification {
        Some(id) => cx.view.find::<Specification>(id)?,
        None => None,
    };
    let parts: Result<Vec<_>, _> =
        offer.content.parts.iter().map(|it| cx.view.find::<Offer>(it.offer)).collect();
    let parts: Vec<_> = parts?.into_iter().flatten().collect();
    let catalogs = offer.content.catalogs.iter().map(|it| cx.view.find::<Catalog>(*it));
    let catalogs: Vec<_> = catalogs.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    let mut found = offer.launch_obstacles(specification.as_ref(), &parts, &catalogs);
    found.extend(had_otherwise(cx, offer, specification.as_ref())?);
    Ok(found)
}

/// What everybody has for nothing is not sold as well: what keeps an offer from the shelf because another
/// one delivers the same otherwise.
fn had_otherwise(
    cx: Cx<'_>,
    offer: &Offer,
    specification: Option<&Specification>,
) -> Result<Option<Violation>, Error> {
    use crate::domain::catalog::offer::Openness;
    let (other, does) = match offer.content.openness {
        Openness::Open => (Openness::Sold, "sells"),
        Openness::Sold => (Openness::Open, "gives everybody"),
    };
    for id in specification.iter().flat_map(|it| &it.content.assets) {
        if let Some(other) = super::asset::openly(cx, *id, other)?.filter(|it| it.id != offer.id) {
            let message = format!("delivers `{id}`, which `{}` {does}", other.id);
            return Ok(Some(Violation::new("/specification", "conflict", message)));
        }
    }
    Ok(None)
}

fn must_be_launchable(cx: Cx<'_>, offer: &Offer) -> Result<(), Error> {
    let obstacles = launch_obstacles(cx, offer)?;
    if obstacles.is_empty() {
        return Ok(());
    }
    let why: Vec<_> = obstacles.iter().map(ToString::to_string).collect();
    let why = format!("`{}` cannot be launched: {}", offer.id, why.join("; "));
    Err(Rejection::new(Code::CatalogStateForbids, why).into())
}

fn must_have_its_own_part_number(act: &Act<'_>, offer: &Offer) -> Result<(), Error> {
    match &offer.content.part_number {
        Some(number) => {
            let own = (offer.stamp.seller, number.as_str());
            catalog::must_be_free::<Offer>(act, OFFER_BY_PART_NUMBER, own, offer.id)
        }
        None => Ok(()),
    }
}

/// Refuses a part of a bundle that is another seller's, unless it was a part before: what others let one
/// sell on is copied first, so that they are paid for it.
fn must_bundle_own(
    cx: Cx<'_>,
    seller: SellerNumber,
    (content, before): (&OfferContent, Option<&OfferContent>),
) -> Result<(), Error> {
    for (place, part) in content.parts.iter().enumerate() {
        let was = before.is_some_and(|it| it.parts.iter().any(|it| it.offer == part.offer));
        let found = cx.shared::<Offer>(part.offer)?.filter(|_| !was);
        if let Some(other) = found.filter(|it| it.stamp.seller != seller) {
            let how = match of_a_supplier(cx, seller, &other)? {
                Some(supplier) => instead_of(supplier),
                None if other.is_listed() => "what others list is sold by itself".to_owned(),
                None => format!("copy `{}` first, to sell it on", part.offer),
            };
            let message = format!("must be an offer of the same seller: {how}");
            return Err(Invalid::one(format!("/bundle/{place}/offer"), "resale", message).into());
        }
    }
    Ok(())
}

/// Who sells an offer, if that is an account that a seller has: what it offers its own customers is not
/// sold on to those of the seller, who can have it delivered for an offer of its own.
fn of_a_supplier(
    cx: Cx<'_>,
    seller: SellerNumber,
    other: &Offer,
) -> Result<Option<AccountId>, Error> {
    let of = account::of_seller(cx, other.stamp.seller)?;
    Ok((of.stamp.seller == seller && of.seller_number() != Some(seller)).then_some(of.id))
}

fn instead_of(supplier: AccountId) -> String {
    format!("make one whose `supplier` is `{supplier}`, who delivers it for you")
}

/// Refuses content that names what the caller may not see, unless it named that before: a copy
/// goes on to deliver what its original does.
fn named_by(
    cx: Cx<'_>,
    content: &OfferContent,
    before: Option<&OfferContent>,
) -> Result<(), Error> {
    let specification = content.specification;
    if let Some(id) =
        specification.filter(|_| before.map(|it| it.specification) != Some(specification))
    {
        cx.named::<Specification>("/specification", id)?;
    }
    let terms = content.service_terms;
    if let Some(id) = terms.filter(|_| before.map(|it| it.service_terms) != Some(terms)) {
        cx.named::<ServiceTerms>("/service_terms", id)?;
    }
    for id in &content.categories {
        if !before.is_some_and(|it| it.categories.contains(id)) {
            cx.named::<Category>("/categories", *id)?;
        }
    }
    for id in &content.catalogs {
        if !before.is_some_and(|it| it.catalogs.contains(id)) {
            // Whoever may see a catalog may put its own offers into it.
            let missing = || Invalid::one("/catalogs", "reference", format!("`{id}` is not there"));
            publication::get(cx, *id).map(Some).or_else(Error::or_nothing)?.ok_or_else(missing)?;
        }
    }
    for (place, part) in content.parts.iter().enumerate() {
        named(cx, &format!("/bundle/{place}/offer"), part.offer)?;
    }
    for (place, switch) in content.switches.iter().enumerate() {
        let had = |it: &OfferContent| it.switches.iter().any(|it| it.to == switch.to);
        if !before.is_some_and(had) {
            named(cx, &format!("/switches/{place}/to"), switch.to)?;
        }
    }
    for (place, rate) in content.resources.iter().enumerate() {
        let had = |it: &OfferContent| it.resources.iter().any(|it| it.resource == rate.resource);
        if !before.is_some_and(had) {
            cx.named::<Resource>(&format!("/resources/{place}/resource"), rate.resource)?;
        }
    }
    Ok(())
}

/// To which other offers subscriptions to an offer may switch, and to which term of them, any if none
/// is said: those that its seller named, and those that deliver what its specification may be
/// exchanged for. Only what is on sale, and on a shelf before the caller.
///
/// # Errors
/// If the store fails.
pub fn switches(
    cx: Cx<'_>,
    from: &Offer,
) -> Result<Vec<(Offer, Option<text::Code>, Direction)>, Error> {
    let mut wanted: Vec<_> =
        from.content.switches.iter().map(|it| (it.to, it.term.clone(), it.direction)).collect();
    let specification = from.content.specification;
    if let Some(it) =
        specification.map(|it| cx.view.find::<Specification>(it)).transpose()?.flatten()
    {
        for kind in [RelationKind::Migration, RelationKind::Substitution] {
            for related in it.related(kind, cx.now) {
                let along = Along::Index(OFFER_BY_SPECIFICATION, Key::new().id(related).bytes());
                let offers = cx.every::<Offer>(&along)?.into_iter();
                wanted.extend(offers.map(|it| (it.id, None, Direction::Sidegrade)));
            }
        }
    }
    let mut found: Vec<(Offer, Option<text::Code>, Direction)> = Vec::new();
    for (id, term, direction) in wanted.into_iter().filter(|it| it.0 != from.id) {
        let known = found.iter().any(|it| it.0.id == id && (it.1.is_none() || it.1 == term));
        let offer = cx.view.find::<Offer>(id)?.filter(|it| shows(cx, it) && !known);
        let offer = offer.filter(|it| it.life.is_on_sale(cx.now));
        found.extend(offer.map(|it| (it, term, direction)));
    }
    Ok(found)
}
