//! `productOffering`: what can be bought, in which catalogs, and for how much.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::catalog::{categories, shown_categories};
use super::catalogue::{
    BASE, begun, described, kept, known, lived, must_be_own, named, parties_must_stay, renamed,
    seller, shown_over, trigger,
};
use super::error::{BUNDLE, DELIVERS, NOT_OWNER, OFFERED};
use super::form::{all, channels, reference};
use super::list::{ByName, Wants, listed};
use super::price_plan::{self, Costs};
use super::product_specification::{attached, attachments, or_null};
use super::query::Listed;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree};
use super::{carried, license, product_specification, related_party, service_candidate};
use crate::api::edge::fault::Fault;
use crate::api::edge::tongue::Words;
use crate::api::edge::work::Work;
use crate::domain::catalog::bundle::Part;
use crate::domain::catalog::category::Catalog;
use crate::domain::catalog::eligibility::Eligibility;
use crate::domain::catalog::lifecycle::{State, Trigger};
use crate::domain::catalog::offer::{Offer, OfferContent, Openness};
use crate::domain::catalog::specification::{Delivery, Specification};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{CatalogId, CategoryId, Id, OfferId, SpecificationId};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::stamp::{Contract, SellerNumber};
use crate::services::{Act, Cx, Error, catalog, marketplace, offer, publication};

const ALL: &str = "/DSProductCatalog/api/catalogManagement/v2/productOffering";
const ANY: &str = "/DSProductCatalog/api/catalogManagement/v2/productOffering/{id}";
const LIST: &str = "/DSProductCatalog/api/catalogManagement/v2/catalog/{id}/productOffering";
const ONE: &str = "/DSProductCatalog/api/catalogManagement/v2/catalog/{id}/productOffering/{id}";
const WRITES: Needs = Needs::Permission(Permission::CatalogWrite);

/// What our fields are called.
const WORDS: Words = &[
    ("catalogs", "catalog"),
    ("categories", "category"),
    ("parts", "bundledProductOffering"),
    ("parts/offer", "id"),
    ("bundle", "bundledProductOffering"),
    ("bundle/offer", "id"),
    ("specification", "productSpecification"),
    ("plans", "productOfferingPrice"),
    ("prices", "productOfferingPrice"),
];

/// What can be done with offerings.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, ALL, Needs::Nothing, list_all),
    Row::new(Method::GET, ANY, Needs::Nothing, show_any),
    Row::new(Method::GET, LIST, Needs::Nothing, list),
    Row::new(Method::POST, LIST, WRITES, create).speaks(WORDS),
    Row::new(Method::GET, ONE, Needs::Nothing, show),
    Row::new(Method::PATCH, ONE, WRITES, change).speaks(WORDS),
];

const LISTED: Listed = Listed { named: &[("relatedParty", "relatedParty.id")], ..Listed::PLAIN };

const PARTS: &str = "bundledProductOffering";
const SPECIFICATION: &str = "productSpecification";
/// The catalogs in which an offering stands: the contract has one, and we as many as one likes.
const CATALOGS: &str = "catalog";

/// What is known of an offering, beside what is known of all elements.
const KNOWN: &[&str] =
    &["isBundle", PARTS, SPECIFICATION, "category", price_plan::NAME, "attachment", CATALOGS];

/// An offering as it is shown: in the catalog by which it was asked for, or the first that has it.
fn shown(cx: Cx<'_>, it: &Offer, within: Option<CatalogId>) -> Result<Tree, Error> {
    shown_as_far(cx, it, (within, &|_| true))
}

/// The same without what costs most to tell, as far as that is not wanted.
fn shown_as_far(
    cx: Cx<'_>,
    it: &Offer,
    (within, wants): (Option<CatalogId>, Wants<'_>),
) -> Result<Tree, Error> {
    let content = &it.content;
    let within = within.or_else(|| content.catalogs.first().copied());
    let at = match within {
        Some(id) => format!("{BASE}/catalog/{}/productOffering", id.uuid()),
        None => format!("{BASE}/productOffering"),
    };
    let (texts, place) = ((&content.name, content.description.as_ref()), (&*at, it.id.uuid()));
    let mut known = known(cx, place, texts, (&it.life, &it.stamp))?;
    let mut say = |name: &str, value: Value| drop(known.insert(name.to_owned(), value));
    say("isBundle", content.is_bundle().into());
    say(PARTS, or_null(content.parts.iter().map(|it| offered(it.offer)).collect()));
    if wants(SPECIFICATION) {
        say(SPECIFICATION, shown_specification(cx, content.specification)?);
    }
    say("category", shown_categories(cx, &content.categories)?);
    if wants(price_plan::NAME) {
        say(price_plan::NAME, or_null(price_plan::shown(cx, it)?));
    }
    say("attachment", attached(&content.attachments));
    say(CATALOGS, or_null(content.catalogs.iter().map(|it| published(*it)).collect()));
    let beside = carried::read(&it.stamp)?;
    let said: BTreeSet<_> = channels(&beside).into_iter().collect();
    if said != content.eligibility.channels {
        let shown = content.eligibility.channels.iter().map(|it| json!({ "id": it.as_str() }));
        say("channel", or_null(shown.collect()));
    }
    Ok(shown_over(beside, known))
}

fn published(id: CatalogId) -> Value {
    let id = id.uuid();
    json!({ "id": id, "href": format!("{BASE}/catalog/{id}") })
}

fn offered(id: OfferId) -> Value {
    let id = id.uuid();
    json!({ "id": id, "href": format!("{BASE}/productOffering/{id}") })
}

/// A reference to what is delivered, with what it is called.
fn shown_specification(cx: Cx<'_>, id: Option<SpecificationId>) -> Result<Value, Error> {
    let found = id.map(|id| cx.shared::<Specification>(id)).transpose()?.flatten();
    let Some(found) = found else { return Ok(Value::Null) };
    let mut shown = product_specification::shown(cx, &found)?;
    shown.retain(|name, value| PRODUCT_HEAD.contains(&&**name) && !value.is_null());
    Ok(Value::Object(shown))
}

/// What is shown of a product with an offering of it.
const PRODUCT_HEAD: &[&str] = &[
    "id",
    "href",
    "name",
    "description",
    "brand",
    "productNumber",
    "version",
    "lifecycleStatus",
    "validFor",
    "lastUpdate",
];

/// The same with the offerings of a bundle as a whole, where that was asked for.
fn expanded(cx: Cx<'_>, mut shown_so: Tree, (it, depth): (&Offer, usize)) -> Result<Tree, Error> {
    if depth > 1 && it.content.is_bundle() {
        let mut parts = Vec::new();
        for part in &it.content.parts {
            let part = offer::get(cx, part.offer)?;
            parts.push(Value::Object(shown(cx, &part, None)?));
        }
        shown_so.insert(PARTS.to_owned(), parts.into());
    }
    Ok(shown_so)
}

fn list_all(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        let wanted = related_party::by_name(cx, wanted.clone())?;
        let list = |page: &PageRequest| offer::list(cx, None, page, |_| true);
        let show = |it: &_, wants: Wants<'_>| shown_as_far(cx, it, (None, wants));
        listed((&LISTED, &wanted), list, ByName(show))
    }))
}

fn list(asked: Asked) -> Result<Work, Fault> {
    let id = CatalogId::from_uuid(asked.id(0)?);
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        let wanted = related_party::by_name(cx, wanted.clone())?;
        publication::get(cx, id)?;
        let list = |page: &PageRequest| offer::in_catalog(cx, id, page);
        let show = |it: &_, wants: Wants<'_>| shown_as_far(cx, it, (Some(id), wants));
        listed((&LISTED, &wanted), list, ByName(show))
    }))
}

fn show_any(asked: Asked) -> Result<Work, Fault> {
    let id = OfferId::from_uuid(asked.id(0)?);
    let (fields, depth) = asked.query.one()?;
    Ok(Work::reads(move |cx| {
        let it = offer::get(cx, id)?;
        let shown = expanded(cx, shown(cx, &it, None)?, (&it, depth))?;
        Ok(wire::shown(shown, fields.as_deref()))
    }))
}

fn show(asked: Asked) -> Result<Work, Fault> {
    let place = place(&asked)?;
    let (fields, depth) = asked.query.one()?;
    Ok(Work::reads(move |cx| {
        let it = find(cx, place)?;
        let shown = expanded(cx, shown(cx, &it, Some(place.0))?, (&it, depth))?;
        Ok(wire::shown(shown, fields.as_deref()))
    }))
}

/// Catalog and offering of a path.
type Place = (CatalogId, OfferId);

fn place(asked: &Asked) -> Result<Place, Error> {
    Ok((CatalogId::from_uuid(asked.id(0)?), OfferId::from_uuid(asked.id(1)?)))
}

/// The offering that a catalog publishes.
fn find(cx: Cx<'_>, (catalog, id): Place) -> Result<Offer, Error> {
    publication::get(cx, catalog)?;
    let found = offer::get(cx, id)?;
    let is_in = found.content.catalogs.contains(&catalog);
    if is_in { Ok(found) } else { Err(Error::not_found(id)) }
}

fn create(mut asked: Asked) -> Result<Work, Fault> {
    let catalog = CatalogId::from_uuid(asked.id(0)?);
    let said = asked.tree()?;
    let costs = price_plan::read(&said)?.unwrap_or_default();
    Ok(Work::writes(move |act| Ok(wire::created(created(act, catalog, (&said, &costs))?))))
}

fn created(
    act: &mut Act<'_>,
    catalog: CatalogId,
    (said, costs): (&Tree, &Costs),
) -> Result<Tree, Error> {
    let (life, then) = begun(said, act.now())?;
    // That its catalog is launched is asked when the offering is.
    must_take(&publication::get(act.cx(), catalog)?, State::Active)?;
    let seller = seller(act.cx(), said)?;
    let delivers = delivers(act.cx(), said)?;
    must_be_open(&delivers, costs)?;
    let (openness, terms_of_use) = (costs.openness(), delivers.license.clone());
    let content = OfferContent {
        description: described(None, said)?,
        specification: delivers.specification.as_ref().map(|it| it.id),
        parts: delivers.parts.iter().map(|it| Part::one(it.id)).collect(),
        categories: grouped(act.cx(), seller, said)?,
        catalogs: BTreeSet::from([catalog]),
        attachments: attachments(said)?,
        openness,
        terms_of_use,
        eligibility: sold_through(Eligibility::default(), said),
        ..OfferContent::named(named(said)?)
    };
    let made = offer::create(act, seller, life, content)?;
    price_plan::settle(act, &made, costs)?;
    if let Some(trigger) = then {
        moved(act, made.id, trigger)?;
    }
    keep(act, (catalog, made.id), said)
}

/// Who may buy, through the channels that were said.
fn sold_through(of: Eligibility, said: &Tree) -> Eligibility {
    Eligibility { channels: channels(said).into_iter().collect(), ..of }
}

/// The categories that were said, with that by whose model revenue is shared.
fn grouped(cx: Cx<'_>, seller: SellerNumber, said: &Tree) -> Result<BTreeSet<CategoryId>, Error> {
    let mut found = categories(cx, said)?;
    found.extend(service_candidate::category(cx, seller, said)?);
    Ok(found)
}

/// Refuses an offering of a state in a catalog that is not ready for it: what is launched stands in catalogs
/// that are, and nothing in what is off the market.
fn must_take(it: &Catalog, offering: State) -> Result<(), Rejection> {
    let (name, state) = (it.name.original(), it.life.state());
    if offering != State::Launched || state == State::Launched {
        return must_be_ready("catalog", name.as_str(), state);
    }
    let why = format!("the catalog `{name}` must be launched for that, but is `{state}`");
    Err(Rejection::new(Code::CatalogStateForbids, why))
}

fn must_be_ready(what: &str, name: &str, state: State) -> Result<(), Rejection> {
    if matches!(state, State::Active | State::Launched) {
        return Ok(());
    }
    let why = format!("the {what} `{name}` must be active or launched, but is `{state}`");
    Err(Rejection::new(Code::CatalogStateForbids, why))
}

/// What an offering delivers.
struct Delivers {
    specification: Option<Specification>,
    parts: Vec<Offer>,
    license: Option<crate::domain::catalog::offer::TermsOfUse>,
}

/// What was said that an offering delivers: a product, or what others deliver.
///
/// # Errors
/// 422 for what an offering cannot be made of, 403 for what is somebody else's, 400 for what is not
/// ready.
fn delivers(cx: Cx<'_>, said: &Tree) -> Result<Delivers, Error> {
    let is_bundle = said.get("isBundle") == Some(&json!(true));
    let product = said.get(SPECIFICATION).filter(|it| !it.is_null());
    let is_empty = |it: &&Value| it.as_object().is_none_or(serde_json::Map::is_empty);
    let product = product.filter(|it| !is_empty(it));
    let refused = |field: &str, message: &str| Err(DELIVERS.broken(field, message).into());
    match (is_bundle, product) {
        (true, Some(_)) => refused(SPECIFICATION, "must be left out: a bundle has none of its own"),
        (true, None) => {
            let parts = bundled(cx, said)?;
            Ok(Delivers { specification: None, parts, license: None })
        }
        (false, _) if !all(said, PARTS).is_empty() => {
            refused(PARTS, "must be left out: only a bundle is made of others")
        }
        (false, None) => refused(SPECIFICATION, "must be given: it is what is delivered"),
        (false, Some(product)) => {
            let found = specification(cx, product)?;
            let license = license::terms(&found)?;
            Ok(Delivers { specification: Some(found), parts: Vec::new(), license })
        }
    }
}

fn specification(cx: Cx<'_>, said: &Value) -> Result<Specification, Error> {
    let refused = |message: String| DELIVERS.broken(SPECIFICATION, message);
    let id = reference(said).ok_or_else(|| refused("must have the `href` of a product".into()))?;
    let found = catalog::specification(cx, SpecificationId::from_uuid(id));
    let missing = || refused(format!("leads to `{id}`, which is not there"));
    let found = found.map(Some).or_else(Error::or_nothing)?.ok_or_else(missing)?;
    let name = found.content.name.original();
    if catalog::is_kept(cx, &found.stamp) == Some(false) {
        let message = format!("leads to `{name}`, which is not yours");
        return Err(NOT_OWNER.broken(SPECIFICATION, message).into());
    }
    must_be_ready("product", name.as_str(), found.life.state())?;
    Ok(found)
}

/// The offerings that a bundle is made of.
fn bundled(cx: Cx<'_>, said: &Tree) -> Result<Vec<Offer>, Error> {
    let named = all(said, PARTS);
    if named.len() < 2 {
        let message = "must have at least 2 entries: it is a bundle";
        return Err(BUNDLE.broken(PARTS, message).into());
    }
    let mut parts = Vec::new();
    for (place, it) in named.iter().enumerate() {
        parts.push(part(cx, &format!("{PARTS}/{place}"), it)?);
    }
    let mut kinds = BTreeSet::new();
    for it in &parts {
        let product = it.content.specification.map(|id| cx.shared::<Specification>(id));
        let product = product.transpose()?.flatten();
        kinds.extend(product.map(|it| it.content.delivery == Delivery::Digital));
    }
    if kinds.len() > 1 {
        let message = "must all be digital, or all physical";
        return Err(BUNDLE.broken(PARTS, message).into());
    }
    Ok(parts)
}

fn part(cx: Cx<'_>, at: &str, it: &Value) -> Result<Offer, Error> {
    let refused = |message: String| BUNDLE.broken(at, message);
    let id = reference(it).ok_or_else(|| refused("must have the `href` of an offering".into()))?;
    let missing = || refused(format!("leads to `{id}`, which is not there"));
    let found = offer::get(cx, OfferId::from_uuid(id)).map(Some).or_else(Error::or_nothing)?;
    let found = found.ok_or_else(missing)?;
    let name = found.content.name.original();
    if catalog::is_kept(cx, &found.stamp) == Some(false) {
        return Err(NOT_OWNER.broken(at, format!("leads to `{name}`, which is not yours")).into());
    }
    if found.content.is_bundle() {
        return Err(refused(format!("leads to `{name}`, which is a bundle itself")).into());
    }
    Ok(found)
}

/// What an offering delivers.
fn delivered(cx: Cx<'_>, it: &Offer) -> Result<Delivers, Error> {
    let specification = it.content.specification.map(|id| cx.shared::<Specification>(id));
    let mut parts = Vec::new();
    for part in &it.content.parts {
        parts.extend(cx.shared::<Offer>(part.offer)?.map(Arc::unwrap_or_clone));
    }
    let specification = specification.transpose()?.flatten().map(Arc::unwrap_or_clone);
    Ok(Delivers { specification, parts, license: None })
}

/// Refuses open data that is not digital, and a bundle of it that is not open as a whole.
fn must_be_open(of: &Delivers, costs: &Costs) -> Result<(), Invalid> {
    if costs.openness() != Openness::Open {
        return Ok(());
    }
    let is_digital =
        of.specification.as_ref().is_none_or(|it| it.content.delivery == Delivery::Digital);
    let closed = of.parts.iter().find(|it| it.content.openness != Openness::Open);
    let message = match closed {
        Some(it) => {
            format!("`{}` is not open, so that the bundle is not", it.content.name.original())
        }
        None if is_digital => return Ok(()),
        None => "only what is digital can be open".to_owned(),
    };
    Err(DELIVERS.broken(price_plan::NAME, message))
}

/// Moves an offering along its life. It is launched after what it delivers.
fn moved(act: &mut Act<'_>, id: OfferId, trigger: Trigger) -> Result<(), Error> {
    let it: Offer = act.get(id)?;
    let product = it.content.specification.map(|id| act.cx().shared::<Specification>(id));
    if let Some(product) = product.transpose()?.flatten()
        && trigger == Trigger::Launch
        && product.life.state() != State::Launched
    {
        let (name, state) = (product.content.name.original(), product.life.state());
        let why = format!(
            "`{}` cannot be launched: its product `{name}` must be launched, but is `{state}`",
            it.content.name.original(),
        );
        return Err(Rejection::new(Code::CatalogStateForbids, why).into());
    }
    offer::on(act, id, trigger)?;
    if trigger == Trigger::Launch { listed_too(act, id) } else { Ok(()) }
}

/// This contract knows one shelf of all sellers: what is launched by it is on the marketplace, if its
/// seller takes part in that and nothing keeps it from there.
fn listed_too(act: &mut Act<'_>, id: OfferId) -> Result<(), Error> {
    let it: Offer = act.get(id)?;
    let takes_part = marketplace::kept_by(act.cx(), it.stamp.seller)?.is_some();
    if takes_part && offer::listing_obstacles(act.cx(), &it)?.is_empty() {
        offer::list_on_market(act, id)?;
    }
    Ok(())
}

/// Keeps beside an offering what was said beyond what is known, and shows it.
fn keep(act: &mut Act<'_>, (within, id): Place, said: &Tree) -> Result<Tree, Error> {
    let it: Offer = act.get(id)?;
    let (bytes, what) = (kept(&it.stamp, said, KNOWN)?, (id, Permission::CatalogWrite));
    let it = crate::services::carried::keep::<Offer>(act, what, Contract::Bae, bytes)?;
    shown(act.cx(), &it, Some(within))
}

fn change(mut asked: Asked) -> Result<Work, Fault> {
    let place = place(&asked)?;
    let said = asked.tree()?;
    let costs = price_plan::read(&said)?;
    Ok(Work::writes(move |act| {
        Ok(wire::shown(changed(act, place, (&said, costs.as_ref()))?, None))
    }))
}

fn changed(
    act: &mut Act<'_>,
    place: Place,
    (said, costs): (&Tree, Option<&Costs>),
) -> Result<Tree, Error> {
    let it = find(act.cx(), place)?;
    must_be_own(act, &it.stamp, it.content.name.original())?;
    let before = shown(act.cx(), &it, Some(place.0))?;
    parties_must_stay(said, &before)?;
    must_stay(said, &before)?;
    let then = trigger(said, it.life.state())?;
    let (content, life) = (content(act.cx(), &it, said)?, lived(it.life.clone(), said)?);
    if content != it.content {
        offer::revise(act, it.id, None, |_| Ok(content))?;
    }
    if (&life.label, life.valid_for) != (&it.life.label, it.life.valid_for) {
        catalog::revise(act, (it.id, None), Permission::CatalogWrite, |mut it: Offer| {
            (it.life.label, it.life.valid_for) = (life.label, life.valid_for);
            Ok::<_, Error>(it)
        })?;
    }
    let is_other = said.get(price_plan::NAME) != before.get(price_plan::NAME);
    if let Some(costs) = costs.filter(|_| is_other) {
        let it: Offer = act.get(it.id)?;
        must_be_open(&delivered(act.cx(), &it)?, costs)?;
        price_plan::settle(act, &it, costs)?;
    }
    if let Some(trigger) = then {
        moved(act, it.id, trigger)?;
    }
    keep(act, place, said)
}

/// Refuses a change of what an offering was made of.
fn must_stay(said: &Tree, before: &Tree) -> Result<(), Invalid> {
    let ids = |of: &Tree, name: &str| -> Vec<Option<Uuid>> {
        match of.get(name) {
            Some(Value::Array(all)) => all.iter().map(reference).collect(),
            Some(it @ Value::Object(_)) => vec![reference(it)],
            _ => Vec::new(),
        }
    };
    let other = |name: &str| match name {
        "isBundle" => said.get(name) != before.get(name),
        _ => ids(said, name) != ids(before, name),
    };
    let changed = ["isBundle", SPECIFICATION, PARTS].into_iter();
    match changed.filter(|it| said.contains_key(*it)).find(|it| other(it)) {
        None => Ok(()),
        Some(name) => {
            let message = "cannot be changed: what an offering was made of stays";
            Err(OFFERED.broken(name, message))
        }
    }
}

/// The content where a change says something of it, but for what it costs.
fn content(cx: Cx<'_>, it: &Offer, said: &Tree) -> Result<OfferContent, Error> {
    let mut content = it.content.clone();
    content.name = renamed(content.name, said)?;
    content.description = described(content.description, said)?;
    if said.contains_key("category") {
        content.categories = categories(cx, said)?;
    }
    content.categories = service_candidate::regrouped(cx, it, (content.categories, said))?;
    if said.contains_key("attachment") {
        content.attachments = attachments(said)?;
    }
    if said.contains_key("channel") {
        content.eligibility = sold_through(content.eligibility, said);
    }
    if said.contains_key(CATALOGS) {
        content.catalogs = catalogs(cx, it, said)?;
    }
    Ok(content)
}

/// The catalogs in which an offering is to stand: one at least, all there and ready.
fn catalogs(cx: Cx<'_>, it: &Offer, said: &Tree) -> Result<BTreeSet<CatalogId>, Error> {
    let mut found = BTreeSet::new();
    for (place, said) in all(said, CATALOGS).iter().enumerate() {
        let missing = || {
            let message = "names a catalog that is not there";
            Invalid::one(format!("{CATALOGS}/{place}"), "reference", message)
        };
        let id = CatalogId::from_uuid(reference(said).ok_or_else(missing)?);
        let catalog = publication::get(cx, id).map(Some).or_else(Error::or_nothing)?;
        let catalog = catalog.ok_or_else(missing)?;
        if !it.content.catalogs.contains(&id) {
            must_take(&catalog, it.life.state())?;
        }
        found.insert(id);
    }
    if found.is_empty() {
        let message = "must have at least one: an offering stands in a catalog";
        return Err(Invalid::one(CATALOGS, "required", message).into());
    }
    Ok(found)
}
