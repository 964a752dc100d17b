//! What is made of others, and what goes together: offerings and specifications of this contract are ours.

use serde_json::{Value, json};

use super::{items, told};
use crate::harness::client::Client;
use crate::harness::market::{Market, text};

const CATALOG: &str = "/tmf-api/productCatalogManagement/v4";
const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";
const PRODUCT: &str = "/tmf-api/productInventory/v4/product";
const NOTHING: &str = "0198a000-0000-7000-8000-000000000000";

struct Shop {
    market: Market,
    customer: String,
}

impl Shop {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let customer = text(&market.customer("Ann", "EUR")["id"]);
        Self { customer: customer.split_once('_').unwrap().1.to_owned(), market }
    }

    fn client(&self) -> Client<'_> {
        self.market.operator()
    }

    fn makes(&self, resource: &str, body: &Value) -> Value {
        self.client().post(&format!("{CATALOG}/{resource}"), body)
    }

    fn specification(&self, name: &str, more: &Value) -> String {
        let mut body = json!({ "name": name, "lifecycleStatus": "Active" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        text(&self.makes("productSpecification", &body)["id"])
    }

    /// An offering on the market that costs ten a month.
    fn offering(&self, name: &str, specification: &str) -> String {
        let price = json!({
            "name": "Fee", "priceType": "recurring", "recurringChargePeriodType": "month",
            "recurringChargePeriodLength": 1, "price": { "unit": "EUR", "value": 10 },
        });
        let price = text(&self.makes("productOfferingPrice", &price)["id"]);
        let body = json!({
            "name": name, "lifecycleStatus": "Launched",
            "productSpecification": { "id": specification },
            "productOfferingPrice": [{ "id": price }],
        });
        let made = self.makes("productOffering", &body);
        assert_eq!(made["lifecycleStatus"], "Launched", "{made}");
        text(&made["id"])
    }

    fn plain(&self, name: &str) -> String {
        self.offering(name, &self.specification(name, &json!({})))
    }

    fn refused(&self, resource: &str, body: &Value) -> String {
        told(&self.client().call(&format!("POST {CATALOG}/{resource}"), Some(body)))
    }

    /// What became of an order, and why nothing did.
    fn ordered(&self, offering: &str) -> String {
        let item = json!({ "id": "1", "action": "add", "productOffering": { "id": offering } });
        let party = json!([{ "id": self.customer, "@referredType": "Customer" }]);
        let body = json!({ "productOrderItem": [item], "relatedParty": party });
        let order = self.client().post(ORDER, &body);
        let note = order["note"].as_array().and_then(|it| it.last()).map(|it| text(&it["text"]));
        format!("{} {}", text(&order["state"]), note.unwrap_or_default()).trim_end().to_owned()
    }

    /// What the customer has, each with how many of it and whether it is a part.
    fn has(&self) -> String {
        let path = format!("GET {PRODUCT}?relatedParty.id={}", self.customer);
        let all = items(&self.client().call(&path, None)).into_iter().map(|it| {
            let count = it["productCharacteristic"][0]["value"].clone();
            let kind = it["productRelationship"][0]["relationshipType"].as_str().unwrap_or("-");
            format!("{} {count} {kind}", text(&it["name"]))
        });
        let mut all: Vec<_> = all.collect();
        all.sort();
        all.join("\n")
    }
}

#[test]
fn a_bundle_is_sold_with_its_parts() {
    let shop = Shop::open();
    let (mail, disk) = (shop.plain("Mail"), shop.plain("Disk"));
    let parts = json!([
        { "id": mail, "name": "Mail" },
        {
            "id": disk, "@type": "Part",
            "bundledProductOfferingOption": {
                "numberRelOfferDefault": 2, "numberRelOfferLowerLimit": 0, "numberRelOfferUpperLimit": 3,
            },
        },
    ]);
    let body = json!({
        "name": "Office", "isBundle": true, "lifecycleStatus": "Launched",
        "bundledProductOffering": parts,
    });
    let made = shop.makes("productOffering", &body);
    assert_eq!((&made["isBundle"], &made["lifecycleStatus"]), (&json!(true), &json!("Launched")));
    assert_eq!(made["bundledProductOffering"], parts, "it is shown as it was said");
    let office = text(&made["id"]);
    assert_eq!(shop.ordered(&office), "completed");
    expect_test::expect![[r"
        Disk 2 isContainedIn
        Mail 1 isContainedIn
        Office 1 -"]]
    .assert_eq(&shop.has());
    let client = shop.client();
    let path = format!("{CATALOG}/productOffering/{office}");
    let third = shop.plain("Chat");
    let mut more = parts.clone();
    more.as_array_mut().unwrap().push(json!({ "id": third }));
    let changed = told(
        &client.call(&format!("PATCH {path}"), Some(&json!({ "bundledProductOffering": more }))),
    );
    let shown = client.get(&path);
    let count = shown["bundledProductOffering"].as_array().unwrap().len();
    assert_eq!((changed.as_str(), count), ("200", 3), "{shown}");
    shop.market.must_be_whole();
}

#[test]
fn a_bundle_whose_parts_are_not_all_here_is_not_sold() {
    let shop = Shop::open();
    let (client, mail) = (shop.client(), shop.plain("Mail"));
    let bundle = |parts: Value| json!({ "name": "Office", "isBundle": true, "bundledProductOffering": parts });
    let made = shop.makes("productOffering", &bundle(json!([{ "id": mail }, { "id": NOTHING }])));
    assert_eq!(made["isBundle"], false, "{made}");
    assert_eq!(made["bundledProductOffering"][1]["id"], NOTHING, "it is kept as it was said");
    let path = format!("PATCH {CATALOG}/productOffering/{}", text(&made["id"]));
    for state in ["In design", "In test", "Active"] {
        client.call(&path, Some(&json!({ "lifecycleStatus": state })));
    }
    assert_eq!(
        told(
            &client.call(&path, Some(&json!({ "lifecycleStatus": "Launched", "isBundle": true })))
        ),
        "400 reference: `bundledProductOffering` must all be here before it is launched: a part would not be sold"
    );
    let mut told = String::new();
    for parts in [
        json!([{ "id": mail }]),
        json!([{ "id": mail }, { "id": mail }]),
        json!([{ "id": mail, "bundledProductOfferingOption": { "numberRelOfferLowerLimit": -1 } }]),
        json!([
            { "id": mail, "bundledProductOfferingOption": {
                "numberRelOfferLowerLimit": 2, "numberRelOfferUpperLimit": 1,
            } },
            { "id": shop.plain("Disk") },
        ]),
    ] {
        told += &format!("{}\n", shop.refused("productOffering", &bundle(parts)));
    }
    expect_test::expect![[r"
        400 range: `bundledProductOffering` must have at least 2 entries, or none
        400 unique: `bundledProductOffering[1]` must not repeat `{mail}`
        400 range: `bundledProductOffering[0].bundledProductOfferingOption.numberRelOfferLowerLimit` must be a whole number from 0
        400 range: `bundledProductOffering[0].count_default` must lie between `count_min` and `count_max`
    "]]
    .assert_eq(&told.replace(&mail, "{mail}"));
    shop.market.must_be_whole();
}

#[test]
fn what_depends_on_or_excludes_another_holds_of_every_order() {
    let shop = Shop::open();
    let base = shop.specification("Base", &json!({}));
    let relation =
        |kind: &str, to: &str| json!([{ "id": to, "relationshipType": kind, "role": "x" }]);
    let name = "productSpecificationRelationship";
    let option = shop.specification("Option", &json!({ name: relation("dependency", &base) }));
    let rival = shop.specification("Rival", &json!({ name: relation("exclusivity", &base) }));
    let odd = shop.specification("Odd", &json!({ name: relation("friendship", &base) }));
    let client = shop.client();
    let shown =
        |id: &str| client.get(&format!("{CATALOG}/productSpecification/{id}"))[name].clone();
    assert_eq!(shown(&option), relation("dependency", &base), "it is shown as it was said");
    assert_eq!(shown(&odd), relation("friendship", &base), "what is none of ours is kept");
    let offers = [
        shop.offering("Option", &option),
        shop.offering("Base", &base),
        shop.offering("Rival", &rival),
    ];
    let came_of: Vec<_> =
        [0, 1, 0, 2].iter().map(|it: &usize| shop.ordered(&offers[*it])).collect();
    assert!(came_of[0].starts_with("rejected"), "{came_of:?}");
    assert_eq!([&came_of[1], &came_of[2]], ["completed", "completed"]);
    assert!(came_of[3].starts_with("rejected"), "{came_of:?}");
    let parts = json!({ "isBundle": true, "bundledProductSpecification": [{ "id": base }, { "id": option }] });
    let whole = shop.specification("Whole", &parts);
    let whole = client.get(&format!("{CATALOG}/productSpecification/{whole}"));
    assert_eq!(
        (&whole["isBundle"], &whole["bundledProductSpecification"]),
        (&json!(true), &parts["bundledProductSpecification"])
    );
    let alone = json!({ "name": "Alone", "bundledProductSpecification": [{ "id": base }] });
    assert_eq!(
        shop.refused("productSpecification", &alone),
        "400 range: `bundledProductSpecification` must have at least 2 entries, or none"
    );
    shop.market.must_be_whole();
}
