//! The nouns and rules of the business: pure, without I/O, clock, randomness or JSON.
//!
//! Nothing here knows how it is stored, asked for or told. A state changes through one exhaustive
//! match; an amount is rounded at one gate ([`money`]); time and ids are arguments.
//!
//! # Glossary
//!
//! One noun for one thing. A new noun enters here first; what the contracts call it stands at the
//! head of its module.
//!
//! | noun | what it is |
//! |---|---|
//! | [party] | a person or an organization as such |
//! | [account] | the role in which a party sells or buys here: provider, reseller, customer; a tree |
//! | [billing account](account::billing_account) | where an account's invoices go: currency, cycle, address, zone |
//! | [customer class](account::class) | the terms that a seller gives a group of customers |
//! | [attribute], [its definition](attribute::definition) | what an installation keeps of a thing besides, and what a vendor says of it |
//! | [credit profile](account::credit) | how far an account is trusted, over time |
//! | [user](operator::User) | a person of an account who can sign in; holds [roles](operator::Role) |
//! | [consumer key](operator::ConsumerKey) | with which an external system signs its requests for a user |
//! | [specification](catalog::specification) | what is delivered: characteristics, resources, assets |
//! | [resource](catalog::resource) | a countable thing in a specification, and what it depends on |
//! | [asset](catalog::asset), [its sort](catalog::asset_type) | a digital good of a specification; what is said of each of a sort |
//! | [offer](catalog::offer) | what can be bought, with a life cycle and versions; a bundle holds offers |
//! | [marketplace](catalog::offer::Market), [carrying it](billing::policy::Marketplace) | what a seller lists for others to sell; whether one sells what others list |
//! | [term](catalog::term) | how long one commits, and how it renews |
//! | [price](catalog::price) | one-time, recurring or usage; a model, a currency, versions by date |
//! | [service terms](catalog::service_terms) | what happens after a term: grace, hold, destruction |
//! | [tax category, zone, rule](catalog::tax) | what taxation looks at |
//! | [discount](catalog::discount) | what lowers a price for customers: on what, for whom, how often |
//! | [coupon](catalog::coupon), [redemption](catalog::coupon::Redemption) | a code that unlocks a discount; a use of it |
//! | [promotion](catalog::promotion) | what is announced of discounts, for a time |
//! | [cart](order::cart), [quote](order::quote) | what is about to be ordered |
//! | [order] | what was asked for, [item](order::item) by item |
//! | [shipment](order::shipment) | a physical item on its way |
//! | [subscription] | an account's standing agreement to receive an offer |
//! | [pool](subscription::pool) | a subscription whose units users share in parts, and which others enlarge |
//! | [seat](subscription::seat) | a subscription's unit, or a part of its pool, in the hands of a user |
//! | [provisioning task](provisioning::task) | what must be done in another system so that a service exists |
//! | [meter](usage::meter), [usage record](usage::record) | what is counted; an occurrence of use |
//! | [invoice](billing::invoice), [credit note](billing::credit) | numbered, explained, immutable |
//! | [letterhead](billing::letterhead) | what the papers of a seller say of it, and how they look |
//! | [billing run](billing::run) | one go at billing what is due, with its outcome |
//! | [payment], [refund](payment::refund), [deposit](payment::deposit) | money in and out |
//! | [gateway](payment::gateway), [attempt](payment::attempt) | who takes in money for a seller; a payment on its way through it |
//! | [mandate](payment::mandate), [debit order](payment::debit) | a payer's consent to be collected from; what a bank is to collect |
//! | [bank statement](payment::statement) | what moved on a seller's bank account, and what was made of it |
//! | [journal] | every movement of money as a balanced double entry |
//! | [chart, booking](bookkeeping) | in which accounts a seller's accountant books; an amount from one to another |
//! | [share model, settlement](settlement) | who gets which part of what was paid |
//! | [dunning] | the ladder of what is done about invoices that are not paid in time |
//! | [dunning case](dunning::case) | how far a billing account has come on it since something is overdue |
//! | [bucket] | a prepaid or loyalty balance |
//! | [jump] | a stretch of time in which nobody looked at the machine's clock |
//! | [fact](event) | what happened to which thing, by whom, before and after |
//! | [listener] | who wants to be told of which facts |
//! | [notification template, mail](notification) | what people are written when something happens |
//! | [document] | a contract's entity that has no behavior here |
//! | [review] | what buyers say of an offer |

pub mod account;
pub mod attribute;
pub mod billing;
pub mod bookkeeping;
pub mod bucket;
pub mod catalog;
pub mod country;
pub mod document;
pub mod due;
pub mod dunning;
pub mod error;
pub mod event;
pub mod id;
pub mod journal;
pub mod jump;
pub mod listener;
pub mod localized;
pub mod money;
pub mod notification;
pub mod operator;
pub mod order;
pub mod overview;
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
pub mod typed;
pub mod usage;
pub mod word;
