//! What is asked for and had: carts, quotes, orders, products.

use crate::api::tmf::cart::Carts;
use crate::api::tmf::entity::Of;
use crate::api::tmf::product::Products;
use crate::api::tmf::product_order::ORDERS;
use crate::api::tmf::quote::QUOTES;
use crate::api::tmf::resource::{ASKING, Api, Events, Happening, Resource, STATELESS, TASK, Verbs};
use crate::api::tmf::task::{CANCELLATIONS, QUALIFICATIONS};
use crate::api::tmf::tongue::Words;

/// What our fields are called in a list of items.
macro_rules! words_of_items {
    ($items:literal) => {
        &[
            ("accepted_terms", "agreement"),
            ("account", "relatedParty"),
            ("billing_account", "billingAccount.id"),
            ("completion_at", "requestedCompletionDate"),
            ("external_id", "externalId"),
            ("items", $items),
            ("items/attributes", "product.productCharacteristic"),
            ("items/billing_account", "billingAccount.id"),
            ("items/characteristics", "product.productCharacteristic"),
            ("items/deliver_to", "product.place"),
            ("items/deliver_to/address", ""),
            ("items/deliver_to/address/street", "streetName"),
            ("items/offer", "productOffering.id"),
            ("items/parent", "productOrderItemRelationship"),
            ("items/relations", "productOrderItemRelationship"),
            ("items/subscription", "product.id"),
            ("items/term", "itemTerm"),
            ("start_at", "requestedStartDate"),
        ]
    };
}

const ORDER_WORDS: Words = words_of_items!("productOrderItem");
const PRODUCT_WORDS: Words = &[
    ("accepted_terms", "agreement"),
    ("account", "relatedParty"),
    ("at", "status"),
    ("billing_account", "billingAccount.id"),
    ("items", "productOffering"),
    ("offer", "productOffering.id"),
    ("serial_number", "productSerialNumber"),
];
const QUOTE_WORDS: Words = words_of_items!("quoteItem");
const CART_WORDS: Words = words_of_items!("cartItem");
const QUALIFICATION_WORDS: Words = words_of_items!("productOfferingQualificationItem");

/// What is told of qualifications, which are tasks that may be changed and removed.
const QUALIFICATION_TELLS: Events = &[
    (Happening::Created, "CreateEvent"),
    (Happening::Done, "StateChangeEvent"),
    (Happening::Changed, "AttributeValueChangeEvent"),
    (Happening::StateChanged, "StateChangeEvent"),
    (Happening::Removed, "DeleteEvent"),
];

pub(super) static PRODUCT_ORDER: Api = Api {
    number: 622,
    base: "/tmf-api/productOrderingManagement/v4",
    resources: &[
        Resource::of("productOrder", &ORDERS)
            .requires(&["productOrderItem"])
            .assigns(&["completionDate", "expectedCompletionDate", "orderDate", "state"])
            .fixes(&["orderDate"])
            .lives("state")
            .tells(ASKING)
            .speaks(ORDER_WORDS),
        Resource::of("cancelProductOrder", &CANCELLATIONS)
            .verbs(Verbs::Create)
            .requires(&["productOrder"])
            .assigns(&["effectiveCancellationDate", "state"])
            .lives("state")
            .tells(TASK),
    ],
};

pub(super) static PRODUCT_INVENTORY: Api = Api {
    number: 637,
    base: "/tmf-api/productInventory/v4",
    resources: &[Resource::of("product", &Of(Products))
        .requires(&["productOffering"])
        .assigns(&["orderDate"])
        .lives("status")
        .speaks(PRODUCT_WORDS)],
};

pub(super) static QUOTE: Api = Api {
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
        .lives("state")
        .tells(ASKING)
        .speaks(QUOTE_WORDS)],
};

pub(super) static SHOPPING_CART: Api = Api {
    number: 663,
    base: "/tmf-api/shoppingCart/v4",
    resources: &[Resource::of("shoppingCart", &Of(Carts))
        .fixes(&["cartTotalPrice", "validFor"])
        .tells(STATELESS)
        .speaks(CART_WORDS)],
};

pub(super) static QUALIFICATION: Api = Api {
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
        .lives("state")
        .tells(QUALIFICATION_TELLS)
        .speaks(QUALIFICATION_WORDS)],
};
