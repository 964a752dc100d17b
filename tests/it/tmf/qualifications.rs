//! Whether something can be had (TMF679) is what the order of it would say.

use serde_json::{Value, json};

use super::plain;
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

const OFFERING: &str = "/tmf-api/productCatalogManagement/v4/productOffering";
const PRICE: &str = "/tmf-api/productCatalogManagement/v4/productOfferingPrice";
const SPECIFICATION: &str = "/tmf-api/productCatalogManagement/v4/productSpecification";
const QUALIFICATION: &str = "/tmf-api/productOfferingQualification/v4/productOfferingQualification";
const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";
const ITEMS: &str = "productOfferingQualificationItem";

struct Shop {
    market: Market,
    customer: Value,
    specification: String,
}

impl Shop {
    /// Somebody who pays in euros, and a disk that is small or large.
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let customer = market.customer("Ann", "EUR");
        let body = json!({
            "name": "Disk", "lifecycleStatus": "Active",
            "productSpecCharacteristic": [{
                "name": "Size", "configurable": true, "minCardinality": 1,
                "productSpecCharacteristicValue": [{ "value": "small" }, { "value": "large" }],
            }],
        });
        let specification = text(&market.operator().post(SPECIFICATION, &body)["id"]);
        Self { market, customer, specification }
    }

    fn client(&self) -> Client<'_> {
        self.market.operator()
    }

    /// An offering of the disk on the market, at a price of which more is said.
    fn offering(&self, unit: &str, more: &Value) -> String {
        let client = self.client();
        let mut price = json!({
            "name": "Fee", "priceType": "recurring", "recurringChargePeriodType": "month",
            "recurringChargePeriodLength": 1, "price": { "unit": unit, "value": 10 },
        });
        price.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let price = text(&client.post(PRICE, &price)["id"]);
        let made = client.post(
            OFFERING,
            &json!({
                "name": "Disk", "lifecycleStatus": "Launched",
                "productSpecification": { "id": self.specification },
                "productOfferingPrice": [{ "id": price }],
            }),
        );
        assert_eq!(made["lifecycleStatus"], "Launched", "{made}");
        text(&made["id"])
    }

    fn party(&self) -> Value {
        json!([{ "id": plain(&self.customer["id"]), "role": "customer" }])
    }

    fn asked(&self, items: &Value, party: &Value) -> Value {
        self.client().post(QUALIFICATION, &json!({ ITEMS: items, "relatedParty": party }))
    }

    /// Why an item cannot be ordered; nothing if it can.
    fn refused(&self, item: &Value) -> String {
        let order = self
            .client()
            .post(ORDER, &json!({ "productOrderItem": [item], "relatedParty": self.party() }));
        match order["state"] == "rejected" {
            true => text(&order["note"].as_array().unwrap().last().unwrap()["text"]),
            false => String::new(),
        }
    }
}

/// The disk of an offering, of a size.
fn item(offering: &str, size: &str) -> Value {
    json!({
        "id": "1", "action": "add", "productOffering": { "id": offering },
        "product": { "productCharacteristic": [{ "name": "Size", "value": size }] },
    })
}

/// What became of a question, item by item.
fn told(answer: &Value) -> String {
    let each = answer[ITEMS].as_array().unwrap().iter().map(|it| {
        let why = it["eligibilityUnavailabilityReason"][0]["label"].as_str().unwrap_or_default();
        assert_eq!(why.is_empty(), it["qualificationItemResult"] == "qualified", "{it}");
        why.replace(ITEMS, "productOrderItem")
    });
    each.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_an_order_would_be_refused_for_is_said_before() {
    let shop = Shop::open();
    let of_large = json!({ "prodSpecCharValueUse": [{
        "name": "Size", "productSpecCharacteristicValue": [{ "value": "large" }],
    }] });
    let later = json!({ "validFor": { "startDateTime": "2026-06-01T00:00:00Z" } });
    let (plain_one, dollars) = (shop.offering("EUR", &json!({})), shop.offering("USD", &json!({})));
    let (later, large) = (shop.offering("EUR", &later), shop.offering("EUR", &of_large));
    let mut whys = Vec::new();
    for (offering, size, is_had) in [
        (&plain_one, "small", true),
        (&large, "large", true),
        (&dollars, "small", false),
        (&later, "small", false),
        (&plain_one, "huge", false),
        (&large, "small", false),
    ] {
        let item = item(offering, size);
        let answer = shop.asked(&json!([item]), &shop.party());
        let why = told(&answer);
        assert_eq!(why, shop.refused(&item), "{answer}");
        let result = if is_had { "qualified" } else { "unqualified" };
        assert_eq!(answer["qualificationResult"], result, "{answer}");
        // Who asks for nobody learns what holds for everybody.
        let open = told(&shop.asked(&json!([item]), &json!([])));
        let depends = *offering == dollars;
        assert_eq!(open.is_empty(), is_had || depends, "{open}");
        whys.push(why);
    }
    assert!(whys[2].contains("has no price in EUR"), "{whys:?}");
    assert!(whys[3].contains("is valid on 2026-01-01"), "{whys:?}");
    assert!(whys[4].contains("does not allow the value `huge`"), "{whys:?}");
    assert!(whys[5].contains("has no price for what was chosen"), "{whys:?}");
    let products = shop.client().get("/tmf-api/productInventory/v4/product");
    assert_eq!(products.as_array().unwrap().len(), 2, "a question makes nothing");
    shop.market.must_be_whole();
}

#[test]
fn each_item_is_judged_and_what_goes_together_is_together() {
    let shop = Shop::open();
    let fee = [monthly("Base", "EUR", "10")];
    let line = shop.market.offer("Line", &fee);
    let adds = (json!({ "adds_to": line }), json!({}));
    let option = plain(&json!(shop.market.offer_like("Roaming", &fee, adds)));
    let line = plain(&json!(line));
    let of = |id: &str, offering: &str| json!({ "id": id, "productOffering": { "id": offering } });
    let with = |on: &str| {
        let mut it = of("2", &option);
        it["qualificationItemRelationship"] = json!([{ "id": on, "relationshipType": "reliesOn" }]);
        it
    };
    let asked = |items: Value| told(&shop.asked(&items, &shop.party()));
    assert_eq!(asked(json!([of("1", &line), with("1")])), "\n");
    let alone = asked(json!([of("1", &line), of("2", &option)]));
    let (first, second) = alone.split_once('\n').unwrap();
    assert_eq!(first, "", "{alone}");
    assert!(second.contains("productOrderItem[1]"), "{alone}");
    let nowhere = "7f000000-0000-7000-8000-000000000000";
    assert_eq!(asked(json!([of("1", nowhere)])), "the product offering is not there");
    let stranger = json!([{ "id": nowhere, "role": "customer" }]);
    let answer = shop.asked(&json!([of("1", &line)]), &stranger);
    let why = told(&answer);
    assert!(why.contains("the customer that `relatedParty` names"), "{why}");
    let many: Vec<_> = (0..11).map(|it| of(&it.to_string(), &line)).collect();
    let answer =
        shop.client().call(&format!("POST {QUALIFICATION}"), Some(&json!({ ITEMS: many })));
    assert_eq!(super::told(&answer), format!("400 range: `{ITEMS}` must have at most 10 items"));
}

#[test]
fn who_is_to_use_something_does_not_buy_it() {
    let shop = Shop::open();
    let offering = shop.offering("EUR", &json!({}));
    let user = plain(&shop.market.customer("Bob", "EUR")["id"]);
    let user = json!({ "id": user, "role": "user", "@referredType": "Customer" });
    let mut party = shop.party();
    party.as_array_mut().unwrap().push(user.clone());
    let order = |party: &Value| {
        let body = json!({ "productOrderItem": [item(&offering, "small")], "relatedParty": party });
        shop.client().post(ORDER, &body)
    };
    let made = order(&party);
    assert_eq!((&made["state"], &made["relatedParty"]), (&json!("completed"), &party), "{made}");
    let product = text(&made["productOrderItem"][0]["product"]["id"]);
    let product = shop.client().get(&format!("/tmf-api/productInventory/v4/product/{product}"));
    assert_eq!(product["relatedParty"][0]["id"], plain(&shop.customer["id"]), "{product}");
    let alone = order(&json!([user]));
    assert_eq!(alone["state"], "rejected", "nobody pays for what is only used: {alone}");
}
