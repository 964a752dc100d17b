//! The APIs of the contract and what each has.
//!
//! What must be said, what the house says and what stays as it is follow the definitions of the TM
//! Forum's version 4 and what its conformance kits look for.

use super::announced::{Catalogs, Promotions};
use super::behind::Behind;
use super::billing_account::BillingAccounts;
use super::cart::Carts;
use super::catalogue::{Categories, Offers, Specifications};
use super::customer::{Customers, PartyAccounts};
use super::customer_bill::{AppliedRates, Bills};
use super::entity::Of;
use super::offer_price::PRICES;
use super::party::{Individuals, Organizations};
use super::payment::PAYMENTS;
use super::payment_method::METHODS;
use super::product::Products;
use super::product_order::ORDERS;
use super::quote::QUOTES;
use super::registered::Registered;
use super::resource::{Api, Default, Events, Happening, PLAIN, Resource, STATELESS, Verbs};
use super::task::{BILLS_ON_DEMAND, CANCELLATIONS, CONSUMPTIONS, QUALIFICATIONS};
use crate::domain::account::billing_account::BillingPurpose;

/// All APIs, by number.
pub(super) const APIS: &[&Api] = &[
    &PRODUCT_CATALOG,
    &PRODUCT_ORDER,
    &CUSTOMER,
    &PARTY,
    &SERVICE_CATALOG,
    &RESOURCE_CATALOG,
    &PRODUCT_INVENTORY,
    &QUOTE,
    &AGREEMENT,
    &SHOPPING_CART,
    &ACCOUNT,
    &DOCUMENT,
    &PARTNERSHIP,
    &PARTY_ROLE,
    &PAYMENT_METHOD,
    &PROMOTION,
    &PAYMENT,
    &USAGE_CONSUMPTION,
    &CUSTOMER_BILL,
    &QUALIFICATION,
    &DIGITAL_IDENTITY,
];

/// What an element of a catalogue is where nothing is said.
const CATALOGUED: &[(&str, Default)] =
    &[("lifecycleStatus", Default::Word("In study")), ("isBundle", Default::No)];
/// What names the class of a thing.
const CLASS: &[&str] = &["@baseType", "@schemaLocation", "@type"];

const fn catalogued(name: &'static str, sort: &'static Registered) -> Resource {
    Resource::of(name, sort)
        .requires(&["name"])
        .assigns(&["lastUpdate"])
        .lives("lifecycleStatus")
        .touches("lastUpdate")
        .tells(PLAIN)
}

/// What stays of an element of the product catalogue.
const ELEMENT: &[&str] = &["lastUpdate", "@baseType", "@type"];

const fn element(name: &'static str, behind: &'static dyn Behind) -> Resource {
    Resource::of(name, behind)
        .requires(&["name"])
        .assigns(&["lastUpdate"])
        .fixes(ELEMENT)
        .fills(&[("lifecycleStatus", Default::Word("In study"))])
        .lives("lifecycleStatus")
        .touches("lastUpdate")
}

static PRODUCT_CATALOG: Api = Api {
    number: 620,
    base: "/tmf-api/productCatalogManagement/v4",
    resources: &[
        element("catalog", &Of(Catalogs)),
        element("category", &Of(Categories)),
        element("productOffering", &Of(Offers)),
        element("productOfferingPrice", &PRICES),
        element("productSpecification", &Of(Specifications)),
    ],
};

static PRODUCT_ORDER: Api = Api {
    number: 622,
    base: "/tmf-api/productOrderingManagement/v4",
    resources: &[
        Resource::of("productOrder", &ORDERS)
            .requires(&["productOrderItem"])
            .assigns(&["completionDate", "expectedCompletionDate", "orderDate", "state"])
            .fixes(&["orderDate"])
            .lives("state"),
        Resource::of("cancelProductOrder", &CANCELLATIONS)
            .verbs(Verbs::Create)
            .requires(&["productOrder"])
            .assigns(&["effectiveCancellationDate", "state"])
            .lives("state")
            .tells(TASKS),
    ],
};

/// What tasks tell that nobody changes.
const TASKS: Events = &[(Happening::Created, "CreateEvent"), (Happening::Removed, "DeleteEvent")];

static PROMOTION: Api = Api {
    number: 671,
    base: "/tmf-api/promotionManagement/v4",
    resources: &[Resource::of("promotion", &Of(Promotions))
        .requires(&["name"])
        .fixes(&["pattern", "@baseType", "@schemaLocation", "@type"])
        .lives("lifecycleStatus")],
};

static PAYMENT: Api = Api {
    number: 676,
    base: "/payment/v4",
    resources: &[Resource::of("payment", &PAYMENTS)
        .verbs(Verbs::Create)
        .requires(&["account", "paymentMethod", "totalAmount"])
        .assigns(&["paymentDate", "status", "statusDate"])
        .lives("status")],
};

/// What tells of the status of a payment method has a name of its own.
const PAYMENT_METHODS: Events = &[
    (Happening::Created, "CreateEvent"),
    (Happening::Changed, "AttributeValueChangeEvent"),
    (Happening::StateChanged, "StatusChangeEvent"),
    (Happening::Removed, "DeleteEvent"),
];

static PAYMENT_METHOD: Api = Api {
    number: 670,
    base: "/tmf-api/paymentMethod/v4",
    resources: &[Resource::of("paymentMethod", &METHODS)
        .requires(&["@type", "name"])
        .assigns(&["status", "statusDate"])
        .fixes(CLASS)
        .lives("status")
        .tells(PAYMENT_METHODS)],
};

static QUOTE: Api = Api {
    number: 648,
    base: "/tmf-api/quoteManagement/v4",
    resources: &[Resource::of("quote", &QUOTES)
        .requires(&["quoteItem"])
        .assigns(&[
            "effectiveQuoteCompletionDate",
            "expectedQuoteCompletionDate",
            "quoteDate",
            "quoteTotalPrice",
            "state",
            "validFor",
        ])
        .fixes(&["quoteDate"])
        .lives("state")],
};

static SHOPPING_CART: Api = Api {
    number: 663,
    base: "/tmf-api/shoppingCart/v4",
    resources: &[Resource::of("shoppingCart", &Of(Carts))
        .fixes(&["cartTotalPrice", "validFor"])
        .tells(STATELESS)],
};

static USAGE_CONSUMPTION: Api = Api {
    number: 677,
    base: "/tmf-api/usageConsumption/v4",
    resources: &[Resource::of("queryUsageConsumption", &CONSUMPTIONS)
        .verbs(Verbs::CreateRemove)
        .assigns(&["usageConsumption"])
        .tells(TASKS)],
};

static QUALIFICATION: Api = Api {
    number: 679,
    base: "/tmf-api/productOfferingQualification/v4",
    resources: &[Resource::of("productOfferingQualification", &QUALIFICATIONS)
        .assigns(&[
            "effectiveQualificationDate",
            "expectedPOQCompletionDate",
            "expirationDate",
            "productOfferingQualificationDate",
            "qualificationResult",
        ])
        .forbids(&["state"])
        .fixes(&["productOfferingQualificationDate", "state", "qualificationResult"])
        .lives("state")],
};

static PRODUCT_INVENTORY: Api = Api {
    number: 637,
    base: "/tmf-api/productInventory/v4",
    resources: &[Resource::of("product", &Of(Products)).verbs(Verbs::ChangeRemove).lives("status")],
};

static CUSTOMER_BILL: Api = Api {
    number: 678,
    base: "/tmf-api/customerBillManagement/v4",
    resources: &[
        Resource::of("customerBillOnDemand", &BILLS_ON_DEMAND)
            .verbs(Verbs::Create)
            .assigns(&["state"])
            .tells(&[]),
        Resource::of("customerBill", &Of(Bills))
            .verbs(Verbs::Change)
            .fixes(BILL)
            .lives("state")
            .touches("lastUpdate")
            .tells(&[]),
        Resource::of("appliedCustomerBillingRate", &AppliedRates).verbs(Verbs::None).tells(&[]),
    ],
};

/// What no change of a bill touches: all but its state.
const BILL: &[&str] = &[
    "billDate",
    "billNo",
    "category",
    "lastUpdate",
    "nextBillDate",
    "paymentDueDate",
    "runType",
    "amountDue",
    "appliedPayment",
    "billDocument",
    "billingAccount",
    "billingPeriod",
    "financialAccount",
    "paymentMethod",
    "relatedParty",
    "remainingAmount",
    "taxExcludedAmount",
    "taxIncludedAmount",
    "taxItem",
];

static CUSTOMER: Api = Api {
    number: 629,
    base: "/tmf-api/customerManagement/v4",
    resources: &[Resource::of("customer", &Of(Customers))
        .requires(&["engagedParty", "name"])
        .fills(&[("@type", Default::Class)])
        .lives("status")],
};

static PARTY: Api = Api {
    number: 632,
    base: "/tmf-api/party/v4",
    resources: &[
        Resource::of("individual", &Of(Individuals))
            .requires(&["givenName", "familyName"])
            .lives("status"),
        Resource::of("organization", &Of(Organizations)).requires(&["tradingName"]).lives("status"),
    ],
};

static SERVICE_CATALOG: Api = Api {
    number: 633,
    base: "/tmf-api/serviceCatalogManagement/v4",
    resources: &[
        catalogued("serviceCatalog", &Registered("service_catalog")).fixes(&["lastUpdate"]),
        catalogued("serviceCategory", &Registered("service_category")).fixes(&["lastUpdate"]),
        catalogued("serviceCandidate", &Registered("service_candidate"))
            .requires(&["name", "serviceSpecification"])
            .fixes(&["lastUpdate"]),
        catalogued("serviceSpecification", &Registered("service_specification"))
            .fills(&[
                ("lifecycleStatus", Default::Word("In study")),
                ("isBundle", Default::No),
                ("@type", Default::Class),
            ])
            .fixes(&["lastUpdate"]),
    ],
};

static RESOURCE_CATALOG: Api = Api {
    number: 634,
    base: "/tmf-api/resourceCatalog/v4",
    resources: &[
        catalogued("resourceCatalog", &Registered("resource_catalog")),
        catalogued("resourceCategory", &Registered("resource_category")),
        catalogued("resourceCandidate", &Registered("resource_candidate")),
        catalogued("resourceSpecification", &Registered("resource_specification"))
            .fills(CATALOGUED),
    ],
};

static AGREEMENT: Api = Api {
    number: 651,
    base: "/tmf-api/agreementManagement/v4",
    resources: &[
        Resource::of("agreement", &Registered("agreement"))
            .requires(&["agreementItem", "agreementType", "engagedParty", "name"])
            .fixes(&["completionDate"])
            .fills(&[("@type", Default::Class)])
            .lives("status"),
        Resource::of("agreementSpecification", &Registered("agreement_specification"))
            .requires(&["attachment", "name"])
            .fills(&[("@type", Default::Class)])
            .lives("lifecycleStatus"),
    ],
};

/// What accounts tell: not that they come to be.
const ACCOUNTS: Events = &[
    (Happening::Changed, "AttributeValueChangeEvent"),
    (Happening::StateChanged, "StateChangeEvent"),
];

const fn account(name: &'static str, behind: &'static dyn Behind) -> Resource {
    Resource::of(name, behind)
        .requires(&["name", "relatedParty"])
        .fixes(&["accountBalance"])
        .lives("state")
        .tells(ACCOUNTS)
}

static ACCOUNT: Api = Api {
    number: 666,
    base: "/tmf-api/accountManagement/v4",
    resources: &[
        account("partyAccount", &Of(PartyAccounts)),
        account("billingAccount", &Of(BillingAccounts(BillingPurpose::Billing))),
        account("settlementAccount", &Of(BillingAccounts(BillingPurpose::Settlement))),
        Resource::of("financialAccount", &Of(BillingAccounts(BillingPurpose::Financial)))
            .requires(&["name"])
            .fixes(&["lastModified"])
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

static DOCUMENT: Api = Api {
    number: 667,
    base: "/tmf-api/document/v4",
    resources: &[
        Resource::of("document", &Registered("document"))
            .requires(&["name"])
            .fixes(CLASS)
            .lives("status")
            .tells(PLAIN),
        Resource::of("documentSpecification", &Registered("document_specification"))
            .requires(&["name"])
            .fixes(CLASS)
            .lives("lifecycleStatus")
            .tells(STATELESS),
    ],
};

static PARTNERSHIP: Api = Api {
    number: 668,
    base: "/tmf-api/partnershipManagement/v4",
    resources: &[
        Resource::of("partnership", &Registered("partnership"))
            .requires(&["name", "specification"])
            .fills(&[("@type", Default::Class)])
            .lives("status")
            .tells(PLAIN),
        Resource::of("partnershipSpecification", &Registered("partnership_specification"))
            .requires(&["name"])
            .fills(&[("@type", Default::Class)])
            .lives("status")
            .tells(PLAIN),
    ],
};

static PARTY_ROLE: Api = Api {
    number: 669,
    base: "/tmf-api/partyRoleManagement/v4",
    resources: &[Resource::of("partyRole", &Registered("party_role"))
        .requires(&["name"])
        .lives("status")],
};

static DIGITAL_IDENTITY: Api = Api {
    number: 720,
    base: "/tmf-api/digitalIdentityManagement/v4",
    resources: &[Resource::of("digitalIdentity", &Registered("digital_identity"))
        .requires(&["credential"])
        .assigns(&["status"])
        .fills(&[("creationDate", Default::Now), ("status", Default::Word("active"))])
        .lives("status")],
};

/// What a path below the base of an API names: the API, and what stands behind its base.
pub(super) fn find(path: &str) -> Option<(&'static Api, &str)> {
    APIS.iter().find_map(|api| {
        let rest = path.strip_prefix(api.base)?;
        (rest.is_empty() || rest.starts_with('/')).then_some((*api, rest))
    })
}

impl Api {
    /// The API with a number, as listeners keep it.
    pub(super) fn with_code(code: &str) -> Option<&'static Self> {
        APIS.iter().copied().find(|it| it.code() == code)
    }

    /// Its number as a text.
    pub(super) fn code(&self) -> String {
        self.number.to_string()
    }

    /// What it is called in its path.
    pub(super) fn name(&self) -> &'static str {
        let mut parts = self.base.rsplit('/');
        parts.nth(1).unwrap_or_default()
    }

    /// The resource with a name.
    pub(super) fn resource(&self, name: &str) -> Option<&'static Resource> {
        self.resources.iter().find(|it| it.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::tmf::resource::Happening;

    #[test]
    fn the_page_of_this_room_lists_what_is_served() {
        for api in APIS {
            let names = api.resources.iter().map(|it| format!("`{}`", it.name));
            let names = names.collect::<Vec<_>>().join(", ");
            let row = format!("//! | {} | `{}` | {names} |\n", api.number, api.base);
            assert!(include_str!("mod.rs").contains(&row), "{row}");
        }
    }

    #[test]
    fn no_two_apis_and_no_two_resources_are_the_same() {
        assert!(APIS.windows(2).all(|it| it[0].number < it[1].number));
        for api in APIS {
            assert_eq!(find(api.base).map(|it| it.0.number), Some(api.number));
            let mut names: Vec<_> = api.resources.iter().map(|it| it.name).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{}", api.number);
        }
        assert!(find("/tmf-api/document/v5/document").is_none());
        assert!(find("/tmf-api/documentary").is_none());
    }

    #[test]
    fn what_is_told_can_happen() {
        for of in APIS.iter().flat_map(|it| it.resources) {
            let tells = |it: Happening| of.events.iter().any(|event| event.0 == it);
            assert!(!tells(Happening::StateChanged) || of.state.is_some(), "{}", of.name);
        }
    }
}
