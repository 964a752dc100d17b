//! The way from a command to the use cases: through the socket file if a server runs, else over the
//! store itself. Either way it is the same request to the same router, so that a command is written
//! once.

use std::sync::Arc;
use std::thread::JoinHandle;

use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode, header};
use axum::{Router, body};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::UnixStream;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::failure::Failure;
use super::folder::Folder;
use super::{appliance, socket};
use crate::api;
use crate::config::Config;
use crate::services::{self, Bss, duty};
use crate::world::entropy::{Entropy as _, MachineEntropy};

/// How much a command reads of an answer.
const ANSWER_BYTES_MAX: usize = 256 << 20;

/// The header by which a server tells at its socket file where people reach it.
pub(super) const REACHED_AT: &str = "x-tillbox-reached-at";

/// An open way to the use cases.
pub(super) struct Door {
    runtime: Runtime,
    folder: Folder,
    way: Way,
}

/// A thread that keeps the duties inside the house until none finds anything to do.
pub(super) struct Hand(JoinHandle<Result<(), services::Error>>);

impl Hand {
    /// Whether it has nothing left to do.
    pub(super) fn is_free(&self) -> bool {
        self.0.is_finished()
    }

    /// How it went.
    pub(super) fn result(self) -> Result<(), Failure> {
        let action = "doing what is due";
        let done = self.0.join().unwrap_or_else(|_| Err(services::Error::internal("it panicked")));
        done.map_err(|source| Failure::Service { action, source })
    }
}

enum Way {
    /// A server has the store open.
    Server,
    /// This process has.
    Own { router: Router, bss: Arc<Bss> },
}

impl Door {
    /// The way to the use cases over the store of these settings.
    pub(super) fn open(config: &Config) -> Result<Self, Failure> {
        let folder = Folder::existing(config)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime
            .map_err(|source| Failure::Machine { action: "starting the runtime", source })?;
        let way = match runtime.block_on(socket::connect(&folder))? {
            Some(_) => Way::Server,
            None => {
                let bss = appliance::open_as_it_is(&folder, config)?;
                folder.hand_over()?;
                Way::Own { router: api::console(api::router(&bss, Router::new())), bss }
            }
        };
        Ok(Self { runtime, folder, way })
    }

    /// What is answered to a request for something.
    pub(super) fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None)
    }

    /// The file that is answered to a request for one.
    pub(super) fn file(&self, path: &str) -> Result<Vec<u8>, Failure> {
        self.runtime.block_on(async {
            let response = self.ask((&Method::GET, "file"), path, None).await?;
            if !response.status().is_success() {
                return read(response).await.map(|_| Vec::new());
            }
            let bytes = body::to_bytes(response.into_body(), ANSWER_BYTES_MAX).await;
            Ok(bytes.map_err(|error| Failure::Silent(error.into()))?.to_vec())
        })
    }

    /// What is answered to a request that something be done.
    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::POST, path, Some(body))
    }

    /// What is answered to a request that something be taken away.
    pub(super) fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::DELETE, path, None)
    }

    /// Whether no server runs.
    pub(super) const fn is_alone(&self) -> bool {
        matches!(self.way, Way::Own { .. })
    }

    /// Does what duties find to do, where no server runs that does.
    pub(super) fn lend_a_hand(&self) -> Option<Hand> {
        match &self.way {
            Way::Server => None,
            Way::Own { bss, .. } => {
                let bss = Arc::clone(bss);
                Some(Hand(std::thread::spawn(move || duty::keep_inside(&bss))))
            }
        }
    }

    /// Where people reach the server, if one runs.
    pub(super) fn reached_at(&self) -> Result<Option<String>, Failure> {
        let asked = self.ask((&Method::GET, "where"), "/healthz", None);
        let response = self.runtime.block_on(asked)?;
        let said = response.headers().get(REACHED_AT).and_then(|it| it.to_str().ok());
        Ok(said.map(ToOwned::to_owned))
    }

    /// Asks, and once more under the same key if the answer is lost: what was done is not done again.
    fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let mut random = [0; 16];
        MachineEntropy.fill(&mut random);
        let key = hex::encode(random);
        self.runtime.block_on(async {
            let asked = self.ask((&method, &key), path, body).await;
            let answer = match asked {
                Err(Failure::Silent(_)) => self.ask((&method, &key), path, body).await?,
                asked => asked?,
            };
            read(answer).await
        })
    }

    async fn ask(
        &self,
        (method, key): (&Method, &str),
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response<Body>, Failure> {
        let body = body.map_or_else(Body::empty, |it| Body::from(it.to_string()));
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", key)
            .body(body)
            .expect("paths are written here and ids are plain");
        match &self.way {
            Way::Own { router, .. } => {
                let answered = router.clone().oneshot(request).await;
                Ok(answered.expect("a router answers everything"))
            }
            Way::Server => ask(&self.folder, request).await,
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        // What the command answered stands, and it was handed over once that this could not be done.
        let _ = self.folder.hand_over();
    }
}

/// Asks a running server.
async fn ask(folder: &Folder, request: Request<Body>) -> Result<Response<Body>, Failure> {
    let gone = || Failure::Silent("it has ended".into());
    let stream: UnixStream = socket::connect(folder).await?.ok_or_else(gone)?;
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| Failure::Silent(error.into()))?;
    let answered = async {
        let response = sender.send_request(request).await?;
        let (parts, body) = response.into_parts();
        Ok::<_, hyper::Error>((parts, http_body_util::BodyExt::collect(body).await?.to_bytes()))
    };
    // The connection moves only while it is polled; it ends by itself or is dropped with the answer.
    let mut connection = std::pin::pin!(connection);
    let mut answered = std::pin::pin!(answered);
    let done = std::future::poll_fn(|cx| {
        let _ = connection.as_mut().poll(cx);
        answered.as_mut().poll(cx)
    });
    let (parts, bytes) = done.await.map_err(|error| Failure::Silent(error.into()))?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// What a response says, if that is no problem.
pub(super) async fn read(response: Response<Body>) -> Result<Value, Failure> {
    let (parts, body) = response.into_parts();
    let bytes = body::to_bytes(body, ANSWER_BYTES_MAX).await;
    let bytes = bytes.map_err(|error| Failure::Silent(error.into()))?;
    let answer = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    if parts.status.is_success() { Ok(answer) } else { Err(refusal(parts.status, &answer)) }
}

/// A problem as a sentence, with a line for each field that is wrong.
fn refusal(status: StatusCode, problem: &Value) -> Failure {
    let text = |key: &str| problem.get(key).and_then(Value::as_str);
    let title = text("title").map_or_else(|| status.to_string(), ToOwned::to_owned);
    let errors = problem.get("errors").and_then(Value::as_array);
    let mut told = match text("detail") {
        // The detail says the same of each field once more, in one line.
        Some(detail) if detail != title && errors.is_none_or(Vec::is_empty) => {
            format!("{title}: {detail}")
        }
        Some(_) | None => title,
    };
    for error in errors.into_iter().flatten() {
        let part = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
        told.push_str(&format!("\n  {} {}", part("pointer"), part("message")));
    }
    Failure::Refused(told)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_that_is_wrong_is_told_once() {
        let told = |problem: Value| refusal(StatusCode::UNPROCESSABLE_ENTITY, &problem).to_string();
        let problem = json!({
            "title": "Fields break rules", "detail": "`/by` must be a span; `/to` must be left out",
            "errors": [
                { "pointer": "/by", "message": "must be a span" },
                { "pointer": "/to", "message": "must be left out" },
            ],
        });
        assert_eq!(
            told(problem),
            "Fields break rules\n  /by must be a span\n  /to must be left out"
        );
        assert_eq!(
            told(json!({ "title": "Not there", "detail": "it is gone" })),
            "Not there: it is gone"
        );
        assert_eq!(told(json!({})), "422 Unprocessable Entity");
    }
}
