//! `/offers/{id}/…`: what keeps an offer from the shelf and from the marketplace, and putting it there.

use axum::http::Method;
use serde::Serialize;
use utoipa::ToSchema;

use super::offer::{Offer, whole};
use super::route::{Needs, Route, read, write};
use super::wire::{NoQuery, Whole};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Violation;
use crate::domain::operator::Permission;
use crate::services::{Act, Cx, Error, offer};

pub(super) fn routes() -> Vec<Route> {
    let publishes = Needs::Permission(Permission::CatalogPublish);
    let post = Method::POST;
    vec![
        read("/offers/{id}/obstacles", publishes, "Why can it not be launched?", obstacles),
        read(
            "/offers/{id}/listing_obstacles",
            publishes,
            "Why can it not be on the marketplace?",
            listing_obstacles,
        ),
        write(
            post.clone(),
            "/offers/{id}/list",
            publishes,
            "Put it on the marketplace, where others sell it too",
            list_on_market,
        ),
        write(
            post,
            "/offers/{id}/take_off",
            publishes,
            "Take it off the marketplace",
            take_off_market,
        ),
    ]
}

/// What keeps an offer from the shelf.
#[derive(Debug, Serialize, ToSchema)]
struct Obstacle {
    /// Where in the offer.
    pointer: String,
    rule: &'static str,
    message: String,
}

impl Wire for Obstacle {}

impl From<Violation> for Obstacle {
    fn from(it: Violation) -> Self {
        // The parts of a bundle are its `bundle` here.
        let part = it.field.strip_prefix("/parts").map(|it| format!("/bundle{it}"));
        let pointer = part.unwrap_or(it.field);
        Self { pointer, rule: it.rule, message: it.message }
    }
}

fn obstacles(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Whole<Obstacle>>, Error> {
    let found = offer::launch_obstacles(cx, &cx.get(call.id("id")?)?)?;
    Ok(Reply::ok(Whole::of(found.into_iter().map(Obstacle::from).collect())))
}

fn listing_obstacles(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Whole<Obstacle>>, Error> {
    let found = offer::listing_obstacles(cx, &cx.get(call.id("id")?)?)?;
    Ok(Reply::ok(Whole::of(found.into_iter().map(Obstacle::from).collect())))
}

fn list_on_market(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Offer>, Error> {
    let it = offer::list_on_market(act, call.id("id")?)?;
    Ok(Reply::ok(whole(act.cx(), &it)?).tagged(it.stamp.revision))
}

fn take_off_market(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Offer>, Error> {
    let it = offer::take_off_market(act, call.id("id")?)?;
    Ok(Reply::ok(whole(act.cx(), &it)?).tagged(it.stamp.revision))
}
