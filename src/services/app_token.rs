//! Tokens of applications: what a user's program shows to an application that it bought access to, kept
//! sealed, for that user alone.

use serde::{Deserialize, Serialize};

use super::document::{self, NewDocument};
use super::{Act, Bss, Cx, Error};
use crate::domain::document::Document;
use crate::domain::id::{AccountId, Id, UserId};
use crate::domain::operator::{Actor, Permission};
use crate::domain::page::PageRequest;
use crate::domain::sealed::Sealed;
use crate::domain::text::{self, Name};
use crate::domain::time::Instant;

/// As which sort of documents they are kept.
const SORT: &str = "application_token";

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
/// If the caller belongs to no account, or may not write for it.
pub fn keep(act: &mut Act<'_>, app: &Name, token: &AppToken) -> Result<(), Error> {
    let (user, account) = caller(act.actor())?;
    if let Some(before) = kept(act.cx(), (user, account), app)? {
        act.delete(&before)?;
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
    let (sort, name) = (sort()?, name(user, app)?);
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    loop {
        let found = document::of(cx, (account, &sort), &page, |it| *it.name() == name)?;
        if let Some(it) = found.items.into_iter().next() {
            return Ok(Some(it));
        }
        page.after = found.next;
        if page.after.is_none() {
            return Ok(None);
        }
    }
}
