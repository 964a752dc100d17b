//! What can be said of a product (TMF620): the characteristics of what is delivered, and how an offering
//! narrows them.
//!
//! One that has a name and plain values or ranges is ours: orders are held to it. What else is said is
//! kept as it was said.

use serde_json::{Map, Value, json};

use super::entity::{must, text, tree};
use super::language::described;
use super::party_form::{shown_validity, validity};
use super::resource::Tree;
use crate::domain::attribute::AttributeValue;
use crate::domain::catalog::characteristic::{
    Allowed, Bounds, Characteristic, CharacteristicUse, CharacteristicValue, Range, ValueKind,
};
use crate::domain::error::Invalid;
use crate::domain::quantity::Quantity;
use crate::domain::text::{Name, Prose};
use crate::services::Error;

/// The attribute of a specification in which they stand.
pub(super) const NAME: &str = "productSpecCharacteristic";
/// The attribute of an offering, and of a price, in which what they take of them stands.
pub(super) const USES: &str = "prodSpecCharValueUse";
/// The attribute of one in which its values stand.
pub(super) const VALUES: &str = "productSpecCharacteristicValue";
/// How one follows from others: an attribute of FIWARE's, which the contract has not.
const FORMULA: &str = "derivationFormula";

/// The ends that belong to a range, by the words of the contract.
const INTERVALS: &[(&str, Bounds)] = &[
    ("closed", Bounds::Closed),
    ("open", Bounds::Open),
    ("closedBottom", Bounds::ClosedBottom),
    ("closedTop", Bounds::ClosedTop),
];

/// The characteristics of something digital that say what it is, and where it lies.
const SORT: &str = "Asset type";
const PLACE: &str = "Location";

/// Whether characteristics say where goods lie.
pub(super) fn has_place(all: &[Characteristic]) -> bool {
    all.iter().any(|it| it.name.as_str().eq_ignore_ascii_case(SORT))
}

/// A specification as others see it than who sells it: where its goods lie is not for them.
pub(super) fn without_place(mut shown: Tree) -> Tree {
    let all = shown.get_mut(NAME).and_then(Value::as_array_mut).into_iter().flatten();
    let is_place = |it: &Value| {
        it.get("name")
            .and_then(Value::as_str)
            .is_some_and(|it| it.trim().eq_ignore_ascii_case(PLACE))
    };
    for it in all.filter(|it| is_place(it)).filter_map(Value::as_object_mut) {
        it.remove(VALUES);
    }
    shown
}

/// The things of a list, each with its place.
pub(super) fn listed<'a>(
    said: Option<&'a Value>,
    name: &str,
) -> Result<Vec<(usize, &'a Tree)>, Invalid> {
    let refused = || Invalid::one(name, "type", "must be a list of objects");
    let all = match said {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(said) => said.as_array().ok_or_else(refused)?,
    };
    let all = all.iter().enumerate().map(|(place, it)| Some((place, it.as_object()?)));
    all.collect::<Option<_>>().ok_or_else(refused)
}

fn is_said(it: Option<&Value>) -> bool {
    it.is_some_and(|it| !it.is_null() && it.as_str() != Some(""))
}

/// Whether something can be one of ours: it has a name, and each of its values is plain or a range.
fn is_ours(it: &Tree) -> bool {
    let is_plain = |it: &Value| matches!(it, Value::String(_) | Value::Number(_) | Value::Bool(_));
    let is_value = |it: &Value| match it.get("value").filter(|it| is_said(Some(*it))) {
        Some(value) => is_plain(value),
        None => is_said(it.get("valueFrom")) || is_said(it.get("valueTo")),
    };
    let values = match it.get(VALUES) {
        None | Some(Value::Null) => true,
        Some(values) => values.as_array().is_some_and(|all| all.iter().all(is_value)),
    };
    values && it.get("name").and_then(Value::as_str).is_some_and(|it| it.parse::<Name>().is_ok())
}

/// The characteristics that are said, as far as they are ours, each with its place in what is said; of
/// those that there were `before`, what this contract has no words for stays.
pub(super) fn read(
    said: Option<&Value>,
    before: &[Characteristic],
) -> Result<Vec<(usize, Characteristic)>, Error> {
    let mut found = Vec::new();
    for (place, it) in listed(said, NAME)?.into_iter().filter(|it| is_ours(it.1)) {
        let of = one(it, before).map_err(|it| it.below(&format!("{NAME}/{place}/")))?;
        found.push((place, of));
    }
    Ok(found)
}

/// Whether the characteristics that are said are those that there are.
pub(super) fn agree(said: &Value, known: &[Characteristic]) -> bool {
    read(Some(said), known).is_ok_and(|it| it.iter().map(|it| &it.1).eq(known))
}

/// A refusal of characteristics at their places in what was said.
pub(super) fn placed(error: Error, places: &[usize]) -> Error {
    let Error::Invalid(mut invalid) = error else { return error };
    for it in &mut invalid.violations {
        let Some(rest) = it.field.strip_prefix("/characteristics/") else { continue };
        let (place, rest) = rest
            .split_once('/')
            .map_or((rest, String::new()), |(place, rest)| (place, format!("/{rest}")));
        if let Some(place) = place.parse::<usize>().ok().and_then(|it| places.get(it)) {
            it.field = format!("/characteristics/{place}{rest}");
        }
    }
    invalid.into()
}

fn one(said: &Tree, before: &[Characteristic]) -> Result<Characteristic, Error> {
    let name: Name = must(said, "name")?;
    let was = before.iter().find(|it| it.name == name);
    let kind = kind(said)?;
    let values = values(said, (kind, was.map_or(&[][..], |it| &it.values)))?;
    let least = count(said, "minCardinality")?.unwrap_or(0);
    Ok(Characteristic {
        description: described(was.and_then(|it| it.description.as_ref()), said)?,
        is_configurable: flag(said, "configurable")?,
        values_min: least,
        values_max: count(said, "maxCardinality")?.unwrap_or(least.max(1)),
        formula: text(said, FORMULA)?,
        valid_for: validity("validFor", said.get("validFor"))?,
        ..Characteristic::configurable(name, kind, values)
    })
}

fn flag(said: &Tree, name: &str) -> Result<bool, Invalid> {
    match said.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(it)) => Ok(*it),
        Some(_) => Err(Invalid::one(name, "type", "must be `true` or `false`")),
    }
}

fn count(said: &Tree, name: &str) -> Result<Option<u32>, Invalid> {
    let Some(it) = said.get(name).filter(|it| !it.is_null()) else { return Ok(None) };
    let count = it.as_u64().and_then(|it| u32::try_from(it).ok());
    let refused = || Invalid::one(name, "range", "must be a whole number from 0");
    count.map(Some).ok_or_else(refused)
}

/// What the values are: as it is said, or as they look.
fn kind(said: &Tree) -> Result<ValueKind, Invalid> {
    let values = said.get(VALUES).and_then(Value::as_array).into_iter().flatten();
    let Some(word) = text::<String>(said, "valueType")? else {
        let plain = values.clone().find_map(|it| it.get("value").filter(|it| is_said(Some(*it))));
        let is_range = |it: &Value| is_said(it.get("valueFrom")) || is_said(it.get("valueTo"));
        return Ok(match plain {
            Some(Value::Number(_)) => ValueKind::Number,
            Some(Value::Bool(_)) => ValueKind::Flag,
            None if values.clone().any(is_range) => ValueKind::Number,
            Some(_) | None => ValueKind::Text,
        });
    };
    Ok(match word.to_ascii_lowercase().as_str() {
        "number" | "numeric" | "integer" | "decimal" | "float" | "double" => ValueKind::Number,
        "boolean" | "bool" => ValueKind::Flag,
        _ => ValueKind::Text,
    })
}

fn values(
    said: &Tree,
    (kind, known): (ValueKind, &[CharacteristicValue]),
) -> Result<Vec<CharacteristicValue>, Invalid> {
    let mut found = Vec::new();
    for (place, it) in listed(said.get(VALUES), VALUES)? {
        let read = value(it, (kind, known));
        found.push(read.map_err(|it| it.below(&format!("{VALUES}/{place}/")))?);
    }
    Ok(found)
}

fn value(
    said: &Tree,
    (kind, known): (ValueKind, &[CharacteristicValue]),
) -> Result<CharacteristicValue, Invalid> {
    let allowed = match said.get("value").filter(|it| is_said(Some(*it))) {
        Some(value) => Allowed::Exactly(exactly(kind, value)?),
        None => Allowed::Within(range(said, known)?),
    };
    Ok(CharacteristicValue {
        allowed,
        is_default: flag(said, "isDefault")?,
        unit: text(said, "unitOfMeasure")?,
        valid_for: validity("validFor", said.get("validFor"))?,
    })
}

/// A range that is said; the step of one that there was, for which the contract has no word, stays.
fn range(said: &Tree, known: &[CharacteristicValue]) -> Result<Range, Invalid> {
    let end = |name: &str| -> Result<Option<Quantity>, Invalid> {
        let Some(it) = said.get(name).filter(|it| is_said(Some(*it))) else { return Ok(None) };
        let digits = it.as_str().map_or_else(|| it.to_string(), str::to_owned);
        let refused = |_| Invalid::one(name, "format", "must be a number");
        digits.parse().map(Some).map_err(refused)
    };
    let word = text::<String>(said, "rangeInterval")?.unwrap_or_else(|| "closed".to_owned());
    let bounds = INTERVALS.iter().find(|it| it.0.eq_ignore_ascii_case(word.trim()));
    let bounds = bounds.map(|it| it.1).ok_or_else(|| {
        let all = INTERVALS.iter().map(|it| format!("`{}`", it.0)).collect::<Vec<_>>().join(", ");
        Invalid::one("rangeInterval", "enum", format!("`{word}` is none of {all}"))
    })?;
    let read = Range { from: end("valueFrom")?, to: end("valueTo")?, bounds, step: None };
    let step = known.iter().find_map(|it| match &it.allowed {
        Allowed::Within(was) if Range { step: None, ..*was } == read => was.step,
        Allowed::Within(_) | Allowed::Exactly(_) => None,
    });
    Ok(Range { step, ..read })
}

/// A value of a kind.
fn exactly(kind: ValueKind, value: &Value) -> Result<AttributeValue, Invalid> {
    let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let refused = |message: String| Invalid::one("value", "format", message);
    match kind {
        ValueKind::Text => {
            let text = plain.parse::<Prose>().map_err(|it| refused(it.to_string()))?;
            Ok(AttributeValue::Text(text))
        }
        ValueKind::Number => {
            let number = plain.parse::<Quantity>();
            let number = number.map_err(|_| refused(format!("`{plain}` is no number")))?;
            Ok(AttributeValue::Number(number.decimal()))
        }
        ValueKind::Flag => match plain.as_str() {
            "true" => Ok(AttributeValue::Flag(true)),
            "false" => Ok(AttributeValue::Flag(false)),
            _ => Err(refused("must be `true` or `false`".to_owned())),
        },
    }
}

/// How an offering of a product narrows it, as far as that is ours.
pub(super) fn read_uses(
    said: Option<&Value>,
    known: &[Characteristic],
) -> Result<Vec<CharacteristicUse>, Error> {
    let mut found: Vec<CharacteristicUse> = Vec::new();
    for (place, it) in listed(said, USES)?.into_iter().filter(|it| is_ours(it.1)) {
        let name: Name = must(it, "name")?;
        let Some(of) = known.iter().find(|it| it.name == name) else { continue };
        let used = one_use(it, of).map_err(|it| it.below(&format!("{USES}/{place}/")))?;
        if found.iter().any(|it| it.name == name) {
            let message = format!("must not repeat the name `{name}`");
            return Err(Invalid::one(format!("{USES}/{place}/name"), "unique", message).into());
        }
        found.extend((!used.values.is_empty()).then_some(used));
    }
    Ok(found)
}

fn one_use(said: &Tree, of: &Characteristic) -> Result<CharacteristicUse, Invalid> {
    for (name, number) in [("minCardinality", of.values_min), ("maxCardinality", of.values_max)] {
        if count(said, name)?.is_some_and(|it| it != number) {
            let message = format!("must be {number}, as the specification has it");
            return Err(Invalid::one(name, "conflict", message));
        }
    }
    let values = values(said, (of.kind, &of.values))?;
    let used = CharacteristicUse { name: of.name.clone(), values };
    let mut found = of.misuses(&used);
    for it in &mut found {
        it.field = it.field.replacen("/values", VALUES, 1);
    }
    Invalid::unless_empty(found)?;
    Ok(used)
}

/// Whether the uses that are said are those that there are.
pub(super) fn uses_agree(said: &Value, known: &[CharacteristicUse]) -> bool {
    let Ok(said) = listed(Some(said), USES) else { return false };
    known.iter().all(|used| {
        let is_it = |it: &&(usize, &Tree)| it.1.get("name") == Some(&json!(used.name.as_str()));
        let kind = used.values.first().map_or(ValueKind::Text, kind_of);
        let said = said.iter().find(is_it);
        said.is_some_and(|it| values(it.1, (kind, &used.values)).is_ok_and(|it| it == used.values))
    })
}

fn kind_of(it: &CharacteristicValue) -> ValueKind {
    match &it.allowed {
        Allowed::Exactly(value) => crate::domain::catalog::characteristic::kind_of(value),
        Allowed::Within(_) => ValueKind::Number,
    }
}

const fn word(of: ValueKind) -> &'static str {
    match of {
        ValueKind::Text => "string",
        ValueKind::Number => "number",
        ValueKind::Flag => "boolean",
    }
}

/// A value as this contract writes it.
pub(super) fn plain(it: &AttributeValue) -> Value {
    match it {
        AttributeValue::Text(text) => json!(text.as_str()),
        AttributeValue::Number(number) => {
            let number = number.normalize().to_string();
            number.parse::<serde_json::Number>().map_or_else(|_| json!(number), Value::Number)
        }
        AttributeValue::Flag(flag) => json!(flag),
    }
}

/// What was chosen of a characteristic, as a product says it: one value, or a list of several.
pub(super) fn chosen(name: &Name, values: &[AttributeValue]) -> Value {
    let kind =
        values.first().map_or(ValueKind::Text, crate::domain::catalog::characteristic::kind_of);
    let value = match values {
        [one] => plain(one),
        several => several.iter().map(plain).collect(),
    };
    json!({ "name": name.as_str(), "valueType": word(kind), "value": value })
}

fn shown_value(it: &CharacteristicValue) -> Value {
    let mut shown = tree(json!({
        "valueType": word(kind_of(it)),
        "isDefault": it.is_default,
        "unitOfMeasure": it.unit.as_ref().map(Name::as_str),
        "validFor": shown_validity(it.valid_for),
    }));
    match &it.allowed {
        Allowed::Exactly(value) => drop(shown.insert("value".to_owned(), plain(value))),
        Allowed::Within(range) => {
            let end =
                |it: Option<Quantity>| it.map(|it| plain(&AttributeValue::Number(it.decimal())));
            let word = INTERVALS.iter().find(|it| it.1 == range.bounds).map(|it| it.0);
            shown.extend(tree(json!({
                "valueFrom": end(range.from), "valueTo": end(range.to), "rangeInterval": word,
            })));
        }
    }
    without_nothing(shown)
}

fn without_nothing(mut it: Map<String, Value>) -> Value {
    it.retain(|_, value| !value.is_null());
    Value::Object(it)
}

/// Characteristics as this contract shows them; `null` for none.
pub(super) fn shown(all: &[Characteristic]) -> Value {
    let one = |it: &Characteristic| {
        without_nothing(tree(json!({
            "name": it.name.as_str(),
            "description": it.description.as_ref().map(|it| it.original().as_str()),
            "valueType": word(it.kind),
            "configurable": it.is_configurable,
            "minCardinality": it.values_min,
            "maxCardinality": it.values_max,
            FORMULA: it.formula.as_ref().map(ToString::to_string),
            "validFor": shown_validity(it.valid_for),
            VALUES: it.values.iter().map(shown_value).collect::<Vec<_>>(),
        })))
    };
    if all.is_empty() { Value::Null } else { all.iter().map(one).collect() }
}

/// How an offering narrows a product, as this contract shows it; `null` where it does not.
pub(super) fn shown_uses(all: &[CharacteristicUse]) -> Value {
    let one = |it: &CharacteristicUse| {
        json!({
            "name": it.name.as_str(),
            "valueType": word(it.values.first().map_or(ValueKind::Text, kind_of)),
            VALUES: it.values.iter().map(shown_value).collect::<Vec<_>>(),
        })
    };
    if all.is_empty() { Value::Null } else { all.iter().map(one).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(said: Value) -> String {
        match read(Some(&said), &[]) {
            Ok(all) => shown(&all.into_iter().map(|it| it.1).collect::<Vec<_>>()).to_string(),
            Err(error) => error.reason(),
        }
    }

    #[test]
    fn what_is_said_of_a_product_reads_back_as_it_was_said() {
        let said = json!([
            {
                "name": "Speed", "description": "Down", "valueType": "number", "configurable": true,
                "minCardinality": 1, "maxCardinality": 1,
                VALUES: [
                    { "valueType": "number", "isDefault": true, "value": 20, "unitOfMeasure": "Mb/s" },
                    {
                        "valueType": "number", "isDefault": false, "valueFrom": 50, "valueTo": 100.5,
                        "rangeInterval": "closedBottom",
                        "validFor": { "endDateTime": "2030-01-01T00:00:00Z" },
                    },
                ],
            },
            {
                "name": "Fast", "valueType": "boolean", "configurable": false, "minCardinality": 0,
                "maxCardinality": 2, VALUES: [{ "valueType": "boolean", "isDefault": true, "value": true }],
            },
            {
                "name": "Twice", "valueType": "number", "configurable": false, "minCardinality": 0,
                "maxCardinality": 1, FORMULA: "Speed * 2", VALUES: [],
            },
        ]);
        let all: Vec<_> =
            read(Some(&said), &[]).expect("right").into_iter().map(|it| it.1).collect();
        assert_eq!(shown(&all), said);
        assert!(agree(&said, &all));
        let mut more = said.clone();
        more[0]["regex"] = json!(".*");
        more[1][VALUES][0]["value"] = json!("true");
        assert!(agree(&more, &all), "it may say more, and in other forms");
        more[0][VALUES][0]["value"] = json!(30);
        assert!(!agree(&more, &all));
    }

    #[test]
    fn where_goods_lie_is_not_shown_however_it_was_written() {
        for name in ["Location", "location", "Location "] {
            let shown = json!({ NAME: [{ "name": name, VALUES: [{ "value": "secret" }] }] });
            let shown = Value::Object(without_place(tree(shown)));
            assert_eq!(shown, json!({ NAME: [{ "name": name }] }));
        }
    }

    #[test]
    fn kinds_follow_from_how_values_look_where_nobody_says() {
        let kind = |values: Value| kind(&tree(json!({ VALUES: values }))).expect("a kind").word();
        assert_eq!(kind(json!([{ "value": 5 }])), "number");
        assert_eq!(kind(json!([{ "value": false }])), "flag");
        assert_eq!(kind(json!([{ "valueFrom": 1 }])), "number");
        assert_eq!([kind(json!([{ "value": "5" }])), kind(json!([]))], ["text", "text"]);
    }

    #[test]
    fn what_is_none_of_ours_is_passed_over_and_what_is_wrong_is_told_with_its_place() {
        let value = |it: Value| json!([{ "valueType": "number", "name": "Speed", VALUES: [it] }]);
        for (said, expected) in [
            (json!(null), "null"),
            (json!([{ "valueType": "string" }]), "null"),
            (json!([{ "name": "Shape", VALUES: [{ "value": { "a": 1 } }] }]), "null"),
            (json!([{ "name": "Shape", VALUES: [{ "isDefault": true }] }]), "null"),
            (json!({}), "`productSpecCharacteristic` must be a list of objects"),
            (json!([7]), "`productSpecCharacteristic` must be a list of objects"),
            (
                value(json!({ "value": "fast" })),
                "`productSpecCharacteristic/0/productSpecCharacteristicValue/0/value` `fast` is no number",
            ),
            (
                value(json!({ "valueFrom": "low" })),
                "`productSpecCharacteristic/0/productSpecCharacteristicValue/0/valueFrom` must be a number",
            ),
            (
                value(json!({ "valueTo": 5, "rangeInterval": "ajar" })),
                "`productSpecCharacteristic/0/productSpecCharacteristicValue/0/rangeInterval` `ajar` is none of \
                 `closed`, `open`, `closedBottom`, `closedTop`",
            ),
            (
                json!([{ "name": "A", "minCardinality": -1 }]),
                "`productSpecCharacteristic/0/minCardinality` must be a whole number from 0",
            ),
            (
                json!([{ "name": "A", "configurable": "yes" }]),
                "`productSpecCharacteristic/0/configurable` must be `true` or `false`",
            ),
        ] {
            assert_eq!(told(said), expected);
        }
    }

    #[test]
    fn an_offering_narrows_what_is_left_open_and_no_more() {
        let known = json!([
            { "name": "Color", VALUES: [{ "value": "red" }, { "value": "green" }] },
            { "name": "Size", VALUES: [{ "valueFrom": 1, "valueTo": 10 }] },
        ]);
        let known: Vec<_> =
            read(Some(&known), &[]).expect("right").into_iter().map(|it| it.1).collect();
        let told = |said: Value| match read_uses(Some(&said), &known) {
            Ok(all) => {
                assert!(uses_agree(&said, &all), "{said}");
                all.iter()
                    .map(|it| format!("{}: {}", it.name, it.values.len()))
                    .collect::<Vec<_>>()
                    .join(", ")
            }
            Err(error) => error.reason(),
        };
        let at = "prodSpecCharValueUse/0/productSpecCharacteristicValue/0";
        let one = |name: &str, value: Value| json!([{ "name": name, VALUES: [value] }]);
        for (said, expected) in [
            (one("Color", json!({ "value": "red", "isDefault": true })), "Color: 1".to_owned()),
            (one("Size", json!({ "valueFrom": 2, "valueTo": 3 })), "Size: 1".to_owned()),
            (one("Size", json!({ "value": "7" })), "Size: 1".to_owned()),
            (one("Weight", json!({ "value": "7" })), String::new()),
            (json!([{ "name": "Color" }]), String::new()),
            (
                one("Color", json!({ "value": "blue" })),
                format!("`{at}` is beyond what the specification leaves open"),
            ),
            (
                one("Size", json!({ "valueFrom": 2, "valueTo": 30 })),
                format!("`{at}` is beyond what the specification leaves open"),
            ),
            (one("Size", json!({ "value": "big" })), format!("`{at}/value` `big` is no number")),
            (
                json!([{ "name": "Color", "maxCardinality": 2 }]),
                "`prodSpecCharValueUse/0/maxCardinality` must be 1, as the specification has it"
                    .to_owned(),
            ),
        ] {
            assert_eq!(told(said), expected);
        }
    }
}
