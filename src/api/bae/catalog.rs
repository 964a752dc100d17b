//! `catalog`: what a seller publishes.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};

use super::carried;
use super::cascade::{cascades, off_the_market};
use super::catalogue::{
    BASE, begun, described, kept, known, lived, must_be_own, named, parties_must_stay, renamed,
    seller, shown_over, trigger,
};
use super::form::{all, reference};
use super::list::{Whole, listed};
use super::query::Listed;
use super::related_party;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::catalog::category::{Catalog, Category};
use crate::domain::error::Invalid;
use crate::domain::id::{CatalogId, CategoryId, Id};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::stamp::Contract;
use crate::services::retirement::Retiring;
use crate::services::{Act, Cx, Error, catalog, publication};

const LIST: &str = "/DSProductCatalog/api/catalogManagement/v2/catalog";
const ONE: &str = "/DSProductCatalog/api/catalogManagement/v2/catalog/{id}";
const WRITES: Needs = Needs::Permission(Permission::CatalogWrite);

/// What can be done with catalogs.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, LIST, Needs::Nothing, list),
    Row::new(Method::POST, LIST, WRITES, create),
    Row::new(Method::GET, ONE, Needs::Nothing, show),
    Row::new(Method::PATCH, ONE, WRITES, change),
];

fn shown(cx: Cx<'_>, it: &Catalog) -> Result<Tree, Error> {
    let at = format!("{BASE}/catalog");
    let (texts, place) = ((&it.name, it.description.as_ref()), (&*at, it.id.uuid()));
    let mut known = known(cx, place, texts, (&it.life, &it.stamp))?;
    known.insert("category".to_owned(), shown_categories(cx, &it.categories)?);
    let mut beside = carried::read(&it.stamp)?;
    if let Some(kind) = &it.kind {
        beside.entry("type").or_insert_with(|| kind.to_string().into());
    }
    Ok(shown_over(beside, known))
}

/// Categories, as references say them; `null` for none.
pub(super) fn shown_categories(cx: Cx<'_>, of: &BTreeSet<CategoryId>) -> Result<Value, Error> {
    let mut found = Vec::new();
    for id in of {
        if let Some(it) = catalog::category(cx, *id).map(Some).or_else(Error::or_nothing)? {
            let id = it.id.uuid();
            let (href, name) = (format!("{BASE}/category/{id}"), it.name.original().as_str());
            found.push(json!({ "id": id, "href": href, "name": name }));
        }
    }
    Ok(if found.is_empty() { Value::Null } else { found.into() })
}

/// The categories that were said.
///
/// # Errors
/// 400 if one is not there.
pub(super) fn categories(cx: Cx<'_>, said: &Tree) -> Result<BTreeSet<CategoryId>, Error> {
    let mut found = BTreeSet::new();
    for (place, it) in all(said, "category").iter().enumerate() {
        let missing = || {
            let id = it.get("id").and_then(Value::as_str).unwrap_or_default();
            let field = format!("category/{place}/id");
            Invalid::one(
                field,
                "reference",
                format!("names the category `{id}`, which is not there"),
            )
        };
        let id = CategoryId::from_uuid(reference(it).ok_or_else(missing)?);
        found.insert(cx.find::<Category>(id)?.ok_or_else(missing)?.id);
    }
    Ok(found)
}

fn list(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&Listed::OWNED)?;
    Ok(Work::scans(move |cx| {
        let wanted = related_party::by_name(cx, wanted.clone())?;
        let list = |page: &PageRequest| publication::list(cx, page);
        listed((&Listed::OWNED, &wanted), list, Whole(|it: &_| shown(cx, it)))
    }))
}

fn show(asked: Asked) -> Result<Work, Fault> {
    let id = CatalogId::from_uuid(asked.id(0)?);
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |cx| {
        Ok(wire::shown(shown(cx, &publication::get(cx, id)?)?, fields.as_deref()))
    }))
}

/// What is known of a catalog.
const KNOWN: &[&str] = &["category"];

fn create(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    Ok(Work::writes(move |act| Ok(wire::created(created(act, &said)?))))
}

fn created(act: &mut Act<'_>, said: &Tree) -> Result<Tree, Error> {
    let (life, then) = begun(said, act.now())?;
    let (name, description) = (named(said)?, described(None, said)?);
    let seller = seller(act.cx(), said)?;
    publication::must_have_own_name(act.cx(), None, name.original())?;
    let categories = categories(act.cx(), said)?;
    let fill = |it| Catalog { description, categories, ..it };
    let made = publication::open(act, seller, (life, name), fill)?;
    if let Some(trigger) = then {
        publication::on(act, made.id, trigger)?;
    }
    keep(act, made.id, said)
}

fn revised(
    act: &mut Act<'_>,
    id: CatalogId,
    change: impl FnOnce(Catalog) -> Result<Catalog, Error>,
) -> Result<Catalog, Error> {
    catalog::revise(act, (id, None), Permission::CatalogWrite, change)
}

/// Keeps beside a catalog what was said beyond what is known, and shows it.
fn keep(act: &mut Act<'_>, id: CatalogId, said: &Tree) -> Result<Tree, Error> {
    let it: Catalog = act.get(id)?;
    let (bytes, what) = (kept(&it.stamp, said, KNOWN)?, (id, Permission::CatalogWrite));
    let it = crate::services::carried::keep::<Catalog>(act, what, Contract::Bae, bytes)?;
    shown(act.cx(), &it)
}

fn change(mut asked: Asked) -> Result<Work, Fault> {
    let id = CatalogId::from_uuid(asked.id(0)?);
    let (said, cascades) = (asked.tree()?, cascades(asked.query)?);
    Ok(Work::writes(move |act| {
        if cascades {
            off_the_market(act, Retiring::Catalog(id), &said)?;
        }
        Ok(wire::shown(changed(act, id, &said)?, None))
    }))
}

fn changed(act: &mut Act<'_>, id: CatalogId, said: &Tree) -> Result<Tree, Error> {
    let it = publication::get(act.cx(), id)?;
    must_be_own(act, &it.stamp, it.name.original())?;
    parties_must_stay(said, &shown(act.cx(), &it)?)?;
    let then = trigger(said, it.life.state())?;
    let mut after = it.clone();
    after.name = renamed(after.name, said)?;
    after.description = described(after.description, said)?;
    after.life = lived(after.life, said)?;
    if said.contains_key("category") {
        after.categories = categories(act.cx(), said)?;
    }
    if after.name != it.name {
        publication::must_have_own_name(act.cx(), Some(id), after.name.original())?;
    }
    if after != it {
        revised(act, id, |_| Ok(after))?;
    }
    if let Some(trigger) = then {
        publication::on(act, id, trigger)?;
    }
    keep(act, id, said)
}
