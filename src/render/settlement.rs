//! Settlement notes as tables for spreadsheets: an item a row.

use super::csv::{Cell, Sheet};
use crate::domain::settlement::note::SettlementNote;
use crate::domain::settlement::share::Portion;
use crate::domain::time::{Date, Period};

/// So many hundredths of what was charged, where the share is that.
fn percent(of: Option<Portion>) -> Cell {
    match of {
        Some(Portion::Percent(it)) => Cell::Figure(it.decimal().normalize()),
        Some(Portion::Fixed(_)) | None => Cell::Empty,
    }
}

/// A note as CSV. A share by hundredths says of what and how it was rounded: who is paid out can compute it again.
#[must_use]
pub fn of(note: &SettlementNote) -> Vec<u8> {
    let mut sheet = Sheet::new(&[
        "note",
        "receiver",
        "invoice",
        "product",
        "name",
        "charge",
        "from",
        "until",
        "quantity",
        "net",
        "tax",
        "currency",
        "charged",
        "percent",
        "rounded_by",
    ]);
    let day = |it: Option<Date>| it.map_or(Cell::Empty, Cell::Day);
    for it in &note.items {
        sheet.row(&[
            Cell::text(note.number.to_string()),
            Cell::text(note.receiver_as.name.to_string()),
            Cell::text(it.invoice.to_string()),
            it.product_number.map_or(Cell::Empty, |it| Cell::Figure(it.into())),
            Cell::text(it.name.to_string()),
            it.charge.as_ref().map_or(Cell::Empty, |it| Cell::text(it.to_string())),
            day(it.period.map(Period::start)),
            day(it.period.map(Period::end)),
            Cell::Figure(it.quantity.decimal()),
            Cell::money(it.amount),
            Cell::money(it.tax),
            Cell::text(it.amount.currency().code()),
            Cell::money(it.charged),
            percent(it.portion),
            it.before_rounding()
                .map_or(Cell::Empty, |exact| Cell::Figure(it.amount.decimal() - exact)),
        ]);
    }
    sheet.take()
}
