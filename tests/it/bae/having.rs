//! What a product of the inventory says of itself: what was chosen of it, what it belongs to and relies on,
//! and how it stands.

use serde_json::{Value, json};

use super::buying::{ORDER, PRODUCT, Store, plain};
use super::shop::{Shop, lead, offerings};
use super::told;
use crate::harness::client::Client;
use crate::harness::market::{monthly, text};

/// A house that sells the stations of the weather, and who buys them.
fn stations(store: &Store) -> Value {
    let house = &store.market.house;
    let seller = Shop::of(house, &house.operator);
    let catalog = seller.catalog("Data");
    let stations = json!({
        "name": "Weather", "lifecycleStatus": "Launched",
        "productSpecCharacteristic": [{
            "name": "Color", "valueType": "string", "configurable": true,
            "productSpecCharacteristicValue": [
                { "valueType": "string", "default": true, "value": "blue" },
                { "valueType": "string", "default": false, "value": "red" },
            ],
        }],
    });
    let product = seller.make("productSpecification", &stations);
    let offering = json!({
        "name": "Station", "lifecycleStatus": "Active", "productSpecification": lead(&product),
    });
    let offering = seller.make(&offerings(&catalog), &offering);
    seller.moves(&offering, "Launched")
}

#[test]
fn a_product_says_what_was_chosen_of_it_where_it_is_and_on_what_it_relies() {
    let store = Store::open();
    let offering = stations(&store);
    let (buyer, seller) = (store.buyer(), store.market.operator());
    let product = |body: &Value| {
        let answer = buyer.call(&format!("POST {ORDER}"), Some(body));
        assert_eq!(answer.status.as_u16(), 201, "{}", told(&answer));
        let order = answer.json();
        let item = &order["orderItem"][0];
        // Its seller hands it over.
        let done = json!({ "orderItem": [{ "id": item["id"], "state": "Completed" }] });
        assert_eq!(store.patch(&seller, &order, &done), "200");
        (item.clone(), buyer.get(&format!("{PRODUCT}/{}", text(&item["product"]["id"]))))
    };
    let mut body = store.order(&[offering["id"].as_str().unwrap()]);
    body["orderItem"][0]["product"] = json!({ "productCharacteristic": [] });
    let (_, plain) = product(&body);
    assert_eq!(
        plain["productCharacteristic"],
        json!([{ "name": "Color", "value": "blue" }]),
        "what nobody says is as it is by itself"
    );
    let place = json!([{ "role": "delivery", "href": "https://maps.example/7" }]);
    let relies = json!([{ "type": "reliesOn", "product": { "id": plain["id"] } }]);
    body["orderItem"][0]["product"] = json!({
        "productCharacteristic": [{ "name": "Color", "value": "red" }],
        "place": place, "productRelationship": relies,
    });
    let (item, shown) = product(&body);
    let chosen = json!([{ "name": "Color", "value": "red" }]);
    assert_eq!(item["product"]["productCharacteristic"], chosen);
    assert_eq!(item["product"]["productRelationship"], relies);
    assert_eq!(shown["productCharacteristic"], chosen);
    assert_eq!((&shown["place"], &shown["productRelationship"]), (&place, &relies));
    let strange = json!([{ "type": "reliesOn", "product": {
        "id": "00000000-0000-7000-8000-000000000000" } }]);
    body["orderItem"][0]["product"]["productRelationship"] = strange;
    let refused = told(&buyer.call(&format!("POST {ORDER}"), Some(&body)));
    assert_eq!(
        refused,
        "400 `orderItem[0].product.productRelationship` relies on a product that you do not have \
         (reference)"
    );

    let path = text(&shown["href"]);
    let says = |by: &Client<'_>, method: &str, body: &Value| {
        told(&by.call(&format!("{method} {path}"), Some(body)))
    };
    let number = json!({ "productSerialNumber": "W-4711" });
    assert!(says(&buyer, "PATCH", &number).starts_with("403"), "its seller says so");
    assert_eq!(says(&seller, "PATCH", &number), "200");
    assert_eq!(buyer.get(&path)["productSerialNumber"], "W-4711");
    assert_eq!(says(&seller, "PATCH", &json!({ "status": "Suspended" })), "200");
    let suspended = seller.get(&path);
    assert_eq!((&suspended["status"], &suspended["place"]), (&json!("Suspended"), &place));
    let wrong = says(&seller, "PATCH", &json!({ "orderDate": "2020-01-01T00:00:00Z" }));
    assert!(wrong.starts_with("400 `orderDate` follows from how it was ordered"), "{wrong}");
    let mut whole = suspended.clone();
    whole["status"] = json!("Active");
    whole["place"] = json!([{ "role": "roof" }]);
    whole.as_object_mut().unwrap().remove("productSerialNumber");
    assert_eq!(says(&seller, "PUT", &whole), "200");
    let replaced = buyer.get(&path);
    assert_eq!((&replaced["status"], &replaced["place"]), (&json!("Active"), &whole["place"]));
    assert_eq!(replaced.get("productSerialNumber"), None, "what a whole does not say is not so");
    store.market.must_be_whole();
}

#[test]
fn a_product_is_prepared_active_about_to_end_and_over() {
    let store = Store::open();
    let order = store.buys(&[&store.parcel]);
    let (buyer, seller) = (store.buyer(), store.market.operator());
    let path = format!("{PRODUCT}/{}", text(&order["orderItem"][0]["product"]["id"]));
    let status = || text(&buyer.get(&path)["status"]);
    let mut seen = vec![status()];
    for state in ["InProgress", "Completed"] {
        let body = json!({ "orderItem": [{ "id": "1", "state": state }] });
        assert_eq!(store.patch(&seller, &order, &body), "200");
        seen.push(status());
    }
    let ends = json!({ "status": "PendingTerminate" });
    seller.call(&format!("PATCH {path}"), Some(&ends)).ok();
    seen.push(status());
    let id = format!("/subscriptions/sub_{}", text(&order["orderItem"][0]["product"]["id"]));
    assert_eq!(seller.get(&id)["state"], "active", "until then it is used");
    store.market.advance_to("2026-02-02");
    let task = text(&seller.get("/tasks?state=queued")["items"][0]["id"]);
    for verb in ["start", "complete"] {
        seller.post(&format!("/tasks/{task}/{verb}"), &json!({}));
    }
    seen.push(status());
    assert_eq!(seen, ["Created", "PendingActive", "Active", "PendingTerminate", "Terminated"]);
}

#[test]
fn a_bundle_is_ordered_with_its_offerings_and_billed_where_the_whole_is() {
    let store = Store::open();
    let part = store.market.offer("Disk", &[monthly("Disk", "EUR", "1")]);
    let bundle = json!({
        "bundle": [
            { "offer": part, "min": 1, "max": 1, "default": 1 },
            { "offer": format!("ofr_{}", store.mail), "min": 1, "max": 1, "default": 1 },
        ],
    });
    let bundle =
        store.market.offer_like("Office", &[monthly("Fee", "EUR", "5")], (bundle, json!({})));
    let order = store.buys(&[&plain(&bundle)]);
    let offering = &order["orderItem"][0]["productOffering"];
    let parts: Vec<_> = offering["bundledProductOffering"].as_array().unwrap().iter().collect();
    let names: Vec<_> = parts.iter().map(|it| text(&it["name"])).collect();
    assert_eq!(
        (text(&offering["name"]), names),
        ("Office".to_owned(), vec!["Disk".to_owned(), "Mail".to_owned()])
    );
    let products = store.buyer().get(PRODUCT);
    let all = products.as_array().unwrap();
    let whole = all.iter().find(|it| it["isBundle"] == true).unwrap();
    assert!(whole["billingAccount"].is_array());
    let contained: Vec<_> = all.iter().filter(|it| it["isBundle"] == false).collect();
    assert_eq!(contained.len(), 2, "{products}");
    for it in contained {
        let relation = &it["productRelationship"][0];
        assert_eq!(
            (&relation["type"], &relation["product"]["id"]),
            (&json!("isContainedIn"), &whole["id"])
        );
        assert_eq!(it.get("billingAccount"), None, "the whole is billed");
    }
}
