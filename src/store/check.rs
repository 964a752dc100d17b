//! Checking: whether a store says the same wherever it says something twice.
//!
//! The checker trusts nothing that the writing code computed: it reads every row, and compares
//! what must agree. It is independent of the rules of the business; what those demand of stored
//! data stands as a [`Check`] in the file of the family and is listed in [`CHECKS`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::ControlFlow;

use super::record::{self, Record};
use super::view::{KeyRange, Table, View};
use super::{
    StoreError, alias, content, deferral, due, fact, idempotency, invoice, journal, payment,
    schema, seal, sequence, settlement, usage,
};
use crate::domain::id::Id;
use crate::domain::page::PageOrder;

/// Something that must hold of what is stored: it tells the report what does not.
///
/// # Errors
/// If it could not look at all it had to; that is a finding of its own.
pub type Check = fn(&dyn View, &mut Report) -> Result<(), StoreError>;

/// Everything that must hold beside what the register of records implies.
pub const CHECKS: &[Check] = &[
    fact::check,
    due::check,
    idempotency::check,
    alias::check,
    content::checked,
    sequence::check,
    invoice::checked,
    journal::checked,
    deferral::checked,
    settlement::checked,
    payment::checked,
    usage::checked,
];

/// One thing that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub table: String,
    /// What.
    pub what: String,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many rows each table has, as they were counted.
    pub rows: BTreeMap<&'static str, u64>,
    /// The first findings.
    pub findings: Vec<Finding>,
    /// How many there were in all.
    pub found: u64,
}

impl Report {
    /// How many findings are kept; the others are counted.
    pub const FINDINGS_MAX: usize = 200;

    /// Whether all is as it must be.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.found == 0
    }

    /// Adds a finding.
    pub fn find(&mut self, table: Table, what: impl Display) {
        self.find_in(table.0, what);
    }

    fn find_in(&mut self, table: &str, what: impl Display) {
        self.found += 1;
        if self.findings.len() < Self::FINDINGS_MAX {
            self.findings.push(Finding { table: table.to_owned(), what: what.to_string() });
        }
    }

    /// Takes over what a part of the check came to.
    fn take(&mut self, place: &str, done: Result<(), StoreError>) {
        if let Err(error) = done {
            self.find_in(place, error);
        }
    }
}

/// Checks a whole store. It reads every row at least twice and needs no more memory for a big
/// store than for a small one.
pub fn check(view: &dyn View) -> Report {
    let mut report = Report::default();
    let unknown = strangers(view, &mut report);
    report.take("the list of tables", unknown);
    for table in schema::tables() {
        let done = rows(view, table, &mut report);
        report.take(table.0, done);
    }
    for kept in schema::KINDS {
        let done = (kept.check)(view, &mut report);
        report.take(kept.table.0, done);
    }
    for check in CHECKS {
        let done = check(view, &mut report);
        report.take("what belongs together", done);
    }
    report
}

fn strangers(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    let known = schema::tables();
    for name in view.tables()? {
        if !known.iter().any(|it| it.0 == name) {
            report.find_in(&name, "is no table of this program");
        }
    }
    Ok(())
}

/// Whether each row of a table is the one that was written, stands in its order, and is found
/// where one looks for it.
fn rows(view: &dyn View, table: Table, report: &mut Report) -> Result<(), StoreError> {
    let (mut count, mut last) = (0_u64, None::<Vec<u8>>);
    view.sealed_scan(table, &KeyRange::all(), PageOrder::Rising, &mut |key, sealed| {
        count += 1;
        if seal::open(table, key, sealed).is_err() {
            report.find(table, format_args!("{} is not the row that was written", shown(key)));
        }
        if last.as_deref().is_some_and(|it| it >= key) {
            report.find(table, format_args!("{} is out of order", shown(key)));
        }
        if view.sealed_value(table, key)?.as_deref() != Some(sealed) {
            report.find(table, format_args!("{} is not found under its key", shown(key)));
        }
        last = Some(key.to_vec());
        Ok(ControlFlow::Continue(()))
    })?;
    let told = view.count(table)?;
    if told != count {
        report.find(table, format_args!("has {count} rows and counts {told}"));
    }
    report.rows.insert(table.0, count);
    Ok(())
}

/// Whether the records of a kind can be read and stand in their indices, and nothing else does.
pub(super) fn records<R: Record>(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    let mut expected: BTreeMap<Table, u64> = R::INDICES.iter().map(|it| (it.table, 0)).collect();
    let mut incomplete = BTreeSet::new();
    let mut highest = 0;
    view.sealed_scan(R::TABLE, &KeyRange::all(), PageOrder::Rising, &mut |key, sealed| {
        let record = match readable::<R>(key, sealed) {
            Ok(Some(record)) => record,
            Ok(None) => return Ok(ControlFlow::Continue(())),
            Err(error) => {
                report.find(R::TABLE, format_args!("{}: {error}", shown(key)));
                return Ok(ControlFlow::Continue(()));
            }
        };
        highest = highest.max(record.stamp().number);
        for (table, entry) in entries(&record) {
            *expected.entry(table).or_default() += 1;
            if view.sealed_value(table, &entry)?.is_none() {
                incomplete.insert(table);
                report.find(table, format_args!("{} is missing", shown(&entry)));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for (table, count) in expected {
        if incomplete.contains(&table) || count != entries_of::<R>(view, table)? {
            strays::<R>(view, table, report)?;
        }
    }
    sequence::check_highest(view, R::TABLE, highest, report)
}

/// The record of a row; nothing for a row that is not the one that was written, which is known.
fn readable<R: Record>(key: &[u8], sealed: &[u8]) -> Result<Option<R>, StoreError> {
    let Ok(value) = seal::open(R::TABLE, key, sealed) else { return Ok(None) };
    let record: R = record::decode(value)?;
    let is_there = record.id().to_bytes() == key;
    is_there
        .then_some(Some(record))
        .ok_or(StoreError::Unreadable { table: R::TABLE.0, source: None })
}

/// Where a record stands in indices.
fn entries<R: Record>(record: &R) -> BTreeSet<(Table, Vec<u8>)> {
    let of = |index| record::keys_of(index, Some(record)).into_iter();
    R::INDICES.iter().flat_map(|it| of(it).map(|key| (it.table, key))).collect()
}

/// Whether a row of an index is about a record of this kind: the due table is shared by all.
fn is_about<R: Record>(table: Table, entry: &[u8]) -> bool {
    table != due::DUE || due::kind_of(entry) == Some(R::Id::KIND as u8)
}

fn entries_of<R: Record>(view: &dyn View, table: Table) -> Result<u64, StoreError> {
    let mut count = 0;
    view.sealed_scan(table, &KeyRange::all(), PageOrder::Rising, &mut |entry, _| {
        count += u64::from(is_about::<R>(table, entry));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(count)
}

/// Finds what stands in an index and not in the record whose id ends its key.
fn strays<R: Record>(view: &dyn View, table: Table, report: &mut Report) -> Result<(), StoreError> {
    view.sealed_scan(table, &KeyRange::all(), PageOrder::Rising, &mut |entry, _| {
        if is_about::<R>(table, entry) && !stands::<R>(view, table, entry)? {
            report.find(table, format_args!("{} stands for no record", shown(entry)));
        }
        Ok(ControlFlow::Continue(()))
    })
}

fn stands<R: Record>(view: &dyn View, table: Table, entry: &[u8]) -> Result<bool, StoreError> {
    let Some((_, id)) = entry.split_last_chunk::<16>() else { return Ok(false) };
    let Some(sealed) = view.sealed_value(R::TABLE, id)? else { return Ok(false) };
    let Ok(Some(record)) = readable::<R>(id, &sealed) else { return Ok(false) };
    Ok(entries(&record).contains(&(table, entry.to_vec())))
}

/// Says which entry a row has in the index, given its key and its value.
pub(super) type Entries<'a> = dyn FnMut(&[u8], &[u8]) -> Option<Vec<u8>> + 'a;

/// Compares two tables of which one is derived from the other: every row of `table` must have the
/// entry that `entries` names in `index`, and `index` may have no others.
///
/// # Errors
/// If the engine fails.
pub(super) fn derived(
    view: &dyn View,
    (table, index): (Table, Table),
    report: &mut Report,
    entries: &mut Entries<'_>,
) -> Result<(), StoreError> {
    let mut expected = 0_u64;
    view.sealed_scan(table, &KeyRange::all(), PageOrder::Rising, &mut |key, sealed| {
        let Ok(value) = seal::open(table, key, sealed) else {
            return Ok(ControlFlow::Continue(()));
        };
        if let Some(entry) = entries(key, value) {
            expected += 1;
            if view.sealed_value(index, &entry)?.is_none() {
                report.find(index, format_args!("{} is missing", shown(&entry)));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let found = view.count(index)?;
    if found != expected {
        let what = format_args!("has {found} entries for the {expected} of `{}`", table.0);
        report.find(index, what);
    }
    Ok(())
}

/// A key as the operator reads it.
pub(super) fn shown(key: &[u8]) -> String {
    let is_text = key.iter().all(|it| it.is_ascii_graphic());
    if is_text { String::from_utf8_lossy(key).into_owned() } else { hex::encode(key) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Cause, Fact};
    use crate::domain::id::{AccountId, Kind, PartyId, Subject};
    use crate::domain::party::organization::Organization;
    use crate::domain::party::{Nature, Party, Profile, RegisterParty};
    use crate::domain::stamp::{Contract, SellerNumber, Stamp};
    use crate::domain::time::Instant;
    use crate::store::alias::Alias;
    use crate::store::idempotency::Kept;
    use crate::store::{Batch, Commit, Key, Store};

    fn instant() -> Instant {
        Instant::from_micros(1_767_225_600_000_000).expect("2026")
    }

    fn party_id(n: u128) -> PartyId {
        PartyId::from_uuid(uuid::Uuid::from_u128(n))
    }

    fn put_party(batch: &mut Batch<'_>, n: u8) -> Result<(), StoreError> {
        let owner = AccountId::from_uuid(uuid::Uuid::from_u128(7));
        let stamp = Stamp::new(SellerNumber(1), Some(owner), instant());
        let stamp = stamp.numbered(batch.next_number("party")?);
        let nature = Nature::Organization(Organization::named("Acme".parse().expect("a name")));
        let register =
            RegisterParty { id: party_id(n.into()), stamp, profile: Profile::of(nature) };
        let (party, verb) = Party::register(register).expect("nothing is wrong with it");
        let change = batch.put(&party)?;
        let (subject, owner) = (party.id.subject(), party.stamp.owner);
        batch.put_alias(&alias(n), subject)?;
        let cause = Cause::Door("test".to_owned());
        let (before, after) = (change.before, change.after);
        let (sequence, request, seller) = (0, String::new(), SellerNumber(1));
        let at = instant();
        let fact = Fact {
            sequence,
            at,
            cause,
            request,
            subject,
            verb,
            seller,
            owner,
            before,
            after,
            beside: Vec::new(),
        };
        batch.append_fact(fact)?;
        let kept = Kept { request: [0; 32], until: at, answer: vec![1] };
        batch.keep_answer(&[n; 32], &kept)
    }

    fn alias(n: u8) -> Alias {
        Alias { contract: Contract::Ibm, kind: "customer".to_owned(), external: n.to_string() }
    }

    /// Three parties with everything around them, and then `harm`; what the check says of it.
    fn found(harm: impl FnOnce(&mut Batch<'_>) -> Result<(), StoreError>) -> String {
        let store = Store::memory().expect("memory");
        let done = store.transact(|mut batch| {
            (1..=3).try_for_each(|n| put_party(&mut batch, n))?;
            harm(&mut batch)?;
            Ok(((), Commit::Durable))
        });
        done.expect("written");
        let report = check(&store.read().expect("a snapshot"));
        assert_eq!(report.is_clean(), report.findings.is_empty());
        let lines = report.findings.iter().map(|it| format!("{}: {}\n", it.table, it.what));
        lines.collect()
    }

    /// The first or last key of a table.
    fn key_of(batch: &Batch<'_>, table: Table, order: PageOrder) -> Vec<u8> {
        let mut found = Vec::new();
        let scanned = batch.scan(table, &KeyRange::all(), order, &mut |key, _| {
            found = key.to_vec();
            Ok(ControlFlow::Break(()))
        });
        scanned.expect("readable");
        found
    }

    #[test]
    fn a_sound_store_is_clean() {
        expect_test::expect![""].assert_eq(&found(|_| Ok(())));
    }

    #[test]
    fn an_index_without_its_record_and_a_record_without_its_index_are_found() {
        let by_owner = Table("party/by_owner");
        let missing = found(|batch| {
            let key = key_of(batch, by_owner, PageOrder::Rising);
            batch.remove(by_owner, &key).map(|_| ())
        });
        expect_test::expect![[r#"
            party/by_owner: 0000000000000000000000000000000700000000000000000000000000000001 is missing
        "#]].assert_eq(&missing);
        let stray = found(|batch| {
            let mut key = key_of(batch, by_owner, PageOrder::Falling);
            key[0] = 1;
            batch.insert(by_owner, &key, &[]).map(|_| ())
        });
        expect_test::expect![[r#"
            party/by_owner: 0100000000000000000000000000000700000000000000000000000000000003 stands for no record
        "#]].assert_eq(&stray);
        let both = found(|batch| {
            let key = key_of(batch, by_owner, PageOrder::Rising);
            batch.remove(by_owner, &key)?;
            batch.insert(by_owner, &[&[9], &key[1..]].concat(), &[]).map(|_| ())
        });
        expect_test::expect![[r#"
            party/by_owner: 0000000000000000000000000000000700000000000000000000000000000001 is missing
            party/by_owner: 0900000000000000000000000000000700000000000000000000000000000001 stands for no record
        "#]].assert_eq(&both);
    }

    #[test]
    fn a_record_that_cannot_be_read_is_found_and_the_others_are_still_checked() {
        let found = found(|batch| {
            batch.insert(Party::TABLE, &party_id(1).to_bytes(), &[200, 1, 2])?;
            let other = batch.value(Party::TABLE, &party_id(2).to_bytes())?.expect("put");
            batch.insert(Party::TABLE, &party_id(3).to_bytes(), &other).map(|_| ())
        });
        expect_test::expect![[r#"
            party: 00000000000000000000000000000001: a record of `party` cannot be read
            party: 00000000000000000000000000000003: a record of `party` cannot be read
            party/by_number: 000000000000000100000000000000000000000000000001 stands for no record
            party/by_number: 000000000000000300000000000000000000000000000003 stands for no record
            party/by_owner: 0000000000000000000000000000000700000000000000000000000000000001 stands for no record
            party/by_owner: 0000000000000000000000000000000700000000000000000000000000000003 stands for no record
            party/by_seller: 0000000100000000000000000000000000000001 stands for no record
            party/by_seller: 0000000100000000000000000000000000000003 stands for no record
        "#]].assert_eq(&found);
    }

    #[test]
    fn a_row_under_a_broken_seal_is_found() {
        let found = found(|batch| batch.insert_sealed(Table("meta"), b"clock", b"1234567"));
        expect_test::expect![[r#"
            meta: clock is not the row that was written
        "#]]
        .assert_eq(&found);
    }

    #[test]
    fn facts_with_a_gap_or_without_their_indices_are_found() {
        let gap = found(|batch| batch.remove(Table("fact"), &2_u64.to_be_bytes()).map(|_| ()));
        expect_test::expect![[r#"
            fact/by_subject: has 3 entries for the 2 of `fact`
            fact/by_owner: has 3 entries for the 2 of `fact`
            fact: 3 stands where 2 should
        "#]]
        .assert_eq(&gap);
        let end = found(|batch| {
            batch.take_numbers("fact", 1)?;
            batch.put_cursor("search", 9)
        });
        expect_test::expect![[r#"
            fact: ends at 3, 4 were told
            cursor: search is ahead of the facts
        "#]]
        .assert_eq(&end);
    }

    #[test]
    fn answers_that_never_expire_are_found() {
        let by_expiry = Table("idempotency/by_expiry");
        let found = found(|batch| {
            let key = key_of(batch, by_expiry, PageOrder::Rising);
            batch.remove(by_expiry, &key).map(|_| ())
        });
        expect_test::expect![[r#"
            idempotency/by_expiry: 80064748462040000101010101010101010101010101010101010101010101010101010101010101 is missing
            idempotency/by_expiry: has 2 entries for the 3 of `idempotency`
        "#]].assert_eq(&found);
    }

    #[test]
    fn aliases_and_due_work_of_nothing_are_found() {
        let found = found(|batch| {
            batch.delete::<Party>(party_id(2))?;
            let subject = Subject { kind: Kind::Quote, uuid: uuid::Uuid::from_u128(1) };
            batch.put_alias(&alias(77), subject)?;
            let due = Key::new().u8(0).instant(instant()).subject(subject).bytes();
            batch.insert(due::DUE, &due, &[]).map(|_| ())
        });
        expect_test::expect![[r#"
            due: 0080064748462040001a00000000000000000000000000000001 is of no kind that falls due
            alias: 02637573746f6d6572003200 is of pty_00000000-0000-0000-0000-000000000002, which is not there
            alias: 02637573746f6d657200373700 is of quo_00000000-0000-0000-0000-000000000001, which is not there
        "#]].assert_eq(&found);
    }

    #[test]
    fn a_sequence_behind_its_records_and_a_table_of_nobody_are_found() {
        let found = found(|batch| {
            batch.insert(Table("sequence"), b"party", &2_u64.to_be_bytes())?;
            batch.insert(Table("sequence"), b"letter", b"two")?;
            batch.insert(Table("attic"), b"box", b"").map(|_| ())
        });
        expect_test::expect![[r#"
            attic: is no table of this program
            sequence: `party` is at 2, a record has number 3
            sequence: letter is not a number
        "#]]
        .assert_eq(&found);
    }

    #[test]
    fn findings_are_counted_beyond_those_that_are_kept() {
        let mut report = Report::default();
        for n in 0..Report::FINDINGS_MAX as u64 + 5 {
            report.find(due::DUE, n);
        }
        assert_eq!(report.findings.len() as u64 + 5, report.found);
        assert!(!report.is_clean());
    }
}
