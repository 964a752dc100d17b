//! The bus as HTTP has it: reading a request, knowing the caller, and answering once.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Response};
use axum::routing::any;
use serde::Serialize;
use serde_json::Value;

use super::error;
use super::kind::Breadth;
use super::route::job;
use crate::api::edge::body::{self, BATCH_BYTES_MAX};
use crate::api::edge::fault::Fault;
use crate::api::edge::reply::{self, Reply, Wire};
use crate::api::edge::{auth, call};
use crate::domain::operator::Actor;
use crate::services::idempotency::{Answer, Once};
use crate::services::{Author, Bss, Error};

/// The router of everything below `/aps`.
pub(super) fn router() -> Router<Arc<Bss>> {
    Router::new()
        .route("/aps", any(serve))
        .route("/aps/", any(serve))
        .route("/aps/{*path}", any(serve))
}

/// A request that was read and whose caller is known.
pub(super) struct Asked {
    /// Who calls.
    pub(super) actor: Arc<Actor>,
    /// The request as the log has it.
    pub(super) request: String,
    /// The method; `HEAD` is taken for `GET`.
    pub(super) method: Method,
    /// The path.
    pub(super) path: String,
    /// The query, as it was sent.
    pub(super) query: String,
    /// The body; `null` if there is none.
    pub(super) body: Value,
    /// The key under which the request is done once.
    pub(super) once: Option<Once>,
    /// How far lists reach.
    pub(super) breadth: Breadth,
}

/// A tree of JSON: the form of everything on this bus.
#[derive(Serialize)]
struct Tree(Value);

impl Wire for Tree {}

/// Something to show.
pub(super) fn shown(value: Value) -> Answer {
    Reply::ok(Tree(value)).answer(None)
}

/// Done, and nothing to show.
pub(super) fn nothing() -> Answer {
    Reply::<Tree>::no_content().answer(None)
}

async fn serve(State(bss): State<Arc<Bss>>, request: Request) -> Response<Body> {
    let request_id = auth::request_id(request.headers());
    let is_head = request.method() == Method::HEAD;
    match answer(&bss, request, &request_id).await {
        Ok(answer) if is_head => reply::response(Answer { body: Vec::new(), ..answer }),
        Ok(answer) => reply::response(answer),
        Err(fault) => error::response(&fault, &request_id),
    }
}

async fn answer(bss: &Arc<Bss>, request: Request, request_id: &str) -> Result<Answer, Fault> {
    let asked = Asked::read(bss, request, request_id).await?;
    Ok(job(asked)?.done(bss).await?)
}

impl Asked {
    async fn read(bss: &Arc<Bss>, request: Request, request_id: &str) -> Result<Self, Fault> {
        let (parts, body) = request.into_parts();
        let (caller, bytes) = auth::caller_with_body(bss, &parts, body, BATCH_BYTES_MAX).await?;
        if !caller.is_signed_in {
            return Err(Error::Unauthenticated.into());
        }
        if !bytes.is_empty() {
            body::must_be_json(&parts.headers)?;
        }
        Ok(Self {
            actor: caller.actor,
            request: request_id.to_owned(),
            method: if parts.method == Method::HEAD { Method::GET } else { parts.method.clone() },
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            body: body::tree(&bytes)?,
            once: call::once(&parts, caller.is_signed_in, &bytes)?,
            breadth: breadth(&parts.headers),
        })
    }
}

fn breadth(headers: &HeaderMap) -> Breadth {
    let said = headers.get("aps-actor-scope").and_then(|it| it.to_str().ok());
    let is_full = said.is_some_and(|it| it.eq_ignore_ascii_case("full"));
    if is_full { Breadth::Full } else { Breadth::Own }
}

impl Asked {
    /// Who writes.
    pub(super) fn author(&self) -> Author {
        Author { actor: Arc::clone(&self.actor), request: self.request.clone() }
    }
}
