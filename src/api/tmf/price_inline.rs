//! Prices that are said within an offering and not by reference (TMF620 `ProductOfferingPriceRefOrValue`): each
//! becomes a price by itself, which the offering then names.

use serde_json::{Value, json};

use super::behind::Behind;
use super::entity::reference;
use super::form;
use super::offer_price::PRICES;
use super::resource::{Resource, Tree};
use super::table::APIS;
use crate::domain::error::Invalid;
use crate::domain::id::PriceId;
use crate::services::{Act, Error};

/// The name of the resource, and of the attribute of an offering.
const NAME: &str = "productOfferingPrice";
/// What only a price says, and no reference to one.
const OF_PRICES: &[&str] = &["price", "priceType", "pricingLogicAlgorithm"];

/// Makes the prices that are said within an offering; they are named there in their place.
pub(super) fn made(act: &mut Act<'_>, said: &mut Tree) -> Result<(), Error> {
    let Some(all) = said.get_mut(NAME).and_then(Value::as_array_mut) else { return Ok(()) };
    let of = APIS.iter().find_map(|it| it.resource(NAME));
    let of = of.ok_or_else(|| Error::internal("prices are served"))?;
    for (place, it) in all.iter_mut().enumerate().filter(|it| is_value(it.1)) {
        *it = named(act, of, it.take()).map_err(|error| {
            let Error::Invalid(invalid) = error else { return error };
            invalid.below(&format!("{NAME}/{place}/")).into()
        })?;
    }
    Ok(())
}

/// Whether something is a price itself: one of ours is named by its id.
fn is_value(it: &Value) -> bool {
    let says = |name: &&str| it.get(*name).is_some_and(|it| !it.is_null());
    reference::<PriceId>(it).is_none() && OF_PRICES.iter().any(says)
}

/// The reference to a price that is made as it is said.
fn named(act: &mut Act<'_>, of: &Resource, said: Value) -> Result<Value, Error> {
    let said: Result<Tree, Invalid> = form::made(of, said, act.now());
    let made = PRICES.create(act, of, said?)?;
    Ok(json!({ "id": made.get("id"), "name": made.get("name") }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_what_it_costs_and_is_none_of_ours_is_a_price_itself() {
        let ours = "00000000-0000-7000-8000-000000000000";
        for (it, expected) in [
            (json!({ "name": "Fee", "priceType": "recurring" }), true),
            (json!({ "id": "1", "price": { "unit": "EUR", "value": 1 } }), true),
            (json!({ "id": ours, "price": { "unit": "EUR", "value": 1 } }), false),
            (json!({ "id": "1", "name": "Fee", "price": null }), false),
            (json!({ "name": "Fee" }), false),
            (json!("Fee"), false),
        ] {
            assert_eq!(is_value(&it), expected, "{it}");
        }
    }
}
