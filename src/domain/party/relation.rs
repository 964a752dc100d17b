//! Who has to do with whom, and as what: the related parties of every contract.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::id::Subject;
use crate::domain::text::Name;
use crate::domain::time::Validity;

/// What a reference points to.
///
/// The TM Forum contracts accept references to things that live elsewhere, so a reference need not
/// lead to anything of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reference {
    /// To something of ours.
    Known(Subject),
    /// To something that only its owner knows, by the id it has there.
    Foreign(Name),
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(subject) => subject.fmt(f),
            Self::Foreign(id) => id.fmt(f),
        }
    }
}

/// Somebody who has to do with a thing, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedParty {
    /// A party, an account or a user.
    pub party: Reference,
    /// As what: `owner`, `seller`, `bill receiver`.
    pub role: Name,
    /// What it was called when it was related.
    pub name: Option<Name>,
    /// For how long.
    pub validity: Validity,
}

/// How one organization stands to another, or one account to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relationship {
    /// In which respect: `juridical`, `hierarchical`, `geographical`.
    pub kind: Name,
    /// To whom.
    pub to: Reference,
    /// For how long.
    pub validity: Validity,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::{Id, PartyId};

    #[test]
    fn a_reference_shows_the_id_that_leads_there() {
        let known = Reference::Known(PartyId::from_uuid(Uuid::nil()).subject());
        assert_eq!(known.to_string(), "pty_00000000-0000-0000-0000-000000000000");
        let foreign = Reference::Foreign("42".parse().expect("a name"));
        assert_eq!(foreign.to_string(), "42");
    }
}
