//! What is agreed and written down: agreements, partnerships, documents, and what happened.

use super::CLASS;
use crate::api::tmf::registered::Registered;
use crate::api::tmf::resource::{Api, Default, PLAIN, Resource, STATELESS, Verbs};
use crate::api::tmf::topic::Topics;

pub(super) static AGREEMENT: Api = Api {
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

pub(super) static DOCUMENT: Api = Api {
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

pub(super) static PARTNERSHIP: Api = Api {
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

pub(super) static EVENT: Api = Api {
    number: 688,
    base: "/tmf-api/event/v4",
    resources: &[Resource::of("topic", &Topics).verbs(Verbs::CreateRemove).tells(PLAIN)],
};
