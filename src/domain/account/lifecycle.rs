//! The life of an account: prospective, active and held, closing, closed, erased.
//!
//! Two holds can lie on an account, and each is taken back alone: an *administrative* one, put
//! and released by people, and one for *credit*, which the house also puts by itself. How an
//! account stands with its debts (due, in arrears) is derived and never a state.

use serde::{Deserialize, Serialize};

use crate::domain::text::{Code, Prose};
use crate::domain::time::Instant;
use crate::domain::word::words;

words! {
    /// How far the life of an account has come, and what lies on it.
    State {
        /// Known, but not yet allowed to buy.
        Prospective = "prospective";
        /// Buys, or sells.
        Active = "active";
        /// Stopped by somebody.
        HeldAdministratively = "held_administratively";
        /// Stopped for what it owes.
        HeldForCredit = "held_for_credit";
        /// Stopped for both.
        HeldForBoth = "held_for_both";
        /// On its way out: what it has is being ended and billed.
        Closing = "closing";
        /// Has nothing and buys nothing any more.
        Closed = "closed";
        /// Closed, and everything personal forgotten.
        Erased = "erased";
    }
}

impl State {
    /// Whether something can be ordered or changed for it.
    #[must_use]
    pub const fn may_buy(self) -> bool {
        match self {
            Self::Active => true,
            Self::Prospective
            | Self::HeldAdministratively
            | Self::HeldForCredit
            | Self::HeldForBoth
            | Self::Closing
            | Self::Closed
            | Self::Erased => false,
        }
    }

    /// Whether it is on its way out, or gone.
    #[must_use]
    pub const fn is_leaving(self) -> bool {
        match self {
            Self::Closing | Self::Closed | Self::Erased => true,
            Self::Prospective
            | Self::Active
            | Self::HeldAdministratively
            | Self::HeldForCredit
            | Self::HeldForBoth => false,
        }
    }
}

words! {
    /// What moves the life of an account.
    Trigger {
        /// It may buy from now on.
        Activate = "activate";
        /// Somebody stops it.
        HoldAdministratively = "hold_administratively";
        /// Somebody lets it go on.
        ReleaseAdministratively = "release_administratively";
        /// It is stopped for what it owes.
        HoldForCredit = "hold_for_credit";
        /// It may go on although it owes, or because it no longer does.
        ReleaseFromCredit = "release_from_credit";
        /// It is to end.
        Close = "close";
        /// Nothing is left of what it had.
        Finish = "finish";
        /// Everything personal is forgotten.
        Erase = "erase";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
pub(super) const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Prospective, T::Activate)
        | (S::HeldAdministratively, T::ReleaseAdministratively)
        | (S::HeldForCredit, T::ReleaseFromCredit) => Some(S::Active),

        (S::Active, T::HoldAdministratively) | (S::HeldForBoth, T::ReleaseFromCredit) => {
            Some(S::HeldAdministratively)
        }
        (S::Active, T::HoldForCredit) | (S::HeldForBoth, T::ReleaseAdministratively) => {
            Some(S::HeldForCredit)
        }
        (S::HeldAdministratively, T::HoldForCredit)
        | (S::HeldForCredit, T::HoldAdministratively) => Some(S::HeldForBoth),

        (
            S::Prospective
            | S::Active
            | S::HeldAdministratively
            | S::HeldForCredit
            | S::HeldForBoth,
            T::Close,
        ) => Some(S::Closing),
        (S::Closing, T::Finish) => Some(S::Closed),
        (S::Closed, T::Erase) => Some(S::Erased),

        (
            S::Prospective,
            T::HoldAdministratively
            | T::ReleaseAdministratively
            | T::HoldForCredit
            | T::ReleaseFromCredit
            | T::Finish
            | T::Erase,
        )
        | (
            S::Active,
            T::Activate | T::ReleaseAdministratively | T::ReleaseFromCredit | T::Finish | T::Erase,
        )
        | (
            S::HeldAdministratively,
            T::Activate | T::HoldAdministratively | T::ReleaseFromCredit | T::Finish | T::Erase,
        )
        | (
            S::HeldForCredit,
            T::Activate | T::HoldForCredit | T::ReleaseAdministratively | T::Finish | T::Erase,
        )
        | (
            S::HeldForBoth,
            T::Activate | T::HoldAdministratively | T::HoldForCredit | T::Finish | T::Erase,
        )
        | (
            S::Closing | S::Closed | S::Erased,
            T::Activate
            | T::HoldAdministratively
            | T::ReleaseAdministratively
            | T::HoldForCredit
            | T::ReleaseFromCredit
            | T::Close,
        )
        | (S::Closing, T::Erase)
        | (S::Closed, T::Finish)
        | (S::Erased, T::Finish | T::Erase) => None,
    }
}

words! {
    /// Which of the two holds.
    HoldKind {
        /// Put and released by people.
        Administrative = "administrative";
        /// For what the account owes.
        Credit = "credit";
    }
}

impl HoldKind {
    /// What puts it.
    pub(super) const fn put(self) -> Trigger {
        match self {
            Self::Administrative => Trigger::HoldAdministratively,
            Self::Credit => Trigger::HoldForCredit,
        }
    }

    /// What takes it back.
    pub(super) const fn release(self) -> Trigger {
        match self {
            Self::Administrative => Trigger::ReleaseAdministratively,
            Self::Credit => Trigger::ReleaseFromCredit,
        }
    }
}

words! {
    /// Which subscriptions of a held account are stopped with it.
    HoldPolicy {
        /// All.
        All = "all";
        /// Those on an invoice that is overdue when the hold is put.
        Unpaid = "unpaid";
    }
}

words! {
    /// Who has put a hold.
    HeldBy {
        /// Somebody, or another system: only they take it back.
        People = "people";
        /// The house, for what is overdue: it takes it back when that is paid.
        House = "house";
    }
}

/// A hold that lies on an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Who has put it.
    pub by: HeldBy,
    /// Which subscriptions it stops.
    pub policy: HoldPolicy,
    /// Why, as a stable word: `ACCOUNT_OVERDUE`.
    pub reason: Code,
    /// Why, for people.
    pub comment: Prose,
    /// Since when.
    pub since: Instant,
}

/// A release from a credit hold that lasts only so long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sparing {
    /// From then on the conditions of the hold count again.
    pub until: Instant,
    /// Why the account is spared.
    pub comment: Prose,
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::word::matrix;

    #[test]
    fn an_account_lives_as_the_table_says() {
        let table = matrix(State::ALL, Trigger::ALL, next);
        expect![[r#"
                                  | activate | hold_administratively | release_administratively | hold_for_credit |   release_from_credit |   close | finish |  erase
                      prospective |   active |                     - |                        - |               - |                     - | closing |      - |      -
                           active |        - | held_administratively |                        - | held_for_credit |                     - | closing |      - |      -
            held_administratively |        - |                     - |                   active |   held_for_both |                     - | closing |      - |      -
                  held_for_credit |        - |         held_for_both |                        - |               - |                active | closing |      - |      -
                    held_for_both |        - |                     - |          held_for_credit |               - | held_administratively | closing |      - |      -
                          closing |        - |                     - |                        - |               - |                     - |       - | closed |      -
                           closed |        - |                     - |                        - |               - |                     - |       - |      - | erased
                           erased |        - |                     - |                        - |               - |                     - |       - |      - |      -
        "#]].assert_eq(&table);
    }

    #[test]
    fn two_holds_do_not_know_of_each_other() {
        let both = |first: HoldKind, second: HoldKind| {
            let held = next(State::Active, first.put()).and_then(|it| next(it, second.put()));
            let freed = held.and_then(|it| next(it, first.release()));
            (held, freed.and_then(|it| next(it, second.release())))
        };
        let (one, two) = (HoldKind::Administrative, HoldKind::Credit);
        let expected = (Some(State::HeldForBoth), Some(State::Active));
        assert_eq!((both(one, two), both(two, one)), (expected, expected));
    }
}
