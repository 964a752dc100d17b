//! Proration: what a part of a period costs.
//!
//! A part is days over days, kept as such, so that an invoice can say "21 of 28 days" and compute
//! it again. Where a charge is cut in two, the second half is what the first leaves: the cent
//! cannot go missing.

pub mod day;
pub mod thirty_360;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::error::{Code, Rejection};
use crate::domain::money::{Amount, Money, MoneyError, Rounding};
use crate::domain::time::{Date, Period};
use crate::domain::word::words;

words! {
    /// In what a part of a period is measured.
    ProrationUnit {
        /// Days used of the days the period has.
        Day = "day";
        /// Seconds used of the seconds the period has.
        Second = "second";
        /// Days of a month of 30 and a year of 360 days.
        Thirty360 = "thirty_360";
        /// Not at all: a part costs as much as the whole.
        None = "none";
    }
}

impl ProrationUnit {
    /// How many days a stretch of them counts for.
    #[must_use]
    pub fn measure(self, stretch: Period) -> i64 {
        match self {
            Self::Day | Self::Second | Self::None => stretch.days(),
            Self::Thirty360 => thirty_360::days(stretch),
        }
    }
}

/// So many days of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    used: u32,
    of: u32,
}

impl Share {
    /// All of it.
    pub const WHOLE: Self = Self { used: 1, of: 1 };
    /// Nothing of it.
    pub const NOTHING: Self = Self { used: 0, of: 1 };

    /// `used` of `of` days, or `None` if that is more than the whole or a part of nothing.
    #[must_use]
    pub const fn new(used: u32, of: u32) -> Option<Self> {
        if of == 0 || used > of { None } else { Some(Self { used, of }) }
    }

    /// The days used.
    #[must_use]
    pub const fn used(self) -> u32 {
        self.used
    }

    /// The days there are.
    #[must_use]
    pub const fn of(self) -> u32 {
        self.of
    }

    /// Whether nothing is missing.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.used == self.of
    }

    /// The same with some used days taken off: none is left if more are taken than were used.
    #[must_use]
    pub const fn without(self, days: u32) -> Self {
        Self { used: self.used.saturating_sub(days), ..self }
    }

    /// That part of an amount, before any rounding.
    ///
    /// # Errors
    /// If the amount is too large.
    pub fn part_of(self, amount: Amount) -> Result<Amount, MoneyError> {
        match self.is_whole() {
            true => Ok(amount),
            false => amount.part(Decimal::from(self.used), Decimal::from(self.of)),
        }
    }
}

/// Which part of `full` the stretch `used` is.
///
/// # Errors
/// If billing has no rule for the unit, or `used` is not a part of `full`.
pub fn share(unit: ProrationUnit, used: Period, full: Period) -> Result<Share, Rejection> {
    let found = match unit {
        ProrationUnit::Day => day::share(used, full),
        ProrationUnit::Thirty360 => thirty_360::share(used, full),
        ProrationUnit::None => return Ok(Share::WHOLE),
        ProrationUnit::Second => {
            let why = format!(
                "billing has no rule for proration by `{unit}`; use day, thirty_360 or none"
            );
            return Err(Rejection::new(Code::PriceNotRated, why));
        }
    };
    found.ok_or_else(|| {
        let why = format!("`{used}` is not a part of the period `{full}`");
        Rejection::new(Code::BillingInputIncomplete, why)
    })
}

/// A charge cut in two at a date. The parts sum to the whole, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prorated {
    /// For the days before the cut: earned.
    pub before: Money,
    /// For the cut day and after: unearned, to be credited on a cancellation.
    pub after: Money,
}

/// Divides `charge`, the charge for all of `period`, at `date`, by days as a unit measures them.
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
    (unit, rounding): (ProrationUnit, Rounding),
) -> Result<Prorated, MoneyError> {
    let all = unit.measure(period).max(1);
    let used = Period::new(period.start(), date.min(period.end())).map_or(0, |it| unit.measure(it));
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

    fn period(text: &str) -> Period {
        let (start, end) = text.split_once("..").expect(text);
        Period::new(date(start), date(end)).expect(text)
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
            let share = share(ProrationUnit::Day, period(used), period(full)).expect(row);
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
            let by = (ProrationUnit::Day, Rounding::HalfUp);
            let parts = prorate(euros(charge), period(whole), date(cut), by);
            let parts = parts.expect(id);
            let found = format!("{} + {}", parts.before.decimal(), parts.after.decimal());
            assert_eq!(found, expected, "{id}");
        }
    }

    #[test]
    fn a_unit_without_a_rule_is_refused_and_no_unit_charges_the_whole() {
        let (used, full) = (period("2026-04-01..2026-04-06"), period("2026-04-01..2026-05-01"));
        assert_eq!(share(ProrationUnit::None, used, full), Ok(Share::WHOLE));
        let refused = share(ProrationUnit::Second, used, full).map_err(|it| it.code);
        assert_eq!(refused, Err(Code::PriceNotRated));
        for unit in [ProrationUnit::Day, ProrationUnit::Thirty360] {
            let refused = share(unit, full, used).map_err(|it| it.code);
            assert_eq!(refused, Err(Code::BillingInputIncomplete), "{unit}");
        }
    }

    #[test]
    fn days_that_were_not_served_are_taken_off() {
        let share = Share::new(21, 28).expect("a share");
        assert_eq!(share.without(7), Share::new(14, 28).expect("a share"));
        assert_eq!(share.without(30).used(), 0);
        assert_eq!((Share::new(2, 1), Share::new(0, 0)), (None, None));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_more_days_never_cost_less(
            minor in 0..10_000_000_000_i64, days in 1..800_i64, cut in -5..805_i64,
            unit in prop::sample::select(vec![ProrationUnit::Day, ProrationUnit::Thirty360]),
        ) {
            let whole = Period::new(date("2026-01-01"), date("2026-01-01").plus_days(days));
            let whole = whole.expect("a period");
            let charge = Money::minor(minor, Currency::EUR);
            let by = (unit, Rounding::HalfUp);
            let at = |cut| prorate(charge, whole, whole.start().plus_days(cut), by);
            let (today, tomorrow) = (at(cut).expect("parts"), at(cut + 1).expect("parts"));
            prop_assert_eq!(today.before.plus(today.after), Ok(charge));
            prop_assert!(today.before.as_minor() <= tomorrow.before.as_minor());
        }
    }
}
