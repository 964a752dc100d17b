//! A damaged file: nothing it says is wrong, nothing panics, and either opening it or the check
//! says that it is damaged.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use tillbox::domain::page::PageOrder;
use tillbox::store::check::check;
use tillbox::store::schema;
use tillbox::store::{KeyRange, Store, StoreError, Table, Trust, View};

use crate::harness::acts::Acts;
use crate::harness::chance::Chance;
use crate::harness::disk::{Disk, Fsync};
use crate::harness::scale::rounds;

const PAGE_BYTES: u64 = 4096;

type Rows = BTreeMap<(Table, Vec<u8>), Vec<u8>>;

/// A store's file, and every row that is in it.
struct Original {
    bytes: Vec<u8>,
    rows: Rows,
}

fn original(seed: u64) -> Original {
    let disk = Disk::new(Fsync::Honest);
    let store = Store::within(disk.clone(), Trust::LastCommit).expect("a new store");
    let mut chance = Chance::seeded(seed);
    for _ in 0..60 {
        Acts { seed: chance.draw() }.commit(&store).expect("committed");
    }
    let rows = rows_of(&store).expect("readable");
    drop(store);
    Original { bytes: disk.bytes(), rows }
}

fn rows_of(store: &Store) -> Result<Rows, StoreError> {
    let view = store.read()?;
    let mut rows = Rows::new();
    for table in schema::tables() {
        view.scan(table, &KeyRange::all(), PageOrder::Rising, &mut |key, value| {
            rows.insert((table, key.to_vec()), value.to_vec());
            Ok(ControlFlow::Continue(()))
        })?;
    }
    Ok(rows)
}

/// What happens to a file while nobody looks.
#[derive(Debug, Clone, Copy)]
enum Damage {
    Flip { bits: u64 },
    Zero { pages: u64 },
    Truncate,
}

impl Damage {
    fn any(chance: &mut Chance) -> Self {
        match chance.below(8) {
            0 => Self::Truncate,
            1..=2 => Self::Zero { pages: 1 + chance.below(3) },
            _ => Self::Flip { bits: 1 + chance.below(4) },
        }
    }

    fn done_to(self, mut bytes: Vec<u8>, chance: &mut Chance) -> Vec<u8> {
        let place = |at: u64| usize::try_from(at).expect("within the file");
        let length = bytes.len() as u64;
        match self {
            Self::Flip { bits } => {
                for _ in 0..bits {
                    bytes[place(chance.below(length))] ^= 1 << chance.below(8);
                }
            }
            Self::Zero { pages } => {
                for _ in 0..pages {
                    let from = place(chance.below(length / PAGE_BYTES) * PAGE_BYTES);
                    bytes[from..from + place(PAGE_BYTES)].fill(0);
                }
            }
            Self::Truncate => bytes.truncate(place(chance.below(length))),
        }
        bytes
    }
}

/// What a damaged store let on.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// Everything is there: what was hit held nothing.
    Unharmed,
    /// It said so when it was opened, or when a row was read that it no longer has.
    Admitted,
}

/// Opens a damaged file, reads everything by key and in order, and then writes.
fn question(bytes: &[u8], original: &Original, seed: u64) -> Told {
    let Ok(store) = Store::within(Disk::holding(bytes.to_vec(), Fsync::Honest), Trust::LastCommit)
    else {
        return Told::Admitted;
    };
    let Ok(view) = store.read() else { return Told::Admitted };
    let mut missing = 0;
    for ((table, key), value) in &original.rows {
        match view.value(*table, key) {
            Ok(Some(found)) => assert_eq!(found, *value, "a wrong figure in {table:?}"),
            Ok(None) | Err(_) => missing += 1,
        }
    }
    for table in schema::tables() {
        let scanned = view.scan(table, &KeyRange::all(), PageOrder::Rising, &mut |key, value| {
            let truth = original.rows.get(&(table, key.to_vec()));
            assert_eq!(truth.map(Vec::as_slice), Some(value), "a row of {table:?} that never was");
            Ok(ControlFlow::Continue(()))
        });
        missing += u32::from(scanned.is_err());
    }
    let report = check(&view);
    drop(view);
    // Whatever comes of it is told by an error, not by a panic.
    let _ = Acts { seed }.commit(&store);
    if missing > 0 || !report.is_clean() {
        assert!(!report.is_clean(), "{missing} rows are missing and the check says nothing");
        return Told::Admitted;
    }
    Told::Unharmed
}

#[test]
fn a_damaged_file_says_nothing_wrong_and_is_found_out() {
    let originals: Vec<_> = (0..5).map(original).collect();
    let (mut admitted, mut unharmed) = (0, 0);
    for seed in 0..rounds(5_000, 200_000) {
        let mut chance = Chance::seeded(seed);
        let original = &originals[usize::try_from(chance.below(5)).expect("small")];
        let damage = Damage::any(&mut chance);
        let bytes = damage.done_to(original.bytes.clone(), &mut chance);
        let told = question(&bytes, original, seed);
        let looked = looked_at_every_page(&bytes, original);
        let what = format!("seed {seed}, {damage:?}: {told:?}, but {looked:?} after a look at all");
        assert!(told == Told::Unharmed || looked == Told::Admitted, "{what}");
        match told {
            Told::Admitted => admitted += 1,
            Told::Unharmed => unharmed += 1,
        }
    }
    assert!(admitted > unharmed / 10, "damage was done: {admitted} admitted, {unharmed} unharmed");
}

/// Opened with a look at every page, a file has every row, or is refused.
fn looked_at_every_page(bytes: &[u8], original: &Original) -> Told {
    let disk = Disk::holding(bytes.to_vec(), Fsync::Honest);
    let Ok(store) = Store::within(disk, Trust::Nothing) else { return Told::Admitted };
    assert_eq!(rows_of(&store).expect("it was looked at"), original.rows);
    Told::Unharmed
}
