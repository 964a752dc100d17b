//! Usage events: the chunk scheme, which takes events as fast as the disk takes rows in order.
//!
//! Events are appended in the order in which they come ([`arrival`]). For the open chunk it is held
//! in memory which events are known and what they add up to ([`chunk`]). A chunk that is full is
//! sealed in the background ([`Sealer`]): its events, totals and keys become sorted runs, and a
//! filter says which events were certainly never seen. Runs of totals and keys are merged in
//! levels, so that few have to be asked. What is where says one row, the [`ledger`].
//!
//! Nothing is decided here about what an event must be: the domain does that before.
//!
//! # How it is called
//!
//! One [`Usage`] lives beside the store. After a start, and whenever it says
//! [`UsageError::Busy`], [`Usage::rebuild`] is called from a thread that may take a second.
//!
//! An ingest call goes in four steps:
//!
//! 1. [`Prepared::of`] packs and digests, [`Usage::screen`] finds what older chunks know: on the
//!    caller's thread, at most [`Prepared::EVENTS_MAX`] events a time.
//! 2. [`Usage::stage`] runs on the writer thread, inside the transaction: it numbers and appends
//!    what is new, and says for each event what became of it. Several calls may share a transaction
//!    and its [`Staged`]. If an act is taken back, so is its part ([`Staged::roll_back`]).
//! 3. The transaction is committed.
//! 4. [`Usage::admit`] is called with the [`Staged`], on the writer thread, before the next
//!    transaction begins. If the commit failed, the [`Staged`] is dropped instead, and nothing
//!    has happened. Only then the caller is answered.
//!
//! Who forgets step 4 is found out: the next [`Usage::stage`] sees rows that memory does not know,
//! and everything is `Busy` until the next rebuild.
//!
//! A duty seals: [`Sealer::next`] prepares a slice on the duty's thread from a fresh snapshot,
//! [`Usage::write`] writes it in a bulk transaction, [`Usage::settle`] follows the commit.
//! There is one sealer at a time.

mod arrival;
mod check;
mod chunk;
mod event;
mod filter;
mod ingest;
mod ledger;
mod pack;
mod read;
mod rejected;
mod run;
mod sealing;
mod source;
#[cfg(test)]
mod tests;
mod total;
mod unrated;
mod voided;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use thiserror::Error;

use self::chunk::Chunk;
use self::filter::Filter;
use self::ledger::{FILTERS, Kind, Ledger, State};
use super::StoreError;
use super::view::{KeyRange, Table, View};
use crate::domain::id::SubscriptionId;
use crate::domain::page::PageOrder;

pub use self::check::{Checked, Finding, check, checked};
pub use self::event::{Series, Timing};
pub use self::ingest::{Prepared, Staged, Verdict};
pub use self::read::{NumberedEvent, Want};
pub use self::rejected::{RejectedEvent, find_rejected, list_rejected};
pub use self::sealing::{Sealer, Slice, Written};
pub use self::total::{BUCKET_MICROS, Sum, Total};
pub use self::unrated::list_unrated;
pub use self::voided::{VoidedEvent, find_voided, list_voided, voided_in};

/// What lies in no record.
pub(super) const TABLES: &[Table] = &[
    arrival::ARRIVALS,
    Kind::Events.table(),
    Kind::Totals.table(),
    Kind::Keys.table(),
    ledger::FILTERS,
    rejected::REJECTED,
    unrated::UNRATED,
    voided::VOIDED,
];

/// How large chunks are and how long events are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// With how many events a chunk is closed.
    pub chunk_events: u64,
    /// How many chunks may wait to be sealed before no more events are taken.
    pub closed_chunks_max: usize,
    /// How many runs of one level are merged into one of the next.
    pub merged_runs: usize,
    /// How long after it came an event sent again is known to be the same.
    pub window_seconds: i64,
    /// How many bytes a slice of sealing writes.
    pub slice_bytes: usize,
}

impl Limits {
    /// For a live installation. A chunk of 440,000 events keeps its tables of known events just
    /// below the size at which they would double; it takes at most 60 MB.
    pub const LIVE: Self = Self {
        chunk_events: 440_000,
        closed_chunks_max: 2,
        merged_runs: 8,
        window_seconds: 35 * 24 * 60 * 60,
        slice_bytes: 1 << 20,
    };

    /// The same, remembering events for so many days.
    #[must_use]
    pub const fn remembering_days(self, days: u16) -> Self {
        Self { window_seconds: days as i64 * 24 * 60 * 60, ..self }
    }
}

/// Why usage could not be written or read.
#[derive(Debug, Error)]
pub enum UsageError {
    /// Memory is being read in after a start, or sealing has fallen behind. Try again later.
    #[error("usage is busy: try again later")]
    Busy,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// What of the usage events is in memory, beside the store.
pub struct Usage {
    limits: Limits,
    /// `None` until it is read in.
    memory: RwLock<Option<Memory>>,
    /// Of who reads it in.
    turn: Mutex<()>,
    /// How often some of it was charged since the start.
    charges: AtomicU64,
    /// How often some of it was taken since the start.
    takings: AtomicU64,
    /// Whose came since somebody asked.
    came: Mutex<Came>,
}

/// Whose usage came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// That of these.
    Of(BTreeSet<SubscriptionId>),
    /// That of too many to be told one by one.
    OfMany,
}

/// Of how many at most it is remembered one by one that their usage came.
const CAME_MAX: usize = 50_000;

struct Memory {
    /// As it was last committed.
    ledger: Ledger,
    /// The chunks that wait to be sealed, in order.
    closed: Vec<Arc<Chunk>>,
    open: Chunk,
    /// The filters of the live runs of keys.
    filters: BTreeMap<u64, Arc<Filter>>,
}

impl Usage {
    /// Usage that is yet to be read in.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            memory: RwLock::new(None),
            turn: Mutex::new(()),
            charges: AtomicU64::new(0),
            takings: AtomicU64::new(0),
            came: Mutex::new(Came::Of(BTreeSet::new())),
        }
    }

    /// How large chunks are and how long events are remembered.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Says that some of it was charged, once that is committed: what can still be taken may be less.
    pub fn charged(&self) {
        self.charges.fetch_add(1, Ordering::SeqCst);
    }

    /// How often some of it was charged since the start. A view that is taken afterwards has all of that.
    #[must_use]
    pub fn charges(&self) -> u64 {
        self.charges.load(Ordering::SeqCst)
    }

    /// How often events were taken, or taken back, since the start. What a view that was taken before is
    /// computed from does not know of those that came after.
    #[must_use]
    pub fn takings(&self) -> u64 {
        self.takings.load(Ordering::SeqCst)
    }

    /// Says that some of a subscription's was taken back, once that is committed.
    pub fn voided(&self, of: SubscriptionId) {
        self.takings.fetch_add(1, Ordering::SeqCst);
        self.remember([of]);
    }

    /// Remembers whose usage came, or was taken back.
    fn remember(&self, whose: impl IntoIterator<Item = SubscriptionId>) {
        let mut came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        let Came::Of(of) = &mut *came else { return };
        of.extend(whose);
        if of.len() > CAME_MAX {
            *came = Came::OfMany;
        }
    }

    /// Whose usage came since this was asked last, or since the start. It is in every view that is taken
    /// afterwards.
    #[must_use]
    pub fn take_came(&self) -> Came {
        let mut came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *came, Came::Of(BTreeSet::new()))
    }

    /// Whether events can be taken and totals read.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.memory().is_some()
    }

    /// Reads in what has to be in memory; nothing if it is there already. The view must have been
    /// taken after [`Usage::is_ready`] was false.
    ///
    /// # Errors
    /// If the store fails.
    pub fn rebuild(&self, view: &(impl View + ?Sized)) -> Result<(), StoreError> {
        if self.is_ready() {
            return Ok(());
        }
        // It is large: of many who need it one reads it in, and the others wait.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_ready() {
            return Ok(());
        }
        let memory = Memory::read(view)?;
        self.memory_mut().get_or_insert(memory);
        Ok(())
    }

    fn memory(&self) -> RwLockReadGuard<'_, Option<Memory>> {
        if self.memory.is_poisoned() {
            drop(self.memory_mut());
        }
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever panicked while changing memory has left half a change: it is read in again.
    fn memory_mut(&self) -> RwLockWriteGuard<'_, Option<Memory>> {
        self.memory.write().unwrap_or_else(|poisoned| {
            let mut memory = poisoned.into_inner();
            *memory = None;
            self.memory.clear_poison();
            memory
        })
    }
}

impl Memory {
    fn read(view: &(impl View + ?Sized)) -> Result<Self, StoreError> {
        let ledger = Ledger::read(view)?;
        let mut chunks = Vec::new();
        for stretch in ledger.unsealed() {
            chunks.push(Chunk::read(view, stretch)?);
        }
        let open = chunks.pop().expect("the open chunk is never sealed");
        let mut filters = BTreeMap::new();
        for run in ledger.live(Kind::Keys) {
            filters.insert(run.id, Arc::new(read_filter(view, run.id, run.entries)?));
        }
        Ok(Self { ledger, closed: chunks.into_iter().map(Arc::new).collect(), open, filters })
    }

    /// The chunks that are in memory, the open one last.
    fn chunks(&self) -> impl Iterator<Item = &Chunk> {
        self.closed.iter().map(Arc::as_ref).chain([&self.open])
    }

    /// Follows a change of the ledger that was committed.
    fn follow(&mut self, ledger: Ledger, filter: Option<(u64, Arc<Filter>)>) {
        self.filters.extend(filter);
        let keeps = |id: u64| ledger.run(id).is_some_and(|it| it.state != State::Outdated);
        self.filters.retain(|id, _| keeps(*id));
        if ledger.open_first() > self.open.first {
            let next = Chunk::new(ledger.open_number(), ledger.open_first());
            self.closed.push(Arc::new(std::mem::replace(&mut self.open, next)));
        }
        self.closed.retain(|it| it.number >= ledger.sealed);
        self.ledger = ledger;
    }
}

fn read_filter(view: &(impl View + ?Sized), run: u64, keys: u64) -> Result<Filter, StoreError> {
    let mut pieces = Vec::new();
    let range = KeyRange::prefix(&run.to_be_bytes());
    view.scan(FILTERS, &range, PageOrder::Rising, &mut |_, value| {
        pieces.push(value.to_vec());
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    let broken = StoreError::Unreadable { table: FILTERS.0, source: None };
    Filter::of_pieces(keys, &pieces).ok_or(broken)
}
