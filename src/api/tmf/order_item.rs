//! What an item of an order, a quote or a cart says (TMF622, TMF648, TMF663), in our words: what it is to
//! do, of what, and how that is wanted.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value, json};

use super::entity::reference;
use super::ordered;
use super::registered::read as read_text;
use super::resource::Tree;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::catalog::offer::Offer;
use crate::domain::error::{Code as Reason, Invalid, Refusal, Rejection};
use crate::domain::id::SubscriptionId;
use crate::domain::order::item::{Action, Item, Parent, Relation, Wish};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::tree::Belonging;
use crate::domain::text::{Code, Name};
use crate::services::{Cx, Error, offer, subscription};

fn missing(name: &str) -> Invalid {
    Invalid::one(name, "required", "must be given")
}

/// What an item is called in its order.
fn key(said: &Value) -> Result<Code, Invalid> {
    let key = said.get("id").filter(|it| !it.is_null()).ok_or_else(|| missing("id"))?;
    let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
    key.parse::<Code>().map_err(|it| Invalid::one("id", "format", it.to_string()))
}

/// Whether something that was said is what an item is called.
pub(super) fn is_key(said: &Value, key: &Code) -> bool {
    let plain = said.as_str().map_or_else(|| said.to_string(), str::to_owned);
    plain == key.as_str()
}

/// What an item is to do.
fn action(said: &Value) -> Result<Action, Invalid> {
    let word = said.get("action").and_then(Value::as_str).ok_or_else(|| missing("action"))?;
    match word.to_ascii_lowercase().as_str() {
        "add" => Ok(Action::Add),
        "modify" => Ok(Action::Modify),
        "delete" => Ok(Action::Delete),
        "nochange" => Ok(Action::NoChange),
        _ => {
            let message = format!("`{word}` is none of `add`, `modify`, `delete`, `noChange`");
            Err(Invalid::one("action", "enum", message))
        }
    }
}

/// How many an item asks for, if it says so: a whole number, as a number or a text, however many
/// zeros there are behind its point.
pub(super) fn quantity(said: &Value) -> Result<Option<u32>, Invalid> {
    let Some(count) = said.get("quantity").filter(|it| !it.is_null()) else { return Ok(None) };
    let count = count.as_str().map_or_else(|| count.to_string(), str::to_owned);
    let count = count.trim().parse::<Decimal>().ok().filter(Decimal::is_integer);
    let count = count.and_then(|it| it.to_u32()).filter(|it| *it > 0);
    let refused = || Invalid::one("quantity", "range", "must be a whole number from 1");
    count.map(Some).ok_or_else(refused)
}

/// The refusal of an item that names what is not here.
pub(super) fn absent(what: &str, reference: &Value) -> Refusal {
    let id = reference.get("id").map_or_else(String::new, ToString::to_string);
    let why = format!("{what} {id} is not there, or has no `id`");
    Rejection::new(Reason::ReferenceUnknown, why).into()
}

/// The offering that an item names, or whose product it names; what it does not name is refused only where
/// it is needed.
fn offering(said: &Value, action: Action) -> Option<&Value> {
    let within = || match action {
        Action::Add | Action::Modify => said.pointer("/product/productOffering"),
        Action::Delete | Action::NoChange | Action::Renew => None,
    };
    said.get("productOffering").or_else(within).filter(|it| it.is_object())
}

/// What is offered of what an item is about, and the product that it changes, if it changes one.
struct About {
    offer: Offer,
    held: Option<Subscription>,
}

/// What an item is about: the offering that it names, or else the one of the product that it changes.
fn about(
    cx: Cx<'_>,
    said: &Value,
    action: Action,
) -> Result<Result<Option<About>, Refusal>, Error> {
    let product = said.get("product").filter(|_| action == Action::Modify).and_then(reference);
    let held = product.map(|id| cx.find::<Subscription>(id)).transpose()?.flatten();
    if let Some(offering) = offering(said, action) {
        let found = match reference(offering) {
            Some(id) => offer::get(cx, id).map(Some).or_else(Error::or_nothing)?,
            None => None,
        };
        let refused = || absent("the product offering", offering);
        return Ok(found.map(|offer| Some(About { offer, held })).ok_or_else(refused));
    }
    let offer = held.as_ref().map(|it| subscription::offer(cx, it)).transpose()?.flatten();
    Ok(Ok(offer.map(|offer| About { offer: Offer::clone(&offer), held })))
}

/// What is wanted of the product of an item that adds or changes one.
fn wished(
    cx: Cx<'_>,
    (said, about): (&Value, &About),
    mut wish: Wish,
) -> Result<Result<Wish, Refusal>, Error> {
    let About { offer, held } = about;
    if let Some(product) = said.get("product").and_then(Value::as_object) {
        let product = match held {
            Some(held) => match ordered::anew(cx, (offer, held), product)? {
                Ok(anew) => anew,
                Err(refusal) => return Ok(Err(refusal)),
            },
            None => product.clone(),
        };
        wish.characteristics = ordered::choices(cx, offer, &product)?;
        if held.is_some() && wish.quantity.is_none() {
            wish.quantity = ordered::quantity(&product)?;
        }
        let name = product.get("name").filter(|it| held.is_none() && !it.is_null());
        let name = name.map(|it| read_text::<Name>("product/name", it)).transpose()?;
        wish.name = name.filter(|it| it != offer.content.name.original());
    }
    Ok(ordered::term(offer, ("itemTerm", said.get("itemTerm")))?.map(|term| Wish { term, ..wish }))
}

/// An item as far as its form goes; what it names may not be here.
fn item(cx: Cx<'_>, said: &Value) -> Result<Result<Item, Refusal>, Error> {
    let (key, action) = (key(said)?, action(said)?);
    if let Some(refusal) = ordered::nested(said) {
        return Ok(Err(refusal));
    }
    let relations = ordered::relations(said)?;
    let mut wish = Wish { quantity: quantity(said)?, ..Wish::default() };
    let (mut parent, mut beside) = (None, None);
    let about = match about(cx, said, action)? {
        Ok(about) => about,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(about) = &about {
        wish.offer = offering(said, action).map(|_| about.offer.id);
        let adds = wish.offer.is_some() && about.offer.content.adds_to.is_some();
        if let Action::Add | Action::Modify = action {
            wish = match wished(cx, (said, about), wish)? {
                Ok(wish) => wish,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let product = said.get("product").and_then(Value::as_object);
            parent = product.and_then(ordered::relied_on).filter(|_| adds);
        }
        let below = relations.iter().find(|it| it.kind.as_str() == "relies_on");
        beside = below.filter(|_| adds).map(|it| it.item.clone());
    }
    let mut item = Item::new(key, action, wish);
    let above = parent.map(|id| Parent::Subscription(id, Belonging::AddOn));
    item.parent = above.or_else(|| beside.map(|it| Parent::Item(it, Belonging::AddOn)));
    let is_above =
        |it: &Relation| matches!(&item.parent, Some(Parent::Item(key, _)) if *key == it.item);
    item.relations = relations.into_iter().filter(|it| !is_above(it)).collect();
    let billed = said.get("billingAccount").filter(|it| it.is_object() && action == Action::Add);
    let found = billed.and_then(reference).map(|id| cx.find::<BillingAccount>(id)).transpose()?;
    item.billing_account = found.flatten().map(|it| it.id);
    if let Some(billed) = billed.filter(|_| item.billing_account.is_none()) {
        return Ok(Err(absent("the billing account", billed)));
    }
    if action != Action::Add {
        let product = said.get("product").unwrap_or(&Value::Null);
        let id: Option<SubscriptionId> = reference(product);
        let Some(id) = id else { return Ok(Err(absent("the product", product))) };
        item.subscription = Some(id);
    }
    Ok(Ok(item))
}

/// Whether each item must say what it is called and what it is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saying {
    /// It must.
    All,
    /// What it does not say is its place, and that something is to be had.
    Some,
}

/// What one item says that stands at a place of a list, as far as what it names is here.
pub(super) fn read(
    cx: Cx<'_>,
    (attribute, place, saying): (&str, usize, Saying),
    it: &Value,
) -> Result<Result<Item, Refusal>, Error> {
    let mut it = it.clone();
    if let Some(fields) = it.as_object_mut().filter(|_| saying == Saying::Some) {
        fields.entry("id").or_insert_with(|| json!((place + 1).to_string()));
        fields.entry("action").or_insert_with(|| json!("add"));
    }
    let at = format!("{attribute}/{place}/");
    item(cx, &it).map_err(|error| {
        if let Error::Invalid(invalid) = error { invalid.below(&at).into() } else { error }
    })
}

/// What was said in a list of items, as far as what they name is here.
pub(super) fn items(
    cx: Cx<'_>,
    said: &Tree,
    (attribute, saying): (&str, Saying),
) -> Result<Result<Vec<Item>, Refusal>, Error> {
    let mut items = Vec::new();
    let all = said.get(attribute).and_then(Value::as_array);
    if all.is_none_or(Vec::is_empty) {
        return Err(Invalid::one(attribute, "required", "must have at least one item").into());
    }
    for (place, it) in all.into_iter().flatten().enumerate() {
        match read(cx, (attribute, place, saying), it)? {
            Ok(item) => items.push(item),
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
    Ok(Ok(items))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_whole_number_in_whatever_form() {
        let read = |it: &str| {
            let said: Value = serde_json::from_str(it).expect("JSON");
            quantity(&json!({ "quantity": said })).ok()
        };
        for it in ["2", "2.0", "\"2\"", "\" 2.00\""] {
            assert_eq!(read(it), Some(Some(2)), "{it}");
        }
        assert_eq!(read("null"), Some(None));
        for it in ["0", "1.5", "-1", "\"two\"", "1e40", "[1]"] {
            assert_eq!(read(it), None, "{it}");
        }
    }
}
