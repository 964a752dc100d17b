//! Signed requests: OAuth 1.0a with the consumer's key alone ("two-legged"), by RFC 5849.
//!
//! Here is only what the RFC computes: reading the header ([`header`]), the text that is signed
//! ([`base_string()`]), and comparing signatures. Whose key it is, and whether the request was taken
//! before, is [`services::consumer_key`](crate::services::consumer_key)'s to know; under which
//! address the signer reached us is [`address`]'s.
//!
//! What we chose where the RFC leaves it open:
//!
//! - The parameters of the protocol stand in the header, not in the query or a form: the RFC prefers
//!   it, and what is read by one rule cannot be said twice.
//! - `HMAC-SHA1` and `HMAC-SHA256`. `PLAINTEXT` would show the secret, and `RSA-SHA1` needs another
//!   kind of key.
//! - `oauth_token` may be there if it is empty, as some libraries send it.
//! - A plus sign in a query is a blank by the rules of forms, which the RFC goes by; for a filter
//!   such as `sort(+name)` it is a plus sign, and some libraries sign it so. Both are taken: what a
//!   signature leaves open of a query's spelling it leaves open for each reserved character anyway.
//! - `oauth_body_hash` (the Body Hash extension) must be right if it is there.

pub(crate) mod address;
mod base_string;
mod header;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use self::base_string::{Plus, base_string, encoded};
use self::header::Method;
pub(crate) use self::header::{Authorization, Flaw};

/// A request as it is signed, beside what stands in its header.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// The verb, in capital letters.
    pub(crate) method: &'a str,
    /// Scheme, host, port unless it is the usual one, and path.
    pub(crate) address: &'a str,
    /// The query as it was sent.
    pub(crate) query: &'a str,
    /// The body, if it is an HTML form's.
    pub(crate) form: Option<&'a [u8]>,
}

impl Authorization {
    /// Whether the request was signed with a secret.
    pub(crate) fn is_right(&self, target: Target<'_>, secret: &[u8]) -> bool {
        let has_plus = target.query.contains('+');
        let readings = if has_plus { &[Plus::Blank, Plus::Itself][..] } else { &[Plus::Blank] };
        // Each is looked at, however the first came out.
        readings.iter().fold(false, |is_right, plus| {
            let text = base_string(target, &self.parameters, *plus);
            self.method.is_mac(&text, secret, &self.signature) | is_right
        })
    }

    /// Whether the body is the one that was signed, where the signer has said so.
    pub(crate) fn is_whole(&self, body: &[u8]) -> bool {
        let Some(hash) = self.body_hash() else { return true };
        let hash = STANDARD.decode(hash).unwrap_or_default();
        // By the extension the hash is that of the method; common libraries take SHA-1 for all.
        let newer = self.method == Method::HmacSha256 && hash == Sha256::digest(body)[..];
        newer || hash == Sha1::digest(body)[..]
    }
}

impl Method {
    /// Whether a code is that of a text, compared in constant time. There is no token's secret
    /// (RFC 5849 §3.4.2).
    fn is_mac(self, text: &str, secret: &[u8], code: &[u8]) -> bool {
        let key = format!("{}&", encoded(secret));
        let any = "any length is a key";
        match self {
            Self::HmacSha1 => {
                let mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect(any);
                mac.chain_update(text).verify_slice(code).is_ok()
            }
            Self::HmacSha256 => {
                let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect(any);
                mac.chain_update(text).verify_slice(code).is_ok()
            }
        }
    }
}

#[cfg(test)]
mod tests;
