//! What an order may ask for before anybody looks at what that is: what its vendor wants to know, what the
//! account may be sold, and what the caller may do by itself.

use crate::domain::account::Account;
use crate::domain::attribute::definition::Attributed;
use crate::domain::catalog::offer::Offer;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, OfferId};
use crate::domain::operator::Permission;
use crate::domain::order::PlaceOrder;
use crate::domain::order::item::{Action, Item};
use crate::domain::stamp::SellerNumber;
use crate::domain::subscription::Subscription;
use crate::services::{Act, Cx, Error, attribute, marketplace, offer};
use crate::store::Records;

/// Refuses an order, or a new subscription, without an attribute that the vendor asks of each.
pub(super) fn must_say_all(
    cx: Cx<'_>,
    vendor: SellerNumber,
    placed: &PlaceOrder,
) -> Result<(), Error> {
    let said = ("/attributes", placed.request.attributes.as_slice());
    attribute::must_be_whole(cx, (vendor, Attributed::Order), said)?;
    for (place, item) in placed.items().iter().enumerate() {
        if item.action == Action::Add {
            let said = (&*format!("/items/{place}/attributes"), item.attributes.as_slice());
            attribute::must_be_whole(cx, (vendor, Attributed::Subscription), said)?;
        }
    }
    Ok(())
}

/// Refuses an offer that the caller does not see (whether it is there is not told), and one that who
/// sells to the account does not sell. What the account has stays as it is, wherever it is sold now.
pub(super) fn must_be_seen(
    act: &Act<'_>,
    account: &Account,
    (place, item): (usize, &Item),
) -> Result<(), Error> {
    let Some(id) = item.wish.offer else { return Ok(()) };
    let held = item.subscription.map(|it| act.cx().view.find::<Subscription>(it)).transpose()?;
    let held = held.flatten().filter(|it| it.account() == account.id);
    if held.as_ref().is_some_and(|it| it.deal().offer == id) {
        return Ok(());
    }
    let pointer = format!("/items/{place}/offer");
    must_be_sold(act.cx(), (pointer.as_str(), id), account)?;
    held.map_or(Ok(()), |it| must_stay_with_seller(act.cx(), (&pointer, id), &it))
}

/// Refuses an offer, named at a place, that the caller does not see or that who sells to the account does
/// not sell.
pub(super) fn must_be_sold(
    cx: Cx<'_>,
    (pointer, id): (&str, OfferId),
    account: &Account,
) -> Result<(), Error> {
    marketplace::must_not_be_gone(cx, (pointer, id), account.stamp.seller)?;
    let found = offer::named(cx, pointer, id)?;
    marketplace::must_sell(cx, (pointer, &found), account)
}

/// Refuses to switch to what another seller delivers: what its seller and its part are was agreed on for
/// what is held.
pub(super) fn must_stay_with_seller(
    cx: Cx<'_>,
    (pointer, id): (&str, OfferId),
    held: &Subscription,
) -> Result<(), Error> {
    let seller_of = |id: OfferId| cx.view.find::<Offer>(id).map(|it| it.map(|it| it.stamp.seller));
    if seller_of(id)? == seller_of(held.deal().offer)? {
        return Ok(());
    }
    let why = format!("`{id}` is delivered by another seller: order it, and end what is held");
    Err(Invalid::one(pointer, "reference", why).into())
}

/// Refuses an item that asks for what the caller may not do by itself: on the day of the order the
/// house does it, to which nothing is closed.
pub(super) fn must_be_open(
    act: &Act<'_>,
    (account, item): (AccountId, &Item),
) -> Result<(), Error> {
    let permission = match item.action {
        Action::Add | Action::NoChange => return Ok(()),
        Action::Modify | Action::Renew => Permission::SubscriptionChange,
        Action::Delete => Permission::SubscriptionCancel,
    };
    let Some(id) = item.subscription else { return Ok(()) };
    match act.cx().view.find::<Subscription>(id)?.filter(|it| it.account() == account) {
        Some(it) => act.must(permission, &it.stamp),
        // That it is no subscription of the account is told with all that speaks against the order.
        None => Ok(()),
    }
}
