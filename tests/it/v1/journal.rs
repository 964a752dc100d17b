//! The books: entries and balances of one seller, which add up.

use std::collections::BTreeMap;

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;

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
