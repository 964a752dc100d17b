//! Writing: the writer's open tables, and the undo log that takes one act back without spoiling
//! the others of the same commit.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use redb::{ReadableTable, WriteTransaction};

use super::StoreError;
use super::view::{Bytes, KeyRange, Table, View, Visit, walk};
use crate::domain::page::PageOrder;

type Open<'tx> = redb::Table<'tx, Bytes, Bytes>;

/// The tables of one write transaction.
pub struct Batch<'tx> {
    tx: &'tx WriteTransaction,
    open: RefCell<BTreeMap<Table, Open<'tx>>>,
    undo: Undo,
}

/// Whether old values are kept, so that an act can be taken back.
enum Undo {
    /// Ordinary acts: many share a commit, each can fail alone.
    Kept(Vec<Old>),
    /// Bulk work: it has the commit to itself and is given up as a whole.
    NotKept,
}

struct Old {
    table: Table,
    key: Vec<u8>,
    value: Option<Vec<u8>>,
}

/// A place in the undo log to which one can go back.
#[derive(Debug, Clone, Copy)]
pub struct Mark(usize);

impl<'tx> Batch<'tx> {
    pub(super) fn new(tx: &'tx WriteTransaction) -> Self {
        Self {
            tx,
            open: RefCell::default(),
            undo: Undo::Kept(Vec::new()),
        }
    }

    pub(super) fn bulk(tx: &'tx WriteTransaction) -> Self {
        Self {
            tx,
            open: RefCell::default(),
            undo: Undo::NotKept,
        }
    }

    /// The place in the undo log where the next act begins.
    #[must_use]
    pub fn mark(&self) -> Mark {
        match &self.undo {
            Undo::Kept(log) => Mark(log.len()),
            Undo::NotKept => Mark(0),
        }
    }

    /// Takes back everything since `mark`.
    ///
    /// # Errors
    /// If the engine fails; then nothing of this transaction may be committed.
    ///
    /// # Panics
    /// In bulk work, which keeps no undo log.
    pub fn roll_back(&mut self, mark: Mark) -> Result<(), StoreError> {
        let Undo::Kept(log) = &mut self.undo else {
            panic!("bulk work is given up as a whole")
        };
        let taken_back = log.split_off(mark.0);
        for old in taken_back.into_iter().rev() {
            self.with(old.table, |table| {
                match &old.value {
                    Some(value) => table
                        .insert(old.key.as_slice(), value.as_slice())
                        .map(|_| ()),
                    None => table.remove(old.key.as_slice()).map(|_| ()),
                }
                .map_err(StoreError::engine)
            })?;
        }
        Ok(())
    }

    /// Stores a value and returns the one before.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn insert(
        &mut self,
        table: Table,
        key: &[u8],
        value: &[u8],
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let old = self.with(table, |open| {
            let old = open.insert(key, value).map_err(StoreError::engine)?;
            Ok(old.map(|it| it.value().to_vec()))
        })?;
        self.remember(table, key, old.clone());
        Ok(old)
    }

    /// Removes a value and returns it.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn remove(&mut self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let old = self.with(table, |open| {
            let old = open.remove(key).map_err(StoreError::engine)?;
            Ok(old.map(|it| it.value().to_vec()))
        })?;
        if old.is_some() {
            self.remember(table, key, old.clone());
        }
        Ok(old)
    }

    fn remember(&mut self, table: Table, key: &[u8], value: Option<Vec<u8>>) {
        if let Undo::Kept(log) = &mut self.undo {
            log.push(Old {
                table,
                key: key.to_vec(),
                value,
            });
        }
    }

    /// Tables are opened when first needed and stay open until the commit.
    fn with<T>(
        &self,
        table: Table,
        work: impl FnOnce(&mut Open<'tx>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut open = self.open.borrow_mut();
        match open.get_mut(&table) {
            Some(found) => work(found),
            None => {
                let fresh = self
                    .tx
                    .open_table(table.definition())
                    .map_err(StoreError::engine)?;
                work(open.entry(table).or_insert(fresh))
            }
        }
    }
}

impl View for Batch<'_> {
    fn value(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(table, |open| {
            let found = open.get(key).map_err(StoreError::engine)?;
            Ok(found.map(|it| it.value().to_vec()))
        })
    }

    fn scan(
        &self,
        table: Table,
        range: &KeyRange,
        order: PageOrder,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        // Rows are copied out a stretch at a time, because the visitor may read other tables.
        let mut range = range.clone();
        loop {
            let rows = self.stretch(table, &range, order)?;
            let whole = rows.len() < STRETCH_MAX;
            for (key, value) in &rows {
                if visit(key, value)?.is_break() {
                    return Ok(());
                }
            }
            match rows.last() {
                Some((last, _)) if !whole => range = range.after(Some(last), order),
                _ => return Ok(()),
            }
        }
    }
}

/// How many rows a scan of the open tables copies at a time.
const STRETCH_MAX: usize = 64;

impl Batch<'_> {
    fn stretch(
        &self,
        table: Table,
        range: &KeyRange,
        order: PageOrder,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        let mut rows = Vec::new();
        self.with(table, |open| {
            walk(open, range, order, &mut |key, value| {
                rows.push((key.to_vec(), value.to_vec()));
                let full = rows.len() == STRETCH_MAX;
                Ok(if full {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                })
            })
        })?;
        Ok(rows)
    }
}
