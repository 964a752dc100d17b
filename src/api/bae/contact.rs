//! Ways to reach somebody, periods, days and characteristics, as this contract writes them.
//!
//! What cannot be read as ours is kept as it was said, and means nothing to us.

use serde_json::{Value, json};

use super::form::text;
use super::wire::{Tree, tree};
use crate::domain::attribute::{Attribute, AttributeValue};
use crate::domain::country;
use crate::domain::error::Invalid;
use crate::domain::party::medium::{ContactMedium, Medium, PhoneUse, PostalAddress};
use crate::domain::text::{Email, Name, Phone};
use crate::domain::time::{Date, Instant, Validity, Zone};

/// What the ends of a period are called where nothing else is laid down.
pub(super) const ENDS: [&str; 2] = ["startDateTime", "endDateTime"];
/// What billing calls them.
pub(super) const PERIOD_ENDS: [&str; 2] = ["startPeriod", "endPeriod"];

/// A period that was said, of which each end may be left out.
///
/// # Errors
/// If an end is no moment, or comes before the beginning.
pub(super) fn validity(field: &str, said: Option<&Value>) -> Result<Validity, Invalid> {
    let Some(period) = said.and_then(Value::as_object) else { return Ok(Validity::ALWAYS) };
    let at = |place: usize| {
        let names = [ENDS[place], PERIOD_ENDS[place]];
        let name = names.into_iter().find(|it| period.contains_key(*it)).unwrap_or(ENDS[place]);
        text::<Instant>(period, name).map_err(|it| it.below(&format!("{field}/")))
    };
    let backwards = || Invalid::one(field, "range", "must end after it begins");
    Validity::new(at(0)?, at(1)?).ok_or_else(backwards)
}

/// A period as this contract shows it; nothing for always.
pub(super) fn shown_validity(it: Validity, ends: [&str; 2]) -> Value {
    if it == Validity::ALWAYS {
        return Value::Null;
    }
    let at = |it: Option<Instant>| it.map(|it| it.to_string());
    let all = [(ends[0], at(it.from())), (ends[1], at(it.until()))];
    all.into_iter().filter_map(|(name, at)| Some((name.to_owned(), json!(at?)))).collect()
}

/// A day that was said, as a moment or as a day.
///
/// # Errors
/// If it is neither.
pub(super) fn day(field: &str, said: Option<&Value>) -> Result<Option<Date>, Invalid> {
    let Some(text) = said.and_then(Value::as_str).filter(|it| !it.is_empty()) else {
        return Ok(None);
    };
    let moment = text.parse::<Instant>().ok().map(|it| Zone::UTC.date_of(it));
    let found = moment.or_else(|| text.get(..10).unwrap_or(text).parse().ok());
    let refused = || Invalid::one(field, "format", "must be a day, such as `1970-01-04`");
    found.map(Some).ok_or_else(refused)
}

/// A day as this contract shows it.
pub(super) fn shown_day(on: Option<Date>) -> Option<String> {
    on.map(|it| Zone::UTC.start_of(it).to_string())
}

/// What can be read of ways to reach somebody.
pub(super) fn media(said: Option<&Value>) -> Vec<ContactMedium> {
    let all = said.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|it| {
        let medium = medium(it.get("type").and_then(Value::as_str), it.get("medium")?)?;
        Some(ContactMedium {
            medium,
            purpose: None,
            is_preferred: is_true(it.get("preferred")),
            validity: validity("validFor", it.get("validFor")).ok()?,
        })
    })
    .collect()
}

/// Whether something was said to be so; clients write `"true"` as well as `true`.
fn is_true(said: Option<&Value>) -> bool {
    said.is_some_and(|it| it == true || it == "true")
}

fn medium(class: Option<&str>, said: &Value) -> Option<Medium> {
    let word = |names: &[&str]| {
        let all = names.iter().filter_map(|it| said.get(*it));
        all.filter_map(Value::as_str).find(|it| !it.trim().is_empty())
    };
    if let Some(mail) = word(&["emailAddress"]) {
        return mail.parse::<Email>().ok().map(Medium::Mail);
    }
    if let Some(number) = word(&["number"]) {
        let class = word(&["type"]).and_then(|it| it.to_ascii_lowercase().parse().ok());
        let number = number.parse::<Phone>().ok()?;
        return Some(Medium::Phone(class.unwrap_or(PhoneUse::Other), number));
    }
    if let Some(id) = word(&["networkId"]) {
        return Some(Medium::Network(class?.parse().ok()?, id.parse().ok()?));
    }
    address(said).map(Medium::Post)
}

/// A postal address, as several clients write it; nothing where none is said.
pub(super) fn address(said: &Value) -> Option<PostalAddress> {
    let word = |names: &[&str]| {
        let all = names.iter().filter_map(|it| said.get(*it));
        all.filter_map(Value::as_str).find(|it| !it.trim().is_empty())
    };
    let part = |names: &[&str]| word(names).and_then(|it| it.parse::<Name>().ok());
    let address = PostalAddress {
        street: part(&["street1", "streetOne", "streetName"]),
        extended: part(&["street2", "streetTwo"]),
        locality: part(&["city"]),
        region: part(&["stateOrProvince"]),
        postal_code: part(&["postcode", "postCode"]),
        country: word(&["country"]).and_then(country::read),
    };
    (!address.is_empty()).then_some(address)
}

/// Ways to reach somebody, as this contract shows them.
pub(super) fn shown_media(of: &[ContactMedium]) -> Value {
    let shown = of.iter().map(|it| {
        let (class, medium) = match &it.medium {
            Medium::Mail(mail) => ("Email".to_owned(), json!({ "emailAddress": mail.as_str() })),
            Medium::Phone(class, number) => (
                "TelephoneNumber".to_owned(),
                json!({ "type": class.word(), "number": number.as_str() }),
            ),
            Medium::Post(address) => ("PostalAddress".to_owned(), place(address)),
            Medium::Network(network, id) => {
                (network.to_string(), json!({ "networkId": id.as_str() }))
            }
        };
        bare(json!({
            "type": class, "preferred": it.is_preferred, "medium": medium,
            "validFor": shown_validity(it.validity, ENDS),
        }))
    });
    some(shown.collect())
}

/// A postal address as this contract shows it.
pub(super) fn place(of: &PostalAddress) -> Value {
    let word = |it: &Option<Name>| json!(it.as_ref().map(Name::as_str));
    bare(json!({
        "street1": word(&of.street), "street2": word(&of.extended), "city": word(&of.locality),
        "stateOrProvince": word(&of.region), "postcode": word(&of.postal_code),
        "country": of.country.as_ref().map(|it| it.as_str()),
    }))
}

/// An object without what is not known.
pub(super) fn bare(it: Value) -> Value {
    let mut it = tree(it);
    it.retain(|_, it| !it.is_null());
    Value::Object(it)
}

/// A list; nothing if it is empty.
pub(super) fn some(all: Vec<Value>) -> Value {
    if all.is_empty() { Value::Null } else { Value::Array(all) }
}

/// What of what else is said of somebody is an attribute of ours: texts under plain names.
pub(super) fn attributes(said: Option<&Value>) -> Vec<Attribute> {
    let all = said.and_then(Value::as_array).into_iter().flatten();
    let read = all.filter_map(|it| {
        let name = it.get("name")?.as_str()?.parse().ok()?;
        let value = AttributeValue::Text(it.get("value")?.as_str()?.parse().ok()?);
        Some(Attribute { name, value })
    });
    read.collect()
}

/// What else is said of somebody, as this contract shows it.
pub(super) fn shown_attributes(of: &[Attribute]) -> Value {
    let shown =
        of.iter().map(|it| json!({ "name": it.name.as_str(), "value": it.value.to_string() }));
    some(shown.collect())
}

/// What was said of an attribute where it still comes to what is known, else what is known: nobody
/// loses what we cannot read.
pub(super) fn as_said(
    kept: &Tree,
    name: &str,
    known: Value,
    agrees: impl Fn(&Value) -> bool,
) -> Value {
    match kept.get(name) {
        Some(said) if agrees(said) => said.clone(),
        Some(_) | None => known,
    }
}

/// A tree with another over it: what is `null` goes, objects are merged, all else is replaced.
pub(super) fn merged(mut before: Tree, patch: Tree) -> Tree {
    for (name, value) in patch {
        match (before.remove(&name), value) {
            (_, Value::Null) => {}
            (Some(Value::Object(inner)), Value::Object(said)) => {
                before.insert(name, Value::Object(merged(inner, said)));
            }
            (_, value) => {
                before.insert(name, tree_of(value));
            }
        }
    }
    before
}

/// A value without what is `null` in its objects.
fn tree_of(value: Value) -> Value {
    match value {
        Value::Object(_) => Value::Object(merged(Tree::new(), tree(value))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            value
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_to_reach_somebody_reads_as_it_is_shown() {
        let said = json!([
            { "type": "Email", "preferred": true, "medium": { "emailAddress": "a@b.test" } },
            { "type": "TelephoneNumber", "preferred": false,
              "medium": { "type": "mobile", "number": "+34622222222" } },
            { "type": "PostalAddress", "preferred": false,
              "medium": { "street1": "15 Rue", "city": "Paris", "postcode": "75014", "country": "FR" },
              "validFor": { "startDateTime": "2026-01-01T00:00:00Z" } },
        ]);
        let read = media(Some(&said));
        assert_eq!((read.len(), shown_media(&read)), (3, said));
        let odd = json!([{ "type": "Email" }, { "medium": { "emailAddress": "?" } }, 5]);
        assert!(media(Some(&odd)).is_empty());
        assert_eq!(shown_media(&[]), Value::Null);
    }

    #[test]
    fn older_clients_write_streets_and_truths_otherwise() {
        let said = json!([{
            "preferred": "true", "medium": { "streetOne": "Campus", "postCode": "28016", "country": "Spain" },
        }]);
        let shown = shown_media(&media(Some(&said)));
        let medium = json!({ "street1": "Campus", "postcode": "28016", "country": "ES" });
        assert_eq!((&shown[0]["medium"], &shown[0]["preferred"]), (&medium, &json!(true)));
    }

    #[test]
    fn a_period_is_read_by_either_name_of_its_ends() {
        for ends in [ENDS, PERIOD_ENDS] {
            let period = json!({ ends[0]: "2026-01-01T00:00:00Z" });
            let read = validity("validFor", Some(&period));
            assert_eq!(read.map(|it| shown_validity(it, ends)), Ok(period));
        }
        let backwards = json!({
            "startPeriod": "2026-01-02T00:00:00Z", "endPeriod": "2026-01-01T00:00:00Z",
        });
        assert!(validity("validFor", Some(&backwards)).is_err());
    }

    #[test]
    fn a_day_is_read_from_a_moment_and_shown_as_one() {
        let read = |it: &str| day("birthDate", Some(&json!(it))).map(shown_day);
        let shown = Ok(Some("1970-01-04T00:00:00Z".to_owned()));
        assert_eq!(read("1970-01-04T01:00:00+01:00"), shown);
        assert_eq!(read("1970-01-04"), shown);
        assert_eq!(read(""), Ok(None));
        assert!(read("soon").is_err());
    }

    #[test]
    fn a_patch_replaces_merges_and_takes_away() {
        let before = tree(json!({ "a": 1, "b": { "c": 1, "d": 2 }, "e": [1] }));
        let patch =
            tree(json!({ "a": null, "b": { "c": 3, "d": null }, "e": [2], "f": { "g": null } }));
        let expected = json!({ "b": { "c": 3 }, "e": [2], "f": {} });
        assert_eq!(Value::Object(merged(before, patch)), expected);
    }
}
