//! `/search`: finding what is on the shelf, as somebody types.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::localized::Texts;
use super::review::Rating;
use super::route::{Needs, Route, read_much};
use super::wire::{Decimal, Money, SoldBy, parse, parse_optional};
use crate::api::edge::call::{Call, limit};
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::billing::advertised::{LeastPrice, headline};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, CategoryId};
use crate::domain::localized::Localized;
use crate::domain::money::Currency;
use crate::domain::page::PageRequest;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{Code, Locale};
use crate::services::label::Labels;
use crate::services::search::{self, Hit, PriceMax, Query, Shelf};
use crate::services::{Cx, Error, account, catalog};

pub(super) fn routes() -> Vec<Route> {
    vec![read_much("/search", Needs::Shelf, "Find launched offers by words and filters", find)]
}

/// The number of no seller: the provider has the first.
const NOBODY: SellerNumber = SellerNumber(0);

/// What is looked for. Words are found as they are, by their beginnings, and with one typo.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SearchQuery {
    /// What somebody typed; everything if nothing is said.
    q: Option<String>,
    /// Only below this category.
    category: Option<String>,
    /// Only what has such a product in it: `digital`, `physical`, or the code of a sort of assets such as
    /// `dataset`.
    product: Option<String>,
    /// Only what this account sells.
    seller: Option<String>,
    /// Only what is offered in this language, which texts are shown in then.
    language: Option<String>,
    /// Only what has a price in this currency.
    currency: Option<String>,
    /// Only what costs at most so much, by the price it is known by, in `currency`.
    price_max: Option<Decimal>,
    /// The channel through which one asks: what is sold through others alone is not found, and without
    /// one nothing that is sold through some alone.
    channel: Option<String>,
    /// So many at most; 50 if nothing is said.
    limit: Option<String>,
}

impl SearchQuery {
    fn read(&self) -> Result<Query, Invalid> {
        let limit = self.limit.as_deref().map(limit).transpose()?;
        let currency: Option<Currency> = parse_optional("currency", self.currency.as_deref())?;
        let price_max = match (&self.price_max, currency) {
            (None, _) => None,
            (Some(amount), Some(currency)) => {
                let money = Money { amount: amount.clone(), currency: currency.to_string() };
                let refused = |_| {
                    let message = format!("must be an amount in {currency}, such as `19.99`");
                    Invalid::one("price_max", "format", message)
                };
                Some(PriceMax { amount: money.read("").map_err(refused)?, kind: None })
            }
            (Some(_), None) => {
                let message = "must be given with `price_max`";
                return Err(Invalid::one("currency", "required", message));
            }
        };
        Ok(Query {
            text: self.q.clone().unwrap_or_default(),
            category: parse_optional("category", self.category.as_deref())?,
            product: parse_optional("product", self.product.as_deref())?,
            language: parse_optional("language", self.language.as_deref())?,
            currency,
            price_max,
            channel: parse_optional("channel", self.channel.as_deref())?,
            limit: limit.unwrap_or(PageRequest::LIMIT_DEFAULT).min(Query::LIMIT_MAX),
            ..Query::default()
        })
    }
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
struct SearchResult {
    /// The best hits, the best first.
    items: Vec<SearchHit>,
    /// How many there are in all.
    total: usize,
    facets: SearchFacets,
}

impl Wire for SearchResult {}

/// An offer that was found.
#[derive(Debug, Serialize, ToSchema)]
struct SearchHit {
    id: String,
    /// In the language that was asked for, else as it was written first.
    name: String,
    names: Texts,
    /// What it is, in a line; else its description.
    description: Option<String>,
    /// The same in all languages that it is said in.
    descriptions: Option<Texts>,
    part_number: Option<String>,
    categories: Vec<SearchCategory>,
    /// What it costs at least: what recurs before what is charged once and what is used, in the
    /// currency that was asked for.
    from_price: Option<SearchPrice>,
    /// The same for each currency and occasion.
    prices: Vec<SearchPrice>,
    /// What its buyers think of it; left out where nobody has said anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<Rating>,
    /// Whether the caller keeps the catalogue that it stands in, and does not only buy from it;
    /// left out for who keeps none.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_kept: Option<bool>,
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
}

/// What an offer costs at least.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct SearchPrice {
    /// `one_time`, `recurring` or `usage`.
    kind: String,
    price: Money,
}

impl From<&LeastPrice> for SearchPrice {
    fn from(it: &LeastPrice) -> Self {
        Self { kind: it.kind.to_string(), price: it.amount.into() }
    }
}

/// A category that an offer stands in.
#[derive(Debug, Serialize, ToSchema)]
struct SearchCategory {
    id: String,
    name: String,
}

/// How many hits there are in each category, language and currency, with each sort of product and of each
/// seller, the most first.
#[derive(Debug, Serialize, ToSchema)]
struct SearchFacets {
    categories: Vec<CategoryCount>,
    languages: Vec<LanguageCount>,
    currencies: Vec<CurrencyCount>,
    products: Vec<ProductCount>,
    /// Left out for who sees one seller alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sellers: Vec<SellerCount>,
}

/// How many hits there are of a seller.
#[derive(Debug, Serialize, ToSchema)]
struct SellerCount {
    #[serde(flatten)]
    sold_by: SoldBy,
    count: u64,
}

/// How many hits there are below a category.
#[derive(Debug, Serialize, ToSchema)]
struct CategoryCount {
    id: String,
    name: String,
    count: u64,
}

/// How many hits there are in a language.
#[derive(Debug, Serialize, ToSchema)]
struct LanguageCount {
    language: String,
    count: u64,
}

/// How many hits there are with a sort of product in them.
#[derive(Debug, Serialize, ToSchema)]
struct ProductCount {
    /// `digital`, `physical`, or the code of a sort of assets.
    product: String,
    /// What its seller calls it, if that is laid down.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    count: u64,
}

/// How many hits there are with a price in a currency.
#[derive(Debug, Serialize, ToSchema)]
struct CurrencyCount {
    currency: String,
    count: u64,
}

/// In which words and currency hits are shown.
struct Shown<'a> {
    locale: &'a Locale,
    currency: Option<Currency>,
    shelf: &'a Shelf,
}

impl Shown<'_> {
    fn text<T: ToString>(&self, it: &Localized<T>) -> String {
        it.text(self.locale).to_string()
    }

    fn category(&self, id: CategoryId) -> Option<String> {
        self.shelf.categories.get(&id).map(|it| self.text(&it.name))
    }

    fn hit(&self, it: &Hit) -> SearchHit {
        let content = &it.offer.content;
        let category = |id: &CategoryId| {
            Some(SearchCategory { id: id.to_string(), name: self.category(*id)? })
        };
        let said = content.summary.as_ref().or(content.description.as_ref());
        let known_by = headline(&it.prices);
        let asked = |it: &&LeastPrice| self.currency.is_none_or(|of| it.amount.currency() == of);
        SearchHit {
            id: it.offer.id.to_string(),
            name: self.text(&content.name),
            names: Texts::from(&content.name),
            description: said.map(|it| self.text(it)),
            descriptions: said.map(Texts::from),
            part_number: content.part_number.as_ref().map(ToString::to_string),
            categories: content.categories.iter().filter_map(category).collect(),
            from_price: known_by.iter().find(asked).map(SearchPrice::from),
            prices: it.prices.iter().map(SearchPrice::from).collect(),
            rating: None,
            is_kept: None,
            sold_by: SoldBy::default(),
        }
    }

    fn facets(&self) -> SearchFacets {
        let facets = &self.shelf.facets;
        let category = |(id, count): &(CategoryId, u64)| {
            Some(CategoryCount { id: id.to_string(), name: self.category(*id)?, count: *count })
        };
        let language =
            |(it, count): &(String, u64)| LanguageCount { language: it.clone(), count: *count };
        let currency = |(it, count): &(Currency, u64)| CurrencyCount {
            currency: it.to_string(),
            count: *count,
        };
        let product = |(it, count): &(Code, u64)| ProductCount {
            product: it.to_string(),
            name: self.shelf.products.get(it).map(ToString::to_string),
            count: *count,
        };
        SearchFacets {
            categories: facets.categories.iter().filter_map(category).collect(),
            languages: facets.languages.iter().map(language).collect(),
            currencies: facets.currencies.iter().map(currency).collect(),
            products: facets.products.iter().map(product).collect(),
            sellers: Vec::new(),
        }
    }
}

fn find(cx: Cx<'_>, _: &Call, query: SearchQuery) -> Result<Reply<SearchResult>, Error> {
    let asked = query.read()?;
    let seller = parse_optional::<AccountId>("seller", query.seller.as_deref())?;
    let seller = seller.map(|id| account::selling(cx, id)).transpose()?;
    // Whether an account sells that nothing is found of is not told.
    let seller = seller.map(|it| it.unwrap_or(NOBODY));
    let asked = Query { seller, ..asked };
    let (language, currency) = (asked.language.clone(), asked.currency);
    let locale = language.map_or_else(|| parse("language", "en"), Ok)?;
    let shelf = search::find(cx, asked)?;
    let shown = Shown { locale: &locale, currency, shelf: &shelf };
    let mut labels = Labels::new(cx);
    let mut hit = |it: &Hit| {
        let sold_by = SoldBy::of_offer(&mut labels, &it.offer)?;
        let is_kept = catalog::is_kept(cx, &it.offer.stamp);
        let rating = Rating::of_any(cx, it.offer.id)?;
        Ok(SearchHit { rating, is_kept, sold_by, ..shown.hit(it) })
    };
    let items: Result<_, Error> = shelf.hits.iter().map(&mut hit).collect();
    let items = items?;
    let sellers = counted(&mut labels, &shelf)?;
    let facets = SearchFacets { sellers, ..shown.facets() };
    Ok(Reply::ok(SearchResult { items, total: shelf.total, facets }))
}

/// How many hits each seller has, for who sees things of several.
fn counted(labels: &mut Labels<'_>, shelf: &Shelf) -> Result<Vec<SellerCount>, Error> {
    let mut found = Vec::new();
    for (number, count) in &shelf.facets.sellers {
        let Some(sold_by) = SoldBy::on_shelf(labels, *number)? else { continue };
        found.push(SellerCount { sold_by, count: *count });
    }
    Ok(found)
}
