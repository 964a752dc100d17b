//! Amounts and days as people of a language write them.

use crate::domain::money::Money;
use crate::domain::text::Locale;
use crate::domain::time::Date;

const ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const GERMAN: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const FRENCH: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const SPANISH: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];

/// An amount with its currency: `EUR 1,234.50`, in German and Spanish `1.234,50 EUR`, in French with
/// narrow spaces between thousands.
#[must_use]
pub fn money(amount: Money, locale: &Locale) -> String {
    let code = amount.currency().code();
    let decimal = amount.decimal().to_string();
    match locale.language() {
        "de" | "es" => format!("{} {code}", grouped(&decimal, '.', ',')),
        "fr" => format!("{}\u{a0}{code}", grouped(&decimal, '\u{202f}', ',')),
        _ => format!("{code} {}", grouped(&decimal, ',', '.')),
    }
}

/// A day: `21 November 2026`, in German `21. November 2026`, in Spanish `21 de noviembre de 2026`.
#[must_use]
pub fn day(date: Date, locale: &Locale) -> String {
    let month = usize::try_from(date.month()).expect("a month is small") - 1;
    let (day, year) = (date.day(), date.year());
    match locale.language() {
        "de" => format!("{day}. {} {year}", GERMAN[month]),
        "fr" if day == 1 => format!("1er {} {year}", FRENCH[month]),
        "fr" => format!("{day} {} {year}", FRENCH[month]),
        "es" => format!("{day} de {} de {year}", SPANISH[month]),
        _ => format!("{day} {} {year}", ENGLISH[month]),
    }
}

/// A plain decimal with a mark between thousands and one before the fraction.
pub(super) fn grouped(decimal: &str, thousands: char, point: char) -> String {
    let (whole, fraction) = decimal.split_once('.').map_or((decimal, ""), |it| it);
    let digits = whole.trim_start_matches('-');
    let mut text = whole[..whole.len() - digits.len()].to_owned();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(thousands);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(point);
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    #[test]
    fn amounts_are_written_with_all_their_digits_and_none_more() {
        for (minor, currency, english, german) in [
            (0, "EUR", "EUR 0.00", "0,00 EUR"),
            (5, "EUR", "EUR 0.05", "0,05 EUR"),
            (-5, "EUR", "EUR -0.05", "-0,05 EUR"),
            (99_999, "EUR", "EUR 999.99", "999,99 EUR"),
            (100_000, "USD", "USD 1,000.00", "1.000,00 USD"),
            (-123_456_789, "EUR", "EUR -1,234,567.89", "-1.234.567,89 EUR"),
            (1_234_567, "JPY", "JPY 1,234,567", "1.234.567 JPY"),
            (1_234_567, "KWD", "KWD 1,234.567", "1.234,567 KWD"),
        ] {
            let currency: Currency = currency.parse().expect("a currency");
            let written = |locale: &str| {
                money(Money::minor(minor, currency), &locale.parse().expect("a locale"))
            };
            assert_eq!((written("en_US"), written("de")), (english.to_owned(), german.to_owned()));
            assert_eq!(written("es"), german);
            assert_eq!(written("pl"), english, "what we do not know is written as in English");
        }
    }

    #[test]
    fn in_french_no_line_breaks_within_an_amount() {
        let amount = Money::minor(123_456_789, Currency::EUR);
        let written = money(amount, &"fr_BE".parse().expect("a locale"));
        assert_eq!(written, "1\u{202f}234\u{202f}567,89\u{a0}EUR");
    }

    #[test]
    fn a_day_is_written_with_the_name_of_its_month() {
        let date = |month, day| Date::new(2026, month, day).expect("a date");
        let written = |date, locale: &str| day(date, &locale.parse().expect("a locale"));
        assert_eq!(written(date(3, 1), "de_AT"), "1. März 2026");
        assert_eq!(written(date(12, 31), "en"), "31 December 2026");
        assert_eq!(written(date(1, 10), "pl"), "10 January 2026");
        assert_eq!(written(date(8, 1), "fr_CA"), "1er août 2026");
        assert_eq!(written(date(2, 11), "fr"), "11 février 2026");
        assert_eq!(written(date(1, 1), "es"), "1 de enero de 2026");
    }
}
