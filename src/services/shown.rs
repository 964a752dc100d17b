//! Passwords that are shown with each request, as clients of HTTP Basic show them: compared once,
//! and then remembered by what only this process can compute from them.
//!
//! Comparing is slow on purpose, and such a client shows the same password again and again. What is
//! remembered says whose it was and which hash it was compared with, so that neither a password nor a
//! login that was changed is taken for one that is still good.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::recognized::Shown;
use super::{Act, Author, Bss, Cx, Error, operator, session, user};
use crate::domain::id::UserId;
use crate::domain::operator::{
    Actor, Credential, Digest, PASSWORD_LENGTH_MAX, PasswordHash, PasswordKind, User,
};
use crate::world::password::Verdict;

/// So many are remembered at most; then all are compared anew.
const KNOWN_MAX: usize = 10_000;

/// Who somebody says it is, and the password that shall prove it.
#[derive(Clone)]
pub struct ShownPassword {
    /// The mail address or the other name.
    pub login: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for ShownPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShownPassword(..)")
    }
}

/// The passwords that were right when they were compared.
#[derive(Default)]
pub(super) struct Verified {
    /// What no other process knows; made when it is needed first.
    key: OnceLock<[u8; 32]>,
    known: Mutex<HashMap<Digest, (UserId, PasswordHash)>>,
}

impl Verified {
    fn digest(&self, shown: &ShownPassword, make_key: impl FnOnce() -> [u8; 32]) -> Digest {
        let key = self.key.get_or_init(make_key);
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
        // A login has no zero in it.
        let mac = mac.chain_update(shown.login.trim().to_lowercase()).chain_update([0]);
        Digest::new(mac.chain_update(&shown.password).finalize().into_bytes().into())
    }

    fn keep(&self, digest: Digest, of: (UserId, PasswordHash)) {
        let mut known = self.known();
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(digest, of);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Digest, (UserId, PasswordHash)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The actor behind a password that was compared before; nothing if it has to be compared.
///
/// # Errors
/// If the store fails.
pub fn recall(bss: &Bss, shown: &ShownPassword) -> Result<Option<Arc<Actor>>, Error> {
    let digest = bss.verified.digest(shown, || bss.random());
    let Some((id, hash)) = bss.verified.known().get(&digest).cloned() else { return Ok(None) };
    match operator::recall(bss, Shown::Password(digest), |cx| known(cx, id, (shown, &hash))) {
        Ok(actor) => Ok(Some(actor)),
        Err(Error::Unauthenticated) => {
            bss.verified.known().remove(&digest);
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

fn known(
    cx: Cx<'_>,
    id: UserId,
    (shown, hash): (&ShownPassword, &PasswordHash),
) -> Result<operator::Known, Error> {
    let user: User = cx.get(id)?;
    let is_called_so = user.profile().logins().contains(&shown.login.trim().to_lowercase());
    let is_same = user.credential().is_some_and(|it| it.hash() == hash && opens(it));
    if !is_called_so || !is_same || session::is_locked(cx.wall, &user) {
        return Err(Error::Unauthenticated);
    }
    Ok((operator::signed_in(cx, &user)?, operator::password_ends_at(cx, &user)?, None))
}

/// A password for one use opens nothing here: who shows it with each request is never asked for another.
/// One that has expired opens its own change.
const fn opens(it: &Credential) -> bool {
    match it.kind() {
        PasswordKind::Chosen => true,
        PasswordKind::OneTime | PasswordKind::Spent => false,
    }
}

/// The actor behind a password. Slow: it compares passwords.
///
/// # Errors
/// [`Error::Unauthenticated`] if login and password do not fit, the door is locked for a while, or
/// the user may not sign in or has to choose another password first.
pub fn recognize(bss: &Bss, shown: &ShownPassword) -> Result<Arc<Actor>, Error> {
    if shown.password.len() > PASSWORD_LENGTH_MAX {
        return Err(Error::Unauthenticated);
    }
    let house = Actor::duty("password");
    let user = bss.read(&house, |cx| user::by_login(cx, &shown.login))?;
    let hash = user.as_ref().and_then(User::credential).map(|it| it.hash().clone());
    let verdict = bss.verify_password(&shown.password, hash.as_ref())?;
    let (Some(user), Some(hash)) = (user, hash) else { return Err(Error::Unauthenticated) };
    if verdict == Verdict::Wrong {
        session::note_later(bss, user.id);
        return Err(Error::Unauthenticated);
    }
    // Who waited for more than others behind a locked door would know that it is right.
    if session::is_locked(bss.moment().wall, &user) {
        return Err(Error::Unauthenticated);
    }
    if user.sign_ins().failures > 0 {
        bss.act(Author::of(house), move |act| forgive(act, user.id)).wait()?;
    }
    bss.verified.keep(bss.verified.digest(shown, || bss.random()), (user.id, hash));
    recall(bss, shown)?.ok_or(Error::Unauthenticated)
}

/// Forgets the failures before the right password, unless the door is locked for them.
fn forgive(act: &mut Act<'_>, id: UserId) -> Result<(), Error> {
    let user: User = act.get(id)?;
    if session::is_locked(act.wall(), &user) {
        return Ok(());
    }
    act.put_quietly(&user.unlock().0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_another_thing_in_each_process_and_for_each_pair() {
        let shown = |login: &str, password: &str| ShownPassword {
            login: login.to_owned(),
            password: password.to_owned(),
        };
        let (one, other) = (Verified::default(), Verified::default());
        let digest = |it: &Verified, key, pair: &ShownPassword| it.digest(pair, || [key; 32]);
        let pair = shown("ann@example.com", "secret");
        let here = digest(&one, 1, &pair);
        assert_eq!(here, digest(&one, 3, &shown(" Ann@Example.com", "secret")));
        assert_ne!(here, digest(&one, 1, &shown("ann@example.com", "Secret")));
        assert_ne!(here, digest(&one, 1, &shown("ann@example.comsecret", "")));
        assert_ne!(here, digest(&other, 2, &pair));
        assert!(!format!("{pair:?}").contains("secret"));
    }
}
