//! Terms of use of bundles: who buys one accepts those of the parts that are taken, however it is ordered.

use serde_json::{Value, json};

use crate::harness::bus::uuid;
use crate::harness::market::{Market, monthly, text};

fn ruled(version: &str) -> Value {
    json!({ "terms_of_use": { "version": version, "title": { "en": "Rules" } } })
}

/// A bundle that comes with a book and a pen, with a lamp if one wishes: book and lamp have terms of use.
fn bundled(market: &Market) -> [String; 3] {
    let address = json!({ "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" } });
    let customer = format!("/accounts/{}", market.house.customer.account);
    market.operator().patch(&customer, &address);
    let base = || [monthly("Base", "EUR", "10")];
    let book = market.offer_like("Book", &base(), (ruled("b1"), json!({})));
    let lamp = market.offer_like("Lamp", &base(), (ruled("l1"), json!({})));
    let pen = market.offer("Pen", &base());
    let part =
        |offer: &String, min: u32| json!({ "offer": offer, "min": min, "max": 2, "default": min });
    let parts = json!({ "bundle": [part(&book, 1), part(&pen, 1), part(&lamp, 0)] });
    let desk = market.offer_like("Desk", &[], (parts, json!({})));
    [desk, book, lamp]
}

#[test]
fn the_terms_of_use_of_a_bundles_parts_are_accepted_with_it() {
    let market = Market::on("2026-01-01");
    let [desk, book, _] = bundled(&market);
    let buyer = market.house.client(&market.house.customer.admin);
    let mut order =
        json!({ "account": market.house.customer.account, "items": [{ "offer": desk }] });
    let foretold = buyer.post("/orders/preview", &order);
    let expected = json!([{
        "offer": book, "offer_name": { "en": "Book" }, "version": "b1", "title": { "en": "Rules" },
        "url": null, "text": null,
    }]);
    assert_eq!(foretold["terms_of_use"], expected, "what is not taken is not accepted");
    let cart = text(&buyer.post("/carts", &json!({}))["id"]);
    buyer.post(&format!("/carts/{cart}/items"), &json!({ "offer": desk }));
    let ways = [
        ("POST /orders".to_owned(), order.clone()),
        ("POST /orders/checkout".to_owned(), json!({ "order": order })),
        (format!("POST /carts/{cart}/order"), json!({})),
    ];
    for (way, body) in &ways {
        let refused = buyer.call(way, Some(body));
        let why = format!("must accept version `b1` of the terms of use of `{book}`");
        assert_eq!(refused.status, 422, "{way}: {}", refused.json());
        assert_eq!(refused.json()["errors"][0]["message"], why, "{way}");
    }
    assert_eq!(buyer.get("/orders")["items"], json!([]), "nothing was placed");
    order["accepted_terms"] = json!([{ "offer": book, "version": "b1" }]);
    let placed = buyer.post("/orders", &order);
    assert_eq!(placed["accepted_terms"][0]["offer"], json!(book));
    market.must_be_whole();
}

/// In the words of APS, with the parts that are taken named by their plans.
#[test]
fn an_order_of_the_bus_is_told_the_terms_of_the_parts() {
    let market = Market::on("2026-01-01");
    let [desk, book, _] = bundled(&market);
    let account = market.house.customer.account.clone();
    let operator = market.operator();
    let body = json!({
        "type": "SALES", "accountId": uuid(&account), "products": [{ "planId": uuid(&desk) }],
    });
    let orders = "/aps/2/services/order-manager/orders";
    let told = operator.call(&format!("POST {orders}/termsconditions"), Some(&body)).ok();
    let plans = (&told[0]["planId"], told.as_array().map(Vec::len));
    assert_eq!(plans, (&json!(uuid(&book)), Some(1)), "{told}");
    market.must_be_whole();
}

/// What a retirement takes along is told before: who goes on having it, and the bundles it is in.
#[test]
fn a_retirement_of_an_offer_tells_of_its_bundles_first() {
    let market = Market::on("2026-01-01");
    let [desk, book, _] = bundled(&market);
    let operator = market.operator();
    let told = operator.get(&format!("/offers/{book}/retirement"))["items"].clone();
    let of = |place: usize| (told[place]["id"].clone(), told[place]["subscriptions"].clone());
    assert_eq!([of(0), of(1)], [(json!(book), json!(0)), (json!(desk), json!(0))], "{told}");
    let buyer = market.house.client(&market.house.customer.admin);
    let refused = buyer.call(&format!("GET /offers/{book}/retirement"), None).status;
    assert_eq!(refused, 403);
    let north = market.house.client(&market.house.north.admin);
    let hidden = north.call(&format!("GET /offers/{book}/retirement"), None).status;
    assert!(hidden == 403 || hidden == 404, "{hidden}");
    assert_eq!(operator.get(&format!("/offers/{book}"))["state"], "launched");
    // All of it goes in one call.
    let retired =
        operator.post(&format!("/offers/{book}/retire"), &json!({ "with_bundles": true }));
    assert_eq!(retired["state"], "retired", "{retired}");
    assert_eq!(operator.get(&format!("/offers/{desk}"))["state"], "retired");
}
