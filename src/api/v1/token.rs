//! `/tokens`: keys that people make for their programs.

use std::collections::BTreeSet;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::wire::{List, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::operator::{self as domain, Permission};
use crate::services::token::{self, NewToken};
use crate::services::{Act, Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::TokenRead);
    let writes = Needs::Permission(Permission::TokenWrite);
    let revokes = Needs::Permission(Permission::TokenRevoke);
    vec![
        read("/tokens", reads, "List API tokens", list),
        write(Method::POST, "/tokens", writes, "Make an API token for oneself", issue),
        write(Method::DELETE, "/tokens/{id}", revokes, "Take an API token back", revoke),
    ]
}

/// A key with which a program acts for a user.
#[derive(Debug, Serialize, ToSchema)]
struct Token {
    id: String,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// For whom it acts.
    user: String,
    /// What it is for.
    name: String,
    /// The beginning of the secret.
    prefix: String,
    /// What it may do at most; `null` for whatever its user may.
    scopes: Option<Vec<&'static str>>,
    /// The channel through which alone it orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    expires_at: Option<String>,
    last_used_at: Option<String>,
    /// What a program sends as `Authorization: Bearer …`; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl Wire for Token {}

/// A token as an event tells of it.
pub(super) fn told(it: &domain::Token) -> impl Wire + use<> {
    wire(it, None)
}

fn wire(it: &domain::Token, secret: Option<String>) -> Token {
    Token {
        id: it.id.to_string(),
        revision: it.stamp.revision,
        created_at: it.stamp.created_at.to_string(),
        changed_at: it.stamp.changed_at.to_string(),
        user: it.user().to_string(),
        name: it.name().to_string(),
        prefix: it.prefix().to_string(),
        scopes: it.scopes().map(|it| it.iter().map(|it| it.name()).collect()),
        channel: it.channel().map(ToString::to_string),
        expires_at: it.expires_at().map(|it| it.to_string()),
        last_used_at: it.last_used_at().map(|it| it.to_string()),
        secret,
    }
}

/// Which tokens are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenQuery {
    /// Whose.
    user: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: TokenQuery) -> Result<Reply<List<Token>>, Error> {
    let user = parse_optional("user", query.user.as_deref())?;
    let page = token::list(cx, user, &call.page)?;
    Ok(Reply::ok(List::of(page, |it| wire(&it, None))))
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTokenBody {
    /// What it is for.
    name: String,
    /// What it may do at most, by the names in `/rights`; whatever its user may if nothing is said.
    scopes: Option<BTreeSet<String>>,
    /// When it ends; never if nothing is said.
    expires_at: Option<String>,
    /// The channel through which alone it orders; any that is open to its user if nothing is said.
    channel: Option<String>,
}

/// The permissions that a key is confined to.
pub(super) fn permissions(of: &BTreeSet<String>) -> Result<BTreeSet<Permission>, Invalid> {
    of.iter().enumerate().map(scope).collect()
}

fn scope((place, name): (usize, &String)) -> Result<Permission, Invalid> {
    let found = Permission::ALL.iter().find(|it| it.name() == name);
    found.copied().ok_or_else(|| {
        let message = format!("`{}` is no permission", name.chars().take(80).collect::<String>());
        Invalid::one(format!("/scopes/{place}"), "enum", message)
    })
}

fn issue(act: &mut Act<'_>, _: &Call, body: NewTokenBody) -> Result<Reply<Token>, Error> {
    let new = NewToken {
        name: parse("/name", &body.name)?,
        scopes: body.scopes.as_ref().map(permissions).transpose()?,
        expires_at: parse_optional("/expires_at", body.expires_at.as_deref())?,
        channel: parse_optional("/channel", body.channel.as_deref())?,
    };
    let issued = token::issue(act, new)?;
    let path = format!("/api/v1/tokens/{}", issued.token.id);
    Ok(Reply::created(path, wire(&issued.token, Some(issued.secret))))
}

fn revoke(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    token::revoke(act, call.id("id")?)?;
    Ok(Reply::no_content())
}
