//! What is searched for, and what it comes to: hits, counts, and the places that matched.
//!
//! Every word must be found in the name, the part number, the names of the categories or the
//! descriptions: as it is, as the beginning of a word, or, where the [`Spelling`] forgives it, with one
//! typo. Where it is found and how decides the rank; among equals the shorter name comes first, then the
//! newer offer.

use std::collections::BTreeSet;
use std::ops::{Bound, Range};

use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, FuzzyTermQuery,
    Occur, Query as Node, RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Score, Term};

use super::document::OfferDocument;
use super::schema::Fields;
use super::word;
use crate::domain::catalog::lifecycle::State;
use crate::domain::catalog::price::ChargeKind;
use crate::domain::id::{CatalogId, CategoryId, OfferId};
use crate::domain::money::{Currency, Money};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{Code, Locale};
use crate::domain::time::Instant;

/// A search for offers. What is not said does not narrow it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// What somebody typed. Only the first [`Query::WORDS_MAX`] words count.
    pub text: String,
    /// How close its words must be.
    pub spelling: Spelling,
    /// Only what is found under a category.
    pub category: Option<CategoryId>,
    /// Only what has a sort of product in it.
    pub product: Option<Code>,
    /// Only what is offered in a language.
    pub language: Option<Locale>,
    /// Only what has a price in a currency.
    pub currency: Option<Currency>,
    /// Only what costs no more than this.
    pub price_max: Option<PriceMax>,
    /// Only what these sellers offer; whoever may see all says nothing.
    pub sellers: Option<BTreeSet<SellerNumber>>,
    /// And what others have listed beside.
    pub carries: bool,
    /// Only what this seller offers.
    pub seller: Option<SellerNumber>,
    /// Only what has come so far; nothing: whatever it is.
    pub states: Vec<State>,
    /// Through which channel somebody asks: only what is sold through it, or through any.
    pub channel: Option<Code>,
    /// What is seen by who asks without being known; nothing: who asks is known.
    pub stranger: Option<Stranger>,
    /// But none of these: what the asker looks at itself, because it has changed since.
    pub without: BTreeSet<OfferId>,
    /// How many hits are wanted, at most [`Query::LIMIT_MAX`].
    pub limit: usize,
}

/// How the words of a search are compared with those of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spelling {
    /// As they are typed, or as the beginnings of longer ones.
    AsTyped,
    /// With one typo as well: what is asked where nothing is spelled as it was typed.
    #[default]
    Forgiving,
}

/// Somebody who is not known sees what everybody can buy now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// The catalogs that are for everybody.
    pub catalogs: BTreeSet<CatalogId>,
    /// When.
    pub now: Instant,
}

impl Stranger {
    /// Whether something is for everybody that is published by itself in some catalogs.
    pub(super) fn sees<'a>(&self, mut catalogs: impl Iterator<Item = &'a CatalogId>) -> bool {
        let mut any = false;
        catalogs.any(|it| {
            any = true;
            self.catalogs.contains(it)
        }) || !any
    }
}

/// What an offer may cost at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceMax {
    /// The amount.
    pub amount: Money,
    /// For which occasion; nothing: for any.
    pub kind: Option<ChargeKind>,
}

impl Query {
    /// No search gives more hits.
    pub const LIMIT_MAX: usize = 100;
    /// No more words of a text count.
    pub const WORDS_MAX: usize = 8;
    /// No more of a text is read, in bytes.
    const TEXT_BYTES_MAX: usize = 1000;

    /// A search for a text in everything.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self { text: text.to_owned(), limit: 20, ..Self::default() }
    }

    /// Where in a text, such as the name of a hit, something was found: ranges of bytes.
    #[must_use]
    pub fn marks(&self, text: &str) -> Vec<Range<usize>> {
        let wanted = self.wanted();
        let is_wanted = |it: &word::Word| wanted.iter().any(|wanted| wanted.is_in_name(&it.text));
        word::words(text).into_iter().filter(is_wanted).map(|it| it.range).collect()
    }

    /// Whether an offer is a hit, found out without an index: for offers that are too new for it.
    #[must_use]
    pub fn accepts(&self, offer: &OfferDocument) -> bool {
        self.passes(offer) && (self.text.trim().is_empty() || self.finds(offer))
    }

    fn finds(&self, offer: &OfferDocument) -> bool {
        let all = |texts: &mut dyn Iterator<Item = &str>| -> Vec<_> {
            texts.flat_map(word::words).map(|it| it.text).collect()
        };
        let (names, categories) = (all(&mut offer.names()), all(&mut offer.category_names()));
        let (prose, number) = (all(&mut offer.prose()), offer.part_number.as_ref());
        let mut numbers = all(&mut number.iter().map(|it| it.as_str()));
        numbers.extend(number.map(|it| word::joined(it.as_str())));
        let wanted = self.wanted();
        let is_found = |it: &Wanted| {
            names.iter().chain(&categories).any(|text| it.is_in_name(text))
                || numbers.iter().any(|text| text.starts_with(&it.text))
                || prose.iter().any(|text| it.is_in_prose(text))
        };
        !wanted.is_empty() && wanted.iter().all(is_found)
    }

    fn passes(&self, offer: &OfferDocument) -> bool {
        let has_price =
            |currency: Currency| offer.prices.iter().any(|it| it.from.currency() == currency);
        let is_cheap = |max: PriceMax| {
            offer.prices.iter().any(|it| {
                it.from.currency() == max.amount.currency()
                    && it.from.as_minor() <= max.amount.as_minor()
                    && max.kind.is_none_or(|kind| kind == it.kind)
            })
        };
        let is_for = |it: &Stranger| {
            let reach = &offer.reach;
            !reach.is_for_few && it.sees(reach.catalogs.iter()) && reach.valid_for.contains(it.now)
        };
        let is_under = |category| offer.categories.iter().any(|it| it.id == category);
        self.category.is_none_or(is_under)
            && self.product.as_ref().is_none_or(|it| offer.products.contains(it))
            && self.language.as_ref().is_none_or(|it| offer.languages().contains(it.language()))
            && self.currency.is_none_or(has_price)
            && self.price_max.is_none_or(is_cheap)
            && self.is_on_shelf(offer.seller, offer.is_listed)
            && (self.states.is_empty() || self.states.contains(&offer.state))
            && self.is_sold_through(&offer.channels)
            && self.stranger.as_ref().is_none_or(is_for)
            && !self.without.contains(&offer.id)
    }

    /// Whether what a seller offers is on a shelf that is searched.
    pub(super) fn is_on_shelf(&self, seller: SellerNumber, is_listed: bool) -> bool {
        self.seller.is_none_or(|it| it == seller)
            && (self.carries && is_listed
                || self.sellers.as_ref().is_none_or(|it| it.contains(&seller)))
    }

    /// Whether something is sold through the channel of the search that is sold through some.
    pub(super) fn is_sold_through(&self, channels: &BTreeSet<Code>) -> bool {
        channels.is_empty() || self.channel.as_ref().is_some_and(|it| channels.contains(it))
    }

    fn wanted(&self) -> Vec<Wanted> {
        let end = self.text.floor_char_boundary(Self::TEXT_BYTES_MAX);
        let words = word::words(&self.text[..end]).into_iter().take(Self::WORDS_MAX);
        words.map(|it| Wanted::new(it.text, self.spelling)).collect()
    }

    /// Whether it says what is meant, so that one hit can be better than another.
    pub(super) fn ranks(&self) -> bool {
        !self.text.trim().is_empty()
    }

    /// The question as the index understands it; what narrows it is asked of the columns.
    pub(super) fn node(&self, fields: &Fields) -> Box<dyn Node> {
        let wanted = self.wanted();
        let mut clauses: Vec<_> = wanted.iter().map(|it| (Occur::Must, it.node(fields))).collect();
        if clauses.is_empty() {
            let all =
                if self.ranks() { Box::new(EmptyQuery) as _ } else { Box::new(AllQuery) as _ };
            clauses.push((Occur::Must, all));
        }
        if !self.without.is_empty() {
            let terms: Vec<_> = self.without.iter().map(|it| fields.id_term(*it)).collect();
            clauses.push((Occur::MustNot, Box::new(TermSetQuery::new(terms))));
        }
        if let Some(stranger) = &self.stranger {
            let at = |field| Term::from_field_i64(field, stranger.now.micros());
            let begun = RangeQuery::new(Bound::Unbounded, Bound::Included(at(fields.opens)));
            let not_over = RangeQuery::new(Bound::Excluded(at(fields.closes)), Bound::Unbounded);
            clauses.push((Occur::Must, ranked(Box::new(begun), rank::NOTHING)));
            clauses.push((Occur::Must, ranked(Box::new(not_over), rank::NOTHING)));
        }
        match clauses.len() {
            1 => clauses.swap_remove(0).1,
            _ => Box::new(BooleanQuery::new(clauses)),
        }
    }
}

impl PriceMax {
    /// The occasions that it is about.
    pub(super) fn kinds(self) -> impl Iterator<Item = ChargeKind> {
        let is_meant = move |it: &&ChargeKind| self.kind.is_none_or(|kind| kind == **it);
        ChargeKind::ALL.iter().filter(is_meant).copied()
    }
}

/// A word that somebody typed.
struct Wanted {
    text: String,
    /// Short words and numbers are meant as they are: too much else is one letter away.
    forgives: bool,
    /// Prose is full of words that begin with any two letters.
    begins_prose: bool,
}

/// How much it counts where a word is found, and how.
mod rank {
    use tantivy::Score;

    pub(super) const NOTHING: Score = 0.0;
    pub(super) const NAME: Score = 100.0;
    pub(super) const NUMBER: Score = 80.0;
    pub(super) const NAME_BEGINS: Score = 60.0;
    pub(super) const NUMBER_BEGINS: Score = 50.0;
    pub(super) const CATEGORY: Score = 40.0;
    pub(super) const CATEGORY_BEGINS: Score = 30.0;
    pub(super) const NAME_TYPO: Score = 20.0;
    pub(super) const PROSE: Score = 12.0;
    pub(super) const CATEGORY_TYPO: Score = 10.0;
    pub(super) const PROSE_BEGINS: Score = 6.0;
    pub(super) const PROSE_TYPO: Score = 3.0;
}

impl Wanted {
    fn new(text: String, spelling: Spelling) -> Self {
        let letters = text.chars().count();
        let is_meant_so = letters < 4 || text.chars().any(char::is_numeric);
        let forgives = spelling == Spelling::Forgiving && !is_meant_so;
        Self { text, forgives, begins_prose: letters >= 3 }
    }

    fn is_in_name(&self, text: &str) -> bool {
        text.starts_with(&self.text)
            || (self.forgives && word::begins_within_typo(text, &self.text))
    }

    fn is_in_prose(&self, text: &str) -> bool {
        text == self.text
            || (self.begins_prose && text.starts_with(&self.text))
            || (self.forgives && word::is_within_typo(text, &self.text))
    }

    fn node(&self, fields: &Fields) -> Box<dyn Node> {
        let text = |field| Term::from_field_text(field, &self.text);
        let mut places = vec![
            ranked(term(text(fields.name)), rank::NAME),
            ranked(self.begins(fields.name), rank::NAME_BEGINS),
            ranked(term(text(fields.part_number)), rank::NUMBER),
            ranked(self.begins(fields.part_number), rank::NUMBER_BEGINS),
            ranked(term(text(fields.category_name)), rank::CATEGORY),
            ranked(self.begins(fields.category_name), rank::CATEGORY_BEGINS),
            ranked(term(text(fields.description)), rank::PROSE),
        ];
        if self.begins_prose {
            places.push(ranked(self.begins(fields.description), rank::PROSE_BEGINS));
        }
        if self.forgives {
            let typo = |field| Box::new(FuzzyTermQuery::new(text(field), 1, true));
            let begins = |field| Box::new(FuzzyTermQuery::new_prefix(text(field), 1, true));
            places.push(ranked(begins(fields.name), rank::NAME_TYPO));
            places.push(ranked(begins(fields.category_name), rank::CATEGORY_TYPO));
            places.push(ranked(typo(fields.description), rank::PROSE_TYPO));
        }
        Box::new(DisjunctionMaxQuery::new(places))
    }

    /// Words that begin with this one.
    fn begins(&self, field: Field) -> Box<dyn Node> {
        let from = Term::from_field_text(field, &self.text);
        let to = Term::from_field_text(field, &format!("{}\u{10ffff}", self.text));
        Box::new(RangeQuery::new(Bound::Included(from), Bound::Excluded(to)))
    }
}

fn term(term: Term) -> Box<dyn Node> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn ranked(node: Box<dyn Node>, rank: Score) -> Box<dyn Node> {
    Box::new(ConstScoreQuery::new(node, rank))
}
