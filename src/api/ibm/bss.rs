//! The contract as HTTP has it: reading a request, knowing the caller, and answering once.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response};
use axum::routing::any;

use super::error::{self, Refusal};
use super::route::{self, Asked, Heading, Row};
use crate::api::edge::body::{self, ORDINARY_BYTES_MAX};
use crate::api::edge::fault::Fault;
use crate::api::edge::query::Query;
use crate::api::edge::work::Job;
use crate::api::edge::{auth, call, reply};
use crate::services::idempotency::{Answer, Once};
use crate::services::{Author, Bss, Error};

/// The router of everything below `/api/bss`.
pub(super) fn router() -> Router<Arc<Bss>> {
    Router::new()
        .route("/api/bss", any(serve))
        .route("/api/bss/", any(serve))
        .route("/api/bss/{*path}", any(serve))
}

async fn serve(State(bss): State<Arc<Bss>>, request: Request) -> Response<Body> {
    let request_id = auth::request_id(request.headers());
    let is_head = request.method() == Method::HEAD;
    match answer(&bss, request, &request_id).await {
        Ok(answer) if is_head => reply::response(Answer { body: Vec::new(), ..answer }),
        Ok(answer) => reply::response(answer),
        Err(refusal) => error::response(&refusal, &request_id),
    }
}

/// A request that somebody may make, whose body was read and not yet looked at.
struct Known {
    author: Author,
    row: &'static Row,
    asked: Asked,
    once: Option<Once>,
}

async fn answer(bss: &Arc<Bss>, request: Request, request_id: &str) -> Result<Answer, Refusal> {
    let (parts, body) = request.into_parts();
    let caller = auth::caller_with_password(bss, &parts).await?;
    if !caller.is_signed_in {
        return Err(Error::Unauthenticated.into());
    }
    let author = Author { actor: caller.actor, request: request_id.to_owned() };
    let Known { author, row, asked, once } = known(&parts, body, author).await?;
    let work = (row.serve)(asked)?;
    Ok(Job { work, once, author }.done(bss).await?)
}

async fn known(parts: &Parts, body: Body, author: Author) -> Result<Known, Refusal> {
    let mut query = Query::read_repeated(parts.uri.query().unwrap_or_default())?;
    let method = if parts.method == Method::HEAD { Method::GET } else { parts.method.clone() };
    let named_query = query.take("_namedQuery");
    let (row, open) = route::find(&Heading {
        method: &method,
        path: parts.uri.path(),
        operation: operation(&parts.headers),
        named_query: named_query.as_deref(),
    })?;
    row.permit(&author.actor)?;
    body::json_must_be_wanted(&parts.headers)?;
    let bytes = body::bytes(body, ORDINARY_BYTES_MAX).await?;
    let once = call::once(parts, true, &bytes)?;
    let body = read(&parts.headers, &bytes)?;
    Ok(Known { author, row, asked: Asked { open, query, body }, once })
}

/// What the header says that is to be done.
fn operation(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get("x-operation")?;
    // What is no ASCII is the name of no operation.
    Some(value.to_str().unwrap_or("?").trim())
}

fn read(headers: &HeaderMap, bytes: &Bytes) -> Result<serde_json::Value, Fault> {
    if bytes.is_empty() {
        return Ok(serde_json::Value::Null);
    }
    body::must_be_json(headers)?;
    body::tree(bytes)
}
