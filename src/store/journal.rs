//! The journal as it is kept: entries under a running number, and the balances beside them.
//!
//! A row holds all legs of one movement. Each leg's balance is kept in the same transaction, so
//! that nobody adds up a journal to know what is owed; [`check`] adds it up and compares.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::StoreError;
use super::batch::Batch;
use super::check::Report;
use super::codec::{self, Key};
use super::view::{KeyRange, Table, View};
use crate::domain::id::{AccountId, BillingAccountId, Id};
use crate::domain::journal::{BalanceKey, Entry, Holder, Ledger};
use crate::domain::money::{Currency, Money};
use crate::domain::page::{Page, PageOrder, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Instant;

const ENTRIES: Table = Table("journal");
const BY_HOLDER: Table = Table("journal/by_holder");
const BALANCES: Table = Table("balance");
/// What lies in no record.
pub(super) const TABLES: &[Table] = &[ENTRIES, BY_HOLDER, BALANCES];
const SHAPE: u8 = 1;
/// The sequence of entries.
const NUMBERS: &str = "journal";

/// An entry with its place in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedEntry {
    /// Its place: 1 first, then without a gap.
    pub sequence: u64,
    /// The entry.
    pub entry: Entry,
}

/// A balance as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// Of what.
    pub key: BalanceKey,
    /// How much: positive where debits outweigh.
    pub amount: Money,
}

fn of_holder(seller: SellerNumber, holder: Holder) -> Key {
    let key = Key::new().u32(seller.0);
    match holder {
        Holder::Seller => key.u8(0).raw(&[0; 16]),
        Holder::Customer(id) => key.u8(1).id(id),
        Holder::Partner(id) => key.u8(2).id(id),
        Holder::Reserved(id) => key.u8(3).id(id),
        Holder::PrepaidReserved(id) => key.u8(4).id(id),
    }
}

fn of_balance(of: BalanceKey) -> Vec<u8> {
    let key = of_holder(of.seller, of.holder).u8(of.ledger as u8);
    key.raw(of.currency.code().as_bytes()).bytes()
}

fn damaged() -> StoreError {
    StoreError::Unreadable { table: BALANCES.0, source: None }
}

fn read_balance(key: &[u8], value: &[u8]) -> Result<Balance, StoreError> {
    let seller = key.first_chunk().map(|it| SellerNumber(u32::from_be_bytes(*it)));
    let uuid = key.get(5..21).and_then(|it| uuid::Uuid::from_slice(it).ok()).ok_or_else(damaged)?;
    let holder = match key.get(4) {
        Some(0) => Holder::Seller,
        Some(1) => Holder::Customer(BillingAccountId::from_uuid(uuid)),
        Some(2) => Holder::Partner(AccountId::from_uuid(uuid)),
        Some(3) => Holder::Reserved(BillingAccountId::from_uuid(uuid)),
        Some(4) => Holder::PrepaidReserved(BillingAccountId::from_uuid(uuid)),
        Some(_) | None => return Err(damaged()),
    };
    let ledger = key.get(21).and_then(|it| Ledger::ALL.get(usize::from(*it))).copied();
    let currency = key.get(22..).and_then(|it| std::str::from_utf8(it).ok());
    let currency: Option<Currency> = currency.and_then(|it| it.parse().ok());
    let minor = value.try_into().map(i64::from_be_bytes).map_err(|_| damaged())?;
    let (Some(seller), Some(ledger), Some(currency)) = (seller, ledger, currency) else {
        return Err(damaged());
    };
    let key = BalanceKey { seller, ledger, holder, currency };
    Ok(Balance { key, amount: Money::minor(minor, currency) })
}

impl Batch<'_> {
    /// Appends an entry and moves the balances that it is about; returns its place.
    ///
    /// # Errors
    /// If the engine fails, or a balance would be beyond what can be kept.
    pub fn append_entry(&mut self, seller: SellerNumber, entry: &Entry) -> Result<u64, StoreError> {
        let sequence = self.next_number(NUMBERS)?;
        let place = sequence.to_be_bytes();
        self.set(ENTRIES, &place, &codec::encode(SHAPE, entry))?;
        for (of, change) in entry.changes() {
            let key = of_balance(of);
            let kept = self.value(BALANCES, &key)?;
            let kept = kept.map(|it| read_balance(&key, &it)).transpose()?;
            let before = kept.map_or(Money::zero(of.currency), |it| it.amount);
            let after = before.plus(change).map_err(|_| damaged())?;
            self.set(BALANCES, &key, &after.as_minor().to_be_bytes())?;
            let holder = of_holder(seller, of.holder).raw(&place).bytes();
            self.set(BY_HOLDER, &holder, &[])?;
        }
        Ok(sequence)
    }
}

/// A balance; nothing if nothing was ever booked on it.
///
/// # Errors
/// If the engine fails or the balance cannot be read.
pub fn balance(view: &(impl View + ?Sized), of: BalanceKey) -> Result<Money, StoreError> {
    let key = of_balance(of);
    let kept = view.value(BALANCES, &key)?.map(|it| read_balance(&key, &it)).transpose()?;
    Ok(kept.map_or(Money::zero(of.currency), |it| it.amount))
}

/// All balances of a holder in a seller's books, also those that are nothing by now.
///
/// # Errors
/// If the engine fails or a balance cannot be read.
pub fn balances(
    view: &(impl View + ?Sized),
    seller: SellerNumber,
    holder: Holder,
) -> Result<Vec<Balance>, StoreError> {
    in_range(view, &KeyRange::prefix(&of_holder(seller, holder).bytes()))
}

/// All balances in a seller's books.
///
/// # Errors
/// If the engine fails or a balance cannot be read.
pub fn balances_of_seller(
    view: &(impl View + ?Sized),
    seller: SellerNumber,
) -> Result<Vec<Balance>, StoreError> {
    in_range(view, &KeyRange::prefix(&Key::new().u32(seller.0).bytes()))
}

/// All balances, of all sellers.
///
/// # Errors
/// If the engine fails or a balance cannot be read.
pub(super) fn all_balances(view: &(impl View + ?Sized)) -> Result<Vec<Balance>, StoreError> {
    in_range(view, &KeyRange::all())
}

fn in_range(view: &(impl View + ?Sized), range: &KeyRange) -> Result<Vec<Balance>, StoreError> {
    let mut found = Vec::new();
    view.scan(BALANCES, range, PageOrder::Rising, &mut |key, value| {
        found.push(read_balance(key, value)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// The entry at a place.
///
/// # Errors
/// If the engine fails or the entry cannot be read.
pub fn entry(
    view: &(impl View + ?Sized),
    sequence: u64,
) -> Result<Option<NumberedEntry>, StoreError> {
    let bytes = view.value(ENTRIES, &sequence.to_be_bytes())?;
    bytes.map(|it| Ok(NumberedEntry { sequence, entry: read(&it)? })).transpose()
}

fn read(bytes: &[u8]) -> Result<Entry, StoreError> {
    match bytes.split_first() {
        Some((&SHAPE, body)) => codec::decode(ENTRIES.0, body),
        Some(_) | None => Err(StoreError::Unreadable { table: ENTRIES.0, source: None }),
    }
}

fn place_at(end_of: &[u8]) -> Result<u64, StoreError> {
    let place = end_of.last_chunk().map(|it| u64::from_be_bytes(*it));
    place.ok_or(StoreError::Unreadable { table: ENTRIES.0, source: None })
}

/// The place, as pages name it, behind which the entries from a moment on lie: time rises with places.
/// Nothing if all of them do.
///
/// # Errors
/// If the engine fails or an entry cannot be read.
pub fn place_before(
    view: &(impl View + ?Sized),
    moment: Instant,
) -> Result<Option<Vec<u8>>, StoreError> {
    let (mut before, mut last) = (0, 0);
    view.scan(ENTRIES, &KeyRange::all(), PageOrder::Falling, &mut |key, _| {
        last = place_at(key)?;
        Ok(ControlFlow::Break(()))
    })?;
    while before < last {
        let middle = last - (last - before) / 2;
        match entry(view, middle)? {
            Some(it) if it.entry.at() < moment => before = middle,
            Some(_) | None => last = middle - 1,
        }
    }
    Ok((before > 0).then(|| before.to_be_bytes().to_vec()))
}

/// How many entries are looked at before a page ends that may have a next one.
const LOOKED_AT_MAX: usize = 20_000;

/// A page of the entries that pass `accept`: of a holder, or of all. As lists of records do, it can
/// be shorter than its limit and still have a next one.
///
/// # Errors
/// If the engine fails or an entry cannot be read.
pub fn entries(
    view: &(impl View + ?Sized),
    of: Option<(SellerNumber, Holder)>,
    request: &PageRequest,
    accept: &mut dyn FnMut(&Entry) -> bool,
) -> Result<Page<NumberedEntry>, StoreError> {
    let (table, range) = match of {
        Some((seller, holder)) => (BY_HOLDER, KeyRange::prefix(&of_holder(seller, holder).bytes())),
        None => (ENTRIES, KeyRange::all()),
    };
    let range = range.after(request.after.as_deref(), request.order);
    let mut page = Page { items: Vec::new(), next: None };
    let (mut last, mut looked_at) = (Vec::new(), 0);
    view.scan(table, &range, request.order, &mut |key, _| {
        if page.items.len() == request.limit || looked_at == LOOKED_AT_MAX {
            page.next = Some(last.clone());
            return Ok(ControlFlow::Break(()));
        }
        looked_at += 1;
        last = key.to_vec();
        page.items.extend(entry(view, place_at(key)?)?.filter(|it| accept(&it.entry)));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(page)
}

/// What is wrong with the journal; nothing if all is well: no entry is missing, the books balance
/// in each currency, and every balance is the sum of its entries.
///
/// # Errors
/// If the engine fails or a row cannot be read.
pub fn check(view: &(impl View + ?Sized)) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    let mut sums: BTreeMap<BalanceKey, i128> = BTreeMap::new();
    let mut expected = 1;
    view.scan(ENTRIES, &KeyRange::all(), PageOrder::Rising, &mut |key, value| {
        let sequence = place_at(key)?;
        if sequence != expected {
            wrong.push(format!("journal entry {expected} is missing"));
        }
        expected = sequence + 1;
        for (of, change) in read(value)?.changes() {
            *sums.entry(of).or_default() += i128::from(change.as_minor());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let mut totals: BTreeMap<(SellerNumber, Currency), i128> = BTreeMap::new();
    for (of, sum) in &sums {
        *totals.entry((of.seller, of.currency)).or_default() += sum;
    }
    let unbalanced = totals.iter().filter(|it| *it.1 != 0);
    wrong.extend(unbalanced.map(|((seller, currency), sum)| {
        format!("the books of seller {} in {currency} are out of balance by {sum}", seller.0)
    }));
    let kept = in_range(view, &KeyRange::all())?;
    for balance in &kept {
        let sum = sums.remove(&balance.key).unwrap_or(0);
        if sum != i128::from(balance.amount.as_minor()) {
            wrong.push(format!("{:?} is kept as {} and is {sum}", balance.key, balance.amount));
        }
    }
    wrong.extend(sums.keys().map(|it| format!("{it:?} has entries and no balance")));
    Ok(wrong)
}

/// The same for who checks a whole store.
pub(super) fn checked(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    check(view)?.iter().for_each(|it| report.find(ENTRIES, it));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{euros, id};
    use crate::domain::id::InvoiceId;
    use crate::domain::journal;
    use crate::store::{Commit, Store};

    fn customer() -> Holder {
        Holder::Customer(id(2))
    }

    fn received(amount: &str) -> Entry {
        received_at(amount, 0)
    }

    fn received_at(amount: &str, micros: i64) -> Entry {
        let at = Instant::from_micros(micros).expect("an instant");
        let legs = journal::payment_received(id(2), euros(amount)).expect("legs");
        let cause = id::<InvoiceId>(1).subject();
        let entry = Entry::new(at, SellerNumber::PROVIDER, cause, legs);
        entry.expect("balanced").expect("it moves")
    }

    fn append(store: &Store, entry: &Entry) -> u64 {
        let done = store.transact(|mut batch| {
            Ok((batch.append_entry(SellerNumber::PROVIDER, entry)?, Commit::Durable))
        });
        done.expect("appended")
    }

    #[test]
    fn an_entry_lies_in_these_bytes() {
        let bytes = codec::encode(SHAPE, &received("5"));
        assert_eq!(read(&bytes).expect("readable"), received("5"));
        expect_test::expect!["0100010e00000000000000000000000000000001020400e807455552050100000000000000000000000000000002e707455552"].assert_eq(&hex::encode(bytes));
    }

    #[test]
    fn a_balance_is_the_sum_of_its_entries() {
        let store = Store::memory().expect("memory");
        assert_eq!([append(&store, &received("5")), append(&store, &received("7"))], [1, 2]);
        let view = store.read().expect("snapshot");
        let kept = balances(&view, SellerNumber::PROVIDER, customer()).expect("read");
        assert_eq!(kept.iter().map(|it| it.amount).collect::<Vec<_>>(), [euros("-12")]);
        assert_eq!(balance(&view, kept[0].key).expect("read"), euros("-12"));
        assert_eq!(balances_of_seller(&view, SellerNumber::PROVIDER).expect("read").len(), 2);
        assert_eq!(check(&view).expect("read"), Vec::<String>::new());
    }

    #[test]
    fn entries_are_listed_by_holder_and_page() {
        let store = Store::memory().expect("memory");
        append(&store, &received("5"));
        append(&store, &received("7"));
        let view = store.read().expect("snapshot");
        let of = Some((SellerNumber::PROVIDER, customer()));
        let page = entries(&view, of, &PageRequest::first(1), &mut |_| true).expect("read");
        assert_eq!(page.items.iter().map(|it| it.sequence).collect::<Vec<_>>(), [2]);
        let next = PageRequest { after: page.next, ..PageRequest::first(1) };
        let page = entries(&view, of, &next, &mut |_| true).expect("read");
        assert_eq!(page.items.iter().map(|it| it.sequence).collect::<Vec<_>>(), [1]);
        let all = entries(&view, None, &PageRequest::oldest(9), &mut |_| true).expect("read");
        assert_eq!((all.items.len(), all.next), (2, None));
    }

    #[test]
    fn the_place_of_a_moment_is_found_without_reading_all() {
        let store = Store::memory().expect("memory");
        let place = |at: i64| {
            let view = store.read().expect("snapshot");
            let at = Instant::from_micros(at).expect("an instant");
            let found = place_before(&view, at).expect("read");
            found.map_or(0, |it| place_at(&it).expect("a place"))
        };
        assert_eq!(place(5), 0, "there is none");
        for at in [10, 10, 20, 20, 20, 30] {
            append(&store, &received_at("5", at));
        }
        let places = [5, 10, 11, 20, 21, 30, 31].map(place);
        assert_eq!(places, [0, 0, 2, 2, 5, 5, 6]);
    }

    #[test]
    fn a_balance_that_was_changed_behind_the_journal_is_found() {
        let store = Store::memory().expect("memory");
        append(&store, &received("5"));
        let of = BalanceKey {
            seller: SellerNumber::PROVIDER,
            ledger: Ledger::Cash,
            holder: Holder::Seller,
            currency: Currency::EUR,
        };
        let forged = store.transact(|mut batch| {
            batch.insert(BALANCES, &of_balance(of), &600_i64.to_be_bytes())?;
            Ok(((), Commit::Durable))
        });
        forged.expect("written");
        let wrong = check(&store.read().expect("snapshot")).expect("read");
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].contains("is kept as 6.00 EUR and is 500"), "{wrong:?}");
    }
}
