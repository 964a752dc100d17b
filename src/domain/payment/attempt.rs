//! Attempts: a payment on its way through a gateway, and what the gateway says of it.
//!
//! The id of the payment is what the gateway knows the attempt by, so that it can be asked for the
//! same again and again and does it once.

use serde::{Deserialize, Serialize};

use crate::domain::id::{GatewayId, InvoiceId, OrderId};
use crate::domain::money::Money;
use crate::domain::text::{Name, Prose, WebAddress};
use crate::domain::time::Instant;
use crate::domain::word::words;

words! {
    /// Who wants that something is paid now.
    Initiative {
        /// The payer, who is there and can be asked.
        Payer = "payer";
        /// The house, because it is due: nobody is there.
        House = "house";
    }
}

words! {
    /// Why a gateway says no.
    Reason {
        /// There is not enough money.
        InsufficientFunds = "insufficient_funds";
        /// The card or its like is over.
        MethodExpired = "method_expired";
        /// The payer did not prove to be who may pay.
        NotAuthenticated = "not_authenticated";
        /// The payer called it off.
        CalledOff = "called_off";
        /// The card or its like is not known, or cannot be used so.
        MethodUnusable = "method_unusable";
        /// The bank does not say why.
        Refused = "refused";
        /// The gateway does not take what we ask it.
        Misunderstood = "misunderstood";
    }
}

/// That a gateway says no, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decline {
    /// Why.
    pub reason: Reason,
    /// What it says itself.
    pub told: Prose,
}

/// A payment on its way through a gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Through which.
    pub gateway: GatewayId,
    /// Who wants it.
    pub initiative: Initiative,
    /// What it is to settle first.
    pub invoice: Option<InvoiceId>,
    /// The order that waits for it.
    pub order: Option<OrderId>,
    /// How much was asked for: what comes in may be less, or more.
    pub wanted: Money,
    /// The how many-th it is of those that follow each other: 1 for the first.
    pub tries: u16,
    /// Until when a word of the gateway is waited for.
    pub until: Instant,
    /// When something is to be done for it without anybody asking: the gateway is asked, or, once it
    /// has failed, it is tried again.
    pub look_at: Option<Instant>,
    /// Since when the gateway may know of it, of what the house wants; `None`: nothing has left yet.
    pub asked_at: Option<Instant>,
    /// How often the gateway could not be reached since it was last.
    pub misses: u16,
    /// What the gateway calls it.
    pub reference: Option<Name>,
    /// What else the gateway must be reminded of.
    pub memo: Option<Name>,
    /// Where the payer has to go.
    pub page: Option<WebAddress>,
    /// Why nothing came of it.
    pub decline: Option<Decline>,
}

/// What a gateway says of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What it calls it, if it says so.
    pub reference: Option<Name>,
    /// What it must be reminded of.
    pub memo: Option<Name>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a payment at a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The payer has to go to a page.
    Page(WebAddress),
    /// It is not known yet.
    Pending,
    /// The money is reserved.
    Authorized,
    /// So much came in.
    Captured(Money),
    /// No.
    Declined(Decline),
    /// The gateway waits no longer for the payer.
    Expired,
}

impl Said {
    /// Only what became of it.
    #[must_use]
    pub const fn only(outcome: Outcome) -> Self {
        Self { reference: None, memo: None, outcome }
    }
}
