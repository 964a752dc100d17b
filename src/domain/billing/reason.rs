//! Reasons: why something is given back, in a sentence in the language of the invoice.
//!
//! A credit note keeps its reason as it was written, as it keeps its figures.

use super::proration::Counts;
use super::unused::{GivenBack, Left};
use crate::domain::localized::Localized;
use crate::domain::money::Money;
use crate::domain::text::{Locale, Name};
use crate::domain::time::Date;

/// So many lines are named; a note has all of them anyway.
const NAMED_MAX: usize = 20;

/// What happened that something is given back.
#[derive(Debug, Clone, Copy)]
pub enum Why<'a> {
    /// A subscription has ended on a day.
    Ended(Date),
    /// It goes on as something else from a day on.
    Changed(Date, &'a Localized<Name>),
}

/// The languages in which reasons are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tongue {
    English,
    German,
    French,
    Spanish,
}

impl Tongue {
    /// That of a reader, and English for whoever reads another.
    fn of(locale: &Locale) -> Self {
        match locale.language() {
            "de" => Self::German,
            "fr" => Self::French,
            "es" => Self::Spanish,
            _ => Self::English,
        }
    }

    fn day(self, it: Date) -> String {
        let (day, month, year) = (it.day(), it.month(), it.year());
        match self {
            Self::English => it.to_string(),
            Self::German => format!("{day:02}.{month:02}.{year}"),
            Self::French | Self::Spanish => format!("{day:02}/{month:02}/{year}"),
        }
    }

    fn what(self, why: Why<'_>, locale: &Locale) -> String {
        match (self, why) {
            (Self::English, Why::Ended(on)) => format!("Ended on {}", self.day(on)),
            (Self::German, Why::Ended(on)) => format!("Beendet am {}", self.day(on)),
            (Self::French, Why::Ended(on)) => format!("Résilié le {}", self.day(on)),
            (Self::Spanish, Why::Ended(on)) => format!("Finalizado el {}", self.day(on)),
            (Self::English, Why::Changed(on, to)) => {
                format!("Changed on {} to {}", self.day(on), to.text(locale))
            }
            (Self::German, Why::Changed(on, to)) => {
                format!("Gewechselt am {} zu {}", self.day(on), to.text(locale))
            }
            (Self::French, Why::Changed(on, to)) => {
                format!("Changé le {} pour {}", self.day(on), to.text(locale))
            }
            (Self::Spanish, Why::Changed(on, to)) => {
                format!("Cambiado el {} a {}", self.day(on), to.text(locale))
            }
        }
    }

    fn part(self, it: &GivenBack) -> String {
        let label = &it.label;
        match (self, it.days) {
            (_, None) => label.to_string(),
            (Self::English, Some(Left { left, of, counts, .. })) => {
                format!("{label} for {left} of {of} {}", self.counted(counts))
            }
            (Self::German, Some(Left { left, of, counts, .. })) => {
                format!("{label} für {left} von {of} {}", self.counted(counts))
            }
            (Self::French, Some(Left { left, of, counts, .. })) => {
                format!("{label} pour {left} {} sur {of}", self.counted(counts))
            }
            (Self::Spanish, Some(Left { left, of, counts, .. })) => {
                format!("{label} por {left} de {of} {}", self.counted(counts))
            }
        }
    }

    const fn counted(self, counts: Counts) -> &'static str {
        match (self, counts) {
            (Self::English, Counts::Days) => "days",
            (Self::English, Counts::Seconds) => "seconds",
            (Self::German, Counts::Days) => "Tagen",
            (Self::German, Counts::Seconds) => "Sekunden",
            (Self::French, Counts::Days) => "jours",
            (Self::French, Counts::Seconds) => "secondes",
            (Self::Spanish, Counts::Days) => "días",
            (Self::Spanish, Counts::Seconds) => "segundos",
        }
    }

    const fn others(self) -> &'static str {
        match self {
            Self::English => "and others",
            Self::German => "und weitere",
            Self::French => "et d’autres",
            Self::Spanish => "y otros",
        }
    }

    fn kept(self, it: Money) -> String {
        let with_comma = || it.to_string().replace('.', ",");
        match self {
            Self::English => format!("less {it}, which is kept"),
            Self::German => format!("abzüglich einbehaltener {}", with_comma()),
            Self::French => format!("moins {}, conservés", with_comma()),
            Self::Spanish => format!("menos {}, que se retienen", with_comma()),
        }
    }
}

/// What was given back and why, in a sentence for people that begins with what happened.
#[must_use]
pub fn told(why: Why<'_>, given: &[GivenBack], kept: Money, locale: &Locale) -> String {
    let tongue = Tongue::of(locale);
    let mut named: Vec<_> = given.iter().take(NAMED_MAX).map(|it| tongue.part(it)).collect();
    if given.len() > NAMED_MAX {
        named.push(tongue.others().to_owned());
    }
    let kept = if kept.is_zero() { String::new() } else { format!("; {}", tongue.kept(kept)) };
    let colon = if tongue == Tongue::French { "\u{a0}:" } else { ":" };
    format!("{}{colon} {}{kept}", tongue.what(why, locale), named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::credit::LineAsk;
    use crate::domain::billing::invoice::sample::{date, euros};

    fn given(label: &str, days: Option<(i64, i64)>) -> GivenBack {
        let days = days.map(|(left, of)| Left { left, of, counts: Counts::Days, days: None });
        let ask = LineAsk { place: 0, net: euros("1") };
        GivenBack { ask, days, label: label.parse().expect("a name"), price: None }
    }

    fn locale(text: &str) -> Locale {
        text.parse().expect("a locale")
    }

    #[test]
    fn a_reason_is_in_the_language_of_the_invoice() {
        let gold = Localized::new(locale("en"), "Gold".parse().expect("a name"));
        let gold = gold.with(locale("fr"), "Or".parse().expect("a name"));
        let all = [given("Month", Some((21, 31))), given("Setup", None)];
        let on = date("2026-03-11");
        let said = |why, kept, language| told(why, &all, euros(kept), &locale(language));
        for (why, kept, language, expected) in [
            (Why::Ended(on), "0", "en-GB", "Ended on 2026-03-11: Month for 21 of 31 days, Setup"),
            (Why::Ended(on), "0", "de", "Beendet am 11.03.2026: Month für 21 von 31 Tagen, Setup"),
            (
                Why::Changed(on, &gold),
                "5",
                "en",
                "Changed on 2026-03-11 to Gold: Month for 21 of 31 days, Setup; less 5.00 EUR, which \
                 is kept",
            ),
            (
                Why::Changed(on, &gold),
                "5",
                "de",
                "Gewechselt am 11.03.2026 zu Gold: Month für 21 von 31 Tagen, Setup; abzüglich \
                 einbehaltener 5,00 EUR",
            ),
            (
                Why::Changed(on, &gold),
                "5",
                "fr",
                "Changé le 11/03/2026 pour Or\u{a0}: Month pour 21 jours sur 31, Setup; moins 5,00 \
                 EUR, conservés",
            ),
            (
                Why::Changed(on, &gold),
                "5",
                "es-MX",
                "Cambiado el 11/03/2026 a Gold: Month por 21 de 31 días, Setup; menos 5,00 EUR, que \
                 se retienen",
            ),
            (Why::Ended(on), "0", "pl", "Ended on 2026-03-11: Month for 21 of 31 days, Setup"),
        ] {
            assert_eq!(said(why, kept, language), expected);
        }
    }

    #[test]
    fn a_reason_says_seconds_where_they_are_what_counts() {
        let left = Left { left: 172_800, of: 2_674_800, counts: Counts::Seconds, days: None };
        let all = [GivenBack { days: Some(left), ..given("Month", None) }];
        for (language, expected) in [
            ("en", "Ended on 2026-03-30: Month for 172800 of 2674800 seconds"),
            ("de", "Beendet am 30.03.2026: Month für 172800 von 2674800 Sekunden"),
            ("fr", "Résilié le 30/03/2026\u{a0}: Month pour 172800 secondes sur 2674800"),
            ("es", "Finalizado el 30/03/2026: Month por 172800 de 2674800 segundos"),
        ] {
            let why = Why::Ended(date("2026-03-30"));
            assert_eq!(told(why, &all, euros("0"), &locale(language)), expected);
        }
    }

    #[test]
    fn no_reason_names_more_lines_than_one_can_read() {
        let many = vec![given("Month", None); NAMED_MAX + 1];
        let said = told(Why::Ended(date("2026-03-11")), &many, euros("0"), &locale("de"));
        assert_eq!(said.matches("Month").count(), NAMED_MAX);
        assert!(said.ends_with(", und weitere"), "{said}");
    }
}
