//! Persons: the contact of a customer and the person behind a subscriber, who are described by the
//! same fields.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::error::Said;
use super::field::{Field, Fields, Form};
use super::message;
use crate::domain::operator::UserProfile;
use crate::domain::party::individual::PersonName;
use crate::domain::party::medium::{Contact, PhoneUse};
use crate::domain::text::{Email, Name, Phone, TextError};
use crate::domain::time::Zone;

/// What must be said of a customer's contact, and may be.
pub(super) const CONTACT: Fields = &[
    Field::required("FamilyName", Form::Text(255)),
    Field::required("GivenName", Form::Text(255)),
    Field::required("EmailAddress", Form::Read(255, email)),
    Field::optional("NamePrefix", Form::Text(10)),
    Field::optional("NameSuffix", Form::Text(10)),
    Field::optional("EmployeeNumber", Form::Text(10)),
    Field::optional("LanguagePreference", Form::Text(15)),
    Field::required("WorkPhone", Form::Text(30)),
    Field::optional("HomePhone", Form::Text(30)),
    Field::optional("MobilePhone", Form::Text(30)),
    Field::optional("Fax", Form::Text(30)),
    Field::optional("JobTitle", Form::Text(50)),
    Field::optional("WebSiteAddress", Form::Text(255)),
    Field::optional("TimeZone", Form::Text(255)),
    Field::optional("Photo", Form::Text(255)),
];

/// What must be said of a subscriber's person, and may be.
pub(super) const SUBSCRIBER: Fields = &[
    Field::required("RoleSet", Form::Texts(255)),
    Field::required("FamilyName", Form::Text(255)),
    Field::required("GivenName", Form::Text(255)),
    Field::required("EmailAddress", Form::Read(255, email)),
    Field::optional("NamePrefix", Form::Text(10)),
    Field::optional("NameSuffix", Form::Text(10)),
    Field::optional("EmployeeNumber", Form::Text(10)),
    Field::optional("LanguagePreference", Form::Text(15)),
    Field::optional("WorkPhone", Form::Text(30)),
    Field::optional("MobilePhone", Form::Text(30)),
    Field::optional("HomePhone", Form::Text(30)),
    Field::optional("Fax", Form::Text(30)),
    Field::optional("JobTitle", Form::Text(50)),
    Field::optional("WebSiteAddress", Form::Text(255)),
    Field::optional("TimeZone", Form::Text(255)),
    Field::optional("Photo", Form::Text(255)),
];

/// Whether a text is a mail address.
fn email(text: &str) -> Result<(), Said> {
    must::<Email>("EmailAddress", Some(&text.to_owned())).map(drop)
}

/// A person on the wire. What is not known is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Person {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) given_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) family_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name_prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name_suffix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) employee_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) language_preference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) work_phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) home_phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mobile_phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fax: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) job_title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) web_site_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) time_zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) photo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role_set: Option<Vec<String>>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) org_name: Option<String>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<u64>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) security_realm: Option<&'static str>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) is_restricted_use: Option<bool>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) created: Option<String>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) modified: Option<String>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) deleted: Option<bool>,
}

/// What a text says, if it says anything.
pub(super) fn said(text: Option<&String>) -> Option<&str> {
    text.map(|it| it.trim()).filter(|it| !it.is_empty())
}

/// The value that a field has, if it says anything.
pub(super) fn parse<T: FromStr<Err = TextError>>(
    name: &str,
    text: Option<&String>,
) -> Result<Option<T>, Said> {
    let read = said(text).map(str::parse).transpose();
    read.map_err(|it: TextError| message::RULE_BROKEN.with([name, &it.to_string()]))
}

/// How to call somebody, once for each use.
type Phones = BTreeMap<PhoneUse, Phone>;

/// The value of a field that its table requires.
pub(super) fn must<T: FromStr<Err = TextError>>(
    name: &str,
    text: Option<&String>,
) -> Result<T, Said> {
    parse(name, text)?.ok_or_else(|| message::TEXT_REQUIRED.with([name]))
}

/// The zones that IBM's clients call otherwise than IANA does.
const ZONES: &[(&str, &str)] = &[
    ("America/Central", "America/Chicago"),
    ("America/Eastern", "America/New_York"),
    ("America/Mountain", "America/Denver"),
    ("America/Pacific", "America/Los_Angeles"),
];

fn zone(text: &str) -> Option<Zone> {
    ZONES.iter().find(|it| it.0 == text).map_or(text, |it| it.1).parse().ok()
}

fn zone_name(zone: Zone) -> String {
    let name = zone.name();
    ZONES.iter().find(|it| it.1 == name).map_or(name, |it| it.0).to_owned()
}

impl Person {
    /// What is said of a user who is such a person; what this contract cannot say of it stays.
    pub(super) fn profile(&self, was: Option<UserProfile>) -> Result<UserProfile, Said> {
        let name = self.name(was.as_ref().map(|it| it.name.clone()))?;
        let email: Email = must("EmailAddress", self.email_address.as_ref())?;
        let was = was.unwrap_or_else(|| UserProfile::of(email.clone(), name.clone()));
        Ok(UserProfile {
            email,
            name,
            locale: said(self.language_preference.as_ref()).and_then(|it| it.parse().ok()),
            zone: said(self.time_zone.as_ref()).and_then(zone),
            phones: self.phones(&was.phones)?,
            employee_number: parse("EmployeeNumber", self.employee_number.as_ref())?,
            job_title: parse("JobTitle", self.job_title.as_ref())?,
            website: parse("WebSiteAddress", self.web_site_address.as_ref())?,
            photo: parse("Photo", self.photo.as_ref())?,
            ..was
        })
    }

    /// The name. What stands between the two parts stays, and how the person writes all of it as long
    /// as both are the same.
    fn name(&self, was: Option<PersonName>) -> Result<PersonName, Said> {
        let given: Name = must("GivenName", self.given_name.as_ref())?;
        let family: Name = must("FamilyName", self.family_name.as_ref())?;
        let was = was.unwrap_or_else(|| PersonName::new(given.clone(), family.clone()));
        let is_same = was.given == given && was.family == family;
        Ok(PersonName {
            title: parse("NamePrefix", self.name_prefix.as_ref())?,
            suffix: parse("NameSuffix", self.name_suffix.as_ref())?,
            full: was.full.filter(|_| is_same),
            formatted: was.formatted.filter(|_| is_same),
            middle: was.middle,
            given,
            family,
        })
    }

    /// The numbers, with those of uses that the contract does not know.
    fn phones(&self, was: &Phones) -> Result<Phones, Said> {
        let all = [
            (PhoneUse::Work, "WorkPhone", &self.work_phone),
            (PhoneUse::Home, "HomePhone", &self.home_phone),
            (PhoneUse::Mobile, "MobilePhone", &self.mobile_phone),
            (PhoneUse::Fax, "Fax", &self.fax),
        ];
        let read = all.iter().map(|(place, name, text)| Ok((*place, parse(name, text.as_ref())?)));
        let read: Vec<_> = read.collect::<Result<_, Said>>()?;
        let others = was.iter().filter(|it| all.iter().all(|known| known.0 != *it.0));
        let others = others.map(|(place, phone)| (*place, phone.clone()));
        let said = read.into_iter().filter_map(|(place, phone)| Some((place, phone?)));
        Ok(others.chain(said).collect())
    }

    /// The person that a user is, with what only this contract knows of it.
    pub(super) fn of_user(it: &UserProfile, kept: Self) -> Self {
        let text = |it: &Option<Name>| it.as_ref().map(ToString::to_string);
        let phone = |place| it.phones.get(&place).map(ToString::to_string);
        Self {
            given_name: Some(it.name.given.to_string()),
            family_name: Some(it.name.family.to_string()),
            email_address: Some(it.email.to_string()),
            name_prefix: text(&it.name.title),
            name_suffix: text(&it.name.suffix),
            employee_number: text(&it.employee_number),
            language_preference: it
                .locale
                .as_ref()
                .map(ToString::to_string)
                .or(kept.language_preference),
            work_phone: phone(PhoneUse::Work),
            home_phone: phone(PhoneUse::Home),
            mobile_phone: phone(PhoneUse::Mobile),
            fax: phone(PhoneUse::Fax),
            job_title: text(&it.job_title),
            web_site_address: text(&it.website),
            time_zone: it.zone.map(zone_name).or(kept.time_zone),
            photo: text(&it.photo),
            ..Self::default()
        }
    }

    /// What of a person means nothing to us and is kept beside its user: a language or a zone that
    /// nobody knows.
    pub(super) fn unknown(&self) -> Self {
        let language = said(self.language_preference.as_ref());
        let language = language.filter(|it| it.parse::<crate::domain::text::Locale>().is_err());
        let time_zone = said(self.time_zone.as_ref()).filter(|it| zone(it).is_none());
        Self {
            language_preference: language.map(str::to_owned),
            time_zone: time_zone.map(str::to_owned),
            ..Self::default()
        }
    }

    /// It as it is kept beside a user; empty if there is nothing.
    pub(super) fn to_carried(&self) -> Vec<u8> {
        if *self == Self::default() {
            return Vec::new();
        }
        serde_json::to_vec(self).expect("texts can be written")
    }

    /// What is kept beside a user.
    pub(super) fn of_carried(bytes: Option<&Vec<u8>>) -> Self {
        bytes.and_then(|it| serde_json::from_slice(it).ok()).unwrap_or_default()
    }

    /// The contact that an account has in such a person.
    pub(super) fn contact(&self) -> Result<Contact, Said> {
        Ok(Contact {
            given_name: parse("GivenName", self.given_name.as_ref())?,
            family_name: parse("FamilyName", self.family_name.as_ref())?,
            email: must("EmailAddress", self.email_address.as_ref())?,
            phone: parse("WorkPhone", self.work_phone.as_ref())?,
        })
    }

    /// What of a contact our accounts do not have.
    pub(super) fn beyond_contact(&self) -> Self {
        let text = |it: &Option<String>| said(it.as_ref()).map(str::to_owned);
        Self {
            name_prefix: text(&self.name_prefix),
            name_suffix: text(&self.name_suffix),
            employee_number: text(&self.employee_number),
            language_preference: text(&self.language_preference),
            home_phone: text(&self.home_phone),
            mobile_phone: text(&self.mobile_phone),
            fax: text(&self.fax),
            job_title: text(&self.job_title),
            web_site_address: text(&self.web_site_address),
            time_zone: text(&self.time_zone),
            photo: text(&self.photo),
            ..Self::default()
        }
    }

    /// The person that an account's contact is, with what only this contract knows of it.
    pub(super) fn of_contact(it: &Contact, kept: Self) -> Self {
        Self {
            given_name: it.given_name.as_ref().map(ToString::to_string),
            family_name: it.family_name.as_ref().map(ToString::to_string),
            email_address: Some(it.email.to_string()),
            work_phone: it.phone.as_ref().map(ToString::to_string),
            ..kept
        }
    }
}
