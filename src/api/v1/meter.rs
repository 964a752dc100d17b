//! `/meters`: what is counted.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::localized::Texts;
use super::route::{Needs, Route, read, write};
use super::wire::{List, NoQuery, SoldBy, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::text::Code;
use crate::domain::usage::meter::{self as domain, Aggregation, CarryOver};
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, catalog};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::CatalogRead);
    let writes = Needs::Permission(Permission::CatalogWrite);
    vec![
        read("/meters", reads, "List meters", list),
        read("/meters/{id}", reads, "Read a meter", show),
        write(Method::POST, "/meters", writes, "Create a meter", create),
        write(Method::PATCH, "/meters/{id}", writes, "Change what a meter is called", revise),
    ]
}

/// What is counted, and how counts become a quantity.
#[derive(Debug, Serialize, ToSchema)]
struct Meter {
    id: String,
    number: u64,
    revision: u32,
    code: String,
    name: String,
    /// What it is called to readers of other languages.
    names: Texts,
    unit: String,
    /// The unit to readers of other languages.
    units: Texts,
    /// `count`, `sum`, `max`, `latest`, `unique_count`, `weighted_sum` or `average`.
    aggregation: String,
    /// Of `unique_count`: the dimension whose values are counted.
    unique_by: Option<String>,
    /// `reset` where each period begins with nothing, `carry` where with what the one before ended
    /// with.
    carry_over: String,
    /// What else its events may say, and prices may depend on: a region, a size.
    dimensions: Vec<String>,
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
}

impl Wire for Meter {}

impl From<&domain::Meter> for Meter {
    fn from(it: &domain::Meter) -> Self {
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            code: it.code.to_string(),
            name: it.name.to_string(),
            names: Texts::from(&it.names),
            unit: it.unit.to_string(),
            units: Texts::from(&it.units),
            aggregation: it.aggregation.to_string(),
            unique_by: it.unique_by.as_ref().map(ToString::to_string),
            carry_over: it.carry_over.to_string(),
            dimensions: it.dimensions.iter().map(ToString::to_string).collect(),
            sold_by: SoldBy::default(),
        }
    }
}

/// A meter as an event tells of it.
pub(super) fn told(it: &domain::Meter) -> impl Wire + use<> {
    Meter::from(it)
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<Meter>>, Error> {
    let page = cx.list(None, &call.page, |_: &domain::Meter| true)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(Meter { sold_by, ..Meter::from(&it) })
    })?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Meter>, Error> {
    let it: domain::Meter = cx.get(call.id("id")?)?;
    Ok(Reply::ok(Meter::from(&it)).tagged(it.stamp.revision))
}

/// A meter to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMeter {
    /// The account whose catalogue it belongs to; the caller's own if nothing is said.
    seller: Option<String>,
    code: String,
    name: String,
    /// What it is called to readers of other languages.
    names: Option<Texts>,
    unit: String,
    /// The unit to readers of other languages.
    units: Option<Texts>,
    /// `count`, `sum`, `max`, `latest`, `unique_count`, `weighted_sum`: a gauge whose events say how
    /// much more or less there is, weighted with time, or `average`; the sum if nothing is said.
    aggregation: Option<String>,
    /// Of `unique_count`: the dimension whose values are counted.
    unique_by: Option<String>,
    /// `reset` or `carry`: whether a period begins with what the one before ended with, of a sum or a
    /// gauge; with nothing if nothing is said.
    carry_over: Option<String>,
    /// What else its events may say, and prices may depend on: a region, a size.
    #[serde(default)]
    dimensions: Vec<String>,
}

fn dimensions(all: &[String]) -> Result<Vec<Code>, Invalid> {
    let all = all.iter().enumerate();
    all.map(|(place, it)| parse(&format!("/dimensions/{place}"), it)).collect()
}

fn create(act: &mut Act<'_>, _: &Call, body: NewMeter) -> Result<Reply<Meter>, Error> {
    let seller = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let aggregation = parse_optional("/aggregation", body.aggregation.as_deref())?;
    let (code, name, unit) =
        (parse("/code", &body.code)?, parse("/name", &body.name)?, parse("/unit", &body.unit)?);
    let dimensions = dimensions(&body.dimensions)?;
    let unique_by = parse_optional("/unique_by", body.unique_by.as_deref())?;
    let carry_over = parse_optional("/carry_over", body.carry_over.as_deref())?;
    let units = body.units.as_ref().map(|it| it.read_each("/units")).transpose()?;
    let names = body.names.as_ref().map(|it| it.read_each("/names")).transpose()?;
    let it = catalog::create_meter(act, seller, |id, stamp| domain::Meter {
        id,
        stamp,
        code,
        name,
        names: names.unwrap_or_default(),
        unit,
        units: units.unwrap_or_default(),
        resource: None,
        aggregation: aggregation.unwrap_or(Aggregation::Sum),
        unique_by,
        carry_over: carry_over.unwrap_or(CarryOver::Reset),
        dimensions,
    })?;
    let path = format!("/api/v1/meters/{}", it.id);
    Ok(Reply::created(path, Meter::from(&it)).tagged(it.stamp.revision))
}

/// What of a meter changes. How it counts stays: what was counted so would mean something else.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MeterPatch {
    name: Option<String>,
    /// What it is called to readers of other languages, all of them anew.
    names: Option<Texts>,
    unit: Option<String>,
    /// The unit to readers of other languages, all of them anew.
    units: Option<Texts>,
    /// What events may say: those that it has, and perhaps more.
    dimensions: Option<Vec<String>>,
}

fn revise(act: &mut Act<'_>, call: &Call, body: MeterPatch) -> Result<Reply<Meter>, Error> {
    let name = parse_optional("/name", body.name.as_deref())?;
    let unit = parse_optional("/unit", body.unit.as_deref())?;
    let units = body.units.as_ref().map(|it| it.read_each("/units")).transpose()?;
    let names = body.names.as_ref().map(|it| it.read_each("/names")).transpose()?;
    let dimensions = body.dimensions.as_deref().map(dimensions).transpose()?;
    let what = (call.id("id")?, call.if_match);
    let it = catalog::revise::<domain::Meter, Error>(act, what, Permission::CatalogWrite, |it| {
        let it = match dimensions {
            Some(dimensions) => it.with_dimensions(dimensions)?,
            None => it,
        };
        let (name, unit) = (name.unwrap_or(it.name), unit.unwrap_or(it.unit));
        let (names, units) = (names.unwrap_or(it.names), units.unwrap_or(it.units));
        let called = domain::Meter { name, names, unit, units, ..it };
        called.check().map(|()| called).map_err(Error::from)
    })?;
    Ok(Reply::ok(Meter::from(&it)).tagged(it.stamp.revision))
}
