//! RQL, the query language of the APS bus: what a list is asked for, read and answered.
//!
//! ```text
//! query     = clause { separator clause }
//! clause    = condition | select(…) | sort(…) | limit(…) | explain()
//!           | count() | min(p) | max(p) | values(p)
//! condition = ( condition { separator condition } )
//!           | and(c,…) | or(c,…) | not(c)
//!           | eq(p,v) | p=eq=v | p=v             and ne, gt, ge, lt, le
//!           | in(p,(v,…)) | out(p,(v,…)) | like(p,pattern)
//!           | implementing(type) | composing(type) | linkedWith(id)
//! separator = "," | "&" (and) | "|" | ";" (or)
//! ```
//!
//! `p` is a path with dots into structures and through links. Joining by "and" and by "or" side by
//! side needs parentheses. A word is percent-decoded by itself, after the signs were found, so
//! `%2C` is a comma of a text; a plus sign is one.
//!
//! What is too long, too deep or too much is refused before anything is built from it, and every
//! refusal says at which byte.

mod call;
mod error;
mod filter;
mod lexer;
mod literal;
mod parser;
mod pattern;
mod print;
mod query;
mod selection;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use self::error::{Problem, RqlError};
pub(crate) use self::filter::Reads;
pub(crate) use self::literal::Literal;
pub(crate) use self::parser::parse;
pub(crate) use self::pattern::Pattern;
pub(crate) use self::query::{Aggregate, Direction, Expr, Limit, Path, Query, Relation, SortKey};
pub(crate) use self::selection::Selection;
pub(crate) use self::value::Rank;
