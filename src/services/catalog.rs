//! The catalogue: what sellers write down to be sold.
//!
//! Every element belongs to a seller. Reading drafts and writing is the seller's; what is launched
//! is on the shelf for everybody ([`offer`]).

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::{Act, Cx, Error, asset, offer};
use crate::domain::catalog::category::{Category, ResourceCategory};
use crate::domain::catalog::lifecycle::{Life, State, Trigger};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::resource::{Resource, ResourceContent, must_not_provide_itself};
use crate::domain::catalog::specification::{Specification, SpecificationContent};
use crate::domain::catalog::tax::TaxCategory;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{
    AccountId, CategoryId, MeterId, ResourceCategoryId, ResourceId, SpecificationId, TaxCategoryId,
};
use crate::domain::localized::Localized;
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::{Carried, SellerNumber, Stamp};
use crate::domain::text::{self, Name, folded};
use crate::domain::usage::meter::{Aggregation, CarryOver, Meter};
use crate::store::catalog::{
    METER_BY_CODE, OFFER_BY_CATEGORY, OFFER_BY_RESOURCE, OFFER_BY_SPECIFICATION, of_seller,
};
use crate::store::{Along, Key, Record, Records, Table};

/// The seller for whom something is written: the account that is named, else the caller's own,
/// else the provider.
///
/// # Errors
/// If the account that is named does not sell.
pub fn seller(cx: Cx<'_>, named: Option<AccountId>) -> Result<SellerNumber, Error> {
    seller_at(cx, "/seller", named)
}

/// The same where the account is named at a place of its own in the input.
///
/// # Errors
/// If the account that is named does not sell.
pub fn seller_at(
    cx: Cx<'_>,
    pointer: &str,
    named: Option<AccountId>,
) -> Result<SellerNumber, Error> {
    use crate::domain::account::Account;
    if let Some(id) = named {
        let account: Account = cx.named(pointer, id)?;
        let refused = || Invalid::one(pointer, "range", "must be the provider or a reseller");
        return account.seller_number().ok_or_else(|| refused().into());
    }
    match cx.actor.standing() {
        Some(standing) => {
            let own: Account = cx.get(standing.account)?;
            Ok(own.seller_number().unwrap_or(own.stamp.seller))
        }
        None => Ok(SellerNumber::PROVIDER),
    }
}

/// Whether the caller keeps the catalogue that something stands in, and does not only buy from it;
/// nothing for who keeps none.
#[must_use]
pub fn is_kept(cx: Cx<'_>, stamp: &Stamp) -> Option<bool> {
    let keeps = cx.actor.may_at_all(Permission::CatalogWrite);
    keeps.then(|| cx.actor.may(Permission::CatalogWrite, stamp) == Decision::Yes)
}

/// Something new: whose it will be, and the id that its maker brings for it, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct New<I> {
    /// In whose branch it will lie.
    pub seller: SellerNumber,
    /// The id that it is to have; a new one if nothing is said.
    pub id: Option<I>,
}

impl<I> From<SellerNumber> for New<I> {
    fn from(seller: SellerNumber) -> Self {
        Self { seller, id: None }
    }
}

/// Creates an element of a seller's catalogue, numbered by the sequence of its table.
///
/// # Errors
/// If the caller may not, the id that was brought is taken, or `make` refuses.
pub fn create<R: Record, E: Into<Error>>(
    act: &mut Act<'_>,
    new: impl Into<New<R::Id>>,
    permission: Permission,
    make: impl FnOnce(R::Id, Stamp) -> Result<R, E>,
) -> Result<R, Error> {
    let new = new.into();
    let stamp = act.cx().stamp(new.seller, None);
    act.must(permission, &stamp)?;
    let id = act.id_or_new(new.id)?;
    let stamp = stamp.numbered(act.next_number(R::TABLE.0)?);
    let made = make(id, stamp).map_err(Into::into)?;
    act.keep((made, Verb::Created))
}

/// Changes an element of a catalogue.
///
/// # Errors
/// If it is not there, has changed since, the caller may not, or `change` refuses.
pub fn revise<R: Record, E: Into<Error>>(
    act: &mut Act<'_>,
    (id, revision): (R::Id, Option<u32>),
    permission: Permission,
    change: impl FnOnce(R) -> Result<R, E>,
) -> Result<R, Error> {
    let it: R = act.get(id)?;
    act.must(permission, it.stamp())?;
    act.expect_revision(it.stamp(), revision)?;
    let changed = change(it).map_err(Into::into)?;
    act.keep((changed, Verb::Changed))
}

/// Refuses a natural key that another element of the same seller has.
///
/// # Errors
/// [`Code::Duplicate`].
pub fn must_be_free<R: Record>(
    act: &Act<'_>,
    index: Table,
    (seller, key): (SellerNumber, &str),
    own: R::Id,
) -> Result<(), Error> {
    let holders = act.every::<R>(&Along::Index(index, of_seller(seller, key).bytes()))?;
    match holders.iter().find(|it| it.id() != own) {
        None => Ok(()),
        Some(holder) => {
            let why = format!("`{key}` is taken by `{}`", holder.id());
            Err(Rejection::new(Code::Duplicate, why).into())
        }
    }
}

/// Creates a specification.
///
/// # Errors
/// If a rule is broken, something it names is not there, or the caller may not.
pub fn specify(
    act: &mut Act<'_>,
    new: impl Into<New<SpecificationId>>,
    life: Life,
    content: SpecificationContent,
) -> Result<Specification, Error> {
    let new = new.into();
    named_by_specification(act.cx(), &content)?;
    asset::attach(act, new.seller, &content)?;
    create(act, new, Permission::CatalogWrite, |id, stamp| {
        Specification::new(id, stamp, life, content)
    })
}

/// Gives a specification another content.
///
/// # Errors
/// As [`specify`]; if it has changed since.
pub fn respecify(
    act: &mut Act<'_>,
    id: SpecificationId,
    revision: Option<u32>,
    change: impl FnOnce(SpecificationContent) -> Result<SpecificationContent, Error>,
) -> Result<Specification, Error> {
    let found: Specification = act.get(id)?;
    act.must(Permission::CatalogWrite, &found.stamp)?;
    let content = change(found.content)?;
    named_by_specification(act.cx(), &content)?;
    asset::attach(act, found.stamp.seller, &content)?;
    revise(act, (id, revision), Permission::CatalogWrite, |it: Specification| it.changed(content))
}

/// Lets a specification carry what clients of contracts said of it that means nothing to us.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn carry(
    act: &mut Act<'_>,
    id: SpecificationId,
    carried: Carried,
) -> Result<Specification, Error> {
    revise(act, (id, None), Permission::CatalogWrite, |mut it: Specification| {
        it.stamp.carried = carried;
        Ok::<_, Error>(it)
    })
}

fn named_by_specification(cx: Cx<'_>, content: &SpecificationContent) -> Result<(), Error> {
    for (place, id) in content.parts.iter().enumerate() {
        cx.named::<Specification>(&format!("/parts/{place}"), *id)?;
    }
    for (place, id) in content.resources.iter().enumerate() {
        cx.named::<Resource>(&format!("/resources/{place}"), *id)?;
    }
    for (place, relation) in content.relations.iter().enumerate() {
        cx.named::<Specification>(&format!("/relations/{place}/to"), relation.to)?;
    }
    Ok(())
}

/// Moves a specification along its life. It is retired after the offers that sell it, and obsolete when
/// none is left.
///
/// # Errors
/// If its state forbids it, an offer is before it, or the caller may not.
pub fn on_specification(
    act: &mut Act<'_>,
    id: SpecificationId,
    trigger: Trigger,
) -> Result<Specification, Error> {
    let it: Specification = act.get(id)?;
    act.must(Permission::CatalogPublish, &it.stamp)?;
    let offers = Along::Index(OFFER_BY_SPECIFICATION, Key::new().id(id).bytes());
    if trigger == Trigger::Retire {
        must_be_off_the_shelf(act, &offers)?;
    }
    let holders = held_by(act, &offers)?;
    let moved = it.on(trigger, holders)?;
    act.keep(moved)
}

/// Refuses to retire what offers are still on the shelf with, or on their way to it.
///
/// # Errors
/// [`Code::InUse`] with the first of them.
pub(super) fn must_be_off_the_shelf(act: &Act<'_>, offers: &Along) -> Result<(), Error> {
    let offers = act.every::<Offer>(offers)?;
    let gone = [State::Retired, State::Obsolete, State::Rejected];
    let mut kept = offers.iter().filter(|it| !gone.contains(&it.life.state()));
    let Some(first) = kept.next() else { return Ok(()) };
    let others = kept.count();
    let others = if others == 0 { String::new() } else { format!(" and {others} more") };
    let (name, state) = (first.content.name.original(), first.life.state());
    let why = format!("retire `{name}` (`{}`, `{state}`){others} first", first.id);
    Err(Rejection::new(Code::InUse, why).into())
}

/// How many offers stand along an index that are not obsolete yet.
pub(super) fn held_by(act: &Act<'_>, offers: &Along) -> Result<u64, Error> {
    let offers = act.every::<Offer>(offers)?;
    let gone = [State::Obsolete, State::Rejected];
    let alive = offers.iter().filter(|it| !gone.contains(&it.life.state()));
    Ok(alive.count() as u64)
}

/// Creates a resource.
///
/// # Errors
/// If a rule is broken, something it names is not there, or the caller may not.
pub fn create_resource(
    act: &mut Act<'_>,
    new: impl Into<New<ResourceId>>,
    content: ResourceContent,
) -> Result<Resource, Error> {
    named_by_resource(act.cx(), &content)?;
    create(act, new, Permission::CatalogWrite, |id, stamp| Resource::new(id, stamp, content))
}

/// Gives a resource another content.
///
/// # Errors
/// As [`create_resource`]; if it has changed since, or would provide itself.
pub fn revise_resource(
    act: &mut Act<'_>,
    id: ResourceId,
    revision: Option<u32>,
    change: impl FnOnce(ResourceContent) -> Result<ResourceContent, Error>,
) -> Result<Resource, Error> {
    let found: Resource = act.get(id)?;
    let content = change(found.content)?;
    named_by_resource(act.cx(), &content)?;
    let revised =
        revise(act, (id, revision), Permission::CatalogWrite, |it: Resource| it.changed(content))?;
    let all = act.every::<Resource>(&Along::Sellers(vec![revised.stamp.seller]))?;
    let all = all.into_iter().map(|it| (it.id, it)).collect();
    must_not_provide_itself(&revised, &all)?;
    Ok(revised)
}

fn named_by_resource(cx: Cx<'_>, content: &ResourceContent) -> Result<(), Error> {
    for (place, dependency) in content.dependencies.iter().enumerate() {
        cx.named::<Resource>(&format!("/dependencies/{place}/on"), dependency.on)?;
    }
    if let Some(id) = content.category {
        cx.named::<ResourceCategory>("/category", id)?;
    }
    Ok(())
}

/// The resource with an id, if the caller may see it: its seller may, and whoever may see an offer
/// that has it.
///
/// # Errors
/// If the store fails.
pub fn resource(cx: Cx<'_>, id: ResourceId) -> Result<Option<Resource>, Error> {
    let Some(found) = cx.view.find::<Resource>(id)? else { return Ok(None) };
    Ok(shows_resource(cx, &found)?.then_some(found))
}

/// A page of the resources that the caller may see.
///
/// # Errors
/// If the store fails.
pub fn resources(cx: Cx<'_>, page: &PageRequest) -> Result<Page<Resource>, Error> {
    let mut failed = None;
    let mut shows = |it: &Resource| match shows_resource(cx, it) {
        Ok(shows) => shows,
        Err(error) => {
            failed.get_or_insert(error);
            false
        }
    };
    let page = cx.view.list(&Along::All, page, &mut shows)?;
    failed.map_or(Ok(page), Err)
}

fn shows_resource(cx: Cx<'_>, it: &Resource) -> Result<bool, Error> {
    if cx.actor.may(Permission::CatalogRead, &it.stamp) == Decision::Yes {
        return Ok(true);
    }
    if !cx.actor.may_at_all(Permission::OfferBrowse) {
        return Ok(false);
    }
    let along = Along::Index(OFFER_BY_RESOURCE, Key::new().id(it.id).bytes());
    Ok(cx.every::<Offer>(&along)?.iter().any(|it| offer::shows(cx, it)))
}

/// Places a category below another, or at the top.
///
/// # Errors
/// If it would stand below itself, or the parent is not there.
pub fn place_category(
    cx: Cx<'_>,
    category: Category,
    parent: Option<CategoryId>,
) -> Result<Category, Error> {
    let mut path = Vec::new();
    let mut next = parent;
    while let Some(id) = next {
        let above: Category = cx.named("/parent", id)?;
        path.push(id);
        // A tree that was kept without circles is walked to its top; this only bounds damage.
        next = above.parent().filter(|_| path.len() < 64);
    }
    Ok(category.placed(&path)?)
}

/// Moves a category along its life. Obsolete is refused while an offer stands in it.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn on_category(act: &mut Act<'_>, id: CategoryId, trigger: Trigger) -> Result<Category, Error> {
    let it: Category = act.get(id)?;
    act.must(Permission::CatalogPublish, &it.stamp)?;
    let holders = held_by(act, &Along::Index(OFFER_BY_CATEGORY, Key::new().id(id).bytes()))?;
    let moved = it.on(trigger, holders)?;
    act.keep(moved)
}

/// What a seller says of a category.
#[derive(Debug, Clone)]
pub struct Group {
    /// What it is called.
    pub name: Localized<Name>,
    /// The one above it; none if it is one of the first.
    pub parent: Option<CategoryId>,
    /// How the offers in it are taxed.
    pub tax_category: Option<TaxCategoryId>,
}

/// Creates a category at a place in the tree.
///
/// # Errors
/// If the place breaks a rule, its tax category is not there, or the caller may not.
pub fn create_category(
    act: &mut Act<'_>,
    new: impl Into<New<CategoryId>>,
    (life, group): (Life, Group),
) -> Result<Category, Error> {
    let Group { name, parent, tax_category } = group;
    named_for_taxes(act.cx(), tax_category)?;
    let it: Category = create::<_, Error>(act, new, Permission::CatalogWrite, |id, stamp| {
        let mut it = Category::new(id, stamp, life, name);
        it.tax_category = tax_category;
        Ok(it)
    })?;
    match parent {
        None => Ok(it),
        Some(_) => {
            let placed = place_category(act.cx(), it, parent)?;
            act.keep((placed, Verb::Created))
        }
    }
}

fn named_for_taxes(cx: Cx<'_>, id: Option<TaxCategoryId>) -> Result<(), Error> {
    let found = id.map(|it| cx.named::<TaxCategory>("/tax_category", it)).transpose()?;
    drop(found);
    Ok(())
}

/// Gives a category another name, place or tax category.
///
/// # Errors
/// If the place breaks a rule, its tax category is not there, it has changed since, or the caller may
/// not.
pub fn revise_category(
    act: &mut Act<'_>,
    (id, revision): (CategoryId, Option<u32>),
    change: impl FnOnce(&Category) -> Result<Group, Invalid>,
) -> Result<Category, Error> {
    let mut it: Category = act.get(id)?;
    act.must(Permission::CatalogWrite, &it.stamp)?;
    act.expect_revision(&it.stamp, revision)?;
    let Group { name, parent, tax_category } = change(&it)?;
    named_for_taxes(act.cx(), tax_category)?;
    (it.name, it.tax_category) = (name, tax_category);
    let placed = place_category(act.cx(), it, parent)?;
    act.keep((placed, Verb::Changed))
}

/// The category with an id, for whoever may see it.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn category(cx: Cx<'_>, id: CategoryId) -> Result<Category, Error> {
    let found = cx.view.find::<Category>(id)?.filter(|it| shows_category(cx, it));
    found.ok_or_else(|| Error::not_found(id))
}

/// The seller's own drafts, and for everybody what is launched.
fn shows_category(cx: Cx<'_>, it: &Category) -> bool {
    cx.actor.may(Permission::CatalogRead, &it.stamp) == Decision::Yes
        || it.life.state() == State::Launched
            && (cx.actor.may(Permission::OfferBrowse, &it.stamp) == Decision::Yes
                || has_listed(cx, OFFER_BY_CATEGORY, Key::new().id(it.id)))
}

/// Whether an offer under a key of an index is listed, and on a shelf before the caller. What cannot be
/// read is for nobody.
pub(super) fn has_listed(cx: Cx<'_>, index: Table, key: Key) -> bool {
    let along = Along::Index(index, key.bytes());
    let is_shown = &mut |it: &Offer| it.was_listed() && offer::shows(cx, it);
    let found = cx.view.list::<Offer>(&along, &PageRequest::first(1), is_shown);
    found.is_ok_and(|it| !it.items.is_empty())
}

/// Whether the caller may see a specification: its seller always, everybody else what is or was on
/// the market, and what an offer delivers that it sees.
fn shows_specification(cx: Cx<'_>, it: &Specification) -> bool {
    let may = |permission| cx.actor.may(permission, &it.stamp) == Decision::Yes;
    may(Permission::CatalogRead)
        || cx.actor.is_known() && it.life.was_on_market() && may(Permission::OfferBrowse)
        || is_delivered(cx, it.id)
}

/// Whether anything along something is so. It is looked at page by page, to the first that is.
fn is_any<R: Record>(
    cx: Cx<'_>,
    along: &Along,
    mut is_so: impl FnMut(&R) -> bool,
) -> Result<bool, Error> {
    let mut page = PageRequest::oldest(1);
    loop {
        let found = cx.view.list::<R>(along, &page, &mut is_so)?;
        page.after = found.next;
        if !found.items.is_empty() || page.after.is_none() {
            return Ok(!found.items.is_empty());
        }
    }
}

/// Whether an offer that the caller sees delivers a specification. What cannot be read is for nobody.
fn is_delivered(cx: Cx<'_>, id: SpecificationId) -> bool {
    let along = Along::Index(OFFER_BY_SPECIFICATION, Key::new().id(id).bytes());
    is_any(cx, &along, |it: &Offer| offer::shows(cx, it)).unwrap_or_default()
}

/// Whether an offer that the caller sees delivers a specification with others.
fn is_part_delivered(cx: Cx<'_>, id: SpecificationId) -> Result<bool, Error> {
    let is_of = |it: &Specification| it.content.parts.contains(&id) && is_delivered(cx, it.id);
    is_any(cx, &Along::All, is_of)
}

/// What else the caller sees: what the specifications are made of that offers deliver which it sees.
fn parts_delivered(cx: Cx<'_>) -> Result<BTreeSet<SpecificationId>, Error> {
    let mut found = BTreeSet::new();
    is_any(cx, &Along::All, |it: &Specification| {
        if it.content.is_bundle() && is_delivered(cx, it.id) {
            found.extend(&it.content.parts);
        }
        false
    })?;
    Ok(found)
}

/// Whether the caller may see what a meter counts: its seller, and who buys there.
fn shows_meter(cx: Cx<'_>, it: &Meter) -> bool {
    let may = |permission| cx.actor.may(permission, &it.stamp) == Decision::Yes;
    may(Permission::CatalogRead) || cx.actor.is_known() && may(Permission::OfferBrowse)
}

/// The meter with an id, for whoever may see it.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn meter(cx: Cx<'_>, id: MeterId) -> Result<Meter, Error> {
    let found = cx.view.find::<Meter>(id)?.filter(|it| shows_meter(cx, it));
    found.ok_or_else(|| Error::not_found(id))
}

/// A page of the meters that the caller may see.
///
/// # Errors
/// If the store fails.
pub fn meters(cx: Cx<'_>, page: &PageRequest) -> Result<Page<Meter>, Error> {
    Ok(cx.view.list(&Along::All, page, &mut |it| shows_meter(cx, it))?)
}

/// The specification with an id, for whoever may see it.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn specification(cx: Cx<'_>, id: SpecificationId) -> Result<Specification, Error> {
    let missing = || Error::not_found(id);
    let found = cx.view.find::<Specification>(id)?.ok_or_else(missing)?;
    let is_shown = shows_specification(cx, &found) || is_part_delivered(cx, id)?;
    if is_shown { Ok(found) } else { Err(missing()) }
}

/// A page of the specifications: the seller's own drafts, for who buys what is or was on the market,
/// and for who is not known what everybody can buy now, with its parts.
///
/// # Errors
/// If the store fails.
pub fn specifications(cx: Cx<'_>, page: &PageRequest) -> Result<Page<Specification>, Error> {
    // Whoever sees all there is needs no look at what is in bundles.
    let parts = LazyCell::new(|| parts_delivered(cx));
    let is_part = |id| parts.as_ref().is_ok_and(|it| it.contains(&id));
    let mut is_shown = |it: &Specification| shows_specification(cx, it) || is_part(it.id);
    Ok(cx.view.list(&Along::All, page, &mut is_shown)?)
}

/// A page of the categories: the seller's own drafts, and for everybody what is launched.
///
/// # Errors
/// If the store fails.
pub fn categories(cx: Cx<'_>, page: &PageRequest) -> Result<Page<Category>, Error> {
    Ok(cx.view.list(&Along::All, page, &mut |it: &Category| shows_category(cx, it))?)
}

/// Creates a group of resources that are taxed alike.
///
/// # Errors
/// If its tax category is not there, or the caller may not.
pub fn create_resource_category(
    act: &mut Act<'_>,
    new: impl Into<New<ResourceCategoryId>>,
    (name, tax_category): (Localized<Name>, Option<TaxCategoryId>),
) -> Result<ResourceCategory, Error> {
    named_for_taxes(act.cx(), tax_category)?;
    create::<_, Error>(act, new, Permission::CatalogWrite, |id, stamp| {
        Ok(ResourceCategory { id, stamp, name, tax_category })
    })
}

/// Changes a group of resources.
///
/// # Errors
/// If its tax category is not there, it has changed since, or the caller may not.
pub fn revise_resource_category(
    act: &mut Act<'_>,
    what: (ResourceCategoryId, Option<u32>),
    change: impl FnOnce(ResourceCategory) -> Result<ResourceCategory, Invalid>,
) -> Result<ResourceCategory, Error> {
    let revised = revise(act, what, Permission::CatalogWrite, change)?;
    named_for_taxes(act.cx(), revised.tax_category)?;
    Ok(revised)
}

/// Creates a meter.
///
/// # Errors
/// If its code is taken, a rule is broken, or the caller may not.
pub fn create_meter(
    act: &mut Act<'_>,
    new: impl Into<New<MeterId>>,
    make: impl FnOnce(MeterId, Stamp) -> Meter,
) -> Result<Meter, Error> {
    let it: Meter =
        create::<_, Error>(act, new, Permission::CatalogWrite, |id, stamp| Ok(make(id, stamp)))?;
    it.check()?;
    it.publishable()?;
    must_be_free::<Meter>(act, METER_BY_CODE, (it.stamp.seller, it.code.as_str()), it.id)?;
    Ok(it)
}

/// The meter that counts the use of a resource by its sum; one is made if there is none.
///
/// # Errors
/// If the resource is not there, or the caller may not.
pub fn meter_of(act: &mut Act<'_>, id: ResourceId) -> Result<Meter, Error> {
    let resource: Resource = act.cx().named("/resource", id)?;
    let all = act.every::<Meter>(&Along::Sellers(vec![resource.stamp.seller]))?;
    if let Some(found) = all.into_iter().find(|it| it.resource == Some(id)) {
        return Ok(found);
    }
    let content = &resource.content;
    let code = format!("resource-{}", resource.stamp.number);
    let code: text::Code = code.parse().map_err(|_| Error::internal("the code of a meter"))?;
    let unit = content.unit.name.as_ref().map(|it| it.original().clone());
    let unit = unit.or_else(|| content.unit.code.as_str().parse().ok());
    let unit = unit.ok_or_else(|| Error::internal("the unit of a meter"))?;
    let named = content.unit.name.as_ref();
    let units = named.iter().flat_map(|it| it.iter().map(|it| (it.0.clone(), it.1.clone())));
    let (name, units) = (content.name.original().clone(), units.collect());
    let names = content.name.iter().skip(1).map(|it| (it.0.clone(), it.1.clone())).collect();
    create_meter(act, resource.stamp.seller, |meter, stamp| Meter {
        id: meter,
        stamp,
        code,
        name,
        names,
        unit,
        units,
        resource: Some(id),
        aggregation: Aggregation::Sum,
        unique_by: None,
        carry_over: CarryOver::Reset,
        dimensions: Vec::new(),
    })
}

/// A meter of a seller that sums up in a unit; one is made if there is none.
///
/// # Errors
/// If the caller may not.
pub fn meter_in(act: &mut Act<'_>, seller: SellerNumber, unit: &Name) -> Result<Meter, Error> {
    let same = |it: &Meter| {
        let is_it = |text: &str| folded(text).eq(folded(unit.as_str()));
        it.aggregation == Aggregation::Sum && (is_it(it.unit.as_str()) || is_it(it.code.as_str()))
    };
    let all = act.every::<Meter>(&Along::Sellers(vec![seller]))?;
    if let Some(found) = all.into_iter().find(same) {
        return Ok(found);
    }
    let code = text::Code::like(unit.as_str());
    let code = code.map_or_else(|| "unit".to_owned(), |it| it.to_string());
    let code = code.parse().map_err(|_| Error::internal("the code of a meter"))?;
    create_meter(act, seller, |id, stamp| Meter {
        id,
        stamp,
        code,
        name: unit.clone(),
        names: std::collections::BTreeMap::new(),
        unit: unit.clone(),
        units: std::collections::BTreeMap::new(),
        resource: None,
        aggregation: Aggregation::Sum,
        unique_by: None,
        carry_over: CarryOver::Reset,
        dimensions: Vec::new(),
    })
}

/// A code that no tax category of a seller has yet and that is like a name.
///
/// # Errors
/// If the store fails.
pub fn free_tax_code(cx: Cx<'_>, seller: SellerNumber, name: &Name) -> Result<text::Code, Error> {
    let like = text::Code::like(name.as_str());
    let like = like.map_or_else(|| "category".to_owned(), |it| it.to_string());
    let taken = cx.every::<TaxCategory>(&Along::Sellers(vec![seller]))?;
    let numbered = (2..).map(|number| format!("{like}-{number}"));
    let mut codes = std::iter::once(like.clone()).chain(numbered).filter_map(|it| it.parse().ok());
    let free = codes.find(|code: &text::Code| taken.iter().all(|it| it.code != *code));
    free.ok_or_else(|| Error::internal("no code is left"))
}
