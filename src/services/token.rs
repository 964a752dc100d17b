//! API tokens: keys that people make for their programs.

use std::collections::BTreeSet;

use super::{Act, Cx, Error, operator, user};
use crate::domain::error::Invalid;
use crate::domain::id::{TokenId, UserId};
use crate::domain::operator::{IssueToken, Permission, Token, User};
use crate::domain::page::{Page, PageRequest};
use crate::domain::text::{Code, Name};
use crate::domain::time::Instant;
use crate::store::operator::{TOKEN_BY_DIGEST, TOKEN_BY_USER};
use crate::store::{Along, Key};

/// How every secret of a token begins, so that one that was left lying about is recognized.
pub const SECRET_PREFIX: &str = "tbx_";
/// So much of a secret is kept for people to recognize it by.
const SHOWN_BYTES: usize = 12;
/// A secret that somebody else made has at least so many characters.
const SECRET_BYTES_MIN: usize = 32;

/// What a token is to be.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What it is for.
    pub name: Name,
    /// What it may do at most; `None` for whatever its user may.
    pub scopes: Option<BTreeSet<Permission>>,
    /// Wall time after which it opens nothing.
    pub expires_at: Option<Instant>,
    /// The channel through which alone it orders.
    pub channel: Option<Code>,
}

/// A token with its secret, which is shown this once.
#[derive(Clone)]
pub struct Issued {
    /// The token.
    pub token: Token,
    /// What a program sends.
    pub secret: String,
}

/// Makes a token for the caller itself.
///
/// # Errors
/// If the caller is no person, may not, or wants more than it has itself.
pub fn issue(act: &mut Act<'_>, new: NewToken) -> Result<Issued, Error> {
    let forbidden = Error::Forbidden { permission: Permission::TokenWrite };
    let id = act.actor().user().ok_or(forbidden)?;
    let user: User = act.get(id)?;
    act.must(Permission::TokenWrite, &user.stamp)?;
    let scopes = narrowed(act, new.scopes)?;
    let secret = format!("{SECRET_PREFIX}{}", operator::secret(act.random()));
    let channel = through(act, new.channel.clone())?;
    let token = keep_new(act, &user, NewToken { scopes, channel, ..new }, &secret)?;
    Ok(Issued { token, secret })
}

/// A program that orders through a channel makes no key that orders through another.
fn through(act: &Act<'_>, wanted: Option<Code>) -> Result<Option<Code>, Error> {
    match (act.actor().channel(), wanted) {
        (None, wanted) => Ok(wanted),
        (Some(own), wanted) if wanted.as_ref().is_none_or(|it| it == own) => Ok(Some(own.clone())),
        (Some(_), _) => {
            let message = "must be that of the token that asks";
            Err(Invalid::one("/channel", "range", message).into())
        }
    }
}

/// Makes a token for the caller itself that opens nothing before it is [committed](commit).
///
/// # Errors
/// As [`issue`].
pub fn issue_pending(act: &mut Act<'_>, new: NewToken) -> Result<Issued, Error> {
    let Issued { token, secret } = issue(act, new)?;
    let mut token = token.pending();
    act.put(&mut token)?;
    Ok(Issued { token, secret })
}

/// Lets a token of the caller's be used, by its secret.
///
/// # Errors
/// [`Error::NotFound`] if there is none, or it was taken back.
pub fn commit(act: &mut Act<'_>, secret: &str) -> Result<Token, Error> {
    let hash = operator::digest(secret);
    let along = Along::Index(TOKEN_BY_DIGEST, Key::new().raw(hash.as_bytes()).bytes());
    let found: Option<Token> = act.first(&along)?;
    let found = found.filter(|it| Some(it.user()) == act.actor().user());
    let found = found.filter(|it| it.revoked_at().is_none());
    let token = found.ok_or_else(|| Error::not_found("the key"))?;
    act.must(Permission::TokenWrite, &token.stamp)?;
    act.keep(token.committed())
}

/// A program that is confined makes no key that is less so.
pub(super) fn narrowed(
    act: &Act<'_>,
    wanted: Option<BTreeSet<Permission>>,
) -> Result<Option<BTreeSet<Permission>>, Error> {
    match (act.actor().scopes(), wanted) {
        (None, wanted) => Ok(wanted),
        (Some(own), None) => Ok(Some(own.clone())),
        (Some(own), Some(wanted)) if wanted.is_subset(own) => Ok(Some(wanted)),
        (Some(_), Some(_)) => {
            let message = "must be among those of the token that asks";
            Err(Invalid::one("/scopes", "range", message).into())
        }
    }
}

/// Keeps a token whose secret was chosen elsewhere, for an installation that sets itself up.
///
/// # Errors
/// If the secret is too short or does not begin as ours do.
pub(super) fn provide(act: &mut Act<'_>, user: &User, secret: &str) -> Result<Token, Error> {
    let plain = secret.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-".contains(&it));
    if !secret.starts_with(SECRET_PREFIX) || secret.len() < SECRET_BYTES_MIN || !plain {
        let message = format!(
            "must begin with `{SECRET_PREFIX}` and have at least {SECRET_BYTES_MIN} letters, \
             digits, `_` or `-`"
        );
        return Err(Invalid::one("/token", "format", message).into());
    }
    let name = "set-up".parse().expect("the word is a name");
    keep_new(act, user, NewToken { name, scopes: None, expires_at: None, channel: None }, secret)
}

fn keep_new(act: &mut Act<'_>, user: &User, new: NewToken, secret: &str) -> Result<Token, Error> {
    let shown = &secret[..SHOWN_BYTES];
    let command = IssueToken {
        id: act.new_id(),
        stamp: act.cx().stamp(user.stamp.seller, user.stamp.owner),
        user: user.id,
        name: new.name,
        prefix: shown.parse().map_err(|_| Error::internal("a secret has plain letters"))?,
        hash: operator::digest(secret),
        scopes: new.scopes,
        channel: new.channel,
        expires_at: new.expires_at,
    };
    let (mut token, verb) = Token::issue(command, act.wall())?;
    act.put(&mut token)?;
    act.tell(token.id, verb);
    Ok(token)
}

/// Takes a token back.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn revoke(act: &mut Act<'_>, id: TokenId) -> Result<Token, Error> {
    let token: Token = act.get(id)?;
    act.must(Permission::TokenRevoke, &token.stamp)?;
    let user: User = act.get(token.user())?;
    user::must_outrank(act.actor(), &user, Permission::TokenRevoke)?;
    finish(act, token)
}

/// Takes all tokens of a user back.
pub(super) fn revoke_all(act: &mut Act<'_>, user: UserId) -> Result<(), Error> {
    let along = Along::Index(TOKEN_BY_USER, Key::new().id(user).bytes());
    for token in act.every::<Token>(&along)? {
        if token.revoked_at().is_none() {
            finish(act, token)?;
        }
    }
    Ok(())
}

fn finish(act: &mut Act<'_>, token: Token) -> Result<Token, Error> {
    let (mut token, verb) = token.revoke(act.wall());
    act.put(&mut token)?;
    act.tell(token.id, verb);
    Ok(token)
}

/// A page of the tokens that the caller may see and nobody took back, of one user if that is named.
///
/// # Errors
/// If the store fails.
pub fn list(cx: Cx<'_>, user: Option<UserId>, page: &PageRequest) -> Result<Page<Token>, Error> {
    let along = user.map(|it| Along::Index(TOKEN_BY_USER, Key::new().id(it).bytes()));
    cx.list(along, page, |it: &Token| it.revoked_at().is_none())
}
