//! The bus itself: what is no route, no method, no resource, and who may not ask.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;

#[test]
fn what_is_not_there_is_told_in_the_words_of_the_bus() {
    let house = House::on("2026-01-01");
    let said = Protocol::default();
    let operator = house.operator();
    let nothing = "/aps/2/resources/00000000-0000-7000-8000-000000000000";
    said.say(&Client::nobody(&house.app), "nobody", "GET /aps/2/collections/accounts", None);
    for what in [
        "GET /aps/2/nowhere".to_owned(),
        "GET /aps/2/collections/nothing".to_owned(),
        "GET /aps/2/services/nothing".to_owned(),
        "DELETE /aps/2/collections/accounts".to_owned(),
        format!("GET {nothing}"),
        format!("GET {nothing}/accounts"),
        format!("PATCH {nothing}"),
        "GET /aps/2/resources/me".to_owned(),
    ] {
        said.say(&operator, "operator", &what, None);
    }
    let member = house.client(&house.customer.member);
    said.say(&member, "member", "GET /aps/2/collections/accounts", None);
    for body in [
        json!({}),
        json!([]),
        json!({ "aps": { "type": "http://nobody/1.0" } }),
        json!({ "aps": { "type": "http://www.odin.com/billing/CustomerClass/1.0" } }),
    ] {
        said.say(&operator, "operator", "POST /aps/2/resources", Some(&body));
    }
    expect![[r#"
        > GET /aps/2/collections/accounts [nobody]
        401 Unauthorized {"code":401,"type":"APS::Util::Exception","message":"Unauthorized request"}
        > GET /aps/2/nowhere [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"there is no `/aps/2/nowhere` here"}
        > GET /aps/2/collections/nothing [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`nothing` is not there"}
        > GET /aps/2/services/nothing [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`nothing` is not there"}
        > DELETE /aps/2/collections/accounts [operator]
        405 Method Not Allowed {"code":405,"type":"APS::Util::MethodNotAllowed","message":"`DELETE` is not allowed here"}
        > GET /aps/2/resources/{id1} [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id1}` is not there"}
        > GET /aps/2/resources/{id1}/accounts [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id1}` is not there"}
        > PATCH /aps/2/resources/{id1} [operator]
        405 Method Not Allowed {"code":405,"type":"APS::Util::MethodNotAllowed","message":"`PATCH` is not allowed here"}
        > GET /aps/2/resources/me [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`me` is not there"}
        > GET /aps/2/collections/accounts [member]
        403 Forbidden {"code":403,"type":"APS::Hosting::PermissionDenied","message":"not permitted: account_read"}
        > POST /aps/2/resources {} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/aps/type` must be given"}
        > POST /aps/2/resources [] [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/` must have 1 to 100 elements"}
        > POST /aps/2/resources {"aps":{"type":"http://nobody/1.0"}} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/aps/type` `http://nobody/1.0` is no type of this bus"}
        > POST /aps/2/resources {"aps":{"type":"http://www.odin.com/billing/CustomerClass/1.0"}} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/aps/type` `http://www.odin.com/billing/CustomerClass/1.0`: resources of this type are not created by clients"}
    "#]].assert_eq(&said.text());
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let mut told = String::new();
    for body in ["{", "{\"a\":1,\"a\":2}", "nonsense", "\"text\""] {
        let answer = operator.call_raw("POST /aps/2/resources", Some(body.into()));
        told += &format!("{} {}\n", answer.status, String::from_utf8_lossy(&answer.body));
    }
    expect![[r#"
        400 Bad Request {"code":400,"type":"APS::Util::MalformedRequest","message":"the body is not valid JSON: EOF while parsing an object at line 1 column 1"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/a` must not come twice"}
        400 Bad Request {"code":400,"type":"APS::Util::MalformedRequest","message":"the body is not valid JSON: expected ident at line 1 column 2"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/` must be an object"}
    "#]].assert_eq(&told);
}

#[test]
fn a_type_is_described_where_its_resources_say() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let all = operator.get("/aps/2/types");
    for document in all.as_array().unwrap() {
        let id = document["id"].as_str().unwrap();
        let found = operator.get(&format!("/aps/2/types?id={id}"));
        assert_eq!(found, json!([document]), "{id}");
        let list = operator.get(&format!("/aps/2/resources?implementing({id}),limit(0,1)"));
        let Some(one) = list[0]["aps"]["id"].as_str() else { continue };
        let whole = operator.get(&format!("/aps/2/resources/{one}"));
        let described = operator.get(whole["aps"]["schema"].as_str().unwrap());
        assert_eq!(described["id"], whole["aps"]["type"]);
        for name in whole.as_object().unwrap().keys().filter(|it| *it != "aps") {
            let is_known =
                ["properties", "relations"].iter().any(|it| described[it][name] != json!(null));
            assert!(is_known, "{id} does not describe `{name}`");
        }
    }
    for (older, shown) in [
        ("http://www.odin.com/billing/Resource/1.0", "http://www.odin.com/billing/Resource/1.0"),
        ("http://www.odin.com/billing/Resource/1.3", "http://www.odin.com/billing/Resource/1.3"),
        (
            "http://www.odin.com/billing/ServicePlan/1.0",
            "http://www.odin.com/billing/ServicePlan/1.1",
        ),
        (
            "http://aps-standard.org/types/core/event/subscription/1.0",
            "http://aps-standard.org/types/core/event/subscription/1.0",
        ),
    ] {
        let found = operator.get(&format!("/aps/2/types?id={older}"));
        assert_eq!(found.as_array().unwrap().len(), 1, "{older}: {found}");
        assert_eq!(found[0]["id"], shown);
    }
    // What must be said of a new one.
    let needed = |id: &str| {
        let document = operator.get(&format!("/aps/2/types?id={id}"))[0].clone();
        let all = ["properties", "relations"].map(|it| document[it].as_object().unwrap().clone());
        let all = all.into_iter().flatten().filter(|it| it.1["required"] == json!(true));
        all.map(|it| it.0).collect::<Vec<_>>().join(" ")
    };
    expect!["addressPostal adminContact billingContact companyName personal techContact type bssAccountInfo"].assert_eq(&needed("http://parallels.com/aps/types/pa/account/1.2"));
    expect!["longDescription name shortDescription category serviceTerms vendor"]
        .assert_eq(&needed("http://www.odin.com/billing/ServicePlan/1.1"));
    let nobody = operator.get("/aps/2/types?id=http://www.odin.com/billing/ServicePlan/1.2");
    assert_eq!(nobody, json!([]));
    let customer_class = "/aps/2/types?id=http://www.odin.com/billing/CustomerClass/1.0";
    for what in [
        customer_class,
        "/aps/2/types?colour=red",
        "/aps/2/types/0",
        "/aps/2/types/one/two",
        "/aps/2/packages/nothing",
        "/aps",
    ] {
        said.say(&operator, "operator", &format!("GET {what}"), None);
    }
    expect![[r#"
        > GET /aps/2/types?id=http://www.odin.com/billing/CustomerClass/1.0 [operator]
        200 OK [{"apsVersion":"2.0","id":"http://www.odin.com/billing/CustomerClass/1.0","implements":["http://aps-standard.org/types/core/resource/1.0"],"name":"CustomerClass","operations":{},"properties":{"classId":{"description":"The number of the class, 0 for the default one of every vendor","readonly":true,"type":"integer"},"name":{"description":"What the class is called","readonly":true,"type":"string"}},"relations":{},"structures":{}}]
        > GET /aps/2/types?colour=red [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` there is no property `colour` (byte 0 of the query)"}
        > GET /aps/2/types/0 [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`0` is not there"}
        > GET /aps/2/types/one/two [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`one/two` is not there"}
        > GET /aps/2/packages/nothing [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`nothing` is not there"}
        > GET /aps [operator]
        200 OK {"apsVersion":"2.0","name":"Tillbox","package":{"href":"/aps/2/packages/{id1}","id":"{id1}"},"version":"0.1.0"}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_service_is_a_resource_whose_id_leads_to_it_and_to_what_it_does() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    for alias in ["sku-manager", "order-manager"] {
        let service = operator.get(&format!("/aps/2/services/{alias}"));
        let section = &service["aps"];
        assert_eq!(section["modified"], "2026-01-01T00:00:00Z", "{service}");
        let path = format!("/aps/2/resources/{}", section["id"].as_str().unwrap());
        assert_eq!(operator.get(&path), service);
        let document = operator.get(section["schema"].as_str().unwrap());
        assert_eq!(document["id"], section["type"]);
        assert_eq!(operator.call(&format!("DELETE {path}"), None).status, 405);
    }
    let manager = operator.get("/aps/2/services/order-manager");
    let path = format!("/aps/2/resources/{}", manager["aps"]["id"].as_str().unwrap());
    let codes = operator.get(&format!("{path}/orders/reasonCodes"));
    assert_eq!(codes, operator.get("/aps/2/services/order-manager/orders/reasonCodes"));
    assert_eq!(operator.call(&format!("GET {path}/nothing"), None).status, 404);
    let users = operator.get("/aps/2/collections/admin-users");
    assert_ne!(users, json!([]));
    assert_eq!(operator.get("/aps/2/collections/pa-admin-users"), users, "as older clients say");
}

#[test]
fn a_type_tells_what_stands_where_nothing_was_said() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let document = |id: &str| operator.get(&format!("/aps/2/types?id={id}"))[0].clone();
    for (id, property, expected) in [
        ("http://parallels.com/pa/bss-account-info/1.0", "externalARManagement", json!(false)),
        ("http://www.odin.com/billing/Resource/1.3", "consumptionType", json!(0)),
        ("http://parallels.com/aps/types/pa/user/1.2", "servicesMode", json!("NONE")),
        ("http://www.odin.com/billing/CustomerClass/1.0", "name", Value::Null),
    ] {
        assert_eq!(document(id)["properties"][property]["default"], expected, "{id}");
    }
    for (alias, name) in [("sku-manager", "SKUManagement"), ("order-manager", "OrderManagement")] {
        let service = operator.get(&format!("/aps/2/services/{alias}"));
        assert_eq!(document(service["aps"]["type"].as_str().unwrap())["name"], name);
    }
}
