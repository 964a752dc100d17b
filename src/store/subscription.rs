//! Subscriptions and their seats, as they are kept.

use std::ops::ControlFlow;

use uuid::Uuid;

use super::codec::Key;
use super::record::record;
use super::tally::{Of, Part, rows};
use super::view::{KeyRange, View};
use super::{StoreError, overview};
use crate::domain::due::{Due, Duty};
use crate::domain::id::{AccountId, Id as _, OfferId, SeatId, SpecificationId, SubscriptionId};
use crate::domain::page::PageOrder;
use crate::domain::stamp::SellerNumber;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::seat::Seat;

record!(Subscription, SubscriptionId, "subscription", shape 1,
    /// `(billing account, subscription)`: what is billed together.
    SUBSCRIPTION_BY_BILLING_ACCOUNT = "by_billing_account" => |it, keys| {
        keys.push(Key::new().id(it.billing_account()).id(it.id));
    },
    /// `(offer, subscription)`.
    SUBSCRIPTION_BY_OFFER = "by_offer" => |it, keys| {
        keys.push(Key::new().id(it.deal().offer).id(it.id));
    },
    /// `(offer, seller, account, subscription)`: who sold it to whom.
    SUBSCRIPTION_BY_HOLDER = "by_holder" => |it, keys| {
        let sold = Key::new().id(it.deal().offer).u32(it.stamp.seller.0);
        keys.push(sold.id(it.account()).id(it.id));
    },
    /// `(parent, subscription)`: what belongs to one.
    SUBSCRIPTION_BY_PARENT = "by_parent" => |it, keys| {
        keys.extend(it.parent().map(|(parent, _)| Key::new().id(parent).id(it.id)));
    },
    /// `(account, specification, subscription)`: what of a specification somebody has.
    SUBSCRIPTION_BY_SPECIFICATION = "by_specification" => |it, keys| {
        let of = it.deal().specification;
        keys.extend(of.map(|of| Key::new().id(it.account()).id(of).id(it.id)));
    },
    /// `(order, subscription)`: what an order brought about.
    SUBSCRIPTION_BY_ORDER = "by_order" => |it, keys| {
        keys.extend(it.origin.as_ref().map(|(order, _)| Key::new().id(*order).id(it.id)));
    },
    /// `(name in one case, subscription)`: those that have a name of their own.
    SUBSCRIPTION_BY_NAME = "by_name" => |it, keys| {
        keys.extend(it.name().map(|name| Key::new().folded(name.as_str()).id(it.id)));
    },
    /// `(state, subscription)`.
    SUBSCRIPTION_BY_STATE = "by_state" => |it, keys| {
        keys.push(Key::new().u8(it.state() as u8).id(it.id));
    },
    sums
    /// `(seller, price, day of its version, resource, units)`: how many subscriptions run at a price.
    SUBSCRIPTION_RUNNING = "running" => overview::running,
    due => |it| it.due_at().map(|at| Due { at, duty: Duty::Term }),
);

/// Of which specifications an account has something. It takes one step for each of them, however many
/// subscriptions of it there are.
///
/// # Errors
/// If the engine fails or a key is too short.
pub fn specifications_of(
    view: &(impl View + ?Sized),
    account: AccountId,
) -> Result<Vec<SpecificationId>, StoreError> {
    let table = SUBSCRIPTION_BY_SPECIFICATION;
    let (all, mut found) = (Key::new().id(account).bytes(), Vec::new());
    let mut range = KeyRange::prefix(&all);
    loop {
        let mut next = None;
        view.scan(table, &range, PageOrder::Rising, &mut |key, _| {
            let damaged = StoreError::Unreadable { table: table.0, source: None };
            next = Some(*key[all.len()..].first_chunk::<16>().ok_or(damaged)?);
            Ok(ControlFlow::Break(()))
        })?;
        let Some(id) = next else { return Ok(found) };
        found.push(SpecificationId::from_uuid(Uuid::from_bytes(id)));
        let last = [&all[..], &id, &[u8::MAX; 16]].concat();
        range = KeyRange::prefix(&all).after(Some(&last), PageOrder::Rising);
    }
}

/// The sellers that have sold an offer. It takes one step for each of them, however many subscriptions to it
/// there are.
///
/// # Errors
/// If the engine fails or a key is too short.
pub fn sellers_of(
    view: &(impl View + ?Sized),
    offer: OfferId,
) -> Result<Vec<SellerNumber>, StoreError> {
    let table = SUBSCRIPTION_BY_HOLDER;
    let (all, mut found) = (Key::new().id(offer).bytes(), Vec::new());
    let mut range = KeyRange::prefix(&all);
    loop {
        let mut next = None;
        view.scan(table, &range, PageOrder::Rising, &mut |key, _| {
            let damaged = StoreError::Unreadable { table: table.0, source: None };
            next = Some(*key[all.len()..].first_chunk::<4>().ok_or(damaged)?);
            Ok(ControlFlow::Break(()))
        })?;
        let Some(seller) = next else { return Ok(found) };
        found.push(SellerNumber(u32::from_be_bytes(seller)));
        let last = [&all[..], &seller, &[u8::MAX; 32]].concat();
        range = KeyRange::prefix(&all).after(Some(&last), PageOrder::Rising);
    }
}

record!(Seat, SeatId, "seat", shape 1,
    /// `(subscription, seat)`.
    SEAT_BY_SUBSCRIPTION = "by_subscription" => |it, keys| {
        keys.push(Key::new().id(it.subscription()).id(it.id));
    },
    /// `(user, seat)`.
    SEAT_BY_USER = "by_user" => |it, keys| {
        keys.push(Key::new().id(it.user()).id(it.id));
    },
    sums
    /// `(subscription)`: how many of its seats users have.
    SEAT_TAKEN = "taken" => |it, parts| {
        let key = Key::new().id(it.subscription());
        parts.extend(it.is_taken().then(|| Part { key, sums: vec![1] }));
    },
);

/// How many seats of a subscription users have.
///
/// # Errors
/// If the engine fails or the sum cannot be read.
pub fn seats_taken(view: &dyn View, of: SubscriptionId) -> Result<u32, StoreError> {
    let key = KeyRange::prefix(&Key::new().id(of).bytes());
    let rows = rows::<Seat>(view, SEAT_TAKEN, &key, Of::All)?;
    let count = rows.iter().map(|it| it.sum(0)).sum::<i64>();
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
