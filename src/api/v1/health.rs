//! The paths by which machines watch the appliance: alive, ready, metrics.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::services::{Bss, maintenance};

/// The paths; they need no sign-in and tell nothing about anybody's business.
pub(crate) fn router() -> Router<Arc<Bss>> {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// The process lives and may go on living.
async fn alive(State(bss): State<Arc<Bss>>) -> impl IntoResponse {
    if bss.is_stopped() {
        (StatusCode::SERVICE_UNAVAILABLE, "the store failed: the process must be restarted\n")
    } else {
        (StatusCode::OK, "alive\n")
    }
}

/// Requests can be answered: the store can be read. One that is full still is, and says so to who writes.
async fn ready(State(bss): State<Arc<Bss>>) -> impl IntoResponse {
    match maintenance::readiness(&bss) {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")),
    }
}

/// What is counted, in the text format of Prometheus.
async fn metrics(State(bss): State<Arc<Bss>>) -> impl IntoResponse {
    let text = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (text, bss.metrics().text())
}
