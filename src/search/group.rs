//! Groups: offers that are alike in everything that they are narrowed and counted by, but for their
//! prices. There are far fewer groups than offers, so that each is looked at once for a search, and
//! of an offer only in which group it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use tantivy::SegmentReader;

use super::document::OfferDocument;
use super::query::Query;
use super::schema::GROUP;
use crate::domain::catalog::lifecycle::State;
use crate::domain::id::{CatalogId, CategoryId};
use crate::domain::money::Currency;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Code;

/// The group of an offer, as the index takes it.
pub(super) fn text_of(offer: &OfferDocument) -> String {
    let mut text = format!("{} {}", offer.seller.0, offer.state.word());
    let mut add = |mark: char, values: &mut dyn Iterator<Item = String>| {
        for value in values {
            write!(text, " {mark}{value}").expect("a text takes everything");
        }
    };
    let currencies: BTreeSet<_> = offer.prices.iter().map(|it| it.from.currency()).collect();
    let categories: BTreeSet<_> = offer.categories.iter().map(|it| it.id).collect();
    add('l', &mut offer.languages().iter().map(|it| (*it).to_owned()));
    add('m', &mut currencies.iter().map(|it| it.code().to_owned()));
    add('c', &mut categories.iter().map(ToString::to_string));
    add('p', &mut offer.products.iter().map(ToString::to_string));
    add('n', &mut offer.channels.iter().map(ToString::to_string));
    add('k', &mut offer.reach.catalogs.iter().map(ToString::to_string));
    add('f', &mut offer.reach.is_for_few.then(String::new).into_iter());
    add('w', &mut offer.is_listed.then(String::new).into_iter());
    text
}

/// What the offers of a group have in common; languages, currencies, categories and sorts of products
/// by their places among all.
struct Group {
    seller: SellerNumber,
    state: State,
    languages: Vec<usize>,
    currencies: Vec<usize>,
    categories: Vec<usize>,
    products: Vec<usize>,
    channels: BTreeSet<Code>,
    catalogs: Vec<CatalogId>,
    is_for_few: bool,
    is_listed: bool,
}

/// The groups of a part of the index, by the numbers that they have there.
#[derive(Default)]
pub(super) struct Groups {
    all: Vec<Group>,
    languages: Places<String>,
    currencies: Places<Currency>,
    categories: Places<CategoryId>,
    products: Places<Code>,
}

/// Values, and which place each has.
struct Places<T>(BTreeMap<T, usize>);

impl<T> Default for Places<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord> Places<T> {
    fn take(&mut self, value: T) -> usize {
        let next = self.0.len();
        *self.0.entry(value).or_insert(next)
    }
}

/// How many hits there are of each seller, with each language, currency, category and sort of product.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) total: u64,
    pub(super) sellers: BTreeMap<SellerNumber, u64>,
    pub(super) languages: BTreeMap<String, u64>,
    pub(super) currencies: BTreeMap<Currency, u64>,
    pub(super) categories: BTreeMap<CategoryId, u64>,
    pub(super) products: BTreeMap<Code, u64>,
}

impl Groups {
    /// The groups of a part of the index.
    pub(super) fn of(segment: &SegmentReader) -> tantivy::Result<Self> {
        let mut groups = Self::default();
        if let Some(column) = segment.fast_fields().str(GROUP)? {
            let mut stream = column.dictionary().stream()?;
            while stream.advance() {
                let text = String::from_utf8_lossy(stream.key());
                let group = groups.read(&text);
                groups.all.push(group.expect("a group lies as it was written"));
            }
        }
        Ok(groups)
    }

    fn read(&mut self, text: &str) -> Option<Group> {
        let mut parts = text.split(' ');
        let seller = SellerNumber(parts.next()?.parse().ok()?);
        let state = parts.next()?;
        let state = *State::ALL.iter().find(|it| it.word() == state)?;
        let mut group = Group {
            seller,
            state,
            languages: Vec::new(),
            currencies: Vec::new(),
            categories: Vec::new(),
            products: Vec::new(),
            channels: BTreeSet::new(),
            catalogs: Vec::new(),
            is_for_few: false,
            is_listed: false,
        };
        for part in parts {
            let mut letters = part.chars();
            let (mark, value) = (letters.next()?, letters.as_str());
            match mark {
                'l' => group.languages.push(self.languages.take(value.to_owned())),
                'm' => group.currencies.push(self.currencies.take(value.parse().ok()?)),
                'c' => group.categories.push(self.categories.take(value.parse().ok()?)),
                'p' => group.products.push(self.products.take(value.parse().ok()?)),
                'n' => drop(group.channels.insert(value.parse().ok()?)),
                'k' => group.catalogs.push(value.parse().ok()?),
                'f' => group.is_for_few = true,
                'w' => group.is_listed = true,
                _ => return None,
            }
        }
        Some(group)
    }

    /// Which groups a search is about.
    pub(super) fn wanted(&self, query: &Query) -> Vec<bool> {
        let language = query.language.as_ref().map(|it| self.languages.0.get(it.language()));
        let currency = query.currency.map(|it| self.currencies.0.get(&it));
        let category = query.category.map(|it| self.categories.0.get(&it));
        let product = query.product.as_ref().map(|it| self.products.0.get(it));
        // Wanted and in no group, or in this one.
        let has = |wanted: Option<Option<&usize>>, places: &[usize]| {
            wanted.is_none_or(|it| it.is_some_and(|it| places.contains(it)))
        };
        let is_wanted = |it: &Group| {
            has(language, &it.languages)
                && has(currency, &it.currencies)
                && has(category, &it.categories)
                && has(product, &it.products)
                && query.is_on_shelf(it.seller, it.is_listed)
                && (query.states.is_empty() || query.states.contains(&it.state))
                && query.is_sold_through(&it.channels)
                && query
                    .stranger
                    .as_ref()
                    .is_none_or(|stranger| !it.is_for_few && stranger.sees(it.catalogs.iter()))
        };
        self.all.iter().map(is_wanted).collect()
    }

    /// Adds the hits in each group up.
    pub(super) fn count(&self, hits: &[u32], to: &mut Counts) {
        let mut languages = vec![0; self.languages.0.len()];
        let mut currencies = vec![0; self.currencies.0.len()];
        let mut categories = vec![0; self.categories.0.len()];
        let mut products = vec![0; self.products.0.len()];
        for (group, hits) in self.all.iter().zip(hits).filter(|it| *it.1 > 0) {
            let hits = u64::from(*hits);
            to.total += hits;
            *to.sellers.entry(group.seller).or_default() += hits;
            group.languages.iter().for_each(|it| languages[*it] += hits);
            group.currencies.iter().for_each(|it| currencies[*it] += hits);
            group.categories.iter().for_each(|it| categories[*it] += hits);
            group.products.iter().for_each(|it| products[*it] += hits);
        }
        self.languages.add(&languages, &mut to.languages);
        self.currencies.add(&currencies, &mut to.currencies);
        self.categories.add(&categories, &mut to.categories);
        self.products.add(&products, &mut to.products);
    }
}

impl<T: Ord + Clone> Places<T> {
    fn add(&self, counts: &[u64], to: &mut BTreeMap<T, u64>) {
        for (value, place) in self.0.iter().filter(|it| counts[*it.1] > 0) {
            *to.entry(value.clone()).or_default() += counts[*place];
        }
    }
}
