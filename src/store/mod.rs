//! The store: one redb file, and the only room that knows it.
//!
//! Records lie in tables with indices that are functions of the record ([`record`]). What happened
//! is one appended log ([`fact`]). Everything an act does is in one transaction: the change, its
//! indices, its facts, its journal entries, its numbers and the answer under its idempotency key.
//!
//! There is one writer. [`Store::transact`] runs a batch of acts, each of which can be taken back
//! alone, and returns after the file is synced. Readers take a snapshot ([`Store::read`]) and never
//! wait for the writer.
//!
//! The rules of the business are not here.

pub mod alias;
mod batch;
mod codec;
pub mod due;
mod error;
pub mod fact;
pub mod idempotency;
pub mod meta;
pub mod migrate;
pub mod record;
pub mod schema;
pub mod sequence;
mod view;

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use redb::{Builder, Database, Durability, ReadableDatabase, StorageBackend};

pub use self::batch::{Batch, Mark};
pub use self::codec::Key;
pub use self::error::StoreError;
pub use self::record::{Along, Index, Record, Records};
pub use self::view::{KeyRange, ReadTx, Table, View, Visit};

/// An open store.
pub struct Store {
    database: ArcSwapOption<Database>,
}

/// How a transaction ends if its work succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    /// Nothing is written.
    Abandon,
    /// Everything is on the disk before the call returns.
    Durable,
}

impl Store {
    /// How much memory the engine's cache takes if nobody says otherwise.
    pub const CACHE_BYTES: usize = 40 << 20;

    /// Opens the file at a path, or makes a new one.
    ///
    /// # Errors
    /// If another process has it open, or it is not a store.
    pub fn open(path: &Path, cache_bytes: usize) -> Result<Self, StoreError> {
        Self::of(
            builder(cache_bytes)
                .create(path)
                .map_err(StoreError::engine)?,
        )
    }

    /// A store that lives in memory and is gone when it is dropped.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn memory() -> Result<Self, StoreError> {
        Self::on(redb::backends::InMemoryBackend::new())
    }

    /// A store on any backend: how tests pull the plug.
    ///
    /// # Errors
    /// If the engine fails, or what the backend holds is not a store.
    pub fn on(backend: impl StorageBackend) -> Result<Self, StoreError> {
        let database = builder(Self::CACHE_BYTES).create_with_backend(backend);
        Self::of(database.map_err(StoreError::engine)?)
    }

    fn of(database: Database) -> Result<Self, StoreError> {
        Ok(Self {
            database: ArcSwapOption::from_pointee(database),
        })
    }

    fn database(&self) -> Result<Arc<Database>, StoreError> {
        let open = self.database.load_full();
        open.ok_or_else(|| StoreError::engine(redb::StorageError::DatabaseClosed))
    }

    /// A snapshot of what is committed.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn read(&self) -> Result<ReadTx, StoreError> {
        let tx = self.database()?.begin_read().map_err(StoreError::engine)?;
        Ok(ReadTx::new(tx))
    }

    /// Runs acts in one transaction and returns after the file is synced. Each act can be taken
    /// back alone ([`Batch::roll_back`]).
    ///
    /// # Errors
    /// If the engine fails; then nothing was written.
    pub fn transact<T>(
        &self,
        work: impl FnOnce(&mut Batch<'_>) -> Result<(T, Commit), StoreError>,
    ) -> Result<T, StoreError> {
        self.transaction(|tx| work(&mut Batch::new(tx)))
    }

    /// Runs bulk work in a transaction of its own, without an undo log: it succeeds or leaves
    /// nothing. It must hold the writer no longer than 20 ms.
    ///
    /// # Errors
    /// If the engine or the work fails; then nothing was written.
    pub fn bulk<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Batch<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transaction(|tx| Ok((work(&mut Batch::bulk(tx))?, Commit::Durable)))
    }

    fn transaction<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&redb::WriteTransaction) -> Result<(T, Commit), E>,
    ) -> Result<T, E> {
        let database = self.database()?;
        let mut tx = database.begin_write().map_err(StoreError::engine)?;
        tx.set_durability(Durability::Immediate)
            .map_err(StoreError::engine)?;
        // Without it a reopening after a crash would read the whole file.
        tx.set_quick_repair(true);
        let (done, commit) = work(&tx)?;
        match commit {
            Commit::Durable => tx.commit().map_err(StoreError::engine)?,
            Commit::Abandon => tx.abort().map_err(StoreError::engine)?,
        }
        Ok(done)
    }

    /// Brings the file to the schema of this program and returns the steps that were taken.
    ///
    /// # Errors
    /// If the file is of a newer schema, or the engine fails.
    pub fn migrate(&self) -> Result<Vec<&'static str>, StoreError> {
        let mut taken = Vec::new();
        while let Some(step) = self.bulk(migrate::step)? {
            taken.push(step);
        }
        Ok(taken)
    }
}

fn builder(cache_bytes: usize) -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(cache_bytes);
    builder
}
