//! Subscriptions on the bus: their two faces, what is in them, and what is done with them.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::bus::{path, uuid};
use crate::harness::client::{Client, Protocol};
use crate::harness::house::invite;
use crate::harness::market::{Market, monthly, text};

/// A plan with a virtual server in it, for three months, kept for thirty days after its end.
pub(super) fn plan(market: &Market, more: Value) -> String {
    let operator = market.operator();
    let made = |path: &str, body: &Value| text(&operator.post(path, body)["id"]);
    let server = made(
        "/resources",
        &json!({ "name": { "en_US": "VPS Demo Services - Virtual Server" }, "unit": "unit" }),
    );
    let context = made(
        "/resources",
        &json!({ "name": { "en_US": "VPS Demo Services - Management Environment" }, "unit": "unit" }),
    );
    let paid = json!({ "grace_days": 10, "hold_days": 30, "destroy": false });
    let terms = made("/service_terms", &json!({ "name": "Hosting Service Terms", "paid": paid }));
    let offer = json!({
        "service_terms": terms,
        "terms": [{ "key": "q", "duration": "3 months", "default": true }],
        "resources": [{ "resource": server, "included": "1", "min": "1" }],
    });
    let mut specification = json!({ "resources": [context, server] });
    for (name, value) in more.as_object().unwrap() {
        specification[name] = value.clone();
    }
    let prices = [monthly("Base", "USD", "10")];
    market.offer_like("VPS Demo Services", &prices, (offer, specification))
}

/// A plan of somebody's own.
fn own_plan(seller: &Client<'_>) -> String {
    let specification = json!({ "name": { "en": "VPS" }, "state": "active" });
    let specification = seller.post("/specifications", &specification)["id"].clone();
    let offer = json!({ "name": { "en": "VPS of our own" }, "specification": specification });
    let id = text(&seller.post("/offers", &offer)["id"]);
    let mut price = monthly("Base", "USD", "10");
    price["offer"] = json!(id);
    seller.post("/prices", &price);
    for verb in ["test", "activate", "launch"] {
        seller.post(&format!("/offers/{id}/{verb}"), &json!({}));
    }
    id
}

/// Orders a plan with five servers; the subscription.
pub(super) fn order(market: &Market, account: &str, plan: &str) -> String {
    let operator = market.operator();
    let offer = operator.get(&format!("/offers/{plan}"));
    let server = text(&offer["resources"][0]["resource"]);
    let body = json!({
        "account": account, "items": [{ "offer": plan, "resources": { (server): "5" } }],
    });
    let order = operator.post("/orders", &body);
    market.house.app.keep_duties();
    text(&order["items"][0]["subscription"])
}

/// A market with a customer that has a subscription.
pub(super) fn bought() -> (Market, String, String) {
    let market = Market::on("2019-03-12");
    let account = text(&market.customer("Blue Whale", "USD")["id"]);
    let plan = plan(&market, json!({}));
    let subscription = order(&market, &account, &plan);
    (market, account, subscription)
}

/// Where the other face of a subscription is.
pub(super) fn other_face(client: &Client<'_>, subscription: &str) -> String {
    let found = client.get(&format!("{}/paSubscription?select(aps.id)", path(subscription)));
    format!("/aps/2/resources/{}", text(&found[0]["aps"]["id"]))
}

#[test]
fn a_subscription_is_found_and_read_from_both_sides() {
    let (market, account, subscription) = bought();
    let (operator, said) = (market.operator(), Protocol::default());
    let get = |what: &str| said.say(&operator, "operator", &format!("GET {what}"), None).ok();
    let (bss, pa) = (path(&subscription), other_face(&operator, &subscription));
    let list = "/aps/2/collections/bss-subscriptions";
    get(&format!("{bss}/paSubscription?select(aps.id,name)"));
    let all = get(list);
    assert_eq!(get(&format!("{list}?eq(account.aps.id,{})", uuid(&account))), all);
    assert_eq!(get(&format!("{list}?eq(subscriptionId,1)")), all);
    get("/aps/2/collections/subscriptions?like(name,*Demo*)");
    assert_eq!(operator.get("/aps/2/collections/subscriptions?like(name,*Nothing*)"), json!([]));
    get(&bss);
    get(&pa);
    get(&format!("{pa}/provisioningState"));
    get(&format!("{bss}/resources"));
    get(&format!("{pa}/resources"));
    let linked = operator.get(&format!("{}/subscriptions", path(&account)));
    assert_eq!(linked[0]["aps"]["id"], pa.rsplit_once('/').unwrap().1);
    expect![[r#"
        > GET /aps/2/resources/{id1}/paSubscription?select(aps.id,name) [operator]
        200 OK [{"aps":{"id":"{id2}","modified":"2019-03-12T00:00:00Z","revision":2,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/subscription/1.0"},"name":"VPS Demo Services"}]
        > GET /aps/2/collections/bss-subscriptions [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2019-03-12T00:00:00Z","revision":2,"status":"aps:ready","type":"http://www.odin.com/billing/Subscription/1.0"},"autoRenewEnabled":false,"billingTerms":{"autoRenewal":{"type":"DISABLED"},"billingModel":"CHARGE_BEFORE_BILLING_PERIOD","billingPeriod":{"duration":1,"unit":"MONTHS"},"freezePrices":false},"expirationDate":"2019-06-12","lastBillDate":"2019-03-12","name":"VPS Demo Services","nextBillDate":"2019-04-12","serviceGate":"PEMGATE","serviceStatus":"ACTIVE","startDate":"2019-03-12","status":"ACTIVE","subscriptionId":1,"subscriptionPeriod":{"duration":3,"unit":"MONTHS"},"trial":false}]
        > GET /aps/2/collections/bss-subscriptions?eq(account.aps.id,{id3}) [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2019-03-12T00:00:00Z","revision":2,"status":"aps:ready","type":"http://www.odin.com/billing/Subscription/1.0"},"autoRenewEnabled":false,"billingTerms":{"autoRenewal":{"type":"DISABLED"},"billingModel":"CHARGE_BEFORE_BILLING_PERIOD","billingPeriod":{"duration":1,"unit":"MONTHS"},"freezePrices":false},"expirationDate":"2019-06-12","lastBillDate":"2019-03-12","name":"VPS Demo Services","nextBillDate":"2019-04-12","serviceGate":"PEMGATE","serviceStatus":"ACTIVE","startDate":"2019-03-12","status":"ACTIVE","subscriptionId":1,"subscriptionPeriod":{"duration":3,"unit":"MONTHS"},"trial":false}]
        > GET /aps/2/collections/bss-subscriptions?eq(subscriptionId,1) [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2019-03-12T00:00:00Z","revision":2,"status":"aps:ready","type":"http://www.odin.com/billing/Subscription/1.0"},"autoRenewEnabled":false,"billingTerms":{"autoRenewal":{"type":"DISABLED"},"billingModel":"CHARGE_BEFORE_BILLING_PERIOD","billingPeriod":{"duration":1,"unit":"MONTHS"},"freezePrices":false},"expirationDate":"2019-06-12","lastBillDate":"2019-03-12","name":"VPS Demo Services","nextBillDate":"2019-04-12","serviceGate":"PEMGATE","serviceStatus":"ACTIVE","startDate":"2019-03-12","status":"ACTIVE","subscriptionId":1,"subscriptionPeriod":{"duration":3,"unit":"MONTHS"},"trial":false}]
        > GET /aps/2/collections/subscriptions?like(name,*Demo*) [operator]
        200 OK [{"activationStructure":{"apsDefaults":[],"subscriptionResourceLimits":[{"resourceId":1,"resourceLimit":5}]},"aps":{"id":"{id2}","modified":"2019-03-12T00:00:00Z","revision":2,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/subscription/1.0"},"description":"","disabled":false,"isTerminated":false,"name":"VPS Demo Services","oneTime":false,"serviceTemplateId":1,"subscriptionId":1,"trial":false}]
        > GET /aps/2/resources/{id1} [operator]
        200 OK {"account":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"weak"}},"aps":{"id":"{id1}","modified":"2019-03-12T00:00:00Z","package":{"href":"/aps/2/packages/{id4}","id":"{id4}"},"revision":2,"schema":"/aps/2/types/20","status":"aps:ready","type":"http://www.odin.com/billing/Subscription/1.0"},"autoRenewEnabled":false,"billingTerms":{"autoRenewal":{"type":"DISABLED"},"billingModel":"CHARGE_BEFORE_BILLING_PERIOD","billingPeriod":{"duration":1,"unit":"MONTHS"},"freezePrices":false},"bssAccountInfo":{"aps":{"href":"/aps/2/resources/{id5}","id":"{id5}","link":"weak"}},"childSubscriptions":{"aps":{"href":"/aps/2/resources/{id1}/childSubscriptions","link":"collection"}},"expirationDate":"2019-06-12","lastBillDate":"2019-03-12","name":"VPS Demo Services","nextBillDate":"2019-04-12","paSubscription":{"aps":{"href":"/aps/2/resources/{id2}","id":"{id2}","link":"weak"}},"serviceGate":"PEMGATE","servicePlan":{"aps":{"href":"/aps/2/resources/{id6}","id":"{id6}","link":"weak"}},"serviceStatus":"ACTIVE","startDate":"2019-03-12","status":"ACTIVE","subscriptionId":1,"subscriptionPeriod":{"duration":3,"unit":"MONTHS"},"trial":false,"vendor":{"aps":{"href":"/aps/2/resources/{id7}","id":"{id7}","link":"weak"}}}
        > GET /aps/2/resources/{id2} [operator]
        200 OK {"account":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"weak"}},"activationStructure":{"apsDefaults":[],"subscriptionResourceLimits":[{"resourceId":1,"resourceLimit":5}]},"aps":{"id":"{id2}","modified":"2019-03-12T00:00:00Z","package":{"href":"/aps/2/packages/{id4}","id":"{id4}"},"revision":2,"schema":"/aps/2/types/21","status":"aps:ready","type":"http://parallels.com/aps/types/pa/subscription/1.0"},"bssSubscription":{"aps":{"href":"/aps/2/resources/{id1}","id":"{id1}","link":"weak"}},"description":"","disabled":false,"isTerminated":false,"name":"VPS Demo Services","oneTime":false,"serviceTemplateId":1,"subscriptionId":1,"trial":false}
        > GET /aps/2/resources/{id2}/provisioningState [operator]
        200 OK {"message":"","state":"SUCCESS"}
        > GET /aps/2/resources/{id1}/resources [operator]
        200 OK [{"additional":"4.0","allowToModifyInTrial":true,"included":"1.0","internalResourceId":1,"measurable":false,"min":"1.0","name":{"en_US":"VPS Demo Services - Virtual Server"},"ordered":"0.0","resourceId":"{id8}","showInCustomerPanel":true,"status":"INSTALLED","unitOfMeasure":{"en_US":"unit"},"unitOfMeasureId":"unit","usage":"0.0"}]
        > GET /aps/2/resources/{id2}/resources [operator]
        200 OK [{"apsType":"http://www.odin.com/billing/Resource/1.3","id":"2","resourceId":"{id9}","title":"VPS Demo Services - Management Environment","unit":"unit","usage":0},{"apsType":"http://www.odin.com/billing/Resource/1.3","id":"1","limit":5,"resourceId":"{id8}","title":"VPS Demo Services - Virtual Server","unit":"unit","usage":0}]
    "#]].assert_eq(&said.text());
    market.must_be_whole();
}

/// What a subscription says of how it stands.
fn standing(client: &Client<'_>, subscription: &str) -> String {
    let it = client.get(&path(subscription));
    let names = [
        "status",
        "serviceStatus",
        "startDate",
        "expirationDate",
        "lastBillDate",
        "nextBillDate",
        "shutdownDate",
        "terminationDate",
    ];
    let shown = names.iter().filter_map(|name| Some(format!("{name} {}", it[*name].as_str()?)));
    format!("{}, {}\n", it["aps"]["status"].as_str().unwrap(), shown.collect::<Vec<_>>().join(", "))
}

#[test]
fn a_subscription_is_held_released_and_called_off_with_its_dates() {
    let (market, _, subscription) = bought();
    let (operator, said) = (market.operator(), Protocol::default());
    let (bss, pa) = (path(&subscription), other_face(&operator, &subscription));
    let mut told = format!("bought: {}", standing(&operator, &subscription));
    market.advance_to("2019-04-20");
    told += &format!("five weeks later: {}", standing(&operator, &subscription));
    let mut does = |what: &str, body: Value| {
        said.say(&operator, "operator", what, Some(&body));
        told += &format!("then: {}", standing(&operator, &subscription));
    };
    let overdue = json!({ "reason": "ACCOUNT_OVERDUE", "comment": "Requested by the ERP system." });
    let restored = json!({ "reason": "OTHER", "comment": "The balance was restored." });
    does(&format!("POST {bss}/putOnHold"), overdue.clone());
    let held = operator.get(&format!("/subscriptions/{subscription}"));
    assert_eq!(
        (&held["holds"][0]["reason"], &held["holds"][0]["comment"]),
        (&overdue["reason"], &overdue["comment"])
    );
    does(&format!("POST {bss}/releaseFromHold"), restored.clone());
    let free = operator.get(&format!("/subscriptions/{subscription}"));
    assert_eq!(
        (&free["last_release"]["reason"], &free["last_release"]["comment"]),
        (&restored["reason"], &restored["comment"])
    );
    does(&format!("POST {pa}/putOnHold"), overdue);
    does(&format!("POST {pa}/releaseFromHold"), restored);
    does(&format!("POST {pa}/hold"), Value::Null);
    does(&format!("POST {pa}/release"), Value::Null);
    does(&format!("DELETE {bss}"), Value::Null);
    expect![[r#"
        > POST /aps/2/resources/{id1}/putOnHold {"comment":"Requested by the ERP system.","reason":"ACCOUNT_OVERDUE"} [operator]
        204 No Content 
        > POST /aps/2/resources/{id1}/releaseFromHold {"comment":"The balance was restored.","reason":"OTHER"} [operator]
        204 No Content 
        > POST /aps/2/resources/{id2}/putOnHold {"comment":"Requested by the ERP system.","reason":"ACCOUNT_OVERDUE"} [operator]
        204 No Content 
        > POST /aps/2/resources/{id2}/releaseFromHold {"comment":"The balance was restored.","reason":"OTHER"} [operator]
        204 No Content 
        > POST /aps/2/resources/{id2}/hold null [operator]
        204 No Content 
        > POST /aps/2/resources/{id2}/release null [operator]
        204 No Content 
        > DELETE /aps/2/resources/{id1} null [operator]
        204 No Content 
        bought: aps:ready, status ACTIVE, serviceStatus ACTIVE, startDate 2019-03-12, expirationDate 2019-06-12, lastBillDate 2019-03-12, nextBillDate 2019-04-12
        five weeks later: aps:ready, status ACTIVE, serviceStatus ACTIVE, startDate 2019-03-12, expirationDate 2019-06-12, lastBillDate 2019-04-12, nextBillDate 2019-05-12
        then: aps:ready, status ADMINISTRATIVE_HOLD, serviceStatus STOPPED, startDate 2019-03-12, expirationDate 2019-06-12, lastBillDate 2019-04-12, nextBillDate 2019-05-12
        then: aps:ready, status ACTIVE, serviceStatus ACTIVE, startDate 2019-03-12, expirationDate 2019-06-12, lastBillDate 2019-04-12, nextBillDate 2019-05-12
        then: aps:ready, status ADMINISTRATIVE_HOLD, serviceStatus STOPPED, startDate 2019-03-12, expirationDate 2019-06-12, lastBillDate 2019-04-12, nextBillDate 2019-05-12
        then: aps:ready, status ACTIVE, serviceStatus ACTIVE, startDate 2019-03-12, expirationDate 2019-06-12, lastBillDate 2019-04-12, nextBillDate 2019-05-12
        then: aps:ready, status ADMINISTRATIVE_HOLD, serviceStatus STOPPED, startDate 2019-03-12, expirationDate 2019-06-12, lastBillDate 2019-04-12, nextBillDate 2019-05-12
        then: aps:ready, status ACTIVE, serviceStatus ACTIVE, startDate 2019-03-12, expirationDate 2019-06-12, lastBillDate 2019-04-12, nextBillDate 2019-05-12
        then: aps:ready, status TERMINATED, serviceStatus STOPPED, startDate 2019-03-12, expirationDate 2019-06-12, lastBillDate 2019-04-12, nextBillDate 2019-04-20, shutdownDate 2019-04-20, terminationDate 2019-05-20
    "#]].assert_eq(&(said.text() + &told));
    market.must_be_whole();
}

#[test]
fn custom_attributes_are_set_as_printed_and_as_described_and_later_orders_carry_them() {
    let (market, account, subscription) = bought();
    let (operator, bss) = (market.operator(), path(&subscription));
    let attributes = json!([
        { "attributeId": "PONumber", "value": "myponumber1" },
        { "attributeId": "PODetails", "value": "some_detail" },
    ]);
    let body = Some(json!({ "attributes": attributes }));
    let set = operator.call(&format!("POST {bss}"), body.as_ref()).ok();
    assert_eq!(set["attributes"], attributes);
    assert_eq!(set["aps"]["package"]["href"].as_str().unwrap().split('/').nth(2), Some("2"));
    assert!(set["aps"]["schema"].is_null() && set["account"]["aps"]["id"].is_string(), "{set}");
    let renew = |client: &Client<'_>| {
        let item = json!({ "action": "renew", "subscription": subscription });
        let order = client.post("/orders", &json!({ "account": account, "items": [item] }));
        order["items"][0]["attributes"].clone()
    };
    let early = renew(&operator);
    let other = json!([{ "attributeID": "PONumber", "value": "myponumber2" }]);
    let set = operator.call(&format!("PUT {bss}"), Some(&json!({ "attributes": other }))).ok();
    assert_eq!(set["attributes"], json!([{ "attributeId": "PONumber", "value": "myponumber2" }]));
    assert_eq!(early["PONumber"], "myponumber1");
    assert_eq!(renew(&operator)["PONumber"], "myponumber2");
    let none = operator.call(&format!("PUT {bss}"), Some(&json!({ "attributes": [] }))).ok();
    assert!(none["attributes"].is_null());
}

#[test]
fn bringing_a_service_about_takes_time_and_may_fail() {
    let market = Market::on("2019-03-12");
    let account = text(&market.customer("Blue Whale", "USD")["id"]);
    let plan = plan(&market, json!({ "connector": "manual" }));
    let subscription = order(&market, &account, &plan);
    let (operator, said) = (market.operator(), Protocol::default());
    let pa = other_face(&operator, &subscription);
    let state = || said.say(&operator, "operator", &format!("GET {pa}/provisioningState"), None);
    state();
    let standing_then = standing(&operator, &subscription);
    let sold = operator.get(&format!("{}/resources", path(&subscription)));
    assert_eq!(
        (&sold[0]["status"], &sold[0]["additional"], &sold[0]["ordered"]),
        (&json!("ORDERED"), &json!("0.0"), &json!("4.0"))
    );
    let task = text(&operator.get("/tasks")["items"][0]["id"]);
    operator.post(&format!("/tasks/{task}/start"), &json!({}));
    operator.post(&format!("/tasks/{task}/fail"), &json!({ "error": "no host has room" }));
    state();
    let failed = standing(&operator, &subscription);
    said.say(&operator, "operator", &format!("POST {pa}/restartProvisioning"), None);
    operator.post(&format!("/tasks/{task}/start"), &json!({}));
    operator.post(&format!("/tasks/{task}/complete"), &json!({}));
    state();
    said.say(&operator, "operator", &format!("POST {pa}/restartProvisioning"), None);
    let done = standing(&operator, &subscription);
    expect![[r#"
        > GET /aps/2/resources/{id1}/provisioningState [operator]
        200 OK {"message":"`create` is queued","state":"RUNNING"}
        > GET /aps/2/resources/{id1}/provisioningState [operator]
        200 OK {"message":"`create` has failed: no host has room","state":"FAILED"}
        > POST /aps/2/resources/{id1}/restartProvisioning [operator]
        204 No Content 
        > GET /aps/2/resources/{id1}/provisioningState [operator]
        200 OK {"message":"","state":"SUCCESS"}
        > POST /aps/2/resources/{id1}/restartProvisioning [operator]
        409 Conflict {"code":409,"type":"APS::Billing::TaskStateForbids","message":"nothing of it has failed that could be tried again"}
        aps:provisioning, status NEW, serviceStatus CREATING
        aps:deleted, status TERMINATED, serviceStatus NOT_EXIST
        aps:ready, status ACTIVE, serviceStatus ACTIVE, startDate 2019-03-12, expirationDate 2019-06-12, nextBillDate 2019-03-12
    "#]].assert_eq(&format!("{}{standing_then}{failed}{done}", said.text()));
}

#[test]
fn what_a_subscription_does_not_take_is_refused_by_name() {
    let (market, _, subscription) = bought();
    let (operator, said) = (market.operator(), Protocol::default());
    let (bss, pa) = (path(&subscription), other_face(&operator, &subscription));
    for (what, body) in [
        (format!("POST {bss}/putOnHold"), json!({})),
        (format!("POST {bss}/putOnHold"), json!({ "reason": "not a code" })),
        (format!("POST {bss}/putOnHold"), json!({ "reason": "OTHER", "why": "" })),
        (format!("POST {bss}/putOnHold"), json!({ "reason": 7 })),
        (format!("POST {bss}/releaseFromHold"), json!({ "reason": "OTHER" })),
        (format!("PUT {bss}"), json!({ "status": "TERMINATED" })),
        (format!("PUT {bss}"), json!({ "colour": "red" })),
        (format!("PUT {bss}"), json!({ "attributes": { "PONumber": "1" } })),
        (format!("PUT {bss}"), json!({ "attributes": [{ "value": "1" }] })),
        (format!("PUT {bss}"), json!({ "attributes": [{ "attributeId": "a b", "value": "1" }] })),
        (format!("PUT {pa}"), json!({ "disabled": true })),
        (format!("DELETE {pa}"), json!({})),
        (format!("PUT {bss}/putOnHold"), json!({ "reason": "OTHER" })),
        (
            "POST /aps/2/resources".to_owned(),
            json!({ "aps": { "type": "http://www.odin.com/billing/Subscription/1.0" } }),
        ),
    ] {
        said.say(&operator, "operator", &what, Some(&body));
    }
    expect![[r#"
        > POST /aps/2/resources/{id1}/putOnHold {} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/reason` must be given"}
        > POST /aps/2/resources/{id1}/putOnHold {"reason":"not a code"} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/reason` must be 1 to 100 letters, digits, `_`, `-`, `.` or `:`"}
        > POST /aps/2/resources/{id1}/putOnHold {"reason":"OTHER","why":""} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/why` is not known here"}
        > POST /aps/2/resources/{id1}/putOnHold {"reason":7} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/reason` must be a string"}
        > POST /aps/2/resources/{id1}/releaseFromHold {"reason":"OTHER"} [operator]
        409 Conflict {"code":409,"type":"APS::Billing::SubscriptionStateForbids","message":"the subscription has no such hold: `administrative`"}
        > PUT /aps/2/resources/{id1} {"status":"TERMINATED"} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/status` is for the platform to say"}
        > PUT /aps/2/resources/{id1} {"colour":"red"} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/colour` is no property or link of `http://www.odin.com/billing/Subscription/1.0`"}
        > PUT /aps/2/resources/{id1} {"attributes":{"PONumber":"1"}} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/attributes` must be an array"}
        > PUT /aps/2/resources/{id1} {"attributes":[{"value":"1"}]} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/attributes/0/attributeId` must be given"}
        > PUT /aps/2/resources/{id1} {"attributes":[{"attributeId":"a b","value":"1"}]} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/attributes/0/attributeId` must be 1 to 100 letters, digits, `_`, `-`, `.` or `:`"}
        > PUT /aps/2/resources/{id2} {"disabled":true} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/disabled` is for the platform to say"}
        > DELETE /aps/2/resources/{id2} {} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/aps/type` `http://parallels.com/aps/types/pa/subscription/1.0`: resources of this type are not deleted by clients"}
        > PUT /aps/2/resources/{id1}/putOnHold {"reason":"OTHER"} [operator]
        405 Method Not Allowed {"code":405,"type":"APS::Util::MethodNotAllowed","message":"`PUT` is not allowed here"}
        > POST /aps/2/resources {"aps":{"type":"http://www.odin.com/billing/Subscription/1.0"}} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/aps/type` `http://www.odin.com/billing/Subscription/1.0`: resources of this type are not created by clients"}
    "#]].assert_eq(&said.text());
}

#[test]
fn nobody_sees_or_moves_a_subscription_of_others() {
    let (market, _, subscription) = bought();
    let house = &market.house;
    let (bss, pa) = (path(&subscription), other_face(&market.operator(), &subscription));
    let hold = json!({ "reason": "OTHER" });
    for stranger in [&house.north.admin, &house.north.customer.admin, &house.customer.admin] {
        let client = house.client(stranger);
        for what in [
            format!("GET {bss}"),
            format!("GET {pa}"),
            format!("GET {bss}/paSubscription"),
            format!("GET {pa}/provisioningState"),
            format!("GET {bss}/resources"),
            format!("PUT {bss}"),
            format!("DELETE {bss}"),
        ] {
            let body = what.starts_with("PUT").then(|| json!({ "attributes": [] }));
            assert_eq!(client.call(&what, body.as_ref()).status.as_u16(), 404, "{what}");
        }
        let status = client.call(&format!("POST {bss}/putOnHold"), Some(&hold)).status.as_u16();
        assert!(status == 404 || status == 403, "{status}");
        for list in ["bss-subscriptions", "subscriptions"] {
            assert_eq!(client.get(&format!("/aps/2/collections/{list}")), json!([]));
            let asked = format!("/aps/2/collections/{list}?eq(subscriptionId,1)");
            assert_eq!(client.get(&asked), json!([]));
        }
    }
}

#[test]
fn a_reseller_lists_its_own_customers_and_on_request_all_below() {
    let market = Market::on("2019-03-12");
    let house = &market.house;
    let operator = market.operator();
    let north = house.client(&house.north.admin);
    let below = json!({ "kind": "reseller", "name": "Below", "parent": house.north.account });
    let below = text(&operator.post("/accounts", &below)["id"]);
    let customer = json!({ "name": "Far", "parent": below, "billing": { "currency": "USD" } });
    let far = text(&operator.post("/accounts", &customer)["id"]);
    let near = json!({
        "name": "Near", "parent": house.north.account, "billing": { "currency": "USD" },
    });
    let near = text(&operator.post("/accounts", &near)["id"]);
    let deep = invite(&house.app, &house.operator, &below, "admin@below.test", "vendor_admin");
    let ids = [(&north, near), (&house.client(&deep), far)].map(|(seller, account)| {
        let item = json!({ "offer": own_plan(seller), "quantity": 1 });
        let placed = seller.post("/orders", &json!({ "account": account, "items": [item] }));
        text(&placed["items"][0]["subscription"])
    });
    market.house.app.keep_duties();
    let full = north.header("aps-actor-scope", "FULL");
    let listed = |client: &Client<'_>, query: &str| {
        let all = client.get(&format!("/aps/2/collections/bss-subscriptions{query}"));
        let all = all.as_array().unwrap().iter();
        all.map(|it| text(&it["aps"]["id"])).collect::<Vec<_>>()
    };
    let [near, far] = ids.each_ref().map(|it| uuid(it));
    for query in ["", "?like(name,VPS*)", "?in(subscriptionId,(1,2))"] {
        assert_eq!(listed(&north, query), [near], "{query}");
        assert_eq!(listed(&full, query), [near, far], "{query}");
    }
    assert_eq!(listed(&north, &format!("?eq(aps.id,{far})")), Vec::<String>::new());
    assert_eq!(listed(&full, &format!("?eq(aps.id,{far})")), [far]);
    assert_eq!(listed(&operator, ""), [near, far]);
}

#[test]
fn a_reseller_sells_its_own_plans_and_not_those_of_its_vendor() {
    let market = Market::on("2019-03-12");
    let north = market.house.client(&market.house.north.admin);
    let (own, upstream) = (own_plan(&north), plan(&market, json!({})));
    let near = json!({ "name": "Near", "billing": { "currency": "USD" } });
    let account = text(&north.post("/accounts", &near)["id"]);
    let placed = |offer: &str| {
        let items = json!([{ "offer": offer, "quantity": 1 }]);
        north.call("POST /orders", Some(&json!({ "account": account, "items": items })))
    };
    assert_eq!(placed(&own).status, 201);
    let refused = placed(&upstream);
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/items/0/offer");
}

#[test]
fn a_subscription_carries_its_prices_and_discounts() {
    let market = Market::on("2019-03-12");
    let (operator, said) = (market.operator(), Protocol::default());
    let account = market.customer("Blue Whale", "USD");
    let other = text(&market.customer("Other", "USD")["id"]);
    let gold = operator.post("/classes", &json!({ "name": "Gold" }))["id"].clone();
    let buyer = text(&account["id"]);
    operator.patch(&format!("/accounts/{buyer}"), &json!({ "class": gold }));
    let plan = plan(&market, json!({}));
    let given = json!({
        "name": { "en_US": "Gold members" }, "percent": "20", "access": "automatic",
        "lasting": "always",
        "scope": { "classes": [gold], "charges": ["recurring"] },
    });
    operator.post("/discounts", &given);
    let orders = "POST /aps/2/services/order-manager/orders";
    let estimate = format!("{orders}/estimate?includeTaxes=false");
    let asked = |account: &str| {
        let period = json!({ "unit": "MONTHS", "duration": 3 });
        let products = json!([{ "planId": uuid(&plan), "period": period }]);
        json!({ "type": "SALES", "accountId": uuid(account), "products": products })
    };
    let costs = |account: &str| {
        let answer = operator.call(&estimate, Some(&asked(account))).ok();
        text(&answer["subtotal"]["value"])
    };
    assert_eq!([costs(&buyer), costs(&other)], ["8.0", "10.0"]);
    let [mine, theirs] = [&buyer, &other].map(|it| order(&market, it, &plan));
    let get = |what: &str| said.say(&operator, "operator", &format!("GET {what}"), None).ok();
    for subscription in [&mine, &theirs] {
        get(&format!("{}/prices", path(subscription)));
    }
    let discounts = |it: &str| operator.get(&path(it))["discounts"].clone();
    let told = json!([{ "discountId": 1, "name": "Gold members", "percentage": "20.0" }]);
    assert_eq!([discounts(&mine), discounts(&theirs)], [told, Value::Null]);
    let invoice = |account: &str| {
        let all = market.invoices(&json!({ "id": account }));
        text(&all[0]["net"]["amount"])
    };
    assert_eq!([invoice(&buyer), invoice(&other)], ["8.00", "10.00"]);
    expect![[r#"
        > GET /aps/2/resources/{id1}/prices [operator]
        200 OK [{"billingPeriod":{"duration":1,"unit":"MONTHS"},"description":"Base","discount":{"discountId":1,"name":"Gold members","percentage":"20.0"},"price":{"code":"USD","value":"10.0"},"type":"RECURRING","validFrom":"2019-03-12"}]
        > GET /aps/2/resources/{id2}/prices [operator]
        200 OK [{"billingPeriod":{"duration":1,"unit":"MONTHS"},"description":"Base","price":{"code":"USD","value":"10.0"},"type":"RECURRING","validFrom":"2019-03-12"}]
    "#]].assert_eq(&said.text());
    market.must_be_whole();
}

/// A program that may see subscriptions does not learn from them how much of what is used.
#[test]
fn use_is_told_to_whom_may_read_it_alone() {
    let (market, _, subscription) = bought();
    let operator = market.operator();
    let body = json!({ "name": "narrow", "scopes": ["subscription_read"] });
    let token = text(&operator.post("/tokens", &body)["secret"]);
    let narrow = Client::with_token(&market.house.app, &token);
    for face in [path(&subscription), other_face(&operator, &subscription)] {
        let usage = |by: &Client<'_>| {
            let resources = by.get(&format!("{face}/resources"));
            assert!(resources[0].is_object(), "{resources}");
            resources[0]["usage"].clone()
        };
        assert!(!usage(&operator).is_null());
        assert_eq!(usage(&narrow), json!(null));
    }
}
