//! Writing: the writer's open tables, and the undo log that takes one act of a commit back.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound;

use redb::{ReadableTable, ReadableTableMetadata, TableHandle, WriteTransaction};

use super::engine::{Held, caught};
use super::health::Health;
use super::rehearsal::Stage;
use super::view::{Bytes, KeyRange, Table, View, Visit, next, rows_of};
use super::waiting::{Sorted, Waiting};
use super::{Commit, StoreError, seal};
use crate::domain::page::PageOrder;

type Open<'tx> = redb::Table<'tx, Bytes, Bytes>;
type Row = (Vec<u8>, Vec<u8>);

/// How many bytes wait at most before they are put.
const WAITING_BYTES_MAX: usize = 8 << 20;

/// A write transaction of the engine. Once a call into it has failed it is never committed,
/// because nobody knows how far the call came.
pub(super) struct Transaction {
    tx: Held<WriteTransaction>,
    health: Health,
    is_spoiled: Cell<bool>,
    /// What the work has written and the tables do not hold yet.
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

/// The tables of one write transaction, or what stands for them in a rehearsal.
pub struct Batch<'tx> {
    ground: Ground<'tx>,
    undo: Undo,
}

/// What is written on.
enum Ground<'tx> {
    /// Tables, opened when they are first needed.
    Tables { tx: &'tx Transaction, open: RefCell<BTreeMap<Table, Held<Open<'tx>>>> },
    /// Nothing that lasts.
    Stage(&'tx Stage<'tx>),
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
    /// What waited under the key; `None` if nothing did.
    waited: Option<Option<Vec<u8>>>,
}

/// A place in the undo log to which one can go back.
#[derive(Debug, Clone, Copy)]
pub struct Mark(usize);

impl<'tx> Batch<'tx> {
    pub(super) fn new(tx: &'tx Transaction) -> Self {
        Self { ground: Ground::of(tx), undo: Undo::Kept(Vec::new()) }
    }

    pub(super) fn bulk(tx: &'tx Transaction) -> Self {
        Self { ground: Ground::of(tx), undo: Undo::NotKept }
    }

    pub(super) fn rehearsal(stage: &'tx Stage<'tx>) -> Self {
        Self { ground: Ground::Stage(stage), undo: Undo::NotKept }
    }

    const fn waiting(&self) -> &Waiting {
        match &self.ground {
            Ground::Tables { tx, .. } => &tx.waiting,
            Ground::Stage(stage) => &stage.waiting,
        }
    }

    /// Whether it is bulk work, which is given up as a whole.
    pub(super) const fn is_bulk(&self) -> bool {
        matches!(self.undo, Undo::NotKept)
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
    /// If a call into the engine has failed; then nothing of this transaction may be committed.
    ///
    /// # Panics
    /// In bulk work, which keeps no undo log.
    pub fn roll_back(&mut self, mark: Mark) -> Result<(), StoreError> {
        let Undo::Kept(log) = &mut self.undo else { panic!("bulk work is given up as a whole") };
        let taken_back = log.split_off(mark.0);
        for old in taken_back.into_iter().rev() {
            self.waiting().restore(old.table, &old.key, old.waited);
        }
        // What failed halfway may have left more than the log knows.
        match &self.ground {
            Ground::Tables { tx, .. } => tx.sound(),
            Ground::Stage(_) => Ok(()),
        }
    }

    /// Lets nothing of what was done so far be taken back any more, and puts it if it is much: to
    /// be called between acts.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn relieve(&mut self) -> Result<(), StoreError> {
        match &mut self.undo {
            Undo::Kept(log) => log.clear(),
            Undo::NotKept => {}
        }
        if self.waiting().bytes() < WAITING_BYTES_MAX { Ok(()) } else { self.put_all() }
    }

    /// Puts all that waits.
    pub(super) fn put_all(&mut self) -> Result<(), StoreError> {
        if let Undo::Kept(log) = &mut self.undo {
            log.clear();
        }
        self.waiting().take_all().iter().try_for_each(|(table, rows)| self.flush(*table, rows))
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
        let old = self.sealed_value(table, key)?;
        self.wait(table, key, Some(seal::seal(table, key, value)))?;
        unsealed(table, key, old)
    }

    /// Stores a value, whatever was there before: for rows that are new or known, without a look.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn set(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.wait(table, key, Some(seal::seal(table, key, value)))
    }

    /// Takes a row out that is known to be there, without a look.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn unset(&mut self, table: Table, key: &[u8]) -> Result<(), StoreError> {
        self.wait(table, key, None)
    }

    /// Stores a row as it lay in another store, seal and all.
    pub(super) fn insert_sealed(
        &mut self,
        table: Table,
        key: &[u8],
        sealed: &[u8],
    ) -> Result<(), StoreError> {
        self.wait(table, key, Some(sealed.to_vec()))
    }

    /// Removes a value and returns it.
    ///
    /// # Errors
    /// If the engine fails or the value cannot be read.
    pub fn remove(&mut self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let old = self.sealed_value(table, key)?;
        if old.is_some() {
            self.wait(table, key, None)?;
        }
        unsealed(table, key, old)
    }

    /// Stores rows that are new and in rising order, with no other row between them. In bulk work
    /// they are put at once.
    ///
    /// # Errors
    /// If the engine fails or the rows are not in order.
    pub fn append<'a>(
        &mut self,
        table: Table,
        rows: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    ) -> Result<(), StoreError> {
        if !self.is_bulk() || matches!(self.ground, Ground::Stage(_)) {
            return rows.into_iter().try_for_each(|(key, value)| self.set(table, key, value));
        }
        let mut rows = rows.into_iter().peekable();
        let Some(first) = rows.peek().map(|it| it.0.to_vec()) else { return Ok(()) };
        if let Some(waiting) = self.waiting().take(table) {
            self.flush(table, &waiting)?;
        }
        self.with(table, |open| {
            let mut cursor = open.upper_bound_mut(Bound::Included(first.as_slice()))?;
            for (key, value) in rows {
                let sealed = seal::seal(table, key, value);
                cursor.insert_before(key, sealed.as_slice()).map_err(redb::Error::from)?;
            }
            Ok(cursor.close()?)
        })
    }

    /// Keeps a row until the work ends: then all rows of a table are put in order, and a row that
    /// changes a hundred times is put once.
    fn wait(
        &mut self,
        table: Table,
        key: &[u8],
        sealed: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let waited = self.waiting().keep(table, key, sealed);
        match &mut self.undo {
            Undo::Kept(log) => log.push(Old { table, key: key.to_vec(), waited }),
            Undo::NotKept if matches!(self.ground, Ground::Tables { .. }) => self.relieve()?,
            Undo::NotKept => {}
        }
        Ok(())
    }

    pub(super) fn flush(&self, table: Table, rows: &Sorted) -> Result<(), StoreError> {
        self.with(table, |open| rows.put_into(open))
    }

    /// Whether all rows lie so in a table of which nothing waits.
    pub(super) fn holds(&self, table: Table, rows: &Sorted) -> Result<bool, StoreError> {
        if self.waiting().has_any(table, &KeyRange::all()) {
            self.waiting().take(table).map_or(Ok(()), |it| self.flush(table, &it))?;
        }
        self.with(table, |open| rows.lie_in(open))
    }

    /// Tables are opened when first needed and stay open until the commit.
    fn with<T>(
        &self,
        table: Table,
        work: impl FnOnce(&mut Open<'tx>) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let Ground::Tables { tx, open } = &self.ground else {
            return Err(StoreError::Unrehearsed);
        };
        let mut open = open.borrow_mut();
        let open = match open.entry(table) {
            Entry::Occupied(found) => found.into_mut(),
            Entry::Vacant(free) => {
                let fresh = tx.call(|| tx.tx.open_table(table.definition()))?;
                free.insert(Held::new(fresh))
            }
        };
        tx.call(|| work(open))
    }
}

impl<'tx> Ground<'tx> {
    fn of(tx: &'tx Transaction) -> Self {
        Self::Tables { tx, open: RefCell::default() }
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
        if let Some(waiting) = self.waiting().get(table, key) {
            return Ok(waiting);
        }
        if let Ground::Stage(stage) = &self.ground {
            return stage.sealed_value(table, key);
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
        if let Ground::Stage(stage) = &self.ground {
            return stage.sealed_scan(table, range, order, visit);
        }
        // Rows are copied out a stretch at a time, because the visitor may read other tables.
        let mut range = range.clone();
        let mut most = 1;
        loop {
            let Stretch { rows, end } = self.stretch(table, &range, order, most)?;
            for (key, value) in &rows {
                if visit(key, value)?.is_break() {
                    return Ok(());
                }
            }
            most = STRETCH_MAX.min(most * 2);
            match end {
                Some(end) => range = range.after(Some(&end), order),
                None => return Ok(()),
            }
        }
    }

    fn count(&self, table: Table) -> Result<u64, StoreError> {
        if matches!(self.ground, Ground::Stage(_)) {
            return Err(StoreError::Unrehearsed);
        }
        let mut count = self.with(table, |open| Ok(open.len()?))?;
        for (key, value) in
            self.waiting().rows(table, (&KeyRange::all(), PageOrder::Rising), usize::MAX)
        {
            let is_put = self.with(table, |open| Ok(open.get(key.as_slice())?.is_some()))?;
            count += u64::from(value.is_some());
            count -= u64::from(is_put);
        }
        Ok(count)
    }

    fn tables(&self) -> Result<Vec<String>, StoreError> {
        match &self.ground {
            Ground::Tables { tx, .. } => {
                let names = tx.call(|| tx.tx.list_tables())?;
                Ok(names.map(|it| it.name().to_owned()).collect())
            }
            Ground::Stage(stage) => stage.view().tables(),
        }
    }
}

/// How many rows a scan of the open tables copies at a time. It begins with one, because many scans
/// look for the first row alone.
const STRETCH_MAX: usize = 64;

/// Some rows of a range, in the order in which they are visited.
struct Stretch {
    rows: Vec<Row>,
    /// The key up to which these are all; `None` if they are all of the range.
    end: Option<Vec<u8>>,
}

impl Batch<'_> {
    /// The first rows of a range as the work has left it: at most `most` that lie in the table, and
    /// as many that wait.
    fn stretch(
        &self,
        table: Table,
        range: &KeyRange,
        order: PageOrder,
        most: usize,
    ) -> Result<Stretch, StoreError> {
        let rows = self.put_rows(table, range, order, most)?;
        let waiting = self.waiting().rows(table, (range, order), most);
        let is_nearer = |one: &Vec<u8>, other: &Vec<u8>| match order {
            PageOrder::Rising => one < other,
            PageOrder::Falling => one > other,
        };
        let ends = [
            rows.last().filter(|_| rows.len() >= most).map(|it| &it.0),
            waiting.last().filter(|_| waiting.len() >= most).map(|it| &it.0),
        ];
        let nearest = |one, other| if is_nearer(one, other) { one } else { other };
        let end = ends.into_iter().flatten().reduce(nearest).cloned();
        if waiting.is_empty() {
            return Ok(Stretch { rows, end });
        }
        let mut merged: BTreeMap<_, _> = rows.into_iter().map(|it| (it.0, Some(it.1))).collect();
        merged.extend(waiting);
        let is_within = |key: &Vec<u8>| end.as_ref().is_none_or(|end| !is_nearer(end, key));
        let merged = merged.into_iter().filter(|it| is_within(&it.0));
        let mut rows: Vec<_> = merged.filter_map(|(key, value)| Some((key, value?))).collect();
        if order == PageOrder::Falling {
            rows.reverse();
        }
        Ok(Stretch { rows, end })
    }

    fn put_rows(
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
