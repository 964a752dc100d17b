//! The contract as HTTP has it: reading a request, knowing the caller, and answering once.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response, header};
use axum::routing::any;
use serde_json::Value;

use super::door::{self, Asked, Deed, Target};
use super::error;
use super::index;
use super::patch::Form;
use super::query::Query;
use super::resource::Resource;
use super::table::APIS;
use crate::api::edge::body::{self, ORDINARY_BYTES_MAX};
use crate::api::edge::download::{self, Given};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Job;
use crate::api::edge::{auth, call, reply};
use crate::services::catalog_file::Written;
use crate::services::{Author, Bss, Error};

/// Below it lie most of the APIs.
pub(super) const ROOT: &str = "/tmf-api";

/// The router of everything below the bases of the APIs.
pub(super) fn router() -> Router<Arc<Bss>> {
    let elsewhere = APIS.iter().map(|it| it.base).filter(|it| !it.starts_with(ROOT));
    let mut router = Router::new().route(&format!("{ROOT}/"), any(serve));
    for base in elsewhere.chain([ROOT]) {
        router = router.route(base, any(serve)).route(&format!("{base}/{{*path}}"), any(serve));
    }
    router
}

/// A refusal, with what would be allowed where that is what is wrong.
struct Refused {
    fault: Fault,
    allowed: Option<String>,
}

impl<E: Into<Fault>> From<E> for Refused {
    fn from(it: E) -> Self {
        Self { fault: it.into(), allowed: None }
    }
}

impl Refused {
    /// The refusal of what can only be read.
    fn reading_alone(fault: Fault) -> Self {
        Self { fault, allowed: Some(Method::GET.to_string()) }
    }
}

async fn serve(State(bss): State<Arc<Bss>>, request: Request) -> Response<Body> {
    let request_id = auth::request_id(request.headers());
    let is_head = request.method() == Method::HEAD;
    match answer(&bss, request, &request_id).await {
        Ok(mut answer) if is_head => {
            *answer.body_mut() = Body::empty();
            answer
        }
        Ok(answer) => answer,
        Err(it) => error::response(&it.fault, it.allowed.as_deref(), &request_id),
    }
}

async fn answer(
    bss: &Arc<Bss>,
    request: Request,
    request_id: &str,
) -> Result<Response<Body>, Refused> {
    let (parts, body) = request.into_parts();
    let caller = auth::caller_with_password(bss, &parts).await?;
    if !caller.is_signed_in {
        return Err(Error::Unauthenticated.into());
    }
    let author = Author { actor: caller.actor, request: request_id.to_owned() };
    let path = parts.uri.path();
    if index::is_at(path) {
        let answer = index::answer(bss, &parts.method).map_err(Refused::reading_alone)?;
        return Ok(reply::response(answer));
    }
    let target = Target::of(path).ok_or_else(|| Fault::NoRoute { path: path.to_owned() })?;
    let deed = deed(&target, &parts.method)?;
    let needs = door::needs(&target, deed);
    author.actor.must_have_changed_password().map_err(Error::from)?;
    if !door::lets_in(&author.actor, needs) {
        return Err(Error::Forbidden { permission: needs }.into());
    }
    if let Target::File(of, id) = &target {
        return given_out(bss, (of, id), (&author, &parts.headers));
    }
    body::json_must_be_wanted(&parts.headers)?;
    let query = Query::read(parts.uri.query().unwrap_or_default())?;
    let bytes = body::bytes(body, ORDINARY_BYTES_MAX).await?;
    let once = call::once(&parts, true, &bytes)?;
    let (form, body) = read(&parts, &bytes)?;
    let if_match = call::if_match(&parts.headers)?;
    let asked = Asked { query, form, body, if_match };
    let work = door::work(bss, &target, deed, asked)?;
    let done = Job { work, once, author }.done(bss).await;
    Ok(reply::response(done.map_err(|it| it.naming(target.id()))?))
}

/// The file that belongs to a thing.
fn given_out(
    bss: &Arc<Bss>,
    (of, id): (&Resource, &str),
    (author, headers): (&Author, &HeaderMap),
) -> Result<Response<Body>, Refused> {
    let missing = || Error::not_found(id.chars().take(80).collect::<String>());
    let found = bss.read(&author.actor, |cx| of.behind.file(cx, id))?.ok_or_else(missing)?;
    body::must_be_wanted(headers, found.media)?;
    let Written { content, bytes, digest } = found.written;
    let given = Given { name: &found.name, media: found.media, bytes, digest, content };
    Ok(download::given((bss, &author.actor), headers, &given)?)
}

/// What a method does at a target.
fn deed(target: &Target, method: &Method) -> Result<Deed, Refused> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let all = door::deeds(target);
    match all.iter().find(|it| it.method() == *method) {
        Some(deed) => Ok(*deed),
        None => {
            let allowed: Vec<_> = all.iter().map(|it| it.method().to_string()).collect();
            let fault = Fault::NoMethod { method: method.to_string() };
            Err(Refused { fault, allowed: Some(allowed.join(", ")) })
        }
    }
}

/// The body, and in which form it is if it is a patch.
fn read(parts: &Parts, bytes: &Bytes) -> Result<(Form, Value), Fault> {
    if bytes.is_empty() {
        return Ok((Form::Merge, Value::Null));
    }
    let form = if parts.method == Method::PATCH && says(&parts.headers, "json-patch+json") {
        Form::Steps
    } else {
        body::must_be_json(&parts.headers)?;
        Form::Merge
    };
    Ok((form, body::tree(bytes)?))
}

fn says(headers: &HeaderMap, kind: &str) -> bool {
    let said = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let essence = said.and_then(|it| it.split(';').next()).unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    essence.strip_prefix("application/").is_some_and(|it| it == kind)
}
