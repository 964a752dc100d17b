//! Coupons on lines: in which order, on what, and to which cent.

use proptest::prelude::*;

use super::*;
use crate::domain::billing::invoice::sample::{date, euros, id, stamp};
use crate::domain::catalog::coupon::{Brought, Coupon, CouponLimits};
use crate::domain::catalog::discount::{Access, Charged, DiscountTerms, Scope};
use crate::domain::localized::Localized;
use crate::domain::time::{Validity, Zone};

/// What a coupon takes off, in which scope, and how often.
struct Given {
    redemption: Redemption,
    discount: Discount,
}

fn given(number: u128, reduction: Reduction, scope: Scope) -> Given {
    lasting(number, reduction, scope, Lasting::Always)
}

fn lasting(number: u128, reduction: Reduction, scope: Scope, lasting: Lasting) -> Given {
    let terms = DiscountTerms {
        name: Localized::new("en".parse().expect("a locale"), "Spring".parse().expect("a name")),
        reduction,
        lasting,
        scope,
        access: Access::Coupon,
        priority: 0,
        valid_from: date("2026-01-01"),
        valid_until: None,
    };
    let discount = Discount::new(id(number), stamp(), terms).expect("valid");
    let limits =
        CouponLimits { uses_max: None, uses_per_account_max: None, valid_for: Validity::ALWAYS };
    let code = format!("C{number}").parse().expect("a code");
    let coupon = Coupon::new(id(number), stamp(), (code, id(number)), limits).expect("usable");
    let on = date("2026-01-01");
    let brought = Brought { coupon: &coupon, billing_account: id(7), order: None, on };
    Given { redemption: Redemption::of(id(number), stamp(), &brought), discount }
}

fn percent(hundredths: i64) -> Reduction {
    Reduction::Share(Percent::new(hundredths.into()))
}

fn amount(text: &str) -> Reduction {
    Reduction::Amount(euros(text))
}

fn offer(number: u128) -> Scope {
    Scope { offers: [id(number)].into(), ..Scope::default() }
}

fn prices(numbers: [u128; 2]) -> Scope {
    Scope { prices: numbers.map(id).into(), ..Scope::default() }
}

/// A line of an offer at a price.
fn line(offer: u128, price: u128, amount: Money) -> Reducible<'static> {
    let subject = Subject {
        offer: id(offer),
        term: None,
        resource: None,
        price: id(price),
        charged: Charged::Recurring,
        account: Some(id(1)),
        class: None,
    };
    let (days, on, began_on) = (None, date("2026-02-01"), date("2026-01-01"));
    let by = Measure { unit: ProrationUnit::Day, zone: Zone::UTC };
    let (served_from, charged_from) = (began_on, began_on);
    let (subject, order) = (Some(subject), None);
    Reducible { subject, order, days, on, by, served_from, charged_from, amount }
}

/// The same for some days, of a subscription that is served and charged from a day on each.
fn for_days(days: &str, (served_from, charged_from): (&str, &str)) -> Reducible<'static> {
    let (start, end) = days.split_once("..").expect(days);
    let (on, days) = (date(start), Period::new(date(start), date(end)));
    let (served_from, charged_from) = (date(served_from), date(charged_from));
    Reducible { days, on, served_from, charged_from, ..line(1, 1, euros("31")) }
}

fn lines(amounts: &[&str]) -> Vec<Reducible<'static>> {
    amounts.iter().zip(1..).map(|(it, price)| line(1, price, euros(it))).collect()
}

fn terms(order: CouponOrder) -> CouponTerms {
    let (rounding, currency) = (Rounding::HalfUp, Currency::EUR);
    CouponTerms { order, rounding, currency, period: Span::months(1) }
}

fn left(given: &[Given], lines: &[Reducible<'_>], order: CouponOrder) -> Vec<Money> {
    let coupons: Vec<_> = given
        .iter()
        .map(|it| Redeemed { redemption: &it.redemption, discount: &it.discount })
        .collect();
    let taken = taken(&coupons, lines, terms(order)).expect("taken");
    let mut left: Vec<_> = lines.iter().map(|it| it.amount).collect();
    for it in taken.into_iter().flat_map(|it| it.shares) {
        left[it.place] = left[it.place].minus(it.off).expect("in one currency");
    }
    left
}

fn told(given: &[Given], amounts: &[&str], order: CouponOrder) -> String {
    let left = left(given, &lines(amounts), order);
    left.iter().map(|it| it.decimal().to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_coupon_is_spread_over_lines_to_the_cent() {
    let all = Scope::default;
    let table = [
        ("W091", vec![given(1, amount("10"), all())], "100 50 30 20", "95.00 47.50 28.50 19.00"),
        ("W099", vec![given(1, amount("10"), all())], "60 40", "54.00 36.00"),
        ("W099", vec![given(1, amount("1"), all())], "3.33 3.33 3.34", "3.00 3.00 3.00"),
        ("W095", vec![given(1, percent(10), all()), given(2, percent(10), all())], "100", "81.00"),
        ("W097", vec![given(1, amount("30"), all()), given(2, amount("30"), all())], "50", "0.00"),
        ("what gives back", vec![given(1, percent(50), all())], "-10 20", "-10.00 10.00"),
        ("nothing", vec![given(1, percent(50), all())], "0", "0.00"),
        (
            "other money",
            vec![given(1, Reduction::Amount(Money::minor(500, Currency::USD)), all())],
            "20",
            "20.00",
        ),
    ];
    for (case, given, amounts, expected) in table {
        let amounts: Vec<_> = amounts.split(' ').collect();
        assert_eq!(told(&given, &amounts, CouponOrder::ScopeFirst), expected, "{case}");
    }
}

/// The worked case W093: 20 on two prices, then 10 on a plan, then 5 on everything. The source
/// spreads fractions of cents and rounds only the tax; here each share is in cents.
#[test]
fn of_several_coupons_the_narrowest_comes_first() {
    let amounts = ["10", "20", "30", "40"].map(euros);
    let plan = |offer: u128| {
        amounts.into_iter().zip(1..).map(move |(it, price)| line(offer, offer * 10 + price, it))
    };
    let lines: Vec<_> = plan(1).chain(plan(2)).collect();
    let coupons = [
        given(1, amount("5"), Scope::default()),
        given(2, amount("10"), offer(2)),
        given(3, amount("20"), prices([11, 12])),
    ];
    let left = left(&coupons, &lines, CouponOrder::ScopeFirst);
    let off: Vec<_> = left
        .iter()
        .zip(&lines)
        .map(|(left, line)| line.amount.minus(*left).expect("a sum").decimal().to_string())
        .collect();
    // Of the source, to the cent: 6.7647, 13.5294, 0.8824, 1.1765, 1.2647, 2.5294, 3.7941, 5.0588.
    assert_eq!(off, ["6.77", "13.53", "0.88", "1.18", "1.26", "2.53", "3.79", "5.06"]);
    let sum = Money::sum(left, Currency::EUR).expect("a sum");
    assert_eq!(sum, euros("165"));
}

#[test]
fn the_policy_says_whether_scope_or_kind_comes_first() {
    // 10 off one offer and 50 % off everything, on 100.
    let coupons = || [given(1, percent(50), Scope::default()), given(2, amount("10"), offer(1))];
    let table = [(CouponOrder::ScopeFirst, "45.00"), (CouponOrder::PercentFirst, "40.00")];
    for (order, expected) in table {
        assert_eq!(told(&coupons(), &["100"], order), expected, "{order}");
    }
}

#[test]
fn a_coupon_is_given_on_what_it_is_for_and_as_often_as_it_lasts() {
    let of_order = |mut it: Given| {
        it.redemption.order = Some(id(5));
        it
    };
    let half = || given(1, percent(50), Scope::default());
    let once = |bills: u32| {
        let it = lasting(1, percent(50), Scope::default(), Lasting::Once);
        let redemption = (0..bills).fold(it.redemption, |it, _| it.billed());
        Given { redemption, ..it }
    };
    let ended = |it: Given| {
        let discount = it.discount.ended(date("2026-02-01")).expect("runs");
        Given { discount, ..it }
    };
    let bought = Reducible { order: Some(id(5)), ..line(1, 1, euros("10")) };
    let untouched = Reducible { subject: None, ..bought };
    let other = line(2, 2, euros("10"));
    let table = [
        ("on everything", half(), "5.00 5.00 10.00"),
        ("on an offer", given(1, percent(50), offer(2)), "10.00 5.00 10.00"),
        ("on an order", of_order(half()), "5.00 10.00 10.00"),
        ("the first time", once(0), "5.00 5.00 10.00"),
        ("the second time", once(1), "10.00 10.00 10.00"),
        ("after its end", ended(half()), "10.00 10.00 10.00"),
    ];
    for (case, given, expected) in table {
        let left = left(&[given], &[bought, other, untouched], CouponOrder::ScopeFirst);
        let told: Vec<_> = left.iter().map(|it| it.decimal().to_string()).collect();
        assert_eq!(told.join(" "), expected, "{case}");
    }
}

/// Of 31.00 half, for a month, brought on the first of January.
#[test]
fn what_lasts_for_a_time_is_given_on_the_days_of_that_time() {
    let half = || lasting(1, percent(50), Scope::default(), Lasting::For(Span::months(1)));
    let of_order = || {
        let mut it = half();
        it.redemption.order = Some(id(5));
        it
    };
    let (old, trial) = (("2025-01-01", "2025-01-01"), ("2026-01-01", "2026-01-15"));
    let (soon, late) = (("2026-01-20", "2026-01-25"), ("2026-03-01", "2026-03-15"));
    let table = [
        (half(), "2026-01-01..2026-02-01", old, "15.50"),
        (half(), "2026-02-01..2026-03-01", old, "31.00"),
        (half(), "2025-12-01..2026-01-01", old, "31.00"),
        // 15 of 31 days lie within, and 16 of 31.
        (half(), "2026-01-17..2026-02-17", old, "23.50"),
        (half(), "2025-12-17..2026-01-17", old, "23.00"),
        // A trial uses nothing of it up: 14 of the 28 days of February lie within.
        (half(), "2026-01-15..2026-02-01", trial, "15.50"),
        (half(), "2026-02-01..2026-03-01", trial, "23.25"),
        // Five free days within that time, and none that is: what comes later has nothing of it.
        (half(), "2026-01-25..2026-02-06", soon, "15.50"),
        (half(), "2026-02-06..2026-02-10", soon, "31.00"),
        (half(), "2026-03-15..2026-04-01", late, "31.00"),
        // What an order bought has it from when that is charged.
        (of_order(), "2026-03-15..2026-04-15", late, "15.50"),
        (of_order(), "2026-04-15..2026-05-15", late, "31.00"),
    ];
    for (given, days, from, expected) in table {
        let line = Reducible { order: Some(id(5)), ..for_days(days, from) };
        let left = left(&[given], &[line], CouponOrder::ScopeFirst);
        assert_eq!(left, [euros(expected)], "{days} of what is charged from {from:?}");
    }
}

/// Of 31.00 half, for a month: the first month of it is given from the end of a trial on, and runs on when it is brought
/// once more.
#[test]
fn no_day_is_lowered_twice_by_uses_of_one_coupon() {
    let trial = ("2026-01-01", "2026-01-15");
    let brought = |number: u128, on: &str, order: Option<u128>| {
        let mut it = lasting(1, percent(50), Scope::default(), Lasting::For(Span::months(1)));
        (it.redemption.id, it.redemption.redeemed_on) = (id(number), date(on));
        it.redemption.order = order.map(id);
        it
    };
    let again = [brought(1, "2026-01-01", None), brought(2, "2026-02-01", None)];
    // What comes with an order is given later than what was brought after it.
    let later = [brought(1, "2026-01-01", Some(5)), brought(2, "2026-01-10", None)];
    let other = || {
        let mut it = brought(2, "2026-02-01", None);
        it.redemption.coupon = id(9);
        it
    };
    let (late, whole) = (("2025-01-01", "2026-02-15"), "2026-02-01..2026-03-01");
    let table = [
        (&again, trial, whole, "15.50"),
        (&again, trial, "2026-03-01..2026-04-01", "31.00"),
        // The second has 14 of 28 days, from the 15th on.
        (&again, trial, "2026-02-15..2026-03-01", "15.50"),
        (&later, late, "2026-02-15..2026-03-15", "15.50"),
        (&[brought(1, "2026-01-01", None), other()], trial, whole, "11.62"),
    ];
    for (given, from, days, expected) in table {
        let line = Reducible { order: Some(id(5)), ..for_days(days, from) };
        let left = left(given, &[line], CouponOrder::ScopeFirst);
        assert_eq!(left, [euros(expected)], "{days}");
    }
}

#[test]
fn where_parts_cost_as_much_as_the_whole_the_first_day_decides() {
    let half = || lasting(1, percent(50), Scope::default(), Lasting::For(Span::months(1)));
    let old = ("2025-01-01", "2025-01-01");
    let table = [
        ("2026-01-17..2026-02-17", "15.50"),
        ("2025-12-17..2026-01-17", "31.00"),
        ("2026-02-01..2026-03-01", "31.00"),
    ];
    for (days, expected) in table {
        let line = for_days(days, old);
        let by = Measure { unit: ProrationUnit::None, ..line.by };
        let left = left(&[half()], &[Reducible { by, ..line }], CouponOrder::ScopeFirst);
        assert_eq!(left, [euros(expected)], "{days}");
    }
    // What is charged once is charged on a day.
    for (on, expected) in [("2026-01-31", "15.50"), ("2026-02-01", "31.00")] {
        let line =
            Reducible { days: None, on: date(on), ..for_days("2026-01-01..2026-02-01", old) };
        assert_eq!(left(&[half()], &[line], CouponOrder::ScopeFirst), [euros(expected)], "{on}");
    }
}

#[test]
fn an_amount_is_spread_over_what_lies_within_and_what_ended_lowers_no_later_day() {
    let old = ("2025-01-01", "2025-01-01");
    let lines = ["2026-01-01..2026-02-01", "2026-01-17..2026-02-17", "2026-02-01..2026-03-01"];
    let lines = lines.map(|it| for_days(it, old));
    let month = Lasting::For(Span::months(1));
    let five = lasting(1, amount("4.60"), Scope::default(), month);
    // 31.00 and 15 of 31 days of the same.
    let expected = ["27.90", "29.50", "31.00"].map(euros);
    assert_eq!(left(&[five], &lines, CouponOrder::ScopeFirst), expected);
    let always = given(1, percent(50), Scope::default());
    let discount = always.discount.ended(date("2026-02-01")).expect("runs");
    let ended = Given { discount, ..always };
    let expected = ["15.50", "23.50", "31.00"].map(euros);
    assert_eq!(left(&[ended], &lines, CouponOrder::ScopeFirst), expected);
}

proptest! {
    #[test]
    fn shares_of_a_coupon_sum_to_it_and_nothing_falls_below_zero(
        minors in prop::collection::vec(-500..100_000_i64, 1..12),
        off in 1..300_000_i64, hundredths in 1..=100_i64, percent_first in any::<bool>(),
    ) {
        let order = if percent_first { CouponOrder::PercentFirst } else { CouponOrder::ScopeFirst };
        let lines: Vec<_> = minors
            .iter()
            .zip(1..)
            .map(|(it, price)| line(price % 2, price, Money::minor(*it, Currency::EUR)))
            .collect();
        let off = Money::minor(off, Currency::EUR);
        let given = [
            given(1, Reduction::Amount(off), Scope::default()),
            given(2, percent(hundredths), offer(1)),
        ];
        let sum = |all: &[Money]| all.iter().map(|it| it.as_minor()).sum::<i64>();
        let before: Vec<_> = lines.iter().map(|it| it.amount).collect();
        let after = left(&given[..1], &lines, order);
        let positive: i64 = minors.iter().filter(|it| **it > 0).sum();
        prop_assert_eq!(sum(&before) - sum(&after), off.as_minor().min(positive));
        for (left, line) in left(&given, &lines, order).iter().zip(&lines) {
            prop_assert!(left.as_minor() >= line.amount.as_minor().min(0));
            prop_assert!(left.as_minor() <= line.amount.as_minor());
        }
    }
}
