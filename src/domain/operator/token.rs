//! API tokens: keys for programs, shown once, kept as a hash, narrower than their user.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::rights::Permission;
use crate::domain::error::{Invalid, Violation};
use crate::domain::event::Verb;
use crate::domain::id::{TokenId, UserId};
use crate::domain::stamp::Stamp;
use crate::domain::text::{Code, Name};
use crate::domain::time::Instant;

/// The SHA-256 of a secret that is random enough to need no slow hash. It never shows in a log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest([u8; 32]);

impl Digest {
    /// What the hash function gave.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be looked up by and compared with.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(..)")
    }
}

/// A key with which a program acts for a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its identity.
    pub id: TokenId,
    /// Whose it is; its person is the user.
    pub stamp: Stamp,
    /// For whom it acts.
    user: UserId,
    /// What it is for.
    name: Name,
    /// The beginning of the secret, by which people recognize it.
    prefix: Code,
    /// What the secret is found by.
    hash: Digest,
    /// What it may do at most; `None` for whatever the user may.
    scopes: Option<BTreeSet<Permission>>,
    /// Wall time after which it opens nothing; `None` for never.
    expires_at: Option<Instant>,
    /// Wall time of its last use, to the minute.
    last_used_at: Option<Instant>,
    /// Wall time at which somebody took it back.
    revoked_at: Option<Instant>,
    /// Whether who made it has still to say that it is to be used; until then it opens nothing.
    is_pending: bool,
    /// The channel through which it orders.
    channel: Option<Code>,
}

/// Makes a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueToken {
    /// The identity it gets.
    pub id: TokenId,
    /// Whose it will be, before the person is said.
    pub stamp: Stamp,
    /// For whom it acts.
    pub user: UserId,
    /// What it is for.
    pub name: Name,
    /// The beginning of the secret.
    pub prefix: Code,
    /// The hash of the secret.
    pub hash: Digest,
    /// What it may do at most.
    pub scopes: Option<BTreeSet<Permission>>,
    /// Wall time after which it opens nothing.
    pub expires_at: Option<Instant>,
    /// The channel through which alone it orders; any that is open to its user if nothing is said.
    pub channel: Option<Code>,
}

impl Token {
    /// Uses are noted so often at most, lest each request be a write.
    pub const USE_SECONDS: i64 = 60;

    /// A new token, at wall time.
    pub fn issue(command: IssueToken, wall: Instant) -> Result<(Self, Verb), Invalid> {
        let mut found = Vec::new();
        if command.scopes.as_ref().is_some_and(BTreeSet::is_empty) {
            found.push(Violation::new("/scopes", "range", "must name at least one permission"));
        }
        if command.expires_at.is_some_and(|it| it <= wall) {
            found.push(Violation::new("/expires_at", "range", "must be in the future"));
        }
        Invalid::unless_empty(found)?;
        let IssueToken { id, stamp, user, name, prefix, hash, scopes, expires_at, channel } =
            command;
        let stamp = stamp.of_person(user);
        let (last_used_at, revoked_at) = (None, None);
        let token = Self {
            id,
            stamp,
            user,
            name,
            prefix,
            hash,
            scopes,
            expires_at,
            last_used_at,
            revoked_at,
            is_pending: false,
            channel,
        };
        Ok((token, Verb::Created))
    }

    /// The channel through which alone it orders.
    #[must_use]
    pub const fn channel(&self) -> Option<&Code> {
        self.channel.as_ref()
    }

    /// The token as one that opens nothing until it is committed.
    #[must_use]
    pub fn pending(self) -> Self {
        Self { is_pending: true, ..self }
    }

    /// The token as one that is to be used; saying so twice is the same.
    #[must_use]
    pub fn committed(self) -> (Self, Verb) {
        (Self { is_pending: false, ..self }, Verb::Changed)
    }

    /// The token taken back, at wall time; taking it back twice is the same.
    #[must_use]
    pub fn revoke(self, wall: Instant) -> (Self, Verb) {
        let revoked_at = self.revoked_at.or(Some(wall));
        (Self { revoked_at, ..self }, Verb::Removed)
    }

    /// Whether it opens anything, at wall time.
    #[must_use]
    pub fn is_good(&self, wall: Instant) -> bool {
        let is_over = self.expires_at.is_some_and(|it| it <= wall);
        self.revoked_at.is_none() && !self.is_pending && !is_over
    }

    /// The token with a use noted, or `None` where that was noted a moment ago.
    #[must_use]
    pub fn used(&self, wall: Instant) -> Option<Self> {
        let is_fresh =
            self.last_used_at.is_some_and(|it| wall.seconds_since(it) < Self::USE_SECONDS);
        (!is_fresh).then(|| Self { last_used_at: Some(wall), ..self.clone() })
    }

    /// For whom it acts.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// What it is for.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// The beginning of the secret.
    #[must_use]
    pub const fn prefix(&self) -> &Code {
        &self.prefix
    }

    /// What the secret is found by.
    #[must_use]
    pub const fn hash(&self) -> Digest {
        self.hash
    }

    /// What it may do at most; `None` for whatever the user may.
    #[must_use]
    pub const fn scopes(&self) -> Option<&BTreeSet<Permission>> {
        self.scopes.as_ref()
    }

    /// Wall time after which it opens nothing.
    #[must_use]
    pub const fn expires_at(&self) -> Option<Instant> {
        self.expires_at
    }

    /// Wall time of its last use, to the minute.
    #[must_use]
    pub const fn last_used_at(&self) -> Option<Instant> {
        self.last_used_at
    }

    /// Wall time at which somebody took it back.
    #[must_use]
    pub const fn revoked_at(&self) -> Option<Instant> {
        self.revoked_at
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::{AccountId, Id};
    use crate::domain::stamp::SellerNumber;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(0).expect("in range").plus_seconds(seconds)
    }

    fn command() -> IssueToken {
        let owner = Some(AccountId::from_uuid(Uuid::nil()));
        IssueToken {
            id: TokenId::from_uuid(Uuid::nil()),
            stamp: Stamp::new(SellerNumber::PROVIDER, owner, at(0)),
            user: UserId::from_uuid(Uuid::nil()),
            name: "nightly import".parse().expect("a name"),
            prefix: "tbx_ab12".parse().expect("a code"),
            hash: Digest::new([7; 32]),
            scopes: None,
            expires_at: Some(at(100)),
            channel: None,
        }
    }

    #[test]
    fn a_token_opens_until_it_expires_or_is_taken_back() {
        let (token, _) = Token::issue(command(), at(0)).expect("a right command");
        assert_eq!([99, 100].map(|it| token.is_good(at(it))), [true, false]);
        let (revoked, _) = token.revoke(at(10));
        assert!(!revoked.is_good(at(11)));
        assert_eq!(revoked.clone().revoke(at(20)).0, revoked);
    }

    #[test]
    fn a_token_is_born_alive_and_good_for_something() {
        assert!(Token::issue(command(), at(100)).is_err());
        let nothing = IssueToken { scopes: Some(BTreeSet::new()), ..command() };
        assert!(Token::issue(nothing, at(0)).is_err());
    }

    #[test]
    fn it_is_its_users_own_and_no_secret_shows_in_a_log() {
        let (token, _) = Token::issue(command(), at(0)).expect("a right command");
        assert_eq!(token.stamp.person, Some(token.user()));
        assert!(format!("{token:?}").contains("Digest(..)"));
    }

    #[test]
    fn a_use_is_noted_once_a_minute() {
        let (token, _) = Token::issue(command(), at(0)).expect("a right command");
        let used = token.used(at(5)).expect("never used before");
        assert_eq!((used.used(at(64)), used.last_used_at()), (None, Some(at(5))));
        assert!(used.used(at(65)).is_some());
    }
}
