//! What else is known of a party: papers that prove who it is, where else it is known, other names, who
//! has to do with it, and how organizations stand to each other.
//!
//! What cannot be read as ours is kept as it was said, and means nothing to us.

use serde_json::{Value, json};

use super::contact::{ENDS, bare, day, shown_day, shown_validity, some, validity};
use super::form::{reference, text};
use super::wire::Tree;
use crate::domain::id::{AccountId, Id, PartyId};
use crate::domain::party::identity::{ExternalReference, Identification};
use crate::domain::party::individual::{OtherPersonName, PersonName};
use crate::domain::party::organization::OtherTradingName;
use crate::domain::party::relation::{Reference, RelatedParty, Relationship};
use crate::domain::text::Name;
use crate::domain::time::Validity;

/// What can be read of the elements of a list, or of one that stands alone.
fn each<T>(said: Option<&Value>, read: impl Fn(&Tree) -> Option<T>) -> Vec<T> {
    let all = match said {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    all.iter().filter_map(Value::as_object).filter_map(read).collect()
}

fn name(said: &Tree, attribute: &str) -> Option<Name> {
    text(said, attribute).ok().flatten()
}

fn word(it: Option<&Name>) -> Value {
    json!(it.map(Name::as_str))
}

fn valid(said: &Tree) -> Option<Validity> {
    validity("validFor", said.get("validFor")).ok()
}

fn shown(it: Validity) -> Value {
    shown_validity(it, ENDS)
}

/// The papers that prove who somebody is.
pub(super) fn papers(said: Option<&Value>) -> Vec<Identification> {
    each(said, |it| {
        Some(Identification {
            kind: name(it, "type")?,
            number: name(it, "identificationId")?,
            issuing_authority: name(it, "issuingAuthority"),
            issued_on: day("issuingDate", it.get("issuingDate")).ok()?,
            validity: valid(it)?,
        })
    })
}

pub(super) fn shown_papers(of: &[Identification]) -> Value {
    let shown = of.iter().map(|it| {
        bare(json!({
            "type": it.kind.as_str(), "identificationId": it.number.as_str(),
            "issuingAuthority": word(it.issuing_authority.as_ref()),
            "issuingDate": shown_day(it.issued_on), "validFor": shown(it.validity),
        }))
    });
    some(shown.collect())
}

/// Where else somebody is known.
pub(super) fn references(said: Option<&Value>) -> Vec<ExternalReference> {
    each(said, |it| Some(ExternalReference { kind: name(it, "type")?, name: name(it, "href")? }))
}

pub(super) fn shown_references(of: &[ExternalReference]) -> Value {
    let shown = of.iter().map(|it| json!({ "type": it.kind.as_str(), "href": it.name.as_str() }));
    some(shown.collect())
}

/// What a reference leads to: a party or a customer of ours by its address, or something elsewhere.
fn led_to(said: &Value) -> Option<Reference> {
    let href = said.get("href").and_then(Value::as_str).unwrap_or_default();
    let is_at = |path: &str| href.contains(path);
    let known = match reference(said) {
        Some(id) if is_at("/individual/") || is_at("/organization/") => {
            Some(PartyId::from_uuid(id).subject())
        }
        Some(id) if is_at("/customer/") => Some(AccountId::from_uuid(id).subject()),
        Some(_) | None => None,
    };
    let foreign = || said.get("id")?.as_str()?.parse().ok().map(Reference::Foreign);
    known.map(Reference::Known).or_else(foreign)
}

fn id_of(it: &Reference) -> String {
    match it {
        Reference::Known(subject) => subject.uuid.to_string(),
        Reference::Foreign(id) => id.to_string(),
    }
}

/// Who has to do with somebody.
pub(super) fn related(said: Option<&Value>) -> Vec<RelatedParty> {
    each(said, |it| {
        Some(RelatedParty {
            party: led_to(&Value::Object(it.clone()))?,
            role: name(it, "role")?,
            name: name(it, "name"),
            validity: valid(it)?,
        })
    })
}

pub(super) fn shown_related(of: &[RelatedParty]) -> Value {
    let shown = of.iter().map(|it| {
        bare(json!({
            "id": id_of(&it.party), "role": it.role.as_str(), "name": word(it.name.as_ref()),
            "validFor": shown(it.validity),
        }))
    });
    some(shown.collect())
}

/// What a person is called besides.
pub(super) fn person_names(said: Option<&Value>) -> Vec<OtherPersonName> {
    each(said, |it| {
        let name = PersonName {
            title: name(it, "title"),
            given: name(it, "givenName")?,
            middle: name(it, "middleName"),
            family: name(it, "familyName")?,
            suffix: None,
            full: name(it, "fullName"),
            formatted: name(it, "formattedName"),
        };
        Some(OtherPersonName { name, validity: valid(it)? })
    })
}

pub(super) fn shown_person_names(of: &[OtherPersonName]) -> Value {
    let shown = of.iter().map(|it| {
        bare(json!({
            "title": word(it.name.title.as_ref()), "givenName": it.name.given.as_str(),
            "middleName": word(it.name.middle.as_ref()), "familyName": it.name.family.as_str(),
            "fullName": word(it.name.full.as_ref()),
            "formattedName": word(it.name.formatted.as_ref()), "validFor": shown(it.validity),
        }))
    });
    some(shown.collect())
}

/// What an organization is called besides.
pub(super) fn trading_names(said: Option<&Value>) -> Vec<OtherTradingName> {
    each(said, |it| {
        Some(OtherTradingName {
            trading_name: name(it, "tradingName")?,
            legal_form: name(it, "nameType"),
            validity: valid(it)?,
        })
    })
}

pub(super) fn shown_trading_names(of: &[OtherTradingName]) -> Value {
    let shown = of.iter().map(|it| {
        bare(json!({
            "tradingName": it.trading_name.as_str(), "nameType": word(it.legal_form.as_ref()),
            "validFor": shown(it.validity),
        }))
    });
    some(shown.collect())
}

/// How an organization stands to others: by their id, or by a reference to them.
pub(super) fn relationships(said: Option<&Value>) -> Vec<Relationship> {
    each(said, |it| {
        let to = match it.get("organization") {
            Some(to) => to.clone(),
            None => Value::Object(it.clone()),
        };
        Some(Relationship {
            kind: name(it, "relationshipType")?,
            to: led_to(&to)?,
            validity: valid(it)?,
        })
    })
}

pub(super) fn shown_relationships(of: &[Relationship]) -> Value {
    let shown = of.iter().map(|it| {
        bare(json!({
            "id": id_of(&it.to), "relationshipType": it.kind.as_str(), "validFor": shown(it.validity),
        }))
    });
    some(shown.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_party_reads_as_it_is_shown() {
        let period = || json!({ "startDateTime": "2015-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z" });
        let it = json!([{
            "type": "passport", "identificationId": "51DD", "issuingAuthority": "US",
            "issuingDate": "2005-09-23T00:00:00Z", "validFor": period(),
        }]);
        assert_eq!(shown_papers(&papers(Some(&it))), it);
        let it = json!([{ "type": "facebook", "href": "https://facebook.test/jane" }]);
        assert_eq!(shown_references(&references(Some(&it))), it);
        let it = json!([{ "id": "2", "role": "employer", "name": "Corp", "validFor": period() }]);
        assert_eq!(shown_related(&related(Some(&it))), it);
        let it = json!([{
            "title": "Miss", "givenName": "Jane", "familyName": "Smith", "validFor": period(),
        }]);
        assert_eq!(shown_person_names(&person_names(Some(&it))), it);
        let it = json!([{ "tradingName": "Asia", "nameType": "Inc.", "validFor": period() }]);
        assert_eq!(shown_trading_names(&trading_names(Some(&it))), it);
        let it = json!([{ "id": "8", "relationshipType": "juridical", "validFor": period() }]);
        assert_eq!(shown_relationships(&relationships(Some(&it))), it);
    }

    #[test]
    fn who_is_referred_to_is_ours_by_its_address() {
        let id = "00000000-0000-7000-8000-000000000001";
        let of = |path: &str| {
            let it = json!([{ "id": id, "role": "owner", "href": format!("/x/{path}/{id}") }]);
            related(Some(&it))[0].party.to_string()
        };
        assert_eq!(of("individual"), format!("pty_{id}"));
        assert_eq!(of("customer"), format!("acc_{id}"));
        assert_eq!(of("planet"), id);
    }

    #[test]
    fn what_says_too_little_is_none_of_ours() {
        let odd = json!([{}, { "name": "x" }, 5, { "id": "1" }, { "givenName": "a" }]);
        let odd = Some(&odd);
        assert!(papers(odd).is_empty() && references(odd).is_empty() && related(odd).is_empty());
        assert!(person_names(odd).is_empty() && trading_names(odd).is_empty());
        assert!(relationships(odd).is_empty());
    }
}
