//! Texts that cannot be wrong: names, mail addresses, codes of countries and languages.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::country;

/// A text that breaks a rule of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{rule}")]
pub struct TextError {
    rule: String,
}

fn refuse<T>(rule: impl Into<String>) -> Result<T, TextError> {
    Err(TextError { rule: rule.into() })
}

/// Controls other than line breaks and tabs never belong in a text that people read.
fn has_controls(text: &str) -> bool {
    text.chars().any(|it| it.is_control() && !matches!(it, '\n' | '\r' | '\t'))
}

/// The letters of a text in one case, one character at a time: how texts are found whatever case
/// they were written in.
pub fn folded(text: &str) -> impl Iterator<Item = char> + Clone + '_ {
    text.chars().flat_map(char::to_lowercase)
}

macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident: $check:expr;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                let check: fn(&str) -> Result<String, TextError> = $check;
                check(text).map(Self)
            }
        }
    )+};
}

texts! {
    /// What something or somebody is called: 1 to 255 characters on one line.
    Name: |text| {
        let text = text.trim();
        match text.chars().count() {
            0 => refuse("must not be empty"),
            256.. => refuse("must have at most 255 characters"),
            _ if text.chars().any(char::is_control) => refuse("must be on one line, without controls"),
            _ => Ok(text.to_owned()),
        }
    };
    /// A remark or description of any number of lines: at most 10,000 characters.
    Prose: |text| match text.chars().count() {
        10_001.. => refuse("must have at most 10000 characters"),
        _ if has_controls(text) => refuse("must not contain control characters"),
        _ => Ok(text.to_owned()),
    };
    /// A mail address as people have them; kept as written, compared in lower case.
    Email: |text| {
        let text = text.trim();
        let Some((local, host)) = text.rsplit_once('@') else {
            return refuse("must be a mail address such as `ann@example.com`");
        };
        let plain = |it: char| !it.is_control() && !it.is_whitespace() && !"<>()[]\\,;:\"".contains(it);
        let fits = !local.is_empty() && local.len() <= 64 && !host.is_empty() && text.len() <= 254;
        let labels = host.split('.').all(|it| !it.is_empty() && !it.starts_with('-') && !it.ends_with('-'));
        match fits && labels && text.chars().all(plain) && !local.contains('@') {
            true => Ok(text.to_owned()),
            false => refuse("must be a mail address such as `ann@example.com`"),
        }
    };
    /// A telephone number as people write it, `1(888)1234567` or `7#999#999#9999`: 2 to 50 characters.
    Phone: |text| {
        let text = text.trim();
        let plain = |it: char| it.is_ascii_alphanumeric() || " +-()./#*,:".contains(it);
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        match text.len() <= 50 && digits >= 2 && text.chars().all(plain) {
            true => Ok(text.to_owned()),
            false => refuse("must be a telephone number such as `+49 30 1234567`"),
        }
    };
    /// An address on the web, `https://example.com/path`, without a user's name in it.
    WebAddress: |text| {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let host = rest.map(|it| it.split(['/', '?', '#']).next().unwrap_or_default());
        let plain = text.len() <= 2000 && text.chars().all(|it| it.is_ascii_graphic());
        match host {
            Some(host) if plain && !host.is_empty() && !host.contains('@') && !text.contains('#') => {
                Ok(text.to_owned())
            }
            _ => refuse("must be an address on the web such as `https://example.com/path`"),
        }
    };
    /// A country by its two letters of ISO 3166, in upper case.
    Country: |text| {
        let code = text.to_ascii_uppercase();
        match country::is_known(&code) {
            true => Ok(code),
            false => refuse("must be the code of a country by ISO 3166, such as `DE`"),
        }
    };
    /// A language, with a country where it matters: `de`, `en_US`.
    Locale: |text| {
        let (language, country) = text.split_once(['_', '-']).map_or((text, None), |(l, c)| (l, Some(c)));
        let letters = |it: &str| it.len() == 2 && it.bytes().all(|it| it.is_ascii_alphabetic());
        match letters(language) && country.is_none_or(letters) {
            true => Ok(country.map_or_else(
                || language.to_ascii_lowercase(),
                |it| format!("{}_{}", language.to_ascii_lowercase(), it.to_ascii_uppercase()),
            )),
            false => refuse("must be a locale such as `de` or `en_US`"),
        }
    };
    /// The number of a bank account by ISO 13616, in upper case and without spaces.
    Iban: |text| {
        let text: String = text.chars().filter(|it| *it != ' ').collect::<String>().to_ascii_uppercase();
        let plain = text.bytes().all(|it| it.is_ascii_alphanumeric());
        let begins = text.bytes().take(4).map(|it| it.is_ascii_alphabetic()).eq([true, true, false, false]);
        let is_one = plain && begins && (15..=34).contains(&text.len());
        if is_one && !is_as_long_as_its_country_has_it(&text) {
            return refuse("must have as many signs as the numbers of bank accounts have in its country");
        }
        match is_one && leaves_one_of_97(&text) {
            true => Ok(text),
            false => refuse("must be the number of a bank account such as `DE89 3704 0044 0532 0130 00`"),
        }
    };
    /// The code of a bank by ISO 9362, in upper case and without spaces.
    Bic: |text| {
        let text: String = text.chars().filter(|it| *it != ' ').collect::<String>().to_ascii_uppercase();
        let plain = text.bytes().all(|it| it.is_ascii_alphanumeric());
        let begins = text.bytes().take(6).all(|it| it.is_ascii_alphabetic());
        match plain && begins && matches!(text.len(), 8 | 11) {
            true => Ok(text),
            false => refuse("must be the code of a bank such as `COBADEFFXXX`"),
        }
    };
    /// By what banks know who collects: a country, two digits that check the rest, three signs that are
    /// the seller's own, and what its authority gave it (rulebook EPC016, AT-02).
    CreditorId: |text| {
        let text: String = text.chars().filter(|it| *it != ' ').collect::<String>().to_ascii_uppercase();
        let plain = text.bytes().all(|it| it.is_ascii_alphanumeric());
        let begins = text.bytes().take(4).map(|it| it.is_ascii_alphabetic()).eq([true, true, false, false]);
        let checked = |it: &str| leaves_one_of_97(&format!("{}{}", &it[..4], &it[7..]));
        match plain && begins && (8..=35).contains(&text.len()) && checked(&text) {
            true => Ok(text),
            false => refuse("must be the identifier of a creditor such as `DE98 ZZZ 09999999999`"),
        }
    };
    /// A short name for programs: letters, digits, `_`, `-`, `.` and `:`, 1 to 100 of them.
    Code: |text| {
        let fits = (1..=100).contains(&text.len());
        match fits && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-.:".contains(&it)) {
            true => Ok(text.to_owned()),
            false => refuse("must be 1 to 100 letters, digits, `_`, `-`, `.` or `:`"),
        }
    };
}

/// The check of ISO 13616: with its first four signs at the end, and letters as two digits, it leaves
/// one when it is divided by 97.
fn leaves_one_of_97(text: &str) -> bool {
    let (first, rest) = text.split_at(4);
    let digits = rest.chars().chain(first.chars()).filter_map(|it| it.to_digit(36));
    let rest = |rest: u32, digit: u32| {
        let places = if digit > 9 { 100 } else { 10 };
        (rest * places + digit) % 97
    };
    digits.fold(0, rest) == 1
}

/// How many signs the number of a bank account has in each country of the register of ISO 13616, by
/// number of signs.
const IBAN_SIGNS: &[(usize, &str)] = &[
    (15, "NO"),
    (16, "BE"),
    (18, "DK FI FK FO GL NL SD"),
    (19, "MK SI"),
    (20, "AT BA EE KZ LT LU MN XK"),
    (21, "CH HR LI LV"),
    (22, "BG BH CR DE GB GE IE ME RS VA"),
    (23, "AE GI IL IQ OM SO TL"),
    (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
    (25, "LY PT ST"),
    (26, "IS TR"),
    (27, "BI DJ FR GR IT MC MR SM"),
    (28, "AL AZ BY CY DO GT HN HU LB NI PL SV"),
    (29, "BR EG PS QA UA"),
    (30, "JO KW MU YE"),
    (31, "MT SC"),
    (32, "LC"),
    (33, "RU"),
];

/// Whether the number of a bank account has as many signs as those of its country; of a country that is not
/// in the register nobody knows better.
fn is_as_long_as_its_country_has_it(text: &str) -> bool {
    let of_it = |row: &&(usize, &str)| row.1.split(' ').any(|it| text.starts_with(it));
    IBAN_SIGNS.iter().find(of_it).is_none_or(|row| row.0 == text.len())
}

impl Iban {
    /// The country of the bank.
    #[must_use]
    pub fn country(&self) -> &str {
        &self.0[..2]
    }

    /// The last four signs, by which its holder knows it.
    #[must_use]
    pub fn last(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }
}

impl Locale {
    /// The language alone: `de` of `de_AT`.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.0[..2]
    }
}

impl Code {
    /// The code that is most like a text for people: what no code can have is a dash.
    ///
    /// Returns `None` if nothing of it can be in a code.
    #[must_use]
    pub fn like(text: &str) -> Option<Self> {
        let plain =
            |it: char| if it.is_ascii_alphanumeric() || "_.:".contains(it) { it } else { '-' };
        let plain: String = text.chars().map(plain).collect();
        let parts: Vec<_> = plain.split('-').filter(|it| !it.is_empty()).collect();
        let code: String = parts.join("-").chars().take(80).collect();
        code.parse().ok()
    }
}

impl Email {
    /// The form under which two spellings of one address are the same.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals<T: FromStr<Err = TextError>>(texts: &[&str]) {
        for text in texts {
            assert!(text.parse::<T>().is_err(), "{text:?} should be refused");
        }
    }

    #[test]
    fn each_kind_of_text_keeps_its_rule() {
        refusals::<Name>(&["", "   ", "a\nb", "a\u{0}b", &"x".repeat(256)]);
        refusals::<Email>(&[
            "",
            "ann",
            "@example.com",
            "ann@",
            "a b@c.d",
            "a@b@c",
            "a@-b.c",
            "a@b..c",
            "<a@b.c>",
        ]);
        refusals::<Country>(&["", "D", "DEU", "1A"]);
        refusals::<Locale>(&["", "english", "e", "en_USA", "en_"]);
        refusals::<Phone>(&["", "1", "no number", "0\n11", &"1".repeat(51)]);
        refusals::<WebAddress>(&[
            "",
            "example.com",
            "ftp://example.com",
            "https://",
            "https:///path",
            "https://ann:secret@example.com",
            "https://example.com/#part",
            "https://example.com/a b",
        ]);
        refusals::<Code>(&["", "a b", "ä", &"x".repeat(101)]);
        refusals::<Iban>(&[
            "",
            "DE",
            "DE89 3704 0044 0532 0130 01",
            "DE16 2105 0170 0012 3456 789",
            "8937040044053201300",
            "DE89\u{e9}37040044053201300",
        ]);
        refusals::<Bic>(&["", "COBADEF", "COBADEFFXX", "C0BADEFF", "COBADEF\u{c4}"]);
        refusals::<Prose>(&["\u{0}", &"x".repeat(10_001)]);
    }

    #[test]
    fn a_code_is_like_the_text_it_was_made_of() {
        let like = |text: &str| Code::like(text).map(|it| it.to_string());
        for (text, code) in
            [("GB", "GB"), ("Digital  goods!", "Digital-goods"), ("1/2 Größe", "1-2-Gr-e")]
        {
            assert_eq!(like(text).as_deref(), Some(code));
        }
        assert_eq!(like(&"x".repeat(200)).map(|it| it.len()), Some(80));
        assert_eq!(like("ÄÖÜ !"), None);
    }

    #[test]
    fn texts_take_the_form_in_which_they_compare() {
        assert_eq!("us".parse::<Country>().map(|it| it.to_string()), Ok("US".to_owned()));
        assert_eq!("EN-us".parse::<Locale>().map(|it| it.to_string()), Ok("en_US".to_owned()));
        assert_eq!(" Ann ".parse::<Name>().map(|it| it.to_string()), Ok("Ann".to_owned()));
        for text in ["1(888)1234567", "7#999#999#9999", "+49 30 1234-567 ext. 8"] {
            assert_eq!(text.parse::<Phone>().map(|it| it.to_string()), Ok(text.to_owned()));
        }
        for text in ["http://localhost:8080", "https://example.com/hook?a=b"] {
            assert_eq!(text.parse::<WebAddress>().map(|it| it.to_string()), Ok(text.to_owned()));
        }
        let iban: Iban = "de89 3704 0044 0532 0130 00".parse().expect("a bank account");
        assert_eq!(iban.as_str(), "DE89370400440532013000");
        assert_eq!((iban.country(), iban.last()), ("DE", "3000"));
        let creditor: CreditorId = "de98 zzz 09999999999".parse().expect("a creditor");
        assert_eq!(creditor.as_str(), "DE98ZZZ09999999999");
        assert!(
            "DE98AB109999999999".parse::<CreditorId>().is_ok(),
            "the seller's own signs are free"
        );
        refusals::<CreditorId>(&[
            "",
            "DE98",
            "DE99ZZZ09999999999",
            "98DEZZZ09999999999",
            "DE98ZZZ0999-999",
        ]);
        assert_eq!("coba de ff".parse::<Bic>().map(|it| it.to_string()), Ok("COBADEFF".to_owned()));
        let locale: Locale = "de-at".parse().expect("a locale");
        assert_eq!(locale.language(), "de");
        let email: Email = "Isv1@APS.test".parse().expect("an address");
        assert_eq!((email.as_str(), email.folded().as_str()), ("Isv1@APS.test", "isv1@aps.test"));
    }
}
