//! Writing: the writer's open tables, and the undo log that takes one act of a commit back.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound;

use redb::{ReadableTable, ReadableTableMetadata, TableHandle, WriteTransaction};

use super::engine::{Held, caught};
use super::health::Health;
use super::view::{Bytes, KeyRange, Table, View, Visit, next, rows_of};
use super::waiting::{Sorted, Waiting};
use super::{Commit, StoreError, seal};
use crate::domain::page::PageOrder;

type Open<'tx> = redb::Table<'tx, Bytes, Bytes>;
type Row = (Vec<u8>, Vec<u8>);

/// How many bytes of bulk work wait at most before they are put.
const WAITING_BYTES_MAX: usize = 8 << 20;

/// A write transaction of the engine. Once a call into it has failed it is never committed,
/// because nobody knows how far the call came.
pub(super) struct Transaction {
    tx: Held<WriteTransaction>,
    health: Health,
    is_spoiled: Cell<bool>,
    /// What bulk work has written and the tables do not hold yet.
    waiting: Waiting,
}

impl Transaction {
    pub(super) fn new(tx: WriteTransaction, health: Health) -> Self {
        Self {
            tx: Held::new(tx),
            health,
            is_spoiled: Cell::new(false),
            waiting: Waiting::default(),
        }
    }

    fn call<T, E: Into<redb::Error>>(
        &self,
        call: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, StoreError> {
        let done = caught(|| call().map_err(|error| self.health.judge(error)));
        self.is_spoiled.set(self.is_spoiled.get() || done.is_err());
        done
    }

    fn sound(&self) -> Result<(), StoreError> {
        match self.is_spoiled.get() {
            true => Err(self.health.judge(redb::CommitError::TransactionPoisoned)),
            false => Ok(()),
        }
    }

    /// Ends the transaction as its work asked for; dropped without it, it leaves no trace.
    pub(super) fn end(self, commit: Commit) -> Result<(), StoreError> {
        self.sound()?;
        if commit == Commit::Durable {
            for (table, rows) in self.waiting.take_all() {
                self.call(|| rows.put_into(&mut self.tx.open_table(table.definition())?))?;
            }
        }
        let (tx, health) = (self.tx.take(), self.health);
        caught(|| match commit {
            Commit::Durable => tx.commit().map_err(|error| health.judge(error)),
            Commit::Abandon => tx.abort().map_err(|error| health.judge(error)),
        })
    }
}

/// The tables of one write transaction.
pub struct Batch<'tx> {
    tx: &'tx Transaction,
    open: RefCell<BTreeMap<Table, Held<Open<'tx>>>>,
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
    /// The value with its seal, as it lay in the table.
    sealed: Option<Vec<u8>>,
}

/// A place in the undo log to which one can go back.
#[derive(Debug, Clone, Copy)]
pub struct Mark(usize);

impl<'tx> Batch<'tx> {
    pub(super) fn new(tx: &'tx Transaction) -> Self {
        Self { tx, open: RefCell::default(), undo: Undo::Kept(Vec::new()) }
    }

    pub(super) fn bulk(tx: &'tx Transaction) -> Self {
        Self { tx, open: RefCell::default(), undo: Undo::NotKept }
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
        let Undo::Kept(log) = &mut self.undo else { panic!("bulk work is given up as a whole") };
        let taken_back = log.split_off(mark.0);
        for old in taken_back.into_iter().rev() {
            self.with(old.table, |table| {
                match &old.sealed {
                    Some(sealed) => table.insert(old.key.as_slice(), sealed.as_slice())?,
                    None => table.remove(old.key.as_slice())?,
                };
                Ok(())
            })?;
        }
        // What failed halfway may have left more than the log knows.
        self.tx.sound()
    }

    /// Stores a value and returns the one before.
    ///
    /// # Errors
    /// If the engine fails or the value before cannot be read.
    pub fn insert(
        &mut self,
        table: Table,
        key: &[u8],
        value: &[u8],
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let sealed = seal::seal(table, key, value);
        if matches!(self.undo, Undo::NotKept) {
            let old = self.sealed_value(table, key)?;
            self.wait(table, key, Some(sealed))?;
            return unsealed(table, key, old);
        }
        let old = self.with(table, |open| {
            Ok(open.insert(key, sealed.as_slice())?.map(|it| it.value().to_vec()))
        })?;
        self.remember(table, key, old.clone());
        unsealed(table, key, old)
    }

    /// Stores a value, whatever was there before: for rows that are new or known, without a look.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn set(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        match self.undo {
            Undo::Kept(_) => self.insert(table, key, value).map(|_| ()),
            Undo::NotKept => self.wait(table, key, Some(seal::seal(table, key, value))),
        }
    }

    /// Takes a row out that is known to be there, without a look.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn unset(&mut self, table: Table, key: &[u8]) -> Result<(), StoreError> {
        match self.undo {
            Undo::Kept(_) => self.remove(table, key).map(|_| ()),
            Undo::NotKept => self.wait(table, key, None),
        }
    }

    /// Stores a row as it lay in another store, seal and all.
    pub(super) fn insert_sealed(
        &mut self,
        table: Table,
        key: &[u8],
        sealed: &[u8],
    ) -> Result<(), StoreError> {
        self.settle(table)?;
        let old =
            self.with(table, |open| Ok(open.insert(key, sealed)?.map(|it| it.value().to_vec())))?;
        self.remember(table, key, old);
        Ok(())
    }

    /// Removes a value and returns it.
    ///
    /// # Errors
    /// If the engine fails or the value cannot be read.
    pub fn remove(&mut self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if matches!(self.undo, Undo::NotKept) {
            let old = self.sealed_value(table, key)?;
            if old.is_some() {
                self.wait(table, key, None)?;
            }
            return unsealed(table, key, old);
        }
        let old = self.with(table, |open| Ok(open.remove(key)?.map(|it| it.value().to_vec())))?;
        if old.is_some() {
            self.remember(table, key, old.clone());
        }
        unsealed(table, key, old)
    }

    /// Stores rows that are new and in rising order, with no other row between them: several times
    /// faster than one by one. In an act that can be taken back they are inserted one by one.
    ///
    /// # Errors
    /// If the engine fails or the rows are not in order.
    pub fn append<'a>(
        &mut self,
        table: Table,
        rows: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    ) -> Result<(), StoreError> {
        if matches!(self.undo, Undo::Kept(_)) {
            return rows
                .into_iter()
                .try_for_each(|(key, value)| self.insert(table, key, value).map(|_| ()));
        }
        let mut rows = rows.into_iter().peekable();
        let Some(first) = rows.peek().map(|it| it.0.to_vec()) else { return Ok(()) };
        self.settle(table)?;
        self.with(table, |open| {
            let mut cursor = open.upper_bound_mut(Bound::Included(first.as_slice()))?;
            for (key, value) in rows {
                let sealed = seal::seal(table, key, value);
                cursor.insert_before(key, sealed.as_slice()).map_err(redb::Error::from)?;
            }
            Ok(cursor.close()?)
        })
    }

    /// Keeps a row of bulk work until its table is read along or the work ends: then all rows of a
    /// table are put in order, and a row that changes a hundred times is put once.
    fn wait(&self, table: Table, key: &[u8], sealed: Option<Vec<u8>>) -> Result<(), StoreError> {
        if self.tx.waiting.keep(table, key, sealed) < WAITING_BYTES_MAX {
            return Ok(());
        }
        let all = self.tx.waiting.take_all();
        all.into_iter().try_for_each(|(table, rows)| self.flush(table, rows))
    }

    /// Puts the rows of a table that wait.
    fn settle(&self, table: Table) -> Result<(), StoreError> {
        match self.tx.waiting.take(table) {
            Some(rows) => self.flush(table, rows),
            None => Ok(()),
        }
    }

    fn flush(&self, table: Table, rows: Sorted) -> Result<(), StoreError> {
        self.with(table, |open| rows.put_into(open))
    }

    fn remember(&mut self, table: Table, key: &[u8], sealed: Option<Vec<u8>>) {
        if let Undo::Kept(log) = &mut self.undo {
            log.push(Old { table, key: key.to_vec(), sealed });
        }
    }

    /// Tables are opened when first needed and stay open until the commit.
    fn with<T>(
        &self,
        table: Table,
        work: impl FnOnce(&mut Open<'tx>) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let mut open = self.open.borrow_mut();
        let open = match open.entry(table) {
            Entry::Occupied(found) => found.into_mut(),
            Entry::Vacant(free) => {
                let fresh = self.tx.call(|| self.tx.tx.open_table(table.definition()))?;
                free.insert(Held::new(fresh))
            }
        };
        self.tx.call(|| work(open))
    }
}

/// The value of a row that was replaced or removed.
fn unsealed(
    table: Table,
    key: &[u8],
    sealed: Option<Vec<u8>>,
) -> Result<Option<Vec<u8>>, StoreError> {
    sealed.map(|it| seal::open(table, key, &it).map(<[u8]>::to_vec)).transpose()
}

impl View for Batch<'_> {
    fn sealed_value(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(waiting) = self.tx.waiting.get(table, key) {
            return Ok(waiting);
        }
        self.with(table, |open| Ok(open.get(key)?.map(|it| it.value().to_vec())))
    }

    fn sealed_scan(
        &self,
        table: Table,
        range: &KeyRange,
        order: PageOrder,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        self.settle(table)?;
        // Rows are copied out a stretch at a time, because the visitor may read other tables.
        let mut range = range.clone();
        let mut stretch = 1;
        loop {
            let rows = self.stretch(table, &range, order, stretch)?;
            let whole = rows.len() < stretch;
            stretch = STRETCH_MAX.min(stretch * 2);
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

    fn count(&self, table: Table) -> Result<u64, StoreError> {
        self.settle(table)?;
        self.with(table, |open| Ok(open.len()?))
    }

    fn tables(&self) -> Result<Vec<String>, StoreError> {
        let names = self.tx.call(|| self.tx.tx.list_tables())?;
        Ok(names.map(|it| it.name().to_owned()).collect())
    }
}

/// How many rows a scan of the open tables copies at a time. It begins with one, because many scans
/// look for the first row alone.
const STRETCH_MAX: usize = 64;

impl Batch<'_> {
    fn stretch(
        &self,
        table: Table,
        range: &KeyRange,
        order: PageOrder,
        most: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.with(table, |open| {
            let Some(mut found) = rows_of(open, range)? else { return Ok(()) };
            while rows.len() < most {
                let Some((key, value)) = next(&mut found, order)? else { break };
                rows.push((key.value().to_vec(), value.value().to_vec()));
            }
            Ok(())
        })?;
        Ok(rows)
    }
}
