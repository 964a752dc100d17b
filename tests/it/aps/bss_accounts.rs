//! Accounts on the bus, beyond what the documents print: what creating one demands, what each side
//! sees of a change, holds and classes, and who reaches whom.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::app::Answer;
use crate::harness::bus::{path, uuid};
use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};
use crate::harness::signer::Signer;

const BSS: &str = "ceeeffac-d2f2-4e36-ae4a-3fe27ed58097";
const ACCOUNT: &str = "6344049b-8763-417d-837b-490ba0896f41";

/// The commercial side of an account of ours.
fn bss(client: &Client<'_>, account: &str) -> String {
    let whole = client.get(&path(account));
    text(&whole["bssAccountInfo"]["aps"]["href"])
}

fn commercial() -> Value {
    json!({
        "aps": { "type": "http://parallels.com/pa/bss-account-info/1.0", "id": BSS },
        "taxStatus": "COMPANY", "localeId": "en_US",
    })
}

fn account(kind: &str, parent: Option<&str>) -> Value {
    let contact = json!({ "email": "isv1@aps.test" });
    let mut body = json!({
        "aps": { "type": "http://parallels.com/aps/types/pa/account/1.2", "id": ACCOUNT },
        "type": kind, "personal": false, "companyName": "1st APS inc",
        "bssAccountInfo": { "aps": { "id": BSS } }, "addressPostal": { "countryName": "us" },
        "adminContact": contact, "billingContact": contact, "techContact": contact,
    });
    if let Some(parent) = parent {
        body["parent"] = json!({ "aps": { "id": uuid(parent) } });
    }
    body
}

fn told(answer: &Answer) -> String {
    format!("{} {}", answer.status.as_u16(), answer.json()["message"].as_str().unwrap_or_default())
}

#[test]
fn what_creating_an_account_demands_is_refused_by_name_where_it_is_missing() {
    let house = House::on("2026-01-01");
    let north = house.client(&house.north.admin);
    let body = json!({ "name": "cost_center", "applies_to": "account", "required": true });
    north.post("/attribute_definitions", &body);
    let with = json!([{ "attributeID": "cost_center", "value": "7" }]);
    let mut asked = commercial();
    asked["attributes"] = with;
    let pa = account("CLIENT", Some(&house.north.account));
    let without = |body: &Value, name: &str| {
        let mut body = body.clone();
        let object = body.as_object_mut().unwrap();
        if name == "aps.type" {
            object["aps"].as_object_mut().unwrap().remove("type");
        } else {
            object.remove(name);
        }
        body
    };
    let tried = |batch: Value| {
        let answer = north.call("POST /aps/2/resources", Some(&batch));
        assert_eq!(north.call(&format!("GET /aps/2/resources/{ACCOUNT}"), None).status, 404);
        told(&answer)
    };
    let mut said = String::new();
    for name in ["aps.type", "taxStatus", "localeId", "attributes"] {
        said += &format!("{name}: {}\n", tried(json!([without(&asked, name), pa])));
    }
    for name in [
        "aps.type",
        "type",
        "personal",
        "companyName",
        "addressPostal",
        "adminContact",
        "billingContact",
        "techContact",
    ] {
        said += &format!("{name}: {}\n", tried(json!([asked, without(&pa, name)])));
    }
    let made = north.post("/aps/2/resources", &json!([asked, pa]));
    assert_eq!(made[0]["attributes"], asked["attributes"]);
    let shown = north.get(&format!("/accounts/acc_{ACCOUNT}"));
    assert_eq!(shown["attributes"], json!({ "cost_center": "7" }), "the console shows it");
    let dropped = json!({ "attributes": [] });
    said += &format!(
        "PUT: {}\n",
        told(&north.call(&format!("PUT /aps/2/resources/{BSS}"), Some(&dropped)))
    );
    expect![[r#"
        aps.type: 400 `/0/aps/type` must be given
        taxStatus: 400 `/0/taxStatus` must be given
        localeId: 400 `/0/localeId` must be given
        attributes: 400 `/0/attributes/cost_center` must be given: its vendor asks it of each account
        aps.type: 400 `/1/aps/type` must be given
        type: 400 `/1/type` must be given
        personal: 400 `/1/personal` must be given
        companyName: 400 `/1/companyName` must be given
        addressPostal: 400 `/1/addressPostal` must be given
        adminContact: 400 `/1/adminContact` must be given
        billingContact: 400 `/1/billingContact` must be given
        techContact: 400 `/1/techContact` must be given
        PUT: 400 `/attributes/cost_center` must be given: its vendor asks it of each account
    "#]].assert_eq(&said);
}

#[test]
fn a_new_account_stands_below_whom_it_names_or_the_provider_in_the_default_class() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let home = operator.get("/aps/2/collections/accounts?eq(id,1)");
    for (parent, vendor) in [
        (None, text(&home[0]["aps"]["id"])),
        (Some(&*house.north.account), uuid(&house.north.account).to_owned()),
    ] {
        // Two accounts cannot have the same ids: those of the second are let to be others.
        let other = parent.map_or('5', |_| '8').to_string();
        let batch = json!([commercial(), account("CLIENT", parent)]).to_string();
        let batch = batch.replace(BSS, &BSS.replace('7', &other));
        let batch = serde_json::from_str(&batch.replace(ACCOUNT, &ACCOUNT.replace('7', &other)));
        let made = operator.call("POST /aps/2/resources", Some(&batch.unwrap())).ok();
        assert_eq!(made[1]["parent"]["aps"]["id"], vendor);
        let own = text(&made[0]["aps"]["id"]);
        let class = operator.get(&format!("/aps/2/resources/{own}/customerClass"));
        assert_eq!(class[0]["classId"], 0);
        let vendor =
            operator.get(&format!("/aps/2/resources/{vendor}/bssAccountInfo?select(aps.id)"));
        let vendor = text(&vendor[0]["aps"]["id"]);
        let all = operator.get(&format!("/aps/2/resources/{vendor}/ownCustomerClasses"));
        assert_eq!(all[0]["aps"]["id"], class[0]["aps"]["id"], "the default one of its vendor");
    }
    let batch = json!([commercial(), account("CLIENT", None)]);
    let north = house.client(&house.north.admin);
    let refused = north.call("POST /aps/2/resources", Some(&batch));
    assert_eq!(
        told(&refused),
        "400 `/1/parent` must be given: without it the account would stand below the provider"
    );
}

/// Each property as it is set on the bus, and what our own contract then says of the account.
#[test]
fn what_changes_on_one_side_is_seen_on_the_other() {
    let house = House::on("2026-01-01");
    let north = house.client(&house.north.admin);
    let zone =
        north.post("/tax_zones", &json!({ "code": "ISLE", "name": "Isle", "countries": ["GB"] }));
    let ours = format!("/accounts/{}", house.north.customer.account);
    let (pa, bss) =
        (path(&house.north.customer.account), bss(&north, &house.north.customer.account));
    let address = json!({ "locality": "Herndon", "countryName": "us" });
    let contact = json!({ "email": "ann@north.test", "givenName": "Ann" });
    for (at, property, value, pointer, expected) in [
        (&pa, "companyName", json!("Second"), "/name", json!("Second")),
        (&pa, "personal", json!(true), "/nature", json!("person")),
        (&pa, "personal", json!(false), "/nature", json!("company")),
        (&pa, "addressPostal", address, "/address/city", json!("Herndon")),
        (&pa, "adminContact", contact.clone(), "/contacts/admin/email", json!("ann@north.test")),
        (&pa, "billingContact", contact.clone(), "/contacts/billing/given_name", json!("Ann")),
        (&pa, "techContact", contact, "/contacts/technical/email", json!("ann@north.test")),
        (&bss, "taxStatus", json!("PERSONAL"), "/tax/status", json!("personal")),
        (&bss, "taxStatus", json!("PROVIDER"), "/tax/status", json!("provider")),
        (&bss, "taxStatus", json!("COMPANY"), "/tax/status", json!("company")),
        (&bss, "taxZoneId", json!("ISLE"), "/tax/zone", zone["id"].clone()),
        (&bss, "taxRegId", json!("DE 123456788"), "/tax/registration_id", json!("DE 123456788")),
        (&bss, "localeId", json!("de_AT"), "/locale", json!("de_AT")),
    ] {
        let changed = north.call(&format!("PUT {at}"), Some(&json!({ property: value }))).ok();
        let shown = if property == "taxRegId" { json!("*****") } else { value };
        assert_eq!(changed[property], shown);
        assert_eq!(north.get(at)[property], shown);
        let seen = north.get(&ours);
        assert_eq!(seen.pointer(pointer), Some(&expected), "{property}: {seen}");
    }
    assert_eq!(north.get(&bss)["taxRegIdStatus"], "NOT_VERIFIED");
    for (property, value) in
        [("externalARManagement", json!(true)), ("branchId", json!("B7")), ("salesId", json!("S7"))]
    {
        north.call(&format!("PUT {bss}"), Some(&json!({ property: value }))).ok();
        assert_eq!(north.get(&bss)[property], value, "it is kept");
    }
    north.call(&format!("PUT {bss}"), Some(&json!({ "taxRegId": "*****" }))).ok();
    assert_eq!(north.get(&ours)["tax"]["registration_id"], "DE 123456788", "the mask is no number");
    // And the other way about.
    let changed = json!({ "name": "Third", "nature": "person", "tax": { "status": "personal" } });
    north.patch(&ours, &changed);
    let seen = north.get(&pa);
    assert_eq!((&seen["companyName"], &seen["personal"]), (&json!("Third"), &json!(true)));
    assert_eq!(north.get(&bss)["taxStatus"], "PERSONAL");
    let shown = north.get(&ours);
    for side in [&shown["class"], &shown["billing_account"], &shown["tax"]["status"]] {
        assert!(side.is_string(), "the console has the commercial side too: {shown}");
    }
}

#[test]
fn a_change_that_is_refused_in_part_changes_nothing() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let (pa, bss) =
        (path(&house.north.customer.account), bss(&north, &house.north.customer.account));
    let before = (north.get(&pa), north.get(&bss));
    for (at, body) in [
        (&pa, json!({ "companyName": "X", "id": 7 })),
        (&pa, json!({ "companyName": "X", "type": "RESELLER" })),
        (&pa, json!({ "companyName": "X", "locked": true })),
        (&pa, json!({ "companyName": "X", "adminContact": { "email": "nobody" } })),
        (&pa, json!({ "companyName": "X", "addressPostal": { "countryName": "utopia" } })),
        (&pa, json!({ "companyName": "" })),
        (&pa, json!({ "companyName": null })),
        (&bss, json!({ "localeId": "de", "accountCurrencyCode": "USD" })),
        (&bss, json!({ "localeId": "de", "status": "CREDIT_HOLD" })),
        (&bss, json!({ "localeId": "de", "taxStatus": "NOBODY" })),
        (&bss, json!({ "localeId": "de", "taxZoneId": "NOWHERE" })),
        (&bss, json!({ "localeId": "nonsense" })),
        (&bss, json!({ "localeId": "de", "attributes": [{ "attributeID": "a" }] })),
        (&bss, json!({ "aps": { "type": "http://parallels.com/aps/types/pa/account/1.2" } })),
    ] {
        let answer = north.call(&format!("PUT {at}"), Some(&body));
        said.note(&format!("{body}: {}", told(&answer)));
        assert!(answer.status.is_client_error());
        assert!(before == (north.get(&pa), north.get(&bss)), "{body} left something");
    }
    expect![[r#"
        {"companyName":"X","id":7}: 400 `/id` is for the platform to say
        {"companyName":"X","type":"RESELLER"}: 400 `/type` is said once, at creation
        {"companyName":"X","locked":true}: 400 `/locked` is for the platform to say
        {"adminContact":{"email":"nobody"},"companyName":"X"}: 400 `/adminContact/email` must be a mail address such as `ann@example.com`
        {"addressPostal":{"countryName":"utopia"},"companyName":"X"}: 400 `/addressPostal/countryName` must be the code of a country by ISO 3166, such as `DE`
        {"companyName":""}: 400 `/companyName` must not be empty
        {"companyName":null}: 400 `/companyName` must be a string
        {"accountCurrencyCode":"USD","localeId":"de"}: 400 `/accountCurrencyCode` is for the platform to say
        {"localeId":"de","status":"CREDIT_HOLD"}: 400 `/status` is for the platform to say
        {"localeId":"de","taxStatus":"NOBODY"}: 400 `/taxStatus` must be one of PROVIDER, PERSONAL, COMPANY
        {"localeId":"de","taxZoneId":"NOWHERE"}: 400 `/taxZoneId` there is no tax zone `NOWHERE`
        {"localeId":"nonsense"}: 400 `/localeId` must be a locale such as `de` or `en_US`
        {"attributes":[{"attributeID":"a"}],"localeId":"de"}: 400 `/attributes/0/value` must be given
        {"aps":{"type":"http://parallels.com/aps/types/pa/account/1.2"}}: 400 `/aps/type` must be `http://parallels.com/pa/bss-account-info/1.0`
    "#]].assert_eq(&said.text());
}

#[test]
fn an_account_is_put_into_another_class_of_its_vendor_and_has_its_terms() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let bss = bss(&north, &house.north.customer.account);
    let gold = json!({
        "name": "Gold", "due_days": 7, "hold_days": 9, "billing_type": "prepaid",
        "cycle": { "period": "1 month", "anchor_day": 1 },
    });
    let gold = text(&north.post("/classes", &gold)["id"]);
    let class = json!({ "aps": {
        "type": "http://www.odin.com/billing/CustomerClass/1.0", "id": uuid(&gold),
    } });
    said.say(&north, "north", &format!("POST {bss}/customerClass"), Some(&class));
    said.say(&north, "north", &format!("GET {bss}/customerClass"), None);
    said.say(&north, "north", &format!("GET {bss}?select(creditTerm)"), None);
    assert_eq!(north.get(&format!("/accounts/{}", house.north.customer.account))["class"], gold);
    let found =
        north.get(&format!("/aps/2/collections/bss-accounts?customerClass.aps.id={}", uuid(&gold)));
    assert_eq!(found.as_array().unwrap().len(), 1);
    said.say(&north, "north", &format!("DELETE /aps/2/resources/{}", uuid(&gold)), None);
    let foreign = house.client(&house.south.admin).get("/classes")["items"][0]["id"].clone();
    let account = uuid(&house.north.account);
    for id in [uuid(foreign.as_str().unwrap()), account, BSS, "nonsense"] {
        let body = json!({ "aps": { "id": id } });
        said.say(&north, "north", &format!("POST {bss}/customerClass"), Some(&body));
    }
    let buyer = house.client(&house.north.customer.admin);
    said.say(&buyer, "buyer", &format!("POST {bss}/customerClass"), Some(&class));
    expect![[r#"
        > POST /aps/2/resources/{id1}/customerClass {"aps":{"id":"{id2}","type":"http://www.odin.com/billing/CustomerClass/1.0"}} [north]
        200 OK {"aps":{"id":"{id2}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id3}","id":"{id3}"},"revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/CustomerClass/1.0"},"classId":1,"name":"Gold"}
        > GET /aps/2/resources/{id1}/customerClass [north]
        200 OK [{"aps":{"id":"{id2}","modified":"2026-01-01T00:00:00Z","revision":1,"status":"aps:ready","type":"http://www.odin.com/billing/CustomerClass/1.0"},"classId":1,"name":"Gold"}]
        > GET /aps/2/resources/{id1}?select(creditTerm) [north]
        200 OK {"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id3}","id":"{id3}"},"revision":2,"schema":"/aps/2/types/2","status":"aps:ready","type":"http://parallels.com/pa/bss-account-info/1.0"},"creditTerm":{"duePeriod":7,"holdPeriod":9}}
        > DELETE /aps/2/resources/{id2} [north]
        409 Conflict {"code":409,"type":"APS::Billing::InUse","message":"class `Gold` has 1 accounts"}
        > POST /aps/2/resources/{id1}/customerClass {"aps":{"id":"{id4}"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/aps/id` `{id4}` is no resource of type `http://www.odin.com/billing/CustomerClass/1.0`"}
        > POST /aps/2/resources/{id1}/customerClass {"aps":{"id":"{id5}"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/aps/id` `{id5}` is no resource of type `http://www.odin.com/billing/CustomerClass/1.0`"}
        > POST /aps/2/resources/{id1}/customerClass {"aps":{"id":"{id6}"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/aps/id` `{id6}` is no resource of type `http://www.odin.com/billing/CustomerClass/1.0`"}
        > POST /aps/2/resources/{id1}/customerClass {"aps":{"id":"nonsense"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/aps/id` must be a UUID"}
        > POST /aps/2/resources/{id1}/customerClass {"aps":{"id":"{id2}","type":"http://www.odin.com/billing/CustomerClass/1.0"}} [buyer]
        403 Forbidden {"code":403,"type":"APS::Hosting::PermissionDenied","message":"not permitted: account_terms_write"}
    "#]].assert_eq(&said.text());
}

/// How an account and its subscription stand, on all sides.
fn standing(market: &Market, account: &str, subscription: &str) -> String {
    let operator = market.operator();
    let bss = operator.get(&bss(&operator, account));
    let (pa, sold) = (operator.get(&path(account)), operator.get(&path(subscription)));
    let delivered = operator.get(&format!("{}/paSubscription", path(subscription)));
    let ours = operator.get(&format!("/subscriptions/{subscription}"));
    format!(
        "account {} locked {}, subscription {} {} disabled {}; ours {} and {}\n",
        bss["status"],
        pa["locked"],
        sold["status"],
        sold["serviceStatus"],
        delivered[0]["disabled"],
        operator.get(&format!("/accounts/{account}"))["state"],
        ours["state"],
    )
}

/// The scenario of the document, by the ids that a look-up by the number finds.
#[test]
fn a_customer_on_credit_hold_is_not_served_and_is_again_when_released() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let made = market.customer("Blue Whale", "EUR");
    let account = text(&made["id"]);
    let offer = market.offer("Base", &[monthly("Fee", "EUR", "10")]);
    let subscription = market.order(&made, &offer, 1);
    let found = operator.get(&format!(
        "/aps/2/collections/accounts?eq(id,{}),select(bssAccountInfo)",
        made["number"]
    ));
    let bss = format!("/aps/2/resources/{}", text(&found[0]["bssAccountInfo"]["aps"]["id"]));
    let mut said = standing(&market, &account, &subscription);
    let hold = json!({
        "policy": "ALL_SUBSCRIPTIONS", "reason": "ACCOUNT_OVERDUE", "comment": "#1000123 is unpaid",
    });
    let mut refuse = |verb: &str, body: Value| {
        let answer = operator.call(&format!("POST {bss}/{verb}"), Some(&body));
        said += &format!("{verb} {body}: {}\n", told(&answer));
    };
    for name in ["policy", "reason", "comment"] {
        let mut body = hold.clone();
        body.as_object_mut().unwrap().remove(name);
        refuse("putOnCreditHold", body);
    }
    refuse("putOnCreditHold", json!({ "policy": "SOME", "reason": "X", "comment": "x" }));
    refuse("releaseFromCreditHold", json!({ "policy": "DEFAULT", "comment": "is not held" }));
    assert_eq!(operator.call(&format!("POST {bss}/putOnCreditHold"), Some(&hold)).status, 204);
    said += &standing(&market, &account, &subscription);
    let held = operator.get(&format!("/accounts/{account}"))["holds"][0].clone();
    assert_eq!((&held["reason"], &held["comment"]), (&hold["reason"], &hold["comment"]));
    let mut refuse = |body: Value| {
        let answer = operator.call(&format!("POST {bss}/releaseFromCreditHold"), Some(&body));
        said += &format!("{body}: {}\n", told(&answer));
    };
    refuse(json!({ "policy": "DEFAULT" }));
    refuse(json!({ "comment": "paid" }));
    refuse(json!({ "policy": "TEMPORARY", "comment": "x" }));
    refuse(json!({ "policy": "TEMPORARY", "comment": "x", "activeUntil": "2025-12-31T00:00:00Z" }));
    refuse(json!({ "policy": "TEMPORARY", "comment": "x", "activeUntil": "tomorrow" }));
    refuse(json!({ "policy": "DEFAULT", "comment": "x", "activeUntil": "2026-02-01T00:00:00Z" }));
    for body in [
        json!({ "policy": "DEFAULT", "comment": "paid" }),
        json!({ "policy": "TEMPORARY", "comment": "#23231", "activeUntil": "2026-02-01T00:00:00Z" }),
    ] {
        let release = format!("POST {bss}/releaseFromCreditHold");
        assert_eq!(operator.call(&release, Some(&body)).status, 204);
        said += &standing(&market, &account, &subscription);
        let again = operator.call(&format!("POST {bss}/putOnCreditHold"), Some(&hold));
        assert_eq!(again.status, 204, "who was released can be held again");
    }
    market.must_be_whole();
    expect![[r##"
        account "ACTIVE" locked false, subscription "ACTIVE" "ACTIVE" disabled false; ours "active" and "active"
        putOnCreditHold {"comment":"#1000123 is unpaid","reason":"ACCOUNT_OVERDUE"}: 400 `/policy` must be given
        putOnCreditHold {"comment":"#1000123 is unpaid","policy":"ALL_SUBSCRIPTIONS"}: 400 `/reason` must be given
        putOnCreditHold {"policy":"ALL_SUBSCRIPTIONS","reason":"ACCOUNT_OVERDUE"}: 400 `/comment` must be given
        putOnCreditHold {"comment":"x","policy":"SOME","reason":"X"}: 400 `/policy` must be one of ALL_SUBSCRIPTIONS, UNPAID_SUBSCRIPTIONS
        releaseFromCreditHold {"comment":"is not held","policy":"DEFAULT"}: 409 cannot release from credit an account that is active
        account "CREDIT_HOLD" locked true, subscription "CREDIT_HOLD" "STOPPED" disabled true; ours "held_for_credit" and "held_for_credit"
        {"policy":"DEFAULT"}: 400 `/comment` must be given
        {"comment":"paid"}: 400 `/policy` must be given
        {"comment":"x","policy":"TEMPORARY"}: 400 `/activeUntil` must be given with the policy TEMPORARY
        {"activeUntil":"2025-12-31T00:00:00Z","comment":"x","policy":"TEMPORARY"}: 400 `/activeUntil` must be in the future
        {"activeUntil":"tomorrow","comment":"x","policy":"TEMPORARY"}: 400 `/activeUntil` `tomorrow` is not an instant of the form `2026-01-31T12:00:00Z`
        {"activeUntil":"2026-02-01T00:00:00Z","comment":"x","policy":"DEFAULT"}: 400 `/activeUntil` must not be given with the policy DEFAULT
        account "ACTIVE" locked false, subscription "ACTIVE" "ACTIVE" disabled false; ours "active" and "active"
        account "ACTIVE" locked false, subscription "ACTIVE" "ACTIVE" disabled false; ours "active" and "active"
    "##]].assert_eq(&said);
}

/// A reseller's system, which signs what it asks for, manages the reseller's customers and
/// resellers, and nobody else's.
#[test]
fn a_vendors_system_manages_the_accounts_below_the_vendor() {
    let house = House::on("2026-01-01");
    let north = house.client(&house.north.admin);
    let signer = Signer::with(&house.app, &north.post("/consumer_keys", &json!({ "name": "ERP" })));
    for kind in ["CLIENT", "RESELLER"] {
        let other = if kind == "CLIENT" { "7" } else { "8" };
        let batch = json!([commercial(), account(kind, Some(&house.north.account))]).to_string();
        let batch = batch.replace(BSS, &BSS.replace('7', other));
        let batch = serde_json::from_str(&batch.replace(ACCOUNT, &ACCOUNT.replace('7', other)));
        let made = signer.call("POST /aps/2/resources", Some(&batch.unwrap())).ok();
        let [bss, pa] = [0, 1].map(|it| text(&made[it]["aps"]["id"]));
        assert_eq!(made[1]["type"], kind);
        let renamed = json!({ "companyName": format!("My {kind}") });
        let renamed = signer.call(&format!("PUT /aps/2/resources/{pa}"), Some(&renamed)).ok();
        assert_eq!(renamed["companyName"], format!("My {kind}"));
        let hold =
            json!({ "policy": "UNPAID_SUBSCRIPTIONS", "reason": "LATE", "comment": "unpaid" });
        let release = json!({ "policy": "DEFAULT", "comment": "paid" });
        for (verb, body) in [("putOnCreditHold", hold), ("releaseFromCreditHold", release)] {
            let what = format!("POST /aps/2/resources/{bss}/{verb}");
            assert_eq!(signer.call(&what, Some(&body)).status, 204, "{kind} {verb}");
        }
        let gone = signer.call(&format!("DELETE /aps/2/resources/{pa}"), None);
        assert_eq!(gone.status, 204, "{kind}");
    }
    let theirs = format!("PUT {}", path(&house.south.customer.account));
    let renamed = json!({ "companyName": "Mine" });
    assert_eq!(signer.call(&theirs, Some(&renamed)).status, 404);
    let all = signer.call("GET /aps/2/collections/accounts?select(companyName)", None).json();
    assert!(!all.to_string().contains("South"), "{all}");
}

#[test]
fn the_provider_finds_every_account_and_an_administrator_looks_after_its_own() {
    let house = House::on("2026-01-01");
    let branch = &house.north;
    let all = house.operator().get("/aps/2/collections/accounts?select(aps.id)");
    for account in [
        &house.operator.account,
        &house.customer.account,
        &branch.account,
        &branch.customer.account,
    ] {
        assert!(all.to_string().contains(uuid(account)), "{account} is found");
    }
    assert_eq!(all.as_array().unwrap().len(), 6, "and every other");
    let admin = house.client(&branch.customer.admin);
    let (pa, bss) = (path(&branch.customer.account), bss(&admin, &branch.customer.account));
    let own = json!({ "companyName": "Ours", "addressPostal": { "locality": "Bonn" } });
    assert_eq!(admin.call(&format!("PUT {pa}"), Some(&own)).ok()["companyName"], "Ours");
    assert_eq!(admin.call(&format!("PUT {bss}"), Some(&json!({ "localeId": "de" }))).status, 200);
    admin
        .patch(&format!("/accounts/{}", branch.customer.account), &json!({ "name": "Still ours" }));
    let hold = json!({ "policy": "ALL_SUBSCRIPTIONS", "reason": "X", "comment": "x" });
    let member = house.client(&branch.customer.member);
    for (who, what, body) in [
        (&admin, format!("PUT {bss}"), json!({ "taxStatus": "PERSONAL" })),
        (&admin, format!("POST {bss}/putOnCreditHold"), hold),
        (&admin, format!("DELETE {pa}"), json!(null)),
        (&member, format!("PUT {pa}"), json!({ "companyName": "Mine" })),
    ] {
        let status = who.call(&what, Some(&body)).status;
        assert!([403, 404].contains(&status.as_u16()), "{what}: {status}");
    }
    let own = house.client(&branch.customer.admin).get("/aps/2/collections/accounts");
    assert_eq!(own.as_array().unwrap().len(), 1, "and sees no other");
}

/// What is due is reckoned with again when a temporary release is over, and not a day before.
#[test]
fn a_temporary_release_ends_and_who_still_owes_is_held_again() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let offer = market.offer("Base", &[monthly("Fee", "EUR", "10")]);
    let hold = json!({
        "policy": "ALL_SUBSCRIPTIONS", "reason": "ACCOUNT_OVERDUE", "comment": "#1000123 is unpaid",
    });
    let release = json!({
        "policy": "TEMPORARY", "activeUntil": "2026-03-10T00:00:00Z", "comment": "#23231",
    });
    let opened = |name: &str| {
        let made = market.customer(name, "EUR");
        let account = text(&made["id"]);
        (account, market.order(&made, &offer, 1), made)
    };
    let (owes, has_paid, abroad) = (opened("Owes"), opened("Has paid"), opened("Abroad"));
    let is_external = json!({ "externalARManagement": true });
    operator.call(&format!("PUT {}", bss(&operator, &abroad.0)), Some(&is_external)).ok();
    market.advance_to("2026-02-15");
    for it in [&owes, &has_paid, &abroad] {
        let bss = bss(&operator, &it.0);
        for (verb, body) in [("putOnCreditHold", &hold), ("releaseFromCreditHold", &release)] {
            let answer = operator.call(&format!("POST {bss}/{verb}"), Some(body));
            assert_eq!(answer.status, 204, "{verb}");
        }
    }
    for invoice in market.invoices(&has_paid.2) {
        let paid = json!({ "account": has_paid.0, "amount": invoice["due"] });
        operator.post("/payments", &paid);
    }
    let class = text(&operator.get(&format!("/accounts/{}", owes.0))["class"]);
    let automatic = json!({ "automatic_hold": true });
    operator.call(&format!("PATCH /classes/{class}"), Some(&automatic)).ok();
    let mut said = String::new();
    for day in ["2026-03-09", "2026-03-10"] {
        market.advance_to(day);
        for (name, it) in [("owes", &owes), ("has paid", &has_paid), ("abroad", &abroad)] {
            said += &format!("{day} {name}: {}", standing(&market, &it.0, &it.1));
        }
    }
    let held = operator.get(&format!("/accounts/{}", owes.0))["holds"].clone();
    assert_eq!((&held[0]["reason"], &held[0]["comment"]), (&hold["reason"], &release["comment"]));
    expect![[r#"
        2026-03-09 owes: account "ACTIVE" locked false, subscription "ACTIVE" "ACTIVE" disabled false; ours "active" and "active"
        2026-03-09 has paid: account "ACTIVE" locked false, subscription "ACTIVE" "ACTIVE" disabled false; ours "active" and "active"
        2026-03-09 abroad: account "ACTIVE" locked false, subscription "ACTIVE" "ACTIVE" disabled false; ours "active" and "active"
        2026-03-10 owes: account "CREDIT_HOLD" locked true, subscription "CREDIT_HOLD" "STOPPED" disabled true; ours "held_for_credit" and "held_for_credit"
        2026-03-10 has paid: account "ACTIVE" locked false, subscription "ACTIVE" "ACTIVE" disabled false; ours "active" and "active"
        2026-03-10 abroad: account "ACTIVE" locked false, subscription "ACTIVE" "ACTIVE" disabled false; ours "active" and "active"
    "#]].assert_eq(&said);
}
