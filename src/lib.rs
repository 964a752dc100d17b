//! Tillbox: a business support system in one binary.

pub mod domain;
pub mod store;
pub mod world;
