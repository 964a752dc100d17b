//! Prices by their numbers, switches, dependencies, and who may write a catalogue.

use expect_test::expect;
use serde_json::{Value, json};

use super::publishing::{create, euros, link, needs, new, plan};
use crate::harness::bus::uuid;
use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::{Market, text};

/// A copy that the reseller in the north sells of an offer of the provider's.
pub(super) fn northern(north: &Client<'_>, original: &Value) -> Value {
    let own = create(
        north,
        &[
            new("ServicePlanCategory/1.0", json!({ "name": "North" })),
            new("ServiceTerms/1.0", json!({ "name": "Northern" })),
        ],
    );
    new(
        "ServicePlan/1.1",
        json!({
            "name": { "en_US": "Northern Hosting" }, "shortDescription": {}, "longDescription": {},
            "category": link(&own[0]), "serviceTerms": link(&own[1]),
            "parentServicePlan": link(original), "publication": { "published": true },
        }),
    )
}

#[test]
fn a_copy_follows_the_price_of_today_and_not_the_one_that_is_to_come() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let north = market.house.client(&market.house.north.admin);
    let original = create(&operator, &[plan(&needs(&operator))]).remove(0);
    let copy = north.call("POST /aps/2/resources", Some(&northern(&north, &original))).ok();
    let of = |account: &str| format!("/aps/2/services/sku-manager/vendor/{}", uuid(account));
    let path = format!("{}/rates", of(&market.house.operator.account));
    let rates = operator.call(&format!("GET {path}"), None).ok();
    let recurring =
        rates.as_array().unwrap().iter().find(|it| it["price"]["value"] == "9.9").unwrap();
    let put = |value: &str| {
        let body = json!([{ "id": recurring["id"], "price": euros(value) }]);
        operator.call(&format!("PUT {path}"), Some(&body)).ok();
    };
    put("10.0");
    market.advance_to("2026-03-01");
    let offers = operator.get("/offers")["items"].as_array().unwrap().clone();
    let offers = offers.iter().map(|it| operator.get(&format!("/offers/{}", text(&it["id"]))));
    let prices = offers.flat_map(|it| it["prices"].as_array().unwrap().clone());
    let revised = |it: &Value| it["versions"].as_array().unwrap().len() == 2;
    let price = prices.into_iter().find(revised).unwrap();
    let later = json!({ "valid_from": "2026-07-01", "model": { "kind": "flat", "amount": "20" } });
    operator.post(&format!("/prices/{}/versions", text(&price["id"])), &later);
    let synchronize = format!("POST {}/synchronize", of(&market.house.operator.account));
    operator.call(&synchronize, None).ok();
    let theirs = format!("GET {}/rates?planApsId=", of(&market.house.north.account));
    let costs = || {
        let all = north.call(&format!("{theirs}{}", text(&copy["aps"]["id"])), None).ok();
        text(&all[1]["price"]["value"]).trim_end_matches(".0").to_owned()
    };
    assert_eq!(costs(), "10");
    market.advance_to("2026-07-01");
    assert_eq!(costs(), "10", "it follows when the vendor says so");
    operator.call(&synchronize, None).ok();
    assert_eq!(costs(), "20");
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is said")]
fn prices_are_changed_by_their_numbers_and_what_resellers_sell_on_follows() {
    let market = Market::on("2026-01-01");
    let (operator, said) = (market.operator(), Protocol::default());
    let north = market.house.client(&market.house.north.admin);
    let original = create(&operator, &[plan(&needs(&operator))]).remove(0);
    let body = northern(&north, &original);
    let copy = said.say(&north, "north", "POST /aps/2/resources", Some(&body)).ok();
    let copy = text(&copy["aps"]["id"]);
    let of = |account: &str| format!("/aps/2/services/sku-manager/vendor/{}", uuid(account));
    let (provider, reseller) =
        (of(&market.house.operator.account), of(&market.house.north.account));
    said.say(&operator, "operator", "GET /aps/2/services/sku-manager", None);
    let rates = said.say(&operator, "operator", &format!("GET {provider}/rates"), None).ok();
    let sku = |name: &str| {
        let all = rates.as_array().unwrap().iter();
        all.filter(|it| it["feeTypes"][0] == name).map(|it| it["id"].clone()).next().unwrap()
    };
    let put = |rows: Value| {
        said.say(&operator, "operator", &format!("PUT {provider}/rates"), Some(&rows));
    };
    let of_north = |when: &str| {
        let all = north.call(&format!("GET {reseller}/rates?planApsId={copy}"), None).ok();
        let row = |it: &Value| {
            format!("{} {} {}", text(&it["feeTypes"][0]), it["price"]["value"], it["msrp"])
        };
        let rows: Vec<_> = all.as_array().unwrap().iter().map(row).collect();
        format!("{when}: {}", rows.join(", "))
    };
    let mut told = vec![of_north("copied")];
    put(json!([
        { "id": sku("SETUP"), "price": euros("4.25"), "msrp": euros("5.0") },
        { "id": sku("RECURRING"), "price": euros("8.5") },
    ]));
    market.advance_to("2026-01-02");
    told.push(of_north("before"));
    said.say(&operator, "operator", &format!("POST {provider}/synchronize"), None);
    told.push(of_north("synchronized"));
    market.advance_to("2026-01-03");
    told.push(of_north("a day later"));
    said.say(&operator, "operator", &format!("GET {provider}/rates?planApsId={copy}"), None);
    said.say(&operator, "operator", &format!("GET {provider}/rates?appId=none"), None);
    put(json!([{ "id": 999, "price": euros("1.0") }]));
    put(json!([{ "id": sku("SETUP"), "price": { "value": "1.0", "code": "USD" } }]));
    put(json!([{ "price": euros("1.0") }]));
    put(json!({}));
    let tiered = rates.as_array().unwrap().iter().find(|it| it["price"]["value"] == "1.5");
    put(json!([{ "id": tiered.unwrap()["id"], "price": euros("2.0") }]));
    said.say(&north, "north", &format!("GET {provider}/rates"), None);
    said.say(&north, "north", &format!("POST {provider}/synchronize"), None);
    let customer = market.house.client(&market.house.customer.admin);
    said.say(&customer, "customer", &format!("GET {provider}/rates"), None);
    let nobody = of(&market.house.customer.account);
    said.say(&operator, "operator", &format!("GET {nobody}/rates"), None);
    expect![[r#"
        copied: SETUP "20.0" null, RECURRING "9.9" null, RENEWAL "0.0" null, RECURRING "7.9" null, SETUP "1.0" null, RECURRING "1.5" null
        before: SETUP "20.0" null, RECURRING "9.9" null, RENEWAL "0.0" null, RECURRING "7.9" null, SETUP "1.0" null, RECURRING "1.5" null
        synchronized: SETUP "4.25" null, RECURRING "8.5" null, RENEWAL "0.0" null, RECURRING "7.9" null, SETUP "1.0" null, RECURRING "1.5" null
        a day later: SETUP "4.25" null, RECURRING "8.5" null, RENEWAL "0.0" null, RECURRING "7.9" null, SETUP "1.0" null, RECURRING "1.5" null"#]].assert_eq(&told.join("\n"));
    expect![[r#"
        > POST /aps/2/resources {"aps":{"type":"http://www.odin.com/billing/ServicePlan/1.1"},"category":{"aps":{"id":"{id1}"}},"longDescription":{},"name":{"en_US":"Northern Hosting"},"parentServicePlan":{"aps":{"id":"{id2}"}},"publication":{"published":true},"serviceTerms":{"aps":{"id":"{id3}"}},"shortDescription":{}} [north]
        200 OK {"aps":{"id":"{id4}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id5}","id":"{id5}"},"revision":3,"status":"aps:ready","type":"http://www.odin.com/billing/ServicePlan/1.1"},"billingTerms":{"autoRenewal":{"type":"ON_LAST_STATEMENT_DAY"},"billingModel":"CHARGE_BEFORE_BILLING_PERIOD","billingPeriod":{"duration":1,"unit":"MONTHS"},"freezePrices":false},"category":{"aps":{"href":"/aps/2/resources/{id1}","id":"{id1}","link":"strong"}},"longDescription":{},"name":{"en_US":"Northern Hosting"},"parentServicePlan":{"aps":{"href":"/aps/2/resources/{id2}","id":"{id2}","link":"weak"}},"planId":2,"publication":{"published":true},"resourceRates":[{"allowToModifyInTrial":true,"fees":{"overuse":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"overuseTiers":null,"recurring":{"description":{"en_US":"Disk, recurring"},"price":{"code":"EUR","value":"1.5"},"showZeroPrice":false},"recurringTiers":[{"lowerLimit":"0.0","price":{"code":"EUR","value":"1.5"}},{"lowerLimit":"10.0","price":{"code":"EUR","value":"1.2"}},{"lowerLimit":"20.0","price":{"code":"EUR","value":"10.0"}}],"setup":{"description":{"en_US":"Disk, setup"},"price":{"code":"EUR","value":"1.0"},"showZeroPrice":false},"setupTiers":null},"measurable":false,"publication":{"published":true},"resourceId":"{id6}","showInCustomerPanel":true,"showInStore":false,"sortNumber":7,"units":{"included":"2.0","max":"50.0","min":"0.0","step":null}}],"resources":{"aps":{"href":"/aps/2/resources/{id4}/resources","link":"collection"}},"serviceTerms":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}},"shortDescription":{},"subscriptionPeriods":[{"active":true,"autoRenewalPeriod":{"type":"ON_LAST_STATEMENT_DAY"},"defaultPeriod":true,"fees":{"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{"de":"Monatlich","en_US":"By the month"},"price":{"code":"EUR","value":"9.9"},"showZeroPrice":false},"renewal":{"description":{"en_US":"Hosting, renewal"},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":true},"setup":{"description":{"en_US":"Hosting, setup"},"price":{"code":"EUR","value":"20.0"},"showZeroPrice":false}},"numberOfBillingPeriods":1,"period":{"duration":1,"unit":"MONTHS"},"refund":{},"trial":false},{"active":true,"autoRenewalPeriod":{"type":"ON_LAST_STATEMENT_DAY"},"defaultPeriod":false,"fees":{"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{"en_US":"Hosting, recurring"},"price":{"code":"EUR","value":"7.9"},"showZeroPrice":false},"renewal":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"setup":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false}},"numberOfBillingPeriods":12,"period":{"duration":1,"unit":"YEARS"},"refund":{"fullRefundPeriod":14,"nonRefundableAmount":{"code":"EUR","value":"5.0"},"proratedRefund":true},"trial":false},{"active":true,"autoRenewalPeriod":{"duration":1,"renewPoint":2,"type":"BEFORE_EXPIRATION","unit":"MONTHS"},"defaultPeriod":false,"fees":{"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"renewal":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"setup":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false}},"numberOfBillingPeriods":null,"period":{"duration":14,"unit":"DAYS"},"refund":{},"trial":true}],"vendor":{"aps":{"href":"/aps/2/resources/{id7}","id":"{id7}","link":"strong"}}}
        > GET /aps/2/services/sku-manager [operator]
        200 OK {"aps":{"id":"{id8}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id5}","id":"{id5}"},"revision":1,"schema":"/aps/2/types/185","status":"aps:ready","type":"http://www.odin.com/oa/billing/sku/dispatcher/1.0"}}
        > GET /aps/2/services/sku-manager/vendor/{id9}/rates [operator]
        200 OK [{"description":{"en_US":"Hosting, setup"},"feeTypes":["SETUP"],"id":1,"name":"Hosting, setup","plans":["1"],"price":{"code":"EUR","value":"20.0"}},{"description":{"en_US":"By the month"},"feeTypes":["RECURRING"],"id":2,"name":"By the month","plans":["1"],"price":{"code":"EUR","value":"9.9"}},{"description":{"en_US":"Hosting, renewal"},"feeTypes":["RENEWAL"],"id":3,"name":"Hosting, renewal","plans":["1"],"price":{"code":"EUR","value":"0.0"}},{"description":{"en_US":"Hosting, recurring"},"feeTypes":["RECURRING"],"id":4,"name":"Hosting, recurring","plans":["1"],"price":{"code":"EUR","value":"7.9"}},{"description":{"en_US":"Disk, setup"},"feeTypes":["SETUP"],"id":5,"name":"Disk, setup","plans":["1"],"price":{"code":"EUR","value":"1.0"}},{"description":{"en_US":"Disk, recurring"},"feeTypes":["RECURRING"],"id":6,"name":"Disk, recurring","plans":["1"],"price":{"code":"EUR","value":"1.5"}}]
        > PUT /aps/2/services/sku-manager/vendor/{id9}/rates [{"id":1,"msrp":{"code":"EUR","value":"5.0"},"price":{"code":"EUR","value":"4.25"}},{"id":2,"price":{"code":"EUR","value":"8.5"}}] [operator]
        200 OK [{"description":{"en_US":"Hosting, setup"},"feeTypes":["SETUP"],"id":1,"msrp":{"code":"EUR","value":"5.0"},"name":"Hosting, setup","plans":["1"],"price":{"code":"EUR","value":"4.25"}},{"description":{"en_US":"By the month"},"feeTypes":["RECURRING"],"id":2,"name":"By the month","plans":["1"],"price":{"code":"EUR","value":"8.5"}}]
        > POST /aps/2/services/sku-manager/vendor/{id9}/synchronize [operator]
        204 No Content 
        > GET /aps/2/services/sku-manager/vendor/{id9}/rates?planApsId={id4} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`planApsId` is no plan of the vendor: `{id4}`"}
        > GET /aps/2/services/sku-manager/vendor/{id9}/rates?appId=none [operator]
        200 OK []
        > PUT /aps/2/services/sku-manager/vendor/{id9}/rates [{"id":999,"price":{"code":"EUR","value":"1.0"}}] [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/0/id` is no SKU of the vendor: `999`"}
        > PUT /aps/2/services/sku-manager/vendor/{id9}/rates [{"id":1,"price":{"code":"USD","value":"1.0"}}] [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/0/price/code` must be EUR"}
        > PUT /aps/2/services/sku-manager/vendor/{id9}/rates [{"price":{"code":"EUR","value":"1.0"}}] [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/0/id` must be given"}
        > PUT /aps/2/services/sku-manager/vendor/{id9}/rates {} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`` must be an array"}
        > PUT /aps/2/services/sku-manager/vendor/{id9}/rates [{"id":6,"price":{"code":"EUR","value":"2.0"}}] [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/0/price` has tiers: change them in the plan"}
        > GET /aps/2/services/sku-manager/vendor/{id9}/rates [north]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id9}` is not there"}
        > POST /aps/2/services/sku-manager/vendor/{id9}/synchronize [north]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id9}` is not there"}
        > GET /aps/2/services/sku-manager/vendor/{id9}/rates [customer]
        403 Forbidden {"code":403,"type":"APS::Hosting::PermissionDenied","message":"not permitted: catalog_read"}
        > GET /aps/2/services/sku-manager/vendor/{id10}/rates [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id10}` is not there"}
    "#]].assert_eq(&said.text());
    market.must_be_whole();
}

#[test]
fn a_plan_tells_to_which_others_it_may_be_switched() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let needs = needs(&operator);
    let template = format!("/specifications/spc_{}", text(&needs.template));
    let larger = json!({ "aps": {
        "type": "http://parallels.com/aps/types/pa/serviceTemplate/1.2",
    }, "name": "Larger" });
    let larger = create(&operator, &[larger]).remove(0);
    let to = format!("spc_{}", text(&larger));
    operator.patch(&template, &json!({ "relations": [{ "to": to, "kind": "migration" }] }));
    let mut other = plan(&needs);
    other["serviceTemplate"] = link(&larger);
    let ids = create(&operator, &[plan(&needs), other]);
    let path = format!("/aps/2/resources/{}/planPeriodSwitches", text(&ids[0]));
    let customer = house.client(&house.customer.admin);
    for body in [
        json!({ "duration": 1, "unit": "MONTHS" }),
        json!({ "duration": 12, "unit": "MONTHS" }),
        json!({ "duration": 5, "unit": "MONTHS" }),
        json!({ "duration": 5 }),
    ] {
        said.say(&customer, "customer", &format!("POST {path}"), Some(&body));
    }
    expect![[r#"
        > POST /aps/2/resources/{id1}/planPeriodSwitches {"duration":1,"unit":"MONTHS"} [customer]
        200 OK [{"target":{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id1}"},"type":"NONE"},{"target":{"period":{"duration":1,"unit":"YEARS"},"planId":"{id1}"},"type":"RENEWAL"},{"target":{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}"},"type":"SIDEGRADE"},{"target":{"period":{"duration":1,"unit":"YEARS"},"planId":"{id2}"},"type":"SIDEGRADE"}]
        > POST /aps/2/resources/{id1}/planPeriodSwitches {"duration":12,"unit":"MONTHS"} [customer]
        200 OK [{"target":{"period":{"duration":1,"unit":"YEARS"},"planId":"{id1}"},"type":"NONE"},{"target":{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id1}"},"type":"RENEWAL"},{"target":{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}"},"type":"SIDEGRADE"},{"target":{"period":{"duration":1,"unit":"YEARS"},"planId":"{id2}"},"type":"SIDEGRADE"}]
        > POST /aps/2/resources/{id1}/planPeriodSwitches {"duration":5,"unit":"MONTHS"} [customer]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/duration` is no period of the plan"}
        > POST /aps/2/resources/{id1}/planPeriodSwitches {"duration":5} [customer]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/unit` must be given"}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_period_that_is_paid_for_goes_before_a_trial_that_lasts_as_long() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let mut body = plan(&needs(&operator));
    let month = json!({ "duration": 1, "unit": "MONTHS" });
    let trial = json!({ "period": month, "trial": true });
    body["subscriptionPeriods"].as_array_mut().unwrap().insert(0, trial);
    let id = create(&operator, &[body]).remove(0);
    let path = format!("POST /aps/2/resources/{}/planPeriodSwitches", text(&id));
    let found = operator.call(&path, Some(&month)).ok();
    let said = found.as_array().unwrap().iter();
    let said: Vec<_> = said.map(|it| (text(&it["type"]), it["target"]["period"].clone())).collect();
    let year = json!({ "duration": 1, "unit": "YEARS" });
    assert_eq!(said, [("NONE".to_owned(), month), ("RENEWAL".to_owned(), year)]);
}

#[test]
fn the_resources_of_a_plan_tell_what_they_need_and_exclude() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let needs = needs(&operator);
    let resource = |name: &str, depends: Value| {
        let texts = json!({ "en_US": format!("MSS - {name}") });
        let unit = json!({ "en_US": "unit" });
        new("Resource/1.3", json!({ "name": texts, "unitOfMeasure": unit, "dependsOn": depends }))
    };
    let names = ["Gold Configuration", "Platinum Configuration", "Silver Configuration", "VPS"];
    let mut ids = create(&operator, &names.map(|it| resource(it, json!([]))));
    for place in 0..3 {
        let others = (0..3)
            .filter(|it| *it != place)
            .map(|it| json!({ "resource": ids[it], "kind": "SUBSCRIPTION_WIDE_CONFLICTS" }));
        let body = json!({ "dependsOn": others.collect::<Vec<_>>() });
        let path = format!("/aps/2/resources/{}", text(&ids[place]));
        operator.call(&format!("PUT {path}"), Some(&body)).ok();
    }
    let requires = |id: &Value| json!([{ "resource": id, "kind": "REQUIRES", "multiplier": 1 }]);
    ids.extend(create(&operator, &[resource("Storage", requires(&ids[1]))]));
    ids.extend(create(&operator, &[resource("Storage Protection", requires(&ids[4]))]));
    let mut body = plan(&needs);
    body["name"] = json!({ "en_US": "Testing Resource Dependencies" });
    body["resourceRates"] = ids.iter().map(|it| json!({ "resourceId": it })).collect();
    let made = create(&operator, &[body]).remove(0);
    let path = format!("/aps/2/resources/{}/resources", text(&made));
    said.say(&operator, "operator", &format!("GET {path}"), None);
    expect![[r#"
        > GET /aps/2/resources/{id1}/resources [operator]
        200 OK [{"aps":{"id":"{id2}","modified":"2026-01-01T00:00:00Z","revision":2,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":0,"dependsOn":[{"kind":"SUBSCRIPTION_WIDE_CONFLICTS","resource":"{id3}"},{"kind":"SUBSCRIPTION_WIDE_CONFLICTS","resource":"{id4}"}],"id":2,"name":{"en_US":"MSS - Gold Configuration"},"unitOfMeasure":{"en_US":"unit"}},{"aps":{"id":"{id3}","modified":"2026-01-01T00:00:00Z","revision":2,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":0,"dependsOn":[{"kind":"SUBSCRIPTION_WIDE_CONFLICTS","resource":"{id2}"},{"kind":"SUBSCRIPTION_WIDE_CONFLICTS","resource":"{id4}"}],"id":3,"name":{"en_US":"MSS - Platinum Configuration"},"unitOfMeasure":{"en_US":"unit"}},{"aps":{"id":"{id4}","modified":"2026-01-01T00:00:00Z","revision":2,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":0,"dependsOn":[{"kind":"SUBSCRIPTION_WIDE_CONFLICTS","resource":"{id2}"},{"kind":"SUBSCRIPTION_WIDE_CONFLICTS","resource":"{id3}"}],"id":4,"name":{"en_US":"MSS - Silver Configuration"},"unitOfMeasure":{"en_US":"unit"}},{"aps":{"id":"{id5}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":0,"id":5,"name":{"en_US":"MSS - VPS"},"unitOfMeasure":{"en_US":"unit"}},{"aps":{"id":"{id6}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":0,"dependsOn":[{"kind":"REQUIRES","multiplier":1,"resource":"{id3}"}],"id":6,"name":{"en_US":"MSS - Storage"},"unitOfMeasure":{"en_US":"unit"}},{"aps":{"id":"{id7}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"consumptionType":0,"dependsOn":[{"kind":"REQUIRES","multiplier":1,"resource":"{id6}"}],"id":7,"name":{"en_US":"MSS - Storage Protection"},"unitOfMeasure":{"en_US":"unit"}}]
    "#]].assert_eq(&said.text());
}

#[test]
fn only_who_sells_writes_a_catalogue_and_only_its_own() {
    let house = House::on("2026-01-01");
    let (operator, mut told) = (house.operator(), String::new());
    let needs = needs(&operator);
    let made = create(&operator, &[plan(&needs)]).remove(0);
    let path = format!("/aps/2/resources/{}", text(&made));
    let name = json!({ "name": { "en_US": "Mine" } });
    for (who, caller) in [
        ("north", house.client(&house.north.admin)),
        ("customer", house.client(&house.customer.admin)),
        ("member", house.client(&house.customer.member)),
    ] {
        let mut say = |what: &str, body: Option<&Value>| {
            let answer = caller.call(what, body);
            let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            told += &format!("{who} {} {}\n", what.split(' ').next().unwrap(), said["message"]);
        };
        say("POST /aps/2/resources", Some(&plan(&needs)));
        say(&format!("PUT {path}"), Some(&name));
        say(&format!("POST {path}/category"), Some(&link(&needs.category)));
    }
    expect![[r#"
        north POST "`/serviceTemplate/aps/id` `{id1}` is not there"
        north PUT "`{id2}` is not there"
        north POST "`{id2}` is not there"
        customer POST "not permitted: catalog_write"
        customer PUT "not permitted: catalog_write"
        customer POST "not permitted: catalog_write"
        member POST "not permitted: catalog_write"
        member PUT "not permitted: catalog_write"
        member POST "not permitted: catalog_write"
    "#]]
    .assert_eq(&Protocol::default().redact(&told));
}

#[test]
fn a_price_that_waits_for_tomorrow_does_not_come_where_the_price_of_today_is_said_again() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let original = create(&operator, &[plan(&needs(&operator))]).remove(0);
    let path = format!(
        "/aps/2/services/sku-manager/vendor/{}/rates",
        uuid(&market.house.operator.account)
    );
    let costs = || {
        let rates = operator.call(&format!("GET {path}"), None).ok();
        let rates = rates.as_array().unwrap().clone();
        let recurring = rates.into_iter().find(|it| it["feeTypes"][0] == "RECURRING").unwrap();
        (recurring["id"].clone(), text(&recurring["price"]["value"]))
    };
    let (id, price) = costs();
    assert_eq!(price, "9.9");
    let put = |value: &str| {
        let body = json!([{ "id": id, "price": euros(value) }]);
        operator.call(&format!("PUT {path}"), Some(&body)).ok();
    };
    put("12.0");
    assert_eq!(costs().1, "9.9", "it has its price of today already");
    put("9.9");
    market.advance_to("2026-01-02");
    assert_eq!(costs().1, "9.9", "of the SKU manager");
    put("12.0");
    assert_eq!(costs().1, "12.0");
    let plan = format!("/aps/2/resources/{}", text(&original));
    let periods = |value: &str| {
        let mut periods = operator.get(&plan)["subscriptionPeriods"].clone();
        periods[0]["fees"]["recurring"]["price"] = euros(value);
        let body = json!({ "subscriptionPeriods": periods });
        operator.call(&format!("PUT {plan}"), Some(&body)).ok();
    };
    periods("15.0");
    periods("13.0");
    market.advance_to("2026-01-03");
    assert_eq!(costs().1, "13.0", "of the plan: what was said last");
    market.must_be_whole();
}

#[test]
fn no_call_of_the_sku_manager_is_without_an_end() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let north = market.house.client(&market.house.north.admin);
    let original = create(&operator, &[plan(&needs(&operator))]).remove(0);
    north.call("POST /aps/2/resources", Some(&northern(&north, &original))).ok();
    let manager =
        format!("/aps/2/services/sku-manager/vendor/{}", uuid(&market.house.operator.account));
    let row = json!({ "id": 1, "price": euros("1.0") });
    let many = operator.call(&format!("PUT {manager}/rates"), Some(&json!(vec![row; 1001])));
    assert_eq!(many.status, 400);
    assert_eq!(text(&many.json()["message"]), "`/` must have at most 1000 elements, not 1001");
    let synchronize =
        |plan: &str| operator.call(&format!("POST {manager}/synchronize?planApsId={plan}"), None);
    assert_eq!(synchronize(&text(&original)).status, 204);
    let strange = synchronize("01980000-0000-7abc-8000-000000000001");
    assert_eq!(strange.status, 400);
    assert!(text(&strange.json()["message"]).contains("is no plan of the vendor"));
    let rates = |plan: &str| operator.get(&format!("{manager}/rates?planApsId={plan}"));
    let own = text(&original);
    assert_eq!(rates(&own), operator.get(&format!("{manager}/rates")));
    assert_eq!(
        rates(&own.to_uppercase()),
        rates(&own),
        "letters of an id are the same in either case"
    );
}
