//! Categories, catalogs, and the groups of resources that taxation looks at.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::asset::Attachment;
use super::lifecycle::{Life, Trigger};
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{CatalogId, CategoryId, ResourceCategoryId, TaxCategoryId};
use crate::domain::localized::Localized;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name, Prose};
use crate::domain::word::words;

/// No category lies deeper than this below its root.
pub const DEPTH_MAX: usize = 16;

/// A group of offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Whose it is.
    pub stamp: Stamp,
    /// How far it has come.
    pub life: Life,
    /// What it is called.
    pub name: Localized<Name>,
    /// What belongs into it.
    pub description: Option<Localized<Prose>>,
    parent: Option<CategoryId>,
    /// Its place among its siblings: the lower comes first.
    pub position: u32,
    /// How the offers in it are taxed.
    pub tax_category: Option<TaxCategoryId>,
    /// Pictures.
    pub attachments: Vec<Attachment>,
}

impl Category {
    /// A root category of which nothing else is known.
    #[must_use]
    pub const fn new(id: CategoryId, stamp: Stamp, life: Life, name: Localized<Name>) -> Self {
        Self {
            id,
            stamp,
            life,
            name,
            description: None,
            parent: None,
            position: 0,
            tax_category: None,
            attachments: Vec::new(),
        }
    }

    /// The category above it; none if it is a root.
    #[must_use]
    pub const fn parent(&self) -> Option<CategoryId> {
        self.parent
    }

    /// The category below another: `path` leads from that one up to its root. An empty path makes
    /// it a root.
    ///
    /// # Errors
    /// If the tree would run in a circle or be too deep.
    pub fn placed(self, path: &[CategoryId]) -> Result<Self, Rejection> {
        if path.contains(&self.id) {
            let why = format!("the category `{}` cannot lie below itself", self.name.original());
            return Err(Rejection::new(Code::CatalogTreeForbids, why));
        }
        if path.len() > DEPTH_MAX {
            let why = format!("a category lies at most {DEPTH_MAX} levels below its root");
            return Err(Rejection::new(Code::CatalogTreeForbids, why));
        }
        Ok(Self { parent: path.first().copied(), ..self })
    }

    /// The category after a trigger; `holders` counts the offers in it that are not obsolete.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn on(self, trigger: Trigger, holders: u64) -> Result<(Self, Verb), Rejection> {
        let (life, verb) = self.life.on(trigger, holders)?;
        Ok((Self { life, ..self }, verb))
    }
}

words! {
    /// Who sees a catalog.
    Audience {
        /// Everybody, also who is not signed in.
        Everybody = "everybody";
        /// The accounts of the seller's branch.
        Customers = "customers";
        /// The seller alone.
        Seller = "seller";
    }
}

/// A published collection of categories, and so of the offers in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// Its id.
    pub id: CatalogId,
    /// Whose it is.
    pub stamp: Stamp,
    /// How far it has come.
    pub life: Life,
    /// What it is called.
    pub name: Localized<Name>,
    /// What it offers.
    pub description: Option<Localized<Prose>>,
    /// What sort of catalog it is: `product`, `service`.
    pub kind: Option<text::Code>,
    /// Who sees it.
    pub audience: Audience,
    /// What it publishes.
    pub categories: BTreeSet<CategoryId>,
}

impl Catalog {
    /// A catalog for everybody, as yet empty.
    #[must_use]
    pub const fn new(id: CatalogId, stamp: Stamp, life: Life, name: Localized<Name>) -> Self {
        Self {
            id,
            stamp,
            life,
            name,
            description: None,
            kind: None,
            audience: Audience::Everybody,
            categories: BTreeSet::new(),
        }
    }

    /// The catalog after a trigger; `holders` counts the offers in it that are not obsolete.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn on(self, trigger: Trigger, holders: u64) -> Result<(Self, Verb), Rejection> {
        let (life, verb) = self.life.on(trigger, holders)?;
        Ok((Self { life, ..self }, verb))
    }
}

/// A group of resources that taxation looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceCategory {
    /// Its id.
    pub id: ResourceCategoryId,
    /// Whose it is.
    pub stamp: Stamp,
    /// What it is called.
    pub name: Localized<Name>,
    /// How the resources in it are taxed.
    pub tax_category: Option<TaxCategoryId>,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::catalog::lifecycle::State;
    use crate::domain::id::Id;
    use crate::domain::stamp::SellerNumber;
    use crate::domain::time::{Instant, Validity};

    fn id(number: u128) -> CategoryId {
        CategoryId::from_uuid(Uuid::from_u128(number))
    }

    fn category(number: u128) -> Category {
        let now = Instant::from_micros(0).expect("in range");
        let life = Life::new(State::Launched, Validity::ALWAYS).expect("can begin");
        let locale = "en".parse().expect("a locale");
        let name = Localized::new(locale, "Servers".parse().expect("a name"));
        Category::new(id(number), Stamp::new(SellerNumber::PROVIDER, None, now), life, name)
    }

    #[test]
    fn a_category_lies_below_the_first_of_its_path() {
        let placed = |path: &[CategoryId]| category(1).placed(path).map(|it| it.parent());
        assert_eq!(placed(&[]), Ok(None));
        assert_eq!(placed(&[id(2), id(3)]), Ok(Some(id(2))));
    }

    #[test]
    fn the_tree_neither_runs_in_a_circle_nor_without_end() {
        let code = |path: &[CategoryId]| category(1).placed(path).map_err(|it| it.code).err();
        assert_eq!(code(&[id(2), id(1)]), Some(Code::CatalogTreeForbids));
        let path: Vec<_> = (2..).take(DEPTH_MAX + 1).map(id).collect();
        assert_eq!(code(&path), Some(Code::CatalogTreeForbids));
        assert_eq!(code(&path[1..]), None);
    }

    #[test]
    fn a_category_with_offers_is_retired_but_not_forgotten() {
        let (retired, verb) = category(1).on(Trigger::Retire, 2).expect("launched");
        assert_eq!(verb, Verb::Retired);
        let refused = retired.clone().on(Trigger::Withdraw, 2).map_err(|it| it.code);
        assert_eq!(refused.map(|it| it.1), Err(Code::InUse));
        assert!(retired.on(Trigger::Withdraw, 0).is_ok());
    }
}
