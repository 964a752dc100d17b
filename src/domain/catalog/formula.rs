//! Formulas: how the value of a characteristic follows from others: `30 - talk_time * 3`.
//!
//! Numbers, names of characteristics, `+ - * /`, a minus before something, and brackets; `*` and `/` bind
//! more than `+` and `-`, and what is alike is worked out from left to right. A name that is more than
//! letters, digits and underscores stands in quotation marks: `30 - "talk time" * 3`. All is worked out
//! with decimals, exactly; a quotient that never ends is cut after twenty-eight digits.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::quantity;
use crate::domain::text::Name;

/// No formula is longer, in characters.
const LENGTH_MAX: usize = 500;
/// No brackets lie deeper in one another.
const DEPTH_MAX: usize = 32;

/// How a value follows from others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Formula {
    text: String,
    root: Node,
}

/// Where a text is no formula, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what} at character {at}")]
pub struct NoFormula {
    what: String,
    /// Counted from 1.
    at: usize,
}

/// Why a formula comes to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Undone {
    /// What it is worked out from is not there.
    #[error("`{0}` has no number")]
    Missing(Name),
    /// Something is divided by nothing.
    #[error("something is divided by zero at character {0}")]
    ByZero(usize),
    /// A number is larger than can be counted.
    #[error("a number grows too large at character {0}")]
    TooLarge(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Number(Decimal),
    Named(Name),
    Minus(Box<Node>),
    /// An operator, where it stands, and what is to its left and right.
    Both(Operator, usize, Box<Node>, Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    Over,
}

impl Operator {
    fn of(sign: char) -> Option<Self> {
        match sign {
            '+' => Some(Self::Plus),
            '-' => Some(Self::Minus),
            '*' => Some(Self::Times),
            '/' => Some(Self::Over),
            _ => None,
        }
    }

    const fn binds_more(self) -> bool {
        match self {
            Self::Plus | Self::Minus => false,
            Self::Times | Self::Over => true,
        }
    }
}

impl Formula {
    /// The characteristics that it is worked out from.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&Name> {
        let mut found = BTreeSet::new();
        self.root.name(&mut found);
        found
    }

    /// What it comes to, where `value` knows the number of each characteristic.
    ///
    /// # Errors
    /// If a number is not there or too large, or something is divided by nothing.
    pub fn value(&self, value: &dyn Fn(&Name) -> Option<Decimal>) -> Result<Decimal, Undone> {
        self.root.value(value).map(|it| it.normalize())
    }
}

impl Node {
    fn name<'a>(&'a self, found: &mut BTreeSet<&'a Name>) {
        match self {
            Self::Number(_) => {}
            Self::Named(name) => drop(found.insert(name)),
            Self::Minus(of) => of.name(found),
            Self::Both(_, _, left, right) => {
                left.name(found);
                right.name(found);
            }
        }
    }

    fn value(&self, known: &dyn Fn(&Name) -> Option<Decimal>) -> Result<Decimal, Undone> {
        match self {
            Self::Number(it) => Ok(*it),
            Self::Named(name) => known(name).ok_or_else(|| Undone::Missing(name.clone())),
            Self::Minus(of) => Ok(-of.value(known)?),
            Self::Both(operator, at, left, right) => {
                let (left, right) = (left.value(known)?, right.value(known)?);
                let done = match operator {
                    Operator::Plus => left.checked_add(right),
                    Operator::Minus => left.checked_sub(right),
                    Operator::Times => left.checked_mul(right),
                    Operator::Over if right.is_zero() => return Err(Undone::ByZero(*at)),
                    Operator::Over => left.checked_div(right),
                };
                done.ok_or(Undone::TooLarge(*at))
            }
        }
    }
}

/// A text that is read from left to right.
struct Reader<'a> {
    signs: &'a [char],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn wrong<T>(&self, what: &str) -> Result<T, NoFormula> {
        Err(NoFormula { what: what.to_owned(), at: self.at + 1 })
    }

    /// The next sign that is no space.
    fn next(&mut self) -> Option<char> {
        while self.signs.get(self.at).is_some_and(|it| it.is_whitespace()) {
            self.at += 1;
        }
        self.signs.get(self.at).copied()
    }

    /// As many signs as are alike.
    fn while_it(&mut self, is: impl Fn(char) -> bool) -> String {
        let from = self.at;
        while self.signs.get(self.at).is_some_and(|it| is(*it)) {
            self.at += 1;
        }
        self.signs[from..self.at].iter().collect()
    }

    fn sum(&mut self) -> Result<Node, NoFormula> {
        let product = |it: &mut Self| it.row(true, Self::single);
        self.row(false, product)
    }

    /// Some parts, from left to right, between operators that bind alike.
    fn row(
        &mut self,
        binds_more: bool,
        part: impl Fn(&mut Self) -> Result<Node, NoFormula>,
    ) -> Result<Node, NoFormula> {
        let mut left = part(self)?;
        let fits = |it: &Operator| it.binds_more() == binds_more;
        while let Some(operator) = self.next().and_then(Operator::of).filter(fits) {
            self.at += 1;
            let at = self.at;
            let right = part(self)?;
            left = Node::Both(operator, at, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn single(&mut self) -> Result<Node, NoFormula> {
        if self.depth > DEPTH_MAX {
            return self.wrong("brackets lie too deep");
        }
        match self.next() {
            Some('-') => self.deeper(|it| it.single().map(|of| Node::Minus(Box::new(of)))),
            Some('(') => self.deeper(|it| {
                let inner = it.sum()?;
                if it.next() != Some(')') {
                    return it.wrong("a `)` is missing");
                }
                it.at += 1;
                Ok(inner)
            }),
            Some('"') => self.quoted(),
            Some(it) if it.is_ascii_digit() => self.number(),
            Some(it) if it.is_alphabetic() || it == '_' => self.name(),
            Some(_) | None => self.wrong("a number, a name or a `(` is missing"),
        }
    }

    fn deeper(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Node, NoFormula>,
    ) -> Result<Node, NoFormula> {
        (self.at, self.depth) = (self.at + 1, self.depth + 1);
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn number(&mut self) -> Result<Node, NoFormula> {
        let from = self.at;
        let text = self.while_it(|it| it.is_ascii_digit() || it == '.');
        match quantity::decimal(&text) {
            Some(number) => Ok(Node::Number(number)),
            None => {
                self.at = from;
                self.wrong("there is no number")
            }
        }
    }

    fn name(&mut self) -> Result<Node, NoFormula> {
        let from = self.at;
        let text = self.while_it(|it| it.is_alphanumeric() || it == '_');
        self.named(from, &text)
    }

    fn quoted(&mut self) -> Result<Node, NoFormula> {
        let from = self.at;
        self.at += 1;
        let text = self.while_it(|it| it != '"');
        if self.next() != Some('"') {
            return self.wrong("a `\"` is missing");
        }
        self.at += 1;
        self.named(from, &text)
    }

    fn named(&mut self, from: usize, text: &str) -> Result<Node, NoFormula> {
        match text.parse() {
            Ok(name) => Ok(Node::Named(name)),
            Err(_) => {
                self.at = from;
                self.wrong("there is no name of a characteristic")
            }
        }
    }
}

impl FromStr for Formula {
    type Err = NoFormula;

    fn from_str(text: &str) -> Result<Self, NoFormula> {
        let text = text.trim();
        let signs: Vec<char> = text.chars().collect();
        let mut reader = Reader { signs: &signs, at: 0, depth: 0 };
        if signs.len() > LENGTH_MAX {
            reader.at = LENGTH_MAX;
            return reader.wrong(&format!("a formula of more than {LENGTH_MAX} characters ends"));
        }
        let root = reader.sum()?;
        match reader.next() {
            None => Ok(Self { text: text.to_owned(), root }),
            Some(_) => reader.wrong("an operator is missing"),
        }
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Formula> for String {
    fn from(it: Formula) -> Self {
        it.text
    }
}

impl TryFrom<String> for Formula {
    type Error = NoFormula;

    fn try_from(text: String) -> Result<Self, NoFormula> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn came_to(text: &str) -> String {
        let known = |name: &Name| match name.as_str() {
            "talk_time" => Some(Decimal::new(45, 1)),
            "talk time" => Some(Decimal::from(4)),
            "große" => Some(Decimal::from(7)),
            "none" => Some(Decimal::ZERO),
            "most" => Some(Decimal::MAX),
            _ => None,
        };
        match text.parse::<Formula>() {
            Ok(formula) => match formula.value(&known) {
                Ok(it) => it.to_string(),
                Err(why) => why.to_string(),
            },
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn a_formula_is_worked_out_exactly() {
        for (text, expected) in [
            ("30 - talk_time * 3", "16.5"),
            ("30 - \"talk time\" * 3", "18"),
            ("(30 - talk_time) * 3", "76.5"),
            ("2 - 3 - 4", "-5"),
            ("100 / 8 / 2", "6.25"),
            ("1 + 2 * 3 - 4 / 2", "5"),
            ("-talk_time + 5", "0.5"),
            ("--2", "2"),
            ("2 * -3", "-6"),
            ("0.1 + 0.2", "0.3"),
            ("1.10 * 1", "1.1"),
            ("große*2", "14"),
            ("1 / 3", "0.3333333333333333333333333333"),
            ("((((1))))", "1"),
        ] {
            assert_eq!(came_to(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_formula_is_told_with_its_place() {
        for (text, expected) in [
            ("", "a number, a name or a `(` is missing at character 1"),
            ("1 +", "a number, a name or a `(` is missing at character 4"),
            ("1 2", "an operator is missing at character 3"),
            ("(1 + 2", "a `)` is missing at character 7"),
            ("1)", "an operator is missing at character 2"),
            ("1.2.3", "there is no number at character 1"),
            ("1 + \"talk", "a `\"` is missing at character 10"),
            ("\"\" + 1", "there is no name of a characteristic at character 1"),
            ("a ^ 2", "an operator is missing at character 3"),
            ("1 * * 2", "a number, a name or a `(` is missing at character 5"),
            ("size", "`size` has no number"),
            ("1 / none", "something is divided by zero at character 3"),
            ("1 / (2 - 2)", "something is divided by zero at character 3"),
            ("most + 1 + most", "a number grows too large at character 6"),
        ] {
            assert_eq!(came_to(text), expected, "{text}");
        }
        let long = format!("1{}", " + 1".repeat(200));
        assert_eq!(came_to(&long), "a formula of more than 500 characters ends at character 501");
        let deep = format!("{}1{}", "(".repeat(40), ")".repeat(40));
        assert!(came_to(&deep).starts_with("brackets lie too deep"));
        assert!(came_to(&"-".repeat(400)).starts_with("brackets lie too deep"));
    }

    #[test]
    fn a_formula_names_what_it_is_worked_out_from_and_reads_back_as_it_was_said() {
        let formula: Formula = " b * (a + b) - \"c d\" ".parse().expect("a formula");
        let names: Vec<_> = formula.names().into_iter().map(Name::as_str).collect();
        assert_eq!(names, ["a", "b", "c d"]);
        assert_eq!(formula.to_string(), "b * (a + b) - \"c d\"");
        let bytes = postcard::to_allocvec(&formula).expect("encodes");
        assert_eq!(postcard::from_bytes::<Formula>(&bytes).expect("decodes"), formula);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_fail(text in "[-+*/()0-9a-c. \"]{0,80}") {
            if let Ok(formula) = text.parse::<Formula>() {
                let again: Formula = formula.to_string().parse().expect("it reads back");
                prop_assert_eq!(&again, &formula);
                let _ = formula.value(&|_| Some(Decimal::TWO));
            }
        }

        #[test]
        fn sums_and_products_are_those_of_decimals(a in -9999_i64..9999, b in -9999_i64..9999, c in 1_i64..999) {
            let of = |it: i64| Decimal::new(it, 2);
            let formula: Formula = "a + b * c - (a - b) / c".parse().expect("a formula");
            let known = |name: &Name| match name.as_str() {
                "a" => Some(of(a)),
                "b" => Some(of(b)),
                _ => Some(of(c)),
            };
            let expected = of(a) + of(b) * of(c) - (of(a) - of(b)) / of(c);
            prop_assert_eq!(formula.value(&known), Ok(expected.normalize()));
        }
    }
}
