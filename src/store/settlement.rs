//! Share models, share records and settlement notes, as they are kept.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use uuid::Uuid;

use super::check::Report;
use super::codec::Key;
use super::invoice::CREDIT_NOTE_BY_INVOICE;
use super::record::{Record, decode, record};
use super::view::{KeyRange, View};
use super::{Along, Records, StoreError, journal};
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::invoice::Invoice;
use crate::domain::id::{Id, InvoiceId, SettlementId, ShareModelId, ShareRecordId};
use crate::domain::journal::{BalanceKey, Holder, Ledger};
use crate::domain::money::{Money, Rounding};
use crate::domain::page::{PageOrder, PageRequest};
use crate::domain::settlement::earned::earned;
use crate::domain::settlement::note::SettlementNote;
use crate::domain::settlement::record::{ShareRecord, State};
use crate::domain::settlement::share::{Scope, ShareModel};
use crate::domain::stamp::SellerNumber;

record!(ShareModel, ShareModelId, "share_model", shape 1,
    /// `(seller, what it is for, first day, number, share model)`.
    SHARE_MODEL_BY_SCOPE = "by_scope" => |it, keys| {
        let key = of_scope(it.stamp.seller, it.scope);
        keys.push(key.date(it.valid_from).u64(it.stamp.number).id(it.id));
    },
    /// `(seller, share model)`: those that follow what their sellers keep.
    SHARE_MODEL_KEEPING = "keeping" => |it, keys| {
        keys.extend(it.keeping.map(|_| Key::new().u32(it.stamp.seller.0).id(it.id)));
    },
);

/// Where the models of a seller lie that are said of one thing.
#[must_use]
pub fn of_scope(seller: SellerNumber, scope: Scope) -> Key {
    let key = Key::new().u32(seller.0);
    match scope {
        Scope::Seller => key.u8(0),
        Scope::Category(id) => key.u8(1).id(id),
        Scope::Offer(id) => key.u8(2).id(id),
        Scope::Supplier(id) => key.u8(3).id(id),
    }
}

record!(ShareRecord, ShareRecordId, "share_record", shape 1 unnumbered,
    /// `(invoice, share record)`.
    SHARE_BY_INVOICE = "by_invoice" => |it, keys| {
        keys.push(Key::new().id(it.invoice).id(it.id));
    },
    /// `(model, share record)`.
    SHARE_BY_MODEL = "by_model" => |it, keys| {
        keys.push(Key::new().id(it.model).id(it.id));
    },
    /// `(note, share record)`.
    SHARE_BY_NOTE = "by_note" => |it, keys| {
        keys.extend(it.note.map(|note| Key::new().id(note).id(it.id)));
    },
    /// `(seller, partner, currency, share record)`: those that wait for a note.
    SHARE_OPEN = "open" => |it, keys| {
        if it.is_owed() && it.state == State::Open {
            let key = Key::new().u32(it.stamp.seller.0).id(it.account);
            keys.push(key.raw(it.amount.currency().code().as_bytes()).id(it.id));
        }
    },
);

record!(SettlementNote, SettlementId, "settlement", shape 1 unnumbered,
    /// `(number on it, settlement note)`.
    SETTLEMENT_BY_DOCUMENT = "by_document" => |it, keys| {
        keys.push(Key::new().text(it.number.as_str()).id(it.id));
    },
    /// `(first note of its run, settlement note)`.
    SETTLEMENT_BY_RUN = "by_run" => |it, keys| {
        keys.push(Key::new().id(it.run()).id(it.id));
    },
);

/// Whether the shares of each charge come to what was paid of it, what the books owe each partner is
/// what its shares come to that were not paid out yet, and each note comes to the shares on it.
pub(super) fn checked(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    checked_invoices(view, report)?;
    checked_books(view, report)
}

/// What is recorded of each line of an invoice.
type OfLines = BTreeMap<u32, i128>;

/// Compares what is recorded of each invoice with what was paid of it, one after the other.
fn checked_invoices(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    let mut last: Option<(InvoiceId, OfLines)> = None;
    view.scan(SHARE_BY_INVOICE, &KeyRange::all(), PageOrder::Rising, &mut |key, _| {
        let Some(id) = key.last_chunk::<16>() else { return Ok(ControlFlow::Continue(())) };
        let found = view.find::<ShareRecord>(ShareRecordId::from_uuid(Uuid::from_bytes(*id)))?;
        let Some(it) = found else { return Ok(ControlFlow::Continue(())) };
        if let Some(done) = last.take_if(|last| last.0 != it.invoice) {
            checked_invoice(view, done, report)?;
        }
        let (_, lines) = last.get_or_insert_with(|| (it.invoice, OfLines::new()));
        *lines.entry(it.line).or_default() += i128::from(it.amount.as_minor());
        Ok(ControlFlow::Continue(()))
    })?;
    last.map_or(Ok(()), |done| checked_invoice(view, done, report))
}

/// Whether what is recorded of an invoice is what was paid of it. Its seller may round otherwise now than
/// when that was recorded.
fn checked_invoice(
    view: &dyn View,
    (id, lines): (InvoiceId, OfLines),
    report: &mut Report,
) -> Result<(), StoreError> {
    let Some(invoice) = view.find::<Invoice>(id)? else {
        report.find(ShareRecord::TABLE, format_args!("{id} has shares and is not there"));
        return Ok(());
    };
    let along = Along::Index(CREDIT_NOTE_BY_INVOICE, Key::new().id(id).bytes());
    let mut credits = Vec::new();
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    loop {
        let read = view.list::<CreditNote>(&along, &page, &mut |_| true)?;
        credits.extend(read.items.into_iter().map(|it| it.content().clone()));
        let Some(next) = read.next else { break };
        page.after = Some(next);
    }
    let earned = [Rounding::HalfUp, Rounding::HalfEven].into_iter();
    let earned = earned.filter_map(|it| super::settlement::earned(&invoice, &credits, it).ok());
    let earned: Vec<_> = earned.collect();
    for (line, recorded) in lines {
        let place = usize::try_from(line).unwrap_or(usize::MAX);
        let was_paid = |of: &Vec<Money>| of.get(place).map(|it| i128::from(it.as_minor()));
        if !earned.iter().any(|of| was_paid(of) == Some(recorded)) {
            let paid = earned.first().and_then(was_paid).unwrap_or_default();
            let what =
                format_args!("line {line} of {id} earned {paid} and has shares of {recorded}");
            report.find(ShareRecord::TABLE, what);
        }
    }
    Ok(())
}

/// Compares the shares with the books and with the notes.
fn checked_books(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    let mut owed: BTreeMap<BalanceKey, i128> = BTreeMap::new();
    let mut noted: BTreeMap<SettlementId, i128> = BTreeMap::new();
    view.scan(ShareRecord::TABLE, &KeyRange::all(), PageOrder::Rising, &mut |_, value| {
        let it: ShareRecord = decode(value)?;
        let amount = i128::from(it.amount.as_minor());
        if it.is_owed() && it.state != State::Paid {
            *owed.entry(payable(&it)).or_default() += amount;
        }
        if let Some(note) = it.note {
            *noted.entry(note).or_default() += amount;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    owed.retain(|_, sum| *sum != 0);
    for balance in journal::all_balances(view)? {
        if balance.key.ledger == Ledger::PartnerPayable {
            let sum = owed.remove(&balance.key).unwrap_or(0);
            let kept = -i128::from(balance.amount.as_minor());
            if kept != sum {
                let what = format_args!("{:?} owes {kept} and its shares are {sum}", balance.key);
                report.find(ShareRecord::TABLE, what);
            }
        }
    }
    for (key, sum) in owed {
        report.find(ShareRecord::TABLE, format_args!("{key:?} owes nothing of {sum}"));
    }
    view.scan(SettlementNote::TABLE, &KeyRange::all(), PageOrder::Rising, &mut |_, value| {
        let it: SettlementNote = decode(value)?;
        let sum = noted.remove(&it.id).unwrap_or(0);
        let total = i128::from(it.totals.net.as_minor());
        if total != sum {
            let what = format_args!("{} comes to {total} and its shares to {sum}", it.number);
            report.find(SettlementNote::TABLE, what);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for note in noted.into_keys() {
        report.find(ShareRecord::TABLE, format_args!("the note {note} is missing"));
    }
    Ok(())
}

fn payable(it: &ShareRecord) -> BalanceKey {
    BalanceKey {
        seller: it.stamp.seller,
        ledger: Ledger::PartnerPayable,
        holder: Holder::Partner(it.account),
        currency: it.amount.currency(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::billing::invoice::SettledBy;
    use crate::domain::billing::invoice::number::{NumberFormat, Places};
    use crate::domain::billing::invoice::sample::{self, date, euros, id, issue, stamp};
    use crate::domain::quantity::{Percent, Quantity};
    use crate::domain::settlement::note::{IssueNote, NoteItem, NoteLook, Terms};
    use crate::domain::settlement::share::{Part, Portion, Role, Shares};
    use crate::store::record::encode;
    use crate::store::{Commit, Store};

    fn model() -> ShareModel {
        let percent = |account: u128, role, percent: i64| Part {
            account: id(account),
            role,
            portion: Portion::Percent(Percent::new(percent.into())),
        };
        let fixed = Portion::Fixed(euros("2"));
        let parts = vec![
            Part { account: id(9), role: Role::Partner, portion: fixed },
            percent(1, Role::Owner, 90),
            percent(8, Role::Platform, 10),
        ];
        ShareModel {
            id: id(3),
            stamp: stamp().numbered(1),
            name: "All".parse().expect("a name"),
            scope: Scope::Offer(id(4)),
            valid_from: date("2026-01-01"),
            shares: Shares::new(parts).expect("shares"),
            keeping: None,
        }
    }

    fn note() -> SettlementNote {
        let item = NoteItem {
            invoice: issue(1, "2026-01-10").number,
            name: "Mail".parse().expect("a name"),
            charge: "Each mailbox".parse().ok(),
            product_number: Some(7),
            period: None,
            charged: euros("50"),
            portion: Some(Portion::Percent(Percent::new(10.into()))),
            quantity: Quantity::ONE,
            unit_price: euros("5"),
            amount: euros("5"),
            tax: euros("0"),
        };
        let parties = (issue(1, "2026-01-10").seller, issue(1, "2026-01-10").buyer);
        let format = NumberFormat::settlements(SellerNumber::PROVIDER);
        let command = IssueNote {
            id: id(5),
            stamp: stamp(),
            receiver: id(9),
            number: format.number(date("2026-02-01"), 1, Places::all(1)),
            days: (date("2026-01-10"), date("2026-02-01")),
            issued_on: date("2026-02-01"),
            due_days: 30,
            parties,
            terms: (Terms::default(), Rounding::HalfUp),
            items: vec![item],
            currency: euros("5").currency(),
            look: NoteLook {
                locale: "en".parse().expect("a locale"),
                color: "#2f5bd7".parse().expect("a color"),
            },
            run: None,
        };
        SettlementNote::issue(command).expect("a note").0
    }

    #[test]
    fn a_model_a_share_and_a_note_lie_in_these_bytes() {
        let bytes = encode(&model());
        assert_eq!(decode::<ShareModel>(&bytes).expect("readable"), model());
        expect!["010000000000000000000000000000000301010000000000000000000000000000000100010000000003416c6c0200000000000000000000000000000004c2a45a030000000000000000000000000000000902009003455552000000000000000000000000000000010101b40100000000000000000000000000000000080001140000"].assert_eq(&hex::encode(bytes));
        let record = ShareRecord {
            id: id(6),
            stamp: stamp(),
            account: id(9),
            role: Role::Partner,
            model: id(3),
            invoice: id(7),
            line: 1,
            payment: Some(id(8)),
            amount: euros("-5"),
            recorded_at: stamp().created_at,
            state: State::Open,
            note: None,
        };
        let bytes = encode(&record);
        assert_eq!(decode::<ShareRecord>(&bytes).expect("readable"), record);
        expect!["010000000000000000000000000000000601010000000000000000000000000000000100000000000000000000000000000000000000000009020000000000000000000000000000000300000000000000000000000000000007010100000000000000000000000000000008e707455552000000"].assert_eq(&hex::encode(bytes));
        let bytes = encode(&note());
        assert_eq!(decode::<SettlementNote>(&bytes).expect("readable"), note());
        expect!["0100000000000000000000000000000005010100000000000000000000000000000001000000000000000000000000000000000000000000090f5345542d323032362d303030303031d4a45a80a55a80a55abca55a0653656c6c657200000000000102444500000542757965720000000000010244450000000000010f494e562d323032362d303030303031044d61696c010c45616368206d61696c626f78010700904e455552010114000200e807455552e80745555200455552e80745555200455552e80745555202656e2f5bd7000000"].assert_eq(&hex::encode(bytes));
    }

    #[test]
    fn shares_that_are_not_of_what_was_paid_are_found() {
        let paid = sample::issued(7, &["100"], 20, "2026-02-01");
        let paid = paid.settle(euros("60"), SettledBy::Payment).expect("open").0;
        let share = |number: u128, account: u128, role, amount: &str| ShareRecord {
            id: id(number),
            stamp: stamp(),
            account: id(account),
            role,
            model: id(3),
            invoice: paid.id,
            line: 0,
            payment: None,
            amount: euros(amount),
            recorded_at: stamp().created_at,
            state: State::Open,
            note: None,
        };
        let found = |shares: &[ShareRecord]| {
            let store = Store::memory().expect("memory");
            let kept = store.transact(|mut batch| {
                batch.put(&paid)?;
                shares.iter().try_for_each(|it| batch.put(it).map(|_| ()))?;
                Ok(((), Commit::Durable))
            });
            kept.expect("kept");
            let mut report = Report::default();
            checked_invoices(&store.read().expect("a snapshot"), &mut report).expect("read");
            report.findings.into_iter().map(|it| it.what).collect::<Vec<_>>()
        };
        let (owner, platform) = (share(1, 1, Role::Owner, "45"), share(2, 8, Role::Platform, "5"));
        assert_eq!(found(&[owner.clone(), platform.clone()]), Vec::<String>::new());
        let told = format!("line 0 of {} earned 5000 and has shares of 4500", paid.id);
        assert_eq!(found(std::slice::from_ref(&owner)), [told]);
        let lost = ShareRecord { invoice: id(70), ..owner };
        assert_eq!(
            found(&[lost]),
            [format!("{} has shares and is not there", id::<InvoiceId>(70))]
        );
    }
}
