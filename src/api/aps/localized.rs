//! Texts by locale: `MLString`, the form in which the bus has texts that people read.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Map, Value, json};

use super::wire::read;
use crate::domain::error::Invalid;
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

/// The language that is the original if there is no other reason to choose one.
pub(super) fn preferred() -> Locale {
    "en_US".parse().expect("a locale")
}

/// A text in one language.
pub(super) fn one(locale: &Locale, text: &impl Display) -> Value {
    json!({ locale.as_str(): text.to_string() })
}

/// The texts that a value has, whose form was checked before; `None` if there are none. The one in
/// `preferred` is the original, or else the first.
pub(super) fn read_optional<T: FromStr<Err: Display>>(
    at: &str,
    value: &Value,
    preferred: &Locale,
) -> Result<Option<Localized<T>>, Invalid> {
    let mut texts = BTreeMap::new();
    for (locale, text) in value.as_object().into_iter().flatten() {
        let at = format!("{at}/{locale}");
        let text = text.as_str().unwrap_or_default();
        if !text.is_empty() {
            texts.insert(read::<Locale>(&at, locale)?, read(&at, text)?);
        }
    }
    Ok(Localized::of(texts, preferred))
}

/// The same where there must be one.
pub(super) fn read_some<T: FromStr<Err: Display>>(
    at: &str,
    value: &Value,
    preferred: &Locale,
) -> Result<Localized<T>, Invalid> {
    let missing = || Invalid::one(at, "required", "must be given in a language such as `en_US`");
    read_optional(at, value, preferred)?.ok_or_else(missing)
}
