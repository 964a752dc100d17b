//! The shape of the index: which fields there are, and how a document fills them.
//!
//! Nothing is stored: the store knows better. What is asked for comes out of the columns.

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{TantivyDocument, Term};

use super::document::{OfferDocument, PriceEntry};
use super::{group, word};
use crate::domain::catalog::price::ChargeKind;
use crate::domain::id::{Id, OfferId};
use crate::domain::money::Currency;
use crate::domain::time::Instant;

/// To be raised when a field changes, or what goes into one: an index of another shape is rebuilt.
pub(super) const SHAPE: u32 = 5;

/// What takes texts apart, as the index calls it.
pub(super) const ANALYZER: &str = "words";

/// The columns that are counted and sorted by, under their names.
pub(super) const ID: &str = "id";
pub(super) const LENGTH: &str = "length";
pub(super) const GROUP: &str = "group";
pub(super) const PRICE_OF: &str = "price_of";
pub(super) const PRICE_FROM: &str = "price_from";

/// The fields of an offer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub(super) id: Field,
    /// By what it is narrowed and counted: see [`group`].
    pub(super) group: Field,
    pub(super) name: Field,
    /// How many words its longest name has: of equal hits the shorter is the closer.
    pub(super) length: Field,
    pub(super) part_number: Field,
    pub(super) category_name: Field,
    pub(super) description: Field,
    /// In which currency and for which occasion each of its prices is, see [`price_of`].
    pub(super) price_of: Field,
    /// What each of them comes to at least, in the same order.
    pub(super) price_from: Field,
    /// From when on it is on sale, in microseconds.
    pub(super) opens: Field,
    /// From when on it is no more.
    pub(super) closes: Field,
}

/// The schema and its fields.
pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(ANALYZER)
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let text = TextOptions::default().set_indexing_options(indexing);
    let fields = Fields {
        id: builder.add_bytes_field(ID, INDEXED | FAST),
        group: builder.add_text_field(GROUP, FAST),
        name: builder.add_text_field("name", text.clone()),
        length: builder.add_u64_field(LENGTH, FAST),
        part_number: builder.add_text_field("part_number", text.clone()),
        category_name: builder.add_text_field("category_name", text.clone()),
        description: builder.add_text_field("description", text),
        price_of: builder.add_u64_field(PRICE_OF, FAST),
        price_from: builder.add_i64_field(PRICE_FROM, FAST),
        opens: builder.add_i64_field("opens", INDEXED | FAST),
        closes: builder.add_i64_field("closes", INDEXED | FAST),
    };
    (builder.build(), fields)
}

impl Fields {
    /// The offer as the index takes it.
    pub(super) fn document(&self, offer: &OfferDocument) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_bytes(self.id, &offer.id.to_bytes());
        document.add_text(self.group, group::text_of(offer));
        let length = offer.names().map(|it| word::words(it).len()).max().unwrap_or_default();
        document.add_u64(self.length, length.try_into().unwrap_or(u64::MAX));
        offer.names().for_each(|it| document.add_text(self.name, it));
        offer.category_names().for_each(|it| document.add_text(self.category_name, it));
        offer.prose().for_each(|it| document.add_text(self.description, it));
        if let Some(number) = &offer.part_number {
            document.add_text(self.part_number, number.as_str());
            document.add_text(self.part_number, word::joined(number.as_str()));
        }
        for PriceEntry { from, kind } in &offer.prices {
            document.add_u64(self.price_of, price_of(from.currency(), *kind));
            document.add_i64(self.price_from, from.as_minor());
        }
        let valid_for = offer.reach.valid_for;
        document.add_i64(self.opens, valid_for.from().map_or(i64::MIN, Instant::micros));
        document.add_i64(self.closes, valid_for.until().map_or(i64::MAX, Instant::micros));
        document
    }

    pub(super) fn id_term(&self, id: OfferId) -> Term {
        Term::from_field_bytes(self.id, &id.to_bytes())
    }
}

/// A currency and an occasion as one number.
pub(super) fn price_of(currency: Currency, kind: ChargeKind) -> u64 {
    let kind = match kind {
        ChargeKind::OneTime => 0,
        ChargeKind::Recurring => 1,
        ChargeKind::Usage => 2,
    };
    currency.code().bytes().fold(kind, |number, letter| number << 8 | u64::from(letter))
}
