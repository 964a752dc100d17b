//! `orderManagement/orders/accept` and `cancel`: the payer is back from the page of the gateway.
//!
//! What is said here is not believed: the gateway is asked.

use axum::http::Method;
use serde_json::json;
use uuid::Uuid;

use super::error::PAYMENT;
use super::form;
use super::route::{Asked, Needs, Row};
use super::wire;
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, OrderId};
use crate::domain::operator::Permission;
use crate::domain::order::Order;
use crate::domain::order::lifecycle::State;
use crate::services::idempotency::Answer;
use crate::services::order;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        Method::POST,
        "/charging/api/orderManagement/orders/accept",
        Needs::Permission(Permission::OrderPlace),
        accept,
    ),
    Row::new(
        Method::POST,
        "/charging/api/orderManagement/orders/cancel",
        Needs::Permission(Permission::OrderPlace),
        cancel,
    ),
];

/// Which order is meant.
fn reference(asked: &mut Asked) -> Result<OrderId, Fault> {
    let said = asked.tree()?;
    let text: String = form::must(&said, "reference")?;
    let missing = || Invalid::one("reference", "reference", format!("`{text}` is no order"));
    Ok(OrderId::from_uuid(Uuid::try_parse(&text).map_err(|_| missing())?))
}

fn done(message: &str) -> Answer {
    wire::shown(wire::tree(json!({ "result": "correct", "message": message })), None)
}

fn accept(mut asked: Asked) -> Result<Work, Fault> {
    let id = reference(&mut asked)?;
    Ok(Work::works(move |bss, author| {
        let it = order::follow(bss, &author.actor, id)?;
        match it.state() {
            State::Pending => {
                Err(PAYMENT.broken("reference", "its payment has not come in yet").into())
            }
            State::Canceled | State::Rejected => {
                let message = "the order is over: it was called off, not paid in time, or rejected";
                Err(PAYMENT.broken("reference", message).into())
            }
            State::Acknowledged
            | State::Held
            | State::InProgress
            | State::Completed
            | State::Partial
            | State::Failed
            | State::AssessingCancellation
            | State::PendingCancellation => Ok(done("the order is paid")),
        }
    }))
}

fn cancel(mut asked: Asked) -> Result<Work, Fault> {
    let id = reference(&mut asked)?;
    Ok(Work::writes(move |act| {
        let it: Order = act.get(id)?;
        if it.awaited_payment().is_none() {
            let message = "waits for no payment: what is paid is called off with the order";
            return Err(PAYMENT.broken("reference", message).into());
        }
        order::cancel(act, id, None)?;
        Ok(done("the order is called off"))
    }))
}
