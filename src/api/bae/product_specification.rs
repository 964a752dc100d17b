//! `productSpecification`: what is delivered when an offering is bought.

use axum::http::Method;
use serde_json::{Value, json};

use super::asset;
use super::cascade::{cascades, off_the_market};
use super::catalogue::{
    BASE, begun, described, kept, known, lived, must_be_own, named, parties_must_stay, renamed,
    seller, shown_over, shown_validity, trigger, validity,
};
use super::characteristic::{self, delivery, is_of_asset, license};
use super::error::{BUNDLE, NOT_OWNER, SPECIFIED};
use super::form::{all, reference, text};
use super::list::{Whole, listed};
use super::query::Listed;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree};
use super::{carried, related_party, upgrade};
use crate::api::edge::fault::Fault;
use crate::api::edge::tongue::Words;
use crate::api::edge::work::Work;
use crate::domain::catalog::asset::Attachment;
use crate::domain::catalog::lifecycle::State;
use crate::domain::catalog::specification::{
    Delivery, Relation, RelationKind, Specification, SpecificationContent,
};
use crate::domain::error::Invalid;
use crate::domain::id::{Id, SpecificationId};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::stamp::Contract;
use crate::domain::text::{Code, Name};
use crate::services::retirement::Retiring;
use crate::services::{Act, Cx, Error, catalog};

const LIST: &str = "/DSProductCatalog/api/catalogManagement/v2/productSpecification";
const ONE: &str = "/DSProductCatalog/api/catalogManagement/v2/productSpecification/{id}";
const WRITES: Needs = Needs::Permission(Permission::CatalogWrite);

/// What our fields are called.
const WORDS: Words = &[
    ("characteristics", "productSpecCharacteristic"),
    ("characteristics/values", "productSpecCharacteristicValue"),
    ("parts", "bundledProductSpecification"),
    ("product_number", "productNumber"),
    ("relations", "productSpecificationRelationship"),
    ("relations/to", "id"),
];

/// What can be done with specifications.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, LIST, Needs::Nothing, list),
    Row::new(Method::POST, LIST, WRITES, create).speaks(WORDS),
    Row::new(Method::GET, ONE, Needs::Nothing, show),
    Row::new(Method::PATCH, ONE, WRITES, change).speaks(WORDS),
];

const PARTS: &str = "bundledProductSpecification";
const RELATIONS: &str = "productSpecificationRelationship";

/// What is known of a specification, beside what is known of all elements.
const KNOWN: &[&str] =
    &["brand", "productNumber", "isBundle", PARTS, characteristic::NAME, RELATIONS, "attachment"];

pub(super) fn shown(cx: Cx<'_>, it: &Specification) -> Result<Tree, Error> {
    let (content, at) = (&it.content, format!("{BASE}/productSpecification"));
    let (texts, place) = ((&content.name, content.description.as_ref()), (&*at, it.id.uuid()));
    let mut known = known(cx, place, texts, (&it.life, &it.stamp))?;
    let text = |it: &Option<Name>| json!(it.as_ref().map(Name::as_str));
    let mut say = |name: &str, value: Value| drop(known.insert(name.to_owned(), value));
    say("brand", text(&content.brand));
    say("productNumber", text(&content.product_number));
    say("isBundle", content.is_bundle().into());
    say(PARTS, or_null(content.parts.iter().map(|it| lead(*it)).collect()));
    say(characteristic::NAME, characteristics(cx, it));
    say(RELATIONS, or_null(content.relations.iter().map(related).collect()));
    say("attachment", attached(&content.attachments));
    Ok(shown_over(carried::read(&it.stamp)?, known))
}

/// Its characteristics. Where its goods lie is for who sells them; others are led there by whether they
/// may have them.
fn characteristics(cx: Cx<'_>, it: &Specification) -> Value {
    let mut shown = characteristic::shown(&it.content.characteristics);
    let is_digital = characteristic::find(&it.content.characteristics, "Asset type").is_some();
    if !is_digital || catalog::is_kept(cx, &it.stamp) == Some(true) {
        return shown;
    }
    let guarded = it.content.assets.first().map(|it| asset::location(*it)).unwrap_or_default();
    let all = shown.as_array_mut().into_iter().flatten();
    for location in all.filter(|it| characteristic::is_location(&it["name"])) {
        let values = location.get_mut(characteristic::VALUES).and_then(Value::as_array_mut);
        for value in values.into_iter().flatten() {
            value["value"] = guarded.clone().into();
        }
    }
    shown
}

/// A list as it is shown; `null` for an empty one.
pub(super) fn or_null(all: Vec<Value>) -> Value {
    if all.is_empty() { Value::Null } else { all.into() }
}

/// A reference to a specification.
pub(super) fn lead(to: SpecificationId) -> Value {
    let id = to.uuid();
    json!({ "id": id, "href": format!("{BASE}/productSpecification/{id}") })
}

fn related(it: &Relation) -> Value {
    let mut shown = lead(it.to);
    shown["type"] = it.kind.word().into();
    if let period @ Value::Object(_) = shown_validity(it.valid_for) {
        shown["validFor"] = period;
    }
    shown
}

/// Attachments as they are shown: each has its place as its id.
pub(super) fn attached(all: &[Attachment]) -> Value {
    let one = |(place, it): (usize, &Attachment)| {
        let kind = it.kind.as_ref().map(Code::as_str).unwrap_or_default();
        json!({ "id": (place + 1).to_string(), "type": kind, "url": it.address.as_str() })
    };
    or_null(all.iter().enumerate().map(one).collect())
}

/// The attachments that were said.
///
/// # Errors
/// 400 with the place of one that cannot be read.
pub(super) fn attachments(said: &Tree) -> Result<Vec<Attachment>, Invalid> {
    let read = |(place, it): (usize, &Value)| {
        let said = it.as_object().cloned().unwrap_or_default();
        let word: Option<String> = text(&said, "type")?;
        let address = super::form::must(&said, "url");
        Ok(Attachment {
            name: text(&said, "name")?,
            kind: word.as_deref().and_then(Code::like),
            address: address.map_err(|it| it.below(&format!("attachment/{place}/")))?,
            media_type: None,
            bytes: None,
        })
    };
    all(said, "attachment").iter().enumerate().map(read).collect()
}

fn list(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&Listed::OWNED)?;
    Ok(Work::scans(move |cx| {
        let wanted = related_party::by_name(cx, wanted.clone())?;
        let list = |page: &PageRequest| catalog::specifications(cx, page);
        listed((&Listed::OWNED, &wanted), list, Whole(|it: &_| shown(cx, it)))
    }))
}

fn show(asked: Asked) -> Result<Work, Fault> {
    let id = SpecificationId::from_uuid(asked.id(0)?);
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |cx| {
        Ok(wire::shown(shown(cx, &catalog::specification(cx, id)?)?, fields.as_deref()))
    }))
}

/// The parts of a bundle that were said.
///
/// # Errors
/// 422 unless there are two at least, all there, ready, and no bundles; 403 if one is somebody else's.
fn parts(cx: Cx<'_>, said: &Tree) -> Result<Vec<SpecificationId>, Error> {
    let is_bundle = said.get("isBundle") == Some(&json!(true));
    let named = all(said, PARTS);
    match (is_bundle, named.len()) {
        (false, 0) => return Ok(Vec::new()),
        (false, _) => {
            let message = "must be left out: only a bundle is made of others";
            return Err(BUNDLE.broken(PARTS, message).into());
        }
        (true, 0 | 1) => {
            let message = "must have at least 2 entries: it is a bundle";
            return Err(BUNDLE.broken(PARTS, message).into());
        }
        (true, _) => {}
    }
    let part = |(place, it)| part(cx, &format!("{PARTS}/{place}"), it);
    named.iter().enumerate().map(part).collect()
}

fn part(cx: Cx<'_>, at: &str, it: &Value) -> Result<SpecificationId, Error> {
    let refused = |message: String| BUNDLE.broken(at, message);
    let id = reference(it).ok_or_else(|| refused("must have the `href` of a product".into()))?;
    let found = catalog::specification(cx, SpecificationId::from_uuid(id));
    let missing = || refused(format!("leads to `{id}`, which is not there"));
    let found = found.map(Some).or_else(Error::or_nothing)?.ok_or_else(missing)?;
    let name = found.content.name.original();
    if catalog::is_kept(cx, &found.stamp) == Some(false) {
        return Err(NOT_OWNER.broken(at, format!("leads to `{name}`, which is not yours")).into());
    }
    if found.content.is_bundle() {
        let message = format!("leads to `{name}`, which is a bundle itself");
        return Err(refused(message).into());
    }
    match found.life.state() {
        State::Active | State::Launched => Ok(found.id),
        state @ (State::InStudy
        | State::InDesign
        | State::InTest
        | State::Retired
        | State::Obsolete
        | State::Rejected) => {
            let message =
                format!("leads to `{name}`, which must be active or launched, not `{state}`");
            Err(refused(message).into())
        }
    }
}

/// The relations that were said.
fn relations(said: &Tree) -> Result<Vec<Relation>, Invalid> {
    let read = |(place, it): (usize, &Value)| {
        let at = |name: &str| format!("{RELATIONS}/{place}/{name}");
        let id = reference(it);
        let id = id.ok_or_else(|| Invalid::one(at("id"), "required", "must name a product"))?;
        let word = it.get("type").and_then(Value::as_str).unwrap_or_default();
        let kind = word.trim().to_ascii_lowercase().parse::<RelationKind>();
        let no_kind = |_| Invalid::one(at("type"), "enum", format!("`{word}` is no relation"));
        Ok(Relation {
            to: SpecificationId::from_uuid(id),
            kind: kind.map_err(no_kind)?,
            valid_for: validity(it.get("validFor").unwrap_or(&Value::Null), None)?,
        })
    };
    all(said, RELATIONS).iter().enumerate().map(read).collect()
}

fn create(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    Ok(Work::writes(move |act| Ok(wire::created(created(act, &said)?))))
}

fn created(act: &mut Act<'_>, said: &Tree) -> Result<Tree, Error> {
    let (life, then) = begun(said, act.now())?;
    let characteristics = characteristic::read(said)?;
    license(&characteristics)?;
    let parts = parts(act.cx(), said)?;
    let content = SpecificationContent {
        description: described(None, said)?,
        brand: text(said, "brand")?,
        product_number: text(said, "productNumber")?,
        delivery: match parts.is_empty() {
            true => delivery(&characteristics)?,
            false => delivery_of_all(act.cx(), &parts)?,
        },
        assets: asset::named(act.cx(), &characteristics)?,
        parts,
        characteristics,
        relations: relations(said)?,
        attachments: attachments(said)?,
        ..SpecificationContent::named(named(said)?)
    };
    let seller = seller(act.cx(), said)?;
    let made = catalog::specify(act, seller, life, content)?;
    if let Some(trigger) = then {
        catalog::on_specification(act, made.id, trigger)?;
    }
    keep(act, made.id, said)
}

/// Keeps beside a specification what was said beyond what is known, and shows it.
fn keep(act: &mut Act<'_>, id: SpecificationId, said: &Tree) -> Result<Tree, Error> {
    let it: Specification = act.get(id)?;
    let (bytes, what) = (kept(&it.stamp, said, KNOWN)?, (id, Permission::CatalogWrite));
    let it = crate::services::carried::keep::<Specification>(act, what, Contract::Bae, bytes)?;
    shown(act.cx(), &it)
}

fn change(mut asked: Asked) -> Result<Work, Fault> {
    let id = SpecificationId::from_uuid(asked.id(0)?);
    let (said, cascades) = (asked.tree()?, cascades(asked.query)?);
    Ok(Work::writes(move |act| {
        if cascades {
            off_the_market(act, Retiring::Specification(id), &said)?;
        }
        Ok(wire::shown(changed(act, id, &said)?, None))
    }))
}

fn changed(act: &mut Act<'_>, id: SpecificationId, said: &Tree) -> Result<Tree, Error> {
    let it = catalog::specification(act.cx(), id)?;
    must_be_own(act, &it.stamp, it.content.name.original())?;
    parties_must_stay(said, &shown(act.cx(), &it)?)?;
    let then = trigger(said, it.life.state())?;
    let (mut content, life) = (content(act.cx(), &it, said)?, lived(it.life.clone(), said)?);
    let asset = upgrade::followed(act.cx(), &it, (&mut content, life.label.as_ref()))?;
    upgrade::must_be_whole(&it, (&content, life.label.as_ref()), asset.as_ref())?;
    if content != it.content {
        catalog::respecify(act, id, None, |_| Ok(content))?;
    }
    let label = life.label.clone();
    if (&life.label, life.valid_for) != (&it.life.label, it.life.valid_for) {
        let write = Permission::CatalogWrite;
        catalog::revise(act, (id, None), write, |mut it: Specification| {
            (it.life.label, it.life.valid_for) = (label, life.valid_for);
            Ok::<_, Error>(it)
        })?;
    }
    if let Some(trigger) = then {
        catalog::on_specification(act, id, trigger)?;
    }
    keep(act, id, said)
}

/// The content where a change says something of it.
fn content(cx: Cx<'_>, it: &Specification, said: &Tree) -> Result<SpecificationContent, Error> {
    let mut content = it.content.clone();
    content.name = renamed(content.name, said)?;
    content.description = described(content.description, said)?;
    if said.contains_key("brand") {
        content.brand = text(said, "brand")?;
    }
    if said.contains_key("productNumber") {
        content.product_number = text(said, "productNumber")?;
    }
    if said.contains_key(characteristic::NAME) {
        content.characteristics = characteristic::read(said)?;
        license(&content.characteristics)?;
        // What other contracts say is digital without naming an asset stays so.
        if content.characteristics.iter().any(is_of_asset) {
            content.delivery = delivery(&content.characteristics)?;
            let named = asset::named(cx, &content.characteristics)?;
            // Where an asset was before it was upgraded it is not any more.
            if !named.is_empty() || upgrade::has_other_asset(&it.content, &content) {
                content.assets = named;
            }
        }
    }
    if said.contains_key(RELATIONS) {
        content.relations = relations(said)?;
    }
    if said.contains_key("attachment") {
        content.attachments = attachments(said)?;
    }
    content.parts = parts_anew(cx, it, said)?;
    if content.parts != it.content.parts {
        content.delivery = delivery_of_all(cx, &content.parts)?;
    }
    Ok(content)
}

/// What reaches the buyer of a bundle: something digital if all its parts are.
fn delivery_of_all(cx: Cx<'_>, parts: &[SpecificationId]) -> Result<Delivery, Error> {
    for id in parts {
        let part = cx.shared::<Specification>(*id)?;
        if part.is_some_and(|it| it.content.delivery == Delivery::Physical) {
            return Ok(Delivery::Physical);
        }
    }
    Ok(Delivery::Digital)
}

/// The parts where a change says something of them: a bundle is put together until it is launched.
fn parts_anew(cx: Cx<'_>, it: &Specification, said: &Tree) -> Result<Vec<SpecificationId>, Error> {
    let before = &it.content.parts;
    let says = |name: &str| said.contains_key(name);
    let is_bundle = said.get("isBundle").map(|it| it == &json!(true));
    if is_bundle.is_some_and(|is| is != it.content.is_bundle()) {
        let message = "cannot be changed: what a product is made as it stays";
        return Err(SPECIFIED.broken("isBundle", message).into());
    }
    if !says(PARTS) {
        return Ok(before.clone());
    }
    let ids: Vec<_> = all(said, PARTS).iter().filter_map(reference).collect();
    if ids == before.iter().map(|it| it.uuid()).collect::<Vec<_>>() {
        return Ok(before.clone());
    }
    if it.life.state() != State::Active {
        let message = format!("can be changed while it is active, not while `{}`", it.life.state());
        return Err(SPECIFIED.broken(PARTS, message).into());
    }
    let mut said = said.clone();
    said.insert("isBundle".to_owned(), it.content.is_bundle().into());
    parts(cx, &said)
}
