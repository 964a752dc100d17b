//! For which choices a price is meant (`prodSpecCharValueUse` of a price in TMF620): its conditions.

use serde_json::{Value, json};

use super::characteristic::{USES, VALUES, listed};
use super::entity::{must, text};
use super::resource::Tree;
use crate::domain::catalog::price::condition::{Condition, Matches};
use crate::domain::error::Invalid;
use crate::domain::quantity::Quantity;
use crate::services::Error;

/// The conditions that are said: of each characteristic one of some values, or a number of a range. What
/// names no values is none.
pub(super) fn read(said: Option<&Value>) -> Result<Vec<Condition>, Error> {
    let mut found = Vec::new();
    for (place, it) in listed(said, USES)? {
        let at = format!("{USES}/{place}/");
        let read = condition(it).map_err(|it| it.below(&at))?;
        found.extend(read);
    }
    Ok(found)
}

fn condition(said: &Tree) -> Result<Option<Condition>, Invalid> {
    let values = listed(said.get(VALUES), VALUES)?;
    if values.is_empty() {
        return Ok(None);
    }
    let plain = values.iter().map(|(_, it)| match it.get("value") {
        Some(Value::String(it)) if !it.is_empty() => Some(it.clone()),
        Some(it @ (Value::Number(_) | Value::Bool(_))) => Some(it.to_string()),
        _ => None,
    });
    let is = match (plain.collect::<Option<Vec<_>>>(), values.as_slice()) {
        (Some(values), _) => Matches::OneOf(values),
        (None, [(_, one)]) => range(one).map_err(|it| it.below(&format!("{VALUES}/0/")))?,
        (None, _) => {
            let message = "must be plain values, or one range";
            return Err(Invalid::one(VALUES, "unsupported", message));
        }
    };
    Ok(Some(Condition { key: must(said, "name")?, is }))
}

/// A range, whose ends belong to it.
fn range(said: &Tree) -> Result<Matches, Invalid> {
    let end = |name: &str| {
        let Some(it) = said.get(name).filter(|it| !it.is_null()) else { return Ok(None) };
        let digits = it.as_str().map_or_else(|| it.to_string(), str::to_owned);
        let refused = |_| Invalid::one(name, "format", "must be a number");
        digits.parse::<Quantity>().map(Some).map_err(refused)
    };
    let interval = text::<String>(said, "rangeInterval")?.unwrap_or_else(|| "closed".to_owned());
    if !interval.eq_ignore_ascii_case("closed") {
        let message = "must be `closed` where a price is meant for a range";
        return Err(Invalid::one("rangeInterval", "unsupported", message));
    }
    match (end("valueFrom")?, end("valueTo")?) {
        (None, None) => {
            let message = "must be given, or `valueFrom` or `valueTo`";
            Err(Invalid::one("value", "required", message))
        }
        (from, to) => Ok(Matches::Between(from, to)),
    }
}

/// Whether the conditions that are said are those that there are.
pub(super) fn agree(said: &Value, known: &[Condition]) -> bool {
    read(Some(said)).is_ok_and(|it| it == known)
}

/// Conditions as this contract shows them; `null` for none.
pub(super) fn shown(all: &[Condition]) -> Value {
    let end = |it: &Option<Quantity>| {
        let digits = it.as_ref().map(ToString::to_string);
        digits.and_then(|it| it.parse::<serde_json::Number>().ok())
    };
    let one = |it: &Condition| {
        let values = match &it.is {
            Matches::OneOf(values) => values.iter().map(|it| json!({ "value": it })).collect(),
            Matches::Between(from, to) => {
                let mut range = json!({ "rangeInterval": "closed" });
                for (name, it) in [("valueFrom", end(from)), ("valueTo", end(to))] {
                    if let Some(it) = it {
                        range[name] = json!(it);
                    }
                }
                vec![range]
            }
        };
        json!({ "name": it.key.as_str(), VALUES: values })
    };
    if all.is_empty() { Value::Null } else { all.iter().map(one).collect() }
}

/// A refusal of conditions by what this contract calls them.
pub(super) fn placed(mut invalid: Invalid) -> Invalid {
    for it in &mut invalid.violations {
        let Some(rest) = it.field.strip_prefix("/conditions/") else { continue };
        let (place, field) = rest.split_once('/').unwrap_or((rest, ""));
        let field = match field.split_once('/').unwrap_or((field, "")) {
            ("characteristic", _) => "name".to_owned(),
            ("values", "") => VALUES.to_owned(),
            ("values", place) => format!("{VALUES}/{place}"),
            ("from", _) => format!("{VALUES}/0/valueFrom"),
            ("to", _) => format!("{VALUES}/0/valueTo"),
            (other, _) => other.to_owned(),
        };
        it.field = format!("/{USES}/{place}/{field}");
    }
    invalid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_meant_for_values_or_for_a_range() {
        let told = |values: Value| {
            let said = json!([{ "name": "Size", VALUES: values }]);
            match read(Some(&said)) {
                Ok(all) => {
                    assert!(agree(&shown(&all), &all));
                    all.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
                }
                Err(error) => error.reason(),
            }
        };
        let at = "prodSpecCharValueUse/0/productSpecCharacteristicValue";
        for (values, expected) in [
            (json!([]), String::new()),
            (json!([{ "value": "L" }, { "value": "XL" }]), "Size: L, XL".to_owned()),
            (json!([{ "value": 5 }]), "Size: 5".to_owned()),
            (json!([{ "valueFrom": 1, "valueTo": 5.5 }]), "Size: 1–5.5".to_owned()),
            (json!([{ "valueTo": "5" }]), "Size: ≤ 5".to_owned()),
            (
                json!([{ "isDefault": true }]),
                format!("`{at}/0/value` must be given, or `valueFrom` or `valueTo`"),
            ),
            (
                json!([{ "value": 1 }, { "valueFrom": 2 }]),
                format!("`{at}` must be plain values, or one range"),
            ),
            (
                json!([{ "valueFrom": 2, "rangeInterval": "open" }]),
                format!(
                    "`{at}/0/rangeInterval` must be `closed` where a price is meant for a range"
                ),
            ),
        ] {
            assert_eq!(told(values), expected);
        }
        let refused = Invalid::one("/conditions/0/values/1", "value", "is none");
        let expected = "`/prodSpecCharValueUse/0/productSpecCharacteristicValue/1` is none";
        assert_eq!(placed(refused).to_string(), expected);
    }
}
