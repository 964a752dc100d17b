//! Admission: whether somebody is let in to the service of a subscription. Services ask when somebody
//! comes to them; what it takes is a seat where units are given to users one by one.

use super::Subscription;
use super::seat::{Seat, State as SeatState};
use crate::domain::catalog::offer::Seating;
use crate::domain::id::{AccountId, UserId};
use crate::domain::operator::UserState;
use crate::domain::word::words;

words! {
    /// Why somebody is not let in.
    Denial {
        /// The user has not accepted yet, is stopped or gone.
        UserInactive = "user_inactive";
        /// The subscription does not run.
        SubscriptionStopped = "subscription_stopped";
        /// The user has no seat of it.
        NoSeat = "no_seat";
        /// The user has one, and the service does not know the user yet.
        SeatPending = "seat_pending";
    }
}

/// Somebody who wants to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visitor {
    /// Who.
    pub user: UserId,
    /// How far that user has come.
    pub state: UserState,
    /// Of which account.
    pub account: Option<AccountId>,
}

/// Lets somebody in to a subscription of which units are given as `seating` says and which has the
/// seats `seats`. What has no seats is for all users of its account.
///
/// # Errors
/// Why somebody is not let in.
pub fn admit(
    visitor: Visitor,
    (to, seating): (&Subscription, Seating),
    seats: &[Seat],
) -> Result<(), Denial> {
    if visitor.account != Some(to.account()) {
        return Err(Denial::NoSeat);
    }
    if visitor.state != UserState::Active {
        return Err(Denial::UserInactive);
    }
    if !to.state().is_running() {
        return Err(Denial::SubscriptionStopped);
    }
    match seating {
        Seating::None => Ok(()),
        Seating::PerUnit | Seating::Pool => {
            let own = |it: &&Seat| it.subscription() == to.id && it.user() == visitor.user;
            let states = seats.iter().filter(own).map(Seat::state);
            let mut least = Denial::NoSeat;
            for state in states {
                match better(state, least) {
                    Ok(()) => return Ok(()),
                    Err(why) => least = why,
                }
            }
            Err(least)
        }
    }
}

/// What another seat of the same user comes to, where those before came to nothing.
const fn better(state: SeatState, before: Denial) -> Result<(), Denial> {
    match state {
        SeatState::Assigned => Ok(()),
        SeatState::Entitling => Err(Denial::SeatPending),
        SeatState::Released => Err(before),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::lifecycle::HoldKind;
    use crate::domain::id::{Id, SeatId};
    use crate::domain::stamp::{SellerNumber, Stamp};
    use crate::domain::subscription::lifecycle::HoldOrigin;
    use crate::domain::subscription::pool::Room;
    use crate::domain::subscription::seat::{Entitle, Held, Trigger, entitle};
    use crate::domain::subscription::tests::{active, at, hold};
    use uuid::Uuid;

    fn user(number: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(number))
    }

    fn visitor(number: u128, of: &Subscription) -> Visitor {
        Visitor { user: user(number), state: UserState::Active, account: Some(of.account()) }
    }

    fn seat(of: &Subscription, number: u128) -> Seat {
        let command = Entitle {
            id: SeatId::from_uuid(Uuid::from_u128(number)),
            stamp: Stamp::new(SellerNumber::PROVIDER, Some(of.account()), at(0)),
            user: (user(number), UserState::Active),
            accepted: None,
        };
        let held = Held { taken: 0, own: &[] };
        entitle(command, of, Room::Seats(9), held).expect("there is room")
    }

    #[test]
    fn who_has_a_seat_that_the_service_knows_is_let_in() {
        let it = active(1, 9);
        let pending = seat(&it, 1);
        let assigned = pending.clone().on(Trigger::Assign, at(1)).expect("new").0;
        let released = assigned.clone().on(Trigger::Release, at(2)).expect("taken").0;
        let of = (&it, Seating::PerUnit);
        for (seats, expected) in [
            (vec![], Err(Denial::NoSeat)),
            (vec![pending.clone()], Err(Denial::SeatPending)),
            (vec![assigned.clone()], Ok(())),
            (vec![released.clone()], Err(Denial::NoSeat)),
            (vec![released.clone(), pending], Err(Denial::SeatPending)),
            (vec![assigned.clone(), released], Ok(())),
            (vec![seat(&it, 2)], Err(Denial::NoSeat)),
            (vec![seat(&active(2, 9), 1)], Err(Denial::NoSeat)),
        ] {
            assert_eq!(admit(visitor(1, &it), of, &seats), expected, "{seats:?}");
            assert_eq!(admit(visitor(1, &it), (&it, Seating::Pool), &seats), expected);
        }
        assert_eq!(admit(visitor(1, &it), (&it, Seating::None), &[]), Ok(()));
    }

    #[test]
    fn nobody_is_let_in_who_is_stopped_or_to_what_is() {
        let it = active(1, 9);
        let seats = [seat(&it, 1).on(Trigger::Assign, at(1)).expect("new").0];
        for state in UserState::ALL {
            let who = Visitor { state: *state, ..visitor(1, &it) };
            let expected =
                if *state == UserState::Active { Ok(()) } else { Err(Denial::UserInactive) };
            assert_eq!(admit(who, (&it, Seating::PerUnit), &seats), expected, "{state}");
        }
        let foreign = Visitor { account: None, ..visitor(1, &it) };
        assert_eq!(admit(foreign, (&it, Seating::None), &seats), Err(Denial::NoSeat));
        let stopped = it.clone().hold(HoldKind::Credit, HoldOrigin::Direct, hold(1));
        let stopped = stopped.expect("active").0;
        for seating in [Seating::PerUnit, Seating::Pool, Seating::None] {
            let refused = admit(visitor(1, &it), (&stopped, seating), &seats);
            assert_eq!(refused, Err(Denial::SubscriptionStopped));
        }
    }
}
