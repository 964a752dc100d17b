//! What is known of an offer where it is searched for.

use std::collections::BTreeSet;

use crate::domain::catalog::lifecycle::State;
use crate::domain::catalog::price::ChargeKind;
use crate::domain::id::{CatalogId, CategoryId, OfferId};
use crate::domain::localized::Localized;
use crate::domain::money::Money;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{Code, Name, Prose};
use crate::domain::time::Validity;

/// An offer as it is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferDocument {
    /// Which offer.
    pub id: OfferId,
    /// Whose offer.
    pub seller: SellerNumber,
    /// How far it has come.
    pub state: State,
    /// What it is called.
    pub name: Localized<Name>,
    /// What is said of it: summary and description.
    pub descriptions: Vec<Localized<Prose>>,
    /// Its number in the seller's own books.
    pub part_number: Option<Code>,
    /// Where it is found, with all categories above.
    pub categories: Vec<CategoryEntry>,
    /// What sorts of products are in it.
    pub products: BTreeSet<Code>,
    /// What it costs at least, for each currency and occasion.
    pub prices: Vec<PriceEntry>,
    /// Whether other sellers have it on their shelves as well.
    pub is_listed: bool,
    /// Through which channels alone it is sold; through any if none is named.
    pub channels: BTreeSet<Code>,
    /// For whom it is, before they are known.
    pub reach: Reach,
}

/// Who sees an offer without being known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Whether it is for chosen accounts or classes of accounts alone.
    pub is_for_few: bool,
    /// The catalogs that publish it by itself; everybody sees what is published so nowhere.
    pub catalogs: BTreeSet<CatalogId>,
    /// When it is on sale.
    pub valid_for: Validity,
}

impl Reach {
    /// Everybody's, at any time.
    pub const ALL: Self =
        Self { is_for_few: false, catalogs: BTreeSet::new(), valid_for: Validity::ALWAYS };
}

/// A category that an offer is found under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryEntry {
    /// Which category.
    pub id: CategoryId,
    /// What it is called.
    pub name: Localized<Name>,
}

/// What an offer costs at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceEntry {
    /// The lowest amount it can come to.
    pub from: Money,
    /// On what occasion.
    pub kind: ChargeKind,
}

impl OfferDocument {
    /// The languages it is offered in, two letters each.
    pub(super) fn languages(&self) -> BTreeSet<&str> {
        self.name.iter().map(|it| it.0.language()).collect()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.name.iter().map(|it| it.1.as_str())
    }

    pub(super) fn category_names(&self) -> impl Iterator<Item = &str> {
        self.categories.iter().flat_map(|it| it.name.iter()).map(|it| it.1.as_str())
    }

    pub(super) fn prose(&self) -> impl Iterator<Item = &str> {
        self.descriptions.iter().flat_map(Localized::iter).map(|it| it.1.as_str())
    }
}
