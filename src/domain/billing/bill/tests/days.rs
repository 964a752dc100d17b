//! On which days something is charged.

use super::*;
use crate::domain::billing::proration::ProrationUnit;

#[test]
fn the_day_of_the_next_charge_is_known_before_and_that_of_the_last_after() {
    let setup = || price(9, PriceKind::OneTime(Occasion::Setup), "flat 5");
    let recurring = |timing| price(1, monthly(timing), "flat 50");
    let lives = [
        (vec![recurring(Timing::InAdvance)], "08-10", None, "08-10 09-01 10-01 11-01"),
        (vec![setup(), recurring(Timing::InArrears)], "08-10", None, "08-10 09-01 10-01 11-01"),
        (vec![recurring(Timing::InArrears)], "08-10", Some("09-20"), "09-01 09-20"),
        (vec![recurring(Timing::InAdvance)], "08-20", Some("09-20"), "08-20 09-01"),
        (vec![setup()], "08-10", None, "08-10"),
    ];
    for (prices, charged_from, ends_on, expected) in lives {
        let day = |text: &str| date(&format!("2026-{text}"));
        let mut life = World::new("2026-08-10", prices);
        (life.charged_from, life.ends_on) = (day(charged_from), ends_on.map(day));
        let mut told = Vec::new();
        for on in (0..100).map(|it| date("2026-08-01").plus_days(it)) {
            let foretold = life.days();
            let is_charged = life.bill(&on.to_string()).is_some();
            assert_eq!(is_charged, foretold.next == Some(on), "{on} of {expected}");
            if is_charged {
                assert_eq!(life.days().last, Some(on), "{on} of {expected}");
                told.push(on.to_string().split_off(5));
            }
        }
        assert_eq!(told.join(" "), expected);
        assert_eq!(life.days().next.is_none(), ends_on.is_some() || expected == "08-10");
    }
}

#[test]
fn arrears_are_charged_when_the_period_is_over() {
    let arrears = monthly(Timing::InArrears);
    let mut life = World::new("2026-01-15", vec![price(1, arrears, "unit 31")]);
    life.units = Quantity::whole(2);
    assert_eq!(told(life.bill("2026-01-31")), "-");
    assert_eq!(told(life.bill("2026-02-01")), "40.80: recurring 2026-01-15..2026-02-01 34.00");
}

#[test]
fn a_shift_moves_the_billing_day_and_not_the_period() {
    let advance = monthly(Timing::InAdvance);
    let mut life = World::new("2026-01-01", vec![price(1, advance, "flat 10")]);
    life.cycle.shift_days = 5;
    assert_eq!(told(life.bill("2026-01-05")), "-");
    assert_eq!(told(life.bill("2026-01-06")), "12.00: recurring 2026-01-01..2026-02-01 10.00");
}

#[test]
fn what_fills_up_to_a_new_billing_day_is_measured_by_its_own_period_or_by_the_one_that_was_left() {
    for (moved_anchor, timing, day, expected) in [
        (MovedAnchor::OwnPeriod, Timing::InAdvance, 6, "8.33 of 2026-05-01..2026-05-06"),
        (MovedAnchor::FormerPeriod, Timing::InAdvance, 6, "8.06 of 2026-05-01..2026-05-06"),
        (MovedAnchor::OwnPeriod, Timing::InArrears, 26, "41.67 of 2026-05-01..2026-05-26"),
        (MovedAnchor::FormerPeriod, Timing::InArrears, 26, "40.32 of 2026-05-01..2026-05-26"),
    ] {
        let mut life = World::new("2026-03-01", vec![price(1, monthly(timing), "flat 50")]);
        life.policy.moved_anchor = moved_anchor;
        // April is charged when the day is moved.
        life.marks[0] = Some(date("2026-05-01"));
        life.cycle.day = BillingDay::new(day);
        let bill = life.bill("2026-06-26").expect("an invoice");
        let line = &bill.lines[0];
        let period = line.service_period.expect("a period");
        let found = format!("{} of {}..{}", line.net.decimal(), period.start(), period.end());
        assert_eq!(found, expected, "{moved_anchor} {timing:?}");
        let next = bill.lines[1].net.decimal().to_string();
        assert_eq!(next, "50.00", "what follows is whole");
    }
    // What begins in mid period was in no other before.
    let mut life = World::new("2026-03-15", vec![price(1, monthly(Timing::InAdvance), "flat 31")]);
    life.policy.moved_anchor = MovedAnchor::FormerPeriod;
    assert_eq!(told(life.bill("2026-03-15")), "20.40: recurring 2026-03-15..2026-04-01 17.00");
}

#[test]
fn a_day_that_is_moved_at_once_ends_the_period_of_what_is_charged_afterwards() {
    let prices = vec![
        price(1, monthly(Timing::InArrears), "flat 868"),
        price(2, usage(), "unit 1"),
        price(3, monthly(Timing::InAdvance), "flat 28"),
    ];
    let mut life = World::new("2011-02-01", prices);
    assert_eq!(told(life.bill("2011-02-01")), "33.60: recurring 2011-02-01..2011-03-01 28.00");
    life.policy.moved_anchor = MovedAnchor::CountedBack;
    life.cut_on = Some(date("2011-02-14"));
    life.count(1, "2011-02-01..2011-02-14", "5");
    // W063: thirteen of 28 days; what is paid ahead stays as it is.
    assert_eq!(
        told(life.bill("2011-02-14")),
        "489.60: recurring 2011-02-01..2011-02-14 403.00, usage 2011-02-01..2011-02-14 5.00"
    );
    (life.cut_on, life.cycle.day) = (None, BillingDay::new(31));
    life.count(1, "2011-02-14..2011-02-28", "1");
    assert_eq!(
        told(life.bill("2011-02-28")),
        "471.60: recurring 2011-02-14..2011-02-28 392.00, usage 2011-02-14..2011-02-28 1.00",
        "fourteen of the 31 days before the last of February"
    );
    life.count(1, "2011-02-28..2011-03-31", "0");
    assert_eq!(
        told(life.bill("2011-03-31")),
        "1107.72: recurring 2011-02-28..2011-03-31 868.00, recurring 2011-03-01..2011-03-31 27.10, \
         recurring 2011-03-31..2011-04-30 28.00"
    );
}

#[test]
fn a_first_partial_month_is_charged_by_its_days_and_the_next_in_full() {
    let advance = monthly(Timing::InAdvance);
    let mut life = World::new("2026-08-10", vec![price(1, advance, "flat 50")]);
    assert_eq!(told(life.bill("2026-08-09")), "-");
    assert_eq!(told(life.bill("2026-08-10")), "42.58: recurring 2026-08-10..2026-09-01 35.48");
    assert_eq!(told(life.bill("2026-08-31")), "-");
    assert_eq!(told(life.bill("2026-09-01")), "60.00: recurring 2026-09-01..2026-10-01 50.00");
    assert_eq!(told(life.bill("2026-09-01")), "-");
}

#[test]
fn where_a_part_costs_as_much_as_the_whole_one_day_that_is_not_on_hold_is_enough() {
    let whole = "36.00: recurring 2026-04-01..2026-05-01 30.00";
    let table: [(&[(&str, &str)], &str); 6] = [
        (&[], whole),
        (&[("2026-04-11", "2026-04-12")], whole),
        (&[("2026-04-02", "2026-05-01")], whole),
        (&[("2026-04-01", "2026-04-30")], whole),
        (&[("2026-03-20", "2026-04-16"), ("2026-04-17", "2026-05-20")], whole),
        (&[("2026-03-20", "2026-04-16"), ("2026-04-16", "2026-05-20")], "-"),
    ];
    for (holds, expected) in table {
        let hold = |it: &(&str, &str)| Hold { from: date(it.0), until: Some(date(it.1)) };
        let holds: Vec<_> = holds.iter().map(hold).collect();
        for (held, gone) in [(holds.clone(), vec![]), (vec![], holds.clone())] {
            let prices = vec![price(1, monthly(Timing::InArrears), "flat 30")];
            let mut life = World { held, gone, ..World::new("2026-04-01", prices) };
            life.policy.proration = ProrationUnit::None;
            life.policy.while_held = WhileHeld::Pause;
            assert_eq!(told(life.bill("2026-05-01")), expected, "{holds:?}");
        }
    }
}

/// A life that costs 26040.00 a month of whole cents a day, on hold as it is said, and paused then.
fn paused(timing: Timing, holds: &[(&str, &str)]) -> World {
    let mut life = World::new("2026-01-01", vec![price(1, monthly(timing), "flat 26040")]);
    life.policy.while_held = WhileHeld::Pause;
    let hold = |it: &(&str, &str)| Hold { from: date(it.0), until: Some(date(it.1)) };
    life.held = holds.iter().map(hold).collect();
    life
}

#[test]
fn what_was_paid_for_days_on_hold_goes_back_once() {
    let mut life = paused(Timing::InAdvance, &[("2026-01-11", "2026-01-21")]);
    let whole = "31248.00: recurring 2026-01-01..2026-02-01 26040.00";
    assert_eq!(told(life.bill("2026-01-01")), whole);
    // A bill in between gives back what is over by then.
    assert_eq!(
        told(life.bill("2026-01-15")),
        "-4032.00: recurring 2026-01-11..2026-01-15 -3360.00"
    );
    assert_eq!(told(life.bill("2026-01-15")), "-");
    assert_eq!(
        told(life.bill("2026-02-01")),
        "25200.00: recurring 2026-01-15..2026-01-21 -5040.00, recurring 2026-02-01..2026-03-01 26040.00"
    );
    assert_eq!(told(life.bill("2026-02-28")), "-");

    let mut life = paused(Timing::InAdvance, &[("2026-01-11", "2026-01-21")]);
    life.policy.while_held = WhileHeld::Charge;
    assert_eq!(told(life.bill("2026-01-01")), whole);
    assert_eq!(told(life.bill("2026-01-31")), "-");
}

#[test]
fn units_that_come_while_it_is_on_hold_cost_nothing_until_it_goes_on() {
    let mut life = World::new("2026-01-01", vec![price(1, monthly(Timing::InAdvance), "unit 31")]);
    life.policy.while_held = WhileHeld::Pause;
    life.units = Quantity::whole(2);
    let whole = "74.40: recurring 2026-01-01..2026-02-01 62.00";
    assert_eq!(told(life.bill("2026-01-01")), whole);
    life.held = vec![Hold { from: date("2026-01-11"), until: Some(date("2026-01-21")) }];
    life.units = Quantity::whole(3);
    life.former = vec![FormerUnits { until: date("2026-01-16"), units: Quantity::whole(2) }];
    life.ends_on = Some(date("2026-02-01"));
    // Ten days for two and eleven for three.
    assert_eq!(
        told(life.bill("2026-02-01")),
        "-10.80: recurring 2026-01-11..2026-01-16 -10.00, recurring 2026-01-16..2026-01-21 -15.00, \
         recurring 2026-01-16..2026-02-01 16.00"
    );
    assert_eq!(told(life.bill("2026-02-02")), "-");
}

proptest! {
    /// Over any holds, and however often it is billed, a price costs the same before as after its periods.
    #[test]
    fn days_on_hold_cost_the_same_in_advance_and_in_arrears(
        holds in proptest::collection::vec((1..40_i64, 1..40_i64), 0..5),
        steps in proptest::collection::vec(1..40_i64, 1..5),
        length in 1..150_i64,
        is_by_second in any::<bool>(),
    ) {
        let [ahead, afterwards] = [Timing::InAdvance, Timing::InArrears].map(|timing| {
            let mut life = paused(timing, &[]);
            if is_by_second {
                life.policy.proration = ProrationUnit::Second;
            }
            let began_on = life.began_on;
            life.ends_on = Some(began_on.plus_days(length));
            let mut day = began_on;
            for (gap, days) in &holds {
                let from = day.plus_days(*gap);
                day = from.plus_days(*days);
                life.held.push(Hold { from, until: Some(day) });
            }
            let (mut on, mut sum, mut steps) = (began_on, 0, steps.iter().cycle());
            while on < date("2026-09-01") {
                let bill = life.bill(&on.to_string());
                sum += bill.map_or(0, |it| it.totals.net.as_minor());
                on = on.plus_days(*steps.next().expect("they come round"));
            }
            sum
        });
        prop_assert_eq!(ahead, afterwards);
    }
}

#[test]
fn a_day_that_is_moved_when_what_is_paid_for_is_over_turns_what_is_paid_ahead_at_once() {
    let prices = vec![
        price(1, monthly(Timing::InAdvance), "flat 31"),
        price(2, monthly(Timing::InArrears), "flat 62"),
    ];
    let mut life = World::new("2030-05-01", prices);
    assert_eq!(told(life.bill("2030-05-01")), "37.20: recurring 2030-05-01..2030-06-01 31.00");
    let moved = Cycle { day: BillingDay::new(15), ..life.cycle };
    life.turns = Some((date("2030-06-01"), moved));
    // 14 of the 31 days before the 15th; what is charged afterwards is for the period that was.
    assert_eq!(
        told(life.bill("2030-06-01")),
        "91.20: recurring 2030-06-01..2030-06-15 14.00, recurring 2030-05-01..2030-06-01 62.00"
    );
    (life.cycle, life.turns) = (moved, None);
    assert_eq!(
        told(life.bill("2030-06-15")),
        "70.80: recurring 2030-06-15..2030-07-15 31.00, recurring 2030-06-01..2030-06-15 28.00"
    );
}
