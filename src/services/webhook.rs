//! Signed calls to other people's servers, by Standard Webhooks 1.0.
//!
//! A call bears an id that stays the same however often it is sent, the moment of sending, and a
//! signature over both and the body for each secret that is good: while one takes the place of
//! another, the other side may know either.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error as ThisError;

use super::Bss;
use crate::domain::listener::{Hope, Miss};
use crate::domain::text::{Prose, WebAddress};
use crate::domain::time::Instant;
use crate::world::http::{Method, Request, Response, Web, WebError};

/// How every secret begins, so that one that was left lying about is recognized.
const PREFIX: &str = "whsec_";

/// What calls are signed with. It does not show in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

/// A text that is no signing secret.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[error("must be `whsec_` and the base64 of 24 to 64 bytes")]
pub struct SigningSecretError;

impl SigningSecret {
    /// A secret of random bytes.
    #[must_use]
    pub fn of(random: [u8; 32]) -> Self {
        Self(random.to_vec())
    }

    /// As it is given to the other side.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// The signature of a message, `v1,…`.
    #[must_use]
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("any length is a key");
        let mac = mac.chain_update(format!("{id}.{seconds}.")).chain_update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(..)")
    }
}

impl FromStr for SigningSecret {
    type Err = SigningSecretError;

    fn from_str(text: &str) -> Result<Self, SigningSecretError> {
        let bytes = text.strip_prefix(PREFIX).and_then(|it| STANDARD.decode(it).ok());
        let bytes = bytes.filter(|it| (24..=64).contains(&it.len()));
        bytes.map(Self).ok_or(SigningSecretError)
    }
}

/// A message, where it goes, and what it is signed with.
#[derive(Debug, Clone)]
pub struct Signed<'a> {
    /// Where.
    pub address: &'a WebAddress,
    /// The secrets that are good, the newest first.
    pub secrets: &'a [SigningSecret],
    /// Which message it is.
    pub id: &'a str,
    /// The body, as JSON.
    pub body: &'a [u8],
}

impl Signed<'_> {
    /// The request, sent at a moment of wall time.
    #[must_use]
    pub fn request(&self, wall: Instant) -> Request {
        let seconds = wall.micros().div_euclid(1_000_000);
        let signatures = self.secrets.iter().map(|it| it.sign(self.id, seconds, self.body));
        Request::new(Method::Post, self.address.as_str())
            .header("content-type", "application/json")
            .header("webhook-id", self.id)
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", signatures.collect::<Vec<_>>().join(" "))
            .body(self.body)
    }

    /// Sends it, and says what went wrong if it was not taken: only an answer that it was counts.
    /// Blocks; never inside an act.
    ///
    /// # Errors
    /// If it was not taken.
    pub fn send(&self, bss: &Bss) -> Result<Response, Miss> {
        let web: &dyn Web = bss.house.world().web.as_ref();
        let response = web.send(&self.request(bss.moment().wall)).map_err(|it| unanswered(&it))?;
        if response.is_success() { Ok(response) } else { Err(refused(&response)) }
    }
}

/// What went wrong where there was no answer.
fn unanswered(error: &WebError) -> Miss {
    let mut told = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(it) = source {
        told = format!("{told}: {it}");
        source = it.source();
    }
    let hope = if error.is_passing() { Hope::Some } else { Hope::None };
    Miss { status: None, trouble: trouble(&told), pause_seconds: None, hope }
}

/// What an answer says that does not take the message.
fn refused(response: &Response) -> Miss {
    let pause = response.header("retry-after").and_then(|it| it.trim().parse().ok());
    // Whoever is gone says so, and is not called again (Standard Webhooks 1.0).
    let hope = if response.status == 410 { Hope::None } else { Hope::Some };
    let said: String = String::from_utf8_lossy(&response.body).chars().take(SAID_MAX).collect();
    let told = match said.trim() {
        "" => format!("it answered {}", response.status),
        said => format!("it answered {}: {said}", response.status),
    };
    Miss { status: Some(response.status), trouble: trouble(&told), pause_seconds: pause, hope }
}

/// How much of an answer is kept for whoever looks for the reason.
const SAID_MAX: usize = 300;

/// A text of the outside as one that can be kept.
#[must_use]
pub fn trouble(text: &str) -> Prose {
    let plain = |it: char| if it.is_control() { ' ' } else { it };
    let text: String = text.chars().take(1000).map(plain).collect();
    text.parse().expect("it is short and without controls")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::http::Refusal;

    /// The example of the Standard Webhooks 1.0 specification and its reference libraries.
    #[test]
    fn a_signature_is_what_the_standard_says_it_is() {
        let secret: SigningSecret =
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().expect("a secret");
        let signature =
            secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_reads_as_it_is_written_and_others_are_refused() {
        let secret = SigningSecret::of([7; 32]);
        assert_eq!(secret.text().parse(), Ok(secret.clone()));
        assert_eq!(format!("{secret:?}"), "SigningSecret(..)");
        for text in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%"] {
            assert!(text.parse::<SigningSecret>().is_err(), "{text}");
        }
        assert!(format!("whsec_{}", "A".repeat(88)).parse::<SigningSecret>().is_err());
    }

    #[test]
    fn while_secrets_change_both_sign() {
        let secrets = [SigningSecret::of([1; 32]), SigningSecret::of([2; 32])];
        let address = "https://example.com/hook".parse().expect("an address");
        let signed = Signed { address: &address, secrets: &secrets, id: "evt_1", body: b"{}" };
        let request = signed.request(Instant::from_micros(5_900_000).expect("in range"));
        let header = |name: &str| {
            let found = request.headers.iter().find(|it| it.0 == name);
            found.map(|it| it.1.clone()).expect(name)
        };
        let expected = secrets.iter().map(|it| it.sign("evt_1", 5, b"{}")).collect::<Vec<_>>();
        assert_eq!(header("webhook-signature"), expected.join(" "));
        assert_eq!(
            (header("webhook-id"), header("webhook-timestamp")),
            ("evt_1".into(), "5".into())
        );
    }

    #[test]
    fn what_went_wrong_is_told_with_its_cause() {
        let gone = refused(&Response::new(410, "bye\n"));
        assert_eq!((gone.trouble.as_str(), gone.hope), ("it answered 410: bye", Hope::None));
        let mut busy = Response::new(503, "");
        busy.headers.push(("retry-after".to_owned(), "120".to_owned()));
        let busy = refused(&busy);
        assert_eq!((busy.pause_seconds, busy.hope), (Some(120), Hope::Some));
        let private = unanswered(&WebError::Refused(Refusal::Private));
        let expected =
            "the address is not called: the host of the address must be on the public net";
        assert_eq!((private.trouble.as_str(), private.hope), (expected, Hope::None));
        assert_eq!(unanswered(&WebError::TimedOut).hope, Hope::Some);
    }
}
