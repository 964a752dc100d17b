//! Addresses and contacts: the structures `Address` and `Contact` of accounts and users.

use serde_json::{Map, Value, json};

use super::property::{Field, Form, Structure};
use super::wire::{optional, read, text};
use crate::domain::error::Invalid;
use crate::domain::party::medium::{Contact, PostalAddress};
use crate::domain::text::Name;

/// Where somebody is.
pub(super) static ADDRESS: Structure = Structure {
    name: "Address",
    fields: &[
        Field::optional("streetAddress", Form::Text),
        Field::optional("extendedAddress", Form::Text),
        Field::optional("locality", Form::Text),
        Field::optional("region", Form::Text),
        Field::optional("countryName", Form::Text),
        Field::optional("postalCode", Form::Text),
    ],
};

/// Whom to turn to.
pub(super) static CONTACT: Structure = Structure {
    name: "Contact",
    fields: &[
        Field::required("email", Form::Text),
        Field::optional("givenName", Form::Text),
        Field::optional("familyName", Form::Text),
        Field::optional("telVoice", Form::Text),
    ],
};

/// An address as the bus shows it; countries in lower case.
pub(super) fn address(it: &PostalAddress) -> Value {
    let text = |it: &Option<Name>| it.as_ref().map(ToString::to_string);
    let country = it.country.as_ref().map(|it| it.to_string().to_lowercase());
    said([
        ("streetAddress", text(&it.street)),
        ("extendedAddress", text(&it.extended)),
        ("locality", text(&it.locality)),
        ("region", text(&it.region)),
        ("countryName", country),
        ("postalCode", text(&it.postal_code)),
    ])
}

/// A contact as the bus shows it.
pub(super) fn contact(it: &Contact) -> Value {
    said([
        ("email", Some(it.email.to_string())),
        ("givenName", it.given_name.as_ref().map(ToString::to_string)),
        ("familyName", it.family_name.as_ref().map(ToString::to_string)),
        ("telVoice", it.phone.as_ref().map(ToString::to_string)),
    ])
}

/// An address as a client says it, at a place in the body.
pub(super) fn read_address(at: &str, value: &Value) -> Result<PostalAddress, Invalid> {
    let country = text(value, "countryName").map(str::to_uppercase);
    let country = country.map(|it| read(&format!("{at}/countryName"), &it)).transpose()?;
    Ok(PostalAddress {
        street: optional(at, value, "streetAddress")?,
        extended: optional(at, value, "extendedAddress")?,
        locality: optional(at, value, "locality")?,
        region: optional(at, value, "region")?,
        postal_code: optional(at, value, "postalCode")?,
        country,
    })
}

/// A contact as a client says it, at a place in the body.
pub(super) fn read_contact(at: &str, value: &Value) -> Result<Contact, Invalid> {
    Ok(Contact {
        given_name: optional(at, value, "givenName")?,
        family_name: optional(at, value, "familyName")?,
        email: read(&format!("{at}/email"), text(value, "email").unwrap_or_default())?,
        phone: optional(at, value, "telVoice")?,
    })
}

fn said<const N: usize>(fields: [(&str, Option<String>); N]) -> Value {
    let said = fields.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text?))));
    Value::Object(said.collect::<Map<_, _>>())
}
