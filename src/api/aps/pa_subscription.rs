//! `PASubscription`: what is delivered for a [subscription](super::bss_subscription), with all its
//! resources, and how far bringing it about has come.

use serde_json::{Value, json};
use uuid::Uuid;

use super::bss_subscription::{self, FINDING, head, list, name};
use super::kind::{About, Kind};
use super::operation::{Operation, Outcome, Said, Verb};
use super::property::{Field, Form, Property, Structure};
use super::relation::Relation;
use super::{account, bss_subscription_form, identity, service_template, subscription_resource};
use crate::domain::account::Account;
use crate::domain::catalog::price::PriceKind;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{Id, SubscriptionId};
use crate::domain::operator::Permission;
use crate::domain::provisioning::lifecycle::State as TaskState;
use crate::domain::provisioning::task::Task;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::lifecycle::State;
use crate::services::{Act, Cx, Error, finding, offer, provisioning, subscription};

/// The full id of the type.
pub(super) const ID: &str = "http://parallels.com/aps/types/pa/subscription/1.0";

static PROVISIONING_STATE: Structure = Structure {
    name: "ProvisioningState",
    fields: &[
        Field::required("state", Form::Words(&["SUCCESS", "RUNNING", "FAILED"])),
        Field::required("message", Form::Text),
    ],
};

static LIMIT: Structure = Structure {
    name: "SubscriptionResourceLimit",
    fields: &[
        Field::required("resourceId", Form::Integer),
        Field::required("resourceLimit", Form::Integer),
    ],
};

static ACTIVATION: Structure = Structure {
    name: "ActivationStructure",
    fields: &[
        Field::optional("domainApsId", Form::Text),
        Field::optional("subscriptionResourceLimits", Form::List(&Form::Structure(&LIMIT))),
        Field::optional("apsDefaults", Form::List(&Form::Text)),
    ],
};

type Says = Property<Subscription>;
type Leads = Relation<Subscription>;
type Does = Operation<Subscription>;

/// The type.
pub(super) static KIND: Kind<Subscription> = Kind {
    about: About {
        name: "PASubscription",
        id: ID,
        implements: &[
            "http://aps-standard.org/types/core/subscription/1.0",
            "http://aps-standard.org/types/core/resource/1.0",
        ],
        alias: Some("subscriptions"),
        number: 21,
        reads: Permission::SubscriptionRead,
    },
    head: |cx, it| Ok(head(it, id_of(cx, it)?)),
    find,
    list,
    finding: FINDING,
    properties: &[
        Says::of("subscriptionId", Form::Integer, |it| json!(it.stamp.number))
            .read_only()
            .meaning("The number of the subscription"),
        Says::looked_up("name", Form::Text, name)
            .read_only()
            .meaning("What the subscription is called: by its buyer, or as its plan"),
        Says::looked_up("description", Form::Text, description)
            .read_only()
            .meaning("What its plan says of itself in a line"),
        Says::looked_up("serviceTemplateId", Form::Integer, template_number)
            .read_only()
            .meaning("The number of the service template; nothing of a bundle"),
        Says::looked_up("activationStructure", Form::Structure(&ACTIVATION), activation)
            .read_only()
            .meaning("With how much of each resource it runs; nothing where none was bought"),
        Says::of("disabled", Form::Flag, |it| json!(is_disabled(it.state())))
            .read_only()
            .meaning("Whether the service is stopped"),
        Says::of("trial", Form::Flag, |it| json!(it.trial().is_running()))
            .read_only()
            .meaning("Whether it is in a trial"),
        Says::of("isTerminated", Form::Flag, |it| json!(it.ended_on().is_some()))
            .read_only()
            .meaning("Whether it has ended"),
        Says::looked_up("oneTime", Form::Flag, is_one_time)
            .read_only()
            .meaning("Whether nothing of it recurs"),
    ],
    relations: &[
        Leads::one("account", account::ID, |_, it| Ok(vec![it.account().uuid()])),
        Leads::one("bssSubscription", bss_subscription::ID, |_, it| Ok(vec![it.id.uuid()])),
    ],
    operations: &[
        Does::reads(
            ("provisioningState", Verb::Get, "provisioningState"),
            Permission::SubscriptionRead,
            provisioning_state,
        )
        .gives(Form::Structure(&PROVISIONING_STATE)),
        Does::writes(
            ("restartProvisioning", Verb::Post, "restartProvisioning"),
            Permission::ProvisioningWork,
            restart,
        ),
        Does::reads(
            ("resources", Verb::Get, "resources"),
            Permission::SubscriptionRead,
            subscription_resource::delivered,
        )
        .gives(Form::List(&Form::Structure(&subscription_resource::DELIVERED))),
        Does::reads(
            ("applications", Verb::Get, "applications"),
            Permission::SubscriptionRead,
            applications,
        )
        .gives(Form::List(&Form::Text)),
        Does::writes(
            ("hold", Verb::Post, "hold"),
            Permission::SubscriptionHold,
            bss_subscription_form::hold_plainly,
        ),
        Does::writes(
            ("release", Verb::Post, "release"),
            Permission::SubscriptionHold,
            bss_subscription_form::release_plainly,
        ),
        bss_subscription::PUT_ON_HOLD,
        bss_subscription::RELEASE_FROM_HOLD,
    ],
    create: None,
    update: None,
    delete: None,
};

/// The id of this face of a subscription.
pub(super) fn id_of(cx: Cx<'_>, it: &Subscription) -> Result<Uuid, Error> {
    identity::second_face(cx, it.id.subject())
}

/// The subscription of which an id is that of this face, if the caller may see it.
pub(super) fn find(cx: Cx<'_>, id: Uuid) -> Result<Option<Subscription>, Error> {
    match identity::of_second_face(cx, SubscriptionId::KIND, id)? {
        Some(id) => cx.find(SubscriptionId::from_uuid(id)),
        None => Ok(None),
    }
}

/// The ids of this face of all subscriptions of an account.
pub(super) fn of_account(cx: Cx<'_>, it: &Account) -> Result<Vec<Uuid>, Error> {
    let ids = finding::by_owner::<Subscription>(cx, it.id)?;
    ids.into_iter().map(|id| identity::second_face(cx, id.subject())).collect()
}

fn description(cx: Cx<'_>, it: &Subscription) -> Result<Value, Error> {
    let offer = subscription::offer(cx, it)?;
    let summary = offer.as_ref().and_then(|it| it.content.summary.as_ref());
    Ok(json!(summary.map_or("", |it| it.original().as_str())))
}

fn template_number(cx: Cx<'_>, it: &Subscription) -> Result<Value, Error> {
    let specification = subscription::specification(cx, it)?;
    Ok(specification.map_or(Value::Null, |it| json!(it.stamp.number)))
}

/// The limits that what was bought sets, in whole units as the platform counts them.
fn activation(cx: Cx<'_>, it: &Subscription) -> Result<Value, Error> {
    let bought = &it.deal().resources;
    if bought.is_empty() {
        return Ok(Value::Null);
    }
    let resources = subscription::resources(cx, it)?;
    let limits = bought.iter().filter_map(|(id, has)| {
        let limit = u64::try_from(has.amount().decimal().trunc()).ok()?;
        Some(json!({ "resourceId": resources.get(id)?.stamp.number, "resourceLimit": limit }))
    });
    let limits: Vec<_> = limits.collect();
    Ok(json!({ "subscriptionResourceLimits": limits, "apsDefaults": [] }))
}

/// `applications`: those that deliver the resources of its service template.
fn applications(cx: Cx<'_>, it: &Subscription, _: &Said) -> Result<Outcome, Error> {
    let template = subscription::specification(cx, it)?;
    let all = template.map_or_else(|| Ok(json!([])), |it| service_template::applications(cx, &it));
    all.map(Some)
}

const fn is_disabled(state: State) -> bool {
    match state {
        State::Pending | State::Active | State::Graced => false,
        State::HeldAdministratively
        | State::HeldForCredit
        | State::HeldForBoth
        | State::Expired
        | State::Terminating
        | State::Recoverable
        | State::Destroyed
        | State::Aborted
        | State::Canceled => true,
    }
}

fn is_one_time(cx: Cx<'_>, it: &Subscription) -> Result<Value, Error> {
    let kinds = offer::kinds(cx, it.deal().prices.keys().copied())?;
    let is_any = !kinds.is_empty();
    Ok(json!(is_any && kinds.iter().all(|it| matches!(it, PriceKind::OneTime(_)))))
}

fn provisioning_state(cx: Cx<'_>, it: &Subscription, _: &Said) -> Result<Outcome, Error> {
    let tasks = provisioning::of(cx, it.id)?;
    let (state, message) = how_far(&tasks);
    Ok(Some(json!({ "state": state, "message": message })))
}

/// Has what failed last tried again.
fn restart(act: &mut Act<'_>, it: &Subscription, _: &Said) -> Result<Outcome, Error> {
    let tasks = provisioning::of(act.cx(), it.id)?;
    let failed = tasks.iter().rev().find(|it| it.state() == TaskState::Failed);
    let Some(failed) = failed else {
        let why = "nothing of it has failed that could be tried again";
        return Err(Rejection::new(Code::TaskStateForbids, why).into());
    };
    provisioning::retry(act, failed.id)?;
    Ok(None)
}

/// How far bringing a service about, or changing it, has come: what is worked on, else what could
/// not be done and was not given up since.
fn how_far(tasks: &[Task]) -> (&'static str, String) {
    let open = |it: &&Task| match it.state() {
        TaskState::Queued | TaskState::Started => true,
        TaskState::Completed | TaskState::Failed | TaskState::Canceled => false,
    };
    let error = |it: &Task| it.last_error().map(|why| format!(": {why}")).unwrap_or_default();
    if let Some(task) = tasks.iter().find(open) {
        return ("RUNNING", format!("`{}` is {}{}", task.work, task.state(), error(task)));
    }
    let last = tasks.iter().rev().find(|it| it.state() != TaskState::Canceled);
    match last.filter(|it| it.state() == TaskState::Failed) {
        Some(task) => ("FAILED", format!("`{}` has failed{}", task.work, error(task))),
        None => ("SUCCESS", String::new()),
    }
}
