//! `/recommendations`: what the caller, or who looks at an offer, might want as well.

use serde::Serialize;
use utoipa::ToSchema;

use super::localized::Texts;
use super::review::Rating;
use super::route::{Needs, Route, read_much};
use super::search::SearchPrice;
use super::wire::{NoQuery, Whole};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::billing::advertised::headline;
use crate::domain::operator::Permission;
use crate::domain::review::Because;
use crate::services::recommendation::{self, Recommended};
use crate::services::{Cx, Error};

/// So many are recommended at most.
const COUNT_MAX: usize = 8;

pub(super) fn routes() -> Vec<Route> {
    let browses = Needs::Permission(Permission::OfferBrowse);
    let path = "/offers/{id}/recommendations";
    vec![
        read_much(path, Needs::Shelf, "List recommendations beside an offer", beside),
        read_much("/recommendations", browses, "List recommendations", for_caller),
    ]
}

/// An offer that one might want.
#[derive(Debug, Serialize, ToSchema)]
struct Recommendation {
    offer: String,
    name: Texts,
    /// What it is, in a line; else its description.
    description: Option<Texts>,
    /// What it costs at least, in each currency: what recurs before what is charged once.
    prices: Vec<SearchPrice>,
    /// What its buyers think of it; `null` where nobody has said anything.
    rating: Option<Rating>,
    /// Why: `bought_together`, `same_category` or `popular`.
    because: &'static str,
    /// The offer or the category that is the reason.
    of: Option<String>,
}

impl Wire for Recommendation {}

impl Recommendation {
    fn of(cx: Cx<'_>, it: &Recommended) -> Result<Self, Error> {
        let content = &it.hit.offer.content;
        let said = content.summary.as_ref().or(content.description.as_ref());
        let (because, of) = match it.because {
            Because::BoughtTogether(offer) => ("bought_together", Some(offer.to_string())),
            Because::SameCategory(category) => ("same_category", Some(category.to_string())),
            Because::Popular => ("popular", None),
        };
        Ok(Self {
            offer: it.hit.offer.id.to_string(),
            name: Texts::from(&content.name),
            description: said.map(Texts::from),
            prices: headline(&it.hit.prices).iter().map(SearchPrice::from).collect(),
            rating: Rating::of_any(cx, it.hit.offer.id)?,
            because,
            of,
        })
    }
}

fn shown(cx: Cx<'_>, found: &[Recommended]) -> Result<Reply<Whole<Recommendation>>, Error> {
    let shown: Result<_, Error> = found.iter().map(|it| Recommendation::of(cx, it)).collect();
    Ok(Reply::ok(Whole::of(shown?)))
}

fn beside(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Whole<Recommendation>>, Error> {
    shown(cx, &recommendation::beside(cx, call.id("id")?, COUNT_MAX)?)
}

fn for_caller(cx: Cx<'_>, _: &Call, _: NoQuery) -> Result<Reply<Whole<Recommendation>>, Error> {
    shown(cx, &recommendation::for_caller(cx, COUNT_MAX)?)
}
