//! `ServiceTerms`: what happens after a subscription has ended unrenewed, paid for or tried.

use serde_json::{Value, json};

use super::batch::Batch;
use super::kind::{About, Body, Create, Delete, Gone, Head, Kind, New, Status, Update};
use super::lookup::Finding;
use super::property::{Form, Property};
use super::vendor;
use super::wire::read;
use crate::domain::catalog::service_terms::{AfterHold, Aftermath, ServiceTerms};
use crate::domain::error::Invalid;
use crate::domain::id::{Id, ServiceTermsId};
use crate::domain::operator::Permission;
use crate::domain::text::Name;
use crate::services::{Act, Error, catalog, removal, service_terms};

/// The full id of the type.
pub(super) const ID: &str = "http://www.odin.com/billing/ServiceTerms/1.0";

type Says = Property<ServiceTerms>;

/// The type.
pub(super) static KIND: Kind<ServiceTerms> = Kind {
    about: About {
        name: "ServiceTerms",
        id: ID,
        implements: &["http://aps-standard.org/types/core/resource/1.0"],
        alias: Some("service-terms"),
        number: 107,
        reads: Permission::CatalogRead,
    },
    head: |_, it| Ok(Head::of(it.id.uuid(), &it.stamp, Status::Ready)),
    find: |cx, id| cx.find(ServiceTermsId::from_uuid(id)),
    list: |cx, listing| cx.list(None, &listing.page, |_| true),
    finding: Finding::NONE,
    properties: &[
        Says::of("destroyAfterHold", Form::Flag, |it| destroys(it.paid))
            .meaning("Whether a service is destroyed after its hold, or kept to be restored"),
        Says::of("name", Form::Text, |it| json!(it.name.as_str()))
            .required()
            .meaning("What the terms are called"),
        Says::of("subGracePeriod", Form::Integer, |it| json!(it.paid.grace_days))
            .meaning("For how many days after its end a subscription is still served"),
        Says::of("subHoldPeriod", Form::Integer, |it| json!(it.paid.hold_days))
            .meaning("For how many days after that it can be renewed"),
        Says::of("trialDestroyAfterHold", Form::Flag, |it| destroys(it.trial))
            .meaning("The same of a trial"),
        Says::of("trialSubGracePeriod", Form::Integer, |it| json!(it.trial.grace_days))
            .meaning("The same of a trial"),
        Says::of("trialSubHoldPeriod", Form::Integer, |it| json!(it.trial.hold_days))
            .meaning("The same of a trial"),
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
        take: |act, it| removal::service_terms(act, it.id).map(|()| Gone::Now),
    }),
};

fn destroys(it: Aftermath) -> Value {
    json!(it.after_hold == AfterHold::Destroy)
}

/// What the properties of one aftermath are called.
struct Names {
    grace: &'static str,
    hold: &'static str,
    destroys: &'static str,
}

const PAID: Names =
    Names { grace: "subGracePeriod", hold: "subHoldPeriod", destroys: "destroyAfterHold" };

const TRIAL: Names = Names {
    grace: "trialSubGracePeriod",
    hold: "trialSubHoldPeriod",
    destroys: "trialDestroyAfterHold",
};

/// No time after an end is longer, in days.
const DAYS_MAX: u64 = 3660;

impl Names {
    /// An aftermath with what a request says of it.
    fn read(&self, body: &Body, before: Aftermath) -> Result<Aftermath, Invalid> {
        let days = |name: &str, before: u32| match body.get(name).filter(|it| !it.is_null()) {
            None => Ok(before),
            Some(said) => {
                let days = said.as_u64().filter(|it| *it <= DAYS_MAX);
                let refused = || {
                    let message = format!("must be 0 to {DAYS_MAX} days");
                    Invalid::one(format!("/{name}"), "range", message)
                };
                days.and_then(|it| u32::try_from(it).ok()).ok_or_else(refused)
            }
        };
        let after_hold = match body.get(self.destroys).and_then(Value::as_bool) {
            Some(true) => AfterHold::Destroy,
            Some(false) => AfterHold::Keep,
            None => before.after_hold,
        };
        let grace_days = days(self.grace, before.grace_days)?;
        Ok(Aftermath { grace_days, hold_days: days(self.hold, before.hold_days)?, after_hold })
    }
}

fn name(body: &Body) -> Result<Option<Name>, Invalid> {
    body.get("name").and_then(Value::as_str).map(|it| read("/name", it)).transpose()
}

/// What is not said of trials is as after paid time.
fn create(act: &mut Act<'_>, batch: &mut Batch, new: New) -> Result<(), Error> {
    let New { place, id, body, .. } = new;
    let origin = vendor::origin(act, id, ("vendor", &body))?;
    let name = name(&body)?.ok_or_else(|| Invalid::one("/name", "required", "must be given"))?;
    let paid = PAID.read(&body, Aftermath::NONE)?;
    let trial = TRIAL.read(&body, paid)?;
    let make = |id, stamp| Ok::<_, Error>(ServiceTerms { id, stamp, name, paid, trial });
    let made = catalog::create(act, origin, Permission::CatalogWrite, make)?;
    batch.made(place, made.id.uuid());
    Ok(())
}

fn change(act: &mut Act<'_>, it: &ServiceTerms, body: &Body) -> Result<(), Error> {
    let (name, paid) = (name(body)?.unwrap_or_else(|| it.name.clone()), PAID.read(body, it.paid)?);
    let trial = TRIAL.read(body, it.trial)?;
    let change = |it| ServiceTerms { name, paid, trial, ..it };
    service_terms::revise(act, (it.id, None), change).map(|_| ())
}
