//! How a fact is told in a contract's words.
//!
//! A façade implements it and `cli` hands it over, so that the duty that tells listeners can send
//! anybody's event without naming a façade.

use super::Error;
use crate::domain::event::Fact;
use crate::domain::stamp::Contract;

/// A contract's way of telling what happened.
pub trait Dialect: Send + Sync {
    /// Whose words they are.
    fn contract(&self) -> Contract;

    /// A fact in those words.
    ///
    /// # Errors
    /// If the fact was written in a shape that is no longer known.
    fn render(&self, fact: &Fact) -> Result<Message, Error>;
}

/// What is sent to a listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Which message it is, however often it is sent.
    pub id: String,
    /// The body, as JSON.
    pub body: Vec<u8>,
}
