//! For what a price is charged and to whom (TMF620), beside what it comes to: on what occasion, for what is
//! counted, for which term and plan, with tax or without.
//!
//! What the definitions have no attribute for has one of ours: the meter of a usage price is its
//! `usageSpecification`, and `chargeOccasion`, `chargeTiming`, `isTaxIncluded`, `pricePlan`,
//! `resource` and `localizedName` say the rest.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::entity::{reference, text, tree};
use super::money;
use super::offer_price::version_now;
use super::resource::Tree;
use super::{counted, offer_term, price_alteration, price_model};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::{Base, Occasion, Price, PriceKind, PriceVersion, Timing};
use crate::domain::catalog::resource::Resource;
use crate::domain::catalog::tax::TaxCategory;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, MeterId, ResourceId, TaxCategoryId};
use crate::domain::page::PageRequest;
use crate::domain::quantity::Quantity;
use crate::domain::text::{Code, Locale, Name};
use crate::domain::time::{Span, SpanUnit};
use crate::domain::usage::meter::Meter;
use crate::services::{Cx, Error, catalog};

/// The attribute that says what is counted for a usage price.
pub(super) const METER: &str = "usageSpecification";
/// The attribute that says in what that is counted, or how many units a price is for.
pub(super) const UNIT: &str = "unitOfMeasure";

const OCCASIONS: &[(&str, Occasion)] =
    &[("deposit", Occasion::Deposit), ("renewal", Occasion::Renewal), ("setup", Occasion::Setup)];

/// What is known of a price beside its figures; `null` for what would be said falsely of it.
pub(super) fn shown(cx: Cx<'_>, it: &Price) -> Result<Tree, Error> {
    let meter = metered(cx, it)?;
    let offer = cx.shared::<Offer>(it.offer)?;
    let term = it.term.as_ref().map(|key| {
        let all = offer.as_ref().map_or(&[][..], |it| &it.content.terms);
        all.iter().find(|it| it.key == *key).map_or(key.as_str(), offer_term::called).to_owned()
    });
    let resource = it.resource.map(|id| cx.shared::<Resource>(id)).transpose()?.flatten();
    let names: BTreeMap<_, _> =
        it.names.iter().map(|(of, it)| (of.as_str(), it.as_str())).collect();
    let (occasion, timing) = match it.kind {
        PriceKind::OneTime(of) => (OCCASIONS.iter().find(|it| it.1 == of).map(|it| it.0), None),
        PriceKind::Recurring { timing: Timing::InArrears, .. } => (None, Some("inArrears")),
        PriceKind::Recurring { timing: Timing::InAdvance, .. } | PriceKind::Usage { .. } => {
            (None, None)
        }
    };
    let mut known = tree(json!({
        METER: meter.as_ref().map(|it| json!({ "id": it.id.uuid(), "name": it.name.as_str() })),
        "chargeOccasion": occasion,
        "chargeTiming": timing,
        "isTaxIncluded": (it.base == Base::Gross).then_some(true),
        "pricePlan": it.plan.as_ref().map(Code::as_str),
        "resource": resource.map(|it| {
            json!({ "id": it.id.uuid(), "name": it.content.name.original().as_str() })
        }),
        "localizedName": (!names.is_empty()).then_some(names),
        offer_term::NAME: term.map(|it| json!([{ "name": it }])),
        price_alteration::NAME: price_alteration::shown(&it.alterations, it.currency),
    }));
    let category = it.tax_category.map(|id| cx.shared::<TaxCategory>(id)).transpose()?.flatten();
    // Of these clients say what nothing comes of, where nothing is known.
    if let Some(category) = category {
        known.insert("tax".to_owned(), json!([{ "taxCategory": category.code.as_str() }]));
    }
    if let Some(unit) = unit(version_now(it, cx.now), meter.as_ref()) {
        known.insert(UNIT.to_owned(), unit);
    }
    Ok(known)
}

/// What is counted for a usage price.
pub(super) fn metered(cx: Cx<'_>, it: &Price) -> Result<Option<Meter>, Error> {
    let PriceKind::Usage { meter } = it.kind else { return Ok(None) };
    Ok(cx.shared::<Meter>(meter)?.map(|it| Meter::clone(&it)))
}

/// Of how many units a price is, and what they are called.
pub(super) fn unit(of: Option<&PriceVersion>, meter: Option<&Meter>) -> Option<Value> {
    let figure = of.and_then(|it| price_model::figure(&it.model));
    let size = figure.map_or(Quantity::ONE, |it| it.1);
    match meter {
        Some(meter) => {
            Some(json!({ "amount": money::number(&size), "units": meter.unit.as_str() }))
        }
        None if size != Quantity::ONE => Some(json!({ "amount": money::number(&size) })),
        None => None,
    }
}

/// Whether what was said of units is what there is, as far as it was said.
pub(super) fn unit_agrees(said: &Value, known: &Value) -> bool {
    let parts = |name: &str| (said.get(name).filter(|it| !it.is_null()), known.get(name));
    let (amount, units) = (parts("amount"), parts("units"));
    let number = |it: &Value| it.to_string().trim_matches('"').parse::<Quantity>().ok();
    let same = |it: &Value| it.as_str().unwrap_or_default().trim().to_lowercase();
    amount.0.is_none_or(|said| amount.1.is_none_or(|it| number(said) == number(it)))
        && units.0.is_none_or(|said| units.1.is_none_or(|it| same(said) == same(it)))
}

/// How many units what was said is for.
pub(super) fn size(said: &Tree) -> Result<Quantity, Invalid> {
    let unit = said.get(UNIT).and_then(Value::as_object).filter(|it| it.contains_key("amount"));
    let size = unit.map(|it| price_model::count(it, "amount")).transpose();
    let size = size.map_err(|it| it.below(&format!("{UNIT}/")))?.flatten();
    Ok(size.unwrap_or(Quantity::ONE))
}

/// For what a price is charged, as it was said.
pub(super) fn kind(cx: Cx<'_>, said: &Tree) -> Result<PriceKind, Error> {
    let word = text::<String>(said, "priceType")?.unwrap_or_else(|| "recurring".to_owned());
    match word.to_ascii_lowercase().replace([' ', '-', '_'], "").as_str() {
        "onetime" | "onetimecharge" => Ok(PriceKind::OneTime(occasion(said)?)),
        "recurring" | "recurringcharge" => {
            Ok(PriceKind::Recurring { every: every(said)?, timing: timing(said)? })
        }
        "usage" | "usagecharge" => Ok(PriceKind::Usage { meter: meter(cx, said)?.id }),
        _ => {
            let message = "must be `oneTime`, `recurring` or `usage` for an offer to have it";
            Err(Invalid::one("priceType", "unsupported", message).into())
        }
    }
}

fn occasion(said: &Tree) -> Result<Occasion, Invalid> {
    let Some(word) = text::<String>(said, "chargeOccasion")? else { return Ok(Occasion::Plain) };
    let found = OCCASIONS.iter().find(|it| it.0.eq_ignore_ascii_case(&word));
    found.map(|it| it.1).ok_or_else(|| {
        let message = "must be `setup`, `renewal` or `deposit`, or be left out";
        Invalid::one("chargeOccasion", "enum", message)
    })
}

fn timing(said: &Tree) -> Result<Timing, Invalid> {
    match text::<String>(said, "chargeTiming")?.as_deref() {
        None | Some("inAdvance") => Ok(Timing::InAdvance),
        Some("inArrears") => Ok(Timing::InArrears),
        Some(_) => Err(Invalid::one("chargeTiming", "enum", "must be `inAdvance` or `inArrears`")),
    }
}

fn every(said: &Tree) -> Result<Span, Invalid> {
    let unit = text::<String>(said, "recurringChargePeriodType")?.unwrap_or_default();
    let count = match said.get("recurringChargePeriodLength").filter(|it| !it.is_null()) {
        None => 1,
        Some(count) => count.to_string().parse::<u32>().map_err(|_| {
            Invalid::one("recurringChargePeriodLength", "range", "must be a whole number from 1")
        })?,
    };
    let unit = match unit.to_ascii_lowercase().as_str() {
        "" | "month" | "months" | "monthly" => SpanUnit::Month,
        "day" | "days" | "daily" => SpanUnit::Day,
        "week" | "weeks" | "weekly" => SpanUnit::Week,
        "year" | "years" | "yearly" | "annual" => SpanUnit::Year,
        other => {
            let message = format!("`{other}` is no period that is billed");
            return Err(Invalid::one("recurringChargePeriodType", "enum", message));
        }
    };
    Ok(Span { count, unit })
}

/// What is counted for a usage price: what it names, or else the only thing here that is counted in its unit.
fn meter(cx: Cx<'_>, said: &Tree) -> Result<Meter, Error> {
    let unit = said.get(UNIT).and_then(|it| it.get("units")).and_then(Value::as_str);
    let unit = unit.map(str::trim).filter(|it| !it.is_empty());
    let Some(named) = said.get(METER).filter(|it| !it.is_null()) else {
        return only_meter(cx, unit);
    };
    let found = match reference::<MeterId>(named) {
        Some(id) => catalog::meter(cx, id).map(Some).or_else(Error::or_nothing)?,
        None => None,
    };
    let found = found.ok_or_else(|| {
        let message = "must be the `id` of a usage specification that is here and counts something";
        Invalid::one(format!("{METER}/id"), "reference", message)
    })?;
    if unit.is_some_and(|it| !it.eq_ignore_ascii_case(found.unit.as_str())) {
        let message = format!("must be `{}`, in which `{}` is counted", found.unit, found.name);
        return Err(Invalid::one(format!("{UNIT}/units"), "conflict", message).into());
    }
    Ok(found)
}

fn only_meter(cx: Cx<'_>, unit: Option<&str>) -> Result<Meter, Error> {
    let missing = |message: String| Error::from(Invalid::one(METER, "required", message));
    let unit = unit.ok_or_else(|| {
        missing("must say what is counted, or `unitOfMeasure.units` in what".to_owned())
    })?;
    let (mut page, mut found) = (PageRequest::oldest(PageRequest::LIMIT_MAX), Vec::new());
    loop {
        let some = catalog::meters(cx, &page)?;
        let counts = |it: &Meter| it.unit.as_str().eq_ignore_ascii_case(unit);
        found.extend(some.items.into_iter().filter(counts));
        page.after = some.next;
        if page.after.is_none() {
            break;
        }
    }
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(missing(format!("must say what is counted: nothing here is in `{unit}`"))),
        (Some(_), false) => {
            Err(missing(format!("must say what is counted: several things here are in `{unit}`")))
        }
    }
}

/// Whether the figures of what was said have tax in them.
pub(super) fn base(said: &Tree) -> Result<Base, Invalid> {
    match said.get("isTaxIncluded") {
        None | Some(Value::Null | Value::Bool(false)) => Ok(Base::Net),
        Some(Value::Bool(true)) => Ok(Base::Gross),
        Some(_) => Err(Invalid::one("isTaxIncluded", "type", "must be `true` or `false`")),
    }
}

/// The term of an offer for which a price is, as it was said.
pub(super) fn term(of: &Offer, said: &Tree) -> Result<Option<Code>, Invalid> {
    let all = super::characteristic::listed(said.get(offer_term::NAME), offer_term::NAME)?;
    let refused = |rule, message: &str| Err(Invalid::one(offer_term::NAME, rule, message));
    match all.as_slice() {
        [] => Ok(None),
        [(_, one)] => match offer_term::named(of, one)? {
            Some(key) => Ok(Some(key)),
            None => refused("reference", "must be a term of the offering that has the price"),
        },
        _ => refused("unsupported", "must be one: a price is for one term, or for all"),
    }
}

/// The resource whose units a price is for, as it was said.
pub(super) fn resource(cx: Cx<'_>, said: &Tree) -> Result<Option<ResourceId>, Error> {
    let named = said.get("resource").filter(|it| !it.is_null());
    named.map(|it| counted::must_find(cx, ("resource", it))).transpose()
}

/// How a price is taxed, as it was said: by one of our categories.
pub(super) fn tax_category(cx: Cx<'_>, said: &Tree) -> Result<Option<TaxCategoryId>, Error> {
    let all = said.get("tax").and_then(Value::as_array).into_iter().flatten();
    let words: Vec<&str> = all.filter_map(|it| it.get("taxCategory")?.as_str()).collect();
    if words.is_empty() {
        return Ok(None);
    }
    let is_said =
        |it: &TaxCategory| words.iter().any(|word| it.code.as_str().eq_ignore_ascii_case(word));
    let found = cx.list::<TaxCategory>(None, &PageRequest::oldest(1), is_said)?;
    let unknown = || {
        let message = format!("`{}` is the code of no tax category here", words.join("`, `"));
        Invalid::one("tax", "reference", message)
    };
    Ok(Some(found.items.first().ok_or_else(unknown)?.id))
}

/// What something is called in other languages, as it was said.
pub(super) fn localized(said: &Tree, name: &str) -> Result<BTreeMap<Locale, Name>, Invalid> {
    let all = said.get(name).and_then(Value::as_object).into_iter().flatten();
    let read = all.map(|(locale, it)| {
        let refused = |message: String| Invalid::one(format!("{name}/{locale}"), "format", message);
        let it = it.as_str().unwrap_or_default().parse::<Name>();
        let locale = locale.parse::<Locale>().map_err(|it| refused(it.to_string()))?;
        Ok((locale, it.map_err(|it| refused(it.to_string()))?))
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_period_is_the_span_that_is_billed() {
        let read = |unit: &str, count: u32| {
            let said = json!({
                "recurringChargePeriodType": unit, "recurringChargePeriodLength": count,
            });
            every(&tree(said)).map_err(|it| it.to_string())
        };
        let span = |count, unit| Ok(Span { count, unit });
        assert_eq!(read("month", 3), span(3, SpanUnit::Month));
        assert_eq!(read("Yearly", 1), span(1, SpanUnit::Year));
        assert_eq!(read("week", 2), span(2, SpanUnit::Week));
        assert!(read("eon", 1).is_err());
    }

    #[test]
    fn units_agree_as_far_as_they_are_said() {
        let known = json!({ "amount": 1000, "units": "GB" });
        for (said, expected) in [
            (json!({}), true),
            (json!({ "units": "gb" }), true),
            (json!({ "amount": "1000.0", "units": "GB" }), true),
            (json!({ "amount": 1 }), false),
            (json!({ "units": "call" }), false),
        ] {
            assert_eq!(unit_agrees(&said, &known), expected, "{said}");
        }
    }

    #[test]
    fn an_occasion_and_a_time_are_words_of_ours_or_nothing() {
        let occasion = |it: Value| occasion(&tree(json!({ "chargeOccasion": it }))).ok();
        assert_eq!(occasion(Value::Null), Some(Occasion::Plain));
        assert_eq!(occasion(json!("Setup")), Some(Occasion::Setup));
        assert_eq!(occasion(json!("christmas")), None);
        let timing = |it: Value| timing(&tree(json!({ "chargeTiming": it }))).ok();
        assert_eq!(timing(Value::Null), Some(Timing::InAdvance));
        assert_eq!(timing(json!("inArrears")), Some(Timing::InArrears));
        assert_eq!(timing(json!("later")), None);
    }
}
