//! The values that a template may name: a tree of texts, numbers and flags.

use std::collections::BTreeMap;

use minijinja::Value;

/// A value, or named or numbered values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// A text; amounts and days come as texts, written in the reader's language.
    Text(String),
    /// A count.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Values in an order.
    List(Vec<Tree>),
    /// Values under names.
    Group(BTreeMap<String, Tree>),
}

impl Tree {
    /// Values under names.
    pub fn group<const N: usize>(values: [(&str, Self); N]) -> Self {
        Self::Group(values.into_iter().map(|(name, it)| (name.to_owned(), it)).collect())
    }

    /// The same with the values of another group put in, over those of the same name.
    ///
    /// # Panics
    /// If one of them is no group.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Group(mut values), Self::Group(more)) => {
                values.extend(more);
                Self::Group(values)
            }
            (it, more) => panic!("only groups are put together, not {it:?} and {more:?}"),
        }
    }

    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Text(it) => Value::from(it.as_str()),
            Self::Number(it) => Value::from(*it),
            Self::Flag(it) => Value::from(*it),
            Self::List(all) => all.iter().map(Self::to_value).collect(),
            Self::Group(all) => {
                Value::from_pairs(all.iter().map(|(name, it)| (name.as_str(), it.to_value())))
            }
        }
    }
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Tree {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Tree {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for Tree {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<Tree>> for Tree {
    fn from(all: Vec<Tree>) -> Self {
        Self::List(all)
    }
}
