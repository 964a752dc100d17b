//! Lists on the bus: filters, selections, orders, stretches and sums.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::{Market, monthly};

use super::plans::{launch, shop};

/// The names, or else the numbers, of what a list shows.
fn shown(client: &Client<'_>, query: &str) -> String {
    let list = client.get(&format!("/aps/2/collections/{query}"));
    let name = |it: &Value| {
        let named = [&it["companyName"], &it["name"], &it["accountId"]];
        named.into_iter().find(|it| !it.is_null()).unwrap().to_string()
    };
    let names: Vec<_> = list.as_array().unwrap().iter().map(name).collect();
    names.join(" ").replace('"', "")
}

/// Rows of `list ? query => what is shown`.
fn check(client: &Client<'_>, rows: &str) {
    for row in rows.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let (query, expected) = row.split_once("=>").unwrap();
        assert_eq!(shown(client, query.trim()), expected.trim(), "{query}");
    }
}

#[test]
fn accounts_are_found_by_what_they_say_and_are_linked_with() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    check(
        &operator,
        "
        accounts?eq(id,1) => Provider
        accounts?id=3 => North Reseller
        accounts?id=eq=3|id=eq=5 => North Reseller South Reseller
        accounts?in(id,(5,3,99)) => North Reseller South Reseller
        accounts?eq(id,x) =>
        accounts?like(companyName,*reseller) => North Reseller South Reseller
        accounts?like(companyName,NORTH*) => North Reseller North Customer
        accounts?eq(companyName,north%20customer) =>
        accounts?eq(companyName,North%20Customer) => North Customer
        accounts?eq(type,CLIENT),sort(-companyName) => South Customer North Customer Home Customer
        accounts?sort(type,+companyName) => Provider Home Customer North Customer South Customer North Reseller South Reseller
        accounts?sort(-id),limit(1,2) => South Reseller North Customer
        accounts?limit(2,2) => North Reseller North Customer
        accounts?limit(5) => South Customer
        accounts?eq(parent.companyName,Provider),ne(type,CLIENT) => North Reseller South Reseller
        accounts?eq(parent.parent.type,ADMIN) => North Customer South Customer
        accounts?eq(accounts.companyName,South%20Customer) => South Reseller
        accounts?eq(parent,null) => Provider
        accounts?gt(id,2),lt(id,5) => North Reseller North Customer
        accounts?eq(aps.status,aps:ready),limit(0,1) => Provider
        accounts?ge(aps.modified,2026-01-02) =>
        accounts?eq(bssAccountInfo.taxStatus,PROVIDER) => Provider
        accounts?not(or(eq(type,CLIENT),eq(type,RESELLER))) => Provider
        accounts?implementing(http://parallels.com/pa/bss-account-info/1.0) =>
        accounts?implementing(http://aps-standard.org/types/core/account/1.0),eq(id,1) => Provider
        bss-accounts?eq(accountId,4) => 4
        bss-accounts?eq(status,ACTIVE),gt(accountId,4) => 5 6
        bss-accounts?eq(status,CREDIT_HOLD) =>
        bss-accounts?eq(paAccount.companyName,North%20Customer) => 4
        bss-accounts?eq(creditTerm.duePeriod,10),limit(0,1) => 1
        customer-classes?eq(name,Default),limit(0,1),select(name) => Default
    ",
    );
}

#[test]
fn a_list_shows_what_is_selected_of_it() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    for query in [
        "accounts?eq(id,4),select(aps.id)",
        "accounts?eq(id,4),select(companyName,nothing)",
        "accounts?eq(id,4),select(bssAccountInfo)",
        "accounts?eq(id,4),select(id,parent.companyName,bssAccountInfo.creditTerm.duePeriod)",
        "accounts?eq(id,3),select(accounts.id)",
    ] {
        said.say(&operator, "operator", &format!("GET /aps/2/collections/{query}"), None);
    }
    let account = house.north.customer.account.split_once('_').unwrap().1;
    let whole = format!("GET /aps/2/resources/{account}");
    said.say(&operator, "operator", &format!("{whole}?select(type,bssAccountInfo.status)"), None);
    said.say(&operator, "operator", &format!("{whole}?eq(id,1)"), None);
    let below = format!("{whole}/bssAccountInfo?select(aps.id,status)");
    said.say(&operator, "operator", &below, None);
    expect![[r#"
        > GET /aps/2/collections/accounts?eq(id,4),select(aps.id) [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"}}]
        > GET /aps/2/collections/accounts?eq(id,4),select(companyName,nothing) [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"companyName":"North Customer"}]
        > GET /aps/2/collections/accounts?eq(id,4),select(bssAccountInfo) [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"bssAccountInfo":{"accountCurrencyCode":"EUR","accountId":4,"aps":{"id":"{id2}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/pa/bss-account-info/1.0"},"attributes":[],"branchId":"","creditTerm":{"duePeriod":10,"holdPeriod":30},"externalARManagement":false,"fullyRegistered":true,"localeId":"en","salesId":"","status":"ACTIVE","taxRegId":"*****","taxRegIdStatus":"NOT_VERIFIED","taxStatus":"COMPANY","taxZoneId":"Provider-Country"},"companyName":"North Customer","id":4,"locked":false,"personal":false,"type":"CLIENT"}]
        > GET /aps/2/collections/accounts?eq(id,4),select(id,parent.companyName,bssAccountInfo.creditTerm.duePeriod) [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"bssAccountInfo":{"aps":{"id":"{id2}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/pa/bss-account-info/1.0"},"creditTerm":{"duePeriod":10}},"id":4,"parent":{"aps":{"id":"{id3}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"companyName":"North Reseller"}}]
        > GET /aps/2/collections/accounts?eq(id,3),select(accounts.id) [operator]
        200 OK [{"accounts":[{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"id":4}],"aps":{"id":"{id3}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"companyName":"North Reseller","id":3,"locked":false,"personal":false,"type":"RESELLER"}]
        > GET /aps/2/resources/{id1}?select(type,bssAccountInfo.status) [operator]
        200 OK {"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id4}","id":"{id4}"},"revision":1,"schema":"/aps/2/types/1","status":"aps:ready","type":"http://parallels.com/aps/types/pa/account/1.2"},"bssAccountInfo":{"aps":{"id":"{id2}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/pa/bss-account-info/1.0"},"status":"ACTIVE"},"type":"CLIENT"}
        > GET /aps/2/resources/{id1}?eq(id,1) [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` can only select from one resource"}
        > GET /aps/2/resources/{id1}/bssAccountInfo?select(aps.id,status) [operator]
        200 OK [{"aps":{"id":"{id2}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://parallels.com/pa/bss-account-info/1.0"},"status":"ACTIVE"}]
    "#]].assert_eq(&said.text());
}

#[test]
fn a_part_of_a_list_says_of_what_it_is_a_part() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let mut told = String::new();
    for query in [
        "accounts",
        "accounts?limit(0,2)",
        "accounts?limit(4,2)",
        "accounts?limit(6,2)",
        "accounts?limit(0,0)",
        "accounts?like(companyName,*customer),limit(1,1)",
        "accounts?sort(companyName),limit(0,1)",
        "accounts?eq(id,77)",
    ] {
        let answer = operator.call(&format!("GET /aps/2/collections/{query}"), None);
        let range = answer.headers["content-range"].to_str().unwrap();
        told += &format!("{query}: {} {range}\n", answer.status.as_u16());
    }
    expect![[r#"
        accounts: 200 items 0-5/6
        accounts?limit(0,2): 206 items 0-1/6
        accounts?limit(4,2): 206 items 4-5/6
        accounts?limit(6,2): 200 items */6
        accounts?limit(0,0): 200 items */6
        accounts?like(companyName,*customer),limit(1,1): 206 items 1-1/3
        accounts?sort(companyName),limit(0,1): 206 items 0-0/6
        accounts?eq(id,77): 200 items */0
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_list_is_summed_up_and_explained() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    for query in [
        "accounts?count()",
        "accounts?eq(type,CLIENT),count()",
        "accounts?min(id)",
        "accounts?max(companyName)",
        "accounts?eq(id,77),max(companyName)",
        "accounts?values(type)",
        "accounts?values(parent.id)",
        "accounts?eq(type,CLIENT),eq(id,4),explain()",
        "accounts?(in(id,(4,5))|like(companyName,*North*)),explain()",
        "accounts?not(eq(id,4)),explain()",
        "bss-accounts?eq(status,ACTIVE),eq(accountId,3),limit(0,1),explain()",
    ] {
        said.say(&operator, "operator", &format!("GET /aps/2/collections/{query}"), None);
    }
    expect![[r#"
        > GET /aps/2/collections/accounts?count() [operator]
        200 OK 6
        > GET /aps/2/collections/accounts?eq(type,CLIENT),count() [operator]
        200 OK 3
        > GET /aps/2/collections/accounts?min(id) [operator]
        200 OK 1
        > GET /aps/2/collections/accounts?max(companyName) [operator]
        200 OK "South Reseller"
        > GET /aps/2/collections/accounts?eq(id,77),max(companyName) [operator]
        200 OK null
        > GET /aps/2/collections/accounts?values(type) [operator]
        200 OK ["ADMIN","CLIENT","RESELLER"]
        > GET /aps/2/collections/accounts?values(parent.id) [operator]
        200 OK [1,3,5]
        > GET /aps/2/collections/accounts?eq(type,CLIENT),eq(id,4),explain() [operator]
        200 OK {"filter":"and(eq(type,CLIENT),eq(id,4))","ways":[{"along":[{"condition":"eq(id,4)","lookup":"id"}],"type":"http://parallels.com/aps/types/pa/account/1.2"}]}
        > GET /aps/2/collections/accounts?(in(id,(4,5))|like(companyName,*North*)),explain() [operator]
        200 OK {"filter":"or(in(id,(4,5)),like(companyName,*north*))","ways":[{"along":[{"condition":"eq(id,4)","lookup":"id"},{"condition":"eq(id,5)","lookup":"id"},{"condition":"like(companyName,*north*)","lookup":"companyName"}],"type":"http://parallels.com/aps/types/pa/account/1.2"}]}
        > GET /aps/2/collections/accounts?not(eq(id,4)),explain() [operator]
        200 OK {"filter":"not(eq(id,4))","ways":[{"along":null,"type":"http://parallels.com/aps/types/pa/account/1.2"}]}
        > GET /aps/2/collections/bss-accounts?eq(status,ACTIVE),eq(accountId,3),limit(0,1),explain() [operator]
        200 OK {"filter":"and(eq(status,ACTIVE),eq(accountId,3))","ways":[{"along":[{"condition":"eq(accountId,3)","lookup":"accountId"}],"type":"http://parallels.com/pa/bss-account-info/1.0"}]}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_query_that_asks_for_what_cannot_be_asked_is_refused_with_the_place() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    for query in [
        "accounts?eq(id,1",
        "accounts?eq(name,x)",
        "accounts?limit(0,1),sort(-name)",
        "accounts?eq(addressPostal.street,x)",
        "accounts?eq(aps.schema,x)",
        "accounts?eq(aps.subscription,x)",
        "accounts?count(),a=1|b=2",
        "bss-accounts?eq(taxRegId,DE1)",
        "bss-accounts?like(taxRegId,*)",
        "bss-accounts?sort(taxRegId)",
        "accounts?eq(bssAccountInfo.taxRegId,DE1)",
        "accounts?min(bssAccountInfo.taxRegId)",
    ] {
        said.say(&operator, "operator", &format!("GET /aps/2/collections/{query}"), None);
    }
    said.say(&operator, "operator", "GET /aps/2/resources?eq(taxRegId,DE1)", None);
    expect![[r#"
        > GET /aps/2/collections/accounts?eq(id,1 [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` `,` or `)` is expected, not the end (byte 7 of the query)"}
        > GET /aps/2/collections/accounts?eq(name,x) [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` there is no property `name` (byte 3 of the query)"}
        > GET /aps/2/collections/accounts?limit(0,1),sort(-name) [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` there is no property `name` (byte 17 of the query)"}
        > GET /aps/2/collections/accounts?eq(addressPostal.street,x) [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` there is no property `addressPostal.street` (byte 3 of the query)"}
        > GET /aps/2/collections/accounts?eq(aps.schema,x) [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` there is no property `aps.schema` (byte 3 of the query)"}
        > GET /aps/2/collections/accounts?eq(aps.subscription,x) [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` there is no property `aps.subscription` (byte 3 of the query)"}
        > GET /aps/2/collections/accounts?count(),a=1|b=2 [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` `|` after `,`: put what belongs together in parentheses (byte 11 of the query)"}
        > GET /aps/2/collections/bss-accounts?eq(taxRegId,DE1) [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` `taxRegId` is masked and cannot be searched for (byte 3 of the query)"}
        > GET /aps/2/collections/bss-accounts?like(taxRegId,*) [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` `taxRegId` is masked and cannot be searched for (byte 5 of the query)"}
        > GET /aps/2/collections/bss-accounts?sort(taxRegId) [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` `taxRegId` is masked and cannot be searched for (byte 5 of the query)"}
        > GET /aps/2/collections/accounts?eq(bssAccountInfo.taxRegId,DE1) [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` `bssAccountInfo.taxRegId` is masked and cannot be searched for (byte 3 of the query)"}
        > GET /aps/2/collections/accounts?min(bssAccountInfo.taxRegId) [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` `bssAccountInfo.taxRegId` is masked and cannot be searched for (byte 4 of the query)"}
        > GET /aps/2/resources?eq(taxRegId,DE1) [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`query` `taxRegId` is masked and cannot be searched for (byte 3 of the query)"}
    "#]].assert_eq(&said.text());
}

/// The collections, each with how many resources there must at least be in it.
const COLLECTIONS: &[(&str, usize)] = &[
    ("accounts", 6),
    ("bss-accounts", 6),
    ("customer-classes", 3),
    ("service-plans", 1),
    ("service-plan-categories", 1),
    ("service-terms", 1),
    ("bss-resources", 2),
    ("tax-categories", 1),
    ("service-templates", 1),
    ("notification-templates", 1),
];

/// Every place in a value where something stands that has no parts, with what stands there.
fn leaves(at: &str, value: &Value, found: &mut Vec<(String, String)>) {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, it)| leaves(&below(name), it, found));
        }
        Value::Array(items) => items.iter().for_each(|it| leaves(at, it, found)),
        Value::String(text) => found.push((at.to_owned(), text.clone())),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => {
            found.push((at.to_owned(), other.to_string()));
        }
    }
}

/// A value as it stands in a query.
fn encoded(text: &str) -> String {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-._".contains(&it);
    let each = text.bytes().map(|it| match plain(it) {
        true => char::from(it).to_string(),
        false => format!("%{it:02X}"),
    });
    each.collect()
}

#[test]
fn whatever_is_shown_of_a_resource_can_be_searched_for() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let resource = shop(&operator).resource;
    needing(&operator, &resource);
    let address =
        json!({ "address": { "street": "Elm 1, left", "city": "Zürich", "country": "CH" } });
    operator.patch(&format!("/accounts/{}", house.customer.account), &address);
    let mut tried = 0;
    for (alias, least) in COLLECTIONS {
        let list = operator.get(&format!("/aps/2/collections/{alias}"));
        let items = list.as_array().unwrap();
        assert!(items.len() >= *least, "{alias} has only {}", items.len());
        for item in items {
            let mut found = Vec::new();
            leaves("", item, &mut found);
            for (path, value) in found.into_iter().filter(|it| it.0 != "taxRegId") {
                let query = format!("{alias}?eq({path},{}),select(aps.id)", encoded(&value));
                let hits = operator.get(&format!("/aps/2/collections/{query}"));
                let is_hit = |it: &Value| it["aps"]["id"] == item["aps"]["id"];
                assert!(hits.as_array().unwrap().iter().any(is_hit), "{query} finds it: {item}");
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried} values");
}

#[test]
fn plans_are_listed_as_the_contract_asks_for_them() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let shop = shop(&operator);
    let draft = json!({
        "name": { "en_US": "Draft" }, "resources": [{ "resource": needing(&operator, &shop.resource) }],
    });
    operator.post("/offers", &draft);
    launch(&operator, &shop.plan);
    for query in [
        "eq(publication.published,true),select(planId)",
        "eq(publication.published,false),select(planId)",
        "select(name.en_US)",
        "eq(planId,1),select(name.en_US,subscriptionPeriods)",
        "eq(planId,1),select(name.en_US,resourceRates)",
        "eq(planId,2),select(name.en_US,resources.name.en_US,resources.dependsOn)",
        "like(name.de_DE,nutzer*),select(aps.id)",
        "eq(resources.dependsOn.kind,REQUIRES),select(planId)",
        "like(name.en_US,*demo),explain()",
    ] {
        let what = format!("GET /aps/2/collections/service-plans?{query}");
        said.say(&operator, "operator", &what, None);
    }
    expect![[r#"
        > GET /aps/2/collections/service-plans?eq(publication.published,true),select(planId) [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":7,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlan/1.1"},"planId":1}]
        > GET /aps/2/collections/service-plans?eq(publication.published,false),select(planId) [operator]
        200 OK [{"aps":{"id":"{id2}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlan/1.1"},"planId":2}]
        > GET /aps/2/collections/service-plans?select(name.en_US) [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":7,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlan/1.1"},"name":{"en_US":"User Management Demo"}},{"aps":{"id":"{id2}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlan/1.1"},"name":{"en_US":"Draft"}}]
        > GET /aps/2/collections/service-plans?eq(planId,1),select(name.en_US,subscriptionPeriods) [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":7,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlan/1.1"},"name":{"en_US":"User Management Demo"},"subscriptionPeriods":[{"active":true,"autoRenewalPeriod":{"type":"ON_LAST_STATEMENT_DAY"},"defaultPeriod":true,"fees":{"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{"de_DE":"By the month"},"price":{"code":"EUR","value":"9.5"},"showZeroPrice":false},"renewal":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"setup":{"description":{"de_DE":"Setup"},"price":{"code":"EUR","value":"25.0"},"showZeroPrice":false}},"numberOfBillingPeriods":1,"period":{"duration":1,"unit":"MONTHS"},"refund":{},"trial":false},{"active":true,"autoRenewalPeriod":{"type":"DISABLED"},"defaultPeriod":false,"fees":{"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"renewal":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"setup":{"description":{"de_DE":"Setup"},"price":{"code":"EUR","value":"25.0"},"showZeroPrice":false}},"numberOfBillingPeriods":12,"period":{"duration":1,"unit":"YEARS"},"refund":{},"trial":false}]}]
        > GET /aps/2/collections/service-plans?eq(planId,1),select(name.en_US,resourceRates) [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":7,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlan/1.1"},"name":{"en_US":"User Management Demo"},"resourceRates":[{"allowToModifyInTrial":true,"fees":{"overuse":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"overuseTiers":null,"recurring":{"description":{"de_DE":"Servers"},"price":{"code":"EUR","value":"1.5"},"showZeroPrice":false},"recurringTiers":[{"lowerLimit":"0.0","price":{"code":"EUR","value":"1.5"}},{"lowerLimit":"10.0","price":{"code":"EUR","value":"1.2"}},{"lowerLimit":"20.0","price":{"code":"EUR","value":"10.0"}}],"setup":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"setupTiers":null},"measurable":false,"publication":{"published":true},"resourceId":"{id3}","showInCustomerPanel":true,"showInStore":true,"sortNumber":0,"units":{"included":"1.0","max":"100.0","min":"0.0","step":null}}]}]
        > GET /aps/2/collections/service-plans?eq(planId,2),select(name.en_US,resources.name.en_US,resources.dependsOn) [operator]
        200 OK [{"aps":{"id":"{id2}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlan/1.1"},"name":{"en_US":"Draft"},"resources":[{"aps":{"id":"{id4}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"dependsOn":[{"kind":"REQUIRES","multiplier":2,"resource":"{id3}"}],"name":{"en_US":"Disk"}}]}]
        > GET /aps/2/collections/service-plans?like(name.de_DE,nutzer*),select(aps.id) [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":7,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlan/1.1"}}]
        > GET /aps/2/collections/service-plans?eq(resources.dependsOn.kind,REQUIRES),select(planId) [operator]
        200 OK [{"aps":{"id":"{id2}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlan/1.1"},"planId":2}]
        > GET /aps/2/collections/service-plans?like(name.en_US,*demo),explain() [operator]
        200 OK {"filter":"like(name.en_US,*demo)","ways":[{"along":[{"condition":"like(name.en_US,*demo)","lookup":"name.*"}],"type":"http://www.odin.com/billing/ServicePlan/1.1"}]}
    "#]].assert_eq(&said.text());
}

/// A resource that needs another one.
fn needing(operator: &Client<'_>, resource: &Value) -> Value {
    let body = json!({ "name": { "en_US": "Disk" }, "unit": "GB", "dependencies": [{
        "on": resource, "kind": "requires", "multiplier": "2",
    }] });
    operator.post("/resources", &body)["id"].clone()
}

#[test]
fn types_are_found_by_what_they_implement_and_are_derived_from() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let names = |query: &str| {
        let list = operator.get(&format!("/aps/2/types?{query}"));
        let names = list.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap());
        names.map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    let account = "http://parallels.com/aps/types/pa/account/1.2";
    for query in [
        format!("id={account}"),
        format!("implementing({account})"),
        "implementing(http://aps-standard.org/types/core/account/1.0)".to_owned(),
        format!("composing({account})"),
        "like(name,pa*),not(in(name,(PASubscription,PAServiceTemplate,PAUser,PAAdminUser)))"
            .to_owned(),
    ] {
        assert_eq!(names(&query), "PAAccount", "{query}");
    }
    let all = names("");
    assert_eq!(names("implementing(http://aps-standard.org/types/core/resource/1.0)"), all);
    assert_eq!(names("implementing(http://nobody/1.0)"), "");
    for query in ["eq(nothing,1)", "limit(0,1)", "eq(id"] {
        let answer = operator.call(&format!("GET /aps/2/types?{query}"), None);
        assert_eq!(answer.status.as_u16(), 400, "{query}");
    }
}

/// The ids that a list has, in the order of their texts.
fn ids(client: &Client<'_>, list: &str) -> Vec<String> {
    let found = client.get(&format!("/aps/2/collections/{list}"));
    let ids = found.as_array().unwrap().iter();
    let mut ids: Vec<_> = ids.map(|it| it["aps"]["id"].as_str().unwrap().to_owned()).collect();
    ids.sort_unstable();
    ids
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is asked and said")]
fn what_is_linked_is_found_along_indices_as_by_looking_at_each() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let plan = market.offer("VPS Demo", &[monthly("Base", "USD", "10")]);
    let (one, two) = (market.customer("Blue Whale", "USD"), market.customer("Red Fox", "USD"));
    for account in [&one, &two] {
        market.order(account, &plan, 1);
    }
    let bare = |it: &str| it.split_once('_').unwrap().1.to_owned();
    let (account, plan) = (bare(one["id"].as_str().unwrap()), bare(&plan));
    let whole = operator.get(&format!("/aps/2/resources/{account}"));
    let bss = whole["bssAccountInfo"]["aps"]["id"].as_str().unwrap();
    let of_account = ids(&operator, &format!("bss-subscriptions?eq(account.aps.id,{account})"));
    let [subscription] = of_account.as_slice() else { panic!("one subscription") };
    let face = ids(&operator, &format!("subscriptions?eq(account.aps.id,{account})"));
    let provider = ids(&operator, "accounts?eq(id,1)");
    let mut told = String::new();
    for (list, filter) in [
        ("bss-subscriptions", format!("linkedWith({account})")),
        ("bss-subscriptions", format!("linkedWith({plan})")),
        ("bss-subscriptions", format!("linkedWith({})", provider[0])),
        ("bss-subscriptions", format!("linkedWith({})", face[0])),
        ("bss-subscriptions", "eq(account.companyName,Blue%20Whale)".to_owned()),
        ("bss-subscriptions", "like(account.companyName,Blue*)".to_owned()),
        ("bss-subscriptions", format!("eq(bssAccountInfo.aps.id,{bss})")),
        ("bss-subscriptions", format!("eq(servicePlan.aps.id,{plan})")),
        ("bss-subscriptions", "eq(paSubscription.account.id,8)".to_owned()),
        ("bss-subscriptions", format!("eq(vendor.aps.id,{})", provider[0])),
        ("subscriptions", format!("linkedWith({subscription})")),
        ("subscriptions", format!("eq(bssSubscription.servicePlan.aps.id,{plan})")),
        ("accounts", format!("linkedWith({})", face[0])),
        ("accounts", format!("linkedWith({})", provider[0])),
        ("accounts", format!("linkedWith({account})")),
        ("accounts", "eq(parent.id,1)".to_owned()),
        ("accounts", "eq(subscriptions.name,VPS%20Demo)".to_owned()),
        ("accounts", "eq(bssAccountInfo.accountId,8)".to_owned()),
        ("bss-accounts", format!("linkedWith({account})")),
        ("bss-accounts", "eq(paAccount.companyName,Red%20Fox)".to_owned()),
        ("bss-subscriptions", "linkedWith(nothing)".to_owned()),
        ("service-plans", format!("linkedWith({})", provider[0])),
    ] {
        let found = ids(&operator, &format!("{list}?{filter}"));
        assert_eq!(found, ids(&operator, &format!("{list}?not(not({filter}))")), "{list} {filter}");
        let way = operator.get(&format!("/aps/2/collections/{list}?{filter},explain()"));
        let steps = way["ways"][0]["along"].as_array().cloned().unwrap_or_default();
        let steps: Vec<_> = steps.iter().map(|it| it["lookup"].as_str().unwrap()).collect();
        let (name, _) = filter.split_once([',', ')']).unwrap();
        let name = name.split_once("(").map(|(verb, of)| {
            format!("{verb}({})", if uuid::Uuid::try_parse(of).is_ok() { "…" } else { of })
        });
        told += &format!("{list} {}: {} along {steps:?}\n", name.unwrap(), found.len());
    }
    expect![[r#"
        bss-subscriptions linkedWith(…): 1 along ["linkedWith"]
        bss-subscriptions linkedWith(…): 2 along ["linkedWith"]
        bss-subscriptions linkedWith(…): 2 along ["linkedWith"]
        bss-subscriptions linkedWith(…): 1 along ["linkedWith"]
        bss-subscriptions eq(account.companyName): 1 along ["account.companyName"]
        bss-subscriptions like(account.companyName): 1 along ["account.companyName"]
        bss-subscriptions eq(bssAccountInfo.aps.id): 1 along ["bssAccountInfo.aps.id"]
        bss-subscriptions eq(servicePlan.aps.id): 2 along ["servicePlan.aps.id"]
        bss-subscriptions eq(paSubscription.account.id): 1 along ["paSubscription.account.id"]
        bss-subscriptions eq(vendor.aps.id): 2 along ["vendor.aps.id"]
        subscriptions linkedWith(…): 1 along ["linkedWith"]
        subscriptions eq(bssSubscription.servicePlan.aps.id): 2 along ["bssSubscription.servicePlan.aps.id"]
        accounts linkedWith(…): 1 along ["linkedWith"]
        accounts linkedWith(…): 5 along ["linkedWith"]
        accounts linkedWith(…): 1 along ["linkedWith"]
        accounts eq(parent.id): 5 along ["parent.id"]
        accounts eq(subscriptions.name): 2 along ["subscriptions.name"]
        accounts eq(bssAccountInfo.accountId): 1 along ["bssAccountInfo.accountId"]
        bss-accounts linkedWith(…): 1 along ["linkedWith"]
        bss-accounts eq(paAccount.companyName): 1 along ["paAccount.companyName"]
        bss-subscriptions linkedWith(nothing): 0 along []
        service-plans linkedWith(…): 1 along []
    "#]].assert_eq(&told);
    market.must_be_whole();
}
