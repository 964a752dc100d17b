//! `/specifications/{id}/retire`: off the market with all offers of it, and what that would come to; for an
//! offer, too.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::offer::{Offer, whole};
use super::route::{Needs, Route, read, write};
use super::wire::{NoQuery, Whole};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::catalog::lifecycle::Trigger;
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::services::retirement::{self, Affected, Retiring};
use crate::services::{Act, Cx, Error, offer};

pub(super) fn routes() -> Vec<Route> {
    let publishes = Needs::Permission(Permission::CatalogPublish);
    vec![
        read(
            "/specifications/{id}/retirement",
            publishes,
            "Preview which offers would retire with a specification",
            |cx, call, _: NoQuery| preview(cx, Retiring::Specification(call.id("id")?)),
        ),
        read(
            "/offers/{id}/retirement",
            publishes,
            "Preview who goes on having an offer, and which bundles it is in",
            |cx, call, _: NoQuery| preview(cx, Retiring::Offer(call.id("id")?)),
        ),
        write(
            Method::POST,
            "/specifications/{id}/retire",
            publishes,
            "Retire a specification with its offers",
            |act, call, body| retire(act, Retiring::Specification(call.id("id")?), &body),
        ),
        write(Method::POST, "/offers/{id}/retire", publishes, "Sell it no more", retire_offer),
    ]
}

/// An offer that goes off the market.
#[derive(Debug, Serialize, ToSchema)]
struct RetiredOffer {
    id: String,
    name: String,
    /// In which state it is before.
    state: String,
    /// What becomes of it: `retired`, or `rejected` if it was not ready for the market.
    becomes: String,
    /// How many living subscriptions to it go on; `null` where it has just been retired.
    subscriptions: Option<usize>,
}

impl Wire for RetiredOffer {}

impl From<Affected> for RetiredOffer {
    fn from(it: Affected) -> Self {
        Self {
            id: it.offer.id.to_string(),
            name: it.offer.content.name.original().to_string(),
            state: it.offer.life.state().to_string(),
            becomes: it.becomes.to_string(),
            subscriptions: it.subscriptions,
        }
    }
}

fn shown(all: Vec<Affected>) -> Reply<Whole<RetiredOffer>> {
    Reply::ok(Whole::of(all.into_iter().map(RetiredOffer::from).collect()))
}

fn preview(cx: Cx<'_>, of: Retiring) -> Result<Reply<Whole<RetiredOffer>>, Error> {
    retirement::preview(cx, of).map(shown)
}

/// How something is retired.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Retirement {
    /// Says that all offers of it go off the market too, as `retirement` tells them: must be `true`.
    with_offers: bool,
}

fn retire(
    act: &mut Act<'_>,
    of: Retiring,
    body: &Retirement,
) -> Result<Reply<Whole<RetiredOffer>>, Error> {
    if !body.with_offers {
        let message = "must be `true`: what is offered is retired after its offers, or with them";
        return Err(Invalid::one("/with_offers", "range", message).into());
    }
    retirement::with_offers(act, of).map(shown)
}

/// How an offer goes off the market.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfferRetirement {
    /// Whether the bundles that it is in go with it, as `retirement` tells them: all of them, or nothing
    /// happens.
    #[serde(default)]
    with_bundles: bool,
}

fn retire_offer(
    act: &mut Act<'_>,
    call: &Call,
    body: OfferRetirement,
) -> Result<Reply<Offer>, Error> {
    let id = call.id("id")?;
    let it = match body.with_bundles {
        true => {
            retirement::with_offers(act, Retiring::Offer(id))?;
            act.get(id)?
        }
        false => offer::on(act, id, Trigger::Retire)?,
    };
    Ok(Reply::ok(whole(act.cx(), &it)?).tagged(it.stamp.revision))
}
