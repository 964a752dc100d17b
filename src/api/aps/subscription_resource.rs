//! The resources of a subscription, as each of its faces shows them: what was sold, with amounts as
//! texts, and what is delivered, with numbers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::amount::quantity;
use super::bss_resource;
use super::localized::{one, texts};
use super::operation::{Outcome, Said as Asked};
use super::property::{Field, Form, Structure};
use super::resource_type::Said;
use super::template_limit::Limits;
use crate::domain::catalog::offer::ResourceRate;
use crate::domain::catalog::resource::{DependencyKind, Measure, Resource};
use crate::domain::id::{Id, ResourceId};
use crate::domain::operator::{Decision, Permission};
use crate::domain::provisioning::lifecycle::State as TaskState;
use crate::domain::provisioning::task::{Task, Work};
use crate::domain::quantity::Quantity;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::Entitlement;
use crate::domain::subscription::lifecycle::State;
use crate::domain::text::Name;
use crate::services::{Cx, Error, billing, provisioning, subscription};

/// A resource as it was sold.
pub(super) static SOLD: Structure = Structure {
    name: "SubscriptionResource",
    fields: &[
        Field::required("resourceId", Form::ResourceId),
        Field::required("internalResourceId", Form::Integer),
        Field::required("status", Form::Words(&["ORDERED", "INSTALLED"])),
        Field::required("name", Form::ByLocale),
        Field::required("unitOfMeasureId", Form::Text),
        Field::required("unitOfMeasure", Form::ByLocale),
        Field::required("measurable", Form::Flag),
        Field::required("showInCustomerPanel", Form::Flag),
        Field::required("allowToModifyInTrial", Form::Flag),
        Field::required("included", Form::NumberText),
        Field::required("additional", Form::NumberText),
        Field::required("ordered", Form::NumberText),
        Field::required("min", Form::NumberText),
        Field::optional("usage", Form::NumberText),
    ],
};

/// A resource as it is delivered.
pub(super) static DELIVERED: Structure = Structure {
    name: "Resource",
    fields: &[
        Field::required("id", Form::Text),
        Field::required("resourceId", Form::ResourceId),
        Field::required("title", Form::Text),
        Field::optional("apsId", Form::Text),
        Field::required("apsType", Form::Text),
        Field::optional("usage", Form::Number),
        Field::optional("limit", Form::Number),
        Field::optional("autoprovisioning", Form::Flag),
        Field::required("unit", Form::Text),
    ],
};

/// `getResources` of the BSS side: the resources that the plan has a rate for.
pub(super) fn sold(cx: Cx<'_>, it: &Subscription, _: &Asked) -> Result<Outcome, Error> {
    let Some(offer) = subscription::offer(cx, it)? else { return Ok(Some(json!([]))) };
    let ids: BTreeSet<_> = offer.content.resources.iter().map(|it| it.resource).collect();
    let rates = ids.into_iter().filter_map(|id| offer.content.rate(id, it.term_key()));
    let is_vendor = cx.actor.may(Permission::CatalogRead, &offer.stamp) == Decision::Yes;
    let mut rates: Vec<_> = rates.filter(|it| is_vendor || it.is_in_panel).collect();
    rates.sort_by_key(|it| it.position);
    let (resources, usage) = (subscription::resources(cx, it)?, billing::resource_usage(cx, it)?);
    let shown = rates.into_iter().filter_map(|rate| {
        let used = of_resource(usage.as_ref(), rate.resource);
        Some(as_sold(it, (resources.get(&rate.resource)?, rate), used))
    });
    Ok(Some(Value::Array(shown.collect())))
}

/// How much was used of a resource; nothing for whoever may not read usage.
fn of_resource(all: Option<&BTreeMap<ResourceId, Quantity>>, id: ResourceId) -> Option<Quantity> {
    all.map(|it| it.get(&id).copied().unwrap_or(Quantity::ZERO))
}

fn as_sold(
    of: &Subscription,
    (it, rate): (&Resource, &ResourceRate),
    used: Option<Quantity>,
) -> Value {
    let nothing = Entitlement::of(Quantity::ZERO, Quantity::ZERO);
    let has = of.deal().resources.get(&it.id).copied().unwrap_or(nothing);
    let unit = &it.content.unit;
    let unit_name = match &unit.name {
        Some(name) => texts(name),
        None => one(it.content.name.locale(), &unit.code),
    };
    // What is ordered and not there yet is no part of what one has.
    let is_there = of.state() != State::Pending;
    let (status, additional, ordered) = match is_there {
        true => ("INSTALLED", has.additional, Quantity::ZERO),
        false => ("ORDERED", Quantity::ZERO, has.additional),
    };
    let mut shown = json!({
        "resourceId": it.id.uuid(),
        "internalResourceId": it.stamp.number,
        "status": status,
        "name": texts(&it.content.name),
        "unitOfMeasureId": unit.code.as_str(),
        "unitOfMeasure": unit_name,
        "measurable": it.content.measure == Measure::Measured,
        "showInCustomerPanel": rate.is_in_panel,
        "allowToModifyInTrial": rate.is_changeable_in_trial,
        "included": quantity(has.included),
        "additional": quantity(additional),
        "ordered": quantity(ordered),
        "min": quantity(rate.amount_min),
    });
    if let Some(used) = used {
        shown["usage"] = json!(quantity(used));
    }
    shown
}

/// `resources` of the OSS side: all resources of the service template, and what else was bought.
pub(super) fn delivered(cx: Cx<'_>, it: &Subscription, _: &Asked) -> Result<Outcome, Error> {
    let template = subscription::specification(cx, it)?;
    let limits = template.as_deref().map(Limits::of).unwrap_or_default();
    let configured = template.map(|it| it.content.resources.clone()).unwrap_or_default();
    let bought = it.deal().resources.keys().filter(|id| !configured.contains(id));
    let (resources, usage) = (subscription::resources(cx, it)?, billing::resource_usage(cx, it)?);
    let made = made(&provisioning::of(cx, it.id)?);
    let shown = configured.iter().chain(bought).filter_map(|id| {
        let used = of_resource(usage.as_ref(), *id);
        let mut shown = as_delivered(it, (resources.get(id)?, limits.get(*id)), used);
        if let Some(name) = made.get(id) {
            shown["apsId"] = json!(name.as_str());
        }
        Some(shown)
    });
    Ok(Some(Value::Array(shown.collect())))
}

/// What the application calls what it made of each resource, and has not removed.
fn made(tasks: &[Task]) -> BTreeMap<ResourceId, Name> {
    let mut made = BTreeMap::new();
    let done = |it: &&Task| it.seat.is_none() && it.state() == TaskState::Completed;
    for task in tasks.iter().filter(done) {
        if task.work == Work::Remove {
            made.clear();
        }
        made.extend(task.outcome().resources.clone());
    }
    made
}

fn as_delivered(
    of: &Subscription,
    (it, limit): (&Resource, Option<u64>),
    used: Option<Quantity>,
) -> Value {
    let content = &it.content;
    let mut shown = json!({
        "id": it.stamp.number.to_string(),
        "resourceId": it.id.uuid(),
        "title": content.name.original().as_str(),
        "apsType": Said::carried(&it.stamp).makes.unwrap_or_else(|| bss_resource::ID.to_owned()),
        "unit": content.unit.code.as_str(),
    });
    if let Some(used) = used {
        shown["usage"] = number(used);
    }
    if let Some(has) = of.deal().resources.get(&it.id) {
        shown["limit"] = number(has.amount());
    } else if let Some(limit) = limit {
        shown["limit"] = json!(limit);
    }
    if it.dependencies(DependencyKind::ProvidedBy).next().is_some() {
        shown["autoprovisioning"] = json!(true);
    }
    shown
}

/// An amount as a number, exactly.
fn number(it: Quantity) -> Value {
    serde_json::from_str(&it.decimal().normalize().to_string()).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_numbers_of_the_very_amount() {
        for (amount, shown) in [("5", "5"), ("0", "0"), ("2.50", "2.5"), ("-1.0", "-1")] {
            let it: Quantity = amount.parse().expect(amount);
            assert_eq!(number(it).to_string(), shown);
        }
    }
}
