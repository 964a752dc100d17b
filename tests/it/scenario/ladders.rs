//! Years of who pays late: a step of dunning each, and what it leaves behind.

use expect_test::expect;
use serde_json::{Value, json};

use super::life::{Life, Plot, fee, flat};
use crate::harness::market::text;

/// A debtor whose class does something about what is overdue.
fn debtor(steps: &Value) -> Life {
    let mut plot = Plot::new("2028-01-01", &[fee("advance", &flat("100"))]);
    plot.class = json!({ "due_days": 10, "dunning": steps });
    plot.begin()
}

/// Where the account and its subscription stand.
fn standing(life: &Life) -> String {
    let state = |path: String| text(&life.operator().get(&path)["state"]);
    let account = state(format!("/accounts/{}", text(&life.account["id"])));
    format!("{account}, {}\n", state(format!("/subscriptions/{}", life.subscription)))
}

/// A year in which is paid in April what is due by then, in August as well, and then never; whatever is
/// done about it is a step.
fn year(life: &Life, step: &str) -> String {
    let mut out = String::new();
    for (day, pays) in [("2028-04-20", "480"), ("2028-08-20", "490"), ("2029-01-15", "")] {
        life.to(day);
        out += &format!("{day} {}", standing(life));
        if !pays.is_empty() {
            life.pays(pays);
            out += &format!("{pays} paid: {}", standing(life));
        }
    }
    let path = format!("/dunning?order=oldest&account={}", text(&life.account["id"]));
    let cases = life.operator().get(&path);
    let steps =
        cases["items"].as_array().unwrap().iter().flat_map(|it| it["steps"].as_array().unwrap());
    let done: Vec<_> = steps.filter(|it| it["outcome"] == "done").collect();
    assert!(!done.is_empty() && done.iter().all(|it| it["action"] == *step), "{done:?}");
    format!("{out}{}", life.told())
}

#[test]
fn a_year_of_reminders() {
    let steps = json!([{ "after_days": 3, "action": "mail" }]);
    expect![[r#"
        2028-04-20 active, active
        480 paid: active, active
        2028-08-20 active, active
        490 paid: active, active
        2029-01-15 active, active
        2028-01-01 100.00 (120.00) paid
        2028-02-01 100.00 (120.00) paid
        2028-03-01 100.00 (120.00) paid
        2028-04-01 100.00 (120.00) paid
        2028-05-01 100.00 (120.00) paid
        2028-06-01 100.00 (120.00) paid
        2028-07-01 100.00 (120.00) paid
        2028-08-01 100.00 (120.00) paid
        2028-09-01 100.00 (120.00) overdue
        2028-10-01 100.00 (120.00) overdue
        2028-11-01 100.00 (120.00) overdue
        2028-12-01 100.00 (120.00) overdue
        2029-01-01 100.00 (120.00) overdue
        owes 590.00, has 0.00
    "#]]
    .assert_eq(&year(&debtor(&steps), "mail"));
}

#[test]
fn a_year_of_fees_for_paying_late() {
    let steps = json!([{ "after_days": 3, "action": "late_fee", "fee": "5" }]);
    expect![[r#"
        2028-04-20 active, active
        480 paid: active, active
        2028-08-20 active, active
        490 paid: active, active
        2029-01-15 active, active
        2028-01-01 100.00 (120.00) paid
        2028-01-13 5.00 (5.00) paid
        2028-02-01 100.00 (120.00) paid
        2028-03-01 100.00 (120.00) paid
        2028-04-01 100.00 (120.00) paid
        2028-05-01 100.00 (120.00) paid
        2028-06-01 100.00 (120.00) paid
        2028-07-01 100.00 (120.00) paid
        2028-08-01 100.00 (120.00) paid
        2028-09-01 100.00 (120.00) overdue
        2028-09-13 5.00 (5.00) overdue
        2028-10-01 100.00 (120.00) overdue
        2028-11-01 100.00 (120.00) overdue
        2028-12-01 100.00 (120.00) overdue
        2029-01-01 100.00 (120.00) overdue
        owes 600.00, has 0.00
    "#]]
    .assert_eq(&year(&debtor(&steps), "late_fee"));
}

#[test]
fn a_year_of_holds_for_what_is_overdue() {
    let steps = json!([{ "after_days": 20, "action": "credit_hold" }]);
    expect![[r#"
        2028-04-20 held_for_credit, held_for_credit
        480 paid: active, active
        2028-08-20 held_for_credit, held_for_credit
        490 paid: active, active
        2029-01-15 held_for_credit, held_for_credit
        2028-01-01 100.00 (120.00) paid
        2028-02-01 100.00 (120.00) paid
        2028-03-01 100.00 (120.00) paid
        2028-04-01 100.00 (120.00) paid
        2028-05-01 100.00 (120.00) paid
        2028-06-01 100.00 (120.00) paid
        2028-07-01 100.00 (120.00) paid
        2028-08-01 100.00 (120.00) paid
        2028-09-01 100.00 (120.00) overdue
        2028-10-01 100.00 (120.00) overdue
        2028-11-01 100.00 (120.00) overdue
        2028-12-01 100.00 (120.00) overdue
        2029-01-01 100.00 (120.00) overdue
        owes 590.00, has 0.00
    "#]]
    .assert_eq(&year(&debtor(&steps), "credit_hold"));
}

#[test]
fn a_year_that_ends_with_what_is_not_paid() {
    let steps = json!([{ "after_days": 60, "action": "terminate" }]);
    expect![[r#"
        2028-04-20 active, recoverable
        480 paid: active, recoverable
        2028-08-20 active, recoverable
        490 paid: active, recoverable
        2029-01-15 active, recoverable
        2028-01-01 100.00 (120.00) paid
        2028-02-01 100.00 (120.00) paid
        2028-03-01 100.00 (120.00) paid
        2028-03-10 back 70.97 (85.16)
        owes 0.00, has 695.16
    "#]]
    .assert_eq(&year(&debtor(&steps), "terminate"));
}

#[test]
fn a_year_that_is_paid_in_instalments() {
    let life = debtor(&json!([{ "after_days": 20, "action": "credit_hold" }]));
    life.to("2028-04-20");
    let plan = json!({ "account": life.account["id"], "instalments": 4, "first_on": "2028-05-31" });
    life.operator().post("/payment_plans", &plan);
    for (day, pays) in
        [("2028-05-30", "240"), ("2028-06-29", "240"), ("2028-07-30", "240"), ("2028-08-30", "240")]
    {
        life.to(day).pays(pays);
    }
    let stood = standing(&life);
    life.to("2029-01-15");
    expect![[r#"
        active, active
        2028-01-01 100.00 (120.00) paid
        2028-02-01 100.00 (120.00) paid
        2028-03-01 100.00 (120.00) paid
        2028-04-01 100.00 (120.00) paid
        2028-05-01 100.00 (120.00) paid
        2028-06-01 100.00 (120.00) paid
        2028-07-01 100.00 (120.00) paid
        2028-08-01 100.00 (120.00) paid
        2028-09-01 100.00 (120.00) overdue
        2028-10-01 100.00 (120.00) overdue
        2028-11-01 100.00 (120.00) overdue
        2028-12-01 100.00 (120.00) overdue
        2029-01-01 100.00 (120.00) overdue
        owes 600.00, has 0.00
    "#]]
    .assert_eq(&format!("{stood}{}", life.told()));
}
