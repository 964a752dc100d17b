//! Unrated series: meters on which usage was taken that nothing charges, kept with the usage itself.
//!
//! A row says that there is such usage, and not how much: that is added up when it is asked for, and
//! so it cannot disagree with the events.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::event::Series;
use super::pack::Unpack;
use crate::domain::id::{Id, SubscriptionId};
use crate::domain::page::{Page, PageRequest};
use crate::store::StoreError;
use crate::store::batch::Batch;
use crate::store::view::{KeyRange, Table, View};

pub(super) const UNRATED: Table = Table("usage/unrated");
const SHAPE: u8 = 1;

/// How many rows a page looks at.
const LOOKED_AT_MAX: usize = 20_000;

/// A page of the series on which usage was taken that had no price, of one subscription if one is
/// named, that pass `accept`.
///
/// # Errors
/// If the store or `accept` fails.
pub fn list_unrated(
    view: &(impl View + ?Sized),
    of: Option<SubscriptionId>,
    request: &PageRequest,
    accept: &mut dyn FnMut(Series) -> Result<bool, StoreError>,
) -> Result<Page<Series>, StoreError> {
    let mut page = Page { items: Vec::new(), next: None };
    let (mut last, mut looked_at) = (Vec::new(), 0);
    let range = of.map_or_else(KeyRange::all, |id| KeyRange::prefix(&id.to_bytes()));
    let range = range.after(request.after.as_deref(), request.order);
    view.scan(UNRATED, &range, request.order, &mut |key, value| {
        if page.items.len() == request.limit || looked_at == LOOKED_AT_MAX {
            page.next = Some(last.clone());
            return Ok(ControlFlow::Break(()));
        }
        looked_at += 1;
        last = key.to_vec();
        let series = read(key, value)?;
        if accept(series)? {
            page.items.push(series);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(page)
}

fn read(key: &[u8], value: &[u8]) -> Result<Series, StoreError> {
    let mut from = Unpack::new(UNRATED, key);
    let series = Series::unpack(&mut from)?;
    let is_whole = from.is_empty() && value == [SHAPE];
    is_whole.then_some(series).ok_or_else(|| from.damaged())
}

/// All of them, for a check.
pub(super) fn every(view: &(impl View + ?Sized)) -> Result<BTreeSet<Series>, StoreError> {
    let mut found = BTreeSet::new();
    view.scan(UNRATED, &KeyRange::all(), PageRequest::oldest(1).order, &mut |key, value| {
        found.insert(read(key, value)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

impl Batch<'_> {
    /// Keeps in mind that usage of a series was taken which nothing charges, in the work that takes
    /// it.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn keep_unrated(&mut self, series: Series) -> Result<(), StoreError> {
        self.set(UNRATED, &series.bytes(), &[SHAPE])
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::MeterId;
    use crate::store::{Commit, Store};

    fn series(subscription: u128, meter: u128) -> Series {
        Series {
            subscription: SubscriptionId::from_uuid(Uuid::from_u128(subscription)),
            meter: MeterId::from_uuid(Uuid::from_u128(meter)),
        }
    }

    #[test]
    fn what_is_unrated_is_listed_once_by_subscription_and_page() {
        let store = Store::memory().unwrap();
        let kept = [series(1, 7), series(2, 8), series(1, 7), series(2, 9)];
        let keep = |mut batch: Batch<'_>| {
            kept.iter().try_for_each(|it| batch.keep_unrated(*it))?;
            Ok(((), Commit::Durable))
        };
        store.transact(keep).unwrap();
        let view = store.read().unwrap();
        let page = |of, request: &PageRequest| {
            list_unrated(&view, of, request, &mut |it| Ok(it != series(2, 8))).unwrap()
        };
        let first = page(None, &PageRequest::oldest(1));
        assert_eq!(first.items, [series(1, 7)]);
        let next = page(None, &PageRequest { after: first.next, ..PageRequest::oldest(1) });
        assert_eq!((next.items, next.next), (vec![series(2, 9)], None));
        let of = Some(series(1, 7).subscription);
        assert_eq!(page(of, &PageRequest::oldest(9)).items, [series(1, 7)]);
        assert_eq!(every(&view).unwrap().len(), 3);
    }
}
