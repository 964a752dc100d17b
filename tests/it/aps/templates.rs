//! Service templates on the bus: what is delivered, and how much of it.

use expect_test::expect;
use serde_json::json;

use crate::harness::client::Protocol;
use crate::harness::market::{Market, monthly, text};

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is asked and said")]
fn a_template_limits_its_resources_and_what_was_bought_goes_before() {
    let market = Market::on("2026-01-01");
    let (operator, said) = (market.operator(), Protocol::default());
    let resource = |name: &str| {
        let body = json!({ "name": { "en": name }, "unit": "unit" });
        text(&operator.post("/resources", &body)["id"])
    };
    let (server, disk, address) = (resource("Server"), resource("Disk"), resource("Address"));
    let offer = json!({ "resources": [{ "resource": server, "included": "1" }] });
    let specification = json!({ "resources": [server] });
    let prices = [monthly("Base", "USD", "10")];
    let offer = market.offer_like("VPS", &prices, (offer, specification));
    let template = text(&operator.get(&format!("/offers/{offer}"))["specification"]);
    let bare = |it: &str| it.split_once('_').unwrap().1.to_owned();
    let limits = format!("/aps/2/resources/{}/limits", bare(&template));
    for (what, body) in [
        ("GET", json!(null)),
        ("POST", json!({ "resourceId": bare(&disk), "limit": 100 })),
        ("POST", json!({ "rtId": 3 })),
        ("POST", json!({ "rtId": 3, "limit": 5 })),
        ("PUT /1", json!({ "limit": 7 })),
        ("PUT /3", json!({ "limit": 2 })),
        ("PUT /3", json!({ "limit": -2 })),
        ("PUT /99", json!({ "limit": 2 })),
        ("POST", json!({ "rtId": 99, "limit": 2 })),
        ("POST", json!({ "limit": 2 })),
        ("GET", json!(null)),
        ("DELETE /3", json!(null)),
        ("DELETE /3", json!(null)),
        ("GET", json!(null)),
    ] {
        let (verb, place) = what.split_once(' ').unwrap_or((what, ""));
        let body = Some(&body).filter(|it| !it.is_null());
        said.say(&operator, "operator", &format!("{verb} {limits}{place}"), body);
    }
    let north = market.house.client(&market.house.north.admin);
    said.say(&north, "north", &format!("GET {limits}"), None);
    let customizes = limits.replace("/limits", "/provisioningCustomization");
    said.say(&operator, "operator", &format!("GET {customizes}"), None);
    let account = market.customer("Blue Whale", "USD");
    let subscription = market.order(&account, &offer, 1);
    let face = format!("/aps/2/resources/{}/paSubscription", bare(&subscription));
    let face = text(&operator.get(&face)[0]["aps"]["id"]);
    said.say(&operator, "operator", &format!("GET /aps/2/resources/{face}/resources"), None);
    assert_ne!(address, disk);
    expect![[r#"
        > GET /aps/2/resources/{id1}/limits [operator]
        200 OK [{"resourceId":"{id2}","rtId":1}]
        > POST /aps/2/resources/{id1}/limits {"limit":100,"resourceId":"{id3}"} [operator]
        200 OK {"limit":100,"resourceId":"{id3}","rtId":2}
        > POST /aps/2/resources/{id1}/limits {"rtId":3} [operator]
        200 OK {"resourceId":"{id4}","rtId":3}
        > POST /aps/2/resources/{id1}/limits {"limit":5,"rtId":3} [operator]
        409 Conflict {"code":409,"type":"APS::Billing::Duplicate","message":"the template has `{id4}` already: change its limit"}
        > PUT /aps/2/resources/{id1}/limits/1 {"limit":7} [operator]
        200 OK {"limit":7,"resourceId":"{id2}","rtId":1}
        > PUT /aps/2/resources/{id1}/limits/3 {"limit":2} [operator]
        200 OK {"limit":2,"resourceId":"{id4}","rtId":3}
        > PUT /aps/2/resources/{id1}/limits/3 {"limit":-2} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/limit` must not be negative"}
        > PUT /aps/2/resources/{id1}/limits/99 {"limit":2} [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`99` is not there"}
        > POST /aps/2/resources/{id1}/limits {"limit":2,"rtId":99} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/rtId` `99` is not there"}
        > POST /aps/2/resources/{id1}/limits {"limit":2} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/rtId` must be given, or `resourceId`"}
        > GET /aps/2/resources/{id1}/limits [operator]
        200 OK [{"limit":7,"resourceId":"{id2}","rtId":1},{"limit":100,"resourceId":"{id3}","rtId":2},{"limit":2,"resourceId":"{id4}","rtId":3}]
        > DELETE /aps/2/resources/{id1}/limits/3 [operator]
        204 No Content 
        > DELETE /aps/2/resources/{id1}/limits/3 [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`3` is not there"}
        > GET /aps/2/resources/{id1}/limits [operator]
        200 OK [{"limit":7,"resourceId":"{id2}","rtId":1},{"limit":100,"resourceId":"{id3}","rtId":2}]
        > GET /aps/2/resources/{id1}/limits [north]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id1}` is not there"}
        > GET /aps/2/resources/{id1}/provisioningCustomization [operator]
        200 OK {"autoprovisioning":true,"connector":"INSTANT"}
        > GET /aps/2/resources/{id5}/resources [operator]
        200 OK [{"apsType":"http://www.odin.com/billing/Resource/1.3","id":"1","limit":1,"resourceId":"{id2}","title":"Server","unit":"unit","usage":0},{"apsType":"http://www.odin.com/billing/Resource/1.3","id":"2","limit":100,"resourceId":"{id3}","title":"Disk","unit":"unit","usage":0}]
    "#]].assert_eq(&said.text());
    market.must_be_whole();
}
