//! How this contract says no: `{"BSSResponse": {"ResponseCode": "404", "MessageCode": "BZS…", …}}`,
//! with one message of the closed list in [`message`], the first that was found. Where more is wrong with
//! a body, or where it says which values a field can have, all of it stands beside that in
//! `BSSResponseSet`, which no client of IBM's knows: what they read is as it was.
//!
//! A refusal that only this contract knows and that is found inside an act travels through it as a
//! broken rule whose name is the id of the message, with the remedy in the place of the field.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use super::message::{self, Message};
use crate::api::edge::fault::{Fault, Manner};
use crate::domain::error::{Code, Invalid, Rejection, Violation};
use crate::services::Error;

/// A message with its values in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) message: &'static Message,
    pub(super) text: String,
    pub(super) action: String,
    /// The values that would be right, where they are few.
    pub(super) valid: &'static [&'static str],
}

impl Said {
    /// The same, with the values that would be right.
    pub(super) fn among(self, valid: &'static [&'static str]) -> Self {
        Self { valid, ..self }
    }
}

/// Why a request is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// For a reason that this contract has found, and for further ones.
    Said(Said, Vec<Said>),
    /// For a reason that all contracts have.
    Fault(Fault),
}

impl From<Said> for Refusal {
    fn from(it: Said) -> Self {
        Self::Said(it, Vec::new())
    }
}

impl From<Fault> for Refusal {
    fn from(it: Fault) -> Self {
        Self::Fault(it)
    }
}

impl From<Error> for Refusal {
    fn from(it: Error) -> Self {
        Self::Fault(it.into())
    }
}

/// So that what this contract has found can be said where a use case is done.
impl From<Said> for Error {
    fn from(it: Said) -> Self {
        Invalid::one(it.action, it.message.id, it.text).into()
    }
}

/// The body of a refusal. All values are texts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct BssResponse<'a> {
    response_code: String,
    message_code: &'a str,
    severity: &'a str,
    response_message: &'a str,
    #[serde(rename = "Useraction")]
    user_action: &'a str,
}

/// One of several reasons.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Reason<'a> {
    message_code: &'a str,
    response_message: &'a str,
    #[serde(rename = "Useraction")]
    user_action: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    valid_value_set: &'a [&'a str],
}

#[derive(Serialize)]
struct Envelope<'a> {
    #[serde(rename = "BSSResponse")]
    response: BssResponse<'a>,
    #[serde(rename = "BSSResponseSet", skip_serializing_if = "Vec::is_empty")]
    all: Vec<Reason<'a>>,
}

/// All reasons, where the first does not say everything.
fn reasons<'a>(first: &'a Said, others: &'a [Said]) -> Vec<Reason<'a>> {
    if others.is_empty() && first.valid.is_empty() {
        return Vec::new();
    }
    let reason = |it: &'a Said| Reason {
        message_code: it.message.id,
        response_message: &it.text,
        user_action: &it.action,
        valid_value_set: it.valid,
    };
    std::iter::once(first).chain(others).map(reason).collect()
}

/// The response that says why a request was refused. What is ours to know goes into the log.
pub(super) fn response(refusal: &Refusal, request_id: &str) -> Response<Body> {
    let (said, others) = match refusal {
        Refusal::Said(said, others) => (said.clone(), others.as_slice()),
        Refusal::Fault(fault) => (say(fault), [].as_slice()),
    };
    let Message { id, status, .. } = *said.message;
    match (status, refusal) {
        (500.., Refusal::Fault(fault)) => {
            let error: &dyn std::error::Error = fault;
            tracing::error!(request_id, error, status, "request failed");
        }
        _ => tracing::debug!(request_id, status, name = id, "request refused"),
    }
    let response = BssResponse {
        response_code: status.to_string(),
        message_code: id,
        severity: "Error",
        response_message: &said.text,
        user_action: &said.action,
    };
    let envelope = Envelope { response, all: reasons(&said, others) };
    let body = serde_json::to_vec(&envelope).expect("texts can be written");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if status == 503 {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if status == 401 {
        let way = HeaderValue::from_static("Basic realm=\"bss\", charset=\"UTF-8\"");
        headers.insert(header::WWW_AUTHENTICATE, way);
    }
    response
}

fn say(fault: &Fault) -> Said {
    match fault {
        Fault::Malformed { detail } => message::MALFORMED.with([detail]),
        Fault::Invalid(invalid) => say_invalid(invalid),
        Fault::TooLarge { limit } => message::TOO_LARGE.with([&limit.to_string()]),
        Fault::Slow { seconds } => message::SLOW.with([&seconds.to_string()]),
        Fault::MediaType => message::MEDIA_TYPE.with([]),
        Fault::NotAcceptable => message::NOT_ACCEPTABLE.with([]),
        Fault::NoRoute { path } => message::NO_PATH.with([path]),
        Fault::NoMethod { method } => message::NO_METHOD.with([method]),
        Fault::CrossSite => message::CROSS_SITE.with([]),
        Fault::Service(error) => say_service(error),
    }
}

fn say_service(error: &Error) -> Said {
    match error {
        Error::NotFound { what } => message::NOT_FOUND.with([what]),
        Error::Forbidden { .. } => message::NOT_AUTHORIZED.with([]),
        Error::Unauthenticated => message::NOT_AUTHENTICATED.with([]),
        // No client of this contract says which revision it knows.
        Error::Stale { .. } => message::NOT_POSSIBLE.with(["it has changed meanwhile"]),
        Error::KeyReused => message::KEY_REUSED.with([]),
        Error::Invalid(invalid) => say_invalid(invalid),
        Error::Rejected(rejection) => say_rejected(rejection),
        Error::Busy => message::BUSY.with([]),
        Error::Full => message::FULL.with([]),
        Error::Internal(_) => message::INTERNAL.with([]),
    }
}

/// What our use cases call a field, and what this contract does.
const FIELDS: &[(&str, &str)] = &[
    ("account", "CustomerId"),
    ("address", "AddressSet"),
    ("attributes", "SubscriberAttributeSet"),
    ("country", "Country"),
    ("currency", "CurrencyType"),
    ("external_references", "CustomerIdentifierSet"),
    ("items", "OrderItemSet"),
    ("quantity", "NumberOfSeats"),
    ("region", "State"),
    ("roles", "RoleSet"),
    ("user", "SubscriberId"),
];

/// The first rule that is broken.
fn say_invalid(invalid: &Invalid) -> Said {
    let Some(Violation { field, rule, message: why }) = invalid.violations.first() else {
        return message::NOT_POSSIBLE.with(["the request is not valid"]);
    };
    if let Some(known) = Message::find(rule) {
        return Said { message: known, text: why.clone(), action: field.clone(), valid: &[] };
    }
    let mut names = field.rsplit('/').filter(|it| it.parse::<usize>().is_err() && !it.is_empty());
    let name = names.next().unwrap_or("request");
    if name == "accepted_terms" {
        return message::TERMS_OPEN.with([why]);
    }
    let name = FIELDS.iter().find(|it| it.0 == name).map_or(name, |it| it.1);
    message::RULE_BROKEN.with([name, why])
}

/// The reasons that have a message of their own.
const REASONS: &[(Code, &Message)] = &[
    (Code::AccountNotEmpty, &message::CUSTOMER_IN_USE),
    (Code::AccountStateForbids, &message::CUSTOMER_STATE),
    (Code::BillingAccountStateForbids, &message::CUSTOMER_STATE),
    (Code::Duplicate, &message::EMAIL_TAKEN),
    (Code::LastAdministrator, &message::LAST_ADMINISTRATOR),
    (Code::NotAPool, &message::NO_POOL),
    (Code::NotForOneself, &message::NOT_FOR_ONESELF),
    (Code::PasswordMustChange, &message::PASSWORD_EXPIRED),
    (Code::SeatForbids, &message::SEAT_STATE),
    (Code::SeatHeld, &message::SEAT_TAKEN),
    (Code::SeatsTaken, &message::NO_SEAT_LEFT),
    (Code::SignInRefused, &message::PASSWORD_WRONG),
    (Code::SubscriptionStateForbids, &message::SUBSCRIPTION_STATE),
    (Code::UserStateForbids, &message::SUBSCRIBER_STATE),
    (Code::WeakPassword, &message::PASSWORD_REFUSED),
];

fn say_rejected(rejection: &Rejection) -> Said {
    let detail = rejection.detail.trim_end_matches('.');
    if let Some((_, message)) = REASONS.iter().find(|it| it.0 == rejection.code) {
        return message.with([detail]);
    }
    match Manner::of(rejection.code) {
        Manner::Unrecognized => message::NOT_AUTHENTICATED.with([]),
        Manner::NotAllowed => message::NOT_AUTHORIZED.with([]),
        Manner::Unfit | Manner::Conflict => message::NOT_POSSIBLE.with([detail]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_contract_found_comes_out_of_an_act_as_it_went_in() {
        for said in [message::SEAT_TAKEN.with([]), message::VALUE_INVALID.with(["7", "CustomerId"])]
        {
            let through: Error = said.clone().into();
            assert_eq!(say_service(&through), said);
            assert!(!said.action.contains('{'), "{}", said.action);
        }
    }

    #[test]
    fn a_field_is_called_as_the_contract_calls_it() {
        let told = |field: &str| say_invalid(&Invalid::one(field, "range", "must be less")).text;
        assert_eq!(told("/roles/0"), "The [RoleSet] field must be less.");
        assert_eq!(told("/billing/currency"), "The [CurrencyType] field must be less.");
        assert_eq!(told("/name"), "The [name] field must be less.");
        assert_eq!(told(""), "The [request] field must be less.");
    }

    #[test]
    fn every_reason_of_the_business_has_words() {
        for code in Code::ALL {
            let said = say_rejected(&Rejection::new(*code, "so it is"));
            assert!((400..500).contains(&said.message.status), "{code}");
            assert!(!said.text.contains('{'), "{code}: {}", said.text);
        }
    }
}
