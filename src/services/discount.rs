//! Discounts: what a seller lowers for its customers.

use std::sync::Arc;

use super::catalog::{self, New};
use super::{Act, Cx, Error};
use crate::domain::account::Account;
use crate::domain::account::class::CustomerClass;
use crate::domain::catalog::discount::{Discount, DiscountTerms, Scope};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::Price;
use crate::domain::error::Invalid;
use crate::domain::event::Verb;
use crate::domain::id::DiscountId;
use crate::domain::operator::Permission;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::{Date, Zone};
use crate::store::{Along, Record};

/// Creates a discount.
///
/// # Errors
/// If its terms break a rule or name what the seller does not have, or the caller may not.
pub fn create(
    act: &mut Act<'_>,
    new: impl Into<New<DiscountId>>,
    terms: DiscountTerms,
) -> Result<Discount, Error> {
    let new = new.into();
    must_be_of(act.cx(), new.seller, &terms.scope)?;
    catalog::create(act, new, Permission::CatalogWrite, |id, stamp| Discount::new(id, stamp, terms))
}

/// Gives a discount other terms, by which all is charged that is not charged yet.
///
/// # Errors
/// As [`create`]; if it is not there, has changed since, or was ended.
pub fn revise(
    act: &mut Act<'_>,
    (id, revision): (DiscountId, Option<u32>),
    change: impl FnOnce(DiscountTerms) -> Result<DiscountTerms, Error>,
) -> Result<Discount, Error> {
    let found: Discount = act.get(id)?;
    let terms = change(found.terms().clone())?;
    must_be_of(act.cx(), found.stamp.seller, &terms.scope)?;
    catalog::revise(act, (id, revision), Permission::CatalogWrite, |it: Discount| it.changed(terms))
}

/// Ends a discount: it is given for no day from `on` on, today if nothing is said.
///
/// # Errors
/// If it was ended before, would end in the past, has changed since, or the caller may not.
pub fn end(
    act: &mut Act<'_>,
    (id, revision): (DiscountId, Option<u32>),
    on: Option<Date>,
) -> Result<Discount, Error> {
    let it: Discount = act.get(id)?;
    act.must(Permission::CatalogWrite, &it.stamp)?;
    act.expect_revision(&it.stamp, revision)?;
    let today = today(act.cx());
    let on = on.unwrap_or(today);
    if on < today {
        let why = format!("must not lie before today, `{today}`");
        return Err(Invalid::one("/on", "range", why).into());
    }
    let ended = it.ended(on)?;
    act.keep((ended, Verb::Terminated))
}

/// The day that a discount begins with if nothing is said.
#[must_use]
pub fn today(cx: Cx<'_>) -> Date {
    Zone::UTC.date_of(cx.now)
}

/// Refuses a scope that names what is not the seller's: nothing that it charges would lie in it.
fn must_be_of(cx: Cx<'_>, seller: SellerNumber, scope: &Scope) -> Result<(), Error> {
    for (place, id) in scope.offers.iter().enumerate() {
        named::<Offer>(cx, (seller, *id), &format!("/scope/offers/{place}"))?;
    }
    for (place, id) in scope.prices.iter().enumerate() {
        named::<Price>(cx, (seller, *id), &format!("/scope/prices/{place}"))?;
    }
    for (place, id) in scope.classes.iter().enumerate() {
        named::<CustomerClass>(cx, (seller, *id), &format!("/scope/classes/{place}"))?;
    }
    for (place, id) in scope.accounts.iter().enumerate() {
        named::<Account>(cx, (seller, *id), &format!("/scope/accounts/{place}"))?;
    }
    for (place, id) in scope.resources.iter().enumerate() {
        // What is sold on keeps the resources of the original.
        let at = format!("/scope/resources/{place}");
        let missing = || Invalid::one(at, "reference", format!("`{id}` is not there"));
        catalog::resource(cx, *id)?.ok_or_else(missing)?;
    }
    Ok(())
}

fn named<R: Record>(
    cx: Cx<'_>,
    (seller, id): (SellerNumber, R::Id),
    at: &str,
) -> Result<(), Error> {
    let it: R = cx.named(at, id)?;
    if it.stamp().seller == seller {
        return Ok(());
    }
    let why = format!("`{id}` belongs to another seller than the discount");
    Err(Invalid::one(at, "reference", why).into())
}

/// All discounts of a seller.
///
/// # Errors
/// If the store fails.
pub(super) fn of_seller(cx: Cx<'_>, seller: SellerNumber) -> Result<Arc<Vec<Discount>>, Error> {
    Ok(Arc::new(cx.every(&Along::Sellers(vec![seller]))?))
}
