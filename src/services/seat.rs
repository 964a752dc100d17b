//! Seats: giving a subscription's units to users.

use super::{Act, Cx, Error};
use crate::domain::event::Verb;
use crate::domain::id::{SeatId, SubscriptionId, UserId};
use crate::domain::operator::{Permission, User};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::seat::{self, Seat, Trigger};
use crate::store::subscription::{SEAT_BY_SUBSCRIPTION, SEAT_BY_USER};
use crate::store::{Along, Key};

/// The sequence that seats are numbered by.
const NUMBERS: &str = "seat";

/// The seats of a subscription.
///
/// # Errors
/// If the store fails.
pub fn of(cx: Cx<'_>, subscription: SubscriptionId) -> Result<Vec<Seat>, Error> {
    cx.every(&Along::Index(SEAT_BY_SUBSCRIPTION, Key::new().id(subscription).bytes()))
}

/// The seats that a user has or had.
///
/// # Errors
/// If the store fails.
pub fn of_user(cx: Cx<'_>, user: UserId) -> Result<Vec<Seat>, Error> {
    cx.every(&Along::Index(SEAT_BY_USER, Key::new().id(user).bytes()))
}

/// How many seats of a subscription are taken.
///
/// # Errors
/// If the store fails.
pub fn taken(cx: Cx<'_>, subscription: SubscriptionId) -> Result<u32, Error> {
    Ok(seat::taken(subscription, &of(cx, subscription)?))
}

/// Gives a unit of a subscription to a user of the same account.
///
/// # Errors
/// If none is left, the user has one, or the caller may not.
pub fn assign(
    act: &mut Act<'_>,
    subscription: SubscriptionId,
    user: UserId,
) -> Result<Seat, Error> {
    let subscription: Subscription = act.get(subscription)?;
    act.must(Permission::SeatWrite, &subscription.stamp)?;
    let user: User = act.cx().named("/user", user)?;
    if user.stamp.owner != Some(subscription.account()) {
        let why = "must be a user of the account that holds the subscription";
        return Err(crate::domain::error::Invalid::one("/user", "reference", why).into());
    }
    let seats = of(act.cx(), subscription.id)?;
    let stamp = act.cx().stamp(subscription.stamp.seller, Some(subscription.account()));
    let stamp = stamp.numbered(act.next_number(NUMBERS)?);
    let entitled = seat::entitle(act.new_id(), stamp, &subscription, user.id, &seats)?;
    let entitled = act.keep((entitled, Verb::Created))?;
    let assigned = entitled.on(Trigger::Assign, act.now())?;
    act.keep(assigned)
}

/// Takes a seat back.
///
/// # Errors
/// If it is released already, or the caller may not.
pub fn release(act: &mut Act<'_>, id: SeatId) -> Result<Seat, Error> {
    let seat: Seat = act.get(id)?;
    act.must(Permission::SeatWrite, &seat.stamp)?;
    let released = seat.on(Trigger::Release, act.now())?;
    act.keep(released)
}

/// Takes all seats back from a user who goes: others can have them.
pub(super) fn release_all_of(act: &mut Act<'_>, user: UserId) -> Result<(), Error> {
    for seat in of_user(act.cx(), user)?.into_iter().filter(Seat::is_taken) {
        let released = seat.on(Trigger::Release, act.now())?;
        act.keep(released)?;
    }
    Ok(())
}
