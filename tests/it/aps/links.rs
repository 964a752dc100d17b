//! Links in the body of a change, methods below a resource, and ids from upstream.

use expect_test::expect;
use serde_json::{Value, json};

use super::publishing::{create, link, needs, new, plan};
use super::skus::northern;
use crate::harness::client::Protocol;
use crate::harness::market::Market;

#[test]
fn links_in_a_body_lead_where_it_says_or_are_refused() {
    let market = Market::on("2026-01-01");
    let (operator, said) = (market.operator(), Protocol::default());
    let needs = needs(&operator);
    let plan = create(&operator, &[plan(&needs)]).remove(0);
    let unit = json!({ "en_US": "GB" });
    let body = json!({ "name": { "en_US": "Room" }, "unitOfMeasure": unit });
    let room = create(&operator, &[new("Resource/1.3", body)]).remove(0);
    let put = |id: &Value, body: Value| {
        let path = format!("/aps/2/resources/{}", id.as_str().unwrap());
        let answer = operator.call(&format!("PUT {path}"), Some(&body));
        let all = operator.get(&format!("{path}/resources?select(aps.id)"));
        let ids: Vec<_> =
            all.as_array().unwrap().iter().map(|it| it["aps"]["id"].clone()).collect();
        said.note(&format!(
            "{body}: {} {} -> {}",
            answer.status.as_u16(),
            if answer.status.is_success() {
                json!("done")
            } else {
                answer.json()["message"].clone()
            },
            json!(ids)
        ));
    };
    let (template, disk) = (&needs.template, &needs.resource);
    put(template, json!({ "resources": [link(disk), link(&room)] }));
    put(template, json!({ "resources": { "aps": { "link": "collection", "href": "/x" } } }));
    put(template, json!({ "resources": [link(&room)] }));
    put(template, json!({ "resources": [] }));
    put(template, json!({ "resources": "all" }));
    put(template, json!({ "resources": [link(&needs.category)] }));
    put(template, json!({ "resources": [{}] }));
    put(&plan, json!({ "resources": [] }));
    put(&plan, json!({ "resources": [link(disk)] }));
    put(&plan, json!({ "serviceTemplate": null }));
    put(&plan, json!({ "category": null }));
    put(&plan, json!({ "category": link(&room) }));
    expect![[r#"
        {"resources":[{"aps":{"id":"{id1}"}},{"aps":{"id":"{id2}"}}]}: 200 "done" -> ["{id1}","{id2}"]
        {"resources":{"aps":{"href":"/x","link":"collection"}}}: 200 "done" -> ["{id1}","{id2}"]
        {"resources":[{"aps":{"id":"{id2}"}}]}: 200 "done" -> ["{id2}"]
        {"resources":[]}: 200 "done" -> []
        {"resources":"all"}: 400 "`/resources` must be an array" -> []
        {"resources":[{"aps":{"id":"{id3}"}}]}: 400 "`/resources/0/aps/id` `{id3}` is no resource of type `http://www.odin.com/billing/Resource/1.3`" -> []
        {"resources":[{}]}: 400 "`/resources/0` must be `{\"aps\": {\"id\": \"<id>\"}}`" -> []
        {"resources":[]}: 400 "`/resources` is for the platform to link" -> ["{id1}"]
        {"resources":[{"aps":{"id":"{id1}"}}]}: 200 "done" -> ["{id1}"]
        {"serviceTemplate":null}: 409 "`{id4}` cannot be launched: `/serviceTemplate/aps/id` must be named: an offer delivers something, or is a bundle" -> ["{id1}"]
        {"category":null}: 400 "`/category` is for the platform to link" -> ["{id1}"]
        {"category":{"aps":{"id":"{id2}"}}}: 400 "`/category/aps/id` `{id2}` is no resource of type `http://www.odin.com/billing/ServicePlanCategory/1.0`" -> ["{id1}"]
    "#]].assert_eq(&said.text());
}

#[test]
fn what_is_there_for_other_methods_is_not_said_to_be_missing() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let plan = create(&operator, &[plan(&needs(&operator))]).remove(0);
    let status = |verb: &str, below: &str| {
        let path = format!("{verb} /aps/2/resources/{}/{below}", plan.as_str().unwrap());
        operator.call(&path, Some(&json!({}))).status.as_u16()
    };
    for below in ["category", "resources", "aps/links", "aps/subscriptions"] {
        assert_eq!((status("PUT", below), status("PATCH", below)), (405, 405), "{below}");
    }
    assert_eq!(status("PUT", "planPeriodSwitches"), 405);
    assert_eq!(status("DELETE", "category"), 405);
    assert_eq!((status("PUT", "nothing"), status("PATCH", "aps/nothing")), (404, 404));
}

#[test]
fn a_copy_does_not_tell_the_ids_of_what_lies_upstream() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let north = market.house.client(&market.house.north.admin);
    let original = create(&operator, &[plan(&needs(&operator))]).remove(0);
    let copy = north.call("POST /aps/2/resources", Some(&northern(&north, &original))).ok();
    let path = format!("/aps/2/resources/{}", copy["aps"]["id"].as_str().unwrap());
    let links = |it: &Value| {
        ["parentServicePlan", "serviceTemplate", "serviceTerms"].map(|name| it.get(name).is_some())
    };
    assert_eq!(links(&north.get(&path)), [true, false, true], "what is on its shelf, and its own");
    assert_eq!(links(&operator.get(&path)), [true, true, true]);
    let template = operator.get(&path)["serviceTemplate"]["aps"]["id"].clone();
    let by = format!("serviceTemplate.aps.id={}", template.as_str().unwrap());
    let found = north.get(&format!("/aps/2/collections/service-plans?{by}"));
    assert_eq!(found, json!([]), "nor is one to be guessed");
}
