//! Settlement: who gets which part of what was paid, and the note that pays it out.
//!
//! Each paid charge makes a share record for each partner by the share model in force. A run
//! gathers the open records of a time into a numbered note. Nothing adds two currencies.

pub mod note;
pub mod share;
