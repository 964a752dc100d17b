//! For tests: a view that counts how often a table is gone through, and the rows that are looked at.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{KeyRange, ReadTx, StoreError, Table, View, Visit};
use crate::domain::page::PageOrder;

/// A snapshot that is watched.
pub(super) struct Counted<'a> {
    view: &'a ReadTx,
    scans: Mutex<Vec<Table>>,
    rows: AtomicUsize,
}

impl<'a> Counted<'a> {
    /// A snapshot at which nobody has looked yet.
    pub(super) fn over(view: &'a ReadTx) -> Self {
        Self { view, scans: Mutex::default(), rows: AtomicUsize::new(0) }
    }

    /// How often somebody went through a table.
    pub(super) fn scans(&self, table: Table) -> usize {
        let scans = self.scans.lock().expect("nobody failed");
        scans.iter().filter(|it| **it == table).count()
    }

    /// How many rows were looked at on the way through tables.
    pub(super) fn rows(&self) -> usize {
        self.rows.load(Ordering::SeqCst)
    }
}

impl View for Counted<'_> {
    fn sealed_value(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.view.sealed_value(table, key)
    }

    fn sealed_scan(
        &self,
        table: Table,
        range: &KeyRange,
        order: PageOrder,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        self.scans.lock().expect("nobody failed").push(table);
        self.view.sealed_scan(table, range, order, &mut |key, value| {
            self.rows.fetch_add(1, Ordering::SeqCst);
            visit(key, value)
        })
    }

    fn count(&self, table: Table) -> Result<u64, StoreError> {
        self.view.count(table)
    }

    fn tables(&self) -> Result<Vec<String>, StoreError> {
        self.view.tables()
    }
}
