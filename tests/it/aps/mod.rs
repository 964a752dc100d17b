//! The APS 2 bus: conversations as a client of that platform has them.

mod accounts;
mod bss_accounts;
mod bus;
pub(crate) mod deeds;
mod delivered;
mod events;
mod killed;
mod links;
mod lists;
mod oauth;
mod orders;
mod paths;
mod planning;
mod plans;
mod publishing;
mod removals;
mod requests;
mod rights;
mod scenarios;
mod selling;
mod skus;
mod stages;
mod subscriptions;
mod templates;
mod users;
