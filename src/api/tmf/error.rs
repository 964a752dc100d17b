//! How this contract says no: `{"code", "reason", "message", "status"}`, as `Error` of all its APIs
//! has it.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use super::tongue;
use crate::api::edge::fault::{Fault, Manner};
use crate::domain::error::{Invalid, Violation};
use crate::services::Error;
use crate::services::catalog_file::TOO_MANY;

/// The body of a refusal.
#[derive(Debug, Serialize)]
struct Refusal {
    code: &'static str,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    status: String,
    #[serde(rename = "@type")]
    class: &'static str,
}

/// The rule that is broken where a thing cannot become what was said in the state in which it is.
pub(super) const STATE_FORBIDS: &str = "state_forbids";

/// What is said of a refusal.
struct Said {
    status: u16,
    code: &'static str,
    reason: String,
    message: Option<String>,
}

impl Said {
    fn of(status: u16, code: &'static str, reason: impl Into<String>) -> Self {
        Self { status, code, reason: reason.into(), message: None }
    }

    /// The first rule that is broken, and all others beside it.
    fn invalid(invalid: &Invalid) -> Self {
        let told = |it: &Violation| match tongue::path(&[], &it.field) {
            path if path.is_empty() => format!("the body {}", it.message),
            path => format!("`{path}` {}", it.message),
        };
        let mut all = invalid.violations.iter();
        let first = all.next();
        let reason = first.map_or_else(|| "the request is not valid".to_owned(), told);
        let rest: Vec<_> = all.map(told).collect();
        let message = (!rest.is_empty()).then(|| rest.join("; "));
        let code = first.map_or("invalid", |it| it.rule);
        let status = match code {
            STATE_FORBIDS => 409,
            TOO_MANY => 429,
            _ => 400,
        };
        Self { status, code, reason, message }
    }
}

/// The response that says why a request was refused. What is ours to know goes into the log.
pub(super) fn response(fault: &Fault, allowed: Option<&str>, request_id: &str) -> Response<Body> {
    let Said { status, code, reason, message } = say(fault);
    if status >= 500 {
        let error: &dyn std::error::Error = fault;
        tracing::error!(request_id, error, status, "request failed");
    } else {
        tracing::debug!(request_id, status, name = code, "request refused");
    }
    let (reason, message) = (tongue::plain(&reason), message.map(|it| tongue::plain(&it)));
    let body = Refusal { code, reason, message, status: status.to_string(), class: "Error" };
    let body = serde_json::to_vec(&body).expect("texts can be written");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(super::wire::JSON));
    if status == 503 {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(allowed) = allowed.and_then(|it| HeaderValue::from_str(it).ok()) {
        headers.insert(header::ALLOW, allowed);
    }
    response
}

fn say(fault: &Fault) -> Said {
    let told = |status, code| Said::of(status, code, fault.to_string());
    match fault {
        Fault::Invalid(invalid) => Said::invalid(invalid),
        Fault::Malformed { .. } => told(400, "malformed"),
        Fault::TooLarge { .. } => told(413, "too_large"),
        Fault::Slow { .. } => told(408, "slow"),
        Fault::MediaType => Said::of(
            415,
            "media_type",
            "the body must be `application/json`, or that of a `PATCH` `application/merge-patch+json` or \
             `application/json-patch+json`",
        ),
        Fault::NotAcceptable => told(406, "not_acceptable"),
        Fault::NoRoute { .. } => told(404, "no_route"),
        Fault::NoMethod { .. } => told(405, "no_method"),
        Fault::CrossSite => told(403, "cross_site"),
        Fault::Service(error) => say_service(error),
    }
}

fn say_service(error: &Error) -> Said {
    let told = |status, code| Said::of(status, code, error.to_string());
    match error {
        Error::NotFound { .. } => told(404, "not_found"),
        Error::Forbidden { .. } => told(403, "forbidden"),
        Error::Unauthenticated => told(401, "unauthenticated"),
        Error::Stale { .. } => told(412, "stale"),
        Error::KeyReused => told(422, "key_reused"),
        Error::Invalid(invalid) => Said::invalid(invalid),
        Error::Rejected(rejection) => {
            let status = match Manner::of(rejection.code) {
                Manner::Unfit => 400,
                Manner::Unrecognized => 401,
                Manner::NotAllowed => 403,
                Manner::Conflict => 409,
            };
            Said::of(status, rejection.code.name(), rejection.detail.clone())
        }
        Error::Busy => told(503, "busy"),
        Error::Full => told(507, "full"),
        Error::Internal(_) => Said::of(500, "internal", "the server failed; its log knows why"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::{Code, Rejection};

    #[test]
    fn every_reason_of_the_business_has_a_status() {
        for code in Code::ALL {
            let said = say_service(&Rejection::new(*code, "so it is").into());
            assert!((400..500).contains(&said.status), "{code}");
            assert_eq!((said.code, &*said.reason), (code.name(), "so it is"));
        }
    }

    #[test]
    fn all_that_is_wrong_is_told() {
        let wrong = |it: &str| Violation::new(it, "required", "must be given");
        let said = Said::invalid(&Invalid { violations: vec![wrong("/name"), wrong("id")] });
        assert_eq!((said.status, said.code), (400, "required"));
        assert_eq!(said.reason, "`name` must be given");
        assert_eq!(said.message.as_deref(), Some("`id` must be given"));
        let said = Said::invalid(&Invalid::one("", "type", "must be an object"));
        assert_eq!(said.reason, "the body must be an object");
    }

    #[test]
    fn what_cannot_be_now_is_no_fault_of_form() {
        let status = |rule| Said::invalid(&Invalid::one("status", rule, "so it is")).status;
        assert_eq!([STATE_FORBIDS, TOO_MANY, "range"].map(status), [409, 429, 400]);
    }
}
