//! What is charged for units that come and go within a period.

use super::*;

/// A month of so many units at 1.00, in which others follow from a day on.
fn life(timing: Timing, model: &str, units: i64, changes: &[(&str, i64)]) -> World {
    let mut life = World::new("2026-01-01", vec![price(1, monthly(timing), model)]);
    life.units = Quantity::whole(units);
    for (until, next) in changes {
        life.former.push(FormerUnits { until: date(until), units: life.units });
        life.units = Quantity::whole(*next);
    }
    life
}

#[test]
fn a_month_in_arrears_is_charged_for_what_was_held_on_each_of_its_days() {
    // 100 for 30 of 31 days = 96.774…, 1 for the last = 0.032…
    let mut life = life(Timing::InArrears, "unit 1", 100, &[("2026-01-31", 1)]);
    assert_eq!(
        told(life.bill("2026-02-01")),
        "116.16: recurring 2026-01-01..2026-01-31 96.77, recurring 2026-01-31..2026-02-01 0.03"
    );
    assert_eq!(told(life.bill("2026-03-01")), "1.20: recurring 2026-02-01..2026-03-01 1.00");
}

#[test]
fn units_that_come_within_a_paid_month_are_charged_from_their_day_on() {
    // 99 more for 30 of 31 days = 95.806…; a month later they are of the whole.
    let mut life = life(Timing::InAdvance, "unit 1", 1, &[("2026-01-02", 100), ("2026-02-15", 1)]);
    assert_eq!(told(life.bill("2026-01-01")), "1.20: recurring 2026-01-01..2026-02-01 1.00");
    assert_eq!(
        told(life.bill("2026-02-01")),
        "234.97: recurring 2026-01-02..2026-02-01 95.81, recurring 2026-02-01..2026-03-01 100.00"
    );
    assert_eq!(told(life.bill("2026-02-20")), "-", "what goes is paid to the end of the month");
    assert_eq!(told(life.bill("2026-03-01")), "1.20: recurring 2026-03-01..2026-04-01 1.00");
}

#[test]
fn units_that_come_on_the_day_of_the_bill_are_charged_on_the_next_one() {
    let mut life = life(Timing::InAdvance, "unit 1", 1, &[]);
    life.bill("2026-01-01");
    life.former = vec![FormerUnits { until: date("2026-01-01"), units: Quantity::ONE }];
    life.units = Quantity::whole(4);
    assert_eq!(
        told(life.bill("2026-02-01")),
        "8.40: recurring 2026-01-01..2026-02-01 3.00, recurring 2026-02-01..2026-03-01 4.00"
    );
}

#[test]
fn units_that_go_and_come_back_within_a_paid_month_are_charged_once() {
    let changes = [("2026-01-05", 10), ("2026-01-10", 2), ("2026-01-20", 10), ("2026-01-25", 12)];
    // 9 more for 27 of 31 days = 7.838…, 2 more for 7 of 31 = 0.451…
    let life = || life(Timing::InAdvance, "unit 1", 1, &changes);
    let mut once = life();
    once.bill("2026-01-01");
    assert_eq!(
        told(once.bill("2026-02-01")),
        "24.35: recurring 2026-01-05..2026-02-01 7.84, recurring 2026-01-25..2026-02-01 0.45, \
         recurring 2026-02-01..2026-03-01 12.00"
    );
    let mut often = life();
    often.bill("2026-01-01");
    assert_eq!(told(often.bill("2026-01-05")), "9.41: recurring 2026-01-05..2026-02-01 7.84");
    assert_eq!(told(often.bill("2026-01-15")), "-");
    assert_eq!(
        told(often.bill("2026-02-01")),
        "14.94: recurring 2026-01-25..2026-02-01 0.45, recurring 2026-02-01..2026-03-01 12.00"
    );
}

#[test]
fn added_units_are_priced_on_top_of_those_that_are_paid() {
    // 15 units cost 10 × 2 + 5 × 1 = 25, of which 5 × 2 = 10 are paid: 15 for 16 of 31 days.
    let mut life = life(Timing::InAdvance, "graduated 10: 2, *: 1", 5, &[("2026-01-16", 15)]);
    life.bill("2026-01-01");
    let content = life.bill("2026-01-16").expect("an invoice");
    assert_eq!(content.totals.net, euros("7.74"));
    expect_test::expect![[r#"
        each unit at the price of its tier, as of 2000-01-01
        15 counted
        tier 1: 10 × 2 = 20
        tier 2: 5 × 1 = 5
        less 10, which was charged before
        for 16 of 31 days
        = 7.741935483870967741935483871, rounded half up to 7.74 EUR"#]]
    .assert_eq(&content.lines[0].explanation.to_string());
}

#[test]
fn added_units_are_charged_as_long_as_they_are_served() {
    // 10 more for 10 of 31 days = 3.225…
    let mut life = life(Timing::InAdvance, "unit 1", 1, &[("2026-01-10", 11)]);
    life.bill("2026-01-01");
    life.ends_on = Some(date("2026-01-20"));
    assert_eq!(told(life.bill("2026-02-01")), "3.88: recurring 2026-01-10..2026-01-20 3.23");
    assert_eq!(told(life.bill("2026-03-01")), "-");
}

#[test]
fn what_is_charged_once_is_charged_for_what_was_held_on_its_day() {
    let prices = vec![
        price(1, PriceKind::OneTime(Occasion::Setup), "unit 5"),
        price(2, PriceKind::OneTime(Occasion::Renewal), "unit 7"),
    ];
    let mut life = World::new("2026-01-01", prices);
    life.former = vec![FormerUnits { until: date("2026-01-20"), units: Quantity::whole(3) }];
    life.renewals = vec![date("2026-02-01")];
    assert_eq!(told(life.bill("2026-02-01")), "26.40: setup 15.00, renewal 7.00");
}

/// A month of 30 days in advance, in which a number of units becomes another on a day, and what of
/// it stands on the invoice of that day.
fn changed(removed_units: RemovedUnits, (units, on, next): (i64, &str, i64)) -> String {
    let mut life = life(Timing::InAdvance, "unit 1", units, &[(on, next)]);
    life.policy = Policy { removed_units, zero_lines: ZeroLines::Drop, ..life.policy };
    (life.began_on, life.charged_from) = (date("2026-04-01"), date("2026-04-01"));
    life.bill("2026-04-01");
    let content = life.bill(on);
    content.map_or_else(|| "-".to_owned(), |it| it.totals.net.decimal().to_string())
}

#[test]
fn units_that_go_are_given_back_by_the_day_where_the_policy_says_so() {
    // The worked cases of changes within a month, as they are and the other way round.
    let table = [
        ("W069", (10, "2026-04-16", 20), "5.00", "5.00"),
        ("W069", (20, "2026-04-16", 10), "-", "-5.00"),
        ("W071", (50, "2026-04-11", 100), "33.33", "33.33"),
        ("W071", (100, "2026-04-11", 50), "-", "-33.33"),
        ("none", (7, "2026-04-11", 7), "-", "-"),
    ];
    for (id, change, kept, credited) in table {
        assert_eq!(changed(RemovedUnits::PeriodEnd, change), kept, "{id} {change:?}");
        assert_eq!(changed(RemovedUnits::Now, change), credited, "{id} {change:?}");
    }
}

#[test]
fn what_goes_and_comes_again_is_given_back_and_charged_each_once() {
    let changes = [("2026-01-11", 3), ("2026-01-21", 8)];
    let mut life = life(Timing::InAdvance, "unit 1", 5, &changes);
    life.policy.removed_units = RemovedUnits::Now;
    life.bill("2026-01-01");
    // 2 less for 21 of 31 days, then 5 more for 11 of 31.
    assert_eq!(told(life.bill("2026-01-11")), "-1.62: recurring 2026-01-11..2026-02-01 -1.35");
    assert_eq!(told(life.bill("2026-01-12")), "-");
    assert_eq!(told(life.bill("2026-01-21")), "2.12: recurring 2026-01-21..2026-02-01 1.77");
    assert_eq!(told(life.bill("2026-01-31")), "-", "neither comes again");
    assert_eq!(told(life.bill("2026-02-01")), "9.60: recurring 2026-02-01..2026-03-01 8.00");
}

/// April from its 10th on, of so many seats by tiers whose fees are charged in full.
fn seats(timing: Timing, units: i64, changes: &[(&str, i64)]) -> World {
    let model = "graduated 5: 10 + 100, *: 5 + 50";
    let mut life = life(timing, model, units, changes);
    life.policy = Policy {
        tier_fees: TierFees::Whole,
        removed_units: RemovedUnits::Now,
        zero_lines: ZeroLines::Drop,
        ..life.policy
    };
    (life.began_on, life.charged_from) = (date("2026-04-10"), date("2026-04-10"));
    life
}

#[test]
fn the_fee_of_a_tier_may_be_charged_in_full_once_in_a_period() {
    // W061: seats that come and go; in the order of days, and not as the source tells them.
    let net = |mut life: World| {
        let content = life.bill("2026-05-01").expect("an invoice");
        let lines = content
            .lines
            .iter()
            .filter(|it| it.service_period.is_some_and(|it| it.start() < date("2026-05-01")));
        let net = Money::sum(lines.map(|it| it.net), Currency::EUR).expect("a sum");
        net.decimal().to_string()
    };
    for timing in [Timing::InArrears, Timing::InAdvance] {
        let grown = seats(timing, 4, &[("2026-04-16", 6), ("2026-04-25", 3)]);
        assert_eq!(net(grown), "180.50", "{timing:?}");
        assert_eq!(net(seats(timing, 5, &[("2026-04-16", 3)])), "125.00", "{timing:?}");
        // A tier that is left and reached again costs its fee once.
        let again = seats(timing, 6, &[("2026-04-16", 3), ("2026-04-22", 6)]);
        assert_eq!(net(again), "183.50", "{timing:?}");
    }
    let mut life = seats(Timing::InAdvance, 4, &[("2026-04-16", 6)]);
    life.bill("2026-04-10");
    let content = life.bill("2026-04-16").expect("an invoice");
    expect_test::expect![[r#"
        each unit at the price of its tier, as of 2000-01-01
        6 counted
        tier 1: 5 × 10 + 100 = 150
        tier 2: 1 × 5 + 50 = 55
        less 140, which was charged before
        units for 15 of 30 days, fees of tiers in full: 50
        = 57.50 EUR"#]]
    .assert_eq(&content.lines[0].explanation.to_string());
}

proptest! {
    /// However often and however late it is billed, the same lines come out, whatever changed.
    #[test]
    fn it_does_not_matter_when_units_are_billed(
        in_advance in any::<bool>(), length in 1..300_i64,
        changes in prop::collection::btree_map(1..280_i64, 1..20_i64, 0..8), at_once in any::<bool>(),
        mut days in prop::collection::vec(0..400_i64, 0..12), is_whole in any::<bool>(),
    ) {
        let day = |it: i64| date("2026-01-01").plus_days(it);
        let timing = if in_advance { Timing::InAdvance } else { Timing::InArrears };
        let started = || {
            let mut life = life(timing, "volume 10: 2 + 7, *: 1.5 + 11", 3, &[]);
            for (on, next) in &changes {
                life.former.push(FormerUnits { until: day(*on), units: life.units });
                life.units = Quantity::whole(*next);
            }
            let removed_units = if at_once { RemovedUnits::Now } else { RemovedUnits::PeriodEnd };
            let tier_fees = if is_whole { TierFees::Whole } else { TierFees::Prorated };
            let policy = Policy { removed_units, tier_fees, ..life.policy };
            World { ends_on: Some(day(length)), policy, ..life }
        };
        let lines = |it: Option<Content>| it.map(|it| it.lines).unwrap_or_default();
        let (mut once, mut often) = (started(), started());
        let told = |line: &Line| (line.service_period, line.explanation.clone());
        let expected: Vec<_> = lines(once.bill("2028-01-01")).iter().map(told).collect();
        days.sort_unstable();
        let mut found = Vec::new();
        for on in days {
            found.extend(lines(often.bill(&day(on).to_string())).iter().map(told));
        }
        found.extend(lines(often.bill("2028-01-01")).iter().map(told));
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn units_that_came_and_went_are_charged_once_when_the_next_month_is_given_back_whole() {
    let mut life = life(Timing::InAdvance, "unit 1", 5, &[("2026-01-10", 20), ("2026-01-20", 10)]);
    life.bill("2026-01-01");
    life.bill("2026-01-10");
    assert_eq!(told(life.bill("2026-02-01")), "12.00: recurring 2026-02-01..2026-03-01 10.00");
    (life.marks[0], life.ends_on) = (Some(date("2026-02-01")), Some(date("2026-02-01")));
    assert_eq!(told(life.bill("2026-03-01")), "-");
}

#[test]
fn what_is_given_back_stands_beside_what_it_pays_for() {
    let mut life = life(Timing::InAdvance, "unit 1", 3, &[("2026-02-15", 1)]);
    (life.policy.removed_units, life.ends_on) = (RemovedUnits::Now, Some(date("2026-04-01")));
    life.bill("2026-02-01");
    assert_eq!(
        told(life.bill("2026-03-01")),
        "0.00: recurring 2026-02-15..2026-03-01 -1.00, recurring 2026-03-01..2026-04-01 1.00"
    );
}

/// A price at 10.00 or 120.00 for each of 10 units, charged up to the 15th by the anniversary, that
/// changes to so many on a day after the billing day became the first of the month.
fn moved(every: Span, billed_on: &str, (on, next): (&str, i64)) -> World {
    let model = if every == Span::months(1) { "unit 10" } else { "unit 120" };
    let kind = PriceKind::Recurring { every, timing: Timing::InAdvance };
    let mut life = World::new("2026-01-15", vec![price(1, kind, model)]).anniversary();
    life.policy.removed_units = RemovedUnits::Now;
    life.units = Quantity::whole(10);
    life.bill(billed_on);
    life.cycle.day = BillingDay::new(1);
    life.former.push(FormerUnits { until: date(on), units: life.units });
    life.units = Quantity::whole(next);
    life
}

#[test]
fn units_that_change_in_paid_days_are_charged_by_what_those_were_measured_by() {
    let month = |next| moved(Span::months(1), "2026-03-15", ("2026-03-20", next));
    // 50 × 10.00 and 5 × 10.00 for 26 of 31 days.
    let mut more = month(60);
    assert_eq!(told(more.bill("2026-04-01")), "503.22: recurring 2026-03-20..2026-04-15 419.35");
    let next = more.bill("2026-05-01").expect("an invoice");
    let days: Vec<_> = next.lines.iter().filter_map(|it| it.service_period).collect();
    assert_eq!(days[0].to_string(), "2026-04-15..2026-05-01", "those of March come once");
    assert_eq!(
        told(month(5).bill("2026-04-01")),
        "-50.33: recurring 2026-03-20..2026-04-15 -41.94"
    );
    let year = |next| moved(Span::months(12), "2026-01-15", ("2026-03-03", next));
    // 50 × 120.00 and 5 × 120.00 for 318 of 365 days.
    assert_eq!(
        told(year(60).bill("2026-04-01")),
        "6272.88: recurring 2026-03-03..2027-01-15 5227.40"
    );
    assert_eq!(
        told(year(5).bill("2026-04-01")),
        "-627.29: recurring 2026-03-03..2027-01-15 -522.74"
    );
}
