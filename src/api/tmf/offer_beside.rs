//! What an offering says here beside the definitions (TMF620), so that it is the same elsewhere: the ways to
//! pay for it (`pricePlan`), the offering that it adds to (`addsTo`) and what follows its terms
//! (`serviceTerms`).

use serde_json::{Value, json};

use super::entity::{must, reference, tree};
use super::language;
use super::resource::Tree;
use crate::domain::catalog::offer::{Offer, OfferContent, Plan};
use crate::domain::catalog::service_terms::{AfterHold, Aftermath, ServiceTerms};
use crate::domain::error::Invalid;
use crate::domain::id::{Id, OfferId, ServiceTermsId};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::text::{Code, Name};
use crate::services::{Act, Cx, Error, catalog, offer};

/// The ways to pay.
pub(super) const PLANS: &str = "pricePlan";
/// The offering that one adds to.
pub(super) const ADDS_TO: &str = "addsTo";
/// What follows terms.
pub(super) const SERVICE_TERMS: &str = "serviceTerms";
/// No grace and no hold is longer than ten years.
const DAYS_MAX: u64 = 3660;

/// What is known of all that; `null` for what is not so.
pub(super) fn shown(cx: Cx<'_>, content: &OfferContent) -> Result<Tree, Error> {
    let plans: Vec<_> = content.plans.iter().map(plan).collect();
    let above = content.adds_to.map(|id| cx.shared::<Offer>(id)).transpose()?.flatten();
    let terms = content.service_terms.map(|id| cx.shared::<ServiceTerms>(id)).transpose()?;
    Ok(tree(json!({
        PLANS: (!plans.is_empty()).then_some(plans),
        ADDS_TO: above.map(|it| {
            json!({ "id": it.id.uuid(), "name": it.content.name.original().as_str() })
        }),
        SERVICE_TERMS: terms.flatten().map(|it| json!({
            "name": it.name.as_str(), "paid": aftermath(it.paid), "trial": aftermath(it.trial),
        })),
    })))
}

fn plan(it: &Plan) -> Value {
    let mut shown = tree(json!({
        "code": it.key.as_str(),
        "name": it.name.original().as_str(),
        "description": it.description.as_ref().map(|it| it.original().as_str()),
        language::NAMES: language::shown(Some(&it.name)),
        language::DESCRIPTIONS: language::shown(it.description.as_ref()),
    }));
    shown.retain(|_, it| !it.is_null());
    Value::Object(shown)
}

fn aftermath(of: Aftermath) -> Value {
    let after = match of.after_hold {
        AfterHold::Keep => "keep",
        AfterHold::Destroy => "destroy",
    };
    json!({ "graceDays": of.grace_days, "holdDays": of.hold_days, "afterHold": after })
}

/// The ways to pay that are said.
pub(super) fn plans(said: &Tree) -> Result<Vec<Plan>, Error> {
    let said = said.get(PLANS).filter(|it| !it.is_null());
    let no_list = || Invalid::one(PLANS, "type", "must be a list of objects");
    let all = said.map(|it| it.as_array().ok_or_else(no_list)).transpose()?;
    let read = all.into_iter().flatten().enumerate().map(|(place, it)| {
        let it = tree(it.clone());
        let read = || -> Result<Plan, Error> {
            Ok(Plan {
                key: must::<Code>(&it, "code")?,
                name: language::name(&it)?,
                description: language::description(&it)?,
            })
        };
        read().map_err(|error| below(error, &format!("{PLANS}/{place}/")))
    });
    read.collect()
}

fn below(error: Error, at: &str) -> Error {
    if let Error::Invalid(it) = error { it.below(at).into() } else { error }
}

/// The offering that is said to be above, if it is here.
pub(super) fn adds_to(cx: Cx<'_>, said: &Tree) -> Result<Option<OfferId>, Error> {
    let Some(id) = said.get(ADDS_TO).and_then(reference::<OfferId>) else { return Ok(None) };
    let found = offer::get(cx, id).map(Some).or_else(Error::or_nothing)?;
    Ok(found.map(|it| it.id))
}

/// Whether an offering is named that one would add to, and is not here: it would be sold alone.
pub(super) fn is_alone(cx: Cx<'_>, said: &Tree) -> Result<bool, Error> {
    let is_said = said.get(ADDS_TO).is_some_and(|it| !it.is_null());
    Ok(is_said && adds_to(cx, said)?.is_none())
}

/// The terms of ours that say what is said, made if there are none.
pub(super) fn service_terms(
    act: &mut Act<'_>,
    said: &Tree,
) -> Result<Option<ServiceTermsId>, Error> {
    let Some(said) = said.get(SERVICE_TERMS).filter(|it| !it.is_null()) else { return Ok(None) };
    let no_object = || Invalid::one(SERVICE_TERMS, "type", "must be an object");
    let said = said.as_object().ok_or_else(no_object)?;
    let at = |error: Error| below(error, &format!("{SERVICE_TERMS}/"));
    let name = must::<Name>(said, "name").map_err(|it| at(it.into()))?;
    let paid = after(said, "paid").map_err(|it| at(it.into()))?;
    let trial = match said.get("trial").filter(|it| !it.is_null()) {
        Some(_) => after(said, "trial").map_err(|it| at(it.into()))?,
        None => paid,
    };
    let seller = catalog::seller(act.cx(), None)?;
    let is_it = |it: &ServiceTerms| {
        it.stamp.seller == seller && it.name == name && (it.paid, it.trial) == (paid, trial)
    };
    let found = act.cx().list::<ServiceTerms>(None, &PageRequest::oldest(1), is_it)?;
    if let Some(found) = found.items.first() {
        return Ok(Some(found.id));
    }
    let permission = Permission::CatalogWrite;
    let made = catalog::create::<ServiceTerms, Error>(act, seller, permission, |id, stamp| {
        Ok(ServiceTerms { id, stamp, name, paid, trial })
    })?;
    Ok(Some(made.id))
}

fn after(said: &Tree, name: &str) -> Result<Aftermath, Invalid> {
    let said = said.get(name).cloned().unwrap_or_default();
    if !said.is_null() && !said.is_object() {
        return Err(Invalid::one(name, "type", "must be an object"));
    }
    let days = |attribute: &str| {
        let it = said.get(attribute).map_or(Some(0), Value::as_u64);
        let days = it.filter(|it| *it <= DAYS_MAX).and_then(|it| u32::try_from(it).ok());
        let message = format!("must be a whole number up to {DAYS_MAX}");
        days.ok_or_else(|| Invalid::one(format!("{name}/{attribute}"), "range", message))
    };
    let after_hold = match said.get("afterHold").and_then(Value::as_str) {
        Some("destroy") => AfterHold::Destroy,
        Some("keep") | None => AfterHold::Keep,
        Some(_) => {
            let message = "must be `keep` or `destroy`";
            return Err(Invalid::one(format!("{name}/afterHold"), "enum", message));
        }
    };
    Ok(Aftermath { grace_days: days("graceDays")?, hold_days: days("holdDays")?, after_hold })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_term_reads_back_as_it_is_shown() {
        let of = Aftermath { grace_days: 10, hold_days: 30, after_hold: AfterHold::Destroy };
        let read = |it: Value| after(&tree(json!({ "paid": it })), "paid");
        assert_eq!(read(aftermath(of)), Ok(of));
        assert_eq!(read(aftermath(Aftermath::NONE)), Ok(Aftermath::NONE));
        for wrong in [
            json!({ "graceDays": -1 }),
            json!({ "holdDays": 9999 }),
            json!({ "afterHold": "burn" }),
            json!(30),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
