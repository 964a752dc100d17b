//! What who buys may read here: what is on the shelf and what it costs, whether it can be had, and what was used
//! of its own; nothing of the other side.

use serde_json::{Value, json};

use super::{items, plain, told};
use crate::harness::client::Client;
use crate::harness::house::Branch;
use crate::harness::market::{Market, text};

const PRICE: &str = "/tmf-api/productCatalogManagement/v4/productOfferingPrice";
const OFFERING: &str = "/tmf-api/productCatalogManagement/v4/productOffering";
const SPECIFICATION: &str = "/tmf-api/productCatalogManagement/v4/productSpecification";
const QUALIFICATION: &str = "/tmf-api/productOfferingQualification/v4/productOfferingQualification";
const CONSUMPTION: &str = "/tmf-api/usageConsumption/v4/queryUsageConsumption";

/// What a branch sells: something on the shelf, something that is not there yet, and a price that nothing
/// has.
struct Shelf {
    launched: String,
    price: String,
    draft: String,
    waiting: String,
}

fn stocked(market: &Market, of: &Branch) -> Shelf {
    let client = market.house.client(&of.admin);
    let specification = json!({ "name": "Line", "lifecycleStatus": "Active" });
    let specification = text(&client.post(SPECIFICATION, &specification)["id"]);
    let price = |name: &str| {
        let body = json!({
            "name": name, "priceType": "recurring", "price": { "unit": "EUR", "value": 10 },
        });
        text(&client.post(PRICE, &body)["id"])
    };
    let offering = |state: &str, price: &str| {
        let body = json!({
            "name": state, "lifecycleStatus": state, "productSpecification": { "id": specification },
            "productOfferingPrice": [{ "id": price }],
        });
        text(&client.post(OFFERING, &body)["id"])
    };
    let (shown, draft) = (price("Shown"), price("Draft"));
    let launched = offering("Launched", &shown);
    offering("In design", &draft);
    Shelf { launched, price: shown, draft, waiting: price("Waiting") }
}

fn asked(client: &Client<'_>, offering: &str) -> Value {
    let item = json!({ "productOffering": { "id": offering } });
    client.post(QUALIFICATION, &json!({ "productOfferingQualificationItem": [item] }))
}

#[test]
fn who_buys_reads_what_the_shelf_costs_and_nothing_more() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let (north, south) = (stocked(&market, &house.north), stocked(&market, &house.south));
    for person in [&house.north.customer.admin, &house.north.customer.member] {
        let client = house.client(person);
        let listed = items(&client.call(&format!("GET {PRICE}"), None));
        let names: Vec<_> = listed.iter().map(|it| text(&it["name"])).collect();
        assert_eq!(names, ["Shown"], "of the own seller, as far as it is for sale");
        let offering = client.get(&format!("{OFFERING}/{}", north.launched));
        let shown =
            client.get(&format!("{PRICE}/{}", text(&offering["productOfferingPrice"][0]["id"])));
        assert_eq!(shown["price"]["value"], 10, "{shown}");
        for hidden in [&north.draft, &north.waiting, &south.price, &south.draft] {
            let answer = client.call(&format!("GET {PRICE}/{hidden}"), None);
            assert_eq!(answer.status, 404, "{}", told(&answer));
        }
        for (verb, body) in [("PATCH", Some(json!({ "name": "Mine" }))), ("DELETE", None)] {
            let answer = client.call(&format!("{verb} {PRICE}/{}", north.price), body.as_ref());
            assert_eq!(answer.status, 403, "{}", told(&answer));
        }
    }
    let seller = house.client(&house.north.admin);
    assert_eq!(items(&seller.call(&format!("GET {PRICE}"), None)).len(), 3);
}

#[test]
fn who_buys_asks_what_can_be_had_and_keeps_the_answer() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let (north, south) = (stocked(&market, &house.north), stocked(&market, &house.south));
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let account = format!("/accounts/{}", house.north.customer.account);
    house.client(&house.north.admin).patch(&account, &json!({ "address": address }));
    let client = house.client(&house.north.customer.admin);
    let answer = asked(&client, &north.launched);
    assert_eq!(answer["qualificationResult"], "qualified", "{answer}");
    assert_eq!(asked(&client, &south.launched)["qualificationResult"], "unqualified");
    let path = text(&answer["href"]);
    assert_eq!(client.get(&path), answer);
    assert_eq!(items(&client.call(&format!("GET {QUALIFICATION}"), None)).len(), 2);
    let member = house.client(&house.north.customer.member);
    assert_eq!(asked(&member, &north.launched)["qualificationResult"], "qualified");
    let stranger = house.client(&house.south.customer.admin);
    assert_eq!(stranger.call(&format!("GET {path}"), None).status, 404);
    assert_eq!(items(&stranger.call(&format!("GET {QUALIFICATION}"), None)), [] as [Value; 0]);
    let seller = house.client(&house.north.admin);
    assert_eq!(seller.get(&path), answer, "who sells sees what it is asked");
    assert_eq!(house.client(&house.south.admin).call(&format!("GET {path}"), None).status, 404);
    let changed = client.call(&format!("PATCH {path}"), Some(&json!({ "description": "x" })));
    assert_eq!(changed.status, 403, "{}", told(&changed));
}

#[test]
fn who_buys_sees_what_was_used_of_its_own() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let shelf = stocked(&market, &house.north);
    let buyer = &house.north.customer;
    let seller = house.client(&house.north.admin);
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    seller.patch(&format!("/accounts/{}", buyer.account), &json!({ "address": address }));
    let order = json!({
        "account": buyer.account, "items": [{ "offer": format!("ofr_{}", shelf.launched) }],
    });
    let order = text(&seller.post("/orders", &order)["id"]);
    house.app.keep_duties();
    let order = seller.get(&format!("/orders/{order}"));
    assert_eq!(order["state"], "completed", "{order}");
    let product = plain(&order["items"][0]["subscription"]);
    let question = json!({ "product": { "id": product } });
    let told_of = |client: &Client<'_>| {
        let answer = client.post(CONSUMPTION, &question);
        let answer = client.get(&text(&answer["href"]));
        let products = answer["usageConsumption"].as_array().unwrap().clone();
        let is_told =
            |it: &&Value| it["product"][0]["id"] == product.as_str() && it["state"] == "done";
        products.iter().filter(is_told).count()
    };
    let client = house.client(&buyer.admin);
    assert_eq!(told_of(&client), 1);
    assert_eq!(told_of(&house.client(&house.south.customer.admin)), 0, "of others nothing is said");
    let own = items(&client.call(&format!("GET {CONSUMPTION}"), None));
    assert_eq!(own.len(), 1, "{own:?}");
    let member = house.client(&buyer.member);
    let refused = told(&member.call(&format!("POST {CONSUMPTION}"), Some(&question)));
    assert_eq!(refused, "403 forbidden: not permitted: usage_read");
}

/// What a seller writes down of one of its customers: where, and what is said beside who it is.
fn papers() -> [(&'static str, Value); 4] {
    let nothing = "7f000000-0000-7000-8000-000000000000";
    let item = json!({ "id": "1", "action": "add", "productOffering": { "id": nothing } });
    [
        (
            "/tmf-api/agreementManagement/v4/agreement",
            json!({
                "name": "Frame", "agreementType": "frame", "agreementItem": [{}],
                "engagedParty": [{ "id": "7" }],
            }),
        ),
        ("/tmf-api/document/v4/document", json!({ "name": "Minutes" })),
        (QUALIFICATION, json!({ "productOfferingQualificationItem": [item] })),
        (
            "/tmf-api/productOrderingManagement/v4/productOrder",
            json!({ "productOrderItem": [item] }),
        ),
    ]
}

#[test]
fn who_is_named_in_what_a_seller_writes_down_sees_it() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let seller = house.client(&house.north.admin);
    let customer = house.client(&house.north.customer.admin);
    let stranger = house.client(&house.south.customer.admin);
    let named = json!([{ "id": plain(&json!(house.north.customer.account)), "role": "customer" }]);
    let foreign =
        json!([{ "id": plain(&json!(house.south.customer.account)), "role": "customer" }]);
    for (list, mut body) in papers() {
        body["relatedParty"] = foreign.clone();
        let other = text(&seller.post(list, &body)["href"]);
        body["relatedParty"] = named.clone();
        let made = seller.post(list, &body);
        let path = text(&made["href"]);
        assert_eq!(customer.get(&path), made, "{list}");
        assert_eq!(items(&customer.call(&format!("GET {list}"), None)).len(), 1, "{list}");
        for (client, hidden) in [(&stranger, &path), (&stranger, &other), (&customer, &other)] {
            let answer = client.call(&format!("GET {hidden}"), None);
            assert_eq!(answer.status, 404, "{}", told(&answer));
        }
        let change = json!({ "description": "Mine" });
        let refused = customer.call(&format!("PATCH {path}"), Some(&change));
        assert_eq!(refused.status, 403, "{}", told(&refused));
        seller.patch(&path, &change);
        assert_eq!(customer.get(&path)["description"], "Mine", "{list}");
        seller.patch(&path, &json!({ "relatedParty": [] }));
        assert_eq!(customer.call(&format!("GET {path}"), None).status, 404, "{list}");
    }
}

#[test]
fn who_buys_calls_off_its_own_and_is_told_what_is_not_for_it_to_say() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let shelf = stocked(&market, &house.north);
    let buyer = &house.north.customer;
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let account = format!("/accounts/{}", buyer.account);
    house.client(&house.north.admin).patch(&account, &json!({ "address": address }));
    let client = house.client(&buyer.admin);
    let order = client.post(
        "/tmf-api/productOrderingManagement/v4/productOrder",
        &json!({
            "requestedStartDate": "2026-03-01T00:00:00Z",
            "productOrderItem": [
                { "id": "1", "action": "add", "productOffering": { "id": shelf.launched } },
            ],
        }),
    );
    let calls_off = "/tmf-api/productOrderingManagement/v4/cancelProductOrder";
    let body = json!({ "productOrder": { "id": order["id"] }, "cancellationReason": "Moved" });
    let stranger = house.client(&house.south.customer.admin);
    assert_eq!(stranger.post(calls_off, &body)["state"], "terminatedWithError");
    let member = house.client(&buyer.member);
    let refused = told(&member.call(&format!("POST {calls_off}"), Some(&body)));
    assert_eq!(refused, "403 forbidden: not permitted: order_cancel");
    let task = client.post(calls_off, &body);
    assert_eq!(task["state"], "done", "{task}");
    assert_eq!(client.get(&text(&task["href"])), task);
    assert_eq!(client.get(&text(&order["href"]))["state"], "cancelled");
    let customer =
        format!("/tmf-api/customerManagement/v4/customer/{}", plain(&json!(buyer.account)));
    let trusted = json!({ "creditProfile": [
        { "creditProfileDate": "2025-06-01T00:00:00Z", "creditScore": 700 },
    ] });
    let refused = client.call(&format!("PATCH {customer}"), Some(&trusted));
    assert_eq!(told(&refused), "403 forbidden: not permitted: credit_write");
    let refused = client.call(&format!("PATCH {customer}"), Some(&json!({ "status": "closed" })));
    assert_eq!(told(&refused), "403 forbidden: not permitted: account_close");
}

/// A price of two offerings is there for who sees one of them.
#[test]
fn who_sees_one_of_two_offerings_sees_what_both_cost() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let shelf = stocked(&market, &house.north);
    let seller = house.client(&house.north.admin);
    let first = seller.get(&format!("{OFFERING}/{}", shelf.launched));
    let body = json!({
        "name": "Second", "lifecycleStatus": "Launched",
        "productSpecification": { "id": first["productSpecification"]["id"] },
        "productOfferingPrice": [{ "id": shelf.price }],
    });
    let second = text(&seller.post(OFFERING, &body)["id"]);
    let retired = json!({ "lifecycleStatus": "Retired" });
    seller.patch(&format!("{OFFERING}/{}", shelf.launched), &retired);
    let customer = house.client(&house.north.customer.admin);
    let shown = customer.get(&format!("{OFFERING}/{second}"));
    assert_eq!(shown["productOfferingPrice"][0]["id"], shelf.price.as_str(), "{shown}");
    let path = format!("{PRICE}/{}", shelf.price);
    assert_eq!(customer.get(&path)["price"]["value"], 10);
    let stranger = house.client(&house.south.customer.admin);
    assert_eq!(stranger.call(&format!("GET {path}"), None).status, 404);
}
