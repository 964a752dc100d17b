//! `/orders/{id}/items/{key}/…`: what a seller, or who delivers for it, does about the items that no
//! system does; and
//! `/orders/{id}/notes`: what buyer and seller say to one another.

use axum::http::Method;
use serde::Deserialize;
use utoipa::ToSchema;

use super::order::{Order, whole};
use super::route::{Needs, Route, write};
use super::wire::{parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply};
use crate::domain::operator::Permission;
use crate::services::order::{self, Handling};
use crate::services::{Act, Error};

pub(super) fn routes() -> Vec<Route> {
    // Who delivers an item for its seller says how far it is; that nobody else does is asked of the order.
    let reads = Needs::Permission(Permission::OrderRead);
    let post = Method::POST;
    vec![
        write(
            post.clone(),
            "/orders/{id}/items/{key}/start",
            reads,
            "Say that somebody has begun with an item",
            start,
        ),
        write(
            post.clone(),
            "/orders/{id}/items/{key}/complete",
            reads,
            "Say that an item is done",
            complete,
        ),
        write(
            post.clone(),
            "/orders/{id}/items/{key}/fail",
            reads,
            "Say that an item cannot be done",
            fail,
        ),
        write(post, "/orders/{id}/notes", reads, "Add a note to an order", note),
    ]
}

fn handled(act: &mut Act<'_>, call: &Call, handling: Handling) -> Result<Reply<Order>, Error> {
    let key = call.path.get("key").map(String::as_str).unwrap_or_default();
    let it = order::handle(act, (call.id("id")?, &parse("key", key)?), handling)?;
    Ok(Reply::ok(whole(act.cx(), &it)?).tagged(it.stamp.revision))
}

fn start(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Order>, Error> {
    handled(act, call, Handling::Begun)
}

fn complete(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Order>, Error> {
    handled(act, call, Handling::Done)
}

/// Why an item cannot be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ItemFailure {
    reason: String,
}

fn fail(act: &mut Act<'_>, call: &Call, body: ItemFailure) -> Result<Reply<Order>, Error> {
    handled(act, call, Handling::Failed(parse("/reason", &body.reason)?))
}

/// Something that is said of an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNote {
    text: String,
    /// Who says it, if not the caller by its own name.
    author: Option<String>,
}

fn note(act: &mut Act<'_>, call: &Call, body: NewNote) -> Result<Reply<Order>, Error> {
    let said = (parse("/text", &body.text)?, parse_optional("/author", body.author.as_deref())?);
    let it = order::note(act, call.id("id")?, said)?;
    Ok(Reply::ok(whole(act.cx(), &it)?).tagged(it.stamp.revision))
}
