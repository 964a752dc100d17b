//! A store that is only read: the file of another process, which goes on writing it.

use std::path::Path;

use redb::{ReadOnlyDatabase, ReadableDatabase};

use super::engine::{Held, caught, open_read_only};
use super::health::Health;
use super::{ReadTx, StoreError};

/// A store opened for reading alone.
pub struct ReadOnlyStore {
    database: Held<ReadOnlyDatabase>,
}

impl ReadOnlyStore {
    pub(super) fn open(path: &Path, cache_bytes: usize) -> Result<Self, StoreError> {
        let database = open_read_only(path, cache_bytes)?;
        Ok(Self { database: Held::new(database) })
    }

    /// A snapshot of what is committed.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn read(&self) -> Result<ReadTx, StoreError> {
        let tx = caught(|| self.database.begin_read().map_err(StoreError::engine))?;
        Ok(ReadTx::new(tx, Health::default()))
    }
}
