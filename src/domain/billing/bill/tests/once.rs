//! What is charged once: for buying, setting up and renewing.

use super::*;

#[test]
fn one_time_prices_are_charged_once_and_renewal_has_its_own() {
    let prices = vec![
        price(1, PriceKind::OneTime(Occasion::Plain), "flat 5"),
        price(2, PriceKind::OneTime(Occasion::Renewal), "flat 7"),
    ];
    let mut life = World::new("2026-01-01", prices);
    assert_eq!(told(life.bill("2026-01-01")), "6.00: one_time 5.00");
    assert_eq!(told(life.bill("2026-06-01")), "-");
    life.renewals = vec![date("2027-01-01")];
    assert_eq!(told(life.bill("2027-01-01")), "8.40: renewal 7.00");
    assert_eq!(told(life.bill("2027-01-02")), "-");
    life.renewals = vec![date("2028-01-01")];
    assert_eq!(told(life.bill("2028-01-02")), "8.40: renewal 7.00");
}

#[test]
fn each_renewal_is_charged_however_many_there_are_between_two_bills() {
    let renewal = price(1, PriceKind::OneTime(Occasion::Renewal), "flat 7");
    let mut life = World::new("2026-01-01", vec![renewal]);
    life.renewals = ["2026-02-01", "2026-03-01", "2026-04-01"].map(date).to_vec();
    assert_eq!(life.days().next, Some(date("2026-02-01")));
    assert_eq!(
        told(life.bill("2026-03-31")),
        "16.80: renewal 2026-02-01..2026-03-01 7.00, renewal 2026-03-01..2026-04-01 7.00"
    );
    assert_eq!(told(life.bill("2026-04-01")), "8.40: renewal 7.00");
    assert_eq!(told(life.bill("2026-04-02")), "-");
    assert_eq!((life.days().last, life.days().next), (Some(date("2026-04-01")), None));
    life.renewals.push(date("2026-05-01"));
    life.ends_on = Some(date("2026-05-01"));
    assert_eq!(told(life.bill("2026-07-01")), "-", "what ended on that day was not renewed");
}

#[test]
fn what_is_called_off_before_it_is_charged_costs_nothing() {
    let prices = vec![
        price(1, PriceKind::OneTime(Occasion::Setup), "flat 5"),
        price(2, monthly(Timing::InAdvance), "flat 7"),
    ];
    let mut life = World::new("2026-01-01", prices);
    life.charged_from = date("2026-01-15");
    life.ends_on = Some(date("2026-01-15"));
    assert_eq!(told(life.bill("2026-03-01")), "-");
}

#[test]
fn what_is_bought_and_called_off_on_one_day_was_delivered_and_is_charged_once() {
    let prices = || {
        vec![
            price(1, PriceKind::OneTime(Occasion::Setup), "flat 5"),
            price(2, PriceKind::OneTime(Occasion::Plain), "flat 3"),
            price(3, PriceKind::OneTime(Occasion::Renewal), "flat 9"),
            price(4, monthly(Timing::InAdvance), "flat 7"),
        ]
    };
    let mut life = World::new("2026-01-10", prices());
    life.ends_on = Some(date("2026-01-10"));
    assert_eq!(life.days().next, Some(date("2026-01-10")));
    assert_eq!(told(life.bill("2026-02-01")), "9.60: setup 5.00, one_time 3.00");
    assert_eq!(told(life.bill("2026-03-01")), "-");
    assert_eq!(life.days().next, None);
}

#[test]
fn a_deposit_bears_no_tax_and_is_not_asked_for_when_all_is_over() {
    let deposit = || vec![price(1, PriceKind::OneTime(Occasion::Deposit), "flat 99")];
    let mut life = World::new("2026-01-01", deposit());
    assert_eq!(told(life.bill("2026-01-01")), "99.00: deposit 99.00");
    let over = World::new("2026-01-01", deposit());
    let mut over = World { ends_on: Some(date("2026-01-01")), ..over };
    assert_eq!(told(over.bill("2026-01-02")), "-");
}
