//! What we ask of the outside: time, randomness, mail, HTTP, money; each real and scripted.
//!
//! This is the one place with two implementations of everything, so that the rest of the house can
//! be run without an outside. Clients block; the duties that call them have threads of their own.

pub mod clock;
pub mod entropy;
pub mod gate;
pub mod gateway;
pub mod http;
pub mod mail;
pub mod password;
pub mod seal;
pub mod thread;
pub mod vies;
