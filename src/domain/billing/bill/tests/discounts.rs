//! Discounts on bills: on which charges, how often, and what is left of them.

use super::*;
use crate::domain::catalog::discount::{Access, Charged, DiscountTerms, Lasting, Reduction, Scope};
use crate::domain::localized::Localized;

pub(super) fn discount(
    number: u128,
    reduction: Reduction,
    lasting: Lasting,
    scope: Scope,
) -> Discount {
    let english = "en".parse().expect("a locale");
    let terms = DiscountTerms {
        name: Localized::new(english, name(&format!("Offer {number}"))),
        reduction,
        lasting,
        scope,
        access: Access::Automatic,
        priority: 0,
        valid_from: date("2026-01-01"),
        valid_until: None,
    };
    Discount::new(id(number), stamp(), terms).expect("valid")
}

pub(super) fn share(hundredths: i64) -> Reduction {
    Reduction::Share(Percent::new(hundredths.into()))
}

fn on(charged: Charged) -> Scope {
    Scope { charges: [charged].into(), ..Scope::default() }
}

fn life(prices: Vec<Price>, discounts: Vec<Discount>) -> World {
    World { discounts, ..World::new("2026-01-01", prices) }
}

#[test]
fn a_share_is_taken_off_before_tax_and_stands_in_the_explanation() {
    let flat = price(1, monthly(Timing::InAdvance), "flat 50");
    let quarter = discount(9, share(25), Lasting::Always, Scope::default());
    let mut life = life(vec![flat], vec![quarter]);
    let content = life.bill("2026-01-01").expect("charged");
    let text = content.lines[0].explanation.to_string();
    assert!(text.contains("\n25 % off: Offer 9\n= 37.50 EUR"), "{text}");
    assert_eq!(told(Some(content)), "45.00: recurring 2026-01-01..2026-02-01 37.50");
}

#[test]
fn two_months_are_free_and_the_third_is_not() {
    let flat = price(1, monthly(Timing::InAdvance), "flat 50");
    let free = discount(9, share(100), Lasting::Charges(2), Scope::default());
    let mut life = life(vec![flat], vec![free]);
    assert_eq!(["2026-01-01", "2026-02-01"].map(|it| told(life.bill(it))), ["-", "-"]);
    assert_eq!(told(life.bill("2026-03-01")), "60.00: recurring 2026-03-01..2026-04-01 50.00");
}

#[test]
fn a_setup_fee_is_replaced_and_other_charges_are_not() {
    let prices = vec![
        price(1, monthly(Timing::InAdvance), "flat 50"),
        price(2, PriceKind::OneTime(Occasion::Setup), "flat 99"),
    ];
    let fee = discount(9, Reduction::Fee(euros("9")), Lasting::Once, on(Charged::Setup));
    let mut life = life(prices, vec![fee]);
    let first = told(life.bill("2026-01-01"));
    assert_eq!(first, "70.80: recurring 2026-01-01..2026-02-01 50.00, setup 9.00");
}

#[test]
fn a_deposit_is_not_lowered() {
    let deposit = price(1, PriceKind::OneTime(Occasion::Deposit), "flat 99");
    let half = discount(9, share(50), Lasting::Always, Scope::default());
    let all = |discounts| life(vec![deposit.clone()], discounts).bill("2026-01-01");
    assert_eq!(all(vec![half]), all(vec![]));
}

#[test]
fn a_narrower_discount_takes_the_place_of_a_wider_one() {
    let prices = vec![
        price(1, monthly(Timing::InAdvance), "flat 50"),
        price(2, monthly(Timing::InAdvance), "flat 10"),
    ];
    let wide = discount(8, share(10), Lasting::Always, Scope::default());
    let narrow = Scope { prices: [id(2)].into(), ..Scope::default() };
    let narrow = discount(9, share(5), Lasting::Always, narrow);
    let mut life = life(prices, vec![wide, narrow]);
    let month = "2026-01-01..2026-02-01";
    let expected = format!("65.40: recurring {month} 45.00, recurring {month} 9.50");
    assert_eq!(told(life.bill("2026-01-01")), expected);
}

#[test]
fn a_part_of_a_month_gets_its_part_of_an_amount() {
    let flat = price(1, monthly(Timing::InAdvance), "flat 50");
    let off = discount(9, Reduction::Amount(euros("19")), Lasting::Always, Scope::default());
    let mut life = World { discounts: vec![off], ..World::new("2026-08-10", vec![flat]) };
    // (50 - 19) × 22/31, and 31 for the whole of September.
    assert_eq!(told(life.bill("2026-08-10")), "26.40: recurring 2026-08-10..2026-09-01 22.00");
    assert_eq!(told(life.bill("2026-09-01")), "37.20: recurring 2026-09-01..2026-10-01 31.00");
}

#[test]
fn units_that_are_added_later_do_not_get_an_amount_again() {
    let off = discount(9, Reduction::Amount(euros("10")), Lasting::Always, Scope::default());
    let mut life = life(vec![price(1, monthly(Timing::InAdvance), "unit 20")], vec![off]);
    assert_eq!(told(life.bill("2026-01-01")), "12.00: recurring 2026-01-01..2026-02-01 10.00");
    life.former = vec![FormerUnits { until: date("2026-01-16"), units: Quantity::ONE }];
    life.units = Quantity::whole(2);
    // One more for 16 of 31 days at its full price: 2 × 20 - 10, less 20 - 10.
    let added = "12.38: recurring 2026-01-16..2026-02-01 10.32";
    assert_eq!(told(life.bill("2026-01-16")), added);
    let whole = "36.00: recurring 2026-02-01..2026-03-01 30.00";
    assert_eq!(told(life.bill("2026-02-01")), whole);
}

#[test]
fn late_usage_is_charged_at_what_its_period_was_lowered_to() {
    let scope = on(Charged::Usage);
    let january = discount(9, share(50), Lasting::Charges(1), scope);
    let mut life = life(vec![price(1, usage(), "unit 1")], vec![january]);
    life.count(0, "2026-01-01..2026-02-01", "100");
    assert_eq!(told(life.bill("2026-02-01")), "60.00: usage 2026-01-01..2026-02-01 50.00");
    life.count(0, "2026-01-01..2026-02-01", "120");
    life.count(0, "2026-02-01..2026-03-01", "10");
    let second = told(life.bill("2026-03-01"));
    let expected = "24.00: usage 2026-02-01..2026-03-01 10.00, usage 2026-01-01..2026-02-01 10.00";
    assert_eq!(second, expected);
}

proptest! {
    #[test]
    fn however_units_come_a_lowered_month_costs_the_same(
        day in 2..31_u32, first in 1..50_i64, more in 1..50_i64, off in 1..2_000_i64,
    ) {
        let prices = || vec![price(1, monthly(Timing::InArrears), "graduated 10: 3, *: 2")];
        let off = Reduction::Amount(Money::minor(off, Currency::EUR));
        let off = discount(9, off, Lasting::Always, Scope::default());
        let in_advance = |it: Price| Price { kind: monthly(Timing::InAdvance), ..it };
        let changed = date("2026-01-01").plus_days(i64::from(day) - 1);
        let former = vec![FormerUnits { until: changed, units: Quantity::whole(first) }];
        let net = |it: Option<Content>| it.map_or(0, |it| it.totals.net.as_minor());
        let mut ahead = life(prices().into_iter().map(in_advance).collect(), vec![off.clone()]);
        ahead.units = Quantity::whole(first);
        let mut paid = net(ahead.bill("2026-01-01"));
        (ahead.former, ahead.units) = (former.clone(), Quantity::whole(first + more));
        paid += net(ahead.bill(&changed.to_string()));
        let mut behind = life(prices(), vec![off]);
        (behind.former, behind.units) = (former, Quantity::whole(first + more));
        let owed = net(behind.bill("2026-02-01"));
        // Each line is rounded for itself.
        prop_assert!((paid - owed).abs() <= 2, "{} and {}", paid, owed);
    }
}
