//! What was paid in before, where it lowers what is charged without tax.

use super::*;
use crate::domain::billing::credit;
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::invoice::sample::issue;
use crate::domain::billing::policy::{PrepaidUse, TaxScope};
use crate::domain::money::Rounding;

/// A subscription at some prices, each paid in advance, of whose owner so much was paid in before.
fn life(prices: &[(&str, Base)], prepaid: i64) -> World {
    let monthly = monthly(Timing::InAdvance);
    let prices = (1..)
        .zip(prices)
        .map(|(number, (model, base))| Price { base: *base, ..price(number, monthly, model) });
    let mut life = World { prepaid, ..World::new("2026-04-01", prices.collect()) };
    life.policy.prepaid = PrepaidUse::BeforeTax;
    life
}

/// What [`told_of`] tells of its bill.
fn paid(life: &World) -> (String, i64) {
    told_of(life.preview(date("2026-04-01")).expect("a bill"))
}

/// `net + tax = gross: line net + tax, …`, and how much of what was paid in before pays for it.
fn told_of(bill: Bill) -> (String, i64) {
    let content = bill.content.expect("an invoice");
    let lines: Vec<_> = content
        .lines
        .iter()
        .map(|it| {
            assert_eq!(recompute(&it.explanation), Ok(it.amount), "an explanation explains");
            format!("{} + {}", it.net.decimal(), it.tax.decimal())
        })
        .collect();
    let totals = content.totals;
    let (net, tax, gross) = (totals.net, totals.tax, totals.gross);
    let told = format!("{} + {} = {}", net.decimal(), tax.decimal(), gross.decimal());
    (format!("{told}: {}", lines.join(", ")), bill.prepaid.as_minor())
}

/// What is charged, how much was paid in before, what the bill comes to, and how much of that it takes.
type Row<'a> = (&'a [(&'a str, Base)], i64, &'a str, i64);

#[test]
fn no_tax_is_borne_on_what_was_paid_in_before() {
    use Base::{Gross, Net};
    let rows: [Row<'_>; 7] = [
        (&[("flat 100", Net)], 0, "100.00 + 20.00 = 120.00: 100.00 + 20.00", 0),
        (
            &[("flat 100", Net)],
            5_000,
            "100.00 + 10.00 = 110.00: 50.00 + 10.00, 50.00 + 0.00",
            5_000,
        ),
        (&[("flat 100", Net)], 50_000, "100.00 + 0.00 = 100.00: 100.00 + 0.00", 10_000),
        (
            &[("flat 120", Gross)],
            5_000,
            "100.00 + 10.00 = 110.00: 50.00 + 10.00, 50.00 + 0.00",
            5_000,
        ),
        (&[("flat 120", Gross)], 50_000, "100.00 + 0.00 = 100.00: 100.00 + 0.00", 10_000),
        (
            &[("flat 30", Net), ("flat 70", Net)],
            1_000,
            "100.00 + 18.00 = 118.00: 27.00 + 5.40, 63.00 + 12.60, 3.00 + 0.00, 7.00 + 0.00",
            1_000,
        ),
        (
            &[("flat 1", Net), ("flat 1", Net), ("flat 1", Net)],
            100,
            "3.00 + 0.40 = 3.40: 0.66 + 0.13, 0.67 + 0.14, 0.67 + 0.13, 0.34 + 0.00, 0.33 + 0.00, \
             0.33 + 0.00",
            100,
        ),
    ];
    for (prices, prepaid, expected, used) in rows {
        assert_eq!(paid(&life(prices, prepaid)), (expected.to_owned(), used), "{prepaid}");
    }
}

#[test]
fn a_deposit_is_no_charge_that_it_lowers() {
    let deposit = price(9, PriceKind::OneTime(Occasion::Deposit), "flat 500");
    let fee = price(1, monthly(Timing::InAdvance), "flat 100");
    let life = World { prepaid: 30_000, ..World::new("2026-04-01", vec![fee, deposit]) };
    let (found, used) = paid(&life);
    assert_eq!(found, "600.00 + 0.00 = 600.00: 100.00 + 0.00, 500.00 + 0.00");
    assert_eq!(used, 10_000);
}

#[test]
fn what_bears_no_tax_anyway_stays_as_it_is() {
    let mut life = life(&[("flat 100", Base::Net)], 4_000);
    life.rules = vec![vat(0)];
    assert_eq!(paid(&life), ("100.00 + 0.00 = 100.00: 100.00 + 0.00".to_owned(), 4_000));
}

proptest! {
    /// Whatever is charged and was paid in: tax is borne on the rest, no line is lost, and what is given
    /// back line by line is what was charged.
    #[test]
    fn what_is_charged_stays_and_tax_is_borne_on_the_rest(
        cents in prop::collection::vec((1..200_000_i64, any::<bool>()), 1..5), prepaid in 0..400_000_i64,
        half_even in any::<bool>(), scope in 0..3_usize,
    ) {
        let models: Vec<_> = cents
            .iter()
            .map(|it| format!("flat {}", Money::minor(it.0, Currency::EUR).decimal()))
            .collect();
        let base = |is_gross| if is_gross { Base::Gross } else { Base::Net };
        let prices: Vec<_> =
            models.iter().zip(&cents).map(|(model, it)| (model.as_str(), base(it.1))).collect();
        let mut with = life(&prices, prepaid);
        let rounding = if half_even { Rounding::HalfEven } else { Rounding::HalfUp };
        let tax_scope = [TaxScope::Invoice, TaxScope::Line, TaxScope::Total][scope];
        with.policy = Policy { rounding, tax_scope, ..with.policy };
        let without = World { prepaid: 0, policy: with.policy, ..life(&prices, 0) };
        let bill = |it: &World| it.preview(date("2026-04-01")).expect("a bill");
        let (with, without) = (bill(&with), bill(&without));
        let used = with.prepaid;
        prop_assert!(used.as_minor() <= prepaid);
        let (one, other) = (with.content.expect("an invoice"), without.content.expect("an invoice"));
        // Each price that contains tax may be a cent off where its net is rounded.
        let slack = i64::try_from(2 * cents.len()).expect("few");
        let difference = one.totals.net.minus(other.totals.net).expect("euros");
        prop_assert!(difference.as_minor().abs() <= slack, "{difference}");
        let free = used.amount().part(20.into(), 100.into()).expect("small");
        let free = free.book(Rounding::HalfUp).expect("small").as_minor();
        let lower = other.totals.tax.minus(one.totals.tax).expect("euros").as_minor();
        prop_assert!((lower - free).abs() <= slack, "{lower} {free}");
        prop_assert!(one.totals.tax.as_minor() >= 0);
        let draft = Invoice::draft(id(7), stamp().numbered(7), None, one.clone());
        prop_assert!(draft.proof().is_right(), "{:?}", draft.proof().faults());
        let issued = draft.issued(issue(7, "2026-04-01")).expect("issued").0;
        let all = credit::everything(&issued, &[], rounding).expect("all of it");
        // What bears tax alone, a cent of a price that contains it, cannot be asked back.
        if one.lines.iter().all(|it| !it.net.is_zero()) {
            prop_assert_eq!(all.totals, one.totals);
        }
    }
}

/// June of use at 1.00 a unit of a seller whose taxes are on what was not paid in before, and a fee that is
/// paid in advance.
fn june(base: Base) -> World {
    let use_of = Price { base, ..price(1, usage(), "unit 1") };
    let fee = price(2, monthly(Timing::InAdvance), "flat 100");
    let mut life = World::new("2026-06-01", vec![use_of, fee]);
    life.policy.prepaid = PrepaidUse::BeforeTax;
    life.marks[1] = Some(date("2026-08-01"));
    life
}

const JUNE: &str = "2026-06-01..2026-07-01";

/// What was used and paid in while June ran; what it turns out to be and is paid in by its end; what the bill
/// then comes to, and how much of what is paid in it takes.
type Given<'a> = (Base, (&'a str, i64), (&'a str, i64), &'a str, i64);

#[test]
fn what_goes_back_of_what_was_paid_in_before_brings_that_back_and_no_tax() {
    use Base::{Gross, Net};
    let table: [Given<'_>; 7] = [
        (Net, ("90", 9_000), ("84", 0), "-6.00 + 0.00 = -6.00: -6.00 + 0.00", -600),
        (Net, ("90", 0), ("84", 0), "-6.00 + -1.20 = -7.20: -6.00 + -1.20", 0),
        (
            Net,
            ("90", 4_500),
            ("84", 9_999),
            "-6.00 + -0.60 = -6.60: -3.00 + -0.60, -3.00 + 0.00",
            -300,
        ),
        (Net, ("90", 9_000), ("0", 0), "-90.00 + 0.00 = -90.00: -90.00 + 0.00", -9_000),
        (Gross, ("108", 9_000), ("100.8", 0), "-6.00 + 0.00 = -6.00: -6.00 + 0.00", -600),
        (Net, ("90", 9_000), ("96", 0), "6.00 + 1.20 = 7.20: 6.00 + 1.20", 0),
        (Net, ("90", 9_000), ("96", 200), "6.00 + 0.80 = 6.80: 4.00 + 0.80, 2.00 + 0.00", 200),
    ];
    for (base, (used, paid_in), (in_the_end, by_then), expected, takes) in table {
        let mut life = june(base);
        life.prepaid = paid_in;
        life.count(0, JUNE, used);
        life.interim("2026-06-20").expect("an invoice");
        life.prepaid = by_then;
        life.count(0, JUNE, in_the_end);
        let found = told_of(life.preview(date("2026-07-01")).expect("a bill"));
        assert_eq!(found, (expected.to_owned(), takes), "{base:?} {used} {in_the_end}");
    }
}

#[test]
fn what_comes_back_pays_at_once_for_what_else_is_charged() {
    let mut life = june(Base::Net);
    life.marks[1] = Some(date("2026-07-01"));
    life.prepaid = 9_000;
    life.count(0, JUNE, "90");
    life.interim("2026-06-20").expect("an invoice");
    life.count(0, JUNE, "84");
    life.prepaid = 0;
    let bill = life.preview(date("2026-07-01")).expect("a bill");
    let text = bill.content.as_ref().expect("an invoice").lines[0].explanation.to_string();
    assert!(text.ends_with("of which the balance gets 6\n= -6.00 EUR"), "{text}");
    let lines = "-6.00 + 0.00, 94.00 + 18.80, 6.00 + 0.00";
    assert_eq!(told_of(bill), (format!("94.00 + 18.80 = 112.80: {lines}"), 0));
    life.prepaid = 20_000;
    let lines = "-6.00 + 0.00, 100.00 + 0.00";
    let bill = life.preview(date("2026-07-01")).expect("a bill");
    assert_eq!(told_of(bill), (format!("94.00 + 0.00 = 94.00: {lines}"), 9_400));
}

#[test]
fn units_that_go_on_a_later_bill_bring_back_what_had_paid_for_them() {
    let mut life = World::new("2026-04-01", vec![price(1, monthly(Timing::InAdvance), "unit 10")]);
    (life.policy.prepaid, life.policy.removed_units) = (PrepaidUse::BeforeTax, RemovedUnits::Now);
    (life.units, life.prepaid) = (Quantity::whole(10), 5_000);
    assert_eq!(life.bill("2026-04-01").map(|it| it.totals.tax), Some(euros("10")));
    life.prepaid = 0;
    life.former = vec![FormerUnits { until: date("2026-04-16"), units: Quantity::whole(10) }];
    life.units = Quantity::whole(2);
    // Eight of ten for half of the month: 40.00, half of which had borne no tax.
    let bill = life.preview(date("2026-04-16")).expect("a bill");
    let lines = "-20.00 + -4.00, -20.00 + 0.00";
    assert_eq!(told_of(bill), (format!("-40.00 + -4.00 = -44.00: {lines}"), -2_000));
}

proptest! {
    /// However often use is charged and given back, and whatever is paid in: once all of it is given back,
    /// all that was paid in is there again, and no tax is borne.
    #[test]
    fn nothing_is_left_of_what_was_given_back(
        counts in prop::collection::vec(0..20_000_i64, 1..6), mut balance in 0..30_000_i64,
        more in 0..5_000_i64, is_gross in any::<bool>(),
    ) {
        let mut life = june(if is_gross { Base::Gross } else { Base::Net });
        let slack = 2 * i64::try_from(counts.len() + 1).expect("few");
        let (mut paid_in, mut net, mut tax) = (balance, 0, 0);
        for minor in counts.into_iter().chain([0]) {
            life.count(0, JUNE, &Money::minor(minor, Currency::EUR).decimal().to_string());
            life.prepaid = balance;
            let bill = life.made(date("2026-06-20"), interim).expect("a bill");
            prop_assert!(bill.prepaid.as_minor() <= balance);
            balance += more - bill.prepaid.as_minor();
            paid_in += more;
            let Some(content) = life.keep(bill) else { continue };
            net += content.totals.net.as_minor();
            tax += content.totals.tax.as_minor();
            prop_assert!(tax >= -slack, "{tax}");
            let draft = Invoice::draft(id(7), stamp().numbered(7), None, content);
            prop_assert!(draft.proof().is_right(), "{:?}", draft.proof().faults());
        }
        prop_assert!(net.abs() <= slack && tax.abs() <= slack, "{net} {tax}");
        prop_assert!((balance - paid_in).abs() <= slack, "{balance} of {paid_in}");
    }
}
