//! What all integration tests stand on: an appliance in memory, a clock that is moved, callers who
//! speak each contract.

pub mod app;
pub mod client;
pub mod process;
