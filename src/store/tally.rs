//! Tallies: sums over records, kept in the same transaction by the hand that keeps the records.
//!
//! A tally is an index that adds instead of listing: what a record counts for, and under which
//! keys, is a function of the record. So nobody scans all invoices to know what was invoiced, and
//! [`check`](super::check) adds everything up again and compares. Sums that come to nothing have
//! no row.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::StoreError;
use super::batch::Batch;
use super::check::{Report, shown};
use super::codec::Key;
use super::record::{Along, Record, Records, decode};
use super::view::{KeyRange, Table, View};
use crate::domain::id::AccountId;
use crate::domain::page::{PageOrder, PageRequest};

/// One way of adding up records.
pub struct Tally<R> {
    /// The table of its sums.
    pub table: Table,
    /// What a record counts for.
    pub parts: fn(&R, &mut Vec<Part>),
}

/// What a record counts for under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where it is added.
    pub key: Key,
    /// What is added; as many numbers for every part of a tally.
    pub sums: Vec<i64>,
}

/// A row of a tally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub key: Vec<u8>,
    /// What it has come to.
    pub sums: Vec<i64>,
}

impl Row {
    /// One of its sums; nothing where there is none.
    #[must_use]
    pub fn sum(&self, place: usize) -> i64 {
        self.sums.get(place).copied().unwrap_or(0)
    }
}

type Sums = BTreeMap<Vec<u8>, Vec<i64>>;

const fn unreadable(table: Table) -> StoreError {
    StoreError::Unreadable { table: table.0, source: None }
}

/// What a record counts for.
fn parts_of<R>(tally: &Tally<R>, record: Option<&R>) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(record) = record {
        (tally.parts)(record, &mut parts);
    }
    parts
}

/// Adds what a record counts for, `times` once or minus once.
fn add(table: Table, parts: Vec<Part>, times: i64, to: &mut Sums) -> Result<(), StoreError> {
    for part in parts {
        let sums = to.entry(part.key.bytes()).or_default();
        sums.resize(part.sums.len().max(sums.len()), 0);
        for (sum, each) in sums.iter_mut().zip(part.sums) {
            let each = each.checked_mul(times).and_then(|it| sum.checked_add(it));
            *sum = each.ok_or(unreadable(table))?;
        }
    }
    Ok(())
}

fn read(table: Table, value: &[u8]) -> Result<Vec<i64>, StoreError> {
    let (numbers, rest) = value.as_chunks::<8>();
    let is_whole = rest.is_empty() && !numbers.is_empty();
    let numbers = numbers.iter().map(|it| i64::from_be_bytes(*it)).collect();
    is_whole.then_some(numbers).ok_or(unreadable(table))
}

impl Batch<'_> {
    /// Moves the sums from what a record counted for to what it counts for now.
    pub(super) fn put_tallies<R: Record>(
        &mut self,
        old: Option<&R>,
        new: Option<&R>,
    ) -> Result<(), StoreError> {
        for tally in R::TALLIES {
            let (before, after) = (parts_of(tally, old), parts_of(tally, new));
            // Most changes move no sum.
            if before == after {
                continue;
            }
            let mut changes = Sums::new();
            add(tally.table, before, -1, &mut changes)?;
            add(tally.table, after, 1, &mut changes)?;
            changes.retain(|_, sums| sums.iter().any(|it| *it != 0));
            for (key, change) in changes {
                self.add_to_tally(tally.table, &key, change)?;
            }
        }
        Ok(())
    }

    fn add_to_tally(
        &mut self,
        table: Table,
        key: &[u8],
        mut sums: Vec<i64>,
    ) -> Result<(), StoreError> {
        let kept = self.value(table, key)?.map(|it| read(table, &it)).transpose()?;
        for (sum, kept) in sums.iter_mut().zip(kept.unwrap_or_default()) {
            *sum = sum.checked_add(kept).ok_or(unreadable(table))?;
        }
        if sums.iter().all(|it| *it == 0) {
            return self.remove(table, key).map(|_| ());
        }
        let value: Vec<u8> = sums.iter().flat_map(|it| it.to_be_bytes()).collect();
        self.set(table, key, &value)
    }
}

/// Whose sums are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Those that are kept: of all sellers.
    All,
    /// Those of one account, added up from its records.
    Owner(AccountId),
}

/// The sums of a tally whose keys lie in a range, in their order.
///
/// # Errors
/// If the engine fails, a row cannot be read, or the record has no such tally.
pub fn rows<R: Record>(
    view: &(impl View + ?Sized),
    table: Table,
    range: &KeyRange,
    of: Of,
) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    match of {
        Of::All => view.scan(table, range, PageOrder::Rising, &mut |key, value| {
            rows.push(Row { key: key.to_vec(), sums: read(table, value)? });
            Ok(ControlFlow::Continue(()))
        })?,
        Of::Owner(owner) => {
            let sums = added_up::<R>(view, table, owner)?.into_iter();
            let sums =
                sums.filter(|(key, sums)| range.contains(key) && sums.iter().any(|it| *it != 0));
            rows.extend(sums.map(|(key, sums)| Row { key, sums }));
        }
    }
    Ok(rows)
}

fn added_up<R: Record>(
    view: &(impl View + ?Sized),
    table: Table,
    owner: AccountId,
) -> Result<Sums, StoreError> {
    let tally = R::TALLIES.iter().find(|it| it.table == table).ok_or(unreadable(table))?;
    let mut request = PageRequest::oldest(PageRequest::LIMIT_MAX);
    let mut sums = Sums::new();
    loop {
        let page = view.list::<R>(&Along::Owner(owner), &request, &mut |_| true)?;
        let parts = page.items.iter().flat_map(|it| parts_of(tally, Some(it)));
        add(table, parts.collect(), 1, &mut sums)?;
        request.after = page.next;
        if request.after.is_none() {
            return Ok(sums);
        }
    }
}

/// Whether every sum is that of the records.
pub(super) fn check<R: Record>(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    if R::TALLIES.is_empty() {
        return Ok(());
    }
    let mut expected: Vec<Sums> = R::TALLIES.iter().map(|_| Sums::new()).collect();
    view.scan(R::TABLE, &KeyRange::all(), PageOrder::Rising, &mut |_, value| {
        let record: R = decode(value)?;
        for (tally, sums) in R::TALLIES.iter().zip(&mut expected) {
            add(tally.table, parts_of(tally, Some(&record)), 1, sums)?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for (tally, mut sums) in R::TALLIES.iter().zip(expected) {
        sums.retain(|_, sums| sums.iter().any(|it| *it != 0));
        view.scan(tally.table, &KeyRange::all(), PageOrder::Rising, &mut |key, value| {
            let kept = read(tally.table, value)?;
            let sum = sums.remove(key).unwrap_or_default();
            if kept != sum {
                let what = format_args!("{} is kept as {kept:?} and is {sum:?}", shown(key));
                report.find(tally.table, what);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        for (key, sum) in sums {
            report.find(tally.table, format_args!("{} is missing and is {sum:?}", shown(&key)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::{Invoice, sample};
    use crate::store::invoice::{INVOICE_BY_MONTH, INVOICE_DUE};
    use crate::store::{Commit, Store};

    fn done(store: &Store, work: impl FnOnce(&mut Batch<'_>) -> Result<(), StoreError>) {
        let done = store.transact(|mut batch| {
            work(&mut batch)?;
            Ok(((), Commit::Durable))
        });
        done.expect("written");
    }

    fn sums(store: &Store, table: Table, of: Of) -> Vec<Vec<i64>> {
        let view = store.read().expect("a snapshot");
        let rows = rows::<Invoice>(&view, table, &KeyRange::all(), of).expect("readable");
        rows.into_iter().map(|it| it.sums).collect()
    }

    #[test]
    fn sums_follow_the_records_and_those_of_one_account_are_the_same() {
        let store = Store::memory().expect("memory");
        let first = sample::issued(1, &["100"], 20, "2026-02-01");
        let second = sample::issued(2, &["50"], 20, "2026-02-01");
        let of = Of::Owner(first.stamp.owner.expect("somebody's"));
        let by_month = |of| sums(&store, INVOICE_BY_MONTH, of);
        done(&store, |batch| batch.put(&first).and(batch.put(&second)).map(|_| ()));
        assert_eq!(by_month(Of::All), [[0, 0, 0, 15_000, 2]]);
        assert_eq!(sums(&store, INVOICE_DUE, Of::All), [[18_000, 2]]);
        assert_eq!(by_month(Of::All), by_month(of));
        done(&store, |batch| batch.delete::<Invoice>(first.id).map(|_| ()));
        assert_eq!(by_month(Of::All), [[0, 0, 0, 5_000, 1]]);
        done(&store, |batch| batch.delete::<Invoice>(second.id).map(|_| ()));
        assert!(by_month(Of::All).is_empty() && by_month(of).is_empty());
    }

    #[test]
    fn a_sum_that_is_not_that_of_the_records_is_found() {
        let store = Store::memory().expect("memory");
        let invoice = sample::issued(1, &["100"], 20, "2026-02-01");
        done(&store, |batch| batch.put(&invoice).map(|_| ()));
        done(&store, |batch| batch.add_to_tally(INVOICE_DUE, b"elsewhere", vec![5, 1]));
        done(&store, |batch| {
            let view: &dyn View = batch;
            let mut key = Vec::new();
            view.scan(INVOICE_BY_MONTH, &KeyRange::all(), PageOrder::Rising, &mut |at, _| {
                key = at.to_vec();
                Ok(ControlFlow::Break(()))
            })?;
            batch.remove(INVOICE_BY_MONTH, &key).map(|_| ())
        });
        let mut report = Report::default();
        check::<Invoice>(&store.read().expect("a snapshot"), &mut report).expect("readable");
        let found: Vec<_> =
            report.findings.iter().map(|it| format!("{}: {}", it.table, it.what)).collect();
        expect_test::expect![[r#"
            invoice/by_month: 00005ef900000001455552 is missing and is [0, 0, 0, 10000, 1]
            invoice/due: elsewhere is kept as [5, 1] and is []"#]]
        .assert_eq(&found.join("\n"));
    }
}
