//! Who was recognized a moment ago: the actors behind credentials, until anything is written.
//!
//! To look up credential, user, account, class and the tree of sellers takes longer than most
//! reads. What was found stays true until the next commit, and is forgotten with it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::operator::{Actor, Digest};
use crate::domain::time::Instant;

/// So many credentials are remembered at most.
const KNOWN_MAX: usize = 10_000;
/// For so many seconds of wall time at most: then somebody's last use is to be noted.
const SECONDS_MAX: i64 = 10;

/// A credential as it is remembered: never the secret itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shown {
    Token(Digest),
    Session(Digest),
    /// Of a login and a password, by a key that this process alone has; that they fit was found out
    /// before.
    Password(Digest),
    /// By what a system names itself; that its signature is right was found out before.
    ConsumerKey(Digest),
}

/// The actors that were recognized since the last commit.
#[derive(Default)]
pub(super) struct Recognized(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// How many commits there were when it was found out.
    commits: u64,
    actors: HashMap<Shown, (Instant, Instant, Arc<Actor>)>,
}

impl Recognized {
    /// Who a credential stands for, if that was found out since the last commit.
    pub(super) fn find(&self, shown: Shown, (commits, wall): (u64, Instant)) -> Option<Arc<Actor>> {
        let known = self.known(commits);
        let (from, until, actor) = known.actors.get(&shown)?;
        (*from <= wall && wall < *until).then(|| Arc::clone(actor))
    }

    /// Remembers who a credential stands for, at most up to the instant when it ends. The commits
    /// are those before it was looked up: what came between must not be missed.
    pub(super) fn keep(
        &self,
        shown: Shown,
        (commits, wall): (u64, Instant),
        (ends_at, actor): (Option<Instant>, Arc<Actor>),
    ) {
        let mut known = self.known(commits);
        if known.commits != commits || known.actors.len() >= KNOWN_MAX {
            return;
        }
        let until = wall.plus_seconds(SECONDS_MAX);
        let until = ends_at.map_or(until, |it| it.min(until));
        known.actors.insert(shown, (wall, until, actor));
    }

    /// What is known, without what was known before the last commit.
    fn known(&self, commits: u64) -> MutexGuard<'_, Known> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.commits < commits {
            known.commits = commits;
            known.actors.clear();
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_recognized_is_known_until_a_commit_an_end_or_a_while_later() {
        let at = |seconds: i64| Instant::from_micros(seconds * 1_000_000).expect("an instant");
        let recognized = Recognized::default();
        let (one, other) =
            (Shown::Token(Digest::new([1; 32])), Shown::Session(Digest::new([1; 32])));
        let actor = || Arc::new(Actor::duty("somebody"));
        recognized.keep(one, (5, at(100)), (None, actor()));
        recognized.keep(other, (5, at(100)), (Some(at(103)), actor()));
        let knows = |shown, commits, wall| recognized.find(shown, (commits, at(wall))).is_some();
        assert!(knows(one, 5, 109) && !knows(one, 5, 110) && !knows(one, 5, 99));
        assert!(knows(other, 5, 102) && !knows(other, 5, 103));
        recognized.keep(one, (4, at(100)), (None, actor()));
        assert!(!knows(one, 6, 101), "something was written");
        recognized.keep(one, (5, at(101)), (None, actor()));
        assert!(!knows(one, 6, 101), "it was looked up before that was written");
    }
}
