//! Users on the bus: coming with their account or by themselves, changing, being stopped, going.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::bus::{path, uuid};
use crate::harness::client::{Client, Protocol};
use crate::harness::house::{House, PASSWORD};
use crate::harness::market::text;
use crate::harness::stage::{Scene, Stage, open};

const BSS: &str = "ceeeffac-d2f2-4e36-ae4a-3fe27ed58097";
const ACCOUNT: &str = "6344049b-8763-417d-837b-490ba0896f41";
const ADMIN: &str = "0d6a3a0e-7a0e-4d59-8c31-2f6490d3ab71";
const PLAIN_TYPE: &str = "http://parallels.com/aps/types/pa/user/1.2";
const ADMIN_TYPE: &str = "http://parallels.com/aps/types/pa/admin-user/1.2";

fn account() -> Value {
    let contact = json!({ "email": "isv1@aps.test", "givenName": "Mike", "familyName": "Wilson" });
    json!({
        "aps": { "type": "http://parallels.com/aps/types/pa/account/1.2", "id": ACCOUNT },
        "type": "CLIENT", "personal": false, "companyName": "1st APS inc",
        "bssAccountInfo": { "aps": { "id": BSS } }, "addressPostal": { "countryName": "us" },
        "adminContact": contact, "billingContact": contact, "techContact": contact,
    })
}

fn commercial() -> Value {
    json!({
        "aps": { "type": "http://parallels.com/pa/bss-account-info/1.0", "id": BSS },
        "taxStatus": "COMPANY", "localeId": "en_US",
    })
}

/// The administrator of a new account, as clients of that platform send one: it names no account.
fn administrator() -> Value {
    json!({
        "aps": { "type": ADMIN_TYPE, "id": ADMIN },
        "isAccountAdmin": true, "login": "mwilson", "password": PASSWORD,
        "email": "isv1@aps.test", "givenName": "Mike", "familyName": "Wilson",
        "telVoice": "1(888)1234567", "locale": "en_US",
        "addressPostal": {
            "streetAddress": "11, ISVone", "locality": "Herndon", "region": "VA",
            "countryName": "us", "postalCode": "12345",
        },
    })
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

/// The ids in an answer that is a list.
fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|it| it["aps"]["id"].as_str().unwrap()).collect()
}

#[test]
fn an_account_comes_with_its_administrator_in_one_batch() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let parent = json!({ "aps": { "id": uuid(&house.north.account) } });
    let batch = json!([commercial(), with(account(), "parent", parent), administrator()]);
    let created = north.post("/aps/2/resources", &batch);
    said.note(&created[2].to_string());
    // Who was made so signs in, finds itself, and looks after its own account.
    let sign_in = json!({ "email": "mwilson", "password": PASSWORD });
    let answer = Client::nobody(&house.app).call("POST /session", Some(&sign_in));
    let mike = Client::with_session(&house.app, &answer);
    let say = |what: &str, body: Option<&Value>| said.say(&mike, "Mike", what, body);
    say("GET /aps/2/collections/admin-users", None);
    let account = format!("/aps/2/resources/{ACCOUNT}");
    let found = say(&format!("GET {account}/adminContactUser?select(login)"), None).ok();
    assert_eq!(ids(&found), [ADMIN]);
    assert_eq!(ids(&say(&format!("GET {account}/users?select(login)"), None).ok()), [ADMIN]);
    let renamed = json!({ "companyName": "Second APS inc" });
    let renamed = mike.call(&format!("PUT {account}"), Some(&renamed)).ok();
    assert_eq!(renamed["companyName"], "Second APS inc");
    let history = say(&format!("GET /aps/2/resources/{ADMIN}/loginHistory"), None).ok();
    assert_eq!(history, json!([{ "loginTime": "2026-01-01T00:00:00Z" }]));
    // The console shows the same customer and the same person.
    let shown = north.get(&format!("/accounts/acc_{ACCOUNT}"));
    assert_eq!((&shown["name"], &shown["state"]), (&json!("Second APS inc"), &json!("active")));
    let person = north.get(&format!("/users/usr_{ADMIN}"));
    assert_eq!(person["account"], shown["id"]);
    assert_eq!(
        (&person["login"], &person["roles"], &person["state"]),
        (&json!("mwilson"), &json!(["customer_admin"]), &json!("active"))
    );
    expect![[r#"
        {"addressPostal":{"countryName":"us","locality":"Herndon","postalCode":"12345","region":"VA","streetAddress":"11, ISVone"},"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":2,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/admin-user/1.2"},"disabled":false,"displayName":"Mike Wilson","email":"isv1@aps.test","familyName":"Wilson","fullName":"Mike Wilson","givenName":"Mike","invitationDate":"2026-01-01T00:00:00Z","isAccountAdmin":true,"locale":"en_US","locked":false,"login":"mwilson","memberId":10,"organization":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}},"password":"*****","roles":[3],"servicesMode":"NONE","telVoice":"1(888)1234567","userId":10}
        > GET /aps/2/collections/admin-users [Mike]
        200 OK [{"addressPostal":{"countryName":"us","locality":"Herndon","postalCode":"12345","region":"VA","streetAddress":"11, ISVone"},"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":3,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/admin-user/1.2"},"disabled":false,"displayName":"Mike Wilson","email":"isv1@aps.test","familyName":"Wilson","fullName":"Mike Wilson","givenName":"Mike","invitationDate":"2026-01-01T00:00:00Z","isAccountAdmin":true,"locale":"en_US","locked":false,"login":"mwilson","memberId":10,"password":"*****","roles":[3],"servicesMode":"NONE","telVoice":"1(888)1234567","userId":10}]
        > GET /aps/2/resources/{id3}/adminContactUser?select(login) [Mike]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":3,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/admin-user/1.2"},"login":"mwilson"}]
        > GET /aps/2/resources/{id3}/users?select(login) [Mike]
        200 OK [{"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","revision":3,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/admin-user/1.2"},"login":"mwilson"}]
        > GET /aps/2/resources/{id1}/loginHistory [Mike]
        200 OK [{"loginTime":"2026-01-01T00:00:00Z"}]
    "#]].assert_eq(&said.text());
}

#[test]
fn a_user_without_a_password_is_invited_and_no_secret_comes_out() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let organization = json!({ "aps": { "id": uuid(&house.north.customer.account) } });
    let body = json!({
        "aps": { "type": PLAIN_TYPE }, "organization": organization,
        "email": "ann@north.test", "fullName": "Ann Lee", "servicesMode": "NONE",
    });
    let say = |what: &str, body: Option<&Value>| said.say(&north, "north", what, body);
    let made = say("POST /aps/2/resources", Some(&body)).ok();
    let path = format!("/aps/2/resources/{}", made["aps"]["id"].as_str().unwrap());
    let mails = || {
        house.app.keep_duties();
        house.app.outside.sent().len()
    };
    let before = mails();
    say(&format!("POST {path}/invite"), None);
    assert_eq!(mails(), before + 1, "the invitation is sent again");
    say(&format!("POST {path}/activate"), None);
    assert_eq!(mails(), before + 2, "a link to choose a password is sent");
    say(&format!("POST {path}/resetPassword"), None);
    assert_eq!(mails(), before + 3, "another one is sent");
    say(&format!("POST {path}/invite"), None);
    say(&format!("GET {path}"), None);
    expect![[r#"
        > POST /aps/2/resources {"aps":{"type":"http://parallels.com/aps/types/pa/user/1.2"},"email":"ann@north.test","fullName":"Ann Lee","organization":{"aps":{"id":"{id1}"}},"servicesMode":"NONE"} [north]
        200 OK {"aps":{"id":"{id2}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id3}","id":"{id3}"},"revision":1,"status":"aps:activating","type":"http://parallels.com/aps/types/pa/user/1.2"},"disabled":false,"displayName":"Ann Lee","email":"ann@north.test","familyName":"Lee","fullName":"Ann Lee","givenName":"Ann","invitationDate":"2026-01-01T00:00:00Z","isAccountAdmin":false,"locked":false,"login":"ann@north.test","memberId":10,"organization":{"aps":{"href":"/aps/2/resources/{id1}","id":"{id1}","link":"strong"}},"password":"*****","roles":[4],"servicesMode":"NONE","userId":10}
        > POST /aps/2/resources/{id2}/invite [north]
        204 No Content 
        > POST /aps/2/resources/{id2}/activate [north]
        204 No Content 
        > POST /aps/2/resources/{id2}/resetPassword [north]
        204 No Content 
        > POST /aps/2/resources/{id2}/invite [north]
        409 Conflict {"code":409,"type":"APS::Billing::UserStateForbids","message":"cannot invite a user that is active"}
        > GET /aps/2/resources/{id2} [north]
        200 OK {"aps":{"id":"{id2}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id3}","id":"{id3}"},"revision":4,"schema":"/aps/2/types/4","status":"aps:ready","type":"http://parallels.com/aps/types/pa/user/1.2"},"disabled":false,"displayName":"Ann Lee","email":"ann@north.test","familyName":"Lee","fullName":"Ann Lee","givenName":"Ann","invitationDate":"2026-01-01T00:00:00Z","isAccountAdmin":false,"locked":false,"login":"ann@north.test","memberId":10,"organization":{"aps":{"href":"/aps/2/resources/{id1}","id":"{id1}","link":"strong"}},"password":"*****","roles":[4],"servicesMode":"NONE","userId":10}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_user_is_changed_stopped_let_go_on_and_made_an_administrator() {
    let house = House::on("2026-01-01");
    let (admin, said) = (house.client(&house.north.customer.admin), Protocol::default());
    let say = |what: &str, body: Option<&Value>| said.say(&admin, "admin", what, body);
    let path = format!("/aps/2/resources/{}", uuid(&house.north.customer.member.id));
    let change = json!({
        "displayName": "Ann", "familyName": "Lee", "telWork": "+49 30 1", "locale": "de_DE",
        "addressPostal": { "locality": "Berlin", "countryName": "de" },
    });
    say(&format!("PUT {path}"), Some(&change));
    say(&format!("PUT {path}"), Some(&json!({ "addressPostal": { "locality": "Bonn" } })));
    let revision = || admin.get(&path)["aps"]["revision"].as_u64().unwrap();
    let before = revision();
    admin.call(&format!("PUT {path}"), Some(&json!({ "addressPostal": { "locality": "Ulm" } })));
    assert_eq!(revision(), before + 1, "another address is another user");
    admin.call(&format!("PUT {path}"), Some(&json!({ "addressPostal": { "locality": "Bonn" } })));
    for verb in ["disable", "disable", "enable", "unlock"] {
        say(&format!("POST {path}/{verb}"), None);
    }
    let stopped = admin.call(&format!("PUT {path}"), Some(&json!({ "disabled": true }))).ok();
    assert_eq!(stopped["disabled"], true);
    let member = house.client(&house.north.customer.member);
    assert_eq!(member.call("GET /session", None).status, 401, "who is stopped is signed out");
    admin.call(&format!("PUT {path}"), Some(&json!({ "disabled": false }))).ok();
    let grown = admin.call(&format!("PUT {path}"), Some(&json!({ "isAccountAdmin": true }))).ok();
    assert_eq!((&grown["aps"]["type"], &grown["roles"]), (&json!(ADMIN_TYPE), &json!([3, 4])));
    let shrunk = admin.call(&format!("PUT {path}"), Some(&json!({ "roles": [4] }))).ok();
    assert_eq!((&shrunk["aps"]["type"], &shrunk["roles"]), (&json!(PLAIN_TYPE), &json!([4])));
    expect![[r#"
        > PUT /aps/2/resources/{id1} {"addressPostal":{"countryName":"de","locality":"Berlin"},"displayName":"Ann","familyName":"Lee","locale":"de_DE","telWork":"+49 30 1"} [admin]
        200 OK {"addressPostal":{"countryName":"de","locality":"Berlin"},"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":5,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/user/1.2"},"disabled":false,"displayName":"Ann","email":"member@customer.north.test","familyName":"Lee","fullName":"member of Lee","givenName":"member of","invitationDate":"2026-01-01T00:00:00Z","isAccountAdmin":false,"locale":"de_DE","locked":false,"login":"member@customer.north.test","memberId":6,"organization":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}},"password":"*****","roles":[4],"servicesMode":"NONE","telWork":"+49 30 1","userId":6}
        > PUT /aps/2/resources/{id1} {"addressPostal":{"locality":"Bonn"}} [admin]
        200 OK {"addressPostal":{"locality":"Bonn"},"aps":{"id":"{id1}","modified":"2026-01-01T00:00:00Z","package":{"href":"/aps/2/packages/{id2}","id":"{id2}"},"revision":6,"status":"aps:ready","type":"http://parallels.com/aps/types/pa/user/1.2"},"disabled":false,"displayName":"Ann","email":"member@customer.north.test","familyName":"Lee","fullName":"member of Lee","givenName":"member of","invitationDate":"2026-01-01T00:00:00Z","isAccountAdmin":false,"locale":"de_DE","locked":false,"login":"member@customer.north.test","memberId":6,"organization":{"aps":{"href":"/aps/2/resources/{id3}","id":"{id3}","link":"strong"}},"password":"*****","roles":[4],"servicesMode":"NONE","telWork":"+49 30 1","userId":6}
        > POST /aps/2/resources/{id1}/disable [admin]
        204 No Content 
        > POST /aps/2/resources/{id1}/disable [admin]
        409 Conflict {"code":409,"type":"APS::Billing::UserStateForbids","message":"cannot suspend a user that is suspended"}
        > POST /aps/2/resources/{id1}/enable [admin]
        204 No Content 
        > POST /aps/2/resources/{id1}/unlock [admin]
        204 No Content 
    "#]].assert_eq(&said.text());
}

#[test]
fn what_a_user_cannot_be_is_refused_and_a_user_who_is_deleted_is_not_there() {
    let house = House::on("2026-01-01");
    let (admin, said) = (house.client(&house.north.customer.admin), Protocol::default());
    let say = |what: &str, body: Option<&Value>| said.say(&admin, "admin", what, body);
    let path = format!("/aps/2/resources/{}", uuid(&house.north.customer.member.id));
    let own = format!("/aps/2/resources/{}", uuid(&house.north.customer.admin.id));
    for (what, body) in [
        (format!("PUT {path}"), json!({ "userId": 7 })),
        (format!("PUT {path}"), json!({ "password": PASSWORD })),
        (format!("PUT {path}"), json!({ "servicesMode": "PUBLIC" })),
        (format!("PUT {path}"), json!({ "roles": [1] })),
        (format!("PUT {path}"), json!({ "roles": [9] })),
        (format!("PUT {path}"), json!({ "email": house.north.customer.admin.email })),
        (format!("PUT {path}"), json!({ "aps": { "type": ADMIN_TYPE } })),
        (format!("PUT {own}"), json!({ "isAccountAdmin": false })),
    ] {
        say(&what, Some(&body));
    }
    say(&format!("DELETE {own}"), None);
    say(&format!("DELETE {path}"), None);
    say(&format!("GET {path}"), None);
    expect![[r#"
        > PUT /aps/2/resources/{id1} {"userId":7} [admin]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/userId` is for the platform to say"}
        > PUT /aps/2/resources/{id1} {"password":"till-4-the-box!"} [admin]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/password` is said once, at creation"}
        > PUT /aps/2/resources/{id1} {"servicesMode":"PUBLIC"} [admin]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/servicesMode` follows from whether the user has a seat in a subscription"}
        > PUT /aps/2/resources/{id1} {"roles":[1]} [admin]
        403 Forbidden {"code":403,"type":"APS::Hosting::PermissionDenied","message":"not permitted: role_grant"}
        > PUT /aps/2/resources/{id1} {"roles":[9]} [admin]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/roles/0` must be 1 to 4"}
        > PUT /aps/2/resources/{id1} {"email":"admin@customer.north.test"} [admin]
        409 Conflict {"code":409,"type":"APS::Billing::Duplicate","message":"somebody else signs in as `admin@customer.north.test`"}
        > PUT /aps/2/resources/{id1} {"aps":{"type":"http://parallels.com/aps/types/pa/admin-user/1.2"}} [admin]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/aps/type` must be `http://parallels.com/aps/types/pa/user/1.2`"}
        > PUT /aps/2/resources/{id2} {"isAccountAdmin":false} [admin]
        409 Conflict {"code":409,"type":"APS::Billing::LastAdministrator","message":"an account keeps at least one administrator; appoint another first"}
        > DELETE /aps/2/resources/{id2} [admin]
        409 Conflict {"code":409,"type":"APS::Billing::LastAdministrator","message":"an account keeps at least one administrator; appoint another first"}
        > DELETE /aps/2/resources/{id1} [admin]
        204 No Content 
        > GET /aps/2/resources/{id1} [admin]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id1}` is not there"}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_user_is_locked_out_by_wrong_passwords_and_unlocked() {
    let house = House::on("2026-01-01");
    let member = &house.north.customer.member;
    let admin = house.client(&house.north.customer.admin);
    let path = format!("/aps/2/resources/{}", uuid(&member.id));
    let tried = |password: &str| {
        let body = json!({ "email": member.email, "password": password });
        Client::nobody(&house.app).call("POST /session", Some(&body)).status
    };
    for _ in 0..5 {
        assert_eq!(tried("wrong"), 401);
    }
    assert_eq!(tried(PASSWORD), 401, "not even the right one opens");
    assert_eq!(admin.get(&path)["locked"], true);
    assert_eq!(admin.call(&format!("POST {path}/unlock"), None).status, 204);
    assert_eq!(admin.get(&path)["locked"], false);
    assert_eq!(tried(PASSWORD), 201);
}

#[test]
fn users_are_found_by_what_they_are_and_by_nobody_who_may_not_see_them() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let id = uuid(&house.north.customer.member.id);
    let path = format!("/aps/2/resources/{id}");
    let whole = operator.get(&path);
    let customer = uuid(&house.north.customer.account);
    let (email, number) = (&house.north.customer.member.email, &whole["userId"]);
    for query in [
        format!("users?eq(login,{email})"),
        format!("users?userId={number}"),
        format!("users?memberId={number}"),
        format!("users?organization.aps.id={customer}"),
        "users?like(email,member@customer.north.*)".to_owned(),
        "users?organization.companyName=eq=North%20Customer".to_owned(),
    ] {
        let found = operator.get(&format!("/aps/2/collections/{query}"));
        assert_eq!(ids(&found), [id], "{query}");
    }
    let both =
        format!("/aps/2/resources?implementing({PLAIN_TYPE}),organization.aps.id={customer}");
    assert_eq!(operator.get(&both).as_array().unwrap().len(), 2, "an admin user is a user");
    let refused = operator.call("GET /aps/2/collections/users?eq(password,x)", None);
    assert_eq!(refused.status, 400, "what is masked is not searched");
    for (person, sees) in [
        (&house.operator, true),
        (&house.north.admin, true),
        (&house.north.customer.admin, true),
        (&house.north.customer.member, true),
        (&house.south.admin, false),
        (&house.south.customer.admin, false),
        (&house.customer.admin, false),
    ] {
        let client = house.client(person);
        let status = client.call(&format!("GET {path}"), None).status;
        assert_eq!(status, if sees { 200 } else { 404 }, "{}", person.email);
        let all = client
            .get("/aps/2/resources?implementing(http://aps-standard.org/types/core/user/1.0)");
        assert_eq!(ids(&all).contains(&id), sees, "{}", person.email);
        for (what, body) in [("PUT", Some(json!({ "givenName": "X" }))), ("DELETE", None)] {
            if !sees {
                let status = client.call(&format!("{what} {path}"), body.as_ref()).status;
                assert_eq!(status, 404, "{what} by {}", person.email);
            }
        }
    }
    let member = house.client(&house.north.customer.member);
    let own =
        member.get("/aps/2/resources?implementing(http://aps-standard.org/types/core/user/1.0)");
    assert_eq!(ids(&own), [id], "a member sees nobody but itself");
    let invites = json!({ "aps": { "type": PLAIN_TYPE }, "email": "x@y.test", "fullName": "X Y" });
    assert_eq!(member.call("POST /aps/2/resources", Some(&invites)).status, 403);
}

#[test]
fn who_has_a_seat_is_served_by_its_subscription() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let names = &stage.north;
    let seller = Client::with_token(&app, &names["seller"]);
    let served = |user: &str| {
        let user = seller.get(&format!("/aps/2/resources/{}", uuid(&names[user])));
        (user["servicesMode"].clone(), user["serviceReferrerId"].clone())
    };
    let subscription = json!(uuid(&names["subscription"]));
    assert_eq!(served("member_user"), (json!("PRIVATE"), subscription));
    assert_eq!(served("idle"), (json!("NONE"), Value::Null));
}

#[test]
fn an_administrator_confines_the_systems_that_act_for_it() {
    let house = House::on("2026-01-01");
    let (admin, said) = (house.client(&house.north.customer.admin), Protocol::default());
    let say = |what: &str, body: Option<&Value>| said.say(&admin, "admin", what, body);
    let path =
        format!("/aps/2/resources/{}/allowedOperations", uuid(&house.north.customer.admin.id));
    let hold = json!({ "apsType": "http://parallels.com/pa/bss-account-info", "method": "POST" });
    let read = json!({ "apsType": "http://parallels.com/aps/types/pa/user", "method": "GET" });
    say(&format!("PUT {path}"), Some(&json!({ "toAdd": [hold] })));
    let key = text(&admin.post("/consumer_keys", &json!({ "name": "ERP" }))["id"]);
    say(&format!("GET {path}"), None);
    say(&format!("PUT {path}"), Some(&json!({})));
    say(&format!("PUT {path}"), Some(&json!({ "toRemove": [read] })));
    let confined_to = |id: &str| admin.get(&format!("/consumer_keys/{id}"))["operations"].clone();
    assert_eq!(confined_to(&key), Value::Null, "what adds nothing confines no key");
    say(&format!("PUT {path}"), Some(&json!({ "toAdd": [hold, read] })));
    say(&format!("GET {path}"), None);
    say(&format!("PUT {path}"), Some(&json!({ "toRemove": [read] })));
    say(&format!("GET {path}"), None);
    let versioned =
        json!({ "apsType": "http://parallels.com/aps/types/pa/user/1.2", "method": "GET" });
    say(&format!("PUT {path}"), Some(&json!({ "toAdd": [versioned] })));
    let seller = house.client(&house.north.admin);
    said.say(&seller, "seller", &format!("PUT {path}"), Some(&json!({ "toAdd": [read] })));
    expect![[r#"
        > PUT /aps/2/resources/{id1}/allowedOperations {"toAdd":[{"apsType":"http://parallels.com/pa/bss-account-info","method":"POST"}]} [admin]
        409 Conflict {"code":409,"type":"APS::Billing::UserStateForbids","message":"the user has no consumer key: make one, which can be confined"}
        > GET /aps/2/resources/{id1}/allowedOperations [admin]
        200 OK []
        > PUT /aps/2/resources/{id1}/allowedOperations {} [admin]
        204 No Content 
        > PUT /aps/2/resources/{id1}/allowedOperations {"toRemove":[{"apsType":"http://parallels.com/aps/types/pa/user","method":"GET"}]} [admin]
        204 No Content 
        > PUT /aps/2/resources/{id1}/allowedOperations {"toAdd":[{"apsType":"http://parallels.com/pa/bss-account-info","method":"POST"},{"apsType":"http://parallels.com/aps/types/pa/user","method":"GET"}]} [admin]
        204 No Content 
        > GET /aps/2/resources/{id1}/allowedOperations [admin]
        200 OK [{"apsType":"http://parallels.com/aps/types/pa/user","method":"GET"},{"apsType":"http://parallels.com/pa/bss-account-info","method":"POST"}]
        > PUT /aps/2/resources/{id1}/allowedOperations {"toRemove":[{"apsType":"http://parallels.com/aps/types/pa/user","method":"GET"}]} [admin]
        204 No Content 
        > GET /aps/2/resources/{id1}/allowedOperations [admin]
        200 OK [{"apsType":"http://parallels.com/pa/bss-account-info","method":"POST"}]
        > PUT /aps/2/resources/{id1}/allowedOperations {"toAdd":[{"apsType":"http://parallels.com/aps/types/pa/user/1.2","method":"GET"}]} [admin]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/toAdd/0/apsType` must be without a version: `http://parallels.com/aps/types/pa/user`"}
        > PUT /aps/2/resources/{id1}/allowedOperations {"toAdd":[{"apsType":"http://parallels.com/aps/types/pa/user","method":"GET"}]} [seller]
        403 Forbidden {"code":403,"type":"APS::Hosting::PermissionDenied","message":"not permitted: consumer_key_write"}
    "#]].assert_eq(&said.text());
}

#[test]
fn of_more_keys_than_a_page_has_the_last_is_confined_as_well() {
    let house = House::on("2026-01-01");
    let admin = house.client(&house.north.customer.admin);
    let issue = |number: u32| {
        let made = admin.post("/consumer_keys", &json!({ "name": format!("ERP {number}") }));
        text(&made["id"])
    };
    (0..1000).for_each(|it| drop(issue(it)));
    let last = issue(1000);
    let hold = json!({ "apsType": "http://parallels.com/pa/bss-account-info", "method": "POST" });
    let path = path(&house.north.customer.admin.id);
    let change = json!({ "toAdd": [hold] });
    let changed = admin.call(&format!("PUT {path}/allowedOperations"), Some(&change));
    assert_eq!(changed.status, 204);
    let confined = admin.get(&format!("/consumer_keys/{last}"));
    assert_eq!(confined["operations"].as_array().unwrap().len(), 1, "{confined}");
}

#[test]
fn what_cannot_become_a_user_is_refused_and_leaves_nothing_of_its_batch() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let elsewhere = json!({ "aps": { "id": uuid(&house.south.customer.account) } });
    let without = |mut body: Value, field: &str| {
        body.as_object_mut().unwrap().remove(field);
        body
    };
    let parent = json!({ "aps": { "id": uuid(&house.north.account) } });
    let account = with(account(), "parent", parent);
    for user in [
        with(administrator(), "isAccountAdmin", json!(false)),
        with(administrator(), "password", json!("short")),
        with(administrator(), "email", json!("nobody")),
        with(administrator(), "organization", elsewhere),
        with(administrator(), "login", json!(house.north.admin.email)),
        with(administrator(), "roles", json!([2])),
        with(administrator(), "userId", json!(7)),
        with(administrator(), "servicesMode", json!("PRIVATE")),
        with(administrator(), "aps", json!({ "type": ADMIN_TYPE, "id": ACCOUNT })),
        with(administrator(), "aps", json!({ "type": PLAIN_TYPE })),
        without(without(administrator(), "givenName"), "familyName"),
        without(administrator(), "email"),
    ] {
        let batch = json!([commercial(), account, user]);
        let answer = north.call("POST /aps/2/resources", Some(&batch));
        said.note(&format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)));
        assert_eq!(north.call(&format!("GET /aps/2/resources/{ACCOUNT}"), None).status, 404);
    }
    expect![[r#"
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/2/isAccountAdmin` must be true: who administers nothing is a PAUser"}
        400 Bad Request {"code":400,"type":"APS::Billing::WeakPassword","message":"`/2`: the password must have at least 12 characters"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/2/email` must be a mail address such as `ann@example.com`"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/2/organization/aps/id` `{id1}` is not there"}
        409 Conflict {"code":409,"type":"APS::Billing::Duplicate","message":"`/2`: somebody else signs in as `admin@north.test`"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/2/roles` must suit the account, which has no vendor_admin"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/2/userId` is for the platform to say"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/2/servicesMode` follows from whether the user has a seat in a subscription"}
        409 Conflict {"code":409,"type":"APS::Billing::Duplicate","message":"`/2`: `{id2}` is the id of something else: bring another"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/2/isAccountAdmin` must be false: who administers an account is a PAAdminUser"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/2/fullName` must be given, or `givenName` and `familyName`"}
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/2/email` must be given"}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_user_is_made_through_the_link_from_its_account() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let [path, theirs] = [&house.north, &house.south].map(|it| path(&it.customer.account));
    let user = json!({
        "aps": { "type": PLAIN_TYPE, }, "email": "ann@north.test", "fullName": "Ann Lee",
        "password": PASSWORD,
    });
    let made = north.call(&format!("POST {path}/users"), Some(&user)).ok();
    assert_eq!(made["organization"]["aps"]["id"], uuid(&house.north.customer.account));
    let sign_in = json!({ "email": "ann@north.test", "password": PASSWORD });
    let signed_in = Client::nobody(&house.app).call("POST /session", Some(&sign_in));
    assert_eq!(signed_in.status, 201, "its password was taken");
    let say = |what: &str, body: Value| said.say(&north, "north", what, Some(&body));
    let contact =
        json!({ "aps": { "type": "http://parallels.com/aps/types/pa/subscription/1.0" } });
    say(&format!("POST {path}/subscriptions"), contact);
    say(&format!("POST {path}/users"), json!({}));
    say(&format!("POST {path}/users"), json!({ "aps": { "type": PLAIN_TYPE } }));
    say(&format!("POST {path}/parent"), json!({ "aps": { "type": PLAIN_TYPE } }));
    say(&format!("POST {theirs}/users"), user);
    expect![[r#"
        > POST /aps/2/resources/{id1}/subscriptions {"aps":{"type":"http://parallels.com/aps/types/pa/subscription/1.0"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/` must be `{\"aps\": {\"id\": \"<id>\"}}`"}
        > POST /aps/2/resources/{id1}/users {} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/aps/type` must be given"}
        > POST /aps/2/resources/{id1}/users {"aps":{"type":"http://parallels.com/aps/types/pa/user/1.2"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/email` must be given"}
        > POST /aps/2/resources/{id1}/parent {"aps":{"type":"http://parallels.com/aps/types/pa/user/1.2"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/` must be `{\"aps\": {\"id\": \"<id>\"}}`"}
        > POST /aps/2/resources/{id2}/users {"aps":{"type":"http://parallels.com/aps/types/pa/user/1.2"},"email":"ann@north.test","fullName":"Ann Lee","password":"till-4-the-box!"} [north]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id2}` is not there"}
    "#]].assert_eq(&said.text());
}
