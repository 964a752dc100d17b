//! `PAServiceTemplate`: what is delivered for a service plan.

use serde_json::{Value, json};
use uuid::Uuid;

use super::batch::Batch;
use super::kind::{About, Body, Create, Delete, Gone, Head, Kind, New, Update};
use super::lookup::{Finding, Lookup, uuids};
use super::property::{Form, Property};
use super::relation::Relation;
use super::service_plan_category::status;
use super::wire::read;
use super::{bss_resource, localized, template_limit, vendor};
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::resource::Resource;
use crate::domain::catalog::specification::{Specification, SpecificationContent};
use crate::domain::error::Invalid;
use crate::domain::id::{Id, ResourceId, SpecificationId};
use crate::domain::localized::Localized;
use crate::domain::operator::Permission;
use crate::domain::provisioning::connector::Connector;
use crate::domain::text::{Name, Prose};
use crate::domain::time::Validity;
use crate::services::{Act, Cx, Error, catalog, finding, removal};

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
            .said_once()
            .meaning("Whether it comes to be without somebody's hands"),
        Says::looked_up("appIDs", Form::List(&Form::Text), applications)
            .read_only()
            .meaning("The applications that deliver its resources"),
    ],
    relations: &[
        vendor::link("account", |cx, it| vendor::of(cx, &it.stamp)),
        Leads::many("resources", bss_resource::ID, |_, it| {
            Ok(it.content.resources.iter().map(|it| it.uuid()).collect::<Vec<Uuid>>())
        })
        .linked_by(Permission::CatalogWrite, link)
        .unlinked_by(Permission::CatalogWrite, unlink),
    ],
    operations: template_limit::OPERATIONS,
    create: Some(Create {
        needs: Permission::CatalogWrite,
        make: |act, batch, new| Ok(create(act, batch, new)?),
    }),
    update: Some(Update { needs: Permission::CatalogWrite, change }),
    delete: Some(Delete {
        needs: Permission::CatalogWrite,
        take: |act, it| removal::specification(act, it.id).map(|()| Gone::Now),
    }),
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
        Connector::Manual { .. } | Connector::Shipment => false,
    }
}

/// The applications that deliver the resources of a template.
pub(super) fn applications(cx: Cx<'_>, it: &Specification) -> Result<Value, Error> {
    let mut found: Vec<String> = Vec::new();
    for id in &it.content.resources {
        let resource: Option<Resource> = catalog::resource(cx, *id)?;
        found.extend(resource.and_then(|it| Some(it.content.vendor.application_id?.to_string())));
    }
    found.sort_unstable();
    found.dedup();
    Ok(json!(found))
}

fn name(body: &Body) -> Result<Name, Invalid> {
    read("/name", body.get("name").and_then(Value::as_str).unwrap_or_default())
}

fn description(body: &Body) -> Result<Option<Prose>, Invalid> {
    let text = body.get("description").and_then(Value::as_str).filter(|it| !it.is_empty());
    text.map(|it| read("/description", it)).transpose()
}

/// The texts have no language of their own.
fn create(act: &mut Act<'_>, batch: &mut Batch, new: New) -> Result<(), Error> {
    let New { place, id, body, .. } = new;
    let origin = vendor::origin(act, id, ("account", &body))?;
    let locale = localized::preferred();
    let by_hand = body.get("autoprovisioning").and_then(Value::as_bool) == Some(false);
    let content = SpecificationContent {
        description: description(&body)?.map(|it| Localized::new(locale.clone(), it)),
        connector: if by_hand { Connector::Manual { desk: None } } else { Connector::Instant },
        ..SpecificationContent::named(Localized::new(locale, name(&body)?))
    };
    let life = Life::new(State::Active, Validity::ALWAYS).map_err(Error::from)?;
    let made = catalog::specify(act, origin, life, content)?;
    batch.made(place, made.id.uuid());
    Ok(())
}

fn change(act: &mut Act<'_>, it: &Specification, body: &Body) -> Result<(), Error> {
    let mut content = it.content.clone();
    let locale = content.name.locale().clone();
    if body.contains_key("name") {
        content.name = content.name.with(locale.clone(), name(body)?);
    }
    if body.contains_key("description") {
        content.description = description(body)?.map(|it| Localized::new(locale, it));
    }
    catalog::respecify(act, it.id, None, |_| Ok(content)).map(|_| ())
}

fn link(act: &mut Act<'_>, it: &Specification, target: Uuid) -> Result<(), Error> {
    let id = ResourceId::from_uuid(target);
    if it.content.resources.contains(&id) {
        return Ok(());
    }
    let with = |mut content: SpecificationContent| {
        content.resources.push(id);
        Ok(content)
    };
    catalog::respecify(act, it.id, None, with).map(|_| ())
}

fn unlink(act: &mut Act<'_>, it: &Specification, target: Uuid) -> Result<(), Error> {
    let id = ResourceId::from_uuid(target);
    if !it.content.resources.contains(&id) {
        return Err(Error::not_found(target));
    }
    let without = |mut content: SpecificationContent| {
        content.resources.retain(|it| *it != id);
        Ok(content)
    };
    catalog::respecify(act, it.id, None, without).map(|_| ())
}
