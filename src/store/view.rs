//! Reading: what a snapshot and the writer's open tables have in common.

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};
use std::sync::{Arc, PoisonError, RwLock};

use redb::{
    ReadOnlyTable, ReadTransaction, ReadableTable, ReadableTableMetadata, TableDefinition,
    TableError, TableHandle,
};

use super::derived::Derived;
use super::engine::{Held, caught};
use super::health::Health;
use super::{StoreError, seal};
use crate::domain::page::PageOrder;

/// A table by its name; all tables map bytes to bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Table(pub &'static str);

pub(super) type Bytes = &'static [u8];

impl Table {
    pub(super) const fn definition(self) -> TableDefinition<'static, Bytes, Bytes> {
        TableDefinition::new(self.0)
    }
}

/// What a scan does with each row; it may stop the scan.
pub type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, StoreError> + 'a;

/// A stretch of keys: from a first one up to one that is no longer in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyRange {
    /// Where it begins.
    pub from: Bound<Vec<u8>>,
    /// Where it ends.
    pub to: Bound<Vec<u8>>,
}

impl KeyRange {
    /// All keys.
    #[must_use]
    pub const fn all() -> Self {
        Self { from: Bound::Unbounded, to: Bound::Unbounded }
    }

    /// All keys that begin with `prefix`.
    #[must_use]
    pub fn prefix(prefix: &[u8]) -> Self {
        let mut end = prefix.to_vec();
        while end.last() == Some(&u8::MAX) {
            end.pop();
        }
        let to = match end.last_mut() {
            Some(last) => {
                *last += 1;
                Bound::Excluded(end)
            }
            None => Bound::Unbounded,
        };
        Self { from: Bound::Included(prefix.to_vec()), to }
    }

    /// What of it comes after `key` in the given order.
    #[must_use]
    pub fn after(self, key: Option<&[u8]>, order: PageOrder) -> Self {
        match (key, order) {
            (None, _) => self,
            (Some(key), PageOrder::Rising) => Self { from: Bound::Excluded(key.to_vec()), ..self },
            (Some(key), PageOrder::Falling) => Self { to: Bound::Excluded(key.to_vec()), ..self },
        }
    }

    /// Whether a key lies in it.
    #[must_use]
    pub fn contains(&self, key: &[u8]) -> bool {
        std::ops::RangeBounds::<[u8]>::contains(&self.bounds(), key)
    }

    pub(super) fn is_empty(&self) -> bool {
        match (&self.from, &self.to) {
            (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
            (Bound::Included(from), Bound::Included(to)) => from > to,
            (Bound::Included(from) | Bound::Excluded(from), Bound::Excluded(to))
            | (Bound::Excluded(from), Bound::Included(to)) => from >= to,
        }
    }

    pub(super) fn bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        (self.from.as_ref().map(Vec::as_slice), self.to.as_ref().map(Vec::as_slice))
    }
}

/// Something that tables can be read from.
pub trait View {
    /// The value at a key.
    ///
    /// # Errors
    /// If the engine fails, or the row is not the one that was written.
    fn value(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(mut value) = self.sealed_value(table, key)? else { return Ok(None) };
        let length = seal::open(table, key, &value)?.len();
        value.truncate(length);
        Ok(Some(value))
    }

    /// Visits the rows of a range in order until there are no more or the visitor stops.
    ///
    /// # Errors
    /// If the engine or the visitor fails, or a row is not the one that was written.
    fn scan(
        &self,
        table: Table,
        range: &KeyRange,
        order: PageOrder,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        self.sealed_scan(table, range, order, &mut |key, sealed| {
            visit(key, seal::open(table, key, sealed)?)
        })
    }

    /// The value at a key with its seal, unverified: for copies and checks.
    ///
    /// # Errors
    /// If the engine fails.
    fn sealed_value(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Visits rows with their seals, unverified: for copies and checks.
    ///
    /// # Errors
    /// If the engine or the visitor fails.
    fn sealed_scan(
        &self,
        table: Table,
        range: &KeyRange,
        order: PageOrder,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError>;

    /// How many rows a table has.
    ///
    /// # Errors
    /// If the engine fails.
    fn count(&self, table: Table) -> Result<u64, StoreError>;

    /// The names of the tables that are there, known to this program or not.
    ///
    /// # Errors
    /// If the engine fails.
    fn tables(&self) -> Result<Vec<String>, StoreError>;

    /// What was worked out from it already; nothing where what is read can still change.
    fn derived(&self) -> Option<&Derived> {
        None
    }
}

/// A snapshot: what was committed when it was taken, whatever happens since. Its clones are the same
/// snapshot.
#[derive(Clone)]
pub struct ReadTx(Arc<Snapshot>);

struct Snapshot {
    tx: Held<ReadTransaction>,
    health: Health,
    /// Tables that somebody has read from: finding a table takes longer than finding a row in it.
    open: RwLock<BTreeMap<Table, OpenTable>>,
    derived: Derived,
}

/// `None` if nothing was ever written to the table.
type OpenTable = Option<Arc<Held<ReadOnlyTable<Bytes, Bytes>>>>;

impl ReadTx {
    pub(super) fn new(tx: ReadTransaction, health: Health) -> Self {
        let (open, derived) = (RwLock::default(), Derived::default());
        Self(Arc::new(Snapshot { tx: Held::new(tx), health, open, derived }))
    }

    fn call<T, E: Into<redb::Error>>(
        &self,
        call: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, StoreError> {
        caught(|| {
            call().map_err(|error| {
                let failure = self.0.health.judge(error);
                // Nothing is written here, so space is not what the caller lacks.
                if matches!(failure, StoreError::Full) { StoreError::Interrupted } else { failure }
            })
        })
    }

    fn open(&self, table: Table) -> Result<OpenTable, StoreError> {
        let known = self.0.open.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = known.get(&table) {
            return Ok(open.clone());
        }
        drop(known);
        let open = self.call(|| match self.0.tx.open_table(table.definition()) {
            Ok(open) => Ok(Some(Arc::new(Held::new(open)))),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(error),
        })?;
        let mut known = self.0.open.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(table, open.clone());
        Ok(open)
    }
}

impl View for ReadTx {
    fn sealed_value(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(open) = self.open(table)? else { return Ok(None) };
        self.call(|| Ok::<_, redb::StorageError>(open.get(key)?.map(|it| it.value().to_vec())))
    }

    fn sealed_scan(
        &self,
        table: Table,
        range: &KeyRange,
        order: PageOrder,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        let Some(open) = self.open(table)? else { return Ok(()) };
        let Some(mut rows) = self.call(|| rows_of(&**open, range))? else { return Ok(()) };
        while let Some((key, value)) = self.call(|| next(&mut rows, order))? {
            let (key, value) = caught(|| Ok((key.value(), value.value())))?;
            if visit(key, value)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn count(&self, table: Table) -> Result<u64, StoreError> {
        match self.open(table)? {
            Some(open) => self.call(|| open.len()),
            None => Ok(0),
        }
    }

    fn tables(&self) -> Result<Vec<String>, StoreError> {
        let names = self.call(|| self.0.tx.list_tables())?;
        Ok(names.map(|it| it.name().to_owned()).collect())
    }

    fn derived(&self) -> Option<&Derived> {
        Some(&self.0.derived)
    }
}

type Rows<'a> = redb::Range<'a, Bytes, Bytes>;
type Row<'a> = (redb::AccessGuard<'a, Bytes>, redb::AccessGuard<'a, Bytes>);

/// The rows of a range; `None` for a range that can hold none, on which the engine panics.
pub(super) fn rows_of<'a>(
    table: &'a impl ReadableTable<Bytes, Bytes>,
    range: &KeyRange,
) -> Result<Option<Rows<'a>>, redb::StorageError> {
    match range.is_empty() {
        true => Ok(None),
        false => table.range::<&[u8]>(range.bounds()).map(Some),
    }
}

/// The next row of a range.
pub(super) fn next<'a>(
    rows: &mut Rows<'a>,
    order: PageOrder,
) -> Result<Option<Row<'a>>, redb::StorageError> {
    match order {
        PageOrder::Rising => rows.next().transpose(),
        PageOrder::Falling => rows.next_back().transpose(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_where_the_next_begins() {
        let end = |prefix: &[u8]| KeyRange::prefix(prefix).to;
        assert_eq!(end(b"ab"), Bound::Excluded(b"ac".to_vec()));
        assert_eq!(end(&[1, 255, 255]), Bound::Excluded(vec![2]));
        assert_eq!(end(&[255]), Bound::Unbounded);
        assert_eq!(end(&[]), Bound::Unbounded);
    }
}
