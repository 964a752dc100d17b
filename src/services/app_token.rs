//! Tokens of applications: what a user's program shows to an application that it bought access to, kept
//! sealed, for that user alone.

use serde::{Deserialize, Serialize};

use super::document::{self, NewDocument};
use super::{Act, Bss, Cx, Error};
use crate::domain::document::Document;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Id, Kind, UserId};
use crate::domain::operator::{Actor, Permission};
use crate::domain::page::PageRequest;
use crate::domain::sealed::Sealed;
use crate::domain::text::{self, Name};
use crate::domain::time::Instant;
use crate::store::document::{DOCUMENT_BY_NAME, beginning, named};
use crate::store::{Along, Records};

/// As which sort of documents they are kept.
const SORT: &str = "application_token";
/// Of so many applications a user keeps tokens at most.
const APPS_MAX: usize = 100;

/// What opens an application.
#[derive(Clone, Serialize, Deserialize)]
pub struct AppToken {
    /// What is shown to it.
    pub auth: String,
    /// What gets another one when that is over.
    pub refresh: Option<String>,
    /// When that is.
    pub expires_at: Option<Instant>,
}

/// Keeps what opens an application to the caller, in the place of what was kept before.
///
/// # Errors
/// If the caller belongs to no account, may not write for it, or keeps those of too many.
pub fn keep(act: &mut Act<'_>, app: &Name, token: &AppToken) -> Result<(), Error> {
    let (user, account) = caller(act.actor())?;
    match kept(act.cx(), (user, account), app)? {
        Some(before) => act.delete(&before)?,
        None => must_have_room(act.cx(), (user, account))?,
    }
    let secret = serde_json::to_vec(token).map_err(Error::internal)?;
    let sealed = act.seal(&secret, user.subject(), &field(app));
    let body = serde_json::to_vec(&sealed).map_err(Error::internal)?;
    let new = NewDocument { sort: sort()?, name: name(user, app)?, body };
    document::register_for(act, account, new).map(|_| ())
}

/// What opens an application to the caller; nothing if nothing was kept.
///
/// # Errors
/// If the caller belongs to no account; if it was sealed with a key that is not here.
pub fn of(bss: &Bss, actor: &Actor, app: &Name) -> Result<Option<AppToken>, Error> {
    let (user, account) = caller(actor)?;
    let Some(found) = bss.read(actor, |cx| kept(cx, (user, account), app))? else {
        return Ok(None);
    };
    let sealed: Sealed = serde_json::from_slice(found.body()).map_err(Error::internal)?;
    let secret = bss.unseal(&sealed, user.subject(), &field(app))?;
    serde_json::from_slice(secret.as_bytes()).map(Some).map_err(Error::internal)
}

fn caller(actor: &Actor) -> Result<(UserId, AccountId), Error> {
    let permission = Permission::AccountWrite;
    let standing = actor.standing().ok_or(Error::Forbidden { permission })?;
    Ok((standing.user, standing.account))
}

fn sort() -> Result<text::Code, Error> {
    SORT.parse().map_err(Error::internal)
}

fn field(app: &Name) -> String {
    format!("{SORT}:{app}")
}

fn name(user: UserId, app: &Name) -> Result<Name, Error> {
    let short: String = app.as_str().chars().take(200).collect();
    format!("{} {short}", user.uuid()).parse().map_err(Error::internal)
}

fn kept(
    cx: Cx<'_>,
    (user, account): (UserId, AccountId),
    app: &Name,
) -> Result<Option<Document>, Error> {
    let name = name(user, app)?;
    let found =
        cx.view.first_along::<Document>(DOCUMENT_BY_NAME, named(account, SORT, name.as_str()))?;
    Ok(found.filter(|it| *it.name() == name && cx.actor.sees(Kind::Document, &it.stamp)))
}

/// Refuses a user one application more than it may keep tokens of.
fn must_have_room(cx: Cx<'_>, (user, account): (UserId, AccountId)) -> Result<(), Error> {
    let along = beginning(account, SORT, &format!("{} ", user.uuid()));
    let along = Along::Index(DOCUMENT_BY_NAME, along.bytes());
    let kept = cx.view.list::<Document>(&along, &PageRequest::oldest(APPS_MAX), &mut |_| true)?;
    if kept.items.len() < APPS_MAX {
        return Ok(());
    }
    let message = format!("is one more than the {APPS_MAX} of which tokens are kept");
    Err(Invalid::one("/app", "range", message).into())
}
