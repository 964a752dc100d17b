//! Sources: the entries that a chunk's runs are made of, a part at a time and in order.

use super::arrival;
use super::chunk::Chunk;
use super::event::Series;
use super::ledger::{Kind, Run};
use super::pack::{Unpack, ordered};
use super::run::{Block, Blocks};
use super::total::Total;
use crate::domain::time::Instant;
use crate::store::StoreError;
use crate::store::view::View;

/// How many bytes of blocks are prepared at a time.
const PART_BYTES: usize = 8 << 20;

/// Entries of a run, from where it was left.
pub(super) struct Entries {
    pub(super) blocks: Vec<Block>,
    /// Whether they reach to the end of the run.
    pub(super) is_all: bool,
    building: Blocks,
    kind: Kind,
    /// The last key that is written already.
    written: Vec<u8>,
    /// An entry that may still be followed by another under its key.
    held: Option<(Vec<u8>, Vec<u8>)>,
}

impl Entries {
    pub(super) fn new(run: &Run) -> Self {
        Self {
            blocks: Vec::new(),
            is_all: false,
            building: Blocks::new(run.id),
            kind: run.kind,
            written: run.last.clone(),
            held: None,
        }
    }

    /// Adds an entry, whose key is not below the last. Totals under one key are added up; of other
    /// entries under one key the first is kept.
    pub(super) fn push(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        if !self.written.is_empty() && key <= self.written.as_slice() {
            return Ok(());
        }
        match &mut self.held {
            Some(held) if held.0 == key && self.kind == Kind::Totals => {
                let mut total = Total::unpack(Unpack::new(self.kind.table(), &held.1))?;
                total.merge(&Total::unpack(Unpack::new(self.kind.table(), value))?);
                held.1.clear();
                total.pack(&mut held.1);
            }
            Some(held) if held.0 == key => {}
            Some(held) => {
                self.building.push(&held.0, &held.1);
                held.0.clear();
                held.0.extend_from_slice(key);
                held.1.clear();
                held.1.extend_from_slice(value);
            }
            None => self.held = Some((key.to_vec(), value.to_vec())),
        }
        Ok(())
    }

    /// Whether it is time to write them. What is held comes again with the next part.
    pub(super) fn is_full(&mut self) -> bool {
        let is_full = self.building.bytes() >= PART_BYTES;
        if is_full {
            self.close();
        }
        is_full
    }

    /// Says that no more entries come.
    pub(super) fn finish(&mut self) {
        self.is_all = true;
        self.flush();
    }

    /// Says that no more entries come in this part, and none under the last key.
    pub(super) fn flush(&mut self) {
        if let Some((key, value)) = self.held.take() {
            self.building.push(&key, &value);
        }
        self.close();
    }

    fn close(&mut self) {
        self.blocks = std::mem::replace(&mut self.building, Blocks::new(0)).finish();
    }
}

/// What is known of the chunk whose runs are being made.
#[derive(Default)]
pub(super) struct Source {
    /// The chunk's series in order.
    series: Option<(u64, Vec<Series>)>,
}

impl Source {
    /// The next entries of a run of a chunk.
    pub(super) fn of_chunk(
        &mut self,
        view: &impl View,
        run: &Run,
        chunk: &Chunk,
        part_events: usize,
    ) -> Result<Entries, StoreError> {
        let mut entries = Entries::new(run);
        match run.kind {
            Kind::Keys => {
                for (key, content) in chunk.sorted_keys() {
                    entries.push(&key, &content)?;
                }
                entries.finish();
            }
            Kind::Totals => totals(self.series_of(chunk), chunk, &mut entries)?,
            Kind::Events => {
                events(view, self.series_of(chunk), chunk, part_events, &mut entries)?;
            }
        }
        Ok(entries)
    }

    fn series_of(&mut self, chunk: &Chunk) -> &[Series] {
        let held = self.series.take().filter(|it| it.0 == chunk.number);
        let held = held.unwrap_or_else(|| (chunk.number, chunk.sorted_series()));
        &self.series.insert(held).1
    }
}

fn totals(series: &[Series], chunk: &Chunk, entries: &mut Entries) -> Result<(), StoreError> {
    let mut value = Vec::new();
    for series in series {
        for (bucket, total) in chunk.totals(*series) {
            value.clear();
            total.pack(&mut value);
            entries.push(&series.key(bucket), &value)?;
        }
        if entries.is_full() {
            return Ok(());
        }
    }
    entries.finish();
    Ok(())
}

/// Where an event of a part lies in the bytes that were gathered.
struct Gathered {
    series: Series,
    at: Instant,
    sequence: u64,
    body: (usize, usize),
}

/// The events of the next series, sorted.
fn events(
    view: &impl View,
    series: &[Series],
    chunk: &Chunk,
    part_events: usize,
    entries: &mut Entries,
) -> Result<(), StoreError> {
    // The series that was written last may be written in part.
    let from = entries.written.get(..32).unwrap_or_default().to_vec();
    let part = &series[series.partition_point(|it| it.bytes().as_slice() < from.as_slice())..];
    let length = length_of(part, chunk, part_events);
    if let (Some(first), Some(last)) = (part.first(), part[..length].last()) {
        let mut bytes = Vec::new();
        let mut found = gather(view, chunk, (*first, *last), &mut bytes)?;
        found.sort_unstable_by_key(|it| (it.series, it.at, it.sequence));
        for it in &found {
            let key = event_key(it.series, it.at, it.sequence);
            entries.push(&key, &bytes[it.body.0..it.body.1])?;
        }
    }
    match length == part.len() {
        true => entries.finish(),
        false => entries.flush(),
    }
    Ok(())
}

/// How many series make a part. They are two at least: the first may have been written before.
fn length_of(series: &[Series], chunk: &Chunk, part_events: usize) -> usize {
    let mut events = 0;
    let is_within = |(place, series): &(usize, &Series)| {
        let is_within = events < part_events || *place < 2;
        events += chunk.events_of(**series) as usize;
        is_within
    };
    series.iter().enumerate().take_while(is_within).count()
}

/// The key of an event in a run.
pub(super) fn event_key(series: Series, at: Instant, sequence: u64) -> [u8; 48] {
    let mut key = [0; 48];
    key[..32].copy_from_slice(&series.bytes());
    key[32..40].copy_from_slice(&ordered(at.micros()));
    key[40..].copy_from_slice(&sequence.to_be_bytes());
    key
}

fn gather(
    view: &impl View,
    chunk: &Chunk,
    part: (Series, Series),
    bytes: &mut Vec<u8>,
) -> Result<Vec<Gathered>, StoreError> {
    let mut found = Vec::new();
    arrival::visit(view, chunk.first, chunk.end, &mut |_| {}, &mut |sequence, raw| {
        if part.0 <= raw.series && raw.series <= part.1 {
            let from = bytes.len();
            bytes.extend_from_slice(raw.body);
            let body = (from, bytes.len());
            found.push(Gathered { series: raw.series, at: raw.at, sequence, body });
        }
        Ok(())
    })?;
    Ok(found)
}
