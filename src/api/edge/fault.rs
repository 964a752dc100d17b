//! Why a request could not be understood, before any use case was asked; and in which manner the
//! business refuses one that was.

use thiserror::Error;

use crate::domain::error::{Code, Invalid};
use crate::services;

/// What is wrong with a request, in no contract's words.
#[derive(Debug, Error)]
pub(crate) enum Fault {
    /// The body is not JSON, or not finished.
    #[error("the body is not valid JSON: {detail}")]
    Malformed {
        /// Where and why.
        detail: String,
    },
    /// The body or the query has a value that the contract does not.
    #[error("the request is not valid")]
    Invalid(#[source] Invalid),
    /// The body is larger than the route takes.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// How much the route takes.
        limit: usize,
    },
    /// The body has not come as a whole in time.
    #[error("the body did not come within {seconds} seconds")]
    Slow {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The body is not of the content type that the route takes.
    #[error("the body must be `application/json`")]
    MediaType,
    /// The client takes no form that the route has.
    #[error("only `application/json` is given here")]
    NotAcceptable,
    /// There is no such route.
    #[error("there is no `{path}` here")]
    NoRoute {
        /// The path that was asked for.
        path: String,
    },
    /// The route does not have the method.
    #[error("`{method}` is not allowed here")]
    NoMethod {
        /// The method that was used.
        method: String,
    },
    /// The caller holds a session but not the token that only its own page knows.
    #[error("the request needs the session's `X-CSRF-Token`")]
    CrossSite,
    /// The use case refused or failed.
    #[error(transparent)]
    Service(services::Error),
}

impl Fault {
    /// The same with the name of what was asked for, where it is not there and has none yet.
    #[must_use]
    pub(crate) fn naming(self, name: &str) -> Self {
        if let Self::Service(error) = self { Self::Service(error.naming(name)) } else { self }
    }
}

impl From<services::Error> for Fault {
    fn from(it: services::Error) -> Self {
        Self::Service(it)
    }
}

impl From<Invalid> for Fault {
    fn from(it: Invalid) -> Self {
        Self::Invalid(it)
    }
}

/// In which manner the business says no. Each contract has its status for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Something in the request can never be taken.
    Unfit,
    /// Who asks is not who it says.
    Unrecognized,
    /// Who asks is known, and may not.
    NotAllowed,
    /// It does not go together with how things are.
    Conflict,
}

impl Manner {
    /// The manner of a refusal.
    pub(crate) const fn of(code: Code) -> Self {
        if matches!(code, Code::ReferenceUnknown | Code::WeakPassword) {
            Self::Unfit
        } else if matches!(code, Code::SignInRefused | Code::SignatureRefused) {
            Self::Unrecognized
        } else if matches!(code, Code::OperationNotAllowed | Code::PasswordMustChange) {
            Self::NotAllowed
        } else {
            Self::Conflict
        }
    }
}
