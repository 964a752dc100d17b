//! What is long over: subscriptions that ended so long ago that no bill has anything to charge for them any
//! more. However many there were over the years, a bill costs what those cost that there are.

use crate::domain::account::cycle::Cycle;
use crate::domain::time::Date;

/// Whether nothing is left to be billed on a day of what ended on another.
///
/// All that it owes is due within its shift of the day of its end, and no use of it is taken once it is
/// older than is remembered. After two cycles more there was a bill that saw it.
#[must_use]
pub fn is_long_over(ended_on: Date, (cycle, remembered_days): (Cycle, i64), on: Date) -> bool {
    let days = i64::from(cycle.shift_days.unsigned_abs()).max(remembered_days);
    cycle.period.after(ended_on.plus_days(days + 2), 2) < on
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Span;

    #[test]
    fn it_is_over_when_its_use_cannot_come_and_two_cycles_have_passed() {
        let date = |it: &str| it.parse::<Date>().expect(it);
        let monthly = Cycle::MONTHLY;
        let yearly = Cycle { period: Span::months(12), ..monthly };
        let shifted = Cycle { shift_days: -100, ..monthly };
        for (cycle, days, last) in [
            (monthly, 35, "2026-04-07"),
            (monthly, 0, "2026-03-03"),
            (yearly, 35, "2028-02-07"),
            (shifted, 35, "2026-06-13"),
        ] {
            let is_over = |on: Date| is_long_over(date("2026-01-01"), (cycle, days), on);
            assert!(!is_over(date(last)), "{cycle} {days}");
            assert!(is_over(date(last).plus_days(1)), "{cycle} {days}");
        }
    }
}
