//! `/gateways`: who takes in money for a seller, how it is spoken to, and where it calls back.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, hook, read, write};
use super::wire::{List, NoQuery, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::payment::gateway as domain;
use crate::services::call_back::{self, Heard};
use crate::services::gateway::{self, ChangeGateway, NewGateway as New, Said};
use crate::services::{Act, Bss, Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::SettingsRead);
    let writes = Needs::Permission(Permission::SettingsWrite);
    let (all, one) = ("/gateways", "/gateways/{id}");
    vec![
        read(all, reads, "List payment gateways", list),
        write(Method::POST, all, writes, "Set up a payment gateway", add),
        read(one, reads, "Read a gateway", show),
        write(Method::PATCH, one, writes, "Change a gateway", change),
        write(Method::DELETE, one, writes, "Take a gateway away", remove),
        hook("/gateways/{id}/callback", "Say, as a gateway, what became of a payment", call_back),
    ]
}

/// Who takes in money for a seller.
#[derive(Debug, Serialize, ToSchema)]
struct Gateway {
    id: String,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// By what payment methods name it.
    code: String,
    /// `sandbox`, `stripe` or `paypal`.
    kind: String,
    /// What payers read of it.
    name: String,
    /// `active` or `removed`.
    state: String,
    /// Where it is; `null` where its kind usually is.
    address: Option<String>,
    /// As whom we speak to it.
    login: Option<String>,
    /// How many days after each failure what is due is tried again.
    retry_days: Vec<u16>,
    /// Below this host, where it is to call back.
    callback: String,
}

impl Wire for Gateway {}

impl From<&domain::Gateway> for Gateway {
    fn from(it: &domain::Gateway) -> Self {
        Self {
            id: it.id.to_string(),
            revision: it.stamp.revision,
            created_at: it.stamp.created_at.to_string(),
            changed_at: it.stamp.changed_at.to_string(),
            code: it.code.to_string(),
            kind: it.kind.to_string(),
            name: it.name.to_string(),
            state: it.state().to_string(),
            address: it.access.address.as_ref().map(ToString::to_string),
            login: it.access.login.as_ref().map(ToString::to_string),
            retry_days: it.retry_days.clone(),
            callback: format!("/api/v1/gateways/{}/callback", it.id),
        }
    }
}

/// A gateway as an event tells of it.
pub(super) fn told(it: &domain::Gateway) -> impl Wire + use<> {
    Gateway::from(it)
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<Gateway>>, Error> {
    let page = gateway::list(cx, &call.page)?;
    Ok(Reply::ok(List::of(page, |it| Gateway::from(&it))))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Gateway>, Error> {
    let it: domain::Gateway = cx.get(call.id("id")?)?;
    Ok(Reply::ok(Gateway::from(&it)).tagged(it.stamp.revision))
}

/// A gateway to be kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewGateway {
    /// The account that sells; the caller's own if nothing is said.
    seller: Option<String>,
    /// By what payment methods name it; as its kind is called if nothing is said.
    code: Option<String>,
    /// `sandbox`, `stripe` or `paypal`. A sandbox stands beside no other except where the clock can be moved.
    kind: String,
    /// What payers read of it.
    name: Option<String>,
    /// Where it is; where its kind usually is if nothing is said.
    address: Option<String>,
    /// As whom we speak to it: PayPal's client id.
    login: Option<String>,
    /// What lets us in. It is kept sealed and shown to nobody.
    secret: Option<String>,
    /// What its call-backs are known by: the secret of a Stripe webhook, the id of one of PayPal. It is
    /// kept sealed and shown to nobody.
    signing_secret: Option<String>,
    /// How many days after each failure what is due is tried again: `[3, 5, 7]` if nothing is said.
    retry_days: Option<Vec<u16>>,
}

fn add(act: &mut Act<'_>, _: &Call, body: NewGateway) -> Result<Reply<Gateway>, Error> {
    let new = New {
        seller: parse_optional("/seller", body.seller.as_deref())?,
        code: parse_optional("/code", body.code.as_deref())?,
        kind: parse("/kind", &body.kind)?,
        name: parse_optional("/name", body.name.as_deref())?,
        says: said(body.address, body.login, (body.secret, body.signing_secret))?,
        retry_days: body.retry_days,
    };
    let it = gateway::add(act, new)?;
    let path = format!("/api/v1/gateways/{}", it.id);
    Ok(Reply::created(path, Gateway::from(&it)).tagged(it.stamp.revision))
}

/// A change of a gateway: what is not said stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GatewayPatch {
    name: Option<String>,
    /// Another one needs the secret as well.
    address: Option<String>,
    login: Option<String>,
    secret: Option<String>,
    signing_secret: Option<String>,
    retry_days: Option<Vec<u16>>,
}

fn change(act: &mut Act<'_>, call: &Call, body: GatewayPatch) -> Result<Reply<Gateway>, Error> {
    let change = ChangeGateway {
        name: parse_optional("/name", body.name.as_deref())?,
        says: said(body.address, body.login, (body.secret, body.signing_secret))?,
        retry_days: body.retry_days,
    };
    let it = gateway::change(act, call.id("id")?, change)?;
    Ok(Reply::ok(Gateway::from(&it)).tagged(it.stamp.revision))
}

fn remove(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    gateway::remove(act, call.id("id")?)?;
    Ok(Reply::no_content())
}

fn call_back(
    bss: &Arc<Bss>,
    call: &Call,
    (headers, body): (&[(String, String)], &[u8]),
) -> Result<Reply<Nothing>, Error> {
    if body.is_empty() {
        return Err(Invalid::one("", "required", "must not be empty").into());
    }
    call_back::hear(bss, call.id("id")?, Heard { headers, body })?;
    Ok(Reply::no_content())
}

/// What is said of how to speak to a gateway, whether it is kept or changed.
fn said(
    address: Option<String>,
    login: Option<String>,
    (secret, signing_secret): (Option<String>, Option<String>),
) -> Result<Said, Invalid> {
    Ok(Said {
        address: parse_optional("/address", address.as_deref())?,
        login: parse_optional("/login", login.as_deref())?,
        secret: read_secret(secret, "/secret")?,
        signing_secret: read_secret(signing_secret, "/signing_secret")?,
    })
}

/// How long a secret of a gateway may be, in bytes.
const SECRET_BYTES_MAX: usize = 1000;

fn read_secret(secret: Option<String>, at: &str) -> Result<Option<String>, Invalid> {
    let is_one = |it: &String| it.len() <= SECRET_BYTES_MAX && !it.chars().any(char::is_control);
    match secret {
        Some(it) if !is_one(&it) => Err(Invalid::one(
            at,
            "format",
            "must have at most 1000 bytes and no control characters",
        )),
        secret => Ok(secret),
    }
}
