//! What all integration tests stand on: an appliance in memory, a clock that is moved, callers who
//! speak each contract.

pub(crate) mod absent;
pub(crate) mod acts;
pub(crate) mod app;
pub(crate) mod bus;
pub(crate) mod catcher;
pub(crate) mod chance;
pub(crate) mod client;
pub(crate) mod deeds;
pub(crate) mod disk;
pub(crate) mod goods;
pub(crate) mod house;
pub(crate) mod market;
pub(crate) mod midnight;
pub(crate) mod outside;
pub(crate) mod process;
pub(crate) mod python;
pub(crate) mod scale;
pub(crate) mod signer;
pub(crate) mod stage;
pub(crate) mod till;
pub(crate) mod volume;
