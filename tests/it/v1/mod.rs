//! Conversations with the native API: what is said, and what is answered.

mod accounts;
mod attributes;
mod billing_accounts;
mod billing_runs;
mod catalog;
mod classes;
mod consumer_keys;
mod invoices;
mod journal;
mod listeners;
mod mails;
mod overview;
mod papers;
mod parties;
mod payment_methods;
mod payments;
mod provisioning;
mod search;
mod sessions;
mod setup;
mod taxation;
mod timelines;
mod tokens;
mod usage;
mod usage_series;
mod users;
