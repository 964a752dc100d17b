//! `/subscriptions/{id}/admission` and `/users/{id}/services`: who is let in to what.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read};
use super::wire::{NoQuery, Whole, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::id::UserId;
use crate::domain::operator::{Permission, User};
use crate::services::label::Labels;
use crate::services::{Cx, Error, admission, user};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::SubscriptionRead);
    let own = Needs::Permission(Permission::UserRead);
    vec![
        read("/subscriptions/{id}/admission", reads, "Ask whether somebody is let in", ask),
        read("/users/{id}/services", own, "List what a user has a seat of", services),
    ]
}

/// Whether somebody is let in to a service.
#[derive(Debug, Serialize, ToSchema)]
struct Admission {
    subscription: String,
    user: String,
    /// Whether the service is to let the user in.
    admitted: bool,
    /// Why not: `user_inactive`, `subscription_stopped`, `no_seat` or `seat_pending`.
    reason: Option<String>,
}

impl Wire for Admission {}

/// What a user has a seat of.
#[derive(Debug, Serialize, ToSchema)]
struct Service {
    subscription: String,
    /// What the buyer calls it.
    name: Option<String>,
    offer: String,
    /// What the offer is called, if the caller may see it.
    offer_name: Option<String>,
    /// Whether the service lets the user in.
    admitted: bool,
    /// Why not, in the words of an admission.
    reason: Option<String>,
    /// Where it is, for the user and the people of its account.
    link: Option<String>,
}

impl Wire for Service {}

/// Of whom it is asked: one of the two must be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AdmissionQuery {
    /// The id of a user.
    user: Option<String>,
    /// With what a user signs in, in any case.
    login: Option<String>,
}

fn visitor(cx: Cx<'_>, query: &AdmissionQuery) -> Result<User, Error> {
    match (parse_optional::<UserId>("user", query.user.as_deref())?, query.login.as_deref()) {
        (Some(id), None) => cx.named("user", id),
        (None, Some(login)) => {
            let found = user::by_login(cx, login)?.map(|it| cx.find(it.id)).transpose()?.flatten();
            let missing = || Invalid::one("login", "reference", "nobody signs in with it");
            Ok(found.ok_or_else(missing)?)
        }
        (None, None) => Err(Invalid::one("user", "required", "say `user` or `login`").into()),
        (Some(_), Some(_)) => {
            let why = "says with `user` whom it is about: say one of them";
            Err(Invalid::one("login", "conflict", why).into())
        }
    }
}

fn ask(cx: Cx<'_>, call: &Call, query: AdmissionQuery) -> Result<Reply<Admission>, Error> {
    let id = call.id("id")?;
    cx.get::<crate::domain::subscription::Subscription>(id)?;
    let user = visitor(cx, &query)?;
    let it = admission::of(cx, id, &user)?;
    Ok(Reply::ok(Admission {
        subscription: it.to.id.to_string(),
        user: user.id.to_string(),
        admitted: it.outcome.is_ok(),
        reason: it.outcome.err().map(|it| it.to_string()),
    }))
}

fn services(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Whole<Service>>, Error> {
    let (mut labels, mut items) = (Labels::new(cx), Vec::new());
    for it in admission::services_of(cx, call.id("id")?)? {
        items.push(Service {
            subscription: it.to.id.to_string(),
            name: it.to.name().map(ToString::to_string),
            offer: it.to.deal().offer.to_string(),
            offer_name: labels.offer(it.to.deal().offer)?,
            admitted: it.outcome.is_ok(),
            reason: it.outcome.err().map(|it| it.to_string()),
            link: it.link.map(|it| it.to_string()),
        });
    }
    Ok(Reply::ok(Whole::of(items)))
}
