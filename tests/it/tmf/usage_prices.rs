//! What is charged for use over TMF620: it is made, read, changed and refused there as it is charged, and
//! whole catalogues come back as they were.

use serde_json::{Value, json};

use super::{plain, told};
use crate::harness::app::Answer;
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, text};

const CATALOG: &str = "/tmf-api/productCatalogManagement/v4";
const PRICE: &str = "/tmf-api/productCatalogManagement/v4/productOfferingPrice";
const OFFERING: &str = "/tmf-api/productCatalogManagement/v4/productOffering";
const SPECIFICATION: &str = "/tmf-api/productCatalogManagement/v4/productSpecification";
const METER: &str = "/tmf-api/usageManagement/v4/usageSpecification";

pub(super) fn euro(value: f64) -> Value {
    json!({ "unit": "EUR", "value": value })
}

/// Two tiers, and what comes before them for nothing.
fn tiered(meter: &str) -> Value {
    json!({
        "name": "Traffic", "priceType": "usage", "usageSpecification": { "id": meter },
        "pricingLogicAlgorithm": [{
            "@type": "PriceModel", "name": "graduated", "included": { "amount": 100, "units": "GB" },
            "tier": [{ "upTo": 10, "unitPrice": euro(0.5) }, { "unitPrice": euro(0.2), "fee": euro(3.0) }],
        }],
    })
}

/// A market in which something is delivered.
struct Stall {
    market: Market,
    specification: String,
    meter: String,
}

impl Stall {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let body = json!({ "name": "Line", "lifecycleStatus": "Active" });
        let specification = text(&market.operator().post(SPECIFICATION, &body)["id"]);
        let meter = market.meter.split_once('_').unwrap().1.to_owned();
        Self { market, specification, meter }
    }

    fn client(&self) -> Client<'_> {
        self.market.operator()
    }

    fn price(&self, body: &Value) -> String {
        text(&self.client().post(PRICE, body)["id"])
    }

    /// An offering at a price, as it is answered.
    fn sold(&self, state: &str, price: &str) -> Answer {
        let body = json!({
            "name": "Line", "lifecycleStatus": state,
            "productSpecification": { "id": self.specification },
            "productOfferingPrice": [{ "id": price }],
        });
        self.client().call(&format!("POST {OFFERING}"), Some(&body))
    }
}

#[test]
fn a_usage_price_is_charged_as_it_is_said() {
    let stall = Stall::open();
    let client = stall.client();
    let price = stall.price(&tiered(&stall.meter));
    let offering = text(&stall.sold("Launched", &price).ok()["id"]);
    let shown = client.get(&format!("{PRICE}/{price}"));
    assert_eq!(shown["priceType"], "usage");
    let meter = json!({
        "id": stall.meter, "name": "Traffic", "href": format!("{METER}/{}", stall.meter),
    });
    assert_eq!(shown["usageSpecification"], meter);
    assert_eq!(shown["unitOfMeasure"], json!({ "amount": 1, "units": "GB" }));
    let model = &shown["pricingLogicAlgorithm"][0];
    assert_eq!(model["included"], json!({ "amount": 100, "units": "GB" }), "{shown}");
    assert_eq!(model["tier"][0]["upTo"], 10);
    assert_eq!(model["tier"][1]["fee"]["value"].to_string(), "3");
    assert_eq!(shown.get("price"), None, "tiers are not one figure");
    let ours = client.get(&format!("/offers/ofr_{offering}/prices"));
    assert_eq!(ours["items"][0]["kind"], "usage", "{ours}");
    assert_eq!(ours["items"][0]["versions"][0]["included"], "100");
    let buyer = stall.market.customer("Ann", "EUR");
    let subscription = stall.market.order(&buyer, &format!("ofr_{offering}"), 1);
    stall.market.advance_to("2026-01-11");
    stall.market.uses(&subscription, ("e1", "2026-01-10T00:00:00Z", "120"));
    stall.market.advance_to("2026-02-02");
    let invoices = stall.market.invoices(&buyer);
    // Of 20 beyond what is included 10 cost 0.50, and 10 cost 0.20 and a fee of 3.
    let net: Vec<_> = invoices.iter().map(|it| text(&it["net"]["amount"])).collect();
    assert_eq!(net, ["10.00"], "{invoices:?}");
}

#[test]
fn a_price_for_use_is_found_by_its_unit_and_may_be_for_a_package() {
    let stall = Stall::open();
    let client = stall.client();
    let by_unit = |unit: Value| {
        json!({
            "name": "Traffic", "priceType": "usage", "price": euro(6.0), "unitOfMeasure": unit,
        })
    };
    let plain = stall.price(&by_unit(json!({ "units": "gb" })));
    stall.sold("Active", &plain).ok();
    let shown = client.get(&format!("{PRICE}/{plain}"));
    assert_eq!(shown["usageSpecification"]["id"], stall.meter.as_str(), "{shown}");
    assert_eq!(shown.get("pricingLogicAlgorithm"), None, "`price` says it all");
    let package = stall.price(&by_unit(json!({ "amount": 1000, "units": "GB" })));
    stall.sold("Active", &package).ok();
    let path = format!("{PRICE}/{package}");
    let shown = client.get(&path);
    assert_eq!(shown["unitOfMeasure"], json!({ "amount": 1000, "units": "GB" }));
    assert_eq!(shown["pricingLogicAlgorithm"][0]["name"], "package");
    let dearer = client.patch(&path, &json!({ "price": euro(7.0) }));
    assert_eq!(dearer["pricingLogicAlgorithm"][0]["price"]["value"].to_string(), "7");
    assert_eq!(dearer["unitOfMeasure"]["amount"], 1000, "it is still for a package");
}

/// What is shown of it holds today; a patch is about what will.
#[test]
fn what_is_not_said_anew_of_a_price_stays_as_it_will_be() {
    let stall = Stall::open();
    let client = stall.client();
    let price = stall.price(&json!({
        "name": "Traffic", "priceType": "usage", "price": euro(10.0),
        "unitOfMeasure": { "amount": 100, "units": "GB" },
    }));
    stall.sold("Launched", &price).ok();
    let path = format!("{PRICE}/{price}");
    let will_be = |patch: Value| {
        let shown = client.patch(&path, &patch);
        let coming = shown["pricingLogicAlgorithm"].as_array().unwrap().last().unwrap();
        let now = format!("{}/{}", shown["price"]["value"], shown["unitOfMeasure"]["amount"]);
        let size = &coming["packageSize"];
        let size = size.get("amount").unwrap_or(size);
        format!("{now}, then {}/{size}", coming["price"]["value"])
    };
    let unit = |amount: u32| json!({ "unitOfMeasure": { "amount": amount, "units": "GB" } });
    assert_eq!(will_be(json!({ "price": euro(20.0) })), "10/100, then 20/100");
    assert_eq!(will_be(unit(50)), "10/100, then 20/50");
    assert_eq!(will_be(json!({ "price": euro(30.0) })), "10/100, then 30/50");
    assert_eq!(will_be(unit(50)), "10/100, then 30/50");
}

#[test]
fn a_price_is_figured_otherwise_by_a_patch() {
    let stall = Stall::open();
    let client = stall.client();
    let price = stall.price(&tiered(&stall.meter));
    stall.sold("Active", &price).ok();
    let path = format!("{PRICE}/{price}");
    let model = json!([{
        "@type": "PriceModel", "name": "volume",
        "tier": [{ "upTo": 5, "unitPrice": euro(1.0) }, { "unitPrice": euro(0.5) }],
    }]);
    let changed = client.patch(&path, &json!({ "pricingLogicAlgorithm": model }));
    assert_eq!(changed["pricingLogicAlgorithm"][0]["name"], "volume");
    assert_eq!(changed["pricingLogicAlgorithm"][0].get("included"), None);
    assert_eq!(client.get(&path), changed);
    let mut said = String::new();
    for patch in [
        json!({ "price": euro(1.0) }),
        json!({ "pricingLogicAlgorithm": [] }),
        json!({ "usageSpecification": { "id": "7" } }),
        json!({ "unitOfMeasure": { "units": "call" } }),
        json!({ "isTaxIncluded": true }),
        json!({ "priceType": "recurring" }),
    ] {
        said += &told(&client.call(&format!("PATCH {path}"), Some(&patch)));
        said.push('\n');
    }
    expect_test::expect![[r#"
        400 read_only: `price` is not one figure here: change `pricingLogicAlgorithm`
        400 read_only: `pricingLogicAlgorithm` follows from something else, and cannot be changed like this
        400 read_only: `usageSpecification` follows from something else, and cannot be changed like this
        400 read_only: `unitOfMeasure` follows from something else, and cannot be changed like this
        400 read_only: `isTaxIncluded` follows from something else, and cannot be changed like this
        400 read_only: `priceType` follows from something else, and cannot be changed like this
    "#]]
    .assert_eq(&said);
    assert_eq!(client.get(&path), changed, "nothing of that came to be");
}

#[test]
fn what_cannot_be_charged_so_is_refused_by_what_is_wrong() {
    let stall = Stall::open();
    let client = stall.client();
    let calls = json!({ "code": "calls", "name": "Calls", "unit": "call" });
    client.post("/meters", &calls);
    client.post("/meters", &json!({ "code": "more", "name": "More calls", "unit": "call" }));
    let mut said = String::new();
    let usage = |more: Value| {
        let mut body = json!({ "name": "Traffic", "priceType": "usage", "price": euro(1.0) });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let recurring = |more: Value| {
        let mut body = json!({ "name": "Fee", "priceType": "recurring" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let meter = json!({ "id": stall.meter });
    let percentage = json!([{ "@type": "PriceModel", "name": "percentage", "percentage": 1,
        "perEvent": euro(0.1) }]);
    for body in [
        usage(json!({})),
        usage(json!({ "unitOfMeasure": { "units": "mile" } })),
        usage(json!({ "unitOfMeasure": { "units": "call" } })),
        usage(json!({ "usageSpecification": { "id": "7" } })),
        usage(json!({ "usageSpecification": meter, "unitOfMeasure": { "units": "call" } })),
        usage(json!({ "usageSpecification": meter, "unitOfMeasure": { "amount": 0 } })),
        usage(json!({ "usageSpecification": meter, "productOfferingTerm": [{ "name": "Year" }] })),
        usage(json!({ "usageSpecification": meter, "resource": { "id": "7" } })),
        usage(json!({ "usageSpecification": meter, "chargeOccasion": 5, "isTaxIncluded": "yes" })),
        recurring(json!({ "price": euro(1.0), "pricingLogicAlgorithm": percentage })),
        json!({ "name": "Fee", "priceType": "recurring", "pricingLogicAlgorithm": percentage }),
        json!({ "name": "Fee", "price": euro(1.0), "priceType": "barter" }),
        json!({ "name": "Fee", "priceType": "usage", "usageSpecification": meter }),
        recurring(json!({ "price": euro(1.0), "unitOfMeasure": { "amount": 12 } })),
    ] {
        let price = stall.price(&body);
        said += &told(&stall.sold("Active", &price));
        said.push('\n');
    }
    let wrong = json!([{ "@type": "PriceModel", "name": "flat" }]);
    let body = json!({ "name": "Fee", "pricingLogicAlgorithm": wrong });
    said += &told(&client.call(&format!("POST {PRICE}"), Some(&body)));
    expect_test::expect![[r#"
        400 required: `productOfferingPrice[0].usageSpecification` must say what is counted, or `unitOfMeasure.units` in what
        400 required: `productOfferingPrice[0].usageSpecification` must say what is counted: nothing here is in `mile`
        400 required: `productOfferingPrice[0].usageSpecification` must say what is counted: several things here are in `call`
        400 reference: `productOfferingPrice[0].usageSpecification.id` must be the `id` of a usage specification that is here and counts something
        400 conflict: `productOfferingPrice[0].unitOfMeasure.units` must be `GB`, in which `Traffic` is counted
        400 range: `productOfferingPrice[0].unitOfMeasure.amount` must be more than 0
        400 reference: `productOfferingPrice[0].productOfferingTerm` must be a term of the offering that has the price
        400 reference: `productOfferingPrice[0].resource.id` must be the `id` or the name of a resource that is here
        400 type: `productOfferingPrice[0].isTaxIncluded` must be `true` or `false`
        400 conflict: `productOfferingPrice[0].price` must be the `price` of the `pricingLogicAlgorithm` that holds today, or be left out
        400 unsupported: `productOfferingPrice[0].pricingLogicAlgorithm.name` `percentage` is of amounts that a meter sums: make it a usage price
        400 unsupported: `productOfferingPrice[0].priceType` must be `oneTime`, `recurring` or `usage` for an offer to have it
        400 required: `productOfferingPrice[0].price` has no `price`, so that nothing can be sold at it
        400 unsupported: `productOfferingPrice[0].unitOfMeasure` a price is for one of what it is for: say it for one
        400 required: `pricingLogicAlgorithm[0].price` must be given"#]]
    .assert_eq(&said);
}

/// What a meter counts is said over TMF635 as it is said here.
#[test]
fn what_is_counted_is_the_same_there_and_back() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let ours = json!({
        "code": "peak", "name": "Peak", "names": { "de": "Spitze" }, "unit": "GB",
        "units": { "fr": "Go" }, "aggregation": "max", "dimensions": ["region", "size"],
    });
    let made = client.post("/meters", &ours);
    let mut shown = client.get(&format!("{METER}/{}", plain(&made["id"])));
    assert_eq!(shown["aggregation"], "max");
    assert_eq!(shown["dimension"], json!(["region", "size"]));
    let fields = shown.as_object_mut().unwrap();
    fields.retain(|name, _| !matches!(name.as_str(), "id" | "href"));
    let other = House::on("2026-01-01");
    let there = other.operator();
    let copied = there.post(METER, &shown);
    let copied = there.get(&format!("/meters/mtr_{}", text(&copied["id"])));
    let same = ["code", "name", "names", "unit", "units", "aggregation", "dimensions"];
    for name in same {
        assert_eq!(copied[name], made[name], "{name}");
    }
    let body = json!({
        "name": "Odd", "aggregation": "unique_count",
        "specCharacteristic": [{ "name": "x", "unitOfMeasure": "GB" }],
    });
    let refused = told(&there.call(&format!("POST {METER}"), Some(&body)));
    assert_eq!(
        refused,
        "400 required: `uniqueBy` must be given for `unique_count`, and for nothing else"
    );
}

/// Something of the catalogue, by its id.
pub(super) fn made(client: &Client<'_>, path: &str, body: &Value) -> String {
    text(&client.post(&format!("{CATALOG}/{path}"), body)["id"])
}
