//! Coupons on bills: after discounts and before tax, to the cent, and explained.

use super::discounts::{discount, share};
use super::*;
use crate::domain::catalog::coupon::{Brought, Coupon, CouponLimits};
use crate::domain::catalog::discount::{Access, Charged, DiscountTerms, Lasting, Reduction, Scope};
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

/// Brought in the middle of January, it lies on the days of two bills in arrears, and what is paid ahead and what is
/// charged afterwards are two bills as well.
#[test]
fn an_amount_for_a_time_is_given_once_for_each_billing_period_of_it() {
    let days = ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"];
    let (ahead, after) = (monthly(Timing::InAdvance), monthly(Timing::InArrears));
    let table = [
        (vec![ahead], Span::months(1), "2026-01-15", ["0", "5.00", "0", "0"]),
        (vec![after], Span::months(1), "2026-01-15", ["0", "5.00", "0", "0"]),
        (vec![after], Span::months(2), "2026-01-15", ["0", "5.00", "5.00", "0"]),
        (vec![ahead, after], Span::months(1), "2026-01-01", ["5.00", "0", "0", "0"]),
        (vec![ahead, usage()], Span::months(1), "2026-01-01", ["5.00", "0", "0", "0"]),
        (vec![after], Span::days(10), "2026-01-25", ["0", "5.00", "0", "0"]),
        (vec![after], Span::days(30), "2026-02-01", ["0", "0", "5.00", "0"]),
    ];
    for (kinds, span, on, expected) in table {
        let bills = |coupon: Option<(Redemption, Discount)>| {
            let prices = (1..).zip(&kinds).map(|(number, it)| price(number, *it, "flat 31"));
            let mut life = life(prices.collect(), vec![]);
            let used = kinds.iter().position(|it| *it == usage());
            days.map(|day| {
                if life.coupons.is_empty() && date(on) <= date(day) {
                    life.coupons.extend(coupon.clone());
                }
                if let Some(place) = used.filter(|_| day != days[0]) {
                    let from = Span::months(1).before(date(day));
                    life.count(place, &format!("{from}..{day}"), "10");
                }
                life.bill(day).map_or(Money::zero(Currency::EUR), |it| it.totals.net)
            })
        };
        let (mut use_of, discount) = brought(9, amount("5"), Lasting::For(span));
        use_of.redeemed_on = date(on);
        let (full, less) = (bills(None), bills(Some((use_of, discount))));
        let off = full.into_iter().zip(less).map(|(one, other)| {
            let off = one.minus(other).expect("in one currency");
            if off.is_zero() { "0".to_owned() } else { off.decimal().to_string() }
        });
        assert_eq!(off.collect::<Vec<_>>(), expected, "{kinds:?} for {span:?} from {on}");
    }
}

fn half_for(span: Span) -> (Redemption, Discount) {
    brought(9, share(50), Lasting::For(span))
}

#[test]
fn what_is_charged_afterwards_has_its_days_of_a_coupon_for_a_time() {
    let prices = || {
        vec![
            price(1, monthly(Timing::InAdvance), "flat 31"),
            price(2, monthly(Timing::InArrears), "flat 31"),
            price(3, usage(), "unit 1"),
        ]
    };
    let mut life = life(prices(), vec![half_for(Span::months(1))]);
    let month = "2026-01-01..2026-02-01";
    assert_eq!(told(life.bill("2026-01-01")), format!("18.60: recurring {month} 15.50"));
    life.count(2, month, "10");
    let next = "2026-02-01..2026-03-01";
    let expected =
        format!("61.80: recurring {next} 31.00, recurring {month} 15.50, usage {month} 5.00");
    assert_eq!(told(life.bill("2026-02-01")), expected);
    // What comes in late is charged as its days are.
    life.count(2, month, "14");
    life.count(2, next, "4");
    let expected = format!(
        "81.60: recurring 2026-03-01..2026-04-01 31.00, recurring {next} 31.00, usage {next} 4.00, \
         usage {month} 2.00"
    );
    assert_eq!(told(life.bill("2026-03-01")), expected);
}

#[test]
fn the_free_days_of_a_trial_use_no_coupon_up() {
    let prices = || {
        vec![
            price(1, monthly(Timing::InAdvance), "flat 31"),
            price(2, PriceKind::OneTime(Occasion::Setup), "flat 5"),
        ]
    };
    let (rest, next) = ("2026-01-15..2026-02-01", "2026-02-01..2026-03-01");
    let table = [
        // 14 of the 28 days of February lie within.
        (50, format!("41.10: recurring {rest} 8.50, recurring {next} 23.25, setup 2.50")),
        (100, format!("18.60: recurring {rest} 0.00, recurring {next} 15.50, setup 0.00")),
    ];
    for (percent, expected) in table {
        let off = brought(9, share(percent), Lasting::For(Span::months(1)));
        let mut life = life(prices(), vec![off]);
        life.charged_from = date("2026-01-15");
        assert_eq!(told(life.bill("2026-01-01")), "-");
        assert_eq!(told(life.bill("2026-02-01")), expected, "{percent} %");
        assert_eq!(life.coupons[0].0.invoices(), 1, "{percent} %");
    }
}

#[test]
fn a_line_with_other_days_says_for_which_it_is_lowered() {
    let prices = vec![price(1, monthly(Timing::InArrears), "flat 31")];
    let mut life = life(prices, vec![half_for(Span::days(10))]);
    let content = life.bill("2026-02-01").expect("charged");
    let text = content.lines[0].explanation.to_string();
    let steps = "\n5 off with the coupon SPRING: Offer 9, for 2026-01-01..2026-01-11\n= 26.00 EUR";
    assert!(text.ends_with(steps), "{text}");
    assert_eq!(told(Some(content)), "31.20: recurring 2026-01-01..2026-02-01 26.00");
}

#[test]
fn a_coupon_that_a_bill_could_not_use_is_not_used_up_by_it() {
    let setup = Scope { charges: [Charged::Setup].into(), ..Scope::default() };
    let automatic = discount(9, share(50), Lasting::Once, setup);
    let terms = DiscountTerms { access: Access::Coupon, ..automatic.terms().clone() };
    let unlocked = Discount::new(id(9), stamp(), terms).expect("valid");
    let (redemption, _) = brought(9, share(50), Lasting::Once);
    let prices = vec![
        price(1, monthly(Timing::InAdvance), "flat 10"),
        price(2, PriceKind::OneTime(Occasion::Renewal), "flat 6"),
    ];
    let mut life = life(prices, vec![(redemption, unlocked)]);
    assert_eq!(told(life.bill("2026-01-01")), "12.00: recurring 2026-01-01..2026-02-01 10.00");
    assert_eq!(life.coupons[0].0.invoices(), 0);
    life.prices.push(price(3, PriceKind::OneTime(Occasion::Setup), "flat 4"));
    life.marks.push(None);
    life.usage.push(vec![]);
    life.charged_days.push(None);
    life.charged_terms.push(None);
    life.taken.push(None);
    let second = "14.40: recurring 2026-02-01..2026-03-01 10.00, setup 2.00";
    assert_eq!(told(life.bill("2026-02-01")), second);
    assert_eq!(life.coupons[0].0.invoices(), 1);
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
    /// The same days cost the same whenever they are billed: before or after them, on whichever day of the
    /// month, each month or all at once.
    #[test]
    fn what_a_coupon_for_a_time_takes_off_does_not_hang_on_the_day_of_billing(
        began in 0..60_i64, free in 0..40_i64, length in 1..120_u32, percent in 1..=100_i64,
        day in 1..31_u8, mut bills in prop::collection::vec(0..400_i64, 0..8),
    ) {
        let began_on = date("2026-01-01").plus_days(began);
        let world = |timing| {
            let coupon = brought(9, share(percent), Lasting::For(Span::days(length)));
            let prices = vec![price(1, monthly(timing), "flat 31")];
            let mut life = World::new(&began_on.to_string(), prices);
            life.coupons = vec![coupon];
            life.charged_from = began_on.plus_days(free);
            life.cycle.day = BillingDay::new(day);
            life.ends_on = Some(began_on.plus_days(300));
            // What comes to nothing is told as well.
            life.policy.zero_lines = ZeroLines::Keep;
            life.policy.zero_invoices = ZeroInvoices::Issue;
            life
        };
        let last = began_on.plus_days(400).to_string();
        let told = |it: Option<Content>| {
            let lines = it.map(|it| it.lines).unwrap_or_default();
            lines.into_iter().map(|it| (it.service_period, it.net)).collect::<Vec<_>>()
        };
        let expected = told(world(Timing::InAdvance).bill(&last));
        bills.sort_unstable();
        for timing in [Timing::InAdvance, Timing::InArrears] {
            let mut life = world(timing);
            let mut found = Vec::new();
            for day in &bills {
                found.extend(told(life.bill(&began_on.plus_days(*day).to_string())));
            }
            found.extend(told(life.bill(&last)));
            // What a coupon takes off a bill is rounded once, so that a cent may lie on another line.
            let mut both = found.iter().zip(&expected);
            let is_same = found.len() == expected.len()
                && both.all(|(one, other)| {
                    one.0 == other.0 && (one.1.as_minor() - other.1.as_minor()).abs() <= 1
                });
            prop_assert!(is_same, "{:?}: {:?} and not {:?}", timing, found, expected);
        }
    }

    /// An amount for a time is not given more often than whole billing periods fit into that, however it is billed.
    #[test]
    fn an_amount_for_a_time_comes_to_no_more_than_it_once_for_each_month(
        brought_on in 0..60_i64, free in 0..40_i64, months in 1..4_u32, in_advance in any::<bool>(),
        day in 1..31_u8, mut bills in prop::collection::vec(0..400_i64, 0..8),
    ) {
        let timing = if in_advance { Timing::InAdvance } else { Timing::InArrears };
        bills.sort_unstable();
        let total = |coupons| {
            let mut life = life(vec![price(1, monthly(timing), "flat 31")], coupons);
            life.charged_from = date("2026-01-01").plus_days(free);
            life.cycle.day = BillingDay::new(day);
            life.ends_on = Some(date("2026-11-01"));
            let days = bills.iter().chain(&[400]).map(|it| date("2026-01-01").plus_days(*it));
            let nets = days.filter_map(|it| life.bill(&it.to_string()));
            nets.map(|it| it.totals.net.as_minor()).sum::<i64>()
        };
        let (mut use_of, discount) = brought(9, amount("5"), Lasting::For(Span::months(months)));
        use_of.redeemed_on = date("2026-01-01").plus_days(brought_on);
        let off = total(vec![]) - total(vec![(use_of, discount)]);
        prop_assert!((0..=500 * i64::from(months)).contains(&off), "{off}");
    }

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
