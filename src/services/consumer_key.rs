//! Consumer keys: with them external systems sign what they ask for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::nonce::{Mark, Old, WINDOW_SECONDS};
use super::operator::{self, Known};
use super::recognized::Shown;
use super::{Act, Author, Bss, Cx, Error, Pending, token, user};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{ConsumerKeyId, Id, UserId};
use crate::domain::operator::{
    Actor, ConsumerKey, IssueConsumerKey, KeyTerms, Operations, Permission, User,
};
use crate::domain::page::{Page, PageRequest};
use crate::domain::time::Instant;
use crate::store::operator::{CONSUMER_KEY_BY_KEY, CONSUMER_KEY_BY_USER};
use crate::store::{Along, Key, Records};
use crate::world::seal::Secret;

/// How every secret of a consumer key begins, so that one that was left lying about is recognized.
const SECRET_PREFIX: &str = "tbc_";
/// The field under which a secret is sealed.
const SECRET_FIELD: &str = "secret";

/// What a consumer key is to be.
#[derive(Debug, Clone)]
pub struct NewConsumerKey {
    /// For whom the system acts; for the caller itself if nothing is said.
    pub user: Option<UserId>,
    /// What it may do at most; `None` for whatever its user may.
    pub scopes: Option<BTreeSet<Permission>>,
    /// Wall time after which it opens nothing.
    pub expires_at: Option<Instant>,
    /// What can be changed later.
    pub terms: KeyTerms,
}

/// A consumer key with its secret, which is shown this once.
#[derive(Clone)]
pub struct IssuedKey {
    /// The key.
    pub key: ConsumerKey,
    /// What a system signs with.
    pub secret: String,
}

/// Makes a consumer key. Persons make them for themselves alone.
///
/// # Errors
/// If the caller may not, or wants more than it has itself.
pub fn issue(act: &mut Act<'_>, new: NewConsumerKey) -> Result<IssuedKey, Error> {
    let user = holder(act, new.user)?;
    act.must(Permission::ConsumerKeyWrite, &user.stamp)?;
    let scopes = token::narrowed(act, new.scopes)?;
    if act.actor().channel().is_some() {
        // A program that orders through one channel would order through all with a key.
        return Err(Error::Forbidden { permission: Permission::ConsumerKeyWrite });
    }
    must_be_within(act, &new.terms.operations)?;
    let id: ConsumerKeyId = act.new_id();
    let key = hex::encode(act.random::<16>());
    let secret = format!("{SECRET_PREFIX}{}", operator::secret(act.random()));
    let command = IssueConsumerKey {
        id,
        stamp: act.cx().stamp(user.stamp.seller, user.stamp.owner),
        user: user.id,
        key: key.parse().map_err(|_| Error::internal("a key has plain letters"))?,
        secret: act.seal(secret.as_bytes(), id.subject(), SECRET_FIELD),
        scopes,
        expires_at: new.expires_at,
        terms: new.terms,
    };
    let key = act.keep(ConsumerKey::issue(command, act.wall())?)?;
    Ok(IssuedKey { key, secret })
}

/// Whose a new key is.
fn holder(act: &Act<'_>, named: Option<UserId>) -> Result<User, Error> {
    match (named, act.actor().user()) {
        (Some(named), own) if own != Some(named) => act.cx().named("/user", named),
        (_, Some(own)) => act.load(own),
        (_, None) => Err(Invalid::one("/user", "required", "must be given").into()),
    }
}

/// A system that is confined makes no key that is less so.
fn must_be_within(act: &Act<'_>, wanted: &Operations) -> Result<(), Error> {
    let is_within = match (act.actor().operations(), wanted) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(own), Some(wanted)) => wanted.is_subset(own),
    };
    let message = "must be among those of the key that asks";
    if is_within { Ok(()) } else { Err(Invalid::one("/operations", "range", message).into()) }
}

/// Gives a key another name or other operations.
///
/// # Errors
/// If it is not there, has changed since, or the caller may not.
pub fn revise(
    act: &mut Act<'_>,
    id: ConsumerKeyId,
    revision: Option<u32>,
    change: impl FnOnce(KeyTerms) -> Result<KeyTerms, Error>,
) -> Result<ConsumerKey, Error> {
    let key = get(act.cx(), id)?;
    act.must(Permission::ConsumerKeyWrite, &key.stamp)?;
    act.expect_revision(&key.stamp, revision)?;
    let terms = change(key.terms())?;
    if terms.operations != key.terms().operations {
        must_be_within(act, &terms.operations)?;
    }
    act.keep(key.revise(terms)?)
}

/// Takes a key back.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn revoke(act: &mut Act<'_>, id: ConsumerKeyId) -> Result<ConsumerKey, Error> {
    let key: ConsumerKey = act.get(id)?;
    act.must(Permission::ConsumerKeyRevoke, &key.stamp)?;
    let user: User = act.get(key.user())?;
    user::must_outrank(act.actor(), &user, Permission::ConsumerKeyRevoke)?;
    act.keep(key.revoke(act.wall()))
}

/// Takes all keys of a user back.
pub(super) fn revoke_all(act: &mut Act<'_>, user: UserId) -> Result<(), Error> {
    let along = Along::Index(CONSUMER_KEY_BY_USER, Key::new().id(user).bytes());
    for key in act.every::<ConsumerKey>(&along)? {
        if key.revoked_at().is_none() {
            act.keep(key.revoke(act.wall()))?;
        }
    }
    Ok(())
}

/// A key that nobody took back.
///
/// # Errors
/// If it is not there, or not for the caller.
pub fn get(cx: Cx<'_>, id: ConsumerKeyId) -> Result<ConsumerKey, Error> {
    let found = cx.find::<ConsumerKey>(id)?.filter(|it| it.revoked_at().is_none());
    found.ok_or_else(|| Error::not_found(id))
}

/// Which keys are listed.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// All.
    All,
    /// Those of a user.
    Of(UserId),
    /// The one by which a system names itself.
    Named(String),
}

/// A page of the keys that the caller may see and nobody took back.
///
/// # Errors
/// If the store fails.
pub fn list(cx: Cx<'_>, wanted: &Wanted, page: &PageRequest) -> Result<Page<ConsumerKey>, Error> {
    let along = match wanted {
        Wanted::All => None,
        Wanted::Of(user) => Some(Along::Index(CONSUMER_KEY_BY_USER, Key::new().id(*user).bytes())),
        Wanted::Named(key) => Some(Along::Index(CONSUMER_KEY_BY_KEY, Key::new().text(key).bytes())),
    };
    cx.list(along, page, |it: &ConsumerKey| it.revoked_at().is_none())
}

/// What a signed request says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// What the signer names itself by.
    pub key: &'a str,
    /// What makes it another request than those of the same second.
    pub nonce: &'a str,
    /// Seconds since 1970, by the signer's clock.
    pub second: i64,
}

/// Who signed a request, as soon as it is on the disk that the request was taken.
#[must_use = "nothing may be done for a request that could be taken again"]
pub struct Recognition {
    actor: Arc<Actor>,
    noted: Option<Pending<()>>,
}

impl Recognition {
    /// The actor for whom the request was signed.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn actor(self) -> Result<Arc<Actor>, Error> {
        if let Some(noted) = self.noted {
            noted.done().await?;
        }
        Ok(self.actor)
    }
}

/// Takes a signed request; `is_right` says whether it was signed with a secret. Of a wrong signature
/// nothing is told but that: not whether the key exists.
///
/// # Errors
/// [`Code::SignatureRefused`] if the key is not good, or no longer, if the signature is wrong, or if
/// the request was taken before or may have been; failures of the store.
pub fn recognize(
    bss: &Bss,
    signed: Signed<'_>,
    is_right: impl Fn(&[u8]) -> bool,
) -> Result<Recognition, Error> {
    let house = Actor::duty("authentication");
    let known = bss.read(&house, |cx| by_key(cx, signed.key))?;
    let secret = known.as_ref().map(|it| secret(bss, it)).transpose()?;
    // Something is compared in any case, so that the time it takes does not tell of the key.
    let is_right = is_right(secret.as_ref().map_or(&[0; 47], Secret::as_bytes));
    let Some(key) = known.filter(|_| is_right) else {
        return Err(refused("the consumer key or the signature is not good"));
    };
    let wall = bss.moment().wall;
    let mark = Mark { second: signed.second, nonce: signed.nonce };
    let wall_second = wall.micros().div_euclid(1_000_000);
    let taken = bss.nonces.take((key.id, key.closed_until()), mark, wall_second);
    taken.map_err(|it| refused(&told(it)))?;
    let shown = Shown::ConsumerKey(operator::digest(signed.key));
    let actor = operator::recall(bss, shown, |cx| actor(cx, signed.key))?;
    let noted = key.used(signed.second, wall).map(|_| {
        let (id, second) = (key.id, signed.second);
        bss.act(Author::of(house), move |act| note(act, id, second))
    });
    Ok(Recognition { actor, noted })
}

/// What the signer is told, who has proved who it is.
fn told(why: Old) -> String {
    match why {
        Old::Far => format!(
            "the timestamp is more than {WINDOW_SECONDS} seconds away from the server's clock"
        ),
        Old::Forgotten => "the timestamp is before the time that the server remembers: sign the \
                           request again"
            .to_owned(),
        Old::Taken => "a request with this timestamp and nonce was taken before".to_owned(),
    }
}

fn refused(why: &str) -> Error {
    Rejection::new(Code::SignatureRefused, why).into()
}

fn secret(bss: &Bss, key: &ConsumerKey) -> Result<Secret, Error> {
    bss.unseal(key.secret(), key.id.subject(), SECRET_FIELD)
}

fn note(act: &mut Act<'_>, id: ConsumerKeyId, second: i64) -> Result<(), Error> {
    let key: ConsumerKey = act.get(id)?;
    match key.used(second, act.wall()) {
        Some(used) => act.put_quietly(&used),
        None => Ok(()),
    }
}

/// The key by which a system names itself, if it is good.
fn by_key(cx: Cx<'_>, key: &str) -> Result<Option<ConsumerKey>, Error> {
    let found = cx.view.first_along::<ConsumerKey>(CONSUMER_KEY_BY_KEY, Key::new().text(key))?;
    Ok(found.filter(|it| it.key().as_str() == key && it.is_good(cx.wall)))
}

fn actor(cx: Cx<'_>, key: &str) -> Result<Known, Error> {
    let key = by_key(cx, key)?.ok_or(Error::Unauthenticated)?;
    let mut actor = operator::person(cx, &cx.get(key.user())?)?;
    if let Some(scopes) = key.scopes() {
        actor = actor.scoped(scopes.clone());
    }
    if let Some(operations) = key.operations() {
        actor = actor.operating(operations.clone());
    }
    Ok((actor, key.expires_at(), None))
}
