//! Publishing service plans on the bus, and what they are made of.

use expect_test::expect;
use serde_json::{Value, json};

use super::plans::shop;
use crate::harness::bus::uuid;
use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::{Market, text};

/// A thing to be created, of a type of the BSS.
pub(super) fn new(kind: &str, mut body: Value) -> Value {
    body["aps"] = json!({ "type": format!("http://www.odin.com/billing/{kind}") });
    body
}

pub(super) fn link(id: &Value) -> Value {
    json!({ "aps": { "id": id } })
}

pub(super) fn euros(value: &str) -> Value {
    json!({ "value": value, "code": "EUR" })
}

/// Creates things on the bus, one after the other; their ids.
pub(super) fn create(client: &Client<'_>, bodies: &[Value]) -> Vec<Value> {
    let made = client.call("POST /aps/2/resources", Some(&json!(bodies))).ok();
    made.as_array().unwrap().iter().map(|it| it["aps"]["id"].clone()).collect()
}

/// What every plan needs: a category, service terms, a template, and a resource.
pub(super) struct Needs {
    pub(super) category: Value,
    pub(super) terms: Value,
    pub(super) template: Value,
    pub(super) resource: Value,
}

pub(super) fn needs(client: &Client<'_>) -> Needs {
    let template = json!({
        "aps": { "type": "http://parallels.com/aps/types/pa/serviceTemplate/1.2" },
        "name": "Hosting",
    });
    let unit = json!({ "en_US": "GB" });
    let made = create(
        client,
        &[
            new("ServicePlanCategory/1.0", json!({ "name": "Hosting" })),
            new("ServiceTerms/1.0", json!({ "name": "Usual", "subGracePeriod": 3 })),
            template,
            new("Resource/1.3", json!({ "name": { "en_US": "Disk" }, "unitOfMeasure": unit })),
        ],
    );
    let [category, terms, template, resource] = made.try_into().unwrap();
    Needs { category, terms, template, resource }
}

/// A plan that costs something each month, and something for each unit of a resource.
pub(super) fn plan(needs: &Needs) -> Value {
    new(
        "ServicePlan/1.1",
        json!({
            "name": { "en_US": "Hosting", "de": "Hosting auf Deutsch" },
            "shortDescription": { "en_US": "Room for pages" },
            "longDescription": {},
            "category": link(&needs.category),
            "serviceTerms": link(&needs.terms),
            "serviceTemplate": link(&needs.template),
            "publication": { "published": true },
            "billingTerms": {
                "billingPeriod": { "duration": 1, "unit": "MONTHS" },
                "billingModel": "CHARGE_BEFORE_BILLING_PERIOD",
                "autoRenewal": { "type": "ON_LAST_STATEMENT_DAY" },
            },
            "subscriptionPeriods": [
                {
                    "numberOfBillingPeriods": 1,
                    "defaultPeriod": true,
                    "fees": {
                        "setup": { "price": euros("20.0") },
                        "recurring": {
                            "price": euros("9.9"),
                            "description": { "en_US": "By the month", "de": "Monatlich" },
                        },
                        "renewal": { "price": euros("0.0"), "showZeroPrice": true },
                    },
                },
                {
                    "period": { "duration": 1, "unit": "YEARS" },
                    "fees": { "recurring": { "price": euros("7.9") } },
                    "refund": {
                        "nonRefundableAmount": euros("5.0"),
                        "fullRefundPeriod": 14,
                        "proratedRefund": true,
                    },
                },
                {
                    "period": { "duration": 14, "unit": "DAYS" },
                    "trial": true,
                    "autoRenewalPeriod": {
                        "type": "BEFORE_EXPIRATION", "renewPoint": 2,
                        "duration": 1, "unit": "MONTHS",
                    },
                },
            ],
            "resourceRates": [{
                "resourceId": needs.resource,
                "measurable": false,
                "sortNumber": 7,
                "showInStore": false,
                "fees": {
                    "setup": { "price": euros("1.0") },
                    "recurringTiers": [
                        { "price": euros("1.5"), "lowerLimit": "0.0" },
                        { "price": euros("1.2"), "lowerLimit": "10.0" },
                        { "price": euros("10.0"), "lowerLimit": "20.0" },
                    ],
                },
                "units": { "included": "2.0", "max": "50.0" },
            }],
        }),
    )
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is said")]
fn what_a_catalogue_has_is_created_and_changed() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let say = |what: &str, body| said.say(&operator, "operator", what, Some(&body)).ok();
    let post = |body| say("POST /aps/2/resources", body);
    let path = |made: &Value| format!("/aps/2/resources/{}", text(&made["aps"]["id"]));
    let texts = |it: &str| json!({ "en_US": it });
    let category = post(new(
        "ServicePlanCategory/1.0",
        json!({ "name": "Mial", "description": texts("Boxes for letters") }),
    ));
    say(&format!("PUT {}", path(&category)), json!({ "name": "Mail" }));
    let terms = post(new(
        "ServiceTerms/1.0",
        json!({ "name": "Short", "subGracePeriod": 10, "destroyAfterHold": true }),
    ));
    say(
        &format!("PUT {}", path(&terms)),
        json!({ "trialSubGracePeriod": 1, "trialDestroyAfterHold": false }),
    );
    let tax = post(new("TaxCategory/1.0", json!({ "name": "Digital goods" })));
    post(new("TaxCategory/1.0", json!({ "name": "Digital goods" })));
    say(&format!("PUT {}", path(&tax)), json!({ "name": "Digital" }));
    let disk = post(new(
        "Resource/1.3",
        json!({
            "aps": {}, "name": texts("Disk"), "unitOfMeasure": texts("GB"), "MPN": "D-1",
            "vendorName": "Disks & Co", "consumptionType": 1,
        }),
    ));
    let backup = post(new(
        "Resource/1.1",
        json!({
            "name": texts("Backup"), "unitOfMeasure": texts("GB"),
            "dependsOn": [
                { "resource": disk["aps"]["id"], "kind": "REQUIRES", "multiplier": 2 },
            ],
        }),
    ));
    say(
        &format!("PUT {}", path(&backup)),
        json!({ "dependsOn": [
            { "resource": disk["aps"]["id"], "kind": "SUBSCRIPTION_WIDE_CONFLICTS" },
        ] }),
    );
    say(&format!("PUT {}", path(&disk)), json!({ "MPN": "", "consumptionType": 2 }));
    let template = post(json!({
        "aps": { "type": "http://parallels.com/aps/types/pa/serviceTemplate/1.2" },
        "name": "Box", "autoprovisioning": false,
    }));
    let resources = format!("{}/resources", path(&template));
    say(&format!("POST {resources}"), link(&disk["aps"]["id"]));
    said.say(&operator, "operator", &format!("GET {resources}"), None);
    let linked = format!("{resources}/{}", text(&disk["aps"]["id"]));
    said.say(&operator, "operator", &format!("DELETE {linked}"), None);
    expect![[r#"
        > POST /aps/2/resources {"aps":{"type":"http://www.odin.com/billing/ServicePlanCategory/1.0"},"description":{"en_US":"Boxes for letters"},"name":"Mial"} [operator]
        200 OK {"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlanCategory/1.0"},"description":{"en_US":"Boxes for letters"},"name":"Mial","vendor":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}}}
        > PUT /aps/2/resources/{id1} {"name":"Mail"} [operator]
        200 OK {"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":2,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlanCategory/1.0"},"description":{"en_US":"Boxes for letters"},"name":"Mail","vendor":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}}}
        > POST /aps/2/resources {"aps":{"type":"http://www.odin.com/billing/ServiceTerms/1.0"},"destroyAfterHold":true,"name":"Short","subGracePeriod":10} [operator]
        200 OK {"aps":{"id":"{id4}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/ServiceTerms/1.0"},"destroyAfterHold":true,"name":"Short","subGracePeriod":10,"subHoldPeriod":0,"trialDestroyAfterHold":true,"trialSubGracePeriod":10,"trialSubHoldPeriod":0,"vendor":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}}}
        > PUT /aps/2/resources/{id4} {"trialDestroyAfterHold":false,"trialSubGracePeriod":1} [operator]
        200 OK {"aps":{"id":"{id4}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":2,"status":"aps:ready","type":"http://www.odin.com/billing/ServiceTerms/1.0"},"destroyAfterHold":true,"name":"Short","subGracePeriod":10,"subHoldPeriod":0,"trialDestroyAfterHold":false,"trialSubGracePeriod":1,"trialSubHoldPeriod":0,"vendor":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}}}
        > POST /aps/2/resources {"aps":{"type":"http://www.odin.com/billing/TaxCategory/1.0"},"name":"Digital goods"} [operator]
        200 OK {"aps":{"id":"{id5}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/TaxCategory/1.0"},"name":"Digital goods","vendor":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}}}
        > POST /aps/2/resources {"aps":{"type":"http://www.odin.com/billing/TaxCategory/1.0"},"name":"Digital goods"} [operator]
        200 OK {"aps":{"id":"{id6}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/TaxCategory/1.0"},"name":"Digital goods","vendor":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}}}
        > PUT /aps/2/resources/{id5} {"name":"Digital"} [operator]
        200 OK {"aps":{"id":"{id5}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":2,"status":"aps:ready","type":"http://www.odin.com/billing/TaxCategory/1.0"},"name":"Digital","vendor":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}}}
        > POST /aps/2/resources {"MPN":"D-1","aps":{"type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":1,"name":{"en_US":"Disk"},"unitOfMeasure":{"en_US":"GB"},"vendorName":"Disks & Co"} [operator]
        200 OK {"MPN":"D-1","aps":{"id":"{id7}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":1,"id":1,"name":{"en_US":"Disk"},"unitOfMeasure":{"en_US":"GB"},"vendorName":"Disks & Co"}
        > POST /aps/2/resources {"aps":{"type":"http://www.odin.com/billing/Resource/1.1"},"dependsOn":[{"kind":"REQUIRES","multiplier":2,"resource":"{id7}"}],"name":{"en_US":"Backup"},"unitOfMeasure":{"en_US":"GB"}} [operator]
        200 OK {"aps":{"id":"{id8}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":2,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.1"},"consumptionType":0,"dependsOn":[{"kind":"REQUIRES","multiplier":2,"resource":"{id7}"}],"id":2,"name":{"en_US":"Backup"},"unitOfMeasure":{"en_US":"GB"}}
        > PUT /aps/2/resources/{id8} {"dependsOn":[{"kind":"SUBSCRIPTION_WIDE_CONFLICTS","resource":"{id7}"}]} [operator]
        200 OK {"aps":{"id":"{id8}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":3,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.1"},"consumptionType":0,"dependsOn":[{"kind":"SUBSCRIPTION_WIDE_CONFLICTS","resource":"{id7}"}],"id":2,"name":{"en_US":"Backup"},"unitOfMeasure":{"en_US":"GB"}}
        > PUT /aps/2/resources/{id7} {"MPN":"","consumptionType":2} [operator]
        200 OK {"aps":{"id":"{id7}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":2,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":2,"id":1,"name":{"en_US":"Disk"},"unitOfMeasure":{"en_US":"GB"},"vendorName":"Disks & Co"}
        > POST /aps/2/resources {"aps":{"type":"http://parallels.com/aps/types/pa/serviceTemplate/1.2"},"autoprovisioning":false,"name":"Box"} [operator]
        200 OK {"account":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}},"appIDs":[],"aps":{"id":"{id9}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/serviceTemplate/1.2"},"autoprovisioning":false,"description":"","name":"Box","resources":{"aps":{"href":"/aps/2/resources/{id9}/resources","link":"collection"}},"serviceTemplateId":1}
        > POST /aps/2/resources/{id9}/resources {"aps":{"id":"{id7}"}} [operator]
        200 OK {"aps":{"id":"{id7}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":2,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":2,"id":1,"name":{"en_US":"Disk"},"unitOfMeasure":{"en_US":"GB"},"vendorName":"Disks & Co"}
        > GET /aps/2/resources/{id9}/resources [operator]
        200 OK [{"aps":{"id":"{id7}","modified":"2026-01-01T00:00:00Z","revision":2,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":2,"id":1,"name":{"en_US":"Disk"},"unitOfMeasure":{"en_US":"GB"},"vendorName":"Disks & Co"}]
        > DELETE /aps/2/resources/{id9}/resources/{id7} [operator]
        204 No Content 
    "#]].assert_eq(&said.text());
}

/// What our own contract does not show of a plan is not lost when somebody saves what it shows.
#[test]
fn what_our_own_api_does_not_show_of_a_plan_outlives_a_save_there() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let mut plan = plan(&needs(&operator));
    plan["resourceRates"][0]["units"]["step"] = json!("2");
    let id = text(&create(&operator, &[plan])[0]);
    let on_the_bus = || {
        let mut plan = operator.call(&format!("GET /aps/2/resources/{id}"), None).ok();
        plan.as_object_mut().unwrap().remove("aps");
        plan
    };
    let before = on_the_bus();
    assert_eq!(before["subscriptionPeriods"][2]["trial"], true, "{before}");
    let path = format!("/offers/ofr_{id}");
    let shown = operator.get(&path);
    let renewing: Vec<_> =
        shown["terms"].as_array().unwrap().iter().map(|it| it["auto_renew"].clone()).collect();
    assert_eq!(renewing, [true, true, true], "the plan renews by itself, and so do its terms");
    let saved = json!({
        "terms": shown["terms"], "resources": shown["resources"], "bundle": shown["bundle"],
    });
    operator.patch(&path, &saved);
    assert_eq!(on_the_bus(), before);

    let mut saved = saved;
    saved["terms"][1]["auto_renew"] = json!(false);
    saved["resources"][0]["max"] = json!("60");
    operator.patch(&path, &saved);
    let mut changed = before;
    changed["subscriptionPeriods"][1]["autoRenewalPeriod"] = json!({ "type": "DISABLED" });
    changed["resourceRates"][0]["units"]["max"] = json!("60.0");
    assert_eq!(on_the_bus(), changed);
}

#[test]
fn a_plan_is_published_on_the_bus_and_sold_on_our_own_api() {
    let market = Market::on("2026-01-01");
    let (operator, said) = (market.operator(), Protocol::default());
    let needs = needs(&operator);
    let made = said.say(&operator, "operator", "POST /aps/2/resources", Some(&plan(&needs))).ok();
    let id = text(&made["aps"]["id"]);
    said.say(&operator, "operator", &format!("GET /aps/2/resources/{id}"), None);
    let customer = market.customer("Ann", "EUR");
    let order = json!({
        "account": customer["id"],
        "items": [{
            "offer": format!("ofr_{id}"), "term": "1-month",
            "resources": { format!("res_{}", text(&needs.resource)): "25" },
        }],
    });
    operator.post("/orders", &order);
    market.house.app.keep_duties();
    market.advance_to("2026-02-02");
    let lines = market
        .invoices(&customer)
        .into_iter()
        .flat_map(|it| it["lines"].as_array().unwrap().iter().map(line).collect::<Vec<_>>());
    expect![[r#"
        setup 1 x Hosting: Hosting, setup: 20.00
        recurring 1 x Hosting: By the month: 9.90
        setup 23 x Hosting: Disk, setup: 23.00
        recurring 23 x Hosting: Disk, recurring: 57.00
        recurring 1 x Hosting: By the month: 9.90
        recurring 23 x Hosting: Disk, recurring: 57.00"#]]
    .assert_eq(&lines.collect::<Vec<_>>().join("\n"));
    expect![[r#"
        > POST /aps/2/resources {"aps":{"type":"http://www.odin.com/billing/ServicePlan/1.1"},"billingTerms":{"autoRenewal":{"type":"ON_LAST_STATEMENT_DAY"},"billingModel":"CHARGE_BEFORE_BILLING_PERIOD","billingPeriod":{"duration":1,"unit":"MONTHS"}},"category":{"aps":{"id":"{id1}"}},"longDescription":{},"name":{"de":"Hosting auf Deutsch","en_US":"Hosting"},"publication":{"published":true},"resourceRates":[{"fees":{"recurringTiers":[{"lowerLimit":"0.0","price":{"code":"EUR","value":"1.5"}},{"lowerLimit":"10.0","price":{"code":"EUR","value":"1.2"}},{"lowerLimit":"20.0","price":{"code":"EUR","value":"10.0"}}],"setup":{"price":{"code":"EUR","value":"1.0"}}},"measurable":false,"resourceId":"{id2}","showInStore":false,"sortNumber":7,"units":{"included":"2.0","max":"50.0"}}],"serviceTemplate":{"aps":{"id":"{id3}"}},"serviceTerms":{"aps":{"id":"{id4}"}},"shortDescription":{"en_US":"Room for pages"},"subscriptionPeriods":[{"defaultPeriod":true,"fees":{"recurring":{"description":{"de":"Monatlich","en_US":"By the month"},"price":{"code":"EUR","value":"9.9"}},"renewal":{"price":{"code":"EUR","value":"0.0"},"showZeroPrice":true},"setup":{"price":{"code":"EUR","value":"20.0"}}},"numberOfBillingPeriods":1},{"fees":{"recurring":{"price":{"code":"EUR","value":"7.9"}}},"period":{"duration":1,"unit":"YEARS"},"refund":{"fullRefundPeriod":14,"nonRefundableAmount":{"code":"EUR","value":"5.0"},"proratedRefund":true}},{"autoRenewalPeriod":{"duration":1,"renewPoint":2,"type":"BEFORE_EXPIRATION","unit":"MONTHS"},"period":{"duration":14,"unit":"DAYS"},"trial":true}]} [operator]
        200 OK {"aps":{"id":"{id5}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id6}","id":"{id6}"},"revision":8,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlan/1.1"},"billingTerms":{"autoRenewal":{"type":"ON_LAST_STATEMENT_DAY"},"billingModel":"CHARGE_BEFORE_BILLING_PERIOD","billingPeriod":{"duration":1,"unit":"MONTHS"},"freezePrices":false},"category":{"aps":{"href":"/aps/2/resources/{id1}","id":"{id1}","link":"strong"}},"longDescription":{},"name":{"de":"Hosting auf Deutsch","en_US":"Hosting"},"planId":1,"publication":{"published":true},"resourceRates":[{"allowToModifyInTrial":true,"fees":{"overuse":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"overuseTiers":null,"recurring":{"description":{"en_US":"Disk, recurring"},"price":{"code":"EUR","value":"1.5"},"showZeroPrice":false},"recurringTiers":[{"lowerLimit":"0.0","price":{"code":"EUR","value":"1.5"}},{"lowerLimit":"10.0","price":{"code":"EUR","value":"1.2"}},{"lowerLimit":"20.0","price":{"code":"EUR","value":"10.0"}}],"setup":{"description":{"en_US":"Disk, setup"},"price":{"code":"EUR","value":"1.0"},"showZeroPrice":false},"setupTiers":null},"measurable":false,"publication":{"published":true},"resourceId":"{id2}","showInCustomerPanel":true,"showInStore":false,"sortNumber":7,"units":{"included":"2.0","max":"50.0","min":"0.0","step":null}}],"resources":{"aps":{"href":"/aps/2/resources/{id5}/resources","link":"collection"}},"serviceTemplate":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"weak"}},"serviceTerms":{"aps":{"href":"/aps/2/resources/{id4}","id":"{id4}","link":"strong"}},"shortDescription":{"en_US":"Room for pages"},"subscriptionPeriods":[{"active":true,"autoRenewalPeriod":{"type":"ON_LAST_STATEMENT_DAY"},"defaultPeriod":true,"fees":{"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{"de":"Monatlich","en_US":"By the month"},"price":{"code":"EUR","value":"9.9"},"showZeroPrice":false},"renewal":{"description":{"en_US":"Hosting, renewal"},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":true},"setup":{"description":{"en_US":"Hosting, setup"},"price":{"code":"EUR","value":"20.0"},"showZeroPrice":false}},"numberOfBillingPeriods":1,"period":{"duration":1,"unit":"MONTHS"},"refund":{},"trial":false},{"active":true,"autoRenewalPeriod":{"type":"ON_LAST_STATEMENT_DAY"},"defaultPeriod":false,"fees":{"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{"en_US":"Hosting, recurring"},"price":{"code":"EUR","value":"7.9"},"showZeroPrice":false},"renewal":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"setup":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false}},"numberOfBillingPeriods":12,"period":{"duration":1,"unit":"YEARS"},"refund":{"fullRefundPeriod":14,"nonRefundableAmount":{"code":"EUR","value":"5.0"},"proratedRefund":true},"trial":false},{"active":true,"autoRenewalPeriod":{"duration":1,"renewPoint":2,"type":"BEFORE_EXPIRATION","unit":"MONTHS"},"defaultPeriod":false,"fees":{"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"renewal":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"setup":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false}},"numberOfBillingPeriods":null,"period":{"duration":14,"unit":"DAYS"},"refund":{},"trial":true}],"vendor":{"aps":{"href":"/aps/2/resources/{id7}","id":"{id7}","link":"strong"}}}
        > GET /aps/2/resources/{id5} [operator]
        200 OK {"aps":{"id":"{id5}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id6}","id":"{id6}"},"revision":8,"schema":"/aps/2/types/105","status":"aps:ready","type":"http://www.odin.com/billing/ServicePlan/1.1"},"billingTerms":{"autoRenewal":{"type":"ON_LAST_STATEMENT_DAY"},"billingModel":"CHARGE_BEFORE_BILLING_PERIOD","billingPeriod":{"duration":1,"unit":"MONTHS"},"freezePrices":false},"category":{"aps":{"href":"/aps/2/resources/{id1}","id":"{id1}","link":"strong"}},"longDescription":{},"name":{"de":"Hosting auf Deutsch","en_US":"Hosting"},"planId":1,"publication":{"published":true},"resourceRates":[{"allowToModifyInTrial":true,"fees":{"overuse":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"overuseTiers":null,"recurring":{"description":{"en_US":"Disk, recurring"},"price":{"code":"EUR","value":"1.5"},"showZeroPrice":false},"recurringTiers":[{"lowerLimit":"0.0","price":{"code":"EUR","value":"1.5"}},{"lowerLimit":"10.0","price":{"code":"EUR","value":"1.2"}},{"lowerLimit":"20.0","price":{"code":"EUR","value":"10.0"}}],"setup":{"description":{"en_US":"Disk, setup"},"price":{"code":"EUR","value":"1.0"},"showZeroPrice":false},"setupTiers":null},"measurable":false,"publication":{"published":true},"resourceId":"{id2}","showInCustomerPanel":true,"showInStore":false,"sortNumber":7,"units":{"included":"2.0","max":"50.0","min":"0.0","step":null}}],"resources":{"aps":{"href":"/aps/2/resources/{id5}/resources","link":"collection"}},"serviceTemplate":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"weak"}},"serviceTerms":{"aps":{"href":"/aps/2/resources/{id4}","id":"{id4}","link":"strong"}},"shortDescription":{"en_US":"Room for pages"},"subscriptionPeriods":[{"active":true,"autoRenewalPeriod":{"type":"ON_LAST_STATEMENT_DAY"},"defaultPeriod":true,"fees":{"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{"de":"Monatlich","en_US":"By the month"},"price":{"code":"EUR","value":"9.9"},"showZeroPrice":false},"renewal":{"description":{"en_US":"Hosting, renewal"},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":true},"setup":{"description":{"en_US":"Hosting, setup"},"price":{"code":"EUR","value":"20.0"},"showZeroPrice":false}},"numberOfBillingPeriods":1,"period":{"duration":1,"unit":"MONTHS"},"refund":{},"trial":false},{"active":true,"autoRenewalPeriod":{"type":"ON_LAST_STATEMENT_DAY"},"defaultPeriod":false,"fees":{"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{"en_US":"Hosting, recurring"},"price":{"code":"EUR","value":"7.9"},"showZeroPrice":false},"renewal":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"setup":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false}},"numberOfBillingPeriods":12,"period":{"duration":1,"unit":"YEARS"},"refund":{"fullRefundPeriod":14,"nonRefundableAmount":{"code":"EUR","value":"5.0"},"proratedRefund":true},"trial":false},{"active":true,"autoRenewalPeriod":{"duration":1,"renewPoint":2,"type":"BEFORE_EXPIRATION","unit":"MONTHS"},"defaultPeriod":false,"fees":{"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"renewal":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"setup":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false}},"numberOfBillingPeriods":null,"period":{"duration":14,"unit":"DAYS"},"refund":{},"trial":true}],"vendor":{"aps":{"href":"/aps/2/resources/{id7}","id":"{id7}","link":"strong"}}}
    "#]].assert_eq(&said.text());
}

/// What a line of an invoice says it is for, and how much that is.
fn line(it: &Value) -> String {
    let (amount, quantity) = (text(&it["net"]["amount"]), text(&it["quantity"]));
    format!("{} {quantity} x {}: {amount}", text(&it["kind"]), text(&it["text"]))
}

#[test]
fn a_plan_that_comes_back_as_it_was_read_stays_as_it_is() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let plans = [
        operator.call("POST /aps/2/resources", Some(&plan(&needs(&operator)))).ok()["aps"]["id"]
            .clone(),
        json!(uuid(shop(&operator).plan.as_str().unwrap())),
    ];
    for id in plans {
        let path = format!("/aps/2/resources/{}", text(&id));
        let mut whole = operator.call(&format!("GET {path}"), None).ok();
        let before = whole.clone();
        let after = operator.call(&format!("PUT {path}"), Some(&whole)).ok();
        assert_eq!(after["aps"]["revision"], before["aps"]["revision"]);
        // One word is other: all else is read, and found to be as it is.
        for list in ["subscriptionPeriods", "resourceRates"] {
            whole[list][0]["extra"] = Value::Null;
            let refused = operator.call(&format!("PUT {path}"), Some(&whole));
            assert_eq!(refused.status.as_u16(), 400);
            whole[list][0].as_object_mut().unwrap().remove("extra");
        }
        whole["subscriptionPeriods"][1]["active"] = json!(false);
        let rates = whole["resourceRates"].as_array_mut().unwrap();
        rates.last_mut().unwrap()["sortNumber"] = json!(99);
        operator.call(&format!("PUT {path}"), Some(&whole)).ok();
        let mut after = operator.call(&format!("GET {path}"), None).ok();
        let (mut before, mut whole) = (before, whole);
        for it in [&mut before, &mut whole, &mut after] {
            it["aps"] = Value::Null;
        }
        assert_eq!(after, whole);
    }
}

#[test]
fn a_plan_that_cannot_be_is_refused_with_its_field() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let needs = needs(&operator);
    let mut told = String::new();
    let mut refused = |change: &dyn Fn(&mut Value)| {
        let mut body = plan(&needs);
        change(&mut body);
        let answer = operator.call("POST /aps/2/resources", Some(&body));
        let said: Value = serde_json::from_slice(&answer.body).unwrap();
        told += &format!("{} {} {}\n", answer.status.as_u16(), said["type"], said["message"]);
    };
    refused(&|it| drop(it.as_object_mut().unwrap().remove("name")));
    refused(&|it| it["name"] = json!({}));
    refused(&|it| it["name"] = json!({ "english": "A" }));
    refused(&|it| drop(it.as_object_mut().unwrap().remove("category")));
    refused(&|it| drop(it.as_object_mut().unwrap().remove("serviceTerms")));
    refused(&|it| it["category"] = link(&needs.terms));
    refused(&|it| drop(it.as_object_mut().unwrap().remove("serviceTemplate")));
    refused(&|it| it["planId"] = json!(7));
    refused(&|it| it["subscriptionPeriods"][0]["numberOfBillingPeriods"] = json!(0));
    refused(&|it| it["subscriptionPeriods"][1]["numberOfBillingPeriods"] = json!(11));
    refused(&|it| it["subscriptionPeriods"][0]["fees"]["setup"]["price"]["value"] = json!("-1"));
    refused(&|it| it["subscriptionPeriods"][0]["fees"]["setup"]["price"]["code"] = json!("XYZ"));
    refused(&|it| it["subscriptionPeriods"][0]["fees"]["setup"]["price"]["value"] = json!(1));
    refused(&|it| it["subscriptionPeriods"][1]["defaultPeriod"] = json!(true));
    refused(&|it| it["subscriptionPeriods"][2]["autoRenewalPeriod"]["duration"] = json!(5));
    refused(&|it| it["resourceRates"][0]["resourceId"] = needs.terms.clone());
    refused(&|it| it["resourceRates"][0]["units"]["max"] = json!("1.0"));
    refused(&|it| {
        it["resourceRates"][0]["fees"]["recurringTiers"][1]["lowerLimit"] = json!("0.0");
    });
    refused(&|it| {
        it["resourceRates"][0]["fees"]["recurringTiers"][1]["price"]["code"] = json!("USD");
    });
    refused(&|it| it["billingTerms"]["billingModel"] = json!("SOMETIMES"));
    refused(&|it| it["billingTerms"]["billingPeriod"]["unit"] = json!("HOURS"));
    refused(&|it| it["resources"] = json!([]));
    refused(&|it| it["vendor"] = link(&json!(uuid(&house.customer.account))));
    refused(&|it| it["aps"]["id"] = needs.terms.clone());
    expect![[r#"
        400 "APS::Util::InvalidRequest" "`/name` must be given"
        400 "APS::Util::InvalidRequest" "`/name` must be given in a language such as `en_US`"
        400 "APS::Util::InvalidRequest" "`/name/english` must be a locale such as `de` or `en_US`"
        400 "APS::Util::InvalidRequest" "`/category` must be given"
        400 "APS::Util::InvalidRequest" "`/serviceTerms` must be given"
        400 "APS::Util::InvalidRequest" "`/category/aps/id` `{id1}` is not there"
        400 "APS::Util::InvalidRequest" "`/serviceTemplate` must be named: an offer delivers something, or is a bundle"
        400 "APS::Util::InvalidRequest" "`/planId` is for the platform to say"
        400 "APS::Util::InvalidRequest" "`/subscriptionPeriods/0/numberOfBillingPeriods` must be 1 or more"
        400 "APS::Util::InvalidRequest" "`/subscriptionPeriods/1/numberOfBillingPeriods` must be how often the billing period goes into `period`"
        400 "APS::Util::InvalidRequest" "`/subscriptionPeriods/0/fees/setup/price/value` must be 0 to 1000000000000 with at most 12 decimal places"
        400 "APS::Util::InvalidRequest" "`/subscriptionPeriods/0/fees/setup/price/code` `XYZ` is not a currency code of ISO 4217, such as `EUR`"
        400 "APS::Util::InvalidRequest" "`/subscriptionPeriods/0/fees/setup/price/value` must be a string"
        400 "APS::Util::InvalidRequest" "`/subscriptionPeriods` must have at most one default"
        400 "APS::Util::InvalidRequest" "`/subscriptionPeriods/2/autoRenewalPeriod/duration` is no period of the plan"
        400 "APS::Util::InvalidRequest" "`/resourceRates/0/resourceId` `{id1}` is not there"
        400 "APS::Util::InvalidRequest" "`/resourceRates/0/units/max` must not be below `min` and `included`"
        400 "APS::Util::InvalidRequest" "`/resourceRates/0/fees/recurringTiers/1/lowerLimit` must be above the one before"
        400 "APS::Util::InvalidRequest" "`/resourceRates/0/fees/recurringTiers/1/price/code` must be that of the first tier"
        400 "APS::Util::InvalidRequest" "`/billingTerms/billingModel` must be one of CHARGE_BEFORE_SUBSCRIPTION_PERIOD, CHARGE_BEFORE_BILLING_PERIOD, CHARGE_AFTER_BILLING_PERIOD"
        400 "APS::Util::InvalidRequest" "`/billingTerms/billingPeriod/unit` must be one of DAYS, MONTHS, YEARS"
        400 "APS::Util::InvalidRequest" "`/resources` is for the platform to link"
        400 "APS::Util::InvalidRequest" "`/vendor/aps/id` must be the provider or a reseller"
        409 "APS::Billing::Duplicate" "`{id1}` is the id of something else: bring another"
    "#]].assert_eq(&Protocol::default().redact(&told));
}

#[test]
fn a_plan_is_another_when_it_costs_another_price_and_who_listens_is_told() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let made = create(&operator, &[plan(&needs(&operator))]).remove(0);
    let path = format!("/aps/2/resources/{}", text(&made));
    let hook = "https://erp.example.com/onEvent";
    let vendor = operator.get(&path)["vendor"]["aps"]["id"].clone();
    let wish = json!({
        "event": "http://aps-standard.org/core/events/changed",
        "source": { "type": "http://www.odin.com/billing/ServicePlan/1.1" },
        "handler": hook,
    });
    operator.post(&format!("/aps/2/resources/{}/aps/subscriptions", text(&vendor)), &wish);
    let heard = || {
        market.house.app.keep_duties();
        let all = market.house.app.outside.heard();
        all.iter().filter(|it| it.address == hook).count()
    };
    let section = || {
        let section = operator.get(&path)["aps"].clone();
        (section["revision"].as_u64().unwrap(), text(&section["modified"]))
    };
    let before = heard();
    market.advance_to("2026-01-05");
    let (revision, modified) = section();
    assert_eq!(modified, "2026-01-01T00:00:00Z");
    let mut periods = operator.get(&path)["subscriptionPeriods"].clone();
    periods[0]["fees"]["recurring"]["price"] = euros("12.0");
    periods[0]["fees"]["setup"]["description"] = json!({ "en_US": "Only once" });
    operator.call(&format!("PUT {path}"), Some(&json!({ "subscriptionPeriods": periods }))).ok();
    let (raised, modified) = section();
    assert!(raised > revision, "{raised} after {revision}");
    assert_eq!(modified, "2026-01-05T00:00:00Z");
    assert_eq!(heard(), before + 1, "once, however much of it is another");
    let rates = format!("/aps/2/services/sku-manager/vendor/{}/rates", text(&vendor));
    let setup = json!([{ "id": 1, "price": euros("4.25") }]);
    let told = operator.call(&format!("PUT {rates}"), Some(&setup)).ok();
    assert_eq!(told[0]["price"], euros("4.25"));
    assert!(section().0 > raised);
    assert_eq!(heard(), before + 2);
    operator.call(&format!("PUT {path}"), Some(&json!({ "planId": 1 }))).ok();
    assert_eq!(heard(), before + 2, "what comes back as it was read is no change");
    market.must_be_whole();
}

#[test]
fn a_resource_is_shown_as_the_version_that_it_was_created_as() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let body =
        |name: &str| json!({ "name": { "en_US": name }, "unitOfMeasure": { "en_US": "unit" } });
    let ids = create(
        &operator,
        &[
            new("Resource/1.0", body("User Management demo - VPS Mainstream Profile")),
            new("Resource/1.3", body("MSS - VPS")),
        ],
    );
    let types = |list: &Value| -> Vec<String> {
        let all = list.as_array().unwrap().iter().map(|it| text(&it["aps"]["type"]));
        all.map(|it| it.rsplit_once('/').unwrap().1.to_owned()).collect()
    };
    let list = "/aps/2/collections/bss-resources";
    assert_eq!(types(&operator.get(list)), ["1.0", "1.3"]);
    let of = |version: &str| format!("http://www.odin.com/billing/Resource/{version}");
    let found = operator.get(&format!("{list}?eq(aps.type,{}),select(aps.id)", of("1.0")));
    assert_eq!((found.as_array().unwrap().len(), &found[0]["aps"]["id"]), (1, &ids[0]));
    let all = operator.get(&format!("/aps/2/resources?implementing({})", of("1.0")));
    assert_eq!(types(&all), ["1.0", "1.3"], "a later version is of the earlier ones too");
    for (id, version, number) in [(&ids[0], "1.0", 104), (&ids[1], "1.3", 110)] {
        let whole = operator.get(&format!("/aps/2/resources/{}", text(id)));
        assert_eq!(whole["aps"]["type"], of(version));
        assert_eq!(whole["aps"]["schema"], format!("/aps/2/types/{number}"));
        let described = operator.get(&text(&whole["aps"]["schema"]));
        assert_eq!(described["id"], of(version));
    }
    let change = json!({ "aps": { "type": of("1.0") }, "MPN": "D-1" });
    let path = format!("/aps/2/resources/{}", text(&ids[0]));
    let changed = operator.call(&format!("PUT {path}"), Some(&change)).ok();
    assert_eq!((&changed["aps"]["type"], &changed["MPN"]), (&json!(of("1.0")), &json!("D-1")));
}
