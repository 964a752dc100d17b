//! `/clock`: business time, and moving it where that is allowed.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, work, write};
use super::wire::{NoQuery, parse};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::jump::Jump;
use crate::domain::operator::Permission;
use crate::domain::time::{Instant, TimeError, Zone};
use crate::services::clock::{self, Target};
use crate::services::{Act, Bss, Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let may_move = Needs::Permission(Permission::ClockMove);
    vec![
        read("/clock", Needs::SignIn, "What time it is", show),
        work(
            Method::POST,
            "/clock/advance",
            may_move,
            "Move business time and do what falls due",
            (ORDINARY_BYTES_MAX, advance),
        ),
        write(
            Method::POST,
            "/clock/confirm",
            may_move,
            "Confirm that it is as late as the machine's clock says after a jump",
            confirm,
        ),
    ]
}

/// What the clock says.
#[derive(Debug, Serialize, ToSchema)]
struct Clock {
    /// Business time: what bills, terms and documents go by.
    now: String,
    /// Wall time.
    wall: String,
    /// Whether business time may be moved here.
    movable: bool,
    /// The jump of the machine's clock that nobody has confirmed yet: until then billing and all
    /// that goes by the calendar wait.
    jump: Option<ClockJump>,
}

/// What of the machine's clock is believed, as a fact tells it.
#[derive(Debug, Serialize)]
struct Believed {
    until: Option<String>,
}

impl Wire for Believed {}

/// Up to when the machine's clock was believed, as a fact tells it.
pub(super) fn told(until: Option<Instant>) -> impl Wire + use<> {
    Believed { until: until.map(|it| it.to_string()) }
}

/// From when to when the machine's clock went without anybody looking at it.
#[derive(Debug, Serialize, ToSchema)]
struct ClockJump {
    from: String,
    to: String,
}

impl Wire for ClockJump {}

impl From<Jump> for ClockJump {
    fn from(it: Jump) -> Self {
        Self { from: it.from.to_string(), to: it.to.to_string() }
    }
}

impl Wire for Clock {}

fn show(cx: Cx<'_>, _: &Call, _: NoQuery) -> Result<Reply<Clock>, Error> {
    let time = clock::time(cx)?;
    let (now, wall) = (time.now.to_string(), time.wall.to_string());
    let jump = time.jump.map(ClockJump::from);
    Ok(Reply::ok(Clock { now, wall, movable: time.movable, jump }))
}

/// How far the clock is to be moved: by a span, or to an instant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AdvanceBody {
    /// A span such as `1 month`, counted in civil time, or hours such as `11 hours`.
    by: Option<String>,
    /// The zone that `by` is counted in; UTC if nothing is said.
    zone: Option<String>,
    /// An instant such as `2026-02-01T00:00:00Z`.
    to: Option<String>,
}

impl AdvanceBody {
    fn read(&self) -> Result<Target, Invalid> {
        let zone = self.zone.as_deref().map_or(Ok(Zone::UTC), |it| parse("/zone", it))?;
        match (&self.by, &self.to) {
            (Some(by), None) => {
                let refused = |why: TimeError| Invalid::one("/by", "format", why.to_string());
                Target::ahead(by, zone).map_err(refused)
            }
            (None, Some(to)) => Ok(Target::To(parse("/to", to)?)),
            (None, None) | (Some(_), Some(_)) => {
                Err(Invalid::one("/by", "required", "either `by` or `to` must be given"))
            }
        }
    }
}

/// What happened while the clock was moved.
#[derive(Debug, Serialize, ToSchema)]
struct Advanced {
    /// Where the clock stood.
    from: String,
    /// Where it stands.
    to: String,
    /// What was done at each instant, in order.
    steps: Vec<AdvancedStep>,
}

impl Wire for Advanced {}

/// What one duty did at one instant.
#[derive(Debug, Serialize, ToSchema)]
struct AdvancedStep {
    /// The instant of business time.
    at: String,
    /// The duty.
    duty: &'static str,
    /// How many things were done.
    done: u64,
    /// What was done, for people.
    summary: Vec<String>,
}

fn advance(bss: &Arc<Bss>, call: &Call, body: AdvanceBody) -> Result<Reply<Advanced>, Error> {
    let advanced = clock::advance(bss, &call.author(), call.once.as_ref(), body.read()?)?;
    let steps = advanced.steps.into_iter().flat_map(|step| {
        let at = step.at.to_string();
        step.ran.into_iter().map(move |ran| AdvancedStep {
            at: at.clone(),
            duty: ran.name,
            done: ran.count,
            summary: ran.summaries,
        })
    });
    Ok(Reply::ok(Advanced {
        from: advanced.from.to_string(),
        to: advanced.to.to_string(),
        steps: steps.collect(),
    }))
}

fn confirm(act: &mut Act<'_>, _: &Call, _: Nothing) -> Result<Reply<ClockJump>, Error> {
    Ok(Reply::ok(clock::confirm(act)?.into()))
}
