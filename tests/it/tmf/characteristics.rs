//! What can be said of a product: the same in this contract and in ours, held to when it is ordered, and seen
//! where it is had.

use serde_json::{Value, json};

use super::{plain, told};
use crate::harness::client::Client;
use crate::harness::market::{Market, text};

const OFFERING: &str = "/tmf-api/productCatalogManagement/v4/productOffering";
const PRICE: &str = "/tmf-api/productCatalogManagement/v4/productOfferingPrice";
const SPECIFICATION: &str = "/tmf-api/productCatalogManagement/v4/productSpecification";
const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";
const PRODUCT: &str = "/tmf-api/productInventory/v4/product";
const NAME: &str = "productSpecCharacteristic";
const VALUES: &str = "productSpecCharacteristicValue";

/// A server: how many cores and which disks are chosen, the memory follows, and it stands in a cellar.
fn server() -> Value {
    json!([
        {
            "id": "c1", "name": "Cores", "valueType": "number", "configurable": true,
            "minCardinality": 1, "maxCardinality": 1, "regex": "[0-9]+",
            VALUES: [
                { "isDefault": true, "value": 2, "unitOfMeasure": "core" },
                { "valueFrom": 4, "valueTo": 16, "rangeInterval": "closed" },
            ],
        },
        {
            "name": "Disks", "configurable": true, "maxCardinality": 2,
            VALUES: [{ "value": "fast" }, { "value": "large" }, { "value": "cheap" }],
        },
        { "name": "Memory", "valueType": "number", "derivationFormula": "Cores * 4" },
        { "name": "Room", VALUES: [{ "value": "cellar", "isDefault": true }] },
        { "name": "Shape", VALUES: [{ "value": { "height": 2, "width": 19 } }] },
    ])
}

struct Shop {
    market: Market,
    customer: String,
    specification: String,
}

impl Shop {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let customer = plain(&market.customer("Ann", "EUR")["id"]);
        let body = json!({ "name": "Server", "lifecycleStatus": "Active", NAME: server() });
        let specification = text(&market.operator().post(SPECIFICATION, &body)["id"]);
        Self { market, customer, specification }
    }

    fn client(&self) -> Client<'_> {
        self.market.operator()
    }

    /// An offering of the server on the market, with more said of it.
    fn offering(&self, more: &Value) -> String {
        let client = self.client();
        let price = json!({
            "name": "Fee", "priceType": "recurring", "recurringChargePeriodType": "month",
            "recurringChargePeriodLength": 1, "price": { "unit": "EUR", "value": 10 },
        });
        let price = text(&client.post(PRICE, &price)["id"]);
        let mut body = json!({
            "name": "Server", "lifecycleStatus": "Launched",
            "productSpecification": { "id": self.specification },
            "productOfferingPrice": [{ "id": price }],
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = client.post(OFFERING, &body);
        assert_eq!(made["lifecycleStatus"], "Launched", "{made}");
        text(&made["id"])
    }

    fn ordered(&self, offering: &str, chosen: &Value) -> Value {
        let item = json!({
            "id": "1", "action": "add", "productOffering": { "id": offering },
            "product": { "productCharacteristic": chosen },
        });
        let party = json!([{ "id": self.customer, "@referredType": "Customer" }]);
        self.client().post(ORDER, &json!({ "productOrderItem": [item], "relatedParty": party }))
    }

    /// What a product that is ordered comes to be, or why it does not.
    fn came_of(&self, offering: &str, chosen: &Value) -> String {
        let order = self.ordered(offering, chosen);
        if order["state"] != "completed" {
            let notes = order["note"].as_array().unwrap();
            return format!("{} {}", text(&order["state"]), text(&notes.last().unwrap()["text"]));
        }
        let item = &order["productOrderItem"][0];
        assert_eq!(item["product"]["productCharacteristic"], *chosen, "it is shown as it was said");
        self.shown(&text(&item["product"]["id"]))
    }

    fn shown(&self, product: &str) -> String {
        let all =
            self.client().get(&format!("{PRODUCT}/{product}"))["productCharacteristic"].clone();
        let all = all.as_array().unwrap().iter().filter(|it| it["name"] != "quantity");
        let all = all.map(|it| format!("{}={}", text(&it["name"]), it["value"]));
        all.collect::<Vec<_>>().join(", ")
    }
}

fn one(name: &str, value: Value) -> Value {
    json!({ "name": name, "value": value })
}

#[test]
fn what_is_said_of_a_product_here_is_said_of_it_in_ours() {
    let shop = Shop::open();
    let client = shop.client();
    let here = format!("{SPECIFICATION}/{}", shop.specification);
    let there = format!("/specifications/spc_{}", shop.specification);
    let ours = client.get(&there)["characteristics"].clone();
    let names: Vec<_> = ours.as_array().unwrap().iter().map(|it| text(&it["name"])).collect();
    assert_eq!(
        names,
        ["Cores", "Disks", "Memory", "Room"],
        "what is no plain value is none of ours"
    );
    assert_eq!((&ours[0]["min"], &ours[0]["kind"]), (&json!(1), &json!("number")));
    assert_eq!(ours[0]["values"][1]["to"], "16");
    assert_eq!((&ours[1]["max"], &ours[1]["configurable"]), (&json!(2), &json!(true)));
    assert_eq!(ours[2]["formula"], "Cores * 4");
    assert_eq!(client.get(&here)[NAME], server(), "and it reads back as it was said");
    // What is said there is shown here, within what was said here.
    let mut changed = ours.clone();
    changed[0]["values"][1]["to"] = json!("32");
    client.patch(&there, &json!({ "characteristics": changed }));
    let shown = client.get(&here)[NAME].clone();
    assert_eq!(shown[0][VALUES][1]["valueTo"], 32);
    assert_eq!((&shown[0]["regex"], &shown[0]["id"]), (&json!("[0-9]+"), &json!("c1")), "{shown}");
    // And what is said here, there.
    let mut changed = shown.clone();
    changed[1][VALUES] = json!([{ "value": "fast", "isDefault": true }]);
    changed[1]["maxCardinality"] = json!(1);
    let patched = client.patch(&here, &json!({ NAME: changed }));
    assert_eq!(patched[NAME][1], changed[1]);
    let ours = client.get(&there)["characteristics"].clone();
    assert_eq!((&ours[1]["max"], &ours[1]["values"][0]["default"]), (&json!(1), &json!(true)));
    client.patch(&here, &json!({ NAME: null }));
    let none = client.get(&there)["characteristics"].clone();
    assert!(none.as_array().is_none_or(Vec::is_empty), "{none}");
    shop.market.must_be_whole();
}

#[test]
fn what_could_never_be_chosen_is_refused_with_its_place() {
    let shop = Shop::open();
    let client = shop.client();
    let refused = |all: Value| {
        let body = json!({ "name": "Disk", NAME: all });
        told(&client.call(&format!("POST {SPECIFICATION}"), Some(&body)))
    };
    let two = json!([{ "value": "a", "isDefault": true }, { "value": "b", "isDefault": true }]);
    let nameless = json!({ "valueType": "string" });
    let mut all = String::new();
    for it in [
        json!([{ "name": "A" }, { "name": "A" }]),
        json!([nameless, { "name": "A", VALUES: two }]),
        json!([{ "name": "A", "minCardinality": 3, "maxCardinality": 2 }]),
        json!([{ "name": "A", VALUES: [{ "valueFrom": 1, "valueTo": 2 }], "valueType": "string" }]),
        json!([{ "name": "A", "valueType": "number", VALUES: [{ "value": 1 }, { "value": "x" }] }]),
        json!([{ "name": "A", "valueType": "number", VALUES: [{ "valueFrom": 5, "valueTo": 2 }] }]),
        json!([nameless, { "name": "A", "valueType": "number", "derivationFormula": "B * 2" }]),
        json!([{ "name": "A", "valueType": "number", "derivationFormula": "2 *" }]),
        json!({ "name": "A" }),
    ] {
        all += &format!("{}\n", refused(it));
    }
    expect_test::expect![[r"
        400 unique: `productSpecCharacteristic[1]` must not repeat `A`
        400 range: `productSpecCharacteristic[1].productSpecCharacteristicValue` must have at most 1 defaults
        400 range: `productSpecCharacteristic[0].maxCardinality` must be at least 1, and no less than there must be at least
        400 format: `productSpecCharacteristic[0].productSpecCharacteristicValue[0]` must not be a range: the characteristic is a text
        400 format: `productSpecCharacteristic[0].productSpecCharacteristicValue[1].value` `x` is no number
        400 range: `productSpecCharacteristic[0].productSpecCharacteristicValue[0]` must not end below where it begins
        400 reference: `productSpecCharacteristic[1].derivationFormula` names `B`, which is no number of the same product
        400 format: `productSpecCharacteristic[0].derivationFormula` a number, a name or a `(` is missing at character 4
        400 type: `productSpecCharacteristic` must be a list of objects
    "]]
    .assert_eq(&all);
}

#[test]
fn an_order_is_held_to_what_can_be_chosen_and_the_product_shows_what_holds() {
    let shop = Shop::open();
    let offering = shop.offering(&json!({}));
    let mut all = String::new();
    for chosen in [
        json!([]),
        json!([one("Cores", json!(8)), one("Disks", json!(["fast", "cheap"]))]),
        json!([
            one("Disks", json!("fast")),
            one("Disks", json!("large")),
            one("Cores", json!("4"))
        ]),
        json!([one("Room", json!("cellar")), one("Memory", json!(8)), one("Paint", json!("blue"))]),
        json!([one("Cores", json!(3))]),
        json!([one("Cores", json!("many"))]),
        json!([one("Cores", json!([4, 5]))]),
        json!([one("Disks", json!("slow"))]),
        json!([one("Disks", json!(["fast", "cheap", "large"]))]),
        json!([one("Room", json!("attic"))]),
        json!([one("Cores", json!(4)), one("Memory", json!(64))]),
    ] {
        all += &format!("{}\n", shop.came_of(&offering, &chosen));
    }
    expect_test::expect![[r#"
        Cores=2, Memory=8, Room="cellar"
        Cores=8, Disks=["fast","cheap"], Memory=32, Room="cellar"
        Cores=4, Disks=["fast","large"], Memory=16, Room="cellar"
        Cores=2, Memory=8, Room="cellar"
        rejected `productOrderItem[0].product.productCharacteristic.Cores` does not allow the value `3`
        rejected `productOrderItem[0].product.productCharacteristic.Cores` does not allow the value `many`
        rejected `productOrderItem[0].product.productCharacteristic.Cores` needs 1 to 1 values
        rejected `productOrderItem[0].product.productCharacteristic.Disks` does not allow the value `slow`
        rejected `productOrderItem[0].product.productCharacteristic.Disks` needs 0 to 2 values
        rejected `productOrderItem[0].product.productCharacteristic.Room` is not for the buyer to choose; leave it out
        rejected `productOrderItem[0].product.productCharacteristic.Memory` follows from others, and comes to `16`: leave it out
    "#]]
    .assert_eq(&all);
    shop.market.must_be_whole();
}

#[test]
fn an_offering_leaves_less_open_than_its_product() {
    let shop = Shop::open();
    let client = shop.client();
    let uses = json!([
        {
            "name": "Cores", "id": "u1",
            VALUES: [{ "valueFrom": 8, "valueTo": 16 }, { "value": 4, "isDefault": true }],
        },
        { "name": "Disks", VALUES: [{ "value": "large" }] },
        { "name": "Colour of the lid", VALUES: [{ "value": "black" }] },
    ]);
    let offering = shop.offering(&json!({ "prodSpecCharValueUse": uses }));
    let path = format!("{OFFERING}/{offering}");
    assert_eq!(client.get(&path)["prodSpecCharValueUse"], uses, "it reads back as it was said");
    let mut all = String::new();
    for chosen in [
        json!([]),
        json!([one("Cores", json!(9)), one("Disks", json!("large"))]),
        json!([one("Cores", json!(5))]),
        json!([one("Disks", json!("fast"))]),
    ] {
        all += &format!("{}\n", shop.came_of(&offering, &chosen));
    }
    let change = |uses: Value| {
        let body = json!({ "prodSpecCharValueUse": uses });
        told(&client.call(&format!("PATCH {path}"), Some(&body)))
    };
    for uses in [
        json!([{ "name": "Disks", VALUES: [{ "value": "slow" }] }]),
        json!([{ "name": "Disks", "maxCardinality": 1 }]),
        json!([{ "name": "Disks", VALUES: [{ "value": "fast" }] }, { "name": "Disks", VALUES: [{ "value": "fast" }] }]),
        json!([{ "name": "Disks", "maxCardinality": 2, VALUES: [{ "value": "fast" }] }]),
    ] {
        all += &format!("{}\n", change(uses));
    }
    all += &shop.came_of(&offering, &json!([one("Disks", json!("fast"))]));
    expect_test::expect![[r#"
        Cores=4, Memory=16, Room="cellar"
        Cores=9, Disks="large", Memory=36, Room="cellar"
        rejected `productOrderItem[0].product.productCharacteristic.Cores` does not allow the value `5`
        rejected `productOrderItem[0].product.productCharacteristic.Disks` does not allow the value `fast`
        400 value: `prodSpecCharValueUse[0].productSpecCharacteristicValue[0]` is beyond what the specification leaves open
        400 conflict: `prodSpecCharValueUse[0].maxCardinality` must be 2, as the specification has it
        400 unique: `prodSpecCharValueUse[1].name` must not repeat the name `Disks`
        200
        Cores=2, Disks="fast", Memory=8, Room="cellar""#]]
    .assert_eq(&all);
    let other = client.post(SPECIFICATION, &json!({ "name": "Rack", "lifecycleStatus": "Active" }));
    let draft = json!({
        "name": "Draft", "productSpecification": { "id": shop.specification },
        "prodSpecCharValueUse": [{ "name": "Disks", VALUES: [{ "value": "fast" }] }],
    });
    let draft = format!("{OFFERING}/{}", text(&client.post(OFFERING, &draft)["id"]));
    let moved = client.patch(&draft, &json!({ "productSpecification": { "id": other["id"] } }));
    assert_eq!(moved["productSpecification"]["id"], other["id"]);
    let offer = client.get(&format!("/offers/ofr_{}", text(&moved["id"])));
    assert_eq!(offer["specification"], format!("spc_{}", text(&other["id"])), "{offer}");
    shop.market.must_be_whole();
}

#[test]
fn what_was_chosen_is_chosen_anew_by_an_order() {
    let shop = Shop::open();
    let client = shop.client();
    let offering = shop.offering(&json!({}));
    let chosen = json!([one("Cores", json!(4)), one("Disks", json!("fast"))]);
    let order = shop.ordered(&offering, &chosen);
    let product = text(&order["productOrderItem"][0]["product"]["id"]);
    assert_eq!(shop.shown(&product), "Cores=4, Disks=\"fast\", Memory=16, Room=\"cellar\"");
    let modified = |chosen: Value| {
        let item = json!({
            "id": "1", "action": "modify", "productOffering": { "id": offering },
            "product": { "id": product, "productCharacteristic": chosen },
        });
        let party = json!([{ "id": shop.customer, "@referredType": "Customer" }]);
        let body = json!({ "productOrderItem": [item], "relatedParty": party });
        text(&client.post(ORDER, &body)["state"])
    };
    assert_eq!(modified(json!([one("Cores", json!(3))])), "rejected");
    assert_eq!(modified(json!([one("Cores", json!(16))])), "completed");
    assert_eq!(shop.shown(&product), "Cores=16, Disks=\"fast\", Memory=64, Room=\"cellar\"");
    let product = json!({
        "productOffering": { "id": offering },
        "relatedParty": [{ "id": shop.customer, "@referredType": "Customer" }],
        "productCharacteristic": [one("Cores", json!(5))],
    });
    let made = client.post(PRODUCT, &product);
    assert_eq!(shop.shown(&text(&made["id"])), "Cores=5, Memory=20, Room=\"cellar\"");
    let mut wrong = product;
    wrong["productCharacteristic"] = json!([one("Cores", json!(3))]);
    let refused = told(&client.call(&format!("POST {PRODUCT}"), Some(&wrong)));
    assert!(refused.starts_with("409 offer_not_available"), "{refused}");
    assert!(refused.ends_with("does not allow the value `3`"), "{refused}");
    shop.market.must_be_whole();
}

/// A change names the product, and its offering only where it is to be another.
#[test]
fn a_change_of_a_product_happens_or_says_why_not() {
    let shop = Shop::open();
    let offering = shop.offering(&json!({}));
    let chosen = json!([one("Cores", json!(4)), one("Disks", json!("fast"))]);
    let order = shop.ordered(&offering, &chosen);
    let product = text(&order["productOrderItem"][0]["product"]["id"]);
    let came_of = |within: Value| {
        let mut it = json!({ "id": product });
        it.as_object_mut().unwrap().extend(within.as_object().unwrap().clone());
        let item = json!({ "id": "1", "action": "modify", "product": it });
        let party = json!([{ "id": shop.customer, "@referredType": "Customer" }]);
        let body = json!({ "productOrderItem": [item], "relatedParty": party });
        let order = shop.client().post(ORDER, &body);
        let note = order["note"].as_array().map(|it| text(&it.last().unwrap()["text"]));
        let note = note.unwrap_or_else(|| shop.shown(&product));
        format!("{} {note}\n", text(&order["state"]))
    };
    let says = |it: Value| came_of(json!({ "productCharacteristic": it }));
    let mut all = says(json!([one("Cores", json!(16))]));
    all += &came_of(json!({
        "productOffering": { "id": offering },
        "productCharacteristic": [one("Cores", json!(8))],
    }));
    let mut whole =
        shop.client().get(&format!("{PRODUCT}/{product}"))["productCharacteristic"].clone();
    for it in whole.as_array_mut().unwrap().iter_mut().filter(|it| it["name"] == "Disks") {
        it["value"] = json!("large");
    }
    all += &says(whole);
    all += &says(json!([one("Cores", json!(3))]));
    all += &says(json!([one("Color", json!("red"))]));
    all += &says(json!([one("quantity", json!(2))]));
    expect_test::expect![[r#"
        completed Cores=16, Disks="fast", Memory=64, Room="cellar"
        completed Cores=8, Disks="fast", Memory=32, Room="cellar"
        completed Cores=8, Disks="large", Memory=32, Room="cellar"
        rejected `productOrderItem[0].product.productCharacteristic.Cores` does not allow the value `3`
        rejected `product.productCharacteristic`: the product has no characteristic `Color` that an order could change
        completed Cores=8, Disks="large", Memory=32, Room="cellar"
    "#]]
    .assert_eq(&all);
    let shown = shop.client().get(&format!("{PRODUCT}/{product}"));
    assert_eq!(shown["productCharacteristic"][0]["value"], 2, "{shown}");
    shop.market.must_be_whole();
}

/// What is charged follows what is chosen, and what follows from that.
#[test]
fn a_price_is_charged_for_the_choices_that_it_is_meant_for() {
    let shop = Shop::open();
    let client = shop.client();
    let price = |name: &str, value: u32, uses: Value| {
        let body = json!({
            "name": name, "priceType": "recurring", "recurringChargePeriodType": "month",
            "recurringChargePeriodLength": 1, "price": { "unit": "EUR", "value": value },
            "prodSpecCharValueUse": uses,
        });
        text(&client.post(PRICE, &body)["id"])
    };
    let of = |name: &str, values: Value| json!([{ "name": name, VALUES: values }]);
    let disk = price("Fast disk", 7, of("Disks", json!([{ "value": "fast" }])));
    let small = price("Small", 10, of("Memory", json!([{ "valueTo": 16 }])));
    let large =
        price("Large", 50, of("Memory", json!([{ "valueFrom": 17, "rangeInterval": "closed" }])));
    let offering = json!({
        "name": "Server", "lifecycleStatus": "Launched",
        "productSpecification": { "id": shop.specification },
        "productOfferingPrice": [{ "id": disk }, { "id": small }, { "id": large }],
    });
    let made = client.post(OFFERING, &offering);
    assert_eq!(made["lifecycleStatus"], "Launched", "{made}");
    let shown = client.get(&format!("{PRICE}/{large}"))["prodSpecCharValueUse"].clone();
    assert_eq!(shown, of("Memory", json!([{ "valueFrom": 17, "rangeInterval": "closed" }])));
    let offering = text(&made["id"]);
    let costs = |chosen: Value| {
        let order = shop.ordered(&offering, &chosen);
        assert_eq!(order["state"], "completed", "{order}");
        let product = text(&order["productOrderItem"][0]["product"]["id"]);
        let all = client.get(&format!("{PRODUCT}/{product}"))["productPrice"].clone();
        let mut all: Vec<_> = all.as_array().unwrap().iter().map(|it| text(&it["name"])).collect();
        all.sort();
        all.join(", ")
    };
    assert_eq!(costs(json!([])), "Small");
    assert_eq!(
        costs(json!([one("Cores", json!(8)), one("Disks", json!("fast"))])),
        "Fast disk, Large"
    );
    assert_eq!(costs(json!([one("Cores", json!(4)), one("Disks", json!("cheap"))])), "Small");
    let draft = json!({ "name": "Draft", "productSpecification": { "id": shop.specification } });
    let path = format!("PATCH {OFFERING}/{}", text(&client.post(OFFERING, &draft)["id"]));
    let mut all = String::new();
    for uses in [
        of("Weight", json!([{ "value": 1 }])),
        of("Disks", json!([{ "value": "fast" }, { "value": "slow" }])),
        of("Disks", json!([{ "valueFrom": 1 }])),
    ] {
        let body = json!({ "productOfferingPrice": [{ "id": price("Odd", 1, uses) }] });
        all += &format!("{}\n", told(&client.call(&path, Some(&body))));
    }
    expect_test::expect![[r"
        400 reference: `productOfferingPrice[0].prodSpecCharValueUse[0].name` names `Weight`, which is no characteristic of what is delivered
        400 value: `productOfferingPrice[0].prodSpecCharValueUse[0].productSpecCharacteristicValue[1]` `slow` is no value of `Disks`
        400 format: `productOfferingPrice[0].prodSpecCharValueUse[0].productSpecCharacteristicValue[0].valueFrom` must be left out: `Disks` is no number
    "]]
    .assert_eq(&all);
    shop.market.must_be_whole();
}
