//! What may be written of an account: the same form for opening one and for changing it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attribute::{self, Attributes};
use super::contact::{Address, Contact};
use super::offer::each;
use super::wire::{parse, parse_optional};
use crate::domain::account::profile::{AddressUse, Matter, PasswordLife, Profile, Terms};
use crate::domain::account::{Account, Nature};
use crate::domain::error::Invalid;
use crate::domain::party::identity::{TaxExemption, TaxRegistration};
use crate::domain::party::medium;
use crate::services::Error;

/// Whether an account is a company's or a person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AccountNature {
    Company,
    Person,
}

impl From<Nature> for AccountNature {
    fn from(it: Nature) -> Self {
        match it {
            Nature::Company => Self::Company,
            Nature::Personal => Self::Person,
        }
    }
}

impl From<AccountNature> for Nature {
    fn from(it: AccountNature) -> Self {
        match it {
            AccountNature::Company => Self::Company,
            AccountNature::Person => Self::Personal,
        }
    }
}

/// Whom to turn to, by matter.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Contacts {
    /// For anything, and above all who may do what.
    admin: Option<Contact>,
    /// For invoices and payments.
    billing: Option<Contact>,
    /// For what does not work.
    technical: Option<Contact>,
}

impl Contacts {
    pub(super) fn of(profile: &Profile) -> Self {
        let contact = |matter| profile.contacts.get(&matter).map(Contact::from);
        Self {
            admin: contact(Matter::Administration),
            billing: contact(Matter::Billing),
            technical: contact(Matter::Technology),
        }
    }

    fn read(&self) -> Result<BTreeMap<Matter, medium::Contact>, Invalid> {
        let all = [
            (Matter::Administration, "/contacts/admin", &self.admin),
            (Matter::Billing, "/contacts/billing", &self.billing),
            (Matter::Technology, "/contacts/technical", &self.technical),
        ];
        let said = all.into_iter().filter_map(|(matter, at, it)| Some((matter, at, it.as_ref()?)));
        said.map(|(matter, at, it)| Ok((matter, it.read(at)?))).collect()
    }
}

/// How an account is to be taxed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxForm {
    /// `personal` or `company`; by its nature if nothing is said. For its vendor to say.
    pub(super) status: Option<String>,
    /// The tax zone; that of its address if nothing is said. For its vendor to say.
    pub(super) zone: Option<String>,
    /// The number its tax office knows it by.
    pub(super) registration_id: Option<String>,
    /// Which taxes it does not owe, each with the certificate that says so. For its vendor to say.
    #[serde(default)]
    pub(super) exemptions: Vec<Exemption>,
}

/// Freedom from a tax, and the certificate that proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Exemption {
    /// The number of the certificate.
    certificate: String,
    /// The country whose tax is not owed: `DE`.
    country: String,
    /// The tax category of what it is for; everything if nothing is said.
    category: Option<String>,
    /// Why, in a few words that invoices repeat.
    reason: Option<String>,
    /// The first day on which it holds; it always has if nothing is said.
    valid_from: Option<String>,
    /// The first day on which it holds no longer; without an end if nothing is said.
    valid_until: Option<String>,
}

impl From<&TaxExemption> for Exemption {
    fn from(it: &TaxExemption) -> Self {
        Self {
            certificate: it.certificate.to_string(),
            country: it.country.to_string(),
            category: it.category.map(|it| it.to_string()),
            reason: it.reason.as_ref().map(ToString::to_string),
            valid_from: it.valid_from.map(|it| it.to_string()),
            valid_until: it.valid_until.map(|it| it.to_string()),
        }
    }
}

impl Exemption {
    fn read(&self, at: &str) -> Result<TaxExemption, Invalid> {
        let place = |field: &str| format!("{at}/{field}");
        let optional =
            |field: &str, text: &Option<String>| parse_optional(&place(field), text.as_deref());
        Ok(TaxExemption {
            certificate: parse(&place("certificate"), &self.certificate)?,
            country: parse(&place("country"), &self.country)?,
            category: parse_optional(&place("category"), self.category.as_deref())?,
            reason: parse_optional(&place("reason"), self.reason.as_deref())?,
            valid_from: optional("valid_from", &self.valid_from)?,
            valid_until: optional("valid_until", &self.valid_until)?,
        })
    }
}

impl TaxForm {
    /// Which taxes the account does not owe, by this form.
    pub(super) fn exemptions(&self) -> Result<Vec<TaxExemption>, Invalid> {
        each(&self.exemptions, "/tax/exemptions", Exemption::read)
    }
}

/// What may be written of an account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountForm {
    /// Whether it is a company's or a person's.
    pub(super) nature: AccountNature,
    /// What it is called.
    pub(super) name: String,
    /// What else there is to say.
    pub(super) description: Option<String>,
    /// The class whose terms hold for it. For its vendor to say.
    pub(super) class: Option<String>,
    /// The language of its documents and mails.
    pub(super) locale: String,
    /// How it is taxed.
    #[serde(default)]
    pub(super) tax: TaxForm,
    /// Where it is.
    pub(super) address: Option<Address>,
    /// Whom to turn to.
    #[serde(default)]
    pub(super) contacts: Contacts,
    /// Custom attributes by name.
    #[serde(default)]
    pub(super) attributes: Attributes,
    /// After how many days its users choose another password: 30, 60, 90, 180 or 365; never if nothing
    /// is said.
    pub(super) password_days: Option<u32>,
}

impl AccountForm {
    /// The form as it stands.
    pub(super) fn of(it: &Account) -> Self {
        let (profile, terms) = (it.profile(), it.terms());
        let registration = profile.tax_registration.as_ref();
        Self {
            nature: profile.nature.into(),
            name: profile.name.to_string(),
            description: profile.description.as_ref().map(ToString::to_string),
            class: Some(terms.class.to_string()),
            locale: profile.locale.to_string(),
            tax: TaxForm {
                status: Some(terms.tax_status.to_string()),
                zone: terms.tax_zone.map(|it| it.to_string()),
                registration_id: registration.map(|it| it.number.to_string()),
                exemptions: terms.tax_exemptions.iter().map(Exemption::from).collect(),
            },
            address: profile.addresses.get(&AddressUse::General).map(Address::from),
            contacts: Contacts::of(profile),
            attributes: attribute::show(&profile.attributes),
            password_days: profile.password_life.map(|it| it.days().into()),
        }
    }

    /// What the account says of itself, by this form; what the form does not have stays.
    pub(super) fn profile(&self, was: Profile) -> Result<Profile, Error> {
        let mut addresses = was.addresses.clone();
        match &self.address {
            Some(address) => addresses.insert(AddressUse::General, address.read("/address")?),
            None => addresses.remove(&AddressUse::General),
        };
        Ok(Profile {
            nature: self.nature.into(),
            name: parse("/name", &self.name)?,
            description: parse_optional("/description", self.description.as_deref())?,
            addresses,
            contacts: self.contacts.read()?,
            locale: parse("/locale", &self.locale)?,
            tax_registration: self.tax_registration(&was)?,
            attributes: attribute::read(&self.attributes, &was.attributes)?,
            password_life: self.password_days.map(PasswordLife::of_days).transpose()?,
            ..was
        })
    }

    fn tax_registration(&self, was: &Profile) -> Result<Option<TaxRegistration>, Invalid> {
        let number = self.tax.registration_id.as_deref();
        let number = parse_optional("/tax/registration_id", number)?;
        let country = was.tax_registration.as_ref().and_then(|it| it.country.clone());
        let Some(number) = number else { return Ok(None) };
        let said = TaxRegistration::unverified(number, country);
        // What was taken once is not refused later.
        if was.tax_registration.as_ref().is_none_or(|it| it.number != said.number) {
            said.check().map_err(|it| it.below("/tax/registration_id"))?;
        }
        Ok(Some(said))
    }

    /// Whether the form says other terms than the account has.
    pub(super) fn changes_terms(&self, before: &Account) -> bool {
        let was = Self::of(before);
        let terms = |it: &Self| {
            (
                it.class.clone(),
                it.tax.status.clone(),
                it.tax.zone.clone(),
                it.tax.exemptions.clone(),
            )
        };
        terms(self) != terms(&was)
    }

    /// What the account is granted, by this form; what the form does not have stays.
    pub(super) fn terms(&self, was: Terms) -> Result<Terms, Error> {
        let class = parse_optional("/class", self.class.as_deref())?;
        let missing = || Invalid::one("/class", "required", "must not be taken away");
        let status = parse_optional("/tax/status", self.tax.status.as_deref())?;
        Ok(Terms {
            class: class.ok_or_else(missing)?,
            tax_status: status.unwrap_or(was.tax_status),
            tax_zone: parse_optional("/tax/zone", self.tax.zone.as_deref())?,
            tax_exemptions: self.tax.exemptions()?,
            ..was
        })
    }
}
