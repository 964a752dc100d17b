//! What this contract and ours have of a party in different forms: ways to reach it, days, and what
//! else is said of it.
//!
//! What cannot be read as ours is kept as it was said, and means nothing to us.

use serde_json::{Value, json};

use super::entity::{text, tree};
use super::resource::Tree;
use crate::domain::attribute::{Attribute, AttributeValue};
use crate::domain::country;
use crate::domain::error::Invalid;
use crate::domain::party::medium::{ContactMedium, Medium, PhoneUse, PostalAddress};
use crate::domain::text::{Email, Name, Phone};
use crate::domain::time::{Date, Instant, Validity, Zone};

/// A period that was said, of which each end may be left out.
pub(super) fn validity(field: &str, said: Option<&Value>) -> Result<Validity, Invalid> {
    let Some(period) = said.and_then(Value::as_object) else { return Ok(Validity::ALWAYS) };
    let at = |name: &str| match text::<Instant>(period, name) {
        Ok(at) => Ok(at),
        Err(invalid) => Err(invalid.below(&format!("{field}/"))),
    };
    let backwards = || Invalid::one(field, "range", "must end after it begins");
    Validity::new(at("startDateTime")?, at("endDateTime")?).ok_or_else(backwards)
}

/// A period as this contract shows it; nothing for always.
pub(super) fn shown_validity(it: Validity) -> Value {
    if it == Validity::ALWAYS {
        return Value::Null;
    }
    let at = |it: Option<Instant>| it.map(|it| it.to_string());
    let all = [("startDateTime", at(it.from())), ("endDateTime", at(it.until()))];
    all.into_iter().filter_map(|(name, at)| Some((name.to_owned(), json!(at?)))).collect()
}

/// A day that was said, as a moment or as a day.
pub(super) fn day(field: &str, said: Option<&Value>) -> Result<Option<Date>, Invalid> {
    let Some(said) = said.and_then(Value::as_str).filter(|it| !it.is_empty()) else {
        return Ok(None);
    };
    let moment = said.parse::<Instant>().map(|it| Zone::UTC.date_of(it));
    let read = moment.or_else(|_| said.parse::<Date>());
    let refused =
        || Invalid::one(field, "format", "must be a moment such as `1990-01-31T00:00:00Z`");
    read.map(Some).map_err(|_| refused())
}

/// A day as a moment, which is what this contract has for days.
pub(super) fn shown_day(it: Option<Date>) -> Option<String> {
    it.map(|it| Zone::UTC.start_of(it).to_string())
}

/// What of the ways to reach somebody is one of ours.
pub(super) fn media(said: Option<&Value>) -> Vec<ContactMedium> {
    let all = said.and_then(Value::as_array).into_iter().flatten();
    let read = all.filter_map(|it| {
        let validity = validity("validFor", it.get("validFor")).ok()?;
        let is_preferred = it.get("preferred") == Some(&json!(true));
        let medium = medium(it)?;
        let purpose = purpose(&medium, it);
        Some(ContactMedium { medium, purpose, is_preferred, validity })
    });
    read.collect()
}

fn medium(said: &Value) -> Option<Medium> {
    let details = said.get("characteristic")?.as_object()?;
    let word = |name: &str| details.get(name).and_then(Value::as_str);
    if let Some(mail) = word("emailAddress") {
        return mail.parse::<Email>().ok().map(Medium::Mail);
    }
    for (name, usual) in [("phoneNumber", PhoneUse::Other), ("faxNumber", PhoneUse::Fax)] {
        if let Some(number) = word(name) {
            let class = word("contactType").map(str::to_ascii_lowercase);
            let class = class.and_then(|it| it.parse::<PhoneUse>().ok()).unwrap_or(usual);
            return number.parse::<Phone>().ok().map(|it| Medium::Phone(class, it));
        }
    }
    if let Some(id) = word("socialNetworkId") {
        let network = said.get("mediumType").and_then(Value::as_str)?;
        return Some(Medium::Network(network.parse().ok()?, id.parse().ok()?));
    }
    let part = |name: &str| word(name).and_then(|it| it.parse::<Name>().ok());
    let address = PostalAddress {
        street: part("street1"),
        extended: part("street2"),
        locality: part("city"),
        region: part("stateOrProvince"),
        postal_code: part("postCode").or_else(|| part("postcode")),
        country: word("country").and_then(country::read),
    };
    (!address.is_empty()).then_some(Medium::Post(address))
}

/// What a place is for, in the word of whoever said it.
fn purpose(of: &Medium, said: &Value) -> Option<Name> {
    match of {
        Medium::Post(_) => said.pointer("/characteristic/contactType")?.as_str()?.parse().ok(),
        Medium::Mail(_) | Medium::Phone(..) | Medium::Network(..) => None,
    }
}

/// Ways to reach somebody, as this contract shows them; nothing if there are none.
pub(super) fn shown_media(of: &[ContactMedium]) -> Value {
    let shown = of.iter().map(|it| {
        let (class, details) = match &it.medium {
            Medium::Mail(mail) => ("email".to_owned(), json!({ "emailAddress": mail.as_str() })),
            Medium::Phone(PhoneUse::Fax, number) => {
                ("fax".to_owned(), json!({ "faxNumber": number.as_str() }))
            }
            Medium::Phone(class, number) => (
                "phone".to_owned(),
                json!({ "phoneNumber": number.as_str(), "contactType": class.word() }),
            ),
            Medium::Network(network, id) => {
                (network.to_string(), json!({ "socialNetworkId": id.as_str() }))
            }
            Medium::Post(address) => {
                ("postalAddress".to_owned(), place(address, it.purpose.as_ref()).into())
            }
        };
        let mut shown = tree(json!({
            "mediumType": class, "preferred": it.is_preferred, "characteristic": details,
            "validFor": shown_validity(it.validity),
        }));
        shown.retain(|_, it| !it.is_null());
        Value::Object(shown)
    });
    or_nothing(shown.collect())
}

fn place(of: &PostalAddress, purpose: Option<&Name>) -> Tree {
    let word = |it: &Option<Name>| json!(it.as_ref().map(Name::as_str));
    let mut shown = tree(json!({
        "street1": word(&of.street), "street2": word(&of.extended), "city": word(&of.locality),
        "stateOrProvince": word(&of.region), "postCode": word(&of.postal_code),
        "country": of.country.as_ref().map(|it| it.as_str()),
        "contactType": purpose.map(Name::as_str),
    }));
    shown.retain(|_, it| !it.is_null());
    shown
}

pub(super) fn or_nothing(all: Vec<Value>) -> Value {
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

/// What else is said of somebody, as this contract shows it; nothing if that is nothing.
pub(super) fn shown_attributes(of: &[Attribute]) -> Value {
    let shown =
        of.iter().map(|it| json!({ "name": it.name.as_str(), "value": it.value.to_string() }));
    or_nothing(shown.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_to_reach_somebody_reads_as_it_is_shown() {
        let said = json!([
            { "mediumType": "email", "preferred": true, "characteristic": { "emailAddress": "a@b.test" } },
            { "mediumType": "phone", "preferred": false, "characteristic": { "phoneNumber": "+49 30 1", "contactType": "home" } },
            { "mediumType": "fax", "preferred": false, "characteristic": { "faxNumber": "+49 30 2" } },
            { "mediumType": "postalAddress", "preferred": false, "characteristic": { "city": "Paris", "country": "FR", "street1": "15 Rue", "postCode": "75014" },
              "validFor": { "startDateTime": "2026-01-01T00:00:00Z" } },
            { "mediumType": "Chirper", "preferred": false, "characteristic": { "socialNetworkId": "ann" } },
        ]);
        let read = media(Some(&said));
        assert_eq!(read.len(), 5);
        assert_eq!(shown_media(&read), said);
        let odd =
            json!([{ "mediumType": "pigeon" }, { "characteristic": { "emailAddress": "?" } }, 5]);
        assert!(media(Some(&odd)).is_empty());
        assert_eq!(shown_media(&[]), Value::Null);
    }

    #[test]
    fn a_country_is_read_by_its_code_or_its_name() {
        for country in ["DE", "de", "Germany", "Allemagne"] {
            let said =
                json!([{ "characteristic": { "country": country, "contactType": "billing" } }]);
            let [one] = &media(Some(&said))[..] else { panic!("{country}") };
            let shown = shown_media(std::slice::from_ref(one));
            assert_eq!(
                shown[0]["characteristic"],
                json!({ "country": "DE", "contactType": "billing" })
            );
        }
        let nowhere = json!([{ "characteristic": { "country": "Atlantis" } }]);
        assert!(media(Some(&nowhere)).is_empty());
    }

    #[test]
    fn a_day_is_read_from_a_moment_and_shown_as_one() {
        let read = |it: &str| day("birthDate", Some(&json!(it))).map(shown_day);
        let shown = Ok(Some("1967-09-26T00:00:00Z".to_owned()));
        assert_eq!(read("1967-09-26T05:00:00.246Z"), shown);
        assert_eq!(read("1967-09-26"), shown);
        assert_eq!(read(""), Ok(None));
        assert!(read("soon").is_err());
    }

    #[test]
    fn what_has_a_plain_name_is_an_attribute() {
        let said = json!([{ "name": "hobby", "value": "chess" }]);
        assert_eq!(shown_attributes(&attributes(Some(&said))), said);
        let odd = json!([{ "name": "a b", "value": "x" }, { "name": "n", "value": 5 }, {}]);
        assert!(attributes(Some(&odd)).is_empty());
    }

    #[test]
    fn a_period_reads_as_it_is_written() {
        let period = json!({ "startDateTime": "2026-01-01T00:00:00Z" });
        let read = |it: &Value| validity("validFor", Some(it));
        assert_eq!(read(&period).map(shown_validity), Ok(period));
        assert_eq!(shown_validity(Validity::ALWAYS), Value::Null);
        let backwards = json!({
            "startDateTime": "2026-01-02T00:00:00Z", "endDateTime": "2026-01-01T00:00:00Z",
        });
        assert!(read(&backwards).is_err());
        assert!(read(&json!({ "startDateTime": "soon" })).is_err());
    }
}
