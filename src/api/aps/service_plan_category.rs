//! `ServicePlanCategory`: what service plans are grouped by.

use serde_json::json;

use super::kind::{About, Head, Kind, Status};
use super::lookup::Finding;
use super::property::{Form, Property};
use super::{localized, vendor};
use crate::domain::catalog::category::Category;
use crate::domain::catalog::lifecycle::State;
use crate::domain::id::{CategoryId, Id};
use crate::domain::operator::Permission;
use crate::services::{Error, catalog};

/// The full id of the type.
pub(super) const ID: &str = "http://www.odin.com/billing/ServicePlanCategory/1.0";

type Says = Property<Category>;

/// The type.
pub(super) static KIND: Kind<Category> = Kind {
    about: About {
        name: "ServicePlanCategory",
        id: ID,
        implements: &["http://aps-standard.org/types/core/resource/1.0"],
        alias: Some("service-plan-categories"),
        number: 106,
        reads: Permission::OfferBrowse,
    },
    head: |_, it| Ok(Head::of(it.id.uuid(), &it.stamp, status(it.life.state()))),
    find: |cx, id| {
        let found = catalog::category(cx, CategoryId::from_uuid(id));
        found.map_or_else(Error::or_nothing, |it| Ok(Some(it)))
    },
    list: |cx, listing| catalog::categories(cx, &listing.page),
    finding: Finding::NONE,
    properties: &[
        Says::of("description", Form::ByLocale, |it| localized::optional(it.description.as_ref()))
            .meaning("What belongs into the category"),
        Says::of("name", Form::Text, |it| json!(it.name.original().as_str()))
            .required()
            .meaning("What the category is called"),
    ],
    relations: &[vendor::link("vendor", |cx, it| vendor::of(cx, &it.stamp))],
    operations: &[],
    create: None,
    update: None,
    delete: None,
};

/// How far an element of the catalogue has come, in the words of the bus.
pub(super) const fn status(it: State) -> Status {
    match it {
        State::InStudy
        | State::InDesign
        | State::InTest
        | State::Active
        | State::Launched
        | State::Retired => Status::Ready,
        State::Obsolete | State::Rejected => Status::Deleted,
    }
}
