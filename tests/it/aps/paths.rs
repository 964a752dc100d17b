//! The paths of the bus that its own table names, each with what comes of it.

use serde_json::{Value, json};

use super::deeds::names;
use super::publishing::{create, link, needs, new, plan};
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::text;
use crate::harness::stage::{Scene, Stage, open};

#[test]
fn the_links_of_a_resource_are_read_together_and_one_by_one() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let needs = needs(&operator);
    let plan = text(&create(&operator, &[plan(&needs)])[0]);
    let whole = operator.get(&format!("/aps/2/resources/{plan}"));
    let links = operator.get(&format!("/aps/2/resources/{plan}/aps/links"));
    let names: Vec<_> = links.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["category", "resources", "serviceTemplate", "serviceTerms", "vendor"]);
    for name in names {
        assert_eq!(links[name], whole[name], "{name}");
    }
    let disk = text(&needs.resource);
    let one = operator.get(&format!("/aps/2/resources/{plan}/resources/{disk}"));
    assert_eq!(one, operator.get(&format!("/aps/2/resources/{disk}")), "as it is by itself");
    let other = format!("GET /aps/2/resources/{plan}/resources/{}", text(&needs.category));
    assert_eq!(operator.call(&other, None).status, 404, "it does not lead there");
}

#[test]
fn a_change_without_an_id_in_the_path_is_of_what_the_body_names() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let kind = "http://www.odin.com/billing/ServicePlanCategory/1.0";
    let made = create(&operator, &[new("ServicePlanCategory/1.0", json!({ "name": "Mial" }))]);
    let body = json!({ "aps": { "type": kind, "id": made[0] }, "name": "Mail" });
    let changed = operator.call("PUT /aps/2/resources", Some(&body)).ok();
    assert_eq!((&changed["name"], &changed["aps"]["id"]), (&json!("Mail"), &made[0]));
    let found = operator.get(&format!("/aps/2/resources/{}", text(&made[0])));
    assert_eq!(found["name"], "Mail");
    let nameless = json!({ "aps": { "type": kind }, "name": "Post" });
    let refused = operator.call("PUT /aps/2/resources", Some(&nameless));
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["message"]),
        (400, &json!("`/aps/id` must be given"))
    );
}

#[test]
fn the_package_that_resources_name_is_there() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let accounts = operator.get("/aps/2/collections/accounts?eq(id,1)");
    let whole = operator.get(&format!("/aps/2/resources/{}", text(&accounts[0]["aps"]["id"])));
    let package = &whole["aps"]["package"];
    let found = operator.get(&text(&package["href"]));
    assert_eq!((&found["id"], &found["name"]), (&package["id"], &json!("Tillbox")));
}

#[test]
fn resources_of_one_batch_name_each_other_by_the_ids_that_the_client_made() {
    const CATEGORY: &str = "11111111-2222-4333-8444-555555555551";
    const PLAN: &str = "11111111-2222-4333-8444-555555555552";
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let needs = needs(&operator);
    let with_id = |mut body: Value, id: &str| {
        body["aps"]["id"] = json!(id);
        body
    };
    let category = with_id(new("ServicePlanCategory/1.0", json!({ "name": "New" })), CATEGORY);
    let mut body = with_id(plan(&needs), PLAN);
    body["category"] = link(&json!(CATEGORY));
    let wrong = json!([body, category]);
    let refused = operator.call("POST /aps/2/resources", Some(&wrong));
    assert_eq!(refused.status, 400, "what is named comes first");
    let path = format!("/aps/2/resources/{PLAN}");
    assert_eq!(operator.call(&format!("GET {path}"), None).status, 404);
    let made = operator.post("/aps/2/resources", &json!([category, body]));
    let ids: Vec<_> = made.as_array().unwrap().iter().map(|it| text(&it["aps"]["id"])).collect();
    assert_eq!(ids, [CATEGORY, PLAN]);
    assert_eq!(operator.get(&path)["category"]["aps"]["id"], CATEGORY);
    let again = operator.call("POST /aps/2/resources", Some(&json!([category, body])));
    let said = again.json();
    assert_eq!(said["type"], "APS::Billing::Duplicate");
    assert!(text(&said["message"]).starts_with("`/0`: "), "which of them: {said}");
}

#[test]
fn no_resource_is_made_under_an_id_that_leads_to_another() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let names = names(&stage.north);
    let seller = Client::with_token(&app, &names["seller"]);
    let batch = super::deeds::deeds().find(|it| it.what == "POST /aps/2/resources").unwrap();
    let made = batch.is_done(&app, &names).ok();
    let service = seller.get("/aps/2/services/sku-manager");
    let package = &made[0]["aps"]["package"]["id"];
    for (id, what) in [
        (text(&made[0]["aps"]["id"]), "a commercial side whose id a client made"),
        (names["bss"].clone(), "a commercial side under its account's id"),
        (names["customer"].clone(), "an account"),
        (names["pa"].clone(), "an operational subscription"),
        (names["subscription"].clone(), "a commercial subscription"),
        (names["offer"].clone(), "a plan"),
        (text(&service["aps"]["id"]), "a service"),
        (text(package), "the package"),
    ] {
        let path = format!("GET /aps/2/resources/{id}");
        let before = seller.call(&path, None).body;
        let mut category = new("ServicePlanCategory/1.0", json!({ "name": "Second" }));
        category["aps"]["id"] = json!(id);
        let refused = seller.call("POST /aps/2/resources", Some(&category));
        assert_eq!(refused.status, 409, "{what}: {}", String::from_utf8_lossy(&refused.body));
        assert_eq!(refused.json()["type"], "APS::Billing::Duplicate", "{what}");
        assert_eq!(seller.call(&path, None).body, before, "{what} is what it was");
    }
}
