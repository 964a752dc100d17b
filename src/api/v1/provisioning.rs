//! What other systems are asked to do, what they answer, and what buyers get of it:
//! `/tasks/{id}/callback/{token}` and `/subscriptions/{id}/access`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, work, write};
use super::subscription;
use super::wire::{Decimal, parse, parse_optional};
use crate::api::edge::body::{self, ORDINARY_BYTES_MAX};
use crate::api::edge::call::Call;
use crate::api::edge::fault::Fault;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::id::ResourceId;
use crate::domain::operator::{Permission, User};
use crate::domain::subscription::seat::Seat;
use crate::domain::text::Name;
use crate::services::dialect::{Answered, Asked, Brought, Message};
use crate::services::provisioning::connector::{self, Opened};
use crate::services::{Act, Bss, Error};

pub(super) fn routes() -> Vec<Route> {
    let access = Needs::Permission(Permission::AccessRead);
    vec![
        write(
            Method::POST,
            "/tasks/{id}/callback/{token}",
            Needs::Nothing,
            "Say, as the system that was asked, what became of a task",
            call_back,
        ),
        work(
            Method::GET,
            "/subscriptions/{id}/access",
            access,
            "How one reaches what one bought",
            (ORDINARY_BYTES_MAX, show_access),
        ),
    ]
}

/// What a system is asked to do.
#[derive(Debug, Serialize)]
struct TaskRequest<S: Serialize> {
    /// The same however often it is asked.
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// `create`, `change`, `hold`, `release` or `remove`.
    work: String,
    /// How often it was asked, with this time.
    attempt: u32,
    account: TaskAccount,
    subscription: S,
    /// The seat that it is about; left out if it is about the subscription as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    seat: Option<TaskSeat>,
    /// Where to say what became of it, after an answer of 202.
    callback: String,
}

/// For whom something is to be done.
#[derive(Debug, Serialize)]
struct TaskAccount {
    id: String,
    name: String,
}

/// Who has, or had, a seat.
#[derive(Debug, Serialize)]
struct TaskSeat {
    id: String,
    user: String,
    email: String,
    name: String,
    /// How much of a pool the user has.
    allocated: Option<Decimal>,
}

impl TaskSeat {
    fn of((seat, user): (&Seat, &User)) -> Self {
        Self {
            id: seat.id.to_string(),
            user: user.id.to_string(),
            email: user.profile().email.to_string(),
            name: user.profile().name.display(),
            allocated: seat.allocated.as_ref().map(Decimal::from),
        }
    }
}

/// What a system is asked to do, as it is sent.
pub(super) fn ask(asked: &Asked<'_>) -> Result<Message, Error> {
    let request = TaskRequest {
        id: asked.task.id.to_string(),
        kind: "task",
        work: asked.task.work.to_string(),
        attempt: asked.task.attempts(),
        account: TaskAccount {
            id: asked.account.id.to_string(),
            name: asked.account.profile().name.to_string(),
        },
        subscription: subscription::told(asked.subscription),
        seat: asked.seat.map(TaskSeat::of),
        callback: asked.callback.to_owned(),
    };
    let body = serde_json::to_vec(&request).map_err(Error::internal)?;
    Ok(Message { id: request.id, body })
}

/// What a system says of a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskAnswer {
    /// `done`, `failed`, or `working` if it will say more; done if nothing is said.
    state: Option<String>,
    /// How the buyer reaches what was brought about.
    access: Option<TaskAccess>,
    /// The system's own name for it.
    reference: Option<String>,
    /// Its own names for what it made of single resources, by resource.
    #[serde(default)]
    resources: BTreeMap<String, String>,
    /// Why it cannot be done.
    error: Option<String>,
}

/// How a buyer reaches what was brought about.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskAccess {
    url: Option<String>,
    /// Kept sealed, and shown to the buyer alone.
    credentials: Option<String>,
}

impl Wire for TaskAccess {}

impl TaskAnswer {
    fn read(self) -> Result<Answered, Invalid> {
        match self.state.as_deref() {
            None | Some("done") => {}
            Some("working") => return Ok(Answered::Working),
            Some("failed") => {
                let why = self.error.as_deref().unwrap_or("the system says that it failed");
                return Ok(Answered::Failed(connector::reason(why)));
            }
            Some(_) => {
                let message = "must be done, working or failed";
                return Err(Invalid::one("/state", "enum", message));
            }
        }
        let access = self.access.unwrap_or(TaskAccess { url: None, credentials: None });
        Ok(Answered::Done(Brought {
            link: parse_optional("/access/url", access.url.as_deref())?,
            credentials: access.credentials,
            reference: self.reference,
            resources: named(&self.resources)?,
        }))
    }
}

/// What a system calls what it made of resources.
fn named(all: &BTreeMap<String, String>) -> Result<BTreeMap<ResourceId, Name>, Invalid> {
    let read = |(id, name): (&String, &String)| {
        let at = format!("/resources/{id}");
        Ok((parse(&at, id)?, parse(&at, name)?))
    };
    all.iter().map(read).collect()
}

/// What a system answered.
pub(super) fn answer(bytes: &[u8]) -> Result<Answered, Error> {
    match body::json::<TaskAnswer>(bytes) {
        Ok(said) => Ok(said.read()?),
        Err(Fault::Invalid(invalid)) => Err(invalid.into()),
        Err(fault) => Err(Error::internal(fault)),
    }
}

fn call_back(act: &mut Act<'_>, call: &Call, said: TaskAnswer) -> Result<Reply<Nothing>, Error> {
    let token = call.path.get("token").map(String::as_str).unwrap_or_default();
    connector::call_back(act, call.id("id")?, token, said.read()?)?;
    Ok(Reply::no_content())
}

fn show_access(bss: &Arc<Bss>, call: &Call, _: Nothing) -> Result<Reply<TaskAccess>, Error> {
    let Opened { link, credentials } = connector::access(bss, &call.actor, call.id("id")?)?;
    Ok(Reply::ok(TaskAccess { url: link.map(|it| it.to_string()), credentials }))
}
