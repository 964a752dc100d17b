//! Invoices that were opened again: on which day, and until when they are to be paid since then.

use std::ops::ControlFlow;

use uuid::Uuid;

use super::StoreError;
use super::batch::Batch;
use super::codec::Key;
use super::view::{KeyRange, Table, View};
use crate::domain::id::{Id as _, InvoiceId};
use crate::domain::page::PageOrder;
use crate::domain::time::Date;

/// By invoice.
const REOPENED: Table = Table("reopened");

pub(super) const TABLES: &[Table] = &[REOPENED];

/// The version of its shape.
const SHAPE: u8 = 1;

/// When an invoice was opened again, last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reopened {
    /// On which day, where its billing account is.
    pub on: Date,
    /// Until when it is to be paid since then.
    pub due_on: Date,
}

/// When an invoice was opened again; `None` if it never was.
///
/// # Errors
/// If the engine fails or the row cannot be read.
pub fn reopened(
    view: &(impl View + ?Sized),
    id: InvoiceId,
) -> Result<Option<Reopened>, StoreError> {
    let Some(bytes) = view.value(REOPENED, &Key::new().id(id).bytes())? else { return Ok(None) };
    let damaged = StoreError::Unreadable { table: REOPENED.0, source: None };
    let body = bytes.strip_prefix(&[SHAPE]).ok_or(damaged)?;
    let (on, due_on) = super::codec::decode(REOPENED.0, body)?;
    Ok(Some(Reopened { on, due_on }))
}

/// The invoices that were opened again and are to be paid since then on a day or later, with that day.
///
/// # Errors
/// If the engine fails or a row cannot be read.
pub fn reopened_until(
    view: &(impl View + ?Sized),
    day: Date,
) -> Result<Vec<(InvoiceId, Date)>, StoreError> {
    let damaged = || StoreError::Unreadable { table: REOPENED.0, source: None };
    let (mut found, all) = (Vec::new(), KeyRange::all());
    view.scan(REOPENED, &all, PageOrder::Rising, &mut |key, value| {
        let body = value.strip_prefix(&[SHAPE]).ok_or_else(damaged)?;
        let (_, due_on): (Date, Date) = super::codec::decode(REOPENED.0, body)?;
        if day <= due_on {
            let id = Uuid::from_slice(key).map_err(|_| damaged())?;
            found.push((InvoiceId::from_uuid(id), due_on));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

impl Batch<'_> {
    /// Keeps that an invoice is opened again.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn put_reopened(&mut self, id: InvoiceId, it: Reopened) -> Result<(), StoreError> {
        let value = super::codec::encode(SHAPE, &(it.on, it.due_on));
        self.set(REOPENED, &Key::new().id(id).bytes(), &value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{date, id};
    use crate::store::{Commit, Store};

    #[test]
    fn what_is_opened_again_is_known_by_its_last_time() {
        let store = Store::memory().expect("memory");
        let at = |on, due_on| Reopened { on: date(on), due_on: date(due_on) };
        let (first, last) = (at("2026-01-05", "2026-01-15"), at("2026-03-05", "2026-03-15"));
        for it in [first, last] {
            let kept = store.transact(|mut batch| {
                batch.put_reopened(id(1), it)?;
                Ok(((), Commit::Durable))
            });
            kept.expect("kept");
        }
        let view = store.read().expect("snapshot");
        assert_eq!(reopened(&view, id(1)).expect("readable"), Some(last));
        assert_eq!(reopened(&view, id(2)).expect("readable"), None);
        let until = |day| reopened_until(&view, date(day)).expect("readable");
        assert_eq!(until("2026-03-15"), [(id(1), date("2026-03-15"))]);
        assert_eq!(until("2026-03-16"), []);
    }
}
