//! Taxes: what a seller writes down about them.

use super::catalog::{self, New};
use super::{Act, Cx, Error};
use crate::domain::catalog::tax::{Covers, TaxCategory, TaxRule, TaxZone};
use crate::domain::error::Invalid;
use crate::domain::id::{TaxCategoryId, TaxRuleId, TaxZoneId};
use crate::domain::operator::Permission;
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::text::{Code, Name};
use crate::domain::time::{Date, Zone};
use crate::store::Along;
use crate::store::catalog::{TAX_CATEGORY_BY_CODE, TAX_ZONE_BY_CODE, of_seller};

/// Creates a tax category.
///
/// # Errors
/// If its code is taken, or the caller may not.
pub fn create_category(
    act: &mut Act<'_>,
    new: impl Into<New<TaxCategoryId>>,
    (code, name): (Code, Name),
) -> Result<TaxCategory, Error> {
    let it: TaxCategory =
        catalog::create::<_, Error>(act, new, Permission::TaxWrite, |id, stamp| {
            Ok(TaxCategory { id, stamp, code, name, description: None })
        })?;
    let own = (it.stamp.seller, it.code.as_str());
    catalog::must_be_free::<TaxCategory>(act, TAX_CATEGORY_BY_CODE, own, it.id)?;
    Ok(it)
}

/// Creates a tax zone.
///
/// # Errors
/// If its code is taken, or the caller may not.
pub fn create_zone(
    act: &mut Act<'_>,
    new: impl Into<New<TaxZoneId>>,
    (code, name, covers): (Code, Name, Covers),
) -> Result<TaxZone, Error> {
    let it: TaxZone = catalog::create::<_, Error>(act, new, Permission::TaxWrite, |id, stamp| {
        Ok(TaxZone { id, stamp, code, name, covers })
    })?;
    let own = (it.stamp.seller, it.code.as_str());
    catalog::must_be_free::<TaxZone>(act, TAX_ZONE_BY_CODE, own, it.id)?;
    Ok(it)
}

/// The tax zone that programs call by a code: a seller's own, or the provider's.
///
/// # Errors
/// [`Error::Invalid`] at `pointer` if there is none.
pub fn zone_named(
    cx: Cx<'_>,
    seller: SellerNumber,
    (pointer, code): (&str, &str),
) -> Result<TaxZone, Error> {
    for of in [seller, SellerNumber::PROVIDER] {
        let along = Along::Index(TAX_ZONE_BY_CODE, of_seller(of, code).bytes());
        if let Some(zone) = cx.every::<TaxZone>(&along)?.into_iter().next() {
            return Ok(zone);
        }
    }
    Err(Invalid::one(pointer, "reference", format!("there is no tax zone `{code}`")).into())
}

/// Creates a tax rule. What it does never changes: another begins on a later day.
///
/// # Errors
/// If a rule is broken, what it names is not there, or the caller may not.
pub fn create_rule(
    act: &mut Act<'_>,
    new: impl Into<New<TaxRuleId>>,
    make: impl FnOnce(TaxRuleId, Stamp) -> TaxRule,
) -> Result<TaxRule, Error> {
    let it: TaxRule = catalog::create::<_, Error>(act, new, Permission::TaxWrite, |id, stamp| {
        Ok(make(id, stamp))
    })?;
    it.check()?;
    act.cx().named::<TaxZone>("/zone", it.zone)?;
    if let Some(category) = it.category {
        act.cx().named::<TaxCategory>("/category", category)?;
    }
    Ok(it)
}

/// Creates a tax rule in the place of another, which ends on the day before. What it is made
/// of is the other as it was.
///
/// # Errors
/// As [`create_rule`]; if the other begins no earlier, has ended, or is not there.
pub fn replace_rule(
    act: &mut Act<'_>,
    id: TaxRuleId,
    on: Date,
    make: impl FnOnce(&TaxRule, TaxRuleId, Stamp) -> TaxRule,
) -> Result<TaxRule, Error> {
    let today = Zone::UTC.date_of(act.now());
    let was: TaxRule = act.get(id)?;
    catalog::revise(act, (id, None), Permission::TaxWrite, |it: TaxRule| it.replaced(on, today))?;
    create_rule(act, was.stamp.seller, |id, stamp| make(&was, id, stamp))
}

/// Gives a tax rule another end, or none.
///
/// # Errors
/// If it would end in the past, or has ended; if it has changed since, or the caller may not.
pub fn end_rule(
    act: &mut Act<'_>,
    (id, revision): (TaxRuleId, Option<u32>),
    valid_until: Option<Date>,
) -> Result<TaxRule, Error> {
    let today = Zone::UTC.date_of(act.now());
    catalog::revise(act, (id, revision), Permission::TaxWrite, |it: TaxRule| {
        it.ending(valid_until, today)
    })
}
