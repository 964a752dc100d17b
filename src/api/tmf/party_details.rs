//! What else is known of a party: papers that prove who it is, where else it is known, other names, who
//! has to do with it, and how organizations stand to each other.
//!
//! What cannot be read as ours is kept as it was said, and means nothing to us.

use serde_json::{Value, json};

use super::entity::{text, tree};
use super::party_form::{day, or_nothing, shown_day, shown_validity, validity};
use super::resource::Tree;
use crate::domain::id::{AccountId, Id, PartyId};
use crate::domain::party::identity::{ExternalReference, Identification};
use crate::domain::party::individual::{OtherPersonName, PersonName};
use crate::domain::party::organization::OtherTradingName;
use crate::domain::party::relation::{Reference, RelatedParty, Relationship};
use crate::domain::text::Name;

/// What can be read of the elements of a list, or of one that stands alone.
fn each<T>(said: Option<&Value>, read: impl Fn(&Tree) -> Option<T>) -> Vec<T> {
    let all = match said {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    all.iter().filter_map(Value::as_object).filter_map(read).collect()
}

/// Elements as this contract shows them, without what is not known.
fn shown(all: impl Iterator<Item = Value>) -> Value {
    let bare = |it: Value| {
        let mut it = tree(it);
        it.retain(|_, it| !it.is_null());
        Value::Object(it)
    };
    or_nothing(all.map(bare).collect())
}

fn name(said: &Tree, attribute: &str) -> Option<Name> {
    text(said, attribute).ok().flatten()
}

/// The papers that prove who somebody is.
pub(super) fn papers(said: Option<&Value>) -> Vec<Identification> {
    each(said, |it| {
        Some(Identification {
            kind: name(it, "identificationType")?,
            number: name(it, "identificationId")?,
            issuing_authority: name(it, "issuingAuthority"),
            issued_on: day("issuingDate", it.get("issuingDate")).ok()?,
            validity: validity("validFor", it.get("validFor")).ok()?,
        })
    })
}

pub(super) fn shown_papers(of: &[Identification]) -> Value {
    shown(of.iter().map(|it| {
        json!({
            "identificationType": it.kind.as_str(),
            "identificationId": it.number.as_str(),
            "issuingAuthority": it.issuing_authority.as_ref().map(Name::as_str),
            "issuingDate": shown_day(it.issued_on),
            "validFor": shown_validity(it.validity),
        })
    }))
}

/// Where else somebody is known.
pub(super) fn references(said: Option<&Value>) -> Vec<ExternalReference> {
    each(said, |it| {
        Some(ExternalReference {
            kind: name(it, "externalReferenceType")?,
            name: name(it, "name")?,
        })
    })
}

pub(super) fn shown_references(of: &[ExternalReference]) -> Value {
    shown(
        of.iter().map(
            |it| json!({ "externalReferenceType": it.kind.as_str(), "name": it.name.as_str() }),
        ),
    )
}

/// What an id leads to: a party or an account of ours by what it is said to be, or something elsewhere.
fn reference(said: &Tree) -> Option<Reference> {
    let id = said.get("id").and_then(Value::as_str)?;
    let class = said.get("@referredType").and_then(Value::as_str).unwrap_or_default();
    let known = match class {
        "Individual" | "Organization" => id.parse::<PartyId>().ok().map(|it| it.subject()),
        "Customer" => id.parse::<AccountId>().ok().map(|it| it.subject()),
        _ => None,
    };
    let foreign = || id.parse().ok().map(Reference::Foreign);
    known.map(Reference::Known).or_else(foreign)
}

fn shown_reference(of: &Reference) -> String {
    match of {
        Reference::Known(subject) => subject.uuid.to_string(),
        Reference::Foreign(id) => id.to_string(),
    }
}

/// Who has to do with somebody.
pub(super) fn related(said: Option<&Value>) -> Vec<RelatedParty> {
    each(said, |it| {
        Some(RelatedParty {
            party: reference(it)?,
            role: name(it, "role")?,
            name: name(it, "name"),
            validity: validity("validFor", it.get("validFor")).ok()?,
        })
    })
}

pub(super) fn shown_related(of: &[RelatedParty]) -> Value {
    shown(of.iter().map(|it| {
        json!({
            "id": shown_reference(&it.party),
            "role": it.role.as_str(),
            "name": it.name.as_ref().map(Name::as_str),
            "validFor": shown_validity(it.validity),
        })
    }))
}

/// What a person is called besides.
pub(super) fn person_names(said: Option<&Value>) -> Vec<OtherPersonName> {
    each(said, |it| {
        let name = PersonName {
            title: name(it, "title"),
            given: name(it, "givenName")?,
            middle: name(it, "middleName"),
            family: name(it, "familyName")?,
            suffix: name(it, "generation"),
            full: name(it, "fullName"),
            formatted: name(it, "formattedName"),
        };
        Some(OtherPersonName { name, validity: validity("validFor", it.get("validFor")).ok()? })
    })
}

pub(super) fn shown_person_names(of: &[OtherPersonName]) -> Value {
    shown(of.iter().map(|it| {
        let word = |it: &Option<Name>| json!(it.as_ref().map(Name::as_str));
        json!({
            "title": word(&it.name.title),
            "givenName": it.name.given.as_str(),
            "middleName": word(&it.name.middle),
            "familyName": it.name.family.as_str(),
            "generation": word(&it.name.suffix),
            "fullName": word(&it.name.full),
            "formattedName": word(&it.name.formatted),
            "validFor": shown_validity(it.validity),
        })
    }))
}

/// What an organization is called besides.
pub(super) fn trading_names(said: Option<&Value>) -> Vec<OtherTradingName> {
    each(said, |it| {
        Some(OtherTradingName {
            trading_name: name(it, "tradingName")?,
            legal_form: name(it, "nameType"),
            validity: validity("validFor", it.get("validFor")).ok()?,
        })
    })
}

pub(super) fn shown_trading_names(of: &[OtherTradingName]) -> Value {
    shown(of.iter().map(|it| {
        json!({
            "tradingName": it.trading_name.as_str(),
            "nameType": it.legal_form.as_ref().map(Name::as_str),
            "validFor": shown_validity(it.validity),
        })
    }))
}

/// How an organization stands to others.
pub(super) fn relationships(said: Option<&Value>) -> Vec<Relationship> {
    each(said, |it| {
        let to = it.get("organization").and_then(Value::as_object)?;
        let mut to = to.clone();
        to.insert("@referredType".to_owned(), json!("Organization"));
        Some(Relationship {
            kind: name(it, "relationshipType")?,
            to: reference(&to)?,
            validity: validity("validFor", it.get("validFor")).ok()?,
        })
    })
}

pub(super) fn shown_relationships(of: &[Relationship]) -> Value {
    shown(of.iter().map(|it| {
        json!({
            "relationshipType": it.kind.as_str(),
            "organization": { "id": shown_reference(&it.to) },
            "validFor": shown_validity(it.validity),
        })
    }))
}

/// The same where this contract has one alone; nothing if there are several, which it cannot say.
pub(super) fn shown_relationship(of: &[Relationship]) -> Value {
    match (of, shown_relationships(of)) {
        ([_], Value::Array(mut all)) => all.pop().unwrap_or_default(),
        (_, _) => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period() -> Value {
        json!({ "startDateTime": "2015-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z" })
    }

    #[test]
    fn what_is_known_of_a_party_reads_as_it_is_shown() {
        let it = json!([{
            "identificationType": "passport", "identificationId": "51DD", "issuingAuthority": "US",
            "issuingDate": "2005-09-23T00:00:00Z", "validFor": period(),
        }]);
        assert_eq!(shown_papers(&papers(Some(&it))), it);
        let it = json!([{ "externalReferenceType": "social", "name": "http://chirper.test/jane" }]);
        assert_eq!(shown_references(&references(Some(&it))), it);
        let it = json!([{ "id": "2", "role": "employer", "name": "Corp", "validFor": period() }]);
        assert_eq!(shown_related(&related(Some(&it))), it);
        let it = json!([{
            "title": "Miss", "givenName": "Jane", "familyName": "Smith", "validFor": period(),
        }]);
        assert_eq!(shown_person_names(&person_names(Some(&it))), it);
        let it = json!([{ "tradingName": "Asia", "nameType": "inc", "validFor": period() }]);
        assert_eq!(shown_trading_names(&trading_names(Some(&it))), it);
        let it = json!({ "relationshipType": "legal", "organization": { "id": "8" }, "validFor": period() });
        let read = relationships(Some(&it));
        assert_eq!(shown_relationship(&read), it);
        assert_eq!(shown_relationships(&read), json!([it]));
    }

    #[test]
    fn what_says_too_little_is_none_of_ours() {
        let odd = json!([{}, { "name": "x" }, 5, { "id": "1" }, { "givenName": "a" }]);
        let odd = Some(&odd);
        assert!(papers(odd).is_empty() && references(odd).is_empty() && related(odd).is_empty());
        assert!(person_names(odd).is_empty() && trading_names(odd).is_empty());
        assert!(relationships(odd).is_empty());
        assert_eq!((shown_papers(&[]), shown_relationship(&[])), (Value::Null, Value::Null));
    }

    #[test]
    fn who_is_referred_to_is_ours_by_what_it_is_said_to_be() {
        let id = "00000000-0000-7000-8000-000000000001";
        let of = |class: &str| {
            let it = json!([{ "id": id, "role": "owner", "@referredType": class }]);
            related(Some(&it))[0].party.to_string()
        };
        assert_eq!(of("Organization"), format!("pty_{id}"));
        assert_eq!(of("Customer"), format!("acc_{id}"));
        assert_eq!(of("Martian"), id);
    }
}
