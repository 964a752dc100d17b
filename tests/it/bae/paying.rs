//! Paying and being told: where an order is paid whenever it is asked for, also after its gateway did not
//! answer, who hears of a purchase, and whose word it is that an item is done.

use std::collections::BTreeMap;

use serde_json::json;
use tillbox::world::http::{Response, WebError};

use super::buying::{Store, plain, redirect};
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

#[test]
fn a_purchase_is_told_to_who_sells_once_it_is_paid() {
    let store = Store::open();
    let told = || {
        let mails = store.market.operator().get("/mails?limit=100&order=oldest");
        let sold = mails["items"].as_array().unwrap().iter();
        let sold = sold.filter(|it| it["occasion"] == "offer_sold");
        sold.map(|it| format!("{}: {}", text(&it["to"]), text(&it["subject"]))).collect::<Vec<_>>()
    };
    let (order, page) = store.places(&[&store.parcel, &store.mail]);
    store.market.house.app.keep_duties();
    assert_eq!(told(), Vec::<String>::new(), "it is not paid yet");
    store.chooses(&page.expect("a page"), "pay");
    store.market.house.app.keep_duties();
    let expected = ["olga@provider.test: Sold: order 1 of Home Customer"];
    assert_eq!(told(), expected);
    let seller = store.market.operator();
    let done = json!({ "orderItem": [{ "id": "1", "state": "Completed" }] });
    assert_eq!(store.patch(&seller, &order, &done), "200");
    store.market.house.app.keep_duties();
    assert_eq!(told(), expected, "once");
    // What it does itself it is not told of.
    let account = json!({ "id": store.market.house.customer.account });
    store.market.order(&account, &format!("ofr_{}", store.mail), 1);
    assert_eq!(told(), expected);
}

#[test]
fn an_order_says_where_it_is_paid_whenever_it_is_asked_for() {
    let store = Store::open();
    let (order, page) = store.places(&[&store.mail]);
    let ask = |client: &Client<'_>| {
        let answer = client.call(&format!("GET {}", text(&order["href"])), None);
        assert_eq!(answer.status.as_u16(), 200);
        redirect(&answer)
    };
    let (buyer, seller) = (store.buyer(), store.market.operator());
    assert_eq!(ask(&buyer), page, "as long as it waits for that");
    store.chooses(&page.expect("a page"), "pay");
    assert_eq!((ask(&buyer), ask(&seller)), (None, None), "it is paid");
}

#[test]
fn a_gateway_that_did_not_answer_is_asked_again_with_the_order() {
    let market = Market::on("2026-01-01");
    let account = &market.house.customer.account;
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    market.operator().patch(&format!("/accounts/{account}"), &json!({ "address": address }));
    let stripe = json!({
        "kind": "stripe", "secret": "sk_test_1", "signing_secret": "whsec_1",
        "address": "https://stripe.example",
    });
    market.operator().post("/gateways", &stripe);
    let mail = plain(&market.offer("Mail", &[monthly("Base", "EUR", "10")]));
    let store = Store { market, parcel: mail.clone(), mail };
    let outside = &store.market.house.app.outside;
    outside.answer(|_| Err(WebError::TimedOut));
    let (order, page) = store.places(&[&store.mail]);
    assert_eq!(page, None, "nobody knows where to pay yet");
    assert_eq!(store.stands(&order), "Pending: Acknowledged");
    outside.answer(|request| {
        let said: BTreeMap<_, _> = form_urlencoded::parse(&request.body).into_owned().collect();
        let session = json!({
            "id": "cs_1", "object": "checkout.session", "status": "open", "payment_intent": null,
            "payment_status": "unpaid", "url": "https://stripe.example/pay", "currency": "eur",
            "amount_total": 1200, "metadata": { "payment": said["metadata[payment]"] },
        });
        Ok(Response::new(200, session.to_string()))
    });
    let again = store.buyer().call(&format!("GET {}", text(&order["href"])), None);
    assert_eq!(redirect(&again).as_deref(), Some("https://stripe.example/pay"));
}

#[test]
fn nobody_says_that_an_item_is_done_which_a_system_sees_to() {
    let store = Store::open();
    let system =
        json!({ "connector": "webhook", "webhook": { "address": "https://cloud.example.com/" } });
    let prices = [monthly("Base", "EUR", "10")];
    let server = plain(&store.market.offer_like("Server", &prices, (json!({}), system)));
    store.market.house.app.outside.answer(|_| Ok(Response::new(202, "")));
    let order = store.buys(&[&server]);
    let seller = store.market.operator();
    for state in ["Completed", "Failed"] {
        let said = json!({ "orderItem": [{ "id": "1", "state": state }] });
        let refused = store.patch(&seller, &order, &said);
        assert!(refused.starts_with("409 a system sees to the item `1`"), "{state}: {refused}");
    }
    assert!(store.stands(&order).starts_with("InProgress"), "{}", store.stands(&order));
}
