//! Subscribers: added, found, changed, and gone for good or for a while.

use expect_test::expect;
use serde_json::{Value, json};

use super::{Bss, message, sample, subscriber, told};
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly};

fn pretty(it: &Value) -> String {
    serde_json::to_string_pretty(it).unwrap()
}

#[test]
fn subscribers_as_the_sample_application_adds_them_are_shown_with_all_that_was_said() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let id = bss.register("samples@new.test");
    let all = sample("sdk-sampleapp-subscribers");
    let all = all["Subscribers"].as_array().unwrap();
    let mut first = 0;
    for (place, body) in all.iter().enumerate() {
        let mut body = body.clone();
        body["Subscriber"]["CustomerId"] = json!(id.to_string());
        let made = bss.must("POST resource/subscriber", Some(&body));
        first = if place == 0 { made["Long"].as_u64().unwrap() } else { first };
    }
    assert_eq!(all.len(), 10);
    expect![[r#"
        {
          "Subscriber": {
            "CustomerId": 7,
            "Id": 11,
            "InvitedBy": 4,
            "IsGuest": false,
            "IsSyncPending": false,
            "Oid": 11,
            "Owner": 7,
            "PartyRoleType": "SUBSCRIBER",
            "Person": {
              "Created": "01/01/2026 00:00:00",
              "Deleted": false,
              "EmailAddress": "user0_1422372441620@ivthouse.com",
              "EmployeeNumber": "6A7777B",
              "FamilyName": "Doe",
              "Fax": "111-111-1114",
              "GivenName": "John",
              "HomePhone": "111-111-1113",
              "IsRestrictedUse": false,
              "JobTitle": "Director",
              "LanguagePreference": "en_US",
              "MobilePhone": "111-111-1112",
              "Modified": "01/01/2026 00:00:00",
              "NamePrefix": "Mr",
              "OrgName": "Test Enterprise",
              "Owner": 7,
              "RoleSet": [
                "User"
              ],
              "SecurityRealm": "NON_FEDERATED",
              "TimeZone": "America/Central",
              "WebSiteAddress": "www.example.com",
              "WorkPhone": "111-111-1111"
            },
            "SeatSet": [],
            "SubscriberAttributeSet": [],
            "SubscriberState": "PENDING"
          }
        }"#]]
    .assert_eq(&pretty(&bss.get(&format!("resource/subscriber/{first}"))));
}

#[test]
fn an_address_belongs_to_one_subscriber_of_the_whole_service() {
    let house = House::on("2026-01-01");
    let (bss, other) = (Bss::vsr(&house), Bss(house.client(&house.south.admin)));
    let id = bss.register("one@new.test");
    bss.add(id, "two@new.test", &["User"]);
    let elsewhere = other.register("three@new.test");
    for (client, customer) in [(&bss, id), (&other, elsewhere)] {
        let body = subscriber(customer, "Two@New.test", &["User"]);
        let answer = client.call("POST resource/subscriber", Some(&body));
        assert_eq!(told(&answer), "400 BZSUS9002E");
        assert_eq!(message(&answer), "The email address already exists.");
    }
}

#[test]
fn who_is_deleted_can_be_added_again_at_once() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let id = bss.register("again@new.test");
    let email = |it: u32| format!("again{it}@new.test");
    let before: Vec<_> = (0..10).map(|it| bss.add(id, &email(it), &["User"])).collect();
    for it in &before {
        assert_eq!(bss.told(&format!("DELETE resource/subscriber/{it}"), None), "204");
    }
    let after: Vec<_> = (0..10).map(|it| bss.add(id, &email(it), &["User"])).collect();
    assert!(before.iter().all(|it| !after.contains(it)));
    assert_eq!(bss.by_email(&email(3))["Id"], after[3]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "the lines of the answer are counted")]
fn a_put_replaces_the_profile_and_takes_the_roles() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let customer = bss.register("put@new.test");
    let id = bss.add(customer, "before@new.test", &["User"]);
    let path = format!("resource/subscriber/{id}");
    let mut body = subscriber(customer, "after@new.test", &["User", "CustomerAdministrator"]);
    body["Subscriber"]["Person"]["JobTitle"] = json!("Lead");
    body["Subscriber"]["Person"]["TimeZone"] = json!("Mars/Olympus");
    body["Subscriber"]["Person"]["LanguagePreference"] = json!("Klingon");
    body["Subscriber"]["SubscriberAttributeSet"] = json!([
        { "Name": "dom__emailAddress", "Type": "STRING", "StringValue": "user@example.com",
          "SubscriberId": 20_000_021, "Owner": 20_000_034, "BooleanValue": false,
          "IntegerValue": 1, "Deleted": false },
        { "Name": "is_new", "Type": "BOOLEAN", "BooleanValue": true },
        { "Name": "floor", "Type": "INTEGER", "IntegerValue": -2 },
        { "Name": "gone", "StringValue": "x", "Deleted": true },
    ]);
    assert_eq!(bss.told(&format!("PUT {path}"), Some(&body)), "204");
    let shown = bss.get(&path);
    expect![[r#"
        {
          "Subscriber": {
            "CustomerId": 7,
            "Id": 11,
            "InvitedBy": 4,
            "IsGuest": false,
            "IsSyncPending": false,
            "Oid": 11,
            "Owner": 7,
            "PartyRoleType": "SUBSCRIBER",
            "Person": {
              "Created": "01/01/2026 00:00:00",
              "Deleted": false,
              "EmailAddress": "after@new.test",
              "FamilyName": "Doe",
              "GivenName": "Ann",
              "IsRestrictedUse": false,
              "JobTitle": "Lead",
              "LanguagePreference": "Klingon",
              "Modified": "01/01/2026 00:00:00",
              "OrgName": "Test Enterprise",
              "Owner": 7,
              "RoleSet": [
                "User",
                "CustomerAdministrator"
              ],
              "SecurityRealm": "NON_FEDERATED",
              "TimeZone": "Mars/Olympus"
            },
            "SeatSet": [],
            "SubscriberAttributeSet": [
              {
                "Deleted": false,
                "Name": "dom__emailAddress",
                "Owner": 7,
                "StringValue": "user@example.com",
                "SubscriberId": 11,
                "Type": "STRING"
              },
              {
                "BooleanValue": true,
                "Deleted": false,
                "Name": "is_new",
                "Owner": 7,
                "SubscriberId": 11,
                "Type": "BOOLEAN"
              },
              {
                "Deleted": false,
                "IntegerValue": -2,
                "Name": "floor",
                "Owner": 7,
                "SubscriberId": 11,
                "Type": "INTEGER"
              }
            ],
            "SubscriberState": "PENDING"
          }
        }"#]]
    .assert_eq(&pretty(&shown));
    assert_eq!(bss.told(&format!("PUT {path}"), Some(&shown)), "204");
    assert_eq!(bss.get(&path), shown, "what is shown is what can be said");

    let plain = subscriber(customer, "after@new.test", &["User"]);
    assert_eq!(bss.told(&format!("PUT {path}"), Some(&plain)), "204");
    let person = &bss.get(&path)["Subscriber"];
    assert_eq!(person["SubscriberAttributeSet"], json!([]));
    for gone in ["JobTitle", "TimeZone", "LanguagePreference"] {
        assert_eq!(person["Person"].get(gone), None, "{gone}");
    }
    assert_eq!(person["Person"]["RoleSet"], json!(["User"]));
    let elsewhere = subscriber(customer + 1, "after@new.test", &["User"]);
    let answer = bss.call(&format!("PUT {path}"), Some(&elsewhere));
    assert!(message(&answer).contains("[CustomerId]"), "{}", message(&answer));
    let taken = subscriber(customer, "put@new.test", &["User"]);
    assert_eq!(bss.told(&format!("PUT {path}"), Some(&taken)), "400 BZSUS9002E");
}

#[test]
fn a_list_holds_the_own_people_and_then_those_of_all_customers() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let customer = bss.register("contact@list.test");
    bss.add(customer, "user@list.test", &["User"]);
    let emails = |list: &Value| -> Vec<String> {
        let items = list["List"].as_array().unwrap().iter();
        items.map(|it| it["Person"]["EmailAddress"].as_str().unwrap().to_owned()).collect()
    };
    let all = emails(&bss.get("resource/subscriber"));
    let expected = [
        "admin@north.test",
        "admin@customer.north.test",
        "member@customer.north.test",
        "contact@list.test",
        "user@list.test",
    ];
    assert_eq!(all, expected);
    let second = emails(&bss.get("resource/subscriber?_pageSize=2&_pageNumber=2"));
    assert_eq!(second, expected[2..4]);
    let own = Bss(house.client(&house.north.customer.admin));
    assert_eq!(emails(&own.get("resource/subscriber")), expected[1..3]);
    let query =
        format!("resource/subscriber?_namedQuery=getSubscriberByCustomer&customer={customer}");
    assert_eq!(emails(&bss.get(&query)), expected[3..]);
    assert_eq!(own.told(&format!("GET {query}"), None), "404 BZSUS9001E");
    let letters = "GET resource/subscriber?_namedQuery=getSubscriberByCustomer&customer=abc";
    assert_eq!(bss.told(letters, None), "400 BZSAP1011E");
    let none = "resource/subscriber?_namedQuery=getSubscriberByEmailAddress&emailAddress=x@y.test";
    assert_eq!(bss.get(none), json!({ "List": [] }));
}

#[test]
fn the_last_administrator_stays() {
    let house = House::on("2026-01-01");
    let own = Bss(house.client(&house.north.customer.admin));
    let email = &house.north.customer.admin.email;
    let it = own.by_email(email);
    let path = format!("resource/subscriber/{}", it["Id"]);
    let mut demoted = json!({ "Subscriber": it });
    demoted["Subscriber"]["Person"]["RoleSet"] = json!(["User"]);
    let unassign = format!(
        "POST service/authorization/unassignRole?loginName={email}&role=CustomerAdministrator"
    );
    for (what, body) in [
        (format!("POST {path} [suspendSubscriber]"), None),
        (format!("DELETE {path}"), None),
        (format!("DELETE {path}?moveToSoftDelete=true"), None),
        (format!("PUT {path}"), Some(&demoted)),
        (unassign.clone(), None),
    ] {
        assert_eq!(own.told(&what, body), "409 BZSUS9004E", "{what}");
    }
    assert_eq!(own.by_email(email), it, "nothing has changed");
    let customer = it["CustomerId"].as_u64().unwrap();
    let second = own.add(customer, "second@north.test", &["CustomerAdministrator"]);
    assert_eq!(own.told(&unassign, None), "409 BZSUS9004E", "who is pending governs nobody");
    let activate = format!("POST resource/subscriber/{second} [activateSubscriber]");
    assert_eq!(own.told(&activate, None), "204");
    assert_eq!(own.told(&unassign, None), "204");
}

#[test]
fn seats_are_kept_by_who_is_suspended_and_free_when_somebody_is_deleted() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let (bss, seller) = (Bss(house.operator()), house.operator());
    let account = &house.customer.account;
    let offer = market.offer("Mail", &[monthly("Mail", "EUR", "5")]);
    let order = json!({ "account": account, "items": [{ "offer": offer, "quantity": 1 }] });
    let order = seller.post("/orders", &order);
    let subscription = order["items"][0]["subscription"].as_str().unwrap().to_owned();
    let customer = bss.by_email(&house.customer.admin.email)["CustomerId"].as_u64().unwrap();
    let id = bss.add(customer, "seated@home.test", &["User"]);
    let path = format!("resource/subscriber/{id}");
    assert_eq!(bss.told(&format!("POST {path} [activateSubscriber]"), None), "204");
    let users = seller.get("/users?login=seated@home.test");
    let seat = json!({ "user": users["items"][0]["id"] });
    seller.post(&format!("/subscriptions/{subscription}/seats"), &seat);
    let seats = || bss.get(&path)["Subscriber"]["SeatSet"].clone();
    assert_eq!(
        (&seats()[0]["SeatState"], &seats()[0]["SubscriberId"]),
        (&json!("ASSIGNED"), &json!(id))
    );
    for what in [
        "POST {} [suspendSubscriber]",
        "POST {} [unsuspendSubscriber]",
        "DELETE {}?moveToSoftDelete=true",
        "POST {} [restoreSubscriber]",
    ] {
        assert_eq!(bss.told(&what.replace("{}", &path), None), "204", "{what}");
        assert_eq!(seats().as_array().unwrap().len(), 1, "{what}");
    }
    let other = bss.add(customer, "other@home.test", &["User"]);
    let users = seller.get("/users?login=other@home.test");
    let seat = json!({ "user": users["items"][0]["id"] });
    let assign = format!("POST /subscriptions/{subscription}/seats");
    assert_eq!(seller.call(&assign, Some(&seat)).status.as_u16(), 409, "there is one");
    assert_eq!(bss.told(&format!("DELETE {path}"), None), "204");
    assert!(seller.call(&assign, Some(&seat)).status.is_success());
    let seats = bss.get(&format!("resource/subscriber/{other}"))["Subscriber"]["SeatSet"].clone();
    assert_eq!(seats.as_array().unwrap().len(), 1);
}

#[test]
fn a_user_sees_itself_and_nobody_else() {
    let house = House::on("2026-01-01");
    let (bss, member) = (Bss::vsr(&house), Bss(house.client(&house.north.customer.member)));
    let id = |email: &str| bss.by_email(email)["Id"].as_u64().unwrap();
    let own = id(&house.north.customer.member.email);
    let shown = member.get(&format!("resource/subscriber/{own}"));
    assert_eq!(shown["Subscriber"]["Person"]["RoleSet"], json!(["User"]));
    let other = id(&house.north.customer.admin.email);
    assert_eq!(member.told(&format!("GET resource/subscriber/{other}"), None), "404 BZSUS9001E");
    assert_eq!(member.told("GET resource/subscriber", None), "403 BZSAU9002E");
}

/// A second VSR: added in the vendor's own organization, it can do what the first can.
#[test]
fn a_vendor_adds_users_of_its_own_who_register_customers() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let vendor = bss.get("resource/customer")["List"][0]["Id"].as_u64().unwrap();
    let id = bss.add(vendor, "second@vendor.test", &["VSR"]);
    let activate = format!("POST resource/subscriber/{id} [activateSubscriber]");
    assert_eq!(bss.told(&activate, None), "204");
    let credential = json!({ "UserCredential": {
        "LoginName": "second@vendor.test", "NewPassword": "passw0rd-4-all" } });
    let set = "POST service/authentication/setUserPassword";
    assert_eq!(bss.told(set, Some(&credential)), "204");
    let login = json!({ "email": "second@vendor.test", "password": "passw0rd-4-all" });
    let session = Client::nobody(&house.app).call("POST /session", Some(&login));
    let second = Bss(Client::with_session(&house.app, &session));
    let customer = second.register("customer@second.test");
    assert_eq!(bss.get(&format!("resource/customer/{customer}"))["Customer"]["Id"], customer);
    let body = subscriber(customer, "vsr@second.test", &["VSR"]);
    let answer = bss.call("POST resource/subscriber", Some(&body));
    assert_eq!(told(&answer), "400 BZSAP9004E", "only who sells has one: {}", message(&answer));
    assert!(message(&answer).contains("[RoleSet]"));
}

#[test]
fn a_put_leaves_what_the_contract_cannot_say() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let customer = bss.register("kept@new.test");
    let id = bss.add(customer, "kept.user@new.test", &["User"]);
    let seller = house.client(&house.north.admin);
    let found = seller.get("/users?order=newest&limit=1")["items"][0].clone();
    assert_eq!(found["email"], "kept.user@new.test");
    let user = found["id"].as_str().unwrap().split_once('_').unwrap().1.to_owned();
    let on_bus = format!("/aps/2/resources/{user}");
    let said = json!({ "additionalName": "Maria", "telVoice": "1(888)1234567", "telFax": "+49 30 7654321" });
    seller.call(&format!("PUT {on_bus}"), Some(&said)).ok();
    let path = format!("resource/subscriber/{id}");
    let mut shown = bss.get(&path);
    shown["Subscriber"]["Person"].as_object_mut().unwrap().remove("Fax");
    assert_eq!(bss.told(&format!("PUT {path}"), Some(&shown)), "204");
    let after = seller.get(&on_bus);
    let facts = ["additionalName", "telVoice", "telFax"].map(|it| after[it].clone());
    assert_eq!(facts, [json!("Maria"), json!("1(888)1234567"), Value::Null]);
    shown["Subscriber"]["Person"]["GivenName"] = json!("Anna");
    assert_eq!(bss.told(&format!("PUT {path}"), Some(&shown)), "204");
    let after = seller.get(&on_bus);
    assert_eq!([&after["givenName"], &after["additionalName"]], [&json!("Anna"), &json!("Maria")]);
}
