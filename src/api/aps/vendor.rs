//! Vendors: whose a thing of the catalogue is, as the bus says it, by the account that sells.

use uuid::Uuid;

use super::account;
use super::relation::Relation;
use crate::domain::id::Id;
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::services::{Cx, Error};

/// The link from a thing to the account of the vendor that it belongs to.
pub(super) const fn link<T>(
    name: &'static str,
    targets: fn(Cx<'_>, &T) -> Result<Vec<Uuid>, Error>,
) -> Relation<T> {
    Relation::one(name, account::ID, targets).strong().at_birth()
}

/// The account that is the seller of a thing.
pub(super) fn of(cx: Cx<'_>, stamp: &Stamp) -> Result<Vec<Uuid>, Error> {
    Ok(vec![account_of(cx, stamp.seller)?])
}

/// The account of a seller.
pub(super) fn account_of(cx: Cx<'_>, seller: SellerNumber) -> Result<Uuid, Error> {
    Ok(crate::services::account::of_seller(cx, seller)?.id.uuid())
}
