//! What was used (TMF635): our usage events, rated by what charges them.
//!
//! What is reported of a product and a meter that are here is counted and never changes; its id says where
//! it is. What cannot be counted is kept as it was said, `rejected`, with the reason as its last note. Who
//! has corrected it says `recycled`: then it is offered again, and is counted or rejected anew. What is
//! counted is found under both ids; further states follow from what is charged, and nobody says them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::carried;
use super::customer;
use super::entity::{text, tree};
use super::error::STATE_FORBIDS;
use super::product_order;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use super::tongue;
use crate::api::edge::usage_id::{id_of, place};
use crate::domain::account::Account;
use crate::domain::document::DocumentType;
use crate::domain::error::{Code as Reason, Invalid, Rejection};
use crate::domain::id::{Id, Kind, MeterId, SubscriptionId, UsageRecordId};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageOrder, PageRequest};
use crate::domain::quantity::Quantity;
use crate::domain::stamp::Contract;
use crate::domain::subscription::Subscription;
use crate::domain::time::Zone;
use crate::domain::usage::lifecycle::State;
use crate::domain::usage::meter::Meter;
use crate::domain::usage::record::{EventId, EventIdError};
use crate::services::usage::{
    self, Entry, Explained, MeterName, NumberedEvent, Offered, Rating, Sought,
};
use crate::services::{Act, Author, Bss, Cx, Error};

/// Usage.
pub(super) struct Usages;

const DOCUMENTS: Registered = Registered("usage");
/// The number of the API, as listeners keep it.
const API: &str = "635";
/// What is kept beside an event, by the name of its resource.
const NAME: &str = "usage";
/// What the house says of usage, whatever is said.
const OURS: &[&str] = &["id", "href", "status", "ratedProductUsage"];
/// The attribute of what was counted after it had been rejected: the id of what it is counted as.
const COUNTED_AS: &str = "countedAs";
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
/// The names under which they say what they call an occurrence of use, beside the `id` that they give it.
const NUMBERS: &[&str] = &["correlationNumber", "eventId"];

/// What a client calls an occurrence of use of a product, so that it counts once however often it is sent.
fn number(said: &Tree, of: SubscriptionId) -> Result<Option<EventId>, Error> {
    let external = said.get("externalId");
    let number = characteristic(said, NUMBERS).or(external).and_then(plain);
    let number = number.map(|it| format!("{of}:{it}").parse()).transpose();
    Ok(number.map_err(|it: EventIdError| Invalid::one("externalId", "format", it.to_string()))?)
}

/// What the specification of the usage calls that which is counted.
fn counted_as(cx: Cx<'_>, said: &Tree) -> Result<Option<String>, Error> {
    let found = match meter(said) {
        Some(MeterName::Id(id)) => cx.shared::<Meter>(id)?.map(|it| it.code.clone()),
        Some(MeterName::Code(code)) => Some(code),
        None => None,
    };
    Ok(found.map(|it| it.as_str().to_owned()))
}

/// What is offered to be counted, under the name of what is counted or one that clients use; or why nothing
/// can be.
fn offered(
    said: &Tree,
    counted_as: Option<&str>,
    fresh: UsageRecordId,
) -> Result<Result<Offered, String>, Error> {
    let Some(subscription) = product(said) else {
        return Ok(Err("no product is named that was used".to_owned()));
    };
    let Some(meter) = meter(said) else {
        return Ok(Err("neither `usageSpecification` nor `usageType` says what counts".to_owned()));
    };
    let names: Vec<_> = counted_as.into_iter().chain(QUANTITIES.iter().copied()).collect();
    let quantity = characteristic(said, &names).and_then(plain);
    let Some(quantity) = quantity.and_then(|it| it.parse::<Quantity>().ok()) else {
        let names = names.join("`, `");
        return Ok(Err(format!("no `usageCharacteristic` says how much: one of `{names}`")));
    };
    let number = match number(said, subscription)? {
        Some(it) => it,
        None => fresh.uuid().to_string().parse().map_err(Error::internal)?,
    };
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

/// What a piece of what was used costs, and why: in and beyond what is included, with and without tax as
/// far as that is known.
fn rated(of: SubscriptionId, is_billed: bool, it: Option<&Rating>) -> Value {
    let number = |it: Decimal| it.to_string().parse::<serde_json::Number>().ok();
    let money = |it: &Rating, amount: Option<Decimal>| {
        let value = amount.and_then(number);
        value.map(|value| json!({ "unit": it.currency.code(), "value": value }))
    };
    let rated = it.map(|it| {
        json!({
            "usageRatingTag": it.kind.word().replace('_', " "),
            "ratingAmountType": "Total",
            "offerTariffType": it.tariff,
            "ratingDate": it.rated_on.map(|on| Zone::UTC.start_of(on).to_string()),
            "taxExcludedRatingAmount": money(it, it.net),
            "taxIncludedRatingAmount": money(it, it.gross),
            "taxRate": it.tax.and_then(|it| number(it.decimal())),
            "isTaxExempt": it.is_exempt,
            "bucketValueConvertedInAmount": money(it, it.bucket),
        })
    });
    let mut shown = tree(json!({
        "productRef": { "id": of.uuid(), "@referredType": "Product" },
        "isBilled": is_billed,
    }));
    shown.extend(tree(rated.unwrap_or_default()));
    shown.retain(|_, it| !it.is_null());
    Value::Object(shown)
}

/// An event as this contract shows it.
fn shown(cx: Cx<'_>, it: &NumberedEvent) -> Result<Tree, Error> {
    let event = &it.event;
    let meter = cx.shared::<Meter>(event.meter)?;
    let subscription = cx.shared::<Subscription>(event.subscription)?;
    let account = subscription.map(|it| cx.shared::<Account>(it.account())).transpose()?.flatten();
    let Explained { state, ratings } = usage::explained(cx, it)?;
    // What nothing charges is known to be somebody's nevertheless.
    let status = if state == State::Received { State::Guided } else { state };
    let is_billed = matches!(state, State::Billed | State::Rerate);
    let mut ratings: Vec<_> =
        ratings.iter().map(|it| rated(event.subscription, is_billed, Some(it))).collect();
    if ratings.is_empty() {
        ratings.push(rated(event.subscription, is_billed, None));
    }
    let dimensions = event.dimensions.iter();
    let dimensions =
        dimensions.map(|(name, value)| json!({ "name": name.as_str(), "value": value }));
    let quantity: Option<serde_json::Number> = event.quantity.to_string().parse().ok();
    let quantity = json!({ "name": "value", "valueType": "number", "value": quantity });
    let characteristics: Vec<_> = [quantity].into_iter().chain(dimensions).collect();
    let known = tree(json!({
        "usageDate": event.at.to_string(),
        "usageType": meter.as_ref().map(|it| it.code.as_str()),
        "status": status.word(),
        "usageSpecification": meter.as_ref().map(|it| json!({
            "id": it.id.uuid(), "name": it.name.as_str(),
        })),
        "usageCharacteristic": characteristics,
        "ratedProductUsage": ratings,
        "relatedParty": account.iter().map(|it| customer::owner(it)).collect::<Vec<_>>(),
    }));
    let (_, kept) = carried::read(event.carried.get(&Contract::Tmf), NAME)?;
    let mut shown = carried::overlaid(known, &kept);
    shown.insert("id".to_owned(), id_of(it).into());
    Ok(shown)
}

/// Shows what was counted, and tells it to who listens.
fn told_of(
    bss: &Bss,
    author: &Author,
    (fresh, event): (UsageRecordId, &NumberedEvent),
) -> Result<Tree, Error> {
    let it = bss.read(&author.actor, |cx| shown(cx, event))?;
    let told = serde_json::to_vec(&it).map_err(Error::internal)?;
    usage::tell(bss, author, (fresh, event), (Contract::Tmf, API, told))?;
    Ok(it)
}

/// Keeps what cannot be counted, with the reason.
fn rejected(
    act: &mut Act<'_>,
    of: &Resource,
    (mut said, why): (Tree, &str),
) -> Result<Tree, Error> {
    said.remove(COUNTED_AS);
    said.insert("status".to_owned(), json!("rejected"));
    product_order::annotate(&mut said, &tongue::told(of, why), act.now());
    DOCUMENTS.create(act, of, said)
}

/// What was counted stays as it is.
fn counted() -> Error {
    let why = "what was counted stays: a credit note corrects what was charged for it";
    Rejection::new(Reason::UsageStateForbids, why).into()
}

/// Whether what was written down is to be offered again. Refused is a status that nothing leads to from
/// where it is, or that only what is counted comes to.
fn is_recycled(change: &Change) -> Result<bool, Invalid> {
    let word = |it: &Tree| {
        let said = it.get("status").and_then(Value::as_str).unwrap_or_default();
        said.trim().to_ascii_lowercase()
    };
    let (was, now) = (word(&change.before), word(&change.after));
    let is_kept = |it: &str| matches!(it, "rejected" | "recycled");
    let is_state = DocumentType::find(DOCUMENTS.0).is_some_and(|it| it.has_state(&now));
    match (was == now, now.as_str()) {
        (_, "recycled") if is_kept(&was) => Ok(true),
        (true, _) => Ok(false),
        (false, "rejected") if was == "recycled" => Ok(false),
        // What is no state at all is refused with all that there are.
        (false, _) if !is_state => Ok(false),
        (false, _) => {
            let message = format!("cannot become `{now}` where it is `{was}`");
            Err(Invalid::one("status", STATE_FORBIDS, message))
        }
    }
}

/// What a document was counted as, after it had been rejected.
fn counted_as_event(cx: Cx<'_>, document: &Tree) -> Result<Option<Tree>, Error> {
    let id = document.get(COUNTED_AS).and_then(Value::as_str);
    let Some((what, sequence)) = id.and_then(place) else { return Ok(None) };
    let found = usage::event(cx, what, sequence)?;
    let Some(mut shown) = found.map(|it| shown(cx, &it)).transpose()? else { return Ok(None) };
    for name in ["id", COUNTED_AS] {
        shown.extend(document.get(name).map(|it| (name.to_owned(), it.clone())));
    }
    Ok(Some(shown))
}

/// Offers what a client reports, under an id that its number is taken from where it has none: as it was
/// counted, now or before, or why it is not.
fn offer(
    (bss, author): (&Bss, &Author),
    (said, id): (&Tree, UsageRecordId),
) -> Result<Result<NumberedEvent, String>, Error> {
    let counted_as = bss.read(&author.actor, |cx| counted_as(cx, said))?;
    match offered(said, counted_as.as_deref(), id)? {
        Ok(offered) => {
            let text = serde_json::to_vec(said).map_err(Error::internal)?;
            let entry = Entry { offered: Ok(offered), text };
            Ok(usage::report(bss, author, entry)?.map_err(|it| it.detail))
        }
        Err(why) => Ok(Err(why)),
    }
}

/// Keeps that what was rejected is counted, and as what: it was recycled, and guided.
fn taken(
    act: &mut Act<'_>,
    of: &Resource,
    (mut change, event): (Change, &NumberedEvent),
) -> Result<Tree, Error> {
    let (id, mut before) = (change.id.clone(), change.before);
    change.after.insert(COUNTED_AS.to_owned(), id_of(event).into());
    for status in ["recycled", "guided"] {
        let mut after = change.after.clone();
        after.insert("status".to_owned(), json!(status));
        let change = Change { id: id.clone(), before, after };
        before = DOCUMENTS.change(act, of, change)?;
    }
    Ok(counted_as_event(act.cx(), &before)?.unwrap_or(before))
}

/// Keeps what was rejected as it is said now, with why it still cannot be counted.
fn still_rejected(
    act: &mut Act<'_>,
    of: &Resource,
    (mut change, why): (Change, &str),
) -> Result<Tree, Error> {
    change.after.insert("status".to_owned(), json!("rejected"));
    product_order::annotate(&mut change.after, &tongue::told(of, why), act.now());
    DOCUMENTS.change(act, of, change)
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
                let mut written = DOCUMENTS.page(cx, of, page)?;
                // What is counted by now stands among what is counted.
                written.items.retain(|it| !it.contains_key(COUNTED_AS));
                let next = written.next.unwrap_or_else(|| EVENTS_FROM.to_vec());
                Ok(Page { items: written.items, next: Some(next) })
            }
            Some(after) => {
                let after = (!after.is_empty()).then(|| after.to_vec());
                let page = PageRequest { after, order: PageOrder::Rising, ..page.clone() };
                let found = usage::every(cx, &Sought::default(), &page)?;
                let items: Result<_, _> = found.items.iter().map(|it| shown(cx, it)).collect();
                let next = found.next.map(|it| [EVENTS_FROM, &it].concat());
                Ok(Page { items: items?, next })
            }
        }
    }

    fn find(&self, cx: Cx<'_>, of: &Resource, id: &str) -> Result<Option<Tree>, Error> {
        let Some((what, sequence)) = place(id) else {
            let Some(written) = DOCUMENTS.find(cx, of, id)? else { return Ok(None) };
            return Ok(Some(counted_as_event(cx, &written)?.unwrap_or(written)));
        };
        let found = usage::event(cx, what, sequence)?;
        found.map(|it| shown(cx, &it)).transpose()
    }

    /// What is counted is told of by what it was shown as; what is written down, like all documents.
    fn kind(&self) -> Kind {
        Kind::UsageRecord
    }

    fn told(&self, _: Cx<'_>, _: &Resource, side: &[u8]) -> Result<Option<Tree>, Error> {
        serde_json::from_slice(side).map(Some).map_err(Error::internal)
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
        match offer((bss.as_ref(), author), (&said, fresh))? {
            Ok(event) => told_of(bss, author, (fresh, &event)),
            Err(why) => bss.act(author.clone(), move |act| rejected(act, of, (said, &why))).wait(),
        }
    }

    fn labour_change(
        &self,
        (bss, author): (&Arc<Bss>, &Author),
        of: &'static Resource,
        mut change: Change,
    ) -> Result<Tree, Error> {
        let is_event = place(&change.id).is_some() || change.before.contains_key(COUNTED_AS);
        if is_event || !is_recycled(&change)? {
            return bss.act(author.clone(), move |act| Usages.change(act, of, change)).wait();
        }
        change.after.remove(COUNTED_AS);
        let missing = || Error::not_found(change.id.clone());
        let id = change.id.parse().map_err(|_| missing())?;
        let mut said = change.after.clone();
        for ours in ["status", "note"] {
            said.remove(ours);
        }
        let offered = offer((bss.as_ref(), author), (&said, UsageRecordId::from_uuid(id)))?;
        let kept = bss.act(author.clone(), move |act| match offered {
            Ok(event) => taken(act, of, (change, &event)),
            Err(why) => still_rejected(act, of, (change, &why)),
        });
        kept.wait()
    }

    fn create(&self, _: &mut Act<'_>, _: &Resource, _: Tree) -> Result<Tree, Error> {
        Err(Error::internal("usage is taken in a way of its own"))
    }

    fn change(&self, act: &mut Act<'_>, of: &Resource, mut change: Change) -> Result<Tree, Error> {
        let is_counted = place(&change.id).is_some() || change.before.contains_key(COUNTED_AS);
        match (is_counted, change.before == change.after) {
            (true, false) => Err(counted()),
            (true, true) => Ok(change.before),
            (false, _) => {
                change.after.remove(COUNTED_AS);
                DOCUMENTS.change(act, of, change)
            }
        }
    }

    fn remove(&self, act: &mut Act<'_>, of: &Resource, id: &str) -> Result<(), Error> {
        let is_counted = match place(id) {
            Some(_) => true,
            None => {
                let found = DOCUMENTS.find(act.cx(), of, id)?;
                found.is_some_and(|it| it.contains_key(COUNTED_AS))
            }
        };
        if is_counted { Err(counted()) } else { DOCUMENTS.remove(act, of, id) }
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
            offered(&said(it), None, fresh).expect("right").map(|it| it.quantity.to_string())
        };
        assert_eq!(told(json!(1.5)), Ok("1.5".to_owned()));
        assert_eq!(told(json!("12")), Ok("12".to_owned()));
        assert!(told(json!("much")).is_err());
        assert!(told(json!(null)).is_err());
    }
}
