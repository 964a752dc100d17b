//! `usage`: what was used of a product, as its accounting reports it: our usage events.
//!
//! Each record of a product has the correlation number after the one before, so that none is lost or
//! counted twice; the same record again is answered as it was.

use std::collections::BTreeMap;

use axum::http::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::CORRELATION;
use super::list::{self, Whole};
use super::query::Listed;
use super::related_party;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree};
use super::{form, product, usage_import};
use crate::api::edge::fault::Fault;
use crate::api::edge::usage_id::{id_of, place};
use crate::api::edge::work::Work;
use crate::domain::account::Account;
use crate::domain::catalog::price::{Price, PriceKind};
use crate::domain::error::{Code as Reason, Invalid, Rejection};
use crate::domain::id::{Id, MeterId, OrderId, SubscriptionId};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::quantity::Quantity;
use crate::domain::stamp::Contract;
use crate::domain::subscription::Subscription;
use crate::domain::text::Code;
use crate::domain::time::{Instant, Zone};
use crate::domain::usage::lifecycle::State;
use crate::domain::usage::meter::Meter;
use crate::domain::usage::record::EventId;
use crate::services::usage::{
    self, Entry, Explained, MeterName, NumberedEvent, Offered, Rating, RejectedEvent, Sought,
};
use crate::services::{Author, Bss, Cx, Error, carried};

const USAGES: &str = "/DSUsageManagement/api/usageManagement/v2/usage";

const WRITES: Needs = Needs::Permission(Permission::UsageWrite);

pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, USAGES, Needs::Permission(Permission::UsageRead), listed),
    Row::new(Method::POST, USAGES, WRITES, report),
    Row::new(
        Method::GET,
        "/DSUsageManagement/api/usageManagement/v2/usage/{id}",
        Needs::Permission(Permission::UsageRead),
        show,
    ),
    Row::new(Method::PATCH, "/DSUsageManagement/api/usageManagement/v2/usage/{id}", WRITES, change),
    Row::new(
        Method::POST,
        "/DSUsageManagement/api/usageManagement/v2/importJob",
        WRITES,
        usage_import::import,
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

/// So long the last record of a product is told from a new one that says the same, in seconds.
const KNOWN_SECONDS: i64 = 30 * 86_400;

/// What every record says, each exactly once.
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
    let of = usage::reportable(cx, it.product)?;
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

/// A piece of what was used as it was rated.
fn rated(of: SubscriptionId, is_billed: bool, it: &Rating) -> Value {
    let amount = |it: Option<Decimal>| it.map(|it| it.to_string());
    let mut rated = wire::tree(json!({
        "usageRatingTag": it.kind.word().replace('_', " "),
        "isBilled": is_billed,
        "ratingAmountType": "Total",
        "offerTariffType": it.tariff,
        "ratingDate": it.rated_on.map(|on| Zone::UTC.start_of(on).to_string()),
        "taxExcludedRatingAmount": amount(it.net),
        "taxIncludedRatingAmount": amount(it.gross),
        "taxRate": it.tax.map(|it| it.decimal().to_string()),
        "isTaxExempt": it.is_exempt,
        "currencyCode": it.currency.code(),
        "bucketValueConvertedInAmount": amount(it.bucket),
        "productRef": product::href(of),
    }));
    rated.retain(|_, it| !it.is_null());
    Value::Object(rated)
}

/// Who has what was used, since it has it.
fn customer(cx: Cx<'_>, of: &Subscription) -> Result<Option<Value>, Error> {
    let mut shown = related_party::customer(cx, of.account())?;
    let since = of.activated_at().map(|it| it.to_string());
    if let (Some(Value::Object(shown)), Some(since)) = (&mut shown, since) {
        shown.insert("validFor".to_owned(), json!({ "startDateTime": since }));
    }
    Ok(shown)
}

/// An event as this contract shows it.
fn shown(cx: Cx<'_>, it: &NumberedEvent) -> Result<Tree, Error> {
    let event = &it.event;
    let Explained { state, ratings } = usage::explained(cx, it)?;
    let is_billed = matches!(state, State::Billed | State::Rerate);
    let status = match state {
        State::Rated => "Guided",
        State::Billed => "Rated",
        State::Rerate => "Rerate",
        State::Received | State::Guided | State::Rejected | State::Recycled => "Received",
    };
    let ratings = ratings.iter().map(|it| rated(event.subscription, is_billed, it));
    let subscription = cx.shared::<Subscription>(event.subscription)?;
    let customer = subscription.map(|it| customer(cx, &it));
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
        "ratedProductUsage": is_billed.then(|| ratings.collect::<Vec<_>>()),
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

/// What the ids of records begin with that were refused.
const REJECTED: &str = "rejected-";

/// The number of a record that was refused, of its id.
fn number_of(id: &str) -> Option<u64> {
    id.strip_prefix(REJECTED)?.parse().ok()
}

/// A record that was refused, as it was said, with the reason.
fn refused(number: u64, (said, why): (Tree, &str)) -> Tree {
    let id = format!("{REJECTED}{number}");
    let mut shown = said;
    shown.extend(wire::tree(json!({
        "id": id, "href": format!("{USAGES}/{id}"), "status": "Rejected", "description": why,
    })));
    shown
}

fn shown_rejected(it: &RejectedEvent) -> Result<Tree, Error> {
    // What came another way than here is shown as far as it is like what comes here.
    let said = serde_json::from_slice(&it.event).unwrap_or(Value::Null);
    Ok(refused(it.number, (wire::tree(said), &it.detail)))
}

fn listed(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        let status = wanted.only("status").unwrap_or_default();
        if status.eq_ignore_ascii_case("rejected") {
            let list = |page: &PageRequest| usage::rejected(cx, page);
            return list::listed((&LISTED, &wanted), list, Whole(shown_rejected));
        }
        let product = wanted.only("product.id").map(|it| Uuid::try_parse(it).ok());
        let of = product.map(|it| SubscriptionId::from_uuid(it.unwrap_or_default()));
        if wanted.looks_into_more_than("product.id") {
            let sought = Sought::of(of);
            let list = |page: &PageRequest| usage::every(cx, &sought, page);
            return list::listed((&LISTED, &wanted), list, Whole(|it: &_| shown(cx, it)));
        }
        let (total, found) = usage::part(cx, of, (wanted.offset, wanted.size))?;
        if wanted.counts {
            return Ok(wire::counted(total));
        }
        let found = found.iter().map(|it| shown(cx, it)).collect::<Result<_, _>>()?;
        Ok(wire::listed(found, wanted.fields.as_deref(), total))
    }))
}

fn show(asked: Asked) -> Result<Work, Fault> {
    let id = asked.part(0).to_owned();
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |cx| {
        let missing = || Error::not_found(id.chars().take(120).collect::<String>());
        if let Some(number) = number_of(&id) {
            let found = usage::find_rejected(cx, number)?.ok_or_else(missing)?;
            return Ok(wire::shown(shown_rejected(&found)?, fields.as_deref()));
        }
        let (what, sequence) = place(&id).ok_or_else(missing)?;
        let found = usage::event(cx, what, sequence)?.ok_or_else(missing)?;
        Ok(wire::shown(shown(cx, &found)?, fields.as_deref()))
    }))
}

/// What becomes of a record that is handed in, for the first time or again.
pub(super) fn taken(
    (bss, author): (&Bss, &Author),
    again: Option<u64>,
    said: Tree,
) -> Result<Result<Tree, Tree>, Error> {
    let offered = bss.read(&author.actor, |cx| offered(cx, &said))?;
    let text = serde_json::to_vec(&said).map_err(Error::internal)?;
    let entry = Entry { offered: Ok(offered), text };
    let done = match again {
        None => usage::report(bss, author, entry)?,
        Some(number) => usage::hand_in_again(bss, author, (number, entry))?,
    };
    match done {
        Ok(event) => bss.read(&author.actor, |cx| Ok(Ok(shown(cx, &event)?))),
        Err(why) if why.code == Reason::Duplicate.name() => {
            Err(Rejection::new(Reason::Duplicate, why.detail).into())
        }
        // It is kept among what was refused, for whoever mends it.
        Err(why) => Ok(Err(refused(why.number, (said, &why.detail)))),
    }
}

fn report(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    Ok(Work::works(move |bss, author| {
        let done = taken((bss, author), None, said)?;
        Ok(wire::created(done.unwrap_or_else(|refused| refused)))
    }))
}

/// A record that was refused is corrected and handed in again, which its status `Recycled` says. What was
/// counted stays as it was said.
fn change(mut asked: Asked) -> Result<Work, Fault> {
    let id = asked.part(0).to_owned();
    let change = asked.tree()?;
    Ok(Work::works(move |bss, author| {
        let missing = || Error::not_found(id.chars().take(120).collect::<String>());
        let Some(number) = number_of(&id) else {
            let (what, sequence) = place(&id).ok_or_else(missing)?;
            if !bss.read(&author.actor, |cx| usage::is_counted(cx, what, sequence))? {
                return Err(missing());
            }
            let why = "what was counted stays: a credit note corrects what was charged for it";
            return Err(Rejection::new(Reason::UsageStateForbids, why).into());
        };
        let found = bss.read(&author.actor, |cx| usage::to_mend(cx, number))?;
        let before = found.ok_or_else(missing)?;
        let said = corrected(&before, &change)?;
        let done = taken((bss, author), Some(number), said)?;
        Ok(wire::shown(done.unwrap_or_else(|refused| refused), None))
    }))
}

/// What is handed in again: as it was said before, but for what is said now.
fn corrected(before: &RejectedEvent, change: &Tree) -> Result<Tree, Error> {
    let status: String = form::must(change, "status")?;
    if !status.eq_ignore_ascii_case("recycled") {
        let message =
            "must be `Recycled`: a record that was refused is corrected and handed in again";
        return Err(Invalid::one("status", "enum", message).into());
    }
    let said = serde_json::from_slice(&before.event).unwrap_or(Value::Null);
    let mut said = wire::tree(said);
    said.extend(change.clone());
    said.insert("status".to_owned(), json!("Received"));
    for ours in ["id", "href"] {
        said.remove(ours);
    }
    Ok(said)
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
