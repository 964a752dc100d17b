//! `ServicePlanCategory`: what service plans are grouped by.

use serde_json::{Value, json};

use super::batch::Batch;
use super::kind::{About, Body, Create, Delete, Gone, Head, Kind, New, Status, Update};
use super::lookup::Finding;
use super::property::{Form, Property};
use super::wire::read;
use super::{localized, vendor};
use crate::domain::catalog::category::Category;
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::error::Invalid;
use crate::domain::id::{CategoryId, Id};
use crate::domain::localized::Localized;
use crate::domain::operator::Permission;
use crate::domain::text::{Locale, Name, Prose};
use crate::domain::time::Validity;
use crate::services::{Act, Error, catalog, removal};

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
    create: Some(Create {
        needs: Permission::CatalogWrite,
        make: |act, batch, new| Ok(create(act, batch, new)?),
    }),
    update: Some(Update { needs: Permission::CatalogWrite, change }),
    delete: Some(Delete {
        needs: Permission::CatalogWrite,
        take: |act, it| removal::category(act, it.id).map(|()| Gone::Now),
    }),
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

fn description(body: &Body, locale: &Locale) -> Result<Option<Localized<Prose>>, Invalid> {
    let none = Value::Null;
    let texts = body.get("description").unwrap_or(&none);
    localized::read_optional("/description", texts, locale)
}

fn name(body: &Body) -> Result<Name, Invalid> {
    read("/name", body.get("name").and_then(Value::as_str).unwrap_or_default())
}

/// The name has no language of its own: it is taken to be in that of the description.
fn create(act: &mut Act<'_>, batch: &mut Batch, new: New) -> Result<(), Error> {
    let New { place, id, body, .. } = new;
    let origin = vendor::origin(act, id, ("vendor", &body))?;
    let description = description(&body, &localized::preferred())?;
    let locale = description.as_ref().map_or_else(localized::preferred, |it| it.locale().clone());
    let name = Localized::new(locale, name(&body)?);
    let life = Life::new(State::Launched, Validity::ALWAYS).map_err(Error::from)?;
    let made = catalog::create(act, origin, Permission::CatalogWrite, |id, stamp| {
        let mut category = Category::new(id, stamp, life, name);
        category.description = description;
        Ok::<_, Error>(category)
    })?;
    batch.made(place, made.id.uuid());
    Ok(())
}

fn change(act: &mut Act<'_>, it: &Category, body: &Body) -> Result<(), Error> {
    let locale = it.name.locale().clone();
    let mut changed = it.clone();
    if body.contains_key("name") {
        changed.name = changed.name.with(locale.clone(), name(body)?);
    }
    if body.contains_key("description") {
        changed.description = description(body, &locale)?;
    }
    let change = |_: Category| Ok::<_, Error>(changed);
    catalog::revise(act, (it.id, None), Permission::CatalogWrite, change).map(|_| ())
}
