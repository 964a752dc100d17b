//! The first invoice: from nothing but a provider to a balance of zero, as one conversation.
//!
//! The customer is the company of the APS documentation's account samples, the tiers those of its
//! sample of a service plan: 1.5 dollars a unit, 1.2 from the 10th on, 10 from the 20th on.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::domain::operator::Actor;
use tillbox::domain::time::Zone;
use tillbox::services::clock;

use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::{lines, text};

/// Somebody who says things that are written down.
struct Talk<'a> {
    protocol: &'a Protocol,
    client: Client<'a>,
    who: &'static str,
}

impl Talk<'_> {
    /// Says something; the answer must be a success.
    #[track_caller]
    fn say(&self, what: &str, body: &Value) -> Value {
        let body = Some(body).filter(|it| !it.is_null());
        self.protocol.say(&self.client, self.who, what, body).ok()
    }
}

/// A month in which so much was used: some events are sent twice, as senders do that are not sure.
fn events(subscription: &str) -> Value {
    let event = |id: &str, at: &str, quantity: &str| {
        json!({
            "id": id, "subscription": subscription, "meter": "messages", "quantity": quantity,
            "at": at,
        })
    };
    json!({ "events": [
        event("a", "2026-01-03T08:00:00Z", "8"),
        event("b", "2026-01-12T17:30:00Z", "9"),
        event("a", "2026-01-03T08:00:00Z", "8"),
        event("c", "2026-01-19T23:59:59Z", "8"),
        event("b", "2026-01-12T17:30:00Z", "9"),
    ] })
}

fn company() -> Value {
    let mike = json!({
        "given_name": "Mike", "family_name": "Wilson", "email": "isv1@aps.test",
        "phone": "1(888)1234567",
    });
    json!({
        "name": "1st APS inc", "nature": "company", "locale": "en_US",
        "tax": { "status": "company" },
        "address": {
            "street": "11, APS", "city": "APS", "region": "VA", "postal_code": "12345",
            "country": "US",
        },
        "contacts": { "admin": mike, "billing": mike, "technical": mike },
        "attributes": { "external_id": "1111-2222-3333" },
        "billing": { "currency": "USD" },
    })
}

/// Taxes and a meter, which every seller has once and no customer sees.
fn prepare(operator: &Talk<'_>) -> String {
    let zone = json!({ "code": "US-VA", "name": "Virginia", "countries": ["US"], "region": "VA" });
    let zone = operator.say("POST /tax_zones?fields=id,code", &zone);
    let rule = json!({
        "name": "Sales tax", "zone": zone["id"], "percent": "5.3", "valid_from": "2013-07-01",
    });
    operator.say("POST /tax_rules?fields=name,percent", &rule);
    let meter = json!({ "code": "messages", "name": "Messages", "unit": "thousand" });
    text(&operator.say("POST /meters?fields=id,code", &meter)["id"])
}

/// Publishes an offer with a monthly fee and a price in tiers.
fn publish(operator: &Talk<'_>, meter: &str) -> String {
    let what = json!({ "name": { "en": "Message gateway" }, "connector": "manual" });
    let what = operator.say("POST /specifications?fields=id,connector", &what);
    let offer = json!({
        "name": { "en": "Messages" }, "specification": what["id"], "state": "active",
    });
    let offer = text(&operator.say("POST /offers?fields=id,state", &offer)["id"]);
    let fee = json!({
        "offer": offer, "name": "Monthly fee", "kind": "recurring", "currency": "USD",
        "timing": "arrears",
        "model": { "kind": "flat", "amount": "19.99" },
    });
    operator.say("POST /prices?fields=kind,period,timing", &fee);
    let tiers = json!({
        "offer": offer, "name": "Messages", "kind": "usage", "meter": meter, "currency": "USD",
        "model": { "kind": "graduated", "tiers": [
            { "up_to": "10", "per_unit": "1.5" },
            { "up_to": "20", "per_unit": "1.2" },
            { "up_to": null, "per_unit": "10.0" },
        ] },
    });
    operator.say("POST /prices?fields=kind", &tiers);
    operator.say(&format!("POST /offers/{offer}/launch?fields=state"), &json!({}));
    offer
}

/// Orders the offer and has the other system say that it is done.
fn order(operator: &Talk<'_>, account: &Value, offer: &str) -> String {
    let body = json!({ "account": account, "items": [{ "offer": offer }] });
    let order = text(&operator.say("POST /orders?fields=id,state", &body)["id"]);
    let tasks = operator.say("GET /tasks?fields=id,work,state,connector", &Value::Null);
    let task = text(&tasks["items"][0]["id"]);
    operator.say(&format!("POST /tasks/{task}/start?fields=state"), &json!({}));
    operator.say(&format!("POST /tasks/{task}/complete?fields=state"), &json!({}));
    let order = operator.say(&format!("GET /orders/{order}?fields=state,items"), &Value::Null);
    text(&order["items"][0]["subscription"])
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is said")]
fn a_customer_pays_its_first_invoice_and_owes_nothing() {
    let house = House::on("2026-01-01");
    let bss = &house.app.bss;
    clock::make_movable(bss, Zone::UTC.start_of("2026-01-01".parse().unwrap())).unwrap();
    let protocol = Protocol::default();
    let operator = Talk { protocol: &protocol, client: house.operator(), who: "olga" };

    let meter = prepare(&operator);
    let offer = publish(&operator, &meter);
    let account = operator.say("POST /accounts?fields=id,state,billing_account", &company());
    let subscription = order(&operator, &account["id"], &offer);
    operator.say("POST /clock/advance?fields=to", &json!({ "to": "2026-01-20T00:00:00Z" }));
    operator.say("POST /usage", &events(&subscription));
    operator.say("POST /clock/advance?fields=from,to", &json!({ "to": "2026-02-01T00:00:00Z" }));
    operator.say("GET /billing_runs?fields=state,done,total,amounts", &Value::Null);
    let invoices = "GET /invoices?account=";
    let account = text(&account["id"]);
    let found = operator.say(&format!("{invoices}{account}&fields=id,number,state"), &Value::Null);
    let number = text(&found["items"][0]["number"]);
    let invoice = operator.client.get(&format!("/invoices/{number}"));
    operator
        .say(&format!("GET /invoices/{number}?fields=net,tax,gross,taxes,due_on"), &Value::Null);
    operator.say(&format!("GET /invoices/{number}/check"), &Value::Null);
    let all = json!({ "account": account, "amount": { "amount": "102.13", "currency": "USD" } });
    operator.say("POST /payments?fields=allocations,unallocated", &all);
    operator.say(&format!("GET /accounts/{account}/balance"), &Value::Null);
    operator.say("GET /billing_runs/left", &Value::Null);

    expect![[r#"
        Messages: Monthly fee | 2026-01-01..2026-02-01 | 19.99
            flat price, as of 2026-01-01
            19.99
            = 19.99 USD
        Messages: Messages | 2026-01-01..2026-02-01 | 77.00
            each unit at the price of its tier, as of 2026-01-01
            25 counted in 3 records
            tier 1: 10 × 1.5 = 15
            tier 2: 10 × 1.2 = 12
            tier 3: 5 × 10 = 50
            = 77.00 USD
    "#]]
    .assert_eq(&lines(&invoice));
    expect![[r#"
        > POST /tax_zones?fields=id,code {"code":"US-VA","countries":["US"],"name":"Virginia","region":"VA"} [olga]
        201 Created {"code":"US-VA","id":"{txz1}"}
        > POST /tax_rules?fields=name,percent {"name":"Sales tax","percent":"5.3","valid_from":"2013-07-01","zone":"{txz1}"} [olga]
        201 Created {"id":"{txr1}","name":"Sales tax","percent":"5.3"}
        > POST /meters?fields=id,code {"code":"messages","name":"Messages","unit":"thousand"} [olga]
        201 Created {"code":"messages","id":"{mtr1}"}
        > POST /specifications?fields=id,connector {"connector":"manual","name":{"en":"Message gateway"}} [olga]
        201 Created {"connector":"manual","id":"{spc1}"}
        > POST /offers?fields=id,state {"name":{"en":"Messages"},"specification":"{spc1}","state":"active"} [olga]
        201 Created {"id":"{ofr1}","state":"active"}
        > POST /prices?fields=kind,period,timing {"currency":"USD","kind":"recurring","model":{"amount":"19.99","kind":"flat"},"name":"Monthly fee","offer":"{ofr1}","timing":"arrears"} [olga]
        201 Created {"id":"{prc1}","kind":"recurring","period":"1 month","timing":"arrears"}
        > POST /prices?fields=kind {"currency":"USD","kind":"usage","meter":"{mtr1}","model":{"kind":"graduated","tiers":[{"per_unit":"1.5","up_to":"10"},{"per_unit":"1.2","up_to":"20"},{"per_unit":"10.0","up_to":null}]},"name":"Messages","offer":"{ofr1}"} [olga]
        201 Created {"id":"{prc2}","kind":"usage"}
        > POST /offers/{ofr1}/launch?fields=state {} [olga]
        200 OK {"id":"{ofr1}","state":"launched"}
        > POST /accounts?fields=id,state,billing_account {"address":{"city":"APS","country":"US","postal_code":"12345","region":"VA","street":"11, APS"},"attributes":{"external_id":"1111-2222-3333"},"billing":{"currency":"USD"},"contacts":{"admin":{"email":"isv1@aps.test","family_name":"Wilson","given_name":"Mike","phone":"1(888)1234567"},"billing":{"email":"isv1@aps.test","family_name":"Wilson","given_name":"Mike","phone":"1(888)1234567"},"technical":{"email":"isv1@aps.test","family_name":"Wilson","given_name":"Mike","phone":"1(888)1234567"}},"locale":"en_US","name":"1st APS inc","nature":"company","tax":{"status":"company"}} [olga]
        201 Created {"billing_account":"{bac1}","id":"{acc1}","state":"active"}
        > POST /orders?fields=id,state {"account":"{acc1}","items":[{"offer":"{ofr1}"}]} [olga]
        201 Created {"id":"{ord1}","state":"in_progress"}
        > GET /tasks?fields=id,work,state,connector [olga]
        200 OK {"items":[{"connector":"manual","id":"{tsk1}","state":"queued","work":"create"}],"next_cursor":null}
        > POST /tasks/{tsk1}/start?fields=state {} [olga]
        200 OK {"id":"{tsk1}","state":"started"}
        > POST /tasks/{tsk1}/complete?fields=state {} [olga]
        200 OK {"id":"{tsk1}","state":"completed"}
        > GET /orders/{ord1}?fields=state,items [olga]
        200 OK {"id":"{ord1}","items":[{"action":"add","attributes":{},"failure":null,"key":"1","name":null,"offer":"{ofr1}","offer_name":"Messages","prices":[{"kind":"recurring","name":"Monthly fee","net":{"amount":"19.99","currency":"USD"},"period":"1 month"},{"kind":"usage","name":"Messages"}],"quantity":1,"resources":{},"state":"completed","subscription":"{sub1}","term":null}],"state":"completed"}
        > POST /clock/advance?fields=to {"to":"2026-01-20T00:00:00Z"} [olga]
        200 OK {"to":"2026-01-20T00:00:00Z"}
        > POST /usage {"events":[{"at":"2026-01-03T08:00:00Z","id":"a","meter":"messages","quantity":"8","subscription":"{sub1}"},{"at":"2026-01-12T17:30:00Z","id":"b","meter":"messages","quantity":"9","subscription":"{sub1}"},{"at":"2026-01-03T08:00:00Z","id":"a","meter":"messages","quantity":"8","subscription":"{sub1}"},{"at":"2026-01-19T23:59:59Z","id":"c","meter":"messages","quantity":"8","subscription":"{sub1}"},{"at":"2026-01-12T17:30:00Z","id":"b","meter":"messages","quantity":"9","subscription":"{sub1}"}]} [olga]
        200 OK {"accepted":3,"duplicates":2,"unrated":[],"rejected":[]}
        > POST /clock/advance?fields=from,to {"to":"2026-02-01T00:00:00Z"} [olga]
        200 OK {"from":"2026-01-20T00:00:00Z","to":"2026-02-01T00:00:00Z"}
        > GET /billing_runs?fields=state,done,total,amounts [olga]
        200 OK {"items":[{"amounts":[{"currency":"USD","gross":{"amount":"102.13","currency":"USD"},"invoices":1,"net":{"amount":"96.99","currency":"USD"},"tax":{"amount":"5.14","currency":"USD"}}],"done":1,"id":"{run1}","state":"done","total":1},{"amounts":[],"done":1,"id":"{run2}","state":"done","total":1}],"next_cursor":null}
        > GET /invoices?account={acc1}&fields=id,number,state [olga]
        200 OK {"items":[{"id":"{inv1}","number":"INV-2026-000001","state":"open"}],"next_cursor":null}
        > GET /invoices/INV-2026-000001?fields=net,tax,gross,taxes,due_on [olga]
        200 OK {"due_on":"2026-02-10","gross":{"amount":"102.13","currency":"USD"},"id":"{inv1}","net":{"amount":"96.99","currency":"USD"},"tax":{"amount":"5.14","currency":"USD"},"taxes":[{"base":{"amount":"96.99","currency":"USD"},"category":null,"name":"Sales tax","rate":"5.3","reason":null,"rule":"{txr1}","tax":{"amount":"5.14","currency":"USD"},"treatment":"standard"}]}
        > GET /invoices/INV-2026-000001/check [olga]
        200 OK {"is_right":true,"faults":[],"lines":[{"line":0,"stated":{"amount":"19.99","currency":"USD"},"computed":{"amount":"19.99","currency":"USD"},"is_right":true},{"line":1,"stated":{"amount":"77.00","currency":"USD"},"computed":{"amount":"77.00","currency":"USD"},"is_right":true}],"sums_fit":true,"seal_fits":true}
        > POST /payments?fields=allocations,unallocated {"account":"{acc1}","amount":{"amount":"102.13","currency":"USD"}} [olga]
        201 Created {"allocations":[{"amount":{"amount":"102.13","currency":"USD"},"invoice":"{inv1}"}],"id":"{pay1}","unallocated":{"amount":"0.00","currency":"USD"}}
        > GET /accounts/{acc1}/balance [olga]
        200 OK {"balances":[{"currency":"USD","receivable":{"amount":"0.00","currency":"USD"},"credit":{"amount":"0.00","currency":"USD"},"overdue":{"amount":"0.00","currency":"USD"},"deposits":{"amount":"0.00","currency":"USD"}}]}
        > GET /billing_runs/left [olga]
        200 OK {"nothing_left":true,"due":0,"proposed":0,"failed":0,"failures":[],"unrated_events":0}
    "#]].assert_eq(&protocol.text());
    let report = bss.read(&Actor::duty("test"), |cx| Ok(tillbox::store::check::check(cx.view)));
    let report = report.unwrap();
    assert!(report.is_clean(), "{:#?}", report.findings);
}
