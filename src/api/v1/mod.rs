//! Our own contract, version 1: for the UI, for scripts, and for whoever likes no dialect.
//!
//! JSON in snake case; problems of RFC 9457; pages by cursor; `ETag` and `If-Match`;
//! `Idempotency-Key` on everything that writes. Each resource file is a list of rows of the
//! [`route`] table.

mod account;
mod account_form;
mod account_remains;
mod admission;
mod asset;
mod asset_type;
mod attribute;
mod attribute_definition;
mod bank_statement;
mod billing_account;
mod billing_policy;
mod billing_run;
mod bookkeeping;
mod calculation;
mod camt;
mod cancellation;
mod cart;
mod category;
mod characteristic;
mod checkout;
mod class;
mod clock;
mod consumer_key;
mod contact;
mod coupon;
mod credit;
mod debit_order;
mod deposit;
mod discount;
mod dunning;
mod entity;
mod event;
mod field;
mod form;
mod gateway;
mod health;
mod identity_provider;
mod invoice;
mod invoice_line;
mod invoice_page;
mod job;
mod journal;
mod letterhead;
mod listener;
mod localized;
mod mail;
mod merge;
mod message;
mod meter;
mod notification;
mod offer;
mod offer_listing;
mod offer_part;
mod offer_resource;
mod offer_term;
mod openapi;
mod order;
mod order_checkout;
mod order_item;
mod order_keeping_back;
mod order_preview;
mod overview;
mod paper;
mod party;
mod payment;
mod payment_method;
mod payment_plan;
mod price;
mod problem;
mod provisioning;
mod recognition;
mod recommendation;
mod resource_category;
mod retirement;
mod review;
mod rights;
pub mod route;
mod search;
mod service_terms;
mod session;
mod settlement;
mod setup;
mod share;
mod shipment;
mod shop;
mod sign_in;
mod sla;
mod specification;
mod stream;
mod subscription;
mod switch;
mod task;
mod tax;
mod terms_of_use;
mod timeline;
mod token;
mod usage;
mod usage_export;
mod usage_source;
mod usage_void;
mod user;
mod vat_rate;
mod way_to_pay;
mod wire;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

pub(crate) use self::message::Native;
use self::route::{Needs, Route};
use super::edge::auth;
use super::edge::fault::Fault;
use crate::services::Bss;

/// The whole table of routes.
fn table() -> Vec<Route> {
    [
        account::routes(),
        account_remains::routes(),
        admission::routes(),
        asset::routes(),
        asset_type::routes(),
        attribute_definition::routes(),
        category::routes(),
        characteristic::routes(),
        class::routes(),
        clock::routes(),
        consumer_key::routes(),
        event::routes(),
        identity_provider::routes(),
        meter::routes(),
        job::routes(),
        listener::routes(),
        mail::routes(),
        notification::routes(),
        offer::routes(),
        offer_listing::routes(),
        retirement::routes(),
        order::routes(),
        overview::routes(),
        party::routes(),
        price::routes(),
        provisioning::routes(),
        recommendation::routes(),
        review::routes(),
        rights::routes(),
        search::routes(),
        resource_category::routes(),
        service_terms::routes(),
        session::routes(),
        setup::routes(),
        shipment::routes(),
        shop::routes(),
        sla::routes(),
        specification::routes(),
        subscription::routes(),
        switch::routes(),
        task::routes(),
        timeline::routes(),
        usage::routes(),
        usage_source::routes(),
        token::routes(),
        user::routes(),
    ]
    .into_iter()
    .flatten()
    .chain(of_money())
    .collect()
}

/// The routes of what is billed, paid and booked.
fn of_money() -> Vec<Route> {
    [
        bank_statement::routes(),
        billing_account::routes(),
        billing_policy::routes(),
        billing_run::routes(),
        bookkeeping::routes(),
        calculation::routes(),
        cancellation::routes(),
        checkout::routes(),
        coupon::routes(),
        credit::routes(),
        dunning::routes(),
        discount::routes(),
        gateway::routes(),
        invoice::routes(),
        invoice_page::routes(),
        journal::routes(),
        letterhead::routes(),
        paper::routes(),
        payment::routes(),
        payment_method::routes(),
        payment_plan::routes(),
        debit_order::routes(),
        deposit::routes(),
        recognition::routes(),
        settlement::routes(),
        share::routes(),
        tax::routes(),
        vat_rate::routes(),
        way_to_pay::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The router of everything below `/api/v1`, and of the document that describes it.
pub fn router() -> Router<Arc<Bss>> {
    let mut router = Router::new();
    for route in table() {
        router = router.route(&format!("/api/v1{}", route.path), route.serve);
    }
    // Written when somebody asks for it first: a start need not wait for it.
    let written = Arc::new(OnceLock::new());
    let describe = move || async move {
        let document = written.get_or_init(|| Bytes::from(document().to_string())).clone();
        ([(header::CONTENT_TYPE, "application/json")], document).into_response()
    };
    router
        .route("/openapi.json", get(describe))
        .merge(health::router())
        .merge(sign_in::router())
        .merge(identity_provider::router())
        .method_not_allowed_fallback(no_method)
}

/// The description of this contract, by OpenAPI 3.1.
#[must_use]
pub fn document() -> serde_json::Value {
    openapi::document(&table())
}

/// What stands in the table: method, path below `/api/v1`, and what a caller needs. For the rights
/// test and the command line.
#[must_use]
pub fn rights() -> Vec<(String, &'static str, Needs)> {
    table().into_iter().map(|it| (it.method.to_string(), it.path, it.needs)).collect()
}

async fn no_method(request: Request) -> impl IntoResponse {
    let fault = Fault::NoMethod { method: request.method().to_string() };
    problem::response(&fault, &auth::request_id(request.headers()))
}

/// The answer to a path that is not there.
pub async fn no_route(request: Request) -> impl IntoResponse {
    let fault = Fault::NoRoute { path: request.uri().path().to_owned() };
    problem::response(&fault, &auth::request_id(request.headers()))
}

/// The answer to a request whose handling panicked.
pub(crate) fn failed(panic: &str) -> axum::response::Response {
    let fault = Fault::from(crate::services::Error::internal(format!("panic: {panic}")));
    problem::response(&fault, "")
}
