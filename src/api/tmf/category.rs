//! Groups of offers (TMF620): our categories.

use serde_json::json;

use super::behind::Change;
use super::catalogue::{known, life, trigger, valid_anew, words};
use super::entity::{Entity, Gone, text};
use super::language;
use super::resource::Tree;
use crate::domain::catalog::category::Category;
use crate::domain::id::{CategoryId, Id};
use crate::domain::operator::Permission;
use crate::services::catalog::{self, Group};
use crate::services::{Act, Cx, Error, removal};

/// Groups of offers.
pub(super) struct Categories;

/// The category above, if it is ours.
fn parent(cx: Cx<'_>, said: &Tree) -> Result<Option<CategoryId>, Error> {
    let Some(id) = text::<String>(said, "parentId")? else { return Ok(None) };
    let Ok(id) = id.parse::<CategoryId>() else { return Ok(None) };
    Ok(cx.find::<Category>(id)?.map(|it| it.id))
}

impl Entity for Categories {
    type Thing = Category;
    const READING: Permission = Permission::OfferBrowse;
    const WRITING: Permission = Permission::CatalogWrite;
    const REFERENCES: &[&str] = &["parentId"];

    fn is(&self, _: &Category) -> bool {
        true
    }

    fn states(&self) -> Vec<String> {
        words()
    }

    fn known(&self, _: Cx<'_>, it: &Category) -> Result<Tree, Error> {
        // What a category is described with is for us to write, not for this contract.
        let mut tree = known(&it.name, None, &it.life);
        tree.remove("description");
        tree.insert("isRoot".to_owned(), json!(it.parent().is_none()));
        tree.insert("parentId".to_owned(), json!(it.parent().map(|it| it.uuid().to_string())));
        Ok(tree)
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Category, Error> {
        let (life, then) = life(said)?;
        let parent = parent(act.cx(), said)?;
        let group = Group { name: language::name(said)?, parent, tax_category: None };
        let seller = catalog::seller(act.cx(), None)?;
        let made = catalog::create_category(act, seller, (life, group))?;
        match then {
            Some(trigger) => catalog::on_category(act, made.id, trigger),
            None => Ok(made),
        }
    }

    fn change(&self, act: &mut Act<'_>, it: Category, change: &Change) -> Result<Category, Error> {
        let said = &change.after;
        let name = language::name_anew(&it.name, (&change.before, said))?;
        let parent = match change.before.get("parentId") == said.get("parentId") {
            true => it.parent(),
            false => parent(act.cx(), said)?,
        };
        if name != it.name || parent != it.parent() {
            catalog::revise_category(act, (it.id, None), |before| {
                Ok(Group { name, parent, tax_category: before.tax_category })
            })?;
        }
        if let Some(valid_for) = valid_anew(change)? {
            catalog::revise(act, (it.id, None), Permission::CatalogWrite, |mut it: Category| {
                it.life.valid_for = valid_for;
                Ok::<_, Error>(it)
            })?;
        }
        let it: Category = act.get(it.id)?;
        match trigger(change, &it.life)? {
            Some(trigger) => catalog::on_category(act, it.id, trigger),
            None => Ok(it),
        }
    }

    fn remove(&self, act: &mut Act<'_>, it: Category) -> Result<Gone, Error> {
        removal::category(act, it.id)?;
        Ok(Gone::Removed)
    }
}
