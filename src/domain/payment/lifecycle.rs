//! The life of a payment: begun, perhaps redirected and authorized, then captured or not.
//!
//! A gateway's word that money came in counts whatever it said before, and also after our own
//! time-out: money is never refused.

use crate::domain::event::Verb;
use crate::domain::word::words;

words! {
    /// How far a payment has come.
    State {
        /// It was begun.
        Initiated = "initiated";
        /// The payer was sent to the gateway's page.
        Redirected = "redirected";
        /// The money is reserved.
        Authorized = "authorized";
        /// The money came in.
        Captured = "captured";
        /// The payer's bank or gateway said no.
        Declined = "declined";
        /// Nothing was heard of it in time.
        Expired = "expired";
        /// The payer or the seller called it off.
        Canceled = "canceled";
        /// A part of it went back.
        PartlyRefunded = "partly_refunded";
        /// All of it went back.
        FullyRefunded = "fully_refunded";
    }
}

words! {
    /// What can happen to a payment.
    Trigger {
        /// Send the payer to the gateway's page.
        Redirect = "redirect";
        /// Reserve the money.
        Authorize = "authorize";
        /// Take the money.
        Capture = "capture";
        /// Say no.
        Decline = "decline";
        /// Let its time run out.
        Expire = "expire";
        /// Call it off.
        Cancel = "cancel";
        /// Give back a part.
        RefundPart = "refund_part";
        /// Give back all that is left.
        RefundAll = "refund_all";
        /// Learn that a part of what was to go back did not arrive, so that less went back.
        KeepPart = "keep_part";
        /// Learn that nothing of what was to go back did arrive.
        KeepAll = "keep_all";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
#[must_use]
pub const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Initiated, T::Redirect) => Some(S::Redirected),
        (S::Initiated | S::Redirected, T::Authorize) => Some(S::Authorized),
        (
            S::Initiated | S::Redirected | S::Authorized | S::Declined | S::Expired | S::Canceled,
            T::Capture,
        )
        | (S::PartlyRefunded | S::FullyRefunded, T::KeepAll) => Some(S::Captured),
        (S::Initiated | S::Redirected | S::Authorized, T::Decline) => Some(S::Declined),
        (S::Initiated | S::Redirected | S::Authorized, T::Expire) => Some(S::Expired),
        (S::Initiated | S::Redirected | S::Authorized, T::Cancel) => Some(S::Canceled),
        (S::Captured | S::PartlyRefunded, T::RefundPart)
        | (S::PartlyRefunded | S::FullyRefunded, T::KeepPart) => Some(S::PartlyRefunded),
        (S::Captured | S::PartlyRefunded, T::RefundAll) => Some(S::FullyRefunded),

        (S::Initiated, T::RefundPart | T::RefundAll | T::KeepPart | T::KeepAll)
        | (S::Redirected, T::Redirect | T::RefundPart | T::RefundAll | T::KeepPart | T::KeepAll)
        | (
            S::Authorized,
            T::Redirect | T::Authorize | T::RefundPart | T::RefundAll | T::KeepPart | T::KeepAll,
        )
        | (
            S::Captured,
            T::Redirect
            | T::Authorize
            | T::Capture
            | T::Decline
            | T::Expire
            | T::Cancel
            | T::KeepPart
            | T::KeepAll,
        )
        | (
            S::PartlyRefunded,
            T::Redirect | T::Authorize | T::Capture | T::Decline | T::Expire | T::Cancel,
        )
        | (
            S::Expired | S::Declined | S::Canceled,
            T::Redirect
            | T::Authorize
            | T::Decline
            | T::Expire
            | T::Cancel
            | T::RefundPart
            | T::RefundAll
            | T::KeepPart
            | T::KeepAll,
        )
        | (
            S::FullyRefunded,
            T::Redirect
            | T::Authorize
            | T::Capture
            | T::Decline
            | T::Expire
            | T::Cancel
            | T::RefundPart
            | T::RefundAll,
        ) => None,
    }
}

impl State {
    /// Whether its money came in, whatever happened to it then.
    #[must_use]
    pub const fn has_come_in(self) -> bool {
        match self {
            Self::Captured | Self::PartlyRefunded | Self::FullyRefunded => true,
            Self::Initiated
            | Self::Redirected
            | Self::Authorized
            | Self::Declined
            | Self::Expired
            | Self::Canceled => false,
        }
    }
}

impl State {
    /// Whether its gateway still has to say what becomes of it.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        match self {
            Self::Initiated | Self::Redirected | Self::Authorized => true,
            Self::Captured
            | Self::PartlyRefunded
            | Self::FullyRefunded
            | Self::Declined
            | Self::Expired
            | Self::Canceled => false,
        }
    }
}

impl Trigger {
    /// What is told of it.
    #[must_use]
    pub const fn verb(self) -> Verb {
        match self {
            Self::Redirect | Self::Authorize | Self::KeepPart | Self::KeepAll => Verb::Changed,
            Self::Capture => Verb::Received,
            Self::Decline => Verb::Failed,
            Self::Expire => Verb::Expired,
            Self::Cancel => Verb::Canceled,
            Self::RefundPart | Self::RefundAll => Verb::Refunded,
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::word::matrix;

    #[test]
    fn the_life_of_a_payment_is_this_table() {
        expect![[r#"
                            |   redirect |  authorize |  capture |  decline |  expire |   cancel |     refund_part |     refund_all |       keep_part | keep_all
                  initiated | redirected | authorized | captured | declined | expired | canceled |               - |              - |               - |        -
                 redirected |          - | authorized | captured | declined | expired | canceled |               - |              - |               - |        -
                 authorized |          - |          - | captured | declined | expired | canceled |               - |              - |               - |        -
                   captured |          - |          - |        - |        - |       - |        - | partly_refunded | fully_refunded |               - |        -
                   declined |          - |          - | captured |        - |       - |        - |               - |              - |               - |        -
                    expired |          - |          - | captured |        - |       - |        - |               - |              - |               - |        -
                   canceled |          - |          - | captured |        - |       - |        - |               - |              - |               - |        -
            partly_refunded |          - |          - |        - |        - |       - |        - | partly_refunded | fully_refunded | partly_refunded | captured
             fully_refunded |          - |          - |        - |        - |       - |        - |               - |              - | partly_refunded | captured
        "#]].assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }
}
