//! Accounts on the bus: their two faces and the classes they are in.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::bus::uuid;
use crate::harness::client::Protocol;
use crate::harness::house::House;

#[test]
fn an_account_has_two_faces_that_lead_to_each_other() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let account = format!("/aps/2/resources/{}", uuid(&house.north.account));
    let whole = said.say(&north, "north", &format!("GET {account}"), None).ok();
    let bss = whole["bssAccountInfo"]["aps"]["href"].as_str().unwrap().to_owned();
    said.say(&north, "north", &format!("GET {bss}"), None);
    said.say(&north, "north", &format!("GET {bss}/paAccount"), None);
    said.say(&north, "north", &format!("GET {bss}/ownCustomerClasses"), None);
    said.say(&north, "north", &format!("GET {bss}/customerClass"), None);
    said.say(&north, "north", &format!("GET {account}/accounts/"), None);
    said.say(&north, "north", "GET /aps/2/collections/bss-accounts", None);
    expect![[r#"
        > GET /aps/2/resources/{id1} [north]
        200 OK {"accounts":{"aps":{"href":"/aps/2/resources/{id1}/accounts","link":"collection"}},"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"schema":"/aps/2/types/1","status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"bssAccountInfo":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"weak"}},"companyName":"North Reseller","id":3,"locked":false,"parent":{"aps":{"href":"/aps/2/resources/{id4}","id":"{id4}","link":"weak"}},"personal":false,"subscriptions":{"aps":{"href":"/aps/2/resources/{id1}/subscriptions","link":"collection"}},"type":"RESELLER","users":{"aps":{"href":"/aps/2/resources/{id1}/users","link":"collection"}}}
        > GET /aps/2/resources/{id3} [north]
        200 OK {"accountCurrencyCode":"EUR","accountId":3,"aps":{"id":"{id3}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"schema":"/aps/2/types/2","status":"aps:ready","type":"http://parallels.com/pa/bss-account-info/1.0"},"attributes":[],"branchId":"","creditTerm":{"duePeriod":10,"holdPeriod":30},"customerClass":{"aps":{"href":"/aps/2/resources/{id5}","id":"{id5}","link":"weak"}},"externalARManagement":false,"fullyRegistered":true,"localeId":"en","ownCustomerClasses":{"aps":{"href":"/aps/2/resources/{id3}/ownCustomerClasses","link":"collection"}},"paAccount":{"aps":{"href":"/aps/2/resources/{id1}","id":"{id1}","link":"weak"}},"salesId":"","status":"ACTIVE","taxRegId":"*****","taxRegIdStatus":"NOT_VERIFIED","taxStatus":"COMPANY","taxZoneId":"Provider-Country"}
        > GET /aps/2/resources/{id3}/paAccount [north]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"companyName":"North Reseller","id":3,"locked":false,"personal":false,"type":"RESELLER"}]
        > GET /aps/2/resources/{id3}/ownCustomerClasses [north]
        200 OK [{"aps":{"id":"{id6}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/CustomerClass/1.0"},"classId":0,"name":"Default"}]
        > GET /aps/2/resources/{id3}/customerClass [north]
        200 OK []
        > GET /aps/2/resources/{id1}/accounts/ [north]
        200 OK [{"aps":{"id":"{id7}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"companyName":"North Customer","id":4,"locked":false,"personal":false,"type":"CLIENT"}]
        > GET /aps/2/collections/bss-accounts [north]
        200 OK [{"accountCurrencyCode":"EUR","accountId":3,"aps":{"id":"{id3}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/pa/bss-account-info/1.0"},"attributes":[],"branchId":"","creditTerm":{"duePeriod":10,"holdPeriod":30},"externalARManagement":false,"fullyRegistered":true,"localeId":"en","salesId":"","status":"ACTIVE","taxRegId":"*****","taxRegIdStatus":"NOT_VERIFIED","taxStatus":"COMPANY","taxZoneId":"Provider-Country"},{"accountCurrencyCode":"EUR","accountId":4,"aps":{"id":"{id8}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/pa/bss-account-info/1.0"},"attributes":[],"branchId":"","creditTerm":{"duePeriod":10,"holdPeriod":30},"externalARManagement":false,"fullyRegistered":true,"localeId":"en","salesId":"","status":"ACTIVE","taxRegId":"*****","taxRegIdStatus":"NOT_VERIFIED","taxStatus":"COMPANY","taxZoneId":"Provider-Country"}]
    "#]].assert_eq(&said.text());
}

const BSS: &str = "ceeeffac-d2f2-4e36-ae4a-3fe27ed58097";

/// The commercial side of an account, as the contract's sample has it.
fn commercial(id: &str) -> Value {
    json!({
        "aps": { "type": "http://parallels.com/pa/bss-account-info/1.0", "id": id },
        "taxStatus": "COMPANY",
        "localeId": "en_US",
        "attributes": [{ "attributeID": "external_id", "value": "1111-2222-3333" }],
    })
}

/// A company below a parent, as the contract's sample has it.
fn company(name: &str, bss: &str, parent: Option<&str>) -> Value {
    let contact = json!({
        "email": "isv1@aps.test", "givenName": "Mike", "familyName": "Wilson",
        "telVoice": "1(888)1234567",
    });
    let mut body = json!({
        "aps": { "type": "http://parallels.com/aps/types/pa/account/1.2" },
        "type": "CLIENT",
        "personal": false,
        "companyName": name,
        "bssAccountInfo": { "aps": { "id": bss } },
        "addressPostal": {
            "countryName": "us", "locality": "APS", "postalCode": "12345", "region": "VA",
            "streetAddress": "11, APS",
        },
        "adminContact": contact,
        "billingContact": contact,
        "techContact": contact,
    });
    if let Some(parent) = parent {
        body["parent"] = json!({ "aps": { "id": parent } });
    }
    body
}

#[test]
fn a_customer_is_created_changed_held_released_and_called_off() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let north = uuid(&house.north.account);
    let say = |what: &str, body: Option<&Value>| said.say(&operator, "ERP", what, body);
    let batch = json!([commercial(BSS), company("1st APS inc", BSS, Some(north))]);
    let created = say("POST /aps/2/resources", Some(&batch)).ok();
    let account = created[1]["aps"]["id"].as_str().unwrap();
    let id = json!({ "type": "http://parallels.com/aps/types/pa/account/1.2", "id": account });
    let renamed = json!({ "aps": id, "companyName": "John Smith and brothers" });
    say(&format!("PUT /aps/2/resources/{account}"), Some(&renamed));
    let hold = json!({
        "policy": "ALL_SUBSCRIPTIONS", "reason": "ACCOUNT_OVERDUE",
        "comment": "Account put on hold due to unpaid invoices, ID #1000123 and #1000125.",
    });
    say(&format!("POST /aps/2/resources/{BSS}/putOnCreditHold"), Some(&hold));
    say(&format!("GET /aps/2/resources/{BSS}"), None);
    let release = json!({
        "policy": "TEMPORARY", "activeUntil": "2026-09-07T13:44:01Z",
        "comment": "Account temporarily released from hold per approval ID #23231.",
    });
    say(&format!("POST /aps/2/resources/{BSS}/releaseFromCreditHold"), Some(&release));
    say(&format!("DELETE /aps/2/resources/{account}"), None);
    expect![[r#"
        > POST /aps/2/resources [{"aps":{"id":"{id1}","type":"http://parallels.com/pa/bss-account-info/1.0"},"attributes":[{"attributeID":"external_id","value":"1111-2222-3333"}],"localeId":"en_US","taxStatus":"COMPANY"},{"addressPostal":{"countryName":"us","locality":"APS","postalCode":"12345","region":"VA","streetAddress":"11, APS"},"adminContact":{"email":"isv1@aps.test","familyName":"Wilson","givenName":"Mike","telVoice":"1(888)1234567"},"aps":{"type":"http://parallels.com/aps/types/pa/account/1.2"},"billingContact":{"email":"isv1@aps.test","familyName":"Wilson","givenName":"Mike","telVoice":"1(888)1234567"},"bssAccountInfo":{"aps":{"id":"{id1}"}},"companyName":"1st APS inc","parent":{"aps":{"id":"{id2}"}},"personal":false,"techContact":{"email":"isv1@aps.test","familyName":"Wilson","givenName":"Mike","telVoice":"1(888)1234567"},"type":"CLIENT"}] [ERP]
        200 OK [{"accountCurrencyCode":"EUR","accountId":7,"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id3}","id":"{id3}"},"revision":1,"status":"aps:ready","type":"http://parallels.com/pa/bss-account-info/1.0"},"attributes":[{"attributeID":"external_id","value":"1111-2222-3333"}],"branchId":"","creditTerm":{"duePeriod":10,"holdPeriod":30},"customerClass":{"aps":{"href":"/aps/2/resources/{id4}","id":"{id4}","link":"weak"}},"externalARManagement":false,"fullyRegistered":true,"localeId":"en_US","paAccount":{"aps":{"href":"/aps/2/resources/{id5}","id":"{id5}","link":"weak"}},"salesId":"","status":"ACTIVE","taxRegId":"*****","taxRegIdStatus":"NOT_VERIFIED","taxStatus":"COMPANY","taxZoneId":"Provider-Country"},{"accounts":{"aps":{"href":"/aps/2/resources/{id5}/accounts","link":"collection"}},"addressPostal":{"countryName":"us","locality":"APS","postalCode":"12345","region":"VA","streetAddress":"11, APS"},"adminContact":{"email":"isv1@aps.test","familyName":"Wilson","givenName":"Mike","telVoice":"1(888)1234567"},"aps":{"id":"{id5}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id3}","id":"{id3}"},"revision":1,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"billingContact":{"email":"isv1@aps.test","familyName":"Wilson","givenName":"Mike","telVoice":"1(888)1234567"},"bssAccountInfo":{"aps":{"href":"/aps/2/resources/{id1}","id":"{id1}","link":"weak"}},"companyName":"1st APS inc","id":7,"locked":false,"parent":{"aps":{"href":"/aps/2/resources/{id2}","id":"{id2}","link":"weak"}},"personal":false,"subscriptions":{"aps":{"href":"/aps/2/resources/{id5}/subscriptions","link":"collection"}},"techContact":{"email":"isv1@aps.test","familyName":"Wilson","givenName":"Mike","telVoice":"1(888)1234567"},"type":"CLIENT","users":{"aps":{"href":"/aps/2/resources/{id5}/users","link":"collection"}}}]
        > PUT /aps/2/resources/{id5} {"aps":{"id":"{id5}","type":"http://parallels.com/aps/types/pa/account/1.2"},"companyName":"John Smith and brothers"} [ERP]
        200 OK {"accounts":{"aps":{"href":"/aps/2/resources/{id5}/accounts","link":"collection"}},"addressPostal":{"countryName":"us","locality":"APS","postalCode":"12345","region":"VA","streetAddress":"11, APS"},"adminContact":{"email":"isv1@aps.test","familyName":"Wilson","givenName":"Mike","telVoice":"1(888)1234567"},"aps":{"id":"{id5}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id3}","id":"{id3}"},"revision":2,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"billingContact":{"email":"isv1@aps.test","familyName":"Wilson","givenName":"Mike","telVoice":"1(888)1234567"},"bssAccountInfo":{"aps":{"href":"/aps/2/resources/{id1}","id":"{id1}","link":"weak"}},"companyName":"John Smith and brothers","id":7,"locked":false,"parent":{"aps":{"href":"/aps/2/resources/{id2}","id":"{id2}","link":"weak"}},"personal":false,"subscriptions":{"aps":{"href":"/aps/2/resources/{id5}/subscriptions","link":"collection"}},"techContact":{"email":"isv1@aps.test","familyName":"Wilson","givenName":"Mike","telVoice":"1(888)1234567"},"type":"CLIENT","users":{"aps":{"href":"/aps/2/resources/{id5}/users","link":"collection"}}}
        > POST /aps/2/resources/{id1}/putOnCreditHold {"comment":"Account put on hold due to unpaid invoices, ID #1000123 and #1000125.","policy":"ALL_SUBSCRIPTIONS","reason":"ACCOUNT_OVERDUE"} [ERP]
        204 No Content 
        > GET /aps/2/resources/{id1} [ERP]
        200 OK {"accountCurrencyCode":"EUR","accountId":7,"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id3}","id":"{id3}"},"revision":3,"schema":"/aps/2/types/2","status":"aps:ready","type":"http://parallels.com/pa/bss-account-info/1.0"},"attributes":[{"attributeID":"external_id","value":"1111-2222-3333"}],"branchId":"","creditTerm":{"duePeriod":10,"holdPeriod":30},"customerClass":{"aps":{"href":"/aps/2/resources/{id4}","id":"{id4}","link":"weak"}},"externalARManagement":false,"fullyRegistered":true,"localeId":"en_US","paAccount":{"aps":{"href":"/aps/2/resources/{id5}","id":"{id5}","link":"weak"}},"salesId":"","status":"CREDIT_HOLD","taxRegId":"*****","taxRegIdStatus":"NOT_VERIFIED","taxStatus":"COMPANY","taxZoneId":"Provider-Country"}
        > POST /aps/2/resources/{id1}/releaseFromCreditHold {"activeUntil":"2026-09-07T13:44:01Z","comment":"Account temporarily released from hold per approval ID #23231.","policy":"TEMPORARY"} [ERP]
        204 No Content 
        > DELETE /aps/2/resources/{id5} [ERP]
        204 No Content 
    "#]].assert_eq(&said.text());
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is asked and said")]
fn what_cannot_become_an_account_is_refused_and_leaves_nothing() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let without = |mut body: Value, field: &str| {
        body.as_object_mut().unwrap().remove(field);
        body
    };
    let with = |mut body: Value, field: &str, value: Value| {
        body[field] = value;
        body
    };
    let (bss, pa) = (commercial(BSS), company("Nobody", BSS, None));
    for batch in [
        json!([pa, bss]),
        json!([bss]),
        json!(bss),
        json!([bss, bss]),
        json!([without(bss.clone(), "localeId"), pa]),
        json!([
            with(
                bss.clone(),
                "aps",
                json!({ "type": "http://parallels.com/pa/bss-account-info/1.0" })
            ),
            pa
        ]),
        json!([with(bss.clone(), "accountCurrencyCode", json!("USD")), pa]),
        json!([with(bss.clone(), "taxZoneId", json!("NOWHERE")), pa]),
        json!([with(bss.clone(), "customerClass", json!({ "aps": { "id": BSS } })), pa]),
        json!([
            with(bss.clone(), "attributes", json!([{ "attributeID": "a b", "value": "c" }])),
            pa
        ]),
        json!([bss, without(pa.clone(), "companyName")]),
        json!([bss, without(pa.clone(), "bssAccountInfo")]),
        json!([bss, with(pa.clone(), "type", json!("SYSTEM"))]),
        json!([bss, with(pa.clone(), "personal", json!("no"))]),
        json!([bss, with(pa.clone(), "colour", json!("red"))]),
        json!([bss, with(pa.clone(), "adminContact", json!({ "email": "nobody" }))]),
        json!([bss, with(pa.clone(), "addressPostal", json!({ "countryName": "Utopia" }))]),
        json!([bss, with(pa.clone(), "parent", json!({ "aps": { "id": BSS } }))]),
        json!([bss, with(pa.clone(), "parent", json!("provider"))]),
        json!([
            bss,
            with(
                pa.clone(),
                "aps",
                json!({ "type": "http://parallels.com/aps/types/pa/account/1.2", "id": BSS })
            )
        ]),
    ] {
        let answer = operator.call("POST /aps/2/resources", Some(&batch));
        let text = format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body));
        said.note(&text);
    }
    let left = operator.get("/accounts?q=nobody");
    assert_eq!(left["items"], json!([]));
    expect![[r#"
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/0/bssAccountInfo/aps/id` `{id1}` must be an earlier element of this batch"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/0/aps/id` no later element of the batch links to `{id1}`"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/0/aps/id` no later element of the batch links to `{id1}`"}
        409 Conflict {"code":409,"type":"APS::Billing::Duplicate","message":"`/1`: the id `{id1}` is taken: every resource has its own"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/0/localeId` must be given"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/0/aps/id` must be given, so that the PAAccount can link to it"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/0/accountCurrencyCode` is for the platform to say"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/0/taxZoneId` there is no tax zone `NOWHERE`"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/0/customerClass/aps/id` `{id1}` is not there"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/0/attributes/0/attributeID` must be 1 to 100 letters, digits, `_`, `-`, `.` or `:`"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/1/companyName` must be given"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/1/bssAccountInfo` must be given: it links to an earlier element of the batch"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/1/type` must be `RESELLER` or `CLIENT` for a new account"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/1/personal` must be `true` or `false`"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/1/colour` is no property or link of `http://parallels.com/aps/types/pa/account/1.2`"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/1/adminContact/email` must be a mail address such as `ann@example.com`"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/1/addressPostal/countryName` must be the code of a country by ISO 3166, such as `DE`"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/1/parent/aps/id` `{id1}` is not there"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/1/parent` must be `{\"aps\": {\"id\": \"<id>\"}}`"}
        409 Conflict {"code":409,"type":"APS::Billing::Duplicate","message":"`/1`: the id `{id1}` is taken: every resource has its own"}
    "#]].assert_eq(&said.text());
}
