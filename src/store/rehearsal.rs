//! Rehearsals: work that is done ahead of the writer, over a snapshot.
//!
//! What a rehearsal writes waits in memory, and what it reads is remembered. The writer looks at
//! every row that was read once more: where each is still as it was found, doing the work again
//! would come to the same, and the rows are put without it. Where one is not, the rehearsal is void
//! and nothing was written.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::rc::Rc;

use super::StoreError;
use super::batch::Batch;
use super::view::{KeyRange, ReadTx, Table, View, Visit};
use super::waiting::{Sorted, Waiting};
use crate::domain::page::PageOrder;

/// What a rehearsal came to.
pub struct Rehearsal {
    rows: BTreeMap<Table, Sorted>,
    /// The rows that were read, with their seals, or that there are none.
    found: BTreeMap<Table, Sorted>,
    ranges: Vec<(Stretch, Found)>,
}

/// A stretch of a table, in the order in which it was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Stretch {
    table: Table,
    range: KeyRange,
    order: PageOrder,
}

/// The rows of a stretch as they were found, up to where the last reader stopped.
#[derive(Clone)]
struct Found {
    rows: Vec<Row>,
    end: End,
}

type Row = (Vec<u8>, Vec<u8>);

/// Where a reader stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// After the last row of the range.
    Last,
    /// At a row after which it wanted no more.
    Enough,
}

/// Where a rehearsal takes place: over a snapshot, and what another rehearsal will have written. All of
/// that stands still, so that what is read again is looked up once.
pub(super) struct Stage<'a> {
    view: &'a ReadTx,
    before: Option<&'a Rehearsal>,
    pub(super) waiting: Waiting,
    found: Waiting,
    ranges: RefCell<HashMap<Stretch, Rc<Found>>>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(view: &'a ReadTx, before: Option<&'a Rehearsal>) -> Self {
        let (waiting, found) = (Waiting::default(), Waiting::default());
        Self { view, before, waiting, found, ranges: RefCell::default() }
    }

    pub(super) fn end(self) -> Rehearsal {
        let ranges = self.ranges.into_inner().into_iter();
        Rehearsal {
            rows: self.waiting.take_all(),
            found: self.found.take_all(),
            ranges: ranges.map(|(stretch, found)| (stretch, Rc::unwrap_or_clone(found))).collect(),
        }
    }

    /// A row that the work has not written itself.
    pub(super) fn sealed_value(
        &self,
        table: Table,
        key: &[u8],
    ) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(known) = self.found.get(table, key) {
            return Ok(known);
        }
        let before = self.before.and_then(|it| it.rows.get(&table)?.get(key));
        let found = match before {
            Some(before) => before.map(<[u8]>::to_vec),
            None => self.view.sealed_value(table, key)?,
        };
        self.found.keep(table, key, found.clone());
        Ok(found)
    }

    /// The rows of a range, if all of them lie in the snapshot.
    pub(super) fn sealed_scan(
        &self,
        table: Table,
        range: &KeyRange,
        order: PageOrder,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        let before = self.before.and_then(|it| it.rows.get(&table));
        if self.waiting.has_any(table, range) || before.is_some_and(|it| it.has_any(range)) {
            return Err(StoreError::Unrehearsed);
        }
        let stretch = Stretch { table, range: range.clone(), order };
        let known = self.ranges.borrow().get(&stretch).map(Rc::clone);
        let mut rows = Vec::new();
        if let Some(known) = known {
            for (key, sealed) in &known.rows {
                if visit(key, sealed)?.is_break() {
                    return Ok(());
                }
            }
            if known.end == End::Last {
                return Ok(());
            }
            rows.clone_from(&known.rows);
        }
        let rest = range.clone().after(rows.last().map(|it: &Row| it.0.as_slice()), order);
        let mut end = End::Last;
        self.view.sealed_scan(table, &rest, order, &mut |key, sealed| {
            rows.push((key.to_vec(), sealed.to_vec()));
            let flow = visit(key, sealed)?;
            end = if flow.is_break() { End::Enough } else { End::Last };
            Ok(flow)
        })?;
        self.ranges.borrow_mut().insert(stretch, Rc::new(Found { rows, end }));
        Ok(())
    }

    pub(super) const fn view(&self) -> &ReadTx {
        self.view
    }
}

impl Found {
    /// Whether a stretch is still as it was found.
    fn stands(&self, stretch: &Stretch, view: &impl View) -> Result<bool, StoreError> {
        let Stretch { table, range, order } = stretch;
        let (mut expected, mut is_so) = (self.rows.iter(), true);
        view.sealed_scan(*table, range, *order, &mut |key, sealed| {
            is_so = expected.next().is_some_and(|it| it.0 == key && it.1 == sealed);
            let is_over = self.end == End::Enough && expected.len() == 0;
            let goes_on = is_so && !is_over;
            Ok(if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        Ok(is_so && expected.len() == 0)
    }
}

impl Batch<'_> {
    /// Puts what a rehearsal has written, unless something that it has read is not so any more.
    /// Answers whether it did. Only as the first thing in bulk work.
    ///
    /// # Errors
    /// If the engine fails.
    ///
    /// # Panics
    /// In an act that can be taken back.
    pub fn perform(&mut self, rehearsal: &Rehearsal) -> Result<bool, StoreError> {
        assert!(self.is_bulk(), "a rehearsal keeps no old values");
        for (table, rows) in &rehearsal.found {
            if !self.holds(*table, rows)? {
                return Ok(false);
            }
        }
        for (stretch, found) in &rehearsal.ranges {
            if !found.stands(stretch, self)? {
                return Ok(false);
            }
        }
        for (table, rows) in &rehearsal.rows {
            self.flush(*table, rows)?;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Commit, Store};

    const ATTIC: Table = Table("attic");
    const CELLAR: Table = Table("cellar");

    fn put(store: &Store, table: Table, all: &[(u8, u8)]) {
        let done = store.bulk(|mut batch| {
            all.iter().try_for_each(|it| batch.set(table, &[it.0], &[it.1]))?;
            Ok(((), Commit::Durable))
        });
        done.expect("put");
    }

    fn rows(store: &Store, table: Table) -> String {
        let view = store.read().expect("a snapshot");
        let mut told = String::new();
        let scanned = view.scan(table, &KeyRange::all(), PageOrder::Rising, &mut |key, value| {
            told.push_str(&format!("{}={} ", key[0], value[0]));
            Ok(ControlFlow::Continue(()))
        });
        scanned.expect("scanned");
        told
    }

    /// Adds up two rows of the attic and the first two of the cellar into a third of the attic.
    fn add_up(batch: &mut Batch<'_>) -> Result<u8, StoreError> {
        let mut sum = 0;
        for key in [1, 2] {
            sum += batch.value(ATTIC, &[key])?.map_or(0, |it| it[0]);
        }
        let mut count = 0;
        batch.scan(CELLAR, &KeyRange::all(), PageOrder::Rising, &mut |_, value| {
            (sum, count) = (sum + value[0], count + 1);
            Ok(if count < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        batch.insert(ATTIC, &[3], &[sum])?;
        Ok(sum)
    }

    fn rehearsed(store: &Store, before: Option<&Rehearsal>) -> (u8, Rehearsal) {
        let view = store.read().expect("a snapshot");
        store.rehearse((&view, before), |mut batch| add_up(&mut batch)).expect("rehearsed")
    }

    fn performed(store: &Store, rehearsal: &Rehearsal) -> bool {
        let done = store.bulk(|mut batch| Ok((batch.perform(rehearsal)?, Commit::Durable)));
        done.expect("performed or not")
    }

    fn store() -> Store {
        let store = Store::memory().expect("memory");
        put(&store, ATTIC, &[(1, 1), (2, 2)]);
        put(&store, CELLAR, &[(1, 10), (2, 20), (3, 30)]);
        store
    }

    #[test]
    fn what_was_rehearsed_is_put_as_if_it_had_been_done_then() {
        let store = store();
        let (sum, rehearsal) = rehearsed(&store, None);
        assert_eq!((sum, rows(&store, ATTIC).as_str()), (33, "1=1 2=2 "));
        put(&store, CELLAR, &[(4, 40)]);
        put(&store, Table("elsewhere"), &[(1, 1)]);
        assert!(performed(&store, &rehearsal), "nobody looked beyond the second row");
        assert_eq!(rows(&store, ATTIC), "1=1 2=2 3=33 ");
    }

    #[test]
    fn a_rehearsal_is_void_once_anything_that_it_read_has_changed() {
        let changes: [(Table, (u8, u8)); 5] = [
            (ATTIC, (2, 9)),
            (ATTIC, (3, 9)),
            (CELLAR, (1, 9)),
            (CELLAR, (2, 9)),
            (CELLAR, (0, 9)),
        ];
        for (table, row) in changes {
            let store = store();
            let rehearsal = rehearsed(&store, None).1;
            put(&store, table, &[row]);
            let before = rows(&store, ATTIC);
            assert!(!performed(&store, &rehearsal), "{} {row:?}", table.0);
            assert_eq!(rows(&store, ATTIC), before);
        }
        let store = Store::memory().expect("memory");
        let rehearsal = rehearsed(&store, None).1;
        put(&store, CELLAR, &[(7, 7)]);
        assert!(!performed(&store, &rehearsal), "there was nothing to read, and now there is");
    }

    #[test]
    fn one_rehearsal_follows_another_whether_or_not_that_was_performed_meanwhile() {
        let first = |store: &Store| {
            let view = store.read().expect("a snapshot");
            let work = |mut batch: Batch<'_>| batch.insert(ATTIC, &[2], &[7]).map(|_| ());
            store.rehearse((&view, None), work).expect("rehearsed").1
        };
        let store = store();
        let before = first(&store);
        let early = rehearsed(&store, Some(&before));
        assert!(performed(&store, &before));
        let late = rehearsed(&store, Some(&before));
        assert_eq!((early.0, late.0), (38, 38));
        assert!(performed(&store, &early.1));
        assert_eq!(rows(&store, ATTIC), "1=1 2=7 3=38 ");
        assert!(!performed(&store, &late.1), "the sum is there by now");
    }

    #[test]
    fn what_is_read_again_in_a_rehearsal_is_the_same_and_all_of_it_must_stand() {
        fn both(mut batch: Batch<'_>) -> Result<Vec<Vec<u8>>, StoreError> {
            let mut told = Vec::new();
            for most in [1, 3, 2, 9] {
                let mut found = Vec::new();
                batch.scan(CELLAR, &KeyRange::all(), PageOrder::Rising, &mut |_, value| {
                    found.push(value[0]);
                    let is_enough = found.len() == most;
                    Ok(if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
                })?;
                told.push(found);
            }
            for _ in 0..2 {
                told.push(vec![batch.value(ATTIC, &[1])?.map_or(0, |it| it[0])]);
                batch.insert(ATTIC, &[4], &[1])?;
                told.push(vec![batch.value(ATTIC, &[4])?.map_or(0, |it| it[0])]);
            }
            Ok(told)
        }
        let store = store();
        let rehearse = || {
            let view = store.read().expect("a snapshot");
            store.rehearse((&view, None), both).expect("rehearsed")
        };
        let (told, rehearsal) = rehearse();
        let (all, one): (&[u8], &[u8]) = (&[10, 20, 30], &[1]);
        assert_eq!(told, [&all[..1], all, &all[..2], all, one, one, one, one]);
        put(&store, CELLAR, &[(4, 40)]);
        assert!(!performed(&store, &rehearsal), "the last reader looked for more than three");
        let (_, rehearsal) = rehearse();
        put(&store, ATTIC, &[(1, 7)]);
        assert!(!performed(&store, &rehearsal), "a row that was read twice is another");
        assert!(performed(&store, &rehearse().1));
    }

    #[test]
    fn a_range_that_was_written_in_the_rehearsal_cannot_be_read_in_it() {
        let store = store();
        let view = store.read().expect("a snapshot");
        let done = store.rehearse((&view, None), |mut batch| {
            batch.set(CELLAR, &[9], &[9])?;
            add_up(&mut batch)
        });
        assert!(matches!(done, Err(StoreError::Unrehearsed)));
    }
}
