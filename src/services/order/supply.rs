//! Supply: several sellers in one order. A seller lists what others deliver for it: they are its suppliers.
//!
//! The buyer orders, and pays once, of the seller to whose customers it belongs, who bills it. Each item is
//! worked on by its supplier, who sees its own items of an order and those alone; the order is what its items
//! are. What a supplier earns is a part of what was paid, by the share model of the offer, and paid out by
//! settlements.
//!
//! Who lists an offer on the marketplace is its supplier wherever another seller sells it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::account::Account;
use crate::domain::catalog::offer::Offer;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, OfferId, OrderId};
use crate::domain::operator::{Actor, Decision, Permission};
use crate::domain::order::Order;
use crate::domain::order::item::{Action, Item};
use crate::domain::page::{Page, PageRequest};
use crate::domain::payment::Payment;
use crate::domain::stamp::SellerNumber;
use crate::services::{Act, Bss, Cx, Error, checkout, marketplace, settlement};
use crate::store::order::ORDER_BY_SUPPLIER;
use crate::store::{Along, Key, Records};

/// Copies lie no deeper below their original; this only bounds damage.
const LEVELS_MAX: usize = 64;

/// The account for which the caller delivers, if it is one of those who order for that account: who may
/// trade for it may work on what it trades.
#[must_use]
pub fn supplier(cx: Cx<'_>, seller: SellerNumber) -> Option<AccountId> {
    let own = cx.actor.standing()?.account;
    let stamp = cx.stamp(seller, Some(own));
    (cx.actor.may(Permission::OrderPlace, &stamp) == Decision::Yes).then_some(own)
}

/// A page of the orders of which the caller's account delivers something, each with these items alone.
///
/// # Errors
/// If the store fails.
pub fn supplied(
    cx: Cx<'_>,
    page: &PageRequest,
    mut accept: impl FnMut(&Order) -> bool,
) -> Result<Page<Order>, Error> {
    let Some(own) = cx.actor.standing().map(|it| it.account) else {
        return Ok(Page { items: Vec::new(), next: None });
    };
    let along = Along::Index(ORDER_BY_SUPPLIER, Key::new().id(own).bytes());
    let part = |it: &Order| {
        let is_for = supplier(cx, it.stamp.seller) == Some(own);
        is_for.then(|| it.clone().part_of(own)).flatten()
    };
    let mut is_wanted = |it: &Order| part(it).is_some_and(|it| accept(&it));
    let found = cx.view.list::<Order>(&along, page, &mut is_wanted)?;
    let mut items = Vec::with_capacity(found.items.len());
    for it in found.items {
        items.extend(part_for(cx, it, own)?);
    }
    Ok(Page { items, next: found.next })
}

/// An order as far as the caller sees it: whole, or what of it its account delivers.
///
/// # Errors
/// [`Error::NotFound`] if it is not there for the caller.
pub fn seen(cx: Cx<'_>, id: OrderId) -> Result<Order, Error> {
    if let Some(whole) = cx.find::<Order>(id)? {
        return Ok(whole);
    }
    let Some(found) = cx.view.find::<Order>(id)? else { return Err(Error::not_found(id)) };
    let own = supplier(cx, found.stamp.seller);
    let part = own.map(|own| part_for(cx, found, own)).transpose()?.flatten();
    part.ok_or_else(|| Error::not_found(id))
}

/// What of an order one delivers; of what was sold on, what it is a copy of, which is what its supplier
/// knows. Nothing if it delivers none.
///
/// # Errors
/// If the store fails.
pub fn part_for(cx: Cx<'_>, order: Order, supplier: AccountId) -> Result<Option<Order>, Error> {
    let Some(part) = order.part_of(supplier) else { return Ok(None) };
    let mut known = BTreeMap::new();
    for id in part.items().iter().filter_map(|it| it.wish.offer) {
        let found = supplied_offer(cx, part.stamp.seller, id)?;
        known.extend(found.map(|(it, _)| (id, it.id)));
    }
    Ok(Some(part.known_as(&known)))
}

/// An order; where its payment waits for a page to pay at because its gateway did not answer before, the
/// gateway is asked once more, for who may pay it.
///
/// # Errors
/// If it is not there, or not for the caller.
pub fn reached(bss: &Bss, actor: &Actor, id: OrderId) -> Result<Order, Error> {
    let (order, unanswered) = bss.read(actor, |cx| {
        let order = seen(cx, id)?;
        let may = cx.actor.may(Permission::OrderPlace, &order.stamp) == Decision::Yes;
        let awaited = order.awaited_payment().filter(|_| may);
        let payment = awaited.map(|id| cx.view.find::<Payment>(id)).transpose()?.flatten();
        let has_page =
            |it: &Payment| it.attempt.as_ref().is_some_and(|attempt| attempt.page.is_some());
        Ok((order, payment.filter(|it| it.method.is_none() && !has_page(it)).map(|it| it.id)))
    })?;
    match unanswered {
        None => Ok(order),
        Some(payment) => {
            checkout::ask_in_passing(bss, payment)?;
            bss.read(actor, |cx| cx.get(id))
        }
    }
}

/// A page of the orders that the caller may see, with those that it has placed with who sells to it, and
/// after them those of which it delivers something.
///
/// # Errors
/// If the store fails.
pub fn list_with_own_and_supplied(
    cx: Cx<'_>,
    page: &PageRequest,
    mut accept: impl FnMut(&Order) -> bool,
) -> Result<Page<Order>, Error> {
    // No key of a list is empty: so begins the second one.
    let (supplied_from, own_from) = match page.after.as_deref() {
        Some([b's', key @ ..]) => (Some(key.to_vec()), None),
        Some([_, key @ ..]) => (None, Some(key.to_vec())),
        Some([]) | None => (None, None),
    };
    let part = |after: Option<Vec<u8>>| PageRequest {
        after: after.filter(|it| !it.is_empty()),
        ..page.clone()
    };
    if let Some(from) = supplied_from {
        let mut found = supplied(cx, &part(Some(from)), accept)?;
        found.items.retain(|it| !matches!(cx.find::<Order>(it.id), Ok(Some(_))));
        found.next = found.next.map(|it| [&b"s"[..], &it].concat());
        return Ok(found);
    }
    let found = cx.list_with_own(&part(own_from), &mut accept)?;
    let next = match found.next {
        Some(next) => [&b"o"[..], &next].concat(),
        None => b"s".to_vec(),
    };
    Ok(Page { items: found.items, next: Some(next) })
}

/// Whether the caller's account delivers an item of an order.
#[must_use]
pub fn supplies(cx: Cx<'_>, order: &Order, item: &Item) -> bool {
    let own = supplier(cx, order.stamp.seller);
    own.is_some() && own == item.supplier
}

/// What an item is called to the account that delivers it: as its own offer is, or the one that it is a
/// copy of. Nothing if the caller does not deliver it.
///
/// # Errors
/// If the store fails.
pub fn called(cx: Cx<'_>, order: &Order, item: &Item) -> Result<Option<String>, Error> {
    let offer = item.wish.offer.filter(|_| supplies(cx, order, item));
    let found = offer.map(|id| supplied_offer(cx, order.stamp.seller, id)).transpose()?;
    Ok(found.flatten().map(|(it, _)| it.content.name.original().to_string()))
}

/// Whether the caller works on an item: it decides on orders of the seller, or delivers the item.
pub(super) fn must_work_on(cx: Cx<'_>, order: &Order, item: &Item) -> Result<(), Error> {
    if supplies(cx, order, item) {
        return Ok(());
    }
    cx.must(Permission::OrderDecide, &order.stamp)
}

/// Who delivers what an item asks for of a seller.
pub(super) fn of_item(
    cx: Cx<'_>,
    seller: SellerNumber,
    item: &Item,
) -> Result<Option<AccountId>, Error> {
    if item.action != Action::Add {
        return Ok(item.supplier);
    }
    let found = item.wish.offer.map(|id| supplied_offer(cx, seller, id)).transpose()?;
    Ok(found.flatten().map(|(_, supplier)| supplier))
}

/// The offer that says who delivers what a seller sells by an offer, and who does: itself, or of what is
/// sold on, the original or what that is a copy of. Nothing if the seller delivers it.
fn supplied_offer(
    cx: Cx<'_>,
    seller: SellerNumber,
    of: OfferId,
) -> Result<Option<(Arc<Offer>, AccountId)>, Error> {
    let Some(sold) = cx.shared::<Offer>(of)? else { return Ok(None) };
    if let Some(supplier) = marketplace::deliverer(cx, seller, &sold)? {
        return Ok(Some((sold, supplier)));
    }
    let mut next = Some(sold);
    for _ in 0..LEVELS_MAX {
        let Some(offer) = next else { break };
        if let Some(supplier) = offer.content.supplier {
            return Ok(Some((offer, supplier)));
        }
        next = offer.content.copy_of.map(|id| cx.shared::<Offer>(id)).transpose()?.flatten();
    }
    Ok(None)
}

/// Sees to it that who delivers what a seller sells of the marketplace has its part of what is paid, from
/// the first order on.
pub(super) fn agree(act: &mut Act<'_>, seller: SellerNumber, items: &[Item]) -> Result<(), Error> {
    for item in items {
        let sold = item.wish.offer.map(|id| act.cx().shared::<Offer>(id)).transpose()?.flatten();
        let supplier = sold.map(|it| marketplace::deliverer(act.cx(), seller, &it)).transpose()?;
        if let Some(supplier) = supplier.flatten() {
            settlement::agree(act, (seller, supplier))?;
        }
    }
    Ok(())
}

/// Refuses a supplier whom the seller does not sell to: it knows nobody else.
///
/// # Errors
/// [`Error::Invalid`] at `/supplier`.
pub(in crate::services) fn must_be_known(
    cx: Cx<'_>,
    seller: SellerNumber,
    supplier: AccountId,
) -> Result<(), Error> {
    let found: Account = cx.named("/supplier", supplier)?;
    if found.stamp.seller == seller && found.seller_number() != Some(seller) {
        return Ok(());
    }
    let message = "must be an account that the seller has: a customer or a reseller of its own";
    Err(Invalid::one("/supplier", "reference", message).into())
}
