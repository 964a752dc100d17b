//! Dunning follows the instalments of a payment plan, and what becomes of it when the plan does not last.

use expect_test::expect;
use serde_json::{Value, json};

use super::dunning::{Debtor, ladder};
use crate::harness::market::text;

#[test]
fn dunning_follows_the_instalments_of_a_plan() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-14");
    let plan = json!({ "account": debtor.id(), "instalments": 3, "first_on": "2026-01-31" });
    let asked = plan;
    let plan = debtor.market.operator().post("/payment_plans", &asked);
    let again = debtor.market.operator().call("POST /payment_plans", Some(&asked)).json();
    let why = format!("the payment plan {} is there already: no more is open", plan["number"]);
    assert_eq!(again["detail"], why, "{again}");
    let mut said = format!("agreed: {}", debtor.cases());
    let parts = |it: &Value| {
        let all = it["instalments"].as_array().unwrap().iter();
        let part = |it: &Value| {
            let amounts = ["paid", "amount"].map(|name| text(&it[name]["amount"]));
            format!("{} of {} by {}\n", amounts[0], amounts[1], text(&it["due_on"]))
        };
        format!("{}\n{}", text(&it["state"]), all.map(part).collect::<String>())
    };
    let path = format!("/payment_plans/{}", text(&plan["id"]));
    debtor.pays("40");
    debtor.to("2026-02-09");
    said += &format!("the first is paid: {}{}", parts(&debtor.get(&path)), debtor.cases());
    debtor.to("2026-02-10");
    debtor.pays("120");
    debtor.to("2026-02-20");
    said += &format!("a month later: {}{}", parts(&debtor.get(&path)), debtor.cases());
    debtor.to("2026-03-04");
    said += &format!("the second is not: {}{}", parts(&debtor.get(&path)), debtor.cases());
    let answer = debtor.market.operator().call(&format!("POST {path}/cancel"), Some(&json!({})));
    said += &format!("called off: {}{}", parts(&answer.ok()), debtor.cases());
    expect![[r#"
        agreed: ended, overdue 0.00
          2026-01-13 mail of 120.00: done
        the first is paid: active
        40.00 of 40.00 by 2026-01-31
        0.00 of 40.00 by 2026-02-28
        0.00 of 40.00 by 2026-03-31
        ended, overdue 0.00
          2026-01-13 mail of 120.00: done
        a month later: active
        40.00 of 40.00 by 2026-01-31
        0.00 of 40.00 by 2026-02-28
        0.00 of 40.00 by 2026-03-31
        ended, overdue 0.00
          2026-01-13 mail of 120.00: done
        the second is not: active
        40.00 of 40.00 by 2026-01-31
        0.00 of 40.00 by 2026-02-28
        0.00 of 40.00 by 2026-03-31
        ended, overdue 0.00
          2026-01-13 mail of 120.00: done
        running, overdue 40.00
          2026-03-03 mail of 40.00: done
          next late_fee on 2026-03-07
        called off: canceled
        40.00 of 40.00 by 2026-01-31
        0.00 of 40.00 by 2026-02-28
        0.00 of 40.00 by 2026-03-31
        ended, overdue 0.00
          2026-01-13 mail of 120.00: done
        running, overdue 80.00
          2026-03-03 mail of 40.00: done
          next late_fee on 2026-03-07
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_disputed_instalment_is_left_alone_until_that_is_resolved() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-09");
    let plan = json!({ "account": debtor.id(), "instalments": 2, "first_on": "2026-01-20" });
    debtor.market.operator().post("/payment_plans", &plan);
    let invoice = text(&debtor.market.invoices(&debtor.account)[0]["id"]);
    let on = |verb: &str, body: &Value| {
        let path = format!("POST /invoices/{invoice}/{verb}");
        debtor.market.operator().call(&path, Some(body)).ok();
        debtor.market.must_be_whole();
    };
    let amount = |it: &str| json!({ "amount": it, "currency": "EUR" });
    debtor.to("2026-01-22");
    let mut said = debtor.cases();
    on("dispute", &json!({ "reason": "too much", "amount": amount("20") }));
    said += &format!("a part: {}", debtor.cases());
    on("resolve_dispute", &json!({ "in_favor_of": "seller", "reason": "it was not" }));
    on("dispute", &json!({ "reason": "never ordered" }));
    debtor.to("2026-01-30");
    said += &format!("all: {}", debtor.cases());
    on("resolve_dispute", &json!({ "in_favor_of": "seller", "reason": "it was" }));
    debtor.to("2026-01-31");
    said += &format!("for the seller: {}", debtor.cases());
    expect![[r#"
        running, overdue 60.00
          next mail on 2026-01-23
        a part: running, overdue 40.00
          next mail on 2026-01-23
        all: running, overdue 0.00
        for the seller: running, overdue 60.00
          2026-01-30 mail of 60.00: done
          next late_fee on 2026-02-03
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_plan_that_is_called_off_leaves_dunning_where_it_was() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-17");
    let plan = json!({ "account": debtor.id(), "instalments": 2, "first_on": "2026-03-20" });
    let plan = debtor.market.operator().post("/payment_plans", &plan);
    let mut said = format!("agreed: {}", debtor.cases());
    debtor.to("2026-01-19");
    let path = format!("POST /payment_plans/{}/cancel", text(&plan["id"]));
    debtor.market.operator().call(&path, Some(&json!({}))).ok();
    said += &format!("called off: {}", debtor.cases());
    debtor.to("2026-01-20");
    said += &format!("a day later: {}{}", debtor.cases(), debtor.standing());
    expect![[r#"
        agreed: ended, overdue 0.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
        called off: running, overdue 120.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
          next mail on 2026-01-18
        a day later: running, overdue 120.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
          2026-01-19 mail of 120.00: done
          next credit_hold on 2026-01-21
        active and active"#]]
    .assert_eq(&said);
    // What became overdue under a plan, is told when there is none any more.
    let debtor = Debtor::with(&json!({}));
    debtor.to("2026-01-05");
    let plan = json!({ "account": debtor.id(), "instalments": 2, "first_on": "2026-03-20" });
    let plan = debtor.market.operator().post("/payment_plans", &plan);
    let told = || {
        let found = debtor.get("/events?kind=invoice&verb=overdue");
        found["items"].as_array().unwrap().len()
    };
    debtor.to("2026-01-19");
    assert_eq!(told(), 0);
    let path = format!("POST /payment_plans/{}/cancel", text(&plan["id"]));
    debtor.market.operator().call(&path, Some(&json!({}))).ok();
    debtor.to("2026-01-20");
    assert_eq!(told(), 1);
}

#[test]
fn a_payment_pays_what_is_due_of_a_plan_then_others_and_then_the_rest_of_it() {
    let debtor = Debtor::with(&json!({}));
    debtor.to("2026-01-05");
    let plan = json!({ "account": debtor.id(), "instalments": 3, "first_on": "2026-01-31" });
    debtor.market.operator().post("/payment_plans", &plan);
    debtor.to("2026-02-02");
    let due = || {
        let all = debtor.market.invoices(&debtor.account);
        let each = all.iter().map(|it| text(&it["due"]["amount"]));
        each.collect::<Vec<_>>().join(" and ")
    };
    assert_eq!(due(), "120.00 and 120.00");
    debtor.pays("100");
    assert_eq!(due(), "80.00 and 60.00", "40.00 are due of the plan");
    // The next instalment, of 28 February, is paid after the invoice that is due on the 10th.
    debtor.pays("70");
    assert_eq!(due(), "70.00 and 0.00");
    debtor.pays("70");
    assert_eq!(due(), "0.00 and 0.00");
}

#[test]
fn who_is_late_with_an_instalment_is_told_by_mail_where_no_ladder_does() {
    for (class, mails) in [
        (json!({ "dunning": [] }), 2),
        (json!({ "dunning": [{ "after_days": 3, "action": "mail" }] }), 0),
        (json!({ "dunning": [{ "after_days": 3, "from_sum": "50", "action": "mail" }] }), 2),
    ] {
        let debtor = Debtor::with(&class);
        debtor.to("2026-01-05");
        let plan = json!({ "account": debtor.id(), "instalments": 3, "first_on": "2026-01-20" });
        debtor.market.operator().post("/payment_plans", &plan);
        debtor.to("2026-01-21").to("2026-01-23");
        debtor.pays("40");
        debtor.to("2026-02-05");
        debtor.pays("120");
        debtor.to("2026-02-22");
        let all = debtor.mails();
        let found = all.lines().filter(|it| it.starts_with("Reminder: EUR 40.00 of your"));
        assert_eq!(found.count(), mails, "{class}\n{all}");
    }
}

#[test]
fn what_the_customer_has_pays_an_instalment_that_is_overdue() {
    let debtor = Debtor::with(&ladder());
    let operator = debtor.market.operator();
    debtor.to("2026-01-05");
    let plan = json!({ "account": debtor.id(), "instalments": 3, "first_on": "2026-02-20" });
    let plan = operator.post("/payment_plans", &plan);
    debtor.to("2026-02-05");
    debtor.pays("120");
    let paid = text(&debtor.market.invoices(&debtor.account)[1]["id"]);
    let back = json!({
        "reason": "It was down", "lines": [{ "line": 0, "net": { "amount": "30", "currency": "EUR" } }],
    });
    operator.post(&format!("/invoices/{paid}/credit"), &back);
    debtor.to("2026-02-25");
    let plan = debtor.get(&format!("/payment_plans/{}", text(&plan["id"])));
    assert_eq!(plan["instalments"][0]["paid"]["amount"], "36.00", "{plan}");
    assert_eq!(plan["instalments"][1]["paid"]["amount"], "0.00", "{plan}");
    expect![[r#"
        running, overdue 4.00
          2026-02-23 mail of 4.00: done
          next late_fee on 2026-02-27
    "#]]
    .assert_eq(&debtor.cases());
}

#[test]
fn a_plan_is_told_of_when_it_is_agreed_on_before_each_instalment_and_when_it_is_paid() {
    let debtor = Debtor::with(&json!({ "dunning": [] }));
    debtor.to("2026-01-14");
    let plan = json!({ "account": debtor.id(), "instalments": 3, "first_on": "2026-01-31" });
    let plan = debtor.market.operator().post("/payment_plans", &plan);
    debtor.to("2026-01-29");
    debtor.pays("40");
    debtor.to("2026-03-02");
    // Two more instalments of 40.00, and what was billed in February and March.
    debtor.pays("320");
    debtor.to("2026-03-29");
    let found = debtor.get("/mails?limit=1000&order=oldest");
    let own = found["items"].as_array().unwrap().iter().filter(|it| it["about"] == plan["id"]);
    let told: Vec<_> = own.map(|it| text(&it["occasion"])).collect();
    let due = "instalment_due";
    assert_eq!(told, ["plan_agreed", due, due, "instalment_reminder", "plan_completed"]);
}
