//! How the store fails.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::health::is_full;

/// Why the store could not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The disk is full, or too full to be sure of the next commit. Nothing was written; reads go
    /// on, and so do writes when there is space again.
    #[error("no space is left for the store")]
    Full,
    /// The snapshot was given up, because the store was reopened after the disk was full. What is
    /// committed can be read from a new one.
    #[error("the snapshot was given up when the store was reopened: read again")]
    Interrupted,
    /// Nobody writes any more, because the store failed or the process ends. What was not answered may
    /// be written or not; the next process knows.
    #[error("the writer has stopped")]
    Stopped,
    /// What was to be read cannot be known ahead of the writer. Nothing was written; the work can be
    /// done where it is written.
    #[error("it cannot be rehearsed")]
    Unrehearsed,
    /// The disk failed. What is on it is no longer known, so the process must end; the next start
    /// finds every commit that was answered.
    #[error("the disk under the store failed")]
    Broken {
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file is not a store, or is damaged beyond a row. The process must end.
    #[error("the store is damaged: {what}: restore a backup")]
    Damaged {
        /// What the engine found.
        what: String,
    },
    /// Another process has the file open.
    #[error("the store is in use by another process")]
    InUse,
    /// The file was not closed properly, and who asks may only read.
    #[error("the store was not closed properly: open it for writing once")]
    NotRecovered,
    /// The file was written by a newer Tillbox.
    #[error("the store has schema {found}, this program knows up to {known}: use a newer Tillbox")]
    TooNew {
        /// The schema of the file.
        found: u32,
        /// The newest schema this program knows.
        known: u32,
    },
    /// The file was written by a program that was never released.
    #[error(
        "the store has schema {found} and was written before the first release, whose schema is {first}: begin a new one"
    )]
    Unreleased {
        /// The schema of the file.
        found: u32,
        /// The first schema that was released.
        first: u32,
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
    /// A file is already there, and nobody said that it may be replaced.
    #[error("`{}` is already there", path.display())]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// The file has a table that this program does not know and would lose.
    #[error("the store has a table `{name}` that this program does not know")]
    UnknownTable {
        /// Its name.
        name: String,
    },
    /// A copy was read again and is not what was written.
    #[error("the copy of `{table}` is not what was written")]
    CopyDiffers {
        /// The table.
        table: &'static str,
    },
    /// The file of the store, or one beside it, could not be used.
    #[error("{action} failed")]
    File {
        /// What was being done.
        action: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The storage engine failed.
    #[error("the storage engine failed")]
    Engine(#[source] redb::Error),
}

impl StoreError {
    /// Whether the process must end after it: what is on the disk is no longer known.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        match self {
            Self::Broken { .. } | Self::Damaged { .. } | Self::Engine(_) => true,
            Self::Full
            | Self::Interrupted
            | Self::Stopped
            | Self::Unrehearsed
            | Self::InUse
            | Self::NotRecovered
            | Self::TooNew { .. }
            | Self::Unreleased { .. }
            | Self::Unreadable { .. }
            | Self::Exists { .. }
            | Self::UnknownTable { .. }
            | Self::CopyDiffers { .. }
            | Self::File { .. } => false,
        }
    }

    /// The failure that an engine's error is, as far as it says itself.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the engine's errors are not ours to list")]
    pub(super) fn engine(error: impl Into<redb::Error>) -> Self {
        use io::ErrorKind::{InvalidData, UnexpectedEof};
        match error.into() {
            redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => Self::InUse,
            redb::Error::Io(source) if is_full(&source) => Self::Full,
            redb::Error::Corrupted(what) => Self::Damaged { what },
            redb::Error::Io(source) if matches!(source.kind(), InvalidData | UnexpectedEof) => {
                Self::Damaged { what: source.to_string() }
            }
            other => Self::Engine(other),
        }
    }
}
