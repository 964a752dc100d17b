//! How the store fails.

use thiserror::Error;

/// Why the store could not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The disk is full, or too full to be sure of the next commit. Reads go on.
    #[error("no space is left for the store")]
    Full,
    /// Another process has the file open.
    #[error("the store is in use by another process")]
    InUse,
    /// The file was written by a newer Tillbox.
    #[error("the store has schema {found}, this program knows up to {known}: use a newer Tillbox")]
    TooNew {
        /// The schema of the file.
        found: u32,
        /// The newest schema this program knows.
        known: u32,
    },
    /// A record cannot be read: the file is damaged, or a shape was changed without a version.
    #[error("a record of `{table}` cannot be read")]
    Unreadable {
        /// The table it lies in.
        table: &'static str,
        /// What the decoder said.
        #[source]
        source: Option<postcard::Error>,
    },
    /// The file of the store, or one beside it, could not be used.
    #[error("{action} failed")]
    File {
        /// What was being done.
        action: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The storage engine failed.
    #[error("the storage engine failed")]
    Engine(#[source] redb::Error),
}

impl StoreError {
    /// The failure that an engine's error is.
    pub(super) fn engine(error: impl Into<redb::Error>) -> Self {
        match error.into() {
            redb::Error::DatabaseAlreadyOpen => Self::InUse,
            redb::Error::Io(source) if source.kind() == std::io::ErrorKind::StorageFull => {
                Self::Full
            }
            other => Self::Engine(other),
        }
    }
}
