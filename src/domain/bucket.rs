//! Buckets: prepaid and loyalty balances that are used up.

use serde::{Deserialize, Serialize};

use super::error::{Code, Rejection};
use super::id::{BillingAccountId, BucketId, MeterId};
use super::money::Currency;
use super::quantity::Quantity;
use super::stamp::Stamp;
use super::text::{self, Name};
use super::time::{Instant, Validity};
use super::word::words;

words! {
    /// Whether a bucket can be used.
    State {
        /// It can.
        Active = "active";
        /// It cannot until it is let go on.
        Suspended = "suspended";
        /// Its time is over.
        Expired = "expired";
    }
}

/// What a bucket is filled with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Contents {
    /// Prepaid money.
    Prepaid(Currency),
    /// Units of a meter.
    Units(MeterId),
    /// Points that are no money.
    Points(text::Code),
}

/// A prepaid or loyalty balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its identity.
    pub id: BucketId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// What people call it.
    pub name: Name,
    /// Whose it is.
    pub billing_account: BillingAccountId,
    /// What it is filled with.
    pub contents: Contents,
    /// Whether it can be used.
    pub state: State,
    /// When it can be used.
    pub valid_for: Validity,
    /// Which of several is used up first: 0 before all others.
    pub priority: u8,
    /// How much was last moved, and when.
    pub last: Option<Movement>,
    remaining: Quantity,
    reserved: Quantity,
}

/// One filling or use of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// When.
    pub at: Instant,
    /// How much came in; negative where it was used.
    pub quantity: Quantity,
}

/// What a bucket is told when it comes to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketTerms {
    /// What people call it.
    pub name: Name,
    /// Whose it is.
    pub billing_account: BillingAccountId,
    /// What it is filled with.
    pub contents: Contents,
    /// When it can be used.
    pub valid_for: Validity,
}

impl Bucket {
    /// An empty bucket.
    #[must_use]
    pub fn empty(id: BucketId, stamp: Stamp, terms: BucketTerms) -> Self {
        Self {
            id,
            stamp,
            name: terms.name,
            billing_account: terms.billing_account,
            contents: terms.contents,
            state: State::Active,
            valid_for: terms.valid_for,
            priority: 0,
            last: None,
            remaining: Quantity::ZERO,
            reserved: Quantity::ZERO,
        }
    }

    /// How much is in it, what is reserved included.
    #[must_use]
    pub const fn remaining(&self) -> Quantity {
        self.remaining
    }

    /// How much of that is reserved.
    #[must_use]
    pub const fn reserved(&self) -> Quantity {
        self.reserved
    }

    /// The bucket with some more in it, or less where it is used.
    ///
    /// # Errors
    /// If more is used than is there and not reserved.
    pub fn moved(self, quantity: Quantity, at: Instant) -> Result<Self, Rejection> {
        let remaining = self.remaining.plus(quantity).filter(|it| *it >= self.reserved);
        let Some(remaining) = remaining else {
            let free = self.remaining.above(self.reserved);
            let why = format!("`{quantity}` cannot be moved: `{free}` is free in the bucket");
            return Err(Rejection::new(Code::PaymentExceeds, why));
        };
        Ok(Self { remaining, last: Some(Movement { at, quantity }), ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{id, stamp};

    #[test]
    fn a_bucket_is_never_overdrawn() {
        let at = Instant::from_micros(1).expect("an instant");
        let terms = BucketTerms {
            name: "Points".parse().expect("a name"),
            billing_account: id(2),
            contents: Contents::Points("points".parse().expect("a code")),
            valid_for: Validity::ALWAYS,
        };
        let empty = Bucket::empty(id(1), stamp(), terms);
        let refused = empty.clone().moved(Quantity::whole(-1), at).map_err(|it| it.code);
        assert_eq!(refused, Err(Code::PaymentExceeds));
        let filled = empty.moved(Quantity::whole(5), at).expect("filled");
        let used = filled.moved(Quantity::whole(-5), at).expect("used");
        assert_eq!(used.remaining(), Quantity::ZERO);
        assert_eq!(used.last.map(|it| it.quantity), Some(Quantity::whole(-5)));
    }
}
