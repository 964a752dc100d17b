//! Pools: subscriptions whose units are shared by users in parts, and which others enlarge.

use super::Subscription;
use super::lifecycle::State;
use super::tree::Belonging;
use crate::domain::catalog::offer::Seating;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{OfferId, SubscriptionId};
use crate::domain::quantity::Quantity;

/// What a subscription has for users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// So many seats, each for one user.
    Seats(u32),
    /// So much, of which any number of users can have parts.
    Pool(Quantity),
}

impl Room {
    /// What a subscription has, of an offer of a kind. `all` are those of its account.
    #[must_use]
    pub fn of(it: &Subscription, seating: Seating, all: &[Subscription]) -> Self {
        match seating {
            Seating::None | Seating::PerUnit => Self::Seats(it.quantity()),
            Seating::Pool => Self::Pool(Quantity::whole(size(it, all))),
        }
    }

    /// What the pool holds.
    ///
    /// # Errors
    /// If it is none.
    pub fn pool(self) -> Result<Quantity, Rejection> {
        match self {
            Self::Pool(size) => Ok(size),
            Self::Seats(_) => {
                let why = "users have seats of it, and no parts";
                Err(Rejection::new(Code::NotAPool, why))
            }
        }
    }
}

/// How many units a pool has, with those that enlarge it and are there.
fn size(root: &Subscription, all: &[Subscription]) -> i64 {
    let more = enlarging(root.id, all).filter(|it| counts(it.state()));
    more.fold(root.quantity().into(), |sum, it| sum + i64::from(it.quantity()))
}

/// The subscriptions that enlarge one.
pub fn enlarging(
    root: SubscriptionId,
    all: &[Subscription],
) -> impl Iterator<Item = &Subscription> {
    all.iter().filter(move |it| it.parent() == Some((root, Belonging::Pool)))
}

/// The pool of an offer that an account has, if it has one: the one that further orders enlarge. One
/// whose term is over gives nothing out, so that what is ordered then is a pool of its own.
#[must_use]
pub fn of_offer(offer: OfferId, all: &[Subscription]) -> Option<&Subscription> {
    all.iter().find(|it| {
        let is_part = it.parent().is_some_and(|it| it.1 == Belonging::Pool);
        let is_open = it.state().is_living() && it.state() != State::Expired;
        it.deal().offer == offer && is_open && !is_part
    })
}

/// Whether what was bought is there, even if it is stopped for a while.
const fn counts(of: State) -> bool {
    match of {
        State::Active
        | State::HeldAdministratively
        | State::HeldForCredit
        | State::HeldForBoth
        | State::Graced
        | State::Expired => true,
        State::Pending
        | State::Terminating
        | State::Recoverable
        | State::Destroyed
        | State::Aborted
        | State::Canceled => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::subscription::tests::{active, bought, deal, id, pending};
    use crate::domain::subscription::{Purchase, Start};

    /// A subscription that enlarges the first one, there or not.
    fn more(number: u128, quantity: u32) -> Subscription {
        let parent = Some((id(1), Belonging::Pool));
        pending(number, Purchase { parent, deal: deal(1, quantity), ..bought() })
    }

    fn there(it: Subscription) -> Subscription {
        let on = "2026-01-01".parse().expect("a day");
        it.activate(Start::open(on), crate::domain::subscription::tests::at(0)).expect("pending").0
    }

    #[test]
    fn a_pool_holds_what_was_bought_for_it_and_is_there() {
        let all = [active(1, 100), there(more(2, 25)), more(3, 7), active(4, 9)];
        let room = |seating| Room::of(&all[0], seating, &all);
        assert_eq!(room(Seating::Pool), Room::Pool(Quantity::whole(125)));
        assert_eq!(room(Seating::PerUnit), Room::Seats(100));
        assert_eq!(room(Seating::Pool).pool(), Ok(Quantity::whole(125)));
        let refused = room(Seating::None).pool().map_err(|it| it.code);
        assert_eq!(refused, Err(Code::NotAPool));
    }

    #[test]
    fn what_enlarges_a_pool_is_no_pool_of_its_own() {
        let all = [there(more(2, 25)), active(1, 100)];
        assert_eq!(of_offer(id(1), &all).map(|it| it.id), Some(id(1)));
        assert_eq!(of_offer(id(2), &all), None);
        assert_eq!(of_offer(id(1), &all[..1]), None);
    }
}
