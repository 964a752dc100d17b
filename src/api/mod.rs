//! The contracts of others, and ours: each a translation of the same use cases.
//!
//! A façade names [`services`](crate::services) and [`domain`](crate::domain), the edge and
//! itself, never another façade. What all have in common below the contract is in the edge. This
//! file alone knows all of them.

pub mod aps;
pub mod bae;
mod edge;
pub mod ibm;
pub mod tmf;
pub mod v1;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{
    Extensions, HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Version, header,
};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use crate::services::dialect::Dialect;
use crate::services::{Bss, Site};

/// All contracts over one appliance, and the paths by which machines watch it. `pages` is what is
/// answered where no contract has a path.
pub fn router(bss: &Arc<Bss>, pages: Router) -> Router {
    let request_id = HeaderName::from_static("x-request-id");
    let layers = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(request_id.clone(), Numbered::new(bss)))
        .layer(PropagateRequestIdLayer::new(request_id))
        .layer(TraceLayer::new_for_http().make_span_with(span::<Body>))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(is_no_file)));
    // What is answered is for who asked alone: secrets that are shown once stand in some of it. And
    // it is what it says it is, and no page.
    let say = |name, text| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(text));
    let contracts = v1::router()
        .merge(aps::router())
        .merge(ibm::router())
        .merge(tmf::router())
        .merge(bae::router())
        .layer(say(header::CACHE_CONTROL, "no-store"))
        .layer(say(header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    let all = contracts.with_state(Arc::clone(bss)).merge(pages).fallback(v1::no_route);
    all.layer(layers).layer(axum::middleware::from_fn(edge::unread::read))
}

/// The same contracts for who needs not say who it is: the operator of the machine, through a door
/// that is closed to everybody else. What it is put on must never be served to a network.
pub fn console(router: Router) -> Router {
    router.layer(axum::Extension(edge::auth::Console))
}

/// The words in which each contract tells what happened; `site` is where links lead.
#[must_use]
pub fn dialects(site: &Site) -> Vec<Box<dyn Dialect>> {
    let hub = tmf::Hub { public_url: site.public_url.clone() };
    vec![Box::new(v1::Native), Box::new(aps::Bus), Box::new(hub), Box::new(bae::Callbacks)]
}

/// What the log says of everything that happens in a request. Not the query and not the end of an
/// address that is a secret: they hold what only the caller should know.
fn span<B>(request: &Request<B>) -> tracing::Span {
    let id = edge::auth::request_id(request.headers());
    let path = told_path(request.uri().path());
    tracing::info_span!("request", id, method = %request.method(), path)
}

/// A path without the token by which another system calls back or somebody looks at an invoice, or the key that
/// it names.
fn told_path(path: &str) -> &str {
    const SECRET_AFTER: [&str; 3] = ["/callback/", "/apiKeys/", "/invoice_pages/"];
    let end = SECRET_AFTER.iter().find_map(|it| path.find(it).map(|at| at + it.len()));
    end.map_or(path, |end| &path[..end])
}

/// Request ids: a number that no other start of the server gives.
#[derive(Clone)]
struct Numbered {
    start: u64,
    next: Arc<AtomicU64>,
}

impl Numbered {
    fn new(bss: &Bss) -> Self {
        Self { start: u64::from_be_bytes(bss.random()), next: Arc::new(AtomicU64::new(1)) }
    }
}

impl MakeRequestId for Numbered {
    fn make_request_id<B>(&mut self, _: &Request<B>) -> Option<RequestId> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let id = format!("{:016x}-{number:x}", self.start);
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}

/// Whether an answer is no file that can be taken up again in the middle: what is counted by bytes
/// is sent as it is.
fn is_no_file(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(header::ACCEPT_RANGES)
}

/// A panic outside the writer is ours to know and nobody else's.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
fn panicked(panic: Box<dyn std::any::Any + Send>) -> axum::response::Response {
    let text = panic.downcast_ref::<&str>().map(|it| (*it).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    v1::failed(&text)
}

#[cfg(test)]
mod tests {
    use super::told_path;

    #[test]
    fn the_log_does_not_tell_the_address_that_only_one_system_knows() {
        assert_eq!(
            told_path("/api/v1/tasks/tsk_1/callback/secret"),
            "/api/v1/tasks/tsk_1/callback/"
        );
        assert_eq!(told_path("/apiKeyService/apiKeys/tbx_x/commit"), "/apiKeyService/apiKeys/");
        let page = "/api/v1/invoice_pages/inv_1/secret/pdf";
        assert_eq!(told_path(page), "/api/v1/invoice_pages/");
        assert_eq!(told_path("/api/v1/tasks/tsk_1/start"), "/api/v1/tasks/tsk_1/start");
    }
}
