//! What is used in the demo: a figure for each day, the same each time a demo is made.
//!
//! Whole numbers all the way: thousandths of the ordinary day, by the shape of the week, the season,
//! the growth of the business and a little chance.

use sha2::{Digest, Sha256};

use super::script::{Curve, Shape};
use crate::domain::time::Date;

/// How much of an ordinary day each day of the week is, from Monday on, in thousandths.
const fn week(shape: Shape) -> [i64; 7] {
    match shape {
        Shape::Steady => [1000, 1010, 1000, 990, 1005, 985, 1000],
        Shape::Office => [1180, 1240, 1220, 1210, 1090, 320, 260],
        Shape::Shop => [820, 800, 860, 940, 1180, 1420, 1130],
    }
}

/// How much of an ordinary day a day in each month of the year is, from January on.
const fn year(shape: Shape) -> [i64; 12] {
    match shape {
        Shape::Steady => [1000; 12],
        Shape::Office => [980, 1010, 1040, 1000, 990, 960, 820, 800, 1050, 1080, 1090, 860],
        Shape::Shop => [820, 850, 900, 940, 960, 940, 900, 910, 980, 1060, 1320, 1480],
    }
}

/// How much a curve has on a day, in thousandths of a unit, so many months after it began.
pub(super) fn thousandths(curve: &Curve, on: Date, months: u32) -> i64 {
    use chrono::Datelike;
    let place = |it: u32| usize::try_from(it).expect("a week has seven days, a year twelve months");
    let of_week = week(curve.shape)[place(on.chrono().weekday().num_days_from_monday())];
    let of_year = year(curve.shape)[place(on.month() - 1)];
    let grown = (0..months).fold(1000, |it, _| it * (100 + curve.growth_percent) / 100);
    let ordinary = curve.daily * 1000;
    let used = ordinary * of_week / 1000 * of_year / 1000 * grown / 1000 * chance(curve, on) / 1000;
    if curve.is_whole { used / 1000 * 1000 } else { used }
}

/// Between 900 and 1100, by nothing but the name and the day.
fn chance(curve: &Curve, on: Date) -> i64 {
    let text = format!("{} {} {on}", curve.subscription, curve.meter);
    let hash = Sha256::digest(text.as_bytes());
    900 + i64::from(u16::from_be_bytes([hash[0], hash[1]])) % 201
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(shape: Shape) -> Curve {
        Curve {
            subscription: "web".to_owned(),
            meter: "traffic".to_owned(),
            daily: 100,
            growth_percent: 10,
            shape,
            is_whole: false,
            until: None,
        }
    }

    fn on(day: &str) -> Date {
        day.parse().expect(day)
    }

    #[test]
    fn a_day_is_the_same_each_time_and_about_an_ordinary_one() {
        let steady = curve(Shape::Steady);
        let first = thousandths(&steady, on("2026-03-02"), 0);
        assert_eq!(first, thousandths(&steady, on("2026-03-02"), 0));
        assert!((89_000..=112_000).contains(&first), "{first}");
        assert_ne!(first, thousandths(&steady, on("2026-03-03"), 0));
    }

    #[test]
    fn nobody_sends_half_a_mail() {
        let mails = Curve { is_whole: true, daily: 7, ..curve(Shape::Office) };
        for day in ["2026-03-01", "2026-03-02", "2026-03-03"] {
            assert_eq!(thousandths(&mails, on(day), 3) % 1000, 0, "{day}");
        }
    }

    #[test]
    fn offices_rest_at_the_end_of_the_week_and_business_grows() {
        let office = curve(Shape::Office);
        let sunday = thousandths(&office, on("2026-03-01"), 0);
        let monday = thousandths(&office, on("2026-03-02"), 0);
        assert!(sunday * 3 < monday, "{sunday} {monday}");
        let later = thousandths(&office, on("2026-03-02"), 4);
        assert!((140..=148).contains(&(later * 100 / monday)), "{later} after {monday}");
    }
}
