//! The register of all kinds of records: what is checked, rebuilt and counted goes over it.

use std::ops::ControlFlow;

use super::StoreError;
use super::record::{self, Record};
use super::view::{KeyRange, Table, View};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::class::CustomerClass;
use crate::domain::catalog::asset::Asset;
use crate::domain::catalog::category::{Catalog, Category, ResourceCategory};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::Price;
use crate::domain::catalog::promotion::{Coupon, Discount, Promotion};
use crate::domain::catalog::resource::Resource;
use crate::domain::catalog::service_terms::ServiceTerms;
use crate::domain::catalog::specification::Specification;
use crate::domain::catalog::tax::{TaxCategory, TaxRule, TaxZone};
use crate::domain::operator::{Session, Token, User};
use crate::domain::page::PageOrder;
use crate::domain::party::Party;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::seat::Seat;
use crate::domain::usage::meter::Meter;

/// One kind of record, by what can be done without knowing its type.
pub struct Kept {
    /// Its table.
    pub table: Table,
    /// The tables of its indices.
    pub indices: fn() -> Vec<Table>,
    /// Reads each record and says under which index keys it should stand.
    pub(super) index_keys: fn(&dyn View, &mut OnKey<'_>) -> Result<u64, StoreError>,
}

/// What is told of each index key that a record should have.
pub(super) type OnKey<'a> = dyn FnMut(Table, &[u8]) -> Result<(), StoreError> + 'a;

impl Kept {
    const fn of<R: Record>() -> Self {
        Self {
            table: R::TABLE,
            indices: || R::INDICES.iter().map(|it| it.table).collect(),
            index_keys: index_keys::<R>,
        }
    }
}

fn index_keys<R: Record>(view: &dyn View, on_key: &mut OnKey<'_>) -> Result<u64, StoreError> {
    let mut count = 0;
    view.scan(R::TABLE, &KeyRange::all(), PageOrder::Rising, &mut |key, value| {
        let found: R = record::decode(value)?;
        if crate::domain::id::Id::to_bytes(found.id()) != key {
            return Err(StoreError::Unreadable { table: R::TABLE.0, source: None });
        }
        for index in R::INDICES {
            for key in record::keys_of(index, Some(&found)) {
                on_key(index.table, &key)?;
            }
        }
        count += 1;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(count)
}

/// All kinds of records.
pub const KINDS: &[Kept] = &[
    Kept::of::<Account>(),
    Kept::of::<Asset>(),
    Kept::of::<BillingAccount>(),
    Kept::of::<Catalog>(),
    Kept::of::<Category>(),
    Kept::of::<Coupon>(),
    Kept::of::<CustomerClass>(),
    Kept::of::<Discount>(),
    Kept::of::<Meter>(),
    Kept::of::<Offer>(),
    Kept::of::<Party>(),
    Kept::of::<Price>(),
    Kept::of::<Promotion>(),
    Kept::of::<Resource>(),
    Kept::of::<ResourceCategory>(),
    Kept::of::<Seat>(),
    Kept::of::<ServiceTerms>(),
    Kept::of::<Session>(),
    Kept::of::<Specification>(),
    Kept::of::<Subscription>(),
    Kept::of::<TaxCategory>(),
    Kept::of::<TaxRule>(),
    Kept::of::<TaxZone>(),
    Kept::of::<Token>(),
    Kept::of::<User>(),
];

/// Whether a table is in the register.
#[must_use]
pub fn knows(table: Table) -> bool {
    KINDS.iter().any(|it| it.table == table)
}
