//! The hub of each API: who registers is told of its things, in its envelope.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::told;
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};
use crate::harness::outside::body;

const DOCUMENT: &str = "/tmf-api/document/v4/document";
const HUB: &str = "/tmf-api/agreementManagement/v4/hub";
const AGREEMENT: &str = "/tmf-api/agreementManagement/v4/agreement";
pub(super) const HOOK: &str = "https://hook.example.com/listener";

fn agreement(client: &Client<'_>, name: &str) -> String {
    let body = json!({
        "name": name, "agreementType": "commercial", "agreementItem": [], "engagedParty": [],
        "status": "drafted",
    });
    format!("{AGREEMENT}/{}", client.post(AGREEMENT, &body)["id"].as_str().unwrap())
}

/// All that was told so far.
fn heard(house: &House) -> Vec<Value> {
    house.app.keep_duties();
    house.app.outside.heard().iter().map(body).collect()
}

#[test]
fn who_registers_is_told_of_what_happens_to_the_things_of_that_api() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let hub = client.call(&format!("POST {HUB}"), Some(&json!({ "callback": HOOK })));
    assert_eq!(told(&hub), "201");
    assert_eq!(hub.json()["callback"], HOOK);
    let it = agreement(&client, "Framework");
    client.patch(&it, &json!({ "description": "changed" }));
    client.patch(&it, &json!({ "status": "signed", "description": "again" }));
    client.patch(&it, &json!({}));
    client.post(DOCUMENT, &json!({ "name": "of another API" }));
    client.call(&format!("DELETE {it}"), None);
    let events = heard(&house);
    let told: Vec<_> = events
        .iter()
        .map(|it| {
            let thing = &it["event"]["agreement"];
            format!("{} {} {}", it["eventType"], thing["status"], thing["description"])
        })
        .collect();
    expect_test::expect![[r#"
        "AgreementCreateEvent" "drafted" null
        "AgreementAttributeValueChangeEvent" "drafted" "changed"
        "AgreementStateChangeEvent" "signed" "again"
        "AgreementDeleteEvent" "signed" "again""#]]
    .assert_eq(&told.join("\n"));
    for event in &events {
        let names: Vec<_> = event.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = [
            "correlationId",
            "domain",
            "event",
            "eventId",
            "eventTime",
            "eventType",
            "timeOcurred",
            "title",
        ];
        assert_eq!(names, expected);
        assert_eq!(event["event"]["agreement"]["href"], it);
    }
    let path = format!("{HUB}/{}", hub.json()["id"].as_str().unwrap());
    assert_eq!(client.call(&format!("DELETE {path}"), None).status, 204);
    assert_eq!(client.call(&format!("DELETE {path}"), None).status, 404);
    agreement(&client, "Unheard");
    assert_eq!(heard(&house), events, "who has gone hears no more");
}

#[test]
fn a_listener_hears_what_its_query_wants_and_of_that_no_more() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let query = "eventType=AgreementStateChangeEvent&event.agreement.status=signed&fields=name";
    client.post(HUB, &json!({ "callback": HOOK, "query": query }));
    let it = agreement(&client, "Framework");
    client.patch(&it, &json!({ "status": "offered" }));
    client.patch(&it, &json!({ "status": "signed" }));
    let events = heard(&house);
    let [event] = events.as_slice() else { panic!("{events:?}") };
    let id = it.rsplit('/').next().unwrap();
    assert_eq!(
        event["event"],
        json!({ "agreement": { "id": id, "href": it, "name": "Framework" } })
    );
}

#[test]
fn nobody_is_registered_who_cannot_be_told() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let register =
        |path: &str, body: Value| told(&client.call(&format!("POST {path}"), Some(&body)));
    assert_eq!(register(HUB, json!({})), "400 required: `callback` must be given");
    assert!(register(HUB, json!({ "callback": "nowhere" })).starts_with("400 format"));
    assert!(register(HUB, json!({ "callback": "https://127.0.0.1/x" })).starts_with("400 reach"));
    assert!(register(HUB, json!({ "callback": HOOK, "query": "limit=x" })).starts_with("400"));
    // A listener of one API is none of another, and nobody takes somebody else's away.
    let hub = client.post(HUB, &json!({ "callback": HOOK }));
    let id = hub["id"].as_str().unwrap();
    let elsewhere = format!("DELETE /tmf-api/document/v4/hub/{id}");
    assert_eq!(client.call(&elsewhere, None).status, 404);
    let other = house.client(&house.north.admin);
    assert_eq!(other.call(&format!("DELETE {HUB}/{id}"), None).status, 404);
}

#[test]
fn a_seller_hears_of_its_own_things_alone() {
    let house = House::on("2026-01-01");
    let (north, south) = (house.client(&house.north.admin), house.client(&house.south.admin));
    north.post(HUB, &json!({ "callback": HOOK }));
    agreement(&south, "South");
    agreement(&house.operator(), "Operator");
    agreement(&north, "North");
    let names: Vec<_> =
        heard(&house).iter().map(|it| it["event"]["agreement"]["name"].to_string()).collect();
    assert_eq!(names, ["\"North\""]);
}

/// What is told of an entity is told in the words of this contract, whichever contract changed it.
#[test]
fn what_is_done_elsewhere_is_heard_here() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    client.post("/tmf-api/customerManagement/v4/hub", &json!({ "callback": HOOK }));
    let account = client.post("/accounts", &json!({ "name": "Ann" }));
    let path = format!("/accounts/{}", account["id"].as_str().unwrap());
    client.patch(&path, &json!({ "name": "Eve" }));
    client.post(&format!("{path}/hold"), &json!({ "reason": "OTHER", "comment": "a test" }));
    let id = account["id"].as_str().unwrap().split_once('_').unwrap().1;
    let path = format!("/tmf-api/customerManagement/v4/customer/{id}");
    assert_eq!(client.call(&format!("DELETE {path}"), None).status, 204);
    let told: Vec<_> = heard(&house)
        .iter()
        .map(|it| {
            let thing = &it["event"]["customer"];
            assert_eq!(thing["href"], path);
            format!("{} {} {}", it["eventType"], thing["name"], thing["status"])
        })
        .collect();
    expect_test::expect![[r#"
        "CustomerCreateEvent" "Ann" "active"
        "CustomerAttributeValueChangeEvent" "Eve" "active"
        "CustomerStateChangeEvent" "Eve" "suspended"
        "CustomerDeleteEvent" "Eve" "suspended""#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn a_query_that_nothing_could_fit_is_refused() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let register = |query: &str| {
        let body = json!({ "callback": HOOK, "query": query });
        told(&client.call(&format!("POST {HUB}"), Some(&body)))
    };
    for query in [
        "eventType=ProductOrderCreateEvent",
        "eventType=AgreementBurntEvent",
        "agreement.status=signed",
        "event.productOrder.state=completed",
    ] {
        let told = register(query);
        assert!(told.starts_with("400 never_fires: `query`"), "{query}: {told}");
    }
    for query in [
        "eventType=AgreementCreateEvent,AgreementDeleteEvent",
        "eventType.regex=Delete",
        "event.agreementSpecification.name=a&fields=name",
        "fields=status",
    ] {
        assert_eq!(register(query), "201", "{query}");
    }
}

#[test]
fn what_a_hub_tells_is_the_events_of_its_topic() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let topics = "/tmf-api/event/v4/topic";
    let topic = client.get(&format!("{topics}?name=agreementManagement"))[0].clone();
    assert_eq!(topic["id"], "651", "{topic}");
    client.post(&format!("{topics}/651/hub"), &json!({ "callback": HOOK }));
    let it = agreement(&client, "Framework");
    client.patch(&it, &json!({ "status": "signed" }));
    let heard = heard(&house);
    assert_eq!(heard.len(), 2, "who listens to a topic listens to the API: {heard:?}");
    let events = client.get(&format!("{topics}/651/event"));
    let events = events.as_array().unwrap();
    let mut newest: Vec<_> = heard.iter().map(|it| it["eventId"].clone()).collect();
    newest.reverse();
    let told: Vec<_> = events.iter().map(|it| it["eventId"].clone()).collect();
    assert_eq!(told, newest);
    let path = events[0]["href"].as_str().unwrap();
    assert_eq!(client.get(path), events[0]);
    assert_eq!(events[0]["event"], heard[1]["event"]);
    let some =
        client.get(&format!("{topics}/651/event?eventType=AgreementCreateEvent&fields=title"));
    assert_eq!(some[0]["title"], "AgreementCreateEvent");
    assert_eq!(some.as_array().map(Vec::len), Some(1));
    for (what, status) in [
        (format!("GET {topics}/651/event/evt_0_999999"), 404),
        (format!("GET {topics}/9/event"), 404),
        (format!("POST {topics}/651/event"), 405),
        (format!("DELETE {topics}/651"), 409),
    ] {
        let body = what.starts_with("POST").then(|| json!({}));
        assert_eq!(client.call(&what, body.as_ref()).status, status, "{what}");
    }
}

/// What happens to parties, customers, their accounts and their products is told by the hub of each.
#[test]
fn the_lives_of_parties_customers_accounts_and_products_are_heard() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let offer = market.offer("Mailbox", &[monthly("Fee", "EUR", "20")]);
    for api in ["party", "customerManagement", "accountManagement", "productInventory"] {
        client.post(&format!("/tmf-api/{api}/v4/hub"), &json!({ "callback": HOOK }));
    }
    let party = client.post("/tmf-api/party/v4/organization", &json!({ "tradingName": "Alpha" }));
    let path = format!("/tmf-api/party/v4/organization/{}", text(&party["id"]));
    client.patch(&path, &json!({ "nameType": "Ltd." }));
    client.patch(&path, &json!({ "status": "validated" }));
    let customer = market.customer("Ann", "EUR");
    let id = text(&customer["id"]).split_once('_').unwrap().1.to_owned();
    client
        .patch(&format!("/tmf-api/customerManagement/v4/customer/{id}"), &json!({ "name": "Eve" }));
    let subscription = market.order(&customer, &offer, 1);
    let product = subscription.split_once('_').unwrap().1;
    let product = format!("/tmf-api/productInventory/v4/product/{product}");
    client.patch(&product, &json!({ "status": "suspended" }));
    client.patch(&product, &json!({ "status": "terminated" }));
    let told: BTreeSet<_> = heard(&market.house).iter().map(|it| text(&it["eventType"])).collect();
    for expected in [
        "OrganizationCreateEvent",
        "OrganizationAttributeValueChangeEvent",
        "OrganizationStateChangeEvent",
        "CustomerCreateEvent",
        "CustomerAttributeValueChangeEvent",
        "PartyAccountAttributeValueChangeEvent",
        "ProductCreateEvent",
        "ProductStateChangeEvent",
    ] {
        assert!(told.contains(expected), "{expected} is not among {told:?}");
    }
}

/// The types of all events so far, with a word of the thing.
fn types(house: &House, resource: &str, attribute: &str) -> Vec<String> {
    let told = heard(house);
    told.iter()
        .map(|it| format!("{} {}", text(&it["eventType"]), it["event"][resource][attribute]))
        .collect()
}

/// What is written down because nothing of ours comes of it yet is told like all the rest.
#[test]
fn what_was_only_written_down_is_heard_too() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let base = "/tmf-api/productCatalogManagement/v4";
    client.post(&format!("{base}/hub"), &json!({ "callback": HOOK }));
    let price = json!({
        "name": "Fee", "priceType": "recurring", "price": { "unit": "EUR", "value": 5 },
    });
    let price = client.post(&format!("{base}/productOfferingPrice"), &price);
    let path = format!("{base}/productOfferingPrice/{}", text(&price["id"]));
    client.patch(&path, &json!({ "description": "a month" }));
    let dropped = client.post(&format!("{base}/productOfferingPrice"), &json!({ "name": "None" }));
    let gone = format!("DELETE {base}/productOfferingPrice/{}", text(&dropped["id"]));
    assert_eq!(told(&client.call(&gone, None)), "204");
    expect_test::expect![[r#"
        ProductOfferingPriceCreateEvent "Fee"
        ProductOfferingPriceAttributeValueChangeEvent "Fee"
        ProductOfferingPriceCreateEvent "None"
        ProductOfferingPriceDeleteEvent "None""#]]
    .assert_eq(&types(&market.house, "productOfferingPrice", "name").join("\n"));
    let before = heard(&market.house).len();
    let offering =
        json!({ "name": "Box", "productOfferingPrice": [{ "id": price["id"], "name": "Fee" }] });
    client.post(&format!("{base}/productOffering"), &offering);
    let later = types(&market.house, "productOfferingPrice", "name").split_off(before);
    let is_gone = |it: &String| it.starts_with("ProductOfferingPriceDeleteEvent");
    assert!(!later.iter().any(is_gone), "a price that an offering takes lives on: {later:?}");
    assert_eq!(client.get(&path)["name"], "Fee");
}

#[test]
fn an_order_that_is_kept_rejected_is_heard() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let base = "/tmf-api/productOrderingManagement/v4";
    client.post(&format!("{base}/hub"), &json!({ "callback": HOOK }));
    let order = json!({ "productOrderItem": [{ "id": "1", "action": "add" }] });
    let order = client.post(&format!("{base}/productOrder"), &order);
    assert_eq!(order["note"][0]["id"], "1", "a note has an id: {order}");
    assert_eq!(types(&house, "productOrder", "state"), [r#"ProductOrderCreateEvent "rejected""#]);
    let path = format!("{base}/productOrder/{}", text(&order["id"]));
    assert_eq!(told(&client.call(&format!("DELETE {path}"), None)), "204");
    assert_eq!(types(&house, "productOrder", "state")[1], r#"ProductOrderDeleteEvent "rejected""#);
}

/// What was asked of a balance and came to nothing is told twice: that it was asked, and that it failed.
#[test]
fn what_comes_to_nothing_is_heard_as_a_failure() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let base = "/tmf-api/prepayBalanceManagement/v4";
    client.post(&format!("{base}/hub"), &json!({ "callback": HOOK }));
    let customer = market.customer("Ann", "EUR");
    let ours = text(&customer["billing_account"]).split_once('_').unwrap().1.to_owned();
    let body = |bucket: &str, amount: i32| {
        json!({
            "amount": { "amount": amount, "units": "EUR" }, "usageType": "monetary",
            "bucket": { "id": bucket }, "partyAccount": { "id": "2" }, "reason": "gift",
        })
    };
    for (action, bucket, amount) in [
        ("topupBalance", "1", 10),
        ("topupBalance", ours.as_str(), 10),
        ("adjustBalance", ours.as_str(), -11),
        ("reserveBalance", ours.as_str(), 11),
    ] {
        client.post(&format!("{base}/{action}"), &body(bucket, amount));
    }
    let heard = heard(&market.house);
    let told: Vec<_> = heard
        .iter()
        .map(|it| {
            let thing = it["event"].as_object().unwrap().values().next().unwrap();
            format!("{} {}", text(&it["eventType"]), text(&thing["status"]))
        })
        .collect();
    expect_test::expect![[r"
        TopupBalanceCreateEvent failed
        TopupBalanceFailureEvent failed
        TopupBalanceCreateEvent completed
        AdjustBalanceCreateEvent failed
        AdjustBalanceFailureEvent failed
        ReserveBalanceCreateEvent failed
        ReserveBalanceFailureEvent failed"]]
    .assert_eq(&told.join("\n"));
    let ids: BTreeSet<_> = heard.iter().map(|it| text(&it["eventId"])).collect();
    assert_eq!(ids.len(), heard.len(), "each has an id of its own");
    let failure = &heard[1]["event"]["topupBalance"];
    assert!(!text(&failure["statusReason"]).is_empty(), "{failure}");
}

#[test]
fn who_wants_failures_alone_hears_failures_alone() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let base = "/tmf-api/prepayBalanceManagement/v4";
    let query = "eventType=TopupBalanceFailureEvent&fields=statusReason";
    client.post(&format!("{base}/hub"), &json!({ "callback": HOOK, "query": query }));
    let made = client.post(
        &format!("{base}/topupBalance"),
        &json!({ "amount": { "amount": 10, "units": "EUR" }, "bucket": { "id": "1" } }),
    );
    let heard = heard(&house);
    let [event] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!(event["eventType"], "TopupBalanceFailureEvent");
    let names: Vec<_> = event["event"]["topupBalance"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["href", "id", "statusReason"]);
    assert_eq!(event["event"]["topupBalance"]["id"], made["id"]);
}

/// The definition of accounts calls the thing of an event its `payload`, the others its `event`.
#[test]
fn an_event_of_an_account_has_its_payload() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let base = "/tmf-api/accountManagement/v4";
    let query = "payload.financialAccount.name=Reserve&fields=name";
    client.post(&format!("{base}/hub"), &json!({ "callback": HOOK, "query": query }));
    for name in ["Reserve", "Other"] {
        client.post(&format!("{base}/financialAccount"), &json!({ "name": name }));
    }
    let heard = heard(&house);
    let [event] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!(event["payload"], event["event"]);
    assert_eq!(event["payload"]["financialAccount"]["name"], "Reserve");
    let other = json!({ "callback": HOOK, "query": "payload.agreement.name=a" });
    let refused = told(&client.call(&format!("POST {HUB}"), Some(&other)));
    assert!(refused.starts_with("400 never_fires: `query` `payload` is not in any"), "{refused}");
}

/// Bills are what an integrator waits for: they are told when they are issued, and when they are paid.
#[test]
fn who_registers_for_bills_is_told_of_them() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let base = "/tmf-api/customerBillManagement/v4";
    let query = json!({ "callback": HOOK, "query": "eventType=CustomerBillBurntEvent" });
    let refused = told(&client.call(&format!("POST {base}/hub"), Some(&query)));
    assert!(refused.starts_with("400 never_fires: `query` `CustomerBillBurntEvent`"), "{refused}");
    client.post(&format!("{base}/hub"), &json!({ "callback": HOOK }));
    let customer = market.customer("Ann", "EUR");
    let offer = market.offer("Mailbox", &[monthly("Fee", "EUR", "20")]);
    market.order(&customer, &offer, 1);
    market.advance_to("2026-01-02");
    let account = text(&customer["billing_account"]);
    for paid in [4, 20] {
        let paid = json!({
            "account": { "id": account.split_once('_').unwrap().1 },
            "paymentMethod": { "@type": "Cash" },
            "totalAmount": { "unit": "EUR", "value": paid },
        });
        client.post("/payment/v4/payment", &paid);
    }
    let heard = heard(&market.house);
    let told = heard.iter().map(|it| {
        let bill = &it["event"]["customerBill"];
        format!("{} {} {}", it["eventType"], bill["state"], bill["remainingAmount"]["value"])
    });
    let told: Vec<_> = told.collect();
    expect_test::expect![[r#"
        "CustomerBillCreateEvent" "validated" 24.00
        "CustomerBillStateChangeEvent" "partiallyPaid" 20.00
        "CustomerBillStateChangeEvent" "settled" 0.00"#]]
    .assert_eq(&told.join("\n"));
    let bill = &heard[0]["event"]["customerBill"];
    assert_eq!(client.get(&text(&bill["href"]))["billNo"], bill["billNo"]);
}

/// Who listens for orders that are completed hears of those that are so at once.
#[test]
fn an_order_that_is_completed_at_once_has_come_to_that_state() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let offer = market.offer("Mail", &[monthly("Fee", "EUR", "5")]);
    let customer = market.customer("Ann", "EUR");
    let plain = |it: &str| it.split_once('_').unwrap().1.to_owned();
    let base = "/tmf-api/productOrderingManagement/v4";
    let query = "eventType=ProductOrderStateChangeEvent&event.productOrder.state=completed";
    client.post(&format!("{base}/hub"), &json!({ "callback": HOOK, "query": query }));
    let order = json!({
        "productOrderItem": [
            { "id": "1", "action": "add", "productOffering": { "id": plain(&offer) } },
        ],
        "relatedParty": [
            { "id": plain(&text(&customer["id"])), "@referredType": "Customer" },
        ],
    });
    client.post(&format!("{base}/productOrder"), &order);
    assert_eq!(
        types(&market.house, "productOrder", "state"),
        [r#"ProductOrderStateChangeEvent "completed""#]
    );
}
