//! Recommendations: what somebody who looks at an offer, or buys here, might want as well.
//!
//! They are worked out from what is held at the moment somebody asks, and look at a bounded number of
//! buyers, purchases and offers: at most 3 × 40 × 20 purchases, and 6 × 50 offers with 100 buyers of each. What others bought shows in no other way than in what is recommended.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::search::{self, Hit};
use super::{Cx, Error, offer};
use crate::domain::catalog::offer::Offer;
use crate::domain::id::{AccountId, CategoryId, OfferId};
use crate::domain::page::{PageOrder, PageRequest};
use crate::domain::review::{Because, Recommendation, ranked};
use crate::domain::subscription::Subscription;
use crate::store::subscription::SUBSCRIPTION_BY_OFFER;
use crate::store::{Along, Key, KeyRange, Records};

/// So many of the latest purchases of an offer are looked at.
const BUYERS_MAX: usize = 40;
/// So many of the latest purchases of one buyer are looked at.
const PURCHASES_MAX: usize = 20;
/// So many offers of a category, or of all, are looked at.
const OFFERS_MAX: usize = 50;
/// So many purchases are counted at most: what is bought more often is as popular.
const POPULARITY_MAX: u64 = 100;
/// So many offers that the caller holds are looked at.
const HELD_MAX: usize = 3;
/// So many categories are looked into.
const CATEGORIES_MAX: usize = 5;

/// An offer that is recommended, and why.
#[derive(Debug, Clone)]
pub struct Recommended {
    /// The offer and what it costs at least.
    pub hit: Hit,
    /// Why.
    pub because: Because,
}

/// What somebody who looks at an offer might want as well: what its buyers have, and what stands
/// beside it.
///
/// # Errors
/// If the offer is not there or not for the caller.
pub fn beside(cx: Cx<'_>, id: OfferId, count_max: usize) -> Result<Vec<Recommended>, Error> {
    let offer = offer::get(cx, id)?;
    let mut found = together(cx, offer.id)?;
    for category in offer.content.categories.iter().take(CATEGORIES_MAX) {
        found.extend(standing(cx, Some(*category))?);
    }
    found.retain(|it| it.offer != offer.id);
    shown(cx, found, count_max)
}

/// What the caller might want, after what its account holds; what many buy, where that is nothing.
///
/// # Errors
/// If the store fails.
pub fn for_caller(cx: Cx<'_>, count_max: usize) -> Result<Vec<Recommended>, Error> {
    let mut found = standing(cx, None)?;
    let mut categories = BTreeSet::new();
    for id in held(cx)?.into_iter().take(HELD_MAX) {
        found.extend(together(cx, id)?);
        let offer = cx.view.find::<Offer>(id)?.into_iter();
        categories.extend(offer.flat_map(|it| it.content.categories));
    }
    for category in categories.into_iter().take(CATEGORIES_MAX) {
        found.extend(standing(cx, Some(category))?);
    }
    shown(cx, found, count_max)
}

/// The best of what was found, as far as the caller can buy it and does not hold it.
fn shown(
    cx: Cx<'_>,
    mut found: Vec<Recommendation>,
    count_max: usize,
) -> Result<Vec<Recommended>, Error> {
    let held: BTreeSet<_> = held(cx)?.into_iter().collect();
    found.retain(|it| !held.contains(&it.offer));
    let mut shown = Vec::new();
    for it in ranked(found, usize::MAX) {
        if shown.len() == count_max {
            break;
        }
        let offer = cx.view.find::<Offer>(it.offer)?.filter(|it| is_for_sale(cx, it));
        if let Some(offer) = offer {
            shown.push(Recommended { hit: search::hit(cx, offer)?, because: it.because });
        }
    }
    Ok(shown)
}

fn is_for_sale(cx: Cx<'_>, it: &Offer) -> bool {
    it.content.is_sellable && it.life.is_on_sale(cx.now) && offer::is_before(cx, it)
}

/// The offers that the caller's account holds, the latest first.
fn held(cx: Cx<'_>) -> Result<Vec<OfferId>, Error> {
    match cx.actor.standing() {
        Some(standing) => purchases(cx, standing.account),
        None => Ok(Vec::new()),
    }
}

/// What an account bought, each once, the latest first.
fn purchases(cx: Cx<'_>, account: AccountId) -> Result<Vec<OfferId>, Error> {
    let page = PageRequest::first(PURCHASES_MAX);
    let bought = |it: &Subscription| it.activated_at().is_some();
    let found = cx.view.list(&Along::Owner(account), &page, &mut |it| bought(it))?;
    let mut seen = BTreeSet::new();
    let offers = found.items.iter().map(|it| it.deal().offer);
    Ok(offers.filter(|it| seen.insert(*it)).collect())
}

/// What those have who bought an offer lately.
fn together(cx: Cx<'_>, offer: OfferId) -> Result<Vec<Recommendation>, Error> {
    let along = Along::Index(SUBSCRIPTION_BY_OFFER, Key::new().id(offer).bytes());
    let page = PageRequest::first(BUYERS_MAX);
    let bought = cx.view.list::<Subscription>(&along, &page, &mut |_| true)?;
    let buyers: BTreeSet<_> = bought.items.iter().map(Subscription::account).collect();
    let mut weights: BTreeMap<OfferId, u64> = BTreeMap::new();
    for buyer in buyers {
        for other in purchases(cx, buyer)?.into_iter().filter(|it| *it != offer) {
            *weights.entry(other).or_default() += 1;
        }
    }
    let because = Because::BoughtTogether(offer);
    let weighed = |(offer, weight)| Recommendation { offer, because, weight };
    Ok(weights.into_iter().map(weighed).collect())
}

/// What stands in a category, or on the shelf at all, with how many bought it.
fn standing(cx: Cx<'_>, category: Option<CategoryId>) -> Result<Vec<Recommendation>, Error> {
    let page = PageRequest::first(OFFERS_MAX);
    let found = offer::list(cx, category, &page, |it| is_for_sale(cx, it))?;
    let because = category.map_or(Because::Popular, Because::SameCategory);
    let weighed =
        |it: &Offer| Ok(Recommendation { offer: it.id, because, weight: popularity(cx, it.id)? });
    found.items.iter().map(weighed).collect()
}

/// How many bought an offer, as far as it is counted.
fn popularity(cx: Cx<'_>, offer: OfferId) -> Result<u64, Error> {
    let range = KeyRange::prefix(&Key::new().id(offer).bytes());
    let mut count = 0;
    cx.view.scan(SUBSCRIPTION_BY_OFFER, &range, PageOrder::Rising, &mut |_, _| {
        count += 1;
        let goes_on = count < POPULARITY_MAX;
        Ok(if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(count)
}
