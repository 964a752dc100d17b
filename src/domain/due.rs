//! What falls due, and when: the calendar by which the house works.
//!
//! Nobody scans for work. Each entity says the next instant at which something must be done for
//! it, and the store keeps those instants in order.

use serde::{Deserialize, Serialize};

use super::time::Instant;

/// What must be done at an instant of business time. The order is the store's, and that of the
/// work at one instant: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Duty {
    /// An order's requested start has come, or its wait for information is over.
    Order,
    /// A term, a trial, a grace or a hold ends.
    Term,
    /// A billing account's period has ended.
    Billing,
    /// An invoice's next step of reminding is due.
    Dunning,
    /// An account's temporary release or an element's validity ends.
    Validity,
    /// A partner's period of settlement has ended.
    Settlement,
    /// A version of a price begins.
    Price,
    /// A gateway is to be asked, or something is to be collected through one.
    Collection,
    /// Who holds a digital good is told of a newer version.
    Upgrade,
    /// What somebody asked for and does not wait for is to be done, or is to be done then.
    Errand,
}

impl Duty {
    /// All of them, in order.
    pub const ALL: &'static [Self] = &[
        Self::Order,
        Self::Term,
        Self::Billing,
        Self::Dunning,
        Self::Validity,
        Self::Settlement,
        Self::Price,
        Self::Collection,
        Self::Upgrade,
        Self::Errand,
    ];
}

/// Something that must be done at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Due {
    /// When, in business time.
    pub at: Instant,
    /// What.
    pub duty: Duty,
}
