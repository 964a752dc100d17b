//! Resale: up to where resellers were charged for what they sell on.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use uuid::Uuid;

use super::StoreError;
use super::batch::Batch;
use super::codec::Key;
use super::view::{KeyRange, Table, View};
use crate::domain::id::{AccountId, Id as _, PriceId, SubscriptionId};
use crate::domain::page::PageOrder;
use crate::domain::subscription::ChargedUntil;

/// `(reseller's account, subscription)`: up to where the account was charged for the subscription, by
/// the prices of its vendor.
const RESOLD: Table = Table("resold");

pub(super) const TABLES: &[Table] = &[RESOLD];

/// The version of its shape.
const SHAPE: u8 = 1;

/// Up to where each price was charged.
pub type Marks = BTreeMap<PriceId, ChargedUntil>;

fn key(account: AccountId, subscription: SubscriptionId) -> Vec<u8> {
    Key::new().id(account).id(subscription).bytes()
}

const fn damaged() -> StoreError {
    StoreError::Unreadable { table: RESOLD.0, source: None }
}

/// Up to where a reseller was charged for a subscription that it sells on; nothing if it was not.
///
/// # Errors
/// If the engine fails or the row cannot be read.
pub fn marks(
    view: &(impl View + ?Sized),
    (account, subscription): (AccountId, SubscriptionId),
) -> Result<Marks, StoreError> {
    let Some(bytes) = view.value(RESOLD, &key(account, subscription))? else {
        return Ok(Marks::new());
    };
    let body = bytes.strip_prefix(&[SHAPE]).ok_or_else(damaged)?;
    super::codec::decode(RESOLD.0, body)
}

/// The subscriptions that a reseller was ever charged for.
///
/// # Errors
/// If the engine fails or a key cannot be read.
pub fn charged_to(
    view: &(impl View + ?Sized),
    account: AccountId,
) -> Result<BTreeSet<SubscriptionId>, StoreError> {
    let mut found = BTreeSet::new();
    let range = KeyRange::prefix(&Key::new().id(account).bytes());
    view.scan(RESOLD, &range, PageOrder::Rising, &mut |key, _| {
        let id = key.get(16..).and_then(|it| Uuid::from_slice(it).ok()).ok_or_else(damaged)?;
        found.insert(SubscriptionId::from_uuid(id));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

impl Batch<'_> {
    /// Keeps up to where a reseller is charged for a subscription that it sells on.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn put_resold(
        &mut self,
        (account, subscription): (AccountId, SubscriptionId),
        marks: &Marks,
    ) -> Result<(), StoreError> {
        self.set(RESOLD, &key(account, subscription), &super::codec::encode(SHAPE, marks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{date, id};
    use crate::store::{Commit, Store};

    #[test]
    fn marks_are_kept_for_each_reseller_and_subscription() {
        let store = Store::memory().expect("memory");
        let (north, south): (AccountId, AccountId) = (id(1), id(2));
        let [one, other]: [SubscriptionId; 2] = [id(3), id(4)];
        let at = |day: &str| Marks::from([(id(9), ChargedUntil::from(date(day)))]);
        let kept = store.transact(|mut batch| {
            batch.put_resold((north, one), &at("2026-01-01"))?;
            batch.put_resold((north, other), &at("2026-01-02"))?;
            batch.put_resold((south, one), &at("2026-01-03"))?;
            batch.put_resold((north, one), &at("2026-02-01"))?;
            Ok(((), Commit::Durable))
        });
        kept.expect("kept");
        let view = store.read().expect("snapshot");
        let marks = |of| marks(&view, of).expect("readable");
        assert_eq!(marks((north, one)), at("2026-02-01"));
        assert_eq!(marks((south, one)), at("2026-01-03"));
        assert_eq!(marks((south, other)), Marks::new());
        assert_eq!(charged_to(&view, north).expect("read"), BTreeSet::from([one, other]));
    }
}
