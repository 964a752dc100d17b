//! `productSpecCharacteristic`: what can be said of a product, and what makes a product digital.

use serde_json::{Value, json};

use super::catalogue::{english, shown_validity, validity};
use super::error::DIGITAL;
use super::form::{all, must, text};
use super::wire::Tree;
use crate::domain::attribute::AttributeValue;
use crate::domain::catalog::characteristic::{
    Allowed, Bounds, Characteristic, CharacteristicValue, Range, ValueKind,
};
use crate::domain::catalog::specification::Delivery;
use crate::domain::error::Invalid;
use crate::domain::quantity::Quantity;
use crate::domain::text::{Name, WebAddress};
use crate::services::Error;

/// The attribute in which they stand.
pub(super) const NAME: &str = "productSpecCharacteristic";
/// The attribute of one in which its values stand.
pub(super) const VALUES: &str = "productSpecCharacteristicValue";
/// The attribute of one in which it stands how it follows from others.
const FORMULA: &str = "derivationFormula";
/// What a digital product says of itself.
const DIGITAL_NAMES: [&str; 3] = ["Asset type", "Media type", "Location"];
/// Which of them says where it is.
const LOCATION: &str = "Location";
/// What is licensed.
const LICENSE: &str = "License";

/// The characteristics that were said.
///
/// # Errors
/// 400 with the place of what cannot be read.
pub(super) fn read(said: &Tree) -> Result<Vec<Characteristic>, Error> {
    let mut found = Vec::new();
    for (place, it) in all(said, NAME).iter().enumerate() {
        let at = format!("{NAME}/{place}/");
        found.push(one(it).map_err(|it| it.below(&at))?);
    }
    Ok(found)
}

fn one(it: &Value) -> Result<Characteristic, Error> {
    let Some(said) = it.as_object() else {
        return Err(Invalid::one("", "type", "must be an object").into());
    };
    let kind = kind(said, "valueType")?.unwrap_or(ValueKind::Text);
    let mut values = Vec::new();
    for (place, it) in all(said, VALUES).iter().enumerate() {
        values.push(value(kind, it).map_err(|it| it.below(&format!("{VALUES}/{place}/")))?);
    }
    Ok(Characteristic {
        description: text(said, "description")?.map(english).transpose()?,
        is_configurable: said.get("configurable") == Some(&json!(true)),
        formula: text(said, FORMULA)?,
        valid_for: validity(said.get("validFor").unwrap_or(&Value::Null), None)?,
        ..Characteristic::configurable(must(said, "name")?, kind, values)
    })
}

fn kind(said: &Tree, name: &str) -> Result<Option<ValueKind>, Invalid> {
    let word: Option<String> = text(said, name)?;
    Ok(word.map(|word| match word.to_ascii_lowercase().as_str() {
        "number" | "integer" | "decimal" | "float" => ValueKind::Number,
        "boolean" | "bool" => ValueKind::Flag,
        _ => ValueKind::Text,
    }))
}

fn value(kind: ValueKind, it: &Value) -> Result<CharacteristicValue, Invalid> {
    let said = it.as_object().ok_or_else(|| Invalid::one("", "type", "must be an object"))?;
    let (from, to): (Option<Quantity>, Option<Quantity>) =
        (text(said, "valueFrom")?, text(said, "valueTo")?);
    let plain = said.get("value").filter(|it| !it.is_null() && it.as_str() != Some(""));
    let allowed = match plain {
        Some(value) => Allowed::Exactly(exactly(kind, value)?),
        None if from.is_some() || to.is_some() => {
            Allowed::Within(Range { from, to, bounds: Bounds::Closed, step: None })
        }
        None => {
            let message = "must be given, or `valueFrom` and `valueTo`";
            return Err(Invalid::one("value", "required", message));
        }
    };
    Ok(CharacteristicValue {
        allowed,
        is_default: said.get("default") == Some(&json!(true)),
        unit: text(said, "unitOfMeasure")?,
        valid_for: validity(said.get("validFor").unwrap_or(&Value::Null), None)?,
    })
}

fn exactly(kind: ValueKind, value: &Value) -> Result<AttributeValue, Invalid> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let refused = |message: &str| Invalid::one("value", "format", message);
    match kind {
        ValueKind::Text => {
            text.parse().map(AttributeValue::Text).map_err(|_| refused("is no text"))
        }
        ValueKind::Number => {
            let number = text.parse::<Quantity>().map_err(|_| refused("is no number"))?;
            Ok(AttributeValue::Number(number.decimal()))
        }
        ValueKind::Flag => match text.as_str() {
            "true" => Ok(AttributeValue::Flag(true)),
            "false" => Ok(AttributeValue::Flag(false)),
            _ => Err(refused("must be `true` or `false`")),
        },
    }
}

/// Characteristics as they are shown; `null` for none.
pub(super) fn shown(all: &[Characteristic]) -> Value {
    let all: Vec<_> = all.iter().map(shown_one).collect();
    if all.is_empty() { Value::Null } else { all.into() }
}

fn shown_one(it: &Characteristic) -> Value {
    let word = word(it.kind);
    let value = |it: &CharacteristicValue| {
        let (plain, from, to) = match &it.allowed {
            Allowed::Exactly(value) => (json!(value.to_string()), Value::Null, Value::Null),
            Allowed::Within(range) => {
                let end = |it: Option<Quantity>| json!(it.map(|it| it.to_string()));
                (Value::Null, end(range.from), end(range.to))
            }
        };
        whole(json!({
            "valueType": word,
            "default": it.is_default,
            "value": plain,
            "unitOfMeasure": it.unit.as_ref().map(Name::as_str),
            "valueFrom": from,
            "valueTo": to,
            "validFor": shown_validity(it.valid_for),
        }))
    };
    whole(json!({
        "name": it.name.as_str(),
        "description": it.description.as_ref().map(|it| it.original().as_str()),
        "valueType": word,
        "configurable": it.is_configurable,
        FORMULA: it.formula.as_ref().map(ToString::to_string),
        "validFor": shown_validity(it.valid_for),
        VALUES: it.values.iter().map(value).collect::<Vec<_>>(),
    }))
}

/// An object without what says nothing.
fn whole(mut it: Value) -> Value {
    if let Some(it) = it.as_object_mut() {
        it.retain(|_, value| !value.is_null());
    }
    it
}

const fn word(of: ValueKind) -> &'static str {
    match of {
        ValueKind::Text => "string",
        ValueKind::Number => "number",
        ValueKind::Flag => "boolean",
    }
}

/// Whether the name of a characteristic says where goods lie, however it is written.
pub(super) fn is_location(name: &Value) -> bool {
    name.as_str().is_some_and(|it| it.eq_ignore_ascii_case(LOCATION))
}

/// Says of goods that they lie somewhere else.
///
/// # Errors
/// If the address is too long for that.
pub(super) fn relocated(all: &mut [Characteristic], to: &WebAddress) -> Result<(), Invalid> {
    let is_it = |it: &&mut Characteristic| it.name.as_str().eq_ignore_ascii_case(LOCATION);
    for it in all.iter_mut().filter(is_it).flat_map(|it| it.values.iter_mut()) {
        it.allowed = Allowed::Exactly(exactly(ValueKind::Text, &json!(to.as_str()))?);
    }
    Ok(())
}

/// The characteristic with a name, in whatever case.
pub(super) fn find<'a>(of: &'a [Characteristic], name: &str) -> Option<&'a Characteristic> {
    of.iter().find(|it| it.name.as_str().eq_ignore_ascii_case(name))
}

/// Whether a characteristic says what makes a product digital.
pub(super) fn is_of_asset(it: &Characteristic) -> bool {
    DIGITAL_NAMES.iter().any(|name| it.name.as_str().eq_ignore_ascii_case(name))
}

/// What reaches the buyer: something digital where the characteristics say what, and where it is.
///
/// # Errors
/// 422 if they say it in part, or not as one value each.
pub(super) fn delivery(of: &[Characteristic]) -> Result<Delivery, Invalid> {
    let found: Vec<_> = DIGITAL_NAMES.iter().filter_map(|name| find(of, name)).collect();
    if found.is_empty() {
        return Ok(Delivery::Physical);
    }
    if let Some(missing) = DIGITAL_NAMES.iter().find(|name| find(of, name).is_none()) {
        let message = format!("must have `{missing}`, too: a digital product has all three");
        return Err(DIGITAL.broken(NAME, message));
    }
    if let Some(it) = found.iter().find(|it| it.values.len() != 1) {
        return Err(DIGITAL.broken(NAME, format!("`{}` must have exactly one value", it.name)));
    }
    let location = find(of, LOCATION).and_then(plain).unwrap_or_default();
    if location.parse::<WebAddress>().is_err() {
        let message = format!("`{LOCATION}` must be an address on the web, not `{location}`");
        return Err(DIGITAL.broken(NAME, message));
    }
    Ok(Delivery::Digital)
}

/// The license, if there is one.
///
/// # Errors
/// 422 for more than one.
pub(super) fn license(of: &[Characteristic]) -> Result<Option<&Characteristic>, Invalid> {
    let mut all = of.iter().filter(|it| it.name.as_str().eq_ignore_ascii_case(LICENSE));
    match (all.next(), all.next()) {
        (first, None) => Ok(first),
        (_, Some(_)) => Err(DIGITAL.broken(NAME, format!("must have `{LICENSE}` at most once"))),
    }
}

/// The one value of a characteristic that is a text.
pub(super) fn plain(of: &Characteristic) -> Option<String> {
    match of.values.as_slice() {
        [CharacteristicValue { allowed: Allowed::Exactly(value), .. }] => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::bae::wire::tree;

    fn said(all: Value) -> Tree {
        tree(json!({ NAME: all }))
    }

    fn digital(location: &str) -> Value {
        let one = |name: &str, value: &str| json!({ "name": name, VALUES: [{ "value": value }] });
        json!([one("Asset type", "Data"), one("media type", "text/csv"), one("Location", location)])
    }

    #[test]
    fn what_is_said_of_a_product_reads_back_as_it_was_said() {
        let it = json!([{
            "name": "Speed", "description": "Down", "valueType": "number", "configurable": true,
            VALUES: [
                { "valueType": "number", "default": true, "value": "20", "unitOfMeasure": "Mb/s" },
                { "valueType": "number", "default": false, "valueFrom": "50", "valueTo": "100" },
            ],
        }]);
        let read = read(&said(it.clone())).expect("characteristics");
        assert_eq!(shown(&read), it);
        let wrong =
            json!([{ "name": "Speed", "valueType": "number", VALUES: [{ "value": "fast" }] }]);
        let refused = super::read(&said(wrong)).map_err(|it| it.reason());
        let expected =
            "`productSpecCharacteristic/0/productSpecCharacteristicValue/0/value` is no number";
        assert_eq!(refused, Err(expected.to_owned()));
    }

    #[test]
    fn a_product_is_digital_by_three_characteristics_with_one_value_each() {
        let told = |all: Value| {
            let read = read(&said(all)).expect("characteristics");
            delivery(&read).map_err(|it| it.violations[0].message.clone())
        };
        assert_eq!(told(json!([])), Ok(Delivery::Physical));
        assert_eq!(told(digital("https://data.example.com/1")), Ok(Delivery::Digital));
        assert_eq!(
            told(digital("here")),
            Err("`Location` must be an address on the web, not `here`".to_owned())
        );
        let part = json!([{ "name": "Location", VALUES: [{ "value": "https://x.example.com/" }] }]);
        assert!(told(part).is_err_and(|it| it.contains("`Asset type`, too")));
    }

    #[test]
    fn there_is_one_license_at_most() {
        let license = |names: &[&str]| {
            let all = names.iter().map(|it| json!({ "name": it, VALUES: [{ "value": "MIT" }] }));
            let read = read(&said(all.collect())).expect("characteristics");
            super::license(&read).map(|it| it.and_then(plain)).ok()
        };
        assert_eq!(license(&["Color"]), Some(None));
        assert_eq!(license(&["license"]), Some(Some("MIT".to_owned())));
        assert_eq!(license(&["License", "LICENSE"]), None);
    }
}
