//! The due table: `(duty, instant, thing)`, for each duty in order of time.
//!
//! Nobody scans for work, and the test clock can step from one due instant to the next: it is the
//! first of the few that there are, one for each duty. The table is an index shared by all records
//! that say when something falls due for them.

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
    of(due.duty).instant(due.at).subject(id.subject())
}

/// What falls due for a duty.
fn of(duty: Duty) -> Key {
    Key::new().u8(duty as u8)
}

/// What falls due for a duty after an instant.
fn after(duty: Duty, now: Instant) -> KeyRange {
    let from = Bound::Included(of(duty).instant(now.plus_micros(1)).bytes());
    KeyRange { from, ..KeyRange::prefix(&of(duty).bytes()) }
}

/// The kind of thing that a key of the due table is about, as its place among kinds.
pub(super) fn kind_of(key: &[u8]) -> Option<u8> {
    key.get(9).copied()
}

fn read(key: &[u8]) -> Result<(Due, Subject), StoreError> {
    let refused = || StoreError::Unreadable { table: DUE.0, source: None };
    let at = key.get(1..).and_then(codec::instant_at).ok_or_else(refused)?;
    let duty = key.first().and_then(|it| Duty::ALL.get(usize::from(*it))).ok_or_else(refused)?;
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
        earliest(self, |duty| KeyRange::prefix(&of(duty).bytes()))
    }

    /// The first thing that falls due after an instant.
    ///
    /// # Errors
    /// If the engine fails.
    fn next_due_after(&self, now: Instant) -> Result<Option<Due>, StoreError> {
        earliest(self, |duty| after(duty, now))
    }

    /// The first instant after `now` at which something falls due for a duty.
    ///
    /// # Errors
    /// If the engine fails.
    fn next_due_of(&self, duty: Duty, now: Instant) -> Result<Option<Instant>, StoreError> {
        Ok(first(self, &after(duty, now))?.map(|it| it.at))
    }

    /// What is due for a duty at `now`, the longest due first, at most `limit`.
    ///
    /// # Errors
    /// If the engine fails.
    fn due(&self, duty: Duty, now: Instant, limit: usize) -> Result<Vec<Subject>, StoreError> {
        let end = of(duty).instant(now.plus_micros(1)).bytes();
        let range = KeyRange { to: Bound::Excluded(end), ..KeyRange::prefix(&of(duty).bytes()) };
        let mut found = Vec::new();
        self.scan(DUE, &range, PageOrder::Rising, &mut |key, _| {
            found.push(read(key)?.1);
            let full = found.len() >= limit;
            Ok(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(found)
    }
}

impl<V: View + ?Sized> DueTable for V {}

/// The first of what falls due for each duty in a range of its own.
fn earliest(
    view: &(impl View + ?Sized),
    range: impl Fn(Duty) -> KeyRange,
) -> Result<Option<Due>, StoreError> {
    let mut earliest = None;
    for duty in Duty::ALL {
        let next = first(view, &range(*duty))?;
        earliest = earliest.into_iter().chain(next).min();
    }
    Ok(earliest)
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{BillingAccountId, OrderId};
    use crate::store::counted::Counted;
    use crate::store::{Commit, Store};

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000).expect("in range")
    }

    fn id<I: Id>(number: u128) -> I {
        I::from_uuid(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn what_is_due_is_found_without_looking_at_what_is_not() {
        let store = Store::memory().expect("a store");
        store
            .transact(|mut batch| {
                for number in 0..100_u8 {
                    let due = Due { at: at(50 + i64::from(number)), duty: Duty::Billing };
                    let key = key(due, id::<BillingAccountId>(number.into()));
                    batch.insert(DUE, &key.bytes(), &[])?;
                }
                for seconds in [30, 70] {
                    let due = Due { at: at(seconds), duty: Duty::Order };
                    batch.insert(DUE, &key(due, id::<OrderId>(7)).bytes(), &[])?;
                }
                Ok(((), Commit::Durable))
            })
            .expect("kept");
        let snapshot = store.read().expect("a snapshot");
        let view = Counted::over(&snapshot);
        let next = view.next_due().expect("readable");
        assert_eq!(next, Some(Due { at: at(30), duty: Duty::Order }));
        let next = |now| view.next_due_after(at(now)).expect("readable").map(|it| (it.at, it.duty));
        assert_eq!(next(30), Some((at(50), Duty::Billing)));
        assert_eq!(next(70), Some((at(71), Duty::Billing)));
        assert_eq!(next(149), None);
        let of = |duty, now| view.next_due_of(duty, at(now)).expect("readable");
        assert_eq!((of(Duty::Order, 30), of(Duty::Order, 70)), (Some(at(70)), None));
        assert_eq!((of(Duty::Billing, 60), of(Duty::Settlement, 0)), (Some(at(61)), None));
        let due = |duty, now, limit| view.due(duty, at(now), limit).expect("readable");
        assert_eq!(due(Duty::Order, 69, 10), [id::<OrderId>(7).subject()]);
        assert_eq!(due(Duty::Billing, 51, 10).len(), 2);
        assert_eq!(due(Duty::Billing, 1000, 3).len(), 3);
        assert!(view.rows() < 20, "{} rows", view.rows());
    }
}
