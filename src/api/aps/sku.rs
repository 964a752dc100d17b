//! `SKUManagement`: the prices of a vendor's plans one by one, each under a number of its own.
//!
//! An SKU is a price of ours: its id is the number of the price. What it costs and what its maker
//! suggests that others charge for it (`msrp`) can be changed here, up to 1000 in one call. The answer
//! is what was said; a list has what holds today, which is the price before until tomorrow where it
//! was changed today already.
//!
//! `synchronize` lets what resellers sell on follow: of all plans, or of one (`planApsId`), as long as
//! no more than 1000 copies are to follow in one call.

use serde_json::{Value, json};
use uuid::Uuid;

use super::amount::{MONEY, money, read_money};
use super::operation::{Operation, Outcome, Said, Service, Verb};
use super::property::{Field, Form, Structure};
use super::service_plan::fee::{self, first_unit, tiers_of};
use super::service_plan::wish::like;
use super::{localized, wire};
use crate::domain::account::Account;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::{Figure, Price, PriceModel, PriceVersion};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Id, Kind};
use crate::domain::operator::Permission;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Zone;
use crate::services::{Act, Cx, Error, catalog, finding, offer};

/// The full id of the type.
const ID: &str = "http://www.odin.com/oa/billing/sku/dispatcher/1.0";

static SKU: Structure = Structure {
    name: "SKU",
    fields: &[
        Field::required("id", Form::Integer),
        Field::optional("feeTypes", Form::List(&Form::Text)),
        Field::required("price", Form::Structure(&MONEY)),
        Field::optional("msrp", Form::Structure(&MONEY)),
        Field::optional("name", Form::Text),
        Field::optional("description", Form::ByLocale),
        Field::optional("plans", Form::List(&Form::Text)),
    ],
};

const LIST: Form = Form::List(&Form::Structure(&SKU));

/// The service.
pub(super) static SERVICE: Service = Service {
    name: "SKUManagement",
    alias: "sku-manager",
    kind: ID,
    number: 185,
    id: Uuid::from_u128(0x5b1f_0c52_7a0e_4d59_8c31_2f64_90d3_ab71),
    operations: &[
        Operation::reads(
            ("ratesList", Verb::Get, "/vendor/{vendorUuid}/rates"),
            Permission::CatalogRead,
            rates,
        )
        .asks(&[
            Field::optional("appId", Form::Text),
            Field::optional("planApsId", Form::ResourceId),
        ])
        .gives(LIST),
        Operation::writes(
            ("updateRates", Verb::Put, "/vendor/{vendorUuid}/rates"),
            Permission::CatalogWrite,
            update,
        )
        .takes(LIST)
        .gives(LIST),
        Operation::writes(
            ("synchronize", Verb::Post, "/vendor/{vendorUuid}/synchronize"),
            Permission::CatalogWrite,
            synchronize,
        )
        .asks(&[Field::optional("planApsId", Form::ResourceId)]),
    ],
};

/// So many prices are changed in one call.
const RATES_MAX: usize = 1000;

/// As whom the vendor sells that a path names.
fn seller(cx: Cx<'_>, said: &Said) -> Result<SellerNumber, Error> {
    let id = said.id("vendorUuid")?;
    let account: Account = cx.get(AccountId::from_uuid(id))?;
    account.seller_number().ok_or_else(|| Error::not_found(id))
}

/// The plans of the vendor that a path names, as far as the caller may look behind them; the one that
/// the query names, if it names one.
fn plans(cx: Cx<'_>, said: &Said) -> Result<Vec<Offer>, Error> {
    let mut all = offer::of_seller(cx, seller(cx, said)?)?;
    all.retain(|it| cx.actor.sees(Kind::Offer, &it.stamp));
    if let Some(wanted) = said.parameter("planApsId") {
        let id = Uuid::try_parse(&wanted).ok();
        all.retain(|it| Some(it.id.uuid()) == id);
        if all.is_empty() {
            let message = format!("is no plan of the vendor: `{wanted}`");
            return Err(Invalid::one("planApsId", "reference", message).into());
        }
    }
    Ok(all)
}

fn rates(cx: Cx<'_>, (): &(), said: &Said) -> Result<Outcome, Error> {
    let application = said.parameter("appId");
    let mut found = Vec::new();
    for it in plans(cx, said)? {
        for price in offer::prices(cx, it.id)? {
            if delivers(cx, application.as_deref(), (&it, &price))? {
                found.push(shown(&it, &price, version(cx, &price)));
            }
        }
    }
    Ok(Some(Value::Array(found)))
}

/// Whether a price is of what an application delivers; that of a plan is, if one of its resources
/// is.
fn delivers(
    cx: Cx<'_>,
    application: Option<&str>,
    (plan, price): (&Offer, &Price),
) -> Result<bool, Error> {
    let Some(application) = application else { return Ok(true) };
    let all = plan.content.resources.iter().map(|it| it.resource);
    for id in all.filter(|id| price.resource.is_none_or(|it| it == *id)) {
        let resource = catalog::resource(cx, id)?;
        let by = resource.and_then(|it| it.content.vendor.application_id);
        if by.is_some_and(|it| it.as_str() == application) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn shown(plan: &Offer, price: &Price, version: &PriceVersion) -> Value {
    let said = fee::Said::carried(&price.stamp);
    let mut shown = json!({
        "id": price.stamp.number,
        "feeTypes": [fee::kind(price)],
        "price": money(first_unit(&version.model), price.currency),
        "name": price.name.as_str(),
        "description": localized::one(plan.content.name.locale(), &price.name),
        "plans": [plan.stamp.number.to_string()],
    });
    if !said.retail.is_null() {
        shown["msrp"] = said.retail;
    }
    shown
}

/// The figures that hold today, or the first that will.
fn version<'a>(cx: Cx<'_>, it: &'a Price) -> &'a PriceVersion {
    fee::version_on(Zone::UTC.date_of(cx.now), it)
}

fn update(act: &mut Act<'_>, (): &(), said: &Said) -> Result<Outcome, Error> {
    let seller = seller(act.cx(), said)?;
    let rows = said.body.as_array().map(Vec::as_slice).unwrap_or_default();
    if rows.len() > RATES_MAX {
        let message = format!("must have at most {RATES_MAX} elements, not {}", rows.len());
        return Err(Invalid::one("/", "too_many", message).into());
    }
    let mut changed = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        let at = format!("/{place}");
        let (plan, price) = named(act.cx(), seller, (&at, row))?;
        let price = reprice(act, &price, (&at, row))?;
        // What was said holds from tomorrow on where there are figures of today already.
        let tomorrow = Zone::UTC.date_of(act.now()).plus_days(1);
        let said = price.in_force(tomorrow, None).unwrap_or_else(|| version(act.cx(), &price));
        changed.push(shown(&plan, &price, said));
    }
    Ok(Some(Value::Array(changed)))
}

/// The price that a row names, with its plan.
fn named(
    cx: Cx<'_>,
    seller: SellerNumber,
    (at, row): (&str, &Value),
) -> Result<(Offer, Price), Error> {
    let number = row["id"].as_u64().unwrap_or_default();
    for id in finding::by_number::<Price>(cx, number)? {
        let Some(price) = cx.find::<Price>(id)? else { continue };
        let plan = cx.find::<Offer>(price.offer)?.filter(|it| it.stamp.seller == seller);
        if let Some(plan) = plan {
            return Ok((plan, price));
        }
    }
    let message = format!("is no SKU of the vendor: `{number}`");
    Err(Invalid::one(format!("{at}/id"), "reference", message).into())
}

fn reprice(act: &mut Act<'_>, price: &Price, (at, row): (&str, &Value)) -> Result<Price, Error> {
    let wanted = amount(price, &format!("{at}/price"), &row["price"])?;
    let current = version(act.cx(), price).clone();
    let waits = price.waits_for_tomorrow(Zone::UTC.date_of(act.now()));
    if waits || first_unit(&current.model) != wanted.decimal() {
        let is_other = first_unit(&current.model) != wanted.decimal();
        if is_other && tiers_of(&current.model).is_some() {
            let message = "has tiers: change them in the plan";
            return Err(Invalid::one(format!("{at}/price"), "conflict", message).into());
        }
        let model = match is_other {
            true => like(&current.model, &PriceModel::PerUnit(wanted)),
            false => current.model.clone(),
        };
        offer::reprice(act, price.id, |_| Ok(PriceVersion { model, ..current }))
            .map_err(|it| it.below(at))?;
    }
    if let Some(retail) = row.get("msrp") {
        let said = retail.is_object().then(|| amount(price, &format!("{at}/msrp"), retail));
        let said = said.transpose()?;
        let said = said.map_or(Value::Null, |it| money(it.decimal(), price.currency));
        let mut stamp = price.stamp.clone();
        fee::Said { retail: said, ..fee::Said::carried(&stamp) }.onto(&mut stamp);
        if stamp.carried != price.stamp.carried {
            let named = (price.name.clone(), price.names.clone(), stamp.carried);
            offer::rename_price(act, price.id, named)?;
        }
    }
    act.get(price.id)
}

/// An amount in the currency of a price.
fn amount(price: &Price, at: &str, value: &Value) -> Result<Figure, Invalid> {
    let (figure, currency) = read_money(at, value)?;
    if currency == price.currency {
        return Ok(figure);
    }
    let message = format!("must be {}", price.currency);
    Err(Invalid::one(format!("{at}/code"), "conflict", message))
}

fn synchronize(act: &mut Act<'_>, (): &(), said: &Said) -> Result<Outcome, Error> {
    let plans = plans(act.cx(), said)?;
    let done = offer::synchronize(act, &plans);
    done.map_err(|it| wire::renamed(it, &[("/offers", "planApsId")]))?;
    Ok(None)
}
