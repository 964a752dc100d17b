//! Texts by locale: `MLString`, the form in which the bus has texts that people read.

use std::fmt::Display;

use serde_json::{Map, Value, json};

use crate::domain::localized::Localized;
use crate::domain::text::Locale;

/// A text in all its languages.
pub(super) fn texts<T: Display>(it: &Localized<T>) -> Value {
    let all = it.iter().map(|(locale, text)| (locale.to_string(), json!(text.to_string())));
    Value::Object(all.collect::<Map<_, _>>())
}

/// The same for what may be missing: nothing in any language.
pub(super) fn optional<T: Display>(it: Option<&Localized<T>>) -> Value {
    it.map_or_else(|| json!({}), texts)
}

/// A text in one language.
pub(super) fn one(locale: &Locale, text: &impl Display) -> Value {
    json!({ locale.as_str(): text.to_string() })
}
