//! What goes out: only what a façade has declared to be its own form.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::services::idempotency::Answer;

/// A form in which a contract shows something. Only a façade's own types may be one; a domain type
/// never is.
pub(crate) trait Wire: Serialize {
    /// Whether it is a page, with the things in `items`: `fields` then names fields of those.
    const IS_PAGE: bool = false;
    /// Whether it is a list that has no more pages than one.
    const IS_WHOLE: bool = false;
}

/// Nothing at all.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl Wire for Nothing {}

/// A successful answer, with what a contract says in its headers.
#[derive(Debug)]
pub(crate) struct Reply<T> {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) revision: Option<u32>,
    pub(crate) cookie: Option<String>,
    pub(crate) body: Option<T>,
}

impl<T: Wire> Reply<T> {
    /// Something, as asked.
    pub(crate) fn ok(body: T) -> Self {
        Self::of(StatusCode::OK, Some(body))
    }

    /// Something new, at a path.
    pub(crate) fn created(path: impl Into<String>, body: T) -> Self {
        Self { location: Some(path.into()), ..Self::of(StatusCode::CREATED, Some(body)) }
    }

    /// Done, and nothing to show.
    pub(crate) fn no_content() -> Self {
        Self::of(StatusCode::NO_CONTENT, None)
    }

    fn of(status: StatusCode, body: Option<T>) -> Self {
        Self { status, location: None, revision: None, cookie: None, body }
    }

    /// With the revision of what is shown.
    pub(crate) fn tagged(self, revision: u32) -> Self {
        Self { revision: Some(revision), ..self }
    }

    /// With a cookie to be kept.
    pub(crate) fn cookie(self, cookie: String) -> Self {
        Self { cookie: Some(cookie), ..self }
    }

    /// The answer as it goes out: of the body only `fields`, if some are named.
    pub(crate) fn answer(self, fields: Option<&[String]>) -> Answer {
        let mut headers = Vec::new();
        let mut say = |name: HeaderName, value: String| {
            headers.push((name.to_string(), value));
        };
        if let Some(path) = self.location {
            say(header::LOCATION, path);
        }
        if let Some(revision) = self.revision {
            say(header::ETAG, format!("\"{revision}\""));
        }
        if let Some(cookie) = self.cookie {
            say(header::SET_COOKIE, cookie);
        }
        let body = self.body.map(|it| {
            say(header::CONTENT_TYPE, "application/json".to_owned());
            bytes(&it, fields)
        });
        Answer { status: self.status.as_u16(), headers, body: body.unwrap_or_default() }
    }
}

/// How much room an answer gets before anything is in it: to move it costs more than to write it.
const THING_BYTES: usize = 2 << 10;
const PAGE_BYTES: usize = 32 << 10;

fn bytes<T: Wire>(body: &T, fields: Option<&[String]>) -> Vec<u8> {
    let written = "a wire type has only what JSON can write";
    let Some(fields) = fields else {
        let mut bytes = Vec::with_capacity(if T::IS_PAGE { PAGE_BYTES } else { THING_BYTES });
        serde_json::to_writer(&mut bytes, body).expect(written);
        bytes.shrink_to_fit();
        return bytes;
    };
    let mut tree = serde_json::to_value(body).expect(written);
    let items = tree.get_mut("items").filter(|_| T::IS_PAGE);
    match items.and_then(serde_json::Value::as_array_mut) {
        Some(items) => items.iter_mut().for_each(|it| prune(it, fields)),
        None => prune(&mut tree, fields),
    }
    serde_json::to_vec(&tree).expect(written)
}

/// Leaves only the named fields of a thing, and its id.
fn prune(thing: &mut serde_json::Value, fields: &[String]) {
    if let Some(object) = thing.as_object_mut() {
        object.retain(|name, _| name == "id" || fields.contains(name));
    }
}

/// A file that is given as it is.
#[derive(Debug)]
pub(crate) struct File {
    /// What it is called where it is kept.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
}

/// The answer that a file is: shown where the browser can, kept under its name.
pub(crate) fn file(media: &str, file: File) -> Answer {
    let name: String = file.name.chars().filter(|it| is_plain(*it)).collect();
    let headers = [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")),
    ];
    let headers = headers.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
    Answer { status: StatusCode::OK.as_u16(), headers, body: file.bytes }
}

/// Whether a sign stands in the name of a file on any system.
fn is_plain(it: char) -> bool {
    it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.')
}

/// The response that an answer is.
pub(crate) fn response(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value))
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}
