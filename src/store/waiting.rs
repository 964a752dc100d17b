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
