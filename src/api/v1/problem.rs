//! How our own contract says no: problem documents of RFC 9457.
//!
//! The `type` of a problem is `/problems/<name>` and never changes its meaning. A business rule's
//! name is its [`Code`]; all others are in this file.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::edge::fault::{Fault, Manner};
use crate::domain::error::{Code, Invalid, Violation};
use crate::domain::operator::SignIns;
use crate::services::Error;

/// What went wrong, for a program and for a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// The name of the problem: `/problems/<name>`.
    #[serde(rename = "type")]
    kind: String,
    /// The problem in a few words, the same each time.
    title: String,
    /// The status of the response.
    status: u16,
    /// This occurrence: which object, which rule, what would help.
    detail: String,
    /// The request as the server's log has it.
    request_id: String,
    /// Each field that breaks a rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

/// A field that breaks a rule.
#[derive(Debug, Serialize, ToSchema)]
struct FieldProblem {
    /// Where: a JSON pointer into the body, or the name of a parameter or header.
    pointer: String,
    /// Which rule.
    rule: &'static str,
    /// What would be right.
    message: String,
}

/// The names of the problems that are not business rules, with their status and title.
pub(crate) const KINDS: &[(&str, u16, &str)] = &[
    ("malformed", 400, "The body is not valid JSON"),
    ("unauthenticated", 401, "Sign in first"),
    ("cross_site", 403, "The request does not come from the session's own page"),
    ("forbidden", 403, "Not permitted"),
    ("not_found", 404, "Not there"),
    ("no_route", 404, "No such path"),
    ("no_method", 405, "The path does not have this method"),
    ("not_acceptable", 406, "There is no answer in the form that is asked for"),
    ("slow", 408, "The body did not come in time"),
    ("key_reused", 409, "The idempotency key was used for another request"),
    ("stale", 412, "It has changed since you read it"),
    ("too_large", 413, "The body is too large"),
    ("media_type", 415, "The body is not of the type that is taken here"),
    ("invalid", 422, "Fields break rules"),
    ("internal", 500, "We failed"),
    ("busy", 503, "Too much is going on: try again"),
    ("full", 507, "The disk of the server is full: nothing can be written"),
];

struct Said<'a> {
    name: &'a str,
    status: u16,
    title: String,
    detail: String,
    violations: &'a [Violation],
}

impl<'a> Said<'a> {
    fn of(name: &'static str, detail: impl Into<String>) -> Said<'a> {
        let known = KINDS.iter().find(|it| it.0 == name);
        let (_, status, title) = known.expect("every name used here is in the table");
        let detail = detail.into();
        Said { name, status: *status, title: (*title).to_owned(), detail, violations: &[] }
    }

    fn invalid(invalid: &'a Invalid) -> Said<'a> {
        Said { violations: &invalid.violations, ..Self::of("invalid", invalid.to_string()) }
    }
}

/// The response that says why a request was refused. What is ours to know goes into the log.
pub(crate) fn response(fault: &Fault, request_id: &str) -> Response<Body> {
    let said = say(fault);
    match said.status {
        500.. => {
            let error: &dyn std::error::Error = fault;
            tracing::error!(request_id, error, status = said.status, "request failed");
        }
        status => tracing::debug!(request_id, status, name = said.name, "request refused"),
    }
    let problem = Problem {
        kind: format!("/problems/{}", said.name),
        title: said.title,
        status: said.status,
        detail: said.detail,
        request_id: request_id.to_owned(),
        errors: said.violations.iter().map(field).collect(),
    };
    let body = serde_json::to_vec(&problem).expect("a problem has only what JSON can write");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(problem.status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(seconds) = retry_after(fault) {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if problem.status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// After how many seconds the same may succeed. Of a sign-in it is the shortest time for which a
/// door is locked, whether it is locked or not: whoever tries passwords is not told.
const fn retry_after(fault: &Fault) -> Option<u16> {
    match fault {
        Fault::Service(Error::Busy) => Some(1),
        Fault::Service(Error::Rejected(it)) if matches!(it.code, Code::SignInRefused) => {
            Some(SignIns::LOCK_SECONDS)
        }
        Fault::Service(_)
        | Fault::Malformed { .. }
        | Fault::Invalid(_)
        | Fault::TooLarge { .. }
        | Fault::Slow { .. }
        | Fault::MediaType
        | Fault::NotAcceptable
        | Fault::NoRoute { .. }
        | Fault::NoMethod { .. }
        | Fault::CrossSite => None,
    }
}

fn field(it: &Violation) -> FieldProblem {
    FieldProblem { pointer: it.field.clone(), rule: it.rule, message: it.message.clone() }
}

fn say(fault: &Fault) -> Said<'_> {
    match fault {
        Fault::Malformed { .. } => Said::of("malformed", fault.to_string()),
        Fault::Invalid(invalid) | Fault::Service(Error::Invalid(invalid)) => Said::invalid(invalid),
        Fault::TooLarge { .. } => Said::of("too_large", fault.to_string()),
        Fault::Slow { .. } => Said::of("slow", fault.to_string()),
        Fault::MediaType => Said::of("media_type", fault.to_string()),
        Fault::NotAcceptable => Said::of("not_acceptable", fault.to_string()),
        Fault::NoRoute { .. } => Said::of("no_route", fault.to_string()),
        Fault::NoMethod { .. } => Said::of("no_method", fault.to_string()),
        Fault::CrossSite => Said::of("cross_site", fault.to_string()),
        Fault::Service(error) => say_service(error),
    }
}

fn say_service(error: &Error) -> Said<'_> {
    match error {
        Error::NotFound { .. } => Said::of("not_found", error.to_string()),
        Error::Forbidden { .. } => Said::of("forbidden", error.to_string()),
        Error::Unauthenticated => Said::of("unauthenticated", error.to_string()),
        Error::Stale { .. } => Said::of("stale", error.to_string()),
        Error::KeyReused => Said::of("key_reused", error.to_string()),
        Error::Invalid(invalid) => Said::invalid(invalid),
        Error::Rejected(rejection) => Said {
            name: rejection.code.name(),
            status: status_of(rejection.code),
            title: rejection.code.meaning().trim().to_owned(),
            detail: rejection.detail.clone(),
            violations: &[],
        },
        Error::Busy => Said::of("busy", error.to_string()),
        Error::Full => Said::of("full", error.to_string()),
        Error::Internal(_) => Said::of("internal", "the server failed; its log knows why"),
    }
}

/// The business says no with a conflict, except where it is a field that names what is not there.
const fn status_of(code: Code) -> u16 {
    match Manner::of(code) {
        Manner::Unfit => 422,
        Manner::Unrecognized => 401,
        Manner::NotAllowed => 403,
        Manner::Conflict => 409,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::KINDS;

    #[test]
    fn every_title_can_be_said_in_the_languages_of_the_ui() {
        let german = include_str!("../../../assets/ui/lang/de.json");
        let german: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(german).expect("a catalogue");
        for (name, _, title) in KINDS {
            assert!(german.contains_key(*title), "`{title}` of {name}");
        }
    }
}
