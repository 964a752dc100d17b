//! The one integration binary: everything that is tried through a door.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod act;
mod aps;
mod backup;
mod bad_input;
mod binary;
mod brought_ids;
mod browser;
mod clock_jump;
mod commands;
mod coverage;
mod crash;
mod damage;
mod delivery;
mod demo;
mod described;
mod disk_full;
mod double_spend;
mod finding;
mod fuzz;
mod golden;
mod harness;
mod hostile;
mod ibm;
mod ledger;
mod model;
mod plug_pull;
mod power_cut;
mod retention;
mod same_key;
mod same_seed;
mod scenario;
mod secrets;
mod tenancy;
mod tmf;
mod v1;
