//! Coupons on bills: after discounts and before tax, to the cent, and explained.

use super::discounts::{discount, share};
use super::*;
use crate::domain::catalog::coupon::{Brought, Coupon, CouponLimits};
use crate::domain::catalog::discount::{Access, DiscountTerms, Lasting, Reduction, Scope};
use crate::domain::money::Rounding;

pub(super) fn brought(
    number: u128,
    reduction: Reduction,
    lasting: Lasting,
) -> (Redemption, Discount) {
    let automatic = discount(number, reduction, lasting, Scope::default());
    let terms = DiscountTerms { access: Access::Coupon, ..automatic.terms().clone() };
    let discount = Discount::new(id(number), stamp(), terms).expect("valid");
    let limits =
        CouponLimits { uses_max: None, uses_per_account_max: None, valid_for: Validity::ALWAYS };
    let what = ("SPRING".parse().expect("a code"), id(number));
    let coupon = Coupon::new(id(number), stamp(), what, limits).expect("usable");
    let on = date("2026-01-01");
    let brought = Brought { coupon: &coupon, billing_account: id(7), order: None, on };
    (Redemption::of(id(number), stamp(), &brought), discount)
}

fn life(prices: Vec<Price>, coupons: Vec<(Redemption, Discount)>) -> World {
    World { coupons, ..World::new("2026-01-01", prices) }
}

fn amount(text: &str) -> Reduction {
    Reduction::Amount(euros(text))
}

/// The worked case W089: 70 less a coupon of 10, taxed at 10 %, then 20 by credit notes and 30 that
/// were paid before.
#[test]
fn a_coupon_comes_before_tax_and_what_settles_after_it() {
    let mut life = life(
        vec![price(1, monthly(Timing::InAdvance), "flat 70")],
        vec![brought(9, amount("10"), Lasting::Once)],
    );
    life.rules = vec![vat(10)];
    let totals = life.bill("2026-01-01").expect("charged").totals;
    assert_eq!((totals.net, totals.tax, totals.gross), (euros("60"), euros("6"), euros("66")));
    let left = totals.gross.minus(euros("20")).and_then(|it| it.minus(euros("30")));
    assert_eq!(left, Ok(euros("16")));
}

#[test]
fn a_coupon_comes_after_a_discount_and_says_so() {
    let lines = ["flat 60", "flat 40"].into_iter().zip(1..);
    let prices = lines.map(|(it, number)| price(number, monthly(Timing::InAdvance), it)).collect();
    let mut life = life(prices, vec![brought(9, amount("9"), Lasting::Once)]);
    life.discounts = vec![discount(8, share(10), Lasting::Always, Scope::default())];
    let content = life.bill("2026-01-01").expect("charged");
    let text = content.lines[0].explanation.to_string();
    let steps = "\n10 % off: Offer 8\n5.4 off with the coupon SPRING: Offer 9\n= 48.60 EUR";
    assert!(text.ends_with(steps), "{text}");
    let month = "2026-01-01..2026-02-01";
    let expected = format!("97.20: recurring {month} 48.60, recurring {month} 32.40");
    assert_eq!(told(Some(content)), expected);
}

#[test]
fn a_coupon_is_given_on_the_first_bill_alone_or_on_so_many() {
    let flat = || vec![price(1, monthly(Timing::InAdvance), "flat 50")];
    let bills = ["2026-01-01", "2026-02-01", "2026-03-01"];
    let table = [
        (Lasting::Once, ["45.00", "50.00", "50.00"]),
        (Lasting::Charges(2), ["45.00", "45.00", "50.00"]),
        (Lasting::For(Span::months(2)), ["45.00", "45.00", "50.00"]),
        (Lasting::Always, ["45.00", "45.00", "45.00"]),
    ];
    for (lasting, expected) in table {
        let mut life = life(flat(), vec![brought(9, amount("5"), lasting)]);
        let nets = bills.map(|it| life.bill(it).expect(it).totals.net.decimal().to_string());
        assert_eq!(nets, expected, "{lasting:?}");
    }
}

#[test]
fn more_than_is_charged_is_not_given_and_nothing_is_carried() {
    let coupons =
        vec![brought(8, amount("30"), Lasting::Once), brought(9, amount("30"), Lasting::Once)];
    let mut life = life(vec![price(1, monthly(Timing::InAdvance), "flat 50")], coupons);
    life.policy.zero_invoices = ZeroInvoices::Issue;
    let totals = life.bill("2026-01-01").expect("issued").totals;
    assert_eq!((totals.net, totals.tax), (euros("0"), euros("0")));
    assert_eq!(told(life.bill("2026-02-01")), "60.00: recurring 2026-02-01..2026-03-01 50.00");
}

#[test]
fn what_comes_to_nothing_by_a_coupon_uses_it_up_all_the_same() {
    let all = brought(9, share(100), Lasting::Once);
    let mut life = life(vec![price(1, monthly(Timing::InAdvance), "flat 50")], vec![all]);
    assert_eq!(told(life.bill("2026-01-01")), "-");
    assert_eq!(told(life.bill("2026-02-01")), "60.00: recurring 2026-02-01..2026-03-01 50.00");
}

#[test]
fn a_part_of_a_month_that_was_rounded_up_is_not_turned_by_a_coupon() {
    let prices = vec![price(1, monthly(Timing::InAdvance), "flat 0.155")];
    let coupons = vec![brought(9, amount("5"), Lasting::Once)];
    for rounding in [Rounding::HalfUp, Rounding::HalfEven] {
        let mut life = life(prices.clone(), coupons.clone());
        life.policy.rounding = rounding;
        life.policy.zero_invoices = ZeroInvoices::Issue;
        let totals = life.bill("2026-01-01").expect("issued").totals;
        assert_eq!(totals.gross, euros("0"), "{rounding:?}");
    }
}

#[test]
fn from_a_gross_price_a_coupon_takes_gross() {
    let gross = Price { base: Base::Gross, ..price(1, monthly(Timing::InAdvance), "flat 60") };
    let mut life = life(vec![gross], vec![brought(9, amount("12"), Lasting::Once)]);
    let totals = life.bill("2026-01-01").expect("charged").totals;
    assert_eq!((totals.net, totals.gross), (euros("40"), euros("48")));
}

proptest! {
    #[test]
    fn a_bill_with_a_coupon_is_less_by_it_and_its_lines_explain_it(
        figures in prop::collection::vec(1..100_000_i64, 1..6), off in 1..200_000_i64,
    ) {
        let prices = || {
            let all = figures.iter().zip(1..);
            let all = all.map(|(it, number)| {
                let model = format!("flat {}", rust_decimal::Decimal::new(*it, 3));
                price(number, monthly(Timing::InAdvance), &model)
            });
            all.collect::<Vec<_>>()
        };
        let net = |coupons| {
            let mut life = life(prices(), coupons);
            life.policy.zero_invoices = ZeroInvoices::Issue;
            life.bill("2026-01-01").map(|content| {
                for line in &content.lines {
                    assert_eq!(recompute(&line.explanation), Ok(line.amount));
                    assert!(!line.amount.is_negative());
                }
                content.totals.net.as_minor()
            })
        };
        let before = net(vec![]).unwrap_or(0);
        let off = Reduction::Amount(Money::minor(off, Currency::EUR));
        let Reduction::Amount(most) = off else { unreachable!("it is an amount") };
        let after = net(vec![brought(9, off, Lasting::Once)]).unwrap_or(0);
        prop_assert_eq!(before - after, most.as_minor().min(before));
    }
}
