//! Refunds: money that goes back, mirroring the payment it came with.

use serde::{Deserialize, Serialize};

use crate::domain::id::{AccountId, BillingAccountId, PaymentId, RefundId};
use crate::domain::money::Money;
use crate::domain::stamp::Stamp;
use crate::domain::text::Prose;
use crate::domain::time::{Date, Instant};
use crate::domain::word::words;

words! {
    /// How far a refund has come.
    State {
        /// The money is on its way.
        Requested = "requested";
        /// The payer has it.
        Done = "done";
        /// It did not arrive; the money is the customer's credit again.
        Failed = "failed";
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
}
