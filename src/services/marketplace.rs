//! The marketplace: what of other sellers stands on a seller's shelf.
//!
//! A seller lists offers of its own; others carry what is listed, each by its settings, and sell it to
//! their customers. There is one offer, and no copy of it: who carries it invoices, taxes and duns as if it
//! were its own, its seller delivers it ([`supply`](super::order)) and has its part of what is paid
//! ([`settlement`](super::settlement)). What is not listed, and before a shelf that carries nothing of
//! others everything of them, is not there.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cx, Error, account, billing_account, class};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::tree::LEVELS_MAX;
use crate::domain::account::{Account, Remains};
use crate::domain::billing::policy::{Marketplace, Policies, Policy};
use crate::domain::catalog::offer::{Market, Offer};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{AccountId, Kind, OfferId};
use crate::domain::money::Currency;
use crate::domain::operator::{Decision, Permission, Scope};
use crate::domain::order::Order;
use crate::domain::page::PageRequest;
use crate::domain::quantity::Percent;
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::lifecycle::State;
use crate::domain::text::Code as Channel;
use crate::store::account::ACCOUNT_BY_SELLING;
use crate::store::meta::setting;
use crate::store::order::ORDER_BY_SUPPLIER;
use crate::store::subscription::{SUBSCRIPTION_BY_HOLDER, sellers_of};
use crate::store::{Along, Key, Records};

/// So many sellers are looked at in one step.
const SELLERS_AT_ONCE: usize = 100;

/// So many hundredths a seller keeps of what it sells for others; nothing if its shelf carries nothing of
/// others.
///
/// # Errors
/// If the store fails.
pub fn kept_by(cx: Cx<'_>, seller: SellerNumber) -> Result<Option<Percent>, Error> {
    let Some(Policies(all)) = setting::<Policies>(cx.view)? else { return Ok(None) };
    kept(cx, &all, seller)
}

fn kept(
    cx: Cx<'_>,
    all: &BTreeMap<SellerNumber, Policy>,
    seller: SellerNumber,
) -> Result<Option<Percent>, Error> {
    let own = all.get(&seller).unwrap_or(&Policy::DEFAULT);
    let any_decides = || all.values().any(|it| it.marketplace == Marketplace::OpenBelow);
    let mut above = Vec::new();
    if own.marketplace == Marketplace::Inherited && any_decides() {
        let mut next = seller;
        while next != SellerNumber::PROVIDER && above.len() < LEVELS_MAX {
            next = account::of_seller(cx, next)?.stamp.seller;
            above.push(all.get(&next).unwrap_or(&Policy::DEFAULT));
        }
    }
    Ok(own.keeps_of_others(above))
}

/// In which currencies the sellers bill first that carry what one of them lists, up to the first of them that
/// is meant.
///
/// # Errors
/// If the store fails.
pub(super) fn currencies(
    cx: Cx<'_>,
    but: SellerNumber,
    mut is_meant: impl FnMut(Currency) -> Result<bool, Error>,
) -> Result<BTreeSet<Currency>, Error> {
    let Some(Policies(all)) = setting::<Policies>(cx.view)? else { return Ok(BTreeSet::new()) };
    let along = Along::Index(ACCOUNT_BY_SELLING, Vec::new());
    let (mut found, mut page) = (BTreeSet::new(), PageRequest::oldest(SELLERS_AT_ONCE));
    loop {
        let sellers = cx.view.list::<Account>(&along, &page, &mut |_| true)?;
        for account in sellers.items {
            let Some(seller) = account.seller_number().filter(|it| *it != but) else { continue };
            if kept(cx, &all, seller)?.is_none() {
                continue;
            }
            let Some(id) = billing_account::default_id_of(cx, account.id)? else { continue };
            let Some(own) = cx.view.find::<BillingAccount>(id)? else { continue };
            let currency = own.currency();
            if found.insert(currency) && is_meant(currency)? {
                return Ok(found);
            }
        }
        page.after = sellers.next;
        if page.after.is_none() {
            return Ok(found);
        }
    }
}

/// The first shelf before the caller that carries what others list, its own before that of who sells to
/// it.
///
/// # Errors
/// If the store fails.
pub fn carrying(cx: Cx<'_>) -> Result<Option<SellerNumber>, Error> {
    let vendor = cx.actor.standing().map(|it| it.vendor);
    let mut shelves: Vec<_> = cx.actor.shelves().into_iter().flatten().collect();
    shelves.sort_by_key(|it| Some(*it) == vendor);
    for shelf in shelves {
        if kept_by(cx, shelf)?.is_some() {
            return Ok(Some(shelf));
        }
    }
    Ok(None)
}

/// Whether an offer stands on a shelf before the caller because it is listed. What cannot be read is
/// for nobody.
pub(super) fn is_carried(cx: Cx<'_>, offer: &Offer) -> bool {
    let is_on = |shelf: SellerNumber| has_a_channel(cx, shelf, offer).unwrap_or(false);
    offer.is_listed() && carrying(cx).is_ok_and(|it| it.is_some_and(is_on))
}

/// The channels through which alone a seller sells an offer, its own or one that it carries; nothing if it
/// sells it through any.
///
/// # Errors
/// If the store fails.
pub(super) fn channels(
    cx: Cx<'_>,
    seller: SellerNumber,
    offer: &Offer,
) -> Result<Option<BTreeSet<Channel>>, Error> {
    let (rules, lister) = (&offer.content.eligibility, offer.stamp.seller);
    if rules.channels.is_empty() {
        return Ok(None);
    }
    if lister == seller {
        return Ok(Some(rules.channels.clone()));
    }
    let (lists, carries) = (class::channels_kept(cx, lister)?, class::channels_kept(cx, seller)?);
    Ok(Some(rules.channels_of_carrier(&lists, &carries)))
}

/// Whether a seller has any of the channels that an offer is bound to, if it is.
fn has_a_channel(cx: Cx<'_>, seller: SellerNumber, offer: &Offer) -> Result<bool, Error> {
    Ok(channels(cx, seller, offer)?.is_none_or(|it| !it.is_empty()))
}

/// An offer as a seller sells it: bound to the channels that it has of those which it is bound to.
///
/// # Errors
/// If the store fails.
pub(super) fn as_sold_by(
    cx: Cx<'_>,
    seller: SellerNumber,
    mut offer: Offer,
) -> Result<Offer, Error> {
    if let Some(left) = channels(cx, seller, &offer)?.filter(|it| !it.is_empty()) {
        offer.content.eligibility.channels = left;
    }
    Ok(offer)
}

/// Whether the caller sees a subscription to an offer that was bought on the marketplace, and so the offer,
/// wherever it stands now.
pub(super) fn is_held(cx: Cx<'_>, offer: &Offer) -> bool {
    offer.was_listed() && held(cx, offer.id).unwrap_or(false)
}

fn held(cx: Cx<'_>, offer: OfferId) -> Result<bool, Error> {
    let own = cx.actor.standing().map(|it| it.account);
    let branch = match cx.actor.scope(Kind::Subscription) {
        Scope::Nothing => return Ok(false),
        Scope::Everything => return sees_one(cx, Key::new().id(offer)),
        Scope::Sellers(sellers) => sellers,
        Scope::Owner(_) => Vec::new(),
    };
    for seller in sellers_of(cx.view, offer)? {
        let sold = || Key::new().id(offer).u32(seller.0);
        let by_branch = branch.contains(&seller) && sees_one(cx, sold())?;
        if by_branch || own.map_or(Ok(false), |own| sees_one(cx, sold().id(own)))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the caller sees a subscription under a key of who has which.
fn sees_one(cx: Cx<'_>, key: Key) -> Result<bool, Error> {
    let along = Along::Index(SUBSCRIPTION_BY_HOLDER, key.bytes());
    let mut page = PageRequest::first(1);
    loop {
        let found = cx.list::<Subscription>(Some(along.clone()), &page, |_| true)?;
        page.after = found.next;
        if !found.items.is_empty() || page.after.is_none() {
            return Ok(!found.items.is_empty());
        }
    }
}

/// What others have of a seller by what it lists or has listed: offers on their shelves, and what their
/// customers have or wait for.
///
/// # Errors
/// If the store fails.
pub(super) fn lent(
    cx: Cx<'_>,
    (account, seller): (AccountId, SellerNumber),
) -> Result<Remains, Error> {
    let mut lent = Remains::default();
    let own = cx.every::<Offer>(&Along::Sellers(vec![seller]))?;
    for offer in own.iter().filter(|it| it.was_listed()) {
        lent.listed += u64::from(offer.is_listed());
        for other in sellers_of(cx.view, offer.id)?.into_iter().filter(|it| *it != seller) {
            let sold = Key::new().id(offer.id).u32(other.0).bytes();
            let sold = cx.every::<Subscription>(&Along::Index(SUBSCRIPTION_BY_HOLDER, sold))?;
            let goes_on =
                |it: &&Subscription| it.state().is_living() || it.state() == State::Terminating;
            lent.sold_by_others += sold.iter().filter(goes_on).count() as u64;
        }
    }
    let orders = Along::Index(ORDER_BY_SUPPLIER, Key::new().id(account).bytes());
    let open = cx.every::<Order>(&orders)?.into_iter().filter(|it| !it.state().is_final());
    lent.to_deliver = open.count() as u64;
    Ok(lent)
}

/// Of whom a caller buys an offer, or would: of its seller, or of who carries it before the caller.
///
/// # Errors
/// If the store fails.
pub fn merchant(cx: Cx<'_>, offer: &Offer) -> Result<SellerNumber, Error> {
    let own = offer.stamp.seller;
    let is_own = cx.actor.shelves().is_none_or(|it| it.contains(&own));
    let carrying = if is_own || !offer.is_listed() { None } else { carrying(cx)? };
    Ok(carrying.unwrap_or(own))
}

/// Whether a seller sells an offer: its own, and if it carries the marketplace what is listed and bound to no
/// channels that it has not.
///
/// # Errors
/// If the store fails.
pub fn sells(cx: Cx<'_>, seller: SellerNumber, offer: &Offer) -> Result<bool, Error> {
    if offer.stamp.seller == seller {
        return Ok(true);
    }
    let is_carried = offer.is_listed() && kept_by(cx, seller)?.is_some();
    Ok(is_carried && has_a_channel(cx, seller, offer)?)
}

/// Refuses to sell an account what its vendor does not sell, and what is its own.
///
/// # Errors
/// [`Error::Invalid`] at `pointer`; [`Code::NotForOneself`].
pub(super) fn must_sell(
    cx: Cx<'_>,
    (pointer, offer): (&str, &Offer),
    account: &Account,
) -> Result<(), Error> {
    let (id, vendor) = (offer.id, account.stamp.seller);
    if offer.stamp.seller != vendor && account.seller_number() == Some(offer.stamp.seller) {
        let why = format!("`{id}` is what the account sells itself");
        return Err(Rejection::new(Code::NotForOneself, why).into());
    }
    if sells(cx, vendor, offer)? {
        return Ok(());
    }
    let why = format!("`{id}` is not for sale by the vendor of the account");
    Err(Invalid::one(pointer, "reference", why).into())
}

/// Refuses what was on the shelf of a vendor as another's and was taken off the marketplace.
///
/// # Errors
/// [`Error::Invalid`] at `pointer`.
pub(super) fn must_not_be_gone(
    cx: Cx<'_>,
    (pointer, id): (&str, OfferId),
    vendor: SellerNumber,
) -> Result<(), Error> {
    let Some(offer) = cx.shared::<Offer>(id)? else { return Ok(()) };
    let is_gone = offer.market == Market::TakenOff && offer.stamp.seller != vendor;
    if is_gone && kept_by(cx, vendor)?.is_some() {
        let why = format!("`{id}` is not on the marketplace any more: its seller has taken it off");
        return Err(Invalid::one(pointer, "reference", why).into());
    }
    Ok(())
}

/// Whether the caller may report what was used of a subscription: who sells it, and who listed what it is to
/// and delivers that.
///
/// # Errors
/// If the store fails.
pub fn may_count(cx: Cx<'_>, it: &Subscription) -> Result<bool, Error> {
    let may = |of: &Stamp| cx.actor.may(Permission::UsageWrite, of) == Decision::Yes;
    if may(&it.stamp) {
        return Ok(true);
    }
    let offer = cx.shared::<Offer>(it.deal().offer)?;
    Ok(offer.is_some_and(|it| it.was_listed() && may(&it.stamp)))
}

/// The account that delivers an offer for a seller because the offer is its own and was listed; nothing
/// if it is the seller's.
///
/// # Errors
/// If the store fails.
pub(super) fn deliverer(
    cx: Cx<'_>,
    seller: SellerNumber,
    offer: &Offer,
) -> Result<Option<AccountId>, Error> {
    if offer.stamp.seller == seller || !offer.was_listed() {
        return Ok(None);
    }
    account::of_seller(cx, offer.stamp.seller).map(|it| Some(it.id))
}
