//! Reading: totals and events of any stretch of time, from runs and memory as one.
//!
//! A total is whole in itself: it has every event up to some sequence number and none after, and
//! that is at least what was committed when the view was taken. Whole buckets come from totals; what
//! is cut off inside a bucket is counted event by event; what was voided is taken out again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::chunk::Chunk;
use super::event::{Raw, Series};
use super::ledger::{Kind, Ledger, Stretch};
use super::pack::Unpack;
use super::run::Cursor;
use super::source::event_key;
use super::total::{BUCKET_MICROS, Total, bucket_of};
use super::{Usage, UsageError, arrival, voided};
use crate::domain::page::Page;
use crate::domain::time::Instant;
use crate::domain::usage::record::UsageEvent;
use crate::store::view::{Table, View};
use crate::store::{StoreError, codec};

/// A stretch of time of a series: from an instant up to, but not including, another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Want {
    /// Of what.
    pub series: Series,
    /// Where it begins.
    pub from: Instant,
    /// Where it ends.
    pub to: Instant,
}

/// An event with its sequence number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedEvent {
    /// The place in the order in which events came.
    pub sequence: u64,
    /// The event.
    pub event: UsageEvent,
}

impl Want {
    /// The whole buckets in it, from one up to another.
    fn buckets(&self) -> (i64, i64) {
        let from = bucket_of(self.from.plus_micros(BUCKET_MICROS - 1));
        (from, bucket_of(self.to).max(from))
    }

    /// What of it is less than a bucket.
    fn edges(&self) -> Vec<Self> {
        let (first, end) = self.buckets();
        let at = |bucket: i64| Instant::from_micros(bucket * BUCKET_MICROS);
        let (Some(first_at), Some(end_at)) = (at(first), at(end)) else { return vec![*self] };
        let edges = match first == end {
            true => [(self.from, self.to), (self.to, self.to)],
            false => [(self.from, first_at), (end_at, self.to)],
        };
        let edges = edges.into_iter().filter(|it| it.0 < it.1);
        edges.map(|(from, to)| Self { from, to, ..*self }).collect()
    }
}

impl Usage {
    /// What one stretch adds up to.
    ///
    /// # Errors
    /// [`UsageError::Busy`] while memory is read in; if the store fails.
    pub fn total(&self, view: &(impl View + ?Sized), want: Want) -> Result<Total, UsageError> {
        Ok(self.totals(view, &[want])?.pop().unwrap_or_default())
    }

    /// What each stretch between two neighbors of `bounds` adds up to.
    ///
    /// # Errors
    /// As [`Usage::total`].
    pub fn steps(
        &self,
        view: &(impl View + ?Sized),
        series: Series,
        bounds: &[Instant],
    ) -> Result<Vec<Total>, UsageError> {
        let want = |it: &[Instant]| Want { series, from: it[0], to: it[1] };
        self.totals(view, &bounds.windows(2).map(want).collect::<Vec<_>>())
    }

    /// What each of many stretches adds up to: a merge join, fast if they are many and lie close to
    /// one another, as the meters of consecutive subscriptions do.
    ///
    /// # Errors
    /// As [`Usage::total`].
    pub fn totals(
        &self,
        view: &(impl View + ?Sized),
        wants: &[Want],
    ) -> Result<Vec<Total>, UsageError> {
        let reading = Reading::new(self, view)?;
        let ledger = &reading.ledger;
        let mut totals = vec![Total::default(); wants.len()];
        reading.with_chunks(&mut |chunk| {
            for (want, total) in wants.iter().zip(&mut totals) {
                let (from, to) = want.buckets();
                total.merge(&chunk.total(want.series, from, to));
            }
        })?;
        let mut order: Vec<usize> = (0..wants.len()).collect();
        order.sort_unstable_by_key(|it| wants[*it]);
        for run in ledger.live(Kind::Totals) {
            let mut reader = TotalsOf { view, run: run.id, place: None };
            for at in order.iter().filter(|it| run.overlaps(wants[**it].from, wants[**it].to)) {
                reader.add(&wants[*at], &mut totals[*at])?;
            }
        }
        for (want, total) in wants.iter().zip(&mut totals) {
            for edge in want.edges() {
                for found in reading.events(&edge, (edge.from, 0), usize::MAX)? {
                    total.add(found.event.quantity, found.sequence);
                }
            }
        }
        if voided::are_any(view)? {
            for (want, total) in wants.iter().zip(&mut totals) {
                voided::visit(view, want, &mut |it| total.take_out(it.event.quantity))?;
            }
        }
        Ok(totals)
    }

    /// The next series after one, in order, with what the whole buckets that begin in a stretch of
    /// time add up to; those without events in it are left out, unless all of theirs were voided.
    ///
    /// # Errors
    /// As [`Usage::total`].
    pub fn totals_after(
        &self,
        view: &(impl View + ?Sized),
        after: Option<Series>,
        stretch: (Instant, Instant),
        limit: usize,
    ) -> Result<Vec<(Series, Total)>, UsageError> {
        let reading = Reading::new(self, view)?;
        let ledger = &reading.ledger;
        let buckets = (bucket_of(stretch.0), bucket_of(stretch.1));
        let mut found = BTreeMap::<Series, Total>::new();
        reading.with_chunks(&mut |chunk| {
            let total = |series| chunk.total(series, buckets.0, buckets.1);
            let ahead = chunk.series().filter(|it| after.is_none_or(|after| after < *it));
            let mut ahead: Vec<_> = ahead.filter(|it| total(*it).count > 0).collect();
            if ahead.len() > limit {
                ahead.select_nth_unstable(limit);
            }
            for series in ahead.into_iter().take(limit) {
                found.entry(series).or_default().merge(&total(series));
            }
        })?;
        for run in ledger.live(Kind::Totals).filter(|it| it.overlaps(stretch.0, stretch.1)) {
            let mut reader = TotalsOf { view, run: run.id, place: None };
            for (series, total) in reader.after(after, buckets, limit)? {
                found.entry(series).or_default().merge(&total);
            }
        }
        let mut found: Vec<_> = found.into_iter().take(limit).collect();
        take_out(view, buckets, &mut found)?;
        Ok(found)
    }

    /// The events of a stretch by rising time, at most `limit` after the place where the page before
    /// ended.
    ///
    /// # Errors
    /// As [`Usage::total`].
    pub fn events(
        &self,
        view: &(impl View + ?Sized),
        want: &Want,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Page<NumberedEvent>, UsageError> {
        let reading = Reading::new(self, view)?;
        let start = match after {
            Some(place) => place_of(place).ok_or_else(|| damaged(Kind::Events.table()))?,
            None => (want.from, 0),
        };
        let mut items = reading.standing(want, start, limit.saturating_add(1))?;
        let mut next = None;
        if items.len() > limit {
            items.truncate(limit);
            let last = items.last().map(|it| event_key(want.series, it.event.at, it.sequence));
            next = last.map(|it| it[32..].to_vec());
        }
        Ok(Page { items, next })
    }

    /// A page of the events of a stretch by falling time, from the one after the place where the
    /// last page ended. Runs are read forward alone, so that a page begins where as many events lie
    /// ahead as it takes.
    ///
    /// # Errors
    /// As [`Usage::total`].
    pub fn latest(
        &self,
        view: &(impl View + ?Sized),
        want: &Want,
        before: Option<&[u8]>,
        limit: usize,
    ) -> Result<Page<NumberedEvent>, UsageError> {
        let (to, bound) = match before {
            Some(place) => {
                let bound = spot(place).ok_or_else(|| damaged(Kind::Events.table()))?;
                (bound.0.plus_micros(1).min(want.to), bound)
            }
            None => (want.to, (want.to, 0)),
        };
        let want = Want { to, ..*want };
        let mut wanted = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let mut items = loop {
            let from = self.start_of_last(view, &want, wanted)?;
            let part = Want { from, ..want };
            let mut items = Reading::new(self, view)?.standing(&part, (from, 0), usize::MAX)?;
            items.retain(|it| (it.event.at, it.sequence) < bound);
            // What came at the very instant of the bound was counted, and may be behind it.
            if items.len() > limit || from <= want.from {
                break items;
            }
            wanted = wanted.saturating_mul(2);
        };
        items.reverse();
        let is_more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| is_more);
        let next = last.map(|it| event_key(want.series, it.event.at, it.sequence)[32..].to_vec());
        Ok(Page { items, next })
    }

    /// From when on a stretch has at least so many events, or all that it has: but for a bucket, the
    /// latest such instant.
    fn start_of_last(
        &self,
        view: &(impl View + ?Sized),
        want: &Want,
        wanted: u64,
    ) -> Result<Instant, UsageError> {
        let whole = want.to.micros().saturating_sub(want.from.micros());
        let enough = |micros: i64| {
            let part = Want { from: want.to.plus_micros(-micros), ..*want };
            Ok::<_, UsageError>(self.total(view, part)?.count >= wanted)
        };
        let (mut few, mut many) = (0, BUCKET_MICROS);
        while many < whole && !enough(many)? {
            (few, many) = (many, many.saturating_mul(2));
        }
        if many >= whole {
            many = whole;
        }
        while many - few > BUCKET_MICROS {
            let middle = few + (many - few) / 2;
            if enough(middle)? { many = middle } else { few = middle }
        }
        Ok(want.to.plus_micros(-many).max(want.from))
    }
}

/// One look at what is stored and in memory.
struct Reading<'a, V: View + ?Sized> {
    usage: &'a Usage,
    view: &'a V,
    ledger: Arc<Ledger>,
}

impl<'a, V: View + ?Sized> Reading<'a, V> {
    fn new(usage: &'a Usage, view: &'a V) -> Result<Self, StoreError> {
        // It grows with what was ever used, and a page of bills asks for it account by account.
        let ledger = match view.derived() {
            Some(derived) => derived.get_or((Kind::Totals.table(), 0), || Ledger::read(view))?,
            None => Arc::new(Ledger::read(view)?),
        };
        Ok(Self { usage, view, ledger })
    }

    /// The first events of a stretch from a place on that were not voided, at most `most`.
    fn standing(
        &self,
        want: &Want,
        start: (Instant, u64),
        most: usize,
    ) -> Result<Vec<NumberedEvent>, UsageError> {
        let voided = voided::places(self.view, want)?;
        let mut found = self.events(want, start, most.saturating_add(voided.len()))?;
        found.retain(|it| !voided.contains(&(it.event.at, it.sequence)));
        found.truncate(most);
        Ok(found)
    }

    /// The first events of a stretch from a place on, voided or not, at most `most`.
    fn events(
        &self,
        want: &Want,
        start: (Instant, u64),
        most: usize,
    ) -> Result<Vec<NumberedEvent>, UsageError> {
        let mut found = Vec::new();
        let mut numbers = Vec::new();
        let (first, end) = (bucket_of(want.from), bucket_of(want.to) + 1);
        self.with_chunks(&mut |chunk| numbers.extend(chunk.numbers(want.series, first, end)))?;
        arrival::visit_some(self.view, &numbers, &mut |sequence, raw| {
            if start <= (raw.at, sequence) && raw.at < want.to {
                found.push(NumberedEvent { sequence, event: raw.event(arrival::ARRIVALS)? });
            }
            Ok(())
        })?;
        let runs = self.ledger.live(Kind::Events);
        for run in runs.filter(|it| it.overlaps(start.0, want.to)) {
            let enough = most.saturating_add(found.len());
            read_events(self.view, run.id, want, start, &mut |event| {
                found.push(event);
                found.len() < enough
            })?;
        }
        found.sort_unstable_by_key(|it| (it.event.at, it.sequence));
        found.truncate(most);
        Ok(found)
    }

    /// Shows every chunk that the view has not sealed.
    fn with_chunks(&self, work: &mut dyn FnMut(&Chunk)) -> Result<(), UsageError> {
        // Chunks that were sealed after the view was taken have left memory.
        let mut again: Vec<Chunk> = Vec::new();
        loop {
            let lacking = {
                let memory = self.usage.memory();
                let memory = memory.as_ref().ok_or(UsageError::Busy)?;
                let held: Vec<_> = memory.chunks().collect();
                match self.lacking(&again, &held) {
                    Some(lacking) => lacking,
                    None => {
                        let held = held.into_iter().filter(|it| it.number >= self.ledger.sealed);
                        again.iter().chain(held).for_each(work);
                        return Ok(());
                    }
                }
            };
            again.push(Chunk::read(self.view, lacking)?);
        }
    }

    /// The first chunk that was not sealed and is neither read again nor held.
    fn lacking(&self, again: &[Chunk], held: &[&Chunk]) -> Option<Stretch> {
        let held_from = held.first().map_or(u64::MAX, |it| it.number);
        let is_read = |number: u64| again.iter().any(|it| it.number == number);
        let unsealed = self.ledger.unsealed().into_iter();
        unsealed.filter(|it| it.number < held_from).find(|it| !is_read(it.number))
    }
}

/// Takes out of totals of some buckets what was voided.
fn take_out(
    view: &(impl View + ?Sized),
    buckets: (i64, i64),
    totals: &mut [(Series, Total)],
) -> Result<(), StoreError> {
    let at = |bucket: i64| Instant::from_micros(bucket * BUCKET_MICROS);
    let (Some(from), Some(to)) = (at(buckets.0), at(buckets.1)) else { return Ok(()) };
    if voided::are_any(view)? {
        for (series, total) in totals {
            let want = Want { series: *series, from, to };
            voided::visit(view, &want, &mut |it| total.take_out(it.event.quantity))?;
        }
    }
    Ok(())
}

fn damaged(table: Table) -> StoreError {
    StoreError::Unreadable { table: table.0, source: None }
}

/// The place at which a page ended.
fn spot(bytes: &[u8]) -> Option<(Instant, u64)> {
    Some((codec::instant_at(bytes)?, codec::u64_at(bytes, 8)?))
}

/// The place after the one at which a page ended.
fn place_of(bytes: &[u8]) -> Option<(Instant, u64)> {
    let (at, sequence) = spot(bytes)?;
    Some((at, sequence.checked_add(1)?))
}

/// Visits the events of a run in a stretch from a place on, until the visitor has enough.
fn read_events(
    view: &(impl View + ?Sized),
    run: u64,
    want: &Want,
    start: (Instant, u64),
    visit: &mut dyn FnMut(NumberedEvent) -> bool,
) -> Result<(), StoreError> {
    let table = Kind::Events.table();
    let end = want.series.key(want.to.micros());
    let mut cursor = Cursor::seek(view, table, run, &event_key(want.series, start.0, start.1))?;
    while let Some((key, body)) = cursor.entry().filter(|it| it.0 < end.as_slice()) {
        let (at, sequence) = split(table, key)?;
        let event = Raw { series: want.series, at, body }.event(table)?;
        if !visit(NumberedEvent { sequence, event }) {
            break;
        }
        cursor.advance()?;
    }
    Ok(())
}

fn split(table: Table, key: &[u8]) -> Result<(Instant, u64), StoreError> {
    let at = key.get(32..).and_then(codec::instant_at);
    at.zip(codec::u64_at(key, 40)).ok_or_else(|| damaged(table))
}

/// A reader of the totals of one run.
struct TotalsOf<'v, V: View + ?Sized> {
    view: &'v V,
    run: u64,
    /// Where it is, and what it has passed.
    place: Option<(Cursor<'v, V>, [u8; 40])>,
}

impl<'v, V: View + ?Sized> TotalsOf<'v, V> {
    const TABLE: Table = Kind::Totals.table();

    /// Adds what the run has of a stretch.
    fn add(&mut self, want: &Want, total: &mut Total) -> Result<(), StoreError> {
        let (first, end) = want.buckets();
        let (first, end) = (want.series.key(first), want.series.key(end));
        let place = self.place.take().filter(|it| it.1 <= first);
        let mut cursor = match place {
            Some((mut cursor, _)) => {
                cursor.seek_ahead(&first)?;
                cursor
            }
            None => Cursor::seek(self.view, Self::TABLE, self.run, &first)?,
        };
        while let Some((_, value)) = cursor.entry().filter(|it| it.0 < end.as_slice()) {
            total.merge(&Total::unpack(Unpack::new(Self::TABLE, value))?);
            cursor.advance()?;
        }
        self.place = Some((cursor, end));
        Ok(())
    }

    /// The next series after one that have totals in some buckets.
    fn after(
        &mut self,
        after: Option<Series>,
        buckets: (i64, i64),
        limit: usize,
    ) -> Result<Vec<(Series, Total)>, StoreError> {
        let from = after.map(|it| it.key(i64::MAX));
        let from = from.as_ref().map_or(&[][..], |it| it.as_slice());
        let mut cursor = Cursor::seek(self.view, Self::TABLE, self.run, from)?;
        let mut found: Vec<(Series, Total)> = Vec::new();
        while let Some((key, value)) = cursor.entry() {
            let mut key = Unpack::new(Self::TABLE, key);
            let (series, bucket) = (Series::unpack(&mut key)?, key.ordered()?);
            if bucket < buckets.0 || buckets.1 <= bucket {
                let ahead = if bucket < buckets.0 { buckets.0 } else { i64::MAX };
                cursor.seek_ahead(&series.key(ahead))?;
                continue;
            }
            let total = Total::unpack(Unpack::new(Self::TABLE, value))?;
            let is_full = found.len() == limit;
            match found.last_mut() {
                Some(last) if last.0 == series => last.1.merge(&total),
                Some(_) | None if is_full => break,
                Some(_) | None => found.push((series, total)),
            }
            cursor.advance()?;
        }
        Ok(found)
    }
}
