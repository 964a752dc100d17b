//! The one integration binary: everything that is tried through a door.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod act;
mod binary;
mod crash;
mod backup;
mod harness;
mod ledger;
