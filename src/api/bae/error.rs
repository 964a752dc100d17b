//! How this contract says no: `{"error": "…"}`, with field, rule and object in the sentence.
//!
//! Which status a rule has is the contract's: its proxy answers 403 where something is not the
//! caller's to say, 409 where something else has the name, 422 where a thing cannot be what it is to
//! be. Such rules are [`Rule`]s here, and travel through use cases as broken rules by their names.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use super::route::Voice;
use super::unica::{self, Unica};
use crate::api::edge::fault::{Fault, Manner};
use crate::api::edge::tongue::{self, Words};
use crate::domain::error::{Code, Invalid, Rejection, Violation};
use crate::services::Error;

/// A rule of this contract that is refused otherwise than as something wrong in the request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rule {
    name: &'static str,
    status: u16,
}

impl Rule {
    /// A field that breaks it.
    pub(super) fn broken(&self, field: &str, message: impl Into<String>) -> Invalid {
        Invalid::one(field, self.name, message)
    }
}

/// A rule, with the status that the contract gives it.
const fn rule(name: &'static str, status: u16) -> Rule {
    Rule { name, status }
}

/// Somebody is named who is not who calls.
pub(super) const NOT_FOR_ORGANIZATION: Rule = rule("not_for_organization", 403);
/// Something is to belong to somebody who is not who calls.
pub(super) const NOT_OWNER: Rule = rule("not_owner", 403);
/// Who has to do with something stays.
pub(super) const OWNERS_STAY: Rule = rule("parties_stay", 409);
/// A bundle is not made of what bundles are made of.
pub(super) const BUNDLE: Rule = rule("bundle", 422);
/// What a specification was written with stays, but for an upgrade.
pub(super) const SPECIFIED: Rule = rule("specified", 422);
/// A digital product does not say all that it must, or says it twice.
pub(super) const DIGITAL: Rule = rule("digital", 422);
/// An offering does not deliver what it must.
pub(super) const DELIVERS: Rule = rule("delivers", 422);
/// What an offering was made of stays.
pub(super) const OFFERED: Rule = rule("offered", 403);

/// What is named is not the caller's, or not the caller.
pub(super) const NOT_YOURS: Rule = rule("not_yours", 403);
/// What was laid down when something was made stays so.
pub(super) const FIXED: Rule = rule("fixed", 403);
/// What nobody may do here.
pub(super) const NOT_ALLOWED: Rule = rule("not_allowed", 403);
/// Something is missing without which a thing cannot be what it is to be.
pub(super) const INCOMPLETE: Rule = rule("incomplete", 422);
/// What cannot be said here.
pub(super) const NOT_SUPPORTED: Rule = rule("not_supported", 422);
/// Somebody is named as the customer who is not who calls.
pub(super) const NOT_THE_CALLER: Rule = rule("not_the_caller", 403);
/// Nobody buys of itself.
pub(super) const OWN_OFFERING: Rule = rule("own_offering", 403);
/// Of an offering that is not free one price is picked.
pub(super) const PLAN: Rule = rule("plan", 422);
/// An order is billed to one account that is there.
pub(super) const BILLED_TO: Rule = rule("billed_to", 422);
/// An order is billed to an account of who calls.
pub(super) const BILL_RECEIVER: Rule = rule("bill_receiver", 403);
/// Items are handled while their order is worked on.
pub(super) const NOT_IN_PROGRESS: Rule = rule("not_in_progress", 403);
/// What of an order is somebody else's to say, or nobody's.
pub(super) const NOT_YOURS_TO_SAY: Rule = rule("not_yours_to_say", 403);
/// An order waits for its payment, or does not any more.
pub(super) const PAYMENT: Rule = rule("payment", 403);
/// Records of use follow one another.
pub(super) const CORRELATION: Rule = rule("correlation", 400);

/// All rules with a status of their own.
const RULES: &[Rule] = &[
    NOT_FOR_ORGANIZATION,
    NOT_OWNER,
    OWNERS_STAY,
    BUNDLE,
    SPECIFIED,
    DIGITAL,
    DELIVERS,
    OFFERED,
    NOT_YOURS,
    FIXED,
    NOT_ALLOWED,
    INCOMPLETE,
    NOT_SUPPORTED,
    NOT_THE_CALLER,
    OWN_OFFERING,
    PLAN,
    BILLED_TO,
    BILL_RECEIVER,
    NOT_IN_PROGRESS,
    NOT_YOURS_TO_SAY,
    PAYMENT,
    CORRELATION,
];

/// Why a request is refused, with the methods that would be allowed where that is what is wrong.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) fault: Fault,
    pub(super) allowed: Option<String>,
    /// What our fields are called where it was refused.
    pub(super) words: Words,
    /// In which words it is refused.
    pub(super) voice: Voice,
}

impl<E: Into<Fault>> From<E> for Refused {
    fn from(it: E) -> Self {
        Self { fault: it.into(), allowed: None, words: &[], voice: Voice::Plain }
    }
}

/// The body of a refusal.
#[derive(Debug, Serialize)]
struct Envelope {
    error: String,
}

/// The response that says why a request was refused. What is ours to know goes into the log.
pub(super) fn response(refused: &Refused, request_id: &str) -> Response<Body> {
    let (status, error) = say(&refused.fault, refused.words);
    let status = match refused.voice {
        Voice::Plain => status,
        Voice::Unica => unica::status(&refused.fault).unwrap_or(status),
    };
    if status >= 500 {
        let error: &dyn std::error::Error = &refused.fault;
        tracing::error!(request_id, error, status, "request failed");
    } else {
        tracing::debug!(request_id, status, "request refused");
    }
    let body = match refused.voice {
        Voice::Plain => serde_json::to_vec(&Envelope { error }),
        Voice::Unica => serde_json::to_vec(&Unica::of(&refused.fault, error)),
    };
    let body = body.expect("texts can be written");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if status == 503 {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(allowed) = refused.allowed.as_ref().and_then(|it| HeaderValue::from_str(it).ok()) {
        headers.insert(header::ALLOW, allowed);
    }
    response
}

/// The status of a refusal, and the sentence that says why.
fn say(fault: &Fault, words: Words) -> (u16, String) {
    let told = |status| (status, fault.to_string());
    match fault {
        Fault::Invalid(invalid) => broken(invalid, words),
        Fault::Malformed { .. } => told(400),
        Fault::TooLarge { .. } => told(413),
        Fault::Slow { .. } => told(408),
        Fault::MediaType => told(415),
        Fault::NotAcceptable => told(406),
        Fault::NoRoute { .. } => told(404),
        Fault::NoMethod { .. } => told(405),
        Fault::CrossSite => told(403),
        Fault::Service(error) => say_service(error, words),
    }
}

fn say_service(error: &Error, words: Words) -> (u16, String) {
    let told = |status| (status, tongue::plain(&error.to_string()));
    match error {
        Error::NotFound { .. } => told(404),
        Error::Forbidden { .. } => told(403),
        Error::Unauthenticated => told(401),
        Error::Stale { .. } => told(412),
        Error::KeyReused => told(422),
        Error::Invalid(invalid) => broken(invalid, words),
        Error::Rejected(it) => (status(it), tongue::told(words, &it.detail)),
        Error::Busy => told(503),
        Error::Full => told(507),
        Error::Internal(_) => (500, "the server failed; its log knows why".to_owned()),
    }
}

/// The status of what the business refuses.
fn status(rejection: &Rejection) -> u16 {
    // What an element of the catalogue waits for is wrong in the request here.
    if matches!(rejection.code, Code::CatalogStateForbids | Code::InUse) {
        return 400;
    }
    match Manner::of(rejection.code) {
        Manner::Unfit => 400,
        Manner::Unrecognized => 401,
        Manner::NotAllowed => 403,
        Manner::Conflict => 409,
    }
}

/// All rules that are broken; the status is that of the first.
fn broken(invalid: &Invalid, words: Words) -> (u16, String) {
    let told = |it: &Violation| {
        let message = tongue::told(words, &it.message);
        match tongue::path(words, &it.field) {
            field if field.is_empty() => format!("{message} ({})", it.rule),
            field => format!("`{field}` {message} ({})", it.rule),
        }
    };
    let all: Vec<_> = invalid.violations.iter().map(told).collect();
    let own = |it: &Violation| RULES.iter().find(|rule| rule.name == it.rule);
    let first = invalid.violations.first().and_then(own);
    (first.map_or(400, |it| it.status), all.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_of_the_business_has_a_status() {
        for code in Code::ALL {
            let (status, said) = say_service(&Rejection::new(*code, "so it is").into(), &[]);
            assert!((400..500).contains(&status), "{code}");
            assert_eq!(said, "so it is");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_with_field_and_rule_in_the_words_of_the_contract() {
        let wrong = |it: &str| Violation::new(it, "required", "must be given");
        let violations = vec![wrong("/specification"), wrong("/parts/0")];
        let words: Words = &[("specification", "productSpecification")];
        let said = broken(&Invalid { violations }, words);
        let expected = "`productSpecification` must be given (required); \
                        `parts[0]` must be given (required)";
        assert_eq!(said, (400, expected.to_owned()));
    }

    #[test]
    fn a_rule_of_the_contract_has_the_status_that_the_contract_gives_it() {
        for rule in RULES {
            assert_eq!(broken(&rule.broken("name", "is wrong"), &[]).0, rule.status);
        }
    }
}
