//! Accounts on the bus: their two faces and the classes they are in.

use expect_test::expect;

use crate::harness::client::Protocol;
use crate::harness::house::House;

/// The id of a thing on the bus: what stands after the prefix of ours.
fn uuid(id: &str) -> &str {
    id.split_once('_').unwrap().1
}

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
        200 OK {"accounts":{"aps":{"href":"/aps/2/resources/{id1}/accounts","link":"collection"}},"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"schema":"/aps/2/types/1","status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"bssAccountInfo":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"weak"}},"companyName":"North Reseller","id":3,"locked":false,"parent":{"aps":{"href":"/aps/2/resources/{id4}","id":"{id4}","link":"weak"}},"personal":false,"type":"RESELLER"}
        > GET /aps/2/resources/{id3} [north]
        200 OK {"accountCurrencyCode":"EUR","accountId":3,"aps":{"id":"{id3}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"schema":"/aps/2/types/2","status":"aps:ready","type":"http://parallels.com/pa/bss-account-info/1.0"},"attributes":[],"branchId":"","creditTerm":{"duePeriod":10,"holdPeriod":30},"customerClass":{"aps":{"href":"/aps/2/resources/{id5}","id":"{id5}","link":"weak"}},"externalARManagement":false,"fullyRegistered":true,"localeId":"en","ownCustomerClasses":{"aps":{"href":"/aps/2/resources/{id3}/ownCustomerClasses","link":"collection"}},"paAccount":{"aps":{"href":"/aps/2/resources/{id1}","id":"{id1}","link":"weak"}},"salesId":"","status":"ACTIVE","taxRegId":"*****","taxRegIdStatus":"NOT_VERIFIED","taxStatus":"COMPANY"}
        > GET /aps/2/resources/{id3}/paAccount [north]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"companyName":"North Reseller","id":3,"locked":false,"personal":false,"type":"RESELLER"}]
        > GET /aps/2/resources/{id3}/ownCustomerClasses [north]
        200 OK [{"aps":{"id":"{id6}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/CustomerClass/1.0"},"classId":0,"name":"Default"}]
        > GET /aps/2/resources/{id3}/customerClass [north]
        200 OK []
        > GET /aps/2/resources/{id1}/accounts/ [north]
        200 OK [{"aps":{"id":"{id7}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"companyName":"North Customer","id":4,"locked":false,"personal":false,"type":"CLIENT"}]
        > GET /aps/2/collections/bss-accounts [north]
        200 OK [{"accountCurrencyCode":"EUR","accountId":3,"aps":{"id":"{id3}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/pa/bss-account-info/1.0"},"attributes":[],"branchId":"","creditTerm":{"duePeriod":10,"holdPeriod":30},"externalARManagement":false,"fullyRegistered":true,"localeId":"en","salesId":"","status":"ACTIVE","taxRegId":"*****","taxRegIdStatus":"NOT_VERIFIED","taxStatus":"COMPANY"},{"accountCurrencyCode":"EUR","accountId":4,"aps":{"id":"{id8}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/pa/bss-account-info/1.0"},"attributes":[],"branchId":"","creditTerm":{"duePeriod":10,"holdPeriod":30},"externalARManagement":false,"fullyRegistered":true,"localeId":"en","salesId":"","status":"ACTIVE","taxRegId":"*****","taxRegIdStatus":"NOT_VERIFIED","taxStatus":"COMPANY"}]
    "#]].assert_eq(&said.text());
}
