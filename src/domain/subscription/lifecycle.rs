//! The life of a subscription: from pending, over active, held, graced and expired, to its end.
//!
//! Two holds can lie on it, and each is taken back alone: an *administrative* one, put by people,
//! and one for *credit*. What follows the end of a term, and when, is said by
//! [service terms](crate::domain::catalog::service_terms).

use crate::domain::account::lifecycle::HoldKind;
use crate::domain::event::Verb;
use crate::domain::word::words;

words! {
    /// How far the life of a subscription has come, and what lies on it.
    State {
        /// Ordered, but not yet there.
        Pending = "pending";
        /// The service runs.
        Active = "active";
        /// Stopped by somebody.
        HeldAdministratively = "held_administratively";
        /// Stopped for what the account owes.
        HeldForCredit = "held_for_credit";
        /// Stopped for both.
        HeldForBoth = "held_for_both";
        /// The term is over; the service runs on for a while.
        Graced = "graced";
        /// The term is over and the service stopped; it can be renewed.
        Expired = "expired";
        /// On its way out.
        Terminating = "terminating";
        /// Over, but what it held is kept and can be restored.
        Recoverable = "recoverable";
        /// Over for good.
        Destroyed = "destroyed";
        /// It could not be brought about.
        Aborted = "aborted";
        /// It was called off before it was there.
        Canceled = "canceled";
    }
}

words! {
    /// What moves the life of a subscription.
    Trigger {
        /// It is there.
        Activate = "activate";
        /// It cannot be brought about.
        Abort = "abort";
        /// Somebody stops it.
        HoldAdministratively = "hold_administratively";
        /// Somebody lets it go on.
        ReleaseAdministratively = "release_administratively";
        /// It is stopped for what the account owes.
        HoldForCredit = "hold_for_credit";
        /// It may go on although the account owes, or because it no longer does.
        ReleaseFromCredit = "release_from_credit";
        /// Its term is over unrenewed.
        Grace = "grace";
        /// Its grace is over, or that of what it belongs to.
        Expire = "expire";
        /// A new term begins.
        Renew = "renew";
        /// The time for renewing it is over.
        Terminate = "terminate";
        /// Somebody calls it off.
        Cancel = "cancel";
        /// Its service is stopped for good, and what it held is kept.
        Keep = "keep";
        /// Its service is stopped for good, and what it held is gone.
        Destroy = "destroy";
        /// It goes on after all.
        Restore = "restore";
        /// It is tried again to bring it about.
        Retry = "retry";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
///
/// A hold on what is graced stops it as if it were active: let go, its term is over, and it falls
/// due to be graced or expired at once.
#[must_use]
#[rustfmt::skip] // so that a life stays on one screen
pub const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Pending, T::Activate) | (S::HeldAdministratively, T::ReleaseAdministratively)
        | (S::HeldForCredit, T::ReleaseFromCredit)
        | (S::Active | S::Graced | S::Expired | S::Recoverable, T::Renew)
        | (S::Recoverable, T::Restore) => Some(S::Active),
        (S::Active | S::Graced, T::HoldAdministratively)
        | (S::HeldForBoth, T::ReleaseFromCredit) => Some(S::HeldAdministratively),
        (S::Active | S::Graced, T::HoldForCredit)
        | (S::HeldForBoth, T::ReleaseAdministratively) => Some(S::HeldForCredit),
        (S::HeldAdministratively, T::HoldForCredit)
        | (S::HeldForCredit, T::HoldAdministratively) => Some(S::HeldForBoth),
        (S::Active, T::Grace) => Some(S::Graced),
        (S::Active | S::Graced, T::Expire) => Some(S::Expired),
        (S::Active | S::HeldAdministratively | S::HeldForCredit | S::HeldForBoth, T::Cancel)
        | (S::Graced | S::Expired, T::Cancel)
        | (S::Expired, T::Terminate) => Some(S::Terminating),
        (S::Terminating, T::Keep) => Some(S::Recoverable),
        (S::Terminating | S::Recoverable, T::Destroy) => Some(S::Destroyed),
        (S::Pending, T::Abort) => Some(S::Aborted),
        (S::Aborted, T::Retry) => Some(S::Pending),
        (S::Pending, T::Cancel) => Some(S::Canceled),

        (S::Pending,
          T::HoldAdministratively | T::ReleaseAdministratively | T::HoldForCredit
          | T::ReleaseFromCredit | T::Grace | T::Expire | T::Renew | T::Terminate | T::Keep
          | T::Destroy | T::Restore | T::Retry)
        | (S::Active,
          T::Activate | T::Abort | T::ReleaseAdministratively | T::ReleaseFromCredit
          | T::Terminate | T::Keep | T::Destroy | T::Restore | T::Retry)
        | (S::HeldAdministratively,
          T::Activate | T::Abort | T::HoldAdministratively | T::ReleaseFromCredit | T::Grace
          | T::Expire | T::Renew | T::Terminate | T::Keep | T::Destroy | T::Restore
          | T::Retry)
        | (S::HeldForCredit,
          T::Activate | T::Abort | T::ReleaseAdministratively | T::HoldForCredit | T::Grace
          | T::Expire | T::Renew | T::Terminate | T::Keep | T::Destroy | T::Restore
          | T::Retry)
        | (S::HeldForBoth,
          T::Activate | T::Abort | T::HoldAdministratively | T::HoldForCredit | T::Grace
          | T::Expire | T::Renew | T::Terminate | T::Keep | T::Destroy | T::Restore
          | T::Retry)
        | (S::Graced,
          T::Activate | T::Abort | T::ReleaseAdministratively | T::ReleaseFromCredit
          | T::Grace | T::Terminate | T::Keep | T::Destroy | T::Restore | T::Retry)
        | (S::Expired,
          T::Activate | T::Abort | T::HoldAdministratively | T::ReleaseAdministratively
          | T::HoldForCredit | T::ReleaseFromCredit | T::Grace | T::Expire | T::Keep
          | T::Destroy | T::Restore | T::Retry)
        | (S::Terminating,
          T::Activate | T::Abort | T::HoldAdministratively | T::ReleaseAdministratively
          | T::HoldForCredit | T::ReleaseFromCredit | T::Grace | T::Expire | T::Renew
          | T::Terminate | T::Cancel | T::Restore | T::Retry)
        | (S::Recoverable,
          T::Activate | T::Abort | T::HoldAdministratively | T::ReleaseAdministratively
          | T::HoldForCredit | T::ReleaseFromCredit | T::Grace | T::Expire | T::Terminate
          | T::Cancel | T::Keep | T::Retry)
        | (S::Destroyed | S::Aborted | S::Canceled,
          T::Activate | T::Abort | T::HoldAdministratively | T::ReleaseAdministratively
          | T::HoldForCredit | T::ReleaseFromCredit | T::Grace | T::Expire | T::Renew
          | T::Terminate | T::Cancel | T::Keep | T::Destroy | T::Restore)
        | (S::Destroyed | S::Canceled, T::Retry) => None,
    }
}

impl State {
    /// Whether the account still has it, or is about to.
    #[must_use]
    pub const fn is_living(self) -> bool {
        match self {
            Self::Pending
            | Self::Active
            | Self::HeldAdministratively
            | Self::HeldForCredit
            | Self::HeldForBoth
            | Self::Graced
            | Self::Expired => true,
            Self::Terminating
            | Self::Recoverable
            | Self::Destroyed
            | Self::Aborted
            | Self::Canceled => false,
        }
    }

    /// Whether the service runs.
    #[must_use]
    pub const fn is_running(self) -> bool {
        match self {
            Self::Active | Self::Graced => true,
            Self::Pending
            | Self::HeldAdministratively
            | Self::HeldForCredit
            | Self::HeldForBoth
            | Self::Expired
            | Self::Terminating
            | Self::Recoverable
            | Self::Destroyed
            | Self::Aborted
            | Self::Canceled => false,
        }
    }

    /// Whether its term is over unrenewed.
    #[must_use]
    pub const fn is_past_term(self) -> bool {
        match self {
            Self::Graced | Self::Expired => true,
            Self::Pending
            | Self::Active
            | Self::HeldAdministratively
            | Self::HeldForCredit
            | Self::HeldForBoth
            | Self::Terminating
            | Self::Recoverable
            | Self::Destroyed
            | Self::Aborted
            | Self::Canceled => false,
        }
    }

    /// The holds that lie on it.
    #[must_use]
    pub const fn holds(self) -> &'static [HoldKind] {
        match self {
            Self::HeldAdministratively => &[HoldKind::Administrative],
            Self::HeldForCredit => &[HoldKind::Credit],
            Self::HeldForBoth => &[HoldKind::Administrative, HoldKind::Credit],
            Self::Pending
            | Self::Active
            | Self::Graced
            | Self::Expired
            | Self::Terminating
            | Self::Recoverable
            | Self::Destroyed
            | Self::Aborted
            | Self::Canceled => &[],
        }
    }
}

impl Trigger {
    /// What puts a hold.
    #[must_use]
    pub const fn putting(kind: HoldKind) -> Self {
        match kind {
            HoldKind::Administrative => Self::HoldAdministratively,
            HoldKind::Credit => Self::HoldForCredit,
        }
    }

    /// What takes a hold back.
    #[must_use]
    pub const fn releasing(kind: HoldKind) -> Self {
        match kind {
            HoldKind::Administrative => Self::ReleaseAdministratively,
            HoldKind::Credit => Self::ReleaseFromCredit,
        }
    }

    /// What is told of it.
    #[must_use]
    pub const fn verb(self) -> Verb {
        match self {
            Self::Activate => Verb::Activated,
            Self::Abort => Verb::Failed,
            Self::HoldAdministratively | Self::HoldForCredit => Verb::Held,
            Self::ReleaseAdministratively | Self::ReleaseFromCredit => Verb::Released,
            Self::Grace => Verb::Graced,
            Self::Expire => Verb::Expired,
            Self::Renew => Verb::Renewed,
            Self::Cancel | Self::Terminate => Verb::Canceled,
            Self::Keep => Verb::Terminated,
            Self::Destroy => Verb::Destroyed,
            Self::Restore | Self::Retry => Verb::Restored,
        }
    }
}

words! {
    /// Where a hold comes from. Each takes only its own back.
    HoldOrigin {
        /// It was put on this subscription.
        Direct = "direct";
        /// It was put on the account.
        Account = "account";
        /// It was put on the subscription above.
        Parent = "parent";
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::word::matrix;

    #[test]
    fn a_subscription_lives_as_the_table_says() {
        expect![[r#"
                                  | activate |   abort | hold_administratively | release_administratively | hold_for_credit |   release_from_credit |  grace |  expire |  renew |   terminate |      cancel |        keep |   destroy | restore |   retry
                          pending |   active | aborted |                     - |                        - |               - |                     - |      - |       - |      - |           - |    canceled |           - |         - |       - |       -
                           active |        - |       - | held_administratively |                        - | held_for_credit |                     - | graced | expired | active |           - | terminating |           - |         - |       - |       -
            held_administratively |        - |       - |                     - |                   active |   held_for_both |                     - |      - |       - |      - |           - | terminating |           - |         - |       - |       -
                  held_for_credit |        - |       - |         held_for_both |                        - |               - |                active |      - |       - |      - |           - | terminating |           - |         - |       - |       -
                    held_for_both |        - |       - |                     - |          held_for_credit |               - | held_administratively |      - |       - |      - |           - | terminating |           - |         - |       - |       -
                           graced |        - |       - | held_administratively |                        - | held_for_credit |                     - |      - | expired | active |           - | terminating |           - |         - |       - |       -
                          expired |        - |       - |                     - |                        - |               - |                     - |      - |       - | active | terminating | terminating |           - |         - |       - |       -
                      terminating |        - |       - |                     - |                        - |               - |                     - |      - |       - |      - |           - |           - | recoverable | destroyed |       - |       -
                      recoverable |        - |       - |                     - |                        - |               - |                     - |      - |       - | active |           - |           - |           - | destroyed |  active |       -
                        destroyed |        - |       - |                     - |                        - |               - |                     - |      - |       - |      - |           - |           - |           - |         - |       - |       -
                          aborted |        - |       - |                     - |                        - |               - |                     - |      - |       - |      - |           - |           - |           - |         - |       - | pending
                         canceled |        - |       - |                     - |                        - |               - |                     - |      - |       - |      - |           - |           - |           - |         - |       - |       -
        "#]].assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }

    #[test]
    fn every_living_subscription_can_be_called_off_and_no_other() {
        for state in State::ALL {
            assert_eq!(next(*state, Trigger::Cancel).is_some(), state.is_living(), "{state}");
        }
    }

    #[test]
    fn a_hold_is_taken_back_by_its_own_kind_and_leaves_the_other() {
        for (first, second) in [
            (HoldKind::Administrative, HoldKind::Credit),
            (HoldKind::Credit, HoldKind::Administrative),
        ] {
            let held = next(State::Active, Trigger::putting(first)).expect("active");
            assert_eq!(held.holds(), [first]);
            assert_eq!(next(held, Trigger::releasing(second)), None);
            let both = next(held, Trigger::putting(second)).expect("held once");
            assert_eq!(both.holds().len(), 2);
            let one = next(both, Trigger::releasing(first)).expect("held twice");
            assert_eq!(one.holds(), [second]);
            assert_eq!(next(one, Trigger::releasing(second)), Some(State::Active));
        }
    }

    #[test]
    fn nothing_that_is_held_runs() {
        for state in State::ALL {
            assert!(
                !state.is_running() || state.holds().is_empty() && state.is_living(),
                "{state}"
            );
        }
    }
}
