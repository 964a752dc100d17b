//! Chunks: what is held in memory of the events that do not lie in sorted runs yet.
//!
//! It can always be made again from the arrivals ([`Chunk::read`]), and is after each start.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use super::arrival::{self, ARRIVALS};
use super::event::{Content, EventKey, Series};
use super::ledger::Stretch;
use super::total::{Part, Total, bucket_of};
use crate::domain::id::Id;
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

/// How many parts the known events are in, and the series, so that no single growth of a table takes long.
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

/// What is known of one series within a chunk. Most have few events in it, and there are many: what they
/// have lies in two lists for all of them, each entry with the place of the one before of its series.
#[derive(Debug)]
struct Book {
    events: u32,
    /// The place of its last sum.
    last: u32,
}

/// What events of a series add up to that came with no other of it between them, and lie in one bucket.
struct Summed {
    bucket: i64,
    sum: Part,
    events: u32,
    /// The places in the chunk of its first and last event.
    places: (u32, u32),
    /// The place of the sum before of the same series.
    before: u32,
}

/// The place before the first.
const NOWHERE: u32 = u32::MAX;

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
    series: Vec<Books>,
    /// By the place of each event in the chunk, the place of the one before of the same series.
    before: Vec<u32>,
    sums: Vec<Summed>,
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
            series: std::iter::repeat_with(Books::default).take(PARTS).collect(),
            before: Vec::new(),
            sums: Vec::new(),
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
        self.known[part(&taken.key)].insert(taken.key, taken.content.to_be_bytes());
        self.count(taken);
        let (first, last) = self.at.unwrap_or((taken.at, taken.at));
        self.at = Some((first.min(taken.at), last.max(taken.at)));
        self.end = taken.sequence + 1;
    }

    /// Adds an event to what its series adds up to.
    fn count(&mut self, taken: &Taken) {
        let at = place(taken.sequence - self.first);
        let books = &mut self.series[part_of(taken.series)];
        let book = books.entry(taken.series).or_insert(Book { events: 0, last: NOWHERE });
        book.events += 1;
        let (bucket, sum) = (bucket_of(taken.at), Part::of(taken.quantity));
        // Most events come in the order in which they happened.
        let last = self.sums.get_mut(book.last as usize);
        self.before.resize(at as usize + 1, last.as_ref().map_or(NOWHERE, |it| it.places.1));
        if let Some(last) = last.filter(|it| it.bucket == bucket)
            && let Some(sum) = last.sum.plus(sum)
        {
            (last.sum, last.events, last.places.1) = (sum, last.events + 1, at);
            return;
        }
        let before = std::mem::replace(&mut book.last, place(self.sums.len() as u64));
        self.sums.push(Summed { bucket, sum, events: 1, places: (at, at), before });
    }

    /// What the event of a key says, if it is here.
    pub(super) fn content(&self, key: &EventKey) -> Option<Content> {
        self.known[part(key)].get(key).map(|it| u64::from_be_bytes(*it))
    }

    /// All keys with what their events say, in rising order.
    pub(super) fn sorted_keys(&self) -> Vec<(EventKey, [u8; 8])> {
        let mut keys = Vec::with_capacity(self.known.iter().map(HashMap::len).sum());
        keys.extend(self.known.iter().flatten().map(|(key, content)| (*key, *content)));
        keys.sort_unstable();
        keys
    }

    /// All series, in no order.
    pub(super) fn series(&self) -> impl Iterator<Item = Series> {
        self.series.iter().flat_map(HashMap::keys).copied()
    }

    /// All series in rising order.
    pub(super) fn sorted_series(&self) -> Vec<Series> {
        let mut series: Vec<_> = self.series().collect();
        series.sort_unstable();
        series
    }

    /// How many events a series has.
    pub(super) fn events_of(&self, series: Series) -> u32 {
        self.book(series).map_or(0, |it| it.events)
    }

    /// What a series adds up to in the buckets from one up to another.
    pub(super) fn total(&self, series: Series, from: i64, to: i64) -> Total {
        let mut total = Total::default();
        let within = self.sums(series).filter(|it| (from..to).contains(&it.bucket));
        within.for_each(|it| it.add_to(self.first, &mut total));
        total
    }

    /// What a series adds up to by bucket.
    pub(super) fn totals(&self, series: Series) -> BTreeMap<i64, Total> {
        let mut totals = BTreeMap::<i64, Total>::new();
        for it in self.sums(series) {
            it.add_to(self.first, totals.entry(it.bucket).or_default());
        }
        totals
    }

    /// The sequence numbers, in rising order, of a series' events in the buckets from one up to another.
    pub(super) fn numbers(&self, series: Series, from: i64, to: i64) -> Vec<u64> {
        let mut numbers = Vec::new();
        for it in self.sums(series).filter(|it| (from..to).contains(&it.bucket)) {
            let mut place = it.places.1;
            for _ in 0..it.events {
                numbers.push(self.first + u64::from(place));
                place = self.before[place as usize];
            }
        }
        numbers.reverse();
        numbers
    }

    fn book(&self, series: Series) -> Option<&Book> {
        self.series[part_of(series)].get(&series)
    }

    /// The sums of a series, the last first.
    fn sums(&self, series: Series) -> impl Iterator<Item = &Summed> {
        let at = |place: u32| self.sums.get(place as usize);
        let last = self.book(series).and_then(|it| at(it.last));
        std::iter::successors(last, move |it| at(it.before))
    }
}

impl Summed {
    /// Adds it to a total, in a chunk whose first event has a sequence number.
    fn add_to(&self, first: u64, total: &mut Total) {
        let [from, to] = [self.places.0, self.places.1].map(|it| first + u64::from(it));
        total.add_part(self.sum, (self.events.into(), from, to));
    }
}

/// A place in a chunk.
fn place(number: u64) -> u32 {
    u32::try_from(number).expect("chunks are small")
}

fn part(key: &EventKey) -> usize {
    usize::from(key[0]) % PARTS
}

/// Ids end in what is random.
fn part_of(series: Series) -> usize {
    usize::from(series.subscription.uuid().as_bytes()[15]) % PARTS
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::{MeterId, SubscriptionId};
    use crate::store::usage::BUCKET_MICROS;

    fn series(number: u8) -> Series {
        let [subscription, meter] = [Uuid::from_u128(number.into()), Uuid::from_u128(7)];
        let subscription = SubscriptionId::from_uuid(subscription);
        Series { subscription, meter: MeterId::from_uuid(meter) }
    }

    /// A chunk with events, each by its series, its bucket and how many hundredths were used.
    fn chunk(events: &[(u8, i64, i64)]) -> Chunk {
        let mut chunk = Chunk::new(0, 100);
        for ((number, bucket, hundredths), sequence) in events.iter().zip(100..) {
            chunk.add(&Taken {
                sequence,
                key: u128::from(sequence).to_be_bytes(),
                content: 0,
                series: series(*number),
                at: Instant::from_micros(bucket * BUCKET_MICROS + 5).unwrap(),
                quantity: Quantity::new(Decimal::new(*hundredths, 2)),
            });
        }
        chunk
    }

    #[test]
    fn a_series_has_its_events_and_sums_whatever_comes_between() {
        let chunk =
            chunk(&[(1, 4, 150), (2, 4, 10_000), (1, 4, 250), (1, 5, 100), (1, 4, 25), (2, 9, 1)]);
        let told = |number, from, to| {
            let total = chunk.total(series(number), from, to);
            let quantity = total.quantity().map(|it| it.to_string()).unwrap_or_default();
            let numbers = chunk.numbers(series(number), from, to);
            format!("{quantity} {}..{} {numbers:?}", total.first, total.last)
        };
        assert_eq!(told(1, 0, 9), "5.25 100..104 [100, 102, 103, 104]");
        assert_eq!(told(1, 4, 5), "4.25 100..104 [100, 102, 104]");
        assert_eq!(told(1, 5, 5), "0 0..0 []");
        assert_eq!(told(2, 4, 10), "100.01 101..105 [101, 105]");
        assert_eq!(told(3, 0, 9), "0 0..0 []");
        let buckets: Vec<_> = chunk.totals(series(1)).into_keys().collect();
        assert_eq!((buckets, chunk.events_of(series(1))), (vec![4, 5], 4));
        assert_eq!(chunk.sorted_series(), [series(1), series(2)]);
    }

    #[test]
    fn what_comes_in_order_takes_one_sum_a_bucket() {
        let events: Vec<_> = (0..300).map(|it| (1, it / 100, 10 * it + 1)).collect();
        let chunk = chunk(&events);
        assert_eq!((chunk.sums.len(), chunk.events()), (3, 300));
    }
}
