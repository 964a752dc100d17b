//! Steps of dunning that fail or are left out: what is told of them, and who is reminded otherwise.

use expect_test::expect;
use serde_json::json;
use tillbox::world::mail::Mishap;

use super::dunning::{Debtor, ladder};
use crate::harness::market::text;

/// What came of each step, why one failed, and how the debtor stands.
fn failing(debtor: &Debtor) -> String {
    let found = debtor.get(&format!("/dunning?account={}", debtor.id()));
    let steps = found["items"][0]["steps"].as_array().unwrap();
    let failed = steps.iter().find(|it| it["outcome"] == "failed").unwrap();
    let (action, trouble) = (text(&failed["action"]), text(&failed["trouble"]));
    format!("{}{action}: {trouble}\n{}", debtor.cases(), debtor.standing())
}

#[test]
fn a_late_fee_names_what_is_overdue_and_not_what_is_only_open() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-05");
    let plan = json!({ "account": debtor.id(), "instalments": 2, "first_on": "2026-06-20" });
    debtor.market.operator().post("/payment_plans", &plan);
    debtor.to("2026-02-17");
    let invoices = debtor.market.invoices(&debtor.account);
    assert_eq!(
        text(&invoices.last().unwrap()["lines"][0]["text"]),
        "INV-2026-000002: Late fee",
        "the first is paid in parts and not late"
    );
}

#[test]
fn what_is_below_the_sum_of_a_mail_is_reminded_of_all_the_same() {
    let steps = json!({ "dunning": [{ "after_days": 3, "from_sum": "150", "action": "mail" }] });
    let debtor = Debtor::with(&steps);
    debtor.to("2026-01-20");
    let mut said = debtor.mails();
    debtor.to("2026-02-20");
    said += &format!("a month later:\n{}", debtor.mails());
    expect![[r#"
        Your order 1
        Invoice INV-2026-000001 for EUR 120.00
        Reminder: invoice INV-2026-000001
        a month later:
        Your order 1
        Invoice INV-2026-000001 for EUR 120.00
        Reminder: invoice INV-2026-000001
        Invoice INV-2026-000002 for EUR 120.00
        Last reminder: EUR 240.00 to be paid
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_step_that_is_refused_has_failed_and_the_ladder_goes_on() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-11");
    let path = format!("PATCH /accounts/{}", debtor.id());
    let moved = json!({ "address": { "street": null, "city": null } });
    debtor.market.operator().call(&path, Some(&moved)).ok();
    debtor.to("2026-01-20");
    expect![[r#"
        running, overdue 120.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: failed
          2026-01-18 mail of 120.00: done
          2026-01-20 credit_hold of 120.00: done
          next terminate on 2026-01-25
        late_fee: `Blue Whale` cannot be invoiced: its address lacks a street or post-office line and a city
        held_for_credit and held_for_credit"#]]
    .assert_eq(&failing(&debtor));
}

#[test]
fn a_mail_that_nobody_takes_has_failed_and_the_ladder_goes_on() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-11");
    debtor.market.house.app.outside.letters.fail(Mishap::Refused);
    debtor.to("2026-01-13").to("2026-01-20");
    expect![[r#"
        running, overdue 120.00
          2026-01-13 mail of 120.00: failed
          2026-01-17 late_fee of 120.00: done
          2026-01-18 mail of 120.00: done
          2026-01-20 credit_hold of 120.00: done
          next terminate on 2026-01-25
        mail: as the script says
        held_for_credit and held_for_credit"#]]
    .assert_eq(&failing(&debtor));
}
