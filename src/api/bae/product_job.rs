//! `products/renewJob` and `unsubscribeJob`, `accounting/refresh`: what the customer of a product has done
//! with it.
//!
//! What is owed for it is paid first: the answer says where, in `X-Redirect-URL`, and what was suspended for
//! it runs again as soon as it has come in.

use axum::http::Method;
use serde_json::json;
use uuid::Uuid;

use super::error::NOT_THE_CALLER;
use super::form;
use super::route::{Asked, Needs, Row};
use super::usage_pull;
use super::wire::{self, Tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, OrderId, SubscriptionId};
use crate::domain::operator::Permission;
use crate::domain::order::item::{Action, Item, Wish};
use crate::domain::order::{Order, PlaceOrder, Request};
use crate::domain::payment::Payment;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::{Cancellation, RefundTo};
use crate::domain::subscription::lifecycle::State;
use crate::domain::text::WebAddress;
use crate::services::idempotency::Answer;
use crate::services::order::{self, Paying};
use crate::services::{Author, Bss, Cx, Error, debt, subscription};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        Method::POST,
        "/charging/api/orderManagement/products/renewJob",
        Needs::Permission(Permission::SubscriptionChange),
        renew,
    ),
    Row::new(
        Method::POST,
        "/charging/api/orderManagement/products/unsubscribeJob",
        Needs::Permission(Permission::SubscriptionCancel),
        unsubscribe,
    ),
    Row::new(
        Method::POST,
        "/charging/api/orderManagement/accounting/refresh",
        Needs::Permission(Permission::SubscriptionRead),
        refresh,
    ),
];

/// The product that is meant, and the order that it must have come from.
struct Meant {
    product: SubscriptionId,
    order: Option<OrderId>,
}

impl Meant {
    /// As jobs say it: `{"name": "oid=<order>", "id": "<product>", "priceType": "…"}`.
    fn of_job(said: &Tree) -> Result<Self, Invalid> {
        let name: String = form::must(said, "name")?;
        let order = name.rsplit_once("oid=").and_then(|it| Uuid::try_parse(it.1.trim()).ok());
        let unnamed = || Invalid::one("name", "format", "must say the order as `oid=<id>`");
        let order = Some(OrderId::from_uuid(order.ok_or_else(unnamed)?));
        let kind: String = form::text(said, "priceType")?.unwrap_or_default();
        if !["", "recurring", "usage"].iter().any(|it| kind.eq_ignore_ascii_case(it)) {
            return Err(Invalid::one("priceType", "enum", "must be `recurring` or `usage`"));
        }
        Ok(Self { product: product(said, "id")?, order })
    }

    /// The product, which must be the caller's own.
    fn own(&self, cx: Cx<'_>) -> Result<Subscription, Error> {
        let it: Subscription = cx.get(self.product)?;
        let own = cx.actor.standing().map(|it| it.account);
        if own != Some(it.account()) {
            return Err(NOT_THE_CALLER.broken("id", "must name a product of your own").into());
        }
        let made_by = it.origin.as_ref().map(|it| it.0);
        if self.order.is_some() && self.order != made_by {
            return Err(Invalid::one("name", "reference", "names another order").into());
        }
        Ok(it)
    }
}

fn product(said: &Tree, name: &str) -> Result<SubscriptionId, Invalid> {
    let text: String = form::must(said, name)?;
    let refused = || Invalid::one(name, "reference", format!("`{text}` is no product"));
    Ok(SubscriptionId::from_uuid(Uuid::try_parse(&text).map_err(|_| refused())?))
}

/// The answer, with where the customer has to go to pay, if it has to.
fn done(message: &str, page: Option<&WebAddress>) -> Answer {
    let said = wire::tree(json!({ "result": "correct", "message": message }));
    let mut answer = wire::shown(said, None);
    answer.headers.extend(page.map(|it| ("x-redirect-url".to_owned(), it.to_string())));
    answer
}

/// Begins a payment of what is owed for a product, as far as it is not being collected; nothing if nothing
/// is, whatever is owed for others (6.5).
fn pays(bss: &Bss, author: &Author, of: &Subscription) -> Result<Option<Answer>, Error> {
    let begun = debt::begin_owed_for(bss, author.clone(), of, (None, None))?;
    Ok(begun.as_ref().map(paid_first))
}

fn paid_first(it: &Payment) -> Answer {
    let page = it.attempt.as_ref().and_then(|it| it.page.as_ref());
    done(&format!("{} is to be paid first", it.amount()), page)
}

/// Lets a product that is held for what is owed where it is billed run again once all of that is paid.
fn release(bss: &Bss, author: &Author, of: &Subscription) -> Result<Answer, Error> {
    let begun = debt::begin_owed(bss, author.clone(), of.billing_account(), (None, None))?;
    Ok(begun.as_ref().map_or_else(|| done("nothing is to be paid", None), paid_first))
}

fn renew(mut asked: Asked) -> Result<Work, Fault> {
    let meant = Meant::of_job(&asked.tree()?)?;
    Ok(Work::works(move |bss, author| {
        let it = bss.read(&author.actor, |cx| meant.own(cx))?;
        if let Some(answer) = pays(bss, author, &it)? {
            return Ok(answer);
        }
        match it.state() {
            State::Graced | State::Expired | State::Recoverable => begin_anew(bss, author, &it),
            State::HeldForCredit | State::HeldForBoth => release(bss, author, &it),
            State::Pending
            | State::Active
            | State::HeldAdministratively
            | State::Terminating
            | State::Destroyed
            | State::Aborted
            | State::Canceled => Ok(done("nothing is to be paid", None)),
        }
    }))
}

/// Orders the next term of what has run out, paid first: once, as long as that waits for its payment.
fn begin_anew(bss: &Bss, author: &Author, it: &Subscription) -> Result<Answer, Error> {
    if let Some(order) = bss.read(&author.actor, |cx| order::awaiting_payment(cx, it))? {
        return next_term(bss, author, &order);
    }
    let key = "1".parse().map_err(Error::internal)?;
    let mut item = Item::new(key, Action::Renew, Wish::default());
    item.subscription = Some(it.id);
    let request = Request { billing_account: Some(it.billing_account()), ..Request::plain() };
    let placed = PlaceOrder::new(it.account(), vec![item], request)?;
    let wanted = (placed, Paying::default());
    let order = order::place_and_pay(bss, author.clone(), wanted, |_, _| Ok(()))?;
    next_term(bss, author, &order)
}

fn next_term(bss: &Bss, author: &Author, order: &Order) -> Result<Answer, Error> {
    let payment = bss.read(&author.actor, |cx| order::payment_of(cx, order))?;
    let page = payment.filter(|it| it.state().is_under_way()).and_then(|it| it.attempt);
    Ok(done("the next term is ordered", page.and_then(|it| it.page).as_ref()))
}

fn unsubscribe(mut asked: Asked) -> Result<Work, Fault> {
    let meant = Meant::of_job(&asked.tree()?)?;
    Ok(Work::works(move |bss, author| {
        let it = bss.read(&author.actor, |cx| meant.own(cx))?;
        if let Some(answer) = pays(bss, author, &it)? {
            return Ok(answer);
        }
        let ended = bss.act(author.clone(), move |act| {
            let why = Cancellation { reason: None, comment: None, refund_to: RefundTo::Balance };
            subscription::cancel(act, it.id, &why).map(|_| ())
        });
        ended.wait()?;
        Ok(done("the product is ended", None))
    }))
}

/// What was reported is there; what the system behind the product has counted and not told is fetched.
fn refresh(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    let order: String = form::must(&said, "orderId")?;
    let refused = || Invalid::one("orderId", "reference", format!("`{order}` is no order"));
    let order = Some(OrderId::from_uuid(Uuid::try_parse(&order).map_err(|_| refused())?));
    let meant = Meant { product: product(&said, "productId")?, order };
    Ok(Work::works(move |bss, author| {
        let it = bss.read(&author.actor, |cx| meant.own(cx))?;
        let receipt = usage_pull::pulled(bss, &it)?;
        let (taken, refused) = (receipt.accepted, receipt.refused.len());
        let what = format!("{taken} records of usage were fetched, and {refused} refused");
        Ok(done(&what, None))
    }))
}
