//! Removal: taking out of the catalogue what nothing there names any more.
//!
//! Offers have a life of their own, and a removal of their own ([`offer::remove`](super::offer)).

use super::{Act, Error};
use crate::domain::catalog::category::{Catalog, Category, ResourceCategory};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::Price;
use crate::domain::catalog::promotion::Promotion;
use crate::domain::catalog::resource::Resource;
use crate::domain::catalog::service_terms::ServiceTerms;
use crate::domain::catalog::specification::Specification;
use crate::domain::catalog::tax::{TaxCategory, TaxRule};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{
    CatalogId, CategoryId, PromotionId, ResourceId, ServiceTermsId, SpecificationId, TaxCategoryId,
};
use crate::domain::operator::Permission;
use crate::domain::usage::meter::Meter;
use crate::store::catalog::{
    CATEGORY_BY_PARENT, OFFER_BY_CATALOG, OFFER_BY_CATEGORY, OFFER_BY_RESOURCE,
    OFFER_BY_SPECIFICATION,
};
use crate::store::{Along, Key, Record, Table};

/// Removes a category without offers and without categories below it.
///
/// # Errors
/// If it has some, or the caller may not.
pub fn category(act: &mut Act<'_>, id: CategoryId) -> Result<(), Error> {
    let it: Category = act.get(id)?;
    let prefix = |table: Table| Along::Index(table, Key::new().id(id).bytes());
    let all = Users::of(act, &it, Permission::CatalogWrite)?;
    let all = all.along::<Offer>(&prefix(OFFER_BY_CATEGORY))?;
    let all = all.along::<Category>(&prefix(CATEGORY_BY_PARENT))?;
    all.among(|catalog: &Catalog| catalog.categories.contains(&id))?.must_be_nobody()?;
    act.delete(&it)
}

/// Removes a catalog that publishes no offer by itself; the categories that it published stay.
///
/// # Errors
/// If it is not there, publishes some, or the caller may not.
pub fn catalog(act: &mut Act<'_>, id: CatalogId) -> Result<(), Error> {
    let it: Catalog = act.get(id)?;
    let along = Along::Index(OFFER_BY_CATALOG, Key::new().id(id).bytes());
    Users::of(act, &it, Permission::CatalogWrite)?.along::<Offer>(&along)?.must_be_nobody()?;
    act.delete(&it)
}

/// Removes a promotion; the discounts that made it true stay.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn promotion(act: &mut Act<'_>, id: PromotionId) -> Result<(), Error> {
    let it: Promotion = act.get(id)?;
    act.must(Permission::CatalogWrite, &it.stamp)?;
    act.delete(&it)
}

/// Removes a resource that no offer, specification, resource or meter names.
///
/// # Errors
/// If one does, or the caller may not.
pub fn resource(act: &mut Act<'_>, id: ResourceId) -> Result<(), Error> {
    let it: Resource = act.get(id)?;
    let along = Along::Index(OFFER_BY_RESOURCE, Key::new().id(id).bytes());
    let all = Users::of(act, &it, Permission::CatalogWrite)?.along::<Offer>(&along)?;
    let all = all.among(|it: &Specification| it.content.resources.contains(&id))?;
    let all = all.among(|it: &Meter| it.resource == Some(id))?;
    let needs = |it: &Resource| it.content.dependencies.iter().any(|it| it.on == id);
    all.among(needs)?.must_be_nobody()?;
    act.delete(&it)
}

/// Removes service terms that no offer names.
///
/// # Errors
/// If one does, or the caller may not.
pub fn service_terms(act: &mut Act<'_>, id: ServiceTermsId) -> Result<(), Error> {
    let it: ServiceTerms = act.get(id)?;
    let all = Users::of(act, &it, Permission::CatalogWrite)?;
    all.among(|it: &Offer| it.content.service_terms == Some(id))?.must_be_nobody()?;
    act.delete(&it)
}

/// Removes a specification that no offer delivers and no other names.
///
/// # Errors
/// If one does, or the caller may not.
pub fn specification(act: &mut Act<'_>, id: SpecificationId) -> Result<(), Error> {
    let it: Specification = act.get(id)?;
    let along = Along::Index(OFFER_BY_SPECIFICATION, Key::new().id(id).bytes());
    let all = Users::of(act, &it, Permission::CatalogWrite)?.along::<Offer>(&along)?;
    let names = |it: &Specification| {
        it.content.parts.contains(&id) || it.content.relations.iter().any(|it| it.to == id)
    };
    all.among(names)?.must_be_nobody()?;
    act.delete(&it)
}

/// Removes a tax category by which nothing is taxed.
///
/// # Errors
/// If something is, or the caller may not.
pub fn tax_category(act: &mut Act<'_>, id: TaxCategoryId) -> Result<(), Error> {
    let it: TaxCategory = act.get(id)?;
    let all = Users::of(act, &it, Permission::TaxWrite)?;
    let all = all.among(|it: &TaxRule| it.category == Some(id))?;
    let all = all.among(|it: &Category| it.tax_category == Some(id))?;
    let all = all.among(|it: &ResourceCategory| it.tax_category == Some(id))?;
    let all = all.among(|it: &Offer| it.content.tax_category == Some(id))?;
    all.among(|it: &Price| it.tax_category == Some(id))?.must_be_nobody()?;
    act.delete(&it)
}

/// Who names a thing, as far as somebody was found.
struct Users<'a, 'tx> {
    act: &'a Act<'tx>,
    of: String,
    found: Option<String>,
}

impl<'a, 'tx> Users<'a, 'tx> {
    fn of<R: Record>(act: &'a Act<'tx>, it: &R, permission: Permission) -> Result<Self, Error> {
        act.must(permission, it.stamp())?;
        Ok(Self { act, of: it.id().to_string(), found: None })
    }

    /// Looks among the things of a kind.
    fn among<R: Record>(self, names: impl Fn(&R) -> bool) -> Result<Self, Error> {
        self.look(&Along::All, names)
    }

    /// Looks along an index, all of which name it.
    fn along<R: Record>(self, along: &Along) -> Result<Self, Error> {
        self.look::<R>(along, |_| true)
    }

    fn look<R: Record>(self, along: &Along, names: impl Fn(&R) -> bool) -> Result<Self, Error> {
        if self.found.is_some() {
            return Ok(self);
        }
        let all = self.act.cx().every::<R>(along)?;
        let found = all.iter().find(|it| names(it)).map(|it| it.id().to_string());
        Ok(Self { found, ..self })
    }

    fn must_be_nobody(self) -> Result<(), Error> {
        match self.found {
            None => Ok(()),
            Some(user) => {
                let why = format!("`{}` is named by `{user}`", self.of);
                Err(Rejection::new(Code::InUse, why).into())
            }
        }
    }
}
