//! Rejected events: what was refused by a rule is kept with the reason, to be looked at and offered
//! again.

use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

use crate::domain::id::SubscriptionId;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Instant;
use crate::store::batch::Batch;
use crate::store::view::{KeyRange, Table, View};
use crate::store::{StoreError, codec};

pub(super) const REJECTED: Table = Table("usage/rejected");
const SEQUENCE: &str = "usage/rejected";
const SHAPE: u8 = 1;

/// How many rows a page looks at.
const LOOKED_AT_MAX: usize = 20_000;

/// An event that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedEvent {
    /// Its place in the list; given when it is kept.
    pub number: u64,
    /// When it came.
    pub received_at: Instant,
    /// The seller in whose name it was offered.
    pub seller: SellerNumber,
    /// Whose use it was to be, if that could be told and was for who offered it to say.
    pub subscription: Option<SubscriptionId>,
    /// The stable name of the reason.
    pub code: String,
    /// The reason as a sentence.
    pub detail: String,
    /// The event as who offered it can read it.
    pub event: Vec<u8>,
}

/// The rejected event of a number.
///
/// # Errors
/// If the store fails.
pub fn find_rejected(
    view: &(impl View + ?Sized),
    number: u64,
) -> Result<Option<RejectedEvent>, StoreError> {
    view.value(REJECTED, &number.to_be_bytes())?.map(|it| read(&it)).transpose()
}

/// A page of the rejected events that pass `accept`.
///
/// # Errors
/// If the store fails.
pub fn list_rejected(
    view: &(impl View + ?Sized),
    request: &PageRequest,
    accept: &mut dyn FnMut(&RejectedEvent) -> bool,
) -> Result<Page<RejectedEvent>, StoreError> {
    let mut page = Page { items: Vec::new(), next: None };
    let (mut last, mut looked_at) = (Vec::new(), 0);
    let range = KeyRange::all().after(request.after.as_deref(), request.order);
    view.scan(REJECTED, &range, request.order, &mut |key, value| {
        if page.items.len() == request.limit || looked_at == LOOKED_AT_MAX {
            page.next = Some(last.clone());
            return Ok(ControlFlow::Break(()));
        }
        looked_at += 1;
        last = key.to_vec();
        page.items.extend(Some(read(value)?).filter(&mut *accept));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(page)
}

fn read(bytes: &[u8]) -> Result<RejectedEvent, StoreError> {
    match bytes.split_first() {
        Some((&SHAPE, body)) => codec::decode(REJECTED.0, body),
        _ => Err(StoreError::Unreadable { table: REJECTED.0, source: None }),
    }
}

impl Batch<'_> {
    /// Keeps a rejected event and returns its number, which the given one is replaced with.
    ///
    /// # Errors
    /// If the store fails.
    pub fn keep_rejected(&mut self, event: &RejectedEvent) -> Result<u64, StoreError> {
        let number = self.next_number(SEQUENCE)?;
        self.put_rejected(&RejectedEvent { number, ..event.clone() })?;
        Ok(number)
    }

    /// Keeps a rejected event under its own number.
    ///
    /// # Errors
    /// If the store fails.
    pub fn put_rejected(&mut self, event: &RejectedEvent) -> Result<(), StoreError> {
        let (key, value) = (event.number.to_be_bytes(), codec::encode(SHAPE, event));
        self.insert(REJECTED, &key, &value).map(|_| ())
    }

    /// Takes a rejected event off the list, in the act that offers it again.
    ///
    /// # Errors
    /// If the store fails.
    pub fn take_rejected(&mut self, number: u64) -> Result<Option<RejectedEvent>, StoreError> {
        self.remove(REJECTED, &number.to_be_bytes())?.map(|it| read(&it)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Commit, Store};

    #[test]
    fn what_was_rejected_is_listed_until_it_is_taken() {
        let store = Store::memory().unwrap();
        let event = |detail: &str| RejectedEvent {
            number: 0,
            received_at: Instant::from_micros(5).unwrap(),
            seller: SellerNumber::PROVIDER,
            subscription: None,
            code: "period_closed".to_owned(),
            detail: detail.to_owned(),
            event: vec![1, 2],
        };
        store
            .transact(|mut batch| {
                for detail in ["a", "b", "c"] {
                    batch.keep_rejected(&event(detail))?;
                }
                let taken = batch.take_rejected(2)?;
                assert_eq!(taken.map(|it| it.detail).as_deref(), Some("b"));
                assert_eq!(batch.take_rejected(2)?, None);
                Ok(((), Commit::Durable))
            })
            .unwrap();
        let view = store.read().unwrap();
        let page = |request: &PageRequest| list_rejected(&view, request, &mut |_| true).unwrap();
        let first = page(&PageRequest::oldest(1));
        assert_eq!(first.items, [RejectedEvent { number: 1, ..event("a") }]);
        let second = page(&PageRequest { after: first.next, ..PageRequest::oldest(1) });
        assert_eq!(second.items, [RejectedEvent { number: 3, ..event("c") }]);
        assert_eq!(second.next, None);
        assert_eq!(find_rejected(&view, 3).unwrap().as_ref(), second.items.first());
        let none = list_rejected(&view, &PageRequest::first(9), &mut |_| false).unwrap();
        assert_eq!(none.items, []);
    }
}
