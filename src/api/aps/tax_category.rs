//! `TaxCategory`: what is taxed in the same way.

use serde_json::{Value, json};

use super::batch::Batch;
use super::kind::{About, Body, Create, Delete, Gone, Head, Kind, New, Status, Update};
use super::lookup::Finding;
use super::property::{Form, Property};
use super::vendor;
use super::wire::read;
use crate::domain::catalog::tax::TaxCategory;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, TaxCategoryId};
use crate::domain::operator::Permission;
use crate::domain::text::Name;
use crate::services::{Act, Error, catalog, removal, tax};

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
    create: Some(Create {
        needs: Permission::TaxWrite,
        make: |act, batch, new| Ok(create(act, batch, new)?),
    }),
    update: Some(Update { needs: Permission::TaxWrite, change }),
    delete: Some(Delete {
        needs: Permission::TaxWrite,
        take: |act, it| removal::tax_category(act, it.id).map(|()| Gone::Now),
    }),
};

fn name(body: &Body) -> Result<Name, Invalid> {
    read("/name", body.get("name").and_then(Value::as_str).unwrap_or_default())
}

/// The bus knows no codes: a category gets one that is like its name.
fn create(act: &mut Act<'_>, batch: &mut Batch, new: New) -> Result<(), Error> {
    let New { place, id, body, .. } = new;
    let origin = vendor::origin(act, id, ("vendor", &body))?;
    let name = name(&body)?;
    let code = catalog::free_tax_code(act.cx(), origin.seller, &name)?;
    let made = tax::create_category(act, origin, (code, name))?;
    batch.made(place, made.id.uuid());
    Ok(())
}

fn change(act: &mut Act<'_>, it: &TaxCategory, body: &Body) -> Result<(), Error> {
    let name = name(body)?;
    let change = |it| Ok::<_, Error>(TaxCategory { name, ..it });
    catalog::revise(act, (it.id, None), Permission::TaxWrite, change).map(|_| ())
}
