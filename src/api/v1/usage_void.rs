//! `/usage/void`, `/usage/voided`: events that were reported by mistake, taken back, and what they were.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event::EventCause;
use super::route::{Needs, Route, read_much, work};
use super::usage::{UsageEvent, meter};
use super::wire::{List, parse, parse_optional};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::services::usage::{self, NumberedEvent, VoidAsk, VoidedEvent};
use crate::services::{Bss, Cx, Error};

/// How many events may be taken back at once.
const EVENTS_MAX: usize = 1000;

pub(super) fn routes() -> Vec<Route> {
    let writes = Needs::Permission(Permission::UsageWrite);
    let summary = "Take usage events back";
    vec![
        work(Method::POST, "/usage/void", writes, summary, (ORDINARY_BYTES_MAX, void)),
        read_much("/usage/voided", writes, "List usage events that were taken back", voided),
    ]
}

/// Which events are to count no more: all of them, or none if one cannot be taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UsageVoid {
    /// At most 1,000, as the list of events tells them.
    events: Vec<UsageToVoid>,
    /// Why.
    reason: String,
}

/// An event that is to count no more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UsageToVoid {
    /// Which system reported it; `api` if nothing is said.
    source: Option<String>,
    /// What that system calls it.
    id: String,
    subscription: String,
    /// The id or the code of a meter.
    meter: String,
    /// When it was used, as the list of events tells it.
    at: String,
}

impl UsageToVoid {
    fn read(&self) -> Result<VoidAsk, Invalid> {
        Ok(VoidAsk {
            source: parse("/source", self.source.as_deref().unwrap_or("api"))?,
            event_id: parse("/id", &self.id)?,
            subscription: parse("/subscription", &self.subscription)?,
            meter: meter(&self.meter)?,
            at: parse("/at", &self.at)?,
        })
    }
}

impl UsageVoid {
    fn asks(&self) -> Result<Vec<VoidAsk>, Invalid> {
        if self.events.is_empty() || self.events.len() > EVENTS_MAX {
            let rule = format!("must name 1 to {EVENTS_MAX} events");
            return Err(Invalid::one("/events", "range", rule));
        }
        let asks = self.events.iter().enumerate();
        let below = |place: usize| format!("/events/{place}");
        asks.map(|(place, it)| it.read().map_err(|why| why.below(&below(place)))).collect()
    }
}

/// An event that was taken back.
#[derive(Debug, Serialize, ToSchema)]
struct VoidedUsage {
    event: UsageEvent,
    /// When it was taken back.
    voided_at: String,
    /// By whom.
    by: EventCause,
    /// Why.
    reason: String,
}

impl Wire for VoidedUsage {}

impl VoidedUsage {
    fn of(cx: Cx<'_>, it: VoidedEvent) -> Result<Self, Error> {
        Ok(Self {
            by: EventCause::of(cx, &it.by)?,
            event: NumberedEvent { sequence: it.sequence, event: it.event }.into(),
            voided_at: it.voided_at.to_string(),
            reason: it.reason.to_string(),
        })
    }
}

/// What was taken back, now or before, in the order in which it was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct UsageVoided {
    voided: Vec<VoidedUsage>,
}

impl Wire for UsageVoided {}

fn void(bss: &Arc<Bss>, call: &Call, body: UsageVoid) -> Result<Reply<UsageVoided>, Error> {
    let (asks, reason) = (body.asks()?, parse("/reason", &body.reason)?);
    let voided = usage::void(bss, &call.author(), (&asks, reason))?;
    bss.read(&call.actor, |cx| {
        let shown = voided.into_iter().map(|it| VoidedUsage::of(cx, it));
        Ok(Reply::ok(UsageVoided { voided: shown.collect::<Result<_, Error>>()? }))
    })
}

/// Whose events are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VoidedQuery {
    /// Of all that the caller sees if nothing is said.
    subscription: Option<String>,
}

fn voided(cx: Cx<'_>, call: &Call, query: VoidedQuery) -> Result<Reply<List<VoidedUsage>>, Error> {
    let of = parse_optional("subscription", query.subscription.as_deref())?;
    let page = usage::voided(cx, of, &call.page)?;
    Ok(Reply::ok(List::each(page, |it| VoidedUsage::of(cx, it))?))
}
