//! `apiKeyService`: keys with which the accounting of a seller reports usage, corrects what of it was refused,
//! and reads nothing. One is made for an address and opens nothing before it is committed.

use axum::http::Method;
use serde_json::json;

use super::form;
use super::route::{Asked, Needs, Row};
use super::wire;
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::text::{Name, WebAddress};
use crate::services::token::{self, NewToken};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        Method::POST,
        "/apiKeyService/apiKeys",
        Needs::Permission(Permission::UsageWrite),
        issue,
    ),
    Row::new(
        Method::POST,
        "/apiKeyService/apiKeys/{key}/commit",
        Needs::Permission(Permission::UsageWrite),
        commit,
    ),
];

fn issue(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    let address: WebAddress = form::must(&said, "url")?;
    let named = format!("Accounting of {address}").chars().take(100).collect::<String>();
    let name: Name = named.parse().map_err(|_| Invalid::one("url", "format", "must be shorter"))?;
    let scopes = Some([Permission::UsageWrite].into());
    Ok(Work::writes(move |act| {
        let new = NewToken { name, scopes, expires_at: None, channel: None };
        let issued = token::issue_pending(act, new)?;
        Ok(wire::created(wire::tree(json!({ "id": issued.secret, "apiKey": issued.secret }))))
    }))
}

fn commit(asked: Asked) -> Result<Work, Fault> {
    let key = asked.part(0).to_owned();
    Ok(Work::writes(move |act| {
        token::commit(act, &key)?;
        Ok(wire::shown(wire::tree(json!({ "result": "correct" })), None))
    }))
}
