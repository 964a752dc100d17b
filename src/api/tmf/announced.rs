//! What is published and announced: our catalogs (TMF620) and promotions (TMF671). A promotion says what
//! is announced; what lowers a price is a discount of ours, and what a client says of its cases is kept
//! as it was said.

use serde_json::json;

use super::behind::Change;
use super::catalogue::{categories, known, life, shown_categories, trigger, valid_anew, words};
use super::entity::{Entity, Gone};
use super::language;
use super::resource::Tree;
use crate::domain::catalog::category::Catalog;
use crate::domain::catalog::promotion::Promotion;
use crate::domain::operator::Permission;
use crate::services::{Act, Cx, Error, catalog, publication, removal};

/// Published collections.
pub(super) struct Catalogs;
/// What is announced.
pub(super) struct Promotions;

impl Entity for Catalogs {
    type Thing = Catalog;
    const READING: Permission = Permission::OfferBrowse;
    const WRITING: Permission = Permission::CatalogWrite;
    const REFERENCES: &[&str] = &["category"];

    fn is(&self, _: &Catalog) -> bool {
        true
    }

    fn states(&self) -> Vec<String> {
        words()
    }

    fn known(&self, cx: Cx<'_>, it: &Catalog) -> Result<Tree, Error> {
        let mut shown = known(&it.name, it.description.as_ref(), &it.life);
        let categories = shown_categories(cx, &it.categories)?;
        shown.insert("category".to_owned(), json!((!categories.is_empty()).then_some(categories)));
        Ok(shown)
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Catalog, Error> {
        let (life, then) = life(said)?;
        let name = language::name(said)?;
        let categories = categories(act.cx(), said)?;
        let description = language::description(said)?;
        let seller = catalog::seller(act.cx(), None)?;
        catalog::create(act, seller, Permission::CatalogWrite, |id, stamp| {
            let new = Catalog { description, categories, ..Catalog::new(id, stamp, life, name) };
            match then {
                Some(trigger) => Ok::<_, Error>(new.on(trigger, 0)?.0),
                None => Ok(new),
            }
        })
    }

    fn change(&self, act: &mut Act<'_>, it: Catalog, change: &Change) -> Result<Catalog, Error> {
        let said = &change.after;
        let both = (&change.before, said);
        let name = language::name_anew(&it.name, both)?;
        let description = language::description_anew(it.description.as_ref(), both)?;
        let categories = match change.before.get("category") == said.get("category") {
            true => it.categories.clone(),
            false => categories(act.cx(), said)?,
        };
        let mut after = Catalog { name, description, categories, ..it.clone() };
        if let Some(valid_for) = valid_anew(change)? {
            after.life.valid_for = valid_for;
        }
        let (what, then) = ((it.id, None), trigger(change, &it.life)?);
        let after = match after == it {
            true => it,
            false => {
                let change = |_: Catalog| Ok::<_, Error>(after);
                catalog::revise(act, what, Permission::CatalogWrite, change)?
            }
        };
        match then {
            Some(trigger) => publication::on(act, after.id, trigger),
            None => Ok(after),
        }
    }

    fn remove(&self, act: &mut Act<'_>, it: Catalog) -> Result<Gone, Error> {
        removal::catalog(act, it.id)?;
        Ok(Gone::Removed)
    }
}

impl Entity for Promotions {
    type Thing = Promotion;
    const READING: Permission = Permission::OfferBrowse;
    const WRITING: Permission = Permission::CatalogWrite;

    fn is(&self, _: &Promotion) -> bool {
        true
    }

    fn states(&self) -> Vec<String> {
        words()
    }

    fn known(&self, _: Cx<'_>, it: &Promotion) -> Result<Tree, Error> {
        Ok(known(&it.name, it.description.as_ref(), &it.life))
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Promotion, Error> {
        let (life, then) = life(said)?;
        let (name, description) = (language::name(said)?, language::description(said)?);
        let seller = catalog::seller(act.cx(), None)?;
        catalog::create(act, seller, Permission::CatalogWrite, |id, stamp| {
            let mut new = Promotion::new(id, stamp, life, name);
            new.description = description;
            match then {
                Some(trigger) => Ok::<_, Error>(new.on(trigger)?.0),
                None => Ok(new),
            }
        })
    }

    fn change(
        &self,
        act: &mut Act<'_>,
        it: Promotion,
        change: &Change,
    ) -> Result<Promotion, Error> {
        let mut after = it.clone();
        let both = (&change.before, &change.after);
        after.name = language::name_anew(&it.name, both)?;
        after.description = language::description_anew(it.description.as_ref(), both)?;
        if let Some(valid_for) = valid_anew(change)? {
            after.life.valid_for = valid_for;
        }
        let after = match trigger(change, &it.life)? {
            Some(trigger) => after.on(trigger)?.0,
            None => after,
        };
        if after == it {
            return Ok(it);
        }
        let what = (it.id, None);
        catalog::revise(act, what, Permission::CatalogWrite, |_: Promotion| Ok::<_, Error>(after))
    }

    fn remove(&self, act: &mut Act<'_>, it: Promotion) -> Result<Gone, Error> {
        removal::promotion(act, it.id)?;
        Ok(Gone::Removed)
    }
}
