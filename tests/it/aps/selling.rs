//! What plans charge on which occasion, who sees which rate of one, and when one is sold no more.

use expect_test::expect;
use serde_json::{Value, json};

use super::publishing::{create, euros, link, needs, new, plan};
use crate::harness::bus::uuid;
use crate::harness::client::{Client, Protocol};
use crate::harness::market::{Market, text};

fn tiers(first: &str, second: &str) -> Value {
    json!([
        { "price": euros(first), "lowerLimit": "0.0" },
        { "price": euros(second), "lowerLimit": "10.0" },
    ])
}

/// Publishes a plan; its path on the bus.
fn published(client: &Client<'_>, plan: &Value) -> String {
    let made = client.call("POST /aps/2/resources", Some(plan)).ok();
    format!("/aps/2/resources/{}", text(&made["aps"]["id"]))
}

fn offer(path: &str) -> String {
    format!("ofr_{}", path.rsplit_once('/').unwrap().1)
}

/// What the invoices of an account say: the day, what for, and how much.
fn invoiced(market: &Market, account: &Value) -> String {
    let mut told = String::new();
    for invoice in market.invoices(account) {
        for it in invoice["lines"].as_array().unwrap() {
            let (kind, quantity) = (text(&it["kind"]), text(&it["quantity"]));
            let net = text(&it["net"]["amount"]);
            told += &format!(
                "{} {kind} {quantity} x {}: {net}\n",
                invoice["issued_on"],
                text(&it["text"])
            );
        }
    }
    told
}

#[test]
fn each_fee_is_charged_on_its_occasion_and_each_kind_of_unit_by_tiers_of_its_own() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let needs = needs(&operator);
    let mut plan = plan(&needs);
    plan["subscriptionPeriods"] = json!([{
        "numberOfBillingPeriods": 1, "defaultPeriod": true,
        "fees": {
            "setup": { "price": euros("20.0"), "description": { "en_US": "Setting up" } },
            "recurring": { "price": euros("9.9") },
            "renewal": { "price": euros("4.0"), "description": { "en_US": "Going on" } },
        },
    }]);
    plan["resourceRates"] = json!([{
        "resourceId": needs.resource, "measurable": true, "units": { "included": "2.0" },
        "fees": {
            "setupTiers": tiers("1.0", "0.5"),
            "recurringTiers": tiers("2.0", "1.5"),
            "overuseTiers": tiers("3.0", "0.25"),
        },
    }]);
    let path = published(&operator, &plan);
    let whole = operator.get(&path);
    let said = Protocol::default();
    said.note(&whole["subscriptionPeriods"][0]["fees"].to_string());
    said.note(&whole["resourceRates"][0]["fees"].to_string());
    let account = market.customer("Ann", "EUR");
    let units = json!({ format!("res_{}", text(&needs.resource)): "15" });
    let items = json!([{ "offer": offer(&path), "resources": units }]);
    let order = operator.post("/orders", &json!({ "account": account["id"], "items": items }));
    market.house.app.keep_duties();
    let subscription =
        text(&operator.get(&format!("/orders/{}", text(&order["id"])))["items"][0]["subscription"]);
    let meters = operator.get("/meters");
    let meter =
        meters["items"].as_array().unwrap().iter().find(|it| it["id"] != market.meter.as_str());
    let event = json!({
        "id": "1", "subscription": subscription, "meter": meter.unwrap()["id"], "quantity": "27",
        "at": "2026-01-01T00:00:00Z",
    });
    assert_eq!(operator.post("/usage", &json!({ "events": [event] }))["accepted"], 1);
    market.advance_to("2026-02-02");
    said.note(&invoiced(&market, &account));
    expect![[r#"
        {"deposit":{"description":{},"price":{"code":"EUR","value":"0.0"},"showZeroPrice":false},"recurring":{"description":{"en_US":"Hosting, recurring"},"price":{"code":"EUR","value":"9.9"},"showZeroPrice":false},"renewal":{"description":{"en_US":"Going on"},"price":{"code":"EUR","value":"4.0"},"showZeroPrice":false},"setup":{"description":{"en_US":"Setting up"},"price":{"code":"EUR","value":"20.0"},"showZeroPrice":false}}
        {"overuse":{"description":{"en_US":"Disk, overuse"},"price":{"code":"EUR","value":"3.0"},"showZeroPrice":false},"overuseTiers":[{"lowerLimit":"0.0","price":{"code":"EUR","value":"3.0"}},{"lowerLimit":"10.0","price":{"code":"EUR","value":"0.25"}}],"recurring":{"description":{"en_US":"Disk, recurring"},"price":{"code":"EUR","value":"2.0"},"showZeroPrice":false},"recurringTiers":[{"lowerLimit":"0.0","price":{"code":"EUR","value":"2.0"}},{"lowerLimit":"10.0","price":{"code":"EUR","value":"1.5"}}],"setup":{"description":{"en_US":"Disk, setup"},"price":{"code":"EUR","value":"1.0"},"showZeroPrice":false},"setupTiers":[{"lowerLimit":"0.0","price":{"code":"EUR","value":"1.0"}},{"lowerLimit":"10.0","price":{"code":"EUR","value":"0.5"}}]}
        "2026-01-01" setup 1 x Hosting: Setting up: 20.00
        "2026-01-01" recurring 1 x Hosting: Hosting, recurring: 9.90
        "2026-01-01" setup 13 x Hosting: Disk, setup: 11.50
        "2026-01-01" recurring 13 x Hosting: Disk, recurring: 24.50
        "2026-02-01" recurring 1 x Hosting: Hosting, recurring: 9.90
        "2026-02-01" renewal 1 x Hosting: Going on: 4.00
        "2026-02-01" recurring 13 x Hosting: Disk, recurring: 24.50
        "2026-02-01" usage 27 x Hosting: Disk, overuse: 30.50

    "#]].assert_eq(&said.text());
    market.must_be_whole();
}

#[test]
fn a_deposit_is_taken_when_a_plan_is_bought_and_goes_back_at_the_end() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let mut plan = plan(&needs(&operator));
    plan["subscriptionPeriods"][0]["fees"]["deposit"] = json!({ "price": euros("25.0") });
    plan["subscriptionPeriods"][0]["fees"]["renewal"] = json!({ "price": euros("4.0") });
    let path = published(&operator, &plan);
    let fees = &operator.get(&path)["subscriptionPeriods"][0]["fees"];
    assert_eq!(fees["deposit"]["price"], euros("25.0"));
    let account = market.customer("Ann", "EUR");
    let items = json!([{ "offer": offer(&path), "term": "1-month" }]);
    let order = operator.post("/orders", &json!({ "account": account["id"], "items": items }));
    market.house.app.keep_duties();
    let has =
        text(&operator.get(&format!("/orders/{}", text(&order["id"])))["items"][0]["subscription"]);
    let prices = operator.get(&format!("/aps/2/resources/{}/prices", uuid(&has)));
    let kinds: Vec<_> =
        prices.as_array().unwrap().iter().map(|it| it["type"].to_string()).collect();
    market.advance_to("2026-02-02");
    operator.post(&format!("/subscriptions/{has}/cancel"), &json!({}));
    market.must_be_whole();
    let held = operator.get(&format!("/deposits?account={}", text(&account["id"])));
    let said = Protocol::default();
    said.note(&kinds.join(" "));
    said.note(&invoiced(&market, &account));
    said.note(&held["items"][0]["returned"].to_string());
    said.note(&held["items"][0]["state"].to_string());
    expect![[r#"
        "SETUP" "RECURRING" "RENEWAL" "DEPOSIT" "SETUP" "RECURRING"
        "2026-01-01" setup 1 x Hosting: Hosting, setup: 20.00
        "2026-01-01" recurring 1 x Hosting: By the month: 9.90
        "2026-01-01" deposit 1 x Hosting: Hosting, deposit: 25.00
        "2026-02-01" recurring 1 x Hosting: By the month: 9.90
        "2026-02-01" renewal 1 x Hosting: Hosting, renewal: 4.00

        {"amount":"25.00","currency":"EUR"}
        "returned"
    "#]]
    .assert_eq(&said.text());
}

#[test]
fn a_price_of_nothing_is_there_if_it_is_to_be_shown() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let needs = needs(&operator);
    for shows in [true, false] {
        let mut plan = plan(&needs);
        let free = json!({ "price": euros("0.0"), "showZeroPrice": shows });
        plan["subscriptionPeriods"][0]["fees"]["setup"] = free;
        let path = published(&operator, &plan);
        let fees = operator.get(&path)["subscriptionPeriods"][0]["fees"].clone();
        assert_eq!(fees["setup"]["showZeroPrice"], shows);
        assert_eq!(fees["setup"]["price"], euros("0.0"));
        let asked = json!({ "currency": "EUR", "country": "DE", "term": "1-month" });
        let told = operator.post(&format!("/offers/{}/calculate", offer(&path)), &asked);
        let lines = told["lines"].as_array().unwrap().iter();
        let names: Vec<_> = lines.map(|it| text(&it["name"])).collect();
        assert_eq!(names.contains(&"Hosting, setup".to_owned()), shows, "{names:?}");
    }
}

#[test]
fn a_plan_that_is_taken_off_sale_is_not_sold_any_more_and_who_has_it_keeps_it() {
    let market = Market::on("2026-01-01");
    let (operator, said) = (market.operator(), Protocol::default());
    let path = published(&operator, &plan(&needs(&operator)));
    let account = market.customer("Ann", "EUR");
    let order = json!({ "account": account["id"], "items": [{ "offer": offer(&path), "term": "1-month" }] });
    let bought = text(&operator.post("/orders", &order)["id"]);
    market.house.app.keep_duties();
    let buyer = market.house.client(&market.house.customer.admin);
    let shelf = "/aps/2/collections/service-plans?eq(publication.published,true),select(planId)";
    let count = |it: &Client<'_>| it.get(shelf).as_array().unwrap().len();
    assert_eq!((count(&operator), count(&buyer)), (1, 1));
    for published in [false, true] {
        let publish = json!({ "publication": { "published": published } });
        operator.call(&format!("PUT {path}"), Some(&publish)).ok();
        assert_eq!((count(&operator), count(&buyer)), (published.into(), published.into()));
        said.say(&operator, "operator", "POST /orders?fields=state", Some(&order));
    }
    market.advance_to("2026-02-02");
    let has = text(&operator.get(&format!("/orders/{bought}"))["items"][0]["subscription"]);
    said.say(&operator, "operator", &format!("GET /subscriptions/{has}?fields=state"), None);
    expect![[r#"
        > POST /orders?fields=state {"account":"{acc1}","items":[{"offer":"{ofr1}","term":"1-month"}]} [operator]
        409 Conflict {"type":"/problems/offer_not_available","title":"The offer cannot be ordered now, or not by this account.","status":409,"detail":"`/items/0/offer` cannot be bought now: `Hosting` is out of its validity","request_id":"…"}
        > POST /orders?fields=state {"account":"{acc1}","items":[{"offer":"{ofr1}","term":"1-month"}]} [operator]
        201 Created {"id":"{ord1}","state":"completed"}
        > GET /subscriptions/{sub1}?fields=state [operator]
        200 OK {"id":"{sub1}","state":"active"}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_rate_is_shown_where_it_is_to_be_shown_and_in_its_place() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let needs = needs(&operator);
    let unit = json!({ "en_US": "piece" });
    let more = ["Address", "Backup"].map(|name| {
        new("Resource/1.3", json!({ "name": { "en_US": name }, "unitOfMeasure": unit }))
    });
    let more = create(&operator, &more);
    let mut plan = plan(&needs);
    let rate = |id: &Value, place: u32, store: bool, panel: bool| {
        json!({
            "resourceId": id, "sortNumber": place, "showInStore": store,
            "showInCustomerPanel": panel, "units": { "included": "1.0" },
            "fees": { "recurring": { "price": euros("1.0") } },
        })
    };
    plan["resourceRates"] = json!([
        rate(&needs.resource, 30, true, false),
        rate(&more[0], 10, false, true),
        rate(&more[1], 20, true, true),
    ]);
    let path = published(&operator, &plan);
    let customer = &market.house.customer;
    let order = json!({ "account": customer.account, "items": [{ "offer": offer(&path), "term": "1-month" }] });
    let order = text(&operator.post("/orders", &order)["id"]);
    market.house.app.keep_duties();
    let has = text(&operator.get(&format!("/orders/{order}"))["items"][0]["subscription"]);
    let buyer = market.house.client(&customer.admin);
    let named = [(&needs.resource, "disk"), (&more[0], "address"), (&more[1], "backup")];
    let names = |list: &Value| {
        let name = |it: &Value| named.iter().find(|named| *named.0 == it["resourceId"]).unwrap().1;
        list.as_array().unwrap().iter().map(name).collect::<Vec<_>>().join(" ")
    };
    let (rates, resources) = (
        |client: &Client<'_>| names(&client.get(&path)["resourceRates"]),
        |client: &Client<'_>| {
            names(&client.get(&format!("/aps/2/resources/{}/resources", uuid(&has))))
        },
    );
    assert_eq!(
        (rates(&operator), rates(&buyer)),
        ("address backup disk".into(), "backup disk".into())
    );
    assert_eq!(resources(&operator), "address backup disk");
    assert_eq!(resources(&buyer), "address backup");
}

#[test]
fn what_an_application_brings_is_there_to_be_sold() {
    let market = Market::on("2026-01-01");
    let (operator, said) = (market.operator(), Protocol::default());
    let application = "8c6c9b1e-6e9c-4f0f-9d0e-3f5c1d2b7a11";
    let types = ["Sites", "Mailboxes"].map(|name| {
        new(
            "Resource/1.3",
            json!({
                "name": { "en_US": name }, "unitOfMeasure": { "en_US": "unit" },
                "apsAppUUID": application,
            }),
        )
    });
    let template = json!({
        "aps": { "type": "http://parallels.com/aps/types/pa/serviceTemplate/1.2" },
        "name": "Web application",
    });
    let made = create(&operator, &[types.as_slice(), &[template]].concat());
    for id in &made[..2] {
        operator.post(&format!("/aps/2/resources/{}/resources", text(&made[2])), &link(id));
    }
    let get = |what: &str| said.say(&operator, "operator", &format!("GET {what}"), None).ok();
    get("/aps/2/collections/bss-resources?select(name.en_US,apsAppUUID)");
    get("/aps/2/collections/service-templates?select(name,appIDs,resources.name.en_US)");
    get("/resources?fields=name,unit");
    get("/specifications?fields=name,resources");
    expect![[r#"
        > GET /aps/2/collections/bss-resources?select(name.en_US,apsAppUUID) [operator]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"apsAppUUID":"{id2}","name":{"en_US":"Sites"}},{"aps":{"id":"{id3}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"apsAppUUID":"{id2}","name":{"en_US":"Mailboxes"}}]
        > GET /aps/2/collections/service-templates?select(name,appIDs,resources.name.en_US) [operator]
        200 OK [{"appIDs":["{id2}"],"aps":{"id":"{id4}","modified":"2026-01-01T00:00:00Z","revision":3,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/serviceTemplate/1.2"},"name":"Web application","resources":[{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"name":{"en_US":"Sites"}},{"aps":{"id":"{id3}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/Resource/1.3"},"name":{"en_US":"Mailboxes"}}]}]
        > GET /resources?fields=name,unit [operator]
        200 OK {"items":[{"id":"{res1}","name":{"en_US":"Mailboxes"},"unit":"unit"},{"id":"{res2}","name":{"en_US":"Sites"},"unit":"unit"}],"next_cursor":null}
        > GET /specifications?fields=name,resources [operator]
        200 OK {"items":[{"id":"{spc1}","name":{"en_US":"Web application"},"resources":["{res2}","{res1}"]}],"next_cursor":null}
    "#]].assert_eq(&said.text());
}
