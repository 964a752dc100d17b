//! Lives: months pass, and what is left is what months leave.

mod alterations;
mod billing;
mod changes;
mod charges;
mod coupons;
mod crowds;
mod damages;
mod deposits;
mod discounts;
mod dunning;
mod endings;
mod estimates;
mod eu_vat;
mod first_invoice;
mod holds;
mod instalments;
mod languages;
mod models;
mod notices;
mod renewals;
mod settlement;
mod taxes;
mod two_sellers;
mod unrated;
mod unused;
mod waiting;
