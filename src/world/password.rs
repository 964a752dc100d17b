//! Passwords turned into hashes that take long to guess, without letting a flood of sign-ins take
//! the whole machine.
//!
//! A hash costs memory and time on purpose, so it is asked of the outside: before or after an act,
//! never in one. What makes a password good enough is the domain's to say.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version, password_hash};

use super::entropy::Entropy;
use super::gate::{Busy, Gate};
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

#[cfg(test)]
mod tests {
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
}
