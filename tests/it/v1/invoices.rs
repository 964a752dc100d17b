//! Invoices: listed, read, computed again, taken back by credit notes, given up.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::domain::time::Date;

use crate::harness::client::Protocol;
use crate::harness::market::{Market, monthly, sums, text};

fn billed() -> (Market, Value, Vec<Value>) {
    let market = Market::on("2026-01-01");
    let account = market.customer("Buyer", "EUR");
    let offer =
        market.offer("Flat", &[monthly("Base", "EUR", "10"), monthly("More", "EUR", "5.55")]);
    market.order(&account, &offer, 1);
    market.advance_to("2026-02-15");
    let invoices = market.invoices(&account);
    (market, account, invoices)
}

#[test]
fn an_invoice_is_found_by_what_one_knows_of_it() {
    let (market, account, invoices) = billed();
    let operator = market.operator();
    let count = |query: &str| {
        operator.get(&format!("/invoices?{query}"))["items"].as_array().unwrap().len()
    };
    let (account, billing_account) = (text(&account["id"]), text(&account["billing_account"]));
    assert_eq!(count(""), 2);
    assert_eq!(count(&format!("account={account}")), 2);
    assert_eq!(count(&format!("billing_account={billing_account}&state=overdue")), 2);
    assert_eq!(count("state=paid"), 0);
    assert_eq!(count("from=2026-01-02"), 1);
    assert_eq!(count("to=2026-01-31"), 1);
    assert_eq!(count(&format!("billing_run={}", text(&invoices[0]["billing_run"]))), 1);
    let by_number = operator.get(&format!("/invoices/{}", text(&invoices[1]["number"])));
    assert_eq!(by_number, invoices[1]);
    let chained = &invoices[1]["chain"]["previous"];
    assert_eq!(chained, &invoices[0]["chain"]["hash"], "each is sealed with the one before");
}

#[test]
fn a_number_names_one_invoice_however_many_sellers_there_are() {
    let (market, _, invoices) = billed();
    let house = &market.house;
    let north = house.client(&house.north.admin);
    let zone = north.post("/tax_zones", &json!({ "code": "ALL", "name": "Everywhere" }));
    let rule = json!({
        "name": "VAT", "zone": zone["id"], "percent": "20", "valid_from": "2000-01-01",
    });
    north.post("/tax_rules", &rule);
    let made = north.post("/specifications", &json!({ "name": { "en": "Flat" } }));
    let offer = json!({ "name": { "en": "Flat" }, "specification": made["id"], "state": "active" });
    let offer = text(&north.post("/offers", &offer)["id"]);
    let mut price = monthly("Base", "EUR", "10");
    price["offer"] = json!(offer);
    north.post("/prices", &price);
    north.post(&format!("/offers/{offer}/launch"), &json!({}));
    let buyer = house.north.customer.account.as_str();
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    north.patch(&format!("/accounts/{buyer}"), &json!({ "address": address }));
    north.post("/orders", &json!({ "account": buyer, "items": [{ "offer": offer }] }));
    market.advance_to("2026-03-15");
    let theirs = text(&north.get("/invoices?order=oldest")["items"][0]["number"]);
    let ours = text(&invoices[0]["number"]);
    assert_eq!((&*ours, &*theirs), ("INV-2026-000001", "INV-2-2026-000001"));
    let operator = market.operator();
    assert_eq!(operator.get(&format!("/invoices/{theirs}"))["account"], buyer);
    assert_ne!(operator.get(&format!("/invoices/{ours}"))["account"], buyer);
    let hidden = north.call(&format!("GET /invoices/{ours}"), None);
    assert_eq!(hidden.status.as_u16(), 404, "{}", hidden.json());
}

#[test]
fn an_issued_invoice_is_undone_by_credit_notes_alone() {
    let (market, account, invoices) = billed();
    let (operator, said) = (market.operator(), Protocol::default());
    let path = format!("/invoices/{}", text(&invoices[0]["id"]));
    let credit = |body: Value| {
        let what = format!("POST {path}/credit?fields=number,lines,net,tax,gross");
        said.say(&operator, "operator", &what, Some(&body));
        market.must_be_whole();
    };
    let line = |net: &str| json!([{ "line": 0, "net": { "amount": net, "currency": "EUR" } }]);
    credit(json!({ "reason": "A bad week", "lines": line("2.50") }));
    credit(json!({ "reason": "Too much", "lines": line("7.51") }));
    credit(json!({ "reason": "All of it" }));
    credit(json!({ "reason": "Once more" }));
    expect![[r#"
        > POST /invoices/{inv1}/credit?fields=number,lines,net,tax,gross {"lines":[{"line":0,"net":{"amount":"2.50","currency":"EUR"}}],"reason":"A bad week"} [operator]
        201 Created {"gross":{"amount":"3.00","currency":"EUR"},"id":"{crn1}","lines":[{"line":0,"net":{"amount":"2.50","currency":"EUR"},"tax":{"amount":"0.50","currency":"EUR"}}],"net":{"amount":"2.50","currency":"EUR"},"number":"CRN-2026-000001","tax":{"amount":"0.50","currency":"EUR"}}
        > POST /invoices/{inv1}/credit?fields=number,lines,net,tax,gross {"lines":[{"line":0,"net":{"amount":"7.51","currency":"EUR"}}],"reason":"Too much"} [operator]
        409 Conflict {"type":"/problems/credit_exceeds","title":"The credit would exceed what is left of the invoice or its line.","status":409,"detail":"`7.51 EUR` cannot be credited of a line of which `7.50 EUR` is left","request_id":"…"}
        > POST /invoices/{inv1}/credit?fields=number,lines,net,tax,gross {"reason":"All of it"} [operator]
        201 Created {"gross":{"amount":"15.66","currency":"EUR"},"id":"{crn2}","lines":[{"line":0,"net":{"amount":"7.50","currency":"EUR"},"tax":{"amount":"1.50","currency":"EUR"}},{"line":1,"net":{"amount":"5.55","currency":"EUR"},"tax":{"amount":"1.11","currency":"EUR"}}],"net":{"amount":"13.05","currency":"EUR"},"number":"CRN-2026-000002","tax":{"amount":"2.61","currency":"EUR"}}
        > POST /invoices/{inv1}/credit?fields=number,lines,net,tax,gross {"reason":"Once more"} [operator]
        409 Conflict {"type":"/problems/credit_exceeds","title":"The credit would exceed what is left of the invoice or its line.","status":409,"detail":"nothing is left of the invoice that could be credited","request_id":"…"}
    "#]].assert_eq(&said.text());
    let after = operator.get(&path);
    assert_eq!(
        (text(&after["state"]), sums(&after)),
        ("credited".into(), "15.55 + 3.11 = 18.66 EUR, due 0.00".into())
    );
    let notes = operator.get(&format!("/credit_notes?account={}", text(&account["id"])));
    assert_eq!(notes["items"].as_array().unwrap().len(), 2);
}

#[test]
fn a_credit_of_no_line_is_refused_as_what_it_is() {
    let (market, _, invoices) = billed();
    let path = format!("POST /invoices/{}/credit", text(&invoices[0]["id"]));
    let body = json!({ "reason": "A bad week", "lines": [] });
    let refused = market.operator().call(&path, Some(&body));
    assert_eq!(refused.status.as_u16(), 422);
    let error = &refused.json()["errors"][0];
    assert_eq!((&error["pointer"], &error["rule"]), (&json!("/lines"), &json!("range")));
    assert_eq!(
        error["message"],
        "must name at least one line; left out, all that is left is credited"
    );
    market.must_be_whole();
}

#[test]
fn what_was_paid_and_is_taken_back_pays_the_next_invoice() {
    let (market, account, invoices) = billed();
    let operator = market.operator();
    let amount = json!({ "amount": "37.32", "currency": "EUR" });
    operator.post("/payments", &json!({ "account": account["id"], "amount": amount }));
    let path = format!("/invoices/{}", text(&invoices[0]["id"]));
    operator.post(&format!("{path}/credit"), &json!({ "reason": "A bad month" }));
    market.advance_to("2026-03-01");
    let last = market.invoices(&account).pop().unwrap();
    assert_eq!(
        (text(&last["state"]), sums(&last)),
        ("paid".into(), "15.55 + 3.11 = 18.66 EUR, due 0.00".into())
    );
}

#[test]
fn what_will_not_be_paid_is_given_up_once() {
    let (market, account, invoices) = billed();
    let operator = market.operator();
    let path = format!("/invoices/{}/write_off", text(&invoices[0]["id"]));
    let given_up = operator.post(&path, &json!({ "reason": "Insolvent" }));
    assert_eq!(
        (text(&given_up["state"]), text(&given_up["write_off_reason"])),
        ("written_off".to_owned(), "Insolvent".to_owned())
    );
    market.must_be_whole();
    assert_eq!(operator.call(&format!("POST {path}"), Some(&json!({}))).status, 409);
    let balance = operator.get(&format!("/accounts/{}/balance", text(&account["id"])));
    assert_eq!(balance["balances"][0]["receivable"]["amount"], "18.66");
    let balances = operator.get("/balances");
    let given_up =
        balances["items"].as_array().unwrap().iter().find(|it| it["ledger"] == "write_off");
    assert_eq!(given_up.unwrap()["amount"]["amount"], "18.66");
}

#[test]
fn an_offer_is_calculated_as_it_is_billed() {
    let market = Market::on("2026-01-01");
    let usage = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "graduated", "tiers": [
            { "up_to": "10", "per_unit": "1.5", "flat": "2" }, { "up_to": null, "per_unit": "1" },
        ] },
    });
    let offer = market.offer("Cloud", &[monthly("Base", "EUR", "19.99"), usage]);
    let body =
        json!({ "currency": "EUR", "country": "DE", "usage": { market.meter.clone(): "12" } });
    let path = format!("/offers/{offer}/calculate");
    let found = market.operator().post(&path, &body);
    let amount = |name: &str| text(&found[name]["amount"]);
    assert_eq!([amount("net"), amount("tax"), amount("gross")], ["38.99", "7.80", "46.79"]);
    let why = &found["lines"][1]["explanation"]["text"];
    assert_eq!(why[2], "tier 1: 10 × 1.5 + 2 = 17", "{why}");
    let dollars =
        market.operator().call(&format!("POST {path}"), Some(&json!({ "currency": "USD" })));
    assert_eq!(dollars.status, 409);
}

#[test]
fn what_one_rule_taxes_is_calculated_together_as_it_is_billed() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let category = |code: &str| {
        operator.post("/tax_categories", &json!({ "code": code, "name": code }))["id"].clone()
    };
    let priced = |name: &str| {
        let mut price = monthly(name, "EUR", "0.02");
        price["tax_category"] = category(name);
        price
    };
    let offer = market.offer("Two", &[priced("A"), priced("B")]);
    let account = market.customer("Buyer", "EUR");
    market.order(&account, &offer, 1);
    let body = json!({ "currency": "EUR", "country": "DE" });
    let foretold = operator.post(&format!("/offers/{offer}/calculate"), &body);
    // 0.04 × 20 % = 0.008, which is 0.01; taxed apart, each 0.02 would bear 0.004 and so nothing.
    let found = &market.invoices(&account)[0];
    for it in [&foretold, found] {
        let amount = |name: &str| text(&it[name]["amount"]);
        assert_eq!([amount("net"), amount("tax"), amount("gross")], ["0.04", "0.01", "0.05"]);
    }
    assert_eq!(found["taxes"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_credited_of_a_loss_was_never_paid_and_is_nobodys_money() {
    let (market, account, invoices) = billed();
    let operator = market.operator();
    let pay = |amount: &str| {
        let amount = json!({ "amount": amount, "currency": "EUR" });
        operator.post("/payments", &json!({ "account": account["id"], "amount": amount }));
    };
    let balance = || {
        let found = operator.get(&format!("/accounts/{}/balance", text(&account["id"])));
        let amount = |name: &str| text(&found["balances"][0][name]["amount"]);
        format!("owes {}, has {}", amount("receivable"), amount("credit"))
    };
    // 18.66 each; 5.00 of the first is paid and 13.66 given up.
    pay("5");
    let path = format!("/invoices/{}", text(&invoices[0]["id"]));
    operator.post(&format!("{path}/write_off"), &json!({}));
    assert_eq!(balance(), "owes 18.66, has 0.00");
    // 10.00 + 2.00 of tax comes back: all of it from what was given up.
    let line = json!([{ "line": 0, "net": { "amount": "10", "currency": "EUR" } }]);
    operator.post(&format!("{path}/credit"), &json!({ "reason": "Half", "lines": line }));
    market.must_be_whole();
    assert_eq!(balance(), "owes 18.66, has 0.00");
    assert_eq!(operator.get(&path)["state"], "written_off");
    // 6.66 more: 1.66 are left of what was given up, 5.00 were paid, and pay the other invoice.
    operator.post(&format!("{path}/credit"), &json!({ "reason": "The rest" }));
    market.must_be_whole();
    assert_eq!(balance(), "owes 13.66, has 0.00");
    assert_eq!(operator.get(&path)["state"], "paid");
}

#[test]
fn the_tax_in_what_is_given_up_is_owed_no_more_where_the_seller_says_so() {
    for (said, given_up, credited) in [
        ("keep", "tax_payable -6.22, write_off 13.66", "tax_payable -4.22, write_off 1.66"),
        ("return", "tax_payable -3.94, write_off 11.38", "tax_payable -3.94, write_off 1.38"),
    ] {
        let (market, account, invoices) = billed();
        let operator = market.operator();
        let own = text(&json!(market.house.operator.account));
        let policy = json!({ "write_off_tax": said });
        let set = operator.patch(&format!("/accounts/{own}/billing_policy"), &policy);
        assert_eq!(set["write_off_tax"], said);
        let amount = json!({ "amount": "5", "currency": "EUR" });
        operator.post("/payments", &json!({ "account": account["id"], "amount": amount }));
        let stands = || {
            let rows = operator.get("/balances")["items"].as_array().unwrap().clone();
            let of = |ledger: &str| {
                let row = rows.iter().find(|it| it["ledger"] == ledger);
                format!(
                    "{ledger} {}",
                    row.map_or("-".to_owned(), |it| text(&it["amount"]["amount"]))
                )
            };
            ["tax_payable", "write_off"].map(of).join(", ")
        };
        // 13.66 of 18.66 are given up, and with that 2.28 of 3.11 of tax; of 12.00 another 2.00 comes back
        // by the credit note, of which 2.00 was owed no more already.
        let path = format!("/invoices/{}", text(&invoices[0]["id"]));
        operator.post(&format!("{path}/write_off"), &json!({}));
        market.must_be_whole();
        assert_eq!(stands(), given_up, "{said}");
        let line = json!([{ "line": 0, "net": { "amount": "10", "currency": "EUR" } }]);
        operator.post(&format!("{path}/credit"), &json!({ "reason": "Half", "lines": line }));
        market.must_be_whole();
        assert_eq!(stands(), credited, "{said}");
    }
}

/// Of what a credit note left, another part may be tax than of the whole.
#[test]
fn the_tax_in_what_is_given_up_is_that_of_what_is_left_of_the_invoice() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Buyer", "EUR");
    let mut book = monthly("Book", "EUR", "100");
    book["tax_category"] = market.taxed("BOOKS", "7");
    market.order(&account, &market.offer("Both", &[monthly("Base", "EUR", "100"), book]), 1);
    let (operator, invoice) = (market.operator(), market.invoices(&account).remove(0));
    let own = format!("/accounts/{}/billing_policy", market.house.operator.account);
    operator.patch(&own, &json!({ "write_off_tax": "return" }));
    let lines = invoice["lines"].as_array().unwrap();
    let base = lines.iter().position(|it| text(&it["text"]).contains("Base")).unwrap();
    let stands = || {
        let rows = operator.get("/balances")["items"].as_array().unwrap().clone();
        let of = |ledger: &str| {
            let row = rows.iter().find(|it| it["ledger"] == ledger);
            let amount = row.map_or("0.00".to_owned(), |it| text(&it["amount"]["amount"]));
            format!("{ledger} {amount}")
        };
        ["tax_payable", "write_off"].map(of).join(", ")
    };
    assert_eq!(stands(), "tax_payable -27.00, write_off 0.00");
    let path = format!("/invoices/{}", text(&invoice["id"]));
    let credit = |net: &str| {
        let line = json!([{ "line": base, "net": { "amount": net, "currency": "EUR" } }]);
        operator.post(&format!("{path}/credit"), &json!({ "reason": "Half", "lines": line }));
        market.must_be_whole();
    };
    credit("50");
    operator.post(&format!("{path}/write_off"), &json!({}));
    assert_eq!(stands(), "tax_payable 0.00, write_off 150.00", "all that is left is a loss");
    credit("50");
    assert_eq!(stands(), "tax_payable 0.00, write_off 100.00", "what is left of it bears 7 %");
}

/// A day ends where the billing account is: the invoice, the lists and the balance say the same.
#[test]
fn an_invoice_is_overdue_when_the_day_is_over_where_it_is_paid() {
    for (zone, days, hour, expected) in [
        ("America/Los_Angeles", 1, 7, "open"),
        ("America/Los_Angeles", 1, 9, "overdue"),
        ("Pacific/Auckland", 0, 10, "open"),
        ("Pacific/Auckland", 0, 12, "overdue"),
    ] {
        let market = Market::on("2026-01-01");
        // What is for sale from a day on is so everywhere two days later.
        let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
        market.advance_to("2026-01-03");
        let operator = market.operator();
        let body = json!({
            "name": "Far away", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
            "billing": { "currency": "EUR", "zone": zone },
        });
        let account = operator.post("/accounts", &body);
        market.order(&account, &offer, 1);
        market.advance_to("2026-02-05");
        let last = market.invoices(&account).pop().unwrap();
        let due_on: Date = text(&last["due_on"]).parse().unwrap();
        let at = format!("{}T{hour:02}:00:00Z", due_on.plus_days(days));
        operator.post("/clock/advance", &json!({ "to": at }));

        let id = text(&account["id"]);
        let listed = |state: &str| {
            let found = operator.get(&format!("/invoices?account={id}&state={state}"));
            let of_all = operator.get(&format!("/invoices?state={state}"));
            assert_eq!(of_all["items"], found["items"], "nobody else has any");
            let found = found["items"].as_array().unwrap().clone();
            (found.iter().any(|it| it["id"] == last["id"]), found.len())
        };
        let shown = operator.get(&format!("/invoices/{}", text(&last["id"])));
        assert_eq!(shown["state"], expected, "{zone} {at}");
        assert_eq!(
            (listed("open").0, listed("overdue").0),
            (expected == "open", expected != "open")
        );
        let balance = operator.get(&format!("/accounts/{id}/balance"));
        let overdue = format!("{}.00", 12 * listed("overdue").1);
        assert_eq!(balance["balances"][0]["overdue"]["amount"], overdue, "{zone} {at}");
    }
}

/// Who buys may not read meters, and would take the highest of its readings for a sum.
#[test]
fn whoever_sees_a_line_is_told_how_its_meter_counts() {
    let market = Market::on("2026-01-01");
    let meter = json!({ "code": "disk", "name": "Disk", "unit": "GB", "aggregation": "max" });
    let meter = market.operator().post("/meters", &meter)["id"].clone();
    let usage = json!({
        "name": "Disk", "kind": "usage", "currency": "EUR", "meter": meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    });
    let account = json!({ "id": market.house.customer.account });
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let path = format!("/accounts/{}", market.house.customer.account);
    market.operator().patch(&path, &json!({ "address": address }));
    let subscription = market.order(&account, &market.offer("Disk", &[usage]), 1);
    market.advance_to("2026-01-20");
    let event = |(day, quantity): (&str, &str)| {
        json!({
            "id": day, "subscription": subscription, "meter": "disk", "quantity": quantity,
            "at": format!("{day}T00:00:00Z"),
        })
    };
    let events = [("2026-01-05", "3"), ("2026-01-06", "7")].map(event);
    let said = market.operator().post("/usage", &json!({ "events": events }));
    assert_eq!(said["accepted"], 2, "{said}");
    market.advance_to("2026-02-02");
    let buyer = market.house.client(&market.house.customer.admin);
    let invoice = text(&buyer.get("/invoices")["items"][0]["id"]);
    let line = buyer.get(&format!("/invoices/{invoice}"))["lines"][0].clone();
    assert_eq!(line["quantity"], "7", "{line}");
    assert_eq!(line["explanation"]["usage"]["aggregation"], "max", "{line}");
}
