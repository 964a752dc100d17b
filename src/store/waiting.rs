//! What bulk work has written and the tables do not hold yet.
//!
//! Rows that are put in the order of their keys cost a fraction of rows that are put as they come,
//! and a counter that moves with each thing needs to be put once. So bulk work keeps its rows here
//! until somebody reads along their table, or until it ends.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Bound;

use redb::ReadableTable;

use super::view::{Bytes, Table};

/// Rows by table.
#[derive(Default)]
pub(super) struct Waiting {
    rows: RefCell<BTreeMap<Table, Sorted>>,
    bytes: Cell<usize>,
}

/// The rows of one table: their values with their seals, or nothing for those that go.
#[derive(Default)]
pub(super) struct Sorted(BTreeMap<Vec<u8>, Option<Vec<u8>>>);

impl Waiting {
    /// Keeps a row, and answers how many bytes were kept altogether.
    pub(super) fn keep(&self, table: Table, key: &[u8], sealed: Option<Vec<u8>>) -> usize {
        self.bytes.set(self.bytes.get() + key.len() + sealed.as_ref().map_or(0, Vec::len));
        let mut rows = self.rows.borrow_mut();
        let rows = &mut rows.entry(table).or_default().0;
        match rows.get_mut(key) {
            Some(kept) => *kept = sealed,
            None => drop(rows.insert(key.to_vec(), sealed)),
        }
        self.bytes.get()
    }

    /// A row, if it waits: nothing inside if it goes.
    pub(super) fn get(&self, table: Table, key: &[u8]) -> Option<Option<Vec<u8>>> {
        self.rows.borrow().get(&table)?.0.get(key).cloned()
    }

    /// The rows of a table, which no longer wait.
    pub(super) fn take(&self, table: Table) -> Option<Sorted> {
        self.rows.borrow_mut().remove(&table)
    }

    /// All rows, which no longer wait.
    pub(super) fn take_all(&self) -> BTreeMap<Table, Sorted> {
        self.bytes.set(0);
        self.rows.take()
    }
}

impl Sorted {
    /// Puts the rows: in one go where nothing lies between them, else one by one.
    pub(super) fn put_into(
        self,
        table: &mut redb::Table<'_, Bytes, Bytes>,
    ) -> Result<(), redb::Error> {
        if self.is_in_a_gap(table)? {
            let first = self.0.keys().next().map_or(&[][..], Vec::as_slice);
            let mut cursor = table.upper_bound_mut(Bound::Included(first))?;
            for (key, value) in &self.0 {
                let value = value.as_deref().unwrap_or_default();
                cursor.insert_before(key.as_slice(), value)?;
            }
            return Ok(cursor.close()?);
        }
        for (key, value) in &self.0 {
            match value {
                Some(value) => drop(table.insert(key.as_slice(), value.as_slice())?),
                None => drop(table.remove(key.as_slice())?),
            }
        }
        Ok(())
    }

    /// Whether all rows are new and no other lies between them.
    fn is_in_a_gap(&self, table: &redb::Table<'_, Bytes, Bytes>) -> Result<bool, redb::Error> {
        let (Some(first), Some(last)) = (self.0.keys().next(), self.0.keys().next_back()) else {
            return Ok(false);
        };
        if self.0.values().any(Option::is_none) {
            return Ok(false);
        }
        let between = (Bound::Included(first.as_slice()), Bound::Included(last.as_slice()));
        Ok(table.range::<&[u8]>(between)?.next().is_none())
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::domain::page::PageOrder;
    use crate::store::{Batch, Commit, KeyRange, Store, View};

    const ATTIC: Table = Table("attic");

    fn rows(view: &dyn View) -> String {
        let mut told = String::new();
        let scanned = view.scan(ATTIC, &KeyRange::all(), PageOrder::Rising, &mut |key, value| {
            told.push_str(&format!("{}={} ", key[0], value[0]));
            Ok(ControlFlow::Continue(()))
        });
        scanned.expect("scanned");
        told
    }

    fn bulk(store: &Store, commit: Commit, work: impl FnOnce(&mut Batch<'_>)) -> String {
        let done = store.bulk(|mut batch| {
            work(&mut batch);
            Ok(((), commit))
        });
        done.expect("done");
        rows(&store.read().expect("a snapshot"))
    }

    fn put(batch: &mut Batch<'_>, all: &[(u8, u8)]) {
        for (key, value) in all {
            batch.set(ATTIC, &[*key], &[*value]).expect("set");
        }
    }

    #[test]
    fn what_waits_is_found_listed_and_counted_as_if_it_had_been_put() {
        let store = Store::memory().expect("memory");
        let after = bulk(&store, Commit::Durable, |batch| {
            put(batch, &[(3, 1), (1, 1), (2, 1)]);
            assert_eq!(batch.value(ATTIC, &[2]).expect("read"), Some(vec![1]));
            assert_eq!(batch.insert(ATTIC, &[2], &[2]).expect("put"), Some(vec![1]));
            assert_eq!(batch.remove(ATTIC, &[3]).expect("removed"), Some(vec![1]));
            assert_eq!(batch.value(ATTIC, &[3]).expect("read"), None);
            assert_eq!(rows(batch), "1=1 2=2 ");
            put(batch, &[(4, 1), (1, 3)]);
            assert_eq!(batch.count(ATTIC).expect("counted"), 3);
            batch.unset(ATTIC, &[4]).expect("unset");
        });
        assert_eq!(after, "1=3 2=2 ");
    }

    #[test]
    fn rows_find_their_place_in_a_gap_and_between_others() {
        let store = Store::memory().expect("memory");
        bulk(&store, Commit::Durable, |batch| put(batch, &[(10, 1), (20, 1), (30, 1)]));
        let gap = bulk(&store, Commit::Durable, |batch| put(batch, &[(13, 2), (12, 2), (14, 2)]));
        assert_eq!(gap, "10=1 12=2 13=2 14=2 20=1 30=1 ");
        let mixed = bulk(&store, Commit::Durable, |batch| put(batch, &[(35, 3), (20, 3), (5, 3)]));
        assert_eq!(mixed, "5=3 10=1 12=2 13=2 14=2 20=3 30=1 35=3 ");
    }

    #[test]
    fn bulk_work_that_is_given_up_leaves_nothing() {
        let store = Store::memory().expect("memory");
        bulk(&store, Commit::Durable, |batch| put(batch, &[(1, 1)]));
        let after = bulk(&store, Commit::Abandon, |batch| {
            put(batch, &[(1, 2), (2, 2)]);
            assert_eq!(rows(batch), "1=2 2=2 ");
        });
        assert_eq!(after, "1=1 ");
    }
}
