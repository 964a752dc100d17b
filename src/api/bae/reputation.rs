//! `/REPManagement`: what buyers say of offerings.
//!
//! Who says it is who calls, and who has bought: a `consumerId` of somebody else is refused.

use axum::http::Method;
use serde_json::json;
use uuid::Uuid;

use super::error::{INCOMPLETE, NOT_YOURS};
use super::form::{reference, text};
use super::number;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::account::Account;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Id, OfferId};
use crate::domain::operator::{Permission, User};
use crate::domain::review::{Review, Stars};
use crate::services::review::{self, Said};
use crate::services::{Cx, Error};

const ALL: &str = "/REPManagement/reputation";
const SET: &str = "/REPManagement/reputation/set";
const ONE: &str = "/REPManagement/reputation/{id}/{id}";

/// What can be asked of reputations.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, ALL, Needs::Nothing, overall),
    Row::new(Method::GET, ONE, Needs::SignIn, one),
    Row::new(Method::POST, SET, Needs::Permission(Permission::ReviewWrite), set),
];

fn overall(_: Asked) -> Result<Work, Fault> {
    Ok(Work::scans(|cx| {
        let found = review::reputations(cx)?;
        let items: Vec<_> = found
            .iter()
            .map(|(offer, it)| {
                let average = it.average().map(|it| number::of(&it.normalize()));
                tree(json!({ "_id": offer.uuid(), "avg": average, "count": it.count() }))
            })
            .collect();
        let total = items.len();
        Ok(wire::listed(items, None, total))
    }))
}

fn shown(it: &Review, consumer: Uuid) -> Tree {
    tree(json!({
        "offerId": it.offer().uuid(), "consumerId": consumer, "rate": it.stars().get(),
        "description": it.text().map(|it| it.as_str()),
        "timestamp": it.stamp.changed_at.to_string(),
    }))
}

/// By which ids the caller may call itself.
fn own_ids(cx: Cx<'_>) -> Result<Vec<Uuid>, Error> {
    let Some(standing) = cx.actor.standing() else { return Ok(Vec::new()) };
    let account = cx.shared::<Account>(standing.account)?;
    let user = cx.shared::<User>(standing.user)?;
    let mut ids = vec![standing.account.uuid(), standing.user.uuid()];
    ids.extend(account.map(|it| it.party().uuid()));
    ids.extend(user.and_then(|it| it.party).map(|it| it.uuid()));
    Ok(ids)
}

/// The account that an id stands for, as far as the caller may know: its own, or a customer's.
fn consumer(cx: Cx<'_>, id: Uuid) -> Result<Option<AccountId>, Error> {
    if own_ids(cx)?.contains(&id) {
        return Ok(cx.actor.standing().map(|it| it.account));
    }
    Ok(cx.find::<Account>(AccountId::from_uuid(id))?.map(|it| it.id))
}

fn one(asked: Asked) -> Result<Work, Fault> {
    let (offer, id) = (OfferId::from_uuid(asked.id(0)?), asked.id(1)?);
    Ok(Work::reads(move |cx| {
        let account = consumer(cx, id)?;
        let found = account.map(|it| review::by(cx, offer, it)).transpose()?.flatten();
        Ok(wire::shown(found.map(|it| shown(&it, id)).unwrap_or_default(), None))
    }))
}

fn set(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    let missing = |name: &str| INCOMPLETE.broken(name, "must be given");
    let id = |name: &str| reference(&json!({ "id": said.get(name).cloned().unwrap_or_default() }));
    let offer = OfferId::from_uuid(id("offerId").ok_or_else(|| missing("offerId"))?);
    let has_consumer = said.get("consumerId").is_some_and(|it| !it.is_null());
    let consumer = id("consumerId");
    let rate = said.get("rate").filter(|it| !it.is_null()).ok_or_else(|| missing("rate"))?;
    let refused = || Invalid::one("rate", "range", "must be a whole number from 1 to 5");
    let stars = rate.as_u64().and_then(|it| u8::try_from(it).ok()).and_then(Stars::new);
    let said = Said { stars: stars.ok_or_else(refused)?, text: text(&said, "description")? };
    Ok(Work::writes(move |act| {
        let own = own_ids(act.cx())?;
        if has_consumer && !consumer.is_some_and(|it| own.contains(&it)) {
            return Err(NOT_YOURS.broken("consumerId", "must be you").into());
        }
        let it = review::set(act, ("offerId", offer), said)?;
        let consumer = consumer.or(own.first().copied()).unwrap_or_default();
        Ok(wire::shown(shown(&it, consumer), None))
    }))
}
