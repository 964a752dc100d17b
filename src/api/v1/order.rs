//! `/orders`: what is asked for.

use std::collections::BTreeMap;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attribute::{self, Attributes};
use super::characteristic::{read_choices, show_choices};
use super::offer::each;
use super::route::{Needs, Route, read, write};
use super::shipment::Destination;
use super::terms_of_use::{AcceptedTerms, TermsAcceptance};
use super::wire::{Decimal, List, Money, NoQuery, SoldBy, parse, parse_optional, word};
use super::{cart, order_checkout, order_item, order_keeping_back, order_preview};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::catalog::price::PriceKind;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Kind};
use crate::domain::money;
use crate::domain::operator::{Decision, Permission};
use crate::domain::order as domain;
use crate::domain::order::item::{Action, Item, Parent, Wish};
use crate::domain::order::total::Total;
use crate::domain::order::{PlaceOrder, Request};
use crate::domain::payment::Payment;
use crate::domain::payment::refund::State as Refunding;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::tree::Belonging;
use crate::domain::time::Zone;
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, billing, coupon, order, payment};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::OrderRead);
    let places = Needs::Permission(Permission::OrderPlace);
    let cancels = Needs::Permission(Permission::OrderCancel);
    let own = vec![
        read("/orders", reads, "List orders", list),
        write(Method::POST, "/orders", places, "Place an order", place),
        read("/orders/{id}", reads, "Read an order", show),
        write(Method::POST, "/orders/{id}/cancel", cancels, "Call off an order", cancel),
    ];
    let more = [
        cart::routes(),
        order_checkout::routes(),
        order_item::routes(),
        order_keeping_back::routes(),
        order_preview::routes(),
    ];
    own.into_iter().chain(more.into_iter().flatten()).collect()
}

/// What was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Order {
    id: String,
    number: u64,
    revision: u32,
    account: String,
    /// What the account is called, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
    /// `sales`, `change`, `renewal` or `cancellation`.
    kind: String,
    state: String,
    /// Why it was refused or called off.
    reason: Option<String>,
    external_id: Option<String>,
    /// The channel through which it came, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    /// The day, in UTC, before which work on it does not begin. One that is over when the order is
    /// placed is kept, and the work begins at once.
    requested_start_on: Option<String>,
    ordered_at: String,
    /// When it will be done, if the seller said.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_at: Option<String>,
    completed_at: Option<String>,
    /// What the buyer has to say or do before it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<OrderMissing>,
    items: Vec<OrderItem>,
    /// What it comes to; left out where that was not worked out before it was placed, as it is for what is
    /// paid first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    totals: Vec<OrderTotal>,
    /// Custom attributes by name.
    attributes: Attributes,
    /// How it is to be paid, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_method: Option<String>,
    /// The terms of use that were accepted with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accepted_terms: Vec<TermsAcceptance>,
    /// The coupons that were brought with it.
    coupons: Vec<String>,
    notes: Vec<String>,
    /// The payment that it waits or waited for before anybody works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<OrderPayment>,
    /// Why no bill of it can be made yet: what is missing to tax it. Told of a single order to who may say
    /// that.
    #[serde(skip_serializing_if = "Option::is_none")]
    untaxed: Option<String>,
    /// Why no bill of it can be made out yet: what the address of its payer lacks. Told of a single order to
    /// who may say that.
    #[serde(skip_serializing_if = "Option::is_none")]
    unaddressed: Option<String>,
    /// What the caller may do now with a single order as a whole: `hold`, `ask`, `resume`, `reject`,
    /// `cancel`.
    #[serde(skip_serializing_if = "Option::is_none")]
    can: Option<Vec<&'static str>>,
}

impl Wire for Order {}

/// What is missing of an order.
#[derive(Debug, Serialize, ToSchema)]
struct OrderMissing {
    what: String,
    /// When the order is called off without it.
    until: String,
}

/// The payment that an order waits or waited for.
#[derive(Debug, Serialize, ToSchema)]
struct OrderPayment {
    id: String,
    state: String,
    amount: Money,
    /// How much of it is on its way back to where it came from; left out if nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    going_back: Option<Money>,
    /// How much of it has gone back; left out if nothing has.
    #[serde(skip_serializing_if = "Option::is_none")]
    gone_back: Option<Money>,
    /// Where the payer has to go; left out if nothing is to be done there.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
    /// Until when the order waits for it: of one that came to nothing, until when it can be paid again.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// Why it was declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl OrderPayment {
    fn of(cx: Cx<'_>, order: &domain::Order) -> Result<Option<Self>, Error> {
        let Some(it) = order::payment_of(cx, order)? else { return Ok(None) };
        let attempt = it.attempt.as_ref().filter(|_| it.state().is_under_way());
        let decline = it.attempt.as_ref().and_then(|it| it.decline.as_ref());
        let waits = order.missing().filter(|_| order.awaited_payment() == Some(it.id));
        Ok(Some(Self {
            id: it.id.to_string(),
            state: it.state().to_string(),
            amount: it.amount().into(),
            going_back: refunded(cx, &it, |it| {
                matches!(it, Refunding::Requested | Refunding::Sent)
            })?,
            gone_back: refunded(cx, &it, |it| it == Refunding::Done)?,
            page: attempt.and_then(|it| it.page.as_ref()).map(ToString::to_string),
            until: waits.map(|it| it.until_at.to_string()),
            reason: decline.map(|it| it.reason.word()),
        }))
    }
}

/// How much of a payment has gone back as far as some states say; nothing if nothing has.
fn refunded(
    cx: Cx<'_>,
    of: &Payment,
    is_as_far: impl Fn(Refunding) -> bool,
) -> Result<Option<Money>, Error> {
    let all = payment::refunds_of(cx, of.id)?;
    let amounts = all.iter().filter(|it| is_as_far(it.state)).map(|it| it.amount);
    let sum = money::Money::sum(amounts, of.amount().currency())?;
    Ok((sum.as_minor() > 0).then(|| sum.into()))
}

/// What an order or a piece of it comes to.
#[derive(Debug, Serialize, ToSchema)]
struct OrderTotal {
    /// When it is charged: `once`, or in `each_period`.
    charged: String,
    net: Money,
    tax: Money,
    gross: Money,
}

impl From<&Total> for OrderTotal {
    fn from(it: &Total) -> Self {
        let charged = it.charged().to_string();
        Self { charged, net: it.net().into(), tax: it.tax().into(), gross: it.gross().into() }
    }
}

/// What is charged for a piece of an order.
#[derive(Debug, Serialize, ToSchema)]
struct ItemPrice {
    /// What the price is called.
    name: String,
    /// When it is charged: `one_time`, `recurring`, or by `usage`.
    kind: &'static str,
    /// In which rhythm, if it recurs: `1 month`.
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<String>,
    /// Without tax, for a whole period; left out of what is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    net: Option<Money>,
}

impl From<&billing::Worth> for ItemPrice {
    fn from(it: &billing::Worth) -> Self {
        let (kind, period) = match it.price.kind {
            PriceKind::OneTime(_) => ("one_time", None),
            PriceKind::Recurring { every, .. } => ("recurring", Some(every.to_string())),
            PriceKind::Usage { .. } => ("usage", None),
        };
        Self { name: it.price.name.to_string(), kind, period, net: it.net.map(Money::from) }
    }
}

/// A piece of an order.
#[derive(Debug, Serialize, ToSchema)]
struct OrderItem {
    key: String,
    /// `add`, `modify`, `delete`, `renew` or `no_change`.
    action: String,
    /// What the buyer calls it.
    name: Option<String>,
    state: String,
    offer: Option<String>,
    /// What the offer is called, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_name: Option<String>,
    term: Option<String>,
    /// How many durations of the term were ordered at once, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    quantity: Option<u32>,
    resources: BTreeMap<String, Decimal>,
    /// Chosen values by characteristic; left out where nothing was chosen.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    characteristics: BTreeMap<String, String>,
    /// What it made, or what it is about.
    subscription: Option<String>,
    /// The custom attributes of the subscription as they were when it was ordered.
    attributes: Attributes,
    /// What it comes to, if that was worked out when it was ordered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    totals: Vec<OrderTotal>,
    /// What is charged for it today, price by price, where `totals` say nothing: told of a single order to
    /// who sees it as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prices: Vec<ItemPrice>,
    /// Why it failed.
    failure: Option<String>,
    /// Where it is sent, if it is physical.
    #[serde(skip_serializing_if = "Option::is_none")]
    deliver_to: Option<Destination>,
    /// The account that delivers it for its seller; told to that seller, and to the account itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<String>,
}

impl From<&domain::Order> for Order {
    fn from(it: &domain::Order) -> Self {
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            account: it.account().to_string(),
            account_name: None,
            sold_by: SoldBy::default(),
            kind: it.kind().to_string(),
            state: it.state().to_string(),
            reason: it.reason().map(ToString::to_string),
            external_id: it.request.external_id.as_ref().map(ToString::to_string),
            channel: it.request.channel.as_ref().map(ToString::to_string),
            requested_start_on: it.request.start_at.map(|it| Zone::UTC.date_of(it).to_string()),
            ordered_at: it.ordered_at().to_string(),
            expected_at: it.expected_at.map(|it| it.to_string()),
            completed_at: it.completed_at().map(|it| it.to_string()),
            missing: it.missing().filter(|_| it.awaited_payment().is_none()).map(|it| {
                OrderMissing { what: it.what.to_string(), until: it.until_at.to_string() }
            }),
            items: it.items().iter().map(OrderItem::from).collect(),
            totals: it.totals().iter().map(OrderTotal::from).collect(),
            attributes: attribute::show(&it.request.attributes),
            payment_method: it.request.payment_method.map(|it| it.to_string()),
            accepted_terms: it.request.accepted.iter().map(TermsAcceptance::from).collect(),
            coupons: it.request.coupons.iter().map(ToString::to_string).collect(),
            notes: it.notes().iter().map(|it| it.text.to_string()).collect(),
            payment: None,
            untaxed: None,
            unaddressed: None,
            can: None,
        }
    }
}

impl Order {
    fn labeled(cx: Cx<'_>, labels: &mut Labels<'_>, it: &domain::Order) -> Result<Self, Error> {
        let mut shown = Self::from(it);
        let decides = cx.actor.may(Permission::OrderDecide, &it.stamp) == Decision::Yes;
        shown.account_name = labels.account(it.account())?;
        shown.sold_by = SoldBy::of(labels, &it.stamp)?;
        for (shown, item) in shown.items.iter_mut().zip(it.items()) {
            let told = item.supplier.filter(|_| decides || order::supplies(cx, it, item));
            shown.supplier = told.map(|it| it.to_string());
            shown.offer_name = match order::called(cx, it, item)? {
                Some(name) => Some(name),
                None => item.wish.offer.map(|id| labels.offer(id)).transpose()?.flatten(),
            };
        }
        Ok(shown)
    }
}

pub(super) fn whole(cx: Cx<'_>, it: &domain::Order) -> Result<Order, Error> {
    let mut shown = Order::labeled(cx, &mut Labels::new(cx), it)?;
    for (shown, item) in shown.items.iter_mut().zip(it.items()) {
        shown.prices = prices(cx, it, item)?;
    }
    let taxes = cx.actor.may(Permission::TaxWrite, &it.stamp) == Decision::Yes;
    let untaxed = if taxes { billing::untaxed(cx, it)? } else { None };
    let addresses = cx.actor.may(Permission::AccountWrite, &it.stamp) == Decision::Yes;
    let unaddressed = if addresses { billing::unaddressed(cx, it)? } else { None };
    let [untaxed, unaddressed] = [untaxed, unaddressed].map(|it| it.map(|it| it.detail));
    let can = order::deeds(cx, it)?.into_iter().map(order::Deed::word).collect();
    let payment = OrderPayment::of(cx, it)?;
    Ok(Order { payment, untaxed, unaddressed, can: Some(can), ..shown })
}

/// What is charged for a piece of an order that was not worked out before it was placed; nothing to who only
/// delivers it.
fn prices(cx: Cx<'_>, of: &domain::Order, item: &Item) -> Result<Vec<ItemPrice>, Error> {
    if !item.totals.is_empty() || !cx.actor.sees(Kind::Order, &of.stamp) {
        return Ok(Vec::new());
    }
    let Some(id) = item.subscription else { return Ok(Vec::new()) };
    let Some(it) = cx.find::<Subscription>(id)? else { return Ok(Vec::new()) };
    Ok(billing::worth(cx, &it)?.iter().map(ItemPrice::from).collect())
}

/// An order as an event tells of it.
pub(super) fn told(it: &domain::Order) -> impl Wire + use<> {
    Order::from(it)
}

impl From<&Item> for OrderItem {
    fn from(it: &Item) -> Self {
        let resources = it.wish.resources.iter();
        Self {
            key: it.key.to_string(),
            action: it.action.to_string(),
            name: it.wish.name.as_ref().map(ToString::to_string),
            state: it.state().to_string(),
            offer: it.wish.offer.map(|it| it.to_string()),
            offer_name: None,
            term: it.wish.term.as_ref().map(ToString::to_string),
            times: it.wish.times,
            quantity: it.wish.quantity,
            resources: resources.map(|(id, it)| (id.to_string(), Decimal::from(it))).collect(),
            characteristics: show_choices(&it.wish.characteristics),
            subscription: it.subscription.map(|it| it.to_string()),
            attributes: attribute::show(&it.attributes),
            totals: it.totals.iter().map(OrderTotal::from).collect(),
            prices: Vec::new(),
            failure: it.failure().map(ToString::to_string),
            deliver_to: it.deliver_to.as_ref().map(Destination::from),
            supplier: None,
        }
    }
}

/// Which orders are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrderQuery {
    /// Those of this account.
    account: Option<String>,
    /// Those in this state, such as `pending`.
    state: Option<String>,
    /// `supplier`: those of which the caller's account delivers something, each with these pieces alone;
    /// those that it sees as a whole if nothing is said.
    role: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: OrderQuery) -> Result<Reply<List<Order>>, Error> {
    let account: Option<AccountId> = parse_optional("account", query.account.as_deref())?;
    let state = word("state", query.state.as_deref())?;
    let is_wanted = |it: &domain::Order| {
        account.is_none_or(|of| it.account() == of) && state.is_none_or(|is| it.state() == is)
    };
    let page = match query.role.as_deref() {
        Some("supplier") => order::supplied(cx, &call.page, is_wanted)?,
        Some(_) => return Err(Invalid::one("role", "enum", "must be supplier").into()),
        None => order::list(cx, account, &call.page, is_wanted)?,
    };
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| Order::labeled(cx, &mut labels, &it))?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Order>, Error> {
    let it = order::seen(cx, call.id("id")?)?;
    Ok(Reply::ok(whole(cx, &it)?).tagged(it.stamp.revision))
}

/// An order to be placed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrder {
    account: String,
    /// Where it is billed; the account's default if nothing is said.
    billing_account: Option<String>,
    items: Vec<NewItem>,
    /// What the buyer calls it.
    external_id: Option<String>,
    /// The channel through which it comes: what is sold through others alone cannot be had.
    channel: Option<String>,
    /// Custom attributes by name.
    #[serde(default)]
    attributes: Attributes,
    /// The codes of coupons, in any case.
    #[serde(default)]
    coupons: Vec<String>,
    /// The day, in UTC, on which work may begin; at once if nothing is said, or if it is over.
    requested_start_on: Option<String>,
    /// By which kept payment method it is to be paid.
    payment_method: Option<String>,
    /// Where what is physical of it is sent; where the account has goods sent to if nothing is said.
    deliver_to: Option<Destination>,
    /// The terms of use of its offers, which must be accepted.
    #[serde(default)]
    accepted_terms: Vec<AcceptedTerms>,
}

/// A piece of an order to be placed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewItem {
    /// `add`, `modify`, `delete`, `renew` or `no_change`; an add if nothing is said.
    action: Option<String>,
    /// Of an add: what is bought.
    offer: Option<String>,
    /// Of an add: what the buyer calls it, on invoices too.
    name: Option<String>,
    term: Option<String>,
    /// Of an add: how many durations of the term are ordered at once; one if nothing is said.
    times: Option<u32>,
    plan: Option<String>,
    quantity: Option<u32>,
    /// Amounts by resource.
    #[serde(default)]
    resources: BTreeMap<String, Decimal>,
    /// Chosen values by characteristic.
    #[serde(default)]
    characteristics: BTreeMap<String, String>,
    /// Of anything but an add: what it is about.
    subscription: Option<String>,
    /// The subscription that it adds to.
    parent: Option<String>,
    /// Of an add: the custom attributes of the subscription by name.
    #[serde(default)]
    attributes: Attributes,
    /// Of an add of something physical: where it is sent, if not where the order is.
    deliver_to: Option<Destination>,
}

impl NewItem {
    fn read(&self, whose: (Cx<'_>, AccountId), place: usize) -> Result<Item, Error> {
        let at = |field: &str| format!("/items/{place}/{field}");
        let action = parse_optional(&at("action"), self.action.as_deref())?;
        let key = (place + 1).to_string();
        let said = Said {
            offer: self.offer.as_deref(),
            name: self.name.as_deref(),
            term: self.term.as_deref(),
            plan: self.plan.as_deref(),
            resources: &self.resources,
            characteristics: &self.characteristics,
        };
        let wish = Wish { times: self.times, quantity: self.quantity, ..said.read(&at)? };
        let parent = parse_optional(&at("parent"), self.parent.as_deref())?;
        let mut item = Item::new(parse(&at("key"), &key)?, action.unwrap_or(Action::Add), wish);
        item.subscription = parse_optional(&at("subscription"), self.subscription.as_deref())?;
        item.attributes = attribute::read_at(&at("attributes"), &self.attributes, &[])?;
        item.parent = parent.map(|id| Parent::Subscription(id, Belonging::AddOn));
        let sent = self.deliver_to.as_ref().map(|it| it.read(whose, &at("deliver_to")));
        item.deliver_to = sent.transpose()?;
        Ok(item)
    }
}

/// What is said of what is wanted, beside numbers.
pub(super) struct Said<'a> {
    pub(super) offer: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) term: Option<&'a str>,
    pub(super) plan: Option<&'a str>,
    pub(super) resources: &'a BTreeMap<String, Decimal>,
    pub(super) characteristics: &'a BTreeMap<String, String>,
}

impl Said<'_> {
    /// The wish in the domain's form; `at` is the pointer of a field.
    pub(super) fn read(&self, at: &impl Fn(&str) -> String) -> Result<Wish, Invalid> {
        let mut resources = BTreeMap::new();
        for (id, amount) in self.resources {
            let pointer = at(&format!("resources/{id}"));
            resources.insert(parse(&pointer, id)?, amount.read(&pointer)?);
        }
        Ok(Wish {
            offer: parse_optional(&at("offer"), self.offer)?,
            name: parse_optional(&at("name"), self.name)?,
            term: parse_optional(&at("term"), self.term)?,
            plan: parse_optional(&at("plan"), self.plan)?,
            resources,
            characteristics: read_choices(self.characteristics, at)?,
            ..Wish::default()
        })
    }
}

impl NewOrder {
    pub(super) fn read(&self, cx: Cx<'_>) -> Result<PlaceOrder, Error> {
        let account = parse("/account", &self.account)?;
        let whose = (cx, account);
        let items = self.items.iter().enumerate().map(|(place, it)| it.read(whose, place));
        let items = items.collect::<Result<Vec<_>, _>>()?;
        let start_on = parse_optional("/requested_start_on", self.requested_start_on.as_deref())?;
        let sent = self.deliver_to.as_ref().map(|it| it.read(whose, "/deliver_to"));
        let request = Request {
            coupons: coupon::brought(cx, account, &self.coupons)?,
            billing_account: parse_optional("/billing_account", self.billing_account.as_deref())?,
            external_id: parse_optional("/external_id", self.external_id.as_deref())?,
            channel: parse_optional("/channel", self.channel.as_deref())?,
            attributes: attribute::read(&self.attributes, &[])?,
            start_at: start_on.map(|it| Zone::UTC.start_of(it)),
            payment_method: parse_optional("/payment_method", self.payment_method.as_deref())?,
            accepted: each(&self.accepted_terms, "/accepted_terms", |it, at| it.read(cx, at))?,
            deliver_to: sent.transpose()?,
            ..Request::plain()
        };
        Ok(PlaceOrder::new(account, items, request)?)
    }
}

fn place(act: &mut Act<'_>, _: &Call, body: NewOrder) -> Result<Reply<Order>, Error> {
    let placed = body.read(act.cx())?;
    let it = order::place(act, placed)?;
    let path = format!("/api/v1/orders/{}", it.id);
    Ok(Reply::created(path, whole(act.cx(), &it)?).tagged(it.stamp.revision))
}

/// Why an order is called off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrderCancellation {
    reason: Option<String>,
}

fn cancel(act: &mut Act<'_>, call: &Call, body: OrderCancellation) -> Result<Reply<Order>, Error> {
    let reason = parse_optional("/reason", body.reason.as_deref())?;
    let it = order::cancel(act, call.id("id")?, reason)?;
    Ok(Reply::ok(whole(act.cx(), &it)?).tagged(it.stamp.revision))
}
