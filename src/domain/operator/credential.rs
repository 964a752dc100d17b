//! Passwords: which are good enough, how long one lasts, and which were used before.
//!
//! Hashing is slow on purpose and needs randomness; it happens outside. A hash is opaque here.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::account::profile::PasswordLife;
use crate::domain::error::{Code, Rejection};
use crate::domain::time::Instant;
use crate::domain::word::words;

/// What the hash function made of a password, with its salt and cost. It never shows in a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// What a hash function gave.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text to verify a password against.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

words! {
    /// Which passwords are good enough.
    PasswordPolicy {
        /// Ours: long, not common, not the mail address.
        House = "house";
        /// What IBM's contract promises its clients.
        Ibm = "ibm";
        /// None: whoever sets the password answers for it.
        Unchecked = "unchecked";
    }
}

/// Longer ones are refused before they cost anything.
pub const PASSWORD_LENGTH_MAX: usize = 200;

/// What everybody tries first. Compared without case, digits at the end and punctuation.
const COMMON: &[&str] = &[
    "abcdefghijkl",
    "adminadminadmin",
    "administrator",
    "changemechangeme",
    "changemenow",
    "correcthorsebatterystaple",
    "iloveyouiloveyou",
    "letmeinletmein",
    "operatoroperator",
    "passwordpassword",
    "qwertyqwerty",
    "qwertyuiop",
    "qwertyuiopasdf",
    "tillbox",
    "tillboxtillbox",
    "welcomewelcome",
];

impl PasswordPolicy {
    /// Refuses a password that is not good enough, with everything that is wrong with it. `logins` are
    /// what its user signs in with, in lower case.
    pub fn check(self, password: &str, logins: &BTreeSet<String>) -> Result<(), Rejection> {
        let wrong = match self {
            Self::House => house(password, logins),
            Self::Ibm => ibm(password, logins),
            Self::Unchecked => unchecked(password),
        };
        if wrong.is_empty() {
            return Ok(());
        }
        let why = format!("the password {}", wrong.join(", and "));
        Err(Rejection::new(Code::WeakPassword, why))
    }
}

fn house(password: &str, logins: &BTreeSet<String>) -> Vec<&'static str> {
    let letters = password.chars().filter(|it| it.is_alphabetic()).flat_map(char::to_lowercase);
    let letters: String = letters.collect();
    let mut different: Vec<_> = password.chars().collect();
    different.sort_unstable();
    different.dedup();

    let mut wrong = Vec::new();
    if password.chars().count() < 12 {
        wrong.push("must have at least 12 characters");
    }
    if password.len() > PASSWORD_LENGTH_MAX {
        wrong.push("must have at most 200 characters");
    }
    if different.len() < 5 {
        wrong.push("must have at least 5 different characters");
    }
    if COMMON.contains(&letters.as_str()) {
        wrong.push("must not be a common one");
    }
    wrong.extend(names(password, logins));
    wrong
}

/// What cannot be a password at all.
fn unchecked(password: &str) -> Vec<&'static str> {
    let empty = password.is_empty().then_some("must not be empty");
    let long = password.len() > PASSWORD_LENGTH_MAX;
    let long = long.then_some("must have at most 200 characters");
    empty.into_iter().chain(long).collect()
}

/// The rules that IBM published for passwords of its service.
fn ibm(password: &str, logins: &BTreeSet<String>) -> Vec<&'static str> {
    let all: Vec<_> = password.chars().collect();
    let letters = all.iter().filter(|it| it.is_alphabetic()).count();
    let mut wrong = Vec::new();
    if all.len() < 8 {
        wrong.push("must have at least 8 characters");
    }
    if password.len() > PASSWORD_LENGTH_MAX {
        wrong.push("must have at most 200 characters");
    }
    if letters < 4 {
        wrong.push("must have at least 4 letters");
    }
    if letters == all.len() {
        wrong.push("must have at least 1 character that is no letter");
    }
    if all.iter().any(|it| it.is_whitespace()) {
        wrong.push("must have no spaces");
    }
    if all.windows(3).any(|it| it[0] == it[1] && it[1] == it[2]) {
        wrong.push("must not repeat a character more than twice in a row");
    }
    wrong.extend(names(password, logins));
    wrong
}

/// What of what its user signs in with a password contains: an address, or its first part or another
/// name where that says anything.
fn names(password: &str, logins: &BTreeSet<String>) -> BTreeSet<&'static str> {
    let password = password.to_lowercase();
    let has = |it: &str| it.len() >= 4 && password.contains(it);
    let named = logins.iter().filter_map(|login| match login.split_once('@') {
        Some((first, _)) if has(first) || password.contains(login) => {
            Some("must not contain the mail address or its first part")
        }
        None if has(login) => Some("must not contain the user name"),
        Some(_) | None => None,
    });
    named.collect()
}

words! {
    /// How a password came to be, and what it still opens.
    PasswordKind {
        /// Chosen by the user, or set for good by an administrator.
        Chosen = "chosen";
        /// Given out to be used once and then to be changed.
        OneTime = "one_time";
        /// A one-time password that was used: it opens nothing but its own change.
        Spent = "spent";
    }
}

/// A user's password and what was before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    hash: PasswordHash,
    kind: PasswordKind,
    /// Wall time since which it is this one.
    since: Instant,
    /// Wall time at which the user itself last changed it.
    changed_at: Option<Instant>,
    previous: Vec<PasswordHash>,
}

impl Credential {
    /// So many passwords may not come back.
    pub const REMEMBERED: usize = 8;
    /// By IBM's rules a user changes its password at most once in this time.
    pub const CHANGE_SECONDS_MIN: i64 = 24 * 60 * 60;

    /// The first password, at wall time.
    #[must_use]
    pub const fn first(hash: PasswordHash, kind: PasswordKind, wall: Instant) -> Self {
        Self { hash, kind, since: wall, changed_at: None, previous: Vec::new() }
    }

    /// Another password that somebody else set, at wall time.
    #[must_use]
    pub fn set(self, hash: PasswordHash, kind: PasswordKind, wall: Instant) -> Self {
        let previous = self.remembered().take(Self::REMEMBERED).cloned().collect();
        Self { hash, kind, since: wall, changed_at: self.changed_at, previous }
    }

    /// Another password that the user chose itself, at wall time.
    pub fn change(
        self,
        hash: PasswordHash,
        policy: PasswordPolicy,
        wall: Instant,
    ) -> Result<Self, Rejection> {
        let earliest = self.changed_at.map(|it| it.plus_seconds(Self::CHANGE_SECONDS_MIN));
        let is_early = earliest.is_some_and(|it| wall < it);
        if policy == PasswordPolicy::Ibm && is_early && self.kind == PasswordKind::Chosen {
            let why = "the password was changed less than 24 hours ago";
            return Err(Rejection::new(Code::WeakPassword, why));
        }
        let changed = self.set(hash, PasswordKind::Chosen, wall);
        Ok(Self { changed_at: Some(wall), ..changed })
    }

    /// The same password with a hash of another cost.
    #[must_use]
    pub fn rehashed(self, hash: PasswordHash) -> Self {
        Self { hash, ..self }
    }

    /// The same after a sign-in with it.
    #[must_use]
    pub const fn used(mut self) -> Self {
        self.kind = match self.kind {
            PasswordKind::Chosen => PasswordKind::Chosen,
            PasswordKind::OneTime | PasswordKind::Spent => PasswordKind::Spent,
        };
        self
    }

    /// Whether it opens a session. One that was spent can only be changed.
    #[must_use]
    pub const fn opens(&self) -> bool {
        match self.kind {
            PasswordKind::Chosen | PasswordKind::OneTime => true,
            PasswordKind::Spent => false,
        }
    }

    /// Whether the user has to choose another before anything else, at wall time: it was for one use,
    /// or has lived as long as its account lets passwords live.
    #[must_use]
    pub fn must_change(&self, life: Option<PasswordLife>, wall: Instant) -> bool {
        match self.kind {
            PasswordKind::Chosen => self.expires_at(life).is_some_and(|it| it <= wall),
            PasswordKind::OneTime | PasswordKind::Spent => true,
        }
    }

    /// The wall time from which it is too old, where passwords live so long.
    #[must_use]
    pub fn expires_at(&self, life: Option<PasswordLife>) -> Option<Instant> {
        life.map(|it| it.end_of(self.since))
    }

    /// What a password is verified against.
    #[must_use]
    pub const fn hash(&self) -> &PasswordHash {
        &self.hash
    }

    /// How it came to be.
    #[must_use]
    pub const fn kind(&self) -> PasswordKind {
        self.kind
    }

    /// The passwords that may not be chosen again: the present one and those before it.
    pub fn remembered(&self) -> impl Iterator<Item = &PasswordHash> {
        std::iter::once(&self.hash).chain(&self.previous)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(policy: PasswordPolicy, password: &str) -> String {
        let logins = ["annabel@example.com", "ann-2"].map(str::to_owned).into();
        policy.check(password, &logins).map_or_else(|it| it.detail, |()| "good".to_owned())
    }

    #[test]
    fn the_house_wants_length_and_no_guesses() {
        for (password, expected) in [
            ("till-4-the-box", "good"),
            ("Ünglaublich lang", "good"),
            ("short1!", "the password must have at least 12 characters"),
            ("aaaabbbbcccc", "the password must have at least 5 different characters"),
            ("PasswordPassword1", "the password must not be a common one"),
            ("tillbox-2026-11", "the password must not be a common one"),
            ("my annabel 2026", "the password must not contain the mail address or its first part"),
            ("for Ann-2 alone", "the password must not contain the user name"),
            (
                "aaa",
                "the password must have at least 12 characters, and must have at least 5 \
                 different characters",
            ),
        ] {
            assert_eq!(verdict(PasswordPolicy::House, password), expected, "{password}");
        }
        let long = "abcdefg-".repeat(26);
        assert!(verdict(PasswordPolicy::House, &long).contains("at most 200"));
        assert!(verdict(PasswordPolicy::Ibm, &long).contains("at most 200"));
    }

    #[test]
    fn the_passwords_of_ibms_samples_pass_its_policy() {
        for password in ["one-time-123", "onet1me!", "one_time_passw0rd", "passw0rd", "password1"] {
            assert_eq!(verdict(PasswordPolicy::Ibm, password), "good");
        }
        for (password, rule) in [
            ("passw0r", "at least 8"),
            ("123-4567-abc", "at least 4 letters"),
            ("password", "no letter"),
            ("pass word1", "no spaces"),
            ("passsword1", "more than twice"),
            ("annabel@example.com1", "mail address"),
            ("Annabel-123", "mail address"),
            ("ANN-2-rules", "user name"),
        ] {
            assert!(verdict(PasswordPolicy::Ibm, password).contains(rule), "{password}");
        }
    }

    #[test]
    fn who_answers_for_a_password_may_set_any_that_is_one() {
        assert_eq!(verdict(PasswordPolicy::Unchecked, "a"), "good");
        for password in [String::new(), "a".repeat(201)] {
            assert!(verdict(PasswordPolicy::Unchecked, &password).contains("must"), "{password}");
        }
    }

    fn hash(text: &str) -> PasswordHash {
        PasswordHash::new(text.to_owned())
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(0).expect("in range").plus_seconds(seconds)
    }

    #[test]
    fn a_one_time_password_opens_once() {
        let must_change = |it: &Credential| it.must_change(None, at(0));
        let fresh = Credential::first(hash("a"), PasswordKind::OneTime, at(0));
        assert!(fresh.opens() && must_change(&fresh));
        let spent = fresh.used();
        assert!(!spent.opens() && must_change(&spent));
        let changed = spent.change(hash("b"), PasswordPolicy::Ibm, at(0)).expect("at once");
        assert!(changed.opens() && !must_change(&changed));
        assert_eq!(changed.clone().used(), changed);
    }

    #[test]
    fn ibm_lets_a_user_change_once_a_day_and_again_after_a_reset() {
        let chosen = Credential::first(hash("a"), PasswordKind::Chosen, at(0));
        let once = chosen.change(hash("b"), PasswordPolicy::Ibm, at(0)).expect("the first time");
        let day = Credential::CHANGE_SECONDS_MIN;
        let again = |seconds, policy| once.clone().change(hash("c"), policy, at(seconds)).is_ok();
        assert!(!again(day - 1, PasswordPolicy::Ibm) && again(day, PasswordPolicy::Ibm));
        assert!(again(1, PasswordPolicy::House));
        let reset = once.set(hash("d"), PasswordKind::OneTime, at(1));
        assert!(reset.change(hash("e"), PasswordPolicy::Ibm, at(1)).is_ok());
    }

    #[test]
    fn a_password_lives_as_long_as_its_account_says_and_again_when_it_is_another() {
        let (day, life) = (24 * 60 * 60, PasswordLife::of_days(30).expect("one of them"));
        let chosen = Credential::first(hash("a"), PasswordKind::Chosen, at(0));
        let must_change = |it: &Credential, seconds| it.must_change(Some(life), at(seconds));
        assert!(!must_change(&chosen, 30 * day - 1) && must_change(&chosen, 30 * day));
        assert!(!chosen.must_change(None, at(10_000 * day)), "nobody said that any expires");
        assert!(chosen.opens(), "it opens its own change");
        let set = chosen.clone().set(hash("b"), PasswordKind::Chosen, at(29 * day));
        assert!(!must_change(&set, 59 * day - 1) && must_change(&set, 59 * day));
        let changed = chosen.change(hash("c"), PasswordPolicy::Ibm, at(30 * day)).expect("late");
        assert!(!must_change(&changed, 60 * day - 1) && must_change(&changed, 60 * day));
        assert_eq!(changed.clone().rehashed(hash("d")).expires_at(Some(life)), Some(at(60 * day)));
    }

    #[test]
    fn the_present_and_the_eight_before_it_are_remembered() {
        let mut credential = Credential::first(hash("0"), PasswordKind::Chosen, at(0));
        for number in 1..=12 {
            credential = credential.set(hash(&number.to_string()), PasswordKind::Chosen, at(0));
        }
        let kept: Vec<_> = credential.remembered().map(PasswordHash::as_str).collect();
        assert_eq!(kept, ["12", "11", "10", "9", "8", "7", "6", "5", "4"]);
        assert_eq!(kept.len(), Credential::REMEMBERED + 1);
    }

    #[test]
    fn no_hash_shows_in_a_log() {
        let credential = Credential::first(hash("$argon2id$secret"), PasswordKind::Chosen, at(0));
        assert!(!format!("{credential:?}").contains("secret"));
    }
}
