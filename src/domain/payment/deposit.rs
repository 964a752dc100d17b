//! Deposits: money held as security, which stays the customer's.

use serde::{Deserialize, Serialize};

use crate::domain::id::{AccountId, BillingAccountId, DepositId, PaymentId, SubscriptionId};
use crate::domain::money::Money;
use crate::domain::stamp::Stamp;
use crate::domain::time::Date;
use crate::domain::word::words;

words! {
    /// What became of a deposit.
    State {
        /// It is asked for and not yet paid.
        Requested = "requested";
        /// It is held.
        Held = "held";
        /// It went back.
        Returned = "returned";
        /// It settled what was open at the end.
        SetOff = "set_off";
    }
}

/// Money held as security.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deposit {
    /// Its identity.
    pub id: DepositId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Whose it is.
    pub account: AccountId,
    /// In which billing account.
    pub billing_account: BillingAccountId,
    /// For which subscription; `None`: for the account.
    pub subscription: Option<SubscriptionId>,
    /// How much.
    pub amount: Money,
    /// The payment it came with.
    pub payment: Option<PaymentId>,
    /// Since when it is held.
    pub held_from: Option<Date>,
    /// What became of it.
    pub state: State,
}
