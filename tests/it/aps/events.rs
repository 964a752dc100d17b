//! Event subscriptions of the bus: who is told of what happens to which resource, and in which words.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::app::App;
use crate::harness::bus::{path, uuid};
use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};
use crate::harness::outside::body;

const DAY: &str = "2026-01-01";
const HOOK: &str = "https://erp.example.com/onEvent";
const ACCOUNT: &str = "http://parallels.com/aps/types/pa/account/1.2";
const BSS: &str = "http://parallels.com/pa/bss-account-info/1.0";
const ANYTHING: &str = "http://aps-standard.org/types/core/resource/1.0";

fn wish(event: &str, source: &Value, relation: &str, handler: &str) -> Value {
    let event = format!("http://aps-standard.org/core/events/{event}");
    json!({ "event": event, "source": source, "relation": relation, "handler": handler })
}

/// Has a resource told of something, and gives back the path of the subscription.
fn subscribe(client: &Client<'_>, resource: &str, wish: &Value) -> String {
    let all = format!("{}/aps/subscriptions", path(resource));
    let made = client.post(&all, wish);
    format!("{all}/{}", text(&made["id"]))
}

/// What a handler was told, one line each: the event, the source, and of a link its name and target.
fn told(app: &App, handler: &str) -> String {
    let mut lines = String::new();
    for request in app.outside.heard().iter().filter(|it| it.address == handler) {
        let it = body(request);
        let last = |it: &Value| text(it).rsplit_once('/').unwrap().1.to_owned();
        let end = |it: &Value| {
            let kind = text(&it["type"]);
            let kind = kind.trim_end_matches(|it: char| !it.is_alphabetic());
            format!("{} {}", kind.rsplit_once('/').unwrap().1, text(&it["id"]))
        };
        lines += &format!("{} {}", last(&it["event"]), end(&it["source"]));
        if let Some(relation) = it["relation"].as_str() {
            lines += &format!(" {relation} {}", end(&it["target"]));
        }
        lines += "\n";
    }
    lines
}

#[test]
fn a_subscription_of_events_is_made_read_and_taken_away() {
    let house = House::on(DAY);
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let all = format!("{}/aps/subscriptions", path(&house.north.account));
    let changed = wish("changed", &json!({ "type": ACCOUNT }), "", HOOK);
    let made = said.say(&north, "north", &format!("POST {all}"), Some(&changed)).ok();
    let one = format!("{all}/{}", text(&made["id"]));
    let customer = path(&house.north.customer.account);
    let id = customer.rsplit_once('/').unwrap().1;
    let linked = wish("linked", &json!({ "id": id }), "subscriptions", HOOK);
    said.say(&north, "north", &format!("POST {all}"), Some(&linked));
    said.say(&north, "north", &format!("GET {all}"), None);
    said.say(&north, "north", &format!("GET {one}"), None);
    said.say(&north, "north", "GET /listeners?fields=contract,patterns,audience", None);
    let listener = format!("/listeners/lst_{}", text(&made["id"]));
    let other = json!({ "patterns": ["invoice.*"] });
    said.say(&north, "north", &format!("PATCH {listener}"), Some(&other));
    said.say(&north, "north", &format!("GET {customer}/aps/subscriptions"), None);
    for (who, person) in [("south", &house.south.admin), ("buyer", &house.north.customer.admin)] {
        said.say(&house.client(person), who, &format!("GET {all}"), None);
        said.say(&house.client(person), who, &format!("DELETE {one}"), None);
    }
    said.say(&house.operator(), "operator", &format!("GET {one}"), None);
    said.say(&north, "north", &format!("DELETE {one}"), None);
    said.say(&north, "north", &format!("GET {one}"), None);
    said.say(&north, "north", &format!("DELETE {all}/nothing"), None);
    expect![[r#"
        > POST /aps/2/resources/{id1}/aps/subscriptions {"event":"http://aps-standard.org/core/events/changed","handler":"https://erp.example.com/onEvent","relation":"","source":{"type":"http://parallels.com/aps/types/pa/account/1.2"}} [north]
        200 OK {"event":"http://aps-standard.org/core/events/changed","handler":"https://erp.example.com/onEvent","id":"{id2}","secret":"…","source":{"type":"http://parallels.com/aps/types/pa/account/1.2"}}
        > POST /aps/2/resources/{id1}/aps/subscriptions {"event":"http://aps-standard.org/core/events/linked","handler":"https://erp.example.com/onEvent","relation":"subscriptions","source":{"id":"{id3}"}} [north]
        200 OK {"event":"http://aps-standard.org/core/events/linked","handler":"https://erp.example.com/onEvent","id":"{id4}","relation":"subscriptions","secret":"…","source":{"id":"{id3}","type":"http://parallels.com/aps/types/pa/account/1.2"}}
        > GET /aps/2/resources/{id1}/aps/subscriptions [north]
        200 OK [{"event":"http://aps-standard.org/core/events/changed","handler":"https://erp.example.com/onEvent","id":"{id2}","source":{"type":"http://parallels.com/aps/types/pa/account/1.2"}},{"event":"http://aps-standard.org/core/events/linked","handler":"https://erp.example.com/onEvent","id":"{id4}","relation":"subscriptions","source":{"id":"{id3}","type":"http://parallels.com/aps/types/pa/account/1.2"}}]
        > GET /aps/2/resources/{id1}/aps/subscriptions/{id2} [north]
        200 OK {"event":"http://aps-standard.org/core/events/changed","handler":"https://erp.example.com/onEvent","id":"{id2}","source":{"type":"http://parallels.com/aps/types/pa/account/1.2"}}
        > GET /listeners?fields=contract,patterns,audience [north]
        200 OK {"items":[{"audience":"branch","contract":"aps","id":"{lst1}","patterns":["account.*","subscription.*"]},{"audience":"branch","contract":"aps","id":"{lst2}","patterns":["account.*"]}],"next_cursor":null}
        > PATCH /listeners/{lst2} {"patterns":["invoice.*"]} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/patterns` follow from the condition that it was set up with","request_id":"…","errors":[{"pointer":"/patterns","rule":"fixed","message":"follow from the condition that it was set up with"}]}
        > GET /aps/2/resources/{id3}/aps/subscriptions [north]
        200 OK []
        > GET /aps/2/resources/{id1}/aps/subscriptions [south]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id1}` is not there"}
        > DELETE /aps/2/resources/{id1}/aps/subscriptions/{id2} [south]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id1}` is not there"}
        > GET /aps/2/resources/{id1}/aps/subscriptions [buyer]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id1}` is not there"}
        > DELETE /aps/2/resources/{id1}/aps/subscriptions/{id2} [buyer]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id1}` is not there"}
        > GET /aps/2/resources/{id1}/aps/subscriptions/{id2} [operator]
        200 OK {"event":"http://aps-standard.org/core/events/changed","handler":"https://erp.example.com/onEvent","id":"{id2}","source":{"type":"http://parallels.com/aps/types/pa/account/1.2"}}
        > DELETE /aps/2/resources/{id1}/aps/subscriptions/{id2} [north]
        204 No Content 
        > GET /aps/2/resources/{id1}/aps/subscriptions/{id2} [north]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id2}` is not there"}
        > DELETE /aps/2/resources/{id1}/aps/subscriptions/nothing [north]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`nothing` is not there"}
    "#]].assert_eq(&said.text());
}

#[test]
fn what_cannot_be_heard_is_refused_with_its_field() {
    let house = House::on(DAY);
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let all = format!("{}/aps/subscriptions", path(&house.north.account));
    let source = json!({ "type": ACCOUNT });
    let foreign = path(&house.south.customer.account);
    let foreign = json!({ "id": foreign.rsplit_once('/').unwrap().1 });
    let own = path(&house.north.account);
    let own = json!({ "type": BSS, "id": own.rsplit_once('/').unwrap().1 });
    for wish in [
        json!({}),
        wish("exploded", &source, "", HOOK),
        wish("changed", &json!({}), "", HOOK),
        wish("changed", &json!({ "type": "http://nobody/1.0" }), "", HOOK),
        wish("changed", &foreign, "", HOOK),
        wish("changed", &own, "", HOOK),
        wish("linked", &source, "friends", HOOK),
        wish("changed", &source, "", "onChange"),
        wish("changed", &source, "", "https://metadata.google.internal/"),
        json!({ "event": EVENT, "source": source, "handler": HOOK, "secret": "short" }),
    ] {
        said.say(&north, "north", &format!("POST {all}"), Some(&wish));
    }
    let wish = wish("changed", &source, "", HOOK);
    let member = house.client(&house.north.customer.member);
    let own = format!("{}/aps/subscriptions", path(&house.north.customer.account));
    said.say(&member, "member", &format!("POST {own}"), Some(&wish));
    said.say(&member, "member", &format!("GET {own}"), None);
    assert_eq!(north.get(&all), json!([]));
    expect![[r#"
        > POST /aps/2/resources/{id1}/aps/subscriptions {} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/event` must be given; `/source` must be given; `/handler` must be given"}
        > POST /aps/2/resources/{id1}/aps/subscriptions {"event":"http://aps-standard.org/core/events/exploded","handler":"https://erp.example.com/onEvent","relation":"","source":{"type":"http://parallels.com/aps/types/pa/account/1.2"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/event` must be one of http://aps-standard.org/core/events/linked, http://aps-standard.org/core/events/unlinked, http://aps-standard.org/core/events/changed, http://aps-standard.org/core/events/removed, http://aps-standard.org/core/events/available"}
        > POST /aps/2/resources/{id1}/aps/subscriptions {"event":"http://aps-standard.org/core/events/changed","handler":"https://erp.example.com/onEvent","relation":"","source":{}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/source` must have a `type` or an `id`"}
        > POST /aps/2/resources/{id1}/aps/subscriptions {"event":"http://aps-standard.org/core/events/changed","handler":"https://erp.example.com/onEvent","relation":"","source":{"type":"http://nobody/1.0"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/source/type` `http://nobody/1.0` is no type of this bus"}
        > POST /aps/2/resources/{id1}/aps/subscriptions {"event":"http://aps-standard.org/core/events/changed","handler":"https://erp.example.com/onEvent","relation":"","source":{"id":"{id2}"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/source/id` `{id2}` is not there"}
        > POST /aps/2/resources/{id1}/aps/subscriptions {"event":"http://aps-standard.org/core/events/changed","handler":"https://erp.example.com/onEvent","relation":"","source":{"id":"{id1}","type":"http://parallels.com/pa/bss-account-info/1.0"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/source/id` must be the id of a resource of type `http://parallels.com/pa/bss-account-info/1.0`"}
        > POST /aps/2/resources/{id1}/aps/subscriptions {"event":"http://aps-standard.org/core/events/linked","handler":"https://erp.example.com/onEvent","relation":"friends","source":{"type":"http://parallels.com/aps/types/pa/account/1.2"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/relation` is no relation of `http://parallels.com/aps/types/pa/account/1.2`"}
        > POST /aps/2/resources/{id1}/aps/subscriptions {"event":"http://aps-standard.org/core/events/changed","handler":"onChange","relation":"","source":{"type":"http://parallels.com/aps/types/pa/account/1.2"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/handler` must be an address on the web such as `https://example.com/path`"}
        > POST /aps/2/resources/{id1}/aps/subscriptions {"event":"http://aps-standard.org/core/events/changed","handler":"https://metadata.google.internal/","relation":"","source":{"type":"http://parallels.com/aps/types/pa/account/1.2"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/handler` the host of the address must be on the public net"}
        > POST /aps/2/resources/{id1}/aps/subscriptions {"event":"http://aps-standard.org/core/events/changed","handler":"https://erp.example.com/onEvent","secret":"…","source":{"type":"http://parallels.com/aps/types/pa/account/1.2"}} [north]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/secret` must be `whsec_` and the base64 of 24 to 64 bytes"}
        > POST /aps/2/resources/{id3}/aps/subscriptions {"event":"http://aps-standard.org/core/events/changed","handler":"https://erp.example.com/onEvent","relation":"","source":{"type":"http://parallels.com/aps/types/pa/account/1.2"}} [member]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id3}` is not there"}
        > GET /aps/2/resources/{id3}/aps/subscriptions [member]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id3}` is not there"}
    "#]].assert_eq(&said.text());
}

const EVENT: &str = "http://aps-standard.org/core/events/changed";

/// The two sides of a new customer, as the contract has them created.
fn customer(name: &str, bss: &str, parent: &str) -> Value {
    let contact = json!({
        "email": "isv1@aps.test", "givenName": "Mike", "familyName": "Wilson",
        "telVoice": "1(888)1234567",
    });
    json!([
        {
            "aps": { "type": BSS, "id": bss },
            "taxStatus": "COMPANY", "localeId": "en_US", "attributes": [],
        },
        {
            "aps": { "type": ACCOUNT },
            "type": "CLIENT", "personal": false, "companyName": name,
            "bssAccountInfo": { "aps": { "id": bss } },
            "parent": { "aps": { "id": path(parent).rsplit_once('/').unwrap().1 } },
            "addressPostal": {
                "countryName": "us", "locality": "APS", "postalCode": "12345",
                "region": "VA", "streetAddress": "11, APS",
            },
            "adminContact": contact, "billingContact": contact, "techContact": contact,
        },
    ])
}

#[test]
fn an_account_that_comes_changes_and_goes_is_told_after_a_restart_as_it_was_then() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::in_app(App::in_folder(folder.path(), DAY, 1));
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let hook = |name: &str| format!("https://{name}.example.com/");
    let own = path(&house.north.account);
    let own = json!({ "id": own.rsplit_once('/').unwrap().1 });
    for (name, source, relation) in [
        ("available", json!({ "type": ACCOUNT }), ""),
        ("changed", json!({ "type": ANYTHING }), ""),
        ("removed", json!({ "type": BSS }), ""),
        ("linked", own, "accounts"),
        ("unlinked", json!({ "type": BSS }), "customerClass"),
    ] {
        let wish = wish(name, &source, relation, &hook(name));
        subscribe(&north, &house.north.account, &wish);
    }
    let made = north.post(
        "/aps/2/resources",
        &customer("1st APS inc", "ceeeffac-d2f2-4e36-ae4a-3fe27ed58097", &house.north.account),
    );
    let account = format!("/aps/2/resources/{}", text(&made[1]["aps"]["id"]));
    north.call(&format!("PUT {account}"), Some(&json!({ "companyName": "2nd APS inc" }))).ok();
    let class = text(&north.post("/classes", &json!({ "name": "Gold" }))["id"]);
    let to = json!({ "aps": { "id": path(&class).rsplit_once('/').unwrap().1 } });
    let bss = path("ceeeffac-d2f2-4e36-ae4a-3fe27ed58097");
    north.post(&format!("{bss}/customerClass"), &to);
    north.call(&format!("DELETE {account}"), None);
    let token = house.north.admin.token.clone();
    drop(house);
    let app = App::in_folder(folder.path(), DAY, 2);
    app.keep_duties();
    app.keep_duties();
    let north = Client::with_token(&app, &token);
    for name in ["available", "changed", "removed", "linked", "unlinked"] {
        said.note(&format!("{name}:\n{}", told(&app, &hook(name))));
    }
    let first = app.outside.heard().into_iter().find(|it| it.address == hook("linked"));
    said.note(&body(&first.unwrap()).to_string());
    let rest = north.get("/listeners?fields=state,last_error");
    assert!(rest.to_string().contains(r#""last_error":null,"state":"active""#), "{rest}");
    expect![[r#"
        available:
        available account {id1}

        changed:
        changed account {id1}

        removed:
        removed bss-account-info {id2}

        linked:
        linked account {id3} accounts account {id1}

        unlinked:
        unlinked bss-account-info {id2} customerClass CustomerClass {id4}

        {"event":"http://aps-standard.org/core/events/linked","relation":"accounts","serial":72,"source":{"id":"{id3}","type":"http://parallels.com/aps/types/pa/account/1.2"},"subscription":"{id5}","target":{"id":"{id1}","type":"http://parallels.com/aps/types/pa/account/1.2"},"time":"2026-01-01T00:00:00Z"}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_subscription_is_told_on_both_faces_once_for_each_change() {
    let market = Market::on(DAY);
    let operator = market.operator();
    let account = market.customer("Blue Whale", "USD");
    let offer = market.offer("Hosting", &[monthly("Base", "USD", "10")]);
    let id = text(&account["id"]);
    let hook = |name: &str| format!("https://{name}.example.com/");
    for name in ["available", "changed"] {
        subscribe(&operator, &id, &wish(name, &json!({ "type": ANYTHING }), "", &hook(name)));
    }
    let linked = wish("linked", &json!({ "type": ACCOUNT }), "subscriptions", &hook("linked"));
    subscribe(&operator, &id, &linked);
    let subscription = market.order(&account, &offer, 1);
    let hold = json!({ "reason": "OTHER", "comment": "Asked for." });
    operator.post(&format!("{}/putOnHold", path(&subscription)), &hold);
    market.house.app.keep_duties();
    let said = Protocol::default();
    for name in ["available", "changed", "linked"] {
        said.note(&format!("{name}:\n{}", told(&market.house.app, &hook(name))));
    }
    expect![[r#"
        available:
        available Subscription {id1}
        available subscription {id2}

        changed:
        changed Subscription {id1}
        changed subscription {id2}

        linked:
        linked account {id3} subscriptions subscription {id2}

    "#]]
    .assert_eq(&said.text());
    market.must_be_whole();
}

#[test]
fn who_is_foreign_or_gone_hears_nothing() {
    let house = House::on(DAY);
    let (north, south) = (house.client(&house.north.admin), house.client(&house.south.admin));
    let wish = |handler: &str| wish("changed", &json!({ "type": ACCOUNT }), "", handler);
    let (customer, hook) =
        (&house.north.customer.account, |it: &str| format!("https://{it}.test/"));
    subscribe(&south, &house.south.account, &wish(&hook("south")));
    subscribe(&north, &house.north.account, &wish(&hook("north")));
    subscribe(&north, customer, &wish(&hook("customer")));
    let taken = subscribe(&north, customer, &wish(&hook("taken")));
    let rename = |name: &str| {
        let body = json!({ "companyName": name });
        north.call(&format!("PUT {}", path(customer)), Some(&body)).ok();
        house.app.keep_duties();
    };
    let count = |it: &str| told(&house.app, &hook(it)).lines().count();
    rename("One");
    assert_eq!(["south", "north", "customer", "taken"].map(count), [0, 1, 1, 1]);
    north.call(&format!("DELETE {taken}"), None).ok();
    rename("Two");
    assert_eq!(["south", "north", "customer", "taken"].map(count), [0, 2, 2, 1]);
    let gone = house.client(&house.operator).call(&format!("DELETE {}", path(customer)), None);
    gone.ok();
    house.app.keep_duties();
    assert_eq!(["south", "north", "customer", "taken"].map(count), [0, 2, 2, 1]);
}

#[test]
fn a_type_that_is_too_long_to_be_one_is_refused_and_the_bus_pings_nobody() {
    let house = House::on(DAY);
    let north = house.client(&house.north.admin);
    let all = format!("POST {}/aps/subscriptions", path(&house.north.account));
    let (base, version) = ACCOUNT.rsplit_once('.').unwrap();
    let long = format!("{base}.{}{version}", "0".repeat(10_000));
    let refused = north.call(&all, Some(&wish("changed", &json!({ "type": long }), "", HOOK)));
    assert_eq!(refused.status, 400);
    let said = refused.json()["message"].as_str().unwrap().to_owned();
    assert_eq!(said, "`/source/type` must have at most 200 bytes");
    let made = north.call(&all, Some(&wish("changed", &json!({ "type": ACCOUNT }), "", HOOK))).ok();
    let test = format!("POST /listeners/lst_{}/test", made["id"].as_str().unwrap());
    let refused = north.call(&test, Some(&json!({})));
    assert_eq!(refused.status, 409);
    assert_eq!(refused.json()["type"], "/problems/listener_state_forbids");
}

#[test]
fn a_vendor_is_told_of_its_classes_which_have_no_name_for_it() {
    let house = House::on(DAY);
    let (north, south) = (house.client(&house.north.admin), house.client(&house.south.admin));
    let hook = |name: &str| format!("https://{name}.example.com/");
    let wish = |event: &str, relation: &str, handler: &str| {
        wish(event, &json!({ "type": BSS }), relation, &hook(handler))
    };
    for event in ["linked", "unlinked"] {
        subscribe(&north, &house.north.account, &wish(event, "ownCustomerClasses", event));
    }
    subscribe(&north, &house.north.account, &wish("linked", "customerClass", "other"));
    subscribe(&south, &house.south.account, &wish("linked", "ownCustomerClasses", "south"));
    let class = text(&north.post("/classes", &json!({ "name": "Gold" }))["id"]);
    north.patch(&format!("/classes/{class}"), &json!({ "name": "Golden" }));
    house.app.keep_duties();
    north.call(&format!("DELETE {}", path(&class)), None).ok();
    house.app.keep_duties();
    let bss = &north.get(&path(&house.north.account))["bssAccountInfo"]["aps"]["id"];
    let ends = format!(
        "bss-account-info {} ownCustomerClasses CustomerClass {}\n",
        text(bss),
        uuid(&class)
    );
    let [linked, unlinked, other, south] =
        ["linked", "unlinked", "other", "south"].map(|it| told(&house.app, &hook(it)));
    assert_eq!(linked, format!("linked {ends}"));
    assert_eq!(unlinked, format!("unlinked {ends}"));
    assert_eq!((other, south), (String::new(), String::new()));
}
