//! The APS 2 bus: resources, links and operations under `/aps/2`, as the BSS types of Odin
//! Automation and CloudBlue Commerce have them.
//!
//! Contract: *Application Packaging Standard*, generic BSS API (Manage Accounts, Manage Service
//! Plans, Manage Subscriptions), types of the SDK 7.4 to 21.0.
//!
//! # How it is cut
//!
//! | file | what lies there |
//! |---|---|
//! | [`bus`], [`route`] | HTTP: reading a request, who calls, which request is which |
//! | [`kind`], [`property`], [`relation`], [`operation`] | the table of types: what a type is made of |
//! | [`registry`] | all types and services; finding a resource whatever its type |
//! | [`anatomy`] | what a resource looks like in each kind of answer, and `select` |
//! | [`rql`] | the query language: reading a query, holding a filter against a resource |
//! | [`reading`] | what a resource says along a path, for filters |
//! | [`lookup`], [`plan`], [`trace`] | the indices of a type, and the way along them to what a filter holds for |
//! | [`gather`] | what becomes of what was found: a stretch, an order, a sum |
//! | [`body`], [`batch`] | what a request says, held against the type; creating one or several |
//! | [`list`], [`resource`], [`service`], [`platform`] | the routes |
//! | [`event_subscription`], [`event`] | who is told of what, and in which words |
//! | [`order_management`], [`order_request`], [`order_info`], [`order_estimate`], [`term_condition`] | the order manager |
//! | [`schema`], [`doors`] | what follows from the table: the documents of the types, and who may do what |
//! | [`identity`] | which id is what: the two faces of one thing |
//! | [`error`] | how the bus says no, with the list of its error types |
//! | all others | one type each, under the contract's name |
//!
//! # How to add a type
//!
//! 1. A file under the contract's name with a `pub(super) static KIND: Kind<Thing>`, over the thing
//!    of ours that it shows; [`customer_class`] is the smallest, [`bss_account_information`] has
//!    everything. Its `number` is the next that no type or service has.
//! 2. *Properties* in the order in which the contract's samples have them. [`Property::of`] reads
//!    from the thing alone, [`Property::looked_up`] what stands elsewhere. A reader answers `null`
//!    where there is nothing: the property is then left out. `.required()`, `.said_once()`,
//!    `.read_only()` and `.masked()` say who may write; the bus holds bodies against that before
//!    the type's own functions see them.
//! 3. *Relations*: [`Relation::one`] and [`Relation::many`] answer the ids at the other end. Where
//!    both ends are types of the bus, write the relation into both files. `.strong()` for what the
//!    type requires, `.only_if(…)` for what some do not have, `.at_birth()` for what is named at
//!    creation, `.linked_by(…)` and `.unlinked_by(…)` for what clients may change.
//! 4. *Finding*: a [`Lookup`] for each property whose values an index leads from; `aps.id` is one by
//!    itself, and [`Finding::NONE`] is right for what is few. A lookup answers the ids of all that
//!    can have a value, perhaps of more; the filter is held against each, so it cannot be wrong,
//!    only slow. Everything else is found by going over [`Kind::list`].
//! 5. *Create*, *update*, *delete*: each translates and calls one use case. `create` gets a
//!    [`New`] and says with [`Batch::made`] what it became.
//! 6. A line in [`registry::KINDS`]; for everything of it that writes, a deed in
//!    `tests/it/aps/deeds.rs`, without which the tests fail.
//!
//! # How to add an operation or a service
//!
//! An [`Operation`] names its verb, its path below the resource (`/rates/{id}` has a parameter) and
//! the permission that a caller needs at all; whether it may be done to *this* resource is the use
//! case's to judge. `.takes(form)` describes the body, which is refused before the deed if it has
//! another form. [`Operation::reads`] is done in a snapshot, [`Operation::writes`] in the one act
//! of the request, [`Operation::works`] of a service between acts and reads of its own. Answering
//! `None` is 204, `Some` is 200.
//!
//! A [`Service`] is a static with an alias, an id of its own and operations over `()`; its line is
//! in [`registry::SERVICES`].
//!
//! # What we chose
//!
//! Where the contract's documents say nothing, or more than one thing:
//!
//! - A single creation answers 200 with the representation, a batch 200 with an array of them in
//!   the order of its elements; a batch is one act, all or nothing.
//! - Input that breaks a rule of form is 400, a business rule 409 with the rule in the error's
//!   `type`; see [`error`]. What the caller may not see is 404.
//! - Lists have a `Content-Range: items 0-9/100`; more than 1000 are cut, and the answer is 206. The
//!   total is `*` where telling it would mean to look at all there is.
//! - `|` and `;` join conditions only as they stand: what many HTTP libraries send for `|`, `%7C`, is a
//!   letter of a value. Most leave `;` alone.
//! - `limit(20)` begins at 20, as the page about RQL says; no list is longer than 10,000.
//! - `like` does not mind the case of letters, `eq` does; ids are the same in either case, times if
//!   they are the same moment. `sort`, `gt` and their like put letters in one case first, and
//!   compare numbers as numbers even where the contract writes them as texts.
//! - Of a collection on the way, one element is enough; `ne` and `out` as well. What is not set is
//!   `null`. A path that ends with a link is the id of what is there.
//! - A filter that names what no type in the list has, or what is masked, is 400, with the byte of
//!   the query. `select` passes over what it does not know: there may be clients of later versions.
//! - `count()` answers a number, `min` and `max` a value, `values` an array, in place of the list.
//!   `explain()` answers along which indices the list would be found.
//! - A query has at most 32 KiB, and is refused with the byte where it ends to be one. What is longer
//!   than the header of a request may be (64 KiB) does not reach the bus: HTTP answers 431 or 414
//!   without a body.
//! - `modified` is ISO 8601 in seconds, everywhere.
//! - A `Resource` of the BSS that was created as 1.0, 1.1 or 1.2 is shown as that, any other as 1.3. It
//!   has the properties of 1.3 all the same, and so have the documents of the older versions: of those
//!   little is known but `name`. Of other types we know one version: asked for an older one,
//!   `/aps/2/types?id=…` answers with it.
//! - `aps:deleted` begins when the way out does, with the 202 of a `DELETE`.
//! - Periods are counted in `DAYS`, `MONTHS` and `YEARS`. `HOURS` is refused: nothing is sold by the
//!   hour.
//! - `serviceStatus` is `CREATING` until a subscription is there, `ACTIVE` or `STOPPED` then, `REMOVING`
//!   on its way out, `REMOVED` when nothing is left, and `NOT_EXIST` of what never came. While another
//!   system is at work on it, it is `STARTING`, `STOPPING` or `CHANGING_PLAN`.
//! - The `apsType` in the `resources` of a `PASubscription` is the one that the `Resource` was given (a
//!   property of ours), or else the type of `Resource`.
//! - The `apsId` there is what the application that was asked calls what it made of the resource; it
//!   answers so in `resources`. Where it said nothing there is none.
//! - `taxZoneId` is the code of the zone that the vendor has laid down for the place of the account;
//!   where there is none, `Provider-Country` in the provider's own country and
//!   `Foreign-Country` elsewhere.
//! - What the platform has and we do not is no link of ours: `domains`, `brands`, `templates` and
//!   `publicActor` of an account, `websites` of a `PASubscription`, `inventoryItem` of a `Resource`;
//!   nor are there avatars of users, or a service beside `order-manager` and `sku-manager`.
//! - Another price is another revision of its plan; see [`event`].
//! - A service is a resource: its `aps.id` leads to it, and to its operations.
//! - No resource of ours lives in a subscription, so none has an `aps.subscription`, and a filter that
//!   names it is 400.
//! - A `PAAccount` is created with its `type`, as the document about accounts demands, although its type
//!   page names `CLIENT` as what it is by default.
//! - External systems sign by OAuth 1.0a without a token; the parameters stand in the header. A
//!   consumer key that names no operations may call all; `GET` operations are named like others.
//! - The alias of `CustomerClass` is `customer-classes`.
//! - `PUT` sends changes. A property that comes back as it was read is no change, so a client may
//!   send a whole representation back; a read-only property that differs is refused. So it is with
//!   links: one resource in place of another, or an array of all that a link is to lead to.
//! - The `handler` of an event subscription is an address on the web, signed for by Standard
//!   Webhooks with the `secret` that its creation answers; see [`event`] for what is told.
//! - A closed account stays readable: `aps:deleted` and `CANCELLED`.
//! - `locked` is true while an account is held, and when it is gone.
//! - Who administers its account is a `PAAdminUser`, all other users are `PAUser`, whose alias is
//!   `users`. Who becomes the one or the other stays the same resource, and a `PAAdminUser` may stand
//!   wherever a `PAUser` may.
//! - A user that names no `organization` is one of the account that its batch has opened, or of the
//!   caller's own. With a `password` it can sign in at once; without one it is invited by mail, and
//!   is `aps:activating` until it answers. No answer has a password or a link.
//! - `POST` on a link without an `aps.id` makes a resource there that cannot be without the link back:
//!   a user through the `users` of an account. The answer is the new resource.
//! - `servicesMode` follows from the seats a user has, and is not written.
//! - What something else names is not deleted: 409 `APS::Billing::InUse`, which says by what. A plan
//!   that was on the market stays there, `aps:deleted`; a user who is deleted does not.
//!
//! Of orders, of which the contract's documents name little ([`order_management`]):
//!
//! - The types of orders are `SALES`, `CHANGE`, `RENEWAL` and `CANCELLATION`. An order is worked on
//!   when it is placed; `estimate=true` in the query of `placeOrder` makes it an `estimateOrder`.
//! - A product of a sales order may have a `subscriptionName`, a `parentSubscriptionId`, `attributes`
//!   of the subscription, and `trial` where a plan has a trial and a paid period of one length;
//!   attributes beside the products are those of the order.
//! - `amount` is a number or a text, and the limit in all; `amountChange` is added to what there is.
//! - `paymentMethodId` is the UUID of a payment method that the account keeps. It is kept with the
//!   order and told by `orderInfo`, for who collects. Fields for promotions are not known to us and
//!   refused: what is not done should not be said to be. Discounts are the vendor's: estimates and
//!   orders are lowered by those that the account and its class get.
//! - The terms of use of a plan are its `termCondition`; an order of it needs an entry in
//!   `acceptedTerms` with the `planId` and the `version`. An estimate does not.
//! - `orderInfo` has `orderId`, `orderNumber`, `type`, `status`, `provisioningStatus`, `accountId`,
//!   `creationDate`, and where there is such a thing `completionDate`, `reasonCode`, `comment`,
//!   `refundType`, `message`, `attributes`, `paymentMethodId` and `acceptedTerms`. Each of its
//!   `subscriptions` has `subscriptionId`, `paSubscriptionId`, `planId`, `period`, `status`,
//!   `provisioningStatus`, `resources` as they were ordered, `attributes`, and a `message` of what
//!   went wrong.
//! - What is wrong with resources that the platform adds by itself is told of `resources` as such.
//! - The type of the service is version 1.7: the reasons for corrections of 1.22 are not there.
//! - `refundType` is `CREDIT_MEMO` (the default) or `REFUND`. Either way the days that were paid and
//!   are not used are given back by a credit note, as the `refund` of the period says; by `REFUND`
//!   what payments had settled of it is marked to be sent back. The estimate of a cancellation is what
//!   would be given back, below zero.
//! - The reason codes are a list of ours, the same for every vendor; `GET …/orders/reasonCodes`, of one
//!   operation by `?operation=`.
//! - `status` is one of `NEW`, `WAITING` (for the buyer), `ON_HOLD`, `OPEN`, `COMPLETED`,
//!   `PARTIALLY_COMPLETED`, `FAILED`, `CANCELLED`, `REJECTED`; `provisioningStatus` one of
//!   `NOT_STARTED`, `IN_PROGRESS`, `COMPLETED`, `FAILED`, `CANCELLED`.
//! - A number of an order is `SO`, `CH`, `RN` or `CL` with at least six digits, counted for each vendor.
//! - `POST …/orders/{orderId}/push` lets work begin on what waits for its day or its vendor; of what is
//!   worked on or done, nothing is changed.
//! - An estimate is what the first invoice would say of the order alone: `total`, `subtotal`, `taxes`,
//!   `billDate` and `details`. `includeTaxes=false` leaves the taxes out of all of them. Its cost is
//!   what the vendor would be charged for the plans that its own are copies of, by its own vendor;
//!   nothing for plans of its own. Only who may buy for the vendor is told.
//! - `details` of type `CREDIT` are what would be given back at once of lines of earlier invoices, for
//!   days that are paid and not used: by a cancellation, or by a change to another plan or period. A
//!   `CHANGE` to fewer units takes them at once, but they stay paid to the end of the period and are not
//!   credited, unless the vendor gives units back at once (`removed_units` of its billing policy): then the
//!   next invoice does so by the day.
//! - Within a term, a `CHANGE` leads to the plans and periods that `planPeriodSwitches` calls anything
//!   but `RENEWAL`, and to no others; a `RENEWAL` may lead into any period of the same plan.
//!
//! [`Property::of`]: property::Property::of
//! [`Property::looked_up`]: property::Property::looked_up
//! [`Relation::one`]: relation::Relation::one
//! [`Relation::many`]: relation::Relation::many
//! [`Lookup`]: lookup::Lookup
//! [`Finding::NONE`]: lookup::Finding::NONE
//! [`Kind::list`]: kind::Kind::list
//! [`New`]: kind::New
//! [`Batch::made`]: batch::Batch::made
//! [`Operation`]: operation::Operation
//! [`Operation::reads`]: operation::Operation::reads
//! [`Operation::writes`]: operation::Operation::writes
//! [`Operation::works`]: operation::Operation::works
//! [`Service`]: operation::Service

mod account;
mod account_form;
mod admin_user;
mod amount;
mod anatomy;
mod batch;
mod body;
mod bss_account_information;
mod bss_form;
mod bss_resource;
mod bss_resource_form;
mod bss_subscription;
mod bss_subscription_form;
mod bus;
mod customer_class;
pub mod doors;
mod error;
mod event;
mod event_subscription;
mod gather;
mod identity;
mod kind;
mod list;
mod localized;
mod lookup;
mod notification_template;
mod operation;
mod order_estimate;
mod order_info;
mod order_management;
mod order_request;
mod pa_subscription;
mod period;
mod plan;
mod platform;
mod postal;
mod property;
mod reading;
mod registry;
mod relation;
mod resource;
mod resource_type;
mod route;
mod rql;
mod schema;
mod service;
mod service_plan;
mod service_plan_category;
mod service_template;
mod service_terms;
mod sku;
mod subscription_price;
mod subscription_resource;
mod tax_category;
mod template_limit;
mod term_condition;
mod trace;
mod user;
mod user_form;
mod vendor;
mod wire;

use std::sync::Arc;

use axum::Router;

pub(crate) use self::event::Bus;
use crate::services::Bss;

/// The router of everything below `/aps`.
pub fn router() -> Router<Arc<Bss>> {
    bus::router()
}
