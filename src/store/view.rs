//! Reading: what a snapshot and the writer's open tables have in common.

use std::ops::{Bound, ControlFlow};

use redb::{ReadOnlyTable, ReadTransaction, ReadableTable, TableDefinition, TableError};

use super::StoreError;
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
        Self {
            from: Bound::Unbounded,
            to: Bound::Unbounded,
        }
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
        Self {
            from: Bound::Included(prefix.to_vec()),
            to,
        }
    }

    /// What of it comes after `key` in the given order.
    #[must_use]
    pub fn after(self, key: Option<&[u8]>, order: PageOrder) -> Self {
        match (key, order) {
            (None, _) => self,
            (Some(key), PageOrder::Rising) => Self {
                from: Bound::Excluded(key.to_vec()),
                ..self
            },
            (Some(key), PageOrder::Falling) => Self {
                to: Bound::Excluded(key.to_vec()),
                ..self
            },
        }
    }

    fn is_empty(&self) -> bool {
        match (&self.from, &self.to) {
            (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
            (Bound::Included(from), Bound::Included(to)) => from > to,
            (Bound::Included(from) | Bound::Excluded(from), Bound::Excluded(to))
            | (Bound::Excluded(from), Bound::Included(to)) => from >= to,
        }
    }

    fn bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        (
            self.from.as_ref().map(Vec::as_slice),
            self.to.as_ref().map(Vec::as_slice),
        )
    }
}

/// Something that tables can be read from.
pub trait View {
    /// The value at a key.
    ///
    /// # Errors
    /// If the engine fails.
    fn value(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Visits the rows of a range in order until there are no more or the visitor stops.
    ///
    /// # Errors
    /// If the engine or the visitor fails.
    fn scan(
        &self,
        table: Table,
        range: &KeyRange,
        order: PageOrder,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError>;
}

/// A snapshot: what was committed when it was taken, whatever happens since.
pub struct ReadTx {
    tx: ReadTransaction,
}

impl ReadTx {
    pub(super) const fn new(tx: ReadTransaction) -> Self {
        Self { tx }
    }

    /// `None` as long as nothing was ever written to the table.
    fn open(&self, table: Table) -> Result<Option<ReadOnlyTable<Bytes, Bytes>>, StoreError> {
        match self.tx.open_table(table.definition()) {
            Ok(open) => Ok(Some(open)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(StoreError::engine(error)),
        }
    }
}

impl View for ReadTx {
    fn value(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(open) = self.open(table)? else {
            return Ok(None);
        };
        let found = open.get(key).map_err(StoreError::engine)?;
        Ok(found.map(|it| it.value().to_vec()))
    }

    fn scan(
        &self,
        table: Table,
        range: &KeyRange,
        order: PageOrder,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        match self.open(table)? {
            Some(open) => walk(&open, range, order, visit),
            None => Ok(()),
        }
    }
}

pub(super) fn walk(
    table: &impl ReadableTable<Bytes, Bytes>,
    range: &KeyRange,
    order: PageOrder,
    visit: &mut Visit<'_>,
) -> Result<(), StoreError> {
    if range.is_empty() {
        return Ok(());
    }
    let mut rows = table
        .range::<&[u8]>(range.bounds())
        .map_err(StoreError::engine)?;
    loop {
        let row = match order {
            PageOrder::Rising => rows.next(),
            PageOrder::Falling => rows.next_back(),
        };
        let Some(row) = row else { return Ok(()) };
        let (key, value) = row.map_err(StoreError::engine)?;
        if visit(key.value(), value.value())?.is_break() {
            return Ok(());
        }
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
