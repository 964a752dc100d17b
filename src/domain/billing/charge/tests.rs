//! What prices come to with their own discounts and fees.

use super::*;
use crate::domain::billing::invoice::explanation::recompute;
use crate::domain::billing::invoice::sample::{date, id, stamp};
use crate::domain::billing::policy::Preset;
use crate::domain::billing::rating::rows;
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::price::alteration::{Applies, By, Comparison, Effect, TotalCondition};
use crate::domain::catalog::price::{Occasion, Versions};
use crate::domain::money::Currency;
use crate::domain::time::Validity;

fn priced(model: &str, base: Base, alterations: Vec<PriceAlteration>) -> Price {
    Price {
        id: id(1),
        stamp: stamp(),
        name: "Any".parse().expect("a name"),
        names: std::collections::BTreeMap::new(),
        description: None,
        offer: id(2),
        plan: None,
        term: None,
        currency: Currency::EUR,
        tax_category: None,
        base,
        resource: None,
        kind: PriceKind::OneTime(Occasion::Plain),
        conditions: vec![],
        alterations,
        life: Life::new(State::Launched, Validity::ALWAYS).expect("a life"),
        versions: Versions::first(rows::price(model)).expect(model),
        next_at: None,
    }
}

/// An alteration as tests write it: `discount 5 % if ge 200`, `fee 3 once`.
fn alteration(text: &str) -> PriceAlteration {
    let (text, condition) = match text.split_once(" if ") {
        Some((text, condition)) => {
            let (comparison, amount) = condition.split_once(' ').expect(condition);
            let comparison: Comparison = comparison.parse().expect(condition);
            let amount = amount.parse().expect(condition);
            (text, Some(TotalCondition { comparison, amount }))
        }
        None => (text, None),
    };
    let (text, applies) =
        text.strip_suffix(" once").map_or((text, Applies::EveryCharge), |it| (it, Applies::Once));
    let (effect, by) = text.split_once(' ').expect(text);
    let by = match by.strip_suffix(" %") {
        Some(percent) => By::Percent(Percent::new(percent.parse().expect(text))),
        None => By::Fixed(by.parse().expect(text)),
    };
    let effect: Effect = effect.parse().expect(text);
    let name = "Altered".parse().expect("a name");
    PriceAlteration { name, effect, by, applies, condition, valid_from: None, valid_until: None }
}

/// What a first charge comes to under a policy, with 20 % of tax.
fn first(price: &Price, counted: &str, policy: &Policy) -> Decimal {
    let (today, version) = (date("2026-01-01"), &price.versions.as_slice()[0]);
    let occurrence =
        Occurrence { turn: Turn::First, obtained_on: today, charged_from: today, on: today };
    let charging = Charging {
        price,
        version,
        occurrence,
        tax: Percent::new(Decimal::from(20)),
        zero_usage: policy.zero_usage,
        rounding: policy.rounding,
    };
    let counted = counted.parse().expect(counted);
    let mut explanation = charging.whole(Units::of(counted)).expect("a charge");
    charging.once(&mut explanation).expect("a charge");
    recompute(&explanation).expect("an amount").decimal()
}

/// Rows `gross prices / net prices | units | alterations on gross / on net => gross / net`; several
/// prices are joined by `and`.
fn check(rows: &str) {
    let policy = Preset::Fiware.policy();
    for row in rows.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let (case, expected) = row.split_once("=>").expect(row);
        let fields: Vec<_> = case.split('|').map(str::trim).collect();
        let [figures, units, altered] = fields[..] else { panic!("{row}") };
        let side = |text: &str, at: usize| {
            let of = |it: &str| it.split(" / ").nth(at).unwrap_or(it).trim().to_owned();
            text.split(" and ").map(of).collect::<Vec<_>>()
        };
        for (at, base) in [(0, Base::Gross), (1, Base::Net)] {
            let altered = side(altered, at).into_iter().filter(|it| !it.is_empty());
            let altered: Vec<_> = altered.map(|it| alteration(&it)).collect();
            let mut sum = Decimal::ZERO;
            for (figure, units) in side(figures, at).iter().zip(units.split(" and ")) {
                let price = priced(&format!("unit {figure}"), base, altered.clone());
                sum += first(&price, units, &policy);
            }
            let expected: Decimal = side(expected, at)[0].parse().expect(row);
            assert_eq!(sum, expected, "{row} on {base:?}");
        }
    }
}

#[test]
fn charges_come_out_as_the_fiware_resolver_has_them_but_never_below_nothing() {
    check(
        "
        12 / 10                  | 1        |                                   => 12.00 / 10.00
        12 / 10                  | 1        | fee 5 once / fee 4 once           => 17.00 / 14.00
        200 / 166.67             | 1        | discount 5 % if ge 200            => 190.00 / 158.34
        200 / 166.67             | 1        | discount 5 % if gt 200            => 200.00 / 166.67
        12 / 10                  | 1        | fee 10 % if lt 100                => 13.20 / 11.00
        12 / 10                  | 1        | fee 3 if eq 12 / fee 2.5 if eq 12 => 15.00 / 12.50
        12 / 10                  | 1        | discount 15 / discount 12.5       => 0.00 / 0.00
        0.125 / 0.10             | 8        |                                   => 1.00 / 0.80
        0.0125 / 0.01            | 1        |                                   => 0.01 / 0.01
        0.005 / 0.004            | 1        |                                   => 0.00 / 0.00
        0.015 / 0.012            | 1        |                                   => 0.02 / 0.01
        1.2 / 1 and 0.6 / 0.5    | 2 and 10 |                                   => 8.40 / 7.00
        1.2 / 1                  | 100      | discount 2 % if gt 100            => 117.60 / 98.00
        ",
    );
}

#[test]
fn several_alterations_apply_in_their_order_and_their_conditions_look_at_the_same_total() {
    check(
        "
        100 / 100 | 1 | discount 10 % and fee 10              => 100.00 / 100.00
        100 / 100 | 1 | fee 10 and discount 10 %              => 99.00 / 99.00
        100 / 100 | 1 | discount 60 and discount 60 and fee 5 => 5.00 / 5.00
        50 / 50   | 2 | discount 50 % and fee 7 if ge 100     => 57.00 / 57.00
        ",
    );
}

#[test]
fn where_nothing_is_counted_no_fee_is_charged_unless_the_price_asks_for_something_anyway() {
    let policy = Policy { zero_usage: ZeroUsage::FirstTierFee, ..Policy::DEFAULT };
    let fees = || vec![alteration("fee 5"), alteration("fee 3 once")];
    for (model, counted, expected) in [
        ("unit 10", "0", "0.00"),
        ("unit 10", "1", "18.00"),
        ("graduated 5: 2, *: 1", "0", "0.00"),
        ("graduated 5: 2 + 4, *: 1", "0", "12.00"),
        ("package 10: 4", "0", "0.00"),
        ("flat 10", "0", "18.00"),
    ] {
        let found = first(&priced(model, Base::Net, fees()), counted, &policy);
        assert_eq!(found.to_string(), expected, "{counted} at {model}");
    }
}

#[test]
fn in_the_long_run_what_comes_only_at_first_is_over() {
    let every = alteration("discount 10 %");
    let at_first = PriceAlteration {
        applies: Applies::For(crate::domain::time::Span::months(2)),
        ..alteration("discount 100 %")
    };
    let price = priced("flat 20", Base::Net, vec![at_first, alteration("fee 5 once"), every]);
    let charging =
        Charging::in_the_long_run(&price, &price.versions.as_slice()[0], date("2026-01-01"));
    let amount = charging.amount(Quantity::ONE).expect("an amount");
    assert_eq!(amount.value(), Decimal::from(18));
}
