//! Why a request could not be understood, before any use case was asked.

use thiserror::Error;

use crate::domain::error::Invalid;
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
    /// The body is not of the content type that the route takes.
    #[error("the body must be `application/json`")]
    MediaType,
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
