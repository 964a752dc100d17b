//! Publishing service plans: a plan with its prices is created, changed, put on sale and removed.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use super::form::{self, Leftovers, Periods, Rated, Rates, Reach};
use super::wish::{Wish, timing};
use crate::api::aps::batch::Batch;
use crate::api::aps::body::link_id;
use crate::api::aps::kind::{Body, New};
use crate::api::aps::wire::{renamed, renamed_by};
use crate::api::aps::{localized, term_condition, vendor};
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::offer::{BillingTerms, Offer, OfferContent};
use crate::domain::catalog::price::{Price, PriceKind};
use crate::domain::catalog::resource::Measure;
use crate::domain::error::{Invalid, Violation};
use crate::domain::id::{CategoryId, Id, OfferId, ResourceId, ServiceTermsId, SpecificationId};
use crate::domain::localized::Localized;
use crate::domain::text::{Locale, Name};
use crate::domain::time::Validity;
use crate::services::{Act, Error, catalog, offer};

/// What the use cases call otherwise than the contract does.
const NAMES: &[(&str, &str)] = &[
    ("/seller", "/vendor/aps/id"),
    ("/specification", "/serviceTemplate/aps/id"),
    ("/service_terms", "/serviceTerms/aps/id"),
    ("/categories", "/category/aps/id"),
    ("/terms", "/subscriptionPeriods"),
    ("/resources", "/resourceRates"),
    ("/billing/period", "/billingTerms/billingPeriod"),
    ("/copy_of", "/parentServicePlan/aps/id"),
];

/// What of a rate the use cases call otherwise, and where the contract has it.
const OF_RATES: &[(&str, &str)] = &[
    ("included", "units/included"),
    ("amount_min", "units/min"),
    ("amount_max", "units/max"),
    ("step", "units/step"),
];

/// A refusal with the fields of the contract.
fn in_their_words(error: Error) -> Error {
    let error = renamed(error, NAMES);
    let error = renamed_by(error, |field| {
        let parts: Vec<_> = field.split('/').collect();
        let ["", rates @ ("resourceRates" | "subscriptionPeriodResourceRates"), place, own] =
            parts.as_slice()
        else {
            return field.to_owned();
        };
        let known = OF_RATES.iter().find(|it| it.0 == *own);
        known.map_or_else(|| field.to_owned(), |it| format!("/{rates}/{place}/{}", it.1))
    });
    let Error::Invalid(mut invalid) = error else { return error };
    for it in &mut invalid.violations {
        it.message = it.message.replace("`amount_min`", "`min`").replace("`amount_max`", "`max`");
    }
    Error::Invalid(invalid)
}

/// Creates a plan.
pub(super) fn create(act: &mut Act<'_>, batch: &mut Batch, new: New) -> Result<(), Error> {
    let New { place, id, body, .. } = new;
    let origin = vendor::origin(act, id, ("vendor", &body))?;
    let mut content = match linked(&body, "parentServicePlan")? {
        Some(parent) => offer::copied(&named_parent(act, parent)?),
        None => OfferContent::named(name(&body, None)?),
    };
    let is_copy = content.copy_of.is_some();
    if let Some(template) = linked(&body, "serviceTemplate")? {
        content.specification = Some(SpecificationId::from_uuid(template));
    }
    content.categories.insert(CategoryId::from_uuid(required(&body, "category")?));
    content.service_terms = Some(ServiceTermsId::from_uuid(required(&body, "serviceTerms")?));
    let billing = content.billing;
    let (content, wishes) = said(act, content, &body, Leftovers::Gone)?;
    let made = match is_copy {
        true => offer::copy(act, origin, content),
        false => {
            let life = Life::new(State::Active, Validity::ALWAYS).map_err(Error::from)?;
            offer::create(act, origin, life, content)
        }
    };
    let made = made.map_err(in_their_words)?;
    drop_homeless(act, &made)?;
    rebill(act, &made, (billing, made.content.billing))?;
    for wish in wishes {
        wish.grant(act, made.id)?;
    }
    publication(act, made.id, &body)?;
    batch.made(place, made.id.uuid());
    Ok(())
}

fn named_parent(act: &Act<'_>, id: Uuid) -> Result<Offer, Error> {
    let id = OfferId::from_uuid(id);
    let found = offer::named(act.cx(), "/copy_of", id);
    found.map_err(in_their_words)
}

fn linked(body: &Body, name: &str) -> Result<Option<Uuid>, Invalid> {
    let link = body.get(name).filter(|it| !it.is_null());
    link.map(|it| link_id(&format!("/{name}"), it)).transpose()
}

fn required(body: &Body, name: &str) -> Result<Uuid, Invalid> {
    let missing = || Invalid::one(format!("/{name}"), "required", "must be given");
    linked(body, name)?.ok_or_else(missing)
}

/// The language of a new plan is that of the first text of its name.
fn preferred(before: Option<&Localized<Name>>) -> Locale {
    before.map_or_else(localized::preferred, |it| it.locale().clone())
}

fn name(body: &Body, before: Option<&Localized<Name>>) -> Result<Localized<Name>, Invalid> {
    let none = Value::Null;
    localized::read_some("/name", body.get("name").unwrap_or(&none), &preferred(before))
}

/// A content with what a request says of it, and what it is to cost.
fn said(
    act: &mut Act<'_>,
    mut content: OfferContent,
    body: &Body,
    leftovers: Leftovers,
) -> Result<(OfferContent, Vec<Wish>), Error> {
    if body.contains_key("name") {
        content.name = name(body, Some(&content.name))?;
    }
    let locale = content.name.locale().clone();
    if let Some(texts) = body.get("shortDescription") {
        content.summary = localized::read_optional("/shortDescription", texts, &locale)?;
    }
    if let Some(texts) = body.get("longDescription") {
        content.description = localized::read_optional("/longDescription", texts, &locale)?;
    }
    if let Some(value) = body.get("billingTerms").filter(|it| it.is_object()) {
        content.billing = form::billing(content.billing, value)?;
    }
    if let Some(value) = body.get("termCondition") {
        content.terms_of_use = term_condition::read(value, &locale)?;
    }
    let mut wishes = Vec::new();
    if let Some(value) = body.get("subscriptionPeriods") {
        let (before, billing) = (&content, content.billing);
        let (terms, more) = Periods { before, billing, leftovers }.read(value)?;
        content
            .resources
            .retain(|it| it.term.as_ref().is_none_or(|key| terms.iter().any(|it| it.key == *key)));
        content.terms = terms;
        wishes.extend(more);
    }
    for reach in [Reach::All, Reach::One] {
        let property = reach.property().trim_start_matches('/');
        let Some(value) = body.get(property) else { continue };
        let (rated, left) = Rates { plan: &content, reach, leftovers }.read(value)?;
        content.resources.retain(|it| !reach.has(it));
        for it in rated {
            measure(act, &it)?;
            content.resources.push(it.rate);
            wishes.extend(it.wishes);
        }
        content.resources.extend(left);
        content.resources.sort_by_key(|it| it.term.is_some());
    }
    Ok((content, wishes))
}

/// A resource whose use is counted in one plan is counted in all.
fn measure(act: &mut Act<'_>, rated: &Rated) -> Result<(), Error> {
    let id: ResourceId = rated.rate.resource;
    let refused = |field: &str, rule, message: String| {
        Err(Invalid::one(format!("{}/{field}", rated.at), rule, message).into())
    };
    let Some(resource) = catalog::resource(act.cx(), id)? else {
        return refused("resourceId", "reference", format!("`{}` is not there", id.uuid()));
    };
    match (rated.is_measured, resource.content.measure) {
        (Some(false), Measure::Measured) => {
            refused("measurable", "conflict", "must be `true`: its use is counted".to_owned())
        }
        (Some(true), Measure::Ordered) => {
            catalog::revise_resource(act, id, None, |mut it| {
                it.measure = Measure::Measured;
                Ok(it)
            })?;
            Ok(())
        }
        (None | Some(false), Measure::Ordered) | (None | Some(true), Measure::Measured) => Ok(()),
    }
}

/// Changes a plan.
pub(super) fn change(act: &mut Act<'_>, it: &Offer, body: &Body) -> Result<(), Error> {
    let was_sold = it.life.was_on_market();
    let leftovers = if was_sold { Leftovers::Kept } else { Leftovers::Gone };
    let (content, wishes) = said(act, it.content.clone(), body, leftovers)?;
    if content != it.content {
        let billing = (it.content.billing, content.billing);
        must_be_billable(act, it, billing)?;
        let revised = offer::revise(act, it.id, None, |_| Ok(content));
        let revised = revised.map_err(in_their_words)?;
        if !was_sold {
            drop_homeless(act, &revised)?;
            rebill(act, &revised, billing)?;
        }
    }
    for wish in wishes {
        wish.grant(act, it.id)?;
    }
    publication(act, it.id, body)
}

fn is_billed_otherwise((before, after): (BillingTerms, BillingTerms)) -> bool {
    before.period != after.period || timing(before.model) != timing(after.model)
}

/// What was sold goes on to be charged as it was.
fn must_be_billable(
    act: &Act<'_>,
    it: &Offer,
    billing: (BillingTerms, BillingTerms),
) -> Result<(), Error> {
    if !it.life.was_on_market() || !is_billed_otherwise(billing) {
        return Ok(());
    }
    let prices = offer::prices(act.cx(), it.id)?;
    match prices.iter().any(|it| matches!(it.kind, PriceKind::Recurring { .. })) {
        false => Ok(()),
        true => {
            let message = "must stay as it is: the plan was on sale, and its recurring fees are \
                           charged by it";
            Err(Invalid::one("/billingTerms", "conflict", message).into())
        }
    }
}

/// Takes the prices out of a draft whose period or rate is no longer there.
fn drop_homeless(act: &mut Act<'_>, plan: &Offer) -> Result<(), Error> {
    let content = &plan.content;
    let has_home = |it: &Price| {
        let term = it.term.as_ref();
        let timely = term.is_none_or(|key| content.terms.iter().any(|it| it.key == *key));
        let rate =
            |id| content.resources.iter().any(|it| it.resource == id && it.term.as_ref() == term);
        timely && it.resource.is_none_or(rate)
    };
    for price in offer::prices(act.cx(), plan.id)?.iter().filter(|it| !has_home(it)) {
        offer::drop_price(act, price.id, None)?;
    }
    Ok(())
}

/// Lets the recurring prices of a draft follow its billing terms.
fn rebill(
    act: &mut Act<'_>,
    plan: &Offer,
    billing: (BillingTerms, BillingTerms),
) -> Result<(), Error> {
    if !is_billed_otherwise(billing) {
        return Ok(());
    }
    let (before, after) = billing;
    for price in offer::prices(act.cx(), plan.id)? {
        let PriceKind::Recurring { every, .. } = price.kind else { continue };
        let every = if every == before.period { after.period } else { every };
        let kind = PriceKind::Recurring { every, timing: timing(after.model) };
        offer::redraft_price(act, price.id, |it| Ok(Price { kind, ..it }))?;
    }
    Ok(())
}

/// Puts a plan on sale or takes it off, if a request says so.
fn publication(act: &mut Act<'_>, id: OfferId, body: &Body) -> Result<(), Error> {
    let said = body.get("publication").and_then(|it| it.get("published"));
    match said.and_then(Value::as_bool) {
        None => Ok(()),
        Some(false) => offer::unpublish(act, id).map(|_| ()),
        Some(true) => {
            let plan: Offer = act.get(id)?;
            let obstacles = offer::launch_obstacles(act.cx(), &plan)?;
            let named = obstacles.into_iter().map(named).collect();
            Invalid::unless_empty(named)?;
            offer::publish(act, id).map(|_| ())
        }
    }
}

/// What keeps a plan from being sold, in the words of the contract.
fn named(it: Violation) -> Violation {
    let field = match it.field.as_str() {
        "/specification" => "/serviceTemplate".to_owned(),
        other => other.to_owned(),
    };
    Violation { field, ..it }
}

/// Says what else a plan is delivered by.
pub(super) fn link_template(act: &mut Act<'_>, it: &Offer, target: Uuid) -> Result<(), Error> {
    relink(act, it, |content| content.specification = Some(SpecificationId::from_uuid(target)))
}

/// Says that nothing is delivered for a plan.
pub(super) fn unlink_template(act: &mut Act<'_>, it: &Offer, target: Uuid) -> Result<(), Error> {
    if it.content.specification.map(Id::uuid) != Some(target) {
        return Err(Error::not_found(target));
    }
    relink(act, it, |content| content.specification = None)
}

/// Moves a plan into another category, and out of all that it was in.
pub(super) fn link_category(act: &mut Act<'_>, it: &Offer, target: Uuid) -> Result<(), Error> {
    let target = CategoryId::from_uuid(target);
    relink(act, it, |content| content.categories = BTreeSet::from([target]))
}

/// Gives a plan other service terms.
pub(super) fn link_terms(act: &mut Act<'_>, it: &Offer, target: Uuid) -> Result<(), Error> {
    relink(act, it, |content| content.service_terms = Some(ServiceTermsId::from_uuid(target)))
}

fn relink(
    act: &mut Act<'_>,
    it: &Offer,
    change: impl FnOnce(&mut OfferContent),
) -> Result<(), Error> {
    let revised = offer::revise(act, it.id, None, |mut content| {
        change(&mut content);
        Ok(content)
    });
    revised.map(|_| ()).map_err(in_their_words)
}
