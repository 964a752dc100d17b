//! How revenue sharing says no: `{"exceptionId": "SVC0002", "exceptionText": "…"}`, in the codes of UNICA.
//!
//! | code | status | what is wrong |
//! |---|---|---|
//! | `SVC0002` | 400 | a value is none that there can be |
//! | `SVC1000` | 400 | something is missing |
//! | `SVC1006` | 404 | something is not there |
//! | `SVC1007` | 409 | something is there already |
//! | `SVC1013` | 403 | it may not be done, or not any more |
//! | `SVC1023` | 400 | the body cannot be read |
//! | `POL1002` | 401 | nobody knows who asks |
//! | `SVC0001` | – | anything else, with the status that it has everywhere |

use serde::Serialize;

use crate::api::edge::fault::{Fault, Manner};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::services::Error;

/// The body of a fault.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Unica {
    exception_id: &'static str,
    exception_text: String,
    more_info: &'static str,
    user_message: &'static str,
}

impl Unica {
    /// A fault that says why something was refused.
    pub(super) fn of(fault: &Fault, why: String) -> Self {
        let (exception_id, _) = code(fault);
        Self { exception_id, exception_text: why, more_info: "", user_message: "" }
    }
}

/// The status that the codes give a fault; nothing for those of which they have no notion.
pub(super) fn status(fault: &Fault) -> Option<u16> {
    code(fault).1
}

fn code(fault: &Fault) -> (&'static str, Option<u16>) {
    match fault {
        Fault::Invalid(it) | Fault::Service(Error::Invalid(it)) => of_input(it),
        Fault::Service(Error::NotFound { .. }) => ("SVC1006", Some(404)),
        Fault::Service(Error::Forbidden { .. }) | Fault::CrossSite => ("SVC1013", Some(403)),
        Fault::Service(Error::Unauthenticated) => ("POL1002", Some(401)),
        Fault::Service(Error::Rejected(it)) => of_business(it),
        Fault::Malformed { .. } | Fault::MediaType => ("SVC1023", None),
        Fault::Service(
            Error::Stale { .. } | Error::KeyReused | Error::Busy | Error::Full | Error::Internal(_),
        )
        | Fault::TooLarge { .. }
        | Fault::Slow { .. }
        | Fault::NotAcceptable
        | Fault::NoRoute { .. }
        | Fault::NoMethod { .. } => ("SVC0001", None),
    }
}

fn of_input(it: &Invalid) -> (&'static str, Option<u16>) {
    match it.violations.first().map(|it| it.rule) {
        Some("required" | "incomplete") => ("SVC1000", Some(400)),
        Some("not_yours" | "fixed" | "not_allowed" | "not_for_organization") => {
            ("SVC1013", Some(403))
        }
        Some(_) | None => ("SVC0002", Some(400)),
    }
}

fn of_business(it: &Rejection) -> (&'static str, Option<u16>) {
    match (it.code, Manner::of(it.code)) {
        (Code::Duplicate, _) => ("SVC1007", Some(409)),
        (Code::ShareExceeds, _) | (_, Manner::Unfit) => ("SVC0002", Some(400)),
        (_, Manner::Unrecognized) => ("POL1002", Some(401)),
        (_, Manner::NotAllowed | Manner::Conflict) => ("SVC1013", Some(403)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_code_with_its_status() {
        let input = |rule| Fault::from(Invalid::one("ownerValue", rule, "is wrong"));
        let business = |code| Fault::from(Error::from(Rejection::new(code, "no")));
        for (fault, expected) in [
            (input("required"), ("SVC1000", Some(400))),
            (input("range"), ("SVC0002", Some(400))),
            (input("not_yours"), ("SVC1013", Some(403))),
            (business(Code::Duplicate), ("SVC1007", Some(409))),
            (business(Code::ShareExceeds), ("SVC0002", Some(400))),
            (business(Code::InUse), ("SVC1013", Some(403))),
            (Fault::from(Error::not_found("x")), ("SVC1006", Some(404))),
            (Fault::from(Error::Unauthenticated), ("POL1002", Some(401))),
            (Fault::from(Error::Busy), ("SVC0001", None)),
        ] {
            assert_eq!(code(&fault), expected, "{fault:?}");
        }
    }
}
