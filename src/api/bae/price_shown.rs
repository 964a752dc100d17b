//! How price plans are shown: as they were said, and what other contracts made of prices as plans.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::price_plan::{DETAILS, OPEN, is_called};
use super::{carried, charge_period, price_alteration, price_amount};
use crate::domain::catalog::offer::{Offer, Openness, Plan};
use crate::domain::catalog::price::{Price, PriceKind};
use crate::domain::id::Id;
use crate::domain::text::{Name, Prose};
use crate::domain::time::Span;
use crate::services::{Cx, Error, offer};

/// The plans of an offering as they are shown; what is a price of all plans is a fee in each.
///
/// # Errors
/// If the store fails.
pub(super) fn shown(cx: Cx<'_>, it: &Offer) -> Result<Vec<Value>, Error> {
    if it.content.openness == Openness::Open {
        return Ok(vec![json!({ "name": OPEN })]);
    }
    let prices = offer::prices(cx, it.id)?;
    let plans: Vec<_> = it.content.plans.iter().map(Some).collect();
    let plans = if plans.is_empty() { vec![None] } else { plans };
    let mut found = Vec::new();
    for plan in plans {
        let key = plan.map(|it| &it.key);
        let own: Vec<_> =
            prices.iter().filter(|it| it.plan.is_none() || it.plan.as_ref() == key).collect();
        let currencies: BTreeSet<_> = own.iter().map(|it| it.currency).collect();
        for currency in currencies {
            let own: Vec<_> = own.iter().copied().filter(|it| it.currency == currency).collect();
            found.push(shown_plan(cx, plan, &own)?);
        }
    }
    Ok(found)
}

fn shown_plan(cx: Cx<'_>, plan: Option<&Plan>, prices: &[&Price]) -> Result<Value, Error> {
    let is_own = |it: &&&Price| plan.is_some_and(|plan| is_called(plan, &it.name));
    let recurs = |it: &&&Price| matches!(it.kind, PriceKind::Recurring { .. });
    let main = prices.iter().find(is_own).or_else(|| prices.iter().find(recurs));
    let Some(main) = main.or_else(|| prices.first()) else { return Ok(Value::Null) };
    let mut shown = shown_price(cx, main)?;
    if let Some(plan) = plan {
        shown["name"] = plan.name.original().as_str().into();
    }
    let base = main.base;
    let details = carried::read(&main.stamp)?.remove(DETAILS).unwrap_or(Value::Null);
    let altered = main.alterations.iter().map(|it| {
        let mut shown = details.get(it.name.as_str()).cloned().unwrap_or_else(|| json!({}));
        if let (Some(shown), Value::Object(known)) =
            (shown.as_object_mut(), price_alteration::shown(it, base))
        {
            shown.extend(known);
        }
        shown
    });
    let mut altered: Vec<_> = altered.collect();
    for fee in prices.iter().filter(|it| it.id != main.id) {
        let mut fee = shown_price(cx, fee)?;
        if let Some(it) = fee.as_object_mut() {
            it.remove("id");
        }
        altered.push(fee);
    }
    if let Some(altered) = price_alteration::together(altered) {
        shown[price_alteration::NAME] = altered;
    }
    Ok(shown)
}

fn shown_price(cx: Cx<'_>, it: &Price) -> Result<Value, Error> {
    let (word, every) = match it.kind {
        PriceKind::OneTime(_) => ("one time", None),
        PriceKind::Recurring { every, .. } => ("recurring", Some(shown_period(every))),
        PriceKind::Usage { .. } => ("usage", None),
    };
    let unit = offer::unit(cx, it)?;
    let all = [
        ("id", json!(it.id.uuid())),
        ("name", json!(it.name.as_str())),
        ("description", json!(it.description.as_ref().map(Prose::as_str))),
        ("priceType", word.into()),
        ("recurringChargePeriod", json!(every)),
        ("unitOfMeasure", json!(unit.as_ref().map(Name::as_str))),
        (price_amount::NAME, price_amount::shown(cx, it)?),
    ];
    let mut shown = carried::read(&it.stamp)?;
    shown.retain(|name, _| ![price_amount::NAME, DETAILS].contains(&name.as_str()));
    shown.extend(all.into_iter().filter(|it| !it.1.is_null()).map(|it| (it.0.to_owned(), it.1)));
    Ok(Value::Object(shown))
}

/// A period in the word that the contract has for it, or as people say it.
pub(super) fn shown_period(every: Span) -> String {
    charge_period::word(every).map_or_else(|| every.to_string(), str::to_owned)
}
