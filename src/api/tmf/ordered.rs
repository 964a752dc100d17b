//! What is said of a product where it is ordered: what is chosen of it, what it relies on, and what is none
//! of ours to know, such as the place where it is to be.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::carried;
use super::customer;
use super::entity::{reference, tree};
use super::product as inventory;
use super::resource::Tree;
use super::{offer_term, order_item};
use crate::domain::attribute::AttributeValue;
use crate::domain::catalog::characteristic::Choices;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::specification::Specification;
use crate::domain::document::Document;
use crate::domain::error::{Code as Reason, Invalid, Refusal, Rejection};
use crate::domain::id::{AccountId, Id, SubscriptionId};
use crate::domain::order::Order;
use crate::domain::order::item::Relation;
use crate::domain::stamp::Contract;
use crate::domain::subscription::Subscription;
use crate::domain::text::{Code, Prose};
use crate::services::{Cx, Error};

/// What of a product is shown as it was said when it was ordered, where we know nothing of it.
pub(super) const SAID: &[&str] = &[
    "agreement",
    "description",
    "place",
    "productRelationship",
    "productSerialNumber",
    "productTerm",
    "realizingResource",
    "realizingService",
];

fn characteristics(product: &Tree) -> impl Iterator<Item = &Value> {
    product.get("productCharacteristic").and_then(Value::as_array).into_iter().flatten()
}

/// How many are wanted, where a characteristic says it.
pub(super) fn quantity(product: &Tree) -> Result<Option<u32>, Invalid> {
    let is = |it: &&Value| it.get("name").and_then(Value::as_str) == Some("quantity");
    match characteristics(product).find(is) {
        Some(it) => order_item::quantity(&json!({ "quantity": it.get("value") })),
        None => Ok(None),
    }
}

/// What is said of what the specification knows; a value is a text, a number or a flag, or several of them.
/// Whether it may be chosen is for the order to find out.
pub(super) fn choices(cx: Cx<'_>, offer: &Offer, product: &Tree) -> Result<Choices, Error> {
    let specification = offer.content.specification;
    let of = specification.map(|id| cx.shared::<Specification>(id)).transpose()?.flatten();
    let mut choices = Choices::new();
    for (place, said) in characteristics(product).enumerate() {
        let name = said.get("name").and_then(Value::as_str).unwrap_or_default();
        let mut known = of.iter().flat_map(|it| &it.content.characteristics);
        let Some(known) = known.find(|it| it.name.as_str() == name) else { continue };
        let values = match said.get("value") {
            Some(Value::Array(all)) => all.iter().collect(),
            Some(one) => vec![one],
            None => Vec::new(),
        };
        for it in values {
            let plain = match it {
                Value::String(it) => it.clone(),
                Value::Number(_) | Value::Bool(_) => it.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
            };
            if plain.is_empty() {
                continue;
            }
            let value = plain.parse::<Prose>().map_err(|it| {
                let at = format!("product/productCharacteristic/{place}/value");
                Invalid::one(at, "format", it.to_string())
            })?;
            choices.entry(known.name.clone()).or_default().push(AttributeValue::Text(value));
        }
    }
    Ok(choices)
}

/// What a change says anew of a product that somebody has: what is said as it is shown changes nothing.
/// Refused is what the product does not have, so that nobody takes for changed what is not.
pub(super) fn anew(
    cx: Cx<'_>,
    (offer, held): (&Offer, &Subscription),
    product: &Tree,
) -> Result<Result<Tree, Refusal>, Error> {
    let specification = offer.content.specification;
    let of = specification.map(|id| cx.shared::<Specification>(id)).transpose()?.flatten();
    let shown = inventory::characteristics(held);
    let name = |it: &Value| it.get("name").and_then(Value::as_str).map(str::to_owned);
    let is_shown = |it: &Value| {
        let same = |other: &&Value| name(other) == name(it);
        characteristics(product).filter(same).count() == 1
            && shown
                .iter()
                .any(|other| name(other) == name(it) && other.get("value") == it.get("value"))
    };
    let said: Vec<_> = characteristics(product).filter(|it| !is_shown(it)).cloned().collect();
    for it in &said {
        let name = name(it).unwrap_or_default();
        let mut known = of.iter().flat_map(|it| &it.content.characteristics);
        if name != "quantity" && !known.any(|it| it.name.as_str() == name) {
            let why = format!(
                "`product.productCharacteristic`: the product has no characteristic `{name}` that an \
                 order could change"
            );
            return Ok(Err(Rejection::new(Reason::ReferenceUnknown, why).into()));
        }
    }
    let mut anew = product.clone();
    anew.insert("productCharacteristic".to_owned(), json!(said));
    Ok(Ok(anew))
}

/// The term of an offer for which something is had; nothing where none is said, and why where it has no such.
pub(super) fn term(
    offer: &Offer,
    (name, said): (&str, Option<&Value>),
) -> Result<Result<Option<Code>, Refusal>, Error> {
    let all = match said {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_object).collect(),
        Some(Value::Object(one)) => vec![one],
        _ => Vec::new(),
    };
    let all: Vec<_> = all
        .into_iter()
        .filter(|it| it.contains_key("name") || it.contains_key("duration"))
        .collect();
    let why = match all.as_slice() {
        [] => return Ok(Ok(None)),
        [one] => match offer_term::named(offer, one)? {
            Some(key) => return Ok(Ok(Some(key))),
            None => "names no term that the product offering has",
        },
        [_, _, ..] => "must name one term, and not several",
    };
    Ok(Err(Rejection::new(Reason::OfferNotAvailable, format!("`{name}` {why}")).into()))
}

/// Where items lie within items, by the lists in which they stand.
const WITHIN: &[&str] = &["productOrderItem", "quoteItem", "cartItem"];

/// Why an item cannot be read alone; nothing if it can.
pub(super) fn nested(item: &Value) -> Option<Refusal> {
    let has = |name: &&&str| {
        item.get(**name).and_then(Value::as_array).is_some_and(|it| it.iter().any(Value::is_object))
    };
    WITHIN.iter().find(has).map(|name| {
        let why = format!("`{name}`: nothing is had within an item: say it beside it");
        Rejection::new(Reason::OfferNotAvailable, why).into()
    })
}

/// What an item has to do with others of the same list, in our words; `reliesOn` of what adds to something
/// says to what.
pub(super) fn relations(item: &Value) -> Result<Vec<Relation>, Invalid> {
    let name = "productOrderItemRelationship";
    let all = item.get(name).and_then(Value::as_array).into_iter().flatten().enumerate();
    let read = all.map(|(place, it)| {
        let at = |name: &str| format!("productOrderItemRelationship/{place}/{name}");
        let text = |name: &str| it.get(name).and_then(Value::as_str).unwrap_or_default();
        let missing = |name: &str| Invalid::one(at(name), "required", "must be given");
        let word = text("relationshipType").trim().chars().flat_map(|it| {
            let gap = it.is_ascii_uppercase().then_some('_');
            gap.into_iter().chain([it.to_ascii_lowercase()])
        });
        let word: String = word.collect();
        let kind = word.trim_start_matches('_').parse().map_err(|_| missing("relationshipType"))?;
        let item = text("id").parse().map_err(|_| missing("id"))?;
        Ok(Relation { kind, item })
    });
    read.collect()
}

/// The channel through which something is ordered: the first that is named by a code.
pub(super) fn channel(said: &Tree) -> Option<Code> {
    let all = said.get("channel").and_then(Value::as_array).into_iter().flatten();
    let mut ids = all.filter_map(|it| it.get("id").and_then(Value::as_str));
    ids.find_map(|it| it.parse().ok())
}

/// The product of ours that one relies on.
pub(super) fn relied_on(product: &Tree) -> Option<SubscriptionId> {
    let all = product.get("productRelationship").and_then(Value::as_array);
    let relies = |it: &&Value| {
        let kind = it.get("relationshipType").or_else(|| it.get("type")).and_then(Value::as_str);
        kind.is_some_and(|it| it.eq_ignore_ascii_case("reliesOn"))
    };
    let mut relied = all.into_iter().flatten().filter(relies);
    relied.find_map(|it| it.get("product").and_then(reference))
}

/// The order that a product comes from.
fn order_of(cx: Cx<'_>, it: &Subscription) -> Result<Option<Arc<Order>>, Error> {
    it.origin.as_ref().map_or(Ok(None), |(order, _)| cx.shared::<Order>(*order))
}

/// The product as its order said it.
fn product_of(cx: Cx<'_>, it: &Subscription) -> Result<Tree, Error> {
    let (Some(order), Some((_, key))) = (order_of(cx, it)?, &it.origin) else {
        return Ok(Map::new());
    };
    let (_, kept) = carried::read(order.stamp.carried.get(&Contract::Tmf), "productOrder")?;
    let items = carried::said(&kept, "productOrderItem").and_then(Value::as_array);
    let is = |it: &&Value| it.get("id").is_some_and(|it| order_item::is_key(it, key));
    let item = items.into_iter().flatten().find(is);
    Ok(tree(item.and_then(|it| it.get("product")).cloned().unwrap_or_default()))
}

/// What was said of a product when it was ordered, as far as it is none of ours to know.
pub(super) fn said_of(cx: Cx<'_>, it: &Subscription) -> Result<Tree, Error> {
    let mut said = product_of(cx, it)?;
    said.retain(|name, it| SAID.contains(&name.as_str()) && !it.is_null());
    Ok(said)
}

/// Who has to do with a product beside who buys it, as its order said: who uses it.
pub(super) fn parties(cx: Cx<'_>, it: &Subscription) -> Result<Vec<Value>, Error> {
    let said = product_of(cx, it)?.remove("relatedParty").unwrap_or_default();
    let all = said.as_array().cloned().unwrap_or_default();
    let buys = |party: &Value| {
        customer::is_customer(party) || reference::<AccountId>(party) == Some(it.account())
    };
    Ok(all.into_iter().filter(|it| it.is_object() && !buys(it)).collect())
}

/// What a product has to do with others of its order, but for what it is below.
pub(super) fn relationships(cx: Cx<'_>, it: &Subscription) -> Result<Vec<Value>, Error> {
    let (Some(order), Some((_, key))) = (order_of(cx, it)?, &it.origin) else {
        return Ok(Vec::new());
    };
    let relations = order.item(key).into_iter().flat_map(|it| &it.relations);
    let shown = relations.filter_map(|it| {
        let other = order.item(&it.item)?.subscription?;
        let kind = joined(it.kind.as_str());
        Some(json!({ "relationshipType": kind, "product": { "id": other.uuid() } }))
    });
    Ok(shown.collect())
}

/// Words of ours as one of this contract: `reliesOn`.
fn joined(ours: &str) -> String {
    let mut parts = ours.split('_').filter(|it| !it.is_empty());
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |said, it| {
        let (initial, rest) = it.split_at(1);
        said + &initial.to_ascii_uppercase() + rest
    })
}

/// The agreements under which a product was ordered, with what they say of it.
pub(super) fn agreements(cx: Cx<'_>, it: &Subscription) -> Result<Value, Error> {
    let Some(order) = order_of(cx, it)? else { return Ok(Value::Null) };
    let mut shown = Vec::new();
    for id in &order.request.agreements {
        let Some(found) = cx.shared::<Document>(*id)? else { continue };
        let body: Tree = serde_json::from_slice(found.body()).map_err(Error::internal)?;
        let items = body.get("agreementItem").cloned().unwrap_or_default();
        shown.push(json!({
            "id": id.uuid(), "name": body.get("name"), "@referredType": "Agreement",
            "agreementItem": items,
        }));
    }
    Ok(if shown.is_empty() { Value::Null } else { json!(shown) })
}
