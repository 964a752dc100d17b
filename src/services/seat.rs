//! Seats: giving a subscription's units, or parts of its pool, to users.
//!
//! The service is told of each user by a provisioning task. A seat is there when that is done; one
//! that is taken back, or moved, is gone at once, and the service is told afterwards.

use super::{Act, Cx, Error, provisioning, user};
use crate::domain::catalog::offer::{Offer, Seating};
use crate::domain::error::Invalid;
use crate::domain::event::Verb;
use crate::domain::id::{SeatId, SubscriptionId, UserId};
use crate::domain::operator::{Decision, Permission, User, UserState, UserTrigger};
use crate::domain::provisioning::task::{QueueTask, Task, Work};
use crate::domain::quantity::Quantity;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::pool::Room;
use crate::domain::subscription::seat::{self, AcceptedTerms, Entitle, Held, Seat, State, Trigger};
use crate::domain::subscription::tree::Belonging;
use crate::store::subscription::{SEAT_BY_SUBSCRIPTION, SEAT_BY_USER, seats_taken};
use crate::store::{Along, Key, Records};

/// The sequence that seats are numbered by.
const NUMBERS: &str = "seat";

/// The seats of a subscription.
///
/// # Errors
/// If the store fails.
pub fn of(cx: Cx<'_>, subscription: SubscriptionId) -> Result<Vec<Seat>, Error> {
    cx.every(&Along::Index(SEAT_BY_SUBSCRIPTION, Key::new().id(subscription).bytes()))
}

/// How many seats of a subscription users have.
///
/// # Errors
/// If the store fails.
pub fn taken(cx: Cx<'_>, subscription: SubscriptionId) -> Result<u32, Error> {
    Ok(seats_taken(cx.view, subscription)?)
}

/// The seats that a user has or had.
///
/// # Errors
/// If the store fails.
pub fn of_user(cx: Cx<'_>, user: UserId) -> Result<Vec<Seat>, Error> {
    cx.every(&Along::Index(SEAT_BY_USER, Key::new().id(user).bytes()))
}

/// What a subscription has for users.
///
/// # Errors
/// If the store fails.
pub fn room(cx: Cx<'_>, it: &Subscription) -> Result<Room, Error> {
    let offer = cx.shared::<Offer>(it.deal().offer)?;
    let seating = offer.map_or(Seating::None, |it| it.content.seating);
    let all = match seating {
        Seating::None | Seating::PerUnit => Vec::new(),
        Seating::Pool => cx.every(&Along::Owner(it.account()))?,
    };
    Ok(Room::of(it, seating, &all))
}

/// How many units of a subscription cannot be given up, because users have them: of what enlarges a
/// pool, those that the rest of it does not have.
///
/// # Errors
/// If the store fails.
pub(super) fn needed(cx: Cx<'_>, it: &Subscription) -> Result<u32, Error> {
    let pool = match it.parent() {
        Some((pool, Belonging::Pool)) => cx.shared::<Subscription>(pool)?,
        Some((_, Belonging::AddOn | Belonging::Part)) | None => None,
    };
    let whole = pool.as_deref().unwrap_or(it);
    Ok(seat::needed(it, room(cx, whole)?, &of(cx, whole.id)?))
}

/// Whether the terms of use of a seat are accepted with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terms {
    /// They are.
    Accepted,
    /// They are not yet.
    Open,
}

/// A subscription of which a user can have a seat: who may give it one need not see what else its
/// account has.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn of_which(cx: Cx<'_>, id: SubscriptionId, user: &User) -> Result<Subscription, Error> {
    if let Some(found) = cx.find(id)? {
        return Ok(found);
    }
    let may = |it: &Subscription| {
        let its = it.stamp.clone().of_person(user.id);
        let is_own = user.stamp.owner == Some(it.account());
        is_own && cx.actor.may(Permission::SeatTake, &its) == Decision::Yes
    };
    let found = cx.view.find::<Subscription>(id)?.filter(may);
    found.ok_or_else(|| Error::not_found(id))
}

/// Gives a user a seat of a subscription of its account.
///
/// # Errors
/// If none is left, the user has one or is stopped, or the caller may not.
pub fn assign(
    act: &mut Act<'_>,
    (subscription, user): (SubscriptionId, UserId),
    terms: Terms,
) -> Result<Seat, Error> {
    let user: User = act.cx().named("/user", user)?;
    let subscription = of_which(act.cx(), subscription, &user)?;
    let stamp = act.cx().stamp(subscription.stamp.seller, Some(subscription.account()));
    let stamp = stamp.of_person(user.id);
    if act.actor().may(Permission::SeatWrite, &stamp) != Decision::Yes {
        act.must(Permission::SeatTake, &stamp)?;
    }
    if user.stamp.owner != Some(subscription.account()) {
        let why = "must be a user of the account that holds the subscription";
        return Err(Invalid::one("/user", "reference", why).into());
    }
    let own = of_user(act.cx(), user.id)?;
    let held = Held { taken: taken(act.cx(), subscription.id)?, own: &own };
    let room = room(act.cx(), &subscription)?;
    let entitle = Entitle {
        id: act.new_id(),
        stamp: stamp.numbered(act.next_number(NUMBERS)?),
        user: (user.id, user.state()),
        accepted: accepted(act, &subscription, terms)?,
    };
    let entitled = seat::entitle(entitle, &subscription, room, held)?;
    let entitled = act.keep_new((entitled, Verb::Created))?;
    tell(act, entitled, Work::Create)
}

/// The terms of use that hold for what was bought: those of its offer, or what its version says.
fn accepted(
    act: &Act<'_>,
    of: &Subscription,
    terms: Terms,
) -> Result<Option<AcceptedTerms>, Error> {
    match terms {
        Terms::Open => Ok(None),
        Terms::Accepted => {
            let offer = act.cx().shared::<Offer>(of.deal().offer)?;
            let named = offer.and_then(|it| it.content.terms_of_use.clone()).map(|it| it.version);
            let version = match named {
                Some(version) => version,
                None => of.deal().offer_version.to_string().parse().map_err(Error::internal)?,
            };
            Ok(Some(AcceptedTerms { version, at: act.now() }))
        }
    }
}

/// Has the service told of a seat, and remembers by which task.
fn tell(act: &mut Act<'_>, seat: Seat, work: Work) -> Result<Seat, Error> {
    let of: Subscription = act.load(seat.subscription())?;
    let task = ask(act, &of, (seat.id, work))?;
    // What is done at once has changed it meanwhile.
    let mut seat = act.load::<Seat>(seat.id)?.telling(task.id);
    act.put(&mut seat)?;
    Ok(seat)
}

fn ask(act: &mut Act<'_>, of: &Subscription, (seat, work): (SeatId, Work)) -> Result<Task, Error> {
    let connector = provisioning::connector_of(act, of.deal().specification)?;
    let asked = QueueTask { work, subscription: of.id, seat: Some(seat), cause: None, connector };
    provisioning::queue(act, of, asked)
}

/// What a finished task means for its seat.
///
/// # Errors
/// If the state of the seat forbids it.
pub(super) fn provisioned(act: &mut Act<'_>, id: SeatId, task: &Task) -> Result<(), Error> {
    let seat: Seat = act.load(id)?;
    let is_awaited = task.work == Work::Create
        && seat.state() == State::Entitling
        && seat.subscription() == task.subscription;
    if is_awaited {
        let assigned = seat.on(Trigger::Assign, act.now())?;
        act.keep(assigned)?;
    }
    Ok(())
}

/// Takes a seat back.
///
/// # Errors
/// If it is released already, or the caller may not.
pub fn release(act: &mut Act<'_>, id: SeatId) -> Result<Seat, Error> {
    let seat: Seat = act.get(id)?;
    act.must(Permission::SeatWrite, &seat.stamp)?;
    free(act, seat)
}

/// Takes all seats back that a user has: for when it is gone.
///
/// # Errors
/// If the store fails.
pub(super) fn release_all_of(act: &mut Act<'_>, user: UserId) -> Result<(), Error> {
    for seat in of_user(act.cx(), user)?.into_iter().filter(Seat::is_taken) {
        free(act, seat)?;
    }
    Ok(())
}

/// Takes all seats of a subscription back: for when that ends, which its service is told.
///
/// # Errors
/// If the store fails.
pub(super) fn end_all_of(act: &mut Act<'_>, subscription: SubscriptionId) -> Result<(), Error> {
    for seat in of(act.cx(), subscription)?.into_iter().filter(Seat::is_taken) {
        provisioning::withdraw(act, &seat.tasks)?;
        let released = seat.on(Trigger::Release, act.now())?;
        act.keep(released)?;
    }
    Ok(())
}

/// Lets those go on who are stopped and have a seat of a subscription.
///
/// # Errors
/// If the caller may not.
pub(super) fn resume_holders(act: &mut Act<'_>, id: SubscriptionId) -> Result<(), Error> {
    for seat in of(act.cx(), id)?.into_iter().filter(Seat::is_taken) {
        let holder: User = act.load(seat.user())?;
        if matches!(holder.state(), UserState::Suspended | UserState::InvitationSuspended) {
            user::on(act, holder.id, UserTrigger::Resume)?;
        }
    }
    Ok(())
}

/// Takes a seat back, and tells its service if that may know of it.
fn free(act: &mut Act<'_>, seat: Seat) -> Result<Seat, Error> {
    let (was, tasks) = (seat.state(), seat.tasks.clone());
    let released = seat.on(Trigger::Release, act.now())?;
    let is_begun = provisioning::withdraw(act, &tasks)?;
    let seat = act.keep(released)?;
    if was == State::Assigned || is_begun { tell(act, seat, Work::Remove) } else { Ok(seat) }
}

/// Makes a seat one of another subscription of the same account.
///
/// # Errors
/// If it is released, the other subscription has none left, or the caller may not.
pub fn transfer(act: &mut Act<'_>, id: SeatId, to: SubscriptionId) -> Result<Seat, Error> {
    let seat: Seat = act.get(id)?;
    act.must(Permission::SeatWrite, &seat.stamp)?;
    let to: Subscription = act.get(to)?;
    act.must(Permission::SeatWrite, &to.stamp)?;
    let from: Subscription = act.load(seat.subscription())?;
    let (was, tasks) = (seat.state(), seat.tasks.clone());
    let own = of_user(act.cx(), seat.user())?;
    let held = Held { taken: taken(act.cx(), to.id)?, own: &own };
    let moved = seat.moved(&to, (room(act.cx(), &to)?, held), act.now())?;
    let is_begun = provisioning::withdraw(act, &tasks)?;
    let seat = act.keep(moved)?;
    if was == State::Assigned || is_begun {
        ask(act, &from, (seat.id, Work::Remove))?;
    }
    tell(act, seat, Work::Create)
}

/// Gives who has a seat of a pool another part of it.
///
/// # Errors
/// If it is no pool, so much is not left, or the caller may not.
pub fn allocate(act: &mut Act<'_>, id: SeatId, part: Quantity) -> Result<Seat, Error> {
    let seat: Seat = act.get(id)?;
    act.must(Permission::SeatWrite, &seat.stamp)?;
    let of_it: Subscription = act.load(seat.subscription())?;
    let (room, seats) = (room(act.cx(), &of_it)?, of(act.cx(), of_it.id)?);
    let allocated = seat.allocating(part, (&of_it, room), &seats)?;
    let seat = act.keep(allocated)?;
    tell(act, seat, Work::Change)
}
