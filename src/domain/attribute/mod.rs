//! Attributes that the people who run an installation name themselves: a name and a plain value.
//!
//! They are ours to show, search and filter. What a contract's client attaches without our
//! knowing what it means is carried instead ([`stamp`](super::stamp)). What a vendor wants to know
//! of each is laid down in [`definition`]s.

pub mod definition;

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::error::Violation;
use super::quantity::exact;
use super::text::{Code, Prose};

/// A named value, such as `external_id` = `1111-2222-3333`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// What it is called; once per thing.
    pub name: Code,
    /// What it says.
    pub value: AttributeValue,
}

/// What an [`Attribute`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttributeValue {
    /// A text.
    Text(Prose),
    /// A number, kept exactly.
    Number(#[serde(with = "exact")] Decimal),
    /// Yes or no.
    Flag(bool),
}

impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}

/// More than this on one thing is a table in disguise.
pub const ATTRIBUTES_MAX: usize = 100;

/// What is wrong with the attributes of one thing: too many, or a name twice.
#[must_use]
pub fn violations(attributes: &[Attribute], field: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    if attributes.len() > ATTRIBUTES_MAX {
        let message = format!("must have at most {ATTRIBUTES_MAX} entries");
        found.push(Violation::new(field, "range", message));
    }
    for (place, attribute) in attributes.iter().enumerate() {
        if attributes[..place].iter().any(|it| it.name == attribute.name) {
            let message = format!("must not repeat the name `{}`", attribute.name);
            found.push(Violation::new(format!("{field}/{place}/name"), "unique", message));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(name: &str) -> Attribute {
        Attribute { name: name.parse().expect(name), value: AttributeValue::Flag(true) }
    }

    #[test]
    fn a_name_stands_once_and_there_are_not_too_many() {
        let all = [attribute("a"), attribute("b"), attribute("a")];
        assert_eq!(violations(&all[..2], "/attributes"), []);
        let fields: Vec<_> =
            violations(&all, "/attributes").into_iter().map(|it| it.field).collect();
        assert_eq!(fields, ["/attributes/2/name"]);

        let many: Vec<_> = (0..=ATTRIBUTES_MAX).map(|it| attribute(&format!("n{it}"))).collect();
        assert_eq!(violations(&many[1..], "/attributes"), []);
        assert_eq!(violations(&many, "/attributes").len(), 1);
    }

    #[test]
    fn a_value_is_shown_as_it_was_said() {
        let text = AttributeValue::Text("1111-2222".parse().expect("a text"));
        assert_eq!(text.to_string(), "1111-2222");
        assert_eq!(AttributeValue::Number(Decimal::new(150, 2)).to_string(), "1.50");
        assert_eq!(AttributeValue::Flag(false).to_string(), "false");
    }
}
