//! What is told in time: that an invoice is overdue, that a subscription ends; ends that are agreed
//! on beforehand; and who is trusted no more.

use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::house::invite;
use crate::harness::market::{Market, monthly, text};

/// A customer in a zone, whose mail is read.
fn customer(market: &Market, zone: &str) -> Value {
    let contact = json!({ "family_name": "Lee", "email": "ann@whale.test" });
    market.operator().post(
        "/accounts",
        &json!({
            "name": "Blue Whale", "billing": { "currency": "EUR", "zone": zone },
            "address": { "street": "Quay 1", "city": "Auckland", "country": "NZ" },
            "contacts": { "billing": contact, "admin": contact },
        }),
    )
}

/// How many facts of a name there are.
fn told(operator: Client<'_>, name: &str) -> usize {
    let found = operator.get("/events?limit=1000&order=oldest");
    found["items"].as_array().unwrap().iter().filter(|it| it["name"] == name).count()
}

/// On which occasions mails were written, of those asked for.
fn mails(operator: Client<'_>, occasion: &str) -> usize {
    let found = operator.get("/mails?limit=1000");
    found["items"].as_array().unwrap().iter().filter(|it| it["occasion"] == occasion).count()
}

/// To whom mails of an occasion went.
fn addressed(operator: &Client<'_>, occasion: &str) -> Vec<String> {
    let found = operator.get("/mails?limit=1000&order=oldest");
    let all = found["items"].as_array().unwrap().iter().filter(|it| it["occasion"] == occasion);
    all.map(|it| text(&it["to"])).collect()
}

#[test]
fn what_is_billed_is_written_to_whom_the_billing_account_names() {
    let market = Market::on("2026-01-01");
    let account = customer(&market, "UTC");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let operator = market.operator();
    let id = text(&account["id"]);
    let billed = operator.get(&format!("/billing_accounts?account={id}"))["items"][0].clone();
    let books = json!({ "email": "books@whale.test", "locale": "de" });
    operator.patch(&format!("/billing_accounts/{}", text(&billed["id"])), &books);
    market.order(&account, &offer, 1);
    market.advance_to("2026-01-20");
    assert_eq!(addressed(&operator, "invoice_issued"), ["books@whale.test"]);
    assert_eq!(addressed(&operator, "payment_reminder"), ["books@whale.test"]);
    assert_eq!(addressed(&operator, "order_confirmed"), ["ann@whale.test"]);
    let mails = operator.get("/mails?limit=1000&order=oldest");
    let all = mails["items"].as_array().unwrap();
    let bill = all.iter().find(|it| it["occasion"] == "invoice_issued").unwrap();
    assert!(text(&bill["subject"]).starts_with("Rechnung"), "{bill}");
}

#[test]
fn an_invoice_that_is_not_paid_is_reminded_of_once_when_its_day_is_over_where_it_is_paid() {
    let market = Market::on("2026-01-01");
    let account = customer(&market, "Pacific/Auckland");
    let other = market.customer("Prompt", "EUR");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    for account in [&account, &other] {
        market.order(account, &offer, 1);
    }
    let operator = || market.operator();
    let paid = json!({ "account": other["id"], "amount": { "amount": "12", "currency": "EUR" } });
    operator().post("/payments", &paid);
    let due_on = text(&market.invoices(&account)[0]["due_on"]);
    assert_eq!(due_on, "2026-01-10");
    let advance = |to: &str| operator().post("/clock/advance", &json!({ "to": to }));
    // Auckland is thirteen hours ahead: its 10 January ends at 11:00 UTC.
    advance("2026-01-10T10:59:59Z");
    assert_eq!(told(operator(), "invoice.overdue"), 0);
    advance("2026-01-10T11:00:00Z");
    assert_eq!(told(operator(), "invoice.overdue"), 1);
    assert_eq!(mails(operator(), "payment_reminder"), 1);
    market.advance_to("2026-01-25");
    assert_eq!(told(operator(), "invoice.overdue"), 1, "once, and not of what was paid");
    assert_eq!(mails(operator(), "payment_reminder"), 1);
}

#[test]
fn credit_that_settles_an_invoice_at_issue_is_not_asked_for_again() {
    let market = Market::on("2026-01-01");
    let account = customer(&market, "Pacific/Auckland");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let operator = || market.operator();
    let paid = json!({ "account": account["id"], "amount": { "amount": "5", "currency": "EUR" } });
    operator().post("/payments", &paid);
    market.order(&account, &offer, 1);
    let invoice = &market.invoices(&account)[0];
    assert_eq!(
        (&invoice["gross"]["amount"], &invoice["due"]["amount"]),
        (&json!("12.00"), &json!("7.00"))
    );
    let mails = operator().get("/mails?limit=1000");
    let mut mails = mails["items"].as_array().unwrap().iter();
    let mail = mails.find(|it| it["occasion"] == "invoice_issued").expect("a mail");
    let said = text(&operator().get(&format!("/mails/{}", text(&mail["id"])))["text"]);
    for line in ["Amount: EUR 12.00", "Already settled: EUR 5.00", "To pay: EUR 7.00"] {
        assert!(said.contains(line), "{line} is not in {said}");
    }
}

/// A customer with a term, and its subscription.
fn with_a_term(auto_renew: bool) -> (Market, String) {
    let market = Market::on("2026-01-01");
    let account = customer(&market, "UTC");
    let terms = json!({ "terms": [
        { "key": "q", "duration": "3 months", "auto_renew": auto_renew, "default": true },
    ] });
    let fee = [monthly("Fee", "EUR", "31")];
    let offer = market.offer_like("Site", &fee, (terms, json!({})));
    let item = json!({ "offer": offer, "name": "whale.test" });
    let order = json!({ "account": account["id"], "items": [item] });
    let order = text(&market.operator().post("/orders", &order)["id"]);
    market.house.app.keep_duties();
    let order = market.operator().get(&format!("/orders/{order}"));
    assert_eq!(order["items"][0]["name"], "whale.test");
    let subscription = text(&order["items"][0]["subscription"]);
    (market, subscription)
}

#[test]
fn that_a_term_ends_is_told_two_weeks_before_and_once() {
    let (market, _) = with_a_term(false);
    market.advance_to("2026-03-17");
    assert_eq!(told(market.operator(), "subscription.expiring"), 0);
    market.advance_to("2026-03-18");
    assert_eq!(told(market.operator(), "subscription.expiring"), 1);
    assert_eq!(mails(market.operator(), "subscription_expiring"), 1);
    market.advance_to("2026-04-02");
    assert_eq!(told(market.operator(), "subscription.expiring"), 1);
    let (market, _) = with_a_term(true);
    market.advance_to("2026-04-02");
    assert_eq!(told(market.operator(), "subscription.expiring"), 0, "it goes on by itself");
}

#[test]
fn a_subscription_is_named_and_shown_so() {
    let (market, subscription) = with_a_term(false);
    let path = format!("/subscriptions/{subscription}");
    let operator = market.operator();
    assert_eq!(operator.get(&path)["name"], "whale.test");
    let first = &operator.get("/invoices?limit=1")["items"][0]["id"];
    let invoice = operator.get(&format!("/invoices/{}", text(first)));
    assert!(text(&invoice["lines"][0]["text"]).contains("whale.test"), "{invoice}");
    assert_eq!(operator.patch(&path, &json!({ "name": "shop.test" }))["name"], "shop.test");
    assert_eq!(operator.patch(&path, &json!({ "name": null }))["name"], Value::Null);
}

#[test]
fn what_is_called_off_for_later_goes_on_until_then_and_costs_no_more() {
    let table = [("period_end", "2026-02-01", 1), ("term_end", "2026-04-01", 3)];
    for (at, ends_on, months) in table {
        let (market, subscription) = with_a_term(true);
        let (operator, path) = (market.operator(), format!("/subscriptions/{subscription}"));
        market.advance_to("2026-01-10");
        let planned =
            operator.post(&format!("{path}/cancel"), &json!({ "at": at, "reason": "MOVED" }));
        assert_eq!(
            (text(&planned["state"]), text(&planned["ends_on"])),
            ("active".to_owned(), ends_on.to_owned())
        );
        market.advance_to("2026-05-02");
        let ended = operator.get(&path);
        assert_eq!(
            (&ended["ended_on"], &ended["ends_on"]),
            (&json!(ends_on), &Value::Null),
            "{at}"
        );
        let account = json!({ "id": ended["account"] });
        let nets: Vec<_> =
            market.invoices(&account).iter().map(|it| text(&it["net"]["amount"])).collect();
        assert_eq!(nets, vec!["31.00"; months], "{at}");
        assert_eq!(operator.get("/credit_notes")["items"], json!([]), "{at}: nothing is left over");
    }
}

#[test]
fn a_planned_end_can_be_taken_back_until_then() {
    let (market, subscription) = with_a_term(false);
    let (operator, path) = (market.operator(), format!("/subscriptions/{subscription}"));
    let cancel = format!("{path}/cancel");
    operator.post(&cancel, &json!({ "at": "period_end" }));
    let again = operator.post(&cancel, &json!({ "at": "term_end" }));
    assert_eq!(again["ends_on"], "2026-04-01", "who says it again says it anew");
    let goes_on = operator.call(&format!("DELETE {cancel}"), None);
    assert_eq!((goes_on.status.as_u16(), &goes_on.json()["ends_on"]), (200, &Value::Null));
    assert_eq!(operator.call(&format!("DELETE {cancel}"), None).status, 409);
    let renews = operator.patch(&path, &json!({ "auto_renew": true }));
    assert_eq!(renews["term"]["auto_renew"], true);
    market.advance_to("2026-05-02");
    assert_eq!(operator.get(&path)["state"], "active");
    let last = operator.patch(&path, &json!({ "auto_renew": false }));
    assert_eq!(last["term"]["auto_renew"], false);
    let refused = operator.call(&format!("POST {cancel}"), Some(&json!({ "at": "someday" })));
    assert_eq!(refused.json()["errors"][0]["pointer"], "/at");
}

#[test]
fn who_owes_more_than_its_limit_orders_nothing_by_itself() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let class = format!("/classes/{}", text(&account["class"]));
    let limits = json!({ "credit_limits": [{ "amount": "20", "currency": "EUR" }] });
    operator.patch(&class, &limits);
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let id = text(&account["id"]);
    let buyer =
        invite(&market.house.app, &market.house.operator, &id, "w@whale.test", "customer_admin");
    let buyer = market.house.client(&buyer);
    let order = json!({ "account": id, "items": [{ "offer": offer }] });
    // Each costs 12.00 with its tax: the first two are ordered with nothing and 12.00 owed.
    for _ in 0..2 {
        buyer.post("/orders", &order);
        market.house.app.keep_duties();
    }
    let refused = buyer.call("POST /orders", Some(&order));
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["type"]),
        (409, &json!("/problems/credit_limit_exceeded"))
    );
    let why = text(&refused.json()["detail"]);
    assert!(why.contains("24.00") && why.contains("20.00"), "{why}");
    let held = buyer.get("/subscriptions?order=oldest")["items"].as_array().unwrap().clone();
    let path = |at: usize| format!("/subscriptions/{}", text(&held[at]["id"]));
    let more = buyer.call(&format!("POST {}/change", path(0)), Some(&json!({ "quantity": 9 })));
    let longer = buyer.call(&format!("POST {}/renew", path(0)), Some(&json!({})));
    for refused in [more, longer] {
        assert_eq!(refused.json()["type"], "/problems/credit_limit_exceeded");
    }
    let less = json!({ "action": "delete", "subscription": held[1]["id"] });
    buyer.post("/orders", &json!({ "account": id, "items": [less] }));
    operator.post("/orders", &order);
    market.house.app.keep_duties();
    let paid = json!({ "account": id, "amount": { "amount": "20", "currency": "EUR" } });
    operator.post("/payments", &paid);
    buyer.post("/orders", &order);
}
