//! The `Authorization` header of a signed request (RFC 5849 §3.5.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use super::base_string::{Pair, decoded};

/// The name of what is signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    HmacSha1,
    HmacSha256,
}

/// A header that says how a request was signed.
#[derive(Debug, Clone)]
pub(crate) struct Authorization {
    /// What the signer names itself by.
    pub(crate) key: String,
    /// What makes the request another one than those of the same second.
    pub(crate) nonce: String,
    /// Seconds since 1970, by the signer's clock.
    pub(crate) second: i64,
    pub(super) method: Method,
    pub(super) signature: Vec<u8>,
    /// What stands in the header and is signed: all but realm and signature.
    pub(super) parameters: Vec<Pair>,
}

/// What is wrong with a header.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Flaw {
    #[error("the `Authorization` header must be `OAuth` and a list of `name=\"value\"`")]
    Form,
    #[error("`{0}` is missing in the `Authorization` header")]
    Missing(&'static str),
    #[error("a parameter stands twice in the `Authorization` header")]
    Twice,
    #[error("`oauth_signature_method` must be `HMAC-SHA1` or `HMAC-SHA256`")]
    Method,
    #[error("`oauth_version` must be `1.0`")]
    Version,
    #[error("`oauth_timestamp` must be the seconds since 1970")]
    Timestamp,
    #[error(
        "`oauth_token` must be left out or empty: requests are signed with a consumer key alone"
    )]
    Token,
    #[error("`oauth_signature` must be base64")]
    Signature,
    #[error("`oauth_body_hash` is not that of the body")]
    Body,
    #[error("the parameters of OAuth belong in the `Authorization` header alone")]
    Query,
}

impl Authorization {
    /// Reads what follows the word `OAuth`.
    pub(crate) fn parse(text: &str) -> Result<Self, Flaw> {
        let parameters = pairs(text)?;
        let value = |name: &'static str| {
            let found = parameters.iter().find(|it| it.0 == name.as_bytes());
            found.map(|it| String::from_utf8(it.1.clone()).map_err(|_| Flaw::Form)).transpose()
        };
        let must = |name| value(name)?.filter(|it| !it.is_empty()).ok_or(Flaw::Missing(name));
        if value("oauth_version")?.is_some_and(|it| it != "1.0") {
            return Err(Flaw::Version);
        }
        if value("oauth_token")?.is_some_and(|it| !it.is_empty()) {
            return Err(Flaw::Token);
        }
        let method = match must("oauth_signature_method")?.as_str() {
            "HMAC-SHA1" => Method::HmacSha1,
            "HMAC-SHA256" => Method::HmacSha256,
            _ => return Err(Flaw::Method),
        };
        let signature = STANDARD.decode(must("oauth_signature")?);
        Ok(Self {
            key: must("oauth_consumer_key")?,
            nonce: must("oauth_nonce")?,
            second: second(&must("oauth_timestamp")?)?,
            method,
            signature: signature.map_err(|_| Flaw::Signature)?,
            parameters: parameters
                .into_iter()
                .filter(|it| !matches!(it.0.as_slice(), b"realm" | b"oauth_signature"))
                .collect(),
        })
    }

    /// Refuses what the protocol says once more in the query: a signature would not cover it.
    pub(crate) fn must_be_alone(query: &str) -> Result<(), Flaw> {
        let begins = |it: &str| decoded(it.as_bytes()).starts_with(b"oauth_");
        if query.split('&').any(begins) { Err(Flaw::Query) } else { Ok(()) }
    }

    /// The hash of the body, if the signer gave one.
    pub(super) fn body_hash(&self) -> Option<&[u8]> {
        let found = self.parameters.iter().find(|it| it.0 == b"oauth_body_hash");
        found.map(|it| it.1.as_slice())
    }
}

fn second(text: &str) -> Result<i64, Flaw> {
    let is_number = text.bytes().all(|it| it.is_ascii_digit());
    text.parse().ok().filter(|_| is_number).ok_or(Flaw::Timestamp)
}

/// The parameters, decoded, each once.
fn pairs(text: &str) -> Result<Vec<Pair>, Flaw> {
    let mut pairs: Vec<Pair> = Vec::new();
    let mut is_quoted = false;
    let parts = text.split(|it: char| {
        is_quoted ^= it == '"';
        it == ',' && !is_quoted
    });
    for part in parts.map(str::trim).filter(|it| !it.is_empty()) {
        let (name, value) = part.split_once('=').ok_or(Flaw::Form)?;
        let value = value.trim().strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        let name = decoded(name.trim().as_bytes());
        if pairs.iter().any(|it| it.0 == name) {
            return Err(Flaw::Twice);
        }
        pairs.push((name, decoded(value.ok_or(Flaw::Form)?.as_bytes())));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    /// A header without a part, or with another one in its place.
    fn header(without: &str, with: &str) -> String {
        let parts = [
            "realm=\"Photos, and a=b\"",
            "oauth_consumer_key=\"k%65y\"",
            "oauth_signature_method=\"HMAC-SHA1\"",
            "oauth_timestamp=\"137131200\"",
            "oauth_nonce=\"4572616e48616d6d65724c61686176\"",
            "oauth_version=\"1.0\"",
            "oauth_signature=\"bYT5CMsGcbgUdFHObYMEfcx6bsw%3D\"",
        ];
        let kept = parts.into_iter().filter(|it| !it.starts_with(without));
        kept.chain([with]).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(",\n  ")
    }

    #[test]
    fn a_header_is_read_as_the_rfc_writes_it() {
        let it = Authorization::parse(&header("-", "")).expect("a header");
        assert_eq!((it.key.as_str(), it.second), ("key", 137_131_200));
        assert_eq!((it.method, it.signature.len()), (Method::HmacSha1, 20));
        let names: Vec<_> =
            it.parameters.iter().map(|it| String::from_utf8_lossy(&it.0).into_owned()).collect();
        expect![
            "oauth_consumer_key oauth_signature_method oauth_timestamp oauth_nonce oauth_version"
        ]
        .assert_eq(&names.join(" "));
        assert!(Authorization::parse(&header("oauth_version", "")).is_ok(), "it may be left out");
        assert!(Authorization::parse(&header("-", "oauth_token=\"\"")).is_ok());
    }

    #[test]
    fn a_header_that_is_not_whole_is_refused_with_what_is_wrong() {
        let told = [
            ("oauth_consumer_key", ""),
            ("oauth_consumer_key", "oauth_consumer_key=\"\""),
            ("oauth_signature_method", ""),
            ("oauth_signature_method", "oauth_signature_method=\"PLAINTEXT\""),
            ("oauth_signature_method", "oauth_signature_method=\"hmac-sha1\""),
            ("oauth_timestamp", ""),
            ("oauth_timestamp", "oauth_timestamp=\"+1\""),
            ("oauth_timestamp", "oauth_timestamp=\"1.5\""),
            ("oauth_timestamp", "oauth_timestamp=\"99999999999999999999\""),
            ("oauth_nonce", ""),
            ("oauth_version", "oauth_version=\"2.0\""),
            ("oauth_signature=", ""),
            ("oauth_signature=", "oauth_signature=\"?\""),
            ("-", "oauth_token=\"abc\""),
            ("-", "oauth_nonce=\"another\""),
            ("-", "oauth%5Fnonce=\"another\""),
            ("-", "something"),
            ("-", "something=else"),
            ("-", "oauth_x=\"half"),
            ("oauth_nonce", "oauth_nonce=\"%FF\""),
        ]
        .map(|(without, with)| {
            let flaw = Authorization::parse(&header(without, with)).expect_err(with);
            format!("{} | {flaw}", if with.is_empty() { without } else { with })
        });
        expect![[r#"
            oauth_consumer_key | `oauth_consumer_key` is missing in the `Authorization` header
            oauth_consumer_key="" | `oauth_consumer_key` is missing in the `Authorization` header
            oauth_signature_method | `oauth_signature_method` is missing in the `Authorization` header
            oauth_signature_method="PLAINTEXT" | `oauth_signature_method` must be `HMAC-SHA1` or `HMAC-SHA256`
            oauth_signature_method="hmac-sha1" | `oauth_signature_method` must be `HMAC-SHA1` or `HMAC-SHA256`
            oauth_timestamp | `oauth_timestamp` is missing in the `Authorization` header
            oauth_timestamp="+1" | `oauth_timestamp` must be the seconds since 1970
            oauth_timestamp="1.5" | `oauth_timestamp` must be the seconds since 1970
            oauth_timestamp="99999999999999999999" | `oauth_timestamp` must be the seconds since 1970
            oauth_nonce | `oauth_nonce` is missing in the `Authorization` header
            oauth_version="2.0" | `oauth_version` must be `1.0`
            oauth_signature= | `oauth_signature` is missing in the `Authorization` header
            oauth_signature="?" | `oauth_signature` must be base64
            oauth_token="abc" | `oauth_token` must be left out or empty: requests are signed with a consumer key alone
            oauth_nonce="another" | a parameter stands twice in the `Authorization` header
            oauth%5Fnonce="another" | a parameter stands twice in the `Authorization` header
            something | the `Authorization` header must be `OAuth` and a list of `name="value"`
            something=else | the `Authorization` header must be `OAuth` and a list of `name="value"`
            oauth_x="half | the `Authorization` header must be `OAuth` and a list of `name="value"`
            oauth_nonce="%FF" | the `Authorization` header must be `OAuth` and a list of `name="value"`"#]]
        .assert_eq(&told.join("\n"));
    }

    #[test]
    fn the_query_says_nothing_of_the_protocol() {
        let is_alone = |query| Authorization::must_be_alone(query).is_ok();
        assert!(is_alone("eq(id,1)&a=oauth_nonce"));
        for query in ["oauth_signature=a", "a=1&oauth_token=", "%6Fauth_nonce", "oauth%5Fnonce=1"] {
            assert!(!is_alone(query), "{query}");
        }
    }
}
