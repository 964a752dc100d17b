//! Values of bodies, whose form was checked before: texts of ours from texts of theirs.

use std::fmt::Display;
use std::str::FromStr;

use serde_json::Value;

use crate::domain::error::{Invalid, Rejection};
use crate::services::Error;

/// A text that stands at a place in the body.
pub(super) fn read<T: FromStr<Err: Display>>(at: &str, text: &str) -> Result<T, Invalid> {
    text.parse().map_err(|error: T::Err| Invalid::one(at, "format", error.to_string()))
}

/// A text, if it says anything: clients leave out what they do not know, or send it empty.
pub(super) fn said(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).filter(|it| !it.trim().is_empty())
}

/// What a field of an object says, if it says anything.
pub(super) fn text<'a>(object: &'a Value, field: &str) -> Option<&'a str> {
    said(object.get(field))
}

/// A field that may be missing, of an object that stands at a place in the body.
pub(super) fn optional<T: FromStr<Err: Display>>(
    at: &str,
    object: &Value,
    field: &str,
) -> Result<Option<T>, Invalid> {
    text(object, field).map(|it| read(&format!("{at}/{field}"), it)).transpose()
}

/// What a word means, of those that are known, each with its meaning.
pub(super) fn word<T: Copy>(at: &str, text: &str, known: &[(&str, T)]) -> Result<T, Invalid> {
    if let Some((_, meaning)) = known.iter().find(|it| it.0 == text) {
        return Ok(*meaning);
    }
    let words: Vec<_> = known.iter().map(|it| it.0).collect();
    Err(Invalid::one(at, "enum", format!("must be one of {}", words.join(", "))))
}

/// The same error with the fields that a use case names in our words named in the contract's.
pub(super) fn renamed(error: Error, names: &[(&str, &str)]) -> Error {
    renamed_by(error, |field| {
        let known = names.iter().find_map(|(ours, theirs)| {
            let rest = field.strip_prefix(ours)?;
            Some(format!("{theirs}{rest}"))
        });
        known.unwrap_or_else(|| field.to_owned())
    })
}

/// The same error with each field by another name, also where a refusal of the business names one:
/// in backticks.
pub(super) fn renamed_by(error: Error, name: impl Fn(&str) -> String) -> Error {
    match error {
        Error::Invalid(mut invalid) => {
            for it in &mut invalid.violations {
                it.field = name(&it.field);
            }
            Error::Invalid(invalid)
        }
        Error::Rejected(Rejection { code, detail }) => {
            // A place stands in backticks, so that every other piece may be one.
            let pieces = detail.split('`').map(|it| match it.starts_with('/') {
                true => name(it),
                false => it.to_owned(),
            });
            Rejection::new(code, pieces.collect::<Vec<_>>().join("`")).into()
        }
        other @ (Error::NotFound { .. }
        | Error::Forbidden { .. }
        | Error::Unauthenticated
        | Error::Stale { .. }
        | Error::KeyReused
        | Error::Busy
        | Error::Full
        | Error::Internal(_)) => other,
    }
}
