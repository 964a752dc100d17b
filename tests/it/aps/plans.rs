//! Service plans on the bus, and what they are made of.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::bus::path;
use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::text;

/// A plan that was made on our own API, with all that it names.
pub(super) struct Shop {
    pub(super) plan: Value,
    category: Value,
    terms: Value,
    pub(super) resource: Value,
    tax_category: Value,
    template: Value,
}

pub(super) fn shop(operator: &Client<'_>) -> Shop {
    let made = |path: &str, body| operator.post(path, &body)["id"].clone();
    let texts = |name: &str| json!({ "en_US": name });
    let category = made("/categories", json!({ "name": texts("User Management demo") }));
    let terms = made(
        "/service_terms",
        json!({
            "name": "Hosting Service Terms",
            "paid": { "grace_days": 10, "hold_days": 30, "destroy": false },
            "trial": { "grace_days": 0, "hold_days": 0, "destroy": true },
        }),
    );
    let resource = made(
        "/resources",
        json!({ "name": texts("User Management demo - Virtual Server"), "unit": "unit" }),
    );
    let tax_category = made("/tax_categories", json!({ "code": "ALL", "name": "All products" }));
    let template = made(
        "/specifications",
        json!({ "name": texts("User Management"), "resources": [resource] }),
    );
    let plan = made(
        "/offers",
        json!({
            "name": { "en_US": "User Management Demo", "de_DE": "Nutzerverwaltung" },
            "summary": texts("Users"),
            "description": texts("Users, and what they are for"),
            "specification": template,
            "categories": [category],
            "service_terms": terms,
            "terms": [
                { "key": "monthly", "duration": "1 month", "auto_renew": true, "default": true },
                { "key": "yearly", "duration": "1 year" },
            ],
            "resources": [{ "resource": resource, "included": "1", "max": "100" }],
        }),
    );
    let price = |body: Value| {
        let mut body = body;
        body["offer"] = plan.clone();
        body["currency"] = json!("EUR");
        made("/prices", body)
    };
    let flat = |amount: &str| json!({ "kind": "flat", "amount": amount });
    price(json!({ "name": "Setup", "kind": "one_time", "fee": "setup", "model": flat("25") }));
    price(json!({
        "name": "By the month", "kind": "recurring", "term": "monthly", "model": flat("9.50"),
    }));
    price(json!({
        "name": "Servers", "kind": "recurring", "resource": resource,
        "model": { "kind": "graduated", "tiers": [
            { "up_to": "10", "per_unit": "1.5" },
            { "up_to": "20", "per_unit": "1.2" },
            { "per_unit": "10" },
        ] },
    }));
    Shop { plan, category, terms, resource, tax_category, template }
}

pub(super) fn launch(operator: &Client<'_>, plan: &Value) {
    for verb in ["test", "activate", "launch"] {
        operator.post(&format!("/offers/{}/{verb}", text(plan)), &json!({}));
    }
}

#[test]
fn what_a_catalogue_has_is_read_as_the_platform_has_it() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let shop = shop(&operator);
    for id in [&shop.category, &shop.terms, &shop.resource, &shop.tax_category, &shop.template] {
        said.say(&operator, "operator", &format!("GET {}", path(&text(id))), None);
    }
    for alias in ["service-plan-categories", "service-terms", "bss-resources", "tax-categories"] {
        said.say(&operator, "operator", &format!("GET /aps/2/collections/{alias}"), None);
    }
    expect![[r#"
        > GET /aps/2/resources/{id1} [operator]
        200 OK {"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"schema":"/aps/2/types/106","status":"aps:ready","type":"http://www.odin.com/billing/ServicePlanCategory/1.0"},"description":{},"name":"User Management demo","vendor":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}}}
        > GET /aps/2/resources/{id4} [operator]
        200 OK {"aps":{"id":"{id4}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"schema":"/aps/2/types/107","status":"aps:ready","type":"http://www.odin.com/billing/ServiceTerms/1.0"},"destroyAfterHold":false,"name":"Hosting Service Terms","subGracePeriod":10,"subHoldPeriod":30,"trialDestroyAfterHold":true,"trialSubGracePeriod":0,"trialSubHoldPeriod":0,"vendor":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}}}
        > GET /aps/2/resources/{id5} [operator]
        200 OK {"aps":{"id":"{id5}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"schema":"/aps/2/types/110","status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":0,"id":1,"name":{"en_US":"User Management demo - Virtual Server"},"unitOfMeasure":{"en_US":"unit"}}
        > GET /aps/2/resources/{id6} [operator]
        200 OK {"aps":{"id":"{id6}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"schema":"/aps/2/types/108","status":"aps:ready","type":"http://www.odin.com/billing/TaxCategory/1.0"},"name":"All products","vendor":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}}}
        > GET /aps/2/resources/{id7} [operator]
        200 OK {"account":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}},"appIDs":[],"aps":{"id":"{id7}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"schema":"/aps/2/types/109","status":"aps:ready","type":"http://parallels.com/aps/types/pa/serviceTemplate/1.2"},"autoprovisioning":true,"description":"","name":"User Management","resources":{"aps":{"href":"/aps/2/resources/{id7}/resources","link":"collection"}},"serviceTemplateId":1}
        > GET /aps/2/collections/service-plan-categories [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlanCategory/1.0"},"description":{},"name":"User Management demo"}]
        > GET /aps/2/collections/service-terms [operator]
        200 OK [{"aps":{"id":"{id4}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/ServiceTerms/1.0"},"destroyAfterHold":false,"name":"Hosting Service Terms","subGracePeriod":10,"subHoldPeriod":30,"trialDestroyAfterHold":true,"trialSubGracePeriod":0,"trialSubHoldPeriod":0}]
        > GET /aps/2/collections/bss-resources [operator]
        200 OK [{"aps":{"id":"{id5}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":0,"id":1,"name":{"en_US":"User Management demo - Virtual Server"},"unitOfMeasure":{"en_US":"unit"}}]
        > GET /aps/2/collections/tax-categories [operator]
        200 OK [{"aps":{"id":"{id6}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/TaxCategory/1.0"},"name":"All products"}]
    "#]].assert_eq(&said.text());
}

#[test]
fn every_occasion_for_a_mail_has_a_template() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let all = operator.call("GET /aps/2/collections/notification-templates", None).ok();
    let names: Vec<_> = all.as_array().unwrap().iter().map(|it| text(&it["name"])).collect();
    expect!["Welcome, Password Reset, Order Confirmation, Invoice, Payment, Payment Reminder, Subscription Expiration Reminder, Subscription Expiration, Subscription Hold, Low Balance, One-Time Password, User Suspension, User Activation, User Roles, User Removal, Subscription Release, Seat Assignment, Seat Change, Seat Removal, Dunning Notice, Credit Memo, Subscription Switch Cancellation, Installment Reminder, Trial Extension, Trial Upgrade, Login Change, Direct Debit Announcement, Account Hold, Account Release, Settlement, Shipment, Product Upgrade, Order Information Required, Sales Notification, Unpaid Order, Refund, Order Failure, Supplier Order, Service Termination, Payment Plan, Installment Due, Payment Plan Completion"].assert_eq(&names.join(", "));
    let one = text(&all[0]["aps"]["id"]);
    said.say(&operator, "operator", &format!("GET /aps/2/resources/{one}"), None);
    expect![[r#"
        > GET /aps/2/resources/{id1} [operator]
        200 OK {"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":1,"schema":"/aps/2/types/103","status":"aps:ready","type":"http://www.odin.com/billing/NotificationTemplate/1.0"},"name":"Welcome"}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_plan_shows_its_periods_rates_and_links() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let shop = shop(&operator);
    said.say(&operator, "operator", &format!("GET {}", path(&text(&shop.plan))), None);
    said.say(&operator, "operator", &format!("GET {}/resources", path(&text(&shop.plan))), None);
    expect![[r#"
        > GET /aps/2/resources/{id1} [operator]
        200 OK {"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":4,"schema":"/aps/2/types/105","status":"aps:ready","type":"http://www.odin.com/billing/ServicePlan/1.1"},"billingTerms":{"autoRenewal":{"type":"DISABLED"},"billingModel":"CHARGE_BEFORE_BILLING_PERIOD","billingPeriod":{"duration":1,"unit":"MONTHS"},"freezePrices":false},"category":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}},"longDescription":{"en_US":"Users, and what they are for"},"name":{"de_DE":"Nutzerverwaltung","en_US":"User Management Demo"},"planId":1,"publication":{"published":false},"resourceRates":[{"allowToModifyInTrial":true,"fees":{"overuse":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"overuseTiers":null,"recurring":{"description":{"de_DE":"Servers"},"price":{"code":"EUR","value":"1.5"},"showZeroPrice":false},"recurringTiers":[{"lowerLimit":"0.0","price":{"code":"EUR","value":"1.5"}},{"lowerLimit":"10.0","price":{"code":"EUR","value":"1.2"}},{"lowerLimit":"20.0","price":{"code":"EUR","value":"10.0"}}],"setup":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"setupTiers":null},"measurable":false,"publication":{"published":true},"resourceId":"{id4}","showInCustomerPanel":true,"showInStore":true,"sortNumber":0,"units":{"included":"1.0","max":"100.0","min":"0.0","step":null}}],"resources":{"aps":{"href":"/aps/2/resources/{id1}/resources","link":"collection"}},"serviceTemplate":{"aps":{"href":"/aps/2/resources/{id5}","id":"{id5}","link":"weak"}},"serviceTerms":{"aps":{"href":"/aps/2/resources/{id6}","id":"{id6}","link":"strong"}},"shortDescription":{"en_US":"Users"},"subscriptionPeriods":[{"active":true,"autoRenewalPeriod":{"type":"ON_LAST_STATEMENT_DAY"},"defaultPeriod":true,"fees":{"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{"de_DE":"By the month"},"price":{"code":"EUR","value":"9.5"},"showZeroPrice":false},"renewal":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"setup":{"description":{"de_DE":"Setup"},"price":{"code":"EUR","value":"25.0"},"showZeroPrice":false}},"numberOfBillingPeriods":1,"period":{"duration":1,"unit":"MONTHS"},"refund":{},"trial":false},{"active":true,"autoRenewalPeriod":{"type":"DISABLED"},"defaultPeriod":false,"fees":{"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"renewal":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"setup":{"description":{"de_DE":"Setup"},"price":{"code":"EUR","value":"25.0"},"showZeroPrice":false}},"numberOfBillingPeriods":12,"period":{"duration":1,"unit":"YEARS"},"refund":{},"trial":false}],"vendor":{"aps":{"href":"/aps/2/resources/{id7}","id":"{id7}","link":"strong"}}}
        > GET /aps/2/resources/{id1}/resources [operator]
        200 OK [{"aps":{"id":"{id4}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":0,"id":1,"name":{"en_US":"User Management demo - Virtual Server"},"unitOfMeasure":{"en_US":"unit"}}]
    "#]].assert_eq(&said.text());
}

#[test]
fn a_plan_is_seen_by_its_vendor_and_on_sale_by_whom_it_is_sold_to() {
    let house = House::on("2026-01-01");
    let (operator, mut told) = (house.operator(), String::new());
    let shop = shop(&operator);
    let callers = [
        ("north", house.client(&house.north.admin)),
        ("customer", house.client(&house.customer.admin)),
        ("member", house.client(&house.customer.member)),
        ("customer of north", house.client(&house.north.customer.admin)),
    ];
    let mut look = |when: &str| {
        for (name, caller) in &callers {
            let count = |what: &str| caller.call(what, None).ok().as_array().unwrap().len();
            let plans = count("GET /aps/2/collections/service-plans");
            let resources = count("GET /aps/2/collections/bss-resources");
            let plan = caller.call(&format!("GET {}", path(&text(&shop.plan))), None).status;
            let resource =
                caller.call(&format!("GET {}", path(&text(&shop.resource))), None).status;
            let template =
                caller.call(&format!("GET {}", path(&text(&shop.template))), None).status;
            told += &format!(
                "{when}: {name} lists {plans} and {resources}, gets {} {} {}\n",
                plan.as_u16(),
                resource.as_u16(),
                template.as_u16(),
            );
        }
    };
    look("before");
    launch(&operator, &shop.plan);
    look("on sale");
    expect![[r#"
        before: north lists 0 and 0, gets 404 404 404
        before: customer lists 0 and 0, gets 404 404 404
        before: member lists 0 and 0, gets 404 404 404
        before: customer of north lists 0 and 0, gets 404 404 404
        on sale: north lists 1 and 1, gets 200 200 404
        on sale: customer lists 1 and 1, gets 200 200 404
        on sale: member lists 1 and 1, gets 200 200 404
        on sale: customer of north lists 0 and 0, gets 404 404 404
    "#]]
    .assert_eq(&told);
}
