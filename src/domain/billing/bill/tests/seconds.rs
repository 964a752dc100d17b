//! Parts of periods that are measured in seconds, where a day of March has 23 hours and one of October 25.

use proptest::prelude::*;

use super::*;
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::invoice::sample::issue;
use crate::domain::billing::proration::{Counts, Measure, ProrationUnit};
use crate::domain::billing::unused::{Ended, Left};
use crate::domain::time::Period;

/// A subscription whose days begin in Berlin.
fn berlin(began_on: &str, prices: Vec<Price>) -> World {
    let mut life = World::new(began_on, prices);
    life.zone = "Europe/Berlin".parse().expect("a zone");
    life.policy.proration = ProrationUnit::Second;
    life
}

#[test]
fn what_begins_in_mid_period_pays_for_its_seconds() {
    let advance = price(1, monthly(Timing::InAdvance), "flat 743");
    let mut life = berlin("2026-03-29", vec![advance]);
    let bill = life.bill("2026-03-29").expect("an invoice");
    let because = bill.lines[0].explanation.to_string();
    assert!(because.contains("for 255600 of 2674800 seconds"), "{because}");
    assert_eq!(told(Some(bill)), "85.20: recurring 2026-03-29..2026-04-01 71.00");
    assert_eq!(told(life.bill("2026-04-01")), "891.60: recurring 2026-04-01..2026-05-01 743.00");
}

#[test]
fn units_that_come_and_days_on_hold_count_for_their_seconds() {
    let advance = price(1, monthly(Timing::InAdvance), "unit 745");
    let mut life = berlin("2026-10-01", vec![advance]);
    assert_eq!(told(life.bill("2026-10-01")), "894.00: recurring 2026-10-01..2026-11-01 745.00");
    life.units = Quantity::whole(3);
    life.former = vec![FormerUnits { until: date("2026-10-26"), units: Quantity::ONE }];
    assert_eq!(told(life.bill("2026-10-26")), "345.60: recurring 2026-10-26..2026-11-01 288.00");

    let arrears = || vec![price(1, monthly(Timing::InArrears), "flat 745")];
    for (unit, expected) in [
        (ProrationUnit::Second, "864.00: recurring 2026-10-01..2026-11-01 720.00"),
        (ProrationUnit::Thirty360, "864.20: recurring 2026-10-01..2026-11-01 720.17"),
    ] {
        let mut life = berlin("2026-10-01", arrears());
        (life.policy.while_held, life.policy.proration) = (WhileHeld::Pause, unit);
        life.held = vec![Hold { from: date("2026-10-25"), until: Some(date("2026-10-26")) }];
        assert_eq!(told(life.bill("2026-11-01")), expected, "{unit}");
    }

    let mut life = berlin("2026-10-01", arrears());
    life.ends_on = Some(date("2026-10-26"));
    assert_eq!(told(life.bill("2026-10-26")), "721.20: recurring 2026-10-01..2026-10-26 601.00");
}

#[test]
fn a_minimum_is_divided_by_seconds() {
    let mut life = berlin("2026-03-29", vec![price(1, usage(), "least 743 of unit 1")]);
    life.count(0, "2026-03-29..2026-04-01", "1");
    assert_eq!(
        told(life.bill("2026-04-01")),
        "85.20: usage 2026-03-29..2026-04-01 1.00, true_up 2026-03-29..2026-04-01 70.00"
    );
}

/// What of an invoice for a month in advance goes back when the subscription is called off.
fn given_back(life: &mut World, on: Date) -> (Money, Money, Option<Left>) {
    let began_on = life.began_on.to_string();
    let content = life.bill(&began_on).expect("an invoice");
    let paid = content.totals.net;
    let draft = Invoice::draft(id(7), stamp().numbered(7), None, content);
    let invoice = draft.issued(issue(7, &began_on)).expect("issued").0;
    let (term_from, zone) = (life.began_on, life.zone);
    let ended = Ended { subscription: id(3), on, term_from, term: None, zone };
    let given = ended.of(&invoice, &[], &life.policy).expect("given back");
    let back = Money::sum(given.iter().map(|it| it.ask.net), Currency::EUR).expect("in euros");
    (paid, back, given.first().and_then(|it| it.days))
}

#[test]
fn what_is_called_off_gives_back_its_seconds() {
    let mut life = berlin("2026-03-01", vec![price(1, monthly(Timing::InAdvance), "flat 743")]);
    let (_, back, days) = given_back(&mut life, date("2026-03-30"));
    assert_eq!(back, euros("48"));
    let left = Period::new(date("2026-03-30"), date("2026-04-01"));
    let seconds = Left { left: 48 * 3_600, of: 743 * 3_600, counts: Counts::Seconds, days: left };
    assert_eq!(days, Some(seconds));
}

proptest! {
    /// What was paid in advance, less what goes back, is what it costs afterwards.
    #[test]
    fn what_was_served_costs_the_same_before_and_afterwards(
        cents in 1..1_000_000_i64, began in 0..365_i64, later in 1..28_i64,
        unit in prop::sample::select(vec![ProrationUnit::Day, ProrationUnit::Second]),
    ) {
        let began_on = date("2026-01-01").plus_days(began).to_string();
        let flat = format!("flat {}", Money::minor(cents, Currency::EUR).decimal());
        let life = |timing| {
            let life = berlin(&began_on, vec![price(1, monthly(timing), &flat)]).anniversary();
            World { policy: Policy { proration: unit, ..life.policy }, ..life }
        };
        let on = date(&began_on).plus_days(later);
        let (paid, back, _) = given_back(&mut life(Timing::InAdvance), on);
        let mut afterwards = life(Timing::InArrears);
        afterwards.ends_on = Some(on);
        let served = afterwards.bill(&on.to_string()).map_or(euros("0"), |it| it.totals.net);
        prop_assert_eq!(paid.minus(back), Ok(served));
    }
}

/// So many units of a resource, each number from a day on, of which what is used beyond them is charged.
fn held(began_on: &str, units: &[(Date, i64)]) -> World {
    let over = Price { resource: Some(id(9)), ..price(1, usage(), "unit 1") };
    let mut life = berlin(began_on, vec![over]);
    life.units = Quantity::ZERO;
    for (from, next) in units {
        life.former.push(FormerUnits { until: *from, units: life.units });
        life.units = Quantity::whole(*next);
    }
    life
}

#[test]
fn what_was_bought_of_a_resource_counts_for_its_seconds() {
    let (day, second) = (ProrationUnit::Day, ProrationUnit::Second);
    // October has 745 hours in Berlin, of which 576 are before its 25th day.
    for (unit, expected) in [(day, "24"), (second, "23.9677852349"), (ProrationUnit::None, "24")] {
        let life = held("2026-10-01", &[(date("2026-10-01"), 31), (date("2026-10-25"), 0)]);
        let by = Measure { unit, zone: life.zone };
        let october = Period::new(date("2026-10-01"), date("2026-11-01")).expect("a month");
        let bought = life.seen(|it| it.prices[0].bought(october, by)).expect("a few");
        assert_eq!(bought.to_string(), expected, "{unit}");
    }
}

proptest! {
    /// However a period is cut, and wherever: its parts count for as many units as it does.
    #[test]
    fn units_that_were_held_are_the_same_in_all_parts_of_a_period(
        changes in prop::collection::btree_map(0..60_i64, 0..1_000_i64, 1..6),
        days in 2..60_i64, cut in 1..59_i64, from in 0..365_i64,
        unit in prop::sample::select(vec![
            ProrationUnit::Day, ProrationUnit::Second, ProrationUnit::Thirty360, ProrationUnit::None,
        ]),
    ) {
        let first = date("2026-01-01").plus_days(from);
        let units: Vec<_> = changes.iter().map(|(day, it)| (first.plus_days(*day), *it)).collect();
        let life = held(&first.to_string(), &units);
        let by = Measure { unit, zone: life.zone };
        let sum = |from: i64, until: i64| {
            let part = Period::new(first.plus_days(from), first.plus_days(until));
            let part = part.expect("a period");
            let bought = life.seen(|it| it.prices[0].bought(part, by)).expect("few");
            bought.decimal() * rust_decimal::Decimal::from(by.of(part))
        };
        let cut = cut.min(days - 1);
        let off = (sum(0, cut) + sum(cut, days) - sum(0, days)).abs();
        // Each average has ten digits after the point, and is taken times the seconds of 60 days at most.
        prop_assert!(off < rust_decimal::Decimal::new(1, 2), "{off}");
    }
}
