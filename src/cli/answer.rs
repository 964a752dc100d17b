//! Reading answers of the API: the fields that commands print.

use std::io::Write;

use serde_json::Value;

use super::failure::Failure;
use super::say;

/// The text of a field; empty if it has none.
pub(super) fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The whole number of a field; zero if it has none.
pub(super) fn count(of: &Value, key: &str) -> u64 {
    of.get(key).and_then(Value::as_u64).unwrap_or_default()
}

/// Whether a field says yes.
pub(super) fn is(of: &Value, key: &str) -> bool {
    of.get(key) == Some(&Value::Bool(true))
}

/// The things that a field lists.
pub(super) fn items<'a>(of: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    of.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The lines of a field that lists texts.
pub(super) fn lines<'a>(of: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    items(of, key).filter_map(Value::as_str)
}

/// An amount as people read it: `19.99 EUR`.
pub(super) fn money(of: &Value, key: &str) -> String {
    let it = of.get(key).unwrap_or(&Value::Null);
    format!("{} {}", text(it, "amount"), text(it, "currency"))
}

/// Prints an answer as it is, for programs.
pub(super) fn print(out: &mut dyn Write, it: &Value) -> Result<(), Failure> {
    say(out, format_args!("{it:#}"))
}
