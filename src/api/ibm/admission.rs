//! Admission: whether a subscriber is let in to a service. No client of IBM's knows this call: its own
//! services had other ways to ask.

use axum::http::Method;
use serde::Serialize;

use super::error::Refusal;
use super::route::{Asked, By, Row};
use super::seat::{ENTITLED, offered};
use super::subscriber;
use super::wire::shown;
use crate::api::edge::work::Work;
use crate::domain::operator::{Permission, Role};
use crate::services::admission;

/// Everybody may ask for itself.
const ASKS: (Permission, Role) = (Permission::SeatRead, Role::Member);

/// What can be asked of who is let in.
pub(super) static ROWS: &[Row] = &[Row::new(Method::GET, ENTITLED, By::Path, ASKS, ask)];

/// Whether somebody is let in, on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Admission {
    subscriber_id: u64,
    subscription_id: u64,
    is_admitted: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Where the service is, for the subscriber and the people of its customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    service_address: Option<String>,
}

fn ask(asked: Asked) -> Result<Work, Refusal> {
    let (number, of) = (asked.id(0, "Subscriber")?, asked.id(1, "Subscription")?);
    Ok(Work::reads(move |cx| {
        let user = subscriber::find(cx, number)?;
        let it = admission::of(cx, offered(cx, of, &user)?.id, &user)?;
        let admission = Admission {
            subscriber_id: number,
            subscription_id: it.to.stamp.number,
            is_admitted: it.outcome.is_ok(),
            reason: it.outcome.err().map(|it| it.word().to_uppercase()),
            service_address: it.link.map(|it| it.to_string()),
        };
        Ok(shown("Admission", admission))
    }))
}
