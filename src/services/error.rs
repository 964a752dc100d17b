//! What a use case answers when it does not do what it was asked.
//!
//! How each contract says it is that contract's `error.rs`, by a match without `_`. What a caller
//! may read is in [`Rejection`], [`Invalid`] and the named fields; a source is for the log alone.

use thiserror::Error;

use crate::domain::error::{Invalid, Refusal, Rejection};
use crate::domain::money::MoneyError;
use crate::domain::operator::Permission;
use crate::store::StoreError;

/// Why a use case refused or failed.
#[derive(Debug, Error)]
pub enum Error {
    /// There is no such thing, or the caller may not see it: which of the two is not told.
    #[error("`{what}` is not there")]
    NotFound {
        /// The id or name that was asked for.
        what: String,
    },
    /// The caller sees the thing but may not do this to it.
    #[error("not permitted: {}", permission.name())]
    Forbidden {
        /// What would be needed.
        permission: Permission,
    },
    /// The caller is not known, or no longer.
    #[error("sign in first")]
    Unauthenticated,
    /// The thing has changed since the caller read it.
    #[error("it has changed: revision {found} is not {expected}")]
    Stale {
        /// The revision that the caller knows.
        expected: u32,
        /// The revision that is there.
        found: u32,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The input breaks rules of form.
    #[error("the input is not valid")]
    Invalid(#[source] Invalid),
    /// The business says no.
    #[error("rejected: {}", .0.code)]
    Rejected(#[source] Rejection),
    /// Too much is going on; the same request may succeed later.
    #[error("too busy")]
    Busy,
    /// The disk is full: nothing can be written until there is space again.
    #[error("no space is left")]
    Full,
    /// We failed. The source is for the log; the caller is told nothing but that.
    #[error("internal failure")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// The same where what was refused for its form is a part of the input, at `place` in it.
    #[must_use]
    pub fn below(self, place: &str) -> Self {
        match self {
            Self::Invalid(invalid) => Self::Invalid(invalid.below(place)),
            other @ (Self::NotFound { .. }
            | Self::Forbidden { .. }
            | Self::Unauthenticated
            | Self::Stale { .. }
            | Self::KeyReused
            | Self::Rejected(_)
            | Self::Busy
            | Self::Full
            | Self::Internal(_)) => other,
        }
    }

    /// Whether a record could not be read: nothing can be said of what it is about, and all of
    /// what is not.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        match self {
            Self::Internal(source) => source
                .downcast_ref::<StoreError>()
                .is_some_and(|it| matches!(it, StoreError::Unreadable { .. })),
            Self::NotFound { .. }
            | Self::Forbidden { .. }
            | Self::Unauthenticated
            | Self::Stale { .. }
            | Self::KeyReused
            | Self::Invalid(_)
            | Self::Rejected(_)
            | Self::Busy
            | Self::Full => false,
        }
    }

    /// Whether the store as such failed, so that nothing can be said of what was asked: the same
    /// may be done later, or by the next process. A record that cannot be read is no such failure.
    #[must_use]
    pub fn is_of_the_store(&self) -> bool {
        match self {
            Self::Full | Self::Busy => true,
            Self::Internal(source) if source.is::<NotCommitted>() => true,
            Self::Internal(source) => source
                .downcast_ref::<StoreError>()
                .is_some_and(|it| !matches!(it, StoreError::Unreadable { .. })),
            Self::NotFound { .. }
            | Self::Forbidden { .. }
            | Self::Unauthenticated
            | Self::Stale { .. }
            | Self::KeyReused
            | Self::Invalid(_)
            | Self::Rejected(_) => false,
        }
    }

    /// Whether what was asked was refused, so that it would be again; else we failed, or are busy.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        match self {
            Self::NotFound { .. }
            | Self::Forbidden { .. }
            | Self::Unauthenticated
            | Self::Stale { .. }
            | Self::KeyReused
            | Self::Invalid(_)
            | Self::Rejected(_) => true,
            Self::Busy | Self::Full | Self::Internal(_) => false,
        }
    }

    /// Why, as a sentence for whoever asked.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Rejected(rejection) => rejection.detail.clone(),
            Self::Invalid(invalid) => invalid.to_string(),
            Self::NotFound { .. }
            | Self::Forbidden { .. }
            | Self::Unauthenticated
            | Self::Stale { .. }
            | Self::KeyReused
            | Self::Busy
            | Self::Full
            | Self::Internal(_) => self.to_string(),
        }
    }

    /// A thing that is not there, or not for the caller.
    pub fn not_found(what: impl ToString) -> Self {
        Self::NotFound { what: what.to_string() }
    }

    /// A thing that is not for the caller, of which no more than the stamp is known. Who knows how it was asked
    /// for says so by [`Error::naming`].
    pub(super) fn hidden() -> Self {
        Self::not_found(UNNAMED)
    }

    /// The same with the name of what was asked for, where it is not there and has none yet.
    #[must_use]
    pub fn naming(self, name: &str) -> Self {
        if matches!(&self, Self::NotFound { what } if what == UNNAMED) && !name.is_empty() {
            return Self::not_found(name.chars().take(NAME_CHARS_MAX).collect::<String>());
        }
        self
    }

    /// Nothing where a thing is not there; anything else stays what it is.
    ///
    /// # Errors
    /// All others.
    pub fn or_nothing<T>(self) -> Result<Option<T>, Self> {
        if matches!(self, Self::NotFound { .. }) { Ok(None) } else { Err(self) }
    }

    /// A failure of ours.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }
}

/// What a thing is called that is not for the caller, before somebody says its name.
const UNNAMED: &str = "what was asked for";

/// No more of what a caller calls a thing is said back.
const NAME_CHARS_MAX: usize = 80;

/// Why a commit did not come to be, said to each of those who wait for it.
#[derive(Debug, Error)]
#[error("nothing was written: {0}")]
struct NotCommitted(String);

impl Error {
    /// What each of those who wait for a commit is told that failed.
    pub(super) fn not_committed(why: &StoreError) -> Self {
        if matches!(why, StoreError::Full) {
            Self::Full
        } else {
            Self::internal(NotCommitted(why.to_string()))
        }
    }
}

impl From<StoreError> for Error {
    fn from(it: StoreError) -> Self {
        if matches!(it, StoreError::Full) { Self::Full } else { Self::internal(it) }
    }
}

impl From<Rejection> for Error {
    fn from(it: Rejection) -> Self {
        Self::Rejected(it)
    }
}

impl From<Invalid> for Error {
    fn from(it: Invalid) -> Self {
        Self::Invalid(it)
    }
}

impl From<Refusal> for Error {
    fn from(it: Refusal) -> Self {
        match it {
            Refusal::Invalid(invalid) => Self::Invalid(invalid),
            Refusal::Rejected(rejection) => Self::Rejected(rejection),
        }
    }
}

impl From<MoneyError> for Error {
    fn from(it: MoneyError) -> Self {
        Self::Rejected(it.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_store_cannot_do_now_is_told_from_what_is_wrong_with_one_thing() {
        let of_the_store = |it: Error| it.is_of_the_store();
        assert!(of_the_store(StoreError::Full.into()));
        assert!(of_the_store(StoreError::Interrupted.into()));
        assert!(of_the_store(StoreError::Stopped.into()));
        assert!(of_the_store(StoreError::Damaged { what: "a page".to_owned() }.into()));
        assert!(of_the_store(Error::Busy));
        let unreadable = StoreError::Unreadable { table: "account", source: None };
        assert!(!of_the_store(unreadable.into()));
        assert!(!of_the_store(Error::internal("a template that ends too early")));
        assert!(of_the_store(Error::not_committed(&StoreError::Interrupted)));
        assert!(!of_the_store(Error::not_found("it")));
    }

    #[test]
    fn what_is_hidden_is_called_what_it_was_asked_for_by() {
        let told = |it: Error, name: &str| it.naming(name).to_string();
        assert_eq!(told(Error::hidden(), "acc_1"), "`acc_1` is not there");
        assert_eq!(told(Error::hidden(), ""), "`what was asked for` is not there");
        assert_eq!(told(Error::not_found("acc_2"), "acc_1"), "`acc_2` is not there");
        assert_eq!(told(Error::Busy, "acc_1"), "too busy");
    }
}
