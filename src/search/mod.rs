//! Search: which offers somebody means.
//!
//! The index is derived from the store and disposable: whatever is missing, broken or of another
//! shape is thrown away and built anew. With every commit it keeps how far in the log of facts it
//! has come, so that whoever feeds it knows where to go on, and whoever asks knows what it cannot
//! know yet ([`Found::through`]; [`Query::accepts`] answers for the rest).

mod document;
mod group;
mod hits;
mod query;
mod schema;
#[cfg(test)]
mod tests;
mod word;

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use tantivy::collector::sort_key::{SortByBytes, SortBySimilarityScore, SortByStaticFastValue};
use tantivy::collector::{Collector, TopDocs};
use tantivy::index::SegmentId;
use tantivy::{IndexReader, IndexWriter, Order, ReloadPolicy, Searcher, TantivyError};
use thiserror::Error;
use uuid::Uuid;

pub use self::document::{CategoryEntry, OfferDocument, PriceEntry, Reach};
use self::group::{Counts, Groups};
use self::hits::Hits;
pub use self::query::{PriceMax, Query, Spelling, Stranger};
use self::schema::{ANALYZER, Fields, ID, LENGTH, SHAPE};
use crate::domain::id::{CategoryId, Id, OfferId};
use crate::domain::money::Currency;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Code;

/// The least memory that a writer can do with, in bytes.
const WRITER_BYTES: usize = 15_000_000;

/// The index does not do what it should.
#[derive(Debug, Error)]
pub enum SearchError {
    /// The engine fails.
    #[error("the search index fails")]
    Engine(#[source] TantivyError),
    /// The folder of the index cannot be made or emptied.
    #[error("the folder of the search index cannot be used")]
    Folder(#[source] io::Error),
}

/// Where an index is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a folder of its own, which may be emptied.
    Folder(PathBuf),
    /// In memory, until it is dropped.
    Memory,
}

/// What happened to an offer, as far as search is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly all of them are the large one")]
pub enum Change {
    /// It is there, and so.
    Put(OfferDocument),
    /// It is not to be found any more.
    Remove(OfferId),
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The best hits, the best first.
    pub hits: Vec<OfferId>,
    /// How many hits there are in all.
    pub total: usize,
    /// How many of them are where.
    pub facets: Facets,
    /// The last fact that the index had heard of when it was asked.
    pub through: u64,
}

/// How many hits there are in each category, language and currency, with each sort of product and of each
/// seller, the most first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facets {
    /// By category.
    pub categories: Vec<(CategoryId, u64)>,
    /// By language, two letters each.
    pub languages: Vec<(String, u64)>,
    /// By currency.
    pub currencies: Vec<(Currency, u64)>,
    /// By what is in it.
    pub products: Vec<(Code, u64)>,
    /// By who sells it.
    pub sellers: Vec<(SellerNumber, u64)>,
}

impl Found {
    /// What was found without an index: nothing yet.
    #[must_use]
    pub fn nothing() -> Self {
        Self { hits: Vec::new(), total: 0, facets: Facets::default(), through: 0 }
    }

    /// Adds hits that the index does not know yet, the best first: they come before all others.
    pub fn precede(&mut self, offers: &[OfferDocument], limit: usize) {
        self.total += offers.len();
        offers.iter().for_each(|it| self.facets.count(it));
        let known = std::mem::take(&mut self.hits);
        self.hits = offers.iter().map(|it| it.id).chain(known).take(limit).collect();
    }
}

impl Facets {
    fn count(&mut self, offer: &OfferDocument) {
        fn add<T: PartialEq>(counts: &mut Vec<(T, u64)>, value: T) {
            match counts.iter_mut().find(|it| it.0 == value) {
                Some(found) => found.1 += 1,
                None => counts.push((value, 1)),
            }
            counts.sort_by_key(|it| std::cmp::Reverse(it.1));
        }
        offer.categories.iter().for_each(|it| add(&mut self.categories, it.id));
        let languages = offer.languages();
        languages.iter().for_each(|it| add(&mut self.languages, (*it).to_owned()));
        let currencies: BTreeSet<_> = offer.prices.iter().map(|it| it.from.currency()).collect();
        currencies.into_iter().for_each(|it| add(&mut self.currencies, it));
        offer.products.iter().for_each(|it| add(&mut self.products, it.clone()));
        add(&mut self.sellers, offer.seller);
    }
}

/// An index of offers. Any number may ask at a time, one writes.
pub struct Index {
    engine: tantivy::Index,
    fields: Fields,
    reader: IndexReader,
    /// What is asked, together with how far it has come.
    shown: ArcSwap<Shown>,
    /// Of the parts of the index that are asked, read when one is asked first.
    groups: Mutex<HashMap<SegmentId, Arc<Groups>>>,
    /// Opened with the first change and closed at rest: it takes memory and threads.
    writer: Mutex<Option<IndexWriter>>,
}

struct Shown {
    searcher: Searcher,
    through: u64,
}

impl Index {
    /// The index at a place, as it was left, or empty: then [`Index::indexed_through`] is 0.
    ///
    /// # Errors
    /// If there can be none at this place.
    pub fn open(place: &Place) -> Result<Self, SearchError> {
        let (schema, fields) = schema::schema();
        let engine = match place {
            Place::Memory => tantivy::Index::create_in_ram(schema),
            Place::Folder(folder) => match as_left(folder) {
                Some(engine) => engine,
                None => anew(folder)?,
            },
        };
        engine.tokenizers().register(ANALYZER, word::analyzer());
        let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual);
        let reader: IndexReader = reader.try_into().map_err(SearchError::Engine)?;
        let through = progress(&engine).unwrap_or_default();
        let shown = ArcSwap::from_pointee(Shown { searcher: reader.searcher(), through });
        let (groups, writer) = (Mutex::default(), Mutex::default());
        Ok(Self { engine, fields, reader, shown, groups, writer })
    }

    /// The last fact that the index has heard of; 0 if it has to be built.
    #[must_use]
    pub fn indexed_through(&self) -> u64 {
        self.shown.load().through
    }

    /// Takes changes in, in order, and with them how far the index has come. What was taken in is
    /// found when this returns. Costs tens of milliseconds however few they are.
    ///
    /// # Errors
    /// If the engine fails; then nothing was taken in.
    pub fn apply(&self, changes: &[Change], through: u64) -> Result<(), SearchError> {
        self.write(through, |writer| {
            for change in changes {
                match change {
                    Change::Put(offer) => {
                        writer.delete_term(self.fields.id_term(offer.id));
                        writer.add_document(self.fields.document(offer))?;
                    }
                    Change::Remove(id) => {
                        writer.delete_term(self.fields.id_term(*id));
                    }
                }
            }
            Ok(())
        })
    }

    /// Forgets everything, to be built anew.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn clear(&self) -> Result<(), SearchError> {
        self.write(0, |writer| writer.delete_all_documents().map(|_| ()))
    }

    fn write(
        &self,
        through: u64,
        work: impl FnOnce(&IndexWriter) -> tantivy::Result<()>,
    ) -> Result<(), SearchError> {
        let mut place = self.writer();
        // Out of its place until all went well: a writer that failed is dropped, and with it what it
        // had taken in.
        let mut writer = match place.take() {
            Some(it) => it,
            None => {
                self.engine.writer_with_num_threads(1, WRITER_BYTES).map_err(SearchError::Engine)?
            }
        };
        work(&writer)
            .and_then(|()| {
                let mut commit = writer.prepare_commit()?;
                commit.set_payload(&format!("{SHAPE} {through}"));
                commit.commit()?;
                self.reader.reload()
            })
            .map_err(SearchError::Engine)?;
        *place = Some(writer);
        self.shown.store(Arc::new(Shown { searcher: self.reader.searcher(), through }));
        Ok(())
    }

    /// Closes the writer, for when there is nothing to take in for a while. Waits until it has put
    /// its files together.
    ///
    /// # Errors
    /// If the engine fails at that; what was taken in is safe.
    pub fn rest(&self) -> Result<(), SearchError> {
        let Some(writer) = self.writer().take() else { return Ok(()) };
        writer.wait_merging_threads().map_err(SearchError::Engine)?;
        self.reader.reload().map_err(SearchError::Engine)?;
        let through = self.indexed_through();
        self.shown.store(Arc::new(Shown { searcher: self.reader.searcher(), through }));
        Ok(())
    }

    fn writer(&self) -> MutexGuard<'_, Option<IndexWriter>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Searches.
    ///
    /// # Errors
    /// If the engine fails; no text and no filter makes it fail.
    pub fn search(&self, query: &Query) -> Result<Found, SearchError> {
        let length = || (SortByStaticFastValue::<u64>::for_field(LENGTH), Order::Asc);
        let best = TopDocs::with_limit(query.limit.clamp(1, Query::LIMIT_MAX));
        let found = if query.ranks() {
            let order = (SortBySimilarityScore, length(), SortByBytes::for_field(ID));
            self.found(query, best.order_by(order), |((_, _, id), _)| id)
        } else {
            let order = (length(), SortByBytes::for_field(ID));
            self.found(query, best.order_by(order), |((_, id), _)| id)
        };
        found.map_err(SearchError::Engine)
    }

    fn found<T, B: Collector<Fruit = Vec<T>>>(
        &self,
        query: &Query,
        best: B,
        id: impl Fn(T) -> Option<Vec<u8>>,
    ) -> tantivy::Result<Found> {
        let shown = self.shown.load();
        let groups = self.groups_of(&shown.searcher)?;
        let hits = Hits { query, groups: &groups, best };
        let (best, counts) = shown.searcher.search(&*query.node(&self.fields), &hits)?;
        let hits = best.into_iter().filter_map(|it| offer_id(&id(it)?)).take(query.limit);
        Ok(Found {
            hits: hits.collect(),
            total: usize::try_from(counts.total).unwrap_or(usize::MAX),
            facets: facets(counts),
            through: shown.through,
        })
    }

    /// The groups of each part of the index that is asked.
    fn groups_of(&self, searcher: &Searcher) -> tantivy::Result<Vec<Arc<Groups>>> {
        let mut known = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = searcher.segment_readers();
        let groups = parts.iter().map(|part| match known.get(&part.segment_id()) {
            Some(groups) => Ok(Arc::clone(groups)),
            None => Groups::of(part).map(Arc::new),
        });
        let groups = groups.collect::<tantivy::Result<Vec<_>>>()?;
        *known = parts.iter().map(|it| it.segment_id()).zip(groups.iter().cloned()).collect();
        Ok(groups)
    }
}

fn offer_id(bytes: &[u8]) -> Option<OfferId> {
    Uuid::from_slice(bytes).ok().map(OfferId::from_uuid)
}

fn facets(counts: Counts) -> Facets {
    fn sorted<T>(counts: impl IntoIterator<Item = (T, u64)>) -> Vec<(T, u64)> {
        let mut counts: Vec<_> = counts.into_iter().collect();
        // Stable: values with the same count stay in their order.
        counts.sort_by_key(|it| std::cmp::Reverse(it.1));
        counts
    }
    Facets {
        categories: sorted(counts.categories),
        languages: sorted(counts.languages),
        currencies: sorted(counts.currencies),
        products: sorted(counts.products),
        sellers: sorted(counts.sellers),
    }
}

/// The index in a folder, if there is one, of our shape and whole.
fn as_left(folder: &Path) -> Option<tantivy::Index> {
    let engine = tantivy::Index::open_in_dir(folder).ok()?;
    let is_ours = engine.schema() == schema::schema().0 && progress(&engine).is_some();
    let is_whole = engine.validate_checksum().is_ok_and(|it| it.is_empty());
    (is_ours && is_whole).then_some(engine)
}

/// An empty index in a folder, in place of whatever is there.
fn anew(folder: &Path) -> Result<tantivy::Index, SearchError> {
    match fs::remove_dir_all(folder) {
        Err(it) if it.kind() != io::ErrorKind::NotFound => return Err(SearchError::Folder(it)),
        Ok(()) | Err(_) => {}
    }
    fs::create_dir_all(folder).map_err(SearchError::Folder)?;
    tantivy::Index::create_in_dir(folder, schema::schema().0).map_err(SearchError::Engine)
}

/// How far an index has come, if its last commit says so and was of our shape.
fn progress(engine: &tantivy::Index) -> Option<u64> {
    let payload = engine.load_metas().ok()?.payload?;
    let (shape, through) = payload.split_once(' ')?;
    through.parse().ok().filter(|_| shape.parse() == Ok(SHAPE))
}
