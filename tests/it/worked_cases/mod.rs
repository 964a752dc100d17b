//! Worked cases: figures that other billing systems document for themselves. Each is reckoned here as
//! a buyer would come by it, through the doors of the house, under the settings that the case is about.

mod calendar;
mod desk;
mod models;
mod parts;
mod totals;

use std::collections::BTreeSet;

/// A case: its id, the figures that are documented, and what the house makes of it.
type Case = (&'static str, &'static str, fn() -> String);

/// All ids there are.
const ALL: [u8; 62] = [
    1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43, 45, 47, 49,
    51, 53, 55, 57, 59, 61, 63, 65, 67, 69, 71, 73, 75, 77, 79, 80, 82, 84, 86, 88, 89, 91, 93, 95,
    97, 99, 101, 103, 105, 107, 109, 111, 113, 115, 117, 119, 121,
];

/// Compares all rows of a table, and tells of every one that differs.
#[track_caller]
fn check(cases: &[Case]) {
    let reckoned = cases.iter().map(|(id, figures, found)| (*id, *figures, found()));
    let wrong: Vec<_> = reckoned.filter(|it| it.1 != it.2).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_quantities_cost_comes_out_by_every_model() {
    check(&models::CASES);
}

#[test]
fn parts_of_periods_and_changes_come_out() {
    check(&parts::CASES);
}

#[test]
fn minimums_coupons_taxes_and_balances_come_out() {
    check(&totals::CASES);
}

#[test]
fn calendars_and_ladders_come_out() {
    check(&calendar::CASES);
}

#[test]
fn every_case_is_a_row_once() {
    let tables: [&[Case]; 4] = [&models::CASES, &parts::CASES, &totals::CASES, &calendar::CASES];
    let rows = tables.iter().flat_map(|it| it.iter());
    let named: Vec<_> = rows.map(|it| it.0.to_owned()).collect();
    let once: BTreeSet<_> = named.iter().cloned().collect();
    assert_eq!(once.len(), named.len(), "{named:?}");
    assert_eq!(once, ALL.iter().map(|it| format!("W{it:03}")).collect());
}
