//! `usage`: what was used of a product, as its accounting reports it: our usage events.
//!
//! Each record of a product has the correlation number after the one before, so that none is lost or
//! counted twice; the same record again is answered as it was.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::CORRELATION;
use super::query::Listed;
use super::related_party;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree};
use super::{form, list, product};
use crate::api::edge::fault::Fault;
use crate::api::edge::usage_id::{id_of, place};
use crate::api::edge::work::Work;
use crate::domain::account::Account;
use crate::domain::catalog::price::{Price, PriceKind};
use crate::domain::error::{Code as Reason, Invalid, Rejection};
use crate::domain::id::{Id, MeterId, OrderId, SubscriptionId};
use crate::domain::operator::Permission;
use crate::domain::quantity::Quantity;
use crate::domain::stamp::Contract;
use crate::domain::subscription::Subscription;
use crate::domain::text::Code;
use crate::domain::time::Instant;
use crate::domain::usage::meter::Meter;
use crate::domain::usage::record::EventId;
use crate::services::usage::{self, Charged, Entry, MeterName, NumberedEvent, Offered};
use crate::services::{Cx, Error, carried};

const USAGES: &str = "/DSUsageManagement/api/usageManagement/v2/usage";

pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, USAGES, Needs::Permission(Permission::UsageRead), listed),
    Row::new(Method::POST, USAGES, Needs::Permission(Permission::UsageWrite), report),
    Row::new(
        Method::GET,
        "/DSUsageManagement/api/usageManagement/v2/usage/{id}",
        Needs::Permission(Permission::UsageRead),
        show,
    ),
];

const LISTED: Listed = Listed {
    named: &[
        ("relatedParty", "relatedParty.id"),
        ("usageCharacteristic.productId", "product.id"),
        ("productId", "product.id"),
    ],
    text: &["description", "type"],
    date: "date",
};

/// What every record says, each exactly once.
/// So long the last record of a product is told from a new one that says the same, in seconds.
const KNOWN_SECONDS: i64 = 30 * 86_400;

const CHARACTERISTICS: [&str; 5] = ["orderId", "productId", "correlationNumber", "unit", "value"];

/// What a record says, read.
#[derive(Debug, PartialEq)]
struct Said {
    order: OrderId,
    product: SubscriptionId,
    number: u64,
    unit: String,
    value: Quantity,
    at: Option<Instant>,
}

fn characteristic(said: &Tree, name: &str) -> Result<String, Invalid> {
    let all = form::all(said, "usageCharacteristic").iter();
    let named = |it: &&Value| it.get("name").and_then(Value::as_str) == Some(name);
    let values: Vec<_> = all.filter(named).filter_map(|it| it.get("value")).collect();
    match values.as_slice() {
        [Value::String(text)] => Ok(text.clone()),
        [it @ Value::Number(_)] => Ok(it.to_string()),
        _ => {
            let message = format!("must say `{name}` exactly once");
            Err(Invalid::one("usageCharacteristic", "required", message))
        }
    }
}

impl Said {
    fn read(said: &Tree) -> Result<Self, Invalid> {
        let status: String = form::must(said, "status")?;
        if !status.eq_ignore_ascii_case("received") {
            return Err(Invalid::one("status", "enum", "must be `Received`"));
        }
        let [order, product, number, unit, value] =
            CHARACTERISTICS.map(|it| characteristic(said, it));
        let wrong = |name: &str, what: &str| {
            Invalid::one("usageCharacteristic", "format", format!("must say {what} as `{name}`"))
        };
        let order = Uuid::try_parse(&order?).map_err(|_| wrong("orderId", "an order"))?;
        let product = Uuid::try_parse(&product?).map_err(|_| wrong("productId", "a product"))?;
        Ok(Self {
            order: OrderId::from_uuid(order),
            product: SubscriptionId::from_uuid(product),
            number: number?.parse().map_err(|_| wrong("correlationNumber", "a whole number"))?,
            unit: unit?,
            value: value?.parse().map_err(|_| wrong("value", "a number"))?,
            at: form::text(said, "date")?,
        })
    }
}

/// The meters by which a product is charged, with what they are called.
fn meters(cx: Cx<'_>, of: &Subscription) -> Result<Vec<Meter>, Error> {
    let mut found = Vec::new();
    for id in of.deal().prices.keys() {
        let price = cx.shared::<Price>(*id)?;
        let Some(PriceKind::Usage { meter }) = price.map(|it| it.kind) else { continue };
        found.extend(cx.shared::<Meter>(meter)?.map(|it| Meter::clone(&it)));
    }
    Ok(found)
}

/// What is to be counted, by the rules of the contract in their order.
fn offered(cx: Cx<'_>, said: &Tree) -> Result<Offered, Error> {
    let it = Said::read(said)?;
    let of: Subscription = cx.get(it.product)?;
    cx.must(Permission::UsageWrite, &of.stamp)?;
    if of.origin.as_ref().map(|it| it.0) != Some(it.order) {
        return Err(Error::not_found(it.order));
    }
    must_name_buyer(cx, &of, said)?;
    let meters = meters(cx, &of)?;
    if meters.is_empty() {
        let message = "names a product that is not charged by its use";
        return Err(Invalid::one("usageCharacteristic", "conflict", message).into());
    }
    let ids: Vec<MeterId> = meters.iter().map(|it| it.id).collect();
    let source: Code = "bae".parse().map_err(Error::internal)?;
    must_follow(&it, usage::last_of(cx, of.id, (&ids, &source))?, cx.now)?;
    let is = |meter: &&Meter| {
        meter.unit.as_str().eq_ignore_ascii_case(&it.unit)
            || meter.code.as_str().eq_ignore_ascii_case(&it.unit)
    };
    let meter = match meters.iter().find(is) {
        Some(meter) => MeterName::Id(meter.id),
        None => MeterName::Code(Code::like(&it.unit).unwrap_or_else(unknown)),
    };
    let kept = serde_json::to_vec(said).map_err(Error::internal)?;
    if kept.len() > carried::BYTES_MAX {
        let message = format!("must be in a record of at most {} bytes", carried::BYTES_MAX);
        return Err(Invalid::one("usageCharacteristic", "length", message).into());
    }
    let number = format!("{}:{}", of.id, it.number).parse::<EventId>().map_err(Error::internal)?;
    Ok(Offered {
        source,
        event_id: number,
        subscription: of.id,
        meter,
        quantity: it.value,
        at: it.at,
        dimensions: BTreeMap::new(),
        carried: BTreeMap::from([(Contract::Bae, kept)]),
    })
}

/// A name that no meter has.
fn unknown() -> Code {
    "unknown".parse().expect("a word is a code")
}

/// The customer that is named must be who has the product.
fn must_name_buyer(cx: Cx<'_>, of: &Subscription, said: &Tree) -> Result<(), Error> {
    let account = cx.shared::<Account>(of.account())?;
    let own = account.map(|it| [it.id.uuid(), it.party().uuid()]).unwrap_or_default();
    let customers = form::all(said, "relatedParty").iter().filter(|it| {
        it.get("role").and_then(Value::as_str).is_some_and(|it| it.eq_ignore_ascii_case("customer"))
    });
    let is_buyer = |it: &Value| form::reference(it).is_some_and(|id| own.contains(&id));
    let customers: Vec<_> = customers.collect();
    if !customers.is_empty() && customers.into_iter().all(is_buyer) {
        return Ok(());
    }
    let message = "must name the customer of the product, and nobody else";
    Err(Invalid::one("relatedParty", "reference", message).into())
}

/// The number of an event that came here.
fn number(of: &NumberedEvent) -> Option<u64> {
    of.event.event_id.as_str().rsplit_once(':')?.1.parse().ok()
}

/// Refuses a record that leaves out one before it, or is older than that. The last one may come again, as
/// long as it is surely known.
fn must_follow(it: &Said, last: Option<NumberedEvent>, now: Instant) -> Result<(), Error> {
    let before = last.as_ref().and_then(number).unwrap_or_default();
    let next = before.saturating_add(1);
    let is_known = |it: &NumberedEvent| now < it.event.at.plus_seconds(KNOWN_SECONDS);
    let is_again = it.number == before && last.as_ref().is_some_and(is_known);
    if it.number == 0 || (it.number != next && !is_again) {
        let message = format!("must say `{next}` as `correlationNumber`, which is the next");
        return Err(CORRELATION.broken("usageCharacteristic", message).into());
    }
    let last_at = last.map(|it| it.event.at).filter(|_| it.number == next);
    match it.at.zip(last_at) {
        Some((at, last)) if at < last => {
            let message = format!("must not be before `{last}`, that of the record before");
            Err(CORRELATION.broken("date", message).into())
        }
        Some(_) | None => Ok(()),
    }
}

/// An event as this contract shows it.
fn shown(cx: Cx<'_>, it: &NumberedEvent) -> Result<Tree, Error> {
    let event = &it.event;
    let (status, prices) = match usage::standing(cx, event)? {
        Charged::ByNothing => ("Received", Vec::new()),
        Charged::ByPrices(prices) => ("Guided", prices),
        Charged::OnBill(prices) => ("Rated", prices),
    };
    let is_billed = status == "Rated";
    let cost = usage::cost(cx, it, &prices)?;
    let mut rated = wire::tree(json!({
        "usageRatingTag": "usage",
        "isBilled": is_billed,
        "ratingAmountType": "Total",
        "taxExcludedRatingAmount": cost.map(|it| it.0.to_string()),
        "currencyCode": cost.map(|it| it.1.code()),
        "productRef": product::href(event.subscription),
    }));
    rated.retain(|_, it| !it.is_null());
    let subscription = cx.shared::<Subscription>(event.subscription)?;
    let customer = subscription.map(|it| related_party::customer(cx, it.account()));
    let meter = cx.shared::<Meter>(event.meter)?;
    let mut shown = kept(event.carried.get(&Contract::Bae).map(Vec::as_slice))?;
    let id = id_of(it);
    shown.extend(wire::tree(json!({
        "id": id,
        "href": format!("{USAGES}/{id}"),
        "date": event.at.to_string(),
        "status": status,
        "type": meter.as_ref().map(|it| it.code.as_str()),
        "product": { "id": event.subscription.uuid(), "href": product::href(event.subscription) },
        "usageSpecification": meter.as_ref().map(|it| json!({
            "id": it.id.uuid(),
            "href": format!("/DSUsageManagement/api/usageManagement/v2/usageSpecification/{}", it.id.uuid()),
            "name": it.name.as_str(),
        })),
        "ratedProductUsage": is_billed.then(|| json!([rated])),
        "relatedParty": customer.transpose()?.flatten().into_iter().collect::<Vec<_>>(),
    })));
    if !shown.contains_key("usageCharacteristic") {
        let unit = meter.as_ref().map(|it| it.unit.as_str().to_owned());
        let all = json!([
            { "name": "productId", "value": event.subscription.uuid() },
            { "name": "unit", "value": unit },
            { "name": "value", "value": event.quantity.to_string() },
        ]);
        shown.insert("usageCharacteristic".to_owned(), all);
    }
    Ok(shown)
}

/// A record as it was said.
fn kept(bytes: Option<&[u8]>) -> Result<Tree, Error> {
    bytes.map_or(Ok(Tree::new()), |it| serde_json::from_slice(it).map_err(Error::internal))
}

fn listed(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        list::listed((&LISTED, &wanted), |page| {
            list::each(usage::every(cx, page)?, |it| shown(cx, &it))
        })
    }))
}

fn show(asked: Asked) -> Result<Work, Fault> {
    let id = asked.part(0).to_owned();
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |cx| {
        let missing = || Error::not_found(id.chars().take(120).collect::<String>());
        let (what, sequence) = place(&id).ok_or_else(missing)?;
        let found = usage::event(cx, what, sequence)?.ok_or_else(missing)?;
        Ok(wire::shown(shown(cx, &found)?, fields.as_deref()))
    }))
}

fn report(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    Ok(Work::works(move |bss, author| {
        let offered = bss.read(&author.actor, |cx| offered(cx, &said))?;
        let text = serde_json::to_vec(&said).map_err(Error::internal)?;
        match usage::report(bss, author, Entry { offered: Ok(offered), text })? {
            Ok(event) => bss.read(&author.actor, |cx| Ok(wire::created(shown(cx, &event)?))),
            Err(why) if why.code == Reason::Duplicate.name() => {
                Err(Rejection::new(Reason::Duplicate, why.detail).into())
            }
            // It is kept among what was refused, for whoever mends it.
            Err(why) => {
                let mut said = said;
                said.insert("status".to_owned(), json!("Rejected"));
                said.insert("description".to_owned(), json!(why.detail));
                Ok(wire::created(said))
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(all: &[(&str, Value)]) -> Tree {
        let all: Vec<_> =
            all.iter().map(|(name, it)| json!({ "name": name, "value": it })).collect();
        wire::tree(json!({ "status": "Received", "usageCharacteristic": all }))
    }

    #[test]
    fn a_record_says_each_thing_exactly_once() {
        let id = "00000000-0000-7000-8000-000000000001";
        let whole = [
            ("orderId", json!(id)),
            ("productId", json!(id)),
            ("correlationNumber", json!(1)),
            ("unit", json!("call")),
            ("value", json!("2.5")),
        ];
        assert!(Said::read(&record(&whole)).is_ok());
        for place in 0..whole.len() {
            let mut less = whole.to_vec();
            less.remove(place);
            assert!(Said::read(&record(&less)).is_err(), "without {}", whole[place].0);
            let twice = [&whole[..], &whole[place..=place]].concat();
            assert!(Said::read(&record(&twice)).is_err(), "{} twice", whole[place].0);
        }
        let mut wrong = whole.to_vec();
        wrong[4].1 = json!("much");
        assert!(Said::read(&record(&wrong)).is_err());
        let mut rated = record(&whole);
        rated.insert("status".to_owned(), json!("Rated"));
        assert!(Said::read(&rated).is_err());
    }
}
