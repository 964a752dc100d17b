//! What a sign-in that has begun leaves behind: what an identity provider said of itself, for a while, and
//! what the browser keeps, which nobody else can have made.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::{Provider, ask, house, is_safe, refused};
use crate::domain::id::{Id, Subject};
use crate::domain::sealed::Sealed;
use crate::domain::time::Instant;
use crate::services::{Bss, Error, account};
use crate::world::http::{Method, Request};

/// So long what an identity provider says of itself is believed without asking it again: who only begins to
/// sign in must not make us ask each time.
const KNOWN_SECONDS: i64 = 600;
/// So long somebody has to say who it is.
pub const SECONDS_MAX: u32 = 600;

/// What an identity provider says of itself.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Discovered {
    issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
}

/// What identity providers said of themselves, by issuer, and until when that is believed.
#[derive(Default)]
pub(in crate::services) struct Known(Mutex<BTreeMap<String, (Discovered, Instant)>>);

/// What an identity provider says of itself, or said not long ago.
///
/// # Errors
/// If it does not answer, or is another one.
pub(super) fn discover(bss: &Bss, of: &Provider) -> Result<Discovered, Error> {
    let wall = bss.moment().wall;
    let issuer = of.issuer.as_str().trim_end_matches('/');
    let all = || bss.discovered.0.lock().unwrap_or_else(PoisonError::into_inner);
    let known = all().get(issuer).filter(|it| wall < it.1).map(|it| it.0.clone());
    if let Some(known) = known {
        return Ok(known);
    }
    let address = format!("{issuer}/.well-known/openid-configuration");
    let found: Discovered = ask(bss, &Request::new(Method::Get, address))?;
    if found.issuer.trim_end_matches('/') != issuer || !is_safe(&found.token_endpoint) {
        return Err(refused("the identity provider is another one"));
    }
    let mut all = all();
    all.retain(|_, it| wall < it.1);
    all.insert(issuer.to_owned(), (found.clone(), wall.plus_seconds(KNOWN_SECONDS)));
    Ok(found)
}

/// What has to come back from who signs in, and what proves that to the identity provider.
pub(super) struct Begun {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

impl Begun {
    /// The same as a browser keeps it: sealed, for one identity provider.
    pub(super) fn sealed(&self, bss: &Bss, of: &Provider) -> Result<String, Error> {
        let Self { state, nonce, verifier } = self;
        let text = format!("{}.{state}.{nonce}.{verifier}", bss.moment().wall.micros());
        let world = bss.house.world();
        let (own, entropy) = (own(bss)?, world.entropy.as_ref());
        let sealed = world.seal.seal(text.as_bytes(), own, &field(of), entropy);
        Ok(URL_SAFE_NO_PAD.encode(sealed.as_bytes()))
    }

    /// What a browser kept; nothing if it was not made here for this identity provider, or is too old.
    pub(super) fn opened(bss: &Bss, of: &Provider, kept: &str) -> Result<Option<Self>, Error> {
        let (own, wall) = (own(bss)?, bss.moment().wall);
        let opened = URL_SAFE_NO_PAD
            .decode(kept)
            .ok()
            .and_then(|it| bss.house.world().seal.unseal(&Sealed::new(it), own, &field(of)).ok());
        let text = opened.as_ref().and_then(|it| it.as_text()).unwrap_or_default();
        let mut parts = text.splitn(4, '.').map(str::to_owned);
        let at = parts.next().and_then(|it| Instant::from_micros(it.parse().ok()?));
        let is_fresh = at.is_some_and(|it| wall < it.plus_seconds(i64::from(SECONDS_MAX)));
        let all = (parts.next(), parts.next(), parts.next());
        Ok(match all {
            (Some(state), Some(nonce), Some(verifier)) if is_fresh => {
                Some(Self { state, nonce, verifier })
            }
            (_, _, _) => None,
        })
    }
}

/// Whose it is: the house's.
fn own(bss: &Bss) -> Result<Subject, Error> {
    bss.read(&house(), |cx| Ok(account::provider(cx)?.id.subject()))
}

fn field(of: &Provider) -> String {
    format!("sign_in_begun:{}", of.code)
}
