//! What all integration tests stand on: an appliance in memory, a clock that is moved, callers who
//! speak each contract.

pub(crate) mod acts;
pub mod app;
pub(crate) mod chance;
pub mod client;
pub(crate) mod disk;
pub mod house;
pub mod process;
pub(crate) mod scale;
pub(crate) mod volume;
