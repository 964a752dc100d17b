//! Proration: what a part of a period costs.
//!
//! A part is days over days, or seconds over seconds, kept as such, so that an invoice can say "21 of 28
//! days" and compute it again. Where a charge is cut in two, the second half is what the first leaves:
//! the cent cannot go missing.

pub mod day;
pub mod second;
mod share;
pub mod thirty_360;

use rust_decimal::Decimal;

pub use self::share::{Counts, Share};
use crate::domain::error::{Code, Rejection};
use crate::domain::money::{Money, MoneyError, Rounding};
use crate::domain::time::{Date, Period, Zone};
use crate::domain::word::words;

words! {
    /// In what a part of a period is measured.
    ProrationUnit {
        /// Days used of the days the period has.
        Day = "day";
        /// Seconds used of the seconds the period has, from the midnight at which a day begins in the zone
        /// of the billing account: a day of 23 or 25 hours counts for those.
        Second = "second";
        /// Days of a month of 30 and a year of 360 days.
        Thirty360 = "thirty_360";
        /// Not at all: a part costs as much as the whole.
        None = "none";
    }
}

/// How parts of a period are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// In what.
    pub unit: ProrationUnit,
    /// Where days begin.
    pub zone: Zone,
}

impl Measure {
    /// How many days or seconds a stretch of days counts for.
    #[must_use]
    pub fn of(self, stretch: Period) -> i64 {
        match self.unit {
            ProrationUnit::Day | ProrationUnit::None => stretch.days(),
            ProrationUnit::Second => second::seconds(stretch, self.zone),
            ProrationUnit::Thirty360 => thirty_360::days(stretch),
        }
    }

    /// What it counts.
    #[must_use]
    pub const fn counts(self) -> Counts {
        match self.unit {
            ProrationUnit::Second => Counts::Seconds,
            ProrationUnit::Day | ProrationUnit::Thirty360 | ProrationUnit::None => Counts::Days,
        }
    }

    /// Which part of `full` the stretch `used` is.
    ///
    /// # Errors
    /// If `used` is not a part of `full`.
    pub fn share(self, used: Period, full: Period) -> Result<Share, Rejection> {
        let found = match self.unit {
            ProrationUnit::Day => day::share(used, full),
            ProrationUnit::Second => second::share(used, full, self.zone),
            ProrationUnit::Thirty360 => thirty_360::share(used, full),
            ProrationUnit::None => return Ok(Share::WHOLE),
        };
        found.ok_or_else(|| {
            let why = format!("`{used}` is not a part of the period `{full}`");
            Rejection::new(Code::BillingInputIncomplete, why)
        })
    }
}

/// A charge cut in two at a date. The parts sum to the whole, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prorated {
    /// For the days before the cut: earned.
    pub before: Money,
    /// For the cut day and after: unearned, to be credited on a cancellation.
    pub after: Money,
}

/// Divides `charge`, the charge for all of `period`, at `date`.
///
/// A date at or before the start leaves everything after the cut; one at or past the end leaves
/// everything before it.
///
/// # Errors
/// If the charge is too large.
pub fn prorate(
    charge: Money,
    period: Period,
    date: Date,
    (by, rounding): (Measure, Rounding),
) -> Result<Prorated, MoneyError> {
    let all = by.of(period).max(1);
    let used = Period::new(period.start(), date.min(period.end())).map_or(0, |it| by.of(it));
    let part = charge.amount().part(Decimal::from(used), Decimal::from(all))?;
    let before = part.book(rounding)?;
    let after = charge.minus(before)?;
    assert!(before.as_minor().unsigned_abs() <= charge.as_minor().unsigned_abs());
    Ok(Prorated { before, after })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::money::Currency;

    fn date(text: &str) -> Date {
        text.parse().expect(text)
    }

    pub(super) fn period(text: &str) -> Period {
        let (start, end) = text.split_once("..").expect(text);
        Period::new(date(start), date(end)).expect(text)
    }

    /// As a unit measures where days begin in a zone.
    fn measure(unit: ProrationUnit, zone: &str) -> Measure {
        Measure { unit, zone: zone.parse().expect(zone) }
    }

    fn euros(text: &str) -> Money {
        Money::parse(text.trim(), Currency::EUR).expect(text)
    }

    /// Rows of the form `id | charge | used | full => share => part`.
    fn check(rows: &str) {
        for row in rows.lines().map(str::trim).filter(|it| !it.is_empty()) {
            let (case, expected) = row.split_once(" => ").expect(row);
            let fields: Vec<_> = case.split('|').map(str::trim).collect();
            let [_id, charge, used, full] = fields[..] else { panic!("{row}") };
            let by_day = measure(ProrationUnit::Day, "UTC");
            let share = by_day.share(period(used), period(full)).expect(row);
            let part = share.part_of(euros(charge).amount()).expect(row);
            let part = part.book(Rounding::HalfUp).expect(row);
            let found = format!("{}/{} => {}", share.used(), share.of(), part.decimal());
            assert_eq!(found, expected, "{row}");
        }
    }

    #[test]
    fn a_part_costs_its_days_over_the_days_of_the_period() {
        check(
            "
            W041 | 50.00    | 2026-08-10..2026-09-01 | 2026-08-01..2026-09-01 => 22/31 => 35.48
            W043 | 50000.00 | 2024-03-15..2024-04-01 | 2024-03-01..2024-04-01 => 17/31 => 27419.35
            W045 | 40.00    | 2026-05-11..2026-06-01 | 2026-05-01..2026-06-01 => 21/31 => 27.10
            W047 | 1188.00  | 2023-11-19..2024-07-19 | 2023-07-19..2024-07-19 => 243/366 => 788.75
            W049 | 100.00   | 2026-08-21..2026-09-01 | 2026-08-01..2026-09-01 => 11/31 => 35.48
            W049 | 15.00    | 2026-08-21..2026-09-01 | 2026-08-01..2026-09-01 => 11/31 => 5.32
            W049 | 20.00    | 2026-08-21..2026-09-01 | 2026-08-01..2026-09-01 => 11/31 => 7.10
            W049 | 1.00     | 2026-08-01..2026-08-21 | 2026-08-01..2026-09-01 => 20/31 => 0.65
            W051 | 100.00   | 2025-02-08..2025-03-01 | 2025-02-01..2025-03-01 => 21/28 => 75.00
            W051 | 100.00   | 2025-02-22..2025-03-01 | 2025-02-01..2025-03-01 => 7/28 => 25.00
            W053 | 100.00   | 2025-02-09..2025-03-01 | 2025-02-01..2025-03-01 => 20/28 => 71.43
            W055 | 160.00   | 2026-04-02..2026-05-01 | 2026-04-01..2026-05-01 => 29/30 => 154.67
            W057 | 60.00    | 2023-01-08..2023-02-01 | 2023-01-01..2023-02-01 => 24/31 => 46.45
            W057 | 50.00    | 2023-02-26..2023-03-01 | 2023-02-01..2023-03-01 => 3/28 => 5.36
            W065 | 9.95     | 2012-05-02..2012-06-01 | 2012-05-01..2012-06-01 => 30/31 => 9.63
            W067 | 249.95   | 2012-07-10..2012-07-20 | 2012-06-30..2012-07-31 => 10/31 => 80.63
            W073 | 600.00   | 2026-04-11..2027-01-01 | 2026-01-01..2027-01-01 => 265/365 => 435.62
            W073 | 1200.00  | 2026-04-11..2027-01-01 | 2026-01-01..2027-01-01 => 265/365 => 871.23
            W075 | 3650.00  | 2026-01-01..2026-01-31 | 2026-01-01..2027-01-01 => 30/365 => 300.00
            W077 | 25.00    | 2021-01-08..2021-02-01 | 2021-01-01..2021-02-01 => 24/31 => 19.35
            W077 | 10.00    | 2021-01-08..2021-02-01 | 2021-01-01..2021-02-01 => 24/31 => 7.74
            W079 | 50.00    | 2026-04-01..2026-04-06 | 2026-04-01..2026-05-01 => 5/30 => 8.33
            all  | 50.00    | 2026-04-01..2026-05-01 | 2026-04-01..2026-05-01 => 30/30 => 50.00
        ",
        );
    }

    #[test]
    fn a_charge_is_cut_where_the_change_happens() {
        let table = [
            ("W069", "10.00", "2026-04-01..2026-05-01", "2026-04-16", "5.00 + 5.00"),
            ("W071", "50.00", "2026-04-01..2026-05-01", "2026-04-11", "16.67 + 33.33"),
            ("W071", "100.00", "2026-04-01..2026-05-01", "2026-04-11", "33.33 + 66.67"),
            ("start", "50.00", "2026-04-01..2026-05-01", "2026-04-01", "0.00 + 50.00"),
            ("early", "50.00", "2026-04-01..2026-05-01", "2026-03-01", "0.00 + 50.00"),
            ("late", "50.00", "2026-04-01..2026-05-01", "2026-06-01", "50.00 + 0.00"),
            ("credit", "-50.00", "2026-04-01..2026-05-01", "2026-04-11", "-16.67 + -33.33"),
        ];
        for (id, charge, whole, cut, expected) in table {
            let by = (measure(ProrationUnit::Day, "UTC"), Rounding::HalfUp);
            let parts = prorate(euros(charge), period(whole), date(cut), by);
            let parts = parts.expect(id);
            let found = format!("{} + {}", parts.before.decimal(), parts.after.decimal());
            assert_eq!(found, expected, "{id}");
        }
    }

    #[test]
    fn a_charge_is_cut_by_the_seconds_before_and_after() {
        let table = [
            ("UTC", "310.00", "2026-03-01..2026-04-01", "2026-03-29", "280.00 + 30.00"),
            ("Europe/Berlin", "743.00", "2026-03-01..2026-04-01", "2026-03-29", "672.00 + 71.00"),
            ("Europe/Berlin", "743.00", "2026-03-01..2026-04-01", "2026-03-30", "695.00 + 48.00"),
            ("Europe/Berlin", "745.00", "2026-10-01..2026-11-01", "2026-10-26", "601.00 + 144.00"),
            ("Europe/Berlin", "310.00", "2026-10-01..2026-11-01", "2026-10-26", "250.08 + 59.92"),
        ];
        for (zone, charge, whole, cut, expected) in table {
            let by = (measure(ProrationUnit::Second, zone), Rounding::HalfUp);
            let parts = prorate(euros(charge), period(whole), date(cut), by).expect(zone);
            let found = format!("{} + {}", parts.before.decimal(), parts.after.decimal());
            assert_eq!(found, expected, "{zone} {cut}");
        }
    }

    #[test]
    fn what_is_no_part_is_refused_and_no_unit_charges_the_whole() {
        let (used, full) = (period("2026-04-01..2026-04-06"), period("2026-04-01..2026-05-01"));
        let of = |unit| measure(unit, "Europe/Berlin");
        assert_eq!(of(ProrationUnit::None).share(used, full), Ok(Share::WHOLE));
        for unit in [ProrationUnit::Day, ProrationUnit::Second, ProrationUnit::Thirty360] {
            let refused = of(unit).share(full, used).map_err(|it| it.code);
            assert_eq!(refused, Err(Code::BillingInputIncomplete), "{unit}");
            assert_eq!(of(unit).share(full, full).map(Share::is_whole), Ok(true), "{unit}");
        }
    }

    /// All units by which something is divided.
    const DIVIDING: [ProrationUnit; 3] =
        [ProrationUnit::Day, ProrationUnit::Second, ProrationUnit::Thirty360];
    /// Zones whose days have other lengths now and then, or were skipped.
    const ZONES: [&str; 5] =
        ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"];

    proptest! {
        #[test]
        fn nothing_is_lost_and_more_days_never_cost_less(
            minor in 0..10_000_000_000_i64, days in 1..800_i64, cut in -5..805_i64,
            unit in prop::sample::select(&DIVIDING[..]), zone in prop::sample::select(&ZONES[..]),
        ) {
            let whole = Period::new(date("2011-01-01"), date("2011-01-01").plus_days(days));
            let whole = whole.expect("a period");
            let charge = Money::minor(minor, Currency::EUR);
            let by = (measure(unit, zone), Rounding::HalfUp);
            let at = |cut| prorate(charge, whole, whole.start().plus_days(cut), by);
            let (today, tomorrow) = (at(cut).expect("parts"), at(cut + 1).expect("parts"));
            prop_assert_eq!(today.before.plus(today.after), Ok(charge));
            prop_assert!(today.before.as_minor() <= tomorrow.before.as_minor());
        }

        /// However a period is cut, and however often: its parts count for what it does.
        #[test]
        fn parts_of_a_period_make_the_whole(
            from in 0..6_000_i64, cuts in prop::collection::vec(1..60_i64, 1..8),
            unit in prop::sample::select(&DIVIDING[..]), zone in prop::sample::select(&ZONES[..]),
        ) {
            let by = measure(unit, zone);
            let first = date("2011-01-01").plus_days(from);
            let full = Period::new(first, first.plus_days(cuts.iter().sum())).expect("a period");
            let (mut day, mut sum) = (first, 0);
            for days in &cuts {
                let part = Period::new(day, day.plus_days(*days)).expect("a period");
                if by.of(full) > 0 && part != full {
                    let share = by.share(part, full).expect("a part");
                    let found = (i64::from(share.used()), i64::from(share.of()));
                    prop_assert_eq!(found, (by.of(part), by.of(full)));
                }
                sum += by.of(part);
                day = part.end();
            }
            prop_assert_eq!(sum, by.of(full));
        }
    }
}
