//! The prices of a BSS subscription, as structures, and the discounts that lower them: what was agreed
//! on, and not what the plan costs others.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::amount::{MONEY, money, number};
use super::operation::{Outcome, Said};
use super::period::{PERIOD, period};
use super::property::{Field, Form, Structure};
use super::service_plan::fee::{KINDS, TIER, first_unit, kind, shown_tiers, tiers_of};
use crate::domain::catalog::discount::{Discount, Reduction};
use crate::domain::catalog::price::PriceKind;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::subscription::Subscription;
use crate::services::billing::{self, ContractPrice};
use crate::services::{Cx, Error};

/// What lowers prices of a subscription.
pub(super) static DISCOUNT: Structure = Structure {
    name: "SubscriptionDiscount",
    fields: &[
        Field::required("discountId", Form::Integer),
        Field::required("name", Form::Text),
        Field::optional("percentage", Form::NumberText),
        Field::optional("amount", Form::Structure(&MONEY)),
        Field::optional("fixedFee", Form::Structure(&MONEY)),
    ],
};

/// What a subscription is charged for something.
pub(super) static PRICE: Structure = Structure {
    name: "SubscriptionPrice",
    fields: &[
        Field::required("type", Form::Words(KINDS)),
        Field::required("description", Form::Text),
        Field::optional("resourceId", Form::ResourceId),
        Field::optional("billingPeriod", Form::Structure(&PERIOD)),
        Field::required("price", Form::Structure(&MONEY)),
        Field::optional("included", Form::NumberText),
        Field::optional("tiers", Form::List(&Form::Structure(&TIER))),
        Field::optional("validFrom", Form::Day),
        Field::optional("discount", Form::Structure(&DISCOUNT)),
    ],
};

/// `getPrices`: what the subscription is charged, price by price, as of today or as it was frozen.
pub(super) fn prices(cx: Cx<'_>, it: &Subscription, _: &Said) -> Result<Outcome, Error> {
    let shown = billing::contract(cx, it)?.iter().map(shown).collect();
    Ok(Some(Value::Array(shown)))
}

/// The discounts that the next charges of a subscription get, each once; nothing if there are none.
pub(super) fn discounts(cx: Cx<'_>, it: &Subscription) -> Result<Value, Error> {
    let all = billing::contract(cx, it)?.into_iter().filter_map(|it| it.discount);
    let all: BTreeMap<_, _> = all.map(|it| (it.id, it)).collect();
    match all.is_empty() {
        true => Ok(Value::Null),
        false => Ok(Value::Array(all.values().map(discount).collect())),
    }
}

fn shown(it: &ContractPrice) -> Value {
    let price = &it.price;
    let mut shown = json!({ "type": kind(price), "description": price.name.as_str() });
    let figure = it.version.as_ref().map(|it| first_unit(&it.model)).unwrap_or_default();
    shown["price"] = money(figure, price.currency);
    if let Some(resource) = price.resource {
        shown["resourceId"] = json!(resource.uuid());
    }
    if let PriceKind::Recurring { every, .. } = price.kind {
        shown["billingPeriod"] = period(every);
    }
    if let Some(version) = &it.version {
        shown["validFrom"] = json!(version.valid_from.to_string());
        if !version.included.is_zero() {
            shown["included"] = json!(number(version.included.decimal()));
        }
        if let Some(tiers) = tiers_of(&version.model) {
            shown["tiers"] = shown_tiers(tiers, price.currency);
        }
    }
    if let Some(it) = &it.discount {
        shown["discount"] = discount(it);
    }
    shown
}

fn discount(it: &Discount) -> Value {
    let terms = it.terms();
    let booked = |it: Money| money(it.decimal(), it.currency());
    let (field, said) = match terms.reduction {
        Reduction::Share(it) => ("percentage", json!(number(it.decimal()))),
        Reduction::Amount(it) => ("amount", booked(it)),
        Reduction::Fee(it) => ("fixedFee", booked(it)),
    };
    let name = terms.name.original().as_str();
    json!({ "discountId": it.stamp.number, "name": name, field: said })
}
