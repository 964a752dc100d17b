//! What was used (TMF635): our usage events, rated by what charges them.
//!
//! What is reported of a product and a meter that are here is counted and never changes; its id says where
//! it is. What cannot be counted is kept as it was said, `rejected`, with the reason as its last note.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::carried;
use super::customer;
use super::entity::{text, tree};
use super::registered::Registered;
use super::resource::{Resource, Tree};
use super::tongue;
use crate::api::edge::usage_id::{id_of, place};
use crate::domain::account::Account;
use crate::domain::catalog::price::Price;
use crate::domain::catalog::price::model::PriceModel;
use crate::domain::error::{Code as Reason, Invalid, Rejection};
use crate::domain::id::{Id, MeterId, PriceId, SubscriptionId, UsageRecordId};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::quantity::Quantity;
use crate::domain::stamp::Contract;
use crate::domain::subscription::Subscription;
use crate::domain::time::Zone;
use crate::domain::usage::meter::Meter;
use crate::domain::usage::record::EventId;
use crate::services::usage::{self, Charged, Entry, MeterName, NumberedEvent, Offered};
use crate::services::{Act, Author, Bss, Cx, Error};

/// Usage.
pub(super) struct Usages;

const DOCUMENTS: Registered = Registered("usage");
/// What is kept beside an event, by the name of its resource.
const NAME: &str = "usage";
/// What the house says of usage, whatever is said.
const OURS: &[&str] = &["id", "href", "status", "ratedProductUsage"];
/// Where events begin in a list that has documents first: no key of a document is like it.
const EVENTS_FROM: &[u8] = b"events:";

/// The value of a characteristic with one of some names.
fn characteristic<'a>(said: &'a Tree, names: &[&str]) -> Option<&'a Value> {
    let all = said.get("usageCharacteristic").and_then(Value::as_array)?;
    let named = |it: &&Value| {
        let name = it.get("name").and_then(Value::as_str).unwrap_or_default();
        names.iter().any(|it| it.eq_ignore_ascii_case(name))
    };
    all.iter().find(named).and_then(|it| it.get("value"))
}

fn plain(it: &Value) -> Option<String> {
    match it {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The product that is said to have been used.
fn product(said: &Tree) -> Option<SubscriptionId> {
    let rated = said.get("ratedProductUsage").and_then(|it| it.pointer("/0/productRef/id"));
    let named = || said.get("product").and_then(|it| it.get("id"));
    let id = rated.or_else(named);
    let id = id.or_else(|| characteristic(said, &["productId", "product", "subscription"]));
    id.and_then(Value::as_str)?.parse().ok()
}

/// What is said to have been used of it.
fn meter(said: &Tree) -> Option<MeterName> {
    let specification = said.get("usageSpecification");
    let word = |it: Option<&Value>| it.and_then(Value::as_str).map(str::to_owned);
    let id = word(specification.and_then(|it| it.get("id")));
    if let Some(id) = id.and_then(|it| it.parse::<MeterId>().ok()) {
        return Some(MeterName::Id(id));
    }
    let names = [word(said.get("usageType")), word(specification.and_then(|it| it.get("name")))];
    names.into_iter().flatten().find_map(|it| it.parse().ok()).map(MeterName::Code)
}

/// The names under which clients say how much was used.
const QUANTITIES: &[&str] = &["value", "quantity", "amount", "volume"];
/// The names under which they say what they call an occurrence of use.
const NUMBERS: &[&str] = &["correlationNumber", "eventId"];

/// What is offered to be counted; or why nothing can be.
fn offered(said: &Tree, fresh: UsageRecordId) -> Result<Result<Offered, String>, Error> {
    let Some(subscription) = product(said) else {
        return Ok(Err("no product is named that was used".to_owned()));
    };
    let Some(meter) = meter(said) else {
        return Ok(Err("neither `usageSpecification` nor `usageType` says what counts".to_owned()));
    };
    let quantity = characteristic(said, QUANTITIES).and_then(plain);
    let Some(quantity) = quantity.and_then(|it| it.parse::<Quantity>().ok()) else {
        let names = QUANTITIES.join("`, `");
        return Ok(Err(format!("no `usageCharacteristic` says how much: one of `{names}`")));
    };
    let number = characteristic(said, NUMBERS).and_then(plain);
    let number =
        number.map_or_else(|| fresh.uuid().to_string(), |it| format!("{subscription}:{it}"));
    let number = number.parse::<EventId>();
    let number =
        number.map_err(|it| Invalid::one("usageCharacteristic", "format", it.to_string()))?;
    let kept = said.iter().filter(|it| !OURS.contains(&it.0.as_str()));
    let kept = kept.filter_map(|(name, it)| Some((name.clone(), carried::kept(it, None)?)));
    let kept = carried::written(Tree::new(), NAME, kept.collect())?;
    Ok(Ok(Offered {
        source: "tmf".parse().map_err(Error::internal)?,
        event_id: number,
        subscription,
        meter,
        quantity,
        at: text(said, "usageDate")?,
        dimensions: BTreeMap::new(),
        carried: BTreeMap::from([(Contract::Tmf, kept)]),
    }))
}

/// What an event costs by itself, where what charges it has one figure for each unit.
fn cost(cx: Cx<'_>, it: &NumberedEvent, prices: &[PriceId]) -> Result<Option<Value>, Error> {
    let [price] = prices else { return Ok(None) };
    let Some(price) = cx.shared::<Price>(*price)? else { return Ok(None) };
    let day = Zone::UTC.date_of(it.event.at);
    let Some(version) = price.versions.in_force(day, None) else { return Ok(None) };
    let PriceModel::PerUnit(figure) = &version.model else { return Ok(None) };
    if !version.included.is_zero() {
        return Ok(None);
    }
    let figure: Option<Quantity> = figure.to_string().parse().ok();
    let of_all = |each: Quantity| each.decimal().checked_mul(it.event.quantity.decimal());
    let cost = figure.and_then(of_all);
    let number = cost.and_then(|it| it.normalize().to_string().parse::<serde_json::Number>().ok());
    Ok(number.map(|it| json!({ "unit": price.currency.code(), "value": it })))
}

/// An event as this contract shows it.
fn shown(cx: Cx<'_>, it: &NumberedEvent) -> Result<Tree, Error> {
    let event = &it.event;
    let meter = cx.shared::<Meter>(event.meter)?;
    let subscription = cx.shared::<Subscription>(event.subscription)?;
    let account = subscription.map(|it| cx.shared::<Account>(it.account())).transpose()?.flatten();
    let (status, prices) = match usage::standing(cx, event)? {
        Charged::ByNothing => ("guided", Vec::new()),
        Charged::ByPrices(prices) => ("rated", prices),
        Charged::OnBill(prices) => ("billed", prices),
    };
    let mut rated = tree(json!({
        "productRef": { "id": event.subscription.uuid(), "@referredType": "Product" },
        "isBilled": status == "billed",
        "usageRatingTag": (!prices.is_empty()).then_some("usage"),
        "taxExcludedRatingAmount": cost(cx, it, &prices)?,
    }));
    rated.retain(|_, it| !it.is_null());
    let dimensions = event.dimensions.iter();
    let dimensions =
        dimensions.map(|(name, value)| json!({ "name": name.as_str(), "value": value }));
    let quantity: Option<serde_json::Number> = event.quantity.to_string().parse().ok();
    let quantity = json!({ "name": "value", "valueType": "number", "value": quantity });
    let characteristics: Vec<_> = [quantity].into_iter().chain(dimensions).collect();
    let known = tree(json!({
        "usageDate": event.at.to_string(),
        "usageType": meter.as_ref().map(|it| it.code.as_str()),
        "status": status,
        "usageSpecification": meter.as_ref().map(|it| json!({
            "id": it.id.uuid(), "name": it.name.as_str(),
        })),
        "usageCharacteristic": characteristics,
        "ratedProductUsage": [rated],
        "relatedParty": account.iter().map(|it| customer::owner(it)).collect::<Vec<_>>(),
    }));
    let (_, kept) = carried::read(event.carried.get(&Contract::Tmf), NAME)?;
    let mut shown = carried::overlaid(known, &kept);
    shown.insert("id".to_owned(), id_of(it).into());
    Ok(shown)
}

/// Keeps what cannot be counted, with the reason.
fn rejected(
    act: &mut Act<'_>,
    of: &Resource,
    (mut said, why): (Tree, &str),
) -> Result<Tree, Error> {
    said.insert("status".to_owned(), json!("rejected"));
    let note = json!({ "text": tongue::told(of, why), "date": act.now().to_string() });
    match said.get_mut("note").and_then(Value::as_array_mut) {
        Some(notes) => notes.push(note),
        None => {
            said.insert("note".to_owned(), json!([note]));
        }
    }
    DOCUMENTS.create(act, of, said)
}

/// What was counted stays as it is.
fn counted() -> Error {
    let why = "what was counted stays: a credit note corrects what was charged for it";
    Rejection::new(Reason::UsageStateForbids, why).into()
}

impl Behind for Usages {
    fn documents(&self) -> &dyn Behind {
        &DOCUMENTS
    }

    fn reading(&self) -> Permission {
        Permission::UsageRead
    }

    fn writing(&self) -> Permission {
        Permission::UsageWrite
    }

    fn page(&self, cx: Cx<'_>, of: &Resource, page: &PageRequest) -> Result<Page<Tree>, Error> {
        match page.after.as_deref().and_then(|it| it.strip_prefix(EVENTS_FROM)) {
            None => {
                let written = DOCUMENTS.page(cx, of, page)?;
                let next = written.next.unwrap_or_else(|| EVENTS_FROM.to_vec());
                Ok(Page { items: written.items, next: Some(next) })
            }
            Some(after) => {
                let after = (!after.is_empty()).then(|| after.to_vec());
                let found = usage::every(cx, &PageRequest { after, ..page.clone() })?;
                let items: Result<_, _> = found.items.iter().map(|it| shown(cx, it)).collect();
                let next = found.next.map(|it| [EVENTS_FROM, &it].concat());
                Ok(Page { items: items?, next })
            }
        }
    }

    fn find(&self, cx: Cx<'_>, of: &Resource, id: &str) -> Result<Option<Tree>, Error> {
        let Some((what, sequence)) = place(id) else { return DOCUMENTS.find(cx, of, id) };
        let found = usage::event(cx, what, sequence)?;
        found.map(|it| shown(cx, &it)).transpose()
    }

    fn is_laborious(&self) -> bool {
        true
    }

    fn labour(
        &self,
        (bss, author): (&Arc<Bss>, &Author),
        of: &'static Resource,
        said: Tree,
    ) -> Result<Tree, Error> {
        let fresh = bss.act(author.clone(), |act| Ok(act.new_id::<UsageRecordId>())).wait()?;
        let why = match offered(&said, fresh)? {
            Ok(offered) => {
                let text = serde_json::to_vec(&said).map_err(Error::internal)?;
                let entry = Entry { offered: Ok(offered), text };
                match usage::report(bss, author, entry)? {
                    Ok(event) => return bss.read(&author.actor, |cx| shown(cx, &event)),
                    Err(refused) => refused.detail,
                }
            }
            Err(why) => why,
        };
        bss.act(author.clone(), move |act| rejected(act, of, (said, &why))).wait()
    }

    fn create(&self, _: &mut Act<'_>, _: &Resource, _: Tree) -> Result<Tree, Error> {
        Err(Error::internal("usage is taken in a way of its own"))
    }

    fn change(&self, act: &mut Act<'_>, of: &Resource, change: Change) -> Result<Tree, Error> {
        if place(&change.id).is_some() && change.before != change.after {
            return Err(counted());
        }
        if place(&change.id).is_some() {
            return Ok(change.before);
        }
        DOCUMENTS.change(act, of, change)
    }

    fn remove(&self, act: &mut Act<'_>, of: &Resource, id: &str) -> Result<(), Error> {
        match place(id) {
            Some(_) => Err(counted()),
            None => DOCUMENTS.remove(act, of, id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(it: Value) -> Tree {
        tree(it)
    }

    #[test]
    fn what_was_used_is_found_where_clients_say_it() {
        let id = "00000000-0000-7000-8000-000000000001";
        for it in [
            json!({ "ratedProductUsage": [{ "productRef": { "id": id } }] }),
            json!({ "product": { "id": id } }),
            json!({ "usageCharacteristic": [{ "name": "productId", "value": id }] }),
        ] {
            assert_eq!(product(&said(it)).map(|it| it.uuid().to_string()).as_deref(), Some(id));
        }
        assert_eq!(product(&said(json!({ "product": { "id": "7" } }))), None);
        let named = |it| meter(&said(it)).map(|it| it.to_string());
        assert_eq!(named(json!({ "usageType": "traffic" })).as_deref(), Some("traffic"));
        let specification = json!({ "usageSpecification": { "id": id }, "usageType": "traffic" });
        assert_eq!(named(specification), Some(format!("mtr_{id}")));
        assert_eq!(named(json!({})), None);
    }

    #[test]
    fn what_does_not_say_how_much_is_not_counted() {
        let fresh = Id::from_uuid(uuid::Uuid::from_u128(7));
        let id = "00000000-0000-7000-8000-000000000001";
        let told = |value: Value| {
            let characteristic = json!([{ "name": "value", "value": value }]);
            let it = json!({
                "product": { "id": id }, "usageType": "t", "usageCharacteristic": characteristic,
            });
            offered(&said(it), fresh).expect("right").map(|it| it.quantity.to_string())
        };
        assert_eq!(told(json!(1.5)), Ok("1.5".to_owned()));
        assert_eq!(told(json!("12")), Ok("12".to_owned()));
        assert!(told(json!("much")).is_err());
        assert!(told(json!(null)).is_err());
    }
}
