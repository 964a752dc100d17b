//! The books: entries and balances of one seller, which add up.

use std::collections::BTreeMap;

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

/// What the entries of a journal come to by ledger, in cents.
fn sums(entries: &Value) -> BTreeMap<String, i64> {
    let legs = entries["items"].as_array().unwrap().iter();
    added(legs.flat_map(|it| it["legs"].as_array().unwrap()))
}

/// What rows with a ledger and an amount come to, without what comes to nothing.
fn added<'a>(rows: impl Iterator<Item = &'a Value>) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for row in rows {
        let cents = row["amount"]["amount"].as_str().unwrap().replace('.', "");
        let ledger = row["ledger"].as_str().unwrap().to_owned();
        *sums.entry(ledger).or_default() += cents.parse::<i64>().unwrap();
    }
    sums.retain(|_, it| *it != 0);
    sums
}

#[test]
fn the_entries_of_a_seller_add_up_to_its_balances_and_name_it() {
    let house = House::on("2026-01-01");
    let (operator, north) = (house.operator(), house.client(&house.north.admin));
    let pay = |client: &Client<'_>, account: &str, amount: &str| {
        let amount = json!({ "amount": amount, "currency": "EUR" });
        client.post("/payments", &json!({ "account": account, "amount": amount }));
    };
    pay(&operator, &house.customer.account, "10.00");
    pay(&north, &house.north.customer.account, "7.00");
    pay(&operator, &house.customer.account, "0.50");
    for (client, seller, name, cash) in [
        (&operator, String::new(), "Provider", 1050),
        (&operator, format!("seller={}", house.north.account), "North Reseller", 700),
        // Who sees one seller alone is not told which it is.
        (&north, String::new(), "", 700),
    ] {
        let entries = client.get(&format!("/journal?{seller}"));
        let balances = client.get(&format!("/balances?{seller}"));
        let balances = added(balances["items"].as_array().unwrap().iter());
        assert_eq!(balances["cash"], cash, "{entries}");
        assert_eq!(sums(&entries), balances, "{entries}");
        let entries = entries["items"].as_array().unwrap();
        assert!(
            entries.iter().all(|it| it["seller_name"].as_str().unwrap_or_default() == name),
            "{entries:?}"
        );
    }
}

#[test]
fn nobody_reads_in_the_books_of_others_or_names_two_at_once() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let customer = &house.north.customer;
    let both = format!("account={}&billing_account={}", customer.account, customer.billing_account);
    for query in [
        format!("seller={}", house.operator.account),
        format!("seller={}", house.south.account),
        format!("seller={}", customer.account),
        format!("billing_account={}", house.south.customer.billing_account),
        both,
    ] {
        said.say(&north, "north", &format!("GET /journal?{query}"), None);
    }
    expect![[r#"
        > GET /journal?seller={acc1} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`seller` `{acc1}` is not there","request_id":"…","errors":[{"pointer":"seller","rule":"reference","message":"`{acc1}` is not there"}]}
        > GET /journal?seller={acc2} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`seller` `{acc2}` is not there","request_id":"…","errors":[{"pointer":"seller","rule":"reference","message":"`{acc2}` is not there"}]}
        > GET /journal?seller={acc3} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`seller` must be the provider or a reseller","request_id":"…","errors":[{"pointer":"seller","rule":"range","message":"must be the provider or a reseller"}]}
        > GET /journal?billing_account={bac1} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`billing_account` `{bac1}` is not there","request_id":"…","errors":[{"pointer":"billing_account","rule":"reference","message":"`{bac1}` is not there"}]}
        > GET /journal?account={acc3}&billing_account={bac2} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`account` must be named alone","request_id":"…","errors":[{"pointer":"account","rule":"conflict","message":"must be named alone"}]}
    "#]].assert_eq(&said.text());
}

/// The rows of a file, without its heads.
fn rows(client: &Client<'_>, path: &str, heads: usize) -> Vec<Vec<String>> {
    let file = client.call(&format!("GET {path}"), None);
    let text = String::from_utf8(file.body.to_vec()).unwrap();
    assert_eq!(file.status, 200, "{text}");
    let sign = if text.starts_with('\u{feff}') { ';' } else { ',' };
    let cells = |it: &str| it.split(sign).map(|it| it.trim_matches('"').to_owned()).collect();
    text.lines().skip(heads).map(cells).collect()
}

/// An amount in cents; nothing where nothing stands.
fn cents(text: &str) -> i64 {
    let digits: String = text.chars().filter(|it| *it != '.' && *it != ',').collect();
    if digits.is_empty() { 0 } else { digits.parse().unwrap() }
}

#[test]
fn files_for_accountants_come_to_the_same_as_the_journal() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Payer", "EUR");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10.01")]);
    market.order(&account, &offer, 1);
    market.advance_to("2026-02-02");
    let operator = market.operator();
    let amount = json!({ "amount": "30.00", "currency": "EUR" });
    operator.post("/payments", &json!({ "account": account["id"], "amount": amount }));
    let chart = format!("/accounts/{}/booking_chart", market.house.operator.account);
    operator
        .patch(&chart, &json!({ "standard": "skr04", "client": 7, "accounts": { "cash": 1810 } }));
    let told = format!("/events?subject={}&limit=1", market.house.operator.account);
    let told = operator.get(&told)["items"][0]["changes"].to_string();
    let change = r#"{"after":7,"before":1,"path":"/booking_chart/client"}"#;
    assert!(told.contains(change), "who looks later sees what it was: {told}");
    let balances = operator.get("/balances");
    let mut kept: BTreeMap<String, i64> = BTreeMap::new();
    for row in balances["items"].as_array().unwrap() {
        let ledger = text(&row["ledger"]);
        *kept.entry(ledger).or_default() += cents(row["amount"]["amount"].as_str().unwrap());
    }
    kept.retain(|_, it| *it != 0);

    let days = "from=2026-01-01&until=2026-02-03";
    let [mut legs, mut posted] = [BTreeMap::<String, i64>::new(), BTreeMap::new()];
    for row in rows(&operator, &format!("/journal/csv?{days}"), 1) {
        let amount = cents(&row[8]) - cents(&row[9]);
        *legs.entry(row[5].clone()).or_default() += amount;
        *posted.entry(row[6].clone()).or_default() += amount;
    }
    legs.retain(|_, it| *it != 0);
    posted.retain(|_, it| *it != 0);
    assert_eq!(legs, kept);
    let debtor = (10_000 + account["number"].as_u64().unwrap()).to_string();
    for own in ["1810", "4400", "3806", debtor.as_str()] {
        assert!(posted.contains_key(own) || own == debtor, "{own}: {posted:?}");
    }

    let mut booked: BTreeMap<String, i64> = BTreeMap::new();
    for row in rows(&operator, &format!("/journal/datev?{days}"), 2) {
        *booked.entry(row[6].clone()).or_default() += cents(&row[0]);
        *booked.entry(row[7].clone()).or_default() -= cents(&row[0]);
    }
    assert!(booked.contains_key(&debtor), "{booked:?}");
    booked.retain(|_, it| *it != 0);
    assert_eq!(booked, posted);
    let january = rows(&operator, "/journal/csv?from=2026-01-01&until=2026-02-01", 1);
    assert!(january.iter().all(|it| it[1].starts_with("2026-01")), "{january:?}");
}

/// What settles an invoice bears the number of that, and what was given up is told as such. What came in is
/// booked on its day, or, where the file of that may be out already, in that of the day on which it is written
/// down, with its day beside it.
#[test]
fn payments_are_booked_on_their_day_and_match_what_they_settle() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Payer", "EUR");
    market.order(&account, &market.offer("Flat", &[monthly("Base", "EUR", "10")]), 1);
    market.advance_to("2026-02-10");
    let operator = market.operator();
    let pay = |amount: &str, day: &str| {
        let amount = json!({ "amount": amount, "currency": "EUR" });
        let body = json!({ "account": account["id"], "amount": amount, "received_on": day });
        operator.call("POST /payments", Some(&body))
    };
    assert_eq!(pay("15", "2026-01-30").status.as_u16(), 201);
    assert_eq!(pay("1", "2025-02-08").json()["errors"][0]["pointer"], "/received_on");
    let second = text(&market.invoices(&account)[1]["id"]);
    operator.post(&format!("/invoices/{second}/write_off"), &json!({}));
    let told = |days: &str| {
        let all = rows(&operator, &format!("/journal/datev?{days}"), 2).into_iter();
        let told = all.map(|it| format!("{} {} {} {}\n", it[0], it[9], it[10], it[13]));
        told.collect::<String>()
    };
    let (first, second) = ("INV-2026-000001", "INV-2026-000002");
    assert_eq!(pay("4", "2026-02-03").status.as_u16(), 201);
    let january = told("from=2026-01-01&until=2026-02-01");
    assert!(!january.contains("15,00 "), "{january}");
    let february = told("from=2026-02-01&until=2026-03-01");
    let late = february.lines().find(|it| it.starts_with("15,00 1002 "));
    assert!(late.is_some_and(|it| it.contains(" 2026-01-30 payment")), "{february}");
    assert!(february.contains("4,00 0302 "), "{february}");
    let month = rows(&operator, "/journal/csv?from=2026-02-01&until=2026-03-01", 1);
    let late = month.iter().find(|it| it[8] == "15.00").unwrap();
    assert_eq!([&late[1], &late[12]], ["2026-02-10", "2026-01-30"], "{late:?}");
    assert!(february.contains(&format!("12,00 1002 {first} payment")), "{february}");
    assert!(february.contains(&format!("3,00 1002 {second} payment")), "{february}");
    assert!(february.contains(&format!("9,00 1002 {second} write-off {second}")), "{february}");
}

/// Where a payer is, tomorrow may be two days later than where its seller is.
#[test]
fn what_came_in_on_the_payers_tomorrow_is_booked_then() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = operator.post(
        "/accounts",
        &json!({
            "name": "Payer", "address": { "street": "Quay 1", "city": "London", "country": "KI" },
            "billing": { "currency": "EUR", "zone": "Pacific/Kiritimati" },
        }),
    );
    operator.post("/clock/advance", &json!({ "to": "2026-02-08T11:00:00Z" }));
    let amount = json!({ "amount": "7", "currency": "EUR" });
    let body = json!({ "account": account["id"], "amount": amount, "received_on": "2026-02-10" });
    operator.post("/payments", &body);
    for (days, booked) in [
        ("from=2026-02-08&until=2026-02-10", 0),
        ("from=2026-02-10&until=2026-02-11", 1),
        ("from=2026-02-11&until=2026-03-01", 0),
    ] {
        let found = rows(&operator, &format!("/journal/datev?{days}"), 2);
        assert_eq!(found.len(), booked, "{days}: {found:?}");
    }
}

/// What each customer owes is on an account of its own, which stays, and revenue on that of its tax.
#[test]
fn customers_and_what_they_are_taxed_as_have_accounts_of_their_own() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let own = format!("/accounts/{}", market.house.operator.account);
    let here = json!({ "street": "Weg 1", "city": "Bonn", "country": "DE" });
    operator.patch(&own, &json!({ "address": here, "tax": { "registration_id": "DE136695976" } }));
    operator.patch(&format!("{own}/billing_policy"), &json!({ "tax_regime": "eu_vat" }));
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let buys = |name: &str, country: &str, number: Option<&str>| {
        let body = json!({
            "name": name, "tax": { "registration_id": number },
            "address": { "street": "Ring 1", "city": "Stadt", "country": country },
            "billing": { "currency": "EUR" },
        });
        let account = operator.post("/accounts", &body);
        market.order(&account, &offer, 1);
        market.house.app.keep_duties();
        (10_000 + account["number"].as_u64().unwrap()).to_string()
    };
    let of = "/journal/datev?from=2026-01-01&until=2026-02-01";
    let booked = |debtor: &str| -> Vec<String> {
        let found = rows(&operator, of, 2);
        let own = found.iter().filter(|it| it[6] == debtor);
        own.map(|it| format!("{} {} {}", it[7], it[8], it[0])).collect()
    };
    let home = buys("Kornblume", "DE", None);
    let business = buys("Atelier", "FR", Some("FR23334175221"));
    let outside = buys("Peak", "CH", None);
    assert_eq!(booked(&home), ["8400 40 10,00", "1776  1,90"]);
    assert_eq!(booked(&business), ["8336  10,00"]);
    assert_eq!(booked(&outside), ["8338  10,00"]);

    let chart = format!("{own}/booking_chart");
    let change = json!({ "debtors_from": 20_000, "revenues": { "reverse_charge": 8337 } });
    let set = operator.patch(&chart, &change);
    assert_eq!([&set["debtors_from"], &set["revenues"]["reverse_charge"]], [20_000, 8337]);
    let moved = |from: &str| (from.parse::<u64>().unwrap() + 10_000).to_string();
    assert_eq!(booked(&moved(&business)), ["8337  10,00"]);
    let none = operator.patch(&chart, &json!({ "debtors_from": 0 }));
    assert_eq!(none["debtors_from"], Value::Null);
    assert_eq!(booked("1400").len(), 4, "all are on one account");
    let wide = operator.patch(&chart, &json!({ "debtors_from": 10_000 }));
    assert_eq!(wide["debtors_from"], 10_000);
    for (change, field) in [
        (json!({ "debtors_from": 70_000 }), "/debtors_from"),
        (json!({ "debtors_from": 9_999 }), "/debtors_from"),
        (json!({ "revenues": { "exempt": 0 } }), "/revenues/exempt"),
        (json!({ "revenues": { "free": 1 } }), "/revenues"),
    ] {
        let answer = operator.call(&format!("PATCH {chart}"), Some(&change)).json();
        assert_eq!(answer["errors"][0]["pointer"], field, "{answer}");
    }
    assert_eq!(operator.patch(&chart, &json!({ "digits": 5 }))["debtors_from"], 100_000);
}

#[test]
fn a_booking_has_the_number_of_its_document_and_a_text_in_its_sellers_language() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Payer", "EUR");
    market.order(&account, &market.offer("Flat", &[monthly("Base", "EUR", "10")]), 1);
    let operator = market.operator();
    let invoice = market.invoices(&account)[0].clone();
    let credit = format!("/invoices/{}/credit", text(&invoice["id"]));
    let note = operator.post(&credit, &json!({ "reason": "A gift" }));
    let seller = format!("/accounts/{}", market.house.operator.account);
    operator.patch(&seller, &json!({ "locale": "de" }));
    let of = "/journal/datev?from=2026-01-01&until=2026-02-01";
    let found = rows(&operator, of, 2);
    for (word, number) in [("Rechnung", &invoice["number"]), ("Gutschrift", &note["number"])] {
        let (number, told) = (text(number), format!("{word} {}", text(number)));
        let own = found.iter().filter(|it| it[10] == number && it[13] == told);
        assert!(own.count() > 0, "{told}: {found:?}");
    }
    operator.patch(&seller, &json!({ "locale": "en" }));
    let told = format!("invoice {}", text(&invoice["number"]));
    assert!(rows(&operator, of, 2).iter().any(|it| it[13] == told), "{told}");
}

#[test]
fn a_file_is_of_days_that_are_some_and_a_chart_of_numbers_that_fit() {
    let house = House::on("2026-01-01");
    let (operator, north, said) =
        (house.operator(), house.client(&house.north.admin), Protocol::default());
    for path in [
        "/journal/csv?from=2026-01-01&until=2026-01-01",
        "/journal/datev?from=2026-01-01&until=2027-01-02",
        "/journal/datev?from=2025-12-31&until=2026-01-02",
        "/journal/datev?from=2026-01-01&until=2026-02-01&currency=euro",
    ] {
        said.say(&operator, "operator", &format!("GET {path}"), None);
    }
    let query = format!("from=2026-01-01&until=2026-02-01&seller={}", house.south.account);
    said.say(&north, "north", &format!("GET /journal/csv?{query}"), None);
    let own = format!("PATCH /accounts/{}/booking_chart", house.north.account);
    for body in
        [json!({ "consultant": 7, "digits": 9 }), json!({ "accounts": { "cash": 0, "gold": 1 } })]
    {
        said.say(&north, "north", &own, Some(&body));
    }
    let customer = format!("PATCH /accounts/{}/booking_chart", house.north.customer.account);
    said.say(&north, "north", &customer, Some(&json!({})));
    expect![[r#"
        > GET /journal/csv?from=2026-01-01&until=2026-01-01 [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`until` must lie after `2026-01-01`","request_id":"…","errors":[{"pointer":"until","rule":"range","message":"must lie after `2026-01-01`"}]}
        > GET /journal/datev?from=2026-01-01&until=2027-01-02 [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`until` must lie within a year of the books: bookings say their day and month alone","request_id":"…","errors":[{"pointer":"until","rule":"range","message":"must lie within a year of the books: bookings say their day and month alone"}]}
        > GET /journal/datev?from=2025-12-31&until=2026-01-02 [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`until` must lie within a year of the books: bookings say their day and month alone","request_id":"…","errors":[{"pointer":"until","rule":"range","message":"must lie within a year of the books: bookings say their day and month alone"}]}
        > GET /journal/datev?from=2026-01-01&until=2026-02-01&currency=euro [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`currency` `euro` is not a currency code of ISO 4217, such as `EUR`","request_id":"…","errors":[{"pointer":"currency","rule":"format","message":"`euro` is not a currency code of ISO 4217, such as `EUR`"}]}
        > GET /journal/csv?from=2026-01-01&until=2026-02-01&seller={acc1} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/seller` `{acc1}` is not there","request_id":"…","errors":[{"pointer":"/seller","rule":"reference","message":"`{acc1}` is not there"}]}
        > PATCH /accounts/{acc2}/booking_chart {"consultant":7,"digits":9} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/consultant` must be from 1001 to 9999999; `/digits` must be from 4 to 8","request_id":"…","errors":[{"pointer":"/consultant","rule":"range","message":"must be from 1001 to 9999999"},{"pointer":"/digits","rule":"range","message":"must be from 4 to 8"}]}
        > PATCH /accounts/{acc2}/booking_chart {"accounts":{"cash":0,"gold":1}} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/accounts` `gold` is not one of receivable, revenue, deferred_revenue, tax_payable, cash, customer_credit, deposits_held, partner_payable, write_off, bank_fee","request_id":"…","errors":[{"pointer":"/accounts","rule":"enum","message":"`gold` is not one of receivable, revenue, deferred_revenue, tax_payable, cash, customer_credit, deposits_held, partner_payable, write_off, bank_fee"}]}
        > PATCH /accounts/{acc3}/booking_chart {} [north]
        409 Conflict {"type":"/problems/account_state_forbids","title":"The state of the account does not allow the operation.","status":409,"detail":"account `{acc3}` sells nothing, and has no books","request_id":"…"}
    "#]].assert_eq(&said.text());
}

/// Whenever a file is written and however long it is: each entry is in one.
#[test]
fn each_entry_is_in_exactly_one_of_files_that_follow_each_other() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Payer", "EUR");
    market.order(&account, &market.offer("Flat", &[monthly("Base", "EUR", "10")]), 1);
    let operator = market.operator();
    let entries = |from: &str, until: &str| -> Vec<u64> {
        let found = rows(&operator, &format!("/journal/csv?from={from}&until={until}"), 1);
        let mut found: Vec<_> = found.iter().map(|it| it[0].parse().unwrap()).collect();
        found.dedup();
        found
    };
    let (mut kept, mut from) = (Vec::new(), "2026-01-01");
    for (until, day, received_on) in [
        ("2026-01-09", "2026-01-08", "2026-01-01"),
        ("2026-02-01", "2026-01-31", "2026-02-01"),
        ("2026-02-20", "2026-02-19", "2026-01-30"),
        ("2026-03-01", "2026-02-28", "2025-12-01"),
    ] {
        market.advance_to(day);
        let amount = json!({ "amount": "3", "currency": "EUR" });
        let body =
            json!({ "account": account["id"], "amount": amount, "received_on": received_on });
        operator.post("/payments", &body);
        market.advance_to(until);
        kept.extend(entries(from, until));
        from = until;
    }
    kept.extend(entries(from, "2026-03-02"));
    let mut all = entries("2025-01-01", "2026-03-02");
    kept.sort_unstable();
    all.sort_unstable();
    assert!(all.len() > 8, "{all:?}");
    assert_eq!(kept, all);
}
