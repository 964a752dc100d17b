//! What a plan has of a resource, and what more of it costs: our resource rates.

use serde_json::{Map, Value, json};

use super::fee::{self, Fee, Fees, Place};
use super::term::billing_period;
use crate::api::aps::amount::quantity;
use crate::api::aps::period::{PERIOD, period};
use crate::api::aps::property::{Field, Form, Structure};
use crate::domain::catalog::offer::{Offer, ResourceRate};
use crate::domain::catalog::resource::{Measure, Resource};
use crate::domain::catalog::term::{Term, Trial};
use crate::domain::id::Id;
use crate::services::{Cx, Error, catalog};

static PUBLICATION: Structure = Structure {
    name: "ServicePlanResourceRatePublication",
    fields: &[Field::required("published", Form::Flag)],
};

static UNITS: Structure = Structure {
    name: "ServicePlanResourceRateUnits",
    fields: &[
        Field::optional("included", Form::NumberText),
        Field::optional("min", Form::NumberText),
        Field::optional("max", Form::NumberText),
        Field::optional("step", Form::NumberText),
    ],
};

static FEES: Structure = Structure {
    name: "ServicePlanResourceRateFees",
    fields: &[
        Field::optional("setup", Form::Structure(&fee::FEE)),
        Field::optional("recurring", Form::Structure(&fee::FEE)),
        Field::optional("overuse", Form::Structure(&fee::FEE)),
        Field::optional("setupTiers", Form::List(&Form::Structure(&fee::TIER))),
        Field::optional("recurringTiers", Form::List(&Form::Structure(&fee::TIER))),
        Field::optional("overuseTiers", Form::List(&Form::Structure(&fee::TIER))),
        Field::optional("volumePricing", Form::Flag),
    ],
};

/// What a plan has of a resource.
pub(super) static RATE: Structure = Structure {
    name: "ServicePlanResourceRate",
    fields: &[
        Field::required("resourceId", Form::ResourceId),
        Field::optional("showInStore", Form::Flag),
        Field::optional("measurable", Form::Flag),
        Field::optional("showInCustomerPanel", Form::Flag),
        Field::optional("allowToModifyInTrial", Form::Flag),
        Field::optional("sortNumber", Form::Integer),
        Field::optional("fees", Form::Structure(&FEES)),
        Field::optional("publication", Form::Structure(&PUBLICATION)),
        Field::optional("units", Form::Structure(&UNITS)),
    ],
};

/// The same for one of its periods.
pub(super) static PERIOD_RATE: Structure = Structure {
    name: "ServicePlanSubscriptionPeriodResourceRate",
    fields: &[
        Field::required("resourceId", Form::ResourceId),
        Field::required("period", Form::Structure(&PERIOD)),
        Field::optional("trial", Form::Flag),
        Field::optional("showInStore", Form::Flag),
        Field::optional("measurable", Form::Flag),
        Field::optional("showInCustomerPanel", Form::Flag),
        Field::optional("allowToModifyInTrial", Form::Flag),
        Field::optional("sortNumber", Form::Integer),
        Field::optional("fees", Form::Structure(&FEES)),
        Field::optional("publication", Form::Structure(&PUBLICATION)),
        Field::optional("units", Form::Structure(&UNITS)),
    ],
};

/// A rate as the bus shows it.
pub(super) fn shown(
    cx: Cx<'_>,
    (of, rate): (&Offer, &ResourceRate),
    fees: &Fees,
) -> Result<Value, Error> {
    Ok(Value::Object(fields(cx, (of, rate), fees)?))
}

/// A rate with the period that it is for.
pub(super) fn shown_for_period(
    cx: Cx<'_>,
    (of, rate): (&Offer, &ResourceRate),
    fees: &Fees,
) -> Result<Value, Error> {
    let mut shown = fields(cx, (of, rate), fees)?;
    let term = term_of(of, rate);
    let length = term.and_then(|it| it.length);
    shown.insert("period".to_owned(), json!(length.map(period)));
    shown.insert("trial".to_owned(), json!(term.is_some_and(|it| it.trial == Trial::Whole)));
    Ok(Value::Object(shown))
}

fn term_of<'a>(of: &'a Offer, rate: &ResourceRate) -> Option<&'a Term> {
    let key = rate.term.as_ref()?;
    of.content.terms.iter().find(|it| it.key == *key)
}

fn fields(
    cx: Cx<'_>,
    (of, rate): (&Offer, &ResourceRate),
    fees: &Fees,
) -> Result<Map<String, Value>, Error> {
    let resource: Option<Resource> = catalog::resource(cx, rate.resource)?;
    let every = term_of(of, rate).map_or(of.content.billing.period, |it| billing_period(of, it));
    let place = Place { term: rate.term.as_ref(), resource: Some(rate.resource), every };
    let mut costs = json!({
        "setup": fees.shown(Fee::Setup, place),
        "recurring": fees.shown(Fee::Recurring, place),
        "overuse": fees.shown(Fee::Overuse, place),
        "setupTiers": fees.tiers(Fee::Setup, place),
        "recurringTiers": fees.tiers(Fee::Recurring, place),
        "overuseTiers": fees.tiers(Fee::Overuse, place),
    });
    if fees.are_by_volume(place) {
        costs["volumePricing"] = json!(true);
    }
    let shown = json!({
        "resourceId": rate.resource.uuid(),
        "showInStore": rate.is_in_store,
        "measurable": resource.is_some_and(|it| it.content.measure == Measure::Measured),
        "showInCustomerPanel": rate.is_in_panel,
        "allowToModifyInTrial": rate.is_changeable_in_trial,
        "sortNumber": rate.position,
        "fees": costs,
        "publication": { "published": rate.is_active },
        "units": {
            "included": quantity(rate.included),
            "min": quantity(rate.amount_min),
            "max": rate.amount_max.map(quantity),
            "step": rate.step.map(quantity),
        },
    });
    match shown {
        Value::Object(fields) => Ok(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Error::internal("a rate is an object"))
        }
    }
}
