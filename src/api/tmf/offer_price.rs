//! What offers cost (TMF620 productOfferingPrice): our prices, and what was written down of a price
//! before any offer had it.
//!
//! A price is made by itself here, and an offer takes it by its id. Until then it is a
//! [registered document](super::registered); when an offer takes it, it becomes a price of ours with
//! the same id, and what was said of it is carried beside it. An offer that takes what another has got
//! already gets one of its own.

use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::beside::Beside;
use super::carried;
use super::entity::{Entity, Gone, Of, must, reference, text, tree};
use super::money;
use super::registered::Registered;
use super::resource::Tree;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::model::{Figure, PriceModel};
use crate::domain::catalog::price::{Occasion, Price, PriceKind, Timing};
use crate::domain::document::Document;
use crate::domain::error::{Invalid, Violation};
use crate::domain::id::{DocumentId, Id, OfferId, PriceId};
use crate::domain::money::Money;
use crate::domain::operator::Permission;
use crate::domain::stamp::Contract;
use crate::domain::text::{Name, Prose};
use crate::domain::time::{Span, SpanUnit};
use crate::services::offer::PlainPrice;
use crate::services::{Act, Cx, Error, document, offer};

/// The sort of the documents.
const SORT: &str = "product_offering_price";
/// The name of the resource.
const NAME: &str = "productOfferingPrice";

/// What offers have.
pub(super) struct Prices;

/// Prices, with those that no offer has yet.
pub(super) const PRICES: Beside<Prices> = Beside {
    documents: Registered(SORT),
    entities: Of(Prices),
    make: |it, act, of, said| it.documents.create(act, of, said),
};

/// The figure of a price, as far as it is one.
fn figure(of: &Price) -> Option<Value> {
    let version = of.versions.as_slice().last()?;
    let (PriceModel::Flat(figure) | PriceModel::PerUnit(figure)) = &version.model else {
        return None;
    };
    let number: serde_json::Number = figure.to_string().parse().ok()?;
    Some(json!({ "unit": of.currency.code(), "value": number }))
}

/// How long a period is, in the words of this contract.
fn period(every: Span) -> (&'static str, u32) {
    match every.unit {
        SpanUnit::Day => ("day", every.count),
        SpanUnit::Week => ("week", every.count),
        SpanUnit::Month => ("month", every.count),
        SpanUnit::Year => ("year", every.count),
    }
}

/// In which period a price is charged, if in any: `month`, `3 months`.
pub(super) fn recurs(of: &Price) -> Option<String> {
    let PriceKind::Recurring { every, .. } = of.kind else { return None };
    let (unit, count) = period(every);
    Some(if count == 1 { unit.to_owned() } else { format!("{count} {unit}s") })
}

impl Entity for Prices {
    type Thing = Price;
    const READING: Permission = Permission::CatalogRead;
    const WRITING: Permission = Permission::CatalogWrite;
    const FREE: &[&str] = &["description"];

    fn is(&self, _: &Price) -> bool {
        true
    }

    fn known(&self, _: Cx<'_>, it: &Price) -> Result<Tree, Error> {
        let (kind, every) = match it.kind {
            PriceKind::OneTime(_) => ("oneTime", None),
            PriceKind::Recurring { every, .. } => ("recurring", Some(period(every))),
            PriceKind::Usage { .. } => ("usage", None),
        };
        Ok(tree(json!({
            "name": it.name.as_str(),
            "description": it.description.as_ref().map(Prose::as_str),
            "lifecycleStatus": super::catalogue::word(it.life.state()),
            "priceType": kind,
            "recurringChargePeriodType": every.map(|it| it.0),
            "recurringChargePeriodLength": every.map(|it| it.1),
            "price": figure(it),
            "isBundle": false,
        })))
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<Price, Error> {
        Err(Error::internal("a price is made when an offer takes it"))
    }

    fn change(&self, act: &mut Act<'_>, it: Price, change: &Change) -> Result<Price, Error> {
        let differs = |name: &str| change.before.get(name) != change.after.get(name);
        let mut it = it;
        if differs("name") {
            let name: Name = must(&change.after, "name")?;
            let kept = (name, it.names.clone(), it.stamp.carried.clone());
            it = offer::rename_price(act, it.id, kept)?;
        }
        if differs("price") {
            let (amount, figure) = amount(&change.after)?.ok_or_else(|| {
                Invalid::one("price", "required", "must stay: an offer has this price")
            })?;
            if amount.currency() != it.currency {
                let message = "must stay in its currency: make another price";
                return Err(Invalid::one("price", "read_only", message).into());
            }
            it = offer::reprice_plainly(act, it.id, figure)?;
        }
        Ok(it)
    }

    fn remove(&self, act: &mut Act<'_>, it: Price) -> Result<Gone, Error> {
        offer::drop_price(act, it.id, None)?;
        Ok(Gone::Removed)
    }
}

/// What was said that a price comes to, with all its digits.
fn amount(said: &Tree) -> Result<Option<(Money, Figure)>, Invalid> {
    let Some(price) = said.get("price").filter(|it| !it.is_null()) else { return Ok(None) };
    let digits = match price.get("value").or_else(|| price.get("amount")) {
        Some(Value::Number(it)) => it.to_string(),
        Some(Value::String(it)) => it.clone(),
        _ => return Err(Invalid::one("price", "format", "must have the number `value`")),
    };
    let figure =
        digits.parse::<Figure>().map_err(|_| Invalid::one("price", "format", "is no number"))?;
    // A figure may be finer than money that is booked.
    let zero = json!({ "unit": price.get("unit"), "value": 0 });
    Ok(Some((money::read("price", &zero)?, figure)))
}

/// For what a price is charged, as it was said.
fn kind(said: &Tree) -> Result<PriceKind, Invalid> {
    let word = text::<String>(said, "priceType")?.unwrap_or_else(|| "recurring".to_owned());
    match word.to_ascii_lowercase().replace([' ', '-', '_'], "").as_str() {
        "onetime" | "onetimecharge" => Ok(PriceKind::OneTime(Occasion::Plain)),
        "recurring" | "recurringcharge" => {
            Ok(PriceKind::Recurring { every: every(said)?, timing: Timing::InAdvance })
        }
        _ => {
            let message = "must be `oneTime` or `recurring` for an offer to have it";
            Err(Invalid::one("priceType", "unsupported", message))
        }
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

/// The price that was said, if it says what it comes to.
fn price(said: &Tree) -> Result<Option<PlainPrice>, Error> {
    let Some((money, figure)) = amount(said)? else { return Ok(None) };
    Ok(Some(PlainPrice {
        name: must(said, "name")?,
        description: text(said, "description")?,
        currency: money.currency(),
        figure,
        kind: kind(said)?,
    }))
}

/// What an offer costs, as references.
pub(super) fn references(cx: Cx<'_>, it: &Offer) -> Result<Vec<Value>, Error> {
    let all = offer::prices(cx, it.id)?;
    Ok(all.iter().map(|it| json!({ "id": it.id.uuid(), "name": it.name.as_str() })).collect())
}

/// Lets an offer cost what it is said to: it takes what it does not have, and gives up what is no
/// longer named. References that lead nowhere here come to nothing.
pub(super) fn settle(act: &mut Act<'_>, of: OfferId, said: &Tree) -> Result<(), Error> {
    let named = said.get(NAME).and_then(Value::as_array).cloned().unwrap_or_default();
    let ids: Vec<_> = named.iter().filter_map(reference::<PriceId>).collect();
    for it in offer::prices(act.cx(), of)? {
        if !ids.contains(&it.id) {
            offer::drop_price(act, it.id, None)?;
        }
    }
    for (place, id) in ids.into_iter().enumerate() {
        let at = format!("{NAME}/{place}");
        take(act, of, id).map_err(|error| {
            if let Error::Invalid(invalid) = error { below(invalid, &at).into() } else { error }
        })?;
    }
    Ok(())
}

/// Whether prices are named that are not here: what they would charge is not to be had for nothing.
pub(super) fn is_missing(cx: Cx<'_>, of: OfferId, said: &Tree) -> Result<bool, Error> {
    let named = said.get(NAME).and_then(Value::as_array).map_or(0, Vec::len);
    Ok(offer::prices(cx, of)?.len() < named)
}

fn below(mut invalid: Invalid, at: &str) -> Invalid {
    for Violation { field, .. } in &mut invalid.violations {
        *field = format!("{at}/{}", field.trim_start_matches('/'));
    }
    invalid
}

/// Lets an offer take what was written down, or its own of what another has.
fn take(act: &mut Act<'_>, of: OfferId, id: PriceId) -> Result<(), Error> {
    if let Some(found) = act.cx().find::<Price>(id)? {
        if found.offer != of {
            offer::add_price(act, of, |id, stamp| Ok(Price { id, stamp, offer: of, ..found }))?;
        }
        return Ok(());
    }
    let draft: Option<Document> = document::find(act.cx(), SORT, DocumentId::from_uuid(id.uuid()))?;
    let Some(draft) = draft else { return Ok(()) };
    let said: Tree = serde_json::from_slice(draft.body()).map_err(Error::internal)?;
    let Some(plain) = price(&said)? else {
        let message = "has no `price`, so that nothing can be sold at it";
        return Err(Invalid::one("price", "required", message).into());
    };
    document::remove(act, SORT, draft.id)?;
    let made = offer::add_plain_price(act, (of, id), plain)?;
    let known = Prices.known(act.cx(), &made)?;
    let kept = PRICES.entities.of_new(None, (&made, &said, &known));
    let kept = carried::written(Tree::new(), NAME, kept)?;
    crate::services::carried::keep::<Price>(
        act,
        (made.id, Permission::CatalogWrite),
        Contract::Tmf,
        kept,
    )?;
    Ok(())
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
    fn a_price_keeps_all_its_digits() {
        let said = tree(json!({ "price": { "unit": "EUR", "value": "0.00125" } }));
        let (money, figure) = amount(&said).expect("right").expect("a price");
        assert_eq!((money.currency().code(), figure.to_string()), ("EUR", "0.00125".to_owned()));
        assert_eq!(amount(&Tree::new()), Ok(None));
        assert!(amount(&tree(json!({ "price": { "unit": "EUR" } }))).is_err());
        assert!(amount(&tree(json!({ "price": { "unit": "?", "value": 1 } }))).is_err());
    }
}
