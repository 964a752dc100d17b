//! Tillbox: a business support system in one binary. This page is the map of the house.
//!
//! One process, one file, one writer. Everything the appliance can do is a use case in
//! [`services`]; a contract in [`api`] translates to and from it, a duty in [`jobs`] calls it when
//! time has made work, the command line in [`cli`] calls it for whoever runs the machine.
//!
//! # Which way the arrows point
//!
//! ```text
//! main → cli → api · ui · jobs → services → store · search · render · world → domain
//! ```
//!
//! | room | what lies there | sliced by |
//! |---|---|---|
//! | [`domain`] | nouns, rules and arithmetic; pure: no I/O, clock, randomness or JSON | concept |
//! | [`store`] | the file: records, indices, facts, journal, usage; the only room that knows redb | capability |
//! | [`search`] | the index of offers: derived, disposable, rebuilt from the store | – |
//! | [`render`] | the domain turned into bytes for people and their programs: mails, PDF, e-invoices, tables | form |
//! | [`world`] | what we ask of the outside: time, randomness, mail, HTTP; each real and scripted | thing |
//! | [`services`] | use cases: `capability::verb`; the only room where a transaction is opened | capability |
//! | [`jobs`] | duties: statements that should be true, and a step towards each | duty |
//! | [`api`] | other people's contracts and ours ([`api::v1`]); what they share is its edge | contract, then its resources |
//! | [`ui`] | the embedded web UI, a client of [`api::v1`] like any other; its pages are in `assets/ui` | – |
//! | [`cli`] | commands, and the wiring of everything | command |
//! | [`config`], [`telemetry`] | what can be set; the log | – |
//!
//! A capability has one name and one file stem wherever it appears: `find src -name 'payment*'`
//! shows all of it. `tests/tidy.rs` keeps the arrows; its table is this one, for machines.
//!
//! # The way of a request
//!
//! 1. The edge reads it within limits, finds out who asks ([`domain::operator::Actor`]) and whether
//!    the same `Idempotency-Key` was answered before.
//! 2. The row of the route table ([`api::v1::route`]) says what it needs; its handler translates
//!    what was asked into a command of ours.
//! 3. [`services::Bss::act`] hands the use case to the writer thread. It asks whether the caller
//!    may, loads, lets the domain decide (`(state, input, now) → new state + fact`, or a
//!    [`Rejection`](domain::error::Rejection)), keeps and tells.
//! 4. Acts that arrive together share a commit. Each can be taken back alone; each answer leaves
//!    after the disk has it. Reads ([`services::Bss::read`]) take a snapshot and never wait.
//! 5. What a use case answered becomes the contract's form, an [`Error`](services::Error) its
//!    envelope, by one exhaustive match for each contract.
//!
//! No network inside an act: what must be told is a [`Fact`](domain::event::Fact), in the log with
//! the change. Duties follow the log, send outside of any transaction, and keep what came of it in
//! another.
//!
//! # What holds everywhere
//!
//! - Booked money is whole minor units with a currency; rates are decimals; one gate with an
//!   explicit rounding leads from one to the other ([`domain::money`]). Every movement is a balanced
//!   entry of the [journal](domain::journal), in the transaction of its cause.
//! - What is issued is history: an [invoice](domain::billing::invoice) copies in what it says,
//!   explains each line, carries the hash of the one before, and looks nothing up.
//! - Time is an argument: business time, which a test clock may move, and wall time
//!   ([`services::Moment`]). What falls due stands in one table ([`domain::due`]); nobody scans.
//! - A state changes through one exhaustive match, printed as a table by the test beside it.
//! - Who may do what is one table ([`domain::operator::reach`]); what the caller may not see is
//!   not there.
//! - A record carries the version of its shape ([`store::Record::SHAPE`]); an old shape is frozen into
//!   [`store::migrate`].
//! - [`store::check`] proves over a whole file that all of it agrees; most tests end with it.
//!
//! # Where a change goes
//!
//! | you want to … | begin in |
//! |---|---|
//! | change a rule or a formula | the concept in [`domain`], with a row in the table of its test |
//! | let the appliance do something new | [`services`], then a row in a façade's route table |
//! | keep something new | [`domain`], a `record!` in [`store`], golden bytes, the register in [`store::schema`] |
//! | have something done by itself | a duty in [`jobs`], over a use case |
//! | speak another contract | a folder in [`api`]; no other façade, and nothing below, changes |
//! | say no in IBM's words | the list of [`api::ibm::message`], with cause and user action of each |

pub mod api;
pub mod cli;
pub mod config;
pub mod domain;
pub mod jobs;
pub mod render;
pub mod search;
pub mod services;
pub mod store;
pub mod telemetry;
pub mod ui;
pub mod world;
