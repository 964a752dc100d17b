//! What is offered, and what it is made of: products, services, resources, promotions.

use crate::api::tmf::announced::{Catalogs, Promotions};
use crate::api::tmf::behind::Behind;
use crate::api::tmf::catalog_file::{
    Jobs, PRODUCT_EXPORTS, PRODUCT_IMPORTS, RESOURCE_EXPORTS, RESOURCE_IMPORTS, SERVICE_EXPORTS,
    SERVICE_IMPORTS,
};
use crate::api::tmf::catalogue::{Offers, Specifications};
use crate::api::tmf::category::Categories;
use crate::api::tmf::entity::Of;
use crate::api::tmf::offer_price::PRICES;
use crate::api::tmf::registered::Registered;
use crate::api::tmf::resource::{Api, Default, Events, Happening, PLAIN, Resource, Verbs};
use crate::api::tmf::tongue::Words;

/// What our fields are called in an element of the product catalogue.
const WORDS: Words = &[
    ("categories", "category"),
    ("parent", "parentId"),
    ("parts", "bundledProductOffering"),
    ("prices", "productOfferingPrice"),
    ("specification", "productSpecification.id"),
    ("state", "lifecycleStatus"),
    ("validity", "validFor"),
];

/// What they are called in a specification.
const SPECIFICATION_WORDS: Words = &[
    ("characteristics", "productSpecCharacteristic"),
    ("characteristics/formula", "derivationFormula"),
    ("characteristics/values", "productSpecCharacteristicValue"),
    ("characteristics/values_max", "maxCardinality"),
    ("parts", "bundledProductSpecification"),
    ("relations", "productSpecificationRelationship"),
    ("state", "lifecycleStatus"),
    ("validity", "validFor"),
];

/// What an element of a catalogue is where nothing is said.
const CATALOGUED: &[(&str, Default)] =
    &[("lifecycleStatus", Default::Word("In study")), ("isBundle", Default::No)];

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
        .speaks(WORDS)
}

/// What is told of files, where the contract tells of them.
const JOBS: Events =
    &[(Happening::Created, "CreateEvent"), (Happening::StateChanged, "StateChangeEvent")];
/// What the house says of a file.
const JOB: &[&str] = &["completionDate", "creationDate", "errorLog", "status"];

const fn import(name: &'static str, jobs: &'static Jobs) -> Resource {
    Resource::of(name, jobs)
        .verbs(Verbs::CreateRemove)
        .requires(&["url"])
        .assigns(JOB)
        .lives("status")
        .tells(&[])
}

const fn export(name: &'static str, jobs: &'static Jobs) -> Resource {
    Resource::of(name, jobs)
        .verbs(Verbs::CreateRemove)
        .assigns(&["completionDate", "creationDate", "errorLog", "status", "url"])
        .lives("status")
        .tells(&[])
        .files()
}

pub(super) static PRODUCT_CATALOG: Api = Api {
    number: 620,
    base: "/tmf-api/productCatalogManagement/v4",
    resources: &[
        element("catalog", &Of(Catalogs)),
        element("category", &Of(Categories)),
        element("productOffering", &Of(Offers)),
        element("productOfferingPrice", &PRICES),
        element("productSpecification", &Of(Specifications)).speaks(SPECIFICATION_WORDS),
        import("importJob", &PRODUCT_IMPORTS),
        export("exportJob", &PRODUCT_EXPORTS),
    ],
};

pub(super) static PROMOTION: Api = Api {
    number: 671,
    base: "/tmf-api/promotionManagement/v4",
    resources: &[Resource::of("promotion", &Of(Promotions))
        .requires(&["name"])
        .fixes(&["pattern", "@baseType", "@schemaLocation", "@type"])
        .lives("lifecycleStatus")],
};

pub(super) static SERVICE_CATALOG: Api = Api {
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
        import("importJob", &SERVICE_IMPORTS),
        export("exportJob", &SERVICE_EXPORTS),
    ],
};

pub(super) static RESOURCE_CATALOG: Api = Api {
    number: 634,
    base: "/tmf-api/resourceCatalog/v4",
    resources: &[
        catalogued("resourceCatalog", &Registered("resource_catalog")),
        catalogued("resourceCategory", &Registered("resource_category")),
        catalogued("resourceCandidate", &Registered("resource_candidate")),
        catalogued("resourceSpecification", &Registered("resource_specification"))
            .fills(CATALOGUED),
        import("importJob", &RESOURCE_IMPORTS).tells(JOBS),
        export("exportJob", &RESOURCE_EXPORTS).tells(JOBS),
    ],
};
