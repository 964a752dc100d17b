//! `/carts`: what somebody is about to order, line by line, and its order.

use std::collections::BTreeMap;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attribute::{self, Attributes};
use super::characteristic::{read_choices, show_choices};
use super::offer::each;
use super::order::{Order, Said, whole};
use super::route::{Needs, Route, read, write};
use super::shipment::Destination;
use super::terms_of_use::AcceptedTerms;
use super::wire::{Decimal, List, NoQuery, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::id::CartId;
use crate::domain::operator::Permission;
use crate::domain::order::Request;
use crate::domain::order::cart::{self as domain, Standing};
use crate::domain::order::item::Wish;
use crate::domain::text::Code;
use crate::domain::time::Zone;
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, cart, coupon};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::CartRead);
    let fills = Needs::Permission(Permission::CartWrite);
    let (post, line) = (Method::POST, "/carts/{id}/items/{key}");
    let ordering = "Order what is in a cart";
    vec![
        read("/carts", reads, "List the caller's own carts", list),
        write(post.clone(), "/carts", fills, "Open a cart", open),
        read("/carts/{id}", reads, "Read a cart", show),
        write(Method::DELETE, "/carts/{id}", fills, "Throw a cart away", discard),
        write(post.clone(), "/carts/{id}/items", fills, "Put a line into a cart", add),
        write(Method::PATCH, line, fills, "Change a line of a cart", change),
        write(Method::DELETE, line, fills, "Take a line out of a cart", take_out),
        write(post.clone(), "/carts/{id}/empty", fills, "Empty a cart", empty),
        write(post, "/carts/{id}/order", fills, ordering, order),
    ]
}

/// What somebody is about to order.
#[derive(Debug, Serialize, ToSchema)]
struct Cart {
    id: String,
    revision: u32,
    /// For whom it is ordered, if that is known.
    account: Option<String>,
    /// What the account is called, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    /// The channel through which it is filled, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    items: Vec<CartLine>,
}

impl Wire for Cart {}

/// A line of a cart.
#[derive(Debug, Serialize, ToSchema)]
struct CartLine {
    key: String,
    /// `active`, or `saved`: kept for another time, and not ordered with the cart.
    state: String,
    offer: Option<String>,
    /// What the offer is called, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_name: Option<String>,
    /// What it is to be called.
    name: Option<String>,
    term: Option<String>,
    plan: Option<String>,
    /// How many durations of the term, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    quantity: Option<u32>,
    /// Amounts by resource.
    resources: BTreeMap<String, Decimal>,
    /// Chosen values by characteristic.
    characteristics: BTreeMap<String, String>,
    /// The subscription that it adds to.
    parent: Option<String>,
}

impl CartLine {
    fn of(labels: &mut Labels<'_>, it: &domain::CartItem) -> Result<Self, Error> {
        let wish = &it.wish;
        let resources = wish.resources.iter();
        Ok(Self {
            key: it.key.to_string(),
            state: it.standing.to_string(),
            offer: wish.offer.map(|it| it.to_string()),
            offer_name: wish.offer.map(|it| labels.offer(it)).transpose()?.flatten(),
            name: wish.name.as_ref().map(ToString::to_string),
            term: wish.term.as_ref().map(ToString::to_string),
            plan: wish.plan.as_ref().map(ToString::to_string),
            times: wish.times,
            quantity: wish.quantity,
            resources: resources.map(|(id, it)| (id.to_string(), Decimal::from(it))).collect(),
            characteristics: show_choices(&wish.characteristics),
            parent: it.adds_to.map(|it| it.to_string()),
        })
    }
}

impl Cart {
    fn of(labels: &mut Labels<'_>, cx: Cx<'_>, it: &domain::Cart) -> Result<Self, Error> {
        let account = cart::account_of(cx, it);
        let lines = it.items().iter().map(|it| CartLine::of(labels, it));
        Ok(Self {
            id: it.id.to_string(),
            revision: it.stamp.revision,
            channel: it.channel.as_ref().map(ToString::to_string),
            items: lines.collect::<Result<_, _>>()?,
            account: account.map(|it| it.to_string()),
            account_name: account.map(|it| labels.account(it)).transpose()?.flatten(),
        })
    }
}

fn shown(cx: Cx<'_>, it: &domain::Cart) -> Result<Reply<Cart>, Error> {
    let shown = Cart::of(&mut Labels::new(cx), cx, it)?;
    Ok(Reply::ok(shown).tagged(it.stamp.revision))
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<Cart>>, Error> {
    let page = cart::own(cx, &call.page)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| Cart::of(&mut labels, cx, &it))?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Cart>, Error> {
    shown(cx, &cx.get(call.id("id")?)?)
}

/// A cart to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCart {
    /// For whom it is ordered; the caller's own account if nothing is said.
    account: Option<String>,
    /// The channel through which it is filled and ordered: what is sold through others alone does not come
    /// into it.
    channel: Option<String>,
}

fn open(act: &mut Act<'_>, _: &Call, body: NewCart) -> Result<Reply<Cart>, Error> {
    let account = parse_optional("/account", body.account.as_deref())?;
    let channel = parse_optional("/channel", body.channel.as_deref())?;
    let it = cart::open(act, (account, channel), Vec::new())?;
    let made = Cart::of(&mut Labels::new(act.cx()), act.cx(), &it)?;
    Ok(Reply::created(format!("/api/v1/carts/{}", it.id), made).tagged(it.stamp.revision))
}

fn discard(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    cart::discard(act, call.id("id")?)?;
    Ok(Reply::no_content())
}

/// A line to be put into a cart.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCartLine {
    /// What is bought.
    offer: String,
    /// What it is to be called, on invoices too.
    name: Option<String>,
    term: Option<String>,
    plan: Option<String>,
    /// How many durations of the term; one if nothing is said.
    times: Option<u32>,
    quantity: Option<u32>,
    /// Amounts by resource.
    #[serde(default)]
    resources: BTreeMap<String, Decimal>,
    /// Chosen values by characteristic.
    #[serde(default)]
    characteristics: BTreeMap<String, String>,
    /// The subscription that it adds to.
    parent: Option<String>,
}

impl NewCartLine {
    fn read(&self) -> Result<domain::CartItem, Invalid> {
        let said = Said {
            offer: Some(&self.offer),
            name: self.name.as_deref(),
            term: self.term.as_deref(),
            plan: self.plan.as_deref(),
            resources: &self.resources,
            characteristics: &self.characteristics,
        };
        let wish = said.read(&|field| format!("/{field}"))?;
        Ok(domain::CartItem {
            key: parse("/key", "1")?,
            wish: Wish { times: self.times, quantity: self.quantity, ..wish },
            adds_to: parse_optional("/parent", self.parent.as_deref())?,
            below: None,
            standing: Standing::Active,
            totals: Vec::new(),
        })
    }
}

fn add(act: &mut Act<'_>, call: &Call, body: NewCartLine) -> Result<Reply<Cart>, Error> {
    let it = cart::add(act, call.id("id")?, body.read()?)?;
    shown(act.cx(), &it)
}

/// A change of a line: what is not said stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CartLineChange {
    /// `active`, or `saved` to keep it for another time.
    state: Option<String>,
    name: Option<String>,
    term: Option<String>,
    plan: Option<String>,
    times: Option<u32>,
    quantity: Option<u32>,
    /// Other values by characteristic; those that are not named stay.
    #[serde(default)]
    characteristics: BTreeMap<String, String>,
}

impl CartLineChange {
    fn onto(&self, mut it: domain::CartItem) -> Result<domain::CartItem, Invalid> {
        let wish = &mut it.wish;
        wish.name = parse_optional("/name", self.name.as_deref())?.or(wish.name.take());
        wish.term = parse_optional("/term", self.term.as_deref())?.or(wish.term.take());
        wish.plan = parse_optional("/plan", self.plan.as_deref())?.or(wish.plan.take());
        wish.times = self.times.or(wish.times);
        wish.quantity = self.quantity.or(wish.quantity);
        wish.characteristics
            .extend(read_choices(&self.characteristics, &|field| format!("/{field}"))?);
        it.standing = word("/state", self.state.as_deref())?.unwrap_or(it.standing);
        Ok(it)
    }
}

fn line(call: &Call) -> Result<(CartId, Code), Error> {
    let key = call.path.get("key").map(String::as_str).unwrap_or_default();
    Ok((call.id("id")?, parse("key", key)?))
}

fn change(act: &mut Act<'_>, call: &Call, body: CartLineChange) -> Result<Reply<Cart>, Error> {
    let (id, key) = line(call)?;
    let it = cart::change(act, (id, &key), |it| body.onto(it))?;
    shown(act.cx(), &it)
}

fn take_out(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Cart>, Error> {
    let (id, key) = line(call)?;
    let it = cart::take_out(act, id, &key)?;
    shown(act.cx(), &it)
}

fn empty(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Cart>, Error> {
    let it = cart::empty(act, call.id("id")?)?;
    shown(act.cx(), &it)
}

/// What is said of the order of a cart.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CartOrder {
    /// Where it is billed; the account's default if nothing is said.
    billing_account: Option<String>,
    /// What the buyer calls it.
    external_id: Option<String>,
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

impl CartOrder {
    pub(super) fn read(&self, cx: Cx<'_>, id: CartId) -> Result<Request, Error> {
        let cart: domain::Cart = cx.get(id)?;
        let start_on = parse_optional("/requested_start_on", self.requested_start_on.as_deref())?;
        let account = cart::account_of(cx, &cart);
        let coupons = account.map(|it| coupon::brought(cx, it, &self.coupons)).transpose()?;
        let sent = self.deliver_to.as_ref().zip(account);
        let sent = sent.map(|(it, account)| it.read((cx, account), "/deliver_to")).transpose()?;
        Ok(Request {
            coupons: coupons.unwrap_or_default(),
            billing_account: parse_optional("/billing_account", self.billing_account.as_deref())?,
            external_id: parse_optional("/external_id", self.external_id.as_deref())?,
            attributes: attribute::read(&self.attributes, &[])?,
            start_at: start_on.map(|it| Zone::UTC.start_of(it)),
            payment_method: parse_optional("/payment_method", self.payment_method.as_deref())?,
            accepted: each(&self.accepted_terms, "/accepted_terms", |it, at| it.read(cx, at))?,
            deliver_to: sent,
            ..Request::plain()
        })
    }
}

fn order(act: &mut Act<'_>, call: &Call, body: CartOrder) -> Result<Reply<Order>, Error> {
    let id = call.id("id")?;
    let request = body.read(act.cx(), id)?;
    let it = cart::order(act, (id, call.if_match), request)?;
    let path = format!("/api/v1/orders/{}", it.id);
    Ok(Reply::created(path, whole(act.cx(), &it)?).tagged(it.stamp.revision))
}
