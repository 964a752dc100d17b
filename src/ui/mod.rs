//! The embedded web UI: its documents and files, and under which policy a browser takes them.
//!
//! The UI is a client of the public API and of nothing else, so this module names nothing of ours.
//! Everything below `/ui/` that is no file is the same document: the pages are made in the browser,
//! and any address of one may be opened directly. Only the doors (to sign in, to set up, to choose
//! a password) are documents of their own; the one to sign in needs no scripts.

mod document;
mod file;
mod policy;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;

use self::document::Documents;
use self::file::Files;

/// What is kept for all requests.
#[derive(Debug)]
struct Ui {
    files: Files,
    documents: Documents,
}

/// The paths of the UI. `/` leads to it, and the one-time link of the first start to its set-up.
///
/// # Panics
/// If an embedded document is no template: its test finds that before anybody else.
pub fn router() -> Router {
    let files = Files::embedded();
    let documents = Documents::of(&files);
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/ui/") }))
        .route("/ui", get(|| async { Redirect::temporary("/ui/") }))
        .route("/setup", get(|| async { Redirect::temporary("/ui/set-up") }))
        .route("/ui/", get(start))
        .route("/ui/{*path}", get(below))
        .with_state(Arc::new(Ui { files, documents }))
}

async fn start(state: State<Arc<Ui>>, headers: HeaderMap) -> Response<Body> {
    show(&state.documents.app, &headers)
}

async fn below(
    state: State<Arc<Ui>>,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    let documents = &state.documents;
    if let Some((release, name)) = path.strip_prefix('@').and_then(|it| it.split_once('/')) {
        return file(&state.files, release, name, &headers);
    }
    let why = query.as_deref().unwrap_or_default().split('&');
    let why = why.filter_map(|it| it.strip_prefix("refused=")).next();
    match path.as_str() {
        "sign-in" => {
            let refused = why.and_then(|why| documents.refused.get(why));
            show(refused.unwrap_or(&documents.sign_in), &headers)
        }
        "set-up" => show(&documents.set_up, &headers),
        "password" | "invitation" => show(&documents.password, &headers),
        "forgotten" => show(&documents.forgotten, &headers),
        "invoice" => show(&documents.invoice, &headers),
        "sandbox" => show(&documents.sandbox, &headers),
        _ => show(&documents.app, &headers),
    }
}

fn show(document: &document::Document, headers: &HeaderMap) -> Response<Body> {
    let body = Body::from(document.html.clone());
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    answer(body, kind, (&document.tag, policy::ASK_AGAIN), headers)
}

/// A file. Its address names the release of all files, so it may be kept for good; who still asks
/// for those of another release, as a page does that was open during an upgrade, gets what is
/// there and keeps it not.
fn file(files: &Files, release: &str, name: &str, headers: &HeaderMap) -> Response<Body> {
    let Some(found) = files.get(name) else {
        return policy::apply(StatusCode::NOT_FOUND.into_response());
    };
    let keeping = if release == files.release() { policy::KEEP } else { policy::ASK_AGAIN };
    answer(Body::from(found.bytes), found.kind, (&found.tag, keeping), headers)
}

/// An answer with what is asked for, or only with the news that the asker has it already.
fn answer(
    body: Body,
    kind: HeaderValue,
    (tag, keeping): (&str, &'static str),
    headers: &HeaderMap,
) -> Response<Body> {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    let has_it = known.is_some_and(|it| it.split(',').any(|it| is_same(it, tag)));
    let mut response = Response::new(if has_it { Body::empty() } else { body });
    if has_it {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeping));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    policy::apply(response)
}

/// Whether a tag is this one; compression makes it a weak one on the way.
fn is_same(theirs: &str, ours: &str) -> bool {
    theirs.trim().trim_start_matches("W/") == ours
}

#[cfg(test)]
mod tests;
