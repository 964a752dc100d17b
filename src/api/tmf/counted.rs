//! What is had in amounts (TMF620): our resources, which the definitions do not know of a product.
//!
//! A specification says what can be had so as `countedResource`, an offering how much of each as
//! `resourceRate`; both are attributes of ours. What is named is found by its id, or else by its name; what a
//! specification describes and is not here is made.

use serde_json::{Value, json};

use super::characteristic::listed;
use super::entity::{must, reference, text, tree};
use super::language::english;
use super::money;
use super::offer_term;
use super::price_model::count;
use super::resource::Tree;
use crate::domain::catalog::offer::{OfferContent, ResourceRate};
use crate::domain::catalog::resource::{
    Dependency, DependencyKind, Measure, Resource, ResourceContent,
};
use crate::domain::catalog::term::Term;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, ResourceId};
use crate::domain::page::PageRequest;
use crate::domain::quantity::Quantity;
use crate::domain::text::{Code, Name};
use crate::services::{Act, Cx, Error, catalog};

/// What of a specification can be had in amounts.
pub(super) const NAME: &str = "countedResource";
/// How much of each an offering has.
pub(super) const RATES: &str = "resourceRate";

fn named(cx: Cx<'_>, id: ResourceId) -> Result<Value, Error> {
    let found = cx.shared::<Resource>(id)?;
    let name = found.as_ref().map(|it| it.content.name.original().as_str().to_owned());
    Ok(json!({ "id": id.uuid(), "name": name }))
}

/// The resource that is named by its id, or else by its name, as far as the caller may see it.
pub(super) fn find(cx: Cx<'_>, said: &Value) -> Result<Option<ResourceId>, Error> {
    if let Some(id) = reference::<ResourceId>(said)
        && let Some(found) = catalog::resource(cx, id)?
    {
        return Ok(Some(found.id));
    }
    let Some(name) = said.get("name").and_then(Value::as_str) else { return Ok(None) };
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    loop {
        let some = catalog::resources(cx, &page)?;
        let is_it = |it: &&Resource| it.content.name.original().as_str() == name;
        if let Some(found) = some.items.iter().find(is_it) {
            return Ok(Some(found.id));
        }
        page.after = some.next;
        if page.after.is_none() {
            return Ok(None);
        }
    }
}

/// The same, which must be there.
pub(super) fn must_find(cx: Cx<'_>, (at, said): (&str, &Value)) -> Result<ResourceId, Error> {
    let message = "must be the `id` or the name of a resource that is here";
    let missing = || Invalid::one(format!("{at}/id"), "reference", message);
    Ok(find(cx, said)?.ok_or_else(missing)?)
}

/// Whether those that are said are those that are known, whatever else is said of them.
pub(super) fn agrees(said: &Value, known: &Value) -> bool {
    let all = |it: &Value| it.as_array().cloned().unwrap_or_default();
    let (said, known) = (all(said), all(known));
    let is = |said: &Value, known: &Value, name: &str| {
        said.get(name).is_some_and(|it| Some(it) == known.get(name))
    };
    said.len() == known.len()
        && said.iter().zip(&known).all(|(said, it)| is(said, it, "id") || is(said, it, "name"))
}

/// Resources as a specification shows them; `null` for none.
pub(super) fn shown(cx: Cx<'_>, of: &[ResourceId]) -> Result<Value, Error> {
    let mut all = Vec::new();
    for id in of {
        let Some(found) = cx.shared::<Resource>(*id)? else { continue };
        let content = &found.content;
        let mut dependencies = Vec::new();
        for it in &content.dependencies {
            dependencies.push(json!({
                "resource": named(cx, it.on)?, "dependencyType": it.kind.word(),
                "multiplier": money::number(&it.multiplier),
            }));
        }
        all.push(json!({
            "id": id.uuid(),
            "name": content.name.original().as_str(),
            "description": content.description.as_ref().map(|it| it.original().as_str().to_owned()),
            "unit": content.unit.code.as_str(),
            "unitName": content.unit.name.as_ref().map(|it| it.original().as_str().to_owned()),
            "isDivisible": content.unit.is_divisible.then_some(true),
            "measure": content.measure.word(),
            "dependency": (!dependencies.is_empty()).then_some(dependencies),
        }));
    }
    Ok(if all.is_empty() { Value::Null } else { all.into() })
}

/// The resources that a specification says; those that it describes and that are not here are made.
pub(super) fn taken(act: &mut Act<'_>, said: Option<&Value>) -> Result<Vec<ResourceId>, Error> {
    let (mut all, mut made) = (Vec::new(), Vec::new());
    for (place, it) in listed(said, NAME)? {
        let at = format!("{NAME}/{place}");
        let whole = Value::Object(it.clone());
        if let Some(id) = find(act.cx(), &whole)? {
            all.push(id);
            continue;
        }
        if !it.contains_key("unit") {
            must_find(act.cx(), (&at, &whole))?;
        }
        let content = content(it).map_err(|it| below(it, &at))?;
        let seller = catalog::seller(act.cx(), None)?;
        let id = catalog::create_resource(act, seller, content)?.id;
        all.push(id);
        made.push((id, at, it));
    }
    for (id, at, it) in made {
        let dependencies = dependencies(act.cx(), it).map_err(|it| below(it, &at))?;
        if !dependencies.is_empty() {
            catalog::revise_resource(act, id, None, |it| {
                Ok(ResourceContent { dependencies, ..it })
            })?;
        }
    }
    Ok(all)
}

fn below(error: Error, at: &str) -> Error {
    if let Error::Invalid(it) = error { it.below(&format!("{at}/")).into() } else { error }
}

fn content(said: &Tree) -> Result<ResourceContent, Error> {
    let unit: Code = must(said, "unit")?;
    let mut content = ResourceContent::named(english(must::<Name>(said, "name")?)?, unit);
    content.description = text(said, "description")?.map(english).transpose()?;
    content.unit.name = text::<Name>(said, "unitName")?.map(english).transpose()?;
    content.unit.is_divisible = said.get("isDivisible") == Some(&json!(true));
    content.measure = text(said, "measure")?.unwrap_or(Measure::Ordered);
    Ok(content)
}

fn dependencies(cx: Cx<'_>, said: &Tree) -> Result<Vec<Dependency>, Error> {
    let mut all = Vec::new();
    for (place, it) in listed(said.get("dependency"), "dependency")? {
        let at = format!("dependency/{place}/resource");
        let on = must_find(cx, (&at, it.get("resource").unwrap_or(&Value::Null)))?;
        let kind: DependencyKind = must(it, "dependencyType")?;
        let multiplier = count(it, "multiplier")?.unwrap_or(Quantity::ONE);
        all.push(Dependency { on, kind, multiplier });
    }
    Ok(all)
}

/// How much an offering has of each, as it is shown; `null` for nothing.
pub(super) fn shown_rates(cx: Cx<'_>, of: &OfferContent) -> Result<Value, Error> {
    let mut all = Vec::new();
    for it in &of.resources {
        let term = it.term.as_ref().map(|key| {
            let found = of.terms.iter().find(|term| term.key == *key);
            found.map_or(key.as_str(), offer_term::called)
        });
        let mut rate = tree(named(cx, it.resource)?);
        let number = |it: &Quantity| money::number(it);
        rate.extend(tree(json!({
            "productOfferingTerm": term,
            "included": number(&it.included),
            "minimum": number(&it.amount_min),
            "maximum": it.amount_max.as_ref().map(number),
            "step": it.step.as_ref().map(number),
            "isInStore": it.is_in_store,
            "isInPanel": it.is_in_panel,
            "isChangeableInTrial": it.is_changeable_in_trial,
            "isActive": it.is_active,
            "position": it.position,
        })));
        all.push(Value::Object(rate));
    }
    Ok(if all.is_empty() { Value::Null } else { all.into() })
}

/// How much an offering with some terms is said to have of each.
pub(super) fn rates(cx: Cx<'_>, said: &Tree, terms: &[Term]) -> Result<Vec<ResourceRate>, Error> {
    let mut all = Vec::new();
    for (place, it) in listed(said.get(RATES), RATES)? {
        let at = format!("{RATES}/{place}");
        let resource = must_find(cx, (&at, &Value::Object(it.clone())))?;
        all.push(rate(it, resource, terms).map_err(|it| it.below(&format!("{at}/")))?);
    }
    Ok(all)
}

fn rate(said: &Tree, resource: ResourceId, terms: &[Term]) -> Result<ResourceRate, Invalid> {
    let named: Option<String> = text(said, "productOfferingTerm")?;
    let term = named.map(|name| {
        let is = |it: &&Term| it.key.as_str() == name || offer_term::called(it) == name;
        let message = "must be a term of the offering";
        let missing = || Invalid::one("productOfferingTerm", "reference", message);
        terms.iter().find(is).map(|it| it.key.clone()).ok_or_else(missing)
    });
    let usual = ResourceRate::of(resource);
    let flag = |name: &str, usual: bool| said.get(name).and_then(Value::as_bool).unwrap_or(usual);
    let position = said.get("position").and_then(Value::as_u64);
    Ok(ResourceRate {
        term: term.transpose()?,
        included: count(said, "included")?.unwrap_or(usual.included),
        amount_min: count(said, "minimum")?.unwrap_or(usual.amount_min),
        amount_max: count(said, "maximum")?,
        step: count(said, "step")?,
        is_in_store: flag("isInStore", usual.is_in_store),
        is_in_panel: flag("isInPanel", usual.is_in_panel),
        is_changeable_in_trial: flag("isChangeableInTrial", usual.is_changeable_in_trial),
        is_active: flag("isActive", usual.is_active),
        position: position.and_then(|it| u32::try_from(it).ok()).unwrap_or(usual.position),
        ..usual
    })
}
