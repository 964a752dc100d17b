//! `/usage`: what was used, event by event and added up.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use axum::http::Method;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read_much, work};
use super::wire::{Decimal, List, NoQuery, parse, parse_optional};
use super::{usage_export, usage_void};
use crate::api::edge::body::BATCH_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::id::MeterId;
use crate::domain::operator::Permission;
use crate::domain::quantity::Quantity;
use crate::domain::time::{Instant, Span, Zone};
use crate::services::usage::{self, Entry, MeterName, NumberedEvent, Offered, Sought};
use crate::services::{Bss, Cx, Error};

/// How many events a batch may have.
const EVENTS_MAX: usize = 10_000;
/// How many points a series may have.
const POINTS_MAX: u32 = 1000;

const LISTED: &str = "List usage events, by subscription and meter, each in its order";

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::UsageRead);
    let writes = Needs::Permission(Permission::UsageWrite);
    let own = vec![
        work(Method::POST, "/usage", writes, "Report usage", (BATCH_BYTES_MAX, ingest)),
        read_much("/usage", reads, LISTED, list),
        read_much("/usage/rejected", writes, "List refused usage events", rejected),
        read_much("/usage/unrated", reads, "List usage that no price charges", unrated),
        read_much("/subscriptions/{id}/usage", reads, "Add up usage by steps of time", series),
    ];
    own.into_iter().chain(usage_export::routes()).chain(usage_void::routes()).collect()
}

/// A batch of usage.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UsageBatch {
    /// At most 10,000.
    #[serde(deserialize_with = "at_most_a_batch")]
    events: Vec<NewUsage>,
}

/// Reads no more events than a batch may have.
fn at_most_a_batch<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<NewUsage>, D::Error> {
    from.deserialize_seq(Events)
}

struct Events;

impl<'de> Visitor<'de> for Events {
    type Value = Vec<NewUsage>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut events = Vec::new();
        while let Some(event) = from.next_element()? {
            if events.len() == EVENTS_MAX {
                let rule = format!("must have at most {EVENTS_MAX}: send several batches");
                return Err(A::Error::custom(rule));
            }
            events.push(event);
        }
        Ok(events)
    }
}

/// Something that was used.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUsage {
    /// Which system reports it; `api` if nothing is said.
    source: Option<String>,
    /// What that system calls it: sent again, it counts once.
    id: String,
    subscription: String,
    /// The id or the code of a meter.
    meter: String,
    /// Without it the event alone is refused, and the others of the batch are taken.
    #[schema(required, nullable = false)]
    quantity: Option<Decimal>,
    /// When; now if nothing is said. Sent again without it, the event is the one that came first.
    at: Option<String>,
    #[serde(default)]
    dimensions: BTreeMap<String, String>,
}

impl NewUsage {
    pub(super) fn entry(&self) -> Entry {
        Entry { offered: self.read(), text: serde_json::to_vec(self).unwrap_or_default() }
    }

    fn read(&self) -> Result<Offered, Invalid> {
        let mut dimensions = BTreeMap::new();
        for (name, value) in &self.dimensions {
            dimensions.insert(parse("/dimensions", name)?, value.clone());
        }
        Ok(Offered {
            source: parse("/source", self.source.as_deref().unwrap_or("api"))?,
            event_id: parse("/id", &self.id)?,
            subscription: parse("/subscription", &self.subscription)?,
            meter: meter(&self.meter)?,
            quantity: self.quantity()?,
            at: parse_optional("/at", self.at.as_deref())?,
            dimensions,
            carried: BTreeMap::new(),
        })
    }

    fn quantity(&self) -> Result<Quantity, Invalid> {
        let missing = || Invalid::one("/quantity", "required", "must be given");
        self.quantity.as_ref().ok_or_else(missing)?.read("/quantity")
    }
}

pub(super) fn meter(text: &str) -> Result<MeterName, Invalid> {
    match text.parse::<MeterId>() {
        Ok(id) => Ok(MeterName::Id(id)),
        Err(_) => Ok(MeterName::Code(parse("/meter", text)?)),
    }
}

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
struct UsageReceipt {
    /// How many were new.
    accepted: u64,
    /// How many had been taken before.
    duplicates: u64,
    /// Which of these no price of their subscription charges, so that nobody bills them as things
    /// are.
    unrated: Vec<ToldUsage>,
    /// Which were refused, and why.
    rejected: Vec<ToldUsage>,
}

impl Wire for UsageReceipt {}

/// An event of which there is something to say.
#[derive(Debug, Serialize, ToSchema)]
struct ToldUsage {
    /// Its place in the batch.
    index: usize,
    /// What its sender calls it.
    id: String,
    rule: String,
    message: String,
}

fn ingest(bss: &Arc<Bss>, call: &Call, body: UsageBatch) -> Result<Reply<UsageReceipt>, Error> {
    let batch = body.events.iter().map(NewUsage::entry).collect();
    let receipt = usage::ingest(bss, &call.author(), batch)?;
    let told = |index: usize, rule: String, message: String| ToldUsage {
        id: body.events.get(index).map(|event| event.id.clone()).unwrap_or_default(),
        index,
        rule,
        message,
    };
    let unrated = receipt.unrated.into_iter();
    let rejected = receipt.refused.into_iter();
    Ok(Reply::ok(UsageReceipt {
        accepted: receipt.accepted,
        duplicates: receipt.duplicates,
        unrated: unrated.map(|it| told(it.index, it.code.to_owned(), it.detail)).collect(),
        rejected: rejected.map(|it| told(it.index, it.code, it.detail)).collect(),
    }))
}

/// An event as it was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UsageEvent {
    /// Its place in the order in which events came.
    sequence: u64,
    source: String,
    id: String,
    subscription: String,
    meter: String,
    quantity: Decimal,
    at: String,
    dimensions: BTreeMap<String, String>,
}

impl Wire for UsageEvent {}

impl From<NumberedEvent> for UsageEvent {
    fn from(it: NumberedEvent) -> Self {
        let dimensions = it.event.dimensions.into_iter();
        Self {
            sequence: it.sequence,
            source: it.event.source.to_string(),
            id: it.event.event_id.to_string(),
            subscription: it.event.subscription.to_string(),
            meter: it.event.meter.to_string(),
            quantity: Decimal::from(&it.event.quantity),
            at: it.event.at.to_string(),
            dimensions: dimensions.map(|(name, value)| (name.to_string(), value)).collect(),
        }
    }
}

/// Which usage is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UsageQuery {
    /// The id of a subscription; all that the caller sees if nothing is said.
    subscription: Option<String>,
    /// The id of a meter; all if nothing is said.
    meter: Option<String>,
    /// From when on; from the first event on if nothing is said.
    from: Option<String>,
    /// Up to when; up to the last event if nothing is said.
    to: Option<String>,
}

impl UsageQuery {
    /// What is asked for, in the services' terms.
    pub(super) fn sought(&self) -> Result<Sought, Invalid> {
        let from = parse_optional("from", self.from.as_deref())?;
        let to = parse_optional("to", self.to.as_deref())?;
        if from.zip(to).is_some_and(|(from, to): (Instant, Instant)| from >= to) {
            return Err(Invalid::one("from", "range", BACKWARDS));
        }
        let subscription = parse_optional("subscription", self.subscription.as_deref())?;
        let meter = parse_optional("meter", self.meter.as_deref())?;
        Ok(Sought { subscription, meter, from, to })
    }
}

/// What is said of a stretch of time that ends before it begins.
const BACKWARDS: &str = "must lie before `to`";

fn stretch(
    cx: Cx<'_>,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<(Instant, Instant), Invalid> {
    let to = parse_optional("to", to)?.unwrap_or(cx.now);
    let from = parse_optional("from", from)?.unwrap_or_else(|| to.plus_seconds(-31 * 86_400));
    if from < to {
        return Ok((from, to));
    }
    Err(Invalid::one("from", "range", BACKWARDS))
}

fn list(cx: Cx<'_>, call: &Call, query: UsageQuery) -> Result<Reply<List<UsageEvent>>, Error> {
    let page = usage::events(cx, &query.sought()?, &call.page)?;
    Ok(Reply::ok(List::of(page, UsageEvent::from)))
}

/// An event that was refused, as it came.
#[derive(Debug, Serialize, ToSchema)]
struct RejectedUsage {
    number: u64,
    received_at: String,
    rule: String,
    message: String,
    /// The event as it was sent.
    event: String,
}

impl Wire for RejectedUsage {}

fn rejected(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<RejectedUsage>>, Error> {
    let page = usage::rejected(cx, &call.page)?;
    Ok(Reply::ok(List::of(page, |it| RejectedUsage {
        number: it.number,
        received_at: it.received_at.to_string(),
        rule: it.code,
        message: it.detail,
        event: String::from_utf8_lossy(&it.event).into_owned(),
    })))
}

/// Usage that was taken and that no price of its subscription charges.
#[derive(Debug, Serialize, ToSchema)]
struct UnratedUsage {
    subscription: String,
    meter: String,
    /// Since when nothing charges it: since it is served, or since its price ended.
    since: String,
    /// How many events there are since.
    events: u64,
    /// What they add up to; `null` if that has more than 28 digits.
    quantity: Option<Decimal>,
}

impl Wire for UnratedUsage {}

/// Whose unrated usage is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UnratedQuery {
    /// Of all that the caller sees if nothing is said.
    subscription: Option<String>,
}

fn unrated(
    cx: Cx<'_>,
    call: &Call,
    query: UnratedQuery,
) -> Result<Reply<List<UnratedUsage>>, Error> {
    let of = parse_optional("subscription", query.subscription.as_deref())?;
    let page = usage::unrated(cx, of, &call.page)?;
    Ok(Reply::ok(List::of(page, |it| UnratedUsage {
        subscription: it.series.subscription.to_string(),
        meter: it.series.meter.to_string(),
        since: it.from.to_string(),
        events: it.total.count,
        quantity: it.total.quantity().as_ref().map(Decimal::from),
    })))
}

/// Which series is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeriesQuery {
    /// The id of a meter.
    meter: String,
    /// From when on; 31 days ago if nothing is said.
    from: Option<String>,
    /// Up to when; now if nothing is said.
    to: Option<String>,
    /// `hour`, `day` or `month`; a day if nothing is said.
    step: Option<String>,
}

/// Usage by steps of time.
#[derive(Debug, Serialize, ToSchema)]
struct UsageSeries {
    meter: String,
    points: Vec<UsagePoint>,
    /// What all of the time comes to, by the aggregation of the meter: of `max` the largest, which
    /// no sum of steps is.
    total: Decimal,
    /// How many events there were.
    events: u64,
}

impl Wire for UsageSeries {}

/// What one step comes to, by the aggregation of the meter.
#[derive(Debug, Serialize, ToSchema)]
struct UsagePoint {
    at: String,
    quantity: Decimal,
}

fn series(cx: Cx<'_>, call: &Call, query: SeriesQuery) -> Result<Reply<UsageSeries>, Error> {
    let meter: MeterId = parse("meter", &query.meter)?;
    let (from, to) = stretch(cx, query.from.as_deref(), query.to.as_deref())?;
    let bounds = bounds(from, to, query.step.as_deref())?;
    let steps = usage::steps(cx, call.id("id")?, meter, &bounds)?;
    let point = |(at, quantity): (&Instant, &Quantity)| UsagePoint {
        at: at.to_string(),
        quantity: Decimal::from(quantity),
    };
    let points = bounds.iter().zip(&steps.quantities).map(point).collect();
    let (total, events) = (Decimal::from(&steps.whole), steps.events);
    Ok(Reply::ok(UsageSeries { meter: meter.to_string(), points, total, events }))
}

/// Where one step ends and the next begins, in UTC.
fn bounds(from: Instant, to: Instant, step: Option<&str>) -> Result<Vec<Instant>, Invalid> {
    let day = Zone::UTC.date_of(from);
    let edge = |count: u32| match step {
        None | Some("day") => Ok(Zone::UTC.start_of(Span::days(1).after(day, count))),
        Some("month") => Ok(Zone::UTC.start_of(Span::months(1).after(day, count))),
        Some("hour") => Ok(from.plus_seconds(3600 * i64::from(count))),
        Some(_) => Err(Invalid::one("step", "enum", "must be hour, day or month")),
    };
    let mut bounds = vec![from];
    for count in 1..=POINTS_MAX {
        let next = edge(count)?;
        if next >= to {
            bounds.push(to);
            return Ok(bounds);
        }
        bounds.push(next);
    }
    Err(Invalid::one("from", "range", format!("must give at most {POINTS_MAX} points")))
}
