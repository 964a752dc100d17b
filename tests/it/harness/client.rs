//! A caller of the native API, who writes down what was said.

use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, Response};
use serde_json::Value;

use super::app::{Answer, App};

/// How paths begin that do not lie below our own contract.
const WHOLE: &[&str] = &[
    "/aps",
    "/api/",
    "/openapi",
    "/tmf-api/",
    "/payment/",
    "/rolesAndPermissions/",
    "/DS",
    "/charging/",
    "/version",
    "/shoppingCart/",
    "/SLAManagement/",
    "/REPManagement/",
    "/RECManagement/",
    "/PromManagement/",
    "/IDP",
    "/apiKeyService/",
    "/authorizeService/",
];

/// Somebody with a token, or nobody.
pub(crate) struct Client<'a> {
    app: &'a App,
    token: Option<String>,
    headers: Vec<(String, String)>,
}

impl<'a> Client<'a> {
    /// Somebody without any credentials.
    pub(crate) fn nobody(app: &'a App) -> Self {
        Self { app, token: None, headers: Vec::new() }
    }

    /// Somebody with an API token.
    pub(crate) fn with_token(app: &'a App, token: &str) -> Self {
        Self { app, token: Some(token.to_owned()), headers: Vec::new() }
    }

    /// Somebody who has just signed in, by the cookie and the token of the answer.
    pub(crate) fn with_session(app: &'a App, answer: &Answer) -> Self {
        let csrf = answer.ok()["csrf_token"].as_str().unwrap().to_owned();
        Self::nobody(app).header("cookie", &answer.cookie()).header("x-csrf-token", &csrf)
    }

    /// The same caller, sending a header with each request.
    pub(crate) fn header(&self, name: &str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.push((name.to_owned(), value.to_owned()));
        Self { app: self.app, token: self.token.clone(), headers }
    }

    /// Sends a request: `GET /accounts`, below `/api/v1`; `GET /aps/2/resources` and
    /// `GET /api/bss/resource/customer` as they are.
    pub(crate) fn call(&self, what: &str, body: Option<&Value>) -> Answer {
        self.call_raw(what, body.map(|it| it.to_string().into_bytes()))
    }

    /// Sends a request with bytes that need not be JSON.
    pub(crate) fn call_raw(&self, what: &str, body: Option<Vec<u8>>) -> Answer {
        self.app.send(self.request(what, body))
    }

    /// Sends the same so many times at once.
    pub(crate) fn at_once(&self, times: usize, what: &str, body: Option<&Value>) -> Vec<Answer> {
        let bytes = body.map(|it| it.to_string().into_bytes());
        let requests = (0..times).map(|_| self.request(what, bytes.clone()));
        self.app.send_at_once(requests.collect())
    }

    /// Sends requests without bodies at once.
    pub(crate) fn all_at_once(&self, all: &[String]) -> Vec<Answer> {
        self.app.send_at_once(all.iter().map(|it| self.request(it, None)).collect())
    }

    /// Asks for something of which nothing is taken as long as the answer is held.
    pub(crate) fn begin(&self, path: &str) -> Response<Body> {
        self.app.begin(self.request(&format!("GET {path}"), None))
    }

    /// A request as it goes out.
    fn request(&self, what: &str, body: Option<Vec<u8>>) -> Request<Body> {
        let (method, path) = what.split_once(' ').unwrap();
        let is_whole = WHOLE.iter().any(|it| path.starts_with(it));
        let below = if is_whole { "" } else { "/api/v1" };
        let mut request = Request::builder().method(method).uri(format!("{below}{path}"));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        request.body(body.map_or_else(Body::empty, Body::from)).unwrap()
    }

    /// Reads something that must be there.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        self.call(&format!("GET {path}"), None).ok()
    }

    /// Sends something that must be accepted.
    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        self.call(&format!("POST {path}"), Some(body)).ok()
    }

    /// Changes something, which must be accepted.
    #[track_caller]
    pub(crate) fn patch(&self, path: &str, body: &Value) -> Value {
        self.call(&format!("PATCH {path}"), Some(body)).ok()
    }
}

/// What was said, as a protocol that one can read: ids by their kind and order of appearance.
#[derive(Default)]
pub(crate) struct Protocol {
    text: RefCell<String>,
    names: RefCell<BTreeMap<String, String>>,
}

impl Protocol {
    /// Sends a request and writes it down with its answer.
    pub(crate) fn say(
        &self,
        client: &Client<'_>,
        who: &str,
        what: &str,
        body: Option<&Value>,
    ) -> Answer {
        let answer = client.call(what, body);
        let sent = body.map(|it| format!(" {it}")).unwrap_or_default();
        let got = String::from_utf8_lossy(&answer.body);
        let line = format!("> {what}{sent} [{who}]\n{} {got}\n", answer.status);
        self.text.borrow_mut().push_str(&self.redact(&line));
        answer
    }

    /// Writes down what the test itself has to say.
    pub(crate) fn note(&self, line: &str) {
        let line = self.redact(&format!("{line}\n"));
        self.text.borrow_mut().push_str(&line);
    }

    /// Everything that was said.
    pub(crate) fn text(&self) -> String {
        self.text.borrow().clone()
    }

    /// Replaces ids by names that are the same each time, and secrets and request ids by dots.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, id, after)) = next_id(rest) {
            out.push_str(before);
            let mut names = self.names.borrow_mut();
            let prefix = id.split_once('_').map_or("id", |it| it.0).to_owned();
            let count = names.values().filter(|it| it.starts_with(&format!("{{{prefix}"))).count();
            let name = names.entry(id.to_owned());
            out.push_str(name.or_insert_with(|| format!("{{{prefix}{}}}", count + 1)));
            rest = after;
        }
        out.push_str(rest);
        without_secrets(&out)
    }
}

/// The first id in a text: a UUID, with three letters and an underscore before it on v1.
fn next_id(text: &str) -> Option<(&str, &str, &str)> {
    let bytes = text.as_bytes();
    let is_uuid = |at: usize| {
        bytes.get(at..at + 36).is_some_and(|it| {
            it.iter().enumerate().all(|(place, byte)| match place {
                8 | 13 | 18 | 23 => *byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
        })
    };
    let begins = |at: usize| at == 0 || !bytes[at - 1].is_ascii_hexdigit();
    let at = (0..bytes.len()).find(|at| begins(*at) && is_uuid(*at))?;
    let has_prefix = at >= 4
        && bytes[at - 1] == b'_'
        && bytes[at - 4..at - 1].iter().all(u8::is_ascii_lowercase);
    let from = if has_prefix { at - 4 } else { at };
    Some((&text[..from], &text[from..at + 36], &text[at + 36..]))
}

/// Replaces what is another thing each time, or nobody's business, by dots.
fn without_secrets(text: &str) -> String {
    let fields = ["request_id", "secret", "csrf_token", "token", "prefix"];
    fields.iter().fold(text.to_owned(), |text, field| without(&text, field))
}

fn without(text: &str, field: &str) -> String {
    let begin = format!("\"{field}\":\"");
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(&begin) {
        let value = at + begin.len();
        let end = rest[value..].find('"').map_or(rest.len(), |it| value + it);
        out.push_str(&rest[..value]);
        out.push('…');
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}
