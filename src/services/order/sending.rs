//! Where what is physical of an order is sent: where its buyer says, or else where its account has goods
//! sent to.

use crate::domain::account::Account;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::specification::{Delivery, Specification};
use crate::domain::error::Invalid;
use crate::domain::id::{Kind, OfferId};
use crate::domain::order::PlaceOrder;
use crate::domain::order::item::{Action, Item, Parent};
use crate::domain::order::resolution::Resolved;
use crate::domain::order::shipment::Destination;
use crate::domain::party::medium::PostalAddress;
use crate::domain::provisioning::connector::Connector;
use crate::domain::subscription::tree::Belonging;
use crate::domain::text::Code;
use crate::services::{Act, Cx, Error, provisioning, shipment, subscription};
use crate::store::Records;

/// Writes down with each piece that is sent where it goes, and with no other.
///
/// # Errors
/// [`Error::Invalid`] with the piece of which nobody knows it.
pub(super) fn addressed(
    act: &mut Act<'_>,
    (account, placed): (&Account, &PlaceOrder),
    resolved: &mut [Resolved],
) -> Result<(), Error> {
    let roots: Vec<Code> = resolved.iter().map(|it| root(&it.item, resolved)).collect();
    for (it, root) in resolved.iter_mut().zip(roots) {
        let said = it.item.deliver_to.take().or_else(|| placed.request.deliver_to.clone());
        if !is_sent(act, it)? {
            continue;
        }
        let destination = match said {
            Some(said) => Some(said),
            None => known(act.cx(), (account, placed), &it.item)?.into_iter().next(),
        };
        let missing = || {
            let place = placed.items().iter().position(|it| it.key == root).unwrap_or_default();
            let why = format!("must say where the item `{}` is sent", it.item.key);
            Invalid::one(format!("/items/{place}/deliver_to"), "required", why)
        };
        it.item.deliver_to = Some(destination.ok_or_else(missing)?);
    }
    Ok(())
}

/// Whether something is sent if an item is done.
fn is_sent(act: &mut Act<'_>, it: &Resolved) -> Result<bool, Error> {
    match it.deal.as_ref().filter(|_| it.item.action == Action::Add) {
        Some(deal) => {
            let maker = provisioning::maker_of(act, deal.specification)?;
            Ok(maker == Connector::Shipment)
        }
        None => Ok(false),
    }
}

/// The item that was asked for, of which another is a part.
fn root(of: &Item, all: &[Resolved]) -> Code {
    let mut key = &of.key;
    for _ in all {
        let item = all.iter().find(|it| it.item.key == *key);
        match item.and_then(|it| it.item.parent.as_ref()) {
            Some(Parent::Item(above, Belonging::Part)) => {
                key = above;
            }
            Some(Parent::Item(..) | Parent::Subscription(..)) | None => break,
        }
    }
    key.clone()
}

/// Where an item could be sent that says nothing of it.
fn known(
    cx: Cx<'_>,
    (account, placed): (&Account, &PlaceOrder),
    item: &Item,
) -> Result<Vec<Destination>, Error> {
    let named = item.billing_account.or(placed.request.billing_account);
    let bills_to = subscription::bills_to(cx, account.id, named)?;
    Ok(shipment::destinations(account, Some(&bills_to)))
}

/// Whether something is sent to who buys an offer: it itself, or a part of it.
///
/// # Errors
/// If the store fails.
pub fn sends(cx: Cx<'_>, offer: OfferId) -> Result<bool, Error> {
    let Some(offer) = cx.shared::<Offer>(offer)? else { return Ok(false) };
    let mut all = vec![offer.clone()];
    for part in &offer.content.parts {
        all.extend(cx.shared::<Offer>(part.offer)?);
    }
    for id in all.iter().filter_map(|it| it.content.specification) {
        let of = cx.shared::<Specification>(id)?;
        if of.is_some_and(|it| it.content.delivery == Delivery::Physical) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What an order comes to is known before anybody says where it is sent.
pub(super) fn suppose_addressed(cx: Cx<'_>, placed: &mut PlaceOrder) -> Result<(), Error> {
    let Some(account) = cx.view.find::<Account>(placed.account())? else { return Ok(()) };
    let recipient = account.profile().name.clone();
    let anywhere = Destination { recipient, address: PostalAddress::default(), phone: None };
    placed.request.deliver_to.get_or_insert(anywhere);
    Ok(())
}

/// Where what an account is about to order could be sent: the whole addresses of it that are known, as far
/// as the caller may know them.
///
/// # Errors
/// If the account is not there for the caller, or has no such billing account.
pub fn destinations(cx: Cx<'_>, placed: &PlaceOrder) -> Result<Vec<Destination>, Error> {
    let account = super::buyer(cx, "/account", placed.account())?;
    if !cx.actor.sees(Kind::Account, &account.stamp) {
        return Ok(Vec::new());
    }
    let Some(item) = placed.items().first() else { return Ok(Vec::new()) };
    let mut known = known(cx, (&account, placed), item)?;
    known.retain(|it| it.violations("").is_empty());
    Ok(known)
}
