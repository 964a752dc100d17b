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

/// A fee and a hold presuppose a reminder: it is written again in their place.
#[test]
fn a_mail_that_nobody_takes_is_written_again_before_anything_else_is_done() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-11");
    debtor.market.house.app.outside.letters.fail(Mishap::Refused);
    debtor.to("2026-01-13");
    let mut said = format!("{}\n", failing(&debtor));
    debtor.to("2026-01-24");
    said += &failing(&debtor);
    expect![[r#"
        running, overdue 120.00
          2026-01-13 mail of 120.00: failed
          next mail on 2026-01-17
        mail: as the script says
        active and active
        running, overdue 120.00
          2026-01-13 mail of 120.00: failed
          2026-01-17 mail of 120.00: done
          2026-01-21 late_fee of 120.00: done
          2026-01-22 mail of 120.00: done
          2026-01-24 credit_hold of 120.00: done
          next terminate on 2026-01-29
        mail: as the script says
        held_for_credit and held_for_credit"#]]
    .assert_eq(&said);
}

/// Once people have sent it all the same, the ladder goes on where it was.
#[test]
fn a_mail_that_is_sent_after_all_lets_the_ladder_go_on() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-11");
    debtor.market.house.app.outside.letters.fail(Mishap::Refused);
    debtor.to("2026-01-13");
    let failed = debtor.get("/mails?state=failed")["items"][0].clone();
    let again = format!("/mails/{}/retry", text(&failed["id"]));
    debtor.market.operator().post(&again, &json!({}));
    debtor.market.house.app.keep_duties();
    debtor.to("2026-01-17");
    expect![[r#"
        running, overdue 120.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
          next mail on 2026-01-18
    "#]]
    .assert_eq(&debtor.cases());
}

/// What waits for a server has not gone out.
#[test]
fn nothing_is_done_while_the_only_reminder_waits_to_be_taken() {
    let debtor = Debtor::with(&json!({ "dunning": [
        { "after_days": 3, "action": "mail" },
        { "after_days": 10, "action": "credit_hold" },
    ] }));
    debtor.to("2026-01-11");
    debtor.market.house.app.outside.letters.fail(Mishap::Later);
    debtor.to("2026-01-24");
    assert_eq!(debtor.standing(), "active and active");
    debtor.market.house.app.pass("1 day");
    debtor.market.house.app.keep_duties();
    debtor.to("2026-01-27");
    assert_eq!(debtor.standing(), "held_for_credit and held_for_credit");
}

/// Somebody whom no mail reaches: its seller is told where it looks and why, and nothing is taken from it
/// before a reminder has gone out.
#[test]
fn who_cannot_be_written_to_is_not_held_and_its_seller_hears_why() {
    let debtor = Debtor::with(&ladder());
    let operator = debtor.market.operator();
    let path = format!("/accounts/{}", debtor.id());
    assert_eq!(debtor.get(&path).get("unreachable"), None);
    let nobody = json!({ "contacts": { "billing": null } });
    operator.patch(&path, &nobody);
    assert_eq!(debtor.get(&path)["unreachable"], true);
    debtor.to("2026-02-05");
    let why =
        "nobody of the account can be written to: it has no billing contact and no administrator";
    let mut said = format!("{}\n", failing(&debtor));
    let unheard = |state: &str| {
        let found = debtor.get(&format!("/dunning?state=running&unheard={state}"));
        found["items"].as_array().unwrap().len()
    };
    assert_eq!((unheard("true"), unheard("false")), (1, 0));
    let timeline = debtor.get(&format!("{path}/timeline?limit=100"));
    let told = timeline["items"].as_array().unwrap().iter();
    let told = told.filter(|it| text(&it["text"]).ends_with(&format!(" has failed: {why}")));
    assert!(told.count() > 1);

    let contact = json!({ "family_name": "Lee", "email": "ann@whale.test" });
    operator.patch(&path, &json!({ "contacts": { "billing": contact } }));
    assert_eq!(debtor.get(&path).get("unreachable"), None);
    debtor.to("2026-02-16");
    said += &debtor.cases();
    said += &debtor.standing();
    assert_eq!((unheard("true"), unheard("false")), (0, 1));
    expect![[r#"
        running, overdue 120.00
          2026-01-13 mail of 120.00: failed
          2026-01-17 mail of 120.00: failed
          2026-01-21 mail of 120.00: failed
          2026-01-25 mail of 120.00: failed
          2026-01-29 mail of 120.00: failed
          2026-02-02 mail of 120.00: failed
          next mail on 2026-02-06
        mail: nobody of the account can be written to: it has no billing contact and no administrator
        active and active
        running, overdue 240.00
          2026-01-13 mail of 120.00: failed
          2026-01-17 mail of 120.00: failed
          2026-01-21 mail of 120.00: failed
          2026-01-25 mail of 120.00: failed
          2026-01-29 mail of 120.00: failed
          2026-02-02 mail of 120.00: failed
          2026-02-06 mail of 120.00: done
          2026-02-10 late_fee of 120.00: done
          2026-02-11 mail of 240.00: done
          2026-02-13 credit_hold of 240.00: done
          next terminate on 2026-02-18
        held_for_credit and held_for_credit"#]]
    .assert_eq(&said);
}

/// Where people see to letters, no step waits for a mail.
#[test]
fn who_is_reminded_by_post_is_held_without_a_mail() {
    let debtor = Debtor::with(&ladder());
    let operator = debtor.market.operator();
    let class = text(&operator.get("/classes?order=oldest")["items"][0]["id"]);
    operator.patch(&format!("/classes/{class}"), &json!({ "reminders": "post" }));
    let path = format!("/accounts/{}", debtor.id());
    operator.patch(&path, &json!({ "contacts": { "billing": null } }));
    assert_eq!(debtor.get(&path).get("unreachable"), None);
    debtor.to("2026-01-20");
    expect![[r#"
        running, overdue 120.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
          2026-01-18 mail of 120.00: done
          2026-01-20 credit_hold of 120.00: done
          next terminate on 2026-01-25
    "#]]
    .assert_eq(&debtor.cases());
    assert_eq!(debtor.standing(), "held_for_credit and held_for_credit");
    let comment = debtor.get(&path)["holds"][0]["comment"].clone();
    assert_eq!(comment, "120.00 EUR overdue since 2026-01-11");
    let odd = json!({ "reminders": "pigeon" });
    let answer = operator.call(&format!("PATCH /classes/{class}"), Some(&odd)).json();
    assert_eq!(answer["errors"][0]["pointer"], "/reminders");
}
