//! Prices by every model, through a file of a catalogue.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::usage_prices::{euro, made};
use super::{items, plain};
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

const CATALOG: &str = "/tmf-api/productCatalogManagement/v4";
const OFFERING: &str = "/tmf-api/productCatalogManagement/v4/productOffering";

/// What is on the shelves, whatever its ids.
fn shelf(client: &Client<'_>) -> Vec<String> {
    let meters = client.get("/meters?limit=100");
    let meters: BTreeMap<_, _> = meters["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (text(&it["id"]), format!("{} {} {}", it["code"], it["aggregation"], it["dimensions"]))
        })
        .collect();
    let named = |it: &Value, list: &str, more: &str| {
        let all = it[list].as_array().into_iter().flatten();
        let mut all: Vec<_> = all.map(|it| format!("{} {}", it["name"], it[more])).collect();
        all.sort();
        all.join(", ")
    };
    let offerings = items(&client.call(&format!("GET {OFFERING}"), None));
    let mut all: Vec<String> = offerings
        .iter()
        .map(|it| {
            let prices = client.get(&format!("/offers/ofr_{}/prices", text(&it["id"])));
            let mut prices: Vec<_> = prices["items"].as_array().unwrap().clone();
            for price in &mut prices {
                let fields = price.as_object_mut().unwrap();
                fields.retain(|it, _| !matches!(it.as_str(), "id" | "number" | "revision" | "offer"));
                if let Some(id) = price["resource"].as_str() {
                    let name = client.get(&format!("/resources/{id}"))["name"].clone();
                    price["resource"] = name;
                }
                if let Some(meter) = price["meter"].as_str() {
                    price["meter"] = json!(meters[meter]);
                }
            }
            let mut prices: Vec<_> = prices.iter().map(ToString::to_string).collect();
            prices.sort();
            let parts = named(it, "bundledProductOffering", "bundledProductOfferingOption");
            format!(
                "{} {}\n parts: {parts}\n amounts: {}\n categories: {}\n switches: {}\n terms: {}\n prices:\n  {}",
                it["name"],
                it["lifecycleStatus"],
                named(it, "resourceRate", "included"),
                named(it, "category", "@type"),
                named(it, "productOfferingRelationship", "relationshipType"),
                it["productOfferingTerm"],
                prices.join("\n  ")
            )
        })
        .collect();
    for path in ["productSpecification", "category"] {
        let mut found = items(&client.call(&format!("GET {CATALOG}/{path}"), None));
        for it in &mut found {
            let parent = client_name(client, path, &it["parentId"]);
            it["parentId"] = json!(parent);
            for own in ["id", "href", "lastUpdate"] {
                it.as_object_mut().unwrap().remove(own);
            }
            for counted in it["countedResource"].as_array_mut().into_iter().flatten() {
                counted.as_object_mut().unwrap().remove("id");
                for other in counted["dependency"].as_array_mut().into_iter().flatten() {
                    other["resource"].as_object_mut().unwrap().remove("id");
                }
            }
        }
        all.extend(found.iter().map(ToString::to_string));
    }
    all.sort();
    all
}

fn client_name(client: &Client<'_>, path: &str, id: &Value) -> Option<String> {
    let id = id.as_str()?;
    Some(text(&client.get(&format!("{CATALOG}/{path}/{id}"))["name"]))
}

/// Prices by every model, those of use among them.
fn prices_of_all_models(market: &Market) -> Vec<Value> {
    let client = market.operator();
    let regions = json!({
        "code": "calls", "name": "Calls", "unit": "call", "aggregation": "count",
        "dimensions": ["region"],
    });
    let calls = text(&client.post("/meters", &regions)["id"]);
    let usage = |name: &str, included: &str, model: Value| {
        json!({
            "name": name, "kind": "usage", "currency": "EUR", "meter": market.meter,
            "included": included, "model": model,
        })
    };
    let tiers = json!([
        { "up_to": "10", "per_unit": "0.5", "flat": "0" },
        { "up_to": null, "per_unit": "0.25", "flat": "3" },
    ]);
    let per_unit = json!({ "kind": "per_unit", "per_unit": "0.0125" });
    vec![
        monthly("Fee", "EUR", "20"),
        monthly("Fee", "USD", "22"),
        json!({
            "name": "Setup", "kind": "one_time", "fee": "setup", "currency": "EUR",
            "includes_tax": true, "names": { "de": "Einrichtung" },
            "model": { "kind": "flat", "amount": "49" },
            "alterations": [{ "name": "Welcome", "effect": "discount", "percent": "10", "applies": "once" }],
        }),
        json!({
            "name": "After", "kind": "recurring", "period": "1 year", "timing": "arrears",
            "currency": "EUR", "model": { "kind": "volume", "tiers": tiers },
        }),
        usage("Graduated", "100", json!({ "kind": "graduated", "tiers": tiers })),
        usage("Package", "0", json!({ "kind": "package", "size": "1000", "amount": "6" })),
        usage("Plain", "0", per_unit.clone()),
        usage("Free first", "5", per_unit.clone()),
        usage(
            "Least",
            "0",
            json!({ "kind": "minimum", "amount": "10", "of": "price", "model": per_unit }),
        ),
        usage("Part", "0", json!({ "kind": "percentage", "percent": "1.5", "per_event": "0.25" })),
        json!({
            "name": "By region", "kind": "usage", "currency": "EUR", "meter": calls,
            "model": {
                "kind": "per_dimension", "dimension": "region", "otherwise": per_unit,
                "values": [{ "value": "eu", "model": { "kind": "flat", "amount": "1" } }],
            },
        }),
    ]
}

/// An offering whose price is by what is counted in it.
fn furnish_machine(market: &Market) {
    let client = market.operator();
    let cores = json!({ "name": { "en": "Cores" }, "unit": "core" });
    let cores = client.post("/resources", &cores)["id"].clone();
    let memory = json!({
        "name": { "en": "Memory" }, "unit": "gb", "unit_name": { "en": "GB" },
        "dependencies": [{ "on": cores, "kind": "provided_by", "multiplier": "4" }],
    });
    let memory = client.post("/resources", &memory)["id"].clone();
    let per_core = json!({
        "name": "More cores", "kind": "recurring", "currency": "EUR", "resource": cores,
        "model": { "kind": "per_unit", "per_unit": "5" },
    });
    let rates = json!([
        { "resource": cores, "included": "1", "max": "8" }, { "resource": memory, "included": "4" },
    ]);
    market.offer_like(
        "Machine",
        &[monthly("Fee", "EUR", "30"), per_core],
        (json!({ "resources": rates }), json!({ "resources": [memory, cores] })),
    );
}

/// An offering of a specification, for a choice and a term.
fn furnish_server(client: &Client<'_>) {
    let make = |path: &str, body: Value| made(client, path, &body);
    let cores = json!([{
        "name": "Cores", "valueType": "number", "configurable": true,
        "productSpecCharacteristicValue": [{ "value": 2, "isDefault": true }, { "value": 4 }],
    }]);
    let server = make(
        "productSpecification",
        json!({ "name": "Server", "lifecycleStatus": "Active", "productSpecCharacteristic": cores }),
    );
    let four = json!([{ "name": "Cores", "productSpecCharacteristicValue": [{ "value": "4" }] }]);
    let price = make(
        "productOfferingPrice",
        json!({
            "name": "Four cores, a year", "priceType": "recurring", "price": euro(90.0),
            "recurringChargePeriodType": "year", "prodSpecCharValueUse": four,
            "productOfferingTerm": [{ "name": "Two years" }],
        }),
    );
    make(
        "productOffering",
        json!({
            "name": "Server", "productSpecification": { "id": server },
            "productOfferingTerm": [{ "name": "Two years", "duration": { "amount": 2, "units": "year" } }],
            "productOfferingPrice": [{ "id": price }],
        }),
    );
}

/// A catalogue in which everything is that there may be.
fn furnish(market: &Market) {
    let client = market.operator();
    let make = |path: &str, body: Value| made(&client, path, &body);
    let upper = make("category", json!({ "name": "All", "isRoot": true }));
    let lower = make("category", json!({ "name": "Lines", "parentId": upper }));
    let large = plain(&json!(market.offer("Large", &prices_of_all_models(market))));
    furnish_machine(market);
    let small = plain(&json!(market.offer("Small", &[monthly("Fee", "EUR", "10")])));
    let path = |id: &str| format!("{OFFERING}/{id}");
    client.patch(&path(&large), &json!({ "category": [{ "id": lower }] }));
    let relation = |id: &str, to: &str| json!({ "productOfferingRelationship": [{ "id": id, "relationshipType": to }] });
    client.patch(&path(&large), &relation(&small, "downgrade"));
    client.patch(&path(&small), &relation(&large, "upgrade"));
    furnish_server(&client);
    make(
        "productOffering",
        json!({
            "name": "Both", "lifecycleStatus": "Launched", "isBundle": true,
            "bundledProductOffering": [
                { "id": large },
                { "id": small, "bundledProductOfferingOption": {
                    "numberRelOfferLowerLimit": 0, "numberRelOfferUpperLimit": 3,
                    "numberRelOfferDefault": 1,
                } },
            ],
        }),
    );
}

fn done(house: &House, job: &str, body: &Value) -> Value {
    let client = house.operator();
    let made = client.post(&format!("{CATALOG}/{job}"), body);
    house.app.keep_duties();
    let job = client.get(&text(&made["href"]));
    assert_eq!(job["status"], "Succeeded", "{job}");
    job
}

/// A file that stands in an address.
fn inline(of: &Value) -> String {
    let escaped: String = of.to_string().bytes().map(|it| format!("%{it:02X}")).collect();
    format!("data:application/json,{escaped}")
}

fn file(house: &House) -> Value {
    let job = done(house, "exportJob", &json!({}));
    house.operator().call(&format!("GET {}", text(&job["url"])), None).json()
}

#[test]
fn a_catalogue_is_the_same_after_it_went_through_a_file() {
    let market = Market::on("2026-01-01");
    furnish(&market);
    let exported = file(&market.house);
    assert!(
        exported["usageSpecification"].as_array().is_some_and(|it| it.len() == 2),
        "{exported}"
    );
    let other = House::on("2026-01-01");
    // Whatever the order in which things are in it.
    let mut mixed = exported.clone();
    for list in mixed.as_object_mut().unwrap().values_mut() {
        list.as_array_mut().unwrap().reverse();
    }
    done(&other, "importJob", &json!({ "url": inline(&mixed) }));
    let (here, there) = (shelf(&market.operator()), shelf(&other.operator()));
    assert_eq!(here.join("\n"), there.join("\n"));
    let again = file(&other);
    let job = done(&other, "importJob", &json!({ "url": inline(&again) }));
    assert_eq!(
        (&job["count"]["created"], &job["count"]["changed"]),
        (&json!(0), &json!(0)),
        "{job}"
    );
    assert_eq!(shelf(&other.operator()), there, "nothing is there twice");
}
