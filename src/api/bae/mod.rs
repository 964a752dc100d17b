//! FIWARE Business API Ecosystem, first generation: the TM Forum's paths of 2016 and what stood beside
//! them, at the root (`/DSProductCatalog/api/catalogManagement/v2/…`, `/version`, …).
//!
//! Contract: the API description and the user and programmer guides of the Business API Ecosystem,
//! versions 5.4 to 8.1, and what its proxy refuses. The APIs of version 4 are
//! [`tmf`](crate::api::tmf)'s: attributes, lists, codes and refusals are others there, so that this is a
//! façade of its own over the same entities.
//!
//! # How it is cut
//!
//! | file | what lies there |
//! |---|---|
//! | [`http`], [`route`], [`table`] | reading a request, who calls; a row for each call; all rows |
//! | [`doors`] | each call and what one needs for it, for the tests that try them all |
//! | [`organization`] | for whom one acts: `X-Organization` |
//! | [`query`], [`list`] | `offset`, `size`, `sort`, `action=count`, `body`, `fields` and filters |
//! | [`form`], [`wire`] | reading bodies; answers, `href` and `Location` |
//! | [`carried`] | what was said of an entity beside what we know |
//! | [`error`] | `{"error": "…"}`: which refusal has which status |
//! | all others | one resource each, under the contract's name |
//!
//! # How to add a call
//!
//! A [`Row`](route::Row) in the `ROWS` of its file: method, whole path, what one
//! [needs](route::Needs), and a function from what was [asked](route::Asked) to the
//! [work](crate::api::edge::work::Work). The function reads path, query and body, and refuses in the
//! contract's words; the work calls use cases, whose refusals [`error`] translates. A method without a
//! row is 405 where the path has another row. A new file is named in [`table`]. For every row that writes
//! a deed in `tests/it/bae/deeds.rs`, without which the tests fail.
//!
//! A list is [`list::listed`] over a page of trees; which parameters mean what is a
//! [`Listed`](query::Listed). A status that a rule of this contract has is a
//! [`Rule`](error::Rule).
//!
//! # What we chose
//!
//! - Everybody signs in by a token (`Authorization: Bearer`, `X-Auth-Token`, `X-API-KEY`), a session, or
//!   login and password. What is public is what the provider has on its shelf; a token sees the shelf of
//!   whoever sells to its account.
//! - `X-Organization` names the account for which one acts, by its id or that of its party: one's own. For
//!   any other it is 403.
//! - A path that is not there is 404, a method that it does not have 405, then credentials 401, rights
//!   403, what is wrong with the request 400, 409 or 422 as the rule has it.
//! - A list has 10 things where no `size` is given, the oldest first; `sort=date` has the newest first. Beside
//!   what was asked for, `X-Total-Count` says how many there are.
//! - A `PATCH` to `Retired` with `cascade=true` retires the offerings that stand before it, too.
//! - Values of filters are compared whatever their case; `a,b` is one of both. A filter by an attribute
//!   that nothing has leads to an empty list.
//! - Attributes that nobody knows are kept and shown, and can be filtered by.
//! - Every `POST` honours `Idempotency-Key`.

mod carried;
mod cascade;
mod catalog;
mod catalogue;
mod category;
mod characteristic;
pub mod doors;
mod error;
mod form;
mod http;
mod license;
mod list;
mod organization;
mod price_alteration;
mod price_amount;
mod price_change;
mod price_plan;
mod price_shown;
mod product_offering;
mod product_specification;
mod query;
mod route;
mod service_candidate;
mod table;
mod upgrade;
mod version;
mod wire;

use std::sync::Arc;

use axum::Router;

use crate::services::Bss;

/// The router of all paths of the contract.
pub fn router() -> Router<Arc<Bss>> {
    http::router()
}
