//! Mail: letters that were composed elsewhere, brought to a mail server or laid into a folder.
//!
//! Sending blocks and may take as long as its time-outs; it never happens inside an act. A letter
//! keeps its id when it is sent again, so that a folder holds it once and a reader's program can
//! tell that it is the same.

mod folder;
mod mime;
mod scripted;
mod smtp;

use std::error;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

pub use self::folder::FolderPost;
pub use self::scripted::{Mishap, ScriptedPost};
pub use self::smtp::{SmtpError, SmtpPost};
use crate::domain::text::{Email, Name};
use crate::domain::time::Instant;

/// Somebody who takes letters.
pub trait Post: Send + Sync {
    /// Hands a letter over; `at` is the date it bears.
    ///
    /// # Errors
    /// If it was not taken; the error says whether it makes sense to try again.
    fn send(&self, letter: &Letter, at: Instant) -> Result<(), PostError>;

    /// Whether letters reach people, and do not only lie where whoever runs the machine finds them.
    fn reaches_people(&self) -> bool;
}

/// Why a letter was not taken.
#[derive(Debug, Error)]
pub enum PostError {
    /// It will never be taken as it is.
    #[error("the letter is refused for good")]
    Refused(#[source] Cause),
    /// It was not taken now, and may be later.
    #[error("the letter cannot be taken now")]
    Later(#[source] Cause),
}

/// What went wrong below.
pub type Cause = Box<dyn error::Error + Send + Sync>;

/// A mail with everything but its date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Which letter it is, however often it is sent.
    pub id: LetterId,
    /// Who writes.
    pub from: Mailbox,
    /// Who is written to.
    pub to: Mailbox,
    /// Where an answer goes, if not to the writer.
    pub reply_to: Option<Email>,
    /// What it is about, on one line.
    pub subject: String,
    /// What it says, for everybody.
    pub text: String,
    /// What it says, for those whose program shows HTML.
    pub html: Option<String>,
    /// What is enclosed.
    pub attachments: Vec<Attachment>,
}

/// A mail address with the name of whoever reads there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Whose address it is.
    pub name: Option<Name>,
    /// The address.
    pub email: Email,
}

/// A file that goes with a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// What the reader saves it as.
    pub file_name: String,
    /// What it is: `application/pdf`.
    pub media_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({}, {} bytes)", self.file_name, self.bytes.len())
    }
}

/// The id of a letter for all the world, `local@host`: also fit to be the name of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LetterId(String);

impl LetterId {
    /// The id without the angle brackets that mail puts around it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is not the id of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a message id is written as `ntf_1@example.com`, without brackets")]
pub struct LetterIdError;

impl FromStr for LetterId {
    type Err = LetterIdError;

    fn from_str(text: &str) -> Result<Self, LetterIdError> {
        let plain = |it: u8| it.is_ascii_alphanumeric() || b"._-".contains(&it);
        let atoms = |it: &str| it.split('.').all(|it| !it.is_empty()) && it.bytes().all(plain);
        let is_id = text.split_once('@').is_some_and(|(local, host)| atoms(local) && atoms(host));
        // Files may have names of 255 bytes, of which the folder needs some for itself.
        if is_id && text.len() <= 200 {
            return Ok(Self(text.to_owned()));
        }
        Err(LetterIdError)
    }
}

#[cfg(test)]
pub(super) fn letter(id: &str) -> Letter {
    let mailbox = |name: &str, email: &str| Mailbox {
        name: name.parse().ok(),
        email: email.parse().expect("an address"),
    };
    Letter {
        id: id.parse().expect("an id"),
        from: mailbox("Tillbox", "billing@example.com"),
        to: mailbox("Ann Müller", "ann@example.com"),
        reply_to: None,
        subject: "Rechnung über 19,99 €".to_owned(),
        text: "Guten Tag\n.\nbis bald\n".to_owned(),
        html: Some("<p>Guten Tag</p>".to_owned()),
        attachments: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_a_letter_is_neither_a_path_nor_a_header() {
        for text in ["ntf_0198-a@example.com", "a.b@localhost"] {
            assert_eq!(text.parse::<LetterId>().map(|it| it.0), Ok(text.to_owned()));
        }
        let long = format!("{}@example.com", "x".repeat(200));
        for text in [
            "",
            "a",
            "@",
            "a@",
            "@b",
            "../a@b",
            "a/b@c",
            ".a@b",
            "a..b@c",
            "a@b@c",
            "<a@b>",
            "a@b\r\nBcc: c@d",
            "a b@c",
            "ä@b",
            "a@b\0",
            &long,
        ] {
            assert!(text.parse::<LetterId>().is_err(), "{text:?} should be refused");
        }
    }
}
