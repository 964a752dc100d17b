//! `/resource_categories`: what resources are grouped by for their taxes.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::localized::Texts;
use super::route::{Needs, Route, read, write};
use super::wire::{List, NoQuery, Patch, SoldBy, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::catalog::category as domain;
use crate::domain::id::TaxCategoryId;
use crate::domain::operator::Permission;
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, catalog};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::CatalogRead);
    let writes = Needs::Permission(Permission::CatalogWrite);
    let (all, one) = ("/resource_categories", "/resource_categories/{id}");
    vec![
        read(all, reads, "List groups of resources", list),
        write(Method::POST, all, writes, "Create a group of resources", create),
        read(one, reads, "Read a group of resources", show),
        write(Method::PATCH, one, writes, "Change a group of resources", revise),
    ]
}

/// A group of resources that are taxed alike.
#[derive(Debug, Serialize, ToSchema)]
struct ResourceCategory {
    id: String,
    number: u64,
    revision: u32,
    name: Texts,
    /// How the resources in it are taxed, where their prices do not say.
    tax_category: Option<String>,
    /// Who sells them.
    #[serde(flatten)]
    sold_by: SoldBy,
}

impl Wire for ResourceCategory {}

impl From<&domain::ResourceCategory> for ResourceCategory {
    fn from(it: &domain::ResourceCategory) -> Self {
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            name: Texts::from(&it.name),
            tax_category: it.tax_category.map(|it| it.to_string()),
            sold_by: SoldBy::default(),
        }
    }
}

/// A group of resources as an event tells of it.
pub(super) fn told(it: &domain::ResourceCategory) -> impl Wire + use<> {
    ResourceCategory::from(it)
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<ResourceCategory>>, Error> {
    let page = cx.list(None, &call.page, |_: &domain::ResourceCategory| true)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(ResourceCategory { sold_by, ..ResourceCategory::from(&it) })
    })?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<ResourceCategory>, Error> {
    let it: domain::ResourceCategory = cx.get(call.id("id")?)?;
    Ok(tagged(&it))
}

fn tagged(it: &domain::ResourceCategory) -> Reply<ResourceCategory> {
    Reply::ok(ResourceCategory::from(it)).tagged(it.stamp.revision)
}

/// A group of resources to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewResourceCategory {
    /// The account whose catalogue it belongs to; the caller's own if nothing is said.
    seller: Option<String>,
    name: Texts,
    /// How the resources in it are taxed.
    tax_category: Option<String>,
}

fn create(
    act: &mut Act<'_>,
    _: &Call,
    body: NewResourceCategory,
) -> Result<Reply<ResourceCategory>, Error> {
    let seller = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let tax: Option<TaxCategoryId> = parse_optional("/tax_category", body.tax_category.as_deref())?;
    let it = catalog::create_resource_category(act, seller, (body.name.read("/name")?, tax))?;
    let path = format!("/api/v1/resource_categories/{}", it.id);
    Ok(Reply::created(path, ResourceCategory::from(&it)).tagged(it.stamp.revision))
}

/// What of a group of resources changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResourceCategoryPatch {
    name: Option<Texts>,
    /// `null`: its resources are taxed as what they are sold in.
    #[serde(default)]
    tax_category: Patch<String>,
}

fn revise(
    act: &mut Act<'_>,
    call: &Call,
    body: ResourceCategoryPatch,
) -> Result<Reply<ResourceCategory>, Error> {
    let what = (call.id("id")?, call.if_match);
    let it = catalog::revise_resource_category(act, what, |mut it| {
        if let Some(name) = &body.name {
            it.name = name.read("/name")?;
        }
        let tax = |it: &String| parse("/tax_category", it);
        it.tax_category = body.tax_category.onto(it.tax_category, tax)?;
        Ok(it)
    })?;
    Ok(tagged(&it))
}
