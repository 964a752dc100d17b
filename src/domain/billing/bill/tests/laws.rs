//! What holds of any life, however often and whenever it is billed.

use super::*;

proptest! {
    /// However often and however late it is billed, the same lines come out.
    #[test]
    fn it_does_not_matter_when_and_how_often_is_billed(
        began in 0..400_i64, length in 1..500_i64, in_advance in any::<bool>(),
        anniversary in any::<bool>(), mut days in prop::collection::vec(0..1000_i64, 0..12),
    ) {
        let began_on = date("2024-01-01").plus_days(began);
        let timing = if in_advance { Timing::InAdvance } else { Timing::InArrears };
        let life = || {
            let prices = vec![price(1, monthly(timing), "flat 19.99")];
            let life = World::new(&began_on.to_string(), prices);
            let life = if anniversary { life.anniversary() } else { life };
            World { ends_on: Some(began_on.plus_days(length)), ..life }
        };
        let end = began_on.plus_days(1000).to_string();
        let (mut once, mut often) = (life(), life());
        let lines = |it: Option<Content>| it.map(|it| it.lines).unwrap_or_default();
        let expected: Vec<_> = lines(once.bill(&end)).into_iter().map(|it| it.explanation).collect();
        days.sort_unstable();
        let mut found = Vec::new();
        for day in days {
            found.extend(lines(often.bill(&began_on.plus_days(day).to_string())));
        }
        found.extend(lines(often.bill(&end)));
        let found: Vec<_> = found.into_iter().map(|it| it.explanation).collect();
        prop_assert_eq!(found, expected);
    }

    /// The service periods on the invoices are exactly the days that were served.
    #[test]
    fn no_day_is_charged_twice_or_never(began in 0..400_i64, length in 1..500_i64, last in 1..31_u8) {
        let began_on = date("2024-01-01").plus_days(began);
        let prices = vec![price(1, monthly(Timing::InAdvance), "flat 19.99")];
        let mut life = World::new(&began_on.to_string(), prices);
        life.cycle.day = BillingDay::new(last);
        life.ends_on = Some(began_on.plus_days(length));
        let content = life.bill(&began_on.plus_days(1000).to_string()).expect("an invoice");
        let mut next = began_on;
        for line in &content.lines {
            let period = line.service_period.expect("a period");
            prop_assert_eq!(period.start(), next);
            next = period.end();
        }
        prop_assert_eq!(Some(next), life.ends_on);
    }
}
