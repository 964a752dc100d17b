//! What an identity provider says of somebody: the claims of an ID token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::domain::party::individual::PersonName;
use crate::domain::text::{Email, Name};
use crate::domain::time::Instant;

/// What is said of somebody.
#[derive(Debug, Clone)]
pub(super) struct Claims {
    all: Map<String, Value>,
    /// Who it is there.
    pub(super) subject: String,
    /// What it is there.
    pub(super) roles: Vec<String>,
}

impl Claims {
    /// What a token says, with what stands in the claim of roles.
    pub(super) fn read(token: &str, roles: &str) -> Option<Self> {
        let body = token.split('.').nth(1)?;
        let bytes = URL_SAFE_NO_PAD.decode(body.trim_end_matches('=')).ok()?;
        let all: Map<String, Value> = serde_json::from_slice(&bytes).ok()?;
        let subject = all.get("sub")?.as_str()?.to_owned();
        let roles = all.get(roles).map(words).unwrap_or_default();
        (!subject.is_empty()).then_some(Self { all, subject, roles })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.all.get(name).and_then(Value::as_str)
    }

    /// Whether it was said by somebody, to somebody, for a sign-in, and still holds.
    pub(super) fn is_for(
        &self,
        (issuer, client): (&str, &str),
        nonce: &str,
        wall: Instant,
    ) -> bool {
        let audience = self.all.get("aud").map(words).unwrap_or_default();
        let ends = self.all.get("exp").and_then(Value::as_i64);
        let is_over = ends.is_none_or(|it| it.saturating_mul(1_000_000) <= wall.micros());
        self.text("iss").is_some_and(|it| it.trim_end_matches('/') == issuer.trim_end_matches('/'))
            && audience.iter().any(|it| it == client)
            && self.text("nonce") == Some(nonce)
            && !is_over
    }

    /// The mail address, if it is one.
    pub(super) fn email(&self) -> Option<Email> {
        self.text("email")?.parse().ok()
    }

    /// Whether the identity provider has made sure that the address is that of who signs in.
    pub(super) fn is_email_verified(&self) -> bool {
        let said = self.all.get("email_verified");
        said.is_some_and(|it| *it == Value::Bool(true) || it == "true")
    }

    /// Whether the identity provider says that the address may be somebody else's.
    pub(super) fn is_email_doubted(&self) -> bool {
        let said = self.all.get("email_verified");
        said.is_some_and(|it| *it == Value::Bool(false) || it == "false")
    }

    /// What it is called.
    pub(super) fn name(&self) -> Option<PersonName> {
        let part = |name: &str| self.text(name).and_then(|it| it.parse::<Name>().ok());
        match (part("given_name"), part("family_name")) {
            (Some(given), Some(family)) => Some(PersonName::new(given, family)),
            (_, _) => part("name").or_else(|| part("email")).map(|it| PersonName::of_line(&it)),
        }
    }
}

/// The words of a claim: a list of them, of things with names, or words in a line.
fn words(said: &Value) -> Vec<String> {
    match said {
        Value::String(it) => it.split_whitespace().map(str::to_owned).collect(),
        Value::Array(all) => {
            let word = |it: &Value| {
                let name = it.get("name").and_then(Value::as_str);
                it.as_str().or(name).map(str::to_owned)
            };
            all.iter().filter_map(word).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn token(said: &Value) -> String {
        format!("e30.{}.x", URL_SAFE_NO_PAD.encode(said.to_string()))
    }

    fn said() -> Value {
        json!({
            "iss": "https://id.test/", "aud": "till", "sub": "7", "exp": 100, "nonce": "n",
            "email": "ann@x.test", "email_verified": true, "name": "Ann Lee",
            "roles": [{ "name": "seller" }, "customer"],
        })
    }

    #[test]
    fn what_is_said_holds_for_whom_it_was_said_to_and_in_its_time() {
        let wall = |seconds: i64| Instant::from_micros(seconds * 1_000_000).expect("in range");
        let holds = |change: Value, at: i64| {
            let mut all = said();
            all.as_object_mut()
                .expect("an object")
                .extend(change.as_object().expect("one").clone());
            let claims = Claims::read(&token(&all), "roles").expect("readable");
            claims.is_for(("https://id.test", "till"), "n", wall(at))
        };
        assert!(holds(json!({}), 99));
        assert!(holds(json!({ "aud": ["other", "till"] }), 99));
        for (change, at) in [
            (json!({}), 100),
            (json!({ "iss": "https://evil.test" }), 99),
            (json!({ "aud": "other" }), 99),
            (json!({ "nonce": "m" }), 99),
            (json!({ "exp": null }), 99),
        ] {
            assert!(!holds(change.clone(), at), "{change} {at}");
        }
    }

    #[test]
    fn who_somebody_is_and_what_it_may_do_is_read_off() {
        let claims = Claims::read(&token(&said()), "roles").expect("readable");
        assert_eq!(claims.roles, ["seller", "customer"]);
        assert_eq!(claims.name().map(|it| it.display()), Some("Ann Lee".to_owned()));
        assert!(claims.is_email_verified() && claims.email().is_some());
        assert_eq!(words(&json!("a b")), ["a", "b"]);
        assert!(Claims::read("x", "roles").is_none());
        assert!(Claims::read(&token(&json!({ "iss": "x" })), "roles").is_none());
    }
}
