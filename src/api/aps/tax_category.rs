//! `TaxCategory`: what is taxed in the same way.

use serde_json::json;

use super::kind::{About, Head, Kind, Status};
use super::lookup::Finding;
use super::property::{Form, Property};
use super::vendor;
use crate::domain::catalog::tax::TaxCategory;
use crate::domain::id::{Id, TaxCategoryId};
use crate::domain::operator::Permission;

/// The full id of the type.
pub(super) const ID: &str = "http://www.odin.com/billing/TaxCategory/1.0";

type Says = Property<TaxCategory>;

/// The type.
pub(super) static KIND: Kind<TaxCategory> = Kind {
    about: About {
        name: "TaxCategory",
        id: ID,
        implements: &["http://aps-standard.org/types/core/resource/1.0"],
        alias: Some("tax-categories"),
        number: 108,
        reads: Permission::TaxRead,
    },
    head: |_, it| Ok(Head::of(it.id.uuid(), &it.stamp, Status::Ready)),
    find: |cx, id| cx.find(TaxCategoryId::from_uuid(id)),
    list: |cx, listing| cx.list(None, &listing.page, |_| true),
    finding: Finding::NONE,
    properties: &[Says::of("name", Form::Text, |it| json!(it.name.as_str()))
        .required()
        .meaning("What the category is called")],
    relations: &[vendor::link("vendor", |cx, it| vendor::of(cx, &it.stamp))],
    operations: &[],
    create: None,
    update: None,
    delete: None,
};
