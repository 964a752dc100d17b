//! Tillbox: a business support system in one binary.

pub mod api;
pub mod cli;
pub mod config;
pub mod domain;
pub mod jobs;
pub mod render;
pub mod search;
pub mod services;
pub mod store;
pub mod telemetry;
pub mod world;
