//! Minimums and commitments: what is missing is filled up, what goes beyond costs more.

use super::*;
use crate::domain::billing::policy::PrepaidUse;

fn used(model: &str, period: &str, quantity: &str) -> World {
    let mut life = World::new("2026-01-01", vec![price(1, usage(), model)]);
    life.count(0, period, quantity);
    life
}

const JANUARY: &str = "2026-01-01..2026-02-01";

#[test]
fn what_is_missing_to_a_minimum_is_a_line_of_its_own() {
    let table = [
        // W086.
        (
            "800",
            "1200.00: usage 2026-01-01..2026-02-01 800.00, true_up 2026-01-01..2026-02-01 200.00",
        ),
        ("1300", "1560.00: usage 2026-01-01..2026-02-01 1300.00"),
        ("1000", "1200.00: usage 2026-01-01..2026-02-01 1000.00"),
        ("0", "1200.00: true_up 2026-01-01..2026-02-01 1000.00"),
    ];
    for (quantity, expected) in table {
        let mut life = used("least 1000 of unit 1", JANUARY, quantity);
        life.policy.zero_lines = ZeroLines::Drop;
        assert_eq!(told(life.bill("2026-02-01")), expected, "{quantity}");
    }
}

#[test]
fn a_minimum_is_divided_by_the_days_that_are_served() {
    // W057: 25 of 28 days of 10.00, of which 8.00 were used.
    let mut life = World::new("2023-01-08", vec![price(1, usage(), "least 10 of unit 8")]);
    life.count(0, "2023-01-08..2023-02-01", "2");
    assert_eq!(
        told(life.bill("2023-02-01")),
        "19.20: usage 2023-01-08..2023-02-01 16.00",
        "more than 24 of 31 days of 10.00"
    );
    life.ends_on = Some(date("2023-02-26"));
    life.count(0, "2023-02-01..2023-02-26", "1");
    assert_eq!(
        told(life.bill("2023-03-01")),
        "10.72: usage 2023-02-01..2023-02-26 8.00, true_up 2023-02-01..2023-02-26 0.93"
    );
}

/// A fee of 100.00 after each month and use at 10.00, together at least 10,000.00.
fn together(model: &str) -> World {
    let prices = vec![price(1, monthly(Timing::InArrears), "flat 100"), price(2, usage(), model)];
    World::new("2024-02-28", prices)
}

#[test]
fn all_that_is_charged_afterwards_may_count_towards_a_minimum() {
    // W080: 2 of 29 days: 689.66 less 6.90 less 30.00.
    let mut life = together("least 10000 in all of unit 10");
    life.count(1, "2024-02-28..2024-03-01", "3");
    let expected = "827.59: recurring 2024-02-28..2024-03-01 6.90, \
                    usage 2024-02-28..2024-03-01 30.00, true_up 2024-02-28..2024-03-01 652.76";
    assert_eq!(told(life.bill("2024-03-01")), expected);
    life.count(1, "2024-03-01..2024-04-01", "1");
    let expected = "12000.00: recurring 2024-03-01..2024-04-01 100.00, \
                    usage 2024-03-01..2024-04-01 10.00, true_up 2024-03-01..2024-04-01 9890.00";
    assert_eq!(told(life.bill("2024-04-01")), expected);
}

#[test]
fn a_fee_and_use_below_a_minimum_come_to_it() {
    // W084.
    let prices = vec![
        price(1, monthly(Timing::InArrears), "flat 50"),
        price(2, usage(), "least 100 in all of unit 10"),
    ];
    let mut life = World::new("2026-01-01", prices);
    life.count(1, JANUARY, "3");
    let expected = "120.00: recurring 2026-01-01..2026-02-01 50.00, \
                    usage 2026-01-01..2026-02-01 30.00, true_up 2026-01-01..2026-02-01 20.00";
    assert_eq!(told(life.bill("2026-02-01")), expected);
}

#[test]
fn late_usage_makes_less_of_what_was_missing() {
    let mut life = used("least 100 of unit 1", JANUARY, "80");
    life.bill("2026-02-01").expect("an invoice");
    life.count(0, JANUARY, "95");
    let expected =
        "0.00: usage 2026-01-01..2026-02-01 15.00, true_up 2026-01-01..2026-02-01 -15.00";
    let bill = told(life.bill("2026-02-02"));
    assert!([expected, "-"].contains(&bill.as_str()), "{bill}");
    life.count(0, JANUARY, "110");
    let expected =
        "12.00: usage 2026-01-01..2026-02-01 15.00, true_up 2026-01-01..2026-02-01 -5.00";
    assert_eq!(told(life.bill("2026-02-03")), expected);
    life.count(0, JANUARY, "120");
    assert_eq!(told(life.bill("2026-02-04")), "12.00: usage 2026-01-01..2026-02-01 10.00");
    life.count(0, JANUARY, "90");
    let expected =
        "-24.00: usage 2026-01-01..2026-02-01 -30.00, true_up 2026-01-01..2026-02-01 10.00";
    assert_eq!(told(life.bill("2026-02-05")), expected);
}

#[test]
fn of_what_was_missing_goes_back_what_was_paid_of_it() {
    use super::coupons::brought;
    use super::discounts::share;
    use crate::domain::catalog::discount::Lasting;
    let back = |content: Option<Content>| {
        let content = content.expect("an invoice");
        let mut lines = content.lines.iter();
        let it = lines.find(|it| it.kind == LineKind::TrueUp).expect("what was missing");
        format!("{} {}", it.net.decimal(), it.tax.decimal())
    };
    let table = [
        ("nothing", vec![], "0", "-15.00 -3.00"),
        ("a coupon for half of it", vec![brought(9, share(50), Lasting::Once)], "0", "-7.50 -1.50"),
        ("a credit note for half of it", vec![], "10", "-7.50 -1.50"),
        ("both", vec![brought(9, share(50), Lasting::Once)], "10", "0.00 0.00"),
    ];
    for (case, coupons, credited, expected) in table {
        let mut life = used("least 100 of unit 1", JANUARY, "80");
        life.policy.zero_lines = ZeroLines::Keep;
        life.coupons = coupons;
        let content = life.bill("2026-02-01").expect("an invoice");
        if credited != "0" {
            let (of, credited) = content.lines[1].credited(euros(credited)).expect("small");
            let total = &mut life.usage[0][0];
            let terms = total.true_up.take().expect("it stands");
            total.true_up = Some(terms.credited(of, credited).expect("small"));
        }
        life.count(0, JANUARY, "95");
        assert_eq!(back(life.bill("2026-02-02")), expected, "{case}");
    }
}

#[test]
fn what_was_missing_goes_back_with_the_tax_that_it_bore() {
    let taxes = |content: Option<Content>| {
        let content = content.expect("an invoice");
        let told = |it: &Line| format!("{} {} {}", it.kind, it.net.decimal(), it.tax.decimal());
        content.lines.iter().map(told).collect::<Vec<_>>().join(", ")
    };
    let mut life = used("least 100 of unit 1", JANUARY, "80");
    life.rules = vec![vat(7)];
    assert_eq!(taxes(life.bill("2026-02-01")), "usage 80.00 5.60, true_up 20.00 1.40");
    life.rules = vec![vat(20)];
    life.count(0, JANUARY, "95");
    assert_eq!(taxes(life.bill("2026-02-02")), "usage 15.00 1.05, true_up -15.00 -1.05");
}

#[test]
fn what_was_missing_and_paid_in_before_bears_no_tax_when_it_goes_back() {
    let mut life = used("least 100 of unit 1", JANUARY, "0");
    life.policy.prepaid = PrepaidUse::BeforeTax;
    life.prepaid = 10_000;
    let content = life.bill("2026-02-01").expect("an invoice");
    assert_eq!((content.totals.net, content.totals.tax), (euros("100"), euros("0")));
    life.prepaid = 0;
    life.count(0, JANUARY, "100");
    let content = life.bill("2026-02-02").expect("an invoice");
    let back = content.lines.iter().filter(|it| it.kind == LineKind::TrueUp);
    let tax = Money::sum(back.map(|it| it.tax), Currency::EUR);
    assert_eq!(tax, Ok(euros("0")), "{:#?}", content.lines);
}

#[test]
fn late_usage_is_held_against_the_minimum_that_its_period_was_charged_with() {
    let plain = price(1, usage(), "least 100 of unit 1");
    let half = PriceVersion { valid_from: date("2026-05-01"), ..rows::price("least 50 of unit 1") };
    let plain = plain.revised(half, date("2026-01-01")).expect("later");
    let mut life = World::new("2026-01-01", vec![plain]);
    life.policy.price_version = PriceVersionAt::Renewal;
    life.marks[0] = Some(date("2026-07-01"));
    life.renewals = vec![date("2026-07-01"), date("2026-08-01")];
    life.count(0, "2026-07-01..2026-08-01", "30");
    let july = "usage 2026-07-01..2026-08-01";
    let missing = "true_up 2026-07-01..2026-08-01";
    assert_eq!(told(life.bill("2026-08-01")), format!("60.00: {july} 30.00, {missing} 20.00"));
    // Of the terms that are charged only the last one's first day is kept.
    life.renewals = vec![date("2026-08-01"), date("2026-09-01")];
    life.count(0, "2026-07-01..2026-08-01", "70");
    life.count(0, "2026-08-01..2026-09-01", "50");
    let august = "usage 2026-08-01..2026-09-01 50.00";
    let found = told(life.bill("2026-09-01"));
    assert_eq!(found, format!("84.00: {august}, {july} 40.00, {missing} -20.00"));
}

#[test]
fn what_goes_beyond_a_commitment_costs_a_multiple_and_less_is_filled_up() {
    // W088, month by month: 10 units at 2.00 are committed to.
    let table = [("15", "42.00", "35.00"), ("6", "24.00", "20.00"), ("10", "24.00", "20.00")];
    for (quantity, gross, net) in table {
        let mut life = used("committed 20 x 1.5 of unit 2", JANUARY, quantity);
        let expected = format!("{gross}: usage 2026-01-01..2026-02-01 {net}");
        assert_eq!(told(life.bill("2026-02-01")), expected, "{quantity}");
    }
    // 16 of 31 days: 10.32 committed to, and half as much again of the 9.68 beyond.
    let mut life =
        World::new("2026-01-16", vec![price(1, usage(), "committed 20 x 1.5 of unit 2")]);
    life.count(0, "2026-01-16..2026-02-01", "10");
    assert_eq!(told(life.bill("2026-02-01")), "29.81: usage 2026-01-16..2026-02-01 24.84");
}

proptest! {
    /// Whatever comes late, and in how many steps: all together it is the minimum, or what was used.
    #[test]
    fn in_all_it_comes_to_the_minimum_or_to_what_was_used(
        steps in prop::collection::vec(0..200_i64, 1..6),
    ) {
        let mut life = used("least 100 of unit 1", JANUARY, "0");
        let mut sum = Money::zero(Currency::EUR);
        for (days, quantity) in (0..).zip(&steps) {
            life.count(0, JANUARY, &quantity.to_string());
            let on = date("2026-02-01").plus_days(days).to_string();
            if let Some(content) = life.bill(&on) {
                sum = sum.plus(content.totals.net).expect("a sum");
            }
        }
        let last = steps.last().copied().unwrap_or_default();
        prop_assert_eq!(sum.decimal(), rust_decimal::Decimal::from(last.max(100)));
    }
}
