//! The life of a billing account, in six states.
//!
//! Defined, active, pending update, suspended, pending closed, closed: TM Forum's billing account
//! of 2016 and its figure. What it does not say is decided here: a plan can be called off, and what
//! was never billed closes at once.

use crate::domain::word::words;

words! {
    /// How far the life of a billing account has come.
    BillingState {
        /// No invoice can be made of it yet.
        Defined = "defined";
        /// Invoices are made of it.
        Active = "active";
        /// The same, and a change takes effect with the next cycle.
        PendingUpdate = "pending_update";
        /// No invoices are made of it for now.
        Suspended = "suspended";
        /// Closes itself after its last invoice.
        PendingClosed = "pending_closed";
        /// No invoice is made of it any more, for good.
        Closed = "closed";
    }
}

impl BillingState {
    /// Whether invoices are made of it.
    #[must_use]
    pub const fn is_billed(self) -> bool {
        match self {
            Self::Active | Self::PendingUpdate | Self::PendingClosed => true,
            Self::Defined | Self::Suspended | Self::Closed => false,
        }
    }
}

words! {
    /// What moves the life of a billing account.
    BillingTrigger {
        /// Invoices may be made of it.
        Activate = "activate";
        /// A change is planned for the next cycle.
        Plan = "plan";
        /// The planned change is called off.
        Withdraw = "withdraw";
        /// The next cycle begins.
        Turn = "turn";
        /// No invoices for now.
        Suspend = "suspend";
        /// Invoices again.
        Resume = "resume";
        /// Invoices for what is left, and then none.
        Close = "close";
        /// The last invoice was made.
        Finish = "finish";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
///
/// What was never billed closes at once: there is no last invoice to wait for.
pub(super) const fn next(state: BillingState, trigger: BillingTrigger) -> Option<BillingState> {
    use {BillingState as S, BillingTrigger as T};
    match (state, trigger) {
        (S::Defined, T::Activate)
        | (S::PendingUpdate, T::Withdraw | T::Turn)
        | (S::Suspended, T::Resume)
        | (S::Active, T::Turn) => Some(S::Active),
        (S::Active | S::PendingUpdate, T::Plan) => Some(S::PendingUpdate),
        (S::Active, T::Suspend) => Some(S::Suspended),
        (S::Active | S::Suspended, T::Close) | (S::PendingClosed, T::Turn) => {
            Some(S::PendingClosed)
        }
        (S::Defined, T::Close) | (S::PendingClosed, T::Finish) => Some(S::Closed),

        (S::Defined, T::Plan | T::Withdraw | T::Turn | T::Suspend | T::Resume | T::Finish)
        | (S::Active, T::Activate | T::Withdraw | T::Resume | T::Finish)
        | (S::PendingUpdate, T::Activate | T::Suspend | T::Resume | T::Close | T::Finish)
        | (S::Suspended, T::Activate | T::Plan | T::Withdraw | T::Turn | T::Suspend | T::Finish)
        | (
            S::PendingClosed,
            T::Activate | T::Plan | T::Withdraw | T::Suspend | T::Resume | T::Close,
        )
        | (
            S::Closed,
            T::Activate
            | T::Plan
            | T::Withdraw
            | T::Turn
            | T::Suspend
            | T::Resume
            | T::Close
            | T::Finish,
        ) => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::word::matrix;

    #[test]
    fn a_billing_account_lives_as_the_table_says() {
        let table = matrix(BillingState::ALL, BillingTrigger::ALL, next);
        expect![[r#"
                           | activate |           plan | withdraw |           turn |   suspend | resume |          close | finish
                   defined |   active |              - |        - |              - |         - |      - |         closed |      -
                    active |        - | pending_update |        - |         active | suspended |      - | pending_closed |      -
            pending_update |        - | pending_update |   active |         active |         - |      - |              - |      -
                 suspended |        - |              - |        - |              - |         - | active | pending_closed |      -
            pending_closed |        - |              - |        - | pending_closed |         - |      - |              - | closed
                    closed |        - |              - |        - |              - |         - |      - |              - |      -
        "#]].assert_eq(&table);
    }
}
