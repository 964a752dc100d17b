//! Accounts: opened, read, changed, held, moved, closed; and everything that is refused.

use expect_test::expect;
use serde_json::json;

use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::Market;

#[test]
fn an_account_is_opened_held_released_and_closed() {
    let house = House::on("2026-01-01");
    let (seller, said) = (house.client(&house.north.admin), Protocol::default());
    let body = json!({
        "name": "Blue Whale", "nature": "company", "locale": "de_AT",
        "address": { "street": "Ring 1", "city": "Wien", "postal_code": "1010", "country": "at" },
        "contacts": { "admin": { "email": "office@whale.test", "family_name": "Huber" } },
        "tax": { "registration_id": "ATU12345675" },
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
    expect![[r#"
        > POST /accounts {"address":{"city":"Wien","country":"at","postal_code":"1010","street":"Ring 1"},"attributes":{"segment":"sea"},"billing":{"currency":"CHF","cycle":{"anchor_day":31,"period":"3 months"}},"contacts":{"admin":{"email":"office@whale.test","family_name":"Huber"}},"locale":"de_AT","name":"Blue Whale","nature":"company","tax":{"registration_id":"ATU12345675"}} [north]
        201 Created {"id":"{acc1}","number":7,"revision":1,"created_at":"2026-01-01T00:00:00Z","changed_at":"2026-01-01T00:00:00Z","kind":"customer","nature":"company","name":"Blue Whale","description":null,"parent":"{acc2}","party":"{pty1}","class":"{cls1}","state":"active","holds":[],"locale":"de_AT","tax":{"status":"company","zone":null,"registration_id":"ATU12345675","registration_status":"not_verified","registration_verified_on":null,"registration_consultation":null,"exemptions":[]},"address":{"street":"Ring 1","street_extra":null,"city":"Wien","region":null,"postal_code":"1010","country":"AT"},"contacts":{"admin":{"given_name":null,"family_name":"Huber","email":"office@whale.test","phone":null},"billing":null,"technical":null},"attributes":{"segment":"sea"},"password_days":null,"billing_account":"{bac1}"}
        > GET /accounts/{acc1}?fields=name,state [north]
        200 OK {"id":"{acc1}","name":"Blue Whale","state":"active"}
        > POST /accounts/{acc1}/hold?fields=state,holds {"comment":"a stolen card","reason":"FRAUD"} [north]
        200 OK {"holds":[{"by":"people","comment":"a stolen card","kind":"administrative","policy":"all","reason":"FRAUD","since":"2026-01-01T00:00:00Z"}],"id":"{acc1}","state":"held_administratively"}
        > POST /accounts/{acc1}/hold?fields=state,holds {"reason":"FRAUD"} [north]
        409 Conflict {"type":"/problems/account_state_forbids","title":"The state of the account does not allow the operation.","status":409,"detail":"cannot hold administratively an account that is held administratively","request_id":"…"}
        > POST /accounts/{acc1}/hold?fields=state,holds {"kind":"credit","policy":"unpaid","reason":"OVERDUE"} [north]
        200 OK {"holds":[{"by":"people","comment":"a stolen card","kind":"administrative","policy":"all","reason":"FRAUD","since":"2026-01-01T00:00:00Z"},{"by":"people","comment":"","kind":"credit","policy":"unpaid","reason":"OVERDUE","since":"2026-01-01T00:00:00Z"}],"id":"{acc1}","state":"held_for_both"}
        > POST /accounts/{acc1}/release?fields=state,holds {} [north]
        200 OK {"holds":[{"by":"people","comment":"","kind":"credit","policy":"unpaid","reason":"OVERDUE","since":"2026-01-01T00:00:00Z"}],"id":"{acc1}","state":"held_for_credit"}
        > POST /accounts/{acc1}/release?fields=state,holds {"kind":"credit","until":"2025-12-31T00:00:00Z"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/until` must be in the future","request_id":"…","errors":[{"pointer":"/until","rule":"range","message":"must be in the future"}]}
        > POST /accounts/{acc1}/release?fields=state,holds {"kind":"credit","until":"2026-02-01T00:00:00Z"} [north]
        200 OK {"holds":[],"id":"{acc1}","state":"active"}
        > POST /accounts/{acc1}/close?fields=state,holds {} [north]
        200 OK {"holds":[],"id":"{acc1}","state":"closed"}
        > POST /accounts/{acc1}/close?fields=state,holds {} [north]
        409 Conflict {"type":"/problems/account_state_forbids","title":"The state of the account does not allow the operation.","status":409,"detail":"cannot close an account that is closed","request_id":"…"}
        > POST /accounts/{acc1}/activate?fields=state,holds {} [north]
        409 Conflict {"type":"/problems/account_state_forbids","title":"The state of the account does not allow the operation.","status":409,"detail":"cannot activate an account that is closed","request_id":"…"}
    "#]].assert_eq(&said.text());
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
    expect![[r#"
        > PATCH /accounts/{acc1}?fields=name,address,contacts,tax,attributes,revision {"address":{"city":"Bonn","country":"DE"}} [buyer]
        200 OK {"address":{"city":"Bonn","country":"DE","postal_code":null,"region":null,"street":null,"street_extra":null},"attributes":{},"contacts":{"admin":null,"billing":null,"technical":null},"id":"{acc1}","name":"North Customer","revision":2,"tax":{"exemptions":[],"registration_consultation":null,"registration_id":null,"registration_status":null,"registration_verified_on":null,"status":"company","zone":null}}
        > PATCH /accounts/{acc1}?fields=name,address,contacts,tax,attributes,revision {"address":{"street":"Am Hof 1"},"attributes":{"a":"1"}} [buyer]
        200 OK {"address":{"city":"Bonn","country":"DE","postal_code":null,"region":null,"street":"Am Hof 1","street_extra":null},"attributes":{"a":"1"},"contacts":{"admin":null,"billing":null,"technical":null},"id":"{acc1}","name":"North Customer","revision":3,"tax":{"exemptions":[],"registration_consultation":null,"registration_id":null,"registration_status":null,"registration_verified_on":null,"status":"company","zone":null}}
        > PATCH /accounts/{acc1}?fields=name,address,contacts,tax,attributes,revision {"address":{"city":null},"attributes":{"b":"2"}} [buyer]
        200 OK {"address":{"city":null,"country":"DE","postal_code":null,"region":null,"street":"Am Hof 1","street_extra":null},"attributes":{"a":"1","b":"2"},"contacts":{"admin":null,"billing":null,"technical":null},"id":"{acc1}","name":"North Customer","revision":4,"tax":{"exemptions":[],"registration_consultation":null,"registration_id":null,"registration_status":null,"registration_verified_on":null,"status":"company","zone":null}}
        > PATCH /accounts/{acc1}?fields=name,address,contacts,tax,attributes,revision {"tax":{"status":"personal"}} [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: account_terms_write","request_id":"…"}
        > PATCH /accounts/{acc1}?fields=name,address,contacts,tax,attributes,revision {"name":"Renamed","tax":{"status":"personal"}} [seller]
        200 OK {"address":{"city":null,"country":"DE","postal_code":null,"region":null,"street":"Am Hof 1","street_extra":null},"attributes":{"a":"1","b":"2"},"contacts":{"admin":null,"billing":null,"technical":null},"id":"{acc1}","name":"Renamed","revision":6,"tax":{"exemptions":[],"registration_consultation":null,"registration_id":null,"registration_status":null,"registration_verified_on":null,"status":"personal","zone":null}}
        > PATCH /accounts/{acc1}?fields=name,address,contacts,tax,attributes,revision {"class":"{cls1}"} [seller]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/class` `{cls1}` is not there","request_id":"…","errors":[{"pointer":"/class","rule":"reference","message":"`{cls1}` is not there"}]}
        > PATCH /accounts/{acc1}?fields=name,address,contacts,tax,attributes,revision {"contacts":{"billing":{"email":"no address"}}} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/contacts/billing/email` must be a mail address such as `ann@example.com`","request_id":"…","errors":[{"pointer":"/contacts/billing/email","rule":"format","message":"must be a mail address such as `ann@example.com`"}]}
        > PATCH /accounts/{acc1}?fields=name,address,contacts,tax,attributes,revision {"name":null} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/name` must be given","request_id":"…","errors":[{"pointer":"/name","rule":"required","message":"must be given"}]}
        > PATCH /accounts/{acc1}?fields=name,address,contacts,tax,attributes,revision {"nmae":"x"} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/nmae` is unknown: expected one of `nature`, `name`, `description`, `class`, `locale`, `tax`, `address`, `contacts`, `attributes`, `password_days`","request_id":"…","errors":[{"pointer":"/nmae","rule":"unknown_field","message":"is unknown: expected one of `nature`, `name`, `description`, `class`, `locale`, `tax`, `address`, `contacts`, `attributes`, `password_days`"}]}
        > PATCH /accounts/{acc1}?fields=name,address,contacts,tax,attributes,revision {"name":"Late"} [buyer, stale]
        412 Precondition Failed {"type":"/problems/stale","title":"It has changed since you read it","status":412,"detail":"it has changed: revision 6 is not 1","request_id":"…"}
        > PATCH /accounts/{acc1}?fields=name,address,contacts,tax,attributes,revision {"name":"Late"} [buyer, no revision]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`If-Match` must be the `ETag` of an answer, such as `\"3\"`","request_id":"…","errors":[{"pointer":"If-Match","rule":"format","message":"must be the `ETag` of an answer, such as `\"3\"`"}]}
    "#]].assert_eq(&said.text());
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let house = House::on("2026-01-01");
    let (seller, said) = (house.client(&house.north.admin), Protocol::default());
    let say = |body: serde_json::Value| {
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
    expect![[r#"
        > POST /accounts {} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/name` must be given","request_id":"…","errors":[{"pointer":"/name","rule":"required","message":"must be given"}]}
        > POST /accounts {"name":1} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/name` must be a text, not `1`","request_id":"…","errors":[{"pointer":"/name","rule":"type","message":"must be a text, not `1`"}]}
        > POST /accounts {"colour":"blue","name":"A"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/colour` is unknown: expected one of `kind`, `parent`, `party`, `state`, `nature`, `name`, `description`, `class`, `locale`, `tax`, `address`, `contacts`, `attributes`, `password_days`, `billing`","request_id":"…","errors":[{"pointer":"/colour","rule":"unknown_field","message":"is unknown: expected one of `kind`, `parent`, `party`, `state`, `nature`, `name`, `description`, `class`, `locale`, `tax`, `address`, `contacts`, `attributes`, `password_days`, `billing`"}]}
        > POST /accounts {"address":{"country":"Austria"},"name":"A"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/address/country` must be the code of a country by ISO 3166, such as `DE`","request_id":"…","errors":[{"pointer":"/address/country","rule":"format","message":"must be the code of a country by ISO 3166, such as `DE`"}]}
        > POST /accounts {"kind":"provider","name":"A"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/kind` unknown variant `provider`, expected `reseller` or `customer`","request_id":"…","errors":[{"pointer":"/kind","rule":"enum","message":"unknown variant `provider`, expected `reseller` or `customer`"}]}
        > POST /accounts {"billing":{"cycle":{"anchor_day":32,"period":"1 month"}},"name":"A"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/billing/cycle/anchor_day` must be a day of a month, 1 to 31","request_id":"…","errors":[{"pointer":"/billing/cycle/anchor_day","rule":"range","message":"must be a day of a month, 1 to 31"}]}
        > POST /accounts {"billing":{"cycle":{"period":"0 months"}},"name":"A"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/billing/cycle/period` must be at least one day and at most ten years","request_id":"…","errors":[{"pointer":"/billing/cycle/period","rule":"range","message":"must be at least one day and at most ten years"}]}
        > POST /accounts {"name":"A","parent":"{acc1}"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/parent` `{acc1}` is not there","request_id":"…","errors":[{"pointer":"/parent","rule":"reference","message":"`{acc1}` is not there"}]}
        > POST /accounts {"name":"A","party":"{pty1}"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/party` `{pty1}` is not there","request_id":"…","errors":[{"pointer":"/party","rule":"reference","message":"`{pty1}` is not there"}]}
        > POST /accounts {"name":"A","state":"closed"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/state` `closed` is not one of active, prospective","request_id":"…","errors":[{"pointer":"/state","rule":"format","message":"`closed` is not one of active, prospective"}]}
    "#]].assert_eq(&said.text());
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
    expect![[r#"
        400 Bad Request "/problems/malformed"
        400 Bad Request "/problems/malformed"
        400 Bad Request "/problems/malformed"
        422 Unprocessable Entity "/problems/invalid"
        400 Bad Request "/problems/malformed"
        400 Bad Request "/problems/malformed"
        413 Payload Too Large "/problems/too_large"
        422 Unprocessable Entity "/problems/invalid""#]]
    .assert_eq(&got.join("\n"));
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
    expect![[r#"
        > POST /accounts?fields=name {"name":"Once"} [north]
        201 Created {"id":"{acc1}","name":"Once"}
        > POST /accounts?fields=name {"name":"Once"} [north]
        201 Created {"id":"{acc1}","name":"Once"}
        > POST /accounts?fields=name {"name":"Other"} [north]
        409 Conflict {"type":"/problems/key_reused","title":"The idempotency key was used for another request","status":409,"detail":"the idempotency key was used for another request","request_id":"…"}
        > POST /accounts?fields=name {"name":"Other"} [south]
        201 Created {"id":"{acc2}","name":"Other"}
        > GET /accounts?q=once&fields=name [north]
        200 OK {"items":[{"id":"{acc1}","name":"Once"}],"next_cursor":null}
        > POST /accounts?fields=name {"name":"Long"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`Idempotency-Key` must be 1 to 255 visible ASCII characters","request_id":"…","errors":[{"pointer":"Idempotency-Key","rule":"format","message":"must be 1 to 255 visible ASCII characters"}]}
    "#]].assert_eq(&said.text());
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
    expect![[r#"
        > GET /accounts?fields=name&q=ALPHA [north]
        200 OK {"items":[{"id":"{acc1}","name":"Alphabet"},{"id":"{acc2}","name":"Alpha"}],"next_cursor":null}
        > GET /accounts?fields=name&kind=reseller [north]
        200 OK {"items":[],"next_cursor":null}
        > GET /accounts?fields=name&limit=2&order=oldest [north]
        200 OK {"items":[{"id":"{acc3}","name":"North Customer"},{"id":"{acc2}","name":"Alpha"}],"next_cursor":"AZt22qgAcACAMKulhg3QmA"}
        > GET /accounts?fields=name&limit=0 [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`limit` must be a number from 1 to 1000","request_id":"…","errors":[{"pointer":"limit","rule":"range","message":"must be a number from 1 to 1000"}]}
        > GET /accounts?fields=name&colour=blue [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`colour` is unknown: expected one of `kind`, `state`, `parent`, `q`, `number`","request_id":"…","errors":[{"pointer":"colour","rule":"unknown_parameter","message":"is unknown: expected one of `kind`, `state`, `parent`, `q`, `number`"}]}
        > GET /accounts?fields=name&cursor=%21 [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`cursor` must be the `next_cursor` of an answer","request_id":"…","errors":[{"pointer":"cursor","rule":"format","message":"must be the `next_cursor` of an answer"}]}
        > GET /accounts?fields=name&parent={acc4} [north]
        200 OK {"items":[],"next_cursor":null}
    "#]].assert_eq(&said.text());
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
    expect![[r#"
        > POST /accounts/{acc1}/move?fields=name,parent,class {"parent":"{acc2}"} [operator]
        409 Conflict {"type":"/problems/account_tree_forbids","title":"The account tree would run in a circle, or be too deep.","status":409,"detail":"account `{acc1}` cannot stand below itself","request_id":"…"}
        > POST /accounts/{acc1}/move?fields=name,parent,class {"parent":"{acc1}"} [operator]
        409 Conflict {"type":"/problems/account_tree_forbids","title":"The account tree would run in a circle, or be too deep.","status":409,"detail":"account `{acc1}` cannot stand below itself","request_id":"…"}
        > POST /accounts/{acc1}/move?fields=name,parent,class {"parent":"{acc3}"} [operator]
        200 OK {"class":"{cls1}","id":"{acc1}","name":"Top","parent":"{acc3}"}
        > GET /accounts/{acc2}?fields=name [north]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{acc2}` is not there","request_id":"…"}
        > GET /accounts/{acc2}?fields=name,parent [south]
        200 OK {"id":"{acc2}","name":"Below","parent":"{acc1}"}
        > POST /accounts/{acc4}/move?fields=name,parent,class {"parent":"{acc2}"} [operator]
        409 Conflict {"type":"/problems/account_tree_forbids","title":"The account tree would run in a circle, or be too deep.","status":409,"detail":"a reseller cannot stand below a customer","request_id":"…"}
        > POST /accounts/{acc1}/move {"parent":"{acc3}"} [south]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: account_move","request_id":"…"}
    "#]].assert_eq(&said.text());
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
    expect![[r#"
        > POST /accounts/{acc1}/close?fields=state {} [north]
        200 OK {"id":"{acc1}","state":"closing"}
        > POST /accounts/{acc2}/close?fields=state {} [north]
        200 OK {"id":"{acc2}","state":"closed"}
        > GET /accounts/{acc1}?fields=state [north]
        200 OK {"id":"{acc1}","state":"closed"}
        > GET /session [buyer]
        401 Unauthorized {"type":"/problems/unauthenticated","title":"Sign in first","status":401,"detail":"sign in first","request_id":"…"}
        > GET /users?account={acc1}&fields=email,state [north]
        200 OK {"items":[{"email":"member@customer.north.test","id":"{usr1}","state":"removed"},{"email":"admin@customer.north.test","id":"{usr2}","state":"removed"}],"next_cursor":null}
        > GET /billing_accounts?account={acc1}&fields=state [north]
        200 OK {"items":[{"id":"{bac1}","state":"closed"}],"next_cursor":null}
        > POST /users {"account":"{acc1}","email":"late@north.test","name":"Late"} [north]
        409 Conflict {"type":"/problems/account_state_forbids","title":"The state of the account does not allow the operation.","status":409,"detail":"cannot invite to an account that is closed","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn the_provider_is_neither_held_nor_closed() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let provider = &house.operator.account;
    let hold = json!({ "reason": "TEST" });
    said.say(&operator, "operator", &format!("POST /accounts/{provider}/hold"), Some(&hold));
    said.say(&operator, "operator", &format!("POST /accounts/{provider}/close"), Some(&json!({})));
    expect![[r#"
        > POST /accounts/{acc1}/hold {"reason":"TEST"} [operator]
        409 Conflict {"type":"/problems/account_state_forbids","title":"The state of the account does not allow the operation.","status":409,"detail":"the provider is neither held nor closed","request_id":"…"}
        > POST /accounts/{acc1}/close {} [operator]
        409 Conflict {"type":"/problems/account_state_forbids","title":"The state of the account does not allow the operation.","status":409,"detail":"the provider is neither held nor closed","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_list_is_filtered_by_words_that_there_are() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let refused = |path: &str| {
        let answer = operator.call(&format!("GET {path}"), None);
        let problem = answer.json();
        format!("{} {path}: {}", answer.status.as_u16(), problem["errors"][0]["message"])
    };
    let lists = [
        "/accounts?state=zzz",
        "/accounts?kind=zzz",
        "/attribute_definitions?applies_to=zzz",
        "/billing_accounts?state=zzz",
        "/billing_runs?state=zzz",
        "/events?kind=zzz",
        "/events?verb=zzz",
        "/invoices?state=zzz",
        "/listeners?state=zzz",
        "/mails?state=zzz",
        "/offers?state=zzz",
        "/orders?state=zzz",
        "/payments?state=zzz",
        "/subscriptions?state=zzz",
        "/tasks?state=zzz",
        "/users?state=zzz",
    ];
    let told: Vec<_> = lists.iter().map(|it| refused(it)).collect();
    expect![[r#"
        422 /accounts?state=zzz: "`zzz` is not one of prospective, active, held_administratively, held_for_credit, held_for_both, closing, closed, erased"
        422 /accounts?kind=zzz: "`zzz` is not one of provider, reseller, customer"
        422 /attribute_definitions?applies_to=zzz: "`zzz` is not one of account, subscription, order"
        422 /billing_accounts?state=zzz: "`zzz` is not one of defined, active, pending_update, suspended, pending_closed, closed"
        422 /billing_runs?state=zzz: "`zzz` is not one of planned, running, done, canceled"
        422 /events?kind=zzz: "`zzz` is not one of account, asset, billing_account, billing_run, bucket, catalog, cart, category, class, coupon, credit_note, deposit, discount, document, invoice, listener, meter, notification_template, offer, order, party, payment, payment_method, payment_plan, price, promotion, quote, refund, resource_category, resource, review, seat, service_terms, session, settlement, share_model, shipment, sla, specification, subscription, task, tax_category, tax_zone, token, user, tax_rule, mail, usage_record, share_record, consumer_key, attribute_definition, letterhead, dunning, redemption, gateway, debit_order, bank_statement, asset_type"
        422 /events?verb=zzz: "`zzz` is not one of created, changed, removed, activated, held, released, expired, renewed, canceled, terminated, launched, retired, rejected, started, completed, failed, issued, partly_paid, paid, overdue, written_off, received, refunded, sent, signed_in, graced, destroyed, restored, information_required, shipped, delivered, returned, assigned, partly_completed, expiring, disputed, resolved, fell_away, trial_extended, upgraded, running_low, announced, asset_upgraded"
        422 /invoices?state=zzz: "`zzz` is not one of draft, open, overdue, paid, credited, written_off"
        422 /listeners?state=zzz: "`zzz` is not one of active, paused, broken"
        422 /mails?state=zzz: "`zzz` is not one of queued, sent, failed"
        422 /offers?state=zzz: "`zzz` is not one of in_study, in_design, in_test, active, launched, retired, obsolete, rejected"
        422 /orders?state=zzz: "`zzz` is not one of acknowledged, rejected, pending, held, in_progress, completed, partial, failed, canceled, assessing_cancellation, pending_cancellation"
        422 /payments?state=zzz: "`zzz` is not one of initiated, redirected, authorized, captured, declined, expired, canceled, partly_refunded, fully_refunded"
        422 /subscriptions?state=zzz: "`zzz` is not one of pending, active, held_administratively, held_for_credit, held_for_both, graced, expired, terminating, recoverable, destroyed, aborted, canceled"
        422 /tasks?state=zzz: "`zzz` is not one of queued, started, completed, failed, canceled"
        422 /users?state=zzz: "`zzz` is not one of invited, active, suspended, invitation_suspended, softly_deleted, removing, removed""#]].assert_eq(&told.join("\n"));
}

#[test]
fn an_account_is_found_by_any_word_of_what_people_know_of_it() {
    let house = House::on("2026-01-01");
    let seller = house.client(&house.north.admin);
    let contact = json!({ "given_name": "Ann", "family_name": "Hall", "email": "ann@hall.test" });
    let body = json!({ "name": "Old Mill Bakery", "contacts": { "billing": contact } });
    let number = seller.post("/accounts", &body)["number"].to_string();
    seller.post("/accounts", &json!({ "name": "Millennium" }));
    let found = |q: &str| {
        let found = seller.get(&format!("/accounts?order=oldest&q={q}"));
        let names = found["items"].as_array().unwrap().iter().map(|it| it["name"].to_string());
        names.collect::<Vec<_>>().join(" ")
    };
    let told: Vec<_> = ["mill", "bakery%20old", "ann@hall", "hall.test", "ill", &number]
        .iter()
        .map(|q| format!("{}: {}", q.replace(&number, "its number"), found(q)))
        .collect();
    expect![[r#"
        mill: "Old Mill Bakery" "Millennium"
        bakery%20old: "Old Mill Bakery"
        ann@hall: "Old Mill Bakery"
        hall.test: "Old Mill Bakery"
        ill: 
        its number: "Old Mill Bakery""#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn how_far_an_account_is_trusted_is_told_to_who_sells_to_it() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let path = format!("/accounts/{}/credit", house.north.customer.account);
    let assess = |body: serde_json::Value| {
        said.say(&north, "north", &format!("POST {path}"), Some(&body));
    };
    said.say(&north, "north", &format!("GET {path}"), None);
    assess(json!({ "risk_rating": 3, "score": 640 }));
    assess(json!({ "score": 500, "assessed_at": "2025-06-01T00:00:00Z" }));
    assess(json!({ "score": 720, "valid_until": "2026-02-01T00:00:00Z" }));
    assess(json!({}));
    assess(json!({ "score": 1, "assessed_at": "2026-01-01T00:00:01Z" }));
    let (from, until) = ("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z");
    assess(json!({ "score": 1, "valid_from": from, "valid_until": until }));
    market.advance_to("2026-02-01");
    said.say(&north, "north", &format!("GET {path}?fields=current,score"), None);
    let buyer = house.client(&house.north.customer.admin);
    said.say(&buyer, "buyer", &format!("GET {path}"), None);
    said.say(&house.client(&house.south.admin), "south", &format!("GET {path}"), None);
    expect![[r#"
        > GET /accounts/{acc1}/credit [north]
        200 OK {"items":[],"next_cursor":null}
        > POST /accounts/{acc1}/credit {"risk_rating":3,"score":640} [north]
        201 Created {"items":[{"current":true,"assessed_at":"2026-01-01T00:00:00Z","risk_rating":3,"score":640,"valid_from":null,"valid_until":null}],"next_cursor":null}
        > POST /accounts/{acc1}/credit {"assessed_at":"2025-06-01T00:00:00Z","score":500} [north]
        201 Created {"items":[{"current":true,"assessed_at":"2026-01-01T00:00:00Z","risk_rating":3,"score":640,"valid_from":null,"valid_until":null},{"current":false,"assessed_at":"2025-06-01T00:00:00Z","risk_rating":null,"score":500,"valid_from":null,"valid_until":null}],"next_cursor":null}
        > POST /accounts/{acc1}/credit {"score":720,"valid_until":"2026-02-01T00:00:00Z"} [north]
        201 Created {"items":[{"current":true,"assessed_at":"2026-01-01T00:00:00Z","risk_rating":null,"score":720,"valid_from":null,"valid_until":"2026-02-01T00:00:00Z"},{"current":false,"assessed_at":"2026-01-01T00:00:00Z","risk_rating":3,"score":640,"valid_from":null,"valid_until":null},{"current":false,"assessed_at":"2025-06-01T00:00:00Z","risk_rating":null,"score":500,"valid_from":null,"valid_until":null}],"next_cursor":null}
        > POST /accounts/{acc1}/credit {} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/risk_rating` must have a risk rating or a score","request_id":"…","errors":[{"pointer":"/risk_rating","rule":"required","message":"must have a risk rating or a score"}]}
        > POST /accounts/{acc1}/credit {"assessed_at":"2026-01-01T00:00:01Z","score":1} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/assessed_at` must not be later than now, `2026-01-01T00:00:00Z`","request_id":"…","errors":[{"pointer":"/assessed_at","rule":"range","message":"must not be later than now, `2026-01-01T00:00:00Z`"}]}
        > POST /accounts/{acc1}/credit {"score":1,"valid_from":"2026-02-01T00:00:00Z","valid_until":"2026-01-01T00:00:00Z"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/valid_until` must be later than `valid_from`","request_id":"…","errors":[{"pointer":"/valid_until","rule":"range","message":"must be later than `valid_from`"}]}
        > GET /accounts/{acc1}/credit?fields=current,score [north]
        200 OK {"items":[{"current":true,"score":640},{"current":false,"score":720},{"current":false,"score":500}],"next_cursor":null}
        > GET /accounts/{acc1}/credit [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: credit_read","request_id":"…"}
        > GET /accounts/{acc1}/credit [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{acc1}` is not there","request_id":"…"}
    "#]].assert_eq(&said.text());
}
