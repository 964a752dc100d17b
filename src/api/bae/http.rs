//! The contract as HTTP has it: reading a request, knowing the caller, and answering once.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response};
use axum::routing::any;
use serde_json::Value;

use super::error::{self, Refused};
use super::multipart;
use super::organization;
use super::query::Query;
use super::route::{self, Asked, Row};
use super::table;
use crate::api::edge::auth::{self, Caller};
use crate::api::edge::body::{self, ORDINARY_BYTES_MAX};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Job;
use crate::api::edge::{call, reply};
use crate::services::idempotency::Answer;
use crate::services::{Author, Bss};

/// The headers in which clients of this contract show a token, beside `Authorization`.
const TOKENS: &[&str] = &["x-auth-token", "x-api-key"];

/// The router of everything below the first parts of the paths of all rows.
pub(super) fn router() -> Router<Arc<Bss>> {
    let bases: BTreeSet<_> = table::rows().map(Row::base).collect();
    let mut router = Router::new();
    for base in bases {
        for path in [format!("/{base}"), format!("/{base}/"), format!("/{base}/{{*path}}")] {
            router = router.route(&path, any(serve));
        }
    }
    router
}

async fn serve(State(bss): State<Arc<Bss>>, request: Request) -> Response<Body> {
    let request_id = auth::request_id(request.headers());
    let is_head = request.method() == Method::HEAD;
    match answer(&bss, request, &request_id).await {
        Ok(answer) if is_head => reply::response(Answer { body: Vec::new(), ..answer }),
        Ok(answer) => reply::response(answer),
        Err(refused) => error::response(&refused, &request_id),
    }
}

async fn answer(bss: &Arc<Bss>, request: Request, request_id: &str) -> Result<Answer, Refused> {
    let (parts, body) = request.into_parts();
    let method = if parts.method == Method::HEAD { Method::GET } else { parts.method.clone() };
    let (row, open) = route::find(&method, parts.uri.path())?;
    let in_words = |it: Fault| Refused { words: row.words, voice: row.voice, ..it.into() };
    let caller = auth::caller_with_password_or(bss, &parts, TOKENS).await.map_err(in_words)?;
    row.permit(&caller).map_err(|it| in_words(it.into()))?;
    organization::must_be_own(bss, &parts.headers, &caller.actor).map_err(in_words)?;
    let (asked, once) = asked(&parts, body, (&caller, row, open)).await.map_err(in_words)?;
    let work = (row.serve)(asked).map_err(in_words)?;
    let author = Author { actor: caller.actor, request: request_id.to_owned() };
    Job { work, once, author }.done(bss).await.map_err(|it| in_words(it.into()))
}

type Once = Option<crate::services::idempotency::Once>;

async fn asked(
    parts: &Parts,
    body: Body,
    (caller, row, open): (&Caller, &Row, Vec<String>),
) -> Result<(Asked, Once), Fault> {
    body::json_must_be_wanted(&parts.headers)?;
    let query = Query::read(parts.uri.query().unwrap_or_default())?;
    let boundary = multipart::boundary(&parts.headers).filter(|_| row.takes_files);
    let limit = if boundary.is_some() { multipart::BYTES_MAX } else { ORDINARY_BYTES_MAX };
    let bytes = body::bytes(body, limit).await?;
    // What only reads is not done: it is answered anew each time.
    let once = match row.writes() {
        true => call::once(parts, caller.is_signed_in, &bytes)?,
        false => None,
    };
    let body = match boundary {
        Some(boundary) => multipart::read(&bytes, &boundary)?,
        None => read(&parts.headers, &bytes)?,
    };
    let (headers, actor) = (parts.headers.clone(), Arc::clone(&caller.actor));
    Ok((Asked { open, query, body, headers, actor }, once))
}

fn read(headers: &HeaderMap, bytes: &Bytes) -> Result<Value, Fault> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    body::must_be_json(headers)?;
    body::tree(bytes)
}
