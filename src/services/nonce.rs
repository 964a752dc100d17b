//! Nonces: what was signed once is taken once.
//!
//! What was taken within the [window](WINDOW_SECONDS) is remembered, so much of it for each key; what
//! is older is refused by its timestamp. A key that signs more than can be remembered has a shorter
//! window: the oldest is given up, and nothing so old is taken any more. Memory ends with the
//! process. Therefore the store keeps up to which second of its signer's clock a key was used, a
//! little ahead ([`ConsumerKey::used`]), before anything is taken, and a process that has just begun
//! takes nothing that is not later: no request is taken twice, however the process ends, and an
//! honest signer waits for two seconds at most.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::domain::id::ConsumerKeyId;
#[cfg(doc)]
use crate::domain::operator::ConsumerKey;

/// The clocks of signer and server differ by so much at most.
pub(super) const WINDOW_SECONDS: i64 = 300;
/// So many nonces of a key are remembered at most: 33 a second where its signer's clock agrees with
/// ours, half as many where it is a whole window ahead.
const NONCES_MAX: usize = 10_000;

/// Why a request is not taken although it is signed as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Old {
    /// Its timestamp is out of the window.
    Far,
    /// It was signed before the time that is remembered.
    Forgotten,
    /// It was taken before.
    Taken,
}

/// When a request was signed, as its signer says, and what makes it another one than those of the
/// same second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark<'a> {
    pub(super) second: i64,
    pub(super) nonce: &'a str,
}

/// What was taken.
#[derive(Default)]
pub(super) struct Nonces(Mutex<HashMap<ConsumerKeyId, Taken>>);

struct Taken {
    /// Nothing that was signed in this second or before is taken.
    closed_until: i64,
    /// The marks of what was signed later and taken.
    marks: BTreeSet<(i64, [u8; 16])>,
}

impl Nonces {
    /// Takes what was signed with a key, at a second of wall time, and only once. `closed_until` is
    /// what the store says of the key.
    pub(super) fn take(
        &self,
        (key, closed_until): (ConsumerKeyId, i64),
        mark: Mark<'_>,
        wall_second: i64,
    ) -> Result<(), Old> {
        let oldest = wall_second.saturating_sub(WINDOW_SECONDS);
        if !(oldest..=wall_second.saturating_add(WINDOW_SECONDS)).contains(&mark.second) {
            return Err(Old::Far);
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(&key) {
            // Whoever has not signed within the window is known again by the store.
            all.retain(|_, it| it.marks.last().is_some_and(|last| last.0 >= oldest));
        }
        let new = || Taken { closed_until, marks: BTreeSet::new() };
        all.entry(key).or_insert_with(new).take(mark, oldest)
    }
}

impl Taken {
    fn take(&mut self, mark: Mark<'_>, oldest: i64) -> Result<(), Old> {
        if mark.second <= self.closed_until {
            return Err(Old::Forgotten);
        }
        if !self.marks.insert((mark.second, short(mark.nonce))) {
            return Err(Old::Taken);
        }
        while let Some(first) = self.marks.first().copied() {
            let is_full = self.marks.len() > NONCES_MAX;
            if first.0 >= oldest && !is_full {
                break;
            }
            if is_full {
                self.closed_until = self.closed_until.max(first.0);
            }
            self.marks.pop_first();
        }
        Ok(())
    }
}

/// A nonce of any length in sixteen bytes.
fn short(nonce: &str) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(nonce.as_bytes()).into();
    *digest.first_chunk().expect("it is longer")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;

    fn key(number: u128) -> ConsumerKeyId {
        ConsumerKeyId::from_uuid(Uuid::from_u128(number))
    }

    fn take(nonces: &Nonces, (number, closed): (u128, i64), second: i64, nonce: &str) -> String {
        let taken = nonces.take((key(number), closed), Mark { second, nonce }, 1000);
        taken.map_or_else(|it| format!("{it:?}"), |()| "taken".to_owned())
    }

    #[test]
    fn a_nonce_is_taken_once_for_each_key_and_second() {
        let nonces = Nonces::default();
        let told = [((1, 0), 1000, "a"), ((1, 0), 1000, "a"), ((1, 0), 1000, "b")];
        let told = told.map(|(of, second, nonce)| take(&nonces, of, second, nonce));
        assert_eq!(told, ["taken", "Taken", "taken"]);
        assert_eq!(
            [take(&nonces, (1, 0), 999, "a"), take(&nonces, (2, 0), 1000, "a")],
            ["taken"; 2]
        );
    }

    #[test]
    fn only_what_was_signed_near_to_now_is_taken() {
        let nonces = Nonces::default();
        let told = [700, 1300, 699, 1301, i64::MIN, i64::MAX]
            .map(|second| take(&nonces, (1, i64::MIN), second, "a"));
        assert_eq!(told, ["taken", "taken", "Far", "Far", "Far", "Far"]);
    }

    #[test]
    fn who_has_just_begun_takes_nothing_that_may_have_been_taken_before() {
        let begun = || Nonces::default();
        assert_eq!(take(&begun(), (1, 1002), 1002, "a"), "Forgotten");
        assert_eq!(take(&begun(), (1, 1002), 1003, "a"), "taken");
        let nonces = begun();
        take(&nonces, (1, 990), 1000, "a");
        let told = take(&nonces, (1, 1002), 1001, "b");
        assert_eq!(told, "taken", "it is in memory since, whatever the store says of it");
    }

    #[test]
    fn what_is_remembered_has_a_bound_and_nothing_is_taken_twice_for_it() {
        let nonces = Nonces::default();
        let each = NONCES_MAX / 100;
        for second in 900..=1000 {
            for it in 0..each {
                assert_eq!(take(&nonces, (1, 0), second, &it.to_string()), "taken");
            }
        }
        let count = |nonces: &Nonces| nonces.0.lock().expect("whole")[&key(1)].marks.len();
        assert_eq!(count(&nonces), NONCES_MAX);
        assert_eq!(take(&nonces, (1, 0), 900, "0"), "Forgotten");
        assert_eq!(take(&nonces, (1, 0), 901, "0"), "Taken");
        assert_eq!(take(&nonces, (2, 0), 900, "0"), "taken", "others have their own");
    }

    #[test]
    fn what_is_out_of_the_window_is_forgotten_and_refused_by_its_age() {
        let nonces = Nonces::default();
        let at = |wall, of, second| nonces.take((key(of), 0), Mark { second, nonce: "a" }, wall);
        assert_eq!((at(1000, 1, 1000), at(1000, 2, 1250)), (Ok(()), Ok(())));
        assert_eq!(at(1400, 1, 1400), Ok(()));
        assert_eq!(at(1400, 1, 1000), Err(Old::Far));
        assert_eq!(nonces.0.lock().expect("whole")[&key(1)].marks.len(), 1);
        assert_eq!(at(1600, 3, 1600), Ok(()));
        assert_eq!(nonces.0.lock().expect("whole").len(), 2, "the second has not signed for long");
    }
}
