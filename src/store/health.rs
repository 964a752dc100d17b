//! What the disk under an open file last said.
//!
//! A backend passes everything on and remembers the first failure. The engine latches a failure and refuses everything after it without saying why. Here it is
//! still known whether the disk was only full, which passes, or failed, which does not.

use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};

use redb::{BackendError, StorageBackend};

use super::StoreError;

/// The methods of a backend that wraps another and leaves locking to it. Without them the engine
/// would take the file for one that cannot be locked.
macro_rules! forward_locks {
    ($backend:ident) => {
        fn try_lock_range(&self, from: Bound<u64>, to: Bound<u64>) -> Result<bool, BackendError> {
            self.$backend.try_lock_range(from, to)
        }

        fn try_lock_shared_range(
            &self,
            from: Bound<u64>,
            to: Bound<u64>,
        ) -> Result<bool, BackendError> {
            self.$backend.try_lock_shared_range(from, to)
        }

        fn lock_range(&self, from: Bound<u64>, to: Bound<u64>) -> Result<(), BackendError> {
            self.$backend.lock_range(from, to)
        }

        fn lock_shared_range(&self, from: Bound<u64>, to: Bound<u64>) -> Result<(), BackendError> {
            self.$backend.lock_shared_range(from, to)
        }

        fn unlock_range(&self, from: Bound<u64>, to: Bound<u64>) -> Result<(), BackendError> {
            self.$backend.unlock_range(from, to)
        }

        fn query_lock_range(&self, from: Bound<u64>, to: Bound<u64>) -> Result<bool, BackendError> {
            self.$backend.query_lock_range(from, to)
        }
    };
}
pub(super) use forward_locks;

/// Shared by the backend of an open file and everybody who reads or writes through it.
#[derive(Debug, Clone, Default)]
pub(super) struct Health(Arc<Mutex<Condition>>);

/// How the disk is.
#[derive(Debug, Default)]
enum Condition {
    /// It did everything that was asked.
    #[default]
    Sound,
    /// It had no space left. What was committed is there; reopening clears the engine's latch.
    Full,
    /// It failed otherwise. What is on it is no longer known.
    Broken(io::Error),
}

impl Health {
    /// Whether the disk was only full.
    pub(super) fn is_full(&self) -> bool {
        matches!(*self.condition(), Condition::Full)
    }

    /// What an engine's error means here: after a failure of the disk, that failure.
    pub(super) fn judge(&self, error: impl Into<redb::Error>) -> StoreError {
        let error = error.into();
        match &*self.condition() {
            Condition::Full if is_of_disk(&error) => StoreError::Full,
            Condition::Broken(source) if is_of_disk(&error) => {
                StoreError::Broken { source: copy(source) }
            }
            Condition::Sound | Condition::Full | Condition::Broken(_) => StoreError::engine(error),
        }
    }

    /// As if a write had failed so.
    #[cfg(test)]
    pub(super) fn write_failed(&self, error: io::Error) {
        let failed: io::Result<()> = self.note(Passes::IfFull, Err(error));
        assert!(failed.is_err());
    }

    fn condition(&self) -> std::sync::MutexGuard<'_, Condition> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note<T>(&self, passes: Passes, done: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &done {
            let mut condition = self.condition();
            match (&*condition, passes == Passes::IfFull && is_full(error)) {
                (Condition::Sound, true) => *condition = Condition::Full,
                (Condition::Full, true) | (Condition::Broken(_), _) => {}
                (Condition::Sound | Condition::Full, false) => {
                    *condition = Condition::Broken(copy(error));
                }
            }
        }
        done
    }
}

/// Whether a failure of an operation can be one that passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Passes {
    /// If it is for want of space.
    IfFull,
    /// Never. After a failed sync nobody knows which writes are on the disk, and asking again
    /// would only be told that all is well.
    Never,
}

/// Whether an engine's error is, or follows from, one of the disk.
const fn is_of_disk(error: &redb::Error) -> bool {
    use redb::Error::{DatabaseClosed, Io, LockPoisoned, PreviousIo, TransactionPoisoned};
    matches!(error, Io(_) | PreviousIo | DatabaseClosed | LockPoisoned(_) | TransactionPoisoned)
}

/// Whether an error says that there is no space.
pub(super) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// An error that says the same.
fn copy(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// A backend whose failures are remembered.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) backend: Box<dyn StorageBackend>,
    pub(super) health: Health,
}

impl StorageBackend for Watched {
    fn len(&self) -> io::Result<u64> {
        self.health.note(Passes::Never, self.backend.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match self.backend.read(offset, out) {
            // The file is shorter than it says: it is damaged, the disk did what it could.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(error),
            done => self.health.note(Passes::Never, done),
        }
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.health.note(Passes::IfFull, self.backend.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.health.note(Passes::Never, self.backend.sync_data())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.health.note(Passes::IfFull, self.backend.write(offset, data))
    }

    fn close(&self) -> io::Result<()> {
        self.backend.close()
    }

    forward_locks!(backend);
}
