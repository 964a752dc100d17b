//! The scenarios of the contract's documents, told by a client that is not ours: a program in
//! Python whose requests are signed by oauthlib.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::harness::process::{Server, over_file};
use crate::harness::python::Package;

/// The address that the server tells people, and that it does not listen on itself.
const PUBLIC: &str = "https://bss.example.com/billing";

/// What is for sale: a plan with two resources, of which one needs the other.
fn furnish(post: &dyn Fn(&str, Value) -> Value) {
    let made = |path: &str, body| post(path, body)["id"].clone();
    let texts = |text: &str| json!({ "en_US": text });
    let category = made("/categories", json!({ "name": texts("Demo") }));
    let terms = json!({
        "name": "Hosting Service Terms",
        "paid": { "grace_days": 10, "hold_days": 30, "destroy": false },
        "trial": { "grace_days": 0, "hold_days": 0, "destroy": true },
    });
    let terms = made("/service_terms", terms);
    made("/tax_categories", json!({ "code": "ALL", "name": "All products" }));
    let zone = made("/tax_zones", json!({ "code": "WORLD", "name": "Everywhere" }));
    let rule = json!({ "name": "VAT", "zone": zone, "percent": "20", "valid_from": "2000-01-01" });
    made("/tax_rules", rule);
    let server = made("/resources", json!({ "name": texts("Virtual Server"), "unit": "unit" }));
    let needs = json!([{ "kind": "requires", "on": server }]);
    let storage = json!({ "name": texts("Storage"), "unit": "GB", "dependencies": needs });
    let storage = made("/resources", storage);
    let template = json!({ "name": texts("VPS"), "resources": [server, storage] });
    let template = made("/specifications", template);
    let plan = json!({
        "name": texts("VPS Demo Services"), "summary": texts("Servers"),
        "description": texts("Servers, and what they are for"),
        "specification": template, "categories": [category], "service_terms": terms,
        "terms": [{ "key": "monthly", "duration": "1 month", "auto_renew": true, "default": true }],
        "resources": [
            { "resource": server, "included": "1", "max": "100" },
            { "resource": storage, "included": "0", "max": "100" },
        ],
    });
    let plan = made("/offers", plan);
    let tiers = json!([
        { "up_to": "10", "per_unit": "1.5" },
        { "up_to": "20", "per_unit": "1.2" },
        { "per_unit": "10" },
    ]);
    for (name, more) in [
        (
            "Setup",
            json!({ "kind": "one_time", "fee": "setup", "model": { "kind": "flat", "amount": "25" } }),
        ),
        (
            "By the month",
            json!({ "kind": "recurring", "term": "monthly", "model": { "kind": "flat", "amount": "9.50" } }),
        ),
        (
            "Servers",
            json!({ "kind": "recurring", "resource": server, "model": { "kind": "graduated", "tiers": tiers } }),
        ),
    ] {
        let mut body = json!({ "name": name, "offer": plan, "currency": "EUR" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        made("/prices", body);
    }
    for step in ["test", "activate", "launch"] {
        post(&format!("/offers/{}/{step}", plan.as_str().unwrap()), json!({}));
    }
}

#[test]
fn an_external_system_goes_through_the_documents_with_requests_that_it_signs() {
    let what = "the scenarios of the bus, signed by oauthlib";
    let Some(oauthlib) = Package::get("oauthlib", "4.0.1", what) else { return };
    let place = tempdir().unwrap();
    let operator = [
        ("TILLBOX_OPERATOR_EMAIL", "olga@provider.test"),
        ("TILLBOX_OPERATOR_PASSWORD", "till-4-the-box!"),
    ];
    let server = Server::start_with(place.path(), &["--public-url", PUBLIC], &operator);
    let post = |path: &str, body: Value| {
        let what = format!("POST /api/v1{path}");
        let answer = over_file(&server.socket(), &what, &body.to_string()).unwrap();
        assert!(answer.status < 300, "{what} {body}: {}", answer.body);
        answer.json()
    };
    let users = over_file(&server.socket(), "GET /api/v1/users", "").unwrap().json();
    let key = post("/consumer_keys", json!({ "name": "ERP", "user": users["items"][0]["id"] }));
    post("/classes", json!({ "name": "Test Class" }));
    furnish(&post);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aps_scenarios.py");
    let address = format!("http://{}", server.address);
    let text = |name: &str| key[name].as_str().unwrap();
    let script = script.to_str().unwrap();
    let arguments = [script, &address, PUBLIC, text("key"), text("secret")];
    let told = oauthlib.run(Path::new("."), &arguments);
    let told = told.unwrap_or_else(|why| panic!("{why}"));
    assert!(told.contains("all is as the documents have it"), "{told}");
}
