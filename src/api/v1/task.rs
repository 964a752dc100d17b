//! `/tasks`: what must be done in other systems for what accounts have.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::wire::{List, NoQuery, parse, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::operator::Permission;
use crate::domain::provisioning::task::{self as domain, Outcome};
use crate::services::{Act, Cx, Error, provisioning};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::TaskRead);
    let works = Needs::Permission(Permission::ProvisioningWork);
    let post = || Method::POST;
    vec![
        read("/tasks", reads, "List provisioning tasks", list),
        read("/tasks/{id}", reads, "Read a provisioning task", show),
        write(post(), "/tasks/{id}/start", works, "Begin with a task", start),
        write(post(), "/tasks/{id}/complete", works, "Say that a task is done", complete),
        write(post(), "/tasks/{id}/fail", works, "Say that a task cannot be done", fail),
        write(post(), "/tasks/{id}/retry", works, "Have a failed task tried again", retry),
    ]
}

/// What must be done in another system.
#[derive(Debug, Serialize, ToSchema)]
struct Task {
    id: String,
    number: u64,
    revision: u32,
    /// `create`, `change`, `hold`, `release` or `remove`.
    work: String,
    subscription: String,
    /// The seat of it that this is about, if it is about one.
    seat: Option<String>,
    order: Option<String>,
    /// `instant`, `webhook` or `manual`.
    connector: &'static str,
    state: String,
    attempts: u32,
    last_error: Option<String>,
    created_at: String,
}

impl Wire for Task {}

impl From<&domain::Task> for Task {
    fn from(it: &domain::Task) -> Self {
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            work: it.work.to_string(),
            subscription: it.subscription.to_string(),
            seat: it.seat.map(|it| it.to_string()),
            order: it.cause.as_ref().map(|it| it.order.to_string()),
            connector: it.connector.word(),
            state: it.state().to_string(),
            attempts: it.attempts(),
            last_error: it.last_error().map(ToString::to_string),
            created_at: it.stamp.created_at.to_string(),
        }
    }
}

/// A task as an event tells of it.
pub(super) fn told(it: &domain::Task) -> impl Wire + use<> {
    Task::from(it)
}

/// Which tasks are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskQuery {
    /// A state such as `queued`.
    state: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: TaskQuery) -> Result<Reply<List<Task>>, Error> {
    let state = word("state", query.state.as_deref())?;
    let wanted = |it: &domain::Task| state.is_none_or(|state| it.state() == state);
    let page = cx.list(None, &call.page, wanted)?;
    Ok(Reply::ok(List::of(page, |it| Task::from(&it))))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Task>, Error> {
    let it: domain::Task = cx.get(call.id("id")?)?;
    Ok(Reply::ok(Task::from(&it)).tagged(it.stamp.revision))
}

fn start(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Task>, Error> {
    Ok(Reply::ok(Task::from(&provisioning::start(act, call.id("id")?)?)))
}

fn complete(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Task>, Error> {
    let it = provisioning::complete(act, call.id("id")?, Outcome::default())?;
    Ok(Reply::ok(Task::from(&it)))
}

/// Why a task cannot be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskFailure {
    error: String,
}

fn fail(act: &mut Act<'_>, call: &Call, body: TaskFailure) -> Result<Reply<Task>, Error> {
    let it = provisioning::fail(act, call.id("id")?, parse("/error", &body.error)?)?;
    Ok(Reply::ok(Task::from(&it)))
}

fn retry(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Task>, Error> {
    Ok(Reply::ok(Task::from(&provisioning::retry(act, call.id("id")?)?)))
}
