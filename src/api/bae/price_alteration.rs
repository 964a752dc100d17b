//! `productOfferPriceAlteration`: what lowers or raises a charge. Its name says which of the two it is,
//! its type whether it is for the first charge or for all, its condition for which totals it is.
//!
//! A fee that is charged otherwise than the plan it stands in, and without condition, alters nothing: it
//! is one more price of the plan.

use serde_json::{Value, json};

use super::catalogue::{shown_validity, validity};
use super::form::{must, text};
use super::price_amount;
use super::wire::Tree;
use crate::domain::catalog::price::alteration::{
    Applies, By, Comparison, Effect, PriceAlteration, TotalCondition,
};
use crate::domain::catalog::price::{Base, Figure};
use crate::domain::error::Invalid;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::text::Name;
use crate::domain::time::{Date, Span, Validity, Zone};

/// The attribute in which they stand.
pub(super) const NAME: &str = "productOfferPriceAlteration";
const CONDITION: &str = "priceCondition";
const DURATION: &str = "applicationDuration";

/// What is known of one; what else is said is kept as it was said.
const KNOWN: &[&str] = &["name", "priceType", CONDITION, DURATION, "price", "validFor"];

/// What was said of one beside what is known.
pub(super) fn beside(said: &Tree) -> Tree {
    let other = said.iter().filter(|it| !KNOWN.contains(&&**it.0));
    other.map(|it| (it.0.clone(), it.1.clone())).collect()
}

/// What was said to alter a plan: one, or several.
pub(super) fn all(said: &Tree) -> Vec<&Value> {
    match said.get(NAME) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
    }
}

/// What lowers or raises a charge, as it was said; `base` is that of the price it is for.
///
/// # Errors
/// 400 with the field that is wrong.
pub(super) fn read(said: &Tree, base: Base) -> Result<PriceAlteration, Invalid> {
    let name: Name = must(said, "name")?;
    let valid_for = validity(said.get("validFor").unwrap_or(&Value::Null), None)?;
    let day = |at| Zone::UTC.date_of(at);
    let alteration = PriceAlteration {
        effect: effect(&name)?,
        name,
        by: by(said, base)?,
        applies: applies(said)?,
        condition: condition(said)?,
        valid_from: valid_for.from().map(day),
        valid_until: valid_for.until().map(day),
    };
    alteration.check()?;
    Ok(alteration)
}

/// Whether a name is that of a fee that has no condition: a price of its own, unless it is charged like
/// what it stands at.
pub(super) fn is_component(said: &Tree) -> bool {
    let has = |name: &str| said.get(name).and_then(Value::as_str).is_some_and(|it| !it.is_empty());
    let name = said.get("name").and_then(Value::as_str).unwrap_or_default();
    let is_fee = name.parse().is_ok_and(|it| effect(&it) == Ok(Effect::Fee));
    is_fee && !has(CONDITION) && percentage(said).ok().flatten().is_none()
}

fn effect(name: &Name) -> Result<Effect, Invalid> {
    let text = name.as_str().to_lowercase();
    match (text.contains("discount"), text.contains("fee")) {
        (true, false) => Ok(Effect::Discount),
        (false, true) => Ok(Effect::Fee),
        (true, true) | (false, false) => {
            let message = format!("`{name}` must have either `discount` or `fee` in it");
            Err(Invalid::one("name", "format", message))
        }
    }
}

fn percentage(said: &Tree) -> Result<Option<Percent>, Invalid> {
    let price = said.get("price").and_then(Value::as_object);
    let found: Option<Quantity> = match price {
        Some(price) => text(price, "percentage").map_err(|it| it.below("price/"))?,
        None => None,
    };
    Ok(found.filter(|it| !it.is_zero()).map(|it| Percent::new(it.decimal())))
}

fn by(said: &Tree, base: Base) -> Result<By, Invalid> {
    let Some(price) = said.get("price").and_then(Value::as_object) else {
        return Err(Invalid::one("price", "required", "must say by how much"));
    };
    if let Some(percent) = percentage(said)? {
        return Ok(By::Percent(percent));
    }
    let (of, figure) = price_amount::figure(price).map_err(|it| it.below("price/"))?;
    let other = if base == Base::Gross { "taxIncludedAmount" } else { "dutyFreeAmount" };
    let message = format!("must be given as `{other}`, like the price that it alters");
    if of == base {
        return Ok(By::Fixed(figure));
    }
    // A price without tax is altered by an amount without it.
    let own: Option<Figure> = text(price, other).map_err(|it| it.below("price/"))?;
    own.map(By::Fixed).ok_or_else(|| Invalid::one(format!("price/{other}"), "required", message))
}

fn applies(said: &Tree) -> Result<Applies, Invalid> {
    if let Some(span) = text::<Span>(said, DURATION)? {
        return Ok(Applies::For(span));
    }
    let word: String = must(said, "priceType")?;
    match super::price_plan::plain(&word).as_str() {
        "onetime" => Ok(Applies::Once),
        "recurring" => Ok(Applies::EveryCharge),
        _ => {
            let message = format!("must be `one time` or `recurring`, not `{word}`");
            Err(Invalid::one("priceType", "enum", message))
        }
    }
}

fn condition(said: &Tree) -> Result<Option<TotalCondition>, Invalid> {
    let Some(sentence) = text::<String>(said, CONDITION)? else { return Ok(None) };
    let refused = || {
        let message = "must be `eq`, `lt`, `gt`, `le` or `ge` with an amount, such as `ge 200`";
        Invalid::one(CONDITION, "format", message)
    };
    let (word, amount) = sentence.trim().split_once(' ').ok_or_else(refused)?;
    let comparison: Comparison = word.to_ascii_lowercase().parse().map_err(|_| refused())?;
    let amount = amount.trim().parse().map_err(|_| refused())?;
    Ok(Some(TotalCondition { comparison, amount }))
}

/// What lowers or raises the charges of a price, as it is shown.
pub(super) fn shown(it: &PriceAlteration, base: Base) -> Value {
    let name = if base == Base::Gross { "taxIncludedAmount" } else { "dutyFreeAmount" };
    let price = match it.by {
        By::Percent(it) => json!({ "percentage": it.decimal().normalize().to_string() }),
        By::Fixed(it) => json!({ name: it.to_string() }),
    };
    let mut shown = json!({ "name": it.name.as_str(), "price": price });
    shown["priceType"] = match it.applies {
        Applies::Once => "one time".into(),
        Applies::EveryCharge | Applies::For(_) | Applies::Before(_) => "recurring".into(),
    };
    if let Applies::For(span) = it.applies {
        shown[DURATION] = span.to_string().into();
    }
    let at = |it: Option<Date>| it.map(|it| Zone::UTC.start_of(it));
    let valid_for = Validity::new(at(it.valid_from), at(it.valid_until));
    if let Some(period @ Value::Object(_)) = valid_for.map(shown_validity) {
        shown["validFor"] = period;
    }
    if let Some(condition) = it.condition {
        shown[CONDITION] = format!("{} {}", condition.comparison, condition.amount).into();
    }
    shown
}

/// Alterations as they stand in a price: one by itself, several as a list; nothing of none.
pub(super) fn together(mut all: Vec<Value>) -> Option<Value> {
    match all.len() {
        0 => None,
        1 => Some(all.swap_remove(0)),
        _ => Some(all.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::bae::wire::tree;

    #[test]
    fn an_alteration_reads_back_as_it_was_said() {
        for it in [
            json!({ "name": "Large discount", "priceType": "recurring", "priceCondition": "ge 200", "price": { "percentage": "5" } }),
            json!({ "name": "Small fee", "priceType": "one time", "priceCondition": "lt 100", "price": { "taxIncludedAmount": "3" } }),
            json!({ "name": "Discount", "priceType": "recurring", "applicationDuration": "2 months", "price": { "percentage": "100" } }),
            json!({ "name": "Fee", "priceType": "recurring", "validFor": { "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2026-02-01T00:00:00Z" }, "price": { "percentage": "1" } }),
        ] {
            let read = read(&tree(it.clone()), Base::Gross).expect("an alteration");
            assert_eq!(shown(&read, Base::Gross), it);
        }
    }

    #[test]
    fn what_alters_nothing_for_certain_is_refused_with_its_field() {
        let field = |it: Value| {
            read(&tree(it), Base::Gross).map_err(|it| it.violations[0].field.clone()).err()
        };
        let half = json!({ "percentage": 50 });
        for (it, expected) in [
            (json!({ "name": "Rebate", "priceType": "recurring", "price": half }), "name"),
            (json!({ "name": "discount fee", "priceType": "recurring", "price": half }), "name"),
            (json!({ "name": "fee", "priceType": "usage", "price": half }), "priceType"),
            (json!({ "name": "fee", "priceType": "recurring" }), "price"),
            (
                json!({ "name": "fee", "priceType": "recurring", "price": {} }),
                "price/taxIncludedAmount",
            ),
            (
                json!({ "name": "fee", "priceType": "recurring", "priceCondition": "over 9", "price": half }),
                "priceCondition",
            ),
            (
                json!({ "name": "fee", "priceType": "recurring", "priceCondition": "ge x", "price": half }),
                "priceCondition",
            ),
            (
                json!({ "name": "discount", "priceType": "recurring", "price": { "percentage": 101 } }),
                "/percent",
            ),
        ] {
            assert_eq!(field(it.clone()).as_deref(), Some(expected), "{it}");
        }
    }
}
