//! Taxes: what a seller writes down about them.

use super::catalog::{self, New};
use super::{Act, Error};
use crate::domain::catalog::tax::{Covers, TaxCategory, TaxRule, TaxZone};
use crate::domain::id::{TaxCategoryId, TaxRuleId, TaxZoneId};
use crate::domain::operator::Permission;
use crate::domain::stamp::Stamp;
use crate::domain::text::{Code, Name};
use crate::store::catalog::{TAX_CATEGORY_BY_CODE, TAX_ZONE_BY_CODE};

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
    catalog::must_be_free::<TaxCategory>(act, TAX_CATEGORY_BY_CODE, it.code.as_str(), it.id)?;
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
    let it: TaxZone =
        catalog::create::<_, Error>(act, new, Permission::TaxWrite, |id, stamp| {
            Ok(TaxZone { id, stamp, code, name, covers })
        })?;
    catalog::must_be_free::<TaxZone>(act, TAX_ZONE_BY_CODE, it.code.as_str(), it.id)?;
    Ok(it)
}

/// Creates a tax rule. Rules never change: another begins on a later day.
///
/// # Errors
/// If a rule is broken, what it names is not there, or the caller may not.
pub fn create_rule(
    act: &mut Act<'_>,
    new: impl Into<New<TaxRuleId>>,
    make: impl FnOnce(TaxRuleId, Stamp) -> TaxRule,
) -> Result<TaxRule, Error> {
    let it: TaxRule =
        catalog::create::<_, Error>(act, new, Permission::TaxWrite, |id, stamp| {
            Ok(make(id, stamp))
        })?;
    it.check()?;
    act.cx().named::<TaxZone>("/zone", it.zone)?;
    if let Some(category) = it.category {
        act.cx().named::<TaxCategory>("/category", category)?;
    }
    Ok(it)
}
