//! Years of seats that come and go, by what sellers have laid down about them.

use expect_test::expect;
use serde_json::{Value, json};

use super::life::{Plot, each, fee};
use super::terms::AUTUMN;

/// A year of seats that come and go.
pub(super) fn seats(policy: Value) -> String {
    let mut plot = Plot::new("2028-01-31", &[fee("advance", &each("10"))]);
    (plot.policy, plot.units) = (policy, 4);
    let life = plot.begin();
    for (day, units) in [("2028-02-15", 6), ("2028-06-10", 2), ("2028-06-20", 9), ("2028-10-31", 1)]
    {
        life.to(day).holds(units);
    }
    life.to("2028-12-12").does("cancel", &json!({}));
    life.to(AUTUMN).told()
}

#[test]
fn a_year_of_seats_that_run_to_the_end_of_their_period() {
    expect![[r#"
        2028-01-31 40.00 (48.00) overdue
        2028-02-29 69.66 (83.59) overdue
        2028-03-31 60.00 (72.00) overdue
        2028-04-30 60.00 (72.00) overdue
        2028-05-31 60.00 (72.00) overdue
        2028-06-30 100.00 (120.00) overdue
        2028-07-31 90.00 (108.00) overdue
        2028-08-31 90.00 (108.00) overdue
        2028-09-30 90.00 (108.00) overdue
        2028-10-31 90.00 (108.00) overdue
        2028-11-30 10.00 (12.00) overdue
        2028-12-12 back 6.13 (7.36)
        owes 904.23, has 0.00
    "#]]
    .assert_eq(&seats(json!({})));
}

#[test]
fn a_year_of_seats_that_are_given_back_at_once() {
    expect![[r#"
        2028-01-31 40.00 (48.00) paid
        2028-02-29 69.66 (83.59) overdue
        2028-03-31 60.00 (72.00) overdue
        2028-04-30 60.00 (72.00) overdue
        2028-05-31 60.00 (72.00) overdue
        2028-06-30 86.66 (103.99) overdue
        2028-07-31 90.00 (108.00) overdue
        2028-08-31 90.00 (108.00) overdue
        2028-09-30 90.00 (108.00) overdue
        2028-10-31 -80.00 (-96.00) credited
        2028-10-31 90.00 (108.00) overdue
        2028-11-30 10.00 (12.00) overdue
        2028-12-12 back 6.13 (7.36)
        owes 792.22, has 0.00
    "#]]
    .assert_eq(&seats(json!({ "removed_units": "now" })));
}

#[test]
fn a_year_of_seats_by_months_of_30_days() {
    expect![[r#"
        2028-01-31 40.00 (48.00) paid
        2028-02-29 69.66 (83.59) overdue
        2028-03-31 60.00 (72.00) overdue
        2028-04-30 60.00 (72.00) overdue
        2028-05-31 60.00 (72.00) overdue
        2028-06-30 86.66 (103.99) overdue
        2028-07-31 90.00 (108.00) overdue
        2028-08-31 90.00 (108.00) overdue
        2028-09-30 90.00 (108.00) overdue
        2028-10-31 -80.00 (-96.00) credited
        2028-10-31 90.00 (108.00) overdue
        2028-11-30 10.00 (12.00) overdue
        2028-12-12 back 6.00 (7.20)
        owes 792.38, has 0.00
    "#]]
    .assert_eq(&seats(json!({ "removed_units": "now", "proration": "thirty_360" })));
}

#[test]
fn a_year_of_seats_of_which_a_part_costs_as_much_as_the_whole() {
    expect![[r#"
        2028-01-31 40.00 (48.00) overdue
        2028-02-29 80.00 (96.00) overdue
        2028-03-31 60.00 (72.00) overdue
        2028-04-30 60.00 (72.00) overdue
        2028-05-31 60.00 (72.00) overdue
        2028-06-30 120.00 (144.00) overdue
        2028-07-31 90.00 (108.00) overdue
        2028-08-31 90.00 (108.00) overdue
        2028-09-30 90.00 (108.00) overdue
        2028-10-31 90.00 (108.00) overdue
        2028-11-30 10.00 (12.00) overdue
        owes 948.00, has 0.00
    "#]]
    .assert_eq(&seats(json!({ "proration": "none" })));
}

#[test]
fn a_year_of_seats_as_lago_bills_it() {
    expect![[r#"
        2028-01-31 40.00 (48.00) overdue
        2028-02-29 69.66 (83.59) overdue
        2028-03-31 60.00 (72.00) overdue
        2028-04-30 60.00 (72.00) overdue
        2028-05-31 60.00 (72.00) overdue
        2028-06-30 100.00 (120.00) overdue
        2028-07-31 90.00 (108.00) overdue
        2028-08-31 90.00 (108.00) overdue
        2028-09-30 90.00 (108.00) overdue
        2028-10-31 90.00 (108.00) overdue
        2028-11-30 10.00 (12.00) overdue
        2028-12-12 back 6.13 (7.36)
        owes 904.23, has 0.00
    "#]]
    .assert_eq(&seats(json!({ "preset": "lago" })));
}

#[test]
fn a_year_of_seats_as_kill_bill_does() {
    expect![[r#"
        2028-01-31 40.00 (48.00) overdue
        2028-02-29 69.66 (83.59) overdue
        2028-03-31 60.00 (72.00) overdue
        2028-04-30 60.00 (72.00) overdue
        2028-05-31 60.00 (72.00) overdue
        2028-06-30 100.00 (120.00) overdue
        2028-07-31 90.00 (108.00) overdue
        2028-08-31 90.00 (108.00) overdue
        2028-09-30 90.00 (108.00) overdue
        2028-10-31 90.00 (108.00) overdue
        2028-11-30 10.00 (12.00) overdue
        2028-12-12 back 6.13 (7.36)
        owes 904.23, has 0.00
    "#]]
    .assert_eq(&seats(json!({ "preset": "killbill" })));
}

#[test]
fn a_year_of_seats_as_cloudblue_does() {
    expect![[r#"
        2028-01-31 40.00 (48.00) overdue
        2028-02-29 69.66 (83.59) overdue
        2028-03-31 60.00 (72.00) overdue
        2028-04-30 60.00 (72.00) overdue
        2028-05-31 60.00 (72.00) overdue
        2028-06-30 100.00 (120.00) overdue
        2028-07-31 90.00 (108.00) overdue
        2028-08-31 90.00 (108.00) overdue
        2028-09-30 90.00 (108.00) overdue
        2028-10-31 90.00 (108.00) overdue
        2028-11-30 10.00 (12.00) overdue
        2028-12-12 back 6.13 (7.36)
        owes 904.23, has 0.00
    "#]]
    .assert_eq(&seats(json!({ "preset": "cloudblue" })));
}

#[test]
fn a_year_of_seats_as_fiware_does() {
    expect![[r#"
        2028-01-31 40.00 (48.00) overdue
        2028-02-29 80.00 (96.00) overdue
        2028-03-31 60.00 (72.00) overdue
        2028-04-30 60.00 (72.00) overdue
        2028-05-31 60.00 (72.00) overdue
        2028-06-30 120.00 (144.00) overdue
        2028-07-31 90.00 (108.00) overdue
        2028-08-31 90.00 (108.00) overdue
        2028-09-30 90.00 (108.00) overdue
        2028-10-31 90.00 (108.00) overdue
        2028-11-30 10.00 (12.00) overdue
        owes 948.00, has 0.00
    "#]]
    .assert_eq(&seats(json!({ "preset": "fiware" })));
}

#[test]
fn a_year_of_seats_as_stripe_bills_it() {
    expect![[r#"
        2028-01-31 40.00 (48.00) paid
        2028-02-29 69.66 (83.59) overdue
        2028-03-31 60.00 (72.00) overdue
        2028-04-30 60.00 (72.00) overdue
        2028-05-31 60.00 (72.00) overdue
        2028-06-30 86.66 (104.00) overdue
        2028-07-31 90.00 (108.00) overdue
        2028-08-31 90.00 (108.00) overdue
        2028-09-30 90.00 (108.00) overdue
        2028-10-31 -80.00 (-96.00) credited
        2028-10-31 90.00 (108.00) overdue
        2028-11-30 10.00 (12.00) overdue
        2028-12-12 back 6.13 (7.36)
        owes 792.23, has 0.00
    "#]]
    .assert_eq(&seats(json!({ "preset": "stripe" })));
}
