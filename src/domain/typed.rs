//! What somebody types to find a thing by its name.

/// Words of which each must begin a word of what is found, in any case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typed(Vec<String>);

impl Typed {
    /// The words of what was typed; no words find everything.
    #[must_use]
    pub fn of(text: Option<&str>) -> Self {
        let words = text.unwrap_or_default().split_whitespace();
        Self(words.map(str::to_lowercase).collect())
    }

    /// Whether nothing was typed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether each word begins a word of one of the texts.
    #[must_use]
    pub fn finds(&self, texts: impl IntoIterator<Item = String>) -> bool {
        if self.is_empty() {
            return true;
        }
        let texts: Vec<_> = texts.into_iter().map(|it| it.to_lowercase()).collect();
        self.0.iter().all(|word| texts.iter().any(|text| begins_a_word(text, word)))
    }
}

/// Whether a word of a text begins so; what was typed may itself go over several words.
fn begins_a_word(text: &str, with: &str) -> bool {
    let mut before = None;
    text.char_indices().any(|(at, letter)| {
        let is_begin = !before.is_some_and(char::is_alphanumeric);
        before = Some(letter);
        is_begin && text[at..].starts_with(with)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_that_is_typed_begins_a_word() {
        let texts = ["Österreich-Werke (Nord) GmbH", "ann.hall@example.com", "1000017"];
        for (typed, expected) in [
            ("", true),
            ("  ", true),
            ("öster", true),
            ("ÖSTERREICH-WERKE", true),
            ("werke", true),
            ("nord gmbh", true),
            ("gmbh nord", true),
            ("erke", false),
            ("nord ost", false),
            ("ann.hall@example.com", true),
            ("example.com", true),
            ("hall", true),
            ("ample", false),
            ("10000", true),
            ("17", false),
            ("nord ann 1000017", true),
            ("(nord", true),
        ] {
            let found = Typed::of(Some(typed)).finds(texts.map(str::to_owned));
            assert_eq!(found, expected, "{typed}");
        }
        assert!(Typed::of(None).finds([]));
        assert!(!Typed::of(Some("a")).finds([]));
    }
}
