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
