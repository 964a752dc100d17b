//! `/consumer_keys`: with them external systems sign their requests.

use std::collections::BTreeSet;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::merge::MergePatch;
use super::route::{Needs, Route, read, write};
use super::token::permissions;
use super::wire::{List, NoQuery, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::operator::{self as domain, KeyTerms, Permission};
use crate::services::consumer_key::{self, NewConsumerKey, Wanted};
use crate::services::{Act, Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::ConsumerKeyRead);
    let writes = Needs::Permission(Permission::ConsumerKeyWrite);
    let revokes = Needs::Permission(Permission::ConsumerKeyRevoke);
    vec![
        read("/consumer_keys", reads, "List consumer keys", list),
        write(Method::POST, "/consumer_keys", writes, "Make a consumer key for oneself", issue),
        read("/consumer_keys/{id}", reads, "Read a consumer key", show),
        write(Method::PATCH, "/consumer_keys/{id}", writes, "Change a consumer key", revise),
        write(Method::DELETE, "/consumer_keys/{id}", revokes, "Take a consumer key back", revoke),
    ]
}

/// A key with which an external system signs requests that it makes for a user (OAuth 1.0a without
/// a token).
#[derive(Debug, Serialize, ToSchema)]
struct ConsumerKey {
    id: String,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// For whom the system acts.
    user: String,
    /// What the system sends as `oauth_consumer_key`.
    key: String,
    /// What it may do at most; `null` for whatever its user may.
    scopes: Option<Vec<&'static str>>,
    expires_at: Option<String>,
    last_used_at: Option<String>,
    #[serde(flatten)]
    form: KeyForm,
    /// What the system signs with; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl Wire for ConsumerKey {}

/// What may be changed of a consumer key.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyForm {
    /// What it is for.
    name: String,
    /// Which custom operations of the bus it may call; `null` for all that its user may. Reading,
    /// making, changing and removing things is not among them.
    operations: Option<Vec<Operation>>,
}

/// A custom operation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Operation {
    /// The type that has it, without a version: `http://parallels.com/pa/bss-account-info`.
    #[serde(rename = "type")]
    kind: String,
    /// The HTTP verb by which it is called: `POST`.
    verb: String,
}

impl KeyForm {
    fn of(it: &KeyTerms) -> Self {
        let operation = |it: &domain::Operation| Operation {
            kind: it.kind().to_owned(),
            verb: it.verb().to_owned(),
        };
        let operations = it.operations.as_ref().map(|it| it.iter().map(operation).collect());
        Self { name: it.name.to_string(), operations }
    }

    fn read(&self) -> Result<KeyTerms, Error> {
        let operations = self.operations.as_deref().map(operations).transpose()?;
        Ok(KeyTerms { name: parse("/name", &self.name)?, operations })
    }
}

fn operations(of: &[Operation]) -> Result<BTreeSet<domain::Operation>, Invalid> {
    let read = |(place, it): (usize, &Operation)| {
        let operation = domain::Operation::new(&it.kind, &it.verb);
        operation.map_err(|it| it.below(&format!("/operations/{place}")))
    };
    of.iter().enumerate().map(read).collect()
}

/// A consumer key as an event tells of it.
pub(super) fn told(it: &domain::ConsumerKey) -> impl Wire + use<> {
    wire(it, None)
}

fn wire(it: &domain::ConsumerKey, secret: Option<String>) -> ConsumerKey {
    ConsumerKey {
        id: it.id.to_string(),
        revision: it.stamp.revision,
        created_at: it.stamp.created_at.to_string(),
        changed_at: it.stamp.changed_at.to_string(),
        user: it.user().to_string(),
        key: it.key().to_string(),
        scopes: it.scopes().map(|it| it.iter().map(|it| it.name()).collect()),
        expires_at: it.expires_at().map(|it| it.to_string()),
        last_used_at: it.last_used_at().map(|it| it.to_string()),
        form: KeyForm::of(&it.terms()),
        secret,
    }
}

fn tagged(it: &domain::ConsumerKey) -> Reply<ConsumerKey> {
    Reply::ok(wire(it, None)).tagged(it.stamp.revision)
}

/// Which keys are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyQuery {
    /// Whose.
    user: Option<String>,
    /// The one by which a system names itself.
    key: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: KeyQuery) -> Result<Reply<List<ConsumerKey>>, Error> {
    let wanted = match (parse_optional("user", query.user.as_deref())?, query.key) {
        (Some(_), Some(_)) => {
            return Err(Invalid::one("key", "conflict", "cannot be given beside `user`").into());
        }
        (Some(user), None) => Wanted::Of(user),
        (None, Some(key)) => Wanted::Named(key),
        (None, None) => Wanted::All,
    };
    let page = consumer_key::list(cx, &wanted, &call.page)?;
    Ok(Reply::ok(List::of(page, |it| wire(&it, None))))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<ConsumerKey>, Error> {
    Ok(tagged(&consumer_key::get(cx, call.id("id")?)?))
}

/// A consumer key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKeyBody {
    /// For whom the system acts: oneself, for persons.
    user: Option<String>,
    /// What it is for.
    name: String,
    /// What it may do at most, by the names in `/rights`; whatever its user may if nothing is said.
    scopes: Option<BTreeSet<String>>,
    /// Which custom operations of the bus it may call; all that its user may if nothing is said.
    operations: Option<Vec<Operation>>,
    /// When it ends; never if nothing is said.
    expires_at: Option<String>,
}

fn issue(act: &mut Act<'_>, _: &Call, body: NewKeyBody) -> Result<Reply<ConsumerKey>, Error> {
    let new = NewConsumerKey {
        user: parse_optional("/user", body.user.as_deref())?,
        scopes: body.scopes.as_ref().map(permissions).transpose()?,
        expires_at: parse_optional("/expires_at", body.expires_at.as_deref())?,
        terms: KeyForm { name: body.name, operations: body.operations }.read()?,
    };
    let issued = consumer_key::issue(act, new)?;
    let path = format!("/api/v1/consumer_keys/{}", issued.key.id);
    Ok(Reply::created(path, wire(&issued.key, Some(issued.secret))))
}

fn revise(
    act: &mut Act<'_>,
    call: &Call,
    patch: MergePatch<KeyForm>,
) -> Result<Reply<ConsumerKey>, Error> {
    let it = consumer_key::revise(act, call.id("id")?, call.if_match, |was| {
        patch.onto(&KeyForm::of(&was))?.read()
    })?;
    Ok(tagged(&it))
}

fn revoke(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    consumer_key::revoke(act, call.id("id")?)?;
    Ok(Reply::no_content())
}
