//! Identity providers: who says here who somebody is, by `OpenID` Connect, and which roles that one has.
//!
//! The code flow alone, with PKCE, by a client that has a secret. What is said of somebody comes from the
//! provider itself, over a connection that proves whose it is, so that it needs no signature of its own
//! (`OpenID` Connect Core 3.1.3.7).

mod begun;
mod claim;
mod entry;

pub(super) use self::begun::Known;
pub use self::begun::SECONDS_MAX;
use self::begun::discover;
pub(super) use self::entry::disown;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use self::claim::Claims;
use super::document::{self, Customer, Text};
use super::session::SignedIn;
use super::{Act, Author, Bss, Cx, Error, account, operator};
use crate::domain::document::Document;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::Id;
use crate::domain::operator::{Actor, Permission, Role};
use crate::domain::page::PageRequest;
use crate::domain::sealed::Sealed;
use crate::domain::text::{self, Name, WebAddress};
use crate::world::http::{Method, Request};

/// As which sort of documents they are kept.
const SORT: &str = "sign_in_provider";

/// So many sign-ins ask identity providers at once: each holds a thread for as long as it is not answered.
const ASKED_MAX: usize = 8;

/// The sign-ins that ask an identity provider at the moment.
#[derive(Debug, Default)]
pub(super) struct Asking(AtomicUsize);

/// A place among them, given back when it is dropped.
struct Place<'a>(&'a AtomicUsize);

impl Asking {
    /// A place.
    ///
    /// # Errors
    /// [`Error::Busy`] if all are taken: nobody waits in line for somebody else's server.
    fn take(&self) -> Result<Place<'_>, Error> {
        let one_more = |it: usize| (it < ASKED_MAX).then_some(it + 1);
        let taken = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_more);
        taken.map(|_| Place(&self.0)).map_err(|_| Error::Busy)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// An identity provider to be known.
#[derive(Debug, Clone)]
pub struct NewProvider {
    /// What it is called in addresses.
    pub code: text::Code,
    /// What people read of it.
    pub name: Name,
    /// Where it is, as it names itself.
    pub issuer: WebAddress,
    /// As whom we speak to it.
    pub client: Name,
    /// What proves that.
    pub secret: String,
    /// In which claim it says what somebody is.
    pub roles_claim: Name,
    /// What that means here.
    pub roles: BTreeMap<String, Role>,
    /// Whether the mail addresses that it says are people's own, also where it does not say so.
    pub proves_addresses: bool,
}

/// An identity provider as it is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Provider {
    /// What it is called in addresses.
    pub code: text::Code,
    /// What people read of it.
    pub name: Name,
    /// Where it is.
    pub issuer: WebAddress,
    /// As whom we speak to it.
    pub client: Name,
    secret: Sealed,
    /// In which claim it says what somebody is.
    pub roles_claim: Name,
    /// What that means here.
    pub roles: BTreeMap<String, Role>,
    /// Whether the mail addresses that it says are people's own, also where it does not say so.
    #[serde(default)]
    pub proves_addresses: bool,
}

impl Provider {
    fn of(it: &Document) -> Result<Self, Error> {
        serde_json::from_slice(it.body()).map_err(Error::internal)
    }

    /// What somebody is here who is that there.
    fn means(&self, words: &[String]) -> BTreeSet<Role> {
        words.iter().filter_map(|it| self.roles.get(it)).copied().collect()
    }

    /// Whether the mail address that is said of somebody is its own.
    fn is_proven(&self, claims: &Claims) -> bool {
        claims.is_email_verified() || self.proves_addresses && !claims.is_email_doubted()
    }

    fn field(&self) -> String {
        format!("{SORT}:{}", self.code)
    }
}

/// Makes an identity provider known; one of the same code is replaced.
///
/// # Errors
/// If we may not be made to call it, or the caller does not run the appliance.
pub fn know(act: &mut Act<'_>, new: NewProvider) -> Result<Provider, Error> {
    must_run(act.cx())?;
    act.must_reach("/issuer", &new.issuer)?;
    if !is_safe(new.issuer.as_str()) {
        let message =
            "must begin with `https://`: what it says is believed for where it comes from";
        return Err(Invalid::one("/issuer", "format", message).into());
    }
    let NewProvider { code, name, issuer, client, secret, roles_claim, roles, proves_addresses } =
        new;
    let own = account::provider(act.cx())?.id.subject();
    let field = format!("{SORT}:{code}");
    let secret = act.seal(secret.as_bytes(), own, &field);
    let it = Provider { code, name, issuer, client, secret, roles_claim, roles, proves_addresses };
    let body = serde_json::to_vec(&it).map_err(Error::internal)?;
    let name = it.code.as_str().parse().map_err(Error::internal)?;
    let text = Text { name, state: None, body, customer: Customer::AsBefore };
    match kept(act.cx(), it.code.as_str())? {
        Some(before) => document::revise(act, (SORT, before.id), text)?,
        None => document::register(act, SORT.parse().map_err(Error::internal)?, text)?,
    };
    Ok(it)
}

/// Whether a connection to an address proves whose it is.
fn is_safe(address: &str) -> bool {
    address.starts_with("https://")
}

/// Knows an identity provider no longer.
///
/// # Errors
/// If it is not there, or the caller does not run the appliance.
pub fn forget(act: &mut Act<'_>, code: &str) -> Result<(), Error> {
    must_run(act.cx())?;
    let it = kept(act.cx(), code)?.ok_or_else(|| missing(code))?;
    document::remove(act, SORT, it.id)
}

/// All identity providers that are known; who they are is for everybody to see who signs in.
///
/// # Errors
/// If the store fails.
pub fn all(cx: Cx<'_>) -> Result<Vec<Provider>, Error> {
    let house = house();
    let cx = Cx { actor: &house, ..cx };
    let page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    document::list(cx, SORT, &page)?.items.iter().map(Provider::of).collect()
}

fn house() -> Actor {
    Actor::duty("sign_in")
}

fn must_run(cx: Cx<'_>) -> Result<(), Error> {
    let permission = Permission::MaintenanceRun;
    let may = cx.actor.may_at_all(permission);
    if may { Ok(()) } else { Err(Error::Forbidden { permission }) }
}

fn kept(cx: Cx<'_>, code: &str) -> Result<Option<Document>, Error> {
    let page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    let mut found = document::list(cx, SORT, &page)?.items.into_iter();
    Ok(found.find(|it| it.name().as_str() == code))
}

fn missing(code: &str) -> Error {
    Error::not_found(code.chars().take(80).collect::<String>())
}

fn named(bss: &Bss, code: &str) -> Result<Provider, Error> {
    let found = bss.read(&house(), |cx| kept(cx, code))?;
    Provider::of(&found.ok_or_else(|| missing(code))?)
}

/// A sign-in that has begun.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Where somebody says who it is.
    pub address: String,
    /// What its browser keeps meanwhile.
    pub secret: String,
}

/// What a browser brings back.
#[derive(Debug, Clone, Default)]
pub struct Returned {
    /// What the identity provider was told.
    pub state: String,
    /// What it gave for it.
    pub code: String,
    /// What the browser kept.
    pub secret: String,
    /// What it calls itself.
    pub agent: Option<String>,
}

/// What it gives for a code.
#[derive(Debug, Deserialize)]
struct Tokens {
    id_token: String,
}

/// The page of ours to which an identity provider sends people back.
fn callback(bss: &Bss, code: &str) -> String {
    bss.site().link(&format!("/sign-in/external/{code}/callback"))
}

/// Begins a sign-in.
///
/// # Errors
/// If there is no such identity provider, or it does not answer; [`Error::Busy`] if too many are asked at
/// once.
pub fn begin(bss: &Bss, code: &str) -> Result<Begun, Error> {
    let provider = named(bss, code)?;
    let _place = bss.asking.take()?;
    let found = discover(bss, &provider)?;
    let [state, nonce, verifier] = [(); 3].map(|()| operator::secret(bss.random()));
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", provider.client.as_str())
        .append_pair("redirect_uri", &callback(bss, code))
        .append_pair("scope", "openid email profile")
        .append_pair("state", &state)
        .append_pair("nonce", &nonce)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256")
        .finish();
    let joint = if found.authorization_endpoint.contains('?') { '&' } else { '?' };
    let address = format!("{}{joint}{query}", found.authorization_endpoint);
    let secret = begun::Begun { state, nonce, verifier }.sealed(bss, &provider)?;
    Ok(Begun { address, secret })
}

/// Ends a sign-in: whom the identity provider knows is let in. Who comes for the first time becomes a
/// user, of an account of its own.
///
/// # Errors
/// [`Code::SignInRefused`] if the browser brings back something else than was begun, or what is said of
/// somebody is not for us; if the identity provider does not answer; [`Error::Busy`] if too many are asked
/// at once.
pub fn finish(bss: &Bss, code: &str, returned: Returned) -> Result<SignedIn, Error> {
    let provider = named(bss, code)?;
    let begun = begun::Begun::opened(bss, &provider, &returned.secret)?;
    let begun = begun.ok_or_else(|| refused("the sign-in was not begun here, or too long ago"))?;
    let [state, nonce, verifier] =
        [&begun.state, &begun.nonce, &begun.verifier].map(String::as_str);
    if operator::digest(state) != operator::digest(&returned.state) {
        return Err(refused("the sign-in was begun elsewhere"));
    }
    let place = bss.asking.take()?;
    let found = discover(bss, &provider)?;
    let tokens = redeem(bss, &provider, (&found.token_endpoint, &returned.code, verifier))?;
    drop(place);
    let claims = Claims::read(&tokens.id_token, provider.roles_claim.as_str());
    let claims = claims.ok_or_else(|| refused("what is said of you cannot be read"))?;
    let wall = bss.moment().wall;
    if !claims.is_for((provider.issuer.as_str(), provider.client.as_str()), nonce, wall) {
        return Err(refused("what is said of you is not said to us, or not any more"));
    }
    let agent = returned.agent;
    let author = Author::of(house());
    bss.act(author, move |act| entry::admit(act, &provider, &claims, agent.as_deref())).wait()
}

pub(super) fn refused(why: &str) -> Error {
    Rejection::new(Code::SignInRefused, why.to_owned()).into()
}

/// Asks an identity provider for something, in time.
fn ask<T: serde::de::DeserializeOwned>(bss: &Bss, request: &Request) -> Result<T, Error> {
    let silent = || refused("the identity provider does not answer");
    let answer = bss.house.world().web.send(request).map_err(|error| {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(error, "an identity provider cannot be asked");
        silent()
    })?;
    if answer.status != 200 {
        tracing::warn!(status = answer.status, "an identity provider refuses");
        return Err(refused("the identity provider does not know of this sign-in"));
    }
    serde_json::from_slice(&answer.body).map_err(|_| silent())
}

fn redeem(
    bss: &Bss,
    of: &Provider,
    (endpoint, code, verifier): (&str, &str, &str),
) -> Result<Tokens, Error> {
    let own = bss.read(&house(), |cx| Ok(account::provider(cx)?.id.subject()))?;
    let secret = bss.unseal(&of.secret, own, &of.field())?;
    let secret = String::from_utf8_lossy(secret.as_bytes()).into_owned();
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", &callback(bss, of.code.as_str()))
        .append_pair("code_verifier", verifier)
        .append_pair("client_id", of.client.as_str())
        .append_pair("client_secret", &secret)
        .finish();
    let request = Request::new(Method::Post, endpoint)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json")
        .body(body);
    ask(bss, &request)
}

/// Refuses roles that are none.
///
/// # Errors
/// [`Error::Invalid`] with the field.
pub fn roles(said: &BTreeMap<String, String>) -> Result<BTreeMap<String, Role>, Error> {
    let read = |(word, role): (&String, &String)| {
        let found = Role::ALL.iter().find(|it| it.word() == role.as_str());
        let refused = || {
            let words: Vec<_> = Role::ALL.iter().map(|it| it.word()).collect();
            Invalid::one(
                format!("/roles/{word}"),
                "enum",
                format!("must be one of {}", words.join(", ")),
            )
        };
        Ok((word.clone(), *found.ok_or_else(refused)?))
    };
    said.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_sign_ins_ask_at_once_than_there_are_places() {
        let asking = Asking::default();
        let taken: Vec<_> = (0..ASKED_MAX).map(|_| asking.take().expect("a place")).collect();
        assert!(matches!(asking.take(), Err(Error::Busy)));
        drop(taken);
        assert!(asking.take().is_ok(), "places are given back");
    }
}
