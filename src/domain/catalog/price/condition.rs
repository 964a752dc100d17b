//! Conditions: for which chosen characteristics or dimensions a price is meant.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::quantity::{Quantity, decimal};
use crate::domain::text;

/// What must be true of one characteristic for a price to apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The characteristic or dimension.
    pub key: text::Code,
    /// What it must be.
    pub is: Matches,
}

/// What a characteristic's value must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Matches {
    /// One of these, letter for letter.
    OneOf(Vec<String>),
    /// A number from the first up to and including the second; an absent bound does not bind.
    Between(Option<Quantity>, Option<Quantity>),
}

impl Condition {
    /// Whether the chosen values fulfil it. A characteristic without a value never does.
    #[must_use]
    pub fn holds(&self, chosen: &BTreeMap<text::Code, String>) -> bool {
        let Some(value) = chosen.get(&self.key) else {
            return false;
        };
        match &self.is {
            Matches::OneOf(values) => values.contains(value),
            Matches::Between(least, most) => decimal(value).map(Quantity::new).is_some_and(|it| {
                least.is_none_or(|least| least <= it) && most.is_none_or(|most| it <= most)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_holds_for_the_values_it_names() {
        let one_of = Matches::OneOf(vec!["eu".to_owned(), "us".to_owned()]);
        let between = |least: Option<i64>, most: Option<i64>| {
            Matches::Between(least.map(Quantity::whole), most.map(Quantity::whole))
        };
        let table = [
            (one_of.clone(), "eu", true),
            (one_of.clone(), "EU", false),
            (one_of, "", false),
            (between(Some(1), Some(5)), "5", true),
            (between(Some(1), Some(5)), "5.01", false),
            (between(None, Some(5)), "-3", true),
            (between(Some(1), None), "many", false),
        ];
        for (is, value, expected) in table {
            let key: text::Code = "size".parse().expect("a code");
            let chosen = BTreeMap::from([(key.clone(), value.to_owned())]);
            let condition = Condition { key, is };
            assert_eq!(condition.holds(&chosen), expected, "{condition:?} {value}");
            assert!(!condition.holds(&BTreeMap::new()));
        }
    }
}
