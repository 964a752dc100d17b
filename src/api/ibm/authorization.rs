//! `/service/authorization`: the roles of subscribers.

use axum::http::Method;

use super::error::Refusal;
use super::role::{self, Named};
use super::route::{Asked, By, Row};
use super::subscriber::{by_login, by_login_to_change};
use super::wire::{listed, nothing};
use crate::api::edge::work::Work;
use crate::domain::operator::{Permission, Role};

const READS: (Permission, Role) = (Permission::UserRead, Role::CustomerAdmin);
const GRANTS: (Permission, Role) = (Permission::RoleGrant, Role::CustomerAdmin);

/// What can be asked of roles.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::POST, "service/authorization/getRoleList", By::Path, READS, list),
    Row::new(Method::POST, "service/authorization/assignRole", By::Path, GRANTS, assign),
    Row::new(Method::POST, "service/authorization/unassignRole", By::Path, GRANTS, unassign),
];

fn list(mut asked: Asked) -> Result<Work, Refusal> {
    let login = asked.must("loginName")?;
    Ok(Work::reads(move |cx| Ok(listed(&Named::of(&by_login(cx, &login)?).names()))))
}

/// Giving a role that somebody has changes nothing.
fn assign(asked: Asked) -> Result<Work, Refusal> {
    changed(asked, Named::with)
}

/// Taking a role from who does not have it changes nothing. Who has no other has none then.
fn unassign(asked: Asked) -> Result<Work, Refusal> {
    changed(asked, Named::without)
}

fn changed(mut asked: Asked, change: fn(Named, &Named) -> Named) -> Result<Work, Refusal> {
    let (login, role) = (asked.must("loginName")?, asked.must("role")?);
    let named = Named::read([role.as_str()])?;
    Ok(Work::writes(move |act| {
        let it = by_login_to_change(act.cx(), &login)?;
        act.must(Permission::RoleGrant, &it.stamp)?;
        role::assign(act, &it, &change(Named::of(&it), &named))?;
        Ok(nothing())
    }))
}
