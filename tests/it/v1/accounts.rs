//! Accounts: opened, read, changed, held, moved, closed; and everything that is refused.

use expect_test::expect;
use serde_json::json;

use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;

#[test]
fn an_account_is_opened_held_released_and_closed() {
    let house = House::on("2026-01-01");
    let (seller, said) = (house.client(&house.north.admin), Protocol::default());
    let body = json!({
        "name": "Blue Whale", "nature": "company", "locale": "de_AT",
        "address": { "street": "Ring 1", "city": "Wien", "postal_code": "1010", "country": "at" },
        "contacts": { "admin": { "email": "office@whale.test", "family_name": "Huber" } },
        "tax": { "registration_id": "ATU12345678" },
        "attributes": { "segment": "sea" },
        "billing": { "currency": "CHF", "cycle": { "period": "3 months", "anchor_day": 31 } },
    });
    let account = said.say(&seller, "north", "POST /accounts", Some(&body)).ok();
    let path = format!("/accounts/{}", account["id"].as_str().unwrap());
    let say = |what: &str, body: serde_json::Value| {
        said.say(&seller, "north", &format!("POST {path}/{what}?fields=state,holds"), Some(&body));
    };
    said.say(&seller, "north", &format!("GET {path}?fields=name,state"), None);
    say("hold", json!({ "reason": "FRAUD", "comment": "a stolen card" }));
    say("hold", json!({ "reason": "FRAUD" }));
    say("hold", json!({ "kind": "credit", "policy": "unpaid", "reason": "OVERDUE" }));
    say("release", json!({}));
    say("release", json!({ "kind": "credit", "until": "2025-12-31T00:00:00Z" }));
    say("release", json!({ "kind": "credit", "until": "2026-02-01T00:00:00Z" }));
    say("close", json!({}));
    say("close", json!({}));
    say("activate", json!({}));
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn a_patch_changes_what_it_names_and_nothing_else() {
    let house = House::on("2026-01-01");
    let (seller, said) = (house.client(&house.north.admin), Protocol::default());
    let buyer = house.client(&house.north.customer.admin);
    let path = format!("/accounts/{}", house.north.customer.account);
    let patch = |who: &Client<'_>, name: &str, body: serde_json::Value| {
        let what = format!("PATCH {path}?fields=name,address,contacts,tax,attributes,revision");
        said.say(who, name, &what, Some(&body));
    };
    patch(&buyer, "buyer", json!({ "address": { "city": "Bonn", "country": "DE" } }));
    patch(
        &buyer,
        "buyer",
        json!({ "address": { "street": "Am Hof 1" }, "attributes": { "a": "1" } }),
    );
    patch(&buyer, "buyer", json!({ "address": { "city": null }, "attributes": { "b": "2" } }));
    patch(&buyer, "buyer", json!({ "tax": { "status": "personal" } }));
    patch(&seller, "seller", json!({ "tax": { "status": "personal" }, "name": "Renamed" }));
    patch(&seller, "seller", json!({ "class": "cls_00000000-0000-7000-8000-000000000000" }));
    patch(&buyer, "buyer", json!({ "contacts": { "billing": { "email": "no address" } } }));
    patch(&buyer, "buyer", json!({ "name": null }));
    patch(&buyer, "buyer", json!({ "nmae": "x" }));
    patch(&buyer.header("if-match", "\"1\""), "buyer, stale", json!({ "name": "Late" }));
    patch(&buyer.header("if-match", "x"), "buyer, no revision", json!({ "name": "Late" }));
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let house = House::on("2026-01-01");
    let (seller, said) = (house.client(&house.north.admin), Protocol::default());
    let mut say = |body: serde_json::Value| {
        said.say(&seller, "north", "POST /accounts", Some(&body));
    };
    say(json!({}));
    say(json!({ "name": 1 }));
    say(json!({ "name": "A", "colour": "blue" }));
    say(json!({ "name": "A", "address": { "country": "Austria" } }));
    say(json!({ "name": "A", "kind": "provider" }));
    say(json!({ "name": "A", "billing": { "cycle": { "period": "1 month", "anchor_day": 32 } } }));
    say(json!({ "name": "A", "billing": { "cycle": { "period": "0 months" } } }));
    say(json!({ "name": "A", "parent": house.south.account }));
    say(json!({ "name": "A", "party": "pty_00000000-0000-7000-8000-000000000000" }));
    say(json!({ "name": "A", "state": "closed" }));
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn bodies_that_are_no_json_too_deep_or_too_long_are_refused() {
    let house = House::on("2026-01-01");
    let seller = house.client(&house.north.admin);
    let status = |body: Vec<u8>| {
        let answer = seller.call_raw("POST /accounts", Some(body));
        format!("{} {}", answer.status, answer.json()["type"])
    };
    let deep = |open: &str, close: &str| {
        format!("{{\"name\":\"A\",\"attributes\":{}{}}}", open.repeat(10_000), close.repeat(10_000))
    };
    let name = |length| format!("{{\"name\":\"{}\"}}", "a".repeat(length)).into_bytes();
    let got = [
        status(b"{".to_vec()),
        status(b"{\"name\":\"A\"} {}".to_vec()),
        status(b"\xff\xfe".to_vec()),
        status(b"[]".to_vec()),
        status(deep("[", "]").into_bytes()),
        status(deep("{\"a\":", "}").into_bytes()),
        status(name(10 << 20)),
        status(name(1000)),
    ];
    expect![[""]].assert_eq(&got.join("\n"));
    let form = seller.header("content-type", "text/plain");
    assert_eq!(form.call_raw("DELETE /tokens/x", None).status.as_u16(), 404);
}

#[test]
fn the_same_request_again_has_one_effect_and_the_same_answer() {
    let house = House::on("2026-01-01");
    let (seller, said) = (house.client(&house.north.admin), Protocol::default());
    let once = seller.header("idempotency-key", "a-1");
    let open = |client: &Client<'_>, name: &str| {
        let body = json!({ "name": name });
        said.say(client, "north", "POST /accounts?fields=name", Some(&body));
    };
    open(&once, "Once");
    open(&once, "Once");
    open(&once, "Other");
    let theirs = house.client(&house.south.admin).header("idempotency-key", "a-1");
    said.say(&theirs, "south", "POST /accounts?fields=name", Some(&json!({ "name": "Other" })));
    said.say(&seller, "north", "GET /accounts?q=once&fields=name", None);
    let long = seller.header("idempotency-key", &"k".repeat(256));
    said.say(&long, "north", "POST /accounts?fields=name", Some(&json!({ "name": "Long" })));
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn lists_are_filtered_and_paged() {
    let house = House::on("2026-01-01");
    let (seller, said) = (house.client(&house.north.admin), Protocol::default());
    for name in ["Alpha", "Beta", "Alphabet"] {
        seller.post("/accounts", &json!({ "name": name }));
    }
    let get = |query: &str| {
        said.say(&seller, "north", &format!("GET /accounts?fields=name&{query}"), None).json()
    };
    get("q=ALPHA");
    get("kind=reseller");
    let first = get("limit=2&order=oldest");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = seller.get(&format!("/accounts?fields=name&limit=9&order=oldest&cursor={cursor}"));
    assert_eq!(second["items"].as_array().unwrap().len(), 2, "{second}");
    get("limit=0");
    get("colour=blue");
    get("cursor=%21");
    get(&format!("parent={}", house.south.account));
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn accounts_move_in_the_tree_but_never_below_themselves() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let north = house.client(&house.north.admin);
    let top = north.post("/accounts", &json!({ "name": "Top" }))["id"].clone();
    let below = north.post("/accounts", &json!({ "name": "Below", "parent": top }))["id"].clone();
    let (top, below) = (top.as_str().unwrap(), below.as_str().unwrap());
    let go = |what: &str, to: &str| {
        let what = format!("POST /accounts/{what}/move?fields=name,parent,class");
        said.say(&operator, "operator", &what, Some(&json!({ "parent": to })));
    };
    go(top, below);
    go(top, top);
    go(top, &house.south.account);
    said.say(&north, "north", &format!("GET /accounts/{below}?fields=name"), None);
    let south = house.client(&house.south.admin);
    said.say(&south, "south", &format!("GET /accounts/{below}?fields=name,parent"), None);
    go(&house.north.account, below);
    let what = format!("POST /accounts/{top}/move");
    said.say(&south, "south", &what, Some(&json!({ "parent": house.south.account })));
    expect![[""]].assert_eq(&said.text());
    let users = south.get("/users?fields=email").to_string();
    assert!(!users.contains("north"), "{users}");
}

#[test]
fn the_tree_has_eight_levels() {
    let house = House::on("2026-01-01");
    let north = house.client(&house.north.admin);
    let mut parent = house.north.account.clone();
    let mut levels = 2;
    loop {
        let answer = north.call("POST /accounts", Some(&json!({ "name": "L", "parent": parent })));
        if !answer.status.is_success() {
            assert_eq!(answer.json()["type"], "/problems/account_tree_forbids");
            break;
        }
        parent = answer.json()["id"].as_str().unwrap().to_owned();
        levels += 1;
    }
    assert_eq!(levels, 8);
}

#[test]
fn an_account_with_accounts_below_closes_after_them_and_its_people_are_signed_out() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let customer = &house.north.customer;
    let body = json!({ "name": "Below", "parent": customer.account });
    let below = north.post("/accounts", &body)["id"].as_str().unwrap().to_owned();
    let close = |id: &str| {
        let what = format!("POST /accounts/{id}/close?fields=state");
        said.say(&north, "north", &what, Some(&json!({})));
    };
    close(&customer.account);
    assert_eq!(house.client(&customer.admin).call("GET /session", None).status.as_u16(), 200);
    close(&below);
    house.app.keep_duties();
    said.say(&north, "north", &format!("GET /accounts/{}?fields=state", customer.account), None);
    said.say(&house.client(&customer.admin), "buyer", "GET /session", None);
    let users = format!("GET /users?account={}&fields=email,state", customer.account);
    said.say(&north, "north", &users, None);
    let billing = format!("GET /billing_accounts?account={}&fields=state", customer.account);
    said.say(&north, "north", &billing, None);
    let invite = json!({ "account": customer.account, "email": "late@north.test", "name": "Late" });
    said.say(&north, "north", "POST /users", Some(&invite));
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn the_provider_is_neither_held_nor_closed() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let provider = &house.operator.account;
    let hold = json!({ "reason": "TEST" });
    said.say(&operator, "operator", &format!("POST /accounts/{provider}/hold"), Some(&hold));
    said.say(&operator, "operator", &format!("POST /accounts/{provider}/close"), Some(&json!({})));
    expect![[""]].assert_eq(&said.text());
}
