//! What the journal of some invoices becomes in accounts, and that nothing of it is lost on the way.

use proptest::prelude::*;

use super::*;
use crate::domain::billing::invoice::sample::{date, draft, euros, id};
use crate::domain::billing::tax::TaxTotal;
use crate::domain::id::{Id, InvoiceId};
use crate::domain::quantity::Percent;
use crate::domain::time::Instant;

fn entry(legs: &[(Ledger, Holder, i64)]) -> Entry {
    let at = Instant::from_micros(0).expect("an instant");
    let legs = legs.iter().map(|(ledger, holder, minor)| {
        let amount = Money::minor(*minor, Currency::EUR);
        Leg { ledger: *ledger, holder: *holder, amount }
    });
    let cause = id::<InvoiceId>(1).subject();
    let made = Entry::new(at, SellerNumber::PROVIDER, cause, legs);
    made.expect("balanced").expect("it moves")
}

fn sale() -> Entry {
    entry(&[
        (Ledger::Receivable, Holder::Customer(id(2)), 1190),
        (Ledger::Revenue, Holder::Seller, -1000),
        (Ledger::TaxPayable, Holder::Seller, -190),
    ])
}

fn about(taxed: &[(Taxed, &str)]) -> About {
    let taxed = taxed.iter().map(|(taxed, net)| (*taxed, euros(net))).collect();
    About { customers: [(id(2), 17)].into(), taxed }
}

/// The bookings of an entry in a line: debit, credit and amount of each.
fn told(chart: &Chart, of: &Entry, about: &About) -> String {
    let posts = chart.posts(of, about).expect("small");
    let all = bookings(&posts, Currency::EUR).expect("balanced");
    let all =
        all.iter().map(|it| format!("{} {} {}", it.debit.account, it.credit.account, it.amount));
    all.collect::<Vec<_>>().join(", ")
}

#[test]
fn an_invoice_is_booked_from_its_debtor_to_what_it_is_taxed_as() {
    let skr03 = Chart::default();
    for (taxed, expected) in [
        (&[(Taxed::Standard, "10")][..], "10017 8400 10.00 EUR, 10017 1776 1.90 EUR"),
        (&[(Taxed::ReverseCharge, "3")], "10017 8336 10.00 EUR, 10017 1776 1.90 EUR"),
        (
            &[(Taxed::Standard, "7"), (Taxed::Reduced, "2"), (Taxed::Exempt, "1")],
            "10017 8400 7.00 EUR, 10017 8300 2.00 EUR, 10017 8100 1.00 EUR, 10017 1776 1.90 EUR",
        ),
        // A part is earned later: nobody knows of which.
        (
            &[(Taxed::Standard, "7"), (Taxed::Reduced, "2")],
            "10017 8200 10.00 EUR, 10017 1776 1.90 EUR",
        ),
        (&[], "10017 8200 10.00 EUR, 10017 1776 1.90 EUR"),
    ] {
        assert_eq!(told(&skr03, &sale(), &about(taxed)), expected, "{taxed:?}");
    }
    let skr04 = Chart::of(Standard::Skr04);
    let abroad = about(&[(Taxed::ThirdCountry, "10")]);
    assert_eq!(told(&skr04, &sale(), &abroad), "10017 4338 10.00 EUR, 10017 3806 1.90 EUR");
    let posts = skr03.posts(&sale(), &abroad).expect("small");
    assert_eq!(bookings(&posts, Currency::USD).expect("balanced"), []);
}

#[test]
fn who_has_no_number_or_one_too_many_is_booked_with_all_the_others() {
    let own = about(&[(Taxed::Exempt, "10")]);
    for (chart, expected) in [
        (Chart::default(), "10017"),
        (Chart { debtors_from: Some(20_000), ..Chart::default() }, "20017"),
        (Chart { debtors_from: Some(69_982), ..Chart::default() }, "69999"),
        (Chart { debtors_from: Some(69_983), ..Chart::default() }, "1400"),
        (Chart { debtors_from: None, ..Chart::default() }, "1400"),
        (Chart::default().with_digits(6), "1000017"),
    ] {
        assert!(told(&chart, &sale(), &own).starts_with(&format!("{expected} ")), "{chart:?}");
    }
    let stranger = About { customers: BTreeMap::new(), ..own };
    assert!(told(&Chart::default(), &sale(), &stranger).starts_with("1400 "));
}

#[test]
fn what_goes_from_one_customer_to_another_is_booked_where_they_have_accounts_of_their_own() {
    let moved = entry(&[
        (Ledger::Receivable, Holder::Customer(id(2)), 500),
        (Ledger::Receivable, Holder::Customer(id(3)), -500),
    ]);
    let about = About { customers: [(id(2), 1), (id(3), 2)].into(), taxed: BTreeMap::new() };
    assert_eq!(told(&Chart::default(), &moved, &about), "10001 10002 5.00 EUR");
    let together = Chart { debtors_from: None, ..Chart::default() };
    assert_eq!(told(&together, &moved, &about), "", "it stays on its account");
}

#[test]
fn a_sale_is_taxed_as_its_tax_and_its_countries_say() {
    let country = |it: &str| it.parse::<Country>().expect("a country");
    let (de, at) = (country("DE"), country("AT"));
    let rate = |it: i64| Treatment::Standard(Percent::new(it.into()));
    let reason = || "§ 13b UStG".parse().expect("a reason");
    for (treatment, buyer, expected) in [
        (rate(19), &de, Taxed::Standard),
        (rate(7), &de, Taxed::Reduced),
        (rate(0), &de, Taxed::Exempt),
        (rate(20), &at, Taxed::Abroad),
        (Treatment::ReverseCharge { reason: reason() }, &at, Taxed::ReverseCharge),
        (Treatment::OutOfScope { reason: reason() }, &at, Taxed::ThirdCountry),
        (Treatment::Exempt { reason: reason() }, &de, Taxed::Exempt),
    ] {
        let tax = TaxTotal { treatment, ..draft(1, &["10"], 19).content().taxes[0].clone() };
        let found = Taxed::by(&tax, (Some(&de), Some(buyer)), date("2026-01-01"));
        assert_eq!(found, expected, "{:?} to {buyer}", tax.treatment);
    }
}

#[test]
fn a_chart_has_an_account_for_each_ledger_and_numbers_that_fit() {
    for standard in Standard::ALL {
        assert_eq!(Chart::of(*standard).check(), Ok(()), "{standard}");
    }
    let mut wrong = Chart {
        consultant: 7,
        client: 0,
        year_begins: 13,
        digits: 4,
        debtors_from: Some(70_000),
        ..Chart::default()
    };
    wrong.accounts.insert(Ledger::Cash, 18_000);
    wrong.revenues.remove(&Taxed::Abroad);
    let found = wrong.check().expect_err("refused").violations;
    let fields: Vec<_> = found.iter().map(|it| it.field.as_str()).collect();
    let expected = [
        "/consultant",
        "/client",
        "/year_begins",
        "/accounts/cash",
        "/revenues/abroad",
        "/debtors_from",
    ];
    assert_eq!(fields, expected);
}

proptest! {
    #[test]
    fn bookings_come_to_the_same_on_every_account(
        sides in prop::collection::vec((0..10_usize, -1_000_000..1_000_000_i64), 1..8),
    ) {
        let all = Ledger::ALL;
        let mut legs: Vec<_> = sides.iter().map(|it| (all[it.0], Holder::Seller, it.1)).collect();
        let sum: i64 = legs.iter().map(|it| it.2).sum();
        legs.push((Ledger::Cash, Holder::Seller, -sum));
        prop_assume!(legs.iter().any(|it| it.2 != 0));
        let posts = Chart::default().posts(&entry(&legs), &About::default()).expect("small");
        let mut sums: BTreeMap<u32, i64> = BTreeMap::new();
        for it in &posts {
            *sums.entry(it.side.account).or_default() += it.leg.amount.as_minor();
        }
        for it in bookings(&posts, Currency::EUR).expect("balanced") {
            prop_assert!(it.amount.as_minor() > 0);
            *sums.entry(it.debit.account).or_default() -= it.amount.as_minor();
            *sums.entry(it.credit.account).or_default() += it.amount.as_minor();
        }
        prop_assert!(sums.values().all(|it| *it == 0), "{:?}", sums);
    }
}
