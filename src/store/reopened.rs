//! Invoices that were opened again: on which day, and until when they are to be paid since then.

use super::StoreError;
use super::batch::Batch;
use super::codec::Key;
use super::view::{Table, View};
use crate::domain::id::InvoiceId;
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
    }
}
