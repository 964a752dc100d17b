//! Payment methods on file: kept by their tokens, never by a card's number; one of them is the usual
//! one; what must be secret is shown to nobody.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::app::App;
use crate::harness::client::Protocol;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

fn visa(token: &str) -> Value {
    json!({
        "kind": "card", "gateway": "stripe", "token": token, "brand": "Visa",
        "last_digits": "4242", "expires": "2026-03",
    })
}

fn mandate() -> Value {
    json!({
        "kind": "direct_debit", "iban": "DE89 3704 0044 0532 0130 00", "holder": "Ann Acme",
        "mandate": "M-7", "signed_on": "2026-01-01", "default": true,
    })
}

/// Name, state and whether it is the usual one, of all that an account keeps.
fn kept(house: &House, account: &str) -> String {
    let found = house.operator().get(&format!("/accounts/{account}/payment_methods"));
    let line = |it: &Value| {
        let usual = if it["default"] == true { " (usual)" } else { "" };
        format!("{} {}{usual}", text(&it["name"]), text(&it["state"]))
    };
    found["items"].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("; ")
}

#[test]
fn methods_are_kept_one_is_usual_and_what_is_taken_away_is_gone() {
    let house = House::on("2026-02-01");
    let (buyer, account) = (house.client(&house.customer.admin), &house.customer.account);
    let path = format!("/accounts/{account}/payment_methods");
    let said = Protocol::default();
    let card = said.say(&buyer, "buyer", &format!("POST {path}"), Some(&visa("pm_1"))).ok();
    assert_eq!(kept(&house, account), "Visa ···· 4242 active (usual)");
    let debit = said.say(&buyer, "buyer", &format!("POST {path}"), Some(&mandate())).ok();
    assert_eq!(kept(&house, account), "Visa ···· 4242 active; DE ···· 3000 active (usual)");
    let (card, debit) = (text(&card["id"]), text(&debit["id"]));
    buyer.post(&format!("/payment_methods/{card}/default"), &json!({}));
    assert_eq!(kept(&house, account), "Visa ···· 4242 active (usual); DE ···· 3000 active");
    assert_eq!(buyer.call(&format!("DELETE /payment_methods/{card}"), None).status, 204);
    assert_eq!(kept(&house, account), "DE ···· 3000 active (usual)");
    let gone = buyer.call(&format!("GET /payment_methods/{card}"), None);
    assert_eq!(gone.status, 404);
    let known = buyer.get(&format!("/payment_methods/{debit}"));
    assert_eq!((&known["last_digits"], &known["mandate"]), (&json!("3000"), &json!("M-7")));
    let stranger = house.client(&house.north.customer.admin);
    assert_eq!(stranger.call(&format!("GET {path}"), None).status, 404);
    assert_eq!(stranger.call(&format!("GET /payment_methods/{debit}"), None).status, 404);
    let member = house.client(&house.customer.member);
    assert_eq!(member.call(&format!("POST {path}"), Some(&visa("pm_2"))).status, 403);
    for secret in ["pm_1", "DE89", "37040044"] {
        assert!(
            !said.text().split("\n201").skip(1).any(|it| it
                .lines()
                .next()
                .unwrap()
                .contains(secret))
        );
    }
}

/// Who pays is told how it can, and each way asks for what it needs and nothing else: a bank account for a
/// direct debit, a card or a wallet by its token, and at the page of a gateway nothing, which asks itself.
#[test]
fn each_way_to_pay_asks_for_the_details_that_it_needs() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    for gateway in [
        json!({ "kind": "sandbox", "name": "Cards" }),
        json!({ "kind": "paypal", "login": "us", "secret": "s", "signing_secret": "w" }),
    ] {
        operator.post("/gateways", &gateway);
    }
    let account = &market.house.customer.account;
    let buyer = market.house.client(&market.house.customer.admin);
    let found = buyer.get(&format!("/accounts/{account}/ways_to_pay"));
    let ways = found["items"].as_array().unwrap();
    let pages: Vec<_> = ways.iter().filter(|it| it["way"] == "page").collect();
    let named: Vec<_> = pages.iter().map(|it| text(&it["name"])).collect();
    assert_eq!(named, ["paypal", "Cards"], "{found}");
    assert!(pages.iter().all(|it| it["asks"] == json!([])), "its page asks for card or account");
    let stranger = market.house.client(&market.house.north.customer.admin);
    let refused = stranger.call(&format!("GET /accounts/{account}/ways_to_pay"), None);
    assert_eq!(refused.status.as_u16(), 404);
    let whole = |kind: &str| match kind {
        "card" => visa("pm_1"),
        "direct_debit" => {
            let mut it = mandate();
            (it["scheme"], it["uses"]) = (json!("core"), json!("once"));
            it
        }
        "wallet" => json!({ "kind": "wallet", "gateway": "paypal", "token": "B-1" }),
        other => json!({ "kind": other }),
    };
    let keep = |body: &Value| {
        let path = format!("POST /accounts/{account}/payment_methods");
        let answer = operator.call(&path, Some(body));
        match answer.status.as_u16() {
            201 => "kept".to_owned(),
            _ => {
                let error = answer.json()["errors"][0].clone();
                format!("{} {}", text(&error["pointer"]), text(&error["rule"]))
            }
        }
    };
    let mut kinds = Vec::new();
    for way in ways.iter().filter(|it| it["way"] != "page") {
        let kind = text(&way["way"]);
        let body = whole(&kind);
        for asked in way["asks"].as_array().unwrap() {
            let field = text(&asked["field"]);
            let mut short = body.clone();
            assert!(short.as_object_mut().unwrap().remove(&field).is_some(), "{kind} {field}");
            let expected = match asked["required"] == true {
                true => format!("/{field} required"),
                false => "kept".to_owned(),
            };
            assert_eq!(keep(&short), expected, "{kind}");
        }
        assert_eq!(keep(&body), "kept", "{kind}");
        // What another way asks for is not for this one.
        let all = ["iban", "token"].into_iter();
        for other in
            all.filter(|it| way["asks"].as_array().unwrap().iter().all(|ask| ask["field"] != *it))
        {
            let mut more = body.clone();
            more[other] = json!("x");
            assert!(keep(&more).starts_with(&format!("/{other} ")), "{kind} {other}");
        }
        kinds.push(kind);
    }
    assert_eq!(kinds[..3], ["bank_transfer", "direct_debit", "card"]);
}

#[test]
fn the_number_of_a_card_is_refused_wherever_it_stands() {
    let house = House::on("2026-02-01");
    let (buyer, said) = (house.client(&house.customer.admin), Protocol::default());
    let what = format!("POST /accounts/{}/payment_methods", house.customer.account);
    let with = |name: &str, value: &str| {
        let mut body = visa("pm_1");
        body[name] = json!(value);
        let answer = buyer.call(&what, Some(&body));
        let errors = answer.json()["errors"].clone();
        let error = format!("{} {}", text(&errors[0]["pointer"]), text(&errors[0]["rule"]));
        said.note(&format!("{name}: {value} -> {} {error}", answer.status.as_u16()));
    };
    with("token", "4242424242424242");
    with("token", "tok 4000-0566-5566-5556");
    with("brand", "Visa 4242 4242 4242 4242");
    with("name", "4242424242424242");
    with("last_digits", "4242424242424242");
    with("expires", "2026-01");
    with("expires", "03/26");
    with("gateway", "");
    with("number", "4242424242424242");
    for wrong in [
        json!({ "kind": "card" }),
        json!({ "kind": "wallet", "gateway": "paypal" }),
        json!({ "kind": "barter" }),
    ] {
        let errors = buyer.call(&what, Some(&wrong)).json()["errors"].clone();
        said.note(&format!(
            "{wrong} -> {} {}",
            text(&errors[0]["pointer"]),
            text(&errors[0]["rule"])
        ));
    }
    expect![[r#"
        token: 4242424242424242 -> 422 /token card_number
        token: tok 4000-0566-5566-5556 -> 422 /token card_number
        brand: Visa 4242 4242 4242 4242 -> 422 /brand card_number
        name: 4242424242424242 -> 422 /name card_number
        last_digits: 4242424242424242 -> 422 /last_digits format
        expires: 2026-01 -> 422 /expires range
        expires: 03/26 -> 422 /expires format
        gateway:  -> 422 /gateway format
        number: 4242424242424242 -> 422 /number unknown_field
        {"kind":"card"} -> /gateway required
        {"gateway":"paypal","kind":"wallet"} -> /token required
        {"kind":"barter"} -> /kind format
    "#]]
    .assert_eq(&said.text());
    assert_eq!(kept(&house, &house.customer.account), "", "nothing was kept");
}

/// A market with somebody who owes.
fn owing() -> (Market, Value) {
    let market = Market::on("2026-02-01");
    let account = market.customer("Payer", "EUR");
    market.order(&account, &market.offer("Flat", &[monthly("Base", "EUR", "10")]), 1);
    (market, account)
}

#[test]
fn a_payment_is_recorded_with_the_usual_method_unless_something_else_is_said() {
    let (market, account) = owing();
    let operator = market.operator();
    let path = format!("/accounts/{}/payment_methods", text(&account["id"]));
    let pay = |more: Value| {
        let mut body =
            json!({ "account": account["id"], "amount": { "amount": "1", "currency": "EUR" } });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        operator.call("POST /payments", Some(&body))
    };
    let paid = |more: Value| {
        let it = pay(more).ok();
        (text(&it["method"]), it["payment_method"].clone())
    };
    assert_eq!(paid(json!({})), ("bank_transfer".to_owned(), Value::Null));
    let card = operator.post(&path, &visa("pm_1"))["id"].clone();
    let debit = operator.post(&path, &json!({ "kind": "cash" }))["id"].clone();
    assert_eq!(paid(json!({})), ("card".to_owned(), card.clone()));
    assert_eq!(paid(json!({ "method": "check" })), ("check".to_owned(), Value::Null));
    assert_eq!(paid(json!({ "payment_method": debit })), ("cash".to_owned(), debit.clone()));
    let both = pay(json!({ "method": "card", "payment_method": card }));
    assert_eq!(text(&both.json()["errors"][0]["rule"]), "conflict");
    let other = market.customer("Other", "EUR");
    let theirs = format!("/accounts/{}/payment_methods", text(&other["id"]));
    let theirs = operator.post(&theirs, &json!({ "kind": "cash" }))["id"].clone();
    let refused = pay(json!({ "payment_method": theirs }));
    assert_eq!(text(&refused.json()["errors"][0]["pointer"]), "/payment_method");
    // A card that is over is not used, and cannot be named.
    market.advance_to("2026-04-01");
    assert_eq!(paid(json!({})), ("bank_transfer".to_owned(), Value::Null));
    let refused = pay(json!({ "payment_method": card }));
    assert_eq!(text(&refused.json()["type"]), "/problems/payment_state_forbids");
    market.must_be_whole();
}

#[test]
fn what_must_be_secret_of_a_method_is_shown_in_no_list_and_no_event() {
    let house = House::in_app(App::on("2026-02-01"));
    let buyer = house.client(&house.customer.admin);
    let path = format!("/accounts/{}/payment_methods", house.customer.account);
    buyer.post(&path, &visa("pm_very_secret"));
    buyer.post(&path, &mandate());
    let operator = house.operator();
    let all = ["/events?limit=1000".to_owned(), path];
    let told: String = all.iter().map(|it| operator.get(it).to_string()).collect();
    assert!(told.contains("payment_method.created") && told.contains("4242"), "{told}");
    for secret in ["pm_very_secret", "DE8937040044053201300", "37040044"] {
        assert!(!told.contains(secret), "{secret}");
    }
}
