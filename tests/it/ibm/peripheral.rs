//! What lies beside customers and subscribers: workflows, service components, offerings.

use expect_test::expect;
use serde_json::{Value, json};

use super::{Bss, message, told};
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly};

fn ids(list: &Value) -> Vec<u64> {
    list["List"].as_array().unwrap().iter().map(|it| it["Id"].as_u64().unwrap()).collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "the lines of the answer are counted")]
fn workflows_are_found_by_customer_by_subscriber_and_by_status() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let (bss, seller) = (Bss(house.operator()), house.operator());
    let by_hand = json!({ "connector": "manual" });
    let offer = market.offer_like("Mail", &[monthly("Mail", "EUR", "5")], (json!({}), by_hand));
    let instant = market.offer("Chat", &[monthly("Chat", "EUR", "5")]);
    let account = &house.customer.account;
    let order = |offer: &str| {
        let body = json!({ "account": account, "items": [{ "offer": offer, "quantity": 1 }] });
        let order = seller.post("/orders", &body);
        order["items"][0]["subscription"].as_str().unwrap().to_owned()
    };
    let (_, chat) = (order(&offer), order(&instant));
    let member = bss.by_email(&house.customer.member.email);
    let customer = member["CustomerId"].as_u64().unwrap();
    let seat = json!({ "user": house.customer.member.id });
    seller.post(&format!("/subscriptions/{chat}/seats"), &seat);
    let list = |query: &str| bss.get(&format!("resource/workflow?_namedQuery={query}"));
    let all = list(&format!("getWorkflowByCustomerId&customerId={customer}"));
    expect![[r#"
        {
          "List": [
            {
              "Created": "01/01/2026 00:00:00",
              "CustomerId": 2,
              "Id": 1,
              "Modified": "01/01/2026 00:00:00",
              "Oid": 1,
              "SubscriptionId": 1,
              "WorkflowStatus": "DEFERRED",
              "WorkflowType": "CREATE"
            },
            {
              "Created": "01/01/2026 00:00:00",
              "CustomerId": 2,
              "Id": 2,
              "Modified": "01/01/2026 00:00:00",
              "Oid": 2,
              "SubscriptionId": 2,
              "WorkflowStatus": "COMPLETED",
              "WorkflowType": "CREATE"
            },
            {
              "Created": "01/01/2026 00:00:00",
              "CustomerId": 2,
              "Id": 3,
              "Modified": "01/01/2026 00:00:00",
              "Oid": 3,
              "SubscriptionId": 2,
              "WorkflowStatus": "COMPLETED",
              "WorkflowType": "CREATE"
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&all).unwrap());
    let deferred = list("getWorkflowByStatus&workflowStatus=DEFERRED");
    let completed = list("getWorkflowByStatus&workflowStatus=completed");
    assert_eq!(ids(&deferred), ids(&all)[..1]);
    assert!(ids(&completed).contains(&ids(&all)[1]));
    let id = &member["Id"];
    let of_member = list(&format!("getWorkflowBySubscriberId&subscriberId={id}"));
    assert_eq!(ids(&of_member), ids(&all)[1..], "of what it has a seat in");
    for (query, expected) in [
        ("getWorkflowByStatus&workflowStatus=SLEEPING", "400 BZSAP1011E"),
        ("getWorkflowByStatus", "400 BZSAP9005E"),
        ("getWorkflowByCustomerId&customerId=x", "400 BZSAP1011E"),
        ("getWorkflowByCustomerId&customerId=999999", "404 BZSUS9001E"),
        ("getWorkflowBySubscriberId&subscriberId=999999", "404 BZSUS9001E"),
    ] {
        let what = format!("GET resource/workflow?_namedQuery={query}");
        assert_eq!(bss.told(&what, None), expected, "{what}");
    }
    assert_eq!(bss.told("GET resource/workflow", None), "400 BZSAP9007E");
    let started = seller.get("/tasks?state=queued")["items"][0]["id"].as_str().unwrap().to_owned();
    seller.post(&format!("/tasks/{started}/start"), &json!({}));
    assert_eq!(ids(&list("getWorkflowByStatus&workflowStatus=RUNNING")), ids(&deferred));
    seller.post(&format!("/tasks/{started}/fail"), &json!({ "error": "the cloud is full" }));
    let failed = list("getWorkflowByStatus&workflowStatus=FAILED");
    assert_eq!(failed["List"][0]["ErrorMessage"], "the cloud is full");
}

#[test]
fn a_company_registers_its_applications_and_lists_them() {
    let house = House::on("2026-01-01");
    let own = Bss(house.client(&house.north.customer.admin));
    let bss = Bss::vsr(&house);
    let body: Value = serde_json::from_str(include_str!(
        "../../fixtures/ibm/wiki-add-service-component-request.json"
    ))
    .unwrap();
    let add = "POST resource/servicecomponent";
    let id = own.must(add, Some(&body))["Long"].as_u64().unwrap();
    assert_eq!(own.told(add, Some(&body)), "400 BZSAP9017E", "the name is taken");
    assert_eq!(bss.told(add, Some(&body)), "200", "but not in another company");
    let second = json!({ "ServiceComponent": { "DisplayName": "second",
        "ServiceComponentAttributeSet": [
            { "Name": "oauth2_web_server_flow_supported", "Type": "BOOLEAN", "BooleanValue": true },
        ] } });
    let second = own.must(add, Some(&second))["Long"].as_u64().unwrap();
    let list = own.get("resource/servicecomponent");
    expect![[r#"
        {
          "List": [
            {
              "Created": "01/01/2026 00:00:00",
              "CustomerId": 4,
              "Description": "bsstest description",
              "DisplayName": "bsstest",
              "Id": 1,
              "Modified": "01/01/2026 00:00:00",
              "Oid": 1,
              "ServiceComponentAttributeSet": []
            },
            {
              "Created": "01/01/2026 00:00:00",
              "CustomerId": 4,
              "DisplayName": "second",
              "Id": 3,
              "Modified": "01/01/2026 00:00:00",
              "Oid": 3,
              "ServiceComponentAttributeSet": [
                {
                  "BooleanValue": true,
                  "Name": "oauth2_web_server_flow_supported",
                  "Type": "BOOLEAN"
                }
              ]
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&list).unwrap());
    assert_eq!(ids(&list), [id, second]);
    let by =
        |flow: &str| ids(&own.get(&format!("resource/servicecomponent?authenticationType={flow}")));
    assert_eq!(by("oauth2_web_server_flow_supported"), [second]);
    assert_eq!(by("basic_app_flow"), Vec::<u64>::new());
    let customer = list["List"][0]["CustomerId"].as_u64().unwrap();
    let of = |client: &Bss<'_>, customer: u64| {
        client.told(&format!("GET resource/servicecomponent?customerId={customer}"), None)
    };
    assert_eq!(of(&bss, customer), "200", "the vendor sees those of its customers");
    assert_eq!(of(&Bss(house.client(&house.south.admin)), customer), "404 BZSUS9001E");
    assert_eq!(of(&own, 1), "404 BZSUS9001E");
    let member = Bss(house.client(&house.north.customer.member));
    assert_eq!(member.told("GET resource/servicecomponent", None), "403 BZSAU9002E");
}

#[test]
fn a_service_component_has_its_limits() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let send = |name: &str, description: &str| {
        let body =
            json!({ "ServiceComponent": { "DisplayName": name, "Description": description } });
        bss.call("POST resource/servicecomponent", Some(&body))
    };
    assert_eq!(told(&send(&"n".repeat(50), &"d".repeat(1000))), "200");
    assert_eq!(told(&send(&"n".repeat(51), "")), "400 BZSAP9002E");
    assert_eq!(told(&send("long", &"d".repeat(1001))), "400 BZSAP9002E");
    assert_eq!(message(&send("", "")), "The [DisplayName] field requires a string value.");
}

#[test]
fn offerings_are_the_offers_on_sale_that_have_a_part_number() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let bss = Bss(house.operator());
    let more = json!({ "part_number": "D0NWLLL", "summary": { "en": "For everybody" }, "terms": [
        { "key": "year", "duration": "1 year", "auto_renew": true, "default": true },
        { "key": "month", "duration": "1 month" },
    ] });
    market.offer_like("Connections", &[monthly("Connections", "EUR", "5")], (more, json!({})));
    market.offer("Unnumbered", &[monthly("Unnumbered", "EUR", "5")]);
    let list = bss.get("resource/offering");
    expect![[r#"
        {
          "List": [
            {
              "Description": "For everybody",
              "Id": 1,
              "IsPooled": false,
              "IsTrial": false,
              "OfferingName": "Connections",
              "Oid": 1,
              "PartNumber": "D0NWLLL",
              "TermSet": [
                {
                  "DurationLength": 1,
                  "DurationUnits": "YEARS",
                  "IsAutomaticallyRenewed": true,
                  "IsTrial": false
                },
                {
                  "DurationLength": 1,
                  "DurationUnits": "MONTHS",
                  "IsAutomaticallyRenewed": false,
                  "IsTrial": false
                }
              ]
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&list).unwrap());
    let path = format!("resource/offering/{}", list["List"][0]["Id"]);
    assert_eq!(bss.get(&path)["Offering"], list["List"][0]);
    assert_eq!(bss.told("GET resource/offering/999999", None), "404 BZSUS9001E");
    let buyer = Bss(house.client(&house.customer.member));
    assert_eq!(buyer.get("resource/offering"), list, "a buyer sees what is on its shelf");
    let stranger = Bss(house.client(&house.north.customer.member));
    assert_eq!(stranger.get("resource/offering"), json!({ "List": [] }), "another shelf");
    assert_eq!(stranger.told(&format!("GET {path}"), None), "404 BZSUS9001E");
}

#[test]
fn who_looks_around_finds_all_calls() {
    let house = House::on("2026-01-01");
    let member = Bss(house.client(&house.north.customer.member));
    let found = member.0.get("/api/bss/")["List"].clone();
    let calls = found.as_array().unwrap();
    assert_eq!(calls.len(), tillbox::api::ibm::doors::doors().len());
    let entitles = calls.iter().find(|it| it["Operation"] == "entitleSubscriber").unwrap();
    let expected = json!({
        "Method": "POST", "Path": "/api/bss/resource/subscriber/{id}/subscription/{id}",
        "Operation": "entitleSubscriber", "Role": "User",
    });
    assert_eq!(*entitles, expected);
    let nobody = Client::nobody(&house.app).call("GET /api/bss/", None);
    assert_eq!(nobody.status.as_u16(), 401);
}
