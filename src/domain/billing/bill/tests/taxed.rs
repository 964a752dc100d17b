//! By which tax charges are taxed where the rate changes: 22 % up to July 2025, and then 24 %.

use super::*;

fn world(prices: Vec<Price>) -> World {
    let changes_on = date("2025-07-01");
    let until = TaxRule { valid_until: Some(changes_on), ..vat(22) };
    let from = TaxRule { id: id(55), valid_from: changes_on, ..vat(24) };
    World { rules: vec![until, from], ..World::new("2025-01-01", prices) }
}

/// `kind net tax, …` of an invoice.
fn taxed(content: Option<Content>) -> String {
    let Some(content) = content else { return "-".to_owned() };
    let told = |it: &Line| format!("{} {} {}", it.kind, it.net.decimal(), it.tax.decimal());
    content.lines.iter().map(told).collect::<Vec<_>>().join(", ")
}

fn changes(life: &mut World, on: &str, units: i64) {
    life.former.push(FormerUnits { until: date(on), units: life.units });
    life.units = Quantity::whole(units);
}

#[test]
fn what_is_charged_afterwards_bears_the_rate_of_its_last_day() {
    for (shift_days, on) in [(0, "2025-07-01"), (10, "2025-07-11")] {
        let prices = vec![
            price(1, monthly(Timing::InAdvance), "flat 100"),
            price(2, monthly(Timing::InArrears), "flat 100"),
            price(3, usage(), "unit 1"),
            price(4, usage(), "flat 0"),
        ];
        let mut life = world(prices);
        life.cycle.shift_days = shift_days;
        (life.began_on, life.charged_from) = (date("2025-06-01"), date("2025-06-01"));
        (2..4).for_each(|place| life.count(place, "2025-06-01..2025-07-01", "50"));
        life.bill("2025-06-30");
        let content = life.bill(on);
        let taxes: Vec<_> = content.iter().flat_map(|it| &it.taxes).map(|it| it.net).collect();
        assert_eq!(taxes.len(), 2, "what bears one rate is taxed together");
        assert!(
            taxed(content)
                .ends_with("recurring 100.00 24.00, recurring 100.00 22.00, usage 50.00 11.00"),
            "shifted by {shift_days}"
        );
    }
}

#[test]
fn use_that_comes_late_bears_the_rate_of_its_own_period() {
    let mut life = world(vec![price(1, usage(), "unit 1")]);
    (life.began_on, life.charged_from) = (date("2025-06-01"), date("2025-06-01"));
    life.count(0, "2025-06-01..2025-07-01", "50");
    assert_eq!(taxed(life.bill("2025-07-01")), "usage 50.00 11.00");
    life.count(0, "2025-06-01..2025-07-01", "40");
    life.count(0, "2025-07-01..2025-08-01", "10");
    assert_eq!(taxed(life.bill("2025-08-01")), "usage 10.00 2.40, usage -10.00 -2.20");
    // What was taxed in another way stays so, although the buyer is taxed otherwise by now.
    life.rules = vec![vat(7)];
    life.count(0, "2025-06-01..2025-07-01", "30");
    life.count(0, "2025-08-01..2025-09-01", "0");
    assert_eq!(taxed(life.bill("2025-09-01")), "usage -10.00 -2.20");
}

#[test]
fn units_that_go_back_bear_the_tax_that_they_bore() {
    let yearly = PriceKind::Recurring { every: Span::months(12), timing: Timing::InAdvance };
    let mut life = world(vec![price(1, yearly, "unit 100")]);
    life.policy.removed_units = RemovedUnits::Now;
    life.units = Quantity::whole(10);
    assert_eq!(taxed(life.bill("2025-01-01")), "recurring 1000.00 220.00");
    // 5 for 175 of 365 days, 3 more for 153; then those and 2 of the others for 122.
    changes(&mut life, "2025-07-10", 5);
    assert_eq!(taxed(life.bill("2025-07-10")), "recurring -239.73 -52.74");
    changes(&mut life, "2025-08-01", 8);
    assert_eq!(taxed(life.bill("2025-08-01")), "recurring 125.75 30.18");
    changes(&mut life, "2025-09-01", 3);
    assert_eq!(taxed(life.bill("2025-09-01")), "recurring -100.27 -24.07, recurring -66.85 -14.71");
}
