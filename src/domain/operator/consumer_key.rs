//! Consumer keys: with them external systems sign their requests. The secret is needed as it is to
//! prove a signature, so that it is kept sealed, not as a hash.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::operation::{Operation, Operations};
use super::rights::Permission;
use crate::domain::error::{Invalid, Violation};
use crate::domain::event::Verb;
use crate::domain::id::{ConsumerKeyId, UserId};
use crate::domain::sealed::Sealed;
use crate::domain::stamp::Stamp;
use crate::domain::text::{Code, Name};
use crate::domain::time::Instant;

/// A key with which an external system signs requests that it makes for a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerKey {
    /// Its identity.
    pub id: ConsumerKeyId,
    /// Whose it is; its person is the user.
    pub stamp: Stamp,
    /// For whom the system acts.
    user: UserId,
    /// What it is for.
    name: Name,
    /// What the system names itself by.
    key: Code,
    /// What it signs with.
    secret: Sealed,
    /// What it may do at most; `None` for whatever the user may.
    scopes: Option<BTreeSet<Permission>>,
    /// Which operations it may call beside reading and writing things; `None` for all.
    operations: Operations,
    /// Wall time after which it opens nothing; `None` for never.
    expires_at: Option<Instant>,
    /// Wall time of its last use, to a few seconds.
    last_used_at: Option<Instant>,
    /// Wall time at which somebody took it back.
    revoked_at: Option<Instant>,
    /// A second of the signer's own clock: of what was signed up to then, a server that has just
    /// begun cannot know whether it was taken before.
    closed_until: i64,
}

/// Makes a consumer key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueConsumerKey {
    /// The identity it gets.
    pub id: ConsumerKeyId,
    /// Whose it will be, before the person is said.
    pub stamp: Stamp,
    /// For whom the system acts.
    pub user: UserId,
    /// What the system names itself by.
    pub key: Code,
    /// What it signs with.
    pub secret: Sealed,
    /// What it may do at most.
    pub scopes: Option<BTreeSet<Permission>>,
    /// Wall time after which it opens nothing.
    pub expires_at: Option<Instant>,
    /// What can be changed later.
    pub terms: KeyTerms,
}

/// What can be changed of a consumer key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTerms {
    /// What it is for.
    pub name: Name,
    /// Which operations it may call beside reading and writing things; `None` for all.
    pub operations: Operations,
}

impl KeyTerms {
    fn check(&self, found: &mut Vec<Violation>) {
        let most = Operation::LIST_MAX;
        if self.operations.as_ref().is_some_and(|it| it.len() > most) {
            found.push(Violation::new("/operations", "range", format!("must be {most} at most")));
        }
    }
}

impl ConsumerKey {
    /// By so many seconds a use closes the time ahead, lest each request be a write.
    pub const AHEAD_SECONDS: i64 = 2;

    /// A new key, at wall time.
    ///
    /// # Errors
    /// If it would never open anything, or names too much.
    pub fn issue(command: IssueConsumerKey, wall: Instant) -> Result<(Self, Verb), Invalid> {
        let mut found = Vec::new();
        if command.scopes.as_ref().is_some_and(BTreeSet::is_empty) {
            found.push(Violation::new("/scopes", "range", "must name at least one permission"));
        }
        if command.expires_at.is_some_and(|it| it <= wall) {
            found.push(Violation::new("/expires_at", "range", "must be in the future"));
        }
        command.terms.check(&mut found);
        Invalid::unless_empty(found)?;
        let IssueConsumerKey { id, stamp, user, key, secret, scopes, expires_at, terms } = command;
        let it = Self {
            id,
            stamp: stamp.of_person(user),
            user,
            name: terms.name,
            key,
            secret,
            scopes,
            operations: terms.operations,
            expires_at,
            last_used_at: None,
            revoked_at: None,
            closed_until: 0,
        };
        Ok((it, Verb::Created))
    }

    /// The key with another name or other operations.
    ///
    /// # Errors
    /// If it names too much.
    pub fn revise(self, terms: KeyTerms) -> Result<(Self, Verb), Invalid> {
        let mut found = Vec::new();
        terms.check(&mut found);
        Invalid::unless_empty(found)?;
        let KeyTerms { name, operations } = terms;
        Ok((Self { name, operations, ..self }, Verb::Changed))
    }

    /// The key taken back, at wall time; taking it back twice is the same.
    #[must_use]
    pub fn revoke(self, wall: Instant) -> (Self, Verb) {
        let revoked_at = self.revoked_at.or(Some(wall));
        (Self { revoked_at, ..self }, Verb::Removed)
    }

    /// Whether it opens anything, at wall time.
    #[must_use]
    pub fn is_good(&self, wall: Instant) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|it| wall < it)
    }

    /// The key with a use noted, or `None` where the second of the signer's clock at which it was
    /// used is closed already.
    #[must_use]
    pub fn used(&self, signed_second: i64, wall: Instant) -> Option<Self> {
        let closed_until = signed_second.saturating_add(Self::AHEAD_SECONDS);
        (signed_second > self.closed_until).then(|| Self {
            closed_until,
            last_used_at: Some(wall),
            ..self.clone()
        })
    }

    /// For whom the system acts.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// What can be changed of it.
    #[must_use]
    pub fn terms(&self) -> KeyTerms {
        KeyTerms { name: self.name.clone(), operations: self.operations.clone() }
    }

    /// What it is for.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// What the system names itself by.
    #[must_use]
    pub const fn key(&self) -> &Code {
        &self.key
    }

    /// What it signs with.
    #[must_use]
    pub const fn secret(&self) -> &Sealed {
        &self.secret
    }

    /// What it may do at most; `None` for whatever the user may.
    #[must_use]
    pub const fn scopes(&self) -> Option<&BTreeSet<Permission>> {
        self.scopes.as_ref()
    }

    /// Which operations it may call beside reading and writing things; `None` for all.
    #[must_use]
    pub const fn operations(&self) -> Option<&BTreeSet<Operation>> {
        self.operations.as_ref()
    }

    /// Wall time after which it opens nothing.
    #[must_use]
    pub const fn expires_at(&self) -> Option<Instant> {
        self.expires_at
    }

    /// Wall time of its last use, to a few seconds.
    #[must_use]
    pub const fn last_used_at(&self) -> Option<Instant> {
        self.last_used_at
    }

    /// Wall time at which somebody took it back.
    #[must_use]
    pub const fn revoked_at(&self) -> Option<Instant> {
        self.revoked_at
    }

    /// The second of the signer's own clock up to which a server that has just begun takes nothing.
    #[must_use]
    pub const fn closed_until(&self) -> i64 {
        self.closed_until
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

    fn command() -> IssueConsumerKey {
        let owner = Some(AccountId::from_uuid(Uuid::nil()));
        IssueConsumerKey {
            id: ConsumerKeyId::from_uuid(Uuid::nil()),
            stamp: Stamp::new(SellerNumber::PROVIDER, owner, at(0)),
            user: UserId::from_uuid(Uuid::nil()),
            key: "0123456789abcdef0123456789abcdef".parse().expect("a code"),
            secret: Sealed::new(vec![7; 40]),
            scopes: None,
            expires_at: Some(at(100)),
            terms: KeyTerms { name: "ERP".parse().expect("a name"), operations: None },
        }
    }

    fn operations(count: usize) -> Operations {
        let named = |it: usize| Operation::new(&format!("a{it}"), "GET").expect("an operation");
        Some((0..count).map(named).collect())
    }

    #[test]
    fn a_key_opens_until_it_expires_or_is_taken_back() {
        let (key, _) = ConsumerKey::issue(command(), at(0)).expect("a right command");
        assert_eq!([99, 100].map(|it| key.is_good(at(it))), [true, false]);
        let (revoked, _) = key.revoke(at(10));
        assert!(!revoked.is_good(at(11)));
        assert_eq!(revoked.clone().revoke(at(20)).0, revoked);
    }

    #[test]
    fn a_key_is_born_alive_and_good_for_something() {
        assert!(ConsumerKey::issue(command(), at(100)).is_err());
        let nothing = IssueConsumerKey { scopes: Some(BTreeSet::new()), ..command() };
        assert!(ConsumerKey::issue(nothing, at(0)).is_err());
    }

    #[test]
    fn a_list_of_operations_may_be_empty_but_not_endless() {
        let (key, _) = ConsumerKey::issue(command(), at(0)).expect("a right command");
        let revised = |count| {
            let terms = KeyTerms { operations: operations(count), ..key.terms() };
            key.clone().revise(terms).map(|it| it.0.operations().map(BTreeSet::len))
        };
        assert_eq!((revised(0), revised(500)), (Ok(Some(0)), Ok(Some(500))));
        assert!(revised(501).is_err());
    }

    #[test]
    fn a_use_closes_a_little_of_the_time_ahead() {
        let (key, _) = ConsumerKey::issue(command(), at(0)).expect("a right command");
        let used = key.used(50, at(5)).expect("open");
        assert_eq!((used.closed_until(), used.last_used_at()), (52, Some(at(5))));
        assert_eq!([49, 50, 52].map(|it| used.used(it, at(6))), [None, None, None]);
        assert_eq!(used.used(53, at(8)).map(|it| it.closed_until()), Some(55));
        assert!(key.used(i64::MAX, at(5)).is_some());
    }

    #[test]
    fn it_is_its_users_own_and_no_secret_shows_in_a_log() {
        let (key, _) = ConsumerKey::issue(command(), at(0)).expect("a right command");
        assert_eq!(key.stamp.person, Some(key.user()));
        assert!(format!("{key:?}").contains("Sealed(40 bytes)"));
    }
}
