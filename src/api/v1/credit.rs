//! `/accounts/{id}/credit`: how far an account is trusted, now and before.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::wire::{NoQuery, Whole, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::account::credit as domain;
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::time::{Instant, Validity};
use crate::services::{Act, Cx, Error, account};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::CreditRead);
    let writes = Needs::Permission(Permission::CreditWrite);
    let path = "/accounts/{id}/credit";
    vec![
        read(path, reads, "How far an account is trusted", list),
        write(Method::POST, path, writes, "Say how far an account is trusted", assess),
    ]
}

/// What was thought of an account's credit at a time.
#[derive(Debug, Serialize, ToSchema)]
struct CreditProfile {
    /// Whether it is what holds now: one at most does, and it comes first.
    current: bool,
    assessed_at: String,
    /// The risk, by the assessor's scale.
    risk_rating: Option<u32>,
    /// The creditworthiness, by the assessor's scale.
    score: Option<u32>,
    /// From when on it holds; from the assessment on if nothing is said.
    valid_from: Option<String>,
    /// When it holds no longer; without an end if nothing is said.
    valid_until: Option<String>,
}

impl Wire for CreditProfile {}

fn shown(all: &domain::CreditHistory, now: Instant) -> Vec<CreditProfile> {
    let current = all.current(now);
    let show = |it: &domain::CreditProfile| CreditProfile {
        current: current == Some(it),
        assessed_at: it.assessed_at.to_string(),
        risk_rating: it.risk_rating,
        score: it.score,
        valid_from: it.validity.from().map(|it| it.to_string()),
        valid_until: it.validity.until().map(|it| it.to_string()),
    };
    all.told(now).into_iter().map(show).collect()
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Whole<CreditProfile>>, Error> {
    let all = account::credit(cx, call.id("id")?)?;
    Ok(Reply::ok(Whole::of(shown(&all, cx.now))))
}

/// What is thought of an account's credit: a risk rating, a score, or both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCreditProfile {
    /// The risk, by the assessor's scale.
    risk_rating: Option<u32>,
    /// The creditworthiness, by the assessor's scale.
    score: Option<u32>,
    /// When it was found out; now if nothing is said.
    assessed_at: Option<String>,
    /// From when on it holds; from the assessment on if nothing is said.
    valid_from: Option<String>,
    /// When it holds no longer; without an end if nothing is said.
    valid_until: Option<String>,
}

fn assess(
    act: &mut Act<'_>,
    call: &Call,
    body: NewCreditProfile,
) -> Result<Reply<Whole<CreditProfile>>, Error> {
    let id = call.id("id")?;
    let from = parse_optional("/valid_from", body.valid_from.as_deref())?;
    let until = parse_optional("/valid_until", body.valid_until.as_deref())?;
    let message = "must be later than `valid_from`";
    let profile = domain::CreditProfile {
        assessed_at: parse_optional("/assessed_at", body.assessed_at.as_deref())?
            .unwrap_or_else(|| act.now()),
        risk_rating: body.risk_rating,
        score: body.score,
        validity: Validity::new(from, until)
            .ok_or_else(|| Invalid::one("/valid_until", "range", message))?,
    };
    let it = account::assess(act, (id, call.if_match), profile)?;
    let path = format!("/api/v1/accounts/{id}/credit");
    let shown = shown(it.credit(), act.now());
    Ok(Reply::created(path, Whole::of(shown)).tagged(it.stamp.revision))
}
