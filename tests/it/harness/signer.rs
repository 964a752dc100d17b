//! A system that signs its requests by OAuth 1.0a, as its own reading of RFC 5849 wants it: what it
//! sends was not made by what proves it.

use std::cell::Cell;

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;

use super::app::{Answer, App};

/// The host that it calls.
pub(crate) const HOST: &str = "bss.example.com";

/// A system with a consumer key.
pub(crate) struct Signer<'a> {
    app: &'a App,
    key: String,
    secret: String,
    count: Cell<u32>,
}

/// How one request is signed: what a test may want to be otherwise.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    /// `HMAC-SHA1` or `HMAC-SHA256`.
    pub(crate) method: &'static str,
    /// How far its clock is ahead of the appliance's.
    pub(crate) ahead_seconds: i64,
    /// The nonce; another each time if nothing is said.
    pub(crate) nonce: Option<String>,
    /// Scheme and host as the system sees them.
    pub(crate) place: String,
    /// What it sends beside.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Default for Manner {
    fn default() -> Self {
        let place = format!("http://{HOST}");
        Self { method: "HMAC-SHA1", ahead_seconds: 0, nonce: None, place, headers: Vec::new() }
    }
}

impl<'a> Signer<'a> {
    /// A system with a key that was made for it.
    pub(crate) fn with(app: &'a App, made: &Value) -> Self {
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Self { app, key: text("key"), secret: text("secret"), count: Cell::new(0) }
    }

    /// The same with another secret.
    pub(crate) fn guessing(&self, secret: &str) -> Self {
        let (key, secret) = (self.key.clone(), secret.to_owned());
        Self { app: self.app, key, secret, count: Cell::new(0) }
    }

    /// Sends a request: `GET /aps/2/collections/accounts?eq(id,1)`.
    pub(crate) fn call(&self, what: &str, body: Option<&Value>) -> Answer {
        self.call_so(what, body, &Manner::default())
    }

    /// Sends a request that is signed in a manner.
    pub(crate) fn call_so(&self, what: &str, body: Option<&Value>, manner: &Manner) -> Answer {
        let (method, path) = what.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path).header("host", HOST);
        request = request.header("authorization", self.authorization(what, manner));
        for (name, value) in &manner.headers {
            request = request.header(*name, value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |it| Body::from(it.to_string()));
        self.app.send(request.body(body).unwrap())
    }

    /// The header that a request has.
    pub(crate) fn authorization(&self, what: &str, manner: &Manner) -> String {
        self.count.set(self.count.get() + 1);
        let nonce = manner.nonce.clone().unwrap_or_else(|| format!("n{}", self.count.get()));
        let second = self.app.wall().micros() / 1_000_000 + manner.ahead_seconds;
        let own = [
            ("oauth_consumer_key", self.key.clone()),
            ("oauth_nonce", nonce),
            ("oauth_signature_method", manner.method.to_owned()),
            ("oauth_timestamp", second.to_string()),
            ("oauth_version", "1.0".to_owned()),
        ];
        let text = signed_text(what, &manner.place, &own);
        let signature = sign(manner.method, &self.secret, &text);
        let own = own.into_iter().chain([("oauth_signature", signature)]);
        let own: Vec<_> = own.map(|(name, it)| format!("{name}=\"{}\"", plain(&it))).collect();
        format!("OAuth realm=\"the bus\", {}", own.join(", "))
    }
}

/// The signature base string of a request without a form.
pub(crate) fn signed_text(what: &str, place: &str, own: &[(&str, String)]) -> String {
    let (method, path) = what.split_once(' ').unwrap();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let of_query = form_urlencoded::parse(query.as_bytes());
    let mut all: Vec<_> = of_query.map(|(name, value)| (plain(&name), plain(&value))).collect();
    all.extend(own.iter().map(|(name, value)| (plain(name), plain(value))));
    all.sort();
    let all: Vec<_> = all.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    [method, &format!("{place}{path}"), &all.join("&")].map(plain).join("&")
}

fn sign(method: &str, secret: &str, text: &str) -> String {
    let key = format!("{}&", plain(secret));
    match method {
        "HMAC-SHA256" => {
            let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
            STANDARD.encode(mac.chain_update(text).finalize().into_bytes())
        }
        _ => {
            let mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).unwrap();
            STANDARD.encode(mac.chain_update(text).finalize().into_bytes())
        }
    }
}

/// Percent-encoded, all but what is never reserved.
fn plain(text: impl AsRef<str>) -> String {
    let letter = |it: u8| match it {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(it).to_string()
        }
        _ => format!("%{it:02X}"),
    };
    text.as_ref().bytes().map(letter).collect()
}
