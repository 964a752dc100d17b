//! Search: finding what is on the shelf, and keeping the index that it is found by.
//!
//! The index follows the log of facts and is a little behind it. So what has changed since is left
//! out of what the index finds, looked at in the store, and put before the rest; a search finds what
//! was launched a moment ago and not what was retired. While there is no index to speak of, every
//! offer is looked at. What is found is read again in the store before anybody sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::duty::{Progress, counted};
use super::{Bss, Cx, Error, asset, billing_account, marketplace, offer};
use crate::domain::billing::advertised::{LeastPrice, advertised, headline};
use crate::domain::catalog::asset::Asset;
use crate::domain::catalog::category::Category;
use crate::domain::catalog::lifecycle::State;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::Price;
use crate::domain::catalog::specification::Specification;
use crate::domain::event::Fact;
use crate::domain::id::{AssetId, CategoryId, Id, Kind, OfferId, SpecificationId};
use crate::domain::operator::Actor;
use crate::domain::page::PageRequest;
use crate::domain::text::{Code, Name};
use crate::search::{
    CategoryEntry, Change, Found, OfferDocument, PriceEntry, Reach, Spelling, Stranger,
};
pub use crate::search::{Facets, PriceMax, Query};
use crate::store::catalog::{
    CATEGORY_BY_PARENT, OFFER_BY_CATEGORY, OFFER_BY_SPECIFICATION, SPECIFICATION_BY_ASSET,
};
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
    /// What the sorts of products are called that are named in facets, as far as a seller has said.
    pub products: BTreeMap<Code, Name>,
}

/// An offer that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The offer.
    pub offer: Offer,
    /// What it costs at least, on each sort of occasion.
    pub prices: Vec<LeastPrice>,
}

/// Finds launched offers on the shelves that the caller may look at, with typos only where nothing is
/// spelled as it was typed; the query's own sellers, states and spelling are not minded.
///
/// # Errors
/// If the store fails.
pub fn find(cx: Cx<'_>, query: Query) -> Result<Shelf, Error> {
    let (sellers, states) = (cx.actor.shelves(), vec![State::Launched]);
    let carries = marketplace::carrying(cx)?.is_some();
    let stranger = if cx.actor.is_known() {
        None
    } else {
        Some(Stranger { catalogs: offer::open_catalogs(cx)?, now: cx.now })
    };
    let query = Query { sellers, carries, states, stranger, ..query };
    let found = look(cx, query)?;
    let (mut hits, mut withheld) = (Vec::with_capacity(found.hits.len()), 0);
    for id in found.hits {
        let on_shelf = |it: &Offer| shelved(cx, it) == State::Launched && offer::is_before(cx, it);
        let Some(offer) = cx.view.find::<Offer>(id)?.filter(on_shelf) else {
            withheld += 1;
            continue;
        };
        hits.push(hit(cx, offer)?);
    }
    let named = hits.iter().flat_map(|it| it.offer.content.categories.iter().copied());
    let named: BTreeSet<_> = named.chain(found.facets.categories.iter().map(|it| it.0)).collect();
    let mut categories = BTreeMap::new();
    for id in named {
        categories.extend(cx.view.find::<Category>(id)?.map(|it| (id, it)));
    }
    let total = found.total.saturating_sub(withheld);
    let products = sorts(cx, &hits, &found.facets)?;
    Ok(Shelf { hits, total, facets: found.facets, categories, products })
}

/// What a search comes to, as it is typed; forgiving typos if that is nothing.
fn look(cx: Cx<'_>, query: Query) -> Result<Found, Error> {
    let changed = changed(cx, cx.index.indexed_through())?;
    let find = |query: &Query| match &changed {
        Some(changed) => with_index(cx, query, changed.clone()),
        None => without_index(cx, query),
    };
    let typed = Query { spelling: Spelling::AsTyped, ..query };
    let found = find(&typed)?;
    if found.total > 0 || typed.text.trim().is_empty() {
        return Ok(found);
    }
    find(&Query { spelling: Spelling::Forgiving, ..typed })
}

/// What sellers call the sorts of products in facets: the sellers of what was found.
fn sorts(cx: Cx<'_>, hits: &[Hit], facets: &Facets) -> Result<BTreeMap<Code, Name>, Error> {
    let sellers: BTreeSet<_> = hits.iter().map(|it| it.offer.stamp.seller).collect();
    let mut names = BTreeMap::new();
    for (code, _) in &facets.products {
        for seller in &sellers {
            let found = asset::kind::of(cx, *seller, code)?;
            if let Some(name) = found.map(|it| it.content().name.clone()) {
                names.entry(code.clone()).or_insert(name);
            }
        }
    }
    Ok(names)
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
        let launched = |it: &Offer| shelved(cx, it) == State::Launched && offer::is_before(cx, it);
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
    Ok(Hit { prices: prices(cx, &offer)?, offer })
}

/// What an offer costs at least today.
fn prices(cx: Cx<'_>, offer: &Offer) -> Result<Vec<LeastPrice>, Error> {
    let today = billing_account::shown_on(cx, offer.stamp.seller)?;
    Ok(advertised(&offer::prices(cx, offer.id)?, today))
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
    let known_by = headline(&prices(cx, offer)?).into_iter();
    let products = products(cx, offer)?;
    Ok(OfferDocument {
        id: offer.id,
        seller: offer.stamp.seller,
        is_listed: offer.is_listed(),
        state: shelved(cx, offer),
        name: content.name.clone(),
        descriptions: content.summary.iter().chain(&content.description).cloned().collect(),
        part_number: content.part_number.clone(),
        categories,
        products,
        prices: known_by.map(|it| PriceEntry { from: it.amount, kind: it.kind }).collect(),
        channels: content.eligibility.channels.clone(),
        reach: Reach {
            is_for_few: offer::is_for_few(content),
            catalogs: content.catalogs.clone(),
            valid_for: offer.life.valid_for,
        },
    })
}

/// What sorts of products are in an offer and in the offers that it bundles: how each reaches the buyer,
/// and of digital goods of which sort they are.
///
/// # Errors
/// If the store fails.
pub fn products(cx: Cx<'_>, offer: &Offer) -> Result<BTreeSet<Code>, Error> {
    let mut found = BTreeSet::new();
    let parts = offer.content.parts.iter().map(|it| cx.view.find::<Offer>(it.offer));
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    for it in parts.iter().flatten().chain([offer]) {
        let Some(id) = it.content.specification else { continue };
        let Some(specification) = cx.view.find::<Specification>(id)? else { continue };
        found.extend(specification.content.delivery.word().parse::<Code>().ok());
        for id in &specification.content.assets {
            found.extend(cx.view.find::<Asset>(*id)?.map(|it| it.content().kind.clone()));
        }
    }
    Ok(found)
}

/// The offers that facts about what offers are found by are about.
fn about(cx: Cx<'_>, facts: &[Fact]) -> Result<BTreeSet<OfferId>, Error> {
    let mut offers = BTreeSet::new();
    let mut categories = BTreeSet::new();
    for fact in facts {
        let uuid = fact.subject.uuid;
        if fact.subject.kind == Kind::Offer {
            offers.insert(OfferId::from_uuid(uuid));
        } else if fact.subject.kind == Kind::Category {
            categories.insert(CategoryId::from_uuid(uuid));
        } else if fact.subject.kind == Kind::Specification {
            offers.extend(delivering(cx, SpecificationId::from_uuid(uuid))?);
        } else if fact.subject.kind == Kind::Asset {
            let key = Key::new().id(AssetId::from_uuid(uuid)).bytes();
            let along = Along::Index(SPECIFICATION_BY_ASSET, key);
            for it in cx.every::<Specification>(&along)? {
                offers.extend(delivering(cx, it.id)?);
            }
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

/// The offers that deliver what a specification says.
fn delivering(cx: Cx<'_>, id: SpecificationId) -> Result<Vec<OfferId>, Error> {
    let along = Along::Index(OFFER_BY_SPECIFICATION, Key::new().id(id).bytes());
    Ok(cx.every::<Offer>(&along)?.iter().map(|it| it.id).collect())
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
