//! Arrivals: events in the order in which they came, many to a row, under a running sequence.
//!
//! A row lies under the sequence number of its first event and is never changed. The rows of a
//! chunk go when its events lie in a sorted run.

use std::ops::{Bound, ControlFlow};

use super::event::Raw;
use super::pack::{Unpack, put_bytes};
use crate::domain::page::PageOrder;
use crate::domain::time::Instant;
use crate::store::view::{KeyRange, Table, View};
use crate::store::{StoreError, codec};

/// Events by sequence number.
pub(super) const ARRIVALS: Table = Table("usage/arrival");

const SHAPE: u8 = 1;

/// How long a row gets: with its key and its seal it fills a page of the engine.
const ROW_BYTES: usize = 3900;

/// What is told of each event that is read: its sequence number and its bytes.
pub(super) type OnArrival<'a> = dyn FnMut(u64, Raw<'_>) -> Result<(), StoreError> + 'a;

/// Rows under construction.
pub(super) struct Arrivals {
    received_at: Instant,
    next: u64,
    rows: Vec<([u8; 8], Vec<u8>)>,
}

impl Arrivals {
    /// Rows whose first event gets the number `next`.
    pub(super) const fn new(next: u64, received_at: Instant) -> Self {
        Self { received_at, next, rows: Vec::new() }
    }

    pub(super) fn push(&mut self, event: &[u8]) {
        let room = self.rows.last().map_or(0, |it| ROW_BYTES.saturating_sub(it.1.len()));
        if room < event.len() + 2 {
            let mut row = Vec::with_capacity(ROW_BYTES.max(event.len() + 16));
            row.push(SHAPE);
            row.extend_from_slice(&self.received_at.micros().to_be_bytes());
            self.rows.push((self.next.to_be_bytes(), row));
        }
        if let Some((_, row)) = self.rows.last_mut() {
            put_bytes(row, event);
        }
        self.next += 1;
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.rows.iter().map(|it| (it.0.as_slice(), it.1.as_slice()))
    }
}

/// A row that was read.
struct Row<'a> {
    received_at: Instant,
    next: u64,
    events: Unpack<'a>,
}

impl<'a> Row<'a> {
    fn read(key: &[u8], value: &'a [u8]) -> Result<Self, StoreError> {
        let mut events = Unpack::new(ARRIVALS, value);
        let first = codec::u64_at(key, 0).ok_or_else(|| events.damaged())?;
        if events.u8()? != SHAPE {
            return Err(events.damaged());
        }
        let micros = i64::from_be_bytes(events.array()?);
        let received_at = Instant::from_micros(micros).ok_or_else(|| events.damaged())?;
        Ok(Self { received_at, next: first, events })
    }

    fn next(&mut self) -> Result<Option<(u64, &'a [u8])>, StoreError> {
        if self.events.is_empty() {
            return Ok(None);
        }
        let sequence = self.next;
        self.next += 1;
        Ok(Some((sequence, self.events.bytes()?)))
    }
}

/// The number that the next event gets.
pub(super) fn next_sequence(view: &(impl View + ?Sized)) -> Result<Option<u64>, StoreError> {
    let mut next = None;
    view.scan(ARRIVALS, &KeyRange::all(), PageOrder::Falling, &mut |key, value| {
        let mut row = Row::read(key, value)?;
        while row.next()?.is_some() {}
        next = Some(row.next);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(next)
}

/// Visits the events from one number up to another; both begin a row, as those of chunks do.
pub(super) fn visit(
    view: &(impl View + ?Sized),
    first: u64,
    end: u64,
    on_row: &mut dyn FnMut(Instant),
    on_event: &mut OnArrival<'_>,
) -> Result<(), StoreError> {
    let range = KeyRange {
        from: Bound::Included(first.to_be_bytes().to_vec()),
        to: Bound::Excluded(end.to_be_bytes().to_vec()),
    };
    view.scan(ARRIVALS, &range, PageOrder::Rising, &mut |key, value| {
        let mut row = Row::read(key, value)?;
        on_row(row.received_at);
        while let Some((sequence, event)) = row.next()? {
            on_event(sequence, Raw::unpack(ARRIVALS, event)?)?;
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// Visits the events of some numbers, which rise. Those that the view does not have are left out:
/// they came after it.
pub(super) fn visit_some(
    view: &(impl View + ?Sized),
    numbers: &[u64],
    on_event: &mut OnArrival<'_>,
) -> Result<(), StoreError> {
    let mut numbers = numbers.iter().copied().peekable();
    while let Some(wanted) = numbers.peek().copied() {
        let from = Bound::Included(wanted.to_be_bytes().to_vec());
        let range = KeyRange { from: Bound::Unbounded, to: from };
        let mut found = false;
        view.scan(ARRIVALS, &range, PageOrder::Falling, &mut |key, value| {
            let mut row = Row::read(key, value)?;
            while let Some((sequence, event)) = row.next()? {
                if numbers.next_if_eq(&sequence).is_some() {
                    on_event(sequence, Raw::unpack(ARRIVALS, event)?)?;
                    found = true;
                }
            }
            Ok(ControlFlow::Break(()))
        })?;
        if !found {
            break;
        }
    }
    Ok(())
}

/// The rows of chunks that are sealed, which nobody needs any more, at most `most`.
pub(super) fn outdated(
    view: &(impl View + ?Sized),
    end: u64,
    most: usize,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let to = Bound::Excluded(end.to_be_bytes().to_vec());
    super::run::keys(view, ARRIVALS, &KeyRange { from: Bound::Unbounded, to }, most)
}
