//! What every kept entity carries beside its own facts: whose it is, since when, what is attached.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::{AccountId, UserId};
use super::time::Instant;
use super::word::words;

/// The number of a selling account: provider 1, resellers after it. Who sees what is decided by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SellerNumber(pub u32);

impl SellerNumber {
    /// The one provider, at the root of the account tree.
    pub const PROVIDER: Self = Self(1);
}

words! {
    /// The published contracts whose clients may attach attributes that we do not interpret.
    Contract {
        /// Our own API.
        Native = "native";
        /// The APS 2 bus.
        Aps = "aps";
        /// IBM BSS REST.
        Ibm = "ibm";
        /// TM Forum Open APIs.
        Tmf = "tmf";
        /// FIWARE Business API Ecosystem, first generation.
        Bae = "bae";
    }
}

/// Attributes that a contract's client sent and that mean nothing to us, as canonical JSON bytes.
///
/// What we interpret is never also carried: there is one truth.
pub type Carried = BTreeMap<Contract, Vec<u8>>;

/// What the house keeps about every entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// In whose branch of the account tree it lies.
    pub seller: SellerNumber,
    /// The account that it belongs to; `None` for what belongs to the seller as such.
    pub owner: Option<AccountId>,
    /// The person of the owner whose own it is: a user, its seats, what it ordered. Members see
    /// nothing else.
    pub person: Option<UserId>,
    /// The number people and contracts call it by, where its kind has one; 0 where not.
    pub number: u64,
    /// Counts the changes: 1 when new.
    pub revision: u32,
    /// Business time of its creation.
    pub created_at: Instant,
    /// Business time of its last change.
    pub changed_at: Instant,
    /// What contracts' clients attached.
    pub carried: Carried,
}

impl Stamp {
    /// The stamp of something new, before it is put into the store for the first time.
    #[must_use]
    pub fn new(seller: SellerNumber, owner: Option<AccountId>, now: Instant) -> Self {
        Self {
            seller,
            owner,
            person: None,
            number: 0,
            revision: 0,
            created_at: now,
            changed_at: now,
            carried: Carried::new(),
        }
    }

    /// The same as one person's own.
    #[must_use]
    pub fn of_person(self, person: UserId) -> Self {
        Self { person: Some(person), ..self }
    }

    /// The same with a number from a sequence.
    #[must_use]
    pub fn numbered(self, number: u64) -> Self {
        Self { number, ..self }
    }
}
