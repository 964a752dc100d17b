//! Notes: what buyer and seller say to one another, to which is only added.

use serde::{Deserialize, Serialize};

use crate::domain::id::UserId;
use crate::domain::text::{Name, Prose};
use crate::domain::time::Instant;

/// Something that somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who, if it was a user.
    pub user: Option<UserId>,
    /// Who, as the note itself says.
    pub author: Option<Name>,
    /// What.
    pub text: Prose,
    /// When.
    pub at: Instant,
}

/// Notes in the order in which they were said. None is ever changed or taken away.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Notes(Vec<Note>);

impl Notes {
    /// The same with one more.
    #[must_use]
    pub fn with(mut self, note: Note) -> Self {
        self.0.push(note);
        self
    }

    /// All of them, the oldest first.
    #[must_use]
    pub fn as_slice(&self) -> &[Note] {
        &self.0
    }

    /// Whether another list of notes begins with these: then what follows may be added.
    #[must_use]
    pub fn begin(&self, others: &[Note]) -> bool {
        others.starts_with(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(text: &str) -> Note {
        let at = Instant::from_micros(0).expect("in range");
        Note { user: None, author: None, text: text.parse().expect(text), at }
    }

    #[test]
    fn notes_are_only_added_to() {
        let notes = Notes::default().with(note("hello")).with(note("there"));
        assert_eq!(notes.as_slice(), [note("hello"), note("there")]);
        assert!(notes.begin(&[note("hello"), note("there"), note("again")]));
        assert!(!notes.begin(&[note("hello")]));
        assert!(!notes.begin(&[note("hello"), note("changed")]));
    }
}
