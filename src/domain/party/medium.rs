//! Ways to reach somebody: mail, telephone, post, a name in some network.

use serde::{Deserialize, Serialize};

use crate::domain::text::{Country, Email, Name, Phone};
use crate::domain::time::Validity;
use crate::domain::word::words;

/// A place that post reaches. Every part may be missing: contracts differ in what they demand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PostalAddress {
    /// Street and number.
    pub street: Option<Name>,
    /// What else stands on the envelope: floor, building, care of.
    pub extended: Option<Name>,
    /// City, town or village.
    pub locality: Option<Name>,
    /// State or province.
    pub region: Option<Name>,
    /// Postal code, as the country writes it.
    pub postal_code: Option<Name>,
    /// The country; it decides on tax.
    pub country: Option<Country>,
}

impl PostalAddress {
    /// Whether nothing of it is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The lines of an envelope, without the country.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let words = [&self.postal_code, &self.locality, &self.region];
        let place: Vec<_> = words.into_iter().flatten().map(Name::as_str).collect();
        let street = [&self.street, &self.extended].into_iter().flatten().map(Name::to_string);
        street.chain((!place.is_empty()).then(|| place.join(" "))).collect()
    }
}

words! {
    /// What a telephone number is for.
    PhoneUse {
        /// At work.
        Work = "work";
        /// In the pocket.
        Mobile = "mobile";
        /// At home.
        Home = "home";
        /// A fax machine.
        Fax = "fax";
        /// Nobody said.
        Other = "other";
    }
}

/// One way to reach somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Medium {
    /// By mail.
    Mail(Email),
    /// By telephone.
    Phone(PhoneUse, Phone),
    /// By post.
    Post(PostalAddress),
    /// By a name in a network: the network, and the name there.
    Network(Name, Name),
}

impl Medium {
    /// What sort of way it is, as a word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Mail(_) => "mail",
            Self::Phone(..) => "phone",
            Self::Post(_) => "post",
            Self::Network(..) => "network",
        }
    }

    /// The address of its mail, if it is mail.
    #[must_use]
    pub const fn mail(&self) -> Option<&Email> {
        match self {
            Self::Mail(mail) => Some(mail),
            Self::Phone(..) | Self::Post(_) | Self::Network(..) => None,
        }
    }
}

/// A way to reach somebody, and when to take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactMedium {
    /// The way.
    pub medium: Medium,
    /// What it is for in somebody's own word: `billing`, `emergency`.
    pub purpose: Option<Name>,
    /// Whether it is to be tried first.
    pub is_preferred: bool,
    /// When it works.
    pub validity: Validity,
}

impl ContactMedium {
    /// A way of which nothing else is said.
    #[must_use]
    pub const fn of(medium: Medium) -> Self {
        Self { medium, purpose: None, is_preferred: false, validity: Validity::ALWAYS }
    }
}

/// A person to turn to, as an account names one for a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The first name.
    pub given_name: Option<Name>,
    /// The family name.
    pub family_name: Option<Name>,
    /// Where mail goes.
    pub email: Email,
    /// Where calls go.
    pub phone: Option<Phone>,
}

impl Contact {
    /// How a letter addresses the person, if it has a name.
    #[must_use]
    pub fn display_name(&self) -> Option<String> {
        let names: Vec<_> =
            [&self.given_name, &self.family_name].into_iter().flatten().map(Name::as_str).collect();
        (!names.is_empty()).then(|| names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<Name> {
        Some(text.parse().expect(text))
    }

    #[test]
    fn an_envelope_has_no_empty_lines() {
        let mut address = PostalAddress::default();
        assert!(address.is_empty());
        assert_eq!(address.lines(), Vec::<String>::new());
        address.street = name("11, APS");
        address.postal_code = name("12345");
        address.locality = name("APS");
        assert_eq!(address.lines(), ["11, APS", "12345 APS"]);
        assert!(!address.is_empty());
    }

    #[test]
    fn somebody_is_called_by_the_names_that_are_known() {
        let mut contact = Contact {
            given_name: None,
            family_name: None,
            email: "isv1@aps.test".parse().expect("an address"),
            phone: None,
        };
        assert_eq!(contact.display_name(), None);
        contact.given_name = name("Mike");
        contact.family_name = name("Wilson");
        assert_eq!(contact.display_name().as_deref(), Some("Mike Wilson"));
    }
}
