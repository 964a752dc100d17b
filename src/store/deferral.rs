//! Deferral: what documents charge for days to come, by the month in which it is earned, of sellers in
//! whose books revenue is that of its time.

use std::collections::BTreeMap;

use super::StoreError;
use super::check::Report;
use super::invoice::{CREDIT_NOTE_DEFERRED, INVOICE_DEFERRED};
use super::journal::all_balances;
use super::meta::setting;
use super::overview::EarnedRow;
use super::tally::{Of, rows};
use super::view::{KeyRange, Table, View};
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::recognition::Released;
use crate::domain::journal::Ledger;
use crate::domain::money::Currency;
use crate::domain::overview::Month;
use crate::domain::stamp::SellerNumber;

/// What is deferred in the books of a seller, and earned in a month.
pub struct Deferral {
    /// Whose.
    pub seller: SellerNumber,
    /// How much, and when.
    pub row: EarnedRow,
}

/// All that is deferred, and what of it is earned in each month.
///
/// # Errors
/// If the engine fails or a row cannot be read.
pub fn deferrals(view: &(impl View + ?Sized)) -> Result<Vec<Deferral>, StoreError> {
    let of_invoices = rows::<Invoice>(view, INVOICE_DEFERRED, &KeyRange::all(), Of::All)?;
    let of_notes = rows::<CreditNote>(view, CREDIT_NOTE_DEFERRED, &KeyRange::all(), Of::All)?;
    of_invoices.into_iter().chain(of_notes).map(read).collect()
}

fn read(row: super::tally::Row) -> Result<Deferral, StoreError> {
    let (seller, row) = super::overview::earned_row(INVOICE_DEFERRED, &row)?;
    Ok(Deferral { seller, row })
}

/// Where the check says what it finds.
const TABLE: Table = INVOICE_DEFERRED;

/// Compares what documents say is not earned yet with the books.
pub(super) fn checked(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    let released = setting::<Released>(view)?.map(Released::month);
    let is_earned = |month: Month| released.is_some_and(|last| month <= last);
    let mut left: BTreeMap<(SellerNumber, Currency), i128> = BTreeMap::new();
    for it in deferrals(view)? {
        let (charged, earned) = (it.row.earned.charged, it.row.earned.earned);
        let of = left.entry((it.seller, charged.currency())).or_default();
        *of += i128::from(charged.as_minor());
        if is_earned(it.row.month) {
            *of -= i128::from(earned.as_minor());
        }
    }
    for it in all_balances(view)? {
        if it.key.ledger == Ledger::DeferredRevenue {
            *left.entry((it.key.seller, it.key.currency)).or_default() +=
                i128::from(it.amount.as_minor());
        }
    }
    for ((seller, currency), off) in left.into_iter().filter(|it| it.1 != 0) {
        let what = format_args!(
            "what seller {} has not earned yet is off by {off} minor units of {currency}",
            seller.0
        );
        report.find(TABLE, what);
    }
    Ok(())
}
