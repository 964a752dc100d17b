//! Who calls: credentials from a request's headers, and the actor they stand for.
//!
//! Checking them is [`services::operator`](crate::services::operator)'s; here is only where they
//! stand in a request.

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};

use super::fault::Fault;
use crate::domain::operator::Actor;
use crate::domain::stamp::SellerNumber;
use crate::services::operator::{self, Credential};
use crate::services::{Bss, Error};

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
        return Ok(nobody());
    };
    let actor = operator::authenticate(bss, Credential::Session(session))?;
    let safe = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let csrf = parts.headers.get("x-csrf-token").and_then(|it| it.to_str().ok());
    // A browser sends the cookie whoever made the page; only our own page knows the token.
    if !safe && !csrf.is_some_and(|it| operator::is_csrf_token(session, it)) {
        return Err(Fault::CrossSite);
    }
    Ok(Caller { actor, is_signed_in: true })
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
            Ok(nobody())
        }
        known => known,
    }
}

fn nobody() -> Caller {
    let actor = Arc::new(Actor::door("api", SellerNumber::PROVIDER));
    Caller { actor, is_signed_in: false }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
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
    let id = headers.get("x-request-id").and_then(|it| it.to_str().ok());
    id.unwrap_or_default().chars().take(100).collect()
}
