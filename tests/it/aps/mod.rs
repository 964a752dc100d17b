//! The APS 2 bus: conversations as a client of that platform has them.

mod accounts;
mod bus;
mod lists;
mod oauth;
mod planning;
mod plans;
mod publishing;
mod scenarios;
mod skus;
mod subscriptions;
