//! A web for tests: one function is all the servers there are, and every request is kept.

use std::sync::Mutex;

use super::{Request, Response, Web, WebError};

type Server = dyn Fn(&Request) -> Result<Response, WebError> + Send + Sync;

/// A web that consists of one function.
pub struct ScriptedWeb {
    server: Box<Server>,
    heard: Mutex<Vec<Request>>,
}

impl ScriptedWeb {
    /// The web in which `server` answers everything.
    pub fn answering(
        server: impl Fn(&Request) -> Result<Response, WebError> + Send + Sync + 'static,
    ) -> Self {
        Self { server: Box::new(server), heard: Mutex::default() }
    }

    /// All that was sent, oldest first.
    #[must_use]
    pub fn heard(&self) -> Vec<Request> {
        self.heard.lock().expect("nothing panics while it is held").clone()
    }
}

impl Web for ScriptedWeb {
    fn send(&self, request: &Request) -> Result<Response, WebError> {
        self.heard.lock().expect("nothing panics while it is held").push(request.clone());
        (self.server)(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::http::Method;

    #[test]
    fn every_request_is_kept_and_answered_by_the_script() {
        let web = ScriptedWeb::answering(|request| match request.body.as_slice() {
            b"fail" => Err(WebError::TimedOut),
            body => Ok(Response::new(200, body)),
        });
        let post = |body: &str| Request::new(Method::Post, "https://a.example").body(body);
        assert!(matches!(web.send(&post("fail")), Err(WebError::TimedOut)));
        assert_eq!(web.send(&post("b")).expect("an answer"), Response::new(200, "b"));
        assert_eq!(web.heard(), [post("fail"), post("b")]);
    }
}
