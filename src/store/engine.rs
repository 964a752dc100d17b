//! The engine over one opening of a file, with its panics caught where it is called.
//!
//! A damaged file can make the engine panic. Out of here that is an error like any other:
//! [`StoreError::Damaged`].

use std::any::Any;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redb::{
    Builder, ConcurrencyMode, Database, DatabaseError, Durability, ReadOnlyDatabase,
    ReadTransaction, ReadableDatabase, TransactionError, WriteTransaction,
};

use super::StoreError;
use super::backend::Medium;
use super::health::{Health, Watched};

/// Runs a call into the engine; if it panics, the file is damaged.
pub(super) fn caught<T>(call: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(call))
        .unwrap_or_else(|panic| Err(StoreError::Damaged { what: said(panic.as_ref()) }))
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|it| (*it).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "the engine panicked".to_owned())
}

/// Something of the engine's that may be dropped after it panicked, when dropping panics again.
pub(super) struct Held<T>(Option<T>);

impl<T> Held<T> {
    pub(super) const fn new(it: T) -> Self {
        Self(Some(it))
    }

    pub(super) fn take(mut self) -> T {
        self.0.take().expect("it is held until it is taken or dropped")
    }
}

impl<T> Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("it is held until it is taken or dropped")
    }
}

impl<T> DerefMut for Held<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("it is held until it is taken or dropped")
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        let it = self.0.take();
        // Who cared for the panic was told of the first one; the file is opened anew after it.
        let _ = caught(|| {
            drop(it);
            Ok(())
        });
    }
}

/// How much of a file is looked at when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// What is needed to go on from the last commit.
    LastCommit,
    /// Every page in use.
    Nothing,
}

/// A file opened for writing.
pub(super) struct Engine {
    database: Held<Database>,
    health: Health,
}

impl Engine {
    pub(super) fn open(
        medium: &dyn Medium,
        cache_bytes: usize,
        trust: Trust,
    ) -> Result<Self, StoreError> {
        let opening = |source| StoreError::File { action: "opening the store", source };
        let health = Health::default();
        let backend = medium.open().map_err(opening)?;
        let watched = Watched { backend, health: health.clone() };
        let mut builder = builder(cache_bytes);
        builder.set_check_integrity_on_open(trust == Trust::Nothing);
        if medium.is_shared() {
            builder.set_concurrency_mode(ConcurrencyMode::SingleWriter);
        }
        let database =
            caught(|| builder.create_with_backend(watched).map_err(|error| health.judge(error)))?;
        Ok(Self { database: Held::new(database), health })
    }

    pub(super) fn begin_read(&self) -> Result<(ReadTransaction, Health), StoreError> {
        let judged = |error: TransactionError| self.health.judge(error);
        let tx = caught(|| self.database.begin_read().map_err(judged))?;
        Ok((tx, self.health.clone()))
    }

    pub(super) fn begin_write(&self) -> Result<(WriteTransaction, Health), StoreError> {
        let tx = caught(|| {
            let mut tx = self.database.begin_write().map_err(|error| self.health.judge(error))?;
            tx.set_durability(Durability::Immediate).map_err(StoreError::engine)?;
            // Without it a reopening after a crash would read the whole file.
            tx.set_quick_repair(true);
            Ok(tx)
        })?;
        Ok((tx, self.health.clone()))
    }

    pub(super) const fn health(&self) -> &Health {
        &self.health
    }
}

/// Opens a file for reading alone, beside the process that writes it if there is one.
pub(super) fn open_read_only(
    path: &Path,
    cache_bytes: usize,
) -> Result<ReadOnlyDatabase, StoreError> {
    let mut builder = builder(cache_bytes);
    builder.set_concurrency_mode(ConcurrencyMode::SingleWriter);
    caught(|| match builder.open_read_only(path) {
        Err(DatabaseError::RepairAborted) => Err(StoreError::NotRecovered),
        opened => opened.map_err(StoreError::engine),
    })
}

fn builder(cache_bytes: usize) -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(cache_bytes);
    builder
}
