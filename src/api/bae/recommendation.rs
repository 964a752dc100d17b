//! `/RECManagement`: what the caller might want. It is worked out from what is bought here, so that
//! nobody lays it down.

use axum::http::Method;
use serde_json::json;

use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::id::{Id, UserId};
use crate::domain::operator::Permission;
use crate::domain::review::Because;
use crate::services::recommendation::{self, Recommended};
use crate::services::{Cx, Error};

const ALL: &str = "/RECManagement/recommendations";
const ONE: &str = "/RECManagement/recommendations/{id}";

const BROWSES: Needs = Needs::Permission(Permission::OfferBrowse);
/// So many are recommended at most.
const COUNT_MAX: usize = 10;

/// What can be asked of recommendations.
pub(super) static ROWS: &[Row] =
    &[Row::new(Method::GET, ALL, BROWSES, all), Row::new(Method::GET, ONE, BROWSES, one)];

fn shown(cx: Cx<'_>, user: UserId) -> Result<Tree, Error> {
    let found = recommendation::for_caller(cx, COUNT_MAX)?;
    let categories = found.iter().flat_map(|it| it.hit.offer.content.categories.iter());
    let mut categories: Vec<_> = categories.map(|it| it.uuid().to_string()).collect();
    categories.sort();
    categories.dedup();
    let offering = |it: &Recommended| {
        let because = match it.because {
            Because::BoughtTogether(_) => "bought together",
            Because::SameCategory(_) => "same category",
            Because::Popular => "popular",
        };
        json!({
            "id": it.hit.offer.id.uuid(), "name": it.hit.offer.content.name.original().to_string(),
            "reason": because,
        })
    };
    Ok(tree(json!({
        "userId": user.uuid(), "categories": categories, "promotions": [],
        "offerings": found.iter().map(offering).collect::<Vec<_>>(),
    })))
}

fn all(_: Asked) -> Result<Work, Fault> {
    Ok(Work::scans(|cx| {
        let items = cx.actor.user().map(|it| shown(cx, it)).transpose()?;
        let items: Vec<_> = items.into_iter().collect();
        let total = items.len();
        Ok(wire::listed(items, None, total))
    }))
}

fn one(asked: Asked) -> Result<Work, Fault> {
    let id = UserId::from_uuid(asked.id(0)?);
    Ok(Work::scans(move |cx| {
        let own = cx.actor.user().filter(|it| *it == id).ok_or_else(|| Error::not_found(id))?;
        Ok(wire::shown(shown(cx, own)?, None))
    }))
}
