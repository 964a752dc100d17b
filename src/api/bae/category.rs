//! `category`: how offerings are grouped. Whoever keeps the catalogue of a shelf keeps its categories;
//! the contract's administrator is who does that for the provider's.

use axum::http::Method;
use serde_json::json;
use uuid::Uuid;

use super::carried;
use super::catalogue::{
    BASE, begun, described, kept, known, lived, must_be_own, named, parties_must_stay, renamed,
    seller, shown_over, trigger,
};
use super::form::text;
use super::list::{Whole, listed};
use super::query::Listed;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::catalog::category::Category;
use crate::domain::error::Invalid;
use crate::domain::id::{CategoryId, Id};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::stamp::Contract;
use crate::services::catalog::Group;
use crate::services::{Act, Cx, Error, catalog, publication, removal};

const LIST: &str = "/DSProductCatalog/api/catalogManagement/v2/category";
const ONE: &str = "/DSProductCatalog/api/catalogManagement/v2/category/{id}";
const WRITES: Needs = Needs::Permission(Permission::CatalogPublish);

/// What can be done with categories.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, LIST, Needs::Nothing, list),
    Row::new(Method::POST, LIST, WRITES, create),
    Row::new(Method::GET, ONE, Needs::Nothing, show),
    Row::new(Method::PATCH, ONE, WRITES, change),
    Row::new(Method::DELETE, ONE, WRITES, remove),
];

/// What is known of a category, beside what is known of all elements.
const KNOWN: &[&str] = &["isRoot", "parentId"];

fn shown(cx: Cx<'_>, it: &Category) -> Result<Tree, Error> {
    let at = format!("{BASE}/category");
    let (texts, place) = ((&it.name, it.description.as_ref()), (&*at, it.id.uuid()));
    let mut known = known(cx, place, texts, (&it.life, &it.stamp))?;
    let parent = it.parent().map(|it| it.uuid().to_string());
    known.insert("isRoot".to_owned(), parent.is_none().into());
    known.insert("parentId".to_owned(), json!(parent));
    Ok(shown_over(carried::read(&it.stamp)?, known))
}

fn list(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&Listed::PLAIN)?;
    Ok(Work::scans(move |cx| {
        let list = |page: &PageRequest| catalog::categories(cx, page);
        listed((&Listed::PLAIN, &wanted), list, Whole(|it: &_| shown(cx, it)))
    }))
}

fn show(asked: Asked) -> Result<Work, Fault> {
    let id = CategoryId::from_uuid(asked.id(0)?);
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |cx| {
        Ok(wire::shown(shown(cx, &catalog::category(cx, id)?)?, fields.as_deref()))
    }))
}

/// The category above, as it is said: `isRoot` and `parentId` say the same.
fn parent(cx: Cx<'_>, said: &Tree) -> Result<Option<CategoryId>, Error> {
    let id: Option<String> = text(said, "parentId")?;
    let refused = |rule, message: String| Err(Invalid::one("parentId", rule, message).into());
    let is_root = said.get("isRoot").and_then(serde_json::Value::as_bool);
    match (is_root, id) {
        (Some(true), Some(_)) => refused("conflict", "must be left out: a root has none".into()),
        (Some(false), None) => refused("required", "must be given: the category is no root".into()),
        (Some(true) | None, None) => Ok(None),
        (Some(false) | None, Some(id)) => {
            let found = match Uuid::try_parse(&id) {
                Ok(id) => cx.find::<Category>(CategoryId::from_uuid(id))?,
                Err(_) => None,
            };
            match found {
                Some(it) => Ok(Some(it.id)),
                None => {
                    refused("reference", format!("names the category `{id}`, which is not there"))
                }
            }
        }
    }
}

fn create(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    Ok(Work::writes(move |act| Ok(wire::created(created(act, &said)?))))
}

fn created(act: &mut Act<'_>, said: &Tree) -> Result<Tree, Error> {
    let (life, then) = begun(said, act.now())?;
    let (name, description) = (named(said)?, described(None, said)?);
    let (parent, seller) = (parent(act.cx(), said)?, seller(act.cx(), said)?);
    let place = (seller, parent, name.original());
    publication::category_must_have_own_name(act.cx(), None, place)?;
    let group = Group { name, parent, tax_category: None };
    let made = catalog::create_category(act, seller, (life, group))?;
    if description.is_some() {
        revised(act, made.id, |mut it| {
            it.description = description;
            Ok(it)
        })?;
    }
    if let Some(trigger) = then {
        catalog::on_category(act, made.id, trigger)?;
    }
    keep(act, made.id, said)
}

fn revised(
    act: &mut Act<'_>,
    id: CategoryId,
    change: impl FnOnce(Category) -> Result<Category, Error>,
) -> Result<Category, Error> {
    catalog::revise(act, (id, None), Permission::CatalogWrite, change)
}

/// Keeps beside a category what was said beyond what is known, and shows it.
fn keep(act: &mut Act<'_>, id: CategoryId, said: &Tree) -> Result<Tree, Error> {
    let it: Category = act.get(id)?;
    let (bytes, what) = (kept(&it.stamp, said, KNOWN)?, (id, Permission::CatalogWrite));
    let it = crate::services::carried::keep::<Category>(act, what, Contract::Bae, bytes)?;
    shown(act.cx(), &it)
}

fn change(mut asked: Asked) -> Result<Work, Fault> {
    let id = CategoryId::from_uuid(asked.id(0)?);
    let said = asked.tree()?;
    Ok(Work::writes(move |act| Ok(wire::shown(changed(act, id, &said)?, None))))
}

fn changed(act: &mut Act<'_>, id: CategoryId, said: &Tree) -> Result<Tree, Error> {
    let it = catalog::category(act.cx(), id)?;
    must_be_own(act, &it.stamp, it.name.original())?;
    parties_must_stay(said, &shown(act.cx(), &it)?)?;
    let then = trigger(said, it.life.state())?;
    let name = renamed(it.name.clone(), said)?;
    let moves = KNOWN.iter().any(|it| said.contains_key(*it));
    let place = if moves { parent(act.cx(), said)? } else { it.parent() };
    if name != it.name || place != it.parent() {
        let own = (it.stamp.seller, place, name.original());
        publication::category_must_have_own_name(act.cx(), Some(id), own)?;
        catalog::revise_category(act, (id, None), |before| {
            Ok(Group { name, parent: place, tax_category: before.tax_category })
        })?;
    }
    let (description, life) =
        (described(it.description.clone(), said)?, lived(it.life.clone(), said)?);
    if description != it.description || life != it.life {
        revised(act, id, |mut it| {
            (it.description, it.life) = (description, life);
            Ok(it)
        })?;
    }
    if let Some(trigger) = then {
        catalog::on_category(act, id, trigger)?;
    }
    keep(act, id, said)
}

fn remove(asked: Asked) -> Result<Work, Fault> {
    let id = CategoryId::from_uuid(asked.id(0)?);
    Ok(Work::writes(move |act| {
        removal::category(act, id)?;
        Ok(wire::nothing())
    }))
}
