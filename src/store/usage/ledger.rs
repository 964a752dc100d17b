//! The ledger: which chunks are sealed and which runs hold what, in one row that changes together
//! with the rows it speaks of.

use serde::{Deserialize, Serialize};

use super::chunk::Chunk;
use crate::domain::time::Instant;
use crate::store::StoreError;
use crate::store::meta::{self, Setting};
use crate::store::view::{Table, View};

/// A stretch of sequence numbers that is, or was, a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stretch {
    /// The number of the chunk: 0 is the first.
    pub(super) number: u64,
    pub(super) first: u64,
    /// The number after the last.
    pub(super) end: u64,
}

/// What a run is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Kind {
    /// Events by `(series, instant, sequence)`.
    Events,
    /// Totals by `(series, bucket)`.
    Totals,
    /// What events say by which they are.
    Keys,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Events, Self::Totals, Self::Keys];

    /// The table of its runs.
    pub(super) const fn table(self) -> Table {
        match self {
            Self::Events => Table("usage/event"),
            Self::Totals => Table("usage/total"),
            Self::Keys => Table("usage/key"),
        }
    }

    /// Whether its runs are merged, so that few have to be asked. Events are not: they are many
    /// bytes, and those of other times are passed over.
    pub(super) const fn is_merged(self) -> bool {
        match self {
            Self::Events => false,
            Self::Totals | Self::Keys => true,
        }
    }
}

/// Pieces of filters by `(run, place)`.
pub(super) const FILTERS: Table = Table("usage/filter");

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    /// Entries are being written.
    Growing,
    /// All entries are written; so are this many pieces of the filter.
    Filtering(u64),
    /// All is written, but not all of its chunk.
    Written,
    /// It is read.
    Live,
    /// Nobody reads it any more; its rows are being removed.
    Outdated,
}

/// A sorted run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) id: u64,
    pub(super) kind: Kind,
    /// How often its entries were merged.
    pub(super) level: u32,
    /// The first and last chunk it covers.
    pub(super) chunks: (u64, u64),
    /// When its events were used, first and last.
    pub(super) at: (Instant, Instant),
    /// When the last of them came.
    pub(super) received_last: Instant,
    pub(super) entries: u64,
    /// The last key that is written.
    pub(super) last: Vec<u8>,
    pub(super) state: State,
}

/// What there is beside the arrivals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ledger {
    /// Rises with each change.
    pub(super) revision: u64,
    /// How many chunks are sealed: the number of the first that is not.
    pub(super) sealed: u64,
    /// The first sequence number that is not sealed.
    pub(super) sealed_end: u64,
    /// Chunks that take no more events and are to be sealed, in order.
    pub(super) closed: Vec<Stretch>,
    pub(super) runs: Vec<Run>,
    /// The id of the next run.
    pub(super) next_run: u64,
}

impl Setting for Ledger {
    const NAME: &'static str = "usage";
    const SHAPE: u8 = 1;
}

impl Ledger {
    /// The ledger of a store without usage. The first event gets the number 1.
    const NEW: Self = Self {
        revision: 0,
        sealed: 0,
        sealed_end: 1,
        closed: Vec::new(),
        runs: Vec::new(),
        next_run: 1,
    };

    /// The ledger as a view has it.
    pub(super) fn read(view: &(impl View + ?Sized)) -> Result<Self, StoreError> {
        Ok(meta::setting(view)?.unwrap_or(Self::NEW))
    }

    /// The first sequence number of the open chunk.
    pub(super) fn open_first(&self) -> u64 {
        self.closed.last().map_or(self.sealed_end, |it| it.end)
    }

    /// The number of the open chunk.
    pub(super) fn open_number(&self) -> u64 {
        self.sealed + self.closed.len() as u64
    }

    /// The chunks that are not sealed; the last of them is open.
    pub(super) fn unsealed(&self) -> Vec<Stretch> {
        let (number, first) = (self.open_number(), self.open_first());
        let open = Stretch { number, first, end: u64::MAX };
        self.closed.iter().copied().chain([open]).collect()
    }

    /// The runs of a kind that are read.
    pub(super) fn live(&self, kind: Kind) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(move |it| it.kind == kind && it.state == State::Live)
    }

    pub(super) fn run(&self, id: u64) -> Option<&Run> {
        self.runs.iter().find(|it| it.id == id)
    }

    /// The run that is being written: one of a chunk, if there is any.
    pub(super) fn unfinished(&self) -> Option<&Run> {
        let unfinished = |it: &&Run| matches!(it.state, State::Growing | State::Filtering(_));
        self.runs.iter().filter(unfinished).min_by_key(|it| it.level)
    }

    /// The kind of run that a closed chunk lacks.
    pub(super) fn lacking(&self, chunk: u64) -> Option<Kind> {
        let has = |kind: Kind| self.runs.iter().any(|it| it.kind == kind && it.is_of(chunk));
        Kind::ALL.into_iter().find(|it| !has(*it))
    }

    /// Runs of one kind and level that are many enough to be merged, the oldest first.
    pub(super) fn mergeable(&self, least: usize) -> Option<Vec<&Run>> {
        let kinds = Kind::ALL.into_iter().filter(|it| it.is_merged());
        let levels = self.runs.iter().map(|it| it.level).max().unwrap_or(0);
        let mut groups = kinds.flat_map(|kind| (0..=levels).map(move |level| (kind, level)));
        groups.find_map(|(kind, level)| {
            let mut runs: Vec<_> = self.live(kind).filter(|it| it.level == level).collect();
            runs.sort_by_key(|it| it.chunks);
            runs.truncate(least);
            (runs.len() == least).then_some(runs)
        })
    }

    /// The same with a run begun for a closed chunk.
    pub(super) fn begun(mut self, kind: Kind, chunk: &Chunk) -> Self {
        let known = "a closed chunk has events";
        self.runs.push(Run {
            id: self.next_run,
            kind,
            level: 0,
            chunks: (chunk.number, chunk.number),
            at: chunk.at.expect(known),
            received_last: chunk.received_last.expect(known),
            entries: 0,
            last: Vec::new(),
            state: State::Growing,
        });
        self.next_run += 1;
        self
    }

    /// The same with a run begun that takes the place of others.
    pub(super) fn merging(mut self, sources: &[Run]) -> Option<Self> {
        let (first, last) = (sources.first()?, sources.last()?);
        self.runs.push(Run {
            id: self.next_run,
            level: first.level + 1,
            chunks: (first.chunks.0, last.chunks.1),
            at: sources.iter().fold(first.at, |at, it| (at.0.min(it.at.0), at.1.max(it.at.1))),
            received_last: sources.iter().map(|it| it.received_last).max()?,
            entries: 0,
            last: Vec::new(),
            state: State::Growing,
            kind: first.kind,
        });
        self.next_run += 1;
        Some(self)
    }

    /// The runs whose place a run takes.
    pub(super) fn sources(&self, run: &Run) -> Vec<Run> {
        let level = run.level.checked_sub(1);
        let live = self.live(run.kind).filter(|it| Some(it.level) == level);
        let mut sources: Vec<_> = live.filter(|it| run.covers(it)).cloned().collect();
        sources.sort_by_key(|it| it.chunks);
        sources
    }

    pub(super) fn run_mut(&mut self, id: u64) -> &mut Run {
        self.runs.iter_mut().find(|it| it.id == id).expect("a run that is written is in the ledger")
    }

    /// The same after a run was finished: a merged one is read at once, those of a chunk together.
    pub(super) fn finished(mut self, id: u64) -> Self {
        let run = self.run_mut(id).clone();
        if run.level > 0 {
            for source in self.sources(&run) {
                self.run_mut(source.id).state = State::Outdated;
            }
            self.run_mut(id).state = State::Live;
            return self;
        }
        self.run_mut(id).state = State::Written;
        let chunk = run.chunks.0;
        let written = self.runs.iter().filter(|it| it.is_of(chunk) && it.state == State::Written);
        if written.count() == Kind::ALL.len() {
            self.runs.iter_mut().filter(|it| it.is_of(chunk)).for_each(|it| it.state = State::Live);
            self.sealed += 1;
            self.sealed_end = self.closed.remove(0).end;
        }
        self
    }
}

impl Run {
    fn is_of(&self, chunk: u64) -> bool {
        self.level == 0 && self.chunks.0 == chunk
    }

    pub(super) fn covers(&self, other: &Self) -> bool {
        self.chunks.0 <= other.chunks.0 && other.chunks.1 <= self.chunks.1
    }

    /// Whether any of its events were used from one instant up to another.
    pub(super) fn overlaps(&self, from: Instant, to: Instant) -> bool {
        self.at.0 < to && from <= self.at.1
    }
}
