//! Orders: placing them, working on them, and what they make of subscriptions.
//!
//! An order that can be worked on at once is: its items become tasks, and what needs no other
//! system is there when the order is answered.

use std::collections::BTreeMap;

use super::{Act, Cx, Error, offer, provisioning, subscription};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::catalog::lifecycle::State as CatalogState;
use crate::domain::catalog::offer::{Offer, PriceHold};
use crate::domain::catalog::price::Price;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, OrderId, SubscriptionId};
use crate::domain::operator::Permission;
use crate::domain::order::item::{Action, Item, Parent};
use crate::domain::order::lifecycle::ItemTrigger;
use crate::domain::order::{Order, PlaceOrder};
use crate::domain::page::{Page, PageRequest};
use crate::domain::provisioning::task::{Cause, QueueTask, Work};
use crate::domain::quantity::Quantity;
use crate::domain::subscription::change::{
    Cancellation, Change, Deal, Entitlement, Entitlements, RefundTo, TakenPrice, TakenPrices,
};
use crate::domain::subscription::{Purchase, Subscription};
use crate::domain::text::{self, Prose};
use crate::domain::time::Date;
use crate::store::Along;

/// The sequence that orders are numbered by.
const NUMBERS: &str = "order";

/// Places an order, and works on it at once unless it is to begin later.
///
/// # Errors
/// If an item asks for what cannot be had, or the caller may not order for the account.
pub fn place(act: &mut Act<'_>, placed: PlaceOrder) -> Result<Order, Error> {
    let account: Account = act.cx().named("/account", placed.account())?;
    let stamp = act.cx().stamp(account.stamp.seller, Some(account.id));
    let stamp = match act.actor().user() {
        Some(user) => stamp.of_person(user),
        None => stamp,
    };
    act.must(Permission::OrderPlace, &stamp)?;
    must_buy(&account)?;
    for (place, item) in placed.items().iter().enumerate() {
        check(act, &account, item, place)?;
    }
    let stamp = stamp.numbered(act.next_number(NUMBERS)?);
    let now = act.now();
    let order = Order::place(act.new_id(), stamp, placed, Vec::new(), now);
    let order = act.keep((order, Verb::Created))?;
    match order.request.start_at {
        Some(start_at) if now < start_at => Ok(order),
        _ => work(act, order.id),
    }
}

fn must_buy(account: &Account) -> Result<(), Error> {
    if account.state().may_buy() {
        return Ok(());
    }
    let why = format!("account `{}` is {} and cannot order", account.id, account.state());
    Err(Rejection::new(Code::AccountStateForbids, why).into())
}

/// Refuses an item that cannot be had, before anything is written.
fn check(act: &mut Act<'_>, account: &Account, item: &Item, place: usize) -> Result<(), Error> {
    let at = format!("/items/{place}");
    match item.action {
        Action::Add => deal(act, account, item, &at).map(|_| ()),
        Action::Modify | Action::Delete | Action::Renew | Action::NoChange => {
            let held = held(act, account, item, &at)?;
            let alive = held.state().is_living();
            let why = format!("subscription `{}` is {}", held.id, held.state());
            let refused = || Rejection::new(Code::SubscriptionStateForbids, why).into();
            if alive { Ok(()) } else { Err(refused()) }
        }
    }
}

/// The subscription that an item is about.
fn held(act: &Act<'_>, account: &Account, item: &Item, at: &str) -> Result<Subscription, Error> {
    let pointer = format!("{at}/subscription");
    let missing = || Invalid::one(&pointer, "required", "must be named");
    let id = item.subscription.ok_or_else(missing)?;
    let held: Subscription = act.cx().named(&pointer, id)?;
    if held.account() == account.id {
        return Ok(held);
    }
    Err(Invalid::one(&pointer, "reference", "belongs to another account").into())
}

/// What an item that adds something buys: the offer's prices in the currency of the billing
/// account, its resources, its term.
fn deal(act: &mut Act<'_>, account: &Account, item: &Item, at: &str) -> Result<Deal, Error> {
    let bills_to = subscription::bills_to(act.cx(), account.id, item.billing_account)?;
    let pointer = format!("{at}/offer");
    let missing = || Invalid::one(&pointer, "required", "must be named");
    let offer = offer::named(act.cx(), &pointer, item.wish.offer.ok_or_else(missing)?)?;
    must_be_on_shelf(act, &offer)?;
    let term = match (&item.wish.term, offer.content.term(item.wish.term.as_ref(), act.now())) {
        (Some(_), None) => {
            return Err(Invalid::one(format!("{at}/term"), "reference", "is no term of it").into());
        }
        (_, term) => term.map(|it| it.key.clone()),
    };
    let quantity = item.wish.quantity.unwrap_or(offer.content.quantity.min);
    if !offer.content.quantity.admit(quantity) {
        return Err(Invalid::one(format!("{at}/quantity"), "range", "is not offered").into());
    }
    let today = bills_to.terms().zone.date_of(act.now());
    let prices = prices(act, &offer, item, (term.as_ref(), &bills_to), today)?;
    let resources = resources(&offer, item, term.as_ref(), at)?;
    Ok(Deal {
        offer: offer.id,
        offer_version: offer.life.version(),
        specification: offer.content.specification,
        plan: item.wish.plan.clone(),
        prices,
        quantity,
        resources,
        characteristics: item.wish.characteristics.clone(),
    })
}

fn must_be_on_shelf(act: &Act<'_>, offer: &Offer) -> Result<(), Error> {
    let launched = offer.life.state() == CatalogState::Launched;
    if launched && offer.life.valid_for.contains(act.now()) && offer.content.is_sellable {
        return Ok(());
    }
    let why = format!("offer `{}` is {} and cannot be ordered", offer.id, offer.life.state());
    Err(Rejection::new(Code::OfferNotAvailable, why).into())
}

/// The prices of an offer that a purchase takes: of its term and plan, in its currency.
fn prices(
    act: &Act<'_>,
    offer: &Offer,
    item: &Item,
    (term, bills_to): (Option<&text::Code>, &BillingAccount),
    today: Date,
) -> Result<TakenPrices, Error> {
    let all = offer::prices(act.cx(), offer.id)?;
    let own = |price: &Price| {
        price.term.as_ref().is_none_or(|it| Some(it) == term)
            && price.plan.as_ref().is_none_or(|it| Some(it) == item.wish.plan.as_ref())
    };
    let wanted: Vec<_> = all.iter().filter(|it| own(it)).collect();
    let currency = bills_to.terms().currency;
    let frozen_on = (offer.content.billing.price_hold == PriceHold::Frozen).then_some(today);
    let taken: TakenPrices = wanted
        .iter()
        .filter(|it| it.currency == currency)
        .map(|it| (it.id, TakenPrice { frozen_on }))
        .collect();
    if taken.is_empty() && !wanted.is_empty() {
        let why = format!("offer `{}` has no price in {currency}", offer.id);
        return Err(Rejection::new(Code::PriceMissing, why).into());
    }
    Ok(taken)
}

fn resources(
    offer: &Offer,
    item: &Item,
    term: Option<&text::Code>,
    at: &str,
) -> Result<Entitlements, Error> {
    let mut taken = BTreeMap::new();
    for rate in &offer.content.resources {
        if let Some(rate) = offer.content.rate(rate.resource, term) {
            let wanted = item.wish.resources.get(&rate.resource).copied();
            let amount = wanted.unwrap_or_else(|| rate.amount_default());
            if let Some(fault) = rate.fault(amount) {
                let pointer = format!("{at}/resources/{}", rate.resource);
                return Err(Invalid::one(pointer, "range", fault).into());
            }
            taken.insert(rate.resource, Entitlement::of(amount, rate.included));
        }
    }
    let strange = item.wish.resources.keys().find(|it| !taken.contains_key(it));
    match strange {
        None => Ok(taken),
        Some(strange) => {
            let pointer = format!("{at}/resources/{strange}");
            Err(Invalid::one(pointer, "reference", "is not part of the offer").into())
        }
    }
}

/// Begins to work on an order, item by item.
///
/// # Errors
/// If its state forbids it, or an item is refused.
pub fn work(act: &mut Act<'_>, id: OrderId) -> Result<Order, Error> {
    let order: Order = act.load(id)?;
    let released = order.release(act.now())?;
    let order = act.keep(released)?;
    let keys: Vec<_> = order.items().iter().map(|it| it.key.clone()).collect();
    for key in keys {
        work_on(act, id, &key)?;
    }
    act.load(id)
}

fn work_on(act: &mut Act<'_>, id: OrderId, key: &text::Code) -> Result<(), Error> {
    let order: Order = act.load(id)?;
    let Some(item) = order.item(key).cloned() else { return Ok(()) };
    let started = order.on_item(key, ItemTrigger::Start, None, act.now())?;
    let order = act.keep(started)?;
    let account: Account = act.load(order.account())?;
    match item.action {
        Action::Add => add(act, &order, &account, &item),
        Action::Modify => modify(act, &order, &account, &item),
        Action::Delete => delete(act, &order, &account, &item),
        Action::Renew => renew(act, &order, &account, &item),
        Action::NoChange => done(act, id, key),
    }
}

fn add(act: &mut Act<'_>, order: &Order, account: &Account, item: &Item) -> Result<(), Error> {
    let at = format!("/items/{}", item.key);
    let deal = deal(act, account, item, &at)?;
    let named = item.billing_account.or(order.request.billing_account);
    let bills_to = subscription::bills_to(act.cx(), account.id, named)?;
    let bought = Purchase {
        account: account.id,
        billing_account: bills_to.id,
        name: item.wish.name.clone(),
        term: term_of(act, &deal, item)?,
        deal,
        parent: parent(order, item),
        origin: Some((order.id, item.key.clone())),
        ordered_at: act.now(),
    };
    let made = subscription::write_down(act, account.stamp.seller, bought)?;
    let of = order.id;
    let order: Order = act.load(of)?;
    act.keep((order.made(&item.key, made.id), Verb::Changed))?;
    let cause = Cause { order: of, item: item.key.clone() };
    let connector = provisioning::connector(act, made.deal().specification)?;
    let asked = QueueTask {
        work: Work::Create,
        subscription: made.id,
        seat: None,
        cause: Some(cause),
        connector,
    };
    provisioning::queue(act, &made, asked).map(|_| ())
}

fn term_of(act: &Act<'_>, deal: &Deal, item: &Item) -> Result<Option<text::Code>, Error> {
    let offer: Offer = act.load(deal.offer)?;
    let term = offer.content.term(item.wish.term.as_ref(), act.now());
    Ok(term.map(|it| it.key.clone()))
}

/// What an item's subscription belongs to; another item's is there already, because items are
/// worked on in order.
fn parent(
    order: &Order,
    item: &Item,
) -> Option<(SubscriptionId, crate::domain::subscription::tree::Belonging)> {
    match item.parent.as_ref()? {
        Parent::Subscription(id, belonging) => Some((*id, *belonging)),
        Parent::Item(key, belonging) => Some((order.item(key)?.subscription?, *belonging)),
    }
}

fn modify(act: &mut Act<'_>, order: &Order, account: &Account, item: &Item) -> Result<(), Error> {
    let held = held(act, account, item, "/items")?;
    if let Some(quantity) = item.wish.quantity {
        subscription::change(act, held.id, Change::Quantity(quantity))?;
    }
    if !item.wish.resources.is_empty() {
        let included = |id| held.deal().resources.get(id).map_or(Quantity::ZERO, |it| it.included);
        let wanted = item.wish.resources.iter();
        let change = wanted.map(|(id, amount)| (*id, Entitlement::of(*amount, included(id))));
        subscription::change(act, held.id, Change::Resources(change.collect()))?;
    }
    if !item.wish.characteristics.is_empty() {
        let change = Change::Characteristics(item.wish.characteristics.clone());
        subscription::change(act, held.id, change)?;
    }
    done(act, order.id, &item.key)
}

fn delete(act: &mut Act<'_>, order: &Order, account: &Account, item: &Item) -> Result<(), Error> {
    let held = held(act, account, item, "/items")?;
    let plain = Cancellation { reason: None, comment: None, refund_to: RefundTo::Balance };
    let cancellation = item.cancellation.clone().unwrap_or(plain);
    subscription::cancel(act, held.id, &cancellation)?;
    done(act, order.id, &item.key)
}

fn renew(act: &mut Act<'_>, order: &Order, account: &Account, item: &Item) -> Result<(), Error> {
    let held = held(act, account, item, "/items")?;
    subscription::renew(act, held.id)?;
    done(act, order.id, &item.key)
}

fn done(act: &mut Act<'_>, id: OrderId, key: &text::Code) -> Result<(), Error> {
    let order: Order = act.load(id)?;
    let completed = order.on_item(key, ItemTrigger::Complete, None, act.now())?;
    act.keep(completed).map(|_| ())
}

/// The other system has done what an item needed.
///
/// # Errors
/// If the state of the order forbids it.
pub(super) fn item_done(act: &mut Act<'_>, cause: &Cause) -> Result<(), Error> {
    done(act, cause.order, &cause.item)
}

/// The other system could not do what an item needed.
///
/// # Errors
/// If the state of the order forbids it.
pub(super) fn item_failed(act: &mut Act<'_>, cause: &Cause, why: Prose) -> Result<(), Error> {
    let order: Order = act.load(cause.order)?;
    let failed = order.on_item(&cause.item, ItemTrigger::Fail, Some(why), act.now())?;
    act.keep(failed).map(|_| ())
}

/// Calls off an order on which nobody has begun to work.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn cancel(act: &mut Act<'_>, id: OrderId, reason: Option<Prose>) -> Result<Order, Error> {
    let order: Order = act.get(id)?;
    act.must(Permission::OrderCancel, &order.stamp)?;
    let canceled = order.cancel(reason, act.now())?;
    act.keep(canceled)
}

/// Does for an order what is due: begins it, or gives up waiting.
///
/// # Errors
/// If an item is refused.
pub fn step(act: &mut Act<'_>, id: OrderId) -> Result<Order, Error> {
    let order: Order = act.load(id)?;
    match order.missing() {
        Some(_) => {
            let canceled = order.cancel(None, act.now())?;
            act.keep(canceled)
        }
        None => work(act, id),
    }
}

/// A page of the orders that the caller may see: of one account if that is named.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    account: Option<AccountId>,
    page: &PageRequest,
    accept: impl FnMut(&Order) -> bool,
) -> Result<Page<Order>, Error> {
    cx.list(account.map(Along::Owner), page, accept)
}
