//! Changes of things: by merge and by steps, along life cycles, and under conditions.

use serde_json::{Value, json};

use super::{header, items, told};
use crate::harness::client::Client;
use crate::harness::house::House;

const DOCUMENT: &str = "/tmf-api/document/v4/document";
const SPECIFICATION: &str = "/tmf-api/serviceCatalogManagement/v4/serviceSpecification";

fn made(client: &Client<'_>, path: &str, body: &Value) -> String {
    format!("{path}/{}", client.post(path, body)["id"].as_str().unwrap())
}

#[test]
fn a_state_follows_its_life_cycle_and_keeps_its_word() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let it = made(&client, SPECIFICATION, &json!({ "name": "Firewall" }));
    let mut steps = Vec::new();
    for state in ["In Design", "in test", "Active", "Obsolete", "Launched", "burnt"] {
        let body = json!({ "lifecycleStatus": state });
        let answer = client.call(&format!("PATCH {it}"), Some(&body));
        let shown = client.get(&it)["lifecycleStatus"].clone();
        steps.push(format!("{state} → {} {shown}", told(&answer)));
    }
    expect_test::expect![[r#"
        In Design → 200 "In Design"
        in test → 200 "in test"
        Active → 200 "Active"
        Obsolete → 409 document_state_forbids: a document of the sort `service_specification` that is active cannot become obsolete "Active"
        Launched → 200 "Launched"
        burnt → 400 enum: `lifecycleStatus` `burnt` is no state: it is one of `In study`, `In design`, `In test`, `Active`, `Launched`, `Retired`, `Rejected`, `Obsolete` "Launched""#]]
    .assert_eq(&steps.join("\n"));
    assert_eq!(client.get(&made(&client, DOCUMENT, &json!({ "name": "a" })))["status"], "created");
}

#[test]
fn a_patch_is_a_merge_unless_it_says_that_it_is_steps() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let body = json!({ "name": "a", "note": [{ "text": "one" }], "x": { "y": 1, "z": 2 } });
    let it = made(&client, DOCUMENT, &body);
    let steps = json!([
        { "op": "test", "path": "/name", "value": "a" },
        { "op": "add", "path": "/note/-", "value": { "text": "two" } },
        { "op": "remove", "path": "/x/y" },
    ]);
    let by = |kind: &str, body: &Value| {
        let mut client = house.operator();
        if kind != "application/json" {
            client = client.header("content-type", kind);
        }
        client.call_raw(&format!("PATCH {it}"), Some(body.to_string().into_bytes()))
    };
    let merged =
        client.patch(&it, &json!({ "x": { "z": null, "w": 3 }, "note": [{ "text": "n" }] }));
    assert_eq!(
        (&merged["x"], &merged["note"]),
        (&json!({ "y": 1, "w": 3 }), &json!([{ "text": "n" }]))
    );
    let stepped = by("application/json-patch+json", &steps);
    assert_eq!(told(&stepped), "200");
    assert_eq!(stepped.json()["note"], json!([{ "text": "n" }, { "text": "two" }]));
    assert_eq!(stepped.json()["x"], json!({ "w": 3 }));
    let again = by("application/json-patch+json", &json!([{ "op": "remove", "path": "/x/y" }]));
    assert_eq!(told(&again), "400 patch: `[0]` there is nothing at `/x/y`");
    let list = by("application/json", &json!([]));
    assert_eq!(told(&list), "400 type: the body must be an object");
    let merged = by("application/merge-patch+json", &json!({ "x": null }));
    assert_eq!(merged.json().get("x"), None);
    assert_eq!(
        told(&by("text/plain", &json!({}))),
        "415 media_type: the body must be `application/json`, or that of a `PATCH` \
         `application/merge-patch+json` or `application/json-patch+json`"
    );
}

#[test]
fn what_was_asked_under_a_condition_is_not_done_when_it_does_not_hold() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let it = made(&client, DOCUMENT, &json!({ "name": "a" }));
    let known = client.header("if-match", "\"1\"");
    assert_eq!(told(&known.call(&format!("PATCH {it}"), Some(&json!({ "name": "b" })))), "200");
    let stale = told(&known.call(&format!("PATCH {it}"), Some(&json!({ "name": "c" }))));
    assert!(stale.starts_with("412 stale"), "{stale}");
    assert!(told(&known.call(&format!("DELETE {it}"), None)).starts_with("412"));
    assert_eq!(client.get(&it)["name"], "b");
}

#[test]
fn what_is_sent_twice_under_one_key_is_made_once() {
    let house = House::on("2026-01-01");
    let client = house.operator().header("idempotency-key", "one");
    let body = json!({ "name": "a" });
    let [first, again] = [(); 2].map(|()| client.call(&format!("POST {DOCUMENT}"), Some(&body)));
    assert_eq!((first.status, first.json()), (again.status, again.json()));
    assert_eq!(items(&client.call(&format!("GET {DOCUMENT}"), None)).len(), 1);
}

#[test]
fn what_nobody_serves_is_refused_in_the_contracts_words() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    for (what, expected) in [
        (
            "GET /tmf-api/nothing/v4/thing",
            "404 no_route: there is no `/tmf-api/nothing/v4/thing` here",
        ),
        (
            "GET /tmf-api/document/v4/paper",
            "404 no_route: there is no `/tmf-api/document/v4/paper` here",
        ),
        ("DELETE /tmf-api/document/v4/document", "405 no_method: `DELETE` is not allowed here"),
        ("GET /tmf-api/document/v4/hub", "405 no_method: `GET` is not allowed here"),
    ] {
        assert_eq!(told(&client.call(what, None)), expected);
    }
    let refused = client.call(&format!("PUT {DOCUMENT}"), Some(&json!({})));
    assert_eq!(header(&refused, "allow"), Some("GET, POST, PATCH"));
    let nobody = Client::nobody(&house.app).call(&format!("GET {DOCUMENT}"), None);
    assert!(told(&nobody).starts_with("401"));
    let broken = client.call_raw(&format!("POST {DOCUMENT}"), Some(b"{\"name\":".to_vec()));
    assert!(told(&broken).starts_with("400 malformed"), "{}", told(&broken));
}

#[test]
fn what_was_made_to_harm_is_refused() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let deep = |levels| (1..levels).fold(json!(1), |it, _| json!([it]));
    let post = |path: &str, body: &Value| told(&client.call(&format!("POST {path}"), Some(body)));
    let bomb = post(DOCUMENT, &json!({ "name": "a", "x": deep(110) }));
    assert_eq!(bomb, "400 range: the body must not be nested deeper than 100 levels");
    assert!(post(DOCUMENT, &json!({ "name": "a", "x": deep(1000) })).starts_with("400 malformed"));
    let it = made(&client, DOCUMENT, &json!({ "name": "a" }));
    let patch = json!({ "x": deep(110) });
    assert!(told(&client.call(&format!("PATCH {it}"), Some(&patch))).starts_with("400 range"));
    let many = format!("GET {DOCUMENT}?id={}", "x,".repeat(2000));
    assert!(told(&client.call(&many, None)).starts_with("400 range"));
    let bomb = format!("GET {DOCUMENT}?name.regex=%5E((a%2B)%2B)%2B%24");
    assert_eq!(items(&client.call(&bomb, None)).len(), 1);

    let category = "/tmf-api/productCatalogManagement/v4/category";
    let above = made(&client, category, &json!({ "name": "above" }));
    let id = |it: &str| json!(it.rsplit('/').next().unwrap());
    let below = made(&client, category, &json!({ "name": "below", "parentId": id(&above) }));
    let circle = json!({ "parentId": id(&below) });
    let circle = told(&client.call(&format!("PATCH {above}"), Some(&circle)));
    assert!(circle.starts_with("409 catalog_tree_forbids"), "{circle}");

    let price = "/tmf-api/productCatalogManagement/v4/productOfferingPrice";
    let price = made(
        &client,
        price,
        &json!({ "name": "odd", "priceType": "recurring", "price": { "value": 5 } }),
    );
    let offering = json!({ "name": "a", "productOfferingPrice": [{ "id": id(&price) }] });
    let offering = post("/tmf-api/productCatalogManagement/v4/productOffering", &offering);
    assert!(offering.starts_with("400 format: `productOfferingPrice[0].price`"), "{offering}");
    let strange = json!({ "name": "a", "@type": "Strange", "@baseType": "Document" });
    assert_eq!(post(DOCUMENT, &strange), "201");
}

#[test]
fn a_list_is_added_to_by_steps_as_a_whole_or_not_at_all() {
    let house = House::on("2026-01-01");
    let client = house.operator().header("content-type", "application/json-patch+json");
    let by = |steps: Value| {
        client.call_raw(&format!("PATCH {DOCUMENT}"), Some(steps.to_string().into_bytes()))
    };
    let add = |name: Value| json!({ "op": "add", "path": "/-", "value": { "name": name } });
    let made = by(json!([add(json!("one")), add(json!("two"))]));
    assert_eq!(told(&made), "200");
    let names: Vec<_> = items(&made).iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["one", "two"]);
    let path = made.json()[0]["href"].as_str().unwrap().to_owned();
    assert_eq!(house.operator().get(&path)["name"], "one");
    for (steps, expected) in [
        (
            json!([add(json!("three")), add(json!(null))]),
            "400 required: `[1].value.name` must be given",
        ),
        (
            json!([{ "op": "remove", "path": "/0" }]),
            "400 patch: `[0]` must be `add` at `/-`: a list is added to",
        ),
        (
            json!({}),
            "400 type: the body must be a list of operations of JSON Patch that add things",
        ),
    ] {
        assert_eq!(told(&by(steps)), expected);
    }
    assert_eq!(items(&house.operator().call(&format!("GET {DOCUMENT}"), None)).len(), 2);
}
