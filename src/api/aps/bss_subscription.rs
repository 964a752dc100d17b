//! `Subscription` of BSS: the contract between a vendor and its customer. What is delivered for it is
//! its other face, [`PASubscription`](super::pa_subscription).

use serde_json::{Value, json};
use uuid::Uuid;

use super::bss_subscription_form::{ATTRIBUTE, show_attributes};
use super::kind::{About, Breadth, Delete, Head, Kind, Listing, Status, Update};
use super::lookup::{Finding, Lookup, uuids};
use super::operation::{Operation, Verb};
use super::period::{PERIOD, period};
use super::property::{Field, Form, Property, Structure};
use super::relation::Relation;
use super::service_plan::term::{AUTO_RENEWAL, MODELS, model, renewal};
use super::{
    account, bss_account_information, bss_subscription_form, identity, pa_subscription,
    service_plan, subscription_price, subscription_resource, vendor,
};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::term::{Renewal, Term};
use crate::domain::id::{AccountId, Id, OfferId, SubscriptionId};
use crate::domain::operator::{Permission, Scope};
use crate::domain::page::Page;
use crate::domain::provisioning::lifecycle::State as TaskState;
use crate::domain::provisioning::task::{Task, Work};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::calendar::Shutdown;
use crate::domain::subscription::lifecycle::State;
use crate::domain::subscription::term::RunningTerm;
use crate::domain::time::Date;
use crate::services::billing::BillDates;
use crate::services::finding::SubscriptionsBy;
use crate::services::{Cx, Error, billing, finding, provisioning, subscription};

/// The full id of the type.
pub(super) const ID: &str = "http://www.odin.com/billing/Subscription/1.0";

const STATUSES: &[&str] = &[
    "NEW",
    "ACTIVE",
    "ADMINISTRATIVE_HOLD",
    "CREDIT_HOLD",
    "FULL_HOLD",
    "GRACE",
    "EXPIRED",
    "TERMINATED",
];

/// Of these only the first two, `ACTIVE` and `STOPPED` are printed in the contract's documents; the
/// others are named after the stages that the platform counts.
const SERVICE_STATUSES: &[&str] = &[
    "NOT_EXIST",
    "CREATING",
    "STARTING",
    "ACTIVE",
    "STOPPING",
    "STOPPED",
    "CHANGING_PLAN",
    "REMOVING",
    "REMOVED",
];

static BILLING_TERMS: Structure = Structure {
    name: "BillingTerms",
    fields: &[
        Field::required("billingPeriod", Form::Structure(&PERIOD)),
        Field::required("billingModel", Form::Words(MODELS)),
        Field::required("freezePrices", Form::Flag),
        Field::required("autoRenewal", Form::Structure(&AUTO_RENEWAL)),
    ],
};

/// Why somebody holds a subscription, or lets it go on.
pub(super) static REASON: Structure = Structure {
    name: "HoldReason",
    fields: &[Field::required("reason", Form::Text), Field::optional("comment", Form::Text)],
};

type Says = Property<Subscription>;
type Leads = Relation<Subscription>;
type Does = Operation<Subscription>;

/// The type.
pub(super) static KIND: Kind<Subscription> = Kind {
    about: About {
        name: "BSSSubscription",
        id: ID,
        implements: &[
            "http://aps-standard.org/types/core/subscription/migratable/1.0",
            "http://aps-standard.org/types/core/resource/1.0",
        ],
        alias: Some("bss-subscriptions"),
        number: 20,
        reads: Permission::SubscriptionRead,
    },
    head: |_, it| Ok(head(it, it.id.uuid())),
    find: |cx, id| cx.find(SubscriptionId::from_uuid(id)),
    list,
    finding: FINDING,
    properties: &[
        Says::of("subscriptionId", Form::Integer, |it| json!(it.stamp.number))
            .read_only()
            .meaning("The number of the subscription, the same as that of its PASubscription"),
        Says::looked_up("name", Form::Text, name)
            .read_only()
            .meaning("What the subscription is called: by its buyer, or as its plan"),
        Says::looked_up("subscriptionPeriod", Form::Structure(&PERIOD), subscription_period)
            .read_only()
            .meaning("How long one committed; nothing if there is no end"),
        Says::looked_up("billingTerms", Form::Structure(&BILLING_TERMS), billing_terms)
            .read_only()
            .meaning("How it is billed, and how it renews"),
        Says::of("serviceGate", Form::Text, |_| json!("PEMGATE"))
            .read_only()
            .meaning("Through which gate the service is delivered"),
        Says::of("trial", Form::Flag, |it| json!(it.trial().is_running()))
            .read_only()
            .meaning("Whether it is in a trial"),
        Says::of("autoRenewEnabled", Form::Flag, |it| json!(renewal_of(it).is_automatic()))
            .read_only()
            .meaning("Whether it renews by itself"),
        Says::of("status", Form::Words(STATUSES), |it| json!(status(it.state())))
            .read_only()
            .meaning("How far its life has come, and what holds it"),
        Says::looked_up("serviceStatus", Form::Words(SERVICE_STATUSES), |cx, it| {
            let tasks = provisioning::of(cx, it.id)?;
            Ok(json!(service_status(it.state(), &tasks)))
        })
        .read_only()
        .meaning("Whether the service is there and runs"),
        Says::of("startDate", Form::Day, |it| day(it.began_on()))
            .read_only()
            .meaning("The first day of its first period"),
        Says::of("expirationDate", Form::Day, |it| day(it.term().and_then(RunningTerm::end_on)))
            .read_only()
            .meaning("The day on which its period is over"),
        Says::looked_up("lastBillDate", Form::Day, |cx, it| Ok(day(billed(cx, it)?.last)))
            .read_only()
            .meaning("The day on which something of it was billed last"),
        Says::looked_up("nextBillDate", Form::Day, next_bill)
            .read_only()
            .meaning("The day on which something of it is billed next"),
        Says::looked_up("shutdownDate", Form::Day, |cx, it| {
            Ok(day(shutdown(cx, it)?.map(|it| it.stopped_on)))
        })
        .read_only()
        .meaning("The day from which on it was not served any more"),
        Says::looked_up("terminationDate", Form::Day, |cx, it| {
            Ok(day(shutdown(cx, it)?.map(|it| it.over_on)))
        })
        .read_only()
        .meaning("The day on which it can no longer come back, or what it held is destroyed"),
        Says::of("attributes", Form::List(&Form::Structure(&ATTRIBUTE)), |it| {
            show_attributes(&it.attributes)
        })
        .meaning("Custom attributes; later orders carry them"),
        Says::looked_up(
            "discounts",
            Form::List(&Form::Structure(&subscription_price::DISCOUNT)),
            subscription_price::discounts,
        )
        .read_only()
        .meaning("The discounts that its next charges get; what each lowers is told by getPrices"),
    ],
    relations: &[
        Leads::one("account", account::ID, |_, it| Ok(vec![it.account().uuid()])),
        Leads::one("vendor", account::ID, |cx, it| vendor::of(cx, &it.stamp)),
        Leads::one("bssAccountInfo", bss_account_information::ID, account_information),
        Leads::one("servicePlan", service_plan::ID, |_, it| Ok(vec![it.deal().offer.uuid()])),
        Leads::one("paSubscription", pa_subscription::ID, |cx, it| {
            Ok(vec![pa_subscription::id_of(cx, it)?])
        }),
        Leads::one("parentSubscription", ID, |_, it| {
            Ok(it.parent().map(|it| it.0.uuid()).into_iter().collect())
        }),
        Leads::many("childSubscriptions", ID, children).mirroring("parentSubscription"),
    ],
    operations: &[
        Does::reads(
            ("getResources", Verb::Get, "resources"),
            Permission::SubscriptionRead,
            subscription_resource::sold,
        )
        .gives(Form::List(&Form::Structure(&subscription_resource::SOLD))),
        Does::reads(
            ("getPrices", Verb::Get, "prices"),
            Permission::SubscriptionRead,
            subscription_price::prices,
        )
        .gives(Form::List(&Form::Structure(&subscription_price::PRICE))),
        PUT_ON_HOLD,
        RELEASE_FROM_HOLD,
    ],
    create: None,
    update: Some(Update {
        needs: Permission::SubscriptionChange,
        change: bss_subscription_form::change,
    }),
    delete: Some(Delete {
        needs: Permission::SubscriptionCancel,
        take: bss_subscription_form::cancel,
    }),
};

/// Holding a subscription, for either face.
pub(super) const PUT_ON_HOLD: Does = Does::writes(
    ("putOnHold", Verb::Post, "putOnHold"),
    Permission::SubscriptionHold,
    bss_subscription_form::hold,
)
.takes(Form::Structure(&REASON));

/// Taking a hold back from a subscription, for either face.
pub(super) const RELEASE_FROM_HOLD: Does = Does::writes(
    ("releaseFromHold", Verb::Post, "releaseFromHold"),
    Permission::SubscriptionHold,
    bss_subscription_form::release,
)
.takes(Form::Structure(&REASON));

/// How subscriptions are found, whichever face is asked for.
pub(super) const FINDING: Finding<Subscription> =
    Finding::by(|cx, id| cx.find(SubscriptionId::from_uuid(id)), LOOKUPS)
        .counted(count)
        .reaching(reaches);

const LOOKUPS: &[Lookup] = &[
    Lookup::number("subscriptionId", |cx, number| {
        Ok(uuids(finding::by_number::<Subscription>(cx, number)?))
    }),
    Lookup::few("account.aps.id", |cx, id| match Uuid::try_parse(id) {
        Ok(id) => Ok(uuids(finding::by_owner::<Subscription>(cx, AccountId::from_uuid(id))?)),
        Err(_) => Ok(Vec::new()),
    }),
    Lookup::few("bssAccountInfo.aps.id", |cx, id| {
        let accounts = identity::owners(cx, AccountId::KIND, id)?.into_iter();
        let each = accounts
            .map(|it| Ok(uuids(finding::by_owner::<Subscription>(cx, AccountId::from_uuid(it))?)));
        Ok(each.collect::<Result<Vec<_>, Error>>()?.concat())
    }),
    Lookup::few("servicePlan.aps.id", |cx, id| match Uuid::try_parse(id) {
        Ok(id) => by(cx, SubscriptionsBy::Offer(OfferId::from_uuid(id))),
        Err(_) => Ok(Vec::new()),
    }),
    Lookup::few("parentSubscription.aps.id", |cx, id| match Uuid::try_parse(id) {
        Ok(id) => by(cx, SubscriptionsBy::Parent(SubscriptionId::from_uuid(id))),
        Err(_) => Ok(Vec::new()),
    }),
    Lookup::few("paSubscription.aps.id", |cx, id| identity::owners(cx, SubscriptionId::KIND, id)),
    Lookup::few("bssSubscription.aps.id", |_, id| Ok(Uuid::try_parse(id).into_iter().collect())),
    Lookup::many("vendor.aps.id", |cx, id| match Uuid::try_parse(id) {
        Ok(id) => by(cx, SubscriptionsBy::Vendor(AccountId::from_uuid(id))),
        Err(_) => Ok(Vec::new()),
    }),
    Lookup::name("name", |cx, names| by(cx, SubscriptionsBy::Names(names))),
    Lookup::many("status", by_status),
];

fn by_status(cx: Cx<'_>, word: &str) -> Result<Vec<Uuid>, Error> {
    let states = State::ALL.iter().filter(|it| status(**it) == word);
    let each = states.map(|it| by(cx, SubscriptionsBy::State(*it)));
    Ok(each.collect::<Result<Vec<_>, _>>()?.concat())
}

fn by(cx: Cx<'_>, by: SubscriptionsBy<'_>) -> Result<Vec<Uuid>, Error> {
    Ok(uuids(finding::subscriptions(cx, by)?))
}

/// How many subscriptions are on the pages of all of them; not known of those of a reseller's own
/// customers.
fn count(cx: Cx<'_>, breadth: Breadth) -> Result<Option<usize>, Error> {
    match (breadth, cx.actor.scope(SubscriptionId::KIND)) {
        (Breadth::Own, Scope::Sellers(_)) => Ok(None),
        (
            Breadth::Own | Breadth::Full,
            Scope::Everything | Scope::Sellers(_) | Scope::Owner(_) | Scope::Nothing,
        ) => finding::count_with_own::<Subscription>(cx),
    }
}

fn reaches(cx: Cx<'_>, it: &Subscription, breadth: Breadth) -> Result<bool, Error> {
    match breadth {
        Breadth::Own => subscription::is_own(cx, it),
        Breadth::Full => Ok(true),
    }
}

/// The `aps` section of either face.
pub(super) fn head(it: &Subscription, id: Uuid) -> Head {
    let status = match it.state() {
        State::Pending => Status::Provisioning,
        State::Active
        | State::HeldAdministratively
        | State::HeldForCredit
        | State::HeldForBoth
        | State::Graced
        | State::Expired
        | State::Recoverable => Status::Ready,
        State::Terminating | State::Destroyed | State::Aborted | State::Canceled => Status::Deleted,
    };
    Head::of(id, &it.stamp, status)
}

/// A page of the subscriptions of either face that the caller may see. A reseller sees its own and
/// those of its own customers, and with `APS-Actor-Scope: FULL` those of all accounts below it.
pub(super) fn list(cx: Cx<'_>, listing: &Listing) -> Result<Page<Subscription>, Error> {
    match listing.breadth {
        Breadth::Own => subscription::list_own(cx, &listing.page),
        Breadth::Full => subscription::list_with_own(cx, &listing.page),
    }
}

/// How far the life of a subscription has come, in the words of the bus.
pub(super) const fn status(state: State) -> &'static str {
    match state {
        State::Pending => "NEW",
        State::Active => "ACTIVE",
        State::HeldAdministratively => "ADMINISTRATIVE_HOLD",
        State::HeldForCredit => "CREDIT_HOLD",
        State::HeldForBoth => "FULL_HOLD",
        State::Graced => "GRACE",
        State::Expired => "EXPIRED",
        State::Terminating
        | State::Recoverable
        | State::Destroyed
        | State::Aborted
        | State::Canceled => "TERMINATED",
    }
}

/// Whether the service is there and runs, in the words of the bus: as it is bought, unless another
/// system is at work on it and has not said yet that it is so.
fn service_status(state: State, tasks: &[Task]) -> &'static str {
    let is_begun = |it: &&Task| it.seat.is_none() && it.state() == TaskState::Started;
    let work = tasks.iter().rev().find(is_begun).map(|it| it.work);
    match state {
        State::Pending => "CREATING",
        State::Terminating => "REMOVING",
        State::Destroyed => "REMOVED",
        State::Aborted | State::Canceled => "NOT_EXIST",
        State::Active | State::Graced => match work {
            Some(Work::Change) => "CHANGING_PLAN",
            Some(Work::Release) => "STARTING",
            Some(Work::Create | Work::Hold | Work::Remove) | None => "ACTIVE",
        },
        State::HeldAdministratively
        | State::HeldForCredit
        | State::HeldForBoth
        | State::Expired
        | State::Recoverable => match work {
            Some(Work::Hold) => "STOPPING",
            Some(Work::Create | Work::Change | Work::Release | Work::Remove) | None => "STOPPED",
        },
    }
}

/// What a subscription is called.
pub(super) fn name(cx: Cx<'_>, it: &Subscription) -> Result<Value, Error> {
    if let Some(name) = it.name() {
        return Ok(json!(name.as_str()));
    }
    let named = subscription::offer(cx, it)?;
    Ok(named.map_or(Value::Null, |it| json!(it.content.name.original().as_str())))
}

/// A day, or nothing.
fn day(it: Option<Date>) -> Value {
    it.map_or(Value::Null, |it| json!(it.to_string()))
}

fn renewal_of(it: &Subscription) -> Renewal {
    it.term().map_or(Renewal::OnOrder, RunningTerm::renewal)
}

/// The term of the offer that a subscription has, or will have.
fn term<'a>(offer: &'a Offer, it: &Subscription) -> Option<&'a Term> {
    offer.content.terms.iter().find(|term| Some(&term.key) == it.term_key())
}

fn subscription_period(cx: Cx<'_>, it: &Subscription) -> Result<Value, Error> {
    let length = match it.term() {
        Some(running) => running.length(),
        None => {
            let offer = subscription::offer(cx, it)?;
            offer.and_then(|offer| term(&offer, it)?.length)
        }
    };
    Ok(length.map_or(Value::Null, period))
}

fn billing_terms(cx: Cx<'_>, it: &Subscription) -> Result<Value, Error> {
    let Some(offer) = subscription::offer(cx, it)? else { return Ok(Value::Null) };
    let terms = offer.content.billing;
    let every = term(&offer, it).and_then(|it| it.billing_period).unwrap_or(terms.period);
    let is_frozen = it.deal().prices.values().any(|it| it.frozen_on.is_some());
    Ok(json!({
        "billingPeriod": period(every),
        "billingModel": model(terms.model),
        "freezePrices": is_frozen,
        "autoRenewal": renewal(renewal_of(it)),
    }))
}

fn billed(cx: Cx<'_>, it: &Subscription) -> Result<BillDates, Error> {
    billing::dates(cx, it)
}

/// Of what has ended, the day on which it did if there is nothing left to bill.
fn next_bill(cx: Cx<'_>, it: &Subscription) -> Result<Value, Error> {
    Ok(day(billed(cx, it)?.next.or(it.ended_on())))
}

fn shutdown(cx: Cx<'_>, it: &Subscription) -> Result<Option<Shutdown>, Error> {
    subscription::shutdown(cx, it)
}

fn account_information(cx: Cx<'_>, it: &Subscription) -> Result<Vec<Uuid>, Error> {
    Ok(vec![identity::second_face(cx, it.account().subject())?])
}

fn children(cx: Cx<'_>, it: &Subscription) -> Result<Vec<Uuid>, Error> {
    by(cx, SubscriptionsBy::Parent(it.id))
}
