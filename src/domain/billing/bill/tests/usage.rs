//! What is charged for use, and what of it is given back.

use super::*;
use crate::domain::money::Rounding;

#[test]
fn the_fee_of_the_first_tier_without_usage_is_a_policy() {
    let life = |zero_usage| {
        let prices = vec![price(1, usage(), "graduated 10: 2 + 100, *: 1 + 50")];
        let mut life = World::new("2026-01-01", prices);
        life.policy.zero_usage = zero_usage;
        life.count(0, "2026-01-01..2026-02-01", "0");
        life
    };
    let fee = "120.00: usage 2026-01-01..2026-02-01 100.00";
    assert_eq!(told(life(ZeroUsage::FirstTierFee).bill("2026-02-01")), fee);
    assert_eq!(told(life(ZeroUsage::Nothing).bill("2026-02-01")), "-");
}

#[test]
fn late_usage_is_a_difference_on_the_next_invoice() {
    let mut life = World::new("2026-01-01", vec![price(1, usage(), "volume 10: 2, *: 1.5")]);
    life.count(0, "2026-01-01..2026-02-01", "8");
    assert_eq!(told(life.bill("2026-02-01")), "19.20: usage 2026-01-01..2026-02-01 16.00");
    life.count(0, "2026-01-01..2026-02-01", "14");
    life.count(0, "2026-02-01..2026-03-01", "1");
    assert_eq!(
        told(life.bill("2026-03-01")),
        "8.40: usage 2026-02-01..2026-03-01 2.00, usage 2026-01-01..2026-02-01 5.00"
    );
    assert_eq!(told(life.bill("2026-03-02")), "-");
}

#[test]
fn late_usage_within_what_is_free_costs_nothing_and_stops_nobody() {
    let mut life = World::new("2026-01-01", vec![price(1, usage(), "graduated 100: 0, *: 0.015")]);
    life.count(0, "2026-01-01..2026-02-01", "8");
    life.bill("2026-02-01");
    life.count(0, "2026-01-01..2026-02-01", "14");
    assert!(life.preview(date("2026-02-02")).is_ok());
}

#[test]
fn late_usage_that_makes_a_period_cheaper_is_given_back_and_blocks_no_bill() {
    let table = [
        // All units at the price of the tier reached: 101 × 0.50 = 50.50, less 100 × 1.00.
        ("volume 100: 1, *: 0.5", "100", "101", "-59.40: usage 2026-01-01..2026-02-01 -49.50"),
        // A late reading that is less than the one before: 7 × 2 = 14, less 8 × 2.
        ("unit 2", "8", "7", "-2.40: usage 2026-01-01..2026-02-01 -2.00"),
        ("unit 2", "8", "0", "-19.20: usage 2026-01-01..2026-02-01 -16.00"),
    ];
    for (model, before, after, expected) in table {
        let mut life = World::new("2026-01-01", vec![price(1, usage(), model)]);
        life.count(0, "2026-01-01..2026-02-01", before);
        life.bill("2026-02-01").expect("an invoice");
        life.count(0, "2026-01-01..2026-02-01", after);
        assert_eq!(told(life.bill("2026-02-02")), expected, "{model}");
        assert_eq!(told(life.bill("2026-02-03")), "-", "it is given back once");
    }
}

#[test]
fn what_is_given_back_lowers_the_bill_that_it_stands_on() {
    let prices = vec![
        price(1, usage(), "volume 100: 1, *: 0.5"),
        price(2, monthly(Timing::InAdvance), "flat 60"),
    ];
    let mut life = World::new("2026-01-01", prices);
    life.bill("2026-01-01");
    life.count(0, "2026-01-01..2026-02-01", "100");
    life.bill("2026-02-01").expect("an invoice");
    life.count(0, "2026-01-01..2026-02-01", "101");
    life.count(0, "2026-02-01..2026-03-01", "4");
    assert_eq!(
        told(life.bill("2026-03-01")),
        "17.40: usage 2026-02-01..2026-03-01 4.00, recurring 2026-03-01..2026-04-01 60.00, \
         usage 2026-01-01..2026-02-01 -49.50"
    );
}

/// What is used of a resource beyond what was bought of it, at 1.00 a unit.
fn overuse(units: i64, changes: &[(&str, i64)]) -> World {
    let over = Price { resource: Some(id(9)), ..price(1, usage(), "unit 1") };
    let mut life = World::new("2026-01-01", vec![over]);
    life.units = Quantity::whole(units);
    for (until, next) in changes {
        life.former.push(FormerUnits { until: date(until), units: life.units });
        life.units = Quantity::whole(*next);
    }
    life
}

#[test]
fn what_is_used_beyond_what_was_bought_is_charged_by_what_was_held_in_its_period() {
    let table: &[(&[(&str, i64)], &str)] = &[
        (&[], "108.00: usage 2026-01-01..2026-02-01 90.00"),
        // What is bought on the billing day, or after the period, is none of its business.
        (&[("2026-02-01", 100)], "108.00: usage 2026-01-01..2026-02-01 90.00"),
        (&[("2026-02-10", 0)], "108.00: usage 2026-01-01..2026-02-01 90.00"),
        (&[("2026-01-01", 41)], "70.80: usage 2026-01-01..2026-02-01 59.00"),
        // 10 for 15 of 31 days and 41 for 16 of them: 26.
        (&[("2026-01-16", 41)], "88.80: usage 2026-01-01..2026-02-01 74.00"),
    ];
    for (changes, expected) in table {
        let mut life = overuse(10, changes);
        life.count(0, "2026-01-01..2026-02-01", "100");
        life.count(0, "2026-02-01..2026-03-01", "0");
        assert_eq!(told(life.bill("2026-02-01")), *expected, "{changes:?}");
    }
}

#[test]
fn late_usage_is_charged_by_what_was_held_in_its_period_and_not_by_what_is_held_today() {
    let mut life = overuse(10, &[]);
    life.count(0, "2026-01-01..2026-02-01", "8");
    assert_eq!(told(life.bill("2026-02-01")), "-");
    life.former = vec![FormerUnits { until: date("2026-02-05"), units: Quantity::whole(10) }];
    life.units = Quantity::whole(500);
    life.count(0, "2026-01-01..2026-02-01", "14");
    life.count(0, "2026-02-01..2026-03-01", "100");
    assert_eq!(told(life.bill("2026-03-01")), "4.80: usage 2026-01-01..2026-02-01 4.00");
}

#[test]
fn what_was_charged_before_the_period_was_over_is_taken_off_when_it_is() {
    let prices = vec![
        price(1, usage(), "graduated 10: 2, *: 1"),
        price(2, usage(), "least 20 of unit 1"),
        price(3, monthly(Timing::InArrears), "flat 30"),
    ];
    let mut life = World::new("2026-01-01", prices);
    let january = "2026-01-01..2026-02-01";
    life.count(0, january, "8");
    life.count(1, january, "5");
    assert_eq!(told(life.interim("2026-01-10")), format!("19.20: usage {january} 16.00"));
    assert_eq!(told(life.interim("2026-01-10")), "-", "once");
    life.count(0, january, "12");
    assert_eq!(told(life.interim("2026-01-20")), format!("7.20: usage {january} 6.00"));
    life.count(0, january, "15");
    let rest = format!(
        "usage {january} 3.00, usage {january} 5.00, recurring {january} 30.00, true_up {january} 15.00"
    );
    assert_eq!(told(life.bill("2026-02-01")), format!("63.60: {rest}"));
    life.count(0, january, "16");
    life.count(0, "2026-02-01..2026-03-01", "0");
    life.count(1, "2026-02-01..2026-03-01", "20");
    let late = told(life.bill("2026-03-01"));
    assert!(late.ends_with(&format!("usage {january} 1.00")), "{late}");
}

#[test]
fn use_of_a_resource_is_billed_early_by_what_is_held_and_put_right_at_the_end() {
    let january = "2026-01-01..2026-02-01";
    let mut life = overuse(10, &[]);
    life.count(0, january, "100");
    assert_eq!(told(life.interim("2026-01-10")), format!("108.00: usage {january} 90.00"));
    // 10 for 15 of 31 days and 41 for 16 of them: 26.
    life.former.push(FormerUnits { until: date("2026-01-16"), units: life.units });
    life.units = Quantity::whole(41);
    assert_eq!(told(life.interim("2026-01-17")), "-", "nothing was used since");
    life.count(0, january, "110");
    assert_eq!(told(life.bill("2026-02-01")), format!("-7.20: usage {january} -6.00"));
}

proptest! {
    /// Whatever is bought of a resource meanwhile, and how often its use is billed: all of it comes to what
    /// it would have in time.
    #[test]
    fn what_is_bought_meanwhile_is_taken_off_as_if_it_were_billed_once(
        steps in prop::collection::vec((0..20_000_i64, 0..100_i64), 1..8),
    ) {
        let january = "2026-01-01..2026-02-01";
        let net = |it: Option<Content>| it.map_or(0, |it| it.totals.net.as_minor());
        let (mut often, mut once, mut sum) = (overuse(10, &[]), overuse(10, &[]), 0);
        for (days, (step, bought)) in (1..).zip(&steps) {
            let day = date("2026-01-01").plus_days(3 * days);
            let used = rust_decimal::Decimal::new(*step, 2).to_string();
            for life in [&mut often, &mut once] {
                life.former.push(FormerUnits { until: day, units: life.units });
                life.units = Quantity::whole(*bought);
                life.count(0, january, &used);
            }
            sum += net(often.interim(&day.to_string()));
        }
        sum += net(often.bill("2026-02-01"));
        prop_assert_eq!(sum, net(once.bill("2026-02-01")));
    }

    /// Whatever is billed before the period is over, and how often: all of it comes to what the last count
    /// would have been charged at once, to the cent.
    #[test]
    fn all_that_is_charged_before_its_time_comes_to_what_it_would_have_in_time(
        steps in prop::collection::vec(0..20_000_i64, 1..8), model in 0..6_usize,
        half_even in any::<bool>(),
    ) {
        let models = [
            "unit 0.0037", "unit 0.005", "graduated 10: 0.333, 50: 0.125, *: 0.0625",
            "volume 10: 2, 100: 1.005, *: 0.5", "package 7: 1.115; included 3", "stairstep 100: 5, *: 9.015",
        ];
        let life = || {
            let mut life = World::new("2026-01-01", vec![price(1, usage(), models[model])]);
            let rounding = if half_even { Rounding::HalfEven } else { Rounding::HalfUp };
            life.policy = Policy { rounding, zero_invoices: ZeroInvoices::Issue, ..life.policy };
            life
        };
        let used = |step: i64| rust_decimal::Decimal::new(step, 2).to_string();
        let net = |it: Option<Content>| it.map_or(0, |it| it.totals.net.as_minor());
        let (mut often, mut once, mut sum) = (life(), life(), 0);
        for (days, step) in (1..).zip(&steps) {
            often.count(0, "2026-01-01..2026-02-01", &used(*step));
            sum += net(often.interim(&date("2026-01-01").plus_days(days).to_string()));
        }
        once.count(0, "2026-01-01..2026-02-01", &used(steps[steps.len() - 1]));
        sum += net(often.bill("2026-02-01"));
        prop_assert_eq!(sum, net(once.bill("2026-02-01")));
    }

    /// Whatever comes late or is corrected, and in how many steps: all that is charged comes to what
    /// the last count would have been charged at once, to the cent.
    #[test]
    fn all_that_is_charged_late_comes_to_what_it_would_have_at_once(
        steps in prop::collection::vec(0..20_000_i64, 1..8), model in 0..7_usize,
        half_even in any::<bool>(),
    ) {
        let models = [
            "unit 0.0037", "unit 0.005", "graduated 10: 0.333, 50: 0.125, *: 0.0625",
            "volume 10: 2, 100: 1.005, *: 0.5", "package 7: 1.115; included 3", "stairstep 100: 5, *: 9.015",
            "committed 20 x 1.5 of unit 0.0145",
        ];
        let life = || {
            let mut life = World::new("2026-01-01", vec![price(1, usage(), models[model])]);
            let rounding = if half_even { Rounding::HalfEven } else { Rounding::HalfUp };
            life.policy = Policy { rounding, zero_invoices: ZeroInvoices::Issue, ..life.policy };
            life
        };
        let used = |step: i64| rust_decimal::Decimal::new(step, 2).to_string();
        let net = |it: Option<Content>| it.map_or(0, |it| it.totals.net.as_minor());
        let (mut often, mut once, mut sum) = (life(), life(), 0);
        for (days, step) in (0..).zip(&steps) {
            often.count(0, "2026-01-01..2026-02-01", &used(*step));
            sum += net(often.bill(&date("2026-02-01").plus_days(days).to_string()));
        }
        once.count(0, "2026-01-01..2026-02-01", &used(steps[steps.len() - 1]));
        prop_assert_eq!(sum, net(once.bill("2026-02-01")));
    }
}
