//! Passwords turned into hashes that take long to guess, without letting a flood of sign-ins take
//! the whole machine.
//!
//! A hash costs memory and time on purpose, so it is asked of the outside: before or after an act,
//! never in one. What makes a password good enough is the domain's to say.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version, password_hash};
use thiserror::Error;

use super::entropy::Entropy;
use crate::domain::operator::PasswordHash;

/// How much a hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// The memory it takes, in KiB.
    pub memory_kib: u32,
    /// How often it goes through it.
    pub passes: u32,
}

impl Cost {
    /// What guessing shall cost: the least that OWASP's password storage cheat sheet allows.
    pub const HOUSE: Self = Self { memory_kib: 19 * 1024, passes: 2 };

    /// Next to nothing, for tests.
    pub const TEST: Self = Self { memory_kib: 8, passes: 1 };
}

/// What came of comparing a password with a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Right,
    /// It is the password, but its hash was made at another cost: hash it anew.
    RightButDated,
    /// It is not the password, or there is none.
    Wrong,
}

/// So many are waiting that one more would wait too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too many passwords are being compared")]
pub struct Busy;

/// Makes and compares hashes, two at a time.
pub struct PasswordHashes {
    argon2: Argon2<'static>,
    params: Params,
    /// What a password is compared with where there is no user, so that one cannot tell by the time.
    decoy: PasswordHash,
    gate: Gate,
}

impl PasswordHashes {
    /// How many hashes are made at the same time: each takes a core.
    pub const AT_ONCE_MAX: usize = 2;
    /// How many may wait: about two seconds' work.
    pub const WAITING_MAX: usize = 64;

    /// Hashes at a cost.
    ///
    /// # Panics
    /// If the cost is below what the function can be run with (8 KiB, one pass).
    #[must_use]
    pub fn new(cost: Cost, entropy: &dyn Entropy) -> Self {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None);
        let params = params.expect("a cost is at least 8 KiB and one pass");
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let mut unknown = [0; 32];
        entropy.fill(&mut unknown);
        let decoy = make(&argon2, &unknown, entropy);
        Self { argon2, params, decoy, gate: Gate::new(Self::AT_ONCE_MAX, Self::WAITING_MAX) }
    }

    /// The hash of a password, with a salt of its own.
    ///
    /// # Errors
    /// If too many are waiting.
    pub fn hash(&self, password: &str, entropy: &dyn Entropy) -> Result<PasswordHash, Busy> {
        let _turn = self.gate.enter()?;
        Ok(make(&self.argon2, password.as_bytes(), entropy))
    }

    /// Compares a password with the hash of a user, or without one for as long as with one.
    ///
    /// # Errors
    /// If too many are waiting.
    pub fn verify(&self, password: &str, hash: Option<&PasswordHash>) -> Result<Verdict, Busy> {
        let _turn = self.gate.enter()?;
        let compared = password_hash::phc::PasswordHash::new(hash.unwrap_or(&self.decoy).as_str());
        let Ok(compared) = compared else { return Ok(Verdict::Wrong) };
        let is_right = self.argon2.verify_password(password.as_bytes(), &compared).is_ok();
        if hash.is_none() || !is_right {
            return Ok(Verdict::Wrong);
        }
        Ok(if self.is_dated(&compared) { Verdict::RightButDated } else { Verdict::Right })
    }

    fn is_dated(&self, hash: &password_hash::phc::PasswordHash) -> bool {
        let is_same = |it: Params| {
            let figures = |it: &Params| (it.m_cost(), it.t_cost(), it.p_cost());
            figures(&it) == figures(&self.params)
        };
        hash.algorithm != Algorithm::Argon2id.ident() || !Params::try_from(hash).is_ok_and(is_same)
    }
}

fn make(argon2: &Argon2<'_>, password: &[u8], entropy: &dyn Entropy) -> PasswordHash {
    let mut salt = [0; 16];
    entropy.fill(&mut salt);
    let hash = argon2.hash_password_with_salt(password, &salt);
    PasswordHash::new(hash.expect("a password is shorter than 4 GiB").to_string())
}

/// Lets in a few at a time.
struct Gate {
    inside_max: usize,
    waiting_max: usize,
    count: Mutex<Count>,
    left: Condvar,
}

#[derive(Default)]
struct Count {
    inside: usize,
    waiting: usize,
}

impl Gate {
    fn new(inside_max: usize, waiting_max: usize) -> Self {
        Self { inside_max, waiting_max, count: Mutex::default(), left: Condvar::new() }
    }

    /// Waits for a place inside, which is free again when the turn is dropped.
    fn enter(&self) -> Result<Turn<'_>, Busy> {
        let mut count = self.count();
        if count.inside == self.inside_max && count.waiting == self.waiting_max {
            return Err(Busy);
        }
        count.waiting += 1;
        let is_full = |it: &mut Count| it.inside == self.inside_max;
        let waited = self.left.wait_while(count, is_full);
        let mut count = waited.unwrap_or_else(PoisonError::into_inner);
        count.waiting -= 1;
        count.inside += 1;
        Ok(Turn(self))
    }

    fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Turn<'a>(&'a Gate);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.count().inside -= 1;
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;
    use crate::world::entropy::SeededEntropy;

    static ENTROPY: SeededEntropy = SeededEntropy::new(7);

    #[test]
    fn a_password_is_right_for_its_own_hash_alone() {
        let entropy = SeededEntropy::new(1);
        let hashes = PasswordHashes::new(Cost::TEST, &entropy);
        let hash = hashes.hash("correct horse", &entropy).expect("made");
        let again = hashes.hash("correct horse", &entropy).expect("made");
        assert_ne!(hash, again, "each has its own salt");
        for (password, hash, expected) in [
            ("correct horse", Some(&hash), Verdict::Right),
            ("correct horse", Some(&again), Verdict::Right),
            ("correct horse ", Some(&hash), Verdict::Wrong),
            ("", Some(&hash), Verdict::Wrong),
            ("correct horse", None, Verdict::Wrong),
            ("correct horse", Some(&PasswordHash::new("$2b$12$x".to_owned())), Verdict::Wrong),
        ] {
            assert_eq!(hashes.verify(password, hash), Ok(expected), "{password:?} {hash:?}");
        }
    }

    #[test]
    fn a_hash_made_at_another_cost_is_right_but_dated() {
        let (cheap, dear) = (Cost::TEST, Cost { passes: 3, ..Cost::TEST });
        let hash = PasswordHashes::new(cheap, &ENTROPY).hash("a", &ENTROPY).expect("made");
        let hashes = PasswordHashes::new(dear, &ENTROPY);
        assert_eq!(hashes.verify("a", Some(&hash)), Ok(Verdict::RightButDated));
        assert_eq!(hashes.verify("b", Some(&hash)), Ok(Verdict::Wrong));
    }

    #[test]
    fn the_house_pays_what_it_says() {
        let hashes = PasswordHashes::new(Cost::HOUSE, &ENTROPY);
        let hash = hashes.hash("a", &ENTROPY).expect("made");
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(hashes.decoy.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[test]
    fn no_more_get_in_at_once_than_there_are_places() {
        let gate = Gate::new(2, 100);
        let inside = AtomicUsize::new(0);
        let visit = || {
            let _turn = gate.enter().expect("room to wait");
            let met = inside.fetch_add(1, Ordering::SeqCst);
            thread::yield_now();
            inside.fetch_sub(1, Ordering::SeqCst);
            met + 1
        };
        let visits = || (0..200).map(|_| visit()).max().unwrap_or_default();
        let most = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(visits)).collect();
            threads.into_iter().map(|it| it.join().expect("a thread ended")).max()
        });
        assert!(most <= Some(2), "{most:?}");
        let _both = (gate.enter().expect("the first"), gate.enter().expect("the second"));
    }

    #[test]
    fn who_would_wait_too_long_is_sent_away_and_may_come_again() {
        let gate = Gate::new(1, 0);
        let turn = gate.enter().expect("a place");
        assert_eq!(gate.enter().err(), Some(Busy));
        drop(turn);
        assert!(gate.enter().is_ok());
    }
}
