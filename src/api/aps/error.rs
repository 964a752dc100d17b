//! How the bus says no: `{"code": <status>, "type": "APS::…", "message": "…"}`.
//!
//! | `type` | `code` | when |
//! |---|---|---|
//! | `APS::Util::MalformedRequest` | 400 | the body is not JSON, or not finished |
//! | `APS::Util::InvalidRequest` | 400 | a property, parameter or query breaks a rule |
//! | `APS::Util::Exception` | 401 | no credentials, or none that are good |
//! | `APS::Hosting::PermissionDenied` | 403 | the caller sees the thing and may not do this to it |
//! | `APS::Hosting::CrossSite` | 403 | a session of a browser without the token of its own page |
//! | `APS::Hosting::NotFound` | 404 | not there, or not for the caller |
//! | `APS::Util::MethodNotAllowed` | 405 | the path does not have the method |
//! | `APS::Util::NotAcceptable` | 406 | the caller takes nothing that the bus can write |
//! | `APS::Util::RequestTimeout` | 408 | the body did not come in time |
//! | `APS::Util::KeyReused` | 409 | the idempotency key came with another request before |
//! | `APS::Util::TooLarge` | 413 | the body is larger than the bus takes |
//! | `APS::Util::MediaType` | 415 | the body is not `application/json` |
//! | `APS::Hosting::Exception` | 500 | we failed |
//! | `APS::Util::Busy` | 503 | too much is going on: the same request may succeed later |
//! | `APS::Util::Full` | 507 | the disk of the server is full |
//! | `APS::Billing::<Reason>` | 409 | the business says no; `<Reason>` is one of a list of ours, which only grows |
//!
//! Of what the business refuses, a reference to something that does not exist
//! ([`Code::ReferenceUnknown`]) and a weak password are 400, a sign-in 401, an operation that a
//! consumer key does not name and a password that must be another first 403. A signature that is
//! refused is `APS::Util::Exception`, like credentials that are not there. `APS::Util::Stale` (412) is
//! the word for what has changed since the caller read it; as requests name no revision here, no
//! answer has it yet.

use axum::body::Body;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use serde::Serialize;

use super::kind::About;
use crate::api::edge::fault::{Fault, Manner};
use crate::domain::error::{Code, Invalid};
use crate::services::Error;
use crate::services::idempotency::Answer;

/// What went wrong.
#[derive(Debug, Serialize)]
struct Said {
    /// The status of the response.
    code: u16,
    /// The name of the error.
    #[serde(rename = "type")]
    kind: String,
    /// What it is this time.
    message: String,
}

impl Said {
    fn of(code: u16, kind: &str, message: impl Into<String>) -> Self {
        Self { code, kind: format!("APS::{kind}"), message: in_ids_of_the_bus(&message.into()) }
    }
}

/// A message with our ids as the bus has them: UUIDs, without the letters before them.
fn in_ids_of_the_bus(message: &str) -> String {
    /// Three letters and an underscore.
    const PREFIX: usize = 4;
    /// Those, and a UUID.
    const WHOLE: usize = PREFIX + 36;
    let is_id = |it: &&str| {
        it.get(..PREFIX).is_some_and(|prefix| prefix.ends_with('_'))
            && it.get(PREFIX..).is_some_and(|it| uuid::Uuid::try_parse(it).is_ok())
    };
    let (mut plain, mut rest) = (String::with_capacity(message.len()), message);
    while let Some(first) = rest.chars().next() {
        let taken = match rest.get(..WHOLE).filter(is_id) {
            Some(id) => {
                plain.push_str(&id[PREFIX..]);
                WHOLE
            }
            None => {
                plain.push(first);
                first.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    plain
}

/// The response that says why a request was refused. What is ours to know goes into the log.
pub(super) fn response(fault: &Fault, request_id: &str) -> Response<Body> {
    let said = say(fault);
    match said.code {
        500.. => {
            let error: &dyn std::error::Error = fault;
            tracing::error!(request_id, error, status = said.code, "request failed");
        }
        status => tracing::debug!(request_id, status, name = said.kind, "request refused"),
    }
    let body = serde_json::to_vec(&said).expect("an error has only what JSON can write");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(said.code).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if said.code == 503 {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if said.code == 401 {
        let ways = HeaderValue::from_static("OAuth realm=\"aps\", Bearer");
        headers.insert(header::WWW_AUTHENTICATE, ways);
    }
    response
}

/// The refusal of a method where others can be used, found by who knows the type of a resource.
pub(super) fn no_method(method: &Method) -> Answer {
    let said = say(&Fault::NoMethod { method: method.to_string() });
    let body = serde_json::to_vec(&said).expect("an error has only what JSON can write");
    let kind = (header::CONTENT_TYPE.to_string(), "application/json".to_owned());
    Answer { status: said.code, headers: vec![kind], body }
}

fn say(fault: &Fault) -> Said {
    match fault {
        Fault::Malformed { .. } => Said::of(400, "Util::MalformedRequest", fault.to_string()),
        Fault::Invalid(invalid) => Said::of(400, "Util::InvalidRequest", invalid.to_string()),
        Fault::TooLarge { .. } => Said::of(413, "Util::TooLarge", fault.to_string()),
        Fault::Slow { .. } => Said::of(408, "Util::RequestTimeout", fault.to_string()),
        Fault::MediaType => Said::of(415, "Util::MediaType", fault.to_string()),
        Fault::NotAcceptable => Said::of(406, "Util::NotAcceptable", fault.to_string()),
        Fault::NoRoute { .. } => Said::of(404, "Hosting::NotFound", fault.to_string()),
        Fault::NoMethod { .. } => Said::of(405, "Util::MethodNotAllowed", fault.to_string()),
        Fault::CrossSite => Said::of(403, "Hosting::CrossSite", fault.to_string()),
        Fault::Service(error) => say_service(error),
    }
}

fn say_service(error: &Error) -> Said {
    let told = error.to_string();
    match error {
        Error::NotFound { .. } => Said::of(404, "Hosting::NotFound", told),
        Error::Forbidden { .. } => Said::of(403, "Hosting::PermissionDenied", told),
        Error::Unauthenticated => Said::of(401, "Util::Exception", "Unauthorized request"),
        Error::Stale { .. } => Said::of(412, "Util::Stale", told),
        Error::KeyReused => Said::of(409, "Util::KeyReused", told),
        Error::Invalid(invalid) => Said::of(400, "Util::InvalidRequest", invalid.to_string()),
        Error::Rejected(it) if it.code == Code::SignatureRefused => {
            Said::of(401, "Util::Exception", it.detail.clone())
        }
        Error::Rejected(it) => {
            let kind = format!("Billing::{}", reason(it.code));
            Said::of(status_of(it.code), &kind, it.detail.clone())
        }
        Error::Busy => Said::of(503, "Util::Busy", told),
        Error::Full => Said::of(507, "Util::Full", told),
        Error::Internal(_) => {
            Said::of(500, "Hosting::Exception", "the server failed; its log knows why")
        }
    }
}

/// The word for a reason of the business. A client may have learned it: none is ever another.
const fn reason(code: Code) -> &'static str {
    match code {
        Code::AccountNotEmpty => "AccountNotEmpty",
        Code::AccountStateForbids => "AccountStateForbids",
        Code::AccountTreeForbids => "AccountTreeForbids",
        Code::AddressIncomplete => "AddressIncomplete",
        Code::AlreadySetUp => "AlreadySetUp",
        Code::AmountOutOfRange => "AmountOutOfRange",
        Code::BillingAccountStateForbids => "BillingAccountStateForbids",
        Code::BillingInputIncomplete => "BillingInputIncomplete",
        Code::BillingRunForbids => "BillingRunForbids",
        Code::CatalogStateForbids => "CatalogStateForbids",
        Code::CatalogTreeForbids => "CatalogTreeForbids",
        Code::ClockForbids => "ClockForbids",
        Code::CouponForbids => "CouponForbids",
        Code::CreditExceeds => "CreditExceeds",
        Code::CreditLimitExceeded => "CreditLimitExceeded",
        Code::CurrenciesDiffer => "CurrenciesDiffer",
        Code::DocumentStateForbids => "DocumentStateForbids",
        Code::Duplicate => "Duplicate",
        Code::InUse => "InUse",
        Code::InvoiceStateForbids => "InvoiceStateForbids",
        Code::JournalUnbalanced => "JournalUnbalanced",
        Code::LastAdministrator => "LastAdministrator",
        Code::LinkVoid => "LinkVoid",
        Code::ListenerStateForbids => "ListenerStateForbids",
        Code::MailStateForbids => "MailStateForbids",
        Code::MeterNotRated => "MeterNotRated",
        Code::NotAPool => "NotAPool",
        Code::NotForOneself => "NotForOneself",
        Code::OfferNotAvailable => "OfferNotAvailable",
        Code::OperationNotAllowed => "OperationNotAllowed",
        Code::OrderStateForbids => "OrderStateForbids",
        Code::PaperIncomplete => "PaperIncomplete",
        Code::PartyStateForbids => "PartyStateForbids",
        Code::PasswordMustChange => "PasswordMustChange",
        Code::PaymentExceeds => "PaymentExceeds",
        Code::PaymentStateForbids => "PaymentStateForbids",
        Code::PriceMissing => "PriceMissing",
        Code::PriceNotRated => "PriceNotRated",
        Code::PriceVersionForbids => "PriceVersionForbids",
        Code::ReferenceUnknown => "ReferenceUnknown",
        Code::ResourceConflict => "ResourceConflict",
        Code::ReviewForbids => "ReviewForbids",
        Code::SeatForbids => "SeatForbids",
        Code::SeatHeld => "SeatHeld",
        Code::SeatsTaken => "SeatsTaken",
        Code::SettlementStateForbids => "SettlementStateForbids",
        Code::ShareExceeds => "ShareExceeds",
        Code::ShipmentStateForbids => "ShipmentStateForbids",
        Code::SignInRefused => "SignInRefused",
        Code::SignatureRefused => "SignatureRefused",
        Code::SpecificationConflict => "SpecificationConflict",
        Code::SubscriptionStateForbids => "SubscriptionStateForbids",
        Code::TaskStateForbids => "TaskStateForbids",
        Code::TaxUndetermined => "TaxUndetermined",
        Code::UnitsKept => "UnitsKept",
        Code::UsageRefused => "UsageRefused",
        Code::UsageStateForbids => "UsageStateForbids",
        Code::UserStateForbids => "UserStateForbids",
        Code::WeakPassword => "WeakPassword",
    }
}

const fn status_of(code: Code) -> u16 {
    match Manner::of(code) {
        Manner::Unfit => 400,
        Manner::Unrecognized => 401,
        Manner::NotAllowed => 403,
        Manner::Conflict => 409,
    }
}

/// The refusal to do something to resources of a type that clients do not do: `changed`, `created`.
pub(super) fn not_for_clients(about: &About, what: &str) -> Error {
    let message = format!("`{}`: resources of this type are not {what} by clients", about.id);
    Invalid::one("/aps/type", "read_only", message).into()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::error::Rejection;

    /// What a client may have learned: a row may be added, and none may change.
    #[test]
    fn the_list_of_reasons_only_grows() {
        let row = |it: &Code| format!("{} APS::Billing::{}\n", status_of(*it), reason(*it));
        let rows: String = Code::ALL.iter().map(row).collect();
        expect![[r#"
            409 APS::Billing::AccountNotEmpty
            409 APS::Billing::AccountStateForbids
            409 APS::Billing::AccountTreeForbids
            409 APS::Billing::AddressIncomplete
            409 APS::Billing::AlreadySetUp
            409 APS::Billing::AmountOutOfRange
            409 APS::Billing::BillingAccountStateForbids
            409 APS::Billing::BillingInputIncomplete
            409 APS::Billing::BillingRunForbids
            409 APS::Billing::CatalogStateForbids
            409 APS::Billing::CatalogTreeForbids
            409 APS::Billing::ClockForbids
            409 APS::Billing::CouponForbids
            409 APS::Billing::CreditExceeds
            409 APS::Billing::CreditLimitExceeded
            409 APS::Billing::CurrenciesDiffer
            409 APS::Billing::DocumentStateForbids
            409 APS::Billing::Duplicate
            409 APS::Billing::InUse
            409 APS::Billing::InvoiceStateForbids
            409 APS::Billing::JournalUnbalanced
            409 APS::Billing::LastAdministrator
            409 APS::Billing::LinkVoid
            409 APS::Billing::ListenerStateForbids
            409 APS::Billing::MailStateForbids
            409 APS::Billing::MeterNotRated
            409 APS::Billing::NotAPool
            409 APS::Billing::NotForOneself
            409 APS::Billing::OfferNotAvailable
            403 APS::Billing::OperationNotAllowed
            409 APS::Billing::OrderStateForbids
            409 APS::Billing::PaperIncomplete
            409 APS::Billing::PartyStateForbids
            403 APS::Billing::PasswordMustChange
            409 APS::Billing::PaymentExceeds
            409 APS::Billing::PaymentStateForbids
            409 APS::Billing::PriceMissing
            409 APS::Billing::PriceNotRated
            409 APS::Billing::PriceVersionForbids
            400 APS::Billing::ReferenceUnknown
            409 APS::Billing::ResourceConflict
            409 APS::Billing::ReviewForbids
            409 APS::Billing::SeatForbids
            409 APS::Billing::SeatHeld
            409 APS::Billing::SeatsTaken
            409 APS::Billing::SettlementStateForbids
            409 APS::Billing::ShareExceeds
            409 APS::Billing::ShipmentStateForbids
            401 APS::Billing::SignInRefused
            401 APS::Billing::SignatureRefused
            409 APS::Billing::SpecificationConflict
            409 APS::Billing::SubscriptionStateForbids
            409 APS::Billing::TaskStateForbids
            409 APS::Billing::TaxUndetermined
            409 APS::Billing::UnitsKept
            409 APS::Billing::UsageRefused
            409 APS::Billing::UsageStateForbids
            409 APS::Billing::UserStateForbids
            400 APS::Billing::WeakPassword
        "#]]
        .assert_eq(&rows);
    }

    /// The same of what is not for the business to say.
    #[test]
    fn the_list_of_names_only_grows() {
        let nothing = String::new;
        let invalid = || Invalid::one("/", "range", "no");
        let permission = crate::domain::operator::Permission::OrderPlace;
        let service = [
            Error::NotFound { what: nothing() },
            Error::Forbidden { permission },
            Error::Unauthenticated,
            Error::Stale { expected: 1, found: 2 },
            Error::KeyReused,
            Error::Invalid(invalid()),
            Rejection::new(Code::SignatureRefused, "no").into(),
            Error::Busy,
            Error::Full,
            Error::internal("no"),
        ];
        let edge = [
            Fault::Malformed { detail: nothing() },
            Fault::Invalid(invalid()),
            Fault::TooLarge { limit: 1 },
            Fault::Slow { seconds: 1 },
            Fault::MediaType,
            Fault::NotAcceptable,
            Fault::NoRoute { path: nothing() },
            Fault::NoMethod { method: nothing() },
            Fault::CrossSite,
        ];
        let said = edge.into_iter().chain(service.map(Fault::Service)).map(|it| say(&it));
        let rows: String = said.map(|it| format!("{} {}\n", it.code, it.kind)).collect();
        expect![[r#"
            400 APS::Util::MalformedRequest
            400 APS::Util::InvalidRequest
            413 APS::Util::TooLarge
            408 APS::Util::RequestTimeout
            415 APS::Util::MediaType
            406 APS::Util::NotAcceptable
            404 APS::Hosting::NotFound
            405 APS::Util::MethodNotAllowed
            403 APS::Hosting::CrossSite
            404 APS::Hosting::NotFound
            403 APS::Hosting::PermissionDenied
            401 APS::Util::Exception
            412 APS::Util::Stale
            409 APS::Util::KeyReused
            400 APS::Util::InvalidRequest
            401 APS::Util::Exception
            503 APS::Util::Busy
            507 APS::Util::Full
            500 APS::Hosting::Exception
        "#]]
        .assert_eq(&rows);
    }

    #[test]
    fn ids_lose_the_prefix_that_is_ours_and_words_keep_theirs() {
        let id = "01980000-0000-7abc-8000-000000000001";
        for (from, to) in [
            (format!("no `off_{id}` here"), format!("no `{id}` here")),
            (format!("res_{id}/sub_{id}"), format!("{id}/{id}")),
            ("snake_case_words stay".to_owned(), "snake_case_words stay".to_owned()),
            ("_é_".to_owned(), "_é_".to_owned()),
            (String::new(), String::new()),
        ] {
            assert_eq!(in_ids_of_the_bus(&from), to);
        }
    }
}
