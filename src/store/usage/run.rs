//! Runs: sorted entries in blocks, written once in rising order and read by seeking.
//!
//! A block lies under `(run, key of its first entry)`. Within it a key leaves out what it shares
//! with the one before.

use std::ops::{Bound, ControlFlow};

use super::pack::{Unpack, put_number};
use crate::domain::page::PageOrder;
use crate::store::StoreError;
use crate::store::view::{KeyRange, Table, View};

const SHAPE: u8 = 1;

/// How long a block gets: with its key and its seal it fills a page of the engine.
const BLOCK_BYTES: usize = 3900;

/// A finished block.
#[derive(Debug)]
pub(super) struct Block {
    /// `(run, key of the first entry)`.
    pub(super) key: Vec<u8>,
    pub(super) bytes: Vec<u8>,
    /// The key of the last entry: where the run goes on.
    pub(super) last: Vec<u8>,
    pub(super) entries: u64,
}

/// Makes blocks of entries in rising order.
pub(super) struct Blocks {
    run: u64,
    blocks: Vec<Block>,
}

impl Blocks {
    pub(super) const fn new(run: u64) -> Self {
        Self { run, blocks: Vec::new() }
    }

    pub(super) fn push(&mut self, key: &[u8], value: &[u8]) {
        let room = self.blocks.last().map_or(0, |it| BLOCK_BYTES.saturating_sub(it.bytes.len()));
        if room < key.len() + value.len() + 8 {
            self.blocks.push(Block {
                key: [&self.run.to_be_bytes(), key].concat(),
                bytes: vec![SHAPE],
                last: Vec::new(),
                entries: 0,
            });
        }
        let block = self.blocks.last_mut().expect("a block was begun");
        let shared = block.last.iter().zip(key).take_while(|it| it.0 == it.1).count();
        put_number(&mut block.bytes, shared as u128);
        put_number(&mut block.bytes, (key.len() - shared) as u128);
        put_number(&mut block.bytes, value.len() as u128);
        block.bytes.extend_from_slice(&key[shared..]);
        block.bytes.extend_from_slice(value);
        block.last.truncate(shared);
        block.last.extend_from_slice(&key[shared..]);
        block.entries += 1;
    }

    /// How many bytes the blocks have.
    pub(super) fn bytes(&self) -> usize {
        self.blocks.len() * BLOCK_BYTES
    }

    pub(super) fn finish(self) -> Vec<Block> {
        self.blocks
    }
}

/// A place in a run.
pub(super) struct Cursor<'v, V: View + ?Sized> {
    view: &'v V,
    table: Table,
    run: u64,
    /// The block it is in, and its key without the run; empty after the last.
    block: Vec<u8>,
    block_key: Vec<u8>,
    /// Where the next entry begins.
    next: usize,
    key: Vec<u8>,
    value: (usize, usize),
    is_over: bool,
}

impl<'v, V: View + ?Sized> Cursor<'v, V> {
    /// At the first entry whose key is not below `from`.
    pub(super) fn seek(
        view: &'v V,
        table: Table,
        run: u64,
        from: &[u8],
    ) -> Result<Self, StoreError> {
        let mut cursor = Self {
            view,
            table,
            run,
            block: Vec::new(),
            block_key: Vec::new(),
            next: 0,
            key: Vec::new(),
            value: (0, 0),
            is_over: false,
        };
        cursor.jump(from)?;
        Ok(cursor)
    }

    /// The entry it is at; `None` after the last.
    pub(super) fn entry(&self) -> Option<(&[u8], &[u8])> {
        (!self.is_over).then(|| (self.key.as_slice(), &self.block[self.value.0..self.value.1]))
    }

    /// Goes on to the first entry whose key is not below `key`, which lies ahead or where it is.
    pub(super) fn seek_ahead(&mut self, key: &[u8]) -> Result<(), StoreError> {
        if self.is_over || self.key.as_slice() >= key {
            return Ok(());
        }
        while self.step()? {
            if self.key.as_slice() >= key {
                return Ok(());
            }
        }
        self.jump(key)
    }

    /// Goes to the next entry.
    pub(super) fn advance(&mut self) -> Result<(), StoreError> {
        if self.is_over || self.step()? {
            return Ok(());
        }
        let range = self.range(Bound::Excluded(self.row_key(&self.block_key)));
        self.load(&range, PageOrder::Rising)?;
        self.step().map(|_| ())
    }

    fn row_key(&self, key: &[u8]) -> Vec<u8> {
        [&self.run.to_be_bytes(), key].concat()
    }

    fn range(&self, from: Bound<Vec<u8>>) -> KeyRange {
        KeyRange { from, ..KeyRange::prefix(&self.run.to_be_bytes()) }
    }

    fn jump(&mut self, from: &[u8]) -> Result<(), StoreError> {
        let to = Bound::Included(self.row_key(from));
        let range = KeyRange { to, ..KeyRange::prefix(&self.run.to_be_bytes()) };
        self.load(&range, PageOrder::Falling)?;
        if self.is_over {
            self.load(&KeyRange::prefix(&self.run.to_be_bytes()), PageOrder::Rising)?;
        }
        self.advance()?;
        while !self.is_over && self.key.as_slice() < from {
            self.advance()?;
        }
        Ok(())
    }

    /// Takes the first block of a range, before its first entry.
    fn load(&mut self, range: &KeyRange, order: PageOrder) -> Result<(), StoreError> {
        let (block, block_key) = (&mut self.block, &mut self.block_key);
        let mut found = false;
        self.view.scan(self.table, range, order, &mut |key, value| {
            block.clear();
            block.extend_from_slice(value);
            block_key.clear();
            block_key.extend_from_slice(key.get(8..).unwrap_or_default());
            found = true;
            Ok(ControlFlow::Break(()))
        })?;
        self.is_over = !found;
        self.next = 1;
        self.key.clear();
        let is_known = !found || self.block.first() == Some(&SHAPE);
        is_known.then_some(()).ok_or_else(|| Unpack::new(self.table, &[]).damaged())
    }

    /// Goes to the next entry of the block, if it has one.
    fn step(&mut self) -> Result<bool, StoreError> {
        let rest = self.block.get(self.next..).unwrap_or_default();
        if self.is_over || rest.is_empty() {
            return Ok(false);
        }
        let mut from = Unpack::new(self.table, rest);
        let (shared, own, value) = (from.length()?, from.length()?, from.length()?);
        let own = from.take(own)?;
        if shared > self.key.len() {
            return Err(from.damaged());
        }
        self.key.truncate(shared);
        self.key.extend_from_slice(own);
        let at = self.block.len() - from.left();
        from.take(value)?;
        self.value = (at, at + value);
        self.next = at + value;
        Ok(true)
    }
}

/// Several runs read as one, in rising order; the same key may come from each of them.
pub(super) struct Merge<'v, V: View + ?Sized> {
    cursors: Vec<Cursor<'v, V>>,
}

impl<'v, V: View + ?Sized> Merge<'v, V> {
    pub(super) fn seek(
        view: &'v V,
        table: Table,
        runs: impl IntoIterator<Item = u64>,
        from: &[u8],
    ) -> Result<Self, StoreError> {
        let cursors = runs.into_iter().map(|run| Cursor::seek(view, table, run, from));
        Ok(Self { cursors: cursors.collect::<Result<_, _>>()? })
    }

    /// The cursor at the lowest key, to be read and advanced.
    pub(super) fn lowest(&mut self) -> Option<&mut Cursor<'v, V>> {
        let live = self.cursors.iter_mut().filter(|it| !it.is_over);
        live.min_by(|one, other| one.key.cmp(&other.key))
    }
}

/// The first keys of a range, at most `most`.
pub(super) fn keys(
    view: &(impl View + ?Sized),
    table: Table,
    range: &KeyRange,
    most: usize,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut keys = Vec::new();
    view.scan(table, range, PageOrder::Rising, &mut |key, _| {
        if keys.len() == most {
            return Ok(ControlFlow::Break(()));
        }
        keys.push(key.to_vec());
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::store::{Commit, Store};

    const TABLE: Table = Table("t");

    fn store(runs: &[&BTreeMap<Vec<u8>, Vec<u8>>]) -> Store {
        let store = Store::memory().unwrap();
        for (run, entries) in (0..).zip(runs) {
            let mut blocks = Blocks::new(run);
            entries.iter().for_each(|(key, value)| blocks.push(key, value));
            let blocks = blocks.finish();
            let rows = blocks.iter().map(|it| (it.key.as_slice(), it.bytes.as_slice()));
            store.bulk(|mut batch| Ok((batch.append(TABLE, rows)?, Commit::Durable))).unwrap();
        }
        store
    }

    fn entries() -> impl Strategy<Value = BTreeMap<Vec<u8>, Vec<u8>>> {
        let key = prop::collection::vec(0..4_u8, 1..6);
        let value = prop::collection::vec(any::<u8>(), 0..700);
        prop::collection::btree_map(key, value, 0..60)
    }

    proptest! {
        #[test]
        fn a_cursor_finds_what_is_not_below(
            entries in entries(),
            wanted in prop::collection::vec(prop::collection::vec(0..5_u8, 0..6), 1..20),
        ) {
            let (none, mut wanted) = (BTreeMap::new(), wanted);
            let store = store(&[&none, &entries, &entries]);
            let view = store.read().unwrap();
            let found = |it: &Cursor<'_, _>| it.entry().map(|it| (it.0.to_vec(), it.1.to_vec()));
            let expected = |from: &Vec<u8>| {
                entries.range(from.clone()..).next().map(|it| (it.0.clone(), it.1.clone()))
            };
            for from in &wanted {
                let cursor = Cursor::seek(&view, TABLE, 1, from).unwrap();
                prop_assert_eq!(found(&cursor), expected(from));
            }
            wanted.sort();
            let mut cursor = Cursor::seek(&view, TABLE, 1, &[]).unwrap();
            for from in &wanted {
                cursor.seek_ahead(from).unwrap();
                prop_assert_eq!(found(&cursor), expected(from));
            }
        }

        #[test]
        fn a_merge_has_every_entry_in_order(one in entries(), other in entries()) {
            let store = store(&[&one, &other]);
            let view = store.read().unwrap();
            let mut merge = Merge::seek(&view, TABLE, [0, 1], &[]).unwrap();
            let mut found = Vec::new();
            while let Some(cursor) = merge.lowest() {
                let (key, value) = cursor.entry().unwrap();
                found.push((key.to_vec(), value.to_vec()));
                cursor.advance().unwrap();
            }
            prop_assert!(found.is_sorted_by_key(|it| it.0.clone()));
            let mut expected: Vec<_> = one.into_iter().chain(other).collect();
            found.sort();
            expected.sort();
            prop_assert_eq!(found, expected);
        }
    }
}
