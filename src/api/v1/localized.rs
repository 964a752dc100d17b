//! Texts in several languages: an object from locale to text, or one text for English.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::parse;
use crate::domain::error::Invalid;
use crate::domain::localized::Localized;
use crate::domain::text::Locale;

/// A text by locale: `{"en": "Mail", "de": "Post"}`. The first in the order `en`, then by locale,
/// is the original.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub(crate) struct Texts(pub(crate) BTreeMap<String, String>);

impl<T: ToString> From<&Localized<T>> for Texts {
    fn from(it: &Localized<T>) -> Self {
        Self(it.iter().map(|(locale, text)| (locale.to_string(), text.to_string())).collect())
    }
}

impl<T: ToString> From<&BTreeMap<Locale, T>> for Texts {
    fn from(it: &BTreeMap<Locale, T>) -> Self {
        Self(it.iter().map(|(locale, text)| (locale.to_string(), text.to_string())).collect())
    }
}

impl Texts {
    /// The texts in the domain's form; at least one.
    pub(crate) fn read<T: FromStr>(&self, pointer: &str) -> Result<Localized<T>, Invalid>
    where
        T::Err: std::fmt::Display,
    {
        let texts = self.read_each(pointer)?;
        let english: Locale = parse(pointer, "en")?;
        let missing = || Invalid::one(pointer, "required", "must have a text in some language");
        Localized::of(texts, &english).ok_or_else(missing)
    }

    /// The texts by language, of which none is the original; perhaps none at all.
    pub(crate) fn read_each<T: FromStr>(
        &self,
        pointer: &str,
    ) -> Result<BTreeMap<Locale, T>, Invalid>
    where
        T::Err: std::fmt::Display,
    {
        let read = |(locale, text): (&String, &String)| {
            let at = format!("{pointer}/{locale}");
            Ok((parse::<Locale>(&at, locale)?, parse::<T>(&at, text)?))
        };
        self.0.iter().map(read).collect()
    }

    /// The same where nothing may be said.
    pub(crate) fn read_optional<T: FromStr>(
        it: Option<&Self>,
        pointer: &str,
    ) -> Result<Option<Localized<T>>, Invalid>
    where
        T::Err: std::fmt::Display,
    {
        it.map(|it| it.read(pointer)).transpose()
    }
}
