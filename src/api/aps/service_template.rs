//! `PAServiceTemplate`: what is delivered for a service plan.

use serde_json::{Value, json};
use uuid::Uuid;

use super::kind::{About, Head, Kind};
use super::lookup::{Finding, Lookup, uuids};
use super::property::{Form, Property};
use super::relation::Relation;
use super::service_plan_category::status;
use super::{bss_resource, vendor};
use crate::domain::catalog::resource::Resource;
use crate::domain::catalog::specification::Specification;
use crate::domain::id::{Id, SpecificationId};
use crate::domain::operator::Permission;
use crate::domain::provisioning::connector::Connector;
use crate::services::{Cx, Error, catalog, finding};

/// The full id of the type.
pub(super) const ID: &str = "http://parallels.com/aps/types/pa/serviceTemplate/1.2";

type Says = Property<Specification>;
type Leads = Relation<Specification>;

/// The type.
pub(super) static KIND: Kind<Specification> = Kind {
    about: About {
        name: "PAServiceTemplate",
        id: ID,
        implements: &["http://aps-standard.org/types/core/resource/1.0"],
        alias: Some("service-templates"),
        number: 109,
        reads: Permission::CatalogRead,
    },
    head: |_, it| Ok(Head::of(it.id.uuid(), &it.stamp, status(it.life.state()))),
    find,
    list: |cx, listing| cx.list(None, &listing.page, |_| true),
    finding: Finding::by(find, LOOKUPS),
    properties: &[
        Says::of("serviceTemplateId", Form::Integer, |it| json!(it.stamp.number))
            .read_only()
            .meaning("The number of the template"),
        Says::of("name", Form::Text, |it| json!(it.content.name.original().as_str()))
            .required()
            .meaning("What the template is called"),
        Says::of("description", Form::Text, |it| {
            let text = it.content.description.as_ref().map(|it| it.original().as_str());
            json!(text.unwrap_or_default())
        })
        .meaning("What is delivered"),
        Says::of("autoprovisioning", Form::Flag, |it| json!(provisions_itself(it)))
            .meaning("Whether it comes to be without somebody's hands"),
        Says::looked_up("appIDs", Form::List(&Form::Text), applications)
            .read_only()
            .meaning("The applications that deliver its resources"),
    ],
    relations: &[
        vendor::link("account", |cx, it| vendor::of(cx, &it.stamp)),
        Leads::many("resources", bss_resource::ID, |_, it| {
            Ok(it.content.resources.iter().map(|it| it.uuid()).collect::<Vec<Uuid>>())
        }),
    ],
    operations: &[],
    create: None,
    update: None,
    delete: None,
};

const LOOKUPS: &[Lookup] = &[Lookup::number("serviceTemplateId", |cx, number| {
    Ok(uuids(finding::by_number::<Specification>(cx, number)?))
})];

fn find(cx: Cx<'_>, id: Uuid) -> Result<Option<Specification>, Error> {
    cx.find(SpecificationId::from_uuid(id))
}

const fn provisions_itself(it: &Specification) -> bool {
    match it.content.connector {
        Connector::Instant | Connector::Webhook { .. } => true,
        Connector::Manual { .. } => false,
    }
}

fn applications(cx: Cx<'_>, it: &Specification) -> Result<Value, Error> {
    let mut found: Vec<String> = Vec::new();
    for id in &it.content.resources {
        let resource: Option<Resource> = catalog::resource(cx, *id)?;
        found.extend(resource.and_then(|it| Some(it.content.vendor.application_id?.to_string())));
    }
    found.sort_unstable();
    found.dedup();
    Ok(json!(found))
}
