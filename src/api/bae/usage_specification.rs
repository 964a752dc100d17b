//! `usageSpecification`: what is counted: our meters, with the characteristics that a record of it has.

use axum::http::Method;
use serde_json::{Value, json};

use super::list::{self, Whole};
use super::query::Listed;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree};
use super::{carried, form};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, MeterId};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::stamp::Contract;
use crate::domain::text::{Code, Name};
use crate::domain::usage::meter::Meter;
use crate::services::{Error, carried as kept, catalog};

const SPECIFICATIONS: &str = "/DSUsageManagement/api/usageManagement/v2/usageSpecification";

pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, SPECIFICATIONS, Needs::SignIn, listed),
    Row::new(Method::POST, SPECIFICATIONS, Needs::Permission(Permission::CatalogWrite), create),
    Row::new(
        Method::GET,
        "/DSUsageManagement/api/usageManagement/v2/usageSpecification/{id}",
        Needs::SignIn,
        show,
    ),
];

const LISTED: Listed = Listed { named: &[], text: &["name", "description"], date: "name" };
/// What is ours to know.
const KNOWN: &[&str] = &["name"];

fn characteristics(of: &Meter) -> Value {
    let value = |default: &str, kind: &str| json!([{ "default": true, "value": default, "valueType": kind, "valueFrom": "", "valueTo": "" }]);
    let of_record = |name: &str, description: &str, value: Value| {
        json!({
            "name": name, "description": description, "configurable": false,
            "usageSpecCharacteristicValue": value,
        })
    };
    json!([
        of_record("orderId", "the order that made the product", value("", "string")),
        of_record("productId", "the product that was used", value("", "string")),
        of_record(
            "correlationNumber",
            "one more than that of the record before",
            value("", "number")
        ),
        of_record("unit", "in what is counted", value(of.unit.as_str(), "string")),
        of_record("value", "how much was used", value("", "number")),
    ])
}

fn shown(it: &Meter) -> Result<Tree, Error> {
    let mut shown = carried::read(&it.stamp)?;
    let id = it.id.uuid();
    let known = wire::tree(json!({
        "id": id, "href": format!("{SPECIFICATIONS}/{id}"), "name": it.name.as_str(),
    }));
    shown.extend(known);
    if !shown.contains_key("usageSpecCharacteristic") {
        shown.insert("usageSpecCharacteristic".to_owned(), characteristics(it));
    }
    Ok(shown)
}

fn listed(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        let list = |page: &PageRequest| catalog::meters(cx, page);
        list::listed((&LISTED, &wanted), list, Whole(shown))
    }))
}

fn show(asked: Asked) -> Result<Work, Fault> {
    let id = MeterId::from_uuid(asked.id(0)?);
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |cx| Ok(wire::shown(shown(&catalog::meter(cx, id)?)?, fields.as_deref()))))
}

/// In what is counted: the first value of the characteristic `unit`; else what it is called.
fn unit(said: &Tree) -> Option<Name> {
    let all = form::all(said, "usageSpecCharacteristic").iter();
    let named = |it: &&Value| {
        it.get("name").and_then(Value::as_str).is_some_and(|it| it.eq_ignore_ascii_case("unit"))
    };
    let value = |it: &Value| {
        let values = it.get("usageSpecCharacteristicValue").and_then(Value::as_array)?;
        values.iter().find_map(|it| it.get("value")?.as_str()?.parse().ok())
    };
    all.filter(named).find_map(value)
}

fn create(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    let name: Name = form::must(&said, "name")?;
    let unit = unit(&said).unwrap_or_else(|| name.clone());
    let unfit = || Invalid::one("name", "format", "must have a letter or a digit");
    let code = Code::like(name.as_str()).ok_or_else(unfit)?;
    Ok(Work::writes(move |act| {
        let seller = catalog::seller(act.cx(), None)?;
        let made = catalog::create_meter(act, seller, |id, stamp| {
            Meter::summing((id, stamp), code, name, unit)
        })?;
        let beside = carried::after(&made.stamp, &said, KNOWN)?;
        let which = (made.id, Permission::CatalogWrite);
        let made = kept::keep::<Meter>(act, which, Contract::Bae, beside)?;
        Ok(wire::created(shown(&made)?))
    }))
}
