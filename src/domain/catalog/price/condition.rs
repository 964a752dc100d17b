//! Conditions: for which chosen characteristics a price is meant.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::attribute::AttributeValue;
use crate::domain::catalog::characteristic::{Characteristic, Choices, ValueKind, read};
use crate::domain::error::Invalid;
use crate::domain::quantity::Quantity;
use crate::domain::text::Name;

/// So many values one condition names.
const VALUES_MAX: usize = 100;

/// What must be chosen of one characteristic for a price to apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The characteristic.
    pub key: Name,
    /// What must be chosen.
    pub is: Matches,
}

/// What of a characteristic must be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Matches {
    /// One of these.
    OneOf(Vec<String>),
    /// A number from the first up to and including the second; an absent bound does not bind.
    Between(Option<Quantity>, Option<Quantity>),
}

impl Condition {
    /// Whether something that was chosen fulfils it. A characteristic without a value never does.
    #[must_use]
    pub fn holds(&self, chosen: &Choices) -> bool {
        chosen.get(&self.key).is_some_and(|all| all.iter().any(|it| self.is.matches(it)))
    }

    /// Refuses what can never be chosen of the characteristics of a product.
    ///
    /// # Errors
    /// With the field below the condition.
    pub fn check(&self, known: &[Characteristic]) -> Result<(), Invalid> {
        let refused = |field: &str, rule, why: String| Err(Invalid::one(field, rule, why));
        let Some(of) = known.iter().find(|it| it.name == self.key) else {
            let why =
                format!("names `{}`, which is no characteristic of what is delivered", self.key);
            return refused("/characteristic", "reference", why);
        };
        match &self.is {
            Matches::OneOf(values) if values.is_empty() || values.len() > VALUES_MAX => {
                refused("/values", "range", format!("must be 1 to {VALUES_MAX}"))
            }
            Matches::OneOf(values) => {
                let wrong = values.iter().enumerate().find(|it| !of.can_be(it.1));
                let Some((place, value)) = wrong else { return Ok(()) };
                let why = format!("`{value}` is no value of `{}`", of.name);
                refused(&format!("/values/{place}"), "value", why)
            }
            Matches::Between(_, _) if of.kind != ValueKind::Number => {
                refused("/from", "format", format!("must be left out: `{}` is no number", of.name))
            }
            Matches::Between(None, None) => {
                refused("/values", "required", "must be given, or `from` or `to`".to_owned())
            }
            Matches::Between(Some(least), Some(most)) if most < least => {
                refused("/to", "range", "must not lie below `from`".to_owned())
            }
            Matches::Between(_, _) => Ok(()),
        }
    }
}

impl Matches {
    fn matches(&self, value: &AttributeValue) -> bool {
        match (self, value) {
            // A number is the same however it is written.
            (Self::OneOf(values), AttributeValue::Number(it)) => {
                let same =
                    |text: &String| text.parse().is_ok_and(|text: Quantity| text.decimal() == *it);
                values.iter().any(same)
            }
            (Self::OneOf(values), AttributeValue::Text(_) | AttributeValue::Flag(_)) => {
                values.contains(&value.to_string())
            }
            (Self::Between(least, most), AttributeValue::Number(it)) => {
                let it = Quantity::new(*it);
                least.is_none_or(|least| least <= it) && most.is_none_or(|most| it <= most)
            }
            (Self::Between(_, _), AttributeValue::Text(_) | AttributeValue::Flag(_)) => false,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.is {
            Matches::OneOf(values) => write!(f, "{}: {}", self.key, values.join(", ")),
            Matches::Between(Some(least), Some(most)) => write!(f, "{}: {least}–{most}", self.key),
            Matches::Between(Some(least), None) => write!(f, "{}: ≥ {least}", self.key),
            Matches::Between(None, Some(most)) => write!(f, "{}: ≤ {most}", self.key),
            Matches::Between(None, None) => write!(f, "{}", self.key),
        }
    }
}

impl Characteristic {
    /// Whether a text says a value that it can have at some time.
    fn can_be(&self, text: &str) -> bool {
        let Ok(text) = text.parse().map(AttributeValue::Text) else { return false };
        let value = read(self.kind, &text);
        self.takes(&value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::characteristic::{Allowed, CharacteristicValue};
    use crate::domain::time::Validity;

    fn name(text: &str) -> Name {
        text.parse().expect(text)
    }

    fn text(value: &str) -> AttributeValue {
        AttributeValue::Text(value.parse().expect(value))
    }

    fn number(value: &str) -> AttributeValue {
        AttributeValue::Number(value.parse::<Quantity>().expect(value).decimal())
    }

    fn between(least: Option<i64>, most: Option<i64>) -> Matches {
        Matches::Between(least.map(Quantity::whole), most.map(Quantity::whole))
    }

    fn one_of(values: &[&str]) -> Matches {
        Matches::OneOf(values.iter().map(|it| (*it).to_owned()).collect())
    }

    #[test]
    fn a_condition_holds_for_the_values_it_names() {
        let table = [
            (one_of(&["eu", "us"]), vec![text("eu")], true),
            (one_of(&["eu", "us"]), vec![text("EU")], false),
            (one_of(&["eu", "us"]), vec![text("asia"), text("us")], true),
            (one_of(&["16"]), vec![number("16.0")], true),
            (one_of(&["true"]), vec![AttributeValue::Flag(true)], true),
            (one_of(&["true"]), vec![AttributeValue::Flag(false)], false),
            (between(Some(1), Some(5)), vec![number("5")], true),
            (between(Some(1), Some(5)), vec![number("5.01")], false),
            (between(None, Some(5)), vec![number("-3")], true),
            (between(Some(1), None), vec![text("many")], false),
            (between(Some(1), None), vec![], false),
        ];
        for (is, values, expected) in table {
            let chosen = Choices::from([(name("size"), values)]);
            let condition = Condition { key: name("size"), is };
            assert_eq!(condition.holds(&chosen), expected, "{condition} {chosen:?}");
            assert!(!condition.holds(&Choices::new()));
        }
    }

    #[test]
    fn what_can_never_be_chosen_is_refused_at_its_place() {
        let allowed = |it| CharacteristicValue {
            allowed: Allowed::Exactly(it),
            is_default: false,
            unit: None,
            valid_for: Validity::ALWAYS,
        };
        let size = Characteristic::configurable(
            name("size"),
            ValueKind::Text,
            vec![allowed(text("S")), allowed(text("L"))],
        );
        let cores = Characteristic::configurable(name("cores"), ValueKind::Number, vec![]);
        let known = [size, cores];
        for (key, is, expected) in [
            ("size", one_of(&["L"]), Ok(())),
            ("cores", between(Some(1), None), Ok(())),
            ("cores", one_of(&["4"]), Ok(())),
            ("weight", one_of(&["4"]), Err("/characteristic reference")),
            ("size", one_of(&["S", "XL"]), Err("/values/1 value")),
            ("size", one_of(&[]), Err("/values range")),
            ("size", between(Some(1), None), Err("/from format")),
            ("cores", one_of(&["many"]), Err("/values/0 value")),
            ("cores", between(None, None), Err("/values required")),
            ("cores", between(Some(4), Some(1)), Err("/to range")),
        ] {
            let found = Condition { key: name(key), is }.check(&known).map_err(|it| {
                let first = &it.violations[0];
                format!("{} {}", first.field, first.rule)
            });
            assert_eq!(found, expected.map_err(str::to_owned), "{key}");
        }
    }
}
