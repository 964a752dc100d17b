//! Values as they stand in a query.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::error::RqlError;
use super::lexer::Word;
use super::pattern::Pattern;
use super::value;

/// A value to compare with.
///
/// A word is `null`, `true`, `false` or a number if it is written exactly so, without any percent
/// sign: `%31` is the text `1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    /// Nothing: what a property that is not set has.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, as it was written and as it is.
    Number(String, Decimal),
    /// Any other text.
    Text(String),
}

impl Literal {
    /// What a word says.
    pub(super) fn read(word: Word<'_>) -> Result<Self, RqlError> {
        Ok(match Self::typed(word.raw) {
            Some(typed) => typed,
            None => Self::Text(word.text()?),
        })
    }

    /// What a text is taken for if it is not taken for a text.
    pub(super) fn typed(raw: &str) -> Option<Self> {
        match raw {
            "null" => Some(Self::Null),
            "true" => Some(Self::Bool(true)),
            "false" => Some(Self::Bool(false)),
            _ => number(raw).map(|it| Self::Number(raw.to_owned(), it)),
        }
    }

    /// What a text is compared with; nothing is not a text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Null => None,
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Number(text, _) | Self::Text(text) => Some(text),
        }
    }

    /// The whole number that it is.
    pub(crate) fn whole(&self) -> Option<u64> {
        match self {
            Self::Number(_, number) if number.is_integer() => number.to_u64(),
            Self::Null | Self::Bool(_) | Self::Number(..) | Self::Text(_) => None,
        }
    }

    /// The pattern of the texts that are equal to it, in either case; `None` if some that look
    /// otherwise are equal to it as well.
    pub(crate) fn exactly(&self) -> Option<Pattern> {
        let text = self.text().filter(|it| !value::has_other_forms(it))?;
        Some(Pattern::exactly(text))
    }
}

/// A number in plain digits: no sign but a minus, no needless zero before it, no exponent.
pub(super) fn number(text: &str) -> Option<Decimal> {
    /// More digits than a decimal holds.
    const LENGTH_MAX: usize = 30;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let is_plain = whole == "0" || !whole.starts_with('0');
    let is_number = text.len() <= LENGTH_MAX && all_digits(whole) && all_digits(part) && is_plain;
    if is_number { Decimal::from_str_exact(text).ok() } else { None }
}
