//! What a price must say before an offer has it (TMF620), and what it cannot say: an offer would be sold at
//! something else than its client wrote down.

use serde_json::Value;

use super::behind::Change;
use super::resource::Tree;
use crate::domain::error::Invalid;

/// The attribute that says how a price is taxed.
const TAX: &str = "tax";

fn is_said(it: Option<&Value>) -> bool {
    match it {
        None | Some(Value::Null) => false,
        Some(Value::Array(all)) => !all.is_empty(),
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Bool(_) | Value::Number(_) | Value::Object(_)) => true,
    }
}

fn taxed() -> Invalid {
    let message =
        "says a rate or an amount: those follow from the `taxCategory`, and from who buys where";
    Invalid::one(TAX, "unsupported", message)
}

/// Whether something says how much tax there is, and not only of which category a thing is.
fn is_rate(said: &Value) -> bool {
    match said {
        Value::Array(all) => all.iter().any(is_rate),
        Value::Object(fields) => is_said(fields.get("taxRate")) || is_said(fields.get("taxAmount")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Refuses a price that does not say when it is charged, or that says a rate of its own.
///
/// # Errors
/// With the attribute.
pub(super) fn must_be_whole(said: &Tree) -> Result<(), Invalid> {
    if said.get(TAX).is_some_and(is_rate) {
        return Err(taxed());
    }
    if is_said(said.get("priceType")) {
        return Ok(());
    }
    let message = "must say when the price is charged, as `oneTime`, `recurring` or `usage`, for an \
                   offer to have it";
    Err(Invalid::one("priceType", "required", message))
}

/// Refuses to tax a price that an offer has in a way of its own.
///
/// # Errors
/// If a change says so.
pub(super) fn must_stay_untaxed(change: &Change) -> Result<(), Invalid> {
    let said = change.after.get(TAX);
    if is_said(said) && said != change.before.get(TAX) {
        let message = "must stay: an offer has this price; make another";
        return Err(Invalid::one(TAX, "read_only", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::tmf::entity::tree;

    #[test]
    fn a_price_says_when_it_is_charged_and_not_how_it_is_taxed() {
        let told = |said: Value| match must_be_whole(&tree(said)) {
            Ok(()) => String::new(),
            Err(invalid) => invalid.violations[0].field.clone(),
        };
        for (said, expected) in [
            (json!({ "priceType": "recurring" }), ""),
            (json!({ "priceType": "oneTime", "tax": [] }), ""),
            (json!({ "priceType": "oneTime", "tax": null }), ""),
            (json!({ "priceType": "oneTime", "tax": [{ "taxCategory": "BOOKS" }] }), ""),
            (json!({}), "priceType"),
            (json!({ "priceType": " " }), "priceType"),
            (json!({ "priceType": "usage", "tax": [{ "taxRate": 7 }] }), "tax"),
        ] {
            assert_eq!(told(said.clone()), expected, "{said}");
        }
    }
}
