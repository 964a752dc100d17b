//! What decides on a buyer's taxes: its own to say until it has bought, its seller's from then on.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::house::{Person, invite};
use crate::harness::market::{Market, monthly, text};

/// What becomes of changes, each with who asks for it.
fn told(changes: &[(&str, &Client<'_>, &str, Value)]) -> String {
    let mut out = String::new();
    for (who, client, path, change) in changes {
        let answer = client.call(&format!("PATCH {path}"), Some(change));
        let said: Value = serde_json::from_slice(&answer.body).unwrap();
        out.push_str(&format!("{who} {change}: {}", answer.status.as_u16()));
        for it in said["errors"].as_array().into_iter().flatten() {
            out.push_str(&format!(" {} {} {}", it["pointer"], it["rule"], it["message"]));
        }
        out.push('\n');
    }
    out
}

#[test]
fn what_decides_on_taxes_is_the_sellers_to_change_once_something_was_bought() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let zone = json!({ "code": "BY", "name": "Bavaria", "countries": ["DE"], "region": "BY" });
    operator.post("/tax_zones", &zone);
    let account = market.customer("Blue Whale", "EUR");
    let id = text(&account["id"]);
    let buyer = invite(&house.app, &house.operator, &id, "wanda@whale.test", "customer_admin");
    let buyer = house.client(&buyer);
    let (of_account, of_billing) = (
        format!("/accounts/{id}"),
        format!("/billing_accounts/{}", text(&account["billing_account"])),
    );
    let address = |country: &str, region: &str| {
        let region = Some(region).filter(|it| !it.is_empty());
        json!({ "address": { "street": "Kai 1", "city": "Port", "region": region, "country": country } })
    };
    let number = |number: &str| json!({ "tax": { "registration_id": number } });
    expect![[r#"
        buyer {"address":{"city":"Port","country":"FR","region":null,"street":"Kai 1"}}: 200
        buyer {"tax":{"registration_id":"DE123456788"}}: 200
        buyer {"address":{"city":"Port","country":"DE","region":null,"street":"Kai 1"}}: 200
    "#]]
    .assert_eq(&told(&[
        ("buyer", &buyer, &of_account, address("FR", "")),
        ("buyer", &buyer, &of_account, number("DE123456788")),
        ("buyer", &buyer, &of_account, address("DE", "")),
    ]));
    market.order(&account, &market.offer("Base", &[monthly("Base", "EUR", "5")]), 1);
    expect![[r#"
        buyer {"address":{"city":"Port","country":"FR","region":null,"street":"Kai 1"}}: 422 "/address/country" "seller_only" "decides on the tax of what was bought: ask the seller to change it"
        buyer {"address":{"city":"Port","country":"DE","region":"BY","street":"Kai 1"}}: 422 "/address/region" "seller_only" "decides on the tax of what was bought: ask the seller to change it"
        buyer {"address":{"city":"Port","country":"DE","region":"HH","street":"Kai 1"}}: 200
        buyer {"address":null}: 422 "/address/country" "seller_only" "decides on the tax of what was bought: ask the seller to change it"
        buyer {"tax":{"registration_id":"FR40303265045"}}: 422 "/tax/registration_id" "seller_only" "decides on the tax of what was bought: ask the seller to change it"
        buyer {"name":"Blue Whales"}: 200
        buyer {"address":{"city":"Port","country":"FR","region":null,"street":"Kai 1"}}: 422 "/address/country" "seller_only" "decides on the tax of what was bought: ask the seller to change it"
        buyer {"address":{"city":"Port","country":"DE","region":"HH","street":"Kai 1"}}: 200
        seller {"address":{"city":"Port","country":"FR","region":null,"street":"Kai 1"}}: 200
        seller {"address":{"city":"Port","country":"FR","region":null,"street":"Kai 1"}}: 200
    "#]].assert_eq(&told(&[
        ("buyer", &buyer, &of_account, address("FR", "")),
        ("buyer", &buyer, &of_account, address("DE", "BY")),
        ("buyer", &buyer, &of_account, address("DE", "HH")),
        ("buyer", &buyer, &of_account, json!({ "address": null })),
        ("buyer", &buyer, &of_account, number("FR40303265045")),
        ("buyer", &buyer, &of_account, json!({ "name": "Blue Whales" })),
        ("buyer", &buyer, &of_billing, address("FR", "")),
        ("buyer", &buyer, &of_billing, address("DE", "HH")),
        ("seller", &operator, &of_billing, address("FR", "")),
        ("seller", &operator, &of_account, address("FR", "")),
    ]));
    let (_, uuid) = id.split_once('_').unwrap();
    let moved = json!({
        "addressPostal": { "streetAddress": "Quai 1", "locality": "Brest", "countryName": "be" },
    });
    let answer = buyer.call(&format!("PUT /aps/2/resources/{uuid}"), Some(&moved));
    let said = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status.as_u16(), 400, "{said}");
    assert!(said.contains("`/addressPostal/countryName` decides on the tax"), "{said}");
    let more = json!({
        "account": id, "name": "More", "currency": "EUR",
        "address": { "street": "Quai 1", "city": "Brest", "country": "BE" },
    });
    let answer = buyer.call("POST /billing_accounts", Some(&more));
    assert_eq!(answer.status.as_u16(), 422, "{answer:?}");
}

#[test]
fn an_order_that_cannot_be_taxed_says_so_at_once_to_who_can_mend_it() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let buyer = house.client(&house.customer.admin);
    let provider = format!("/accounts/{}", text(&operator.get("/session")["account"]["id"]));
    let policy = |regime: &str| {
        let path = format!("{provider}/billing_policy");
        operator.patch(&path, &json!({ "tax_regime": regime }));
    };
    let wish = json!({ "account": house.customer.account, "items": [{ "offer": offer }] });
    // By the law of the EU, of a seller that has not said where it is.
    policy("eu_vat");
    let placed = operator.post("/orders", &wish);
    let why = text(&placed["untaxed"]);
    assert!(why.contains("no rate of value added tax is known for a seller in"), "{placed}");
    let path = format!("/orders/{}", text(&placed["id"]));
    assert_eq!(operator.get(&path)["untaxed"], placed["untaxed"]);
    assert_eq!(buyer.get(&path)["untaxed"], Value::Null, "that is not the buyer's to mend");
    let preview = operator.call("POST /orders/preview", Some(&wish));
    assert_eq!(preview.json()["type"], "/problems/tax_undetermined");
    assert_eq!(preview.json()["detail"], placed["untaxed"]);
    // By rules that hold everywhere, of which nobody knows where that is.
    policy("own_rules");
    assert_eq!(
        operator.get(&path)["untaxed"],
        "no country is known of the buyer, nor of the seller: say it in the address of one of them"
    );
    operator.patch(&provider, &json!({ "address": { "country": "DE" } }));
    assert_eq!(operator.get(&path)["untaxed"], Value::Null);
    assert_eq!(operator.post("/orders", &wish)["untaxed"], Value::Null);
}

#[test]
fn an_order_whose_bill_would_reach_nobody_says_so_at_once_to_who_can_mend_it() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let wish = json!({ "account": house.customer.account, "items": [{ "offer": offer }] });
    let placed = operator.post("/orders", &wish);
    let why = text(&placed["unaddressed"]);
    assert!(
        why.ends_with("its address lacks a street or post-office line and a city and a country")
    );
    let path = format!("/orders/{}", text(&placed["id"]));
    let told = |to: &Person| house.client(to).get(&path)["unaddressed"].clone();
    let (admin, seller) = (&house.customer.admin, &house.operator);
    assert_eq!([told(admin), told(seller)], [json!(why), json!(why)]);
    let address = json!({ "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" } });
    house.client(admin).patch(&format!("/accounts/{}", house.customer.account), &address);
    assert_eq!([told(admin), told(seller)], [Value::Null, Value::Null]);
}
