//! `/categories`, `/meters` and `/service_terms`: what the catalogue is ordered and counted by.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::localized::Texts;
use super::route::{Needs, Route, read, write};
use super::wire::{List, NoQuery, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::catalog::category as domain;
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::service_terms::{self, AfterHold, Aftermath};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::time::Validity;
use crate::domain::usage::meter::{self, Aggregation, CarryOver};
use crate::services::{Act, Cx, Error, catalog};

pub(super) fn routes() -> Vec<Route> {
    let browses = Needs::Permission(Permission::OfferBrowse);
    let reads = Needs::Permission(Permission::CatalogRead);
    let writes = Needs::Permission(Permission::CatalogWrite);
    let post = Method::POST;
    vec![
        read("/categories", browses, "List categories", list),
        write(post.clone(), "/categories", writes, "Create a category", create),
        read("/meters", reads, "List meters", list_meters),
        write(post.clone(), "/meters", writes, "Create a meter", create_meter),
        read("/service_terms", reads, "List service terms", list_terms),
        write(post, "/service_terms", writes, "Create service terms", create_terms),
    ]
}

/// A group of offers.
#[derive(Debug, Serialize, ToSchema)]
struct Category {
    id: String,
    number: u64,
    revision: u32,
    name: Texts,
    parent: Option<String>,
    state: String,
}

impl Wire for Category {}

impl From<&domain::Category> for Category {
    fn from(it: &domain::Category) -> Self {
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            name: Texts::from(&it.name),
            parent: it.parent().map(|it| it.to_string()),
            state: it.life.state().to_string(),
        }
    }
}

/// A category as an event tells of it.
pub(super) fn told(it: &domain::Category) -> impl Wire + use<> {
    Category::from(it)
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<Category>>, Error> {
    let page = catalog::categories(cx, &call.page)?;
    Ok(Reply::ok(List::of(page, |it| Category::from(&it))))
}

/// A category to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCategory {
    /// The account whose catalogue it belongs to; the caller's own if nothing is said.
    seller: Option<String>,
    name: Texts,
    parent: Option<String>,
    /// A state up to `launched`; `launched` if nothing is said.
    state: Option<String>,
}

fn create(act: &mut Act<'_>, _: &Call, body: NewCategory) -> Result<Reply<Category>, Error> {
    let seller = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let state = parse_optional("/state", body.state.as_deref())?.unwrap_or(State::Launched);
    let life = Life::new(state, Validity::ALWAYS)?;
    let parent = parse_optional("/parent", body.parent.as_deref())?;
    let it = catalog::create_category(act, seller, (life, body.name.read("/name")?, parent))?;
    let path = format!("/api/v1/categories/{}", it.id);
    Ok(Reply::created(path, Category::from(&it)).tagged(it.stamp.revision))
}

/// What is counted, and how counts become a quantity.
#[derive(Debug, Serialize, ToSchema)]
struct Meter {
    id: String,
    number: u64,
    revision: u32,
    code: String,
    name: String,
    unit: String,
    /// `count`, `sum`, `max` or `latest`.
    aggregation: String,
}

impl Wire for Meter {}

impl From<&meter::Meter> for Meter {
    fn from(it: &meter::Meter) -> Self {
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            code: it.code.to_string(),
            name: it.name.to_string(),
            unit: it.unit.to_string(),
            aggregation: it.aggregation.to_string(),
        }
    }
}

/// A meter as an event tells of it.
pub(super) fn told_meter(it: &meter::Meter) -> impl Wire + use<> {
    Meter::from(it)
}

fn list_meters(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<Meter>>, Error> {
    let page = cx.list(None, &call.page, |_: &meter::Meter| true)?;
    Ok(Reply::ok(List::of(page, |it| Meter::from(&it))))
}

/// A meter to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMeter {
    /// The account whose catalogue it belongs to; the caller's own if nothing is said.
    seller: Option<String>,
    code: String,
    name: String,
    unit: String,
    /// `count`, `sum`, `max` or `latest`; the sum if nothing is said.
    aggregation: Option<String>,
}

fn create_meter(act: &mut Act<'_>, _: &Call, body: NewMeter) -> Result<Reply<Meter>, Error> {
    let seller = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let aggregation = parse_optional("/aggregation", body.aggregation.as_deref())?;
    let (code, name, unit) =
        (parse("/code", &body.code)?, parse("/name", &body.name)?, parse("/unit", &body.unit)?);
    let it = catalog::create_meter(act, seller, |id, stamp| meter::Meter {
        id,
        stamp,
        code,
        name,
        unit,
        resource: None,
        aggregation: aggregation.unwrap_or(Aggregation::Sum),
        unique_by: None,
        carry_over: CarryOver::Reset,
        dimensions: Vec::new(),
    })?;
    let path = format!("/api/v1/meters/{}", it.id);
    Ok(Reply::created(path, Meter::from(&it)).tagged(it.stamp.revision))
}

/// What happens after the paid time.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceTerms {
    id: String,
    number: u64,
    revision: u32,
    name: String,
    paid: After,
    trial: After,
}

impl Wire for ServiceTerms {}

/// How long it runs on, how long it is kept, and whether it is destroyed then.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct After {
    grace_days: u32,
    hold_days: u32,
    destroy: bool,
}

impl From<Aftermath> for After {
    fn from(it: Aftermath) -> Self {
        let destroy = it.after_hold == AfterHold::Destroy;
        Self { grace_days: it.grace_days, hold_days: it.hold_days, destroy }
    }
}

impl After {
    fn read(&self, at: &str) -> Result<Aftermath, Invalid> {
        if self.grace_days.max(self.hold_days) > 3660 {
            return Err(Invalid::one(at, "range", "must be at most ten years"));
        }
        let after_hold = if self.destroy { AfterHold::Destroy } else { AfterHold::Keep };
        Ok(Aftermath { grace_days: self.grace_days, hold_days: self.hold_days, after_hold })
    }
}

impl From<&service_terms::ServiceTerms> for ServiceTerms {
    fn from(it: &service_terms::ServiceTerms) -> Self {
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            name: it.name.to_string(),
            paid: After::from(it.paid),
            trial: After::from(it.trial),
        }
    }
}

/// Service terms as an event tells of it.
pub(super) fn told_terms(it: &service_terms::ServiceTerms) -> impl Wire + use<> {
    ServiceTerms::from(it)
}

fn list_terms(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<ServiceTerms>>, Error> {
    let page = cx.list(None, &call.page, |_: &service_terms::ServiceTerms| true)?;
    Ok(Reply::ok(List::of(page, |it| ServiceTerms::from(&it))))
}

/// Service terms to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewServiceTerms {
    /// The account whose catalogue they belong to; the caller's own if nothing is said.
    seller: Option<String>,
    name: String,
    paid: After,
    /// As after paid time if nothing is said.
    trial: Option<After>,
}

fn create_terms(
    act: &mut Act<'_>,
    _: &Call,
    body: NewServiceTerms,
) -> Result<Reply<ServiceTerms>, Error> {
    let seller = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let name = parse("/name", &body.name)?;
    let paid = body.paid.read("/paid")?;
    let trial = body.trial.as_ref().map_or(Ok(paid), |it| it.read("/trial"))?;
    let it = catalog::create::<service_terms::ServiceTerms, Error>(
        act,
        seller,
        Permission::CatalogWrite,
        |id, stamp| Ok(service_terms::ServiceTerms { id, stamp, name, paid, trial }),
    )?;
    let path = format!("/api/v1/service_terms/{}", it.id);
    Ok(Reply::created(path, ServiceTerms::from(&it)).tagged(it.stamp.revision))
}
