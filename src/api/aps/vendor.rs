//! Vendors: whose a thing of the catalogue is, as the bus says it, by the account that sells.

use uuid::Uuid;

use super::body::link_id;
use super::kind::Body;
use super::relation::Relation;
use super::{account, wire};
use crate::domain::id::{AccountId, Id};
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::services::catalog::{self, New};
use crate::services::{Act, Cx, Error};

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

/// Where a new thing of the catalogue comes from: the vendor that a link of a request names, or who
/// asks, and the id that the client brought.
pub(super) fn origin<I: Id>(
    act: &Act<'_>,
    id: Option<Uuid>,
    (name, body): (&str, &Body),
) -> Result<New<I>, Error> {
    let at = format!("/{name}");
    let link = body.get(name).filter(|it| !it.is_null());
    let account = link.map(|it| link_id(&at, it)).transpose()?.map(AccountId::from_uuid);
    let seller = catalog::seller(act.cx(), account);
    let seller = seller.map_err(|it| wire::renamed(it, &[("/seller", &format!("{at}/aps/id"))]))?;
    Ok(New { seller, id: id.map(I::from_uuid) })
}
