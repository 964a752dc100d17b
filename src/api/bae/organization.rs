//! For whom one acts: the header `X-Organization` names an organization in which the caller has a role.
//!
//! A user here belongs to one account, and all that it does it does for that. So the header may name
//! it, by its id or that of its party, and nobody else's.

use axum::http::HeaderMap;

use super::error::NOT_FOR_ORGANIZATION;
use crate::api::edge::fault::Fault;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::operator::Actor;
use crate::services::{Bss, Cx, Error};

const HEADER: &str = "x-organization";

/// Refuses who wants to act for somebody else.
///
/// # Errors
/// 403 unless the organization is the caller's own.
pub(super) fn must_be_own(bss: &Bss, headers: &HeaderMap, actor: &Actor) -> Result<(), Fault> {
    let Some(named) = headers.get(HEADER) else { return Ok(()) };
    let named = named.to_str().unwrap_or_default().trim();
    if bss.read(actor, |cx| is_own(cx, named))? {
        return Ok(());
    }
    let message = format!("names `{named}`, for which you have no role");
    Err(NOT_FOR_ORGANIZATION.broken("X-Organization", message).into())
}

fn is_own(cx: Cx<'_>, named: &str) -> Result<bool, Error> {
    let Some(standing) = cx.actor.standing() else { return Ok(false) };
    let account = cx.shared::<Account>(standing.account)?;
    let ids = account.map(|it| [it.id.uuid().to_string(), it.party().uuid().to_string()]);
    Ok(ids.is_some_and(|it| it.iter().any(|it| it.eq_ignore_ascii_case(named))))
}
