//! `ServiceTerms`: what happens after a subscription has ended unrenewed, paid for or tried.

use serde_json::{Value, json};

use super::kind::{About, Head, Kind, Status};
use super::lookup::Finding;
use super::property::{Form, Property};
use super::vendor;
use crate::domain::catalog::service_terms::{AfterHold, Aftermath, ServiceTerms};
use crate::domain::id::{Id, ServiceTermsId};
use crate::domain::operator::Permission;

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
    create: None,
    update: None,
    delete: None,
};

fn destroys(it: Aftermath) -> Value {
    json!(it.after_hold == AfterHold::Destroy)
}
