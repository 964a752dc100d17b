//! What offers cost (TMF620 productOfferingPrice): our prices, and what was written down of a price
//! before any offer had it.
//!
//! A price is made by itself here, and an offer takes it by its id. Until then it is a
//! [registered document](super::registered); when an offer takes it, it becomes a price of ours with
//! the same id, and what was said of it is carried beside it. What several offers take is one price of
//! all of [them](super::price_in_offers).

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::beside::Beside;
use super::carried;
use super::catalogue::valid_anew;
use super::entity::{Entity, Gone, Of, must, reference, text, tree};
use super::money;
use super::party_form::{shown_validity, validity};
use super::registered::Registered;
use super::resource::Tree;
use super::{characteristic, price_condition, price_in_offers};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::model::{Figure, PriceModel};
use crate::domain::catalog::price::{Occasion, Price, PriceKind, PriceVersion, Timing};
use crate::domain::document::Document;
use crate::domain::error::{Invalid, Violation};
use crate::domain::id::{DocumentId, Id, OfferId, PriceId};
use crate::domain::money::Money;
use crate::domain::operator::Permission;
use crate::domain::stamp::Contract;
use crate::domain::text::{Name, Prose};
use crate::domain::time::{Span, SpanUnit};
use crate::services::offer::PlainPrice;
use crate::services::{Act, Cx, Error, catalog, document, offer};

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
    make: |it, act, of, said| {
        validity("validFor", said.get("validFor"))?;
        it.documents.create(act, of, said)
    },
};

/// The figure of a version of a price, as far as it is one.
pub(super) fn figure(of: &Price, version: Option<&PriceVersion>) -> Option<Value> {
    let (PriceModel::Flat(figure) | PriceModel::PerUnit(figure)) = &version?.model else {
        return None;
    };
    let number: serde_json::Number = figure.to_string().parse().ok()?;
    Some(json!({ "unit": of.currency.code(), "value": number }))
}

/// On what occasion a price is charged, in the words of this contract.
pub(super) const fn occasion(of: PriceKind) -> &'static str {
    match of {
        PriceKind::OneTime(_) => "oneTime",
        PriceKind::Recurring { .. } => "recurring",
        PriceKind::Usage { .. } => "usage",
    }
}

/// How long a period is, in the words of this contract.
pub(super) fn period(every: Span) -> (&'static str, u32) {
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

    fn is(&self, it: &Price) -> bool {
        !price_in_offers::is_another(it)
    }

    fn known(&self, _: Cx<'_>, it: &Price) -> Result<Tree, Error> {
        let every = match it.kind {
            PriceKind::Recurring { every, .. } => Some(period(every)),
            PriceKind::OneTime(_) | PriceKind::Usage { .. } => None,
        };
        Ok(tree(json!({
            "name": it.name.as_str(),
            "description": it.description.as_ref().map(Prose::as_str),
            "lifecycleStatus": super::catalogue::word(it.life.state()),
            "priceType": occasion(it.kind),
            "recurringChargePeriodType": every.map(|it| it.0),
            "recurringChargePeriodLength": every.map(|it| it.1),
            "price": figure(it, it.versions.as_slice().last()),
            "isBundle": false,
            characteristic::USES: price_condition::shown(&it.conditions),
            "validFor": shown_validity(it.life.valid_for),
        })))
    }

    fn states(&self) -> Vec<String> {
        super::catalogue::words()
    }

    fn agrees(&self, it: &Price, name: &str, (said, known): (&Value, &Value)) -> bool {
        match name {
            characteristic::USES => price_condition::agree(said, &it.conditions),
            _ => carried::agrees(said, known),
        }
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<Price, Error> {
        Err(Error::internal("a price is made when an offer takes it"))
    }

    fn change(&self, act: &mut Act<'_>, it: Price, change: &Change) -> Result<Price, Error> {
        for other in price_in_offers::others(act.cx(), &it)? {
            changed(act, other, change)?;
        }
        changed(act, it, change)
    }

    fn remove(&self, act: &mut Act<'_>, it: Price) -> Result<Gone, Error> {
        for other in price_in_offers::others(act.cx(), &it)? {
            offer::drop_price(act, other.id, None)?;
        }
        offer::drop_price(act, it.id, None)?;
        Ok(Gone::Removed)
    }
}

/// A price that is what was said anew.
fn changed(act: &mut Act<'_>, mut it: Price, change: &Change) -> Result<Price, Error> {
    let differs = |name: &str| change.before.get(name) != change.after.get(name);
    if differs("name") {
        let name: Name = must(&change.after, "name")?;
        let kept = (name, it.names.clone(), it.stamp.carried.clone());
        it = offer::rename_price(act, it.id, kept)?;
    }
    if let Some(valid_for) = valid_anew(change)? {
        it = catalog::revise(act, (it.id, None), Permission::CatalogWrite, |mut it: Price| {
            it.life.valid_for = valid_for;
            Ok::<_, Error>(it)
        })?;
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

/// What of a price an offer cannot have: it would cost something else than is said.
const UNSOLD: &[(&str, &str)] = &[
    ("bundledPopRelationship", "a price is none of several here: name each"),
    ("percentage", "what lowers a price by a part is a discount of ours"),
    ("popRelationship", "what lowers a price is a discount of ours"),
    ("productOfferingTerm", "a price is for all terms of its offer here"),
];

/// Refuses what an offer cannot have of a price that was said.
fn must_be_sold_so(said: &Tree) -> Result<(), Invalid> {
    let is_nothing = |it: &Value| match it {
        Value::Null => true,
        Value::Array(all) => all.is_empty(),
        Value::Number(it) => it.to_string().parse().is_ok_and(|it: Decimal| it.is_zero()),
        Value::Bool(_) | Value::String(_) | Value::Object(_) => false,
    };
    let refused = |name: &str, why: &str| Err(Invalid::one(name, "unsupported", why));
    let found = UNSOLD.iter().find(|it| said.get(it.0).is_some_and(|it| !is_nothing(it)));
    if let Some((name, why)) = found {
        return refused(name, why);
    }
    let unit = said.get("unitOfMeasure").and_then(|it| it.get("amount"));
    let is_one = |it: &Value| {
        let digits = it.to_string();
        digits.trim_matches('"').parse().is_ok_and(|it: Decimal| it == Decimal::ONE)
    };
    if unit.is_some_and(|it| !it.is_null() && !is_one(it)) {
        return refused("unitOfMeasure", "a price is for one of what it is for: say it for one");
    }
    Ok(())
}

/// The price that was said, if it says what it comes to.
fn price(said: &Tree) -> Result<Option<PlainPrice>, Error> {
    let Some((money, figure)) = amount(said)? else { return Ok(None) };
    must_be_sold_so(said)?;
    Ok(Some(PlainPrice {
        name: must(said, "name")?,
        description: text(said, "description")?,
        currency: money.currency(),
        figure,
        kind: kind(said)?,
        conditions: price_condition::read(said.get(characteristic::USES))?,
        valid_for: validity("validFor", said.get("validFor"))?,
    }))
}

/// What an offer costs, as references.
pub(super) fn references(cx: Cx<'_>, it: &Offer) -> Result<Vec<Value>, Error> {
    let all = offer::prices(cx, it.id)?;
    let shown = all.iter().map(|it| {
        let id = price_in_offers::shown_as(it)?;
        Ok(json!({ "id": id.uuid(), "name": it.name.as_str() }))
    });
    shown.collect()
}

/// Lets an offer cost what it is said to: it takes what it does not have, and gives up what is no
/// longer named. References that lead nowhere here come to nothing.
pub(super) fn settle(act: &mut Act<'_>, of: OfferId, said: &Tree) -> Result<(), Error> {
    let named = said.get(NAME).and_then(Value::as_array).cloned().unwrap_or_default();
    let ids: Vec<_> = named.iter().filter_map(reference::<PriceId>).collect();
    for it in offer::prices(act.cx(), of)? {
        if !ids.contains(&price_in_offers::shown_as(&it)?) {
            let others = price_in_offers::others(act.cx(), &it)?;
            offer::drop_price(act, it.id, None)?;
            price_in_offers::part(act, &others)?;
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

fn below(invalid: Invalid, at: &str) -> Invalid {
    let mut invalid = price_condition::placed(invalid);
    for Violation { field, .. } in &mut invalid.violations {
        *field = format!("{at}/{}", field.trim_start_matches('/'));
    }
    invalid
}

/// Lets an offer take what was written down, or what another has.
fn take(act: &mut Act<'_>, of: OfferId, id: PriceId) -> Result<(), Error> {
    if let Some(found) = act.cx().find::<Price>(id)? {
        let id = price_in_offers::shown_as(&found)?;
        for it in offer::prices(act.cx(), of)? {
            if price_in_offers::shown_as(&it)? == id {
                return Ok(());
            }
        }
        return price_in_offers::take(act, of, id);
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
    fn a_price_is_sold_as_it_is_said_or_not_at_all() {
        let told = |said: Value| match must_be_sold_so(&tree(said)) {
            Ok(()) => String::new(),
            Err(invalid) => invalid.violations[0].field.clone(),
        };
        for (said, expected) in [
            (json!({}), ""),
            (json!({ "percentage": 0, "popRelationship": [], "productOfferingTerm": null }), ""),
            (json!({ "percentage": 20 }), "percentage"),
            (json!({ "popRelationship": [{ "id": "1" }] }), "popRelationship"),
            (json!({ "bundledPopRelationship": [{ "id": "1" }] }), "bundledPopRelationship"),
            (json!({ "productOfferingTerm": [{ "name": "Year" }] }), "productOfferingTerm"),
            (json!({ "unitOfMeasure": { "amount": 1.0, "units": "box" } }), ""),
            (json!({ "unitOfMeasure": { "units": "box" } }), ""),
            (json!({ "unitOfMeasure": { "amount": 12, "units": "box" } }), "unitOfMeasure"),
        ] {
            assert_eq!(told(said.clone()), expected, "{said}");
        }
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
