//! Connectors: how another system is told to make a service exist, as data.

use serde::{Deserialize, Serialize};

use crate::domain::sealed::Sealed;
use crate::domain::text::{Name, WebAddress};

/// How a service comes into being.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connector {
    /// There is nothing to do: it exists as soon as it is asked for.
    Instant,
    /// Another system is called, with a signature, and says when it is done.
    Webhook {
        /// Where the call goes.
        address: WebAddress,
        /// What the call is signed with.
        secret: Sealed,
    },
    /// A person does it and says so.
    Manual {
        /// Who is asked: a team, a desk.
        desk: Option<Name>,
    },
    /// It is sent, and there when the parcel is.
    Shipment,
}

impl Connector {
    /// What sort of connector it is, as a word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::Webhook { .. } => "webhook",
            Self::Manual { .. } => "manual",
            Self::Shipment => "shipment",
        }
    }
}
