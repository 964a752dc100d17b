//! Countries by their English names: what this contract writes, where we keep the code of ISO 3166-1.

use super::error::Said;
use super::message;
use crate::domain::country;
use crate::domain::text::Country;

/// The country that somebody writes, by its two letters or a name.
pub(super) fn read(text: &str) -> Result<Country, Said> {
    country::read(text).ok_or_else(|| message::VALUE_INVALID.with([text.trim(), "Country"]))
}

/// Whether somebody writes a country.
pub(super) fn check(text: &str) -> Result<(), Said> {
    read(text).map(drop)
}

/// Whether somebody writes the two letters of a country.
pub(super) fn check_code(text: &str) -> Result<(), Said> {
    let refused = |_| message::VALUE_INVALID.with([text, "CountryCode"]);
    text.trim().parse::<Country>().map(drop).map_err(refused)
}

/// The name of a country.
pub(super) fn name(of: &Country) -> &str {
    country::name(of, "en")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_written_in_more_than_one_way() {
        let code = |text: &str| read(text).map(|it| it.to_string());
        for text in ["United States", "united states of america", " US ", "usa"] {
            assert_eq!(code(text), Ok("US".to_owned()), "{text}");
        }
        let refused = message::VALUE_INVALID.with(["Atlantis", "Country"]);
        assert_eq!(code("Atlantis"), Err(refused));
    }
}
