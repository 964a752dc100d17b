//! The shape of the index: which fields there are, and how a document fills them.
//!
//! Nothing is stored: the store knows better. What is asked for comes out of the columns.

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{TantivyDocument, Term};

use super::document::OfferDocument;
use super::word;
use crate::domain::catalog::lifecycle::State;
use crate::domain::catalog::price::ChargeKind;
use crate::domain::id::{CategoryId, Id, OfferId};
use crate::domain::money::{Currency, Money};
use crate::domain::stamp::SellerNumber;

/// To be raised when a field changes, or what goes into one: an index of another shape is rebuilt.
pub(super) const SHAPE: u32 = 1;

/// What takes texts apart, as the index calls it.
pub(super) const ANALYZER: &str = "words";

/// The columns that are counted and sorted by, under their names.
pub(super) const ID: &str = "id";
pub(super) const LENGTH: &str = "length";
pub(super) const CATEGORY: &str = "category";
pub(super) const LANGUAGE: &str = "language";
pub(super) const CURRENCY: &str = "currency";

/// The fields of an offer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub(super) id: Field,
    pub(super) seller: Field,
    pub(super) state: Field,
    pub(super) name: Field,
    /// How many words its longest name has: of equal hits the shorter is the closer.
    pub(super) length: Field,
    pub(super) part_number: Field,
    pub(super) category_name: Field,
    pub(super) description: Field,
    pub(super) category: Field,
    pub(super) language: Field,
    pub(super) currency: Field,
    pub(super) price: Field,
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
        seller: builder.add_u64_field("seller", INDEXED),
        state: builder.add_text_field("state", STRING),
        name: builder.add_text_field("name", text.clone()),
        length: builder.add_u64_field(LENGTH, FAST),
        part_number: builder.add_text_field("part_number", text.clone()),
        category_name: builder.add_text_field("category_name", text.clone()),
        description: builder.add_text_field("description", text),
        category: builder.add_text_field(CATEGORY, STRING | FAST),
        language: builder.add_text_field(LANGUAGE, STRING | FAST),
        currency: builder.add_text_field(CURRENCY, STRING | FAST),
        price: builder.add_bytes_field("price", INDEXED),
    };
    (builder.build(), fields)
}

impl Fields {
    /// The offer as the index takes it.
    pub(super) fn document(&self, offer: &OfferDocument) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_bytes(self.id, &offer.id.to_bytes());
        document.add_u64(self.seller, offer.seller.0.into());
        document.add_text(self.state, offer.state.word());
        let length = offer.names().map(|it| word::words(it).len()).max().unwrap_or_default();
        document.add_u64(self.length, length.try_into().unwrap_or(u64::MAX));
        offer.names().for_each(|it| document.add_text(self.name, it));
        offer.category_names().for_each(|it| document.add_text(self.category_name, it));
        offer.prose().for_each(|it| document.add_text(self.description, it));
        if let Some(number) = &offer.part_number {
            document.add_text(self.part_number, number.as_str());
            document.add_text(self.part_number, word::joined(number.as_str()));
        }
        offer.categories.iter().for_each(|it| document.add_text(self.category, it.id.to_string()));
        offer.languages().iter().for_each(|it| document.add_text(self.language, it));
        let mut currencies: Vec<_> = offer.prices.iter().map(|it| it.from.currency()).collect();
        currencies.sort_by_key(|it| it.code());
        currencies.dedup();
        currencies.iter().for_each(|it| document.add_text(self.currency, it.code()));
        for price in &offer.prices {
            document.add_bytes(self.price, &price_key(price.from, price.kind));
        }
        document
    }

    pub(super) fn id_term(&self, id: OfferId) -> Term {
        Term::from_field_bytes(self.id, &id.to_bytes())
    }

    pub(super) fn seller_term(&self, seller: SellerNumber) -> Term {
        Term::from_field_u64(self.seller, seller.0.into())
    }

    pub(super) fn state_term(&self, state: State) -> Term {
        Term::from_field_text(self.state, state.word())
    }

    pub(super) fn category_term(&self, category: CategoryId) -> Term {
        Term::from_field_text(self.category, &category.to_string())
    }

    pub(super) fn language_term(&self, language: &str) -> Term {
        Term::from_field_text(self.language, language)
    }

    pub(super) fn currency_term(&self, currency: Currency) -> Term {
        Term::from_field_text(self.currency, currency.code())
    }

    pub(super) fn price_term(&self, amount: Money, kind: ChargeKind) -> Term {
        Term::from_field_bytes(self.price, &price_key(amount, kind))
    }
}

/// Bytes whose order is that of amounts, among prices of one currency and kind.
fn price_key(amount: Money, kind: ChargeKind) -> Vec<u8> {
    let kind = match kind {
        ChargeKind::OneTime => b'o',
        ChargeKind::Recurring => b'r',
        ChargeKind::Usage => b'u',
    };
    let minor = amount.as_minor().cast_unsigned() ^ (1 << 63);
    [amount.currency().code().as_bytes(), &[kind], &minor.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_prices_are_in_the_order_of_amounts() {
        let amounts = [i64::MIN, -1, 0, 1, 255, 256, i64::MAX];
        let keys = amounts
            .map(|minor| price_key(Money::minor(minor, Currency::EUR), ChargeKind::Recurring));
        assert!(keys.is_sorted());
    }
}
