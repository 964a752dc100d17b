//! The same things in this contract and in ours: what is written here changes the house, and what the
//! house does shows here.

use serde_json::{Value, json};

use super::{items, told};
use crate::harness::client::Client;
use crate::harness::house::{House, text};

const OFFERING: &str = "/tmf-api/productCatalogManagement/v4/productOffering";
const PRICE: &str = "/tmf-api/productCatalogManagement/v4/productOfferingPrice";
const SPECIFICATION: &str = "/tmf-api/productCatalogManagement/v4/productSpecification";
const CUSTOMER: &str = "/tmf-api/customerManagement/v4/customer";
const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";
const PRODUCT: &str = "/tmf-api/productInventory/v4/product";
const ACCOUNT: &str = "/tmf-api/accountManagement/v4/billingAccount";

/// An offering on the market that costs 9.90 a month, and the ids of it and of its price.
pub(super) fn launched(client: &Client<'_>) -> (String, String) {
    let specification =
        client.post(SPECIFICATION, &json!({ "name": "Mailbox", "lifecycleStatus": "Active" }));
    let price = json!({
        "name": "Monthly fee", "priceType": "recurring", "recurringChargePeriodType": "month",
        "recurringChargePeriodLength": 1, "price": { "unit": "EUR", "value": 9.90 },
        "unitOfMeasure": { "amount": 1, "units": "mailbox" },
    });
    let price = text(&client.post(PRICE, &price)["id"]);
    let offering = json!({
        "name": "Mail Plan", "lifecycleStatus": "Launched",
        "productSpecification": { "id": specification["id"] },
        "productOfferingPrice": [{ "id": price }],
    });
    let made = client.post(OFFERING, &offering);
    assert_eq!(made["lifecycleStatus"], "Launched");
    (text(&made["id"]), price)
}

fn customer(client: &Client<'_>) -> String {
    let party = json!({ "id": "500", "name": "Jean", "@referredType": "Individual" });
    let body = json!({ "name": "Jean Pontus", "engagedParty": party });
    text(&client.post(CUSTOMER, &body)["id"])
}

fn ordered(client: &Client<'_>, offering: &str, customer: &str) -> Value {
    let body = json!({
        "productOrderItem": [{
            "id": "1", "action": "add", "quantity": 2, "productOffering": { "id": offering },
            "note": [{ "text": "in blue" }],
        }],
        "relatedParty": [{ "id": customer, "role": "customer", "@referredType": "Customer" }],
    });
    client.post(ORDER, &body)
}

#[test]
fn an_offering_and_its_price_are_ours() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let (offering, price) = launched(&client);
    let ours = client.get(&format!("/offers/{offering}"));
    assert_eq!((&ours["name"]["en"], &ours["state"]), (&json!("Mail Plan"), &json!("launched")));
    let shown = client.get(&format!("{PRICE}/{price}"));
    assert_eq!(shown["price"], json!({ "unit": "EUR", "value": 9.9 }));
    assert_eq!(shown["unitOfMeasure"]["units"], "mailbox");
    let all = items(&client.call(&format!("GET {PRICE}"), None));
    assert_eq!(all.len(), 1, "what an offer has taken is there once: {all:?}");
    let its = client.get(&format!("/offers/{offering}"));
    assert_eq!(its["prices"][0]["id"], format!("prc_{price}"));

    let renamed = json!({ "name": { "en": "Post Plan" } });
    let path = format!("/offers/{offering}");
    client.patch(&path, &renamed);
    assert_eq!(client.get(&format!("{OFFERING}/{offering}"))["name"], "Post Plan");
}

#[test]
fn an_order_makes_a_product_that_is_a_subscription() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let (offering, _) = launched(&client);
    let customer = customer(&client);
    let order = ordered(&client, &offering, &customer);
    assert_eq!(order["state"], "completed", "{order}");
    let item = &order["productOrderItem"][0];
    assert_eq!(
        (&item["state"], &item["note"][0]["text"]),
        (&json!("completed"), &json!("in blue"))
    );
    let product = text(&item["product"]["id"]);
    let shown = client.get(&format!("{PRODUCT}/{product}"));
    assert_eq!((&shown["status"], &shown["name"]), (&json!("active"), &json!("Mail Plan")));
    for name in ["productCharacteristic", "productOffering", "relatedParty", "billingAccount"] {
        assert!(!shown[name].is_null(), "no `{name}`: {shown}");
    }
    assert_eq!(shown["productCharacteristic"][0]["value"], 2);
    let ours = format!("/subscriptions/sub_{product}");
    client.patch(&format!("{PRODUCT}/{product}"), &json!({ "status": "suspended" }));
    assert_eq!(client.get(&ours)["state"], "held_administratively");
    client.patch(&format!("{PRODUCT}/{product}"), &json!({ "status": "active" }));
    assert_eq!(client.get(&ours)["state"], "active");
    let cancel = json!({ "state": "Cancelled" });
    let late = told(&client.call(&format!("PATCH {ORDER}/{}", text(&order["id"])), Some(&cancel)));
    assert!(late.starts_with("409"), "it is done: {late}");
    let ended = json!({ "terminationDate": "2026-02-01T00:00:00Z" });
    let refused = told(&client.call(&format!("PATCH {PRODUCT}/{product}"), Some(&ended)));
    assert!(refused.starts_with("400 read_only: `terminationDate`"), "{refused}");
    let untrue = json!({ "name": "Another", "status": "terminated", "orderDate": "x" });
    let refused = client.call(&format!("PATCH {PRODUCT}/{product}"), Some(&untrue));
    assert!(told(&refused).starts_with("400 read_only"), "{}", told(&refused));
    assert_eq!(client.get(&ours)["state"], "active", "what is refused did not happen");
    assert_eq!(client.call(&format!("DELETE {PRODUCT}/{product}"), None).status, 204);
    assert!(client.get(&ours)["state"] != "active");
}

#[test]
fn a_quantity_is_a_number_in_whatever_form() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let (offering, _) = launched(&client);
    let customer = customer(&client);
    let parties = json!([{ "id": customer, "role": "customer", "@referredType": "Customer" }]);
    let carts = "/tmf-api/shoppingCart/v4/shoppingCart";
    for (quantity, is_one) in
        [(r#""3""#, true), ("3.0", true), ("0", false), ("1.5", false), (r#""x""#, false)]
    {
        let quantity: Value = serde_json::from_str(quantity).unwrap();
        let item = json!({
            "id": "1", "action": "add", "quantity": quantity, "productOffering": { "id": offering },
        });
        let order = json!({ "productOrderItem": [item], "relatedParty": parties });
        let cart = json!({ "cartItem": [item], "relatedParty": parties });
        for (path, body, at) in [(ORDER, &order, "productOrderItem"), (carts, &cart, "cartItem")] {
            let made = client.call(&format!("POST {path}"), Some(body));
            let refused = format!("400 range: `{at}[0].quantity` must be a whole number from 1");
            let expected = if is_one { "201" } else { &refused };
            assert_eq!(told(&made), expected, "{quantity}");
        }
    }
    let product = &items(&client.call(&format!("GET {PRODUCT}"), None))[0];
    assert_eq!(product["productCharacteristic"][0]["value"], 3);
}

#[test]
fn an_order_for_what_is_not_there_is_kept_rejected_with_the_reason() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let customer = customer(&client);
    let (offering, _) = launched(&client);
    let withdrawn = json!({ "lifecycleStatus": "Retired" });
    client.patch(&format!("{OFFERING}/{offering}"), &withdrawn);
    for offering in ["7655", &offering] {
        let order = ordered(&client, offering, &customer);
        assert_eq!(order["state"], "rejected", "{order}");
        assert!(!text(&order["note"][0]["text"]).is_empty());
        let path = format!("{ORDER}/{}", text(&order["id"]));
        let revived = client.call(&format!("PATCH {path}"), Some(&json!({ "state": "completed" })));
        assert_ne!(revived.status, 200);
    }
    assert_eq!(items(&client.call(&format!("GET {PRODUCT}"), None)).len(), 0);
    let wrong = json!({ "productOrderItem": [{ "id": "1", "action": "explode" }] });
    let refused = told(&client.call(&format!("POST {ORDER}"), Some(&wrong)));
    assert!(refused.starts_with("400 enum: `productOrderItem[0].action`"), "{refused}");
}

#[test]
fn a_customer_is_an_account_whichever_side_changes_it() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let id = customer(&client);
    let ours = format!("/accounts/acc_{id}");
    assert_eq!(client.get(&ours)["name"], "Jean Pontus");
    client
        .patch(&format!("{CUSTOMER}/{id}"), &json!({ "name": "J. Pontus", "status": "suspended" }));
    let account = client.get(&ours);
    assert_eq!(
        (&account["name"], &account["state"]),
        (&json!("J. Pontus"), &json!("held_administratively"))
    );
    client.patch(&ours, &json!({ "name": "Jean-Luc" }));
    let shown = client.get(&format!("{CUSTOMER}/{id}"));
    assert_eq!((&shown["name"], &shown["status"]), (&json!("Jean-Luc"), &json!("suspended")));
    assert_eq!(shown["engagedParty"]["id"], "500", "a reference leads where it was said to lead");

    let body = json!({ "name": "Lab", "relatedParty": [{ "id": id }], "ratingType": "Postpaid" });
    let billed = client.post(ACCOUNT, &body);
    let path = format!("/billing_accounts/bac_{}", text(&billed["id"]));
    assert_eq!(client.get(&path)["account"], format!("acc_{id}"));
    assert_eq!(client.call(&format!("DELETE {CUSTOMER}/{id}"), None).status, 204);
    assert_eq!(client.call(&format!("GET {CUSTOMER}/{id}"), None).status, 404);
    assert!(["closing", "closed"].contains(&text(&client.get(&ours)["state"]).as_str()));
}

#[test]
fn a_refusal_names_what_the_client_said() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let customer = customer(&client);
    let (offering, _) = launched(&client);
    let withdrawn = json!({ "lifecycleStatus": "Retired" });
    client.patch(&format!("{OFFERING}/{offering}"), &withdrawn);
    let order = ordered(&client, &offering, &customer);
    let note = text(&order["note"][0]["text"]);
    assert!(note.contains("productOrderItem[0].productOffering.id"), "{note}");
    assert!(!note.contains("ofr_") && !note.contains("/items"), "{note}");
}

#[test]
fn who_still_has_something_stays() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let (offering, _) = launched(&client);
    let customer = customer(&client);
    let product = ordered(&client, &offering, &customer)["productOrderItem"][0]["product"].clone();
    let path = format!("DELETE {CUSTOMER}/{customer}");
    let refused = told(&client.call(&path, None));
    let expected = "409 in_use: `Jean Pontus` still has 1 living subscription: end that first";
    assert_eq!(refused, expected);
    let product = format!("{PRODUCT}/{}", text(&product["id"]));
    assert_eq!(client.get(&product)["status"], "active", "what was refused ended nothing");
    client.patch(&product, &json!({ "status": "terminated" }));
    assert_eq!(client.call(&path, None).status, 204);
}

#[test]
fn what_cannot_be_become_is_a_conflict_and_what_is_no_state_a_mistake() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let (offering, _) = launched(&client);
    let order = ordered(&client, &offering, &customer(&client));
    let product = text(&order["productOrderItem"][0]["product"]["id"]);
    let order = format!("{ORDER}/{}", text(&order["id"]));
    let offering = format!("{OFFERING}/{offering}");
    let mut told_of = Vec::new();
    for (path, attribute, word) in [
        (&format!("{PRODUCT}/{product}"), "status", "created"),
        (&format!("{PRODUCT}/{product}"), "status", "aborted"),
        (&format!("{PRODUCT}/{product}"), "status", "burnt"),
        (&order, "state", "inProgress"),
        (&order, "state", "burnt"),
        (&offering, "lifecycleStatus", "In study"),
    ] {
        let answer = client.call(&format!("PATCH {path}"), Some(&json!({ attribute: word })));
        told_of.push(told(&answer));
    }
    expect_test::expect![[r#"
        409 state_forbids: `status` cannot become `created` where it is `active`
        409 state_forbids: `status` cannot become `aborted` where it is `active`
        400 enum: `status` `burnt` is no state: it is one of `created`, `active`, `suspended`, `pendingTerminate`, `terminated`, `aborted`, `cancelled`, `pendingActive`
        409 state_forbids: `state` cannot become `inProgress` where it is `completed`
        400 enum: `state` `burnt` is no state: it is one of `acknowledged`, `rejected`, `pending`, `held`, `inProgress`, `completed`, `partial`, `failed`, `cancelled`, `assessingCancellation`, `pendingCancellation`
        409 catalog_state_forbids: nothing leads from `Launched` back to `In study`"#]]
    .assert_eq(&told_of.join("\n"));
}

#[test]
fn only_what_is_on_the_market_is_said_to_be_sellable() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let study = client.post(OFFERING, &json!({ "name": "Plan" }));
    assert_eq!(study.get("isSellable"), None, "{study}");
    let said = client.post(OFFERING, &json!({ "name": "Other", "isSellable": true }));
    assert_eq!(said["isSellable"], true, "what a client says is shown");
    let (launched, _) = launched(&client);
    let path = format!("{OFFERING}/{launched}");
    assert_eq!(client.get(&path)["isSellable"], true);
    assert_eq!(client.patch(&path, &json!({ "lifecycleStatus": "Retired" }))["isSellable"], false);
}

/// Who is called otherwise in one contract is called so in all, as a party and as who buys.
#[test]
fn a_name_is_the_same_everywhere() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let organizations = "/tmf-api/party/v4/organization";
    let company = client.post(organizations, &json!({ "tradingName": "Alpha" }));
    let path = format!("{organizations}/{}", text(&company["id"]));
    let party = json!({ "id": company["id"], "@referredType": "Organization" });
    let buyer = client.post(CUSTOMER, &json!({ "name": "Alpha", "engagedParty": party }));
    let ours = format!("/accounts/acc_{}", text(&buyer["id"]));
    client.patch(&ours, &json!({ "name": "Beta" }));
    assert_eq!(client.get(&path)["tradingName"], "Beta");
    client.patch(&path, &json!({ "tradingName": "Gamma" }));
    assert_eq!(client.get(&ours)["name"], "Gamma");
    client.patch(&path, &json!({ "tradingName": "Gamma", "nameType": "inc" }));
    client.patch(&ours, &json!({ "name": "Delta" }));
    client.patch(&path, &json!({ "tradingName": "Own" }));
    assert_eq!(client.get(&ours)["name"], "Own");
}

#[test]
fn what_is_said_of_a_customer_is_in_the_books() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let earlier = json!({ "creditProfileDate": "2024-01-01T00:00:00Z", "creditRiskRating": 5,
        "creditScore": 500, "validFor": { "startDateTime": "2024-01-01T00:00:00Z" } });
    let current = json!({ "creditProfileDate": "2025-01-01T00:00:00Z", "creditRiskRating": 1,
        "creditScore": 700, "validFor": { "startDateTime": "2025-01-01T00:00:00Z" } });
    let body = json!({
        "name": "Jean", "description": "a good one", "engagedParty": { "id": "500" },
        "characteristic": [{ "name": "segment", "value": "gold" }], "creditProfile": [current],
    });
    let made = client.post(CUSTOMER, &body);
    for name in ["description", "characteristic", "creditProfile"] {
        assert_eq!(made[name], body[name], "{name}");
    }
    let id = text(&made["id"]);
    let ours = client.get(&format!("/accounts/acc_{id}")).to_string();
    assert!(ours.contains("a good one") && ours.contains("gold"), "{ours}");
    let path = format!("{CUSTOMER}/{id}");
    let history = json!({ "creditProfile": [earlier, current] });
    client.patch(&path, &history);
    let credit = client.get(&format!("/accounts/acc_{id}/credit"));
    let scores: Vec<_> =
        credit["items"].as_array().unwrap().iter().map(|it| it["score"].clone()).collect();
    assert_eq!(scores, [700, 500], "{credit}");
    for untrue in [json!(null), json!([]), json!([{ "creditRiskRating": 9 }])] {
        let untrue = json!({ "creditProfile": untrue });
        let refused = told(&client.call(&format!("PATCH {path}"), Some(&untrue)));
        assert!(refused.starts_with("400 read_only: `creditProfile`"), "{refused}");
    }
}
