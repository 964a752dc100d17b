//! Taking events: each once, whoever sends it again, and durable before anybody is told.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::arrival::{self, ARRIVALS, Arrivals};
use super::chunk::{Contents, Taken};
use super::event::{self, Content, EventKey, Timing};
use super::filter::Filter;
use super::ledger::{Kind, Ledger};
use super::run::Cursor;
use super::{Memory, Usage, UsageError};
use crate::domain::time::Instant;
use crate::domain::usage::record::UsageEvent;
use crate::store::StoreError;
use crate::store::batch::Batch;
use crate::store::view::View;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is new and got this sequence number.
    Taken(u64),
    /// It was taken before, saying the same.
    Duplicate,
    /// Another one was taken before under the same source and event id.
    Conflict,
}

/// Events that are packed and digested.
pub struct Prepared {
    bytes: Vec<u8>,
    offers: Vec<Offer>,
    /// The first chunk that was not asked what it knows, when it was last asked.
    screened: u64,
}

/// An event that is offered.
struct Offer {
    /// Its number comes when it is taken.
    event: Taken,
    /// Where its bytes are.
    bytes: (usize, usize),
    /// What is known of it from chunks that take no more events.
    found: Option<Verdict>,
}

impl Prepared {
    /// How many events at most are prepared together, so that staging them takes less than 20 ms.
    pub const EVENTS_MAX: usize = 5000;

    /// Packs and digests events.
    #[must_use]
    pub fn of<'a>(events: impl IntoIterator<Item = (&'a UsageEvent, Timing)>) -> Self {
        let events = events.into_iter();
        let mut bytes = Vec::with_capacity(events.size_hint().0 * 128);
        let offers = events.map(|it| Offer::of(it, &mut bytes)).collect();
        Self { bytes, offers, screened: 0 }
    }
}

impl Offer {
    fn of((event, timing): (&UsageEvent, Timing), bytes: &mut Vec<u8>) -> Self {
        let from = bytes.len();
        event::pack(event, timing, bytes);
        let (key, content) = event::identity(event, &bytes[from..]);
        let event = Taken {
            sequence: 0,
            key,
            content,
            series: event::series_of(event),
            at: event.at,
            quantity: event.quantity,
        };
        Self { event, bytes: (from, bytes.len()), found: None }
    }

    const fn verdict(&self, known: Content) -> Verdict {
        if known == self.event.content { Verdict::Duplicate } else { Verdict::Conflict }
    }
}

/// What a transaction has taken so far.
#[derive(Default)]
pub struct Staged {
    taken: Vec<Taken>,
    contents: Contents,
    received_at: Option<Instant>,
}

impl Staged {
    /// How many events are taken: a mark to go back to.
    #[must_use]
    pub const fn mark(&self) -> usize {
        self.taken.len()
    }

    /// Forgets what was taken since a mark, whose rows were taken back.
    pub fn roll_back(&mut self, mark: usize) {
        for taken in self.taken.drain(mark..) {
            self.contents.remove(&taken.key);
        }
    }
}

/// The runs of keys that are to be asked, the newest first, and their filters.
struct Screen<'a, V: View + ?Sized> {
    view: &'a V,
    runs: Vec<(u64, Option<Arc<Filter>>)>,
}

impl<'a, V: View + ?Sized> Screen<'a, V> {
    /// Over the runs of the view that have chunks from `since` on.
    fn new(view: &'a V, ledger: &Ledger, memory: &Memory, since: u64) -> Self {
        let live = ledger.live(Kind::Keys).filter(|it| it.chunks.1 >= since);
        let mut runs: Vec<_> = live.map(|it| (it.chunks, it.id)).collect();
        runs.sort_unstable_by(|one, other| other.cmp(one));
        let filter = |id| memory.filters.get(&id).cloned();
        Self { view, runs: runs.into_iter().map(|it| (it.1, filter(it.1))).collect() }
    }

    /// What the event of a key says, if one of the runs has it.
    fn content(&self, key: &EventKey) -> Result<Option<Content>, StoreError> {
        for (run, filter) in &self.runs {
            // A run without a filter was merged since: it is asked itself.
            if filter.as_ref().is_none_or(|it| it.may_have(key)) {
                let found = known(self.view, *run, key)?;
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        Ok(None)
    }
}

/// What the event of a key says, if a run has it.
pub(super) fn known(
    view: &(impl View + ?Sized),
    run: u64,
    key: &EventKey,
) -> Result<Option<Content>, StoreError> {
    let cursor = Cursor::seek(view, Kind::Keys.table(), run, key)?;
    let Some((_, content)) = cursor.entry().filter(|it| it.0 == key) else { return Ok(None) };
    let damaged = StoreError::Unreadable { table: Kind::Keys.table().0, source: None };
    let content = content.try_into().map_err(|_| damaged)?;
    Ok(Some(u64::from_be_bytes(content)))
}

impl Usage {
    /// Finds out what the chunks that take no more events know, so that the writer need not.
    ///
    /// # Errors
    /// [`UsageError::Busy`] while memory is read in; if the store fails.
    pub fn screen(
        &self,
        view: &(impl View + ?Sized),
        prepared: &mut Prepared,
    ) -> Result<(), UsageError> {
        let ledger = Ledger::read(view)?;
        let (screen, closed, through) = {
            let memory = self.memory();
            let memory = memory.as_ref().ok_or(UsageError::Busy)?;
            let screen = Screen::new(view, &ledger, memory, prepared.screened);
            // What was sealed after the view was taken is in neither of the two.
            let is_gapless = memory.ledger.sealed <= ledger.sealed;
            let through = if is_gapless { memory.open.number } else { ledger.sealed };
            (screen, memory.closed.clone(), through)
        };
        for offer in prepared.offers.iter_mut().filter(|it| it.found.is_none()) {
            let key = &offer.event.key;
            let held = closed.iter().find_map(|it| it.content(key));
            let known = if held.is_some() { held } else { screen.content(key)? };
            offer.found = known.map(|it| offer.verdict(it));
        }
        prepared.screened = through;
        Ok(())
    }

    /// Numbers and appends the events that are new, and says what became of each.
    ///
    /// # Errors
    /// [`UsageError::Busy`] while memory is read in or sealing has fallen behind; if the store
    /// fails.
    pub fn stage(
        &self,
        batch: &mut Batch<'_>,
        prepared: &Prepared,
        received_at: Instant,
        staged: &mut Staged,
    ) -> Result<Vec<Verdict>, UsageError> {
        if staged.taken.is_empty() {
            self.is_told_of(batch)?;
        }
        let memory = self.memory();
        let memory = memory.as_ref().ok_or(UsageError::Busy)?;
        let is_full = memory.open.events() >= self.limits.chunk_events;
        if is_full && memory.closed.len() >= self.limits.closed_chunks_max {
            return Err(UsageError::Busy);
        }
        let next = memory.open.end + staged.taken.len() as u64;
        let mut arrivals = Arrivals::new(next, received_at);
        let verdicts = judge(batch, memory, prepared, staged, &mut arrivals)?;
        batch.append(ARRIVALS, arrivals.rows())?;
        staged.received_at = staged.received_at.max(Some(received_at));
        Ok(verdicts)
    }

    /// Makes sure that memory knows all that is stored.
    fn is_told_of(&self, batch: &Batch<'_>) -> Result<(), UsageError> {
        let stored = arrival::next_sequence(batch)?;
        let is_told = self
            .memory()
            .as_ref()
            .is_some_and(|it| stored.unwrap_or(it.ledger.sealed_end) == it.open.end);
        if !is_told {
            *self.memory_mut() = None;
            return Err(UsageError::Busy);
        }
        Ok(())
    }

    /// Lets memory know what a transaction took, after it was committed.
    pub fn admit(&self, staged: Staged) {
        self.takings.fetch_add(1, Ordering::SeqCst);
        self.remember(staged.taken.iter().map(|it| it.series.subscription));
        let mut memory = self.memory_mut();
        let Some(memory) = memory.as_mut() else { return };
        for taken in &staged.taken {
            memory.open.add(taken);
        }
        memory.open.received_last = memory.open.received_last.max(staged.received_at);
    }
}

fn judge(
    batch: &Batch<'_>,
    memory: &Memory,
    prepared: &Prepared,
    staged: &mut Staged,
    arrivals: &mut Arrivals,
) -> Result<Vec<Verdict>, StoreError> {
    // Only chunks that were not there, or took events, at the screening.
    let is_screened = prepared.screened >= memory.ledger.sealed;
    let screen = Screen::new(batch, &memory.ledger, memory, prepared.screened);
    let chunks: Vec<_> = memory.chunks().filter(|it| it.number >= prepared.screened).collect();
    let mut verdicts = Vec::with_capacity(prepared.offers.len());
    for offer in &prepared.offers {
        let key = &offer.event.key;
        let known = staged.contents.get(key).map(|it| u64::from_be_bytes(*it));
        let known = known.or_else(|| chunks.iter().find_map(|it| it.content(key)));
        let known = match known.is_none() && offer.found.is_none() && !is_screened {
            true => screen.content(key)?,
            false => known,
        };
        let verdict = offer.found.or_else(|| known.map(|it| offer.verdict(it)));
        verdicts.push(verdict.unwrap_or_else(|| {
            let sequence = memory.open.end + staged.taken.len() as u64;
            staged.contents.insert(*key, offer.event.content.to_be_bytes());
            staged.taken.push(Taken { sequence, ..offer.event.clone() });
            arrivals.push(&prepared.bytes[offer.bytes.0..offer.bytes.1]);
            Verdict::Taken(sequence)
        }));
    }
    Ok(verdicts)
}
