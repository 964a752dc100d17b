//! How a fact is told, a system asked for something, and what takes its time done, in a contract's words.
//!
//! A façade implements it and `cli` hands it over, so that the duty that tells listeners can send
//! anybody's event without naming a façade.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::usage::Fetched;
use super::{Bss, Cx, Error};
use crate::domain::account::Account;
use crate::domain::event::Fact;
use crate::domain::id::{DocumentId, ResourceId};
use crate::domain::listener::Listener;
use crate::domain::operator::User;
use crate::domain::provisioning::task::Task;
use crate::domain::stamp::Contract;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::seat::Seat;
use crate::domain::text::{Name, Prose, WebAddress};

/// A contract's way of telling what happened.
pub trait Dialect: Send + Sync {
    /// Whose words they are.
    fn contract(&self) -> Contract;

    /// What a listener is told of a fact that it may hear, in those words: nothing if its own
    /// condition does not hold. The thing is told as it was then; `cx` is for whom it is linked with.
    ///
    /// # Errors
    /// If the fact was written in a shape that is no longer known.
    fn render(&self, cx: Cx<'_>, fact: &Fact, to: &Listener) -> Result<Vec<Message>, Error>;

    /// What a system is asked to do, in those words; nothing if the contract has none for it.
    ///
    /// # Errors
    /// If it cannot be written.
    fn ask(&self, asked: &Asked<'_>) -> Result<Option<Message>, Error>;

    /// What the system answered.
    ///
    /// # Errors
    /// If that is in no words of the contract.
    fn answer(&self, body: &[u8]) -> Result<Answered, Error>;

    /// What a source of usage answered, if it speaks these words.
    fn usage(&self, _: &[u8]) -> Option<Result<Fetched, Error>> {
        None
    }

    /// Does what somebody asked for in those words and does not wait for, as a document says it, and keeps
    /// what came of it there. Whether there was anything to do: what the asker did wrong is no error.
    ///
    /// # Errors
    /// If it could not be done and is to be tried again.
    fn errand(&self, _: &Arc<Bss>, _: DocumentId) -> Result<bool, Error> {
        Ok(false)
    }
}

/// What a system is asked to do.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The task.
    pub task: &'a Task,
    /// For what.
    pub subscription: &'a Subscription,
    /// For whom.
    pub account: &'a Account,
    /// For which seat of it and whose, if it is about one.
    pub seat: Option<(&'a Seat, &'a User)>,
    /// Where the system says that it is done, if it is not done at once.
    pub callback: &'a str,
}

/// What a system says of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It is at it, and will call back.
    Working,
    /// It is done.
    Done(Brought),
    /// It cannot be done, ever.
    Failed(Prose),
}

/// What came of a task.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Brought {
    /// Where the buyer finds it.
    pub link: Option<WebAddress>,
    /// How the buyer gets in.
    pub credentials: Option<String>,
    /// The system's own name for it.
    pub reference: Option<String>,
    /// Its names for what it made of single resources.
    pub resources: BTreeMap<ResourceId, Name>,
}

impl fmt::Debug for Brought {
    /// Without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Brought({:?}, {:?})", self.link, self.reference)
    }
}

/// What is sent to a listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Which message it is, however often it is sent.
    pub id: String,
    /// The body, as JSON.
    pub body: Vec<u8>,
}
