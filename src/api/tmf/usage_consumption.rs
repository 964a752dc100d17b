//! What was used so far (TMF677): of each product, and of each of its prices that use is charged at, how much
//! in the period that runs, how much of that is included and left, and what it comes to.

use serde_json::{Value, json};

use super::carried::without_nulls;
use super::customer;
use super::entity::reference;
use super::resource::Tree;
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::catalog::price::Base;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, BillingAccountId, Id, SubscriptionId};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::quantity::Quantity;
use crate::domain::subscription::Subscription;
use crate::domain::text::Name;
use crate::services::billing::{self, Consumed};
use crate::services::{Act, Cx, Error, subscription};

/// So many products are told of in one answer.
const PRODUCTS_MAX: usize = 100;

/// What somebody asks for.
enum Asked {
    /// Products by their references, those among them that are here.
    Products(Vec<(Value, Option<Subscription>)>),
    /// What an account has.
    Of(AccountId),
    /// Nothing that is here.
    Nothing,
}

/// What was said of an attribute: in the search or beside it.
fn said<'a>(all: &'a Tree, name: &str) -> Option<&'a Value> {
    let within = all.get("searchCriteria").and_then(|it| it.get(name));
    within.or_else(|| all.get(name)).filter(|it| !it.is_null())
}

fn each(of: &Value) -> &[Value] {
    of.as_array().map_or(std::slice::from_ref(of), Vec::as_slice)
}

/// The account that a question names: the account, one on which it is billed, or a party.
fn account(cx: Cx<'_>, said: &Value) -> Result<Option<AccountId>, Error> {
    for it in each(said) {
        if let Some(id) = reference::<BillingAccountId>(it)
            && let Some(found) = cx.find::<BillingAccount>(id)?
        {
            return Ok(Some(found.account()));
        }
    }
    Ok(customer::referred(cx, said)?.map(|it| it.id))
}

/// What is asked for: products, what somebody has who is named, or else who calls.
fn asked(cx: Cx<'_>, all: &Tree) -> Result<Asked, Error> {
    if let Some(named) = said(all, "product") {
        let mut found = Vec::new();
        for it in each(named) {
            let id = reference::<SubscriptionId>(it);
            found.push((it.clone(), id.map(|id| cx.find(id)).transpose()?.flatten()));
        }
        return Ok(Asked::Products(found));
    }
    let names = ["partyAccount", "relatedParty"].map(|name| said(all, name));
    if names.iter().all(Option::is_none) {
        let own = cx.actor.standing().map(|it| cx.find::<Account>(it.account)).transpose()?;
        let own = own.flatten().filter(|it| it.parent().is_some());
        return Ok(own.map_or(Asked::Nothing, |it| Asked::Of(it.id)));
    }
    for it in names.into_iter().flatten() {
        if let Some(id) = account(cx, it)? {
            return Ok(Asked::Of(id));
        }
    }
    Ok(Asked::Nothing)
}

/// What an account has that is not over.
fn held(cx: Cx<'_>, of: AccountId) -> Result<Vec<Subscription>, Error> {
    let page = PageRequest::oldest(PRODUCTS_MAX);
    let found = subscription::list(cx, (Some(of), None), &page, |it| it.state().is_living())?;
    match found.next {
        None => Ok(found.items),
        Some(_) => Err(too_many()),
    }
}

fn too_many() -> Error {
    let message = format!("must be for at most {PRODUCTS_MAX} products: name some by `product`");
    Invalid::one("searchCriteria", "range", message).into()
}

fn quantity(of: Quantity, unit: &str) -> Value {
    let amount: Option<serde_json::Number> = of.to_string().parse().ok();
    json!({ "amount": amount, "units": unit })
}

/// What was used of a price, as a bucket.
fn bucket(cx: Cx<'_>, of: &Subscription, it: &Consumed) -> Value {
    let (so_far, unit) = (&it.so_far, it.meter.unit.as_str());
    let counter = |kind: &str, value: Value| {
        let units = value["units"].as_str().unwrap_or_default();
        let name = value["amount"].as_number().map(|it| format!("{it} {units}"));
        let since = so_far.from_at.min(cx.now);
        json!({
            "counterType": kind, "level": "global", "value": value, "valueName": name,
            "consumptionPeriod": {
                "startDateTime": since.to_string(), "endDateTime": cx.now.to_string(),
            },
        })
    };
    let rated = match it.price.base {
        Base::Net => "ratedAmount",
        Base::Gross => "ratedAmountTaxIncluded",
    };
    let amount: Option<serde_json::Number> = so_far.amount.decimal().to_string().parse().ok();
    let money = json!({ "amount": amount, "units": so_far.amount.currency().code() });
    let includes = !so_far.included.is_zero();
    let left = includes.then(|| quantity(so_far.left(), unit));
    let mut counters = vec![counter("used", quantity(so_far.used, unit))];
    if includes {
        counters.push(counter("included", quantity(so_far.included, unit)));
        counters.push(counter("remaining", quantity(so_far.left(), unit)));
    }
    counters.push(counter("outOfBucket", quantity(so_far.beyond(), unit)));
    counters.push(counter(rated, money));
    json!({
        "id": it.price.id.uuid(), "name": it.label.as_str(), "usageType": it.meter.code.as_str(),
        "description": it.meter.name.as_str(), "status": "active", "isShared": false,
        "product": [{ "id": of.id.uuid(), "@referredType": "Product" }],
        "validFor": {
            "startDateTime": so_far.from_at.to_string(), "endDateTime": so_far.until_at.to_string(),
        },
        "remainingValue": left,
        "remainingValueName": includes.then(|| format!("{} {unit}", so_far.left())),
        "bucketCounter": counters,
    })
}

/// What was used of a product, or why nobody can tell.
fn consumption(cx: Cx<'_>, it: &Subscription) -> Result<Value, Error> {
    let hidden = Error::Forbidden { permission: Permission::UsageRead };
    let (consumed, why) = match billing::consumption(cx, it) {
        Ok(found) => (found.ok_or(hidden)?, None),
        Err(Error::Rejected(why)) => (Vec::new(), Some(why.detail)),
        Err(failure) => return Err(failure),
    };
    let from_at = consumed.iter().map(|it| it.so_far.from_at).min();
    let until_at = consumed.iter().map(|it| it.so_far.until_at).max();
    let period = from_at.zip(until_at).map(|(from, until)| {
        json!({ "startDateTime": from.to_string(), "endDateTime": until.to_string() })
    });
    let account = cx.shared::<Account>(it.account())?;
    let party = account
        .as_ref()
        .map(|it| json!({ "id": it.id.uuid(), "name": it.profile().name.as_str() }));
    let offer = subscription::offer(cx, it)?;
    let offered = offer.as_ref().map(|it| it.content.name.original().as_str());
    let name = it.name().map(Name::as_str).or(offered);
    let buckets: Vec<_> = consumed.iter().map(|of| bucket(cx, it, of)).collect();
    Ok(json!({
        "id": it.id.uuid(), "name": name,
        "state": if why.is_some() { "terminatedWithError" } else { "done" },
        "description": why,
        "effectiveDate": cx.now.to_string(), "validPeriod": period,
        "partyAccount": party.map(|it| vec![it]),
        "relatedParty": account.iter().map(|it| customer::owner(it)).collect::<Vec<_>>(),
        "product": [{ "id": it.id.uuid(), "name": name, "@referredType": "Product" }],
        "bucketRefOrValue": buckets,
    }))
}

/// What is told of a product that is not here.
fn absent(cx: Cx<'_>, named: &Value) -> Value {
    json!({
        "effectiveDate": cx.now.to_string(), "state": "terminatedWithError",
        "description": "the product is not there",
        "product": [{ "id": named.get("id") }],
        "bucketRefOrValue": [],
    })
}

/// Says how much was used, and when it was asked.
pub(super) fn tell(act: &mut Act<'_>, of: &mut Tree) -> Result<(), Error> {
    let cx = act.cx();
    let mut all = Vec::new();
    match asked(cx, of)? {
        Asked::Products(named) if named.len() > PRODUCTS_MAX => return Err(too_many()),
        Asked::Products(named) => {
            for (named, found) in named {
                all.push(match found {
                    Some(it) => consumption(cx, &it)?,
                    None => absent(cx, &named),
                });
            }
        }
        Asked::Of(id) => {
            for it in held(cx, id)? {
                all.push(consumption(cx, &it)?);
            }
        }
        Asked::Nothing => {}
    }
    if all.is_empty() {
        let now = cx.now.to_string();
        all.push(json!({ "effectiveDate": now, "state": "done", "bucketRefOrValue": [] }));
    }
    of.insert("usageConsumption".to_owned(), without_nulls(json!(all)));
    of.entry("queryUsageConsumptionDate").or_insert_with(|| json!(cx.now.to_string()));
    Ok(())
}
