//! Sealing: a closed chunk becomes sorted runs, runs become fewer, and what is outdated goes.
//!
//! All of it goes in slices. A slice is prepared from a snapshot and written with the ledger that
//! says how far things are now, so that there is nothing to repair after a crash: the next slice
//! goes on where the last one that was committed ended.

use std::collections::VecDeque;
use std::sync::Arc;

use super::arrival::{self, ARRIVALS};
use super::chunk::Chunk;
use super::event::EventKey;
use super::filter::Filter;
use super::ledger::{FILTERS, Kind, Ledger, Run, State, Stretch};
use super::run::{self, Block, Merge};
use super::source::{Entries, Source};
use super::{Limits, Usage, UsageError};
use crate::domain::time::Instant;
use crate::store::StoreError;
use crate::store::batch::Batch;
use crate::store::view::{KeyRange, Table, View};

/// About how many bytes a row has: how many are removed in a slice is told by it.
const ROW_BYTES: usize = 2048;

/// The one who seals: what was prepared and is yet to be written.
#[derive(Default)]
pub struct Sealer {
    /// The run that is being written, and up to where.
    place: Option<(u64, Vec<u8>)>,
    blocks: VecDeque<Block>,
    /// Whether the blocks reach to the end of the run.
    is_all: bool,
    source: Source,
    filter: Option<NewFilter>,
}

/// A change that was prepared and is to be written in one transaction.
pub struct Slice(Change);

enum Change {
    /// The open chunk takes no more events.
    Close,
    /// Rows come or go.
    Rows(Rows),
}

struct Rows {
    table: Table,
    put: Vec<(Vec<u8>, Vec<u8>)>,
    remove: Vec<Vec<u8>>,
    /// The ledger after it; the one before has the revision below.
    ledger: Ledger,
    filter: Option<NewFilter>,
}

/// A slice that was written, to be settled after the commit.
pub struct Written(Option<News>);

struct News {
    ledger: Ledger,
    filter: Option<NewFilter>,
}

/// The filter of a run that is written now.
type NewFilter = (u64, Arc<Filter>);

/// What is to be done next.
enum Plan {
    Close,
    Begin(Kind),
    Merge(Vec<Run>),
    GoOn(Run),
    Nothing,
}

fn plan(ledger: &Ledger, open_events: u64, limits: &Limits) -> Plan {
    let is_urgent = ledger.mergeable(limits.merged_runs * 2).is_some();
    let is_idle = ledger.closed.is_empty();
    if open_events >= limits.chunk_events && ledger.closed.len() < limits.closed_chunks_max {
        return Plan::Close;
    }
    let unfinished = ledger.unfinished().filter(|it| it.level == 0 || is_idle || is_urgent);
    if let Some(run) = unfinished {
        return Plan::GoOn(run.clone());
    }
    if let Some(chunk) = ledger.closed.first().filter(|_| !is_urgent) {
        return ledger.lacking(chunk.number).map_or(Plan::Nothing, Plan::Begin);
    }
    match ledger.mergeable(limits.merged_runs) {
        Some(sources) => Plan::Merge(sources.into_iter().cloned().collect()),
        None => Plan::Nothing,
    }
}

impl Sealer {
    /// Prepares the next slice from a fresh snapshot; `None` if nothing is left to do. `wall` is
    /// what the window in which events are known ends at.
    ///
    /// # Errors
    /// [`UsageError::Busy`] while memory is read in; if the store fails.
    pub fn next(
        &mut self,
        usage: &Usage,
        view: &impl View,
        wall: Instant,
    ) -> Result<Option<Slice>, UsageError> {
        let ledger = Ledger::read(view)?;
        let rows = match removal(view, &ledger, &usage.limits, wall)? {
            Some(rows) => rows,
            None => {
                let waiting = waiting(usage, &ledger)?;
                match plan(&ledger, waiting.open_events, &usage.limits) {
                    Plan::Nothing => return Ok(None),
                    Plan::Close => return Ok(Some(Slice(Change::Close))),
                    Plan::Begin(kind) => {
                        let chunk = waiting.chunk.ok_or(UsageError::Busy)?;
                        changed(ledger.begun(kind, &chunk))
                    }
                    Plan::Merge(sources) => {
                        let merging = ledger.merging(&sources).ok_or(UsageError::Busy)?;
                        changed(merging)
                    }
                    Plan::GoOn(run) => self.go_on(view, ledger, &run, waiting)?,
                }
            }
        };
        Ok(Some(Slice(Change::Rows(rows))))
    }

    fn go_on(
        &mut self,
        view: &impl View,
        ledger: Ledger,
        run: &Run,
        waiting: Waiting,
    ) -> Result<Rows, UsageError> {
        if let State::Filtering(pieces) = run.state {
            return Ok(self.filter(view, ledger, run, (pieces, waiting.slice_bytes))?);
        }
        if self.place.as_ref().is_none_or(|it| it.0 != run.id || it.1 != run.last) {
            // Another run, or the last slice did not come to be.
            self.blocks.clear();
            self.is_all = false;
        }
        if self.blocks.is_empty() && !self.is_all {
            let part = match run.level {
                0 => {
                    let chunk = waiting.chunk.ok_or(UsageError::Busy)?;
                    self.source.of_chunk(view, run, &chunk, waiting.part_events)?
                }
                _ => merged(view, &ledger, run)?,
            };
            self.blocks = part.blocks.into();
            self.is_all = part.is_all;
        }
        Ok(self.take(ledger, run, waiting.slice_bytes))
    }

    /// The next blocks of a run.
    fn take(&mut self, mut ledger: Ledger, run: &Run, slice_bytes: usize) -> Rows {
        let mut put = Vec::new();
        let mut bytes = 0;
        let written = ledger.run_mut(run.id);
        while let Some(block) = self.blocks.pop_front_if(|_| bytes < slice_bytes) {
            bytes += block.bytes.len();
            written.entries += block.entries;
            written.last = block.last;
            put.push((block.key, block.bytes));
        }
        self.place = Some((run.id, written.last.clone()));
        if self.blocks.is_empty() && self.is_all {
            self.place = None;
            match run.kind {
                Kind::Keys => written.state = State::Filtering(0),
                Kind::Events | Kind::Totals => ledger = ledger.finished(run.id),
            }
        }
        Rows { put, table: run.kind.table(), ..changed(ledger) }
    }

    /// The next pieces of the filter of a run.
    fn filter(
        &mut self,
        view: &impl View,
        mut ledger: Ledger,
        run: &Run,
        (done, slice_bytes): (u64, usize),
    ) -> Result<Rows, StoreError> {
        let filter = match self.filter.take().filter(|it| it.0 == run.id) {
            Some((_, filter)) => filter,
            None => Arc::new(filter_of(view, run)?),
        };
        let key = |place: u64| [run.id.to_be_bytes(), place.to_be_bytes()].concat();
        let after = usize::try_from(done).expect("pieces fit into memory");
        let (put, is_all) = {
            let pieces = filter.pieces(after).zip(done..);
            let mut rest = pieces.map(|(piece, place)| (key(place), piece));
            let put = rest.by_ref().take(slice_bytes.div_ceil(Filter::PIECE_BYTES));
            (put.collect::<Vec<_>>(), rest.next().is_none())
        };
        self.filter = Some((run.id, filter.clone()));
        ledger.run_mut(run.id).state = State::Filtering(done + put.len() as u64);
        let mut finished = None;
        if is_all {
            ledger = ledger.finished(run.id);
            finished = Some((run.id, filter));
        }
        Ok(Rows { put, table: FILTERS, filter: finished, ..changed(ledger) })
    }
}

/// A change of the ledger alone.
fn changed(mut ledger: Ledger) -> Rows {
    ledger.revision += 1;
    Rows { table: ARRIVALS, put: Vec::new(), remove: Vec::new(), ledger, filter: None }
}

/// What in memory is to be sealed.
struct Waiting {
    open_events: u64,
    chunk: Option<Arc<Chunk>>,
    /// How many events are sorted at a time.
    part_events: usize,
    slice_bytes: usize,
}

fn waiting(usage: &Usage, ledger: &Ledger) -> Result<Waiting, UsageError> {
    let memory = usage.memory();
    let memory = memory.as_ref().ok_or(UsageError::Busy)?;
    let chunk = memory.closed.iter().find(|it| it.number == ledger.sealed).cloned();
    let part_events = usize::try_from(usage.limits.chunk_events / 4).unwrap_or(usize::MAX);
    let (open_events, slice_bytes) = (memory.open.events(), usage.limits.slice_bytes);
    Ok(Waiting { open_events, chunk, part_events, slice_bytes })
}

/// What is to be removed, if anything is.
fn removal(
    view: &impl View,
    ledger: &Ledger,
    limits: &Limits,
    wall: Instant,
) -> Result<Option<Rows>, StoreError> {
    let most = limits.slice_bytes.div_ceil(ROW_BYTES);
    let remove = arrival::outdated(view, ledger.sealed_end, most)?;
    if !remove.is_empty() {
        return Ok(Some(Rows { remove, ..changed(ledger.clone()) }));
    }
    let window_start = wall.plus_seconds(-limits.window_seconds);
    let over = ledger.live(Kind::Keys).find(|it| it.received_last < window_start);
    if let Some(run) = over {
        let mut ledger = ledger.clone();
        ledger.run_mut(run.id).state = State::Outdated;
        return Ok(Some(changed(ledger)));
    }
    let Some(run) = ledger.runs.iter().find(|it| it.state == State::Outdated) else {
        return Ok(None);
    };
    for table in [run.kind.table(), FILTERS] {
        let remove = run::keys(view, table, &KeyRange::prefix(&run.id.to_be_bytes()), most)?;
        if !remove.is_empty() {
            return Ok(Some(Rows { table, remove, ..changed(ledger.clone()) }));
        }
    }
    let mut ledger = ledger.clone();
    let id = run.id;
    ledger.runs.retain(|it| it.id != id);
    Ok(Some(changed(ledger)))
}

/// The next entries of a run that takes the place of others.
fn merged(view: &impl View, ledger: &Ledger, run: &Run) -> Result<Entries, StoreError> {
    let table = run.kind.table();
    let sources = ledger.sources(run).into_iter().map(|it| it.id);
    let mut merge = Merge::seek(view, table, sources, &run.last)?;
    let mut entries = Entries::new(run);
    while let Some(cursor) = merge.lowest() {
        if let Some((key, value)) = cursor.entry() {
            entries.push(key, value)?;
        }
        cursor.advance()?;
        if entries.is_full() {
            return Ok(entries);
        }
    }
    entries.finish();
    Ok(entries)
}

fn filter_of(view: &impl View, run: &Run) -> Result<Filter, StoreError> {
    let table = Kind::Keys.table();
    let damaged = || StoreError::Unreadable { table: table.0, source: None };
    let mut filter = Filter::new(run.entries);
    let mut cursor = run::Cursor::seek(view, table, run.id, &[])?;
    while let Some((key, _)) = cursor.entry() {
        let key: EventKey = key.try_into().map_err(|_| damaged())?;
        filter.add(&key);
        cursor.advance()?;
    }
    Ok(filter)
}

impl Usage {
    /// Writes a slice, in a bulk transaction of its own. One that was prepared from an older state
    /// is left out.
    ///
    /// # Errors
    /// If the store fails.
    pub fn write(&self, batch: &mut Batch<'_>, slice: &Slice) -> Result<Written, StoreError> {
        let before = Ledger::read(batch)?;
        match &slice.0 {
            Change::Close => {
                let Some(ledger) = self.closing(before) else { return Ok(Written(None)) };
                batch.put_setting(&ledger)?;
                Ok(Written(Some(News { ledger, filter: None })))
            }
            Change::Rows(rows) if rows.ledger.revision != before.revision + 1 => Ok(Written(None)),
            Change::Rows(rows) => {
                batch.append(rows.table, rows.put.iter().map(|it| (&*it.0, &*it.1)))?;
                for key in &rows.remove {
                    batch.remove(rows.table, key)?;
                }
                batch.put_setting(&rows.ledger)?;
                let Rows { ledger, filter, .. } = rows;
                Ok(Written(Some(News { ledger: ledger.clone(), filter: filter.clone() })))
            }
        }
    }

    /// The ledger with the open chunk closed.
    fn closing(&self, mut ledger: Ledger) -> Option<Ledger> {
        let memory = self.memory();
        let open = &memory.as_ref()?.open;
        let (number, first) = (ledger.open_number(), ledger.open_first());
        if (open.number, open.first) != (number, first) || open.events() == 0 {
            return None;
        }
        ledger.closed.push(Stretch { number, first, end: open.end });
        ledger.revision += 1;
        Some(ledger)
    }

    /// Lets memory follow what was written, after it was committed.
    pub fn settle(&self, written: Written) {
        if let (Some(news), Some(memory)) = (written.0, self.memory_mut().as_mut()) {
            memory.follow(news.ledger, news.filter);
        }
    }
}
