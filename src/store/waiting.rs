//! What a transaction has written and its tables do not hold yet.
//!
//! Rows that are put in the order of their keys cost a fraction of rows that are put as they come,
//! and a counter that moves with each act needs to be put once. So rows are kept here until the work
//! ends, and whoever reads sees them as if they had been put.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Bound;

use redb::ReadableTable;

use super::view::{Bytes, KeyRange, Table};
use crate::domain::page::PageOrder;

/// Rows by table.
#[derive(Default)]
pub(super) struct Waiting {
    /// They are few, and each is asked for many times.
    rows: RefCell<Vec<(Table, Sorted)>>,
    bytes: Cell<usize>,
}

/// A row under its key: its value with its seal, or nothing if it goes.
pub(super) type WaitingRow = (Vec<u8>, Option<Vec<u8>>);

/// The rows of one table: their values with their seals, or nothing for those that go.
#[derive(Default)]
pub(super) struct Sorted(BTreeMap<Vec<u8>, Option<Vec<u8>>>);

impl Waiting {
    /// Keeps a row, and answers what waited under its key.
    pub(super) fn keep(
        &self,
        table: Table,
        key: &[u8],
        sealed: Option<Vec<u8>>,
    ) -> Option<Option<Vec<u8>>> {
        self.bytes.set(self.bytes.get() + key.len() + sealed.as_ref().map_or(0, Vec::len));
        let mut rows = self.rows.borrow_mut();
        let place = place(&rows, table).unwrap_or_else(|| {
            rows.push((table, Sorted::default()));
            rows.len() - 1
        });
        let rows = &mut rows[place].1.0;
        match rows.get_mut(key) {
            Some(kept) => Some(std::mem::replace(kept, sealed)),
            None => {
                rows.insert(key.to_vec(), sealed);
                None
            }
        }
    }

    /// Lets what waited under a key wait again.
    pub(super) fn restore(&self, table: Table, key: &[u8], waited: Option<Option<Vec<u8>>>) {
        match waited {
            Some(waited) => drop(self.keep(table, key, waited)),
            None => {
                let mut rows = self.rows.borrow_mut();
                if let Some(place) = place(&rows, table) {
                    rows[place].1.0.remove(key);
                }
            }
        }
    }

    /// How many bytes were kept, those among them that were replaced by others.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// The first rows of a range, at most so many: nothing inside for those that go.
    pub(super) fn rows(
        &self,
        table: Table,
        (range, order): (&KeyRange, PageOrder),
        most: usize,
    ) -> Vec<WaitingRow> {
        let rows = self.rows.borrow();
        let Some(place) = place(&rows, table).filter(|_| !range.is_empty()) else {
            return Vec::new();
        };
        let found = rows[place].1.0.range::<[u8], _>(range.bounds());
        let copy = |(key, value): (&Vec<u8>, &Option<Vec<u8>>)| (key.clone(), value.clone());
        match order {
            PageOrder::Rising => found.take(most).map(copy).collect(),
            PageOrder::Falling => found.rev().take(most).map(copy).collect(),
        }
    }

    /// A row, if it waits: nothing inside if it goes.
    pub(super) fn get(&self, table: Table, key: &[u8]) -> Option<Option<Vec<u8>>> {
        let rows = self.rows.borrow();
        let found = rows[place(&rows, table)?].1.get(key)?;
        Some(found.map(<[u8]>::to_vec))
    }

    /// Whether any row of a range waits.
    pub(super) fn has_any(&self, table: Table, range: &KeyRange) -> bool {
        let rows = self.rows.borrow();
        place(&rows, table).is_some_and(|it| rows[it].1.has_any(range))
    }

    /// The rows of a table, which no longer wait.
    pub(super) fn take(&self, table: Table) -> Option<Sorted> {
        let mut rows = self.rows.borrow_mut();
        place(&rows, table).map(|it| rows.swap_remove(it).1)
    }

    /// All rows, which no longer wait.
    pub(super) fn take_all(&self) -> BTreeMap<Table, Sorted> {
        self.bytes.set(0);
        self.rows.take().into_iter().collect()
    }
}

/// Where a table stands. Its name is mostly at the address at which it was first seen, and always
/// the same text.
fn place(rows: &[(Table, Sorted)], table: Table) -> Option<usize> {
    let at_hand = rows.iter().position(|it| std::ptr::eq(it.0.0, table.0));
    at_hand.or_else(|| rows.iter().position(|it| it.0 == table))
}

impl Sorted {
    /// A row, if it is here: nothing inside if it goes.
    pub(super) fn get(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        self.0.get(key).map(Option::as_deref)
    }

    /// Whether any row of a range is here.
    pub(super) fn has_any(&self, range: &KeyRange) -> bool {
        !range.is_empty() && self.0.range::<[u8], _>(range.bounds()).next().is_some()
    }

    /// Whether all rows lie so in a table.
    pub(super) fn lie_in(
        &self,
        table: &redb::Table<'_, Bytes, Bytes>,
    ) -> Result<bool, redb::Error> {
        for (key, sealed) in &self.0 {
            let kept = table.get(key.as_slice())?;
            if kept.as_ref().map(|it| it.value()) != sealed.as_deref() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Puts the rows: in one go as far as nothing lies between them, else one by one. Where some had to
    /// be put one by one it is looked for a gap again after twice as many, for looking costs as much as
    /// putting one.
    pub(super) fn put_into(
        &self,
        table: &mut redb::Table<'_, Bytes, Bytes>,
    ) -> Result<(), redb::Error> {
        let (mut rows, mut single) = (self.0.iter(), 1);
        while rows.len() > 0 {
            let in_gap = in_gap(rows.clone(), table)?;
            if in_gap >= GAP_MIN {
                put_in_gap(rows.by_ref().take(in_gap), table)?;
                single = 1;
                continue;
            }
            for (key, value) in rows.by_ref().take(single) {
                match value {
                    Some(value) => drop(table.insert(key.as_slice(), value.as_slice())?),
                    None => drop(table.remove(key.as_slice())?),
                }
            }
            single = SINGLE_MAX.min(single * 2);
        }
        Ok(())
    }
}

/// So many rows are worth being put in one go.
const GAP_MIN: usize = 4;
/// So many rows are put one by one at most before it is looked for a gap again.
const SINGLE_MAX: usize = 64;

type Rows<'a> = std::collections::btree_map::Iter<'a, Vec<u8>, Option<Vec<u8>>>;

/// How many of some rows stay, are new, and have no other row of the table between them.
fn in_gap(mut rows: Rows<'_>, table: &redb::Table<'_, Bytes, Bytes>) -> Result<usize, redb::Error> {
    let Some((first, Some(_))) = rows.clone().next() else { return Ok(0) };
    let after = table.range::<&[u8]>(first.as_slice()..)?.next().transpose()?;
    let after = after.as_ref().map(|it| it.0.value());
    let is_in_gap = |(key, value): (&Vec<u8>, &Option<Vec<u8>>)| {
        value.is_some() && after.is_none_or(|it| key.as_slice() < it)
    };
    let count = rows.len();
    Ok(rows.position(|it| !is_in_gap(it)).unwrap_or(count))
}

fn put_in_gap<'a>(
    mut rows: impl Iterator<Item = (&'a Vec<u8>, &'a Option<Vec<u8>>)>,
    table: &mut redb::Table<'_, Bytes, Bytes>,
) -> Result<(), redb::Error> {
    let Some((first, value)) = rows.next() else { return Ok(()) };
    let mut cursor = table.upper_bound_mut(Bound::Included(first.as_slice()))?;
    cursor.insert_before(first.as_slice(), value.as_deref().unwrap_or_default())?;
    for (key, value) in rows {
        cursor.insert_before(key.as_slice(), value.as_deref().unwrap_or_default())?;
    }
    Ok(cursor.close()?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ops::{Bound, ControlFlow};

    use proptest::prelude::*;

    use super::*;
    use crate::store::{Batch, Commit, KeyRange, Store, StoreError, View};

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
    fn rows_find_their_places_where_many_gaps_lie_between_single_ones() {
        let store = Store::memory().expect("memory");
        let key = |it: u16| it.to_be_bytes();
        let is_there = |it: &u16| it.is_multiple_of(7) || (300..400).contains(it);
        let goes = |it: u16| it.is_multiple_of(21);
        let done = store.bulk(|mut batch| {
            (0..1000).filter(is_there).try_for_each(|it| batch.set(ATTIC, &key(it), &[1]))?;
            Ok(((), Commit::Durable))
        });
        done.expect("put");
        let done = store.bulk(|mut batch| {
            for it in (0..1200_u16).rev() {
                match goes(it) {
                    true => batch.unset(ATTIC, &key(it))?,
                    false => batch.set(ATTIC, &key(it), &[2])?,
                }
            }
            Ok(((), Commit::Durable))
        });
        done.expect("put");
        let view = store.read().expect("a snapshot");
        let mut found = Vec::new();
        let scanned = view.scan(ATTIC, &KeyRange::all(), PageOrder::Rising, &mut |key, value| {
            found.push((u16::from_be_bytes([key[0], key[1]]), value[0]));
            Ok(ControlFlow::Continue(()))
        });
        scanned.expect("scanned");
        let expected: Vec<_> = (0..1200).filter(|it| !goes(*it)).map(|it| (it, 2)).collect();
        assert_eq!(found, expected);
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

    /// What acts do, one after the other.
    #[derive(Debug, Clone)]
    enum Do {
        Set(u8, u8),
        Remove(u8),
        /// The act ends, and is kept or taken back.
        End(Keep),
        /// All that waits is put, as if it were much.
        Put,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Keep {
        Kept,
        TakenBack,
    }

    fn anything() -> impl Strategy<Value = Do> {
        prop_oneof![
            4 => (0..12_u8, any::<u8>()).prop_map(|(key, value)| Do::Set(key, value)),
            2 => (0..12_u8).prop_map(Do::Remove),
            1 => Just(Do::End(Keep::Kept)),
            1 => Just(Do::End(Keep::TakenBack)),
            1 => Just(Do::Put),
        ]
    }

    type Model = BTreeMap<u8, u8>;

    /// Everything that can be asked of a batch, which must answer as the model does.
    fn compare(batch: &Batch<'_>, model: &Model) -> Result<(), StoreError> {
        assert_eq!(batch.count(ATTIC)?, model.len() as u64);
        for key in 0..12 {
            let found = batch.value(ATTIC, &[key])?.map(|it| it[0]);
            assert_eq!(found, model.get(&key).copied());
        }
        for (from, to) in [(0, 12), (3, 9), (5, 5), (7, 4)] {
            let range =
                KeyRange { from: Bound::Included(vec![from]), to: Bound::Excluded(vec![to]) };
            let mut expected: Vec<_> = model
                .iter()
                .map(|it| (*it.0, *it.1))
                .filter(|it| (from..to).contains(&it.0))
                .collect();
            for order in [PageOrder::Rising, PageOrder::Falling] {
                let mut found = Vec::new();
                batch.scan(ATTIC, &range, order, &mut |key, value| {
                    found.push((key[0], value[0]));
                    Ok(ControlFlow::Continue(()))
                })?;
                assert_eq!(found, expected);
                expected.reverse();
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn acts_see_what_they_wrote_and_leave_what_was_kept(
            before in prop::collection::btree_map(0..12_u8, any::<u8>(), 0..8),
            all in prop::collection::vec(anything(), 0..40),
        ) {
            let store = Store::memory().expect("memory");
            bulk(&store, Commit::Durable, |batch| {
                put(batch, &before.clone().into_iter().collect::<Vec<_>>());
            });
            let (mut kept, mut model) = (before.clone(), before);
            let done = store.transact(|mut batch| {
                let mut mark = batch.mark();
                for it in all {
                    match it {
                        Do::Set(key, value) => {
                            let old = batch.insert(ATTIC, &[key], &[value])?.map(|it| it[0]);
                            assert_eq!(old, model.insert(key, value));
                        }
                        Do::Remove(key) => {
                            let old = batch.remove(ATTIC, &[key])?.map(|it| it[0]);
                            assert_eq!(old, model.remove(&key));
                        }
                        Do::End(Keep::TakenBack) => {
                            batch.roll_back(mark)?;
                            model = kept.clone();
                        }
                        Do::End(Keep::Kept) => {
                            batch.relieve()?;
                            kept = model.clone();
                            mark = batch.mark();
                        }
                        Do::Put => {
                            batch.put_all()?;
                            kept = model.clone();
                            mark = batch.mark();
                        }
                    }
                    compare(&batch, &model)?;
                }
                Ok(((), Commit::Durable))
            });
            done.expect("done");
            let expected: String = model.iter().map(|it| format!("{}={} ", it.0, it.1)).collect();
            prop_assert_eq!(rows(&store.read().expect("a snapshot")), expected);
        }
    }
}
