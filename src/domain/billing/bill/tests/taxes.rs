//! What tax a bill bears, on its lines together and by each.

use super::*;
use crate::domain::billing::policy::TaxScope;

#[test]
fn prices_of_several_categories_that_one_rule_covers_are_taxed_together() {
    // 2.00 × 19 % = 0.38; taxed apart, 0.50 bears 0.095, which is 0.10, twice, and 1.00 bears 0.19.
    let advance = monthly(Timing::InAdvance);
    let in_category = |number: u128| Price {
        tax_category: Some(id(100 + number)),
        ..price(number, advance, "flat 0.5")
    };
    let life = |rules| World {
        rules,
        ..World::new(
            "2026-01-01",
            vec![in_category(1), in_category(2), price(3, advance, "flat 1")],
        )
    };
    let content = |life: World| life.preview(date("2026-01-01")).map(|it| it.content);
    let content = |life: World| content(life).expect("a bill").expect("an invoice");
    let all = content(life(vec![vat(19)]));
    assert_eq!((all.taxes.len(), all.totals.tax), (1, euros("0.38")));
    let own = TaxRule { id: id(50), category: Some(id(102)), ..vat(19) };
    let apart = content(life(vec![vat(19), own]));
    let rule = |it: &TaxTotal| it.basis.rule().map(|it| it.rule);
    let taxes: Vec<_> = apart.taxes.iter().map(|it| (rule(it), it.net, it.tax)).collect();
    assert_eq!(
        taxes,
        [(Some(id(5)), euros("1.50"), euros("0.29")), (Some(id(50)), euros("0.50"), euros("0.10"))]
    );
}

#[test]
fn tax_by_line_is_a_policy() {
    let prices: Vec<_> =
        (1..=3).map(|it| price(it, monthly(Timing::InAdvance), "flat 0.03")).collect();
    let mut life = World::new("2026-01-01", prices);
    assert_eq!(life.preview(date("2026-01-01")).map(tax), Ok(euros("0.02")));
    life.policy.tax_scope = TaxScope::Line;
    assert_eq!(life.preview(date("2026-01-01")).map(tax), Ok(euros("0.03")));
}

fn tax(bill: Bill) -> Money {
    bill.content.expect("an invoice").totals.tax
}
