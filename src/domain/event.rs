//! The facts we tell: what happened to which thing, by whom, with the thing before and after.
//!
//! There is one log. It is the audit trail, the source of every notification, and what search is
//! built from. A fact keeps the entity *as of the event*: late delivery does not follow the
//! present.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::{AccountId, Kind, Subject, UserId};
use super::stamp::SellerNumber;
use super::time::Instant;

macro_rules! verbs {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        /// What can happen to a thing. The order is the store's: append only.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Verb {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Verb {
            /// Everything that can happen.
            pub const ALL: &'static [Verb] = &[$(Verb::$name,)+];

            /// The word on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Verb::$name => $text,)+ }
            }
        }
    };
}

verbs! {
    /// It came to be.
    Created = "created";
    /// Some of its attributes changed.
    Changed = "changed";
    /// It is no more.
    Removed = "removed";
    /// It began to work.
    Activated = "activated";
    /// It was stopped for a reason that can be taken back.
    Held = "held";
    /// The reason for which it was stopped was taken back.
    Released = "released";
    /// Its paid time is over.
    Expired = "expired";
    /// Its time was prolonged.
    Renewed = "renewed";
    /// It was called off.
    Canceled = "canceled";
    /// It ended.
    Terminated = "terminated";
    /// It can be bought from now on.
    Launched = "launched";
    /// It can no longer be bought.
    Retired = "retired";
    /// It was refused.
    Rejected = "rejected";
    /// It is being worked on.
    Started = "started";
    /// All of it is done.
    Completed = "completed";
    /// It could not be done.
    Failed = "failed";
    /// It got its number and can no longer change.
    Issued = "issued";
    /// A part of it was paid.
    PartlyPaid = "partly_paid";
    /// All of it was paid.
    Paid = "paid";
    /// Its time for payment is over.
    Overdue = "overdue";
    /// It was given up.
    WrittenOff = "written_off";
    /// Money came in.
    Received = "received";
    /// Money went back.
    Refunded = "refunded";
    /// It was sent.
    Sent = "sent";
    /// Somebody signed in with it.
    SignedIn = "signed_in";
    /// Its paid time is over, and it goes on for a while.
    Graced = "graced";
    /// What it held is gone for good.
    Destroyed = "destroyed";
    /// It goes on after its end.
    Restored = "restored";
    /// Somebody must say more before it can go on.
    InformationRequired = "information_required";
    /// It is on its way.
    Shipped = "shipped";
    /// It has arrived.
    Delivered = "delivered";
    /// It came back.
    Returned = "returned";
    /// Somebody got it.
    Assigned = "assigned";
    /// Some of it is done, and the rest never will be.
    PartlyCompleted = "partly_completed";
    /// Its paid time is over soon.
    Expiring = "expiring";
    /// Somebody says that it is wrong.
    Disputed = "disputed";
    /// Whether it was wrong is decided.
    Resolved = "resolved";
    /// What was agreed on for later does not happen.
    FellAway = "fell_away";
    /// It may be tried for longer.
    TrialExtended = "trial_extended";
    /// What was tried is bought; of a digital good, there is a newer version.
    Upgraded = "upgraded";
    /// What was paid in beforehand falls below what its owner wants to keep.
    RunningLow = "running_low";
    /// Somebody was told when it happens.
    Announced = "announced";
    /// There is a newer version of a digital good that comes with it.
    AssetUpgraded = "asset_upgraded";
}

/// Who caused a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// A person, or a program that holds a person's token.
    User(UserId),
    /// The house itself, by the name of the duty.
    Duty(String),
    /// Somebody who is not signed in, through the named door.
    Door(String),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "{id}"),
            Self::Duty(name) => write!(f, "duty:{name}"),
            Self::Door(name) => write!(f, "door:{name}"),
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its place in the log; rises with time and has no gaps.
    pub sequence: u64,
    /// Business time.
    pub at: Instant,
    /// Who caused it.
    pub cause: Cause,
    /// The request that it belongs to, as in the server's log; empty for duties.
    pub request: String,
    /// What it happened to.
    pub subject: Subject,
    /// What happened.
    pub verb: Verb,
    /// In whose branch the thing lies.
    pub seller: SellerNumber,
    /// Whose the thing is.
    pub owner: Option<AccountId>,
    /// The record before, as the store has it; `None` if it is new.
    #[serde(with = "side")]
    pub before: Option<Vec<u8>>,
    /// The record after, as the store has it; `None` if it is no more.
    #[serde(with = "side")]
    pub after: Option<Vec<u8>>,
    /// What was set for it and is kept beside it.
    pub beside: Vec<Beside>,
}

/// A setting that belongs to a thing and is kept beside it, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// Under which name it is kept.
    pub name: String,
    /// Before, as the store has it.
    pub before: Vec<u8>,
    /// After, as the store has it.
    pub after: Vec<u8>,
}

/// A side of a change is written and read in one piece, and lies as it would byte by byte.
mod side {
    use std::fmt;

    use serde::de::{Error, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    struct Piece<B>(B);

    impl Serialize for Piece<&[u8]> {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_bytes(self.0)
        }
    }

    impl<'de> Deserialize<'de> for Piece<Vec<u8>> {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            from.deserialize_byte_buf(Reader).map(Self)
        }
    }

    struct Reader;

    impl Visitor<'_> for Reader {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }

        fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
            Ok(bytes)
        }
    }

    pub(super) fn serialize<S: Serializer>(
        side: &Option<Vec<u8>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        side.as_deref().map(Piece).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        Ok(Option::<Piece<Vec<u8>>>::deserialize(from)?.map(|it| it.0))
    }
}

impl Fact {
    /// The name on the wire: `subscription.activated`.
    #[must_use]
    pub fn name(&self) -> String {
        event_name(self.subject.kind, self.verb)
    }
}

/// The name on the wire of a thing that can happen.
#[must_use]
pub fn event_name(kind: Kind, verb: Verb) -> String {
    format!("{}.{}", kind.noun(), verb.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_of_a_change_lies_as_it_would_byte_by_byte() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct One {
            #[serde(with = "side")]
            side: Option<Vec<u8>>,
        }
        for side in [None, Some(Vec::new()), Some(vec![0, 1, 127, 128, 255]), Some(vec![7; 300])] {
            let byte_by_byte = postcard::to_allocvec(&side).expect("written");
            let one = One { side };
            assert_eq!(postcard::to_allocvec(&one).expect("written"), byte_by_byte);
            assert_eq!(postcard::from_bytes::<One>(&byte_by_byte), Ok(one));
        }
    }
}
