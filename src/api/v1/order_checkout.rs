//! `/orders/checkout`, `/carts/{id}/checkout`: orders that are paid through a gateway before anybody
//! works on them.

use std::sync::Arc;

use axum::http::Method;
use serde::Deserialize;
use utoipa::ToSchema;

use super::cart::CartOrder;
use super::order::{NewOrder, Order, whole};
use super::route::{Needs, Route, work, work_on};
use super::wire::{object, parse_optional};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply};
use crate::domain::error::Invalid;
use crate::domain::id::PaymentMethodId;
use crate::domain::operator::Permission;
use crate::domain::order as domain;
use crate::services::order::{self, Paying};
use crate::services::{Bss, Error, cart};

pub(super) fn routes() -> Vec<Route> {
    let places = Needs::Permission(Permission::OrderPlace);
    let most = ORDINARY_BYTES_MAX;
    vec![
        work(Method::POST, "/orders/checkout", places, "Order and pay first", (most, place)),
        work_on(
            Method::POST,
            "/carts/{id}/checkout",
            places,
            "Order what is in a cart and pay first",
            (most, from_cart),
        ),
        work(
            Method::POST,
            "/orders/{id}/pay",
            places,
            "Pay an order whose payment came to nothing, while it waits",
            (most, pay_again),
        ),
        work(
            Method::POST,
            "/orders/{id}/follow",
            places,
            "Ask the gateway what became of the payment of an order",
            (most, follow),
        ),
    ]
}

/// An order that is to be paid first.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrderCheckout {
    order: NewOrder,
    /// Through which gateway; through the first of the seller if nothing is said.
    gateway: Option<String>,
}

/// The order of a cart that is to be paid first.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CartCheckout {
    /// What is said of the order.
    #[serde(default, deserialize_with = "object")]
    order: CartOrder,
    /// Through which gateway; through the first of the seller if nothing is said.
    gateway: Option<String>,
}

/// How an order is paid whose payment came to nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrderPaidAgain {
    /// With which method on file; chosen at the gateway if nothing is said.
    payment_method: Option<String>,
    /// Through which gateway; through the first of the seller if nothing is said.
    gateway: Option<String>,
}

/// How it is paid: by the method that the order names, or at the page of a gateway.
fn paying(method: Option<PaymentMethodId>, gateway: Option<&str>) -> Result<Paying, Invalid> {
    Ok(Paying { method, gateway: parse_optional("/gateway", gateway)? })
}

/// What is wrong with the order, where it stands in the body.
fn below_order(error: Error) -> Error {
    let Error::Invalid(invalid) = error else { return error };
    let is_of_order = invalid.violations.iter().all(|it| it.field != "/gateway");
    if is_of_order { invalid.below("/order").into() } else { invalid.into() }
}

fn placed(bss: &Bss, call: &Call, it: &domain::Order) -> Result<Reply<Order>, Error> {
    let shown = bss.read(&call.actor, |cx| whole(cx, it))?;
    let path = format!("/api/v1/orders/{}", it.id);
    Ok(Reply::created(path, shown).tagged(it.stamp.revision))
}

fn place(bss: &Arc<Bss>, call: &Call, body: OrderCheckout) -> Result<Reply<Order>, Error> {
    let wanted = bss.read(&call.actor, |cx| body.order.read(cx)).map_err(below_order)?;
    let paying = paying(wanted.request.payment_method, body.gateway.as_deref())?;
    let it = order::place_and_pay(bss, call.author(), (wanted, paying), |_, _| Ok(()));
    let it = it.map_err(below_order)?;
    placed(bss, call, &it)
}

fn from_cart(bss: &Arc<Bss>, call: &Call, body: CartCheckout) -> Result<Reply<Order>, Error> {
    let id = call.id("id")?;
    let request = bss.read(&call.actor, |cx| body.order.read(cx, id)).map_err(below_order)?;
    let paying = paying(request.payment_method, body.gateway.as_deref())?;
    let it = cart::pay(bss, call.author(), (id, call.if_match), (request, paying))?;
    placed(bss, call, &it)
}

fn pay_again(bss: &Arc<Bss>, call: &Call, body: OrderPaidAgain) -> Result<Reply<Order>, Error> {
    let method = parse_optional("/payment_method", body.payment_method.as_deref())?;
    let paying = paying(method, body.gateway.as_deref())?;
    let it = order::pay_again(bss, call.author(), call.id("id")?, paying)?;
    let shown = bss.read(&call.actor, |cx| whole(cx, &it))?;
    Ok(Reply::ok(shown).tagged(it.stamp.revision))
}

fn follow(bss: &Arc<Bss>, call: &Call, _: Nothing) -> Result<Reply<Order>, Error> {
    let it = order::follow(bss, &call.actor, call.id("id")?)?;
    let shown = bss.read(&call.actor, |cx| whole(cx, &it))?;
    Ok(Reply::ok(shown).tagged(it.stamp.revision))
}
