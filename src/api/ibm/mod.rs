//! IBM BSS REST: customers, subscribers, subscriptions, seats, credentials and roles under
//! `/api/bss`, as IBM SmartCloud for Social Business (Connections Cloud) had them from 2012 to 2018.
//!
//! Contract: *IBM SmartCloud SaaS Business Support System, API Reference*, and the clients that IBM
//! and others wrote for it (OpenNTF Social Business Toolkit, `smartcloudadmin`).
//!
//! # How it is cut
//!
//! | file | what lies there |
//! |---|---|
//! | [`bss`], [`route`], [`table`] | HTTP: reading a request, who calls, which request is which |
//! | [`doors`] | each call and who may make it |
//! | [`field`] | what bodies may say, as tables, and their one validator |
//! | [`page`], [`wire`], [`country`] | pages by number; envelopes, dates and ids; countries by name |
//! | [`duration`] | how long something is ordered for, and how often it is billed |
//! | [`message`], [`error`] | the closed list of messages; which refusal is which |
//! | all others | one resource or service each, under the contract's name |
//!
//! # How to add a call
//!
//! A [`Row`](route::Row) in the `ROWS` of its file: method, path, the `x-operation` or `_namedQuery` by
//! which it is told from others, the permission and the role that it needs, and a function from what
//! was [asked](route::Asked) to the [work](crate::api::edge::work::Work). The function reads path, query and body, and
//! refuses in the contract's words ([`message`]); the work calls use cases, whose refusals
//! [`error`] translates. A new file is named in [`table`]. For everything that writes, a deed in
//! `tests/it/ibm/deeds.rs`, without which the tests fail.
//!
//! # What we chose
//!
//! Where the contract's documents say nothing, or more than one thing:
//!
//! - Everybody signs in by HTTP Basic with the login and the password of an active subscriber; tokens
//!   of ours (`Authorization: Bearer`) are taken too. Every request without credentials is 401, then a
//!   path that is not there 404, a method that it does not have 405, what the roles forbid 403, what is
//!   wrong with the request 400, what is not there or somebody else's 404.
//! - A one-time password opens nothing here but its own change by `changePassword`.
//! - Ids are our numbers. `Id` and `Oid` are both shown, and are the same.
//! - Paths, named queries, operations and the words of enumerations are taken in any case.
//! - Fields and parameters that nobody knows are passed over: clients send back what they were shown.
//!   A parameter may be said twice if it says the same.
//! - No list in a body has more than 100 entries, and no customer more billing accounts.
//! - Of what is wrong with the fields of a body the first thing is told in `BSSResponse`, in the order of
//!   the tables, as clients expect; beside it `BSSResponseSet` has all of them, and `ValidValueSet` in it
//!   the words that an enumeration can have. What only a use case finds is told alone.
//! - `EmailAddress` takes the 254 characters that a mail address can have (RFC 5321), of the 255 that the
//!   contract gives it. `State` and `PostalCode` must be there and say something where the country has
//!   states for certain (Australia, Canada, the United States); elsewhere they may be empty, and an
//!   `AddressLine1` may be blank, as `smartcloudadmin` sends them.
//! - A page past the end is an empty list; `getCustomerByOrgName` without a find is 404.
//! - The list of customers begins with the vendor itself (`RESELLER`), then those of its branch, the
//!   oldest first.
//! - Countries are known by their English names and by their codes. `CountryCode`, which is shown, may be
//!   sent back; one that is none, or that of another `Country`, is refused. `TimeZone` is a zone of IANA or one
//!   of the names that IBM's clients have for American ones; another, like a language that is none, is
//!   kept as it was said and means nothing.
//! - `CustomerAccountSet`: the default billing account is shown first; one that its customer calls
//!   nothing has our number for an `AccountNumber`. Each entry is the one of its
//!   `AccountNumber`, or a new one; a first entry of another number gives that to the default one. Those
//!   that no entry names stay, because invoices hang on them.
//! - A subscriber who is added is `PENDING` and is sent a link by which it chooses a password, unless
//!   `suppressEmail=true`. `activateSubscriber` sends nothing. A one-time password may be set and
//!   changed before; an active subscriber is told of it by mail, though not which it is.
//! - A password that this contract sets or changes keeps the rules of its documents; one that somebody
//!   chooses on the page of a link keeps those of the house, which ask for twelve characters.
//! - Passwords expire where an account says so, 30, 60, 90, 180 or 365 days after they were set or
//!   changed; no call of the contract says it, `password_days` of an account of ours does. An expired one
//!   is refused (`BZSAU9007E`) by everything but `changePassword` of its own `LoginName`, which who is no
//!   administrator calls too then. It opens the sign-in page of the UI, which asks for another.
//! - `resetPassword` sends a link. `setUserPassword` is for active subscribers; nobody sets its own
//!   password but by `changePassword`, and nobody its own `EmailAddress` here: another administrator
//!   does, or oneself in the UI, where it asks for the password.
//! - `PUT` of a subscriber sets its roles too. `VSR`, `CustomerAdministrator` and `User` are ours; the
//!   other names that clients know are kept, and give no right.
//!   Who loses the last of its roles, `User` too, can sign in and do nothing.
//! - Suspending, removing or demoting the last active administrator of an organization is refused.
//!   Seats are kept by who is suspended or softly deleted, and free when somebody is deleted. Who was
//!   softly deleted comes back `ACTIVE`, also without having been so before.
//! - Deleting a customer deletes its subscribers at once, and frees their addresses; the customer itself
//!   is `DEREGISTER_PENDING` as long as it owes something or something is left of it. One that was called
//!   off by another of our contracts keeps its subscribers until then, `REMOVE_PENDING`: they can be
//!   looked at and deleted, and nothing of them changed.
//! - Any role may make the calls of the roles below it: a VSR those that the documents have for a
//!   `CustomerAdministrator` alone, such as `setUserPassword`. Workflows are for a VSR, because tasks are
//!   the vendor's.
//! - `_force` changes nothing: nothing that it could overrule keeps somebody from being suspended, or a
//!   seat from being revoked.
//! - A part number is that of an offer of the customer's vendor. The duration is that of one of its
//!   terms, or as many of them as the offer lets one commit to at once: twelve months are a year, eight
//!   months are eight times one. What is had so is charged period by period like a single term, and
//!   renews as long as it was. Of several terms that fit, the longest is taken that is billed by
//!   `BillingFrequency`, or the longest at all; if none is, that is refused. Of an offer without terms, and of a term without an end, the duration is
//!   the period for which it is billed, and it goes on from one to the next until it is cancelled: its
//!   `TermSet` says so, it is `IsAutomaticallyRenewed`, and its `ExpirationDate` is the end of the period
//!   in which it is. A `PUT` of another gives it an end. What is shown as
//!   `BillingFrequency` is how often what is charged recurs. `OrderNumber` of the first item is the
//!   order's own; `ServiceCode` and `OrderItemAttributeSet` are passed over. An order is placed whole or
//!   not at all.
//! - What is ordered is ordered on the terms of use of its offerings, as entitling takes a seat on them:
//!   the order keeps which version was accepted, by whom and when. With `acceptTOU=false`, which an order
//!   takes like `entitleSubscriber`, what has terms is refused (`BZSBU9103E`). `GET /resource/offering`
//!   shows them as `TermsOfUse`.
//! - A subscription is `PENDING` until its service is there, and shows until then from when to when it
//!   would be had, were it there already. Held and expired ones are `SUSPENDED`; what
//!   was cancelled is 404 as soon as its service is gone. `ExpirationDate` is the first moment that is
//!   no longer paid for; of one that is sent the day counts. A `PUT` changes what differs. Of fewer seats
//!   there are fewer at once, but those that go stay paid to the end of the period: nothing of them is
//!   credited, and as many that come in it cost nothing more. Only where the seller gives units back at once
//!   (`removed_units` of its billing policy) the next bill does so by the day.
//! - Of what is pooled, `EntitlementQuantity` is what the pool holds with all that enlarges it, and
//!   `EntitlementQuantityAvailable` what nobody has a part of. Any number of users can have one, so that
//!   `NumberOfAvailableSeats` stays as it was bought. Users are entitled to the pool itself, and not to
//!   what enlarges it. Unsuspending what enlarges a pool lets the pool go on as well.
//! - Unsuspending a subscription lets its children go on, those too that were suspended themselves, and
//!   moves suspended subscribers who have a seat of what goes on back to what they were, `ACTIVE` or
//!   `PENDING`. Suspending it suspends nobody: its seats stay `ASSIGNED`, and open nothing meanwhile.
//! - A seat is made when somebody is entitled, is `ENTITLE_PENDING` until the service knows its user,
//!   and is gone when it is revoked or its subscription ends. Subscribers that are `PENDING` or `ACTIVE`
//!   can have one. `User` may entitle itself. The terms of use are those of the offering.
//!   Whether a Notes part has its mail address among the attributes is the service's to judge.
//! - `transferSeat` makes the seat pending again, until the other service knows its user. `changeQuota`
//!   reads `EntitlementQuantityAllocated` and `SubscriptionId`, and nothing else of the seat.
//! - The contact of a customer is copied into its first subscriber and goes its own way from there.
//! - Workflows are provisioning tasks: `DEFERRED` while they wait, `FAILED` when they are no longer
//!   wanted too. Those of a subscriber are of the subscriptions in which it has or had a seat.
//! - Mails are those that our other contracts send on the same occasion. Who is `PENDING` hears of nothing
//!   but its invitation, and a soft deletion and its end are told to nobody. A `PUT` that moves the
//!   `ExpirationDate` of a trial extends the trial.
//! - Service components are documents of the caller's company, or of the one in `CustomerId`
//!   (`customerId` in the query); `authenticationType` asks for one of the two flows.
//! - `GET /api/bss` is not IBM's: all calls, with the role that each takes. Nor is
//!   `GET /resource/offering`: the offers on sale that have a part number. Nor is `GET` of
//!   a subscriber's subscription, by which a service asks whether it is to let the subscriber in.
//! - A state that forbids an operation is 400; what would leave the house inconsistent is 409.
//! - Every `POST` honours `Idempotency-Key`.

mod admission;
mod authentication;
mod authorization;
mod bss;
mod country;
mod customer;
mod customer_form;
pub mod doors;
mod duration;
mod error;
mod field;
mod index;
pub mod message;
mod offering;
mod order;
mod page;
mod person;
mod role;
mod route;
mod seat;
mod service_component;
mod subscriber;
mod subscriber_form;
mod subscription;
mod table;
mod wire;
mod workflow;

use std::sync::Arc;

use axum::Router;

use crate::services::Bss;

/// The router of everything below `/api/bss`.
pub fn router() -> Router<Arc<Bss>> {
    bss::router()
}
