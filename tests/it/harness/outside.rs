//! The outside as a script: other people's servers, and the post.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tillbox::world::http::{Request, Response, ScriptedWeb, Web, WebError};
use tillbox::world::mail::{Letter, Post, ScriptedPost};

type Server = dyn Fn(&Request) -> Result<Response, WebError> + Send;

/// All that an appliance can reach.
pub(crate) struct Outside {
    web: Arc<ScriptedWeb>,
    server: Arc<Mutex<Box<Server>>>,
    /// Who takes letters.
    pub(crate) letters: Arc<ScriptedPost>,
}

impl Outside {
    /// An outside that takes everything.
    pub(crate) fn new() -> Self {
        let server: Box<Server> = Box::new(|_| Ok(Response::new(200, "")));
        let server = Arc::new(Mutex::new(server));
        let asked = Arc::clone(&server);
        let web = ScriptedWeb::answering(move |request| asked.lock().unwrap()(request));
        Self { web: Arc::new(web), server, letters: Arc::default() }
    }

    /// Every server answers so from now on.
    pub(crate) fn answer(
        &self,
        server: impl Fn(&Request) -> Result<Response, WebError> + Send + 'static,
    ) {
        *self.server.lock().unwrap() = Box::new(server);
    }

    /// All that servers were sent.
    pub(crate) fn heard(&self) -> Vec<Request> {
        self.web.heard()
    }

    /// What an address was told, by the names of the events.
    pub(crate) fn told(&self, address: &str) -> Vec<String> {
        let heard = self.heard();
        let bodies = heard.iter().filter(|it| it.address == address).map(body);
        bodies.map(|it| it["type"].as_str().unwrap().to_owned()).collect()
    }

    /// The letters that were taken.
    pub(crate) fn sent(&self) -> Vec<Letter> {
        self.letters.sent().into_iter().map(|it| it.1).collect()
    }

    pub(super) fn web(&self) -> Arc<dyn Web> {
        Arc::clone(&self.web) as Arc<dyn Web>
    }

    pub(super) fn post(&self) -> Arc<dyn Post> {
        Arc::clone(&self.letters) as Arc<dyn Post>
    }
}

/// The body of a request as JSON.
pub(crate) fn body(it: &Request) -> Value {
    serde_json::from_slice(&it.body).unwrap()
}

/// A header of a request, which must be there.
pub(crate) fn header<'a>(it: &'a Request, name: &str) -> &'a str {
    let found = it.headers.iter().find(|it| it.0 == name);
    found.map(|it| it.1.as_str()).unwrap_or_else(|| panic!("{name} is missing"))
}
