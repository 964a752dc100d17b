//! Payments: recorded, allocated, paid too much, given back; and everything that is refused.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::Protocol;
use crate::harness::market::{Market, monthly, text};

/// A market in which an account was billed 12.00 EUR in January and again in February.
fn billed() -> (Market, Value) {
    let market = Market::on("2026-01-01");
    let account = market.customer("Payer", "EUR");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    market.order(&account, &offer, 1);
    market.advance_to("2026-02-01");
    (market, account)
}

fn euros(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// What is due of each invoice, and what the account owes and has.
fn owed(market: &Market, account: &Value) -> String {
    let due = market.invoices(account);
    let due: Vec<_> = due
        .iter()
        .map(|it| format!("{} {}", text(&it["state"]), text(&it["due"]["amount"])))
        .collect();
    let balance = market.operator().get(&format!("/accounts/{}/balance", text(&account["id"])));
    let amount = |name: &str| text(&balance["balances"][0][name]["amount"]);
    let (receivable, credit) = (amount("receivable"), amount("credit"));
    format!("{}; owes {receivable}, has {credit}, overdue {}", due.join(", "), amount("overdue"))
}

#[test]
fn what_is_due_first_is_paid_first_and_the_rest_pays_the_next_invoice() {
    let (market, account) = billed();
    assert_eq!(
        owed(&market, &account),
        "overdue 12.00, open 12.00; owes 24.00, has 0.00, overdue 12.00"
    );
    let pay = |amount: &str| {
        let body = json!({ "account": account["id"], "amount": euros(amount) });
        let paid = market.operator().post("/payments", &body);
        market.must_be_whole();
        paid
    };
    pay("15");
    assert_eq!(owed(&market, &account), "paid 0.00, open 9.00; owes 9.00, has 0.00, overdue 0.00");
    let payment = pay("14");
    assert_eq!(payment["unallocated"], euros("5.00"));
    assert_eq!(owed(&market, &account), "paid 0.00, paid 0.00; owes 0.00, has 5.00, overdue 0.00");
    market.advance_to("2026-03-01");
    assert_eq!(
        owed(&market, &account),
        "paid 0.00, paid 0.00, open 7.00; owes 7.00, has 0.00, overdue 0.00"
    );
}

#[test]
fn what_is_disputed_is_paid_after_all_that_is_not() {
    let (market, account) = billed();
    let first = text(&market.invoices(&account)[0]["id"]);
    let why = json!({ "reason": "not delivered" });
    market.operator().post(&format!("/invoices/{first}/dispute"), &why);
    let pay = |amount: &str| {
        let body = json!({ "account": account["id"], "amount": euros(amount) });
        market.operator().post("/payments", &body);
        market.must_be_whole();
        let due = market.invoices(&account);
        due.iter().map(|it| text(&it["due"]["amount"])).collect::<Vec<_>>()
    };
    assert_eq!(pay("12"), ["12.00", "0.00"]);
    assert_eq!(pay("5"), ["7.00", "0.00"]);
}

#[test]
fn money_that_goes_back_opens_what_it_had_paid() {
    let (market, account) = billed();
    let operator = market.operator();
    let body = json!({ "account": account["id"], "amount": euros("24") });
    let payment = text(&operator.post("/payments", &body)["id"]);
    let path = format!("/payments/{payment}/refund");
    let back = |amount: &str| json!({ "amount": euros(amount), "reopens": true });
    operator.post(&path, &back("5"));
    market.must_be_whole();
    assert_eq!(owed(&market, &account), "paid 0.00, open 5.00; owes 5.00, has 0.00, overdue 0.00");
    let refused = operator.call(&format!("POST {path}"), Some(&json!({})));
    assert_eq!(refused.status, 422, "what settles invoices goes back only by amount");
    assert_eq!(refused.json()["errors"][0]["pointer"], "/amount");
    operator.post(&path, &back("19"));
    market.must_be_whole();
    // The first is late by what it says, but was paid until today.
    assert_eq!(
        owed(&market, &account),
        "open 12.00, open 12.00; owes 24.00, has 0.00, overdue 0.00"
    );
    let refunds = operator.get(&format!("/payments/{payment}/refunds"));
    let amounts: Vec<_> = refunds["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| text(&it["amount"]["amount"]))
        .collect();
    assert_eq!(amounts, ["5.00", "19.00"]);
}

#[test]
fn what_cannot_be_paid_is_refused_with_the_reason() {
    let (market, account) = billed();
    let (operator, said) = (market.operator(), Protocol::default());
    let invoice = market.invoices(&account)[0]["id"].clone();
    let say = |body: Value| {
        said.say(&operator, "operator", "POST /payments?fields=state,allocations", Some(&body));
    };
    let told = |amount: &str| json!([{ "invoice": invoice, "amount": euros(amount) }]);
    let account = &account["id"];
    say(json!({ "amount": euros("1") }));
    say(json!({ "account": account, "amount": euros("0") }));
    say(json!({ "account": account, "amount": { "amount": "1", "currency": "USD" } }));
    say(json!({ "account": account, "amount": euros("20"), "allocations": told("12.01") }));
    say(json!({ "account": account, "amount": euros("5"), "allocations": told("6") }));
    say(json!({ "account": account, "amount": euros("5"), "method": "barter" }));
    expect![[r#"
        > POST /payments?fields=state,allocations {"amount":{"amount":"1","currency":"EUR"}} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/account` must name the account or the billing account","request_id":"…","errors":[{"pointer":"/account","rule":"required","message":"must name the account or the billing account"}]}
        > POST /payments?fields=state,allocations {"account":"{acc1}","amount":{"amount":"0","currency":"EUR"}} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/amount` must be more than nothing, not `0.00 EUR`","request_id":"…","errors":[{"pointer":"/amount","rule":"range","message":"must be more than nothing, not `0.00 EUR`"}]}
        > POST /payments?fields=state,allocations {"account":"{acc1}","amount":{"amount":"1","currency":"USD"}} [operator]
        409 Conflict {"type":"/problems/currencies_differ","title":"Amounts of different currencies meet.","status":409,"detail":"`1.00 USD` cannot be paid on a billing account in EUR","request_id":"…"}
        > POST /payments?fields=state,allocations {"account":"{acc1}","allocations":[{"amount":{"amount":"12.01","currency":"EUR"},"invoice":"{inv1}"}],"amount":{"amount":"20","currency":"EUR"}} [operator]
        409 Conflict {"type":"/problems/payment_exceeds","title":"The payment would exceed what it is for.","status":409,"detail":"`12.01 EUR` cannot settle `{inv1}`, of which `12.00 EUR` is open","request_id":"…"}
        > POST /payments?fields=state,allocations {"account":"{acc1}","allocations":[{"amount":{"amount":"6","currency":"EUR"},"invoice":"{inv1}"}],"amount":{"amount":"5","currency":"EUR"}} [operator]
        409 Conflict {"type":"/problems/payment_exceeds","title":"The payment would exceed what it is for.","status":409,"detail":"more is told to be settled than the `5.00 EUR` there are","request_id":"…"}
        > POST /payments?fields=state,allocations {"account":"{acc1}","amount":{"amount":"5","currency":"EUR"},"method":"barter"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/method` `barter` is not one of bank_transfer, direct_debit, card, cash, check, wallet, voucher, bucket","request_id":"…","errors":[{"pointer":"/method","rule":"format","message":"`barter` is not one of bank_transfer, direct_debit, card, cash, check, wallet, voucher, bucket"}]}
    "#]].assert_eq(&said.text());
    market.must_be_whole();
}

#[test]
fn nothing_has_come_in_in_the_future() {
    let (market, account) = billed();
    let pay = |day: &str| {
        let body = json!({ "account": account["id"], "amount": euros("1"), "received_on": day });
        market.operator().call("POST /payments", Some(&body))
    };
    let refused = pay("2031-01-01");
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/received_on");
    assert_eq!(pay("2026-02-01").status, 201);
    market.must_be_whole();
}

#[test]
fn what_a_credit_note_gave_settles_what_goes_back() {
    let (market, account) = billed();
    let operator = market.operator();
    let body = json!({ "account": account["id"], "amount": euros("24") });
    let payment = text(&operator.post("/payments", &body)["id"]);
    let invoice = text(&market.invoices(&account)[0]["id"]);
    operator.post(&format!("/invoices/{invoice}/credit"), &json!({ "reason": "Not delivered" }));
    assert_eq!(owed(&market, &account), "paid 0.00, paid 0.00; owes 0.00, has 12.00, overdue 0.00");
    let refund = |amount: &str, reopens: bool| {
        let body = json!({ "amount": euros(amount), "reopens": reopens });
        operator.post(&format!("/payments/{payment}/refund"), &body);
        market.must_be_whole();
        owed(&market, &account)
    };
    assert_eq!(refund("5", false), "paid 0.00, paid 0.00; owes 0.00, has 7.00, overdue 0.00");
    assert_eq!(refund("9", true), "open 2.00, paid 0.00; owes 2.00, has 0.00, overdue 0.00");
}

#[test]
fn who_has_credit_with_its_seller_stays_with_it() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Mover", "EUR");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let subscription = market.order(&account, &offer, 1);
    let amount = |it: &str| json!({ "amount": it, "currency": "EUR" });
    let paid = json!({ "account": account["id"], "amount": amount("62") });
    let payment = text(&operator.post("/payments", &paid)["id"]);
    let nothing = json!({ "refund_to": "nowhere" });
    operator.post(&format!("/subscriptions/{subscription}/cancel"), &nothing);
    market.advance_to("2026-02-02");
    let path = format!("POST /accounts/{}/move", text(&account["id"]));
    let go = || operator.call(&path, Some(&json!({ "parent": market.house.north.account })));
    let refused = go();
    assert_eq!(refused.status.as_u16(), 409);
    let why = text(&refused.json()["detail"]);
    assert!(
        why.ends_with("has a balance of `-50.00 EUR` (customer credit): settle it first"),
        "{why}"
    );
    operator.post(&format!("/payments/{payment}/refund"), &json!({ "amount": amount("50") }));
    go().ok();
    market.must_be_whole();
}

#[test]
fn without_an_amount_only_what_was_paid_too_much_goes_back() {
    let (market, account) = billed();
    let operator = market.operator();
    let body = json!({ "account": account["id"], "amount": euros("30") });
    let payment = text(&operator.post("/payments", &body)["id"]);
    let back = operator.post(&format!("/payments/{payment}/refund"), &json!({ "reason": "Over" }));
    assert_eq!(back["amount"], euros("6.00"));
    market.must_be_whole();
    assert_eq!(owed(&market, &account), "paid 0.00, paid 0.00; owes 0.00, has 0.00, overdue 0.00");
}

#[test]
fn money_goes_back_also_of_an_invoice_that_was_given_up_and_is_given_up_with_it() {
    let (market, account) = billed();
    let operator = market.operator();
    let pay = |amount: &str| {
        let body = json!({ "account": account["id"], "amount": euros(amount) });
        text(&operator.post("/payments", &body)["id"])
    };
    let payment = pay("5");
    let invoice = text(&market.invoices(&account)[0]["id"]);
    operator.post(&format!("/invoices/{invoice}/write_off"), &json!({}));
    let loss = || {
        market.must_be_whole();
        let found = operator.get("/balances");
        let found = found["items"].as_array().unwrap().iter();
        let amounts = found.filter(|it| it["ledger"] == "write_off");
        let amounts: Vec<_> = amounts.map(|it| text(&it["amount"]["amount"])).collect();
        format!("{}; lost {}", owed(&market, &account), amounts.join(" "))
    };
    let given_up = "written_off 0.00, open 12.00; owes 12.00, has 0.00, overdue 0.00; lost 7.00";
    assert_eq!(loss(), given_up);
    operator.post(&format!("/payments/{payment}/refund"), &json!({ "amount": euros("3") }));
    let more = "written_off 0.00, open 12.00; owes 12.00, has 0.00, overdue 0.00; lost 10.00";
    assert_eq!(loss(), more);
    // What is credited of it now is no loss any more; only then is anything the customer's, and pays what is open.
    operator.post(&format!("/invoices/{invoice}/credit"), &json!({ "reason": "Goodwill" }));
    let credited = "paid 0.00, open 10.00; owes 10.00, has 0.00, overdue 0.00; lost 0.00";
    assert_eq!(loss(), credited);
}

/// An account that has paid 5.00 of its first invoice, the rest of which was given up, with the payment and
/// the invoice.
fn given_up() -> (Market, Value, [String; 2]) {
    let (market, account) = billed();
    let operator = market.operator();
    let invoice = text(&market.invoices(&account)[0]["id"]);
    let settles = json!([{ "invoice": invoice, "amount": euros("5") }]);
    let body = json!({ "account": account["id"], "amount": euros("5"), "allocations": settles });
    let payment = text(&operator.post("/payments", &body)["id"]);
    operator.post(&format!("/invoices/{invoice}/write_off"), &json!({ "reason": "Insolvent" }));
    (market, account, [payment, invoice])
}

/// What is lost, beside how the account stands.
fn lost(market: &Market, account: &Value) -> String {
    market.must_be_whole();
    let found = market.operator().get("/balances");
    let found = found["items"].as_array().unwrap().iter();
    let amounts = found.filter(|it| it["ledger"] == "write_off");
    let amounts: Vec<_> = amounts.map(|it| text(&it["amount"]["amount"])).collect();
    format!("{}; lost {}", owed(market, account), amounts.join(" "))
}

#[test]
fn what_was_given_up_is_paid_after_all_and_no_loss_any_more() {
    let (market, account, [_, invoice]) = given_up();
    let operator = market.operator();
    let body = json!({ "account": account["id"], "amount": euros("20"), "allocations": [] });
    let late = text(&operator.post("/payments", &body)["id"]);
    let settle = |amount: &str| {
        let settles = json!([{ "invoice": invoice, "amount": euros(amount) }]);
        let path = format!("POST /payments/{late}/allocate");
        operator.call(&path, Some(&json!({ "allocations": settles }))).status.as_u16()
    };
    assert_eq!(settle("7.01"), 409, "more than was given up");
    assert_eq!(settle("3"), 200);
    assert_eq!(
        lost(&market, &account),
        "written_off 0.00, open 12.00; owes 12.00, has 17.00, overdue 0.00; lost 4.00"
    );
    assert_eq!(settle("4"), 200);
    assert_eq!(
        lost(&market, &account),
        "paid 0.00, open 12.00; owes 12.00, has 13.00, overdue 0.00; lost 0.00"
    );
}

#[test]
fn what_was_given_up_is_revived_and_owed_as_if_it_were_new() {
    let (market, account, [_, invoice]) = given_up();
    let operator = market.operator();
    let path = format!("/invoices/{invoice}/revive");
    let revived = operator.post(&path, &json!({}));
    assert_eq!((&revived["due"], &revived["write_off_reason"]), (&euros("7.00"), &Value::Null));
    assert_eq!(
        lost(&market, &account),
        "open 7.00, open 12.00; owes 19.00, has 0.00, overdue 0.00; lost 0.00"
    );
    let again = operator.call(&format!("POST {path}"), Some(&json!({})));
    assert_eq!(again.json()["type"], "/problems/invoice_state_forbids");
}

#[test]
fn what_goes_back_of_an_invoice_that_was_given_up_is_owed_again_where_that_is_said() {
    let (market, account, [payment, _]) = given_up();
    let back = json!({ "amount": euros("5"), "reopens": true });
    market.operator().post(&format!("/payments/{payment}/refund"), &back);
    assert_eq!(
        lost(&market, &account),
        "open 5.00, open 12.00; owes 17.00, has 0.00, overdue 0.00; lost 7.00"
    );
    let body = json!({ "account": account["id"], "amount": euros("5") });
    market.operator().post("/payments", &body);
    assert_eq!(
        lost(&market, &account),
        "written_off 0.00, open 12.00; owes 12.00, has 0.00, overdue 0.00; lost 7.00"
    );
}

#[test]
fn what_is_called_off_goes_back_to_the_method_also_where_the_rest_was_given_up() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Payer", "EUR");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "100")]);
    let subscription = market.order(&account, &offer, 1);
    let operator = market.operator();
    let body = json!({ "account": account["id"], "amount": euros("100") });
    let payment = text(&operator.post("/payments", &body)["id"]);
    let invoice = text(&market.invoices(&account)[0]["id"]);
    operator.post(&format!("/invoices/{invoice}/write_off"), &json!({}));
    market.advance_to("2026-01-02");
    let back = json!({ "refund_to": "method" });
    operator.post(&format!("/subscriptions/{subscription}/cancel"), &back);
    market.must_be_whole();
    // Of 116.12 that go back for 30 of 31 days, 20.00 had not been paid.
    let refunds = operator.get(&format!("/payments/{payment}/refunds"));
    assert_eq!(refunds["items"][0]["amount"], euros("96.12"));
    // What is left of the invoice, 3.88, stays paid, and nothing of it is a loss any more.
    assert_eq!(owed(&market, &account), "paid 0.00; owes 0.00, has 0.00, overdue 0.00");
}
