//! Who may sign in: credentials, and the actor they stand for.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};

use super::recognized::Shown;
use super::{Act, Author, Bss, Cx, Error};
use crate::domain::account::Account;
use crate::domain::account::class::CustomerClass;
use crate::domain::account::lifecycle::State;
use crate::domain::account::profile::PasswordLife;
use crate::domain::account::tree::Sellers;
use crate::domain::id::UserId;
use crate::domain::operator::{Actor, Digest, Session, Standing, Token, User, UserState};
use crate::domain::time::Instant;
use crate::store::account::ACCOUNT_BY_SELLING;
use crate::store::operator::{SESSION_BY_DIGEST, TOKEN_BY_DIGEST};
use crate::store::{Along, Key, Records};

/// What somebody shows to be let in.
#[derive(Debug, Clone, Copy)]
pub enum Credential<'a> {
    /// The secret of an API token.
    Token(&'a str),
    /// The secret of a session, from its cookie.
    Session(&'a str),
}

/// The digest under which the store knows a secret. Secrets are random and long, so that a fast
/// digest is enough; passwords are not, and never come here.
#[must_use]
pub fn digest(secret: &str) -> Digest {
    Digest::new(Sha256::digest(secret.as_bytes()).into())
}

/// A secret as it is shown: 256 bits in letters that fit into an address and a header.
#[must_use]
pub fn secret(random: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(random)
}

/// The token that only a session's own pages know: it follows from the session's secret.
#[must_use]
pub fn csrf_token(session: &str) -> String {
    URL_SAFE_NO_PAD.encode(csrf_mac(session).finalize().into_bytes())
}

/// Whether a text is the token of a session, compared in constant time.
#[must_use]
pub fn is_csrf_token(session: &str, text: &str) -> bool {
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    csrf_mac(session).verify_slice(&bytes).is_ok()
}

fn csrf_mac(session: &str) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(session.as_bytes());
    mac.expect("any length is a key").chain_update(b"csrf")
}

/// The actor that a credential stands for.
///
/// # Errors
/// [`Error::Unauthenticated`] if it is not good, or no longer; failures of the store.
pub fn authenticate(bss: &Bss, credential: Credential<'_>) -> Result<Arc<Actor>, Error> {
    let shown = match credential {
        Credential::Token(secret) => Shown::Token(digest(secret)),
        Credential::Session(secret) => Shown::Session(digest(secret)),
    };
    recall(bss, shown, |cx| match credential {
        Credential::Token(secret) => by_token(cx, digest(secret)),
        Credential::Session(secret) => by_session(cx, digest(secret)),
    })
}

/// The actor behind a credential: as it was found a moment ago, or as `find` finds it now.
pub(super) fn recall(
    bss: &Bss,
    shown: Shown,
    find: impl FnOnce(Cx<'_>) -> Result<Known, Error>,
) -> Result<Arc<Actor>, Error> {
    let now = (bss.commits(), bss.moment().wall);
    if let Some(actor) = bss.recognized.find(shown, now) {
        return Ok(actor);
    }
    let door = Actor::duty("authentication");
    let (actor, ends_at, seen) = bss.read(&door, find)?;
    let actor = Arc::new(actor);
    bss.recognized.keep(shown, now, (ends_at, Arc::clone(&actor)));
    if let Some(seen) = seen {
        // Nobody waits for the note that the credential was used.
        drop(bss.act(Author::of(door), move |act| seen.keep(act)));
    }
    Ok(actor)
}

/// Who a credential stands for, until when it is good, and its use if that is to be noted.
pub(super) type Known = (Actor, Option<Instant>, Option<Seen>);

/// A credential whose use is to be noted.
pub(super) enum Seen {
    Token(Token),
    Session(Session),
}

impl Seen {
    fn keep(self, act: &mut Act<'_>) -> Result<(), Error> {
        // What was revoked or ended since must not come back to life by being seen.
        match self {
            Self::Token(it) if act.get::<Token>(it.id)?.is_good(act.wall()) => act.put_quietly(&it),
            Self::Session(it) if act.get::<Session>(it.id)?.is_open(act.wall()) => {
                act.put_quietly(&it)
            }
            Self::Token(_) | Self::Session(_) => Ok(()),
        }
    }
}

fn by_token(cx: Cx<'_>, digest: Digest) -> Result<Known, Error> {
    let key = Key::new().raw(digest.as_bytes());
    let token = cx.view.first_along::<Token>(TOKEN_BY_DIGEST, key)?;
    let token = token.filter(|it| it.is_good(cx.wall)).ok_or(Error::Unauthenticated)?;
    let actor = person(cx, &cx.get(token.user())?)?;
    let seen = token.used(cx.wall).map(Seen::Token);
    let actor = match token.scopes() {
        Some(scopes) => actor.scoped(scopes.clone()),
        None => actor,
    };
    let actor = match token.channel() {
        Some(channel) => actor.through(channel.clone()),
        None => actor,
    };
    Ok((actor, token.expires_at(), seen))
}

fn by_session(cx: Cx<'_>, digest: Digest) -> Result<Known, Error> {
    let key = Key::new().raw(digest.as_bytes());
    let session = cx.view.first_along::<Session>(SESSION_BY_DIGEST, key)?;
    let session = session.filter(|it| it.is_open(cx.wall)).ok_or(Error::Unauthenticated)?;
    let user: User = cx.get(session.user())?;
    let actor = signed_in(cx, &user)?;
    let ends = [Some(session.ends_at()), password_ends_at(cx, &user)?].into_iter().flatten().min();
    Ok((actor, ends, session.seen(cx.wall).map(Seen::Session)))
}

/// The actor that a user is who has signed in with its password. One that was given out to be used
/// once opens nothing but the choice of another, because who gave it out knows it; nor does one that has
/// expired.
///
/// # Errors
/// [`Error::Unauthenticated`] for a user that may not sign in now.
pub fn signed_in(cx: Cx<'_>, user: &User) -> Result<Actor, Error> {
    let actor = person(cx, user)?;
    Ok(if must_change(cx, user)? { actor.to_change_password() } else { actor })
}

/// Whether a user has to choose another password before anything else.
///
/// # Errors
/// If the store fails.
pub fn must_change(cx: Cx<'_>, user: &User) -> Result<bool, Error> {
    let life = password_life(cx, user)?;
    Ok(user.credential().is_some_and(|it| it.must_change(life, cx.wall)))
}

/// The wall time from which a user's password is too old, if that is to come.
pub(super) fn password_ends_at(cx: Cx<'_>, user: &User) -> Result<Option<Instant>, Error> {
    let life = password_life(cx, user)?;
    Ok(user.credential().and_then(|it| it.expires_at(life)).filter(|it| cx.wall < *it))
}

/// How long the passwords of a user live, as its account says.
fn password_life(cx: Cx<'_>, user: &User) -> Result<Option<PasswordLife>, Error> {
    let account = user.stamp.owner.map(|it| cx.view.find::<Account>(it)).transpose()?.flatten();
    Ok(account.and_then(|it| it.profile().password_life))
}

/// The actor that a user is, with its place in the tree of accounts.
///
/// # Errors
/// [`Error::Unauthenticated`] for a user that may not sign in now.
pub fn person(cx: Cx<'_>, user: &User) -> Result<Actor, Error> {
    // Not whether the door is locked: whoever tries keys from outside must not throw others out.
    if user.state() != UserState::Active {
        return Err(Error::Unauthenticated);
    }
    let account = user.stamp.owner.ok_or(Error::Unauthenticated)?;
    let account: Account = cx.get(account)?;
    if matches!(account.state(), State::Closed | State::Erased) {
        return Err(Error::Unauthenticated);
    }
    let branch = match account.seller_number() {
        Some(seller) => sellers(cx)?.branch(seller),
        None => BTreeSet::new(),
    };
    let standing = Standing {
        user: user.id,
        account: account.id,
        vendor: account.stamp.seller,
        branch: Arc::new(branch),
        member_buying: cx.get::<CustomerClass>(account.class())?.terms().member_buying,
    };
    Ok(Actor::person(standing, user.roles().clone()))
}

/// The user that the caller is, whether or not it may see users.
///
/// # Errors
/// [`Error::Unauthenticated`] if it is nobody.
pub fn oneself(cx: Cx<'_>) -> Result<User, Error> {
    let found = cx.actor.user().map(|it| cx.view.find::<User>(it)).transpose()?.flatten();
    found.ok_or(Error::Unauthenticated)
}

/// The account of a user, whether or not the user may see it otherwise.
///
/// # Errors
/// If there is no such user.
pub fn account_of(cx: Cx<'_>, user: UserId) -> Result<Account, Error> {
    let found = cx.view.find::<User>(user)?.and_then(|it| it.stamp.owner);
    let found = found.map(|it| cx.view.find::<Account>(it)).transpose()?.flatten();
    found.ok_or_else(|| Error::not_found(user))
}

/// Who sells below whom.
pub(super) fn sellers(cx: Cx<'_>) -> Result<Sellers, Error> {
    let mut sellers = Sellers::default();
    for reseller in cx.every::<Account>(&Along::Index(ACCOUNT_BY_SELLING, Vec::new()))? {
        if let Some(number) = reseller.seller_number() {
            sellers.insert(number, reseller.stamp.seller);
        }
    }
    Ok(sellers)
}
