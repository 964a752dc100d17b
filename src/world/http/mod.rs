//! HTTP: requests to other people's servers.
//!
//! Sending blocks until the answer is there or the time is over; it never happens inside an act.
//! Nothing is followed: an answer that points elsewhere is an answer like any other.

mod client;
mod guard;
mod scripted;

use std::error;
use std::fmt;
use std::time::Duration;

use thiserror::Error;

pub use self::client::HttpWeb;
pub use self::guard::{Reach, Refusal};
pub use self::scripted::ScriptedWeb;

/// Somebody who takes requests to the net and brings back answers.
pub trait Web: Send + Sync {
    /// Sends a request and waits for the whole answer.
    ///
    /// # Errors
    /// If there is none; the status of an answer is no error.
    fn send(&self, request: &Request) -> Result<Response, WebError>;
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum WebError {
    /// The address is out of our reach, today and tomorrow.
    #[error("the address is not called")]
    Refused(#[source] Refusal),
    /// The request cannot be written as HTTP.
    #[error("the request is none")]
    Malformed(#[source] Cause),
    /// The server was not found, or nobody is there: nothing of the request has left.
    #[error("the server cannot be connected to")]
    NotConnected(#[source] Cause),
    /// The server did not speak to us.
    #[error("the server cannot be reached")]
    Unreachable(#[source] Cause),
    /// The answer did not come in time.
    #[error("the server did not answer in time")]
    TimedOut,
    /// The answer is longer than anybody wants to read.
    #[error("the answer has more than {max} bytes")]
    TooLong {
        /// How long it may be.
        max: usize,
    },
}

impl WebError {
    /// Whether the same request may fare better another time.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::NotConnected(_)
            | Self::Unreachable(_)
            | Self::TimedOut
            | Self::TooLong { .. } => true,
            Self::Refused(_) | Self::Malformed(_) => false,
        }
    }
}

/// What went wrong below.
pub type Cause = Box<dyn error::Error + Send + Sync>;

/// What is to be done at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read what is there.
    Get,
    /// Take what is sent.
    Post,
}

/// A request with all that belongs to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// What is to be done.
    pub method: Method,
    /// Where.
    pub address: String,
    /// What is said beside the body.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Vec<u8>,
    /// How long everything may take together.
    pub timeout: Duration,
    /// How many bytes of an answer are read.
    pub answer_bytes_max: usize,
}

impl Request {
    /// A request without headers and body, with ten seconds' time, for an answer of up to 64 KiB.
    #[must_use]
    pub fn new(method: Method, address: impl Into<String>) -> Self {
        Self {
            method,
            address: address.into(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout: Duration::from_secs(10),
            answer_bytes_max: 64 * 1024,
        }
    }

    /// The same with a header more.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same with a body.
    #[must_use]
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = bytes.into();
        self
    }
}

impl fmt::Debug for Request {
    /// Without headers and body, which hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} ({} bytes)", self.method, self.address, self.body.len())
    }
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status: 200, 404.
    pub status: u16,
    /// What was said beside the body, names in lower case.
    pub headers: Vec<(String, String)>,
    /// What was sent back.
    pub body: Vec<u8>,
}

impl Response {
    /// An answer without headers.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// Whether the server did as it was asked.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// What a header says, if it is there.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|it| it.0.eq_ignore_ascii_case(name));
        found.next().map(|it| it.1.as_str())
    }
}
