//! Usage: what was used, as the systems that count report it.
//!
//! An event is reported once, however often it is sent: source and event id are its key. This
//! module owns what may be reported, how reports become a quantity, and the life of a record. What
//! the quantity costs is [`billing`](super::billing).

pub mod aggregate;
pub mod counting;
pub mod detail;
pub mod lifecycle;
pub mod meter;
pub mod rating;
pub mod record;
pub mod source;
pub mod tally;
