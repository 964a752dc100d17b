//! Addresses and contacts, as several resources show and take them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::{parse, parse_optional};
use crate::domain::error::Invalid;
use crate::domain::party::medium;

/// Where somebody lives, works, or takes in mail.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Address {
    /// Street and number.
    pub(crate) street: Option<String>,
    /// What the street needs beside itself: floor, building.
    pub(crate) street_extra: Option<String>,
    /// Town.
    pub(crate) city: Option<String>,
    /// State, province or county.
    pub(crate) region: Option<String>,
    /// Postal code.
    pub(crate) postal_code: Option<String>,
    /// ISO 3166, two letters.
    pub(crate) country: Option<String>,
}

impl From<&medium::PostalAddress> for Address {
    fn from(it: &medium::PostalAddress) -> Self {
        let text = |it: &Option<crate::domain::text::Name>| it.as_ref().map(ToString::to_string);
        Self {
            street: text(&it.street),
            street_extra: text(&it.extended),
            city: text(&it.locality),
            region: text(&it.region),
            postal_code: text(&it.postal_code),
            country: it.country.as_ref().map(ToString::to_string),
        }
    }
}

impl Address {
    /// The address in the domain's form; `pointer` says where it stands in the body.
    pub(crate) fn read(&self, pointer: &str) -> Result<medium::PostalAddress, Invalid> {
        let at = |field: &str| format!("{pointer}/{field}");
        Ok(medium::PostalAddress {
            street: parse_optional(&at("street"), self.street.as_deref())?,
            extended: parse_optional(&at("street_extra"), self.street_extra.as_deref())?,
            locality: parse_optional(&at("city"), self.city.as_deref())?,
            region: parse_optional(&at("region"), self.region.as_deref())?,
            postal_code: parse_optional(&at("postal_code"), self.postal_code.as_deref())?,
            country: parse_optional(&at("country"), self.country.as_deref())?,
        })
    }
}

/// A person to turn to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contact {
    /// First name.
    pub(crate) given_name: Option<String>,
    /// Family name.
    pub(crate) family_name: Option<String>,
    /// Mail address.
    pub(crate) email: String,
    /// Telephone, in any usual form.
    pub(crate) phone: Option<String>,
}

impl From<&medium::Contact> for Contact {
    fn from(it: &medium::Contact) -> Self {
        Self {
            given_name: it.given_name.as_ref().map(ToString::to_string),
            family_name: it.family_name.as_ref().map(ToString::to_string),
            email: it.email.to_string(),
            phone: it.phone.as_ref().map(ToString::to_string),
        }
    }
}

impl Contact {
    /// The contact in the domain's form; `pointer` says where it stands in the body.
    pub(crate) fn read(&self, pointer: &str) -> Result<medium::Contact, Invalid> {
        let at = |field: &str| format!("{pointer}/{field}");
        Ok(medium::Contact {
            given_name: parse_optional(&at("given_name"), self.given_name.as_deref())?,
            family_name: parse_optional(&at("family_name"), self.family_name.as_deref())?,
            email: parse(&at("email"), &self.email)?,
            phone: parse_optional(&at("phone"), self.phone.as_deref())?,
        })
    }
}

/// One way to reach somebody: exactly one of mail, phone, post and network is said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Medium {
    /// A mail address.
    pub(crate) email: Option<String>,
    /// A telephone number.
    pub(crate) phone: Option<String>,
    /// What the number is for: `work`, `mobile`, `home`, `fax`, `other`.
    pub(crate) phone_use: Option<String>,
    /// A postal address.
    pub(crate) address: Option<Address>,
    /// A network in which it has a name.
    pub(crate) network: Option<String>,
    /// The name there.
    pub(crate) network_name: Option<String>,
    /// What it is for in somebody's own word.
    pub(crate) purpose: Option<String>,
    /// Whether it is to be tried first.
    #[serde(default)]
    pub(crate) preferred: bool,
}

impl From<&medium::ContactMedium> for Medium {
    fn from(it: &medium::ContactMedium) -> Self {
        let (mut email, mut phone, mut address, mut network) = (None, None, None, None);
        match &it.medium {
            medium::Medium::Mail(mail) => email = Some(mail.to_string()),
            medium::Medium::Phone(use_for, number) => {
                phone = Some((use_for.to_string(), number.to_string()));
            }
            medium::Medium::Post(post) => address = Some(Address::from(post)),
            medium::Medium::Network(which, name) => {
                network = Some((which.to_string(), name.to_string()));
            }
        }
        let (phone_use, phone) = phone.unzip();
        let (network, network_name) = network.unzip();
        let purpose = it.purpose.as_ref().map(ToString::to_string);
        let preferred = it.is_preferred;
        Self { email, phone, phone_use, address, network, network_name, purpose, preferred }
    }
}

impl Medium {
    /// The way in the domain's form; `pointer` says where it stands in the body.
    pub(crate) fn read(&self, pointer: &str) -> Result<medium::ContactMedium, Invalid> {
        let at = |field: &str| format!("{pointer}/{field}");
        let way = match (&self.email, &self.phone, &self.address, &self.network) {
            (Some(email), None, None, None) => medium::Medium::Mail(parse(&at("email"), email)?),
            (None, Some(phone), None, None) => {
                let use_for = parse_optional(&at("phone_use"), self.phone_use.as_deref())?;
                let use_for = use_for.unwrap_or(medium::PhoneUse::Other);
                medium::Medium::Phone(use_for, parse(&at("phone"), phone)?)
            }
            (None, None, Some(address), None) => {
                medium::Medium::Post(address.read(&at("address"))?)
            }
            (None, None, None, Some(network)) => {
                let name = self.network_name.as_deref().unwrap_or_default();
                let name = parse(&at("network_name"), name)?;
                medium::Medium::Network(parse(&at("network"), network)?, name)
            }
            (_, _, _, _) => {
                let message = "exactly one of `email`, `phone`, `address`, `network` must be given";
                return Err(Invalid::one(pointer, "required", message));
            }
        };
        Ok(medium::ContactMedium {
            medium: way,
            purpose: parse_optional(&at("purpose"), self.purpose.as_deref())?,
            is_preferred: self.preferred,
            validity: crate::domain::time::Validity::ALWAYS,
        })
    }
}
