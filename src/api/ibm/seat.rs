//! Seats, as they are shown with their subscribers.

use serde::Serialize;

use super::wire::moment;
use crate::domain::id::Id;
use crate::domain::provisioning::task::Task;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::seat::{Seat as Ours, State};
use crate::services::{Cx, Error};

/// A seat on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Seat {
    id: u64,
    oid: u64,
    subscription_id: u64,
    subscriber_id: u64,
    seat_state: &'static str,
    has_accepted_terms_of_use: bool,
    entitlement_quantity_allocated: u64,
    seat_service_product_attribute_set: [(); 0],
    provisioning_workflow_id: u64,
    workflow_id_list: Vec<u64>,
    owner: u64,
    version: u32,
    optimistic_lock: u64,
    created: String,
    modified: String,
    deleted: bool,
}

/// The state of a seat, in the contract's words.
const fn state(of: State) -> &'static str {
    match of {
        State::Entitling => "ENTITLE_PENDING",
        State::Assigned | State::Released => "ASSIGNED",
    }
}

/// A seat as the contract shows it: of a subscriber and of a customer with these numbers.
pub(super) fn wire(cx: Cx<'_>, it: &Ours, (subscriber, owner): (u64, u64)) -> Result<Seat, Error> {
    let subscription = cx.shared::<Subscription>(it.subscription())?;
    let tasks = it.tasks.iter().map(|id| cx.shared::<Task>(*id));
    let tasks = tasks.filter_map(Result::transpose);
    let workflows: Vec<_> =
        tasks.map(|it| it.map(|it| it.stamp.number)).collect::<Result<_, _>>()?;
    let missing = || Error::internal(format!("seat {} is of no subscription", it.id.uuid()));
    let allocated = it.allocated.and_then(|it| it.decimal().trunc().to_string().parse().ok());
    Ok(Seat {
        id: it.stamp.number,
        oid: it.stamp.number,
        subscription_id: subscription.ok_or_else(missing)?.stamp.number,
        subscriber_id: subscriber,
        seat_state: state(it.state()),
        has_accepted_terms_of_use: it.accepted.is_some(),
        entitlement_quantity_allocated: allocated.unwrap_or(0),
        seat_service_product_attribute_set: [],
        provisioning_workflow_id: workflows.last().copied().unwrap_or(0),
        workflow_id_list: workflows,
        owner,
        version: it.stamp.revision,
        optimistic_lock: 0,
        created: moment(it.stamp.created_at),
        modified: moment(it.stamp.changed_at),
        deleted: !it.is_taken(),
    })
}
