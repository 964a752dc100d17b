//! Rehearsals: work that is done ahead of the writer, over a snapshot.
//!
//! What a rehearsal writes waits in memory, and what it reads is remembered. The writer looks at
//! every row that was read once more: where each is still as it was found, doing the work again
//! would come to the same, and the rows are put without it. Where one is not, the rehearsal is void
//! and nothing was written.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::StoreError;
use super::batch::Batch;
use super::view::{KeyRange, ReadTx, Table, View, Visit};
use super::waiting::{Sorted, Waiting};
use crate::domain::page::PageOrder;

/// What a rehearsal came to.
pub struct Rehearsal {
    rows: BTreeMap<Table, Sorted>,
    seen: Vec<Seen>,
}

/// Something that was read, as it was found.
enum Seen {
    /// A row with its seal, or that there is none.
    Row(Table, Vec<u8>, Option<Vec<u8>>),
    /// The rows of a range, up to where the reader stopped.
    Rows { table: Table, range: KeyRange, order: PageOrder, rows: Vec<Row>, end: End },
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

/// Where a rehearsal takes place: over a snapshot, and what another rehearsal will have written.
pub(super) struct Stage<'a> {
    view: &'a ReadTx,
    before: Option<&'a Rehearsal>,
    pub(super) waiting: Waiting,
    seen: RefCell<Vec<Seen>>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(view: &'a ReadTx, before: Option<&'a Rehearsal>) -> Self {
        Self { view, before, waiting: Waiting::default(), seen: RefCell::default() }
    }

    pub(super) fn end(self) -> Rehearsal {
        Rehearsal { rows: self.waiting.take_all(), seen: self.seen.into_inner() }
    }

    /// A row that the work has not written itself.
    pub(super) fn sealed_value(
        &self,
        table: Table,
        key: &[u8],
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let before = self.before.and_then(|it| it.rows.get(&table)?.get(key));
        let found = match before {
            Some(before) => before.map(<[u8]>::to_vec),
            None => self.view.sealed_value(table, key)?,
        };
        self.seen.borrow_mut().push(Seen::Row(table, key.to_vec(), found.clone()));
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
        let (mut rows, mut end) = (Vec::new(), End::Last);
        self.view.sealed_scan(table, range, order, &mut |key, sealed| {
            rows.push((key.to_vec(), sealed.to_vec()));
            let flow = visit(key, sealed)?;
            end = if flow.is_break() { End::Enough } else { End::Last };
            Ok(flow)
        })?;
        let range = range.clone();
        self.seen.borrow_mut().push(Seen::Rows { table, range, order, rows, end });
        Ok(())
    }

    pub(super) const fn view(&self) -> &ReadTx {
        self.view
    }
}

impl Seen {
    /// Whether it is still as it was found.
    fn stands(&self, view: &impl View) -> Result<bool, StoreError> {
        match self {
            Self::Row(table, key, found) => Ok(view.sealed_value(*table, key)? == *found),
            Self::Rows { table, range, order, rows, end } => {
                let (mut expected, mut is_so) = (rows.iter(), true);
                view.sealed_scan(*table, range, *order, &mut |key, sealed| {
                    is_so = expected.next().is_some_and(|it| it.0 == key && it.1 == sealed);
                    let is_over = *end == End::Enough && expected.len() == 0;
                    let goes_on = is_so && !is_over;
                    Ok(if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
                })?;
                Ok(is_so && expected.len() == 0)
            }
        }
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
        for seen in &rehearsal.seen {
            if !seen.stands(self)? {
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
