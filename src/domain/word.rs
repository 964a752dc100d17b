//! Enumerations whose members have a stable word: for messages, tables, commands and filters.
//!
//! A word is ours. How a contract spells the same thing is written in that contract's façade.

use thiserror::Error;

/// A text that is none of the words of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not one of {expected}")]
pub struct WordError {
    text: String,
    expected: String,
}

impl WordError {
    /// `text` is none of `expected`.
    #[must_use]
    pub fn new(text: &str, expected: &[&str]) -> Self {
        Self { text: text.chars().take(80).collect(), expected: expected.join(", ") }
    }
}

/// Declares an enumeration with a word for each member. The order is the store's: append only.
macro_rules! words {
    (
        $(#[doc = $doc:literal])+
        $name:ident { $($(#[doc = $each:literal])+ $member:ident = $word:literal;)+ }
    ) => {
        $(#[doc = $doc])+
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $($(#[doc = $each])+ $member,)+
        }

        impl $name {
            /// All members, in the order in which they are declared.
            pub const ALL: &'static [Self] = &[$(Self::$member,)+];

            /// The stable word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$member => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::word::WordError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().copied().find(|it| it.word() == text);
                found.ok_or_else(|| Self::Err::new(text, &[$($word,)+]))
            }
        }
    };
}
pub(crate) use words;

/// A state machine as a table: a row for each state, a column for each trigger, a dash where the
/// trigger is refused. Snapshots of it are how a change of a life cycle is reviewed.
#[cfg(test)]
pub(crate) fn matrix<S: Copy + std::fmt::Display, T: Copy + std::fmt::Display>(
    states: &[S],
    triggers: &[T],
    next: impl Fn(S, T) -> Option<S>,
) -> String {
    let cell = |it: Option<String>| it.unwrap_or_else(|| "-".to_owned());
    let mut rows = vec![vec![String::new()]];
    rows[0].extend(triggers.iter().map(ToString::to_string));
    for state in states {
        let after = |trigger: &T| cell(next(*state, *trigger).map(|it| it.to_string()));
        rows.push(std::iter::once(state.to_string()).chain(triggers.iter().map(after)).collect());
    }
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, it)| format!("{it:>0$}", width(column)));
        cells.collect::<Vec<_>>().join(" | ")
    };
    rows.iter().map(|row| line(row) + "\n").collect()
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macro declares what the domain shows")]
mod tests {
    words! {
        /// What a traffic light shows.
        Light {
            /// Stop.
            Red = "red";
            /// Go.
            Green = "green";
        }
    }

    #[test]
    fn a_word_is_read_as_it_is_written_and_others_are_refused_with_what_was_expected() {
        for light in Light::ALL {
            assert_eq!(light.to_string().parse(), Ok(*light));
        }
        let refused = "blue".parse::<Light>().map_err(|it| it.to_string());
        assert_eq!(refused, Err("`blue` is not one of red, green".to_owned()));
    }
}
