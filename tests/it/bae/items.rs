//! Items of orders: where what is sent goes, what each costs, and for whom it is.

use serde_json::{Value, json};

use super::buying::{ORDER, PRODUCT, Store, plain, redirect};
use super::told;
use crate::harness::market::{monthly, text};

/// Where a parcel goes is the place of its product, or else where its buyer has goods sent to.
#[test]
fn what_is_sent_goes_to_the_place_of_its_product() {
    let store = Store::open();
    let sent = (json!({}), json!({ "delivery": "physical" }));
    let router = store.market.offer_like("Router", &[monthly("Base", "EUR", "5")], sent);
    let router = plain(&router);
    let place =
        json!([{ "street1": "Markt 1", "city": "Bonn", "postcode": "53111", "country": "DE" }]);
    let order = |place: &Value| {
        let mut order = store.order(&[&router]);
        order["orderItem"][0]["product"]["place"] = place.clone();
        store.buyer().call(&format!("POST {ORDER}"), Some(&order))
    };
    let placed = order(&place);
    assert_eq!(placed.status.as_u16(), 201, "{}", told(&placed));
    let placed = placed.json();
    assert_eq!(placed["orderItem"][0]["product"]["place"], place, "{placed}");
    let (by_default, _) = store.places(&[&router]);
    let shown = &by_default["orderItem"][0]["product"]["place"][0];
    assert_eq!((&shown["street1"], &shown["role"]), (&json!("Ring 1"), &json!("delivery")));
    let orders = store.market.operator().get("/orders");
    let streets = orders["items"].as_array().unwrap().iter();
    let streets: Vec<_> =
        streets.map(|it| text(&it["items"][0]["deliver_to"]["address"]["street"])).collect();
    assert_eq!(streets.join(", "), "Ring 1, Markt 1");
    let elsewhere = order(&json!([{ "role": "delivery", "href": "https://maps.example/7" }]));
    assert_eq!(elsewhere.status.as_u16(), 201, "what leads elsewhere says no address");
    let newest = store.market.operator().get("/orders")["items"][0].clone();
    assert_eq!(newest["items"][0]["deliver_to"]["address"]["street"], "Ring 1", "{newest}");
    let refused = told(&order(&json!([{ "city": "Bonn" }])));
    expect_test::expect![
        "400 `orderItem[0].product.place.street` must be given: a parcel is sent there (required); `orderItem[0].product.place.country` must be given: a parcel is sent there (required)"
    ]
    .assert_eq(&refused);
}

/// What an item costs stands on it, whether its product is there yet or not; who delivers it alone is not told.
/// And whom an order is for may be named by what one signs in.
#[test]
fn an_item_says_what_it_costs_and_its_buyer_is_known_by_name() {
    let store = Store::open();
    let mut wanted = store.order(&[&store.mail]);
    let email = &store.market.house.customer.admin.email;
    wanted["relatedParty"] = json!([{ "id": email, "role": "Customer" }]);
    let placed = store.buyer().call(&format!("POST {ORDER}"), Some(&wanted));
    assert_eq!(placed.status.as_u16(), 201, "{}", told(&placed));
    let page = redirect(&placed).expect("it is to be paid");
    let price = |order: &Value| order["orderItem"][0]["product"]["productPrice"][0].clone();
    let before = price(&placed.json());
    assert_eq!(before["price"]["dutyFreeAmount"], "10", "{before}");
    assert_eq!(before["recurringChargePeriod"], "monthly", "{before}");
    store.chooses(&page, "pay");
    store.market.house.app.keep_duties();
    let buyer = store.buyer();
    let found = buyer.get(&format!("{ORDER}?relatedParty.id={email}"));
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(price(&found[0]), before);
    let products = buyer.get(&format!("{PRODUCT}?relatedParty.id={email}"));
    assert_eq!(products[0]["productPrice"][0], before, "as its product says");
    let strange = buyer.call(&format!("GET {ORDER}?relatedParty.id=somebody"), None);
    assert_eq!(strange.status.as_u16(), 403, "{}", told(&strange));
}
