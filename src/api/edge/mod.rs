//! What lies below every contract: reading a request, knowing the caller, sending an answer.
//!
//! Nothing here has a contract's words: a refusal is a [`Fault`](fault::Fault) or a service's
//! error, and the façade says it in its own envelope.

pub(crate) mod auth;
pub(crate) mod body;
pub(crate) mod call;
pub(crate) mod cursor;
pub(crate) mod download;
pub(crate) mod fault;
pub(crate) mod listing;
pub(crate) mod merge;
pub(crate) mod oauth;
pub(crate) mod origin;
pub(crate) mod query;
pub(crate) mod reply;
pub(crate) mod tongue;
pub(crate) mod unread;
pub(crate) mod upload;
pub(crate) mod usage_id;
pub(crate) mod work;
