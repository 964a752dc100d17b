//! What is added to charges that stand on invoices, and what of them goes back: at what was charged
//! then, and no more than was paid.

use super::coupons::brought;
use super::discounts::{discount, share};
use super::*;
use crate::domain::billing::policy::ZeroInvoices;
use crate::domain::catalog::discount::{Lasting, Reduction, Scope};

/// April of units at 10.00, paid in advance, of which some go and come on days; what goes is given
/// back at once.
fn april(units: i64, changes: &[(&str, i64)]) -> World {
    let mut life = World::new("2026-04-01", vec![price(1, monthly(Timing::InAdvance), "unit 10")]);
    life.policy.removed_units = RemovedUnits::Now;
    life.policy.zero_invoices = ZeroInvoices::Issue;
    life.units = Quantity::whole(units);
    for (until, next) in changes {
        life.former.push(FormerUnits { until: date(until), units: life.units });
        life.units = Quantity::whole(*next);
    }
    life
}

/// What the bills of some days come to without tax.
fn nets(life: &mut World, days: &[&str]) -> String {
    let net = |it: &&str| match life.bill(it) {
        Some(content) => content.totals.net.decimal().to_string(),
        None => "-".to_owned(),
    };
    days.iter().map(net).collect::<Vec<_>>().join(" ")
}

#[test]
fn units_that_go_give_back_what_coupons_left_of_them() {
    let days = ["2026-04-01", "2026-04-16", "2026-05-01"];
    let table = [
        // Nine of ten go for half of the month: 45.00 without a coupon.
        (vec![], "100.00 -45.00 10.00"),
        (vec![brought(9, share(100), Lasting::Always)], "0.00 0.00 0.00"),
        (vec![brought(9, share(100), Lasting::Once)], "0.00 0.00 10.00"),
        (vec![brought(9, share(50), Lasting::Always)], "50.00 -22.50 5.00"),
        (vec![brought(9, Reduction::Amount(euros("30")), Lasting::Once)], "70.00 -31.50 10.00"),
    ];
    for (coupons, expected) in table {
        let mut life = april(10, &[("2026-04-16", 1)]);
        life.coupons = coupons;
        assert_eq!(nets(&mut life, &days), expected);
    }
}

/// 31.00 for January, of which the first ten days are for nothing.
#[test]
fn days_that_go_give_back_what_a_coupon_for_a_time_left_of_each() {
    let january = |units: i64| {
        let mut life =
            World::new("2026-01-01", vec![price(1, monthly(Timing::InAdvance), "unit 31")]);
        life.policy.removed_units = RemovedUnits::Now;
        life.policy.while_held = WhileHeld::Pause;
        life.policy.zero_invoices = ZeroInvoices::Issue;
        life.policy.zero_lines = ZeroLines::Keep;
        life.units = Quantity::whole(units);
        life.coupons = vec![brought(9, share(100), Lasting::For(Span::days(10)))];
        life
    };
    let table = [
        (vec![("2026-01-02", "2026-01-11")], "21.00 0.00"),
        (vec![("2026-01-11", "2026-01-21")], "21.00 -10.00"),
        (vec![("2026-01-06", "2026-01-16")], "21.00 -5.00"),
        (vec![("2026-01-11", "2026-01-21"), ("2026-01-26", "2026-01-29")], "21.00 -13.00"),
        (vec![("2026-01-02", "2026-01-11"), ("2026-01-21", "2026-01-29")], "21.00 -8.00"),
    ];
    for (holds, expected) in table {
        let mut life = january(1);
        let first = nets(&mut life, &["2026-01-01"]);
        let hold =
            |(from, until): &(&str, &str)| Hold { from: date(from), until: Some(date(until)) };
        life.held = holds.iter().map(hold).collect();
        let found = format!("{first} {}", nets(&mut life, &["2026-01-30"]));
        assert_eq!(found, expected, "{holds:?}");
    }
    // One of two goes, within the days that were for nothing or after them; then the other rests.
    for (on, expected) in
        [("2026-01-21", "42.00 -11.00 -3.00"), ("2026-01-06", "42.00 -21.00 -3.00")]
    {
        let mut life = january(2);
        let first = nets(&mut life, &["2026-01-01"]);
        life.former.push(FormerUnits { until: date(on), units: life.units });
        life.units = Quantity::ONE;
        let second = nets(&mut life, &[on]);
        life.held = vec![Hold { from: date("2026-01-26"), until: Some(date("2026-01-29")) }];
        let found = format!("{first} {second} {}", nets(&mut life, &["2026-01-30"]));
        assert_eq!(found, expected, "gone on {on}");
    }
}

#[test]
fn what_goes_of_what_came_for_nothing_gives_nothing_back() {
    // One is paid; nine come for nothing and go, on one bill or on two.
    let changes = [("2026-04-11", 10), ("2026-04-16", 1)];
    for days in [&["2026-04-20"] as &[_], &["2026-04-11", "2026-04-16"]] {
        let mut life = april(1, &changes);
        assert_eq!(nets(&mut life, &["2026-04-01"]), "10.00");
        life.coupons = vec![brought(9, share(100), Lasting::Always)];
        let found = nets(&mut life, days);
        assert!(found.split(' ').all(|it| it == "0.00"), "{days:?}: {found}");
    }
    // The other way round: one is for nothing, nine are paid; they go with what they cost.
    let mut life = april(1, &changes);
    life.coupons = vec![brought(9, share(100), Lasting::Once)];
    assert_eq!(nets(&mut life, &["2026-04-01", "2026-04-11", "2026-04-16"]), "0.00 60.00 -45.00");
}

/// Credits so much, without tax, of the first line of an invoice.
fn credit(life: &mut World, content: &Content, net: &str) {
    let (of, credited) = content.lines[0].credited(euros(net)).expect("small");
    let terms = life.charged_terms[0].take().expect("it is charged");
    life.charged_terms[0] = Some(terms.credited(of, credited).expect("small"));
}

#[test]
fn units_that_go_give_back_what_credit_notes_left_of_them() {
    let half = || vec![brought(9, share(50), Lasting::Always)];
    let table = [
        // Nine of ten go for half of the month, and after all of it was paid.
        (vec![], "2026-04-16", "40", "-27.00"),
        (vec![], "2026-04-01", "50", "-45.00"),
        (vec![], "2026-04-01", "100", "0.00"),
        (half(), "2026-04-16", "25", "-11.25"),
        (half(), "2026-04-16", "50", "0.00"),
    ];
    for (coupons, on, credited, expected) in table {
        let mut life = april(10, &[]);
        life.coupons = coupons;
        let content = life.bill("2026-04-01").expect("an invoice");
        credit(&mut life, &content, credited);
        life.former.push(FormerUnits { until: date(on), units: life.units });
        life.units = Quantity::ONE;
        assert_eq!(nets(&mut life, &[on]), expected, "{credited} were credited");
    }
}

#[test]
fn units_that_went_before_a_credit_note_are_not_credited_with_those_that_go_then() {
    let mut life = april(10, &[]);
    let content = life.bill("2026-04-01").expect("an invoice");
    let go = |life: &mut World, on: &str, left| {
        life.former.push(FormerUnits { until: date(on), units: life.units });
        life.units = Quantity::whole(left);
        nets(life, &[on])
    };
    assert_eq!(go(&mut life, "2026-04-16", 2), "-40.00");
    // Of the 60.00 that stand, half is credited: so is half of what goes for nine days.
    credit(&mut life, &content, "30");
    assert_eq!(go(&mut life, "2026-04-22", 1), "-1.50");
}

proptest! {
    /// Whatever is credited of the first charge, and however units come and go then: no more goes back than
    /// was paid, but for the cents by which each change is rounded.
    #[test]
    fn no_more_goes_back_than_was_paid(
        first in 1..30_i64, credits in prop::collection::vec(1..10_000_i64, 0..4),
        changes in prop::collection::vec((0..28_i64, 0..30_i64), 1..6),
    ) {
        let mut life = april(first, &[]);
        let content = life.bill("2026-04-01").expect("an invoice");
        let mut left = content.totals.net;
        let mut paid = left;
        for minor in credits {
            let net = left.at_most(Money::minor(minor, Currency::EUR)).expect("one currency");
            if net.as_minor() > 0 {
                credit(&mut life, &content, &net.decimal().to_string());
                left = left.minus(net).expect("small");
                paid = left;
            }
        }
        let mut changes = changes;
        changes.sort_unstable();
        changes.dedup_by_key(|it| it.0);
        for (place, (day, units)) in (1..).zip(changes) {
            let on = date("2026-04-01").plus_days(day);
            life.former.push(FormerUnits { until: on, units: life.units });
            life.units = Quantity::whole(units);
            if let Some(content) = life.bill(&on.to_string()) {
                paid = paid.plus(content.totals.net).expect("small");
            }
            prop_assert!(paid.as_minor() >= -place, "{} after {place} changes", paid);
        }
    }
}

#[test]
fn what_a_coupon_had_taken_off_stands_in_the_explanation() {
    let mut life = april(10, &[("2026-04-16", 1)]);
    life.coupons = vec![brought(9, share(50), Lasting::Always)];
    life.bill("2026-04-01");
    let content = life.bill("2026-04-16").expect("an invoice");
    let text = content.lines[0].explanation.to_string();
    let steps = "for 15 of 30 days\nwithout 22.5, which coupons or credit notes had taken off\n= -22.50 EUR";
    assert!(text.ends_with(steps), "{text}");
}

#[test]
fn units_come_and_go_at_the_discount_of_the_days_that_are_paid() {
    let half = || vec![discount(9, share(50), Lasting::Always, Scope::default())];
    let (tenth, all) = (
        vec![discount(9, share(10), Lasting::Always, Scope::default())],
        vec![discount(9, share(100), Lasting::Always, Scope::default())],
    );
    let table = [
        ("a discount becomes less", 10, 1, half(), tenth.clone(), "50.00 -22.50 9.00"),
        ("what was free gives nothing back", 10, 1, all, tenth.clone(), "- - 9.00"),
        ("a discount ends", 10, 1, half(), vec![], "50.00 -22.50 10.00"),
        ("a discount begins", 10, 1, vec![], tenth.clone(), "100.00 -45.00 9.00"),
        ("more come", 1, 11, half(), tenth, "5.00 25.00 99.00"),
    ];
    for (case, units, next, before, after, expected) in table {
        let mut life = april(units, &[("2026-04-16", next)]);
        life.discounts = before;
        let first = nets(&mut life, &["2026-04-01"]);
        life.discounts = after;
        let found = format!("{first} {}", nets(&mut life, &["2026-04-16", "2026-05-01"]));
        assert_eq!(found, expected, "{case}");
    }
}

#[test]
fn a_fee_for_each_unit_counts_those_that_there_are_then() {
    let fee = discount(9, Reduction::Fee(euros("4")), Lasting::Always, Scope::default());
    let mut life = april(10, &[("2026-04-16", 1)]);
    life.discounts = vec![fee];
    // 9 × 4.00 for half of the month.
    assert_eq!(nets(&mut life, &["2026-04-01", "2026-04-16"]), "40.00 -18.00");
}

/// June of use at 1.00, of which 100 were charged on a bill, and then something else is counted.
fn june(model: &str, discounts: Vec<Discount>) -> World {
    let mut life = World::new("2026-06-01", vec![price(1, usage(), model)]);
    life.policy.zero_invoices = ZeroInvoices::Issue;
    life.discounts = discounts;
    life.count(0, "2026-06-01..2026-07-01", "100");
    life
}

#[test]
fn late_use_costs_what_that_of_its_period_did() {
    let of = |hundredths| vec![discount(9, share(hundredths), Lasting::Always, Scope::default())];
    let table = [
        ("50 % becomes 10 %", of(50), of(10), "110", "50.00 5.00"),
        ("and less was used", of(50), of(10), "80", "50.00 -10.00"),
        ("it was free", of(100), of(10), "110", "- -"),
        ("nothing becomes 50 %", vec![], of(50), "110", "100.00 10.00"),
        ("50 % becomes nothing", of(50), vec![], "110", "50.00 5.00"),
    ];
    for (case, before, after, counted, expected) in table {
        let mut life = june("unit 1", before);
        let first = nets(&mut life, &["2026-07-01"]);
        life.discounts = after;
        life.count(0, "2026-06-01..2026-07-01", counted);
        let found = format!("{first} {}", nets(&mut life, &["2026-07-02"]));
        assert_eq!(found, expected, "{case}");
    }
}

#[test]
fn use_that_is_taken_back_gives_back_what_coupons_left_of_it() {
    let table = [
        ("unit 1", "80", "50.00 -10.00"),
        // More use that costs less: 101 × 0.50 instead of 100 × 1.00, of which half was paid.
        ("volume 100: 1, *: 0.5", "101", "50.00 -24.75"),
    ];
    for (model, counted, expected) in table {
        let mut life = june(model, vec![]);
        life.coupons = vec![brought(9, share(50), Lasting::Once)];
        let first = nets(&mut life, &["2026-07-01"]);
        life.count(0, "2026-06-01..2026-07-01", counted);
        assert_eq!(format!("{first} {}", nets(&mut life, &["2026-07-02"])), expected, "{model}");
    }
}

/// A price that was taken in the middle of March by who was there from January on.
fn taken(price: Price) -> World {
    let mut life = World::new("2026-01-01", vec![price]);
    life.taken[0] = Some(Taken { on: date("2026-03-11"), charged_from: date("2026-03-11") });
    life.marks[0] = Some(date("2026-03-11"));
    life
}

#[test]
fn a_new_version_counts_from_its_period_on_unless_frozen_or_until_renewal() {
    let life = || {
        let version = PriceVersion { valid_from: date("2026-02-01"), ..rows::price("flat 12") };
        let old = price(1, monthly(Timing::InAdvance), "flat 10");
        let revised = old.revised(version, date("2026-01-15")).expect("revised");
        let mut life = World::new("2026-01-01", vec![revised]);
        life.marks[0] = Some(date("2026-02-01"));
        life
    };
    let amount = |mut life: World| life.bill("2026-02-01").expect("an invoice").totals.net;
    assert_eq!(amount(life()), euros("12"));
    assert_eq!(amount(World { frozen_on: Some(date("2026-01-01")), ..life() }), euros("10"));
    let policy = Policy { price_version: PriceVersionAt::Renewal, ..Policy::DEFAULT };
    assert_eq!(amount(World { policy, ..life() }), euros("10"));
    let renewals = vec![date("2026-02-01")];
    assert_eq!(amount(World { policy, renewals, ..life() }), euros("12"));
}

#[test]
fn where_a_version_holds_for_a_term_it_is_that_of_the_day_on_which_the_price_was_taken() {
    let version = PriceVersion { valid_from: date("2026-02-01"), ..rows::price("flat 31") };
    let versions = Versions::first(version).expect("a price");
    let gold = Price { versions, ..price(1, monthly(Timing::InAdvance), "flat 1") };
    let later = PriceVersion { valid_from: date("2026-04-01"), ..rows::price("flat 40") };
    let gold = gold.revised(later, date("2026-03-20")).expect("revised");
    let mut life = taken(gold);
    life.policy.price_version = PriceVersionAt::Renewal;
    life.policy.zero_invoices = ZeroInvoices::Issue;
    // 21 of 31 days; the version of April holds from the renewal on.
    assert_eq!(nets(&mut life, &["2026-03-11", "2026-04-01"]), "21.00 31.00");
    life.renewals = vec![date("2026-05-01")];
    assert_eq!(nets(&mut life, &["2026-05-01"]), "40.00");
}

#[test]
fn the_last_month_of_a_term_costs_what_its_term_does_also_after_the_renewal() {
    let old = price(1, monthly(Timing::InArrears), "flat 10");
    let version = PriceVersion { valid_from: date("2026-06-01"), ..rows::price("flat 12") };
    let revised = old.revised(version, date("2026-05-01")).expect("revised");
    let mut life = World::new("2026-01-01", vec![revised]);
    life.policy.price_version = PriceVersionAt::Renewal;
    life.marks[0] = Some(date("2026-12-01"));
    life.renewals = vec![date("2027-01-01")];
    assert_eq!(nets(&mut life, &["2027-01-01", "2027-02-01"]), "10.00 12.00");
}

#[test]
fn what_a_price_comes_with_at_first_comes_with_its_own_first_day() {
    use crate::domain::catalog::price::alteration::{Applies, By, Effect, PriceAlteration};
    let altered = |effect, by, applies, valid_from: Option<&str>| PriceAlteration {
        name: name("Altered"),
        effect,
        by,
        applies,
        condition: None,
        valid_from: valid_from.map(date),
        valid_until: None,
    };
    let free = |valid_from| {
        let all = By::Percent(Percent::new(100.into()));
        altered(Effect::Discount, all, Applies::For(Span::months(2)), valid_from)
    };
    let fee = altered(Effect::Fee, By::Fixed("5".parse().expect("a fee")), Applies::Once, None);
    let table = [
        // March from the 11th on, April and May begin within two months.
        (free(None), "0.00 0.00 0.00 31.00"),
        // It can be obtained in March, but not in January.
        (free(Some("2026-03-01")), "0.00 0.00 0.00 31.00"),
        (free(Some("2026-03-12")), "21.00 31.00 31.00 31.00"),
        (fee, "26.00 31.00 31.00 31.00"),
    ];
    for (alteration, expected) in table {
        let flat = price(1, monthly(Timing::InAdvance), "flat 31");
        let mut life = taken(Price { alterations: vec![alteration.clone()], ..flat });
        life.policy.zero_lines = ZeroLines::Keep;
        life.policy.zero_invoices = ZeroInvoices::Issue;
        let days = ["2026-03-11", "2026-04-01", "2026-05-01", "2026-06-01"];
        assert_eq!(nets(&mut life, &days), expected, "{alteration:?}");
    }
}
