//! What stands in the catalogues: categories with all that is in them, candidates in several catalogues,
//! and terms to which one commits.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{items, told};
use crate::harness::client::Client;
use crate::harness::house::{House, text};

const PRODUCTS: &str = "/tmf-api/productCatalogManagement/v4";
const SERVICES: &str = "/tmf-api/serviceCatalogManagement/v4";
const RESOURCES: &str = "/tmf-api/resourceCatalog/v4";

fn names(client: &Client<'_>, path: &str) -> BTreeSet<String> {
    let found = items(&client.call(&format!("GET {path}"), None));
    found.iter().map(|it| text(&it["name"])).collect()
}

fn set(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn a_category_has_categories_offerings_and_candidates_in_it() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let made = |path: String, body: Value| client.post(&path, &body);
    let network =
        made(format!("{PRODUCTS}/category"), json!({ "name": "Network", "isRoot": true }));
    let into = json!([{ "id": network["id"], "name": "Network" }]);
    for name in ["Fixed", "Mobile"] {
        made(format!("{PRODUCTS}/category"), json!({ "name": name, "parentId": network["id"] }));
    }
    for name in ["Line", "Router rent"] {
        made(format!("{PRODUCTS}/productOffering"), json!({ "name": name, "category": into }));
    }
    made(format!("{PRODUCTS}/productOffering"), json!({ "name": "Elsewhere" }));
    let service = json!({ "id": "7655", "name": "Access" });
    let candidate = json!({ "name": "Access", "serviceSpecification": service, "category": into });
    made(format!("{SERVICES}/serviceCandidate"), candidate);
    made(format!("{RESOURCES}/resourceCandidate"), json!({ "name": "Port", "category": into }));
    let id = text(&network["id"]);
    let found = |path: String| names(&client, &path);
    assert_eq!(found(format!("{PRODUCTS}/category?parentId={id}")), set(&["Fixed", "Mobile"]));
    let offerings = found(format!("{PRODUCTS}/productOffering?category.id={id}"));
    assert_eq!(offerings, set(&["Line", "Router rent"]));
    let candidates = found(format!("{SERVICES}/serviceCandidate?category.id={id}"));
    assert_eq!(candidates, set(&["Access"]));
    let candidates = found(format!("{RESOURCES}/resourceCandidate?category.id={id}"));
    assert_eq!(candidates, set(&["Port"]));
    let remove = format!("DELETE {PRODUCTS}/category/{id}");
    assert!(told(&client.call(&remove, None)).starts_with("409"), "what is in it would be lost");
}

#[test]
fn a_candidate_of_a_service_says_what_it_makes_available_and_since_when() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let body = json!({
        "name": "Access", "description": "A line to a house", "version": "1.2",
        "lifecycleStatus": "In design",
        "validFor": { "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z" },
        "serviceSpecification": { "id": "7655", "name": "Access" },
    });
    let made = client.post(&format!("{SERVICES}/serviceCandidate"), &body);
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(made[name], *value, "{name}");
    }
    assert_eq!(made["lastUpdate"], "2026-01-01T00:00:00Z");
    let path = text(&made["href"]);
    let told_of = |body: Value| told(&client.call(&format!("PATCH {path}"), Some(&body)));
    assert_eq!(told_of(json!({ "lifecycleStatus": "In test", "version": "1.3" })), "200");
    assert!(told_of(json!({ "lifecycleStatus": "Obsolete" })).starts_with("409"));
    assert!(told_of(json!({ "lastUpdate": "2020-01-01T00:00:00Z" })).starts_with("400"));
    let shown = client.get(&path);
    assert_eq!((&shown["version"], &shown["lifecycleStatus"]), (&json!("1.3"), &json!("In test")));
}

#[test]
fn a_resource_is_made_available_in_any_number_of_catalogues() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let made = |name: &str, body: Value| client.post(&format!("{RESOURCES}/{name}"), &body);
    let specification = made("resourceSpecification", json!({ "name": "Optical port" }));
    let categories = ["Access", "Core", "Spare"].map(|name| {
        let category = made("resourceCategory", json!({ "name": name }));
        let lead = json!({ "id": category["id"], "name": name });
        made("resourceCatalog", json!({ "name": name, "category": [lead] }));
        lead
    });
    let body = |category: &[Value]| {
        json!({
            "name": "Port", "category": category,
            "resourceSpecification": { "id": specification["id"], "name": "Optical port" },
        })
    };
    let port = made("resourceCandidate", body(&categories[..2]));
    let inside = |category: &Value| {
        let id = text(&category["id"]);
        names(&client, &format!("{RESOURCES}/resourceCandidate?category.id={id}")).len()
    };
    assert_eq!(categories.each_ref().map(inside), [1, 1, 0]);
    client.patch(&text(&port["href"]), &json!({ "category": categories }));
    assert_eq!(categories.each_ref().map(inside), [1, 1, 1]);
    client.patch(&text(&port["href"]), &json!({ "category": [] }));
    assert_eq!(categories.each_ref().map(inside), [0, 0, 0], "or in none");
    let shown = client.get(&text(&port["href"]));
    assert_eq!(shown["resourceSpecification"]["id"], specification["id"]);
}

#[test]
fn a_resource_that_is_in_progress_is_being_designed() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let list = format!("{RESOURCES}/resourceSpecification");
    let made = client.post(&list, &json!({ "name": "Virtual Storage Medium" }));
    let path = text(&made["href"]);
    let body = json!({
        "name": "Virtual Storage Medium 2", "isBundle": true, "lifecycleStatus": "In progress",
    });
    let changed = client.patch(&path, &body);
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(changed[name], *value, "{name}");
    }
    let renamed = client.patch(&path, &json!({ "name": "Storage" }));
    assert_eq!(renamed["lifecycleStatus"], "In progress");
    let found = names(&client, &format!("{list}?lifecycleStatus=In%20progress"));
    assert!(found.len() == 1 && found.contains("Storage"), "{found:?}");
    let told_of = |word: &str| {
        let body = json!({ "lifecycleStatus": word });
        told(&client.call(&format!("PATCH {path}"), Some(&body)))
    };
    assert_eq!(told_of("In test"), "200");
    assert_eq!(told_of("In progress"), "200", "what is tested may go back");
    assert!(told_of("Launched").starts_with("409"), "it is where `In design` is");
    assert!(told_of("In pieces").starts_with("400 enum"));
}

#[test]
fn a_term_of_an_offering_is_what_an_order_commits_to() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let terms = json!([
        {
            "name": "12 months", "description": "By the year",
            "duration": { "amount": 12, "units": "month" },
        },
        {
            "name": "24 months", "duration": { "amount": 24, "units": "month" },
            "validFor": { "startDateTime": "2026-02-01T00:00:00Z" },
        },
    ]);
    let path = format!("{PRODUCTS}/productOffering");
    let body = json!({ "name": "Line", "productOfferingTerm": terms });
    let made = client.post(&path, &body);
    assert_eq!(made["productOfferingTerm"], terms);
    let ours = client.get(&format!("/offers/{}", text(&made["id"])));
    let of = |place: usize, name: &str| text(&ours["terms"][place][name]);
    assert_eq!([of(0, "key"), of(1, "key")], ["12_months", "24_months"]);
    assert_eq!([of(0, "duration"), of(1, "duration")], ["12 months", "24 months"]);
    assert_eq!(ours["terms"][0]["default"], true);
    let shorter = json!([{ "name": "12 months", "duration": { "amount": 1, "units": "year" } }]);
    let changed = client.patch(&text(&made["href"]), &json!({ "productOfferingTerm": shorter }));
    assert_eq!(changed["productOfferingTerm"][0]["duration"], shorter[0]["duration"]);
    for (term, expected) in [
        (json!({ "duration": { "amount": 1, "units": "year" } }), "productOfferingTerm[0].name"),
        (
            json!({ "name": "x", "duration": { "amount": 0, "units": "year" } }),
            "productOfferingTerm[0].duration.amount",
        ),
        (
            json!({ "name": "x", "duration": { "amount": 1, "units": "eon" } }),
            "productOfferingTerm[0].duration.units",
        ),
    ] {
        let body = json!({ "name": "Line", "productOfferingTerm": [term] });
        let refused = told(&client.call(&format!("POST {path}"), Some(&body)));
        assert!(refused.starts_with("400") && refused.contains(expected), "{refused}");
    }
}
