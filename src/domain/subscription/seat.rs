//! Seats: the assignment of a subscription's units to users.

use serde::{Deserialize, Serialize};

use super::Subscription;
use super::lifecycle::State as SubscriptionState;
use crate::domain::attribute::Attribute;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{SeatId, SubscriptionId, TaskId, UserId};
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
        (S::Entitling | S::Assigned, T::Release) => Some(S::Released),

        (S::Assigned, T::Assign) | (S::Released, T::Assign | T::Release) => None,
    }
}

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

/// Gives a user a seat of a subscription, which has the seats `seats` so far.
///
/// # Errors
/// If the subscription does not run, has no seat left, or the user has one already.
pub fn entitle(
    id: SeatId,
    stamp: Stamp,
    subscription: &Subscription,
    user: UserId,
    seats: &[Seat],
) -> Result<Seat, Rejection> {
    must_run(subscription)?;
    must_be_free(subscription, user, seats)?;
    Ok(Seat {
        id,
        stamp: Stamp { owner: Some(subscription.account()), ..stamp.of_person(user) },
        subscription: subscription.id,
        user,
        state: State::Entitling,
        allocated: None,
        accepted: None,
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
            Trigger::Release => (Self { state, released_at: Some(now), ..self }, Verb::Released),
        })
    }

    /// The seat as a unit of another subscription of the account, which has the seats `seats`.
    ///
    /// # Errors
    /// If the seat was released, or the other subscription cannot give one.
    pub fn moved(self, to: &Subscription, seats: &[Self]) -> Result<Self, Rejection> {
        if !self.is_taken() {
            let why = "a seat that was released cannot be moved; give the user a new one";
            return Err(Rejection::new(Code::SeatForbids, why));
        }
        if self.stamp.owner != to.stamp.owner {
            let why = "a seat can be moved only to a subscription of the same account";
            return Err(Rejection::new(Code::SeatForbids, why));
        }
        must_run(to)?;
        must_be_free(to, self.user, seats)?;
        Ok(Self { subscription: to.id, ..self })
    }

    /// The seat with another part of the pool. `others` are the other seats of the pool, and `pool`
    /// is what it holds in all.
    ///
    /// # Errors
    /// If the part is negative, or more than is left.
    pub fn allocating(
        self,
        part: Quantity,
        others: &[Self],
        pool: Quantity,
    ) -> Result<Self, Rejection> {
        let of_others = others.iter().filter(|it| it.id != self.id && it.is_taken());
        let given = of_others.filter_map(|it| it.allocated).try_fold(part, Quantity::plus);
        if part.is_negative() || given.is_none_or(|it| pool < it) {
            let why = format!("`{part}` is more than is left of the pool of `{pool}`, or negative");
            return Err(Rejection::new(Code::SeatForbids, why));
        }
        Ok(Self { allocated: Some(part), ..self })
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
    user: UserId,
    seats: &[Seat],
) -> Result<(), Rejection> {
    let own = |it: &&Seat| it.subscription == subscription.id && it.is_taken();
    if seats.iter().filter(own).any(|it| it.user == user) {
        let why = format!("`{user}` has a seat of the subscription already");
        return Err(Rejection::new(Code::SeatForbids, why));
    }
    if taken(subscription.id, seats) >= subscription.quantity() {
        let why = format!("all `{}` seats are taken; add some first", subscription.quantity());
        return Err(Rejection::new(Code::SeatForbids, why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::{AccountId, Id};
    use crate::domain::stamp::SellerNumber;
    use crate::domain::subscription::tests::{active, at, bought, pending};
    use crate::domain::word::matrix;

    fn id<T: Id>(number: u128) -> T {
        T::from_uuid(Uuid::from_u128(number))
    }

    fn stamp() -> Stamp {
        Stamp::new(SellerNumber::PROVIDER, Some(id(1)), at(0))
    }

    fn give(subscription: &Subscription, user: u128, seats: &[Seat]) -> Result<Seat, Rejection> {
        entitle(id(user), stamp(), subscription, id(user), seats)
    }

    fn code<T>(result: Result<T, Rejection>) -> Option<Code> {
        result.err().map(|it| it.code)
    }

    #[test]
    fn a_seat_lives_as_the_table_says() {
        expect![[r#"
                      |   assign |  release
            entitling | assigned | released
             assigned |        - | released
             released |        - |        -
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }

    #[test]
    fn there_are_as_many_seats_as_the_subscription_has_units() {
        let subscription = active(1, 2);
        let mut seats = vec![give(&subscription, 1, &[]).expect("free")];
        assert_eq!(code(give(&subscription, 1, &seats)), Some(Code::SeatForbids));
        seats.push(give(&subscription, 2, &seats).expect("free"));
        assert_eq!(code(give(&subscription, 3, &seats)), Some(Code::SeatForbids));
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
    fn a_seat_moves_within_its_account() {
        let seat = give(&active(1, 1), 1, &[]).expect("free");
        let moved = seat.clone().moved(&active(2, 1), &[]).expect("free");
        assert_eq!(moved.subscription(), active(2, 1).id);
        let full = [give(&active(2, 1), 7, &[]).expect("free")];
        assert_eq!(code(seat.clone().moved(&active(2, 1), &full)), Some(Code::SeatForbids));
        let mut foreign = active(2, 1);
        foreign.stamp.owner = Some(AccountId::from_uuid(Uuid::from_u128(99)));
        assert_eq!(code(seat.moved(&foreign, &[])), Some(Code::SeatForbids));
    }

    #[test]
    fn the_parts_of_a_pool_are_no_more_than_the_pool() {
        let subscription = active(1, 2);
        let first = give(&subscription, 1, &[]).expect("free");
        let second = give(&subscription, 2, std::slice::from_ref(&first)).expect("free");
        let pool = Quantity::whole(100);
        let first = first.allocating(Quantity::whole(60), &[], pool).expect("enough");
        let others = [first.clone()];
        let part = |part| second.clone().allocating(Quantity::whole(part), &others, pool);
        assert_eq!(part(40).map(|it| it.allocated), Ok(Some(Quantity::whole(40))));
        assert_eq!(code(part(41)), Some(Code::SeatForbids));
        assert_eq!(code(part(-1)), Some(Code::SeatForbids));
        assert!(first.allocating(Quantity::whole(100), &others, pool).is_ok());
    }
}
