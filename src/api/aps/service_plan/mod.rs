//! `ServicePlan`: what is for sale, with its periods, what its resources cost, and its terms.
//!
//! # What we chose
//!
//! The contract's documents name `ServicePlanPublication`, `ServicePlanBillingTerms`, `refund`,
//! `autoRenewalPeriod` and `units` without what they have. Here they have:
//!
//! - `publication`: `published`, whether the plan can be bought now.
//! - `billingTerms`: what the same property of a subscription has: `billingPeriod`, `billingModel`,
//!   `freezePrices`, `autoRenewal` with its `type`, and with `renewPoint` for how many days before.
//! - A period has its length as `period` beside `numberOfBillingPeriods`, because it need not be a
//!   multiple of the billing period, and orders name it. `autoRenewalPeriod` has what `autoRenewal`
//!   has, and `duration` and `unit` of the period that it renews into if not into itself.
//! - `refund`: `nonRefundableAmount`, `fullRefundPeriod` in days, and `proratedRefund` for whether
//!   something is paid back after those; nothing where the vendor's policy holds.
//! - `termCondition`: `version`, `title`, `url` and `text` of the terms of use that who orders the plan
//!   has to accept; an entry of `termsConditions` has the same.
//! - `units`: `included`, `min`, `max` and `step`, as texts.
//! - Rates come in the order of `sortNumber`. Who only buys sees no rate without `showInStore` in a
//!   plan, and none without `showInCustomerPanel` in a subscription.
//! - `volumePricing` is among the fees of a rate whose tiers are not graduated.
//! - A fee's `description` is the name of the price, which is what an invoice says.
//! - A fee that a plan does not have costs nothing, and is shown so.
//! - `planPeriodSwitches` answers entries with a `type` and a `target` of `planId` and `period`; the
//!   first is the period that was asked about.
//!
//! Publishing one:
//!
//! - A period of a request is one of ours by its length and by whether it is a trial.
//! - Of a draft, what a request does not name in a list is gone with what it costs. Of what was on
//!   sale it is kept and can no longer be bought, because somebody may have it.
//! - Prices of a draft are drawn anew. Those of a plan that was on sale get other figures from today
//!   on, or from tomorrow if they have some of today already; until then the plan shows the old ones.
//! - A fee of nothing that is not shown is none.
//! - Taking a plan off sale can be undone. The bus deletes no plans.
//! - Counting the use of a resource in one plan counts it in all. What is used beyond what a plan
//!   includes is counted by a meter of that resource.
//! - A plan with a `parentServicePlan` is a copy of it, to be sold on: it begins with the periods,
//!   rates and prices of that, and what the request says is put over them.

pub(super) mod fee;
mod form;
mod rate;
mod switch;
pub(super) mod term;
pub(super) mod wish;
mod write;

use serde_json::{Value, json};
use uuid::Uuid;

use self::fee::Fees;
use super::kind::{About, Create, Delete, Gone, Head, Kind, Update};
use super::localized;
use super::lookup::{Finding, Lookup, uuids};
use super::operation::{Operation, Verb};
use super::period::PERIOD;
use super::property::{Field, Form, Property, Structure};
use super::relation::Relation;
use super::service_plan_category::{self, status};
use super::{bss_resource, service_template, service_terms, term_condition, vendor};
use crate::domain::catalog::offer::{Offer, PriceHold, ResourceRate};
use crate::domain::catalog::service_terms::ServiceTerms;
use crate::domain::catalog::specification::Specification;
use crate::domain::id::{Id, OfferId};
use crate::domain::operator::{Decision, Permission};
use crate::services::{Cx, Error, finding, offer};

/// The full id of the type.
pub(super) const ID: &str = "http://www.odin.com/billing/ServicePlan/1.1";

static PUBLICATION: Structure = Structure {
    name: "ServicePlanPublication",
    fields: &[Field::required("published", Form::Flag)],
};

static BILLING_TERMS: Structure = Structure {
    name: "ServicePlanBillingTerms",
    fields: &[
        Field::optional("billingPeriod", Form::Structure(&PERIOD)),
        Field::optional("billingModel", Form::Words(term::MODELS)),
        Field::optional("freezePrices", Form::Flag),
        Field::optional("autoRenewal", Form::Structure(&term::AUTO_RENEWAL)),
    ],
};

type Says = Property<Offer>;
type Leads = Relation<Offer>;

/// The type.
pub(super) static KIND: Kind<Offer> = Kind {
    about: About {
        name: "ServicePlan",
        id: ID,
        implements: &["http://aps-standard.org/types/core/resource/1.0"],
        alias: Some("service-plans"),
        number: 105,
        reads: Permission::OfferBrowse,
    },
    head: |_, it| Ok(Head::of(it.id.uuid(), &it.stamp, status(it.life.state()))),
    find,
    list: |cx, listing| offer::list(cx, None, &listing.page, |_| true),
    finding: Finding::by(find, LOOKUPS),
    properties: &[
        Says::of("planId", Form::Integer, |it| json!(it.stamp.number))
            .read_only()
            .meaning("The number of the plan"),
        Says::of("name", Form::ByLocale, |it| localized::texts(&it.content.name))
            .required()
            .meaning("What the plan is called"),
        Says::of("shortDescription", Form::ByLocale, |it| {
            localized::optional(it.content.summary.as_ref())
        })
        .required()
        .meaning("What the plan is, in a line"),
        Says::of("longDescription", Form::ByLocale, |it| {
            localized::optional(it.content.description.as_ref())
        })
        .required()
        .meaning("What the plan is"),
        Says::looked_up("publication", Form::Structure(&PUBLICATION), |cx, it| {
            Ok(json!({ "published": it.life.is_on_sale(cx.now) }))
        })
        .meaning("Whether the plan can be bought"),
        Says::looked_up(
            "subscriptionPeriods",
            Form::List(&Form::Structure(&term::PERIOD)),
            periods,
        )
        .meaning("For how long the plan can be bought, and what that costs"),
        Says::looked_up("resourceRates", Form::List(&Form::Structure(&rate::RATE)), rates)
            .meaning("How much of each resource the plan has, and what more of it costs"),
        Says::looked_up(
            "subscriptionPeriodResourceRates",
            Form::List(&Form::Structure(&rate::PERIOD_RATE)),
            period_rates,
        )
        .meaning("The same where it differs for a period"),
        Says::of("termCondition", Form::Structure(&term_condition::OF_PLAN), |it| {
            it.content.terms_of_use.as_ref().map_or(Value::Null, term_condition::shown)
        })
        .meaning("The terms of use that an order of the plan accepts, if it has any"),
        Says::of("billingTerms", Form::Structure(&BILLING_TERMS), billing_terms)
            .meaning("When the plan is charged, and how its periods renew"),
    ],
    relations: &[
        vendor::link("vendor", |cx, it| vendor::of(cx, &it.stamp)),
        Leads::one("serviceTemplate", service_template::ID, |cx, it| {
            let is_seen = |id| Ok(cx.find::<Specification>(id)?.is_some());
            if_seen(it.content.specification, is_seen)
        })
        .at_birth()
        .linked_by(Permission::CatalogWrite, write::link_template)
        .unlinked_by(Permission::CatalogWrite, write::unlink_template),
        Leads::one("category", service_plan_category::ID, |_, it| {
            Ok(id_of(it.content.categories.first().copied()))
        })
        .strong()
        .at_birth()
        .linked_by(Permission::CatalogWrite, write::link_category),
        Leads::one("serviceTerms", service_terms::ID, |cx, it| {
            let is_seen = |id| Ok(cx.find::<ServiceTerms>(id)?.is_some());
            if_seen(it.content.service_terms, is_seen)
        })
        .strong()
        .at_birth()
        .linked_by(Permission::CatalogWrite, write::link_terms),
        Leads::many("resources", bss_resource::ID, |_, it| Ok(resources(it))),
        Leads::one("parentServicePlan", ID, |cx, it| {
            if_seen(it.content.copy_of, |id| Ok(find(cx, id.uuid())?.is_some()))
        })
        .at_birth(),
    ],
    operations: &[Operation::reads(
        ("planPeriodSwitches", Verb::Post, "/planPeriodSwitches"),
        Permission::OfferBrowse,
        switch::from_period,
    )
    .takes(Form::Structure(&PERIOD))
    .gives(Form::List(&Form::Any))],
    create: Some(Create {
        needs: Permission::CatalogWrite,
        make: |act, batch, new| Ok(write::create(act, batch, new)?),
    }),
    update: Some(Update { needs: Permission::CatalogWrite, change: write::change }),
    delete: Some(Delete {
        needs: Permission::CatalogWrite,
        take: |act, it| offer::remove(act, it.id).map(|()| Gone::Now),
    }),
};

const LOOKUPS: &[Lookup] = &[
    Lookup::number("planId", |cx, number| Ok(uuids(finding::by_number::<Offer>(cx, number)?))),
    Lookup::name("name.*", |cx, names| Ok(uuids(finding::offers(cx, names)?))),
];

fn find(cx: Cx<'_>, id: Uuid) -> Result<Option<Offer>, Error> {
    let found = offer::get(cx, OfferId::from_uuid(id));
    found.map_or_else(Error::or_nothing, |it| Ok(Some(it)))
}

/// The id of what the caller may see: what lies upstream, behind what is sold on, it does not.
fn if_seen<I: Id>(
    it: Option<I>,
    is_seen: impl FnOnce(I) -> Result<bool, Error>,
) -> Result<Vec<Uuid>, Error> {
    match it {
        Some(id) if is_seen(id)? => Ok(vec![id.uuid()]),
        Some(_) | None => Ok(Vec::new()),
    }
}

fn id_of<I: Id>(it: Option<I>) -> Vec<Uuid> {
    it.map(Id::uuid).into_iter().collect()
}

/// The resources of a plan, each once, in the order of its rates.
fn resources(it: &Offer) -> Vec<Uuid> {
    let mut found = Vec::new();
    for rate in &it.content.resources {
        let id = rate.resource.uuid();
        if !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

fn periods(cx: Cx<'_>, it: &Offer) -> Result<Value, Error> {
    let fees = Fees::of(cx, it)?;
    let all = it.content.terms.iter().map(|term| term::shown(it, term, &fees));
    Ok(Value::Array(all.collect()))
}

fn rates(cx: Cx<'_>, it: &Offer) -> Result<Value, Error> {
    let fees = Fees::of(cx, it)?;
    let plain = in_order(cx, it).into_iter().filter(|it| it.term.is_none());
    let all = plain.map(|rate| rate::shown(cx, (it, rate), &fees));
    Ok(Value::Array(all.collect::<Result<_, _>>()?))
}

/// The rates of a plan by their numbers. Who only buys sees those that are shown in the store.
fn in_order<'a>(cx: Cx<'_>, it: &'a Offer) -> Vec<&'a ResourceRate> {
    let is_vendor = cx.actor.may(Permission::CatalogRead, &it.stamp) == Decision::Yes;
    let shown = it.content.resources.iter().filter(|it| is_vendor || it.is_in_store);
    let mut rates: Vec<_> = shown.collect();
    rates.sort_by_key(|it| it.position);
    rates
}

/// Nothing is said where no period differs from the others.
fn period_rates(cx: Cx<'_>, it: &Offer) -> Result<Value, Error> {
    let fees = Fees::of(cx, it)?;
    let own = in_order(cx, it).into_iter().filter(|it| it.term.is_some());
    let all: Vec<_> =
        own.map(|rate| rate::shown_for_period(cx, (it, rate), &fees)).collect::<Result<_, _>>()?;
    Ok(if all.is_empty() { Value::Null } else { Value::Array(all) })
}

fn billing_terms(it: &Offer) -> Value {
    let billing = &it.content.billing;
    json!({
        "billingPeriod": super::period::period(billing.period),
        "billingModel": term::model(billing.model),
        "freezePrices": billing.price_hold == PriceHold::Frozen,
        "autoRenewal": term::renewal(billing.renewal),
    })
}
