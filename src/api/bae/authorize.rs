//! `/authorizeService`: tokens with which a user's program opens what was bought. They are kept sealed, and
//! given to that user alone: a `userId` of somebody else is refused.

use axum::http::Method;
use serde_json::json;

use super::error::{INCOMPLETE, NOT_YOURS};
use super::form::{must, reference, text};
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::id::Id;
use crate::domain::operator::{Actor, Permission};
use crate::domain::text::{Name, Prose};
use crate::services::Error;
use crate::services::app_token::{self, AppToken};

const TOKEN: &str = "/authorizeService/token";
const READ: &str = "/authorizeService/read";

const WRITES: Needs = Needs::Permission(Permission::AccountWrite);

/// What can be asked of tokens.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::POST, TOKEN, WRITES, save).speaks(&[("app", "appId")]),
    Row::new(Method::POST, READ, WRITES, read),
];

/// The application that is meant.
fn application(said: &Tree) -> Result<Name, Fault> {
    match text::<Name>(said, "appId")? {
        Some(it) => Ok(it),
        None => Err(INCOMPLETE.broken("appId", "must say of which application").into()),
    }
}

/// Refuses a user who is not the caller.
fn must_be_own(said: &Tree, actor: &Actor) -> Result<(), Error> {
    let Some(id) = said.get("userId").filter(|it| !it.is_null()) else { return Ok(()) };
    let named = reference(&json!({ "id": id }));
    let is_own = named.is_some() && actor.user().map(|it| it.uuid()) == named;
    if is_own { Ok(()) } else { Err(NOT_YOURS.broken("userId", "must be you").into()) }
}

fn save(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    let app = application(&said)?;
    let auth = must::<Prose>(&said, "authToken")?.to_string();
    let refresh = text::<Prose>(&said, "refreshToken")?.map(|it| it.to_string());
    let seconds: Option<u32> = text(&said, "expire")?;
    Ok(Work::writes(move |act| {
        must_be_own(&said, act.actor())?;
        let expires_at = seconds.map(|it| act.wall().plus_seconds(i64::from(it)));
        app_token::keep(act, &app, &AppToken { auth, refresh, expires_at })?;
        Ok(wire::shown(tree(json!({ "id": app.as_str(), "appId": app.as_str() })), None))
    }))
}

fn read(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    let app = application(&said)?;
    Ok(Work::works(move |bss, author| {
        must_be_own(&said, &author.actor)?;
        let missing = || Error::not_found(app.as_str());
        let it = app_token::of(bss, &author.actor, &app)?.ok_or_else(missing)?;
        Ok(wire::shown(
            tree(json!({
                "appId": app.as_str(), "userId": author.actor.user().map(|it| it.uuid()),
                "authToken": it.auth, "refreshToken": it.refresh,
                "expire": it.expires_at.map(|it| it.to_string()),
            })),
            None,
        ))
    }))
}
