//! The nouns and rules of the business: pure, without I/O, clock, randomness or JSON.
//!
//! Nothing here knows how it is stored, asked for or told. A state changes through one exhaustive
//! match; an amount is rounded at one gate ([`money`]); time and ids are arguments.
//!
//! # Glossary
//!
//! One noun for one thing, and its name in each contract, stands at the head of each module below.

pub mod account;
pub mod attribute;
pub mod billing;
pub mod bucket;
pub mod catalog;
pub mod document;
pub mod due;
pub mod dunning;
pub mod error;
pub mod event;
pub mod id;
pub mod journal;
pub mod listener;
pub mod localized;
pub mod money;
pub mod notification;
pub mod operator;
pub mod order;
pub mod page;
pub mod party;
pub mod payment;
pub mod provisioning;
pub mod quantity;
pub mod review;
pub mod sealed;
pub mod settlement;
pub mod stamp;
pub mod subscription;
pub mod text;
pub mod time;
pub mod usage;
pub mod word;
