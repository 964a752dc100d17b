//! `/service_terms`: what happens after the paid time.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::wire::{List, NoQuery, SoldBy, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::catalog::service_terms::{self as domain, AfterHold, Aftermath};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, catalog, service_terms};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::CatalogRead);
    let writes = Needs::Permission(Permission::CatalogWrite);
    vec![
        read("/service_terms", reads, "List service terms", list),
        read("/service_terms/{id}", reads, "Read service terms", show),
        write(Method::POST, "/service_terms", writes, "Create service terms", create),
        write(Method::PATCH, "/service_terms/{id}", writes, "Change service terms", revise),
    ]
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
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
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

impl From<&domain::ServiceTerms> for ServiceTerms {
    fn from(it: &domain::ServiceTerms) -> Self {
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            name: it.name.to_string(),
            paid: After::from(it.paid),
            trial: After::from(it.trial),
            sold_by: SoldBy::default(),
        }
    }
}

/// Service terms as an event tells of it.
pub(super) fn told(it: &domain::ServiceTerms) -> impl Wire + use<> {
    ServiceTerms::from(it)
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<ServiceTerms>>, Error> {
    let page = cx.list(None, &call.page, |_: &domain::ServiceTerms| true)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(ServiceTerms { sold_by, ..ServiceTerms::from(&it) })
    })?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<ServiceTerms>, Error> {
    let it: domain::ServiceTerms = cx.get(call.id("id")?)?;
    Ok(Reply::ok(ServiceTerms::from(&it)).tagged(it.stamp.revision))
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

fn create(
    act: &mut Act<'_>,
    _: &Call,
    body: NewServiceTerms,
) -> Result<Reply<ServiceTerms>, Error> {
    let seller = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let name = parse("/name", &body.name)?;
    let paid = body.paid.read("/paid")?;
    let trial = body.trial.as_ref().map_or(Ok(paid), |it| it.read("/trial"))?;
    let it = catalog::create::<domain::ServiceTerms, Error>(
        act,
        seller,
        Permission::CatalogWrite,
        |id, stamp| Ok(domain::ServiceTerms { id, stamp, name, paid, trial }),
    )?;
    let path = format!("/api/v1/service_terms/{}", it.id);
    Ok(Reply::created(path, ServiceTerms::from(&it)).tagged(it.stamp.revision))
}

/// What of service terms changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ServiceTermsPatch {
    name: Option<String>,
    paid: Option<After>,
    trial: Option<After>,
}

fn revise(
    act: &mut Act<'_>,
    call: &Call,
    body: ServiceTermsPatch,
) -> Result<Reply<ServiceTerms>, Error> {
    let name = parse_optional("/name", body.name.as_deref())?;
    let paid = body.paid.as_ref().map(|it| it.read("/paid")).transpose()?;
    let trial = body.trial.as_ref().map(|it| it.read("/trial")).transpose()?;
    let what = (call.id("id")?, call.if_match);
    let it = service_terms::revise(act, what, |it| {
        let (paid, trial) = (paid.unwrap_or(it.paid), trial.unwrap_or(it.trial));
        domain::ServiceTerms { name: name.unwrap_or(it.name), paid, trial, ..it }
    })?;
    Ok(Reply::ok(ServiceTerms::from(&it)).tagged(it.stamp.revision))
}
