//! Texts in several languages, of which one is the original that is always there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::text::Locale;

/// A text with its translations.
///
/// Invariant: the locale of the original has no translation beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Localized<T> {
    locale: Locale,
    original: T,
    translations: BTreeMap<Locale, T>,
}

impl<T> Localized<T> {
    /// A text in one language.
    pub const fn new(locale: Locale, original: T) -> Self {
        Self { locale, original, translations: BTreeMap::new() }
    }

    /// The texts of a map, with the one in `preferred` as the original, or else the first.
    ///
    /// Returns `None` if there are none.
    #[must_use]
    pub fn of(mut texts: BTreeMap<Locale, T>, preferred: &Locale) -> Option<Self> {
        let (locale, original) = texts.remove_entry(preferred).or_else(|| texts.pop_first())?;
        Some(Self { locale, original, translations: texts })
    }

    /// The text as its author wrote it.
    pub const fn original(&self) -> &T {
        &self.original
    }

    /// The language of the original.
    pub const fn locale(&self) -> &Locale {
        &self.locale
    }

    /// The text in a language: in its very locale, in the language as such, in that of another
    /// country, or else the original.
    #[must_use]
    pub fn text(&self, locale: &Locale) -> &T {
        nearest(self.iter(), locale).unwrap_or(&self.original)
    }

    /// The same with the text in one language put in or replaced.
    #[must_use]
    pub fn with(mut self, locale: Locale, text: T) -> Self {
        if locale == self.locale {
            self.original = text;
        } else {
            self.translations.insert(locale, text);
        }
        self
    }

    /// All texts by language, the original first.
    pub fn iter(&self) -> impl Iterator<Item = (&Locale, &T)> + Clone {
        std::iter::once((&self.locale, &self.original)).chain(&self.translations)
    }
}

/// Of some texts that in a language: in its very locale, in the language as such, or in that of
/// another country.
pub fn nearest<'a, T>(
    all: impl Iterator<Item = (&'a Locale, &'a T)> + Clone,
    locale: &Locale,
) -> Option<&'a T> {
    let find = |is: &dyn Fn(&Locale) -> bool| all.clone().find(|it| is(it.0));
    let exact = find(&|it| it == locale);
    let plain = || find(&|it| it.as_str() == locale.language());
    let akin = || find(&|it| it.language() == locale.language());
    exact.or_else(plain).or_else(akin).map(|it| it.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(text: &str) -> Locale {
        text.parse().expect(text)
    }

    #[test]
    fn a_reader_gets_the_nearest_language_and_else_the_original() {
        let text = Localized::new(locale("en_US"), "mail")
            .with(locale("de"), "Post")
            .with(locale("pt_BR"), "correio");
        for (wanted, expected) in [
            ("en_US", "mail"),
            ("en_GB", "mail"),
            ("de_AT", "Post"),
            ("pt", "correio"),
            ("fr", "mail"),
        ] {
            assert_eq!(*text.text(&locale(wanted)), expected, "{wanted}");
        }
    }

    #[test]
    fn the_original_is_replaced_and_not_doubled() {
        let text = Localized::new(locale("en"), "a").with(locale("en"), "b");
        assert_eq!(text.iter().map(|it| *it.1).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn a_map_becomes_a_text_if_there_is_one_in_it() {
        let texts = |all: &[&'static str]| all.iter().map(|it| (locale(it), *it)).collect();
        assert_eq!(Localized::<&str>::of(texts(&[]), &locale("en")), None);
        let original =
            |all, wanted| Localized::of(texts(all), &locale(wanted)).map(|it| it.original);
        assert_eq!(original(&["de", "en"], "en"), Some("en"));
        assert_eq!(original(&["de", "en"], "fr"), Some("de"));
    }
}
