//! Who buys, and how it is reached, billed and paid: parties, roles, accounts, payment methods.

use super::CLASS;
use crate::api::tmf::behind::Behind;
use crate::api::tmf::billing_account::BillingAccounts;
use crate::api::tmf::customer::{Customers, PartyAccounts};
use crate::api::tmf::entity::Of;
use crate::api::tmf::party::{Individuals, Organizations};
use crate::api::tmf::party_role::PartyRoles;
use crate::api::tmf::payment_method::METHODS;
use crate::api::tmf::registered::Registered;
use crate::api::tmf::resource::{Api, Default, Events, Happening, Resource, STATELESS, Verbs};
use crate::api::tmf::tongue::Words;
use crate::api::tmf::user_role::{PERMISSIONS, UserRoles};
use crate::domain::account::billing_account::BillingPurpose;

/// What our fields are called in a customer or a party.
const WORDS: Words = &[
    ("address", "contactMedium"),
    ("address/country", "contactMedium.characteristic.country"),
    ("address/region", "contactMedium.characteristic.stateOrProvince"),
    ("born_on", "birthDate"),
    ("credit_limit", "creditLimit"),
    ("died_on", "deathDate"),
    ("media", "contactMedium"),
    ("parent", "relatedParty"),
    ("party", "engagedParty.id"),
    ("related", "relatedParty"),
    ("related_parties", "relatedParty"),
];

/// What they are called in an account.
const ACCOUNT_WORDS: Words = &[
    ("account", "relatedParty"),
    ("credit_limit", "creditLimit"),
    ("credit_limits", "creditLimit"),
    ("cycle", "billStructure.cycleSpecification"),
    ("cycle/day", "anchorDay"),
    ("cycle/period", "frequency"),
    ("cycle/shift_days", "billingDateShift"),
    ("media", "contact.contactMedium"),
    ("parent", "relatedParty"),
    ("party", "relatedParty.id"),
    ("related", "relatedParty"),
    ("related_parties", "relatedParty"),
    ("tax_exemptions", "taxExemption"),
];

pub(super) static CUSTOMER: Api = Api {
    number: 629,
    base: "/tmf-api/customerManagement/v4",
    resources: &[Resource::of("customer", &Of(Customers))
        .requires(&["engagedParty", "name"])
        .fills(&[("@type", Default::Class)])
        .lives("status")
        .speaks(WORDS)],
};

pub(super) static PARTY: Api = Api {
    number: 632,
    base: "/tmf-api/party/v4",
    resources: &[
        Resource::of("individual", &Of(Individuals))
            .requires(&["givenName", "familyName"])
            .lives("status")
            .speaks(WORDS),
        Resource::of("organization", &Of(Organizations))
            .requires(&["tradingName"])
            .lives("status")
            .speaks(WORDS),
    ],
};

pub(super) static PARTY_ROLE: Api = Api {
    number: 669,
    base: "/tmf-api/partyRoleManagement/v4",
    resources: &[Resource::of("partyRole", &PartyRoles).requires(&["name"]).lives("status")],
};

/// What accounts tell: not that they come to be.
const ACCOUNTS: Events = &[
    (Happening::Changed, "AttributeValueChangeEvent"),
    (Happening::StateChanged, "StateChangeEvent"),
];

const fn account(name: &'static str, behind: &'static dyn Behind) -> Resource {
    Resource::of(name, behind)
        .requires(&["name", "relatedParty"])
        .assigns(&["accountBalance"])
        .fixes(&["accountBalance"])
        .lives("state")
        .tells(ACCOUNTS)
        .speaks(ACCOUNT_WORDS)
}

pub(super) static ACCOUNT: Api = Api {
    number: 666,
    base: "/tmf-api/accountManagement/v4",
    resources: &[
        account("partyAccount", &Of(PartyAccounts)),
        account("billingAccount", &Of(BillingAccounts(BillingPurpose::Billing))),
        account("settlementAccount", &Of(BillingAccounts(BillingPurpose::Settlement)))
            .forbids(&["creditLimit"])
            .fixes(&["accountBalance", "creditLimit"]),
        Resource::of("financialAccount", &Of(BillingAccounts(BillingPurpose::Financial)))
            .requires(&["name"])
            .forbids(&["creditLimit"])
            .fixes(&["creditLimit", "lastModified"])
            .lives("state"),
        Resource::of("billFormat", &Registered("bill_format")).requires(&["name"]).tells(&[]),
        Resource::of("billPresentationMedia", &Registered("bill_presentation_media"))
            .requires(&["name"])
            .tells(&[]),
        Resource::of("billingCycleSpecification", &Registered("billing_cycle_specification"))
            .requires(&["name"])
            .tells(&[]),
    ],
};

/// What tells of the status of a payment method has a name of its own.
const PAYMENT_METHODS: Events = &[
    (Happening::Created, "CreateEvent"),
    (Happening::Changed, "AttributeValueChangeEvent"),
    (Happening::StateChanged, "StatusChangeEvent"),
    (Happening::Removed, "DeleteEvent"),
];

pub(super) static PAYMENT_METHOD: Api = Api {
    number: 670,
    base: "/tmf-api/paymentMethod/v4",
    resources: &[Resource::of("paymentMethod", &METHODS)
        .requires(&["@type", "name"])
        .assigns(&["status", "statusDate"])
        .fixes(CLASS)
        .lives("status")
        .tells(PAYMENT_METHODS)],
};

pub(super) static DIGITAL_IDENTITY: Api = Api {
    number: 720,
    base: "/tmf-api/digitalIdentityManagement/v4",
    resources: &[Resource::of("digitalIdentity", &Registered("digital_identity"))
        .requires(&["credential"])
        .assigns(&["status"])
        .fills(&[("creationDate", Default::Now), ("status", Default::Word("active"))])
        .lives("status")],
};

pub(super) static ROLES_AND_PERMISSIONS: Api = Api {
    number: 672,
    base: "/rolesAndPermissions/v4",
    resources: &[
        Resource::of("userRole", &UserRoles)
            .verbs(Verbs::CreateChange)
            .requires(&["entitlement"])
            .tells(STATELESS),
        Resource::of("permission", &PERMISSIONS)
            .verbs(Verbs::CreateChange)
            .requires(&["user", "validFor"])
            .assigns(&["creationDate"])
            .fixes(&["creationDate"])
            .tells(STATELESS),
    ],
};
