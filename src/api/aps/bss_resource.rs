//! `Resource` of the BSS: something countable that service plans have so much of.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::kind::{About, Create, Delete, Gone, Head, Kind, Status, Update};
use super::lookup::{Finding, Lookup, uuids};
use super::property::{Field, Form, Property, Structure, Usual};
use super::resource_type::Said;
use super::{amount, bss_resource_form, localized};
use crate::domain::catalog::resource::{Consumption, Dependency, DependencyKind, Resource, Unit};
use crate::domain::id::{Id, ResourceId};
use crate::domain::operator::Permission;
use crate::domain::quantity::Quantity;
use crate::domain::text::Name;
use crate::services::{Cx, Error, catalog, finding, removal};

/// The full id of the type.
pub(super) const ID: &str = "http://www.odin.com/billing/Resource/1.3";

/// The words for the kinds of dependencies.
const KINDS: &[&str] =
    &["REQUIRES", "PROVIDED_BY", "SUBSCRIPTION_WIDE_CONFLICTS", "ACCOUNT_WIDE_CONFLICTS"];

static DEPENDENCY: Structure = Structure {
    name: "ResourceDependency",
    fields: &[
        Field::required("resource", Form::ResourceId),
        Field::required("kind", Form::Words(KINDS)),
        Field::optional("multiplier", Form::Number),
    ],
};

type Says = Property<Resource>;

/// The type.
pub(super) static KIND: Kind<Resource> = Kind {
    about: About {
        name: "BSSResource",
        id: ID,
        implements: &[
            "http://aps-standard.org/abstract/types/unlimited-resource/1.0",
            "http://aps-standard.org/types/core/resource/1.0",
        ],
        alias: Some("bss-resources"),
        number: 110,
        reads: Permission::OfferBrowse,
    },
    head: |_, it| {
        let version = Said::carried(&it.stamp).version();
        Ok(Head { version, ..Head::of(it.id.uuid(), &it.stamp, Status::Ready) })
    },
    find,
    list: |cx, listing| catalog::resources(cx, &listing.page),
    finding: Finding::by(find, LOOKUPS),
    properties: &[
        Says::of("id", Form::Integer, |it| json!(it.stamp.number))
            .read_only()
            .meaning("The number of the resource"),
        Says::of("name", Form::ByLocale, |it| localized::texts(&it.content.name))
            .required()
            .meaning("What the resource is called"),
        Says::of("unitOfMeasure", Form::ByLocale, unit)
            .required()
            .said_once()
            .meaning("What it is counted in"),
        Says::of("dependsOn", Form::List(&Form::Structure(&DEPENDENCY)), dependencies)
            .meaning("The resources that it needs, excludes or comes with"),
        Says::of("MPN", Form::Text, |it| named(it.content.vendor.part_number.as_ref()))
            .meaning("The part number of its maker"),
        Says::of("vendorId", Form::Text, |it| named(it.content.vendor.vendor_id.as_ref()))
            .meaning("The id of its maker"),
        Says::of("vendorName", Form::Text, |it| named(it.content.vendor.vendor_name.as_ref()))
            .meaning("The name of its maker"),
        Says::of("productId", Form::Text, |it| named(it.content.vendor.product_id.as_ref()))
            .meaning("The maker's id of the product"),
        Says::of("apsAppUUID", Form::Text, |it| named(it.content.vendor.application_id.as_ref()))
            .meaning("The application that delivers it"),
        Says::of("apsType", Form::Text, |it| json!(Said::carried(&it.stamp).makes))
            .meaning("Of which type is what the application makes of it"),
        Says::of("consumptionType", Form::Integer, |it| json!(consumption(it.content.consumption)))
            .by_default(Usual::Integer(0))
            .meaning("What its maker counts: 0 unspecified, 1 commitment, 2 usage"),
    ],
    relations: &[],
    operations: &[],
    create: Some(Create {
        needs: Permission::CatalogWrite,
        make: |act, batch, new| Ok(bss_resource_form::create(act, batch, new)?),
    }),
    update: Some(Update { needs: Permission::CatalogWrite, change: bss_resource_form::change }),
    delete: Some(Delete {
        needs: Permission::CatalogWrite,
        take: |act, it| removal::resource(act, it.id).map(|()| Gone::Now),
    }),
};

const LOOKUPS: &[Lookup] =
    &[Lookup::number("id", |cx, number| Ok(uuids(finding::by_number::<Resource>(cx, number)?)))];

fn find(cx: Cx<'_>, id: Uuid) -> Result<Option<Resource>, Error> {
    catalog::resource(cx, ResourceId::from_uuid(id))
}

fn named(it: Option<&Name>) -> Value {
    it.map_or(Value::Null, |it| json!(it.as_str()))
}

/// What a resource is counted in: as people call it, or else as programs do.
fn unit(it: &Resource) -> Value {
    let Unit { code, name, .. } = &it.content.unit;
    match name {
        Some(name) => localized::texts(name),
        None => localized::one(it.content.name.locale(), code),
    }
}

fn dependencies(it: &Resource) -> Value {
    let all: Vec<_> = it.content.dependencies.iter().map(dependency).collect();
    if all.is_empty() { Value::Null } else { Value::Array(all) }
}

fn dependency(it: &Dependency) -> Value {
    let mut shown = Map::new();
    shown.insert("resource".to_owned(), json!(it.on.uuid()));
    shown.insert("kind".to_owned(), json!(word(it.kind)));
    if counts(it.kind) {
        shown.insert("multiplier".to_owned(), whole(it.multiplier));
    }
    Value::Object(shown)
}

pub(super) const fn word(it: DependencyKind) -> &'static str {
    match it {
        DependencyKind::Requires => "REQUIRES",
        DependencyKind::ProvidedBy => "PROVIDED_BY",
        DependencyKind::SubscriptionConflict => "SUBSCRIPTION_WIDE_CONFLICTS",
        DependencyKind::AccountConflict => "ACCOUNT_WIDE_CONFLICTS",
    }
}

/// Whether it matters to a dependency how many there are.
const fn counts(it: DependencyKind) -> bool {
    match it {
        DependencyKind::Requires | DependencyKind::ProvidedBy => true,
        DependencyKind::SubscriptionConflict | DependencyKind::AccountConflict => false,
    }
}

/// A number that is whole nearly always; a fraction is told as a text.
fn whole(it: Quantity) -> Value {
    let whole = i64::try_from(it.decimal().normalize()).ok();
    whole.filter(|whole| Quantity::whole(*whole) == it).map_or(amount::quantity(it), |it| json!(it))
}

pub(super) const fn consumption(it: Consumption) -> u8 {
    match it {
        Consumption::Unspecified => 0,
        Consumption::Commitment => 1,
        Consumption::Usage => 2,
    }
}
