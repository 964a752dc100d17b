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
//! | [`multipart`] | forms with files |
//! | [`callback`] | what is sent to who settled |
//! | [`carried`] | what was said of an entity beside what we know |
//! | [`error`], [`unica`] | `{"error": "…"}`: which refusal has which status; how sharing says no |
//! | [`contact`], [`party_details`], [`number`] | ways to reach somebody, periods and papers; numbers digit for digit |
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
//! - Parties are read by whom they concern. Of who sells what one sees everybody reads the name, and nothing
//!   else. Each changes the one that it is, as a person or as its account; nobody makes one.
//! - A customer is an account, a customer account and its billing account one billing account of ours.
//!   Whoever buys is a customer already: its `POST` answers with the customer that it is, reached as it says.
//!   A second billing account for a customer account is one more of ours. Its cycle, format, currency and
//!   means of payment are shown; to say others is 422.
//! - A customer account is `paid`, `due`, `in arrears` or, while it is reminded, `in collection`.
//! - A charge is a line of an invoice, and a transaction is one too; what goes back is a line of a credit
//!   note. A product class is `defaultRevenue`, an offering by its id or a category by its name; a model of a class
//!   of which nothing is called yet makes a category of it, which its offerings name later. A settlement
//!   is over when it is answered; it has a report for each model and currency, which are sent to its
//!   `callbackUrl`, again until they are taken. Revenue sharing says no in faults of its own.
//! - Ratings are of whoever calls and has bought, 1 to 5. What is recommended is worked out, and cannot
//!   be set.
//! - Tokens of applications are sealed, and given to their user alone.
//! - Every `POST` honours `Idempotency-Key`.
//! - An order is billed and paid once, to who sells to the account. Several sellers are in it where offers are
//!   delivered by suppliers: each of them sees its own items and works on them, and what it earns is its
//!   part of what was paid. An order waits for its payment as `Pending`, and is `InProgress` from then on. An item is `Acknowledged` until somebody has begun with it.
//! - What a seller launches by this contract is on the marketplace where its own shelf carries that
//!   (`marketplace` of `/api/v1/accounts/{id}/billing_policy`): customers of all sellers that carry it find
//!   and order it, and it is listed with who launched it. Where nobody has opted in, sellers see nothing
//!   of each other.
//! - What is said at `orders/accept` is not believed: the gateway is asked. What is owed where a product is
//!   billed is paid before it is renewed or ended.
//! - A record of use is `Received` while nothing charges it, `Guided` while a price does, `Rated` on a bill,
//!   and `Rerate` when more came in of a period that is on one: the next bill rates it anew. What is
//!   included is a piece of its own, and bears what it would cost. One that was refused stands in the
//!   list of `status=Rejected`, until a `PATCH` with the status `Recycled` corrects it and hands it in again.
//! - An `importJob` is done when it is answered: it has the records as `usage`, or a `url` where they are
//!   fetched, with a `token` to be shown there.
//! - An order that waits for its payment says where to pay whenever it is asked for; where the gateway did
//!   not answer, it is asked again then.

mod api_key;
mod asset;
mod asset_management;
mod authorize;
mod billing_account;
mod billing_charge;
mod callback;
mod carried;
mod cascade;
mod catalog;
mod catalogue;
mod category;
mod characteristic;
mod charge_period;
mod contact;
mod customer;
mod customer_account;
pub mod doors;
mod error;
mod form;
mod http;
mod identity_provider;
mod license;
mod list;
mod media;
mod multipart;
mod number;
mod order_item;
mod order_management;
mod order_patch;
mod organization;
mod party;
mod party_details;
mod price_alteration;
mod price_amount;
mod price_change;
mod price_plan;
mod price_shown;
mod product;
mod product_job;
mod product_offering;
mod product_order;
mod product_specification;
mod promotion;
mod query;
mod recommendation;
mod related_party;
mod reputation;
mod revenue;
mod revenue_class;
mod revenue_model;
mod revenue_record;
mod revenue_report;
mod route;
mod service_candidate;
mod settlement_note;
mod shopping_cart;
mod sla;
mod table;
mod unica;
mod upgrade;
mod usage;
mod usage_import;
mod usage_pull;
mod usage_specification;
mod version;
mod wire;

use std::sync::Arc;

use axum::Router;

pub(crate) use self::callback::Callbacks;
use crate::services::Bss;

/// The router of all paths of the contract.
pub fn router() -> Router<Arc<Bss>> {
    http::router()
}
