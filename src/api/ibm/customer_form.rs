//! What a client says of a customer: the fields, and what they are in our accounts.

use serde::{Deserialize, Serialize};

use super::error::Said;
use super::field::{Field, Fields, Form};
use super::person::{self, Person, must, parse, said};
use super::{country, message};
use crate::domain::account::Nature;
use crate::domain::account::billing_account::{BillingProfile, PaymentMeans};
use crate::domain::account::profile::{AddressUse, Matter, Profile};
use crate::domain::money::Currency;
use crate::domain::party::identity::ExternalReference;
use crate::domain::party::medium::PostalAddress;
use crate::domain::text::{Country, Locale, Name};

/// For what an address is, in the contract's words.
pub(super) const ADDRESS_TYPES: &[(&str, AddressUse)] = &[
    ("BILLING", AddressUse::Billing),
    ("MAILING", AddressUse::Mailing),
    ("MULTIPURPOSE", AddressUse::General),
];

/// How somebody said it would pay, in the contract's words.
pub(super) const PAYMENT_METHODS: &[(&str, PaymentMeans)] = &[
    ("CREDIT_CARD", PaymentMeans::Card),
    ("PURCHASE_ORDER", PaymentMeans::PurchaseOrder),
    ("INVOICE", PaymentMeans::Invoice),
    ("NONE", PaymentMeans::Unsaid),
];

const IDENTIFIERS: &[&str] = &[
    "CAAS_CUSTOMER_ID",
    "COREMETRIC_CUSTOMER_ID",
    "GLOBALCROSSING_ID",
    "GLOBALIVE_ID",
    "IBM_CUSTOMER_NUMBER",
    "IBM_CUSTOMER_NUMBER_PREV",
    "IBM_SITE_NUMBER",
    "SALESFORCE_ACCOUNT_ID",
    "SALESFORCE_CONTACT_ID",
    "SALESFORCE_ID",
    "SALESFORCE_LEAD_ID",
    "SALESFORCE_OPPORTUNITY_ID",
    "SIEBEL_ID",
    "STERLING_CUSTOMER_ID",
    "TMS_CUSTOMER_ID",
    "UNICA_CUSTOMER_ID",
    "UNYTE_CUSTOMER_ID",
];

/// What a customer of somebody who sells on itself is called.
pub(super) const RESELLER: &str = "RESELLER";
/// What any other is called.
pub(super) const DIRECT: &str = "DIRECT";

/// The commercial part comes first, and in it the location: clients expect that to be told of a
/// customer in which everything is missing.
pub(super) const FIELDS: Fields = &[
    Field::optional(
        "CustomerAccountSet",
        Form::Objects(&[
            Field::required("LocationName", Form::Text(255)),
            Field::required("AccountNumber", Form::Text(255)),
            Field::required(
                "PaymentMethodType",
                Form::Word(&["CREDIT_CARD", "PURCHASE_ORDER", "INVOICE", "NONE"]),
            ),
            Field::optional("CurrencyType", Form::Read(25, |it| currency(it.trim()).map(drop))),
        ]),
    ),
    Field::optional("CustomerNumber", Form::Text(50)),
    Field::optional("CustomerType", Form::Word(&[DIRECT, RESELLER])),
    Field::required(
        "Organization",
        Form::Object(&[
            Field::required("OrgName", Form::Text(255)),
            Field::optional("Phone", Form::Text(30)),
            Field::optional(
                "AddressSet",
                Form::Objects(&[
                    Field::mentioned("AddressLine1", Form::Text(255)),
                    Field::optional("AddressLine2", Form::Text(100)),
                    Field::required(
                        "AddressType",
                        Form::Word(&["BILLING", "MAILING", "MULTIPURPOSE"]),
                    ),
                    Field::required("City", Form::Text(50)),
                    Field::required("Country", Form::Read(50, country::check)),
                    Field::optional("CountryCode", Form::Read(50, country::check_code)),
                    Field::mentioned("State", Form::Text(50)),
                    Field::mentioned("PostalCode", Form::Text(20)),
                ]),
            ),
            Field::required("Contact", Form::Object(person::CONTACT)),
        ]),
    ),
    Field::optional(
        "CustomerIdentifierSet",
        Form::Objects(&[
            Field::required("CustomerIdType", Form::Word(IDENTIFIERS)),
            Field::required("Value", Form::Text(50)),
        ]),
    ),
];

/// A customer on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Customer {
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<u64>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) oid: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) customer_number: Option<String>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) customer_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) customer_type: Option<String>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) is_guest: Option<bool>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) suspension_date: Option<String>,
    pub(super) organization: Organization,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) customer_account_set: Vec<CustomerAccount>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) customer_identifier_set: Vec<Identifier>,
}

/// The organization that a customer is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Organization {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) org_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<u64>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) party_type: Option<&'static str>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) security_realm: Option<&'static str>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) customer_type: Option<&'static str>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) is_partner: Option<bool>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) is_sync_pending: Option<bool>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) created: Option<String>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) modified: Option<String>,
    pub(super) address_set: Vec<Address>,
    pub(super) contact: Person,
}

/// Where an organization is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Address {
    #[serde(skip_serializing_if = "Option::is_none")]
    address_line1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_line2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
}

/// Where the invoices of a customer go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct CustomerAccount {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) location_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_method_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) currency_type: Option<String>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) vendor_id: Option<u64>,
}

/// Under which name another system knows a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Identifier {
    pub(super) customer_id_type: String,
    pub(super) value: String,
}

/// What a customer says of where its invoices go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Billing {
    /// What the customer calls it.
    pub(super) reference: Name,
    /// What it is called.
    name: Name,
    means: PaymentMeans,
    /// In which currency, if that is said.
    pub(super) currency: Option<Currency>,
}

impl Billing {
    /// A billing account as this says, with what else is known of it.
    pub(super) fn profile(self, was: BillingProfile) -> BillingProfile {
        let Self { reference, name, means, currency: _ } = self;
        BillingProfile { name, reference: Some(reference), payment_means: means, ..was }
    }

    /// A new one.
    pub(super) fn new_profile(self) -> BillingProfile {
        let name = self.name.clone();
        self.profile(BillingProfile::named(name))
    }
}

impl CustomerAccount {
    fn read(&self) -> Result<Billing, Said> {
        let word = said(self.payment_method_type.as_ref()).unwrap_or_default();
        let means = PAYMENT_METHODS.iter().find(|it| it.0.eq_ignore_ascii_case(word));
        Ok(Billing {
            reference: must("AccountNumber", self.account_number.as_ref())?,
            name: must("LocationName", self.location_name.as_ref())?,
            means: means.map_or(PaymentMeans::Unsaid, |it| it.1),
            currency: said(self.currency_type.as_ref()).map(currency).transpose()?,
        })
    }
}

/// A currency by its code, or by what one client calls the Won.
fn currency(text: &str) -> Result<Currency, Said> {
    let code = if text.eq_ignore_ascii_case("WON") { "KRW" } else { text };
    let refused = |_| message::VALUE_INVALID.with([text, "CurrencyType"]);
    code.to_ascii_uppercase().parse().map_err(refused)
}

/// The countries whose addresses have a state and a postal code for certain.
const STATED: &[&str] = &["AU", "CA", "US"];

impl Address {
    /// Refuses a code of another country, and the first part without which mail would not come. A line that is blank was left out
    /// on purpose, as the contract's clients do; an empty one was forgotten.
    fn check(&self, country: Option<&Country>) -> Result<(), Said> {
        let code = country.map(Country::as_str).unwrap_or_default();
        if said(self.country_code.as_ref()).is_some_and(|it| !it.eq_ignore_ascii_case(code)) {
            let rule = format!("must be `{code}`, the code of the [Country] field, or absent");
            return Err(message::RULE_BROKEN.with(["CountryCode", &rule]));
        }
        let is_stated = country.is_some_and(|it| STATED.contains(&it.to_string().as_str()));
        let parts = [
            ("AddressLine1", self.address_line1.as_deref() == Some("")),
            ("State", is_stated && said(self.state.as_ref()).is_none()),
            ("PostalCode", is_stated && said(self.postal_code.as_ref()).is_none()),
        ];
        match parts.iter().find(|it| it.1) {
            Some((name, _)) => Err(message::TEXT_REQUIRED.with([name])),
            None => Ok(()),
        }
    }

    fn read(&self) -> Result<(AddressUse, PostalAddress), Said> {
        let word = said(self.address_type.as_ref()).unwrap_or_default();
        let place = ADDRESS_TYPES.iter().find(|it| it.0.eq_ignore_ascii_case(word));
        let place = place.map_or(AddressUse::General, |it| it.1);
        let country = said(self.country.as_ref()).map(country::read).transpose()?;
        self.check(country.as_ref())?;
        let address = PostalAddress {
            street: parse("AddressLine1", self.address_line1.as_ref())?,
            extended: parse("AddressLine2", self.address_line2.as_ref())?,
            locality: parse("City", self.city.as_ref())?,
            region: parse("State", self.state.as_ref())?,
            postal_code: parse("PostalCode", self.postal_code.as_ref())?,
            country,
        };
        Ok((place, address))
    }

    /// An address as the contract shows it; nothing where it has no word for what it is for. What must be
    /// mentioned when it comes back is there, and is left out on purpose where nothing is known.
    pub(super) fn of((place, it): (AddressUse, &PostalAddress), modified: &str) -> Option<Self> {
        let word = ADDRESS_TYPES.iter().find(|known| known.1 == place)?.0;
        let text = |it: &Option<Name>| it.as_ref().map(ToString::to_string);
        let mentioned = |it: &Option<Name>| Some(text(it).unwrap_or_else(|| " ".to_owned()));
        Some(Self {
            address_line1: mentioned(&it.street),
            address_line2: text(&it.extended),
            address_type: Some(word.to_owned()),
            city: text(&it.locality),
            country: it.country.as_ref().map(|it| country::name(it).to_owned()),
            country_code: it.country.as_ref().map(ToString::to_string),
            state: mentioned(&it.region),
            postal_code: mentioned(&it.postal_code),
            modified: Some(modified.to_owned()),
        })
    }
}

impl Customer {
    /// What is said of an account that is such a customer. What this contract cannot say stays as it
    /// was; what it can and does not is gone.
    pub(super) fn profile(&self, was: Option<Profile>) -> Result<Profile, Said> {
        let organization = &self.organization;
        let name: Name = must("OrgName", organization.org_name.as_ref())?;
        let language = said(organization.contact.language_preference.as_ref());
        let language: Option<Locale> = language.and_then(|it| it.parse().ok());
        let english = || "en".parse().expect("the word is a locale");
        let mut profile =
            was.unwrap_or_else(|| Profile::named(Nature::Company, name.clone(), english()));
        profile.name = name;
        profile.locale = language.unwrap_or(profile.locale);
        profile.phone = parse("Phone", organization.phone.as_ref())?;
        profile.contacts.insert(Matter::Administration, organization.contact.contact()?);
        profile.addresses.retain(|it, _| !ADDRESS_TYPES.iter().any(|known| known.1 == *it));
        for address in &organization.address_set {
            let (place, read) = address.read()?;
            if profile.addresses.insert(place, read).is_some() {
                let word = said(address.address_type.as_ref()).unwrap_or_default();
                return Err(message::VALUE_INVALID.with([word, "AddressType"]));
            }
        }
        let is_ours = |it: &ExternalReference| IDENTIFIERS.contains(&it.kind.as_str());
        profile.external_references.retain(|it| !is_ours(it));
        for it in &self.customer_identifier_set {
            let kind = must("CustomerIdType", Some(&it.customer_id_type.to_ascii_uppercase()))?;
            let name = must("Value", Some(&it.value))?;
            profile.external_references.push(ExternalReference { kind, name });
        }
        Ok(profile)
    }

    /// Under which names other systems know an account, as far as the contract has words for them.
    pub(super) fn identifiers(it: &Profile) -> Vec<Identifier> {
        let known = it.external_references.iter();
        let known = known.filter(|it| IDENTIFIERS.contains(&it.kind.as_str()));
        let identifier = |it: &ExternalReference| Identifier {
            customer_id_type: it.kind.to_string(),
            value: it.name.to_string(),
        };
        known.map(identifier).collect()
    }

    /// Whether it is said to sell on itself, if that is said.
    pub(super) fn sells_on(&self) -> Option<bool> {
        said(self.customer_type.as_ref()).map(|it| it.eq_ignore_ascii_case(RESELLER))
    }

    /// Where its invoices go.
    pub(super) fn billing(&self) -> Result<Vec<Billing>, Said> {
        self.customer_account_set.iter().map(CustomerAccount::read).collect()
    }

    /// What of it our accounts do not have, as it is kept beside them; empty if there is nothing.
    pub(super) fn carried(&self) -> Vec<u8> {
        let customer_number = said(self.customer_number.as_ref()).map(str::to_owned);
        let contact = self.organization.contact.beyond_contact();
        let organization = Organization { contact, ..Organization::default() };
        let kept = Self { customer_number, organization, ..Self::default() };
        if kept == Self::default() {
            return Vec::new();
        }
        serde_json::to_vec(&kept).expect("texts can be written")
    }

    /// What is kept beside an account.
    pub(super) fn of_carried(bytes: Option<&Vec<u8>>) -> Self {
        bytes.and_then(|it| serde_json::from_slice(it).ok()).unwrap_or_default()
    }
}
