//! Sessions: sign-ins that are still open, by a cookie that is kept as a hash.

use serde::{Deserialize, Serialize};

use super::token::Digest;
use crate::domain::event::Verb;
use crate::domain::id::{SessionId, UserId};
use crate::domain::stamp::Stamp;
use crate::domain::text::Prose;
use crate::domain::time::Instant;

/// A sign-in that is still open. All its times are wall time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its identity.
    pub id: SessionId,
    /// Whose it is; its person is the user.
    pub stamp: Stamp,
    user: UserId,
    hash: Digest,
    csrf: Digest,
    opened_at: Instant,
    seen_at: Instant,
    ended_at: Option<Instant>,
    agent: Option<Prose>,
}

/// Opens a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// The identity it gets.
    pub id: SessionId,
    /// Whose it will be, before the person is said.
    pub stamp: Stamp,
    /// Who signed in.
    pub user: UserId,
    /// The hash of the cookie.
    pub hash: Digest,
    /// The hash of the value that a page must send along with a change.
    pub csrf: Digest,
    /// What the browser calls itself.
    pub agent: Option<Prose>,
}

impl Session {
    /// Who does nothing for so long is signed out.
    pub const IDLE_SECONDS_MAX: i64 = 12 * 60 * 60;
    /// Whoever is busy signs in again after so long.
    pub const SECONDS_MAX: i64 = 7 * 24 * 60 * 60;
    /// That somebody is there is noted so often at most, lest each request be a write.
    pub const SEEN_SECONDS: i64 = 60;

    /// A new session, at wall time.
    #[must_use]
    pub fn open(command: OpenSession, wall: Instant) -> (Self, Verb) {
        let OpenSession { id, stamp, user, hash, csrf, agent } = command;
        let stamp = stamp.of_person(user);
        let (opened_at, seen_at, ended_at) = (wall, wall, None);
        let session = Self { id, stamp, user, hash, csrf, opened_at, seen_at, ended_at, agent };
        (session, Verb::SignedIn)
    }

    /// The session ended, at wall time; ending it twice is the same.
    #[must_use]
    pub fn end(self, wall: Instant) -> (Self, Verb) {
        (Self { ended_at: self.ended_at.or(Some(wall)), ..self }, Verb::Removed)
    }

    /// Whether its cookie still opens anything, at wall time.
    #[must_use]
    pub fn is_open(&self, wall: Instant) -> bool {
        self.ended_at.is_none() && wall < self.ends_at()
    }

    /// When it ended, or ends if nobody does anything.
    #[must_use]
    pub fn over_at(&self) -> Instant {
        self.ended_at.unwrap_or_else(|| self.ends_at())
    }

    /// When it ends if nobody does anything.
    #[must_use]
    pub fn ends_at(&self) -> Instant {
        let idle = self.seen_at.plus_seconds(Self::IDLE_SECONDS_MAX);
        idle.min(self.opened_at.plus_seconds(Self::SECONDS_MAX))
    }

    /// The session with somebody seen, or `None` where that was noted a moment ago.
    #[must_use]
    pub fn seen(&self, wall: Instant) -> Option<Self> {
        let is_fresh = wall.seconds_since(self.seen_at) < Self::SEEN_SECONDS;
        (!is_fresh).then(|| Self { seen_at: wall, ..self.clone() })
    }

    /// Who signed in.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// What the cookie is found by.
    #[must_use]
    pub const fn hash(&self) -> Digest {
        self.hash
    }

    /// The hash of what a page must send along with a change.
    #[must_use]
    pub const fn csrf(&self) -> Digest {
        self.csrf
    }

    /// When it was opened.
    #[must_use]
    pub const fn opened_at(&self) -> Instant {
        self.opened_at
    }

    /// When somebody was last seen, to the minute.
    #[must_use]
    pub const fn seen_at(&self) -> Instant {
        self.seen_at
    }

    /// What the browser called itself.
    #[must_use]
    pub const fn agent(&self) -> Option<&Prose> {
        self.agent.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::stamp::SellerNumber;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(0).expect("in range").plus_seconds(seconds)
    }

    fn session() -> Session {
        let command = OpenSession {
            id: SessionId::from_uuid(Uuid::nil()),
            stamp: Stamp::new(SellerNumber::PROVIDER, None, at(0)),
            user: UserId::from_uuid(Uuid::nil()),
            hash: Digest::new([1; 32]),
            csrf: Digest::new([2; 32]),
            agent: None,
        };
        Session::open(command, at(0)).0
    }

    #[test]
    fn who_is_idle_is_signed_out_and_who_is_busy_signs_in_again() {
        let idle = Session::IDLE_SECONDS_MAX;
        assert_eq!([idle - 1, idle].map(|it| session().is_open(at(it))), [true, false]);
        let mut busy = session();
        for hours in 1..=168 {
            busy = busy.seen(at(hours * 3600)).expect("an hour passed");
        }
        let end = Session::SECONDS_MAX;
        assert_eq!([end - 1, end].map(|it| busy.is_open(at(it))), [true, false]);
    }

    #[test]
    fn who_signs_out_is_out() {
        let (ended, _) = session().end(at(5));
        assert!(!ended.is_open(at(6)));
        assert_eq!(ended.clone().end(at(9)).0, ended);
    }

    #[test]
    fn that_somebody_is_there_is_noted_once_a_minute() {
        assert_eq!(session().seen(at(59)), None);
        assert_eq!(session().seen(at(60)).map(|it| it.seen_at()), Some(at(60)));
    }
}
