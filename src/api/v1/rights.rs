//! `/rights`: who may do what, as one table.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::route::{Needs, Route, read};
use super::wire::NoQuery;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::operator::{Permission, Role, reach};
use crate::services::{Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    vec![read("/rights", Needs::SignIn, "Who may do what", show)]
}

/// The table of rights.
#[derive(Debug, Serialize, ToSchema)]
struct Rights {
    /// The roles, from the one that may most.
    roles: Vec<&'static str>,
    /// The permissions, each with how far it reaches for each role.
    permissions: Vec<Right>,
}

impl Wire for Rights {}

/// A permission.
#[derive(Debug, Serialize, ToSchema)]
struct Right {
    /// Its name, as in the scopes of tokens.
    name: &'static str,
    /// What it allows, in words.
    meaning: &'static str,
    /// How far it reaches, by role: `-`, `itself`, `shelf`, `account`, `branch`, `everything`.
    reach: BTreeMap<&'static str, &'static str>,
    /// Whether the caller has it for anything at all.
    mine: bool,
}

fn show(cx: Cx<'_>, _: &Call, _: NoQuery) -> Result<Reply<Rights>, Error> {
    let right = |permission: &Permission| Right {
        name: permission.name(),
        meaning: permission.meaning().trim(),
        reach: Role::ALL.iter().map(|it| (it.word(), reach(*it, *permission).word())).collect(),
        mine: cx.actor.may_at_all(*permission),
    };
    let roles = Role::ALL.iter().map(|it| it.word()).collect();
    Ok(Reply::ok(Rights { roles, permissions: Permission::ALL.iter().map(right).collect() }))
}
