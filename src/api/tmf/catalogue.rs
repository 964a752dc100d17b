//! The product catalogue (TMF620): our offers and specifications.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use super::behind::Change;
use super::carried as carried_beside;
use super::entity::{Entity, Gone, Thing, reference, text, tree};
use super::party_form::{shown_validity, validity};
use super::query::Wanted;
use super::resource::Tree;
use super::{
    bundle, characteristic, counted, language, offer_beside, offer_price, offer_term, price_inline,
    terms_of_use,
};
use crate::domain::catalog::category::Category;
use crate::domain::catalog::characteristic::{Characteristic, CharacteristicUse};
use crate::domain::catalog::eligibility::Eligibility;
use crate::domain::catalog::lifecycle::{Life, State, Trigger};
use crate::domain::catalog::offer::{Offer, OfferContent};
use crate::domain::catalog::specification::{Specification, SpecificationContent};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{CategoryId, Id, Kind, OfferId, SpecificationId};
use crate::domain::localized::Localized;
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::{Contract, Stamp};
use crate::domain::text::{Code as ChannelCode, Name, Prose, folded};
use crate::domain::time::Validity;
use crate::services::catalog;
use crate::services::finding::{self, Names};
use crate::services::{Act, Cx, Error, carried, event, offer, removal};

/// What can be bought.
pub(super) struct Offers;
/// What is delivered.
pub(super) struct Specifications;

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

/// The words for all states.
pub(super) fn words() -> Vec<String> {
    State::ALL.iter().map(|it| word(*it)).collect()
}

/// The state that a word says, in any case, if it is one of ours.
fn stated(word: &str) -> Option<State> {
    word.trim().to_ascii_lowercase().replace(' ', "_").parse().ok()
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

/// What is known of all elements of the catalogue.
pub(super) fn known(
    name: &Localized<Name>,
    description: Option<&Localized<Prose>>,
    life: &Life,
) -> Tree {
    tree(json!({
        "name": name.original().as_str(),
        "description": description.map(|it| it.original().as_str()),
        language::NAMES: language::shown(Some(name)),
        language::DESCRIPTIONS: language::shown(description),
        "lifecycleStatus": word(life.state()),
        "validFor": shown_validity(life.valid_for),
    }))
}

/// The specification that is referred to, if it is ours.
fn specification(cx: Cx<'_>, said: &Tree) -> Result<Option<SpecificationId>, Error> {
    let Some(id) = said.get("productSpecification").and_then(reference) else { return Ok(None) };
    Ok(cx.find::<Specification>(id)?.map(|it| it.id))
}

/// The characteristics of the specification of an offer.
fn characteristics(cx: Cx<'_>, of: Option<SpecificationId>) -> Result<Vec<Characteristic>, Error> {
    let found = of.map(|id| cx.shared::<Specification>(id)).transpose()?.flatten();
    Ok(found.map_or_else(Vec::new, |it| it.content.characteristics.clone()))
}

/// How an offer narrows what its specification leaves open.
fn uses(
    cx: Cx<'_>,
    (said, of): (&Tree, Option<SpecificationId>),
) -> Result<Vec<CharacteristicUse>, Error> {
    characteristic::read_uses(said.get(characteristic::USES), &characteristics(cx, of)?)
}

/// The channels through which alone something is sold, as far as they have codes as their ids.
fn channels(said: &Tree) -> BTreeSet<ChannelCode> {
    let all = said.get("channel").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|it| it.get("id")?.as_str()?.parse().ok()).collect()
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

/// Why an offer cannot come on the market where something that it names is not here; nothing if all is.
fn missing(cx: Cx<'_>, of: OfferId, said: &Tree) -> Result<Option<Invalid>, Error> {
    let (name, so) = match (bundle::parts(cx, said)?, offer_price::is_missing(cx, of, said)?) {
        _ if offer_beside::is_alone(cx, said)? => (offer_beside::ADDS_TO, "it would be sold alone"),
        (None, _) => (bundle::OFFERINGS, "a part would not be sold"),
        (Some(_), true) => ("productOfferingPrice", "it would cost nothing"),
        (Some(_), false) => return Ok(None),
    };
    let message = format!("must all be here before it is launched: {so}");
    Ok(Some(Invalid::one(name, "reference", message)))
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

/// An offer on its way, where what is said of it is here.
fn launched(
    act: &mut Act<'_>,
    (id, trigger): (OfferId, Trigger),
    said: &Tree,
) -> Result<Offer, Error> {
    match missing(act.cx(), id, said)? {
        Some(missing) if trigger == Trigger::Launch => Err(missing.into()),
        Some(_) | None => offer::on(act, id, trigger),
    }
}

impl Entity for Offers {
    type Thing = Offer;
    const READING: Permission = Permission::OfferBrowse;
    const WRITING: Permission = Permission::CatalogWrite;
    const REFERENCES: &[&str] = &[
        offer_beside::ADDS_TO,
        bundle::OFFERINGS,
        bundle::SWITCHES,
        "category",
        "productOfferingPrice",
        "productSpecification",
    ];
    const FREE: &[&str] = &["isSellable", characteristic::USES];

    fn is(&self, _: &Offer) -> bool {
        true
    }

    fn states(&self) -> Vec<String> {
        words()
    }

    fn known(&self, cx: Cx<'_>, it: &Offer) -> Result<Tree, Error> {
        self.known_of(cx, it, &Wanted::default())
    }

    fn known_of(&self, cx: Cx<'_>, it: &Offer, wanted: &Wanted) -> Result<Tree, Error> {
        let content = &it.content;
        let mut tree = known(&content.name, content.description.as_ref(), &it.life);
        tree.insert("isBundle".to_owned(), json!(content.is_bundle()));
        tree.insert("isSellable".to_owned(), json!(is_sellable(cx, it)));
        tree.insert(offer_term::NAME.to_owned(), offer_term::shown(&content.terms));
        let uses = characteristic::shown_uses(&content.characteristics);
        tree.insert(characteristic::USES.to_owned(), uses);
        let or_null = |all: Vec<Value>| if all.is_empty() { Value::Null } else { all.into() };
        let channels = content.eligibility.channels.iter().map(|it| json!({ "id": it.as_str() }));
        tree.insert("channel".to_owned(), or_null(channels.collect()));
        if let Some(terms) = terms_of_use::shown(it) {
            tree.insert(terms_of_use::AGREEMENT.to_owned(), terms);
        }
        tree.extend(offer_beside::shown(cx, content)?);
        if wanted.has(counted::RATES) {
            tree.insert(counted::RATES.to_owned(), counted::shown_rates(cx, content)?);
        }
        if wanted.has(bundle::OFFERINGS) {
            tree.insert(bundle::OFFERINGS.to_owned(), bundle::shown_parts(cx, &content.parts)?);
        }
        if wanted.has(bundle::SWITCHES) {
            let switches = bundle::shown_switches(cx, &content.switches)?;
            tree.insert(bundle::SWITCHES.to_owned(), switches);
        }
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

    fn agrees(&self, it: &Offer, name: &str, (said, known): (&Value, &Value)) -> bool {
        match name {
            characteristic::USES => characteristic::uses_agree(said, &it.content.characteristics),
            counted::RATES => counted::agrees(said, known),
            _ => carried_beside::agrees(said, known),
        }
    }

    fn keeps(&self, name: &str, _: &Value) -> bool {
        name != counted::RATES
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

    fn prepare(&self, act: &mut Act<'_>, said: &mut Tree) -> Result<(), Error> {
        price_inline::made(act, said)
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Offer, Error> {
        let (life, then) = life(said)?;
        let specification = specification(act.cx(), said)?;
        let terms = offer_term::read(said, &[])?;
        let content = OfferContent {
            description: language::description(said)?,
            specification,
            characteristics: uses(act.cx(), (said, specification))?,
            parts: bundle::parts(act.cx(), said)?.unwrap_or_default(),
            switches: bundle::switches(act.cx(), said, &[])?,
            categories: categories(act.cx(), said)?,
            is_sellable: said.get("isSellable") != Some(&json!(false)),
            resources: counted::rates(act.cx(), said, &terms)?,
            terms,
            eligibility: Eligibility { channels: channels(said), ..Eligibility::default() },
            plans: offer_beside::plans(said)?,
            adds_to: offer_beside::adds_to(act.cx(), said)?,
            service_terms: offer_beside::service_terms(act, said)?,
            ..OfferContent::named(language::name(said)?)
        };
        let seller = catalog::seller(act.cx(), None)?;
        let made = offer::create(act, seller, life, content)?;
        offer_price::settle(act, made.id, said)?;
        let made: Offer = act.get(made.id)?;
        match then {
            Some(trigger) => launched(act, (made.id, trigger), said),
            None => Ok(made),
        }
    }

    fn change(&self, act: &mut Act<'_>, it: Offer, change: &Change) -> Result<Offer, Error> {
        let said = &change.after;
        let differs = |name: &str| change.before.get(name) != said.get(name);
        let mut content = it.content.clone();
        let both = (&change.before, said);
        content.name = language::name_anew(&content.name, both)?;
        content.description = language::description_anew(content.description.as_ref(), both)?;
        content.is_sellable = said.get("isSellable") != Some(&json!(false));
        if differs("productSpecification") {
            content.specification = specification(act.cx(), said)?;
        }
        if differs(bundle::OFFERINGS) || differs("isBundle") {
            content.parts = bundle::parts(act.cx(), said)?.unwrap_or_default();
        }
        if differs(bundle::SWITCHES) {
            content.switches = bundle::switches(act.cx(), said, &it.content.switches)?;
        }
        if differs("productSpecification") || differs(characteristic::USES) {
            content.characteristics = uses(act.cx(), (said, content.specification))?;
        }
        if differs("category") {
            content.categories = categories(act.cx(), said)?;
        }
        if differs("channel") {
            content.eligibility.channels = channels(said);
        }
        if differs(offer_beside::PLANS) {
            content.plans = offer_beside::plans(said)?;
        }
        if differs(offer_beside::ADDS_TO) {
            content.adds_to = offer_beside::adds_to(act.cx(), said)?;
        }
        if differs(offer_beside::SERVICE_TERMS) {
            content.service_terms = offer_beside::service_terms(act, said)?;
        }
        if differs(offer_term::NAME) {
            content.terms = offer_term::read(said, &it.content.terms)?;
        }
        if differs(counted::RATES) {
            content.resources = counted::rates(act.cx(), said, &content.terms)?;
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
            Some(trigger) => launched(act, (it.id, trigger), said),
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
    const READING: Permission = Permission::OfferBrowse;
    const WRITING: Permission = Permission::CatalogWrite;
    const REFERENCES: &[&str] = &[bundle::RELATIONS, bundle::SPECIFICATIONS];
    const FREE: &[&str] = &[characteristic::NAME, "isBundle"];

    fn is(&self, _: &Specification) -> bool {
        true
    }

    fn states(&self) -> Vec<String> {
        words()
    }

    fn known(&self, cx: Cx<'_>, it: &Specification) -> Result<Tree, Error> {
        let content = &it.content;
        let mut tree = known(&content.name, content.description.as_ref(), &it.life);
        let text = |it: &Option<Name>| json!(it.as_ref().map(Name::as_str));
        tree.insert("brand".to_owned(), text(&content.brand));
        tree.insert("productNumber".to_owned(), text(&content.product_number));
        let characteristics = characteristic::shown(&content.characteristics);
        tree.insert(characteristic::NAME.to_owned(), characteristics);
        tree.insert(counted::NAME.to_owned(), counted::shown(cx, &content.resources)?);
        tree.extend(bundle::shown(cx, it)?);
        Ok(tree)
    }

    fn adorned(&self, cx: Cx<'_>, it: &Specification, shown: Tree) -> Result<Tree, Error> {
        let is_guarded = characteristic::has_place(&it.content.characteristics)
            && catalog::is_kept(cx, &it.stamp) != Some(true);
        Ok(if is_guarded { characteristic::without_place(shown) } else { shown })
    }

    fn agrees(&self, it: &Specification, name: &str, (said, known): (&Value, &Value)) -> bool {
        match name {
            characteristic::NAME => characteristic::agree(said, &it.content.characteristics),
            counted::NAME => counted::agrees(said, known),
            _ => carried_beside::agrees(said, known),
        }
    }

    fn keeps(&self, name: &str, _: &Value) -> bool {
        name != counted::NAME
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Specification, Error> {
        let (life, then) = life(said)?;
        let all = characteristic::read(said.get(characteristic::NAME), &[])?;
        let (places, characteristics): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let content = SpecificationContent {
            description: language::description(said)?,
            brand: text(said, "brand")?,
            product_number: text(said, "productNumber")?,
            characteristics,
            resources: counted::taken(act, said.get(counted::NAME))?,
            parts: bundle::specifications(act.cx(), said)?,
            relations: bundle::relations(act.cx(), said)?,
            ..SpecificationContent::named(language::name(said)?)
        };
        let seller = catalog::seller(act.cx(), None)?;
        let made = catalog::specify(act, seller, life, content);
        let made = made.map_err(|it| characteristic::placed(it, &places))?;
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
        let both = (&change.before, said);
        content.name = language::name_anew(&content.name, both)?;
        content.description = language::description_anew(content.description.as_ref(), both)?;
        content.brand = text(said, "brand")?;
        content.product_number = text(said, "productNumber")?;
        if change.before.get(counted::NAME) != said.get(counted::NAME) {
            content.resources = counted::taken(act, said.get(counted::NAME))?;
        }
        let differs = |name: &str| change.before.get(name) != said.get(name);
        if differs(bundle::SPECIFICATIONS) {
            content.parts = bundle::specifications(act.cx(), said)?;
        }
        if differs(bundle::RELATIONS) {
            content.relations = bundle::relations(act.cx(), said)?;
        }
        let mut places = Vec::new();
        if differs(characteristic::NAME) {
            let before = &it.content.characteristics;
            let all = characteristic::read(said.get(characteristic::NAME), before)?;
            (places, content.characteristics) = all.into_iter().unzip();
        }
        if content != it.content {
            let changed = catalog::respecify(act, it.id, None, |_| Ok(content));
            changed.map_err(|it| characteristic::placed(it, &places))?;
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
