//! Search: finding what is on the shelf, and keeping the index that it is found by.
//!
//! The index follows the log of facts and is a little behind it. So what has changed since is left
//! out of what the index finds, looked at in the store, and put before the rest; a search finds what
//! was launched a moment ago and not what was retired. While there is no index to speak of, every
//! offer is looked at. What is found is read again in the store before anybody sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::duty::{Progress, counted};
use super::{Bss, Cx, Error, offer};
use crate::domain::billing::advertised::{LeastPrice, advertised, headline};
use crate::domain::catalog::category::Category;
use crate::domain::catalog::lifecycle::State;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::Price;
use crate::domain::event::Fact;
use crate::domain::id::{CategoryId, Id, Kind, OfferId};
use crate::domain::operator::Actor;
use crate::domain::page::PageRequest;
use crate::domain::time::Zone;
use crate::search::{CategoryEntry, Change, Found, OfferDocument, PriceEntry};
pub use crate::search::{Facets, PriceMax, Query};
use crate::store::catalog::{CATEGORY_BY_PARENT, OFFER_BY_CATEGORY};
use crate::store::fact::Facts;
use crate::store::{Along, Key, Records, record};

/// So many facts that the index has not heard of are looked at in a search; if there are more, it
/// is being built, and every offer is looked at.
const BEHIND_MAX: usize = 500;
/// So many facts are taken into the index at a time.
const FACTS_MAX: usize = 2_000;
/// So many offers are put into a new index at a time.
const OFFERS_MAX: usize = 1_000;
/// Categories lie no deeper; this only bounds damage.
const DEPTH_MAX: usize = 64;

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    /// The best hits, the best first.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: usize,
    /// How many of them are where.
    pub facets: Facets,
    /// The categories that are named in hits and facets.
    pub categories: BTreeMap<CategoryId, Category>,
}

/// An offer that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The offer.
    pub offer: Offer,
    /// What it costs at least, on each sort of occasion.
    pub prices: Vec<LeastPrice>,
}

/// Finds launched offers on the shelves that the caller may look at; the query's own sellers and
/// states are not minded.
///
/// # Errors
/// If the store fails.
pub fn find(cx: Cx<'_>, query: Query) -> Result<Shelf, Error> {
    let (sellers, states) = (cx.actor.shelves(), vec![State::Launched]);
    let query = Query { sellers, states, ..query };
    let found = match changed(cx, cx.index.indexed_through())? {
        Some(changed) => with_index(cx, &query, changed)?,
        None => without_index(cx, &query)?,
    };
    let mut hits = Vec::with_capacity(found.hits.len());
    for id in found.hits {
        let on_shelf = |it: &Offer| shelved(cx, it) == State::Launched && offer::shows(cx, it);
        let Some(offer) = cx.view.find::<Offer>(id)?.filter(on_shelf) else { continue };
        hits.push(Hit { prices: prices(cx, id)?, offer });
    }
    let named = hits.iter().flat_map(|it| it.offer.content.categories.iter().copied());
    let named: BTreeSet<_> = named.chain(found.facets.categories.iter().map(|it| it.0)).collect();
    let mut categories = BTreeMap::new();
    for id in named {
        categories.extend(cx.view.find::<Category>(id)?.map(|it| (id, it)));
    }
    Ok(Shelf { hits, total: found.total, facets: found.facets, categories })
}

/// The offers that may be others than the index says, if there are few; `None` if there are many or
/// the index is of another store.
fn changed(cx: Cx<'_>, through: u64) -> Result<Option<BTreeSet<OfferId>>, Error> {
    let last = cx.view.last_fact()?;
    let facts = cx.view.catalog_facts_after(through, BEHIND_MAX + 1)?;
    if facts.len() > BEHIND_MAX || (through == 0 && !facts.is_empty()) || is_astray(through, last) {
        return Ok(None);
    }
    about(cx, &facts).map(Some)
}

/// An index that has heard of facts long before they were told is that of another store.
const fn is_astray(through: u64, last: u64) -> bool {
    // A snapshot may be taken just before the index moves on.
    through > last + FACTS_MAX as u64
}

fn with_index(cx: Cx<'_>, query: &Query, changed: BTreeSet<OfferId>) -> Result<Found, Error> {
    let asked = Query { without: changed, ..query.clone() };
    let mut found = match cx.index.search(&asked) {
        Ok(found) => found,
        Err(failure) => {
            let error: &dyn std::error::Error = &failure;
            tracing::error!(error, "every offer is looked at instead");
            return without_index(cx, query);
        }
    };
    let mut newer = Vec::new();
    for id in asked.without.iter().rev() {
        let document = cx.view.find::<Offer>(*id)?.map(|it| document(cx, &it)).transpose()?;
        newer.extend(document.filter(|it| query.accepts(it)));
    }
    found.precede(&newer, query.limit);
    Ok(found)
}

fn without_index(cx: Cx<'_>, query: &Query) -> Result<Found, Error> {
    let (mut found, mut accepted) = (Found::nothing(), Vec::new());
    let mut page = PageRequest::first(PageRequest::LIMIT_MAX);
    loop {
        let launched = |it: &Offer| shelved(cx, it) == State::Launched && offer::shows(cx, it);
        let offers = cx.view.list(&Along::All, &page, &mut |it| launched(it))?;
        for offer in &offers.items {
            let document = document(cx, offer)?;
            if query.accepts(&document) {
                accepted.push(document);
            }
        }
        page.after = offers.next;
        if page.after.is_none() {
            found.precede(&accepted, query.limit);
            return Ok(found);
        }
    }
}

/// An offer as if it had been found.
///
/// # Errors
/// If the store fails.
pub fn hit(cx: Cx<'_>, offer: Offer) -> Result<Hit, Error> {
    Ok(Hit { prices: prices(cx, offer.id)?, offer })
}

/// What an offer costs at least today.
fn prices(cx: Cx<'_>, id: OfferId) -> Result<Vec<LeastPrice>, Error> {
    let today = Zone::UTC.date_of(cx.now);
    Ok(advertised(&offer::prices(cx, id)?, today))
}

/// The state of an offer as the shelf has it: what is out of its time for good is as retired.
fn shelved(cx: Cx<'_>, offer: &Offer) -> State {
    let state = offer.life.state();
    let is_over = offer.life.valid_for.until().is_some_and(|it| it <= cx.now);
    if is_over && state == State::Launched { State::Retired } else { state }
}

/// An offer as it is searched for.
fn document(cx: Cx<'_>, offer: &Offer) -> Result<OfferDocument, Error> {
    let content = &offer.content;
    let mut categories: Vec<CategoryEntry> = Vec::new();
    for id in &content.categories {
        let mut next = Some(*id);
        while let Some(id) = next.filter(|id| categories.iter().all(|it| it.id != *id)) {
            let Some(found) = cx.view.find::<Category>(id)? else { break };
            next = found.parent();
            categories.push(CategoryEntry { id, name: found.name });
        }
    }
    let known_by = headline(&prices(cx, offer.id)?).into_iter();
    Ok(OfferDocument {
        id: offer.id,
        seller: offer.stamp.seller,
        state: shelved(cx, offer),
        name: content.name.clone(),
        descriptions: content.summary.iter().chain(&content.description).cloned().collect(),
        part_number: content.part_number.clone(),
        categories,
        prices: known_by.map(|it| PriceEntry { from: it.amount, kind: it.kind }).collect(),
    })
}

/// The offers that facts about offers, prices and categories are about.
fn about(cx: Cx<'_>, facts: &[Fact]) -> Result<BTreeSet<OfferId>, Error> {
    let mut offers = BTreeSet::new();
    let mut categories = BTreeSet::new();
    for fact in facts {
        let uuid = fact.subject.uuid;
        if fact.subject.kind == Kind::Offer {
            offers.insert(OfferId::from_uuid(uuid));
        } else if fact.subject.kind == Kind::Category {
            categories.insert(CategoryId::from_uuid(uuid));
        } else if let Some(side) = fact.after.as_ref().or(fact.before.as_ref()) {
            offers.insert(record::decode::<Price>(side)?.offer);
        }
    }
    for category in below(cx, categories)? {
        let along = Along::Index(OFFER_BY_CATEGORY, Key::new().id(category).bytes());
        offers.extend(cx.every::<Offer>(&along)?.iter().map(|it| it.id));
    }
    Ok(offers)
}

/// Categories with all that lie below them.
fn below(cx: Cx<'_>, of: BTreeSet<CategoryId>) -> Result<BTreeSet<CategoryId>, Error> {
    let (mut all, mut level) = (of.clone(), of);
    for _ in 0..DEPTH_MAX {
        let mut next = BTreeSet::new();
        for category in level {
            let along = Along::Index(CATEGORY_BY_PARENT, Key::new().id(category).bytes());
            next.extend(cx.every::<Category>(&along)?.iter().map(|it| it.id));
        }
        level = next.difference(&all).copied().collect();
        all.extend(&level);
        if level.is_empty() {
            break;
        }
    }
    Ok(all)
}

/// An index that is being built: how far it has come. It only saves work: without it, the building
/// begins again.
#[derive(Debug, Clone, Copy, Default)]
pub struct Building {
    from: Option<Begun>,
}

#[derive(Debug, Clone, Copy)]
struct Begun {
    /// The last fact when it was begun: what happened since comes after.
    through: u64,
    /// The last offer that is in it.
    after: Option<OfferId>,
}

/// Takes some of what the index has not heard of into it, or builds it where it is missing.
///
/// # Errors
/// If the store or the index fails; the index is behind then, and what is found is still right.
pub(crate) fn step(bss: &Arc<Bss>, building: &mut Building) -> Result<Progress, Error> {
    let actor = Actor::duty("search");
    let index = Arc::clone(bss.house.index());
    let (through, last) =
        (index.indexed_through(), bss.read(&actor, |cx| Ok(cx.view.last_fact()?))?);
    if through > last {
        tracing::warn!(through, last, "the search index is of another store, and is built anew");
        index.clear().map_err(Error::internal)?;
        *building = Building::default();
    }
    if index.indexed_through() == 0 {
        return build(bss, building);
    }
    let (changes, through) = bss.read(&actor, |cx| {
        let facts = cx.view.catalog_facts_after(through, FACTS_MAX)?;
        let is_all = facts.len() < FACTS_MAX;
        let through = match facts.last() {
            Some(newest) if !is_all => newest.sequence,
            Some(_) | None => cx.view.last_fact()?,
        };
        let mut changes = Vec::new();
        for id in about(cx, &facts)? {
            changes.push(match cx.view.find::<Offer>(id)? {
                Some(offer) => Change::Put(document(cx, &offer)?),
                None => Change::Remove(id),
            });
        }
        Ok((changes, through))
    })?;
    if changes.is_empty() {
        index.rest().map_err(Error::internal)?;
        return Ok(Progress::Idle);
    }
    index.apply(&changes, through).map_err(Error::internal)?;
    let count = changes.len() as u64;
    Ok(Progress::of(count, || format!("indexed {}", counted(count, "offer"))))
}

fn build(bss: &Arc<Bss>, building: &mut Building) -> Result<Progress, Error> {
    let index = Arc::clone(bss.house.index());
    let (begun, changes, next) = bss.read(&Actor::duty("search"), |cx| {
        let begun = match building.from {
            Some(begun) => begun,
            None => Begun { through: cx.view.last_fact()?, after: None },
        };
        let after = begun.after.map(|it| it.to_bytes().to_vec());
        let page = PageRequest { after, ..PageRequest::oldest(OFFERS_MAX) };
        let offers = cx.view.list::<Offer>(&Along::All, &page, &mut |_| true)?;
        let last = offers.items.last().map(|it| it.id).filter(|_| offers.next.is_some());
        let put = |it: &Offer| Ok(Change::Put(document(cx, it)?));
        let changes = offers.items.iter().map(put).collect::<Result<Vec<_>, Error>>()?;
        Ok((begun, changes, last))
    })?;
    // An empty store needs no index, and a new one is empty.
    if begun.through == 0 {
        return Ok(Progress::Idle);
    }
    let through = if next.is_some() { 0 } else { begun.through };
    index.apply(&changes, through).map_err(Error::internal)?;
    building.from = next.map(|id| Begun { after: Some(id), ..begun });
    let count = changes.len();
    Ok(Progress::of(count.max(1) as u64, || format!("put {count} offers into a new index")))
}
