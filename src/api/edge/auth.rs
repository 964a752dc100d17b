//! Who calls: credentials from a request's headers, and the actor they stand for.
//!
//! Checking them is [`services::operator`](crate::services::operator)'s and
//! [`services::consumer_key`](crate::services::consumer_key)'s; here is only where they stand in a
//! request. Our own contract knows tokens and sessions ([`caller`]). It does not take signed
//! requests: a consumer key is confined to operations that only the contract knows which names
//! them, and through ours its holder could make itself a token that is confined to none.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::body;
use super::fault::Fault;
use super::oauth::address::addresses;
use super::oauth::{Authorization, Flaw, Target};
use super::origin::is_from_here;

use crate::domain::error::{Code, Rejection};
use crate::domain::operator::Actor;
use crate::domain::stamp::SellerNumber;
use crate::services::consumer_key::{self, Signed};
use crate::services::operator::{self, Credential};
use crate::services::shown::{self, ShownPassword};
use crate::services::{Bss, Error, Shop};

/// The cookie that holds a session.
pub(crate) const SESSION_COOKIE: &str = "tillbox_session";

/// Who calls.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) actor: Arc<Actor>,
    pub(crate) is_signed_in: bool,
}

/// Says that a request came by a way that only the machine's own operator has. It travels beside
/// the request, never in it, so that nothing a client sends can put it there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console;

/// Who calls, by the way it came or what stands in the headers: a token, a session, or nothing.
///
/// # Errors
/// [`Error::Unauthenticated`] for credentials that are not, or no longer, good: somebody who shows
/// a key must not be taken for somebody without one.
pub(crate) fn caller(bss: &Bss, parts: &Parts) -> Result<Caller, Fault> {
    if parts.extensions.get::<Console>().is_some() {
        return Ok(Caller { actor: Arc::new(Actor::duty("console")), is_signed_in: true });
    }
    if let Some(token) = bearer(&parts.headers) {
        let actor = operator::authenticate(bss, Credential::Token(token))?;
        return Ok(Caller { actor, is_signed_in: true });
    }
    let Some(session) = cookie(&parts.headers, SESSION_COOKIE) else {
        return Ok(nobody(bss));
    };
    let actor = operator::authenticate(bss, Credential::Session(session))?;
    let csrf = parts.headers.get("x-csrf-token").and_then(|it| it.to_str().ok());
    // A browser sends the cookie whoever made the page; only our own page knows the token.
    if !is_safe(&parts.method) && !csrf.is_some_and(|it| operator::is_csrf_token(session, it)) {
        return Err(Fault::CrossSite);
    }
    Ok(Caller { actor, is_signed_in: true })
}

/// Whether a method changes nothing, whoever makes a browser use it.
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Who calls a contract whose clients show a password with each request (RFC 7617), or come by one of
/// the ways of [`caller`].
///
/// # Errors
/// As [`caller`]; [`Fault::CrossSite`] for a password that a browser shows because a page of somebody
/// else wants something done.
pub(crate) async fn caller_with_password(bss: &Arc<Bss>, parts: &Parts) -> Result<Caller, Fault> {
    let is_console = parts.extensions.get::<Console>().is_some();
    let Some(text) = credentials(&parts.headers, "basic").filter(|_| !is_console) else {
        return caller(bss, parts);
    };
    // A browser that was once asked for it shows it whoever made the page.
    if !is_safe(&parts.method) && !is_from_here(&parts.headers, bss.site()) {
        return Err(Fault::CrossSite);
    }
    let shown = pair(text).ok_or(Error::Unauthenticated)?;
    let actor = match shown::recall(bss, &shown)? {
        Some(actor) => actor,
        None => {
            let bss = Arc::clone(bss);
            let found = tokio::task::spawn_blocking(move || shown::recognize(&bss, &shown)).await;
            found.map_err(Error::internal)??
        }
    };
    Ok(Caller { actor, is_signed_in: true })
}

/// Who calls a contract whose clients show a token in a header of that contract's own, or come by one of
/// the ways of [`caller_with_password`]. What stands in `Authorization` comes first.
///
/// # Errors
/// As [`caller_with_password`].
pub(crate) async fn caller_with_password_or(
    bss: &Arc<Bss>,
    parts: &Parts,
    headers: &[&str],
) -> Result<Caller, Fault> {
    let has_other = parts.extensions.get::<Console>().is_some()
        || parts.headers.contains_key(header::AUTHORIZATION);
    let token = headers.iter().find_map(|it| parts.headers.get(*it)).filter(|_| !has_other);
    match token {
        Some(token) => {
            let token = token.to_str().unwrap_or_default().trim();
            let actor = operator::authenticate(bss, Credential::Token(token))?;
            Ok(Caller { actor, is_signed_in: true })
        }
        None => caller_with_password(bss, parts).await,
    }
}

/// A login and a password, as the scheme has them: with a colon between, in Base64.
fn pair(text: &str) -> Option<ShownPassword> {
    let text = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    let (login, password) = text.split_once(':')?;
    Some(ShownPassword { login: login.to_owned(), password: password.to_owned() })
}

/// The header in which the clients of a bus show a token.
const BUS_TOKEN: &str = "aps-token";

/// Who calls a contract that other systems speak, and the body: beside the ways of [`caller`] by a
/// token in a header of that contract's own, or by the signature of the request. Of who is not known
/// nothing is read but what may be signed.
///
/// # Errors
/// As [`caller`]; [`Code::SignatureRefused`] with what is wrong with a signature, as far as whoever
/// guesses may know it; a body that is too large.
pub(crate) async fn caller_with_body(
    bss: &Bss,
    parts: &Parts,
    body: Body,
    bytes_max: usize,
) -> Result<(Caller, Bytes), Fault> {
    let is_console = parts.extensions.get::<Console>().is_some();
    let signed = credentials(&parts.headers, "oauth").filter(|_| !is_console);
    if let Some(text) = signed {
        let signed = Authorization::parse(text).map_err(|it| unsigned(&it))?;
        let body = body::bytes(body, bytes_max).await?;
        let actor = signer(bss, parts, &signed, &body).await?;
        return Ok((Caller { actor, is_signed_in: true }, body));
    }
    let token = parts.headers.get(BUS_TOKEN).map(|it| it.to_str().unwrap_or_default());
    let has_other = is_console || parts.headers.contains_key(header::AUTHORIZATION);
    let caller = match token.filter(|_| !has_other) {
        Some(token) => {
            let actor = operator::authenticate(bss, Credential::Token(token.trim()))?;
            Caller { actor, is_signed_in: true }
        }
        None => caller(bss, parts)?,
    };
    Ok((caller, body::bytes(body, bytes_max).await?))
}

/// Who signed a request.
async fn signer(
    bss: &Bss,
    parts: &Parts,
    signed: &Authorization,
    body: &[u8],
) -> Result<Arc<Actor>, Fault> {
    let query = parts.uri.query().unwrap_or_default();
    Authorization::must_be_alone(query).map_err(|it| unsigned(&it))?;
    let form = is_form(&parts.headers).then_some(body);
    let addresses = addresses(parts, bss.site());
    let method = parts.method.as_str();
    let is_right = |secret: &[u8]| {
        // Each address is looked at, however the first came out.
        addresses.iter().fold(false, |is_right, address| {
            let target = Target { method, address, query, form };
            signed.is_right(target, secret) | is_right
        })
    };
    let said = Signed { key: &signed.key, nonce: &signed.nonce, second: signed.second };
    let recognition = consumer_key::recognize(bss, said, is_right)?;
    let actor = recognition.actor().await?;
    if signed.is_whole(body) { Ok(actor) } else { Err(unsigned(&Flaw::Body)) }
}

fn unsigned(flaw: &Flaw) -> Fault {
    Error::from(Rejection::new(Code::SignatureRefused, flaw.to_string())).into()
}

/// Whether the body is a form's (RFC 5849 §3.4.1.3.1).
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let essence = kind.and_then(|it| it.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Who calls where everybody may: a session that is over does not keep one from opening another.
///
/// # Errors
/// [`Error::Unauthenticated`] for a token that is not good.
pub(crate) fn anybody(bss: &Bss, parts: &Parts) -> Result<Caller, Fault> {
    match caller(bss, parts) {
        Err(Fault::Service(Error::Unauthenticated) | Fault::CrossSite)
            if bearer(&parts.headers).is_none() =>
        {
            Ok(nobody(bss))
        }
        known => known,
    }
}

fn nobody(bss: &Bss) -> Caller {
    let actor = match bss.site().shop {
        Shop::Public => Actor::door("api", SellerNumber::PROVIDER),
        Shop::Private => Actor::shut_out("api"),
    };
    Caller { actor: Arc::new(actor), is_signed_in: false }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    credentials(headers, "bearer")
}

/// What stands in the `Authorization` header after the name of a scheme.
fn credentials<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (name, rest) = value.split_once(' ')?;
    name.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE);
    let mut pairs = all.iter().filter_map(|it| it.to_str().ok()).flat_map(|it| it.split(';'));
    pairs.find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

/// The request as the log has it: what the middleware gave it.
pub(crate) fn request_id(headers: &HeaderMap) -> String {
    let id = headers.get("x-request-id").and_then(|it| it.to_str().ok()).unwrap_or_default();
    // What a header says as text is ASCII.
    id.get(..100).unwrap_or(id).to_owned()
}
