//! Billing runs: what would be billed is what is billed; who may bill, and what is told of it.

use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, text};

#[test]
fn what_was_planned_is_what_is_billed() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    for name in ["One", "Two", "Three"] {
        market.order(&market.customer(name, "EUR"), &offer, 1);
    }
    let plan = operator.get("/billing_runs/plan?through=2026-02-01");
    assert_eq!((&plan["total"], &plan["invoices"]), (&json!(3), &json!(3)));
    market.advance_to("2026-02-01");
    let run = operator.get("/billing_runs?limit=1")["items"][0].clone();
    assert_eq!((&run["state"], &run["done"]), (&json!("done"), &json!(3)));
    assert_eq!((&run["invoices"], &run["amounts"]), (&plan["invoices"], &plan["amounts"]));
    let past = operator.call("GET /billing_runs/plan?through=2026-01-31", None);
    assert_eq!(past.status, 422);
}

#[test]
fn a_run_says_who_is_billed_otherwise_than_in_the_one_before() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let customers: Vec<_> = ["One", "Two", "Three"].map(|it| market.customer(it, "EUR")).into();
    let mut last = String::new();
    for customer in &customers {
        last = market.order(customer, &offer, 1);
    }
    market.advance_to("2026-02-01");
    let february = operator.get("/billing_runs?limit=1")["items"][0].clone();
    market.order(&customers[0], &offer, 1);
    market.order(&market.customer("Four", "EUR"), &offer, 1);
    operator.post(&format!("/subscriptions/{last}/cancel"), &json!({}));
    let told = |path: &str| {
        let found = operator.get(path);
        let rows = found["differences"].as_array().unwrap().iter();
        let row = |it: &serde_json::Value| {
            let amount = |key: &str| text(&it[key]["amount"]);
            let name = text(&it["account_name"]);
            format!("{name} {} {} {}", text(&it["kind"]), amount("before"), amount("now"))
        };
        let mut rows: Vec<_> = rows.map(row).collect();
        rows.sort();
        (found["with_number"].clone(), rows)
    };
    let plan = told("/billing_runs/plan/comparison?through=2026-03-01").1;
    market.advance_to("2026-03-01");
    let march = operator.get("/billing_runs?limit=1")["items"][0].clone();
    let with = format!("?with={}", text(&february["id"]));
    let (number, rows) = told(&format!("/billing_runs/{}/comparison{with}", text(&march["id"])));
    assert_eq!(number, february["number"]);
    assert_eq!(rows, ["Four new 0.00 12.00", "One changed 12.00 24.00", "Three gone 12.00 0.00"]);
    assert_eq!(plan, ["One new 0.00 24.00", "Two new 0.00 12.00"], "than in that of the order");
    let mut runs = operator.get("/billing_runs?order=oldest")["items"].clone();
    let oldest = text(&runs[0].take()["id"]);
    let found = operator.get(&format!("/billing_runs/{oldest}/comparison"));
    assert_eq!((&found["with"], &found["gone"]), (&serde_json::Value::Null, &json!(0)));
}

#[test]
fn what_is_due_later_today_is_no_part_of_what_would_be_billed_now() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("One", "EUR");
    market.order(&account, &market.offer("Flat", &[monthly("Base", "EUR", "10")]), 1);
    let found = operator.get(&format!("/billing_accounts?account={}", text(&account["id"])));
    let path = format!("/billing_accounts/{}", text(&found["items"][0]["id"]));
    operator.patch(&path, &json!({ "zone": "Europe/Berlin" }));
    operator.post("/clock/advance", &json!({ "to": "2026-02-28T22:00:00Z" }));
    let total = |query: &str| operator.get(&format!("/billing_runs/plan{query}"))["total"].clone();
    assert_eq!(total(""), 0, "in Berlin it is still February");
    assert_eq!(total("?through=2026-02-28"), 1, "before midnight here it is March there");
}

#[test]
fn a_run_over_nothing_bills_nothing_and_ends() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let run = operator.post("/billing_runs", &json!({}));
    assert_eq!((&run["state"], &run["total"]), (&json!("running"), &json!(0)));
    let again = operator.post("/billing_runs", &json!({}));
    assert_eq!(again["id"], run["id"], "there is one run at a time");
    market.house.app.keep_duties();
    let path = format!("/billing_runs/{}", text(&run["id"]));
    assert_eq!(operator.get(&path)["state"], "done");
    let canceled = operator.call(&format!("POST {path}/cancel"), Some(&json!({})));
    assert_eq!(canceled.status, 409);
}

#[test]
fn a_run_and_a_move_of_the_clock_asked_for_again_under_a_key_happen_once() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let run = |key| operator.header("idempotency-key", key).post("/billing_runs", &json!({}));
    let first = run("a");
    market.house.app.keep_duties();
    assert_eq!(run("a"), first, "the answer is that of the first time");
    assert_ne!(run("b")["id"], first["id"]);
    let month = json!({ "by": "1 month" });
    let advance = |key| operator.header("idempotency-key", key).post("/clock/advance", &month);
    assert_eq!(advance("c"), advance("c"));
    assert_eq!(operator.get("/clock")["now"], "2026-02-01T00:00:00Z");
    let other = operator.header("idempotency-key", "c");
    let refused = other.call("POST /clock/advance", Some(&json!({ "by": "2 months" })));
    assert_eq!(refused.json()["type"], "/problems/key_reused");
}

#[test]
fn who_buys_neither_bills_nor_sees_what_others_are_billed() {
    let market = Market::on("2026-01-01");
    let buyer = market.house.client(&market.house.customer.admin);
    for what in ["GET /billing_runs", "GET /billing_runs/left", "POST /billing_runs"] {
        let body = what.starts_with("POST").then(|| json!({}));
        assert_eq!(buyer.call(what, body.as_ref()).status, 403, "{what}");
    }
    let reseller = market.house.client(&market.house.north.admin);
    assert_eq!(reseller.call("POST /billing_runs", Some(&json!({}))).status, 403);
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    market.order(&market.customer("Somebody", "EUR"), &offer, 1);
    let invoices = buyer.get("/invoices");
    assert_eq!(invoices["items"].as_array().unwrap().len(), 0);
}

#[test]
fn a_bill_can_be_looked_at_for_some_hours_before_it_is_issued() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let policy = format!("/accounts/{}/billing_policy", market.house.operator.account);
    operator.patch(&policy, &json!({ "review_hours": 48 }));
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let (one, two) = (market.customer("One", "EUR"), market.customer("Two", "EUR"));
    market.order(&one, &offer, 1);
    market.order(&two, &offer, 2);
    let issued = || {
        let found = operator.get("/invoices?order=oldest")["items"].as_array().unwrap().clone();
        let told =
            |it: &Value| format!("{} {}", text(&it["issued_on"]), text(&it["gross"]["amount"]));
        found.iter().map(told).collect::<Vec<_>>()
    };
    market.advance_to("2026-01-02");
    assert_eq!(issued(), ["2026-01-01 12.00", "2026-01-01 12.00"], "who begins waits for nothing");

    market.advance_to("2026-02-01");
    let left = operator.get("/billing_runs/left");
    assert_eq!((&left["due"], &left["proposed"]), (&json!(0), &json!(2)));
    let proposed = operator.get("/billing_runs/proposed")["items"].clone();
    assert_eq!(proposed[0]["account_name"], "One");
    assert_eq!(proposed[0]["billing_date"], "2026-02-01");
    assert_eq!(proposed[0]["issued_at"], "2026-02-03T00:00:00Z");
    assert_eq!(proposed[0]["amounts"][0]["gross"]["amount"], "12.00");
    assert_eq!(proposed[0]["lines"][0]["text"], "Flat: Base");

    let path = |place: usize, verb: &str| {
        format!("/billing_accounts/{}/{verb}", text(&proposed[place]["billing_account"]))
    };
    operator.post(&path(0, "bill"), &json!({}));
    assert_eq!(issued()[2..], ["2026-02-01 12.00"]);
    let again = operator.call(&format!("POST {}", path(0, "bill")), Some(&json!({})));
    assert_eq!(again.status, 409);
    let told = again.json();
    assert!(text(&told["detail"]).contains("it is billed on `2026-03-01`"), "{told}");
    operator.post(&path(1, "suspend"), &json!({}));
    market.advance_to("2026-02-04");
    assert_eq!(issued().len(), 3, "what is kept back is not issued");
    operator.post(&path(1, "resume"), &json!({}));
    market.advance_to("2026-02-05");
    assert_eq!(issued()[3..], ["2026-02-04 12.00"], "it is dated on the day on which it is issued");
    market.advance_to("2026-03-04");
    assert_eq!(issued()[4..], ["2026-03-03 12.00", "2026-03-03 12.00"]);
    assert_eq!(operator.get("/billing_runs/left")["nothing_left"], true);
}

#[test]
fn what_begins_while_a_bill_is_looked_at_stands_on_the_next() {
    let market = Market::on("2026-01-15");
    let operator = market.operator();
    let policy = format!("/accounts/{}/billing_policy", market.house.operator.account);
    operator.patch(&policy, &json!({ "review_hours": 48 }));
    let account = json!({
        "name": "Blue Whale", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
        "billing": { "currency": "EUR", "cycle": { "period": "1 month", "anchor_day": 1 } },
    });
    let account = operator.post("/accounts", &account);
    let setup = json!({
        "name": "Setup", "kind": "one_time", "fee": "setup", "currency": "EUR",
        "model": { "kind": "flat", "amount": "50" },
    });
    let offer = market.offer("Desk", &[setup]);
    let is_had_for_a_day = || {
        let subscription = market.order(&account, &offer, 1);
        let nothing = json!({ "refund_to": "nowhere" });
        operator.post(&format!("/subscriptions/{subscription}/cancel"), &nothing);
        market.house.app.keep_duties();
    };
    is_had_for_a_day();
    market.advance_to("2026-02-02");
    is_had_for_a_day();
    market.advance_to("2026-03-04");
    let invoices = market.invoices(&account);
    let told = |it: &Value| format!("{} {}", text(&it["issued_on"]), text(&it["net"]["amount"]));
    let told: Vec<_> = invoices.iter().map(told).collect();
    assert_eq!(told, ["2026-02-03 50.00", "2026-03-03 50.00"]);
    assert_eq!(operator.get("/billing_runs/left")["nothing_left"], true);
}
