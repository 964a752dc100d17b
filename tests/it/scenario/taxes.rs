//! Taxes by what is sold: the category of an offer and the group of a resource lead to a rate.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, sums, text};

/// What the invoice of a customer bears that buys an offer with three stamps, and what was told of
/// it before.
fn borne(market: &Market, name: &str, (offer, stamp): (&str, &str)) -> String {
    let operator = market.operator();
    let asked = json!({ "currency": "EUR", "country": "DE", "resources": { stamp: "3" } });
    let told = operator.post(&format!("/offers/{offer}/calculate"), &asked);
    let account = market.customer(name, "EUR");
    let items = json!([{ "offer": offer, "resources": { stamp: "3" } }]);
    operator.post("/orders", &json!({ "account": account["id"], "items": items }));
    market.house.app.keep_duties();
    let invoices = market.invoices(&account);
    let before = told["tax"]["amount"].as_str().unwrap();
    format!("{name}: {}, {before} before\n", sums(&invoices[0]))
}

#[test]
fn a_category_and_a_group_of_resources_lead_to_the_tax_of_what_is_in_them() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let (low, none) = (market.taxed("FOOD", "7"), market.taxed("POST", "0"));
    let made = |path: &str, body: Value| operator.post(path, &body)["id"].clone();
    let food = made("/categories", json!({ "name": { "en": "Food" }, "tax_category": low }));
    let fruit = made("/categories", json!({ "name": { "en": "Fruit" }, "parent": food }));
    let plain = made("/categories", json!({ "name": { "en": "Plain" } }));
    let group = json!({ "name": { "en": "Stamps" }, "tax_category": none });
    let stamps = made("/resource_categories", group);
    let unit = json!({ "name": { "en": "Stamp" }, "unit": "unit", "category": stamps });
    let stamp = text(&made("/resources", unit));
    let base = monthly("Base", "EUR", "100");
    let mut of_stamps = monthly("Stamps", "EUR", "10");
    of_stamps["resource"] = json!(stamp);
    of_stamps["model"] = json!({ "kind": "per_unit", "per_unit": "10" });
    let of = |name: &str, category: &Value| {
        let offer = json!({
            "categories": [category],
            "resources": [{ "resource": stamp }],
        });
        let prices = [base.clone(), of_stamps.clone()];
        market.offer_like(name, &prices, (offer, json!({ "resources": [stamp] })))
    };
    let (apples, bread, paper) = (of("Apples", &fruit), of("Bread", &food), of("Paper", &plain));
    let mut told = borne(&market, "Apples", (&apples, &stamp));
    told += &borne(&market, "Bread", (&bread, &stamp));
    told += &borne(&market, "Paper", (&paper, &stamp));
    let change = json!({ "tax_category": none });
    operator.patch(&format!("/categories/{}", text(&fruit)), &change);
    told += &borne(&market, "Apples again", (&apples, &stamp));
    let change = json!({ "tax_category": null });
    operator.patch(&format!("/resource_categories/{}", text(&stamps)), &change);
    told += &borne(&market, "Bread again", (&bread, &stamp));
    expect![[r#"
        Apples: 130.00 + 7.00 = 137.00 EUR, due 137.00, 7.00 before
        Bread: 130.00 + 7.00 = 137.00 EUR, due 137.00, 7.00 before
        Paper: 130.00 + 20.00 = 150.00 EUR, due 150.00, 20.00 before
        Apples again: 130.00 + 0.00 = 130.00 EUR, due 130.00, 0.00 before
        Bread again: 130.00 + 9.10 = 139.10 EUR, due 139.10, 9.10 before
    "#]]
    .assert_eq(&told);
    let unknown = json!({ "tax_category": text(&low).replace('a', "b").replace('c', "d") });
    let refused = operator.call(&format!("PATCH /categories/{}", text(&food)), Some(&unknown));
    assert_eq!(refused.status.as_u16(), 422);
    market.must_be_whole();
}

#[test]
fn a_line_keeps_by_which_rule_it_was_taxed_and_on_what() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let food = market.taxed("FOOD", "7");
    let meals = json!({ "name": { "en": "Meals" }, "tax_category": food });
    let meals = operator.post("/categories", &meals);
    let offer = market.offer_like(
        "Apples",
        &[monthly("Base", "EUR", "100"), monthly("More", "EUR", "9.99")],
        (json!({ "categories": [meals["id"]] }), json!({})),
    );
    let account = market.customer("Blue Whale", "EUR");
    market.order(&account, &offer, 1);
    let told = || {
        let invoices = market.invoices(&account);
        let lines = invoices[0]["lines"].as_array().unwrap().iter();
        let tax = |it: &Value| it["explanation"]["tax"].clone();
        let texts = lines.map(|it| tax(it)["text"].as_array().unwrap().clone());
        let texts: Vec<_> =
            texts.map(|it| it.iter().map(text).collect::<Vec<_>>().join("\n")).collect();
        format!("{}\n{}", texts.join("\n"), tax(&invoices[0]["lines"][1]))
    };
    let before = told();
    expect![[r#"
        VAT as FOOD: 7 %
        by the rule for FOOD in Everywhere, as of 2000-01-01
        7 % of 109.99 EUR together = 7.70 EUR, of which 7.00 EUR on 100.00 EUR
        VAT as FOOD: 7 %
        by the rule for FOOD in Everywhere, as of 2000-01-01
        7 % of 109.99 EUR together = 7.70 EUR, of which 0.70 EUR on 9.99 EUR
        {"base":{"amount":"109.99","currency":"EUR"},"before_rounding":false,"buyers":"all","category":"FOOD","certificate":null,"eu_vat":null,"here":{"amount":"0.70","currency":"EUR"},"name":"VAT","rate":"7","rule_category":"FOOD","tax":{"amount":"7.70","currency":"EUR"},"text":["VAT as FOOD: 7 %","by the rule for FOOD in Everywhere, as of 2000-01-01","7 % of 109.99 EUR together = 7.70 EUR, of which 0.70 EUR on 9.99 EUR"],"treatment":"standard","valid_from":"2000-01-01","zone":"Everywhere"}"#]].assert_eq(&before);
    operator.patch(&format!("/tax_categories/{}", text(&food)), &json!({ "name": "Dishes" }));
    assert_eq!(told(), before);
}

#[test]
fn a_customer_of_whom_nobody_knows_where_it_is_is_invoiced_when_it_has_said_so() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let address = json!({ "city": "Berlin", "country": "DE" });
    let account = operator.post("/accounts", &json!({ "name": "Fog Ltd", "address": address }));
    market.order(&account, &market.offer("Base", &[monthly("Base", "EUR", "5")]), 1);
    assert_eq!(market.invoices(&account).len(), 0);
    let failure = &operator.get("/billing_runs")["items"][0]["failures"][0];
    let told = ["code", "reason", "billing_account"].map(|it| failure[it].clone());
    let why = "`Fog Ltd` cannot be invoiced: its address lacks a street or post-office line";
    assert_eq!(told, [json!("address_incomplete"), json!(why), account["billing_account"].clone()]);
    assert_eq!(operator.get("/billing_runs/left")["failed"], 1);
    let path = format!("/accounts/{}", text(&account["id"]));
    operator.patch(&path, &json!({ "address": { "street_extra": "P.O. Box 7" } }));
    market.advance_to("2026-01-03");
    assert_eq!(market.invoices(&account).len(), 1);
    assert_eq!(operator.get("/billing_runs/left")["failed"], 0);
}

#[test]
fn a_text_that_is_no_number_of_another_member_state_reverses_no_charge() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let home = json!({ "address": { "street": "Werft 1", "city": "Kiel", "country": "DE" } });
    operator.patch(&format!("/accounts/{}", market.house.operator.account), &home);
    let zone = json!({ "code": "FR", "name": "France", "countries": ["FR"] });
    let zone = operator.post("/tax_zones", &zone)["id"].clone();
    let rule = |buyers: &str, more: Value| {
        let mut body = json!({ "zone": zone, "buyers": buyers, "valid_from": "2020-01-01" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        operator.post("/tax_rules", &body);
    };
    rule("unregistered", json!({ "name": "TVA 20 %", "percent": "20" }));
    let reason = "The buyer owes the tax";
    let reversed = json!({ "name": "Reversed", "treatment": "reverse_charge", "reason": reason });
    rule("registered", reversed);
    let offer = market.offer("Base", &[monthly("Base", "EUR", "100")]);
    let mut told = String::new();
    for number in ["FR40303265045", "BE0428759497", "X", "garbage", "DE136695976"] {
        let body = json!({
            "name": number, "tax": { "registration_id": number },
            "address": { "street": "Quai 1", "city": "Port", "country": "FR" },
            "billing": { "currency": "EUR" },
        });
        let account = operator.post("/accounts", &body);
        market.order(&account, &offer, 1);
        let invoice = &market.invoices(&account)[0];
        let tax = &invoice["taxes"][0];
        told += &format!("{number}: {}, {}\n", sums(invoice), text(&tax["treatment"]));
    }
    expect![[r#"
        FR40303265045: 100.00 + 0.00 = 100.00 EUR, due 100.00, reverse_charge
        BE0428759497: 100.00 + 0.00 = 100.00 EUR, due 100.00, reverse_charge
        X: 100.00 + 20.00 = 120.00 EUR, due 120.00, standard
        garbage: 100.00 + 20.00 = 120.00 EUR, due 120.00, standard
        DE136695976: 100.00 + 20.00 = 120.00 EUR, due 120.00, standard
    "#]]
    .assert_eq(&told);
    market.must_be_whole();
}
