//! Payments that are reported (TMF676): what is recorded of them, and what is refused because nobody took it.

use serde_json::{Value, json};

use super::{plain, told};
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

const PAYMENT: &str = "/payment/v4/payment";
const METHOD: &str = "/tmf-api/paymentMethod/v4/paymentMethod";

/// A market with a customer that owes twenty-four euros, and the id of its billing account.
fn market() -> (Market, Value, String) {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Mailbox", &[monthly("Fee", "EUR", "20")]);
    let customer = market.customer("Ann", "EUR");
    market.order(&customer, &offer, 1);
    market.advance_to("2026-02-02");
    let account = plain(&customer["billing_account"]);
    (market, customer, account)
}

/// Ten euros for an account, with something said beside or otherwise.
fn ten(account: &str, other: &Value) -> Value {
    let mut body = json!({
        "account": { "id": account }, "paymentMethod": { "@type": "Cash" },
        "totalAmount": { "unit": "EUR", "value": 10 },
    });
    let others = other.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(others);
    body
}

/// How many payments there are.
fn count(client: &Client<'_>) -> usize {
    super::items(&client.call(&format!("GET {PAYMENT}"), None)).len()
}

#[test]
fn what_nobody_took_is_not_recorded() {
    let (market, _, account) = market();
    let client = market.operator();
    let card = json!({ "@type": "BankCard", "name": "Card", "cardNumber": "4111111111111111" });
    let inactive = client.post(METHOD, &card);
    assert_eq!(inactive["status"], "inactive");
    let id = &inactive["id"];
    let mut all = Vec::new();
    for method in [
        json!({ "id": id }),
        json!({ "id": "7" }),
        json!({ "id": id, "@type": "Cash" }),
        json!({ "@type": "BankCard" }),
        json!({ "@type": "CreditCardRef" }),
        json!({ "id": "7", "@referredType": "DigitalWallet" }),
        json!({ "details": { "cardNumber": "4111111111111111" } }),
        json!({ "@type": "BankAccountDebit" }),
        json!({ "@type": "BankAccountTransfer", "details": { "iban": "DE89370400440532013001" } }),
    ] {
        let body = ten(&account, &json!({ "paymentMethod": method }));
        let refused = told(&client.call(&format!("POST {PAYMENT}"), Some(&body)));
        all.push(refused.replace(&text(id), "(id)"));
    }
    expect_test::expect![[r#"
        409 payment_state_forbids: the payment method `(id)` is not active: nobody can pay by it
        400 reference: `paymentMethod.id` names no payment method that is here, and `@type` none that we know
        409 payment_state_forbids: the payment method `(id)` is not active: nobody can pay by it
        400 not_charged: `paymentMethod` is charged by a gateway or a mandate, which does not happen here: of what was charged elsewhere `authorizationCode` must be given
        400 not_charged: `paymentMethod` is charged by a gateway or a mandate, which does not happen here: of what was charged elsewhere `authorizationCode` must be given
        400 not_charged: `paymentMethod` is charged by a gateway or a mandate, which does not happen here: of what was charged elsewhere `authorizationCode` must be given
        400 not_charged: `paymentMethod` is charged by a gateway or a mandate, which does not happen here: of what was charged elsewhere `authorizationCode` must be given
        400 not_charged: `paymentMethod` is charged by a gateway or a mandate, which does not happen here: of what was charged elsewhere `authorizationCode` must be given
        400 iban: `paymentMethod.details.iban` must be the number of a bank account such as `DE89 3704 0044 0532 0130 00`"#]].assert_eq(&all.join("\n"));
    assert_eq!(count(&client), 0);
    for right in [
        json!({ "paymentMethod": { "@type": "BankCard" }, "authorizationCode": "A-7" }),
        json!({ "paymentMethod": { "@type": "BankAccountTransfer", "iban": "DE89370400440532013000" } }),
        json!({ "paymentMethod": { "id": "till-3", "@type": "Cash" } }),
    ] {
        assert_eq!(client.post(PAYMENT, &ten(&account, &right))["status"], "done");
    }
    market.must_be_whole();
}

#[test]
fn what_does_not_agree_is_refused_by_name() {
    let (market, customer, account) = market();
    let client = market.operator();
    let bill = plain(&market.invoices(&customer)[0]["id"]);
    let euros = |value: Value| json!({ "unit": "EUR", "value": value });
    let item = |item: Value, amount: u32, total: u32| {
        json!({ "paymentItem": [{
            "item": item, "amount": euros(json!(amount)), "totalAmount": euros(json!(total)),
        }] })
    };
    let bill = json!({ "id": bill, "@referredType": "CustomerBill" });
    let mut all = Vec::new();
    for other in [
        json!({ "totalAmount": euros(json!("10")) }),
        json!({ "amount": euros(json!(4)) }),
        json!({ "amount": euros(json!(8)), "taxAmount": euros(json!(1)) }),
        json!({ "amount": { "unit": "USD", "value": 10 } }),
        item(json!({ "id": "00000000-0000-7000-8000-000000000001" }), 10, 10),
        item(bill.clone(), 4, 3),
        item(bill.clone(), 11, 11),
    ] {
        let body = ten(&account, &other);
        all.push(told(&client.call(&format!("POST {PAYMENT}"), Some(&body))));
    }
    expect_test::expect![[r#"
        400 type: `totalAmount.value` must be a number, not a text
        400 sum: `totalAmount` is `10.00 EUR`, which `amount` and `taxAmount` must come to together
        400 sum: `totalAmount` is `10.00 EUR`, which `amount` and `taxAmount` must come to together
        400 sum: `totalAmount` is `10.00 EUR`, which `amount` and `taxAmount` must come to together
        400 reference: `paymentItem[0].item.id` names no bill that is here
        400 sum: `paymentItem[0].totalAmount` is `3.00 EUR`, which `amount` and `taxAmount` must come to together
        409 payment_exceeds: more is told to be settled than the `10.00 EUR` there are"#]].assert_eq(&all.join("\n"));
    assert_eq!(count(&client), 0);
    let taxed = json!({ "amount": euros(json!(8)), "taxAmount": euros(json!(2)) });
    assert_eq!(client.post(PAYMENT, &ten(&account, &taxed))["status"], "done");
    // What is for something else than a bill settles what is due.
    let order = item(json!({ "id": "7", "@referredType": "ProductOrder" }), 10, 10);
    assert_eq!(client.post(PAYMENT, &ten(&account, &order))["status"], "done");
    market.must_be_whole();
}

#[test]
fn what_has_a_correlator_is_recorded_once() {
    let (market, customer, account) = market();
    let client = market.operator();
    let bill = json!({ "id": plain(&market.invoices(&customer)[0]["id"]) });
    let item = json!([{ "item": bill, "totalAmount": { "unit": "EUR", "value": 10 } }]);
    let body = ten(&account, &json!({ "correlatorId": "c-1", "paymentItem": item }));
    let first = client.post(PAYMENT, &body);
    assert_eq!(first["correlatorId"], "c-1");
    let again = client.call(&format!("POST {PAYMENT}"), Some(&body));
    assert_eq!((told(&again), again.json()), ("201".to_owned(), first.clone()));
    let mut other = body.clone();
    other["totalAmount"]["value"] = json!(11);
    let refused = told(&client.call(&format!("POST {PAYMENT}"), Some(&other)));
    let expected = format!(
        "409 duplicate: `correlatorId` is that of another payment of the account: `{}`",
        text(&first["id"])
    );
    assert_eq!(refused, expected);
    // What another payer calls so is another payment, and so is what came otherwise.
    let bob = plain(&market.customer("Bob", "EUR")["billing_account"]);
    client.post(PAYMENT, &ten(&bob, &json!({ "correlatorId": "c-1" })));
    let native = json!({
        "account": customer["id"], "reference": "c-2",
        "amount": { "amount": "10.00", "currency": "EUR" },
    });
    client.post("/payments", &native);
    client.post(PAYMENT, &ten(&account, &json!({ "correlatorId": "c-2" })));
    client.post(PAYMENT, &ten(&account, &json!({})));
    client.post(PAYMENT, &ten(&account, &json!({})));
    assert_eq!(count(&client), 6);
    market.must_be_whole();
}

#[test]
fn what_went_back_in_part_is_not_all_gone() {
    let (market, _, account) = market();
    let client = market.operator();
    let paid = client.post(PAYMENT, &ten(&account, &json!({})));
    let path = format!("{PAYMENT}/{}", text(&paid["id"]));
    let mut told = Vec::new();
    for back in [4, 6] {
        let amount = json!({ "unit": "EUR", "value": back });
        let mut refund = json!({ "payment": { "id": paid["id"] }, "totalAmount": amount });
        refund["creditNote"] = json!(true);
        client.post("/payment/v4/refund", &ten(&account, &refund));
        told.push(text(&client.get(&path)["status"]));
    }
    assert_eq!(told, ["partiallyRefunded", "refunded"]);
    market.must_be_whole();
}

#[test]
fn the_number_of_a_bank_account_of_a_method_is_one() {
    let (market, _, _) = market();
    let client = market.operator();
    let mut all = Vec::new();
    for details in [
        json!({ "iban": "DE89370400440532013001" }),
        json!({ "iban": "DE16 2105 0170 0012 3456 789" }),
        json!({ "details": [{ "accountNumber": "DE89 3704 0044 0532 0130 01" }] }),
        json!({ "iban": "370400440532013000" }),
    ] {
        let mut body = json!({ "@type": "BankAccountDebit", "name": "Account" });
        body.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
        all.push(told(&client.call(&format!("POST {METHOD}"), Some(&body))));
    }
    expect_test::expect![[r#"
        400 iban: `iban` must be the number of a bank account such as `DE89 3704 0044 0532 0130 00`
        400 iban: `iban` must have as many signs as the numbers of bank accounts have in its country
        400 iban: `details[0].accountNumber` must be the number of a bank account such as `DE89 3704 0044 0532 0130 00`
        400 iban: `iban` must be the number of a bank account such as `DE89 3704 0044 0532 0130 00`"#]]
    .assert_eq(&all.join("\n"));
    assert_eq!(super::items(&client.call(&format!("GET {METHOD}"), None)).len(), 0);
    let body = json!({
        "@type": "BankAccountDebit", "name": "Account", "iban": "DE89 3704 0044 0532 0130 00",
    });
    let made = client.post(METHOD, &body);
    assert_eq!(made["iban"], "**** **** **** **** ***0 00");
    let path = format!("{METHOD}/{}", text(&made["id"]));
    let card = json!({ "cardNumber": "4111111111111111", "cvv": "737" });
    let changed = client.patch(&path, &card);
    assert_eq!((&changed["cardNumber"], changed.get("cvv")), (&json!("************1111"), None));
    let wrong = json!({ "iban": "DE89370400440532013001" });
    assert_eq!(client.call(&format!("PATCH {path}"), Some(&wrong)).status, 400);
    assert_eq!(client.get(&path), changed);
}
