//! Records: an entity, its table and its indices, written by one hand.
//!
//! An index is a function of the record, so it cannot say anything else than the record does;
//! [`check`](super::check) proves over a whole store that it never did.

use std::fmt::Debug;
use std::ops::ControlFlow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::batch::Batch;
use super::codec::{self, Key};
use super::tally::Tally;
use super::view::{KeyRange, Table, View};
use super::{StoreError, schema};
use crate::domain::id::{AccountId, Id};
use crate::domain::page::{Page, PageOrder, PageRequest};
use crate::domain::stamp::{SellerNumber, Stamp};

/// An entity that the store keeps.
pub trait Record: Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its typed id.
    type Id: Id;
    /// The table it lies in.
    const TABLE: Table;
    /// The version of its shape, which heads its bytes. A change of shape takes the next number
    /// and freezes the old shape into [`migrate`](super::migrate).
    const SHAPE: u8;
    /// Everything it can be found by.
    const INDICES: &'static [Index<Self>];
    /// Whether it can be found by its number.
    const IS_FOUND_BY_NUMBER: bool;
    /// Everything it is added up in.
    const TALLIES: &'static [Tally<Self>];

    /// Its id.
    fn id(&self) -> Self::Id;
    /// Whose it is, and its revision.
    fn stamp(&self) -> &Stamp;
    /// The same, to be changed by the one that stores it.
    fn stamp_mut(&mut self) -> &mut Stamp;
}

/// One way of finding a record.
pub struct Index<R> {
    /// The table of its keys; the values are empty.
    pub table: Table,
    /// The keys under which a record stands. Each ends with the record's id, or is unique.
    pub keys: fn(&R, &mut Vec<Key>),
}

/// By `(seller, id)`: what lies in a branch.
pub fn by_seller<R: Record>(it: &R, keys: &mut Vec<Key>) {
    keys.push(Key::new().u32(it.stamp().seller.0).id(it.id()));
}

/// By `(owner, id)`: what an account has.
pub fn by_owner<R: Record>(it: &R, keys: &mut Vec<Key>) {
    if let Some(owner) = it.stamp().owner {
        keys.push(Key::new().id(owner).id(it.id()));
    }
}

/// By number.
pub fn by_number<R: Record>(it: &R, keys: &mut Vec<Key>) {
    if it.stamp().number > 0 {
        keys.push(Key::new().u64(it.stamp().number).id(it.id()));
    }
}

/// By nothing: of what is many and nobody looks for by its number.
pub fn by_no_number<R: Record>(_: &R, _: &mut Vec<Key>) {}

/// Declares how an entity is kept: its table, the version of its shape, what it can be found by
/// beside seller, owner and (unless it is `unnumbered`) number, what it is added up in, and when
/// something falls due for it.
macro_rules! record {
    (@number) => { $crate::store::record::by_number::<Self> };
    (@number unnumbered) => { $crate::store::record::by_no_number::<Self> };
    ($entity:ty, $id:ty, $table:literal, shape $shape:literal $($numbering:ident)?
        $(, $(#[doc = $doc:literal])+ $index:ident = $name:literal => $keys:expr)*
        $(, sums $(#[doc = $sum_doc:literal])+ $tally:ident = $sum_name:literal => $parts:expr)*
        $(, due => $due:expr)? $(,)?) => {
        $(
            $(#[doc = $doc])+
            pub const $index: $crate::store::Table = $crate::store::Table(concat!($table, "/", $name));
        )*
        $(
            $(#[doc = $sum_doc])+
            pub const $tally: $crate::store::Table =
                $crate::store::Table(concat!($table, "/", $sum_name));
        )*

        impl $crate::store::Record for $entity {
            type Id = $id;
            const TABLE: $crate::store::Table = $crate::store::Table($table);
            const SHAPE: u8 = $shape;
            const INDICES: &'static [$crate::store::Index<Self>] = &[
                $crate::store::Index {
                    table: $crate::store::Table(concat!($table, "/by_seller")),
                    keys: $crate::store::record::by_seller::<Self>,
                },
                $crate::store::Index {
                    table: $crate::store::Table(concat!($table, "/by_owner")),
                    keys: $crate::store::record::by_owner::<Self>,
                },
                $crate::store::Index {
                    table: $crate::store::Table(concat!($table, "/by_number")),
                    keys: $crate::store::record::record!(@number $($numbering)?),
                },
                $($crate::store::Index { table: $index, keys: $keys },)*
                $($crate::store::Index {
                    table: $crate::store::due::DUE,
                    keys: |it, keys| {
                        let due: fn(&$entity) -> Option<$crate::domain::due::Due> = $due;
                        keys.extend(due(it).map(|due| $crate::store::due::key(due, it.id)));
                    },
                },)?
            ];
            const IS_FOUND_BY_NUMBER: bool = stringify!($($numbering)?).is_empty();
            const TALLIES: &'static [$crate::store::tally::Tally<Self>] = &[
                $($crate::store::tally::Tally { table: $tally, parts: $parts },)*
            ];

            fn id(&self) -> $id {
                self.id
            }
            fn stamp(&self) -> &$crate::domain::stamp::Stamp {
                &self.stamp
            }
            fn stamp_mut(&mut self) -> &mut $crate::domain::stamp::Stamp {
                &mut self.stamp
            }
        }
    };
}
pub(super) use record;

/// A record's bytes, with the version of its shape.
pub fn encode<R: Record>(record: &R) -> Vec<u8> {
    codec::encode(R::SHAPE, record)
}

/// A record from its bytes, whatever version of its shape they have.
///
/// # Errors
/// If they are of no known shape.
pub fn decode<R: Record>(bytes: &[u8]) -> Result<R, StoreError> {
    match bytes.split_first() {
        Some((shape, body)) if *shape == R::SHAPE => codec::decode(R::TABLE.0, body),
        _ => Err(StoreError::Unreadable { table: R::TABLE.0, source: None }),
    }
}

/// Where the things of some sellers stand.
fn of_sellers<R: Record>(sellers: &[SellerNumber]) -> Vec<(Table, Vec<u8>)> {
    let prefix = |it: &SellerNumber| Key::new().u32(it.0).bytes();
    sellers.iter().map(|it| (standard::<R>(0), prefix(it))).collect()
}

/// The standard indices every record has, in the order of [`Record::INDICES`].
fn standard<R: Record>(place: usize) -> Table {
    R::INDICES[place].table
}

/// What a list goes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Along {
    /// Everything, by id.
    All,
    /// What lies in the branches of some sellers.
    Sellers(Vec<SellerNumber>),
    /// What is in the branches of some sellers, and what an account has.
    Branch(Vec<SellerNumber>, AccountId),
    /// What an account has.
    Owner(AccountId),
    /// The keys of one index that begin with a prefix.
    Index(Table, Vec<u8>),
}

/// How many rows a filtered list looks at before it says that there may be more further on.
const LOOKED_AT_MAX: usize = 20_000;

/// Reading records.
pub trait Records: View {
    /// The record with an id.
    ///
    /// # Errors
    /// If the engine fails or the record cannot be read.
    fn find<R: Record>(&self, id: R::Id) -> Result<Option<R>, StoreError> {
        let bytes = self.value(R::TABLE, &id.to_bytes())?;
        bytes.map(|it| decode(&it)).transpose()
    }

    /// The record with a number.
    ///
    /// # Errors
    /// If the engine fails or the record cannot be read.
    fn find_by_number<R: Record>(&self, number: u64) -> Result<Option<R>, StoreError> {
        const { assert!(R::IS_FOUND_BY_NUMBER, "it stands in no index of numbers") };
        self.first_along(standard::<R>(2), Key::new().u64(number))
    }

    /// The first record under keys of an index that begin with a prefix.
    ///
    /// # Errors
    /// If the engine fails or the record cannot be read.
    fn first_along<R: Record>(&self, index: Table, prefix: Key) -> Result<Option<R>, StoreError> {
        let request = PageRequest::oldest(1);
        let along = Along::Index(index, prefix.bytes());
        let page = self.list::<R>(&along, &request, &mut |_| true)?;
        Ok(page.items.into_iter().next())
    }

    /// The ids under keys of an index that begin with a prefix, in order, as far as `accept` takes
    /// what stands between the prefix and the id. Reads no record.
    ///
    /// # Errors
    /// If the engine fails or a key ends with no id.
    fn ids_along<R: Record>(
        &self,
        index: Table,
        prefix: Key,
        accept: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<Vec<R::Id>, StoreError> {
        let (prefix, mut ids) = (prefix.bytes(), Vec::new());
        self.scan(index, &KeyRange::prefix(&prefix), PageOrder::Rising, &mut |key, _| {
            let damaged = StoreError::Unreadable { table: index.0, source: None };
            let (rest, id) = key[prefix.len()..].split_last_chunk::<16>().ok_or(damaged)?;
            if accept(rest) {
                ids.push(R::Id::from_uuid(Uuid::from_bytes(*id)));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        ids.sort_unstable();
        Ok(ids)
    }

    /// A page of the ids along an index whose keys begin with a prefix. Reads no record.
    ///
    /// # Errors
    /// If the engine fails or a key ends with no id.
    fn ids_page<R: Record>(
        &self,
        (index, prefix): (Table, Key),
        request: &PageRequest,
    ) -> Result<Page<R::Id>, StoreError> {
        let range = KeyRange::prefix(&prefix.bytes());
        let range = range.after(request.after.as_deref(), request.order);
        let mut page = Page { items: Vec::new(), next: None };
        let mut last: Vec<u8> = Vec::new();
        self.scan(index, &range, request.order, &mut |key, _| {
            if page.items.len() == request.limit {
                page.next = Some(last.clone());
                return Ok(ControlFlow::Break(()));
            }
            let damaged = StoreError::Unreadable { table: index.0, source: None };
            let id = key.last_chunk::<16>().ok_or(damaged)?;
            page.items.push(R::Id::from_uuid(Uuid::from_bytes(*id)));
            last.clear();
            last.extend_from_slice(key);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(page)
    }

    /// The ids of all that an account has, in order. Reads no record.
    ///
    /// # Errors
    /// If the engine fails or a key ends with no id.
    fn ids_of<R: Record>(&self, owner: AccountId) -> Result<Vec<R::Id>, StoreError> {
        self.ids_along::<R>(standard::<R>(1), Key::new().id(owner), &mut |_| true)
    }

    /// A page of the records that pass `accept`.
    ///
    /// A page can be shorter than its limit and still have a next one: the look stops after a
    /// bounded number of rows, so that a rare filter cannot hold the reader.
    ///
    /// # Errors
    /// If the engine fails or a record cannot be read.
    fn list<R: Record>(
        &self,
        along: &Along,
        request: &PageRequest,
        accept: &mut dyn FnMut(&R) -> bool,
    ) -> Result<Page<R>, StoreError> {
        match along {
            Along::All => self.list_range(R::TABLE, KeyRange::all(), request, accept),
            Along::Owner(owner) => {
                let range = KeyRange::prefix(&owner.to_bytes());
                self.list_range(standard::<R>(1), range, request, accept)
            }
            Along::Index(table, prefix) => {
                self.list_range(*table, KeyRange::prefix(prefix), request, accept)
            }
            Along::Sellers(sellers) => self.list_merged(&of_sellers::<R>(sellers), request, accept),
            Along::Branch(sellers, owner) => {
                let own = (standard::<R>(1), Key::new().id(*owner).bytes());
                let parts = of_sellers::<R>(sellers).into_iter().chain([own]);
                self.list_merged(&parts.collect::<Vec<_>>(), request, accept)
            }
        }
    }

    /// A page along one range of one table, whose keys end with the sixteen bytes of an id.
    #[doc(hidden)]
    fn list_range<R: Record>(
        &self,
        table: Table,
        range: KeyRange,
        request: &PageRequest,
        accept: &mut dyn FnMut(&R) -> bool,
    ) -> Result<Page<R>, StoreError> {
        let range = range.after(request.after.as_deref(), request.order);
        let mut page = Page { items: Vec::new(), next: None };
        let mut looked_at = 0;
        let mut last: Vec<u8> = Vec::new();
        self.scan(table, &range, request.order, &mut |key, value| {
            if page.items.len() == request.limit || looked_at == LOOKED_AT_MAX {
                page.next = Some(last.clone());
                return Ok(ControlFlow::Break(()));
            }
            looked_at += 1;
            last.clear();
            last.extend_from_slice(key);
            if let Some(record) = self.row::<R>(table, key, value)?.filter(&mut *accept) {
                page.items.push(record);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(page)
    }

    /// Pages along the prefixes of several tables, merged by id: the newest of all first, or the
    /// oldest. What stands along several of them comes once.
    #[doc(hidden)]
    fn list_merged<R: Record>(
        &self,
        parts: &[(Table, Vec<u8>)],
        request: &PageRequest,
        accept: &mut dyn FnMut(&R) -> bool,
    ) -> Result<Page<R>, StoreError> {
        let falling = request.order == PageOrder::Falling;
        let mut merged: Vec<R> = Vec::new();
        // Beyond the first place where a seller's part was cut, the merge knows nothing.
        let mut known_to: Option<Vec<u8>> = None;
        for (table, prefix) in parts {
            let after = request.after.as_ref().map(|id| [prefix.as_slice(), id].concat());
            let part = PageRequest { after, ..request.clone() };
            let range = KeyRange::prefix(prefix);
            let page = self.list_range(*table, range, &part, accept)?;
            merged.extend(page.items);
            if let Some(cut) = page.next.map(|it| it[prefix.len()..].to_vec()) {
                let nearer = known_to.as_ref().is_none_or(|it| (cut > *it) == falling);
                known_to = if nearer { Some(cut) } else { known_to };
            }
        }
        merged.sort_by_key(|it| it.id());
        merged.dedup_by_key(|it| it.id());
        if falling {
            merged.reverse();
        }
        if let Some(cut) = &known_to {
            let beyond = |it: &[u8]| {
                if falling { it < cut.as_slice() } else { it > cut.as_slice() }
            };
            merged.retain(|it| !beyond(&it.id().to_bytes()));
        }
        let full = merged.len() > request.limit;
        merged.truncate(request.limit);
        let last = merged.last().map(|it| it.id().to_bytes().to_vec());
        Ok(Page { items: merged, next: if full { last } else { known_to } })
    }

    /// The record of a row: its own value, or in an index the one whose id ends the key.
    #[doc(hidden)]
    fn row<R: Record>(
        &self,
        table: Table,
        key: &[u8],
        value: &[u8],
    ) -> Result<Option<R>, StoreError> {
        if table == R::TABLE {
            return decode(value).map(Some);
        }
        let damaged = StoreError::Unreadable { table: table.0, source: None };
        let id = key.len().checked_sub(16).and_then(|at| key.get(at..)).ok_or(damaged)?;
        let bytes = self.value(R::TABLE, id)?;
        bytes.map(|it| decode(&it)).transpose()
    }
}

impl<V: View + ?Sized> Records for V {}

/// Both sides of a change, as the store has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The bytes before; `None` if the record is new.
    pub before: Option<Vec<u8>>,
    /// The bytes after; `None` if the record is no more.
    pub after: Option<Vec<u8>>,
}

impl Batch<'_> {
    /// Stores a record, new or changed, with its indices, and returns both sides of the change.
    ///
    /// # Errors
    /// If the engine fails or the record before cannot be read.
    pub fn put<R: Record>(&mut self, record: &R) -> Result<Change, StoreError> {
        debug_assert!(schema::knows(R::TABLE), "{} is in the register", R::TABLE.0);
        let after = encode(record);
        let before = self.insert(R::TABLE, &record.id().to_bytes(), &after)?;
        let old = before.as_deref().map(decode::<R>).transpose()?;
        self.put_indices(old.as_ref(), Some(record))?;
        self.put_tallies(old.as_ref(), Some(record))?;
        Ok(Change { before, after: Some(after) })
    }

    /// Stores a record that is new, without a look for one before; returns its bytes.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn put_new<R: Record>(&mut self, record: &R) -> Result<Change, StoreError> {
        debug_assert!(schema::knows(R::TABLE), "{} is in the register", R::TABLE.0);
        let after = encode(record);
        self.set(R::TABLE, &record.id().to_bytes(), &after)?;
        self.put_indices(None, Some(record))?;
        self.put_tallies(None, Some(record))?;
        Ok(Change { before: None, after: Some(after) })
    }

    /// Stores a record over one that is known to lie there, which need not be decoded.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn put_over<R: Record>(&mut self, before: &R, record: &R) -> Result<(), StoreError> {
        let replaced = self.insert(R::TABLE, &record.id().to_bytes(), &encode(record))?;
        debug_assert_eq!(replaced, Some(encode(before)), "it lies there so");
        self.put_indices(Some(before), Some(record))?;
        self.put_tallies(Some(before), Some(record))
    }

    /// Removes a record with its indices and returns both sides of the change.
    ///
    /// # Errors
    /// If the engine fails or the record cannot be read.
    pub fn delete<R: Record>(&mut self, id: R::Id) -> Result<Change, StoreError> {
        let before = self.remove(R::TABLE, &id.to_bytes())?;
        let old = before.as_deref().map(decode::<R>).transpose()?;
        self.put_indices(old.as_ref(), None)?;
        self.put_tallies::<R>(old.as_ref(), None)?;
        Ok(Change { before, after: None })
    }

    fn put_indices<R: Record>(
        &mut self,
        old: Option<&R>,
        new: Option<&R>,
    ) -> Result<(), StoreError> {
        for index in R::INDICES {
            let (gone, came) = (keys_of(index, old), keys_of(index, new));
            for key in gone.iter().filter(|it| !came.contains(it)) {
                self.unset(index.table, key)?;
            }
            for key in came.iter().filter(|it| !gone.contains(it)) {
                self.set(index.table, key, &[])?;
            }
        }
        Ok(())
    }
}

/// The keys under which a record stands in an index.
pub(super) fn keys_of<R: Record>(index: &Index<R>, record: Option<&R>) -> Vec<Vec<u8>> {
    let mut keys = Vec::new();
    if let Some(record) = record {
        (index.keys)(record, &mut keys);
    }
    keys.into_iter().map(Key::bytes).collect()
}
