//! Chunks: what is held in memory of the events that do not lie in sorted runs yet.
//!
//! It can always be made again from the arrivals ([`Chunk::read`]), and is after each start.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::arrival::{self, ARRIVALS};
use super::event::{Content, EventKey, Series};
use super::ledger::Stretch;
use super::total::{Total, bucket_of};
use crate::domain::quantity::Quantity;
use crate::domain::time::Instant;
use crate::store::StoreError;
use crate::store::view::View;

/// Keys are digests, and ids end in what is random, so that their own bytes spread them. Nobody
/// outside chooses either.
#[derive(Default)]
pub(super) struct Spread(u64);

impl Spread {
    /// An odd number without a pattern in its bits.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
}

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(tail) = bytes.last_chunk() {
            let tail = u64::from_le_bytes(*tail);
            self.0 = (self.0.rotate_left(5) ^ tail).wrapping_mul(Self::FACTOR);
        }
    }
}

/// What each event says, by which it is.
pub(super) type Contents = HashMap<EventKey, [u8; 8], BuildHasherDefault<Spread>>;
/// What is known of each series.
type Books = HashMap<Series, Book, BuildHasherDefault<Spread>>;

/// How many parts the known events are in, so that no single growth of a table takes long.
const PARTS: usize = 64;

/// An event that was taken.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) sequence: u64,
    pub(super) key: EventKey,
    pub(super) content: Content,
    pub(super) series: Series,
    pub(super) at: Instant,
    pub(super) quantity: Quantity,
}

/// What is known of one series within a chunk.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// Where its events came in the chunk, in rising order.
    places: Vec<u32>,
    /// Its totals by bucket, in rising order.
    pub(super) buckets: Vec<(i64, Total)>,
}

/// The events of a stretch of sequence numbers.
pub(super) struct Chunk {
    pub(super) number: u64,
    pub(super) first: u64,
    /// The number after the last.
    pub(super) end: u64,
    /// The first and last instant of use.
    pub(super) at: Option<(Instant, Instant)>,
    pub(super) received_last: Option<Instant>,
    known: Vec<Contents>,
    pub(super) series: Books,
}

impl Chunk {
    pub(super) fn new(number: u64, first: u64) -> Self {
        Self {
            number,
            first,
            end: first,
            at: None,
            received_last: None,
            known: std::iter::repeat_with(Contents::default).take(PARTS).collect(),
            series: Books::default(),
        }
    }

    /// The chunk of a stretch as its arrivals have it.
    pub(super) fn read(view: &(impl View + ?Sized), stretch: Stretch) -> Result<Self, StoreError> {
        let mut chunk = Self::new(stretch.number, stretch.first);
        let mut received = None;
        arrival::visit(
            view,
            stretch.first,
            stretch.end,
            &mut |received_at| received = received.max(Some(received_at)),
            &mut |sequence, raw| {
                let (key, content) = raw.identity(ARRIVALS)?;
                let quantity = raw.quantity(ARRIVALS)?;
                let (series, at) = (raw.series, raw.at);
                chunk.add(&Taken { sequence, key, content, series, at, quantity });
                Ok(())
            },
        )?;
        chunk.received_last = received;
        Ok(chunk)
    }

    pub(super) const fn events(&self) -> u64 {
        self.end - self.first
    }

    pub(super) fn add(&mut self, taken: &Taken) {
        let place = u32::try_from(taken.sequence - self.first).expect("chunks are small");
        self.known[part(&taken.key)].insert(taken.key, taken.content.to_be_bytes());
        self.series.entry(taken.series).or_default().add(taken, place);
        let (first, last) = self.at.unwrap_or((taken.at, taken.at));
        self.at = Some((first.min(taken.at), last.max(taken.at)));
        self.end = taken.sequence + 1;
    }

    /// What the event of a key says, if it is here.
    pub(super) fn content(&self, key: &EventKey) -> Option<Content> {
        self.known[part(key)].get(key).map(|it| u64::from_be_bytes(*it))
    }

    /// All keys with what their events say, in rising order.
    pub(super) fn sorted_keys(&self) -> Vec<(EventKey, [u8; 8])> {
        let known = self.known.iter().flatten();
        let mut keys: Vec<_> = known.map(|(key, content)| (*key, *content)).collect();
        keys.sort_unstable();
        keys
    }

    /// All series in rising order.
    pub(super) fn sorted_series(&self) -> Vec<Series> {
        let mut series: Vec<_> = self.series.keys().copied().collect();
        series.sort_unstable();
        series
    }

    /// The totals of a series for the buckets from one up to another.
    pub(super) fn totals(&self, series: Series, from: i64, to: i64) -> &[(i64, Total)] {
        let Some(book) = self.series.get(&series) else { return &[] };
        let first = book.buckets.partition_point(|it| it.0 < from);
        let rest = &book.buckets[first..];
        &rest[..rest.partition_point(|it| it.0 < to)]
    }

    /// The sequence numbers of a series' events, in rising order.
    pub(super) fn numbers(&self, series: Series) -> Vec<u64> {
        let places = self.series.get(&series).map_or(&[][..], |it| &it.places);
        places.iter().map(|it| self.first + u64::from(*it)).collect()
    }
}

impl Book {
    pub(super) const fn events(&self) -> usize {
        self.places.len()
    }

    fn add(&mut self, taken: &Taken, place: u32) {
        self.places.push(place);
        let bucket = bucket_of(taken.at);
        // Most events come in the order in which they happened.
        let at = match self.buckets.last() {
            Some(last) if last.0 == bucket => self.buckets.len() - 1,
            Some(last) if last.0 > bucket => self.buckets.partition_point(|it| it.0 < bucket),
            Some(_) | None => self.buckets.len(),
        };
        if self.buckets.get(at).is_none_or(|it| it.0 != bucket) {
            self.buckets.insert(at, (bucket, Total::default()));
        }
        self.buckets[at].1.add(taken.quantity, taken.sequence);
    }
}

fn part(key: &EventKey) -> usize {
    usize::from(key[0]) % PARTS
}
