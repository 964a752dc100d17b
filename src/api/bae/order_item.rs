//! `orderItem`: a piece of an order, with the product that it makes and the price that was picked for it.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::carried;
use super::charge_period;
use super::contact;
use super::error::{OWN_OFFERING, PLAN};
use super::form;
use super::product;
use super::product_order::word;
use super::related_party;
use super::wire::Tree;
use crate::domain::account::Account;
use crate::domain::attribute::AttributeValue;
use crate::domain::catalog::characteristic::Choices;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::{Base, Price, PriceKind};
use crate::domain::catalog::specification::Specification;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, BillingAccountId, Id, Kind, OfferId, OrderId, SubscriptionId};
use crate::domain::order::Order;
use crate::domain::order::item::{Action, Item, Parent, Wish};
use crate::domain::order::lifecycle::ItemState;
use crate::domain::order::shipment::Destination;
use crate::domain::stamp::SellerNumber;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::tree::Belonging;
use crate::domain::text::{Code, Name};
use crate::domain::time::Zone;
use crate::services::{Cx, Error, offer, order};

/// How far an item is: until somebody has begun with it, it can be called off, and is acknowledged.
pub(super) fn state(cx: Cx<'_>, of: &Order, it: &Item) -> Result<String, Error> {
    let waits = it.state() == ItemState::InProgress && !order::is_begun(cx, of.id, it)?;
    let state = if waits { ItemState::Acknowledged } else { it.state() };
    Ok(word(state.word()))
}

/// A reference to an offering.
fn referred(it: &Offer) -> Value {
    let id = it.id.uuid();
    json!({
        "id": id,
        "href": format!("/DSProductCatalog/api/catalogManagement/v2/productOffering/{id}"),
        "name": it.content.name.original().as_str(),
    })
}

/// What was ordered, with what is in it.
fn offered(cx: Cx<'_>, it: &Offer) -> Result<Value, Error> {
    let mut shown = referred(it);
    let parts = it.content.parts.iter().map(|it| cx.shared::<Offer>(it.offer));
    let parts: Vec<_> = parts.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    if !parts.is_empty() {
        shown["bundledProductOffering"] = parts.iter().map(|it| referred(it)).collect();
    }
    Ok(shown)
}

/// What was said of the product of an item when it was ordered, beside what is ours to know.
pub(super) fn product_said(cx: Cx<'_>, order: OrderId, key: &Code) -> Result<Tree, Error> {
    const OURS: [&str; 5] = ["id", "href", "name", "productPrice", "relatedParty"];
    let Some(order) = cx.shared::<Order>(order)? else { return Ok(Tree::new()) };
    let mut kept = carried::read(&order.stamp)?;
    let items = kept.remove("orderItem").unwrap_or_default();
    let mut all = items.as_array().into_iter().flatten().enumerate();
    let is = |(place, it): &(usize, &Value)| self::key(it, *place).is_ok_and(|it| it == *key);
    let product = all.find(is).and_then(|it| it.1.get("product").cloned());
    let mut said = super::wire::tree(product.unwrap_or_default());
    said.retain(|name, it| !OURS.contains(&name.as_str()) && !it.is_null());
    Ok(said)
}

/// The product of ours that an item relies on.
fn relied_on(product: &Value) -> Option<SubscriptionId> {
    let all = product.get("productRelationship").and_then(Value::as_array);
    let kind = |it: &Value| it.get("type").and_then(Value::as_str).map(str::to_ascii_lowercase);
    let relies = |it: &&Value| kind(it).as_deref() == Some("relieson");
    let mut relied = all.into_iter().flatten().filter(relies);
    let id = relied.find_map(|it| it.get("product").and_then(form::reference));
    id.map(SubscriptionId::from_uuid)
}

/// What an item relies on, which its buyer must have; what an offering adds to becomes what its product
/// belongs to.
fn relying(
    cx: Cx<'_>,
    at: &str,
    (offer, product): (&Offer, &Value),
) -> Result<Option<Parent>, Error> {
    let Some(id) = relied_on(product) else { return Ok(None) };
    let own = cx.actor.standing().map(|it| it.account);
    let found = cx.find::<Subscription>(id)?.filter(|it| Some(it.account()) == own);
    if !found.is_some_and(|it| it.state().is_living()) {
        let message = "relies on a product that you do not have";
        return Err(Invalid::one(at, "reference", message).into());
    }
    let adds = offer.content.adds_to.is_some();
    Ok(adds.then_some(Parent::Subscription(id, Belonging::AddOn)))
}

/// An item as this contract shows it.
pub(super) fn shown(
    cx: Cx<'_>,
    (of, billed): (&Order, Option<BillingAccountId>),
    it: &Item,
) -> Result<Value, Error> {
    let offer = it.wish.offer.map(|id| cx.shared::<Offer>(id)).transpose()?.flatten();
    let offering = offer.as_ref().map(|it| offered(cx, it)).transpose()?;
    let billed = it.billing_account.or(billed).map(|it| {
        let id = it.uuid();
        json!([{ "id": id, "href": format!("/DSBillingManagement/api/billingManagement/v2/billingAccount/{id}") }])
    });
    let chosen = it.wish.characteristics.iter().map(|(name, values)| {
        let values: Vec<_> = values.iter().map(ToString::to_string).collect();
        json!({ "name": name.as_str(), "value": values.join(", ") })
    });
    let customer = related_party::customer(cx, of.account())?;
    let mut product = Map::new();
    if let Some(id) = it.subscription {
        product.insert("id".to_owned(), json!(id.uuid()));
        product.insert("href".to_owned(), json!(product::href(id)));
    }
    product.insert("productCharacteristic".to_owned(), chosen.collect());
    let supplier = it.supplier.map(|id| related_party::supplier(cx, id)).transpose()?.flatten();
    if let Some(sent) = &it.deliver_to {
        product.insert("place".to_owned(), json!([delivery_place(sent)]));
    }
    product.insert("relatedParty".to_owned(), customer.into_iter().chain(supplier).collect());
    let prices = prices(cx, of, (it, offer.as_deref()))?;
    if !prices.is_empty() {
        product.insert("productPrice".to_owned(), json!(prices));
    }
    let mut shown = super::wire::tree(json!({
        "id": it.key.as_str(),
        "action": if it.action == Action::NoChange { "no_change" } else { it.action.word() },
        "state": state(cx, of, it)?,
        "billingAccount": billed,
        "productOffering": offering,
        "product": product,
    }));
    shown.retain(|_, it| !it.is_null());
    Ok(Value::Object(shown))
}

/// What the product of an item costs: as it was bought, or before it is there, as the plan that was picked
/// says. Who only delivers it is not told.
fn prices(
    cx: Cx<'_>,
    of: &Order,
    (it, offer): (&Item, Option<&Offer>),
) -> Result<Vec<Value>, Error> {
    if !cx.actor.sees(Kind::Order, &of.stamp) {
        return Ok(Vec::new());
    }
    let bought = it.subscription.map(|id| cx.find::<Subscription>(id)).transpose()?.flatten();
    if let Some(bought) = bought {
        return product::prices(cx, &bought);
    }
    let Some(offer) = offer else { return Ok(Vec::new()) };
    let today = Zone::UTC.date_of(cx.now);
    let mut prices = offer::prices(cx, offer.id)?;
    prices.retain(|price| {
        let is_picked = price.plan.is_none() || price.plan == it.wish.plan;
        is_picked && price.in_force(today, None).is_some()
    });
    let priced = |it: &Price| product::price(cx, (it, it.in_force(today, None)), of.account());
    prices.iter().map(priced).collect()
}

/// Fills into an item as it is shown what else was said of it when it was ordered: appointments, places,
/// what its product has to do with.
pub(super) fn fill(shown: &mut Value, said: &Value) {
    let id = shown.get("id").cloned();
    let said = said.as_array().and_then(|all| all.iter().find(|it| it.get("id") == id.as_ref()));
    let (Some(shown), Some(said)) = (shown.as_object_mut(), said.and_then(Value::as_object)) else {
        return;
    };
    let product = (shown.get_mut("product"), said.get("product"));
    if let (Some(Value::Object(shown)), Some(Value::Object(said))) = product {
        // Where it goes is shown as its buyer said it.
        shown.retain(|name, _| name != "place" || said.get(name).is_none_or(Value::is_null));
        beside(shown, said);
    }
    beside(shown, said);
}

/// Adds what is not there. What a buyer says that something costs is nobody's word but its own.
fn beside(shown: &mut Map<String, Value>, said: &Map<String, Value>) {
    for (name, value) in said.iter().filter(|it| !it.1.is_null()) {
        if !["id", "href", "productPrice"].contains(&name.as_str()) {
            shown.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// Refuses an order that makes something and changes something else: it is two orders.
pub(super) fn must_not_mix(items: &[Item]) -> Result<(), Invalid> {
    let adds = items.iter().filter(|it| it.action == Action::Add).count();
    if adds == 0 || adds == items.len() {
        return Ok(());
    }
    Err(Invalid::one("orderItem", "conflict", "must all add, or none of them"))
}

/// An item as it was said; its rules in the order in which the contract has them.
pub(super) fn read(cx: Cx<'_>, (place, said): (usize, &Value)) -> Result<Item, Error> {
    let at = |field: &str| format!("orderItem/{place}/{field}");
    let part = |name: &str| {
        let found = said.get(name).filter(|it| it.is_object());
        found.ok_or_else(|| Invalid::one(at(name), "required", "must be given"))
    };
    let (product, offering) = (part("product")?, part("productOffering")?);
    let parties = product.get("relatedParty").and_then(Value::as_array);
    if let Some(parties) = parties.filter(|it| !it.is_empty()) {
        related_party::must_have_caller(cx, &at("product/relatedParty"), parties)?;
    }
    let id = form::reference(offering).map(OfferId::from_uuid);
    let missing = || Invalid::one(at("productOffering"), "reference", "must say which by its `id`");
    let offer = offer::named(cx, &at("productOffering"), id.ok_or_else(missing)?)?;
    let own = cx.actor.standing().map(|it| it.account);
    let is_supplied = own.is_some() && offer.content.supplier == own;
    if is_supplied || own_seller(cx)? == Some(offer.stamp.seller) {
        let message = "is your own offering: sell it to others";
        return Err(OWN_OFFERING.broken(&at("productOffering"), message).into());
    }
    let wish = Wish {
        offer: Some(offer.id),
        plan: plan(cx, &offer, product).map_err(|it| below(&at("product"), it))?,
        characteristics: choices(cx, &offer, product)?,
        ..Wish::default()
    };
    let mut item = Item::new(key(said, place)?, action(said, &at("action"))?, wish);
    item.parent = relying(cx, &at("product/productRelationship"), (&offer, product))?;
    if item.action != Action::Add {
        let id = form::reference(product).map(SubscriptionId::from_uuid);
        let missing = || Invalid::one(at("product"), "reference", "must say which by its `id`");
        item.subscription = Some(id.ok_or_else(missing)?);
    }
    Ok(item)
}

/// Where something is sent, as a place of its product.
fn delivery_place(of: &Destination) -> Value {
    let mut shown = contact::place(&of.address);
    shown["role"] = json!("delivery");
    shown["name"] = json!(of.recipient.as_str());
    shown
}

/// Where an item goes that is sent, as the places of its product say it; nothing where they say nothing.
pub(super) fn deliver_to(
    cx: Cx<'_>,
    (account, item): (AccountId, &Item),
    said: &Value,
) -> Result<Option<Destination>, Error> {
    let offer = item.wish.offer.filter(|_| item.action == Action::Add);
    let places = said
        .pointer("/product/place")
        .map(|it| it.as_array().map_or_else(|| vec![it], |all| all.iter().collect()));
    let (Some(offer), Some(places)) = (offer, places.filter(|it| !it.is_empty())) else {
        return Ok(None);
    };
    if !order::sends(cx, offer)? {
        return Ok(None);
    }
    // A place that leads elsewhere says nothing that could be written on a parcel.
    let Some(address) = places.into_iter().find_map(contact::address) else { return Ok(None) };
    let recipient = order::buyer(cx, "relatedParty", account)?.profile().name.clone();
    Ok(Some(Destination { recipient, address, phone: None }))
}

fn below(at: &str, error: Error) -> Error {
    if let Error::Invalid(invalid) = error {
        invalid.below(&format!("{at}/")).into()
    } else {
        error
    }
}

/// What an item is called in its order: its place if nothing is said.
fn key(said: &Value, place: usize) -> Result<Code, Invalid> {
    let text = match said.get("id") {
        Some(Value::String(it)) => it.clone(),
        Some(it @ Value::Number(_)) => it.to_string(),
        _ => (place + 1).to_string(),
    };
    text.parse().map_err(|it: <Code as std::str::FromStr>::Err| {
        Invalid::one(format!("orderItem/{place}/id"), "format", it.to_string())
    })
}

fn action(said: &Value, at: &str) -> Result<Action, Invalid> {
    let word = said.get("action").and_then(Value::as_str).unwrap_or("add");
    match word.to_ascii_lowercase().as_str() {
        "add" => Ok(Action::Add),
        "modify" => Ok(Action::Modify),
        "delete" => Ok(Action::Delete),
        "no_change" | "nochange" => Ok(Action::NoChange),
        _ => {
            let message = format!("`{word}` is none of `add`, `modify`, `delete`, `no_change`");
            Err(Invalid::one(at, "enum", message))
        }
    }
}

/// As whom the caller sells, if it does.
fn own_seller(cx: Cx<'_>) -> Result<Option<SellerNumber>, Error> {
    let own = cx.actor.standing().map(|it| cx.shared::<Account>(it.account));
    Ok(own.transpose()?.flatten().and_then(|it| it.seller_number()))
}

/// What is chosen, of what can be: what the specification says of itself is no choice.
fn choices(cx: Cx<'_>, offer: &Offer, product: &Value) -> Result<Choices, Error> {
    let specification = offer.content.specification;
    let of = specification.map(|id| cx.shared::<Specification>(id)).transpose()?.flatten();
    let mut choices = Choices::new();
    for said in product.get("productCharacteristic").and_then(Value::as_array).into_iter().flatten()
    {
        let name = said.get("name").and_then(Value::as_str).and_then(|it| it.parse::<Name>().ok());
        let value = said.get("value").and_then(Value::as_str);
        let (Some(name), Some(value)) = (name, value) else { continue };
        let known = of.iter().flat_map(|it| &it.content.characteristics);
        let is_open = known.into_iter().any(|it| it.name == name && it.is_configurable);
        if let (true, Ok(value)) = (is_open, value.parse()) {
            choices.insert(name, vec![AttributeValue::Text(value)]);
        }
    }
    Ok(choices)
}

/// The plan of the price that was picked; nothing where the offering has no price.
fn plan(cx: Cx<'_>, offer: &Offer, product: &Value) -> Result<Option<Code>, Error> {
    let today = Zone::UTC.date_of(cx.now);
    let mut prices = offer::prices(cx, offer.id)?;
    prices.retain(|it| it.in_force(today, None).is_some());
    if prices.is_empty() {
        return Ok(None);
    }
    let said = product.get("productPrice").filter(|it| !it.is_null());
    let said = said.and_then(|it| it.as_array().map_or(Some(it), |all| all.first()));
    let Some(said) = said else {
        let message = "must pick one of the prices of the offering, which is not free";
        return Err(PLAN.broken("productPrice", message).into());
    };
    let fitting = prices.iter().filter(|it| fits(cx, it, said).unwrap_or(false));
    let mut plans: Vec<_> = fitting.map(|it| it.plan.clone()).collect();
    if plans.iter().any(Option::is_some) {
        // What is charged in every plan says nothing of which was picked.
        plans.retain(Option::is_some);
    }
    plans.dedup();
    match plans.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(PLAN.broken("productPrice", "is none of the prices of the offering").into()),
        _ => {
            Err(PLAN.broken("productPrice", "is more than one of the prices: say its name").into())
        }
    }
}

/// Whether a price is the one that was picked: in all that was said of it.
fn fits(cx: Cx<'_>, price: &Price, said: &Value) -> Result<bool, Error> {
    let word = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_ascii_lowercase);
    let same = |name: &str, ours: Option<String>| {
        word(name).is_none_or(|said| Some(said) == ours.map(|it| it.to_ascii_lowercase()))
    };
    let kind = match price.kind {
        PriceKind::OneTime(_) => "one time",
        PriceKind::Recurring { .. } => "recurring",
        PriceKind::Usage { .. } => "usage",
    };
    let period = match price.kind {
        PriceKind::Recurring { every, .. } => charge_period::word(every).map(str::to_owned),
        PriceKind::OneTime(_) | PriceKind::Usage { .. } => None,
    };
    let unit = offer::unit(cx, price)?.map(|it| it.as_str().to_owned());
    let is_called = said.get("name").and_then(Value::as_str).is_none_or(|it| {
        it.eq_ignore_ascii_case(price.name.as_str())
            || price.plan.as_ref().is_some_and(|plan| plan.as_str().eq_ignore_ascii_case(it))
    });
    Ok(is_called
        && same("priceType", Some(kind.to_owned()))
        && same("recurringChargePeriod", period)
        && same("unitOfMeasure", unit)
        && costs(cx, price, said))
}

/// Whether a price is in the currency and of the amount that was said.
fn costs(cx: Cx<'_>, price: &Price, said: &Value) -> bool {
    let inner = said.get("price").unwrap_or(said);
    let currency = inner.get("currencyCode").and_then(Value::as_str);
    if currency.is_some_and(|it| !it.eq_ignore_ascii_case(price.currency.code())) {
        return false;
    }
    let name = match price.base {
        Base::Net => "dutyFreeAmount",
        Base::Gross => "taxIncludedAmount",
    };
    let said = inner.get(name).and_then(|it| match it {
        Value::String(text) => text.trim().parse::<Decimal>().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    });
    let today = Zone::UTC.date_of(cx.now);
    let figure = price.in_force(today, None).and_then(|it| product::figure(&it.model));
    said.zip(figure).is_none_or(|(said, figure)| said == figure.decimal())
}
