//! Payment methods: how an account pays, kept so that it can be charged again.

use serde::{Deserialize, Serialize};

use crate::domain::id::{AccountId, PaymentMethodId};
use crate::domain::sealed::Sealed;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name};
use crate::domain::time::{Date, Instant};
use crate::domain::word::words;

words! {
    /// In which way money comes in.
    MethodKind {
        /// The payer transfers it.
        BankTransfer = "bank_transfer";
        /// The seller collects it from a bank account.
        DirectDebit = "direct_debit";
        /// By card, through a gateway.
        Card = "card";
        /// In coins and notes.
        Cash = "cash";
        /// By check.
        Check = "check";
        /// From a wallet, through a gateway.
        Wallet = "wallet";
        /// By voucher.
        Voucher = "voucher";
        /// From a prepaid or loyalty balance.
        Bucket = "bucket";
    }
}

words! {
    /// Whether a payment method can be used.
    State {
        /// It waits to be confirmed by its holder or gateway.
        Pending = "pending";
        /// It can be used.
        Active = "active";
        /// Its time is over.
        Expired = "expired";
        /// Its holder took it away.
        Removed = "removed";
    }
}

/// How an account pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentMethod {
    /// Its identity.
    pub id: PaymentMethodId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Whose it is.
    pub account: AccountId,
    /// What its holder calls it.
    pub name: Name,
    /// Whether it can be used.
    pub state: State,
    /// Since when that is so.
    pub state_at: Instant,
    /// Its details.
    pub details: MethodDetails,
}

/// The details of a payment method. What must not be seen is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MethodDetails {
    /// One that needs none.
    Plain(MethodKind),
    /// A card as its gateway knows it; its number is never ours.
    Card {
        /// The gateway.
        gateway: text::Code,
        /// What the gateway calls it.
        token: Sealed,
        /// Who issued it.
        brand: Name,
        /// The last four digits.
        last_digits: text::Code,
        /// The first day on which it can no longer be used.
        expires_on: Date,
    },
    /// A mandate to collect from a bank account.
    DirectDebit {
        /// The account.
        iban: Sealed,
        /// Its last four digits.
        last_digits: text::Code,
        /// Who holds it.
        holder: Name,
        /// The reference of the mandate.
        mandate: text::Code,
        /// When it was signed.
        signed_on: Date,
    },
    /// A wallet as its gateway knows it.
    Wallet {
        /// The gateway.
        gateway: text::Code,
        /// What the gateway calls it.
        token: Sealed,
    },
}

impl MethodDetails {
    /// In which way money comes in.
    #[must_use]
    pub const fn kind(&self) -> MethodKind {
        match self {
            Self::Plain(kind) => *kind,
            Self::Card { .. } => MethodKind::Card,
            Self::DirectDebit { .. } => MethodKind::DirectDebit,
            Self::Wallet { .. } => MethodKind::Wallet,
        }
    }
}
