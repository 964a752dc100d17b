//! Manners: how figures and days are written in the four languages of our papers.

use rust_decimal::Decimal;

use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::text::{Iban, Locale};
use crate::domain::time::{Date, Period};
use crate::render::figure::grouped;

/// A language of our papers. Whoever reads another one is written to in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
    French,
    Spanish,
}

/// A space that does not break a line.
const TIGHT: char = '\u{a0}';

impl Language {
    #[cfg(test)]
    pub(super) const ALL: [Self; 4] = [Self::English, Self::German, Self::French, Self::Spanish];

    pub(super) fn of(locale: &Locale) -> Self {
        match locale.language() {
            "de" => Self::German,
            "fr" => Self::French,
            "es" => Self::Spanish,
            _ => Self::English,
        }
    }

    /// The language by its two letters.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
        }
    }

    /// A number with all its digits.
    pub(super) fn decimal(self, decimal: Decimal) -> String {
        let (thousands, point) = match self {
            Self::English => (',', '.'),
            Self::German | Self::Spanish => ('.', ','),
            Self::French => ('\u{202f}', ','),
        };
        grouped(&decimal.to_string(), thousands, point)
    }

    /// A number without zeros at the end of its fraction.
    pub(super) fn quantity(self, quantity: Quantity) -> String {
        self.decimal(quantity.decimal().normalize())
    }

    /// An amount without its currency.
    pub(super) fn amount(self, money: Money) -> String {
        self.decimal(money.decimal())
    }

    /// An amount with its currency.
    pub(super) fn money(self, money: Money) -> String {
        let (amount, code) = (self.amount(money), money.currency().code());
        match self {
            Self::English => format!("{code}{TIGHT}{amount}"),
            Self::German | Self::French | Self::Spanish => format!("{amount}{TIGHT}{code}"),
        }
    }

    /// A percentage.
    pub(super) fn percent(self, percent: Decimal) -> String {
        let percent = self.decimal(percent.normalize());
        match self {
            Self::English => format!("{percent}%"),
            Self::German | Self::French | Self::Spanish => format!("{percent}{TIGHT}%"),
        }
    }

    /// A day by figures alone, or in English by the short name of its month.
    pub(super) fn day(self, date: Date) -> String {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (day, month, year) = (date.day(), date.month(), date.year());
        match self {
            Self::English => {
                let month = usize::try_from(month).expect("a month is small");
                format!("{day}{TIGHT}{}{TIGHT}{year}", MONTHS[month - 1])
            }
            Self::German => format!("{day:02}.{month:02}.{year}"),
            Self::French | Self::Spanish => format!("{day:02}/{month:02}/{year}"),
        }
    }

    /// From the first to the last day of a period.
    pub(super) fn period(self, period: Period) -> String {
        let (first, last) = (period.start(), period.end().plus_days(-1));
        if first == last {
            return self.day(first);
        }
        format!("{} – {}", self.day(first), self.day(last))
    }
}

/// The number of a bank account in groups of four, as people read it.
pub(super) fn spaced(iban: &Iban) -> String {
    let signs: Vec<char> = iban.as_str().chars().collect();
    let groups: Vec<String> = signs.chunks(4).map(|it| it.iter().collect()).collect();
    groups.join("\u{a0}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    #[test]
    fn each_language_has_its_manner() {
        let money = Money::minor(-123_456_789, Currency::EUR);
        let date = Date::new(2026, 3, 1).expect("a day");
        let period = Period::new(date, date.plus_months(1)).expect("a period");
        let told = Language::ALL.map(|it| {
            let percent = it.percent("7.50".parse().expect("a number"));
            let told = [it.money(money), percent, it.period(period)];
            told.join(" · ").replace(['\u{a0}', '\u{202f}'], "_")
        });
        assert_eq!(
            told,
            [
                "EUR_-1,234,567.89 · 7.5% · 1_Mar_2026 – 31_Mar_2026",
                "-1.234.567,89_EUR · 7,5_% · 01.03.2026 – 31.03.2026",
                "-1_234_567,89_EUR · 7,5_% · 01/03/2026 – 31/03/2026",
                "-1.234.567,89_EUR · 7,5_% · 01/03/2026 – 31/03/2026",
            ]
        );
    }

    #[test]
    fn a_language_is_that_of_the_locale_or_english() {
        let of = |text: &str| Language::of(&text.parse().expect("a locale")).code();
        assert_eq!(["de_AT", "fr", "es_MX", "en_GB", "pl"].map(of), ["de", "fr", "es", "en", "en"]);
    }

    #[test]
    fn a_bank_account_is_read_in_groups() {
        let iban = "DE89370400440532013000".parse().expect("an account");
        assert_eq!(spaced(&iban).replace('\u{a0}', " "), "DE89 3704 0044 0532 0130 00");
    }
}
