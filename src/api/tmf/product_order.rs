//! What is asked for (TMF622): our orders.
//!
//! An order that cannot be placed, because what it names is not here or cannot be had, is kept as it
//! was said, rejected, with the reason as its last note: nothing came of it, and nothing will.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::beside::Beside;
use super::customer;
use super::entity::{Entity, Gone, Of, reference, text, tree};
use super::registered::Registered;
use super::resource::{Resource, Tree};
use super::tongue;
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::catalog::offer::Offer;
use crate::domain::error::{Code as Reason, Invalid, Refusal, Rejection};
use crate::domain::id::{Id, SubscriptionId};
use crate::domain::operator::Permission;
use crate::domain::order::item::{Action, Item, Wish};
use crate::domain::order::lifecycle::State;
use crate::domain::order::{Order, PlaceOrder, Priority, Request};
use crate::domain::text::{Code, Name, Prose};
use crate::services::{Act, Cx, Error, offer, order};

/// Orders that were placed.
pub(super) struct Orders;

/// Orders, with those that could not be placed.
pub(super) const ORDERS: Beside<Orders> = Beside {
    documents: Registered("product_order"),
    entities: Of(Orders),
    make: |it, act, of, said| placed(it, act, of, said),
};

/// A word of ours as this contract writes it: `inProgress`, `cancelled`.
pub(super) fn word(ours: &str) -> String {
    let mut parts = ours.split('_');
    let first = parts.next().unwrap_or_default();
    let first = if first == "canceled" { "cancelled" } else { first };
    let rest = parts.map(|it| it[..1].to_ascii_uppercase() + &it[1..]);
    [first.to_owned()].into_iter().chain(rest).collect()
}

fn missing(name: &str) -> Invalid {
    Invalid::one(name, "required", "must be given")
}

/// What an item is called in its order.
fn key(said: &Value) -> Result<Code, Invalid> {
    let key = said.get("id").filter(|it| !it.is_null()).ok_or_else(|| missing("id"))?;
    let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
    key.parse::<Code>().map_err(|it| Invalid::one("id", "format", it.to_string()))
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
    let count = count.and_then(|it| it.to_u32());
    let refused = || Invalid::one("quantity", "range", "must be a whole number from 1");
    count.map(Some).ok_or_else(refused)
}

/// The refusal of an item that names what is not here.
fn absent(what: &str, reference: &Value) -> Refusal {
    let id = reference.get("id").map_or_else(String::new, ToString::to_string);
    let why = format!("{what} {id} is not there, or has no `id`");
    Rejection::new(Reason::ReferenceUnknown, why).into()
}

/// An item as far as its form goes; what it names may not be here.
fn item(cx: Cx<'_>, said: &Value) -> Result<Result<Item, Refusal>, Error> {
    let (key, action) = (key(said)?, action(said)?);
    let mut wish = Wish { quantity: quantity(said)?, ..Wish::default() };
    if let Some(offering) = said.get("productOffering").filter(|it| it.is_object()) {
        let found = match reference(offering) {
            Some(id) => offer::get(cx, id).map(Some).or_else(Error::or_nothing)?,
            None => None,
        };
        let Some(found): Option<Offer> = found else {
            return Ok(Err(absent("the product offering", offering)));
        };
        wish.offer = Some(found.id);
    }
    let mut item = Item::new(key, action, wish);
    if action != Action::Add {
        let product = said.get("product").unwrap_or(&Value::Null);
        let id: Option<SubscriptionId> = reference(product);
        let Some(id) = id else { return Ok(Err(absent("the product", product))) };
        item.subscription = Some(id);
    }
    Ok(Ok(item))
}

/// Who orders: whom the billing account or one of the related parties leads to, or who calls.
pub(super) fn buyer(cx: Cx<'_>, said: &Tree) -> Result<Option<Account>, Error> {
    if let Some(id) = said.get("billingAccount").and_then(reference)
        && let Some(found) = cx.find::<BillingAccount>(id)?
    {
        return cx.find(found.account());
    }
    let parties = said.get("relatedParty").unwrap_or(&Value::Null);
    if let Some(found) = customer::referred(cx, parties)? {
        return Ok(Some(found));
    }
    let own = cx.actor.standing().map(|it| cx.find::<Account>(it.account)).transpose()?.flatten();
    Ok(own.filter(|it| it.parent().is_some()))
}

/// Whether each item must say what it is called and what it is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saying {
    /// It must.
    All,
    /// What it does not say is its place, and that something is to be had.
    Some,
}

/// What was said in a list of items, as far as what they name is here.
pub(super) fn items(
    cx: Cx<'_>,
    said: &Tree,
    (attribute, saying): (&str, Saying),
) -> Result<Result<Vec<Item>, Refusal>, Error> {
    let mut items = Vec::new();
    let all = said.get(attribute).and_then(Value::as_array);
    for (place, it) in all.into_iter().flatten().enumerate() {
        let mut it = it.clone();
        if let Some(fields) = it.as_object_mut().filter(|_| saying == Saying::Some) {
            fields.entry("id").or_insert_with(|| json!((place + 1).to_string()));
            fields.entry("action").or_insert_with(|| json!("add"));
        }
        let at = format!("{attribute}/{place}/");
        let read = item(cx, &it).map_err(|error| {
            if let Error::Invalid(invalid) = error { invalid.below(&at).into() } else { error }
        })?;
        match read {
            Ok(item) => items.push(item),
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
    Ok(Ok(items))
}

/// Items as this contract shows them.
pub(super) fn shown_items(cx: Cx<'_>, of: &[Item]) -> Result<Vec<Tree>, Error> {
    let mut items = Vec::new();
    for item in of {
        let offer = item.wish.offer.map(|id| cx.shared::<Offer>(id)).transpose()?.flatten();
        let offer = offer
            .map(|it| json!({ "id": it.id.uuid(), "name": it.content.name.original().as_str() }));
        let mut shown = tree(json!({
            "id": item.key.as_str(),
            "action": word(item.action.word()),
            "state": word(item.state().word()),
            "quantity": item.wish.quantity,
            "productOffering": offer,
            "product": item.subscription.map(|it| json!({ "id": it.uuid() })),
        }));
        shown.retain(|_, it| !it.is_null());
        items.push(shown);
    }
    Ok(items)
}

/// The order that was said, as far as what it names is here.
fn read(cx: Cx<'_>, said: &Tree) -> Result<Result<PlaceOrder, Refusal>, Error> {
    let items = match items(cx, said, ("productOrderItem", Saying::All))? {
        Ok(items) => items,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(account) = buyer(cx, said)? else {
        let why = "neither the billing account nor a related party is a customer here";
        return Ok(Err(Rejection::new(Reason::ReferenceUnknown, why).into()));
    };
    let billing_account = match said.get("billingAccount").and_then(reference) {
        Some(id) => cx.find::<BillingAccount>(id)?.map(|it| it.id),
        None => None,
    };
    let priority = text::<String>(said, "priority")?.and_then(|it| it.parse().ok());
    let request = Request {
        billing_account,
        description: text(said, "description")?,
        category: text(said, "category")?,
        external_id: text(said, "externalId")?,
        priority: priority.and_then(Priority::new).unwrap_or(Priority::NORMAL),
        start_at: text(said, "requestedStartDate")?,
        completion_at: text(said, "requestedCompletionDate")?,
        ..Request::plain()
    };
    Ok(PlaceOrder::new(account.id, items, request).map_err(Refusal::from))
}

/// Places an order, or keeps it as one that could not be.
fn placed(
    it: &Beside<Orders>,
    act: &mut Act<'_>,
    of: &Resource,
    said: Tree,
) -> Result<Tree, Error> {
    let refusal = match read(act.cx(), &said)? {
        Ok(order) => match order::place_or_refuse(act, order)? {
            Ok(made) => return it.entities.made(act, of, (made, said)),
            Err(refusal) => refusal,
        },
        Err(refusal) => refusal,
    };
    refused(act, &it.documents, (of, "orderDate", said), refusal)
}

/// Keeps what was refused as it was said, with the date and the reason as its last note. Who may keep
/// no documents is told of the refusal.
pub(super) fn refused(
    act: &mut Act<'_>,
    documents: &Registered,
    (of, date, mut said): (&Resource, &str, Tree),
    refusal: Refusal,
) -> Result<Tree, Error> {
    if !act.actor().may_at_all(Permission::DocumentWrite) {
        return Err(refusal.into());
    }
    said.insert(date.to_owned(), json!(act.now().to_string()));
    let note =
        json!({ "text": tongue::told(of, &refusal.to_string()), "date": act.now().to_string() });
    match said.get_mut("note").and_then(Value::as_array_mut) {
        Some(notes) => notes.push(note),
        None => {
            said.insert("note".to_owned(), json!([note]));
        }
    }
    documents.create(act, of, said)
}

impl Entity for Orders {
    type Thing = Order;
    const READING: Permission = Permission::OrderRead;
    const WRITING: Permission = Permission::OrderPlace;
    const REFERENCES: &[&str] = &["billingAccount", "relatedParty"];
    const MERGED: &[&str] = &["productOrderItem"];
    const FREE: &[&str] = &["category", "description", "externalId"];

    fn is(&self, _: &Order) -> bool {
        true
    }

    fn known(&self, cx: Cx<'_>, it: &Order) -> Result<Tree, Error> {
        let account = cx.shared::<Account>(it.account())?;
        let items = shown_items(cx, it.items())?;
        let request = &it.request;
        let text = |it: &Option<Name>| it.as_ref().map(|it| it.as_str().to_owned());
        Ok(tree(json!({
            "state": word(it.state().word()),
            "orderDate": it.ordered_at().to_string(),
            "completionDate": it.completed_at().map(|it| it.to_string()),
            "expectedCompletionDate": it.expected_at.map(|it| it.to_string()),
            "requestedStartDate": request.start_at.map(|it| it.to_string()),
            "requestedCompletionDate": request.completion_at.map(|it| it.to_string()),
            "description": request.description.as_ref().map(Prose::as_str),
            "category": text(&request.category),
            "externalId": text(&request.external_id),
            "priority": request.priority.number().to_string(),
            "cancellationReason": it.reason().map(Prose::as_str),
            "productOrderItem": items,
            "relatedParty": account.iter().map(|it| customer::owner(it)).collect::<Vec<_>>(),
        })))
    }

    fn is_ours(&self, _: &str, said: &str) -> bool {
        State::ALL.iter().any(|it| word(it.word()).eq_ignore_ascii_case(said))
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<Order, Error> {
        Err(Error::internal("an order is placed, or kept as one that could not be"))
    }

    fn change(&self, act: &mut Act<'_>, it: Order, change: &Change) -> Result<Order, Error> {
        let said = change.after.get("state");
        let said = said.filter(|it| change.before.get("state") != Some(*it));
        match said.and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
            Some("cancelled") => {
                order::cancel(act, it.id, text(&change.after, "cancellationReason")?)
            }
            _ => Ok(it),
        }
    }

    fn remove(&self, act: &mut Act<'_>, it: Order) -> Result<Gone, Error> {
        if !it.state().is_final() {
            order::cancel(act, it.id, None)?;
        }
        Ok(Gone::Ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::lifecycle::ItemState;

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
        for it in ["1.5", "-1", "\"two\"", "1e40", "[1]"] {
            assert_eq!(read(it), None, "{it}");
        }
    }

    #[test]
    fn states_are_in_the_words_of_the_contract() {
        let all: Vec<_> = State::ALL.iter().map(|it| word(it.word())).collect();
        expect_test::expect!["acknowledged rejected pending held inProgress completed partial failed cancelled assessingCancellation pendingCancellation"]
            .assert_eq(&all.join(" "));
        let items: Vec<_> = ItemState::ALL.iter().map(|it| word(it.word())).collect();
        expect_test::expect![
            "acknowledged pending held inProgress completed failed cancelled rejected"
        ]
        .assert_eq(&items.join(" "));
        assert_eq!(word(Action::NoChange.word()), "noChange");
    }
}
