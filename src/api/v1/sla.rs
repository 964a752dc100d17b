//! `/offers/{id}/sla`: what the seller of an offer promises of it.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::invoice::CreditNote;
use super::route::{Needs, Route, read, write};
use super::wire::{Decimal, NoQuery, parse};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::id::OfferId;
use crate::domain::operator::Permission;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::review as domain;
use crate::services::sla::{self, Measured};
use crate::services::{Act, Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let writes = Needs::Permission(Permission::CatalogWrite);
    let path = "/offers/{id}/sla";
    vec![
        read(path, Needs::Shelf, "Read the service level agreement of an offer", show),
        write(Method::PUT, path, writes, "Set the service level agreement of an offer", promise),
        write(
            Method::DELETE,
            path,
            writes,
            "Remove the service level agreement of an offer",
            withdraw,
        ),
        write(
            Method::POST,
            "/subscriptions/{id}/compensate",
            Needs::Permission(Permission::CreditNoteWrite),
            "Give back what is promised for a broken promise",
            compensate,
        ),
    ]
}

/// What the seller of an offer promises of it.
#[derive(Debug, Serialize, ToSchema)]
struct Sla {
    offer: String,
    /// When it was promised as it is; `null` where nothing is.
    changed_at: Option<String>,
    /// The promises; none where nothing is promised.
    metrics: Vec<Metric>,
}

impl Wire for Sla {}

/// One promise.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Metric {
    /// About what: `updates_rate`, `response_time` or `delay`.
    kind: String,
    /// The worst that one has to expect.
    threshold: Decimal,
    /// In what that is measured: `day`, `week` or `month` for how often something is brought up to
    /// date in it; `ms`, `s` or `min` for times.
    unit: String,
    /// How many hundredths of what is charged for a period go back where it is broken.
    credit: Option<Decimal>,
}

impl Metric {
    fn read(&self, at: &str) -> Result<domain::Metric, Invalid> {
        Ok(domain::Metric {
            kind: parse(&format!("{at}/kind"), &self.kind)?,
            threshold: self.threshold.read(&format!("{at}/threshold"))?,
            unit: parse(&format!("{at}/unit"), &self.unit)?,
            credit: self.credit(&format!("{at}/credit"))?,
        })
    }
}

impl Metric {
    fn credit(&self, at: &str) -> Result<Option<Percent>, Invalid> {
        let read = |it: &Decimal| Ok(Percent::new(it.read::<Quantity>(at)?.decimal()));
        self.credit.as_ref().map(read).transpose()
    }
}

impl From<&domain::Metric> for Metric {
    fn from(it: &domain::Metric) -> Self {
        Self {
            kind: it.kind.to_string(),
            threshold: Decimal::from(&it.threshold),
            unit: it.unit.to_string(),
            credit: it.credit.map(|it| Decimal::from(&it.decimal().normalize())),
        }
    }
}

impl Sla {
    fn of(offer: OfferId, it: Option<&domain::Sla>) -> Self {
        let metrics = it.map(domain::Sla::metrics).unwrap_or_default();
        Self {
            offer: offer.to_string(),
            changed_at: it.map(|it| it.stamp.changed_at.to_string()),
            metrics: metrics.iter().map(Metric::from).collect(),
        }
    }
}

/// A promise as an event tells of it.
pub(super) fn told(it: &domain::Sla) -> impl Wire + use<> {
    Sla::of(it.offer(), Some(it))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Sla>, Error> {
    let offer = call.id("id")?;
    Ok(Reply::ok(Sla::of(offer, sla::of_offer(cx, offer)?.as_ref())))
}

/// What is to be promised, in the place of all that was.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSla {
    /// At least one, each kind once.
    metrics: Vec<Metric>,
}

fn promise(act: &mut Act<'_>, call: &Call, body: NewSla) -> Result<Reply<Sla>, Error> {
    let offer = call.id("id")?;
    let read = |(place, it): (usize, &Metric)| it.read(&format!("/metrics/{place}"));
    let metrics: Result<_, _> = body.metrics.iter().enumerate().map(read).collect();
    let it = sla::promise(act, offer, metrics?)?;
    Ok(Reply::ok(Sla::of(offer, Some(&it))))
}

fn withdraw(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    sla::withdraw(act, call.id("id")?)?;
    Ok(Reply::no_content())
}

/// What was measured of a subscription.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCompensation {
    /// Of what: `updates_rate`, `response_time` or `delay`.
    kind: String,
    /// How much it was, in the unit of the promise.
    value: Decimal,
}

fn compensate(
    act: &mut Act<'_>,
    call: &Call,
    body: NewCompensation,
) -> Result<Reply<CreditNote>, Error> {
    let measured =
        Measured { kind: parse("/kind", &body.kind)?, value: body.value.read("/value")? };
    let note = sla::compensate(act, call.id("id")?, measured)?;
    let path = format!("/api/v1/credit_notes/{}", note.id);
    Ok(Reply::created(path, CreditNote::from(&note)).tagged(note.stamp.revision))
}
