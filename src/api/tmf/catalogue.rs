//! The product catalogue (TMF620): our offers, specifications and categories.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use super::behind::Change;
use super::entity::{Entity, Gone, Thing, must, reference, text, tree};
use super::offer_price;
use super::party_form::{shown_validity, validity};
use super::query::Wanted;
use super::resource::Tree;
use crate::domain::catalog::category::Category;
use crate::domain::catalog::lifecycle::{Life, State, Trigger};
use crate::domain::catalog::offer::{Offer, OfferContent};
use crate::domain::catalog::specification::{Specification, SpecificationContent};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{CategoryId, Id, Kind, OfferId, SpecificationId};
use crate::domain::localized::Localized;
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::{Contract, Stamp};
use crate::domain::text::{Name, Prose, folded};
use crate::domain::time::Validity;
use crate::services::catalog::{self, Group};
use crate::services::finding::{self, Names};
use crate::services::{Act, Cx, Error, carried, event, offer, removal};

/// What can be bought.
pub(super) struct Offers;
/// What is delivered.
pub(super) struct Specifications;
/// Groups of offers.
pub(super) struct Categories;

/// An offer is for those to see who may buy it.
impl Thing for Offer {
    const KIND: Kind = Kind::Offer;
    const WRITING: Permission = Permission::CatalogWrite;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    fn page(
        cx: Cx<'_>,
        page: &PageRequest,
        accept: impl FnMut(&Self) -> bool,
    ) -> Result<Page<Self>, Error> {
        offer::list(cx, None, page, accept)
    }

    fn find(cx: Cx<'_>, id: Uuid) -> Result<Option<Self>, Error> {
        offer::get(cx, OfferId::from_uuid(id)).map(Some).or_else(Error::or_nothing)
    }

    fn carry(act: &mut Act<'_>, id: Uuid, said: Vec<u8>) -> Result<Self, Error> {
        carried::keep(act, (OfferId::from_uuid(id), Self::WRITING), Contract::Tmf, said)
    }

    fn kept(side: &[u8]) -> Result<Self, Error> {
        event::read(side)
    }
}

/// A state in the words of this contract: `In study`.
pub(super) fn word(of: State) -> String {
    let text = of.word().replace('_', " ");
    let mut letters = text.chars();
    letters.next().map(|it| it.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The attribute in which the state of an element stands, or a word of the client's own.
pub(super) const STATUS: &[&str] = &["lifecycleStatus"];

/// The state that a word says, in any case, if it is one of ours.
fn stated(word: &str) -> Option<State> {
    word.trim().to_ascii_lowercase().replace(' ', "_").parse().ok()
}

/// Whether a word says a state of ours.
pub(super) fn is_state(word: &str) -> bool {
    stated(word).is_some()
}

/// The state that was said, if it is one of ours.
fn state(said: &Tree) -> Option<State> {
    said.get("lifecycleStatus").and_then(Value::as_str).and_then(stated)
}

/// The life with which something begins: nothing is on the market before all that is said of it is
/// there, and where it cannot begin as was said it begins like all.
pub(super) fn life(said: &Tree) -> Result<(Life, Option<Trigger>), Error> {
    let valid_for = validity("validFor", said.get("validFor"))?;
    match state(said).unwrap_or(State::InStudy) {
        State::Launched => Ok((Life::new(State::Active, valid_for)?, Some(Trigger::Launch))),
        state @ (State::InStudy | State::InDesign | State::InTest | State::Active) => {
            Ok((Life::new(state, valid_for)?, None))
        }
        State::Retired | State::Obsolete | State::Rejected => {
            Ok((Life::new(State::InStudy, valid_for)?, None))
        }
    }
}

/// What leads from a life to the state that was said anew; nothing if it is there, or if what was said
/// is no state of ours.
pub(super) fn trigger(change: &Change, now: &Life) -> Result<Option<Trigger>, Rejection> {
    if change.before.get("lifecycleStatus") == change.after.get("lifecycleStatus") {
        return Ok(None);
    }
    let Some(state) = state(&change.after).filter(|it| *it != now.state()) else {
        return Ok(None);
    };
    let none = || {
        let why = format!("nothing leads from `{}` back to `{}`", word(now.state()), word(state));
        Rejection::new(Code::CatalogStateForbids, why)
    };
    Trigger::towards(state).map(Some).ok_or_else(none)
}

/// When an element holds, if that was said anew.
pub(super) fn valid_anew(change: &Change) -> Result<Option<Validity>, Invalid> {
    let said = change.after.get("validFor");
    if change.before.get("validFor") == said {
        return Ok(None);
    }
    validity("validFor", said).map(Some)
}

pub(super) fn english<T>(it: T) -> Result<Localized<T>, Error> {
    Ok(Localized::new("en".parse().map_err(Error::internal)?, it))
}

/// A text in the language in which it was first written; what is there in others stays.
pub(super) fn worded<T: Clone + PartialEq>(before: &Localized<T>, now: T) -> Localized<T> {
    if *before.original() == now {
        return before.clone();
    }
    before.clone().with(before.locale().clone(), now)
}

pub(super) fn described(
    before: Option<&Localized<Prose>>,
    said: &Tree,
) -> Result<Option<Localized<Prose>>, Error> {
    let said: Option<Prose> = text(said, "description")?;
    match (before, said) {
        (Some(before), Some(said)) => Ok(Some(worded(before, said))),
        (None, Some(said)) => english(said).map(Some),
        (_, None) => Ok(None),
    }
}

/// What is known of all elements of the catalogue.
pub(super) fn known(
    name: &Localized<Name>,
    description: Option<&Localized<Prose>>,
    life: &Life,
) -> Tree {
    tree(json!({
        "name": name.original().as_str(),
        "description": description.map(|it| it.original().as_str()),
        "lifecycleStatus": word(life.state()),
        "validFor": shown_validity(life.valid_for),
    }))
}

/// The specification that is referred to, if it is ours.
fn specification(cx: Cx<'_>, said: &Tree) -> Result<Option<SpecificationId>, Error> {
    let Some(id) = said.get("productSpecification").and_then(reference) else { return Ok(None) };
    Ok(cx.find::<Specification>(id)?.map(|it| it.id))
}

/// The categories that are referred to, as far as they are ours.
pub(super) fn categories(cx: Cx<'_>, said: &Tree) -> Result<BTreeSet<CategoryId>, Error> {
    let mut found = BTreeSet::new();
    for it in said.get("category").and_then(Value::as_array).into_iter().flatten() {
        if let Some(id) = reference(it)
            && let Some(category) = cx.find::<Category>(id)?
        {
            found.insert(category.id);
        }
    }
    Ok(found)
}

/// Categories, as references say them.
pub(super) fn shown_categories(cx: Cx<'_>, of: &BTreeSet<CategoryId>) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for id in of {
        if let Some(it) = cx.shared::<Category>(*id)? {
            found.push(json!({ "id": it.id.uuid(), "name": it.name.original().as_str() }));
        }
    }
    Ok(found)
}

/// Whether an offer can be sold by itself: nothing is said of one that is not on the market yet, but for
/// one that is for bundles alone.
fn is_sellable(cx: Cx<'_>, it: &Offer) -> Option<bool> {
    match (it.content.is_sellable, it.life.state()) {
        (false, _) => Some(false),
        (true, State::Launched) => Some(it.life.is_on_sale(cx.now)),
        (true, State::Retired | State::Obsolete | State::Rejected) => Some(false),
        (true, State::InStudy | State::InDesign | State::InTest | State::Active) => None,
    }
}

impl Entity for Offers {
    type Thing = Offer;
    const READING: Permission = Permission::OfferBrowse;
    const WRITING: Permission = Permission::CatalogWrite;
    const REFERENCES: &[&str] = &["category", "productOfferingPrice", "productSpecification"];
    const WORDS: &[&str] = STATUS;
    const FREE: &[&str] = &["isSellable"];

    fn is(&self, _: &Offer) -> bool {
        true
    }

    fn is_ours(&self, _: &str, word: &str) -> bool {
        is_state(word)
    }

    fn known(&self, cx: Cx<'_>, it: &Offer) -> Result<Tree, Error> {
        self.known_of(cx, it, &Wanted::default())
    }

    fn known_of(&self, cx: Cx<'_>, it: &Offer, wanted: &Wanted) -> Result<Tree, Error> {
        let content = &it.content;
        let mut tree = known(&content.name, content.description.as_ref(), &it.life);
        tree.insert("isBundle".to_owned(), json!(content.is_bundle()));
        tree.insert("isSellable".to_owned(), json!(is_sellable(cx, it)));
        let or_null = |all: Vec<Value>| if all.is_empty() { Value::Null } else { all.into() };
        if wanted.has("productSpecification") {
            let id = content.specification;
            let found = id.map(|id| cx.shared::<Specification>(id)).transpose()?.flatten();
            let found = found.map(
                |it| json!({ "id": it.id.uuid(), "name": it.content.name.original().as_str() }),
            );
            tree.insert("productSpecification".to_owned(), json!(found));
        }
        if wanted.has("category") {
            tree.insert("category".to_owned(), or_null(shown_categories(cx, &content.categories)?));
        }
        if wanted.has("productOfferingPrice") {
            let prices = offer_price::references(cx, it)?;
            tree.insert("productOfferingPrice".to_owned(), or_null(prices));
        }
        Ok(tree)
    }

    /// Offers have their names in an index, in each language.
    fn found_by(&self, cx: Cx<'_>, path: &str, value: &str) -> Result<Option<Vec<Uuid>>, Error> {
        if path != "name" {
            return Ok(None);
        }
        let named = folded(value.trim()).collect::<String>();
        let names = Names { beginning: &named, accepts: &|it| it == named };
        Ok(Some(finding::offers(cx, names)?.iter().map(|it| it.uuid()).collect()))
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Offer, Error> {
        let (life, then) = life(said)?;
        let content = OfferContent {
            description: described(None, said)?,
            specification: specification(act.cx(), said)?,
            categories: categories(act.cx(), said)?,
            is_sellable: said.get("isSellable") != Some(&json!(false)),
            ..OfferContent::named(english(must::<Name>(said, "name")?)?)
        };
        let seller = catalog::seller(act.cx(), None)?;
        let made = offer::create(act, seller, life, content)?;
        offer_price::settle(act, made.id, said)?;
        let made: Offer = act.get(made.id)?;
        match then {
            // What is said of it stays, and it waits for what keeps it from the market.
            Some(_) if offer_price::is_missing(act.cx(), made.id, said)? => Ok(made),
            Some(_) if !offer::launch_obstacles(act.cx(), &made)?.is_empty() => Ok(made),
            Some(trigger) => offer::on(act, made.id, trigger),
            None => Ok(made),
        }
    }

    fn change(&self, act: &mut Act<'_>, it: Offer, change: &Change) -> Result<Offer, Error> {
        let said = &change.after;
        let differs = |name: &str| change.before.get(name) != said.get(name);
        let mut content = it.content.clone();
        content.name = worded(&content.name, must(said, "name")?);
        content.description = described(content.description.as_ref(), said)?;
        content.is_sellable = said.get("isSellable") != Some(&json!(false));
        if differs("productSpecification") {
            content.specification = specification(act.cx(), said)?;
        }
        if differs("category") {
            content.categories = categories(act.cx(), said)?;
        }
        if content != it.content {
            offer::revise(act, it.id, None, |_| Ok(content))?;
        }
        if differs("productOfferingPrice") {
            offer_price::settle(act, it.id, said)?;
        }
        if let Some(valid_for) = valid_anew(change)? {
            catalog::revise(act, (it.id, None), Permission::CatalogWrite, |mut it: Offer| {
                it.life.valid_for = valid_for;
                Ok::<_, Error>(it)
            })?;
        }
        let it: Offer = act.get(it.id)?;
        match trigger(change, &it.life)? {
            Some(Trigger::Launch) if offer_price::is_missing(act.cx(), it.id, said)? => {
                let message = "must all be here before it is launched: it would cost nothing";
                Err(Invalid::one("productOfferingPrice", "reference", message).into())
            }
            Some(trigger) => offer::on(act, it.id, trigger),
            None => Ok(it),
        }
    }

    fn remove(&self, act: &mut Act<'_>, it: Offer) -> Result<Gone, Error> {
        offer::remove(act, it.id)?;
        let is_there = act.cx().find::<Offer>(it.id)?.is_some();
        Ok(if is_there { Gone::Ended } else { Gone::Removed })
    }
}

impl Entity for Specifications {
    type Thing = Specification;
    const READING: Permission = Permission::CatalogRead;
    const WRITING: Permission = Permission::CatalogWrite;
    const WORDS: &[&str] = STATUS;

    fn is(&self, _: &Specification) -> bool {
        true
    }

    fn is_ours(&self, _: &str, word: &str) -> bool {
        is_state(word)
    }

    fn known(&self, _: Cx<'_>, it: &Specification) -> Result<Tree, Error> {
        let content = &it.content;
        let mut tree = known(&content.name, content.description.as_ref(), &it.life);
        let text = |it: &Option<Name>| json!(it.as_ref().map(Name::as_str));
        tree.insert("brand".to_owned(), text(&content.brand));
        tree.insert("productNumber".to_owned(), text(&content.product_number));
        Ok(tree)
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Specification, Error> {
        let (life, then) = life(said)?;
        let content = SpecificationContent {
            description: described(None, said)?,
            brand: text(said, "brand")?,
            product_number: text(said, "productNumber")?,
            ..SpecificationContent::named(english(must::<Name>(said, "name")?)?)
        };
        let seller = catalog::seller(act.cx(), None)?;
        let made = catalog::specify(act, seller, life, content)?;
        match then {
            Some(trigger) => catalog::on_specification(act, made.id, trigger),
            None => Ok(made),
        }
    }

    fn change(
        &self,
        act: &mut Act<'_>,
        it: Specification,
        change: &Change,
    ) -> Result<Specification, Error> {
        let said = &change.after;
        let mut content = it.content.clone();
        content.name = worded(&content.name, must(said, "name")?);
        content.description = described(content.description.as_ref(), said)?;
        content.brand = text(said, "brand")?;
        content.product_number = text(said, "productNumber")?;
        if content != it.content {
            catalog::respecify(act, it.id, None, |_| Ok(content))?;
        }
        if let Some(valid_for) = valid_anew(change)? {
            catalog::revise(
                act,
                (it.id, None),
                Permission::CatalogWrite,
                |mut it: Specification| {
                    it.life.valid_for = valid_for;
                    Ok::<_, Error>(it)
                },
            )?;
        }
        let it: Specification = act.get(it.id)?;
        match trigger(change, &it.life)? {
            Some(trigger) => catalog::on_specification(act, it.id, trigger),
            None => Ok(it),
        }
    }

    fn remove(&self, act: &mut Act<'_>, it: Specification) -> Result<Gone, Error> {
        removal::specification(act, it.id)?;
        Ok(Gone::Removed)
    }
}

/// The category above, if it is ours.
fn parent(cx: Cx<'_>, said: &Tree) -> Result<Option<CategoryId>, Error> {
    let Some(id) = text::<String>(said, "parentId")? else { return Ok(None) };
    let Ok(id) = id.parse::<CategoryId>() else { return Ok(None) };
    Ok(cx.find::<Category>(id)?.map(|it| it.id))
}

impl Entity for Categories {
    type Thing = Category;
    const READING: Permission = Permission::CatalogRead;
    const WRITING: Permission = Permission::CatalogWrite;
    const REFERENCES: &[&str] = &["parentId"];
    const WORDS: &[&str] = STATUS;

    fn is(&self, _: &Category) -> bool {
        true
    }

    fn is_ours(&self, _: &str, word: &str) -> bool {
        is_state(word)
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
        let group =
            Group { name: english(must::<Name>(said, "name")?)?, parent, tax_category: None };
        let seller = catalog::seller(act.cx(), None)?;
        let made = catalog::create_category(act, seller, (life, group))?;
        match then {
            Some(trigger) => catalog::on_category(act, made.id, trigger),
            None => Ok(made),
        }
    }

    fn change(&self, act: &mut Act<'_>, it: Category, change: &Change) -> Result<Category, Error> {
        let said = &change.after;
        let name = worded(&it.name, must(said, "name")?);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_reads_as_it_is_written_in_any_case() {
        for of in State::ALL {
            let said = tree(json!({ "lifecycleStatus": word(*of).to_uppercase() }));
            assert_eq!(state(&said), Some(*of));
        }
        assert_eq!(word(State::InStudy), "In study");
        assert_eq!(state(&tree(json!({ "lifecycleStatus": "burnt" }))), None);
    }
}
