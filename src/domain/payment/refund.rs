//! Refunds: money that goes back, mirroring the payment it came with.

use serde::{Deserialize, Serialize};

use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, BillingAccountId, PaymentId, RefundId};
use crate::domain::money::Money;
use crate::domain::stamp::Stamp;
use crate::domain::text::{Name, Prose};
use crate::domain::time::{Date, Instant};
use crate::domain::word::words;

words! {
    /// How far a refund has come.
    State {
        /// It is to be sent.
        Requested = "requested";
        /// The payer has it.
        Done = "done";
        /// It did not arrive; the money is the customer's credit again.
        Failed = "failed";
        /// The money is on its way.
        Sent = "sent";
    }
}

words! {
    /// What can happen to a refund.
    Trigger {
        /// Send the money.
        Send = "send";
        /// Learn that it has arrived.
        Complete = "complete";
        /// Learn that it has not, and will not.
        Fail = "fail";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
#[must_use]
pub const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Requested, T::Send) => Some(S::Sent),
        (S::Requested | S::Sent, T::Complete) => Some(S::Done),
        // Banks send back what they had taken, days after.
        (S::Requested | S::Sent | S::Done, T::Fail) => Some(S::Failed),
        (S::Sent, T::Send)
        | (S::Done, T::Send | T::Complete)
        | (S::Failed, T::Send | T::Complete | T::Fail) => None,
    }
}

/// Money that goes back. How much may is [`Payment::refund`](super::Payment::refund).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Its identity.
    pub id: RefundId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Who gets it.
    pub account: AccountId,
    /// From which billing account.
    pub billing_account: BillingAccountId,
    /// With which payment it came.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// On which day, where the billing account is.
    pub refunded_on: Date,
    /// Why.
    pub reason: Option<Prose>,
    /// How far it has come.
    pub state: State,
    /// Since when that is so.
    pub state_at: Instant,
    /// When its gateway is asked to send it, or how far it is; `None` where people send it.
    pub look_at: Option<Instant>,
    /// How often the gateway could not be reached since it was last.
    pub misses: u16,
    /// What the gateway calls it.
    pub reference: Option<Name>,
    /// Why it did not arrive.
    pub trouble: Option<Prose>,
}

impl Refund {
    /// The refund after a trigger.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn on(self, trigger: Trigger, now: Instant) -> Result<(Self, Verb), Rejection> {
        let Some(state) = next(self.state, trigger) else {
            let why = format!("cannot {trigger} a refund that is `{}`", self.state);
            return Err(Rejection::new(Code::PaymentStateForbids, why));
        };
        let (verb, look_at) = match trigger {
            Trigger::Send => (Verb::Sent, self.look_at),
            Trigger::Complete => (Verb::Completed, None),
            Trigger::Fail => (Verb::Failed, None),
        };
        Ok((Self { state, state_at: now, look_at, ..self }, verb))
    }

    /// When something is to be done for it without anybody asking.
    #[must_use]
    pub fn due_at(&self) -> Option<Instant> {
        match self.state {
            State::Requested | State::Sent => self.look_at,
            State::Done | State::Failed => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::word::matrix;

    #[test]
    fn the_life_of_a_refund_is_this_table() {
        expect![[r#"
                      | send | complete |   fail
            requested | sent |     done | failed
                 done |    - |        - | failed
               failed |    - |        - |      -
                 sent |    - |     done | failed
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }
}
