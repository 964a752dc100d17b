//! Conversations with the native API: what is said, and what is answered.

mod accounts;
mod billing_accounts;
mod classes;
mod parties;
mod sessions;
mod setup;
mod tokens;
mod users;
