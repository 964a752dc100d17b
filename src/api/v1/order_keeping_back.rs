//! `/orders/{id}/hold`, `/ask`, `/resume`, `/reject` and `/expect`: what the seller says of an order as a
//! whole.

use axum::http::Method;
use serde::Deserialize;
use utoipa::ToSchema;

use super::order::{Order, whole};
use super::route::{Needs, Route, write};
use super::wire::{parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply};
use crate::domain::operator::Permission;
use crate::domain::order as domain;
use crate::services::{Act, Error, order};

pub(super) fn routes() -> Vec<Route> {
    let decides = Needs::Permission(Permission::OrderDecide);
    let post = || Method::POST;
    vec![
        write(post(), "/orders/{id}/hold", decides, "Keep an order back", hold),
        write(post(), "/orders/{id}/ask", decides, "Ask the buyer for what is missing", ask),
        write(post(), "/orders/{id}/resume", decides, "Let an order go on", resume),
        write(post(), "/orders/{id}/reject", decides, "Refuse an order", reject),
        write(post(), "/orders/{id}/expect", decides, "Say when an order will be done", expect),
    ]
}

fn shown(act: &Act<'_>, it: &domain::Order) -> Result<Reply<Order>, Error> {
    Ok(Reply::ok(whole(act.cx(), it)?).tagged(it.stamp.revision))
}

/// Why an order is kept back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrderHold {
    /// Becomes a note of the order.
    reason: Option<String>,
}

fn hold(act: &mut Act<'_>, call: &Call, body: OrderHold) -> Result<Reply<Order>, Error> {
    let reason = parse_optional("/reason", body.reason.as_deref())?;
    let it = order::hold(act, call.id("id")?, reason)?;
    shown(act, &it)
}

/// What the buyer has to say or do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrderQuestion {
    what: String,
    /// When the order is called off without it; in 30 days if nothing is said.
    until: Option<String>,
}

fn ask(act: &mut Act<'_>, call: &Call, body: OrderQuestion) -> Result<Reply<Order>, Error> {
    let until = parse_optional("/until", body.until.as_deref())?;
    let it = order::ask(act, call.id("id")?, (parse("/what", &body.what)?, until))?;
    shown(act, &it)
}

fn resume(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Order>, Error> {
    let it = order::resume(act, call.id("id")?)?;
    shown(act, &it)
}

/// Why an order is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrderRejection {
    reason: String,
}

fn reject(act: &mut Act<'_>, call: &Call, body: OrderRejection) -> Result<Reply<Order>, Error> {
    let it = order::reject(act, call.id("id")?, parse("/reason", &body.reason)?)?;
    shown(act, &it)
}

/// When an order will be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrderExpectation {
    /// The moment; nobody knows if nothing is said.
    at: Option<String>,
}

fn expect(act: &mut Act<'_>, call: &Call, body: OrderExpectation) -> Result<Reply<Order>, Error> {
    let at = parse_optional("/at", body.at.as_deref())?;
    let it = order::expect(act, call.id("id")?, at)?;
    shown(act, &it)
}
