//! Seats: the assignment of a subscription's units to users.

use serde::{Deserialize, Serialize};

use super::Subscription;
use super::lifecycle::State as SubscriptionState;
use super::pool::Room;
use super::tree::Belonging;
use crate::domain::attribute::Attribute;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{SeatId, SubscriptionId, TaskId, UserId};
use crate::domain::operator::UserState;
use crate::domain::quantity::Quantity;
use crate::domain::stamp::Stamp;
use crate::domain::text;
use crate::domain::time::Instant;
use crate::domain::word::words;

words! {
    /// How far a seat has come.
    State {
        /// The service is being told.
        Entitling = "entitling";
        /// The user has it.
        Assigned = "assigned";
        /// The user has it no longer.
        Released = "released";
    }
}

words! {
    /// What can be done with a seat.
    Trigger {
        /// The service knows the user.
        Assign = "assign";
        /// The user is to have it of another subscription.
        Move = "move";
        /// The user is to have it no longer.
        Release = "release";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
#[must_use]
pub const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Entitling, T::Assign) => Some(S::Assigned),
        (S::Entitling | S::Assigned, T::Move) => Some(S::Entitling),
        (S::Entitling | S::Assigned, T::Release) => Some(S::Released),

        (S::Assigned, T::Assign) | (S::Released, T::Assign | T::Move | T::Release) => None,
    }
}

/// So many of the last things that the service was told are remembered.
const TASKS_MAX: usize = 20;

/// Terms of use that somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedTerms {
    /// Which version of them.
    pub version: text::Code,
    /// When.
    pub at: Instant,
}

/// One unit of a subscription in the hands of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Its id.
    pub id: SeatId,
    /// Whose it is, and its number.
    pub stamp: Stamp,
    subscription: SubscriptionId,
    user: UserId,
    state: State,
    /// How much of a pool the user has.
    pub allocated: Option<Quantity>,
    /// The terms of use that were accepted for it.
    pub accepted: Option<AcceptedTerms>,
    /// What tells the service of it.
    pub tasks: Vec<TaskId>,
    /// What the service says of it.
    pub attributes: Vec<Attribute>,
    /// When the user got it.
    pub assigned_at: Option<Instant>,
    /// When the user lost it.
    pub released_at: Option<Instant>,
}

/// How many of a subscription's seats are taken.
#[must_use]
pub fn taken(subscription: SubscriptionId, seats: &[Seat]) -> u32 {
    let count = seats.iter().filter(|it| it.subscription == subscription && it.is_taken()).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Gives a user a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitle {
    /// The id that the seat gets.
    pub id: SeatId,
    /// Whose it is, and its number.
    pub stamp: Stamp,
    /// Who gets it, and how far that user has come.
    pub user: (UserId, UserState),
    /// The terms of use that were accepted for it.
    pub accepted: Option<AcceptedTerms>,
}

/// What of a subscription's seats is in the hands of users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held<'a> {
    /// How many of them.
    pub taken: u32,
    /// The seats of the one who is to get another.
    pub own: &'a [Seat],
}

/// Gives a user a seat of a subscription, which has some room and of whose seats `held` is given.
///
/// # Errors
/// If the subscription does not run, has no seat left, the user has one already, or is stopped.
pub fn entitle(
    command: Entitle,
    subscription: &Subscription,
    room: Room,
    held: Held<'_>,
) -> Result<Seat, Rejection> {
    let Entitle { id, stamp, user: (user, state), accepted } = command;
    must_be_here(state)?;
    must_run(subscription)?;
    must_be_whole(subscription)?;
    must_be_free(subscription, (user, room), held)?;
    Ok(Seat {
        id,
        stamp: Stamp { owner: Some(subscription.account()), ..stamp.of_person(user) },
        subscription: subscription.id,
        user,
        state: State::Entitling,
        allocated: None,
        accepted,
        tasks: Vec::new(),
        attributes: Vec::new(),
        assigned_at: None,
        released_at: None,
    })
}

impl Seat {
    /// The subscription of which it is a unit.
    #[must_use]
    pub const fn subscription(&self) -> SubscriptionId {
        self.subscription
    }

    /// Who has it.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether nobody else can have it.
    #[must_use]
    pub const fn is_taken(&self) -> bool {
        match self.state {
            State::Entitling | State::Assigned => true,
            State::Released => false,
        }
    }

    /// The seat after a trigger.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn on(self, trigger: Trigger, now: Instant) -> Result<(Self, Verb), Rejection> {
        let Some(state) = next(self.state, trigger) else {
            let why = format!("cannot {trigger} a seat that is `{}`", self.state);
            return Err(Rejection::new(Code::SeatForbids, why));
        };
        Ok(match trigger {
            Trigger::Assign => (Self { state, assigned_at: Some(now), ..self }, Verb::Assigned),
            Trigger::Move => (Self { state, assigned_at: None, ..self }, Verb::Changed),
            Trigger::Release => (Self { state, released_at: Some(now), ..self }, Verb::Released),
        })
    }

    /// The seat as a unit of another subscription of the account, which has some room and of whose
    /// seats `held` is given. Its service has to be told of the user first.
    ///
    /// # Errors
    /// If the seat was released, or the other subscription cannot give one.
    pub fn moved(
        self,
        to: &Subscription,
        (room, held): (Room, Held<'_>),
        now: Instant,
    ) -> Result<(Self, Verb), Rejection> {
        if self.stamp.owner != to.stamp.owner {
            let why = "a seat can be moved only to a subscription of the same account";
            return Err(Rejection::new(Code::SeatForbids, why));
        }
        let (it, verb) = self.on(Trigger::Move, now)?;
        must_run(to)?;
        must_be_whole(to)?;
        must_be_free(to, (it.user, room), held)?;
        Ok((Self { subscription: to.id, allocated: None, tasks: Vec::new(), ..it }, verb))
    }

    /// The seat with another part of the pool, which holds `room` in all and has the seats `others`.
    ///
    /// # Errors
    /// If that is no pool or does not run, the seat was released, or the part is negative or more
    /// than is left.
    pub fn allocating(
        self,
        part: Quantity,
        (of, room): (&Subscription, Room),
        others: &[Self],
    ) -> Result<(Self, Verb), Rejection> {
        let pool = room.pool()?;
        must_run(of)?;
        if !self.is_taken() {
            let why = "a seat that was released has no part of the pool; give the user a new one";
            return Err(Rejection::new(Code::SeatForbids, why));
        }
        let given = allocated(others.iter().filter(|it| it.id != self.id));
        let given = given.and_then(|it| it.plus(part));
        if part.is_negative() || given.is_none_or(|it| pool < it) {
            let why = format!("`{part}` is more than is left of the pool of `{pool}`, or negative");
            return Err(Rejection::new(Code::SeatForbids, why));
        }
        Ok((Self { allocated: Some(part), ..self }, Verb::Changed))
    }

    /// The seat with something more that its service is told.
    #[must_use]
    pub fn telling(mut self, task: TaskId) -> Self {
        if self.tasks.len() == TASKS_MAX {
            self.tasks.remove(0);
        }
        self.tasks.push(task);
        self
    }
}

/// How much of a pool is in the hands of users; `None` beyond what can be counted.
#[must_use]
pub fn allocated<'a>(seats: impl Iterator<Item = &'a Seat>) -> Option<Quantity> {
    let mut parts = seats.filter(|it| it.is_taken()).filter_map(|it| it.allocated);
    parts.try_fold(Quantity::ZERO, Quantity::plus)
}

/// How many units of a subscription cannot be given up, because users have them. `room` is what it
/// has with all that enlarges it.
#[must_use]
pub fn needed(subscription: &Subscription, room: Room, seats: &[Seat]) -> u32 {
    match room {
        Room::Seats(_) => taken(subscription.id, seats),
        Room::Pool(pool) => {
            let own = Quantity::whole(subscription.quantity().into());
            let others = pool.above(own);
            let given = allocated(seats.iter()).unwrap_or(pool);
            given.above(others).units_up()
        }
    }
}

/// Refuses a seat for somebody who is stopped, or gone.
fn must_be_here(state: UserState) -> Result<(), Rejection> {
    match state {
        UserState::Invited | UserState::Active => Ok(()),
        UserState::Suspended
        | UserState::InvitationSuspended
        | UserState::SoftlyDeleted
        | UserState::Removing
        | UserState::Removed => {
            let why = format!("a user that is `{state}` gets no seats");
            Err(Rejection::new(Code::UserStateForbids, why))
        }
    }
}

/// Refuses a seat of what only enlarges a pool.
fn must_be_whole(subscription: &Subscription) -> Result<(), Rejection> {
    match subscription.parent() {
        Some((pool, Belonging::Pool)) => {
            let why = format!("it enlarges the pool `{pool}`: its users have seats of that");
            Err(Rejection::new(Code::SeatForbids, why))
        }
        Some((_, Belonging::AddOn | Belonging::Part)) | None => Ok(()),
    }
}

fn must_run(subscription: &Subscription) -> Result<(), Rejection> {
    match subscription.state() {
        SubscriptionState::Active | SubscriptionState::Graced => Ok(()),
        SubscriptionState::Pending
        | SubscriptionState::HeldAdministratively
        | SubscriptionState::HeldForCredit
        | SubscriptionState::HeldForBoth
        | SubscriptionState::Expired
        | SubscriptionState::Terminating
        | SubscriptionState::Recoverable
        | SubscriptionState::Destroyed
        | SubscriptionState::Aborted
        | SubscriptionState::Canceled => {
            let why = format!("a subscription that is `{}` has no seats", subscription.state());
            Err(Rejection::new(Code::SubscriptionStateForbids, why))
        }
    }
}

fn must_be_free(
    subscription: &Subscription,
    (user, room): (UserId, Room),
    Held { taken, own }: Held<'_>,
) -> Result<(), Rejection> {
    let is_one = |it: &Seat| it.subscription == subscription.id && it.is_taken();
    if own.iter().any(|it| it.user == user && is_one(it)) {
        let why = format!("`{user}` has a seat of the subscription already");
        return Err(Rejection::new(Code::SeatHeld, why));
    }
    match room {
        Room::Seats(count) if taken >= count => {
            let why = format!("all `{count}` seats are taken; add some first");
            Err(Rejection::new(Code::SeatsTaken, why))
        }
        Room::Seats(_) | Room::Pool(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::account::lifecycle::HoldKind;
    use crate::domain::id::{AccountId, Id};
    use crate::domain::stamp::SellerNumber;
    use crate::domain::subscription::lifecycle::HoldOrigin;
    use crate::domain::subscription::tests::{active, at, bought, hold, pending};
    use crate::domain::subscription::{Purchase, Start};
    use crate::domain::word::matrix;

    fn id<T: Id>(number: u128) -> T {
        T::from_uuid(Uuid::from_u128(number))
    }

    fn stamp() -> Stamp {
        Stamp::new(SellerNumber::PROVIDER, Some(id(1)), at(0))
    }

    fn give(subscription: &Subscription, user: u128, seats: &[Seat]) -> Result<Seat, Rejection> {
        give_to(subscription, (user, UserState::Active), seats)
    }

    fn give_to(
        subscription: &Subscription,
        (user, state): (u128, UserState),
        seats: &[Seat],
    ) -> Result<Seat, Rejection> {
        let room = Room::Seats(subscription.quantity());
        let user = (id(user), state);
        let seat = SeatId::from_uuid(UserId::uuid(user.0));
        let command = Entitle { id: seat, stamp: stamp(), user, accepted: None };
        entitle(command, subscription, room, held(subscription, seats))
    }

    fn held<'a>(of: &Subscription, own: &'a [Seat]) -> Held<'a> {
        Held { taken: taken(of.id, own), own }
    }

    fn code<T>(result: Result<T, Rejection>) -> Option<Code> {
        result.err().map(|it| it.code)
    }

    #[test]
    fn a_seat_lives_as_the_table_says() {
        expect![[r#"
                      |   assign |      move |  release
            entitling | assigned | entitling | released
             assigned |        - | entitling | released
             released |        - |         - |        -
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }

    #[test]
    fn there_are_as_many_seats_as_the_subscription_has_units() {
        let subscription = active(1, 2);
        let mut seats = vec![give(&subscription, 1, &[]).expect("free")];
        assert_eq!(code(give(&subscription, 1, &seats)), Some(Code::SeatHeld));
        seats.push(give(&subscription, 2, &seats).expect("free"));
        assert_eq!(code(give(&subscription, 3, &seats)), Some(Code::SeatsTaken));
        let freed = seats.remove(0).on(Trigger::Release, at(9)).expect("taken").0;
        seats.push(freed);
        assert!(give(&subscription, 3, &seats).is_ok());
        assert_eq!(taken(subscription.id, &seats), 1);
    }

    #[test]
    fn a_subscription_that_does_not_run_has_no_seats() {
        let refused = give(&pending(1, bought()), 1, &[]);
        assert_eq!(code(refused), Some(Code::SubscriptionStateForbids));
    }

    #[test]
    fn who_is_stopped_or_gone_gets_no_seat() {
        for state in UserState::ALL {
            let given = give_to(&active(1, 1), (1, *state), &[]).map(|_| ()).map_err(|it| it.code);
            let may = matches!(state, UserState::Invited | UserState::Active);
            assert_eq!(given, if may { Ok(()) } else { Err(Code::UserStateForbids) }, "{state}");
        }
    }

    fn moved(seat: &Seat, to: &Subscription, seats: &[Seat]) -> Result<Seat, Rejection> {
        let room = Room::Seats(to.quantity());
        seat.clone().moved(to, (room, held(to, seats)), at(5)).map(|it| it.0)
    }

    #[test]
    fn a_seat_moves_within_its_account_and_is_told_to_the_other_service() {
        let seat = give(&active(1, 1), 1, &[]).expect("free");
        let seat = seat.on(Trigger::Assign, at(3)).expect("new").0;
        let after = moved(&seat, &active(2, 1), &[]).expect("free");
        assert_eq!((after.subscription(), after.state()), (active(2, 1).id, State::Entitling));
        let full = [give(&active(2, 1), 7, &[]).expect("free")];
        assert_eq!(code(moved(&seat, &active(2, 1), &full)), Some(Code::SeatsTaken));
        let held = std::slice::from_ref(&seat);
        assert_eq!(code(moved(&seat, &active(1, 5), held)), Some(Code::SeatHeld));
        let mut foreign = active(2, 1);
        foreign.stamp.owner = Some(AccountId::from_uuid(Uuid::from_u128(99)));
        assert_eq!(code(moved(&seat, &foreign, &[])), Some(Code::SeatForbids));
        let gone = seat.on(Trigger::Release, at(4)).expect("taken").0;
        assert_eq!(code(moved(&gone, &active(2, 1), &[])), Some(Code::SeatForbids));
    }

    #[test]
    fn what_enlarges_a_pool_has_no_seats_of_its_own() {
        let parent = Some((id(9), Belonging::Pool));
        let more = pending(1, Purchase { parent, ..bought() });
        let on = "2026-01-01".parse().expect("a day");
        let more = more.activate(Start::open(on), at(0)).expect("pending").0;
        assert_eq!(code(give(&more, 1, &[])), Some(Code::SeatForbids));
        let seat = give(&active(2, 1), 1, &[]).expect("free");
        assert_eq!(code(moved(&seat, &more, &[])), Some(Code::SeatForbids));
    }

    #[test]
    fn the_parts_of_a_pool_are_no_more_than_the_pool() {
        let subscription = active(1, 2);
        let first = give(&subscription, 1, &[]).expect("free");
        let second = give(&subscription, 2, std::slice::from_ref(&first)).expect("free");
        let pool = Room::Pool(Quantity::whole(100));
        let pool = (&subscription, pool);
        let first = first.allocating(Quantity::whole(60), pool, &[]).expect("enough").0;
        let others = [first.clone()];
        let part = |part| second.clone().allocating(Quantity::whole(part), pool, &others);
        assert_eq!(part(40).map(|it| it.0.allocated), Ok(Some(Quantity::whole(40))));
        assert_eq!(code(part(41)), Some(Code::SeatForbids));
        assert_eq!(code(part(-1)), Some(Code::SeatForbids));
        assert!(first.clone().allocating(Quantity::whole(100), pool, &others).is_ok());
        let none = first.clone().allocating(Quantity::ONE, (&subscription, Room::Seats(2)), &[]);
        assert_eq!(code(none), Some(Code::NotAPool));
        let stopped = subscription.clone().hold(HoldKind::Credit, HoldOrigin::Direct, hold(1));
        let stopped = stopped.expect("active").0;
        let refused = first.clone().allocating(Quantity::ONE, (&stopped, pool.1), &[]);
        assert_eq!(code(refused), Some(Code::SubscriptionStateForbids));
        let gone = first.on(Trigger::Release, at(4)).expect("taken").0;
        let refused = gone.allocating(Quantity::ONE, pool, &[]);
        assert_eq!(code(refused), Some(Code::SeatForbids));
    }

    #[test]
    fn units_that_users_have_cannot_be_given_up() {
        let subscription = active(1, 100);
        let seat = give(&subscription, 1, &[]).expect("free");
        let seats = std::slice::from_ref(&seat);
        assert_eq!(needed(&subscription, Room::Seats(100), seats), 1);
        let pool = Room::Pool(Quantity::whole(125));
        assert_eq!(needed(&subscription, pool, seats), 0);
        let part = "60.5".parse().expect("an amount");
        let seat = seat.allocating(part, (&subscription, pool), &[]).expect("enough").0;
        // Others of the pool hold 25 of it.
        assert_eq!(needed(&subscription, pool, &[seat]), 36);
    }
}
