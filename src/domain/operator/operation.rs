//! Operations: what can be done to a thing beside reading, making, changing and removing it, as far
//! as a program is confined to some of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::error::{Invalid, Violation};

/// An operation of a kind of thing. Both have the names that a contract gives them; the kind is
/// named without its version, so that a newer version of it needs no other list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Operation {
    kind: String,
    verb: String,
}

/// The operations that a program is confined to; `None` for all that its user may.
pub type Operations = Option<BTreeSet<Operation>>;

impl Operation {
    /// So many operations has a list at most.
    pub const LIST_MAX: usize = 500;
    const KIND_BYTES_MAX: usize = 300;
    const VERB_BYTES_MAX: usize = 20;

    /// The operations of a kind of thing that are called by a verb.
    ///
    /// # Errors
    /// If the kind is no name on one line or bears a version, or the verb is no word.
    pub fn new(kind: &str, verb: &str) -> Result<Self, Invalid> {
        let mut found = Vec::new();
        let plain = kind.bytes().all(|it| it.is_ascii_graphic());
        if kind.is_empty() || kind.len() > Self::KIND_BYTES_MAX || !plain {
            let message = format!("must be 1 to {} visible ASCII characters", Self::KIND_BYTES_MAX);
            found.push(Violation::new("/type", "format", message));
        } else if without_version(kind) != kind {
            let message = format!("must be without a version: `{}`", without_version(kind));
            found.push(Violation::new("/type", "format", message));
        }
        let is_word = verb.bytes().all(|it| it.is_ascii_alphabetic());
        if verb.is_empty() || verb.len() > Self::VERB_BYTES_MAX || !is_word {
            found.push(Violation::new("/verb", "format", "must be a word such as `POST`"));
        }
        Invalid::unless_empty(found)?;
        Ok(Self { kind: kind.to_owned(), verb: verb.to_ascii_uppercase() })
    }

    /// Whether it is what somebody does to a thing of a kind, of whichever version.
    #[must_use]
    pub fn is(&self, kind: &str, verb: &str) -> bool {
        self.kind == without_version(kind) && self.verb.eq_ignore_ascii_case(verb)
    }

    /// The kind of thing, without its version.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What is done to it, in capital letters.
    #[must_use]
    pub fn verb(&self) -> &str {
        &self.verb
    }
}

/// A kind's name without the version at its end: `…/account` of `…/account/1.2`.
fn without_version(kind: &str) -> &str {
    let is_version = |it: &str| {
        it.starts_with(|it: char| it.is_ascii_digit())
            && it.split('.').all(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
    };
    match kind.rsplit_once('/') {
        Some((name, last)) if is_version(last) => name,
        Some(_) | None => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_that_of_a_kind_in_each_of_its_versions() {
        let hold = Operation::new("http://example.com/pa/bss-account-info", "post");
        let hold = hold.expect("an operation");
        for (kind, verb, is) in [
            ("http://example.com/pa/bss-account-info/1.0", "POST", true),
            ("http://example.com/pa/bss-account-info/12", "post", true),
            ("http://example.com/pa/bss-account-info", "POST", true),
            ("http://example.com/pa/bss-account-info/1.0", "GET", false),
            ("http://example.com/pa/bss-account-info/1.x", "POST", false),
            ("http://example.com/pa/bss-account", "POST", false),
        ] {
            assert_eq!(hold.is(kind, verb), is, "{verb} {kind}");
        }
    }

    #[test]
    fn a_kind_has_no_version_and_a_verb_is_a_word() {
        let told = |kind: &str, verb: &str| match Operation::new(kind, verb) {
            Ok(it) => format!("{} {}", it.verb(), it.kind()),
            Err(it) => it.to_string(),
        };
        assert_eq!(told("a/b", "get"), "GET a/b");
        assert_eq!(told("a/b/1.2", "GET"), "`/type` must be without a version: `a/b`");
        for (kind, verb) in [("", "GET"), ("a b", "GET"), (&*"a".repeat(301), "GET")] {
            assert!(told(kind, verb).contains("/type"), "{kind}");
        }
        for verb in ["", "G T", "GET1", &*"A".repeat(21)] {
            assert!(told("a", verb).contains("/verb"), "{verb}");
        }
    }
}
