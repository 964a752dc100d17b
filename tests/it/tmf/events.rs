//! Which events there are: what the definitions name for each resource is what its hub tells, and each of
//! them is heard when it happens.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tillbox::api::tmf::doors;

use super::facts::{ROWS, Row};
use super::hubs::HOOK;
use super::plain;
use crate::harness::app::App;
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};
use crate::harness::outside::body;

/// What the definitions name, beside the table of the house and not from it: by resource, without the events of
/// batches, of which there are none here. What stands last is ours: of these the definitions name none.
const NAMED: &[(&str, &str)] = &[
    ("productCatalogManagement/v4/catalog", LIVES),
    ("productCatalogManagement/v4/category", LIVES),
    ("productCatalogManagement/v4/productOffering", LIVES),
    ("productCatalogManagement/v4/productOfferingPrice", LIVES),
    ("productCatalogManagement/v4/productSpecification", LIVES),
    ("productOrderingManagement/v4/productOrder", ASKS),
    ("productOrderingManagement/v4/cancelProductOrder", "Create StateChange"),
    ("customerManagement/v4/customer", LIVES),
    ("party/v4/individual", LIVES),
    ("party/v4/organization", LIVES),
    ("serviceCatalogManagement/v4/serviceCatalog", PLAIN),
    ("serviceCatalogManagement/v4/serviceCategory", PLAIN),
    ("serviceCatalogManagement/v4/serviceCandidate", PLAIN),
    ("serviceCatalogManagement/v4/serviceSpecification", PLAIN),
    ("resourceCatalog/v4/resourceCatalog", PLAIN),
    ("resourceCatalog/v4/resourceCategory", PLAIN),
    ("resourceCatalog/v4/resourceCandidate", PLAIN),
    ("resourceCatalog/v4/resourceSpecification", PLAIN),
    ("resourceCatalog/v4/importJob", "Create StateChange"),
    ("resourceCatalog/v4/exportJob", "Create StateChange"),
    ("usageManagement/v4/usage", LIVES),
    ("usageManagement/v4/usageSpecification", STATELESS),
    ("productInventory/v4/product", LIVES),
    ("quoteManagement/v4/quote", ASKS),
    ("agreementManagement/v4/agreement", LIVES),
    ("agreementManagement/v4/agreementSpecification", LIVES),
    ("prepayBalanceManagement/v4/topupBalance", ACTS),
    ("prepayBalanceManagement/v4/adjustBalance", ACTS),
    ("prepayBalanceManagement/v4/transferBalance", ACTS),
    ("prepayBalanceManagement/v4/reserveBalance", ACTS),
    ("shoppingCart/v4/shoppingCart", STATELESS),
    ("accountManagement/v4/partyAccount", "AttributeValueChange StateChange"),
    ("accountManagement/v4/billingAccount", "AttributeValueChange StateChange"),
    ("accountManagement/v4/settlementAccount", "AttributeValueChange StateChange"),
    ("accountManagement/v4/financialAccount", LIVES),
    ("document/v4/document", PLAIN),
    ("document/v4/documentSpecification", STATELESS),
    ("partnershipManagement/v4/partnership", PLAIN),
    ("partnershipManagement/v4/partnershipSpecification", PLAIN),
    ("partyRoleManagement/v4/partyRole", LIVES),
    ("paymentMethod/v4/paymentMethod", "Create AttributeValueChange StatusChange Delete"),
    ("promotionManagement/v4/promotion", LIVES),
    // Neither has a state.
    ("rolesAndPermissions/v4/userRole", STATELESS),
    ("rolesAndPermissions/v4/permission", STATELESS),
    ("payment/v4/payment", LIVES),
    ("payment/v4/refund", LIVES),
    ("usageConsumption/v4/queryUsageConsumption", "Create Delete"),
    // Nothing is asked for: it is answered at once.
    ("productOfferingQualification/v4/productOfferingQualification", LIVES),
    ("event/v4/topic", PLAIN),
    ("digitalIdentityManagement/v4/digitalIdentity", LIVES),
    ("revenueSharingAlgorithmManagement/v5/partyRevSharingAlgorithm", STATELESS),
    ("revenueSharingReportManagement/v5/partyRevSharingReport", LIVES),
    ("revenueSharingModelManagement/v5/partyRevSharingModel", STATELESS),
    ("customerBillManagement/v4/customerBill", "Create AttributeValueChange StateChange"),
    ("customerBillManagement/v4/customerBillOnDemand", "Create StateChange"),
];

const LIVES: &str = "Create AttributeValueChange StateChange Delete";
const ASKS: &str = "Create AttributeValueChange StateChange InformationRequired Delete";
const STATELESS: &str = "Create AttributeValueChange Delete";
const PLAIN: &str = "Create Change Delete";
const ACTS: &str = "Create Failure Cancel";

/// The types of the events of a resource, in order.
fn types((path, kinds): &(&str, &str)) -> Vec<String> {
    let name = path.rsplit('/').next().unwrap();
    let class = name[..1].to_uppercase() + &name[1..];
    let mut all: Vec<_> = kinds.split(' ').map(|it| format!("{class}{it}Event")).collect();
    all.sort();
    all
}

#[test]
fn a_hub_tells_what_the_definition_names() {
    let named: BTreeMap<_, _> = NAMED.iter().map(|it| (it.0, types(it))).collect();
    let told = doors::told();
    let told: BTreeMap<_, _> = told
        .iter()
        .filter(|it| !it.1.is_empty())
        .map(|it| {
            let path = it.0.strip_prefix("/tmf-api/").or_else(|| it.0.strip_prefix('/'));
            (path.unwrap(), it.1.clone())
        })
        .collect();
    assert_eq!(told, named);
}

/// The types of all that was heard so far.
fn heard(app: &App) -> BTreeSet<String> {
    app.keep_duties();
    app.outside.heard().iter().map(|it| text(&body(it)["eventType"])).collect()
}

/// Listens to every API.
fn listens(client: &Client<'_>) {
    let bases: BTreeSet<_> =
        NAMED.iter().map(|it| it.0.rsplit_once('/').unwrap().0.to_owned()).collect();
    for base in bases {
        let outside = ["payment/v4", "rolesAndPermissions/v4"].contains(&base.as_str());
        let below = if outside { "" } else { "/tmf-api" };
        client.post(&format!("{below}/{base}/hub"), &json!({ "callback": HOOK }));
    }
}

/// Another state of what was made of a row, where it can be said at once.
const STATES: &[(&str, &str)] = &[
    ("catalog", r#"{"lifecycleStatus":"In design"}"#),
    ("category", r#"{"lifecycleStatus":"In design"}"#),
    ("productOffering", r#"{"lifecycleStatus":"In design"}"#),
    ("productOfferingPrice", r#"{"lifecycleStatus":"In design"}"#),
    ("productSpecification", r#"{"lifecycleStatus":"In design"}"#),
    ("promotion", r#"{"lifecycleStatus":"In design"}"#),
    ("agreement", r#"{"status":"signed"}"#),
    ("agreementSpecification", r#"{"lifecycleStatus":"Active"}"#),
    ("individual", r#"{"status":"validated"}"#),
    ("organization", r#"{"status":"validated"}"#),
    ("customer", r#"{"status":"suspended"}"#),
    ("partyRole", r#"{"status":"active"}"#),
    ("partyAccount", r#"{"state":"Suspended"}"#),
    ("settlementAccount", r#"{"state":"Closed"}"#),
    ("financialAccount", r#"{"state":"Closed"}"#),
    ("paymentMethod", r#"{"status":"expired"}"#),
    ("digitalIdentity", r#"{"status":"suspended"}"#),
    ("partyRevSharingReport", r#"{"status":"checked"}"#),
];

/// Makes what a row says, changes it, lets it come to another state and removes it.
fn lives(client: &Client<'_>, row: &Row) {
    let made = client.post(row.path, &Row::filled(row.make, "East"));
    let path = format!("{}/{}", row.path, text(&made["id"]));
    let says = |body: &Value| {
        client.call(&format!("PATCH {path}"), Some(body));
    };
    if row.verbs.contains(&"PATCH") {
        says(&json!({ "description": "told", "reason": "told" }));
        let name = row.path.rsplit('/').next().unwrap();
        if let Some((_, state)) = STATES.iter().find(|it| it.0 == name) {
            says(&serde_json::from_str(state).unwrap());
        }
    }
    // What is to be written out or read in is done by and by.
    let is_awaited = row.path.ends_with("Job");
    if row.verbs.contains(&"DELETE") && row.removal == 204 && !is_awaited {
        client.call(&format!("DELETE {path}"), None);
    }
}

const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";
const QUOTE: &str = "/tmf-api/quoteManagement/v4/quote";
const USAGE: &str = "/tmf-api/usageManagement/v4/usage";

/// Makes something, and says where it is.
fn made(client: &Client<'_>, path: &str, body: &Value) -> String {
    format!("{path}/{}", text(&client.post(path, body)["id"]))
}

/// What is ordered and quoted, kept back, asked back about and called off.
fn asks(client: &Client<'_>, wanted: &dyn Fn(&str) -> Value) {
    let mut later = wanted("productOrderItem");
    later["requestedStartDate"] = json!("2026-06-01T00:00:00Z");
    let later = made(client, ORDER, &later);
    let why = json!({ "state": "pending", "note": [{ "text": "which colour?" }] });
    client.patch(&later, &json!({ "description": "told" }));
    client.patch(&later, &json!({ "state": "held" }));
    client.patch(&later, &json!({ "state": "acknowledged" }));
    client.patch(&later, &why);
    client.call(&format!("DELETE {later}"), None);
    let asked = made(client, QUOTE, &wanted("quoteItem"));
    client.patch(&asked, &json!({ "description": "told" }));
    client.patch(&asked, &json!({ "state": "pending" }));
    client.patch(&asked, &json!({ "state": "cancelled" }));
    client.call(&format!("DELETE {asked}"), None);
}

/// What is sold, ordered, quoted, used, billed and paid tells of all that becomes of it.
fn trades(market: &Market) {
    let client = market.operator();
    let used = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    });
    let offer = market.offer("Line", &[monthly("Fee", "EUR", "20"), used]);
    let customer = market.customer("Ann", "EUR");
    let (offer, buyer) = (plain(&json!(offer)), plain(&customer["id"]));
    let wanted = |list: &str| {
        json!({
            list: [{ "id": "1", "action": "add", "productOffering": { "id": offer } }],
            "relatedParty": [{ "id": buyer, "@referredType": "Customer" }],
        })
    };
    asks(&client, &wanted);
    let product = client.post(ORDER, &wanted("productOrderItem"))["productOrderItem"][0]["product"]
        ["id"]
        .clone();
    let path = format!("/tmf-api/productInventory/v4/product/{}", text(&product));
    client.patch(&path, &json!({ "description": "told" }));
    let usage = json!({
        "usageDate": "2026-01-01T00:00:00Z", "usageType": "traffic", "product": { "id": product },
        "usageCharacteristic": [{ "name": "value", "value": 3 }],
    });
    client.post(USAGE, &usage);
    let mut unnamed = usage.clone();
    unnamed.as_object_mut().unwrap().remove("product");
    let again = made(&client, USAGE, &unnamed);
    client.patch(&again, &json!({ "status": "recycled", "product": { "id": product } }));
    market.advance_to("2026-01-02");
    let billed = json!({ "id": plain(&customer["billing_account"]) });
    let money = |value: u32| {
        json!({
            "account": billed, "paymentMethod": { "@type": "Cash" },
            "totalAmount": { "unit": "EUR", "value": value },
        })
    };
    let bills = client.get("/tmf-api/customerBillManagement/v4/customerBill");
    let bill = format!("/tmf-api/customerBillManagement/v4/customerBill/{}", text(&bills[0]["id"]));
    client.patch(&bill, &json!({ "description": "told" }));
    let paid = client.post("/payment/v4/payment", &money(50));
    let mut back = money(1);
    back["payment"] = json!({ "id": paid["id"] });
    client.post("/payment/v4/refund", &back);
    market.advance_to("2026-02-02");
    client.patch(&path, &json!({ "status": "suspended" }));
    client.patch(&path, &json!({ "status": "active" }));
    let billing_account = format!(
        "/tmf-api/accountManagement/v4/billingAccount/{}",
        plain(&customer["billing_account"])
    );
    client.patch(&billing_account, &json!({ "state": "Suspended" }));
    client.call(&format!("DELETE {path}"), None);
    market.must_be_whole();
}

#[test]
fn each_event_that_is_named_is_heard_when_it_happens() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    listens(&client);
    for row in ROWS.iter().filter(|it| it.verbs.contains(&"POST") && it.stage.is_none()) {
        lives(&client, row);
    }
    let mut all = heard(&house.app);
    let market = Market::on("2026-01-01");
    listens(&market.operator());
    trades(&market);
    all.extend(heard(&market.house.app));
    let named: BTreeSet<_> = NAMED.iter().flat_map(types).collect();
    let strangers: Vec<_> = all.difference(&named).collect();
    assert!(strangers.is_empty(), "{strangers:?}");
    let unheard: Vec<_> = named.difference(&all).cloned().collect();
    // What nothing here leads to: roles and permissions, payments and refunds are not removed, topics not changed,
    // and refunds end as they are made.
    expect_test::expect![[r"
        PaymentDeleteEvent
        PermissionDeleteEvent
        RefundAttributeValueChangeEvent
        RefundDeleteEvent
        RefundStateChangeEvent
        TopicChangeEvent
        UserRoleDeleteEvent"]]
    .assert_eq(&unheard.join("\n"));
}

/// Use that is reported one by one is told of as it was counted, while somebody listens.
#[test]
fn use_that_was_counted_is_heard_with_what_it_costs() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let used = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    });
    let offer = market.offer("Line", &[used]);
    let subscription = market.order(&market.customer("Ann", "EUR"), &offer, 1);
    let report = |value: u32| {
        let usage = json!({
            "usageDate": "2026-01-01T00:00:00Z", "usageType": "traffic",
            "product": { "id": plain(&json!(subscription)) },
            "usageCharacteristic": [{ "name": "value", "value": value }],
        });
        client.post(USAGE, &usage)
    };
    report(1);
    client.post("/tmf-api/usageManagement/v4/hub", &json!({ "callback": HOOK }));
    let made = report(2);
    market.house.app.keep_duties();
    let heard: Vec<_> = market.house.app.outside.heard().iter().map(body).collect();
    let [event] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!(event["eventType"], "UsageCreateEvent");
    assert_eq!(event["event"]["usage"], made, "as it was answered");
    let rated = &event["event"]["usage"]["ratedProductUsage"][0];
    assert_eq!(rated["taxExcludedRatingAmount"]["value"].to_string(), "2");
    let north = market.house.client(&market.house.north.admin);
    let events = "/tmf-api/event/v4/topic/635/event";
    assert_eq!(north.get(events).as_array().map(Vec::len), Some(0), "it is none of theirs");
    market.must_be_whole();
}
