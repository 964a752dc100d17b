//! `productOrder`: what is asked for. It is paid at the page of `X-Redirect-URL` before its seller can do
//! anything about it, and then handled item by item.

use axum::http::Method;
use serde_json::{Value, json};

use super::error::{BILL_RECEIVER, BILLED_TO};
use super::list::{self, Whole};
use super::order_item;
use super::order_patch;
use super::query::Listed;
use super::related_party;
use super::route::{Asked, Needs, Row};
use super::wire::Tree;
use super::{carried, form, wire};
use crate::api::edge::fault::Fault;
use crate::api::edge::tongue::Words;
use crate::api::edge::work::Work;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, BillingAccountId, Id, OrderId};
use crate::domain::operator::{Decision, Permission};
use crate::domain::order::item::Item;
use crate::domain::order::lifecycle::State;
use crate::domain::order::note::Note;
use crate::domain::order::{Order, PlaceOrder, Priority, Request};
use crate::domain::page::PageRequest;
use crate::domain::stamp::Contract;
use crate::domain::text::{Name, Prose};
use crate::services::idempotency::Answer;
use crate::services::order::{self, Paying};
use crate::services::{Cx, Error, carried as kept};

const ORDERS: &str = "/DSProductOrdering/api/productOrdering/v2/productOrder";

pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, ORDERS, Needs::Permission(Permission::OrderRead), listed),
    Row::new(Method::POST, ORDERS, Needs::Permission(Permission::OrderPlace), place).speaks(WORDS),
    Row::new(
        Method::GET,
        "/DSProductOrdering/api/productOrdering/v2/productOrder/{id}",
        Needs::Permission(Permission::OrderRead),
        show,
    ),
    Row::new(
        Method::PATCH,
        "/DSProductOrdering/api/productOrdering/v2/productOrder/{id}",
        Needs::Permission(Permission::OrderRead),
        change,
    )
    .speaks(WORDS),
];

const WORDS: Words = &[
    ("billing_account", "billingAccount"),
    ("items", "orderItem"),
    ("offer", "productOffering"),
    ("characteristics", "productCharacteristic"),
    ("accepted_terms", "X-Terms-Accepted"),
    ("plan", "productPrice"),
    ("subscription", "product"),
    ("items/deliver_to", "product.place"),
    ("items/deliver_to/address", ""),
];

const LISTED: Listed = Listed {
    named: &[("relatedParty", "relatedParty.id")],
    text: &["description", "category", "externalId"],
    date: "orderDate",
};

/// What is said of an order that is ours to know. Items are kept as they were said, for what of them is
/// not.
const KNOWN: &[&str] = &[
    "state",
    "orderDate",
    "completionDate",
    "expectedCompletionDate",
    "requestedStartDate",
    "requestedCompletionDate",
    "description",
    "category",
    "priority",
    "externalId",
    "notificationContact",
    "note",
    "relatedParty",
];

/// Where an order is.
pub(super) fn href(id: OrderId) -> String {
    format!("{ORDERS}/{}", id.uuid())
}

/// A word of ours as this contract writes it: `InProgress`, `Cancelled`.
pub(super) fn word(ours: &str) -> String {
    let ours = if ours == "canceled" { "cancelled" } else { ours };
    ours.split('_').map(|it| it[..1].to_ascii_uppercase() + &it[1..]).collect()
}

/// The state of an order: what waits to be done for it counts as in progress, since its seller may begin.
fn state(it: &Order) -> String {
    let state = match it.state() {
        State::AssessingCancellation | State::PendingCancellation => State::InProgress,
        other @ (State::Acknowledged
        | State::Rejected
        | State::Pending
        | State::Held
        | State::InProgress
        | State::Completed
        | State::Partial
        | State::Failed
        | State::Canceled) => other,
    };
    word(state.word())
}

fn note(it: &Note) -> Value {
    json!({
        "date": it.at.to_string(),
        "author": it.author.as_ref().map(Name::as_str),
        "text": it.text.as_str(),
    })
}

/// An order as this contract shows it: its notes the newest first.
pub(super) fn shown(cx: Cx<'_>, it: &Order) -> Result<Tree, Error> {
    let request = &it.request;
    let billed = request.billing_account;
    let items: Result<Vec<_>, _> =
        it.items().iter().map(|item| order_item::shown(cx, (it, billed), item)).collect();
    let customer = related_party::customer(cx, it.account())?;
    let seller = related_party::seller(cx, it.stamp.seller)?;
    let mut parties: Vec<_> = customer.into_iter().chain([seller]).collect();
    for it in it.suppliers() {
        parties.extend(related_party::supplier(cx, it)?);
    }
    let known = wire::tree(json!({
        "id": it.id.uuid(),
        "href": href(it.id),
        "state": state(it),
        "orderDate": it.ordered_at().to_string(),
        "completionDate": it.completed_at().map(|it| it.to_string()),
        "expectedCompletionDate": it.expected_at.map(|it| it.to_string()),
        "requestedStartDate": request.start_at.map(|it| it.to_string()),
        "requestedCompletionDate": request.completion_at.map(|it| it.to_string()),
        "description": request.description.as_ref().map(Prose::as_str),
        "category": request.category.as_ref().map_or("uncategorized", Name::as_str),
        "priority": request.priority.number().to_string(),
        "externalId": request.external_id.as_ref().map(Name::as_str),
        "notificationContact": request.contact.as_ref().map(ToString::to_string),
        "note": it.notes().iter().rev().map(note).collect::<Vec<_>>(),
        "relatedParty": parties,
        "orderItem": items?,
    }));
    let mut shown = carried::read(&it.stamp)?;
    let said = shown.remove("orderItem");
    shown.extend(known);
    if let (Some(Value::Array(items)), Some(said)) = (shown.get_mut("orderItem"), &said) {
        items.iter_mut().for_each(|it| order_item::fill(it, said));
    }
    Ok(shown)
}

fn listed(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        let wanted = related_party::by_name(cx, wanted.clone())?;
        related_party::must_be_own(cx, wanted.only("relatedParty.id"))?;
        let list = |page: &PageRequest| order::list_with_own_and_supplied(cx, page, |_| true);
        list::listed((&LISTED, &wanted), list, Whole(|it: &_| shown(cx, it)))
    }))
}

fn show(asked: Asked) -> Result<Work, Fault> {
    let id = OrderId::from_uuid(asked.id(0)?);
    let (fields, _) = asked.query.one()?;
    Ok(Work::works(move |bss, author| {
        let it = order::reached(bss, &author.actor, id)?;
        bss.read(&author.actor, |cx| {
            let answer = wire::shown(shown(cx, &it)?, fields.as_deref());
            redirecting(cx, &it, answer)
        })
    }))
}

fn place(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    let accepts =
        asked.header("x-terms-accepted").is_some_and(|it| it.eq_ignore_ascii_case("true"));
    Ok(Work::works(move |bss, author| {
        let placed = bss.read(&author.actor, |cx| read(cx, &said, accepts))?;
        let wanted = (placed, Paying::default());
        let made = order::place_and_pay(bss, author.clone(), wanted, move |act, order| {
            let beside = carried::after(&order.stamp, &said, KNOWN)?;
            let which = (order.id, Permission::OrderPlace);
            kept::keep::<Order>(act, which, Contract::Bae, beside)?;
            let notes: Vec<_> =
                form::all(&said, "note").iter().map(order_patch::note).collect::<Result<_, _>>()?;
            if !notes.is_empty() {
                order::notes(act, order.id, notes)?;
            }
            Ok(())
        })?;
        bss.read(&author.actor, |cx| redirecting(cx, &made, wire::created(shown(cx, &made)?)))
    }))
}

/// An answer with an order that says where its buyer has to go to pay it, as long as it waits for that.
fn redirecting(cx: Cx<'_>, it: &Order, mut answer: Answer) -> Result<Answer, Error> {
    if it.awaited_payment().is_none()
        || cx.actor.may(Permission::OrderPlace, &it.stamp) != Decision::Yes
    {
        return Ok(answer);
    }
    let payment = order::payment_of(cx, it)?.filter(|it| it.state().is_under_way());
    let page = payment.and_then(|it| it.attempt).and_then(|it| it.page);
    answer.headers.extend(page.map(|it| ("x-redirect-url".to_owned(), it.to_string())));
    Ok(answer)
}

/// The order that was said; its rules in the order in which the contract has them.
fn read(cx: Cx<'_>, said: &Tree, accepts: bool) -> Result<PlaceOrder, Error> {
    let required = |field: &str| Invalid::one(field, "required", "must be given");
    let parties = form::all(said, "relatedParty");
    if parties.is_empty() {
        return Err(required("relatedParty").into());
    }
    related_party::must_have_caller(cx, "relatedParty", parties)?;
    let all = form::all(said, "orderItem");
    if all.is_empty() {
        return Err(required("orderItem").into());
    }
    let items = all.iter().enumerate().map(|it| order_item::read(cx, it));
    let mut items: Vec<Item> = items.collect::<Result<_, _>>()?;
    order_item::must_not_mix(&items)?;
    let (account, billing_account) = billed_to(cx, all)?;
    for (item, said) in items.iter_mut().zip(all) {
        item.deliver_to = order_item::deliver_to(cx, (account, item), said)?;
    }
    if form::text::<String>(said, "state")?
        .is_some_and(|it| !it.eq_ignore_ascii_case("acknowledged"))
    {
        return Err(Invalid::one("state", "enum", "must be `Acknowledged`").into());
    }
    let accepted = if accepts { order::accepting_all(cx, &items)? } else { Vec::new() };
    let request = Request { billing_account: Some(billing_account), accepted, ..request(said)? };
    Ok(PlaceOrder::new(account, items, request)?)
}

fn request(said: &Tree) -> Result<Request, Invalid> {
    let priority = form::text::<u8>(said, "priority")?;
    let out_of_range = || Invalid::one("priority", "range", "must be 0 to 4");
    let priority = priority.map(|it| Priority::new(it).ok_or_else(out_of_range)).transpose()?;
    Ok(Request {
        description: form::text(said, "description")?,
        category: form::text(said, "category")?,
        external_id: form::text(said, "externalId")?,
        contact: form::text(said, "notificationContact")?,
        priority: priority.unwrap_or(Priority::NORMAL),
        start_at: form::text(said, "requestedStartDate")?,
        completion_at: form::text(said, "requestedCompletionDate")?,
        channel: form::channels(said).into_iter().next(),
        ..Request::plain()
    })
}

/// Where all items are billed, which is the same place; and whose that is.
fn billed_to(cx: Cx<'_>, items: &[Value]) -> Result<(AccountId, BillingAccountId), Error> {
    let at = |place: usize| format!("orderItem/{place}/billingAccount");
    let mut all = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let said = item.get("billingAccount");
        let first = said.and_then(|it| it.as_array().map_or(Some(it), |all| all.first()));
        let id = first.and_then(form::reference);
        all.push(id.ok_or_else(|| BILLED_TO.broken(&at(place), "must name a billing account"))?);
    }
    if let Some(place) = all.iter().position(|it| Some(it) != all.first()) {
        let message = "must be the same in all items";
        return Err(BILLED_TO.broken(&at(place), message).into());
    }
    let id = all.first().copied().map(BillingAccountId::from_uuid);
    let found = id.map(|id| cx.find::<BillingAccount>(id)).transpose()?.flatten();
    let missing = || BILLED_TO.broken(&at(0), "names no billing account that is there");
    let found = found.ok_or_else(missing)?;
    if !related_party::receives_bills(cx, &found)? {
        return Err(BILL_RECEIVER
            .broken(&at(0), "must name one whose bill receiver you are")
            .into());
    }
    Ok((found.account(), found.id))
}

fn change(mut asked: Asked) -> Result<Work, Fault> {
    let id = OrderId::from_uuid(asked.id(0)?);
    let said = asked.tree()?;
    Ok(Work::writes(move |act| {
        let order = order::seen(act.cx(), id)?;
        let changed = order_patch::patched(act, order, &said)?;
        Ok(wire::shown(shown(act.cx(), &changed)?, None))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_in_the_words_of_the_contract() {
        let all: Vec<_> = State::ALL.iter().map(|it| word(it.word())).collect();
        expect_test::expect!["Acknowledged Rejected Pending Held InProgress Completed Partial Failed Cancelled AssessingCancellation PendingCancellation"]
            .assert_eq(&all.join(" "));
    }
}
