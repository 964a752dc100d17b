//! The stage: people of the demo who speak to the appliance through the doors that everybody has.
//!
//! A request names what earlier ones made by a name of its own, `@bakery`, wherever an id belongs.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, header};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::api;
use crate::cli::door;
use crate::cli::failure::Failure;
use crate::services::Bss;

/// Who speaks where nobody else is named: the operator of the machine.
pub(super) const HOUSE: &str = "house";

/// The appliance with the people who use it, and the names of what they made.
pub(super) struct Stage {
    runtime: Runtime,
    open: Router,
    console: Router,
    sessions: BTreeMap<String, Session>,
    names: BTreeMap<String, String>,
}

/// What a browser sends for somebody who has signed in.
struct Session {
    cookie: String,
    csrf: String,
}

impl Stage {
    /// A stage on which nobody has said anything yet.
    pub(super) fn over(bss: &Arc<Bss>) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime
            .map_err(|source| Failure::Machine { action: "starting the runtime", source })?;
        let open = api::router(bss, Router::new());
        let console = api::console(open.clone());
        let (sessions, names) = (BTreeMap::new(), BTreeMap::new());
        Ok(Self { runtime, open, console, sessions, names })
    }

    /// Gives what an id stands for a name.
    pub(super) fn name(&mut self, key: &str, id: &str) {
        self.names.insert(key.to_owned(), id.to_owned());
    }

    /// The id that a name stands for.
    pub(super) fn id(&self, key: &str) -> Result<&str, Failure> {
        let found = self.names.get(key).map(String::as_str);
        found.ok_or_else(|| Failure::Refused(format!("nothing in the demo is called `{key}` yet")))
    }

    /// Whether something has that name.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.names.contains_key(key)
    }

    /// What is answered to a request for something.
    pub(super) fn get(&self, path: &str) -> Result<Value, Failure> {
        Ok(self.send(HOUSE, (Method::GET, path), None)?.1)
    }

    /// What is answered to somebody who wants something done.
    pub(super) fn post(&self, by: &str, path: &str, body: &Value) -> Result<Value, Failure> {
        Ok(self.send(by, (Method::POST, path), Some(body))?.1)
    }

    /// The same for a change.
    pub(super) fn patch(&self, by: &str, path: &str, body: &Value) -> Result<Value, Failure> {
        Ok(self.send(by, (Method::PATCH, path), Some(body))?.1)
    }

    /// Has something made, and gives it a name.
    pub(super) fn make(&mut self, key: &str, path: &str, body: &Value) -> Result<(), Failure> {
        let made = self.post(HOUSE, path, body)?;
        self.name(key, text(&made, "id"));
        Ok(())
    }

    /// Lets somebody accept an invitation, who is signed in from then on.
    pub(super) fn join(&mut self, key: &str, link: &str, password: &str) -> Result<(), Failure> {
        let body = json!({ "token": link, "password": password });
        let (headers, shown) = self.send("", (Method::POST, "/password/redeem"), Some(&body))?;
        let cookie = headers.get(header::SET_COOKIE).and_then(|it| it.to_str().ok());
        let cookie = cookie.and_then(|it| it.split(';').next()).unwrap_or_default().to_owned();
        let csrf = text(&shown, "csrf_token").to_owned();
        self.sessions.insert(key.to_owned(), Session { cookie, csrf });
        Ok(())
    }

    fn send(
        &self,
        by: &str,
        (method, path): (Method, &str),
        body: Option<&Value>,
    ) -> Result<(HeaderMap, Value), Failure> {
        let failed = |failure| told(failure, &method, path);
        let mut request = Request::builder()
            .method(&method)
            .uri(format!("/api/v1{}", self.path(path)?))
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json");
        let router = if by == HOUSE { &self.console } else { &self.open };
        if let Some(session) = self.sessions.get(by) {
            request = request
                .header(header::COOKIE, &session.cookie)
                .header("x-csrf-token", &session.csrf);
        }
        let body = body.map(|it| self.filled(it)).transpose()?;
        let body = body.map_or_else(Body::empty, |it| Body::from(it.to_string()));
        let request = request.body(body).expect("paths and keys of the demo are plain");
        self.runtime.block_on(async {
            let answered = router.clone().oneshot(request).await;
            let response = answered.expect("a router answers everything");
            let headers = response.headers().clone();
            Ok((headers, door::read(response).await.map_err(failed)?))
        })
    }

    /// A path with ids for names.
    fn path(&self, path: &str) -> Result<String, Failure> {
        let part = |part: &str| match part.strip_prefix('@') {
            Some(key) => self.id(key).map(str::to_owned),
            None => Ok(part.to_owned()),
        };
        let parts: Result<Vec<_>, _> = path.split('/').map(part).collect();
        Ok(parts?.join("/"))
    }

    /// A body with ids for names.
    fn filled(&self, body: &Value) -> Result<Value, Failure> {
        Ok(match body {
            Value::String(text) => match text.strip_prefix('@') {
                Some(key) => Value::String(self.id(key)?.to_owned()),
                None => Value::String(text.clone()),
            },
            Value::Array(all) => {
                Value::Array(all.iter().map(|it| self.filled(it)).collect::<Result<_, _>>()?)
            }
            Value::Object(all) => {
                let entry = |(name, value): (&String, &Value)| {
                    let name = match name.strip_prefix('@') {
                        Some(key) => self.id(key)?.to_owned(),
                        None => name.clone(),
                    };
                    Ok::<_, Failure>((name, self.filled(value)?))
                };
                Value::Object(all.iter().map(entry).collect::<Result<Map<_, _>, _>>()?)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => body.clone(),
        })
    }
}

/// A failure with what was asked for when it came.
fn told(failure: Failure, method: &Method, path: &str) -> Failure {
    if let Failure::Refused(why) = failure {
        return Failure::Refused(format!("{method} {path} of the demo: {why}"));
    }
    failure
}

/// A text of an answer; empty if it is not there.
pub(super) fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}
