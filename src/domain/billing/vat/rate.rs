//! The rates of value added tax, from day to day: data that is shipped with the program.
//!
//! What each figure was checked by stands in the head of `assets/tax/vat_rates.csv`.

use std::sync::LazyLock;

use crate::domain::quantity::{Percent, decimal};
use crate::domain::time::Date;
use crate::domain::word::words;

words! {
    /// Which of a country's rates one is.
    RateKind {
        /// For all that has no other.
        Standard = "standard";
        /// The higher of those that are lower.
        Reduced = "reduced";
        /// The lower of them.
        SecondReduced = "second_reduced";
        /// One that the Union does not permit any more to be introduced.
        SuperReduced = "super_reduced";
        /// One of those that were to be raised, and are parked at it.
        Parking = "parking";
    }
}

/// A rate of a country, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The country by ISO 3166-1: `GR` for Greece.
    pub country: &'static str,
    /// Which of its rates.
    pub kind: RateKind,
    /// How much; `None`: from that day on there is none of the kind.
    pub percent: Option<Percent>,
    /// The first day on which it holds. It holds until the next of the same kind begins.
    pub valid_from: Date,
}

const DATA: &str = include_str!("../../../../assets/tax/vat_rates.csv");

static ALL: LazyLock<Vec<Rate>> = LazyLock::new(|| {
    let rows = DATA.lines().filter(|it| !it.starts_with('#')).skip(1);
    rows.map(|it| read(it).expect("the rates that are shipped are right")).collect()
});

/// A row of the data; `None` if it is none.
fn read(row: &'static str) -> Option<Rate> {
    let mut fields = row.split(',');
    let mut next = || fields.next();
    let (country, kind, percent, valid_from) = (next()?, next()?, next()?, next()?);
    let percent = match percent {
        "" => None,
        percent => Some(Percent::new(decimal(percent)?)),
    };
    Some(Rate { country, kind: kind.parse().ok()?, percent, valid_from: valid_from.parse().ok()? })
}

/// All rates, by country, kind and day.
#[must_use]
pub fn rates() -> &'static [Rate] {
    &ALL
}

/// The standard rate of a country on a day, and since when; `None` if none is known.
#[must_use]
pub fn standard_on(country: &str, on: Date) -> Option<(Percent, Date)> {
    let begun = rates()
        .iter()
        .filter(|it| it.country == country && it.kind == RateKind::Standard && it.valid_from <= on);
    let latest = begun.max_by_key(|it| it.valid_from)?;
    Some((latest.percent?, latest.valid_from))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::billing::vat::place::MEMBERS;

    #[test]
    fn every_row_is_read_and_rows_are_in_order() {
        let rows = DATA.lines().filter(|it| !it.starts_with('#')).count() - 1;
        assert_eq!(rates().len(), rows);
        let keys: Vec<_> = rates().iter().map(|it| (it.country, it.kind, it.valid_from)).collect();
        assert!(keys.windows(2).all(|it| it[0] < it[1]), "in order, and each once");
        for row in DATA.lines().filter(|it| !it.starts_with('#')).skip(1) {
            let checked = row.rsplit_once(',').map(|it| it.1);
            assert!(matches!(checked, Some("a" | "b" | "ab" | "c" | "d" | "-")), "{row}");
        }
    }

    #[test]
    fn every_member_state_and_three_neighbors_have_a_standard_rate() {
        let on = "2012-10-01".parse().expect("a day");
        let all = MEMBERS.iter().copied().chain(["CH", "GB", "NO"]);
        for country in all.clone() {
            let rate = standard_on(country, on).expect(country).0;
            // The Directive wants 15 at least of its members; nobody takes more than 27.
            let is_low = country == "CH";
            assert!(is_low || rate >= Percent::new(15.into()), "{country} {rate:?}");
            assert!(rate <= Percent::new(27.into()), "{country} {rate:?}");
        }
        let known: BTreeSet<_> = rates().iter().map(|it| it.country).collect();
        assert_eq!(known, all.collect());
    }

    #[test]
    fn a_rate_holds_from_its_day_on() {
        for (country, on, expected) in [
            ("DE", "2020-06-30", "19"),
            ("DE", "2020-07-01", "16"),
            ("DE", "2020-12-31", "16"),
            ("DE", "2021-01-01", "19"),
            ("EE", "2023-12-31", "20"),
            ("EE", "2024-01-01", "22"),
            ("EE", "2025-06-30", "22"),
            ("EE", "2025-07-01", "24"),
            ("LU", "2023-06-01", "16"),
            ("LU", "2024-01-01", "17"),
            ("CH", "2023-12-31", "7.7"),
            ("CH", "2024-01-01", "8.1"),
            ("SK", "2024-12-31", "20"),
            ("SK", "2025-01-01", "23"),
            ("RO", "2025-07-31", "19"),
            ("RO", "2025-08-01", "21"),
            ("FI", "2024-08-31", "24"),
            ("FI", "2024-09-01", "25.5"),
            ("IE", "2020-09-01", "21"),
            ("IE", "2021-03-01", "23"),
            ("GB", "2026-01-01", "20"),
            ("NO", "2026-01-01", "25"),
        ] {
            let rate = standard_on(country, on.parse().expect(on)).map(|it| it.0);
            let expected = decimal(expected).expect(expected);
            assert_eq!(rate, Some(Percent::new(expected)), "{country} {on}");
        }
        assert_eq!(standard_on("US", "2026-01-01".parse().expect("a day")), None);
        assert_eq!(standard_on("DE", "1990-01-01".parse().expect("a day")), None);
    }
}
