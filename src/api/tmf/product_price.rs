//! What a product costs (TMF637): the prices that its buyer took, at what they are today.

use serde_json::{Map, Value, json};

use super::entity::tree;
use super::price_in_offers;
use super::{offer_price, price_rhythm};
use crate::domain::catalog::price::{Base, Price, PriceVersion};
use crate::domain::id::Id;
use crate::domain::subscription::Subscription;
use crate::domain::text::{Name, Prose};
use crate::services::{Cx, Error, billing, offer, subscription};

/// The prices at which a subscription is charged.
pub(super) fn all(cx: Cx<'_>, it: &Subscription) -> Result<Vec<Value>, Error> {
    let today = subscription::today(cx, it)?;
    let taken = it.deal().prices.iter();
    let taken = taken.filter(|(_, it)| it.until_on.is_none_or(|until| today < until));
    let mut shown = Vec::new();
    for (id, _) in taken {
        if let Some(price) = cx.shared::<Price>(*id)? {
            let version = billing::version_on(cx, (it, &price), today)?;
            shown.push(price_of(cx, &price, version.as_ref())?);
        }
    }
    Ok(shown)
}

/// A price at a version. What a unit costs is said where that is one figure; tiers have none.
pub(super) fn price_of(
    cx: Cx<'_>,
    it: &Price,
    version: Option<&PriceVersion>,
) -> Result<Value, Error> {
    let version = version.or_else(|| it.versions.as_slice().first());
    let mut amount = Map::new();
    if let Some(figure) = offer_price::figure(it, version) {
        let base = match it.base {
            Base::Net => "dutyFreeAmount",
            Base::Gross => "taxIncludedAmount",
        };
        amount.insert(base.to_owned(), figure);
    }
    let mut shown = tree(json!({
        "name": it.name.as_str(),
        "description": it.description.as_ref().map(Prose::as_str),
        "priceType": price_rhythm::occasion(it.kind),
        "recurringChargePeriod": price_rhythm::recurs(it),
        "unitOfMeasure": offer::unit(cx, it)?.as_ref().map(Name::as_str),
        "price": amount,
        "productOfferingPrice": {
            "id": price_in_offers::shown_as(it)?.uuid(), "name": it.name.as_str(),
        },
    }));
    shown.retain(|_, it| !it.is_null());
    Ok(Value::Object(shown))
}
