//! Share models, share records and settlement notes, as they are kept.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::StoreError;
use super::check::Report;
use super::codec::Key;
use super::journal;
use super::record::{Record, decode, record};
use super::view::{KeyRange, View};
use crate::domain::id::{SettlementId, ShareModelId, ShareRecordId};
use crate::domain::journal::{BalanceKey, Holder, Ledger};
use crate::domain::page::PageOrder;
use crate::domain::settlement::note::SettlementNote;
use crate::domain::settlement::share::{ShareModel, ShareRecord, State};

record!(ShareModel, ShareModelId, "share_model", shape 1);

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
);

/// Whether what the books owe each partner is what its shares come to that were not paid out yet, and
/// each note comes to the shares on it.
pub(super) fn checked(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
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
