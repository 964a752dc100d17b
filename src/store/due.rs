//! The due table: `(instant, duty, thing)` in order of time.
//!
//! Nobody scans for work, and the test clock can step from one due instant to the next. It is an
//! index shared by all records that say when something falls due for them.

use std::ops::{Bound, ControlFlow};

use super::check::{Report, shown};
use super::codec::{self, Key};
use super::view::{KeyRange, Table, View};
use super::{StoreError, schema};
use crate::domain::due::{Due, Duty};
use crate::domain::id::{Id, Subject};
use crate::domain::page::PageOrder;
use crate::domain::time::Instant;

/// The one table of everything that falls due.
pub const DUE: Table = Table("due");

pub(super) const TABLES: &[Table] = &[DUE];

/// The key under which something falls due for a thing.
pub fn key(due: Due, id: impl Id) -> Key {
    Key::new().instant(due.at).u8(due.duty as u8).subject(id.subject())
}

/// The kind of thing that a key of the due table is about, as its place among kinds.
pub(super) fn kind_of(key: &[u8]) -> Option<u8> {
    key.get(9).copied()
}

fn read(key: &[u8]) -> Result<(Due, Subject), StoreError> {
    let refused = || StoreError::Unreadable { table: DUE.0, source: None };
    let at = codec::instant_at(key).ok_or_else(refused)?;
    let duty = key.get(8).and_then(|it| Duty::ALL.get(usize::from(*it))).ok_or_else(refused)?;
    let kind = kind_of(key).map(usize::from);
    let kind = kind.and_then(|it| crate::domain::id::Kind::ALL.get(it)).ok_or_else(refused)?;
    let uuid = key.get(10..).and_then(|it| uuid::Uuid::from_slice(it).ok()).ok_or_else(refused)?;
    Ok((Due { at, duty: *duty }, Subject { kind: *kind, uuid }))
}

/// Asking what falls due.
pub trait DueTable: View {
    /// The first instant at which anything falls due.
    ///
    /// # Errors
    /// If the engine fails.
    fn next_due(&self) -> Result<Option<Due>, StoreError> {
        first(self, &KeyRange::all())
    }

    /// The first thing that falls due after an instant.
    ///
    /// # Errors
    /// If the engine fails.
    fn next_due_after(&self, now: Instant) -> Result<Option<Due>, StoreError> {
        let from = Bound::Included(Key::new().instant(now.plus_micros(1)).bytes());
        let range = KeyRange { from, to: Bound::Unbounded };
        first(self, &range)
    }

    /// The first instant after `now` at which something falls due for a duty.
    ///
    /// # Errors
    /// If the engine fails.
    fn next_due_of(&self, duty: Duty, now: Instant) -> Result<Option<Instant>, StoreError> {
        let from = Bound::Included(Key::new().instant(now.plus_micros(1)).bytes());
        let range = KeyRange { from, to: Bound::Unbounded };
        let mut first = None;
        self.scan(DUE, &range, PageOrder::Rising, &mut |key, _| {
            let due = read(key)?.0;
            if due.duty != duty {
                return Ok(ControlFlow::Continue(()));
            }
            first = Some(due.at);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(first)
    }

    /// What is due for a duty at `now`, the longest due first, at most `limit`.
    ///
    /// # Errors
    /// If the engine fails.
    fn due(&self, duty: Duty, now: Instant, limit: usize) -> Result<Vec<Subject>, StoreError> {
        let end = Key::new().instant(now.plus_micros(1)).bytes();
        let range = KeyRange { from: Bound::Unbounded, to: Bound::Excluded(end) };
        let mut found = Vec::new();
        self.scan(DUE, &range, PageOrder::Rising, &mut |key, _| {
            let (due, subject) = read(key)?;
            if due.duty == duty {
                found.push(subject);
            }
            let full = found.len() >= limit;
            Ok(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(found)
    }
}

impl<V: View + ?Sized> DueTable for V {}

fn first(view: &(impl View + ?Sized), range: &KeyRange) -> Result<Option<Due>, StoreError> {
    let mut first = None;
    view.scan(DUE, range, PageOrder::Rising, &mut |key, _| {
        first = Some(read(key)?.0);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(first)
}

/// Each entry must be of a kind of record that has due instants; whether the record names it is
/// checked with the record.
pub(super) fn check(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    view.scan(DUE, &KeyRange::all(), PageOrder::Rising, &mut |key, _| {
        let kept = read(key).ok().and_then(|(_, subject)| schema::kept(subject.kind));
        if !kept.is_some_and(|it| (it.indices)().contains(&DUE)) {
            report.find(DUE, format_args!("{} is of no kind that falls due", shown(key)));
        }
        Ok(ControlFlow::Continue(()))
    })
}
