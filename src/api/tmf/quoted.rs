//! Orders that take a quote (TMF622, TMF648): which quote one names, and that it is had as it was quoted,
//! and once.

use std::collections::BTreeSet;

use serde_json::Value;

use super::carried;
use super::entity::reference;
use super::resource::Tree;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::error::{Code as Reason, Invalid, Rejection};
use crate::domain::id::{BillingAccountId, Id, QuoteId};
use crate::domain::order::item::{Item, Wish};
use crate::domain::order::quote::Quote;
use crate::domain::order::{Order, PlaceOrder};
use crate::domain::stamp::Contract;
use crate::services::{Act, Cx, Error, quote};

/// The ids of the quotes that an order names, in itself or in its items.
fn ids(said: &Tree) -> BTreeSet<String> {
    let mut ids = carried::ids(said.get("quote"));
    let items = said.get("productOrderItem").and_then(Value::as_array).into_iter().flatten();
    let quotes = items.filter_map(|it| it.pointer("/quoteItem/quoteId").and_then(Value::as_str));
    ids.extend(quotes.map(str::to_owned));
    ids
}

/// The quote that an order takes, if it names one.
///
/// # Errors
/// If it names several, or one that is not here to be taken.
pub(super) fn named(cx: Cx<'_>, said: &Tree) -> Result<Option<Quote>, Error> {
    let refused = |message: String| Err(Invalid::one("quote", "reference", message).into());
    let ids = ids(said);
    let Some(id) = ids.first() else { return Ok(None) };
    if ids.len() > 1 {
        return refused("must be one: each is taken by an order of its own".to_owned());
    }
    let found = id.parse::<QuoteId>().ok().map(|id| cx.find::<Quote>(id)).transpose()?.flatten();
    match found {
        Some(found) => Ok(Some(found)),
        None => refused(format!("no quote with the id `{id}` is here that could be ordered")),
    }
}

/// The reference to a billing account that is said: alone, or as the only one of a list, as the schemas of
/// quotes have it.
///
/// # Errors
/// If several are said.
pub(super) fn one_billed(said: Option<&Value>) -> Result<Option<&Value>, Invalid> {
    match said {
        Some(Value::Array(all)) => match all.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            [_, _, ..] => {
                let message = "must name one billing account, and not several";
                Err(Invalid::one("billingAccount", "range", message))
            }
        },
        said => Ok(said.filter(|it| !it.is_null())),
    }
}

/// Where what a quote says is billed, as `said` names it.
///
/// # Errors
/// If that is not here, or of somebody else.
pub(super) fn billed_to(
    cx: Cx<'_>,
    of: &Quote,
    said: Option<&Value>,
) -> Result<Option<BillingAccountId>, Error> {
    let Some(said) = one_billed(said)? else { return Ok(None) };
    let found = reference(said).map(|id| cx.find::<BillingAccount>(id)).transpose()?.flatten();
    let found = found.filter(|it| it.account() == of.account()).ok_or_else(|| {
        Invalid::one("billingAccount/id", "reference", "must name one of the customer's own")
    })?;
    Ok(Some(found.id))
}

/// Takes a quote by an order for what it asks about, billed where the quote says if the order does not.
///
/// # Errors
/// If it was ordered already, is not approved, or the order asks for something else.
pub(super) fn ordered(
    act: &mut Act<'_>,
    quote: &Quote,
    mut placed: PlaceOrder,
) -> Result<Order, Error> {
    if let Some(order) = quote.order() {
        let why = format!(
            "the quote `{}` was ordered already, by the product order `{}`",
            quote.id.uuid(),
            order.uuid()
        );
        return Err(Rejection::new(Reason::InUse, why).into());
    }
    must_be_as_quoted(quote, placed.items())?;
    if placed.request.billing_account.is_none() {
        let (_, kept) = carried::read(quote.stamp.carried.get(&Contract::Tmf), "quote")?;
        let said = carried::said(&kept, "billingAccount");
        placed.request.billing_account = billed_to(act.cx(), quote, said)?;
    }
    quote::take(act, quote.id, placed)
}

/// Refuses an order for something else than what was quoted.
fn must_be_as_quoted(quote: &Quote, ordered: &[Item]) -> Result<(), Invalid> {
    let plain = |it: &Item| {
        let quantity = Some(it.wish.quantity.unwrap_or(1));
        (it.action, it.subscription, Wish { quantity, ..it.wish.clone() })
    };
    let mut open: Vec<_> = quote.items().iter().map(plain).collect();
    for (place, it) in ordered.iter().enumerate() {
        let Some(at) = open.iter().position(|open| *open == plain(it)) else {
            let message = "asks for something else than the quote";
            return Err(Invalid::one(format!("productOrderItem/{place}"), "reference", message));
        };
        open.remove(at);
    }
    if open.is_empty() {
        return Ok(());
    }
    let message = "must have all that was quoted: the quote is taken as a whole";
    Err(Invalid::one("productOrderItem", "reference", message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::tmf::entity::tree;

    #[test]
    fn a_quote_is_named_by_the_order_or_by_its_items() {
        let told = |said: Value| ids(&tree(said)).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(told(json!({ "quote": [{ "id": "1" }] })), "1");
        let item = |id: &str| json!({ "quoteItem": { "id": "1", "quoteId": id } });
        assert_eq!(told(json!({ "productOrderItem": [item("1"), {}, item("2")] })), "1 2");
        assert_eq!(told(json!({ "quote": { "id": "1" }, "productOrderItem": [item("1")] })), "1");
        assert_eq!(told(json!({ "productOrderItem": [{}] })), "");
    }
}
