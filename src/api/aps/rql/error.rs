//! Why a query cannot be read or answered, and where in it.

use thiserror::Error;

/// A query that is not answered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{problem} (byte {at} of the query)")]
pub(crate) struct RqlError {
    /// How many bytes of the query stand before what is wrong.
    pub(crate) at: usize,
    /// What is wrong.
    #[source]
    pub(crate) problem: Problem,
}

/// What can be wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Problem {
    /// It is longer than is read.
    #[error("the query is longer than {0} bytes")]
    TooLong(usize),
    /// It has more conditions and values than are read.
    #[error("the query has more than {0} conditions and values")]
    TooMany(usize),
    /// Its parentheses are nested deeper than is read.
    #[error("parentheses are nested deeper than {0}")]
    TooDeep(usize),
    /// Something else should stand there.
    #[error("{wanted} is expected, not {found}")]
    Expected {
        /// What should stand there.
        wanted: &'static str,
        /// What stands there.
        found: String,
    },
    /// Conditions are joined by "and" and by "or" without parentheses to say which first.
    #[error("`{second}` after `{first}`: put what belongs together in parentheses")]
    Mixed {
        /// The separator that came first.
        first: char,
        /// The separator that does not go with it.
        second: char,
    },
    /// There is no such function.
    #[error("there is no function `{0}`")]
    NoFunction(String),
    /// There is no such operator.
    #[error("there is no operator `={0}=`")]
    NoOperator(String),
    /// The function takes other arguments.
    #[error("`{function}` is called as `{form}`")]
    Arity {
        /// The function.
        function: &'static str,
        /// How it is called.
        form: &'static str,
    },
    /// A percent sign is not followed by two hexadecimal digits, or the bytes are not UTF-8.
    #[error("`{0}` is not percent-encoded UTF-8")]
    Encoding(String),
    /// A path does not consist of names with dots between them.
    #[error("`{0}` is not the name of a property")]
    NotAName(String),
    /// A number is expected.
    #[error("`{0}` is not a whole number from 0 to {1}")]
    NotANumber(String, usize),
    /// The type has no such property.
    #[error("there is no property `{0}`")]
    NoProperty(String),
    /// A property that is shown masked is asked for.
    #[error("`{0}` is masked and cannot be searched for")]
    Masked(String),
    /// A function is given that may be given once.
    #[error("`{0}` is given twice")]
    Twice(&'static str),
    /// A function that is no condition stands among conditions.
    #[error("`{0}` is no condition: it stands beside the filter, joined by `,` or `&`")]
    Misplaced(&'static str),
}

impl Problem {
    /// The same, at a place.
    pub(crate) const fn at(self, at: usize) -> RqlError {
        RqlError { at, problem: self }
    }
}

/// As much of a text as an error message repeats.
pub(super) fn excerpt(text: &str) -> String {
    const CHARACTERS_MAX: usize = 40;
    let mut excerpt: String = text.chars().take(CHARACTERS_MAX).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    excerpt
}
