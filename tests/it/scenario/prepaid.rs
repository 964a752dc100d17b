//! Who pays in beforehand is told when little is left of it, once, and pays in more.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::services::billing::{self, Looked};

use crate::harness::house::{Person, invite};
use crate::harness::market::{Market, lines, monthly, sums, text};

fn pay(market: &Market, account: &Value, amount: &str) -> String {
    let amount = json!({ "amount": amount, "currency": "EUR" });
    let body = json!({ "account": account["id"], "amount": amount });
    text(&market.operator().post("/payments", &body)["id"])
}

/// What a buyer was written about what is left, the oldest first.
fn told(market: &Market) -> String {
    market.house.app.keep_duties();
    let found = market.operator().get("/mails?limit=1000&order=oldest");
    let mails = found["items"].as_array().unwrap().iter();
    let own = mails.filter(|it| it["occasion"] == "low_balance");
    own.map(|it| format!("{} {}\n", &text(&it["created_at"])[..10], text(&it["subject"]))).collect()
}

#[test]
fn who_has_little_left_is_told_once_and_anew_after_paying_in_more() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let contact = json!({ "family_name": "Lee", "email": "ann@whale.test" });
    let account = operator.post(
        "/accounts",
        &json!({
            "name": "Blue Whale", "billing": { "currency": "EUR" },
            "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
            "contacts": { "billing": contact },
        }),
    );
    let path = format!("/billing_accounts/{}", text(&account["billing_account"]));
    let euros = |it: &str| json!({ "amount": it, "currency": "EUR" });
    let refused = operator.call(
        &format!("PATCH {path}"),
        Some(&json!({ "alert_below": { "amount": "1", "currency": "USD" } })),
    );
    assert_eq!(refused.status, 422, "{}", refused.json());
    pay(&market, &account, "50");
    let changed = operator.patch(&path, &json!({ "alert_below": euros("20") }));
    assert_eq!(changed["alert_below"], euros("20.00"));
    // 12.00 a month: 38.00 are left, 26.00, 14.00 and 2.00.
    market.order(&account, &market.offer("Fee", &[monthly("Fee", "EUR", "10")]), 1);
    market.advance_to("2026-05-01");
    let mut said = told(&market);
    let payment = pay(&market, &account, "30");
    market.must_be_whole();
    said += &format!("paid in\n{}", told(&market));
    // What goes back is not left.
    operator.post(&format!("/payments/{payment}/refund"), &json!({ "amount": euros("10") }));
    market.must_be_whole();
    said += &format!("given back\n{}", told(&market));
    // Who is told at less is told of that.
    operator.patch(&path, &json!({ "alert_below": euros("5") }));
    market.advance_to("2026-07-02");
    said += &format!("told at less\n{}", told(&market));
    expect![[r#"
        2026-03-01 Your balance is down to EUR 14.00
        paid in
        2026-03-01 Your balance is down to EUR 14.00
        given back
        2026-03-01 Your balance is down to EUR 14.00
        2026-05-01 Your balance is down to EUR 10.00
        told at less
        2026-03-01 Your balance is down to EUR 14.00
        2026-05-01 Your balance is down to EUR 10.00
        2026-06-01 Your balance is down to EUR -2.00
    "#]]
    .assert_eq(&said);
}

#[test]
fn what_was_paid_in_before_bears_no_tax_where_the_seller_says_so() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let own = text(&json!(market.house.operator.account));
    let policy = format!("/accounts/{own}/billing_policy");
    let address = json!({ "street": "Werft 1", "city": "Kiel", "country": "DE" });
    let said = json!({ "address": address, "tax": { "registration_id": "DE123456788" } });
    operator.patch(&format!("/accounts/{own}"), &said);
    assert_eq!(operator.get(&policy)["prepaid"], "after_tax");
    let set = operator.patch(&policy, &json!({ "prepaid": "before_tax" }));
    assert_eq!(set["prepaid"], "before_tax");
    let account = market.customer("Blue Whale", "EUR");
    let contact = json!({ "contacts": { "billing": { "email": "bills@whale.test" } } });
    operator.patch(&format!("/accounts/{}", text(&account["id"])), &contact);
    let offer = market.offer("Fee", &[monthly("Fee", "EUR", "100")]);
    pay(&market, &account, "150");
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-02-02");
    // The first month is paid whole, half of the second, and the third bears all of its tax.
    market.advance_to("2026-03-02");
    let balance = |name: &str| {
        let path = format!("/accounts/{}/balance", text(&account["id"]));
        text(&operator.get(&path)["balances"][0][name]["amount"])
    };
    let all = market.invoices(&account);
    assert_eq!(
        all.iter().map(sums).collect::<Vec<_>>().join("; "),
        "\
        100.00 + 0.00 = 100.00 EUR, due 0.00; 100.00 + 10.00 = 110.00 EUR, due 60.00; \
        100.00 + 20.00 = 120.00 EUR, due 120.00"
    );
    assert_eq!((balance("receivable").as_str(), balance("credit").as_str()), ("180.00", "0.00"));
    expect![[r#"
        Fee: Fee | 2026-02-01..2026-03-01 | 50.00
            flat price, as of 2026-01-01
            100
            without 50, which the balance pays on a line of its own
            = 50.00 EUR
        Fee: Fee | 2026-02-01..2026-03-01 | 50.00
            flat price, as of 2026-01-01
            100
            of which the balance pays 50
            = 50.00 EUR
    "#]]
    .assert_eq(&lines(&all[1]));
    for it in &all {
        let path = format!("/invoices/{}", text(&it["id"]));
        assert_eq!(operator.get(&format!("{path}/check"))["faults"], json!([]));
        for form in ["pdf", "ubl", "cii", "factur_x"] {
            let given = operator.call(&format!("GET {path}/{form}"), None);
            assert_eq!(given.status, 200, "{form}: {}", String::from_utf8_lossy(&given.body));
        }
    }
    let read = |form: &str| {
        let given = operator.call(&format!("GET /invoices/{}/{form}", text(&all[1]["id"])), None);
        String::from_utf8(given.body.to_vec()).unwrap()
    };
    let ubl = read("ubl");
    assert!(ubl.contains("paid from the prepaid balance: no tax is borne on it"), "{ubl}");
    // What is called off gives back what it cost: the tax that was borne, and no more.
    operator.post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    market.must_be_whole();
    let credit = json!({ "reason": "Never worked" });
    let note = operator.post(&format!("/invoices/{}/credit", text(&all[1]["id"])), &credit);
    assert_eq!(
        (&note["tax"]["amount"], &note["gross"]["amount"]),
        (&json!("10.00"), &json!("110.00"))
    );
    market.must_be_whole();
}

#[test]
fn half_of_a_month_that_was_half_paid_in_before_gives_back_half_of_both() {
    let market = Market::on("2026-04-01");
    let operator = market.operator();
    let own = text(&json!(market.house.operator.account));
    let policy = json!({ "prepaid": "before_tax" });
    operator.patch(&format!("/accounts/{own}/billing_policy"), &policy);
    let account = market.customer("Blue Whale", "EUR");
    pay(&market, &account, "50");
    let subscription =
        market.order(&account, &market.offer("Fee", &[monthly("Fee", "EUR", "100")]), 1);
    market.advance_to("2026-04-16");
    operator.post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    market.must_be_whole();
    let found = operator.get(&format!("/credit_notes?account={}", text(&account["id"])));
    let note = &found["items"][0];
    let amount = |name: &str| text(&note[name]["amount"]);
    assert_eq!([amount("net"), amount("tax"), amount("gross")], ["50.00", "5.00", "55.00"]);
}

/// A market whose seller lets what was paid in before lower what is charged without tax.
fn untaxed(day: &str, more: &Value) -> Market {
    let market = Market::on(day);
    let own = text(&json!(market.house.operator.account));
    let path = format!("/accounts/{own}/billing_policy");
    market.operator().patch(&path, &json!({ "prepaid": "before_tax" }));
    market.operator().patch(&path, more);
    market
}

fn all_sums(market: &Market, account: &Value) -> String {
    market.invoices(account).iter().map(sums).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_a_later_bill_gives_back_of_it_is_paid_in_again() {
    let market = untaxed("2026-01-01", &json!({}));
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let meter = json!({ "code": "disk", "name": "Disk", "unit": "GB", "aggregation": "latest" });
    let meter = text(&operator.post("/meters", &meter)["id"]);
    let price = json!({
        "name": "Disk", "kind": "usage", "currency": "EUR", "meter": meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    });
    let subscription = market.order(&account, &market.offer("Store", &[price]), 1);
    let path = format!("/billing_accounts/{}", text(&account["billing_account"]));
    let fifty = json!({ "interim_at": { "amount": "50", "currency": "EUR" } });
    operator.patch(&path, &fifty);
    pay(&market, &account, "90");
    for (id, at, quantity) in [("a", "2026-01-05", "90"), ("b", "2026-01-20", "84")] {
        let at = format!("{at}T10:00:00Z");
        operator.post("/clock/advance", &json!({ "to": at }));
        let event = json!({
            "id": id, "subscription": subscription, "meter": meter, "quantity": quantity, "at": at,
        });
        operator.post("/usage", &json!({ "events": [event] }));
        market.house.app.keep_duties();
        market.must_be_whole();
    }
    market.advance_to("2026-02-02");
    let fee = json!({
        "name": "Visit", "kind": "one_time", "currency": "EUR",
        "model": { "kind": "flat", "amount": "6" },
    });
    market.order(&account, &market.offer("Visit", &[fee]), 1);
    market.advance_to("2026-03-02");
    expect![[r#"
        90.00 + 0.00 = 90.00 EUR, due 0.00
        -6.00 + 0.00 = -6.00 EUR, due 0.00
        6.00 + 0.00 = 6.00 EUR, due 0.00"#]]
    .assert_eq(&all_sums(&market, &account));
    expect![[r#"
        Store: Disk | 2026-01-01..2026-02-01 | -6.00
            price per unit, as of 2026-01-01
            84 counted in 2 records
            84 × 1 = 84
            less 90, which was charged before
            of which the balance gets 6
            = -6.00 EUR
    "#]]
    .assert_eq(&lines(&market.invoices(&account)[1]));
    for it in market.invoices(&account) {
        let path = format!("/invoices/{}", text(&it["id"]));
        assert_eq!(operator.get(&format!("{path}/check"))["faults"], json!([]));
        let given = operator.call(&format!("GET {path}/pdf"), None);
        assert_eq!(given.status, 200, "{}", String::from_utf8_lossy(&given.body));
    }
}

#[test]
fn what_a_credit_note_gives_back_of_it_is_paid_in_again() {
    let market = untaxed("2026-04-01", &json!({}));
    let account = market.customer("Blue Whale", "EUR");
    pay(&market, &account, "100");
    let offer = market.offer("Fee", &[monthly("Fee", "EUR", "100")]);
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-04-16");
    market.operator().post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    market.must_be_whole();
    market.order(&account, &market.offer("Less", &[monthly("Less", "EUR", "40")]), 1);
    market.advance_to("2026-06-02");
    // Fifty came back: they pay for half of April, and the beginning of May.
    expect![[r#"
        100.00 + 0.00 = 100.00 EUR, due 0.00
        60.00 + 2.00 = 62.00 EUR, due 12.00
        40.00 + 8.00 = 48.00 EUR, due 48.00"#]]
    .assert_eq(&all_sums(&market, &account));
}

#[test]
fn a_deposit_that_credit_pays_stops_none_of_the_bills_of_each_subscription() {
    let market = untaxed("2026-01-01", &json!({ "grouping": "subscription" }));
    let account = market.customer("Blue Whale", "EUR");
    let deposit = json!({
        "name": "Deposit", "kind": "one_time", "fee": "deposit", "currency": "EUR",
        "model": { "kind": "flat", "amount": "50" },
    });
    let van = market.offer("Van", &[monthly("Rent", "EUR", "10"), deposit]);
    let desk = market.offer("Desk", &[monthly("Desk", "EUR", "100")]);
    let other = market.customer("Ann", "EUR");
    pay(&market, &account, "80");
    let body = |account: &Value, items: Value| json!({ "account": account["id"], "items": items });
    let items = json!([{ "offer": van }, { "offer": desk }]);
    market.operator().post("/orders", &body(&account, items));
    market.operator().post("/orders", &body(&other, json!([{ "offer": desk }])));
    market.house.app.keep_duties();
    market.advance_to("2026-02-02");
    // Of 80.00 the rent takes 10.00 without tax, the deposit 50.00, and the desk the rest.
    expect![[r#"
        60.00 + 0.00 = 60.00 EUR, due 0.00
        100.00 + 16.00 = 116.00 EUR, due 96.00
        10.00 + 2.00 = 12.00 EUR, due 12.00
        100.00 + 20.00 = 120.00 EUR, due 120.00"#]]
    .assert_eq(&all_sums(&market, &account));
    assert_eq!(market.invoices(&other).len(), 2);
    let runs = market.operator().get("/billing_runs");
    for run in runs["items"].as_array().unwrap() {
        assert_eq!(run["failures"], json!([]), "{run}");
    }
    market.must_be_whole();
}

/// An account that pays before, by its own people: its id, its billing account, and who orders for it.
fn pays_before(market: &Market) -> (Value, String, Person) {
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let id = text(&account["id"]);
    let contact = json!({ "contacts": { "billing": { "email": "bills@whale.test" } } });
    operator.patch(&format!("/accounts/{id}"), &contact);
    let path = format!("/billing_accounts/{}", text(&account["billing_account"]));
    operator.patch(&path, &json!({ "billing_type": "prepaid" }));
    let house = &market.house;
    (account, path, invite(&house.app, &house.operator, &id, "w@whale.test", "customer_admin"))
}

#[test]
fn who_pays_before_orders_what_it_has_paid_in_for() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let (account, _, buyer) = pays_before(&market);
    let buyer = market.house.client(&buyer);
    let seat = json!({
        "name": "Seat", "kind": "recurring", "currency": "EUR", "period": "1 month",
        "model": { "kind": "per_unit", "per_unit": "10" },
    });
    let offer = market.offer("Seats", &[seat]);
    let order = json!({ "account": account["id"], "items": [{ "offer": offer }] });
    let places = |body: &Value| {
        let said = buyer.call("POST /orders", Some(body));
        let why = said.json()["detail"].as_str().unwrap_or_default().to_owned();
        (said.status.as_u16(), why)
    };
    let (status, why) = places(&order);
    assert_eq!(status, 409, "{why}");
    assert!(why.contains("`12.00 EUR` at once, of which `0.00 EUR`"), "{why}");
    assert_eq!(buyer.post("/orders/preview", &order)["pay_first"]["amount"], "12.00");
    pay(&market, &account, "30");
    // Twice it is covered, whether or not the first is on an invoice already.
    assert_eq!(places(&order).0, 201);
    assert_eq!(places(&order).0, 201);
    let (status, why) = places(&order);
    assert_eq!(status, 409, "{why}");
    assert!(why.contains("of which `6.00 EUR`"), "{why}");
    let held = text(&buyer.get("/subscriptions")["items"][0]["id"]);
    let more = json!({ "quantity": 2 });
    let change = format!("POST /subscriptions/{held}/change");
    assert_eq!(buyer.call(&change, Some(&more)).json()["type"], "/problems/credit_limit_exceeded");
    // What costs nothing at once is had, and its seller trusts it with more.
    let later = market.offer("Free", &[monthly("Base", "EUR", "0")]);
    assert_eq!(places(&json!({ "account": account["id"], "items": [{ "offer": later }] })).0, 201);
    operator.post("/orders", &order);
    let less = json!({ "action": "delete", "subscription": held });
    assert_eq!(places(&json!({ "account": account["id"], "items": [less] })).0, 201);
    market.must_be_whole();
}

#[test]
fn what_who_pays_before_uses_draws_on_what_was_paid_in() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let (account, path, buyer) = pays_before(&market);
    let buyer = market.house.client(&buyer);
    let least = json!({ "alert_below": { "amount": "20", "currency": "EUR" } });
    pay(&market, &account, "50");
    operator.patch(&path, &least);
    let traffic = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    });
    let subscription = market.order(&account, &market.offer("Traffic", &[traffic]), 1);
    market.advance_to("2026-01-05");
    let uses = |id: &str, quantity: &str| {
        market.uses(&subscription, (id, "2026-01-05T00:00:00Z", quantity));
        market.house.app.keep_duties();
    };
    // 50.00 less 12.00 with its tax, and less 30.00 more.
    uses("a", "10");
    assert_eq!(told(&market), "");
    uses("b", "25");
    assert_eq!(told(&market), "2026-01-05 Your balance is down to EUR 8.00\n");
    uses("c", "5");
    assert_eq!(told(&market), "2026-01-05 Your balance is down to EUR 8.00\n", "once");
    let flat = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let order = json!({ "account": account["id"], "items": [{ "offer": flat }] });
    let refused = buyer.call("POST /orders", Some(&order));
    assert!(text(&refused.json()["detail"]).contains("of which `2.00 EUR`"), "{}", refused.json());
    market.must_be_whole();
}

#[test]
fn who_has_used_more_than_it_has_paid_in_is_stopped_where_its_seller_wants_that_until_it_pays() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let (account, _, _) = pays_before(&market);
    let own = text(&json!(market.house.operator.account));
    let says = |what: &str| {
        let policy = json!({ "prepaid_at_zero": what });
        operator.patch(&format!("/accounts/{own}/billing_policy"), &policy);
    };
    let traffic = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    });
    pay(&market, &account, "30");
    let subscription = market.order(&account, &market.offer("Line", &[traffic]), 1);
    market.advance_to("2026-01-02");
    let state = || {
        market.house.app.keep_duties();
        market.must_be_whole();
        text(&operator.get(&format!("/subscriptions/{subscription}"))["state"])
    };
    // Each costs 1.20 with tax: of 30.00 are 24.00 used, 36.00, and 60.00.
    let mut said = Vec::new();
    for (what, id, quantity) in [("hold", "1", "20"), ("alert", "2", "10"), ("hold", "3", "20")] {
        says(what);
        market.uses(&subscription, (id, "2026-01-01T12:00:00Z", quantity));
        said.push(format!("{what}: {}", state()));
    }
    for amount in ["10", "20"] {
        pay(&market, &account, amount);
        said.push(format!("{amount} more: {}", state()));
    }
    assert_eq!(
        said,
        [
            "hold: active",
            "alert: active",
            "hold: held_for_credit",
            "10 more: held_for_credit",
            "20 more: active",
        ]
    );
}

/// What came before the house started, or of more than it remembers one by one, is looked at all the same.
#[test]
fn who_has_used_more_than_it_has_paid_in_is_stopped_also_where_nobody_knows_whose_use_came() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let (account, _, _) = pays_before(&market);
    let traffic = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    });
    pay(&market, &account, "30");
    let subscription = market.order(&account, &market.offer("Line", &[traffic]), 1);
    market.advance_to("2026-01-02");
    let state = || {
        market.house.app.keep_duties();
        market.must_be_whole();
        text(&operator.get(&format!("/subscriptions/{subscription}"))["state"])
    };
    market.uses(&subscription, ("a", "2026-01-01T12:00:00Z", "50"));
    assert_eq!(state(), "active", "its seller stops nobody");
    let own = format!("/accounts/{}/billing_policy", market.house.operator.account);
    operator.patch(&own, &json!({ "prepaid_at_zero": "hold" }));
    assert_eq!(state(), "active", "nothing came since");
    billing::step_interim(&market.house.app.bss, &Looked::default()).unwrap();
    assert_eq!(state(), "held_for_credit");
}

/// While money goes back and a credit note takes its place, nothing is used up.
#[test]
fn a_refund_that_a_credit_note_follows_stops_nothing_in_between() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let (account, _, _) = pays_before(&market);
    let own = format!("/accounts/{}/billing_policy", market.house.operator.account);
    operator.patch(&own, &json!({ "prepaid_at_zero": "hold" }));
    let payment = pay(&market, &account, "12");
    let subscription =
        market.order(&account, &market.offer("Fee", &[monthly("Fee", "EUR", "10")]), 1);
    let amount = json!({ "amount": { "amount": "12", "currency": "EUR" }, "credit_note": true, "reason": "A mistake" });
    operator.post(&format!("/payments/{payment}/refund"), &amount);
    market.house.app.keep_duties();
    market.must_be_whole();
    let found = operator.get(&format!("/events?subject={subscription}&limit=100"));
    let names = found["items"].as_array().unwrap().iter().map(|it| text(&it["name"]));
    let names: Vec<_> = names.collect();
    assert!(names.iter().all(|it| !it.ends_with("held") && !it.ends_with("released")), "{names:?}");
}
