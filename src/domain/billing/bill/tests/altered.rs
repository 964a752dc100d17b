//! Discounts and fees that a price declares itself, over the life of a subscription.

use super::*;
use crate::domain::billing::policy::RemovedUnits;
use crate::domain::catalog::price::alteration::{
    Applies, By, Comparison, Effect, PriceAlteration, TotalCondition,
};

fn altered(effect: Effect, by: By, applies: Applies) -> PriceAlteration {
    PriceAlteration {
        name: name("Altered"),
        effect,
        by,
        applies,
        condition: None,
        valid_from: None,
        valid_until: None,
    }
}

fn percent(it: i64) -> By {
    By::Percent(Percent::new(it.into()))
}

fn fixed(it: &str) -> By {
    By::Fixed(it.parse().expect(it))
}

/// What each invoice up to a day comes to without tax, and on which day it is written.
fn nets(mut life: World, until: &str) -> Vec<String> {
    let (mut found, mut on) = (Vec::new(), life.began_on);
    while on <= date(until) {
        let content = life.bill(&on.to_string());
        found.extend(content.map(|it| format!("{on} {}", it.totals.net.decimal())));
        on = on.plus_days(1);
    }
    found
}

fn life(price: Price, alterations: Vec<PriceAlteration>) -> World {
    World::new("2026-01-16", vec![Price { alterations, ..price }])
}

#[test]
fn two_months_for_nothing_are_the_periods_that_begin_within_two_months() {
    let free = altered(Effect::Discount, percent(100), Applies::For(Span::months(2)));
    let advance = price(1, monthly(Timing::InAdvance), "flat 31");
    let calendar = nets(life(advance.clone(), vec![free.clone()]), "2026-05-01");
    assert_eq!(calendar, ["2026-04-01 31.00", "2026-05-01 31.00"], "January to March begin before");
    let anniversary = nets(life(advance, vec![free]).anniversary(), "2026-05-01");
    assert_eq!(anniversary, ["2026-03-16 31.00", "2026-04-16 31.00"]);
}

#[test]
fn a_fee_that_comes_once_is_due_in_full_and_a_percentage_goes_with_the_days() {
    let fee = altered(Effect::Fee, fixed("5"), Applies::Once);
    let tenth = altered(Effect::Discount, percent(10), Applies::EveryCharge);
    let half = altered(Effect::Discount, percent(50), Applies::Once);
    let advance = price(1, monthly(Timing::InAdvance), "flat 31");
    let found = nets(life(advance.clone(), vec![fee.clone(), tenth]), "2026-02-01");
    assert_eq!(
        found,
        ["2026-01-16 19.40", "2026-02-01 27.90"],
        "16 of 31 days less a tenth, plus 5"
    );
    let found = nets(life(advance, vec![fee.clone(), half]), "2026-02-01");
    assert_eq!(found, ["2026-01-16 13.00", "2026-02-01 31.00"]);
    let once = price(1, PriceKind::OneTime(Occasion::Renewal), "flat 31");
    let mut renewed = life(once, vec![fee]);
    renewed.renewals = vec![date("2026-02-16"), date("2026-03-16")];
    assert_eq!(nets(renewed, "2026-04-01"), ["2026-02-16 36.00", "2026-03-16 31.00"]);
}

#[test]
fn what_comes_once_is_not_given_back_by_days() {
    use crate::domain::billing::invoice::Invoice;
    use crate::domain::billing::invoice::sample::issue;
    use crate::domain::billing::switch::Replaced;
    use crate::domain::billing::unused::Ended;

    for (effect, amount, paid, expected) in
        [(Effect::Fee, "6", "36.00", "15.00"), (Effect::Discount, "10", "20.00", "15.00")]
    {
        let once = altered(effect, fixed(amount), Applies::Once);
        let advance = price(1, monthly(Timing::InAdvance), "flat 30");
        let mut life = World::new("2026-04-01", vec![Price { alterations: vec![once], ..advance }]);
        let content = life.bill("2026-04-01").expect("an invoice");
        assert_eq!(content.totals.net, euros(paid));
        let draft = Invoice::draft(id(7), stamp().numbered(7), None, content);
        let invoice = draft.issued(issue(7, "2026-04-01")).expect("issued").0;
        let (on, term_from, zone) = (date("2026-04-16"), date("2026-04-01"), Zone::UTC);
        let ended = Ended { subscription: id(3), on, term_from, term: None, zone };
        let given = ended.of(&invoice, &[], &life.policy).expect("given back");
        assert_eq!(given[0].ask.net, euros(expected), "{effect} of {amount}, ended");
        let (prices, kept) = ([id(1)].into(), BTreeMap::new());
        let replaced = Replaced { subscription: id(3), on, prices: &prices, kept: &kept, zone };
        let given = replaced.of(&invoice, &[], &life.policy).expect("given back");
        assert_eq!(given[0].ask.net, euros(expected), "{effect} of {amount}, replaced");
    }
}

#[test]
fn units_that_come_within_a_period_are_altered_as_the_period_is_and_bring_no_second_fee() {
    let fee = altered(Effect::Fee, fixed("4"), Applies::EveryCharge);
    let once = altered(Effect::Fee, fixed("100"), Applies::Once);
    let half = altered(Effect::Discount, percent(50), Applies::EveryCharge);
    for timing in [Timing::InAdvance, Timing::InArrears] {
        let unit = price(1, monthly(timing), "unit 28");
        let mut life = World::new(
            "2026-02-01",
            vec![Price { alterations: vec![half.clone(), fee.clone(), once.clone()], ..unit }],
        );
        if timing == Timing::InAdvance {
            assert_eq!(
                told(life.bill("2026-02-01")),
                "141.60: recurring 2026-02-01..2026-03-01 118.00"
            );
        }
        life.former = vec![FormerUnits { until: date("2026-02-15"), units: Quantity::ONE }];
        life.units = Quantity::whole(3);
        let (day, expected) = match timing {
            Timing::InAdvance => ("2026-02-15", "16.80: recurring 2026-02-15..2026-03-01 14.00"),
            Timing::InArrears => (
                "2026-03-01",
                "158.40: recurring 2026-02-01..2026-02-15 109.00, recurring 2026-02-15..2026-03-01 23.00",
            ),
        };
        assert_eq!(told(life.bill(day)), expected, "{timing:?}: together the same");
    }
}

#[test]
fn a_condition_looks_at_the_whole_charge_with_tax_and_late_use_meets_it_later() {
    let large = PriceAlteration {
        condition: Some(TotalCondition {
            comparison: Comparison::AtLeast,
            amount: "120".parse().expect("a figure"),
        }),
        ..altered(Effect::Discount, percent(10), Applies::EveryCharge)
    };
    let per_use = price(1, usage(), "unit 1");
    let mut life =
        World::new("2026-01-01", vec![Price { alterations: vec![large.clone()], ..per_use }]);
    life.count(0, "2026-01-01..2026-02-01", "99");
    assert_eq!(told(life.bill("2026-02-01")), "118.80: usage 2026-01-01..2026-02-01 99.00");
    life.count(0, "2026-01-01..2026-02-01", "100");
    let late = told(life.bill("2026-02-02"));
    assert_eq!(late, "-10.80: usage 2026-01-01..2026-02-01 -9.00", "100 less a tenth, less 99");

    let advance = price(1, monthly(Timing::InAdvance), "flat 100");
    let half = Price { alterations: vec![large], ..advance };
    let found = nets(World::new("2026-01-16", vec![half]), "2026-02-01");
    assert_eq!(
        found,
        ["2026-01-16 46.45", "2026-02-01 90.00"],
        "a part of a month is a part of 90"
    );
}

proptest! {
    /// Into however many pieces a month is cut by changes of units that change nothing, it costs
    /// the same, and never less than nothing.
    #[test]
    fn pieces_of_a_period_cost_what_the_period_costs(
        cuts in prop::collection::btree_set(1..28_i64, 0..5),
        fee in 1..50_i64, off in 1..100_i64, order in any::<bool>(),
    ) {
        let mut alterations = vec![
            altered(Effect::Fee, fixed(&fee.to_string()), Applies::EveryCharge),
            altered(Effect::Discount, percent(off), Applies::EveryCharge),
        ];
        if order {
            alterations.reverse();
        }
        let exact = |cuts: &[i64]| {
            let unit = price(1, monthly(Timing::InArrears), "unit 56");
            let mut life = World::new("2026-02-01", vec![Price { alterations: alterations.clone(), ..unit }]);
            life.policy.removed_units = RemovedUnits::Now;
            let former = cuts.iter().map(|it| FormerUnits {
                until: date("2026-02-01").plus_days(*it),
                units: Quantity::ONE,
            });
            life.former = former.collect();
            let content = life.bill("2026-03-01").expect("an invoice");
            let parts = content.lines.iter().map(|it| it.explanation.unrounded().expect("an amount").value());
            parts.sum::<rust_decimal::Decimal>().round_dp(20)
        };
        let cuts: Vec<_> = cuts.into_iter().collect();
        let whole = exact(&[]);
        prop_assert!(whole > rust_decimal::Decimal::ZERO);
        prop_assert_eq!(exact(&cuts), whole);
    }
}
