//! Workflows: what we call provisioning tasks.

use axum::http::Method;
use serde::Serialize;

use super::error::Refusal;
use super::field::one_of;
use super::route::{Asked, By, Row};
use super::wire::{listed, moment};
use super::{customer, subscriber};
use crate::api::edge::work::Work;
use crate::domain::operator::{Permission, Role, User};
use crate::domain::page::{Page, PageRequest};
use crate::domain::provisioning::lifecycle::State;
use crate::domain::provisioning::task::Task;
use crate::domain::subscription::Subscription;
use crate::services::idempotency::Answer;
use crate::services::{Cx, Error, provisioning, seat};

const ALL: &str = "resource/workflow";
const READS: (Permission, Role) = (Permission::TaskRead, Role::VendorAdmin);

/// What can be asked of workflows.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, ALL, By::Query("getWorkflowByCustomerId"), READS, by_customer),
    Row::new(Method::GET, ALL, By::Query("getWorkflowBySubscriberId"), READS, by_subscriber),
    Row::new(Method::GET, ALL, By::Query("getWorkflowByStatus"), READS, by_status),
];

const STATUSES: &[&str] = &["COMPLETED", "FAILED", "DEFERRED", "RUNNING"];

/// The status of a workflow. What waits for its turn is deferred; what is no longer wanted has come to
/// nothing.
const fn status(of: State) -> &'static str {
    match of {
        State::Queued => "DEFERRED",
        State::Started => "RUNNING",
        State::Completed => "COMPLETED",
        State::Failed | State::Canceled => "FAILED",
    }
}

/// A workflow on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Workflow {
    id: u64,
    oid: u64,
    workflow_status: &'static str,
    workflow_type: String,
    customer_id: u64,
    subscription_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
    created: String,
    modified: String,
}

fn wire(cx: Cx<'_>, it: &Task) -> Result<Workflow, Error> {
    let of = cx.shared::<Subscription>(it.subscription)?;
    let of = of.ok_or_else(|| Error::internal("a task is for a subscription"))?;
    let customer = cx.shared::<crate::domain::account::Account>(of.account())?;
    let customer = customer.ok_or_else(|| Error::internal("a subscription is an account's"))?;
    Ok(Workflow {
        id: it.stamp.number,
        oid: it.stamp.number,
        workflow_status: status(it.state()),
        workflow_type: it.work.word().to_uppercase(),
        customer_id: customer.stamp.number,
        subscription_id: of.stamp.number,
        error_message: it.last_error().map(ToString::to_string),
        created: moment(it.stamp.created_at),
        modified: moment(it.stamp.changed_at),
    })
}

fn shown_all(cx: Cx<'_>, items: &[Task]) -> Result<Answer, Error> {
    let items: Result<Vec<_>, Error> = items.iter().map(|it| wire(cx, it)).collect();
    Ok(listed(&items?))
}

fn by_customer(mut asked: Asked) -> Result<Work, Refusal> {
    let (wanted, number) = (asked.page()?, asked.number("customerId")?);
    Ok(Work::scans(move |cx| {
        let account = customer::find(cx, number)?;
        let list = |page: &PageRequest| -> Result<Page<Task>, Error> {
            provisioning::list(cx, Some(account.id), page, |_| true)
        };
        shown_all(cx, &wanted.of(list)?)
    }))
}

/// What was done for the subscriptions in which a subscriber has or had a seat, and for its seats.
fn by_subscriber(mut asked: Asked) -> Result<Work, Refusal> {
    let (wanted, number) = (asked.page()?, asked.number("subscriberId")?);
    Ok(Work::scans(move |cx| {
        let it: User = subscriber::find(cx, number)?;
        let mut found = Vec::new();
        for seat in seat::of_user(cx, it.id)? {
            let tasks = provisioning::of(cx, seat.subscription())?;
            found.extend(tasks.into_iter().filter(|it| it.seat.is_none_or(|id| id == seat.id)));
        }
        found.sort_unstable_by_key(|it| it.id);
        found.dedup_by_key(|it| it.id);
        shown_all(cx, &wanted.of_all(found))
    }))
}

fn by_status(mut asked: Asked) -> Result<Work, Refusal> {
    let wanted = asked.page()?;
    let word = one_of("workflowStatus", STATUSES, &asked.must("workflowStatus")?)?;
    Ok(Work::scans(move |cx| {
        let is_it = |it: &Task| status(it.state()) == word;
        shown_all(cx, &wanted.of(|page| provisioning::list(cx, None, page, is_it))?)
    }))
}
