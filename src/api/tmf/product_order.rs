//! What is asked for (TMF622): our orders.
//!
//! An order that cannot be placed, because what it names is not here or cannot be had, is kept as it
//! was said, rejected, with the reason as its last note: nothing came of it, and nothing will.

use serde_json::{Value, json};
use uuid::Uuid;

use super::behind::{Behind, Change};
use super::beside::Beside;
use super::customer;
use super::delivery_place;
use super::entity::{Entity, Gone, Of, Thing, reference, text, tree};
use super::order_handling;
use super::order_item::{Saying, absent, items};
use super::ordered;
use super::quoted;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use super::terms_of_use;
use super::tongue;
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::catalog::offer::Offer;
use crate::domain::error::{Code as Reason, Invalid, Refusal, Rejection};
use crate::domain::id::{BillingAccountId, DocumentId, Id, Kind, OrderId};
use crate::domain::operator::Permission;
use crate::domain::order::item::{Action, Item};
use crate::domain::order::lifecycle::State;
use crate::domain::order::{Order, PlaceOrder, Priority, Request};
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::{Contract, Stamp};
use crate::domain::subscription::Subscription;
use crate::domain::text::{Name, Prose};
use crate::domain::time::Instant;
use crate::services::{Act, Cx, Error, carried, document, event, order};

/// An order is for those to see who placed it and who decide on it, and in part for who delivers something
/// of it.
impl Thing for Order {
    const KIND: Kind = Kind::Order;
    const WRITING: Permission = Permission::OrderPlace;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    fn page(
        cx: Cx<'_>,
        page: &PageRequest,
        accept: impl FnMut(&Self) -> bool,
    ) -> Result<Page<Self>, Error> {
        order::list_with_own_and_supplied(cx, page, accept)
    }

    fn find(cx: Cx<'_>, id: Uuid) -> Result<Option<Self>, Error> {
        order::seen(cx, OrderId::from_uuid(id)).map(Some).or_else(Error::or_nothing)
    }

    fn carry(act: &mut Act<'_>, id: Uuid, said: Vec<u8>) -> Result<Self, Error> {
        carried::keep(act, (OrderId::from_uuid(id), Self::WRITING), Contract::Tmf, said)
    }

    fn kept(side: &[u8]) -> Result<Self, Error> {
        event::read(side)
    }
}

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

/// Who orders, and where it is billed if that was said.
pub(super) struct Buyer {
    pub(super) account: Account,
    pub(super) billing_account: Option<BillingAccountId>,
}

/// Who orders: whom the billing account and the related parties lead to, or who calls where neither is
/// named. What is named must be here for who calls, and of one customer: nobody gets, or pays, what was
/// said to be somebody else's.
pub(super) fn buyer(cx: Cx<'_>, said: &Tree) -> Result<Result<Buyer, Refusal>, Error> {
    Ok(buyer_if_any(cx, said)?.and_then(|it| {
        let why = "neither the billing account nor a related party is a customer here";
        it.ok_or_else(|| Rejection::new(Reason::ReferenceUnknown, why).into())
    }))
}

/// The same; nothing where nobody is named and no customer calls.
pub(super) fn buyer_if_any(
    cx: Cx<'_>,
    said: &Tree,
) -> Result<Result<Option<Buyer>, Refusal>, Error> {
    let billed = quoted::one_billed(said.get("billingAccount"))?.filter(|it| it.is_object());
    let found = billed.and_then(reference).map(|id| cx.find::<BillingAccount>(id)).transpose()?;
    let found = found.flatten();
    if let Some(billed) = billed.filter(|_| found.is_none()) {
        return Ok(Err(absent("the billing account", billed)));
    }
    let named = match customer::who_buys(cx, said.get("relatedParty").unwrap_or(&Value::Null))? {
        Ok(named) => named,
        Err(party) => return Ok(Err(absent("the customer that `relatedParty` names", &party))),
    };
    if let Some((billed, named)) = found.as_ref().zip(named.as_ref())
        && billed.account() != named.id
    {
        let why = "the billing account is not of the customer that `relatedParty` names";
        return Ok(Err(Rejection::new(Reason::ReferenceUnknown, why).into()));
    }
    let account = match (&found, named) {
        (_, Some(named)) => Some(named),
        (Some(billed), None) => cx.find::<Account>(billed.account())?,
        (None, None) => own(cx)?,
    };
    Ok(Ok(account.map(|account| Buyer { account, billing_account: found.map(|it| it.id) })))
}

/// The customer that calls, if it is one.
fn own(cx: Cx<'_>) -> Result<Option<Account>, Error> {
    let own = cx.actor.standing().map(|it| cx.find::<Account>(it.account)).transpose()?.flatten();
    Ok(own.filter(|it| it.parent().is_some()))
}

/// A reference of what was ordered, with what is in it.
fn offered(cx: Cx<'_>, it: &Offer) -> Result<Value, Error> {
    let mut shown = json!({ "id": it.id.uuid(), "name": it.content.name.original().as_str() });
    let mut parts = Vec::new();
    for part in &it.content.parts {
        let offer = cx.shared::<Offer>(part.offer)?;
        let name = offer.as_ref().map(|it| it.content.name.original().as_str());
        parts.push(json!({ "id": part.offer.uuid(), "name": name }));
    }
    if !parts.is_empty() {
        shown["bundledProductOffering"] = json!(parts);
    }
    Ok(shown)
}

/// Refuses an item that relies on what the buyer does not have.
fn must_have(cx: Cx<'_>, said: &Tree, account: &Account) -> Result<(), Error> {
    let items = said.get("productOrderItem").and_then(Value::as_array).into_iter().flatten();
    let products = items.filter_map(|it| it.get("product").and_then(Value::as_object));
    for id in products.filter_map(ordered::relied_on) {
        let found = cx.find::<Subscription>(id)?.filter(|it| it.account() == account.id);
        if !found.is_some_and(|it| it.state().is_living()) {
            let why = format!("the product `{}` is relied on and not had by the buyer", id.uuid());
            return Err(Rejection::new(Reason::ReferenceUnknown, why).into());
        }
    }
    Ok(())
}

/// The agreements that an order falls under, as far as they are here.
fn agreements(cx: Cx<'_>, said: &Tree) -> Result<Vec<DocumentId>, Error> {
    let all = said.get("agreement").and_then(Value::as_array).into_iter().flatten();
    let mut found = Vec::new();
    for id in all.filter_map(reference::<DocumentId>) {
        found.extend(document::find(cx, "agreement", id)?.map(|it| it.id));
    }
    Ok(found)
}

/// Items as this contract shows them.
pub(super) fn shown_items(cx: Cx<'_>, of: &[Item]) -> Result<Vec<Tree>, Error> {
    let mut items = Vec::new();
    for item in of {
        let offer = item.wish.offer.map(|id| cx.shared::<Offer>(id)).transpose()?.flatten();
        let offer = offer.map(|it| offered(cx, &it)).transpose()?;
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
    let mut items = match items(cx, said, ("productOrderItem", Saying::All))? {
        Ok(items) => items,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Buyer { account, billing_account } = match buyer(cx, said)? {
        Ok(buyer) => buyer,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Err(refusal) = must_have(cx, said, &account) {
        return refusal_of(refusal).map(Err);
    }
    delivery_place::read(cx, (&mut items, &account), (said, "productOrderItem"))?;
    let completion_at = text(said, "requestedCompletionDate")?;
    if let Some(why) = ends_too_early(said, (&items, completion_at, cx.now))? {
        return Ok(Err(Rejection::new(Reason::OfferNotAvailable, why).into()));
    }
    let priority = text::<String>(said, "priority")?.and_then(|it| it.parse().ok());
    let request = Request {
        billing_account,
        description: text(said, "description")?,
        category: text(said, "category")?,
        external_id: text(said, "externalId")?,
        priority: priority.and_then(Priority::new).unwrap_or(Priority::NORMAL),
        start_at: text(said, "requestedStartDate")?,
        completion_at,
        agreements: agreements(cx, said)?,
        accepted: terms_of_use::accepted(cx, said, ("productOrderItem", &items)),
        channel: ordered::channel(said),
        ..Request::plain()
    };
    Ok(PlaceOrder::new(account.id, items, request).map_err(Refusal::from))
}

/// Why an order would end something before the day that it says: what ends later is ordered by itself.
fn ends_too_early(
    said: &Tree,
    (items, completion_at, now): (&[Item], Option<Instant>, Instant),
) -> Result<Option<&'static str>, Invalid> {
    let ends = |it: &Item| it.action == Action::Delete;
    if completion_at.is_some_and(|it| now < it) && items.iter().any(ends) && !items.iter().all(ends)
    {
        return Ok(Some(
            "`requestedCompletionDate` lies ahead: what ends then is ordered by itself, without what begins or \
             changes now",
        ));
    }
    let all = said.get("productOrderItem").and_then(Value::as_array).into_iter().flatten();
    for (place, (it, item)) in all.zip(items).enumerate() {
        let product = it.get("product").and_then(Value::as_object).filter(|_| ends(item));
        let ends_at = product.map(|it| text::<Instant>(it, "terminationDate")).transpose();
        let at = format!("productOrderItem/{place}/product/");
        let ends_at = ends_at.map_err(|it| it.below(&at))?.flatten();
        if ends_at.is_some_and(|it| now < it && completion_at != Some(it)) {
            return Ok(Some(
                "`product.terminationDate` lies ahead: say as the order's `requestedCompletionDate` when it ends",
            ));
        }
    }
    Ok(None)
}

/// Why an order cannot be, where that is what is wrong.
fn refusal_of(error: Error) -> Result<Refusal, Error> {
    if let Error::Rejected(it) = error { Ok(it.into()) } else { Err(error) }
}

/// Places an order, or keeps it as one that could not be.
fn placed(
    it: &Beside<Orders>,
    act: &mut Act<'_>,
    of: &Resource,
    said: Tree,
) -> Result<Tree, Error> {
    let quote = quoted::named(act.cx(), &said)?;
    let refusal = match (read(act.cx(), &said)?, quote) {
        (Ok(order), Some(quote)) => {
            let made = quoted::ordered(act, &quote, order)?;
            return it.entities.made(act, of, (made, said));
        }
        (Err(refusal), Some(_)) => return Err(refusal.into()),
        (Ok(order), None) => match order::place_or_refuse(act, order)? {
            Ok(made) => return it.entities.made(act, of, (made, said)),
            Err(refusal) => refusal,
        },
        (Err(refusal), None) => refusal,
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
    annotate(&mut said, &tongue::told(of, &refusal.to_string()), act.now());
    documents.create(act, of, said)
}

/// Adds a note to those that were said, under a number that none of them has.
pub(super) fn annotate(said: &mut Tree, text: &str, at: Instant) {
    let mut notes = said.get("note").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_taken = |id: &String| notes.iter().any(|it| it.get("id") == Some(&json!(id)));
    let id = (notes.len() + 1..).map(|it| it.to_string()).find(|id| !is_taken(id));
    notes.push(json!({ "id": id, "text": text, "date": at.to_string() }));
    said.insert("note".to_owned(), json!(notes));
}

/// The text of the newest note that was said with a change.
fn said_in_note(change: &Change) -> Result<Option<Prose>, Error> {
    let notes = |of: &Tree| of.get("note").and_then(Value::as_array).cloned().unwrap_or_default();
    let before = notes(&change.before);
    let Some(new) = notes(&change.after).into_iter().rev().find(|it| !before.contains(it)) else {
        return Ok(None);
    };
    Ok(text(&tree(new), "text").map_err(|it| it.below("note/"))?)
}

/// An order in the state that was said anew, as far as people say it.
fn moved(act: &mut Act<'_>, it: Order, (word, change): (&str, &Change)) -> Result<Order, Error> {
    let note = said_in_note(change)?;
    let why = || {
        let message = format!("must say in a new note why it is `{word}`");
        note.clone().ok_or_else(|| Invalid::one("note", "required", message))
    };
    match word.trim().to_ascii_lowercase().as_str() {
        "cancelled" => order::cancel(act, it.id, text(&change.after, "cancellationReason")?),
        "held" => order::hold(act, it.id, note),
        "pending" => order::ask(act, it.id, (why()?, None)),
        "acknowledged" | "inprogress" if it.is_kept_back() => order::resume(act, it.id),
        "rejected" => order::reject(act, it.id, why()?),
        _ => Ok(it),
    }
}

impl Entity for Orders {
    type Thing = Order;
    const READING: Permission = Permission::OrderRead;
    const WRITING: Permission = Permission::OrderPlace;
    const REFERENCES: &[&str] = &["billingAccount", "quote", "relatedParty"];
    const MERGED: &[&str] = &["productOrderItem"];
    const FREE: &[&str] = &["category", "description", "externalId"];

    fn is(&self, _: &Order) -> bool {
        true
    }

    fn carries(&self, cx: Cx<'_>, it: &Order) -> bool {
        cx.actor.sees(Kind::Order, &it.stamp)
    }

    fn known(&self, cx: Cx<'_>, it: &Order) -> Result<Tree, Error> {
        let account = cx.shared::<Account>(it.account())?;
        let mut items = shown_items(cx, it.items())?;
        delivery_place::fill(it, &mut items)?;
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
            "informationRequired": it.missing().map(|it| {
                json!({ "description": it.what.as_str(), "until": it.until_at.to_string() })
            }),
            "productOrderItem": items,
            "acceptedTerms": terms_of_use::recorded(&request.accepted),
            "quote": request.quote.map(|it| json!([{ "id": it.uuid(), "@referredType": "Quote" }])),
            "relatedParty": account.iter().map(|it| customer::owner(it)).collect::<Vec<_>>(),
        })))
    }

    fn states(&self) -> Vec<String> {
        State::ALL.iter().map(|it| word(it.word())).collect()
    }

    /// What was kept back and goes on may be done with at once.
    fn came_through(&self, change: &Change, name: &str, known: &Value) -> bool {
        let is = |it: Option<&Value>, words: &[&str]| {
            let word = it.and_then(Value::as_str).unwrap_or_default();
            words.iter().any(|it| it.eq_ignore_ascii_case(word.trim()))
        };
        name == "state"
            && is(change.before.get(name), &["held", "pending"])
            && is(change.after.get(name), &["inProgress"])
            && is(Some(known), &["completed", "partial", "failed"])
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<Order, Error> {
        Err(Error::internal("an order is placed, or kept as one that could not be"))
    }

    fn change(&self, act: &mut Act<'_>, it: Order, change: &Change) -> Result<Order, Error> {
        if !self.carries(act.cx(), &it) {
            order_handling::must_be_of_items(change)?;
        }
        let it = order_handling::handled(act, it, change)?;
        let new = |name: &str| {
            let said = change.after.get(name).unwrap_or(&Value::Null);
            (said != change.before.get(name).unwrap_or(&Value::Null)).then_some(said)
        };
        let it = match new("expectedCompletionDate") {
            Some(_) => order::expect(act, it.id, text(&change.after, "expectedCompletionDate")?)?,
            None => it,
        };
        match new("state").and_then(Value::as_str) {
            Some(word) => moved(act, it, (word, change)),
            None => Ok(it),
        }
    }

    fn remove(&self, act: &mut Act<'_>, it: Order) -> Result<Gone, Error> {
        match it.state() {
            State::Rejected | State::Failed | State::Canceled => {}
            State::Acknowledged | State::Pending | State::Held => {
                order::cancel(act, it.id, None)?;
            }
            State::InProgress
            | State::Completed
            | State::Partial
            | State::AssessingCancellation
            | State::PendingCancellation => {
                let state = word(it.state().word());
                let why = format!("the order is `{state}`: what came of it, or will, goes on");
                return Err(Rejection::new(Reason::OrderStateForbids, why).into());
            }
        }
        Ok(Gone::Ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::lifecycle::ItemState;

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
