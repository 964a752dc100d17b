//! Numbers for value added tax: the one notion of them, wherever one is taken, printed or sent.
//!
//! A number begins with the letters of its country. What follows, and which digits must agree with
//! the others, is a table of [schemes](scheme); this module reads a text by it. Whether a register
//! knows the number is another question ([`Verification`](super::identity::Verification)).

mod digit;
mod scheme;
#[cfg(test)]
mod tests;

use std::fmt;

use thiserror::Error;

use self::scheme::{SCHEMES, Scheme};

/// A number for value added tax whose form and check digits are right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VatNumber {
    /// Without what people put into it to read it, in capitals.
    plain: String,
    scheme: &'static Scheme,
}

/// A text that begins as the numbers of a country do and is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VatNumberError {
    /// It goes on as none of them.
    #[error("`{text}` is no tax number: it must be like {expected}, `#` being a digit")]
    Form {
        /// What was said.
        text: String,
        /// The forms that there are.
        expected: String,
    },
    /// It has the form of one, and its digits do not agree.
    #[error(
        "`{text}` is no tax number of {country}: its check digits do not fit the others; look for a \
         slip of the hand"
    )]
    Digits {
        /// What was said.
        text: String,
        /// The letters of the country.
        country: &'static str,
    },
}

impl VatNumber {
    /// Reads a text, however it is spaced. `None` if it begins as the numbers of no country do: tax
    /// offices know people by other numbers too.
    ///
    /// # Errors
    /// If it is a slip of the hand.
    pub fn read(text: &str) -> Result<Option<Self>, VatNumberError> {
        let plain = text.chars().filter(|it| it.is_ascii_alphanumeric());
        let plain: String = plain.map(|it| it.to_ascii_uppercase()).collect();
        let plain = match plain.strip_prefix("GR") {
            Some(rest) => format!("EL{rest}"),
            None => plain,
        };
        let Some(scheme) = SCHEMES.iter().find(|it| plain.starts_with(it.letters)) else {
            return Ok(None);
        };
        let rest = &plain[scheme.letters.len()..];
        let rest = scheme.completed(rest);
        if !scheme.forms.split(' ').any(|it| fits(it, &rest)) {
            let forms = scheme.forms.split(' ').map(|it| format!("{}{it}", scheme.letters));
            let expected = forms.collect::<Vec<_>>().join(" or ");
            return Err(VatNumberError::Form { text: text.to_owned(), expected });
        }
        if !(scheme.agrees)(&rest) {
            let country = scheme.country;
            return Err(VatNumberError::Digits { text: text.to_owned(), country });
        }
        Ok(Some(Self { plain: format!("{}{rest}", scheme.letters), scheme }))
    }

    /// The number in a text, if it is one.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        Self::read(text).ok().flatten()
    }

    /// The number as machines write it: `DE136695976`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.plain
    }

    /// Which country gave it, by ISO 3166-1: `GR` for Greece, whose numbers begin with `EL`, and `GB`
    /// for Northern Ireland.
    #[must_use]
    pub const fn country(&self) -> &'static str {
        self.scheme.country
    }

    /// Its letters and what follows them, as the register of the European Union wants to be asked;
    /// `None` if it does not know numbers of that country.
    #[must_use]
    pub fn asked(&self) -> Option<(&'static str, &str)> {
        let letters = self.scheme.letters;
        self.scheme.is_in_vies.then(|| (letters, &self.plain[letters.len()..]))
    }
}

impl fmt::Display for VatNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.plain)
    }
}

/// Whether a text has a form: `#` is a digit, `@` a letter or a digit, everything else itself.
fn fits(form: &str, rest: &str) -> bool {
    let one = |(form, letter): (char, char)| match form {
        '#' => letter.is_ascii_digit(),
        '@' => letter.is_ascii_alphanumeric(),
        other => other == letter,
    };
    form.len() == rest.len() && form.chars().zip(rest.chars()).all(one)
}
