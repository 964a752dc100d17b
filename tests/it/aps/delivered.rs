//! What is delivered for a subscription, as its other face tells it, and finding subscriptions by how
//! far they have come.

use serde_json::json;
use tillbox::world::http::Response;

use super::subscriptions::{bought, order, other_face, plan};
use crate::harness::bus::{path, uuid};
use crate::harness::market::{Market, text};

#[test]
fn the_other_face_tells_what_delivers_it_and_with_how_much() {
    let market = Market::on("2019-03-12");
    let operator = market.operator();
    let account = text(&market.customer("Blue Whale", "USD")["id"]);
    let plan = plan(&market, json!({}));
    let offer = operator.get(&format!("/offers/{plan}"));
    let server = path(&text(&offer["resources"][0]["resource"]));
    let made = json!({
        "apsAppUUID": "c13a9c5d-ae19-44d4-9318-63002f5007ba",
        "apsType": "http://aps-standard.org/samples/vpsdemo/vps/1.0",
    });
    let before = operator.get(&server)["aps"]["revision"].as_u64().unwrap();
    let told = operator.call(&format!("PUT {server}"), Some(&made)).ok();
    assert!(told["aps"]["revision"].as_u64().unwrap() > before);
    assert_eq!(told["apsType"], made["apsType"]);
    let subscription = order(&market, &account, &plan);
    let pa = other_face(&operator, &subscription);
    assert_eq!(operator.get(&format!("{pa}/applications")), json!([made["apsAppUUID"]]));
    let limits = json!({
        "subscriptionResourceLimits": [{ "resourceId": 1, "resourceLimit": 5 }],
        "apsDefaults": [],
    });
    assert_eq!(operator.get(&pa)["activationStructure"], limits);
    let by = "eq(activationStructure.subscriptionResourceLimits.resourceLimit,5)";
    let found =
        operator.get(&format!("/aps/2/collections/subscriptions?{by},select(activationStructure)"));
    assert_eq!(found[0]["activationStructure"], limits);
    let resources = operator.get(&format!("{pa}/resources"));
    let types: Vec<_> = resources.as_array().unwrap().iter().map(|it| &it["apsType"]).collect();
    assert_eq!(
        types,
        [&json!("http://www.odin.com/billing/Resource/1.3"), &made["apsType"]],
        "that of the application, where it is said"
    );
    let cleared = operator.call(&format!("PUT {server}"), Some(&json!({ "apsType": "" }))).ok();
    assert!(cleared["apsType"].is_null());
    let long = json!({ "apsType": "x".repeat(201) });
    assert_eq!(operator.call(&format!("PUT {server}"), Some(&long)).status, 400);
}

#[test]
fn what_an_application_made_of_a_resource_is_told_by_its_id() {
    const SYSTEM: &str = "https://cloud.example.com/provision";
    let market = Market::on("2019-03-12");
    let operator = market.operator();
    let account = text(&market.customer("Blue Whale", "USD")["id"]);
    let webhook = json!({ "connector": "webhook", "webhook": { "address": SYSTEM } });
    let plan = plan(&market, webhook);
    let all = operator.get("/resources")["items"].as_array().unwrap().clone();
    let context = all.iter().find(|it| it["name"]["en_US"].to_string().contains("Management"));
    let context = text(&context.unwrap()["id"]);
    let made = "7ce76ba9-d9d9-4515-bff4-00cb91cdd766";
    let said = json!({ "state": "done", "resources": { (context.clone()): made } }).to_string();
    market.house.app.outside.answer(move |_| Ok(Response::new(200, said.clone())));
    let subscription = order(&market, &account, &plan);
    let resources = operator.get(&format!("{}/resources", other_face(&operator, &subscription)));
    for it in resources.as_array().unwrap() {
        let expected = if it["resourceId"] == uuid(&context) { json!(made) } else { json!(null) };
        assert_eq!(it["apsId"], expected, "{it}");
        for field in ["id", "title", "apsType", "unit"] {
            assert!(it[field].is_string(), "{field} of {it}");
        }
    }
    assert_eq!(resources.as_array().unwrap().len(), 2);
}

#[test]
fn subscriptions_are_found_along_how_far_their_lives_have_come() {
    let (market, account, held) = bought();
    let operator = market.operator();
    let plan = format!("ofr_{}", text(&operator.get(&path(&held))["servicePlan"]["aps"]["id"]));
    let other = order(&market, &account, &plan);
    let hold = json!({ "reason": "OTHER", "comment": "" });
    operator.call(&format!("POST {}/putOnHold", path(&held)), Some(&hold));
    let list = "/aps/2/collections/bss-subscriptions";
    for (word, expected) in [
        ("ADMINISTRATIVE_HOLD", vec![held.as_str()]),
        ("ACTIVE", vec![other.as_str()]),
        ("TERMINATED", vec![]),
        ("active", vec![]),
        ("NONE", vec![]),
    ] {
        let found = operator.get(&format!("{list}?eq(status,{word}),select(aps.id)"));
        let ids: Vec<_> =
            found.as_array().unwrap().iter().map(|it| text(&it["aps"]["id"])).collect();
        assert_eq!(ids, expected.iter().map(|it| uuid(it)).collect::<Vec<_>>(), "{word}");
        let way = operator.get(&format!("{list}?eq(status,{word}),explain()"));
        assert!(way["ways"][0]["along"].to_string().contains("status"), "{way}");
    }
}
