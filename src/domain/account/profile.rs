//! What an account says of itself, and what its vendor grants it.
//!
//! The two are apart because other people may change them: the account its profile, the vendor the
//! terms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Nature;
use crate::domain::attribute::{self, Attribute};
use crate::domain::error::{Invalid, Violation};
use crate::domain::id::{ClassId, TaxZoneId};
use crate::domain::money::Money;
use crate::domain::party;
use crate::domain::party::identity::{ExternalReference, TaxExemption, TaxRegistration};
use crate::domain::party::medium::{Contact, ContactMedium, Medium, PostalAddress};
use crate::domain::party::relation::{RelatedParty, Relationship};
use crate::domain::text::{Email, Locale, Name, Phone, Prose};
use crate::domain::time::Instant;
use crate::domain::word::words;

words! {
    /// What a person is to be turned to for.
    Matter {
        /// Anything, and above all who may do what.
        Administration = "administration";
        /// Invoices and payments.
        Billing = "billing";
        /// What does not work.
        Technology = "technology";
    }
}

words! {
    /// What is sent to an address.
    AddressUse {
        /// Anything.
        General = "general";
        /// Invoices.
        Billing = "billing";
        /// Letters.
        Mailing = "mailing";
        /// Goods.
        Shipping = "shipping";
    }
}

/// After how long the users of an account have to choose another password, in days of wall time: those
/// that the password rules of IBM's service let administrators choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordLife(u16);

impl PasswordLife {
    /// How many days it can be.
    pub const DAYS: [u16; 5] = [30, 60, 90, 180, 365];

    /// So many days, if they are among [`Self::DAYS`].
    pub fn of_days(days: u32) -> Result<Self, Invalid> {
        let found = Self::DAYS.into_iter().find(|it| u32::from(*it) == days);
        found.map(Self).ok_or_else(|| {
            let message = "must be 30, 60, 90, 180 or 365, or nothing";
            Invalid::one("/password_days", "range", message)
        })
    }

    /// The number of days.
    #[must_use]
    pub const fn days(self) -> u16 {
        self.0
    }

    /// When a password is too old that holds since an instant.
    #[must_use]
    pub fn end_of(self, since: Instant) -> Instant {
        since.plus_seconds(i64::from(self.0) * 24 * 60 * 60)
    }
}

/// What an account says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Company or person.
    pub nature: Nature,
    /// What it is called.
    pub name: Name,
    /// What else there is to say.
    pub description: Option<Prose>,
    /// Where it is, one address for each use.
    pub addresses: BTreeMap<AddressUse, PostalAddress>,
    /// Whom to turn to, one person for each matter.
    pub contacts: BTreeMap<Matter, Contact>,
    /// Further ways to reach it.
    pub media: Vec<ContactMedium>,
    /// Its switchboard.
    pub phone: Option<Phone>,
    /// In which language and manner it is written to.
    pub locale: Locale,
    /// The number under which a tax office knows it.
    pub tax_registration: Option<TaxRegistration>,
    /// When its users have to choose another password; never if nothing is said.
    pub password_life: Option<PasswordLife>,
    /// Who has to do with it.
    pub related: Vec<RelatedParty>,
    /// How it stands to other accounts.
    pub relationships: Vec<Relationship>,
    /// Where else it is known.
    pub external_references: Vec<ExternalReference>,
    /// What the installation keeps of its accounts besides.
    pub attributes: Vec<Attribute>,
}

impl Profile {
    /// An account of which only the name and the language are known.
    #[must_use]
    pub const fn named(nature: Nature, name: Name, locale: Locale) -> Self {
        Self {
            nature,
            name,
            description: None,
            addresses: BTreeMap::new(),
            contacts: BTreeMap::new(),
            media: Vec::new(),
            phone: None,
            locale,
            tax_registration: None,
            password_life: None,
            related: Vec::new(),
            relationships: Vec::new(),
            external_references: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// What is left of an account that has the right to be forgotten.
    pub(super) fn erased(nature: Nature, locale: Locale) -> Self {
        Self::named(nature, party::erased(), locale)
    }

    /// The address for a use, or the general one, or whichever there is.
    #[must_use]
    pub fn address(&self, purpose: AddressUse) -> Option<&PostalAddress> {
        let general = || self.addresses.get(&AddressUse::General);
        let any = || self.addresses.values().next();
        self.addresses.get(&purpose).or_else(general).or_else(any)
    }

    /// The person for a matter, or the administrator, or whoever there is.
    #[must_use]
    pub fn contact(&self, matter: Matter) -> Option<&Contact> {
        let administrator = || self.contacts.get(&Matter::Administration);
        let any = || self.contacts.values().next();
        self.contacts.get(&matter).or_else(administrator).or_else(any)
    }

    /// Where mail about a matter goes: to the person for it, or to the account itself.
    #[must_use]
    pub fn mail(&self, matter: Matter) -> Option<&Email> {
        let mails =
            || self.media.iter().filter_map(|it| Some((it.is_preferred, it.medium.mail()?)));
        let own = || mails().find(|it| it.0).or_else(|| mails().next()).map(|it| it.1);
        self.contact(matter).map(|it| &it.email).or_else(own)
    }

    /// The same, reached in some ways and no others: a place that post reaches now is an address, for
    /// its purpose if that is a use of ours, and in general if it is none; of several for one use the
    /// preferred one.
    #[must_use]
    pub fn reached_by(self, mut ways: Vec<ContactMedium>, now: Instant) -> Self {
        ways.sort_by_key(|it| !it.is_preferred);
        let (mut addresses, mut media) = (BTreeMap::new(), Vec::new());
        for way in ways {
            match way.medium {
                Medium::Post(address)
                    if way.validity.contains(now)
                        && !addresses.contains_key(&used_for(way.purpose.as_ref())) =>
                {
                    addresses.insert(used_for(way.purpose.as_ref()), address);
                }
                medium @ (Medium::Post(_)
                | Medium::Mail(_)
                | Medium::Phone(..)
                | Medium::Network(..)) => media.push(ContactMedium { medium, ..way }),
            }
        }
        Self { addresses, media, ..self }
    }

    /// All ways to reach it, its addresses first.
    #[must_use]
    pub fn ways(&self) -> Vec<ContactMedium> {
        let addresses = self.addresses.iter().map(|(purpose, address)| {
            let word = Some(purpose.word()).filter(|_| *purpose != AddressUse::General);
            let purpose = word.and_then(|it| it.parse().ok());
            ContactMedium { purpose, ..ContactMedium::of(Medium::Post(address.clone())) }
        });
        addresses.chain(self.media.iter().cloned()).collect()
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        let lists = [
            ("/media", self.media.len()),
            ("/related", self.related.len()),
            ("/relationships", self.relationships.len()),
            ("/external_references", self.external_references.len()),
        ];
        let overlong = lists.into_iter().filter_map(|it| party::overlong(it.0, it.1));
        let mut found: Vec<_> = overlong.collect();
        found.extend(attribute::violations(&self.attributes, "/attributes"));
        Invalid::unless_empty(found)
    }
}

/// What an address is used for that somebody has for a purpose.
fn used_for(purpose: Option<&Name>) -> AddressUse {
    let word = purpose.map(|it| it.as_str().to_ascii_lowercase());
    word.and_then(|it| it.parse().ok()).unwrap_or(AddressUse::General)
}

words! {
    /// As what an account is taxed.
    TaxStatus {
        /// As one who provides.
        Provider = "provider";
        /// As a private person.
        Personal = "personal";
        /// As a business.
        Company = "company";
    }
}

words! {
    /// Who looks after what an account owes.
    Receivables {
        /// This house: it reminds, and holds.
        Ours = "ours";
        /// Another system: this house rates and records, and neither reminds nor holds by itself.
        External = "external";
    }
}

/// What an account is granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The class whose terms hold for it.
    pub class: ClassId,
    /// How much it may owe, instead of what its class says; once per currency.
    pub credit_limits: Vec<Money>,
    /// As what it is taxed.
    pub tax_status: TaxStatus,
    /// Where it is taxed; `None` for where its address lies.
    pub tax_zone: Option<TaxZoneId>,
    /// Which taxes it does not owe.
    pub tax_exemptions: Vec<TaxExemption>,
    /// Who looks after what it owes.
    pub receivables: Receivables,
    /// Who sold to it, as the vendor calls that person.
    pub sales_id: Option<Name>,
    /// Through which of the vendor's branches.
    pub branch_id: Option<Name>,
    /// How important it is to the vendor.
    pub rank: Option<Name>,
}

impl Terms {
    /// Nothing but a class and a tax status.
    #[must_use]
    pub const fn of(class: ClassId, tax_status: TaxStatus) -> Self {
        Self {
            class,
            credit_limits: Vec::new(),
            tax_status,
            tax_zone: None,
            tax_exemptions: Vec::new(),
            receivables: Receivables::Ours,
            sales_id: None,
            branch_id: None,
            rank: None,
        }
    }

    /// What may be kept of an account that has the right to be forgotten.
    pub(super) fn erased(&self) -> Self {
        Self { receivables: self.receivables, ..Self::of(self.class, self.tax_status) }
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        let mut found = limit_violations(&self.credit_limits);
        found.extend(party::overlong("/tax_exemptions", self.tax_exemptions.len()));
        for (place, it) in self.tax_exemptions.iter().enumerate() {
            if let Some((from, _)) = it.valid_from.zip(it.valid_until).filter(|(a, b)| b <= a) {
                let field = format!("/tax/exemptions/{place}/valid_until");
                let message = format!("must be later than `{from}`, when it begins");
                found.push(Violation::new(field, "range", message));
            }
        }
        Invalid::unless_empty(found)
    }
}

/// What is wrong with a list of credit limits.
pub(super) fn limit_violations(limits: &[Money]) -> Vec<Violation> {
    let mut found = Vec::new();
    for (place, limit) in limits.iter().enumerate() {
        let field = format!("/credit_limits/{place}");
        if limit.is_negative() {
            found.push(Violation::new(&field, "range", "must not be negative"));
        }
        if limits[..place].iter().any(|it| it.currency() == limit.currency()) {
            found.push(Violation::new(&field, "unique", "must name each currency once"));
        }
    }
    found
}
