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
//! A full disk is met before a batch begins ([`Store::headroom`]): the batch is refused, reads go on,
//! and writes do when there is space. Any other failure of the disk ends the process
//! ([`StoreError::is_fatal`]), because what is on it is no longer known.
//!
//! The rules of the business are not here.

pub mod account;
pub mod alias;
pub mod attribute;
mod backend;
pub mod backup;
mod batch;
pub mod catalog;
pub mod charged_usage;
pub mod check;
mod codec;
pub mod content;
#[cfg(test)]
mod counted;
pub mod deferral;
mod derived;
pub mod document;
pub mod due;
pub mod dunning;
mod engine;
pub mod errand;
mod error;
pub mod fact;
mod health;
pub mod idempotency;
pub mod invoice;
pub mod journal;
pub mod letterhead;
pub mod listener;
pub mod meta;
pub mod migrate;
pub mod notification;
pub mod operator;
pub mod order;
pub mod overview;
pub mod party;
pub mod payment;
mod read_only;
pub mod record;
mod rehearsal;
pub mod reopened;
pub mod resale;
pub mod review;
pub mod schema;
mod seal;
pub mod sequence;
pub mod settlement;
pub mod subscription;
pub mod tally;
#[cfg(test)]
mod tests;
mod turn;
pub mod usage;
mod view;
mod waiting;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use redb::StorageBackend;

pub use self::backend::Medium;
use self::backend::{Disk, Once};
use self::batch::Transaction;
pub use self::batch::{Batch, Mark};
pub use self::codec::Key;
pub use self::derived::Derived;
use self::engine::Engine;
pub use self::engine::Trust;
pub use self::error::StoreError;
pub use self::read_only::ReadOnlyStore;
pub use self::record::{Along, Change, Index, Record, Records};
pub use self::rehearsal::Rehearsal;
use self::rehearsal::Stage;
use self::turn::Turns;
pub use self::view::{KeyRange, ReadTx, Table, View, Visit};

/// An open store.
pub struct Store {
    medium: Box<dyn Medium>,
    cache_bytes: usize,
    /// Nothing while the disk is too full even to open the file.
    engine: RwLock<Option<Engine>>,
    latest: Mutex<Latest>,
    /// Of who writes, or reopens.
    turns: Turns,
}

/// The snapshot that all share who read before the next commit: beginning to read takes longer than
/// reading a row. It is given up with each transaction, so that it keeps no pages from reuse.
#[derive(Default)]
struct Latest {
    snapshot: Option<ReadTx>,
    /// How often it was given up: what was begun before is no longer the latest.
    given_up: u64,
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

    /// How much must be free on the disk for a batch to begin: more than an ordinary batch writes,
    /// and enough for logs and the search index to say goodbye.
    pub const HEADROOM_BYTES: u64 = 4 << 20;

    /// Opens the file at a path, or makes a new one.
    ///
    /// # Errors
    /// If another process writes it, or it is not a store.
    pub fn open(path: &Path, cache_bytes: usize) -> Result<Self, StoreError> {
        Self::of(Box::new(Disk::at(path)), cache_bytes, Trust::LastCommit)
    }

    /// Opens the file at a path after looking at every page of it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if any page is not as it was written; else as [`Store::open`].
    pub fn open_verified(path: &Path, cache_bytes: usize) -> Result<Self, StoreError> {
        Self::of(Box::new(Disk::at(path)), cache_bytes, Trust::Nothing)
    }

    /// Opens the file at a path for reading alone, beside the process that writes it if there is
    /// one.
    ///
    /// # Errors
    /// [`StoreError::NotRecovered`] if the last process that wrote it did not close it.
    pub fn open_read_only(path: &Path, cache_bytes: usize) -> Result<ReadOnlyStore, StoreError> {
        ReadOnlyStore::open(path, cache_bytes)
    }

    /// A store that lives in memory and is gone when it is dropped.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn memory() -> Result<Self, StoreError> {
        Self::on(redb::backends::InMemoryBackend::new())
    }

    /// A store on any backend; it cannot be reopened after the backend was full.
    ///
    /// # Errors
    /// If the engine fails, or what the backend holds is not a store.
    pub fn on(backend: impl StorageBackend) -> Result<Self, StoreError> {
        Self::within(Once::new(backend), Trust::LastCommit)
    }

    /// A store on any medium: how tests pull the plug.
    ///
    /// # Errors
    /// If the engine fails, or what the medium holds is not a store.
    pub fn within(medium: impl Medium, trust: Trust) -> Result<Self, StoreError> {
        Self::of(Box::new(medium), Self::CACHE_BYTES, trust)
    }

    /// The same without a cache: whatever is read is read off the medium each time.
    ///
    /// # Errors
    /// As [`Store::within`].
    pub fn uncached(medium: impl Medium, trust: Trust) -> Result<Self, StoreError> {
        Self::of(Box::new(medium), 0, trust)
    }

    fn of(medium: Box<dyn Medium>, cache_bytes: usize, trust: Trust) -> Result<Self, StoreError> {
        let engine = Engine::open(medium.as_ref(), cache_bytes, trust)?;
        let (engine, latest) = (RwLock::new(Some(engine)), Mutex::default());
        Ok(Self { medium, cache_bytes, engine, latest, turns: Turns::default() })
    }

    /// A snapshot of what is committed.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn read(&self) -> Result<ReadTx, StoreError> {
        match self.begin_read() {
            // The disk was full and the writer has not come to reopening yet.
            Err(StoreError::Full) => {
                let _turn = self.turns.take().ok_or(StoreError::Interrupted)?;
                self.reopen()?;
                self.begin_read()
            }
            begun => begun,
        }
    }

    fn begin_read(&self) -> Result<ReadTx, StoreError> {
        let begun_at = match &*self.latest() {
            Latest { snapshot: Some(snapshot), .. } => return Ok(snapshot.clone()),
            Latest { snapshot: None, given_up } => *given_up,
        };
        let (tx, health) = self.with_engine(Engine::begin_read)?;
        let snapshot = ReadTx::new(tx, health);
        let mut latest = self.latest();
        if latest.given_up == begun_at {
            latest.snapshot = Some(snapshot.clone());
        }
        Ok(snapshot)
    }

    fn latest(&self) -> MutexGuard<'_, Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next reader begin anew.
    fn give_up_latest(&self) {
        let mut latest = self.latest();
        latest.given_up += 1;
        let given_up = latest.snapshot.take();
        // The engine takes locks of its own when a snapshot goes.
        drop(latest);
        drop(given_up);
    }

    /// Runs acts in one transaction and returns after the file is synced. Each act can be taken
    /// back alone ([`Batch::roll_back`]).
    ///
    /// # Errors
    /// If the engine fails; then nothing was written.
    pub fn transact<T>(
        &self,
        work: impl FnOnce(Batch<'_>) -> Result<(T, Commit), StoreError>,
    ) -> Result<T, StoreError> {
        self.transaction(|tx| work(Batch::new(tx)))
    }

    /// Runs bulk work in a transaction of its own, without an undo log: it succeeds or leaves
    /// nothing. It must hold the writer no longer than 20 ms.
    ///
    /// # Errors
    /// If the engine or the work fails; then nothing was written.
    pub fn bulk<T>(
        &self,
        work: impl FnOnce(Batch<'_>) -> Result<(T, Commit), StoreError>,
    ) -> Result<T, StoreError> {
        self.transaction(|tx| work(Batch::bulk(tx)))
    }

    /// Does bulk work ahead of the writer, over a snapshot and what another rehearsal will have
    /// written by then; nothing is written. See [`Batch::perform`].
    ///
    /// # Errors
    /// [`StoreError::Unrehearsed`] if the work reads what cannot be known now; if the engine or the
    /// work fails.
    pub fn rehearse<T>(
        &self,
        (view, before): (&ReadTx, Option<&Rehearsal>),
        work: impl FnOnce(Batch<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, Rehearsal), StoreError> {
        let stage = Stage::new(view, before);
        let done = work(Batch::rehearsal(&stage))?;
        Ok((done, stage.end()))
    }

    /// Whether the disk has room for a batch. Each transaction asks it before anything is touched.
    ///
    /// # Errors
    /// [`StoreError::Full`] if not.
    pub fn headroom(&self) -> Result<(), StoreError> {
        let asking = |source| StoreError::File { action: "asking for free space", source };
        match self.medium.free_bytes().map_err(asking)? {
            Some(free) if free < Self::HEADROOM_BYTES => Err(StoreError::Full),
            Some(_) | None => Ok(()),
        }
    }

    fn transaction<T>(
        &self,
        work: impl FnOnce(&Transaction) -> Result<(T, Commit), StoreError>,
    ) -> Result<T, StoreError> {
        let _turn = self.turns.take().expect("a transaction is not opened inside another");
        self.headroom()?;
        let done = self.begin_write().and_then(|tx| {
            let (done, commit) = work(&tx)?;
            tx.end(commit).map(|()| done)
        });
        self.give_up_latest();
        match done {
            done @ Err(StoreError::Broken { .. } | StoreError::Damaged { .. }) => done,
            Err(_) if self.is_latched() => {
                self.reopen()?;
                Err(StoreError::Full)
            }
            done => done,
        }
    }

    fn begin_write(&self) -> Result<Transaction, StoreError> {
        let begun = match self.with_engine(Engine::begin_write) {
            Err(StoreError::Full) => {
                self.reopen()?;
                self.with_engine(Engine::begin_write)
            }
            begun => begun,
        };
        let (tx, health) = begun?;
        Ok(Transaction::new(tx, health))
    }

    fn with_engine<T>(
        &self,
        work: impl FnOnce(&Engine) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        engine.as_ref().ok_or(StoreError::Full).and_then(work)
    }

    fn is_latched(&self) -> bool {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        engine.as_ref().is_some_and(|it| it.health().is_full())
    }

    /// Closes the file and opens it again if the disk was full, because the engine refuses even
    /// reads after it. Snapshots that are still out there end with [`StoreError::Interrupted`].
    /// Who calls it has the turn, so that no transaction keeps the old file locked.
    fn reopen(&self) -> Result<(), StoreError> {
        let mut engine = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        if engine.as_ref().is_some_and(|it| !it.health().is_full()) {
            return Ok(());
        }
        self.give_up_latest();
        *engine = None;
        let medium = self.medium.as_ref();
        *engine = Some(Engine::open(medium, self.cache_bytes, Trust::LastCommit)?);
        Ok(())
    }

    /// Brings the file to the schema of this program and returns the steps that were taken.
    ///
    /// # Errors
    /// If the file is of a newer schema, or the engine fails.
    pub fn migrate(&self) -> Result<Vec<&'static str>, StoreError> {
        let mut taken = Vec::new();
        loop {
            let step = self.bulk(|mut batch| Ok((migrate::step(&mut batch)?, Commit::Durable)))?;
            match step {
                Some(step) => taken.push(step),
                None => return Ok(taken),
            }
        }
    }
}
