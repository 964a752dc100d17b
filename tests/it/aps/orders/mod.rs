//! The order manager: what is ordered, estimated and listed, and what is refused.

mod crowd;
mod listing;
mod own;
mod refunds;
mod refusals;
mod switches;
mod terms;

use std::fmt::Debug;
use std::str::FromStr;

use expect_test::expect;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tillbox::domain::catalog::offer::OfferContent;
use tillbox::domain::id::OfferId;
use tillbox::domain::localized::Localized;
use tillbox::domain::operator::Actor;
use tillbox::domain::text::Locale;
use tillbox::services::{Author, offer};
use tillbox::store::backup::contents;

use crate::harness::bus::uuid;
use crate::harness::client::{Client, Protocol};
use crate::harness::house::{Person, invite};
use crate::harness::market::{Market, lines, monthly, text};

/// Where orders are.
const ORDERS: &str = "/aps/2/services/order-manager/orders";

/// A market with a customer, and a plan of which three resources have to do with one another.
struct Shop {
    market: Market,
    account: String,
    plan: String,
    resources: Vec<String>,
}

/// The resources of the plan, in the order in which the shop has them.
const SERVER: usize = 0;
const STORAGE: usize = 1;
const BACKUP: usize = 2;
const LINUX: usize = 3;
const WINDOWS: usize = 4;

/// A text that is there in English alone.
fn said_in_english<T: FromStr<Err: Debug>>(text: &str) -> Localized<T> {
    let english: Locale = "en_US".parse().unwrap();
    Localized::of([(english.clone(), text.parse().unwrap())].into(), &english).unwrap()
}

fn name(text: &str) -> Value {
    json!({ "en_US": text })
}

fn open() -> Shop {
    let market = Market::on("2026-01-01");
    let account = text(&market.customer("Blue Whale", "USD")["id"]);
    let operator = market.operator();
    let made = |body: Value| text(&operator.post("/resources", &body)["id"]);
    let server = made(json!({ "name": name("Server"), "unit": "unit" }));
    let needs = json!([{ "kind": "requires", "on": server, "multiplier": "10" }]);
    let storage = made(json!({ "name": name("Storage"), "unit": "GB", "dependencies": needs }));
    let comes = json!([{ "kind": "provided_by", "on": server, "multiplier": "2" }]);
    let backup = made(json!({ "name": name("Backup"), "unit": "unit", "dependencies": comes }));
    let linux = made(json!({ "name": name("Linux"), "unit": "unit" }));
    let against = json!([
        { "kind": "subscription_conflict", "on": linux },
        { "kind": "account_conflict", "on": storage },
    ]);
    let windows = made(json!({ "name": name("Windows"), "unit": "unit", "dependencies": against }));
    let resources = vec![server, storage, backup, linux, windows];
    let plan = plan(&market, "VPS", &resources);
    Shop { market, account: uuid(&account).to_owned(), plan: uuid(&plan).to_owned(), resources }
}

/// A plan for a month, a quarter or a fortnight on trial, with a server included.
fn plan(market: &Market, called: &str, resources: &[String]) -> String {
    plan_lasting("1 month", (market, called), resources)
}

/// The same with another length of the first period.
fn plan_lasting(first: &str, (market, called): (&Market, &str), resources: &[String]) -> String {
    let rate = |place: usize| {
        let included = if place == SERVER { "1" } else { "0" };
        json!({ "resource": resources[place], "included": included, "max": "20" })
    };
    let offer = json!({
        "terms": [
            { "key": "m", "duration": first, "default": true },
            { "key": "q", "duration": "3 months" },
        ],
        "resources": (0..resources.len()).map(rate).collect::<Vec<_>>(),
    });
    let mut quarterly = monthly("Quarter", "USD", "8");
    quarterly["term"] = json!("q");
    let mut by_month = monthly("Month", "USD", "10");
    by_month["term"] = json!("m");
    let servers = json!({
        "name": "Servers", "kind": "recurring", "currency": "USD", "resource": resources[SERVER],
        "model": { "kind": "per_unit", "per_unit": "3" },
    });
    let setup = json!({
        "name": "Setup", "kind": "one_time", "fee": "setup", "currency": "USD",
        "model": { "kind": "flat", "amount": "25" },
    });
    let prices = [by_month, quarterly, servers, setup];
    market.offer_like(called, &prices, (offer, json!({ "resources": resources })))
}

impl Shop {
    fn operator(&self) -> Client<'_> {
        self.market.operator()
    }

    fn resource(&self, place: usize) -> &str {
        uuid(&self.resources[place])
    }

    /// A product of the plan with some amounts.
    fn product(&self, amounts: &[(usize, Value)]) -> Value {
        let amounts = amounts.iter();
        let resources: Vec<_> = amounts
            .map(|(place, it)| json!({ "resourceId": self.resource(*place), "amount": it }))
            .collect();
        json!({
            "planId": self.plan, "period": { "unit": "MONTHS", "duration": 1 },
            "resources": resources,
        })
    }

    fn sales(&self, products: &[Value]) -> Value {
        json!({ "type": "SALES", "accountId": self.account, "products": products })
    }

    /// Places an order that must be accepted; what has become of it.
    fn place(&self, body: &Value) -> Value {
        let operator = self.operator();
        let placed = operator.call(&format!("POST {ORDERS}"), Some(body)).ok();
        self.market.house.app.keep_duties();
        operator.get(&format!("{ORDERS}/{}", text(&placed["orderId"])))
    }

    /// Buys the plan with some servers; the subscription.
    fn bought(&self, servers: u32) -> String {
        let info = self.place(&self.sales(&[self.product(&[(SERVER, json!(servers))])]));
        text(&info["subscriptions"][0]["subscriptionId"])
    }

    /// Says of the plan what no door says yet.
    fn revise_behind(&self, change: impl FnOnce(OfferContent) -> OfferContent + Send + 'static) {
        let id: OfferId = format!("ofr_{}", self.plan).parse().unwrap();
        let author = Author::of(Actor::duty("test"));
        let bss = &self.market.house.app.bss;
        bss.act(author, move |act| offer::revise(act, id, None, |it| Ok(change(it))))
            .wait()
            .unwrap();
    }

    /// All that is kept.
    fn kept(&self) -> Vec<u8> {
        let read = |cx: tillbox::services::Cx<'_>| Ok(contents(cx.view)?);
        format!("{:?}", self.market.house.app.bss.read(&Actor::duty("test"), read).unwrap())
            .into_bytes()
    }
}

#[test]
fn a_sales_order_makes_subscriptions_that_its_info_names() {
    let shop = open();
    let (operator, said) = (shop.operator(), Protocol::default());
    let made_by = json!({
        "apsAppUUID": "vps-demo", "apsType": "http://aps-standard.org/samples/vpsdemo/vps/1.0",
    });
    let server = format!("PUT /aps/2/resources/{}", shop.resource(SERVER));
    operator.call(&server, Some(&made_by)).ok();
    let mut product = shop.product(&[(SERVER, json!(5)), (STORAGE, json!("2.0"))]);
    product["attributes"] = json!([{ "attributeId": "PONumber", "value": "7" }]);
    product["subscriptionName"] = json!("Mine");
    let mut body = shop.sales(&[product, json!({ "planId": shop.plan })]);
    body["attributes"] = json!([{ "attributeId": "Ordered", "value": "by hand" }]);
    let placed = said.say(&operator, "operator", &format!("POST {ORDERS}/"), Some(&body)).ok();
    let order = text(&placed["orderId"]);
    let info = said.say(&operator, "operator", &format!("GET {ORDERS}/{order}"), None).ok();
    let made = &info["subscriptions"][0];
    let [bss, pa] = ["subscriptionId", "paSubscriptionId"].map(|it| text(&made[it]));
    let found = operator.get(&format!("/aps/2/resources/{bss}"));
    let account = operator.get(&format!("/aps/2/resources/{}", shop.account));
    assert_eq!(found["account"]["aps"]["id"], account["aps"]["id"]);
    let vendor = &found["vendor"]["aps"]["id"];
    assert_eq!(*vendor, uuid(&shop.market.house.operator.account));
    assert_eq!((&found["name"], &found["status"]), (&json!("Mine"), &json!("ACTIVE")));
    assert_eq!(found["attributes"], json!([{ "attributeId": "PONumber", "value": "7" }]));
    assert_eq!(found["paSubscription"]["aps"]["id"], pa);
    said.say(&operator, "operator", &format!("GET /aps/2/resources/{pa}/resources"), None);
    expect![[r#"
        > POST /aps/2/services/order-manager/orders/ {"accountId":"{id1}","attributes":[{"attributeId":"Ordered","value":"by hand"}],"products":[{"attributes":[{"attributeId":"PONumber","value":"7"}],"period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}","resources":[{"amount":5,"resourceId":"{id3}"},{"amount":"2.0","resourceId":"{id4}"}],"subscriptionName":"Mine"},{"planId":"{id2}"}],"type":"SALES"} [operator]
        200 OK {"orderId":"{id5}"}
        > GET /aps/2/services/order-manager/orders/{id5} [operator]
        200 OK {"accountId":"{id1}","attributes":[{"attributeId":"Ordered","value":"by hand"}],"completionDate":"2026-01-01T00:00:00Z","creationDate":"2026-01-01T00:00:00Z","orderId":"{id5}","orderNumber":"SO000001","provisioningStatus":"COMPLETED","status":"COMPLETED","subscriptions":[{"attributes":[{"attributeId":"PONumber","value":"7"}],"paSubscriptionId":"{id6}","period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}","provisioningStatus":"COMPLETED","resources":[{"amount":"5.0","resourceId":"{id3}"},{"amount":"2.0","resourceId":"{id4}"},{"amount":"10.0","resourceId":"{id7}"},{"amount":"0.0","resourceId":"{id8}"},{"amount":"0.0","resourceId":"{id9}"}],"status":"ACTIVE","subscriptionId":"{id10}"},{"paSubscriptionId":"{id11}","period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}","provisioningStatus":"COMPLETED","resources":[{"amount":"1.0","resourceId":"{id3}"},{"amount":"0.0","resourceId":"{id4}"},{"amount":"2.0","resourceId":"{id7}"},{"amount":"0.0","resourceId":"{id8}"},{"amount":"0.0","resourceId":"{id9}"}],"status":"ACTIVE","subscriptionId":"{id12}"}],"type":"SALES"}
        > GET /aps/2/resources/{id6}/resources [operator]
        200 OK [{"apsType":"http://aps-standard.org/samples/vpsdemo/vps/1.0","id":"1","limit":5,"resourceId":"{id3}","title":"Server","unit":"unit","usage":0},{"apsType":"http://www.odin.com/billing/Resource/1.3","id":"2","limit":2,"resourceId":"{id4}","title":"Storage","unit":"GB","usage":0},{"apsType":"http://www.odin.com/billing/Resource/1.3","autoprovisioning":true,"id":"3","limit":10,"resourceId":"{id7}","title":"Backup","unit":"unit","usage":0},{"apsType":"http://www.odin.com/billing/Resource/1.3","id":"4","limit":0,"resourceId":"{id8}","title":"Linux","unit":"unit","usage":0},{"apsType":"http://www.odin.com/billing/Resource/1.3","id":"5","limit":0,"resourceId":"{id9}","title":"Windows","unit":"unit","usage":0}]
    "#]].assert_eq(&said.text());
    shop.market.must_be_whole();
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is asked and said")]
fn a_subscription_is_changed_renewed_and_called_off_by_orders() {
    let shop = open();
    let (operator, said) = (shop.operator(), Protocol::default());
    let subscription = shop.bought(2);
    let standing = || {
        let it = operator.get(&format!("/aps/2/resources/{subscription}"));
        let pa = text(&it["paSubscription"]["aps"]["id"]);
        let resources = operator.get(&format!("/aps/2/resources/{pa}/resources"));
        let limit = |place: usize| resources[place]["limit"].clone();
        let state = operator.get(&format!("/aps/2/resources/{pa}/provisioningState"));
        said.note(&format!(
            "  {} {}, {} servers and {} backups, until {}, {}",
            it["status"],
            it["serviceStatus"],
            limit(SERVER),
            limit(BACKUP),
            it["expirationDate"],
            state["state"],
        ));
    };
    let order = |more: Value| {
        let mut body = json!({ "subscriptionId": subscription });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let what = format!("POST {ORDERS}");
        let placed = said.say(&operator, "operator", &what, Some(&body)).ok();
        shop.market.house.app.keep_duties();
        let path = format!("GET {ORDERS}/{}", text(&placed["orderId"]));
        said.say(&operator, "operator", &path, None);
        standing();
    };
    standing();
    let server = shop.resource(SERVER);
    order(json!({ "type": "CHANGE", "resources": [{ "resourceId": server, "amount": 7 }] }));
    order(json!({ "type": "CHANGE", "resources": [{ "resourceId": server, "amountChange": -3 }] }));
    order(json!({
        "type": "CHANGE", "planId": shop.plan, "period": { "unit": "MONTHS", "duration": 1 },
        "resources": [],
    }));
    order(json!({ "type": "RENEWAL" }));
    order(json!({
        "type": "CANCELLATION", "reasonCode": "NOT_SATISFIED", "comment": "too slow",
        "refundType": "REFUND",
    }));
    expect![[r#"
          "ACTIVE" "ACTIVE", 2 servers and 4 backups, until "2026-02-01", "SUCCESS"
        > POST /aps/2/services/order-manager/orders {"resources":[{"amount":7,"resourceId":"{id1}"}],"subscriptionId":"{id2}","type":"CHANGE"} [operator]
        200 OK {"orderId":"{id3}"}
        > GET /aps/2/services/order-manager/orders/{id3} [operator]
        200 OK {"accountId":"{id4}","completionDate":"2026-01-01T00:00:00Z","creationDate":"2026-01-01T00:00:00Z","orderId":"{id3}","orderNumber":"CH000002","provisioningStatus":"COMPLETED","status":"COMPLETED","subscriptions":[{"paSubscriptionId":"{id5}","period":{"duration":1,"unit":"MONTHS"},"planId":"{id6}","provisioningStatus":"COMPLETED","resources":[{"amount":"7.0","resourceId":"{id1}"},{"amount":"0.0","resourceId":"{id7}"},{"amount":"14.0","resourceId":"{id8}"},{"amount":"0.0","resourceId":"{id9}"},{"amount":"0.0","resourceId":"{id10}"}],"status":"ACTIVE","subscriptionId":"{id2}"}],"type":"CHANGE"}
          "ACTIVE" "ACTIVE", 7 servers and 14 backups, until "2026-02-01", "SUCCESS"
        > POST /aps/2/services/order-manager/orders {"resources":[{"amountChange":-3,"resourceId":"{id1}"}],"subscriptionId":"{id2}","type":"CHANGE"} [operator]
        200 OK {"orderId":"{id11}"}
        > GET /aps/2/services/order-manager/orders/{id11} [operator]
        200 OK {"accountId":"{id4}","completionDate":"2026-01-01T00:00:00Z","creationDate":"2026-01-01T00:00:00Z","orderId":"{id11}","orderNumber":"CH000003","provisioningStatus":"COMPLETED","status":"COMPLETED","subscriptions":[{"paSubscriptionId":"{id5}","period":{"duration":1,"unit":"MONTHS"},"planId":"{id6}","provisioningStatus":"COMPLETED","resources":[{"amount":"4.0","resourceId":"{id1}"},{"amount":"0.0","resourceId":"{id7}"},{"amount":"8.0","resourceId":"{id8}"},{"amount":"0.0","resourceId":"{id9}"},{"amount":"0.0","resourceId":"{id10}"}],"status":"ACTIVE","subscriptionId":"{id2}"}],"type":"CHANGE"}
          "ACTIVE" "ACTIVE", 4 servers and 8 backups, until "2026-02-01", "SUCCESS"
        > POST /aps/2/services/order-manager/orders {"period":{"duration":1,"unit":"MONTHS"},"planId":"{id6}","resources":[],"subscriptionId":"{id2}","type":"CHANGE"} [operator]
        200 OK {"orderId":"{id12}"}
        > GET /aps/2/services/order-manager/orders/{id12} [operator]
        200 OK {"accountId":"{id4}","completionDate":"2026-01-01T00:00:00Z","creationDate":"2026-01-01T00:00:00Z","orderId":"{id12}","orderNumber":"CH000004","provisioningStatus":"COMPLETED","status":"COMPLETED","subscriptions":[{"paSubscriptionId":"{id5}","period":{"duration":1,"unit":"MONTHS"},"planId":"{id6}","provisioningStatus":"COMPLETED","resources":[{"amount":"4.0","resourceId":"{id1}"},{"amount":"0.0","resourceId":"{id7}"},{"amount":"8.0","resourceId":"{id8}"},{"amount":"0.0","resourceId":"{id9}"},{"amount":"0.0","resourceId":"{id10}"}],"status":"ACTIVE","subscriptionId":"{id2}"}],"type":"CHANGE"}
          "ACTIVE" "ACTIVE", 4 servers and 8 backups, until "2026-02-01", "SUCCESS"
        > POST /aps/2/services/order-manager/orders {"subscriptionId":"{id2}","type":"RENEWAL"} [operator]
        200 OK {"orderId":"{id13}"}
        > GET /aps/2/services/order-manager/orders/{id13} [operator]
        200 OK {"accountId":"{id4}","completionDate":"2026-01-01T00:00:00Z","creationDate":"2026-01-01T00:00:00Z","orderId":"{id13}","orderNumber":"RN000005","provisioningStatus":"COMPLETED","status":"COMPLETED","subscriptions":[{"paSubscriptionId":"{id5}","period":{"duration":1,"unit":"MONTHS"},"planId":"{id6}","provisioningStatus":"COMPLETED","resources":[{"amount":"4.0","resourceId":"{id1}"},{"amount":"0.0","resourceId":"{id7}"},{"amount":"8.0","resourceId":"{id8}"},{"amount":"0.0","resourceId":"{id9}"},{"amount":"0.0","resourceId":"{id10}"}],"status":"ACTIVE","subscriptionId":"{id2}"}],"type":"RENEWAL"}
          "ACTIVE" "ACTIVE", 4 servers and 8 backups, until "2026-03-01", "SUCCESS"
        > POST /aps/2/services/order-manager/orders {"comment":"too slow","reasonCode":"NOT_SATISFIED","refundType":"REFUND","subscriptionId":"{id2}","type":"CANCELLATION"} [operator]
        200 OK {"orderId":"{id14}"}
        > GET /aps/2/services/order-manager/orders/{id14} [operator]
        200 OK {"accountId":"{id4}","comment":"too slow","completionDate":"2026-01-01T00:00:00Z","creationDate":"2026-01-01T00:00:00Z","orderId":"{id14}","orderNumber":"CL000006","provisioningStatus":"COMPLETED","reasonCode":"NOT_SATISFIED","refundType":"REFUND","status":"COMPLETED","subscriptions":[{"paSubscriptionId":"{id5}","planId":"{id6}","provisioningStatus":"COMPLETED","resources":[],"status":"TERMINATED","subscriptionId":"{id2}"}],"type":"CANCELLATION"}
          "TERMINATED" "STOPPED", 4 servers and 8 backups, until "2026-03-01", "SUCCESS"
    "#]].assert_eq(&said.text());
    shop.market.must_be_whole();
}

#[test]
fn what_an_order_would_cost_is_told_and_nothing_is_placed() {
    let shop = open();
    let (operator, said) = (shop.operator(), Protocol::default());
    let subscription = shop.bought(2);
    let before = shop.kept();
    let sales = shop.sales(&[shop.product(&[(SERVER, json!(5))])]);
    let server = shop.resource(SERVER);
    let change = json!({
        "type": "CHANGE", "subscriptionId": subscription,
        "resources": [{ "resourceId": server, "amount": 7 }],
    });
    let ask = |what: &str, body: &Value| {
        said.say(&operator, "operator", &format!("POST {ORDERS}{what}"), Some(body));
    };
    ask("/estimate", &sales);
    ask("/estimate?includeTaxes=true", &change);
    ask("/estimate?includeTaxes=false", &sales);
    ask("?estimate=true&includeTaxes=false", &change);
    ask("/estimate", &json!({ "type": "RENEWAL", "subscriptionId": subscription }));
    ask("/estimate", &json!({ "type": "CANCELLATION", "subscriptionId": subscription }));
    ask("/estimate?includeTaxes=perhaps", &sales);
    ask("/estimate", &shop.sales(&[shop.product(&[(SERVER, json!(50))])]));
    ask("/estimateCosts", &sales);
    assert!(before == shop.kept(), "an estimate leaves nothing");
    expect![[r#"
        > POST /aps/2/services/order-manager/orders/estimate {"accountId":"{id1}","products":[{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}","resources":[{"amount":5,"resourceId":"{id3}"}]}],"type":"SALES"} [operator]
        200 OK {"billDate":"2026-01-01","details":[{"amount":{"code":"USD","value":"10.0"},"description":"VPS: Month","period":{"from":"2026-01-01","to":"2026-02-01"},"planId":"{id2}","quantity":"1.0","tax":{"code":"USD","value":"2.0"},"type":"RECURRING"},{"amount":{"code":"USD","value":"12.0"},"description":"VPS: Servers","period":{"from":"2026-01-01","to":"2026-02-01"},"planId":"{id2}","quantity":"4.0","tax":{"code":"USD","value":"2.4"},"type":"RECURRING"},{"amount":{"code":"USD","value":"25.0"},"description":"VPS: Setup","planId":"{id2}","quantity":"1.0","tax":{"code":"USD","value":"5.0"},"type":"SETUP"}],"subtotal":{"code":"USD","value":"47.0"},"taxes":{"code":"USD","value":"9.4"},"total":{"code":"USD","value":"56.4"}}
        > POST /aps/2/services/order-manager/orders/estimate?includeTaxes=true {"resources":[{"amount":7,"resourceId":"{id3}"}],"subscriptionId":"{id4}","type":"CHANGE"} [operator]
        200 OK {"billDate":"2026-01-01","details":[{"amount":{"code":"USD","value":"15.0"},"description":"VPS: Servers","period":{"from":"2026-01-01","to":"2026-02-01"},"planId":"{id2}","quantity":"6.0","tax":{"code":"USD","value":"3.0"},"type":"RECURRING"}],"subtotal":{"code":"USD","value":"15.0"},"taxes":{"code":"USD","value":"3.0"},"total":{"code":"USD","value":"18.0"}}
        > POST /aps/2/services/order-manager/orders/estimate?includeTaxes=false {"accountId":"{id1}","products":[{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}","resources":[{"amount":5,"resourceId":"{id3}"}]}],"type":"SALES"} [operator]
        200 OK {"billDate":"2026-01-01","details":[{"amount":{"code":"USD","value":"10.0"},"description":"VPS: Month","period":{"from":"2026-01-01","to":"2026-02-01"},"planId":"{id2}","quantity":"1.0","type":"RECURRING"},{"amount":{"code":"USD","value":"12.0"},"description":"VPS: Servers","period":{"from":"2026-01-01","to":"2026-02-01"},"planId":"{id2}","quantity":"4.0","type":"RECURRING"},{"amount":{"code":"USD","value":"25.0"},"description":"VPS: Setup","planId":"{id2}","quantity":"1.0","type":"SETUP"}],"subtotal":{"code":"USD","value":"47.0"},"total":{"code":"USD","value":"47.0"}}
        > POST /aps/2/services/order-manager/orders?estimate=true&includeTaxes=false {"resources":[{"amount":7,"resourceId":"{id3}"}],"subscriptionId":"{id4}","type":"CHANGE"} [operator]
        200 OK {"billDate":"2026-01-01","details":[{"amount":{"code":"USD","value":"15.0"},"description":"VPS: Servers","period":{"from":"2026-01-01","to":"2026-02-01"},"planId":"{id2}","quantity":"6.0","type":"RECURRING"}],"subtotal":{"code":"USD","value":"15.0"},"total":{"code":"USD","value":"15.0"}}
        > POST /aps/2/services/order-manager/orders/estimate {"subscriptionId":"{id4}","type":"RENEWAL"} [operator]
        200 OK {"billDate":"2026-02-01","details":[{"amount":{"code":"USD","value":"10.0"},"description":"VPS: Month","period":{"from":"2026-02-01","to":"2026-03-01"},"planId":"{id2}","quantity":"1.0","tax":{"code":"USD","value":"2.0"},"type":"RECURRING"},{"amount":{"code":"USD","value":"3.0"},"description":"VPS: Servers","period":{"from":"2026-02-01","to":"2026-03-01"},"planId":"{id2}","quantity":"1.0","tax":{"code":"USD","value":"0.6"},"type":"RECURRING"}],"subtotal":{"code":"USD","value":"13.0"},"taxes":{"code":"USD","value":"2.6"},"total":{"code":"USD","value":"15.6"}}
        > POST /aps/2/services/order-manager/orders/estimate {"subscriptionId":"{id4}","type":"CANCELLATION"} [operator]
        200 OK {"billDate":"2026-01-01","details":[{"amount":{"code":"USD","value":"-10.0"},"description":"VPS: Month","period":{"from":"2026-01-01","to":"2026-02-01"},"planId":"{id2}","quantity":"1.0","tax":{"code":"USD","value":"-2.0"},"type":"CREDIT"},{"amount":{"code":"USD","value":"-3.0"},"description":"VPS: Servers","period":{"from":"2026-01-01","to":"2026-02-01"},"planId":"{id2}","quantity":"1.0","tax":{"code":"USD","value":"-0.6"},"type":"CREDIT"}],"subtotal":{"code":"USD","value":"-13.0"},"taxes":{"code":"USD","value":"-2.6"},"total":{"code":"USD","value":"-15.6"}}
        > POST /aps/2/services/order-manager/orders/estimate?includeTaxes=perhaps {"accountId":"{id1}","products":[{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}","resources":[{"amount":5,"resourceId":"{id3}"}]}],"type":"SALES"} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`includeTaxes` must be `true` or `false`"}
        > POST /aps/2/services/order-manager/orders/estimate {"accountId":"{id1}","products":[{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}","resources":[{"amount":50,"resourceId":"{id3}"}]}],"type":"SALES"} [operator]
        409 Conflict {"code":409,"type":"APS::Billing::ResourceConflict","message":"`/products/0/resources/0/amount` must be at most 20; `/products/0/resources` must be at most 20"}
        > POST /aps/2/services/order-manager/orders/estimateCosts {"accountId":"{id1}","products":[{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}","resources":[{"amount":5,"resourceId":"{id3}"}]}],"type":"SALES"} [operator]
        200 OK {"billDate":"2026-01-01","details":[],"subtotal":{"code":"EUR","value":"0.0"},"taxes":{"code":"EUR","value":"0.0"},"total":{"code":"EUR","value":"0.0"}}
    "#]].assert_eq(&said.text());
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is asked and said")]
fn what_a_reseller_pays_for_an_order_is_for_the_reseller_to_know() {
    let shop = open();
    let (house, operator, said) = (&shop.market.house, shop.operator(), Protocol::default());
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let buys = |kind: &str, name: &str| {
        json!({
            "kind": kind, "name": name, "address": address, "billing": { "currency": "USD" },
        })
    };
    let reseller = text(&operator.post("/accounts", &buys("reseller", "East"))["id"]);
    let admin = |by: &Person, account: &str, role: &str| {
        invite(&house.app, by, account, &format!("{role}@east.test"), role)
    };
    let east = admin(&house.operator, &reseller, "vendor_admin");
    let client = house.client(&east);
    // What the reseller sells on costs twice as much there.
    let own = super::publishing::create(
        &client,
        &[
            super::publishing::new("ServicePlanCategory/1.0", json!({ "name": "East" })),
            super::publishing::new("ServiceTerms/1.0", json!({ "name": "Eastern" })),
        ],
    );
    let copy = super::publishing::new(
        "ServicePlan/1.1",
        json!({
            "name": name("Eastern VPS"), "shortDescription": {}, "longDescription": {},
            "category": super::publishing::link(&own[0]),
            "serviceTerms": super::publishing::link(&own[1]),
            "parentServicePlan": super::publishing::link(&json!(shop.plan)),
            "publication": { "published": true },
        }),
    );
    let copy = super::publishing::create(&client, &[copy]).remove(0);
    let rates = format!("/aps/2/services/sku-manager/vendor/{}/rates", uuid(&reseller));
    let doubled: Vec<_> = client
        .get(&rates)
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let price: Decimal = text(&it["price"]["value"]).parse().unwrap();
            let price = (price + price).to_string();
            json!({ "id": it["id"], "price": { "value": price, "code": "USD" } })
        })
        .collect();
    client.call(&format!("PUT {rates}"), Some(&json!(doubled))).ok();
    shop.market.advance_to("2026-01-02");
    let customer = text(&client.post("/accounts", &buys("customer", "Far East"))["id"]);
    let mut body = shop.sales(&[shop.product(&[(SERVER, json!(3))])]);
    body["accountId"] = json!(uuid(&customer));
    body["products"][0]["planId"] = copy;
    for what in ["estimate", "estimateCosts", "estimateCosts?includeTaxes=false"] {
        said.say(&client, "reseller", &format!("POST {ORDERS}/{what}"), Some(&body));
    }
    let placed = client.call(&format!("POST {ORDERS}"), Some(&body)).ok();
    let info = client.get(&format!("{ORDERS}/{}", text(&placed["orderId"])));
    let sold = text(&info["subscriptions"][0]["subscriptionId"]);
    let vendor = client.get(&format!("/aps/2/resources/{sold}/vendor"));
    assert_eq!(vendor[0]["aps"]["id"], uuid(&reseller));
    let own = house.client(&admin(&east, &customer, "customer_admin"));
    for what in ["estimate", "estimateCosts"] {
        let asked = own.call(&format!("POST {ORDERS}/{what}"), Some(&body));
        said.note(&format!("its customer, {what}: {}", asked.status));
    }
    expect![[r#"
        > POST /aps/2/services/order-manager/orders/estimate {"accountId":"{id1}","products":[{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}","resources":[{"amount":3,"resourceId":"{id3}"}]}],"type":"SALES"} [reseller]
        200 OK {"billDate":"2026-01-02","details":[{"amount":{"code":"USD","value":"20.0"},"description":"Eastern VPS: Month","period":{"from":"2026-01-02","to":"2026-02-02"},"planId":"{id2}","quantity":"1.0","tax":{"code":"USD","value":"4.0"},"type":"RECURRING"},{"amount":{"code":"USD","value":"12.0"},"description":"Eastern VPS: Servers","period":{"from":"2026-01-02","to":"2026-02-02"},"planId":"{id2}","quantity":"2.0","tax":{"code":"USD","value":"2.4"},"type":"RECURRING"},{"amount":{"code":"USD","value":"50.0"},"description":"Eastern VPS: Setup","planId":"{id2}","quantity":"1.0","tax":{"code":"USD","value":"10.0"},"type":"SETUP"}],"subtotal":{"code":"USD","value":"82.0"},"taxes":{"code":"USD","value":"16.4"},"total":{"code":"USD","value":"98.4"}}
        > POST /aps/2/services/order-manager/orders/estimateCosts {"accountId":"{id1}","products":[{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}","resources":[{"amount":3,"resourceId":"{id3}"}]}],"type":"SALES"} [reseller]
        200 OK {"billDate":"2026-02-01","details":[{"amount":{"code":"USD","value":"9.68"},"description":"VPS: Month","period":{"from":"2026-01-02","to":"2026-02-01"},"planId":"{id4}","quantity":"1.0","tax":{"code":"USD","value":"1.94"},"type":"RECURRING"},{"amount":{"code":"USD","value":"0.36"},"description":"VPS: Month","period":{"from":"2026-02-01","to":"2026-02-02"},"planId":"{id4}","quantity":"1.0","tax":{"code":"USD","value":"0.07"},"type":"RECURRING"},{"amount":{"code":"USD","value":"5.81"},"description":"VPS: Servers","period":{"from":"2026-01-02","to":"2026-02-01"},"planId":"{id4}","quantity":"2.0","tax":{"code":"USD","value":"1.16"},"type":"RECURRING"},{"amount":{"code":"USD","value":"0.21"},"description":"VPS: Servers","period":{"from":"2026-02-01","to":"2026-02-02"},"planId":"{id4}","quantity":"2.0","tax":{"code":"USD","value":"0.04"},"type":"RECURRING"},{"amount":{"code":"USD","value":"25.0"},"description":"VPS: Setup","planId":"{id4}","quantity":"1.0","tax":{"code":"USD","value":"5.0"},"type":"SETUP"}],"subtotal":{"code":"USD","value":"41.06"},"taxes":{"code":"USD","value":"8.21"},"total":{"code":"USD","value":"49.27"}}
        > POST /aps/2/services/order-manager/orders/estimateCosts?includeTaxes=false {"accountId":"{id1}","products":[{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}","resources":[{"amount":3,"resourceId":"{id3}"}]}],"type":"SALES"} [reseller]
        200 OK {"billDate":"2026-02-01","details":[{"amount":{"code":"USD","value":"9.68"},"description":"VPS: Month","period":{"from":"2026-01-02","to":"2026-02-01"},"planId":"{id4}","quantity":"1.0","type":"RECURRING"},{"amount":{"code":"USD","value":"0.36"},"description":"VPS: Month","period":{"from":"2026-02-01","to":"2026-02-02"},"planId":"{id4}","quantity":"1.0","type":"RECURRING"},{"amount":{"code":"USD","value":"5.81"},"description":"VPS: Servers","period":{"from":"2026-01-02","to":"2026-02-01"},"planId":"{id4}","quantity":"2.0","type":"RECURRING"},{"amount":{"code":"USD","value":"0.21"},"description":"VPS: Servers","period":{"from":"2026-02-01","to":"2026-02-02"},"planId":"{id4}","quantity":"2.0","type":"RECURRING"},{"amount":{"code":"USD","value":"25.0"},"description":"VPS: Setup","planId":"{id4}","quantity":"1.0","type":"SETUP"}],"subtotal":{"code":"USD","value":"41.06"},"total":{"code":"USD","value":"41.06"}}
        its customer, estimate: 200 OK
        its customer, estimateCosts: 403 Forbidden
    "#]].assert_eq(&said.text());
}

#[test]
fn a_trial_is_ordered_and_renews_by_itself_into_the_period_that_follows_it() {
    let shop = open();
    let (operator, said) = (shop.operator(), Protocol::default());
    let whale = shop.market.customer("Red Whale", "EUR");
    let needs = super::publishing::needs(&operator);
    let plan = super::publishing::create(&operator, &[super::publishing::plan(&needs)]).remove(0);
    let product = json!({
        "planId": plan, "trial": true, "period": { "unit": "DAYS", "duration": 14 },
    });
    let account = text(&whale["id"]);
    let info = shop.place(&json!({
        "type": "SALES", "accountId": uuid(&account), "products": [product],
    }));
    let path = format!("/aps/2/resources/{}", text(&info["subscriptions"][0]["subscriptionId"]));
    for day in ["2026-01-12", "2026-01-13", "2026-01-15", "2026-02-15"] {
        shop.market.advance_to(day);
        let it = operator.get(&path);
        said.note(&format!(
            "{day}: {} trial {}, {} {} until {}",
            it["status"],
            it["trial"],
            it["subscriptionPeriod"]["duration"],
            it["subscriptionPeriod"]["unit"],
            it["expirationDate"]
        ));
    }
    for invoice in shop.market.invoices(&whale) {
        said.note(&lines(&invoice));
    }
    expect![[r#"
        2026-01-12: "ACTIVE" trial true, 14 "DAYS" until "2026-01-15"
        2026-01-13: "ACTIVE" trial false, 1 "MONTHS" until "2026-02-15"
        2026-01-15: "ACTIVE" trial false, 1 "MONTHS" until "2026-02-15"
        2026-02-15: "ACTIVE" trial false, 1 "MONTHS" until "2026-03-15"
        Hosting: By the month | 2026-01-15..2026-02-01 | 5.43
            flat price, as of 2026-01-01
            9.9
            for 17 of 31 days
            = 5.4290322580645161290322580645, rounded half up to 5.43 EUR
        Hosting: By the month | 2026-02-01..2026-03-01 | 9.90
            flat price, as of 2026-01-01
            9.9
            = 9.90 EUR

    "#]]
    .assert_eq(&said.text());
}

#[test]
fn what_is_provided_comes_by_itself_and_what_is_required_bears_so_many() {
    let shop = open();
    let mut told = String::new();
    for (amounts, meaning) in [
        (vec![], "nothing asked for"),
        (vec![(SERVER, json!(3))], "servers bring backups"),
        (vec![(SERVER, json!(3)), (BACKUP, json!(9))], "and more can be had"),
        (vec![(SERVER, json!(3)), (BACKUP, json!(1))], "but not fewer"),
        (vec![(SERVER, json!(2)), (STORAGE, json!(20))], "a server bears ten"),
    ] {
        let info = shop.place(&shop.sales(&[shop.product(&amounts)]));
        let resources = info["subscriptions"][0]["resources"].as_array().unwrap();
        let amount = |place: usize| {
            let id = shop.resource(place);
            let it = resources.iter().find(|it| it["resourceId"] == id);
            text(&it.unwrap()["amount"])
        };
        let [server, storage, backup] = [SERVER, STORAGE, BACKUP].map(amount);
        told += &format!("{meaning}: {server} servers, {storage} storage, {backup} backups\n");
    }
    expect![[r#"
        nothing asked for: 1.0 servers, 0.0 storage, 2.0 backups
        servers bring backups: 3.0 servers, 0.0 storage, 6.0 backups
        and more can be had: 3.0 servers, 0.0 storage, 9.0 backups
        but not fewer: 3.0 servers, 0.0 storage, 6.0 backups
        a server bears ten: 2.0 servers, 20.0 storage, 4.0 backups
    "#]]
    .assert_eq(&told);
}
