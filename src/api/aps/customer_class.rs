//! `CustomerClass`: the terms that a vendor gives a group of its customers, of which the bus shows
//! the number and the name.

use serde_json::json;

use super::kind::{About, Delete, Gone, Head, Kind, Status};
use super::lookup::Finding;
use super::property::{Form, Property};
use crate::domain::account::class::CustomerClass;
use crate::domain::id::{ClassId, Id};
use crate::domain::operator::Permission;
use crate::services::class;

/// The full id of the type.
pub(super) const ID: &str = "http://www.odin.com/billing/CustomerClass/1.0";

type Says = Property<CustomerClass>;

/// The type.
pub(super) static KIND: Kind<CustomerClass> = Kind {
    about: About {
        name: "CustomerClass",
        id: ID,
        implements: &["http://aps-standard.org/types/core/resource/1.0"],
        alias: Some("customer-classes"),
        number: 3,
        reads: Permission::ClassRead,
    },
    head: |_, it| Ok(Head::of(it.id.uuid(), &it.stamp, Status::Ready)),
    find: |cx, id| cx.find(ClassId::from_uuid(id)),
    list: |cx, listing| class::list(cx, &listing.page),
    finding: Finding::NONE,
    properties: &[
        Says::of("classId", Form::Integer, |it| json!(it.stamp.number))
            .read_only()
            .meaning("The number of the class, 0 for the default one of every vendor"),
        Says::of("name", Form::Text, |it| json!(it.terms().name.as_str()))
            .read_only()
            .meaning("What the class is called"),
    ],
    relations: &[],
    operations: &[],
    create: None,
    update: None,
    delete: Some(Delete {
        needs: Permission::ClassWrite,
        take: |act, it| class::remove(act, it.id, None).map(|()| Gone::Now),
    }),
};
